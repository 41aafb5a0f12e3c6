//! The sample events work as they stand, once their placeholders hold live values.

use std::path::Path;

use serde_json::Value;
use testkit::Mall;

use crate::scene::{PASSWORD, mall, session};

/// Gives an operation its sample event.
async fn invoke(mall: &Mall, operation: &str, values: &[(&str, &str)]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/auth");
    let text = std::fs::read_to_string(folder.join(format!("{operation}.json"))).unwrap();
    let fill = |text: String, (name, value): &(&str, &str)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
    };
    let filled = values.iter().fold(text, fill);
    assert!(!filled.contains("{{"), "{operation}: {filled}");
    mall.invoke(operation, &serde_json::from_str(&filled).unwrap())
        .await
}

#[tokio::test]
async fn each_sample_event_is_answered_with_success() {
    let mall = mall().await;
    let values = [
        ("member.login_name", "alice_01"),
        ("member.password", PASSWORD),
    ];
    let signed_in = invoke(&mall, "sign-in", &values).await;
    assert_eq!(signed_in["statusCode"], 201, "{signed_in}");
    let token = session(&mall).await;
    let signed_out = invoke(&mall, "sign-out", &[("member.session", &token)]).await;
    assert_eq!(signed_out["statusCode"], 204, "{signed_out}");
}
