//! Finds the names that a tree refers to, without resolving anything.
//!
//! Used twice: every name must be declared somewhere in the template (a misspelt `!Ref` in an alarm would otherwise only show
//! on AWS), and the applications of the root stack are ordered by which of them read another's outputs.

use serde_json::{Map, Value};

/// One piece of a `Fn::Sub` text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    Text(&'t str),
    /// What stood between `${` and `}`.
    Name(&'t str),
}

/// Splits a `Fn::Sub` text; `${!Name}` is CloudFormation's way to write a literal `${Name}`.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let inside = &rest[start + 2..];
        let end = inside
            .find('}')
            .ok_or_else(|| format!("`{text}` has a `${{` without its `}}`"))?;
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        let name = &inside[..end];
        match name.strip_prefix('!') {
            Some(literal) => {
                pieces.extend([Piece::Text("${"), Piece::Text(literal), Piece::Text("}")])
            }
            None if name.trim().is_empty() => return Err(format!("`{text}` has an empty `${{}}`")),
            None => pieces.push(Piece::Name(name.trim())),
        }
        rest = &inside[end + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

/// The intrinsic that a mapping is, if it is one: its name and argument.
pub(crate) fn intrinsic(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = map.iter().next()?;
    (map.len() == 1 && (name == "Ref" || name.starts_with("Fn::")))
        .then_some((name.as_str(), argument))
}

/// Every name that `value` refers to by `Ref`, `Fn::GetAtt` or `Fn::Sub`: parameters, resources and pseudo parameters.
pub(crate) fn references(value: &Value) -> Vec<String> {
    let mut names = Vec::new();
    collect(value, &mut names);
    names
}

fn collect(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Object(map) => match intrinsic(map) {
            Some(("Ref", Value::String(name))) => names.push(name.clone()),
            Some(("Fn::GetAtt", Value::Array(pair))) => {
                names.extend(pair.first().and_then(Value::as_str).map(str::to_owned))
            }
            Some(("Fn::Sub", Value::String(text))) => names.extend(names_in(text)),
            Some(("Fn::Sub", Value::Array(parts))) => collect_sub_with_map(parts, names),
            _ => map.values().for_each(|value| collect(value, names)),
        },
        _ => {}
    }
}

fn collect_sub_with_map(parts: &[Value], names: &mut Vec<String>) {
    let own = parts.get(1).and_then(Value::as_object);
    if let Some(text) = parts.first().and_then(Value::as_str) {
        names.extend(names_in(text).filter(|name| own.is_none_or(|own| !own.contains_key(name))));
    }
    parts.iter().skip(1).for_each(|part| collect(part, names));
}

fn names_in(text: &str) -> impl Iterator<Item = String> {
    let names: Vec<String> = pieces(text)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.split('.').next().unwrap_or(name).to_owned()),
            Piece::Text(_) => None,
        })
        .collect();
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_sub_text_is_split_into_text_and_names() {
        let split =
            pieces("arn:${AWS::Partition}:x/${Table.Arn}${!Literal}-").expect("well formed");
        assert_eq!(
            split,
            [
                Piece::Text("arn:"),
                Piece::Name("AWS::Partition"),
                Piece::Text(":x/"),
                Piece::Name("Table.Arn"),
                Piece::Text("${"),
                Piece::Text("Literal"),
                Piece::Text("}"),
                Piece::Text("-"),
            ]
        );
    }

    #[test]
    fn an_unclosed_or_empty_name_is_an_error() {
        assert!(pieces("${Prefix-stock").is_err());
        assert!(pieces("${}-stock").is_err());
    }

    #[test]
    fn names_are_found_wherever_they_stand() {
        let value = json!({
            "a": [{"Ref": "A"}, {"Fn::GetAtt": ["B", "Arn"]}],
            "b": {"Fn::Sub": "${C}/${D.Arn}"},
            "c": {"Fn::Sub": ["${Own}/${E}", {"Own": {"Ref": "F"}}]},
            "d": {"Fn::If": ["Live", {"Ref": "G"}, "x"]},
        });
        assert_eq!(references(&value), ["A", "B", "C", "D", "E", "F", "G"]);
    }
}
