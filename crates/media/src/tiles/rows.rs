//! The rows of a box around the pixel that is being coded, the same at both ends.

use farhand_proto::screen::{Picture, Rect};

use super::TILE;

/// Pixels along a tile's side.
const SIDE: usize = TILE as usize;
/// Room to the left and right of a row of a box for the neighbours outside of it.
pub(super) const PAD: usize = 2;
/// A pixel is as the first guess said.
pub(super) const FIRST: u8 = 1;
/// A pixel is as the second guess said.
pub(super) const SECOND: u8 = 2;

type Row<T> = [T; SIDE + 2 * PAD];

/// The guesses for one row of a box.
#[derive(Clone, Copy)]
pub(super) struct RowGuesses<'a> {
    /// The best one for each pixel.
    pub(super) first: &'a [u32],
    /// Whether that comes from another place of the picture.
    pub(super) is_moved: bool,
    /// The next best.
    pub(super) second: Option<&'a [u32]>,
}

/// The row that is being coded and the two above it, with what lies beside them.
pub(super) struct Rows {
    pub(super) this: Row<u32>,
    pub(super) above: Row<u32>,
    pub(super) above_that: Row<u32>,
    /// Which pixels were as the first and second guess said, in this row and the one above.
    pub(super) hits: Row<u8>,
    pub(super) hits_above: Row<u8>,
}

impl Rows {
    pub(super) fn new() -> Self {
        let row = [0; SIDE + 2 * PAD];
        let hits = [0; SIDE + 2 * PAD];
        Self { this: row, above: row, above_that: row, hits, hits_above: hits }
    }

    /// A box begins: brings in what lies above it, where all was as foretold.
    pub(super) fn begin(&mut self, canvas: &Picture, rect: Rect) {
        let y = rect.y as u32;
        for (into, above) in [(&mut self.above, 1), (&mut self.above_that, 2)] {
            match y.checked_sub(above) {
                Some(y) => load(into, canvas, rect, y),
                None => into.fill(0),
            }
        }
        self.hits_above.fill(FIRST | SECOND);
    }

    /// Brings in a row, with its neighbours and, at the encoder, its pixels.
    pub(super) fn next(&mut self, canvas: &Picture, rect: Rect, y: u32, source: Option<&Picture>) {
        let width = rect.width as usize;
        load(&mut self.this, canvas, rect, y);
        if let Some(source) = source {
            self.this[PAD..PAD + width].copy_from_slice(source.row(rect.x as u32, y, rect.width));
        }
        self.hits[..PAD].fill(FIRST | SECOND);
        self.hits[PAD + width..].fill(FIRST | SECOND);
    }

    /// The row is done: it is the one above.
    pub(super) fn finish(&mut self, canvas: &mut Picture, rect: Rect, y: u32) {
        let pixels = &self.this[PAD..PAD + rect.width as usize];
        canvas.row_mut(rect.x as u32, y, rect.width).copy_from_slice(pixels);
        (self.above_that, self.above) = (self.above, self.this);
        self.hits_above = self.hits;
    }

    /// This is the pixel.
    #[inline]
    pub(super) fn put(&mut self, x: usize, pixel: u32, guesses: RowGuesses<'_>) {
        self.this[x + PAD] = pixel;
        let is_first = guesses.first[x] == pixel;
        let is_second = guesses.second.is_some_and(|second| second[x] == pixel);
        self.hits[x + PAD] = (u8::from(is_first) * FIRST) | (u8::from(is_second) * SECOND);
    }
}

/// Brings in a row of the picture as far as a box reaches, and a little beside it; 0 where nothing is.
fn load(into: &mut Row<u32>, canvas: &Picture, rect: Rect, y: u32) {
    let (x, width) = (rect.x as usize, rect.width as usize);
    let left = x.min(PAD);
    let right = (canvas.size().width as usize - x - width).min(PAD);
    into[..PAD].fill(0);
    into[PAD + width..].fill(0);
    let row = canvas.row((x - left) as u32, y, (left + width + right) as u32);
    into[PAD - left..PAD + width + right].copy_from_slice(row);
}
