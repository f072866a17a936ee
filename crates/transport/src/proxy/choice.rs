//! Which proxy leads where, as somebody or the environment says.

use std::str::FromStr;

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
    fn a_choice_is_a_word_or_a_proxy() {
        assert_eq!("none".parse(), Ok(ProxyChoice::Direct));
        assert_eq!("auto".parse(), Ok(ProxyChoice::System));
        assert!(matches!("p:1".parse(), Ok(ProxyChoice::Fixed(_))));
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
