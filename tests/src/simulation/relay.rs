//! The relay: a broker, and what its driver does for it, until it is killed.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use farhand_broker::{
    Broker, Command, Ending, Environment, LegId, LocalDirectory, NoRoom, Now, OperatorCheck, OperatorId,
    PairId, Settings, Signer, Traffic,
};
use farhand_proto::codec::{FrameBuffer, Message as _};
use farhand_proto::name::Name;
use farhand_proto::relay::{KeyHash, ToRelay};
use farhand_proto::time::Moment;
use farhand_transport::Identity;

use super::Around;
use super::dice::Dice;
use super::network::{At, LegNo, Parcel, Who};

/// What the wall clock shows when a run begins.
const START: u64 = 1_800_000_000;
/// How long neither half may say nothing.
const SILENCE: Duration = Duration::from_secs(75);
/// How long the rest of a session may take once one half is gone.
const LINGER: Duration = Duration::from_secs(2);
/// How long a relay that was told to stop may take.
const STOP: Duration = Duration::from_secs(8);
/// More than one session with its tickets, timers and legs needs, of which a few are not known to be gone.
const MOST_REMEMBERED: usize = 150;

struct RelayKey(Arc<Identity>);

impl Signer for RelayKey {
    fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).try_into().expect("an Ed25519 signature has 64 bytes")
    }

    fn verify(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.sign(bytes) == *signature
    }
}

enum Stage {
    /// Messages.
    Talking(FrameBuffer),
    /// Bytes for the other half.
    Half { pair: PairId, other: LegId },
    /// The session is over; the rest goes through.
    Winding { other: LegId, until: Moment, ended: bool },
    /// The driver has closed it and tells the broker then.
    Closing(Moment),
}

struct Seat {
    leg: LegNo,
    stage: Stage,
}

struct Pair {
    console: LegId,
    client: LegId,
    heard: [Moment; 2],
}

/// A relay that runs.
struct Running {
    broker: Broker,
    seats: BTreeMap<LegId, Seat>,
    ids: BTreeMap<LegNo, LegId>,
    pairs: BTreeMap<PairId, Pair>,
    checks: Vec<(Moment, LegId)>,
    /// It was told to stop; at the latest it goes then, and is started again then.
    stopping: Option<(Moment, Moment)>,
}

/// One relay's machine, whether its program runs or not.
pub(super) struct Relay {
    identity: Arc<Identity>,
    keys: BTreeMap<Who, KeyHash>,
    running: Option<Running>,
    again_at: Option<Moment>,
}

fn wall(now: Moment) -> Now {
    Now { moment: now, unix: Duration::from_secs(START) + now }
}

impl Relay {
    pub(super) fn new(identity: Arc<Identity>, keys: BTreeMap<Who, KeyHash>, dice: &mut Dice) -> Self {
        let mut relay = Self { identity, keys, running: None, again_at: None };
        relay.start(dice);
        relay
    }

    fn start(&mut self, dice: &mut Dice) {
        let environment = Environment {
            entropy: Box::new(Dice::new(dice.next())),
            signer: Box::new(RelayKey(Arc::clone(&self.identity))),
            directory: Box::new(LocalDirectory::default()),
        };
        let settings = Settings::new(Name::new("Example").expect("a good name"));
        self.running = Some(Running {
            broker: Broker::new(settings, environment),
            seats: BTreeMap::new(),
            ids: BTreeMap::new(),
            pairs: BTreeMap::new(),
            checks: Vec::new(),
            stopping: None,
        });
        self.again_at = None;
    }

    pub(super) fn is_up(&self) -> bool {
        self.running.is_some()
    }

    /// Its program is killed and started again then.
    pub(super) fn crash(&mut self, again_at: Moment, around: &mut Around) {
        self.running = None;
        self.again_at = Some(again_at);
        around.network.relay_gone(&mut around.dice, around.now);
    }

    /// Its program is asked to stop, and started again then, or once it has gone.
    pub(super) fn stop(&mut self, again_at: Moment, around: &mut Around) {
        let Some(running) = self.running.as_mut().filter(|running| running.stopping.is_none()) else {
            return;
        };
        running.stopping = Some((around.now + STOP, again_at));
        running.broker.handle_stop(wall(around.now));
        running.obey(around);
    }

    /// Everything that the broker remembers.
    pub(super) fn remembered(&self) -> usize {
        self.running.as_ref().map_or(0, |running| running.broker.remembered())
    }

    pub(super) fn next(&self) -> Option<Moment> {
        let Some(running) = &self.running else { return self.again_at };
        let seats = running.seats.values().filter_map(|seat| match seat.stage {
            Stage::Winding { until, .. } | Stage::Closing(until) => Some(until),
            Stage::Talking(_) | Stage::Half { .. } => None,
        });
        let pairs = running.pairs.values().flat_map(|pair| pair.heard).map(|heard| heard + SILENCE);
        let checks = running.checks.iter().map(|(at, _)| *at);
        let stop = running.stopping.map(|(at, _)| at);
        seats.chain(pairs).chain(checks).chain(stop).chain(running.broker.poll_timeout()).min()
    }

    pub(super) fn turn(&mut self, around: &mut Around) {
        if self.again_at.is_some_and(|at| at <= around.now) {
            around.note(format_args!("relay: starts again"));
            self.start(&mut around.dice);
        }
        let Some(running) = &mut self.running else {
            for leg in around.network.arriving(around.now) {
                let silently = around.dice.chance(30);
                around.network.refuse(leg, silently, around.now);
            }
            return;
        };
        running.turn(&self.keys, around);
        running.look(around);
        if let Some((at, again_at)) = running.stopping {
            let is_stopped = running.broker.is_stopped();
            if is_stopped || at <= around.now {
                around.note(format_args!(
                    "relay: stopped, {}",
                    if is_stopped { "every leg ended" } else { "late" }
                ));
                self.crash(again_at.max(around.now), around);
            }
        }
    }
}

impl Running {
    fn turn(&mut self, keys: &BTreeMap<Who, KeyHash>, around: &mut Around) {
        let now = around.now;
        if self.broker.poll_timeout().is_some_and(|at| at <= now) {
            self.broker.handle_timeout(wall(now));
            self.obey(around);
        }
        for leg in around.network.arriving(now) {
            let Some(who) = around.network.who(leg) else { continue };
            let address = IpAddr::from([192, 0, 2, who as u8 + 1]);
            match self.broker.handle_accepted(wall(now), address) {
                Ok(id) => {
                    around.network.accept(leg, now);
                    self.ids.insert(leg, id);
                    self.seats.insert(id, Seat { leg, stage: Stage::Talking(FrameBuffer::new()) });
                }
                Err(NoRoom::Stopping) => around.network.refuse(leg, false, now),
                Err(why) => {
                    around.fail(format_args!("the relay takes no leg: {why}"));
                    around.network.refuse(leg, false, now);
                }
            }
        }
        for leg in around.network.opened(now) {
            let key = around.network.who(leg).and_then(|who| keys.get(&who));
            if let (Some(id), Some(key)) = (self.ids.get(&leg), key) {
                self.broker.handle_opened(wall(now), *id, *key);
                self.obey(around);
            }
        }
        let ids: Vec<LegId> = self.seats.keys().copied().collect();
        for id in ids {
            while let Some(seat) = self.seats.get(&id)
                && let Some(parcel) = around.network.arrived(seat.leg, At::Relay, now)
            {
                self.handle(id, parcel, around);
                self.obey(around);
            }
        }
        self.pass(around);
    }

    /// What time brings.
    fn pass(&mut self, around: &mut Around) {
        let now = around.now;
        let due: Vec<LegId> = self.checks.iter().filter(|(at, _)| *at <= now).map(|(_, id)| *id).collect();
        self.checks.retain(|(at, _)| *at > now);
        for id in due {
            let check = match around.dice.below(50) {
                0 => OperatorCheck::Failed,
                _ => OperatorCheck::Known(OperatorId(5)),
            };
            self.broker.handle_operator_checked(wall(now), id, check);
            self.obey(around);
        }
        let silent: Vec<PairId> = self
            .pairs
            .iter()
            .filter(|(_, pair)| pair.heard.iter().any(|heard| *heard + SILENCE <= now))
            .map(|(id, _)| *id)
            .collect();
        for pair in silent {
            self.end_session(pair, Ending::Silence, None, around);
        }
        let due: Vec<(LegId, bool)> = self
            .seats
            .iter()
            .filter_map(|(id, seat)| match seat.stage {
                Stage::Winding { until, .. } if until <= now => Some((*id, true)),
                Stage::Closing(until) if until <= now => Some((*id, false)),
                _ => None,
            })
            .collect();
        for (id, is_winding) in due {
            if is_winding {
                self.close(id, around);
            } else {
                self.forget(id);
                self.broker.handle_closed(wall(now), id);
                self.obey(around);
            }
        }
    }

    fn handle(&mut self, id: LegId, parcel: Parcel, around: &mut Around) {
        let now = around.now;
        let Some(seat) = self.seats.get_mut(&id) else { return };
        match (&mut seat.stage, parcel) {
            (Stage::Talking(frames), Parcel::Bytes(bytes)) => {
                frames.push(&bytes);
                loop {
                    let Some(Seat { stage: Stage::Talking(frames), .. }) = self.seats.get_mut(&id) else {
                        return;
                    };
                    match frames.next_message::<ToRelay>() {
                        Ok(Some((message, _))) => self.broker.handle_message(wall(now), id, message),
                        Ok(None) => return,
                        Err(error) => {
                            around.fail(format_args!("the relay does not understand a program: {error}"));
                            return self.broker.handle_garbage(wall(now), id);
                        }
                    }
                    self.obey(around);
                }
            }
            (Stage::Talking(_), Parcel::End) => {
                let leg = seat.leg;
                around.network.close(leg, At::Relay, now);
                self.forget(id);
                self.broker.handle_closed(wall(now), id);
            }
            (Stage::Half { pair, other }, Parcel::Bytes(bytes)) => {
                let (pair, other) = (*pair, *other);
                if let Some(Pair { client, heard, .. }) = self.pairs.get_mut(&pair) {
                    heard[usize::from(*client == id)] = now;
                }
                self.forward(other, bytes, around);
            }
            (Stage::Half { pair, .. }, Parcel::End) => {
                let pair = *pair;
                let is_client = self.pairs.get(&pair).is_some_and(|pair| pair.client == id);
                let ending = if is_client { Ending::Client } else { Ending::Console };
                self.end_session(pair, ending, Some(id), around);
            }
            (Stage::Winding { other, .. }, Parcel::Bytes(bytes)) => {
                let other = *other;
                self.forward(other, bytes, around);
            }
            (Stage::Winding { other, ended, .. }, Parcel::End) => {
                *ended = true;
                let other = *other;
                self.end_winding(id, other, around);
            }
            (Stage::Closing(_), _) => {}
        }
    }

    fn forward(&mut self, to: LegId, bytes: Vec<u8>, around: &mut Around) {
        if let Some(seat) = self.seats.get(&to) {
            around.network.send(seat.leg, At::Relay, bytes, around.now);
        }
    }

    /// A session is over for the broker at once; what `left` had sent still goes through, and the other's last words.
    fn end_session(&mut self, pair: PairId, ending: Ending, left: Option<LegId>, around: &mut Around) {
        let Some(Pair { console, client, .. }) = self.pairs.remove(&pair) else { return };
        around.note(format_args!("relay: pair {pair} is over: {}", ending.name()));
        self.broker.handle_session_ended(wall(around.now), pair, Traffic::default(), ending);
        let Some(left) = left else {
            self.close(console, around);
            self.close(client, around);
            return;
        };
        let until = around.now + LINGER;
        for (id, other) in [(console, client), (client, console)] {
            if let Some(seat) = self.seats.get_mut(&id) {
                seat.stage = Stage::Winding { other, until, ended: id == left };
            }
        }
        self.end_winding(left, if left == console { client } else { console }, around);
    }

    /// One half of a session that is over says no more.
    fn end_winding(&mut self, id: LegId, other: LegId, around: &mut Around) {
        match self.seats.get(&other) {
            Some(Seat { stage: Stage::Winding { ended: true, .. }, .. }) => {
                self.close(other, around);
                self.close(id, around);
            }
            Some(Seat { leg, .. }) => around.network.finish(*leg, At::Relay, around.now),
            None => {}
        }
    }

    /// Ends a leg; the broker hears of it when its end has gone out.
    fn close(&mut self, id: LegId, around: &mut Around) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        if !matches!(seat.stage, Stage::Closing(_)) {
            seat.stage = Stage::Closing(around.now + around.dice.time(0, 300));
            around.network.close(seat.leg, At::Relay, around.now);
        }
    }

    fn forget(&mut self, id: LegId) {
        if let Some(seat) = self.seats.remove(&id) {
            self.ids.remove(&seat.leg);
        }
    }

    /// Does what the broker wants.
    fn obey(&mut self, around: &mut Around) {
        while let Some(command) = self.broker.poll_command() {
            match command {
                Command::Send { leg, message } => match self.seats.get(&leg) {
                    Some(Seat { leg, stage: Stage::Talking(_) }) => {
                        around.network.send(*leg, At::Relay, message.to_frame(), around.now);
                    }
                    Some(_) => {
                        around.fail(format_args!("the broker speaks on a leg that is over: {message:?}"));
                    }
                    None => {
                        around
                            .fail(format_args!("the broker speaks on a leg that is not there: {message:?}"));
                    }
                },
                Command::Close { leg } => match self.seats.get(&leg).map(|seat| &seat.stage) {
                    Some(Stage::Half { pair, .. }) => {
                        let pair = *pair;
                        self.end_session(pair, Ending::RelayStopped, None, around);
                    }
                    Some(Stage::Talking(_)) => self.close(leg, around),
                    Some(Stage::Winding { .. } | Stage::Closing(_)) | None => {}
                },
                Command::CheckOperator { leg, .. } | Command::CheckPresence { leg, .. } => {
                    self.checks.push((around.now + around.dice.time(1, 30), leg));
                }
                Command::Pair { pair, console, client, .. } => self.pair(pair, console, client, around),
                Command::Record(_) => {}
            }
        }
    }

    fn pair(&mut self, pair: PairId, console: LegId, client: LegId, around: &mut Around) {
        around.note(format_args!("relay: pair {pair} begins"));
        for (id, other) in [(console, client), (client, console)] {
            let Some(seat) = self.seats.get_mut(&id) else { continue };
            if let Stage::Talking(frames) = std::mem::replace(&mut seat.stage, Stage::Half { pair, other }) {
                self.forward(other, frames.into_rest(), around);
            }
        }
        self.pairs.insert(pair, Pair { console, client, heard: [around.now; 2] });
    }

    /// What has to hold for a broker at any moment.
    fn look(&self, around: &mut Around) {
        let figures = self.broker.figures();
        let legs = figures.newcomers
            + figures.client_legs
            + figures.operator_legs
            + figures.session_legs
            + figures.ending_legs;
        if figures.sessions != self.pairs.len() {
            around.fail(format_args!(
                "{} sessions, {} pairs run: {figures:?}",
                figures.sessions,
                self.pairs.len()
            ));
        }
        if legs != self.seats.len() {
            around.fail(format_args!("{legs} legs are known, {} are there: {figures:?}", self.seats.len()));
        }
        // The client may have begun a session that the console knows nothing of, and wait for its other half.
        if figures.sessions > 1 || figures.invited > 2 || figures.waiting > 1 || figures.operators > 1 {
            around.fail(format_args!("one client and one console: {figures:?}"));
        }
        let remembered = self.broker.remembered();
        if remembered > MOST_REMEMBERED {
            around.fail(format_args!("the broker remembers {remembered} things: {figures:?}"));
        }
    }
}
