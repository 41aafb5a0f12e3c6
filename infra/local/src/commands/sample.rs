//! Sample events with live values: `events/<service>/<function>.json`, where `{{member.session}}` stands for a value that only a
//! running mall has. Values come over HTTP, as any client would get them.
//!
//! | placeholder | value |
//! |---|---|
//! | `staff.key` | the staff's bearer key |
//! | `member.session`, `.phone`, `.login_name`, `.password` | a sample member, registered when it is not there yet |
//! | `category.id`, `product.id`, `sku.id` | the first product of the mall, its category, its first SKU |
//! | `unique` | a new random word: a receipt's number, a message's id |
//! | `now` | this moment, RFC 3339 |

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::CommandError;
use crate::cli::PlaceOptions;
use crate::client::http_client;
use crate::function::uuid;
use crate::state::{read_endpoints, read_staff_key};

const PHONE: &str = "13800000001";
const LOGIN_NAME: &str = "sample-member";
/// Of a member that exists in local malls only.
const PASSWORD: &str = "sample-password-1";

/// The function's sample event, filled in from the running mall.
pub(crate) async fn live_event(place: &PlaceOptions, function: &str) -> Result<String, CommandError> {
    let data = place.data()?;
    let url = read_endpoints(&data)?.url;
    let path = sample_file(&place.root()?, function)?;
    let text = std::fs::read_to_string(&path).map_err(|source| CommandError::File { path, source })?;
    let mut live = Live { http: http_client().map_err(CommandError::Http)?, url, data, known: BTreeMap::new() };
    let mut filled = text.clone();
    for name in placeholders(&text) {
        let value = live.value(&name).await.map_err(|why| CommandError::Sample { function: function.to_owned(), why })?;
        filled = filled.replace(&format!("{{{{{name}}}}}"), &value);
    }
    let event: Value =
        serde_json::from_str(&filled).map_err(|source| CommandError::SampleJson { function: function.to_owned(), source })?;
    Ok(serde_json::to_string_pretty(&event).unwrap_or(filled))
}

/// `events/<service>/<function>.json`, whichever service it is.
fn sample_file(root: &Path, function: &str) -> Result<PathBuf, CommandError> {
    let events = root.join("events");
    let folders = events.read_dir().map_err(|source| CommandError::File { path: events, source })?;
    let name = format!("{function}.json");
    let file = folders.flatten().map(|folder| folder.path().join(&name)).find(|file| file.is_file());
    file.ok_or_else(|| CommandError::UnknownFunction(function.to_owned()))
}

/// The names between `{{` and `}}`, each once.
fn placeholders(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in text.split("{{").skip(1) {
        if let Some((name, _)) = part.split_once("}}")
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

/// The running mall, and what has been learnt of it.
struct Live {
    http: reqwest::Client,
    url: String,
    data: PathBuf,
    known: BTreeMap<&'static str, String>,
}

impl Live {
    async fn value(&mut self, name: &str) -> Result<String, String> {
        if !self.known.contains_key(name) {
            match name {
                "staff.key" => _ = self.known.insert("staff.key", read_staff_key(&self.data).map_err(|error| error.to_string())?),
                "unique" => _ = self.known.insert("unique", uuid()),
                "now" => _ = self.known.insert("now", OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()),
                _ if name.starts_with("member.") => self.sign_in().await?,
                _ if ["category.id", "product.id", "sku.id"].contains(&name) => self.find_product().await?,
                _ => {}
            }
        }
        let value = self.known.get(name).ok_or_else(|| format!("{{{{{name}}}}} stands for nothing known"))?;
        if value.contains(['"', '\\']) {
            return Err(format!("the value of {{{{{name}}}}} would break the JSON text"));
        }
        Ok(value.clone())
    }

    async fn sign_in(&mut self) -> Result<(), String> {
        let session = match self.session().await {
            Ok(session) => session,
            Err(_) => {
                let member = json!({"phone": PHONE, "login_name": LOGIN_NAME, "password": PASSWORD, "nickname": "Sample"});
                self.post("/api/members", &member).await?;
                self.session().await?
            }
        };
        self.known.extend([
            ("member.session", session),
            ("member.phone", PHONE.to_owned()),
            ("member.login_name", LOGIN_NAME.to_owned()),
            ("member.password", PASSWORD.to_owned()),
        ]);
        Ok(())
    }

    /// The token in the cookie that signing in sets.
    async fn session(&self) -> Result<String, String> {
        let answer = self.post("/api/auth/sessions", &json!({"login": LOGIN_NAME, "password": PASSWORD})).await?;
        let cookies = answer.headers().get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let session = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('=')).find(|(name, _)| name.ends_with("session"));
        session.map(|(_, token)| token.to_owned()).ok_or_else(|| "signing in sets no session cookie".to_owned())
    }

    async fn find_product(&mut self) -> Result<(), String> {
        let none = || "the mall has no product yet; load the demo data, or import some".to_owned();
        let list = self.get("/api/catalog/products?limit=1").await?;
        let product_id = list.pointer("/items/0/id").and_then(Value::as_str).ok_or_else(none)?.to_owned();
        let product = self.get(&format!("/api/catalog/products/{product_id}")).await?;
        let category_id = product.get("category_id").map(Value::to_string).unwrap_or_default();
        let sku_id = product.pointer("/skus/0/id").and_then(Value::as_str).ok_or_else(none)?.to_owned();
        self.known.extend([("product.id", product_id), ("category.id", category_id), ("sku.id", sku_id)]);
        Ok(())
    }

    async fn get(&self, path: &str) -> Result<Value, String> {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await;
        accepted("GET", path, answer)?.json().await.map_err(|error| format!("GET {path}: {error}"))
    }

    async fn post(&self, path: &str, body: &Value) -> Result<reqwest::Response, String> {
        let answer = self.http.post(format!("{}{path}", self.url)).json(body).send().await;
        accepted("POST", path, answer)
    }
}

fn accepted(method: &str, path: &str, answer: Result<reqwest::Response, reqwest::Error>) -> Result<reqwest::Response, String> {
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(answer),
        Ok(answer) => Err(format!("{method} {path} answered {}", answer.status())),
        Err(error) => Err(format!("{method} {path}: {error}; is the mall still running?")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_placeholder_is_found_once() {
        let text = r#"{"cookies": ["session={{member.session}}"], "a": "{{product.id}}", "b": "{{product.id}}", "c": "{{"}"#;
        assert_eq!(placeholders(text), ["member.session", "product.id"]);
    }

    #[tokio::test]
    async fn an_unknown_placeholder_is_named() {
        let data = tempfile::tempdir().unwrap();
        let http = http_client().unwrap();
        let mut live = Live { http, url: String::new(), data: data.path().to_owned(), known: BTreeMap::new() };
        assert_eq!(live.value("moon.phase").await.unwrap_err(), "{{moon.phase}} stands for nothing known");
        assert_eq!(live.value("unique").await.unwrap(), live.value("unique").await.unwrap());
    }
}
