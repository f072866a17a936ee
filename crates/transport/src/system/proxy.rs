//! Asks this computer what it is set to of proxies.

use crate::proxy::settings::Settings;

/// What this desktop is set to, if it is known how to ask it.
pub(crate) fn settings() -> Option<Settings> {
    #[cfg(target_os = "linux")]
    return linux::settings();
    #[cfg(target_os = "windows")]
    return windows::settings();
    #[cfg(target_os = "macos")]
    return crate::proxy::settings::of_scutil(&asked("scutil", &["--proxy"])?);
    #[cfg(not(any(target_os = "linux", target_os = "windows", target_os = "macos")))]
    None
}

/// Where the network says that its proxy script is, the best first: what came with the address of this computer (DHCP,
/// option 252), and the server of that name in the computer's own domain. Domains above that are not asked: whoever has
/// one of those would lead everybody below it.
pub(crate) fn discovered() -> Vec<String> {
    #[cfg(target_os = "linux")]
    let (given, domain) = linux::network();
    #[cfg(target_os = "windows")]
    let (given, domain) = (None, std::env::var("USERDNSDOMAIN").ok());
    #[cfg(not(any(target_os = "linux", target_os = "windows")))]
    let (given, domain): (Option<String>, Option<String>) = (None, None);
    let domain = domain.map(|domain| format!("http://wpad.{}/wpad.dat", domain.to_ascii_lowercase()));
    given.into_iter().chain(domain).collect()
}

/// What a program prints, if it does in time; otherwise it is ended.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn asked(program: &str, arguments: &[&str]) -> Option<String> {
    use std::io::Read as _;
    use std::process::{Command, Stdio};
    use std::sync::mpsc;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(1);
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let mut output = child.stdout.take()?;
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = output.read_to_end(&mut text).map(|_| text);
        // Whoever asked may have given up.
        let _ = tell.send(read);
    });
    let text = told.recv_timeout(PATIENCE);
    if text.is_err() {
        // One that has ended meanwhile can't be ended.
        let _ = child.kill();
    }
    let status = child.wait().ok()?;
    let text = text.ok()?.ok()?;
    status.success().then(|| String::from_utf8_lossy(&text).into_owned())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::PathBuf;

    use super::asked;
    use crate::proxy::settings::{Settings, of_dhcp, of_gnome, of_kde, own_domain};

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

    /// The script that came by DHCP, and this computer's domain.
    pub(super) fn network() -> (Option<String>, Option<String>) {
        let given = asked("nmcli", &["--terse", "--fields", "DHCP4", "device", "show"]);
        let domains = std::fs::read_to_string("/etc/resolv.conf").ok();
        (given.as_deref().and_then(of_dhcp), domains.as_deref().and_then(own_domain))
    }
}

#[cfg(target_os = "windows")]
mod windows {
    use windows_registry::CURRENT_USER;

    use crate::proxy::settings::{Registry, Settings, of_registry};

    pub(super) fn settings() -> Option<Settings> {
        const PLACE: &str = "Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings";
        /// Of the flags in the ninth byte, the one that asks the network.
        const DISCOVERS: u8 = 8;
        let key = CURRENT_USER.open(PLACE).ok()?;
        let text = |name: &str| key.get_string(name).unwrap_or_default();
        let flags = key.open("Connections").and_then(|key| key.get_value("DefaultConnectionSettings"));
        let flags = flags.ok().and_then(|value| value.get(8).copied()).unwrap_or_default();
        of_registry(&Registry {
            is_enabled: key.get_u32("ProxyEnable").is_ok_and(|enabled| enabled != 0),
            server: text("ProxyServer"),
            except: text("ProxyOverride"),
            script: text("AutoConfigURL"),
            discovers: flags & DISCOVERS != 0,
        })
    }
}
