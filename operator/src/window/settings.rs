//! What the console remembers from one start to the next: a small file without secrets.

use std::ffi::OsString;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use farhand_proto::name::Name;
use farhand_transport::{Pin, ProxyChoice, RelayAddress};
use serde::{Deserialize, Deserializer};

/// The settings' file in its folder.
const FILE: &str = "operator.toml";

/// What the operator has set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Where the relay listens.
    #[serde(rename = "relay", deserialize_with = "parsed_list")]
    pub(crate) relays: Vec<RelayAddress>,
    /// The relay's keys.
    #[serde(rename = "pin", deserialize_with = "parsed_list")]
    pub(crate) pins: Vec<Pin>,
    /// What is on the way there. A proxy that wants a password asks for it.
    #[serde(deserialize_with = "parsed_proxy")]
    pub(crate) proxy: ProxyChoice,
    /// The operator's name at the relay.
    #[serde(deserialize_with = "parsed")]
    pub(crate) operator: Option<Name>,
    pub(crate) theme: Theme,
    pub(crate) language: Language,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Theme {
    /// As the desktop is.
    #[default]
    System,
    Light,
    Dark,
}

/// The language of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Language {
    /// As the desktop's is.
    #[default]
    System,
    English,
    Czech,
}

/// Why the settings can't be used or kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("{file} can't be read: {why}")]
    Unreadable { file: String, kind: ErrorKind, why: String },
    #[error("{file}, line {line}: {what}")]
    Content {
        file: String,
        line: usize,
        /// What the line sets; never to what.
        item: String,
        mistake: Mistake,
        what: String,
    },
    #[error("{file} can't be written: {why}")]
    Unwritable { file: String, kind: ErrorKind, why: String },
}

/// What is wrong in a line of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    Relay,
    Pin,
    Proxy,
    Operator,
    Theme,
    Language,
    /// It sets nothing that there is.
    Unknown,
}

impl Settings {
    /// Whether everything stands here that a login needs beside the token.
    pub(crate) fn is_complete(&self) -> bool {
        !self.relays.is_empty() && !self.pins.is_empty() && self.operator.is_some()
    }

    /// Reads the settings in this folder; without a file they are empty.
    pub(crate) fn load(folder: &Path) -> Result<Self, SettingsError> {
        let file = file(folder);
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => {
                let (file, kind, why) = (file.display().to_string(), error.kind(), error.to_string());
                return Err(SettingsError::Unreadable { file, kind, why });
            }
        };
        toml::from_str(&text).map_err(|error| {
            let before = error.span().map_or("", |span| text.get(..span.start).unwrap_or_default());
            let above = before.matches('\n').count();
            let item = text.lines().nth(above).unwrap_or_default();
            let item = item.split(['=', '#']).next().unwrap_or_default().trim().to_owned();
            SettingsError::Content {
                file: file.display().to_string(),
                line: above + 1,
                mistake: match item.as_str() {
                    "relay" => Mistake::Relay,
                    "pin" => Mistake::Pin,
                    "proxy" => Mistake::Proxy,
                    "operator" => Mistake::Operator,
                    "theme" => Mistake::Theme,
                    "language" => Mistake::Language,
                    _ => Mistake::Unknown,
                },
                item,
                what: error.message().to_owned(),
            }
        })
    }

    /// Writes the settings into this folder.
    pub(crate) fn save(&self, folder: &Path) -> Result<(), SettingsError> {
        write(folder, FILE, &self.to_string())
    }
}

impl std::fmt::Display for Settings {
    /// As the file holds them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |items: Vec<String>| items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", ");
        writeln!(f, "# The settings of farhand-operator. The token is never in it.")?;
        writeln!(f, "relay = [{}]", list(self.relays.iter().map(ToString::to_string).collect()))?;
        writeln!(f, "pin = [{}]", list(self.pins.iter().map(ToString::to_string).collect()))?;
        writeln!(f, "proxy = {}", quoted(&self.proxy.to_string()))?;
        if let Some(operator) = &self.operator {
            writeln!(f, "operator = {}", quoted(operator))?;
        }
        let theme = match self.theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        let language = match self.language {
            Language::System => "system",
            Language::English => "english",
            Language::Czech => "czech",
        };
        writeln!(f, "theme = {}", quoted(theme))?;
        writeln!(f, "language = {}", quoted(language))
    }
}

/// A basic string of TOML: JSON's escapes are a part of its.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn parsed_list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| text.parse().map_err(serde::de::Error::custom)).collect()
}

fn parsed<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

/// A proxy without who it is told that this is: that is a secret, and this is no place for one.
pub(crate) fn plain_proxy(text: &str) -> Option<ProxyChoice> {
    let choice = if text.trim().is_empty() { ProxyChoice::System } else { text.parse().ok()? };
    match &choice {
        ProxyChoice::Fixed(proxy) if proxy.is_introduced() => None,
        _ => Some(choice),
    }
}

fn parsed_proxy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ProxyChoice, D::Error> {
    let text = String::deserialize(deserializer)?;
    plain_proxy(&text).ok_or_else(|| {
        serde::de::Error::custom(
            "it is auto, none, a proxy such as http://proxy.example.org:3128 without user and password, or pac+http:// \
             with the address of a proxy script",
        )
    })
}

/// The folder of the console's files, from the environment: `%APPDATA%\Farhand` where there is such a thing, else
/// `$XDG_CONFIG_HOME/farhand`, else `~/.config/farhand`.
pub(crate) fn folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(data) = path("APPDATA") {
        return Some(data.join("Farhand"));
    }
    path("XDG_CONFIG_HOME")
        .or_else(|| path("HOME").map(|home| home.join(".config")))
        .map(|config| config.join("farhand"))
}

/// The settings' file in their folder.
pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Replaces a file whole, for this user's eyes only: whoever reads it sees the old content or the new.
pub(crate) fn write(folder: &Path, name: &str, content: &str) -> Result<(), SettingsError> {
    let file = folder.join(name);
    let replace = || {
        std::fs::create_dir_all(folder)?;
        // Such a file is readable by its owner alone.
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(content.as_bytes())?;
        new.as_file().sync_all()?;
        new.persist(&file).map_err(|error| error.error)?;
        Ok(())
    };
    replace().map_err(|error: std::io::Error| SettingsError::Unwritable {
        file: file.display().to_string(),
        kind: error.kind(),
        why: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIN: &str = "sha256/BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

    fn settings() -> Settings {
        Settings {
            relays: vec!["relay.example.org:443".parse().unwrap(), "[2001:db8::7]:110".parse().unwrap()],
            pins: vec![PIN.parse().unwrap()],
            proxy: "socks5://proxy.example.org:1080".parse().unwrap(),
            operator: Some(Name::new("Anna \"Á\" \\ N.").unwrap()),
            theme: Theme::Dark,
            language: Language::Czech,
        }
    }

    #[test]
    fn what_is_saved_is_loaded_and_readable_by_the_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("deep").join("farhand");
        assert_eq!(Settings::load(&folder).unwrap(), Settings::default());
        settings().save(&folder).unwrap();
        assert_eq!(Settings::load(&folder).unwrap(), settings());
        Settings::default().save(&folder).unwrap();
        assert_eq!(Settings::load(&folder).unwrap(), Settings::default());
        let left: Vec<_> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [FILE], "nothing else may be left behind");
        let listed =
            std::process::Command::new("stat").args(["-c", "%a"]).arg(folder.join(FILE)).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&listed.stdout).trim(), "600");
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        for (text, line, part, wrong, name) in [
            ("theme = \"dark\"\nrelays = []\n", 2, "unknown field `relays`", Mistake::Unknown, "relays"),
            ("token = \"secret\"\n", 1, "unknown field `token`", Mistake::Unknown, "token"),
            ("# a comment\n\npin = [\"sha1/xx\"]\n", 3, "a pin looks like", Mistake::Pin, "pin"),
            ("relay = [\n\"no where\"]\n", 1, "HOST:PORT", Mistake::Relay, "relay"),
            ("theme = \"pink\"", 1, "unknown variant `pink`", Mistake::Theme, "theme"),
            ("operator = \"two  spaces\"", 1, "no two spaces", Mistake::Operator, "operator"),
            ("language = ", 1, "", Mistake::Language, "language"),
            ("proxy = \"anna:secret@p:1\"", 1, "without user and password", Mistake::Proxy, "proxy"),
        ] {
            std::fs::write(folder.path().join(FILE), text).unwrap();
            match Settings::load(folder.path()) {
                Err(SettingsError::Content { line: found, what, mistake, item, .. }) => {
                    assert!(found == line && what.contains(part), "{text:?}: line {found}: {what}");
                    assert_eq!((mistake, item.as_str()), (wrong, name));
                }
                other => panic!("{text:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_folder_that_can_not_be_written_says_so() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(matches!(settings().save(&file.join("below")), Err(SettingsError::Unwritable { .. })));
        assert!(matches!(Settings::load(&file), Err(SettingsError::Unreadable { .. })));
    }

    #[test]
    fn the_folder_is_where_each_system_keeps_settings() {
        let with = |pairs: &'static [(&str, &str)]| {
            folder(move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| OsString::from(value)))
        };
        assert_eq!(with(&[("HOME", "/mnt/eva")]).unwrap(), Path::new("/mnt/eva/.config/farhand"));
        assert_eq!(with(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "/c")]).unwrap(), Path::new("/c/farhand"));
        assert_eq!(
            with(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "")]).unwrap(),
            Path::new("/h/.config/farhand")
        );
        assert_eq!(with(&[("APPDATA", "/a"), ("HOME", "/h")]).unwrap(), Path::new("/a/Farhand"));
        assert_eq!(with(&[]), None);
    }
}
