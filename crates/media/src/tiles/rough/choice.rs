//! What the encoder makes of a block: nothing of it is part of the format.

use farhand_proto::screen::{Picture, Rect};

use super::super::motion::Move;
use super::transform::{AREA, Block, Steps, forward};
use super::{FARTHEST, Pixels, Source, WAYS, apart, beside_block, block_at, moved_block};

/// A block that differs by so much from what it was is good enough a guess to look no further.
const GOOD: u32 = 2 * AREA as u32;
/// So much may be grain.
const GRAINY: u32 = 12 * AREA as u32;
/// Differences up to this, added up, are looked for nearby only.
const FAIR: u32 = 6 * AREA as u32;
/// The steps in which a block is looked for around the best place so far.
const STRIDES: [i16; 3] = [4, 2, 1];
/// A step of this size is repeated while it helps, up to so often.
const REPEATS: usize = 4;

/// How a block travels.
pub(super) struct Choice {
    pub(super) source: Source,
    /// How much green that differs by, added up.
    pub(super) difference: u32,
    /// The levels of light, and of either colour.
    pub(super) levels: [Block; 3],
    pub(super) has: [bool; 3],
}

impl Choice {
    /// The decoder finds out.
    pub(super) fn none() -> Self {
        Self { source: Source::Moved((0, 0)), difference: 0, levels: [[0; AREA]; 3], has: [false; 3] }
    }

    /// Nothing has to be added.
    pub(super) fn is_bare(&self) -> bool {
        self.has == [false; 3]
    }

    pub(super) fn make(
        picture: &Picture,
        before: &Picture,
        canvas: &Picture,
        rect: Rect,
        candidates: [Option<Move>; 4],
        usual: u32,
        steps: &Steps,
    ) -> Self {
        let wanted = block_at(picture, rect.x, rect.y);
        let (by, mut least) = look(&wanted, before, rect, candidates, usual);
        let mut source = Source::Moved(by);
        let mut foretold = moved_block(before, rect, by);
        if least > FAIR {
            for way in WAYS {
                let guess = beside_block(canvas, rect, way);
                let difference = difference(&wanted, &guess);
                if difference < least {
                    (least, source, foretold) = (difference, Source::Beside(way), guess);
                }
            }
        }
        let mut planes = [[0; AREA]; 3];
        for at in 0..AREA {
            let more = apart(wanted[at], foretold[at]);
            for (plane, more) in planes.iter_mut().zip(more) {
                plane[at] = more;
            }
        }
        clear_outside(&mut planes, rect);
        let mut choice = Self { source, difference: least, levels: [[0; AREA]; 3], has: [false; 3] };
        for (index, plane) in planes.iter().enumerate() {
            if !steps.can_have_levels(index > 0, plane) {
                continue;
            }
            let (levels, any) = steps.levels(index > 0, &forward(plane));
            if any && !is_grain(&levels) {
                (choice.levels[index], choice.has[index]) = (levels, true);
            }
        }
        choice
    }
}

/// Whether all there is are one or two small high frequencies, which nobody misses.
fn is_grain(levels: &Block) -> bool {
    let mut count = 0;
    for (place, level) in levels.iter().enumerate().filter(|(_, level)| **level != 0) {
        count += 1;
        if count > 2 || level.abs() > 1 || place / super::SIDE + place % super::SIDE < 3 {
            return false;
        }
    }
    true
}

/// What lies outside of the box costs nothing.
fn clear_outside(planes: &mut [Block; 3], rect: Rect) {
    let side = super::SIDE;
    if rect.width as usize == side && rect.height as usize == side {
        return;
    }
    for plane in planes {
        for (y, row) in plane.as_chunks_mut::<{ super::SIDE }>().0.iter_mut().enumerate() {
            let width = if y < rect.height as usize { rect.width as usize } else { 0 };
            row[width..].fill(0);
        }
    }
}

/// Where a block comes from, and how much it differs from there. `usual` is what those beside it differ by.
fn look(
    wanted: &Pixels,
    before: &Picture,
    rect: Rect,
    candidates: [Option<Move>; 4],
    usual: u32,
) -> (Move, u32) {
    // What a camera adds to every picture differs from place to place and is nowhere to be found.
    let good = GOOD.max((usual + usual / 8).min(GRAINY));
    let mut best = ((0, 0), u32::MAX);
    let mut tried: [Option<Move>; 4] = [None; 4];
    for (index, candidate) in candidates.into_iter().enumerate() {
        // Only what is expected is told without saying how far it is.
        let is_near = |by: &Move| i32::from(by.0).abs().max(i32::from(by.1).abs()) <= FARTHEST;
        let candidate = candidate.filter(|by| index == 0 || is_near(by));
        let Some(by) = candidate.filter(|by| !tried.contains(&Some(*by))) else { continue };
        tried[index] = Some(by);
        let difference = difference_there(wanted, before, rect, by, best.1);
        if difference < best.1 {
            best = (by, difference);
        }
        if best.1 <= good {
            return best;
        }
    }
    for stride in STRIDES {
        if stride > 1 && best.1 <= FAIR {
            continue;
        }
        for _ in 0..REPEATS {
            let centre = best.0;
            for (x, y) in [(-stride, 0), (stride, 0), (0, -stride), (0, stride)] {
                let by = (centre.0.saturating_add(x), centre.1.saturating_add(y));
                if i32::from(by.0).abs().max(i32::from(by.1).abs()) > FARTHEST {
                    continue;
                }
                let difference = difference_there(wanted, before, rect, by, best.1);
                if difference < best.1 {
                    best = (by, difference);
                }
            }
            if best.0 == centre {
                break;
            }
        }
    }
    best
}

/// How much green a block differs by from one elsewhere, or `most` and more.
fn difference_there(wanted: &Pixels, before: &Picture, rect: Rect, by: Move, most: u32) -> u32 {
    let (x, y) = (rect.x - i32::from(by.0), rect.y - i32::from(by.1));
    let size = before.size();
    let (right, bottom) = (x + super::SIDE as i32, y + super::SIDE as i32);
    if x < 0 || y < 0 || right > size.width as i32 || bottom > size.height as i32 {
        return difference(wanted, &block_at(before, x, y));
    }
    let mut sum = 0;
    for (pair, y) in wanted.as_chunks::<{ 2 * super::SIDE }>().0.iter().zip((y as u32..).step_by(2)) {
        let (one, two) = pair.split_at(super::SIDE);
        for (row, y) in [one, two].into_iter().zip(y..) {
            if let (Some(row), Some(there)) =
                (row.first_chunk(), before.row(x as u32, y, super::SIDE as u32).first_chunk())
            {
                sum += row_difference(row, there);
            }
        }
        if sum >= most {
            break;
        }
    }
    sum
}

#[inline]
fn row_difference(a: &[u32; super::SIDE], b: &[u32; super::SIDE]) -> u32 {
    let green = |pixel: u32| (pixel >> 8 & 0xFF) as i32;
    let mut sum = 0;
    for (a, b) in a.iter().zip(b) {
        sum += (green(*a) - green(*b)).abs();
    }
    sum as u32
}

/// How much green two blocks differ by, added up: it is most of what light is.
fn difference(a: &Pixels, b: &Pixels) -> u32 {
    let rows = a.as_chunks().0.iter().zip(b.as_chunks().0);
    rows.map(|(a, b)| row_difference(a, b)).sum()
}
