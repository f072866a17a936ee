//! One session at the client: the machine of the session between the sealed line, the desk and the customer.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use farhand_files::{Goes, Leftovers};
use farhand_proto::bounded::Text;
use farhand_proto::grant::Grant;
use farhand_proto::language::Language;
use farhand_proto::relay::{Refusal, Voucher};
use farhand_proto::session::{EndReason, ToClient};
use farhand_proto::time::Moment;
use farhand_proto::transfer::{Cancelled, FileProblem};
use farhand_session::{ClientEvent, ClientSession, FileEvent, Transfers as _};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::desk::{Desk, DeskEvent};
use super::receipt::Notes;
use super::registration::{News, Registration};
use super::wishes::{Wish, Wishes};
use super::{Event, Question, Visitor, display_gone};
use crate::files::{self, Work};
use crate::line::{Line, Turned, WayBack};
use crate::stream::{PipeError, SealedPipe};
use crate::{Clock, SessionEnd};

/// What may wait between the desk's threads and the session; full makes them wait.
const DESK_EVENTS: usize = 16;

pub(super) struct Run {
    line: Line,
    session: ClientSession,
    operator: Voucher,
    clock: Clock,
    words: farhand_seal::SpokenWords,
    language: Language,
    notes: Notes,
    /// Whether the customer has said yes.
    is_open: bool,
    /// Events that the program has not taken yet.
    waiting: VecDeque<Event>,
    /// Counts the desk's `show`s, so that a picture of before is not taken for one of now.
    generation: u32,
    /// Whether the desk has been asked for an update and not given it.
    wanted: bool,
    ended: Option<SessionEnd>,
    /// Whether the program was told that nothing is seen or done any more.
    is_over: bool,
    /// When the other side has had its time to hear of the end.
    over_at: Option<Moment>,
    /// What became of the registration meanwhile.
    registration: Option<News>,
    /// Why the relay will not bring the session back.
    refused: Option<Refusal>,
    files: Work,
    /// Whether the desk tells of the clipboard.
    watches_clipboard: bool,
}

/// What goes on beside the session.
pub(super) struct Around<'a> {
    pub(super) wishes: &'a Wishes,
    pub(super) to_program: &'a mpsc::Sender<Event>,
    pub(super) registration: &'a mut Registration,
}

impl Run {
    pub(super) fn new(
        pipe: SealedPipe,
        back: WayBack,
        operator: Voucher,
        window: Duration,
        clock: Clock,
    ) -> Self {
        let (words, language) = (pipe.words(), pipe.language());
        let now = clock.now();
        let mut session = ClientSession::new(window, now);
        session.be_patient(pipe.patience());
        let notes = Notes::new(operator.clone(), SystemTime::now(), now);
        Self {
            line: Line::new(pipe, back, clock),
            session,
            operator,
            clock,
            words,
            language,
            notes,
            is_open: false,
            waiting: VecDeque::new(),
            generation: 0,
            wanted: false,
            ended: None,
            is_over: false,
            over_at: None,
            registration: None,
            refused: None,
            files: Work::default(),
            watches_clipboard: false,
        }
    }

    /// Holds the session. Also gives the last news of the registration, if there was any meanwhile.
    pub(super) async fn run(mut self, desk: &mut dyn Desk, around: Around<'_>) -> (SessionEnd, Option<News>) {
        let (sender, receiver) = mpsc::channel(DESK_EVENTS);
        let mut from_desk = Some(receiver);
        desk.open(sender);
        let to_program = around.to_program;
        let end = self.until_the_end(desk, &mut from_desk, around).await;
        close(desk, &mut from_desk);
        // Half a file is none of the things that remain.
        let late = self.files.close().await;
        self.note_over(&end, late);
        let tell = async {
            for event in self.waiting {
                // A program that has gone away needs no news.
                let _ = to_program.send(event).await;
            }
        };
        tokio::join!(self.line.farewell(), tell);
        (end, self.registration)
    }

    async fn until_the_end(
        &mut self,
        desk: &mut dyn Desk,
        from_desk: &mut Option<mpsc::Receiver<DeskEvent>>,
        around: Around<'_>,
    ) -> SessionEnd {
        let Around { wishes, to_program, registration } = around;
        let mut progress = tokio::time::interval(files::PROGRESS);
        progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // Here and not below alone: a line on which something always comes would hold time up.
            self.session.handle_due(self.clock.now());
            while let Some(event) = self.session.poll_event() {
                self.handle_event(event, desk);
            }
            if self.ended.is_some() {
                // Before anything that may take time: no key stays down.
                close(desk, from_desk);
            }
            if !self.wanted
                && let Some(room) = self.session.update_room()
            {
                self.wanted = true;
                desk.want_update(room);
            }
            let (session, clock) = (&mut self.session, self.clock);
            if self.line.send_from(|| session.poll_transmit(clock.now())).is_err() {
                self.lose();
                if !self.session.is_over() {
                    continue;
                }
            }
            let waited = self.over_at.is_some_and(|at| self.clock.now() >= at);
            if let Some(end) = self.ended.take_if(|_| self.line.is_idle() || waited) {
                return end;
            }
            if let (Some(refusal), false) = (self.refused, self.line.is_up()) {
                return SessionEnd::Relay(refusal);
            }
            self.watch_clipboard(desk);
            let open = self.ended.is_none();
            let heard = self.waiting.is_empty();
            let wants_piece = self.session.wants_file_piece();
            // Order: the customer, then what they are told, then what the person at the machine and the desktop do,
            // then files (little of which waits), then the line, then the relay, then time. What brings news waits while
            // the program takes none.
            tokio::select! {
                biased;
                wish = wishes.next(), if open => self.handle_wish(wish),
                permit = to_program.reserve(), if !heard => match permit {
                    Ok(permit) => {
                        if let Some(event) = self.waiting.pop_front() {
                            permit.send(event);
                        }
                    }
                    Err(_) => {
                        // The program is going away, and the customer's wish with it.
                        self.waiting.clear();
                        self.session.end(EndReason::Customer);
                    }
                },
                event = next(from_desk), if open => match event {
                    Some(event) => self.handle_desk(event),
                    None => self.session.end(display_gone("the program no longer reads it")),
                },
                news = self.files.next(wants_piece, !open), if !self.is_over => self.handle_news(news),
                turned = self.line.turn(open && heard && self.session.can_take_in()) => self.handle_turn(turned),
                _ = progress.tick(), if open && heard && self.files.is_running() => {
                    self.waiting.extend(self.files.progress(&self.session).map(Event::Progress));
                }
                news = registration.news(), if open && heard => match news {
                    Some(News::Stopping) => self.waiting.push_back(Event::RelayStopping),
                    // Nobody else gets in.
                    Some(News::Invited { .. } | News::Silent(_)) => {}
                    // The session has a leg of its own: the waiting one may come and go.
                    Some(news) => self.registration = Some(news),
                    None => self.session.end(EndReason::Customer),
                },
                () = self.clock.wait_until(self.session.poll_timeout()) => {}
                () = self.clock.wait_until(self.over_at) => {}
            }
        }
    }

    fn handle_event(&mut self, event: ClientEvent, desk: &mut dyn Desk) {
        let now = self.clock.now();
        match event {
            ClientEvent::Asked { grants, until } => {
                self.notes.asked(grants);
                self.waiting.push_back(Event::Asked(Question {
                    operator: self.operator.clone(),
                    words: self.words,
                    language: self.language,
                    grants,
                    timeout: until.saturating_sub(now),
                    deadline: self.clock.instant(until),
                }));
            }
            ClientEvent::Allowed(grants) => {
                if !std::mem::replace(&mut self.is_open, true) {
                    let (operator, since) = (self.operator.clone(), self.notes.time_of(now));
                    self.waiting.push_back(Event::Here(Visitor { operator, since }));
                }
                self.notes.allowed(grants, now);
                self.waiting.push_back(Event::Allowed(grants));
            }
            ClientEvent::Paused(paused) => {
                self.files.pause(paused);
                self.notes.paused(paused, now);
                self.waiting.push_back(Event::Paused(paused));
            }
            ClientEvent::Show(view) => {
                self.generation += 1;
                self.wanted = false;
                desk.show(self.generation, view);
            }
            ClientEvent::StopShowing => {
                self.generation += 1;
                self.wanted = false;
                desk.stop();
            }
            ClientEvent::Do(input) => desk.inject(input),
            ClientEvent::ReleaseAll => desk.release_all(),
            ClientEvent::Said(text) => self.waiting.push_back(Event::Said(text)),
            ClientEvent::Clipboard(text) => desk.set_clipboard(text),
            ClientEvent::File(event) => self.handle_file(event, now),
            ClientEvent::Direct(at) => self.line.knock_at(at),
            ClientEvent::Lost => {
                self.line.lose(self.session.taken());
                self.notes.lost(true, now);
                self.waiting.push_back(Event::Lost);
            }
            ClientEvent::Found => {
                self.notes.lost(false, now);
                self.waiting.push_back(Event::Found);
            }
            ClientEvent::Ended(how) => {
                // It is told once no file changes any more.
                self.files.stop();
                self.over_at = Some(now + self.line.time_for_last_words(&how));
                self.ended = Some(SessionEnd::from(how));
            }
        }
    }

    /// Only while the operator may have it: what the person copies otherwise is not even looked at.
    fn watch_clipboard(&mut self, desk: &mut dyn Desk) {
        if self.ended.is_some() {
            // The desk is closed.
            return;
        }
        let watches = self.session.grants().allows(Grant::Clipboard);
        if std::mem::replace(&mut self.watches_clipboard, watches) != watches {
            desk.watch_clipboard(watches);
        }
    }

    fn handle_file(&mut self, event: FileEvent, now: Moment) {
        let begun = match &event {
            FileEvent::Put { folder, existing } => {
                let folder = match folder {
                    Some(folder) => farhand_files::resolve(folder),
                    None => farhand_files::downloads(),
                };
                let (existing, leftovers) = (*existing, Leftovers::Delete);
                self.files.write(folder.map(|folder| Goes { folder, existing, leftovers, asked: None }))
            }
            FileEvent::Get { path } => match farhand_files::resolve(path) {
                Some(path) => {
                    self.notes.asked_for(path.clone());
                    self.files.read(vec![path])
                }
                None => {
                    self.notes.asked_for(PathBuf::from(&**path));
                    Err(Cancelled::Problem(FileProblem::NotFound))
                }
            },
            _ => Ok(()),
        };
        if let Err(why) = begun {
            return self.session.cancel_transfer(why);
        }
        if let Some(event) = self.files.handle(event) {
            self.notes.file(&event, now);
            self.waiting.push_back(Event::File(event));
        }
    }

    fn handle_news(&mut self, news: files::News) {
        match (news, self.ended.clone()) {
            (files::News::Late(late), Some(end)) => self.note_over(&end, late),
            (news, _) => news.tell(&mut self.session),
        }
    }

    /// Tells once that nothing is seen or done any more, nor a file changed.
    fn note_over(&mut self, end: &SessionEnd, late: Vec<FileEvent>) {
        let now = self.clock.now();
        if !std::mem::replace(&mut self.is_over, true) {
            for event in late {
                self.notes.file(&event, now);
                self.waiting.push_back(Event::File(event));
            }
            let receipt = self.notes.finish(end.clone(), now);
            self.waiting.push_back(Event::Over(receipt));
        }
    }

    fn handle_wish(&mut self, wish: Wish) {
        let now = self.clock.now();
        match wish {
            Wish::End => self.session.end(EndReason::Customer),
            Wish::NoticeRead => self.session.notice_was_read(now),
            Wish::Answer(grants) => self.session.answer(grants, now),
            Wish::Set(grants) => self.session.set_grants(grants, now),
            Wish::Switch(grant, on) => self.session.switch(grant, on, now),
            Wish::Pause(paused) => self.session.set_paused(paused, now),
            Wish::CancelFiles => self.session.cancel_transfer(Cancelled::ByHand),
            Wish::Say(text) => self.waiting.push_back(match self.session.say(text.clone()) {
                Ok(()) => Event::Heard(text),
                Err(error) => Event::NotHeard(error),
            }),
            // The password in use let this console in; the next one gets another anyway.
            Wish::NewPassword => {}
        }
    }

    fn handle_desk(&mut self, event: DeskEvent) {
        let now = self.clock.now();
        match event {
            DeskEvent::Screen { generation, layout, view, area } => {
                if generation == self.generation {
                    self.session.screen(layout, view, area);
                }
            }
            DeskEvent::Update { generation, bytes } => {
                if generation == self.generation {
                    self.wanted = false;
                    self.session.update(bytes, now);
                }
            }
            DeskEvent::PointerAt(at) => self.session.pointer_at(at),
            DeskEvent::Shape(shape) => self.session.pointer_shape(shape),
            DeskEvent::Done(result) => self.session.done(result, now),
            DeskEvent::Clipboard(text) => {
                if let Err(error) = self.session.clipboard(text) {
                    tracing::debug!(%error, "the clipboard is not told");
                }
            }
            DeskEvent::LocalInput => self.session.local_input(now),
            DeskEvent::Answers(answers) => self.session.desktop_answers(answers),
            DeskEvent::Gone(why) => self.session.end(display_gone(&why)),
        }
    }

    fn handle_turn(&mut self, turned: Turned) {
        let now = self.clock.now();
        match turned {
            Turned::Moved(moved) => self.take_in(moved),
            Turned::Back(taken) => {
                self.session.resume(taken, now);
                if let Some(patience) = self.line.patience() {
                    self.session.be_patient(patience);
                }
                self.waiting.extend(self.line.other_way().map(Event::Direct));
            }
            Turned::Found(way) => {
                if self.ended.is_none() {
                    self.line.cross(way, self.session.line().round_trip, self.session.taken());
                }
            }
            Turned::Refused(refusal) => {
                self.refused = Some(refusal);
                self.line.give_up();
            }
            Turned::Failed { attempt, error } => {
                tracing::info!(attempt, %error, "the session is not back yet");
                self.refused = self.refused.or(error.is_final());
                // Where the program takes no news, the newest count is enough.
                self.waiting.retain(|event| !matches!(event, Event::Retrying { .. }));
                if self.ended.is_none() {
                    self.waiting.push_back(Event::Retrying { attempt });
                }
            }
        }
    }

    fn take_in(&mut self, moved: Result<(), PipeError>) {
        let (session, clock) = (&mut self.session, self.clock);
        match self
            .line
            .take_in::<ToClient>(moved, |message, bytes| session.handle(message, bytes, clock.now()))
        {
            Ok(()) => {}
            Err(PipeError::Protocol(error)) => {
                self.session.end(EndReason::Protocol(Text::truncated(&error.to_string())));
            }
            Err(PipeError::Line(_)) => self.lose(),
        }
    }

    /// The line is of no use any more. Where the session is over there is nothing to bring back, unless the other end
    /// has yet to hear of it.
    fn lose(&mut self) {
        self.session.cut(self.clock.now());
        if self.session.is_over() {
            self.over_at = Some(self.clock.now());
        }
    }
}

/// Lets go of the desktop, once.
fn close(desk: &mut dyn Desk, from_desk: &mut Option<mpsc::Receiver<DeskEvent>>) {
    // Threads of the desk that wait for room here must not wait for ever.
    if from_desk.take().is_some() {
        desk.close();
    }
}

async fn next(from_desk: &mut Option<mpsc::Receiver<DeskEvent>>) -> Option<DeskEvent> {
    match from_desk {
        Some(from_desk) => from_desk.recv().await,
        None => None,
    }
}
