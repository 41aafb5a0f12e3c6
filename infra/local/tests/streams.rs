//! Tables that feed functions: every change comes, in its order, and what fails stands in nobody's way for ever.

#![allow(clippy::unwrap_used)]

mod harness;
mod probe;

use harness::{ADMINISTRATOR, MallProcess, http_client, until};
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

const TABLE: &str = "  Items:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub ${Prefix}-items
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: sk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
";

/// In batches of three, tried three times; what is given up goes to a queue.
const WATCHER: &str = "  GivenUp:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub '${Prefix}-given-up'}
  WatchItems:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: probe}}
    Properties:
      Handler: watch-items
      Events:
        Changed:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Items.StreamArn
            StartingPosition: TRIM_HORIZON
            BatchSize: 3
            MaximumBatchingWindowInSeconds: 1
            MaximumRetryAttempts: 2
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt GivenUp.Arn}}
";

fn watched() -> Place {
    Place::with(&(TABLE.to_owned() + WATCHER))
}

/// A back end by its JSON protocol.
async fn call(url: &str, target: &str, body: Value) -> Value {
    let request = http_client()
        .post(url)
        .header("authorization", ADMINISTRATOR)
        .header("x-amz-date", "20261124T000000Z")
        .header("x-amz-target", target)
        .header("content-type", "application/x-amz-json-1.0");
    let response = request.body(body.to_string()).send().await.unwrap();
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert!(status.is_success(), "{target}: {text}");
    serde_json::from_str(&text).unwrap()
}

async fn put(url: &str, key: &str, value: &str) {
    let item = json!({"pk": {"S": "p"}, "sk": {"S": key}, "value": {"S": value}});
    let request = json!({"TableName": "mall-items", "Item": item});
    call(url, "DynamoDB_20120810.PutItem", request).await;
}

async fn put_all(url: &str, items: &[(&str, &str)]) {
    for (key, value) in items {
        put(url, key, value).await;
    }
}

/// The lines about changes, without those about batches.
fn changes(place: &Place) -> Vec<String> {
    let journal = place.journal().into_iter();
    journal.filter(|line| !line.starts_with("batch ")).collect()
}

async fn until_noted(place: &Place, line: &str) {
    until(&format!("`{line}` is noted"), async || {
        place
            .journal()
            .iter()
            .any(|noted| noted == line)
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_comes_once_and_in_its_order_with_both_images() {
    let place = watched();
    let mall = place.open().await;
    let url = mall.endpoints().dynamodb_url.clone();
    let mut expected = Vec::new();
    for round in 0..7 {
        for key in ["a", "b"] {
            put(&url, key, &round.to_string()).await;
            let what = if round == 0 { "INSERT" } else { "MODIFY" };
            expected.push(format!("{what} {key} {round}"));
        }
    }
    let key = json!({"pk": {"S": "p"}, "sk": {"S": "a"}});
    let delete = json!({"TableName": "mall-items", "Key": key});
    call(&url, "DynamoDB_20120810.DeleteItem", delete).await;
    expected.push("REMOVE a 6".to_owned());
    until_noted(&place, "REMOVE a 6").await;
    assert_eq!(changes(&place), expected);
    let batches = place.journal();
    let largest = batches.iter().filter(|line| line.starts_with("batch "));
    assert!(
        largest
            .max_by_key(|line| line.len())
            .unwrap()
            .split(", ")
            .count()
            <= 3,
        "{batches:?}"
    );
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_function_says_it_has_done_does_not_come_again_and_the_rest_does_in_order() {
    let place = watched();
    let mall = place.open().await;
    let url = mall.endpoints().dynamodb_url.clone();
    put_all(
        &url,
        &[("a", "1"), ("b", "fail once"), ("c", "3"), ("d", "4")],
    )
    .await;
    until_noted(&place, "INSERT d 4").await;
    let expected = [
        "INSERT a 1",
        "INSERT b fail once",
        "INSERT b fail once",
        "INSERT c 3",
        "INSERT d 4",
    ];
    assert_eq!(changes(&place), expected);
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_always_fails_is_found_and_given_up_and_nothing_else_is() {
    let place = watched();
    let mall = place.open().await;
    let url = mall.endpoints().dynamodb_url.clone();
    put_all(&url, &[("a", "1"), ("b", "fail"), ("c", "3"), ("d", "4")]).await;
    until_noted(&place, "INSERT d 4").await;
    let noted = |line: &str| {
        changes(&place)
            .iter()
            .filter(|noted| *noted == line)
            .count()
    };
    assert_eq!(
        (
            noted("INSERT a 1"),
            noted("INSERT c 3"),
            noted("INSERT d 4")
        ),
        (1, 1, 1)
    );
    // At the end it is alone: once, and twice again.
    let alone = place
        .journal()
        .iter()
        .filter(|line| *line == "batch fail")
        .count();
    assert_eq!(alone, 3, "{:?}", place.journal());
    let queue = format!("{}/000000000000/mall-given-up", mall.endpoints().sqs_url);
    let receive = json!({"QueueUrl": queue, "WaitTimeSeconds": 5});
    let told = call(
        &mall.endpoints().sqs_url,
        "AmazonSQS.ReceiveMessage",
        receive,
    )
    .await;
    let told: Value = serde_json::from_str(told["Messages"][0]["Body"].as_str().unwrap()).unwrap();
    let batch = &told["DDBStreamBatchInfo"];
    assert_eq!(batch["batchSize"], 1, "{told}");
    assert_eq!(batch["startSequenceNumber"], batch["endSequenceNumber"]);
    assert_eq!(
        told["requestContext"]["condition"],
        "RetryAttemptsExhausted"
    );
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_breaks_its_function_comes_again_in_halves() {
    let place = watched();
    let mall = place.open().await;
    let url = mall.endpoints().dynamodb_url.clone();
    put_all(&url, &[("a", "1"), ("b", "break"), ("c", "3")]).await;
    until_noted(&place, "INSERT c 3").await;
    // The first read may have come before the last writes, so only what follows the break is certain.
    let journal = place.journal();
    let broken = journal
        .iter()
        .position(|line| line == "INSERT b break")
        .unwrap();
    let again: Vec<_> = journal[broken + 1..]
        .iter()
        .filter(|line| line.contains("INSERT"))
        .collect();
    assert!(
        again.ends_with(&[&"INSERT b break".to_owned(), &"INSERT c 3".to_owned()]),
        "{journal:?}"
    );
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mall_that_is_killed_goes_on_where_it_was_and_loses_no_change() {
    const ITEMS: usize = 40;
    let place = watched();
    let (mut mall, endpoints) = MallOfProbes::start(&place).await;
    let keys: Vec<String> = (0..ITEMS).map(|index| format!("{index:02}")).collect();
    for key in &keys {
        put(&endpoints.dynamodb_url, key, "x").await;
    }
    until("some are done", async || {
        (changes(&place).len() > 6).then_some(())
    })
    .await;
    mall.kill9();
    let before = changes(&place);
    let (_mall, _) = MallOfProbes::start(&place).await;
    until_noted(&place, &format!("INSERT {} x", keys[ITEMS - 1])).await;
    let after = changes(&place).split_off(before.len());
    // Only the batch that was under way may come twice.
    let repeated = after.iter().filter(|line| before.contains(line)).count();
    assert!(repeated <= 3, "{before:?} {after:?}");
    let mut seen = [before, after].concat();
    seen.sort();
    seen.dedup();
    let expected: Vec<_> = keys.iter().map(|key| format!("INSERT {key} x")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_a_function_had_in_hand_when_the_mall_was_killed_comes_again() {
    let place = watched();
    let (mut mall, endpoints) = MallOfProbes::start(&place).await;
    put_all(&endpoints.dynamodb_url, &[("a", "1"), ("b", "wait")]).await;
    until_noted(&place, "INSERT b wait").await;
    mall.kill9();
    place.give_sign();
    let (_mall, _) = MallOfProbes::start(&place).await;
    until("it comes again", async || {
        let noted = changes(&place);
        let times = noted.iter().filter(|line| *line == "INSERT b wait").count();
        (times == 2).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_gets_its_stream_later_and_a_function_may_begin_with_the_next_change() {
    let without_stream = TABLE.replace(
        "      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}\n",
        "",
    );
    let place = Place::with(&without_stream);
    let mall = place.open().await;
    put(
        &mall.endpoints().dynamodb_url,
        "a",
        "before there was a stream",
    )
    .await;
    mall.stop().await;

    let stack = std::fs::read_to_string(place.stack_file()).unwrap();
    std::fs::write(place.stack_file(), stack.replace(&without_stream, TABLE)).unwrap();
    let mall = place.open().await;
    put(
        &mall.endpoints().dynamodb_url,
        "b",
        "before there was a reader",
    )
    .await;
    mall.stop().await;

    place.add(&WATCHER.replace("TRIM_HORIZON", "LATEST"));
    let mall = place.open().await;
    put(&mall.endpoints().dynamodb_url, "c", "now").await;
    until_noted(&place, "INSERT c now").await;
    mall.stop().await;
    assert_eq!(changes(&place), ["INSERT c now"]);

    // Changes that come while nobody reads wait for the reader, wherever it began.
    let mall = place.open().await;
    put(&mall.endpoints().dynamodb_url, "d", "again").await;
    until_noted(&place, "INSERT d again").await;
    assert_eq!(changes(&place), ["INSERT c now", "INSERT d again"]);
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handled_is_removed_from_the_stream_and_what_was_not_is_kept() {
    let watcher = WATCHER.replace("BatchSize: 3", "BatchSize: 100");
    let place = Place::with(&(TABLE.to_owned() + &watcher));
    let mall = place.open().await;
    let url = mall.endpoints().dynamodb_url.clone();
    let streams = mall.streams();
    for part in 0..60 {
        let put = |index: usize| {
            let item = json!({"pk": {"S": "p"}, "sk": {"S": format!("{part}-{index}")}, "value": {"S": "x"}});
            json!({"PutRequest": {"Item": item}})
        };
        let items: Vec<_> = (0..25).map(put).collect();
        let request = json!({"RequestItems": {"mall-items": items}});
        call(&url, "DynamoDB_20120810.BatchWriteItem", request).await;
    }
    // Of 1,500 changes, 1,000 are kept for another reader.
    until("the stream is trimmed", async || {
        let handled = changes(&place).len() == 1_500;
        (handled && streams.len("mall-items").unwrap() == 1_000).then_some(())
    })
    .await;
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_filter_takes_wakes_nobody_and_is_passed_over_for_good() {
    let filters = "FilterCriteria: {Filters: [{Pattern: '{\"dynamodb\": {\"NewImage\": {\"value\": {\"S\": [{\"prefix\": \"for you\"}]}}}}'}, \
         {Pattern: '{\"eventName\": [\"REMOVE\"]}'}]}\n            BatchSize: 3";
    let watcher = WATCHER.replace("BatchSize: 3", filters);
    let place = Place::with(&(TABLE.to_owned() + &watcher));
    let mall = place.open().await;
    let url = mall.endpoints().dynamodb_url.clone();
    // More than one read brings.
    for index in 0..120 {
        put(&url, &format!("{index:03}"), "for others").await;
    }
    let file = place.data().join("streams/watch-items-of-mall-items");
    let position = || std::fs::read_to_string(&file).unwrap();
    until_passed_over(&mall, &position).await;
    assert_eq!(place.journal(), [""; 0]);

    put_all(
        &url,
        &[
            ("a", "for you 1"),
            ("b", "for others"),
            ("c", "for you 2"),
            ("d", "for others"),
        ],
    )
    .await;
    let key = json!({"pk": {"S": "p"}, "sk": {"S": "d"}});
    let delete = json!({"TableName": "mall-items", "Key": key});
    call(&url, "DynamoDB_20120810.DeleteItem", delete).await;
    put(&url, "e", "for others").await;
    until_passed_over(&mall, &position).await;
    let taken = [
        "INSERT a for you 1",
        "INSERT c for you 2",
        "REMOVE d for others",
    ];
    assert_eq!(changes(&place), taken);
    mall.stop().await;

    let mall = place.open().await;
    put(&mall.endpoints().dynamodb_url, "f", "for you 3").await;
    until_noted(&place, "INSERT f for you 3").await;
    assert_eq!(changes(&place)[..3], taken);
    assert_eq!(changes(&place).len(), 4);
    mall.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_passed_over_leaves_in_hand_what_the_function_has() {
    let filters = "FilterCriteria: {Filters: [{Pattern: '{\"dynamodb\": {\"NewImage\": {\"value\": {\"S\": \
        [{\"anything-but\": [\"for others\"]}]}}}}'}]}\n            BatchSize: 3";
    let watcher = WATCHER.replace("BatchSize: 3", filters);
    let place = Place::with(&(TABLE.to_owned() + &watcher));
    let (mut mall, endpoints) = MallOfProbes::start(&place).await;
    // The others come while the window of the first one's batch is open.
    let items = [("a", "wait"), ("b", "for others"), ("c", "for others")];
    put_all(&endpoints.dynamodb_url, &items).await;
    until_noted(&place, "INSERT a wait").await;
    mall.kill9();
    place.give_sign();
    let (_mall, _) = MallOfProbes::start(&place).await;
    until("it comes again", async || {
        (changes(&place) == ["INSERT a wait", "INSERT a wait"]).then_some(())
    })
    .await;
}

/// Until the reader is at the end of the stream.
async fn until_passed_over(mall: &Mall, position: impl Fn() -> String) {
    let url = &mall.endpoints().dynamodb_url;
    let streams = json!({"TableName": "mall-items"});
    let streams = call(url, "DynamoDBStreams_20120810.ListStreams", streams).await;
    let stream = json!({"StreamArn": streams["Streams"][0]["StreamArn"]});
    let stream = call(url, "DynamoDBStreams_20120810.DescribeStream", stream).await;
    let range = &stream["StreamDescription"]["Shards"][0]["SequenceNumberRange"];
    until("the reader is at the end", async || {
        (*position() == range["EndingSequenceNumber"]).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_may_not_read_its_stream_is_told_so_in_the_log() {
    let denied = "Handler: watch-items\n      Policies: [{Statement: [{Effect: Deny, Action: dynamodb:GetRecords, Resource: '*'}]}]";
    let watcher = WATCHER.replace("Handler: watch-items", denied);
    let place = Place::with(&(TABLE.to_owned() + &watcher));
    let mall = MallProcess::start(place.root()).await;
    put(&mall.endpoints().dynamodb_url, "a", "1").await;
    until("its log says why", async || {
        let log = std::fs::read_to_string(mall.data().join("log.jsonl")).unwrap_or_default();
        let refused = "probe-WatchItemsRole/watch-items is not authorized to perform: dynamodb:GetRecords on resource: \
                       arn:aws:dynamodb:us-east-1:000000000000:table/mall-items/stream/*";
        log.contains(refused).then_some(())
    })
    .await;
}
