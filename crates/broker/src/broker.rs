//! The machine itself: legs come, speak and go.

use core::net::IpAddr;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use farhand_proto::name::Name;
use farhand_proto::relay::{ECHOES, FromRelay, KeyHash, Refusal, TEST_TIME, ToRelay};
use farhand_proto::time::Moment;
use farhand_proto::version::{Version, Versions};

use crate::address::{Network, Open};
use crate::command::{Command, Ending, Event, LegId, OperatorId, PairId, Record, Traffic};
use crate::directory::Directory;
use crate::join::{Pair, Side, State};
use crate::leg::{Leg, Pings, Stage};
use crate::limiter::{Limiter, Quota};
use crate::newcomers::Newcomers;
use crate::register::Client;
use crate::settings::{Entropy, MISSES_PER_HOUR, MISSES_PER_MINUTE, Settings, Signer, TESTS_PER_MINUTE};
use crate::timers::{Timer, Timers};

/// The present, as the driver's clocks show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// For waiting; it never goes backwards.
    pub moment: Moment,
    /// For what is written down or signed: the time since 1970-01-01 UTC. It may jump.
    pub unix: Duration,
}

/// The outside helpers of a broker.
pub struct Environment {
    /// Makes session IDs and tickets.
    pub entropy: Box<dyn Entropy>,
    /// Signs vouchers, claims and passes.
    pub signer: Box<dyn Signer>,
    /// Knows who has which session ID.
    pub directory: Box<dyn Directory>,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").finish_non_exhaustive()
    }
}

/// A newcomer that is in no hurry to say what it is for may be ended in favour of another after so long.
const UNHURRIED: Duration = Duration::from_secs(1);

/// Why a connection can't be taken. Nothing can be answered before TLS, so the driver just drops it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRoom {
    /// Its address has [`Limits::newcomers_per_address`](crate::Limits::newcomers_per_address).
    #[error("too many connections of this address have not said yet what they are for")]
    NewcomersOfAddress,
    /// Its address has [`Limits::legs_per_address`](crate::Limits::legs_per_address) and as many again as it may
    /// have newcomers: those were told that it is busy and are still about to end.
    #[error("too many connections of this address")]
    LegsOfAddress,
    /// All addresses together have [`Limits::newcomers`](crate::Limits::newcomers), none of them more than this one, and
    /// all of them came just now.
    #[error("too many connections have not said yet what they are for")]
    Newcomers,
    /// All addresses together have [`Limits::legs`](crate::Limits::legs).
    #[error("too many connections")]
    Legs,
    /// The relay is being stopped.
    #[error("the relay is being stopped")]
    Stopping,
}

/// How much there is of everything at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Legs that have not said what they are for.
    pub newcomers: usize,
    /// Legs of clients that wait for somebody or are in a session.
    pub client_legs: usize,
    /// Legs of consoles with a known operator.
    pub operator_legs: usize,
    /// Legs that are a half of a session, or wait for the other half.
    pub session_legs: usize,
    /// Legs that are about to end.
    pub ending_legs: usize,
    /// Clients that somebody can ask for.
    pub waiting: usize,
    /// Operators that are logged in or have a session.
    pub operators: usize,
    /// Sessions whose halves have not both come.
    pub invited: usize,
    /// Sessions that run.
    pub sessions: usize,
    /// Newcomers that were ended to make room for others, since the start.
    pub displaced: u64,
}

/// Brings client and console together. See the crate's documentation for the order of calls.
#[derive(Debug)]
pub struct Broker {
    pub(crate) settings: Settings,
    pub(crate) environment: Environment,
    pub(crate) legs: BTreeMap<LegId, Leg>,
    pub(crate) addresses: BTreeMap<Network, Open>,
    pub(crate) clients: BTreeMap<KeyHash, Client>,
    pub(crate) operators: BTreeMap<OperatorId, Presence>,
    pub(crate) pairs: BTreeMap<PairId, Pair>,
    pub(crate) tickets: BTreeMap<[u8; 32], (PairId, Side)>,
    /// The pair that runs or waits for its other half, by what its passes have in common.
    pub(crate) pairings: BTreeMap<[u8; 32], PairId>,
    pub(crate) registrations: Limiter<Network>,
    /// Tests of the line, by address.
    tests: Limiter<Network>,
    pub(crate) failures: Limiter<Network>,
    pub(crate) misses: Limiter<OperatorId>,
    pub(crate) misses_by_address: Limiter<Network>,
    pub(crate) timers: Timers,
    commands: VecDeque<Command>,
    newcomers: Newcomers,
    displaced: u64,
    next_leg: u64,
    pub(crate) next_pair: u64,
    pub(crate) stopping: bool,
}

/// What an operator has open.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    pub(crate) legs: BTreeSet<LegId>,
    pub(crate) pairs: BTreeSet<PairId>,
}

/// Creation and questions.
impl Broker {
    /// A broker that nobody has come to yet.
    #[must_use]
    pub fn new(settings: Settings, environment: Environment) -> Self {
        let limits = settings.limits;
        Self {
            registrations: Limiter::new(vec![Quota::per_minute(limits.registrations_per_minute)]),
            tests: Limiter::new(vec![Quota::per_minute(TESTS_PER_MINUTE)]),
            failures: Limiter::new(vec![Quota::per_minute(limits.login_failures_per_minute)]),
            misses: Limiter::new(vec![
                Quota::per_minute(MISSES_PER_MINUTE),
                Quota::per_hour(MISSES_PER_HOUR),
            ]),
            misses_by_address: Limiter::new(vec![Quota::per_minute(limits.misses_per_minute)]),
            settings,
            environment,
            legs: BTreeMap::new(),
            addresses: BTreeMap::new(),
            clients: BTreeMap::new(),
            operators: BTreeMap::new(),
            pairs: BTreeMap::new(),
            tickets: BTreeMap::new(),
            pairings: BTreeMap::new(),
            timers: Timers::default(),
            commands: VecDeque::new(),
            newcomers: Newcomers::default(),
            displaced: 0,
            next_leg: 1,
            next_pair: 1,
            stopping: false,
        }
    }

    /// How much there is of everything.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let mut figures = Figures {
            waiting: self.clients.values().filter(|client| client.waits()).count(),
            operators: self.operators.len(),
            sessions: self.pairs.values().filter(|pair| matches!(pair.state, State::Running { .. })).count(),
            displaced: self.displaced,
            ..Figures::default()
        };
        figures.invited = self.pairs.len() - figures.sessions;
        for leg in self.legs.values() {
            match leg.stage {
                Stage::Arriving
                | Stage::Open(_)
                | Stage::Testing(_)
                | Stage::Checking(_)
                | Stage::Returning(_) => {
                    figures.newcomers += 1;
                }
                Stage::Client(_) => figures.client_legs += 1,
                Stage::Operator(_) => figures.operator_legs += 1,
                Stage::Joining(_) | Stage::Paired(_) => figures.session_legs += 1,
                Stage::Ending => figures.ending_legs += 1,
            }
        }
        figures
    }

    /// Operators that are logged in or have a session, to ask the store whether they still exist.
    #[must_use]
    pub fn operators_present(&self) -> Vec<OperatorId> {
        self.operators.keys().copied().collect()
    }

    /// Whether the relay was told to stop and every leg has ended.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopping && self.legs.is_empty()
    }

    /// The next thing to do.
    pub fn poll_command(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    /// When [`Broker::handle_timeout`] is due, if at all.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    /// Everything it remembers besides the limits' counters, as a number of things. A broker without legs comes
    /// back to 0 once its tickets have expired.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.legs.len()
            + self.addresses.len()
            + self.clients.len()
            + self.operators.len()
            + self.pairs.len()
            + self.tickets.len()
            + self.pairings.len()
            + self.timers.len()
            + self.commands.len()
    }
}

/// What happens on legs.
impl Broker {
    /// A TCP connection was accepted; its TLS comes next.
    ///
    /// # Errors
    /// It has to be dropped at once.
    pub fn handle_accepted(&mut self, now: Now, address: IpAddr) -> Result<LegId, NoRoom> {
        match self.look_for_room(address) {
            Err(NoRoom::Newcomers) => self.make_room(now, address)?,
            other => other?,
        }
        let id = LegId(self.next_leg);
        self.next_leg += 1;
        self.addresses.entry(Network::from(address)).or_default().legs += 1;
        self.newcomers.insert(Network::from(address), id);
        let watch = self.timers.set(now.moment + self.settings.timing.first_message, Timer::Leg(id));
        let leg = Leg {
            address,
            heard: now.moment,
            watch: Some(watch),
            pings: Pings::default(),
            stage: Stage::Arriving,
        };
        self.legs.insert(id, leg);
        Ok(id)
    }

    /// TLS is there and has proven the peer's key.
    pub fn handle_opened(&mut self, _now: Now, id: LegId, key: KeyHash) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if !matches!(leg.stage, Stage::Arriving) {
            return;
        }
        leg.stage = Stage::Open(key);
        let open = self.addresses.get(&Network::from(leg.address)).copied().unwrap_or_default();
        if self.stopping || open.legs > self.settings.limits.legs_per_address {
            self.refuse(id, Refusal::Busy { seconds: 60 });
        }
    }

    /// A message came.
    pub fn handle_message(&mut self, now: Now, id: LegId, message: ToRelay) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.heard = now.moment;
        match (&leg.stage, message) {
            (Stage::Ending | Stage::Paired(_), _) => {}
            (Stage::Open(key), ToRelay::Register { versions, claim }) => {
                let key = *key;
                if let Some(version) = self.agree(id, versions) {
                    self.register(now, id, key, version, claim.as_deref());
                }
            }
            (Stage::Open(key), ToRelay::Login { versions, operator, token }) => {
                let key = *key;
                if let Some(version) = self.agree(id, versions) {
                    self.login(now, id, key, version, operator, token);
                }
            }
            (Stage::Open(key), ToRelay::Join { versions, ticket }) => {
                let key = *key;
                if let Some(version) = self.agree(id, versions) {
                    self.join(now, id, key, version, &ticket);
                }
            }
            (Stage::Open(key), ToRelay::Resume { versions, pass }) => {
                let key = *key;
                if let Some(version) = self.agree(id, versions) {
                    self.resume(now, id, key, version, &pass);
                }
            }
            (Stage::Open(_), ToRelay::Test { versions }) => {
                if let Some(version) = self.agree(id, versions) {
                    self.test(now, id, version);
                }
            }
            (Stage::Testing(left @ 1..), ToRelay::Echo { data }) => {
                let left = left - 1;
                leg.stage = Stage::Testing(left);
                self.send(id, FromRelay::Echo { data });
            }
            (Stage::Operator(console), ToRelay::Find { request, session_id }) => {
                let console = console.clone();
                self.find(now, id, &console, request, session_id);
            }
            (Stage::Operator(_) | Stage::Client(_), ToRelay::Ping { number }) => {
                if leg.pings.may_answer(now.moment) {
                    self.send(id, FromRelay::Pong { number });
                } else {
                    self.refuse(id, Refusal::Protocol);
                }
            }
            _ => self.refuse(id, Refusal::Protocol),
        }
    }

    /// What came is no message of ours.
    pub fn handle_garbage(&mut self, _now: Now, id: LegId) {
        if self.legs.get(&id).is_some_and(|leg| !matches!(leg.stage, Stage::Paired(_))) {
            self.refuse(id, Refusal::Protocol);
        }
    }

    /// The leg has ended, whoever ended it.
    pub fn handle_closed(&mut self, now: Now, id: LegId) {
        let stage = self.set_stage(id, Stage::Ending);
        self.forget(id);
        match stage {
            Some(Stage::Client(key)) => self.client_left(id, key),
            Some(Stage::Operator(console)) => self.operator_left(id, console.key, console.id),
            Some(Stage::Joining(pair) | Stage::Paired(pair)) => self.half_left(now, id, pair),
            _ => {}
        }
    }

    /// A session has ended: its client can be asked for again. Its legs are being ended, and
    /// [`Broker::handle_closed`] follows for each.
    pub fn handle_session_ended(&mut self, now: Now, pair: PairId, traffic: Traffic, ending: Ending) {
        let Some(Pair { state: State::Running { console, client, .. }, .. }) = self.pairs.get(&pair) else {
            return;
        };
        for half in [*console, *client] {
            self.set_stage(half, Stage::Ending);
        }
        self.end_pair(now, pair, traffic, ending);
    }

    /// The relay is being stopped: nobody new is taken, whoever waits is told, sessions go on for
    /// [`crate::Timing::grace`]. Once [`Broker::is_stopped`], the driver can go.
    pub fn handle_stop(&mut self, now: Now) {
        if self.stopping {
            return;
        }
        self.stopping = true;
        let invited: Vec<PairId> =
            self.pairs.iter().filter(|(_, pair)| !pair.runs()).map(|(id, _)| *id).collect();
        for pair in invited {
            self.abandon(pair, Refusal::Busy { seconds: 10 });
        }
        let legs: Vec<LegId> = self.legs.keys().copied().collect();
        for id in legs {
            match self.legs.get(&id).map(|leg| &leg.stage) {
                Some(Stage::Client(_) | Stage::Operator(_)) => self.send(id, FromRelay::Stopping {}),
                Some(Stage::Open(_) | Stage::Testing(_) | Stage::Checking(_) | Stage::Returning(_)) => {
                    self.refuse(id, Refusal::Busy { seconds: 10 });
                }
                Some(Stage::Arriving) => self.close(id),
                _ => {}
            }
        }
        self.timers.set(now.moment + self.settings.timing.grace, Timer::Grace);
        self.close_if_idle();
    }

    /// The moment of [`Broker::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Now) {
        while let Some(timer) = self.timers.pop_due(now.moment) {
            match timer {
                Timer::Leg(id) => self.check_silence(now, id),
                Timer::Answer(id, FromRelay::Refused { refusal }) => self.refuse(id, refusal),
                Timer::Answer(id, message) => {
                    if self.legs.get(&id).is_some_and(|leg| matches!(leg.stage, Stage::Operator(_))) {
                        self.send(id, message);
                    }
                }
                Timer::Tickets(pair) => self.tickets_expired(pair),
                Timer::Alone(pair) => self.abandon(pair, Refusal::Alone),
                Timer::Claim(key) => self.claim_expired(key),
                Timer::Grace => self.close_all(),
            }
        }
    }
}

/// What all parts of the machine use.
impl Broker {
    pub(crate) fn send(&mut self, leg: LegId, message: FromRelay) {
        self.commands.push_back(Command::Send { leg, message });
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.commands.push_back(command);
    }

    /// Says why and ends a leg that is no half of a session, unless it is about to end already.
    pub(crate) fn refuse(&mut self, id: LegId, refusal: Refusal) {
        if self.legs.get(&id).is_some_and(|leg| !matches!(leg.stage, Stage::Ending)) {
            self.send(id, FromRelay::Refused { refusal });
            self.close(id);
        }
    }

    /// Ends a leg that is no half of a session.
    pub(crate) fn close(&mut self, id: LegId) {
        let former = self.set_stage(id, Stage::Ending);
        if matches!(former, None | Some(Stage::Ending)) {
            return;
        }
        self.commands.push_back(Command::Close { leg: id });
        match former {
            Some(Stage::Client(key)) => self.client_left(id, key),
            Some(Stage::Operator(console)) => self.operator_left(id, console.key, console.id),
            Some(Stage::Joining(pair)) => self.abandon(pair, Refusal::Alone),
            _ => {}
        }
    }

    pub(crate) fn record(&mut self, now: Now, operator: Name, address: IpAddr, event: Event) {
        self.commands.push_back(Command::Record(Record { at: now.unix, operator, address, event }));
    }

    /// Gives a leg another purpose and tells the former one.
    pub(crate) fn set_stage(&mut self, id: LegId, stage: Stage) -> Option<Stage> {
        let leg = self.legs.get_mut(&id)?;
        let former = std::mem::replace(&mut leg.stage, stage);
        let network = Network::from(leg.address);
        if former.is_newcomer() && !leg.stage.is_newcomer() {
            self.newcomers.remove(network, id);
        }
        Some(former)
    }

    /// Ends a leg unless it says something within the time of silence; halves of a session have other rules.
    pub(crate) fn watch(&mut self, now: Now, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if let Some(handle) = leg.watch.take() {
            self.timers.cancel(handle);
        }
        leg.watch = Some(self.timers.set(now.moment + self.settings.timing.silence, Timer::Leg(id)));
    }

    pub(crate) fn unwatch(&mut self, id: LegId) {
        if let Some(handle) = self.legs.get_mut(&id).and_then(|leg| leg.watch.take()) {
            self.timers.cancel(handle);
        }
    }

    pub(crate) fn network(&self, id: LegId) -> Option<Network> {
        self.legs.get(&id).map(|leg| Network::from(leg.address))
    }

    pub(crate) fn close_if_idle(&mut self) {
        if self.stopping && !self.pairs.values().any(Pair::runs) {
            self.close_all();
        }
    }

    fn look_for_room(&self, address: IpAddr) -> Result<(), NoRoom> {
        let limits = self.settings.limits;
        let network = Network::from(address);
        let open = self.addresses.get(&network).copied().unwrap_or_default();
        // What concerns one address alone comes first: it says most about what to do.
        if self.stopping {
            Err(NoRoom::Stopping)
        } else if self.newcomers.of(network) >= limits.newcomers_per_address {
            Err(NoRoom::NewcomersOfAddress)
        } else if open.legs >= limits.legs_per_address.saturating_add(limits.newcomers_per_address) {
            Err(NoRoom::LegsOfAddress)
        } else if self.newcomers.len() >= limits.newcomers {
            Err(NoRoom::Newcomers)
        } else if self.legs.len() >= limits.legs {
            Err(NoRoom::Legs)
        } else {
            Ok(())
        }
    }

    /// Ends a newcomer in favour of another: one of the address that has most of them, else one that has had its time.
    fn make_room(&mut self, now: Now, address: IpAddr) -> Result<(), NoRoom> {
        let slow = || {
            let is_silent = |leg: &Leg| matches!(leg.stage, Stage::Arriving | Stage::Open(_));
            let is_slow = |leg: &Leg| is_silent(leg) && leg.heard + UNHURRIED <= now.moment;
            self.newcomers.iter().find(|id| self.legs.get(id).is_some_and(is_slow))
        };
        let leg = self.newcomers.of_larger_crowd(Network::from(address)).or_else(slow);
        let leg = leg.filter(|_| self.legs.len() < self.settings.limits.legs).ok_or(NoRoom::Newcomers)?;
        self.displaced += 1;
        self.close(leg);
        Ok(())
    }

    fn close_all(&mut self) {
        let running: Vec<PairId> = self.pairs.keys().copied().collect();
        for pair in running {
            self.cut(pair, Ending::RelayStopped);
        }
        let legs: Vec<LegId> = self.legs.keys().copied().collect();
        for id in legs {
            if self.legs.get(&id).is_some_and(|leg| !matches!(leg.stage, Stage::Paired(_))) {
                self.close(id);
            }
        }
    }

    /// Somebody tests the line: for a while, and not too often from one address.
    fn test(&mut self, now: Now, id: LegId, version: Version) {
        let Some(network) = self.network(id) else { return };
        if let Some(wait) = self.tests.wait(now.moment, network) {
            let seconds = u16::try_from(wait.as_secs() + 1).unwrap_or(u16::MAX);
            return self.refuse(id, Refusal::Busy { seconds });
        }
        self.tests.record(now.moment, network);
        self.unwatch(id);
        let watch = self.timers.set(now.moment + TEST_TIME, Timer::Leg(id));
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.watch = Some(watch);
            leg.stage = Stage::Testing(ECHOES);
        }
        let time = u64::try_from(now.unix.as_millis()).unwrap_or_default();
        self.send(id, FromRelay::Testing { version, time });
    }

    fn agree(&mut self, id: LegId, versions: Versions) -> Option<Version> {
        let version = Versions::RELAY.common(versions);
        if version.is_none() {
            self.refuse(id, Refusal::Version(Versions::RELAY));
        }
        version
    }

    fn check_silence(&mut self, now: Now, id: LegId) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        leg.watch = None;
        let timing = self.settings.timing;
        let due = match leg.stage {
            Stage::Arriving | Stage::Open(_) => leg.heard + timing.first_message,
            // Whatever it says: its time began with the test.
            Stage::Testing(_) => now.moment,
            Stage::Client(_) | Stage::Operator(_) | Stage::Checking(_) | Stage::Returning(_) => {
                leg.heard + timing.silence
            }
            Stage::Joining(_) | Stage::Paired(_) | Stage::Ending => return,
        };
        if due <= now.moment {
            self.close(id);
        } else {
            leg.watch = Some(self.timers.set(due, Timer::Leg(id)));
        }
    }

    fn forget(&mut self, id: LegId) {
        self.unwatch(id);
        let Some(leg) = self.legs.remove(&id) else { return };
        let network = Network::from(leg.address);
        if let Some(open) = self.addresses.get_mut(&network) {
            open.legs -= 1;
            if open.legs == 0 {
                self.addresses.remove(&network);
            }
        }
    }
}
