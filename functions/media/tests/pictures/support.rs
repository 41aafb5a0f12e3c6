//! What a browser does, and pictures to do it with.

use std::{collections::BTreeMap, io::Cursor, time::SystemTime};

use bucket::{Bucket, Read};
use image::{ImageFormat, Rgb, RgbImage};
use kernel::Timestamp;
use serde_json::{Value, json};
use testkit::Mall;

pub(crate) const UPLOADS: &str = "/api/media/uploads";
pub(crate) const PICTURES: &str = "/api/media/admin/pictures";

/// A form that the mall has signed.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) upload_id: String,
    pub(crate) url: String,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) addresses: Value,
}

/// What a browser sees of an address.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) cache_control: String,
    pub(crate) bytes: Vec<u8>,
}

/// A mall whose clock shows the time: S3 goes by its own, and would take no form that was signed at another.
pub(crate) async fn mall() -> Mall {
    let mall = Mall::start(&[media::service]).await;
    mall.clock().set(wall_clock());
    mall
}

pub(crate) fn wall_clock() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

/// A picture without a plain spot, the same each time.
pub(crate) fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = (x * 7 + y * 13) % 256;
        Rgb([wave as u8, (x % 256) as u8, (y % 256) as u8])
    })
}

pub(crate) fn encoded(pixels: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A small JPEG.
pub(crate) fn jpeg() -> Vec<u8> {
    encoded(&photo(60, 40), ImageFormat::Jpeg)
}

pub(crate) fn browser() -> reqwest::Client {
    // Only its absence is an error, and another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// What staff say before they upload.
pub(crate) fn announcement(content_type: &str, size_bytes: usize) -> Value {
    json!({ "content_type": content_type, "size_bytes": size_bytes, "purpose": "product" })
}

/// Staff announce an upload.
pub(crate) async fn announce(mall: &Mall, content_type: &str, size_bytes: usize) -> Form {
    let body = announcement(content_type, size_bytes);
    let answer = mall.post(UPLOADS).staff().json(&body).send().await;
    form_of(&answer.expect(201).json())
}

pub(crate) fn form_of(answer: &Value) -> Form {
    Form {
        upload_id: answer["upload_id"].as_str().unwrap().to_owned(),
        url: answer["url"].as_str().unwrap().to_owned(),
        fields: serde_json::from_value(answer["fields"].clone()).unwrap(),
        addresses: answer["addresses"].clone(),
    }
}

impl Form {
    /// The same form with another value, or another field.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut form = self.clone();
        form.fields.insert(name.to_owned(), value.to_owned());
        form
    }

    pub(crate) fn without(&self, name: &str) -> Self {
        let mut form = self.clone();
        form.fields.remove(name).unwrap();
        form
    }

    /// Posts it, as a browser on a page of the mall does; the status.
    pub(crate) async fn post(&self, bytes: &[u8]) -> u16 {
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            let part = format!(
                "--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.into_bytes());
        }
        let kind = self.fields.get("Content-Type").map_or("", |kind| kind);
        let file = format!(
            "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: {kind}\r\n\r\n"
        );
        body.extend(file.into_bytes());
        body.extend(bytes);
        body.extend(b"\r\n--part--\r\n");
        let request = browser()
            .post(&self.url)
            .header("origin", "https://mall.example")
            .header("content-type", "multipart/form-data; boundary=part")
            .body(body);
        request.send().await.unwrap().status().as_u16()
    }
}

/// Staff announce and upload these bytes.
pub(crate) async fn upload(mall: &Mall, content_type: &str, bytes: &[u8]) -> Form {
    let form = announce(mall, content_type, bytes.len()).await;
    assert_eq!(form.post(bytes).await, 204);
    form
}

/// The bucket tells of an upload; `false` when its function failed.
pub(crate) async fn deliver(mall: &Mall, form: &Form) -> bool {
    mall.deliver_object("uploads", &form.upload_id, 1).await
}

/// Staff announce and upload these bytes, and the bucket tells of them.
pub(crate) async fn uploaded(mall: &Mall, content_type: &str, bytes: &[u8]) -> Form {
    let form = upload(mall, content_type, bytes).await;
    assert!(deliver(mall, &form).await);
    form
}

/// What staff are shown of an upload.
pub(crate) async fn shown(mall: &Mall, form: &Form) -> Value {
    let path = format!("{UPLOADS}/{}", form.upload_id);
    mall.get(&path).staff().send().await.expect(200).json()
}

/// What a browser sees at an address under `/media/`.
pub(crate) async fn seen(mall: &Mall, address: &str) -> Seen {
    let key = address.strip_prefix("/media/").unwrap();
    let url = format!("{}/{key}", mall.pictures_url());
    let answer = browser().get(url).send().await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map_or("", |value| value.to_str().unwrap()).to_owned()
    };
    Seen {
        status: answer.status().as_u16(),
        content_type: header("content-type"),
        cache_control: header("cache-control"),
        bytes: answer.bytes().await.unwrap().to_vec(),
    }
}

/// The statuses at all addresses of a form.
pub(crate) async fn statuses(mall: &Mall, form: &Form) -> Vec<u16> {
    let mut statuses = Vec::new();
    for address in form.addresses.as_object().unwrap().values() {
        statuses.push(seen(mall, address.as_str().unwrap()).await.status);
    }
    statuses
}

/// Fails the test unless every size is to be seen and the upload is gone.
pub(crate) async fn assert_published(mall: &Mall, form: &Form) {
    let upload = shown(mall, form).await;
    assert_eq!(upload["state"], "published", "{upload}");
    assert_eq!(statuses(mall, form).await, [200; 4]);
    assert!(!is_kept(mall, &form.upload_id).await);
}

/// Fails the test unless nothing is to be seen, the upload is gone and staff are told why.
pub(crate) async fn assert_refused(mall: &Mall, form: &Form, reason: &str) {
    let upload = shown(mall, form).await;
    assert_eq!(
        (&upload["state"], &upload["reason"]),
        (&json!("refused"), &json!(reason))
    );
    assert_eq!(upload["addresses"], Value::Null);
    assert_eq!(statuses(mall, form).await, [404; 4]);
    assert!(!is_kept(mall, &form.upload_id).await);
}

/// The bucket of uploads, for an administrator.
pub(crate) fn uploads(mall: &Mall) -> Bucket {
    let boot = mall.boot("publish-picture");
    let name = boot
        .environment()
        .text("UPLOADS_BUCKET")
        .unwrap()
        .to_owned();
    Bucket::new(boot.aws(), name)
}

/// Whether the bucket of uploads holds this key.
pub(crate) async fn is_kept(mall: &Mall, key: &str) -> bool {
    let found = uploads(mall).read(key, usize::MAX).await.unwrap();
    found != Read::Absent
}
