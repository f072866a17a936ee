//! The relay's public certificate from an authority that gives it by itself (RFC 8555): pebble, the one that Let's Encrypt
//! tests with.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where an expectation fails")]

use std::process::Command;

use farhand_testkit::x::{ScratchDir, eventually};
use farhand_tests::{Network, Process, Relay};
use rcgen::{CertificateParams, KeyPair};

const HOST: &str = "relay.farhand.test";
const OTHER: &str = "desk.farhand.test";
/// Nobody is there.
const STRANGER: &str = "stranger.farhand.test";

/// An authority in a network where these hosts are this computer.
struct Authority {
    network: Network,
    folder: ScratchDir,
    _process: Process,
}

impl Authority {
    /// Its certificates last so many seconds.
    fn new(seconds: u32) -> Self {
        let (network, folder) = (Network::new(), ScratchDir::new());
        network.hosts(&format!("127.0.0.1 localhost {HOST} {OTHER}\n192.0.2.1 {STRANGER}\n"));
        let key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        std::fs::write(folder.file("authority.pem"), own.pem()).unwrap();
        std::fs::write(folder.file("authority.key"), key.serialize_pem()).unwrap();
        let config = serde_json::json!({ "pebble": {
            "listenAddress": "127.0.0.1:14000",
            "managementListenAddress": "127.0.0.1:15000",
            "certificate": folder.file("authority.pem"),
            "privateKey": folder.file("authority.key"),
            "httpPort": 80,
            "tlsPort": 443,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": false,
            "certificateValidityPeriod": seconds,
        }});
        std::fs::write(folder.file("pebble.json"), config.to_string()).unwrap();
        let mut command = Command::new("pebble");
        command.arg("-config").arg(folder.file("pebble.json")).env("PEBBLE_VA_NOSLEEP", "1");
        let process = Process::start(&mut network.inside(&command));
        let authority = Self { network, folder, _process: process };
        eventually("the authority to answer", || {
            authority.python(&["roots/0"], FETCH).filter(|root| root.contains("BEGIN CERTIFICATE"))
        });
        authority
    }

    fn relay(&self, hosts: &[&str]) -> Relay {
        let root = self.folder.file("authority.pem");
        let acme = format!(
            "[acme]\nhosts = {hosts:?}\ndirectory = \"https://localhost:14000/dir\"\n\
             contact = \"helpdesk@farhand.test\"\nroot = {root:?}\n"
        );
        Relay::within_with(&self.network, &acme)
    }

    /// What this program prints in the network, if it ends well.
    fn python(&self, arguments: &[&str], program: &str) -> Option<String> {
        let mut command = Command::new("python3");
        command.args(["-c", program]).arg(self.folder.file("authority.pem")).args(arguments);
        let output = self.network.inside(&command).output().expect("Python runs");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The number of the certificate that somebody meets who goes to this host and trusts this authority alone.
    fn met_at(&self, host: &str) -> Option<String> {
        self.python(&[host], MEET)
    }
}

/// Fetches something from where the authority is looked after.
const FETCH: &str = "
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile=sys.argv[1])
print(urllib.request.urlopen('https://localhost:15000/' + sys.argv[2], context=context).read().decode())
";

/// Goes to a host as a browser would.
const MEET: &str = "
import socket, ssl, sys, urllib.request
own = ssl.create_default_context(cafile=sys.argv[1])
root = urllib.request.urlopen('https://localhost:15000/roots/0', context=own).read().decode()
context = ssl.create_default_context(cadata=root)
with socket.create_connection((sys.argv[2], 443)) as plain:
    with context.wrap_socket(plain, server_hostname=sys.argv[2]) as stream:
        print(stream.getpeercert()['serialNumber'])
";

#[test]
fn a_certificate_comes_by_itself_for_every_host_and_is_renewed_with_the_same_account() {
    let authority = Authority::new(30);
    let mut relay = authority.relay(&[HOST, OTHER]);
    let first = eventually("a certificate", || authority.met_at(HOST));
    assert_eq!(authority.met_at(OTHER).as_ref(), Some(&first), "one for both");
    assert_eq!(authority.met_at("localhost"), None, "and for no other");
    let file = |name: &str| relay.file(name);
    let account = std::fs::read(file("acme-account.json")).unwrap();
    for secret in ["acme-account.json", "public.key"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(file(secret)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{secret}");
    }
    // At two thirds of its time.
    let second = eventually("another", || authority.met_at(HOST).filter(|serial| *serial != first));
    assert_eq!(std::fs::read(file("acme-account.json")).unwrap(), account, "the account is the same");
    // A relay that starts again has it at once.
    relay.process().kill();
    relay.start_again_within(&authority.network);
    assert_eq!(authority.met_at(HOST), Some(second));
}

#[test]
fn an_authority_that_does_not_find_the_relay_is_told_of_in_words_and_the_relay_works_without_it() {
    let authority = Authority::new(3600);
    let mut relay = authority.relay(&[STRANGER]);
    let said = relay.process().log("what went wrong", |line| {
        line.contains("it must reach port 443 of every host").then(|| line.to_owned())
    });
    assert!(said.contains(STRANGER) && said.contains("stays in use"), "{said}");
    assert_eq!(authority.met_at(HOST), None);
    let mut client = Command::new(farhand_tests::Client::program());
    client.args(["--headless", "--json", "--capture", "dummy", "--allow", "view"]);
    client.args(["--relay", "https://127.0.0.1:443", "--pin", relay.pin()]);
    farhand_tests::Client::start_as(&mut authority.network.inside(&client)).ready();
}
