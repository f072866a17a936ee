//! Notices when the X server answers nobody, as one does whose driver hangs, or which a program has grabbed.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Window, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

use super::link::{Asked as _, Awake, Link};
use crate::{OpenError, Pulse, ScreenError, Waker};

const ASKED: &str = "say that it is there";

/// From one question to the next.
const EVERY: Duration = Duration::from_secs(1);
/// An answer takes no longer where all is well.
const PATIENCE: Duration = Duration::from_secs(1);

/// A window that nobody sees: the server tells of each change of it, which can be waited for together with the end.
pub(crate) struct X11Pulse {
    link: Link,
    window: Window,
    next: Instant,
    /// When the question was asked that is not answered yet.
    asked: Option<Instant>,
    answers: bool,
}

impl X11Pulse {
    pub(super) fn open(link: Link) -> Result<Self, OpenError> {
        let window = link.generate_id().map_err(|error| {
            OpenError::Screen(ScreenError::Server { what: ASKED, reason: error.to_string() })
        })?;
        let (depth, visual) = (0, x11rb::COPY_FROM_PARENT);
        let events = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let class = WindowClass::INPUT_ONLY;
        let made = link.create_window(depth, window, link.root(), 0, 0, 1, 1, 0, class, visual, &events);
        made.asked::<OpenError>(ASKED)?.check().asked::<OpenError>(ASKED)?;
        Ok(Self { link, window, next: Instant::now(), asked: None, answers: true })
    }
}

impl Pulse for X11Pulse {
    fn change(&mut self) -> Result<Option<bool>, ScreenError> {
        loop {
            while let Some(event) = self.link.poll_for_event().asked::<ScreenError>(ASKED)? {
                if matches!(event, Event::PropertyNotify(event) if event.window == self.window) {
                    self.asked = None;
                }
            }
            let now = Instant::now();
            let until = match (self.asked, self.answers) {
                (None, false) => {
                    self.answers = true;
                    return Ok(Some(true));
                }
                (None, true) if now >= self.next => {
                    let (name, kind) = (AtomEnum::WM_NAME, AtomEnum::STRING);
                    let changed = self.link.change_property8(PropMode::REPLACE, self.window, name, kind, &[]);
                    changed.asked::<ScreenError>(ASKED)?;
                    (self.asked, self.next) = (Some(now), now + EVERY);
                    Some(now + PATIENCE)
                }
                (None, true) => Some(self.next),
                (Some(at), true) if now >= at + PATIENCE => {
                    self.answers = false;
                    return Ok(Some(false));
                }
                (Some(at), true) => Some(at + PATIENCE),
                (Some(_), false) => None,
            };
            match self.link.sleep(until).asked::<ScreenError>(ASKED)? {
                Awake::Woken => return Ok(None),
                Awake::Server | Awake::Timeout => {}
            }
        }
    }

    fn waker(&self) -> Waker {
        self.link.waker()
    }
}
