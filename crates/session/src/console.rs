//! The operator's side of a session.

use std::collections::VecDeque;
use std::time::Duration;

use farhand_proto::bounded::Text;
use farhand_proto::codec::Message as _;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::Input;
use farhand_proto::limits::{MAX_FILE_CHUNK, MAX_INPUT_TEXT, MAX_UPDATE};
use farhand_proto::prose::Prose;
use farhand_proto::screen::{Layout, Point, PointerShape, Rect, View};
use farhand_proto::session::{ConsoleAt, EndReason, Taken, ToClient, ToConsole, Undone};
use farhand_proto::time::Moment;

use crate::clipboard::Clipboard;
use crate::files::{FileEvent, Files};
use crate::line::{Ended, HEARTBEAT, Line, LineState, Turn};

/// The age at which an act of the pointer is no longer meant for what is on the screen.
const STALE: Duration = Duration::from_secs(1);

mod statistics;
mod transfers;
mod words;

use statistics::Meter;
pub use statistics::Statistics;

/// What the console program has to show or know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsoleEvent {
    /// The customer is being asked and has so long to answer.
    Asking(Duration),
    /// What is allowed now.
    Allowed(Grants),
    /// The customer has paused the session, or lets it go on. Until then the picture is old and input is not taken.
    Paused(bool),
    /// The desktop, and what of it the picture shows from the next update on.
    Screen {
        /// All monitors.
        layout: Layout,
        /// What was chosen.
        view: View,
        /// The part of the desktop that the picture shows.
        area: Rect,
    },
    /// An encoded update of the picture.
    Update {
        /// Counts up by one.
        number: u32,
        /// When the update was made, by the client's clock in milliseconds.
        at: u32,
        /// What the encoder gave.
        bytes: Vec<u8>,
    },
    /// The pointer looks like this.
    Shape(PointerShape),
    /// The pointer is here.
    PointerAt(Point),
    /// The person at the machine uses their own mouse or keyboard, or no longer does.
    Holding(bool),
    /// The customer's desktop answers its own programs no more, or again: meanwhile nobody knows what it shows.
    Answering(bool),
    /// All acts up to this number are done or refused.
    Done(u64),
    /// An act was not done.
    Undone {
        /// Its number.
        number: u64,
        /// Why.
        why: Undone,
    },
    /// The customer says something.
    Said(Prose),
    /// The customer's clipboard: put it into this computer's.
    Clipboard(String),
    /// Something about files.
    File(FileEvent),
    /// The link is of no use any more: the picture is old from here on, and input is not taken. Close the link and
    /// bring the session back over another.
    Lost,
    /// The session goes on over another link. What was accepted before is done now; a whole picture follows.
    Found,
    /// The session is over.
    Ended(Ended),
}

/// Why an act is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// The customer does not allow control now.
    #[error("the customer does not allow control now")]
    NotAllowed,
    /// The customer has paused the session.
    #[error("the customer has paused the session; input is taken again when it goes on")]
    Paused,
    /// No link stands.
    #[error("the line is lost; input is taken again when it is back")]
    LineLost,
    /// More waits than the line can take.
    #[error("too much is waiting for the line")]
    Congested,
    /// There is no session any more.
    #[error("the session is over")]
    Over,
}

/// One session at the operator's.
#[derive(Debug)]
pub struct ConsoleSession {
    line: Line,
    over: bool,
    /// The client has ended it as well.
    is_over_there: bool,
    grants: Grants,
    paused: bool,
    answered: bool,
    events: VecDeque<ConsoleEvent>,
    next_act: u64,
    done: u64,
    update: Vec<u8>,
    update_number: Option<u32>,
    next_ping: Moment,
    meter: Meter,
    clipboard: Clipboard,
    files: Files,
}

impl ConsoleSession {
    /// A session whose seal stands since `now`, and which may come back for so long after its line was lost; it asks
    /// for these grants.
    #[must_use]
    pub fn new(ask: Grants, window: Duration, now: Moment) -> Self {
        let mut line = Line::new(window, now);
        line.push_control(&ToClient::Ask { grants: ask });
        Self {
            line,
            over: false,
            is_over_there: false,
            grants: Grants::NONE,
            paused: false,
            answered: false,
            events: VecDeque::new(),
            next_act: 0,
            done: 0,
            update: Vec::new(),
            update_number: None,
            next_ping: now,
            meter: Meter::new(),
            clipboard: Clipboard::default(),
            files: Files::default(),
        }
    }

    /// What is allowed now; see [`ConsoleSession::is_paused`].
    #[must_use]
    pub fn grants(&self) -> Grants {
        self.grants
    }

    /// Whether the customer has paused the session.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// How the line does.
    #[must_use]
    pub fn line(&self) -> LineState {
        self.line.state()
    }

    /// What came within the last second, and what waits.
    #[must_use]
    pub fn statistics(&self, now: Moment) -> Statistics {
        self.meter.read(self.acts_waiting(), now)
    }

    /// The way of what this end sends: silence of so long at least says nothing about the line. One second says it
    /// otherwise.
    pub fn be_patient(&mut self, patience: Duration) {
        if let Some(milliseconds) = self.line.be_patient(patience) {
            self.line.push_control(&ToClient::Patience { milliseconds });
        }
    }

    /// A message came, in a frame of so many bytes.
    pub fn handle(&mut self, message: ToConsole, frame_bytes: usize, now: Moment) {
        if self.line.is_lost() {
            return;
        }
        if self.over {
            // How this end ended the session is said until the other end has heard it, or has ended it as well; nothing
            // else matters.
            match message {
                ToConsole::Ack { bytes, taken } => {
                    self.line.on_acknowledged(bytes, taken, now);
                }
                ToConsole::End { .. } => self.is_over_there = true,
                _ => {}
            }
            return;
        }
        self.meter.on_bytes(frame_bytes, now);
        self.line.on_heard(now);
        if !matches!(message, ToConsole::Ping { .. } | ToConsole::Pong { .. } | ToConsole::Ack { .. }) {
            self.line.on_taken_in(frame_bytes, message.lane());
        }
        match message {
            ToConsole::Ping { at } => self.line.push_pong(&ToClient::Pong { at }),
            ToConsole::Patience { milliseconds } => self.line.on_patience(milliseconds),
            ToConsole::Pong { at } => self.meter.on_pong(at, now),
            ToConsole::Ack { bytes, taken } => {
                if !self.line.on_acknowledged(bytes, taken, now) {
                    self.fail("an acknowledgement of bytes that were never sent");
                }
            }
            ToConsole::End { reason } => self.over(Ended::There(reason)),
            ToConsole::Asking { timeout } => {
                self.events.push_back(ConsoleEvent::Asking(Duration::from_millis(u64::from(timeout))));
            }
            ToConsole::Allowed { grants } => {
                self.answered = true;
                self.put_in_force(grants, self.paused, now);
                self.events.push_back(ConsoleEvent::Allowed(grants));
            }
            ToConsole::Paused { paused } => {
                self.put_in_force(self.grants, paused, now);
                self.events.push_back(ConsoleEvent::Paused(paused));
            }
            ToConsole::Answering { answers } => self.events.push_back(ConsoleEvent::Answering(answers)),
            ToConsole::Holding { held } => self.events.push_back(ConsoleEvent::Holding(held)),
            ToConsole::Done { number } => self.handle_done(number, None),
            ToConsole::Undone { number, why } => self.handle_done(number, Some(why)),
            ToConsole::Screen { layout, view, area } => self.handle_screen(layout, view, area),
            ToConsole::Video { update, at, last, data } => {
                if last {
                    self.meter.on_update(now);
                }
                self.handle_video(update, at, last, &data);
            }
            ToConsole::Shape { shape } => {
                if !shape.is_consistent() {
                    return self.fail("a pointer whose size does not fit its pixels");
                }
                self.events.push_back(ConsoleEvent::Shape(shape));
            }
            ToConsole::PointerAt { at } => self.events.push_back(ConsoleEvent::PointerAt(at)),
            ToConsole::Say { text } if self.answered => self.events.push_back(ConsoleEvent::Said(text)),
            ToConsole::Say { .. } => self.fail("words before consent"),
            ToConsole::Clipboard { first, last, data } => self.handle_clipboard(first, last, &data),
            ToConsole::File { transfer, message } => self.handle_file(transfer, message),
            ToConsole::FilePiece { transfer, run, piece } => self.handle_piece(transfer, run, piece),
            ToConsole::FileTaken { transfer, weight } => self.handle_taken(transfer, weight),
        }
    }

    /// Takes over what the customer decided.
    fn put_in_force(&mut self, grants: Grants, paused: bool, now: Moment) {
        let could_act = self.may(Grant::Control);
        (self.grants, self.paused) = (grants, paused);
        if !self.may(Grant::Clipboard) {
            self.clipboard.forget(&mut self.line);
        }
        if !could_act && self.may(Grant::Control) {
            self.begin_afresh(now);
        }
        if !self.may(Grant::View) {
            self.drop_update();
        }
    }

    fn may(&self, grant: Grant) -> bool {
        self.grants.allows(grant) && !self.paused
    }

    fn handle_done(&mut self, number: u64, why: Option<Undone>) {
        if number < self.done || number >= self.next_act {
            return self.fail("an answer to an act that does not wait for one");
        }
        self.done = number + 1;
        if let Some(why) = why {
            self.events.push_back(ConsoleEvent::Undone { number, why });
        }
        self.events.push_back(ConsoleEvent::Done(number));
    }

    fn handle_screen(&mut self, layout: Layout, view: View, area: Rect) {
        if !area.size().is_acceptable() || !layout.desktop.is_acceptable() {
            return self.fail("a screen of an impossible size");
        }
        self.events.push_back(ConsoleEvent::Screen { layout, view, area });
    }

    fn handle_video(&mut self, number: u32, at: u32, last: bool, data: &[u8]) {
        if !self.answered {
            return self.fail("a picture before consent");
        }
        if *self.update_number.get_or_insert(number) != number || self.update.len() + data.len() > MAX_UPDATE
        {
            return self.fail("pieces of a picture that do not belong together");
        }
        self.update.extend_from_slice(data);
        if last {
            self.update_number = None;
            let bytes = std::mem::take(&mut self.update);
            self.events.push_back(ConsoleEvent::Update { number, at, bytes });
        }
    }

    /// Wants something done on the customer's desktop. Texts longer than one act are cut into several; the number
    /// of the last act comes back, [`ConsoleEvent::Done`] says when it is done.
    ///
    /// # Errors
    /// It can't be taken now; nothing of it is done.
    pub fn act(&mut self, input: &Input, now: Moment) -> Result<u64, ActError> {
        self.check_act()?;
        self.push_act(input.clone(), now);
        Ok(self.next_act - 1)
    }

    /// Wants this text typed. See [`ConsoleSession::act`]; an empty text is no act.
    ///
    /// # Errors
    /// It can't be taken now; nothing of it is typed.
    pub fn type_text(&mut self, text: &str, now: Moment) -> Result<Option<u64>, ActError> {
        self.check_act()?;
        let mut rest = text;
        while !rest.is_empty() {
            let piece: Text<MAX_INPUT_TEXT> = Text::truncated(rest);
            rest = &rest[piece.len()..];
            self.push_act(Input::Text(piece), now);
        }
        Ok(if text.is_empty() { None } else { self.next_act.checked_sub(1) })
    }

    fn check_act(&self) -> Result<(), ActError> {
        if self.over {
            Err(ActError::Over)
        } else if !self.grants.allows(Grant::Control) {
            Err(ActError::NotAllowed)
        } else if self.paused {
            Err(ActError::Paused)
        } else if self.line.is_lost() {
            Err(ActError::LineLost)
        } else if self.line.is_full() {
            Err(ActError::Congested)
        } else {
            Ok(())
        }
    }

    /// The client has released everything meanwhile, and could not be told of what was let go of here.
    fn begin_afresh(&mut self, now: Moment) {
        if self.next_act > 0 && self.may(Grant::Control) {
            self.push_act(Input::ReleaseAll, now);
        }
    }

    fn push_act(&mut self, input: Input, now: Moment) {
        let number = self.next_act;
        self.next_act += 1;
        let can_be_late = input.is_pointer() && !matches!(input, Input::Button { pressed: false, .. });
        let act = ToClient::Act { number, input };
        if can_be_late {
            self.line.push_control_until(&act, now + STALE, &ToClient::Skip { number });
        } else {
            self.line.push_control(&act);
        }
    }

    /// Acts that the client has not answered yet.
    #[must_use]
    pub fn acts_waiting(&self) -> u64 {
        self.next_act - self.done
    }

    /// Wants to look at one monitor or at all.
    pub fn watch(&mut self, view: View) {
        if !self.over {
            self.line.push_control(&ToClient::Watch { view });
        }
    }

    /// The picture can't be continued; wants it whole.
    pub fn refresh(&mut self) {
        if !self.over {
            self.line.push_control(&ToClient::Refresh {});
        }
    }

    /// Ends the session; the client is told why.
    pub fn end(&mut self, reason: EndReason) {
        if !self.over {
            self.line.push_control(&ToClient::End { reason: reason.clone() });
            self.over(Ended::Here(reason));
        }
    }

    fn fail(&mut self, what: &str) {
        self.end(EndReason::Protocol(Text::truncated(what)));
    }

    fn over(&mut self, how: Ended) {
        self.over = true;
        self.grants = Grants::NONE;
        self.update = Vec::new();
        self.events.extend(self.files.abandon().into_iter().map(ConsoleEvent::File));
        self.events.push_back(ConsoleEvent::Ended(how));
    }

    /// When [`ConsoleSession::handle_timeout`] wants to be called, if nothing else comes before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Moment> {
        let line = self.line.poll_timeout();
        (!self.over).then(|| if self.line.is_lost() { line } else { self.next_ping.min(line) })
    }

    /// Calls [`ConsoleSession::handle_timeout`] if it is time.
    pub fn handle_due(&mut self, now: Moment) {
        if self.poll_timeout().is_some_and(|due| due <= now) {
            self.handle_timeout(now);
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Moment) {
        if self.over {
            return;
        }
        if now >= self.next_ping && !self.line.is_lost() {
            self.next_ping = now + HEARTBEAT;
            self.line.push_ping(&ToClient::Ping { at: self.meter.on_ping(now) });
        }
        match self.line.handle_timeout(now) {
            Turn::Same => {}
            Turn::Lost => self.lose(),
            Turn::GivenUp(window) => self.over(Ended::Lost(window)),
        }
    }

    /// Whether the client has heard all that this end has to say, the session's end too.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.is_over_there || self.line.is_heard()
    }

    /// The link is cut. [`ConsoleEvent::Lost`] follows if that is news.
    pub fn cut(&mut self, now: Moment) {
        if self.line.cut(now) && !self.over {
            self.lose();
        }
    }

    fn lose(&mut self) {
        self.drop_update();
        self.events.push_back(ConsoleEvent::Lost);
    }

    /// The rest of an update that was under way does not come.
    fn drop_update(&mut self) {
        self.update.clear();
        self.update_number = None;
    }

    /// What this end has taken in: for the run that brings the session back.
    #[must_use]
    pub fn taken(&self) -> Taken {
        self.line.taken()
    }

    /// Says once, after consent, how this end can be reached without the relay.
    pub fn announce(&mut self, at: ConsoleAt) {
        if !self.over && self.answered {
            self.line.push_control(&ToClient::Direct { at });
        }
    }

    /// Another link stands, and the client has taken in so much. [`ConsoleEvent::Found`] follows if none stood before, or
    /// the session ends if that can't be true.
    pub fn resume(&mut self, taken: Taken, now: Moment) {
        let was_lost = self.line.is_lost();
        if self.line.resume(taken, now).is_err() {
            return self.fail("it took in what was never sent");
        }
        if !self.over {
            self.next_ping = now;
            self.files.resume::<ToClient>(&mut self.line);
            if was_lost {
                self.events.push_back(ConsoleEvent::Found);
                self.begin_afresh(now);
            } else {
                self.drop_update();
            }
        }
    }

    /// The next thing to show or know.
    pub fn poll_event(&mut self) -> Option<ConsoleEvent> {
        self.events.pop_front()
    }

    /// The next frame to send, to be taken when the link can take it.
    pub fn poll_transmit(&mut self, now: Moment) -> Option<Vec<u8>> {
        if let Some(frame) = self.line.pop(|bytes, taken| ToClient::Ack { bytes, taken }, now) {
            return Some(frame);
        }
        if self.line.is_lost() {
            return None;
        }
        if let Some(taken) = self.files.next_taken::<ToClient>() {
            return Some(self.line.sent(taken.to_frame(), now));
        }
        if !self.line.has_room() {
            return None;
        }
        self.clipboard.flush::<ToClient>(&mut self.line);
        let frame = self.line.pop_bulk(now).or_else(|| {
            let most = self.line.pacer.record_size().min(MAX_FILE_CHUNK);
            let piece = self.may_move_files().then(|| self.files.next_piece::<ToClient>(most)).flatten();
            piece.map(|message| message.to_frame())
        })?;
        Some(self.line.sent(frame, now))
    }
}
