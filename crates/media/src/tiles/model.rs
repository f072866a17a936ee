//! How pixels are foretold: the same at both ends, written once over [`Coder`].

use farhand_proto::screen::{Picture, Rect};

use super::TILE;
use super::range::{Bit, Coder};

/// Pixels along a tile's side.
const SIDE: usize = TILE as usize;
/// After so many rows a box may stop.
pub(super) const STRIPE: u32 = 8;

/// Entries of the tables that know what followed some neighbours before.
const WIDE: usize = 1 << 16;
const CLOSE: usize = 1 << 13;
/// Colours that were new lately.
const RECENT: usize = 256;
/// Room to the left and right of a row of a box for the neighbours outside of it.
const PAD: usize = 2;

/// A number of any size: how many bits it has, then the bits.
#[derive(Debug, Clone)]
pub(super) struct NumberModel {
    length: [Bit; 33],
    first: [[Bit; 4]; 33],
}

impl NumberModel {
    pub(super) const NEW: Self = Self { length: [Bit::EVEN; 33], first: [[Bit::EVEN; 4]; 33] };

    /// A number below 2^32 - 1.
    pub(super) fn code(&mut self, coder: &mut impl Coder, number: u32) -> u32 {
        let number = number.saturating_add(1);
        let bits = 31 - number.leading_zeros();
        let mut length = 0;
        while length < 31 && coder.bit(&mut self.length[length as usize], length < bits) {
            length += 1;
        }
        let mut read = 1_u32;
        for place in (0..length).rev() {
            let bit = number >> place & 1 == 1;
            // The two highest bits have habits, the others have none.
            let known = match length - place {
                1 => &mut self.first[length as usize][0],
                2 => &mut self.first[length as usize][2 + (read & 1) as usize],
                _ => &mut { Bit::EVEN },
            };
            read = read << 1 | u32::from(coder.bit(known, bit));
        }
        read - 1
    }

    /// A number that may be negative.
    pub(super) fn code_signed(&mut self, coder: &mut impl Coder, number: i32) -> i32 {
        let folded = (number << 1 ^ number >> 31) as u32;
        let folded = self.code(coder, folded);
        (folded >> 1) as i32 ^ -((folded & 1) as i32)
    }
}

/// A value of so many bits, highest first.
pub(super) fn code_tree(coder: &mut impl Coder, tree: &mut [Bit], bits: u32, value: u32) -> u32 {
    let mut node = 1;
    for place in (0..bits).rev() {
        let bit = coder.bit(&mut tree[node], value >> place & 1 == 1);
        node = node << 1 | usize::from(bit);
    }
    node as u32 - (1 << bits)
}

/// What two ends know of a box before its pixels.
pub(super) struct Foretold<'a> {
    /// The best guess for each pixel of the box, row by row.
    pub(super) first: &'a [u32],
    /// Whether that comes from another place of the picture.
    pub(super) is_moved: bool,
    /// The next best.
    pub(super) second: Option<&'a [u32]>,
    /// Whether the pixels are those of a photograph: no two alike, and each near its neighbours.
    pub(super) is_natural: bool,
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
    near: Box<[[Bit; 32]; 4]>,
    recent: Recent,
    is_recent: [Bit; 8],
    index: Box<[[Bit; RECENT]]>,
    residual: Box<[[[Bit; 256]; 8]; 3]>,
    continues: Bit,
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
        let trust = self.0 >> 24;
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

/// The row that is being coded and the two above it, with what lies beside them.
struct Rows {
    this: [u32; SIDE + 2 * PAD],
    above: [u32; SIDE + 2 * PAD],
    above_that: [u32; SIDE + 2 * PAD],
    /// Which pixels were as the first and second guess said, in this row and the one above.
    hits: [u8; SIDE + 2 * PAD],
    hits_above: [u8; SIDE + 2 * PAD],
}

const FIRST: u8 = 1;
const SECOND: u8 = 2;

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
            near: all([Bit::EVEN; 32]),
            recent: Recent::new(),
            is_recent: [Bit::EVEN; 8],
            index: vec![[Bit::EVEN; RECENT]; 33].into(),
            residual: all([[Bit::EVEN; 256]; 8]),
            continues: Bit::EVEN,
            rows: Rows {
                this: [0; SIDE + 2 * PAD],
                above: [0; SIDE + 2 * PAD],
                above_that: [0; SIDE + 2 * PAD],
                hits: [0; SIDE + 2 * PAD],
                hits_above: [0; SIDE + 2 * PAD],
            },
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
        self.rows.hits_above = [FIRST | SECOND; SIDE + 2 * PAD];
        for row in 0..rect.height {
            if row > 0 && row % STRIPE == 0 {
                let wants = goes_on(coder);
                if !coder.bit(&mut self.continues, wants) {
                    return row;
                }
            }
            let y = rect.y as u32 + row;
            let from = row as usize * width;
            let first = &foretold.first[from..from + width];
            let second = foretold.second.map(|second| &second[from..from + width]);
            self.rows.load(canvas, rect, y, source);
            if foretold.is_natural {
                self.code_natural_row(coder, first, foretold.is_moved, second);
            } else {
                self.code_row(coder, first, foretold.is_moved, second);
            }
            canvas.row_mut(rect.x as u32, y, rect.width).copy_from_slice(&self.rows.this[PAD..PAD + width]);
            self.rows.hits_above = self.rows.hits;
        }
        rect.height
    }

    fn code_row<C: Coder>(&mut self, coder: &mut C, first: &[u32], is_moved: bool, second: Option<&[u32]>) {
        let width = first.len();
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
                let count =
                    wanted.iter().zip(&first[x..]).take_while(|(pixel, guess)| pixel == guess).count();
                let count = self.runs[usize::from(is_moved)].code(coder, count, most);
                for x in x..x + count {
                    self.rows.put(x, first[x], first, second);
                }
                x += count;
                if count < most {
                    self.code_pixel(coder, x, first, is_moved, second, Refused::first(first[x]), true);
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
                    self.rows.put(x, west, first, second);
                }
                x += count;
                if count < most {
                    self.code_pixel(coder, x, first, is_moved, second, Refused::first(west), false);
                    x += 1;
                }
                continue;
            }
            self.code_pixel(coder, x, first, is_moved, second, Refused::none(), false);
            x += 1;
        }
    }

    /// One pixel that is none of `refused`; with `is_not_first` it was said already that the first guess is wrong.
    #[expect(clippy::too_many_arguments, reason = "a pixel has that many circumstances")]
    fn code_pixel<C: Coder>(
        &mut self,
        coder: &mut C,
        x: usize,
        first: &[u32],
        is_moved: bool,
        second: Option<&[u32]>,
        mut refused: Refused,
        is_not_first: bool,
    ) {
        let at = x + PAD;
        let rows = &self.rows;
        let pixel = rows.this[at];
        let (west, north) = (rows.this[at - 1], rows.above[at]);
        let (north_west, north_east) = (rows.above[at - 1], rows.above[at + 1]);
        if !is_not_first && !refused.has(first[x]) {
            let guess = first[x];
            let context = usize::from(rows.hits[at - 1] & FIRST)
                | usize::from(rows.hits_above[at] & FIRST) << 1
                | usize::from(rows.hits_above[at + 1] & FIRST) << 2
                | usize::from(rows.hits_above[at - 1] & FIRST) << 3
                | usize::from(guess == west) << 4
                | usize::from(guess == north) << 5
                | usize::from(is_moved) << 6
                | usize::from(second.is_some_and(|second| second[x] == guess)) << 7;
            if coder.bit(&mut self.first[context], pixel == guess) {
                return self.rows.put(x, guess, first, second);
            }
            refused.add(guess);
        }
        if let Some(guess) = second.map(|second| second[x]).filter(|guess| !refused.has(*guess)) {
            let context = usize::from(rows.hits[at - 1] & SECOND != 0)
                | usize::from(rows.hits_above[at] & SECOND != 0) << 1
                | usize::from(rows.hits_above[at + 1] & SECOND != 0) << 2
                | usize::from(guess == west) << 3
                | usize::from(guess == north) << 4;
            if coder.bit(&mut self.second[context], pixel == guess) {
                return self.rows.put(x, guess, first, second);
            }
            refused.add(guess);
        }
        let neighbours = [west, rows.this[at - 2], north_west, north, north_east, rows.above_that[at]];
        let wide = hash(&neighbours) >> (32 - WIDE.trailing_zeros());
        let close = hash(&[west, north, north_east]) >> (32 - CLOSE.trailing_zeros());
        let mut found = None;
        let [known_wide, known_close] = [self.wide[wide as usize], self.close[close as usize]];
        let alike = |guess: u32| usize::from(guess == west) | usize::from(guess == north) << 1;
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
            let shape = usize::from(west == north)
                | usize::from(north == north_west) << 1
                | usize::from(north == north_east) << 2
                | usize::from(west == north_west) << 3
                | usize::from(known_wide.trust() > 0) << 4;
            for (which, guess) in [west, north, north_east, north_west].into_iter().enumerate() {
                if refused.has(guess) {
                    continue;
                }
                if coder.bit(&mut self.near[which][shape], pixel == guess) {
                    found = Some(guess);
                    break;
                }
                refused.add(guess);
            }
        }
        let pixel = found.unwrap_or_else(|| self.code_new(coder, pixel, west, north, north_west));
        self.wide[wide as usize].learn(pixel);
        self.close[close as usize].learn(pixel);
        self.rows.put(x, pixel, first, second);
    }

    /// A pixel that no neighbour tells of.
    fn code_new(&mut self, coder: &mut impl Coder, pixel: u32, west: u32, north: u32, corner: u32) -> u32 {
        let place = self.recent.find(pixel);
        let beside = self.recent.find(west);
        let context = usize::from(beside.is_some()) | usize::from(self.recent.find(north).is_some()) << 1;
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

    fn code_natural_row<C: Coder>(
        &mut self,
        coder: &mut C,
        first: &[u32],
        is_moved: bool,
        second: Option<&[u32]>,
    ) {
        for x in 0..first.len() {
            let at = x + PAD;
            let rows = &self.rows;
            let pixel = rows.this[at];
            let context = usize::from(rows.hits[at - 1] & FIRST)
                | usize::from(rows.hits_above[at] & FIRST) << 1
                | usize::from(rows.hits_above[at + 1] & FIRST) << 2
                | usize::from(rows.hits_above[at - 1] & FIRST) << 3
                | usize::from(is_moved) << 6;
            if coder.bit(&mut self.first[context], pixel == first[x]) {
                self.rows.put(x, first[x], first, second);
                continue;
            }
            if let Some(guess) = second.map(|second| second[x]).filter(|guess| *guess != first[x]) {
                let context = usize::from(rows.hits[at - 1] & SECOND != 0)
                    | usize::from(rows.hits_above[at] & SECOND != 0) << 1
                    | usize::from(rows.hits_above[at + 1] & SECOND != 0) << 2;
                if coder.bit(&mut self.second[context], pixel == guess) {
                    self.rows.put(x, guess, first, second);
                    continue;
                }
            }
            let (west, north, corner) = (rows.this[at - 1], rows.above[at], rows.above[at - 1]);
            let pixel = self.code_residual(coder, pixel, west, north, corner);
            self.rows.put(x, pixel, first, second);
        }
    }
}

impl Rows {
    /// Brings in a row of a box, with its neighbours and, at the encoder, its pixels.
    fn load(&mut self, canvas: &Picture, rect: Rect, y: u32, source: Option<&Picture>) {
        let width = rect.width as usize;
        let whole = canvas.size().width;
        let x = rect.x as u32;
        // How many columns there are to the left and right, of those that are looked at.
        let left = (x as usize).min(PAD);
        let right = (whole as usize - x as usize - width).min(PAD);
        let beside = PAD - left..PAD + width + right;
        let load = |into: &mut [u32; SIDE + 2 * PAD], above: u32| match y.checked_sub(above) {
            Some(y) => {
                into[..PAD].fill(0);
                into[PAD + width..].fill(0);
                let row = canvas.row(x - left as u32, y, (left + width + right) as u32);
                into[beside.clone()].copy_from_slice(row);
            }
            None => into.fill(0),
        };
        load(&mut self.this, 0);
        load(&mut self.above, 1);
        load(&mut self.above_that, 2);
        if let Some(source) = source {
            self.this[PAD..PAD + width].copy_from_slice(source.row(x, y, rect.width));
        }
        self.hits[..PAD].fill(FIRST | SECOND);
        self.hits[PAD + width..].fill(FIRST | SECOND);
    }

    /// This is the pixel.
    #[inline]
    fn put(&mut self, x: usize, pixel: u32, first: &[u32], second: Option<&[u32]>) {
        self.this[x + PAD] = pixel;
        let is_second = second.is_some_and(|second| second[x] == pixel);
        self.hits[x + PAD] = (u8::from(pixel == first[x]) * FIRST) | (u8::from(is_second) * SECOND);
    }
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

    fn first(colour: u32) -> Self {
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
fn fold(residual: u8) -> u8 {
    residual << 1 ^ if residual & 0x80 == 0 { 0 } else { 0xFF }
}

fn unfold(folded: u8) -> u8 {
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
