//! The ladder: every way to a relay, in the order in which they are tried.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::proxy::{Proxy, ProxyChoice, ProxyKind, Route};
use crate::target::Target;

/// The ports of a relay that is named without one, in the order in which they are tried.
pub const PORTS: [u16; 5] = [443, 80, 11438, 110, 21];

/// What a leg looks like to the network on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encapsulation {
    /// Nothing around it: TLS 1.3 over TCP.
    Raw,
    /// A WebSocket (RFC 6455) over HTTPS: passes what lets only the web through, and what opens HTTPS on the way.
    Https,
    /// Plain HTTP requests, one after the other: passes what understands nothing else. The slowest.
    Http,
}

impl Encapsulation {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Raw, Self::Https, Self::Http];

    /// Its name in addresses and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encapsulation| encapsulation.name().eq_ignore_ascii_case(name))
    }
}

/// Where a relay is reached, as people write it: `relay.example.org` alone means each of [`PORTS`] with what fits it,
/// `relay.example.org:443` that port with every encapsulation, and `https://relay.example.org:443` that one way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RelayAddress {
    host: String,
    port: Option<u16>,
    encapsulation: Option<Encapsulation>,
}

/// A text that names no relay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is neither HOST nor HOST:PORT; examples: relay.example.org, relay.example.org:443, [2001:db8::7]:443, \
     https://relay.example.org"
)]
pub struct RelayAddressError(String);

impl fmt::Display for RelayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(encapsulation) = self.encapsulation {
            write!(f, "{}://", encapsulation.name())?;
        }
        match self.port {
            Some(port) => write!(f, "{}", Target { host: self.host.clone(), port }),
            None if self.host.contains(':') => write!(f, "[{}]", self.host),
            None => f.write_str(&self.host),
        }
    }
}

impl FromStr for RelayAddress {
    type Err = RelayAddressError;

    fn from_str(text: &str) -> Result<Self, RelayAddressError> {
        let error = || RelayAddressError(text.to_owned());
        let (encapsulation, rest) = match text.trim().split_once("://") {
            Some((name, rest)) => (Some(Encapsulation::named(name).ok_or_else(error)?), rest),
            None => (None, text.trim()),
        };
        // People copy addresses out of browsers.
        let rest = rest.strip_suffix('/').filter(|_| encapsulation.is_some()).unwrap_or(rest);
        // Any port, where none is written: only whether the host is one.
        let (target, has_port) = Target::with_port(rest, 1).map_err(|_| error())?;
        let port = has_port.then_some(target.port);
        if port.is_none() && encapsulation == Some(Encapsulation::Raw) {
            return Err(error());
        }
        Ok(Self { host: target.host, port, encapsulation })
    }
}

impl From<Target> for RelayAddress {
    fn from(Target { host, port }: Target) -> Self {
        Self { host, port: Some(port), encapsulation: None }
    }
}

impl RelayAddress {
    /// A DNS name, an IPv4 address, or an IPv6 address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The one port, if it is only that.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Its rungs, in the order in which they are tried: through the proxies that lead there, before those that need none.
    fn rungs(&self, route: &Route) -> Vec<Rung> {
        let direct = self.direct_rungs();
        let leads = |rung: &Rung, proxy: &Proxy| {
            // Proxies for the web let nothing else through than HTTPS, unless somebody has said so.
            self.port.is_some()
                || proxy.kind() == ProxyKind::Socks5
                || rung.target.port == 443
                || rung.encapsulation == Encapsulation::Http
        };
        let mut rungs = Vec::new();
        for proxy in &route.proxies {
            let through = |rung: &Rung| Rung { proxy: Some(proxy.clone()), ..rung.clone() };
            rungs.extend(direct.iter().filter(|rung| leads(rung, proxy)).map(through));
        }
        if route.is_direct {
            rungs.extend(direct);
        }
        rungs
    }

    fn direct_rungs(&self) -> Vec<Rung> {
        use Encapsulation::{Http, Https, Raw};
        let rung = |encapsulation, port| Rung {
            encapsulation,
            target: Target { host: self.host.clone(), port },
            proxy: None,
        };
        match (self.port, self.encapsulation) {
            (Some(port), Some(encapsulation)) => vec![rung(encapsulation, port)],
            (Some(port), None) => vec![rung(Raw, port), rung(Https, port), rung(Http, port)],
            (None, Some(Http)) => vec![rung(Http, 80)],
            (None, Some(encapsulation)) => vec![rung(encapsulation, 443)],
            (None, None) => {
                let mut rungs: Vec<_> = PORTS.into_iter().map(|port| rung(Raw, port)).collect();
                // Where only the web gets out, no port helps but this one.
                rungs.insert(2, rung(Https, 443));
                rungs.push(rung(Http, 80));
                rungs
            }
        }
    }
}

/// One way to a relay.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rung {
    /// What the leg looks like.
    pub encapsulation: Encapsulation,
    /// Where it goes.
    pub target: Target,
    /// What it goes through.
    pub proxy: Option<Proxy>,
}

impl Rung {
    /// Where its connection goes first.
    pub(crate) fn first_hop(&self) -> &Target {
        self.proxy.as_ref().map_or(&self.target, Proxy::target)
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.encapsulation.name(), self.target)?;
        match &self.proxy {
            Some(proxy) => write!(f, " through {proxy}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Rung {
    type Err = RelayAddressError;

    fn from_str(text: &str) -> Result<Self, RelayAddressError> {
        let (way, proxy) = match text.split_once(" through ") {
            Some((way, proxy)) => (way, Some(proxy.parse().map_err(|_| RelayAddressError(text.to_owned()))?)),
            None => (text, None),
        };
        match way.parse()? {
            RelayAddress { host, port: Some(port), encapsulation: Some(encapsulation) } => {
                Ok(Self { encapsulation, target: Target { host, port }, proxy })
            }
            _ => Err(RelayAddressError(text.to_owned())),
        }
    }
}

/// Every way to the relays. Those that have led to one are tried before the others; copies know that of each other.
#[derive(Debug, Clone, Default)]
pub struct Ladder {
    relays: Vec<RelayAddress>,
    proxies: ProxyChoice,
    shared: Arc<Mutex<Shared>>,
    /// Wakes whoever waits for [`Self::introduced`].
    changed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Ways that were good, the last one first.
    good: Vec<Rung>,
    /// Which proxies lead to a host, as far as that was asked since the network was the same.
    routes: Vec<(ProxyChoice, String, Route)>,
    /// Every proxy that was ever found, with what is known of it.
    proxies: Vec<Proxy>,
    /// Those that people have told who this is.
    introduced: Vec<Proxy>,
}

/// The most ways that are remembered.
const MOST_GOOD: usize = 16;

impl Ladder {
    /// The ways to these relays.
    #[must_use]
    pub fn new(relays: &[RelayAddress], proxies: &ProxyChoice) -> Self {
        let ladder = Self { relays: relays.to_vec(), proxies: proxies.clone(), ..Self::default() };
        // It is told who this is wherever it is met, whoever else names it.
        if let ProxyChoice::Fixed(proxy) = proxies
            && proxy.is_introduced()
        {
            ladder.lock().introduced.push(proxy.clone());
        }
        ladder
    }

    /// The ways to other relays, with the memory of this: what was good, and what a proxy refused.
    #[must_use]
    pub fn to(&self, relays: &[RelayAddress]) -> Self {
        Self { relays: relays.to_vec(), ..self.clone() }
    }

    /// The same ways through other proxies.
    #[must_use]
    pub fn through(self, proxies: &ProxyChoice) -> Self {
        Self { proxies: proxies.clone(), ..self }
    }

    /// The ways of both.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.relays.extend_from_slice(&other.relays);
        self
    }

    /// Where the relays are.
    #[must_use]
    pub fn relays(&self) -> &[RelayAddress] {
        &self.relays
    }

    /// All ways in the order in which they are tried now: those that were good, then the first of each relay, the second
    /// of each, and so on.
    pub async fn rungs(&self) -> Vec<Rung> {
        let mut each = Vec::new();
        for relay in &self.relays {
            each.push(relay.rungs(&self.route(&relay.host).await));
        }
        let most = each.iter().map(Vec::len).max().unwrap_or_default();
        let mut rungs: Vec<Rung> = Vec::new();
        for turn in 0..most {
            for rung in each.iter().filter_map(|rungs| rungs.get(turn)) {
                if !rungs.contains(rung) {
                    rungs.push(rung.clone());
                }
            }
        }
        let good = &self.lock().good;
        rungs.sort_by_key(|rung| good.iter().position(|other| other == rung).unwrap_or(usize::MAX));
        rungs
    }

    /// A ladder for each host: ports of one relay stand in for each other, but two relays are tried side by side,
    /// because the other end may reach only one of them.
    #[must_use]
    pub fn by_host(&self) -> Vec<Self> {
        let mut hosts: Vec<Self> = Vec::new();
        for relay in &self.relays {
            match hosts.iter_mut().find(|host| host.relays[0].host == relay.host) {
                Some(host) => host.relays.push(relay.clone()),
                None => hosts.push(self.to(std::slice::from_ref(relay))),
            }
        }
        hosts
    }

    /// The way that led to a relay last.
    #[must_use]
    pub fn last_good(&self) -> Option<Rung> {
        self.lock().good.first().cloned()
    }

    /// This way leads to a relay: it is tried first from now on, if it is one of these.
    pub fn prefer(&self, rung: &Rung) {
        let good = &mut self.lock().good;
        good.retain(|other| other != rung);
        good.insert(0, rung.clone());
        good.truncate(MOST_GOOD);
    }

    /// Somebody says who this is: the proxy hears it from now on, and what it refused before counts for nothing.
    pub fn introduce(&self, proxy: &Proxy, user: String, password: String) {
        let told = proxy.clone().with_credentials(user, password);
        {
            let mut shared = self.lock();
            shared.introduced.retain(|other| other != proxy);
            shared.introduced.push(told);
            shared.routes.clear();
        }
        self.changed.notify_one();
    }

    /// Waits until somebody has said who this is.
    pub async fn introduced(&self) {
        self.changed.notified().await;
    }

    /// Nothing led to a relay: this may be another network, with other proxies.
    pub(crate) fn forget_routes(&self) {
        self.lock().routes.clear();
    }

    /// What leads to a host.
    pub async fn route(&self, host: &str) -> Route {
        let is_it = |choice: &ProxyChoice, name: &str| *choice == self.proxies && name == host;
        let known = self.lock().routes.iter().find(|(choice, name, _)| is_it(choice, name)).cloned();
        if let Some((.., route)) = known {
            return route;
        }
        let mut route = self.proxies.route_to(host).await;
        let mut shared = self.lock();
        for proxy in &mut route.proxies {
            // One that was found before has a memory: what it refused is not told it again.
            let introduced = shared.introduced.iter().find(|other| *other == proxy);
            if let Some(known) =
                introduced.or_else(|| shared.proxies.iter().find(|other| other.is_the_same(proxy)))
            {
                *proxy = known.clone();
            } else {
                shared.proxies.push(proxy.clone());
            }
        }
        // Of several that asked at the same time, one answer stays.
        shared.routes.retain(|(choice, name, _)| !is_it(choice, name));
        shared.routes.push((self.proxies.clone(), host.to_owned(), route.clone()));
        route
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder(relays: &[&str]) -> Ladder {
        through(relays, &ProxyChoice::Direct)
    }

    fn through(relays: &[&str], proxies: &ProxyChoice) -> Ladder {
        Ladder::new(&relays.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>(), proxies)
    }

    async fn names(ladder: &Ladder) -> Vec<String> {
        ladder.rungs().await.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn addresses_are_read_as_they_are_printed() {
        for text in [
            "relay.example.org",
            "relay.example.org:443",
            "[2001:db8::7]",
            "[2001:db8::7]:110",
            "https://relay.example.org",
            "https://[2001:db8::7]:8443",
            "raw://192.0.2.7:80",
        ] {
            assert_eq!(text.parse::<RelayAddress>().unwrap().to_string(), text);
        }
        assert_eq!(
            " HTTPS://relay.example.org/ ".parse::<RelayAddress>().unwrap().to_string(),
            "https://relay.example.org"
        );
        for text in [
            "",
            ":443",
            "relay:",
            "relay:0",
            "relay:70000",
            "ftp://relay",
            "raw://relay",
            "https://",
            "a b",
            "relay/path",
            "2001:db8::7",
            "https://relay/path",
            "[::1",
            "::1]",
        ] {
            assert!(text.parse::<RelayAddress>().is_err(), "{text}");
        }
        assert!("relay:443".parse::<Rung>().is_err(), "a rung is one way");
        assert_eq!("https://a:1".parse::<Rung>().unwrap().to_string(), "https://a:1");
    }

    #[tokio::test]
    async fn a_name_alone_means_every_port() {
        assert_eq!(
            names(&ladder(&["a"])).await,
            [
                "raw://a:443",
                "raw://a:80",
                "https://a:443",
                "raw://a:11438",
                "raw://a:110",
                "raw://a:21",
                "http://a:80"
            ]
        );
        assert_eq!(names(&ladder(&["a:7"])).await, ["raw://a:7", "https://a:7", "http://a:7"]);
        assert_eq!(names(&ladder(&["https://a"])).await, ["https://a:443"]);
        // Relays take turns, and nothing is tried twice.
        let mixed = ladder(&["a:1", "raw://b:2", "https://a:1", "a:1"]);
        assert_eq!(names(&mixed).await, ["raw://a:1", "raw://b:2", "https://a:1", "http://a:1"]);
    }

    #[tokio::test]
    async fn a_proxy_that_was_named_is_not_gone_round() {
        let named = |text: &str| ProxyChoice::Fixed(text.parse().unwrap());
        assert_eq!(
            names(&through(&["a"], &named("anna:secret@p:3128"))).await,
            [
                "raw://a:443 through http://p:3128",
                "https://a:443 through http://p:3128",
                "http://a:80 through http://p:3128"
            ]
        );
        assert_eq!(
            names(&through(&["https://a:7"], &named("p:1"))).await,
            ["https://a:7 through http://p:1"]
        );
        let socks = through(&["a"], &named("socks5://p"));
        assert_eq!(socks.rungs().await.len(), 7);
        let last: Rung = "raw://a:21 through socks5://p:1080".parse().unwrap();
        socks.prefer(&last);
        assert_eq!(socks.rungs().await[0], last);
    }

    #[tokio::test]
    async fn what_was_good_comes_first() {
        let ladder = ladder(&["raw://a:1", "raw://b:2", "https://a:1", "https://b:2"]);
        let hosts = ladder.by_host();
        assert_eq!(names(&hosts[0]).await, ["raw://a:1", "https://a:1"]);
        assert_eq!(hosts.len(), 2);
        assert_eq!(ladder.last_good(), None);
        hosts[1].prefer(&"https://b:2".parse().unwrap());
        assert_eq!(names(&ladder).await, ["https://b:2", "raw://a:1", "raw://b:2", "https://a:1"]);
        ladder.prefer(&"https://a:1".parse().unwrap());
        assert_eq!(names(&ladder).await, ["https://a:1", "https://b:2", "raw://a:1", "raw://b:2"]);
        assert_eq!(ladder.last_good().unwrap().to_string(), "https://a:1");
        assert_eq!(names(&hosts[1]).await, ["https://b:2", "raw://b:2"]);
    }
}
