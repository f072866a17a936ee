//! The transform of 8 x 8 values that takes them apart by frequency, and how coarse its results are kept.
//!
//! It is the integer transform of ITU-T H.264 (8.5.13 there): additions and shifts, so that both ends come to the very
//! same pixels on every machine.

use std::ops::{Add, Shr, Sub};

/// Values along a block's side.
pub(crate) const SIDE: usize = 8;
/// Values of a block.
pub(crate) const AREA: usize = SIDE * SIDE;

/// Values of a block, row by row; frequencies column by column.
pub(crate) type Block = [i32; AREA];

/// Values side by side. There, 16 bits have room for all that comes of values of up to 511, and a processor reckons
/// with twice as many of them at a time; back it is 32.
type Lane<T = i32> = [T; SIDE];

trait Number: Copy + Add<Output = Self> + Sub<Output = Self> + Shr<u32, Output = Self> {}
impl Number for i16 {}
impl Number for i32 {}

fn add<T: Number>(a: Lane<T>, b: Lane<T>) -> Lane<T> {
    std::array::from_fn(|i| a[i] + b[i])
}

fn sub<T: Number>(a: Lane<T>, b: Lane<T>) -> Lane<T> {
    std::array::from_fn(|i| a[i] - b[i])
}

fn half<T: Number>(a: Lane<T>) -> Lane<T> {
    a.map(|value| value >> 1)
}

fn quarter<T: Number>(a: Lane<T>) -> Lane<T> {
    a.map(|value| value >> 2)
}

fn lanes(block: &Block) -> [Lane; SIDE] {
    let (lanes, _) = block.as_chunks();
    std::array::from_fn(|i| lanes[i])
}

fn transposed<T: Number>(lanes: [Lane<T>; SIDE]) -> [Lane<T>; SIDE] {
    std::array::from_fn(|i| std::array::from_fn(|j| lanes[j][i]))
}

fn block(lanes: [Lane; SIDE]) -> Block {
    let mut block = [0; AREA];
    block.as_chunks_mut().0.copy_from_slice(&lanes);
    block
}

/// Values of up to 511 to frequencies.
pub(crate) fn forward(values: &Block) -> Block {
    let narrow = lanes(values).map(|lane| lane.map(|value| value as i16));
    block(forward_lanes(transposed(forward_lanes(narrow))).map(|lane| lane.map(i32::from)))
}

fn forward_lanes([x0, x1, x2, x3, x4, x5, x6, x7]: [Lane<i16>; SIDE]) -> [Lane<i16>; SIDE] {
    let (a0, a1, a2, a3) = (add(x0, x7), add(x1, x6), add(x2, x5), add(x3, x4));
    let (b0, b1, b2, b3) = (add(a0, a3), add(a1, a2), sub(a0, a3), sub(a1, a2));
    let (a4, a5, a6, a7) = (sub(x0, x7), sub(x1, x6), sub(x2, x5), sub(x3, x4));
    let more = |a: Lane<i16>| add(a, half(a));
    let b4 = add(add(a5, a6), more(a4));
    let b5 = sub(sub(a4, a7), more(a6));
    let b6 = sub(add(a4, a7), more(a5));
    let b7 = add(sub(a5, a6), more(a7));
    [
        add(b0, b1),
        add(b4, quarter(b7)),
        add(b2, half(b3)),
        add(b5, quarter(b6)),
        sub(b0, b1),
        sub(b6, quarter(b5)),
        sub(half(b2), b3),
        sub(quarter(b4), b7),
    ]
}

/// Frequencies, 64 times as large, to values.
pub(crate) fn inverse(frequencies: &Block) -> Block {
    let lanes = inverse_lanes(transposed(inverse_lanes(lanes(frequencies))));
    block(lanes.map(|lane| lane.map(|value| (value + 32) >> 6)))
}

fn inverse_lanes([y0, y1, y2, y3, y4, y5, y6, y7]: [Lane; SIDE]) -> [Lane; SIDE] {
    let more = |a: Lane| add(a, half(a));
    let (e0, e2) = (add(y0, y4), sub(y0, y4));
    let (e4, e6) = (sub(half(y2), y6), add(y2, half(y6)));
    let e1 = sub(sub(y5, y3), more(y7));
    let e3 = sub(add(y1, y7), more(y3));
    let e5 = add(sub(y7, y1), more(y5));
    let e7 = add(add(y3, y5), more(y1));
    let (f0, f2, f4, f6) = (add(e0, e6), add(e2, e4), sub(e2, e4), sub(e0, e6));
    let (f1, f3) = (add(e1, quarter(e7)), add(e3, quarter(e5)));
    let (f5, f7) = (sub(quarter(e3), e5), sub(e7, quarter(e1)));
    [add(f0, f7), add(f2, f5), add(f4, f3), add(f6, f1), sub(f6, f1), sub(f4, f3), sub(f2, f5), sub(f0, f7)]
}

/// How coarse: each third one keeps frequencies half as fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Coarseness(u8);

impl Coarseness {
    /// Hardly to be told from the exact pixels.
    pub(crate) const FINE: Self = Self(5);
    /// Good enough while it moves.
    pub(crate) const MOVING: Self = Self(10);
    /// The coarsest there is.
    pub(crate) const MOST: Self = Self(15);
    /// Bits of its number.
    pub(crate) const BITS: u32 = 4;

    /// Of the lowest bits of a number.
    pub(crate) fn of_number(number: u32) -> Self {
        Self((number & 15) as u8)
    }

    pub(crate) fn number(self) -> u32 {
        self.0.into()
    }

    pub(crate) fn coarser(self) -> Self {
        Self((self.0 + 1).min(Self::MOST.0))
    }

    pub(crate) fn finer(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The distance of the values that are kept, in sixteenths.
    fn step(self) -> i32 {
        const OCTAVE: [i32; 3] = [24, 30, 38];
        OCTAVE[usize::from(self.0 % 3)] << (self.0 / 3)
    }
}

/// How many times coarser colour is kept than light. What carries colour has twice the range of light.
const COLOUR: i32 = 3;

/// The steps of one coarseness, for light and for colour.
pub(crate) struct Steps {
    light: Kept,
    colour: Kept,
}

struct Kept {
    /// The finest one, of the lowest frequencies.
    step: f32,
    /// What a level of 1 is worth, in frequencies times 2^22.
    worth: [i64; AREA],
    /// What to multiply a frequency with for its level, times 2^16 and 2^`shift`.
    level: [u16; AREA],
    shift: u32,
    /// What to add to a frequency before.
    rounding: [u16; AREA],
}

/// What a level is rounded by: less than half, because small ones cost more than they are worth.
const ROUNDING: f32 = 0.3;

impl Steps {
    pub(crate) fn new(coarseness: Coarseness) -> Self {
        let step = coarseness.step();
        Self { light: Kept::new(step), colour: Kept::new(step * COLOUR) }
    }

    /// The levels of a block's frequencies, and whether there is any but 0.
    pub(crate) fn levels(&self, is_colour: bool, frequencies: &Block) -> (Block, bool) {
        let Kept { level, shift, rounding, .. } = self.of(is_colour);
        let mut levels = [0; AREA];
        let mut any = 0;
        for (place, into) in levels.iter_mut().enumerate() {
            // Frequencies have 16 bits, and so has all that is reckoned here.
            let frequency = frequencies[place] as i16;
            let size = frequency.unsigned_abs() + rounding[place];
            let size = ((u32::from(size) * u32::from(level[place])) >> 16) as u16 >> shift;
            let size = size.min(MOST_LEVEL as u16) as i16;
            any |= size;
            *into = i32::from(if frequency < 0 { -size } else { size });
        }
        (levels, any != 0)
    }

    /// Whether values are large enough for any level but 0: no frequency has more than a quarter of all of them.
    pub(crate) fn can_have_levels(&self, is_colour: bool, values: &Block) -> bool {
        let sum: i32 = values.iter().map(|value| value.abs()).sum();
        sum as f32 * 0.25 >= self.of(is_colour).step * (1.0 - ROUNDING)
    }

    /// The values that levels stand for.
    pub(crate) fn values(&self, is_colour: bool, levels: &Block) -> Block {
        const MOST: i64 = 1 << 20;
        let worth = &self.of(is_colour).worth;
        let mut frequencies = [0; AREA];
        let mut is_even = true;
        // Most are 0.
        for (place, level) in levels.iter().enumerate().filter(|(_, level)| **level != 0) {
            frequencies[place] = ((i64::from(*level) * worth[place]) >> 16).clamp(-MOST, MOST) as i32;
            is_even &= place == 0;
        }
        if is_even { [(frequencies[0] + 32) >> 6; AREA] } else { inverse(&frequencies) }
    }

    fn of(&self, is_colour: bool) -> &Kept {
        if is_colour { &self.colour } else { &self.light }
    }
}

/// The largest level.
pub(crate) const MOST_LEVEL: i32 = 2047;

impl Kept {
    fn new(step: i32) -> Self {
        let finest = step as f32 / 16.0;
        let step = |place: usize| {
            let (i, j) = (place / SIDE, place % SIDE);
            // High frequencies are kept up to half as fine again.
            i64::from(step) * (28 + i + j) as i64 * 4 / 7
        };
        let worth = std::array::from_fn(|place| step(place) * NORM[kind(place / SIDE)][kind(place % SIDE)]);
        let level: [f32; AREA] = std::array::from_fn(|place| {
            // 2^16 for the shift, 2^6 for what `inverse` takes; a frequency is its value times the norms.
            (1 << 22) as f32 / worth[place] as f32 * norms(place)
        });
        let most = level.iter().copied().fold(0.0, f32::max);
        // As many bits as there is room for.
        let shift =
            (0..16).rev().find(|shift| most * (1_u32 << (16 + shift)) as f32 <= 65_535.0).unwrap_or(0);
        Self {
            step: finest,
            worth,
            level: level.map(|level| (level * (1_u32 << (16 + shift)) as f32) as u16),
            shift,
            rounding: level.map(|level| (ROUNDING / level).round() as u16),
        }
    }
}

/// 2^14 / sqrt(n m), where n and m are what the transform's rows of these kinds multiply energy by.
const NORM: [[i64; 3]; 3] = [[2048, 1928, 2591], [1928, 1814, 2438], [2591, 2438, 3277]];

fn kind(row: usize) -> usize {
    match row {
        0 | 4 => 0,
        2 | 6 => 2,
        _ => 1,
    }
}

/// 1 / (n m).
fn norms(place: usize) -> f32 {
    const ENERGY: [f32; 3] = [8.0, 289.0 / 32.0, 5.0];
    (ENERGY[kind(place / SIDE)] * ENERGY[kind(place % SIDE)]).recip()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u32, range: i32) -> Block {
        let mut state = seed;
        std::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as i32 % (2 * range + 1) - range
        })
    }

    #[test]
    fn what_is_kept_is_as_near_as_the_step() {
        for coarseness in (0..16).map(Coarseness::of_number) {
            let steps = Steps::new(coarseness);
            for is_colour in [false, true] {
                let step = coarseness.step() as f32 / 16.0 * if is_colour { 3.0 } else { 1.0 };
                for seed in 0..50 {
                    let values = noise(seed, 255);
                    let frequencies = forward(&values);
                    let kept_as = steps.of(is_colour);
                    // What one more of a frequency adds to a level.
                    let each = |place: usize| norms(place) / (kept_as.worth[place] as f32 / (1 << 22) as f32);
                    let exact = |place: usize| frequencies[place] as f32 * each(place);
                    // A level is rounded by 0.3, to half a frequency and to the last of 16 bits.
                    let (levels, _) = steps.levels(is_colour, &frequencies);
                    for (place, level) in levels.iter().enumerate() {
                        let (size, near) = (exact(place).abs(), level.abs() as f32);
                        let slack = each(place) / 2.0 + size / 4000.0 + 1e-3;
                        let range = size - (1.0 - ROUNDING) - slack..=size + ROUNDING + slack;
                        assert!(range.contains(&near), "{coarseness:?} {place}: {near} for {size}");
                        assert!(near == 0.0 || (*level < 0) == (exact(place) < 0.0));
                    }
                    let levels = std::array::from_fn(|place| exact(place).round() as i32);
                    let kept = steps.values(is_colour, &levels);
                    let error: i32 = values.iter().zip(kept).map(|(a, b)| (a - b) * (a - b)).sum();
                    let error = (error as f32 / AREA as f32).sqrt();
                    // Errors of up to half a step, high frequencies up to half as much again, and rounding.
                    assert!(error < step * 0.45 + 0.5, "{coarseness:?}: {error} of {step}");
                }
            }
        }
    }

    #[test]
    fn even_values_are_one_level() {
        let steps = Steps::new(Coarseness::FINE);
        let (levels, any) = steps.levels(false, &forward(&[40; AREA]));
        assert!(any && levels[1..].iter().all(|level| *level == 0), "{levels:?}");
        let kept = steps.values(false, &levels);
        assert!(kept.iter().all(|value| *value == kept[0] && (value - 40).abs() <= 1), "{kept:?}");
        assert!(!steps.levels(false, &[0; AREA]).1);
        let mut frequencies = [0; AREA];
        for frequency in [-1 << 20, -4000, -33, -1, 0, 31, 32, 5000, 1 << 20] {
            frequencies[0] = frequency;
            assert_eq!(inverse(&frequencies), [(frequency + 32) >> 6; AREA], "{frequency}");
        }
    }

    #[test]
    fn what_is_too_small_for_levels_has_none() {
        for coarseness in (0..16).map(Coarseness::of_number) {
            let steps = Steps::new(coarseness);
            for seed in 0..400 {
                let values = noise(seed, (seed % 40) as i32 + 1);
                let (_, any) = steps.levels(false, &forward(&values));
                assert!(!any || steps.can_have_levels(false, &values));
            }
            // One frequency alone comes nearest.
            for place in 0..AREA {
                let mut alone = [0; AREA];
                alone[place] = 64 * 400;
                let values = inverse(&alone);
                let (levels, any) = steps.levels(false, &forward(&values));
                assert!(!any || steps.can_have_levels(false, &values), "{levels:?}");
            }
        }
    }

    #[test]
    fn values_of_any_block_have_room_on_their_way() {
        // With overflow checks, as tests have them.
        let sign = |bits: usize, at: usize| if bits >> at & 1 == 0 { 511 } else { -511 };
        for (across, down) in (0..1 << (2 * SIDE)).map(|bits: usize| (bits & 0xFF, bits >> SIDE)) {
            forward(&std::array::from_fn(|at| sign(across, at % SIDE) * i32::signum(sign(down, at / SIDE))));
        }
        for seed in 0..200 {
            forward(&noise(seed, 1).map(|value| 511 * value.signum()));
        }
    }

    #[test]
    fn levels_of_any_size_do_not_overflow() {
        for coarseness in [0, 15].map(Coarseness::of_number) {
            for sign in [-1, 1] {
                Steps::new(coarseness).values(true, &[sign * MOST_LEVEL; AREA]);
                Steps::new(coarseness).values(
                    true,
                    &std::array::from_fn(|i| if i % 2 == 0 { MOST_LEVEL } else { -MOST_LEVEL }),
                );
            }
        }
    }
}
