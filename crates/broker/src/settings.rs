//! What a broker is given: who it speaks for, how much it takes, how long it waits, and its outside helpers.

use std::time::Duration;

use farhand_proto::name::Name;
use farhand_proto::notice::Notices;

/// How long after a `Find` the answer `Nobody` leaves, whatever its cause.
pub const NOBODY_DELAY: Duration = Duration::from_millis(150);
/// How long after a `Login` its refusal leaves, whatever its cause; later only if the check took longer.
pub const FAILED_LOGIN_DELAY: Duration = Duration::from_millis(500);
/// How long a ticket may be used.
pub const TICKET_LIFE: Duration = Duration::from_secs(30);
/// How far the clocks of client and relay may be apart: a voucher lasts as long as a ticket and this.
pub const CLOCK_SKEW: Duration = Duration::from_secs(30);
/// How long the first half of a session waits for the other. One that comes back tries again after that: its leg may
/// be gone without its knowing.
pub const ALONE: Duration = Duration::from_secs(10);
/// How long a pass brings its half of a session back; each time that it does there is a new one.
pub const PASS_LIFE: Duration = Duration::from_secs(12 * 60 * 60);
/// How long a session ID stays its client's.
pub const CLAIM_LIFE: Duration = Duration::from_secs(12 * 60 * 60);
/// Answers of `Nobody` that one operator gets within a minute.
pub const MISSES_PER_MINUTE: usize = 5;
/// Answers of `Nobody` that one operator gets within an hour.
pub const MISSES_PER_HOUR: usize = 60;
/// Tests of the line from one address within a minute.
pub(crate) const TESTS_PER_MINUTE: usize = 20;
/// Pings of one leg that are answered within a minute; a client sends sixty. One more ends the leg.
pub const PINGS_PER_MINUTE: usize = 120;

/// Whom a broker speaks for and what it allows.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The organisation's name, shown to the customer.
    pub organisation: Name,
    /// What the customer is told before they let anybody in.
    pub notices: Notices,
    /// Whether the two ends of a session may look for a way without the relay.
    pub direct: bool,
    /// How much it takes.
    pub limits: Limits,
    /// How long it waits.
    pub timing: Timing,
}

impl Settings {
    /// Speaks for this organisation, with every limit and time at its default.
    #[must_use]
    pub fn new(organisation: Name) -> Self {
        Self {
            organisation,
            notices: Notices::default(),
            direct: true,
            limits: Limits::default(),
            timing: Timing::default(),
        }
    }
}

/// How much a broker takes. An address is one IPv4 address or one IPv6 network of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Legs in all.
    pub legs: usize,
    /// Legs of one address. As many more as it may have newcomers are told that it is busy; beyond those its
    /// connections are dropped before TLS.
    pub legs_per_address: usize,
    /// Legs that have not said what they are for or whose operator is being checked, in all.
    pub newcomers: usize,
    /// Legs that have not said what they are for or whose operator is being checked, of one address.
    pub newcomers_per_address: usize,
    /// Clients that wait or are in a session.
    pub clients: usize,
    /// New session IDs for one address within a minute.
    pub registrations_per_minute: usize,
    /// Failed logins from one address within a minute.
    pub login_failures_per_minute: usize,
    /// Answers of `Nobody` to one address within a minute.
    pub misses_per_minute: usize,
    /// Sessions, invited or running, in all.
    pub sessions: usize,
    /// Sessions, invited or running, of one operator.
    pub sessions_per_operator: usize,
    /// Consoles that one operator has logged in at the same time.
    pub logins_per_operator: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            legs: 20_000,
            legs_per_address: 512,
            newcomers: 1_024,
            newcomers_per_address: 64,
            clients: 10_000,
            registrations_per_minute: 60,
            login_failures_per_minute: 10,
            misses_per_minute: 30,
            sessions: 5_000,
            sessions_per_operator: 64,
            logins_per_operator: 16,
        }
    }
}

/// How long a broker waits for what the other side owes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// From the TCP connection to the first whole message.
    pub first_message: Duration,
    /// Between two messages of a client or console; they send a `Ping` every 20 s.
    pub silence: Duration,
    /// How long sessions go on once the relay is being stopped.
    pub grace: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            first_message: Duration::from_secs(5),
            silence: Duration::from_secs(60),
            grace: Duration::from_secs(5),
        }
    }
}

/// Random bytes that nobody can predict.
pub trait Entropy: Send {
    /// Overwrites all bytes.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// The relay's own Ed25519 key (RFC 8032).
pub trait Signer: Send {
    /// Signs.
    fn sign(&self, bytes: &[u8]) -> [u8; 64];

    /// Whether the signature is this key's own over these bytes.
    fn verify(&self, bytes: &[u8], signature: &[u8; 64]) -> bool;
}
