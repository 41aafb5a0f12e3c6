//! Reads what a mall has: one thing, or a list page by page.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::{MallClient, segment};
use crate::report::ImportError;

/// Reads what the mall shows at a path.
pub(crate) async fn read<T: DeserializeOwned>(
    mall: &MallClient,
    path: &str,
) -> Result<T, ImportError> {
    understood(path, mall.get(path).await?)
}

/// An answer as what it is.
pub(crate) fn understood<T: DeserializeOwned>(path: &str, answer: Value) -> Result<T, ImportError> {
    serde_json::from_value(answer).map_err(|error| ImportError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

/// A list, of which one page is held at a time.
pub(crate) struct Pages<'m> {
    mall: &'m MallClient,
    /// The path of the next page; nothing after the last one.
    next: Option<String>,
    first: String,
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl<'m> Pages<'m> {
    /// The list at a path, narrowed by a query such as `&category_id=3`, or by nothing.
    pub(crate) fn of(mall: &'m MallClient, list: &str, narrowed: &str) -> Self {
        let first = format!("{list}?limit=100{narrowed}");
        Self {
            mall,
            next: Some(first.clone()),
            first,
        }
    }

    /// What stands on the next page; nothing after the last one.
    pub(crate) async fn next<T: DeserializeOwned>(
        &mut self,
    ) -> Result<Option<Vec<T>>, ImportError> {
        let Some(path) = self.next.take() else {
            return Ok(None);
        };
        let page: Page<T> = read(self.mall, &path).await?;
        self.next = page
            .next_cursor
            .map(|cursor| format!("{}&cursor={}", self.first, segment(&cursor)));
        Ok(Some(page.items))
    }
}
