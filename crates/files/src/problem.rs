//! What the system says of a file, in the words that travel.

use std::io::{self, ErrorKind};

use farhand_proto::bounded::Shown;
use farhand_proto::transfer::FileProblem;

/// The problem behind an error.
pub(crate) fn of(error: &io::Error) -> FileProblem {
    match error.kind() {
        ErrorKind::NotFound => FileProblem::NotFound,
        ErrorKind::PermissionDenied => FileProblem::Denied,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => FileProblem::Full,
        ErrorKind::ReadOnlyFilesystem => FileProblem::ReadOnly,
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory | ErrorKind::IsADirectory => {
            FileProblem::InTheWay
        }
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => FileProblem::Name,
        _ => FileProblem::System(Shown::truncated(&error.to_string())),
    }
}
