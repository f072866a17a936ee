//! What happened, in words for whoever looks for a fault, as a number to compare two runs by, and counted.

use std::collections::VecDeque;
use std::fmt;

use farhand_proto::time::Moment;

use super::Totals;

/// So many of the last lines are kept.
const KEPT: usize = 4_000;

#[derive(Debug)]
pub(super) struct Trace {
    hash: u64,
    pub(super) lines: VecDeque<String>,
    pub(super) totals: Totals,
    /// The first promise that was broken.
    pub(super) failure: Option<String>,
}

impl Trace {
    pub(super) fn new() -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, lines: VecDeque::new(), totals: Totals::default(), failure: None }
    }

    /// Of everything noted so far (FNV-1a).
    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    pub(super) fn note(&mut self, now: Moment, what: fmt::Arguments<'_>) {
        let line = format!("{:10.3} ms  {what}", now.as_secs_f64() * 1000.0);
        self.mix(line.as_bytes());
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// Notes a step in the number alone.
    pub(super) fn step(&mut self, now: Moment) {
        self.totals.steps += 1;
        self.mix(&now.as_nanos().to_le_bytes());
    }

    pub(super) fn fail(&mut self, now: Moment, what: fmt::Arguments<'_>) {
        self.note(now, format_args!("BROKEN: {what}"));
        self.failure.get_or_insert_with(|| what.to_string());
    }

    fn mix(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
