//! What an instance needs to know of its function: the template's figures and the environment of its process.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::oneshot;

use crate::instance::milliseconds_from_now;
use crate::launch::Launch;
use crate::runtime_api::{FunctionError, Invocation};
use crate::state::random_secret;

/// Instances of one function at once, unless the template reserves fewer: a laptop has few cores, and a request that waits a
/// moment costs less than a process more.
const DEFAULT_CONCURRENCY: u32 = 4;
/// Even where the template reserves more for AWS.
const LARGEST_CONCURRENCY: u32 = 16;

/// Where the local DynamoDB, SQS and S3 answer.
#[derive(Clone, Debug)]
pub(crate) struct BackendUrls {
    pub(crate) dynamodb: String,
    pub(crate) sqs: String,
    pub(crate) s3: String,
}

/// The key a function signs its calls with. Its id names the function, so that what reaches a back end says who sent it.
#[derive(Clone, Debug)]
pub(crate) struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl AccessKey {
    /// A new one for the function.
    pub(crate) fn of(handler: &str) -> Self {
        let name: String = handler
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        Self {
            id: format!("LOCAL{}", name.to_ascii_uppercase()),
            secret: random_secret(),
        }
    }
}

/// Every function's key, by handler. The back ends have to know them before any function is.
pub(crate) type AccessKeys = BTreeMap<String, AccessKey>;

/// One function, ready to be started.
#[derive(Debug)]
pub(crate) struct Definition {
    /// Verb-noun, `submit-order`: the value of `_HANDLER`.
    pub(crate) handler: String,
    /// Logical id in the template, `SubmitOrder`.
    pub(crate) logical_id: String,
    /// The crate whose bootstrap holds the handler.
    pub(crate) service: String,
    pub(crate) timeout: Duration,
    pub(crate) memory_mb: u32,
    /// Method and path of each route.
    pub(crate) routes: Vec<(String, String)>,
    /// Instances at once, at most.
    pub(crate) concurrency: u32,
    /// Everything its process sees, but for the address of its Runtime API.
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) access_key: AccessKey,
    pub(crate) arn: String,
}

impl Definition {
    pub(crate) fn new(
        function: &template::Function,
        deployment: &template::Deployment,
        access_key: AccessKey,
        urls: &BackendUrls,
    ) -> Self {
        let (region, account) = (&deployment.region, &deployment.account);
        Self {
            handler: function.handler.clone(),
            logical_id: function.id.clone(),
            service: function.binary.clone(),
            timeout: function.timeout,
            memory_mb: function.memory_mb,
            routes: routes(function),
            concurrency: function
                .reserved_concurrency
                .unwrap_or(DEFAULT_CONCURRENCY)
                .min(LARGEST_CONCURRENCY),
            environment: environment(function, region, urls, &access_key),
            arn: format!(
                "arn:aws:lambda:{region}:{account}:function:{}",
                function.name
            ),
            access_key,
        }
    }

    pub(crate) fn launch(&self) -> Launch {
        Launch {
            handler: self.handler.clone(),
            logical_id: self.logical_id.clone(),
            service: self.service.clone(),
            memory_mb: self.memory_mb,
            timeout_seconds: self.timeout.as_secs(),
            routes: self.routes.clone(),
            environment: self.environment.clone(),
        }
    }

    pub(crate) fn invocation(
        &self,
        event: Bytes,
        reply: oneshot::Sender<Result<Bytes, FunctionError>>,
    ) -> Invocation {
        Invocation {
            request_id: uuid(),
            deadline_ms: milliseconds_from_now(self.timeout),
            function_arn: self.arn.clone(),
            trace_id: trace_id(),
            event,
            reply,
        }
    }
}

fn routes(function: &template::Function) -> Vec<(String, String)> {
    let route = |trigger: &template::Trigger| match trigger {
        template::Trigger::Http { method, path, .. } => Some((method.clone(), path.clone())),
        _ => None,
    };
    function.triggers.iter().filter_map(route).collect()
}

/// The template's variables, and those that Lambda sets and a function here may rely on.
fn environment(
    function: &template::Function,
    region: &str,
    urls: &BackendUrls,
    key: &AccessKey,
) -> BTreeMap<String, String> {
    let of_lambda = [
        ("_HANDLER", function.handler.as_str()),
        ("AWS_LAMBDA_FUNCTION_NAME", &function.name),
        (
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            &function.memory_mb.to_string(),
        ),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_REGION", region),
        ("AWS_ACCESS_KEY_ID", &key.id),
        ("AWS_SECRET_ACCESS_KEY", &key.secret),
        ("AWS_SESSION_TOKEN", "local"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &urls.dynamodb),
        ("AWS_ENDPOINT_URL_SQS", &urls.sqs),
        ("AWS_ENDPOINT_URL_S3", &urls.s3),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    function
        .environment
        .clone()
        .into_iter()
        .chain(of_lambda)
        .collect()
}

/// A random UUID (version 4), the form of Lambda's request ids.
pub(crate) fn uuid() -> String {
    const VERSION_4: u128 = 0x4 << 76;
    const VARIANT_RFC: u128 = 0b10 << 62;
    let bits = (rand::random::<u128>() & !(0xf << 76) & !(0b11 << 62)) | VERSION_4 | VARIANT_RFC;
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// A new X-Ray trace, not sampled: nothing here collects traces.
fn trace_id() -> String {
    let seconds = milliseconds_from_now(Duration::ZERO) / 1000;
    let unique = format!("{:024x}", rand::random::<u128>() >> 32);
    format!(
        "Root=1-{seconds:08x}-{unique};Parent={:016x};Sampled=0",
        rand::random::<u64>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_have_the_form_of_a_random_uuid() {
        let id = uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert!("89ab".contains(&id[19..20]), "{id}");
        assert_ne!(uuid(), id);
    }

    #[test]
    fn an_access_key_names_its_function_and_its_secret_is_new_each_time() {
        let (first, second) = (AccessKey::of("submit-order"), AccessKey::of("submit-order"));
        assert_eq!(first.id, "LOCALSUBMITORDER");
        assert_ne!(first.secret, second.secret);
    }
}
