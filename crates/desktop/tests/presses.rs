//! Only a person's hand presses something in our windows.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

#[path = "common/window.rs"]
mod window;

use farhand_desktop::{GenuinePresses, OpenError, PressKind};
use farhand_testkit::x::{RfbClient, XServer, eventually};
use window::OwnWindow;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, EventMask, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, KeyButMask, KeyPressEvent, MOTION_NOTIFY_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::wrapper::ConnectionExt as _;

const LETTER: u32 = 0x61;
const OTHER_LETTER: u32 = 0x62;

/// A server, our window on it with the keyboard, a person before it.
struct Desk {
    server: XServer,
    ours: OwnWindow,
    person: RfbClient,
    presses: GenuinePresses,
}

impl Desk {
    fn new() -> Self {
        let server = XServer::tigervnc(640, 480);
        let ours = OwnWindow::show(&server, (100, 100), (300, 200), 0x00ff_ffff);
        ours.focus();
        let person = RfbClient::connect(server.rfb_socket()).unwrap();
        let presses = GenuinePresses::open(Some(server.display())).unwrap();
        Self { server, ours, person, presses }
    }

    fn is_genuine(&mut self, kind: PressKind) -> bool {
        self.presses.is_genuine(kind, self.ours.window)
    }

    /// The person points at a place, and the pointer is there.
    fn point(&mut self, x: u16, y: u16) {
        self.person.pointer(x, y, 0).unwrap();
        let root = self.ours.root;
        eventually("the pointer to come", || {
            let at = self.ours.connection.query_pointer(root).unwrap().reply().unwrap();
            ((at.root_x, at.root_y) == (x as i16, y as i16)).then_some(())
        });
    }

    fn click(&mut self, x: u16, y: u16) {
        self.person.pointer(x, y, 1).unwrap();
        self.person.pointer(x, y, 0).unwrap();
    }

    fn tap(&mut self, symbol: u32) {
        self.person.key(symbol, true).unwrap();
        self.person.key(symbol, false).unwrap();
    }

    /// Injects through XTEST.
    fn inject(&self, events: &[u8], code: u8) {
        let (connection, root) = (&self.ours.connection, self.ours.root);
        for event in events {
            connection.xtest_fake_input(*event, code, 0, root, 0, 0, 0).unwrap();
        }
        connection.sync().unwrap();
    }

    /// Sends a key straight to our window, as any program can.
    fn send_key(&self, scancode: u32) {
        let event = KeyPressEvent {
            response_type: KEY_PRESS_EVENT,
            detail: u8::try_from(scancode + 8).unwrap(),
            sequence: 0,
            time: x11rb::CURRENT_TIME,
            root: self.ours.root,
            event: self.ours.window,
            child: x11rb::NONE,
            root_x: 0,
            root_y: 0,
            event_x: 0,
            event_y: 0,
            state: KeyButMask::default(),
            same_screen: true,
        };
        self.ours.connection.send_event(false, self.ours.window, EventMask::NO_EVENT, event).unwrap();
        self.ours.connection.sync().unwrap();
    }
}

#[test]
fn a_persons_press_is_genuine_once() {
    let mut desk = Desk::new();
    desk.point(150, 150);
    for _ in 0..3 {
        desk.click(150, 150);
        assert_eq!(desk.ours.button(), (150, 150));
        assert!(desk.is_genuine(PressKind::Button));
        assert!(!desk.is_genuine(PressKind::Button), "one press vouches once");
        desk.tap(LETTER);
        let key = desk.ours.key();
        assert!(!desk.is_genuine(PressKind::Touch), "a key is no touch");
        assert!(!desk.is_genuine(PressKind::Key(key + 1)), "nor another key");
        assert!(desk.is_genuine(PressKind::Key(key)));
        assert!(!desk.is_genuine(PressKind::Key(key)), "one press vouches once");
    }
    // Several before our window gets to any.
    for letter in [LETTER, OTHER_LETTER, LETTER] {
        desk.tap(letter);
    }
    let keys = [desk.ours.key(), desk.ours.key(), desk.ours.key()];
    assert_eq!(keys.map(|key| desk.is_genuine(PressKind::Key(key))), [true; 3]);
}

#[test]
fn a_held_key_that_repeats_is_one_press() {
    let mut desk = Desk::new();
    // This server leaves it to its person's program to repeat.
    desk.server.run("xset", &["r", "on"]);
    desk.person.key(LETTER, true).unwrap();
    let first = desk.ours.key();
    assert!(desk.is_genuine(PressKind::Key(first)));
    for _ in 0..2 {
        desk.person.key(LETTER, true).unwrap();
        let repeat = desk.ours.key();
        assert_eq!(repeat, first);
        assert!(!desk.is_genuine(PressKind::Key(repeat)));
    }
    desk.person.key(LETTER, false).unwrap();
    desk.tap(LETTER);
    desk.ours.key();
    assert!(desk.is_genuine(PressKind::Key(first)), "pressed anew");
}

#[test]
fn injected_presses_are_not_genuine_and_taint_the_persons() {
    let mut desk = Desk::new();
    desk.point(150, 150);
    desk.server.run("xdotool", &["click", "1"]);
    desk.ours.button();
    assert!(!desk.is_genuine(PressKind::Button));
    desk.server.run("xdotool", &["key", "a"]);
    let key = desk.ours.key();
    assert!(!desk.is_genuine(PressKind::Key(key)));

    // The person presses, a program does so right after, and our window asks only then.
    desk.tap(LETTER);
    desk.ours.key();
    desk.inject(&[KEY_PRESS_EVENT, KEY_RELEASE_EVENT], u8::try_from(key + 8).unwrap());
    desk.ours.key();
    assert!(!desk.is_genuine(PressKind::Key(key)));
    assert!(!desk.is_genuine(PressKind::Key(key)));
    desk.click(150, 150);
    desk.ours.button();
    desk.inject(&[BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT], 1);
    desk.ours.button();
    assert!(!desk.is_genuine(PressKind::Button));
    assert!(!desk.is_genuine(PressKind::Button));
}

#[test]
fn a_key_sent_to_the_window_is_not_genuine_whatever_the_person_types() {
    let mut desk = Desk::new();
    desk.tap(LETTER);
    let key = desk.ours.key();
    assert!(desk.is_genuine(PressKind::Key(key)));
    desk.send_key(key);
    assert_eq!(desk.ours.key(), key);
    assert!(!desk.is_genuine(PressKind::Key(key)), "no device did it");

    desk.tap(OTHER_LETTER);
    let other = desk.ours.key();
    desk.send_key(key);
    desk.ours.key();
    assert!(!desk.is_genuine(PressKind::Key(key)), "the person pressed another key");
    assert!(desk.is_genuine(PressKind::Key(other)));

    let elsewhere = OwnWindow::show(&desk.server, (450, 100), (100, 100), 0x0000_00ff);
    elsewhere.focus();
    desk.tap(LETTER);
    elsewhere.key();
    desk.send_key(key);
    desk.ours.key();
    assert!(!desk.is_genuine(PressKind::Key(key)), "the person typed into another window");
}

#[test]
fn a_click_counts_only_where_the_person_pointed() {
    let mut desk = Desk::new();
    let warp = |desk: &Desk| {
        desk.ours.connection.warp_pointer(x11rb::NONE, desk.ours.root, 0, 0, 0, 0, 200, 200).unwrap();
        desk.ours.connection.sync().unwrap();
    };
    let inject = |desk: &Desk| {
        let root = desk.ours.root;
        desk.ours.connection.xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, root, 200, 200, 0).unwrap();
        desk.ours.connection.sync().unwrap();
    };
    for displace in [&warp as &dyn Fn(&Desk), &inject] {
        desk.point(10, 10);
        // The click goes by where the person is known to have left the pointer; have it noted.
        assert!(!desk.is_genuine(PressKind::Button), "nobody pressed");
        displace(&desk);
        // This device always says where it is; where the pointer is already, it has not moved.
        desk.click(200, 200);
        assert_eq!(desk.ours.button(), (200, 200), "the pointer is where the program put it");
        assert!(!desk.is_genuine(PressKind::Button));

        desk.point(201, 200);
        desk.click(201, 200);
        desk.ours.button();
        assert!(desk.is_genuine(PressKind::Button), "the person moved it");
    }
}

#[test]
fn a_wheel_is_no_press() {
    let mut desk = Desk::new();
    desk.point(150, 150);
    desk.person.pointer(150, 150, 8).unwrap();
    desk.person.pointer(150, 150, 0).unwrap();
    desk.ours.button();
    assert!(!desk.is_genuine(PressKind::Button));
}

#[test]
fn nothing_is_genuine_once_the_server_is_gone() {
    let mut desk = Desk::new();
    desk.tap(LETTER);
    let key = desk.ours.key();
    desk.server.kill();
    assert!(!desk.is_genuine(PressKind::Key(key)));
    assert!(!desk.is_genuine(PressKind::Key(key)));
}

#[test]
fn where_devices_cant_be_told_apart_it_refuses() {
    let server = XServer::xwayland();
    let refused = GenuinePresses::open(Some(server.display())).unwrap_err();
    assert!(matches!(&refused, OpenError::Wayland), "{refused:?}");
}
