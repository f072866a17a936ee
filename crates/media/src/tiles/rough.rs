//! Boxes at less than exact quality: photographs as they appear, and what keeps moving.
//!
//! A box is cut into blocks of 8 x 8 pixels. Each is foretold from the picture as it was before the update, perhaps
//! from elsewhere in it, or from the pixels to its left and above; what it differs by from that goes through the
//! transform, separately for light and colour, and is kept as coarsely as the box says. Both ends come to the same
//! pixels, so what follows is foretold from them, and exact ones in the end.

mod choice;
mod levels;
mod transform;

use farhand_proto::screen::{Picture, Rect};

use super::motion::Move;
use super::numbers::{NumberModel, code_tree};
use super::range::{Bit, Coder};
use choice::Choice;
use levels::LevelModel;
pub(super) use transform::Coarseness;
use transform::{AREA, Block, SIDE, Steps};

/// The farthest that a block is looked for.
const FARTHEST: i32 = 4096;
/// Where nothing lies beside a block.
const GREY: u32 = 0x0080_8080;

/// The pixels of a block, row by row.
type Pixels = [u32; AREA];

/// What foretells a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The picture before the update, so far away.
    Moved(Move),
    /// What lies beside it.
    Beside(Way),
}

/// How pixels go on from those beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// All are the mean.
    Mean,
    /// Each is as the one above the block.
    Down,
    /// Each is as the one to the left of the block.
    Right,
    /// Each is what both lead to.
    Both,
}

const WAYS: [Way; 4] = [Way::Mean, Way::Down, Way::Right, Way::Both];

/// A block that was coded.
#[derive(Debug, Clone, Copy)]
struct Done {
    source: Source,
    /// How much that differed from what was wanted, at the encoder.
    difference: u32,
    /// Nothing was added to what was foretold.
    is_bare: bool,
    /// There are levels of light, and of either colour.
    has: [bool; 3],
}

/// What was learnt of rough boxes so far.
pub(super) struct RoughModel {
    is_bare: [Bit; 3],
    is_beside: [Bit; 3],
    way: [Bit; 4],
    is_as_expected: [Bit; 2],
    right: NumberModel,
    down: NumberModel,
    has: [[Bit; 3]; 3],
    light: LevelModel,
    colour: LevelModel,
    continues: Bit,
}

/// What is the same for all blocks of a box.
pub(super) struct Ground<'a> {
    before: &'a Picture,
    by: Move,
    steps: Steps,
    picture: Option<&'a Picture>,
}

impl<'a> Ground<'a> {
    /// A box is foretold from `before`, which its head says to have moved so far, and kept so coarsely; the encoder
    /// takes its pixels from `picture`.
    pub(super) fn new(
        before: &'a Picture,
        by: Move,
        coarseness: Coarseness,
        picture: Option<&'a Picture>,
    ) -> Self {
        Self { before, by, steps: Steps::new(coarseness), picture }
    }
}

impl RoughModel {
    pub(super) fn new() -> Self {
        let bit = Bit::EVEN;
        Self {
            is_bare: [bit; 3],
            is_beside: [bit; 3],
            way: [bit; 4],
            is_as_expected: [bit; 2],
            right: NumberModel::NEW,
            down: NumberModel::NEW,
            has: [[bit; 3]; 3],
            light: LevelModel::NEW,
            colour: LevelModel::NEW,
            continues: bit,
        }
    }

    /// Codes a box into `canvas`. After each row of blocks the encoder may stop;
    /// `goes_on` says whether it wants to. Gives the rows of pixels that were coded.
    pub(super) fn code_box<C: Coder>(
        &mut self,
        coder: &mut C,
        canvas: &mut Picture,
        rect: Rect,
        of: &Ground<'_>,
        mut goes_on: impl FnMut(&C) -> bool,
    ) -> u32 {
        let nothing = Done { source: Source::Moved(of.by), difference: 0, is_bare: false, has: [false; 3] };
        let mut above = [nothing; super::TILE as usize / SIDE];
        for top in (0..rect.height).step_by(SIDE) {
            if top > 0 {
                let wants = goes_on(coder);
                if !coder.bit(&mut self.continues, wants) {
                    return top;
                }
            }
            let mut left = nothing;
            for (column, from) in (0..rect.width).step_by(SIDE).enumerate() {
                let block = Rect {
                    x: rect.x + from as i32,
                    y: rect.y + top as i32,
                    width: (rect.width - from).min(SIDE as u32),
                    height: (rect.height - top).min(SIDE as u32),
                };
                left = self.code_block(coder, canvas, of, block, [left, above[column]]);
                above[column] = left;
            }
        }
        rect.height
    }

    fn code_block(
        &mut self,
        coder: &mut impl Coder,
        canvas: &mut Picture,
        of: &Ground<'_>,
        rect: Rect,
        beside: [Done; 2],
    ) -> Done {
        let moved = beside.map(|done| match done.source {
            Source::Moved(by) => Some(by),
            Source::Beside(_) => None,
        });
        let expected = moved[0].or(moved[1]).unwrap_or(of.by);
        let choice = match of.picture {
            Some(picture) => {
                let candidates = [Some(expected), moved[1], Some(of.by), Some((0, 0))];
                let usual = beside.iter().map(|done| done.difference).min().unwrap_or_default();
                Choice::make(picture, of.before, canvas, rect, candidates, usual, &of.steps)
            }
            None => Choice::none(),
        };
        let difference = choice.difference;
        let count = |is: fn(&Done) -> bool| beside.iter().filter(|done| is(done)).count();
        let bare = choice.is_bare() && choice.source == Source::Moved(expected);
        if coder.bit(&mut self.is_bare[count(|done| done.is_bare)], bare) {
            let foretold = moved_block(of.before, rect, expected);
            put(canvas, rect, &foretold);
            return Done { source: Source::Moved(expected), difference, is_bare: true, has: [false; 3] };
        }
        let were_beside = count(|done| matches!(done.source, Source::Beside(_)));
        let source = self.code_source(coder, choice.source, expected, were_beside);
        let foretold = match source {
            Source::Moved(by) => moved_block(of.before, rect, by),
            Source::Beside(way) => beside_block(canvas, rect, way),
        };
        let mut has = [false; 3];
        let mut values = [[0; AREA]; 3];
        for plane in 0..3 {
            let levels = &choice.levels[plane];
            let neighbours = beside.iter().filter(|done| done.has[plane]).count();
            has[plane] = coder.bit(&mut self.has[plane][neighbours], choice.has[plane]);
            if has[plane] {
                let model = if plane == 0 { &mut self.light } else { &mut self.colour };
                let levels = model.code(coder, levels, neighbours);
                values[plane] = of.steps.values(plane > 0, &levels);
            }
        }
        put(canvas, rect, &added(&foretold, &values));
        Done { source, difference, is_bare: false, has }
    }

    fn code_source(
        &mut self,
        coder: &mut impl Coder,
        source: Source,
        expected: Move,
        beside: usize,
    ) -> Source {
        if coder.bit(&mut self.is_beside[beside], matches!(source, Source::Beside(_))) {
            let way = match source {
                Source::Beside(way) => way as u32,
                Source::Moved(_) => 0,
            };
            return Source::Beside(WAYS[code_tree(coder, &mut self.way, 2, way) as usize & 3]);
        }
        let by = match source {
            Source::Moved(by) => by,
            Source::Beside(_) => expected,
        };
        let still = usize::from(expected == (0, 0));
        if coder.bit(&mut self.is_as_expected[still], by == expected) {
            return Source::Moved(expected);
        }
        let mut code = |model: &mut NumberModel, by: i16, expected: i16| {
            let more = model.code_signed(coder, i32::from(by) - i32::from(expected));
            more.saturating_add(expected.into()).clamp(-FARTHEST, FARTHEST) as i16
        };
        Source::Moved((code(&mut self.right, by.0, expected.0), code(&mut self.down, by.1, expected.1)))
    }
}

/// A block of the picture before the update, so far away; beyond the picture its edges go on.
fn moved_block(before: &Picture, rect: Rect, by: Move) -> Pixels {
    let (x, y) = (rect.x - i32::from(by.0), rect.y - i32::from(by.1));
    block_at(before, x, y)
}

fn block_at(picture: &Picture, x: i32, y: i32) -> Pixels {
    let size = picture.size();
    let (right, bottom) = (size.width as i32 - 1, size.height as i32 - 1);
    let mut pixels = [0; AREA];
    let (rows, _) = pixels.as_chunks_mut::<SIDE>();
    let is_inside = x >= 0 && x + SIDE as i32 - 1 <= right;
    for (into, y) in rows.iter_mut().zip(y..) {
        let y = y.clamp(0, bottom) as u32;
        if is_inside && let Some(row) = picture.row(x as u32, y, SIDE as u32).first_chunk() {
            *into = *row;
        } else {
            let row = picture.row(0, y, size.width);
            for (into, x) in into.iter_mut().zip(x..) {
                *into = row[x.clamp(0, right) as usize];
            }
        }
    }
    pixels
}

/// A block as what lies beside it leads to expect.
fn beside_block(canvas: &Picture, rect: Rect, way: Way) -> Pixels {
    let (above, left, corner) = neighbours(canvas, rect);
    match way {
        Way::Mean => {
            let mean = |shift: u32| {
                let sum: u32 = above.iter().chain(&left).map(|pixel| pixel >> shift & 0xFF).sum();
                ((sum + SIDE as u32) / (2 * SIDE as u32)) << shift
            };
            [mean(0) | mean(8) | mean(16); AREA]
        }
        Way::Down => std::array::from_fn(|at| above[at % SIDE]),
        Way::Right => std::array::from_fn(|at| left[at / SIDE]),
        Way::Both => std::array::from_fn(|at| {
            let both = |shift: u32| {
                let [above, left, corner] =
                    [above[at % SIDE], left[at / SIDE], corner].map(|pixel| (pixel >> shift & 0xFF) as i32);
                ((above + left - corner).clamp(0, 255) as u32) << shift
            };
            both(0) | both(8) | both(16)
        }),
    }
}

/// The pixels above a block, to its left, and between.
fn neighbours(canvas: &Picture, rect: Rect) -> ([u32; SIDE], [u32; SIDE], u32) {
    let size = canvas.size();
    let pixel = |x: i32, y: i32| match (x, y) {
        (0.., 0..) => {
            let (x, y) = (x.min(size.width as i32 - 1), y.min(size.height as i32 - 1));
            canvas.row(x as u32, y as u32, 1)[0]
        }
        _ => GREY,
    };
    (
        std::array::from_fn(|i| pixel(rect.x + i as i32, rect.y - 1)),
        std::array::from_fn(|i| pixel(rect.x - 1, rect.y + i as i32)),
        pixel(rect.x - 1, rect.y - 1),
    )
}

/// Brings as much of a block into the picture as belongs to the box.
fn put(canvas: &mut Picture, rect: Rect, pixels: &Pixels) {
    let (rows, _) = pixels.as_chunks::<SIDE>();
    for (row, y) in rows.iter().zip(rect.y as u32..rect.bottom() as u32) {
        let into = canvas.row_mut(rect.x as u32, y, rect.width);
        match into.first_chunk_mut() {
            Some(whole) => *whole = *row,
            None => into.copy_from_slice(&row[..into.len()]),
        }
    }
}

/// Light and the two colours of what one pixel has more of than the other. It can be undone without loss (YCoCg-R).
fn apart(pixel: u32, foretold: u32) -> [i32; 3] {
    let more = |shift: u32| (pixel >> shift & 0xFF) as i32 - (foretold >> shift & 0xFF) as i32;
    let (red, green, blue) = (more(16), more(8), more(0));
    let orange = red - blue;
    let middle = blue + (orange >> 1);
    let lime = green - middle;
    [middle + (lime >> 1), orange, lime]
}

/// What was foretold, and light and colours more.
fn added(foretold: &Pixels, [light, orange, lime]: &[Block; 3]) -> Pixels {
    std::array::from_fn(|at| {
        let middle = light[at] - (lime[at] >> 1);
        let green = lime[at] + middle;
        let blue = middle - (orange[at] >> 1);
        let red = blue + orange[at];
        let add = |more: i32, shift: u32| {
            (((foretold[at] >> shift & 0xFF) as i32 + more).clamp(0, 255) as u32) << shift
        };
        add(red, 16) | add(green, 8) | add(blue, 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_and_colour_come_together_again() {
        for pixel in [0, 0xFF_FFFF, 0x12_34_56, 0xFF_00_80, 0x00_FF_01] {
            for foretold in [0, 0xFF_FFFF, 0x80_80_80, 0x01_FE_33] {
                let planes = apart(pixel, foretold).map(|value| [value; AREA]);
                assert_eq!(added(&[foretold; AREA], &planes), [pixel; AREA]);
            }
        }
    }
}
