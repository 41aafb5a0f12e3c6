//! A whole small mall, read.

use std::time::Duration;

use crate::mall;
use serde_json::{Value, json};
use template::{
    Decision, Deployment, Effect, Inputs, Logging, Match, Role, StartingPosition, Throttling,
    Trigger,
};

fn read() -> Deployment {
    template::read(mall::write().path(), &Inputs::local()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn stacks_are_named_for_their_files_and_follow_those_they_wait_for() {
    let deployment = read();
    let names: Vec<&str> = deployment
        .stacks
        .iter()
        .map(|stack| stack.name.as_str())
        .collect();
    assert_eq!(names, ["template", "stock", "order", "edge"]);
    let edge = deployment.stack("edge").expect("the edge");
    assert_eq!(edge.depends_on, ["order", "stock"]);
    assert_eq!(edge.file.to_str(), Some("infra/edge.yaml"));
}

#[test]
fn a_function_has_the_common_settings_and_its_own_over_them() {
    let deployment = read();
    let function = deployment.function("release-stock").expect("by handler");
    assert_eq!(deployment.function("ReleaseStock"), Some(function));
    assert_eq!(
        (
            function.stack.as_str(),
            function.binary.as_str(),
            function.name.as_str()
        ),
        ("stock", "stock", "release-stock")
    );
    assert_eq!(
        (function.memory_mb, function.timeout),
        (256, Duration::from_secs(9))
    );
    assert_eq!(function.reserved_concurrency, Some(5));
    let environment = json!(function.environment);
    assert_eq!(
        environment,
        json!({"TABLE": "mall-stock", "SIGNING_KEY": "key", "LOG": "debug"})
    );
}

#[test]
fn a_function_without_settings_has_the_defaults_of_aws() {
    let deployment = read();
    let function = deployment.function("submit-order").expect("the function");
    assert_eq!(
        (
            function.memory_mb,
            function.timeout,
            function.reserved_concurrency
        ),
        (128, Duration::from_secs(3), None)
    );
}

#[test]
fn parameters_conditions_and_pseudo_parameters_reach_the_environment() {
    let deployment = read();
    let environment = json!(
        deployment
            .function("submit-order")
            .expect("the function")
            .environment
    );
    let queue = "https://sqs.us-east-1.amazonaws.com/000000000000/mall-release-stock";
    assert_eq!(
        environment,
        json!({"WINDOW_SECONDS": "900", "RELEASE_STOCK": queue})
    );

    let inputs = Inputs::local().with("Stage", "test");
    let test = template::read(mall::write().path(), &inputs).expect("readable");
    assert_eq!(
        test.function("submit-order")
            .expect("the function")
            .environment["WINDOW_SECONDS"],
        "5"
    );
}

#[test]
fn statements_are_read_with_their_resources_resolved() {
    let deployment = read();
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/mall-stock";
    let receive = &deployment
        .function("receive-stock")
        .expect("the function")
        .policies[0];
    assert_eq!(receive.sid.as_deref(), Some("Receive"));
    assert_eq!(receive.effect, Effect::Allow);
    assert_eq!(receive.actions, ["dynamodb:Query"]);
    assert_eq!(
        receive.resources,
        [table.to_owned(), format!("{table}/index/by-warehouse")]
    );
    let submit = &deployment
        .function("submit-order")
        .expect("the function")
        .policies;
    assert_eq!(submit.len(), 1, "a statement that is AWS::NoValue is none");
    assert_eq!(submit[0].resources, [table]);
}

#[test]
fn a_role_may_do_what_its_statements_say_and_fetch_what_its_events_bring() {
    let deployment = read();
    let roles: Vec<Role> = deployment.roles().collect();
    let role = |function: &str| {
        let role = roles.iter().find(|role| role.function == function);
        role.expect("the role")
    };
    let table = "arn:aws:dynamodb:us-east-1:000000000000:table/mall-stock";
    let queue = "arn:aws:sqs:us-east-1:000000000000:mall-release-stock";

    let release = role("release-stock");
    assert_eq!(
        release.user,
        "arn:aws:sts::000000000000:assumed-role/stock-ReleaseStockRole/release-stock"
    );
    let Decision::Allowed(put) = release.decide("dynamodb:PutItem", table) else {
        panic!("it may put");
    };
    assert_eq!(
        (put.statement, put.action, put.resource),
        (0, "dynamodb:PutItem", table)
    );
    assert_eq!(
        release.decide("sqs:DeleteMessage", queue),
        Decision::AllowedByEvents
    );
    assert_eq!(
        release.decide("sqs:SendMessage", queue),
        Decision::NotAllowed
    );
    assert_eq!(
        role("submit-order").decide("sqs:ReceiveMessage", queue),
        Decision::NotAllowed
    );

    let receive = role("receive-stock");
    assert!(matches!(
        receive.decide("dynamodb:Query", &format!("{table}/index/by-warehouse")),
        Decision::Allowed(_)
    ));
    assert_eq!(
        receive.decide("dynamodb:GetRecords", &format!("{table}/stream/1")),
        Decision::AllowedByEvents
    );
    assert_eq!(receive.permissions().count(), 2);
}

#[test]
fn every_kind_of_trigger_is_read() {
    let deployment = read();
    let release = &deployment
        .function("release-stock")
        .expect("the function")
        .triggers;
    let expected = Trigger::Queue {
        queue: "mall-release-stock".to_owned(),
        arn: "arn:aws:sqs:us-east-1:000000000000:mall-release-stock".to_owned(),
        batch_size: 5,
        window: Duration::ZERO,
        maximum_concurrency: Some(2),
        partial_failures: true,
    };
    assert_eq!(release, &[expected]);

    let receive = &deployment
        .function("receive-stock")
        .expect("the function")
        .triggers;
    let Trigger::Stream { filters, .. } = &receive[0] else {
        panic!("{receive:?}");
    };
    assert!(filters.take(&json!({"eventName": "INSERT"})));
    assert!(!filters.take(&json!({"eventName": "MODIFY"})));
    let expected = [
        Trigger::Stream {
            table: "mall-stock".to_owned(),
            arn: "arn:aws:dynamodb:us-east-1:000000000000:table/mall-stock/stream/2000-01-01T00:00:00.000".to_owned(),
            batch_size: 50,
            window: Duration::ZERO,
            starting_position: StartingPosition::TrimHorizon,
            maximum_retries: Some(3),
            bisect: false,
            partial_failures: false,
            on_failure: None,
            filters: filters.clone(),
        },
        Trigger::Http { api: "Api".to_owned(), method: "POST".to_owned(), path: "/api/stock/admin/receipts".to_owned() },
        Trigger::Schedule { expression: "cron(0 1 * * ? *)".to_owned(), input: Some("{\"a\":1}".to_owned()) },
    ];
    assert_eq!(receive, &expected);

    let submit = &deployment
        .function("submit-order")
        .expect("the function")
        .triggers;
    let expected = Trigger::Bucket {
        bucket: "mall-pictures".to_owned(),
        events: vec!["s3:ObjectCreated:*".to_owned()],
        prefix: None,
        suffix: Some(".png".to_owned()),
    };
    assert_eq!(submit[1], expected);
}

#[test]
fn a_table_is_the_body_of_its_create_call() {
    let deployment = read();
    let tables: Vec<_> = deployment.tables().collect();
    assert_eq!(tables.len(), 1, "the replica's condition is false");
    assert_eq!(
        (tables[0].name.as_str(), tables[0].ttl_attribute.as_deref()),
        ("mall-stock", Some("expires_at"))
    );
    assert_eq!(
        tables[0].create,
        json!({
            "TableName": "mall-stock",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
                {"AttributeName": "by", "AttributeType": "S"},
            ],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "GlobalSecondaryIndexes": [{
                "IndexName": "by-warehouse",
                "KeySchema": [{"AttributeName": "by", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }],
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        })
    );
}

#[test]
fn a_queue_has_its_attributes_as_sqs_takes_them() {
    let deployment = read();
    let queue = deployment.queue("mall-release-stock").expect("the queue");
    let dead = deployment
        .queue("mall-release-stock-dead")
        .expect("the dead letters");
    assert_eq!(
        queue.url,
        "https://sqs.us-east-1.amazonaws.com/000000000000/mall-release-stock"
    );
    assert_eq!(
        (queue.visibility_timeout(), dead.visibility_timeout()),
        (Duration::from_secs(60), Duration::from_secs(30))
    );
    assert_eq!(
        json!(dead.attributes),
        json!({"MessageRetentionPeriod": "1209600"})
    );
    let redrive = queue.redrive.as_ref().expect("a redrive policy");
    assert_eq!(
        (&redrive.dead_letter_arn, redrive.max_receives),
        (&dead.arn, 10)
    );
    let policy: Value = serde_json::from_str(&queue.attributes["RedrivePolicy"]).expect("JSON");
    assert_eq!(
        policy,
        json!({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 10})
    );
}

#[test]
fn apis_have_their_cors_settings_and_buckets_their_names() {
    let deployment = read();
    let stack = deployment.stack("order").expect("the stack");
    let cors = stack.apis[0].cors.as_ref().expect("from Globals");
    assert_eq!(cors.allow_origins, ["https://a.test", "https://b.test"]);
    assert_eq!(
        (cors.allow_credentials, cors.max_age),
        (true, Some(Duration::from_secs(600)))
    );
    assert_eq!(
        deployment.stack("stock").expect("the stack").apis[0].cors,
        None
    );
    let buckets: Vec<&str> = deployment
        .buckets()
        .map(|bucket| bucket.name.as_str())
        .collect();
    assert_eq!(
        buckets,
        [
            "mall-pictures",
            "static-https://orderapi.execute-api.us-east-1.amazonaws.com"
        ]
    );
}

#[test]
fn what_keeps_a_table_safe_is_read() {
    let deployment = read();
    let table = deployment.tables().next().expect("the table");
    assert!(table.point_in_time_recovery && table.encrypted && table.deletion_protection);
    let bare = mall::read_edited(
        "infra/stock.yaml",
        "DeletionProtectionEnabled: \"true\"",
        "Tags: []",
    );
    let bare = bare.expect("a deployment");
    assert!(!bare.tables().next().expect("the table").deletion_protection);
}

#[test]
fn functions_and_apis_tell_where_they_log_and_how_much_they_take() {
    let deployment = read();
    let stock = deployment.stack("stock").expect("the stack");
    let logs = &stock.log_groups[0];
    assert_eq!(
        (logs.name.as_str(), logs.retention_days),
        ("/mall/stock", Some(30))
    );
    let api = &stock.apis[0];
    assert_eq!(api.access_log_arn.as_ref(), Some(&logs.arn));
    assert_eq!(
        api.throttling,
        Some(Throttling {
            rate: 100,
            burst: 200
        })
    );
    let function = &stock.functions[0];
    assert!(function.tracing && function.logging.json);
    assert_eq!(function.logging.log_group.as_ref(), Some(&logs.name));
    assert_eq!(function.logging.level.as_deref(), Some("INFO"));
    let order = deployment.function("submit-order").expect("the function");
    assert!(!order.tracing);
    assert_eq!(order.logging, Logging::default());
}

#[test]
fn a_distribution_tells_where_a_path_leads_and_whether_its_answers_are_kept() {
    let deployment = read();
    let distribution = &deployment.stack("edge").expect("the stack").distributions[0];
    let order = distribution
        .behaviour("/api/orders/1")
        .expect("a behaviour");
    assert_eq!((order.origin.as_str(), order.caches), ("order", false));
    assert_eq!(order.methods, ["GET", "POST"]);
    let other = distribution.behaviour("/api/orders").expect("the default");
    assert_eq!((other.origin.as_str(), other.caches), ("stock", true));
    assert_eq!(other.methods, ["GET", "HEAD"]);
    assert_eq!(
        distribution.origins["stock"],
        "https://stockapi.execute-api.us-east-1.amazonaws.com/api/stock"
    );
}

#[test]
fn a_template_that_a_service_nests_is_read_with_what_it_is_given() {
    let deployment = read();
    let nested = &deployment.stack("order").expect("the stack").nested[0];
    assert_eq!(nested.id, "Watch");
    assert_eq!(nested.file, std::path::Path::new("infra/watch.yaml"));
    // The topic exists on AWS only.
    assert_eq!(
        json!(nested.parameters),
        json!({"Functions": ["submit-order", "other"], "Least": "5"})
    );
}

#[test]
fn what_is_not_modelled_is_still_counted() {
    let deployment = read();
    let order = deployment.stack("order").expect("the stack");
    assert!(
        order.resources.iter().any(
            |resource| resource.id == "Alarm" && resource.type_name == "AWS::CloudWatch::Alarm"
        )
    );
    assert!(
        order
            .resources
            .iter()
            .any(|resource| resource.id == "ReplicaTable")
    );
}

#[test]
fn the_routes_of_all_stacks_stand_behind_one_address() {
    let routes = read().routes();
    let keys: Vec<String> = routes.all().iter().map(template::Route::key).collect();
    assert_eq!(keys, ["POST /api/orders", "POST /api/stock/admin/receipts"]);
    let Match::Found(found) = routes.find("POST", "/api/orders") else {
        panic!("no route")
    };
    assert_eq!(
        (found.function.as_str(), found.api_id.as_str()),
        ("submit-order", "orderapi")
    );
}

#[test]
fn the_parameters_a_caller_may_give_can_be_asked_for() {
    let parameters = template::parameters(mall::write().path()).expect("readable");
    let secret = parameters
        .iter()
        .find(|parameter| parameter.name == "SigningKey")
        .expect("declared");
    assert!(secret.no_echo);
    assert_eq!(secret.default.as_deref(), Some("key"));
}
