//! Broker, client and console together, over a network of which everything is made up: delays, losses, cuts, lines
//! that hang, and a relay that is killed. The broker, the seals with their inner TLS and the sessions are the real
//! machines; time, network, people and desk follow from a seed, so that a run can be repeated.
//!
//! After every step it is checked what the machines promise; see `docs/ARCHITECTURE.md`. The legs' outer TLS is left
//! out, and the relay's store.

mod ask;
mod client;
mod console;
mod desk;
mod dice;
mod faults;
mod ledger;
mod line;
mod mover;
mod network;
mod people;
mod registration;
mod relay;
mod seat;
mod trace;
mod world;

use std::fmt;

use farhand_proto::time::Moment;

use dice::Dice;
use ledger::Ledger;
use network::Network;
use trace::Trace;

/// What happened, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Moments at which something happened.
    pub steps: u64,
    /// Legs that were cut.
    pub cuts: u64,
    /// Legs on which nothing arrived any more.
    pub hangs: u64,
    /// Times that a program was cut off for a while.
    pub partitions: u64,
    /// Times that a direction was held up.
    pub stalls: u64,
    /// Times that the relay was killed.
    pub crashes: u64,
    /// Times that the relay was told to stop.
    pub stops: u64,
    /// Times that an end lost its line.
    pub losses: u64,
    /// Times that an end went on over another line.
    pub returns: u64,
    /// Acts that the console took.
    pub acts: u64,
    /// Acts that the console did not take.
    pub refused: u64,
    /// Things that the desk did.
    pub done: u64,
    /// Updates of the picture that came.
    pub updates: u64,
    /// Transfers of files that went to their end.
    pub transfers: u64,
    /// Words that arrived.
    pub said: u64,
    /// Sessions that were lost for good.
    pub lost_for_good: u64,
    /// Sessions that lived to the end of their run.
    pub survived: u64,
}

impl Totals {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Self) {
        for ((_, sum), (_, one)) in self.named().into_iter().zip({ *other }.named()) {
            *sum += *one;
        }
    }

    fn named(&mut self) -> [(&'static str, &mut u64); 17] {
        [
            ("steps", &mut self.steps),
            ("cuts", &mut self.cuts),
            ("hangs", &mut self.hangs),
            ("partitions", &mut self.partitions),
            ("stalls", &mut self.stalls),
            ("relay crashes", &mut self.crashes),
            ("relay stops", &mut self.stops),
            ("lines lost", &mut self.losses),
            ("returns", &mut self.returns),
            ("acts taken", &mut self.acts),
            ("acts refused", &mut self.refused),
            ("done at the desk", &mut self.done),
            ("updates of the picture", &mut self.updates),
            ("transfers", &mut self.transfers),
            ("words said", &mut self.said),
            ("sessions lost for good", &mut self.lost_for_good),
            ("sessions that lived to the end", &mut self.survived),
        ]
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut copy = *self;
        let words = copy.named().map(|(name, count)| format!("{count} {name}"));
        f.write_str(&words.join(", "))
    }
}

/// How a run went.
#[derive(Debug)]
pub struct Run {
    /// What happened, counted.
    pub totals: Totals,
    /// Stands for everything that happened, in its order and with its times.
    pub trace: u64,
    /// The last lines of what happened.
    pub lines: Vec<String>,
    /// The first promise that was broken.
    pub failure: Option<String>,
}

/// Runs the world that follows from this seed to its end, or until a promise is broken.
#[must_use]
pub fn run(seed: u64) -> Run {
    world::run(seed)
}

/// The same; a machine that panics is a promise broken.
#[must_use]
pub fn run_caught(seed: u64) -> Run {
    std::panic::catch_unwind(|| run(seed)).unwrap_or_else(|_| Run {
        totals: Totals::default(),
        trace: 0,
        lines: Vec::new(),
        failure: Some("a machine panicked".to_owned()),
    })
}

/// What repeats a run.
#[must_use]
pub fn command(seed: u64) -> String {
    format!("cargo xtask simulate --seed {seed}")
}

/// What everybody in a world has to do with.
struct Around {
    now: Moment,
    network: Network,
    dice: Dice,
    trace: Trace,
    ledger: Ledger,
}

impl Around {
    fn note(&mut self, what: fmt::Arguments<'_>) {
        self.trace.note(self.now, what);
    }

    fn fail(&mut self, what: fmt::Arguments<'_>) {
        self.trace.fail(self.now, what);
    }
}
