//! Remote screens beneath the interface.

use std::sync::{Arc, Mutex, PoisonError};

use farhand_proto::screen::{Picture, Point, PointerShape, Rect, Region};

use crate::capture::Capture;
use crate::scale::{Sampling, Scaler};

/// A remote screen: written by whoever decodes it, shown by the window.
#[derive(Debug, Clone, Default)]
pub struct SharedPicture(Arc<Mutex<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    picture: Picture,
    /// What changed and is not shown yet.
    changed: Region,
    /// A pointer over the picture, where its hot spot is in the picture's pixels.
    pointer: Option<(Point, Arc<PointerShape>)>,
}

impl SharedPicture {
    /// A picture without pixels.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes the picture. `change` tells where it did; a new size changes everything. Afterwards the window has
    /// to hear of it: see [`crate::Redraw::Pictures`].
    pub fn update<T>(&self, change: impl FnOnce(&mut Picture) -> (Region, T)) -> T {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size = shared.picture.size();
        let (changed, answer) = change(&mut shared.picture);
        if shared.picture.size() != size {
            shared.changed.clear();
            let size = shared.picture.size();
            shared.changed.add(Rect { x: 0, y: 0, width: size.width, height: size.height });
        } else {
            for rect in changed.rects() {
                shared.changed.add(*rect);
            }
        }
        answer
    }

    /// Looks at the picture.
    pub fn read<T>(&self, look: impl FnOnce(&Picture) -> T) -> T {
        look(&self.0.lock().unwrap_or_else(PoisonError::into_inner).picture)
    }

    /// Shows a pointer over the picture, pixel by pixel however the picture is scaled, its hot spot at a place of
    /// the picture. Afterwards the window has to hear of it: see [`crate::Redraw::Pictures`].
    pub fn set_pointer(&self, pointer: Option<(Point, Arc<PointerShape>)>) {
        let pointer = pointer.filter(|(_, shape)| shape.is_consistent());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pointer = pointer;
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The remote screens that a frame shows, and what of the desktop belongs to them. Where the interface draws nothing,
/// they are seen.
#[derive(Debug, Default)]
pub struct Layers {
    layers: Vec<Layer>,
    cursor: Option<Arc<PointerShape>>,
    capture: Option<Capture>,
}

#[derive(Debug, Clone)]
struct Layer {
    picture: SharedPicture,
    place: egui::Rect,
    clip: egui::Rect,
    sampling: Sampling,
    is_grey: bool,
}

impl Layers {
    /// Shows a picture at `place` (points), cut to `clip`. A grey one is dim and colourless: it is no longer live.
    pub fn show(
        &mut self,
        picture: &SharedPicture,
        place: egui::Rect,
        clip: egui::Rect,
        sampling: Sampling,
        is_grey: bool,
    ) {
        self.layers.push(Layer { picture: picture.clone(), place, clip, sampling, is_grey });
    }

    /// The mouse pointer looks like this until a frame that does not say so. An empty shape hides it.
    pub fn cursor(&mut self, shape: &Arc<PointerShape>) {
        self.cursor = Some(shape.clone());
    }

    /// Every key comes to this window, also those that the desktop keeps for itself, until a frame that does not ask
    /// for it. Whether the system gives that, is seen in `capture` after the frame.
    pub fn capture_keyboard(&mut self, capture: &Capture) {
        self.capture = Some(capture.clone());
    }

    pub(crate) fn take_devices(&mut self) -> (Option<Arc<PointerShape>>, Option<Capture>) {
        (self.cursor.take(), self.capture.take())
    }
}

/// A layer in pixels of the window.
#[derive(Debug)]
pub(crate) struct Placed {
    layer: Layer,
    place: Rect,
    clip: Rect,
    scaler: Option<Scaler>,
    /// The pointer as it was shown last, and where.
    pointer: Option<(Rect, Arc<PointerShape>)>,
    /// What of the picture changed since somebody took a copy of it; `None`: nobody has one.
    stale: Option<Region>,
}

/// A layer as whoever draws it elsewhere needs to know it. The picture does not change meanwhile.
#[cfg(feature = "gpu")]
pub(crate) struct Seen<'a> {
    /// Names the picture, whatever it shows.
    pub(crate) name: &'a SharedPicture,
    pub(crate) picture: &'a Picture,
    /// What of the picture changed since it was seen last; `None` if it never was, or not for a while.
    pub(crate) stale: Option<Region>,
    /// All of the picture lies here, in pixels of the window,
    pub(crate) place: Rect,
    /// and this is seen.
    pub(crate) clip: Rect,
    pub(crate) sampling: Sampling,
    pub(crate) is_grey: bool,
    pub(crate) pointer: Option<&'a (Rect, Arc<PointerShape>)>,
}

/// All layers of a window.
#[derive(Debug, Default)]
pub(crate) struct Backdrop(Vec<Placed>);

impl Backdrop {
    /// Takes over what a frame wants; returns where that differs from before.
    pub(crate) fn set(&mut self, layers: Layers, pixels_per_point: f32) -> Region {
        let mut changed = Region::new();
        let mut placed = Vec::with_capacity(layers.layers.len());
        for layer in layers.layers {
            let place = to_pixels(layer.place, pixels_per_point);
            let clip = to_pixels(layer.clip, pixels_per_point);
            let before = self.0.iter().position(|before| before.layer.picture.is(&layer.picture));
            let before = before.map(|index| self.0.swap_remove(index));
            let same = before.as_ref().is_some_and(|before| {
                (before.place, before.clip, before.layer.sampling, before.layer.is_grey)
                    == (place, clip, layer.sampling, layer.is_grey)
            });
            if !same {
                changed.add(clip);
                if let Some(before) = &before {
                    changed.add(before.clip);
                }
            }
            placed.push(match before {
                Some(before) => Placed { layer, place, clip, ..before },
                None => Placed { layer, place, clip, scaler: None, pointer: None, stale: None },
            });
        }
        for gone in &self.0 {
            changed.add(gone.clip);
        }
        self.0 = placed;
        changed
    }

    /// Where pictures have changed since this was asked last, in pixels of the window.
    pub(crate) fn take_changes(&mut self) -> Region {
        let mut changes = Region::new();
        for placed in &mut self.0 {
            let mut shared = placed.layer.picture.0.lock().unwrap_or_else(PoisonError::into_inner);
            let changed = std::mem::take(&mut shared.changed);
            if let Some(stale) = &mut placed.stale {
                stale.add_region(&changed);
            }
            let Some(scaler) =
                scaler(&mut placed.scaler, &shared.picture, placed.place, placed.layer.sampling)
            else {
                continue;
            };
            for rect in changed.rects() {
                let mut shown = scaler.shown(*rect);
                shown.x += placed.place.x;
                shown.y += placed.place.y;
                if let Some(shown) = meet(shown, placed.clip) {
                    changes.add(shown);
                }
            }
            let pointer = shared
                .pointer
                .as_ref()
                .map(|(at, shape)| (pointer_area(*at, shape, &shared.picture, placed.place), shape.clone()));
            if pointer != placed.pointer {
                for (area, _) in placed.pointer.iter().chain(&pointer) {
                    if let Some(area) = meet(*area, placed.clip) {
                        changes.add(area);
                    }
                }
                placed.pointer = pointer;
            }
        }
        changes
    }

    /// Shows every layer to somebody who keeps copies of the pictures, from the lowest to the uppermost.
    #[cfg(feature = "gpu")]
    pub(crate) fn see<E>(&mut self, mut see: impl FnMut(Seen<'_>) -> Result<(), E>) -> Result<(), E> {
        for placed in &mut self.0 {
            let shared = placed.layer.picture.0.lock().unwrap_or_else(PoisonError::into_inner);
            see(Seen {
                name: &placed.layer.picture,
                picture: &shared.picture,
                stale: placed.stale.replace(Region::new()),
                place: placed.place,
                clip: placed.clip,
                sampling: placed.layer.sampling,
                is_grey: placed.layer.is_grey,
                pointer: placed.pointer.as_ref(),
            })?;
        }
        Ok(())
    }

    /// Writes what lies beneath the interface inside `area`, row by row into `target`, which starts black.
    pub(crate) fn draw(&mut self, area: Rect, target: &mut [u32], stride: usize) {
        for placed in &mut self.0 {
            let Some(part) = meet(area, placed.clip).and_then(|part| meet(part, placed.place)) else {
                continue;
            };
            let shared = placed.layer.picture.0.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(scaler) =
                scaler(&mut placed.scaler, &shared.picture, placed.place, placed.layer.sampling)
            else {
                continue;
            };
            let first = (part.x - placed.place.x) as usize;
            let mut rows = scaler.rows(&shared.picture, first, part.width as usize);
            for line in 0..part.height as usize {
                let y = part.y as usize + line;
                let start = y * stride + part.x as usize;
                let row = &mut target[start..start + part.width as usize];
                rows.write((part.y - placed.place.y) as usize + line, row);
                if let Some((area, shape)) = &placed.pointer {
                    draw_pointer(*area, shape, part.x, part.y + line as i32, row);
                }
                if placed.layer.is_grey {
                    row.iter_mut().for_each(|pixel| *pixel = grey(*pixel));
                }
            }
        }
    }
}

/// The scaler for a picture at its place, `None` where there is nothing to show.
fn scaler<'a>(
    slot: &'a mut Option<Scaler>,
    picture: &Picture,
    place: Rect,
    sampling: Sampling,
) -> Option<&'a mut Scaler> {
    let source = (picture.size().width, picture.size().height);
    let shown = (place.width, place.height);
    if source.0 == 0 || source.1 == 0 || shown.0 == 0 || shown.1 == 0 {
        return None;
    }
    if !slot.as_ref().is_some_and(|scaler| scaler.fits(source, shown, sampling)) {
        *slot = Some(Scaler::new(source, shown, sampling));
    }
    slot.as_mut()
}

/// The pixels of the window that a pointer covers.
fn pointer_area(at: Point, shape: &PointerShape, picture: &Picture, place: Rect) -> Rect {
    let along = |at: i32, source: u32, start: i32, shown: u32, hot: u16| {
        // The middle of the pixel, so that it lies where a click there would go.
        let middle = (f64::from(at) + 0.5) * f64::from(shown) / f64::from(source);
        start.saturating_add(middle as i32).saturating_sub(i32::from(hot))
    };
    let size = picture.size();
    Rect {
        x: along(at.x, size.width, place.x, place.width, shape.hot_x),
        y: along(at.y, size.height, place.y, place.height, shape.hot_y),
        width: u32::from(shape.width),
        height: u32::from(shape.height),
    }
}

/// Mixes one row of a pointer into a row of pixels that begins at `left`, `y`.
fn draw_pointer(area: Rect, shape: &PointerShape, left: i32, y: i32, row: &mut [u32]) {
    let Ok(line) = usize::try_from(i64::from(y) - i64::from(area.y)) else { return };
    if line >= usize::from(shape.height) {
        return;
    }
    let pixels = shape.rgba.chunks_exact(4).skip(line * usize::from(shape.width));
    let first = i64::from(area.x) - i64::from(left);
    for (rgba, place) in pixels.take(usize::from(shape.width)).zip(first..) {
        let target = usize::try_from(place).ok().and_then(|index| row.get_mut(index));
        if let Some(pixel) = target {
            *pixel = mix(*pixel, rgba);
        }
    }
}

fn mix(under: u32, rgba: &[u8]) -> u32 {
    let alpha = u32::from(rgba[3]);
    let channel = |shift: u32, over: u8| {
        let under = under >> shift & 0xff;
        ((u32::from(over) * alpha + under * (0xff - alpha) + 127) / 0xff) << shift
    };
    channel(16, rgba[0]) | channel(8, rgba[1]) | channel(0, rgba[2])
}

/// Dim, and without colour.
fn grey(pixel: u32) -> u32 {
    let (red, green, blue) = (pixel >> 16 & 0xff, pixel >> 8 & 0xff, pixel & 0xff);
    // Rec. 709 luma, at half contrast around a middle grey.
    let luma = (red * 54 + green * 183 + blue * 19) >> 8;
    let dim = 48 + luma / 2;
    dim << 16 | dim << 8 | dim
}

fn to_pixels(rect: egui::Rect, pixels_per_point: f32) -> Rect {
    let edge = |value: f32| (value * pixels_per_point).round() as i32;
    let (left, top) = (edge(rect.min.x), edge(rect.min.y));
    let (right, bottom) = (edge(rect.max.x), edge(rect.max.y));
    Rect { x: left, y: top, width: (right - left).max(0) as u32, height: (bottom - top).max(0) as u32 }
}

/// What two rectangles share.
pub(crate) fn meet(one: Rect, other: Rect) -> Option<Rect> {
    let left = one.x.max(other.x);
    let top = one.y.max(other.y);
    let right = one.right().min(other.right());
    let bottom = one.bottom().min(other.bottom());
    (left < right && top < bottom).then(|| Rect {
        x: left,
        y: top,
        width: (right - left) as u32,
        height: (bottom - top) as u32,
    })
}

#[cfg(test)]
mod tests {
    use farhand_proto::bounded::Bytes;
    use farhand_proto::screen::Size;

    use super::*;

    const WHITE: u32 = 0x00ff_ffff;

    fn shown(width: u32, height: u32, grey: bool) -> (SharedPicture, Backdrop) {
        let picture = SharedPicture::new();
        picture.update(|pixels| {
            *pixels = Picture::new(Size { width: 8, height: 8 });
            pixels.pixels_mut().fill(WHITE);
            (Region::new(), ())
        });
        let mut backdrop = Backdrop::default();
        let place = egui::Rect::from_min_size(egui::pos2(2.0, 3.0), egui::vec2(width as f32, height as f32));
        let mut layers = Layers::default();
        layers.show(&picture, place, place, Sampling::Mean, grey);
        backdrop.set(layers, 1.0);
        backdrop.take_changes();
        (picture, backdrop)
    }

    fn pixels(backdrop: &mut Backdrop) -> Vec<u32> {
        let mut pixels = vec![0; 32 * 32];
        backdrop.draw(Rect { x: 0, y: 0, width: 32, height: 32 }, &mut pixels, 32);
        pixels
    }

    /// Two pixels: red, and clear.
    fn pointer() -> Arc<PointerShape> {
        let rgba = Bytes::new(vec![0xff, 0, 0, 0xff, 0, 0, 0, 0]).unwrap();
        Arc::new(PointerShape { width: 2, height: 1, hot_x: 0, hot_y: 0, rgba })
    }

    #[test]
    fn a_pointer_is_drawn_where_it_is_and_goes_when_it_moves() {
        let (picture, mut backdrop) = shown(16, 16, false);
        picture.set_pointer(Some((Point { x: 3, y: 1 }, pointer())));
        let changed = backdrop.take_changes();
        assert_eq!(changed.rects(), [Rect { x: 2 + 7, y: 3 + 3, width: 2, height: 1 }]);
        let drawn = pixels(&mut backdrop);
        assert_eq!((drawn[6 * 32 + 9], drawn[6 * 32 + 10]), (0x00ff_0000, WHITE));
        assert!(backdrop.take_changes().is_empty());
        picture.set_pointer(Some((Point { x: 7, y: 7 }, pointer())));
        assert_eq!(backdrop.take_changes().rects().len(), 2, "where it was, and where it is");
        assert_eq!(pixels(&mut backdrop)[6 * 32 + 9], WHITE);
        picture.set_pointer(None);
        assert_eq!(backdrop.take_changes().rects().len(), 1);
        assert!(!pixels(&mut backdrop).contains(&0x00ff_0000));
    }

    #[test]
    fn a_pointer_outside_is_cut_off() {
        let (picture, mut backdrop) = shown(8, 8, false);
        for at in [Point { x: -5, y: 2 }, Point { x: 2, y: 900 }, Point { x: i32::MAX, y: i32::MIN }] {
            picture.set_pointer(Some((at, pointer())));
            assert!(backdrop.take_changes().is_empty());
            assert!(!pixels(&mut backdrop).contains(&0x00ff_0000), "{at:?}");
        }
    }

    #[test]
    fn what_is_no_longer_live_has_no_colour() {
        let (picture, mut backdrop) = shown(8, 8, true);
        picture.update(|pixels| {
            pixels.pixels_mut().fill(0x00ff_0000);
            (Region::from(Rect { x: 0, y: 0, width: 8, height: 8 }), ())
        });
        let pixel = pixels(&mut backdrop)[3 * 32 + 2];
        assert_eq!((pixel & 0xff, pixel >> 8 & 0xff), (pixel >> 16, pixel & 0xff));
    }
}
