//! What the window shows: remote pictures in several sizes, and an interface over them.

use std::io::BufRead as _;
use std::sync::Arc;

use farhand_proto::bounded::Bytes;
use farhand_proto::screen::{Picture, Point, PointerShape, Rect, Region, Size};
use farhand_testkit::x::{self, Place};
use farhand_window::egui::{self, Color32, CornerRadius, Vec2, pos2, vec2};
use farhand_window::theme::{self, Palette};
use farhand_window::{
    App, Graphics, Layers, Redraw, Sampling, SharedPicture, Spec, Stacking, run_on, still_over,
};

/// The window's size, which is the screen's.
pub(crate) const WIDTH: u32 = 640;
pub(crate) const HEIGHT: u32 = 520;

/// Inside the picture in its own size, where nothing lies over it.
pub(crate) const EXACT: Place = Place { x: 10, y: 60, width: 123, height: 60 };

const THEME: egui::Theme = egui::Theme::Dark;

/// The pictures, each at its place.
pub(crate) struct Scene {
    pictures: [SharedPicture; 5],
    is_hidden: bool,
    typed: String,
    seed: u32,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let mut scene = Self {
            pictures: std::array::from_fn(|_| SharedPicture::new()),
            is_hidden: false,
            typed: String::new(),
            seed: 0,
        };
        scene.resize(200, 150);
        scene
    }

    /// Does what a line says.
    pub(crate) fn act(&mut self, line: &str) -> Redraw {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |word: &str| word.parse::<u32>().expect("a number");
        match words[..] {
            ["part", x, y, width, height] => {
                self.fill(Rect {
                    x: number(x) as i32,
                    y: number(y) as i32,
                    width: number(width),
                    height: number(height),
                });
                Redraw::Pictures
            }
            ["size", width, height] => {
                self.resize(number(width), number(height));
                Redraw::All
            }
            ["pointer", "none"] => {
                self.pictures.iter().for_each(|picture| picture.set_pointer(None));
                Redraw::Pictures
            }
            ["pointer", x, y] => {
                let at = Point { x: number(x) as i32, y: number(y) as i32 };
                let shape = pointer(number(x) as u8);
                self.pictures.iter().for_each(|picture| picture.set_pointer(Some((at, shape.clone()))));
                Redraw::Pictures
            }
            ["type", text] => {
                self.typed.push_str(text);
                Redraw::All
            }
            ["hide" | "show"] => {
                self.is_hidden = words[0] == "hide";
                Redraw::All
            }
            _ => panic!("unknown: {line}"),
        }
    }

    fn resize(&mut self, width: u32, height: u32) {
        for picture in &self.pictures {
            picture.update(|picture| {
                *picture = Picture::new(Size { width, height });
                (Region::new(), ())
            });
        }
        self.fill(Rect { x: 0, y: 0, width, height });
    }

    /// Other colours for a part: noise and hard edges, which are what scaling can get wrong.
    fn fill(&mut self, part: Rect) {
        self.seed += 1;
        let seed = self.seed;
        for picture in &self.pictures {
            picture.update(|picture| {
                for y in part.y as u32..part.bottom() as u32 {
                    let row = picture.row_mut(part.x as u32, y, part.width);
                    for (x, pixel) in row.iter_mut().enumerate() {
                        let noise = (x as u32 * 7919 + y * 104_729 + seed).wrapping_mul(2_654_435_761) >> 8;
                        *pixel = match (x as u32 / 16 + y / 16) % 3 {
                            0 => noise,
                            1 if (x as u32 + y).is_multiple_of(2) => 0,
                            _ => 0x00ff_ffff,
                        };
                    }
                }
                (Region::from(part), ())
            });
        }
    }

    fn draw(&self, ui: &mut egui::Ui, layers: &mut Layers) {
        let palette = Palette::in_use(ui);
        let size = self.pictures[0].read(Picture::size);
        let size = vec2(size.width as f32, size.height as f32);
        let all = egui::Rect::from_min_size(pos2(0.0, 0.0), vec2(WIDTH as f32, HEIGHT as f32));
        if !self.is_hidden {
            let places = [
                (pos2(10.0, 60.0), size, Sampling::Mean, false),
                (pos2(230.0, 60.0), size * 2.0, Sampling::Blocks, false),
                (pos2(10.0, 240.0), vec2(113.0, 87.0), Sampling::Mean, false),
                (pos2(10.0, 340.0), vec2(301.0, 211.0), Sampling::Mean, true),
                (pos2(-20.0, 500.0), vec2(40.0, 41.0), Sampling::Mean, false),
            ];
            for (picture, (place, size, sampling, is_grey)) in self.pictures.iter().zip(places) {
                let place = egui::Rect::from_min_size(place, size);
                layers.show(picture, place, place.intersect(all), sampling, is_grey);
            }
        }
        let painter = ui.painter();
        let bar = egui::Rect::from_min_max(pos2(0.0, 0.0), pos2(WIDTH as f32, 50.0));
        painter.rect_filled(bar, CornerRadius::ZERO, palette.ground);
        let font = egui::FontId::new(18.0, theme::strong());
        let text = format!("Quick brown fox {}", self.typed);
        painter.text(pos2(16.0, 14.0), egui::Align2::LEFT_TOP, text, font, palette.text);
        // A card that the picture shines through.
        let card = egui::Rect::from_min_size(pos2(300.0, 130.0), vec2(150.0, 70.0));
        painter.rect_filled(card, CornerRadius::same(9), Color32::from_black_alpha(150));
    }

    /// As the processor draws it.
    pub(crate) fn still(&self) -> x::Picture {
        let still = still_over(Vec2::new(WIDTH as f32, HEIGHT as f32), 1.0, THEME, |ui, layers| {
            self.draw(ui, layers);
        });
        let pixels = still.rgba.as_chunks::<4>().0.iter().map(|rgba| u32::from_be_bytes(*rgba) >> 8);
        x::Picture { width: WIDTH, height: HEIGHT, pixels: pixels.collect() }
    }
}

/// An arrow of a kind, half of it half transparent.
fn pointer(kind: u8) -> Arc<PointerShape> {
    let (width, height) = (9_u16, 7_u16);
    let pixels = (0..width * height)
        .flat_map(|at| [kind.wrapping_mul(40), at as u8, 0xff, if at % 2 == 0 { 0xff } else { 0x70 }]);
    let rgba = Bytes::new(pixels.collect::<Vec<u8>>()).expect("a small shape");
    Arc::new(PointerShape { width, height, hot_x: 2, hot_y: 1, rgba })
}

/// Shows it, and does what is said on standard input until that ends.
pub(crate) fn show(graphics: Graphics) {
    let make = |proxy: farhand_window::Proxy<String>| {
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines() {
                proxy.send(line.expect("text"));
            }
        });
        Shows { scene: Scene::new(), is_open: true }
    };
    run_on(graphics, "presenters", Some(THEME), make).expect("a desktop");
}

struct Shows {
    scene: Scene,
    is_open: bool,
}

impl App for Shows {
    type Window = ();
    type Message = String;

    fn windows(&self) -> Vec<((), Spec)> {
        let size = Vec2::new(WIDTH as f32, HEIGHT as f32);
        let (title, min_size) = ("presenters".to_owned(), Vec2::ZERO);
        let (is_resizable, stacking, place) = (false, Stacking::Bar, Some((0, 0)));
        let spec = Spec { title, size, min_size, zoom: 1.0, is_resizable, stacking, place };
        self.is_open.then_some(((), spec)).into_iter().collect()
    }

    fn draw(&mut self, (): (), ui: &mut egui::Ui, layers: &mut Layers) {
        self.scene.draw(ui, layers);
    }

    fn message(&mut self, line: String) -> Redraw {
        self.scene.act(&line)
    }

    fn close(&mut self, (): ()) {
        self.is_open = false;
    }
}
