//! Objects of a bucket, as its notifications tell them.

use std::{future::Future, time::Instant};

use futures::future::join_all;
use kernel::causes;
use queue::{Consumer, Done, Work, WorkId};
use serde::Deserialize;

/// Something happened to an object. It comes at least once, and S3 promises no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEvent {
    /// What happened: `ObjectCreated:Post`, `ObjectRemoved:Delete`.
    pub name: String,
    /// The bucket.
    pub bucket: String,
    /// The object's key, as it is called in requests.
    pub key: String,
    /// The object's size in bytes; of a removed one, 0.
    pub size: u64,
    /// Hexadecimal; of two events about one key, the greater is the later. Empty where S3 told none.
    pub sequencer: String,
}

/// The event that S3 gives a function.
#[derive(Debug, Deserialize)]
pub(crate) struct BucketEvent {
    #[serde(rename = "Records")]
    records: Vec<EventRecord>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventRecord {
    event_name: String,
    s3: Told,
}

#[derive(Debug, Deserialize)]
struct Told {
    bucket: Bucket,
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Object {
    key: String,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    sequencer: String,
}

/// Work of an event failed: Lambda hands the whole event over again.
#[derive(Debug, thiserror::Error)]
#[error("{failed} of {all} failed")]
pub(crate) struct Unhandled {
    pub(crate) failed: usize,
    pub(crate) all: usize,
}

/// Runs the objects through `handle`, side by side. One that fails makes the event fail, and all of it comes again: such an
/// event knows no part of itself.
pub(crate) async fn consume<E, F, Fut>(
    consumer: Consumer,
    event: BucketEvent,
    handle: F,
) -> Result<(), Unhandled>
where
    E: std::error::Error,
    F: Fn(ObjectEvent) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    let started = Instant::now();
    let objects = event.records.into_iter().map(EventRecord::read);
    let done = join_all(objects.map(|object| one(consumer, object, &handle))).await;
    Done::log_all(&done, consumer, started.elapsed());
    match done.iter().filter(|done| done.failed).count() {
        0 => Ok(()),
        failed => Err(Unhandled {
            failed,
            all: done.len(),
        }),
    }
}

async fn one<E, F, Fut>(consumer: Consumer, object: ObjectEvent, handle: &F) -> Done
where
    E: std::error::Error,
    F: Fn(ObjectEvent) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    let work = Work {
        id: WorkId::Event(object.key.clone()),
        parent: None,
        // The event only names the object; who reads it is counted for that.
        bytes: 0,
    };
    work.run(consumer, async {
        handle(object).await.map_err(|error| causes(&error))
    })
    .await
}

impl EventRecord {
    fn read(self) -> ObjectEvent {
        ObjectEvent {
            name: self.event_name,
            bucket: self.s3.bucket.name,
            key: decoded(&self.s3.object.key),
            size: self.s3.object.size,
            sequencer: self.s3.object.sequencer,
        }
    }
}

/// S3 writes a key as a form does: `+` is a space, and `%XX` a byte of its UTF-8.
fn decoded(key: &str) -> String {
    // The parser splits at `&` and `=`, which S3 escapes as well; what stood unescaped stays as it is.
    let escaped = key.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map(|(key, _)| key.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_s3_writes_it() {
        for (written, key) in [
            ("uploads/a+b.jpg", "uploads/a b.jpg"),
            ("a%2Bb", "a+b"),
            ("%E5%9B%BE/1.png", "图/1.png"),
            ("a=b&c", "a=b&c"),
            ("a%3Db%26c%25", "a=b&c%"),
            ("", ""),
        ] {
            assert_eq!(decoded(written), key, "{written}");
        }
    }
}
