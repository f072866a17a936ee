//! Codec 2: what changed in tiles of 64 x 64 pixels, foretold from what both ends know and coded bit by bit.
//!
//! The picture is cut into tiles, row by row from the top left; those at the right and bottom edges are cut off.
//! Tiles are numbered from 0 in that order. Within a tile only the rectangle around the changed pixels travels, a
//! *box*. Numbers of two or four bytes have the low byte first.
//!
//! # An update
//!
//! | bytes | what |
//! |---|---|
//! | 1 | the codec's number: 2 |
//! | 1 | flags: 1 fresh start, 2 complete after this update, 4 a sum follows, 8 complete but for exactness (not with 2); the others are 0 |
//! | 1 | serial number: one more than in the update before (255 is followed by 0); any in a fresh start, encoders begin with 0 |
//! | 4 | only in a fresh start: the picture's width and height |
//! | 4 | only with flag 4: the sum over all pixels painted since the fresh start, see [`check`] |
//! | rest | coded: how far things moved, then boxes |
//!
//! A fresh start makes the picture black in the given size and forgets all that was learnt. Everything after the
//! header is bits of a range coder ([`range`]) whose probabilities both ends learn from what went before. What the
//! bits say is written once for both ends, in [`syntax`], [`model`], [`rough`], [`near`] and [`numbers`]; those are
//! the format.
//!
//! # A box
//!
//! Its pixels are guessed twice: from the picture as it was before this update, at the same place or as far away as
//! one of the update's moves says; and, if the box says so, from the [`store`] of what tiles showed before. Where a
//! guess is right for all of the box, nothing more is said. Otherwise each pixel is the first guess, the second, what
//! followed such neighbours before, a neighbour, a colour that was new lately, or what it differs by from its
//! neighbours; runs are said at once. Pixels of photographs go the short way: a guess, or the difference.
//!
//! Large boxes of photographs and of what keeps moving come roughly first ([`rough`]). Once they have stood still for
//! 350 ms they come again, better or exactly, each pixel near what is there already ([`near`]).
//!
//! An update has at most as many boxes as the picture has tiles.
//!
//! # Memory
//!
//! Each end holds two pictures, 4 bytes for each pixel, the store (3 contents for each tile, at most 4,096 of 16 KiB:
//! 64 MiB), and less than 1 MiB of what was learnt. The sending end also holds what it has sent, one more picture over
//! thin lines, and 2 MiB for its search for moves.

mod check;
mod decode;
mod dirty;
mod encode;
mod few;
mod looks;
mod model;
mod motion;
mod near;
mod numbers;
mod range;
mod refine;
mod rough;
mod rows;
mod store;
mod syntax;

pub(crate) use decode::TileDecoder;
pub(crate) use encode::TileEncoder;

use farhand_proto::screen::{Rect, Size};

/// The number of this codec, the first byte of its updates.
const CODEC: u8 = 2;
/// Pixels along each side of a tile.
const TILE: u32 = 64;

/// Flag: the decoder starts afresh, and the picture's size follows.
const FRESH: u8 = 1;
/// Flag: the receiver's picture is complete after this update.
const COMPLETE: u8 = 2;
/// Flag: the sum over all painted pixels follows.
const CHECK: u8 = 4;
/// Flag: after this update the receiver lacks nothing, but has some pixels only roughly.
const ROUGH: u8 = 8;
/// One update of so many has that sum.
const CHECK_EVERY: u8 = 16;

/// How a picture is cut into tiles: row by row from the top left, those at the right and bottom edges cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Grid {
    size: Size,
}

impl Grid {
    fn columns(self) -> usize {
        self.size.width.div_ceil(TILE) as usize
    }

    fn rows(self) -> usize {
        self.size.height.div_ceil(TILE) as usize
    }

    fn tiles(self) -> usize {
        self.columns() * self.rows()
    }

    fn is_empty(self) -> bool {
        self.size.area() == 0
    }

    /// The tiles that a rectangle within the picture touches.
    fn tiles_in(self, rect: Rect) -> impl Iterator<Item = usize> {
        let side = TILE as usize;
        let (x, y) = (rect.x as usize, rect.y as usize);
        let columns = x / side..(x + rect.width as usize).div_ceil(side);
        let rows = y / side..(y + rect.height as usize).div_ceil(side);
        let per_row = self.columns();
        let rows = if rect.is_empty() { 0..0 } else { rows };
        rows.flat_map(move |row| columns.clone().map(move |column| row * per_row + column))
    }

    /// The up to eight tiles around a tile, and itself.
    fn neighbours(self, index: usize) -> impl Iterator<Item = usize> {
        let (column, row) = (index % self.columns(), index / self.columns());
        let columns = column.saturating_sub(1)..(column + 2).min(self.columns());
        let rows = row.saturating_sub(1)..(row + 2).min(self.rows());
        let per_row = self.columns();
        rows.flat_map(move |row| columns.clone().map(move |column| row * per_row + column))
    }

    /// The pixels of a tile; the index must be below [`Grid::tiles`].
    fn tile(self, index: usize) -> Rect {
        let x = (index % self.columns()) as u32 * TILE;
        let y = (index / self.columns()) as u32 * TILE;
        Rect {
            x: x as i32,
            y: y as i32,
            width: TILE.min(self.size.width - x),
            height: TILE.min(self.size.height - y),
        }
    }
}
