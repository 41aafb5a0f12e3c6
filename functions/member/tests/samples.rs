//! The sample events work as they stand, once their placeholders hold live values.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use kernel::MemberId;
use serde_json::Value;
use testkit::Mall;

/// Gives an operation its sample event.
async fn invoke(mall: &Mall, operation: &str, values: &[(&str, &str)]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/member");
    let text = std::fs::read_to_string(folder.join(format!("{operation}.json"))).unwrap();
    let fill = |text: String, (name, value): &(&str, &str)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
    };
    let filled = values.iter().fold(text, fill);
    assert!(!filled.contains("{{"), "{operation}: {filled}");
    mall.invoke(operation, &serde_json::from_str(&filled).unwrap())
        .await
}

fn text_of(answer: &Value, member: &str) -> String {
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    body[member].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_sample_event_is_answered_with_success() {
    let mall = Mall::start(&[member::service]).await;
    let registered = invoke(&mall, "register-member", &[("phone", "13800001234")]).await;
    assert_eq!(registered["statusCode"], 201, "{registered}");
    let member = MemberId::parse(text_of(&registered, "member_id")).unwrap();
    let session = mall.session_of(&member).await;
    let session = ("member.session", session.as_str());
    let added = invoke(&mall, "add-address", &[session]).await;
    assert_eq!(added["statusCode"], 201, "{added}");
    let address = text_of(&added, "id");
    let address = ("address.id", address.as_str());
    for (operation, status) in [
        ("show-profile", 200),
        ("list-addresses", 200),
        ("change-address", 200),
        ("remove-address", 204),
    ] {
        let values = match operation {
            "change-address" | "remove-address" => vec![session, address],
            _ => vec![session],
        };
        let answer = invoke(&mall, operation, &values).await;
        assert_eq!(answer["statusCode"], status, "{operation}: {answer}");
    }
}
