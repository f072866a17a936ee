//! What tiles showed before: windows come back, and what a dragged one uncovers was there already.

use farhand_proto::screen::Picture;

use super::{Grid, TILE};

/// Old contents for each tile of the picture, on the average.
const PER_TILE: usize = 3;
/// Never more old contents than this, of 16 KiB each.
const MOST: usize = 4096;
/// The newest contents of a tile that have a short name.
pub(super) const NEWEST: usize = 4;

/// The same at both ends: the encoder says which tile's contents to put in before they are replaced.
#[derive(Debug, Default)]
pub(super) struct Store {
    grid: Grid,
    slots: Vec<Slot>,
    next: usize,
    most: usize,
    /// For each tile the slots that got its contents last, newest first.
    newest: Vec<[u16; NEWEST]>,
}

#[derive(Debug)]
struct Slot {
    tile: usize,
    pixels: Box<[u32]>,
}

impl Store {
    /// An empty one.
    pub(super) fn new(grid: Grid) -> Self {
        let most = (PER_TILE * grid.tiles()).min(MOST);
        Self { grid, slots: Vec::new(), next: 0, most, newest: vec![[u16::MAX; NEWEST]; grid.tiles()] }
    }

    /// Puts in what a tile of this picture shows; gives the slot.
    pub(super) fn put(&mut self, picture: &Picture, tile: usize) -> usize {
        let rect = self.grid.tile(tile);
        let slot = self.next;
        self.next = (self.next + 1) % self.most;
        if slot == self.slots.len() {
            self.slots.push(Slot { tile, pixels: vec![0; (TILE * TILE) as usize].into() });
        }
        self.slots[slot].tile = tile;
        let rows = self.slots[slot].pixels.chunks_exact_mut(TILE as usize);
        for (into, row) in rows.zip(picture.rows(rect)) {
            into[..row.len()].copy_from_slice(row);
        }
        let newest = &mut self.newest[tile];
        newest.rotate_right(1);
        newest[0] = slot as u16;
        slot
    }

    /// The slot with a tile's newest contents but so many, if it still has them.
    pub(super) fn newest(&self, tile: usize, age: usize) -> Option<usize> {
        let slot = usize::from(self.newest[tile][age]);
        self.slots.get(slot).filter(|filled| filled.tile == tile).map(|_| slot)
    }

    /// What lies in a slot, in rows of [`TILE`] pixels, if it is as large as this tile and anything.
    pub(super) fn get(&self, slot: usize, tile: usize) -> Option<&[u32]> {
        let filled = self.slots.get(slot)?;
        (self.grid.tile(filled.tile).size() == self.grid.tile(tile).size()).then_some(&filled.pixels)
    }

    /// How many slots are in use.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }
}
