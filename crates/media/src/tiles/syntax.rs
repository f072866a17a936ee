//! What an update says beside pixels, read and written by the same lines.

use farhand_proto::screen::{Picture, Rect};

use super::model::{Foretold, Kind, PixelModel};
use super::motion::Move;
use super::numbers::{NumberModel, code_tree};
use super::range::{Bit, Coder};
use super::rough::{Coarseness, RoughModel};
use super::store::{NEWEST, Store};
use super::{Grid, TILE};

/// The most moves of one update.
pub(super) const MAX_MOVES: usize = 6;

/// Where the best guess for the pixels of a box comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum First {
    /// From where they are.
    #[default]
    Same,
    /// From elsewhere: the update's move of this number.
    Moved(usize),
}

impl First {
    /// How far it moved.
    pub(super) fn by(self, moves: &[Move]) -> Move {
        match self {
            Self::Moved(index) => moves.get(index).copied().unwrap_or_default(),
            Self::Same => (0, 0),
        }
    }
}

/// Where the next best one comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Second {
    /// What the tile showed, so many contents ago.
    Newest(usize),
    /// Any contents that were put in the store.
    Slot(usize),
}

/// How the pixels follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// All of them are as the best guess says.
    First,
    /// All of them are as the next best one says.
    Second,
    /// One by one.
    Drawn,
    /// One by one, as of a photograph.
    Natural,
    /// One by one, each near the best guess: what was rough becomes exact.
    Near,
    /// Not exactly.
    Rough(Coarseness),
}

impl Way {
    fn number(self) -> u32 {
        match self {
            Self::First | Self::Second | Self::Drawn => 0,
            Self::Natural => 1,
            Self::Near => 2,
            Self::Rough(_) => 3,
        }
    }
}

/// A box before its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) tile: usize,
    /// Within the picture, and within the tile.
    pub(super) rect: Rect,
    pub(super) first: First,
    pub(super) second: Option<Second>,
    pub(super) way: Way,
    /// What the tile showed before goes into the store.
    pub(super) keeps: bool,
}

/// All that both ends have learnt.
pub(super) struct Model {
    pub(super) pixels: PixelModel,
    pub(super) rough: RoughModel,
    has_more: [Bit; 2],
    is_next: Bit,
    distance: NumberModel,
    is_whole: [Bit; 2],
    places: [[Bit; TILE as usize]; 4],
    has_moves: Bit,
    more_moves: [Bit; MAX_MOVES],
    is_former: Bit,
    right: NumberModel,
    down: NumberModel,
    is_same_first: Bit,
    first: [Bit; 8],
    has_second: [Bit; 2],
    is_newest: Bit,
    slot: NumberModel,
    age: [Bit; NEWEST],
    is_first: [Bit; 4],
    is_second: [Bit; 2],
    way: [[Bit; 4]; 4],
    coarseness: [Bit; 1 << Coarseness::BITS],
    is_as_coarse: Bit,
    coarse: Coarseness,
    keeps: [Bit; 4],
    /// The moves of the last update that had some.
    former: Vec<Move>,
    last: Head,
}

/// No box.
pub(super) const NO_HEAD: Head = Head {
    tile: 0,
    rect: Rect { x: 0, y: 0, width: 0, height: 0 },
    first: First::Same,
    second: None,
    way: Way::Drawn,
    keeps: false,
};

impl Model {
    pub(super) fn new() -> Self {
        let bit = Bit::EVEN;
        Self {
            pixels: PixelModel::new(),
            rough: RoughModel::new(),
            has_more: [bit; 2],
            is_next: bit,
            distance: NumberModel::NEW,
            is_whole: [bit; 2],
            places: [[bit; TILE as usize]; 4],
            has_moves: bit,
            more_moves: [bit; MAX_MOVES],
            is_former: bit,
            right: NumberModel::NEW,
            down: NumberModel::NEW,
            is_same_first: bit,
            first: [bit; 8],
            has_second: [bit; 2],
            is_newest: bit,
            slot: NumberModel::NEW,
            age: [bit; NEWEST],
            is_first: [bit; 4],
            is_second: [bit; 2],
            way: [[bit; 4]; 4],
            coarseness: [bit; 1 << Coarseness::BITS],
            is_as_coarse: bit,
            coarse: Coarseness::FINE,
            keeps: [bit; 4],
            former: Vec::new(),
            last: NO_HEAD,
        }
    }

    /// The moves of an update, at its beginning.
    pub(super) fn code_moves(&mut self, coder: &mut impl Coder, moves: &[Move]) -> Vec<Move> {
        self.last = NO_HEAD;
        let mut read = Vec::new();
        if !coder.bit(&mut self.has_moves, !moves.is_empty()) {
            return read;
        }
        loop {
            let index = read.len();
            let by = moves.get(index).copied().unwrap_or_default();
            let former = self.former.get(index).copied();
            let by = match former {
                Some(former) if coder.bit(&mut self.is_former, by == former) => former,
                _ => {
                    let right = self.right.code_signed(coder, by.0.into());
                    (right as i16, self.down.code_signed(coder, by.1.into()) as i16)
                }
            };
            read.push(by);
            let has_more = index + 1 < moves.len();
            if read.len() == MAX_MOVES || !coder.bit(&mut self.more_moves[index], has_more) {
                self.former.clone_from(&read);
                return read;
            }
        }
    }

    /// Whether another box follows.
    pub(super) fn code_more(&mut self, coder: &mut impl Coder, has_more: bool) -> bool {
        let context = usize::from(self.last.rect.is_empty());
        coder.bit(&mut self.has_more[context], has_more)
    }

    /// What stands before the pixels of a box; `None` if there can't be such a box.
    pub(super) fn code_head(
        &mut self,
        coder: &mut impl Coder,
        grid: Grid,
        moves: usize,
        slots: usize,
        head: &Head,
    ) -> Option<Head> {
        let last = self.last;
        let next = if last.rect.is_empty() { 0 } else { last.tile + 1 };
        let tile = if coder.bit(&mut self.is_next, head.tile == next) {
            next
        } else {
            let by = self.distance.code_signed(coder, head.tile as i32 - next as i32);
            usize::try_from(next as i64 + i64::from(by)).ok()?
        };
        if tile >= grid.tiles() {
            return None;
        }
        let whole = grid.tile(tile);
        let was_whole = usize::from(!last.rect.is_empty() && last.rect == grid.tile(last.tile));
        let rect = if coder.bit(&mut self.is_whole[was_whole], head.rect == whole) {
            whole
        } else {
            let sides = [
                (head.rect.x - whole.x) as u32,
                (head.rect.y - whole.y) as u32,
                head.rect.width.wrapping_sub(1),
                head.rect.height.wrapping_sub(1),
            ];
            let mut read = [0; 4];
            for ((read, side), tree) in read.iter_mut().zip(sides).zip(&mut self.places) {
                *read = code_tree(coder, tree, TILE.trailing_zeros(), side);
            }
            let [x, y, width, height] = read;
            let rect =
                Rect { x: whole.x + x as i32, y: whole.y + y as i32, width: width + 1, height: height + 1 };
            if rect.intersection(whole) != rect {
                return None;
            }
            rect
        };
        let first = self.code_first(coder, moves, last.first, head.first);
        let second = self.code_second(coder, slots, last.second, head.second);
        let way = self.code_way(coder, last.way, second, head.way);
        let context = usize::from(last.keeps) | usize::from(first != First::Same) << 1;
        let keeps = coder.bit(&mut self.keeps[context], head.keeps);
        self.last = Head { tile, rect, first, second, way, keeps };
        Some(self.last)
    }

    fn code_first(&mut self, coder: &mut impl Coder, moves: usize, last: First, first: First) -> First {
        if moves == 0 || coder.bit(&mut self.is_same_first, first == last) {
            return if moves == 0 { First::Same } else { last };
        }
        let number = |first| match first {
            First::Same => 0,
            First::Moved(index) => index as u32 + 1,
        };
        match code_tree(coder, &mut self.first, 3, number(first)) as usize {
            0 => First::Same,
            index => First::Moved((index - 1).min(moves - 1)),
        }
    }

    fn code_second(
        &mut self,
        coder: &mut impl Coder,
        slots: usize,
        last: Option<Second>,
        second: Option<Second>,
    ) -> Option<Second> {
        if slots == 0 || !coder.bit(&mut self.has_second[usize::from(last.is_some())], second.is_some()) {
            return None;
        }
        let (is_newest, age, slot) = match second {
            Some(Second::Newest(age)) => (true, age, 0),
            Some(Second::Slot(slot)) => (false, 0, slot),
            None => (false, 0, 0),
        };
        if coder.bit(&mut self.is_newest, is_newest) {
            let mut read = 0;
            while read + 1 < NEWEST && coder.bit(&mut self.age[read], read < age) {
                read += 1;
            }
            return Some(Second::Newest(read));
        }
        // Neighbours were often put in after each other.
        let expected = match last {
            Some(Second::Slot(slot)) => slot + 1,
            _ => 0,
        };
        let by = self.slot.code_signed(coder, slot as i32 - expected as i32);
        let slot = usize::try_from(expected as i64 + i64::from(by)).unwrap_or_default();
        Some(Second::Slot(slot.min(slots - 1)))
    }

    fn code_way(&mut self, coder: &mut impl Coder, last: Way, second: Option<Second>, way: Way) -> Way {
        let context = usize::from(last == Way::First) | usize::from(second.is_some()) << 1;
        if coder.bit(&mut self.is_first[context], way == Way::First) {
            return Way::First;
        }
        let was_second = usize::from(last == Way::Second);
        if second.is_some() && coder.bit(&mut self.is_second[was_second], way == Way::Second) {
            return Way::Second;
        }
        match code_tree(coder, &mut self.way[last.number() as usize], 2, way.number()) {
            0 => Way::Drawn,
            1 => Way::Natural,
            2 => Way::Near,
            _ => Way::Rough(self.code_coarseness(coder, way)),
        }
    }

    fn code_coarseness(&mut self, coder: &mut impl Coder, way: Way) -> Coarseness {
        let coarseness = if let Way::Rough(coarseness) = way { coarseness } else { self.coarse };
        if !coder.bit(&mut self.is_as_coarse, coarseness == self.coarse) {
            let number = code_tree(coder, &mut self.coarseness, Coarseness::BITS, coarseness.number());
            self.coarse = Coarseness::of_number(number);
        }
        self.coarse
    }
}

/// The guesses for the pixels of a box, row by row.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    pub(super) first: Vec<u32>,
    pub(super) second: Vec<u32>,
}

impl Guesses {
    /// Brings in what a head says; `before` is the picture as it was before the update.
    pub(super) fn load(&mut self, head: &Head, moves: &[Move], before: &Picture, store: &Store) {
        let rect = head.rect;
        self.first.clear();
        self.second.clear();
        let by = head.first.by(moves);
        moved_rows(before, rect, by).for_each(|row| self.first.extend_from_slice(row));
        if let Some(pixels) = head.second.and_then(|second| find(second, head.tile, store)) {
            let corner = store_corner(rect);
            for row in pixels.chunks_exact(TILE as usize).skip(corner.1).take(rect.height as usize) {
                self.second.extend_from_slice(&row[corner.0..corner.0 + rect.width as usize]);
            }
        }
    }

    /// What is known of the pixels of a box whose guesses these are.
    pub(super) fn foretold(&self, head: &Head) -> Foretold<'_> {
        let kind = match head.way {
            Way::Natural => Kind::Natural,
            Way::Near => Kind::Near,
            Way::First | Way::Second | Way::Drawn | Way::Rough(_) => Kind::Drawn,
        };
        Foretold { first: &self.first, is_moved: head.first != First::Same, second: self.second(), kind }
    }

    /// The next best guesses, if there are some.
    pub(super) fn second(&self) -> Option<&[u32]> {
        (!self.second.is_empty()).then_some(&self.second)
    }
}

/// What the store has under a name.
pub(super) fn find(second: Second, tile: usize, store: &Store) -> Option<&[u32]> {
    let slot = match second {
        Second::Newest(age) => store.newest(tile, age)?,
        Second::Slot(slot) => slot,
    };
    store.get(slot, tile)
}

/// Where a box lies in its tile.
pub(super) fn store_corner(rect: Rect) -> (usize, usize) {
    (rect.x as usize % TILE as usize, rect.y as usize % TILE as usize)
}

/// The rows of pixels that were moved to this place; where they would come from outside, those that were here.
pub(super) fn moved_rows(before: &Picture, rect: Rect, by: Move) -> impl Iterator<Item = &[u32]> {
    let from = Rect { x: rect.x - i32::from(by.0), y: rect.y - i32::from(by.1), ..rect };
    let is_inside = from.intersection(Rect::of_size(before.size())) == from;
    let from = if is_inside { from } else { rect };
    before.rows(from)
}
