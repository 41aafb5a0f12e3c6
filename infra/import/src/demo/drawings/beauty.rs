//! What stands on the shelf of a bathroom.

use crate::demo::colour::{Colour, INK, WHITE};
use crate::demo::drawing::{Drawing, FLOOR, Inks, MIDDLE, flat, metal, upright};
use crate::demo::raster::Paint;
use crate::demo::shape::{Shape, circle, ellipse, path, polygon, rect, round, stroke};

/// Glass: see-through in the middle, dark at the rims.
fn glass(colour: Colour) -> Paint {
    Paint::Across(vec![
        colour.dark(0.2),
        colour.light(0.45),
        colour.light(0.2),
        colour.light(0.1),
        colour.dark(0.26),
    ])
}

/// A paper label with a few lines of print.
fn label(on: &mut Drawing, x: f32, y: f32, width: f32, height: f32, ink: Colour) {
    on.fill(round(x, y, width, height, 8.0), Colour::hex(0xfd_fb_f6));
    let middle = x + width / 2.0;
    for (line, share) in [0.56, 0.34, 0.44].into_iter().enumerate() {
        let length = width * share;
        let thick = if line == 0 { 10.0 } else { 5.0 };
        on.fill(
            round(
                middle - length / 2.0,
                y + height * (0.3 + 0.2 * line as f32),
                length,
                thick,
                thick / 2.0,
            ),
            ink,
        );
    }
}

pub(crate) fn cream(on: &mut Drawing, Inks { body, accent }: Inks) {
    let lid = round(226.0, 304.0, 348.0, 118.0, 22.0);
    on.fill(lid.clone(), upright(accent));
    on.fill(
        ellipse(MIDDLE, 316.0, 168.0, 24.0),
        Paint::Down(accent.light(0.35), accent.light(0.05)),
    );
    on.shade(&lid, rect(226.0, 408.0, 348.0, 14.0), 0.2);
    let jar = path(
        "M 210 424 L 590 424 L 590 560 C 590 612 560 640 508 640 L 292 640 C 240 640 210 612 210 560",
    );
    on.fill(jar.clone(), glass(body));
    on.shade(&jar, rect(200.0, 424.0, 400.0, 8.0), 0.2);
    on.shine(&jar, round(236.0, 446.0, 16.0, 146.0, 8.0), 0.6);
    label(on, 306.0, 462.0, 188.0, 132.0, accent.dark(0.2));
    on.fill(
        path("M 566 640 C 570 596 640 590 654 622 C 690 616 690 640 670 640"),
        Paint::Down(WHITE, body.light(0.5)),
    );
}

pub(crate) fn serum(on: &mut Drawing, Inks { body, accent }: Inks) {
    let bulb = round(364.0, 110.0, 72.0, 108.0, 34.0);
    on.fill(bulb.clone(), upright(accent));
    on.shine(&bulb, round(378.0, 130.0, 10.0, 70.0, 5.0), 0.4);
    on.fill(round(346.0, 206.0, 108.0, 62.0, 10.0), metal());
    let bottle = path(
        "M 358 268 L 442 268 C 450 300 520 300 520 356 L 520 596 Q 520 640 476 640 L 324 640 Q 280 640 280 596 L 280 356 C 280 300 350 300 358 268",
    );
    on.fill(bottle.clone(), glass(body));
    on.glaze(
        &bottle,
        rect(270.0, 380.0, 260.0, 270.0),
        body.dark(0.25),
        0.3,
    );
    on.glaze(&bottle, round(392.0, 268.0, 16.0, 210.0, 8.0), WHITE, 0.5);
    label(on, 316.0, 430.0, 168.0, 150.0, accent.dark(0.2));
    on.shine(&bottle, round(298.0, 360.0, 12.0, 230.0, 6.0), 0.5);
    for (x, y, size) in [
        (580.0, 590.0, 26.0),
        (626.0, 616.0, 16.0),
        (556.0, 624.0, 11.0),
    ] {
        on.fill(
            circle(x, y, size),
            Paint::Around(
                (x - size * 0.3, y - size * 0.4),
                size * 1.3,
                body.light(0.7),
                body,
            ),
        );
    }
}

pub(crate) fn perfume(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(round(346.0, 120.0, 108.0, 120.0, 16.0), upright(accent));
    on.fill(rect(366.0, 236.0, 68.0, 36.0), metal());
    let bottle = round(226.0, 268.0, 348.0, FLOOR - 268.0, 58.0);
    on.fill(bottle.clone(), glass(body));
    let inner = round(254.0, 296.0, 292.0, 316.0, 38.0);
    on.fill(
        inner.clone(),
        Paint::Down(body.light(0.5), body.light(0.05)),
    );
    on.print(
        &inner,
        path("M 240 400 Q 330 376 400 398 Q 480 420 560 392 L 560 630 L 240 630"),
        body.mix(accent, 0.18),
    );
    on.shine(
        &inner,
        polygon(&[(254.0, 290.0), (350.0, 290.0), (254.0, 520.0)]),
        0.35,
    );
    label(on, 326.0, 436.0, 148.0, 112.0, accent.dark(0.25));
    on.shine(&bottle, round(238.0, 330.0, 9.0, 240.0, 4.5), 0.7);
    on.shade(&bottle, rect(226.0, 618.0, 348.0, 30.0), 0.1);
}

pub(crate) fn lipstick(on: &mut Drawing, Inks { body, accent }: Inks) {
    let bullet = path("M 300 400 L 300 262 C 300 220 340 176 392 160 Q 412 160 412 190 L 412 400");
    on.fill(
        bullet.clone(),
        Paint::Across(vec![
            body.light(0.14),
            body.light(0.22),
            body,
            body.dark(0.22),
        ]),
    );
    on.glaze(
        &bullet,
        path("M 300 262 C 300 220 340 176 392 160 Q 412 160 412 176 C 366 196 330 240 300 300"),
        WHITE,
        0.26,
    );
    on.fill(rect(288.0, 388.0, 136.0, 74.0), metal());
    on.fill(
        round(268.0, 452.0, 176.0, FLOOR - 452.0, 12.0),
        upright(accent),
    );
    on.fill(rect(268.0, 470.0, 176.0, 8.0), Colour::hex(0xe3_c2_73));
    let cap = round(482.0, 400.0, 128.0, FLOOR - 400.0, 18.0);
    on.fill(cap.clone(), upright(accent));
    on.print(
        &cap,
        rect(482.0, 602.0, 128.0, 10.0),
        Colour::hex(0xe3_c2_73),
    );
    on.fill(circle(546.0, 500.0, 22.0), Colour::hex(0xe3_c2_73));
    on.fill(circle(546.0, 500.0, 14.0), body);
    let smear = path(
        "M 176 618 C 180 590 220 560 240 572 C 262 584 236 604 226 622 C 218 640 172 644 176 618",
    );
    on.fill(smear.clone(), body);
    on.shine(
        &smear,
        ellipse(208.0, 598.0, 20.0, 5.0).turn(-40.0, (208.0, 598.0)),
        0.3,
    );
}

pub(crate) fn toothbrush(on: &mut Drawing, Inks { body, accent }: Inks) {
    let tilt = |shape: Shape| shape.turn(10.0, (MIDDLE, 420.0));
    on.fill(
        tilt(round(384.0, 130.0, 32.0, 190.0, 14.0)),
        upright(body.light(0.2)),
    );
    on.fill(
        tilt(round(376.0, 112.0, 48.0, 100.0, 18.0)),
        flat(body.light(0.3)),
    );
    for row in 0..6 {
        let colour = if row % 3 == 1 { accent } else { WHITE };
        on.fill(
            tilt(round(350.0, 120.0 + 14.0 * row as f32, 34.0, 11.0, 3.0)),
            colour,
        );
    }
    on.fill(tilt(rect(382.0, 300.0, 36.0, 24.0)), metal());
    let handle = tilt(path(
        "M 372 320 L 428 320 C 452 360 456 420 452 480 L 446 620 Q 444 648 416 648 L 384 648 Q 356 648 354 620 L 348 480 C 344 420 348 360 372 320",
    ));
    on.fill(handle.clone(), upright(body));
    on.fill(tilt(round(378.0, 386.0, 44.0, 70.0, 22.0)), body.dark(0.3));
    on.fill(tilt(circle(MIDDLE, 406.0, 9.0)), accent);
    for light in 0..3 {
        let colour = if light == 0 { accent } else { body.light(0.7) };
        on.fill(
            tilt(circle(MIDDLE, 500.0 + 26.0 * light as f32, 5.0)),
            colour,
        );
    }
    on.print(&handle, tilt(rect(330.0, 610.0, 140.0, 12.0)), accent);
    on.shine(&handle, tilt(round(366.0, 400.0, 8.0, 190.0, 4.0)), 0.45);
    on.fill(ellipse(560.0, 622.0, 70.0, 18.0), INK.mix(body, 0.7));
    on.fill(
        round(506.0, 560.0, 108.0, 66.0, 26.0),
        upright(body.dark(0.05)),
    );
    on.fill(ellipse(560.0, 562.0, 44.0, 11.0), body.dark(0.4));
}

pub(crate) fn pump_bottle(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(path("M 300 134 Q 300 120 316 120 L 430 120 Q 446 120 446 136 L 446 160 L 354 160 Q 330 160 322 186 L 300 186"), upright(accent.light(0.1)));
    on.fill(rect(388.0, 156.0, 24.0, 72.0), metal());
    on.fill(round(344.0, 216.0, 112.0, 56.0, 12.0), upright(accent));
    let bottle = path(
        "M 336 272 L 464 272 C 520 286 540 310 540 356 L 540 590 Q 540 640 490 640 L 310 640 Q 260 640 260 590 L 260 356 C 260 310 280 286 336 272",
    );
    on.fill(bottle.clone(), upright(body));
    let print = round(300.0, 366.0, 200.0, 200.0, 12.0);
    on.fill(print.clone(), Colour::hex(0xfd_fb_f6));
    on.print(
        &print,
        path("M 300 510 C 340 470 370 540 420 506 C 450 486 480 500 500 480 L 500 570 L 300 570"),
        accent.light(0.3),
    );
    on.fill(
        path("M 400 392 C 440 430 444 470 400 486 C 356 470 360 430 400 392"),
        accent,
    );
    on.fill(stroke("M 400 420 L 400 498", 4.0), WHITE);
    on.shine(&bottle, round(278.0, 350.0, 13.0, 240.0, 6.5), 0.45);
}
