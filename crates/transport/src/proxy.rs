//! Proxies: what stands between a program and the relay in many offices.

mod choice;
mod connect;
mod digest;
mod fetch;
mod introduction;
mod ntlm;
mod script;
#[cfg_attr(not(test), expect(dead_code, reason = "each system reads its own, and tests read all"))]
pub(crate) mod settings;
mod socks;

pub(crate) use choice::is_excepted;
pub use choice::{Origin, ProxyChoice, Route};
pub use introduction::Introduction;
pub use script::ScriptError;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard};
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use crate::socket::{Carrier, without_delay};
use crate::target::Target;
use crate::websocket::dress;

/// How often credentials are sent to a proxy of which nothing is heard then.
const MOST_UNHEARD: u8 = 2;

/// A proxy and how to talk with it.
#[derive(Clone)]
pub struct Proxy {
    kind: ProxyKind,
    target: Target,
    credentials: Option<Arc<Credentials>>,
}

/// How a proxy is talked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProxyKind {
    /// HTTP with CONNECT (RFC 9110, section 9.3.6).
    Http,
    /// The same inside TLS.
    Https,
    /// SOCKS version 5 (RFC 1928); the proxy looks up names.
    Socks5,
}

/// Who a proxy is told that this is. What it has refused is never sent again: nobody's account is locked by a program
/// that goes on trying.
struct Credentials {
    user: String,
    password: Zeroizing<String>,
    known: Mutex<Known>,
}

/// What is known of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// They were sent so often, and nothing was heard of them.
    Untried {
        sent: u8,
    },
    Good,
    Refused,
}

/// Why a proxy did not let through.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// It can't be reached, or the connection to it broke.
    #[error("the proxy can't be reached: {0}")]
    Network(#[from] io::Error),
    /// It wants to know who this is, and was told nothing.
    #[error("the proxy wants a user and a password ({0})")]
    WantsPassword(String),
    /// It was told, and does not take it.
    #[error("the proxy does not take this user and password")]
    WrongPassword,
    /// It wants to know in a way that is not known here.
    #[error("the proxy wants to know who this is in a way that is not known here ({0})")]
    UnknownScheme(String),
    /// It does not let this target through.
    #[error("the proxy refuses: {0}")]
    Refused(String),
    /// Where no proxy is known, something sends everybody to a web page of its own.
    #[error("something sends everybody to a web page first ({0})")]
    Portal(String),
    /// It answers with something else.
    #[error("the proxy answers with something that is not understood")]
    Garbage,
}

/// A text that names no proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this names no proxy; examples: proxy.example.org:3128, http://user:password@proxy.example.org:3128, \
     https://proxy.example.org:443, socks5://proxy.example.org:1080, pac+http://intranet.example.org/proxy.pac"
)]
pub struct ProxyParseError;

impl Proxy {
    /// How it is talked with.
    #[must_use]
    pub fn kind(&self) -> ProxyKind {
        self.kind
    }

    /// Where it is.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Whether it is told who this is.
    #[must_use]
    pub fn is_introduced(&self) -> bool {
        self.credentials.is_some()
    }

    /// Whether it is the same, and told the same of who this is.
    pub(crate) fn is_the_same(&self, other: &Self) -> bool {
        let who =
            |proxy: &Self| proxy.credentials.as_ref().map(|who| (who.user.clone(), who.password.clone()));
        self == other && who(self) == who(other)
    }

    /// The same, told who this is.
    #[must_use]
    pub fn with_credentials(self, user: String, password: String) -> Self {
        let known = Mutex::new(Known::Untried { sent: 0 });
        let credentials = Some(Arc::new(Credentials { user, password: password.into(), known }));
        Self { credentials, ..self }
    }
}

/// The first hop of a way: the relay itself, or a proxy that leads there.
#[derive(Clone)]
pub(crate) struct Hop {
    pub(crate) proxy: Option<Proxy>,
    /// Where the proxy is, or the relay.
    pub(crate) address: SocketAddr,
    /// Where the way leads.
    pub(crate) target: Target,
}

impl Hop {
    /// A stream that reaches the target.
    pub(crate) async fn tunnel(&self) -> Result<Carrier, ProxyError> {
        match &self.proxy {
            Some(proxy) if proxy.kind == ProxyKind::Socks5 => {
                socks::connect(self.dial().await?, &self.target, proxy.credentials.as_deref()).await
            }
            Some(proxy) => connect::connect(self, proxy.credentials.as_deref()).await,
            None => Ok(self.open().await?),
        }
    }

    /// A stream for requests in HTTP, which a proxy for HTTP takes on itself.
    pub(crate) async fn for_requests(&self) -> Result<Carrier, ProxyError> {
        if self.takes_requests() { Ok(self.open().await?) } else { self.tunnel().await }
    }

    /// Whether a proxy takes requests and makes them in its own name.
    pub(crate) fn takes_requests(&self) -> bool {
        self.proxy.as_ref().is_some_and(|proxy| proxy.kind != ProxyKind::Socks5)
    }

    async fn dial(&self) -> io::Result<TcpStream> {
        TcpStream::connect(self.address).await.map(without_delay)
    }

    /// A connection to the first hop, in TLS where that is how it is talked with.
    async fn open(&self) -> io::Result<Carrier> {
        let stream = self.dial().await?;
        match &self.proxy {
            Some(proxy) if proxy.kind == ProxyKind::Https => {
                let name = ServerName::try_from(proxy.target.host.clone())
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
                let tls = TlsConnector::from(dress()).connect(name, stream).await?;
                Ok(Box::new(tls))
            }
            _ => Ok(Box::new(stream)),
        }
    }

    /// The proxy does not take any more what it took before: it is not told it again.
    pub(crate) async fn was_refused(&self) {
        if let Some(credentials) = self.proxy.as_ref().and_then(|proxy| proxy.credentials.as_deref()) {
            *credentials.known.lock().await = Known::Refused;
        }
    }

    /// What to tell a proxy that takes requests and has asked who this is.
    pub(crate) async fn introduce(&self) -> Result<Trial<'_>, ProxyError> {
        let credentials = self.proxy.as_ref().and_then(|proxy| proxy.credentials.as_deref());
        credentials.ok_or_else(|| ProxyError::WantsPassword("HTTP".to_owned()))?.try_out().await
    }
}

impl Credentials {
    /// They are about to be sent. Of several ways through this proxy, one finds out whether it takes them; the others
    /// wait for that.
    async fn try_out(&self) -> Result<Trial<'_>, ProxyError> {
        let mut known = self.known.lock().await;
        match &mut *known {
            Known::Good => Ok(Trial { who: self, finds_out: None }),
            Known::Untried { sent } if *sent < MOST_UNHEARD => {
                *sent += 1;
                Ok(Trial { who: self, finds_out: Some(known) })
            }
            Known::Untried { .. } | Known::Refused => Err(ProxyError::WrongPassword),
        }
    }

    /// RFC 7617.
    fn basic(&self) -> Zeroizing<String> {
        let pair = Zeroizing::new(format!("{}:{}", self.user, *self.password));
        format!("Basic {}", STANDARD.encode(pair.as_bytes())).into()
    }
}

/// Credentials on their way to a proxy.
pub(crate) struct Trial<'a> {
    who: &'a Credentials,
    finds_out: Option<MutexGuard<'a, Known>>,
}

impl Trial<'_> {
    /// As `Proxy-Authorization` says them where nothing better is asked for.
    pub(crate) fn basic(&self) -> Zeroizing<String> {
        self.who.basic()
    }

    /// The proxy has taken them, or not.
    ///
    /// # Errors
    /// It has not.
    pub(crate) async fn settle(self, taken: bool) -> Result<(), ProxyError> {
        let mut known = match self.finds_out {
            Some(known) => known,
            None => self.who.known.lock().await,
        };
        *known = if taken { Known::Good } else { Known::Refused };
        if taken { Ok(()) } else { Err(ProxyError::WrongPassword) }
    }
}

/// Where it is and how it is talked with; never who it is told that this is.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.kind {
            ProxyKind::Http => "http",
            ProxyKind::Https => "https",
            ProxyKind::Socks5 => "socks5",
        };
        write!(f, "{scheme}://{}", self.target)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Proxy {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.target) == (other.kind, &other.target)
    }
}

impl Eq for Proxy {}

impl Hash for Proxy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.kind, &self.target).hash(state);
    }
}

impl FromStr for Proxy {
    type Err = ProxyParseError;

    fn from_str(text: &str) -> Result<Self, ProxyParseError> {
        let (scheme, rest) = text.trim().split_once("://").unwrap_or(("http", text.trim()));
        let (kind, port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (ProxyKind::Http, 80),
            "https" => (ProxyKind::Https, 443),
            "socks5" | "socks5h" | "socks" => (ProxyKind::Socks5, 1080),
            _ => return Err(ProxyParseError),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (who, place) = match rest.rsplit_once('@') {
            Some((who, place)) => (Some(who), place),
            None => (None, rest),
        };
        let (target, _) = Target::with_port(place, port).map_err(|_| ProxyParseError)?;
        let proxy = Self { kind, target, credentials: None };
        let Some(who) = who else { return Ok(proxy) };
        let (user, password) = who.split_once(':').unwrap_or((who, ""));
        let plain = |text| unescaped(text).ok_or(ProxyParseError);
        Ok(proxy.with_credentials(plain(user)?, plain(password)?))
    }
}

/// Takes percent signs back (RFC 3986, section 2.1).
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_read_and_printed_without_who() {
        for (text, printed) in [
            ("proxy.example.org:3128", "http://proxy.example.org:3128"),
            ("http://proxy.example.org", "http://proxy.example.org:80"),
            ("https://anna:p%40ss@proxy.example.org:8443/", "https://proxy.example.org:8443"),
            ("socks5h://[2001:db8::7]", "socks5://[2001:db8::7]:1080"),
        ] {
            assert_eq!(text.parse::<Proxy>().unwrap().to_string(), printed, "{text}");
        }
        let proxy: Proxy = "http://DOM%5Canna:a:b%25@p:1".parse().unwrap();
        let credentials = proxy.credentials.as_ref().unwrap();
        assert_eq!((credentials.user.as_str(), credentials.password.as_str()), ("DOM\\anna", "a:b%"));
        assert!(!format!("{proxy:?}").contains("anna"));
        for text in ["", "ftp://p:1", "http://", "p:0", "http://a%zz@p:1", "p q"] {
            assert!(text.parse::<Proxy>().is_err(), "{text}");
        }
    }
}
