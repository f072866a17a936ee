//! One session at the console, driven to its end.

use std::collections::VecDeque;
use std::time::Duration;

use farhand_proto::bounded::Text;
use farhand_proto::relay::{FromRelay, Refusal, ToRelay};
use farhand_proto::session::{EndReason, ToConsole};
use farhand_session::{ConsoleEvent as Event, ConsoleSession, Statistics};
use farhand_transport::Leg;
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::{Command, ConsoleEvent};
use crate::stream::{PipeError, SealedPipe};
use crate::{Clock, LAST_WORDS, RELAY_HEARTBEAT, SessionEnd};

/// How long a relay has to say why it cut a session.
const RELAY_LAST_WORDS: Duration = Duration::from_millis(300);
/// How often the numbers of the line are renewed: more often nobody could read them.
const STATISTICS: Duration = Duration::from_millis(500);

/// The session between the sealed line, the program and the console's leg to the relay.
pub(super) struct Run {
    pub(super) pipe: SealedPipe,
    pub(super) session: ConsoleSession,
    pub(super) clock: Clock,
    pub(super) from_program: mpsc::Receiver<Command>,
    pub(super) to_program: mpsc::Sender<ConsoleEvent>,
    pub(super) statistics: watch::Sender<Statistics>,
    /// Events that the program has not taken yet.
    pub(super) waiting: VecDeque<ConsoleEvent>,
    pub(super) relay: Option<Leg>,
    pub(super) refused: Option<Refusal>,
}

impl Run {
    /// Holds the session to its end and tells that.
    pub(super) async fn run(mut self) {
        let mut end = self.until_the_end().await;
        if matches!(end, SessionEnd::Line(_)) {
            self.hear_relay_out().await;
            end = self.refused.map_or(end, SessionEnd::Relay);
        }
        self.pipe.farewell().await;
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
        let to_program = self.to_program.clone();
        let mut ended = None;
        let mut over_at = None;
        loop {
            // Here and not below alone: a line on which something always comes would hold time up.
            self.session.handle_due(self.clock.now());
            while let Some(event) = self.session.poll_event() {
                match event {
                    Event::Ended(how) => {
                        ended = Some(how);
                        over_at = Some(self.clock.now() + LAST_WORDS);
                    }
                    other => self.waiting.push_back(ConsoleEvent::Session(other)),
                }
            }
            let (session, clock) = (&mut self.session, self.clock);
            if let Err(error) = self.pipe.send_from(|| session.poll_transmit(clock.now())) {
                return error.into();
            }
            let waited = over_at.is_some_and(|at| self.clock.now() >= at);
            if let Some(how) = ended.take_if(|_| self.pipe.is_idle() || waited) {
                return how.into();
            }
            // Order: what the program wants, then the leg to the relay, which ends without a sign of life, then numbers,
            // then the link, then the relay's words, then time.
            tokio::select! {
                biased;
                command = self.from_program.recv(), if ended.is_none() => match command {
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
                moved = self.pipe.turn(self.waiting.is_empty() && ended.is_none()) => {
                    if let Err(end) = self.take_in(moved) {
                        return ended.map_or(end, SessionEnd::from);
                    }
                }
                message = read_relay(&mut self.relay), if self.waiting.is_empty() => match message {
                    Some(FromRelay::Stopping {}) => self.waiting.push_back(ConsoleEvent::RelayStopping),
                    // The relay ends the session's legs as well.
                    Some(FromRelay::Refused { refusal }) => self.refused = Some(refusal),
                    Some(_) => {}
                    // The session has a leg of its own and goes on.
                    None => self.relay = None,
                },
                () = self.clock.wait_until(over_at.or(self.session.poll_timeout())) => {}
            }
        }
    }

    /// The line was cut: the relay may be saying why on its own leg.
    async fn hear_relay_out(&mut self) {
        if self.relay.is_none() || self.refused.is_some() {
            return;
        }
        let last_words = async {
            while let Some(message) = read_relay(&mut self.relay).await {
                if let FromRelay::Refused { refusal } = message {
                    self.refused = Some(refusal);
                }
            }
        };
        // Where it says nothing, the cut itself is all that is known.
        let _ = tokio::time::timeout(RELAY_LAST_WORDS, last_words).await;
    }

    fn take_in(&mut self, moved: Result<(), PipeError>) -> Result<(), SessionEnd> {
        let (session, clock) = (&mut self.session, self.clock);
        match self
            .pipe
            .take_in::<ToConsole>(moved, |message, bytes| session.handle(message, bytes, clock.now()))
        {
            Ok(()) => Ok(()),
            Err(PipeError::Protocol(error)) => {
                self.session.end(EndReason::Protocol(Text::truncated(&error.to_string())));
                Ok(())
            }
            Err(PipeError::Line(error)) => {
                // The other's last word may have come right before the line was closed.
                while let Some(event) = self.session.poll_event() {
                    match event {
                        Event::Ended(how) => return Err(how.into()),
                        other => self.waiting.push_back(ConsoleEvent::Session(other)),
                    }
                }
                Err(error.into())
            }
        }
    }

    async fn handle_command(&mut self, command: Command) {
        match command {
            // Whoever asked may have gone meanwhile; what was taken is done all the same.
            Command::Act(input, reply) => drop(reply.send(self.session.act(&input))),
            Command::Type(text, reply) => drop(reply.send(self.session.type_text(&text))),
            Command::Watch(view) => self.session.watch(view),
            Command::Refresh => self.session.refresh(),
            Command::GiveUp(what) => self.session.end(EndReason::Protocol(what)),
            Command::End => self.session.end(EndReason::Operator),
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
