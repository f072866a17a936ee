//! A screen that is turned while an operator looks at it and drives it.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;

use farhand_testkit::x::XServer;
use farhand_tests::{Client, Console, Eye, Outcome, Picture, Relay, mouse_terminal};
use serde_json::json;

/// The screen before it is turned.
const SIZE: (i32, i32) = (800, 600);
/// Where the terminal stands, from the lower right corner: no place there is on the screen turned otherwise.
const CORNER: (i32, i32) = (360, 220);
/// The letter of the terminal that is clicked, from its upper left corner.
const LETTER: (i32, i32) = (20, 4);

/// Turns the screen all the way round; after each turn the picture is the server's, and a click lands where it should.
fn turn_all_the_way(view: &str) {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xephyr(SIZE.0.unsigned_abs(), SIZE.1.unsigned_abs());
    server.run("xsetroot", &["-solid", "#204060"]);
    let _manager = server.start_window_manager();
    let terminal = mouse_terminal(&server, "clicks");
    let mut eye = Eye::open(&server);
    eye.draw_noise(30, 20, 120, 1);
    let window = server.window("XTerm");
    let window_number = window.parse().expect("a number");
    let move_terminal = |(width, height): (i32, i32)| {
        let (x, y) = ((width - CORNER.0).to_string(), (height - CORNER.1).to_string());
        server.run("xdotool", &["windowmove", "--sync", &window, &x, &y]);
    };
    move_terminal(SIZE);
    eye.still_pixels();
    let (place, cell) = (eye.place(window_number), eye.cell(window_number));
    // From the lower right corner of the screen to the middle of the letter.
    let from_corner = (
        place.x + 2 + cell.0 * LETTER.0 + cell.0 / 2 - SIZE.0,
        place.y + 2 + cell.1 * LETTER.1 + cell.1 / 2 - SIZE.1,
    );

    let upright = (SIZE.1, SIZE.0);
    let turns = [("left", upright), ("inverted", SIZE), ("right", upright), ("normal", SIZE)];
    let mut script = format!("watch {view}\n");
    for (turn, (width, height)) in turns {
        let saved = server.file(turn);
        // The test holds the console with what is allowed, so that it looks for the flag only after the turn.
        write!(
            script,
            "wait revoked\nwait settled\nwait change --area {}\npicture '{}'\nclick {} {}\n",
            Eye::FLAG,
            saved.display(),
            width + from_corner.0,
            height + from_corner.1
        )
        .expect("a string takes all");
    }
    let mut client = Client::start(&relay, &server, &["--allow", "view,control", "--commands"]);
    let mut console = Console::new(&relay, &operator, &client.ready()).start(&script);
    console.event_where("step", |step| step["name"] == "watch");

    for (turn, (width, height)) in turns {
        server.run("xrandr", &["-o", turn]);
        let area = json!([0, 0, width, height]);
        let screen = console.event_where("screen", |screen| screen["monitors"][0]["rotation"] == turn);
        assert_eq!(screen["desktop"], json!([width, height]), "{screen}");
        assert_eq!((&screen["monitors"][0]["area"], &screen["area"]), (&area, &area), "{screen}");
        move_terminal((width, height));
        eye.still_pixels();
        client.say("set view");
        console.event_where("step", |step| step["name"] == "wait");
        client.say("set view,control");
        console.event_where("allowed", |allowed| allowed["grants"] == "view,control");
        console.event_where("step", |step| step["name"] == "wait");
        eye.flag();
        let shown = eye.still_pixels();
        console.event("picture");
        Picture::read_png(&server.file(turn)).must_equal(&shown);
        assert_eq!((shown.width, shown.height), (width.unsigned_abs(), height.unsigned_abs()));

        console.event_where("step", |step| step["name"] == "click");
        assert_eq!(eye.pointer(), (width + from_corner.0, height + from_corner.1), "turned {turn}");
    }
    assert_eq!(Outcome::of(console).code, Some(0));
    // A terminal counts from 1: pressed and let go, once for each turn.
    let (column, row) = (LETTER.0 + 1, LETTER.1 + 1);
    terminal.expect(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m").repeat(turns.len()));
}

#[test]
fn picture_and_clicks_follow_a_screen_that_is_turned() {
    turn_all_the_way("all");
}

#[test]
fn one_monitor_is_followed_when_it_is_turned() {
    turn_all_the_way("1");
}
