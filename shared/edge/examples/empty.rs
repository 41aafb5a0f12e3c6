//! The least that a function of Lambda in Rust is: `cargo xtask startup` measures the others beside it. Ships nowhere.

use lambda_http::lambda_runtime::{self, Error, LambdaEvent};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(lambda_runtime::service_fn(answer)).await
}

async fn answer(_: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(Value::Null)
}
