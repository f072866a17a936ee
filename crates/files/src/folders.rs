//! Where files go and come from when nobody says it whole.

use std::path::{Path, PathBuf};

/// Where this user's downloads go: what their desktop says, else `Downloads` in their home if it is there, else the
/// home itself. `None` where there is no home.
#[must_use]
pub fn downloads() -> Option<PathBuf> {
    let home = std::env::home_dir().filter(|home| home.is_dir())?;
    let usual = home.join("Downloads");
    Some(of_desktop(&home).into_iter().chain([usual]).find(|folder| folder.is_dir()).unwrap_or(home))
}

/// A path as somebody wrote it: one that is not whole is meant from the home, and so is what follows `~/`. `None` for
/// one that leads to another computer (this user's password would be shown to it), and where a home is meant and there
/// is none.
#[must_use]
pub fn resolve(path: &str) -> Option<PathBuf> {
    let is_elsewhere = std::path::MAIN_SEPARATOR == '\\'
        && path.chars().take(2).filter(|character| std::path::is_separator(*character)).count() == 2;
    if is_elsewhere {
        return None;
    }
    let home = || std::env::home_dir().filter(|home| home.is_absolute());
    match path.strip_prefix('~') {
        Some("") => home(),
        Some(rest) if rest.starts_with(std::path::is_separator) => {
            Some(home()?.join(rest.trim_start_matches(std::path::is_separator)))
        }
        _ if Path::new(path).is_absolute() => Some(PathBuf::from(path)),
        _ => Some(home()?.join(path)),
    }
}

/// What `xdg-user-dirs` wrote down for the user.
fn of_desktop(home: &Path) -> Option<PathBuf> {
    let settings = std::env::var_os("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from);
    let text = std::fs::read_to_string(settings.join("user-dirs.dirs")).ok()?;
    named(&text, home)
}

fn named(text: &str, home: &Path) -> Option<PathBuf> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix("XDG_DOWNLOAD_DIR="))?;
    let value = value.trim().trim_matches('"');
    match value.strip_prefix("$HOME") {
        Some(rest) => Some(home.join(rest.trim_start_matches('/'))),
        None => Some(PathBuf::from(value)).filter(|path| path.is_absolute()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desktops_own_word_counts() {
        let home = Path::new("/mnt/jana");
        let text = "# written by xdg-user-dirs\nXDG_DESKTOP_DIR=\"$HOME/Plocha\"\nXDG_DOWNLOAD_DIR=\"$HOME/Stažené\"\n";
        assert_eq!(named(text, home), Some(PathBuf::from("/mnt/jana/Stažené")));
        assert_eq!(named("XDG_DOWNLOAD_DIR=\"/data\"", home), Some(PathBuf::from("/data")));
        assert_eq!(named("XDG_DOWNLOAD_DIR=\"here\"", home), None);
        assert_eq!(named("", home), None);
    }
}
