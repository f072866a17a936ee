//! What a broker wants done, and the names of the things it speaks of.

use core::net::IpAddr;
use std::fmt;
use std::time::Duration;

use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::id::SessionId;
use farhand_proto::limits::{MAX_NAME, MAX_TOKEN};
use farhand_proto::name::Name;
use farhand_proto::relay::FromRelay;

/// One thing that the driver has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Send a message on a leg, after all earlier ones.
    Send {
        /// The leg.
        leg: LegId,
        /// The message.
        message: FromRelay,
    },
    /// End a leg, in a session or not, once everything before has been sent. [`crate::Broker::handle_closed`] or
    /// [`crate::Broker::handle_session_ended`] follows.
    Close {
        /// The leg.
        leg: LegId,
    },
    /// Look up an operator; [`crate::Broker::handle_operator_checked`] follows.
    CheckOperator {
        /// The leg that asks.
        leg: LegId,
        /// The name given.
        operator: Text<MAX_NAME>,
        /// The token given.
        token: Bytes<MAX_TOKEN>,
    },
    /// Look whether an operator is still there; [`crate::Broker::handle_operator_checked`] follows.
    CheckPresence {
        /// The leg on which their session is to come back.
        leg: LegId,
        /// The operator.
        operator: OperatorId,
    },
    /// Forward everything between two legs from here on, both ways. Their `Joined` messages were sent before.
    Pair {
        /// The session's name inside this relay.
        pair: PairId,
        /// The console's half.
        console: LegId,
        /// The client's half.
        client: LegId,
        /// The number that the console asked for.
        session_id: SessionId,
        /// Whose session it is.
        operator: Name,
    },
    /// Write a line for the administrator to prove things by.
    Record(Record),
}

/// One leg, for as long as the broker lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegId(pub u64);

impl fmt::Display for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Two legs that belong together, for as long as the broker lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PairId(pub u64);

impl fmt::Display for PairId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// One operator as the store knows them. A name that is removed and added again is somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperatorId(pub i64);

/// What the store says about a name and a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorCheck {
    /// They belong together.
    Known(OperatorId),
    /// No such name, another token, or removed.
    Unknown,
    /// The store could not be asked.
    Failed,
}

/// Bytes that a session moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// From the console to the client.
    pub to_client: u64,
    /// From the client to the console.
    pub to_console: u64,
}

/// Who or what ended a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The client's half ended.
    Client,
    /// The console's half ended.
    Console,
    /// Neither half sent anything for too long.
    Silence,
    /// The operator was removed.
    OperatorRemoved,
    /// The relay was stopped.
    RelayStopped,
    /// A half came back over another connection.
    Moved,
}

impl Ending {
    /// Its name in logs and in the audit.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Console => "console",
            Self::Silence => "silence",
            Self::OperatorRemoved => "operator removed",
            Self::RelayStopped => "relay stopped",
            Self::Moved => "moved to another connection",
        }
    }
}

/// Something that happened, and when. It holds no secret; numbers are whole, because an administrator must be able
/// to prove which session it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When, since 1970-01-01 UTC.
    pub at: Duration,
    /// The operator.
    pub operator: Name,
    /// The console's address.
    pub address: IpAddr,
    /// What.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The operator logged in.
    LoggedIn,
    /// The operator asked for a number, and its client was invited.
    Found(SessionId),
    /// Both halves came.
    SessionStarted(SessionId),
    /// Both halves of a session came back whose line was cut.
    SessionResumed(SessionId),
    /// The session ended.
    SessionEnded {
        /// The session's number.
        session_id: SessionId,
        /// How long it ran.
        duration: Duration,
        /// What it moved.
        traffic: Traffic,
        /// Why it ended.
        ending: Ending,
    },
}
