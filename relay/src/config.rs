//! What the relay shall do: defaults, then the file, then the environment, then the command line.

use std::fmt;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use farhand_broker::{Settings, Timing};
use farhand_proto::name::Name;
use farhand_transport::Encapsulation;
use farhand_transport::ladder::PORTS;
use tracing_subscriber::EnvFilter;

use self::file::File;
use crate::acme::Acme;
use crate::logs::Format;
use crate::options::SettingOptions;

mod file;

pub use self::file::Fault;

/// A file with every key, its meaning and its default.
pub const EXAMPLE: &str = include_str!("../../deploy/farhand-relay.toml");
/// Where packages put the configuration.
const SYSTEM_FILE: &str = "/etc/farhand/relay.toml";
/// Where it is otherwise.
const LOCAL_FILE: &str = "farhand-relay.toml";
/// Shown to customers until somebody names the organisation.
const UNNAMED: &str = "Unnamed organisation";
/// What a log filter is made of.
const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// Everything that a relay is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that was read; `None` if there is none.
    pub file: Option<PathBuf>,
    /// The folder of key, certificate and database.
    pub state: PathBuf,
    /// Where it listens for legs.
    pub listen: Vec<SocketAddr>,
    /// Whether somebody has said so; what nobody has asked for may be missing.
    pub listen_is_told: bool,
    /// What legs may look like.
    pub encapsulations: Vec<Encapsulation>,
    /// The certificate that browsers meet.
    pub certificate: Public,
    /// Where it serves its pages.
    pub pages: Pages,
    /// For the broker.
    pub broker: Settings,
    /// How log lines look.
    pub log_format: Format,
    /// Which log lines are written.
    pub log_filter: Filter,
}

/// Where the public certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Public {
    /// The relay makes one that nobody vouches for.
    Own,
    /// It lies there.
    Files(CertificateFiles),
    /// An authority gives it.
    Acme(Acme),
}

/// Where the public certificate lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate with those that vouch for it.
    pub chain: PathBuf,
    /// Its key.
    pub key: PathBuf,
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
    #[error("{}", told(.path, .faults))]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// Everything that is wrong in it.
        faults: Vec<Fault>,
    },
    /// A certificate without a key, or a key without one.
    #[error(
        "{path}: `certificate` and `certificate_key` belong together: write both, or neither",
        path = .0.display()
    )]
    HalfCertificate(PathBuf),
    /// A certificate from files and from an authority.
    #[error(
        "{path}: `certificate` names a certificate, and `[acme]` has one made: write one of the two",
        path = .0.display()
    )]
    TwoCertificates(PathBuf),
    /// The authority's own certificate is not there.
    #[error("`[acme] root` is {root}, and there is no such file", root = .0.display())]
    NoRoot(PathBuf),
    /// An authority, and nothing to ask it for.
    #[error("{path}: `[acme]` needs `hosts`, for example hosts = [\"relay.example.org\"]", path = .0.display())]
    NoHosts(PathBuf),
    /// An authority, and no TLS that it could look at.
    #[error(
        "{path}: `[acme]` needs `encapsulations` with \"https\" or \"http\" in it; where legs are only taken raw, nobody \
         meets a public certificate",
        path = .0.display()
    )]
    OnlyRaw(PathBuf),
    /// The pages would be where legs come.
    #[error(
        "`pages` is {pages} and `listen` has {listen}, so both would take the same port; give the pages one of their \
         own, such as 127.0.0.1:9311, or say off"
    )]
    Clash {
        /// Where the pages would be.
        pages: SocketAddr,
        /// Where the relay listens.
        listen: SocketAddr,
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
        let file = File::parse(text.as_deref().unwrap_or_default())
            .map_err(|faults| ConfigError::Wrong { path: path.clone(), faults })?;
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let told = Some(options.listen.clone()).filter(|listen| !listen.is_empty()).or(file.listen);
        let listen_is_told = told.is_some();
        let everywhere = || PORTS.map(|port| SocketAddr::from(([0, 0, 0, 0], port))).to_vec();
        let listen = told.unwrap_or_else(everywhere);
        let encapsulations = file.encapsulations.unwrap_or_else(|| Encapsulation::ALL.to_vec());
        let acme = file.acme.map(|acme| Acme { root: acme.root.map(|root| folder.join(root)), ..acme });
        let certificate = match (file.certificate, file.certificate_key, acme) {
            (Some(chain), Some(key), None) => {
                Public::Files(CertificateFiles { chain: folder.join(chain), key: folder.join(key) })
            }
            (None, None, None) => Public::Own,
            (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
                return Err(ConfigError::TwoCertificates(path));
            }
            (None, None, Some(acme)) if acme.hosts.is_empty() => return Err(ConfigError::NoHosts(path)),
            (None, None, Some(_)) if encapsulations == [Encapsulation::Raw] => {
                return Err(ConfigError::OnlyRaw(path));
            }
            (None, None, Some(Acme { root: Some(root), .. })) if !root.is_file() => {
                return Err(ConfigError::NoRoot(root));
            }
            (None, None, Some(acme)) => Public::Acme(acme),
            _ => return Err(ConfigError::HalfCertificate(path)),
        };
        let pages =
            options.pages.or(file.pages).unwrap_or(Pages::At(SocketAddr::from(([127, 0, 0, 1], 9311))));
        if let Pages::At(pages) = pages
            && let Some(&listen) = listen.iter().find(|address| is_taken(pages, **address))
        {
            return Err(ConfigError::Clash { pages, listen });
        }
        let timing = Timing::default();
        let or = |said: Option<u32>, default| said.map_or(default, |said| Duration::from_secs(said.into()));
        let timing = Timing {
            silence: or(file.silence_seconds, timing.silence),
            grace: or(file.grace_seconds, timing.grace),
            ..timing
        };
        let organisation = options.organisation.clone().or(file.organisation);
        Ok(Self {
            file: text.map(|_| path),
            state: options.state.clone().or(file.state.map(|state| folder.join(state))).unwrap_or(folder),
            listen,
            listen_is_told,
            encapsulations,
            certificate,
            pages,
            broker: Settings {
                organisation: organisation.unwrap_or_else(unnamed),
                notices: file.notices,
                direct: file.direct.unwrap_or(true),
                limits: file.limits,
                timing,
            },
            log_format: options.log_format.or(file.log_format).unwrap_or_default(),
            log_filter: options.log_filter.clone().or(file.log_filter).unwrap_or_default(),
        })
    }

    /// The one address that it is told to listen on, if others can go by it.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match self.listen[..] {
            [one] if !one.ip().is_unspecified() && one.port() != 0 => Some(one),
            _ => None,
        }
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
        for notice in self.broker.notices.iter() {
            writeln!(f, "notice         {}, {} bytes", notice.language.code(), notice.text.len())?;
        }
        for address in &self.listen {
            let if_free = if self.listen_is_told { "" } else { ", if it can be had" };
            writeln!(f, "listen         {address}{if_free}")?;
        }
        let names: Vec<_> = self.encapsulations.iter().map(|encapsulation| encapsulation.name()).collect();
        writeln!(f, "encapsulations {}", names.join(", "))?;
        writeln!(f, "direct         {}", self.broker.direct)?;
        match &self.certificate {
            Public::Files(CertificateFiles { chain, key }) => {
                writeln!(f, "certificate    {}, its key {}", chain.display(), key.display())?;
            }
            Public::Acme(acme) => {
                writeln!(f, "certificate    for {} from {}", acme.hosts.join(", "), acme.directory)?;
            }
            Public::Own => writeln!(f, "certificate    one that nobody vouches for")?,
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

impl FromStr for Pages {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        text.parse().map(Self::At).map_err(|_| {
            format!("{text:?} is neither ADDRESS:PORT in numbers, such as 127.0.0.1:9311, nor off")
        })
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
        // A bare word would be taken for the name of a module, of which everything is written and of others nothing.
        let level = |part: &str| LEVELS.contains(&part.trim().to_ascii_lowercase().as_str());
        let is_plain = text.split(',').all(|part| part.contains(['=', '[']) || level(part));
        if is_plain && EnvFilter::try_new(text).is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "{text:?} is no filter: it is made of error, warn, info, debug, trace and off, optionally by module, \
                 such as info,farhand_relay=debug"
            ))
        }
    }
}

/// Reads where to listen.
///
/// # Errors
/// It is no address with a port; the error says what one looks like.
pub fn parse_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!(
            "{text:?} is not ADDRESS:PORT in numbers, such as 0.0.0.0:443, [::]:443 in brackets for IPv6, or \
             192.0.2.7:11438"
        )
    })
}

/// Whether one program can't have both, because they are one address or one of them is every address of its kind.
fn is_taken(one: SocketAddr, other: SocketAddr) -> bool {
    let is_same_kind = one.is_ipv4() == other.is_ipv4();
    let overlap = one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() == other.port() && one.port() != 0 && is_same_kind && overlap
}

/// All faults of a file, one a line.
fn told(path: &Path, faults: &[Fault]) -> String {
    let lines: Vec<String> = faults.iter().map(|fault| format!("{}, {fault}", path.display())).collect();
    lines.join("\n")
}

fn unnamed() -> Name {
    Name::new(UNNAMED).expect("this one is a name")
}

fn default_file() -> PathBuf {
    let system = Path::new(SYSTEM_FILE);
    if system.exists() { system.to_owned() } else { PathBuf::from(LOCAL_FILE) }
}
