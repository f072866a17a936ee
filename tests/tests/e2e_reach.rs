//! The real programs behind firewalls and proxies.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where an expectation fails")]

use std::process::Command;
use std::time::{Duration, Instant};

use farhand_testkit::x::{ScratchDir, eventually};
use farhand_tests::proxies::{INSPECTION, Users};
use farhand_tests::{Client, Console, Network, Process, Relay, proxies};
use serde_json::Value;

/// As docs/CLI.md lists them.
const PORTS: [u16; 5] = [443, 80, 11438, 110, 21];

/// A client that knows the relay's name alone, and how long it takes until somebody can connect.
fn starts(network: &Network, relay: &Relay, more: &[(&str, &str)]) -> (Client, Duration) {
    let mut command = Command::new(Client::program());
    command.args(["--headless", "--json", "--log", "debug", "--capture", "dummy", "--allow", "view"]);
    command.args(["--relay", "127.0.0.1", "--pin", relay.pin()]);
    for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"] {
        command.env_remove(name);
    }
    command.envs(more.iter().copied());
    let start = Instant::now();
    let client = Client::start_as(&mut network.inside(&command));
    (client, start.elapsed())
}

fn ready(network: &Network, relay: &Relay, more: &[(&str, &str)]) -> Duration {
    let start = Instant::now();
    let (mut client, _) = starts(network, relay, more);
    client.ready();
    start.elapsed()
}

fn list(ports: &[u16]) -> String {
    ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[test]
fn any_one_or_two_of_the_five_ports_are_enough_whatever_a_firewall_does_to_the_others() {
    let network = Network::new();
    let relay = Relay::within(&network);
    let open = ready(&network, &relay, &[]);
    for (first, one) in PORTS.iter().enumerate() {
        for (second, other) in PORTS.iter().enumerate().skip(first + 1) {
            // Each way of closing has its turn.
            let verdict =
                ["drop", "reject with tcp reset", "reject with icmpx admin-prohibited"][(first + second) % 3];
            let open = list(&[*one, *other]);
            let closed: Vec<u16> = PORTS.into_iter().filter(|port| port != one && port != other).collect();
            network.firewall(&format!("tcp dport {{ {} }} {verdict};", list(&closed)));
            let took = ready(&network, &relay, &[]);
            assert!(took < Duration::from_secs(3), "{open} open, {verdict} of the others: {took:?}");
        }
    }
    for one in PORTS {
        let closed: Vec<u16> = PORTS.into_iter().filter(|port| *port != one).collect();
        network.firewall(&format!("tcp dport {{ {} }} drop;", list(&closed)));
        let took = ready(&network, &relay, &[]);
        assert!(took < Duration::from_secs(4), "{one} open alone: {took:?}");
    }
    network.firewall("tcp dport { 443, 80, 11438 } drop;");
    let took = ready(&network, &relay, &[]);
    assert!(
        took < Duration::from_secs(3),
        "the first three are dropped: {took:?}, {open:?} without a firewall"
    );
}

#[test]
fn where_no_port_is_open_each_is_named() {
    let network = Network::new();
    let relay = Relay::within(&network);
    network.firewall("tcp dport { 443, 80, 11438, 110, 21 } reject with tcp reset;");
    let (mut client, _) = starts(&network, &relay, &[]);
    let event = client.process.event("trouble");
    let said = event["error"].as_str().unwrap();
    for port in PORTS {
        assert!(said.contains(&format!("127.0.0.1:{port}: the connection was refused")), "{said}");
    }
    network.firewall("");
    client.ready();
}

/// Only a proxy's user gets out.
fn only_for(network: &Network, user: &str) {
    network
        .firewall(&format!("tcp dport {{ {} }} meta skuid != {user} reject with tcp reset;", list(&PORTS)));
}

/// A name and password that squid knows, and what a client behind it makes of others.
#[test]
fn squid_lets_through_who_has_its_password_and_is_asked_once_by_who_has_not() {
    let (network, folder) = (Network::new(), ScratchDir::new());
    let relay = Relay::within(&network);
    // The password is secret.
    let users = "anna:$apr1$farhand0$xmR76KCRoDtk9CBjPNUp2/\n";
    let mut squid = proxies::squid(&network, &folder, Users::Basic(users));
    only_for(&network, "proxy");

    let through = |who: &str| format!("http://{who}127.0.0.1:3128");
    ready(&network, &relay, &[("https_proxy", &through("anna:secret@"))]);
    // Without a name, and with a wrong password, it says so.
    for (who, words) in
        [("", "wants a user and a password (Basic)"), ("anna:wrong@", "does not take this user and password")]
    {
        let (mut client, _) = starts(&network, &relay, &[("https_proxy", &through(who))]);
        let event = client.process.event("trouble");
        let said = event["error"].as_str().unwrap();
        assert!(said.contains(words), "{said}");
        // It goes on trying, for the network may change, but never again with what was refused.
        client.process.event("trouble");
        client.process.event("trouble");
    }
    let log = std::fs::read_to_string(folder.file("access.log")).unwrap();
    let tried = log.lines().filter(|line| line.contains("TCP_DENIED/407") && line.contains(" anna ")).count();
    assert_eq!(tried, 1, "{log}");
    squid.terminate();
    squid.exit_code();
}

#[test]
fn small_proxies_lead_there_too() {
    let (network, folder) = (Network::new(), ScratchDir::new());
    let relay = Relay::within(&network);
    let _tinyproxy = proxies::tinyproxy(&network, &folder);
    only_for(&network, "nobody");
    ready(&network, &relay, &[("FARHAND_PROXY", "http://anna:secret@127.0.0.1:8888")]);

    let _open = proxies::microsocks(&network, 1080, &[]);
    ready(&network, &relay, &[("all_proxy", "socks5://127.0.0.1:1080")]);
    let _closed = proxies::microsocks(&network, 1081, &["-u", "anna", "-P", "secret"]);
    ready(&network, &relay, &[("FARHAND_PROXY", "socks5://anna:secret@127.0.0.1:1081")]);
    let (mut client, _) =
        starts(&network, &relay, &[("FARHAND_PROXY", "socks5://anna:wrong@127.0.0.1:1081")]);
    let event = client.process.event("trouble");
    assert!(event["error"].as_str().unwrap().contains("does not take this user and password"), "{event}");
    // What needs no proxy takes none.
    network.firewall("");
    ready(&network, &relay, &[("https_proxy", "http://127.0.0.1:9"), ("no_proxy", "127.0.0.0/8")]);
    let (mut client, _) = starts(&network, &relay, &[("FARHAND_PROXY", "http://127.0.0.1:9")]);
    let event = client.process.event("trouble");
    assert!(event["error"].as_str().unwrap().contains("the proxy can't be reached"), "{event}");
}

#[test]
fn squid_is_told_who_this_is_in_the_way_that_it_wants() {
    for (users, who) in [(Users::Digest("anna:secret\n"), "anna"), (Users::Ntlm, "OFFICE%5Canna")] {
        let (network, folder) = (Network::new(), ScratchDir::new());
        let relay = Relay::within(&network);
        let mut squid = proxies::squid(&network, &folder, users);
        only_for(&network, "proxy");
        ready(&network, &relay, &[("https_proxy", &format!("http://{who}:secret@127.0.0.1:3128"))]);
        let said = std::fs::read_to_string(folder.file("access.log")).unwrap();
        squid.terminate();
        squid.exit_code();
        assert!(said.lines().any(|line| line.contains("TCP_DENIED/407")), "it asks: {said}");
    }
}

/// What many offices have: a script that says which proxy, and nothing that gets out without it.
#[test]
fn a_proxy_script_leads_out() {
    let (network, folder) = (Network::new(), ScratchDir::new());
    let relay = Relay::within(&network);
    let _squid = proxies::squid(&network, &folder, Users::Anybody);
    only_for(&network, "proxy");
    let script = folder.file("proxy.pac");
    let says = "function FindProxyForURL(url, host) {
        return isInNet(host, '127.0.0.0', '255.0.0.0') ? 'PROXY 127.0.0.1:9; PROXY 127.0.0.1:3128' : 'DIRECT';
    }";
    std::fs::write(&script, says).unwrap();
    let named = format!("pac+file://{}", script.display());
    let took = ready(&network, &relay, &[("FARHAND_PROXY", &named)]);
    assert!(took < Duration::from_secs(3), "{took:?}");
    // One that loops closes no way.
    std::fs::write(&script, "function FindProxyForURL(url, host) { for (;;) {} }").unwrap();
    network.firewall("");
    ready(&network, &relay, &[("FARHAND_PROXY", &named)]);
}

/// What `farhand-operator test` says, and how it ends.
fn test(network: &Network, relay: &Relay, more: &[(&str, &str)]) -> (Value, Option<i32>) {
    let mut command = Command::new(Console::program());
    command.args(["--json", "--relay", "127.0.0.1", "--pin", relay.pin(), "test"]);
    command.envs(more.iter().copied());
    let output = network.inside(&command).output().unwrap();
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code())
}

#[test]
fn the_connection_test_says_how_the_line_does() {
    let network = Network::new();
    let relay = Relay::within(&network);
    let (found, code) = test(&network, &relay, &[]);
    assert_eq!(code, Some(0), "{found}");
    let line = &found["lines"][0];
    assert_eq!(line["host"], "127.0.0.1");
    let round_trip = line["round_trip_ms"].as_f64().unwrap();
    assert!(round_trip > 0.0 && round_trip < 1000.0, "{found}");
    assert!(line["clock_ms"].as_i64().unwrap().abs() < 1000, "the same clock: {found}");
    let rate = line["bytes_per_second"].as_u64().unwrap();
    assert!(rate > 100_000, "{found}");
    // Ways that take long to fail are not waited for.
    network.firewall("tcp dport { 443, 11438, 110, 21 } drop;");
    let (found, _) = test(&network, &relay, &[]);
    assert_eq!(found["lines"][0]["host"], "127.0.0.1", "{found}");
}

#[test]
fn a_name_that_leads_to_somebody_else_is_told_of_and_nothing_is_said_there() {
    let network = Network::new();
    network.hosts("127.0.0.1 localhost relay.farhand.test\n");
    let (relay, other) = (Relay::start(), Relay::within(&network));
    let mut command = Command::new(Console::program());
    command.args(["--json", "--relay", "relay.farhand.test", "--pin", relay.pin(), "test"]);
    let output = network.inside(&command).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        found["verdict"].as_str().unwrap().contains("is not the relay that this program was given"),
        "{found}"
    );
    let mut command = Command::new(Client::program());
    command.args(["--headless", "--json", "--capture", "dummy", "--allow", "view"]);
    command.args(["--relay", "relay.farhand.test", "--pin", relay.pin()]);
    let mut client = Client::start_as(&mut network.inside(&command));
    let event = client.process.event("trouble");
    assert!(event["error"].as_str().unwrap().contains("key does not fit its pin"), "{event}");
    drop(other);
}

#[test]
fn a_network_that_wants_people_to_log_in_on_a_web_page_is_told_of_until_they_have() {
    let network = Network::new();
    let relay = Relay::within(&network);
    let portal = "
import http.server
class Portal(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.send_response(302)
        self.send_header('Location', 'http://login.hotel.test/')
        self.send_header('Content-Length', '0')
        self.end_headers()
http.server.HTTPServer(('127.0.0.1', 8080), Portal).serve_forever()
";
    let _portal = proxies::started(&network, Command::new("python3").args(["-c", portal]), 8080);
    network.firewall(
        "tcp dport { 443, 11438, 110, 21 } reject with tcp reset;\n}\n\
         chain portal {\ntype nat hook output priority -100; policy accept;\ntcp dport 80 redirect to :8080;",
    );
    let (mut client, _) = starts(&network, &relay, &[]);
    let event = client.process.event("trouble");
    let said = event["error"].as_str().unwrap();
    assert!(said.contains("sends everybody to a web page first (login.hotel.test)"), "{said}");
    let (found, code) = test(&network, &relay, &[]);
    assert_eq!(code, Some(3), "{found}");
    assert!(found["verdict"].as_str().unwrap().contains("log in on a web page first"), "{found}");
    network.firewall("");
    client.ready();
}

#[test]
fn a_firewall_that_resets_whatever_begins_like_tls_leaves_plain_http() {
    let network = Network::new();
    let relay = Relay::within(&network);
    // The first byte behind a TCP head with a timestamp.
    network.firewall("ct original packets < 4 @th,256,8 0x16 reject with tcp reset;");
    let (mut client, _) = starts(&network, &relay, &[]);
    assert_eq!(client.process.event("ready")["way"], "http://127.0.0.1:80");
    let (found, code) = test(&network, &relay, &[]);
    assert_eq!(code, Some(0), "{found}");
    let of = |way: &str| found["ways"].as_array().unwrap().iter().find(|found| found["way"] == way).unwrap();
    for closed in ["raw://127.0.0.1:443", "https://127.0.0.1:443", "raw://127.0.0.1:21"] {
        // Whether a reset arrives before the rest of what was said is the firewall's.
        assert!(of(closed)["error"].is_string(), "{found}");
    }
}

#[test]
fn a_proxy_that_opens_https_is_passed_and_named() {
    let (network, folder) = (Network::new(), ScratchDir::new());
    let relay = Relay::within(&network);
    let mut squid = proxies::squid(&network, &folder, Users::Opened);
    only_for(&network, "proxy");
    let through = [("https_proxy", "http://127.0.0.1:3128")];
    let (mut client, _) = starts(&network, &relay, &through);
    let event = client.process.event("ready");
    assert_eq!(event["way"], "https://127.0.0.1:443 through http://127.0.0.1:3128", "{event}");
    let (found, code) = test(&network, &relay, &through);
    assert_eq!(code, Some(0), "{found}");
    assert!(
        found["verdict"].as_str().unwrap().contains(&format!("opened on the way by {INSPECTION}")),
        "{found}"
    );
    squid.terminate();
    squid.exit_code();
}

/// An authority that gives tickets, anna who has one, and the key of a proxy.
struct Realm {
    folder: ScratchDir,
    _authority: Process,
}

impl Realm {
    fn new(network: &Network) -> Self {
        let folder = ScratchDir::new();
        let file = |name: &str| folder.file(name).display().to_string();
        // The proxy looks for the computer's own name.
        let own = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        network.hosts(&format!("127.0.0.1 localhost proxy.farhand.test kdc.farhand.test {}\n", own.trim()));
        let config = "[libdefaults]\ndefault_realm = FARHAND.TEST\nrdns = false\ndns_canonicalize_hostname = false\n\
             dns_lookup_kdc = false\n[realms]\nFARHAND.TEST = {\nkdc = kdc.farhand.test\n}\n[domain_realm]\n\
             .farhand.test = FARHAND.TEST\n[kdcdefaults]\nkdc_ports = 88\nkdc_tcp_ports = 88\n";
        std::fs::write(folder.file("krb5.conf"), config).unwrap();
        let kdc = format!(
            "[realms]\nFARHAND.TEST = {{\ndatabase_name = {}\nkey_stash_file = {}\nmax_life = 1h\n}}\n",
            file("principal"),
            file("stash")
        );
        std::fs::write(folder.file("kdc.conf"), kdc).unwrap();
        let realm = |program: &str| {
            let mut command = Command::new(program);
            command.env("KRB5_CONFIG", folder.file("krb5.conf"));
            command.env("KRB5_KDC_PROFILE", folder.file("kdc.conf"));
            command.env("KRB5CCNAME", format!("FILE:{}", file("tickets")));
            command
        };
        let must = |command: &mut Command| {
            let output = network.inside(command).output().unwrap();
            assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        must(realm("kdb5_util").args(["create", "-s", "-P", "secret", "-r", "FARHAND.TEST"]));
        for ask in [
            "addprinc -pw secret anna".to_owned(),
            "addprinc -randkey HTTP/proxy.farhand.test".to_owned(),
            format!("ktadd -k {} HTTP/proxy.farhand.test", file("proxy.keytab")),
        ] {
            must(realm("kadmin.local").args(["-q", &ask]));
        }
        let authority = proxies::started(network, realm("krb5kdc").arg("-n"), 88);
        let taken = network.inside(realm("sh").args(["-c", "echo secret | kinit anna"])).output().unwrap();
        assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
        Self { folder, _authority: authority }
    }

    fn variables(&self) -> [(String, String); 2] {
        let file = |name: &str| self.folder.file(name).display().to_string();
        [
            ("KRB5_CONFIG".to_owned(), file("krb5.conf")),
            ("KRB5CCNAME".to_owned(), format!("FILE:{}", file("tickets"))),
        ]
    }
}

#[test]
fn a_proxy_that_wants_tickets_gets_that_of_whoever_is_logged_in() {
    let (network, folder) = (Network::new(), ScratchDir::new());
    let realm = Realm::new(&network);
    let relay = Relay::within(&network);
    let key = folder.file("proxy.keytab");
    std::fs::copy(realm.folder.file("proxy.keytab"), &key).unwrap();
    let mut squid = proxies::squid(&network, &folder, Users::Tickets(&key));
    only_for(&network, "proxy");
    let proxy = ("https_proxy", "http://proxy.farhand.test:3128");
    let variables = realm.variables();
    let mut with_ticket: Vec<_> =
        variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    with_ticket.push(proxy);
    ready(&network, &relay, &with_ticket);
    // A tunnel is noted when it ends.
    eventually("the ticket's owner in the proxy's log", || {
        let log = std::fs::read_to_string(folder.file("access.log")).unwrap();
        log.contains("anna@FARHAND.TEST").then_some(())
    });
    // Without one there is only the question.
    let (mut client, _) = starts(&network, &relay, &[("KRB5CCNAME", "FILE:/nonexistent"), proxy]);
    let event = client.process.event("trouble");
    let said = event["error"].as_str().unwrap();
    assert!(said.contains("wants a user and a password (Negotiate)"), "{said}");
    squid.terminate();
    squid.exit_code();
}

#[test]
fn a_network_that_falls_silent_is_told_of_within_two_seconds_and_so_is_its_return() {
    let network = Network::new();
    let relay = Relay::within(&network);
    let (mut client, _) = starts(&network, &relay, &[]);
    client.ready();
    network.firewall("tcp dport 443 drop; tcp sport 443 drop;");
    let silent = Instant::now();
    client.process.event_where("silent", |event| event["silent"] == true);
    let took = silent.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    // What was lost on the way is sent again.
    network.firewall("");
    let back = Instant::now();
    client.process.event_where("silent", |event| event["silent"] == false);
    let took = back.elapsed();
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert!(client.process.events("trouble").is_empty(), "the line is the same");
    // Where it does not come back, another is looked for.
    network.firewall("tcp dport 443 drop; tcp sport 443 drop;");
    let event = client.process.event("ready");
    assert_eq!(event["way"], "raw://127.0.0.1:80", "{event}");
}
