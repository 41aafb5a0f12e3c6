//! What the answers of a mall mean.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use serde_json::Value;

use crate::problem;
use crate::report::ImportError;

/// What the mall made of a request.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// 201: it was not there before.
    Created(Value),
    /// Any other success: it was there before, or there is nothing to make.
    Done(Value),
    /// 412 or 428: it is there, and not as the request says.
    Differs,
    /// The mall does not want it, for this reason.
    Refused(String),
}

/// States that pass: too many requests, busy, or a function or its gateway that has just died.
pub(crate) fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::BAD_GATEWAY
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// The seconds a mall asks for. Its form with a date is not in use between machines and counts as no wish.
pub(crate) fn retry_after(answer: &reqwest::Response) -> Option<Duration> {
    answer
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
        .map(Duration::from_secs)
}

/// Reads an answer that is not to be waited for again.
///
/// # Errors
/// When it says that nothing of the run can go on: nobody is signed in, or no mall is there.
pub(crate) async fn outcome(
    answer: reqwest::Response,
    request: &str,
) -> Result<Outcome, ImportError> {
    let status = answer.status();
    if status.is_success() {
        // Read to its end, the connection can be used again. What broke off on the way was done all the same.
        let body = answer.bytes().await.unwrap_or_default();
        let body = serde_json::from_slice(&body).unwrap_or_default();
        return Ok(if status == StatusCode::CREATED {
            Outcome::Created(body)
        } else {
            Outcome::Done(body)
        });
    }
    if matches!(
        status,
        StatusCode::PRECONDITION_FAILED | StatusCode::PRECONDITION_REQUIRED
    ) {
        return Ok(Outcome::Differs);
    }
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return Err(ImportError::Session {
            request: request.to_owned(),
            status: status.as_u16(),
        });
    }
    let is_problem = problem::announced(answer.headers());
    if !is_problem
        && (status.is_redirection()
            || matches!(
                status,
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
            ))
    {
        return Err(ImportError::NoMall {
            request: request.to_owned(),
            status: status.as_u16(),
        });
    }
    // The status is known: a body that breaks off takes nothing from the refusal but its words.
    let body = answer.text().await.unwrap_or_default();
    Ok(Outcome::Refused(problem::reason(status, is_problem, &body)))
}
