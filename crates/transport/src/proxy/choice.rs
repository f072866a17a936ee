//! Which proxy leads where, as somebody or the environment says.

use std::fmt;
use std::str::FromStr;

use super::fetch::fetch;
use super::script::{Answer, ScriptError, evaluate};
use super::settings::Settings;
use super::{Proxy, ProxyParseError};

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
    /// As the proxy script at this address says.
    Script(String),
}

/// What leads to a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Proxies, in the order in which they are tried.
    pub proxies: Vec<Proxy>,
    /// Whether ways that need none are tried after them. One that somebody has named is not gone round; one that was
    /// found may be of no use here.
    pub is_direct: bool,
    /// Who says so.
    pub origin: Origin,
    /// Why a script said nothing.
    pub trouble: Option<ScriptError>,
}

/// Who says which proxy leads where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody says anything.
    Nobody,
    /// Whoever started this program.
    Person,
    /// Variables of the environment.
    Environment,
    /// The desktop's settings.
    Desktop,
    /// The proxy script at this address.
    Script(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("nobody names one"),
            Self::Person => f.write_str("as this program was told"),
            Self::Environment => f.write_str("as the environment says"),
            Self::Desktop => f.write_str("as the desktop is set"),
            Self::Script(address) => write!(f, "as the proxy script {address} says"),
        }
    }
}

impl FromStr for ProxyChoice {
    type Err = ProxyParseError;

    fn from_str(text: &str) -> Result<Self, ProxyParseError> {
        let text = text.trim();
        match text {
            "auto" => return Ok(Self::System),
            "none" => return Ok(Self::Direct),
            _ => {}
        }
        match text.strip_prefix("pac+") {
            None => text.parse().map(Self::Fixed),
            Some(address)
                if ["http://", "https://", "file:///"].iter().any(|kind| address.starts_with(kind)) =>
            {
                Ok(Self::Script(address.to_owned()))
            }
            Some(_) => Err(ProxyParseError),
        }
    }
}

/// As [`ProxyChoice::from_str`] reads it; never who a proxy is told that this is.
impl fmt::Display for ProxyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("auto"),
            Self::Direct => f.write_str("none"),
            Self::Fixed(proxy) => write!(f, "{proxy}"),
            Self::Script(address) => write!(f, "pac+{address}"),
        }
    }
}

impl Route {
    /// Without any proxy.
    pub(crate) fn direct(origin: Origin) -> Self {
        Self { proxies: Vec::new(), is_direct: true, origin, trouble: None }
    }

    /// Through what was found, if anything was.
    fn found(proxy: Option<Proxy>, origin: Origin) -> Self {
        Self { proxies: proxy.into_iter().collect(), ..Self::direct(origin) }
    }
}

impl ProxyChoice {
    /// What leads to a host.
    pub async fn route_to(&self, host: &str) -> Route {
        match self {
            Self::Direct => Route::direct(Origin::Person),
            Self::Fixed(proxy) => {
                Route { is_direct: false, ..Route::found(Some(proxy.clone()), Origin::Person) }
            }
            Self::Script(address) => by_script(address, host).await,
            Self::System => match of_environment(host, |name| std::env::var(name).ok()) {
                Environment::Says(proxy) => Route::found(proxy, Origin::Environment),
                Environment::Silent => of_desktop(host).await,
            },
        }
    }
}

/// As the desktop's settings say.
async fn of_desktop(host: &str) -> Route {
    // A desktop may take its time to say what it is set to.
    let settings = tokio::task::spawn_blocking(crate::system::proxy::settings).await.ok().flatten();
    let places = match settings {
        None => return Route::direct(Origin::Nobody),
        Some(Settings::Proxies(proxies)) => return Route::found(proxies.proxy_for(host), Origin::Desktop),
        Some(Settings::Script(address)) => vec![address],
        Some(Settings::Discovery) => {
            tokio::task::spawn_blocking(crate::system::proxy::discovered).await.unwrap_or_default()
        }
    };
    let mut last = Route::direct(Origin::Desktop);
    for place in places {
        // What was found may be of no use here, so it is gone round if it must be.
        last = Route { is_direct: true, ..by_script(&place, host).await };
        if last.trouble.is_none() {
            break;
        }
    }
    last
}

/// As a proxy script says. One that says nothing closes no way.
async fn by_script(address: &str, host: &str) -> Route {
    let origin = Origin::Script(address.to_owned());
    let ask = async {
        let script = fetch(address).await?;
        let host = host.to_owned();
        let evaluated = tokio::task::spawn_blocking(move || evaluate(&script, &host)).await;
        evaluated.unwrap_or(Err(ScriptError::TooSlow))
    };
    match ask.await {
        Ok(Answer { proxies, is_direct }) => Route { proxies, is_direct, origin, trouble: None },
        Err(trouble) => Route { trouble: Some(trouble), ..Route::direct(origin) },
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
        // Windows' word for names without a domain.
        let is_local = entry == "<local>" && !host.contains(['.', ':']);
        entry == "*" || within || is_local || is_in_network(&host, entry).unwrap_or(false)
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
    fn a_choice_is_a_word_or_a_proxy() {
        assert_eq!("none".parse(), Ok(ProxyChoice::Direct));
        assert_eq!("auto".parse(), Ok(ProxyChoice::System));
        assert!(matches!("p:1".parse(), Ok(ProxyChoice::Fixed(_))));
        let script = |address: &str| Ok(ProxyChoice::Script(address.to_owned()));
        assert_eq!("pac+https://a/p.pac".parse(), script("https://a/p.pac"));
        assert_eq!("pac+file:///etc/p.pac".parse(), script("file:///etc/p.pac"));
        for text in ["auto", "none", "https://p:1", "pac+https://a/p.pac"] {
            assert_eq!(text.parse::<ProxyChoice>().unwrap().to_string(), text);
        }
        for text in ["pac+", "pac+ftp://a/p.pac", "pac+file://p.pac"] {
            assert_eq!(text.parse::<ProxyChoice>(), Err(ProxyParseError), "{text}");
        }
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
