//! Members of the benchmark: registered, signed in and with an address before anything is measured.

use futures::stream::{self, StreamExt, TryStreamExt};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::browser::{Answer, Browser};
use crate::state::random_secret;

/// Registrations at once. Each hashes a password twice, which takes a whole core for tens of milliseconds.
const AT_ONCE: usize = 4;
/// How many phone numbers are tried before the mall counts as full.
const TRIES: usize = 5;

/// A member, signed in.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The cookie of the session.
    pub(crate) session: String,
    /// Where the goods go.
    pub(crate) address_id: String,
}

/// Why there is no member.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MemberError {
    #[error("the mall does not answer")]
    NoAnswer(#[from] reqwest::Error),
    #[error("the mall answers {1} where a member tries to {0}")]
    Refused(&'static str, String),
}

/// Registers so many members.
pub(crate) async fn register(browser: &Browser, count: usize) -> Result<Vec<Member>, MemberError> {
    let members = (0..count).map(|_| register_one(browser));
    stream::iter(members)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

async fn register_one(browser: &Browser) -> Result<Member, MemberError> {
    let password = random_secret();
    let phone = register_new(browser, &password).await?;
    let login = json!({ "login": phone, "password": password });
    let signed_in = post(browser, "/api/auth/sessions", "", &login).await?;
    let session = signed_in
        .cookie
        .clone()
        .filter(|_| signed_in.status == StatusCode::CREATED)
        .ok_or_else(|| refused("sign in", &signed_in))?;
    let address = json!({ "receiver": "压力测试", "phone": phone, "province": "浙江省", "city": "杭州市", "district": "西湖区",
        "street": "文三路 90 号" });
    let added = post(browser, "/api/members/me/addresses", &session, &address).await?;
    #[derive(Deserialize)]
    struct Added {
        id: String,
    }
    let added: Added =
        serde_json::from_slice(&added.body).map_err(|_| refused("add an address", &added))?;
    Ok(Member {
        session,
        address_id: added.id,
    })
}

/// Registers under a random phone number; one that is taken is tried with another.
async fn register_new(browser: &Browser, password: &str) -> Result<String, MemberError> {
    let mut tries = 0;
    loop {
        let phone = format!("199{:08}", rand::random_range(0..100_000_000));
        let name = format!("bench{:08x}", rand::random::<u32>());
        let member = json!({ "phone": phone, "login_name": name, "password": password });
        let answer = post(browser, "/api/members", "", &member).await?;
        tries += 1;
        match answer.status {
            StatusCode::CREATED => return Ok(phone),
            StatusCode::CONFLICT if tries < TRIES => {}
            _ => return Err(refused("register", &answer)),
        }
    }
}

async fn post(
    browser: &Browser,
    path: &str,
    cookie: &str,
    body: &serde_json::Value,
) -> Result<Answer, reqwest::Error> {
    browser.insist(Method::POST, path, cookie, Some(body)).await
}

fn refused(what: &'static str, answer: &Answer) -> MemberError {
    MemberError::Refused(what, answer.problem())
}
