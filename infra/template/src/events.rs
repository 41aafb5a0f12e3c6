//! What a function is handed that no gateway brings: the JSON in which AWS tells of a table's changes, of objects and of time.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What S3 leaves of a key as it is; a space becomes `+`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/')
    .remove(b' ');

/// The event of a table's stream.
///
/// `records` are as `GetRecords` answers them, in their order; `arn` is the stream's.
pub fn stream_event(arn: &str, region: &str, records: Vec<Value>) -> Value {
    let told = |mut record: Value| {
        record["eventSourceARN"] = arn.into();
        record["awsRegion"] = region.into();
        record
    };
    json!({ "Records": records.into_iter().map(told).collect::<Vec<_>>() })
}

/// Something that happened to an object of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectChange {
    /// What, without `s3:`: `ObjectCreated:Put`, `ObjectRemoved:Delete`.
    pub name: String,
    /// The bucket.
    pub bucket: String,
    /// The object's key, not escaped.
    pub key: String,
    /// The object's size in bytes; none where it was removed.
    pub size: Option<u64>,
    /// The object's entity tag, without quotes; none where it was removed.
    pub etag: Option<String>,
    /// Hexadecimal; the later of two changes of one key has the greater.
    pub sequencer: String,
    /// When.
    pub time: OffsetDateTime,
}

impl ObjectChange {
    /// The event of the bucket, which tells of one change at a time.
    pub fn event(&self, region: &str) -> Value {
        let key = utf8_percent_encode(&self.key, ESCAPED)
            .to_string()
            .replace(' ', "+");
        let mut object = json!({ "key": key, "sequencer": self.sequencer });
        if let Some(size) = self.size {
            object["size"] = size.into();
        }
        if let Some(etag) = &self.etag {
            object["eTag"] = etag.as_str().into();
        }
        json!({ "Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": region,
            "eventTime": text(self.time),
            "eventName": self.name,
            "userIdentity": { "principalId": "local" },
            "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": { "x-amz-request-id": self.sequencer, "x-amz-id-2": self.sequencer },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "local",
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": { "principalId": "local" },
                    "arn": format!("arn:aws:s3:::{}", self.bucket),
                },
                "object": object,
            },
        }] })
    }
}

/// The event of a schedule without an `Input`.
pub fn scheduled_event(id: &str, region: &str, account: &str, at: OffsetDateTime) -> Value {
    json!({
        "version": "0",
        "id": id,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": text(at.replace_nanosecond(0).unwrap_or(at)),
        "region": region,
        "resources": [],
        "detail": {},
    })
}

fn text(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_as_s3_writes_it() {
        let change = |key: &str| ObjectChange {
            name: "ObjectCreated:Post".to_owned(),
            bucket: "mall-uploads".to_owned(),
            key: key.to_owned(),
            size: Some(7),
            etag: None,
            sequencer: "0A".to_owned(),
            time: OffsetDateTime::UNIX_EPOCH,
        };
        for (key, written) in [
            ("a b/c+d.jpg", "a+b/c%2Bd.jpg"),
            ("图.png", "%E5%9B%BE.png"),
            ("a=b&c%", "a%3Db%26c%25"),
        ] {
            let event = change(key).event("us-east-1");
            let object = &event["Records"][0]["s3"]["object"];
            assert_eq!(object["key"], written);
            assert_eq!(object["size"], 7);
            assert!(object.get("eTag").is_none());
        }
    }
}
