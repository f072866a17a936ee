//! A sum over all pixels that were painted, so that two ends which went apart find out.

use farhand_proto::screen::{Picture, Rect};

/// Sums side by side: each waits for what it was before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Check([u32; LANES]);

const LANES: usize = 8;

impl Check {
    const FACTOR: u32 = 0x0100_0193;

    /// These pixels were painted.
    pub(super) fn add(&mut self, picture: &Picture, rect: Rect) {
        for row in picture.rows(rect) {
            let (groups, rest) = row.as_chunks::<LANES>();
            for group in groups {
                for (lane, pixel) in self.0.iter_mut().zip(group) {
                    *lane = (*lane ^ pixel).wrapping_mul(Self::FACTOR);
                }
            }
            for (lane, pixel) in self.0.iter_mut().zip(rest) {
                *lane = (*lane ^ pixel).wrapping_mul(Self::FACTOR);
            }
        }
    }

    /// The sum so far.
    pub(super) fn sum(&self) -> u32 {
        self.0.iter().fold(0, |sum, lane| (sum.rotate_left(9) ^ lane).wrapping_mul(Self::FACTOR))
    }
}
