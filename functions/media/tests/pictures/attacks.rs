//! What must not be published, and is not.

use base64::{Engine, engine::general_purpose::STANDARD};
use image::ImageFormat;
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{
    Form, announce, assert_published, assert_refused, browser, encoded, is_kept, jpeg, mall, photo,
    seen, upload, uploaded, uploads, wall_clock,
};

const SVG: &[u8] = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
const ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// A PNG of 10,000 by 10,000 pixels in a few bytes: its header, and data that would go on and on.
fn bomb() -> Vec<u8> {
    let mut bytes = encoded(&photo(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&10_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&10_000_u32.to_be_bytes());
    let mut sum = u32::MAX;
    for byte in &bytes[12..29] {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
        }
    }
    bytes[29..33].copy_from_slice(&(!sum).to_be_bytes());
    bytes
}

#[tokio::test]
async fn what_is_no_picture_is_removed_and_the_reason_told() {
    let mall = mall().await;
    let jpeg = encoded(&photo(64, 64), ImageFormat::Jpeg);
    let truncated = &jpeg[..jpeg.len() / 2];
    let cases: [(&str, &[u8], &str); 7] = [
        ("image/png", SVG, "not_a_picture"),
        ("image/jpeg", ZIP, "not_a_picture"),
        ("image/webp", b"GIF89a\x01\0\x01\0\0\0\0;", "not_a_picture"),
        ("image/png", &jpeg, "other_type"),
        ("image/jpeg", truncated, "broken"),
        ("image/png", &bomb(), "too_many_pixels"),
        ("image/png", b"\x89PNG\r\n\x1a\n", "broken"),
    ];
    for (content_type, bytes, reason) in cases {
        let form = uploaded(&mall, content_type, bytes).await;
        assert_refused(&mall, &form, reason).await;
    }
}

#[tokio::test]
async fn what_stands_behind_the_end_of_a_picture_is_not_published_with_it() {
    let mall = mall().await;
    let mut bytes = jpeg();
    bytes.extend(b"<html><script>alert(1)</script></html>");
    let form = uploaded(&mall, "image/jpeg", &bytes).await;
    assert_published(&mall, &form).await;
    for address in form.addresses.as_object().unwrap().values() {
        let picture = seen(&mall, address.as_str().unwrap()).await;
        assert!(!picture.bytes.windows(8).any(|part| part == b"<script>"));
    }
}

#[tokio::test]
async fn a_refused_upload_stays_refused_whatever_is_uploaded_with_its_form_again() {
    let mall = mall().await;
    let good = jpeg();
    let form = uploaded(&mall, "image/jpeg", &vec![0; good.len()]).await;
    assert_refused(&mall, &form, "not_a_picture").await;
    assert_eq!(form.post(&good).await, 204);
    assert!(mall.deliver_object("uploads", &form.upload_id, 1).await);
    assert_refused(&mall, &form, "not_a_picture").await;
}

#[tokio::test]
async fn a_file_of_another_size_than_announced_is_not_taken() {
    let mall = mall().await;
    let bytes = jpeg();
    let form = announce(&mall, "image/jpeg", bytes.len()).await;
    let longer = [&bytes[..], b"x"].concat();
    for other in [&longer[..], &bytes[..bytes.len() - 1], b""] {
        assert_eq!(form.post(other).await, 400);
    }
    assert!(!is_kept(&mall, &form.upload_id).await);
}

#[tokio::test]
async fn an_upload_that_is_larger_than_any_may_be_is_removed_unread() {
    // No form can do this; whoever may write to the bucket can.
    let mall = mall().await;
    let form = announce(&mall, "image/jpeg", 100).await;
    let content = bucket::Content {
        bytes: &vec![0xff; 10 * 1024 * 1024 + 1],
        content_type: "image/jpeg",
        cache_control: "no-store",
    };
    uploads(&mall).put(&form.upload_id, content).await.unwrap();
    assert!(mall.deliver_object("uploads", &form.upload_id, 1).await);
    assert_refused(&mall, &form, "wrong_size").await;
}

#[tokio::test]
async fn a_form_that_was_altered_is_not_taken() {
    let mall = mall().await;
    let bytes = jpeg();
    let form = announce(&mall, "image/jpeg", bytes.len()).await;
    let other = announce(&mall, "image/jpeg", bytes.len()).await;
    let foreign_key = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let altered = [
        ("another key", form.with("key", foreign_key)),
        ("another's key", form.with("key", &other.upload_id)),
        (
            "a key that leaves",
            form.with("key", &format!("../mall-pictures/{}", form.upload_id)),
        ),
        (
            "a key below",
            form.with("key", &format!("{}/../a", form.upload_id)),
        ),
        ("a file's name", form.with("key", "${filename}")),
        ("another type", form.with("Content-Type", "text/html")),
        (
            "a script's type",
            form.with("Content-Type", "image/svg+xml"),
        ),
        ("no type", form.without("Content-Type")),
        (
            "another bucket",
            form.with("bucket", "mall-pictures-000000000000-us-east-1"),
        ),
        ("public", form.with("acl", "public-read")),
        (
            "a redirection",
            form.with("success_action_redirect", "https://other.example"),
        ),
        ("metadata", form.with("x-amz-meta-a", "b")),
        (
            "another's policy",
            form.with("policy", &other.fields["policy"]),
        ),
        (
            "another's signature",
            form.with("x-amz-signature", &other.fields["x-amz-signature"]),
        ),
        (
            "a wider policy",
            form.with("policy", &wider(&form.fields["policy"])),
        ),
        (
            "a longer policy",
            form.with("policy", &longer(&form.fields["policy"])),
        ),
        ("no policy", form.without("policy")),
        ("no signature", form.without("x-amz-signature")),
        ("no credentials", form.without("x-amz-credential")),
    ];
    for (what, altered) in altered {
        let status = altered.post(&bytes).await;
        assert!(matches!(status, 400 | 403), "{what}: {status}");
    }
    let nothing = Form {
        fields: [("key".to_owned(), foreign_key.to_owned())].into(),
        ..form.clone()
    };
    assert!(matches!(nothing.post(&bytes).await, 400 | 403));
    for key in [&form.upload_id, &other.upload_id, foreign_key] {
        assert!(!is_kept(&mall, key).await, "{key}");
    }
    // And as it was, it is taken.
    assert_eq!(form.post(&bytes).await, 204);
}

/// The same policy, for files of any size.
fn wider(policy: &str) -> String {
    edited(policy, |policy| {
        for condition in policy["conditions"].as_array_mut().unwrap() {
            if condition[0] == "content-length-range" {
                *condition = json!(["content-length-range", 1, 1_000_000_000]);
            }
        }
    })
}

/// The same policy, for a year.
fn longer(policy: &str) -> String {
    edited(policy, |policy| {
        policy["expiration"] = json!("2099-01-01T00:00:00Z")
    })
}

fn edited(policy: &str, edit: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_slice(&STANDARD.decode(policy).unwrap()).unwrap();
    edit(&mut value);
    STANDARD.encode(value.to_string())
}

#[tokio::test]
async fn a_form_is_good_for_its_own_bucket_only() {
    let mall = mall().await;
    let bytes = jpeg();
    let form = announce(&mall, "image/jpeg", bytes.len()).await;
    let elsewhere = Form {
        url: mall.pictures_url(),
        ..form.clone()
    };
    assert!(matches!(elsewhere.post(&bytes).await, 400 | 403));
    let named = elsewhere.with("bucket", "mall-uploads-000000000000-us-east-1");
    assert!(matches!(named.post(&bytes).await, 400 | 403));
    assert_eq!(
        seen(&mall, &format!("/media/{}", form.upload_id))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_form_is_good_for_ten_minutes() {
    let mall = mall().await;
    let bytes = jpeg();
    let eleven = i64::try_from(Duration::from_secs(11 * 60).as_millis()).unwrap();
    let then = kernel::Timestamp::from_millis(wall_clock().as_millis() - eleven);
    mall.clock().set(then);
    let form = announce(&mall, "image/jpeg", bytes.len()).await;
    assert_eq!(form.post(&bytes).await, 403);
    assert!(!is_kept(&mall, &form.upload_id).await);
}

#[tokio::test]
async fn a_visitor_neither_reads_nor_writes_nor_lists_either_bucket() {
    let mall = mall().await;
    let form = upload(&mall, "image/jpeg", &jpeg()).await;
    let pictures = mall.pictures_url();
    for (method, url) in [
        (
            reqwest::Method::GET,
            format!("{}/{}", form.url, form.upload_id),
        ),
        (reqwest::Method::GET, form.url.clone()),
        (reqwest::Method::GET, pictures.clone()),
        (reqwest::Method::PUT, format!("{pictures}/pictures/a.webp")),
        (reqwest::Method::PUT, format!("{}/a", form.url)),
        (
            reqwest::Method::DELETE,
            format!("{}/{}", form.url, form.upload_id),
        ),
        (
            reqwest::Method::DELETE,
            format!("{pictures}/pictures/a.webp"),
        ),
    ] {
        let answer = browser()
            .request(method.clone(), &url)
            .body("a")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 403, "{method} {url}");
    }
}
