//! One line of the log stream: from what a process wrote to what a person or a machine reads.

use serde_json::{Map, Value};

use crate::logs::Style;

/// What came of a request.
const FIRST: [&str; 4] = ["status", "code", "reason", "error"];
/// What a person sees elsewhere in the line, or finds in the file by the `request_id` (ids of Lambda and of traces).
const NOT_SHOWN: [&str; 14] = [
    "timestamp",
    "level",
    "message",
    "fields",
    "span",
    "spans",
    "target",
    "threadId",
    "name",
    "operation",
    "service",
    "requestId",
    "trace_id",
    "xrayTraceId",
];

/// One log line, taken apart.
pub(crate) struct Line<'a> {
    source: &'a str,
    content: Map<String, Value>,
}

impl<'a> Line<'a> {
    /// What is not JSON (a panic, a print) becomes the message.
    pub(crate) fn parse(source: &'a str, text: &str) -> Self {
        let content = serde_json::from_str(text).unwrap_or_else(|_| {
            let message = Value::from(text.trim_end());
            Map::from_iter([("message".to_owned(), message)])
        });
        Self { source, content }
    }

    pub(crate) fn to_json(&self) -> String {
        let mut content = Map::from_iter([("function".to_owned(), Value::from(self.source))]);
        content.extend(self.content.clone());
        Value::Object(content).to_string()
    }

    pub(crate) fn to_text(&self, style: Style) -> String {
        if style == Style::Json {
            return self.to_json();
        }
        let level = self.text("level").unwrap_or_default();
        let time = self.text("timestamp").map(time_of_day).unwrap_or_default();
        let message = self.message();
        let fields = self.fields();
        if style == Style::Coloured {
            let colour = match level.as_str() {
                "ERROR" => 31,
                "WARN" => 33,
                "INFO" => 32,
                _ => 34,
            };
            format!(
                "\x1b[2m{time:12}\x1b[0m \x1b[{colour}m{level:5}\x1b[0m \x1b[36m{:20}\x1b[0m {message}\x1b[2m{fields}\x1b[0m",
                self.source
            )
        } else {
            format!("{time:12} {level:5} {:20} {message}{fields}", self.source)
        }
    }

    /// Whether a person should see it even while a progress bar is there.
    pub(crate) fn is_grave(&self) -> bool {
        !matches!(
            self.text("level").as_deref(),
            Some("INFO" | "DEBUG" | "TRACE")
        )
    }

    /// tracing's JSON puts an event's fields under `fields` unless it is told to flatten them; both are read.
    fn message(&self) -> String {
        let nested = self
            .content
            .get("fields")
            .and_then(|fields| fields.get("message"));
        self.content
            .get("message")
            .or(nested)
            .map(plain)
            .unwrap_or_default()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.content.get(name).map(plain)
    }

    /// What else a person wants to know, as ` name=value`, what came of it first; of the spans, the fields of the innermost.
    fn fields(&self) -> String {
        let nested = ["fields", "span"]
            .into_iter()
            .filter_map(|part| self.content.get(part)?.as_object());
        let mut fields: Vec<_> = std::iter::once(&self.content)
            .chain(nested)
            .flatten()
            .filter(|(name, _)| !NOT_SHOWN.contains(&name.as_str()))
            .collect();
        // The sort is stable: the others keep their order.
        fields.sort_by_key(|(name, _)| {
            let place = FIRST.iter().position(|first| first == name);
            place.unwrap_or(FIRST.len())
        });
        let fields = fields.iter();
        fields
            .map(|(name, value)| format!(" {name}={}", plain(value)))
            .collect()
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// `2026-11-24T06:14:03.123456Z` to `06:14:03.123`.
fn time_of_day(timestamp: String) -> String {
    let time = timestamp
        .split_once('T')
        .map_or(timestamp.as_str(), |(_, time)| time);
    time.chars()
        .take(12)
        .collect::<String>()
        .trim_end_matches('Z')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{"timestamp":"2026-11-24T06:14:03.123456Z","level":"INFO","fields":{"message":"order placed","order_sn":"01"},"target":"order","span":{"request_id":"r-1","name":"submit-order"},"spans":[{"name":"submit-order"}]}"#;

    #[test]
    fn a_json_line_becomes_readable() {
        let text = Line::parse("submit-order", EVENT).to_text(Style::Plain);
        assert_eq!(
            text,
            "06:14:03.123 INFO  submit-order         order placed order_sn=01 request_id=r-1"
        );
    }

    #[test]
    fn a_person_sees_first_what_came_of_it_and_no_ids_but_the_requests() {
        let handled = r#"{"timestamp":"2026-11-24T06:14:03.123456Z","level":"INFO","message":"handled","bytes_out":133,"code":"10005",
            "micros":315,"operation":"list-orders","reason":"Sign-in required","request_id":"r-1","service":"order","status":401,
            "trace_id":"t-1","span":{"requestId":"l-1","xrayTraceId":"Root=1","name":"Lambda runtime invoke"}}"#;
        let text = Line::parse("list-orders", handled).to_text(Style::Plain);
        assert_eq!(
            text,
            "06:14:03.123 INFO  list-orders          handled status=401 code=10005 reason=Sign-in required bytes_out=133 micros=315 \
             request_id=r-1"
        );
    }

    #[test]
    fn machines_get_the_same_json_with_the_function_added() {
        let json: Value =
            serde_json::from_str(&Line::parse("submit-order", EVENT).to_text(Style::Json)).unwrap();
        assert_eq!(json["function"], "submit-order");
        assert_eq!(json["fields"]["order_sn"], "01");
    }

    #[test]
    fn a_line_that_is_not_json_is_its_own_message() {
        let json: Value =
            serde_json::from_str(&Line::parse("pay", "thread 'main' panicked").to_json()).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"function": "pay", "message": "thread 'main' panicked"})
        );
    }
}
