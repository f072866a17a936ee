//! Pixels that differ a little from what is known: the same at both ends, written once over [`Coder`].

use super::TILE;
use super::model::{fold, unfold};
use super::numbers::NumberModel;
use super::range::{Bit, Coder};

/// A difference of so much is said as a number.
const MANY: usize = 14;
/// Kinds of neighbourhoods: how far the pixels beside were off.
const AROUND: usize = 10;

/// What was learnt of such differences so far.
pub(super) struct NearModel {
    /// For green, red and blue: whether it differs by more, each time a little.
    more: Box<[[[Bit; MANY]; AROUND]; 3]>,
    rest: NumberModel,
    /// By how much the pixels to the left and, from there on, above were off.
    off: [[u8; 3]; TILE as usize + 1],
}

impl NearModel {
    pub(super) fn new() -> Self {
        Self {
            more: Box::new([[[Bit::EVEN; MANY]; AROUND]; 3]),
            rest: NumberModel::NEW,
            off: [[0; 3]; TILE as usize + 1],
        }
    }

    /// A box begins.
    pub(super) fn begin(&mut self) {
        self.off.fill([2; 3]);
    }

    /// The pixel of a column, which is near `guess`.
    pub(super) fn code(&mut self, coder: &mut impl Coder, x: usize, pixel: u32, guess: u32) -> u32 {
        let [_, red, green, blue] = pixel.to_be_bytes();
        let [_, guessed_red, guessed_green, guessed_blue] = guess.to_be_bytes();
        let channels = [(green, guessed_green), (red, guessed_red), (blue, guessed_blue)];
        let mut drift = 0_u8;
        let mut off = [0; 3];
        let mut found = [0; 3];
        for (channel, (value, guess)) in channels.into_iter().enumerate() {
            let around = kind(self.off[x][channel], self.off[x + 1][channel]);
            let expected = guess.wrapping_add(drift);
            off[channel] = self.code_difference(coder, channel, around, fold(value.wrapping_sub(expected)));
            found[channel] = unfold(off[channel]).wrapping_add(expected);
            if channel == 0 {
                // Where green differs, the others mostly differ alike.
                drift = found[channel].wrapping_sub(guess);
            }
        }
        self.off[x + 1] = off;
        let [green, red, blue] = found;
        u32::from_be_bytes([0, red, green, blue])
    }

    fn code_difference(&mut self, coder: &mut impl Coder, channel: usize, around: usize, by: u8) -> u8 {
        let more = &mut self.more[channel][around];
        let mut found = 0;
        while found < MANY {
            if !coder.bit(&mut more[found], usize::from(by) > found) {
                return found as u8;
            }
            found += 1;
        }
        let rest = self.rest.code(coder, u32::from(by).saturating_sub(found as u32));
        rest.saturating_add(found as u32).min(255) as u8
    }
}

/// What kind of neighbourhood it is where those beside were off by so much, folded.
fn kind(left: u8, above: u8) -> usize {
    const KINDS: [u8; 17] = [0, 1, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7];
    let sum = usize::from(left.div_ceil(2)) + usize::from(above.div_ceil(2));
    KINDS.get(sum).map_or(if sum < 32 { 8 } else { 9 }, |kind| usize::from(*kind))
}
