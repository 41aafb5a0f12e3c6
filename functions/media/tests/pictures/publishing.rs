//! From an upload to a picture.

use futures::future::join_all;
use image::ImageFormat;
use serde_json::json;

use crate::support::{
    assert_published, deliver, encoded, is_kept, jpeg, mall, photo, seen, shown, statuses, upload,
    uploaded, uploads,
};

#[tokio::test]
async fn each_type_is_published_in_every_size_with_its_type_and_for_ever() {
    let mall = mall().await;
    for (content_type, format) in [
        ("image/jpeg", ImageFormat::Jpeg),
        ("image/png", ImageFormat::Png),
        ("image/webp", ImageFormat::WebP),
    ] {
        let form = uploaded(&mall, content_type, &encoded(&photo(600, 300), format)).await;
        assert_published(&mall, &form).await;
        let upload = shown(&mall, &form).await;
        assert_eq!(
            (&upload["width"], &upload["height"]),
            (&json!(600), &json!(300))
        );
        for (name, width, kind) in [
            ("small", 160, "image/webp"),
            ("medium", 480, "image/webp"),
            ("large", 600, "image/webp"),
            ("fallback", 600, "image/jpeg"),
        ] {
            let picture = seen(&mall, form.addresses[name].as_str().unwrap()).await;
            assert_eq!(picture.content_type, kind);
            assert_eq!(picture.cache_control, "public, max-age=31536000, immutable");
            assert_eq!(
                image::load_from_memory(&picture.bytes).unwrap().width(),
                width
            );
        }
    }
}

#[tokio::test]
async fn where_a_picture_was_taken_is_gone_when_it_is_published() {
    let mall = mall().await;
    let plain = jpeg();
    // The latitude of an Exif segment's GPS directory, as a camera writes it.
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0GPS-51.477811";
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&plain[2..]);
    let form = uploaded(&mall, "image/jpeg", &bytes).await;
    assert_published(&mall, &form).await;
    for address in form.addresses.as_object().unwrap().values() {
        let picture = seen(&mall, address.as_str().unwrap()).await;
        let holds = |word: &[u8]| picture.bytes.windows(word.len()).any(|part| part == word);
        assert!(!holds(b"Exif") && !holds(b"EXIF") && !holds(b"GPS") && !holds(b"XMP"));
    }
}

#[tokio::test]
async fn events_that_come_again_and_at_once_publish_once() {
    let mall = mall().await;
    let form = upload(&mall, "image/jpeg", &jpeg()).await;
    let deliveries = join_all((0..3).map(|_| deliver(&mall, &form))).await;
    assert_eq!(deliveries, [true; 3]);
    let before = seen(&mall, form.addresses["large"].as_str().unwrap()).await;
    assert!(deliver(&mall, &form).await);
    assert_published(&mall, &form).await;
    let after = seen(&mall, form.addresses["large"].as_str().unwrap()).await;
    assert_eq!(before.bytes, after.bytes);
}

#[tokio::test]
async fn a_picture_stays_whatever_is_uploaded_with_its_form_again() {
    let mall = mall().await;
    // Two pictures of one size in bytes: what follows the end of a PNG is no part of it.
    let mut pictures =
        [photo(64, 64), photo(48, 96)].map(|pixels| encoded(&pixels, ImageFormat::Png));
    let longest = pictures.iter().map(Vec::len).max().unwrap();
    pictures
        .iter_mut()
        .for_each(|picture| picture.resize(longest, 0));
    let [bytes, other] = pictures;
    let form = uploaded(&mall, "image/png", &bytes).await;
    let first = seen(&mall, form.addresses["large"].as_str().unwrap()).await;
    assert_eq!(form.post(&other).await, 204);
    assert!(deliver(&mall, &form).await);
    assert_published(&mall, &form).await;
    let second = seen(&mall, form.addresses["large"].as_str().unwrap()).await;
    assert_eq!(first.bytes, second.bytes);
}

#[tokio::test]
async fn an_event_of_which_the_upload_never_came_leaves_it_pending() {
    let mall = mall().await;
    let form = crate::support::announce(&mall, "image/jpeg", 100).await;
    assert!(deliver(&mall, &form).await);
    assert_eq!(shown(&mall, &form).await["state"], "pending");
    assert_eq!(statuses(&mall, &form).await, [404; 4]);
}

#[tokio::test]
async fn what_lies_under_a_key_that_was_never_announced_is_deleted() {
    let mall = mall().await;
    let content = bucket::Content {
        bytes: &jpeg(),
        content_type: "image/jpeg",
        cache_control: "no-store",
    };
    for key in ["pictures/a.jpg", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "图 1.jpg"] {
        uploads(&mall).put(key, content).await.unwrap();
        assert!(mall.deliver_object("uploads", key, 1).await);
        assert!(!is_kept(&mall, key).await, "{key}");
    }
    assert_eq!(seen(&mall, "/media/pictures/a.jpg").await.status, 404);
}
