//! Windows of the program that asks for consent get no injected input.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

#[path = "common/window.rs"]
#[expect(dead_code, reason = "others need more of it")]
mod window;

use std::time::Duration;

use farhand_desktop::{Chord, HotKey, InjectError, Injector, Options};
use farhand_proto::bounded::Text;
use farhand_proto::input::{Button, Input, Key, NamedKey};
use farhand_proto::screen::Point;
use farhand_testkit::x::XServer;
use window::{OwnWindow, Press};

const GREY: u32 = 0x0080_8080;

fn injector(server: &XServer, untouched: Option<u32>) -> Box<dyn Injector> {
    let display = Some(server.display().to_owned());
    farhand_desktop::open(&Options { display, untouched, ..Options::default() }).unwrap().injector
}

fn press(x: i32, y: i32) -> Input {
    Input::Button { button: Button::Left, pressed: true, at: Point { x, y } }
}

fn refused(result: Result<(), InjectError>) -> bool {
    matches!(result, Err(InjectError::OwnWindow))
}

#[test]
fn nothing_is_pressed_or_turned_in_them_and_the_rest_of_the_desktop_is_free() {
    let server = XServer::xvfb(640, 480);
    let ours = OwnWindow::show(&server, (100, 100), (200, 100), GREY);
    let mut injector = injector(&server, Some(std::process::id()));
    assert!(refused(injector.inject(&press(150, 150))));
    assert!(refused(injector.inject(&Input::Scroll { right: 0, down: 1, at: Point { x: 150, y: 150 } })));
    injector.inject(&Input::Move(Point { x: 160, y: 160 })).unwrap();
    injector.inject(&press(50, 50)).unwrap();
    injector
        .inject(&Input::Button { button: Button::Left, pressed: false, at: Point { x: 150, y: 150 } })
        .unwrap();
    // Whoever may press there shows that nothing came before.
    let mut free = self::injector(&server, None);
    free.inject(&press(170, 175)).unwrap();
    let Press::Button(event) = ours.press() else { panic!("a button") };
    assert_eq!((event.event_x, event.event_y), (70, 75));
}

#[test]
fn nothing_is_typed_into_them() {
    let server = XServer::xvfb(640, 480);
    let ours = OwnWindow::show(&server, (100, 100), (200, 100), GREY);
    ours.focus();
    let mut injector = injector(&server, Some(std::process::id()));
    assert!(refused(injector.inject(&Input::Text(Text::new("yes").unwrap()))));
    assert!(refused(injector.inject(&Input::Key { key: Key::Named(NamedKey::Enter), pressed: true })));
    let mut free = self::injector(&server, None);
    free.inject(&press(150, 150)).unwrap();
    assert!(matches!(ours.press(), Press::Button(_)), "no key came before the button");
}

#[test]
fn without_a_window_that_has_the_keyboard_the_pointer_says_whose_it_is() {
    let server = XServer::xvfb(640, 480);
    let _ours = OwnWindow::show(&server, (100, 100), (200, 100), GREY);
    let mut injector = injector(&server, Some(std::process::id()));
    injector.inject(&Input::Move(Point { x: 150, y: 150 })).unwrap();
    assert!(refused(injector.inject(&Input::Text(Text::new("yes").unwrap()))));
    injector.inject(&Input::Move(Point { x: 10, y: 10 })).unwrap();
    injector.inject(&Input::Text(Text::new("yes").unwrap())).unwrap();
}

#[test]
fn the_persons_hot_key_is_theirs_alone() {
    let server = XServer::xvfb(640, 480);
    let mut injector = injector(&server, Some(std::process::id()));
    let modifiers = [NamedKey::Control, NamedKey::Alt].map(Key::Named);
    let space = |key| Input::Key { key, pressed: true };
    let spaces = [Key::Char(' '), Key::Named(NamedKey::Space)];
    let press_chord = |injector: &mut Box<dyn Injector>, last| {
        for key in modifiers {
            injector.inject(&Input::Key { key, pressed: true }).unwrap();
        }
        let pressed = injector.inject(&space(last));
        injector.release_all().unwrap();
        pressed
    };
    for last in spaces {
        press_chord(&mut injector, last).expect("nobody has it");
    }

    let mut hot_key = HotKey::grab(Some(server.display()), &Chord::ALL).unwrap();
    assert_eq!(hot_key.chord(), Chord::CtrlAltSpace);
    for last in spaces {
        assert!(refused(press_chord(&mut injector, last)), "{last:?}");
        injector.inject(&space(last)).expect("alone it is a space");
        injector.release_all().unwrap();
    }
    assert!(!hot_key.wait(Duration::from_millis(500)).unwrap(), "nothing pressed it");
    drop(hot_key);
    farhand_testkit::x::eventually("the chord to be free again", || {
        press_chord(&mut injector, spaces[0]).ok()
    });
}
