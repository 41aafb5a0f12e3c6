//! Clothes, shoes and bags.

use crate::demo::colour::{Colour, INK, WHITE};
use crate::demo::drawing::{Drawing, FLOOR, Inks, MIDDLE, flat, metal, upright};
use crate::demo::raster::Paint;
use crate::demo::shape::{Shape, circle, ellipse, path, polygon, rect, round, stroke};

/// Front of a short-sleeved shirt, laid flat.
fn tee() -> Shape {
    path(
        "M 318 176 C 350 214 450 214 482 176 L 540 196 C 590 216 626 290 656 356 L 566 402 L 540 352 C 536 450 540 540 546 624 \
         Q 400 650 254 624 C 260 540 264 450 260 352 L 234 402 L 144 356 C 174 290 210 216 260 196",
    )
}

fn tee_with(on: &mut Drawing, Inks { body, accent }: Inks, pattern: impl Fn(&mut Drawing, &Shape)) {
    on.fill(ellipse(MIDDLE, 186.0, 84.0, 26.0), body.dark(0.28));
    let front = tee();
    on.fill(
        front.clone(),
        Paint::Across(vec![
            body.dark(0.06),
            body.light(0.1),
            body.light(0.04),
            body.dark(0.1),
        ]),
    );
    pattern(on, &front);
    on.print(
        &front,
        stroke("M 316 172 C 350 216 450 216 484 172", 18.0),
        accent,
    );
    on.shade(
        &front,
        path("M 540 352 C 524 440 520 540 530 640 L 560 640 L 548 450"),
        0.1,
    );
    on.shade(
        &front,
        path("M 260 352 C 276 430 278 500 268 640 L 240 640 L 252 450"),
        0.05,
    );
    for fold in [
        "M 262 350 Q 300 390 308 440",
        "M 538 350 Q 500 390 492 440",
        "M 420 560 Q 450 590 500 600",
    ] {
        on.shade(&front, stroke(fold, 5.0), 0.1);
    }
    on.shade(
        &front,
        stroke("M 142 350 L 236 398", 6.0).shift(4.0, -10.0),
        0.12,
    );
    on.shade(
        &front,
        stroke("M 658 350 L 564 398", 6.0).shift(-4.0, -10.0),
        0.12,
    );
    on.shade(&front, stroke("M 246 610 Q 400 636 554 610", 4.0), 0.12);
}

pub(crate) fn tshirt(on: &mut Drawing, inks: Inks) {
    tee_with(on, inks, |on, front| {
        on.print(front, circle(MIDDLE, 366.0, 62.0), inks.accent);
        on.print(
            front,
            path("M 330 386 L 376 330 L 404 366 L 424 344 L 470 396 L 470 440 L 330 440"),
            inks.body.dark(0.3),
        );
        on.print(
            front,
            rect(320.0, 420.0, 160.0, 20.0),
            inks.body.light(0.06),
        );
    });
}

pub(crate) fn striped_tshirt(on: &mut Drawing, inks: Inks) {
    tee_with(on, inks, |on, front| {
        for stripe in 0..9 {
            let y = 232.0 + 46.0 * stripe as f32;
            on.print(
                front,
                stroke(&format!("M 120 {y} Q 400 {} 680 {y}", y + 26.0), 17.0),
                inks.accent,
            );
        }
    });
}

pub(crate) fn hoodie(on: &mut Drawing, Inks { body, accent }: Inks) {
    let cloth = Paint::Across(vec![
        body.dark(0.06),
        body.light(0.1),
        body.light(0.04),
        body.dark(0.1),
    ]);
    for mirrored in [false, true] {
        let side = |shape: Shape| {
            if mirrored {
                shape.mirror(MIDDLE)
            } else {
                shape
            }
        };
        let sleeve = side(path(
            "M 272 232 C 210 250 180 330 156 480 L 146 594 L 214 606 L 240 500 L 276 390",
        ));
        on.fill(
            sleeve.clone(),
            body.dark(if mirrored { 0.14 } else { 0.04 }),
        );
        on.print(
            &sleeve,
            side(polygon(&[
                (130.0, 566.0),
                (240.0, 582.0),
                (240.0, 620.0),
                (130.0, 600.0),
            ])),
            body.dark(0.25),
        );
        on.shade(
            &sleeve,
            side(stroke("M 262 380 Q 226 470 220 560", 6.0)),
            0.12,
        );
    }
    on.fill(
        path("M 290 246 C 276 150 330 118 400 118 C 470 118 524 150 510 246"),
        flat(body.dark(0.1)),
    );
    on.fill(
        path("M 322 250 C 310 180 350 152 400 152 C 450 152 490 180 478 250 L 440 300 L 360 300"),
        body.dark(0.5),
    );
    let front = path(
        "M 268 234 C 320 214 350 268 400 290 C 450 268 480 214 532 234 C 556 340 560 500 556 610 L 244 610 C 240 500 244 340 268 234",
    );
    on.fill(front.clone(), cloth);
    on.print(&front, rect(240.0, 588.0, 330.0, 30.0), body.dark(0.22));
    let pocket = path("M 306 452 L 494 452 L 528 548 L 528 572 L 272 572 L 272 548");
    on.shade(&front, pocket.clone(), 0.13);
    on.fill(
        pocket.clone().scale(0.97, (MIDDLE, 512.0)),
        flat(body.light(0.02)),
    );
    on.fill(stroke("M 362 270 C 356 310 364 340 358 378", 7.0), accent);
    on.fill(stroke("M 438 270 C 444 310 436 330 442 362", 7.0), accent);
    on.fill(round(352.0, 372.0, 12.0, 24.0, 4.0), metal());
    on.fill(round(436.0, 356.0, 12.0, 24.0, 4.0), metal());
    on.shade(
        &front,
        path("M 540 250 C 530 400 530 500 540 620 L 600 620 L 590 250"),
        0.12,
    );
    on.fill(round(372.0, 420.0, 56.0, 12.0, 6.0), accent);
}

pub(crate) fn dress(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(stroke("M 344 150 L 356 216", 10.0), body.dark(0.15));
    on.fill(stroke("M 456 150 L 444 216", 10.0), body.dark(0.15));
    on.fill(
        path("M 340 196 Q 400 236 460 196 L 470 230 L 330 230"),
        body.dark(0.3),
    );
    let skirt = path(
        "M 336 350 L 464 350 C 500 440 560 560 598 626 C 560 660 520 624 480 644 C 440 660 420 630 380 644 C 340 658 310 630 270 642 C 240 650 216 640 202 626 C 240 560 300 440 336 350",
    );
    on.fill(skirt.clone(), Paint::Down(body.light(0.06), body.dark(0.1)));
    for (fold, width) in [
        ("M 360 350 Q 330 500 286 650", 10.0),
        ("M 392 350 Q 388 500 376 650", 8.0),
        ("M 430 350 Q 470 500 492 650", 12.0),
    ] {
        on.shade(&skirt, stroke(fold, width), 0.1);
    }
    for fold in ["M 346 350 Q 300 480 246 640", "M 412 350 Q 430 500 440 650"] {
        on.shine(&skirt, stroke(fold, 12.0), 0.14);
    }
    for (index, (x, y)) in DRESS_DOTS.iter().enumerate() {
        on.print(
            &skirt,
            circle(*x, *y, if index % 2 == 0 { 9.0 } else { 6.0 }),
            accent,
        );
    }
    let bodice = path(
        "M 336 190 C 350 236 376 244 400 224 C 424 244 450 236 464 190 C 486 240 474 300 466 356 L 334 356 C 326 300 314 240 336 190",
    );
    on.fill(bodice.clone(), upright(body));
    on.fill(round(328.0, 340.0, 144.0, 24.0, 10.0), accent);
    on.fill(
        path("M 440 352 C 470 330 490 340 492 356 C 488 372 466 372 440 352"),
        accent.dark(0.12),
    );
    on.fill(
        path("M 440 352 C 452 390 462 420 484 440 L 468 448 C 448 420 440 390 440 352"),
        accent.dark(0.18),
    );
}

const DRESS_DOTS: [(f32, f32); 14] = [
    (352.0, 420.0),
    (410.0, 404.0),
    (446.0, 440.0),
    (318.0, 490.0),
    (380.0, 480.0),
    (440.0, 510.0),
    (498.0, 500.0),
    (290.0, 560.0),
    (346.0, 556.0),
    (404.0, 566.0),
    (466.0, 576.0),
    (526.0, 566.0),
    (256.0, 610.0),
    (560.0, 614.0),
];

pub(crate) fn sneaker(on: &mut Drawing, Inks { body, accent }: Inks) {
    let upper = path(
        "M 152 560 C 144 470 150 400 164 350 C 168 330 188 330 196 346 C 214 400 282 420 312 356 C 320 334 340 334 352 348 \
         C 400 400 450 452 520 474 C 600 494 652 516 656 566",
    );
    on.fill(
        path("M 172 352 Q 236 322 330 344 L 336 440 L 186 440"),
        body.dark(0.5),
    );
    on.fill(
        upper.clone(),
        Paint::Down(body.light(0.14), body.dark(0.06)),
    );
    on.print(
        &upper,
        path("M 140 590 L 140 420 C 176 440 206 500 214 590"),
        accent,
    );
    on.print(
        &upper,
        path("M 520 462 C 500 510 510 550 530 590 L 680 590 L 680 500"),
        body.dark(0.14),
    );
    on.print(
        &upper,
        path("M 250 590 C 290 520 330 470 372 384 L 404 410 C 380 480 350 540 330 590"),
        accent,
    );
    on.print(
        &upper,
        path("M 352 590 C 390 540 410 490 428 432 L 450 446 C 440 500 420 550 400 590"),
        accent.light(0.4),
    );
    for lace in 0..4 {
        let (x, y) = (352.0 + 34.0 * lace as f32, 378.0 + 27.0 * lace as f32);
        on.fill(
            stroke(&format!("M {x} {y} L {} {}", x - 34.0, y + 44.0), 10.0),
            WHITE,
        );
    }
    on.shine(
        &upper,
        path("M 180 370 C 170 420 168 470 170 520 L 182 520 C 182 470 188 420 200 380"),
        0.25,
    );
    let sole = path(
        "M 138 566 C 150 548 176 552 210 556 L 470 560 C 560 556 620 546 662 556 C 690 566 686 616 650 636 Q 644 640 630 640 L 176 640 C 130 640 122 596 138 566",
    );
    on.fill(sole.clone(), Paint::Down(WHITE, Colour::hex(0xdf_e3_e8)));
    on.print(&sole, rect(100.0, 622.0, 620.0, 30.0), body.dark(0.3));
    on.print(&sole, path("M 130 600 C 260 580 330 620 470 604 C 560 594 620 596 690 590 L 690 604 C 600 610 560 612 470 620 C 330 634 260 600 130 616"), accent);
}

pub(crate) fn high_top(on: &mut Drawing, Inks { body, accent }: Inks) {
    let upper = path(
        "M 214 590 C 206 480 206 330 214 196 Q 216 180 232 182 L 392 204 Q 404 206 404 220 C 404 330 410 400 470 440 C 540 470 612 490 616 590",
    );
    on.fill(
        upper.clone(),
        Paint::Across(vec![body.dark(0.04), body.light(0.12), body.dark(0.06)]),
    );
    on.print(
        &upper,
        path("M 340 190 L 420 200 C 420 330 426 396 480 436 L 440 480 C 372 430 352 330 340 190"),
        body.dark(0.24),
    );
    for lace in 0..6 {
        let (x, y) = (
            374.0 + 1.5 * (lace * lace) as f32,
            226.0 + 42.0 * lace as f32,
        );
        on.fill(
            stroke(
                &format!("M {} {} L {} {}", x - 34.0, y + 14.0, x + 26.0, y),
                9.0,
            ),
            WHITE,
        );
        on.fill(circle(x - 40.0, y + 15.0, 6.0), metal());
    }
    on.print(&upper, rect(200.0, 182.0, 20.0, 420.0), accent);
    on.fill(circle(286.0, 300.0, 42.0), WHITE);
    on.fill(circle(286.0, 300.0, 34.0), accent);
    on.print(
        &circle(286.0, 300.0, 34.0),
        path("M 240 306 Q 264 282 286 304 Q 308 326 330 302 L 330 340 L 240 340"),
        body.dark(0.1),
    );
    on.shade(
        &upper,
        stroke("M 222 520 C 330 500 400 500 470 446", 4.0),
        0.2,
    );
    let cap = path("M 520 590 C 520 520 548 490 580 486 C 640 500 648 560 648 592");
    on.fill(cap, Paint::Down(WHITE, Colour::hex(0xe4_e6_ea)));
    let sole = round(198.0, 578.0, 456.0, FLOOR - 578.0, 22.0);
    on.fill(sole.clone(), Paint::Down(WHITE, Colour::hex(0xdd_e1_e6)));
    on.print(&sole, rect(190.0, 594.0, 470.0, 7.0), accent);
    on.print(
        &sole,
        rect(190.0, 626.0, 470.0, 20.0),
        Colour::hex(0xb8_8a_5e),
    );
}

pub(crate) fn backpack(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(
        stroke("M 350 170 C 350 110 450 110 450 170", 20.0),
        body.dark(0.4),
    );
    for side in [-1.0_f32, 1.0] {
        let x = MIDDLE + side * 176.0;
        on.fill(
            round(x - 32.0, 400.0, 64.0, 190.0, 24.0),
            upright(body.dark(0.22)),
        );
    }
    let sack = path(
        "M 232 330 C 232 200 290 150 400 150 C 510 150 568 200 568 330 L 568 580 Q 568 640 508 640 L 292 640 Q 232 640 232 580",
    );
    on.fill(sack.clone(), upright(body));
    on.print(&sack, rect(232.0, 606.0, 336.0, 40.0), body.dark(0.35));
    on.shade(
        &sack,
        stroke(
            "M 262 620 L 262 330 C 262 230 310 186 400 186 C 490 186 538 230 538 330 L 538 620",
            7.0,
        ),
        0.3,
    );
    let flap = round(290.0, 262.0, 220.0, 96.0, 18.0);
    on.fill(flap.clone(), flat(body.light(0.06)));
    on.fill(round(366.0, 288.0, 68.0, 44.0, 8.0), accent);
    on.fill(round(380.0, 306.0, 40.0, 7.0, 3.5), WHITE);
    let pocket = round(282.0, 408.0, 236.0, 184.0, 34.0);
    on.shade(&sack, pocket.clone().shift(0.0, 6.0), 0.2);
    on.fill(
        pocket.clone(),
        Paint::Down(body.light(0.1), body.dark(0.05)),
    );
    on.print(&pocket, rect(282.0, 440.0, 236.0, 7.0), body.dark(0.45));
    on.fill(round(470.0, 436.0, 14.0, 44.0, 7.0), accent);
    for x in [318.0, 468.0] {
        on.fill(round(x, 356.0, 14.0, 62.0, 5.0), accent.dark(0.2));
        on.fill(round(x - 5.0, 392.0, 24.0, 18.0, 4.0), metal());
    }
}

pub(crate) fn suitcase(on: &mut Drawing, Inks { body, accent }: Inks) {
    for x in [344.0, 446.0] {
        on.fill(rect(x, 110.0, 10.0, 120.0), metal());
    }
    on.fill(round(332.0, 96.0, 136.0, 28.0, 14.0), INK);
    for x in [268.0, 492.0] {
        on.fill(round(x, 606.0, 42.0, FLOOR - 606.0, 14.0), INK);
    }
    let case = round(236.0, 200.0, 328.0, 418.0, 44.0);
    on.fill(case.clone(), upright(body));
    for rib in 0..6 {
        let x = 276.0 + 46.0 * rib as f32;
        on.shade(&case, round(x, 236.0, 14.0, 346.0, 7.0), 0.16);
        on.shine(&case, round(x - 5.0, 236.0, 6.0, 346.0, 3.0), 0.22);
    }
    on.print(&case, rect(236.0, 404.0, 328.0, 12.0), accent);
    for (x, y) in [
        (236.0, 200.0),
        (564.0, 200.0),
        (236.0, 618.0),
        (564.0, 618.0),
    ] {
        on.print(&case, circle(x, y, 62.0), body.dark(0.3));
    }
    on.fill(round(356.0, 386.0, 88.0, 48.0, 12.0), metal());
    on.fill(circle(380.0, 410.0, 7.0), INK);
    on.fill(round(400.0, 406.0, 28.0, 8.0, 4.0), INK);
    on.fill(round(352.0, 206.0, 96.0, 18.0, 9.0), body.dark(0.45));
    on.fill(stroke("M 500 224 L 520 270", 5.0), accent.dark(0.2));
    on.fill(
        round(498.0, 268.0, 46.0, 66.0, 8.0).turn(-12.0, (520.0, 270.0)),
        accent,
    );
}
