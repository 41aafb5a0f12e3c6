//! Addresses from the configuration.

use std::{fmt, str::FromStr};

/// An address of the web without a query, so that parameters can be added to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebAddress(String);

/// A text that is no such address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an http or https address without a query")]
pub(crate) struct NotAnAddress;

impl FromStr for WebAddress {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or(NotAnAddress)?;
        let has_host = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
        let plain = rest
            .chars()
            .all(|c| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '"' | '<' | '>'));
        if has_host && plain {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAnAddress)
        }
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_a_host_and_no_query() {
        for text in [
            "https://openapi.alipay.com/gateway.do",
            "http://127.0.0.1:8081/gateway.do",
            "http://[::1]/",
        ] {
            assert_eq!(
                text.parse::<WebAddress>()
                    .map(|address| address.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in [
            "",
            "gateway.do",
            "ftp://a/",
            "https://",
            "https:///x",
            "https://a?b=c",
            "https://a#b",
            "https://a b",
        ] {
            assert_eq!(text.parse::<WebAddress>(), Err(NotAnAddress), "{text}");
        }
    }
}
