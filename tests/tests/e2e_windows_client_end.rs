//! Each way to end or pause a session works within a tenth of a second, also while the network hangs.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use farhand_testkit::x::XServer;
use farhand_tests::{
    BAR, Desk, Keys, MAIN, Outcome, Panel, Person, Process, RawTerminal, Role, TrayMenu, eventually,
    raw_terminal,
};

/// How long each may take.
const LIMIT: Duration = Duration::from_millis(100);
/// How often each is measured; the middle one counts, because a test machine does other things as well.
const ROUNDS: usize = 3;

fn signal(process: &Process, name: &str) {
    let sent = std::process::Command::new("kill").args([name, &process.pid().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the process takes {name}");
}

/// The middle one of several.
fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// What makes a press, when everything is prepared for it.
type Press = Box<dyn FnOnce(&mut Person)>;

fn button(window: &str, name: &str, desk: &Desk, person: &mut Person) -> Press {
    let at = desk.client.button_in(window, name).place().middle();
    person.point(at);
    Box::new(move |person| person.click_at(at))
}

fn hot_key(desk: &Desk) -> Press {
    desk.client.says("Ctrl+Alt+Space");
    Box::new(|person| person.chord(&[Keys::CONTROL, Keys::ALT, Keys::SPACE]))
}

fn tray(menu: &TrayMenu<'_>, entry: &str) -> Press {
    let choose = menu.prepare(entry);
    Box::new(move |_| choose())
}

/// A desktop whose customer's program also prints what happens.
fn desk() -> (Desk, Person, RawTerminal) {
    let (desk, terminal) = Desk::with(
        XServer::tigervnc(1280, 800),
        |server| raw_terminal(server, "typed.txt"),
        |command| {
            command.arg("--json");
        },
    );
    let person = Person::at(&desk.server);
    (desk, person, terminal)
}

/// The bar's window by its number.
fn bar(desk: &Desk) -> u32 {
    desk.client.widget(Role::Frame, BAR);
    let bar = desk.server.run("xdotool", &["search", "--onlyvisible", "--name", BAR]);
    let bar = String::from_utf8_lossy(&bar).trim().parse().expect("one window");
    assert!(desk.eye.is_shown(bar));
    bar
}

#[test]
fn each_end_takes_effect_within_a_tenth_of_a_second_while_the_network_hangs() {
    let (mut desk, mut person, _terminal) = desk();
    let panel = Panel::start(desk.client.session_bus());
    let menu = panel.icon();
    let ways = ["the bar", "the window", "the hot key", "the tray"];
    for way in ways {
        let (mut stopped, mut gone, mut up) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            // What the operator holds down is let go of.
            let mut console = desk.visit(&mut person, "wait time --for 1.5\ndown f9\nstay\n");
            let bar = bar(&desk);
            let press = match way {
                "the bar" => button(BAR, "End", &desk, &mut person),
                "the window" => button(MAIN, "End", &desk, &mut person),
                "the hot key" => hot_key(&desk),
                _ => tray(&menu, "End"),
            };
            console.event_where("step", |step| step["name"] == "down");
            eventually("a key that is held", || (!desk.eye.keys_down().is_empty()).then_some(()));
            signal(desk.relay.process(), "-STOP");
            let start = Instant::now();
            press(&mut person);
            // By the program's own word nothing is seen and nothing is done from here on.
            desk.client.process.event("over");
            stopped.push(start.elapsed());
            eventually("the bar to go", || (!desk.eye.is_shown(bar)).then_some(()));
            gone.push(start.elapsed());
            eventually("the key to go up", || desk.eye.keys_down().is_empty().then_some(()));
            up.push(start.elapsed());
            desk.client.says("The session is over");
            desk.client.says("You ended it");
            signal(desk.relay.process(), "-CONT");
            std::thread::sleep(Duration::from_millis(1600));
            person.click(&desk.client.button("Start again"));
        }
        println!("{way}: stopped {stopped:?}, bar gone {gone:?}, key up {up:?}");
        for times in [stopped, gone, up] {
            let time = middle(times);
            assert!(time < LIMIT, "{time:?} from {way}");
        }
    }
}

#[test]
fn a_window_whose_display_is_gone_tells_the_operator() {
    let (mut desk, mut person, _terminal) = desk();
    let mut console = desk.visit(&mut person, "wait settled\nstay\n");
    console.event("step");
    let start = Instant::now();
    desk.server.kill();
    Outcome::of(console).expect(10, "the customer's desktop is gone");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(desk.client.process.exit_code(), Some(3));
}

#[test]
fn a_pause_takes_effect_within_a_tenth_of_a_second_while_the_network_hangs() {
    let (mut desk, mut person, _terminal) = desk();
    let panel = Panel::start(desk.client.session_bus());
    let menu = panel.icon();
    let _console = desk.visit(&mut person, "stay\n");
    for way in ["the bar", "the tray"] {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let go_on = desk.client.button_in(BAR, "Pause");
            let press = match way {
                "the bar" => button(BAR, "Pause", &desk, &mut person),
                _ => tray(&menu, "Pause"),
            };
            // The second press of a double click is none.
            std::thread::sleep(Duration::from_millis(1600));
            signal(desk.relay.process(), "-STOP");
            let start = Instant::now();
            press(&mut person);
            let paused = desk.client.process.event("paused");
            times.push(start.elapsed());
            assert_eq!(paused["paused"], true);
            desk.client.says("Paused: nothing is seen and nothing is done");
            signal(desk.relay.process(), "-CONT");
            std::thread::sleep(Duration::from_millis(1600));
            person.click(&go_on);
            assert_eq!(desk.client.process.event("paused")["paused"], false);
        }
        println!("{way}: paused {times:?}");
        let time = middle(times);
        assert!(time < LIMIT, "{time:?} from {way}");
    }
}
