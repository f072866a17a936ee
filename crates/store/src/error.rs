//! What can be wrong with a store, each with its file and with what to do.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::SCHEMA_VERSION;

/// The store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is none.
    #[error("there is no database {path}")]
    Missing {
        /// Which file.
        path: PathBuf,
    },
    /// It belongs to something else.
    #[error(
        "{path} is not the database of a Farhand relay: {what}; it was left as it is. Name the right folder, or move \
         this file away: a relay that starts without one makes a new one, which knows no operators"
    )]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// Parts of it are wrong or missing.
    #[error(
        "the database {path} is damaged ({detail}); stop the relay and put a backup in its place, or move it and the \
         files {name}-wal and {name}-shm away: a relay that starts without them makes a new one, which knows no \
         operators and no audit",
        name = .path.file_name().unwrap_or_default().display()
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// A newer program wrote it.
    #[error(
        "the database {path} was written by a newer program (its form is {found}, this program knows up to \
         {SCHEMA_VERSION}); use that program, or a backup from before it was installed"
    )]
    TooNew {
        /// Which file.
        path: PathBuf,
        /// The form found.
        found: i64,
    },
    /// The system does not let it be read or written.
    #[error("can't use the database {path}: {reason}; {advice}")]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
        /// What to do.
        advice: &'static str,
    },
}

const RIGHTS: &str = "it and its folder must belong to the relay's user; run this as that user";
const FULL: &str = "the disk is full: make room";
const LOCKED: &str = "another program keeps it locked; end that program or try again in a minute";
const DISK: &str = "look into the system's log for a failing disk, and make a backup while it can be read";

impl StoreError {
    pub(crate) fn open(path: &Path, source: std::io::Error) -> Self {
        let advice = match source.kind() {
            ErrorKind::NotFound => "its folder is not there",
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FULL,
            ErrorKind::IsADirectory => "a folder has its name; move that away",
            _ => RIGHTS,
        };
        Self::Unusable { path: path.to_owned(), reason: source.to_string(), advice }
    }

    pub(crate) fn database(path: &Path, error: sqlx::Error) -> Self {
        let path = path.to_owned();
        let code = match &error {
            sqlx::Error::Database(error) => {
                error.code().and_then(|code| code.parse::<u32>().ok()).unwrap_or_default()
            }
            sqlx::Error::PoolTimedOut => BUSY,
            _ => 0,
        };
        let reason = match &error {
            sqlx::Error::Database(error) => error.message().to_owned(),
            error => error.to_string(),
        };
        // The lower byte of SQLite's code is the kind of the failure (<https://www.sqlite.org/rescode.html>).
        match code & 0xff {
            // Nothing in the statements of this crate is wrong, so a table or column is missing, or holds other things.
            ERROR | CORRUPT | MISMATCH | NOTADB => Self::Damaged { path, detail: reason },
            BUSY | LOCKED_TABLE => Self::Unusable { path, reason, advice: LOCKED },
            FULL_DISK => Self::Unusable { path, reason, advice: FULL },
            // What is beside the database could not grow.
            IO if code == SHARED_MEMORY_SIZE => Self::Unusable { path, reason, advice: FULL },
            IO => Self::Unusable { path, reason, advice: DISK },
            PERMISSION | READ_ONLY | CANT_OPEN | AUTHORISATION => {
                Self::Unusable { path, reason, advice: RIGHTS }
            }
            _ if matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_)) => {
                Self::Damaged { path, detail: reason }
            }
            _ => Self::Unusable {
                path,
                reason,
                advice: "try again; if it stays, ask for help with this message",
            },
        }
    }
}

const ERROR: u32 = 1;
const PERMISSION: u32 = 3;
const BUSY: u32 = 5;
const LOCKED_TABLE: u32 = 6;
const READ_ONLY: u32 = 8;
const IO: u32 = 10;
/// The whole code: the index beside the database can't grow.
const SHARED_MEMORY_SIZE: u32 = IO | 19 << 8;
const CORRUPT: u32 = 11;
const FULL_DISK: u32 = 13;
const CANT_OPEN: u32 = 14;
const MISMATCH: u32 = 20;
const AUTHORISATION: u32 = 23;
const NOTADB: u32 = 26;
