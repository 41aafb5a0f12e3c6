//! `mall env`: the environment of the running mall's functions, for other ways to run them.
//!
//! `sam local` reads all of them from one JSON file (`--env-vars`), by logical id. It passes a function only variables that its
//! template declares, and AWS refuses a template that declares its own (`AWS_ACCESS_KEY_ID`), so there is a template for
//! `sam local` alone beside it: the same functions, routes and limits, every variable declared and empty.
//! `cargo lambda watch` reads one function's from lines (`--env-file`).

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use super::CommandError;
use crate::cli::EnvOptions;
use crate::launch::{Launch, read_launches};

/// The address of the back ends in every mall.
const LOOPBACK: &str = "127.0.0.1";
/// Lambda sets these itself, and so does whatever stands in for it.
const OF_LAMBDA: [&str; 2] = ["AWS_LAMBDA_", "_HANDLER"];

pub(crate) fn run(options: &EnvOptions) -> Result<ExitCode, CommandError> {
    let mut launches = read_launches(&options.place.data()?)?;
    if let Some(host) = &options.docker_host {
        launches
            .iter_mut()
            .for_each(|launch| reach_over(launch, host));
    }
    if let Some(file) = &options.sam_template {
        let code = match &options.code {
            Some(code) => code.clone(),
            None => options.place.root()?.join("target/lambda"),
        };
        let code = std::path::absolute(&code).map_err(CommandError::CurrentFolder)?;
        write(file, &pretty(&sam_template(&launches, &code)))?;
    }
    let text = match &options.function {
        Some(name) => lines(find(&launches, name)?),
        None => pretty(&sam_variables(&launches)),
    };
    match &options.output {
        Some(file) => write(file, &text)?,
        None => super::say(text.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}

fn find<'l>(launches: &'l [Launch], name: &str) -> Result<&'l Launch, CommandError> {
    launches
        .iter()
        .find(|launch| launch.handler == name || launch.logical_id == name)
        .ok_or_else(|| CommandError::UnknownFunction(name.to_owned()))
}

/// Replaces the host of the back ends' addresses.
fn reach_over(launch: &mut Launch, host: &str) {
    let endpoints = launch
        .environment
        .iter_mut()
        .filter(|(name, _)| name.starts_with("AWS_ENDPOINT_URL"));
    for (_, url) in endpoints {
        *url = url.replacen(LOOPBACK, host, 1);
    }
}

fn variables(launch: &Launch) -> BTreeMap<&str, &str> {
    launch
        .environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !OF_LAMBDA.iter().any(|start| name.starts_with(start)))
        .collect()
}

fn sam_variables(launches: &[Launch]) -> Value {
    launches
        .iter()
        .map(|launch| (launch.logical_id.clone(), json!(variables(launch))))
        .collect::<Map<_, _>>()
        .into()
}

fn sam_template(launches: &[Launch], code: &Path) -> Value {
    let resources: Map<_, _> = launches
        .iter()
        .map(|launch| (launch.logical_id.clone(), sam_function(launch, code)))
        .collect();
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": "Written by `mall env` for `sam local` alone; template.yaml is what is deployed.",
        "Resources": resources,
    })
}

fn sam_function(launch: &Launch, code: &Path) -> Value {
    let declared: BTreeMap<_, _> = variables(launch)
        .into_keys()
        .map(|name| (name, ""))
        .collect();
    let events: Map<_, _> = launch
        .routes
        .iter()
        .enumerate()
        .map(|(nth, (method, path))| {
            let route =
                json!({ "Type": "HttpApi", "Properties": { "Method": method, "Path": path } });
            (format!("Route{nth}"), route)
        })
        .collect();
    json!({
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "provided.al2023",
            "Handler": launch.handler,
            "CodeUri": code.join(&launch.service),
            "MemorySize": launch.memory_mb,
            "Timeout": launch.timeout_seconds,
            "Environment": { "Variables": declared },
            "Events": events,
        },
    })
}

/// `NAME=value` for each variable, and the operation to run.
fn lines(launch: &Launch) -> String {
    let line = |(name, value): (&str, &str)| format!("{name}={value}\n");
    variables(launch)
        .into_iter()
        .chain([("_HANDLER", launch.handler.as_str())])
        .map(line)
        .collect()
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// For its owner alone: it holds keys.
fn write(file: &Path, text: &str) -> Result<(), CommandError> {
    let mut options = OpenOptions::new();
    let written = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut opened| opened.write_all(text.as_bytes()));
    written.map_err(|source| CommandError::Write {
        path: file.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launch() -> Launch {
        let environment = [
            ("STOCK_TABLE", "mall-stock"),
            ("AWS_ACCESS_KEY_ID", "LOCALSHOWSKU"),
            ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:4000"),
            ("AWS_LAMBDA_FUNCTION_NAME", "show-sku"),
            ("_HANDLER", "show-sku"),
        ];
        Launch {
            handler: "show-sku".to_owned(),
            logical_id: "ShowSku".to_owned(),
            service: "catalog".to_owned(),
            memory_mb: 256,
            timeout_seconds: 10,
            routes: vec![("GET".to_owned(), "/api/catalog/skus/{id}".to_owned())],
            environment: environment
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
    }

    #[test]
    fn sam_finds_each_function_by_its_logical_id_with_its_key_and_the_back_ends() {
        assert_eq!(
            sam_variables(&[launch()]),
            json!({ "ShowSku": {
                "AWS_ACCESS_KEY_ID": "LOCALSHOWSKU",
                "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:4000",
                "STOCK_TABLE": "mall-stock",
            } })
        );
    }

    #[test]
    fn what_sam_is_to_pass_its_template_declares_without_a_value() {
        let template = sam_template(&[launch()], Path::new("/built"));
        let function = &template["Resources"]["ShowSku"]["Properties"];
        assert_eq!(
            function["Environment"]["Variables"],
            json!({ "AWS_ACCESS_KEY_ID": "", "AWS_ENDPOINT_URL_DYNAMODB": "", "STOCK_TABLE": "" })
        );
        assert_eq!(function["CodeUri"], "/built/catalog");
        assert_eq!(
            function["Events"]["Route0"]["Properties"]["Path"],
            "/api/catalog/skus/{id}"
        );
    }

    #[test]
    fn a_container_finds_the_back_ends_under_another_name() {
        let mut launch = launch();
        reach_over(&mut launch, "host.docker.internal");
        assert_eq!(
            launch.environment["AWS_ENDPOINT_URL_DYNAMODB"],
            "http://host.docker.internal:4000"
        );
    }

    #[test]
    fn the_lines_of_one_function_name_its_operation() {
        let text = lines(&launch());
        assert!(text.ends_with("_HANDLER=show-sku\n"), "{text}");
        assert!(text.contains("STOCK_TABLE=mall-stock\n") && !text.contains("AWS_LAMBDA"));
    }
}
