//! Text arrives exactly, in real programs, whatever layout the keyboard has.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

#[path = "common/mod.rs"]
mod common;
#[path = "common/keyboard.rs"]
mod keyboard;

use std::time::{Duration, Instant};

use common::open;
use farhand_testkit::x::XServer;
use keyboard::{control, type_burst};

const SAMPLE: &str = "ř ß ø ñ ł ž € É Ω Příliš žluťoučký kůň úpěl ďábelské ódy. The quick brown fox (jumps) over \
                      {the} lazy [dog] @ 100% & \"more\" ~ 'quotes' \\ / | ^ ` # $ < > = + - _ * ; : ! ?";

fn type_slowly(injector: &mut dyn farhand_desktop::Injector, text: &str) {
    let start = Instant::now();
    for (index, character) in (0u32..).zip(text.chars()) {
        // Twenty characters a second, as a quick typist does.
        let due = start + Duration::from_millis(50) * index;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        type_burst(injector, &character.to_string());
    }
}

fn in_terminal(layouts: &str, text: &str, type_text: impl Fn(&mut dyn farhand_desktop::Injector, &str)) {
    let server = XServer::xvfb(1024, 768);
    server.set_layout(layouts);
    let _manager = server.start_window_manager();
    let _terminal = server.start_terminal("typed");
    let mut desktop = open(&server);
    type_text(&mut *desktop.injector, text);
    if let Err(found) = server.wait_for_file("typed", text) {
        panic!("under {layouts}:\n  typed {text:?}\nreceived {found:?}");
    }
}

fn in_editor(layouts: &str, text: &str, type_text: impl Fn(&mut dyn farhand_desktop::Injector, &str)) {
    let server = XServer::xvfb(1024, 768);
    server.set_layout(layouts);
    let _manager = server.start_window_manager();
    let _editor = server.start_editor("typed.txt");
    let mut desktop = open(&server);
    type_text(&mut *desktop.injector, text);
    control(&mut *desktop.injector, 's');
    if let Err(found) = server.wait_for_file("typed.txt", text) {
        panic!("under {layouts}:\n  typed {text:?}\nreceived {found:?}");
    }
}

fn sample() -> String {
    format!("{SAMPLE}\n")
}

fn long_sample() -> String {
    format!("{SAMPLE}\n").repeat(4)
}

#[test]
fn a_burst_reaches_a_terminal_under_us() {
    in_terminal("us", &long_sample(), type_burst);
}

#[test]
fn a_burst_reaches_a_terminal_under_cz() {
    in_terminal("cz", &long_sample(), type_burst);
}

#[test]
fn a_burst_reaches_a_terminal_under_de() {
    in_terminal("de", &long_sample(), type_burst);
}

#[test]
fn a_burst_reaches_an_editor_under_us() {
    in_editor("us", &long_sample(), type_burst);
}

#[test]
fn a_burst_reaches_an_editor_under_cz() {
    in_editor("cz", &long_sample(), type_burst);
}

#[test]
fn a_burst_reaches_an_editor_under_de() {
    in_editor("de", &long_sample(), type_burst);
}

#[test]
fn a_typist_reaches_a_terminal_under_us() {
    in_terminal("us", &sample(), type_slowly);
}

#[test]
fn a_typist_reaches_a_terminal_under_cz() {
    in_terminal("cz", &sample(), type_slowly);
}

#[test]
fn a_typist_reaches_a_terminal_under_de() {
    in_terminal("de", &sample(), type_slowly);
}

#[test]
fn a_typist_reaches_an_editor_under_us() {
    in_editor("us", &sample(), type_slowly);
}

#[test]
fn a_typist_reaches_an_editor_under_cz() {
    in_editor("cz", &sample(), type_slowly);
}

#[test]
fn a_typist_reaches_an_editor_under_de() {
    in_editor("de", &sample(), type_slowly);
}
