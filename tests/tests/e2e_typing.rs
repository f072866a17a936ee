//! Text arrives exactly, in the file that an editor saved and in a terminal, under every layout.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use farhand_testkit::x::XServer;
use farhand_tests::{Client, Console, Eye, Relay, eventually};

/// Letters of several alphabets' corners, then plain prose.
const LETTERS: &str = "ř ß ø ñ ł ž €";
const PROSE: &str = "Dear Mrs. Novak, (1) press \"Yes\" & wait; it won't take long - 95% is done!";

/// A line as quick fingers type it.
fn at_a_typists_rate() -> (&'static str, String) {
    ("--rate 20", format!("{LETTERS} {PROSE}\n"))
}

/// Several lines as a program pastes them.
fn in_a_burst() -> (&'static str, String) {
    ("", format!("{LETTERS} {PROSE}\n").repeat(4))
}

/// The step that types a text.
fn step(rate: &str, text: &str) -> String {
    let text = text.replace('\n', "\\n").replace('\'', "'\\''");
    format!("type {rate} '{text}'\n")
}

fn types_exactly(layout: &str) {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(1024, 768);
    server.set_layout(layout);
    let _manager = server.start_window_manager();
    let mut client = Client::start(&relay, &server, &["--allow", "view,control"]);

    let (rate, slow) = at_a_typists_rate();
    let (no_rate, fast) = in_a_burst();
    let both = format!("{slow}{fast}");
    let steps = step(rate, &slow) + &step(no_rate, &fast);

    let editor = server.start_editor("letter.txt");
    Console::new(&relay, &operator, &client.ready()).must_run(&format!("{steps}key ctrl+s\n"));
    let saved = server.wait_for_file("letter.txt", &both);
    assert_eq!(saved, Ok(()), "typed under {layout} into an editor");
    drop(editor);

    let _terminal = server.start_terminal("lines.txt");
    Console::new(&relay, &operator, &client.ready()).must_run(&steps);
    let written = server.wait_for_file("lines.txt", &both);
    assert_eq!(written, Ok(()), "typed under {layout} into a terminal");
}

#[test]
fn text_arrives_exactly_under_the_us_layout() {
    types_exactly("us");
}

#[test]
fn text_arrives_exactly_under_the_czech_layout() {
    types_exactly("cz");
}

#[test]
fn text_arrives_exactly_under_the_german_layout() {
    types_exactly("de");
}

/// A window of this class at this place, and a place in it for the console's words.
fn put(server: &XServer, class: &str, [x, y]: [&str; 2]) -> String {
    let window = server.window(class);
    let size = ["windowsize", "--sync", &window, "400", "300"];
    let place = ["windowmove", "--sync", &window, x, y];
    server.run("xdotool", &[&size[..], &place[..]].concat());
    let (x, y) = Eye::open(server).place(window.parse().expect("a number")).middle();
    format!("{x} {y}")
}

/// What the keyboard is taught keeps the window manager busy, which gives the keyboard to the window that was clicked.
fn keys_follow_a_click_after_new_letters(layout: &str) {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(1024, 768);
    server.set_layout(layout);
    let _manager = server.start_window_manager();
    let _editor = server.start_editor("letter.txt");
    let _terminal = server.start_terminal("lines.txt");
    let editor = put(&server, "Mousepad", ["20", "30"]);
    put(&server, "XTerm", ["500", "400"]);
    let mut client = Client::start(&relay, &server, &["--allow", "view,control"]);
    let letters = format!("{LETTERS} … 日本 Ω\n");
    let steps = format!("{}click {editor}\ntype here\nkey ctrl+s\n", step("", &letters));
    Console::new(&relay, &operator, &client.ready()).must_run(&steps);
    assert_eq!(server.wait_for_file("letter.txt", "here"), Ok(()), "in the window clicked, under {layout}");
    assert_eq!(server.wait_for_file("lines.txt", &letters), Ok(()), "in the window before, under {layout}");
}

#[test]
fn keys_follow_a_click_after_new_letters_under_the_us_layout() {
    keys_follow_a_click_after_new_letters("us");
}

#[test]
fn keys_follow_a_click_after_new_letters_under_the_czech_layout() {
    keys_follow_a_click_after_new_letters("cz");
}

#[test]
fn keys_follow_a_click_after_new_letters_under_the_german_layout() {
    keys_follow_a_click_after_new_letters("de");
}

#[test]
fn a_chord_follows_the_letter_where_y_and_z_are_swapped() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(1024, 768);
    server.set_layout("de");
    let _manager = server.start_window_manager();
    let _editor = server.start_editor("letter.txt");
    let mut client = Client::start(&relay, &server, &["--allow", "view,control"]);
    // Moving the cursor ends what the editor undoes at once.
    let script = "type stays\nkey home\nkey end\ntype ' goes'\nkey ctrl+z\ntype !\nkey ctrl+s\n";
    Console::new(&relay, &operator, &client.ready()).must_run(script);
    assert_eq!(server.wait_for_file("letter.txt", "stays!"), Ok(()));
}

#[test]
fn the_client_ends_at_once_and_what_it_taught_is_taken_back_after_it() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(1024, 768);
    let keyboard_map = || String::from_utf8(server.run("xmodmap", &["-pke"])).expect("names of symbols");
    let before = keyboard_map();
    let mut client = Client::start(&relay, &server, &["--allow", "view,control", "--once"]);
    Console::new(&relay, &operator, &client.ready()).must_run(&step("", LETTERS));
    let over = Instant::now();
    assert_eq!(client.process.exit_code_within(Duration::from_secs(20)), Some(0));
    let took = over.elapsed();
    assert_ne!(keyboard_map(), before, "it did not wait: what was typed last may still be unread");
    assert!(took < Duration::from_secs(1), "{took:?}");
    eventually("the keyboard as it was", || (keyboard_map() == before).then_some(()));
}
