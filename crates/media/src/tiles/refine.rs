//! Which parts of the picture the receiver has only roughly, and when they are made exact.

use std::time::Duration;

use farhand_proto::screen::Rect;
use farhand_proto::time::Moment;

use super::rough::Coarseness;

/// What was left alone for so long is made exact.
const QUIET: Duration = Duration::from_millis(350);

/// The part of a tile that is rough.
#[derive(Debug, Clone, Copy)]
pub(super) struct RoughPart {
    /// Around all pixels that are not exact.
    pub(super) rect: Rect,
    /// How coarse the coarsest of them are.
    pub(super) coarseness: Coarseness,
    /// When something of the tile was sent last.
    since: Moment,
}

/// The rough part of every tile.
#[derive(Debug)]
pub(super) struct RoughTiles {
    parts: Vec<Option<RoughPart>>,
    count: usize,
}

impl RoughTiles {
    /// So many tiles, none of them rough.
    pub(super) fn new(tiles: usize) -> Self {
        Self { parts: vec![None; tiles], count: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn part(&self, tile: usize) -> Option<RoughPart> {
        self.parts[tile]
    }

    /// Whether these pixels of a tile are all within its rough part.
    pub(super) fn has(&self, tile: usize, rect: Rect) -> bool {
        self.part(tile).is_some_and(|part| rect.intersection(part.rect) == rect)
    }

    /// The tiles of which nothing was sent for a while.
    pub(super) fn due(&self, now: Moment) -> Vec<usize> {
        let is_due = |part: &Option<RoughPart>| part.is_some_and(|part| part.since + QUIET <= now);
        let mut due: Vec<_> = (0..self.parts.len()).filter(|tile| is_due(&self.parts[*tile])).collect();
        // The coarsest first.
        due.sort_by_key(|tile| std::cmp::Reverse(self.parts[*tile].map(|part| part.coarseness)));
        due
    }

    /// When a tile will be due, unless something of it is sent before.
    pub(super) fn poll_timeout(&self) -> Option<Moment> {
        if self.is_empty() {
            return None;
        }
        self.parts.iter().flatten().map(|part| part.since + QUIET).min()
    }

    /// These pixels of a tile went roughly.
    pub(super) fn sent_rough(&mut self, tile: usize, rect: Rect, coarseness: Coarseness, now: Moment) {
        let before = self.part(tile);
        let part = match before {
            Some(part) if rect.intersection(part.rect) != part.rect => RoughPart {
                rect: part.rect.union(rect),
                coarseness: part.coarseness.max(coarseness),
                since: now,
            },
            _ => RoughPart { rect, coarseness, since: now },
        };
        self.set(tile, Some(part));
    }

    /// These pixels of a tile went exactly.
    pub(super) fn sent_exact(&mut self, tile: usize, rect: Rect, now: Moment) {
        let Some(part) = self.part(tile) else { return };
        let both = rect.intersection(part.rect);
        if both.is_empty() {
            // Something else in the same tile.
            return;
        }
        let is_upper = both.x == part.rect.x && both.y == part.rect.y && both.width == part.rect.width;
        let rest = if is_upper {
            let height = part.rect.height - both.height;
            Rect { y: part.rect.y + both.height as i32, height, ..part.rect }
        } else {
            part.rect
        };
        self.set(tile, (!rest.is_empty()).then_some(RoughPart { rect: rest, since: now, ..part }));
    }

    /// The same in the course of making it exact: what is left of it goes on at once.
    pub(super) fn refined(&mut self, tile: usize, rect: Rect, coarseness: Option<Coarseness>, now: Moment) {
        let since = self.part(tile).map(|part| part.since);
        match coarseness {
            Some(coarseness) => self.sent_rough(tile, rect, coarseness, now),
            None => self.sent_exact(tile, rect, now),
        }
        if let (Some(since), Some(part)) = (since, &mut self.parts[tile]) {
            part.since = since;
        }
    }

    fn set(&mut self, tile: usize, part: Option<RoughPart>) {
        let before = std::mem::replace(&mut self.parts[tile], part);
        self.count += usize::from(part.is_some());
        self.count -= usize::from(before.is_some());
    }
}
