use serde_json::{Value, json};

use super::*;

/// A contract of one operation that takes and gives everything that rules are about.
fn contract() -> Value {
    json!({
        "info": { "version": "1.4.0" },
        "paths": { "/api/things/{id}": { "put": {
            "operationId": "put-thing",
            "security": [{ "session": [] }, { "guest": [] }],
            "parameters": [
                { "in": "path", "name": "id", "required": true, "schema": { "type": "string" } },
                { "in": "query", "name": "limit", "required": false, "schema": { "type": "integer", "maximum": 100 } },
            ],
            "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Draft" } } } },
            "responses": {
                "200": {
                    "headers": { "ETag": { "required": true } },
                    "content": { "application/json": { "schema": { "$ref": "#/components/schemas/View" } } },
                },
                "201": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/View" } } } },
                "409": { "$ref": "#/components/responses/409" },
            },
        } } },
        "components": {
            "responses": { "409": { "x-problem-codes": ["11001", "11002"] } },
            "schemas": {
                "Draft": {
                    "type": "object", "additionalProperties": false, "required": ["name"],
                    "properties": {
                        "name": { "type": "string", "minLength": 1, "maxLength": 50, "pattern": "^a" },
                        "note": { "anyOf": [{ "type": "string", "maxLength": 20 }, { "type": "null" }] },
                        "kind": { "oneOf": [{ "const": "a", "type": "string" }, { "const": "b", "type": "string" }] },
                    },
                },
                "View": {
                    "type": "object", "required": ["name", "children"],
                    "properties": {
                        "name": { "type": "string" },
                        "icon": { "type": "string" },
                        "kind": { "type": "string", "enum": ["a", "b"] },
                        "children": { "type": "array", "items": { "$ref": "#/components/schemas/View" } },
                    },
                },
            },
        },
    })
}

const OPERATION: &str = "/paths/~1api~1things~1{id}/put";

/// What a change of the contract breaks: pointers and texts.
fn after(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut changed = contract();
    change(&mut changed);
    let found = breaks(&contract(), &changed);
    found.iter().map(ToString::to_string).collect()
}

fn at<'v>(document: &'v mut Value, pointer: &str) -> &'v mut Value {
    document
        .pointer_mut(pointer)
        .expect("a place of the contract")
}

fn operation(document: &mut Value) -> &mut Value {
    at(document, OPERATION)
}

fn draft(document: &mut Value) -> &mut Value {
    at(document, "/components/schemas/Draft")
}

fn view(document: &mut Value) -> &mut Value {
    at(document, "/components/schemas/View")
}

fn remove(value: &mut Value, name: &str) {
    value.as_object_mut().expect("an object").remove(name);
}

fn assert_breaks(found: &[String], expected: &str) {
    let expected = format!("PUT /api/things/{{id}}{expected}");
    assert!(found.contains(&expected), "{expected}\nnot in {found:#?}");
}

#[test]
fn the_same_contract_breaks_nothing() {
    assert_eq!(after(|_| ()), [""; 0]);
}

#[test]
fn what_clients_bear_breaks_nothing() {
    let found = after(|document| {
        document["paths"]["/api/more"] = json!({ "get": { "operationId": "list-more" } });
        operation(document)["parameters"][1]["schema"]["maximum"] = 200.into();
        operation(document)["parameters"][0]["name"] = "thing_id".into();
        operation(document)["security"] = json!([]);
        document["components"]["responses"]["409"]["x-problem-codes"] =
            json!(["11001", "11002", "11003"]);
        draft(document)["properties"]["colour"] = json!({ "type": "string" });
        draft(document)["properties"]["name"]["maxLength"] = 60.into();
        remove(&mut draft(document)["properties"]["name"], "pattern");
        view(document)["properties"]["colour"] = json!({ "type": "string" });
        view(document)["properties"]["kind"]["enum"] = json!(["a", "b", "c"]);
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn an_operation_that_is_gone_or_renamed_breaks_clients() {
    let found = after(|document| document["paths"] = json!({}));
    assert_breaks(&found, ": the operation is gone");
    let found = after(|document| operation(document)["operationId"] = "put-it".into());
    assert_breaks(&found, " /operationId: it is called \"put-it\" now");
}

#[test]
fn a_new_required_input_breaks_clients() {
    let found = after(|document| {
        let parameters = operation(document)["parameters"]
            .as_array_mut()
            .expect("a list");
        parameters
            .push(json!({ "in": "header", "name": "X-Reason", "required": true, "schema": {} }));
    });
    assert_breaks(&found, " /parameters/header/x-reason: it is required now");
    let found = after(|document| draft(document)["required"] = json!(["name", "note"]));
    assert_breaks(&found, " /requestBody/note: it is required now");
    let found = after(|document| operation(document)["parameters"][1]["required"] = true.into());
    assert_breaks(&found, " /parameters/query/limit: it is required now");
}

#[test]
fn an_input_that_is_no_longer_taken_breaks_clients() {
    let found = after(|document| remove(&mut draft(document)["properties"], "note"));
    assert_breaks(&found, " /requestBody/note: the field is no longer taken");
    let found = after(|document| {
        operation(document)["parameters"]
            .as_array_mut()
            .expect("a list")
            .pop();
    });
    assert_breaks(&found, " /parameters/query/limit: it is no longer taken");
    let found = after(|document| {
        operation(document)["requestBody"]["content"] = json!({ "text/csv": {} });
    });
    assert_breaks(&found, " /requestBody: application/json is no longer taken");
}

#[test]
fn a_narrower_input_breaks_clients() {
    let name =
        |change: Value| after(move |document| draft(document)["properties"]["name"] = change);
    let found = name(json!({ "type": "integer" }));
    assert_breaks(
        &found,
        " /requestBody/name: the type string is no longer taken",
    );
    let found = name(json!({ "type": "string", "minLength": 2, "maxLength": 50, "pattern": "^a" }));
    assert_breaks(&found, " /requestBody/name: minLength is 2 now");
    let found = name(json!({ "type": "string", "minLength": 1, "maxLength": 49, "pattern": "^a" }));
    assert_breaks(&found, " /requestBody/name: maxLength is 49 now");
    let found = name(json!({ "type": "string", "pattern": "^b" }));
    assert_breaks(&found, " /requestBody/name: pattern is \"^b\" now");
    let found = after(|document| {
        draft(document)["properties"]["note"] = json!({ "type": "string", "maxLength": 20 });
    });
    assert_breaks(
        &found,
        " /requestBody/note: the type null is no longer taken",
    );
    let found = after(|document| {
        draft(document)["properties"]["kind"] = json!({ "type": "string", "enum": ["a"] });
    });
    assert_breaks(
        &found,
        " /requestBody/kind: the value \"b\" is no longer taken",
    );
    let found = after(|document| {
        operation(document)["parameters"][0]["schema"]["enum"] = json!(["a"]);
    });
    assert_breaks(
        &found,
        " /parameters/path/1: only some values are taken now",
    );
}

#[test]
fn an_open_input_that_closes_breaks_clients() {
    let mut before = contract();
    remove(draft(&mut before), "additionalProperties");
    let found = breaks(&before, &contract());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].what, "other fields are no longer taken");
}

#[test]
fn a_field_of_an_answer_that_is_gone_or_may_be_absent_breaks_clients() {
    let found = after(|document| remove(&mut view(document)["properties"], "icon"));
    assert_breaks(&found, " /responses/200/icon: the field is gone");
    assert_breaks(&found, " /responses/201/icon: the field is gone");
    let found = after(|document| view(document)["required"] = json!(["children"]));
    assert_breaks(&found, " /responses/200/name: the field may be absent now");
}

#[test]
fn an_answer_of_another_type_breaks_clients() {
    let found = after(|document| {
        view(document)["properties"]["name"] = json!({ "type": ["string", "null"] });
    });
    assert_breaks(
        &found,
        " /responses/200/name: the type null may be given now",
    );
    let found = after(|document| {
        view(document)["properties"]["children"]["items"] = json!({ "type": "string" });
    });
    assert_breaks(
        &found,
        " /responses/200/children/*: the type string may be given now",
    );
}

#[test]
fn an_answer_a_media_type_or_a_header_that_is_gone_breaks_clients() {
    let found = after(|document| remove(&mut operation(document)["responses"], "201"));
    assert_breaks(&found, " /responses/201: the answer is gone");
    let found = after(|document| remove(&mut operation(document)["responses"]["200"], "headers"));
    assert_breaks(&found, " /responses/200: the header ETag may be absent");
    let found = after(|document| {
        operation(document)["responses"]["200"]["content"] = json!({ "text/csv": {} });
    });
    assert_breaks(
        &found,
        " /responses/200: it is no longer given as application/json",
    );
}

#[test]
fn a_code_that_is_gone_or_has_another_status_breaks_clients() {
    let found = after(|document| {
        document["components"]["responses"]["409"]["x-problem-codes"] = json!(["11002"]);
    });
    assert_breaks(&found, " /responses/409: the code 11001 is gone");
    let found = after(|document| {
        let answer = operation(document)["responses"]["409"].take();
        remove(&mut operation(document)["responses"], "409");
        operation(document)["responses"]["422"] = answer;
    });
    assert_breaks(&found, " /responses/409: the code 11001 is gone");
}

#[test]
fn a_caller_that_is_no_longer_let_in_breaks_clients() {
    let found = after(|document| operation(document)["security"] = json!([{ "session": [] }]));
    assert_breaks(
        &found,
        " /security: a caller with guest is no longer let in",
    );
    let mut open = contract();
    operation(&mut open)["security"] = json!([]);
    let found = breaks(&open, &contract());
    assert_eq!(found[0].what, "a caller with nothing is no longer let in");
}

#[test]
fn a_permission_that_is_new_or_another_breaks_clients_and_one_that_is_gone_does_not() {
    let asks_for = |permission: &str| {
        let mut document = contract();
        operation(&mut document)["x-permission"] = permission.into();
        document
    };
    for (before, now, known) in [
        (contract(), "things:write", "none"),
        (asks_for("things:read"), "things:write", "things:read"),
    ] {
        let found = breaks(&before, &asks_for(now));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].pointer, "/x-permission");
        let what = format!("it asks for {now} now, for {known} before");
        assert_eq!(found[0].what, what);
    }
    assert_eq!(breaks(&asks_for("things:write"), &contract()), []);
    assert_eq!(
        breaks(&asks_for("things:write"), &asks_for("things:write")),
        []
    );
}

#[test]
fn a_higher_first_number_of_the_version_announces_breaks() {
    let of = |version: &str| json!({ "info": { "version": version } });
    assert!(is_announced(&of("1.4.0"), &of("2.0.0")));
    assert!(!is_announced(&of("1.4.0"), &of("1.5.0")));
    assert!(!is_announced(&of("2.0.0"), &of("1.0.0")));
}
