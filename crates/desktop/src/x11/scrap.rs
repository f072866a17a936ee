//! The baseline: whole frames through the `scrap` library, compared with the ones before.
//!
//! `scrap` reads the display that `DISPLAY` names, one monitor at a time, and tells neither where a monitor lies
//! nor that the server died; both come from the connection beside it. Its own connection is not to be moved
//! between threads, so it lives on one of its own.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use farhand_proto::screen::{Layout, Picture, Rect, Region, Size};

use super::pixels::PixelFormat;
use crate::{CaptureBackend, OpenError, ScreenError};

/// How often a frame is read.
const FRAME_TIME: Duration = Duration::from_millis(40);
/// The side of the squares that are compared, in pixels.
const TILE: u32 = 64;

/// Reads frames and finds what changed between them.
pub(super) struct Poller {
    orders: mpsc::SyncSender<Order>,
    frames: mpsc::Receiver<Frames>,
    layout: Option<Layout>,
    picture: Picture,
    next: Instant,
}

/// What the thread is asked for.
enum Order {
    /// Starts over, because the monitors changed.
    Restart,
    /// One frame of each monitor.
    Frame,
}

/// One frame of each monitor: its size and its bytes.
type Frames = Result<Vec<(Size, Vec<u32>)>, String>;

impl Poller {
    pub(super) fn start() -> Result<Self, OpenError> {
        let (orders, ordered) = mpsc::sync_channel(1);
        let (sender, frames) = mpsc::sync_channel(1);
        let run = move || serve(&ordered, &sender);
        thread::Builder::new().name("scrap".to_owned()).spawn(run).map_err(|error| OpenError::Backend {
            backend: CaptureBackend::Scrap.name(),
            reason: format!("no thread for it: {error}"),
        })?;
        Ok(Self { orders, frames, layout: None, picture: Picture::default(), next: Instant::now() })
    }

    /// When the next frame is due.
    pub(super) fn next_frame(&self) -> Instant {
        self.next
    }

    /// Reads a frame and tells where it differs from the one before.
    pub(super) fn take_damage(
        &mut self,
        layout: &Layout,
        format: PixelFormat,
    ) -> Result<Region, ScreenError> {
        self.next = Instant::now() + FRAME_TIME;
        if self.layout.as_ref() != Some(layout) {
            self.layout = Some(layout.clone());
            self.picture = Picture::new(layout.desktop);
            self.ask(Order::Restart)?;
        }
        let frames = self.ask(Order::Frame)?;
        let mut damage = Region::new();
        for ((size, mut pixels), monitor) in frames.into_iter().zip(layout.monitors.iter()) {
            if size != monitor.area.size() {
                // The monitors changed meanwhile; the connection is about to tell.
                self.layout = None;
                continue;
            }
            format.decode(&mut pixels);
            damage.add_region(&self.compare(monitor.area, &pixels));
        }
        Ok(damage)
    }

    /// Copies pixels of the last frame.
    pub(super) fn copy_out(&self, rect: Rect, area: Rect, picture: &mut Picture) {
        let rect = rect.intersection(Rect::of_size(self.picture.size()));
        for y in rect.y..rect.bottom() {
            let source = self.picture.row(rect.x.unsigned_abs(), y.unsigned_abs(), rect.width);
            picture.row_mut(rect.x.abs_diff(area.x), y.abs_diff(area.y), rect.width).copy_from_slice(source);
        }
    }

    fn ask(&self, order: Order) -> Result<Vec<(Size, Vec<u32>)>, ScreenError> {
        let ended = |reason: String| ScreenError::Server { what: "show its pixels through scrap", reason };
        self.orders.send(order).map_err(|_| ended("its thread ended".to_owned()))?;
        self.frames.recv().map_err(|_| ended("its thread ended".to_owned()))?.map_err(ended)
    }

    /// Takes a monitor's new pixels into the picture, tile by tile where they differ.
    fn compare(&mut self, monitor: Rect, pixels: &[u32]) -> Region {
        let mut damage = Region::new();
        let desktop = Rect::of_size(self.picture.size());
        for y in (0..monitor.height).step_by(TILE as usize) {
            for x in (0..monitor.width).step_by(TILE as usize) {
                let (width, height) = (TILE.min(monitor.width - x), TILE.min(monitor.height - y));
                let tile = Rect { x: x.cast_signed(), y: y.cast_signed(), width, height };
                let on_desktop = tile.translated(monitor.x, monitor.y);
                if on_desktop.intersection(desktop) == on_desktop
                    && self.update(on_desktop, tile, monitor, pixels)
                {
                    damage.add(on_desktop);
                }
            }
        }
        damage
    }

    fn update(&mut self, on_desktop: Rect, tile: Rect, monitor: Rect, pixels: &[u32]) -> bool {
        let mut changed = false;
        for row in 0..tile.height {
            let start = (tile.y.unsigned_abs() + row) as usize * monitor.width as usize
                + tile.x.unsigned_abs() as usize;
            let source = &pixels[start..start + tile.width as usize];
            let (x, y) = (on_desktop.x.unsigned_abs(), on_desktop.y.unsigned_abs() + row);
            let target = self.picture.row_mut(x, y, tile.width);
            if source != target {
                target.copy_from_slice(source);
                changed = true;
            }
        }
        changed
    }
}

/// The thread that owns `scrap`: answers each order with one message, ends with its owner.
fn serve(orders: &mpsc::Receiver<Order>, frames: &mpsc::SyncSender<Frames>) {
    let mut capturers = Vec::new();
    for order in orders {
        let answer = match order {
            Order::Restart => {
                // The old ones first: each holds memory of the system that is scarce.
                capturers.clear();
                start_all().map(|started| {
                    capturers = started;
                    Vec::new()
                })
            }
            Order::Frame => capturers.iter_mut().map(read).collect(),
        };
        if frames.send(answer.map_err(|error| error.to_string())).is_err() {
            return;
        }
    }
}

fn start_all() -> std::io::Result<Vec<scrap::Capturer>> {
    scrap::Display::all()?.into_iter().map(scrap::Capturer::new).collect()
}

fn read(capturer: &mut scrap::Capturer) -> std::io::Result<(Size, Vec<u32>)> {
    let (width, height) = (capturer.width(), capturer.height());
    // This is the frame that it asked for at the last call, one frame time ago.
    let frame = capturer.frame()?;
    let pixels = frame.as_chunks::<4>().0.iter().map(|bytes| u32::from_ne_bytes(*bytes)).collect();
    let size = |length: usize| u32::try_from(length).unwrap_or(0);
    Ok((Size { width: size(width), height: size(height) }, pixels))
}
