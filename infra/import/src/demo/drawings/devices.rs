//! Telephones and what one listens, reads the time and photographs with.

use crate::demo::colour::{Colour, INK, WHITE};
use crate::demo::drawing::{Drawing, FLOOR, Inks, MIDDLE, ball, flat, metal, upright};
use crate::demo::raster::Paint;
use crate::demo::shape::{circle, ellipse, path, polygon, rect, ring, round, stroke};

pub(crate) fn phone(on: &mut Drawing, Inks { body, accent }: Inks) {
    let pivot = (330.0, 400.0);
    let back = round(215.0, 165.0, 232.0, 470.0, 40.0).turn(-7.0, pivot);
    on.fill(back.clone().shift(-5.0, 2.0), body.dark(0.35));
    on.fill(
        back.clone(),
        Paint::Across(vec![body.light(0.28), body, body.dark(0.1)]),
    );
    on.shine(
        &back,
        polygon(&[(180.0, 120.0), (300.0, 120.0), (180.0, 560.0)]),
        0.12,
    );
    on.fill(
        round(236.0, 186.0, 112.0, 150.0, 34.0).turn(-7.0, pivot),
        body.dark(0.14),
    );
    for (x, y) in [(270.0, 222.0), (270.0, 292.0), (318.0, 257.0)] {
        on.fill(circle(x, y, 27.0).turn(-7.0, pivot), INK);
        on.fill(
            circle(x, y, 17.0).turn(-7.0, pivot),
            Colour::hex(0x2b_3a_57),
        );
        on.fill(
            circle(x - 6.0, y - 6.0, 5.0).turn(-7.0, pivot),
            Colour::hex(0x8f_a6_d6),
        );
    }
    on.fill(round(378.0, 190.0, 226.0, 450.0, 40.0), metal());
    on.fill(round(382.0, 194.0, 218.0, 442.0, 37.0), INK);
    let screen = round(391.0, 203.0, 200.0, 424.0, 30.0);
    on.fill(
        screen.clone(),
        Paint::Down(accent.light(0.5), body.light(0.1)),
    );
    on.glaze(&screen, circle(560.0, 330.0, 90.0), WHITE, 0.35);
    on.print(
        &screen,
        path("M 380 520 Q 440 430 500 500 Q 560 560 610 470 L 610 640 L 380 640"),
        body.dark(0.12),
    );
    on.print(
        &screen,
        path("M 380 570 Q 450 520 510 570 Q 560 610 610 550 L 610 640 L 380 640"),
        body.dark(0.34),
    );
    on.fill(round(462.0, 214.0, 58.0, 17.0, 9.0), INK);
    on.fill(round(451.0, 611.0, 80.0, 5.0, 3.0), WHITE);
    on.shine(
        &screen,
        polygon(&[(391.0, 203.0), (480.0, 203.0), (391.0, 420.0)]),
        0.14,
    );
}

pub(crate) fn button_phone(on: &mut Drawing, Inks { body, accent }: Inks) {
    let case = round(292.0, 150.0, 216.0, 490.0, 46.0);
    on.fill(
        case.clone(),
        Paint::Across(vec![body.light(0.25), body, body.dark(0.2)]),
    );
    on.fill(round(312.0, 186.0, 176.0, 172.0, 18.0), INK);
    on.fill(
        round(320.0, 194.0, 160.0, 156.0, 12.0),
        Paint::Down(accent.light(0.6), accent.light(0.15)),
    );
    on.fill(round(338.0, 216.0, 84.0, 26.0, 8.0), INK);
    on.fill(round(338.0, 256.0, 124.0, 12.0, 6.0), WHITE);
    on.fill(round(338.0, 280.0, 96.0, 12.0, 6.0), WHITE);
    on.fill(round(372.0, 164.0, 56.0, 8.0, 4.0), body.dark(0.5));
    on.fill(circle(MIDDLE, 408.0, 31.0), body.dark(0.3));
    on.fill(circle(MIDDLE, 408.0, 19.0), accent);
    on.fill(
        round(318.0, 386.0, 42.0, 38.0, 14.0),
        Colour::hex(0x4c_b9_7a),
    );
    on.fill(
        round(440.0, 386.0, 42.0, 38.0, 14.0),
        Colour::hex(0xe4_5b_55),
    );
    for row in 0..4 {
        for column in 0..3 {
            let (x, y) = (318.0 + 58.0 * column as f32, 452.0 + 43.0 * row as f32);
            on.fill(round(x, y + 3.0, 48.0, 33.0, 12.0), body.dark(0.35));
            on.fill(round(x, y, 48.0, 32.0, 12.0), flat(Colour::hex(0xf7_f5_ef)));
            on.fill(round(x + 17.0, y + 12.0, 14.0, 8.0, 4.0), INK);
        }
    }
    on.shine(&case, rect(292.0, 150.0, 20.0, 490.0), 0.14);
}

pub(crate) fn headphones(on: &mut Drawing, Inks { body, accent }: Inks) {
    let band = "M 232 470 C 200 120 600 120 568 470";
    on.fill(
        stroke(band, 46.0),
        Paint::Across(vec![
            body.dark(0.2),
            body.light(0.12),
            body.light(0.2),
            body,
            body.dark(0.28),
        ]),
    );
    on.fill(
        stroke("M 290 268 C 340 206 460 206 510 268", 26.0),
        accent.light(0.08),
    );
    on.fill(stroke("M 231 400 L 231 470", 22.0), metal());
    on.fill(stroke("M 569 400 L 569 470", 22.0), metal());
    for side in [-1.0_f32, 1.0] {
        let x = MIDDLE + side * 172.0;
        let cushion = round(x - side * 34.0 - 42.0, 424.0, 84.0, 196.0, 42.0);
        on.fill(cushion.clone(), upright(accent));
        on.shade(
            &cushion,
            rect(x - side * 62.0 - 12.0, 400.0, 24.0, 240.0),
            0.14,
        );
        let shell = round(x + side * 14.0 - 44.0, 412.0, 88.0, 220.0, 44.0);
        on.fill(shell.clone(), upright(body));
        on.shade(&shell, ring(x + side * 14.0, 522.0, 30.0, 26.0), 0.35);
        on.fill(circle(x + side * 14.0, 522.0, 13.0), accent);
    }
}

pub(crate) fn earbuds(on: &mut Drawing, Inks { body, accent }: Inks) {
    let lid = path("M 214 452 C 214 290 586 290 586 452");
    on.fill(lid.clone(), Paint::Down(body.light(0.2), body.dark(0.04)));
    on.shine(
        &lid,
        ellipse(320.0, 362.0, 70.0, 20.0).turn(-22.0, (320.0, 362.0)),
        0.4,
    );
    on.fill(round(214.0, 440.0, 372.0, 30.0, 8.0), body.dark(0.55));
    for side in [-1.0_f32, 1.0] {
        let x = MIDDLE + side * 78.0;
        on.fill(
            round(x - 18.0 + side * 10.0, 330.0, 36.0, 140.0, 18.0),
            upright(body.light(0.1)),
        );
        on.fill(
            ellipse(x, 322.0, 52.0, 46.0),
            ball(body.light(0.1), x, 322.0, 50.0),
        );
        on.fill(
            ellipse(x - side * 40.0, 316.0, 20.0, 26.0).turn(side * 20.0, (x - side * 40.0, 316.0)),
            accent.dark(0.4),
        );
        on.fill(round(x + side * 10.0 - 4.0, 352.0, 8.0, 34.0, 4.0), accent);
    }
    let case =
        path("M 204 462 L 596 462 C 606 580 580 640 500 640 L 300 640 C 220 640 194 580 204 462");
    on.fill(
        case.clone(),
        Paint::Across(vec![
            body.light(0.25),
            body.light(0.1),
            body.dark(0.02),
            body.dark(0.16),
        ]),
    );
    on.shade(&case, rect(190.0, 600.0, 420.0, 50.0), 0.06);
    on.shine(&case, round(232.0, 484.0, 16.0, 96.0, 8.0), 0.5);
    on.fill(circle(MIDDLE, 520.0, 9.0), accent);
}

pub(crate) fn speaker(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(stroke("M 270 262 C 270 130 530 130 530 262", 24.0), accent);
    let case = round(236.0, 220.0, 328.0, 420.0, 90.0);
    on.fill(case.clone(), upright(body));
    for row in 0..17 {
        for column in 0..15 {
            let odd = (row % 2) as f32 * 10.0;
            let dot = circle(
                252.0 + 20.0 * column as f32 + odd,
                262.0 + 17.0 * row as f32,
                4.0,
            );
            on.shade(&case, dot, 0.3);
        }
    }
    on.fill(round(236.0, 540.0, 328.0, 10.0, 5.0), accent);
    on.shade(&case, rect(236.0, 550.0, 328.0, 100.0), 0.16);
    on.fill(round(360.0, 572.0, 80.0, 30.0, 15.0), body.dark(0.4));
    on.fill(circle(382.0, 587.0, 6.0), accent.light(0.3));
    on.fill(circle(418.0, 587.0, 6.0), WHITE);
    on.shine(&case, round(262.0, 262.0, 18.0, 250.0, 9.0), 0.22);
}

pub(crate) fn watch(on: &mut Drawing, Inks { body, accent }: Inks) {
    let strap = upright(accent);
    on.fill(
        path("M 318 290 L 340 118 Q 344 104 360 104 L 440 104 Q 456 104 460 118 L 482 290"),
        strap.clone(),
    );
    on.fill(
        path("M 318 490 L 340 648 Q 344 664 360 664 L 440 664 Q 456 664 460 648 L 482 490"),
        strap,
    );
    for hole in 0..4 {
        on.fill(
            round(392.0, 548.0 + 26.0 * hole as f32, 16.0, 10.0, 5.0),
            accent.dark(0.5),
        );
    }
    on.fill(round(528.0, 362.0, 28.0, 56.0, 9.0), metal());
    let case = round(262.0, 250.0, 276.0, 280.0, 78.0);
    on.fill(
        case.clone(),
        Paint::Across(vec![body.light(0.5), body, body.light(0.2), body.dark(0.3)]),
    );
    let screen = round(280.0, 268.0, 240.0, 244.0, 62.0);
    on.fill(screen.clone(), INK);
    for (radius, share, colour) in [
        (92.0, 0.78, accent),
        (70.0, 0.6, accent.light(0.45)),
        (48.0, 0.86, Colour::hex(0x63_d2_b5)),
    ] {
        on.fill(
            ring(MIDDLE, 390.0, radius, radius - 14.0),
            colour.mix(INK, 0.78),
        );
        on.fill(arc(390.0, radius - 7.0, share), colour);
    }
    on.fill(path("M 400 408 C 370 384 376 366 389 368 Q 397 370 400 378 Q 403 370 411 368 C 424 366 430 384 400 408"), WHITE);
    on.shine(
        &screen,
        polygon(&[(280.0, 260.0), (420.0, 260.0), (280.0, 460.0)]),
        0.08,
    );
}

/// A round-ended arc about the middle of the dial, clockwise from the top.
fn arc(cy: f32, radius: f32, share: f32) -> crate::demo::shape::Shape {
    let points = (0..=40).map(|piece| {
        let (sin, cos) = (std::f32::consts::TAU * share * piece as f32 / 40.0).sin_cos();
        format!("L {} {}", MIDDLE + radius * sin, cy - radius * cos)
    });
    stroke(&points.collect::<Vec<_>>().join(" "), 14.0)
}

pub(crate) fn camera(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(
        path("M 310 300 L 336 234 Q 340 224 352 224 L 448 224 Q 460 224 464 234 L 490 300"),
        flat(body.dark(0.1)),
    );
    on.fill(round(196.0, 262.0, 70.0, 40.0, 12.0), metal());
    on.fill(circle(560.0, 274.0, 34.0), body.dark(0.4));
    on.fill(round(526.0, 262.0, 68.0, 40.0, 10.0), metal());
    let case = round(160.0, 288.0, 480.0, FLOOR - 288.0, 44.0);
    on.fill(case.clone(), Paint::Down(body.light(0.16), body.dark(0.1)));
    on.print(&case, rect(160.0, 366.0, 480.0, 218.0), accent);
    for row in 0..13 {
        on.shade(
            &case,
            rect(160.0, 372.0 + 17.0 * row as f32, 480.0, 5.0),
            0.1,
        );
    }
    on.fill(
        round(192.0, 318.0, 44.0, 26.0, 8.0),
        Colour::hex(0xf3_e6_b8),
    );
    on.fill(circle(MIDDLE, 464.0, 158.0), metal());
    on.fill(circle(MIDDLE, 464.0, 146.0), INK);
    on.fill(ring(MIDDLE, 464.0, 122.0, 112.0), Colour::hex(0x48_50_60));
    on.fill(
        circle(MIDDLE, 464.0, 96.0),
        Paint::Around(
            (370.0, 420.0),
            150.0,
            Colour::hex(0x6f_86_c9),
            Colour::hex(0x14_18_2a),
        ),
    );
    let lens = circle(MIDDLE, 464.0, 96.0);
    on.shine(
        &lens,
        ellipse(366.0, 424.0, 30.0, 20.0).turn(-40.0, (366.0, 424.0)),
        0.6,
    );
    on.glaze(
        &lens,
        ellipse(440.0, 512.0, 22.0, 14.0).turn(-40.0, (440.0, 512.0)),
        Colour::hex(0xc9_8f_d6),
        0.5,
    );
    on.fill(circle(600.0, 330.0, 9.0), Colour::hex(0xe4_5b_55));
}
