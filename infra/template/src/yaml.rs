//! YAML text to a JSON tree, with CloudFormation's short intrinsics in their long form.
//!
//! `!Sub x` becomes `{"Fn::Sub": "x"}`, `!Ref x` becomes `{"Ref": "x"}`, and every `GetAtt` becomes a list of two. The tree is
//! built from the parser's events rather than from a ready-made document, because only the events tell a quoted scalar from
//! a plain one: CloudFormation reads YAML 1.1, where a plain `on` is a boolean and `0012` is ten, and such a scalar is refused
//! here instead of being read differently on the two sides. Numbers with a fraction stay text.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::{Map, Value, json};

/// Where the text stops being acceptable YAML; line and column are counted from 1.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) problem: String,
}

impl Malformed {
    fn at(span: Span, problem: impl Into<String>) -> Malformed {
        Malformed {
            line: span.start.line(),
            column: span.start.col() + 1,
            problem: problem.into(),
        }
    }
}

impl From<ScanError> for Malformed {
    fn from(error: ScanError) -> Malformed {
        let marker = *error.marker();
        Malformed {
            line: marker.line(),
            column: marker.col() + 1,
            problem: error.info().to_owned(),
        }
    }
}

/// Reads the one document of a template.
pub(crate) fn parse(text: &str) -> Result<Value, Malformed> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
    };
    let mut document = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            Event::StreamEnd => return Ok(document.unwrap_or(Value::Null)),
            _ if document.is_some() => {
                return Err(Malformed::at(
                    span,
                    "a template is one YAML document, this is a second",
                ));
            }
            event => document = Some(reader.node(event, span)?),
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    anchors: BTreeMap<usize, Value>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), Malformed> {
        match self.parser.next_event() {
            Some(event) => Ok(event?),
            None => Err(Malformed {
                line: 1,
                column: 1,
                problem: "the text ends in the middle of a value".to_owned(),
            }),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Value, Malformed> {
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                (scalar(&text, style, tag.as_deref(), span)?, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                (tagged(tag.as_deref(), self.sequence()?, span)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                (tagged(tag.as_deref(), self.mapping()?, span)?, anchor)
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                return value
                    .ok_or_else(|| Malformed::at(span, "this alias has no anchor before it"));
            }
            _ => return Err(Malformed::at(span, "a value is missing here")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn sequence(&mut self) -> Result<Value, Malformed> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::Array(items)),
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Value, Malformed> {
        let mut map = Map::new();
        loop {
            let (key, key_span) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(long_get_att(map)),
                (Event::Scalar(text, style, _, _), span) => {
                    refuse_ambiguous(&text, style, span)?;
                    (text.into_owned(), span)
                }
                (_, span) => return Err(Malformed::at(span, "the key of a mapping is text")),
            };
            if key == "<<" {
                return Err(Malformed::at(
                    key_span,
                    "CloudFormation has no merge keys; write the properties out",
                ));
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            if map.insert(key.clone(), value).is_some() {
                return Err(Malformed::at(
                    key_span,
                    format!("`{key}` stands twice in this mapping"),
                ));
            }
        }
    }
}

/// The long form also allows `Fn::GetAtt: Table.Arn`; the tree holds one form only.
fn long_get_att(mut map: Map<String, Value>) -> Value {
    if let (1, Some(Value::String(dotted))) = (map.len(), map.get("Fn::GetAtt")) {
        let pair = split_attribute(dotted);
        map.insert("Fn::GetAtt".to_owned(), pair);
    }
    Value::Object(map)
}

fn split_attribute(dotted: &str) -> Value {
    match dotted.split_once('.') {
        Some((id, attribute)) => json!([id, attribute]),
        None => json!([dotted]),
    }
}

fn scalar(
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    span: Span,
) -> Result<Value, Malformed> {
    if let Some(tag) = tag {
        return tagged(Some(tag), Value::from(text), span);
    }
    refuse_ambiguous(text, style, span)?;
    Ok(if style == ScalarStyle::Plain {
        plain(text)
    } else {
        Value::from(text)
    })
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match text.parse::<i64>() {
            Ok(number) if !text.starts_with('+') => Value::from(number),
            _ => Value::from(text),
        },
    }
}

fn refuse_ambiguous(text: &str, style: ScalarStyle, span: Span) -> Result<(), Malformed> {
    let octal =
        text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    let boolean = ["yes", "no", "on", "off"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word));
    if style == ScalarStyle::Plain && (octal || boolean) {
        return Err(Malformed::at(
            span,
            format!(
                "`{text}` means something else in YAML 1.1, which CloudFormation reads; quote it"
            ),
        ));
    }
    Ok(())
}

fn tagged(tag: Option<&Tag>, value: Value, span: Span) -> Result<Value, Malformed> {
    let Some(tag) = tag else { return Ok(value) };
    if tag.is_yaml_core_schema() {
        return match tag.suffix.as_str() {
            "str" | "seq" | "map" => Ok(value),
            other => Err(Malformed::at(
                span,
                format!("the tag `!!{other}` is not used in templates; write the value plainly"),
            )),
        };
    }
    if tag.handle != "!" || tag.suffix.is_empty() {
        return Err(Malformed::at(
            span,
            format!("`{tag}` is not an intrinsic of CloudFormation"),
        ));
    }
    let name = match tag.suffix.as_str() {
        "Ref" | "Condition" => tag.suffix.clone(),
        suffix => format!("Fn::{suffix}"),
    };
    let argument = match (name.as_str(), &value) {
        ("Fn::GetAtt", Value::String(dotted)) => split_attribute(dotted),
        _ => value,
    };
    Ok(json!({ name: argument }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        parse(text)
            .unwrap_or_else(|error| panic!("{}:{}: {}", error.line, error.column, error.problem))
    }

    fn problem(text: &str) -> (usize, String) {
        let error = parse(text).expect_err("the text is not acceptable");
        (error.line, error.problem)
    }

    #[test]
    fn plain_scalars_become_numbers_booleans_and_nothing() {
        assert_eq!(
            read("a: 12\nb: -3\nc: true\nd:\ne: '12'\nf: 2010-09-09\ng: 1.5\nh: \"true\""),
            json!({"a": 12, "b": -3, "c": true, "d": null, "e": "12", "f": "2010-09-09", "g": "1.5", "h": "true"})
        );
    }

    #[test]
    fn short_intrinsics_are_written_out_in_their_long_form() {
        assert_eq!(
            read(
                "a: !Ref Prefix\nb: !Sub '${Prefix}-stock'\nc: !GetAtt Table.Arn\nd: !Join ['-', [!Ref A, b]]\ne: !Condition Live"
            ),
            json!({
                "a": {"Ref": "Prefix"},
                "b": {"Fn::Sub": "${Prefix}-stock"},
                "c": {"Fn::GetAtt": ["Table", "Arn"]},
                "d": {"Fn::Join": ["-", [{"Ref": "A"}, "b"]]},
                "e": {"Condition": "Live"},
            })
        );
    }

    #[test]
    fn all_forms_of_get_att_become_a_list_of_two() {
        let two = json!({"Fn::GetAtt": ["Catalog", "Outputs.ApiUrl"]});
        assert_eq!(read("!GetAtt Catalog.Outputs.ApiUrl"), two);
        assert_eq!(read("!GetAtt [Catalog, Outputs.ApiUrl]"), two);
        assert_eq!(read("Fn::GetAtt: Catalog.Outputs.ApiUrl"), two);
        assert_eq!(read("Fn::GetAtt: [Catalog, Outputs.ApiUrl]"), two);
    }

    #[test]
    fn the_argument_of_an_intrinsic_is_text_even_where_it_looks_like_a_number() {
        assert_eq!(read("!Sub 12"), json!({"Fn::Sub": "12"}));
    }

    #[test]
    fn a_block_scalar_keeps_its_lines() {
        assert_eq!(read("a: |\n  one\n  two\n"), json!({"a": "one\ntwo\n"}));
        assert_eq!(
            read("a: !Sub |\n  ${one}\n"),
            json!({"a": {"Fn::Sub": "${one}\n"}})
        );
    }

    #[test]
    fn an_alias_stands_for_what_its_anchor_held() {
        assert_eq!(
            read("a: &x [1, !Ref B]\nb: *x"),
            json!({"a": [1, {"Ref": "B"}], "b": [1, {"Ref": "B"}]})
        );
    }

    #[test]
    fn scalars_that_yaml_1_1_reads_differently_are_refused_unless_quoted() {
        for text in [
            "a: yes",
            "a: No",
            "a: on",
            "a: OFF",
            "a: 000000000000",
            "on: a",
        ] {
            assert!(problem(text).1.contains("quote it"), "{text}");
        }
        assert_eq!(
            read("a: 'yes'\nb: \"0012\""),
            json!({"a": "yes", "b": "0012"})
        );
        assert_eq!(read("a: 0"), json!({"a": 0}));
    }

    #[test]
    fn a_key_that_stands_twice_is_refused_with_its_line() {
        assert_eq!(
            problem("a: 1\n'a': 2"),
            (2, "`a` stands twice in this mapping".to_owned())
        );
    }

    #[test]
    fn merge_keys_second_documents_and_foreign_tags_are_refused() {
        assert!(
            problem("a: &x {b: 1}\nc:\n  <<: *x")
                .1
                .contains("merge keys")
        );
        assert!(problem("a: 1\n---\nb: 2").1.contains("second"));
        assert!(problem("a: !!int 5").1.contains("!!int"));
        assert!(problem("a: [1, 2").0 >= 1);
    }
}
