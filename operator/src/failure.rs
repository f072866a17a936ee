//! Why a command fails, and the exit code that says so to scripts. The codes stand in docs/CLI.md.

use farhand_peer::SessionEnd;
use farhand_peer::console::{ConnectError, RelayError};
use farhand_proto::grant::Grant;
use farhand_proto::relay::Refusal;
use farhand_proto::seal::SealRefusal;
use farhand_proto::session::{EndReason, Undone};
use farhand_seal::SealError;
use farhand_session::{ActError, Ended};
use farhand_transport::survey::Verdict;

/// Why a command fails.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Something on this machine.
    #[error("{0}")]
    Here(String),
    /// The words of the command make no sense.
    #[error("{0}")]
    Usage(String),
    /// No session came about.
    #[error("{0}")]
    Connect(#[from] ConnectError),
    /// The session ended before all steps were done.
    #[error("{0}")]
    Ended(SessionEnd),
    /// A step needs what the customer did not allow.
    #[error("the customer does not allow {0} now")]
    NotAllowed(&'static str),
    /// An act was not taken.
    #[error("{0}")]
    Act(#[from] ActError),
    /// An act was not done, and not for want of a grant.
    #[error("the customer's program did not do it: {0}")]
    Undone(Undone),
    /// Files, words or a clipboard that did not arrive.
    #[error("{0}")]
    Files(String),
    /// No way leads to a relay.
    #[error("{0}")]
    Reach(Verdict),
    /// A signal came before all steps were done.
    #[error("stopped before everything was done")]
    Stopped,
    /// Waited in vain.
    #[error("waited {seconds} s for {what}, in vain")]
    Waited {
        /// For what.
        what: String,
        /// How long.
        seconds: f64,
    },
    /// It stands in a script.
    #[error("line {line}: {failure}")]
    AtLine {
        /// Where, from 1.
        line: usize,
        /// What.
        failure: Box<Failure>,
    },
    /// Lines of a script make no sense; each from 1, with what is wrong there.
    #[error("{}", told(.0))]
    Script(Vec<(usize, String)>),
}

/// All mistakes of a script, one a line.
fn told(mistakes: &[(usize, String)]) -> String {
    let lines: Vec<String> = mistakes.iter().map(|(line, why)| format!("line {line}: {why}")).collect();
    lines.join("\n")
}

impl From<Undone> for Failure {
    fn from(why: Undone) -> Self {
        match why {
            Undone::NotAllowed => Self::NotAllowed(Grant::Control.name()),
            Undone::Paused => Self::Act(ActError::Paused),
            why => Self::Undone(why),
        }
    }
}

impl Failure {
    /// See docs/CLI.md.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Here(_) | Self::Connect(ConnectError::Identity(_)) => 1,
            Self::Usage(_) | Self::Script(_) => 2,
            Self::Connect(ConnectError::Relay(error)) => relay_code(error),
            Self::Ended(SessionEnd::Relay(Refusal::Operator)) => 5,
            Self::Connect(ConnectError::Nobody) => 6,
            Self::Connect(ConnectError::Seal(error)) => seal_code(error),
            Self::Ended(SessionEnd::Session(Ended::There(reason) | Ended::Here(reason))) => end_code(reason),
            Self::Ended(SessionEnd::Session(Ended::Lost(_)) | SessionEnd::Relay(_))
            | Self::Act(ActError::LineLost | ActError::Congested | ActError::Over) => 11,
            Self::NotAllowed(_) | Self::Act(ActError::NotAllowed | ActError::Paused) => 12,
            Self::Undone(_) => 13,
            Self::Reach(Verdict::WrongPin) => 4,
            Self::Reach(_) => 3,
            Self::Waited { .. } => 14,
            Self::Stopped => 16,
            Self::Files(_) => 17,
            Self::AtLine { failure, .. } => failure.exit_code(),
        }
    }

    /// The line of the script where it stands, the first of several.
    pub(crate) fn line(&self) -> Option<usize> {
        match self {
            Self::AtLine { line, .. } => Some(*line),
            Self::Script(mistakes) => mistakes.first().map(|(line, _)| *line),
            _ => None,
        }
    }
}

fn relay_code(error: &RelayError) -> u8 {
    match error {
        RelayError::Unreachable(error) if error.is_wrong_pin() => 4,
        RelayError::Refused(Refusal::Operator) => 5,
        RelayError::Refused(Refusal::Version(_) | Refusal::Protocol) | RelayError::Unexpected => 15,
        RelayError::Unreachable(_)
        | RelayError::Refused(_)
        | RelayError::Leg(_)
        | RelayError::Silent
        | RelayError::Stopping => 3,
    }
}

fn seal_code(error: &SealError) -> u8 {
    match error {
        SealError::Refused(
            SealRefusal::Password | SealRefusal::PasswordReplaced | SealRefusal::NumberEnded,
        )
        | SealError::WrongPassword(_)
        | SealError::GuessesSpent(_)
        | SealError::RunsSpent(_) => 7,
        SealError::Closed | SealError::TimedOut => 11,
        _ => 15,
    }
}

fn end_code(reason: &EndReason) -> u8 {
    match reason {
        EndReason::Denied => 8,
        EndReason::NoAnswer => 9,
        EndReason::Operator | EndReason::Customer | EndReason::DisplayGone(_) | EndReason::WordsDiffer => 10,
        EndReason::Protocol(_) => 15,
    }
}
