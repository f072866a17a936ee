//! The sending end.

use farhand_proto::limits;
use farhand_proto::screen::{Picture, Rect, Region, Size};

use super::boxes::{BoxWriter, MAX_AREA, MAX_PAYLOAD};
use super::dirty::DirtyTiles;
use super::stream::Packer;
use super::{CODEC, COMPLETE, FRESH, MAX_BOX_HEADER, MAX_HEADER, WHOLE_TILE};
use crate::{Encoded, Encoder};

/// Boxes of up to so many bytes go in one piece however small the budget is: a whole grey tile does.
const MIN_BOX: usize = MAX_BOX_HEADER + MAX_AREA;
/// More than what an update can have beyond its budget.
const MARGIN: usize = 64 * 1024;

/// Sends what changed, tile by tile.
pub(crate) struct TileEncoder {
    dirty: DirtyTiles,
    packer: Packer,
    writer: BoxWriter,
    /// The receiver has to start afresh.
    fresh: bool,
    /// The receiver knows that its picture is complete.
    told_complete: bool,
    serial: u8,
    /// The pixels and bytes of one box.
    pixels: Vec<u32>,
    bytes: Vec<u8>,
}

impl TileEncoder {
    pub(crate) fn new() -> Self {
        Self {
            dirty: DirtyTiles::new(Size::default()),
            packer: Packer::new(),
            writer: BoxWriter::new(),
            fresh: true,
            told_complete: false,
            serial: 0,
            pixels: Vec::with_capacity(MAX_AREA),
            bytes: Vec::with_capacity(MAX_BOX_HEADER + MAX_PAYLOAD),
        }
    }

    fn follow_size(&mut self, picture: &Picture) {
        if picture.size() != self.dirty.grid().size {
            self.reset(picture.size());
        }
    }

    /// Appends boxes to `out`, which starts with this update, until it has about `budget` bytes.
    fn write_boxes(&mut self, picture: &Picture, budget: usize, out: &mut Vec<u8>, start: usize) {
        let mut queue = self.dirty.queue();
        // What may still come out of the packer.
        let mut inside = 0;
        while let Some(index) = self.dirty.next(&mut queue) {
            let mut rect = self.dirty.due(picture, index);
            if rect.is_empty() {
                continue;
            }
            self.write_box(picture, index, rect);
            if inside > 0 && out.len() - start + inside + self.bytes.len() > budget {
                self.packer.flush(out);
                inside = 0;
            }
            let left = budget.saturating_sub(out.len() - start);
            let begun = out.len() - start > MAX_HEADER;
            if begun && inside == 0 && left <= budget / 16 {
                return;
            }
            let most = left.saturating_sub(inside).max(MIN_BOX);
            if self.bytes.len() > most {
                let rows = rect.height as usize * most / self.bytes.len();
                rect.height = (rows as u32).max(1);
                self.write_box(picture, index, rect);
            }
            self.packer.write(&self.bytes, out);
            inside += self.bytes.len();
            self.dirty.sent(picture, index, rect, self.bytes.len(), &queue);
        }
        if inside > 0 {
            self.packer.flush(out);
        }
    }

    /// Makes `self.bytes` the box with these pixels of a tile.
    fn write_box(&mut self, picture: &Picture, index: usize, rect: Rect) {
        self.pixels.clear();
        for y in rect.y..rect.bottom() {
            self.pixels.extend_from_slice(picture.row(rect.x as u32, y as u32, rect.width));
        }
        let tile = self.dirty.grid().tile(index);
        self.bytes.clear();
        self.bytes.push(0);
        self.bytes.extend_from_slice(&(index as u16).to_le_bytes());
        let whole = rect == tile;
        if !whole {
            let place = [(rect.x - tile.x) as u8, (rect.y - tile.y) as u8];
            self.bytes.extend_from_slice(&place);
            self.bytes.extend_from_slice(&[(rect.width - 1) as u8, (rect.height - 1) as u8]);
        }
        let mode = self.writer.write(&self.pixels, rect.width as usize, &mut self.bytes);
        self.bytes[0] = mode as u8 | if whole { WHOLE_TILE } else { 0 };
    }
}

impl Encoder for TileEncoder {
    fn reset(&mut self, size: Size) {
        self.dirty = DirtyTiles::new(size);
        self.packer.restart();
        self.fresh = true;
        self.told_complete = false;
        self.serial = 0;
    }

    fn damage(&mut self, picture: &Picture, region: &Region) {
        self.follow_size(picture);
        self.dirty.look(picture, region);
    }

    fn pending(&self) -> bool {
        !self.dirty.grid().is_empty() && (!self.told_complete || !self.dirty.is_clean())
    }

    fn encode(&mut self, picture: &Picture, budget: usize, out: &mut Vec<u8>) -> Encoded {
        self.follow_size(picture);
        if !self.pending() {
            return Encoded { complete: true, bytes: 0 };
        }
        let start = out.len();
        out.extend_from_slice(&[CODEC, 0, self.serial]);
        if self.fresh {
            let Size { width, height } = picture.size();
            out.extend_from_slice(&(width as u16).to_le_bytes());
            out.extend_from_slice(&(height as u16).to_le_bytes());
        }
        self.write_boxes(picture, budget.min(limits::MAX_UPDATE - MARGIN), out, start);
        let complete = self.dirty.is_clean();
        out[start + 1] = if self.fresh { FRESH } else { 0 } | if complete { COMPLETE } else { 0 };
        self.fresh = false;
        self.told_complete = complete;
        self.serial = self.serial.wrapping_add(1);
        Encoded { complete, bytes: out.len() - start }
    }
}
