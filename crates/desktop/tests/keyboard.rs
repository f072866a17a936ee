//! Keys follow the letter, modifiers and locks are accounted for, and the keyboard is left as it was found.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

#[path = "common/mod.rs"]
mod common;
#[path = "common/keyboard.rs"]
mod typing;

use std::time::Duration;

use common::open;
use farhand_desktop::{Desktop, InjectError};
use farhand_proto::bounded::Text;
use farhand_proto::input::{Button, Input, Key, NamedKey};
use farhand_proto::screen::Point;
use farhand_testkit::x::{Program, RfbClient, XServer};
use typing::{control, key, tap, type_burst};
use x11rb::connection::Connection as _;
use x11rb::protocol::xkb::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{ConnectionExt as _, KeyButMask, ModMask};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

const CORE_KEYBOARD: u16 = 0x100;
const CAPS_LOCK: u8 = 2;
const NUM_LOCK: u8 = 16;

/// A terminal that collects what is typed, and the desktop around it.
struct Bench {
    desktop: Desktop,
    observer: RustConnection,
    _programs: [Program; 2],
    server: XServer,
}

impl Bench {
    fn terminal(server: XServer, layouts: &str) -> Self {
        server.set_layout(layouts);
        let programs = [server.start_window_manager(), server.start_terminal("typed")];
        Self::around(server, programs)
    }

    fn editor(layouts: &str) -> Self {
        let server = XServer::xvfb(1024, 768);
        server.set_layout(layouts);
        let programs = [server.start_window_manager(), server.start_editor("typed")];
        Self::around(server, programs)
    }

    fn around(server: XServer, programs: [Program; 2]) -> Self {
        let desktop = open(&server);
        let observer = observe(&server);
        Self { desktop, observer, _programs: programs, server }
    }

    fn type_text(&mut self, text: &str) {
        type_burst(&mut *self.desktop.injector, text);
    }

    fn key(&mut self, which: Key, pressed: bool) {
        key(&mut *self.desktop.injector, which, pressed);
    }

    fn expect(&self, text: &str) {
        if let Err(found) = self.server.wait_for_file("typed", text) {
            panic!("\nexpected {text:?}\nreceived {found:?}");
        }
    }

    fn lock(&self, modifiers: u8, on: bool) {
        let mask = ModMask::from(modifiers);
        let locks = if on { mask } else { ModMask::from(0u8) };
        let none = ModMask::from(0u8);
        let sent = self.observer.xkb_latch_lock_state(
            CORE_KEYBOARD,
            mask,
            locks,
            false,
            xkb::Group::M1,
            none,
            false,
            0,
        );
        sent.unwrap().check().unwrap();
    }

    fn lock_group(&self, group: xkb::Group) {
        let none = ModMask::from(0u8);
        let sent = self.observer.xkb_latch_lock_state(CORE_KEYBOARD, none, none, true, group, none, false, 0);
        sent.unwrap().check().unwrap();
    }

    fn locked(&self) -> u8 {
        let state = self.observer.xkb_get_state(CORE_KEYBOARD).unwrap().reply().unwrap();
        u8::try_from(u16::from(state.locked_mods)).unwrap()
    }

    fn group(&self) -> u8 {
        self.observer.xkb_get_state(CORE_KEYBOARD).unwrap().reply().unwrap().group.into()
    }
}

fn observe(server: &XServer) -> RustConnection {
    let (connection, _) = RustConnection::connect(Some(server.display())).unwrap();
    connection.xkb_use_extension(1, 0).unwrap().reply().unwrap();
    connection
}

/// The keys that are down, by number.
fn keys_down(observer: &RustConnection) -> Vec<u8> {
    let keys = observer.query_keymap().unwrap().reply().unwrap().keys;
    (0..=u8::MAX).filter(|keycode| keys[usize::from(keycode / 8)] & (1 << (keycode % 8)) != 0).collect()
}

fn buttons_down(observer: &RustConnection) -> KeyButMask {
    let root = observer.setup().roots[0].root;
    let mask = observer.query_pointer(root).unwrap().reply().unwrap().mask;
    mask & (KeyButMask::BUTTON1 | KeyButMask::BUTTON2 | KeyButMask::BUTTON3)
}

fn named(name: NamedKey) -> Key {
    Key::Named(name)
}

#[test]
fn text_follows_the_layout_as_it_is_switched_and_changed() {
    let mut bench = Bench::terminal(XServer::xvfb(1024, 768), "cz,us");
    bench.type_text("žluťoučký 1 kůň [zy]\n");
    bench.lock_group(xkb::Group::M2);
    bench.type_text("žluťoučký 2 kůň [zy]\n");
    assert_eq!(bench.group(), 1, "the person's group stays");
    bench.lock_group(xkb::Group::M1);
    bench.type_text("žluťoučký 3 kůň [zy]\n");
    assert_eq!(bench.group(), 0);
    // A program reads keys by the map of the moment it reads them, so nothing may be unread when a map is replaced.
    let lines = |count| (1..=count).map(|line| format!("žluťoučký {line} kůň [zy]\n")).collect::<String>();
    bench.expect(&lines(3));
    bench.server.set_layout("de");
    bench.type_text("žluťoučký 4 kůň [zy]\n");
    bench.expect(&lines(4));
    bench.server.set_layout("us");
    bench.type_text("žluťoučký 5 kůň [zy]\n");
    bench.expect(&lines(5));
}

#[test]
fn the_other_keys_and_groups_are_untouched_by_taught_characters() {
    let server = XServer::xvfb(1024, 768);
    server.set_layout("cz,us");
    let observer = observe(&server);
    let map = || {
        let (least, most) = (observer.setup().min_keycode, observer.setup().max_keycode);
        let reply = observer.get_keyboard_mapping(least, most - least + 1).unwrap().reply().unwrap();
        let width = usize::from(reply.keysyms_per_keycode);
        (least..=most)
            .zip(reply.keysyms.chunks(width))
            .map(|(code, syms)| (code, trimmed(syms)))
            .collect::<Vec<_>>()
    };
    let query = || String::from_utf8(server.run("setxkbmap", &["-query"])).unwrap();
    let (before, layouts) = (map(), query());
    let mut desktop = open(&server);
    type_burst(&mut *desktop.injector, "øñßł漢字😀");
    let during = map();
    for ((keycode, old), (_, new)) in before.iter().zip(&during) {
        assert!(old.is_empty() || old == new, "key {keycode} was {old:x?} and is {new:x?}");
    }
    assert_ne!(before, during, "the characters need a key");
    assert_eq!(query(), layouts);
    drop(desktop);
    assert_eq!(map(), before, "all is as it was");
}

/// Without the empty places at the end, whose number depends on the widest key.
fn trimmed(symbols: &[u32]) -> Vec<u32> {
    let end = symbols.iter().rposition(|symbol| *symbol != 0).map_or(0, |last| last + 1);
    symbols[..end].to_vec()
}

#[test]
fn what_a_killed_run_left_on_the_keyboard_is_taken_back() {
    let server = XServer::xvfb(640, 480);
    let observer = observe(&server);
    let spare = 93;
    let symbols =
        |keycode| trimmed(&observer.get_keyboard_mapping(keycode, 1).unwrap().reply().unwrap().keysyms);
    assert_eq!(symbols(spare), [], "the test needs an empty key");
    observer.change_keyboard_mapping(1, spare, 2, &[0x1f8, 0x1f8]).unwrap().check().unwrap();
    let list = observer.intern_atom(false, b"_FARHAND_TAUGHT_KEYS").unwrap().reply().unwrap().atom;
    let root = observer.setup().roots[0].root;
    let (mode, kind) =
        (x11rb::protocol::xproto::PropMode::REPLACE, x11rb::protocol::xproto::AtomEnum::CARDINAL);
    observer.change_property8(mode, root, list, kind, &[spare]).unwrap().check().unwrap();
    let desktop = open(&server);
    assert_eq!(symbols(spare), []);
    // A second program on the same desktop leaves the first one's keys alone.
    observer.change_keyboard_mapping(1, spare, 2, &[0x1f8, 0x1f8]).unwrap().check().unwrap();
    observer.change_property8(mode, root, list, kind, &[spare]).unwrap().check().unwrap();
    let second = open(&server);
    assert_eq!(symbols(spare)[0], 0x1f8);
    drop((desktop, second));
}

#[test]
fn caps_lock_and_num_lock_change_nothing_and_stay() {
    let mut bench = Bench::terminal(XServer::xvfb(1024, 768), "cz");
    bench.lock(CAPS_LOCK | NUM_LOCK, true);
    bench.type_text("Ěščřž ĚŠČŘŽ 123 abc ABC øØ ß (x) ñÑ Ωω\n");
    assert_eq!(bench.locked(), CAPS_LOCK | NUM_LOCK, "the person's locks stay");
    bench.lock(CAPS_LOCK | NUM_LOCK, false);
    bench.type_text("ěščřž\n");
    assert_eq!(bench.locked(), 0);
    bench.expect("Ěščřž ĚŠČŘŽ 123 abc ABC øØ ß (x) ñÑ Ωω\něščřž\n");
}

#[test]
fn caps_lock_changes_nothing_in_an_editor() {
    let mut bench = Bench::editor("de");
    bench.lock(CAPS_LOCK, true);
    bench.type_text("Äpfel äöü ÄÖÜ ß ẞ řŘ\n");
    bench.lock(CAPS_LOCK, false);
    control(&mut *bench.desktop.injector, 's');
    bench.expect("Äpfel äöü ÄÖÜ ß ẞ řŘ\n");
}

#[test]
fn modifiers_that_the_operator_holds_stand_aside_for_text() {
    let mut bench = Bench::terminal(XServer::xvfb(1024, 768), "de");
    for modifier in [NamedKey::Shift, NamedKey::Control, NamedKey::Alt, NamedKey::AltGr, NamedKey::Super] {
        bench.key(named(modifier), true);
        bench.type_text("aA@€ř ");
        assert_ne!(keys_down(&bench.observer), [], "{modifier:?} is held again");
        bench.key(named(modifier), false);
        assert_eq!(keys_down(&bench.observer), []);
    }
    bench.type_text("\n");
    bench.expect(&format!("{}\n", "aA@€ř ".repeat(5)));
}

#[test]
fn shift_that_the_person_holds_changes_nothing() {
    let mut bench = Bench::terminal(XServer::tigervnc(1024, 768), "us");
    let mut person = RfbClient::connect(bench.server.rfb_socket()).unwrap();
    person.key(0xffe1, true).unwrap();
    assert!(bench.desktop.local_input.wait(Duration::from_secs(20)).unwrap());
    bench.type_text("Small and LARGE, ř and Ř; 1 and !\n");
    person.key(0xffe1, false).unwrap();
    bench.expect("Small and LARGE, ř and Ř; 1 and !\n");
}

#[test]
fn text_waits_for_control_that_the_person_holds_and_then_says_so() {
    let mut bench = Bench::terminal(XServer::tigervnc(1024, 768), "us");
    let mut person = RfbClient::connect(bench.server.rfb_socket()).unwrap();
    person.key(0xffe3, true).unwrap();
    assert!(bench.desktop.local_input.wait(Duration::from_secs(20)).unwrap());
    let typed = bench.desktop.injector.inject(&Input::Text(Text::truncated("c")));
    assert!(matches!(&typed, Err(InjectError::ModifierHeld { keys }) if keys == "Ctrl"), "{typed:?}");
    std::thread::scope(|scope| {
        let release = scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(200));
            person.key(0xffe3, false).unwrap();
        });
        bench.type_text("typed once released\n");
        release.join().unwrap();
    });
    bench.expect("typed once released\n");
}

#[test]
fn a_text_that_is_broken_off_tells_what_of_it_was_typed() {
    let mut bench = Bench::terminal(XServer::xvfb(1024, 768), "us");
    // Two of them no key types, and they are left out.
    let text = "Řízek \u{1}s bramborem, ß ø ñ ł € \u{2}Ω и ქ; ".repeat(20);
    let interrupter = bench.desktop.injector.interrupter();
    let (mut rest, mut breaks, mut inside) = (&text[..], 0, 0);
    while !rest.is_empty() {
        let begun = std::sync::Barrier::new(2);
        let piece = Text::truncated(rest);
        let typed = std::thread::scope(|scope| {
            scope.spawn(|| {
                begun.wait();
                std::thread::sleep(Duration::from_micros(300 * (breaks % 23)));
                interrupter.interrupt();
            });
            begun.wait();
            bench.desktop.injector.inject(&Input::Text(piece.clone()))
        });
        bench.desktop.injector.release_all().unwrap();
        rest = match typed {
            Ok(()) => &rest[piece.len()..],
            Err(InjectError::Interrupted { typed }) => {
                breaks += 1;
                inside += u32::from(typed > 0);
                &rest[typed..]
            }
            Err(error) => panic!("{error}"),
        };
    }
    assert!(inside > 3, "{breaks} breaks, {inside} of them inside");
    bench.type_text("\n");
    bench.expect(&format!("{}\n", text.replace(['\u{1}', '\u{2}'], "")));
}

#[test]
fn more_characters_than_the_keyboard_has_room_for_arrive_all() {
    let greek = ('α'..='ω').chain('Α'..='Ρ');
    let cyrillic = 'А'..='я';
    let chinese = '一'..='丐';
    let mut text = greek.chain(cyrillic).chain(chinese).collect::<String>();
    text.push_str("😀😁\n");
    let text = text.repeat(2);
    let mut bench = Bench::terminal(XServer::xvfb(1024, 768), "us");
    bench.type_text(&text);
    bench.expect(&text);
}

#[test]
fn a_keyboard_without_an_empty_key_says_which_character_it_lacks() {
    let server = XServer::xvfb(640, 480);
    let observer = observe(&server);
    let (least, most) = (observer.setup().min_keycode, observer.setup().max_keycode);
    for keycode in least..=most {
        let symbols = observer.get_keyboard_mapping(keycode, 1).unwrap().reply().unwrap().keysyms;
        if symbols.iter().all(|symbol| *symbol == 0) && keycode != least {
            observer.change_keyboard_mapping(1, keycode, 1, &[0x61]).unwrap().check().unwrap();
        }
        // enigo, which moves the pointer, opens no keyboard without one; it goes after that.
    }
    observer.change_keyboard_mapping(1, 93, 1, &[0]).unwrap().check().unwrap();
    let mut desktop = open(&server);
    observer.change_keyboard_mapping(1, 93, 1, &[0x61]).unwrap().check().unwrap();
    let typed = desktop.injector.inject(&Input::Text(Text::truncated("ař")));
    assert!(matches!(typed, Err(InjectError::NoFreeKey { character: Some('ř') })), "{typed:?}");
}

#[test]
fn chords_follow_the_letter_where_y_and_z_are_swapped() {
    let mut bench = Bench::editor("de");
    bench.type_text("one\n");
    control(&mut *bench.desktop.injector, 's');
    bench.expect("one\n");
    bench.type_text("two\n");
    control(&mut *bench.desktop.injector, 's');
    bench.expect("one\ntwo\n");
    // All at once: mousepad takes typed text back as a whole.
    control(&mut *bench.desktop.injector, 'a');
    tap(&mut *bench.desktop.injector, named(NamedKey::Delete));
    control(&mut *bench.desktop.injector, 's');
    bench.expect("");
    control(&mut *bench.desktop.injector, 'z');
    control(&mut *bench.desktop.injector, 's');
    bench.expect("one\ntwo\n");
}

#[test]
fn chords_work_under_a_layout_without_latin_letters() {
    for layouts in ["ru", "us,ru"] {
        let mut bench = Bench::editor(layouts);
        bench.lock_group(if layouts == "ru" { xkb::Group::M1 } else { xkb::Group::M2 });
        bench.type_text("Привет, world\n");
        control(&mut *bench.desktop.injector, 's');
        bench.expect("Привет, world\n");
    }
}

#[test]
fn a_key_is_released_as_it_was_pressed_even_if_the_layout_changed_meanwhile() {
    let server = XServer::xvfb(640, 480);
    server.set_layout("us");
    let observer = observe(&server);
    let mut desktop = open(&server);
    key(&mut *desktop.injector, Key::Char('%'), true);
    key(&mut *desktop.injector, Key::Char('z'), true);
    assert_eq!(keys_down(&observer).len(), 3, "5 with Shift, and z");
    server.set_layout("de");
    key(&mut *desktop.injector, Key::Char('z'), false);
    key(&mut *desktop.injector, Key::Char('%'), false);
    assert_eq!(keys_down(&observer), []);
}

#[test]
fn every_named_key_can_be_pressed_and_released() {
    let server = XServer::xvfb(640, 480);
    let observer = observe(&server);
    let mut desktop = open(&server);
    for name in NamedKey::ALL {
        key(&mut *desktop.injector, named(*name), true);
        assert_eq!(keys_down(&observer).len(), 1, "{name:?}");
        key(&mut *desktop.injector, named(*name), false);
        assert_eq!(keys_down(&observer), [], "{name:?}");
        if name.name().ends_with("lock") {
            tap(&mut *desktop.injector, named(*name));
        }
    }
}

#[test]
fn everything_held_is_released_on_request_and_at_the_end() {
    let server = XServer::xvfb(640, 480);
    let observer = observe(&server);
    let mut desktop = open(&server);
    let at = Point { x: 5, y: 6 };
    for by_request in [true, false] {
        for which in [named(NamedKey::Control), Key::Char('A'), Key::Char('ř')] {
            key(&mut *desktop.injector, which, true);
        }
        for button in [Button::Left, Button::Right] {
            desktop.injector.inject(&Input::Button { button, pressed: true, at }).unwrap();
        }
        assert_eq!(keys_down(&observer).len(), 4);
        assert_eq!(buttons_down(&observer), KeyButMask::BUTTON1 | KeyButMask::BUTTON3);
        if by_request {
            desktop.injector.inject(&Input::ReleaseAll).unwrap();
        } else {
            desktop = open(&server);
        }
        assert_eq!(keys_down(&observer), []);
        assert_eq!(buttons_down(&observer), KeyButMask::from(0u16));
    }
}

#[test]
fn what_a_killed_program_left_down_can_be_released() {
    let server = XServer::xvfb(640, 480);
    let observer = observe(&server);
    let mut desktop = open(&server);
    let at = Point { x: 5, y: 6 };
    key(&mut *desktop.injector, named(NamedKey::Alt), true);
    desktop.injector.inject(&Input::Button { button: Button::Left, pressed: true, at }).unwrap();
    farhand_desktop::release_leftovers(Some(server.display())).unwrap();
    assert_eq!(keys_down(&observer), []);
    assert_eq!(buttons_down(&observer), KeyButMask::from(0u16));
}

#[test]
fn every_button_and_the_wheels_arrive_in_order() {
    let server = XServer::xvfb(640, 480);
    let observer = observe(&server);
    let root = observer.setup().roots[0].root;
    let events = x11rb::protocol::xproto::EventMask::BUTTON_PRESS
        | x11rb::protocol::xproto::EventMask::BUTTON_RELEASE
        | x11rb::protocol::xproto::EventMask::KEY_PRESS;
    let attributes = x11rb::protocol::xproto::ChangeWindowAttributesAux::new().event_mask(events);
    observer.change_window_attributes(root, &attributes).unwrap().check().unwrap();
    let mut desktop = open(&server);
    let at = Point { x: 50, y: 60 };
    key(&mut *desktop.injector, named(NamedKey::Control), true);
    for button in Button::ALL {
        desktop.injector.inject(&Input::Button { button, pressed: true, at }).unwrap();
        desktop.injector.inject(&Input::Button { button, pressed: false, at }).unwrap();
    }
    key(&mut *desktop.injector, named(NamedKey::Control), false);
    for (right, down) in [(0, 60), (0, 60), (0, -240), (120, 0), (-120, 0)] {
        desktop.injector.inject(&Input::Scroll { right, down, at }).unwrap();
    }
    observer.sync().unwrap();
    let mut pressed = Vec::new();
    while let Some(event) = observer.poll_for_event().unwrap() {
        if let x11rb::protocol::Event::ButtonPress(event) = event {
            assert_eq!((event.root_x, event.root_y), (50, 60));
            let with_control = event.state.contains(KeyButMask::CONTROL);
            pressed.push((event.detail, with_control));
        }
    }
    let clicks = [1, 2, 3, 8, 9].map(|button| (button, true));
    let scrolled = [5, 4, 4, 7, 6].map(|button| (button, false));
    assert_eq!(pressed, clicks.into_iter().chain(scrolled).collect::<Vec<_>>());
}
