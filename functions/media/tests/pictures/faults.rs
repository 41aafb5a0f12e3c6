//! A function that dies, or whose call fails, at any point: what it was doing comes right when the event comes again.

use std::sync::Arc;

use testkit::{Action, Mall};
use tokio::sync::Barrier;

use crate::support::{
    Form, PICTURES, assert_published, assert_refused, deliver, is_kept, jpeg, mall, shown,
    statuses, upload,
};

const ACTIONS: [Action; 4] = [
    Action::FailBefore,
    Action::FailAfter,
    Action::DieBefore,
    Action::DieAfter,
];

/// Every call of a clean delivery of these bytes.
async fn strikes(bytes: &[u8]) -> Vec<(String, usize)> {
    let mall = mall().await;
    let form = upload(&mall, "image/jpeg", bytes).await;
    mall.wire().forget();
    assert!(deliver(&mall, &form).await);
    mall.wire().strikes()
}

/// An upload whose delivery met this, and was delivered again until it was handled.
async fn recovered(bytes: &[u8], name: &str, nth: usize, action: &Action) -> (Mall, Form) {
    let mall = mall().await;
    let form = upload(&mall, "image/jpeg", bytes).await;
    mall.wire().strike(name, nth, action.clone());
    let first = mall.to_the_death(deliver(&mall, &form)).await;
    assert_ne!(first, Some(true), "{name} {nth} {action:?}");
    mall.wire().heal();
    assert!(deliver(&mall, &form).await, "{name} {nth} {action:?}");
    (mall, form)
}

#[tokio::test]
async fn a_picture_whose_publication_breaks_anywhere_is_published_when_the_event_comes_again() {
    let bytes = jpeg();
    let strikes = strikes(&bytes).await;
    assert_eq!(strikes.len(), 9, "{strikes:?}");
    for (name, nth) in strikes {
        for action in &ACTIONS {
            let (mall, form) = recovered(&bytes, &name, nth, action).await;
            assert_published(&mall, &form).await;
        }
    }
}

#[tokio::test]
async fn a_refusal_that_breaks_anywhere_is_one_when_the_event_comes_again() {
    let bytes = b"<svg/>";
    let strikes = strikes(bytes).await;
    assert_eq!(strikes.len(), 4, "{strikes:?}");
    for (name, nth) in strikes {
        for action in &ACTIONS {
            let (mall, form) = recovered(bytes, &name, nth, action).await;
            assert_refused(&mall, &form, "not_a_picture").await;
        }
    }
}

#[tokio::test]
async fn nobody_is_told_of_a_picture_before_all_of_it_is_there() {
    let mall = mall().await;
    let form = upload(&mall, "image/jpeg", &jpeg()).await;
    mall.wire().forget();
    mall.wire().watch_stages();
    assert!(deliver(&mall, &form).await);
    let names = mall.wire().calls().names();
    let place = |name: &str| names.iter().position(|known| known == name).unwrap();
    let last = |name: &str| names.iter().rposition(|known| known == name).unwrap();
    assert!(
        place("UpdateItem mall-media") < place("PutObject mall-pictures"),
        "{names:?}"
    );
    assert!(
        last("PutObject mall-pictures") < last("UpdateItem mall-media"),
        "{names:?}"
    );
    assert!(
        last("UpdateItem mall-media") < place("DeleteObject mall-uploads"),
        "{names:?}"
    );
}

#[tokio::test]
async fn a_removal_that_breaks_anywhere_is_done_when_it_is_asked_for_again() {
    for (name, count) in [
        ("UpdateItem mall-media", 1),
        ("DeleteObject mall-pictures", 4),
    ] {
        for nth in 0..count {
            for action in &ACTIONS {
                let mall = mall().await;
                let form = upload(&mall, "image/jpeg", &jpeg()).await;
                assert!(deliver(&mall, &form).await);
                let path = format!("{PICTURES}/{}", form.upload_id);
                mall.wire().strike(name, nth, action.clone());
                let broken = mall.delete(&path).staff().send_to_the_death().await;
                assert!(broken.is_none_or(|answer| answer.status == 503));
                mall.wire().heal();
                mall.delete(&path).staff().send().await.expect(204);
                assert_eq!(
                    statuses(&mall, &form).await,
                    [404; 4],
                    "{name} {nth} {action:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_picture_that_is_removed_while_another_delivery_publishes_it_stays_removed() {
    let mall = mall().await;
    let form = upload(&mall, "image/jpeg", &jpeg()).await;
    let held = Arc::new(Barrier::new(2));
    mall.wire().strike(
        "PutObject mall-pictures",
        0,
        Action::Wait(Arc::clone(&held)),
    );
    let slow = {
        let (mall, form) = (mall.clone(), form.clone());
        tokio::spawn(async move { deliver(&mall, &form).await })
    };
    // It puts every size but one, which is held.
    while !mall
        .wire()
        .calls()
        .names()
        .contains(&"PutObject mall-pictures".to_owned())
    {
        tokio::task::yield_now().await;
    }
    assert!(deliver(&mall, &form).await);
    assert_published(&mall, &form).await;
    let path = format!("{PICTURES}/{}", form.upload_id);
    mall.delete(&path).staff().send().await.expect(204);
    held.wait().await;
    assert!(slow.await.unwrap());
    assert_eq!(shown(&mall, &form).await["state"], "removed");
    assert_eq!(statuses(&mall, &form).await, [404; 4]);
    assert!(!is_kept(&mall, &form.upload_id).await);
}
