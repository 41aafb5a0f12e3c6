//! Buckets that feed functions: what was uploaded is told, whatever dies meanwhile.

#![allow(clippy::unwrap_used)]

mod harness;
mod probe;

use harness::{ADMINISTRATOR, http_client, until};
use mall::mall::Mall;
use probe::{MallOfProbes, Place};
use serde_json::{Value, json};

#[test]
fn function_process() {
    probe::run_function();
}

#[tokio::test(flavor = "multi_thread")]
async fn mall_process() {
    probe::run_mall().await;
}

/// A function that hears of pictures below `in/`, and a page that may upload them.
const WATCHER: &str = "  Uploads:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Sub '${Prefix}-uploads'}
  GivenUp:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub '${Prefix}-given-up'}
  SeePicture:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: probe}}
    Properties:
      Handler: see-picture
      EventInvokeConfig:
        MaximumRetryAttempts: 1
        DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt GivenUp.Arn}}
      Events:
        Uploaded:
          Type: S3
          Properties:
            Bucket: !Ref Uploads
            Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*']
            Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}, {Name: suffix, Value: .jpg}]}}
";

async fn upload(mall: &Mall, key: &str) {
    let put = mall
        .s3_client()
        .put_object()
        .bucket("mall-uploads")
        .key(key);
    put.body(b"picture".to_vec().into()).send().await.unwrap();
}

async fn until_noted(place: &Place, line: &str, times: usize) {
    until(&format!("`{line}` is noted {times} times"), async || {
        let noted = place
            .journal()
            .iter()
            .filter(|noted| *noted == line)
            .count();
        (noted >= times).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_hears_of_the_objects_that_its_template_names_and_of_no_others() {
    let place = Place::with(WATCHER);
    let mall = place.open().await;
    for key in ["in/a.png", "out/a.jpg", "in/a b+c.jpg"] {
        upload(&mall, key).await;
    }
    let remove = mall
        .s3_client()
        .delete_object()
        .bucket("mall-uploads")
        .key("in/a b+c.jpg");
    until_noted(&place, "ObjectCreated:Put in/a+b%2Bc.jpg 7", 1).await;
    remove.send().await.unwrap();
    until_noted(&place, "ObjectRemoved:Delete in/a+b%2Bc.jpg null", 1).await;
    assert_eq!(place.journal().len(), 2, "{:?}", place.journal());
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_fails_comes_again_and_then_goes_to_the_queue_for_failures() {
    let place = Place::with(WATCHER);
    let mall = place.open().await;
    upload(&mall, "in/fail-once.jpg").await;
    upload(&mall, "in/fail-always.jpg").await;
    until_noted(&place, "ObjectCreated:Put in/fail-once.jpg 7", 2).await;
    let url = &mall.endpoints().sqs_url;
    let receive =
        json!({"QueueUrl": format!("{url}/000000000000/mall-given-up"), "WaitTimeSeconds": 20});
    let request = http_client()
        .post(url)
        .header("authorization", ADMINISTRATOR)
        .header("x-amz-target", "AmazonSQS.ReceiveMessage")
        .body(receive.to_string());
    let told: Value = request.send().await.unwrap().json().await.unwrap();
    let told: Value = serde_json::from_str(told["Messages"][0]["Body"].as_str().unwrap()).unwrap();
    assert_eq!(
        told["requestContext"]["condition"], "RetriesExhausted",
        "{told}"
    );
    assert_eq!(told["requestContext"]["approximateInvokeCount"], 2);
    assert_eq!(
        told["requestPayload"]["Records"][0]["s3"]["object"]["key"],
        "in/fail-always.jpg"
    );
    mall.stop().await;
    let noted = |line: &str| {
        place
            .journal()
            .iter()
            .filter(|noted| *noted == line)
            .count()
    };
    assert_eq!(noted("ObjectCreated:Put in/fail-once.jpg 7"), 2);
    assert_eq!(noted("ObjectCreated:Put in/fail-always.jpg 7"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_was_answered_is_told_after_a_kill() {
    let place = Place::with(WATCHER);
    let stack = std::fs::read_to_string(place.stack_file()).unwrap();
    let may_upload = "Handler: show-self\n      Policies: [{Statement: [{Effect: Allow, Action: s3:PutObject, Resource: 'arn:aws:s3:::mall-uploads/*'}]}]";
    std::fs::write(
        place.stack_file(),
        stack.replace("Handler: show-self", may_upload),
    )
    .unwrap();
    let (mut mall, _) = MallOfProbes::start(&place).await;
    let environment = until("a function says its keys", async || {
        let url = mall::state::read_endpoints(&place.data()).ok()?.url;
        let answer = http_client().get(format!("{url}/self")).send().await.ok()?;
        let body: Value = answer.json().await.ok()?;
        Some(body["environment"].clone())
    })
    .await;
    let text = |name: &str| environment[name].as_str().unwrap().to_owned();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new("us-east-1"))
        .endpoint_url(text("AWS_ENDPOINT_URL_S3"))
        .force_path_style(true)
        .credentials_provider(aws_sdk_s3::config::Credentials::new(
            text("AWS_ACCESS_KEY_ID"),
            text("AWS_SECRET_ACCESS_KEY"),
            None,
            None,
            "test",
        ))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let client = aws_sdk_s3::Client::from_conf(config);
    let upload = async |key: &str| {
        let put = client.put_object().bucket("mall-uploads").key(key);
        put.body(b"picture".to_vec().into()).send().await.unwrap();
    };
    // One is with its function when the mall dies, of the other it has just been answered.
    upload("in/wait.jpg").await;
    until_noted(&place, "ObjectCreated:Put in/wait.jpg 7", 1).await;
    upload("in/last.jpg").await;
    mall.kill9();
    place.give_sign();
    let (_mall, _) = MallOfProbes::start(&place).await;
    until_noted(&place, "ObjectCreated:Put in/wait.jpg 7", 2).await;
    until_noted(&place, "ObjectCreated:Put in/last.jpg 7", 1).await;
}
