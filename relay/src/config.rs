//! What the relay shall do: defaults, then the file, then the environment, then the command line.

use std::fmt;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use farhand_broker::{Limits, Settings, Timing};
use farhand_proto::bounded::Text;
use farhand_proto::limits::MAX_NAME;
use serde::{Deserialize, Deserializer, de};
use tracing_subscriber::EnvFilter;

use crate::logs::Format;
use crate::options::SettingOptions;

/// A file with every key, its meaning and its default.
pub const EXAMPLE: &str = include_str!("../../deploy/farhand-relay.toml");
/// Where packages put the configuration.
const SYSTEM_FILE: &str = "/etc/farhand/relay.toml";
/// Where it is otherwise.
const LOCAL_FILE: &str = "farhand-relay.toml";
/// Shown to customers until somebody names the organisation.
const UNNAMED: &str = "Unnamed organisation";

/// Everything that a relay is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that was read; `None` if there is none.
    pub file: Option<PathBuf>,
    /// The folder of key, certificate and database.
    pub state: PathBuf,
    /// Where it listens for legs.
    pub listen: Vec<SocketAddr>,
    /// Where it serves its pages.
    pub pages: Pages,
    /// For the broker.
    pub broker: Settings,
    /// How log lines look.
    pub log_format: Format,
    /// Which log lines are written.
    pub log_filter: Filter,
}

/// Where `/healthz` and `/metrics` are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// There.
    At(SocketAddr),
    /// Nowhere.
    Off,
}

/// Which log lines are written, as `tracing` filters are written: levels, optionally by module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(String);

/// The configuration can't be used. The administrator's fault, named with its line where there is one.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("can't read the configuration {path}: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{path}: {message}")]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// Line, key and what is wrong with it.
        message: String,
    },
    /// It says to listen nowhere.
    #[error("{path}: `listen` is empty, so nobody could reach this relay; name at least one ADDRESS:PORT")]
    Deaf {
        /// Which file.
        path: PathBuf,
    },
}

impl Config {
    /// Reads the file that the options, the environment or the defaults name, and puts the options above it.
    ///
    /// # Errors
    /// A file that was named is not there, or something in it is wrong.
    pub fn load(options: &SettingOptions) -> Result<Self, ConfigError> {
        let named = options.config.clone();
        let path = named.clone().unwrap_or_else(default_file);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => None,
            Err(source) => return Err(ConfigError::Unreadable { path, source }),
        };
        let wrong = |error: toml::de::Error| ConfigError::Wrong {
            path: path.clone(),
            message: error.to_string().trim_end().to_owned(),
        };
        let file: File = toml::from_str(text.as_deref().unwrap_or_default()).map_err(wrong)?;
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let listen = if options.listen.is_empty() { file.listen } else { options.listen.clone() };
        if listen.is_empty() {
            return Err(ConfigError::Deaf { path });
        }
        let limits = file.limits.apply();
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let timing = Timing {
            silence: seconds(file.silence_seconds.get()),
            grace: seconds(file.grace_seconds),
            ..Timing::default()
        };
        Ok(Self {
            file: text.map(|_| path),
            state: options.state.clone().or(file.state.map(|state| folder.join(state))).unwrap_or(folder),
            listen,
            pages: options.pages.unwrap_or(file.pages),
            broker: Settings {
                organisation: options.organisation.clone().unwrap_or(file.organisation),
                limits,
                timing,
            },
            log_format: options.log_format.unwrap_or(file.log.format),
            log_filter: options.log_filter.clone().unwrap_or(file.log.filter),
        })
    }

    /// Whether somebody has said whose relay it is.
    #[must_use]
    pub fn is_named(&self) -> bool {
        &*self.broker.organisation != UNNAMED
    }
}

impl fmt::Display for Config {
    /// What it amounts to, one thing per line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => writeln!(f, "configuration  {}", file.display())?,
            None => writeln!(f, "configuration  none, defaults")?,
        }
        writeln!(f, "organisation   {}", self.broker.organisation)?;
        for address in &self.listen {
            writeln!(f, "listen         {address}")?;
        }
        writeln!(f, "pages          {}", self.pages)?;
        writeln!(f, "state          {}", self.state.display())?;
        let format = match self.log_format {
            Format::Text => "text",
            Format::Json => "json",
        };
        write!(f, "log            {format}, {}", self.log_filter.0)
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    organisation: Text<MAX_NAME>,
    listen: Vec<SocketAddr>,
    pages: Pages,
    state: Option<PathBuf>,
    grace_seconds: u32,
    silence_seconds: NonZeroU32,
    limits: FileLimits,
    log: FileLog,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FileLimits {
    legs: Option<NonZeroUsize>,
    legs_per_address: Option<NonZeroUsize>,
    newcomers: Option<NonZeroUsize>,
    newcomers_per_address: Option<NonZeroUsize>,
    clients: Option<NonZeroUsize>,
    registrations_per_minute: Option<NonZeroUsize>,
    login_failures_per_minute: Option<NonZeroUsize>,
    misses_per_minute: Option<NonZeroUsize>,
    sessions: Option<NonZeroUsize>,
    sessions_per_operator: Option<NonZeroUsize>,
    logins_per_operator: Option<NonZeroUsize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FileLog {
    format: Format,
    filter: Filter,
}

impl Default for File {
    fn default() -> Self {
        let timing = Timing::default();
        let seconds = |time: Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        Self {
            organisation: Text::truncated(UNNAMED),
            listen: vec![SocketAddr::from(([0, 0, 0, 0], 11438))],
            pages: Pages::At(SocketAddr::from(([127, 0, 0, 1], 9311))),
            state: None,
            grace_seconds: seconds(timing.grace),
            silence_seconds: NonZeroU32::new(seconds(timing.silence)).unwrap_or(NonZeroU32::MIN),
            limits: FileLimits::default(),
            log: FileLog::default(),
        }
    }
}

impl FileLimits {
    fn apply(&self) -> Limits {
        let default = Limits::default();
        let or = |said: Option<NonZeroUsize>, default| said.map_or(default, NonZeroUsize::get);
        Limits {
            legs: or(self.legs, default.legs),
            legs_per_address: or(self.legs_per_address, default.legs_per_address),
            newcomers: or(self.newcomers, default.newcomers),
            newcomers_per_address: or(self.newcomers_per_address, default.newcomers_per_address),
            clients: or(self.clients, default.clients),
            registrations_per_minute: or(self.registrations_per_minute, default.registrations_per_minute),
            login_failures_per_minute: or(self.login_failures_per_minute, default.login_failures_per_minute),
            misses_per_minute: or(self.misses_per_minute, default.misses_per_minute),
            sessions: or(self.sessions, default.sessions),
            sessions_per_operator: or(self.sessions_per_operator, default.sessions_per_operator),
            logins_per_operator: or(self.logins_per_operator, default.logins_per_operator),
        }
    }
}

impl FromStr for Pages {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        text.parse()
            .map(Self::At)
            .map_err(|_| format!("{text:?} is neither ADDRESS:PORT, for example 127.0.0.1:9311, nor off"))
    }
}

impl fmt::Display for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(address) => fmt::Display::fmt(address, f),
            Self::Off => f.write_str("off"),
        }
    }
}

impl<'de> Deserialize<'de> for Pages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Filter {
    /// The filter in the form that `tracing-subscriber` takes.
    #[must_use]
    pub fn to_env_filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

impl Default for Filter {
    fn default() -> Self {
        Self("info".to_owned())
    }
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match EnvFilter::try_new(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(error) => Err(format!("{text:?} is no filter, examples are info and warn: {error}")),
        }
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

fn default_file() -> PathBuf {
    let system = Path::new(SYSTEM_FILE);
    if system.exists() { system.to_owned() } else { PathBuf::from(LOCAL_FILE) }
}
