//! The receiving end. Every byte may be hostile.

use farhand_proto::limits;
use farhand_proto::screen::{Picture, Rect, Region, Size};

use super::check::Check;
use super::range::RangeDecoder;
use super::rough::Ground;
use super::store::Store;
use super::syntax::{Guesses, Model, NO_HEAD, Way, moved_rows};
use super::{CHECK, CODEC, COMPLETE, FRESH, Grid, ROUGH};
use crate::{DecodeError, Decoded, Decoder, State};

/// Rebuilds the picture.
pub(crate) struct TileDecoder {
    picture: Picture,
    /// The picture before the update that is being read.
    before: Picture,
    model: Model,
    store: Store,
    guesses: Guesses,
    check: Check,
    /// The serial number that the next update must have; `None` where it must start afresh.
    serial: Option<u8>,
}

impl TileDecoder {
    pub(crate) fn new() -> Self {
        Self {
            picture: Picture::default(),
            before: Picture::default(),
            model: Model::new(),
            store: Store::default(),
            guesses: Guesses::default(),
            check: Check::default(),
            serial: None,
        }
    }

    fn start_afresh(&mut self, size: Size) -> Result<(), DecodeError> {
        if !size.is_acceptable() {
            return Err(DecodeError::Size(size));
        }
        if size == self.picture.size() {
            self.picture.pixels_mut().fill(0);
            self.before.pixels_mut().fill(0);
        } else {
            // The old pictures go first: there are never more than two.
            (self.picture, self.before) = (Picture::default(), Picture::default());
            // The pictures' own allocations can't fail gently, so a trial comes before them.
            let trial = Vec::<u32>::new().try_reserve_exact(2 * size.width as usize * size.height as usize);
            trial.map_err(|_| DecodeError::Memory(size))?;
            (self.picture, self.before) = (Picture::new(size), Picture::new(size));
        }
        self.model = Model::new();
        self.store = Store::new(Grid { size });
        self.check = Check::default();
        Ok(())
    }

    /// Reads the boxes of an update and says where they are.
    fn read(&mut self, bytes: &[u8]) -> Result<Region, DecodeError> {
        const STRANGE: DecodeError = DecodeError::Damaged("a box lies outside of the picture");
        let grid = Grid { size: self.picture.size() };
        let coder = RangeDecoder::new(bytes);
        let mut coder = coder.ok_or(DecodeError::Damaged("it begins with what can't be"))?;
        let moves = self.model.code_moves(&mut coder, &[]);
        let mut boxes_left = grid.tiles();
        let mut painted = Painted::default();
        while self.model.code_more(&mut coder, false) {
            boxes_left =
                boxes_left.checked_sub(1).ok_or(DecodeError::Damaged("it paints more than there is"))?;
            let slots = self.store.len();
            let mut head =
                self.model.code_head(&mut coder, grid, moves.len(), slots, &NO_HEAD).ok_or(STRANGE)?;
            if !matches!(head.way, Way::First | Way::Rough(_)) {
                self.guesses.load(&head, &moves, &self.before, &self.store);
            }
            match head.way {
                Way::First => {
                    let rows = moved_rows(&self.before, head.rect, head.first.by(&moves));
                    paint(&mut self.picture, head.rect, rows);
                }
                Way::Second => {
                    let second = self.guesses.second();
                    let second = second.ok_or(DecodeError::Damaged("it asks for what was never there"))?;
                    paint(&mut self.picture, head.rect, second.chunks_exact(head.rect.width as usize));
                }
                Way::Rough(coarseness) => {
                    let ground = Ground::new(&self.before, head.first.by(&moves), coarseness, None);
                    let (rough, canvas) = (&mut self.model.rough, &mut self.picture);
                    head.rect.height = rough.code_box(&mut coder, canvas, head.rect, &ground, |_| true);
                }
                Way::Drawn | Way::Natural | Way::Near => {
                    let foretold = self.guesses.foretold(&head);
                    let pixels = &mut self.model.pixels;
                    head.rect.height =
                        pixels.code_box(&mut coder, &mut self.picture, head.rect, &foretold, None, |_| true);
                }
            }
            self.check.add(&self.picture, head.rect);
            if head.keeps {
                self.store.put(&self.before, head.tile);
            }
            painted.note(head.rect);
        }
        if !coder.is_at_end() {
            return Err(DecodeError::Damaged("more follows after its end"));
        }
        for rect in &painted.boxes {
            self.before.copy_from(&self.picture, *rect);
        }
        Ok(painted.into_changed())
    }
}

impl Decoder for TileDecoder {
    fn decode(&mut self, update: &[u8]) -> Result<Decoded, DecodeError> {
        let expected = self.serial.take();
        let (header, bytes) = Header::read(update)?;
        match header.fresh {
            Some(size) => self.start_afresh(size)?,
            None if expected == Some(header.serial) => {}
            None => return Err(DecodeError::NeedsFreshStart),
        }
        let mut changed = self.read(bytes)?;
        if header.check.is_some_and(|sum| sum != self.check.sum()) {
            return Err(DecodeError::Damaged("it leads to another picture"));
        }
        if header.fresh.is_some() {
            changed = Rect::of_size(self.picture.size()).into();
        }
        self.serial = Some(header.serial.wrapping_add(1));
        Ok(Decoded { changed, state: header.state, fresh: header.fresh.is_some() })
    }

    fn picture(&self) -> &Picture {
        &self.picture
    }
}

/// What stands before the coded part of an update.
struct Header {
    /// The size of the picture that starts afresh.
    fresh: Option<Size>,
    state: State,
    serial: u8,
    /// What the sum over all painted pixels is after this update.
    check: Option<u32>,
}

impl Header {
    fn read(update: &[u8]) -> Result<(Self, &[u8]), DecodeError> {
        const SHORT: DecodeError = DecodeError::Damaged("it ends within its header");
        if update.len() > limits::MAX_UPDATE {
            return Err(DecodeError::Damaged("it is too long"));
        }
        let (codec, rest) = update.split_first().ok_or(SHORT)?;
        if *codec != CODEC {
            return Err(DecodeError::UnknownCodec(*codec));
        }
        let (&[flags, serial], mut rest) = rest.split_first_chunk().ok_or(SHORT)?;
        let state = match flags & !(FRESH | CHECK) {
            0 => State::Partial,
            ROUGH => State::Rough,
            COMPLETE => State::Exact,
            _ => return Err(DecodeError::Damaged("its flags are unknown")),
        };
        let mut fresh = None;
        if flags & FRESH != 0 {
            let (&[a, b, c, d], after) = rest.split_first_chunk().ok_or(SHORT)?;
            fresh = Some(Size {
                width: u16::from_le_bytes([a, b]).into(),
                height: u16::from_le_bytes([c, d]).into(),
            });
            rest = after;
        }
        let mut check = None;
        if flags & CHECK != 0 {
            let (sum, after) = rest.split_first_chunk().ok_or(SHORT)?;
            check = Some(u32::from_le_bytes(*sum));
            rest = after;
        }
        Ok((Self { fresh, state, serial, check }, rest))
    }
}

/// Brings pixels into the picture, row by row.
fn paint<'a>(picture: &mut Picture, rect: Rect, rows: impl Iterator<Item = &'a [u32]>) {
    for (row, y) in rows.zip(rect.y as u32..rect.bottom() as u32) {
        picture.row_mut(rect.x as u32, y, rect.width).copy_from_slice(row);
    }
}

/// Where the boxes of one update are.
#[derive(Default)]
struct Painted {
    boxes: Vec<Rect>,
    changed: Region,
    /// The last boxes, side by side in one row of tiles; not in `changed` yet.
    run: Rect,
}

impl Painted {
    /// Neighbours in a row of tiles become one rectangle.
    fn note(&mut self, rect: Rect) {
        self.boxes.push(rect);
        let tile = super::TILE as i32;
        let same_row = self.run.y / tile == rect.y / tile;
        let side_by_side = (self.run.right() - 1) / tile + 1 == rect.x / tile;
        if same_row && side_by_side && !self.run.is_empty() {
            self.run = self.run.union(rect);
        } else {
            self.changed.add(std::mem::replace(&mut self.run, rect));
        }
    }

    fn into_changed(mut self) -> Region {
        self.changed.add(self.run);
        self.changed
    }
}
