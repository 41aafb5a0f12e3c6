//! Sends categories, level by level: a parent must exist before its children.

use std::collections::HashMap;

use futures::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;
use serde_json::Value;

use super::{count, refusal};
use crate::categories::{self, Category, CategoryContent, LEVELS};
use crate::client::MallClient;
use crate::progress::Progress;
use crate::read::{read, understood};
use crate::report::{ImportError, Report};
use crate::settle::{Shown, settle};
use crate::source::{Line, Lines};

/// The list of categories, and the folder of each.
const CATEGORIES: &str = "/api/catalog/admin/categories";

/// Sends the categories of a list and reports what became of them.
pub(super) async fn send(
    mall: &MallClient,
    lines: Lines<Category>,
    progress: &Progress,
    report: &mut Report,
) -> Result<(), ImportError> {
    let Lines {
        file,
        mut accepted,
        mut refused,
    } = lines;
    let mut shown = shown(mall).await?;
    let stage = &progress.stage("categories", accepted.len());
    for level in LEVELS {
        let of_level: Vec<Line<Category>>;
        (of_level, accepted) = accepted
            .into_iter()
            .partition(|line| line.value.level == level);
        let requests = of_level.into_iter().map(|line| {
            let shown = shown.remove(&line.value.id);
            async move {
                let category = &line.value;
                let path = format!("{CATEGORIES}/{}", category.id);
                let put = settle(mall, &path, category, shown).await?;
                stage.step();
                Ok((line.number, category.id, put))
            }
        });
        let mut outcomes = stream::iter(requests).buffer_unordered(mall.requests_in_flight());
        while let Some((number, id, put)) = outcomes.try_next().await? {
            if let Err(reason) = count(put, &mut report.categories) {
                refused.push(refusal(&file, number, categories::name(id), reason));
            }
        }
    }
    report.refuse(refused);
    Ok(())
}

/// The categories that the mall has. They are some thousands, and come in one answer.
async fn shown(mall: &MallClient) -> Result<HashMap<u64, Shown<CategoryContent>>, ImportError> {
    #[derive(Deserialize)]
    struct All {
        items: Vec<Value>,
    }
    let all: All = read(mall, CATEGORIES).await?;
    let of_id = |item: Value| {
        let id = item["category_id"].as_u64().unwrap_or_default();
        Ok((id, understood(CATEGORIES, item)?))
    };
    all.items.into_iter().map(of_id).collect()
}
