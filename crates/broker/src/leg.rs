//! One leg and what it is for.

use core::net::IpAddr;
use std::time::Duration;

use farhand_proto::bounded::Text;
use farhand_proto::limits::MAX_NAME;
use farhand_proto::name::Name;
use farhand_proto::relay::{KeyHash, Pass};
use farhand_proto::time::Moment;
use farhand_proto::version::Version;

use crate::command::{OperatorId, PairId};
use crate::join::Side;
use crate::settings::PINGS_PER_MINUTE;
use crate::timers::Handle;

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) address: IpAddr,
    /// When its last message came, or its connection.
    pub(crate) heard: Moment,
    /// The timer that ends it when it stays silent.
    pub(crate) watch: Option<Handle>,
    pub(crate) pings: Pings,
    pub(crate) stage: Stage,
}

/// How many pings came in the present minute, which begins with the first of them.
#[derive(Debug, Default)]
pub(crate) struct Pings {
    since: Moment,
    count: usize,
}

impl Pings {
    /// Counts one more; whether it is answered.
    pub(crate) fn may_answer(&mut self, now: Moment) -> bool {
        if self.count == 0 || now.saturating_sub(self.since) >= MINUTE {
            *self = Self { since: now, count: 0 };
        }
        self.count += 1;
        self.count <= PINGS_PER_MINUTE
    }
}

#[derive(Debug)]
pub(crate) enum Stage {
    /// TLS is being made.
    Arriving,
    /// The key is proven; the first message is awaited.
    Open(KeyHash),
    /// A client that waits.
    Client(KeyHash),
    /// Somebody tests the line: so many echoes are left.
    Testing(usize),
    /// The store is asked about an operator.
    Checking(Asking),
    /// The store is asked whether the operator of a session that comes back is still there.
    Returning(Box<Returning>),
    /// A console with a known operator.
    Operator(Console),
    /// The first half of a pair.
    Joining(PairId),
    /// A half of a session.
    Paired(PairId),
    /// Told to end, or about to be; what it says no longer matters.
    Ending,
}

/// What a login says.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub(crate) key: KeyHash,
    pub(crate) name: Text<MAX_NAME>,
    pub(crate) version: Version,
    pub(crate) since: Moment,
}

/// A half of a session that comes back.
#[derive(Debug, Clone)]
pub(crate) struct Returning {
    pub(crate) pass: Pass,
    pub(crate) side: Side,
    pub(crate) version: Version,
}

/// A console with a known operator.
#[derive(Debug, Clone)]
pub(crate) struct Console {
    pub(crate) key: KeyHash,
    pub(crate) id: OperatorId,
    pub(crate) name: Name,
}

impl Stage {
    /// Whether it has not said yet what it is for, or has not proven it.
    pub(crate) fn is_newcomer(&self) -> bool {
        matches!(self, Self::Arriving | Self::Open(_) | Self::Testing(_) | Self::Checking(_))
    }
}
