//! How the way out is found: the real client in networks with firewalls and proxies, and what each encapsulation costs.

use std::process::Command;
use std::time::{Duration, Instant};

use farhand_testkit::x::ScratchDir;
use farhand_transport::Encapsulation;

use super::{Figure, Setup};
use crate::network::Network;
use crate::process::Process;
use crate::relay::Relay;
use crate::{programs, proxies};

/// The title that the figures go under.
pub const TITLE: &str = "reach";

/// Bytes of the file that travels over each encapsulation.
const FILE: u64 = 100_000_000;

/// Of the environment: names and values.
type Variables<'a> = &'a [(&'a str, &'a str)];

/// Everything that leaves these ports open.
fn only(open: &[u16], verdict: &str) -> String {
    let closed: Vec<String> = [443, 80, 11438, 110, 21]
        .into_iter()
        .filter(|port| !open.contains(port))
        .map(|port| port.to_string())
        .collect();
    format!("tcp dport {{ {} }} {verdict};", closed.join(", "))
}

/// Measures.
///
/// # Panics
/// A program does not start, or finds no way.
#[must_use]
pub fn run(setup: &Setup) -> Vec<Figure> {
    programs::use_folder(&setup.programs);
    let mut figures = Vec::new();
    let by_user = |user: &str| format!("tcp dport {{ 443, 80, 11438, 110, 21 }} meta skuid != {user} drop;");
    let networks: Vec<(&str, String, Variables<'_>)> = vec![
        ("nothing in the way", String::new(), &[]),
        ("443 alone", only(&[443], "drop"), &[]),
        ("80 alone", only(&[80], "drop"), &[]),
        ("110 and 21, the others dropped", only(&[110, 21], "drop"), &[]),
        ("21 alone, the others refused", only(&[21], "reject with tcp reset"), &[]),
        ("a proxy for the web (squid)", by_user("proxy"), &[("https_proxy", "http://127.0.0.1:3128")]),
        ("a SOCKS proxy (microsocks)", by_user("nobody"), &[("all_proxy", "socks5://127.0.0.1:1080")]),
    ];
    let (network, folder) = (Network::new(), ScratchDir::new());
    let relay = Relay::within(&network);
    let _squid = proxies::squid(&network, &folder, proxies::Users::Anybody);
    let _socks = proxies::microsocks(&network, 1080, &[]);
    for (name, rules, variables) in networks {
        network.firewall(&rules);
        let mut way = String::new();
        let took = (0..setup.runs).map(|_| {
            let (found, took, _) = start(&network, &relay, "127.0.0.1", variables);
            way = found;
            took.as_secs_f64() * 1e3
        });
        let took = took.collect();
        figures.push(Figure::new(format!("{name}: {way}"), "ms", took));
    }
    network.firewall("");
    let rates: Vec<Vec<f64>> = (0..setup.runs)
        .map(|_| {
            Encapsulation::ALL
                .map(|dress| rate(&network, &relay, &format!("{}://127.0.0.1:443", dress.name())))
                .to_vec()
        })
        .collect();
    for (index, dress) in Encapsulation::ALL.into_iter().enumerate() {
        let values = rates.iter().map(|rates| rates[index]).collect();
        figures.push(Figure::new(format!("{}: a file to the client", dress.name()), "MB/s", values));
        if index > 0 {
            let ratios = rates.iter().map(|rates| rates[index] / rates[0]).collect();
            figures.push(Figure::new(format!("{}: a file, to raw's", dress.name()), "x", ratios));
        }
    }
    figures
}

/// Starts a client: the way that it found, after how long, and itself.
fn start(
    network: &Network,
    relay: &Relay,
    address: &str,
    variables: Variables<'_>,
) -> (String, Duration, (Process, serde_json::Value)) {
    let mut command = Command::new(programs::program("farhand-client"));
    command.args(["--headless", "--json", "--capture", "dummy", "--allow", "view,control,clipboard,files"]);
    command.args(["--relay", address, "--pin", relay.pin()]);
    command.envs(variables.iter().copied());
    let begin = Instant::now();
    let mut process = Process::start(&mut network.inside(&command));
    let ready = process.event("ready");
    let took = begin.elapsed();
    let way = ready["way"].as_str().unwrap_or_default().to_owned();
    (way, took, (process, ready))
}

/// How fast a file travels from the console to the client when both go this way, in MB/s.
fn rate(network: &Network, relay: &Relay, address: &str) -> f64 {
    let home = ScratchDir::new();
    let file = home.file("file");
    std::fs::File::create(&file).and_then(|file| file.set_len(FILE)).expect("the folder is ours");
    let operator =
        relay.add_operator(&format!("anna {}", home.path().file_name().unwrap_or_default().display()));
    let folder = home.path().display().to_string();
    let (_, _, (_client, ready)) = start(network, relay, address, &[("HOME", &folder)]);
    let mut command = Command::new(programs::program("farhand-operator"));
    command.args(["--relay", address, "--pin", relay.pin(), "--operator", &operator.name, "connect"]);
    command.args(["--grants", "view,files", ready["session_id"].as_str().unwrap_or_default(), "put"]);
    command.arg(&file).args(["--to", &home.file("arrived").display().to_string()]);
    command.env("FARHAND_TOKEN", &operator.token).env("HOME", home.path());
    command.env("FARHAND_PASSWORD", ready["password"].as_str().unwrap_or_default());
    let begin = Instant::now();
    let output = network.inside(&command).output().expect("the console runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    FILE as f64 / 1e6 / begin.elapsed().as_secs_f64()
}
