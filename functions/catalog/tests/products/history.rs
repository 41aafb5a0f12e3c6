//! What changed of a product, when, and who did it.

use serde_json::{Value, json};

use crate::goods::{PRODUCTS, edit, ids, mall, product, put, staff_get};

#[tokio::test]
async fn a_change_is_noted_field_by_field_with_who_made_it_and_when() {
    let mall = mall().await;
    let editor = mall.staff_with(&["catalog:product:write"]).await;
    let session = mall.session_of_staff(&editor).await;
    let mut body = product(3, "华为", &[("a", 100), ("b", 200)]);
    put(&mall, "p1", &body).await.expect(201);
    mall.clock().advance(std::time::Duration::from_secs(60));
    body["name"] = json!("P20 Pro");
    body["skus"][1]["price_fen"] = json!(250);
    body["specs"] = json!([{ "attribute_id": "尺寸", "values": ["6.1"] }]);
    mall.put(&format!("{PRODUCTS}/p1"))
        .cookie("__Host-mall-staff", &session)
        .header("if-match", "\"1\"")
        .json(&body)
        .send()
        .await
        .expect(200);
    let changes = staff_get(&mall, &format!("{PRODUCTS}/p1/changes")).await;
    let last = &changes["items"][0];
    assert_eq!(
        (&last["kind"], &last["by"], &last["version"], &last["at"]),
        (
            &json!("edited"),
            &json!(editor.as_str()),
            &json!(2),
            &json!(mall.now())
        )
    );
    let fields: Vec<(&str, Option<&str>, Option<&str>)> = last["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            (
                field["field"].as_str().unwrap(),
                field["before"].as_str(),
                field["after"].as_str(),
            )
        })
        .collect();
    let spec = |name: &str, value: &str, shown: bool| {
        format!(r#"{{"attribute_id":"{name}","quick_show":{shown},"values":["{value}"]}}"#)
    };
    let (size, system) = (spec("尺寸", "6.1", false), spec("系统", "Android", true));
    assert_eq!(
        fields,
        [
            ("/name", Some("华为 P20"), Some("P20 Pro")),
            ("/skus/b/price_fen", Some("200"), Some("250")),
            ("/specs/尺寸", None, Some(size.as_str())),
            ("/specs/系统", Some(system.as_str()), None),
        ]
    );
    assert_eq!(changes["items"][1]["kind"], "created");
}

#[tokio::test]
async fn a_change_of_pictures_with_long_addresses_fits_into_the_history() {
    let mall = mall().await;
    // Four bytes a character: fifty such addresses are more than an item holds, and twenty-five less than a request.
    let long = "𠮷".repeat(1_980);
    let document = |first: usize| {
        let image = |n: usize| json!({ "url": format!("/media/{long}{n:02}") });
        let mut document = product(3, "华为", &[("a", 100)]);
        document["description_images"] = (first..first + 25).map(image).collect();
        document
    };
    put(&mall, "p1", &document(0)).await.expect(201);
    edit(&mall, "p1", "*", &document(25)).await.expect(200);
    let changes = staff_get(&mall, &format!("{PRODUCTS}/p1/changes")).await;
    let fields = changes["items"][0]["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 50);
    for (n, field) in fields.iter().enumerate() {
        let name = field["field"].as_str().unwrap();
        assert!(name.chars().count() <= 150, "{name}");
        // What tells one picture from the next is still there.
        assert!(name.ends_with(&format!("{n:02}")), "{name}");
    }
}

#[tokio::test]
async fn an_entry_is_bounded_however_much_changed_and_the_list_has_pages() {
    let mall = mall().await;
    let document = |price: i64| {
        let names: Vec<String> = (0..96).map(|n| format!("s{n:02}")).collect();
        let skus: Vec<(&str, i64)> = names.iter().map(|name| (name.as_str(), price)).collect();
        let mut document = product(3, "华为", &skus);
        document["description"] = json!(price.to_string().repeat(1000));
        document
    };
    put(&mall, "p1", &document(100)).await.expect(201);
    edit(&mall, "p1", "*", &document(200)).await.expect(200);
    let path = format!("{PRODUCTS}/p1/changes?limit=1");
    let page = staff_get(&mall, &path).await;
    let entry = &page["items"][0];
    assert_eq!(
        (
            entry["fields"].as_array().unwrap().len(),
            &entry["more_fields"]
        ),
        (50, &json!(47))
    );
    let longest = entry["fields"].as_array().unwrap().iter();
    let longest = longest
        .map(|field| field["after"].as_str().unwrap().chars().count())
        .max();
    assert_eq!(longest, Some(120));
    let next = page["next_cursor"].as_str().unwrap();
    let second = staff_get(&mall, &format!("{path}&cursor={next}")).await;
    assert_eq!(second["items"][0]["kind"], "created");
    // A cursor of one product is none of another.
    mall.get(&format!("{PRODUCTS}/p2/changes?cursor={next}"))
        .staff()
        .send()
        .await
        .expect(400);
    let nothing: Value = staff_get(&mall, &format!("{PRODUCTS}/p2/changes")).await;
    assert_eq!(ids(&nothing, "version").len(), 0);
}
