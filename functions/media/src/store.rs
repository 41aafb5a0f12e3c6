//! The media table: its keys and attributes, here and nowhere else.

use std::time::Duration;

use dynamo::{
    Condition, Consistency, DynamoError, InvalidSignature, Item, Key, Query, Signer, Table, Write,
    WriteError,
};
use kernel::{Limit, Page, Timestamp, UploadId};
use serde::{Deserialize, Serialize};

use crate::domain::{
    Announced, PictureType, Purpose, Refused, State, Upload, UploadSize, Uploader,
};

/// How long it is known that nothing came of an upload: longer than S3 keeps one that nobody looked at.
const PENDING_KEPT: Duration = Duration::from_secs(3 * 24 * 3600);
/// How long it is known why an upload was refused, or that a picture was removed.
const ENDED_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// The hash of the file that is being published.
const CONTENT: &str = "content";
const STATE: &str = "state";
const PENDING: &str = "pending";
const PUBLISHED: &str = "published";
const REFUSED: &str = "refused";
const REMOVED: &str = "removed";

/// Uploads, and the pictures that became of them.
#[derive(Debug, Clone)]
pub(crate) struct Uploads {
    table: Table,
}

#[derive(Serialize, Deserialize)]
struct Row {
    upload_id: UploadId,
    state: String,
    content_type: PictureType,
    size_bytes: UploadSize,
    purpose: Purpose,
    uploader: Uploader,
    created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Refused>,
    /// When the table may drop it, in seconds; decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
}

/// Whose content may be put at the addresses of an upload.
pub(crate) enum Claim {
    /// This one's, and no other.
    Held,
    /// That of another file, uploaded with the same form.
    OfAnother,
    /// Nobody's any more: something came of the upload already.
    Settled,
}

/// What came of removing a picture.
pub(crate) enum Removal {
    /// Nobody is told of it any more; or nobody was before.
    Removed,
    /// It is no picture that is or was published.
    NotPublished,
    /// There is no such upload.
    Unknown,
}

impl Uploads {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    /// Writes a new upload down.
    pub(crate) async fn announce(&self, upload: &Upload) -> Result<(), DynamoError> {
        let announced = &upload.announced;
        let row = Row {
            upload_id: upload.id.clone(),
            state: PENDING.to_owned(),
            content_type: announced.content_type,
            size_bytes: announced.size_bytes,
            purpose: announced.purpose,
            uploader: upload.uploader.clone(),
            created_at: upload.created_at,
            width: None,
            height: None,
            reason: None,
            ttl: Some(upload.created_at.plus(PENDING_KEPT).as_seconds()),
        };
        let write = Write::put(&self.table, key(&upload.id), &row).if_absent();
        match Table::write(write).await {
            Ok(()) => Ok(()),
            Err(WriteError::Call(error)) => Err(error),
            // A call that brought no answer was repeated on the way: this very upload is there.
            Err(WriteError::ConditionFailed(known)) => {
                let known = known.map(Item::read::<Row>).transpose()?;
                known
                    .filter(|known| known.is(upload))
                    .map(|_| ())
                    .ok_or_else(|| DynamoError::Malformed("a new id is taken".to_owned()))
            }
        }
    }

    /// An upload, as it is now.
    pub(crate) async fn find(&self, id: &UploadId) -> Result<Option<Upload>, DynamoError> {
        let row: Option<Row> = self.table.get(key(id), Consistency::Strong).await?;
        row.map(Upload::try_from).transpose()
    }

    /// Binds a pending upload to the content that is published of it, before anything is put: the addresses of a picture are known
    /// before it is uploaded, so only one content may ever be put there.
    pub(crate) async fn claim(&self, id: &UploadId, content: &str) -> Result<Claim, DynamoError> {
        let unclaimed = vec![
            Condition::absent(CONTENT),
            Condition::equals(CONTENT, content),
        ];
        let write = Write::update(&self.table, key(id))
            .set(CONTENT, content)
            .when(Condition::equals(STATE, PENDING))
            .when(Condition::any(unclaimed));
        match Table::write(write).await {
            Ok(()) => Ok(Claim::Held),
            Err(WriteError::ConditionFailed(Some(item))) => {
                let known = item.read::<Row>()?;
                Ok(if known.state == PENDING {
                    Claim::OfAnother
                } else {
                    Claim::Settled
                })
            }
            Err(WriteError::ConditionFailed(None)) => Ok(Claim::Settled),
            Err(WriteError::Call(error)) => Err(error),
        }
    }

    /// Writes down that a pending upload can be seen now. Returns the state in which it is afterwards: another one when it was
    /// pending no more. A picture has its place in the list exactly while it is published.
    pub(crate) async fn publish(
        &self,
        upload: &Upload,
        (width, height): (u32, u32),
    ) -> Result<Option<State>, DynamoError> {
        let write = Write::update(&self.table, key(&upload.id))
            .set(STATE, PUBLISHED)
            .set("width", width)
            .set("height", height)
            .set("list_pk", list(upload.announced.purpose))
            .set("list_sk", &upload.id)
            .set("ttl", None::<i64>);
        self.settle(write, State::Published { width, height }).await
    }

    /// Writes down why a pending upload is not published. Returns the state in which it is afterwards.
    pub(crate) async fn refuse(
        &self,
        id: &UploadId,
        reason: Refused,
        now: Timestamp,
    ) -> Result<Option<State>, DynamoError> {
        let write = Write::update(&self.table, key(id))
            .set(STATE, REFUSED)
            .set("reason", reason)
            .set("ttl", now.plus(ENDED_KEPT).as_seconds());
        self.settle(write, State::Refused(reason)).await
    }

    async fn settle(&self, write: Write, settled: State) -> Result<Option<State>, DynamoError> {
        match Table::write(write.when(Condition::equals(STATE, PENDING))).await {
            Ok(()) => Ok(Some(settled)),
            Err(WriteError::ConditionFailed(Some(item))) => {
                let known = Upload::try_from(item.read::<Row>()?)?;
                Ok(Some(known.state))
            }
            Err(WriteError::ConditionFailed(None)) => Ok(None),
            Err(WriteError::Call(error)) => Err(error),
        }
    }

    /// Writes down that a published picture is to be seen no more, and takes it out of the list.
    pub(crate) async fn remove(
        &self,
        id: &UploadId,
        now: Timestamp,
    ) -> Result<Removal, DynamoError> {
        let write = Write::update(&self.table, key(id))
            .set(STATE, REMOVED)
            .set("list_pk", None::<&str>)
            .set("list_sk", None::<&str>)
            .set("ttl", now.plus(ENDED_KEPT).as_seconds())
            .when(Condition::equals(STATE, PUBLISHED));
        match Table::write(write).await {
            Ok(()) => Ok(Removal::Removed),
            Err(WriteError::ConditionFailed(None)) => Ok(Removal::Unknown),
            Err(WriteError::ConditionFailed(Some(item))) => {
                let known = item.read::<Row>()?;
                Ok(if known.state == REMOVED {
                    Removal::Removed
                } else {
                    Removal::NotPublished
                })
            }
            Err(WriteError::Call(error)) => Err(error),
        }
    }

    /// A page of the published pictures for one purpose, the newest first.
    pub(crate) async fn published(
        &self,
        purpose: Purpose,
        cursors: &Signer,
        limit: Limit,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Upload>, InvalidSignature>, DynamoError> {
        let pictures = Query::index("pictures", ("list_pk", "list_sk"), list(purpose)).descending();
        let start = match pictures.start(cursors, cursor) {
            Ok(start) => start,
            Err(error) => return Ok(Err(error)),
        };
        let page = pictures
            .page::<Row>(&self.table, cursors, limit, start)
            .await?;
        let items = page
            .items
            .into_iter()
            .map(Upload::try_from)
            .collect::<Result<_, _>>()?;
        Ok(Ok(Page {
            items,
            next_cursor: page.next_cursor,
        }))
    }
}

impl TryFrom<Row> for Upload {
    type Error = DynamoError;

    fn try_from(row: Row) -> Result<Self, DynamoError> {
        let malformed = |what: &str| DynamoError::Malformed(format!("{what}: {}", row.upload_id));
        let state = match row.state.as_str() {
            PENDING => State::Pending,
            REMOVED => State::Removed,
            REFUSED => State::Refused(row.reason.ok_or_else(|| malformed("without a reason"))?),
            PUBLISHED => State::Published {
                width: row.width.ok_or_else(|| malformed("without a width"))?,
                height: row.height.ok_or_else(|| malformed("without a height"))?,
            },
            other => return Err(malformed(&format!("no state is called {other}"))),
        };
        let announced = Announced {
            content_type: row.content_type,
            size_bytes: row.size_bytes,
            purpose: row.purpose,
        };
        Ok(Self {
            id: row.upload_id,
            announced,
            uploader: row.uploader,
            created_at: row.created_at,
            state,
        })
    }
}

impl Row {
    fn is(&self, upload: &Upload) -> bool {
        self.uploader == upload.uploader && self.created_at == upload.created_at
    }
}

fn key(id: &UploadId) -> Key {
    Key::new(format!("U#{id}"), "UPLOAD")
}

fn list(purpose: Purpose) -> String {
    format!("P#{}", purpose.as_str())
}
