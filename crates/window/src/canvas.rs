//! The interface as pixels: egui's shapes, rasterised on the processor.

use egui::{ClippedPrimitive, TexturesDelta};
use egui_software_backend::{BufferMutRef, ColorFieldOrder, EguiSoftwareRender};
use farhand_proto::screen::{Rect, Region};

use crate::compose::compose;
use crate::picture::{Backdrop, Layers};

/// Side of the squares in which changes are looked for, in pixels.
const TILE: usize = 64;

/// Blue, green, red, alpha; colours multiplied by alpha.
pub(crate) type Pixel = [u8; 4];

/// The interface of one window; transparent where it draws nothing.
pub(crate) struct Canvas {
    render: EguiSoftwareRender,
    width: usize,
    height: usize,
    pixels: Vec<Pixel>,
    /// The frame before, to find what changed.
    before: Vec<Pixel>,
}

impl Canvas {
    pub(crate) fn new() -> Self {
        Self {
            render: EguiSoftwareRender::new(ColorFieldOrder::Bgra),
            width: 0,
            height: 0,
            pixels: Vec::new(),
            before: Vec::new(),
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn height(&self) -> usize {
        self.height
    }

    /// The pixels of a row from column `x`, `width` of them.
    pub(crate) fn row(&self, x: usize, y: usize, width: usize) -> &[Pixel] {
        let start = y * self.width + x;
        &self.pixels[start..start + width]
    }

    /// Draws a frame; returns what differs from the frame before.
    pub(crate) fn paint(
        &mut self,
        [width, height]: [usize; 2],
        primitives: &[ClippedPrimitive],
        textures: &TexturesDelta,
        pixels_per_point: f32,
    ) -> Region {
        let resized = [width, height] != [self.width, self.height];
        if resized {
            (self.width, self.height) = (width, height);
            self.before = vec![Pixel::default(); width * height];
            self.pixels = vec![Pixel::default(); width * height];
        } else {
            std::mem::swap(&mut self.pixels, &mut self.before);
            self.pixels.fill(Pixel::default());
        }
        let mut target = BufferMutRef::new(&mut self.pixels, width, height);
        self.render.render(&mut target, primitives, textures, pixels_per_point);
        if resized { whole(width, height) } else { self.changes() }
    }

    fn changes(&self) -> Region {
        let mut changes = Region::new();
        for top in (0..self.height).step_by(TILE) {
            let bottom = (top + TILE).min(self.height);
            for left in (0..self.width).step_by(TILE) {
                let right = (left + TILE).min(self.width);
                let differs = (top..bottom).any(|y| {
                    let row = y * self.width;
                    self.pixels[row + left..row + right] != self.before[row + left..row + right]
                });
                if differs {
                    changes.add(rect(left, top, right - left, bottom - top));
                }
            }
        }
        changes
    }
}

/// A rectangle of pixels of a window.
pub(crate) fn rect(x: usize, y: usize, width: usize, height: usize) -> Rect {
    let signed = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
    let unsigned = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Rect { x: signed(x), y: signed(y), width: unsigned(width), height: unsigned(height) }
}

fn whole(width: usize, height: usize) -> Region {
    let mut region = Region::new();
    region.add(rect(0, 0, width, height));
    region
}

/// A picture of an interface, drawn without a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Still {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Rows from top to bottom, each pixel red, green, blue, alpha.
    pub rgba: Vec<u8>,
}

/// Draws what `ui` shows in a window of `size` points, as it would look on a screen with so many pixels per point.
/// What animates is drawn at its end.
pub fn still(
    size: egui::Vec2,
    pixels_per_point: f32,
    theme: egui::Theme,
    mut ui: impl FnMut(&mut egui::Ui),
) -> Still {
    still_over(size, pixels_per_point, theme, |shown, _| ui(shown))
}

/// The same with remote screens beneath the interface.
pub fn still_over(
    size: egui::Vec2,
    pixels_per_point: f32,
    theme: egui::Theme,
    mut ui: impl FnMut(&mut egui::Ui, &mut Layers),
) -> Still {
    /// Passes until sizes that depend on each other have settled.
    const PASSES: usize = 4;
    let context = egui::Context::default();
    crate::theme::install(&context);
    context.set_theme(theme);
    let size_in_pixels = [size.x, size.y].map(|side| (side * pixels_per_point).round() as usize);
    let (mut canvas, mut backdrop) = (Canvas::new(), Backdrop::default());
    for pass in 0..PASSES {
        let mut input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, size)),
            time: Some(pass as f64),
            focused: true,
            ..Default::default()
        };
        if let Some(viewport) = input.viewports.get_mut(&egui::ViewportId::ROOT) {
            viewport.native_pixels_per_point = Some(pixels_per_point);
        }
        let mut layers = Layers::default();
        let output = context.run_ui(input, |shown| {
            layers = Layers::default();
            ui(shown, &mut layers);
        });
        let primitives = context.tessellate(output.shapes, output.pixels_per_point);
        canvas.paint(size_in_pixels, &primitives, &output.textures_delta, output.pixels_per_point);
        backdrop.set(layers, output.pixels_per_point);
    }
    // Where pointers are, is noted with the changes.
    backdrop.take_changes();
    let [width, height] = size_in_pixels;
    let mut pixels = vec![0; width * height];
    compose(&canvas, &mut backdrop, rect(0, 0, width, height), &mut pixels);
    Still { width, height, rgba: to_rgba(&pixels) }
}

/// Red, green, blue and alpha of pixels `0x00RRGGBB`.
fn to_rgba(pixels: &[u32]) -> Vec<u8> {
    pixels.iter().flat_map(|pixel| (pixel << 8 | 0xff).to_be_bytes()).collect()
}
