//! What is due when.

use std::collections::BTreeMap;

use farhand_proto::relay::{FromRelay, KeyHash};
use farhand_proto::time::Moment;

use crate::command::{LegId, PairId};

/// Something that happens at its moment unless it is cancelled before.
#[derive(Debug)]
pub(crate) enum Timer {
    /// A leg has been silent for too long, or has not said in time what it is for.
    Leg(LegId),
    /// An answer leaves.
    Answer(LegId, FromRelay),
    /// The tickets of a pair are no longer good.
    Tickets(PairId),
    /// The first half of a pair has waited long enough.
    Alone(PairId),
    /// A client's session ID is no longer its own.
    Claim(KeyHash),
    /// Sessions have had their time after a stop.
    Grace,
}

/// Names one timer, to cancel it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Handle(Moment, u64);

/// All timers, the earliest first; those of one moment in the order they were set.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    due: BTreeMap<(Moment, u64), Timer>,
    next: u64,
}

impl Timers {
    pub(crate) fn set(&mut self, moment: Moment, timer: Timer) -> Handle {
        let number = self.next;
        self.next += 1;
        self.due.insert((moment, number), timer);
        Handle(moment, number)
    }

    pub(crate) fn cancel(&mut self, handle: Handle) {
        self.due.remove(&(handle.0, handle.1));
    }

    pub(crate) fn next(&self) -> Option<Moment> {
        self.due.first_key_value().map(|((moment, _), _)| *moment)
    }

    pub(crate) fn pop_due(&mut self, now: Moment) -> Option<Timer> {
        let first = self.due.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    pub(crate) fn len(&self) -> usize {
        self.due.len()
    }
}
