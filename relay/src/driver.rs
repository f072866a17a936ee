//! Drives the broker: tells it what happens, carries out what it wants. It owns every task of legs and sessions.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use farhand_broker::{
    Broker, Command, Ending, LegId, Network, Now, OperatorCheck, OperatorId, PairId, Timing, Traffic,
};
use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::limits::{MAX_NAME, MAX_TOKEN};
use farhand_store::Store;
use farhand_transport::{Acceptor, Carrier, LegStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tracing::{Instrument, Span, debug, error, info, info_span, warn};

use crate::audit::Audit;
use crate::counters::Counters;
use crate::door::Door;
use crate::journal::Journal;
use crate::leg::{Left, LegTask, MAILBOX, Mail, Newcomer, Said, farewell};
use crate::listen::keep_alive;
use crate::pages::{Answer, Question};
use crate::server::{Order, Outcome};
use crate::session;
use crate::throttle::WINDOW;

/// What legs have said and the driver has not heard; legs wait when it is full.
const SAID: usize = 256;
/// Messages handled before a newcomer gets its turn.
const HEARD_IN_ROW: u32 = 64;
/// How often it is looked whether operators were removed.
const RECHECK: Duration = Duration::from_secs(2);
/// How long a stop may take beyond the time that sessions have.
const STOP_MARGIN: Duration = Duration::from_secs(5);

/// The most connections that speak HTTP of one address.
const VISITS_PER_ADDRESS: usize = 512;

/// Where the driver is told things from outside.
pub(crate) struct Inlets {
    pub(crate) orders: mpsc::Receiver<Order>,
    pub(crate) arrivals: mpsc::Receiver<(Newcomer, SocketAddr)>,
    pub(crate) questions: mpsc::Receiver<Question>,
}

/// Drives the broker.
pub(crate) struct Driver {
    broker: Broker,
    start: Instant,
    timing: Timing,
    store: Store,
    acceptor: Acceptor,
    door: Arc<Door>,
    /// Connections that speak HTTP, in all and of each address.
    visits: BTreeMap<Network, usize>,
    most_visits: usize,
    journal: Journal,
    audit: Audit,
    tasks: JoinSet<Done>,
    owners: HashMap<Id, Owner>,
    seats: BTreeMap<LegId, Seat>,
    pairs: BTreeMap<PairId, Pair>,
    said: mpsc::Sender<(LegId, Said)>,
    heard: mpsc::Receiver<(LegId, Said)>,
    rechecking: bool,
}

/// Where a leg is.
struct Seat {
    span: Span,
    mailbox: mpsc::Sender<Mail>,
    place: Place,
}

enum Place {
    /// In a task of its own.
    Task(AbortHandle),
    /// Half of a session whose other half has not been handed over.
    Half(PairId, Box<LegStream>, Vec<u8>),
    /// In the task of a session.
    Session(PairId),
}

/// Two legs that are to be one session, or are.
struct Pair {
    console: LegId,
    client: LegId,
    span: Span,
    /// Ends the session; `None` before it runs, and after it was told.
    cut: Option<oneshot::Sender<()>>,
}

/// What a task was for.
#[derive(Debug, Clone, Copy)]
enum Owner {
    Leg(LegId),
    /// A visitor from there.
    Visit(Network),
    Session(PairId),
    /// The end of both legs of a session that is over.
    Halves(LegId, LegId),
    Check(LegId),
    Recheck,
}

/// What a task has done.
enum Done {
    Leg(Left),
    Visit,
    Session(Box<session::Over>),
    Halves,
    Check(OperatorCheck),
    Recheck(Vec<OperatorId>),
}

impl Driver {
    pub(crate) fn new(
        broker: Broker,
        store: Store,
        acceptor: Acceptor,
        door: Arc<Door>,
        most_visits: usize,
        counters: Arc<Counters>,
        timing: Timing,
    ) -> Self {
        let (said, heard) = mpsc::channel(SAID);
        let audit = Audit::start(store.clone(), counters.clone());
        Self {
            broker,
            start: Instant::now(),
            timing,
            store,
            acceptor,
            door,
            journal: Journal::new(counters),
            audit,
            tasks: JoinSet::new(),
            visits: BTreeMap::new(),
            most_visits,
            owners: HashMap::new(),
            seats: BTreeMap::new(),
            pairs: BTreeMap::new(),
            said,
            heard,
            rechecking: false,
        }
    }

    /// Runs until the relay has stopped, or is told to end at once.
    pub(crate) async fn run(mut self, mut inlets: Inlets) -> Outcome {
        let mut recheck = interval(RECHECK);
        recheck.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut window = interval(WINDOW);
        window.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut deadline = None;
        let mut heard_in_row = 0_u32;
        let outcome = loop {
            self.obey();
            if self.broker.is_stopped() {
                break Outcome::Stopped;
            }
            let timeout = self.broker.poll_timeout().map(|moment| self.start + moment);
            tokio::select! {
                // Orders and time come first, then ends, which free what newcomers need, then what the administrator
                // asks and has changed; then messages and newcomers, of which neither can keep the other out.
                biased;
                order = inlets.orders.recv() => match order {
                    Some(Order::Stop) => {
                        self.broker.handle_stop(self.now());
                        deadline.get_or_insert(Instant::now() + self.timing.grace + STOP_MARGIN);
                    }
                    Some(Order::Abort) | None => break Outcome::Cut,
                },
                () = sleep_until(deadline.unwrap_or(self.start)), if deadline.is_some() => {
                    warn!("legs did not end in time");
                    break Outcome::Stopped;
                }
                () = sleep_until(timeout.unwrap_or(self.start)), if timeout.is_some() => {
                    self.broker.handle_timeout(self.now());
                }
                Some(ended) = self.tasks.join_next_with_id() => self.handle_ended(ended),
                _ = recheck.tick(), if !self.rechecking => self.recheck(),
                _ = window.tick() => self.journal.sum_up(),
                Some(question) = inlets.questions.recv() => {
                    let answer = Answer { figures: self.broker.figures(), stopping: deadline.is_some() };
                    // Whoever asked may have gone.
                    let _ = question.send(answer);
                }
                Some((leg, said)) = self.heard.recv(), if heard_in_row < HEARD_IN_ROW || inlets.arrivals.is_empty() => {
                    heard_in_row += 1;
                    self.handle_said(leg, said);
                }
                Some((newcomer, peer)) = inlets.arrivals.recv() => {
                    heard_in_row = 0;
                    self.handle_arrival(newcomer, peer);
                }
            }
        };
        self.finish().await;
        outcome
    }

    fn now(&self) -> Now {
        Now {
            moment: self.start.elapsed(),
            unix: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        }
    }

    fn handle_arrival(&mut self, newcomer: Newcomer, peer: SocketAddr) {
        let id = match self.broker.handle_accepted(self.now(), peer.ip()) {
            Ok(id) => id,
            Err(reason) => return self.journal.dropped(peer, reason),
        };
        let span = info_span!("leg", leg = id.0, %peer);
        if let Newcomer::Tcp(stream) = &newcomer
            && let Err(error) = keep_alive(stream)
        {
            span.in_scope(|| debug!(%error, "no keep-alive"));
        }
        let (mailbox, incoming) = mpsc::channel(MAILBOX);
        let task = LegTask {
            id,
            acceptor: self.acceptor.clone(),
            said: self.said.clone(),
            mailbox: incoming,
            counters: self.journal.counters().clone(),
            throttle: self.journal.throttle().clone(),
        };
        let task = async move { Done::Leg(task.run(newcomer, peer).await) };
        let abort = self.spawn(Owner::Leg(id), task.instrument(span.clone()));
        self.seats.insert(id, Seat { span, mailbox, place: Place::Task(abort) });
    }

    /// Shows a visitor in, if there is room.
    fn visit(&mut self, visitor: Carrier, peer: SocketAddr) {
        let address = Network::from(peer.ip());
        let here = self.visits.get(&address).copied().unwrap_or_default();
        if here >= VISITS_PER_ADDRESS || self.visits.values().sum::<usize>() >= self.most_visits {
            debug!(%peer, "no room for a visitor");
            return;
        }
        self.visits.insert(address, here + 1);
        self.journal.counters().visits.add(1);
        let door = Arc::clone(&self.door);
        let task = async move {
            door.visit(visitor, peer).await;
            Done::Visit
        };
        self.spawn(Owner::Visit(address), task.instrument(info_span!("visit", %peer)));
    }

    fn handle_said(&mut self, id: LegId, said: Said) {
        let now = self.now();
        match said {
            Said::Opened(key) => self.broker.handle_opened(now, id, key),
            Said::Garbage => self.broker.handle_garbage(now, id),
            Said::Message(message) => {
                if let Some(seat) = self.seats.get(&id) {
                    self.journal.heard(&seat.span, &message);
                }
                self.broker.handle_message(now, id, message);
                self.obey();
                self.post(id, Mail::Next);
            }
        }
    }

    fn handle_ended(&mut self, ended: Result<(Id, Done), JoinError>) {
        let (task, done) = match ended {
            Ok((task, done)) => (task, Some(done)),
            Err(failure) => {
                if failure.is_panic() {
                    error!(%failure, "a task failed");
                }
                (failure.id(), None)
            }
        };
        let now = self.now();
        match (self.owners.remove(&task), done) {
            (Some(Owner::Leg(id)), Some(Done::Leg(Left::Joined(stream, rest)))) => {
                self.handle_half(id, stream, rest);
            }
            (Some(Owner::Leg(id)), Some(Done::Leg(Left::Visitor(visitor, peer)))) => {
                self.forget(id);
                self.visit(visitor, peer);
            }
            (Some(Owner::Leg(id)), _) => self.forget(id),
            (Some(Owner::Visit(address)), _) => {
                if let Some(count) = self.visits.get_mut(&address) {
                    *count -= 1;
                    if *count == 0 {
                        self.visits.remove(&address);
                    }
                }
            }
            (Some(Owner::Session(pair)), done) => {
                let over = match done {
                    Some(Done::Session(over)) => Some(over),
                    _ => None,
                };
                self.handle_over(now, pair, over);
            }
            (Some(Owner::Halves(console, client)), _) => {
                self.forget(console);
                self.forget(client);
            }
            (Some(Owner::Check(id)), done) => {
                let check = match done {
                    Some(Done::Check(check)) => check,
                    _ => OperatorCheck::Failed,
                };
                self.broker.handle_operator_checked(now, id, check);
            }
            (Some(Owner::Recheck), done) => {
                self.rechecking = false;
                if let Some(Done::Recheck(removed)) = done {
                    for operator in removed {
                        info!(operator = operator.0, "operator was removed");
                        self.broker.handle_operator_removed(now, operator);
                    }
                }
            }
            (None, _) => {}
        }
    }

    /// A session is over, for the broker at once; its legs end in a task of their own, since a half that takes its
    /// time must not keep the other's owner from being found. A session whose task failed has no legs any more.
    fn handle_over(&mut self, now: Now, pair: PairId, over: Option<Box<session::Over>>) {
        let (traffic, ending) = over
            .as_ref()
            .map_or((Traffic::default(), Ending::RelayStopped), |over| (over.traffic, over.ending));
        let ending = self.broker.cut_because(pair).unwrap_or(ending);
        let halves = self.pairs.remove(&pair);
        if let Some(Pair { span, .. }) = &halves {
            Journal::session_ended(span, traffic, ending.name());
        }
        self.broker.handle_session_ended(now, pair, traffic, ending);
        let Some(Pair { console, client, span, .. }) = halves else { return };
        match over {
            Some(over) => {
                let task = async move {
                    over.wind_up().await;
                    Done::Halves
                };
                self.spawn(Owner::Halves(console, client), task.instrument(span));
            }
            None => {
                self.forget(console);
                self.forget(client);
            }
        }
    }

    /// A leg has left its task as half of a session; with the other half the session begins.
    fn handle_half(&mut self, id: LegId, stream: Box<LegStream>, rest: Vec<u8>) {
        let pair = self.pairs.iter().find(|(_, pair)| pair.console == id || pair.client == id);
        let Some((pair, seat)) = pair.map(|(pair, _)| *pair).zip(self.seats.get_mut(&id)) else {
            // Its other half has ended in the meantime.
            self.say_farewell(id, stream);
            return;
        };
        seat.place = Place::Half(pair, stream, rest);
        let Some(legs) = self.pairs.get(&pair).map(|pair| [pair.console, pair.client]) else { return };
        let both =
            legs.iter().all(|leg| matches!(self.seats.get(leg), Some(Seat { place: Place::Half(..), .. })));
        if !both {
            return;
        }
        let mut halves = legs.iter().filter_map(|leg| {
            let seat = self.seats.get_mut(leg)?;
            match std::mem::replace(&mut seat.place, Place::Session(pair)) {
                Place::Half(_, stream, rest) => Some((stream, rest)),
                _ => None,
            }
        });
        let (Some(console), Some(client)) = (halves.next(), halves.next()) else { return };
        drop(halves);
        let (cut, is_cut) = oneshot::channel();
        let Some(seat) = self.pairs.get_mut(&pair) else { return };
        seat.cut = Some(cut);
        let span = seat.span.clone();
        self.journal.session_started(&span);
        let task =
            session::run(console, client, self.timing.silence, is_cut, self.journal.counters().clone());
        let task = async move { Done::Session(Box::new(task.await)) };
        self.spawn(Owner::Session(pair), task.instrument(span));
    }

    /// Carries out everything that the broker wants.
    fn obey(&mut self) {
        while let Some(command) = self.broker.poll_command() {
            match command {
                Command::Send { leg, message } => {
                    if let Some(seat) = self.seats.get(&leg) {
                        self.journal.told(&seat.span, &message);
                    }
                    self.post(leg, Mail::Send(message));
                }
                Command::Close { leg } => self.close(leg),
                Command::CheckOperator { leg, operator, token } => self.check(leg, operator, token),
                Command::CheckPresence { leg, operator } => self.check_presence(leg, operator),
                Command::Pair { pair, console, client, session_id, operator } => {
                    let session = session_id.short();
                    let span = info_span!(
                        "session", pair = pair.0, session, %operator, console = console.0, client = client.0
                    );
                    self.pairs.insert(pair, Pair { console, client, span, cut: None });
                }
                Command::Record(record) => self.audit.record(record),
            }
        }
    }

    fn close(&mut self, id: LegId) {
        let Some(seat) = self.seats.get_mut(&id) else { return };
        match &mut seat.place {
            Place::Task(_) => self.post(id, Mail::Close),
            Place::Session(pair) => {
                if let Some(cut) = self.pairs.get_mut(pair).and_then(|pair| pair.cut.take()) {
                    // A session that has ended by itself needs no order.
                    let _ = cut.send(());
                }
            }
            Place::Half(pair, ..) => {
                self.pairs.remove(pair);
                if let Some(Seat { place: Place::Half(_, stream, _), .. }) = self.seats.remove(&id) {
                    self.say_farewell(id, stream);
                }
            }
        }
    }

    /// Ends a stream that has no task; its leg ends with it.
    fn say_farewell(&mut self, id: LegId, stream: Box<LegStream>) {
        let task = async move {
            farewell(stream).await;
            Done::Leg(Left::Gone)
        };
        self.spawn(Owner::Leg(id), task);
    }

    /// Puts something into a leg's mailbox; a leg that does not empty it is cut off.
    fn post(&mut self, id: LegId, mail: Mail) {
        let Some(Seat { mailbox, place: Place::Task(abort), span }) = self.seats.get(&id) else { return };
        if let Err(mpsc::error::TrySendError::Full(_)) = mailbox.try_send(mail) {
            self.journal.reads_nothing(span);
            abort.abort();
        }
    }

    fn forget(&mut self, id: LegId) {
        if let Some(seat) = self.seats.remove(&id) {
            seat.span.in_scope(|| debug!("leg ended"));
        }
        self.pairs.retain(|_, pair| pair.cut.is_some() || (pair.console != id && pair.client != id));
        self.broker.handle_closed(self.now(), id);
    }

    fn check(&mut self, id: LegId, operator: Text<MAX_NAME>, token: Bytes<MAX_TOKEN>) {
        let store = self.store.clone();
        let task = async move {
            Done::Check(match store.check_operator(&operator, &token).await {
                Ok(Some(operator)) => OperatorCheck::Known(operator),
                Ok(None) => OperatorCheck::Unknown,
                Err(error) => {
                    error!(%error, "an operator could not be checked");
                    OperatorCheck::Failed
                }
            })
        };
        self.spawn(Owner::Check(id), task);
    }

    fn check_presence(&mut self, id: LegId, operator: OperatorId) {
        let store = self.store.clone();
        let task = async move {
            Done::Check(match store.removed_of(&[operator]).await {
                Ok(removed) if removed.is_empty() => OperatorCheck::Known(operator),
                Ok(_) => OperatorCheck::Unknown,
                Err(error) => {
                    error!(%error, "an operator could not be looked up");
                    OperatorCheck::Failed
                }
            })
        };
        self.spawn(Owner::Check(id), task);
    }

    fn recheck(&mut self) {
        let present = self.broker.operators_present();
        if present.is_empty() {
            return;
        }
        self.rechecking = true;
        let store = self.store.clone();
        let task = async move {
            Done::Recheck(store.removed_of(&present).await.unwrap_or_else(|error| {
                error!(%error, "it could not be looked whether operators were removed");
                Vec::new()
            }))
        };
        self.spawn(Owner::Recheck, task);
    }

    fn spawn(&mut self, owner: Owner, task: impl Future<Output = Done> + Send + 'static) -> AbortHandle {
        let abort = self.tasks.spawn(task);
        self.owners.insert(abort.id(), owner);
        abort
    }

    /// Ends all tasks and lets the audit reach the disk.
    async fn finish(mut self) {
        self.tasks.shutdown().await;
        self.journal.sum_up();
        self.audit.finish(STOP_MARGIN).await;
        self.store.close().await;
    }
}
