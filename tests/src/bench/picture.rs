//! The whole way from the customer's screen to the operator's, beside other remote desktops: each peer sees the same
//! scene on a virtual screen of its own, one after the other, and shows it in its own viewer in full screen.

use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use farhand_testkit::x::{Eye, Picture, Program, XServer, eventually};

use super::hand::Hand;
use super::scenes::{SIZE, Scene, Stage};
use super::screen::Screen;
use super::start::{TICKS_PER_SECOND, ticks};
use super::wire::{Kind, Wire};
use super::{Figure, Setup, plot};
use crate::process::{Process, children_of};
use crate::relay::Relay;

/// The title that the figures go under.
pub const TITLE: &str = "picture";

/// Draws what was measured of all of them, where less is better.
#[must_use]
pub fn plot(figures: &[Figure]) -> String {
    let panels =
        ["bytes", "customer's CPU", "operator's CPU", "key to pixel", "key to pixel while it scrolls"];
    plot::svg("Farhand beside other remote desktops", figures, &panels, &Peer::ALL.map(Peer::name))
}

/// How long a scene plays.
const PLAY: Duration = Duration::from_secs(6);
/// How long a peer has to show the first picture and come to rest.
const SETTLE: Duration = Duration::from_secs(4);
/// Keys that are pressed for each latency.
const KEYS: usize = 20;
/// Nothing is waited for longer; what takes so long counts as this long.
const LIMIT: Duration = Duration::from_secs(20);
/// After so long no more keys are pressed in a run.
const PATIENCE: Duration = Duration::from_secs(30);

/// A remote desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Peer {
    Farhand,
    TigerVnc,
    X11vnc,
}

impl Peer {
    const ALL: [Self; 3] = [Self::Farhand, Self::TigerVnc, Self::X11vnc];

    fn name(self) -> &'static str {
        match self {
            Self::Farhand => "farhand",
            Self::TigerVnc => "TigerVNC",
            Self::X11vnc => "x11vnc",
        }
    }
}

/// A peer at both ends, showing.
struct Shown {
    wire: Wire,
    /// The process at the customer's.
    near: u32,
    /// The one at the operator's.
    far: u32,
    viewer: XServer,
    _programs: Vec<Program>,
    _processes: Vec<Process>,
    _relay: Option<Relay>,
}

/// What one showing of one scene cost.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    /// kbit/s to the viewer.
    rate: f64,
    /// Percent of a core: the customer's program and what its X server did more than alone.
    near: f64,
    /// The operator's program.
    far: f64,
    /// Changes of the operator's screen, a second.
    updates: f64,
    /// Pixels that differ in the end; not a number where it has none.
    wrong: f64,
}

/// Measures.
///
/// # Panics
/// A program does not start or does not show anything.
#[must_use]
pub fn run(setup: &Setup) -> Vec<Figure> {
    crate::programs::use_folder(&setup.programs);
    let mut figures = Vec::new();
    for scene in Scene::PLAYED.into_iter().filter(|scene| setup.wants(scene.name())) {
        let mut costs = vec![Vec::new(); Peer::ALL.len()];
        for _ in 0..setup.runs {
            let alone = alone(scene);
            for (peer, costs) in Peer::ALL.into_iter().zip(&mut costs) {
                costs.push(cost(peer, scene, alone));
            }
        }
        figures.extend(of_scene(scene, &costs));
    }
    let kinds = [Kind::LOOPBACK].into_iter().chain(Kind::SLOW);
    for kind in kinds.filter(|_| setup.wants("echo")) {
        for busy in [None, Some(Scene::Scroll)] {
            if kind.rate.is_none() && busy.is_some() {
                continue;
            }
            for peer in Peer::ALL {
                let (times, rate) = echo(peer, kind, busy, setup.runs);
                let beside = busy.map_or("", |_| " while it scrolls");
                let name = format!("{}: key to pixel{beside}, {}", kind.name, peer.name());
                figures.push(Figure::new(name, "ms", times));
                if busy.is_some() {
                    let name = format!("{}: changes shown{beside}, {}", kind.name, peer.name());
                    figures.push(Figure::new(name, "1/s", rate));
                }
            }
        }
    }
    figures
}

fn of_scene(scene: Scene, costs: &[Vec<Cost>]) -> Vec<Figure> {
    let mut figures = Vec::new();
    type Value = fn(&Cost) -> f64;
    let values: [(&str, &'static str, Value); 5] = [
        ("bytes", "kbit/s", |cost| cost.rate),
        ("customer's CPU", "% of a core", |cost| cost.near),
        ("operator's CPU", "% of a core", |cost| cost.far),
        ("changes shown", "1/s", |cost| cost.updates),
        ("wrong pixels in the end", "", |cost| cost.wrong),
    ];
    for (what, unit, value) in values {
        for (peer, costs) in Peer::ALL.into_iter().zip(costs) {
            let name = format!("{}: {what}, {}", scene.name(), peer.name());
            let values: Vec<f64> = costs.iter().map(value).filter(|value| !value.is_nan()).collect();
            if !values.is_empty() {
                figures.push(Figure::new(name, unit, values));
            }
        }
    }
    // Ours against the best known peer, run by run.
    let ratio = |value: fn(&Cost) -> f64| {
        costs[0].iter().zip(&costs[1]).map(|(ours, theirs)| value(ours) / value(theirs)).collect()
    };
    let name = |what: &str| format!("{}: {what}, farhand to TigerVNC", scene.name());
    figures.push(Figure::new(name("bytes"), "x", ratio(|cost| cost.rate)));
    figures.push(Figure::new(name("customer's CPU"), "x", ratio(|cost| cost.near)));
    figures
}

/// What the scene costs its X server while nobody looks, in percent of a core.
fn alone(scene: Scene) -> f64 {
    let stage = Stage::set(scene);
    std::thread::sleep(SETTLE / 2);
    let before = used(stage.server.pid());
    let playing = stage.play();
    std::thread::sleep(PLAY);
    let used = percent(used(stage.server.pid()).saturating_sub(before), PLAY);
    drop(playing);
    used
}

fn cost(peer: Peer, scene: Scene, alone: f64) -> Cost {
    let stage = Stage::set(scene);
    let shown = Shown::start(peer, &stage.server, Kind::LOOPBACK);
    shown.wait_for_picture();
    std::thread::sleep(SETTLE);
    let server = stage.server.pid();
    let before = (shown.wire.to_viewer(), used(shown.near), used(shown.far), used(server));
    let watch = Screen::of(&shown.viewer);
    let begun = Instant::now();
    let playing = stage.play();
    let updates = watch.count(PLAY);
    let took = begun.elapsed();
    let after = (shown.wire.to_viewer(), used(shown.near), used(shown.far), used(server));
    drop(playing);
    let wrong = scene.comes_to_rest().then(|| wrong_pixels(&stage.server, &shown.viewer));
    if let Some(folder) = std::env::var_os("FARHAND_PICTURES") {
        // To be looked at.
        for (server, side) in [(&stage.server, "customer"), (&shown.viewer, "operator")] {
            let name = format!("{}-{}-{side}.png", scene.name(), peer.name());
            let path = std::path::Path::new(&folder).join(name);
            Eye::open(server).pixels().write_png(&path).expect("the folder is there");
        }
    }
    Cost {
        rate: (after.0 - before.0) as f64 * 8.0 / 1e3 / took.as_secs_f64(),
        near: percent(after.1.saturating_sub(before.1), took)
            + (percent(after.3.saturating_sub(before.3), took) - alone).max(0.0),
        far: percent(after.2.saturating_sub(before.2), took),
        updates: updates as f64 / took.as_secs_f64(),
        wrong: wrong.map_or(f64::NAN, |wrong| wrong as f64),
    }
}

fn percent(used: Duration, took: Duration) -> f64 {
    used.as_secs_f64() / took.as_secs_f64() * 100.0
}

/// Processor time that a process and those that it started have used.
fn used(pid: u32) -> Duration {
    let own = Duration::from_secs_f64(ticks(pid) as f64 / TICKS_PER_SECOND);
    own + children_of(pid).into_iter().map(used).sum::<Duration>()
}

/// Pixels of the operator's screen that are not the customer's, once both stand still.
fn wrong_pixels(here: &XServer, there: &XServer) -> usize {
    let (here, there) = (Eye::open(here), Eye::open(there));
    std::thread::sleep(Duration::from_secs(2));
    let differ = |a: &Picture, b: &Picture| a.pixels.iter().zip(&b.pixels).filter(|(a, b)| a != b).count();
    // A cursor may blink between the two looks.
    (0..5).map(|_| differ(&here.pixels(), &there.pixels())).min().unwrap_or_default()
}

/// How long after a key is pressed at the operator's the letter shows there, in milliseconds; and how many changes
/// were shown a second.
fn echo(peer: Peer, kind: Kind, busy: Option<Scene>, runs: usize) -> (Vec<f64>, Vec<f64>) {
    let mut times = Vec::new();
    let mut rates = Vec::new();
    for _ in 0..runs {
        let stage = Stage::set_to_type_beside(busy);
        let shown = Shown::start(peer, &stage.server, kind);
        shown.wait_for_picture();
        std::thread::sleep(if kind.rate.is_some() { 3 * SETTLE } else { SETTLE });
        let hand = Hand::at(&shown.viewer);
        let playing = busy.and_then(|_| stage.play());
        let watch = Screen::of(&shown.viewer);
        if playing.is_some() {
            rates.push(watch.count(PLAY) as f64 / PLAY.as_secs_f64());
        }
        let place = Stage::typed_place();
        let begun = Instant::now();
        for number in (0..KEYS).take_while(|_| begun.elapsed() < PATIENCE) {
            let pressed = Instant::now();
            hand.press(number);
            let took = watch.until_changed(place, LIMIT).map_or(LIMIT, |at| at.duration_since(pressed));
            times.push(took.as_secs_f64() * 1e3);
            std::thread::sleep(Duration::from_millis(150 + 7 * number as u64));
        }
        drop(playing);
    }
    (times, rates)
}

impl Shown {
    fn start(peer: Peer, customer: &XServer, kind: Kind) -> Self {
        let viewer = XServer::xvfb(SIZE.width, SIZE.height);
        let manager = viewer.start_window_manager();
        match peer {
            Peer::Farhand => Self::farhand(customer, viewer, manager, kind),
            Peer::TigerVnc => Self::vnc(customer, viewer, manager, kind, |port| {
                let mut server = customer.command("X0tigervnc");
                server.args(["-rfbport", port, "-SecurityTypes", "None", "-localhost=1", "-AlwaysShared=1"]);
                server
            }),
            Peer::X11vnc => Self::vnc(customer, viewer, manager, kind, |port| {
                let mut server = customer.command("x11vnc");
                server.args(["-rfbport", port, "-nopw", "-localhost", "-forever", "-shared", "-quiet"]);
                server
            }),
        }
    }

    fn farhand(customer: &XServer, viewer: XServer, manager: Program, kind: Kind) -> Self {
        let relay = Relay::with("", "filter = \"info\"");
        let operator = relay.add_operator("anna");
        let mut command = customer.command(&crate::client::Client::program());
        command.args(["--headless", "--json", "--log", "warn", "--allow", "view,control"]);
        command.args(["--relay", relay.address(), "--pin", relay.pin()]);
        let mut client = Process::start(&mut command);
        let ready = client.event("ready");
        let text = |key: &str| ready[key].as_str().expect("a number").to_owned();
        let wire = Wire::open(relay.address().parse().expect("an address"), kind);
        let mut command = crate::window::Window::console_command(&viewer);
        command.args(["open", &text("session_id")]).env("FARHAND_PASSWORD", text("password"));
        command.env("FARHAND_RELAY", wire.address().to_string()).env("FARHAND_PIN", relay.pin());
        command.env("FARHAND_OPERATOR", &operator.name).env("FARHAND_TOKEN", &operator.token);
        let console = Process::start(&mut command);
        let window = viewer.window("farhand-operator");
        viewer.run("xdotool", &["windowactivate", "--sync", &window]);
        client.event("allowed");
        viewer.run("xdotool", &["key", "F11"]);
        say_that_words_match(&viewer);
        Self {
            near: client.pid(),
            far: console.pid(),
            wire,
            viewer,
            _programs: vec![manager],
            _processes: vec![client, console],
            _relay: Some(relay),
        }
    }

    fn vnc(
        _: &XServer,
        viewer: XServer,
        manager: Program,
        kind: Kind,
        server: impl Fn(&str) -> Command,
    ) -> Self {
        let port = free_port();
        let mut command = server(&port.to_string());
        let server = Program::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        eventually("the server to listen", || std::net::TcpStream::connect(address).ok());
        let wire = Wire::open(address, kind);
        let target = format!("127.0.0.1::{}", wire.address().port());
        let program = viewer
            .start_program("xtigervncviewer", &["-FullScreen=1", "-RemoteResize=0", "-Shared=1", &target]);
        Self {
            near: server.pid(),
            far: program.pid(),
            wire,
            viewer,
            _programs: vec![program, server, manager],
            _processes: Vec::new(),
            _relay: None,
        }
    }

    /// Until something else than an empty desktop is seen, and no window beside the picture.
    fn wait_for_picture(&self) {
        let eye = Eye::open(&self.viewer);
        eventually("the picture", || {
            let pixels = eye.pixels().pixels;
            let first = pixels.first().copied();
            pixels.iter().any(|pixel| Some(*pixel) != first).then_some(())
        });
    }
}

/// Presses the green button beside the two words: as long as they are not compared, they take room from the picture.
fn say_that_words_match(viewer: &XServer) {
    let eye = Eye::open(viewer);
    let green = |pixel: u32| {
        let [_, red, green, blue] = pixel.to_be_bytes();
        green > red.saturating_add(60) && green > blue.saturating_add(30)
    };
    let is_full = || viewer.run("xdotool", &["getactivewindow", "getwindowgeometry"]);
    eventually("full screen", || String::from_utf8_lossy(&is_full()).contains("1920x1080").then_some(()));
    let (x, y) = eventually("the button", || {
        let pixels = eye.pixels();
        let row = |y: u32| pixels.pixels.chunks(pixels.width as usize).nth(y as usize);
        (58..80).find_map(|y| row(y)?.iter().position(|pixel| green(*pixel)).map(|x| (x, y)))
    });
    viewer.run("xdotool", &["mousemove", &(x + 30).to_string(), &y.to_string(), "click", "1"]);
    // From here on the pointer is out of the way.
    viewer.run("xdotool", &["mousemove", "1900", "900"]);
}

/// A port that nobody listens at.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
