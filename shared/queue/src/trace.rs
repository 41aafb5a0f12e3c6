//! W3C trace context, carried from request to message to message.

use std::{fmt, future::Future, str::FromStr};

tokio::task_local! {
    static CURRENT: Trace;
}

/// One step of a trace: `traceparent` of the W3C trace context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    trace: u128,
    span: u64,
}

impl Trace {
    /// The start of a new trace.
    #[must_use]
    pub fn start() -> Self {
        Self {
            trace: rand::random(),
            span: rand::random(),
        }
    }

    /// The next step of the trace whose `traceparent` is given, or a new trace when it is absent or malformed.
    #[must_use]
    pub fn continued(traceparent: Option<&str>) -> Self {
        match traceparent.and_then(|text| text.parse::<Self>().ok()) {
            Some(parent) => Self {
                span: rand::random(),
                ..parent
            },
            None => Self::start(),
        }
    }

    /// The trace that the running operation belongs to.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Runs a future as part of this trace.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// The id that all steps of the trace share: 32 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{:032x}", self.trace)
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-01", self.trace, self.span)
    }
}

/// A text that is no `traceparent`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent")]
pub struct InvalidTrace;

impl FromStr for Trace {
    type Err = InvalidTrace;
    fn from_str(text: &str) -> Result<Self, InvalidTrace> {
        let parts: Vec<&str> = text.split('-').collect();
        let [version, trace, span, _flags] = parts.as_slice() else {
            return Err(InvalidTrace);
        };
        let hex = |text: &str, digits: usize| {
            text.len() == digits
                && text
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        if *version != "00" || !hex(trace, 32) || !hex(span, 16) {
            return Err(InvalidTrace);
        }
        let trace = u128::from_str_radix(trace, 16).map_err(|_| InvalidTrace)?;
        let span = u64::from_str_radix(span, 16).map_err(|_| InvalidTrace)?;
        if trace == 0 || span == 0 {
            Err(InvalidTrace)
        } else {
            Ok(Self { trace, span })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_continued_trace_keeps_its_id_and_takes_a_new_step() {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let next = Trace::continued(Some(parent));
        assert_eq!(next.id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_ne!(next.to_string(), parent);
        for noise in [
            "",
            "00-0-0-0",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "a-b",
        ] {
            assert!(noise.parse::<Trace>().is_err(), "{noise}");
        }
    }
}
