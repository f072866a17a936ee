//! How pixels are foretold: the same at both ends, written once over [`Coder`].

use farhand_proto::screen::{Picture, Rect};

use super::near::NearModel;
use super::numbers::{NumberModel, code_tree};
use super::range::{Bit, Coder};
use super::rows::{FIRST, PAD, RowGuesses, Rows, SECOND};

/// After so many rows a box may stop.
const STRIPE: u32 = 4;

/// Entries of the tables that know what followed some neighbours before.
const WIDE: usize = 1 << 16;
const CLOSE: usize = 1 << 13;
/// Colours that were new lately.
const RECENT: usize = 256;

/// What two ends know of a box before its pixels.
pub(super) struct Foretold<'a> {
    /// The best guess for each pixel of the box, row by row.
    pub(super) first: &'a [u32],
    /// Whether that comes from another place of the picture.
    pub(super) is_moved: bool,
    /// The next best.
    pub(super) second: Option<&'a [u32]>,
    /// What the pixels are like.
    pub(super) kind: Kind,
}

/// What the pixels of a box are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Lines, letters and areas.
    Drawn,
    /// Those of a photograph: no two alike, and each near its neighbours.
    Natural,
    /// Each near the best guess.
    Near,
}

/// What was learnt of pixels so far.
pub(super) struct PixelModel {
    first: Box<[Bit; 256]>,
    second: Box<[Bit; 32]>,
    flat: [Run; 2],
    /// For runs of what was foretold: from another place, from the same.
    runs: [Run; 2],
    wide: Box<[Guess]>,
    close: Box<[Guess]>,
    is_wide: Box<[Bit; 64]>,
    is_close: Box<[Bit; 64]>,
    beside: Box<[[Bit; 32]; 4]>,
    recent: Recent,
    is_recent: [Bit; 8],
    index: Box<[[Bit; RECENT]]>,
    residual: Box<[[[Bit; 256]; 8]; 3]>,
    continues: Bit,
    near: NearModel,
    rows: Rows,
}

/// Runs that a change of context ends at the latest.
#[derive(Debug, Clone)]
struct Run {
    is_full: [Bit; 8],
    length: NumberModel,
}

impl Run {
    const NEW: Self = Self { is_full: [Bit::EVEN; 8], length: NumberModel::NEW };

    /// How many of at most `most` pixels.
    fn code(&mut self, coder: &mut impl Coder, count: usize, most: usize) -> usize {
        let size = (usize::BITS - 1 - most.leading_zeros()).min(7) as usize;
        if coder.bit(&mut self.is_full[size], count == most) {
            return most;
        }
        (self.length.code(coder, count as u32) as usize).min(most - 1)
    }
}

/// What followed some neighbours the last time, and how often it did in a row.
#[derive(Debug, Clone, Copy, Default)]
struct Guess(u32);

impl Guess {
    fn colour(self) -> u32 {
        self.0 & 0x00FF_FFFF
    }

    /// 0: nothing is known.
    fn trust(self) -> usize {
        (self.0 >> 24) as usize
    }

    fn learn(&mut self, colour: u32) {
        let (colour, trust) = (colour & 0x00FF_FFFF, self.0 >> 24);
        *self = if self.colour() == colour && trust > 0 {
            Self(colour | (trust + 1).min(7) << 24)
        } else if trust > 2 {
            Self(self.colour() | (trust / 2) << 24)
        } else {
            Self(colour | 1 << 24)
        };
    }
}

/// The colours that were new last, each in a place of its own.
struct Recent {
    colours: [u32; RECENT],
    next: usize,
    /// For some of the bits of a colour: where it was put, if nothing else was put there since.
    places: Box<[u8; 4096]>,
}

impl Recent {
    fn new() -> Self {
        Self { colours: [u32::MAX; RECENT], next: 0, places: vec![0; 4096].try_into().expect("as many") }
    }

    fn hash(colour: u32) -> usize {
        (colour.wrapping_mul(0x9E37_79B1) >> 20) as usize
    }

    fn find(&self, colour: u32) -> Option<usize> {
        let place = usize::from(self.places[Self::hash(colour)]);
        (self.colours[place] == colour).then_some(place)
    }

    fn add(&mut self, colour: u32) {
        self.colours[self.next] = colour;
        self.places[Self::hash(colour)] = self.next as u8;
        self.next = (self.next + 1) % RECENT;
    }
}

impl PixelModel {
    pub(super) fn new() -> Self {
        fn all<T: Clone, const N: usize>(value: T) -> Box<[T; N]> {
            let all: Box<[T]> = vec![value; N].into();
            all.try_into().unwrap_or_else(|_| unreachable!("as many as asked for"))
        }
        Self {
            first: all(Bit::EVEN),
            second: all(Bit::EVEN),
            flat: [Run::NEW; 2],
            runs: [Run::NEW; 2],
            wide: vec![Guess::default(); WIDE].into(),
            close: vec![Guess::default(); CLOSE].into(),
            is_wide: all(Bit::EVEN),
            is_close: all(Bit::EVEN),
            beside: all([Bit::EVEN; 32]),
            recent: Recent::new(),
            is_recent: [Bit::EVEN; 8],
            index: vec![[Bit::EVEN; RECENT]; 33].into(),
            residual: all([[Bit::EVEN; 256]; 8]),
            continues: Bit::EVEN,
            near: NearModel::new(),
            rows: Rows::new(),
        }
    }

    /// Codes the pixels of a box into `canvas`; the encoder takes them from `source`. Every [`STRIPE`] rows the
    /// encoder may stop; `goes_on` says whether it wants to. Gives the rows that were coded.
    pub(super) fn code_box<C: Coder>(
        &mut self,
        coder: &mut C,
        canvas: &mut Picture,
        rect: Rect,
        foretold: &Foretold<'_>,
        source: Option<&Picture>,
        mut goes_on: impl FnMut(&C) -> bool,
    ) -> u32 {
        let width = rect.width as usize;
        self.rows.begin(canvas, rect);
        self.near.begin();
        for row in 0..rect.height {
            if row > 0 && row % STRIPE == 0 {
                let wants = goes_on(coder);
                if !coder.bit(&mut self.continues, wants) {
                    return row;
                }
            }
            let y = rect.y as u32 + row;
            let from = row as usize * width;
            let guesses = RowGuesses {
                first: &foretold.first[from..from + width],
                is_moved: foretold.is_moved,
                second: foretold.second.map(|second| &second[from..from + width]),
            };
            self.rows.next(canvas, rect, y, source);
            match foretold.kind {
                Kind::Drawn => self.code_row(coder, guesses),
                Kind::Natural => self.code_natural_row(coder, guesses),
                Kind::Near => self.code_near_row(coder, guesses),
            }
            self.rows.finish(canvas, rect, y);
        }
        rect.height
    }

    fn code_row<C: Coder>(&mut self, coder: &mut C, guesses: RowGuesses<'_>) {
        let width = guesses.first.len();
        let mut x = 0;
        while x < width {
            let at = x + PAD;
            let rows = &self.rows;
            let [west, north, north_west, north_east] =
                [rows.this[at - 1], rows.above[at], rows.above[at - 1], rows.above[at + 1]];
            let around =
                [rows.hits[at - 1], rows.hits_above[at], rows.hits_above[at - 1], rows.hits_above[at + 1]];
            let is_foretold = around.iter().all(|hit| hit & FIRST != 0);
            let is_flat = west == north && north == north_west && north == north_east;
            if is_foretold {
                // As long as the row above was as foretold, too.
                let most = rows.hits_above[at + 1..PAD + width]
                    .iter()
                    .position(|hit| hit & FIRST == 0)
                    .unwrap_or(width - x)
                    .max(1);
                let wanted = &rows.this[at..at + most];
                let count = wanted
                    .iter()
                    .zip(&guesses.first[x..])
                    .take_while(|(pixel, guess)| pixel == guess)
                    .count();
                let count = self.runs[usize::from(guesses.is_moved)].code(coder, count, most);
                for x in x..x + count {
                    self.rows.put(x, guesses.first[x], guesses);
                }
                x += count;
                if count < most {
                    self.code_pixel(coder, x, guesses, Refused::only(guesses.first[x]));
                    x += 1;
                }
                continue;
            }
            if is_flat && around[0] & FIRST == 0 {
                let most = rows.above[at + 2..PAD + width + 1]
                    .iter()
                    .position(|pixel| *pixel != west)
                    .map_or(width - x, |end| end + 1)
                    .min(width - x);
                let wanted = &rows.this[at..at + most];
                let count = wanted.iter().take_while(|pixel| **pixel == west).count();
                let kind = usize::from(around[1] & FIRST != 0);
                let count = self.flat[kind].code(coder, count, most);
                for x in x..x + count {
                    self.rows.put(x, west, guesses);
                }
                x += count;
                if count < most {
                    self.code_pixel(coder, x, guesses, Refused::only(west));
                    x += 1;
                }
                continue;
            }
            self.code_pixel(coder, x, guesses, Refused::none());
            x += 1;
        }
    }

    /// One pixel that is none of `refused`.
    fn code_pixel(
        &mut self,
        coder: &mut impl Coder,
        x: usize,
        guesses: RowGuesses<'_>,
        mut refused: Refused,
    ) {
        if self.code_guesses(coder, x, guesses, &mut refused) {
            return;
        }
        let at = x + PAD;
        let rows = &self.rows;
        let pixel = rows.this[at];
        let (west, north) = (rows.this[at - 1], rows.above[at]);
        let (north_west, north_east) = (rows.above[at - 1], rows.above[at + 1]);
        let neighbours = [west, rows.this[at - 2], north_west, north, north_east, rows.above_that[at]];
        let wide = hash(&neighbours) >> (32 - WIDE.trailing_zeros());
        let close = hash(&[west, north, north_east]) >> (32 - CLOSE.trailing_zeros());
        let mut found = None;
        let [known_wide, known_close] = [self.wide[wide as usize], self.close[close as usize]];
        let alike = |guess: u32| bits([guess == west, guess == north]);
        if known_wide.trust() > 0 && !refused.has(known_wide.colour()) {
            let guess = known_wide.colour();
            let context = known_wide.trust() << 2 | alike(guess);
            if coder.bit(&mut self.is_wide[context], pixel == guess) {
                found = Some(guess);
            } else {
                refused.add(guess);
            }
        }
        if found.is_none() && known_close.trust() > 0 && !refused.has(known_close.colour()) {
            let guess = known_close.colour();
            let context = known_close.trust() << 2 | alike(guess) | usize::from(known_wide.trust() > 0) << 5;
            if coder.bit(&mut self.is_close[context], pixel == guess) {
                found = Some(guess);
            } else {
                refused.add(guess);
            }
        }
        if found.is_none() {
            let shape = bits([
                west == north,
                north == north_west,
                north == north_east,
                west == north_west,
                known_wide.trust() > 0,
            ]);
            for (which, guess) in [west, north, north_east, north_west].into_iter().enumerate() {
                if refused.has(guess) {
                    continue;
                }
                if coder.bit(&mut self.beside[which][shape], pixel == guess) {
                    found = Some(guess);
                    break;
                }
                refused.add(guess);
            }
        }
        let pixel = found.unwrap_or_else(|| self.code_new(coder, pixel, west, north, north_west));
        self.wide[wide as usize].learn(pixel);
        self.close[close as usize].learn(pixel);
        self.rows.put(x, pixel, guesses);
    }

    /// Whether a pixel is as one of the guesses says that are not refused yet; else they are from now on.
    #[inline]
    fn code_guesses(
        &mut self,
        coder: &mut impl Coder,
        x: usize,
        guesses: RowGuesses<'_>,
        refused: &mut Refused,
    ) -> bool {
        let at = x + PAD;
        let rows = &self.rows;
        let (pixel, west, north) = (rows.this[at], rows.this[at - 1], rows.above[at]);
        let hits = [rows.hits[at - 1], rows.hits_above[at], rows.hits_above[at + 1], rows.hits_above[at - 1]];
        let guess = guesses.first[x];
        if !refused.has(guess) {
            let context = bits(hits.map(|hit| hit & FIRST != 0))
                | bits([guess == west, guess == north, guesses.is_moved]) << 4
                | usize::from(guesses.second.is_some_and(|second| second[x] == guess)) << 7;
            if coder.bit(&mut self.first[context], pixel == guess) {
                self.rows.put(x, guess, guesses);
                return true;
            }
            refused.add(guess);
        }
        if let Some(guess) = guesses.second.map(|second| second[x]).filter(|guess| !refused.has(*guess)) {
            let [beside, above, above_right, _] = hits.map(|hit| hit & SECOND != 0);
            let context = bits([beside, above, above_right, guess == west, guess == north]);
            if coder.bit(&mut self.second[context], pixel == guess) {
                self.rows.put(x, guess, guesses);
                return true;
            }
            refused.add(guess);
        }
        false
    }

    /// A pixel that no neighbour tells of.
    fn code_new(&mut self, coder: &mut impl Coder, pixel: u32, west: u32, north: u32, corner: u32) -> u32 {
        let place = self.recent.find(pixel);
        let beside = self.recent.find(west);
        let context = bits([beside.is_some(), self.recent.find(north).is_some()]);
        if coder.bit(&mut self.is_recent[context], place.is_some()) {
            let tree = &mut self.index[beside.map_or(32, |beside| beside / 8)];
            let index = code_tree(coder, tree, RECENT.trailing_zeros(), place.unwrap_or(0) as u32);
            // A place that was never filled holds no colour.
            return self.recent.colours[index as usize] & 0x00FF_FFFF;
        }
        let pixel = self.code_residual(coder, pixel, west, north, corner);
        self.recent.add(pixel);
        pixel
    }

    /// A pixel as what it differs by from what its neighbours lead to expect: green, then red and blue less green.
    fn code_residual(
        &mut self,
        coder: &mut impl Coder,
        pixel: u32,
        west: u32,
        north: u32,
        corner: u32,
    ) -> u32 {
        let [[_, wr, wg, wb], [_, nr, ng, nb], [_, cr, cg, cb]] = [west, north, corner].map(u32::to_be_bytes);
        let [_, red, green, blue] = pixel.to_be_bytes();
        let busy = |w: u8, n: u8, c: u8| {
            let spread = w.max(n).max(c) - w.min(n).min(c);
            (8 - spread.leading_zeros()).min(7) as usize
        };
        let context = busy(wg, ng, cg);
        let mut code = |channel: usize, value: u8, expected: u8| {
            let residual = u32::from(fold(value.wrapping_sub(expected)));
            let residual = code_tree(coder, &mut self.residual[channel][context], 8, residual);
            unfold(residual as u8).wrapping_add(expected)
        };
        let expected = median(wg, ng, cg);
        let green = code(0, green, expected);
        let drift = green.wrapping_sub(expected);
        let red = code(1, red, median(wr, nr, cr).wrapping_add(drift));
        let blue = code(2, blue, median(wb, nb, cb).wrapping_add(drift));
        u32::from_be_bytes([0, red, green, blue])
    }

    fn code_natural_row(&mut self, coder: &mut impl Coder, guesses: RowGuesses<'_>) {
        for x in 0..guesses.first.len() {
            if self.code_guesses(coder, x, guesses, &mut Refused::none()) {
                continue;
            }
            let at = x + PAD;
            let rows = &self.rows;
            let (west, north, corner) = (rows.this[at - 1], rows.above[at], rows.above[at - 1]);
            let pixel = self.code_residual(coder, rows.this[at], west, north, corner);
            self.rows.put(x, pixel, guesses);
        }
    }

    fn code_near_row(&mut self, coder: &mut impl Coder, guesses: RowGuesses<'_>) {
        for (x, guess) in guesses.first.iter().enumerate() {
            let pixel = self.near.code(coder, x, self.rows.this[x + PAD], *guess);
            self.rows.put(x, pixel, guesses);
        }
    }
}

/// A context: what is true, the first in the lowest bit.
fn bits<const N: usize>(facts: [bool; N]) -> usize {
    facts.into_iter().rev().fold(0, |bits, fact| bits << 1 | usize::from(fact))
}

/// Colours that a pixel is known not to have.
#[derive(Clone, Copy)]
struct Refused {
    colours: [u32; 8],
    count: usize,
}

impl Refused {
    fn none() -> Self {
        Self { colours: [u32::MAX; 8], count: 0 }
    }

    fn only(colour: u32) -> Self {
        let mut refused = Self::none();
        refused.add(colour);
        refused
    }

    fn add(&mut self, colour: u32) {
        self.colours[self.count] = colour;
        self.count += 1;
    }

    fn has(&self, colour: u32) -> bool {
        self.colours.contains(&colour)
    }
}

fn hash(neighbours: &[u32]) -> u32 {
    let mut hash = 0_u32;
    for pixel in neighbours {
        hash = (hash.rotate_left(5) ^ pixel).wrapping_mul(0x9E37_79B1);
    }
    hash ^ hash >> 15
}

/// The middle one of the left neighbour, the upper one, and what both lead to (LOCO-I).
fn median(west: u8, north: u8, corner: u8) -> u8 {
    let (low, high) = (west.min(north), west.max(north));
    if corner >= high {
        low
    } else if corner <= low {
        high
    } else {
        west.wrapping_add(north).wrapping_sub(corner)
    }
}

/// 0, -1, 1, -2 and so on become 0, 1, 2, 3.
pub(super) fn fold(residual: u8) -> u8 {
    residual << 1 ^ if residual & 0x80 == 0 { 0 } else { 0xFF }
}

pub(super) fn unfold(folded: u8) -> u8 {
    folded >> 1 ^ if folded & 1 == 0 { 0 } else { 0xFF }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residuals_fold_and_unfold() {
        for residual in 0..=u8::MAX {
            assert_eq!(unfold(fold(residual)), residual);
        }
        assert_eq!([0, 255, 1, 254].map(fold), [0, 1, 2, 3]);
        assert_eq!([median(10, 20, 15), median(10, 20, 5), median(10, 20, 30)], [15, 20, 10]);
    }
}
