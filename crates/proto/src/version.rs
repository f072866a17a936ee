//! Protocol versions and how two ends agree on one.
//!
//! | protocol | version | since | what changed |
//! |---|---|---|---|
//! | relay | 1 | 2026-11 | first; no longer spoken |
//! | relay | 2 | 2026-12 | `Joined` says where its half comes from; lines are tested: 7 and 8, 10 and 11 |
//! | session | 1 | 2026-11 | first; no longer spoken |
//! | session | 2 | 2026-11 | words, clipboard and files: frames 5 to 9 both ways, 21 and 22 to the client, two grants; no longer spoken |
//! | session | 3 | 2026-12 | patience and a desktop that hangs: frames 10 both ways, 42 to the console; a way without the relay: 23 to the client |

use serde::{Deserialize, Serialize};

/// A version number of one protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version(pub u16);

/// All versions from `oldest` to `newest`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Versions {
    /// The oldest one spoken.
    pub oldest: Version,
    /// The newest one spoken.
    pub newest: Version,
}

impl Versions {
    /// What this build speaks on a leg to a relay.
    pub const RELAY: Versions = Versions { oldest: Version(2), newest: Version(2) };
    /// What this build speaks inside the seal.
    pub const SESSION: Versions = Versions { oldest: Version(3), newest: Version(3) };

    /// The newest version that both speak.
    #[must_use]
    pub fn common(self, other: Versions) -> Option<Version> {
        let newest = self.newest.min(other.newest);
        (newest >= self.oldest && newest >= other.oldest).then_some(newest)
    }
}

impl std::fmt::Display for Versions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.oldest.0, self.newest.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_common_version_wins_or_there_is_none() {
        let range = |oldest, newest| Versions { oldest: Version(oldest), newest: Version(newest) };
        assert_eq!(range(1, 4).common(range(2, 9)), Some(Version(4)));
        assert_eq!(range(3, 4).common(range(1, 3)), Some(Version(3)));
        assert_eq!(range(3, 4).common(range(1, 2)), None);
        assert_eq!(range(4, 3).common(range(1, 9)), None);
    }
}
