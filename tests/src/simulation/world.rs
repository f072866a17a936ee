//! A world from its beginning to its end: rough times, then a network that is well, then peace.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use farhand_proto::grant::Grant;
use farhand_proto::id::Password;
use farhand_proto::session::EndReason;
use farhand_proto::time::Moment;
use farhand_seal::{ConsoleGuesses, Guesses};
use farhand_session::Ended;
use farhand_transport::Identity;

use super::client::Client;
use super::console::Console;
use super::dice::Dice;
use super::faults::Faults;
use super::ledger::Ledger;
use super::network::{Network, Who};
use super::people::{self, Customer, Operator};
use super::relay::Relay;
use super::trace::Trace;
use super::{Around, Run};

/// Seals that may be tried in one run.
const SEALS: usize = 64;
/// More than any run takes.
const MOST_STEPS: u64 = 500_000;
/// How long an end may take to notice that its line is gone, and to find another, once the network is well.
const COME_BACK: Duration = Duration::from_secs(30);
/// How long everything else may take then.
const SETTLE: Duration = Duration::from_secs(400);
/// After that long the relay has forgotten a session and everybody in it.
const FORGET: Duration = Duration::from_secs(120);

/// The keys of relay, client and console: the same in every run, for keys take time.
static KEYS: LazyLock<[Arc<Identity>; 3]> = LazyLock::new(|| {
    [1, 2, 3].map(|number| {
        // RFC 8410, section 7: an Ed25519 key in PKCS #8 form.
        let mut pkcs8 = vec![
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ];
        pkcs8.extend_from_slice(&[number; 32]);
        Arc::new(Identity::from_pkcs8(&pkcs8).expect("any 32 bytes are a key"))
    })
});

enum Phase {
    /// Anything may go wrong; until then, once there is a session.
    Rough(Option<Moment>),
    /// The network is well for good since then.
    Well(Moment),
    /// The operator's last text is on its way, and another picture; so many had come.
    LastWords(Moment, u64),
    /// The operator has ended the session.
    Ending(Moment),
    /// Both ends are over, and both programs are gone.
    Peace(Moment),
}

struct World<'g> {
    around: Around,
    relay: Relay,
    client: Client<'g>,
    console: Console<'g>,
    customer: Customer,
    operator: Operator,
    faults: Option<Faults>,
    phase: Phase,
    window: Duration,
    /// Steps in a row for which time stood still.
    standing: u32,
}

pub(super) fn run(seed: u64) -> Run {
    let password = Password::from_digits([1, 2, 3, 4, 5, 6, 7, 8]);
    let mut guesses: Vec<_> = (0..SEALS).map(|_| Guesses::new(password.clone())).collect();
    let mut tries: Vec<_> = (0..SEALS).map(|_| ConsoleGuesses::new()).collect();
    let mut world = World::new(seed, &mut guesses, &mut tries, password);
    while world.around.trace.failure.is_none() && !world.is_done() {
        world.step();
    }
    let trace = world.around.trace;
    Run { totals: trace.totals, trace: trace.hash(), failure: trace.failure, lines: trace.lines.into() }
}

impl<'g> World<'g> {
    fn new(
        seed: u64,
        guesses: &'g mut [Guesses],
        tries: &'g mut [ConsoleGuesses],
        password: Password,
    ) -> Self {
        let [relay, client, console] = KEYS.clone();
        let mut dice = Dice::new(seed);
        let window = Duration::from_secs([5, 15, 30, 120, 120][dice.index(5)]);
        let keys = BTreeMap::from([(Who::Client, client.key_hash()), (Who::Console, console.key_hash())]);
        let spki = relay.spki().to_vec();
        let relay = Relay::new(relay, keys, &mut dice);
        let mut around = Around {
            now: Moment::ZERO,
            network: Network::default(),
            dice,
            trace: Trace::new(),
            ledger: Ledger::default(),
        };
        let faults = around.dice.chance(30).then(|| Faults::new(&mut around));
        Self {
            relay,
            client: Client::new(client, spki, window, guesses),
            console: Console::new(console, password, window, tries),
            customer: Customer::new(),
            operator: Operator::new(),
            faults,
            phase: Phase::Rough(None),
            window,
            standing: 0,
            around,
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Peace(until) if until <= self.around.now)
    }

    fn step(&mut self) {
        let now = self.around.now;
        let phase = match &self.phase {
            Phase::Rough(end) => *end,
            Phase::Well(since) | Phase::LastWords(since, _) | Phase::Ending(since) => Some(*since + SETTLE),
            Phase::Peace(until) => Some(*until),
        };
        let next = [
            phase,
            self.relay.next(),
            self.client.next(&self.around),
            self.console.next(&self.around),
            self.customer.next(),
            self.operator.next(),
            self.faults.as_ref().map(Faults::next),
            self.around.network.next(now),
        ];
        let next = next.into_iter().flatten().min().unwrap_or(now);
        self.standing = if next > now { 0 } else { self.standing + 1 };
        if self.standing > 100 || self.around.trace.totals.steps > MOST_STEPS {
            self.around.fail(format_args!("time stands still"));
        }
        self.around.now = next.max(now);
        self.around.trace.step(self.around.now);
        if let Some(faults) = &mut self.faults {
            let end = match self.phase {
                Phase::Rough(Some(end)) => end,
                _ => self.around.now + Duration::from_secs(20),
            };
            faults.turn(&mut self.relay, end, &mut self.around);
        }
        let mut asked = std::mem::take(&mut self.client.asked);
        self.customer.turn(self.client.session(), &mut asked, &mut self.around);
        self.operator.turn(self.console.session_and_files(), &mut self.around);
        self.relay.turn(&mut self.around);
        self.client.turn(&mut self.around);
        self.console.turn(&mut self.around);
        self.look();
        self.advance();
    }

    /// What has to hold at any moment between the two ends.
    fn look(&mut self) {
        let [client, console] = self.around.ledger.epochs;
        if client.abs_diff(console) > 1 {
            self.around.fail(format_args!("the client's epoch is {client}, the console's {console}"));
        }
    }

    fn advance(&mut self) {
        let now = self.around.now;
        match self.phase {
            Phase::Rough(None) => {
                if self.console.seat().is_some() || now > Duration::from_secs(200) {
                    self.phase = Phase::Rough(Some(now + self.around.dice.time(20_000, 120_000)));
                    if self.faults.is_none() {
                        self.faults = Some(Faults::new(&mut self.around));
                    }
                }
            }
            Phase::Rough(Some(end)) => {
                if now >= end || self.are_over() {
                    self.around.note(format_args!("network: well for good"));
                    self.faults = None;
                    self.operator.is_settled = true;
                    self.phase = Phase::Well(now);
                }
            }
            Phase::Well(since) => {
                let wish = self.around.ledger.wish;
                if !self.customer.is_settled || wish.said_yes && !(wish.may_see() && wish.may_act()) {
                    self.customer.settle(self.client.session(), &mut self.around);
                }
                if self.is_quiet() {
                    if let Some(session) = self.console.session() {
                        people::type_text(session, 100, &mut self.around);
                    }
                    self.phase = Phase::LastWords(since, self.around.trace.totals.updates);
                }
                self.check_return(since);
            }
            Phase::LastWords(since, updates) => {
                if self.is_quiet() && self.around.trace.totals.updates > updates {
                    if let Some(session) = self.console.session() {
                        self.around.note(format_args!("operator: ends"));
                        session.end(EndReason::Operator);
                    }
                    self.around.trace.totals.survived += 1;
                    self.phase = Phase::Ending(since);
                }
            }
            Phase::Ending(_) | Phase::Peace(_) => {}
        }
        match self.phase {
            Phase::Well(since) | Phase::LastWords(since, _) | Phase::Ending(since) => {
                if self.are_over() {
                    self.check_ends(since);
                    self.console.log_off(&mut self.around);
                    self.client.registration.end(&mut self.around);
                    self.phase = Phase::Peace(now + FORGET);
                } else if now >= since + SETTLE {
                    self.around.fail(format_args!("the two ends do not come to an end"));
                }
            }
            Phase::Peace(until) if now >= until => self.check_peace(),
            Phase::Rough(_) | Phase::Peace(_) => {}
        }
    }

    /// How the client's end of the session ended that both had.
    fn client_end(&self) -> Option<&Ended> {
        self.around.ledger.common.and_then(|number| self.client.ends.get(number - 1))
    }

    fn are_over(&self) -> bool {
        self.console.end.is_some() && self.client_end().is_some()
    }

    /// Whether both lines stand and every act has its answer.
    fn is_quiet(&mut self) -> bool {
        let up = self.client.seat().is_some_and(|seat| seat.line.is_up())
            && self.console.seat().is_some_and(|seat| seat.line.is_up());
        // Nothing that was said is missing, and no file is under way.
        let is_carried = self.console.files.is_idle() && self.around.ledger.said == self.around.ledger.heard;
        up && is_carried
            && self.console.session().is_some_and(|session| {
                session.acts_waiting() == 0 && session.grants().allows(Grant::Control) && !session.is_paused()
            })
    }

    /// Once the network is well, no line stays lost for long.
    fn check_return(&mut self, since: Moment) {
        let lost = [
            self.client.seat().filter(|seat| seat.ended.is_none()).and_then(|seat| seat.lost_since),
            self.console.seat().filter(|seat| seat.ended.is_none()).and_then(|seat| seat.lost_since),
        ];
        let (Some(lost), None) = (lost[0].and(lost[1]), self.console.end.as_ref()) else { return };
        let since = since.max(lost);
        if self.around.now > since + COME_BACK {
            self.around.fail(format_args!("the network is well, and the session does not come back"));
        }
    }

    /// Both ends are over, with reasons that fit each other.
    fn check_ends(&mut self, since: Moment) {
        let (Some(client), Some(console)) = (self.client_end().cloned(), self.console.end.clone()) else {
            return;
        };
        let fits = match (&client, &console) {
            (Ended::Here(EndReason::Protocol(_)), _) | (_, Ended::Here(EndReason::Protocol(_))) => false,
            (Ended::Here(here), Ended::There(there)) | (Ended::There(there), Ended::Here(here)) => {
                here == there
            }
            (Ended::There(_), _) | (_, Ended::There(_)) => false,
            (Ended::Here(_) | Ended::Lost(_), Ended::Here(_) | Ended::Lost(_)) => true,
        };
        // Nothing could keep the operator's word from the client.
        let fits =
            fits && (!matches!(self.phase, Phase::Ending(_)) || client == Ended::There(EndReason::Operator));
        if !fits {
            self.around.fail(format_args!("the ends do not fit: client {client:?}, console {console:?}"));
        }
        let lost = [(&client, self.client.last_lost), (&console, self.console.last_lost)];
        let lost = lost.into_iter().filter(|(end, _)| matches!(end, Ended::Lost(_)));
        let lost: Vec<Moment> = lost.filter_map(|(_, since)| since).collect();
        self.around.trace.totals.lost_for_good += u64::from(lost.len() == 2);
        // Once one end has given up, nothing brings the other back.
        if lost.len() == 2 && lost.iter().all(|lost| *lost + self.window > since + COME_BACK) {
            self.around.fail(format_args!("a session was given up although the network is well"));
        }
    }

    fn check_peace(&mut self) {
        let (remembered, legs) = (self.relay.remembered(), self.around.network.legs());
        if remembered != 0 {
            self.around.fail(format_args!("the broker remembers {remembered} things of nobody"));
        }
        if legs != 0 {
            self.around.fail(format_args!("{legs} legs of nobody"));
        }
        let letters = self.around.ledger.letters_done();
        self.around.note(format_args!("peace: {letters} letters"));
    }
}
