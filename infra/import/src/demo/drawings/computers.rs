//! Computers and the desk around them.

use crate::demo::colour::{Colour, INK, WHITE};
use crate::demo::drawing::{Drawing, FLOOR, Inks, MIDDLE, flat, metal, upright};
use crate::demo::raster::Paint;
use crate::demo::shape::{Shape, circle, ellipse, path, polygon, rect, round, stroke};

pub(crate) fn laptop(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(round(186.0, 232.0, 428.0, 312.0, 22.0), flat(body));
    on.fill(round(192.0, 238.0, 416.0, 306.0, 18.0), INK);
    let screen = rect(206.0, 254.0, 388.0, 250.0);
    on.fill(
        screen.clone(),
        Paint::Down(accent.light(0.55), accent.dark(0.05)),
    );
    on.glaze(&screen, circle(500.0, 330.0, 46.0), WHITE, 0.65);
    on.print(
        &screen,
        path("M 206 450 L 300 356 L 372 430 L 430 372 L 594 504 L 206 504"),
        accent.dark(0.32),
    );
    on.print(
        &screen,
        path("M 206 504 L 206 480 L 290 420 L 400 504"),
        accent.dark(0.52),
    );
    on.shine(
        &screen,
        polygon(&[(206.0, 254.0), (390.0, 254.0), (206.0, 480.0)]),
        0.12,
    );
    on.fill(circle(MIDDLE, 246.0, 3.0), Colour::hex(0x5b_66_7a));
    let deck = polygon(&[
        (186.0, 540.0),
        (614.0, 540.0),
        (676.0, 622.0),
        (124.0, 622.0),
    ]);
    on.fill(deck.clone(), Paint::Down(body.dark(0.12), body.light(0.12)));
    for row in 0..4 {
        let (y, inset) = (550.0 + 12.0 * row as f32, 9.0 * row as f32);
        on.print(
            &deck,
            polygon(&keys(222.0 - inset, 578.0 + inset, y)),
            body.dark(0.62),
        );
    }
    on.print(
        &deck,
        polygon(&[
            (338.0, 600.0),
            (462.0, 600.0),
            (468.0, 618.0),
            (332.0, 618.0),
        ]),
        body.dark(0.2),
    );
    on.fill(
        round(122.0, 620.0, 556.0, FLOOR - 620.0, 10.0),
        Paint::Down(body.light(0.25), body.dark(0.25)),
    );
    on.fill(round(350.0, 620.0, 100.0, 8.0, 4.0), body.dark(0.3));
}

/// A row of keys seen at an angle.
fn keys(left: f32, right: f32, y: f32) -> [(f32, f32); 4] {
    [
        (left, y),
        (right, y),
        (right + 6.0, y + 9.0),
        (left - 6.0, y + 9.0),
    ]
}

pub(crate) fn tablet(on: &mut Drawing, Inks { body, accent }: Inks) {
    let pivot = (MIDDLE, MIDDLE);
    on.fill(
        round(232.0, 150.0, 356.0, 482.0, 34.0).turn(5.0, pivot),
        Paint::Across(vec![body.light(0.3), body.dark(0.06)]),
    );
    on.fill(round(218.0, 158.0, 356.0, 482.0, 34.0), metal());
    on.fill(round(222.0, 162.0, 348.0, 474.0, 31.0), INK);
    let screen = round(238.0, 178.0, 316.0, 442.0, 18.0);
    on.fill(
        screen.clone(),
        Paint::Down(accent.light(0.65), accent.light(0.1)),
    );
    on.print(&screen, circle(330.0, 420.0, 150.0), accent.dark(0.1));
    on.print(&screen, circle(470.0, 520.0, 130.0), body.light(0.2));
    on.glaze(&screen, circle(420.0, 330.0, 84.0), WHITE, 0.45);
    for icon in 0..5 {
        let colour = [accent.dark(0.25), WHITE, body, accent.light(0.5), INK][icon];
        on.fill(
            round(258.0 + 58.0 * icon as f32, 562.0, 44.0, 44.0, 12.0),
            colour,
        );
    }
    on.shine(
        &screen,
        polygon(&[(238.0, 178.0), (420.0, 178.0), (238.0, 470.0)]),
        0.12,
    );
    on.fill(stroke("M 640 236 L 604 612", 16.0), flat(WHITE));
    on.fill(stroke("M 604 612 L 602 634", 7.0), INK);
}

pub(crate) fn monitor(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(
        polygon(&[
            (360.0, 500.0),
            (440.0, 500.0),
            (452.0, 620.0),
            (348.0, 620.0),
        ]),
        upright(body),
    );
    on.fill(
        round(276.0, 610.0, 248.0, FLOOR - 610.0, 14.0),
        Paint::Down(body.light(0.3), body.dark(0.2)),
    );
    on.fill(
        round(136.0, 190.0, 528.0, 340.0, 18.0),
        flat(body.dark(0.1)),
    );
    let screen = round(146.0, 200.0, 508.0, 304.0, 10.0);
    on.fill(
        screen.clone(),
        Paint::Across(vec![accent.dark(0.45), accent, accent.light(0.4)]),
    );
    on.print(
        &screen,
        path("M 146 420 C 260 300 360 500 480 380 Q 580 290 660 360 L 660 510 L 146 510"),
        accent.dark(0.25),
    );
    on.print(
        &screen,
        path("M 146 470 C 260 400 380 520 500 440 Q 600 390 660 430 L 660 510 L 146 510"),
        accent.dark(0.55),
    );
    on.glaze(&screen, circle(540.0, 280.0, 40.0), WHITE, 0.7);
    on.shine(
        &screen,
        polygon(&[
            (146.0, 200.0),
            (340.0, 200.0),
            (220.0, 510.0),
            (146.0, 510.0),
        ]),
        0.08,
    );
    on.fill(circle(MIDDLE, 517.0, 4.0), WHITE);
}

pub(crate) fn keyboard(on: &mut Drawing, Inks { body, accent }: Inks) {
    let tilt = |shape: Shape| shape.turn(-9.0, (MIDDLE, 420.0));
    on.fill(
        tilt(round(120.0, 296.0, 560.0, 252.0, 26.0)),
        body.dark(0.45),
    );
    on.fill(tilt(round(120.0, 286.0, 560.0, 248.0, 26.0)), flat(body));
    for (row, widths) in KEY_ROWS.iter().enumerate() {
        let mut x = 142.0;
        for (column, width) in widths.iter().enumerate() {
            let y = 306.0 + 43.0 * row as f32;
            let lead = matches!((row, column), (0, 0) | (3, 12)) || (row == 4 && column == 3);
            let cap = if lead {
                accent
            } else {
                body.light(if (row + column) % 9 == 4 { 0.45 } else { 0.62 })
            };
            let wide = width * 35.0 + (width - 1.0) * 2.0;
            on.fill(tilt(round(x, y + 4.0, wide, 36.0, 7.0)), cap.dark(0.34));
            on.fill(tilt(round(x + 2.0, y, wide - 4.0, 33.0, 7.0)), cap);
            x += wide + 2.0;
        }
    }
}

/// Widths of the key caps, in caps.
const KEY_ROWS: [&[f32]; 5] = [
    &[
        1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0,
    ],
    &[
        1.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.5,
    ],
    &[1.75, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.25],
    &[
        1.25, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.75, 1.0,
    ],
    &[1.25, 1.25, 1.25, 6.0, 1.25, 1.0, 1.0, 1.0],
];

pub(crate) fn mouse(on: &mut Drawing, Inks { body, accent }: Inks) {
    let tilt = |shape: Shape| shape.turn(18.0, (MIDDLE, 410.0));
    let shell = tilt(path(
        "M 400 176 C 540 176 556 330 552 440 C 548 570 500 640 400 640 C 300 640 252 570 248 440 C 244 330 260 176 400 176",
    ));
    on.fill(shell.clone().shift(5.0, 9.0), body.dark(0.42));
    on.fill(
        shell.clone(),
        Paint::Around((330.0, 300.0), 420.0, body.light(0.4), body.dark(0.12)),
    );
    on.print(
        &shell,
        tilt(stroke("M 400 150 L 400 386", 5.0)),
        body.dark(0.4),
    );
    on.print(
        &shell,
        tilt(stroke("M 236 392 Q 400 350 564 392", 5.0)),
        body.dark(0.3),
    );
    on.fill(
        tilt(round(378.0, 226.0, 44.0, 104.0, 22.0)),
        body.dark(0.55),
    );
    let wheel = tilt(round(385.0, 236.0, 30.0, 84.0, 15.0));
    on.fill(wheel.clone(), accent);
    for groove in 0..7 {
        on.shade(
            &wheel,
            tilt(rect(380.0, 244.0 + 11.0 * groove as f32, 40.0, 4.0)),
            0.3,
        );
    }
    on.fill(tilt(ellipse(MIDDLE, 520.0, 12.0, 12.0)), accent);
    on.shine(
        &shell,
        tilt(ellipse(322.0, 330.0, 18.0, 90.0).turn(12.0, (322.0, 330.0))),
        0.28,
    );
}

pub(crate) fn notebook(on: &mut Drawing, Inks { body, accent }: Inks) {
    let tilt = |shape: Shape| shape.turn(-6.0, (MIDDLE, 400.0));
    on.fill(
        tilt(round(250.0, 168.0, 330.0, 462.0, 16.0)),
        body.dark(0.4),
    );
    on.fill(
        tilt(round(246.0, 164.0, 326.0, 458.0, 10.0)),
        Colour::hex(0xf6_f0_e2),
    );
    for page in 0..4 {
        on.fill(
            tilt(rect(560.0 + 3.0 * page as f32, 172.0, 1.5, 444.0)),
            Colour::hex(0xd8_cf_bb),
        );
    }
    let cover = tilt(round(232.0, 158.0, 326.0, 462.0, 16.0));
    on.fill(
        cover.clone(),
        Paint::Across(vec![body.light(0.16), body, body.dark(0.06)]),
    );
    on.shade(&cover, tilt(rect(232.0, 158.0, 34.0, 462.0)), 0.18);
    on.fill(
        tilt(round(318.0, 232.0, 176.0, 112.0, 8.0)),
        Colour::hex(0xfb_f7_ec),
    );
    for line in 0..3 {
        let length = [120.0, 90.0, 60.0][line];
        on.fill(
            tilt(round(338.0, 258.0 + 24.0 * line as f32, length, 8.0, 4.0)),
            if line == 0 { accent } else { body.dark(0.1) },
        );
    }
    on.fill(tilt(rect(506.0, 158.0, 16.0, 462.0)), accent);
    on.fill(
        tilt(path("M 300 616 L 324 616 L 324 668 L 312 656 L 300 668")),
        accent,
    );
    on.fill(
        stroke("M 640 270 L 574 588", 18.0),
        upright(accent.light(0.1)),
    );
    on.fill(
        polygon(&[(565.0, 586.0), (583.0, 590.0), (568.0, 626.0)]),
        Colour::hex(0xe9_cf_a5),
    );
    on.fill(
        polygon(&[(569.0, 609.0), (575.0, 610.0), (568.0, 626.0)]),
        INK,
    );
}

pub(crate) fn pen(on: &mut Drawing, Inks { body, accent }: Inks) {
    let tilt = |shape: Shape| shape.turn(38.0, (MIDDLE, 400.0));
    on.fill(stroke("M 158 612 C 190 540 240 540 226 600 C 216 640 270 640 292 604 C 312 572 340 590 334 616 C 330 640 372 640 400 628", 6.0), body.light(0.2));
    let barrel = tilt(round(372.0, 120.0, 56.0, 392.0, 26.0));
    on.fill(barrel.clone(), body);
    on.shine(&barrel, tilt(rect(380.0, 110.0, 9.0, 420.0)), 0.5);
    on.shade(&barrel, tilt(rect(408.0, 110.0, 30.0, 420.0)), 0.25);
    for (y, height) in [(296.0, 16.0), (490.0, 14.0), (150.0, 8.0)] {
        on.print(&barrel, tilt(rect(366.0, y, 70.0, height)), accent);
    }
    on.fill(
        tilt(round(420.0, 160.0, 14.0, 128.0, 7.0)),
        accent.light(0.15),
    );
    let grip = tilt(polygon(&[
        (378.0, 504.0),
        (422.0, 504.0),
        (414.0, 560.0),
        (386.0, 560.0),
    ]));
    on.fill(grip.clone(), body.dark(0.35));
    on.shine(&grip, tilt(rect(384.0, 500.0, 6.0, 70.0)), 0.4);
    let nib = tilt(path(
        "M 386 558 L 414 558 Q 420 590 400 640 Q 380 590 386 558",
    ));
    on.fill(nib.clone(), Colour::hex(0xe3_c2_73));
    on.shine(&nib, tilt(rect(380.0, 550.0, 12.0, 100.0)), 0.4);
    on.fill(tilt(stroke("M 400 586 L 400 634", 2.5)), INK);
    on.fill(tilt(circle(MIDDLE, 584.0, 5.0)), INK);
}
