//! How quickly and with how little the two windows start, beside a small GTK editor on the same machine.

use std::process::Command;
use std::time::{Duration, Instant};

use farhand_testkit::x::XServer;

use super::screen::Screen;
use super::{Figure, Setup, resident};
use crate::process::{Process, children_of};
use crate::relay::Relay;

/// The title that the figures go under.
pub const TITLE: &str = "start";

/// After so long without a change a window has settled.
const QUIET: Duration = Duration::from_secs(2);

/// Nothing takes longer to start.
const LIMIT: Duration = Duration::from_secs(60);

/// For so long it is watched doing nothing.
const IDLE: Duration = Duration::from_secs(10);

/// The peer: a program of the same kind that every desktop has.
const PEER: &str = "mousepad";

/// One start.
struct Start {
    shown: f64,
    settled: f64,
    /// Resident, in MB.
    memory: f64,
    /// Part of one core, in percent.
    idle: f64,
}

/// Measures.
///
/// # Panics
/// A program or the X server does not start.
#[must_use]
pub fn run(setup: &Setup) -> Vec<Figure> {
    crate::programs::use_folder(&setup.programs);
    let relay = Relay::start();
    let client = setup.programs.join("farhand-client");
    let operator = setup.programs.join("farhand-operator");
    let home = farhand_testkit::x::ScratchDir::new();
    let starts = |command: &dyn Fn(&XServer) -> Command| -> Vec<Start> {
        (0..setup.runs).map(|_| start(command)).collect()
    };
    let ours = starts(&|server| {
        let mut command = server.command(&client.display().to_string());
        command.args(["--relay", relay.address(), "--pin", relay.pin()]);
        command
    });
    let console = starts(&|server| {
        let mut command = server.command(&operator.display().to_string());
        command.env("XDG_CONFIG_HOME", home.path()).env("HOME", home.path());
        command
    });
    let peer = starts(&|server| {
        let mut command = server.command(PEER);
        command.arg("--disable-server").env("XDG_CONFIG_HOME", home.path()).env("HOME", home.path());
        command
    });
    let column = |starts: &[Start], value: fn(&Start) -> f64| starts.iter().map(value).collect::<Vec<_>>();
    let mut figures = Vec::new();
    for (name, starts) in [("client", &ours), ("console", &console), (PEER, &peer)] {
        figures.push(Figure::new(format!("{name}: window shown"), "ms", column(starts, |start| start.shown)));
        if name == "client" {
            let settled = column(starts, |start| start.settled);
            figures.push(Figure::new(format!("{name}: number shown"), "ms", settled));
        }
        figures.push(Figure::new(format!("{name}: memory"), "MB", column(starts, |start| start.memory)));
        figures.push(Figure::new(
            format!("{name}: idle CPU"),
            "% of a core",
            column(starts, |start| start.idle),
        ));
    }
    for (name, starts) in [("client", &ours), ("console", &console)] {
        let ratios = |value: fn(&Start) -> f64| {
            starts.iter().zip(&peer).map(|(ours, peer)| value(ours) / value(peer)).collect()
        };
        let shown = ratios(|start| start.shown);
        figures.push(Figure::new(format!("{name}: window shown, to {PEER}'s"), "x", shown));
        let memory = ratios(|start| start.memory);
        figures.push(Figure::new(format!("{name}: memory, to {PEER}'s"), "x", memory));
    }
    for (name, program) in [("client", &client), ("console", &operator)] {
        let bytes = std::fs::metadata(program).expect("the program is there").len();
        figures.push(Figure::new(format!("{name}: size of the file"), "MB", vec![bytes as f64 / 1e6]));
    }
    figures
}

fn start(command: &dyn Fn(&XServer) -> Command) -> Start {
    let server = XServer::xvfb(1280, 800);
    let screen = Screen::of(&server);
    let mut command = command(&server);
    let begin = Instant::now();
    let process = Process::start(&mut command);
    let timeline = screen.follow(begin, QUIET, LIMIT);
    let mut pids = children_of(process.pid());
    pids.push(process.pid());
    let before: u64 = pids.iter().map(|pid| ticks(*pid)).sum();
    let from = Instant::now();
    std::thread::sleep(IDLE);
    let used: u64 = pids.iter().map(|pid| ticks(*pid)).sum::<u64>() - before;
    let memory = pids.iter().map(|pid| resident(*pid)).sum::<f64>();
    Start {
        shown: timeline.shown.as_secs_f64() * 1e3,
        settled: timeline.settled.as_secs_f64() * 1e3,
        memory,
        idle: used as f64 / TICKS_PER_SECOND / from.elapsed().as_secs_f64() * 100.0,
    }
}

/// The unit of processor time in /proc on every Linux (`sysconf(_SC_CLK_TCK)`).
pub(super) const TICKS_PER_SECOND: f64 = 100.0;

/// Processor time that a process has used.
pub(super) fn ticks(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    // utime and stime are fields 14 and 15; the first here is field 3.
    fields.get(11..13).map_or(0, |times| times.iter().filter_map(|time| time.parse::<u64>().ok()).sum())
}
