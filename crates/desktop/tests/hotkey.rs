//! The chord that ends a session works in every state of the desktop.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

use std::time::Duration;

use farhand_desktop::{Chord, HotKey, HotKeyError, LocalInputError};
use farhand_testkit::x::{RfbClient, XServer};
use x11rb::protocol::xkb::{ConnectionExt as _, Group, ID};
use x11rb::protocol::xproto::{ConnectionExt as _, GrabMode, GrabStatus, ModMask};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

const LONG: Duration = Duration::from_secs(20);
/// Longer than a press that goes on counts as the same.
const SETTLE: Duration = Duration::from_millis(900);

const CONTROL: u32 = 0xffe3;
const ALT: u32 = 0xffe9;
const SHIFT: u32 = 0xffe1;
const SPACE: u32 = 0x20;
const END: u32 = 0xff57;
const SPACE_CODE: u8 = 65;

fn connect(server: &XServer) -> (RustConnection, u32) {
    use x11rb::connection::Connection as _;
    let (connection, screen) = RustConnection::connect(Some(server.display())).unwrap();
    let root = connection.setup().roots[screen].root;
    (connection, root)
}

fn press(person: &mut RfbClient, chord: &[u32]) {
    for key in chord {
        person.key(*key, true).unwrap();
    }
    for key in chord.iter().rev() {
        person.key(*key, false).unwrap();
    }
}

fn settle(hot_key: &mut HotKey) {
    while hot_key.wait(SETTLE).unwrap() {}
}

#[test]
fn it_works_whatever_has_the_keyboard_and_in_every_state_of_it() {
    let server = XServer::tigervnc(640, 480);
    server.set_layout("us,ru");
    let _manager = server.start_window_manager();
    let _terminal = server.start_terminal("typed");
    let mut person = RfbClient::connect(server.rfb_socket()).unwrap();
    let mut hot_key = HotKey::grab(Some(server.display()), &Chord::ALL).unwrap();
    assert_eq!(hot_key.chord(), Chord::CtrlAltSpace);
    let chord = [CONTROL, ALT, SPACE];

    press(&mut person, &chord);
    assert!(hot_key.wait(LONG).unwrap(), "by hand");
    assert!(!hot_key.wait(SETTLE).unwrap(), "told once");
    server.run("xdotool", &["key", "ctrl+alt+space"]);
    assert!(hot_key.wait(LONG).unwrap(), "injected");
    settle(&mut hot_key);

    let (connection, root) = connect(&server);
    connection.xkb_use_extension(1, 0).unwrap().reply().unwrap();
    for group in [Group::M1, Group::M2] {
        for locks in [ModMask::LOCK, ModMask::M2, ModMask::LOCK | ModMask::M2] {
            let all = ModMask::LOCK | ModMask::M2;
            let keyboard = u16::from(ID::USE_CORE_KBD);
            let none = ModMask::default();
            let lock = connection.xkb_latch_lock_state(keyboard, all, locks, true, group, none, false, 0);
            lock.unwrap().check().unwrap();
            press(&mut person, &chord);
            assert!(hot_key.wait(LONG).unwrap(), "with {locks:?} in {group:?}");
            settle(&mut hot_key);
        }
    }

    let grab = connection.grab_keyboard(false, root, x11rb::CURRENT_TIME, GrabMode::ASYNC, GrabMode::ASYNC);
    assert_eq!(grab.unwrap().reply().unwrap().status, GrabStatus::SUCCESS);
    press(&mut person, &chord);
    assert!(hot_key.wait(LONG).unwrap(), "while another program holds the whole keyboard");
    connection.ungrab_keyboard(x11rb::CURRENT_TIME).unwrap();
    connection.sync().unwrap();
    settle(&mut hot_key);

    for other in [&[CONTROL, SPACE][..], &[ALT, SPACE], &[CONTROL, ALT, SHIFT, SPACE], &[CONTROL, ALT, END]] {
        press(&mut person, other);
        assert!(!hot_key.wait(SETTLE).unwrap(), "{other:x?} is not the chord");
    }
}

#[test]
fn it_follows_the_keyboard() {
    let server = XServer::tigervnc(640, 480);
    let mut hot_key = HotKey::grab(Some(server.display()), &[Chord::CtrlAltSpace]).unwrap();
    let (connection, _) = connect(&server);
    // A grave accent's key becomes a second space.
    let map = connection.get_keyboard_mapping(49, 1).unwrap().reply().unwrap();
    let symbols = vec![SPACE; usize::from(map.keysyms_per_keycode)];
    connection.change_keyboard_mapping(1, 49, map.keysyms_per_keycode, &symbols).unwrap().check().unwrap();
    assert!(!hot_key.wait(SETTLE).unwrap());
    let injected = "keydown Control_L keydown Alt_L key 49 keyup Alt_L keyup Control_L";
    server.run("xdotool", &injected.split(' ').collect::<Vec<_>>());
    assert!(hot_key.wait(LONG).unwrap());
    // The server's own account of who has it: nobody else can.
    let root = connect(&server).1;
    let grab = connection.grab_key(
        false,
        root,
        ModMask::CONTROL | ModMask::M1,
        49_u8,
        GrabMode::ASYNC,
        GrabMode::ASYNC,
    );
    assert!(grab.unwrap().check().is_err(), "the new key is grabbed");
}

#[test]
fn a_chord_that_another_program_has_is_left_to_it() {
    let server = XServer::tigervnc(640, 480);
    let (connection, root) = connect(&server);
    let mode = GrabMode::ASYNC;
    // With NumLock only: also a part is enough.
    let state = ModMask::CONTROL | ModMask::M1 | ModMask::M2;
    connection.grab_key(false, root, state, SPACE_CODE, mode, mode).unwrap().check().unwrap();

    let mut person = RfbClient::connect(server.rfb_socket()).unwrap();
    let mut hot_key = HotKey::grab(Some(server.display()), &Chord::ALL).unwrap();
    assert_eq!(hot_key.chord(), Chord::CtrlAltEnd);
    press(&mut person, &[CONTROL, ALT, END]);
    assert!(hot_key.wait(LONG).unwrap());
    let state = ModMask::CONTROL | ModMask::M1;
    let left = connection.grab_key(false, root, state, SPACE_CODE, mode, mode).unwrap();
    left.check().expect("nothing of the first chord is kept");

    let taken = HotKey::grab(Some(server.display()), &[Chord::CtrlAltSpace, Chord::CtrlAltEnd]).unwrap_err();
    assert!(matches!(&taken, HotKeyError::Taken { .. }), "{taken:?}");
    assert!(taken.to_string().contains("Ctrl+Alt+Space, Ctrl+Alt+End"), "{taken}");
    drop(hot_key);
    // The server takes the grab back when it notices the end of the connection.
    farhand_testkit::x::eventually("the chord to be free again", || {
        HotKey::grab(Some(server.display()), &[Chord::CtrlAltEnd]).ok()
    });
}

#[test]
fn a_wait_ends_with_a_wake_and_with_the_server() {
    let mut server = XServer::xvfb(640, 480);
    let mut hot_key = HotKey::grab(Some(server.display()), &Chord::ALL).unwrap();
    hot_key.waker().wake();
    assert!(!hot_key.wait(Duration::MAX).unwrap());
    let waiting = std::thread::spawn(move || hot_key.wait(Duration::MAX));
    server.kill();
    assert!(matches!(waiting.join().unwrap(), Err(LocalInputError::DisplayGone)));
}
