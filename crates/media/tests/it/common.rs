//! Pictures to send.

use farhand_proto::screen::{Picture, Rect, Size};

/// How a rectangle is filled.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fill {
    Solid,
    TwoColours,
    FewColours,
    Gradient,
    GreyNoise,
    Noise,
    /// Soft shapes under fine noise.
    Photograph,
    /// Dark signs with smooth edges on a light page, no two lines alike.
    Letters,
}

/// A repeatable series of numbers.
pub(crate) struct Numbers(pub u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }
}

pub(crate) fn size(width: u32, height: u32) -> Size {
    Size { width, height }
}

pub(crate) fn rect(x: i32, y: i32, width: u32, height: u32) -> Rect {
    Rect { x, y, width, height }
}

pub(crate) fn paint(picture: &mut Picture, rect: Rect, fill: Fill, seed: u64) {
    let mut numbers = Numbers(seed);
    let colour = numbers.next() & 0xFF_FFFF;
    let rect = rect.intersection(Rect::of_size(picture.size()));
    for y in 0..rect.height {
        for x in 0..rect.width {
            let pixel = match fill {
                Fill::Solid => colour,
                Fill::TwoColours => colour ^ ((numbers.next() & 1) * 0x00FF_00FF),
                Fill::FewColours => colour ^ ((numbers.next() % 13) * 0x0001_1001),
                Fill::Gradient => (colour & 0xFF_0000) | (x & 0xFF) << 8 | (y & 0xFF),
                Fill::GreyNoise => (numbers.next() & 0xFF) * 0x01_01_01,
                Fill::Noise => numbers.next() & 0xFF_FFFF,
                Fill::Photograph => photograph(x, y, seed),
                Fill::Letters => letter(x, y, seed),
            };
            picture.row_mut(rect.x as u32 + x, rect.y as u32 + y, 1)[0] = pixel;
        }
    }
}

/// A pixel of a photograph, another one for each seed.
pub(crate) fn photograph(x: u32, y: u32, seed: u64) -> u32 {
    let noise = |x: u32, y: u32, seed: u64| {
        let mut numbers = Numbers(seed << 40 ^ u64::from(x) << 20 ^ u64::from(y));
        numbers.next();
        (numbers.next() % 256) as i32 - 128
    };
    // Between two points of a layer there are so many pixels, and it is so high, in 128ths.
    let layer = |step: u32, height: i32, seed: u64| {
        let (left, top) = (x / step, y / step);
        let (across, down) = ((x % step) as i32, (y % step) as i32);
        let step = step as i32;
        let row = |y| noise(left, y, seed) * (step - across) + noise(left + 1, y, seed) * across;
        (row(top) * (step - down) + row(top + 1) * down) / (step * step) * height / 128
    };
    let light =
        120 + layer(60, 90, seed) + layer(17, 40, seed + 1) + layer(5, 12, seed + 2) + layer(1, 3, seed + 3);
    let channel = |more: i32| (light + more).clamp(0, 255) as u32;
    channel(layer(40, 30, seed + 4)) << 16 | channel(0) << 8 | channel(layer(50, 30, seed + 5))
}

/// A pixel of a page: strokes across cells of 8 x 16 pixels, some of them smooth at one side.
fn letter(x: u32, y: u32, seed: u64) -> u32 {
    const PAPER: u32 = 0xFA_FA_FC;
    let (column, row) = (x / 8, y / 16);
    let mut sign = Numbers(seed << 50 ^ u64::from(column) << 20 ^ u64::from(row));
    let strokes = sign.next() % 32;
    let (x, y) = (x % 8, y % 16);
    if strokes < 6 || !(3..13).contains(&y) || x > 6 {
        return PAPER;
    }
    // How much ink a column and a line of the sign have; smooth edges have any shade.
    let edge = sign.next() >> (y / 2) & 127;
    let share = match (x, y) {
        (1, _) if strokes & 1 == 1 => 255,
        (2, _) if strokes & 1 == 1 => edge,
        (5, 5..) if strokes & 2 == 2 => 255,
        (6, 5..) if strokes & 2 == 2 => edge / 2,
        (1..=5, 7) if strokes & 4 == 4 => 255,
        (1..=5, 8) if strokes & 4 == 4 => edge,
        (1..=5, 12) => 200,
        _ => 0,
    };
    let mix = |paper: u32, ink: u32| (paper * (255 - share) + ink * share) / 255;
    mix(0xFA, 0x20) << 16 | mix(0xFA, 0x24) << 8 | mix(0xFC, 0x40)
}
