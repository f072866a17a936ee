//! What people say to each other in writing.

/// Why words are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SayError {
    /// The customer has not said yes.
    #[error("messages travel once the customer has said yes")]
    NotYet,
    /// More waits than the line can take.
    #[error("too much is waiting for the line")]
    Congested,
    /// There is no session any more.
    #[error("the session is over")]
    Over,
}
