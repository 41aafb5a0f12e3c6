//! What the services above read of members.
#![allow(clippy::unwrap_used)]

use credentials::Password;
use kernel::{AddressId, MemberId};
use member::{Login, Members};
use serde_json::json;
use testkit::Mall;

#[tokio::test]
async fn a_login_brings_its_credentials_in_one_read_and_one_of_nobody_costs_the_same() {
    let mall = Mall::start(&[member::service]).await;
    let body =
        json!({ "phone": "13800001234", "login_name": "alice_01", "password": "correct horse" });
    let id = mall
        .post("/api/members")
        .json(&body)
        .send()
        .await
        .expect(201)
        .json()["member_id"]
        .clone();
    let members = Members::from_env(&mall.boot("register-member")).unwrap();
    for login in ["+86 138-0000-1234", "ALICE_01"] {
        mall.wire().forget();
        let found = members
            .credentials(&Login::parse(login).unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.member_id.as_str(), id);
        assert!(
            found
                .password_hash
                .verifies(&Password::parse("correct horse").unwrap())
        );
        assert_eq!(mall.wire().calls().names(), ["GetItem mall-member"]);
    }
    mall.wire().forget();
    assert!(
        members
            .credentials(&Login::parse("nobody_01").unwrap())
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(mall.wire().calls().names(), ["GetItem mall-member"]);
}

#[tokio::test]
async fn an_address_is_found_for_its_member_only() {
    let mall = Mall::start(&[member::service]).await;
    let (owner, other) = (
        MemberId::generate(mall.now()),
        MemberId::generate(mall.now()),
    );
    let session = mall.session_of(&owner).await;
    let body = json!({
        "receiver": "李雷", "phone": "13800001234", "province": "浙江省", "city": "杭州市", "district": "西湖区", "street": "文三路 1 号",
    });
    let made = mall
        .post("/api/members/me/addresses")
        .session(&session)
        .json(&body)
        .send()
        .await
        .expect(201);
    let id = AddressId::parse(made.json()["id"].as_str().unwrap()).unwrap();
    let members = Members::from_env(&mall.boot("add-address")).unwrap();
    let found = members.address(&owner, &id).await.unwrap().unwrap();
    assert_eq!(
        (&found.id, &*found.destination.street),
        (&id, "文三路 1 号")
    );
    assert!(members.address(&other, &id).await.unwrap().is_none());
    let book = members.addresses(&owner).await.unwrap();
    assert_eq!((book.addresses, book.default_id), (vec![found], Some(id)));
    assert!(
        members
            .addresses(&other)
            .await
            .unwrap()
            .addresses
            .is_empty()
    );
}

#[tokio::test]
async fn whatever_a_member_does_keeps_them_signed_in() {
    let mall = Mall::start(&[member::service]).await;
    mall.assert_endpoints_extend_sessions("member").await;
}
