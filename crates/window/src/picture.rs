//! Remote screens beneath the interface.

use std::sync::{Arc, Mutex, PoisonError};

use farhand_proto::screen::{Picture, Rect, Region};

use crate::scale::{Sampling, Scaler};

/// A remote screen: written by whoever decodes it, shown by the window.
#[derive(Debug, Clone, Default)]
pub struct SharedPicture(Arc<Mutex<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    picture: Picture,
    /// What changed and is not shown yet.
    changed: Region,
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

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The remote screens that a frame shows. Where the interface draws nothing, they are seen.
#[derive(Debug, Default)]
pub struct Layers(Vec<Layer>);

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
        self.0.push(Layer { picture: picture.clone(), place, clip, sampling, is_grey });
    }
}

/// A layer in pixels of the window.
#[derive(Debug)]
pub(crate) struct Placed {
    layer: Layer,
    place: Rect,
    clip: Rect,
    scaler: Option<Scaler>,
}

/// All layers of a window.
#[derive(Debug, Default)]
pub(crate) struct Backdrop(Vec<Placed>);

impl Backdrop {
    /// Takes over what a frame wants; returns where that differs from before.
    pub(crate) fn set(&mut self, layers: Layers, pixels_per_point: f32) -> Region {
        let mut changed = Region::new();
        let mut placed = Vec::with_capacity(layers.0.len());
        for layer in layers.0 {
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
            placed.push(Placed { layer, place, clip, scaler: before.and_then(|before| before.scaler) });
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
        }
        changes
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
            for line in 0..part.height as usize {
                let y = part.y as usize + line;
                let start = y * stride + part.x as usize;
                let row = &mut target[start..start + part.width as usize];
                let (x, y) = ((part.x - placed.place.x) as usize, y - placed.place.y as usize);
                scaler.row(&shared.picture, x, y, row);
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
    let right = (one.x + one.width as i32).min(other.x + other.width as i32);
    let bottom = (one.y + one.height as i32).min(other.y + other.height as i32);
    (left < right && top < bottom).then(|| Rect {
        x: left,
        y: top,
        width: (right - left) as u32,
        height: (bottom - top) as u32,
    })
}
