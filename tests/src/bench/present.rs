//! How long a change of a remote picture takes to come into the window when the processor draws: only what changed,
//! beside the whole window each time.

use std::process::Command;
use std::time::Instant;

use farhand_proto::screen::{Picture, Rect, Region, Size};
use farhand_testkit::x::XServer;
use farhand_window::egui::{self, Vec2, pos2, vec2};
use farhand_window::{App, Layers, Proxy, Redraw, Sampling, SharedPicture, Spec, Stacking};

use super::{Figure, Setup};

/// The title that the figures go under.
pub const TITLE: &str = "present";

/// Tells a process that it is the window: what it shows, how large, and how often.
const WINDOW: &str = "FARHAND_BENCH_PRESENT";

/// The console's monitor.
const MONITOR: Size = Size { width: 3840, height: 2160 };

/// Before they count, so that memory is there and caches are warm.
const UNCOUNTED: usize = 5;

/// Each change so often for each run that is asked for.
const FRAMES_PER_RUN: usize = 30;

/// The pictures, and the sizes in which they are shown.
const PICTURES: [(&str, Size); 2] =
    [("4K", Size { width: 3840, height: 2160 }), ("1080p", Size { width: 1920, height: 1080 })];
const SCALES: [(&str, f32); 3] = [("1:1", 1.0), ("at 0.8", 0.8), ("at 2", 2.0)];

/// What changes, in the order in which it does: each many times, then the next.
const CHANGES: [&str; 3] = ["a line of text", "a quarter", "everything"];

/// Measures.
///
/// # Panics
/// The X server or the window does not start.
#[must_use]
pub fn run(setup: &Setup) -> Vec<Figure> {
    let frames = setup.runs * FRAMES_PER_RUN;
    let mut figures = Vec::new();
    for (picture, size) in PICTURES {
        for (scaled, scale) in SCALES {
            let times = times(size, scale, frames);
            for (change, times) in CHANGES.into_iter().zip(&times) {
                figures.push(Figure::new(format!("{picture} {scaled}: {change}"), "ms", times.clone()));
            }
            let whole = &times[CHANGES.len() - 1];
            for (change, times) in CHANGES.into_iter().zip(&times).take(CHANGES.len() - 1) {
                let ratios = times.iter().zip(whole).map(|(part, whole)| part / whole).collect();
                let name = format!("{picture} {scaled}: {change}, to the whole window's");
                figures.push(Figure::new(name, "x", ratios));
            }
        }
    }
    figures
}

/// How long each change took, in ms, each time.
fn times(size: Size, scale: f32, frames: usize) -> [Vec<f64>; 3] {
    let server = XServer::xvfb(MONITOR.width, MONITOR.height);
    let program = std::env::current_exe().expect("this program has a path");
    let mut command: Command = server.command(&program.display().to_string());
    command.env(WINDOW, format!("{} {} {scale} {frames}", size.width, size.height));
    command.env("WINIT_X11_SCALE_FACTOR", "1");
    let output = command.output().expect("this program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let mut times = [const { Vec::new() }; 3];
    for (index, line) in text.lines().enumerate() {
        times[index / frames].push(line.parse().expect("a time"));
    }
    assert!(times.iter().all(|times| times.len() == frames), "every change was shown each time");
    times
}

/// Is the window, if this process was started for that; tells whether it was.
///
/// # Panics
/// There is no desktop.
#[must_use]
pub fn show() -> bool {
    let Ok(asked) = std::env::var(WINDOW) else { return false };
    let numbers: Vec<f32> = asked.split(' ').map(|word| word.parse().expect("a number")).collect();
    let [width, height, scale, frames] = numbers[..] else { panic!("four numbers, not {asked}") };
    let size = Size { width: width as u32, height: height as u32 };
    let frames = UNCOUNTED + frames as usize;
    farhand_window::run("bench", None, |proxy| Shown::new(proxy, size, scale, frames)).expect("a desktop");
    true
}

struct Shown {
    proxy: Proxy<()>,
    picture: SharedPicture,
    /// The picture's size, and that in which it is shown.
    size: Size,
    shown: Vec2,
    sampling: Sampling,
    /// All changes that are still to be made, of each so many.
    left: usize,
    frames: usize,
    /// When the last one was there to be shown.
    since: Option<Instant>,
    times: Vec<f64>,
}

impl Shown {
    fn new(proxy: Proxy<()>, size: Size, scale: f32, frames: usize) -> Self {
        let picture = SharedPicture::new();
        picture.update(|picture| {
            *picture = Picture::new(size);
            (Region::new(), ())
        });
        // As the console chooses it.
        let sampling = if scale < 1.0 { Sampling::Mean } else { Sampling::Blocks };
        let shown = vec2(size.width as f32, size.height as f32) * scale;
        let left = frames * CHANGES.len();
        Self { proxy, picture, size, shown, sampling, left, frames, since: None, times: Vec::new() }
    }

    fn window(&self) -> Vec2 {
        self.shown.min(vec2(MONITOR.width as f32, MONITOR.height as f32))
    }

    /// What changes next, in pixels of the picture: inside of what the window shows.
    fn next_change(&self) -> Rect {
        let part = |length: u32, seen: f32, all: f32| (length as f32 * (seen / all).min(1.0)) as u32;
        let width = part(self.size.width, self.window().x, self.shown.x);
        let height = part(self.size.height, self.window().y, self.shown.y);
        // One change after the other, as the X server is still at work on the one before.
        let done = self.frames * CHANGES.len() - self.left;
        match done / self.frames {
            0 => Rect { x: 200, y: 300, width: 600, height: 20 },
            1 => Rect { x: width as i32 / 4, y: height as i32 / 4, width: width / 2, height: height / 2 },
            _ => Rect { x: 0, y: 0, width, height },
        }
    }
}

impl App for Shown {
    type Window = ();
    type Message = ();

    fn windows(&self) -> Vec<((), Spec)> {
        let (title, size, min_size) = ("bench".to_owned(), self.window(), Vec2::ZERO);
        let (is_resizable, stacking, place) = (false, Stacking::Bar, Some((0, 0)));
        let spec = Spec { title, size, min_size, zoom: 1.0, is_resizable, stacking, place };
        (self.left > 0 || self.since.is_some()).then_some(((), spec)).into_iter().collect()
    }

    fn opened(&mut self, (): (), _: &farhand_window::winit::window::Window) {
        self.proxy.send(());
    }

    fn draw(&mut self, (): (), _: &mut egui::Ui, layers: &mut Layers) {
        let place = egui::Rect::from_min_size(pos2(0.0, 0.0), self.shown);
        let clip = egui::Rect::from_min_size(pos2(0.0, 0.0), self.window());
        layers.show(&self.picture, place, clip, self.sampling, false);
    }

    fn message(&mut self, (): ()) -> Redraw {
        let change = self.next_change();
        let Some(left) = self.left.checked_sub(1) else { return Redraw::Nothing };
        self.left = left;
        let colour = (self.left as u32).wrapping_mul(2_654_435_761) >> 8;
        self.picture.update(|picture| {
            for y in change.y as u32..change.bottom() as u32 {
                for (x, pixel) in picture.row_mut(change.x as u32, y, change.width).iter_mut().enumerate() {
                    *pixel = colour ^ x as u32;
                }
            }
            (Region::from(change), ())
        });
        self.since = Some(Instant::now());
        Redraw::Pictures
    }

    fn idle(&mut self) -> Option<Instant> {
        if let Some(since) = self.since.take() {
            self.times.push(since.elapsed().as_secs_f64() * 1e3);
            if self.left == 0 {
                let counted = self.times.chunks(self.frames).flat_map(|times| &times[UNCOUNTED..]);
                counted.for_each(|time| println!("{time}"));
            }
            // After the last, the loop only finds that no window is wanted.
            self.proxy.send(());
        }
        None
    }

    fn close(&mut self, (): ()) {
        self.left = 0;
    }
}
