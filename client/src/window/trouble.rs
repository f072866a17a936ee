//! Why the relay can't be used, sorted by what the person can do about it.

use farhand_peer::client::RelayError;
use farhand_proto::relay::Refusal;
use farhand_transport::dial::{AttemptError, DialError};

/// Tries in a row until the light turns red: by then it was no passing fault.
pub(crate) const PATIENCE: u32 = 4;

/// One kind of trouble, and what the program knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) kind: Kind,
    /// What happened at each target, for whoever understands it.
    pub(crate) detail: String,
}

/// Kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing answers, or names aren't found.
    Unreachable,
    /// Something on the way closes or refuses.
    Blocked,
    /// What answers is not the relay.
    WrongRelay,
    /// The program and the relay do not understand each other.
    OldProgram,
    /// The relay takes no more.
    Full,
    /// A connection that stood is gone.
    Lost,
}

impl Kind {
    /// Whether trying again can't help.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::WrongRelay | Self::OldProgram)
    }
}

impl Trouble {
    pub(crate) fn of(error: &RelayError) -> Self {
        let kind = match error {
            RelayError::Unreachable(error) => kind_of_dial(error),
            RelayError::Refused(Refusal::Version(_) | Refusal::Protocol) | RelayError::Unexpected => {
                Kind::OldProgram
            }
            RelayError::Refused(Refusal::Busy { .. }) => Kind::Full,
            RelayError::Refused(_) | RelayError::Leg(_) | RelayError::Silent | RelayError::Stopping => {
                Kind::Lost
            }
        };
        Self { kind, detail: error.to_string() }
    }
}

fn kind_of_dial(error: &DialError) -> Kind {
    if error.is_wrong_pin() {
        return Kind::WrongRelay;
    }
    let blocked = |error: &AttemptError| {
        matches!(error, AttemptError::Refused | AttemptError::Closed | AttemptError::NotARelay(_))
    };
    if error.attempts.iter().any(|(_, error)| blocked(error)) { Kind::Blocked } else { Kind::Unreachable }
}
