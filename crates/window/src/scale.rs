//! Pictures in other sizes.

use farhand_proto::screen::{Picture, Rect};

/// Fixed-point one.
const ONE: u32 = 1 << 12;

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
    /// Per place: first source place, and the range of its weights.
    starts: Vec<(u32, u32, u32)>,
    weights: Vec<u32>,
}

impl Taps {
    fn new(source: u32, shown: u32, sampling: Sampling) -> Self {
        let mut taps = Self::default();
        let ratio = f64::from(source) / f64::from(shown);
        for place in 0..shown {
            let first_weight = taps.weights.len() as u32;
            let (start, weights) = match sampling {
                Sampling::Blocks => (((f64::from(place) + 0.5) * ratio) as u32, vec![1.0]),
                Sampling::Mean if ratio <= 1.0 => between(source, (f64::from(place) + 0.5) * ratio - 0.5),
                Sampling::Mean => covered(source, f64::from(place) * ratio, f64::from(place + 1) * ratio),
            };
            taps.push(&weights);
            taps.starts.push((start.min(source - 1), first_weight, taps.weights.len() as u32));
        }
        taps
    }

    /// Adds weights so that they make one.
    fn push(&mut self, weights: &[f64]) {
        let sum: f64 = weights.iter().sum();
        let first = self.weights.len();
        let mut left = ONE;
        for weight in weights {
            let fixed = ((weight / sum * f64::from(ONE)).round() as u32).min(left);
            left -= fixed;
            self.weights.push(fixed);
        }
        self.weights[first] += left;
    }

    fn at(&self, place: usize) -> (usize, &[u32]) {
        let (start, from, to) = self.starts[place];
        (start as usize, &self.weights[from as usize..to as usize])
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
    /// Sums of one row: blue, green and red apart.
    sums: Vec<[u32; 3]>,
}

impl Scaler {
    /// `shown` pixels out of `source` pixels, both not 0.
    pub(crate) fn new(source: (u32, u32), shown: (u32, u32), sampling: Sampling) -> Self {
        Self {
            key: (source.0, source.1, shown.0, shown.1, sampling),
            across: Taps::new(source.0, shown.0, sampling),
            down: Taps::new(source.1, shown.1, sampling),
            sums: Vec::new(),
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

    /// Writes one row of the picture shown, from column `x` on.
    pub(crate) fn row(&mut self, picture: &Picture, x: usize, y: usize, target: &mut [u32]) {
        let width = picture.size().width;
        let (top, rows) = self.down.at(y);
        if let [_] = rows {
            let source = picture.row(0, top as u32, width);
            for (pixel, place) in target.iter_mut().zip(x..) {
                let (left, weights) = self.across.at(place);
                *pixel = mix(&source[left..], weights);
            }
            return;
        }
        self.sums.clear();
        self.sums.resize(target.len(), [0; 3]);
        for (line, row_weight) in rows.iter().enumerate() {
            let source = picture.row(0, (top + line) as u32, width);
            for (sum, place) in self.sums.iter_mut().zip(x..) {
                let (left, weights) = self.across.at(place);
                let pixel = mix(&source[left..], weights);
                for (channel, shift) in sum.iter_mut().zip([0, 8, 16]) {
                    *channel += (pixel >> shift & 0xff) * row_weight;
                }
            }
        }
        for (pixel, [blue, green, red]) in target.iter_mut().zip(&self.sums) {
            *pixel = round(*blue) | round(*green) << 8 | round(*red) << 16;
        }
    }
}

/// Shown pixels that a source pixel reaches beyond its own place.
fn reach(source: u32, shown: u32) -> u64 {
    u64::from(shown.div_ceil(source)) + 1
}

fn mix(source: &[u32], weights: &[u32]) -> u32 {
    if let [_] = weights {
        return source[0];
    }
    let (mut blue, mut green, mut red) = (0, 0, 0);
    for (pixel, weight) in source.iter().zip(weights) {
        blue += (pixel & 0xff) * weight;
        green += (pixel >> 8 & 0xff) * weight;
        red += (pixel >> 16 & 0xff) * weight;
    }
    round(blue) | round(green) << 8 | round(red) << 16
}

fn round(sum: u32) -> u32 {
    ((sum + ONE / 2) / ONE).min(0xff)
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
        (0..height as usize)
            .map(|y| {
                let mut row = vec![0; width as usize];
                scaler.row(picture, 0, y, &mut row);
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
}
