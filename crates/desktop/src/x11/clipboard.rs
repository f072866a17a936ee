//! The clipboard by the rules of the Inter-Client Communication Conventions Manual, section 2: whoever has something
//! to paste owns a selection, and gives it when asked.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xfixes::{ConnectionExt as _, SelectionEventMask};
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Property,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

use super::link::{Asked as _, Awake, Link, failed};
use crate::{OpenError, ScreenError, Waker};

const ASKED: &str = "give the clipboard";

/// How long a program may take to give what it has.
const PATIENCE: Duration = Duration::from_secs(2);

x11rb::atom_manager! {
    /// The names that programs use for it.
    Names:
    NamesCookie {
        CLIPBOARD,
        TARGETS,
        UTF8_STRING,
        INCR,
        TEXT_PLAIN: b"text/plain;charset=utf-8",
        SECRET: b"x-kde-passwordManagerHint",
        PLACE: b"_FARHAND_CLIPBOARD",
    }
}

/// One desktop's clipboard.
pub(crate) struct X11Clipboard {
    link: Link,
    names: Names,
    window: Window,
    longest: usize,
    watches: bool,
    /// What is there from here.
    ours: Option<String>,
    asked: Option<Question>,
}

/// What the clipboard's owner was asked for.
#[derive(Debug, Clone)]
struct Question {
    until: Instant,
    what: Wanted,
}

#[derive(Debug, Clone)]
enum Wanted {
    /// What it can give.
    Targets,
    /// The text.
    Text,
    /// The rest of a text that comes in pieces.
    Rest(Vec<u8>),
}

impl std::fmt::Debug for X11Clipboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("X11Clipboard").field("is_ours", &self.ours.is_some()).finish_non_exhaustive()
    }
}

impl X11Clipboard {
    pub(super) fn open(link: Link, longest: usize) -> Result<Self, OpenError> {
        link.need_extensions(&[x11rb::protocol::xfixes::X11_EXTENSION_NAME])?;
        let version = link.xfixes_query_version(5, 0).asked::<OpenError>(ASKED)?;
        version.reply().asked::<OpenError>(ASKED)?;
        let names = Names::new(&*link).asked::<OpenError>(ASKED)?.reply().asked::<OpenError>(ASKED)?;
        let window = link.generate_id().map_err(|error| {
            OpenError::Screen(ScreenError::Server { what: ASKED, reason: error.to_string() })
        })?;
        let (depth, visual) = (x11rb::COPY_DEPTH_FROM_PARENT, x11rb::COPY_FROM_PARENT);
        let events = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let class = WindowClass::INPUT_ONLY;
        let created = link.create_window(depth, window, link.root(), 0, 0, 1, 1, 0, class, visual, &events);
        created.asked::<OpenError>(ASKED)?.check().asked::<OpenError>(ASKED)?;
        let watched = link.xfixes_select_selection_input(
            window,
            names.CLIPBOARD,
            SelectionEventMask::SET_SELECTION_OWNER,
        );
        watched.asked::<OpenError>(ASKED)?.check().asked::<OpenError>(ASKED)?;
        Ok(Self { link, names, window, longest, watches: false, ours: None, asked: None })
    }

    pub(crate) fn waker(&self) -> Waker {
        self.link.waker()
    }

    pub(crate) fn watch(&mut self, watch: bool) {
        self.watches = watch;
        if !watch {
            self.asked = None;
        }
    }

    pub(crate) fn set(&mut self, text: String) -> Result<(), ScreenError> {
        self.ours = Some(text);
        self.asked = None;
        let own = self.link.set_selection_owner(self.window, self.names.CLIPBOARD, x11rb::CURRENT_TIME);
        own.asked::<ScreenError>(ASKED)?.check().asked(ASKED)
    }

    pub(crate) fn wait(&mut self, timeout: Duration) -> Result<Option<String>, ScreenError> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            while let Some(event) = self.link.poll_for_event().asked::<ScreenError>(ASKED)? {
                if let Some(text) = self.handle(&event)? {
                    return Ok(Some(text));
                }
            }
            // An owner that gives nothing is not waited for; what it would give later comes to nobody.
            if self.asked.as_ref().is_some_and(|question| question.until <= Instant::now()) {
                self.asked = None;
            }
            let patience = self.asked.as_ref().map(|question| question.until);
            let next = [deadline, patience].into_iter().flatten().min();
            match self.link.sleep(next).asked::<ScreenError>(ASKED)? {
                Awake::Woken => return Ok(None),
                Awake::Timeout if next == deadline => return Ok(None),
                Awake::Server | Awake::Timeout => {}
            }
        }
    }

    fn handle(&mut self, event: &Event) -> Result<Option<String>, ScreenError> {
        match event {
            Event::XfixesSelectionNotify(event) if event.owner == x11rb::NONE => {}
            Event::XfixesSelectionNotify(event) if event.owner == self.window => {}
            Event::XfixesSelectionNotify(_) => {
                self.ours = None;
                if self.watches {
                    self.ask(Wanted::Targets, self.names.TARGETS)?;
                }
            }
            Event::SelectionNotify(event) if event.requestor == self.window => {
                return self.read(event.target, event.property);
            }
            Event::PropertyNotify(event)
                if event.window == self.window
                    && event.atom == self.names.PLACE
                    && event.state == Property::NEW_VALUE =>
            {
                return self.read_more();
            }
            Event::SelectionRequest(event) => self.give(event)?,
            _ => {}
        }
        Ok(None)
    }

    fn ask(&mut self, what: Wanted, target: Atom) -> Result<(), ScreenError> {
        self.asked = Some(Question { until: Instant::now() + PATIENCE, what });
        let Names { CLIPBOARD: selection, PLACE: place, .. } = self.names;
        let asked = self.link.convert_selection(self.window, selection, target, place, x11rb::CURRENT_TIME);
        asked.asked::<ScreenError>(ASKED)?.ignore_error();
        self.link.flush().asked(ASKED)
    }

    /// An owner has answered: this one, or one of before to what is not asked any more.
    fn read(&mut self, target: Atom, property: Atom) -> Result<Option<String>, ScreenError> {
        let is_answer = |question: &mut Question| match question.what {
            Wanted::Targets => target == self.names.TARGETS,
            Wanted::Text => target == self.names.UTF8_STRING,
            Wanted::Rest(_) => false,
        };
        let Some(question) = self.asked.take_if(is_answer) else { return Ok(None) };
        if property == x11rb::NONE {
            // It has nothing of the kind.
            return Ok(None);
        }
        let (kind, bytes) = self.take_property()?;
        match question.what {
            Wanted::Targets if kind != AtomEnum::ATOM.into() => Ok(None),
            Wanted::Targets => {
                let targets: Vec<Atom> = bytes
                    .chunks_exact(4)
                    .map(|atom| Atom::from_ne_bytes(atom.try_into().unwrap_or_default()))
                    .collect();
                if targets.contains(&self.names.UTF8_STRING) && !targets.contains(&self.names.SECRET) {
                    self.ask(Wanted::Text, self.names.UTF8_STRING)?;
                }
                Ok(None)
            }
            Wanted::Text if kind == self.names.INCR => {
                // Taking the announcement away was the word to begin.
                self.asked =
                    Some(Question { until: Instant::now() + PATIENCE, what: Wanted::Rest(Vec::new()) });
                Ok(None)
            }
            Wanted::Text if kind == self.names.UTF8_STRING => Ok(self.text(bytes)),
            Wanted::Text | Wanted::Rest(_) => Ok(None),
        }
    }

    /// A further piece lies there.
    fn read_more(&mut self) -> Result<Option<String>, ScreenError> {
        if !matches!(&self.asked, Some(Question { what: Wanted::Rest(_), .. })) {
            return Ok(None);
        }
        let (_, piece) = self.take_property()?;
        let Some(Question { what: Wanted::Rest(mut text), .. }) = self.asked.take() else { return Ok(None) };
        if piece.is_empty() {
            return Ok(self.text(text));
        }
        // What is too long comes to its end too, or its owner would wait.
        if text.len() <= self.longest {
            text.extend_from_slice(&piece);
        }
        self.asked = Some(Question { until: Instant::now() + PATIENCE, what: Wanted::Rest(text) });
        Ok(None)
    }

    fn text(&self, bytes: Vec<u8>) -> Option<String> {
        if bytes.len() > self.longest {
            return None;
        }
        String::from_utf8(bytes).ok()
    }

    /// Takes away what an owner has put down; no more than one byte more than is wanted.
    fn take_property(&self) -> Result<(Atom, Vec<u8>), ScreenError> {
        let most = u32::try_from(self.longest / 4 + 1).unwrap_or(u32::MAX);
        let (window, place) = (self.window, self.names.PLACE);
        let reply = self.link.get_property(true, window, place, AtomEnum::ANY, 0, most);
        let reply = reply.asked::<ScreenError>(ASKED)?.reply().asked::<ScreenError>(ASKED)?;
        if reply.bytes_after > 0 {
            // It is too long, and still there.
            let gone = self.link.delete_property(window, place).asked::<ScreenError>(ASKED)?;
            gone.ignore_error();
        }
        Ok((reply.type_, reply.value))
    }

    /// Gives what is there from here to a program that asks.
    fn give(&self, event: &SelectionRequestEvent) -> Result<(), ScreenError> {
        let Names { TARGETS: targets, UTF8_STRING: utf8, TEXT_PLAIN: plain, .. } = self.names;
        let (window, mode) = (event.requestor, PropMode::REPLACE);
        // Old programs name no place.
        let place = if event.property == x11rb::NONE { event.target } else { event.property };
        let put = match &self.ours {
            Some(_) if event.target == targets => {
                let all = [targets, utf8, plain];
                Some(self.link.change_property32(mode, window, place, AtomEnum::ATOM, &all))
            }
            Some(text) if event.target == utf8 || event.target == plain => {
                Some(self.link.change_property8(mode, window, place, event.target, text.as_bytes()))
            }
            _ => None,
        };
        let is_put = match put {
            None => false,
            Some(put) => match put.asked::<ScreenError>(ASKED)?.check() {
                Ok(()) => true,
                // Its window is gone, or it asked for too much.
                Err(ReplyError::X11Error(_)) => false,
                Err(error) => return Err(failed(ASKED, error)),
            },
        };
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: event.time,
            requestor: event.requestor,
            selection: event.selection,
            target: event.target,
            property: if is_put { place } else { x11rb::NONE },
        };
        let sent = self.link.send_event(false, event.requestor, EventMask::NO_EVENT, answer);
        sent.asked::<ScreenError>(ASKED)?.ignore_error();
        self.link.flush().asked(ASKED)
    }
}
