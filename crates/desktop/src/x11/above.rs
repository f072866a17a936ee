//! Keeps a window above all others.
//!
//! The server tells whether a window is obscured (VisibilityNotify), but not under a compositing manager, for which
//! every window has pixels of its own. So this looks at the order of the windows themselves, whenever the server tells
//! that something about them changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use farhand_proto::screen::Rect;
use x11rb::connection::Connection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ConfigureWindowAux, ConnectionExt as _, EventMask,
    GetGeometryReply, MapState, PropMode, StackMode, Window,
};
use x11rb::wrapper::ConnectionExt as _;

use super::link::{Asked as _, Link};
use crate::{OpenError, ScreenError, Waker};

const ASKED: &str = "keep a window above the others";

/// The least time between two looks at the windows: some that are moved tell of every step.
const PAUSE: Duration = Duration::from_millis(100);

/// The longest time between two raises against a program that covers the window again each time.
const LONGEST: Duration = Duration::from_secs(2);

/// Window managers keep invisible windows of fewer pixels than this at the edges of the screen.
const EDGE: i32 = 4;

/// A property of every window that is kept above.
const MARK: &[u8] = b"_FARHAND_ABOVE";

/// The thread that does it.
#[derive(Debug)]
pub(crate) struct X11Above {
    waker: Waker,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    others: Vec<Rect>,
}

impl X11Above {
    /// Where other windows were that are kept above, when this one was first.
    pub(crate) fn others(&self) -> &[Rect] {
        &self.others
    }

    pub(super) fn start(link: Link, window: Window) -> Result<Self, OpenError> {
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
        let watched = link.change_window_attributes(window, &events).asked::<OpenError>(ASKED)?;
        watched.check().asked::<OpenError>(ASKED)?;
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
        let watched = link.change_window_attributes(link.root(), &events).asked::<OpenError>(ASKED)?;
        watched.check().asked::<OpenError>(ASKED)?;
        let mark = link.intern_atom(false, MARK).asked::<OpenError>(ASKED)?;
        let mark = mark.reply().asked::<OpenError>(ASKED)?.atom;
        let others = others(&link, mark).asked::<OpenError>(ASKED)?;
        let marked = link.change_property8(PropMode::REPLACE, window, mark, AtomEnum::STRING, &[]);
        marked.asked::<OpenError>(ASKED)?.check().asked::<OpenError>(ASKED)?;
        let (waker, is_over) = (link.waker(), Arc::new(AtomicBool::new(false)));
        let guard = Guard { link, window, is_over: is_over.clone(), raised: None, pause: PAUSE };
        let thread = std::thread::Builder::new().name("above".to_owned()).spawn(move || guard.run());
        let thread = thread.map_err(|error| {
            OpenError::Screen(ScreenError::Server { what: ASKED, reason: error.to_string() })
        })?;
        Ok(Self { waker, is_over, thread: Some(thread), others })
    }
}

impl Drop for X11Above {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It can't have panicked over anything that matters now.
            drop(thread.join());
        }
    }
}

/// What the thread knows.
struct Guard {
    link: Link,
    window: Window,
    is_over: Arc<AtomicBool>,
    raised: Option<Instant>,
    /// How long to wait after a raise before the next.
    pause: Duration,
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The window is still there.
    Watch,
    /// It is gone.
    Over,
}

impl Guard {
    fn run(mut self) {
        if let Err(error) = self.keep() {
            tracing::debug!(%error, "a window is kept above no longer");
        }
    }

    fn keep(&mut self) -> Result<(), ScreenError> {
        while self.look()? == Next::Watch && self.nap(Instant::now() + PAUSE) == Next::Watch {
            // What changed in the meantime is told by now.
            loop {
                match self.drain()? {
                    Some(Next::Watch) => break,
                    Some(Next::Over) => return Ok(()),
                    None => drop(self.link.sleep(None).asked::<ScreenError>(ASKED)?),
                }
                if self.is_over.load(Ordering::Acquire) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Waits for nothing but the end.
    fn nap(&self, until: Instant) -> Next {
        loop {
            if self.is_over.load(Ordering::Acquire) {
                return Next::Over;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Next::Watch;
            }
            std::thread::park_timeout(left);
        }
    }

    /// Reads all events; `None` when there were none.
    fn drain(&self) -> Result<Option<Next>, ScreenError> {
        let mut next = None;
        while let Some(event) = self.link.poll_for_event().asked::<ScreenError>(ASKED)? {
            match event {
                Event::DestroyNotify(event) if event.window == self.window => next = Some(Next::Over),
                _ => next = next.or(Some(Next::Watch)),
            }
        }
        Ok(next)
    }

    /// Raises the window if something lies over it.
    fn look(&mut self) -> Result<Next, ScreenError> {
        match self.is_covered() {
            Ok(false) => return Ok(Next::Watch),
            Ok(true) => {}
            Err(ReplyError::X11Error(_)) => return self.is_there(),
            Err(error) => return Err(super::link::failed(ASKED, error)),
        }
        if let Some(raised) = self.raised {
            // Twice the pause of quiet, and it was no fight.
            let is_fight = raised.elapsed() < self.pause * 2 + PAUSE;
            self.pause = if is_fight { (self.pause * 2).min(LONGEST) } else { PAUSE };
            if self.nap(raised + self.pause) == Next::Over {
                return Ok(Next::Over);
            }
        }
        self.raised = Some(Instant::now());
        let above = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
        let raised = self.link.configure_window(self.window, &above).asked::<ScreenError>(ASKED)?;
        match raised.check() {
            Ok(()) => Ok(Next::Watch),
            Err(ReplyError::X11Error(_)) => Ok(Next::Over),
            Err(error) => Err(super::link::failed(ASKED, error)),
        }
    }

    fn is_there(&self) -> Result<Next, ScreenError> {
        match self.link.get_geometry(self.window).asked::<ScreenError>(ASKED)?.reply() {
            Ok(_) => Ok(Next::Watch),
            Err(ReplyError::X11Error(_)) => Ok(Next::Over),
            Err(error) => Err(super::link::failed(ASKED, error)),
        }
    }

    /// Whether a visible window lies over a part of ours.
    fn is_covered(&self) -> Result<bool, ReplyError> {
        let children = self.link.query_tree(self.link.root())?.reply()?.children;
        let top = self.top(&children)?;
        let above = children.iter().skip_while(|child| **child != top).skip(1);
        let ours = self.link.get_geometry(top)?.reply()?;
        for other in above {
            let attributes = self.link.get_window_attributes(*other)?;
            let geometry = self.link.get_geometry(*other)?;
            // Either fails for a window that is gone: that one covers nothing.
            let (attributes, geometry) = match (attributes.reply(), geometry.reply()) {
                (Ok(attributes), Ok(geometry)) => (attributes, geometry),
                (Err(ReplyError::X11Error(_)), _) | (_, Err(ReplyError::X11Error(_))) => continue,
                (Err(error), _) | (_, Err(error)) => return Err(error),
            };
            if attributes.map_state == MapState::VIEWABLE && overlap(&ours, &geometry) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The window itself, or the frame that a window manager put it into.
    fn top(&self, children: &[Window]) -> Result<Window, ReplyError> {
        let mut top = self.window;
        while !children.contains(&top) {
            top = self.link.query_tree(top)?.reply()?.parent;
            if top == x11rb::NONE {
                break;
            }
        }
        Ok(top)
    }
}

/// Where the visible windows are that are marked so: on the root, or in a window manager's frame.
fn others(link: &Link, mark: Atom) -> Result<Vec<Rect>, ReplyError> {
    let mut found = Vec::new();
    for top in link.query_tree(link.root())?.reply()?.children {
        match place_of_marked(link, top, mark) {
            Ok(place) => found.extend(place),
            // It is gone.
            Err(ReplyError::X11Error(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn place_of_marked(link: &Link, top: Window, mark: Atom) -> Result<Option<Rect>, ReplyError> {
    if link.get_window_attributes(top)?.reply()?.map_state != MapState::VIEWABLE {
        return Ok(None);
    }
    let mut windows = link.query_tree(top)?.reply()?.children;
    windows.push(top);
    for window in windows {
        // Its type is told also where it has no contents.
        if link.get_property(false, window, mark, AtomEnum::ANY, 0, 0)?.reply()?.type_ != x11rb::NONE {
            let GetGeometryReply { x, y, width, height, .. } = link.get_geometry(top)?.reply()?;
            let rect = Rect { x: x.into(), y: y.into(), width: width.into(), height: height.into() };
            return Ok(Some(rect));
        }
    }
    Ok(None)
}

/// Whether two windows share more than an edge.
fn overlap(one: &GetGeometryReply, other: &GetGeometryReply) -> bool {
    let shared = |one: (i16, u16, u16), other: (i16, u16, u16)| {
        let end = |(start, length, border): (i16, u16, u16)| {
            i32::from(start) + i32::from(length) + 2 * i32::from(border)
        };
        end(one).min(end(other)) - i32::from(one.0.max(other.0))
    };
    let across = shared((one.x, one.width, one.border_width), (other.x, other.width, other.border_width));
    let down = shared((one.y, one.height, one.border_width), (other.y, other.height, other.border_width));
    across >= EDGE && down >= EDGE
}
