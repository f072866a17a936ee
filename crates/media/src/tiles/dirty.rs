//! Which parts of the picture the receiver lacks in any form, and which of them go first.

use farhand_proto::screen::{Picture, Rect, Region, Size};

use super::Grid;

/// The most tiles that a change may touch, joined, to count as small and go before others.
const SMALL_CHANGE: usize = 32;
/// How many bytes small changes may be ahead of the others before these get their share.
const MAX_LEAD: usize = 32 * 1024;
/// The bytes of small changes for each byte of the others, once they must share.
const LEAD_PER_BYTE: usize = 3;

/// What was sent, and where the picture differs from it.
pub(super) struct DirtyTiles {
    grid: Grid,
    /// The picture's pixels when they were sent last, exactly or roughly.
    known: Picture,
    tiles: Vec<Tile>,
    dirty: usize,
    /// Counts the calls of [`DirtyTiles::look`].
    turn: u64,
    /// The bytes of small changes that went before others which were waiting.
    lead: usize,
}

/// One tile.
#[derive(Debug, Clone, Copy, Default)]
struct Tile {
    /// Around all pixels that differ from what the receiver has.
    differs: Rect,
    /// The turn in which it began to differ, or changed again after a part of it was sent.
    since: u64,
    /// A part of it was sent since then.
    begun: bool,
    /// The turn in which it was last seen to change, and where.
    changed: u64,
    change: Rect,
    /// Around the small changes that are not sent yet; the last of them came in the turn `changed`.
    urgent: Rect,
}

impl DirtyTiles {
    /// The receiver has a black picture, and all of the sender's may differ.
    pub(super) fn new(size: Size) -> Self {
        let known = Picture::new(size);
        let grid = Grid { size: known.size() };
        let tile = |index| Tile { differs: grid.tile(index), ..Tile::default() };
        let tiles: Vec<Tile> = (0..grid.tiles()).map(tile).collect();
        Self { grid, known, dirty: tiles.len(), tiles, turn: 0, lead: 0 }
    }

    pub(super) fn grid(&self) -> Grid {
        self.grid
    }

    /// The picture's pixels when they were sent last.
    pub(super) fn known(&self) -> &Picture {
        &self.known
    }

    /// Around what differs in tiles that are asked for, and how many these are.
    pub(super) fn extent(&self, is_asked: impl Fn(usize, Rect) -> bool) -> (Rect, usize) {
        let differing = self.tiles.iter().enumerate().filter(|(_, tile)| !tile.differs.is_empty());
        let asked = differing.filter(|(index, tile)| is_asked(*index, tile.differs));
        asked.fold((Rect::default(), 0), |(all, count), (_, tile)| (all.union(tile.differs), count + 1))
    }

    /// Whether nothing differs.
    pub(super) fn is_clean(&self) -> bool {
        self.dirty == 0
    }

    /// Compares a part of the picture, which has this one's size, with what the receiver has.
    pub(super) fn look(&mut self, picture: &Picture, region: &Region) {
        self.turn += 1;
        let mut changed = Vec::new();
        for rect in region.rects() {
            let rect = rect.intersection(Rect::of_size(self.grid.size));
            for index in self.grid.tiles_in(rect) {
                self.look_at_tile(picture, index, rect, &mut changed);
            }
        }
        self.set_urgency(&changed);
    }

    fn look_at_tile(&mut self, picture: &Picture, index: usize, rect: Rect, changed: &mut Vec<usize>) {
        let part = differing(picture, &self.known, self.grid.tile(index).intersection(rect));
        if part.is_empty() && self.tiles[index].differs.is_empty() {
            return;
        }
        let tile = &mut self.tiles[index];
        if !part.is_empty() {
            if tile.changed != self.turn {
                tile.changed = self.turn;
                tile.change = Rect::default();
                changed.push(index);
            }
            tile.change = tile.change.union(part);
        }
        let before = tile.differs;
        if before.is_empty() || (tile.begun && !part.is_empty()) {
            tile.since = self.turn;
            tile.begun = false;
        }
        if before.is_empty() {
            self.set_differs(index, part);
        } else {
            self.set_differs(index, differing(picture, &self.known, part.union(before)));
        }
    }

    fn set_differs(&mut self, index: usize, differs: Rect) {
        let tile = &mut self.tiles[index];
        self.dirty += usize::from(!differs.is_empty());
        self.dirty -= usize::from(!tile.differs.is_empty());
        tile.differs = differs;
    }

    /// Joins neighbours among the tiles that changed in this turn: few joined ones are a small change.
    fn set_urgency(&mut self, changed: &[usize]) {
        let mut reached = vec![false; self.tiles.len()];
        let mut joined = Vec::new();
        for &first in changed {
            if reached[first] {
                continue;
            }
            joined.clear();
            joined.push(first);
            reached[first] = true;
            let mut next = 0;
            while next < joined.len() {
                for neighbour in self.grid.neighbours(joined[next]) {
                    if self.tiles[neighbour].changed == self.turn && !reached[neighbour] {
                        reached[neighbour] = true;
                        joined.push(neighbour);
                    }
                }
                next += 1;
            }
            for index in &joined {
                let tile = &mut self.tiles[*index];
                tile.urgent = match joined.len() {
                    ..=SMALL_CHANGE => tile.urgent.union(tile.change),
                    _ => Rect::default(),
                };
            }
        }
    }

    /// All tiles that differ, sorted for sending.
    pub(super) fn queue(&self) -> Queue {
        let mut small = Vec::new();
        let mut others = Vec::new();
        for (index, tile) in self.tiles.iter().enumerate() {
            if !tile.urgent.is_empty() {
                small.push(index);
            } else if !tile.differs.is_empty() {
                others.push(index);
            }
        }
        // Taken from the end.
        small.sort_unstable_by_key(|index| (self.tiles[*index].changed, usize::MAX - index));
        others.sort_unstable_by_key(|index| (u64::MAX - self.tiles[*index].since, usize::MAX - index));
        Queue { small, others }
    }

    /// The tile to send next, `None` once the queue is empty.
    pub(super) fn next(&self, queue: &mut Queue) -> Option<usize> {
        if queue.others.is_empty() || self.lead < MAX_LEAD {
            queue.small.pop().or_else(|| queue.others.pop())
        } else {
            queue.others.pop()
        }
    }

    /// What to send of this tile as it is now: what changed last if that is small, else all that differs.
    pub(super) fn due(&mut self, picture: &Picture, index: usize) -> Rect {
        let tile = self.tiles[index];
        let urgent = differing(picture, &self.known, tile.urgent);
        self.tiles[index].urgent = urgent;
        if !urgent.is_empty() {
            return urgent;
        }
        if tile.changed > 0 {
            // It was looked at whenever it changed.
            return tile.differs;
        }
        let differs = differing(picture, &self.known, tile.differs);
        self.set_differs(index, differs);
        differs
    }

    /// The receiver gets these pixels of a tile, so many bytes: what [`DirtyTiles::due`] said or its upper rows.
    pub(super) fn sent(&mut self, picture: &Picture, index: usize, rect: Rect, bytes: usize, queue: &Queue) {
        self.known.copy_from(picture, rect);
        let tile = self.tiles[index];
        if tile.urgent.is_empty() {
            self.lead = self.lead.saturating_sub(LEAD_PER_BYTE * bytes);
        } else if queue.others.is_empty() {
            self.lead = 0;
        } else {
            self.lead = self.lead.saturating_add(bytes);
        }
        // Of what was sent nothing differs any more.
        let rest = |of: Rect| {
            if of.intersection(rect) == of { Rect::default() } else { differing(picture, &self.known, of) }
        };
        let (urgent, differs) = (rest(tile.urgent), rest(tile.differs));
        self.tiles[index].urgent = urgent;
        self.tiles[index].begun = true;
        self.set_differs(index, differs);
    }
}

/// The tiles to send, most urgent last.
pub(super) struct Queue {
    small: Vec<usize>,
    others: Vec<usize>,
}

/// The smallest rectangle around all pixels within `rect` in which the two pictures differ; both have it.
fn differing(a: &Picture, b: &Picture, rect: Rect) -> Rect {
    if rect.is_empty() {
        return Rect::default();
    }
    let x = rect.x as u32;
    let rows = |y: i32| (a.row(x, y as u32, rect.width), b.row(x, y as u32, rect.width));
    let differs = |y: &i32| {
        let (a, b) = rows(*y);
        a != b
    };
    let Some(top) = (rect.y..rect.bottom()).find(differs) else {
        return Rect::default();
    };
    let bottom = (top..rect.bottom()).rev().find(differs).unwrap_or(top) + 1;
    let width = rect.width as usize;
    let mut left = width;
    let mut right = 0;
    for y in top..bottom {
        let (a, b) = rows(y);
        if let Some(first) = (0..left).find(|x| a[*x] != b[*x]) {
            left = first;
        }
        if let Some(last) = (right..width).rev().find(|x| a[*x] != b[*x]) {
            right = last + 1;
        }
    }
    Rect { x: rect.x + left as i32, y: top, width: (right - left) as u32, height: top.abs_diff(bottom) }
}
