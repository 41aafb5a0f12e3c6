//! Puts the mall's refusals (RFC 9457 problem documents) into one line.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::Deserialize;

/// How many characters of an answer that is no problem document are worth showing.
const EXCERPT: usize = 200;

#[derive(Deserialize)]
struct Problem {
    title: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    pointer: String,
    detail: String,
}

/// Whether the answer says that it is a problem document.
pub(crate) fn announced(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().starts_with("application/problem+json"))
}

/// The reason in the mall's own words: its detail, then each fault with its pointer. Its title only when it says nothing else.
pub(crate) fn reason(status: StatusCode, is_problem: bool, body: &str) -> String {
    match serde_json::from_str::<Problem>(body) {
        Ok(problem) if is_problem => {
            let faults = problem
                .errors
                .iter()
                .map(|fault| format!("{} {}", fault.pointer, without_position(&fault.detail)));
            let said: Vec<String> = problem.detail.into_iter().chain(faults).collect();
            if said.is_empty() {
                problem.title.unwrap_or_else(|| status.to_string())
            } else {
                said.join("; ")
            }
        }
        _ => {
            let excerpt: String = body
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .chars()
                .take(EXCERPT)
                .collect();
            if excerpt.is_empty() {
                status.to_string()
            } else {
                format!("{status}: {excerpt}")
            }
        }
    }
}

/// What is wrong with a text, without the line and column of the request, which are not those of the file.
fn without_position(detail: &str) -> &str {
    match detail.rsplit_once(" at line ") {
        Some((said, position))
            if position
                .split(" column ")
                .all(|number| number.parse::<u32>().is_ok()) =>
        {
            said
        }
        _ => detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_request_is_not_taken_for_one_in_the_file() {
        let body = r#"{"title": "Invalid input", "errors": [{"pointer": "/name", "detail": "is too long at line 1 column 64"},
            {"pointer": "/unit", "detail": "stands at line of sight"}]}"#;
        assert_eq!(
            reason(StatusCode::BAD_REQUEST, true, body),
            "/name is too long; /unit stands at line of sight"
        );
    }

    #[test]
    fn a_problem_document_gives_its_detail_and_its_faults() {
        let body = r#"{"type": "about:blank", "title": "Unprocessable", "status": 422, "detail": "the product is not well formed", "code": "10001",
            "request_id": "r", "errors": [{"pointer": "/name", "detail": "is longer than 200 characters"}, {"pointer": "/skus/0/code", "detail": "has a space"}]}"#;
        assert_eq!(
            reason(StatusCode::UNPROCESSABLE_ENTITY, true, body),
            "the product is not well formed; /name is longer than 200 characters; /skus/0/code has a space"
        );
    }

    #[test]
    fn without_a_detail_the_title_or_the_status_must_do() {
        assert_eq!(
            reason(StatusCode::CONFLICT, true, r#"{"title": "Taken"}"#),
            "Taken"
        );
        assert_eq!(reason(StatusCode::CONFLICT, true, "{}"), "409 Conflict");
    }

    #[test]
    fn any_other_answer_is_shown_in_short() {
        assert_eq!(
            reason(StatusCode::PAYLOAD_TOO_LARGE, false, ""),
            "413 Payload Too Large"
        );
        let page = format!("<html>\n  {}", "字".repeat(1000));
        assert_eq!(
            reason(StatusCode::BAD_REQUEST, false, &page),
            format!("400 Bad Request: <html> {}", "字".repeat(193))
        );
        assert_eq!(
            reason(StatusCode::BAD_REQUEST, true, "{"),
            "400 Bad Request: {"
        );
    }
}
