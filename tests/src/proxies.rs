//! Proxies as offices have them, from Debian's packages, in a network of a test's own.

use std::path::Path;
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
    /// Who has a ticket (Kerberos) for it; its own key lies in this file.
    Tickets(&'a Path),
    /// Everybody, and it opens every TLS on its way with a certificate of its own, of the authority [`INSPECTION`].
    Opened,
}

/// Who vouches for the certificates of a proxy that opens HTTPS.
pub const INSPECTION: &str = "Farhand Inspection";

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
        Users::Anybody | Users::Opened => String::new(),
        Users::Basic(_) => {
            format!("auth_param basic program /usr/lib/squid/basic_ncsa_auth {}\n", file("users"))
        }
        Users::Digest(_) => format!(
            "auth_param digest program /usr/lib/squid/digest_file_auth {}\nauth_param digest realm office\n",
            file("users")
        ),
        Users::Tickets(_) => {
            "auth_param negotiate program /usr/lib/squid/negotiate_kerberos_auth -s GSS_C_NO_NAME\n\
            auth_param negotiate children 2 startup=1 idle=1\n"
                .to_owned()
        }
        Users::Ntlm => "auth_param ntlm program /usr/lib/squid/ntlm_fake_auth\n\
            auth_param ntlm children 2 startup=1 idle=1\n"
            .to_owned(),
    };
    let known = match users {
        Users::Anybody | Users::Opened => {
            "http_access deny CONNECT !SSL_ports\nhttp_access allow localhost\n".to_owned()
        }
        _ => format!(
            "{scheme}acl known proxy_auth REQUIRED\nhttp_access deny CONNECT !SSL_ports\n\
             http_access allow known\n"
        ),
    };
    let opens = match users {
        Users::Opened => inspection(folder),
        _ => String::new(),
    };
    let rules = format!(
        "http_port 127.0.0.1:{SQUID}{opens}\nvisible_hostname proxy.example\npid_filename {}\ncache_log {}\n\
         access_log stdio:{} squid\ncache deny all\nacl SSL_ports port 443\nacl CONNECT method CONNECT\n{known}\
         http_access deny all\nshutdown_lifetime 0 seconds\n",
        file("pid"),
        file("cache.log"),
        file("access.log"),
    );
    std::fs::write(folder.file("squid.conf"), rules).expect("the folder is ours");
    let owned = Command::new("chown").args(["-R", "proxy"]).arg(folder.path()).status();
    assert!(owned.is_ok_and(|status| status.success()), "squid runs as its own user");
    let mut command = Command::new("squid");
    if let Users::Tickets(key) = users {
        command.env("KRB5_KTNAME", key);
    }
    started(network, command.args(["-N", "-f", &file("squid.conf")]), SQUID)
}

/// What makes squid open TLS: an authority of its own, and every certificate behind it is good enough.
fn inspection(folder: &ScratchDir) -> String {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::OrganizationName, INSPECTION);
    let made = params.self_signed(&key).expect("a certificate");
    let (file, made_ones) = (folder.file("inspection.pem"), folder.file("certificates"));
    std::fs::write(&file, format!("{}{}", made.pem(), key.serialize_pem())).expect("the folder is ours");
    let helper = "/usr/lib/squid/security_file_certgen";
    let begun = Command::new(helper).arg("-c").arg("-s").arg(&made_ones).args(["-M", "4MB"]).output();
    assert!(begun.is_ok_and(|output| output.status.success()), "{helper}");
    format!(
        " ssl-bump cert={} generate-host-certificates=on\nsslcrtd_program {helper} -s {} -M 4MB\nssl_bump bump all\n\
         sslproxy_cert_error allow all\ntls_outgoing_options flags=DONT_VERIFY_PEER\n\
         http_upgrade_request_protocols websocket allow all",
        file.display(),
        made_ones.display(),
    )
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

/// Starts a server that listens at this port.
///
/// # Panics
/// It does not.
#[must_use]
pub fn started(network: &Network, command: &Command, port: u16) -> Process {
    let process = Process::start(&mut network.inside(command));
    eventually(&format!("{command:?}"), || {
        let mut ss = network.inside(Command::new("ss").args(["-Hltn", &format!("sport = :{port}")]));
        (!ss.output().ok()?.stdout.is_empty()).then_some(())
    });
    process
}
