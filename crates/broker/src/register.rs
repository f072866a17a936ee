//! Clients come, get a session ID, and leave.

use std::time::Duration;

use farhand_proto::id::{SESSION_ID_DIGITS, SessionId};
use farhand_proto::relay::{Claim, FromRelay, KeyHash, Refusal};
use farhand_proto::version::Version;

use crate::broker::{Broker, Now};
use crate::command::{LegId, PairId};
use crate::leg::Stage;
use crate::limiter::in_seconds;
use crate::settings::{CLAIM_LIFE, Entropy};
use crate::signed;
use crate::timers::{Handle, Timer};

/// Attempts to draw a session ID that nobody has. With a thousand million numbers and [`crate::Limits::clients`]
/// of them taken, a second one is needed once in a lifetime.
const DRAWS: usize = 16;

/// A client that waits, or is in a session.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) session_id: SessionId,
    /// Where it can be told; `None` while only its session is left.
    pub(crate) leg: Option<LegId>,
    /// The session that it is invited to or in.
    pub(crate) busy: Option<PairId>,
    /// Ends the registration with its claim; `None` once that has come.
    expiry: Option<Handle>,
}

impl Client {
    /// Whether somebody can ask for it.
    pub(crate) fn waits(&self) -> bool {
        self.leg.is_some() && self.busy.is_none() && self.expiry.is_some()
    }
}

impl Broker {
    /// Registers the client that proved `key`. Its valid claim decides the number, else it is a new one; whatever
    /// the key had registered before ends.
    pub(crate) fn register(
        &mut self,
        now: Now,
        id: LegId,
        key: KeyHash,
        version: Version,
        claim: Option<&[u8]>,
    ) {
        let Some(network) = self.network(id) else { return };
        if self.stopping
            || (!self.clients.contains_key(&key) && self.clients.len() >= self.settings.limits.clients)
        {
            return self.refuse(id, Refusal::Busy { seconds: 60 });
        }
        let claimed = claim.and_then(|claim| self.claimed(now, key, claim));
        if claimed.is_none() {
            if let Some(wait) = self.registrations.wait(now.moment, network) {
                return self.refuse(id, Refusal::Busy { seconds: in_seconds(wait) });
            }
            self.registrations.record(now.moment, network);
        }
        let busy = self.take_over(key);
        let claimed_id = claimed.as_ref().map(|claim| claim.session_id);
        let expires = claimed.as_ref().map(|claim| Duration::from_secs(claim.expires));
        let Some(session_id) = claimed
            .filter(|claim| self.environment.directory.insert(claim.session_id, key))
            .map(|claim| claim.session_id)
            .or_else(|| self.draw_session_id(key))
        else {
            return self.refuse(id, Refusal::Busy { seconds: 60 });
        };
        // A number that is claimed again keeps its end.
        let expires = expires.filter(|_| claimed_id == Some(session_id)).unwrap_or(now.unix + CLAIM_LIFE);
        let expiry = self.timers.set(now.moment + expires.saturating_sub(now.unix), Timer::Claim(key));
        self.clients.insert(key, Client { session_id, leg: Some(id), busy, expiry: Some(expiry) });
        self.set_stage(id, Stage::Client(key));
        self.watch(now, id);
        let claim = Claim { session_id, client_key: key, expires: expires.as_secs() };
        let claim = signed::seal(&claim, &*self.environment.signer);
        let organisation = self.settings.organisation.clone();
        let notices = self.settings.notices.clone();
        self.send(id, FromRelay::Registered { version, session_id, claim, organisation, notices });
    }

    /// The client's leg has ended. Its number goes with it, unless it is in a session.
    pub(crate) fn client_left(&mut self, id: LegId, key: KeyHash) {
        let Some(client) = self.clients.get_mut(&key) else { return };
        if client.leg == Some(id) {
            client.leg = None;
            self.forget_client_if_gone(key);
        }
    }

    /// A session of the client has ended, or never began.
    pub(crate) fn client_free(&mut self, key: KeyHash, pair: PairId) {
        let Some(client) = self.clients.get_mut(&key) else { return };
        if client.busy == Some(pair) {
            client.busy = None;
            match client.leg {
                Some(leg) if client.expiry.is_none() => self.close(leg),
                _ => self.forget_client_if_gone(key),
            }
        }
    }

    /// The session ID is no longer the client's: its leg ends, after its session if it has one.
    pub(crate) fn claim_expired(&mut self, key: KeyHash) {
        let Some(client) = self.clients.get_mut(&key) else { return };
        client.expiry = None;
        if let (Some(leg), None) = (client.leg, client.busy) {
            self.close(leg);
        }
    }

    /// The claim, if it is ours, still good, this key's, and its number is not another's by now.
    fn claimed(&self, now: Now, key: KeyHash, claim: &[u8]) -> Option<Claim> {
        let claim: Claim = signed::open(claim, &*self.environment.signer)?;
        let holder = self.environment.directory.find(claim.session_id);
        (claim.client_key == key
            && claim.expires > now.unix.as_secs()
            && holder.is_none_or(|holder| holder == key))
        .then_some(claim)
    }

    /// Ends what this key has registered, and gives the session that it is in.
    fn take_over(&mut self, key: KeyHash) -> Option<PairId> {
        let client = self.clients.remove(&key)?;
        self.environment.directory.remove(client.session_id);
        if let Some(expiry) = client.expiry {
            self.timers.cancel(expiry);
        }
        if let Some(leg) = client.leg {
            self.close(leg);
        }
        client.busy
    }

    fn draw_session_id(&mut self, key: KeyHash) -> Option<SessionId> {
        for _ in 0..DRAWS {
            let session_id = SessionId::from_digits(digits(&mut *self.environment.entropy));
            if self.environment.directory.insert(session_id, key) {
                return Some(session_id);
            }
        }
        None
    }

    fn forget_client_if_gone(&mut self, key: KeyHash) {
        let Some(client) = self.clients.get(&key) else { return };
        if client.leg.is_none() && client.busy.is_none() {
            self.environment.directory.remove(client.session_id);
            if let Some(expiry) = client.expiry {
                self.timers.cancel(expiry);
            }
            self.clients.remove(&key);
        }
    }
}

/// Random digits, each as likely as any other.
fn digits(entropy: &mut dyn Entropy) -> [u8; SESSION_ID_DIGITS - 1] {
    let mut digits = [0; SESSION_ID_DIGITS - 1];
    for digit in &mut digits {
        *digit = loop {
            let mut byte = [0];
            entropy.fill(&mut byte);
            if byte[0] < 250 {
                break byte[0] % 10;
            }
        };
    }
    digits
}
