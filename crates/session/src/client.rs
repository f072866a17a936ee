//! The customer's side of a session. It alone decides: every message is checked against the grants here.

use std::collections::VecDeque;
use std::time::Duration;

use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::codec::Message;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::Input;
use farhand_proto::limits::MAX_FILE_CHUNK;
use farhand_proto::prose::Prose;
use farhand_proto::screen::{Layout, Point, PointerShape, Rect, Room, View};
use farhand_proto::session::{ConsoleAt, EndReason, MAX_VIDEO_CHUNK, Taken, ToClient, ToConsole, Undone};
use farhand_proto::time::Moment;
use farhand_proto::transfer::Cancelled;

use crate::clipboard::Clipboard;
use crate::files::{FileEvent, Files};
use crate::line::{Ended, Line, LineState, Turn};

mod acts;
mod share;
mod transfers;
mod words;

pub use acts::Unfinished;
use acts::{Acts, Step};
use share::Share;

/// How long the customer has to answer; then the answer is no.
pub const CONSENT_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a console has to say what it wants.
const ASK_TIMEOUT: Duration = Duration::from_secs(10);

/// What the client program has to do or know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientEvent {
    /// Ask the customer; pass the answer to [`ClientSession::answer`].
    Asked {
        /// What the operator wants.
        grants: Grants,
        /// When the answer counts as no.
        until: Moment,
    },
    /// Show this part of the desktop, from scratch: announce it with [`ClientSession::screen`].
    Show(View),
    /// This is allowed from now on.
    Allowed(Grants),
    /// The customer's pause begins, or is over: meanwhile nothing is seen or done, whatever is allowed.
    Paused(bool),
    /// Read the screen no more.
    StopShowing,
    /// Do this and say [`ClientSession::done`]; nothing more comes before.
    Do(Input),
    /// Release every key and button that remote input holds down.
    ReleaseAll,
    /// The operator says something.
    Said(Prose),
    /// The operator's clipboard: put it into this computer's.
    Clipboard(String),
    /// Something about files.
    File(FileEvent),
    /// The console can be reached here without the relay. Comes once at most.
    Direct(ConsoleAt),
    /// The link is of no use any more; close it and bring the session back over another.
    Lost,
    /// The session goes on over another link.
    Found,
    /// The session is over. Frames may still be there to send.
    Ended(Ended),
}

#[derive(Debug)]
enum Phase {
    /// The console has not said what it wants.
    New { until: Moment },
    /// The customer is being asked.
    Asking { asked: Grants, until: Moment, has_read: bool },
    /// The customer said yes to something. While paused it counts for nothing.
    Open { grants: Grants, paused: bool },
    /// Over.
    Over,
}

/// One session at the customer's.
#[derive(Debug)]
pub struct ClientSession {
    phase: Phase,
    view: View,
    line: Line,
    events: VecDeque<ClientEvent>,
    acts: Acts,
    /// Frames of the picture in their order: at most one update, and what belongs before it.
    video: VecDeque<VideoItem>,
    updates: u32,
    /// The desktop answers.
    answers: bool,
    pointer: Option<Point>,
    shape: Option<PointerShape>,
    clipboard: Clipboard,
    files: Files,
    /// Whether the console has said how it is reached without the relay.
    knows_console: bool,
    /// What is to be written once the customer could stop it again.
    held: VecDeque<FileEvent>,
    share: Share,
}

#[derive(Debug)]
enum VideoItem {
    Screen(ToConsole),
    Update { number: u32, at: u32, bytes: Vec<u8>, sent: usize },
}

impl ClientSession {
    /// A session whose seal stands since `now`, and which may come back for so long after its line was lost.
    #[must_use]
    pub fn new(window: Duration, now: Moment) -> Self {
        Self {
            phase: Phase::New { until: now + ASK_TIMEOUT },
            view: View::DESKTOP,
            line: Line::new(window, now),
            events: VecDeque::new(),
            acts: Acts::default(),
            video: VecDeque::new(),
            updates: 0,
            answers: true,
            pointer: None,
            shape: None,
            clipboard: Clipboard::default(),
            files: Files::default(),
            knows_console: false,
            held: VecDeque::new(),
            share: Share::default(),
        }
    }

    /// The way of what this end sends: silence of so long at least says nothing about the line. One second says it
    /// otherwise.
    pub fn be_patient(&mut self, patience: Duration) {
        if let Some(milliseconds) = self.line.be_patient(patience) {
            self.line.push_control(&ToConsole::Patience { milliseconds });
        }
    }

    /// What may be seen and done now: nothing before the customer's yes and while they pause.
    #[must_use]
    pub fn grants(&self) -> Grants {
        match self.phase {
            Phase::Open { grants, paused: false } => grants,
            Phase::Open { paused: true, .. } | Phase::New { .. } | Phase::Asking { .. } | Phase::Over => {
                Grants::NONE
            }
        }
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    /// How the line does.
    #[must_use]
    pub fn line(&self) -> LineState {
        self.line.state()
    }

    /// Whether the next message may be taken from the link: false while so much waits to go out that the console
    /// must be made to wait.
    #[must_use]
    pub fn can_take_in(&self) -> bool {
        !self.line.is_congested()
    }

    /// A message came, in a frame of so many bytes.
    pub fn handle(&mut self, message: ToClient, frame_bytes: usize, now: Moment) {
        if self.is_over() || self.line.is_lost() {
            return;
        }
        self.line.on_heard(now);
        if !matches!(message, ToClient::Ping { .. } | ToClient::Pong { .. } | ToClient::Ack { .. }) {
            self.line.on_taken_in(frame_bytes, message.lane());
        }
        match message {
            ToClient::Ping { at } => self.line.push_pong(&ToConsole::Pong { at }),
            ToClient::Patience { milliseconds } => self.line.on_patience(milliseconds),
            // This end never asks.
            ToClient::Pong { .. } => self.fail("an answer to no question"),
            ToClient::Ack { bytes, taken } => {
                if !self.line.on_acknowledged(bytes, taken, now) {
                    self.fail("an acknowledgement of bytes that were never sent");
                }
            }
            ToClient::End { reason } => self.over(Ended::There(reason)),
            ToClient::Ask { grants } => self.handle_ask(grants, now),
            ToClient::Act { number, input } => self.handle_act(number, input, None, now),
            ToClient::Skip { number } => {
                self.handle_act(number, Input::ReleaseAll, Some(Undone::Stale), now);
            }
            ToClient::Watch { view } => {
                self.view = view;
                self.show();
            }
            ToClient::Refresh {} => self.show(),
            ToClient::Say { text } => match self.phase {
                Phase::Open { .. } => self.events.push_back(ClientEvent::Said(text)),
                Phase::New { .. } | Phase::Asking { .. } | Phase::Over => self.fail("words before consent"),
            },
            ToClient::Clipboard { first, last, data } => self.handle_clipboard(first, last, &data),
            ToClient::Put { transfer, folder, existing } => self.handle_put(transfer, folder, existing),
            ToClient::Get { transfer, path } => self.handle_get(transfer, path),
            ToClient::File { transfer, message } => self.handle_file(transfer, message),
            ToClient::FilePiece { transfer, run, piece } => self.handle_piece(transfer, run, piece),
            ToClient::FileTaken { transfer, weight } => self.handle_taken(transfer, weight),
            ToClient::Direct { at } => self.handle_direct(at),
        }
    }

    /// Once, so that nobody makes this end knock at one door after the other.
    fn handle_direct(&mut self, at: ConsoleAt) {
        match self.phase {
            Phase::Open { .. } if !std::mem::replace(&mut self.knows_console, true) => {
                self.events.push_back(ClientEvent::Direct(at));
            }
            _ => self.fail("addresses before consent, or twice"),
        }
    }

    /// Whether the picture may be seen, and there is a line for it.
    fn shows(&self) -> bool {
        self.grants().allows(Grant::View) && !self.line.is_lost()
    }

    /// Begins the picture anew, if it may be seen at all.
    fn show(&mut self) {
        if self.shows() {
            self.video.retain(|item| matches!(item, VideoItem::Update { sent, .. } if *sent > 0));
            // However often a console asks, beginning anew once is enough.
            self.events.retain(|event| !matches!(event, ClientEvent::Show(_)));
            self.events.push_back(ClientEvent::Show(self.view));
        }
    }

    fn handle_ask(&mut self, grants: Grants, now: Moment) {
        let Phase::New { .. } = self.phase else {
            return self.fail("a second question for consent");
        };
        if grants.is_empty() {
            return self.fail("a question for nothing");
        }
        let until = self.begin_asking(grants, false, now);
        self.events.push_back(ClientEvent::Asked { grants, until });
    }

    fn begin_asking(&mut self, asked: Grants, has_read: bool, now: Moment) -> Moment {
        let until = now + CONSENT_TIMEOUT;
        self.phase = Phase::Asking { asked, until, has_read };
        let timeout = u32::try_from(CONSENT_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
        self.line.push_control(&ToConsole::Asking { timeout });
        until
    }

    /// The customer has read what had to be read before the question: its time begins anew, once.
    pub fn notice_was_read(&mut self, now: Moment) {
        if let Phase::Asking { asked, has_read: false, .. } = self.phase {
            self.begin_asking(asked, true, now);
        }
    }

    fn handle_act(&mut self, number: u64, input: Input, skipped: Option<Undone>, now: Moment) {
        if !self.acts.is_next(number) {
            return self.fail("acts out of order");
        }
        if self.line.is_abused() {
            return self.fail("more and more was asked for, and no answer acknowledged");
        }
        let refused = match self.phase {
            _ if skipped.is_some() => skipped,
            Phase::Open { paused: true, .. } => Some(Undone::Paused),
            _ if self.grants().allows(Grant::Control) => None,
            _ => Some(Undone::NotAllowed),
        };
        self.acts.accept(number, input, refused, now);
        self.run_acts(now);
    }

    /// The customer's answer: what they allow of what was asked, or nothing for no.
    pub fn answer(&mut self, allowed: Grants, now: Moment) {
        let Phase::Asking { asked, .. } = self.phase else { return };
        let grants = allowed.and(asked);
        if grants.is_empty() {
            return self.end(EndReason::Denied);
        }
        self.phase = Phase::Open { grants, paused: false };
        self.tell_allowed(grants);
        if !self.answers {
            self.line.push_control(&ToConsole::Answering { answers: false });
        }
        self.show();
        self.run_acts(now);
    }

    /// The customer changed their mind: exactly this is allowed from now on. What is no longer allowed stops at
    /// once, what waits to be done included. Without any grant left the session goes on with nothing allowed.
    pub fn set_grants(&mut self, grants: Grants, now: Moment) {
        let Phase::Open { grants: before, paused } = self.phase else { return };
        if grants == before {
            return;
        }
        let in_force = self.grants();
        self.phase = Phase::Open { grants, paused };
        self.tell_allowed(grants);
        self.put_in_force(in_force, Undone::NotAllowed, now);
        if !grants.allows(Grant::Files) {
            self.cancel_transfer_for(Cancelled::NotAllowed);
        }
    }

    /// The customer allows one thing more from now on, or one less; see [`ClientSession::set_grants`].
    pub fn switch(&mut self, grant: Grant, on: bool, now: Moment) {
        let Phase::Open { grants, .. } = self.phase else { return };
        let one = Grants::NONE.with(grant);
        self.set_grants(if on { grants.or(one) } else { grants.without(one) }, now);
    }

    /// The customer pauses the session or lets it go on. Meanwhile nothing is seen or done; what is allowed can be
    /// changed, and counts from the end of the pause on.
    pub fn set_paused(&mut self, paused: bool, now: Moment) {
        let Phase::Open { grants, paused: before } = self.phase else { return };
        if paused == before {
            return;
        }
        let in_force = self.grants();
        self.phase = Phase::Open { grants, paused };
        self.line.push_control(&ToConsole::Paused { paused });
        self.events.push_back(ClientEvent::Paused(paused));
        self.put_in_force(in_force, Undone::Paused, now);
        self.release_files();
    }

    /// Begins what may be seen and done now and could not before, and stops what no longer may, for this reason.
    fn put_in_force(&mut self, before: Grants, why: Undone, now: Moment) {
        let grants = self.grants();
        if before.allows(Grant::Control) && !grants.allows(Grant::Control) {
            if self.acts.forbid_all(&why) {
                self.line.push_control(&ToConsole::Holding { held: false });
            }
            self.events.push_back(ClientEvent::ReleaseAll);
            self.run_acts(now);
        }
        if before.allows(Grant::Clipboard) && !grants.allows(Grant::Clipboard) {
            self.clipboard.forget(&mut self.line);
        }
        match (before.allows(Grant::View), grants.allows(Grant::View)) {
            (true, false) => self.stop_showing(),
            (false, true) => self.show(),
            (true, true) | (false, false) => {}
        }
    }

    fn stop_showing(&mut self) {
        self.video.clear();
        self.pointer = None;
        self.shape = None;
        self.events.push_back(ClientEvent::StopShowing);
    }

    fn tell_allowed(&mut self, grants: Grants) {
        self.line.push_control(&ToConsole::Allowed { grants });
        self.events.push_back(ClientEvent::Allowed(grants));
    }

    /// The person at the machine used their own mouse or keyboard.
    pub fn local_input(&mut self, now: Moment) {
        if !self.grants().allows(Grant::Control) {
            return;
        }
        if self.acts.hold(now) {
            self.line.push_control(&ToConsole::Holding { held: true });
            self.events.push_back(ClientEvent::ReleaseAll);
        }
    }

    /// What [`ClientEvent::Do`] asked for is done, or why it is not.
    pub fn done(&mut self, result: Result<(), Unfinished>, now: Moment) {
        self.acts.finished(result);
        self.run_acts(now);
    }

    fn run_acts(&mut self, now: Moment) {
        if self.line.is_lost() {
            // Whatever is pressed now could not be released by the console.
            return;
        }
        while let Some(step) = self.acts.step(now) {
            match step {
                Step::Do(input) => self.events.push_back(ClientEvent::Do(input)),
                Step::Done(number) => self.line.push_control(&ToConsole::Done { number }),
                Step::Undone(number, why) => self.line.push_control(&ToConsole::Undone { number, why }),
            }
        }
    }

    /// The picture shows this from now on; a fresh update follows.
    pub fn screen(&mut self, layout: Layout, view: View, area: Rect) {
        // A monitor that is gone is not chosen any more when it is back.
        self.view = view;
        if self.shows() {
            // Newer news of the screen replaces older that has not gone out.
            self.video.retain(|item| matches!(item, VideoItem::Update { sent, .. } if *sent > 0));
            self.video.push_back(VideoItem::Screen(ToConsole::Screen { layout, view, area }));
        }
    }

    /// The pointer is here now; where it was before no longer matters.
    pub fn pointer_at(&mut self, at: Point) {
        if self.shows() {
            self.pointer = Some(at);
        }
    }

    /// The pointer looks like this now.
    pub fn pointer_shape(&mut self, shape: PointerShape) {
        if self.shows() && shape.is_consistent() {
            self.shape = Some(shape);
        }
    }

    /// The desktop answers no more, or again.
    pub fn desktop_answers(&mut self, answers: bool) {
        if self.answers != answers {
            self.answers = answers;
            if matches!(self.phase, Phase::Open { .. }) {
                self.line.push_control(&ToConsole::Answering { answers });
            }
            self.release_files();
        }
    }

    /// How much room the next update of the picture has; `None` while the line is full or an update waits.
    /// Encode the newest screen, and only then.
    #[must_use]
    pub fn update_room(&self) -> Option<Room> {
        let waits = self.video.iter().any(|item| matches!(item, VideoItem::Update { .. }));
        if !self.shows() || waits {
            return None;
        }
        self.line.pacer.update_room()
    }

    /// An encoded update, made at `at`.
    pub fn update(&mut self, bytes: Vec<u8>, at: Moment) {
        if self.shows() && !bytes.is_empty() {
            let at = milliseconds(at);
            self.video.push_back(VideoItem::Update { number: self.updates, at, bytes, sent: 0 });
            self.updates = self.updates.wrapping_add(1);
        }
    }

    /// Ends the session; the console is told why.
    pub fn end(&mut self, reason: EndReason) {
        if !self.is_over() {
            self.line.push_control(&ToConsole::End { reason: reason.clone() });
            self.over(Ended::Here(reason));
        }
    }

    fn fail(&mut self, what: &str) {
        self.end(EndReason::Protocol(Text::truncated(what)));
    }

    fn over(&mut self, how: Ended) {
        self.phase = Phase::Over;
        self.video.clear();
        self.pointer = None;
        self.shape = None;
        self.acts = Acts::default();
        self.events.push_back(ClientEvent::ReleaseAll);
        self.events.push_back(ClientEvent::StopShowing);
        self.events.extend(self.files.abandon().into_iter().map(ClientEvent::File));
        self.events.push_back(ClientEvent::Ended(how));
    }

    /// When [`ClientSession::handle_timeout`] wants to be called, if nothing else comes before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Moment> {
        let of_phase = match self.phase {
            Phase::New { .. } if self.line.is_lost() => None,
            Phase::New { until } | Phase::Asking { until, .. } => Some(until),
            Phase::Open { .. } => self.acts.poll_timeout(),
            Phase::Over => return None,
        };
        let line = self.line.poll_timeout();
        Some(of_phase.map_or(line, |until| until.min(line)))
    }

    /// Calls [`ClientSession::handle_timeout`] if it is time.
    pub fn handle_due(&mut self, now: Moment) {
        if self.poll_timeout().is_some_and(|due| due <= now) {
            self.handle_timeout(now);
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Moment) {
        match self.phase {
            // Without a line the console can't ask.
            Phase::New { until } if now >= until && !self.line.is_lost() => {
                self.fail("no question for consent");
            }
            Phase::Asking { until, .. } if now >= until => self.end(EndReason::NoAnswer),
            Phase::Open { .. } => {
                if self.acts.release_hold(now) {
                    self.line.push_control(&ToConsole::Holding { held: false });
                }
                self.run_acts(now);
            }
            Phase::New { .. } | Phase::Asking { .. } | Phase::Over => {}
        }
        if self.is_over() {
            return;
        }
        match self.line.handle_timeout(now) {
            Turn::Same => {}
            Turn::Lost => self.lose(),
            Turn::GivenUp(window) => self.over(Ended::Lost(window)),
        }
    }

    /// The link is cut. [`ClientEvent::Lost`] follows if that is news.
    pub fn cut(&mut self, now: Moment) {
        if !self.is_over() && self.line.cut(now) {
            self.lose();
        }
    }

    fn lose(&mut self) {
        self.acts.cut();
        self.events.push_back(ClientEvent::ReleaseAll);
        if self.grants().allows(Grant::View) {
            self.stop_showing();
        }
        self.events.push_back(ClientEvent::Lost);
    }

    /// What this end has taken in: for the run that brings the session back.
    #[must_use]
    pub fn taken(&self) -> Taken {
        self.line.taken()
    }

    /// Another link stands, and the console has taken in so much. [`ClientEvent::Found`] follows if none stood before,
    /// or the session ends if that can't be true. Where one stood, keys stay down and only the picture begins anew.
    pub fn resume(&mut self, taken: Taken, now: Moment) {
        let was_lost = self.line.is_lost();
        if self.line.resume(taken, now).is_err() {
            return self.fail("it took in what was never sent");
        }
        if let Phase::New { until } = &mut self.phase {
            *until = now + ASK_TIMEOUT;
        }
        if !self.is_over() {
            if was_lost {
                self.events.push_back(ClientEvent::Found);
            } else if self.grants().allows(Grant::View) {
                self.stop_showing();
            }
            self.files.resume::<ToConsole>(&mut self.line);
            self.show();
            self.run_acts(now);
        }
    }

    /// The next thing to do or know.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        self.events.pop_front()
    }

    /// The next frame to send, to be taken when the link can take it: acknowledgements and control first, then the
    /// pointer, then the picture. The clipboard and files get what these leave, and some of the line in any case.
    pub fn poll_transmit(&mut self, now: Moment) -> Option<Vec<u8>> {
        if let Some(frame) = self.line.pop(|bytes, taken| ToConsole::Ack { bytes, taken }, now) {
            return Some(frame);
        }
        if self.line.is_lost() {
            return None;
        }
        if let Some(taken) = self.files.next_taken::<ToConsole>() {
            return Some(self.line.sent(taken.to_frame(), now));
        }
        if !self.line.has_room() {
            return None;
        }
        self.clipboard.flush::<ToConsole>(&mut self.line);
        if let Some(message) = self.next_pointer() {
            return Some(self.line.sent(message.to_frame(), now));
        }
        let is_due = self.share.is_due(self.line.pacer.record_size());
        if let Some(frame) = is_due.then(|| self.next_background(now)).flatten() {
            self.share.on_background();
            return Some(self.line.sent(frame, now));
        }
        if let Some(message) = self.next_video() {
            let frame = message.to_frame();
            self.share.on_picture(frame.len(), self.has_background());
            return Some(self.line.sent(frame, now));
        }
        let frame = self.next_background(now)?;
        Some(self.line.sent(frame, now))
    }

    fn has_background(&self) -> bool {
        self.line.has_waiting_bulk() || self.grants().allows(Grant::Files) && self.files.has_piece()
    }

    /// What shares the line with the picture.
    fn next_background(&mut self, now: Moment) -> Option<Vec<u8>> {
        if let Some(frame) = self.line.pop_bulk(now) {
            return Some(frame);
        }
        if !self.grants().allows(Grant::Files) {
            return None;
        }
        let most = self.line.pacer.record_size().min(MAX_FILE_CHUNK);
        self.files.next_piece::<ToConsole>(most).map(|message| message.to_frame())
    }

    fn next_pointer(&mut self) -> Option<ToConsole> {
        if let Some(at) = self.pointer.take() {
            return Some(ToConsole::PointerAt { at });
        }
        self.shape.take().map(|shape| ToConsole::Shape { shape })
    }

    fn next_video(&mut self) -> Option<ToConsole> {
        let most = self.line.pacer.record_size().min(MAX_VIDEO_CHUNK);
        let VideoItem::Update { number, at, bytes, sent } = self.video.front_mut()? else {
            let Some(VideoItem::Screen(screen)) = self.video.pop_front() else { return None };
            return Some(screen);
        };
        let end = bytes.len().min(*sent + most);
        let data = Bytes::new(&bytes[*sent..end]).expect("a piece is cut to fit");
        let message = ToConsole::Video { update: *number, at: *at, last: end == bytes.len(), data };
        *sent = end;
        if end == bytes.len() {
            self.video.pop_front();
        }
        Some(message)
    }
}

fn milliseconds(moment: Moment) -> u32 {
    // It wraps after 49 days; only differences are used.
    moment.as_millis() as u32
}
