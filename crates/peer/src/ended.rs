//! How a session ends, as far as the network is concerned too.

use farhand_proto::relay::Refusal;
use farhand_session::Ended;

/// Why a session is over.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SessionEnd {
    /// One of the two ended it, or their line was lost for good.
    #[error("{0}")]
    Session(#[from] Ended),
    /// The relay no longer lets this operator, or did not bring the session back for another reason.
    #[error("the relay ended it: {0}")]
    Relay(Refusal),
}
