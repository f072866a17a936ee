//! The bar stays in sight.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

#[path = "common/window.rs"]
#[expect(dead_code, reason = "others need more of it")]
mod window;

use std::time::{Duration, Instant};

use farhand_desktop::KeepAbove;
use farhand_proto::screen::Rect;
use farhand_testkit::x::{Eye, XServer, eventually};
use window::OwnWindow;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConfigureWindowAux, ConnectionExt as _, EventMask, StackMode,
};
use x11rb::wrapper::ConnectionExt as _;

const RED: u32 = 0x00c0_1020;
const BLUE: u32 = 0x0010_20c0;

fn bar(server: &XServer) -> OwnWindow {
    OwnWindow::show(server, (170, 0), (300, 40), RED)
}

/// Whether all of the bar can be seen.
fn is_seen(eye: &Eye) -> bool {
    let pixels = eye.pixels();
    let row =
        |y: u32| pixels.pixels[(y * pixels.width + 170) as usize..][..300].iter().all(|pixel| *pixel == RED);
    (0..40).all(row)
}

fn wait_until_seen(eye: &Eye) {
    eventually("the bar to be seen", || is_seen(eye).then_some(()));
}

fn raise(window: &OwnWindow) {
    let above = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
    window.connection.configure_window(window.window, &above).unwrap();
    window.connection.sync().unwrap();
}

#[test]
fn other_windows_dont_cover_it() {
    let server = XServer::xvfb(640, 480);
    let eye = Eye::open(&server);
    let bar = bar(&server);
    let before = OwnWindow::show(&server, (0, 0), (640, 480), BLUE);
    assert!(!is_seen(&eye));
    let above = KeepAbove::start(Some(server.display()), bar.window).unwrap();
    wait_until_seen(&eye);

    let part = OwnWindow::show(&server, (460, 30), (100, 100), BLUE);
    wait_until_seen(&eye);
    raise(&before);
    wait_until_seen(&eye);
    // One that comes from aside.
    let place = ConfigureWindowAux::new().x(0).y(60).stack_mode(StackMode::ABOVE);
    part.connection.configure_window(part.window, &place).unwrap();
    part.connection.configure_window(part.window, &ConfigureWindowAux::new().x(300).y(0)).unwrap();
    part.connection.sync().unwrap();
    wait_until_seen(&eye);

    drop(above);
    raise(&before);
    assert!(!is_seen(&eye), "nobody cares any more");
}

#[test]
fn two_that_are_kept_above_know_of_each_other() {
    let server = XServer::xvfb(640, 480);
    let _manager = server.start_window_manager();
    let _stranger = OwnWindow::show(&server, (0, 0), (640, 480), BLUE);
    let (first, second) = (bar(&server), OwnWindow::show(&server, (0, 200), (50, 50), BLUE));
    let start = |window: &OwnWindow| KeepAbove::start(Some(server.display()), window.window).unwrap();
    let before = start(&first);
    assert_eq!(before.others(), []);
    assert_eq!(start(&second).others(), [Rect { x: 170, y: 0, width: 300, height: 40 }]);
}

#[test]
fn full_screen_windows_dont_cover_it() {
    let server = XServer::xvfb(640, 480);
    let _manager = server.start_window_manager();
    let eye = Eye::open(&server);
    let bar = bar(&server);
    let _above = KeepAbove::start(Some(server.display()), bar.window).unwrap();
    let _terminal = server.start_program("xterm", &["-fullscreen", "-bg", "#1020c0"]);
    server.wait_for_focus("XTerm");
    wait_until_seen(&eye);
    let is_full = eye.still_pixels();
    assert_eq!(is_full.pixels[470 * 640 + 20], BLUE, "the terminal fills the screen");
    assert!(is_seen(&eye));
    let _editor = server.start_editor("text");
    let editor = server.window("Mousepad");
    server.run("xdotool", &["windowmove", &editor, "150", "0", "windowactivate", &editor]);
    wait_until_seen(&eye);
    drop(eye.still_pixels());
    assert!(is_seen(&eye));
}

#[test]
fn two_that_want_to_be_above_dont_fight() {
    let server = XServer::xvfb(640, 480);
    let bar = bar(&server);
    let rival = OwnWindow::show(&server, (170, 0), (300, 40), BLUE);
    let events = ChangeWindowAttributesAux::new().event_mask(EventMask::VISIBILITY_CHANGE);
    rival.connection.change_window_attributes(rival.window, &events).unwrap();
    rival.connection.sync().unwrap();
    let _above = KeepAbove::start(Some(server.display()), bar.window).unwrap();
    let start = Instant::now();
    let mut raises = 0;
    while start.elapsed() < Duration::from_secs(4) {
        if let Some(Event::VisibilityNotify(event)) = rival.connection.poll_for_event().unwrap() {
            if u8::from(event.state) != 0 {
                raises += 1;
                raise(&rival);
            }
        } else {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    // At 0, 0.1 and then each time twice as long after: 0.3, 0.7, 1.5, 3.1 s.
    assert!((3..=8).contains(&raises), "it came back {raises} times");
}

#[test]
fn it_ends_with_its_window() {
    let server = XServer::xvfb(640, 480);
    let bar = bar(&server);
    let above = KeepAbove::start(Some(server.display()), bar.window).unwrap();
    bar.connection.destroy_window(bar.window).unwrap();
    bar.connection.sync().unwrap();
    // A window of the same number would be another program's, not ours to raise.
    let values = x11rb::protocol::xproto::CreateWindowAux::new().override_redirect(1).background_pixel(RED);
    let class = x11rb::protocol::xproto::WindowClass::INPUT_OUTPUT;
    std::thread::sleep(Duration::from_millis(500));
    bar.connection.create_window(0, bar.window, bar.root, 170, 0, 300, 40, 0, class, 0, &values).unwrap();
    bar.connection.map_window(bar.window).unwrap();
    let over = OwnWindow::show(&server, (0, 0), (640, 480), BLUE);
    std::thread::sleep(Duration::from_millis(500));
    assert!(!is_seen(&Eye::open(&server)));
    drop((above, over));

    let gone = KeepAbove::start(Some(server.display()), 0x0123_4567);
    assert!(gone.is_err(), "there is no such window");
}
