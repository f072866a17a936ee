//! The pixels of one box as bytes, in the cheapest of a few ways.

use farhand_proto::screen::{Picture, Rect};

use super::TILE;
use super::stream::Piece;
use crate::DecodeError;

/// The most colours that a palette has.
const MAX_COLOURS: usize = 16;
/// The most pixels of a box.
pub(super) const MAX_AREA: usize = (TILE * TILE) as usize;
/// The most bytes that the pixels of a box take.
pub(super) const MAX_PAYLOAD: usize = 3 * MAX_AREA;

/// How the pixels of a box are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Mode {
    /// One colour everywhere.
    Solid = 0,
    /// A list of colours, then for each pixel the index of its own.
    Palette = 1,
    /// What each pixel differs by from its left neighbour.
    Left = 2,
    /// What each pixel differs by from its upper neighbour.
    Up = 3,
    /// As `Left`, where red, green and blue of each pixel are the same: it is written once.
    GreyLeft = 4,
    /// As `Up`, where red, green and blue of each pixel are the same: it is written once.
    GreyUp = 5,
}

impl Mode {
    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Solid,
            1 => Self::Palette,
            2 => Self::Left,
            3 => Self::Up,
            4 => Self::GreyLeft,
            5 => Self::GreyUp,
            _ => return None,
        })
    }
}

/// Writes boxes; keeps its tables from one to the next.
pub(super) struct BoxWriter {
    colours: Palette,
    indices: Vec<u8>,
    plane: Vec<u8>,
}

impl BoxWriter {
    pub(super) fn new() -> Self {
        Self {
            colours: Palette::new(),
            indices: Vec::with_capacity(MAX_AREA),
            plane: Vec::with_capacity(MAX_AREA),
        }
    }

    /// Appends the pixels of a box, row by row, in the way that it returns.
    pub(super) fn write(&mut self, pixels: &[u32], width: usize, out: &mut Vec<u8>) -> Mode {
        if !self.find_colours(pixels) {
            return self.write_residuals(pixels, width, out);
        }
        let colours = &self.colours.list;
        if let [colour] = colours[..] {
            out.extend_from_slice(&rgb(colour));
            return Mode::Solid;
        }
        out.push((colours.len() - 1) as u8);
        for colour in colours {
            out.extend_from_slice(&rgb(*colour));
        }
        let bits = index_bits(colours.len());
        for row in self.indices.chunks(width) {
            for group in row.chunks(8 / bits) {
                let mut byte = 0;
                for (place, index) in group.iter().enumerate() {
                    byte |= index << (place * bits);
                }
                out.push(byte);
            }
        }
        Mode::Palette
    }

    fn write_residuals(&mut self, pixels: &[u32], width: usize, out: &mut Vec<u8>) -> Mode {
        let up = up_is_cheaper(pixels, width);
        let grey = pixels.iter().all(|pixel| *pixel == (pixel & 0xFF) * 0x01_01_01);
        self.write_plane(pixels, width, up, out, |pixel| rgb(pixel)[1]);
        if !grey {
            self.write_plane(pixels, width, up, out, |pixel| rgb(pixel)[0].wrapping_sub(rgb(pixel)[1]));
            self.write_plane(pixels, width, up, out, |pixel| rgb(pixel)[2].wrapping_sub(rgb(pixel)[1]));
        }
        match (up, grey) {
            (false, false) => Mode::Left,
            (true, false) => Mode::Up,
            (false, true) => Mode::GreyLeft,
            (true, true) => Mode::GreyUp,
        }
    }

    fn write_plane(
        &mut self,
        pixels: &[u32],
        width: usize,
        up: bool,
        out: &mut Vec<u8>,
        value: impl Fn(u32) -> u8,
    ) {
        self.plane.clear();
        self.plane.extend(pixels.iter().map(|pixel| value(*pixel)));
        let mut above: &[u8] = &[];
        for row in self.plane.chunks(width) {
            match above.first() {
                Some(_) if up => {
                    out.extend(row.iter().zip(above).map(|(this, above)| this.wrapping_sub(*above)));
                }
                first_above => {
                    out.push(row[0].wrapping_sub(first_above.copied().unwrap_or(0)));
                    out.extend(row.iter().zip(&row[1..]).map(|(left, this)| this.wrapping_sub(*left)));
                }
            }
            above = row;
        }
    }

    /// Collects the colours and each pixel's index, false if there are too many.
    fn find_colours(&mut self, pixels: &[u32]) -> bool {
        self.colours.clear();
        self.indices.clear();
        let mut last = (!pixels[0], 0);
        for &pixel in pixels {
            if pixel != last.0 {
                let Some(index) = self.colours.index_of(pixel) else {
                    return false;
                };
                last = (pixel, index);
            }
            self.indices.push(last.1);
        }
        true
    }
}

/// The colours of one box in the order of their appearance, with a hash table to find them.
struct Palette {
    list: Vec<u32>,
    /// One more than the index in `list`; 0 is free.
    slots: [u8; Palette::SLOTS],
}

impl Palette {
    const SLOTS: usize = 64;

    fn new() -> Self {
        Self { list: Vec::with_capacity(MAX_COLOURS), slots: [0; Self::SLOTS] }
    }

    fn clear(&mut self) {
        self.list.clear();
        self.slots.fill(0);
    }

    fn index_of(&mut self, colour: u32) -> Option<u8> {
        let mut slot = (colour.wrapping_mul(0x9E37_79B1) >> 26) as usize;
        loop {
            match self.slots[slot] {
                0 => break,
                taken if self.list[usize::from(taken) - 1] == colour => return Some(taken - 1),
                _ => slot = (slot + 1) % Self::SLOTS,
            }
        }
        if self.list.len() == MAX_COLOURS {
            return None;
        }
        self.list.push(colour);
        self.slots[slot] = self.list.len() as u8;
        Some(self.slots[slot] - 1)
    }
}

/// Reads the pixels of a box and paints them; the box lies in the picture and is no larger than a tile.
pub(super) fn paint(
    mode: Mode,
    piece: &mut Piece<'_>,
    picture: &mut Picture,
    rect: Rect,
) -> Result<(), DecodeError> {
    let (x, y, width) = (rect.x as u32, rect.y as u32, rect.width);
    let rows = y..y + rect.height;
    match mode {
        Mode::Solid => {
            let colour = from_rgb(piece.array()?);
            for y in rows {
                picture.row_mut(x, y, width).fill(colour);
            }
        }
        Mode::Palette => {
            let count = usize::from(piece.byte()?) + 1;
            if !(2..=MAX_COLOURS).contains(&count) {
                return Err(DecodeError::Damaged("a palette is of no possible size"));
            }
            let mut colours = [None; MAX_COLOURS];
            for colour in &mut colours[..count] {
                *colour = Some(from_rgb(piece.array()?));
            }
            let bits = index_bits(count);
            let per_byte = 8 / bits;
            for y in rows {
                let packed = piece.take((width as usize).div_ceil(per_byte))?;
                for (group, byte) in picture.row_mut(x, y, width).chunks_mut(per_byte).zip(packed) {
                    for (place, pixel) in group.iter_mut().enumerate() {
                        let index = usize::from(byte >> (place * bits)) & ((1 << bits) - 1);
                        let colour = colours.get(index).copied().flatten();
                        *pixel = colour.ok_or(DecodeError::Damaged("a colour is not in its palette"))?;
                    }
                }
            }
        }
        Mode::Left => paint_residuals(piece, picture, rect, false, false)?,
        Mode::Up => paint_residuals(piece, picture, rect, true, false)?,
        Mode::GreyLeft => paint_residuals(piece, picture, rect, false, true)?,
        Mode::GreyUp => paint_residuals(piece, picture, rect, true, true)?,
    }
    Ok(())
}

fn paint_residuals(
    piece: &mut Piece<'_>,
    picture: &mut Picture,
    rect: Rect,
    up: bool,
    grey: bool,
) -> Result<(), DecodeError> {
    let width = rect.width as usize;
    let area = width * rect.height as usize;
    let mut planes = [0; MAX_PAYLOAD];
    let planes = &mut planes[..3 * area];
    let sent = if grey { area } else { 3 * area };
    planes[..sent].copy_from_slice(piece.take(sent)?);
    for plane in planes[..sent].chunks_mut(area) {
        restore_plane(plane, width, up);
    }
    let (green, rest) = planes.split_at(area);
    let (red, blue) = rest.split_at(area);
    let planes = green.chunks(width).zip(red.chunks(width)).zip(blue.chunks(width));
    for (y, ((green, red), blue)) in (rect.y as u32..).zip(planes) {
        let row = picture.row_mut(rect.x as u32, y, rect.width);
        for (pixel, ((green, red), blue)) in row.iter_mut().zip(green.iter().zip(red).zip(blue)) {
            *pixel = from_rgb([red.wrapping_add(*green), *green, blue.wrapping_add(*green)]);
        }
    }
    Ok(())
}

/// Turns the residuals of a plane into its values.
fn restore_plane(plane: &mut [u8], width: usize, up: bool) {
    for start in (0..plane.len()).step_by(width) {
        let (above, rows) = plane.split_at_mut(start);
        let above = &above[start.saturating_sub(width)..];
        let row = &mut rows[..width];
        if up && start > 0 {
            for (this, above) in row.iter_mut().zip(above) {
                *this = this.wrapping_add(*above);
            }
        } else {
            let mut left = above.first().copied().unwrap_or(0);
            for this in row {
                *this = this.wrapping_add(left);
                left = *this;
            }
        }
    }
}

/// The bits of an index into so many colours, a divisor of 8.
pub(super) fn index_bits(colours: usize) -> usize {
    match colours {
        0..=2 => 1,
        3..=4 => 2,
        _ => 4,
    }
}

fn rgb(pixel: u32) -> [u8; 3] {
    let [_, red, green, blue] = pixel.to_be_bytes();
    [red, green, blue]
}

fn from_rgb([red, green, blue]: [u8; 3]) -> u32 {
    u32::from_be_bytes([0, red, green, blue])
}

/// Whether more pixels equal their upper neighbour than their left one.
fn up_is_cheaper(pixels: &[u32], width: usize) -> bool {
    let mut left = 0;
    let mut up = 0;
    let rows = pixels.chunks(width);
    for (above, row) in rows.clone().zip(rows.skip(1)) {
        left += row.iter().zip(&row[1..]).filter(|(this, next)| this != next).count();
        up += row.iter().zip(above).skip(1).filter(|(this, above)| this != above).count();
    }
    up < left
}
