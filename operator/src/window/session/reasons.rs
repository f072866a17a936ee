//! Why files did not arrive, in words that every language has.

use farhand_proto::transfer::{Cancelled, FileProblem};
use farhand_session::{Stopped, TransferError};

use crate::window::words::Words;

/// Why one file or folder did not arrive.
pub(super) fn of_problem(problem: &FileProblem) -> Words {
    Words::new(match problem {
        FileProblem::NotFound => "file-not-found",
        FileProblem::Denied => "file-denied",
        FileProblem::Full => "file-disk-full",
        FileProblem::ReadOnly => "file-read-only",
        FileProblem::NotAFile => "file-not-a-file",
        FileProblem::InTheWay => "file-in-the-way",
        FileProblem::Name => "file-name",
        FileProblem::Changed | FileProblem::Again => "file-changed",
        FileProblem::Damaged => "file-damaged",
        // The words of a system, in its language.
        FileProblem::System(why) => return Words::new("file-system").with("why", why),
    })
}

/// Why a transfer did not go to its end.
pub(super) fn of_stopped(stopped: &Stopped) -> Words {
    Words::new(match stopped {
        Stopped::Here(Cancelled::ByHand) => "file-stopped-here",
        Stopped::There(Cancelled::ByHand) => "file-stopped-there",
        Stopped::Here(Cancelled::Problem(problem)) | Stopped::There(Cancelled::Problem(problem)) => {
            return of_problem(problem);
        }
        Stopped::Here(Cancelled::NotAllowed) | Stopped::There(Cancelled::NotAllowed) => {
            "session-files-refused"
        }
        Stopped::Here(Cancelled::Paused) | Stopped::There(Cancelled::Paused) => "file-paused",
        Stopped::Here(Cancelled::Busy) | Stopped::There(Cancelled::Busy) => "file-busy",
    })
}

/// Why a transfer could not begin.
pub(super) fn of_refused(why: TransferError) -> Words {
    Words::new(match why {
        TransferError::NotAllowed => "session-files-refused",
        TransferError::Paused => "file-paused",
        TransferError::Busy => "file-busy",
        TransferError::LineLost => "file-line-lost",
        TransferError::Over => "session-undone-over",
    })
}
