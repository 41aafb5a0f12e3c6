//! Tells how many pieces of some SKUs can be bought now.

use dynamo::{Consistency, DynamoError};
use edge::{Problem, ProblemKind, Public, Query, Refusal, Reply};
use kernel::SkuId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Stock;

/// Which SKUs: up to fifty ids, separated by commas.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    #[schemars(regex(
        pattern = r"^\s*[A-Za-z0-9._-]{1,64}\s*(,\s*[A-Za-z0-9._-]{1,64}\s*){0,49}$"
    ))]
    ids: String,
}

/// The availability of each SKU that was asked for, in that order.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AvailabilityList {
    items: Vec<Availability>,
}

/// How much of a SKU can be bought, over all warehouses.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Availability {
    sku_id: SkuId,
    available: u64,
    in_stock: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ListAvailabilityError {
    #[error("the list of ids is not valid")]
    BadIds(String),
    #[error("levels cannot be read")]
    Store(#[from] DynamoError),
}

impl Refusal for ListAvailabilityError {
    const KINDS: &'static [ProblemKind] = &[
        ProblemKind::INVALID,
        ProblemKind::BUSY,
        ProblemKind::INTERNAL,
    ];

    fn problem(&self) -> Problem {
        match self {
            Self::BadIds(detail) => Problem::invalid("?ids", detail),
            Self::Store(error) => Problem::of_store(error),
        }
    }
}

pub(crate) async fn list_availability(
    app: &Stock,
    (_, Query(wanted)): (Public, Query<Wanted>),
) -> Result<Reply<AvailabilityList>, ListAvailabilityError> {
    let ids = parse_ids(&wanted.ids).map_err(ListAvailabilityError::BadIds)?;
    let levels = app.levels.of(&ids, Consistency::Eventual).await?;
    let items = ids.into_iter().map(|sku_id| {
        let available = levels
            .iter()
            .filter(|level| level.sku_id == sku_id)
            .map(|level| level.available)
            .sum();
        Availability {
            sku_id,
            available,
            in_stock: available > 0,
        }
    });
    Ok(Reply::ok(AvailabilityList {
        items: items.collect(),
    }))
}

fn parse_ids(text: &str) -> Result<Vec<SkuId>, String> {
    let mut ids = Vec::new();
    for id in text.split(',') {
        let id = SkuId::parse(id.trim()).map_err(|error| format!("{id:?} is {error}"))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() > 50 {
        Err("at most 50 ids".to_owned())
    } else {
        Ok(ids)
    }
}
