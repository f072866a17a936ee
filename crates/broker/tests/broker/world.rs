//! A broker in a world without time or chance: the test decides when everything happens.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use farhand_broker::{
    Broker, Command, Directory, Ending, Entropy, Environment, Event, LegId, LocalDirectory, Now,
    OperatorCheck, OperatorId, PairId, Settings, Signer, Traffic,
};
use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::codec::Message;
use farhand_proto::id::SessionId;
use farhand_proto::name::Name;
use farhand_proto::relay::{FromRelay, KeyHash, Refusal, SignedVoucher, Ticket, ToRelay};
use farhand_proto::version::Versions;

pub(crate) const START: u64 = 1_800_000_000;
pub(crate) const CLIENT: u8 = 1;
pub(crate) const CONSOLE: u8 = 2;

/// What a broker did, and when.
pub(crate) struct World {
    pub(crate) broker: Broker,
    /// Session IDs that the directory holds.
    pub(crate) numbers: Arc<AtomicUsize>,
    pub(crate) moment: Duration,
    pub(crate) sent: BTreeMap<LegId, Vec<(Duration, FromRelay)>>,
    pub(crate) closed: VecDeque<LegId>,
    pub(crate) checks: VecDeque<LegId>,
    pub(crate) pairs: Vec<(PairId, LegId, LegId)>,
    pub(crate) events: Vec<Event>,
}

/// A directory that says how much it holds.
struct Counted(LocalDirectory, Arc<AtomicUsize>);

impl Directory for Counted {
    fn insert(&mut self, session_id: SessionId, client: KeyHash) -> bool {
        let inserted = self.0.insert(session_id, client);
        self.1.fetch_add(usize::from(inserted), Relaxed);
        inserted
    }

    fn find(&self, session_id: SessionId) -> Option<KeyHash> {
        self.0.find(session_id)
    }

    fn remove(&mut self, session_id: SessionId) {
        let held = self.0.find(session_id).is_some();
        self.1.fetch_sub(usize::from(held), Relaxed);
        self.0.remove(session_id);
    }
}

/// Numbers that look random and are the same in every run (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Entropy for Dice {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z >> 56) as u8;
        }
    }
}

/// Signs well enough to tell two keys and two texts apart.
pub(crate) struct Stamp(pub(crate) u64);

impl Signer for Stamp {
    fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        let mut state = self.0;
        for byte in bytes {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Dice(state).fill(&mut signature);
        signature
    }

    fn verify(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.sign(bytes) == *signature
    }
}

pub(crate) fn key(number: u8) -> KeyHash {
    KeyHash([number; 32])
}

pub(crate) fn settings() -> Settings {
    Settings::new(Name::new("Example").unwrap())
}

pub(crate) fn address(number: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, number])
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(settings(), 1)
    }

    pub(crate) fn with(settings: Settings, seed: u64) -> Self {
        let numbers = Arc::new(AtomicUsize::new(0));
        let environment = Environment {
            entropy: Box::new(Dice(seed)),
            signer: Box::new(Stamp(99)),
            directory: Box::new(Counted(LocalDirectory::default(), numbers.clone())),
        };
        Self {
            broker: Broker::new(settings, environment),
            numbers,
            moment: Duration::from_secs(1000),
            sent: BTreeMap::new(),
            closed: VecDeque::new(),
            checks: VecDeque::new(),
            pairs: Vec::new(),
            events: Vec::new(),
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now { moment: self.moment, unix: Duration::from_secs(START) + self.moment }
    }

    /// Carries out what the broker wants, up to waiting for the test to report ends and checks.
    pub(crate) fn settle(&mut self) {
        while let Some(command) = self.broker.poll_command() {
            match command {
                Command::Send { leg, message } => {
                    assert!(!self.closed.contains(&leg), "leg {leg} was told {message:?} after its end");
                    self.sent.entry(leg).or_default().push((self.moment, message));
                }
                Command::Close { leg } => self.closed.push_back(leg),
                Command::CheckOperator { leg, .. } | Command::CheckPresence { leg, .. } => {
                    self.checks.push_back(leg);
                }
                Command::Pair { pair, console, client, .. } => self.pairs.push((pair, console, client)),
                Command::Record(record) => self.events.push(record.event),
            }
        }
    }

    /// Lets time pass, with every timer at its very moment.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.moment + time;
        while let Some(due) = self.broker.poll_timeout().filter(|due| *due <= end) {
            self.moment = self.moment.max(due);
            self.broker.handle_timeout(self.now());
            self.settle();
        }
        self.moment = end;
    }

    /// Everything that broker and directory remember.
    pub(crate) fn remembered(&self) -> usize {
        self.broker.remembered() + self.numbers.load(Relaxed)
    }

    /// Reports the end of a session, and then of its legs.
    pub(crate) fn end_session(&mut self, pair: PairId, traffic: Traffic, ending: Ending) {
        self.broker.handle_session_ended(self.now(), pair, traffic, ending);
        let pairs: Vec<_> = self.pairs.iter().filter(|(id, ..)| *id == pair).copied().collect();
        for (_, console, client) in pairs {
            self.broker.handle_closed(self.now(), console);
            self.broker.handle_closed(self.now(), client);
        }
    }

    /// Reports the end of every leg that was told to end.
    pub(crate) fn end_closed(&mut self) {
        while let Some(leg) = self.closed.pop_front() {
            let ending = Ending::Console;
            let pair = self.pairs.iter().find(|(_, console, client)| *console == leg || *client == leg);
            match pair.map(|(pair, ..)| *pair) {
                Some(pair) => {
                    self.end_session(pair, Default::default(), ending);
                }
                None => self.broker.handle_closed(self.now(), leg),
            }
            self.settle();
        }
    }

    pub(crate) fn open_from(&mut self, key: KeyHash, address: IpAddr) -> LegId {
        let leg = self.broker.handle_accepted(self.now(), address).unwrap();
        self.broker.handle_opened(self.now(), leg, key);
        self.settle();
        leg
    }

    pub(crate) fn open(&mut self, key: KeyHash) -> LegId {
        let address = address(key.0[0]);
        self.open_from(key, address)
    }

    pub(crate) fn say(&mut self, leg: LegId, message: ToRelay) {
        self.broker.handle_message(self.now(), leg, message);
        self.settle();
    }

    pub(crate) fn close(&mut self, leg: LegId) {
        self.broker.handle_closed(self.now(), leg);
        self.settle();
    }

    /// What was said last on a leg, if anything.
    pub(crate) fn last(&self, leg: LegId) -> Option<&FromRelay> {
        self.sent.get(&leg).and_then(|sent| sent.last()).map(|(_, message)| message)
    }

    pub(crate) fn heard(&self, leg: LegId) -> usize {
        self.sent.get(&leg).map_or(0, Vec::len)
    }

    /// The moment and the bytes of what was said last.
    pub(crate) fn last_bytes(&self, leg: LegId) -> (Duration, Vec<u8>) {
        let (moment, message) = self.sent[&leg].last().unwrap();
        (*moment, message.to_frame())
    }

    #[track_caller]
    pub(crate) fn assert_refused(&self, leg: LegId, refusal: Refusal) {
        assert_eq!(self.last(leg), Some(&FromRelay::Refused { refusal }));
        assert!(self.closed.contains(&leg), "a refused leg ends");
    }

    /// A registered client.
    pub(crate) fn client(
        &mut self,
        key: KeyHash,
        claim: Option<Bytes<1024>>,
    ) -> (LegId, SessionId, Bytes<1024>) {
        let leg = self.open(key);
        self.say(leg, ToRelay::Register { versions: Versions::RELAY, claim });
        match self.last(leg) {
            Some(FromRelay::Registered { session_id, claim, .. }) => (leg, *session_id, claim.clone()),
            other => panic!("not registered: {other:?}"),
        }
    }

    /// A console whose operator's check is open.
    pub(crate) fn asking(&mut self, key: KeyHash) -> LegId {
        let leg = self.open(key);
        self.say(
            leg,
            ToRelay::Login {
                versions: Versions::RELAY,
                operator: Text::truncated("anna"),
                token: Bytes::new(*b"token").unwrap(),
            },
        );
        leg
    }

    /// A logged-in console.
    pub(crate) fn console(&mut self, key: KeyHash, operator: i64) -> LegId {
        let leg = self.asking(key);
        assert_eq!(self.checks.pop_back(), Some(leg));
        self.broker.handle_operator_checked(self.now(), leg, OperatorCheck::Known(OperatorId(operator)));
        self.settle();
        assert!(matches!(self.last(leg), Some(FromRelay::LoggedIn { .. })));
        leg
    }

    pub(crate) fn find(&mut self, leg: LegId, session_id: SessionId) {
        self.say(leg, ToRelay::Find { request: 7, session_id });
    }

    /// The client's and the console's ticket after a find.
    pub(crate) fn tickets(&self, client: LegId, console: LegId) -> (Ticket, Ticket, SignedVoucher) {
        let Some(FromRelay::Invite { ticket: of_client, .. }) = self.last(client) else {
            panic!("not invited")
        };
        let Some(FromRelay::Found { ticket, voucher, .. }) = self.last(console) else { panic!("not found") };
        (of_client.clone(), ticket.clone(), voucher.clone())
    }

    /// A session that runs: its pair, the legs of its console and client, and the pass of both.
    pub(crate) fn session(&mut self) -> (PairId, LegId, LegId, Bytes<1024>) {
        let (client, session_id, _) = self.client(key(CLIENT), None);
        let console = self.console(key(CONSOLE), 5);
        self.find(console, session_id);
        let (of_client, of_console, _) = self.tickets(client, console);
        let client = self.join(key(CLIENT), &of_client);
        let console = self.join(key(CONSOLE), &of_console);
        let Some(FromRelay::Joined { pass, .. }) = self.last(client).cloned() else { panic!("not joined") };
        (self.pairs.last().unwrap().0, console, client, pass)
    }

    /// A half that comes back, and waits for the store's word about the operator.
    pub(crate) fn come_back(&mut self, key: KeyHash, pass: &Bytes<1024>) -> LegId {
        let leg = self.open(key);
        self.say(leg, ToRelay::Resume { versions: Versions::RELAY, pass: pass.clone() });
        leg
    }

    /// A half that comes back and whose operator is still there.
    pub(crate) fn back(&mut self, key: KeyHash, pass: &Bytes<1024>) -> LegId {
        let leg = self.come_back(key, pass);
        self.present(leg, OperatorCheck::Known(OperatorId(5)));
        leg
    }

    /// The store's answer about the operator of a half that came back.
    pub(crate) fn present(&mut self, leg: LegId, check: OperatorCheck) {
        assert_eq!(self.checks.pop_back(), Some(leg));
        self.broker.handle_operator_checked(self.now(), leg, check);
        self.settle();
    }

    pub(crate) fn join(&mut self, key: KeyHash, ticket: &Ticket) -> LegId {
        let leg = self.open(key);
        self.say(leg, ToRelay::Join { versions: Versions::RELAY, ticket: ticket.clone() });
        leg
    }
}
