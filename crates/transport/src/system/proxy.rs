//! What a desktop's settings say of proxies.

use crate::proxy::{Proxy, is_excepted};

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

/// What this desktop is set to, if it is known how to ask it.
pub(crate) fn settings() -> Option<Settings> {
    #[cfg(target_os = "linux")]
    return linux::settings();
    #[cfg(not(target_os = "linux"))]
    None
}

/// Where the network says that its proxy script is, the best first: what came with the address of this computer (DHCP,
/// option 252), and the server of that name in the computer's own domain. Domains above that are not asked: whoever has
/// one of those would lead everybody below it.
pub(crate) fn discovered() -> Vec<String> {
    #[cfg(target_os = "linux")]
    return linux::discovered();
    #[cfg(not(target_os = "linux"))]
    Vec::new()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::PathBuf;
    use std::process::{Command, Stdio};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{Named, Settings};

    /// How long the desktop may take to say what it is set to.
    const PATIENCE: Duration = Duration::from_secs(1);

    pub(super) fn settings() -> Option<Settings> {
        let desktop = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default().to_ascii_lowercase();
        if desktop.contains("kde") {
            let folder = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
            let folder = folder.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")))?;
            return of_kde(&std::fs::read_to_string(folder.join("kioslaverc")).ok()?);
        }
        if ["gnome", "unity", "cinnamon", "mate", "budgie"].iter().any(|name| desktop.contains(name)) {
            return of_gnome(&asked("gsettings", &["list-recursively", "org.gnome.system.proxy"])?);
        }
        None
    }

    /// What a program prints, if it does in time.
    fn asked(program: &str, arguments: &[&str]) -> Option<String> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null());
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            // Whoever asked may have given up.
            let _ = tell.send(command.output());
        });
        let output = told.recv_timeout(PATIENCE).ok()?.ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Reads what `gsettings` prints: a schema, a key and a value in a line.
    pub(super) fn of_gnome(text: &str) -> Option<Settings> {
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
    pub(super) fn of_kde(text: &str) -> Option<Settings> {
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

    /// A script at this address; without one, the network is asked.
    fn script(address: &str) -> Settings {
        match address.trim() {
            "" => Settings::Discovery,
            address if address.starts_with('/') => Settings::Script(format!("file://{address}")),
            address => Settings::Script(address.to_owned()),
        }
    }

    pub(super) fn discovered() -> Vec<String> {
        let given = asked("nmcli", &["--terse", "--fields", "DHCP4", "device", "show"]);
        let given = given.as_deref().and_then(of_dhcp);
        let domains = std::fs::read_to_string("/etc/resolv.conf").ok();
        let domain = domains.as_deref().and_then(own_domain);
        given.into_iter().chain(domain.map(|domain| format!("http://wpad.{domain}/wpad.dat"))).collect()
    }

    /// Reads what `nmcli` prints of DHCP: an option with its value in a line.
    pub(super) fn of_dhcp(text: &str) -> Option<String> {
        let value = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?.1.split_once('=')?;
            (name.trim() == "wpad").then(|| value.trim())
        })?;
        value.starts_with("http").then(|| value.to_owned())
    }

    /// The domain of this computer: the first that names without a dot are looked up in.
    pub(super) fn own_domain(text: &str) -> Option<String> {
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let found = lines.filter_map(|words| match words.as_slice() {
            ["search" | "domain", domain, ..] => Some(domain.trim_end_matches('.').to_ascii_lowercase()),
            _ => None,
        });
        // The last line counts (resolv.conf(5)).
        found.last().filter(|domain| domain.contains('.') && !domain.starts_with("wpad."))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::linux::{of_dhcp, of_gnome, of_kde, own_domain};
    use super::{Named, Settings};

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
}
