//! Files and folders that travel between client and console.
//!
//! One transfer runs at a time, in one direction. Its sender sends [`Piece`]s in their order; the receiver answers each
//! item when it lies where it belongs. Answers go through the reliable lane, pieces do not: after a cut link the
//! receiver says from where to go on.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::bounded::{Bytes, Shown};
use crate::limits::{MAX_FILE_CHUNK, MAX_PATH, MAX_REASON};
use crate::name::is_hidden;

/// The longest name of one file or folder, in bytes of UTF-8.
const MAX_COMPONENT: usize = 255;
/// The most folders within each other.
const MAX_DEPTH: usize = 64;

/// Where an item belongs, relative to where the transfer goes: names with `/` between them.
///
/// No name is empty, `.` or `..`, none holds a separator of any system, and none holds a character that is invisible or
/// changes how others are shown. A path with anything else does not exist: neither can one be made here, nor does one
/// come from a peer. What a name may not be on one system alone is the business of the one who writes there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ItemPath(String);

/// A text that is no path of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no path that can travel")]
pub struct NoPath;

impl ItemPath {
    /// Takes a path that can travel.
    ///
    /// # Errors
    /// It can't.
    pub fn new(path: impl Into<String>) -> Result<Self, NoPath> {
        let path = path.into();
        let is_good =
            path.len() <= MAX_PATH && path.split('/').count() <= MAX_DEPTH && path.split('/').all(is_name);
        if is_good { Ok(Self(path)) } else { Err(NoPath) }
    }

    /// A path of these names; what can't be part of a name becomes `_`.
    ///
    /// # Errors
    /// It is too long or too deep.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, NoPath> {
        let names: Vec<String> = names.into_iter().map(clean).collect();
        Self::new(names.join("/"))
    }

    /// Its names, the outermost first.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The last of its names.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

fn is_name(name: &str) -> bool {
    let is_bad = |character: char| character == '\\' || is_hidden(character);
    !matches!(name, "" | "." | "..") && name.len() <= MAX_COMPONENT && !name.contains(is_bad)
}

fn clean(name: &str) -> String {
    let is_bad = |character: char| matches!(character, '/' | '\\' | '\u{fffd}') || is_hidden(character);
    let name: String =
        name.chars().map(|character| if is_bad(character) { '_' } else { character }).collect();
    if matches!(name.as_str(), "" | "." | "..") { "_".to_owned() } else { name }
}

impl Deref for ItemPath {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ItemPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ItemPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ItemKind {
    /// A folder; what is in it are items of their own, which follow.
    Folder,
    /// A file.
    File {
        /// Its bytes.
        size: u64,
        /// When it was last changed, in seconds since 1970 (UTC); before that, negative.
        modified: i64,
    },
}

/// What becomes of a file that is there already under an item's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Existing {
    /// It stays, and the new one gets a number behind its name.
    #[default]
    Keep,
    /// The new one takes its place, once it is whole.
    Replace,
}

/// A piece of a transfer, in its order: what its sender reads, what travels, and what its receiver writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// What comes. Before the first item.
    Begin {
        /// Files, folders not counted.
        files: u32,
        /// Their bytes, as they were when they were counted.
        bytes: u64,
    },
    /// An item. Numbers count up from 0.
    Item {
        /// Its number.
        item: u32,
        /// Where it belongs.
        path: ItemPath,
        /// What it is.
        kind: ItemKind,
    },
    /// Contents of the file that the last `Item` announced.
    Data {
        /// The item's number.
        item: u32,
        /// Where in it they belong.
        offset: u64,
        /// The contents.
        data: Bytes<MAX_FILE_CHUNK>,
    },
    /// All contents of the file were there; this is the SHA-256 of them.
    Digest {
        /// The item's number.
        item: u32,
        /// The digest.
        sha256: [u8; 32],
    },
    /// The rest of the file does not come.
    Skipped {
        /// The item's number.
        item: u32,
        /// Why.
        why: FileProblem,
    },
    /// No further item comes.
    Finished,
}

impl Piece {
    /// What it counts for where pieces under way and waiting are limited: about the memory that it takes, and that the
    /// answer to it does.
    #[must_use]
    pub fn weight(&self) -> u64 {
        const EACH: u64 = 1024;
        match self {
            Self::Item { path, .. } => EACH + path.len() as u64,
            Self::Data { data, .. } => EACH + data.len() as u64,
            Self::Begin { .. } | Self::Digest { .. } | Self::Skipped { .. } | Self::Finished => EACH,
        }
    }
}

/// What the receiver of a transfer says to its sender, and either to end it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileMessage {
    /// From the receiver: send everything from before this item on. Said at the beginning of a transfer, and where a
    /// cut link lost pieces.
    Restart {
        /// The item's number.
        item: u32,
        /// Counts up with each `Restart` and `Continue`. Pieces carry the newest that their sender has heard, and
        /// count for nothing if the receiver has said another since.
        run: u32,
    },
    /// From the receiver: send the contents of this item from here on, and everything after it. A file of more than
    /// [`SMALL_FILE`](crate::limits::SMALL_FILE) bytes waits for this.
    Continue {
        /// The item's number.
        item: u32,
        /// How much of it is here.
        offset: u64,
        /// See `Restart`.
        run: u32,
    },
    /// From the receiver: the item is whole, checked, and lies under its final name.
    Stored {
        /// The item's number.
        item: u32,
        /// Where, in the words of the receiver's system. A console says nothing here.
        place: Shown<MAX_PATH>,
    },
    /// From the receiver: the item is not here, and nothing of it lies under its name.
    NotStored {
        /// The item's number.
        item: u32,
        /// Why.
        why: FileProblem,
    },
    /// From the receiver: all that came is dealt with and answered. The transfer is over.
    Through,
    /// From either: the transfer is over. What was answered by then stays.
    Cancel {
        /// Why.
        why: Cancelled,
    },
}

/// Why a file does not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
pub enum FileProblem {
    /// There is none.
    #[error("there is no such file or folder")]
    NotFound,
    /// The system does not let this user.
    #[error("the system does not allow it")]
    Denied,
    /// No room.
    #[error("the disk is full")]
    Full,
    /// Nothing can be written there.
    #[error("the disk is read-only")]
    ReadOnly,
    /// Neither a file nor a folder: a link, a device, a socket.
    #[error("it is neither a file nor a folder; links and devices don't travel")]
    NotAFile,
    /// Something else is in its way: a file where a folder should be, a folder where a file should be, a link.
    #[error("something else of that name is in the way")]
    InTheWay,
    /// The system can't have such a name or path.
    #[error("the system can't have a file of that name")]
    Name,
    /// It changed while it was read, again and again.
    #[error("it keeps changing while it is read")]
    Changed,
    /// What arrived is not what was sent.
    #[error("it was damaged on the way")]
    Damaged,
    /// The system's own words.
    #[error("{0}")]
    System(Shown<MAX_REASON>),
    /// It changed while it was read, and is sent again as an item that follows.
    #[error("it changed while it was read, and is sent again")]
    Again,
}

/// Why a transfer ends before it is through.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
pub enum Cancelled {
    /// Somebody at that end did not want it any more.
    #[error("it was cancelled")]
    ByHand,
    /// The customer does not allow files.
    #[error("the customer does not allow files now")]
    NotAllowed,
    /// The customer has paused the session.
    #[error("the customer has paused the session")]
    Paused,
    /// Another transfer runs.
    #[error("another transfer is running")]
    Busy,
    /// It can't even begin.
    #[error("{0}")]
    Problem(FileProblem),
}

#[cfg(test)]
mod tests {
    use crate::codec::{DecodeError, get, put};

    use super::*;

    #[test]
    fn paths_lead_downwards_and_hide_nothing() {
        for good in ["a", "a/b", "Žluťoučký kůň.txt", "..a/b..", "a b/c:d", "CON"] {
            assert!(ItemPath::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            "a/.",
            "a\\b",
            "a\0b",
            "a\nb",
            "x\u{202e}fdp.exe",
        ] {
            assert_eq!(ItemPath::new(bad), Err(NoPath), "{bad:?}");
            let mut bytes = Vec::new();
            put(&bad, &mut bytes);
            assert_eq!(get::<ItemPath>(&bytes, "path"), Err(DecodeError::Malformed("path")), "{bad:?}");
        }
        assert!(ItemPath::new("a".repeat(256)).is_err());
        assert!(ItemPath::new(vec!["a"; 65].join("/")).is_err());
        assert!(ItemPath::new(vec!["abcdefghijklmnopqrstuvwxyz"; 40].join("/")).is_err());
    }

    #[test]
    fn names_of_any_system_become_names_that_travel() {
        let path = |names: &[&str]| ItemPath::of_names(names.iter().copied()).map(|path| path.to_string());
        assert_eq!(path(&["a", "b\nc", "..", "d/e"]), Ok("a/b_c/_/d_e".to_owned()));
        assert_eq!(path(&["x\u{202e}y"]), Ok("x_y".to_owned()));
        assert_eq!(path(&["a".repeat(300).as_str()]), Err(NoPath));
        assert_eq!(ItemPath::new("a/b/c").unwrap().name(), "c");
    }
}
