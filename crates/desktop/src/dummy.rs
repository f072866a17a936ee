//! A desktop that needs no system: a moving test picture, and input that is only noted.
//!
//! The picture is a function of the frame's number alone, see [`pixel`], so a test knows what a console must show.
//! A [`Stage`] stands behind the desktop: it advances the picture, plays the person at the machine, takes the
//! desktop away, and tells which inputs arrived.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use farhand_proto::bounded::{Bytes, List, Text};
use farhand_proto::input::{Button, Input, Key};
use farhand_proto::screen::{
    Layout, Monitor, MonitorId, Picture, Point, PointerShape, Rect, Region, Rotation, Size,
};

use crate::waker::Wake;
use crate::{
    Changes, Desktop, InjectError, Injector, Interrupter, LocalInput, LocalInputError, Screen, ScreenError,
    Waker,
};

/// The size of the desktop that [`crate::open`] gives.
pub const DEFAULT_SIZE: Size = Size { width: 1024, height: 768 };

/// How often the picture moves by itself.
pub const FRAME_TIME: Duration = Duration::from_millis(100);

/// The side of the square that moves over the picture, in pixels.
pub const SQUARE: u32 = 64;

/// The most inputs that a stage keeps; older ones are forgotten first.
pub const MAX_RECORDED: usize = 65_536;

/// A desktop of this size whose picture moves every [`FRAME_TIME`], and the stage behind it.
#[must_use]
pub fn open(size: Size) -> (Desktop, Stage) {
    staged(size, Some(FRAME_TIME))
}

/// A desktop of this size whose picture moves only by [`Stage::advance`], and the stage behind it.
#[must_use]
pub fn open_still(size: Size) -> (Desktop, Stage) {
    staged(size, None)
}

/// The pixel at a place of the picture with this number, on a desktop of this size: a fixed pattern under a white
/// square that moves with the number.
#[must_use]
pub fn pixel(frame: u32, size: Size, at: Point) -> u32 {
    if square(frame, size).contains(at) {
        return 0x00ff_ffff;
    }
    let (x, y) = (at.x.unsigned_abs(), at.y.unsigned_abs());
    ((x & 0xff) << 16) | ((y & 0xff) << 8) | ((x / 32 + y / 32) % 2 * 0x80)
}

/// Where the square of the picture with this number is.
#[must_use]
pub fn square(frame: u32, size: Size) -> Rect {
    let steps_across = (size.width / SQUARE).max(1);
    let steps_down = (size.height / SQUARE).max(1);
    let step = frame % (steps_across * steps_down);
    Rect::of_size(Size { width: SQUARE.min(size.width), height: SQUARE.min(size.height) }).translated(
        (step % steps_across * SQUARE).cast_signed(),
        (step / steps_across * SQUARE).cast_signed(),
    )
}

/// What stands behind a dummy desktop.
#[derive(Debug, Clone)]
pub struct Stage(Arc<Shared>);

impl Stage {
    /// Moves the picture on by one frame.
    pub fn advance(&self) {
        self.0.change(State::advance);
    }

    /// The number of the picture that shows.
    #[must_use]
    pub fn frame(&self) -> u32 {
        self.0.lock().frame
    }

    /// Gives the desktop another size.
    pub fn resize(&self, size: Size) {
        self.0.change(|state| {
            state.layout = layout(size);
            state.layout_changed = true;
        });
    }

    /// Lets the person use their own mouse or keyboard once.
    pub fn person_acts(&self) {
        self.0.change(|state| state.person_acted = true);
    }

    /// Takes the desktop away: everything answers from now on that it is gone.
    pub fn end(&self) {
        self.0.change(|state| state.gone = true);
    }

    /// All inputs so far, in order.
    #[must_use]
    pub fn inputs(&self) -> Vec<Input> {
        self.0.lock().inputs.clone()
    }

    /// The keys and buttons that are down.
    #[must_use]
    pub fn held(&self) -> (Vec<Key>, Vec<Button>) {
        let state = self.0.lock();
        (state.keys.clone(), state.buttons.clone())
    }

    /// Blocks until `inputs` satisfies the condition, or the timeout; tells whether it does.
    #[must_use]
    pub fn wait_for_inputs(&self, timeout: Duration, mut enough: impl FnMut(&[Input]) -> bool) -> bool {
        let state = self.0.lock();
        let (state, _) = self
            .0
            .changed
            .wait_timeout_while(state, timeout, |state| !enough(&state.inputs))
            .unwrap_or_else(PoisonError::into_inner);
        enough(&state.inputs)
    }
}

fn staged(size: Size, frame_time: Option<Duration>) -> (Desktop, Stage) {
    let shared = Arc::new(Shared {
        state: Mutex::new(State {
            layout: layout(size),
            layout_changed: false,
            frame: 0,
            pointer: Point::default(),
            inputs: Vec::new(),
            keys: Vec::new(),
            buttons: Vec::new(),
            person_acted: false,
            gone: false,
            screen_woken: false,
            local_woken: false,
        }),
        changed: Condvar::new(),
    });
    let desktop = Desktop {
        screen: Box::new(DummyScreen {
            shared: shared.clone(),
            layout: layout(size),
            told: None,
            next_frame: frame_time.map(|time| (Instant::now() + time, time)),
        }),
        injector: Box::new(DummyInjector(shared.clone())),
        local_input: Box::new(DummyLocalInput(shared.clone())),
    };
    (desktop, Stage(shared))
}

fn layout(size: Size) -> Layout {
    let monitor = Monitor {
        id: MonitorId(1),
        name: Text::truncated("dummy"),
        area: Rect::of_size(size),
        primary: true,
        rotation: Rotation::Normal,
    };
    Layout { monitors: List::truncated(vec![monitor]), desktop: size }
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_all();
        result
    }
}

#[derive(Debug)]
struct State {
    layout: Layout,
    layout_changed: bool,
    frame: u32,
    pointer: Point,
    inputs: Vec<Input>,
    keys: Vec<Key>,
    buttons: Vec<Button>,
    person_acted: bool,
    gone: bool,
    screen_woken: bool,
    local_woken: bool,
}

impl State {
    fn advance(&mut self) {
        self.frame = self.frame.wrapping_add(1);
    }

    fn record(&mut self, input: Input) {
        match &input {
            Input::Key { key, pressed: true } if !self.keys.contains(key) => self.keys.push(*key),
            Input::Key { key, pressed: false } => self.keys.retain(|held| held != key),
            Input::Button { button, pressed, at } => {
                self.pointer = *at;
                self.buttons.retain(|held| held != button);
                if *pressed {
                    self.buttons.push(*button);
                }
            }
            Input::Move(at) | Input::Scroll { at, .. } => self.pointer = *at,
            Input::ReleaseAll => {
                self.keys.clear();
                self.buttons.clear();
            }
            Input::Key { .. } | Input::Text(_) => {}
        }
        if self.inputs.len() == MAX_RECORDED {
            self.inputs.remove(0);
        }
        self.inputs.push(input);
    }
}

struct ScreenWake(Arc<Shared>);

impl Wake for ScreenWake {
    fn wake(&self) {
        self.0.change(|state| state.screen_woken = true);
    }
}

struct LocalWake(Arc<Shared>);

impl Wake for LocalWake {
    fn wake(&self) {
        self.0.change(|state| state.local_woken = true);
    }
}

struct DummyScreen {
    shared: Arc<Shared>,
    layout: Layout,
    told: Option<(u32, Point)>,
    next_frame: Option<(Instant, Duration)>,
}

impl DummyScreen {
    fn changes(&mut self, state: &mut State) -> Changes {
        let mut changes = Changes { layout: std::mem::take(&mut state.layout_changed), ..Changes::default() };
        if changes.layout {
            self.layout = state.layout.clone();
        }
        let size = self.layout.desktop;
        match self.told {
            Some((frame, _)) if !changes.layout => {
                if frame != state.frame {
                    changes.damage.add(square(frame, size));
                    changes.damage.add(square(state.frame, size));
                }
            }
            _ => changes.damage = Region::from(Rect::of_size(size)),
        }
        if self.told.is_none() {
            changes.pointer_shape = Some(pointer_shape());
        }
        if self.told.is_none_or(|(_, pointer)| pointer != state.pointer) {
            changes.pointer_at = Some(state.pointer);
        }
        self.told = Some((state.frame, state.pointer));
        changes.woken = std::mem::take(&mut state.screen_woken);
        changes
    }
}

impl Screen for DummyScreen {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn waker(&self) -> Waker {
        Waker::new(Arc::new(ScreenWake(self.shared.clone())))
    }

    fn wait(&mut self, timeout: Duration) -> Result<Changes, ScreenError> {
        let shared = self.shared.clone();
        let deadline = Instant::now().checked_add(timeout);
        let mut state = shared.lock();
        loop {
            if state.gone {
                return Err(ScreenError::DisplayGone);
            }
            let now = Instant::now();
            if let Some((at, time)) = &mut self.next_frame
                && *at <= now
            {
                *at = now + *time;
                state.advance();
                shared.changed.notify_all();
            }
            let changes = self.changes(&mut state);
            if !changes.is_empty() || deadline.is_some_and(|deadline| deadline <= now) {
                return Ok(changes);
            }
            let until = [deadline, self.next_frame.map(|(at, _)| at)].into_iter().flatten().min();
            state = match until {
                Some(until) => {
                    shared.changed.wait_timeout(state, until - now).unwrap_or_else(PoisonError::into_inner).0
                }
                None => shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn grab(&mut self, area: Rect, region: &Region, picture: &mut Picture) -> Result<(), ScreenError> {
        if picture.size() != area.size() {
            return Err(ScreenError::WrongPicture { picture: picture.size(), area });
        }
        let state = self.shared.lock();
        if state.gone {
            return Err(ScreenError::DisplayGone);
        }
        let size = state.layout.desktop;
        for rect in region.rects() {
            let rect = rect.intersection(area).intersection(Rect::of_size(size));
            for y in rect.y..rect.bottom() {
                let row = picture.row_mut(rect.x.abs_diff(area.x), y.abs_diff(area.y), rect.width);
                for (x, pixel_out) in (rect.x..).zip(row) {
                    *pixel_out = pixel(state.frame, size, Point { x, y });
                }
            }
        }
        Ok(())
    }
}

/// A filled square of 8 x 8 pixels that points with its top left.
fn pointer_shape() -> PointerShape {
    let rgba = Bytes::new([0x20, 0x40, 0x60, 0xff].repeat(64)).unwrap_or_default();
    PointerShape { width: 8, height: 8, hot_x: 0, hot_y: 0, rgba }
}

struct DummyInjector(Arc<Shared>);

impl Injector for DummyInjector {
    fn inject(&mut self, input: &Input) -> Result<(), InjectError> {
        self.0.change(|state| {
            if state.gone {
                return Err(InjectError::DisplayGone);
            }
            state.record(input.clone());
            Ok(())
        })
    }

    fn release_all(&mut self) -> Result<(), InjectError> {
        self.inject(&Input::ReleaseAll)
    }

    fn interrupter(&self) -> Interrupter {
        // Nothing here takes time.
        Interrupter::default()
    }
}

impl Drop for DummyInjector {
    fn drop(&mut self) {
        self.0.change(|state| {
            state.keys.clear();
            state.buttons.clear();
        });
    }
}

struct DummyLocalInput(Arc<Shared>);

impl LocalInput for DummyLocalInput {
    fn wait(&mut self, timeout: Duration) -> Result<bool, LocalInputError> {
        let state = self.0.lock();
        let (mut state, _) = self
            .0
            .changed
            .wait_timeout_while(state, timeout, |state| {
                !(state.gone || state.person_acted || state.local_woken)
            })
            .unwrap_or_else(PoisonError::into_inner);
        if state.gone {
            return Err(LocalInputError::DisplayGone);
        }
        state.local_woken = false;
        Ok(std::mem::take(&mut state.person_acted))
    }

    fn waker(&self) -> Waker {
        Waker::new(Arc::new(LocalWake(self.0.clone())))
    }
}
