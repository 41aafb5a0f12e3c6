//! The lines that functions write about what they handled.

use serde::Deserialize;
use serde_json::{Map, Value};

/// What one request, message or other event used, as its log line says it; what the line leaves out is zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Line {
    /// The service, such as `order`.
    pub service: String,
    /// The operation, such as `submit-order`.
    pub operation: String,
    /// The trace it belongs to.
    pub trace_id: String,
    /// A request's id; nothing else has one.
    pub request_id: Option<String>,
    /// A message's id; nothing else has one.
    pub message_id: Option<String>,
    /// The status of a request's answer.
    pub status: Option<u16>,
    /// What stays where it came from, to come again.
    pub failed: bool,
    /// What it is about: an order's number.
    pub subject: Option<String>,
    /// What it brought about: `order-placed`.
    pub outcome: Option<String>,
    /// Time from its arrival to its answer.
    pub micros: u64,
    /// Part of that time during which a call to AWS was under way.
    pub waited_micros: u64,
    /// How many messages or changes its invocation handled.
    pub batch: Option<u64>,
    /// How long they took together.
    pub batch_micros: Option<u64>,
    /// Bytes of a request's body, or of what came.
    pub bytes_in: u64,
    /// Bytes of an answer's body.
    pub bytes_out: u64,
    /// DynamoDB write units.
    pub write_units: u64,
    /// Those that a failed condition took, at least.
    pub failed_write_units: u64,
    /// DynamoDB read units, in halves.
    pub half_read_units: u64,
    /// Requests to DynamoDB.
    pub dynamodb_calls: u64,
    /// Requests to SQS.
    pub queue_calls: u64,
    /// Requests to S3 that read.
    pub object_reads: u64,
    /// Other requests to S3.
    pub object_writes: u64,
    /// Bytes of bodies sent to AWS.
    pub sent_bytes: u64,
    /// Bytes of bodies that came back.
    pub received_bytes: u64,
    /// How long the line itself is.
    #[serde(skip)]
    pub log_bytes: u64,
}

/// The message by which the lines are known among all others.
const MESSAGE: &str = "handled";

impl Line {
    /// The lines in a log: `log.jsonl` of a local mall, a function's own output, or what CloudWatch exports (lines that begin
    /// with a time, or the JSON that `aws logs` prints, where a line is text inside of it).
    pub fn find_all(log: &str) -> Vec<Self> {
        let mut found = Vec::new();
        if let Ok(whole) = serde_json::from_str::<Value>(log) {
            collect(whole, &mut found);
            return found;
        }
        for text in log.lines() {
            let json = text.find('{').map(|start| &text[start..]);
            if let Some(value) = json.and_then(|json| serde_json::from_str(json).ok()) {
                collect(value, &mut found);
            }
        }
        found
    }

    /// Whether it was a request: API Gateway counts it.
    pub fn is_request(&self) -> bool {
        self.request_id.is_some()
    }

    /// Whether it was a message: SQS counts how it was received and deleted.
    pub fn is_message(&self) -> bool {
        self.message_id.is_some()
    }
}

fn collect(value: Value, found: &mut Vec<Line>) {
    match value {
        Value::Object(object) if object.get("message").is_some_and(|text| text == MESSAGE) => {
            found.extend(read(object));
        }
        Value::Object(object) => object.into_values().for_each(|value| collect(value, found)),
        Value::Array(values) => values.into_iter().for_each(|value| collect(value, found)),
        Value::String(text) if text.starts_with('{') => {
            if let Ok(value) = serde_json::from_str(&text) {
                collect(value, found);
            }
        }
        _ => {}
    }
}

/// The line, if it says what was handled; another may have the same message.
fn read(mut object: Map<String, Value>) -> Option<Line> {
    // A local mall adds it; CloudWatch would not keep it.
    object.remove("function");
    let object = Value::Object(object);
    let log_bytes = object.to_string().len() as u64;
    let line: Line = serde_json::from_value(object).ok()?;
    (!line.operation.is_empty()).then_some(Line { log_bytes, ..line })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_found_in_every_form_in_which_logs_come() {
        let line = json!({ "timestamp": "2026-11-24T06:00:00Z", "level": "INFO", "message": "handled", "service": "order",
            "operation": "submit-order", "trace_id": "t", "request_id": "r", "status": 201, "micros": 5000, "write_units": 4 });
        let local = json!({ "function": "submit-order" });
        let mut with_function = line.as_object().unwrap().clone();
        with_function.extend(local.as_object().unwrap().clone());
        let logs = [
            format!(
                "noise\n{{\"message\":\"handled\"}}\n{}\n{{\"broken\":",
                Value::Object(with_function)
            ),
            format!("{line}\n"),
            format!("2026-11-24T06:00:00.000Z {line}\nSTART RequestId: 1\n"),
            serde_json::to_string_pretty(&json!({ "events": [{ "message": line.to_string() }] }))
                .unwrap(),
            json!({ "results": [[{ "field": "@message", "value": line.to_string() }]] })
                .to_string(),
        ];
        for log in logs {
            let found = Line::find_all(&log);
            let [found] = &found[..] else {
                panic!("{log}: {found:?}")
            };
            assert_eq!(
                (
                    found.operation.as_str(),
                    found.write_units,
                    found.queue_calls
                ),
                ("submit-order", 4, 0)
            );
            assert_eq!(found.log_bytes, line.to_string().len() as u64);
        }
    }
}
