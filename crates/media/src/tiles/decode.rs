//! The receiving end. Every byte may be hostile.

use farhand_proto::limits;
use farhand_proto::screen::{Picture, Rect, Region, Size};

use super::boxes::{self, Mode};
use super::stream::{Piece, Unpacker};
use super::{CODEC, COMPLETE, FRESH, Grid, WHOLE_TILE};
use crate::{DecodeError, Decoded, Decoder};

/// Rebuilds the picture.
pub(crate) struct TileDecoder {
    picture: Picture,
    unpacker: Unpacker,
    /// The serial number that the next update must have; `None` where it must start afresh.
    serial: Option<u8>,
}

impl TileDecoder {
    pub(crate) fn new() -> Self {
        Self { picture: Picture::default(), unpacker: Unpacker::new(), serial: None }
    }

    fn start_afresh(&mut self, size: Size) -> Result<(), DecodeError> {
        if !size.is_acceptable() {
            return Err(DecodeError::Size(size));
        }
        if size == self.picture.size() {
            self.picture.pixels_mut().fill(0);
        } else {
            // The old picture goes first: there is never more than one.
            self.picture = Picture::default();
            // The picture's own allocation can't fail gently, so a trial comes before it.
            let trial = Vec::<u32>::new().try_reserve_exact(size.width as usize * size.height as usize);
            trial.map_err(|_| DecodeError::Memory(size))?;
            self.picture = Picture::new(size);
        }
        self.unpacker.restart();
        Ok(())
    }
}

impl Decoder for TileDecoder {
    fn decode(&mut self, update: &[u8]) -> Result<Decoded, DecodeError> {
        let expected = self.serial.take();
        let (header, packed) = Header::read(update)?;
        match header.fresh {
            Some(size) => self.start_afresh(size)?,
            None if expected == Some(header.serial) => {}
            None => return Err(DecodeError::NeedsFreshStart),
        }
        let mut painter = Painter::new(&mut self.picture);
        let mut piece = self.unpacker.piece(packed);
        while !piece.is_at_end()? {
            painter.paint_box(&mut piece)?;
        }
        let mut changed = painter.into_changed();
        if header.fresh.is_some() {
            changed = Rect::of_size(self.picture.size()).into();
        }
        self.serial = Some(header.serial.wrapping_add(1));
        Ok(Decoded { changed, complete: header.complete, fresh: header.fresh.is_some() })
    }

    fn picture(&self) -> &Picture {
        &self.picture
    }
}

/// What stands before the compressed part of an update.
struct Header {
    /// The size of the picture that starts afresh.
    fresh: Option<Size>,
    complete: bool,
    serial: u8,
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
        if flags & !(FRESH | COMPLETE) != 0 {
            return Err(DecodeError::Damaged("its flags are unknown"));
        }
        let mut fresh = None;
        if flags & FRESH != 0 {
            let &[a, b, c, d] = rest.first_chunk().ok_or(SHORT)?;
            fresh = Some(Size {
                width: u16::from_le_bytes([a, b]).into(),
                height: u16::from_le_bytes([c, d]).into(),
            });
            rest = &rest[4..];
        }
        Ok((Self { fresh, complete: flags & COMPLETE != 0, serial }, rest))
    }
}

/// Paints the boxes of one update and notes where.
struct Painter<'a> {
    picture: &'a mut Picture,
    grid: Grid,
    boxes_left: usize,
    pixels_left: u64,
    changed: Region,
    /// The last boxes, side by side in one row of tiles; not in `changed` yet.
    run: Rect,
}

impl<'a> Painter<'a> {
    fn new(picture: &'a mut Picture) -> Self {
        let grid = Grid { size: picture.size() };
        Self {
            grid,
            boxes_left: grid.tiles(),
            pixels_left: grid.size.area(),
            picture,
            changed: Region::new(),
            run: Rect::default(),
        }
    }

    fn paint_box(&mut self, piece: &mut Piece<'_>) -> Result<(), DecodeError> {
        let first = piece.byte()?;
        let mode =
            Mode::from_byte(first & !WHOLE_TILE).ok_or(DecodeError::Damaged("a box is of no known kind"))?;
        let index = usize::from(u16::from_le_bytes(piece.array()?));
        if index >= self.grid.tiles() {
            return Err(DecodeError::Damaged("a box lies outside of the picture"));
        }
        let mut rect = self.grid.tile(index);
        if first & WHOLE_TILE == 0 {
            let place: [u8; 4] = piece.array()?;
            let inner = Rect {
                x: rect.x + i32::from(place[0]),
                y: rect.y + i32::from(place[1]),
                width: u32::from(place[2]) + 1,
                height: u32::from(place[3]) + 1,
            };
            if inner.intersection(rect) != inner {
                return Err(DecodeError::Damaged("a box lies outside of its tile"));
            }
            rect = inner;
        }
        let too_much = DecodeError::Damaged("it paints more than there is");
        self.boxes_left = self.boxes_left.checked_sub(1).ok_or(too_much.clone())?;
        self.pixels_left = self.pixels_left.checked_sub(rect.size().area()).ok_or(too_much)?;
        boxes::paint(mode, piece, self.picture, rect)?;
        self.note(rect);
        Ok(())
    }

    /// Neighbours in a row of tiles become one rectangle.
    fn note(&mut self, rect: Rect) {
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
