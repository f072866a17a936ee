//! How a session ends, as far as the network is concerned too.

use farhand_proto::relay::Refusal;
use farhand_seal::StreamError;
use farhand_session::Ended;

/// Why a session is over.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SessionEnd {
    /// One of the two ended it, or neither hears the other.
    #[error("{0}")]
    Session(#[from] Ended),
    /// At the console: the relay no longer lets this operator.
    #[error("{0}")]
    Relay(Refusal),
    /// The line was cut, or what came over it was not from the other end.
    #[error("{0}; the other program, its network or the relay went away")]
    Line(#[from] StreamError),
}
