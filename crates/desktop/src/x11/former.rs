//! Remembers which windows of others had the keyboard, and gives it back.
//!
//! Under a window manager that keeps `_NET_ACTIVE_WINDOW` (EWMH) the manager says whose turn it is and is asked to
//! change it; without one, the server's own focus is set.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt as _, CreateWindowAux,
    EventMask, InputFocus, MapState, PropMode, Timestamp, Window, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

use super::link::{Asked as _, Awake, Link};
use super::own::is_of;
use crate::{OpenError, ScreenError, Waker};

const ASKED: &str = "tell which window has the keyboard";

/// How long a window manager has to turn to another window.
const PATIENCE: Duration = Duration::from_millis(500);

/// How many windows are remembered: the last ones may have been closed meanwhile.
const REMEMBERED: usize = 8;

/// A window that has no desktop of its own is on this one.
const EVERY_DESKTOP: u32 = u32::MAX;

x11rb::atom_manager! {
    /// The names that are used here.
    Atoms: AtomsCookie {
        _NET_ACTIVE_WINDOW,
        _NET_CLIENT_LIST_STACKING,
        _NET_CURRENT_DESKTOP,
        _NET_WM_DESKTOP,
        _NET_WM_STATE,
        _NET_WM_STATE_HIDDEN,
        _NET_WM_WINDOW_TYPE,
        _NET_WM_WINDOW_TYPE_DESKTOP,
        _NET_WM_WINDOW_TYPE_DOCK,
        _FARHAND_TIME,
    }
}

type Then = Box<dyn FnOnce() + Send>;

/// What the thread is asked for.
#[derive(Default)]
struct Orders {
    then: Vec<Then>,
    quit: bool,
    /// Nobody takes orders any more.
    is_over: bool,
}

/// The thread that does it. Dropping it ends it.
pub(crate) struct X11Former {
    orders: Arc<Mutex<Orders>>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for X11Former {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("X11Former").finish_non_exhaustive()
    }
}

impl X11Former {
    pub(super) fn start(link: Link, process: u32) -> Result<Self, OpenError> {
        link.need_extensions(&["X-Resource"])?;
        let atoms = Atoms::new(&*link).asked::<OpenError>(ASKED)?.reply().asked::<OpenError>(ASKED)?;
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let watched = link.change_window_attributes(link.root(), &events).asked::<OpenError>(ASKED)?;
        watched.check().asked::<OpenError>(ASKED)?;
        // Its own property tells the server's time.
        let clock = link.generate_clock()?;
        let (orders, waker) = (Arc::new(Mutex::new(Orders::default())), link.waker());
        let mut memory =
            Memory { link, atoms, process, clock, orders: orders.clone(), windows: VecDeque::new() };
        // Before the caller shows a window.
        memory.note()?;
        let thread = std::thread::Builder::new().name("former".to_owned()).spawn(move || memory.run());
        let thread = thread.map_err(|error| {
            OpenError::Screen(ScreenError::Server { what: ASKED, reason: error.to_string() })
        })?;
        Ok(Self { orders, waker, thread: Some(thread) })
    }

    pub(crate) fn give_back(&self, then: Then) {
        let mut orders = lock(&self.orders);
        if orders.is_over {
            drop(orders);
            then();
            return;
        }
        orders.then.push(then);
        drop(orders);
        self.waker.wake();
    }
}

impl Drop for X11Former {
    fn drop(&mut self) {
        lock(&self.orders).quit = true;
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            // It can't have panicked over anything that matters now.
            drop(thread.join());
        }
    }
}

fn lock(orders: &Mutex<Orders>) -> MutexGuard<'_, Orders> {
    orders.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Link {
    /// A window that never shows and tells of its properties.
    fn generate_clock(&self) -> Result<Window, OpenError> {
        let window = self.generate_id().map_err(|error| {
            OpenError::Screen(ScreenError::Server { what: ASKED, reason: error.to_string() })
        })?;
        let (class, values) =
            (WindowClass::INPUT_ONLY, CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE));
        let made = self
            .create_window(0, window, self.root(), -1, -1, 1, 1, 0, class, x11rb::COPY_FROM_PARENT, &values)
            .asked::<OpenError>(ASKED)?;
        made.check().asked::<OpenError>(ASKED)?;
        Ok(window)
    }
}

/// What the thread knows.
struct Memory {
    link: Link,
    atoms: Atoms,
    process: u32,
    clock: Window,
    orders: Arc<Mutex<Orders>>,
    /// The last ones first.
    windows: VecDeque<Window>,
}

impl Memory {
    fn run(mut self) {
        if let Err(error) = self.watch() {
            tracing::debug!(%error, "nobody knows any more which window had the keyboard");
        }
        let left = {
            let mut orders = lock(&self.orders);
            orders.is_over = true;
            std::mem::take(&mut orders.then)
        };
        left.into_iter().for_each(|then| then());
    }

    fn watch(&mut self) -> Result<(), ScreenError> {
        loop {
            let (then, quit) = {
                let mut orders = lock(&self.orders);
                (std::mem::take(&mut orders.then), orders.quit)
            };
            if !then.is_empty() {
                let given = self.give_back();
                then.into_iter().for_each(|then| then());
                given?;
                self.note()?;
            }
            if quit {
                return Ok(());
            }
            while let Some(event) = self.link.poll_for_event().asked::<ScreenError>(ASKED)? {
                if self.is_turn(&event) {
                    self.note()?;
                }
            }
            self.link.sleep(None).asked::<ScreenError>(ASKED)?;
        }
    }

    fn is_turn(&self, event: &Event) -> bool {
        matches!(event, Event::PropertyNotify(event) if event.atom == self.atoms._NET_ACTIVE_WINDOW)
    }

    /// Remembers which window has the keyboard now, if it is another program's.
    fn note(&mut self) -> Result<(), ScreenError> {
        if let Some(window) = self.in_use()?
            && !is_of::<ScreenError>(&self.link, window, self.process)?
        {
            self.windows.retain(|other| *other != window);
            self.windows.push_front(window);
            self.windows.truncate(REMEMBERED);
        }
        Ok(())
    }

    /// The window that has the keyboard now.
    fn in_use(&self) -> Result<Option<Window>, ScreenError> {
        if let Some(turns) =
            self.numbers(self.link.root(), self.atoms._NET_ACTIVE_WINDOW, AtomEnum::WINDOW)?
        {
            return Ok(turns.first().copied().filter(|window| *window != x11rb::NONE));
        }
        let focus = self.link.get_input_focus().asked::<ScreenError>(ASKED)?;
        let focus = focus.reply().asked::<ScreenError>(ASKED)?.focus;
        // None and PointerRoot (0 and 1) are no windows.
        Ok((focus > 1 && focus != self.link.root()).then_some(focus))
    }

    fn give_back(&self) -> Result<(), ScreenError> {
        let own = match self.in_use()? {
            Some(window) if is_of::<ScreenError>(&self.link, window, self.process)? => window,
            // Somebody else has it already.
            Some(_) => return Ok(()),
            None => x11rb::NONE,
        };
        let Some(window) = self.candidate()? else { return Ok(()) };
        let now = self.now()?;
        if self.numbers(self.link.root(), self.atoms._NET_ACTIVE_WINDOW, AtomEnum::WINDOW)?.is_none() {
            let set =
                self.link.set_input_focus(InputFocus::PARENT, window, now).asked::<ScreenError>(ASKED)?;
            // One that closed meanwhile takes no focus.
            drop(set.check());
            return Ok(());
        }
        // As if asked by the person, who has just pressed a button: programs that ask for themselves are refused.
        const BY_THE_PERSON: u32 = 2;
        let data = [BY_THE_PERSON, now, own, 0, 0];
        let message = ClientMessageEvent::new(32, window, self.atoms._NET_ACTIVE_WINDOW, data);
        let to = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        let sent = self.link.send_event(false, self.link.root(), to, message).asked::<ScreenError>(ASKED)?;
        sent.check().asked::<ScreenError>(ASKED)?;
        let deadline = Instant::now() + PATIENCE;
        while self.in_use()? != Some(window) {
            if !self.wait(deadline, |event| self.is_turn(event))? {
                tracing::debug!("the window manager keeps the keyboard where it is");
                break;
            }
        }
        Ok(())
    }

    /// Waits for an event; `false` when none came in time.
    fn wait(&self, deadline: Instant, fits: impl Fn(&Event) -> bool) -> Result<bool, ScreenError> {
        loop {
            while let Some(event) = self.link.poll_for_event().asked::<ScreenError>(ASKED)? {
                if fits(&event) {
                    return Ok(true);
                }
            }
            if self.link.sleep(Some(deadline)).asked::<ScreenError>(ASKED)? == Awake::Timeout {
                return Ok(false);
            }
        }
    }

    /// The server's time.
    fn now(&self) -> Result<Timestamp, ScreenError> {
        let name = self.atoms._FARHAND_TIME;
        let changed = self
            .link
            .change_property8(PropMode::REPLACE, self.clock, name, AtomEnum::STRING, &[])
            .asked::<ScreenError>(ASKED)?;
        changed.check().asked::<ScreenError>(ASKED)?;
        let time = std::cell::Cell::new(x11rb::CURRENT_TIME);
        self.wait(Instant::now() + PATIENCE, |event| match event {
            Event::PropertyNotify(event) if event.window == self.clock => {
                time.set(event.time);
                true
            }
            _ => false,
        })?;
        Ok(time.get())
    }

    /// Whose turn it is.
    fn candidate(&self) -> Result<Option<Window>, ScreenError> {
        for window in &self.windows {
            if self.is_in_sight(*window)? && !self.is_dock(*window)? {
                return Ok(Some(*window));
            }
        }
        let list = self.atoms._NET_CLIENT_LIST_STACKING;
        let windows = self.numbers(self.link.root(), list, AtomEnum::WINDOW)?.unwrap_or_default();
        for window in windows.into_iter().rev() {
            if !is_of::<ScreenError>(&self.link, window, self.process)?
                && self.is_in_sight(window)?
                && !self.is_dock(window)?
                && !self.is_desktop(window)?
            {
                return Ok(Some(window));
            }
        }
        Ok(None)
    }

    /// Whether it is mapped, not minimised, and on the desktop that is shown.
    fn is_in_sight(&self, window: Window) -> Result<bool, ScreenError> {
        let attributes = self.link.get_window_attributes(window).asked::<ScreenError>(ASKED)?.reply();
        if !attributes.is_ok_and(|attributes| attributes.map_state == MapState::VIEWABLE) {
            return Ok(false);
        }
        let states = self.numbers(window, self.atoms._NET_WM_STATE, AtomEnum::ATOM)?.unwrap_or_default();
        if states.contains(&self.atoms._NET_WM_STATE_HIDDEN) {
            return Ok(false);
        }
        let desktop = |window, name| -> Result<Option<u32>, ScreenError> {
            Ok(self.numbers(window, name, AtomEnum::CARDINAL)?.and_then(|numbers| numbers.first().copied()))
        };
        let shown = desktop(self.link.root(), self.atoms._NET_CURRENT_DESKTOP)?;
        let its = desktop(window, self.atoms._NET_WM_DESKTOP)?;
        Ok(match (its, shown) {
            (Some(its), Some(shown)) => its == shown || its == EVERY_DESKTOP,
            _ => true,
        })
    }

    fn is_dock(&self, window: Window) -> Result<bool, ScreenError> {
        self.has_type(window, self.atoms._NET_WM_WINDOW_TYPE_DOCK)
    }

    fn is_desktop(&self, window: Window) -> Result<bool, ScreenError> {
        self.has_type(window, self.atoms._NET_WM_WINDOW_TYPE_DESKTOP)
    }

    fn has_type(&self, window: Window, kind: Atom) -> Result<bool, ScreenError> {
        let kinds = self.numbers(window, self.atoms._NET_WM_WINDOW_TYPE, AtomEnum::ATOM)?;
        Ok(kinds.is_some_and(|kinds| kinds.contains(&kind)))
    }

    /// The numbers in a property; `None` where there is no such window or property.
    fn numbers(&self, window: Window, name: Atom, kind: AtomEnum) -> Result<Option<Vec<u32>>, ScreenError> {
        /// Far more windows than anybody opens.
        const MOST: u32 = 1024;
        let asked = self.link.get_property(false, window, name, kind, 0, MOST).asked::<ScreenError>(ASKED)?;
        let Ok(reply) = asked.reply() else { return self.is_alive().map(|()| None) };
        Ok(reply.value32().map(Iterator::collect))
    }

    fn is_alive(&self) -> Result<(), ScreenError> {
        let asked = self.link.get_input_focus().asked::<ScreenError>(ASKED)?;
        asked.reply().asked::<ScreenError>(ASKED).map(drop)
    }
}
