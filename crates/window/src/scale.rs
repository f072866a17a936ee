//! Pictures in other sizes.

use farhand_proto::screen::{Picture, Rect};

/// Bits of a weight.
const BITS: u32 = 12;
/// Fixed-point one.
const ONE: u32 = 1 << BITS;
/// Pixels of a row that are mixed at a time: their sums stay in the processor's nearest memory.
const BLOCK: usize = 64;

/// How a picture is brought to another size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampling {
    /// Every pixel becomes a block of the same colour: sharp for whole multiples.
    Blocks,
    /// Every pixel shown is the mean of what it covers: readable when smaller, without stairs when larger.
    Mean,
}

/// For each place of a line, which places of the source it covers, and by how much.
#[derive(Debug, Default)]
struct Taps {
    /// Places of the source that each place covers; some of them with the weight 0.
    count: usize,
    /// Per place: the first that it covers.
    starts: Vec<u32>,
    /// Per place: `count` weights that make one.
    weights: Vec<u32>,
    /// Whether every place is that of the source.
    is_same: bool,
}

impl Taps {
    fn new(source: u32, shown: u32, sampling: Sampling) -> Self {
        let ratio = f64::from(source) / f64::from(shown);
        let places: Vec<(u32, Vec<f64>)> = (0..shown)
            .map(|place| match sampling {
                Sampling::Blocks => (((f64::from(place) + 0.5) * ratio) as u32, vec![1.0]),
                Sampling::Mean if ratio <= 1.0 => between(source, (f64::from(place) + 0.5) * ratio - 0.5),
                Sampling::Mean => covered(source, f64::from(place) * ratio, f64::from(place + 1) * ratio),
            })
            .collect();
        let count = places.iter().map(|(_, weights)| weights.len()).max().unwrap_or(1);
        let mut taps = Self { count, is_same: source == shown && count == 1, ..Self::default() };
        for (start, weights) in places {
            // Where fewer are covered, the others lie before or behind, inside of the source.
            let first = start.min(source - count as u32);
            taps.push((start.min(source - 1) - first) as usize, &weights);
            taps.starts.push(first);
        }
        taps
    }

    /// Adds weights so that they make one, after so many that weigh nothing.
    fn push(&mut self, before: usize, weights: &[f64]) {
        let sum: f64 = weights.iter().sum();
        let first = self.weights.len() + before;
        self.weights.resize(self.weights.len() + self.count, 0);
        let mut left = ONE;
        for (weight, fixed) in weights.iter().zip(&mut self.weights[first..]) {
            *fixed = ((weight / sum * f64::from(ONE)).round() as u32).min(left);
            left -= *fixed;
        }
        self.weights[first] += left;
    }

    fn at(&self, place: usize) -> (usize, &[u32]) {
        let from = place * self.count;
        (self.starts[place] as usize, &self.weights[from..from + self.count])
    }
}

/// Between two pixels.
fn between(source: u32, centre: f64) -> (u32, Vec<f64>) {
    let centre = centre.clamp(0.0, f64::from(source - 1));
    let start = centre.floor();
    let part = centre - start;
    if part == 0.0 { (start as u32, vec![1.0]) } else { (start as u32, vec![1.0 - part, part]) }
}

/// Several pixels, the outer ones in part.
fn covered(source: u32, from: f64, to: f64) -> (u32, Vec<f64>) {
    let first = from.floor() as u32;
    let last = (to.ceil() as u32).clamp(first + 1, source);
    let weights = (first..last)
        .map(|place| (to.min(f64::from(place + 1)) - from.max(f64::from(place))).max(0.0))
        .collect();
    (first, weights)
}

/// Brings one picture to one size; the weights are worked out once.
#[derive(Debug)]
pub(crate) struct Scaler {
    key: (u32, u32, u32, u32, Sampling),
    across: Taps,
    down: Taps,
    /// A row of the source, spread for mixing.
    spread: Vec<u64>,
    /// Rows of the source that have their new width already: those that a row shown can cover.
    rows: Vec<Row>,
}

/// A row of the source in its new width.
#[derive(Debug, Default)]
struct Row {
    source: Option<u32>,
    pixels: Vec<u32>,
}

impl Scaler {
    /// `shown` pixels out of `source` pixels, both not 0.
    pub(crate) fn new(source: (u32, u32), shown: (u32, u32), sampling: Sampling) -> Self {
        Self {
            key: (source.0, source.1, shown.0, shown.1, sampling),
            across: Taps::new(source.0, shown.0, sampling),
            down: Taps::new(source.1, shown.1, sampling),
            spread: Vec::new(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn fits(&self, source: (u32, u32), shown: (u32, u32), sampling: Sampling) -> bool {
        self.key == (source.0, source.1, shown.0, shown.1, sampling)
    }

    /// Where a change of the source shows.
    pub(crate) fn shown(&self, changed: Rect) -> Rect {
        let (source_width, source_height, width, height, _) = self.key;
        let along = |start: i32, length: u32, source: u32, shown: u32| {
            let start = start.max(0) as u64;
            let end = (start + u64::from(length)).min(u64::from(source));
            // A pixel more on each side: larger pictures mix neighbours.
            let from = (start * u64::from(shown) / u64::from(source)).saturating_sub(reach(source, shown));
            let to = (end * u64::from(shown)).div_ceil(u64::from(source)) + reach(source, shown);
            let to = to.min(u64::from(shown));
            (from as i32, to.saturating_sub(from) as u32)
        };
        let (x, width) = along(changed.x, changed.width, source_width, width);
        let (y, height) = along(changed.y, changed.height, source_height, height);
        Rect { x, y, width, height }
    }

    /// Rows of the picture shown, from column `x` on and `width` pixels wide.
    pub(crate) fn rows<'a>(&'a mut self, picture: &'a Picture, x: usize, width: usize) -> Rows<'a> {
        // What a row held is of another moment or of other columns.
        self.rows.resize_with(self.down.count, Row::default);
        for row in &mut self.rows {
            row.source = None;
            row.pixels.resize(width, 0);
        }
        Rows { scaler: self, picture, x, width }
    }
}

/// A part of a picture in its new size, row by row. It is quickest from top to bottom.
pub(crate) struct Rows<'a> {
    scaler: &'a mut Scaler,
    picture: &'a Picture,
    x: usize,
    width: usize,
}

impl Rows<'_> {
    /// Writes row `y` into as many pixels as are wanted.
    pub(crate) fn write(&mut self, y: usize, target: &mut [u32]) {
        let Scaler { across, down, spread, rows, .. } = &mut *self.scaler;
        let (top, weights) = down.at(y);
        let covered = || (top..).zip(weights).filter(|(_, weight)| **weight > 0);
        let slots = rows.len();
        for (line, _) in covered() {
            let row = &mut rows[line % slots];
            if row.source != Some(line as u32) {
                row.source = Some(line as u32);
                let source = self.picture.row(0, line as u32, self.picture.size().width);
                widen(across, source, self.x, spread, &mut row.pixels);
            }
        }
        if let Some((line, _)) = covered().next().filter(|_| covered().count() == 1) {
            target.copy_from_slice(&rows[line % slots].pixels);
            return;
        }
        for (block, from) in target.chunks_mut(BLOCK).zip((0..self.width).step_by(BLOCK)) {
            let mut sums = [[0; BLOCK]; 3];
            for (line, weight) in covered() {
                add(&mut sums, &rows[line % slots].pixels[from..from + block.len()], *weight);
            }
            let [blue, green, red] = &sums;
            for (((pixel, blue), green), red) in block.iter_mut().zip(blue).zip(green).zip(red) {
                *pixel = round(*blue) | round(*green) << 8 | round(*red) << 16;
            }
        }
    }
}

/// Gives a row of the source its new width, from column `x` on.
fn widen(taps: &Taps, source: &[u32], x: usize, spread: &mut Vec<u64>, target: &mut [u32]) {
    let starts = &taps.starts[x..x + target.len()];
    if taps.is_same {
        target.copy_from_slice(&source[x..x + target.len()]);
    } else if taps.count == 1 {
        for (pixel, start) in target.iter_mut().zip(starts) {
            *pixel = source[*start as usize];
        }
    } else {
        let (Some(first), Some(last)) = (starts.first(), starts.last()) else { return };
        let (first, last) = (*first as usize, *last as usize + taps.count);
        spread.clear();
        spread.extend(source[first..last].iter().map(|pixel| spread_out(*pixel)));
        let weights = &taps.weights[x * taps.count..(x + target.len()) * taps.count];
        match taps.count {
            2 => mix::<2>(spread, first, starts, weights, target),
            3 => mix::<3>(spread, first, starts, weights, target),
            4 => mix::<4>(spread, first, starts, weights, target),
            count => {
                let places = starts.iter().zip(weights.chunks_exact(count));
                for (pixel, (start, weights)) in target.iter_mut().zip(places) {
                    let source = &spread[*start as usize - first..];
                    *pixel = together(source.iter().zip(weights));
                }
            }
        }
    }
}

/// Mixes `N` pixels of the source to each of the target; `source` begins with that of column `first`.
fn mix<const N: usize>(source: &[u64], first: usize, starts: &[u32], weights: &[u32], target: &mut [u32]) {
    let (weights, _) = weights.as_chunks::<N>();
    for ((pixel, start), weights) in target.iter_mut().zip(starts).zip(weights) {
        if let Some(source) = source[*start as usize - first..].first_chunk::<N>() {
            *pixel = together(source.iter().zip(weights));
        }
    }
}

/// The three colours of a pixel with room between them, so that one multiplication weighs them all: blue from bit 0
/// on, green from 21, red from 42. Each sum stays below 2^20, as weights make one.
fn spread_out(pixel: u32) -> u64 {
    let pixel = u64::from(pixel);
    pixel & 0xff | (pixel & 0xff00) << 13 | (pixel & 0x00ff_0000) << 26
}

/// The weighted mean of spread pixels.
fn together<'a>(pixels: impl Iterator<Item = (&'a u64, &'a u32)>) -> u32 {
    const HALF: u64 = (ONE / 2) as u64 * (1 | 1 << 21 | 1 << 42);
    let sum: u64 = pixels.map(|(pixel, weight)| pixel * u64::from(*weight)).sum();
    let mean = (sum + HALF) >> BITS;
    (mean & 0xff | mean >> 13 & 0xff00 | mean >> 26 & 0x00ff_0000) as u32
}

/// Adds a row of pixels to the sums of blue, green and red.
fn add(sums: &mut [[u32; BLOCK]; 3], row: &[u32], weight: u32) {
    // Known to be small, it is multiplied quicker.
    let weight = weight & (2 * ONE - 1);
    let [blue, green, red] = sums;
    for (((pixel, blue), green), red) in row.iter().zip(blue).zip(green).zip(red) {
        *blue += (pixel & 0xff) * weight;
        *green += (pixel >> 8 & 0xff) * weight;
        *red += (pixel >> 16 & 0xff) * weight;
    }
}

fn round(sum: u32) -> u32 {
    (sum + ONE / 2) >> BITS
}

/// Shown pixels that a source pixel reaches beyond its own place.
fn reach(source: u32, shown: u32) -> u64 {
    u64::from(shown.div_ceil(source)) + 1
}

#[cfg(test)]
mod tests {
    use farhand_proto::screen::Size;

    use super::*;

    fn picture(width: u32, height: u32, pixel: impl Fn(u32, u32) -> u32) -> Picture {
        let mut picture = Picture::new(Size { width, height });
        for y in 0..height {
            for (x, target) in (0..width).zip(picture.row_mut(0, y, width)) {
                *target = pixel(x, y);
            }
        }
        picture
    }

    fn scaled(picture: &Picture, width: u32, height: u32, sampling: Sampling) -> Vec<Vec<u32>> {
        let size = picture.size();
        let mut scaler = Scaler::new((size.width, size.height), (width, height), sampling);
        let mut rows = scaler.rows(picture, 0, width as usize);
        (0..height as usize)
            .map(|y| {
                let mut row = vec![0; width as usize];
                rows.write(y, &mut row);
                row
            })
            .collect()
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let source = picture(37, 11, |x, y| x * 0x010203 + y * 0x050301);
        for sampling in [Sampling::Blocks, Sampling::Mean] {
            let rows = scaled(&source, 37, 11, sampling);
            assert_eq!(rows.concat(), source.pixels());
        }
    }

    #[test]
    fn half_the_size_is_the_mean_of_four() {
        let source = picture(2, 2, |x, y| if (x + y) % 2 == 0 { 0x0000_0000 } else { 0x00ff_ff80 });
        assert_eq!(scaled(&source, 1, 1, Sampling::Mean), [[0x0080_8040]]);
    }

    #[test]
    fn blocks_stay_sharp() {
        let source = picture(2, 1, |x, _| if x == 0 { 0x11_2233 } else { 0xaa_bbcc });
        let row = [0x11_2233, 0x11_2233, 0x11_2233, 0xaa_bbcc, 0xaa_bbcc, 0xaa_bbcc];
        assert_eq!(scaled(&source, 6, 3, Sampling::Blocks), [row, row, row]);
    }

    #[test]
    fn white_stays_white_in_every_size() {
        let source = picture(101, 67, |_, _| 0xff_ffff);
        for (width, height) in [(1, 1), (33, 44), (100, 66), (150, 67), (203, 134)] {
            let rows = scaled(&source, width, height, Sampling::Mean);
            assert!(rows.iter().flatten().all(|pixel| *pixel == 0xff_ffff), "{width}x{height}");
        }
    }

    #[test]
    fn every_pixel_that_changes_lies_where_changes_are_shown() {
        let before = picture(90, 60, |_, _| 0);
        for (width, height) in [(90, 60), (61, 37), (45, 30), (133, 100), (180, 120)] {
            for sampling in [Sampling::Blocks, Sampling::Mean] {
                let changed = Rect { x: 31, y: 17, width: 5, height: 3 };
                let after = picture(90, 60, |x, y| {
                    if (31..36).contains(&x) && (17..20).contains(&y) { 0xff_ffff } else { 0 }
                });
                let shown = Scaler::new((90, 60), (width, height), sampling).shown(changed);
                let pairs = scaled(&before, width, height, sampling);
                let pairs = pairs.iter().zip(scaled(&after, width, height, sampling)).enumerate();
                for (y, (old, new)) in pairs {
                    for (x, _) in old.iter().zip(&new).enumerate().filter(|(_, (old, new))| old != new) {
                        let inside = (shown.x..shown.x + shown.width as i32).contains(&(x as i32))
                            && (shown.y..shown.y + shown.height as i32).contains(&(y as i32));
                        assert!(inside, "{x},{y} outside {shown:?} at {width}x{height}");
                    }
                }
            }
        }
    }

    /// The mean of what a place covers, without any haste.
    fn plainly(taps: &Taps, place: usize, at: impl Fn(usize) -> u32) -> u32 {
        let (start, weights) = taps.at(place);
        let mean = |shift: u32| {
            let parts = (start..).zip(weights).filter(|(_, weight)| **weight > 0);
            round(parts.map(|(place, weight)| (at(place) >> shift & 0xff) * weight).sum()) << shift
        };
        mean(0) | mean(8) | mean(16)
    }

    #[test]
    fn quickly_is_the_same_as_plainly() {
        let noise = |x: u32, y: u32| (x * 7919 + y * 104_729).wrapping_mul(2_654_435_761) >> 8;
        let source = picture(131, 83, noise);
        for (width, height) in [(1, 1), (131, 83), (29, 19), (44, 28), (100, 66), (150, 83), (197, 125)] {
            let mut scaler = Scaler::new((131, 83), (width, height), Sampling::Mean);
            let expected: Vec<Vec<u32>> = (0..height as usize)
                .map(|y| {
                    let row = |line| (0..width as usize).map(move |x| (x, line));
                    let wide = |(x, line): (usize, usize)| {
                        plainly(&scaler.across, x, |column| noise(column as u32, line as u32))
                    };
                    row(y).map(|(x, y)| plainly(&scaler.down, y, |line| wide((x, line)))).collect()
                })
                .collect();
            assert_eq!(scaled(&source, width, height, Sampling::Mean), expected, "{width}x{height}");
            // Any part is the same as that part of the whole.
            let (x, y) = (width as usize / 3, height as usize / 2);
            let mut part = vec![0; width as usize - x];
            scaler.rows(&source, x, part.len()).write(y, &mut part);
            assert_eq!(part, expected[y][x..], "{width}x{height}");
        }
    }
}
