//! The two halves of a session come with their tickets, and leave.

use core::net::IpAddr;

use farhand_proto::id::SessionId;
use farhand_proto::relay::{FromRelay, KeyHash, Pass, Refusal};
use farhand_proto::time::Moment;
use farhand_proto::version::Version;

use crate::broker::{Broker, Now};
use crate::command::{Command, Ending, Event, LegId, PairId, Traffic};
use crate::leg::{Console, Stage};
use crate::settings::{ALONE, PASS_LIFE};
use crate::signed;
use crate::timers::{Handle, Timer};

/// Which half of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Console,
}

/// A client and a console that were brought together.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) session_id: SessionId,
    pub(crate) operator: Console,
    /// The console's address.
    pub(crate) address: IpAddr,
    pub(crate) client_key: KeyHash,
    /// What its two passes have in common.
    pub(crate) pairing: [u8; 32],
    /// Whether its halves came with passes.
    pub(crate) resumed: bool,
    /// Tickets that nobody has used.
    pub(crate) tickets: Vec<[u8; 32]>,
    /// Why the relay itself ends it.
    pub(crate) ending: Option<Ending>,
    pub(crate) state: State,
}

#[derive(Debug)]
pub(crate) enum State {
    /// Both have their tickets.
    Invited { expiry: Handle },
    /// One half is there; `expiry` is gone once the other's ticket is no longer good.
    Half { side: Side, leg: LegId, version: Version, expiry: Option<Handle>, alone: Handle },
    /// Both are there.
    Running { console: LegId, client: LegId, since: Moment },
}

impl Pair {
    pub(crate) fn runs(&self) -> bool {
        matches!(self.state, State::Running { .. })
    }

    fn key_of(&self, side: Side) -> KeyHash {
        match side {
            Side::Client => self.client_key,
            Side::Console => self.operator.key,
        }
    }
}

impl Broker {
    /// A half comes. A ticket that is another key's stays good for its owner.
    pub(crate) fn join(&mut self, now: Now, id: LegId, key: KeyHash, version: Version, ticket: &[u8]) {
        let found = <[u8; 32]>::try_from(ticket).ok().and_then(|ticket| {
            let (pair, side) = *self.tickets.get(&ticket)?;
            Some((ticket, pair, side))
        });
        let Some((ticket, pair_id, side)) = found else {
            return self.refuse(id, Refusal::Ticket);
        };
        let Some(pair) = self.pairs.get_mut(&pair_id).filter(|pair| pair.key_of(side) == key) else {
            return self.refuse(id, Refusal::Ticket);
        };
        self.tickets.remove(&ticket);
        pair.tickets.retain(|unused| *unused != ticket);
        match pair.state {
            State::Invited { expiry } => {
                let alone = self.timers.set(now.moment + ALONE, Timer::Alone(pair_id));
                pair.state = State::Half { side, leg: id, version, expiry: Some(expiry), alone };
                self.unwatch(id);
                self.set_stage(id, Stage::Joining(pair_id));
            }
            State::Half { .. } => self.complete(now, pair_id, side, id, version),
            // Both tickets of a running session are used, so none of them led here.
            State::Running { .. } => self.refuse(id, Refusal::Ticket),
        }
    }

    /// The other half of a pair has come: the session runs, and both get what brings them back.
    pub(crate) fn complete(&mut self, now: Now, pair_id: PairId, side: Side, id: LegId, version: Version) {
        let address = self.legs.get(&id).map(|leg| leg.address);
        let Some(pair) = self.pairs.get_mut(&pair_id) else { return };
        if let (Side::Console, Some(address)) = (side, address) {
            pair.address = address;
        }
        let State::Half { leg: first, version: first_version, expiry, alone, .. } = pair.state else {
            return;
        };
        self.timers.cancel(alone);
        if let Some(expiry) = expiry {
            self.timers.cancel(expiry);
        }
        let (console, client) = match side {
            Side::Console => (id, first),
            Side::Client => (first, id),
        };
        pair.state = State::Running { console, client, since: now.moment };
        let pass = Pass {
            pairing: pair.pairing,
            client_key: pair.client_key,
            console_key: pair.operator.key,
            session_id: pair.session_id,
            operator_id: pair.operator.id.0,
            operator: pair.operator.name.clone(),
            expires: (now.unix + PASS_LIFE).as_secs(),
        };
        let (session_id, operator, address) = (pair.session_id, pair.operator.name.clone(), pair.address);
        let begins =
            if pair.resumed { Event::SessionResumed(session_id) } else { Event::SessionStarted(session_id) };
        self.pairings.insert(pass.pairing, pair_id);
        self.record(now, operator.clone(), address, begins);
        let pass = signed::seal(&pass, &*self.environment.signer);
        for (leg, version) in [(first, first_version), (id, version)] {
            self.unwatch(leg);
            self.set_stage(leg, Stage::Paired(pair_id));
            let address = self.legs.get(&leg).map(|leg| leg.address);
            let direct = address.filter(|_| self.settings.direct);
            self.send(leg, FromRelay::Joined { version, pass: pass.clone(), direct });
        }
        self.command(Command::Pair { pair: pair_id, console, client, session_id, operator });
    }

    /// The leg of a half has ended before its session was handed to the driver's forwarding, or while it waited.
    pub(crate) fn half_left(&mut self, now: Now, id: LegId, pair_id: PairId) {
        let Some(pair) = self.pairs.get(&pair_id) else { return };
        let State::Running { console, client, .. } = pair.state else {
            return self.abandon(pair_id, Refusal::Alone);
        };
        let (ending, other) =
            if id == console { (Ending::Console, client) } else { (Ending::Client, console) };
        self.close(other);
        self.end_pair(now, pair_id, Traffic::default(), ending);
    }

    /// Nobody came with the tickets in time. A half that waits still gets its full time.
    pub(crate) fn tickets_expired(&mut self, pair_id: PairId) {
        let Some(pair) = self.pairs.get_mut(&pair_id) else { return };
        for ticket in pair.tickets.drain(..) {
            self.tickets.remove(&ticket);
        }
        match &mut pair.state {
            State::Invited { .. } => self.remove_pair(pair_id),
            State::Half { expiry, .. } => *expiry = None,
            State::Running { .. } => {}
        }
    }

    /// Ends a pair that does not run; a half that waits is refused.
    pub(crate) fn abandon(&mut self, pair_id: PairId, refusal: Refusal) {
        let Some(pair) = self.pairs.get(&pair_id).filter(|pair| !pair.runs()) else { return };
        let waiting = match pair.state {
            State::Half { leg, .. } => Some(leg),
            _ => None,
        };
        self.remove_pair(pair_id);
        if let Some(leg) = waiting {
            self.refuse(leg, refusal);
        }
    }

    /// Ends a session that runs; the driver reports its end.
    pub(crate) fn cut(&mut self, pair_id: PairId, ending: Ending) {
        let Some(pair) = self.pairs.get_mut(&pair_id) else { return };
        let State::Running { console, client, .. } = pair.state else { return };
        // The first reason is the one that counts; the order itself is given again, in case that a leg that was just
        // turning into a half of the session missed it.
        pair.ending.get_or_insert(ending);
        self.command(Command::Close { leg: console });
        self.command(Command::Close { leg: client });
    }

    /// Why a session was cut, if it was.
    #[must_use]
    pub fn cut_because(&self, pair_id: PairId) -> Option<Ending> {
        self.pairs.get(&pair_id).and_then(|pair| pair.ending)
    }

    /// Writes down that a session has ended and forgets it.
    pub(crate) fn end_pair(&mut self, now: Now, pair_id: PairId, traffic: Traffic, ending: Ending) {
        if let Some(pair) = self.pairs.get(&pair_id)
            && let State::Running { since, .. } = pair.state
        {
            let ended = Event::SessionEnded {
                session_id: pair.session_id,
                duration: now.moment.saturating_sub(since),
                traffic,
                ending: pair.ending.unwrap_or(ending),
            };
            self.record(now, pair.operator.name.clone(), pair.address, ended);
        }
        self.remove_pair(pair_id);
        self.close_if_idle();
    }

    fn remove_pair(&mut self, pair_id: PairId) {
        let Some(pair) = self.pairs.remove(&pair_id) else { return };
        // A session that came back elsewhere meanwhile has another pair by now.
        if self.pairings.get(&pair.pairing) == Some(&pair_id) {
            self.pairings.remove(&pair.pairing);
        }
        for ticket in &pair.tickets {
            self.tickets.remove(ticket);
        }
        match pair.state {
            State::Invited { expiry } => self.timers.cancel(expiry),
            State::Half { expiry, alone, .. } => {
                self.timers.cancel(alone);
                if let Some(expiry) = expiry {
                    self.timers.cancel(expiry);
                }
            }
            State::Running { .. } => {}
        }
        if let Some(presence) = self.operators.get_mut(&pair.operator.id) {
            presence.pairs.remove(&pair_id);
            self.forget_operator_if_gone(pair.operator.id);
        }
        self.client_free(pair.client_key, pair_id);
    }
}
