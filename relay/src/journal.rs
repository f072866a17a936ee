//! What the relay counts and writes down about its legs, for the administrator.

use std::net::SocketAddr;
use std::sync::Arc;

use farhand_broker::{NoRoom, Traffic};
use farhand_proto::id::SessionId;
use farhand_proto::relay::{FromRelay, ToRelay};
use tracing::{Span, debug, info, warn};

use crate::counters::Counters;
use crate::throttle::{Throttle, told};

/// Log lines and counters of legs. Lines that strangers can cause are throttled, and connections that were dropped
/// are summed up.
pub(crate) struct Journal {
    counters: Arc<Counters>,
    throttle: Arc<Throttle>,
    dropped: Option<Dropped>,
}

/// Connections that were dropped since the last line about them.
struct Dropped {
    count: u64,
    latest: SocketAddr,
    reason: NoRoom,
}

impl Journal {
    pub(crate) fn new(counters: Arc<Counters>) -> Self {
        Self { counters, throttle: Arc::default(), dropped: None }
    }

    /// For the tasks of legs, which count for themselves.
    pub(crate) fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// For the tasks of legs, whose lines are held back together with these.
    pub(crate) fn throttle(&self) -> &Arc<Throttle> {
        &self.throttle
    }

    /// A connection was dropped before TLS.
    pub(crate) fn dropped(&mut self, peer: SocketAddr, reason: NoRoom) {
        self.counters.dropped(reason);
        debug!(%peer, %reason, "dropped");
        let count = self.dropped.as_ref().map_or(0, |dropped| dropped.count) + 1;
        self.dropped = Some(Dropped { count, latest: peer, reason });
    }

    /// A window of the throttle is over: writes down what was held back in it.
    pub(crate) fn sum_up(&mut self) {
        if let Some(Dropped { count, latest, reason }) = self.dropped.take() {
            warn!(count, %latest, %reason, "connections dropped");
        }
        let count = self.throttle.turn();
        if count > 0 {
            warn!(count, "more lines about refused and failed connections were left out");
        }
    }

    /// A peer has said something.
    pub(crate) fn heard(&self, leg: &Span, message: &ToRelay) {
        leg.in_scope(|| match message {
            ToRelay::Register { claim, .. } => debug!(with_claim = claim.is_some(), "client comes"),
            ToRelay::Login { operator, .. } => debug!(%operator, "operator comes"),
            ToRelay::Join { .. } => debug!("half of a session comes"),
            ToRelay::Resume { .. } => debug!("half of a session comes back"),
            ToRelay::Find { session_id, .. } => debug!(session = session_id.short(), "asks for a number"),
            ToRelay::Test { .. } => debug!("a line is tested"),
            ToRelay::Ping { .. } | ToRelay::Echo { .. } => {}
        });
    }

    /// A peer is told something.
    pub(crate) fn told(&self, leg: &Span, message: &FromRelay) {
        let short = |session_id: &SessionId| session_id.short();
        leg.in_scope(|| match message {
            FromRelay::Registered { session_id, .. } => {
                self.counters.registered.add(1);
                info!(session = short(session_id), "client waits");
            }
            FromRelay::LoggedIn { .. } => {
                self.counters.logged_in.add(1);
                info!("operator logged in");
            }
            FromRelay::Found { .. } => {
                self.counters.found.add(1);
                info!("client found");
            }
            FromRelay::Nobody { .. } => {
                self.counters.missed.add(1);
                info!("nobody waits under the number");
            }
            FromRelay::Refused { refusal } => {
                self.counters.refused(refusal);
                told!(self.throttle, %refusal, "refused");
            }
            FromRelay::Joined { .. }
            | FromRelay::Invite { .. }
            | FromRelay::Pong { .. }
            | FromRelay::Testing { .. }
            | FromRelay::Echo { .. }
            | FromRelay::Stopping {} => {}
        });
    }

    /// A peer does not empty its mailbox.
    pub(crate) fn reads_nothing(&self, leg: &Span) {
        leg.in_scope(|| told!(self.throttle, "peer reads nothing; cut off"));
    }

    /// Both halves of a session have come.
    pub(crate) fn session_started(&self, session: &Span) {
        self.counters.sessions.add(1);
        session.in_scope(|| info!("session started"));
    }

    /// A session is over.
    pub(crate) fn session_ended(session: &Span, traffic: Traffic, by: &str) {
        let Traffic { to_client, to_console } = traffic;
        session.in_scope(|| info!(to_client, to_console, by, "session ended"));
    }
}
