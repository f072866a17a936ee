//! What lies behind a trouble, in words for whoever looks into it.

use std::io;

use farhand_peer::console::RelayError;
use farhand_proto::relay::Refusal;
use farhand_proto::seal::SealRefusal;
use farhand_seal::{Misbehaviour, SealError};
use farhand_transport::LegError;

use super::settings::{Mistake, SettingsError};
use super::words::Words;

/// What only a developer can read: it is the same in every language.
pub(crate) fn code(error: impl ToString) -> Words {
    Words::new("detail-code").with("code", error.to_string())
}

/// What the customer's program says in its own words.
pub(crate) fn there(why: &str) -> Words {
    Words::new("detail-there").with("why", why)
}

/// Why a file can't be used.
fn of_file(kind: io::ErrorKind, why: &str) -> Words {
    match kind {
        io::ErrorKind::PermissionDenied => Words::new("detail-file-denied"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Words::new("detail-file-full"),
        io::ErrorKind::ReadOnlyFilesystem => Words::new("detail-file-read-only"),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => Words::new("detail-file-no-folder"),
        io::ErrorKind::InvalidData => Words::new("detail-file-no-text"),
        _ => code(why),
    }
}

/// All there is to say about the settings' file.
pub(crate) fn of_settings(error: &SettingsError) -> Vec<Words> {
    match error {
        SettingsError::Unreadable { file, kind, why } => {
            vec![Words::new("settings-unreadable").with("file", file), of_file(*kind, why)]
        }
        SettingsError::Unwritable { file, kind, why } => {
            vec![Words::new("settings-unwritable").with("file", file), of_file(*kind, why)]
        }
        SettingsError::Content { file, line, item, mistake, .. } => {
            let place = Words::new("settings-line").with("file", file).with("line", line).with("item", item);
            let words = Words::new(match mistake {
                Mistake::Relay => "setup-relay-wrong",
                Mistake::Pin => "setup-pin-wrong",
                Mistake::Proxy => "settings-proxy",
                Mistake::Operator => "setup-operator-wrong",
                Mistake::Theme => "settings-theme",
                Mistake::Language => "settings-language",
                Mistake::Unknown => "settings-unknown",
            });
            vec![place, words]
        }
    }
}

/// Why a leg ended.
pub(crate) fn of_leg(error: &RelayError) -> Option<Words> {
    let RelayError::Leg(error) = error else { return None };
    Some(match error {
        LegError::Closed => Words::new("detail-closed"),
        LegError::Broken(error) => match error.kind() {
            io::ErrorKind::TimedOut => Words::new("detail-timed-out"),
            io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkDown => Words::new("detail-network"),
            _ => code(error),
        },
        LegError::PeerMisbehaved(_) => Words::new("detail-invalid"),
    })
}

pub(crate) fn of_refusal(refusal: &Refusal) -> Option<Words> {
    match refusal {
        Refusal::Version(versions) => {
            Some(versions_of("detail-relay-versions", versions.oldest.0, versions.newest.0))
        }
        Refusal::Protocol => Some(Words::new("detail-relay-protocol")),
        Refusal::Operator | Refusal::Ticket | Refusal::Alone | Refusal::Busy { .. } => None,
    }
}

fn versions_of(key: &'static str, oldest: impl Into<u64>, newest: impl Into<u64>) -> Words {
    Words::new(key).count("oldest", oldest.into()).count("newest", newest.into())
}

pub(crate) fn of_seal_refusal(refusal: &SealRefusal) -> Option<Words> {
    match refusal {
        SealRefusal::Version => Some(Words::new("detail-no-common-version")),
        SealRefusal::Protocol => Some(Words::new("detail-client-protocol")),
        // The words above say it all.
        SealRefusal::Voucher
        | SealRefusal::Resume
        | SealRefusal::Password
        | SealRefusal::PasswordReplaced
        | SealRefusal::NumberEnded => None,
    }
}

pub(crate) fn of_seal(error: &SealError) -> Words {
    match error {
        SealError::Version { theirs } => {
            versions_of("detail-client-versions", theirs.oldest.0, theirs.newest.0)
        }
        SealError::PeerMisbehaved(misbehaviour) => Words::new(match misbehaviour {
            Misbehaviour::Alpn => "detail-no-seal",
            Misbehaviour::OwnKey => "detail-own-key",
            Misbehaviour::Malformed(_) | Misbehaviour::Stranger | Misbehaviour::ResumeProof => {
                "detail-invalid"
            }
            Misbehaviour::OutOfOrder | Misbehaviour::Early => "detail-out-of-order",
            Misbehaviour::TooMuch => "detail-too-much",
            Misbehaviour::Share => "detail-share",
            Misbehaviour::Commitment => "detail-commitment",
        }),
        SealError::Tls(error) => code(error),
        error => code(error),
    }
}
