//! What client and console say to a relay on a leg, and what it answers.
//!
//! A leg is TLS 1.3 to the relay's pinned key; the program proves an ephemeral Ed25519 key of its own in the same
//! handshake (RFC 7250). The first message says what the leg is for: a client waiting for somebody, an operator
//! asking, or one half of a session. After [`FromRelay::Joined`] no more frames travel: the leg carries the
//! sealed stream of the two ends, and its end is the only signal.

use core::net::IpAddr;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::bounded::{Bytes, Text};
use crate::codec::{DecodeError, get, messages, put};
use crate::id::SessionId;
use crate::limits::{MAX_NAME, MAX_SHORT, MAX_SIGNED, MAX_TOKEN};
use crate::name::Name;
use crate::notice::Notices;
use crate::version::{Version, Versions};

/// The ALPN name of a leg (RFC 7301).
pub const ALPN: &[u8] = b"farhand-leg/1";

/// The most bytes of an `Echo`.
pub const MAX_ECHO: usize = 12 * 1024;
/// The most of them on one leg.
pub const ECHOES: usize = 35;
/// How long a line may be tested.
pub const TEST_TIME: Duration = Duration::from_secs(10);

/// SHA-256 over a public key's SubjectPublicKeyInfo (RFC 5280, section 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KeyHash(pub [u8; 32]);

/// Lets its bearer join one session once, if the bearer proves the key that it was made for.
pub type Ticket = Bytes<MAX_SHORT>;

messages! {
    /// From a client or a console to a relay.
    pub enum ToRelay = "to relay";
    /// A client waits for a console. Answered by `Registered` or `Refused`.
    1 Register (2048) {
        /// The relay protocols that it speaks.
        versions: Versions,
        /// What an earlier `Registered` gave, to keep the same session ID.
        claim: Option<Bytes<MAX_SIGNED>>,
    }
    /// An operator comes. Answered by `LoggedIn` or `Refused`.
    2 Login (512) {
        /// The relay protocols that the console speaks.
        versions: Versions,
        /// The operator's name.
        operator: Text<MAX_NAME>,
        /// The operator's token.
        token: Bytes<MAX_TOKEN>,
    }
    /// One half of a session comes. Answered by `Joined` once the other is there, or by `Refused`.
    3 Join (256) {
        /// The relay protocols that it speaks.
        versions: Versions,
        /// The ticket from `Invite` or `Found`.
        ticket: Ticket,
    }
    /// A logged-in operator asks for a waiting client. Answered by `Found` or `Nobody`.
    4 Find (32) {
        /// Returns in the answer; the console counts it up.
        request: u32,
        /// Whom it asks for.
        session_id: SessionId,
    }
    /// Is anybody there? Answered by `Pong`.
    5 Ping (16) {
        /// Returns in the answer.
        number: u32,
    }
    /// One half of a session comes back whose link was cut. Answered by `Joined` once the other is there, or by
    /// `Refused`.
    6 Resume (MAX_SIGNED + 16) {
        /// The relay protocols that it speaks.
        versions: Versions,
        /// What the last `Joined` gave.
        pass: Bytes<MAX_SIGNED>,
    }
    /// Somebody tests the line. Answered by `Testing` or `Refused`.
    7 Test (16) {
        /// The relay protocols that it speaks.
        versions: Versions,
    }
    /// After `Testing`: to be sent back, [`ECHOES`] times at most.
    8 Echo (MAX_ECHO + 8) {
        /// Anything.
        data: Bytes<MAX_ECHO>,
    }
}

messages! {
    /// From a relay to a client or a console.
    pub enum FromRelay = "from relay";
    /// The client is waiting under this number.
    1 Registered (12_288) {
        /// The relay protocol from here on.
        version: Version,
        /// The number to read aloud.
        session_id: SessionId,
        /// Brings the same number back after a lost leg or a restart of the relay.
        claim: Bytes<MAX_SIGNED>,
        /// Whose relay it is.
        organisation: Name,
        /// What its customers are told before they let anybody in.
        notices: Notices,
    }
    /// The operator is known.
    2 LoggedIn (512) {
        /// The relay protocol from here on.
        version: Version,
        /// Whose relay it is.
        organisation: Name,
    }
    /// Both halves are there. What follows on this leg is the sealed stream.
    3 Joined (MAX_SIGNED + 64) {
        /// The relay protocol that was agreed.
        version: Version,
        /// Brings this half back to the other if the link is cut, also at a relay that was restarted; see [`Pass`].
        pass: Bytes<MAX_SIGNED>,
        /// Where this half comes from, as the relay sees it; `None` where the two are not to look for a way without it.
        direct: Option<IpAddr>,
    }
    /// A console asks for the waiting client.
    4 Invite (256) {
        /// For the client's `Join`.
        ticket: Ticket,
        /// The relay's clock, in seconds since 1970-01-01 UTC: what the voucher's expiry is measured by.
        relay_time: u64,
    }
    /// The client was found and is coming.
    5 Found (2048) {
        /// The request it answers.
        request: u32,
        /// For the console's `Join`.
        ticket: Ticket,
        /// For the client: who this operator is, see [`SignedVoucher`].
        voucher: SignedVoucher,
    }
    /// Nobody is waiting under the number: unknown, expired and busy alike.
    6 Nobody (16) {
        /// The request it answers.
        request: u32,
    }
    /// The answer to `Ping`.
    7 Pong (16) {
        /// What the `Ping` carried.
        number: u32,
    }
    /// The relay will not; the leg ends after this.
    8 Refused (64) {
        /// Why.
        refusal: Refusal,
    }
    /// The relay is being stopped; its legs end within seconds.
    9 Stopping (16) {}
    /// The line may be tested, for as long as [`TEST_TIME`].
    10 Testing (32) {
        /// The relay protocol from here on.
        version: Version,
        /// The relay's clock, in milliseconds since 1970-01-01 UTC.
        time: u64,
    }
    /// The answer to `Echo`.
    11 Echo (MAX_ECHO + 8) {
        /// What the `Echo` carried.
        data: Bytes<MAX_ECHO>,
    }
}

/// Why a relay refuses a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// No version in common.
    #[error(
        "this program and the relay have no protocol version in common (the relay speaks {0}); use the newest program"
    )]
    Version(Versions),
    /// Unknown operator, wrong token, or removed: one answer for all.
    #[error(
        "the relay does not know this operator or the token is wrong; ask your administrator for a new token"
    )]
    Operator,
    /// The ticket or pass is unknown, used, expired or another's.
    #[error("the relay did not accept the session's ticket; connect again")]
    Ticket,
    /// The other half did not come in time.
    #[error("the other side did not come to the relay in time; connect again")]
    Alone,
    /// The relay's limits are reached, in all or for this address or operator.
    #[error(
        "the relay takes no more now: too many wrong numbers were asked for, or it is full; try again in {seconds} s"
    )]
    Busy {
        /// When it makes sense to come back.
        seconds: u16,
    },
    /// Bytes that are not this protocol.
    #[error("the relay did not understand this program; use the newest program")]
    Protocol,
}

/// What a relay vouches for: this operator, of this organisation, with this key, may ask for this session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voucher {
    /// The operator's name.
    pub operator: Name,
    /// The organisation's name.
    pub organisation: Name,
    /// The session asked for.
    pub session_id: SessionId,
    /// The console's ephemeral key, as proven on its leg.
    pub console_key: KeyHash,
    /// Until when it may be shown, in seconds since 1970-01-01 UTC by the relay's clock.
    pub expires: u64,
}

/// A [`Voucher`] in its wire form with the relay's Ed25519 signature (RFC 8032).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedVoucher {
    /// [`Voucher`] in its wire form.
    pub body: Bytes<MAX_SIGNED>,
    /// 64 bytes over [`Voucher::signed_bytes`].
    pub signature: Bytes<MAX_SHORT>,
}

impl Voucher {
    /// The wire form that stands in [`SignedVoucher::body`].
    #[must_use]
    pub fn to_body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        put(self, &mut body);
        body
    }

    /// Reads [`SignedVoucher::body`]. Whoever calls this has checked the signature.
    ///
    /// # Errors
    /// The bytes are not exactly one voucher.
    pub fn from_body(body: &[u8]) -> Result<Self, DecodeError> {
        get(body, "voucher")
    }

    /// What is signed: a label that no other signature of ours has, then the body.
    #[must_use]
    pub fn signed_bytes(body: &[u8]) -> Vec<u8> {
        [b"farhand voucher 1\0".as_slice(), body].concat()
    }
}

/// What lets a client keep its session ID: signed by the relay, bound to the client's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The number it keeps.
    pub session_id: SessionId,
    /// The client's ephemeral key, as proven on its leg.
    pub client_key: KeyHash,
    /// Until when, in seconds since 1970-01-01 UTC by the relay's clock.
    pub expires: u64,
}

impl Claim {
    /// What is signed: a label that no other signature of ours has, then the wire form.
    #[must_use]
    pub fn signed_bytes(body: &[u8]) -> Vec<u8> {
        [b"farhand claim 1\0".as_slice(), body].concat()
    }
}

/// What brings one half of a session back: signed by the relay, bound to the key that the half proves on its leg. Two
/// passes of one session carry the same random `pairing`, by which they find each other at any relay with this key; a
/// relay keeps nothing of a session whose link is cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// Drawn when the two were brought together first.
    pub pairing: [u8; 32],
    /// The client's ephemeral key, as proven on its leg.
    pub client_key: KeyHash,
    /// The console's ephemeral key, as proven on its leg.
    pub console_key: KeyHash,
    /// The number that was asked for, for the audit.
    pub session_id: SessionId,
    /// The operator's number in the relay's store.
    pub operator_id: i64,
    /// The operator's name.
    pub operator: Name,
    /// Until when, in seconds since 1970-01-01 UTC by the relay's clock.
    pub expires: u64,
}

impl Pass {
    /// What is signed: a label that no other signature of ours has, then the wire form.
    #[must_use]
    pub fn signed_bytes(body: &[u8]) -> Vec<u8> {
        [b"farhand pass 1\0".as_slice(), body].concat()
    }
}
