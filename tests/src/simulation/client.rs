//! The customer's program: it waits under a number, joins whoever is sent, and holds the session.

use std::slice::IterMut;
use std::sync::Arc;
use std::time::Duration;

use farhand_proto::language::Language;
use farhand_proto::relay::{FromRelay, Ticket, ToRelay};
use farhand_proto::time::Moment;
use farhand_proto::version::Versions;
use farhand_seal::{ClientConfig, ClientSeal, ClientSealed, Guesses, Step};
use farhand_session::{ClientEvent, ClientSession, Ended, FileEvent};
use farhand_transport::Identity;

use super::Around;
use super::ask::{Asked, Asking};
use super::desk::Desk;
use super::ledger::Wish;
use super::line::{Line, Pass, Pipe, WayBack, is_of_the_line};
use super::mover::Mover;
use super::network::{At, LegNo, Parcel, Who};
use super::registration::Registration;
use super::seat::Seat;

pub(super) struct Client<'g> {
    identity: Arc<Identity>,
    relay_spki: Vec<u8>,
    window: Duration,
    guesses: IterMut<'g, Guesses>,
    pub(super) registration: Registration,
    stage: Stage<'g>,
    desk: Desk,
    files: Mover,
    /// When the customer is to be asked for an answer.
    pub(super) asked: bool,
    /// How each session ended.
    pub(super) ends: Vec<Ended>,
    /// Since when the line of the session that ended last had been lost.
    pub(super) last_lost: Option<Moment>,
}

enum Stage<'g> {
    Waiting,
    Joining { asking: Asking, relay_time: u64, since: Moment },
    Sealing { leg: LegNo, seal: Box<ClientSeal<'g>>, pass: Pass },
    Session(Box<Seat<ClientSession>>),
}

impl<'g> Client<'g> {
    pub(super) fn new(
        identity: Arc<Identity>,
        relay_spki: Vec<u8>,
        window: Duration,
        guesses: &'g mut [Guesses],
    ) -> Self {
        Self {
            identity,
            relay_spki,
            window,
            guesses: guesses.iter_mut(),
            registration: Registration::new(),
            stage: Stage::Waiting,
            desk: Desk::default(),
            files: Mover::default(),
            asked: false,
            ends: Vec::new(),
            last_lost: None,
        }
    }

    /// The session, while it is not over.
    pub(super) fn session(&mut self) -> Option<&mut ClientSession> {
        match &mut self.stage {
            Stage::Session(seat) if seat.ended.is_none() => Some(&mut seat.session),
            _ => None,
        }
    }

    pub(super) fn seat(&self) -> Option<&Seat<ClientSession>> {
        match &self.stage {
            Stage::Session(seat) => Some(seat),
            _ => None,
        }
    }

    pub(super) fn next(&self, around: &Around) -> Option<Moment> {
        let of_stage = match &self.stage {
            Stage::Waiting => None,
            Stage::Joining { asking, .. } => asking.next(),
            Stage::Sealing { seal, .. } => Some(seal.deadline()),
            Stage::Session(seat) => seat.next(around),
        };
        [of_stage, self.registration.next(), self.desk.next()].into_iter().flatten().min()
    }

    pub(super) fn turn(&mut self, around: &mut Around) {
        if let Some((ticket, relay_time)) = self.registration.turn(around)
            && matches!(self.stage, Stage::Waiting)
        {
            self.join(ticket, relay_time, around);
        }
        while self.advance(around) {}
    }

    fn join(&mut self, ticket: Ticket, relay_time: u64, around: &mut Around) {
        let first = ToRelay::Join { versions: Versions::RELAY, ticket };
        let asking = Asking::new(Who::Client, first, around);
        self.stage = Stage::Joining { asking, relay_time, since: around.now };
    }

    fn advance(&mut self, around: &mut Around) -> bool {
        match &mut self.stage {
            Stage::Waiting => false,
            Stage::Joining { asking, relay_time, since } => match asking.turn(around) {
                Asked::Waiting => false,
                Asked::Answer(leg, FromRelay::Joined { pass, .. }) => {
                    let relay_time = *relay_time + (around.now - *since).as_secs();
                    self.seal(leg, pass, relay_time, around);
                    true
                }
                Asked::Answer(leg, answer) => {
                    around.note(format_args!("client: not joined: {answer:?}"));
                    around.network.close(leg, At::Program, around.now);
                    self.stage = Stage::Waiting;
                    true
                }
                Asked::Failed(why) => {
                    around.note(format_args!("client: not joined: {why}"));
                    self.stage = Stage::Waiting;
                    true
                }
            },
            Stage::Sealing { .. } => self.advance_seal(around),
            Stage::Session(_) => self.advance_session(around),
        }
    }

    fn seal(&mut self, leg: LegNo, pass: Pass, relay_time: u64, around: &mut Around) {
        let (Some(guesses), Some(session_id)) = (self.guesses.next(), around.ledger.session_id) else {
            around.fail(format_args!("client: no session after so many tries"));
            self.stage = Stage::Waiting;
            return;
        };
        let config = ClientConfig {
            identity: self.identity.raw_key().expect("a key of ours"),
            session_id,
            relay_key: self.relay_spki.clone(),
            relay_time,
            language: Language::English,
        };
        let seal = Box::new(ClientSeal::new(config, guesses, around.now).expect("guesses are left"));
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
            Ok(Step::Done(done)) => {
                let ClientSealed { sealed, .. } = *done;
                around.note(format_args!("client: sealed"));
                around.ledger.sessions += 1;
                around.ledger.wish = Wish::default();
                (around.ledger.said, around.ledger.heard) = ([0; 2], [0; 2]);
                self.files = Mover::default();
                self.asked = false;
                let back =
                    WayBack { who: Who::Client, identity: Arc::clone(&self.identity), pass: pass.clone() };
                let line = Line::new(Pipe::new(leg, sealed, around), back);
                let session = ClientSession::new(self.window, now);
                self.stage = Stage::Session(Box::new(Seat::new(session, line)));
            }
            Err(error) => {
                around.note(format_args!("client: no seal: {error}"));
                if !is_of_the_line(&error) {
                    around.fail(format_args!("client: no seal with an honest console: {error}"));
                }
                around.network.close(leg, At::Program, now);
                self.stage = Stage::Waiting;
            }
        }
        true
    }

    fn advance_session(&mut self, around: &mut Around) -> bool {
        let Stage::Session(seat) = &mut self.stage else { return false };
        let now = around.now;
        seat.session.handle_due(now);
        if seat.ended.is_none() {
            self.desk.turn(&mut seat.session, around);
        }
        while let Some(event) = seat.session.poll_event() {
            let own = (&mut self.desk, &mut self.files, &mut self.asked);
            handle_event(event, seat, own, around);
        }
        self.files.turn(&mut seat.session);
        if seat.ended.is_some() {
            self.desk.close();
        } else if let Some(room) = seat.session.update_room() {
            self.desk.want_update(room.bytes, around);
        }
        let (session, wish) = (&mut seat.session, around.ledger.wish);
        let mut shown = None;
        let next = || {
            let frame = session.poll_transmit(now)?;
            if matches!(frame[0], 34..=37) && !wish.may_see() || frame[0] == 8 && !wish.may_carry() {
                shown = Some(frame[0]);
            }
            Some(frame)
        };
        seat.line.send_from(next, around);
        if let Some(number) = shown {
            around.fail(format_args!("client: shows what nobody may see (message {number}): {wish:?}"));
        }
        if self.desk.holds_something() && (!wish.may_act() || !seat.line.is_up()) {
            around.fail(format_args!("client: a key stays down: {wish:?}"));
        }
        around.ledger.epochs[0] = seat.line.epoch;
        if let Some(end) = seat.take_end(around) {
            around.note(format_args!("client: over: {end}"));
            self.last_lost = seat.lost_since;
            self.ends.push(end);
            self.stage = Stage::Waiting;
            return true;
        }
        seat.take_in(around)
    }
}

fn handle_event(
    event: ClientEvent,
    seat: &mut Seat<ClientSession>,
    (desk, files, asked): (&mut Desk, &mut Mover, &mut bool),
    around: &mut Around,
) {
    let wish = around.ledger.wish;
    if !matches!(event, ClientEvent::Do(_) | ClientEvent::ReleaseAll | ClientEvent::File(_)) {
        around.note(format_args!("client: {event:?}"));
    }
    if seat.ended.is_some() {
        around.fail(format_args!("client: {event:?} after the end"));
    }
    match event {
        ClientEvent::Asked { .. } => *asked = true,
        ClientEvent::Allowed(_) | ClientEvent::Paused(_) => {
            if !wish.said_yes {
                around.fail(format_args!("client: allowed before anybody said yes"));
            }
        }
        ClientEvent::Show(_) => {
            if !wish.may_see() || !seat.line.is_up() {
                around.fail(format_args!("client: the screen is read: {wish:?}"));
            }
            desk.show(around);
        }
        ClientEvent::Direct(_) => {
            around.fail(format_args!("client: a way without the relay, which no console has"));
        }
        ClientEvent::StopShowing => desk.stop(),
        ClientEvent::Do(input) => {
            if !wish.may_act() || !seat.line.is_up() {
                around.fail(format_args!("client: something is done: {wish:?}"));
            }
            desk.inject(input, around);
        }
        ClientEvent::ReleaseAll => desk.release_all(around),
        ClientEvent::Said(text) => {
            if !wish.said_yes {
                around.fail(format_args!("client: words before anybody said yes"));
            }
            if let Err(why) = around.ledger.hear(0, &text) {
                around.fail(format_args!("client: {why}"));
            }
        }
        ClientEvent::File(event) => {
            let begins = match &event {
                FileEvent::Put { folder, .. } => folder.as_ref().map(|name| (name.parse(), true)),
                FileEvent::Get { path } => Some((path.parse(), false)),
                _ => None,
            };
            if (begins.is_some() || matches!(event, FileEvent::Take(_))) && !wish.may_carry() {
                around.fail(format_args!("client: files move: {wish:?}"));
            }
            match begins {
                Some((Ok(transfer), true)) => files.write(transfer),
                Some((Ok(transfer), false)) => files.read(transfer),
                Some((Err(_), _)) => around.fail(format_args!("client: a transfer that nobody began")),
                None => files.handle(event, &mut seat.session, around),
            }
        }
        // The people of these worlds copy nothing.
        ClientEvent::Clipboard(_) => around.fail(format_args!("client: something came that nobody sent")),
        ClientEvent::Lost => seat.handle_lost(around),
        ClientEvent::Found => seat.handle_found(around),
        ClientEvent::Ended(how) => seat.handle_ended(how, around),
    }
}
