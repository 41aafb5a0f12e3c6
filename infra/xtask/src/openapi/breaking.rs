//! What a change of the document breaks for clients that were written for the document before.
//!
//! A client sends what it sent before, and reads what it read before. So inputs may only become wider (an operation must
//! go on to take everything it took), answers may only become narrower or gain fields (it must not leave out, or make
//! something else of, what clients read). Clients bear new operations, codes, fields of answers and values of
//! enumerations in answers; those break nothing.

mod schema;

use std::{collections::BTreeMap, fmt};

use serde_json::{Map, Value};

use schema::{Comparison, Way};

/// One thing that breaks clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Break {
    /// `POST /api/orders`.
    pub(crate) operation: String,
    /// Where in the operation, names of schemas left out: `/requestBody/note`.
    pub(crate) pointer: String,
    /// What happened there.
    pub(crate) what: String,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = format!("{} {}", self.operation, self.pointer);
        write!(f, "{}: {}", place.trim_end(), self.what)
    }
}

/// What breaks clients of `before` when the mall answers as `after` says.
pub(crate) fn breaks(before: &Value, after: &Value) -> Vec<Break> {
    let (known, now) = (operations(before), operations(after));
    let mut found = Vec::new();
    for (name, (operation, described)) in &known {
        let mut comparison = Comparison::new(before, after, operation);
        match now.get(name) {
            Some((_, of_now)) => compare(&mut comparison, described, of_now),
            None => comparison.broken("", "the operation is gone"),
        }
        found.extend(comparison.found);
    }
    found
}

/// Whether the version says that clients have to change: its first number is higher.
pub(crate) fn is_announced(before: &Value, after: &Value) -> bool {
    let first_number = |document: &Value| {
        let version = document["info"]["version"].as_str()?;
        version.split('.').next()?.parse::<u64>().ok()
    };
    first_number(after) > first_number(before)
}

/// The operations by method and path; what a parameter of the path is called does not count.
fn operations(document: &Value) -> BTreeMap<String, (String, &Value)> {
    let mut found = BTreeMap::new();
    for (path, item) in entries(&document["paths"]) {
        for (method, operation) in entries(item) {
            let name = format!("{} {path}", method.to_uppercase());
            found.insert(without_names(&name), (name, operation));
        }
    }
    found
}

fn without_names(path: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + "{" + part.find('}').map_or(part, |end| &part[end..])
    })
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn compare(comparison: &mut Comparison<'_>, before: &Value, after: &Value) {
    if before["operationId"] != after["operationId"] {
        comparison.broken(
            "/operationId",
            &format!("it is called {} now", after["operationId"]),
        );
    }
    compare_security(comparison, before, after);
    compare_permission(comparison, before, after);
    compare_parameters(comparison, before, after);
    compare_body(comparison, before, after);
    compare_answers(comparison, before, after);
    for code in codes(comparison, before, comparison.before) {
        if !codes(comparison, after, comparison.after).contains(&code) {
            let (status, code) = code;
            comparison.broken(
                &format!("/responses/{status}"),
                &format!("the code {code} is gone"),
            );
        }
    }
}

/// A caller that was let in must be let in: for each way in, there is one that asks for nothing more.
fn compare_security(comparison: &mut Comparison<'_>, before: &Value, after: &Value) {
    let ways = |operation: &Value| -> Vec<Vec<String>> {
        let ways: Vec<Vec<String>> = items(&operation["security"])
            .map(|way| entries(way).map(|(scheme, _)| scheme.clone()).collect())
            .collect();
        if ways.is_empty() {
            vec![Vec::new()]
        } else {
            ways
        }
    };
    let now = ways(after);
    for way in ways(before) {
        let still = now
            .iter()
            .any(|needed| needed.iter().all(|scheme| way.contains(scheme)));
        if !still {
            let with = if way.is_empty() {
                "nothing".to_owned()
            } else {
                way.join(" and ")
            };
            comparison.broken(
                "/security",
                &format!("a caller with {with} is no longer let in"),
            );
        }
    }
}

/// Staff who were let in by one permission, or without any, need not have another.
fn compare_permission(comparison: &mut Comparison<'_>, before: &Value, after: &Value) {
    let (known, now) = (&before["x-permission"], &after["x-permission"]);
    if !now.is_null() && now != known {
        let before = known.as_str().map_or("none".to_owned(), str::to_owned);
        let now = now.as_str().unwrap_or_default();
        comparison.broken(
            "/x-permission",
            &format!("it asks for {now} now, for {before} before"),
        );
    }
}

fn compare_parameters(comparison: &mut Comparison<'_>, before: &Value, after: &Value) {
    let by_name = |operation: &Value| -> BTreeMap<String, Value> {
        let mut path_parameters = 0;
        let parameters = items(&operation["parameters"]).map(|parameter| {
            let place = parameter["in"].as_str().unwrap_or_default();
            let name = if place == "path" {
                path_parameters += 1;
                path_parameters.to_string()
            } else {
                parameter["name"]
                    .as_str()
                    .unwrap_or_default()
                    .to_lowercase()
            };
            (format!("/parameters/{place}/{name}"), parameter.clone())
        });
        parameters.collect()
    };
    let (known, now) = (by_name(before), by_name(after));
    for (pointer, parameter) in &known {
        match now.get(pointer) {
            None => comparison.broken(pointer, "it is no longer taken"),
            Some(of_now) => {
                comparison.compare(pointer, Way::In, &parameter["schema"], &of_now["schema"]);
            }
        }
    }
    for (pointer, parameter) in &now {
        let was_required = known
            .get(pointer)
            .is_some_and(|known| known["required"] == true);
        if parameter["required"] == true && !was_required {
            comparison.broken(pointer, "it is required now");
        }
    }
}

fn compare_body(comparison: &mut Comparison<'_>, before: &Value, after: &Value) {
    let (known, now) = (&before["requestBody"], &after["requestBody"]);
    if now["required"] == true && known["required"] != true {
        comparison.broken("/requestBody", "it is required now");
    }
    for (media_type, content) in entries(&known["content"]) {
        match now["content"].get(media_type) {
            None => comparison.broken("/requestBody", &format!("{media_type} is no longer taken")),
            Some(of_now) => comparison.compare(
                "/requestBody",
                Way::In,
                &content["schema"],
                &of_now["schema"],
            ),
        }
    }
}

fn compare_answers(comparison: &mut Comparison<'_>, before: &Value, after: &Value) {
    for (status, answer) in entries(&before["responses"]) {
        if status.starts_with(['4', '5']) {
            continue;
        }
        let pointer = format!("/responses/{status}");
        let Some(of_now) = after["responses"].get(status) else {
            comparison.broken(&pointer, "the answer is gone");
            continue;
        };
        for (name, header) in entries(&answer["headers"]) {
            let still = of_now["headers"][name]["required"] == true;
            if header["required"] == true && !still {
                comparison.broken(&pointer, &format!("the header {name} may be absent"));
            }
        }
        for (media_type, content) in entries(&answer["content"]) {
            match of_now["content"].get(media_type) {
                None => {
                    comparison.broken(&pointer, &format!("it is no longer given as {media_type}"));
                }
                Some(of_now) => {
                    comparison.compare(&pointer, Way::Out, &content["schema"], &of_now["schema"])
                }
            }
        }
    }
}

/// The codes of an operation with their statuses.
fn codes(
    comparison: &Comparison<'_>,
    operation: &Value,
    document: &Value,
) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (status, answer) in entries(&operation["responses"]) {
        let answer = comparison.resolve(document, answer);
        let codes = items(&answer["x-problem-codes"]).filter_map(Value::as_str);
        found.extend(codes.map(|code| (status.clone(), code.to_owned())));
    }
    found
}

#[cfg(test)]
mod tests;
