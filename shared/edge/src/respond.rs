//! From an HTTP event to an HTTP answer.

use std::time::Instant;

use aws::{Handled, Meter};
use dynamo::Signer;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use kernel::causes;
use lambda_http::{
    Body,
    aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse},
};
use serde_json::value::RawValue;
use tracing::{Instrument, error, info_span, warn};

use crate::{
    Answer, Endpoint, Input, Principal, Problem, ProblemKind, Refusal, Reply, Request, Statuses,
};

/// The operation that answers, and whose it is.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
}

/// Why there is no reply: the problem the client sees, and for the log the error behind it.
struct Refused {
    problem: Problem,
    reason: Option<String>,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            reason: None,
        }
    }
}

impl Refused {
    fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or(self.problem.kind.title)
    }
}

pub(crate) async fn respond<App, I, V, S, E, H>(
    place: Place,
    app: &App,
    guard: &<I::Caller as Principal>::Guard,
    handler: &H,
    event: &RawValue,
) -> ApiGatewayV2httpResponse
where
    I: Input,
    V: Answer,
    S: Statuses,
    E: Refusal,
    H: for<'a> Endpoint<'a, App, I, V, S, E>,
{
    let (started, meter) = (Instant::now(), Meter::default());
    let operation = place.operation;
    let request = match read(event) {
        Ok(request) => request,
        Err(reason) => {
            warn!(operation, reason, "the request cannot be read");
            return refusal(
                &Problem::from(ProblemKind::INVALID).because("the request cannot be read"),
                "",
            );
        }
    };
    let (id, trace_id) = (&request.id().0, request.trace().id());
    let span = info_span!("request", operation, request_id = %id, trace_id);
    let work = async {
        let outcome = answer::<App, I, V, S, E, H>(app, guard, handler, &request).await;
        if let Err(refused) = &outcome {
            debug_assert!(
                E::KINDS.contains(&refused.problem.kind) || refused.reason.is_none(),
                "{operation} answers a problem that it does not declare: {:?}",
                refused.problem.kind
            );
            report(refused);
        }
        outcome
    };
    let trace = request.trace().clone();
    let outcome = meter.scope(trace.scope(work.instrument(span))).await;
    let (answer, refused) = match outcome {
        Ok(answer) => (answer, None),
        Err(refused) => (refusal(&refused.problem, id), Some(refused)),
    };
    let handled = Handled {
        service: place.service,
        operation,
        trace_id: &trace_id,
        request_id: Some(id),
        status: u16::try_from(answer.status_code).ok(),
        code: refused.as_ref().map(|refused| refused.problem.kind.code),
        reason: refused.as_ref().map(Refused::reason),
        took: started.elapsed(),
        bytes_in: request.body().len(),
        bytes_out: answer.body.as_ref().map_or(0, |body| body.len()),
        ..Handled::default()
    };
    handled.log(&meter);
    answer
}

fn read(event: &RawValue) -> Result<Request, String> {
    let event: ApiGatewayV2httpRequest =
        serde_json::from_str(event.get()).map_err(|error| error.to_string())?;
    Request::of(event).map_err(|error| error.to_string())
}

async fn answer<App, I, V, S, E, H>(
    app: &App,
    guard: &<I::Caller as Principal>::Guard,
    handler: &H,
    request: &Request,
) -> Result<ApiGatewayV2httpResponse, Refused>
where
    I: Input,
    V: Answer,
    S: Statuses,
    E: Refusal,
    H: for<'a> Endpoint<'a, App, I, V, S, E>,
{
    let caller = I::Caller::admit(guard, request).await?;
    let record = caller.record();
    let outcome = perform::<App, I, V, S, E, H>(app, caller, handler, request).await;
    if let Some(record) = record {
        record.complete(status_of(&outcome)).await;
    }
    outcome
}

/// The status that the client sees.
fn status_of(outcome: &Result<ApiGatewayV2httpResponse, Refused>) -> u16 {
    match outcome {
        Ok(answer) => u16::try_from(answer.status_code).unwrap_or_default(),
        Err(refused) => refused.problem.kind.status,
    }
}

async fn perform<App, I, V, S, E, H>(
    app: &App,
    caller: I::Caller,
    handler: &H,
    request: &Request,
) -> Result<ApiGatewayV2httpResponse, Refused>
where
    I: Input,
    V: Answer,
    S: Statuses,
    E: Refusal,
    H: for<'a> Endpoint<'a, App, I, V, S, E>,
{
    let input = I::read(caller, request)?;
    let reply = handler.call(app, input).await.map_err(|error| Refused {
        problem: error.problem(),
        reason: Some(causes(&error)),
    })?;
    write_out(reply, request).map_err(|error| Refused {
        problem: ProblemKind::INTERNAL.into(),
        reason: Some(format!("the answer cannot be written: {error}")),
    })
}

fn write_out<V: Answer, S: Statuses>(
    reply: Reply<V, S>,
    request: &Request,
) -> Result<ApiGatewayV2httpResponse, serde_json::Error> {
    debug_assert!(S::STATUSES.contains(&reply.status));
    let (text, media_type) = (reply.body.text()?, reply.body.media_type());
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = reply.status.into();
    answer.cookies = reply.cookies;
    for (name, value) in reply.headers {
        insert(&mut answer.headers, HeaderName::from_static(name), &value);
    }
    if reply.tagged {
        let tag = format!(
            "\"{}\"",
            &Signer::sha256(text.as_deref().unwrap_or_default())[..32]
        );
        insert(&mut answer.headers, http::header::ETAG, &tag);
        if request.method() == Method::GET && is_known(request, &tag) {
            answer.status_code = 304;
            return Ok(answer);
        }
    } else {
        insert(&mut answer.headers, http::header::CACHE_CONTROL, "no-store");
    }
    if let Some(text) = text {
        insert(&mut answer.headers, http::header::CONTENT_TYPE, media_type);
        answer.body = Some(Body::Text(text));
    }
    Ok(answer)
}

/// Whether the client already has the answer with this tag (`If-None-Match`, weak comparison).
fn is_known(request: &Request, tag: &str) -> bool {
    request.header("if-none-match").is_some_and(|known| {
        known
            .split(',')
            .map(str::trim)
            .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
    })
}

fn refusal(problem: &Problem, request_id: &str) -> ApiGatewayV2httpResponse {
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = problem.kind.status.into();
    answer.cookies = problem.more.cookies.clone();
    insert(
        &mut answer.headers,
        http::header::CONTENT_TYPE,
        "application/problem+json",
    );
    insert(&mut answer.headers, http::header::CACHE_CONTROL, "no-store");
    if let Some(wait) = problem.more.retry_after {
        insert(
            &mut answer.headers,
            http::header::RETRY_AFTER,
            &wait.as_secs().max(1).to_string(),
        );
    }
    answer.body = Some(Body::Text(problem.document(request_id).to_string()));
    answer
}

/// A header whose value is not plain text is left out; none that is made here can be.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// What the client cannot mend, somebody here has to.
fn report(refused: &Refused) {
    let (kind, reason) = (refused.problem.kind, refused.reason());
    if kind.status >= 500 {
        error!(status = kind.status, code = kind.code, reason, "failed");
    }
}
