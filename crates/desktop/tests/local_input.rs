//! The person's own mouse and keyboard are told apart from what is injected.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

mod common;

use std::time::Duration;

use common::open;
use farhand_desktop::LocalInput;
use farhand_proto::bounded::Text;
use farhand_proto::input::{Button, Input};
use farhand_proto::screen::Point;
use farhand_testkit::x::{RfbClient, XServer};

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(300);

/// Lets all that the person did before pass.
fn settle(local_input: &mut dyn LocalInput) {
    while local_input.wait(SHORT).unwrap() {}
}

#[test]
fn a_persons_mouse_and_keyboard_count_and_injected_input_does_not() {
    let server = XServer::tigervnc(800, 600);
    let mut desktop = open(&server);
    let mut person = RfbClient::connect(server.rfb_socket()).unwrap();

    let at = Point { x: 10, y: 20 };
    let inputs = [
        Input::Move(at),
        Input::Button { button: Button::Left, pressed: true, at },
        Input::Button { button: Button::Left, pressed: false, at },
        Input::Scroll { right: 0, down: 240, at },
        Input::Text(Text::truncated("aB€ž")),
    ];
    settle(&mut *desktop.local_input);
    for input in &inputs {
        desktop.injector.inject(input).unwrap();
    }
    assert!(!desktop.local_input.wait(SHORT).unwrap(), "only injected input");

    person.pointer(300, 200, 0).unwrap();
    assert!(desktop.local_input.wait(LONG).unwrap(), "the mouse moved");
    settle(&mut *desktop.local_input);
    person.pointer(300, 200, 1).unwrap();
    assert!(desktop.local_input.wait(LONG).unwrap(), "a button");
    person.pointer(300, 200, 0).unwrap();
    settle(&mut *desktop.local_input);
    person.key(0x61, true).unwrap();
    assert!(desktop.local_input.wait(LONG).unwrap(), "a key");
    person.key(0x61, false).unwrap();
    settle(&mut *desktop.local_input);

    // Both at once: the person is still heard.
    for input in &inputs {
        desktop.injector.inject(input).unwrap();
    }
    person.pointer(310, 210, 0).unwrap();
    for input in &inputs {
        desktop.injector.inject(input).unwrap();
    }
    assert!(desktop.local_input.wait(LONG).unwrap());
}
