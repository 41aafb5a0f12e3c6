//! Books, toys and sport.

use crate::demo::colour::{Colour, INK, WHITE};
use crate::demo::drawing::{Drawing, FLOOR, Inks, MIDDLE, ball, flat, upright};
use crate::demo::raster::Paint;
use crate::demo::shape::{Shape, circle, ellipse, path, polygon, rect, ring, round, stroke};

/// A standing book; gives its front for the picture on it.
fn book(on: &mut Drawing, Inks { body, accent }: Inks) -> Shape {
    on.fill(
        path("M 250 164 L 548 164 L 580 148 L 580 610 L 548 632 L 250 640"),
        body.dark(0.4),
    );
    on.fill(
        polygon(&[
            (546.0, 172.0),
            (572.0, 158.0),
            (572.0, 604.0),
            (546.0, 622.0),
        ]),
        Colour::hex(0xf4_ec_da),
    );
    for page in 0..5 {
        let x = 550.0 + 4.5 * page as f32;
        on.fill(
            polygon(&[
                (x, 170.0 - 2.4 * page as f32),
                (x + 1.5, 169.0 - 2.4 * page as f32),
                (x + 1.5, 618.0 - 3.0 * page as f32),
                (x, 619.0 - 3.0 * page as f32),
            ]),
            Colour::hex(0xcf_c3_a8),
        );
    }
    let front = round(232.0, 164.0, 316.0, FLOOR - 164.0, 8.0);
    on.fill(front.clone(), Paint::Down(body.light(0.1), body.dark(0.1)));
    on.shade(&front, rect(232.0, 164.0, 10.0, 480.0), 0.25);
    on.shade(&front, rect(252.0, 164.0, 4.0, 480.0), 0.2);
    on.fill(round(286.0, 206.0, 226.0, 22.0, 4.0), accent);
    on.fill(round(286.0, 242.0, 150.0, 12.0, 4.0), accent.mix(body, 0.3));
    front
}

/// Name of the author and mark of the publisher, and the gloss over all.
fn finish_book(on: &mut Drawing, front: &Shape, accent: Colour) {
    on.fill(round(286.0, 600.0, 90.0, 10.0, 4.0), accent);
    on.fill(circle(500.0, 604.0, 11.0), accent);
    on.shine(
        front,
        polygon(&[(256.0, 164.0), (400.0, 164.0), (256.0, 480.0)]),
        0.08,
    );
}

pub(crate) fn book_moon(on: &mut Drawing, inks: Inks) {
    let Inks { body, accent } = inks;
    let front = book(on, inks);
    on.print(&front, circle(420.0, 380.0, 72.0), accent.light(0.3));
    on.print(
        &front,
        circle(448.0, 360.0, 62.0),
        body.mix(body.dark(0.1), 0.5),
    );
    for (x, y, size) in [
        (310.0, 320.0, 5.0),
        (340.0, 420.0, 4.0),
        (500.0, 450.0, 5.0),
        (300.0, 470.0, 4.0),
        (470.0, 300.0, 4.0),
    ] {
        on.print(&front, circle(x, y, size), WHITE);
    }
    on.print(
        &front,
        path("M 256 560 L 330 480 L 390 540 L 450 490 L 560 570 L 560 590 L 256 590"),
        body.dark(0.45),
    );
    finish_book(on, &front, accent);
}

pub(crate) fn book_hills(on: &mut Drawing, inks: Inks) {
    let Inks { body, accent } = inks;
    let front = book(on, inks);
    on.print(&front, circle(460.0, 350.0, 44.0), accent);
    for (index, hill) in [
        "M 256 450 Q 340 360 420 440 Q 490 390 560 450 L 560 590 L 256 590",
        "M 256 500 Q 350 430 440 500 Q 500 470 560 500 L 560 590 L 256 590",
        "M 256 550 Q 380 490 560 550 L 560 590 L 256 590",
    ]
    .into_iter()
    .enumerate()
    {
        on.print(&front, path(hill), body.dark(0.16 + 0.2 * index as f32));
    }
    finish_book(on, &front, accent);
}

pub(crate) fn book_waves(on: &mut Drawing, inks: Inks) {
    let Inks { body, accent } = inks;
    let front = book(on, inks);
    for row in 0..5 {
        for column in 0..4 {
            let (x, y) = (
                290.0 + 84.0 * column as f32 - 42.0 * (row % 2) as f32,
                400.0 + 44.0 * row as f32,
            );
            for (radius, colour) in [
                (46.0, accent),
                (36.0, body.dark(0.1)),
                (25.0, accent.light(0.3)),
                (14.0, body),
            ] {
                let wave = circle(x, y, radius);
                on.print(&front.clone(), clip_above(wave, y), colour);
            }
        }
    }
    on.print(&front, circle(478.0, 316.0, 34.0), accent.light(0.4));
    on.print(&front, rect(256.0, 582.0, 300.0, 70.0), body.dark(0.1));
    finish_book(on, &front, accent);
}

/// The upper half of a circle-like shape.
fn clip_above(shape: Shape, y: f32) -> Shape {
    let mut upper = shape;
    for point in upper.contours.iter_mut().flatten() {
        point.1 = point.1.min(y);
    }
    upper
}

pub(crate) fn book_sun(on: &mut Drawing, inks: Inks) {
    let Inks { body, accent } = inks;
    let front = book(on, inks);
    let (x, y) = (402.0, 470.0);
    for ray in 0..12 {
        let beam = polygon(&[(x - 10.0, y - 84.0), (x + 10.0, y - 84.0), (x, y - 124.0)]);
        on.print(
            &front,
            beam.turn(30.0 * ray as f32, (x, y)),
            accent.dark(0.05),
        );
    }
    on.print(&front, circle(x, y, 72.0), accent);
    for side in [-1.0, 1.0] {
        on.print(
            &front,
            circle(x + side * 26.0, y - 8.0, 7.0),
            body.dark(0.6),
        );
        on.print(
            &front,
            circle(x + side * 42.0, y + 16.0, 11.0),
            Colour::hex(0xf4_8c_7f),
        );
    }
    on.print(
        &front,
        stroke(
            &format!(
                "M {} {} Q {x} {} {} {}",
                x - 18.0,
                y + 16.0,
                y + 36.0,
                x + 18.0,
                y + 16.0
            ),
            6.0,
        ),
        body.dark(0.6),
    );
    finish_book(on, &front, WHITE);
}

pub(crate) fn book_whale(on: &mut Drawing, inks: Inks) {
    let Inks { body, accent } = inks;
    let front = book(on, inks);
    on.print(&front, rect(256.0, 500.0, 300.0, 90.0), body.dark(0.28));
    on.print(&front, path("M 290 450 C 296 390 360 370 420 384 C 470 396 484 430 500 400 C 496 380 484 372 476 356 C 500 360 512 372 516 384 C 524 372 536 366 548 366 C 544 392 530 402 526 414 C 520 470 470 530 400 530 C 330 530 286 500 290 450"), accent);
    on.print(&front, path("M 290 470 C 330 490 390 500 440 496 C 420 524 390 530 360 526 C 320 520 296 500 290 470"), WHITE);
    on.print(&front, circle(326.0, 444.0, 7.0), INK);
    for drop in [
        "M 370 376 Q 362 336 330 330",
        "M 370 376 Q 378 336 410 330",
        "M 370 370 L 370 322",
    ] {
        on.print(&front, stroke(drop, 7.0), WHITE);
    }
    on.print(&front, path("M 256 530 Q 300 510 340 530 Q 380 550 420 530 Q 460 510 500 530 Q 530 546 560 530 L 560 590 L 256 590"), body.dark(0.4));
    finish_book(on, &front, WHITE);
}

pub(crate) fn blocks(on: &mut Drawing, Inks { body, accent }: Inks) {
    let (yellow, green) = (Colour::hex(0xf4_c2_4f), Colour::hex(0x62_b3_84));
    block(on, 170.0, 506.0, 4, body);
    block(on, 436.0, 506.0, 3, yellow);
    block(on, 236.0, 380.0, 2, green);
    block(on, 368.0, 380.0, 3, accent);
    block(on, 302.0, 254.0, 2, yellow.mix(body, 0.75));
}

/// A block with so many studs; its body stands on `y` + 134.
fn block(on: &mut Drawing, x: f32, y: f32, studs: u8, colour: Colour) {
    for stud in 0..studs {
        let left = x + 13.0 + 66.0 * f32::from(stud);
        on.fill(
            round(left, y - 14.0, 40.0, 34.0, 7.0),
            upright(colour.dark(0.06)),
        );
        on.fill(ellipse(left + 20.0, y - 13.0, 20.0, 6.0), colour.light(0.3));
    }
    let width = 66.0 * f32::from(studs);
    let brick = round(x, y + 8.0, width, 126.0, 8.0);
    on.fill(
        brick.clone(),
        Paint::Down(colour.light(0.12), colour.dark(0.1)),
    );
    on.shine(&brick, rect(x, y + 8.0, width, 9.0), 0.3);
    on.shade(&brick, rect(x, y + 124.0, width, 12.0), 0.16);
    on.shade(&brick, rect(x + width - 8.0, y, 10.0, 140.0), 0.12);
}

pub(crate) fn bear(on: &mut Drawing, Inks { body, accent }: Inks) {
    let cream = body.light(0.62);
    for side in [-1.0_f32, 1.0] {
        let x = MIDDLE + side * 92.0;
        on.fill(circle(x, 196.0, 48.0), ball(body, x, 196.0, 48.0));
        on.fill(
            circle(x, 200.0, 26.0),
            cream.mix(Colour::hex(0xf2_a0_a0), 0.4),
        );
        let arm = MIDDLE + side * 142.0;
        on.fill(
            ellipse(arm, 470.0, 44.0, 88.0).turn(side * -24.0, (arm, 470.0)),
            body.dark(0.08),
        );
    }
    on.fill(
        ellipse(MIDDLE, 500.0, 136.0, 134.0),
        ball(body, MIDDLE, 500.0, 136.0),
    );
    on.fill(ellipse(MIDDLE, 520.0, 84.0, 92.0), cream);
    for side in [-1.0_f32, 1.0] {
        let x = MIDDLE + side * 104.0;
        on.fill(ellipse(x, 590.0, 66.0, 50.0), ball(body, x, 590.0, 60.0));
        on.fill(ellipse(x + side * 6.0, 594.0, 34.0, 26.0), cream);
    }
    on.fill(
        ellipse(MIDDLE, 282.0, 138.0, 122.0),
        ball(body, MIDDLE, 282.0, 134.0),
    );
    on.fill(ellipse(MIDDLE, 324.0, 62.0, 50.0), cream);
    on.fill(ellipse(MIDDLE, 302.0, 20.0, 14.0), INK);
    on.fill(
        stroke("M 400 314 L 400 332 Q 384 350 368 340", 5.0)
            .and(stroke("M 400 332 Q 416 350 432 340", 5.0)),
        INK,
    );
    for side in [-1.0_f32, 1.0] {
        on.fill(circle(MIDDLE + side * 54.0, 266.0, 13.0), INK);
        on.fill(circle(MIDDLE + side * 54.0 - 4.0, 261.0, 4.5), WHITE);
        on.fill(
            ellipse(MIDDLE + side * 88.0, 306.0, 20.0, 13.0),
            body.mix(Colour::hex(0xf0_8a_84), 0.5),
        );
        let bow = path("M 400 410 L 346 380 Q 334 410 346 442");
        on.fill(
            if side < 0.0 { bow } else { bow.mirror(MIDDLE) },
            flat(accent),
        );
    }
    on.fill(circle(MIDDLE, 411.0, 16.0), accent.dark(0.2));
}

pub(crate) fn toy_car(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(
        path("M 250 430 C 262 330 290 290 350 290 L 470 290 C 530 290 560 350 590 430"),
        flat(body),
    );
    for window in [
        path("M 282 424 C 290 350 310 322 352 322 L 396 322 L 396 424"),
        path("M 420 322 L 466 322 C 506 322 530 370 548 424 L 420 424"),
    ] {
        on.fill(window.clone(), Colour::hex(0xbf_e2_ee));
        on.shine(
            &window,
            polygon(&[
                (300.0, 424.0),
                (360.0, 310.0),
                (390.0, 310.0),
                (330.0, 424.0),
            ]),
            0.5,
        );
    }
    let shell = round(136.0, 412.0, 528.0, 158.0, 58.0);
    on.fill(
        shell.clone(),
        Paint::Down(body.light(0.16), body.dark(0.14)),
    );
    on.print(&shell, rect(130.0, 484.0, 540.0, 20.0), accent);
    on.shine(&shell, round(180.0, 426.0, 380.0, 12.0, 6.0), 0.35);
    on.fill(circle(170.0, 470.0, 20.0), Colour::hex(0xff_e9_a8));
    on.fill(
        round(636.0, 450.0, 26.0, 40.0, 10.0),
        Colour::hex(0xe4_5b_55),
    );
    on.fill(round(430.0, 448.0, 36.0, 10.0, 5.0), WHITE);
    on.fill(round(120.0, 532.0, 560.0, 26.0, 13.0), body.dark(0.5));
    for x in [258.0, 542.0] {
        on.fill(circle(x, 560.0, 80.0), INK);
        on.fill(ring(x, 560.0, 66.0, 60.0), Colour::hex(0x4a_52_63));
        on.fill(circle(x, 560.0, 42.0), accent);
        on.fill(circle(x, 560.0, 16.0), WHITE);
    }
}

pub(crate) fn basketball(on: &mut Drawing, Inks { body, accent }: Inks) {
    let (y, radius) = (430.0, 210.0);
    let leather = circle(MIDDLE, y, radius);
    on.fill(leather.clone(), ball(body, MIDDLE, y, radius));
    for seam in [
        "M 190 430 Q 400 470 610 430",
        "M 400 210 Q 440 430 400 650",
        "M 250 250 C 340 340 340 520 246 590",
        "M 552 252 C 470 350 470 520 550 604",
    ] {
        on.print(&leather, stroke(seam, 9.0), accent);
    }
    for row in 0..13 {
        for column in 0..13 {
            let (dx, dy) = (
                -190.0 + 31.0 * column as f32 + 15.0 * (row % 2) as f32,
                -190.0 + 31.0 * row as f32,
            );
            on.shade(&leather, circle(MIDDLE + dx, y + dy, 2.5), 0.13);
        }
    }
    on.shine(
        &leather,
        ellipse(318.0, 320.0, 62.0, 34.0).turn(-42.0, (318.0, 320.0)),
        0.2,
    );
}

pub(crate) fn tent(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(
        stroke("M 132 636 L 176 600", 5.0).and(stroke("M 668 636 L 624 600", 5.0)),
        Colour::hex(0xc9_bd_a4),
    );
    on.fill(
        polygon(&[(420.0, 236.0), (660.0, 632.0), (430.0, 632.0)]),
        Paint::Down(body.dark(0.12), body.dark(0.32)),
    );
    let front = path("M 400 226 C 350 360 260 520 150 636 L 600 636 C 520 520 440 360 400 226");
    on.fill(
        front.clone(),
        Paint::Across(vec![body.light(0.22), body, body.dark(0.06)]),
    );
    on.print(
        &front,
        path("M 400 226 C 392 250 380 270 366 300 L 434 300 C 420 270 408 250 400 226"),
        accent,
    );
    on.print(
        &front,
        path("M 120 600 L 660 600 L 660 640 L 120 640"),
        body.dark(0.2),
    );
    let door = path("M 398 330 C 366 430 330 540 290 636 L 500 636 C 470 540 430 430 398 330");
    on.fill(door.clone(), body.dark(0.72));
    for radius in [120.0, 84.0, 54.0] {
        on.glaze(
            &door,
            circle(394.0, 586.0, radius),
            Colour::hex(0xff_d9_8a),
            0.16,
        );
    }
    on.print(
        &door,
        round(376.0, 566.0, 36.0, 44.0, 10.0),
        Colour::hex(0xff_e9_b4),
    );
    on.print(&door, round(372.0, 606.0, 44.0, 12.0, 4.0), INK);
    on.print(&door, round(380.0, 556.0, 28.0, 12.0, 4.0), INK);
    on.fill(
        path("M 398 330 C 366 430 330 540 290 636 L 262 636 C 320 540 366 430 398 330"),
        flat(accent),
    );
    on.fill(
        path("M 398 330 C 430 430 470 540 500 636 L 528 636 C 480 540 436 430 398 330"),
        flat(accent.dark(0.1)),
    );
    on.fill(stroke("M 400 226 L 400 196", 6.0), INK);
    on.fill(
        polygon(&[(400.0, 180.0), (448.0, 194.0), (400.0, 210.0)]),
        accent,
    );
}
