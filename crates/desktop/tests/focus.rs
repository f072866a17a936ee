//! Letters that the keyboard lacks cost the desktop next to nothing, and keys go to the window that was clicked.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

#[path = "common/mod.rs"]
mod common;
#[path = "common/keyboard.rs"]
mod typing;

use std::time::{Duration, Instant};

use common::open;
use farhand_desktop::{Desktop, InjectError, Options};
use farhand_proto::bounded::Text;
use farhand_proto::input::{Button, Input};
use farhand_proto::screen::Point;
use farhand_testkit::x::{Eye, Program, XServer};
use typing::{control, type_burst};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

const LETTERS: &str = "ř ß ø ñ ł ž € … 日本 Ω\n";

/// Somebody who is told of every change of the map.
struct Observer(RustConnection);

impl Observer {
    fn of(server: &XServer) -> Self {
        let (connection, _) = RustConnection::connect(Some(server.display())).unwrap();
        Self(connection)
    }

    /// How often the map changed since this was asked last.
    fn changes(&self) -> usize {
        self.0.sync().unwrap();
        let events = std::iter::from_fn(|| self.0.poll_for_event().unwrap());
        events.filter(|event| matches!(event, Event::MappingNotify(_))).count()
    }
}

/// Clicks a window, each time so far from the last that nothing takes it for a double click.
fn click(desktop: &mut Desktop, server: &XServer, class: &str, turn: i32) {
    let window = server.window(class).parse().unwrap();
    let (x, y) = Eye::open(server).place(window).middle();
    click_at(desktop, Point { x, y: y + 20 * turn });
}

fn click_at(desktop: &mut Desktop, at: Point) {
    for pressed in [true, false] {
        desktop.injector.inject(&Input::Button { button: Button::Left, pressed, at }).unwrap();
    }
}

/// Stops a program for as long as this lives.
struct Stopped<'a>(&'a Program);

impl<'a> Stopped<'a> {
    fn stop(program: &'a Program) -> Self {
        signal(program, "-STOP");
        Self(program)
    }
}

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        signal(self.0, "-CONT");
    }
}

fn signal(program: &Program, signal: &str) {
    let pid = program.pid().to_string();
    assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
}

#[test]
fn all_that_a_text_lacks_is_taught_in_one_change_of_the_map_and_taken_back_in_one() {
    let server = XServer::xvfb(640, 480);
    server.set_layout("us");
    let mut desktop = open(&server);
    let observer = Observer::of(&server);
    // The server tells of another keyboard when the first key comes from it.
    type_burst(&mut *desktop.injector, "plain words\n");
    observer.changes();
    type_burst(&mut *desktop.injector, "plain words\n");
    assert_eq!(observer.changes(), 0);
    type_burst(&mut *desktop.injector, LETTERS);
    assert_eq!(observer.changes(), 1);
    // What was taught stays, and what is usual was taught with it.
    type_burst(&mut *desktop.injector, LETTERS);
    type_burst(&mut *desktop.injector, "Příliš žluťoučký kůň, «où» „groß“ señor łódź på æble — 5 €\n");
    assert_eq!(observer.changes(), 0);
    drop(desktop);
    assert_eq!(observer.changes(), 1);
}

#[test]
fn what_is_left_to_a_guard_is_used_again_and_taken_back_by_it() {
    let server = XServer::xvfb(640, 480);
    server.set_layout("us");
    let observer = Observer::of(&server);
    let options =
        Options { display: Some(server.display().to_owned()), is_guarded: true, ..Options::default() };
    let open = || farhand_desktop::open(&options).unwrap();
    let mut first = open();
    type_burst(&mut *first.injector, "plain words\n");
    observer.changes();
    type_burst(&mut *first.injector, LETTERS);
    assert_eq!(observer.changes(), 1);
    let start = Instant::now();
    drop(first);
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    assert_eq!(observer.changes(), 0);
    let mut second = open();
    type_burst(&mut *second.injector, LETTERS);
    assert_eq!(observer.changes(), 0);
    // A guard of the first finds that somebody else cares for the keys now.
    farhand_desktop::release_leftovers(Some(server.display())).unwrap();
    assert_eq!(observer.changes(), 0);
    drop(second);
    farhand_desktop::release_leftovers(Some(server.display())).unwrap();
    assert_eq!(observer.changes(), 1);
}

fn keys_follow_a_click(layout: &str) {
    let server = XServer::xvfb(1024, 768);
    server.set_layout(layout);
    let _manager = server.start_window_manager();
    let _editor = server.start_editor("letter.txt");
    let _terminal = server.start_terminal("lines.txt");
    let mut desktop = open(&server);
    for (class, [x, y]) in [("Mousepad", ["20", "30"]), ("XTerm", ["500", "400"])] {
        let window = server.window(class);
        server.run(
            "xdotool",
            &["windowsize", "--sync", &window, "400", "300", "windowmove", "--sync", &window, x, y],
        );
    }
    let mut letter = String::new();
    for turn in 0..5 {
        type_burst(&mut *desktop.injector, LETTERS);
        click(&mut desktop, &server, "Mousepad", turn);
        type_burst(&mut *desktop.injector, "here");
        control(&mut *desktop.injector, 's');
        letter += "here";
        assert_eq!(server.wait_for_file("letter.txt", &letter), Ok(()), "turn {turn} under {layout}");
        click(&mut desktop, &server, "XTerm", turn);
    }
    assert_eq!(server.wait_for_file("lines.txt", &LETTERS.repeat(5)), Ok(()), "under {layout}");
}

#[test]
fn keys_follow_a_click_under_us() {
    keys_follow_a_click("us");
}

#[test]
fn keys_follow_a_click_under_cz() {
    keys_follow_a_click("cz");
}

#[test]
fn keys_follow_a_click_under_de() {
    keys_follow_a_click("de");
}

#[test]
fn keys_wait_for_a_busy_window_manager_but_not_for_ever_and_only_once() {
    let server = XServer::xvfb(1024, 768);
    let manager = server.start_window_manager();
    let _editor = server.start_editor("letter.txt");
    let _terminal = server.start_terminal("lines.txt");
    let mut desktop = open(&server);
    let stopped = Stopped::stop(&manager);
    click(&mut desktop, &server, "Mousepad", 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(500));
            drop(stopped);
        });
        type_burst(&mut *desktop.injector, "here");
    });
    control(&mut *desktop.injector, 's');
    assert_eq!(server.wait_for_file("letter.txt", "here"), Ok(()));

    // Nobody waits for one that hangs a second time before it answered the first.
    let stopped = Stopped::stop(&manager);
    let mut waits = Vec::new();
    for _ in 0..2 {
        click_at(&mut desktop, Point { x: 1, y: 1 });
        let start = Instant::now();
        type_burst(&mut *desktop.injector, "x");
        waits.push(start.elapsed());
    }
    assert!(waits[0] >= Duration::from_millis(1400) && waits[0] < Duration::from_secs(5), "{waits:?}");
    assert!(waits[1] < Duration::from_millis(700), "{waits:?}");
    drop(stopped);

    // A wait is broken off with everything else.
    type_burst(&mut *desktop.injector, "x");
    let stopped = Stopped::stop(&manager);
    click_at(&mut desktop, Point { x: 1, y: 1 });
    desktop.injector.interrupter().interrupt();
    let typed = desktop.injector.inject(&Input::Text(Text::truncated("x")));
    assert!(matches!(typed, Err(InjectError::Interrupted { typed: 0 })), "{typed:?}");
    drop(stopped);
}

#[test]
fn without_a_window_manager_nothing_waits() {
    let server = XServer::xvfb(640, 480);
    let mut manager = server.start_window_manager();
    manager.kill();
    let mut desktop = open(&server);
    click_at(&mut desktop, Point { x: 1, y: 1 });
    let start = Instant::now();
    type_burst(&mut *desktop.injector, "x");
    assert!(start.elapsed() < Duration::from_millis(700), "{:?}", start.elapsed());
}
