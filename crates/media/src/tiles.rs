//! Codec 1: what changed in tiles of 64 x 64 pixels, packed by one zstd stream.
//!
//! The picture is cut into tiles, row by row from the top left; those at the right and bottom edges are cut off.
//! Tiles are numbered from 0 in that order. Within a tile only the rectangle around the changed pixels travels, a
//! *box*. Numbers of two bytes have the low byte first.
//!
//! # An update
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 1 | the codec's number: 1 |
//! | 1 | 1 | flags: 1 fresh start, 2 complete after this update; the others are 0 |
//! | 2 | 1 | serial number: one more than in the update before (255 is followed by 0); any in a fresh start, encoders begin with 0 |
//! | 3 | 2 | only in a fresh start: the picture's width |
//! | 5 | 2 | only in a fresh start: the picture's height |
//! | 3 or 7 | rest | the next piece of the zstd stream, flushed to its end; nothing at all if there is no box |
//!
//! A fresh start makes the picture black in the given size and begins a new zstd stream: a frame without
//! dictionary, with a window of at most 2^20 bytes, that never ends. All updates up to the next fresh start are one
//! stream, so that what was sent before is the history in which zstd looks for repetitions.
//!
//! # A box, unpacked
//!
//! Boxes follow each other up to the end of the piece, none crosses from one update into the next.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | kind, see below; plus 128 if the box fills its tile |
//! | 2 | the tile's number |
//! | 4 | left out if the box fills its tile: its left column and top row within the tile, its width less 1, its height less 1 |
//! | rest | the pixels, by kind |
//!
//! | kind | name | pixels |
//! |---|---|---|
//! | 0 | solid | red, green, blue of all pixels |
//! | 1 | palette | 1 byte: number of colours less 1, at least 1 and at most 15; then red, green, blue of each; then row by row the index of each pixel's colour: 1 bit for 2 colours, 2 bits for up to 4, else 4 bits, the first pixel in the lowest bits, each row filled up to a whole byte |
//! | 2 | left | three planes, each row by row: green, red less green, blue less green, modulo 256; instead of each value stands what it exceeds the value to its left by, in the first column the one above it, in the first pixel 0, modulo 256 |
//! | 3 | up | as left, but each value is compared with the one above it, in the first row with the one to its left |
//! | 4 | grey left | as left, with the plane of green only; red and blue equal it |
//! | 5 | grey up | as up, with the plane of green only; red and blue equal it |
//!
//! An update has at most one box for each tile and paints at most as many pixels as the picture has.
//!
//! # Memory
//!
//! Each end holds one picture, 4 bytes for each pixel. zstd holds its window and its tables: about 2 MiB at the
//! sending end, 1.5 MiB at the receiving one, whatever an update says.

mod boxes;
mod decode;
mod dirty;
mod encode;
mod stream;

pub(crate) use decode::TileDecoder;
pub(crate) use encode::TileEncoder;

use farhand_proto::screen::{Rect, Size};

/// The number of this codec, the first byte of its updates.
const CODEC: u8 = 1;
/// Pixels along each side of a tile.
const TILE: u32 = 64;

/// Flag: the decoder starts afresh, and the picture's size follows.
const FRESH: u8 = 1;
/// Flag: the receiver's picture is complete after this update.
const COMPLETE: u8 = 2;

/// The most bytes of an update before its compressed part.
const MAX_HEADER: usize = 7;
/// Flag in a box's first byte: it fills its tile, so its place in the tile is left out.
const WHOLE_TILE: u8 = 0x80;
/// The most bytes of a box before its payload.
const MAX_BOX_HEADER: usize = 7;

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
