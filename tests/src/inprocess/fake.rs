//! A relay that can't be trusted: it writes down what it sees, changes it, and invites whomever it likes.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use farhand_peer::console::{Operator, Way};
use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::codec::Message;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::name::Name;
use farhand_proto::notice::Notices;
use farhand_proto::relay::{FromRelay, KeyHash, Refusal, SignedVoucher, Ticket, ToRelay, Voucher};
use farhand_proto::seal::SealRefusal;
use farhand_proto::version::Version;
use farhand_seal::{ConsoleConfig, ConsoleGuesses, SealError};
use farhand_transport::{Acceptor, Identity, Leg, LegStream, Pin};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::hostile::Line;
use super::relay::way;

mod back;

pub use back::Return;

/// The number that every client of a fake relay gets first; the next ones count up.
const FIRST: [u8; 9] = [5, 5, 5, 0, 0, 0, 0, 0, 0];

/// Which half of a session bytes came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum From {
    /// The console's.
    Console,
    /// The client's.
    Client,
}

/// What it does to the sealed bytes.
#[derive(Debug, Clone, Copy, Default)]
pub enum Manner {
    /// Nothing: it only writes down.
    #[default]
    Listen,
    /// Changes one bit of the byte at this place of what comes from there.
    Flip(From, usize),
    /// It is the console itself, and guesses.
    Guess,
    /// Changes one bit of the first byte that comes from there once [`FakeRelay::meddle`] was called.
    FlipWhenTold(From),
}

/// A relay with a key of its own.
#[derive(Debug)]
pub struct FakeRelay {
    address: SocketAddr,
    pin: Pin,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Shared {
    identity: Identity,
    manner: Manner,
    state: Mutex<State>,
    /// Whenever this changes, every line breaks.
    cuts: watch::Sender<()>,
}

/// What becomes of the bytes of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    None,
    Flip(From, usize),
    Cut(From, usize),
    Hold(From, usize),
    FlipWhenTold(From),
}

#[derive(Debug, Default)]
struct State {
    numbers: u8,
    tickets: u64,
    /// Whom each pair of tickets leads to.
    asked: BTreeMap<u64, SessionId>,
    clients: BTreeMap<SessionId, mpsc::UnboundedSender<FromRelay>>,
    halves: BTreeMap<(u64, u8), Half>,
    /// All that was seen, leg by leg and in the order it came.
    seen: Vec<u8>,
    meddle: bool,
    /// Tries at a password that the client answered.
    guesses: usize,
    back: Return,
    /// Halves that came back.
    returns: usize,
    /// What each half of a session said since it came back last, and the time before.
    said: BTreeMap<(u64, From), Vec<u8>>,
    said_before: BTreeMap<(u64, From), Vec<u8>>,
}

impl FakeRelay {
    /// Starts one.
    pub async fn start(manner: Manner) -> Self {
        let identity = Identity::generate().unwrap();
        let pin = Pin(identity.key_hash());
        let certificate = identity.self_signed().unwrap();
        let acceptor = Acceptor::new(&identity, certificate, Duration::from_secs(5)).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared =
            Arc::new(Shared { identity, manner, state: Mutex::default(), cuts: watch::Sender::default() });
        let mut tasks = JoinSet::new();
        tasks.spawn(take_in(listener, acceptor, shared.clone()));
        Self { address, pin, shared, _tasks: tasks }
    }

    /// How programs reach it.
    #[must_use]
    pub fn way(&self) -> Way {
        way(self.address, self.pin)
    }

    /// Everybody is an operator here.
    #[must_use]
    pub fn operator(&self) -> Operator {
        Operator { name: Text::truncated("mallory"), token: Bytes::default() }
    }

    /// All bytes that the relay saw inside the legs so far, messages and sealed streams.
    #[must_use]
    pub fn seen(&self) -> Vec<u8> {
        self.shared.state.lock().unwrap().seen.clone()
    }

    /// From now on [`Manner::FlipWhenTold`] does its work.
    pub fn meddle(&self) {
        self.shared.state.lock().unwrap().meddle = true;
    }

    /// Breaks every line, and from now on does this with sessions that come back.
    pub fn cut(&self, back: Return) {
        self.bring_back(back);
        self.shared.cuts.send_replace(());
    }

    /// From now on it does this with sessions that come back.
    pub fn bring_back(&self, back: Return) {
        let mut state = self.shared.state.lock().unwrap();
        state.back = back;
        state.returns = 0;
        state.said_before = std::mem::take(&mut state.said);
    }

    /// How many halves have come back since it was told what to do with them.
    #[must_use]
    pub fn returns(&self) -> usize {
        self.shared.state.lock().unwrap().returns
    }

    /// How often a client told it, under [`Manner::Guess`], that a password was wrong.
    #[must_use]
    pub fn guesses(&self) -> usize {
        self.shared.state.lock().unwrap().guesses
    }

    /// Tells a client that somebody asks for it; gives the other half's ticket.
    #[must_use]
    pub fn invite(&self, session_id: SessionId) -> Ticket {
        self.shared.invite(session_id).unwrap()
    }
}

impl Shared {
    fn vouch(&self, session_id: SessionId, console_key: KeyHash) -> SignedVoucher {
        let voucher = Voucher {
            operator: Name::new("mallory").unwrap(),
            organisation: Name::new("Example Ltd").unwrap(),
            session_id,
            console_key,
            expires: unix_time() + 60,
        };
        let body = voucher.to_body();
        let signature = self.identity.sign(&Voucher::signed_bytes(&body));
        SignedVoucher { body: Bytes::new(body).unwrap(), signature: Bytes::new(signature).unwrap() }
    }

    fn invite(&self, session_id: SessionId) -> Option<Ticket> {
        let mut state = self.state.lock().unwrap();
        state.tickets += 1;
        let pair = state.tickets;
        state.asked.insert(pair, session_id);
        let ticket = |half: u8| {
            let mut bytes = pair.to_be_bytes().to_vec();
            bytes.push(half);
            Ticket::new(bytes).unwrap()
        };
        let (of_client, of_console) = (ticket(0), ticket(1));
        let invite = FromRelay::Invite { ticket: of_client, relay_time: unix_time() };
        state.clients.get(&session_id)?.send(invite).ok()?;
        Some(of_console)
    }

    fn saw(&self, bytes: &[u8]) {
        self.state.lock().unwrap().seen.extend_from_slice(bytes);
    }

    /// What becomes of bytes on their way, `start` of which have gone before. Returns whether the line goes on.
    fn change(&self, change: Change, from: From, start: usize, bytes: &mut Vec<u8>) -> bool {
        let place = match change {
            Change::Cut(whose, place) if whose == from && place < start + bytes.len() => {
                bytes.truncate(place.saturating_sub(start));
                return false;
            }
            Change::Flip(whose, place) if whose == from => place.checked_sub(start),
            Change::FlipWhenTold(whose) if whose == from => {
                std::mem::take(&mut self.state.lock().unwrap().meddle).then_some(0)
            }
            _ => None,
        };
        if let Some(byte) = place.and_then(|place| bytes.get_mut(place)) {
            *byte ^= 0x10;
        }
        true
    }

    /// Waits until both halves of a session have come back once more after both came back.
    async fn newer_return(&self) {
        while self.state.lock().unwrap().returns < 4 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Two halves meet at a place with two seats: the first one waits in its own, the second gets both.
    fn meet(&self, place: u64, seat: u8, own: Half) -> Option<(Half, Half)> {
        let mut state = self.state.lock().unwrap();
        if let Some(other) = state.halves.remove(&(place, 1 - seat)) {
            return Some((own, other));
        }
        state.halves.insert((place, seat), own);
        None
    }
}

async fn take_in(listener: TcpListener, acceptor: Acceptor, shared: Arc<Shared>) {
    let mut legs = JoinSet::new();
    while let Ok((stream, peer)) = listener.accept().await {
        let (acceptor, shared) = (acceptor.clone(), shared.clone());
        legs.spawn(async move {
            if let Ok(mut leg) = acceptor.accept_leg(stream, peer).await {
                leg.lift_limit();
                serve(leg, &shared).await;
            }
        });
        while legs.try_join_next().is_some() {}
    }
}

/// One leg until its end. What the programs do on an error is what tests look at, so it just ends here.
async fn serve(mut leg: Leg, shared: &Arc<Shared>) {
    let (to_leg, mut mail) = mpsc::unbounded_channel::<FromRelay>();
    loop {
        let message = tokio::select! {
            Some(message) = mail.recv() => {
                if leg.write_message(&message).await.is_err() {
                    return;
                }
                continue;
            }
            message = leg.read_message::<ToRelay>() => message,
        };
        let Ok(message) = message else { return };
        shared.saw(&message.to_frame());
        let version = Version(2);
        let organisation = Name::new("Example Ltd").unwrap();
        let answer = match message {
            ToRelay::Register { .. } => {
                let mut state = shared.state.lock().unwrap();
                let mut digits = FIRST;
                digits[8] = state.numbers;
                state.numbers += 1;
                let session_id = SessionId::from_digits(digits);
                state.clients.insert(session_id, to_leg.clone());
                FromRelay::Registered {
                    version,
                    session_id,
                    claim: Bytes::default(),
                    organisation,
                    notices: Notices::default(),
                }
            }
            ToRelay::Login { .. } => FromRelay::LoggedIn { version, organisation },
            ToRelay::Find { request, session_id } => match shared.invite(session_id) {
                Some(ticket) => {
                    let voucher = shared.vouch(session_id, leg.peer_key());
                    FromRelay::Found { request, ticket, voucher }
                }
                None => FromRelay::Nobody { request },
            },
            ToRelay::Ping { number } => FromRelay::Pong { number },
            ToRelay::Test { .. } => FromRelay::Testing { version, time: 0 },
            ToRelay::Echo { data } => FromRelay::Echo { data },
            ToRelay::Resume { pass, .. } => {
                if shared.state.lock().unwrap().back == Return::Refuse {
                    FromRelay::Refused { refusal: Refusal::Ticket }
                } else {
                    let joined = FromRelay::Joined { version, pass: pass.clone(), direct: None };
                    if leg.write_message(&joined).await.is_ok() {
                        back::serve(leg, &pass, shared).await;
                    }
                    return;
                }
            }
            ToRelay::Join { ticket, .. } => {
                let pass = Bytes::new(ticket.to_vec()).unwrap();
                if leg.write_message(&FromRelay::Joined { version, pass, direct: None }).await.is_err() {
                    return;
                }
                match shared.manner {
                    Manner::Guess => guess(leg, &ticket, shared).await,
                    _ => join(leg, &ticket, shared).await,
                }
                return;
            }
        };
        if leg.write_message(&answer).await.is_err() {
            return;
        }
    }
}

/// Tries one password at the client that came.
async fn guess(leg: Leg, ticket: &Ticket, shared: &Arc<Shared>) {
    let pair = u64::from_be_bytes(ticket[..8].try_into().unwrap());
    let Some(session_id) = shared.state.lock().unwrap().asked.get(&pair).copied() else { return };
    let identity = Identity::generate().unwrap();
    let config = ConsoleConfig {
        identity: identity.raw_key().unwrap(),
        session_id,
        // All of them are alike to the client, right only once in a hundred million.
        password: Password::from_digits([6; 8]),
        voucher: shared.vouch(session_id, identity.key_hash()),
    };
    let error = Line::new(leg).seal_as_console(config, &mut ConsoleGuesses::new()).await.err();
    if matches!(
        error,
        Some(SealError::Refused(
            SealRefusal::Password | SealRefusal::PasswordReplaced | SealRefusal::NumberEnded
        ))
    ) {
        shared.state.lock().unwrap().guesses += 1;
    }
}

/// A half's line, and what came over it already.
type Half = (LegStream, Vec<u8>);

/// The first half waits in the state; the task of the second carries both.
async fn join(leg: Leg, ticket: &Ticket, shared: &Arc<Shared>) {
    let pair = u64::from_be_bytes(ticket[..8].try_into().unwrap());
    let Some((own, other)) = shared.meet(pair, ticket[8], leg.into_stream()) else { return };
    let (client, console) = if ticket[8] == 0 { (own, other) } else { (other, own) };
    let change = match shared.manner {
        Manner::Listen | Manner::Guess => Change::None,
        Manner::Flip(from, place) => Change::Flip(from, place),
        Manner::FlipWhenTold(from) => Change::FlipWhenTold(from),
    };
    carry_both(client, console, change, None, shared).await;
}

/// Carries until one of them ends or the line is cut; `pair` came back.
async fn carry_both(client: Half, console: Half, change: Change, pair: Option<u64>, shared: &Arc<Shared>) {
    let mut cuts = shared.cuts.subscribe();
    let ((client, from_client), (console, from_console)) = (client, console);
    let (client_read, client_write) = tokio::io::split(client);
    let (console_read, console_write) = tokio::io::split(console);
    let carried = async {
        tokio::join!(
            carry(From::Client, client_read, console_write, from_client, change, pair, shared),
            carry(From::Console, console_read, client_write, from_console, change, pair, shared),
        )
    };
    tokio::select! {
        _ = carried => {}
        _ = cuts.changed() => {}
    }
}

async fn carry<S: tokio::io::AsyncRead + tokio::io::AsyncWrite>(
    from: From,
    mut source: tokio::io::ReadHalf<S>,
    mut sink: tokio::io::WriteHalf<S>,
    early: Vec<u8>,
    change: Change,
    pair: Option<u64>,
    shared: &Arc<Shared>,
) {
    let mut carried = 0;
    let mut bytes = early;
    loop {
        if !bytes.is_empty() {
            shared.saw(&bytes);
            if let Some(pair) = pair {
                shared.state.lock().unwrap().said.entry((pair, from)).or_default().extend(&bytes);
            }
            let came = bytes.len();
            if matches!(change, Change::Hold(whose, place) if whose == from && place < carried + came) {
                shared.newer_return().await;
            }
            let goes_on = shared.change(change, from, carried, &mut bytes);
            carried += came;
            if sink.write_all(&bytes).await.is_err() || sink.flush().await.is_err() {
                return;
            }
            if !goes_on {
                shared.cuts.send_replace(());
                return;
            }
        }
        bytes.resize(16 * 1024, 0);
        match source.read(&mut bytes).await {
            Ok(count) if count > 0 => bytes.truncate(count),
            _ => break,
        }
    }
    // The other half may be gone already.
    let _ = sink.shutdown().await;
}

fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
