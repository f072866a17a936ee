//! What a desktop's settings say of proxies.

use crate::proxy::{Proxy, is_excepted};

/// The proxy that the desktop's settings name for a host, if any.
#[must_use]
pub(crate) fn of_desktop(host: &str) -> Option<Proxy> {
    settings()?.proxy_for(host)
}

/// What settings say, wherever they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Settings {
    /// As `HOST:PORT` or an address.
    https: Option<String>,
    socks: Option<String>,
    /// Hosts that need none.
    except: Vec<String>,
}

impl Settings {
    fn proxy_for(&self, host: &str) -> Option<Proxy> {
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

#[cfg(target_os = "linux")]
fn settings() -> Option<Settings> {
    linux::settings()
}

#[cfg(not(target_os = "linux"))]
fn settings() -> Option<Settings> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::PathBuf;
    use std::process::{Command, Stdio};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::Settings;

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
        if value(ALL, "mode")? != "'manual'" {
            return None;
        }
        let place = |kind: &str| {
            let schema = format!("{ALL}.{kind}");
            let host = value(&schema, "host")?.trim_matches('\'').to_owned();
            let port = value(&schema, "port")?;
            (!host.is_empty() && port != "0").then(|| format!("{host}:{port}"))
        };
        let except = value(ALL, "ignore-hosts").unwrap_or_default();
        let except = except.trim_matches(['[', ']']).split(',');
        Some(Settings {
            https: place("https"),
            socks: place("socks"),
            except: except.map(|host| host.trim().trim_matches('\'').to_owned()).collect(),
        })
    }

    /// Reads KDE's file of settings for the network.
    pub(super) fn of_kde(text: &str) -> Option<Settings> {
        let part = text.split("[Proxy Settings]").nth(1)?;
        let lines = part.lines().skip(1).take_while(|line| !line.starts_with('['));
        let value = |key: &str| {
            let mut lines = lines.clone().filter_map(|line| line.split_once('='));
            lines.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
        };
        if value("ProxyType")? != "1" {
            return None;
        }
        // Host and port stand apart, or as in an address.
        let place = |key: &str| {
            let text = value(key).filter(|text| !text.is_empty())?;
            Some(text.split_whitespace().collect::<Vec<_>>().join(":"))
        };
        let except = value("NoProxyFor").unwrap_or_default().split(',');
        Some(Settings {
            https: place("httpsProxy"),
            socks: place("socksProxy").map(|place| place.replace("socks://", "socks5://")),
            except: except.map(|host| host.trim().to_owned()).collect(),
        })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::linux::{of_gnome, of_kde};

    #[test]
    fn gnomes_settings_are_read() {
        let text = "org.gnome.system.proxy autoconfig-url ''\n\
            org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '*.intern.example']\n\
            org.gnome.system.proxy mode 'manual'\norg.gnome.system.proxy.https host 'proxy.example'\n\
            org.gnome.system.proxy.https port 3128\norg.gnome.system.proxy.socks host ''\n\
            org.gnome.system.proxy.socks port 0\n";
        let settings = of_gnome(text).unwrap();
        let for_host = |host| settings.proxy_for(host).map(|proxy| proxy.to_string());
        assert_eq!(for_host("relay.example").as_deref(), Some("http://proxy.example:3128"));
        assert_eq!(for_host("relay.intern.example"), None);
        assert_eq!(for_host("127.0.0.1"), None);
        let socks = text.replace("https host 'proxy.example'", "https host ''").replace(
            "socks host ''\norg.gnome.system.proxy.socks port 0",
            "socks host 's'\norg.gnome.system.proxy.socks port 1080",
        );
        let socks = of_gnome(&socks).unwrap().proxy_for("a").map(|proxy| proxy.to_string());
        assert_eq!(socks.as_deref(), Some("socks5://s:1080"));
        assert_eq!(of_gnome(&text.replace("'manual'", "'none'")), None);
        assert_eq!(of_gnome(""), None);
    }

    #[test]
    fn kdes_settings_are_read() {
        let text = "[$Version]\nupdate_info=x\n[Proxy Settings]\nNoProxyFor=localhost,.intern.example\nProxyType=1\n\
            httpsProxy=http://proxy.example 3128\nsocksProxy=socks://s 1080\n[Other]\nProxyType=0\n";
        let settings = of_kde(text).unwrap();
        let for_host = |host| settings.proxy_for(host).map(|proxy| proxy.to_string());
        assert_eq!(for_host("relay.example").as_deref(), Some("http://proxy.example:3128"));
        assert_eq!(for_host("a.intern.example"), None);
        let socks = of_kde(&text.replace("httpsProxy=http://proxy.example 3128", "httpsProxy=")).unwrap();
        assert_eq!(socks.proxy_for("a").unwrap().to_string(), "socks5://s:1080");
        assert_eq!(of_kde(&text.replace("ProxyType=1", "ProxyType=4")), None);
        assert_eq!(of_kde("[Other]\nProxyType=1\n"), None);
    }
}
