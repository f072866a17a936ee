//! Vouches for presses in our own windows by what the devices themselves sent.
//!
//! A thread reads the devices' events as they come, at most some times a second, so that nothing piles up at the
//! server; whoever asks for a verdict reads the rest first. A reply of the server comes after all events before it,
//! and it sends a raw event before the event that a window gets of the same press: so after one round trip the press
//! that a window asks about has been read, if a device made it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xinput::XIEventMask;
use x11rb::protocol::xproto::{ConnectionExt as _, InputFocus, Window};

use super::devices::Devices;
use super::link::{Asked as _, Awake, Link};
use crate::presses::ledger::{Device, Ledger, Pressed};
use crate::{LocalInputError, OpenError, PressKind};

const ASKED: &str = "tell the use of mouse and keyboard";

/// The least time between two readings by the thread: a mouse in motion sends a thousand events a second.
const PAUSE: Duration = Duration::from_millis(50);

/// How often to ask again where a pointer is that moves on.
const RESTS: usize = 8;

/// Keycodes are the kernel's scancodes plus this.
const FIRST_KEYCODE: u32 = 8;

/// Watches all devices.
#[derive(Debug)]
pub(crate) struct X11Presses {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    link: Link,
    seen: Mutex<Seen>,
    is_over: AtomicBool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

/// What the devices did. Whoever has the lock reads.
struct Seen {
    devices: Devices,
    ledger: Ledger,
    hand: Hand,
    /// The keys that the person holds down: a device may repeat them by itself.
    held: HashSet<u32>,
    /// Whether the server failed: then nothing is genuine any more.
    is_broken: bool,
}

/// Who put the pointer where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hand {
    /// A program, or nobody knows.
    Off,
    /// The person is moving it.
    Moving,
    /// The person left it here.
    Left { x: i16, y: i16 },
}

impl X11Presses {
    pub(super) fn open(link: Link) -> Result<Self, OpenError> {
        let events = XIEventMask::RAW_KEY_PRESS
            | XIEventMask::RAW_KEY_RELEASE
            | XIEventMask::RAW_BUTTON_PRESS
            | XIEventMask::RAW_MOTION
            // Touches come as a set or not at all.
            | XIEventMask::RAW_TOUCH_BEGIN
            | XIEventMask::RAW_TOUCH_UPDATE
            | XIEventMask::RAW_TOUCH_END;
        let devices = Devices::watch(&link, events)?;
        let seen = Seen {
            devices,
            ledger: Ledger::default(),
            hand: Hand::Off,
            held: HashSet::new(),
            is_broken: false,
        };
        let shared = Arc::new(Shared { link, seen: Mutex::new(seen), is_over: AtomicBool::new(false) });
        let thread = std::thread::Builder::new().name("presses".to_owned());
        let thread = thread.spawn({
            let shared = shared.clone();
            move || shared.keep_reading()
        });
        let thread = thread.map_err(|error| {
            OpenError::Screen(crate::ScreenError::Server { what: ASKED, reason: error.to_string() })
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    pub(crate) fn is_genuine(&mut self, kind: PressKind, window: Window) -> bool {
        match self.shared.judge(kind, window) {
            Ok(is_genuine) => is_genuine,
            Err(error) => {
                tracing::warn!(%error, "no press can be told to be genuine any more");
                false
            }
        }
    }
}

impl Drop for X11Presses {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Release);
        self.shared.link.waker().wake();
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It can't have panicked over anything that matters now.
            drop(thread.join());
        }
    }
}

impl Shared {
    /// The thread's work.
    fn keep_reading(&self) {
        while !self.is_over.load(Ordering::Acquire) {
            let awake = self.link.sleep(None);
            if !matches!(awake, Ok(Awake::Woken)) {
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                if let Err(error) = awake.asked(ASKED).and_then(|_: Awake| seen.read(&self.link)) {
                    seen.is_broken = true;
                    return tracing::debug!(%error, "watching presses ends");
                }
            }
            if !self.is_over.load(Ordering::Acquire) {
                std::thread::park_timeout(PAUSE);
            }
        }
    }

    fn judge(&self, kind: PressKind, window: Window) -> Result<bool, LocalInputError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.is_broken {
            return Ok(false);
        }
        let judged = seen.judge(&self.link, kind, window);
        seen.is_broken |= judged.is_err();
        judged
    }
}

impl Seen {
    fn judge(&mut self, link: &Link, kind: PressKind, window: Window) -> Result<bool, LocalInputError> {
        let focus = link.get_input_focus().asked::<LocalInputError>(ASKED)?;
        let focus = focus.reply().asked::<LocalInputError>(ASKED)?.focus;
        self.read_events(link)?;
        let now = Instant::now();
        let is_genuine = match kind {
            PressKind::Touch => self.ledger.vouch(Pressed::Touch, now),
            PressKind::Button => self.ledger.vouch(Pressed::Button, now) && self.is_by_hand(link)?,
            PressKind::Key(scancode) => {
                let vouched = self.ledger.vouch(Pressed::Key(scancode.saturating_add(FIRST_KEYCODE)), now);
                vouched && has_keyboard(link, window, focus)?
            }
        };
        // What was read here does not wake the thread.
        self.rest(link)?;
        Ok(is_genuine)
    }

    /// Reads what came, and where the pointer rests.
    fn read(&mut self, link: &Link) -> Result<(), LocalInputError> {
        self.read_events(link)?;
        self.rest(link)
    }

    /// Notes where the person leaves the pointer.
    fn rest(&mut self, link: &Link) -> Result<(), LocalInputError> {
        for _ in 0..RESTS {
            if self.hand != Hand::Moving {
                break;
            }
            let pointer = link.query_pointer(link.root()).asked::<LocalInputError>(ASKED)?;
            let pointer = pointer.reply().asked::<LocalInputError>(ASKED)?;
            self.hand = Hand::Left { x: pointer.root_x, y: pointer.root_y };
            // It may have been moved on meanwhile.
            self.read_events(link)?;
        }
        Ok(())
    }

    /// Whether it was the person who put the pointer where it is.
    fn is_by_hand(&mut self, link: &Link) -> Result<bool, LocalInputError> {
        if let Hand::Left { x, y } = self.hand {
            let pointer = link.query_pointer(link.root()).asked::<LocalInputError>(ASKED)?;
            let pointer = pointer.reply().asked::<LocalInputError>(ASKED)?;
            self.read_events(link)?;
            return Ok(self.hand == Hand::Moving || (x, y) == (pointer.root_x, pointer.root_y));
        }
        Ok(self.hand == Hand::Moving)
    }

    fn read_events(&mut self, link: &Link) -> Result<(), LocalInputError> {
        while let Some(event) = link.poll_for_event().asked::<LocalInputError>(ASKED)? {
            if matches!(event, Event::XinputHierarchy(_)) {
                // A keyboard that was unplugged releases nothing.
                self.held.clear();
            }
            let Some(is_by_hand) = self.devices.is_by_hand(link, &event)? else { continue };
            let device = if is_by_hand { Device::Hand } else { Device::Program };
            let pressed = match event {
                Event::XinputRawMotion(_) => {
                    self.hand = if is_by_hand { Hand::Moving } else { Hand::Off };
                    continue;
                }
                Event::XinputRawKeyPress(event) if is_by_hand && !self.held.insert(event.detail) => continue,
                Event::XinputRawKeyPress(event) => Pressed::Key(event.detail),
                Event::XinputRawKeyRelease(event) => {
                    // What a program releases, the hand still holds.
                    if is_by_hand {
                        self.held.remove(&event.detail);
                    }
                    continue;
                }
                // What it is pressed on was not the person's choice.
                Event::XinputRawButtonPress(_) if is_by_hand && self.hand == Hand::Off => continue,
                Event::XinputRawButtonPress(event) if !is_wheel(event.detail) => Pressed::Button,
                Event::XinputRawTouchBegin(_) => Pressed::Touch,
                _ => continue,
            };
            self.ledger.note(pressed, device, Instant::now());
        }
        Ok(())
    }
}

/// Wheels are buttons on X11.
fn is_wheel(button: u32) -> bool {
    (4..=7).contains(&button)
}

/// Whether keys go to this window: to it or one within it, or by where the pointer is if the server goes by that.
fn has_keyboard(link: &Link, window: Window, focus: Window) -> Result<bool, LocalInputError> {
    if focus != u32::from(InputFocus::POINTER_ROOT) {
        return is_within(link, focus, window);
    }
    let pointer = link.query_pointer(link.root()).asked::<LocalInputError>(ASKED)?;
    let under_pointer = pointer.reply().asked::<LocalInputError>(ASKED)?.child;
    Ok(under_pointer != x11rb::NONE && is_within(link, window, under_pointer)?)
}

/// Whether a window is another one or in it.
fn is_within(link: &Link, window: Window, other: Window) -> Result<bool, LocalInputError> {
    let mut at = window;
    while at != x11rb::NONE {
        if at == other {
            return Ok(true);
        }
        at = match link.query_tree(at).asked::<LocalInputError>(ASKED)?.reply() {
            Ok(tree) => tree.parent,
            // It is gone, or was none.
            Err(x11rb::errors::ReplyError::X11Error(_)) => return Ok(false),
            Err(error) => return Err(super::link::failed(ASKED, error)),
        };
    }
    Ok(false)
}
