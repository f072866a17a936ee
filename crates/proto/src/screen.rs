//! Screens as every part of the product sees them: points, rectangles, regions, monitors, pixels and pointer
//! shapes.
//!
//! One unit throughout: a physical pixel of the customer's desktop. The origin is the top left corner of the
//! desktop that all monitors form together; x grows to the right, y downwards.

use serde::{Deserialize, Serialize};

use crate::bounded::{Bytes, List, Text};
use crate::limits;

/// A position on the desktop, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Point {
    /// Pixels from the desktop's left edge.
    pub x: i32,
    /// Pixels from the desktop's top edge.
    pub y: i32,
}

/// A width and a height, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Size {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl Size {
    /// The number of pixels, as a count that can't overflow.
    #[must_use]
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Whether a picture of this size may exist: neither empty nor past [`limits::MAX_SIDE`] or
    /// [`limits::MAX_PIXELS`].
    #[must_use]
    pub fn is_acceptable(self) -> bool {
        self.width > 0
            && self.height > 0
            && self.width <= limits::MAX_SIDE
            && self.height <= limits::MAX_SIDE
            && self.area() <= limits::MAX_PIXELS
    }
}

/// A rectangle of pixels; its right and bottom edges are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// Pixels across; 0 makes the rectangle empty.
    pub width: u32,
    /// Pixels down; 0 makes the rectangle empty.
    pub height: u32,
}

impl Rect {
    /// The rectangle of this size at the origin.
    #[must_use]
    pub fn of_size(size: Size) -> Self {
        Self { x: 0, y: 0, width: size.width, height: size.height }
    }

    /// Its width and height.
    #[must_use]
    pub fn size(self) -> Size {
        Size { width: self.width, height: self.height }
    }

    /// Whether it holds no pixel.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// The first column to the right of it.
    #[must_use]
    pub fn right(self) -> i32 {
        self.x.saturating_add_unsigned(self.width)
    }

    /// The first row below it.
    #[must_use]
    pub fn bottom(self) -> i32 {
        self.y.saturating_add_unsigned(self.height)
    }

    /// Whether the point lies in it.
    #[must_use]
    pub fn contains(self, point: Point) -> bool {
        point.x >= self.x && point.y >= self.y && point.x < self.right() && point.y < self.bottom()
    }

    /// What both share; empty if nothing.
    #[must_use]
    pub fn intersection(self, other: Rect) -> Rect {
        let x = self.x.max(other.x);
        let y = self.y.max(other.y);
        let right = self.right().min(other.right());
        let bottom = self.bottom().min(other.bottom());
        if right <= x || bottom <= y {
            return Rect::default();
        }
        Rect { x, y, width: right.abs_diff(x), height: bottom.abs_diff(y) }
    }

    /// The smallest rectangle that holds both; an empty one adds nothing.
    #[must_use]
    pub fn union(self, other: Rect) -> Rect {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        let x = self.x.min(other.x);
        let y = self.y.min(other.y);
        Rect {
            x,
            y,
            width: self.right().max(other.right()).abs_diff(x),
            height: self.bottom().max(other.bottom()).abs_diff(y),
        }
    }

    /// The same rectangle moved by so many pixels.
    #[must_use]
    pub fn translated(self, dx: i32, dy: i32) -> Rect {
        Rect { x: self.x.saturating_add(dx), y: self.y.saturating_add(dy), ..self }
    }
}

/// A set of rectangles that together cover what changed.
///
/// It covers at least what was added and holds at most [`Region::MAX_RECTS`] rectangles: past that, the two whose
/// union wastes least are joined. Rectangles may overlap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Region {
    rects: Vec<Rect>,
}

impl Region {
    /// The most rectangles that a region keeps apart.
    pub const MAX_RECTS: usize = 32;

    /// The empty region.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it covers nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rects.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.rects.clear();
    }

    /// The rectangles that cover it.
    #[must_use]
    pub fn rects(&self) -> &[Rect] {
        &self.rects
    }

    /// The smallest rectangle around all of it.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        self.rects.iter().copied().fold(Rect::default(), Rect::union)
    }

    /// Adds a rectangle; an empty one changes nothing.
    pub fn add(&mut self, rect: Rect) {
        if rect.is_empty() {
            return;
        }
        let mut rect = rect;
        // Swallow what the new one covers, and grow over what it touches at no waste.
        let mut index = 0;
        while index < self.rects.len() {
            let other = self.rects[index];
            let union = rect.union(other);
            if union == other {
                return;
            }
            if waste(rect, other) == 0 {
                rect = union;
                self.rects.swap_remove(index);
                index = 0;
            } else {
                index += 1;
            }
        }
        self.rects.push(rect);
        if self.rects.len() > Self::MAX_RECTS {
            self.join_cheapest_pair();
        }
    }

    /// Adds every rectangle of another region.
    pub fn add_region(&mut self, other: &Region) {
        for rect in &other.rects {
            self.add(*rect);
        }
    }

    /// The part inside a rectangle.
    #[must_use]
    pub fn clipped(&self, to: Rect) -> Region {
        let mut region = Region::new();
        for rect in &self.rects {
            region.add(rect.intersection(to));
        }
        region
    }

    /// The same region moved by so many pixels.
    #[must_use]
    pub fn translated(&self, dx: i32, dy: i32) -> Region {
        Region { rects: self.rects.iter().map(|rect| rect.translated(dx, dy)).collect() }
    }

    fn join_cheapest_pair(&mut self) {
        let mut best = (u64::MAX, 0, 1);
        for a in 0..self.rects.len() {
            for b in a + 1..self.rects.len() {
                let cost = waste(self.rects[a], self.rects[b]);
                if cost < best.0 {
                    best = (cost, a, b);
                }
            }
        }
        let (_, a, b) = best;
        let joined = self.rects[a].union(self.rects[b]);
        self.rects.swap_remove(b);
        self.rects.swap_remove(a);
        self.add(joined);
    }
}

impl From<Rect> for Region {
    fn from(rect: Rect) -> Self {
        let mut region = Self::new();
        region.add(rect);
        region
    }
}

/// Pixels that the union of two rectangles covers beyond the two themselves.
fn waste(a: Rect, b: Rect) -> u64 {
    let covered = a.size().area() + b.size().area() - a.intersection(b).size().area();
    a.union(b).size().area().saturating_sub(covered)
}

/// How a monitor's picture is turned against its panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Rotation {
    /// As built.
    #[default]
    Normal,
    /// A quarter turn to the left.
    Left,
    /// Upside down.
    Inverted,
    /// A quarter turn to the right.
    Right,
}

/// Names one monitor within a session. It stays with the monitor while it is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MonitorId(pub u32);

/// One monitor of the customer's desktop.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Monitor {
    /// Its name within the session.
    pub id: MonitorId,
    /// What the system calls it, for example `HDMI-1`.
    pub name: Text<{ limits::MAX_MONITOR_NAME }>,
    /// The part of the desktop it shows, after rotation.
    pub area: Rect,
    /// Whether the system calls it the primary one.
    pub primary: bool,
    /// How its picture is turned.
    pub rotation: Rotation,
}

/// All monitors, in the system's order, and the desktop around them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Layout {
    /// The monitors. Empty only where the system names none: then the desktop counts as one.
    pub monitors: List<Monitor, { limits::MAX_MONITORS }>,
    /// The size of the whole desktop.
    pub desktop: Size,
}

impl Layout {
    /// The part of the desktop that a choice of monitors shows, `None` if that monitor is not there.
    #[must_use]
    pub fn area_of(&self, view: View) -> Option<Rect> {
        match view.part {
            Part::Desktop => Some(Rect::of_size(self.desktop)),
            Part::Monitor(id) => {
                let monitor = self.monitors.iter().find(|monitor| monitor.id == id)?;
                let area = monitor.area.intersection(Rect::of_size(self.desktop));
                (!area.is_empty()).then_some(area)
            }
        }
    }
}

/// What of the desktop a console looks at, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct View {
    /// Which part of it.
    pub part: Part,
    /// In which colours.
    pub colours: Colours,
}

impl View {
    /// All of it as it is.
    pub const DESKTOP: Self = Self { part: Part::Desktop, colours: Colours::All };

    /// One monitor as it is.
    #[must_use]
    pub const fn monitor(id: MonitorId) -> Self {
        Self { part: Part::Monitor(id), colours: Colours::All }
    }
}

/// A part of the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Part {
    /// All monitors, as one picture.
    #[default]
    Desktop,
    /// One monitor.
    Monitor(MonitorId),
}

/// What a picture keeps of the screen's colours. Fewer take fewer bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Colours {
    /// All.
    #[default]
    All,
    /// Eight shades each of red, green and blue.
    Few,
    /// How light a pixel is, and nothing else (ITU-R BT.601, 2.5.1).
    Grey,
}

impl Colours {
    /// All that there are.
    pub const ALL: [Self; 3] = [Self::All, Self::Few, Self::Grey];

    /// What commands and events call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Few => "few",
            Self::Grey => "grey",
        }
    }

    /// What stands for a pixel `0x00RRGGBB`. What was reduced before stays as it is.
    #[must_use]
    pub const fn of(self, pixel: u32) -> u32 {
        match self {
            Self::All => pixel,
            Self::Few => {
                let high = pixel & 0x00E0_E0E0;
                // The lower bits repeat the upper ones, so that white is still white.
                high | high >> 3 & 0x001C_1C1C | high >> 6 & 0x0003_0303
            }
            Self::Grey => {
                let (red, green, blue) = (pixel >> 16 & 0xFF, pixel >> 8 & 0xFF, pixel & 0xFF);
                let light = (77 * red + 150 * green + 29 * blue) >> 8;
                light << 16 | light << 8 | light
            }
        }
    }

    /// Reduces a part of a picture.
    pub fn reduce(self, picture: &mut Picture, region: &Region) {
        if self == Self::All {
            return;
        }
        for rect in region.clipped(Rect::of_size(picture.size())).rects() {
            for y in rect.y..rect.bottom() {
                for pixel in picture.row_mut(rect.x as u32, y as u32, rect.width) {
                    *pixel = self.of(*pixel);
                }
            }
        }
    }
}

/// A rectangle of opaque pixels, row by row without gaps, each `0x00RRGGBB`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    size: Size,
    pixels: Vec<u32>,
}

impl Picture {
    /// A black picture. The size must be acceptable, see [`Size::is_acceptable`]; else the picture is empty.
    #[must_use]
    pub fn new(size: Size) -> Self {
        if !size.is_acceptable() {
            return Self::default();
        }
        Self { size, pixels: vec![0; size.width as usize * size.height as usize] }
    }

    /// Its width and height.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// All pixels, row by row.
    #[must_use]
    pub fn pixels(&self) -> &[u32] {
        &self.pixels
    }

    /// All pixels, row by row, to write. The top byte of each must stay 0.
    pub fn pixels_mut(&mut self) -> &mut [u32] {
        &mut self.pixels
    }

    /// The pixels of a row from column `x`, `width` of them; the caller keeps inside the picture.
    #[inline]
    #[must_use]
    pub fn row(&self, x: u32, y: u32, width: u32) -> &[u32] {
        let start = y as usize * self.size.width as usize + x as usize;
        &self.pixels[start..start + width as usize]
    }

    /// The rows of a part of the picture; the caller keeps inside it.
    #[inline]
    pub fn rows(&self, rect: Rect) -> impl Iterator<Item = &[u32]> {
        (rect.y as u32..rect.bottom() as u32).map(move |y| self.row(rect.x as u32, y, rect.width))
    }

    /// Makes a part of this picture what it is in another one of the same size; the caller keeps inside it.
    #[inline]
    pub fn copy_from(&mut self, other: &Self, rect: Rect) {
        for (y, row) in (rect.y as u32..).zip(other.rows(rect)) {
            self.row_mut(rect.x as u32, y, rect.width).copy_from_slice(row);
        }
    }

    /// The pixels of a row from column `x`, to write; the caller keeps inside the picture.
    #[inline]
    pub fn row_mut(&mut self, x: u32, y: u32, width: u32) -> &mut [u32] {
        let start = y as usize * self.size.width as usize + x as usize;
        &mut self.pixels[start..start + width as usize]
    }
}

/// How much of the picture a line takes at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// About so many bytes for one update.
    pub bytes: usize,
    /// The line's own measure, in bytes a second; `None` until it is known.
    pub per_second: Option<u64>,
}

impl Room {
    /// More than any update needs, on a line of any measure.
    pub const ANY: Self = Self::of(usize::MAX);

    /// So many bytes, on a line whose measure is not known.
    #[must_use]
    pub const fn of(bytes: usize) -> Self {
        Self { bytes, per_second: None }
    }
}

/// The pointer's picture. It travels apart from the screen's, so that moving it costs a few bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PointerShape {
    /// Pixels across, at most [`limits::MAX_POINTER_SIDE`].
    pub width: u16,
    /// Pixels down, at most [`limits::MAX_POINTER_SIDE`].
    pub height: u16,
    /// The column that points.
    pub hot_x: u16,
    /// The row that points.
    pub hot_y: u16,
    /// Rows from top to bottom, each pixel red, green, blue, alpha; colours not multiplied by alpha.
    pub rgba: Bytes<{ limits::MAX_POINTER_BYTES }>,
}

impl PointerShape {
    /// Whether the sizes agree with each other and with the limits.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        self.width <= limits::MAX_POINTER_SIDE
            && self.height <= limits::MAX_POINTER_SIDE
            && self.rgba.len() == usize::from(self.width) * usize::from(self.height) * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reduced_colours_keep_black_and_white_and_do_not_change_again() {
        for colours in Colours::ALL {
            assert_eq!([0, 0xFF_FFFF].map(|pixel| colours.of(pixel)), [0, 0xFF_FFFF], "{colours:?}");
            for pixel in (0..=0xFF_FFFF).step_by(4099) {
                let once = colours.of(pixel);
                assert_eq!(colours.of(once), once, "{colours:?} {pixel:06x}");
            }
        }
        assert_eq!(Colours::Few.of(0x40_9F_FE), 0x49_92_FF);
        assert_eq!(Colours::Grey.of(0x00_FF_00), 0x95_95_95);
    }

    #[test]
    fn only_the_region_is_reduced() {
        let mut picture = Picture::new(Size { width: 3, height: 2 });
        for y in 0..2 {
            picture.row_mut(0, y, 3).fill(0x12_34_56);
        }
        let far = Rect { x: 1, y: 1, width: 50, height: 50 };
        Colours::Grey.reduce(&mut picture, &Region::from(far));
        assert_eq!(picture.row(0, 0, 3), [0x12_34_56; 3]);
        let grey = Colours::Grey.of(0x12_34_56);
        assert_eq!(picture.row(0, 1, 3), [0x12_34_56, grey, grey]);
    }
}
