//! What client and console say to each other inside the inner TLS until the seal stands.
//!
//! ```text
//! client  -> console   ClientHello    versions, commitment to the client's nonce
//! console -> client    ConsoleHello   versions, the console's nonce, the relay's voucher, PAKE share
//! client  -> console   ClientShare    PAKE share
//! console -> client    ConsoleProof   MAC; the client counts the guess before it looks
//! client  -> console   ClientProof    MAC, the nonce that was committed to, the customer's language
//! ```
//! Instead of any of its messages an end may send `Refused` and close.

use serde::{Deserialize, Serialize};

use crate::bounded::{Bytes, List};
use crate::codec::messages;
use crate::language::Language;
use crate::limits::MAX_SHORT;
use crate::relay::SignedVoucher;
use crate::session::Taken;
use crate::version::Versions;

/// The ALPN name of the inner TLS (RFC 7301).
pub const ALPN: &[u8] = b"farhand-seal/1";

messages! {
    /// From the client to the console.
    pub enum SealFromClient = "seal from client";
    /// Opens.
    1 ClientHello (64) {
        /// The session protocols that it speaks.
        versions: Versions,
        /// SHA-256 over a label and the client's nonce.
        commitment: [u8; 32],
    }
    /// The client's half of the PAKE.
    3 ClientShare (160) {
        /// SPAKE2 message.
        share: Bytes<MAX_SHORT>,
    }
    /// The client knows the password as well.
    5 ClientProof (96) {
        /// HMAC-SHA-256 under the client's confirmation key.
        mac: [u8; 32],
        /// The nonce that `ClientHello` committed to.
        nonce: [u8; 32],
        /// The language in which both show the two words. Only whoever knows the password learns it.
        language: Language,
    }
    /// The client will not.
    15 Refused (8) {
        /// Why.
        refusal: SealRefusal,
    }
}

messages! {
    /// From the console to the client.
    pub enum SealFromConsole = "seal from console";
    /// Answers `ClientHello`.
    2 ConsoleHello (2048) {
        /// The session protocols that it speaks.
        versions: Versions,
        /// 32 random bytes.
        nonce: [u8; 32],
        /// Who the operator is, by the relay's word.
        voucher: SignedVoucher,
        /// SPAKE2 message.
        share: Bytes<MAX_SHORT>,
    }
    /// The console knows the password.
    4 ConsoleProof (48) {
        /// HMAC-SHA-256 under the console's confirmation key.
        mac: [u8; 32],
    }
    /// The console will not.
    15 Refused (8) {
        /// Why.
        refusal: SealRefusal,
    }
}

/// The ALPN name of an inner TLS that brings a session back whose link was cut.
///
/// ```text
/// client  -> console   Hello    the client's nonce
/// console -> client    Prove    the console's nonce, a MAC under each key that the client may have
/// client  -> console   Answer   MAC, and what the client took in before
/// console -> client    Commit   MAC, and what the console took in before; session frames may follow at once
/// ```
/// Both show the keys of the first seal in the TLS handshake, and prove in addition what only its ends can know.
pub const RESUME_ALPN: &[u8] = b"farhand-resume/1";

/// The most keys that a console offers: of the seal that stands, and of the one before while it does not know
/// whether the client has heard of the change.
pub const MAX_EPOCHS: usize = 2;

messages! {
    /// From the client to the console.
    pub enum ResumeFromClient = "resume from client";
    /// Opens.
    1 Hello (48) {
        /// 32 random bytes.
        nonce: [u8; 32],
    }
    /// The client knows the same key.
    3 Answer (96) {
        /// HMAC-SHA-256 under the client's key of the epoch that both have.
        mac: [u8; 32],
        /// What it has taken in. It takes in nothing more of any other link from here on.
        taken: Taken,
    }
    /// The client will not.
    15 Refused (8) {
        /// Why.
        refusal: SealRefusal,
    }
}

messages! {
    /// From the console to the client.
    pub enum ResumeFromConsole = "resume from console";
    /// Answers `Hello`.
    2 Prove (160) {
        /// 32 random bytes.
        nonce: [u8; 32],
        /// One for each key that the client may have; the newest first.
        proofs: List<EpochProof, MAX_EPOCHS>,
    }
    /// This link is the session's from here on.
    4 Commit (96) {
        /// HMAC-SHA-256 under the console's key, over both ends' `taken`.
        mac: [u8; 32],
        /// What it has taken in.
        taken: Taken,
    }
    /// The console will not.
    15 Refused (8) {
        /// Why.
        refusal: SealRefusal,
    }
}

/// A proof under the key of one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochProof {
    /// How often the session had come back when that key was made.
    pub epoch: u32,
    /// HMAC-SHA-256 under the console's key of that epoch.
    pub mac: [u8; 32],
}

/// Why one end breaks off before the seal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
pub enum SealRefusal {
    /// No version in common.
    #[error("the two programs have no protocol version in common; use the newest of both")]
    Version,
    /// The password was wrong, and this client still takes another try.
    #[error("the password is wrong; ask the customer to read it again")]
    Password,
    /// The password was wrong for the last time: the client shows a new one.
    #[error("the password is wrong and has been replaced; ask the customer for the new one")]
    PasswordReplaced,
    /// The password was wrong for the last time: the number has ended.
    #[error("too many wrong passwords; this number has ended, ask the customer for the new one")]
    NumberEnded,
    /// The voucher is not the relay's, not for this console or session, or too old.
    #[error("the customer's program did not accept the relay's word for this operator; connect again")]
    Voucher,
    /// Something that this protocol does not allow.
    #[error("the two programs did not understand each other; use the newest of both")]
    Protocol,
    /// The proof of a session that is to come back is not that session's.
    #[error("the session could not be brought back over this line")]
    Resume,
}
