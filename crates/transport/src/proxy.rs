//! Proxies: what stands between a program and the relay in many offices.

mod digest;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard};
use tokio_rustls::TlsConnector;

use crate::socket::Carrier;
use crate::target::Target;
use crate::websocket::dress;

/// The most bytes of an answer's head.
const HEAD: usize = 16 * 1024;
/// The most bytes of the page that comes with a refusal, before a new connection is better.
const PAGE: usize = 64 * 1024;

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
    password: zeroize::Zeroizing<String>,
    known: Mutex<Known>,
}

/// What is known of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Untried,
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
    /// It answers with something else.
    #[error("the proxy answers with something that is not understood")]
    Garbage,
}

/// A text that names no proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this names no proxy; examples: proxy.example.org:3128, http://user:password@proxy.example.org:3128, \
     https://proxy.example.org:443, socks5://proxy.example.org:1080"
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

    /// Whether it is the same, and told the same of who this is.
    pub(crate) fn is_the_same(&self, other: &Self) -> bool {
        let who =
            |proxy: &Self| proxy.credentials.as_ref().map(|who| (who.user.clone(), who.password.clone()));
        self == other && who(self) == who(other)
    }

    /// The same, told who this is.
    #[must_use]
    pub fn with_credentials(self, user: String, password: String) -> Self {
        let known = Mutex::new(Known::Untried);
        let credentials = Some(Arc::new(Credentials { user, password: password.into(), known }));
        Self { credentials, ..self }
    }

    /// Asks for a tunnel with CONNECT.
    async fn connect(&self, hop: &Hop) -> Result<Carrier, ProxyError> {
        let target = &hop.target;
        let mut stream = hop.open().await?;
        let answer = ask(&mut stream, target, None).await?;
        if answer.status != 407 {
            return answer.settle(stream);
        }
        let Some(credentials) = &self.credentials else {
            return Err(ProxyError::WantsPassword(answer.schemes()));
        };
        let known = credentials.known.lock().await;
        if *known == Known::Refused {
            return Err(ProxyError::WrongPassword);
        }
        // Of several ways through this proxy, one finds out whether it takes the password; the others wait.
        let finds_out = (*known == Known::Untried).then_some(known);
        let mut answer = answer;
        for _ in 0..2 {
            let scheme = answer.scheme().ok_or_else(|| ProxyError::UnknownScheme(answer.schemes()))?;
            let words = credentials.answer(&scheme, "CONNECT", &target.to_string())?;
            if !answer.keeps {
                stream = hop.open().await?;
            }
            answer = ask(&mut stream, target, Some(&words)).await?;
            // What was right but for its age is answered once more.
            if answer.status != 407 || !matches!(answer.scheme(), Some(Scheme::Digest(new)) if new.is_stale) {
                break;
            }
        }
        let mut known = match finds_out {
            Some(known) => known,
            None => credentials.known.lock().await,
        };
        if answer.status == 407 {
            *known = Known::Refused;
            return Err(ProxyError::WrongPassword);
        }
        *known = Known::Good;
        answer.settle(stream)
    }

    /// RFC 1928 and, for a user and a password, RFC 1929.
    async fn socks(&self, mut stream: TcpStream, target: &Target) -> Result<Carrier, ProxyError> {
        const NO_AUTHENTICATION: u8 = 0;
        const PASSWORD: u8 = 2;
        const CONNECT: u8 = 1;
        let _ = stream.set_nodelay(true);
        let credentials = self.credentials.as_deref();
        let methods: &[u8] = if credentials.is_some() {
            &[5, 2, NO_AUTHENTICATION, PASSWORD]
        } else {
            &[5, 1, NO_AUTHENTICATION]
        };
        stream.write_all(methods).await?;
        let mut chosen = [0; 2];
        stream.read_exact(&mut chosen).await?;
        match (chosen, credentials) {
            ([5, NO_AUTHENTICATION], _) => {}
            ([5, PASSWORD], Some(credentials)) => {
                let mut known = credentials.known.lock().await;
                if *known == Known::Refused {
                    return Err(ProxyError::WrongPassword);
                }
                let (user, password) = (credentials.user.as_bytes(), credentials.password.as_bytes());
                let lengths = u8::try_from(user.len()).ok().zip(u8::try_from(password.len()).ok());
                let (user_length, password_length) = lengths.ok_or(ProxyError::WrongPassword)?;
                let mut words = zeroize::Zeroizing::new(vec![1, user_length]);
                words.extend_from_slice(user);
                words.push(password_length);
                words.extend_from_slice(password);
                stream.write_all(&words).await?;
                let mut verdict = [0; 2];
                stream.read_exact(&mut verdict).await?;
                *known = if verdict[1] == 0 { Known::Good } else { Known::Refused };
                if verdict[1] != 0 {
                    return Err(ProxyError::WrongPassword);
                }
            }
            ([5, _], None) => return Err(ProxyError::WantsPassword("SOCKS5".to_owned())),
            ([5, method], Some(_)) => {
                return Err(ProxyError::UnknownScheme(format!("SOCKS5 method {method}")));
            }
            _ => return Err(ProxyError::Garbage),
        }
        let mut request = vec![5, CONNECT, 0];
        match target.host.parse() {
            Ok(std::net::IpAddr::V4(address)) => {
                request.push(1);
                request.extend_from_slice(&address.octets());
            }
            Ok(std::net::IpAddr::V6(address)) => {
                request.push(4);
                request.extend_from_slice(&address.octets());
            }
            Err(_) => {
                let length = u8::try_from(target.host.len());
                let length =
                    length.map_err(|_| ProxyError::Refused("the host's name is too long".to_owned()))?;
                request.extend_from_slice(&[3, length]);
                request.extend_from_slice(target.host.as_bytes());
            }
        }
        request.extend_from_slice(&target.port.to_be_bytes());
        stream.write_all(&request).await?;
        let mut head = [0; 4];
        stream.read_exact(&mut head).await?;
        let [5, code, _, kind] = head else { return Err(ProxyError::Garbage) };
        if code != 0 {
            return Err(ProxyError::Refused(socks_words(code)));
        }
        let rest = match kind {
            1 => 4 + 2,
            4 => 16 + 2,
            3 => usize::from(stream.read_u8().await?) + 2,
            _ => return Err(ProxyError::Garbage),
        };
        let mut bound = [0; 256 + 2];
        stream.read_exact(&mut bound[..rest]).await?;
        Ok(Carrier::Raw(stream))
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
                proxy.socks(TcpStream::connect(self.address).await?, &self.target).await
            }
            Some(proxy) => proxy.connect(self).await,
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

    /// A connection to the first hop.
    async fn open(&self) -> io::Result<Carrier> {
        let stream = TcpStream::connect(self.address).await?;
        // Without it a key press waits for the acknowledgement of the one before; no more than a hint if it fails.
        let _ = stream.set_nodelay(true);
        match &self.proxy {
            Some(proxy) if proxy.kind == ProxyKind::Https => {
                let name = ServerName::try_from(proxy.target.host.clone())
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
                let tls = TlsConnector::from(dress()).connect(name, stream).await?;
                Ok(Carrier::Dressed(Box::new(tls)))
            }
            _ => Ok(Carrier::Raw(stream)),
        }
    }

    /// The proxy does not take any more what it took before: it is not told it again.
    pub(crate) async fn was_refused(&self) {
        if let Some(credentials) = self.proxy.as_ref().and_then(|proxy| proxy.credentials.as_deref()) {
            *credentials.known.lock().await = Known::Refused;
        }
    }

    /// What to tell a proxy that takes requests and has asked who this is; it has to be told what came of it.
    pub(crate) async fn basic(&self) -> Result<Basic<'_>, ProxyError> {
        let credentials = self.proxy.as_ref().and_then(|proxy| proxy.credentials.as_deref());
        let credentials = credentials.ok_or_else(|| ProxyError::WantsPassword("HTTP".to_owned()))?;
        let known = credentials.known.lock().await;
        if *known == Known::Refused {
            return Err(ProxyError::WrongPassword);
        }
        Ok(Basic { words: credentials.basic(), known })
    }
}

/// Who this is, on its way to a proxy.
pub(crate) struct Basic<'a> {
    pub(crate) words: zeroize::Zeroizing<String>,
    known: MutexGuard<'a, Known>,
}

impl Basic<'_> {
    /// The proxy has taken it, or not.
    pub(crate) fn note(mut self, taken: bool) {
        *self.known = if taken { Known::Good } else { Known::Refused };
    }
}

/// What a reply means (RFC 1928, section 6).
fn socks_words(code: u8) -> String {
    let words = match code {
        1 => "it failed",
        2 => "its rules do not allow this",
        3 => "the network can't be reached",
        4 => "the host can't be reached",
        5 => "the connection was refused",
        6 => "no answer in time",
        7 => "it does not know CONNECT",
        8 => "it does not know this kind of address",
        other => return format!("reply {other}"),
    };
    words.to_owned()
}

/// How a proxy wants to be told who this is.
enum Scheme {
    Digest(digest::Challenge),
    Basic,
}

impl Credentials {
    /// The value of `Proxy-Authorization`.
    fn answer(
        &self,
        scheme: &Scheme,
        method: &str,
        uri: &str,
    ) -> Result<zeroize::Zeroizing<String>, ProxyError> {
        match scheme {
            Scheme::Basic => Ok(self.basic()),
            Scheme::Digest(challenge) => {
                let answer = challenge.answer(&self.user, &self.password, method, uri);
                let answer = answer.ok_or_else(|| io::Error::other("this system gives no randomness"))?;
                Ok(answer.into())
            }
        }
    }

    /// RFC 7617.
    fn basic(&self) -> zeroize::Zeroizing<String> {
        let pair = zeroize::Zeroizing::new(format!("{}:{}", self.user, *self.password));
        format!("Basic {}", STANDARD.encode(pair.as_bytes())).into()
    }
}

/// What a proxy answers to CONNECT.
struct Answer {
    status: u16,
    reason: String,
    /// How it wants to be told who this is, in its words.
    challenges: Vec<String>,
    /// Whether the connection can be used again.
    keeps: bool,
}

impl Answer {
    /// The tunnel, if this is a yes.
    fn settle(self, stream: Carrier) -> Result<Carrier, ProxyError> {
        match self.status {
            200..=299 => Ok(stream),
            status => Err(ProxyError::Refused(format!("{status} {}", self.reason).trim_end().to_owned())),
        }
    }

    fn scheme_names(&self) -> impl Iterator<Item = &str> {
        self.challenges.iter().filter_map(|challenge| challenge.split_whitespace().next())
    }

    fn schemes(&self) -> String {
        let names: Vec<_> = self.scheme_names().collect();
        if names.is_empty() { "it does not say how".to_owned() } else { names.join(", ") }
    }

    /// The best of those that are known here.
    fn scheme(&self) -> Option<Scheme> {
        let digest = self.challenges.iter().find_map(|challenge| {
            let (name, fields) = challenge.split_once(' ')?;
            name.eq_ignore_ascii_case("digest").then(|| digest::Challenge::parse(fields)).flatten()
        });
        let basic =
            || self.scheme_names().any(|name| name.eq_ignore_ascii_case("basic")).then_some(Scheme::Basic);
        digest.map(Scheme::Digest).or_else(basic)
    }
}

/// Asks for a tunnel and reads the answer, with the page behind a refusal.
async fn ask(
    stream: &mut Carrier,
    target: &Target,
    authorization: Option<&str>,
) -> Result<Answer, ProxyError> {
    let mut request = zeroize::Zeroizing::new(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"));
    if let Some(authorization) = authorization {
        request.push_str("Proxy-Authorization: ");
        request.push_str(authorization);
        request.push_str("\r\n");
    }
    request.push_str("Proxy-Connection: keep-alive\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut read = Vec::new();
    let head = loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if read.len() >= HEAD {
            return Err(ProxyError::Garbage);
        }
        let mut bytes = [0; 2048];
        match stream.read(&mut bytes).await? {
            0 if read.is_empty() => return Err(ProxyError::Network(io::ErrorKind::UnexpectedEof.into())),
            0 => return Err(ProxyError::Garbage),
            count => read.extend_from_slice(&bytes[..count]),
        }
    };
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    if !response.parse(&read[..head]).is_ok_and(|status| status.is_complete()) {
        return Err(ProxyError::Garbage);
    }
    let values = |name: &str| {
        let named = response.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        named.map(|header| String::from_utf8_lossy(header.value).trim().to_owned()).collect::<Vec<_>>()
    };
    let status = response.code.unwrap_or_default();
    let length = values("content-length").first().and_then(|length| length.parse::<usize>().ok());
    let says_close = ["connection", "proxy-connection"]
        .iter()
        .any(|name| values(name).iter().any(|value| value.eq_ignore_ascii_case("close")));
    let is_old = response.version == Some(0);
    let mut answer = Answer {
        status,
        reason: response.reason.unwrap_or_default().chars().filter(|c| !c.is_control()).take(100).collect(),
        challenges: values("proxy-authenticate"),
        keeps: false,
    };
    let behind = read.len() - head;
    if (200..=299).contains(&status) {
        // Whoever is asked to speak first speaks first: a relay never does.
        return if behind == 0 { Ok(answer) } else { Err(ProxyError::Garbage) };
    }
    if let (Some(length @ ..=PAGE), false, false) = (length, says_close, is_old) {
        let mut left = length.saturating_sub(behind);
        let mut bytes = [0; 2048];
        while left > 0 {
            let most = left.min(bytes.len());
            match stream.read(&mut bytes[..most]).await? {
                0 => return Ok(answer),
                count => left -= count,
            }
        }
        answer.keeps = true;
    }
    Ok(answer)
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
        let has_port = match place.rsplit_once(']') {
            Some((_, behind)) => !behind.is_empty(),
            None => place.contains(':'),
        };
        let place = if has_port { place.to_owned() } else { format!("{place}:{port}") };
        let target = place.parse().map_err(|_| ProxyParseError)?;
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

/// Which proxy leads where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ProxyChoice {
    /// As the environment says (`https_proxy`, `all_proxy`, `no_proxy`), or else the desktop's settings.
    #[default]
    System,
    /// None.
    Direct,
    /// This one.
    Fixed(Proxy),
}

impl FromStr for ProxyChoice {
    type Err = ProxyParseError;

    fn from_str(text: &str) -> Result<Self, ProxyParseError> {
        match text.trim() {
            "auto" => Ok(Self::System),
            "none" => Ok(Self::Direct),
            other => other.parse().map(Self::Fixed),
        }
    }
}

impl ProxyChoice {
    /// The proxy for a host, if there is one.
    #[must_use]
    pub fn proxy_for(&self, host: &str) -> Option<Proxy> {
        match self {
            Self::Direct => None,
            Self::Fixed(proxy) => Some(proxy.clone()),
            Self::System => match of_environment(host, |name| std::env::var(name).ok()) {
                Environment::Silent => crate::system::proxy::of_desktop(host),
                Environment::Says(proxy) => proxy,
            },
        }
    }
}

/// What the environment says of proxies.
#[derive(Debug, PartialEq, Eq)]
enum Environment {
    Silent,
    /// This one, or none.
    Says(Option<Proxy>),
}

/// As the usual variables say. In small letters they go before those in capitals; `HTTP_PROXY` counts for nothing, for
/// no leg is plain HTTP.
fn of_environment(host: &str, variable: impl Fn(&str) -> Option<String>) -> Environment {
    let value = |name: &str| {
        [name.to_owned(), name.to_ascii_uppercase()]
            .iter()
            .find_map(|name| variable(name).filter(|value| !value.trim().is_empty()))
    };
    let Some(proxy) = value("https_proxy").or_else(|| value("all_proxy")) else { return Environment::Silent };
    let excepted = value("no_proxy").is_some_and(|list| is_excepted(host, &list));
    Environment::Says(if excepted { None } else { proxy.parse().ok() })
}

/// Whether `no_proxy` names this host: itself, a domain that it is in, `*`, or a network that its address is in.
pub(crate) fn is_excepted(host: &str, list: &str) -> bool {
    let host = host.to_ascii_lowercase();
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.to_ascii_lowercase();
        let entry = entry.strip_prefix("*.").or_else(|| entry.strip_prefix('.')).unwrap_or(&entry);
        let within =
            host.strip_suffix(entry).is_some_and(|before| before.is_empty() || before.ends_with('.'));
        entry == "*" || within || is_in_network(&host, entry).unwrap_or(false)
    })
}

/// Whether an address is in a network such as `10.0.0.0/8`.
fn is_in_network(host: &str, network: &str) -> Option<bool> {
    use std::net::IpAddr;
    let (address, bits) = network.split_once('/')?;
    let bits: u32 = bits.parse().ok()?;
    let shifted = |value: u128, width: u32| value.checked_shr(width.checked_sub(bits)?).or(Some(0));
    match (host.parse().ok()?, address.parse().ok()?) {
        (IpAddr::V4(host), IpAddr::V4(network)) => {
            let value = |address: std::net::Ipv4Addr| shifted(u32::from(address).into(), 32);
            Some(value(host)? == value(network)?)
        }
        (IpAddr::V6(host), IpAddr::V6(network)) => {
            let value = |address: std::net::Ipv6Addr| shifted(address.into(), 128);
            Some(value(host)? == value(network)?)
        }
        _ => None,
    }
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
        assert_eq!("none".parse(), Ok(ProxyChoice::Direct));
        assert_eq!("auto".parse(), Ok(ProxyChoice::System));
    }

    #[test]
    fn the_environment_names_a_proxy_and_exceptions() {
        let found = |set: &'static [(&str, &str)], host: &str| {
            let variable = |name: &str| {
                set.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
            };
            match of_environment(host, variable) {
                Environment::Silent => None,
                Environment::Says(proxy) => proxy.map(|proxy| proxy.to_string()),
            }
        };
        let http = Some("http://p:3128".to_owned());
        assert_eq!(found(&[("HTTPS_PROXY", "p:3128")], "a"), http);
        assert_eq!(found(&[("HTTPS_PROXY", "q:1"), ("https_proxy", "http://p:3128")], "a"), http);
        assert_eq!(found(&[("https_proxy", ""), ("ALL_PROXY", "p:3128")], "a"), http);
        assert_eq!(found(&[("http_proxy", "p:3128")], "a"), None);
        let with = |list: &'static str, host| {
            let variable = move |name: &str| match name {
                "https_proxy" => Some("p:3128".to_owned()),
                "no_proxy" => Some(list.to_owned()),
                _ => None,
            };
            of_environment(host, variable) == Environment::Says(None)
        };
        for (list, host) in [
            ("example.org", "example.org"),
            ("b, .example.org", "relay.Example.org"),
            ("*.example.org", "a.b.example.org"),
            ("*", "anything"),
            ("10.0.0.0/8", "10.200.3.4"),
            ("0.0.0.0/0", "1.2.3.4"),
            ("2001:db8::/32", "2001:db8:1::7"),
            ("192.0.2.7", "192.0.2.7"),
        ] {
            assert!(with(list, host), "{host} in {list}");
        }
        for (list, host) in [
            ("example.org", "notexample.org"),
            ("10.0.0.0/8", "11.0.0.1"),
            ("10.0.0.0/99", "10.0.0.1"),
            ("10.0.0.0/8", "relay"),
            ("", "a"),
        ] {
            assert!(!with(list, host), "{host} not in {list}");
        }
    }
}
