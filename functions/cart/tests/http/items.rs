//! Lines come into a cart, change, and go.

use crate::support::{CART, GUEST, ITEMS, Who, lines, mall};
use serde_json::{Value, json};

#[tokio::test]
async fn a_cart_shows_its_lines_at_the_prices_of_now_and_sums_what_is_checked() {
    let mall = mall().await;
    let member = Who::member(&mall).await;
    for (sku, quantity) in [("a", 6), ("b", 2), ("c", 1)] {
        member.add(&mall, sku, quantity).await.expect(201);
    }
    member
        .change(&mall, "c", json!({ "checked": false }))
        .await
        .expect(200);
    mall.put_on_sale(&[("a", 100, 0), ("b", 200, 0), ("c", 1_000, 0)])
        .await;
    let cart = member.cart(&mall).await.json();
    assert_eq!(
        [&cart["lines"], &cart["pieces"], &cart["total_fen"]],
        [&json!(3), &json!(9), &json!(1_000)]
    );
    let expected_b = json!({
        "sku_id": "b", "for_sale": true, "product_id": "a", "name": "商品 a",
        "options": [{ "name": "款式", "value": "b" }], "price_fen": 200, "price_when_added_fen": 250,
        "quantity": 2, "checked": true, "subtotal_fen": 400, "available": 1_000, "in_stock": true,
    });
    assert_eq!(cart["items"][1], expected_b);
    // Newest first; five pieces are fewer than six, and of the last there are none.
    let stock: Vec<_> = cart["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["sku_id"].as_str().unwrap(),
                item["available"].as_u64().unwrap(),
                item["in_stock"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        stock,
        [("c", 0, false), ("b", 1_000, true), ("a", 5, false)]
    );
}

#[tokio::test]
async fn what_is_no_longer_for_sale_is_shown_as_such_and_does_not_count() {
    let mall = mall().await;
    let member = Who::member(&mall).await;
    member.add(&mall, "b", 2).await.expect(201);
    member.add(&mall, "a", 1).await.expect(201);
    mall.put_on_sale(&[("a", 100, 0)]).await;
    let cart = member.cart(&mall).await.json();
    assert_eq!(
        [&cart["lines"], &cart["pieces"], &cart["total_fen"]],
        [&json!(1), &json!(1), &json!(100)]
    );
    let expected = json!({
        "sku_id": "b", "for_sale": false, "options": [], "price_when_added_fen": 250, "quantity": 2, "checked": true,
        "available": 0, "in_stock": false,
    });
    assert_eq!(cart["items"][1], expected);
    assert_eq!(
        member
            .try_add(&mall, "b", 1)
            .await
            .expect(404)
            .problem_code(),
        "13001"
    );
    member
        .change(&mall, "b", json!({ "checked": false }))
        .await
        .expect(200);
    member.remove(&mall, "b").await.expect(204);
    assert_eq!(member.quantities(&mall).await, lines(&[("a", 1)]));
}

#[tokio::test]
async fn adding_adds_and_changing_sets() {
    let mall = mall().await;
    let member = Who::member(&mall).await;
    assert_eq!(
        member.add(&mall, "b", 2).await.expect(201).json()["quantity"],
        2
    );
    assert_eq!(
        member.add(&mall, "b", 3).await.expect(200).json()["quantity"],
        5
    );
    for _ in 0..2 {
        let line = member
            .change(&mall, "b", json!({ "quantity": 4 }))
            .await
            .expect(200)
            .json();
        assert_eq!(
            [&line["quantity"], &line["subtotal_fen"], &line["checked"]],
            [&json!(4), &json!(1_000), &json!(true)]
        );
    }
    assert_eq!(member.quantities(&mall).await, lines(&[("b", 4)]));
}

#[tokio::test]
async fn removing_takes_the_line_or_what_is_checked_and_may_be_repeated() {
    let mall = mall().await;
    let member = Who::member(&mall).await;
    for sku in ["a", "b", "c"] {
        member.add(&mall, sku, 1).await;
    }
    for _ in 0..2 {
        member.remove(&mall, "a").await.expect(204);
    }
    member
        .change(&mall, "b", json!({ "checked": false }))
        .await
        .expect(200);
    for _ in 0..2 {
        member
            .sends(mall.delete("/api/cart/items?checked=true"))
            .send()
            .await
            .expect(204);
    }
    assert_eq!(member.quantities(&mall).await, lines(&[("b", 1)]));
}

#[tokio::test]
async fn a_line_that_is_not_there_cannot_be_changed() {
    let mall = mall().await;
    for who in [Who::new(), Who::member(&mall).await] {
        let refused = who
            .change(&mall, "a", json!({ "quantity": 1 }))
            .await
            .expect(404);
        assert_eq!(refused.problem_code(), "10008");
        who.remove(&mall, "a").await.expect(204);
    }
}

#[tokio::test]
async fn carts_have_limits() {
    let mall = mall().await;
    let member = Who::member(&mall).await;
    member.add(&mall, "b", 999).await;
    let more = member.try_add(&mall, "b", 1).await.expect(409);
    assert_eq!(
        (more.problem_code().as_str(), more.pointers()),
        ("13003", vec!["/quantity".to_owned()])
    );
    let more = member
        .change(&mall, "b", json!({ "quantity": 1_000 }))
        .await
        .expect(409);
    assert_eq!(more.problem_code(), "13003");
    assert_eq!(member.quantities(&mall).await, lines(&[("b", 999)]));

    let ids: Vec<String> = (0..101).map(|number| format!("s{number}")).collect();
    let skus: Vec<(&str, i64, u32)> = ids.iter().map(|id| (id.as_str(), 1, 0)).collect();
    for part in skus.chunks(90) {
        mall.put_on_sale(part).await;
    }
    let guest = Who::guest(
        &mall,
        &ids[..100]
            .iter()
            .map(|id| (id.as_str(), 1))
            .collect::<Vec<_>>(),
    )
    .await;
    let more = guest.try_add(&mall, &ids[100], 1).await.expect(409);
    assert_eq!(
        (more.problem_code().as_str(), more.pointers()),
        ("13002", vec!["/sku_id".to_owned()])
    );
}

#[tokio::test]
async fn what_goes_off_sale_is_shown_as_not_available_and_comes_back_with_its_product() {
    let mall = mall().await;
    let member = Who::member(&mall).await;
    member.add(&mall, "b", 2).await.expect(201);
    let for_sale = async || {
        let cart = member.cart(&mall).await.json();
        (
            cart["items"][0]["for_sale"] == true,
            cart["total_fen"].clone(),
        )
    };
    assert_eq!(for_sale().await, (true, json!(500)));
    mall.take_off_sale("a").await;
    assert_eq!(for_sale().await, (false, json!(0)));
    let refused = member.try_add(&mall, "a", 1).await.expect(404);
    assert_eq!(refused.problem_code(), "13001");
    mall.put("/api/catalog/admin/products/a/sale")
        .staff()
        .send()
        .await
        .expect(200);
    assert_eq!(for_sale().await, (true, json!(500)));
}

#[tokio::test]
async fn a_sku_that_is_not_for_sale_is_refused_and_nothing_is_written() {
    let mall = mall().await;
    mall.wire().forget();
    let refused = Who::new().try_add(&mall, "unknown", 1).await.expect(404);
    assert_eq!(
        (refused.problem_code().as_str(), refused.pointers()),
        ("13001", vec!["/sku_id".to_owned()])
    );
    assert_eq!(refused.cookie(GUEST), None);
    assert_eq!(mall.wire().calls().names(), ["BatchGetItem mall-catalog"]);
}

#[tokio::test]
async fn members_do_not_see_each_others_carts() {
    let mall = mall().await;
    let (one, other) = (Who::member(&mall).await, Who::member(&mall).await);
    one.add(&mall, "a", 1).await;
    assert_eq!(other.quantities(&mall).await, lines(&[]));
}

#[tokio::test]
async fn bad_input_is_refused_with_its_place_and_nothing_is_written() {
    let mall = mall().await;
    let guest = Who::guest(&mall, &[("a", 1)]).await;
    mall.wire().forget();
    let add =
        |sku: Value, quantity: Value| json!({ "sku_id": sku, "quantity": quantity }).to_string();
    let bodies = [
        ("POST", ITEMS, add(json!("a"), json!(0)), "/quantity"),
        ("POST", ITEMS, add(json!("a"), json!(-1)), "/quantity"),
        (
            "POST",
            ITEMS,
            add(json!("a"), json!(1_000_000_000_000_i64)),
            "/quantity",
        ),
        ("POST", ITEMS, add(json!("a"), json!(1.5)), "/quantity"),
        ("POST", ITEMS, add(json!("a#b"), json!(1)), "/sku_id"),
        ("POST", ITEMS, add(json!("a/b"), json!(1)), "/sku_id"),
        (
            "POST",
            ITEMS,
            json!({ "sku_id": "a", "quantity": 1, "price_fen": 1 }).to_string(),
            "/price_fen",
        ),
        ("POST", ITEMS, json!({ "sku_id": "a" }).to_string(), ""),
        ("POST", ITEMS, "{".to_owned(), ""),
        ("POST", ITEMS, "[]".to_owned(), ""),
        ("POST", ITEMS, String::new(), ""),
        (
            "PATCH",
            "/api/cart/items/a",
            json!({ "quantity": 0 }).to_string(),
            "/quantity",
        ),
        (
            "PATCH",
            "/api/cart/items/a",
            json!({ "quantity": -1 }).to_string(),
            "/quantity",
        ),
        (
            "PATCH",
            "/api/cart/items/a",
            json!({ "quantity": 1_000_000_000_000_i64 }).to_string(),
            "/quantity",
        ),
        (
            "PATCH",
            "/api/cart/items/a",
            json!({ "checked": "yes" }).to_string(),
            "/checked",
        ),
        (
            "PATCH",
            "/api/cart/items/a",
            json!({ "colour": "red" }).to_string(),
            "/colour",
        ),
        ("PATCH", "/api/cart/items/a", json!({}).to_string(), ""),
        (
            "PATCH",
            "/api/cart/items/a",
            json!({ "quantity": null }).to_string(),
            "",
        ),
        (
            "PATCH",
            "/api/cart/items/a%23b",
            json!({ "quantity": 1 }).to_string(),
            "{sku_id}",
        ),
        (
            "PATCH",
            "/api/cart/items/a%2Fb",
            json!({ "quantity": 1 }).to_string(),
            "{sku_id}",
        ),
    ];
    for (method, path, body, pointer) in bodies {
        let request = if method == "POST" {
            mall.post(path)
        } else {
            mall.patch(path)
        };
        let refused = guest
            .sends(request)
            .body("application/json", body.clone())
            .send()
            .await
            .expect(400);
        assert_eq!(refused.problem_code(), "10001", "{path} {body}");
        assert_eq!(refused.pointers(), [pointer], "{path} {body}");
    }
    let text = add(json!("a"), json!(1));
    let wrong_type = guest
        .sends(mall.post(ITEMS))
        .body("text/plain", text.clone())
        .send()
        .await
        .expect(415);
    assert_eq!(wrong_type.problem_code(), "10010");
    let large = guest
        .sends(mall.post(ITEMS))
        .body("application/json", "x".repeat(1_000_000))
        .send()
        .await
        .expect(413);
    assert_eq!(large.problem_code(), "10009");
    assert_eq!(mall.wire().calls().names(), Vec::<String>::new());
    assert_eq!(guest.quantities(&mall).await, lines(&[("a", 1)]));
}

#[tokio::test]
async fn removing_takes_exactly_what_it_was_told_or_is_refused() {
    let mall = mall().await;
    let guest = Who::guest(&mall, &[("a", 1)]).await;
    mall.wire().forget();
    let deletes = [
        ("/api/cart/items", "?"),
        ("/api/cart/items?checked=false", "?checked"),
        ("/api/cart/items?checked=1", "?checked"),
        ("/api/cart/items?checked=true&checked=true", "?checked"),
        ("/api/cart/items?checked=true&all=1", "?all"),
        ("/api/cart/items/a%23b", "{sku_id}"),
        ("/api/cart/items/a%2Fb", "{sku_id}"),
    ];
    for (path, pointer) in deletes {
        let refused = guest.sends(mall.delete(path)).send().await.expect(400);
        assert_eq!(refused.problem_code(), "10001", "{path}");
        assert_eq!(refused.pointers(), [pointer], "{path}");
    }
    assert_eq!(mall.wire().calls().names(), Vec::<String>::new());
    assert_eq!(guest.quantities(&mall).await, lines(&[("a", 1)]));
}

#[tokio::test]
async fn cookies_of_noise_are_refused_and_taken_back() {
    let mall = mall().await;
    let body = json!({ "sku_id": "a", "quantity": 1 });
    for (cookie, noise) in [
        (GUEST, "C#M#x"),
        (GUEST, ""),
        ("__Host-mall-session", "🛒"),
        ("__Host-mall-session", "a/b"),
    ] {
        for request in [mall.get(CART), mall.post(ITEMS).json(&body)] {
            let refused = request.cookie(cookie, noise).send().await.expect(400);
            assert_eq!(
                (refused.problem_code().as_str(), refused.cookie(cookie)),
                ("10001", Some(String::new()))
            );
        }
    }
}

#[tokio::test]
async fn a_page_of_another_origin_changes_no_cart() {
    let mall = mall().await;
    let guest = Who::guest(&mall, &[("a", 1)]).await;
    let body = json!({ "sku_id": "a", "quantity": 1 });
    for (header, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let requests = [
            mall.post(ITEMS).json(&body),
            mall.patch("/api/cart/items/a")
                .json(&json!({ "quantity": 9 })),
            mall.delete("/api/cart/items/a"),
            mall.delete("/api/cart/items?checked=true"),
        ];
        for request in requests {
            let refused = guest
                .sends(request)
                .header(header, value)
                .send()
                .await
                .expect(403);
            assert_eq!(refused.problem_code(), "10007");
        }
    }
    assert_eq!(guest.quantities(&mall).await, lines(&[("a", 1)]));
}

#[tokio::test]
async fn whatever_a_member_does_keeps_them_signed_in() {
    let mall = mall().await;
    mall.assert_endpoints_extend_sessions("cart").await;
}
