//! The sessions of late: when, through whom, how long, how they ended. Nothing that tells who the customer was.

use std::path::Path;

use farhand_peer::SessionEnd;
use farhand_proto::session::EndReason;
use farhand_session::Ended;
use serde::{Deserialize, Serialize};

use super::settings::{self, SettingsError};

/// The list's file beside the settings.
const FILE: &str = "recent.json";
/// Sessions that are remembered.
const MAX: usize = 20;

/// One session that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Past {
    /// When it began, in seconds since 1970-01-01 UTC.
    pub(crate) began: u64,
    /// How long it lasted, in seconds.
    pub(crate) lasted: u64,
    /// The organisation whose relay it went through.
    pub(crate) organisation: String,
    pub(crate) end: End,
}

/// How a session ended, as far as one wants to know later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum End {
    Operator,
    Customer,
    Denied,
    NoAnswer,
    DisplayGone,
    Line,
    Relay,
    Protocol,
}

impl From<&SessionEnd> for End {
    fn from(end: &SessionEnd) -> Self {
        match end {
            SessionEnd::Session(Ended::Here(reason) | Ended::There(reason)) => match reason {
                EndReason::Operator | EndReason::WordsDiffer => Self::Operator,
                EndReason::Customer => Self::Customer,
                EndReason::Denied => Self::Denied,
                EndReason::NoAnswer => Self::NoAnswer,
                EndReason::DisplayGone(_) => Self::DisplayGone,
                EndReason::Protocol(_) => Self::Protocol,
            },
            SessionEnd::Session(Ended::Lost(_)) => Self::Line,
            SessionEnd::Relay(_) => Self::Relay,
        }
    }
}

/// The newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recent(Vec<Past>);

impl Recent {
    /// Reads the list; one that can't be read is empty, for nothing depends on it.
    pub(crate) fn load(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join(FILE)).unwrap_or_default();
        let mut list: Vec<Past> = serde_json::from_str(&text).unwrap_or_default();
        list.truncate(MAX);
        Self(list)
    }

    /// Writes the list.
    pub(crate) fn save(&self, folder: &Path) -> Result<(), SettingsError> {
        let list = serde_json::to_string_pretty(&self.0).unwrap_or_default();
        settings::write(folder, FILE, &list)
    }

    pub(crate) fn add(&mut self, past: Past) {
        self.0.insert(0, past);
        self.0.truncate(MAX);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn list(&self) -> &[Past] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(began: u64) -> Past {
        Past { began, lasted: 5, organisation: "Test House".into(), end: End::NoAnswer }
    }

    #[test]
    fn the_newest_are_kept_and_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut recent = Recent::load(folder.path());
        for began in 0..30 {
            recent.add(past(began));
        }
        recent.save(folder.path()).unwrap();
        let loaded = Recent::load(folder.path());
        assert_eq!(loaded, recent);
        assert_eq!(loaded.list().len(), MAX);
        assert_eq!(loaded.list()[0], past(29));
    }

    #[test]
    fn a_damaged_list_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "[{\"began\": 1, \"customer\": \"Eva\"}]").unwrap();
        assert_eq!(Recent::load(folder.path()), Recent::default());
    }
}
