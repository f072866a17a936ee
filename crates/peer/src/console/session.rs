//! One session at the console, driven to its end.

use std::collections::VecDeque;
use std::time::Duration;

use farhand_files::{Goes, Leftovers};
use farhand_proto::bounded::Text;
use farhand_proto::relay::{FromRelay, Refusal, ToRelay};
use farhand_proto::session::{EndReason, ToConsole};
use farhand_proto::time::Moment;
use farhand_proto::transfer::Cancelled;
use farhand_session::{ConsoleEvent as Event, ConsoleSession, Ended, Statistics, Transfers as _};
use farhand_transport::Leg;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::{Command, ConsoleEvent};
use crate::files::{self, Work};
use crate::line::{LATE_WORDS, Line, Turned};
use crate::stream::PipeError;
use crate::{Clock, RELAY_HEARTBEAT, SessionEnd};

/// How often the numbers of the line are renewed: more often nobody could read them.
const STATISTICS: Duration = Duration::from_millis(500);

/// The session between the sealed line, the program and the console's leg to the relay.
pub(super) struct Run {
    pub(super) line: Line,
    pub(super) session: ConsoleSession,
    pub(super) clock: Clock,
    pub(super) from_program: mpsc::Receiver<Command>,
    pub(super) to_program: mpsc::Sender<ConsoleEvent>,
    pub(super) statistics: watch::Sender<Statistics>,
    /// Events that the program has not taken yet.
    pub(super) waiting: VecDeque<ConsoleEvent>,
    pub(super) relay: Option<Leg>,
    pub(super) refused: Option<Refusal>,
    /// Whether the customer has said yes to anything.
    pub(super) is_open: bool,
    pub(super) ended: Option<Ended>,
    /// When the other side has had its time to hear of the end.
    pub(super) over_at: Option<Moment>,
    /// The other end must hear how it ended.
    pub(super) has_last_words: bool,
    /// Until when another line is looked for, for that alone.
    pub(super) late_until: Option<Moment>,
    pub(super) files: Work,
}

impl Run {
    /// Holds the session to its end and tells that.
    pub(super) async fn run(mut self) {
        let end = self.until_the_end().await;
        let ((), late) = tokio::join!(self.line.farewell(), self.files.close());
        let late = late.into_iter().map(|event| ConsoleEvent::Session(Event::File(event)));
        self.waiting.extend(late);
        for event in self.waiting.drain(..) {
            if self.to_program.send(event).await.is_err() {
                return;
            }
        }
        // The program may have stopped listening.
        let _ = self.to_program.send(ConsoleEvent::Ended(end)).await;
    }

    async fn until_the_end(&mut self) -> SessionEnd {
        let mut heartbeat = tokio::time::interval(RELAY_HEARTBEAT);
        let mut renewal = tokio::time::interval(STATISTICS);
        renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut progress = tokio::time::interval(files::PROGRESS);
        progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let to_program = self.to_program.clone();
        loop {
            // Here and not below alone: a line on which something always comes would hold time up.
            self.session.handle_due(self.clock.now());
            while let Some(event) = self.session.poll_event() {
                match event {
                    Event::Ended(how) => {
                        self.has_last_words = Line::has_last_words(&how);
                        self.over_at = Some(self.clock.now() + self.line.time_for_last_words(&how));
                        self.ended = Some(how);
                    }
                    Event::Lost => {
                        self.line.lose(self.session.taken());
                        self.waiting.push_back(ConsoleEvent::Session(Event::Lost));
                    }
                    Event::File(event) => {
                        let event = self.files.handle(event).map(Event::File);
                        self.waiting.extend(event.map(ConsoleEvent::Session));
                    }
                    other => {
                        if let Event::Allowed(_) = &other
                            && !std::mem::replace(&mut self.is_open, true)
                            && let Some(at) = self.line.open_door()
                        {
                            self.session.announce(at);
                        }
                        self.waiting.push_back(ConsoleEvent::Session(other));
                    }
                }
            }
            let (session, clock) = (&mut self.session, self.clock);
            if self.line.send_from(|| session.poll_transmit(clock.now())).is_err() {
                self.lose();
                if !self.session.is_over() {
                    continue;
                }
            }
            let waited = self.over_at.is_some_and(|at| self.clock.now() >= at);
            let is_heard = !self.has_last_words || self.session.is_heard();
            if waited && !is_heard && self.line.is_up() && self.may_say_late() {
                // It carries nothing any more, which had not been noticed yet.
                self.say_late();
                continue;
            }
            if let Some(how) = self.ended.take_if(|_| is_heard && self.line.is_idle() || waited) {
                return how.into();
            }
            if let (Some(refusal), false) = (self.refused, self.line.is_up()) {
                // The relay said why it cut the line, and will not have it back.
                return SessionEnd::Relay(refusal);
            }
            let open = self.ended.is_none();
            let wants_piece = self.session.wants_file_piece();
            // Order: what the program wants, then the leg to the relay, which ends without a sign of life, then numbers,
            // then files (little of which waits), then the link, then the relay's words, then time.
            tokio::select! {
                biased;
                command = self.from_program.recv(), if open => match command {
                    Some(command) => self.handle_command(command).await,
                    None => self.session.end(EndReason::Operator),
                },
                permit = to_program.reserve(), if !self.waiting.is_empty() => match permit {
                    Ok(permit) => {
                        if let Some(event) = self.waiting.pop_front() {
                            permit.send(event);
                        }
                    }
                    Err(_) => {
                        self.waiting.clear();
                        self.session.end(EndReason::Operator);
                    }
                },
                _ = heartbeat.tick() => self.ping_relay().await,
                _ = renewal.tick() => self.renew_statistics(),
                news = self.files.next(wants_piece, false), if open => news.tell(&mut self.session),
                turned = self.line.turn((self.waiting.is_empty() && open) || self.has_last_words) => self.handle_turn(turned),
                _ = progress.tick(), if self.waiting.is_empty() && self.files.is_running() => {
                    self.waiting.extend(self.files.progress(&self.session).map(ConsoleEvent::Progress));
                }
                message = read_relay(&mut self.relay), if self.waiting.is_empty() || !self.line.is_up() => match message {
                    Some(FromRelay::Stopping {}) => self.waiting.push_back(ConsoleEvent::RelayStopping),
                    // The relay ends the session's legs as well.
                    Some(FromRelay::Refused { refusal }) => self.refused = Some(refusal),
                    Some(_) => {}
                    // The session has a leg of its own and goes on.
                    None => self.relay = None,
                },
                () = self.clock.wait_until(self.over_at.or(self.session.poll_timeout())) => {}
            }
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
                self.waiting.extend(self.line.other_way().map(ConsoleEvent::Direct));
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
                self.waiting.retain(|event| !matches!(event, ConsoleEvent::Retrying { .. }));
                if self.ended.is_none() {
                    self.waiting.push_back(ConsoleEvent::Retrying { attempt });
                }
            }
        }
    }

    fn take_in(&mut self, moved: Result<(), PipeError>) {
        let (session, clock) = (&mut self.session, self.clock);
        match self
            .line
            .take_in::<ToConsole>(moved, |message, bytes| session.handle(message, bytes, clock.now()))
        {
            Ok(()) => {}
            Err(PipeError::Protocol(error)) => {
                if self.session.is_over() {
                    // Whoever breaks the protocol need not hear of it.
                    self.has_last_words = false;
                    return self.lose();
                }
                self.session.end(EndReason::Protocol(Text::truncated(&error.to_string())));
            }
            Err(PipeError::Line(_)) => self.lose(),
        }
    }

    /// The line is of no use any more. Where the session is over there is nothing to bring back.
    fn lose(&mut self) {
        let has_words = self.has_last_words && !self.session.is_heard();
        if self.session.is_over() && has_words && self.line.is_up() && self.may_say_late() {
            return self.say_late();
        }
        self.session.cut(self.clock.now());
        if self.session.is_over() {
            self.over_at = Some(self.clock.now());
        }
    }

    /// Whether there is time left to say it over yet another line.
    fn may_say_late(&self) -> bool {
        self.late_until.is_none_or(|until| self.clock.now() < until)
    }

    /// Looks for another line on which to say how the session ended. Half as long as for a line that was known to be
    /// lost: the operator may be waiting.
    fn say_late(&mut self) {
        let now = self.clock.now();
        self.session.cut(now);
        self.line.lose(self.session.taken());
        self.over_at = Some(*self.late_until.get_or_insert(now + LATE_WORDS / 2));
    }

    async fn handle_command(&mut self, command: Command) {
        match command {
            // Whoever asked may have gone meanwhile; what was taken is done all the same.
            Command::Act(input, reply) => drop(reply.send(self.session.act(&input, self.clock.now()))),
            Command::Type(text, reply) => drop(reply.send(self.session.type_text(&text, self.clock.now()))),
            Command::Watch(view) => self.session.watch(view),
            Command::Refresh => self.session.refresh(),
            Command::GiveUp(what) => self.session.end(EndReason::Protocol(what)),
            Command::End => self.session.end(EndReason::Operator),
            Command::WordsDiffer => self.session.end(EndReason::WordsDiffer),
            Command::Say(text, reply) => {
                let _ = reply.send(self.session.say(text));
            }
            Command::Clipboard(text, reply) => {
                let _ = reply.send(self.session.clipboard(text));
            }
            Command::Put { paths, folder, existing, reply } => {
                let begun = self.session.put(folder, existing);
                if begun.is_ok()
                    && let Err(why) = self.files.read(paths)
                {
                    self.session.cancel_transfer(why);
                }
                // Whoever asked may have gone meanwhile; it runs all the same.
                let _ = reply.send(begun);
            }
            Command::Get { path, folder, existing, reply } => {
                let goes =
                    Goes { folder, existing, leftovers: Leftovers::Keep, asked: Some(path.to_string()) };
                let begun = self.session.get(path);
                if begun.is_ok()
                    && let Err(why) = self.files.write(Some(goes))
                {
                    self.session.cancel_transfer(why);
                }
                // Whoever asked may have gone meanwhile; it runs all the same.
                let _ = reply.send(begun);
            }
            Command::CancelFiles => self.session.cancel_transfer(Cancelled::ByHand),
        }
    }

    fn renew_statistics(&self) {
        let new = self.session.statistics(self.clock.now());
        self.statistics.send_if_modified(|known| std::mem::replace(known, new) != new);
    }

    async fn ping_relay(&mut self) {
        if let Some(leg) = &mut self.relay {
            let ping = ToRelay::Ping { number: 0 };
            let write = leg.write_message(&ping);
            if !matches!(tokio::time::timeout(Duration::from_secs(1), write).await, Ok(Ok(()))) {
                self.relay = None;
            }
        }
    }
}

/// The next message of the relay; `None` once the leg has ended; waits forever without one.
async fn read_relay(leg: &mut Option<Leg>) -> Option<FromRelay> {
    match leg {
        Some(leg) => leg.read_message().await.ok(),
        None => std::future::pending().await,
    }
}
