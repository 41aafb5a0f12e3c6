//! What passed the wire.

use serde_json::Value;

/// One call to DynamoDB or SQS.
#[derive(Debug, Clone)]
pub struct Call {
    /// The operation, such as `TransactWriteItems`.
    pub operation: String,
    /// What it reached: the names of the tables, sorted, or of the queue.
    pub targets: Vec<String>,
    /// The request as it was sent.
    pub request: Value,
    /// The answer's HTTP status; 0 while there is none.
    pub status: u16,
    /// Write units it consumed, in halves so that they stay whole numbers: 2 is one unit.
    pub half_write_units: u64,
    /// Read units it consumed, in halves.
    pub half_read_units: u64,
    /// Its place in the order in which calls began and ended.
    pub(crate) began: usize,
    /// Likewise.
    pub(crate) ended: usize,
}

impl Call {
    /// The operation and what it reached: `TransactWriteItems mall-order,mall-stock`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.operation, self.targets.join(","))
    }
}

/// Calls in the order in which they began.
#[derive(Debug, Clone, Default)]
pub struct Calls(pub Vec<Call>);

impl Calls {
    /// The names of all of them, see [`Call::name`].
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(Call::name).collect()
    }

    /// Those that did not reach this table or queue.
    #[must_use]
    pub fn without(&self, target: &str) -> Self {
        let keeps = |call: &&Call| !call.targets.iter().any(|known| known == target);
        Self(self.0.iter().filter(keeps).cloned().collect())
    }

    /// Write units, indexes included.
    #[must_use]
    pub fn write_units(&self) -> u64 {
        self.0.iter().map(|call| call.half_write_units).sum::<u64>() / 2
    }

    /// Read units in halves: an eventually consistent read of up to 4 KiB is 1.
    #[must_use]
    pub fn half_read_units(&self) -> u64 {
        self.0.iter().map(|call| call.half_read_units).sum()
    }

    /// The longest chain of calls of which each began after the one before had ended: how often the operation waited. Only
    /// after [`Wire::watch_stages`](crate::Wire::watch_stages).
    #[must_use]
    pub fn stages(&self) -> usize {
        let mut ends: Vec<usize> = Vec::new();
        let mut depth = vec![0; self.0.len()];
        for (index, call) in self.0.iter().enumerate() {
            let before = (0..index).filter(|other| self.0[*other].ended < call.began);
            depth[index] = 1 + before.map(|other| depth[other]).max().unwrap_or(0);
            ends.push(depth[index]);
        }
        ends.into_iter().max().unwrap_or(0)
    }
}

/// The units that an answer reports, in halves: (write, read).
pub(crate) fn units(operation: &str, answer: &Value) -> (u64, u64) {
    let reports = match &answer["ConsumedCapacity"] {
        Value::Array(list) => list.clone(),
        Value::Object(one) => vec![Value::Object(one.clone())],
        _ => Vec::new(),
    };
    let halves: u64 = reports
        .iter()
        .filter_map(|report| report["CapacityUnits"].as_f64())
        .map(doubled)
        .sum();
    let reads = matches!(
        operation,
        "GetItem" | "BatchGetItem" | "Query" | "Scan" | "TransactGetItems"
    );
    if reads { (0, halves) } else { (halves, 0) }
}

#[allow(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn doubled(units: f64) -> u64 {
    (units * 2.0).round() as u64
}

/// What a request reaches.
pub(crate) fn targets(request: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut add = |name: &Value| {
        if let Some(name) = name.as_str() {
            found.push(name.rsplit('/').next().unwrap_or(name).to_owned());
        }
    };
    add(&request["TableName"]);
    add(&request["QueueUrl"]);
    for item in request["TransactItems"].as_array().into_iter().flatten() {
        for write in item.as_object().into_iter().flat_map(|item| item.values()) {
            add(&write["TableName"]);
        }
    }
    for table in request["RequestItems"]
        .as_object()
        .into_iter()
        .flat_map(|tables| tables.keys())
    {
        add(&Value::String(table.clone()));
    }
    found.sort();
    found.dedup();
    found
}
