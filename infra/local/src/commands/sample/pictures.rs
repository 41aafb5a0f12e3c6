//! Samples of uploads and pictures.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::{Live, json_of, sent, text};

/// A PNG of one red pixel.
const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mM4oaEBAALUARk7rVwIAAAAAElFTkSuQmCC";
/// How often to ask whether it is published, and how long to wait in between.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(200);

impl Live {
    /// Announces an upload of which nothing comes.
    pub(super) async fn announce_upload(&mut self) -> Result<(), String> {
        let announced = self.announce(12_345).await?;
        self.know("upload.id", text(&announced, "/upload_id")?);
        Ok(())
    }

    /// Uploads a picture, as a browser does, and waits until it is published.
    pub(super) async fn publish_picture(&mut self) -> Result<(), String> {
        let picture = STANDARD
            .decode(PICTURE)
            .map_err(|error| error.to_string())?;
        let announced = self.announce(picture.len()).await?;
        let upload_id = text(&announced, "/upload_id")?;
        let form = self.http.post(text(&announced, "/url")?);
        let form = form.header(CONTENT_TYPE, "multipart/form-data; boundary=part");
        sent(form.body(form_body(&announced["fields"], &picture))).await?;
        for _ in 0..ATTEMPTS {
            let path = format!("/api/media/uploads/{upload_id}");
            let upload = json_of(self.by_staff(self.get(&path)).await?).await?;
            match text(&upload, "/state")?.as_str() {
                "pending" => tokio::time::sleep(PAUSE).await,
                "published" => {
                    self.know("picture.id", upload_id);
                    return Ok(());
                }
                state => return Err(format!("the sample picture is {state}")),
            }
        }
        Err("the sample picture is not published; does the mall hear of its uploads?".to_owned())
    }

    async fn announce(&mut self, size_bytes: usize) -> Result<Value, String> {
        let announcement =
            json!({ "content_type": "image/png", "size_bytes": size_bytes, "purpose": "product" });
        let request = self.post("/api/media/uploads", &announcement);
        json_of(self.by_staff(request).await?).await
    }
}

/// The form's fields, and the picture as the last.
fn form_body(fields: &Value, picture: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields.as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let part =
            format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    body.extend(
        b"--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"sample.png\"\r\n\r\n",
    );
    body.extend(picture);
    body.extend(b"\r\n--part--\r\n");
    body
}
