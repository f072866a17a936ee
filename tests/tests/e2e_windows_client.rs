//! The customer's window: what a screen reader is told, what the X server shows, and whose presses count.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use farhand_testkit::x::{Program, XServer};
use farhand_tests::{
    Client, Console, Eye, Keys, Node, Operator, Outcome, Person, Process, Relay, Role, Window, eventually,
};

/// The window's title, once it knows whose relay it is.
const MAIN: &str = "Remote help – Test House";
/// The bar's title.
const BAR: &str = "Remote help: bar";
/// What the switches and ticks are called.
const CONTROL: &str = "Use my mouse and keyboard";

/// A desktop with the customer's window on it.
struct Desk {
    // Dropped in this order: the server goes last.
    client: Window,
    _manager: Program,
    relay: Relay,
    operator: Operator,
    eye: Eye,
    server: XServer,
}

impl Desk {
    fn on(server: XServer) -> Self {
        let relay = Relay::start();
        let operator = relay.add_operator("anna");
        let manager = server.start_window_manager();
        let client = Window::client(&relay, &server);
        let eye = Eye::open(&server);
        Self { client, _manager: manager, relay, operator, eye, server }
    }

    /// With a person before it.
    fn with_person() -> (Self, Person) {
        let desk = Self::on(XServer::tigervnc(1280, 800));
        let person = Person::at(&desk.server);
        (desk, person)
    }

    /// An operator who asks with the numbers that are shown now.
    fn console(&self, script: &str) -> Process {
        Console::new(&self.relay, &self.operator, &self.client.numbers()).start(script)
    }

    /// An operator who was let in by the person.
    fn visit(&self, person: &mut Person, script: &str) -> Process {
        let mut console = self.console(script);
        person.click(&self.client.button("Allow"));
        console.event("allowed");
        self.client.says("anna is here");
        console
    }

    /// A switch of the bar.
    fn switch(&self, name: &str) -> Node {
        self.client.node(name, |node| node.role == Role::CheckBox && node.window == BAR && node.name == name)
    }

    fn carried_to_console(&self) -> u64 {
        self.relay.metric("farhand_relay_forwarded_bytes_total{direction=\"to_console\"}")
    }
}

fn signal(process: &mut Process, name: &str) {
    let sent = std::process::Command::new("kill").args([name, &process.pid().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the process takes {name}");
}

/// On this server the window shows what connects, and no program can say yes for the person.
fn shows_numbers_and_denies_for_programs(server: XServer) {
    let desk = Desk::on(server);
    let client = &desk.client;
    client.node("a green light", |node| node.role == Role::Image && node.name == "Ready");
    client.says("Read these two numbers to your helper on the phone.");
    client.widget(Role::Frame, MAIN);
    let mut console = desk.console("wait settled\n");
    client.says("Let anna in?");
    client.says("From Test House");
    let words = console.event("sealed")["words"].clone();
    let words: Vec<_> = words.as_array().expect("a list").iter().filter_map(|word| word.as_str()).collect();
    client.says(&words.join(", "));

    let allow = client.button("Allow");
    assert!(allow.press(), "a screen reader can ask for it");
    client.says("A press was ignored");
    client.click(&allow);
    client.keys(&["Tab", "space", "Return"]);
    client.click(&client.button("Deny"));
    let outcome = Outcome::of(console);
    assert_eq!(outcome.code, Some(8), "{}", outcome.process.transcript());
    client.says("You did not let them in");
    client.says("Your screen was not seen.");
}

#[test]
fn with_opengl_it_shows_numbers_and_denies_for_programs() {
    shows_numbers_and_denies_for_programs(XServer::xvfb(1024, 768));
}

#[test]
fn without_opengl_it_shows_numbers_and_denies_for_programs() {
    shows_numbers_and_denies_for_programs(XServer::xvfb_with(&[
        "-screen",
        "0",
        "1024x768x24",
        "-extension",
        "GLX",
    ]));
}

#[test]
fn only_a_hand_at_this_computer_lets_anybody_in() {
    let (desk, mut person) = Desk::with_person();
    let (client, relay) = (&desk.client, &desk.relay);
    // Somebody who may already use mouse and keyboard here.
    let mut other = Client::start(relay, &desk.server, &["--allow", "view,control"]);
    let bob = relay.add_operator("bob");

    let mut console = desk.console("wait settled\nstay\n");
    let allow = client.button("Allow");
    let (x, y) = allow.place().middle();
    Console::new(relay, &bob, &other.ready()).must_run(&format!("click {x} {y}\n"));
    client.says("A press was ignored");
    other.process.event("ended");
    let ready = other.ready();
    Console::new(relay, &bob, &ready).must_run("key tab\nkey space\nkey enter\nwait settled\n");
    client.click(&allow);
    assert!(allow.press());
    client.says("Let anna in?");
    assert_eq!(console.events("allowed"), Vec::<serde_json::Value>::new());

    person.click(&client.button("Allow"));
    assert_eq!(console.event("allowed")["grants"], "view,control");
    client.says("anna is here");
}

#[test]
fn who_may_use_the_mouse_gives_themselves_nothing() {
    let (desk, mut person) = Desk::with_person();
    let (client, relay) = (&desk.client, &desk.relay);
    let mut other = Client::start(relay, &desk.server, &["--allow", "view,control"]);
    let bob = relay.add_operator("bob");
    let mut console = desk.visit(&mut person, "stay\n");
    person.click(&desk.switch(CONTROL));
    assert_eq!(console.event("allowed")["grants"], "view");

    // Through another program on the same desktop.
    let switches: Vec<Node> = client.nodes().into_iter().filter(|node| node.role == Role::CheckBox).collect();
    assert_eq!(switches.len(), 4, "two in the window, two in the bar");
    let before: Vec<bool> = switches.iter().map(Node::is_checked).collect();
    let clicks: String = switches
        .iter()
        .map(|switch| {
            let (x, y) = switch.place().middle();
            format!("click {x} {y}\n")
        })
        .collect();
    // The person's own hand comes first for a second.
    let script = format!("wait time --for 1.5\n{clicks}wait settled\n");
    Console::new(relay, &bob, &other.ready()).must_run(&script);
    client.says("A press was ignored");
    let now = |client: &Window| -> Vec<bool> {
        client.nodes().iter().filter(|node| node.role == Role::CheckBox).map(Node::is_checked).collect()
    };
    assert_eq!(now(client), before);

    // Through the session itself, where they are in the next one too.
    let places = [switches[0].place().middle(), desk.switch(CONTROL).place().middle()];
    for (x, y) in places {
        person.click(&client.button_in(BAR, "End"));
        Outcome::of(console);
        std::thread::sleep(Duration::from_millis(800));
        person.click(&client.button("Wait for a new session"));
        console = desk.visit(&mut person, &format!("wait time --for 1.5\nclick {x} {y}\n"));
        let refused = Outcome::of(console);
        refused.expect(13, "only the person at the desktop can use");
        client.says("The session is over");
        std::thread::sleep(Duration::from_millis(800));
        person.click(&client.button("Wait for a new session"));
        console = desk.visit(&mut person, "stay\n");
    }
    drop(other);
}

#[test]
fn a_pause_shows_nothing_and_control_taken_back_is_gone() {
    let (desk, mut person) = Desk::with_person();
    let client = &desk.client;
    let script = format!("wait settled\nwait change --area {}\ntype x\n", Eye::FLAG);
    let mut console = desk.visit(&mut person, &script);
    console.event_where("step", |step| step["name"] == "wait");
    client.says("Sees your screen and can use mouse and keyboard");

    person.click(&client.button_in(BAR, "Pause"));
    console.event_where("paused", |event| event["paused"] == true);
    client.says("Paused: nothing is seen and nothing is done");
    client.says("sees nothing: paused");
    let before = desk.carried_to_console();
    desk.eye.draw_noise(20, 300, 200, 1);
    // Nothing can be waited for that does not come; signs of life do.
    std::thread::sleep(Duration::from_millis(800));
    let meanwhile = desk.carried_to_console() - before;
    assert!(meanwhile < 20_000, "{meanwhile} bytes of a session that is paused");
    person.click(&client.button_in(BAR, "Go on"));
    console.event_where("paused", |event| event["paused"] == false);
    eventually("the noise at the console", || (desk.carried_to_console() - before > 100_000).then_some(()));

    person.click(&desk.switch(CONTROL));
    assert_eq!(console.event("allowed")["grants"], "view");
    client.says("sees your screen");
    let mut eye = Eye::open(&desk.server);
    eye.flag();
    Outcome::of(console).expect(12, "not allow control");
}

#[test]
fn end_takes_effect_at_once_while_the_network_hangs() {
    let (mut desk, mut person) = Desk::with_person();
    let _terminal = desk.server.start_program("xterm", &["-geometry", "30x10-0-0"]);
    desk.server.wait_for_window("XTerm");
    type Way = fn(&Desk, &mut Person) -> Box<dyn FnOnce(&mut Person)>;
    let ways: [(&str, Way); 3] = [
        ("the bar", |desk, person| Box::new(button_of(BAR, desk, person))),
        ("the window", |desk, person| Box::new(button_of(MAIN, desk, person))),
        ("the hot key", |desk, _| {
            desk.client.says("Ctrl+Alt+Space");
            Box::new(|person| person.chord(&[Keys::CONTROL, Keys::ALT, Keys::SPACE]))
        }),
    ];
    for (name, way) in ways {
        let mut best = Duration::MAX;
        for _ in 0..3 {
            let script = format!("wait change --area {}\ndown f5\nstay\n", Eye::FLAG);
            let mut console = desk.visit(&mut person, &script);
            // Keys go to no window of ours.
            person.click_at((1240, 760));
            desk.server.wait_for_focus("XTerm");
            desk.eye.flag();
            console.event_where("step", |step| step["name"] == "down");
            // Some things wait a moment before they can be pressed, so that nobody presses them by mistake.
            std::thread::sleep(Duration::from_millis(800));
            let press = way(&desk, &mut person);
            assert_eq!(desk.eye.keys_down().len(), 1, "the operator holds a key");
            signal(desk.relay.process(), "-STOP");
            let start = Instant::now();
            press(&mut person);
            eventually("the key to come up", || desk.eye.keys_down().is_empty().then_some(()));
            best = best.min(start.elapsed());
            desk.client.says("The session is over");
            desk.client.says("You ended it");
            signal(desk.relay.process(), "-CONT");
            drop(console);
            std::thread::sleep(Duration::from_millis(800));
            person.click(&desk.client.button("Wait for a new session"));
        }
        // A tenth of a second, and as much again for a machine that does other things as well.
        assert!(best < Duration::from_millis(200), "{best:?} from {name}");
    }
}

/// Points at a button that ends the session, and gives what presses it.
fn button_of(window: &str, desk: &Desk, person: &mut Person) -> impl FnOnce(&mut Person) + use<> {
    let at = desk.client.button_in(window, "End").place().middle();
    person.point(at);
    move |person| person.click_at(at)
}

#[test]
fn the_bar_stays_above_everything() {
    let (desk, mut person) = Desk::with_person();
    let _console = desk.visit(&mut person, "wait settled\nstay\n");
    let place = desk.client.widget(Role::Frame, BAR).place();
    person.point((640, 700));
    let bar = desk.eye.still_pixels().part(place);
    let full = desk.server.start_program("xterm", &["-fullscreen"]);
    desk.server.wait_for_window("XTerm");
    let covered = |eye: &Eye| {
        let all = eye.pixels();
        let corner = all.pixels[all.pixels.len() - 1];
        corner == 0x00ff_ffff
    };
    eventually("the full screen", || covered(&desk.eye).then_some(()));
    eventually("the bar above it", || (desk.eye.pixels().part(place) == bar).then_some(()));
    drop(full);
    // A window that no window manager holds down either.
    let (x, y) = place.middle();
    desk.eye.draw_noise(
        i16::try_from(x).expect("on the screen"),
        i16::try_from(y).expect("on the screen"),
        200,
        3,
    );
    eventually("the bar above a window like itself", || (desk.eye.pixels().part(place) == bar).then_some(()));
}
