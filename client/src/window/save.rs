//! Saves the receipt where the person wants it: the only file that this program ever writes.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use farhand_peer::client::Receipt;

use super::model::{Saved, Unsaved};
use super::words::Words;

/// A name on the person's desktop, or in their own folder.
pub(crate) fn proposal(receipt: &Receipt, words: &Words) -> String {
    let name = format!("{}-{}.txt", words.get("receipt-file"), words.stamp(receipt.from));
    let folder = home().map_or_else(PathBuf::new, |home| desktop_folder(&home).unwrap_or(home));
    folder.join(name).to_string_lossy().into_owned()
}

/// Writes the text into a new file; one that exists stays as it is.
pub(crate) fn save(path: &str, text: &str) -> Saved {
    let path = resolve(path);
    let mut open = OpenOptions::new();
    let written = open.write(true).create_new(true).open(&path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    match written {
        Ok(()) => Saved::At(path.to_string_lossy().into_owned()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Saved::Exists,
        Err(error) => Saved::Failed(match error.kind() {
            ErrorKind::PermissionDenied => Unsaved::Denied,
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => Unsaved::NoFolder,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Unsaved::Full,
            ErrorKind::ReadOnlyFilesystem => Unsaved::ReadOnly,
            _ => Unsaved::Other(error.to_string()),
        }),
    }
}

/// What a person typed: `~` is their own folder, and so is what no folder is named for.
fn resolve(path: &str) -> PathBuf {
    let path = path.trim();
    let Some(home) = home() else { return PathBuf::from(path) };
    match path.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        // An absolute path takes the place of the folder.
        None => home.join(path),
    }
}

fn home() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    set("HOME").or_else(|| set("USERPROFILE")).map(PathBuf::from)
}

/// The folder that the desktop shows: by the desktop's own settings (freedesktop.org's xdg-user-dirs), which name it
/// in the person's language, or by its usual name.
fn desktop_folder(home: &Path) -> Option<PathBuf> {
    let settings = std::fs::read_to_string(home.join(".config/user-dirs.dirs")).unwrap_or_default();
    let named = settings.lines().find_map(|line| {
        let value = line.trim().strip_prefix("XDG_DESKTOP_DIR=")?.trim_matches('"');
        Some(match value.strip_prefix("$HOME/") {
            Some(rest) => home.join(rest),
            None => PathBuf::from(value),
        })
    });
    named.into_iter().chain([home.join("Desktop")]).find(|folder| folder.is_absolute() && folder.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_written_once_and_overwrites_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipt.txt").to_string_lossy().into_owned();
        assert_eq!(save(&path, "one"), Saved::At(path.clone()));
        assert_eq!(save(&format!(" {path} "), "two"), Saved::Exists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        let nowhere = folder.path().join("missing/receipt.txt").to_string_lossy().into_owned();
        assert_eq!(save(&nowhere, "three"), Saved::Failed(Unsaved::NoFolder));
    }

    #[test]
    fn the_desktops_own_settings_name_its_folder() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(desktop_folder(home.path()), None);
        std::fs::create_dir(home.path().join("Desktop")).unwrap();
        assert_eq!(desktop_folder(home.path()), Some(home.path().join("Desktop")));
        std::fs::create_dir(home.path().join(".config")).unwrap();
        std::fs::create_dir(home.path().join("Plocha")).unwrap();
        std::fs::write(home.path().join(".config/user-dirs.dirs"), "# x\nXDG_DESKTOP_DIR=\"$HOME/Plocha\"\n")
            .unwrap();
        assert_eq!(desktop_folder(home.path()), Some(home.path().join("Plocha")));
    }
}
