use super::*;

fn document() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    super::document(&root, &mall::services()).expect("the mall's own document")
}

fn operation<'d>(document: &'d Value, id: &str) -> &'d Value {
    operations(document)
        .find(|operation| operation["operationId"] == id)
        .expect("an operation of the mall")
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let items = document["paths"].as_object().into_iter().flatten();
    items
        .filter_map(|(_, item)| item.as_object())
        .flat_map(Map::values)
}

fn answer<'d>(document: &'d Value, operation: &'d Value, status: &str) -> &'d Value {
    let answer = &operation["responses"][status];
    let path = answer["$ref"]
        .as_str()
        .and_then(|path| path.strip_prefix('#'));
    path.and_then(|path| document.pointer(path))
        .unwrap_or(answer)
}

#[test]
fn an_answer_names_its_headers() {
    let document = document();
    let sign_in = operation(&document, "sign-in");
    let made = &sign_in["responses"]["201"]["headers"];
    assert_eq!(made["Location"]["required"], true);
    assert!(made["Set-Cookie"].is_object());
    let busy = answer(&document, sign_in, "503");
    assert_eq!(busy["headers"]["Retry-After"]["required"], true);
}

#[test]
fn what_can_be_kept_is_asked_for_by_its_tag() {
    let document = document();
    let show = operation(&document, "show-product");
    assert_eq!(
        show["responses"]["200"]["headers"]["ETag"]["required"],
        true
    );
    assert!(show["responses"]["304"].get("content").is_none());
    let parameters = show["parameters"].as_array().expect("parameters");
    assert!(
        parameters
            .iter()
            .any(|parameter| parameter["name"] == "If-None-Match")
    );
}

#[test]
fn each_operation_says_who_may_call_it() {
    let document = document();
    let security = |id: &str| operation(&document, id)["security"].clone();
    assert_eq!(security("show-product"), json!([]));
    assert_eq!(
        security("show-cart"),
        json!([{}, {"session": []}, {"guest": []}])
    );
    assert_eq!(security("submit-order"), json!([{"session": []}]));
    assert_eq!(security("put-product"), json!([{"staff": []}]));
    assert_eq!(security("take-alipay-notice"), json!([]));
    assert!(operation(&document, "take-alipay-notice")["description"].is_string());
}

#[test]
fn a_refusal_allows_the_declared_codes_and_no_other() {
    let document = document();
    let refused = answer(&document, operation(&document, "add-cart-item"), "409");
    assert_eq!(refused["x-problem-codes"], json!(["13002", "13003"]));
    let schema = &refused["content"]["application/problem+json"]["schema"];
    assert_eq!(
        schema["allOf"][1]["properties"]["code"]["enum"],
        json!(["13002", "13003"])
    );
    // Only an unsafe request is refused for its origin.
    assert!(
        operation(&document, "show-cart")["responses"]
            .get("403")
            .is_none()
    );
}

#[test]
fn an_idempotency_key_is_named_where_one_is_taken() {
    let document = document();
    let takes_key = |operation: &Value| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters
            .filter(|parameter| parameter["name"] == "Idempotency-Key")
            .count()
            == 1
    };
    assert!(takes_key(operation(&document, "submit-order")));
    assert!(!takes_key(operation(&document, "start-payment")));
}

#[test]
fn every_body_and_every_required_parameter_has_an_example_of_the_events() {
    let document = document();
    for operation in operations(&document) {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        for parameter in parameters.filter(|parameter| parameter["required"] == true) {
            assert!(!parameter["example"].is_null(), "{parameter}");
        }
        for content in operation["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten()
        {
            assert!(content.1["example"].is_object(), "{operation}");
        }
    }
    let body = &operation(&document, "add-cart-item")["requestBody"]["content"];
    let example = &body["application/json"]["example"];
    assert_eq!(*example, json!({"sku_id": "D1001-01", "quantity": 1}));
}

#[test]
fn an_integer_says_what_fits() {
    let mut schema =
        json!({"properties": {"weight": {"type": "integer", "format": "uint32", "minimum": 1}}});
    bound_integers(&mut schema);
    assert_eq!(schema["properties"]["weight"]["minimum"], 1);
    assert_eq!(schema["properties"]["weight"]["maximum"], u32::MAX);
}
