//! Two pictures posted with one form in the same moment: what is to be seen is one of them in every size, or nothing.

use std::sync::Arc;

use image::{ImageFormat, Rgb, RgbImage};
use testkit::{Action, Mall};
use tokio::{sync::Barrier, task::JoinHandle};

use crate::support::{
    Form, announce, assert_published, assert_refused, deliver, encoded, is_kept, mall, seen, shown,
    statuses,
};

const RED: [u8; 3] = [220, 20, 20];
const BLUE: [u8; 3] = [20, 20, 220];

/// A red picture and a blue one of as many bytes, as one form takes no other.
fn twins() -> [Vec<u8>; 2] {
    let plain = |colour| RgbImage::from_pixel(60, 40, Rgb(colour));
    let mut twins = [RED, BLUE].map(|colour| encoded(&plain(colour), ImageFormat::Jpeg));
    let longest = twins.iter().map(Vec::len).max().unwrap();
    for twin in &mut twins {
        // What stands behind the end of a picture is no part of it.
        twin.resize(longest, 0);
    }
    twins
}

/// The form that both are posted with, the red one posted.
async fn red_posted(mall: &Mall, red: &[u8]) -> Form {
    let form = announce(mall, "image/jpeg", red.len()).await;
    assert_eq!(form.post(red).await, 204);
    form
}

/// Of each size, which of the two pictures it is.
async fn colours(mall: &Mall, form: &Form) -> Vec<[u8; 3]> {
    let mut colours = Vec::new();
    for address in form.addresses.as_object().unwrap().values() {
        let picture = seen(mall, address.as_str().unwrap()).await;
        let picture = image::load_from_memory(&picture.bytes).unwrap().to_rgb8();
        let [red, _, blue] = picture.get_pixel(30, 20).0;
        colours.push(if red > blue { RED } else { BLUE });
    }
    colours
}

/// Fails the test unless every size is to be seen in this colour.
async fn assert_all_are(mall: &Mall, form: &Form, colour: [u8; 3]) {
    assert_published(mall, form).await;
    assert_eq!(colours(mall, form).await, [colour; 4]);
}

/// A delivery that is under way and held at a call.
struct Held {
    gate: Arc<Barrier>,
    delivery: JoinHandle<bool>,
}

impl Held {
    async fn at(name: &str, mall: &Mall, form: &Form) -> Self {
        let gate = Arc::new(Barrier::new(2));
        mall.wire().forget();
        mall.wire().strike(name, 0, Action::Wait(Arc::clone(&gate)));
        let (mall_of_it, form) = (mall.clone(), form.clone());
        let delivery = tokio::spawn(async move { deliver(&mall_of_it, &form).await });
        while !mall.wire().calls().names().contains(&name.to_owned()) {
            tokio::task::yield_now().await;
        }
        Self { gate, delivery }
    }

    async fn goes_on(self) {
        self.gate.wait().await;
        assert!(self.delivery.await.unwrap());
    }
}

#[tokio::test]
async fn a_second_picture_that_comes_while_the_first_is_put_leaves_nothing_to_be_seen() {
    let mall = mall().await;
    let [red, blue] = twins();
    let form = red_posted(&mall, &red).await;
    // Every size of the red one is put but one, which is held.
    let held = Held::at("PutObject mall-pictures", &mall, &form).await;
    assert_eq!(form.post(&blue).await, 204);
    assert!(deliver(&mall, &form).await);
    held.goes_on().await;
    assert_refused(&mall, &form, "several_files").await;
}

#[tokio::test]
async fn a_picture_that_is_overtaken_before_it_is_put_leaves_the_other_one_whole() {
    for call in ["UpdateItem mall-media", "GetItem mall-media"] {
        let mall = mall().await;
        let [red, blue] = twins();
        let form = red_posted(&mall, &red).await;
        let held = Held::at(call, &mall, &form).await;
        assert_eq!(form.post(&blue).await, 204);
        assert!(deliver(&mall, &form).await);
        assert_all_are(&mall, &form, BLUE).await;
        held.goes_on().await;
        assert_all_are(&mall, &form, BLUE).await;
    }
}

#[tokio::test]
async fn a_picture_that_comes_after_the_first_is_published_is_deleted_unseen() {
    let mall = mall().await;
    let [red, blue] = twins();
    let form = red_posted(&mall, &red).await;
    assert!(deliver(&mall, &form).await);
    assert_eq!(form.post(&blue).await, 204);
    assert!(deliver(&mall, &form).await);
    assert_all_are(&mall, &form, RED).await;
}

#[tokio::test]
async fn both_delivered_at_once_are_one_picture_or_none() {
    let mall = mall().await;
    let [red, blue] = twins();
    for _ in 0..10 {
        let form = red_posted(&mall, &red).await;
        let first = deliver(&mall, &form);
        let second = async {
            assert_eq!(form.post(&blue).await, 204);
            deliver(&mall, &form).await
        };
        // One may find the object deleted while it reads it; then its event comes again, as it does for what was posted last.
        let _ = tokio::join!(first, second);
        assert!(deliver(&mall, &form).await);
        let whole = shown(&mall, &form).await["state"] == "published";
        assert_eq!(
            statuses(&mall, &form).await,
            if whole { [200; 4] } else { [404; 4] }
        );
        if whole {
            let colours = colours(&mall, &form).await;
            assert!(colours == [RED; 4] || colours == [BLUE; 4], "{colours:?}");
        }
        assert!(!is_kept(&mall, &form.upload_id).await);
    }
}

#[tokio::test]
async fn a_picture_whose_delivery_died_before_another_came_leaves_nothing_when_its_event_comes_again()
 {
    for (name, nth) in [
        ("UpdateItem mall-media", 0),
        ("PutObject mall-pictures", 1),
        ("PutObject mall-pictures", 3),
    ] {
        for action in [Action::DieBefore, Action::DieAfter] {
            let mall = mall().await;
            let [red, blue] = twins();
            let form = red_posted(&mall, &red).await;
            mall.wire().strike(name, nth, action.clone());
            let died = mall.to_the_death(deliver(&mall, &form)).await;
            assert_eq!(died, None, "{name} {nth} {action:?}");
            mall.wire().heal();
            assert_eq!(form.post(&blue).await, 204);
            for _ in 0..2 {
                assert!(deliver(&mall, &form).await, "{name} {nth} {action:?}");
                if shown(&mall, &form).await["state"] == "published" {
                    // It died before anything was bound to the red one.
                    assert_eq!(
                        (name, matches!(action, Action::DieBefore)),
                        ("UpdateItem mall-media", true)
                    );
                    assert_all_are(&mall, &form, BLUE).await;
                } else {
                    assert_refused(&mall, &form, "several_files").await;
                }
            }
        }
    }
}
