//! The sending end.

use std::collections::HashMap;

use farhand_proto::limits;
use farhand_proto::screen::{Picture, Rect, Region, Room, Size};
use farhand_proto::time::Moment;

use super::check::Check;
use super::dirty::DirtyTiles;
use super::few;
use super::looks::{Looks, equal, has_many_colours, looks, near_ones};
use super::motion::{Move, Search};
use super::range::RangeEncoder;
use super::refine::RoughTiles;
use super::rough::{Coarseness, Ground};
use super::store::{NEWEST, Store};
use super::syntax::{First, Guesses, Head, MAX_MOVES, Model, Second, Way, find, moved_rows, store_corner};
use super::{CHECK, CHECK_EVERY, CODEC, COMPLETE, FRESH, Grid, ROUGH, TILE};
use crate::{Encoded, Encoder, State};

/// More than what an update can have beyond its budget.
const MARGIN: usize = 64 * 1024;
/// Boxes of up to so many bytes go in one piece however small the budget is; with the rows that are coded before it is
/// asked again they stay within 4 KiB.
const MIN_BOX: usize = 3000;
/// So many tiles have to differ for something to have moved.
const MOVED: usize = 4;
/// A box of so many pixels may be worth a place in the store for what was there.
const WORTH: usize = 256;
/// A line of fewer bytes a second (1 Mbit/s) is thin: what is new on so many tiles comes with few colours first.
const THIN: u64 = 125_000;
const PAGE: usize = 24;
/// A photograph's box of so many pixels goes roughly first.
const LARGE: usize = 256;
/// A tile that was left alone for so many updates has settled.
const SETTLED: u64 = 2;

/// Sends what changed, tile by tile.
pub(crate) struct TileEncoder {
    dirty: DirtyTiles,
    rough: RoughTiles,
    /// Where boxes with few colours are made; empty until one is needed.
    few: Picture,
    /// How coarse the next photographs are, so that they fit the line.
    coarseness: Coarseness,
    /// What the receiver has, and what it had before the update that is being made.
    canvas: Picture,
    before: Picture,
    coder: RangeEncoder,
    model: Model,
    store: Store,
    /// Where in the store contents with this hash lie, and the hash of what lies in each slot.
    by_hash: HashMap<u64, usize>,
    hashes: Vec<u64>,
    search: Search,
    moves: Vec<Move>,
    /// Something was damaged since moves were looked for.
    is_damaged: bool,
    guesses: Guesses,
    check: Check,
    /// Counts updates, and the last one that touched each tile.
    update: u64,
    touched: Vec<u64>,
    /// Boxes of this update.
    sent: Vec<Rect>,
    /// The receiver has to start afresh.
    fresh: bool,
    /// What the receiver knows of the state of its picture: that it is not partial.
    told: Option<State>,
    serial: u8,
}

impl TileEncoder {
    pub(crate) fn new() -> Self {
        Self {
            dirty: DirtyTiles::new(Size::default()),
            rough: RoughTiles::new(0),
            few: Picture::default(),
            coarseness: Coarseness::FINE,
            canvas: Picture::default(),
            before: Picture::default(),
            coder: RangeEncoder::default(),
            model: Model::new(),
            store: Store::new(Grid::default()),
            by_hash: HashMap::new(),
            hashes: Vec::new(),
            search: Search::new(),
            moves: Vec::new(),
            is_damaged: false,
            guesses: Guesses::default(),
            check: Check::default(),
            update: 0,
            touched: Vec::new(),
            sent: Vec::new(),
            fresh: true,
            told: None,
            serial: 0,
        }
    }

    fn follow_size(&mut self, picture: &Picture) {
        if picture.size() != self.dirty.grid().size {
            self.reset(picture.size());
        }
    }

    fn write(&mut self, picture: &Picture, budget: usize, is_thin: bool, now: Moment) {
        self.coder.begin();
        let tiles = self.find_moves(picture);
        let is_hasty = is_thin && tiles >= PAGE;
        if is_hasty && self.few.size() != self.canvas.size() {
            self.few = Picture::new(self.canvas.size());
        }
        let moves = self.model.code_moves(&mut self.coder, &self.moves);
        self.moves = moves;
        self.sent.clear();
        let mut queue = self.dirty.queue();
        let mut is_begun = false;
        while let Some(tile) = self.dirty.next(&mut queue) {
            let rect = self.dirty.due(picture, tile);
            if rect.is_empty() {
                continue;
            }
            if is_begun && self.coder.len() >= budget {
                break;
            }
            is_begun = true;
            let head = self.choose(picture, tile, rect);
            let is_reduced = is_hasty
                && head.way == Way::Drawn
                && rect.size().area() as usize >= LARGE
                && few::reduce(picture, rect, &mut self.few);
            let (sent, bytes) = if is_reduced {
                let few = std::mem::take(&mut self.few);
                let written = self.write_box(&few, head, budget);
                self.few = few;
                written
            } else {
                self.write_box(picture, head, budget)
            };
            self.dirty.sent(picture, tile, sent, bytes, &queue);
            match head.way {
                Way::Rough(coarseness) => self.rough.sent_rough(tile, sent, coarseness, now),
                _ if is_reduced => self.rough.sent_rough(tile, sent, Coarseness::FINE, now),
                _ => self.rough.sent_exact(tile, sent, now),
            }
        }
        if self.dirty.is_clean() {
            self.refine(picture, budget, now);
        }
        self.model.code_more(&mut self.coder, false);
        for rect in self.sent.drain(..) {
            self.before.copy_from(&self.canvas, rect);
        }
    }

    /// Makes exact what has stood still roughly, if there is room for it.
    fn refine(&mut self, picture: &Picture, budget: usize, now: Moment) {
        let mut is_begun = !self.sent.is_empty();
        for tile in self.rough.due(now) {
            if is_begun && self.coder.len() >= budget {
                break;
            }
            let part = self.rough.part(tile).filter(|_| self.touched[tile] != self.update);
            let Some(part) = part else { continue };
            is_begun = true;
            // What is very coarse gets better before it gets exact.
            let better = (part.coarseness > Coarseness::MOVING).then_some(Coarseness::FINE);
            let way = match better {
                Some(coarseness) => Way::Rough(coarseness),
                None if looks(picture, part.rect) != Looks::Drawn => Way::Near,
                None => Way::Drawn,
            };
            let head = Head { tile, rect: part.rect, first: First::Same, second: None, way, keeps: false };
            let (sent, _) = self.write_box(picture, head, budget);
            self.rough.refined(tile, sent, better, now);
        }
    }

    /// Looks for what moved; what is left of a change over several updates moved as before. Gives how many tiles
    /// changed.
    fn find_moves(&mut self, picture: &Picture) -> usize {
        // A film goes on in its own way.
        let (area, tiles) = self.dirty.extent(|tile, rect| !self.rough.has(tile, rect));
        if self.fresh || tiles < MOVED {
            self.moves.clear();
        } else if std::mem::take(&mut self.is_damaged) {
            self.moves = self.search.find(self.dirty.known(), picture, area, MAX_MOVES);
        }
        tiles
    }

    /// Writes a box, or its upper rows; gives what was written and in how many bytes.
    fn write_box(&mut self, picture: &Picture, mut head: Head, budget: usize) -> (Rect, usize) {
        let begun = self.coder.len();
        let kept = self.worth_keeping(&head);
        head.keeps = kept.is_some();
        self.model.code_more(&mut self.coder, true);
        let grid = self.dirty.grid();
        let slots = self.store.len();
        let coded = self.model.code_head(&mut self.coder, grid, self.moves.len(), slots, &head);
        debug_assert_eq!(coded, Some(head), "a head is what it says");
        let mut sent = head.rect;
        // A small box goes in one piece whatever the budget.
        let goes_on = |coder: &RangeEncoder| coder.len() < budget || coder.len() < begun + MIN_BOX;
        let (coder, canvas) = (&mut self.coder, &mut self.canvas);
        match head.way {
            Way::First | Way::Second => canvas.copy_from(picture, sent),
            Way::Rough(coarseness) => {
                let by = head.first.by(&self.moves);
                let ground = Ground::new(&self.before, by, coarseness, Some(picture));
                sent.height = self.model.rough.code_box(coder, canvas, head.rect, &ground, goes_on);
            }
            Way::Drawn | Way::Natural | Way::Near => {
                self.guesses.load(&head, &self.moves, &self.before, &self.store);
                let foretold = self.guesses.foretold(&head);
                let pixels = &mut self.model.pixels;
                sent.height = pixels.code_box(coder, canvas, head.rect, &foretold, Some(picture), goes_on);
            }
        }
        self.check.add(&self.canvas, sent);
        if let Some(hash) = kept {
            self.keep(head.tile, hash);
        }
        self.touched[head.tile] = self.update;
        self.sent.push(sent);
        (sent, self.coder.len() - begun)
    }

    /// How a box travels at the least cost, whatever becomes of what the tile showed before.
    fn choose(&self, picture: &Picture, tile: usize, rect: Rect) -> Head {
        let mut head = Head { tile, rect, first: First::Same, second: None, way: Way::Drawn, keeps: false };
        let area = rect.size().area() as usize;
        // What moves stays rough also where it has few colours for once.
        let is_moving = area >= LARGE && self.rough.has(tile, rect) && has_many_colours(picture, rect);
        if is_moving {
            head.way = Way::Rough(self.coarseness.max(Coarseness::MOVING));
            head.first = self.nearest(picture, rect);
            return head;
        }
        let is_moved = |index: &usize| is_moved(&self.before, picture, rect, self.moves[*index]);
        if let Some(index) = (0..self.moves.len()).find(is_moved) {
            (head.first, head.way) = (First::Moved(index), Way::First);
            return head;
        }
        if area >= WORTH
            && let Some(slot) = self.by_hash.get(&hash(picture, self.dirty.grid().tile(tile))).copied()
            && self.store.get(slot, tile).is_some_and(|pixels| stored(pixels, picture, rect) == area)
        {
            let age = (0..NEWEST).find(|age| self.store.newest(tile, *age) == Some(slot));
            head.second = Some(age.map_or(Second::Slot(slot), Second::Newest));
            head.way = Way::Second;
            return head;
        }
        let mut most = moved(&self.before, picture, rect, (0, 0));
        for (index, by) in self.moves.iter().enumerate() {
            let count = moved(&self.before, picture, rect, *by);
            if count > most {
                (most, head.first) = (count, First::Moved(index));
            }
        }
        let mut best = area / 16;
        for second in (0..NEWEST).map(Second::Newest) {
            let Some(pixels) = find(second, tile, &self.store) else { continue };
            let count = stored(pixels, picture, rect);
            if count > best.max(most / 2) {
                (best, head.second) = (count, Some(second));
            }
        }
        if most.max(best) >= area / 2 {
            return head;
        }
        match looks(picture, rect) {
            Looks::Smooth if area >= LARGE => {
                head.way = Way::Rough(self.coarseness);
                head.first = self.nearest(picture, rect);
                head.second = None;
            }
            Looks::Smooth | Looks::Wild => head.way = Way::Natural,
            Looks::Drawn => {}
        }
        head
    }

    /// Where the pixels of a box nearly were before.
    fn nearest(&self, picture: &Picture, rect: Rect) -> First {
        if self.moves.is_empty() {
            return First::Same;
        }
        let (mut most, mut first) = (nearly_moved(&self.before, picture, rect, (0, 0)), First::Same);
        for (index, by) in self.moves.iter().enumerate() {
            let count = nearly_moved(&self.before, picture, rect, *by);
            if count > most {
                (most, first) = (count, First::Moved(index));
            }
        }
        first
    }

    /// The hash of what a tile showed before this box, if it may be of use again and is not in the store.
    fn worth_keeping(&self, head: &Head) -> Option<u64> {
        let area = head.rect.size().area() as usize;
        let has_settled = self.update - self.touched[head.tile] >= SETTLED;
        let is_replaced = head.first == First::Same && area >= 8 * WORTH;
        // Nobody sees the same picture of a film again.
        let is_rough = self.rough.has(head.tile, head.rect);
        if self.fresh || area < WORTH || is_rough || !(has_settled || is_replaced) {
            return None;
        }
        let hash = hash(&self.before, self.dirty.grid().tile(head.tile));
        (!self.by_hash.contains_key(&hash)).then_some(hash)
    }

    /// What comes next is coarser if this did not fit, and finer if there was room for more.
    fn suit(&mut self, state: State, budget: usize) {
        if state == State::Partial {
            self.coarseness = self.coarseness.coarser();
        } else if self.coder.len() < budget / 2 {
            self.coarseness = self.coarseness.finer().max(Coarseness::FINE);
        }
    }

    fn keep(&mut self, tile: usize, hash: u64) {
        let slot = self.store.put(&self.before, tile);
        if slot == self.hashes.len() {
            self.hashes.push(hash);
        } else {
            let former = std::mem::replace(&mut self.hashes[slot], hash);
            if self.by_hash.get(&former) == Some(&slot) {
                self.by_hash.remove(&former);
            }
        }
        self.by_hash.insert(hash, slot);
    }
}

impl Encoder for TileEncoder {
    fn reset(&mut self, size: Size) {
        self.dirty = DirtyTiles::new(size);
        self.before = Picture::new(size);
        self.canvas = Picture::new(size);
        self.model = Model::new();
        let grid = self.dirty.grid();
        self.store = Store::new(grid);
        self.rough = RoughTiles::new(grid.tiles());
        self.coarseness = Coarseness::FINE;
        self.few = Picture::default();
        self.by_hash.clear();
        self.hashes.clear();
        self.check = Check::default();
        (self.update, self.touched) = (0, vec![0; grid.tiles()]);
        self.fresh = true;
        self.told = None;
        self.serial = 0;
    }

    fn damage(&mut self, picture: &Picture, region: &Region) {
        self.follow_size(picture);
        self.is_damaged = true;
        self.dirty.look(picture, region);
    }

    fn pending(&self, now: Moment) -> bool {
        let is_due = || self.rough.poll_timeout().is_some_and(|due| due <= now);
        !self.dirty.grid().is_empty() && (self.told.is_none() || !self.dirty.is_clean() || is_due())
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.rough.poll_timeout()
    }

    fn encode(&mut self, picture: &Picture, room: Room, now: Moment, out: &mut Vec<u8>) -> Encoded {
        self.follow_size(picture);
        if !self.pending(now) {
            return Encoded { state: self.told.unwrap_or(State::Exact), bytes: 0 };
        }
        self.update += 1;
        let start = out.len();
        out.extend_from_slice(&[CODEC, 0, self.serial]);
        if self.fresh {
            let Size { width, height } = picture.size();
            out.extend_from_slice(&(width as u16).to_le_bytes());
            out.extend_from_slice(&(height as u16).to_le_bytes());
        }
        let header = out.len() - start;
        let budget = room.bytes.min(limits::MAX_UPDATE - MARGIN).saturating_sub(header);
        let is_thin = room.per_second.is_some_and(|rate| rate < THIN);
        self.write(picture, budget, is_thin, now);
        let state = match (self.dirty.is_clean(), self.rough.is_empty()) {
            (true, true) => State::Exact,
            (true, false) => State::Rough,
            (false, _) => State::Partial,
        };
        self.suit(state, budget);
        let checks = self.serial % CHECK_EVERY == CHECK_EVERY - 1;
        if checks {
            out.extend_from_slice(&self.check.sum().to_le_bytes());
        }
        out.extend_from_slice(self.coder.finish());
        let flag = match state {
            State::Partial => 0,
            State::Rough => ROUGH,
            State::Exact => COMPLETE,
        };
        out[start + 1] = flag | if self.fresh { FRESH } else { 0 } | if checks { CHECK } else { 0 };
        self.fresh = false;
        self.told = (state != State::Partial).then_some(state);
        self.serial = self.serial.wrapping_add(1);
        Encoded { state, bytes: out.len() - start }
    }
}

/// How many pixels are what was so far away before.
fn moved(before: &Picture, now: &Picture, rect: Rect, by: Move) -> usize {
    let rows = moved_rows(before, rect, by).zip(now.rows(rect));
    rows.map(|(former, row)| equal(former, row)).sum()
}

/// How many pixels are nearly what was so far away before.
fn nearly_moved(before: &Picture, now: &Picture, rect: Rect, by: Move) -> usize {
    let rows = moved_rows(before, rect, by).zip(now.rows(rect));
    rows.map(|(former, row)| near_ones(former, row)).sum()
}

/// Whether all of them are.
fn is_moved(before: &Picture, now: &Picture, rect: Rect, by: Move) -> bool {
    moved_rows(before, rect, by).zip(now.rows(rect)).all(|(former, row)| former == row)
}

/// How many pixels are what lies in the store.
fn stored(pixels: &[u32], now: &Picture, rect: Rect) -> usize {
    let (left, top) = store_corner(rect);
    let rows = pixels.chunks_exact(TILE as usize).skip(top).zip(now.rows(rect));
    rows.map(|(former, row)| equal(&former[left..left + row.len()], row)).sum()
}

/// A number for the contents of a part of the picture.
fn hash(picture: &Picture, rect: Rect) -> u64 {
    let mut lanes = [0x9E37_79B9_7F4A_7C15_u64 ^ u64::from(rect.width) << 8 ^ u64::from(rect.height); 4];
    for row in picture.rows(rect) {
        for group in row.chunks(8) {
            for (lane, pair) in lanes.iter_mut().zip(group.chunks(2)) {
                let pair = u64::from(pair[0]) | u64::from(*pair.last().unwrap_or(&0)) << 32;
                *lane = (*lane ^ pair).wrapping_mul(0xD6E8_FEB8_6659_FD93).rotate_left(29);
            }
        }
    }
    lanes.into_iter().fold(0, |all, lane| (all ^ lane).wrapping_mul(0xD6E8_FEB8_6659_FD93).rotate_left(31))
}
