//! Machines of the household, large and small.

use crate::demo::colour::{Colour, INK, WHITE};
use crate::demo::drawing::{Drawing, FLOOR, Inks, MIDDLE, ball, flat, metal, upright};
use crate::demo::raster::Paint;
use crate::demo::shape::{Shape, circle, ellipse, path, polygon, rect, ring, round, stroke};

pub(crate) fn television(on: &mut Drawing, Inks { body, accent }: Inks) {
    for x in [230.0, 530.0] {
        on.fill(
            polygon(&[
                (x, 560.0),
                (x + 40.0, 560.0),
                (x + 60.0, FLOOR - 8.0),
                (x - 20.0, FLOOR - 8.0),
            ]),
            body.dark(0.3),
        );
        on.fill(
            round(x - 26.0, FLOOR - 14.0, 92.0, 12.0, 6.0),
            body.dark(0.5),
        );
    }
    on.fill(round(100.0, 206.0, 600.0, 368.0, 12.0), body.dark(0.4));
    let screen = rect(108.0, 214.0, 584.0, 346.0);
    on.fill(
        screen.clone(),
        Paint::Down(accent.light(0.62), Colour::hex(0xff_d9_b0)),
    );
    on.print(&screen, circle(520.0, 350.0, 62.0), Colour::hex(0xff_f4_da));
    on.print(&screen, path("M 108 470 L 230 330 L 300 410 L 380 300 L 520 470 L 600 400 L 700 490 L 700 570 L 108 570"), accent);
    on.print(
        &screen,
        path("M 108 500 L 200 440 L 320 520 L 470 430 L 700 540 L 700 570 L 108 570"),
        accent.dark(0.4),
    );
    on.print(
        &screen,
        path("M 108 548 Q 300 500 700 556 L 700 570 L 108 570"),
        accent.dark(0.65),
    );
    on.shine(
        &screen,
        polygon(&[
            (108.0, 214.0),
            (360.0, 214.0),
            (200.0, 560.0),
            (108.0, 560.0),
        ]),
        0.08,
    );
    on.fill(round(380.0, 564.0, 40.0, 5.0, 2.5), WHITE);
}

pub(crate) fn fridge(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(round(262.0, 620.0, 50.0, FLOOR - 620.0, 6.0), INK);
    on.fill(round(488.0, 620.0, 50.0, FLOOR - 620.0, 6.0), INK);
    let case = round(240.0, 120.0, 320.0, 510.0, 26.0);
    on.fill(
        case.clone(),
        Paint::Across(vec![
            body.light(0.35),
            body.light(0.1),
            body,
            body.dark(0.18),
        ]),
    );
    on.shade(&case, rect(240.0, 318.0, 320.0, 7.0), 0.5);
    on.shade(&case, rect(240.0, 472.0, 320.0, 5.0), 0.35);
    on.fill(round(262.0, 228.0, 13.0, 74.0, 6.5), metal());
    on.fill(round(262.0, 342.0, 13.0, 104.0, 6.5), metal());
    on.fill(round(372.0, 488.0, 56.0, 10.0, 5.0), metal());
    on.fill(round(452.0, 156.0, 76.0, 54.0, 10.0), INK);
    on.fill(round(464.0, 172.0, 30.0, 8.0, 4.0), accent.light(0.3));
    on.fill(round(464.0, 188.0, 48.0, 6.0, 3.0), WHITE);
    on.fill(
        round(326.0, 364.0, 54.0, 46.0, 4.0).turn(-6.0, (350.0, 388.0)),
        accent,
    );
    on.fill(
        round(398.0, 372.0, 44.0, 56.0, 4.0).turn(5.0, (420.0, 400.0)),
        Colour::hex(0xff_e0_8a),
    );
    on.fill(circle(354.0, 364.0, 6.0), Colour::hex(0xe4_5b_55));
    on.fill(circle(420.0, 374.0, 6.0), Colour::hex(0x4c_a0_c9));
    on.shine(
        &case,
        polygon(&[
            (300.0, 120.0),
            (350.0, 120.0),
            (300.0, 640.0),
            (250.0, 640.0),
        ]),
        0.12,
    );
}

pub(crate) fn washer(on: &mut Drawing, Inks { body, accent }: Inks) {
    let case = round(200.0, 160.0, 400.0, 470.0, 26.0);
    on.fill(round(230.0, 622.0, 60.0, FLOOR - 622.0, 6.0), INK);
    on.fill(round(510.0, 622.0, 60.0, FLOOR - 622.0, 6.0), INK);
    on.fill(
        case.clone(),
        Paint::Across(vec![
            body.light(0.4),
            body.light(0.15),
            body,
            body.dark(0.14),
        ]),
    );
    on.shade(&case, rect(200.0, 256.0, 400.0, 4.0), 0.18);
    on.fill(round(224.0, 186.0, 120.0, 48.0, 10.0), body.dark(0.08));
    on.fill(circle(400.0, 210.0, 30.0), metal());
    on.fill(stroke("M 400 210 L 416 192", 6.0), accent);
    on.fill(round(462.0, 188.0, 110.0, 44.0, 10.0), INK);
    for bar in 0..4 {
        on.fill(
            round(476.0 + 22.0 * bar as f32, 204.0, 14.0, 12.0, 4.0),
            if bar < 2 { accent.light(0.2) } else { WHITE },
        );
    }
    on.fill(circle(MIDDLE, 440.0, 158.0), metal());
    on.fill(circle(MIDDLE, 440.0, 140.0), body.dark(0.62));
    let glass = circle(MIDDLE, 440.0, 118.0);
    on.fill(
        glass.clone(),
        Paint::Around(
            (370.0, 400.0),
            190.0,
            Colour::hex(0x5f_7d_9e),
            Colour::hex(0x1d_2a_3e),
        ),
    );
    on.print(
        &glass,
        path("M 270 470 Q 330 430 400 466 Q 470 500 530 452 L 530 570 L 270 570"),
        accent,
    );
    on.print(
        &glass,
        path("M 270 500 Q 340 470 410 504 Q 470 530 530 490 L 530 570 L 270 570"),
        accent.light(0.35),
    );
    for (x, y, radius) in [
        (350.0, 440.0, 13.0),
        (388.0, 420.0, 9.0),
        (452.0, 446.0, 16.0),
        (430.0, 404.0, 7.0),
    ] {
        on.glaze(&glass, circle(x, y, radius), WHITE, 0.6);
    }
    on.shine(
        &glass,
        ellipse(350.0, 370.0, 44.0, 16.0).turn(-40.0, (350.0, 370.0)),
        0.35,
    );
}

pub(crate) fn kettle(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(ring(552.0, 400.0, 108.0, 78.0), accent.dark(0.1));
    on.fill(
        path("M 300 300 C 250 296 226 270 206 240 L 250 236 C 270 256 300 256 330 262"),
        upright(body.dark(0.05)),
    );
    let jug = path(
        "M 300 236 L 500 236 C 520 330 560 480 566 596 Q 566 612 550 612 L 250 612 Q 234 612 234 596 C 240 480 280 330 300 236",
    );
    on.fill(jug.clone(), upright(body));
    on.shade(&jug, rect(200.0, 566.0, 400.0, 60.0), 0.12);
    on.fill(
        round(222.0, 606.0, 356.0, FLOOR - 606.0, 12.0),
        accent.dark(0.35),
    );
    on.fill(path("M 296 240 C 300 196 500 196 504 240"), flat(accent));
    on.fill(circle(MIDDLE, 194.0, 20.0), accent.dark(0.2));
    on.fill(round(286.0, 232.0, 228.0, 14.0, 7.0), metal());
    on.shine(
        &jug,
        path("M 312 280 C 296 360 276 460 272 550 L 290 550 C 294 460 314 360 330 280"),
        0.4,
    );
    on.fill(round(436.0, 380.0, 22.0, 160.0, 11.0), body.dark(0.4));
    let level = round(440.0, 384.0, 14.0, 152.0, 7.0);
    on.fill(level.clone(), Colour::hex(0xcf_e8_f5));
    on.print(
        &level,
        rect(440.0, 450.0, 14.0, 90.0),
        Colour::hex(0x6c_b6_dd),
    );
}

pub(crate) fn rice_cooker(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(round(256.0, 614.0, 60.0, FLOOR - 614.0, 8.0), INK);
    on.fill(round(484.0, 614.0, 60.0, FLOOR - 614.0, 8.0), INK);
    on.fill(
        path("M 214 380 C 214 210 586 210 586 380"),
        Paint::Down(body.light(0.35), body.dark(0.05)),
    );
    let lid = path("M 214 380 C 214 210 586 210 586 380");
    on.shine(
        &lid,
        ellipse(310.0, 290.0, 62.0, 16.0).turn(-24.0, (310.0, 290.0)),
        0.5,
    );
    on.fill(round(350.0, 238.0, 100.0, 26.0, 13.0), body.dark(0.5));
    on.fill(round(364.0, 246.0, 72.0, 5.0, 2.5), INK);
    let pot = path(
        "M 190 400 Q 190 384 206 384 L 594 384 Q 610 384 610 400 C 612 500 604 624 540 624 L 260 624 C 196 624 188 500 190 400",
    );
    on.fill(pot.clone(), upright(body));
    on.print(&pot, rect(180.0, 384.0, 440.0, 14.0), accent);
    on.fill(round(300.0, 436.0, 200.0, 142.0, 26.0), body.dark(0.66));
    on.fill(
        round(330.0, 456.0, 140.0, 52.0, 10.0),
        Colour::hex(0xcd_ec_e4),
    );
    for (x, width) in [(346.0, 22.0), (378.0, 22.0), (418.0, 36.0)] {
        on.fill(round(x, 468.0, width, 28.0, 4.0), Colour::hex(0x2c_5a_55));
    }
    for (x, colour) in [(344.0, accent), (MIDDLE, WHITE), (456.0, WHITE)] {
        on.fill(circle(x, 542.0, 16.0), colour);
    }
    for (x, bend) in [(340.0, -12.0), (400.0, 12.0), (460.0, -12.0)] {
        let steam = format!("M {x} 216 C {} 190 {} 176 {x} 150", x + bend, x - bend);
        let steam = stroke(&steam, 9.0);
        on.shine(&steam.clone(), steam, 0.75);
    }
}

pub(crate) fn fan(on: &mut Drawing, Inks { body, accent }: Inks) {
    on.fill(round(386.0, 420.0, 28.0, 200.0, 10.0), metal());
    on.fill(
        path("M 280 640 Q 280 606 330 604 L 470 604 Q 520 606 520 640"),
        flat(body.dark(0.06)),
    );
    on.fill(circle(362.0, 622.0, 8.0), accent);
    on.fill(circle(400.0, 622.0, 8.0), body.dark(0.4));
    on.fill(circle(438.0, 622.0, 8.0), body.dark(0.4));
    let cage = circle(MIDDLE, 310.0, 190.0);
    on.fill(cage.clone(), body.light(0.62));
    for blade in 0..5 {
        let turn = |shape: Shape| shape.turn(72.0 * blade as f32, (MIDDLE, 310.0));
        on.print(
            &cage,
            turn(path(
                "M 400 310 C 330 250 340 160 420 146 C 480 160 460 250 400 310",
            )),
            accent.light(0.1),
        );
        on.shade(
            &cage,
            turn(path(
                "M 400 310 C 440 260 470 210 440 152 C 480 160 460 250 400 310",
            )),
            0.18,
        );
    }
    for wire in 0..24 {
        let spoke = stroke("M 400 310 L 400 124", 2.5).turn(15.0 * wire as f32, (MIDDLE, 310.0));
        on.glaze(&cage, spoke, body.dark(0.25), 0.8);
    }
    for radius in [70.0, 120.0, 160.0] {
        on.glaze(
            &cage,
            ring(MIDDLE, 310.0, radius, radius - 3.0),
            body.dark(0.25),
            0.8,
        );
    }
    on.fill(ring(MIDDLE, 310.0, 194.0, 182.0), flat(body));
    on.fill(circle(MIDDLE, 310.0, 36.0), ball(body, MIDDLE, 310.0, 36.0));
    on.fill(circle(MIDDLE, 310.0, 12.0), accent);
}

pub(crate) fn robot(on: &mut Drawing, Inks { body, accent }: Inks) {
    for bristle in 0..7 {
        let line =
            stroke("M 240 570 L 186 606", 4.0).turn(-38.0 + 16.0 * bristle as f32, (240.0, 570.0));
        on.fill(line, accent.dark(0.2));
    }
    let side =
        path("M 150 450 L 150 520 C 150 620 280 640 400 640 C 520 640 650 620 650 520 L 650 450");
    on.fill(side.clone(), upright(body.dark(0.2)));
    on.fill(round(250.0, 590.0, 300.0, 26.0, 13.0), body.dark(0.6));
    let top = ellipse(MIDDLE, 446.0, 250.0, 138.0);
    on.fill(top.clone(), Paint::Down(body.light(0.32), body.dark(0.02)));
    on.shade(
        &top,
        ellipse(MIDDLE, 446.0, 214.0, 116.0).without(ellipse(MIDDLE, 446.0, 208.0, 112.0)),
        0.25,
    );
    on.fill(
        path("M 320 392 L 320 430 C 320 470 480 470 480 430 L 480 392"),
        upright(body.dark(0.5)),
    );
    on.fill(
        ellipse(MIDDLE, 392.0, 80.0, 38.0),
        Paint::Down(body.light(0.1), body.dark(0.3)),
    );
    on.fill(ellipse(MIDDLE, 388.0, 40.0, 18.0), accent);
    on.fill(ellipse(350.0, 520.0, 18.0, 9.0), WHITE);
    on.fill(ellipse(MIDDLE, 526.0, 18.0, 9.0), accent);
    on.fill(ellipse(450.0, 520.0, 18.0, 9.0), WHITE);
    on.shine(
        &top,
        ellipse(250.0, 400.0, 60.0, 18.0).turn(-24.0, (250.0, 400.0)),
        0.4,
    );
}
