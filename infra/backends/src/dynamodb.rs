//! DynamoDB: `dynoxide` on SQLite, in a file or in memory, behind an HTTP API that knows who may do what.

mod api;
mod streams;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::describe_time_to_live::DescribeTimeToLiveRequest;
use dynoxide::actions::update_table::UpdateTableRequest;
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};

pub use streams::Streams;

use crate::BackendError;
use crate::access::Access;
use crate::server::{Loopback, Server};

/// How often expired items are removed from a file. AWS promises days; nothing may depend on it.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

pub(crate) struct DynamoDb {
    // Dropped first: the last handle to the database closes the file.
    server: Server,
    database: Database,
    streams: Streams,
}

impl std::fmt::Debug for DynamoDb {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("DynamoDb")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl DynamoDb {
    /// Opens `file`, or a database in memory, and serves it.
    ///
    /// A file is in WAL mode with `synchronous = NORMAL` (what `disable_bulk_loading` sets; SQLite's own default is FULL).
    /// A commit has then been handed to the operating system by `write`, without waiting for the disk: it survives the death
    /// of the process at any moment, and a power cut may take the last commits but leaves a consistent file.
    pub(crate) fn start(
        file: Option<&Path>,
        loopback: Loopback,
        access: Arc<Access>,
    ) -> Result<DynamoDb, BackendError> {
        let failed = |source| BackendError::Database {
            source: Box::new(source),
        };
        let database = match file {
            Some(file) => Database::new(text(file)?).map_err(failed)?,
            None => Database::memory().map_err(failed)?,
        };
        let streams = match file {
            Some(file) => {
                database.disable_bulk_loading().map_err(failed)?;
                Streams::open(file)?
            }
            None => Streams::in_memory(),
        };
        let (served, sweeps) = (database.clone(), file.is_some());
        let server = Server::start(loopback, move |listener| async move {
            if sweeps {
                tokio::spawn(sweep_regularly(served.clone()));
            }
            crate::server::serve(listener, api::routes(served, access)).await;
        })?;
        Ok(DynamoDb {
            server,
            database,
            streams,
        })
    }

    /// What the streams of its tables hold.
    pub(crate) fn streams(&self) -> &Streams {
        &self.streams
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// Waits until its server has ended.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        self.server.ended()
    }

    /// Creates the table and switches on its stream and its time to live, each only if it is not there yet. `create` is a
    /// `CreateTable` request.
    pub(crate) fn create_table(
        &self,
        create: &Value,
        ttl_attribute: Option<&str>,
    ) -> Result<(), BackendError> {
        let table = create["TableName"].as_str().unwrap_or_default();
        match self.describe(table)? {
            Some(existing) if shape(&existing) == shape(create) => {
                self.stream(table, &existing, create)?;
            }
            Some(_) => {
                return Err(BackendError::TableDiffers {
                    table: table.to_owned(),
                });
            }
            None => self.create(table, create)?,
        }
        ttl_attribute.map_or(Ok(()), |attribute| self.expire_by(table, attribute))
    }

    fn create(&self, table: &str, create: &Value) -> Result<(), BackendError> {
        // By way of text: a declaration is judged exactly as the HTTP server judges a request.
        let request: CreateTableRequest =
            serde_json::from_str(&create.to_string()).map_err(|source| {
                BackendError::TableDeclaration {
                    table: table.to_owned(),
                    source,
                }
            })?;
        self.database
            .create_table(request)
            .map_err(refused(table))?;
        Ok(())
    }

    /// Switches the stream of an existing table on, or to another view, where it is declared so. A stream that is not declared
    /// any more stays: nobody reads it.
    fn stream(&self, table: &str, existing: &Value, create: &Value) -> Result<(), BackendError> {
        let wanted = &create["StreamSpecification"];
        let current = &existing["StreamSpecification"];
        if wanted.is_null() || current["StreamViewType"] == wanted["StreamViewType"] {
            return Ok(());
        }
        let off = json!({ "StreamEnabled": false });
        let steps = (!current.is_null()).then_some(&off).into_iter();
        for specification in steps.chain([wanted]) {
            let request = json!({ "TableName": table, "StreamSpecification": specification });
            let request: UpdateTableRequest =
                serde_json::from_str(&request.to_string()).map_err(|source| {
                    BackendError::TableDeclaration {
                        table: table.to_owned(),
                        source,
                    }
                })?;
            self.database
                .update_table(request)
                .map_err(refused(table))?;
        }
        Ok(())
    }

    fn describe(&self, table: &str) -> Result<Option<Value>, BackendError> {
        match self.database.describe_table(DescribeTableRequest {
            table_name: table.to_owned(),
        }) {
            Ok(description) => {
                serde_json::to_value(description.table)
                    .map(Some)
                    .map_err(|source| BackendError::TableDeclaration {
                        table: table.to_owned(),
                        source,
                    })
            }
            Err(DynoxideError::ResourceNotFoundException(_)) => Ok(None),
            Err(error) => Err(refused(table)(error)),
        }
    }

    /// Enabling what is enabled already is refused, as on AWS, so the same setting is looked for first.
    fn expire_by(&self, table: &str, attribute: &str) -> Result<(), BackendError> {
        let request = DescribeTimeToLiveRequest {
            table_name: table.to_owned(),
        };
        let current = self
            .database
            .describe_time_to_live(request)
            .map_err(refused(table))?;
        if current.time_to_live_description.attribute_name.as_deref() == Some(attribute) {
            return Ok(());
        }
        let request = UpdateTimeToLiveRequest {
            table_name: table.to_owned(),
            time_to_live_specification: TimeToLiveSpecification {
                attribute_name: attribute.to_owned(),
                enabled: true,
            },
        };
        self.database
            .update_time_to_live(request)
            .map_err(refused(table))?;
        Ok(())
    }
}

/// SQLite takes a path as UTF-8.
fn text(file: &Path) -> Result<&str, BackendError> {
    let failed = BackendError::directory(file);
    file.to_str()
        .ok_or_else(|| failed(std::io::ErrorKind::InvalidFilename.into()))
}

fn refused(table: &str) -> impl FnOnce(DynoxideError) -> BackendError {
    let table = table.to_owned();
    move |source| BackendError::Table {
        table,
        source: Box::new(source),
    }
}

/// What cannot change without replacing a table: its keys, and its indexes with their keys and projections.
fn shape(table: &Value) -> (Value, Vec<(String, Value, Value)>) {
    let index = |index: &Value| {
        (
            index["IndexName"].to_string(),
            index["KeySchema"].clone(),
            index["Projection"].clone(),
        )
    };
    let mut indexes: Vec<_> = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
        .iter()
        .filter_map(|kind| table[kind].as_array())
        .flat_map(|indexes| indexes.iter().map(index))
        .collect();
    indexes.sort_by(|a, b| a.0.cmp(&b.0));
    (table["KeySchema"].clone(), indexes)
}

async fn sweep_regularly(database: Database) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        let database = database.clone();
        // Off the server's thread: between its pages a sweep lets waiting requests go first, and they need the thread for that.
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(0)) => {}
            Ok(Ok(removed)) => tracing::debug!(removed, "expired items removed"),
            Ok(Err(error)) => tracing::warn!(%error, "expired items were not removed"),
            Err(error) => tracing::warn!(%error, "the sweep of expired items did not end"),
        }
    }
}
