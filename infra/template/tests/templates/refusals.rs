//! What is wrong, or outside the subset, is refused with its file, logical id and property.

use crate::mall;
use template::{Inputs, TemplateError};

fn refusal(file: &str, from: &str, to: &str) -> String {
    match mall::read_edited(file, from, to) {
        Ok(_) => panic!("`{to}` in {file} was read"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_refusal_names_file_logical_id_and_property() {
    let message = refusal(
        "infra/stock.yaml",
        "      VisibilityTimeout: 60",
        "      FifoQueue: true",
    );
    assert_eq!(
        message,
        "infra/stock.yaml: ReleaseStockQueue: Properties.FifoQueue: is outside the properties that this reader knows"
    );
}

#[test]
fn everything_outside_the_subset_is_refused() {
    let cases = [
        (
            "infra/order.yaml",
            "Type: AWS::CloudWatch::Alarm",
            "Type: AWS::StepFunctions::StateMachine",
            "Alarm: Type:",
        ),
        (
            "infra/order.yaml",
            "Conditions:",
            "Mappings:\n  A: {B: {C: d}}\nConditions:",
            "Mappings: the section:",
        ),
        (
            "infra/order.yaml",
            "AWS::Serverless-2016-10-31",
            "AWS::LanguageExtensions",
            "Transform: the section:",
        ),
        (
            "infra/order.yaml",
            "Window: {Type: Number}",
            "Window: {Type: 'AWS::SSM::Parameter::Value<String>'}",
            "Parameters: Window.Type:",
        ),
        (
            "infra/order.yaml",
            "  HttpApi:",
            "  SimpleTable: {}\n  HttpApi:",
            "Globals: SimpleTable:",
        ),
        (
            "infra/order.yaml",
            "Runtime: provided.al2023",
            "Runtime: python3.13",
            "SubmitOrder: Properties.Runtime:",
        ),
        (
            "infra/order.yaml",
            "!Ref Window",
            "!ImportValue Window",
            "SubmitOrder: Properties.Environment.Variables.WINDOW_SECONDS: Fn::ImportValue",
        ),
        (
            "infra/order.yaml",
            "Type: S3",
            "Type: SNS",
            "SubmitOrder: Properties.Events.Picture.Type:",
        ),
        (
            "infra/order.yaml",
            "ApiId: !Ref Api,",
            "",
            "SubmitOrder: Properties.Events.Http.Properties.ApiId: is missing",
        ),
        (
            "infra/order.yaml",
            "ApiId: !Ref Api,",
            "ApiId: other,",
            "must be !Ref of an HttpApi of this file",
        ),
        (
            "infra/order.yaml",
            "Path: /api/orders,",
            "Path: /api/orders, Auth: {Authorizer: NONE},",
            "Events.Http.Properties.Auth:",
        ),
        (
            "infra/order.yaml",
            "Path: /api/orders,",
            "Path: api/orders,",
            "must start with `/`",
        ),
        (
            "infra/order.yaml",
            "Path: /api/orders,",
            "Path: '/api/{all+}/x',",
            "stands at its end",
        ),
        (
            "infra/order.yaml",
            "Path: /api/orders,",
            "Path: '/api/{id}/{id}',",
            "name of its own",
        ),
        (
            "infra/order.yaml",
            "Path: /api/orders,",
            "Path: '/api/x{id}',",
            "neither a plain segment nor a `{parameter}`",
        ),
        (
            "infra/order.yaml",
            "Method: POST",
            "Method: FETCH",
            "`FETCH` is not a method",
        ),
        (
            "infra/order.yaml",
            "{Type: AWS::Serverless::HttpApi}",
            "{Type: AWS::Serverless::HttpApi, Properties: {StageName: live}}",
            "Api: Properties.StageName:",
        ),
        (
            "infra/stock.yaml",
            "BillingMode: PAY_PER_REQUEST",
            "BillingMode: PROVISIONED",
            "Table: Properties.BillingMode:",
        ),
        (
            "infra/stock.yaml",
            "TableName: !Sub ${Prefix}-stock",
            "TableClass: STANDARD",
            "Table: Properties.TableName: must be given",
        ),
        (
            "infra/stock.yaml",
            "      Timeout: 9",
            "      Timeout: soon",
            "`soon` is not a whole number from 0",
        ),
        (
            "infra/stock.yaml",
            "      Timeout: 9",
            "      Layers: [a]",
            "ReleaseStock: Properties.Layers:",
        ),
        (
            "infra/stock.yaml",
            "    Metadata: *metadata\n",
            "",
            "ReceiveStock: Metadata.BuildMethod:",
        ),
        (
            "infra/stock.yaml",
            "    DeletionPolicy: Retain",
            "    CreationPolicy: {}",
            "Table: CreationPolicy:",
        ),
        (
            "infra/stock.yaml",
            "[ReportBatchItemFailures]",
            "[Other]",
            "`Other` is not a response type",
        ),
        (
            "infra/stock.yaml",
            "    Timeout: 10",
            "    Policies: []",
            "Globals: Function.Policies:",
        ),
        (
            "infra/stock.yaml",
            "Effect: Allow\n            Action: dynamodb:Query",
            "Effect: Allow\n            NotAction: dynamodb:Query",
            "Policies[0].Statement[0].NotAction:",
        ),
        (
            "infra/stock.yaml",
            "Effect: Allow\n            Action: dynamodb:Query",
            "Effect: Allow\n            Condition: {Bool: {'aws:SecureTransport': 'true'}}\n            Action: dynamodb:Query",
            "Policies[0].Statement[0].Condition:",
        ),
        (
            "infra/stock.yaml",
            "'${Table.Arn}/index/by-warehouse'",
            "'${Table.Arn}/index/${!aws:username}'",
            "has a policy variable",
        ),
        (
            "infra/stock.yaml",
            "        - Version: '2012-10-17'\n          Statement:",
            "        - DynamoDBCrudPolicy:",
            "must be an inline policy with a Statement",
        ),
        (
            "template.yaml",
            "Type: AWS::SNS::Topic",
            "Type: AWS::SQS::Queue",
            "AlarmTopic: Type: belongs in infra/<service>.yaml",
        ),
        (
            "infra/watch.yaml",
            "AWS::CloudWatch::Alarm",
            "AWS::S3::Bucket",
            "Errors: Type: belongs into the service's own template",
        ),
        (
            "infra/order.yaml",
            "Topic: !Ref Alarms",
            "Topics: !Ref Alarms",
            "Watch: Properties.Parameters.Topic: has no Default and was given no value",
        ),
        (
            "infra/stock.yaml",
            "[\"INSERT\"]",
            "[5]",
            "Properties.Events.Changes.Properties.FilterCriteria.Filters[0].Pattern.eventName[0]: is a number",
        ),
        (
            "infra/stock.yaml",
            "{\"eventName\": [\"INSERT\"]}",
            "{\"eventName\": ",
            "Filters[0].Pattern: is not JSON",
        ),
        (
            "infra/stock.yaml",
            "{\"eventName\": [\"INSERT\"]}",
            "[]",
            "Filters[0].Pattern: must be a JSON object",
        ),
        (
            "infra/stock.yaml",
            "[{Pattern: '{\"eventName\": [\"INSERT\"]}'}]",
            "[]",
            "FilterCriteria.Filters: must be one filter to 5",
        ),
        (
            "infra/stock.yaml",
            "            BatchSize: 5\n",
            "            BatchSize: 5\n            FilterCriteria: {Filters: [{Pattern: '{\"body\": [\"x\"]}'}]}\n",
            "Properties.Events.Queue.Properties.FilterCriteria: would delete every message",
        ),
        (
            "infra/stock.yaml",
            "SystemLogLevel: WARN",
            "LogStream: x",
            "Properties.LoggingConfig.LogStream: is outside the properties",
        ),
        (
            "infra/stock.yaml",
            "HttpApi:\n    DefaultRouteSettings",
            "HttpApi:\n    Auth: {EnableIamAuthorizer: true}\n    DefaultRouteSettings",
            "Api: Properties.Auth.EnableIamAuthorizer: functions decide who may call them",
        ),
        (
            "infra/stock.yaml",
            "HttpApi:\n    DefaultRouteSettings",
            "HttpApi:\n    Auth: {DefaultAuthorizer: Mine}\n    DefaultRouteSettings",
            "Api: Properties.Auth.DefaultAuthorizer: is outside the properties",
        ),
        (
            "infra/stock.yaml",
            "ThrottlingBurstLimit: 200",
            "Limit: 200",
            "Api: Properties.DefaultRouteSettings.Limit: is outside the properties",
        ),
    ];
    for (file, from, to, expected) in cases {
        let message = refusal(file, from, to);
        assert!(message.starts_with(&format!("{file}: ")), "{message}");
        assert!(
            message.contains(expected),
            "`{message}` does not say `{expected}`"
        );
    }
}

#[test]
fn a_name_that_nothing_declares_is_refused_even_where_the_resource_is_not_modelled() {
    let message = refusal("infra/order.yaml", "[!Ref Alarms]", "[!Ref Alarm2]");
    assert_eq!(
        message,
        "infra/order.yaml: Alarm: Properties.AlarmActions: there is no parameter or resource `Alarm2` in this file"
    );
    assert!(
        refusal(
            "infra/order.yaml",
            "!Sub '${Prefix}-pictures'",
            "!Sub '${Prefx}-pictures'"
        )
        .contains("`Prefx`")
    );
    assert!(
        refusal(
            "infra/order.yaml",
            "!If [HasReplica, !Ref Replica",
            "!If [NoReplica, !Ref Replica"
        )
        .contains("no condition `NoReplica`")
    );
    assert!(
        refusal("template.yaml", "DependsOn: Stock", "DependsOn: Stok")
            .contains("Order: DependsOn: there is no resource `Stok`")
    );
    assert!(
        refusal("template.yaml", "Order.Outputs.ApiUrl", "Order.Outputs.Url")
            .contains("the stack `Order` has no `Outputs.Url`")
    );
}

#[test]
fn what_exists_on_aws_only_is_refused_where_something_modelled_uses_it() {
    let message = refusal("infra/order.yaml", "!Ref Window\n", "!Ref Alarms\n");
    assert!(
        message.starts_with(
            "infra/order.yaml: SubmitOrder: Properties.Environment.Variables.WINDOW_SECONDS:"
        ),
        "{message}"
    );
    assert!(
        message.contains("`AlarmTopic` exists on AWS only"),
        "{message}"
    );
}

#[test]
fn parameters_are_checked_where_they_are_given() {
    let read = |inputs: Inputs| {
        template::read(mall::write().path(), &inputs)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let said = |inputs| read(inputs).expect_err("refused");
    assert!(
        said(Inputs::local().with("Stage", "prod"))
            .contains("template.yaml: Parameters: Stage: `prod` is not one of its AllowedValues")
    );
    assert!(
        said(Inputs::local().with("Colour", "red"))
            .contains("Parameters: Colour: the template declares no such parameter")
    );
    let needed = refusal(
        "template.yaml",
        "NoEcho: true, Default: key",
        "NoEcho: true",
    );
    assert_eq!(
        needed,
        "template.yaml: Parameters: SigningKey: has no Default and was given no value"
    );
    assert!(
        refusal(
            "template.yaml",
            "{Prefix: !Ref Prefix, SigningKey",
            "{Prefixes: !Ref Prefix, SigningKey"
        )
        .contains("Stock: Properties.Parameters.Prefix: has no Default")
    );
    assert!(
        refusal("template.yaml", "!If [IsTest, 5, 900]", "soon")
            .contains("Order: Properties.Parameters.Window: `soon` is not a whole number")
    );
}

#[test]
fn a_name_that_needs_itself_is_refused() {
    assert!(
        refusal(
            "infra/stock.yaml",
            "TableName: !Sub ${Prefix}-stock",
            "TableName: !Ref Table"
        )
        .contains("needs itself")
    );
    let circle = "HasReplica: !Not [!Condition HasReplica]";
    assert!(
        refusal(
            "infra/order.yaml",
            "HasReplica: !Not [!Equals [!Ref Replica, '']]",
            circle
        )
        .contains("needs itself")
    );
}

#[test]
fn stacks_that_wait_for_each_other_are_named() {
    let folder = mall::write();
    let circle = mall::ROOT.replace(
        "SigningKey: !Ref SigningKey}",
        "SigningKey: !GetAtt Edge.Outputs.Domain}",
    );
    mall::write_file(folder.path(), "template.yaml", &circle);
    let error = template::read(folder.path(), &Inputs::local()).expect_err("a circle");
    assert!(
        matches!(&error, TemplateError::Cycle { stacks, .. } if stacks == &["Edge", "Order", "Stock", "Edge"]),
        "{error}"
    );
}

#[test]
fn a_file_that_is_missing_or_not_yaml_is_named() {
    assert_eq!(
        refusal("template.yaml", "infra/stock.yaml", "infra/stok.yaml"),
        "infra/stok.yaml: cannot be read"
    );
    assert!(
        refusal("infra/stock.yaml", "Resources:", "Resources: [").starts_with("infra/stock.yaml:")
    );
    assert!(refusal("infra/stock.yaml", "LOG: info", "LOG: on").contains("quote it"));
}

#[test]
fn reading_all_tells_everything_that_is_wrong_at_once() {
    let folder = mall::write();
    mall::write_file(
        folder.path(),
        "infra/stock.yaml",
        &mall::STOCK
            .replace("Timeout: 9", "Layers: []")
            .replace("DelaySeconds: 0", "FifoQueue: true"),
    );
    mall::write_file(
        folder.path(),
        "infra/order.yaml",
        &mall::ORDER.replace("Method: POST", "Method: FETCH"),
    );
    let problems =
        template::read_all(folder.path(), &Inputs::local()).expect_err("three things are wrong");
    let files: Vec<String> = problems
        .iter()
        .map(|problem| {
            problem
                .to_string()
                .split(": Properties")
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    assert_eq!(
        files,
        [
            "infra/stock.yaml: ReleaseStock",
            "infra/stock.yaml: ReleaseStockQueue",
            "infra/order.yaml: SubmitOrder"
        ]
    );
}
