//! The customer's real windows on other desktops than the plainest: more monitors, more pixels per point, a
//! compositing manager; and what they say before and instead of a yes.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use farhand_testkit::x::XServer;
use farhand_tests::{
    BAR, Console, Desk, Eye, MAIN, Node, Outcome, Person, Place, Relay, Role, Window, eventually,
};

/// Where a folder is named, the screen is left there for a person to look at.
fn keep_picture(eye: &Eye, name: &str) {
    if let Some(folder) = std::env::var_os("FARHAND_PICTURES") {
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        eye.still_pixels().write_png(&path).expect("the folder is there");
    }
}

/// Where the bars are, from left to right.
fn bars(client: &Window) -> Vec<Place> {
    let nodes = client.nodes();
    let frames = nodes.iter().filter(|node| node.role == Role::Frame && node.name == BAR);
    let mut places: Vec<Place> = frames.map(Node::place).collect();
    places.sort_by_key(|place| place.x);
    places
}

#[test]
fn each_monitor_has_a_bar_whose_buttons_work() {
    let (desk, mut person) = Desk::with_person();
    person.plug_in(&[[0, 0, 1280, 800], [1280, 0, 1024, 700]]);
    let client = &desk.client;
    let _console = desk.visit(&mut person, "stay\n");
    let both = eventually("two bars", || Some(bars(client)).filter(|bars| bars.len() == 2));
    assert_eq!(both[0], Place { x: 120, y: 0, width: 1040, height: 48 });
    assert_eq!(both[1], Place { x: 1280 + 12, y: 0, width: 1000, height: 48 });
    keep_picture(&desk.eye, "two-monitors");

    // The one on the second monitor works as well.
    let end = client.node("End on the second monitor", |node| {
        node.role == Role::Button && node.name == "End" && node.window == BAR && node.place().x > 1280
    });
    person.click(&end);
    client.says("You ended it");
}

#[test]
fn a_monitor_that_is_unplugged_takes_its_bar_along_and_brings_it_back() {
    let (desk, mut person) = Desk::with_person();
    let client = &desk.client;
    let _console = desk.visit(&mut person, "stay\n");
    let home = Place { x: 120, y: 0, width: 1040, height: 48 };
    let wait_for = |expected: &[Place]| {
        eventually("the bars to follow the monitors", || (bars(client) == expected).then_some(()));
    };
    wait_for(&[home]);
    for _ in 0..3 {
        person.plug_in(&[[0, 0, 1280, 800], [1280, 0, 1024, 700]]);
        wait_for(&[home, Place { x: 1280 + 12, y: 0, width: 1000, height: 48 }]);
        person.plug_in(&[[0, 0, 1280, 800]]);
        wait_for(&[home]);
    }
    // The one that is left, on a monitor that has shrunk, still works.
    person.plug_in(&[[0, 0, 1000, 700]]);
    wait_for(&[Place { x: 12, y: 0, width: 976, height: 48 }]);
    person.click(&client.button_in(BAR, "End"));
    client.says("You ended it");
}

/// A window becomes dark and light again when the desktop does.
fn follows_the_desktop(name: &str, server: &XServer, window: &Window) {
    // Until the desktop has placed it, a reader hears of no place on the screen.
    let is_placed = |place: Place| place.x >= 0 && place.y >= 0 && place.width > 0 && place.height > 0;
    let main = window.node("a window", |node| node.role == Role::Frame && is_placed(node.place())).place();
    let eye = Eye::open(server);
    let is_dark = || {
        let pixels = eye.pixels().part(main).pixels;
        let dark = pixels.iter().filter(|pixel| pixel.to_be_bytes()[1..].iter().all(|part| *part < 0x60));
        dark.count() * 2 > pixels.len()
    };
    eventually("the window to be light", || (!is_dark()).then_some(()));
    let portal = zbus::blocking::connection::Builder::address(window.session_bus()).expect("an address");
    let portal =
        portal.name("org.freedesktop.portal.Desktop").expect("a name").build().expect("the bus answers");
    for (scheme, dark) in [(1, true), (2, false), (1, true), (0, false)] {
        eventually("the window to follow the desktop", || {
            let changed = ("org.freedesktop.appearance", "color-scheme", zbus::zvariant::Value::U32(scheme));
            let (path, interface) = ("/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings");
            portal.emit_signal(None::<()>, path, interface, "SettingChanged", &changed).expect("a bus");
            (is_dark() == dark).then_some(())
        });
        keep_picture(&eye, &format!("{name}-scheme-{scheme}"));
    }
}

#[test]
fn both_windows_follow_the_desktops_theme() {
    let desk = Desk::on(XServer::xvfb(1280, 800));
    follows_the_desktop("client", &desk.server, &desk.client);
    let server = XServer::xvfb(1400, 900);
    let _manager = server.start_window_manager();
    let console = Window::console(&desk.relay, &desk.operator, &server);
    follows_the_desktop("console", &server, &console);
}

/// A desktop of this size whose windows have this many dots per inch.
fn fine_desk(dots: u32, width: u32, height: u32) -> Desk {
    let (desk, ()) = Desk::after(XServer::tigervnc(width, height), |server| {
        let settings = server.file("Xresources");
        std::fs::write(&settings, format!("Xft.dpi: {dots}\n")).expect("the folder is ours");
        server.run("xrdb", &["-merge", &settings.display().to_string()]);
    });
    desk
}

/// Where there is no room for letters of twice the size, all that has to be read is in sight all the same.
#[test]
fn at_twice_as_many_dots_on_a_small_screen_nothing_is_out_of_sight() {
    for (width, height) in [(1366, 768), (1920, 1080)] {
        let desk = fine_desk(192, width, height);
        let mut person = Person::at(&desk.server);
        let in_sight = |node: &Node| {
            let main = desk.client.widget(Role::Frame, MAIN).place();
            let place = node.place();
            // Of the lowest part the two buttons are seen.
            let is_inside = place.y >= main.y && place.y + place.height <= main.y + main.height * 88 / 100;
            assert!(is_inside, "{}: {place:?} in {main:?}", node.name);
        };
        let numbers = desk.client.numbers();
        for number in [&numbers.session_id, &numbers.password] {
            in_sight(&desk.client.node("a number", |node| node.name.contains(number.as_str())));
        }
        keep_picture(&desk.eye, &format!("waiting-{width}"));
        let mut console = desk.console("stay\n");
        let allow = desk.client.button("Allow");
        let ticks: Vec<Node> =
            desk.client.nodes().into_iter().filter(|node| node.role == Role::CheckBox).collect();
        assert!(!ticks.is_empty(), "there is something to allow");
        ticks.iter().for_each(in_sight);
        keep_picture(&desk.eye, &format!("asked-{width}"));
        // Every place that a reader is told is where the button is.
        person.click(&allow);
        console.event("allowed");
        desk.client.says("anna is here");
        keep_picture(&desk.eye, &format!("here-{width}"));
    }
}

/// Windows at this many dots per inch are so many times as large.
fn grows_with(dots: u32, times: i32) {
    let desk = fine_desk(dots, 2600, 1600);
    let mut person = Person::at(&desk.server);
    let halves = |points: i32| points * times / 2;
    let main = desk.client.widget(Role::Frame, MAIN).place();
    assert_eq!((main.width, main.height), (halves(440), halves(672)));
    let _numbers = desk.client.numbers();
    keep_picture(&desk.eye, &format!("waiting-{dots}"));
    let mut console = desk.console("stay\n");
    let allow = desk.client.button("Allow");
    keep_picture(&desk.eye, &format!("asked-{dots}"));
    // Every place that a reader is told is where the button is.
    person.click(&allow);
    console.event("allowed");
    desk.client.says("anna is here");
    let bar = eventually("the bar", || bars(&desk.client).first().copied());
    assert_eq!((bar.width, bar.height), (halves(1040), halves(48)));
    keep_picture(&desk.eye, &format!("here-{dots}"));
    person.click(&desk.client.button_in(BAR, "End"));
    desk.client.says("You ended it");
}

#[test]
fn at_half_as_many_dots_again_all_is_half_as_large_again() {
    grows_with(144, 3);
}

#[test]
fn at_twice_as_many_dots_all_is_twice_as_large() {
    grows_with(192, 4);
}

#[test]
fn under_a_compositing_manager_the_bar_stays_above_a_full_screen() {
    let (desk, compositor) = Desk::after(XServer::tigervnc(1280, 800), |server| {
        server.start_program("picom", &["--backend", "xrender", "--config", "/dev/null"])
    });
    let mut person = Person::at(&desk.server);
    let _console = desk.visit(&mut person, "stay\n");
    let place = desk.client.widget(Role::Frame, BAR).place();
    person.point((640, 700));
    let bar = desk.eye.still_pixels().part(place);
    keep_picture(&desk.eye, "composited");
    let full = desk.server.start_program("xterm", &["-fullscreen", "-bg", "white"]);
    eventually("the full screen", || (desk.eye.pixels().pixels.last() == Some(&0x00ff_ffff)).then_some(()));
    eventually("the bar above it", || (desk.eye.pixels().part(place) == bar).then_some(()));
    keep_picture(&desk.eye, "composited-full-screen");
    drop((full, compositor));
}

#[test]
fn the_organisations_words_are_read_before_the_question() {
    let words = "We help with printers only.";
    let relay = Relay::with(&format!("[notice]\nen = \"{words}\""), "filter = \"info\"");
    let (desk, ()) = Desk::at(relay, XServer::tigervnc(1280, 800), |_| (), |_| ());
    let mut person = Person::at(&desk.server);
    let client = &desk.client;
    let mut console = desk.console("stay\n");
    client.says("Before you begin");
    client.says(words);
    assert!(!client.nodes().iter().any(|node| node.name == "Allow"), "nothing can be allowed yet");
    keep_picture(&desk.eye, "notice");
    let go_on = client.button("Continue");
    // A program does not read.
    client.click(&go_on);
    client.says("A press was ignored");
    client.says(words);
    std::thread::sleep(Duration::from_millis(600));
    person.click(&client.button("Continue"));
    client.says("Let anna in?");
    person.click(&client.button("Allow"));
    console.event("allowed");
    person.click(&client.button_in(BAR, "End"));
    Outcome::of(console).expect(0, "");
    // Once read is enough.
    client.says("The session is over");
    std::thread::sleep(Duration::from_millis(1600));
    person.click(&client.button("Start again"));
    let _console = desk.console("stay\n");
    client.says("Let anna in?");
    client.button("Allow");
}

#[test]
fn no_answer_for_a_minute_is_a_no() {
    let (desk, _person) = Desk::with_person();
    let client = &desk.client;
    let mut console = desk.console("stay\n");
    console.event("asking");
    let start = Instant::now();
    client.says("seconds counts as Deny");
    // The window counts down.
    client.says("No answer within 50 seconds counts as Deny.");
    let code = console.exit_code_within(Duration::from_secs(90));
    let waited = start.elapsed();
    assert_eq!(code, Some(9), "{}", console.transcript());
    assert!((59..=65).contains(&waited.as_secs()), "{waited:?}");
    client.says("There was no answer in time, which counts as no");
    client.says("Your screen was not seen.");
    keep_picture(&desk.eye, "no-answer");
}

#[test]
fn a_new_password_takes_the_place_of_the_old_one_when_the_person_wants() {
    let (desk, mut person) = Desk::with_person();
    let client = &desk.client;
    let old = client.numbers();
    let button = client.button("New password");
    client.click(&button);
    client.says("A press was ignored");
    assert_eq!(client.numbers(), old);
    std::thread::sleep(Duration::from_millis(600));
    person.click(&button);
    let new = eventually("another password", || {
        Some(client.numbers()).filter(|numbers| numbers.password != old.password)
    });
    assert_eq!(new.session_id, old.session_id);
    let refused = Console::new(&desk.relay, &desk.operator, &old).run("stay\n");
    assert_ne!(refused.code, Some(0), "the old one is good for nothing");
    client.says("Somebody typed a wrong password.");
    let _console = desk.console("stay\n");
    client.says("Let anna in?");
}
