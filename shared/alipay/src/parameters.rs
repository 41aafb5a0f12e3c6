//! The text over which parameters are signed.

use std::collections::BTreeMap;

/// All parameters with a value, but for those left out, sorted by name and joined as `name=value&name=value`, values as
/// they are before form encoding.
///
/// Nothing in this text is escaped, so a value with `&` and `=` in it reads like more parameters, and the same signature
/// holds for both readings. No value that we send may therefore have them; those that come are compared whole.
pub(crate) fn signed_text<'p>(
    parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
    left_out: &[&str],
) -> String {
    let sorted: BTreeMap<&str, &str> = parameters
        .into_iter()
        .filter(|(name, value)| !value.is_empty() && !left_out.contains(name))
        .collect();
    let pairs: Vec<String> = sorted
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_empty_values_and_what_is_left_out_take_no_part() {
        let parameters = [
            ("total_amount", "1.00"),
            ("sign", "x"),
            ("body", ""),
            ("app_id", "7"),
            ("subject", "谷粒 商城+%"),
        ];
        assert_eq!(
            signed_text(parameters, &["sign"]),
            "app_id=7&subject=谷粒 商城+%&total_amount=1.00"
        );
        assert_eq!(
            signed_text(parameters, &["sign", "app_id"]),
            "subject=谷粒 商城+%&total_amount=1.00"
        );
    }
}
