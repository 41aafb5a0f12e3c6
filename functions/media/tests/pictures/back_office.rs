//! The list of pictures, and removing one.

use serde_json::Value;
use testkit::Mall;

use crate::support::{
    PICTURES, UPLOADS, announce, announcement, deliver, form_of, jpeg, mall, shown, statuses,
    uploaded,
};

async fn publish_for(mall: &Mall, purpose: &str) -> String {
    let bytes = jpeg();
    let mut body = announcement("image/jpeg", bytes.len());
    body["purpose"] = purpose.into();
    let answer = mall
        .post(UPLOADS)
        .staff()
        .json(&body)
        .send()
        .await
        .expect(201);
    let form = form_of(&answer.json());
    assert_eq!(form.post(&bytes).await, 204);
    assert!(deliver(mall, &form).await);
    form.upload_id
}

async fn page(mall: &Mall, query: &str) -> Value {
    let path = format!("{PICTURES}?{query}");
    mall.get(&path).staff().send().await.expect(200).json()
}

fn ids(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["upload_id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn pictures_are_listed_by_purpose_newest_first_page_by_page_at_one_cost() {
    let mall = mall().await;
    let mut products = Vec::new();
    for _ in 0..3 {
        products.push(publish_for(&mall, "product").await);
        mall.clock().advance(std::time::Duration::from_millis(2));
    }
    let brand = publish_for(&mall, "brand").await;
    announce(&mall, "image/jpeg", 100).await;
    uploaded(&mall, "image/jpeg", b"<svg/>").await;
    products.reverse();

    mall.wire().forget();
    let first = page(&mall, "purpose=product&limit=2").await;
    assert_eq!(ids(&first), products[..2]);
    assert_eq!(first["items"][0]["state"], "published");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = page(&mall, &format!("purpose=product&limit=2&cursor={cursor}")).await;
    assert_eq!(ids(&second), products[2..]);
    let queries = mall.wire().calls();
    assert_eq!(
        queries.without("mall-session").0.len(),
        2,
        "{:?}",
        queries.names()
    );
    assert_eq!(ids(&page(&mall, "purpose=brand").await), [brand]);
    assert!(ids(&page(&mall, "purpose=category").await).is_empty());
}

#[tokio::test]
async fn a_list_without_its_purpose_or_with_anothers_cursor_is_refused() {
    let mall = mall().await;
    for _ in 0..2 {
        publish_for(&mall, "product").await;
    }
    let path = |query: &str| format!("{PICTURES}?{query}");
    for query in [
        "",
        "purpose=all",
        "purpose=product&cursor=a",
        "purpose=product&limit=101",
    ] {
        mall.get(&path(query)).staff().send().await.expect(400);
    }
    let first = page(&mall, "purpose=product&limit=1").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let other = path(&format!("purpose=brand&cursor={cursor}"));
    mall.get(&other).staff().send().await.expect(400);
}

#[tokio::test]
async fn a_removed_picture_is_neither_seen_nor_listed_and_stays_so() {
    let mall = mall().await;
    let form = uploaded(&mall, "image/jpeg", &jpeg()).await;
    let path = format!("{PICTURES}/{}", form.upload_id);
    mall.delete(&path).staff().send().await.expect(204);
    assert_eq!(shown(&mall, &form).await["state"], "removed");
    assert_eq!(statuses(&mall, &form).await, [404; 4]);
    assert!(ids(&page(&mall, "purpose=product").await).is_empty());
    // Again, and after another upload with the form, which is still good.
    mall.delete(&path).staff().send().await.expect(204);
    assert_eq!(form.post(&jpeg()).await, 204);
    assert!(deliver(&mall, &form).await);
    assert_eq!(shown(&mall, &form).await["state"], "removed");
    assert_eq!(statuses(&mall, &form).await, [404; 4]);
}

#[tokio::test]
async fn only_a_published_picture_can_be_removed_and_only_by_staff() {
    let mall = mall().await;
    let pending = announce(&mall, "image/jpeg", 100).await;
    let refused = uploaded(&mall, "image/jpeg", b"<svg/>").await;
    for form in [&pending, &refused] {
        let path = format!("{PICTURES}/{}", form.upload_id);
        let answer = mall.delete(&path).staff().send().await.expect(409);
        assert_eq!(answer.problem_code(), "17001");
    }
    let unknown = format!("{PICTURES}/01ARZ3NDEKTSV4RRFFQ69G5FAV");
    mall.delete(&unknown).staff().send().await.expect(404);
    let published = uploaded(&mall, "image/jpeg", &jpeg()).await;
    let path = format!("{PICTURES}/{}", published.upload_id);
    mall.delete(&path).send().await.expect(401);
    mall.get(&format!("{PICTURES}?purpose=product"))
        .send()
        .await
        .expect(401);
    assert_eq!(statuses(&mall, &published).await, [200; 4]);
}

#[tokio::test]
async fn who_may_upload_may_not_take_a_picture_away() {
    let mall = mall().await;
    let form = uploaded(&mall, "image/jpeg", &jpeg()).await;
    let path = format!("{PICTURES}/{}", form.upload_id);
    let uploader = mall.delete(&path).staff_with(&["media:upload"]);
    uploader.send().await.expect(403);
    assert_eq!(statuses(&mall, &form).await, [200; 4]);
    let remover = mall.delete(&path).staff_with(&["media:picture:remove"]);
    remover.send().await.expect(204);
}
