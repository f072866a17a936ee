//! The operator's program: it logs in, asks for the customer's number, makes the seal and holds the session.

use std::slice::IterMut;
use std::sync::Arc;
use std::time::Duration;

use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::codec::{FrameBuffer, Message as _};
use farhand_proto::grant::Grant;
use farhand_proto::id::Password;
use farhand_proto::relay::{FromRelay, SignedVoucher, ToRelay};
use farhand_proto::time::Moment;
use farhand_proto::version::Versions;
use farhand_seal::{ConsoleConfig, ConsoleGuesses, ConsoleSeal, Step};
use farhand_session::{ConsoleEvent, ConsoleSession, Ended};
use farhand_transport::Identity;

use super::Around;
use super::ask::{Asked, Asking, RELAY_ANSWER};
use super::line::{Line, Pass, Pipe, WayBack, is_of_the_line};
use super::mover::Mover;
use super::network::{At, LegNo, Parcel, Who};
use super::registration::{HEARTBEAT, busy};
use super::seat::Seat;

/// How long an operator waits before they try again.
const AGAIN: Duration = Duration::from_secs(3);

pub(super) struct Console<'g> {
    identity: Arc<Identity>,
    password: Password,
    window: Duration,
    guesses: IterMut<'g, ConsoleGuesses>,
    stage: Stage<'g>,
    /// The leg on which the operator is logged in.
    login: Option<Login>,
    requests: u32,
    pub(super) files: Mover,
    /// How its session ended.
    pub(super) end: Option<Ended>,
    /// Since when the line had been lost then.
    pub(super) last_lost: Option<Moment>,
}

struct Login {
    leg: LegNo,
    frames: FrameBuffer,
    ping_at: Moment,
}

enum Stage<'g> {
    Pause(Moment),
    LoggingIn(Asking),
    Finding { deadline: Moment },
    Joining { asking: Asking, voucher: SignedVoucher },
    Sealing { leg: LegNo, seal: Box<ConsoleSeal<'g>>, pass: Pass },
    Session(Box<Seat<ConsoleSession>>),
    Over,
}

impl<'g> Console<'g> {
    pub(super) fn new(
        identity: Arc<Identity>,
        password: Password,
        window: Duration,
        guesses: &'g mut [ConsoleGuesses],
    ) -> Self {
        Self {
            identity,
            password,
            window,
            guesses: guesses.iter_mut(),
            stage: Stage::Pause(Duration::from_secs(1)),
            login: None,
            requests: 0,
            files: Mover::default(),
            end: None,
            last_lost: None,
        }
    }

    /// The session, while it is not over.
    pub(super) fn session(&mut self) -> Option<&mut ConsoleSession> {
        self.session_and_files().map(|(session, _)| session)
    }

    /// And the files that travel in it.
    pub(super) fn session_and_files(&mut self) -> Option<(&mut ConsoleSession, &mut Mover)> {
        match &mut self.stage {
            Stage::Session(seat) if seat.ended.is_none() => Some((&mut seat.session, &mut self.files)),
            _ => None,
        }
    }

    pub(super) fn seat(&self) -> Option<&Seat<ConsoleSession>> {
        match &self.stage {
            Stage::Session(seat) => Some(seat),
            _ => None,
        }
    }

    pub(super) fn next(&self, around: &Around) -> Option<Moment> {
        let of_stage = match &self.stage {
            Stage::Pause(until) => Some(*until),
            Stage::LoggingIn(asking) | Stage::Joining { asking, .. } => asking.next(),
            Stage::Finding { deadline } => Some(*deadline),
            Stage::Sealing { seal, .. } => Some(seal.deadline()),
            Stage::Session(seat) => seat.next(around),
            Stage::Over => None,
        };
        of_stage.into_iter().chain(self.login.as_ref().map(|login| login.ping_at)).min()
    }

    pub(super) fn turn(&mut self, around: &mut Around) {
        self.ping(around);
        while self.advance(around) {}
    }

    fn advance(&mut self, around: &mut Around) -> bool {
        match &mut self.stage {
            Stage::Over => false,
            Stage::Pause(until) if *until > around.now => false,
            Stage::Pause(_) => {
                if around.ledger.session_id.is_none() {
                    self.again("no number", AGAIN, around);
                    return true;
                }
                let first = ToRelay::Login {
                    versions: Versions::RELAY,
                    operator: Text::truncated("ada"),
                    token: Bytes::new(*b"token").expect("short"),
                };
                self.stage = Stage::LoggingIn(Asking::new(Who::Console, first, around));
                true
            }
            Stage::LoggingIn(asking) => match asking.turn(around) {
                Asked::Waiting => false,
                Asked::Answer(leg, FromRelay::LoggedIn { .. }) => {
                    let frames = FrameBuffer::new();
                    self.login = Some(Login { leg, frames, ping_at: around.now + HEARTBEAT });
                    self.find(around);
                    true
                }
                Asked::Answer(leg, answer) => {
                    around.network.close(leg, At::Program, around.now);
                    self.again(&format!("{answer:?}"), busy(&answer), around);
                    true
                }
                Asked::Failed(why) => {
                    self.again(why, Duration::ZERO, around);
                    true
                }
            },
            Stage::Finding { .. } => self.advance_find(around),
            Stage::Joining { asking, voucher } => match asking.turn(around) {
                Asked::Waiting => false,
                Asked::Answer(leg, FromRelay::Joined { pass, .. }) => {
                    let voucher = voucher.clone();
                    self.seal(leg, pass, voucher, around);
                    true
                }
                Asked::Answer(leg, answer) => {
                    around.network.close(leg, At::Program, around.now);
                    self.again(&format!("{answer:?}"), busy(&answer), around);
                    true
                }
                Asked::Failed(why) => {
                    self.again(why, Duration::ZERO, around);
                    true
                }
            },
            Stage::Sealing { .. } => self.advance_seal(around),
            Stage::Session(_) => self.advance_session(around),
        }
    }

    fn find(&mut self, around: &mut Around) {
        let (Some(login), Some(session_id)) = (&self.login, around.ledger.session_id) else { return };
        self.requests += 1;
        let find = ToRelay::Find { request: self.requests, session_id };
        around.network.send(login.leg, At::Program, find.to_frame(), around.now);
        self.stage = Stage::Finding { deadline: around.now + RELAY_ANSWER };
    }

    fn advance_find(&mut self, around: &mut Around) -> bool {
        let Stage::Finding { deadline } = self.stage else { return false };
        match self.hear(around) {
            Heard::Message(FromRelay::Found { request, ticket, voucher }) if request == self.requests => {
                let first = ToRelay::Join { versions: Versions::RELAY, ticket };
                let asking = Asking::new(Who::Console, first, around);
                self.stage = Stage::Joining { asking, voucher };
            }
            Heard::Message(FromRelay::Pong { .. }) => {}
            Heard::Message(other) => {
                let least = busy(&other).max(Duration::from_secs(10));
                self.again(&format!("{other:?}"), least, around);
            }
            Heard::End => self.again("the relay has gone", Duration::ZERO, around),
            Heard::Nothing if deadline <= around.now => self.again("no answer", Duration::ZERO, around),
            Heard::Nothing => return false,
        }
        true
    }

    fn hear(&mut self, around: &mut Around) -> Heard {
        let Some(login) = &mut self.login else { return Heard::End };
        loop {
            match login.frames.next_message::<FromRelay>() {
                Ok(Some((message, _))) => return Heard::Message(message),
                Ok(None) => {}
                Err(error) => around.fail(format_args!("the relay is not understood: {error}")),
            }
            match around.network.arrived(login.leg, At::Program, around.now) {
                Some(Parcel::Bytes(bytes)) => login.frames.push(&bytes),
                Some(Parcel::End) => return Heard::End,
                None => return Heard::Nothing,
            }
        }
    }

    fn ping(&mut self, around: &mut Around) {
        if let Some(login) = &mut self.login
            && login.ping_at <= around.now
        {
            login.ping_at = around.now + HEARTBEAT;
            let ping = ToRelay::Ping { number: 0 };
            around.network.send(login.leg, At::Program, ping.to_frame(), around.now);
        }
    }

    /// Starts from the beginning after a while.
    fn again(&mut self, why: &str, least: Duration, around: &mut Around) {
        around.note(format_args!("console: no session yet: {why}"));
        self.log_off(around);
        self.stage = Stage::Pause(around.now + AGAIN.max(least));
    }

    /// Ends the leg on which the operator is logged in.
    pub(super) fn log_off(&mut self, around: &mut Around) {
        if let Some(login) = self.login.take() {
            around.network.close(login.leg, At::Program, around.now);
        }
    }

    fn seal(&mut self, leg: LegNo, pass: Pass, voucher: SignedVoucher, around: &mut Around) {
        let (Some(guesses), Some(session_id)) = (self.guesses.next(), around.ledger.session_id) else {
            return around.fail(format_args!("console: no session after so many tries"));
        };
        let config = ConsoleConfig {
            identity: self.identity.raw_key().expect("a key of ours"),
            session_id,
            password: self.password.clone(),
            voucher,
        };
        let mut seal = Box::new(ConsoleSeal::new(config, guesses, around.now).expect("tries are left"));
        let mut out = Vec::new();
        seal.take_output(&mut out);
        around.network.send(leg, At::Program, out, around.now);
        self.stage = Stage::Sealing { leg, seal, pass };
    }

    fn advance_seal(&mut self, around: &mut Around) -> bool {
        let Stage::Sealing { leg, seal, pass } = &mut self.stage else { return false };
        let (leg, now) = (*leg, around.now);
        let result = match around.network.arrived(leg, At::Program, now) {
            Some(Parcel::Bytes(bytes)) => seal.handle_input(&bytes, now),
            Some(Parcel::End) => Err(seal.handle_eof()),
            None if seal.deadline() <= now => match seal.handle_timeout(now) {
                Ok(()) => return false,
                Err(error) => Err(error),
            },
            None => return false,
        };
        let mut out = Vec::new();
        seal.take_output(&mut out);
        around.network.send(leg, At::Program, out, now);
        match result {
            Ok(Step::NeedInput) => {}
            Ok(Step::Done(sealed)) => {
                around.note(format_args!("console: sealed"));
                around.ledger.common = Some(around.ledger.sessions);
                let (who, identity) = (Who::Console, Arc::clone(&self.identity));
                let back = WayBack { who, identity, pass: pass.clone() };
                let line = Line::new(Pipe::new(leg, *sealed, around), back);
                let session = ConsoleSession::new(Grant::ALL.into_iter().collect(), self.window, now);
                self.stage = Stage::Session(Box::new(Seat::new(session, line)));
            }
            Err(error) => {
                around.network.close(leg, At::Program, now);
                if !is_of_the_line(&error) {
                    around.fail(format_args!("console: no seal with an honest client: {error}"));
                }
                self.again(&error.to_string(), Duration::ZERO, around);
            }
        }
        true
    }

    fn advance_session(&mut self, around: &mut Around) -> bool {
        // The relay's words matter no more, and the leg's end neither.
        match self.hear(around) {
            Heard::Message(_) => return true,
            Heard::End => self.log_off(around),
            Heard::Nothing => {}
        }
        let Stage::Session(seat) = &mut self.stage else { return false };
        let now = around.now;
        seat.session.handle_due(now);
        while let Some(event) = seat.session.poll_event() {
            handle_event(event, seat, &mut self.files, around);
        }
        self.files.turn(&mut seat.session);
        let session = &mut seat.session;
        seat.line.send_from(|| session.poll_transmit(now), around);
        around.ledger.epochs[1] = seat.line.epoch;
        if let Some(end) = seat.take_end(around) {
            around.note(format_args!("console: over: {end}"));
            self.last_lost = seat.lost_since;
            self.end = Some(end);
            self.stage = Stage::Over;
            self.log_off(around);
            return true;
        }
        seat.take_in(around)
    }
}

enum Heard {
    Message(FromRelay),
    End,
    Nothing,
}

fn handle_event(
    event: ConsoleEvent,
    seat: &mut Seat<ConsoleSession>,
    files: &mut Mover,
    around: &mut Around,
) {
    if seat.ended.is_some() {
        around.fail(format_args!("console: {event:?} after the end"));
    }
    let answer = match event {
        ConsoleEvent::Done(number) => around.ledger.answered(number),
        ConsoleEvent::Undone { number, why } => {
            around.note(format_args!("console: act {number} undone: {why}"));
            around.ledger.undone(number, &why)
        }
        ConsoleEvent::Update { .. } | ConsoleEvent::Screen { .. } if !around.ledger.wish.said_yes => {
            Err("a picture before anybody said yes".to_owned())
        }
        ConsoleEvent::Update { .. } => {
            around.trace.totals.updates += 1;
            Ok(())
        }
        ConsoleEvent::File(event) => {
            files.handle(event, &mut seat.session, around);
            Ok(())
        }
        ConsoleEvent::Said(text) => {
            around.trace.totals.said += 1;
            around.ledger.hear(1, &text)
        }
        ConsoleEvent::Screen { .. } | ConsoleEvent::Shape(_) | ConsoleEvent::PointerAt(_) => Ok(()),
        other => {
            around.note(format_args!("console: {other:?}"));
            match other {
                ConsoleEvent::Lost => seat.handle_lost(around),
                ConsoleEvent::Found => seat.handle_found(around),
                ConsoleEvent::Ended(how) => seat.handle_ended(how, around),
                _ => {}
            }
            Ok(())
        }
    };
    if let Err(why) = answer {
        around.fail(format_args!("console: {why}"));
    }
}
