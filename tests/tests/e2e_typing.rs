//! Text arrives exactly, in the file that an editor saved and in a terminal, under every layout.
#![cfg(target_os = "linux")]

use farhand_testkit::x::XServer;
use farhand_tests::{Client, Console, Relay};

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
