//! Fruit, and food in tins, bags and jars.

use crate::demo::colour::{Colour, INK, WHITE};
use crate::demo::drawing::{Drawing, FLOOR, Inks, MIDDLE, ball, flat, metal, upright};
use crate::demo::raster::Paint;
use crate::demo::shape::{Shape, circle, ellipse, path, polygon, rect, ring, round, stroke};

pub(crate) fn apples(on: &mut Drawing, Inks { body, accent }: Inks) {
    apple(
        on,
        530.0,
        520.0,
        0.78,
        body.mix(Colour::hex(0xf0_c0_4a), 0.45),
        accent,
    );
    apple(on, 290.0, 500.0, 0.92, body.dark(0.08), accent);
    apple(on, 408.0, 490.0, 1.14, body, accent);
}

fn apple(on: &mut Drawing, cx: f32, cy: f32, size: f32, skin: Colour, green: Colour) {
    let at = |text: &str| path(text).scale(size, (0.0, 0.0)).shift(cx, cy);
    let flesh = at(
        "M 0 -84 C 40 -128 150 -112 138 8 C 130 96 64 136 34 130 C 14 126 -14 126 -34 130 C -64 136 -130 96 -138 8 C -150 -112 -40 -128 0 -84",
    );
    on.fill(flesh.clone(), ball(skin, cx, cy, 140.0 * size));
    on.shade(&flesh, at("M -50 -92 Q 0 -58 50 -92 Q 0 -74 -50 -92"), 0.35);
    on.fill(
        stroke("M 0 -80 Q 4 -116 26 -140", 11.0)
            .scale(size, (0.0, 0.0))
            .shift(cx, cy),
        Colour::hex(0x6d_4a_2c),
    );
    on.fill(
        at("M 8 -104 C 30 -160 90 -160 116 -138 C 90 -104 44 -92 8 -104"),
        flat(green),
    );
    on.shine(
        &flesh,
        ellipse(-66.0, -40.0, 22.0, 42.0)
            .turn(28.0, (-66.0, -40.0))
            .scale(size, (0.0, 0.0))
            .shift(cx, cy),
        0.4,
    );
    for (x, y) in [
        (40.0, 20.0),
        (70.0, 60.0),
        (10.0, 70.0),
        (80.0, -10.0),
        (-30.0, 60.0),
    ] {
        on.shine(&flesh, circle(cx + x * size, cy + y * size, 3.5), 0.35);
    }
}

pub(crate) fn oranges(on: &mut Drawing, Inks { body, accent }: Inks) {
    for (x, y, radius) in [(276.0, 520.0, 118.0), (430.0, 462.0, 150.0)] {
        let peel = circle(x, y, radius);
        on.fill(peel.clone(), ball(body, x, y, radius));
        for pore in 0..26 {
            let (sin, cos) = (2.4 * pore as f32).sin_cos();
            let reach = radius * 0.17 * (pore as f32).sqrt();
            on.shade(&peel, circle(x + reach * cos, y + reach * sin, 3.0), 0.12);
        }
        on.shine(
            &peel,
            ellipse(x - radius * 0.4, y - radius * 0.45, 30.0, 17.0)
                .turn(-40.0, (x - radius * 0.4, y - radius * 0.45)),
            0.45,
        );
        on.fill(circle(x + 8.0, y - radius * 0.8, 9.0), accent.dark(0.2));
    }
    on.fill(
        path("M 438 346 C 470 270 550 264 590 292 C 556 346 490 366 438 346"),
        flat(accent),
    );
    on.fill(
        stroke("M 444 344 Q 500 320 560 300", 4.0),
        accent.light(0.4),
    );
    let (x, y) = (556.0, 548.0);
    on.fill(circle(x, y, 92.0), body.dark(0.06));
    on.fill(circle(x, y, 82.0), Colour::hex(0xff_f3_d9));
    for slice in 0..9 {
        let wedge = path(&format!(
            "M {x} {} C {} {} {} {} {x} {} C {} {} {} {} {x} {}",
            y - 8.0,
            x - 34.0,
            y - 50.0,
            x - 26.0,
            y - 78.0,
            y - 76.0,
            x + 26.0,
            y - 78.0,
            x + 34.0,
            y - 50.0,
            y - 8.0
        ));
        on.fill(
            wedge.scale(0.96, (x, y)).turn(40.0 * slice as f32, (x, y)),
            Paint::Flat(body.light(0.14)),
        );
    }
}

pub(crate) fn tea_tin(on: &mut Drawing, Inks { body, accent }: Inks) {
    let lid = round(268.0, 140.0, 264.0, 92.0, 18.0);
    on.fill(lid.clone(), upright(body.dark(0.1)));
    on.fill(
        ellipse(MIDDLE, 152.0, 128.0, 20.0),
        Paint::Down(body.light(0.3), body),
    );
    on.shade(&lid, rect(268.0, 220.0, 264.0, 12.0), 0.3);
    let tin = round(258.0, 230.0, 284.0, FLOOR - 230.0, 18.0);
    on.fill(tin.clone(), upright(body));
    on.print(
        &tin,
        path("M 240 560 C 300 470 340 470 390 530 C 430 470 490 440 560 520 L 560 650 L 240 650"),
        body.dark(0.24),
    );
    on.print(
        &tin,
        path("M 240 600 C 320 530 380 560 430 590 C 480 560 520 560 560 590 L 560 650 L 240 650"),
        body.dark(0.4),
    );
    on.fill(
        round(336.0, 268.0, 128.0, 226.0, 6.0),
        Colour::hex(0xf8_f1_df),
    );
    on.fill(
        round(346.0, 278.0, 108.0, 206.0, 3.0).without(round(349.0, 281.0, 102.0, 200.0, 2.0)),
        accent.dark(0.2),
    );
    for (x, y, turn) in [
        (400.0, 390.0, 0.0),
        (400.0, 400.0, -48.0),
        (400.0, 400.0, 48.0),
    ] {
        let sprig = path("M 400 390 C 370 370 376 320 400 304 C 424 320 430 370 400 390")
            .turn(turn, (x, y));
        on.fill(sprig, flat(accent));
    }
    on.fill(stroke("M 400 388 L 400 436", 5.0), accent.dark(0.2));
    on.fill(
        round(380.0, 446.0, 40.0, 26.0, 4.0),
        Colour::hex(0xc0_3b_2f),
    );
    on.shine(&tin, rect(282.0, 230.0, 14.0, 420.0), 0.25);
}

pub(crate) fn coffee_bag(on: &mut Drawing, Inks { body, accent }: Inks) {
    let bag = path(
        "M 262 190 L 538 190 C 544 300 566 420 566 560 C 566 610 560 640 540 640 L 260 640 C 240 640 234 610 234 560 C 234 420 256 300 262 190",
    );
    on.fill(bag.clone(), upright(body));
    on.fill(
        round(256.0, 150.0, 288.0, 52.0, 6.0),
        upright(body.dark(0.12)),
    );
    on.fill(rect(256.0, 184.0, 288.0, 9.0), accent);
    on.shade(
        &bag,
        path("M 262 200 C 300 330 300 480 270 640 L 220 640 L 220 200"),
        0.12,
    );
    on.shade(
        &bag,
        path("M 538 200 C 500 330 500 480 530 640 L 580 640 L 580 200"),
        0.14,
    );
    on.fill(circle(MIDDLE, 250.0, 17.0), body.dark(0.3));
    on.fill(circle(MIDDLE, 250.0, 6.0), INK);
    on.fill(
        round(308.0, 308.0, 184.0, 236.0, 10.0),
        Colour::hex(0xfa_f4_e6),
    );
    on.fill(circle(MIDDLE, 390.0, 58.0), accent);
    bean(on, MIDDLE, 390.0, 1.0, 30.0);
    on.fill(round(338.0, 476.0, 124.0, 11.0, 5.5), body.dark(0.2));
    on.fill(round(360.0, 504.0, 80.0, 8.0, 4.0), body.dark(0.2));
    for (x, y, turn) in [
        (190.0, 616.0, 20.0),
        (610.0, 610.0, 70.0),
        (640.0, 566.0, -20.0),
    ] {
        bean(on, x, y, 0.72, turn);
    }
}

fn bean(on: &mut Drawing, x: f32, y: f32, size: f32, degrees: f32) {
    let turn = |shape: Shape| shape.scale(size, (x, y)).turn(degrees, (x, y));
    let brown = Colour::hex(0x5b_36_21);
    let shell = turn(ellipse(x, y, 26.0, 37.0));
    on.fill(
        shell.clone(),
        Paint::Around(
            (x - 8.0, y - 10.0),
            44.0,
            brown.light(0.25),
            brown.dark(0.2),
        ),
    );
    on.shade(
        &shell,
        turn(stroke(
            &format!(
                "M {x} {} Q {} {} {x} {y} Q {} {} {x} {}",
                y - 40.0,
                x + 14.0,
                y - 18.0,
                x - 14.0,
                y + 18.0,
                y + 40.0
            ),
            6.0,
        )),
        0.6,
    );
}

pub(crate) fn honey(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(round(286.0, 170.0, 228.0, 82.0, 16.0), upright(accent));
    for groove in 0..11 {
        on.fill(
            rect(300.0 + 19.0 * groove as f32, 182.0, 6.0, 58.0),
            accent.dark(0.18),
        );
    }
    let jar = path(
        "M 290 252 L 510 252 C 560 280 580 310 580 370 L 580 560 C 580 616 556 640 506 640 L 294 640 C 244 640 220 616 220 560 L 220 370 C 220 310 240 280 290 252",
    );
    on.fill(
        jar.clone(),
        Paint::Across(vec![
            body.dark(0.22),
            body.light(0.34),
            body.light(0.1),
            body,
            body.dark(0.26),
        ]),
    );
    on.glaze(&jar, rect(210.0, 252.0, 380.0, 56.0), WHITE, 0.4);
    on.fill(
        round(292.0, 372.0, 216.0, 186.0, 18.0),
        Colour::hex(0xff_f8_e4),
    );
    for (x, y) in [
        (356.0, 440.0),
        (400.0, 440.0),
        (444.0, 440.0),
        (378.0, 478.0),
        (422.0, 478.0),
        (400.0, 402.0),
        (400.0, 516.0),
    ] {
        on.fill(hexagon(x, y, 22.0), body);
        on.fill(hexagon(x, y, 15.0), body.light(0.4));
    }
    on.shine(&jar, round(242.0, 350.0, 15.0, 220.0, 7.5), 0.5);
    on.fill(
        stroke("M 660 336 L 626 540", 13.0),
        upright(Colour::hex(0xb5_83_55)),
    );
    for ridge in 0..5 {
        on.fill(
            ellipse(
                622.0 - 3.0 * ridge as f32,
                548.0 + 19.0 * ridge as f32,
                30.0,
                11.0,
            )
            .turn(8.0, (622.0, 560.0)),
            flat(Colour::hex(0xc8_97_62)),
        );
    }
}

fn hexagon(x: f32, y: f32, radius: f32) -> Shape {
    let corner = |index: u8| {
        let (sin, cos) = (std::f32::consts::FRAC_PI_3 * f32::from(index)).sin_cos();
        (x + radius * sin, y - radius * cos)
    };
    polygon(&[
        corner(0),
        corner(1),
        corner(2),
        corner(3),
        corner(4),
        corner(5),
    ])
}

pub(crate) fn nuts(on: &mut Drawing, Inks { body, accent }: Inks) {
    let bag = path(
        "M 258 176 L 542 176 C 552 320 580 470 572 580 Q 566 640 520 640 L 280 640 Q 234 640 228 580 C 220 470 248 320 258 176",
    );
    on.fill(bag.clone(), upright(body));
    on.fill(round(250.0, 140.0, 300.0, 46.0, 5.0), flat(body.dark(0.16)));
    for notch in 0..15 {
        on.fill(
            rect(256.0 + 20.0 * notch as f32, 140.0, 3.0, 46.0),
            body.dark(0.3),
        );
    }
    on.fill(
        round(312.0, 222.0, 176.0, 74.0, 12.0),
        Colour::hex(0xfd_f7_ea),
    );
    on.fill(round(336.0, 242.0, 128.0, 12.0, 6.0), accent.dark(0.2));
    on.fill(round(360.0, 266.0, 80.0, 8.0, 4.0), accent);
    let window = circle(MIDDLE, 448.0, 124.0);
    on.fill(ring(MIDDLE, 448.0, 132.0, 122.0), accent);
    on.fill(window.clone(), Colour::hex(0x8a_5b_38));
    for (index, (x, y)) in NUTS.into_iter().enumerate() {
        let shade = [
            Colour::hex(0xd9_a8_6c),
            Colour::hex(0xc1_86_4e),
            Colour::hex(0xe8_c0_8a),
        ][index % 3];
        let nut = ellipse(x, y, 40.0, 28.0).turn(37.0 * index as f32, (x, y));
        on.print(&window, nut.clone().shift(3.0, 5.0), shade.dark(0.5));
        on.print(
            &window,
            nut,
            Paint::Around(
                (x - 10.0, y - 10.0),
                52.0,
                shade.light(0.25),
                shade.dark(0.14),
            ),
        );
    }
    on.shine(
        &window,
        ellipse(350.0, 386.0, 50.0, 18.0).turn(-40.0, (350.0, 386.0)),
        0.3,
    );
    on.shine(
        &bag,
        path("M 276 200 C 270 320 256 430 258 560 L 270 560 C 270 430 286 320 292 200"),
        0.3,
    );
}

const NUTS: [(f32, f32); 16] = [
    (310.0, 420.0),
    (370.0, 370.0),
    (440.0, 366.0),
    (496.0, 420.0),
    (340.0, 470.0),
    (410.0, 420.0),
    (470.0, 460.0),
    (300.0, 500.0),
    (380.0, 510.0),
    (440.0, 510.0),
    (506.0, 500.0),
    (340.0, 546.0),
    (410.0, 556.0),
    (470.0, 550.0),
    (390.0, 456.0),
    (440.0, 420.0),
];

pub(crate) fn chocolate(on: &mut Drawing, Inks { body, accent }: Inks) {
    let tilt = |shape: Shape| shape.turn(8.0, (MIDDLE, 400.0));
    let bar = Colour::hex(0x5a_33_20).mix(body, 0.18);
    on.fill(tilt(round(276.0, 150.0, 248.0, 250.0, 8.0)), bar.dark(0.3));
    for row in 0..4 {
        for column in 0..4 {
            let (x, y) = (282.0 + 60.0 * column as f32, 156.0 + 60.0 * row as f32);
            on.fill(tilt(round(x, y, 56.0, 56.0, 6.0)), bar.light(0.1));
            on.fill(tilt(round(x + 7.0, y + 7.0, 42.0, 42.0, 4.0)), flat(bar));
        }
    }
    let foil = tilt(polygon(&[
        (268.0, 330.0),
        (300.0, 312.0),
        (330.0, 334.0),
        (366.0, 310.0),
        (400.0, 334.0),
        (440.0, 312.0),
        (476.0, 332.0),
        (506.0, 314.0),
        (532.0, 334.0),
        (532.0, 420.0),
        (268.0, 420.0),
    ]));
    on.fill(foil, metal());
    let sleeve = tilt(round(262.0, 366.0, 276.0, 270.0, 8.0));
    on.fill(
        sleeve.clone(),
        Paint::Across(vec![body.light(0.14), body, body.dark(0.12)]),
    );
    on.print(&sleeve, tilt(rect(262.0, 392.0, 276.0, 10.0)), accent);
    on.print(&sleeve, tilt(rect(262.0, 600.0, 276.0, 10.0)), accent);
    on.fill(
        tilt(round(316.0, 436.0, 168.0, 130.0, 10.0)),
        Colour::hex(0xfb_f3_e4),
    );
    on.fill(tilt(round(340.0, 462.0, 120.0, 14.0, 7.0)), body);
    on.fill(tilt(round(362.0, 492.0, 76.0, 8.0, 4.0)), body);
    on.fill(tilt(circle(MIDDLE, 534.0, 16.0)), accent);
    on.fill(
        polygon(&[
            (590.0, 590.0),
            (640.0, 574.0),
            (664.0, 620.0),
            (612.0, FLOOR),
        ]),
        flat(bar),
    );
}
