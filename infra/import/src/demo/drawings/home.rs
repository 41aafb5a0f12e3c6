//! Light, furniture, tableware, textiles and plants.

use crate::demo::colour::{Colour, INK, WHITE};
use crate::demo::drawing::{Drawing, FLOOR, Inks, MIDDLE, ball, flat, metal, upright};
use crate::demo::raster::Paint;
use crate::demo::shape::{Shape, circle, ellipse, path, polygon, rect, ring, round, stroke};

pub(crate) fn desk_lamp(on: &mut Drawing, Inks { body, accent }: Inks) {
    let beam = polygon(&[
        (427.0, 389.0),
        (583.0, 307.0),
        (700.0, 640.0),
        (336.0, 640.0),
    ]);
    on.glaze(&beam, beam.clone(), Colour::hex(0xff_f0_b8), 0.5);
    on.fill(round(190.0, 606.0, 210.0, FLOOR - 606.0, 17.0), flat(body));
    on.fill(stroke("M 290 606 L 214 420", 16.0), metal());
    on.fill(stroke("M 214 420 L 420 246", 16.0), metal());
    on.fill(circle(214.0, 420.0, 22.0), accent);
    on.fill(circle(214.0, 420.0, 9.0), WHITE);
    on.fill(circle(290.0, 604.0, 16.0), body.dark(0.3));
    let turn = |shape: Shape| shape.turn(-28.0, (430.0, 250.0));
    on.fill(
        turn(ellipse(450.0, 372.0, 88.0, 20.0)),
        Colour::hex(0xff_f3_c4),
    );
    on.fill(turn(circle(450.0, 370.0, 30.0)), Colour::hex(0xff_fb_e6));
    on.fill(
        turn(path(
            "M 422 236 L 478 236 C 486 290 526 330 544 372 L 356 372 C 374 330 414 290 422 236",
        )),
        upright(body),
    );
    on.fill(turn(round(418.0, 210.0, 64.0, 34.0, 12.0)), accent);
    on.fill(ellipse(340.0, 606.0, 16.0, 5.0), accent);
}

pub(crate) fn chair(on: &mut Drawing, Inks { body, accent }: Inks) {
    let wood = Colour::hex(0xb5_83_55).mix(accent, 0.25);
    for leg in [
        "M 292 520 L 252 634",
        "M 508 520 L 548 634",
        "M 330 530 L 322 616",
        "M 470 530 L 478 616",
    ] {
        on.fill(stroke(leg, 17.0), upright(wood));
    }
    let back = path(
        "M 262 440 C 226 300 240 170 310 150 C 360 138 440 138 490 150 C 560 170 574 300 538 440",
    );
    on.fill(
        back.clone(),
        Paint::Across(vec![
            body.dark(0.08),
            body.light(0.14),
            body,
            body.dark(0.16),
        ]),
    );
    for (x, y) in [
        (340.0, 240.0),
        (400.0, 226.0),
        (460.0, 240.0),
        (366.0, 316.0),
        (434.0, 316.0),
    ] {
        on.shade(&back, circle(x, y, 8.0), 0.22);
        on.shine(&back, circle(x - 2.0, y - 3.0, 3.0), 0.3);
    }
    let seat = round(236.0, 412.0, 328.0, 124.0, 46.0);
    on.fill(seat.clone(), Paint::Down(body.light(0.16), body.dark(0.12)));
    on.shade(&seat, rect(236.0, 494.0, 328.0, 6.0), 0.18);
    for mirrored in [false, true] {
        let arm = round(204.0, 350.0, 74.0, 188.0, 36.0);
        let arm = if mirrored { arm.mirror(MIDDLE) } else { arm };
        on.fill(arm, upright(body.dark(0.07)));
    }
    on.fill(
        round(300.0, 318.0, 120.0, 108.0, 22.0).turn(-10.0, (360.0, 370.0)),
        flat(accent),
    );
    on.fill(stroke("M 322 348 L 404 334", 5.0), accent.light(0.4));
    on.fill(stroke("M 328 380 L 410 366", 5.0), accent.light(0.4));
}

pub(crate) fn mug(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(
        ring(566.0, 440.0, 98.0, 62.0),
        Paint::Down(body.light(0.1), body.dark(0.16)),
    );
    let cup = path(
        "M 214 262 L 562 262 L 562 540 C 562 606 526 640 464 640 L 312 640 C 250 640 214 606 214 540",
    );
    on.fill(cup.clone(), upright(body));
    on.fill(
        ellipse(388.0, 262.0, 174.0, 42.0),
        Paint::Down(body.dark(0.12), body.light(0.24)),
    );
    let tea = ellipse(388.0, 268.0, 156.0, 32.0);
    on.fill(
        tea.clone(),
        Paint::Down(Colour::hex(0x6b_42_26), Colour::hex(0x9c_67_3c)),
    );
    on.shine(&tea, ellipse(340.0, 274.0, 50.0, 8.0), 0.25);
    on.print(&cup, path("M 200 470 C 260 420 330 520 400 470 C 470 420 520 500 580 456 L 580 520 C 520 560 470 480 400 530 C 330 580 260 480 200 530"), accent);
    on.print(&cup, circle(300.0, 380.0, 26.0), accent.light(0.25));
    on.shine(
        &cup,
        path("M 244 310 C 240 400 242 480 250 560 L 268 560 C 260 480 260 400 264 314"),
        0.4,
    );
    for (x, bend) in [(340.0, 16.0), (400.0, -16.0), (452.0, 14.0)] {
        let steam = stroke(
            &format!("M {x} 216 C {} 186 {} 164 {x} 132", x + bend, x - bend),
            10.0,
        );
        on.shine(&steam.clone(), steam, 0.75);
    }
}

pub(crate) fn thermos(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(round(322.0, 110.0, 156.0, 112.0, 26.0), upright(accent));
    on.fill(rect(330.0, 214.0, 140.0, 22.0), metal());
    let flask = path(
        "M 322 236 L 478 236 C 500 256 508 280 508 310 L 508 600 Q 508 640 468 640 L 332 640 Q 292 640 292 600 L 292 310 C 292 280 300 256 322 236",
    );
    on.fill(flask.clone(), upright(body));
    on.print(&flask, rect(280.0, 600.0, 240.0, 14.0), accent);
    on.print(
        &flask,
        path("M 280 500 L 350 420 L 392 466 L 440 400 L 520 500 L 520 560 L 280 560"),
        body.dark(0.18),
    );
    on.print(&flask, rect(280.0, 552.0, 240.0, 10.0), body.dark(0.18));
    on.fill(circle(430.0, 350.0, 22.0), accent.light(0.2));
    on.shine(&flask, round(316.0, 290.0, 14.0, 290.0, 7.0), 0.4);
    on.fill(
        stroke("M 474 140 C 530 140 530 210 476 214", 10.0),
        accent.dark(0.3),
    );
}

pub(crate) fn teapot(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(
        stroke("M 258 384 C 220 110 580 110 542 384", 17.0),
        Colour::hex(0xa8_74_48).mix(accent, 0.2),
    );
    on.fill(
        path("M 540 500 C 600 470 606 400 662 356 L 634 338 C 590 360 566 396 520 420"),
        Paint::Down(body.light(0.1), body.dark(0.14)),
    );
    let pot = path(
        "M 400 316 C 560 316 592 420 586 500 C 580 590 520 628 480 632 L 320 632 C 280 628 220 590 214 500 C 208 420 240 316 400 316",
    );
    on.fill(
        round(310.0, 620.0, 180.0, FLOOR - 620.0, 8.0),
        body.dark(0.35),
    );
    on.fill(pot.clone(), ball(body, MIDDLE, 474.0, 190.0));
    on.print(
        &pot,
        path("M 200 540 C 280 500 330 560 400 540 C 470 520 520 560 600 530 L 600 640 L 200 640"),
        body.dark(0.14),
    );
    on.fill(
        path("M 308 334 C 316 284 484 284 492 334 Q 400 356 308 334"),
        flat(body.light(0.06)),
    );
    on.fill(
        circle(MIDDLE, 280.0, 20.0),
        ball(accent, MIDDLE, 280.0, 20.0),
    );
    for (x, y, turn) in [
        (330.0, 440.0, -30.0),
        (372.0, 412.0, 10.0),
        (316.0, 486.0, -70.0),
    ] {
        on.print(&pot, leaf(x, y, 30.0, turn), accent);
    }
    on.print(
        &pot,
        stroke("M 290 520 C 320 480 340 440 390 400", 4.0),
        accent,
    );
    let cup = path("M 150 560 L 250 560 C 250 610 236 640 200 640 C 164 640 150 610 150 560");
    on.fill(cup, upright(body.light(0.08)));
    on.fill(ellipse(200.0, 560.0, 50.0, 12.0), Colour::hex(0xb7_7c_3a));
}

/// A leaf that grows upwards from a point, turned clockwise.
fn leaf(x: f32, y: f32, size: f32, degrees: f32) -> Shape {
    let half = size * 0.5;
    let text = format!(
        "M {x} {y} C {} {} {} {} {x} {} C {} {} {} {} {x} {y}",
        x - half,
        y - size * 0.3,
        x - half,
        y - size * 0.8,
        y - size * 1.2,
        x + half,
        y - size * 0.8,
        x + half,
        y - size * 0.3,
    );
    path(&text).turn(degrees, (x, y))
}

pub(crate) fn cushion(on: &mut Drawing, Inks { body, accent }: Inks) {
    let outline = path(
        "M 176 196 C 300 236 500 236 624 196 C 590 320 590 500 624 632 C 500 596 300 596 176 632 C 210 500 210 320 176 196",
    );
    let cloth = outline.turn(-4.0, (MIDDLE, 414.0));
    on.fill(
        cloth.clone(),
        Paint::Around((330.0, 340.0), 380.0, body.light(0.22), body.dark(0.14)),
    );
    for column in 0..7 {
        for row in 0..7 {
            let (x, y) = (
                196.0 + 70.0 * column as f32 + (row % 2) as f32 * 35.0,
                232.0 + 62.0 * row as f32,
            );
            let petal = |degrees: f32| leaf(x, y, 20.0, degrees);
            let flower = petal(0.0)
                .and(petal(90.0))
                .and(petal(180.0))
                .and(petal(270.0));
            on.print(
                &cloth,
                flower,
                if (row + column) % 3 == 0 {
                    accent
                } else {
                    accent.mix(body, 0.55)
                },
            );
        }
    }
    on.shade(
        &cloth,
        path("M 640 190 C 560 320 560 520 640 650 L 700 650 L 700 190"),
        0.1,
    );
    on.shine(
        &cloth,
        ellipse(300.0, 300.0, 90.0, 40.0).turn(-30.0, (300.0, 300.0)),
        0.08,
    );
    for (x, y) in [
        (178.0, 212.0),
        (610.0, 182.0),
        (190.0, 646.0),
        (640.0, 616.0),
    ] {
        on.fill(circle(x, y, 15.0), ball(accent, x, y, 15.0));
    }
}

/// A pot of clay with a rim and a saucer.
fn pot(on: &mut Drawing, body: Colour) {
    on.fill(
        round(290.0, 622.0, 220.0, FLOOR - 622.0, 9.0),
        body.dark(0.3),
    );
    let clay = polygon(&[
        (302.0, 486.0),
        (498.0, 486.0),
        (474.0, 626.0),
        (326.0, 626.0),
    ]);
    on.fill(clay.clone(), upright(body));
    on.shade(&clay, rect(290.0, 500.0, 220.0, 12.0), 0.22);
    on.fill(
        round(288.0, 452.0, 224.0, 52.0, 10.0),
        upright(body.light(0.06)),
    );
}

pub(crate) fn leafy_plant(on: &mut Drawing, Inks { body, accent }: Inks) {
    let stems = [
        (-58.0, 230.0),
        (54.0, 236.0),
        (-30.0, 290.0),
        (32.0, 284.0),
        (-82.0, 170.0),
        (80.0, 176.0),
        (2.0, 320.0),
    ];
    for (index, (degrees, length)) in stems.into_iter().enumerate() {
        let green = accent.mix(
            if index % 2 == 0 { INK } else { WHITE },
            0.1 + 0.04 * index as f32,
        );
        on.fill(
            stroke(&format!("M 400 470 L 400 {}", 470.0 - length * 0.5), 7.0)
                .turn(degrees, (MIDDLE, 470.0)),
            green.dark(0.2),
        );
        let blade =
            leaf(MIDDLE, 470.0 - length * 0.3, length * 0.66, 0.0).turn(degrees, (MIDDLE, 470.0));
        on.fill(
            blade.clone(),
            Paint::Down(green.light(0.14), green.dark(0.12)),
        );
        let vein = format!("M 400 {} L 400 {}", 470.0 - length * 0.3, 470.0 - length);
        on.shine(
            &blade,
            stroke(&vein, 3.5).turn(degrees, (MIDDLE, 470.0)),
            0.4,
        );
    }
    pot(on, body);
}

pub(crate) fn cactus(on: &mut Drawing, Inks { body, accent }: Inks) {
    let green = upright(accent);
    on.fill(stroke("M 312 360 L 312 320", 52.0), green.clone());
    on.fill(
        stroke("M 312 366 Q 316 400 372 398", 44.0),
        accent.dark(0.1),
    );
    on.fill(stroke("M 490 320 L 490 270", 48.0), green.clone());
    on.fill(
        stroke("M 490 324 Q 486 360 430 358", 40.0),
        accent.dark(0.16),
    );
    let trunk = round(346.0, 186.0, 108.0, 300.0, 54.0);
    on.fill(trunk.clone(), green);
    for x in [372.0, 400.0, 428.0] {
        on.shade(&trunk, rect(x - 2.0, 200.0, 4.0, 280.0), 0.16);
        for spine in 0..6 {
            on.fill(circle(x, 226.0 + 42.0 * spine as f32, 3.5), WHITE);
        }
    }
    for petal in 0..6 {
        on.fill(
            leaf(MIDDLE, 190.0, 34.0, -75.0 + 30.0 * petal as f32),
            Colour::hex(0xf2_7f_93).light(0.08 * (petal % 2) as f32),
        );
    }
    on.fill(circle(MIDDLE, 186.0, 10.0), Colour::hex(0xff_d8_6b));
    pot(on, body);
    on.fill(
        polygon(&[
            (330.0, 560.0),
            (365.0, 530.0),
            (400.0, 560.0),
            (435.0, 530.0),
            (470.0, 560.0),
            (470.0, 574.0),
            (435.0, 546.0),
            (400.0, 574.0),
            (365.0, 546.0),
            (330.0, 574.0),
        ]),
        body.light(0.5),
    );
}
