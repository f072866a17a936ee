//! Proxies as offices have them, from Debian's packages, in a network of a test's own.

use std::process::Command;

use farhand_testkit::x::{ScratchDir, eventually};

use crate::network::Network;
use crate::process::Process;

/// Where squid listens.
pub const SQUID: u16 = 3128;
/// Where tinyproxy listens.
pub const TINYPROXY: u16 = 8888;

/// Whom squid lets through, and how it wants to be told who somebody is.
#[derive(Debug, Clone, Copy)]
pub enum Users<'a> {
    /// Everybody.
    Anybody,
    /// These, as `htpasswd` writes them, by Basic.
    Basic(&'a str),
    /// These, a name, a colon and a password in a line, by Digest.
    Digest(&'a str),
    /// Everybody who speaks NTLM as they should, whatever their password.
    Ntlm,
}

/// Starts squid, which lets CONNECT to port 443 alone. It writes `access.log` into the folder.
///
/// # Panics
/// It does not start.
#[must_use]
pub fn squid(network: &Network, folder: &ScratchDir, users: Users<'_>) -> Process {
    let file = |name: &str| folder.file(name).display().to_string();
    if let Users::Basic(users) | Users::Digest(users) = users {
        std::fs::write(folder.file("users"), users).expect("the folder is ours");
    }
    let scheme = match users {
        Users::Anybody => String::new(),
        Users::Basic(_) => {
            format!("auth_param basic program /usr/lib/squid/basic_ncsa_auth {}\n", file("users"))
        }
        Users::Digest(_) => format!(
            "auth_param digest program /usr/lib/squid/digest_file_auth {}\nauth_param digest realm office\n",
            file("users")
        ),
        Users::Ntlm => "auth_param ntlm program /usr/lib/squid/ntlm_fake_auth\n\
            auth_param ntlm children 2 startup=1 idle=1\n"
            .to_owned(),
    };
    let known = match users {
        Users::Anybody => "http_access deny CONNECT !SSL_ports\nhttp_access allow localhost\n".to_owned(),
        _ => format!(
            "{scheme}acl known proxy_auth REQUIRED\nhttp_access deny CONNECT !SSL_ports\n\
             http_access allow known\n"
        ),
    };
    let rules = format!(
        "http_port 127.0.0.1:{SQUID}\nvisible_hostname proxy.example\npid_filename {}\ncache_log {}\n\
         access_log stdio:{} squid\ncache deny all\nacl SSL_ports port 443\nacl CONNECT method CONNECT\n{known}\
         http_access deny all\nshutdown_lifetime 0 seconds\n",
        file("pid"),
        file("cache.log"),
        file("access.log"),
    );
    std::fs::write(folder.file("squid.conf"), rules).expect("the folder is ours");
    let owned = Command::new("chown").args(["-R", "proxy"]).arg(folder.path()).status();
    assert!(owned.is_ok_and(|status| status.success()), "squid runs as its own user");
    started(network, Command::new("squid").args(["-N", "-f", &file("squid.conf")]), SQUID)
}

/// Starts tinyproxy, which lets CONNECT to port 443 alone, for anna with the password secret.
///
/// # Panics
/// It does not start.
#[must_use]
pub fn tinyproxy(network: &Network, folder: &ScratchDir) -> Process {
    let rules = format!(
        "Port {TINYPROXY}\nListen 127.0.0.1\nUser nobody\nTimeout 600\nAllow 127.0.0.1\nConnectPort 443\n\
         BasicAuth anna secret\n"
    );
    let file = folder.file("tinyproxy.conf");
    std::fs::write(&file, rules).expect("the folder is ours");
    started(network, Command::new("tinyproxy").args(["-d", "-c"]).arg(file), TINYPROXY)
}

/// Starts a SOCKS proxy as nobody.
///
/// # Panics
/// It does not start.
#[must_use]
pub fn microsocks(network: &Network, port: u16, more: &[&str]) -> Process {
    let mut command = Command::new("chroot");
    command.args(["--userspec", "nobody", "/", "microsocks", "-i", "127.0.0.1", "-p", &port.to_string()]);
    started(network, command.args(more), port)
}

fn started(network: &Network, command: &Command, port: u16) -> Process {
    let process = Process::start(&mut network.inside(command));
    eventually(&format!("{command:?}"), || {
        let mut ss = network.inside(Command::new("ss").args(["-Hltn", &format!("sport = :{port}")]));
        (!ss.output().ok()?.stdout.is_empty()).then_some(())
    });
    process
}
