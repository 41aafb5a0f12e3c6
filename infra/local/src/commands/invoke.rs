//! `mall invoke`: one event into a function of the running mall.

use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use super::{CommandError, block_on, sample};
use crate::cli::InvokeOptions;
use crate::client::http_client;
use crate::state::read_endpoints;

pub(crate) fn run(options: &InvokeOptions) -> Result<ExitCode, CommandError> {
    block_on(async {
        let invoke_url = match &options.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => read_endpoints(&options.place.data()?)?.invoke_url,
        };
        let event = match &options.event {
            Some(file) => read_event(file)?,
            None => sample::live_event(&options.place, &options.function).await?,
        };
        let url = format!(
            "{invoke_url}/2015-03-31/functions/{}/invocations",
            options.function
        );
        let no_answer = |source| CommandError::NoAnswer {
            url: invoke_url.clone(),
            source,
        };
        let http = http_client().map_err(CommandError::Http)?;
        let answer = http.post(url).body(event).send().await.map_err(no_answer)?;
        let (status, failed) = (
            answer.status(),
            answer.headers().contains_key("x-amz-function-error"),
        );
        let text = answer.text().await.map_err(no_answer)?;
        if !status.is_success() {
            return Err(CommandError::Refused {
                function: options.function.clone(),
                answer: text,
            });
        }
        super::say(readable(&text));
        Ok(if failed {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    })
}

fn read_event(file: &Path) -> Result<String, CommandError> {
    let mut event = String::new();
    let read = if file == Path::new("-") {
        io::stdin().read_to_string(&mut event)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut event))
    };
    read.map_err(|source| CommandError::File {
        path: file.to_owned(),
        source,
    })?;
    Ok(event)
}

fn readable(json: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(json);
    value
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| json.to_owned())
}
