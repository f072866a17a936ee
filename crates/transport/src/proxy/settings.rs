//! What desktops and networks say of proxies, read as text.

use super::{Proxy, is_excepted};

/// What a desktop is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settings {
    /// These proxies.
    Proxies(Named),
    /// What the proxy script at this address says.
    Script(String),
    /// What a proxy script says that the network names (WPAD); see [`discovered`].
    Discovery,
}

/// The proxies that settings name, wherever they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// As `HOST:PORT` or an address.
    https: Option<String>,
    socks: Option<String>,
    /// Hosts that need none.
    except: Vec<String>,
}

impl Named {
    /// The one for this host.
    pub(crate) fn proxy_for(&self, host: &str) -> Option<Proxy> {
        if is_excepted(host, &self.except.join(",")) {
            return None;
        }
        let named = |text: &Option<String>, scheme: &str| {
            let text = text.as_deref()?;
            let whole = if text.contains("://") { text.to_owned() } else { format!("{scheme}://{text}") };
            whole.parse().ok()
        };
        named(&self.https, "http").or_else(|| named(&self.socks, "socks5"))
    }
}

/// Reads what `gsettings` prints: a schema, a key and a value in a line.
pub(crate) fn of_gnome(text: &str) -> Option<Settings> {
    let value = |schema: &str, key: &str| {
        text.lines().find_map(|line| {
            let mut words = line.splitn(3, ' ');
            let fits = words.next() == Some(schema) && words.next() == Some(key);
            fits.then(|| words.next().unwrap_or_default().trim().to_owned())
        })
    };
    const ALL: &str = "org.gnome.system.proxy";
    match value(ALL, "mode")?.as_str() {
        "'manual'" => {}
        "'auto'" => {
            let address = value(ALL, "autoconfig-url").unwrap_or_default();
            return Some(script(address.trim_matches('\'')));
        }
        _ => return None,
    }
    let place = |kind: &str| {
        let schema = format!("{ALL}.{kind}");
        let host = value(&schema, "host")?.trim_matches('\'').to_owned();
        let port = value(&schema, "port")?;
        (!host.is_empty() && port != "0").then(|| format!("{host}:{port}"))
    };
    let except = value(ALL, "ignore-hosts").unwrap_or_default();
    let except = except.trim_matches(['[', ']']).split(',');
    Some(Settings::Proxies(Named {
        https: place("https"),
        socks: place("socks"),
        except: except.map(|host| host.trim().trim_matches('\'').to_owned()).collect(),
    }))
}

/// Reads KDE's file of settings for the network.
pub(crate) fn of_kde(text: &str) -> Option<Settings> {
    let part = text.split("[Proxy Settings]").nth(1)?;
    let lines = part.lines().skip(1).take_while(|line| !line.starts_with('['));
    let value = |key: &str| {
        let mut lines = lines.clone().filter_map(|line| line.split_once('='));
        lines.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
    };
    match value("ProxyType")? {
        "1" => {}
        "2" => return Some(script(value("Proxy Config Script").unwrap_or_default())),
        "3" => return Some(Settings::Discovery),
        _ => return None,
    }
    // Host and port stand apart, or as in an address.
    let place = |key: &str| {
        let text = value(key).filter(|text| !text.is_empty())?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(":"))
    };
    let except = value("NoProxyFor").unwrap_or_default().split(',');
    Some(Settings::Proxies(Named {
        https: place("httpsProxy"),
        socks: place("socksProxy").map(|place| place.replace("socks://", "socks5://")),
        except: except.map(|host| host.trim().to_owned()).collect(),
    }))
}

/// What Windows keeps of a user's settings for the internet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Registry {
    /// `ProxyEnable`.
    pub(crate) is_enabled: bool,
    /// `ProxyServer`: `HOST:PORT` for everything, or `https=HOST:PORT;socks=HOST:PORT`.
    pub(crate) server: String,
    /// `ProxyOverride`: hosts apart by semicolons, and `<local>`.
    pub(crate) except: String,
    /// `AutoConfigURL`.
    pub(crate) script: String,
    /// Whether the network is asked: a bit of `Connections\\DefaultConnectionSettings`.
    pub(crate) discovers: bool,
}

/// Reads what Windows is set to: a script goes before what is named, and the network is asked where there is neither. (It
/// is set to ask wherever nobody has changed that.)
pub(crate) fn of_registry(registry: &Registry) -> Option<Settings> {
    if !registry.script.trim().is_empty() {
        return Some(script(&registry.script));
    }
    if !registry.is_enabled {
        return registry.discovers.then_some(Settings::Discovery);
    }
    let parts = || registry.server.split([';', ' ']).map(str::trim).filter(|part| !part.is_empty());
    let place = |kind: &str| {
        let of_kind =
            parts().filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case(kind));
        of_kind.map(|(_, place)| place.to_owned())
    };
    let for_all = parts().find(|part| !part.contains('=')).map(str::to_owned);
    Some(Settings::Proxies(Named {
        https: for_all.or_else(|| place("https")),
        socks: place("socks"),
        except: registry.except.split(';').map(|host| host.trim().to_owned()).collect(),
    }))
}

/// Reads what macOS's `scutil --proxy` prints: a name and a value in a line.
pub(crate) fn of_scutil(text: &str) -> Option<Settings> {
    let value = |key: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(" : "));
        lines.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
    };
    let is_on = |kind: &str| value(&format!("{kind}Enable")) == Some("1");
    if is_on("ProxyAutoConfig") {
        return Some(script(value("ProxyAutoConfigURLString").unwrap_or_default()));
    }
    if is_on("ProxyAutoDiscovery") {
        return Some(Settings::Discovery);
    }
    let place = |kind: &str| {
        let host = value(&format!("{kind}Proxy")).filter(|_| is_on(kind))?;
        Some(format!("{host}:{}", value(&format!("{kind}Port"))?))
    };
    let (https, socks) = (place("HTTPS"), place("SOCKS"));
    if https.is_none() && socks.is_none() {
        return None;
    }
    let list = text.split("ExceptionsList").nth(1).unwrap_or_default();
    let list = list.split('}').next().unwrap_or_default().lines();
    let mut except: Vec<String> =
        list.filter_map(|line| Some(line.split_once(" : ")?.1.trim().to_owned())).collect();
    if value("ExcludeSimpleHostnames") == Some("1") {
        except.push("<local>".to_owned());
    }
    Some(Settings::Proxies(Named { https, socks, except }))
}

/// A script at this address; without one, the network is asked.
fn script(address: &str) -> Settings {
    match address.trim() {
        "" => Settings::Discovery,
        address if address.starts_with('/') => Settings::Script(format!("file://{address}")),
        address => Settings::Script(address.to_owned()),
    }
}

/// Reads what `nmcli` prints of DHCP: an option with its value in a line.
pub(crate) fn of_dhcp(text: &str) -> Option<String> {
    let value = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?.1.split_once('=')?;
        (name.trim() == "wpad").then(|| value.trim())
    })?;
    value.starts_with("http").then(|| value.to_owned())
}

/// The domain of this computer: the first that names without a dot are looked up in.
pub(crate) fn own_domain(text: &str) -> Option<String> {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut found = lines.filter_map(|words| match words.as_slice() {
        ["search" | "domain", domain, ..] => Some(domain.trim_end_matches('.').to_ascii_lowercase()),
        _ => None,
    });
    // The last line counts (resolv.conf(5)).
    found.next_back().filter(|domain| domain.contains('.') && !domain.starts_with("wpad."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(settings: Option<Settings>) -> Named {
        match settings {
            Some(Settings::Proxies(proxies)) => proxies,
            other => panic!("{other:?} names no proxies"),
        }
    }

    #[test]
    fn gnomes_settings_are_read() {
        let text = "org.gnome.system.proxy autoconfig-url ''\n\
            org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '*.intern.example']\n\
            org.gnome.system.proxy mode 'manual'\norg.gnome.system.proxy.https host 'proxy.example'\n\
            org.gnome.system.proxy.https port 3128\norg.gnome.system.proxy.socks host ''\n\
            org.gnome.system.proxy.socks port 0\n";
        let settings = proxies(of_gnome(text));
        let for_host = |host| settings.proxy_for(host).map(|proxy| proxy.to_string());
        assert_eq!(for_host("relay.example").as_deref(), Some("http://proxy.example:3128"));
        assert_eq!(for_host("relay.intern.example"), None);
        assert_eq!(for_host("127.0.0.1"), None);
        let socks = text.replace("https host 'proxy.example'", "https host ''").replace(
            "socks host ''\norg.gnome.system.proxy.socks port 0",
            "socks host 's'\norg.gnome.system.proxy.socks port 1080",
        );
        let socks = proxies(of_gnome(&socks)).proxy_for("a").map(|proxy| proxy.to_string());
        assert_eq!(socks.as_deref(), Some("socks5://s:1080"));
        assert_eq!(of_gnome(&text.replace("'manual'", "'none'")), None);
        assert_eq!(of_gnome(""), None);
    }

    #[test]
    fn kdes_settings_are_read() {
        let text = "[$Version]\nupdate_info=x\n[Proxy Settings]\nNoProxyFor=localhost,.intern.example\nProxyType=1\n\
            httpsProxy=http://proxy.example 3128\nsocksProxy=socks://s 1080\n[Other]\nProxyType=0\n";
        let settings = proxies(of_kde(text));
        let for_host = |host| settings.proxy_for(host).map(|proxy| proxy.to_string());
        assert_eq!(for_host("relay.example").as_deref(), Some("http://proxy.example:3128"));
        assert_eq!(for_host("a.intern.example"), None);
        let socks = proxies(of_kde(&text.replace("httpsProxy=http://proxy.example 3128", "httpsProxy=")));
        assert_eq!(socks.proxy_for("a").unwrap().to_string(), "socks5://s:1080");
        assert_eq!(of_kde(&text.replace("ProxyType=1", "ProxyType=4")), None);
        assert_eq!(of_kde("[Other]\nProxyType=1\n"), None);
    }
    #[test]
    fn scripts_are_found() {
        let script = |address: &str| Some(Settings::Script(address.to_owned()));
        let gnome = |address: &str| {
            of_gnome(&format!(
                "org.gnome.system.proxy mode 'auto'\norg.gnome.system.proxy autoconfig-url '{address}'\n"
            ))
        };
        assert_eq!(gnome("http://a/p.pac"), script("http://a/p.pac"));
        assert_eq!(gnome(""), Some(Settings::Discovery));
        let kde = |kind: u8, address: &str| {
            of_kde(&format!("[Proxy Settings]\nProxyType={kind}\nProxy Config Script={address}\n"))
        };
        assert_eq!(kde(2, "/etc/p.pac"), script("file:///etc/p.pac"));
        assert_eq!(kde(3, "http://a/p.pac"), Some(Settings::Discovery));
        let dhcp = "DHCP4.OPTION[1]:ip_address = 192.0.2.9\nDHCP4.OPTION[2]:wpad = http://a/wpad.dat\n";
        assert_eq!(of_dhcp(dhcp).as_deref(), Some("http://a/wpad.dat"));
        assert_eq!(of_dhcp(&dhcp.replace("http://a/wpad.dat", "file:///etc/passwd")), None);
        assert_eq!(of_dhcp(""), None);
        assert_eq!(
            own_domain("# x\nnameserver 192.0.2.1\nsearch Office.Example.org. example.org\n").as_deref(),
            Some("office.example.org")
        );
        assert_eq!(own_domain("search local\n"), None);
        assert_eq!(own_domain("nameserver 192.0.2.1\n"), None);
    }
    #[test]
    fn windows_settings_are_read() {
        let registry = Registry {
            is_enabled: true,
            server: "proxy.example:3128".to_owned(),
            except: "*.intern.example;<local>".to_owned(),
            ..Registry::default()
        };
        let settings = proxies(of_registry(&registry));
        let for_host = |host| settings.proxy_for(host).map(|proxy| proxy.to_string());
        assert_eq!(for_host("relay.example").as_deref(), Some("http://proxy.example:3128"));
        assert_eq!(for_host("relay.intern.example"), None);
        assert_eq!(for_host("relay"), None);
        let server = "http=h:80;https=s:443;socks=socks.example:1080".to_owned();
        let each = proxies(of_registry(&Registry { server, ..registry.clone() }));
        assert_eq!(each.proxy_for("a.b").unwrap().to_string(), "http://s:443");
        let server = "ftp=f:21;socks=socks.example:1080".to_owned();
        let socks = proxies(of_registry(&Registry { server, ..registry.clone() }));
        assert_eq!(socks.proxy_for("a.b").unwrap().to_string(), "socks5://socks.example:1080");
        let off = Registry { is_enabled: false, ..registry };
        assert_eq!(of_registry(&off), None);
        assert_eq!(of_registry(&Registry { discovers: true, ..off.clone() }), Some(Settings::Discovery));
        let script = "http://a/p.pac".to_owned();
        let by_script = of_registry(&Registry { script: script.clone(), discovers: true, ..off });
        assert_eq!(by_script, Some(Settings::Script(script)));
    }

    #[test]
    fn macs_settings_are_read() {
        let text = "<dictionary> {\n  ExceptionsList : <array> {\n    0 : *.local\n    1 : 169.254/16\n  }\n  \
            ExcludeSimpleHostnames : 1\n  HTTPSEnable : 1\n  HTTPSPort : 3128\n  HTTPSProxy : proxy.example\n  \
            SOCKSEnable : 0\n  SOCKSPort : 1080\n  SOCKSProxy : s\n}\n";
        let settings = proxies(of_scutil(text));
        let for_host = |host| settings.proxy_for(host).map(|proxy| proxy.to_string());
        assert_eq!(for_host("relay.example").as_deref(), Some("http://proxy.example:3128"));
        assert_eq!(for_host("printer.local"), None);
        assert_eq!(for_host("relay"), None);
        let socks =
            text.replace("HTTPSEnable : 1", "HTTPSEnable : 0").replace("SOCKSEnable : 0", "SOCKSEnable : 1");
        assert_eq!(proxies(of_scutil(&socks)).proxy_for("a.b").unwrap().to_string(), "socks5://s:1080");
        assert_eq!(of_scutil("<dictionary> {\n}\n"), None);
        let auto =
            "<dictionary> {\n  ProxyAutoConfigEnable : 1\n  ProxyAutoConfigURLString : http://a/p.pac\n}\n";
        assert_eq!(of_scutil(auto), Some(Settings::Script("http://a/p.pac".to_owned())));
        let found = "<dictionary> {\n  ProxyAutoDiscoveryEnable : 1\n}\n";
        assert_eq!(of_scutil(found), Some(Settings::Discovery));
    }
}
