//! The levels of a block's frequencies, bit by bit: the same at both ends, written once over [`Coder`].

use super::super::numbers::{NumberModel, code_tree};
use super::super::range::{Bit, Coder};
use super::transform::{AREA, Block, MOST_LEVEL, SIDE};

/// The order of frequencies, low ones first.
const ORDER: [u8; AREA] = order();

const fn order() -> [u8; AREA] {
    let mut order = [0; AREA];
    let (mut at, mut diagonal) = (0, 0);
    while diagonal < 2 * SIDE - 1 {
        let mut step = 0;
        while step <= diagonal {
            let (i, j) = if diagonal % 2 == 0 { (diagonal - step, step) } else { (step, diagonal - step) };
            if i < SIDE && j < SIDE {
                order[at] = (i * SIDE + j) as u8;
                at += 1;
            }
            step += 1;
        }
        diagonal += 1;
    }
    order
}

/// Kinds of neighbourhoods of a frequency: how large those are that are a little higher.
const NEAR: usize = 6;
/// Kinds of frequencies: lowest, low, others.
const KINDS: usize = 3;

/// What was learnt of the levels of light, or of colour.
pub(super) struct LevelModel {
    last: [[Bit; AREA]; 3],
    is_set: [[Bit; NEAR]; KINDS],
    is_large: [[Bit; NEAR]; KINDS],
    is_larger: [[Bit; NEAR]; KINDS],
    rest: NumberModel,
}

impl LevelModel {
    pub(super) const NEW: Self = Self {
        last: [[Bit::EVEN; AREA]; 3],
        is_set: [[Bit::EVEN; NEAR]; KINDS],
        is_large: [[Bit::EVEN; NEAR]; KINDS],
        is_larger: [[Bit::EVEN; NEAR]; KINDS],
        rest: NumberModel::NEW,
    };

    /// Levels of which one at least is not 0. `beside` is 0 to 2: how many neighbours have some.
    pub(super) fn code(&mut self, coder: &mut impl Coder, levels: &Block, beside: usize) -> Block {
        // Sizes with a margin, so that each has two higher ones in both directions.
        const WIDE: usize = SIDE + 2;
        let last = (0..AREA).rfind(|k| levels[usize::from(ORDER[*k])] != 0).unwrap_or(0);
        let last = code_tree(coder, &mut self.last[beside], AREA.trailing_zeros(), last as u32) as usize;
        let mut read = [0; AREA];
        let mut sizes = [0_u8; WIDE * WIDE];
        for k in (0..=last).rev() {
            let place = usize::from(ORDER[k]);
            let (i, j) = (place / SIDE, place % SIDE);
            let at = i * WIDE + j;
            let near = [1, 2, WIDE, 2 * WIDE, WIDE + 1].into_iter().map(|by| sizes[at + by]).sum::<u8>();
            let near = usize::from(near).div_ceil(2).min(NEAR - 1);
            let kind = match i + j {
                0 | 1 => 0,
                2..=4 => 1,
                _ => 2,
            };
            let level = levels[place];
            let size = level.unsigned_abs();
            if k < last && !coder.bit(&mut self.is_set[kind][near], size > 0) {
                continue;
            }
            let mut found = 1;
            if coder.bit(&mut self.is_large[kind][near], size > 1) {
                found = 2;
                if coder.bit(&mut self.is_larger[kind][near], size > 2) {
                    let more = self.rest.code(coder, size.saturating_sub(3));
                    found = more.saturating_add(3).min(MOST_LEVEL as u32);
                }
            }
            sizes[at] = found.min(3) as u8;
            // Signs have no habits.
            let is_negative = coder.bit(&mut { Bit::EVEN }, level < 0);
            read[place] = if is_negative { -(found as i32) } else { found as i32 };
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_has_every_frequency_once_and_low_ones_first() {
        let mut places = ORDER;
        assert_eq!(places[..6], [0, 1, 8, 16, 9, 2]);
        places.sort_unstable();
        assert!(places.iter().enumerate().all(|(index, place)| index == usize::from(*place)));
    }
}
