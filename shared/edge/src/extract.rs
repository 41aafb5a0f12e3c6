//! The inputs of endpoints, read from a request. What cannot be read is refused with the place and the reason.

use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;

use crate::{
    Description, Parameter, ParameterPlace, Principal, Problem, ProblemKind, Request, RequestId,
};

/// The largest body that an operation takes, in bytes.
const MAXIMUM_BODY: usize = 256 * 1024;

/// An input of an endpoint, beside its caller.
pub trait Extract: Sized + Send + 'static {
    /// Reads it.
    ///
    /// # Errors
    /// When the request does not hold it.
    fn extract(request: &Request) -> Result<Self, Problem>;

    /// Describes it.
    fn describe(description: &mut Description, generator: &mut SchemaGenerator);
}

/// The values of `{name}` in the path, as a struct with those fields.
#[derive(Debug)]
pub struct Path<T>(pub T);

/// The query string, as a struct.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// A form-encoded body, as the pairs that were sent, decoded and in their order.
#[derive(Debug)]
pub struct Form(pub Vec<(String, String)>);

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Extract for Path<T> {
    fn extract(request: &Request) -> Result<Self, Problem> {
        let encoded = serde_html_form::to_string(request.path_parameters())
            .map_err(|error| Problem::invalid("{}", error.to_string()))?;
        read_pairs(&encoded, |name| format!("{{{name}}}")).map(Self)
    }

    fn describe(description: &mut Description, generator: &mut SchemaGenerator) {
        description.may_refuse(&[ProblemKind::INVALID]);
        description.add_parameters(ParameterPlace::Path, &T::json_schema(generator));
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Extract for Query<T> {
    fn extract(request: &Request) -> Result<Self, Problem> {
        // An empty value is none of any parameter; the form's reader would take it for one that is absent.
        if let Some((name, _)) = form_pairs(request.query()).find(|(_, value)| value.is_empty()) {
            return Err(Problem::invalid(format!("?{name}"), "a value is missing"));
        }
        read_pairs(request.query(), |name| format!("?{name}")).map(Self)
    }

    fn describe(description: &mut Description, generator: &mut SchemaGenerator) {
        description.may_refuse(&[ProblemKind::INVALID]);
        description.add_parameters(ParameterPlace::Query, &T::json_schema(generator));
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> Extract for Json<T> {
    fn extract(request: &Request) -> Result<Self, Problem> {
        let body = body_of(request, "application/json")?;
        let mut json = serde_json::Deserializer::from_slice(body);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let pointer = pointer(error.path());
            Problem::invalid(pointer, error.into_inner().to_string())
        })?;
        json.end()
            .map_err(|error| Problem::invalid("", error.to_string()))?;
        Ok(Self(value))
    }

    fn describe(description: &mut Description, generator: &mut SchemaGenerator) {
        description.may_refuse(BODY_KINDS);
        description.body = Some(("application/json", generator.subschema_for::<T>()));
    }
}

impl Extract for Form {
    fn extract(request: &Request) -> Result<Self, Problem> {
        let body = body_of(request, "application/x-www-form-urlencoded")?;
        serde_html_form::from_bytes(body)
            .map(Self)
            .map_err(|error| Problem::invalid("", error.to_string()))
    }

    fn describe(description: &mut Description, _: &mut SchemaGenerator) {
        description.may_refuse(BODY_KINDS);
        let schema = schemars::json_schema!({ "type": "object", "additionalProperties": { "type": "string" } });
        description.body = Some(("application/x-www-form-urlencoded", schema));
    }
}

impl Extract for RequestId {
    fn extract(request: &Request) -> Result<Self, Problem> {
        Ok(request.id().clone())
    }

    fn describe(_: &mut Description, _: &mut SchemaGenerator) {}
}

/// The `Idempotency-Key` header, where the client sent one: at most 255 characters of ASCII. What it protects, the operation says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

/// More is no key.
const LONGEST_KEY: usize = 255;

impl Extract for IdempotencyKey {
    fn extract(request: &Request) -> Result<Self, Problem> {
        let Some(sent) = request.raw_header("idempotency-key") else {
            return Ok(Self(None));
        };
        // One that is not understood is refused: whoever sends it counts on it.
        let key = sent.to_str().ok().filter(|key| key.len() <= LONGEST_KEY);
        let key = key.ok_or_else(|| {
            let most = format!("at most {LONGEST_KEY} characters of ASCII");
            Problem::invalid("Idempotency-Key", most)
        })?;
        Ok(Self(Some(key.to_owned())))
    }

    fn describe(description: &mut Description, _: &mut SchemaGenerator) {
        description.may_refuse(&[ProblemKind::INVALID]);
        description.parameters.push(Parameter {
            name: "Idempotency-Key".to_owned(),
            place: ParameterPlace::Header,
            required: false,
            schema: serde_json::json!({
                "type": "string",
                "maxLength": LONGEST_KEY,
                "description": "Makes a request that is sent again count once.",
            }),
        });
    }
}

const BODY_KINDS: &[ProblemKind] = &[
    ProblemKind::INVALID,
    ProblemKind::TOO_LARGE,
    ProblemKind::UNSUPPORTED_MEDIA_TYPE,
];

fn body_of<'r>(request: &'r Request, media_type: &str) -> Result<&'r [u8], Problem> {
    let given = request.header("content-type").unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(media_type) {
        return Err(Problem::from(ProblemKind::UNSUPPORTED_MEDIA_TYPE)
            .because(format!("send {media_type}")));
    }
    if request.body().len() > MAXIMUM_BODY {
        return Err(
            Problem::from(ProblemKind::TOO_LARGE).because(format!("at most {MAXIMUM_BODY} bytes"))
        );
    }
    Ok(request.body())
}

fn read_pairs<T: DeserializeOwned>(
    encoded: &str,
    place: impl Fn(&str) -> String,
) -> Result<T, Problem> {
    let pairs = serde_html_form::Deserializer::new(form_pairs(encoded));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let name = error
            .path()
            .iter()
            .next()
            .map(ToString::to_string)
            .unwrap_or_default();
        Problem::invalid(place(&name), error.into_inner().to_string())
    })
}

fn form_pairs(encoded: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(encoded.as_bytes())
}

/// A JSON pointer (RFC 6901) to the value that could not be read.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    };
    path.iter().map(part).collect()
}

/// All inputs of an endpoint: its caller, then up to three others.
pub trait Input: Sized + Send + 'static {
    /// Who calls.
    type Caller: Principal;

    /// Reads the inputs beside the caller.
    ///
    /// # Errors
    /// When the request does not hold one of them.
    fn read(caller: Self::Caller, request: &Request) -> Result<Self, Problem>;

    /// Describes the inputs beside the caller.
    fn describe(description: &mut Description, generator: &mut SchemaGenerator);
}

impl<P: Principal> Input for (P,) {
    type Caller = P;
    fn read(caller: P, _: &Request) -> Result<Self, Problem> {
        Ok((caller,))
    }
    fn describe(_: &mut Description, _: &mut SchemaGenerator) {}
}

impl<P: Principal, A: Extract> Input for (P, A) {
    type Caller = P;
    fn read(caller: P, request: &Request) -> Result<Self, Problem> {
        Ok((caller, A::extract(request)?))
    }
    fn describe(description: &mut Description, generator: &mut SchemaGenerator) {
        A::describe(description, generator);
    }
}

impl<P: Principal, A: Extract, B: Extract> Input for (P, A, B) {
    type Caller = P;
    fn read(caller: P, request: &Request) -> Result<Self, Problem> {
        Ok((caller, A::extract(request)?, B::extract(request)?))
    }
    fn describe(description: &mut Description, generator: &mut SchemaGenerator) {
        A::describe(description, generator);
        B::describe(description, generator);
    }
}

impl<P: Principal, A: Extract, B: Extract, C: Extract> Input for (P, A, B, C) {
    type Caller = P;
    fn read(caller: P, request: &Request) -> Result<Self, Problem> {
        Ok((
            caller,
            A::extract(request)?,
            B::extract(request)?,
            C::extract(request)?,
        ))
    }
    fn describe(description: &mut Description, generator: &mut SchemaGenerator) {
        A::describe(description, generator);
        B::describe(description, generator);
        C::describe(description, generator);
    }
}
