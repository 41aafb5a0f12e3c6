//! DynamoDB's HTTP API in front of the engine: who calls, whether they may, and then the call.
//!
//! The engine has a server of its own, but nothing can stand between that and its data. Here a request is read once, into the
//! engine's own type, and what it needs is told from that.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use dynoxide::actions::batch_get_item::BatchGetItemRequest;
use dynoxide::actions::batch_write_item::BatchWriteItemRequest;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::delete_table::DeleteTableRequest;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::describe_time_to_live::DescribeTimeToLiveRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use dynoxide::actions::list_tables::ListTablesRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::query::QueryRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::actions::transact_get_items::TransactGetItemsRequest;
use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::actions::update_table::UpdateTableRequest;
use dynoxide::actions::update_time_to_live::UpdateTimeToLiveRequest;
use dynoxide::auth_material::{self, AuthMaterial};
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::access::dynamodb as needs;
use crate::access::{self, Access, Need, Principal, Refusal};

/// DynamoDB takes bodies of 16 MiB.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// The routes of the API: one, as the operation is named by a header.
pub(crate) fn routes(database: Database, access: Arc<Access>) -> Router {
    let service = Arc::new(Service { database, access });
    Router::new()
        .fallback(answer)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(service)
}

struct Service {
    database: Database,
    access: Arc<Access>,
}

/// Why there is no result.
enum Failure {
    /// No such operation, or one that is not served here.
    UnknownOperation,
    /// The signature is missing or incomplete; what to answer.
    Unsigned(String),
    /// Nobody has the access key.
    UnknownKey,
    Refused(Refusal),
    /// The engine's own word.
    Engine(DynoxideError),
}

impl From<DynoxideError> for Failure {
    fn from(error: DynoxideError) -> Failure {
        Failure::Engine(error)
    }
}

impl Failure {
    fn answer(&self) -> (StatusCode, String) {
        let refused = |kind: &str, message: &str| {
            let kind = format!("com.amazon.coral.service#{kind}");
            json!({"__type": kind, "message": message}).to_string()
        };
        let body = match self {
            Failure::UnknownOperation => refused("UnknownOperationException", ""),
            Failure::Unsigned(body) => body.clone(),
            Failure::UnknownKey => refused(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ),
            Failure::Refused(refusal) => refused("AccessDeniedException", &refusal.message()),
            Failure::Engine(error) => error.to_json(),
        };
        let status = match self {
            Failure::Engine(error) => error.status_code(),
            _ => 400,
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, body)
    }
}

async fn answer(
    State(service): State<Arc<Service>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (status, body) = match service.admit(&uri, &headers, &body) {
        Ok(result) => (StatusCode::OK, Body::from(result)),
        Err(failure) => {
            let (status, body) = failure.answer();
            (status, Body::from(body))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static("application/x-amz-json-1.0");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

impl Service {
    fn admit(&self, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Failure> {
        let operation = text(headers, "x-amz-target")
            .and_then(|target| target.split_once("_20120810."))
            .map(|(_, operation)| operation)
            .ok_or(Failure::UnknownOperation)?;
        let authorization = text(headers, "authorization");
        let unsigned = auth_material::validate(AuthMaterial {
            authorization,
            query: uri.query().unwrap_or_default(),
            has_date_header: headers.contains_key("x-amz-date") || headers.contains_key("date"),
        });
        if let Some(body) = unsigned {
            return Err(Failure::Unsigned(body));
        }
        let principal = access::key_id(authorization, uri.query())
            .and_then(|id| self.access.principal(id))
            .ok_or(Failure::UnknownKey)?;
        let call = Call {
            service: self,
            principal,
            body,
        };
        call.operate(operation)
    }
}

/// One request of a known principal.
struct Call<'c> {
    service: &'c Service,
    principal: &'c Principal,
    body: &'c [u8],
}

impl Call<'_> {
    /// Reads the request, asks whether the principal may, and calls the engine.
    fn run<Q: DeserializeOwned, A: Serialize>(
        &self,
        needs: impl FnOnce(&Q) -> Vec<Need>,
        call: impl FnOnce(&Database, Q) -> Result<A, DynoxideError>,
    ) -> Result<Vec<u8>, Failure> {
        let request: Q = serde_json::from_slice(self.body).map_err(unreadable)?;
        self.service
            .access
            .authorise(self.principal, || needs(&request))
            .map_err(Failure::Refused)?;
        let answer = call(&self.service.database, request)?;
        let unwritable = |error: serde_json::Error| {
            Failure::Engine(DynoxideError::InternalServerError(error.to_string()))
        };
        serde_json::to_vec(&answer).map_err(unwritable)
    }

    fn operate(&self, operation: &str) -> Result<Vec<u8>, Failure> {
        match operation {
            "GetItem" => self.run(
                |r: &GetItemRequest| needs::table("dynamodb:GetItem", &r.table_name),
                |database, request| database.get_item(request),
            ),
            "PutItem" => self.run(
                |r: &PutItemRequest| needs::table("dynamodb:PutItem", &r.table_name),
                |database, request| database.put_item(request),
            ),
            "UpdateItem" => self.run(
                |r: &UpdateItemRequest| needs::table("dynamodb:UpdateItem", &r.table_name),
                |database, request| database.update_item(request),
            ),
            "DeleteItem" => self.run(
                |r: &DeleteItemRequest| needs::table("dynamodb:DeleteItem", &r.table_name),
                |database, request| database.delete_item(request),
            ),
            "Query" => self.run(
                |r: &QueryRequest| {
                    needs::table_or_index("dynamodb:Query", &r.table_name, r.index_name.as_ref())
                },
                |database, request| database.query(request),
            ),
            "Scan" => self.run(
                |r: &ScanRequest| {
                    needs::table_or_index("dynamodb:Scan", &r.table_name, r.index_name.as_ref())
                },
                |database, request| database.scan(request),
            ),
            "BatchGetItem" => self.run(
                |r: &BatchGetItemRequest| needs::batch_get(r),
                |database, request| database.batch_get_item(request),
            ),
            "BatchWriteItem" => self.run(
                |r: &BatchWriteItemRequest| needs::batch_write(r),
                |database, request| database.batch_write_item(request),
            ),
            "TransactGetItems" => self.run(
                |r: &TransactGetItemsRequest| needs::transact_get(r),
                |database, request| database.transact_get_items(request),
            ),
            "TransactWriteItems" => self.run(
                |r: &TransactWriteItemsRequest| needs::transact_write(r),
                |database, request| database.transact_write_items(request),
            ),
            _ => self.administer(operation),
        }
    }

    /// What concerns tables and their streams, not items.
    fn administer(&self, operation: &str) -> Result<Vec<u8>, Failure> {
        match operation {
            "CreateTable" => self.run(
                |r: &CreateTableRequest| needs::table("dynamodb:CreateTable", &r.table_name),
                |database, request| database.create_table(request),
            ),
            "DeleteTable" => self.run(
                |r: &DeleteTableRequest| needs::table("dynamodb:DeleteTable", &r.table_name),
                |database, request| database.delete_table(request),
            ),
            "DescribeTable" => self.run(
                |r: &DescribeTableRequest| needs::table("dynamodb:DescribeTable", &r.table_name),
                |database, request| database.describe_table(request),
            ),
            "UpdateTable" => self.run(
                |r: &UpdateTableRequest| needs::table("dynamodb:UpdateTable", &r.table_name),
                |database, request| database.update_table(request),
            ),
            "ListTables" => self.run(
                |_: &ListTablesRequest| vec![Need::new("dynamodb:ListTables", "*")],
                |database, request| database.list_tables(request),
            ),
            "DescribeTimeToLive" => self.run(
                |r: &DescribeTimeToLiveRequest| {
                    needs::table("dynamodb:DescribeTimeToLive", &r.table_name)
                },
                |database, request| database.describe_time_to_live(request),
            ),
            "UpdateTimeToLive" => self.run(
                |r: &UpdateTimeToLiveRequest| {
                    needs::table("dynamodb:UpdateTimeToLive", &r.table_name)
                },
                |database, request| database.update_time_to_live(request),
            ),
            "ListStreams" => self.run(
                |_: &ListStreamsRequest| vec![Need::new("dynamodb:ListStreams", "*")],
                |database, request| database.list_streams(request),
            ),
            "DescribeStream" => self.run(
                |r: &DescribeStreamRequest| needs::stream("dynamodb:DescribeStream", &r.stream_arn),
                |database, request| database.describe_stream(request),
            ),
            "GetShardIterator" => self.run(
                |r: &GetShardIteratorRequest| {
                    needs::stream("dynamodb:GetShardIterator", &r.stream_arn)
                },
                |database, request| database.get_shard_iterator(request),
            ),
            "GetRecords" => self.run(
                |r: &GetRecordsRequest| needs::records(&r.shard_iterator),
                |database, request| database.get_records(request),
            ),
            _ => Err(Failure::UnknownOperation),
        }
    }
}

/// The engine's types mark what DynamoDB calls a validation error; serde adds the place, which DynamoDB does not tell.
fn unreadable(error: serde_json::Error) -> Failure {
    let text = error.to_string();
    let said = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(said, _)| said);
    let invalid = ["VALIDATION_REQUEST:", "VALIDATION:"]
        .iter()
        .find_map(|mark| said.strip_prefix(mark));
    Failure::Engine(match invalid {
        Some(said) => DynoxideError::ValidationException(said.to_owned()),
        None => DynoxideError::SerializationException(said.to_owned()),
    })
}
