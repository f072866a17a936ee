//! Why a seal is not made or does not hold, whose fault it is, and what a person can do.

use farhand_proto::seal::SealRefusal;
use farhand_proto::version::Versions;

use crate::guesses::{RunsSpent, Wrong};

/// Why a handshake ended without a seal.
///
/// After any of these the driver sends what `take_output` still gives (a refusal, the end of the inner TLS), then
/// closes the link.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SealError {
    /// The other end would not, and says why.
    #[error("{0}")]
    Refused(SealRefusal),
    /// At the client: the console proved another password. What becomes of this one is inside.
    #[error("the operator typed a wrong password: {0}")]
    WrongPassword(Wrong),
    /// At the client: no guess is left. The driver replaces the password, or the number, before the next run.
    #[error("no guess is left: {0}")]
    GuessesSpent(Wrong),
    /// At the console: this number has taken all the tries that a console gives it.
    #[error(transparent)]
    RunsSpent(#[from] RunsSpent),
    /// At the console: whoever answers does not know the password.
    #[error(
        "the other end could not prove that it knows the password, so it may not be the customer's program; \
         ask the customer for a new number"
    )]
    ClientUnproven,
    /// At the client: what the relay says about this operator can't be believed.
    #[error("the relay's word for the operator was not accepted: {0}")]
    Voucher(#[from] VoucherError),
    /// No version in common.
    #[error(
        "the other program speaks versions {theirs} and this one {}; use the newest of both",
        Versions::SESSION
    )]
    Version {
        /// What the other end speaks.
        theirs: Versions,
    },
    /// The other end broke the protocol, or somebody between the two did.
    #[error("the other program broke the protocol: {0}; connect again, and use the newest of both programs")]
    PeerMisbehaved(#[from] Misbehaviour),
    /// The inner TLS failed: a middleman, a damaged line, or something that is no seal at all.
    #[error("the encryption with the other program failed ({0}); connect again")]
    Tls(rustls::Error),
    /// The seal was not made within [`RUN_TIME`](crate::RUN_TIME).
    #[error("the other program did not answer in time; connect again")]
    TimedOut,
    /// The stream ended first.
    #[error("the other program closed the connection before it was secured; connect again")]
    Closed,
    /// A key given by this program itself is not an Ed25519 key: its own fault.
    #[error("this program made a mistake: the {0} key is not an Ed25519 key")]
    Key(&'static str),
    /// The handshake had ended before: the driver's own fault.
    #[error("this program made a mistake: the handshake had already ended")]
    Over,
}

/// How a peer broke the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// It speaks TLS, but not this protocol in it.
    #[error("it does not speak the seal's protocol")]
    Alpn,
    /// It shows this end's own key.
    #[error("it shows this program's own key")]
    OwnKey,
    /// It sent what is no message.
    #[error("{0}")]
    Malformed(#[from] farhand_proto::codec::DecodeError),
    /// A message that does not belong here.
    #[error("a message came out of order")]
    OutOfOrder,
    /// It sent more than [`MAX_RUN_INPUT`](crate::MAX_RUN_INPUT) and was still not done.
    #[error("it sent too much")]
    TooMuch,
    /// It sent on where it had to wait for this end.
    #[error("bytes came before their time")]
    Early,
    /// Its PAKE share is no share of the other role.
    #[error("its key share is invalid")]
    Share,
    /// Its nonce is not the one that it committed to.
    #[error("it changed its mind about a number that it was bound to")]
    Commitment,
    /// It is to bring a session back, and is not the program that the session began with.
    #[error("it is not the program that the session began with")]
    Stranger,
    /// It does not know the secret of the session that is to come back.
    #[error("it does not know the session that is to come back")]
    ResumeProof,
}

/// Why a relay's word for an operator is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VoucherError {
    /// Not signed by the relay that this client knows.
    #[error("it is not signed by this relay")]
    Signature,
    /// Signed, but not readable.
    #[error("it is not readable")]
    Malformed,
    /// For another session.
    #[error("it is for another session")]
    Session,
    /// For another console.
    #[error("it is for another operator's program")]
    Console,
    /// Too old.
    #[error("it has expired")]
    Expired,
}

/// Why a sealed stream ended.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StreamError {
    /// A record was not the peer's, or out of place.
    #[error("the sealed line was damaged or tampered with ({0})")]
    Tls(rustls::Error),
    /// The line was cut: the peer did not say that it ends.
    #[error("the line was cut")]
    Cut,
    /// This end had closed before: the driver's own fault.
    #[error("this program made a mistake: it sent after it had closed")]
    Closed,
}
