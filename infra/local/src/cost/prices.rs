//! The price table.

use serde::Deserialize;

/// The table of this repository.
const TABLE: &str = include_str!("../../prices.json");

/// What AWS charges, in pico-dollars, and when that was looked up.
#[derive(Debug, Clone, Deserialize)]
pub struct Prices {
    /// The day of these prices.
    pub as_of: String,
    /// The region they hold in.
    pub region: String,
    /// What counts.
    pub pico_dollars: PerUnit,
    /// What is listed beside it.
    pub beside: Beside,
}

/// What is in the total.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct PerUnit {
    /// DynamoDB, a write request unit.
    pub write_unit: u64,
    /// DynamoDB, a read request unit.
    pub read_unit: u64,
    /// SQS, a request.
    pub queue_request: u64,
    /// API Gateway, a request to an HTTP API.
    pub api_request: u64,
    /// Lambda, an invocation.
    pub function_request: u64,
    /// Lambda, a second with a GB (1,024 MB) of memory.
    pub gigabyte_second: u64,
    /// S3, a request that writes.
    pub object_write: u64,
    /// S3, a request that reads.
    pub object_read: u64,
}

/// What depends on settings that are not the code's: listed, and not in the total.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Beside {
    /// CloudWatch, a byte of log.
    pub log_byte: u64,
    /// X-Ray, a trace.
    pub trace: u64,
    /// A byte to the internet.
    pub transfer_byte: u64,
}

/// A price table that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("not a price table; infra/local/prices.json is one")]
pub struct PricesError(#[from] serde_json::Error);

impl Prices {
    /// The prices of this repository.
    ///
    /// # Errors
    /// Never, while its tests pass.
    pub fn of_repository() -> Result<Self, PricesError> {
        Self::read(TABLE)
    }

    /// Reads a table of the same form: for another region, or another day.
    ///
    /// # Errors
    /// When it is not of that form.
    pub fn read(text: &str) -> Result<Self, PricesError> {
        Ok(serde_json::from_str(text)?)
    }
}
