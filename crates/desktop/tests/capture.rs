//! What is grabbed equals what the server shows, and changes are told as they happen.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

mod common;

use std::time::{Duration, Instant};

use common::open;
use farhand_desktop::{CaptureBackend, Changes, Options, Screen, ScreenError};
use farhand_proto::input::Input;
use farhand_proto::screen::{Picture, Point, Rect, Region, Rotation, Size, View};
use farhand_testkit::x::{Program, XServer};

/// Follows the screen as a session does, until nothing changes any more.
fn follow(screen: &mut dyn Screen, picture: &mut Picture) {
    loop {
        let changes = screen.wait(Duration::from_millis(400)).unwrap();
        if changes.is_empty() {
            return;
        }
        take(screen, &changes, picture);
    }
}

fn take(screen: &mut dyn Screen, changes: &Changes, picture: &mut Picture) {
    let desktop = screen.layout().desktop;
    if picture.size() != desktop {
        *picture = Picture::new(desktop);
    }
    screen.grab(Rect::of_size(desktop), &changes.damage, picture).unwrap();
}

/// Waits for changes that satisfy a condition, taking all of them.
fn wait_for(
    screen: &mut dyn Screen,
    picture: &mut Picture,
    mut enough: impl FnMut(&Changes) -> bool,
) -> Changes {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let changes = screen.wait(Duration::from_secs(1)).unwrap();
        take(screen, &changes, picture);
        if enough(&changes) {
            return changes;
        }
        assert!(Instant::now() < deadline, "the change never came, last: {changes:?}");
    }
}

fn assert_same(server: &XServer, picture: &Picture) {
    let expected = server.pixels();
    assert_eq!(picture.size(), Size { width: expected.width, height: expected.height });
    let wrong = picture.pixels().iter().zip(&expected.pixels).filter(|(ours, theirs)| ours != theirs).count();
    assert_eq!(wrong, 0, "{wrong} pixels differ");
}

/// A window with a photo-like picture of its own, at a place.
fn show_window(server: &XServer, geometry: &str) -> Program {
    let program = server.start_program("display", &["-immutable", "-geometry", geometry, "plasma:fractal"]);
    server.wait_for_window("Display");
    program
}

#[test]
fn grabbed_pixels_equal_the_servers_own_after_windows_come_move_and_go() {
    let server = XServer::xvfb(1024, 768);
    let _manager = server.start_window_manager();
    let mut desktop = open(&server);
    let mut picture = Picture::default();
    follow(&mut *desktop.screen, &mut picture);
    assert_same(&server, &picture);

    let window = show_window(&server, "400x300+100+80");
    follow(&mut *desktop.screen, &mut picture);
    assert_same(&server, &picture);
    assert!(picture.pixels().iter().any(|pixel| *pixel != picture.pixels()[0]), "there is something to see");

    server.run("xdotool", &["search", "--class", "Display", "windowmove", "300", "250"]);
    follow(&mut *desktop.screen, &mut picture);
    assert_same(&server, &picture);

    drop(window);
    follow(&mut *desktop.screen, &mut picture);
    assert_same(&server, &picture);
}

#[test]
fn a_region_of_an_area_lands_where_the_area_begins() {
    let server = XServer::xvfb(640, 480);
    let _window = show_window(&server, "640x480+0+0");
    let mut desktop = open(&server);
    follow(&mut *desktop.screen, &mut Picture::default());
    let area = Rect { x: 100, y: 50, width: 300, height: 200 };
    let mut picture = Picture::new(area.size());
    let mut region = Region::from(Rect { x: 0, y: 60, width: 150, height: 10 });
    region.add(Rect { x: 390, y: 240, width: 500, height: 500 });
    desktop.screen.grab(area, &region, &mut picture).unwrap();
    let expected = server.pixels();
    for y in 0..area.height {
        for x in 0..area.width {
            let on_desktop = Point { x: area.x.wrapping_add_unsigned(x), y: area.y.wrapping_add_unsigned(y) };
            let is_in = region.rects().iter().any(|rect| rect.contains(on_desktop));
            let index = on_desktop.y.unsigned_abs() * expected.width + on_desktop.x.unsigned_abs();
            let expected = if is_in { expected.pixels[index as usize] } else { 0 };
            assert_eq!(picture.row(x, y, 1)[0], expected, "at {on_desktop:?}");
        }
    }
}

#[test]
fn a_change_is_told_at_once_and_quiet_lasts_until_the_timeout() {
    let server = XServer::xvfb(640, 480);
    let mut desktop = open(&server);
    let mut picture = Picture::default();
    follow(&mut *desktop.screen, &mut picture);

    let start = Instant::now();
    assert!(desktop.screen.wait(Duration::from_millis(300)).unwrap().is_empty());
    assert!(start.elapsed() >= Duration::from_millis(300));

    // The change itself ends the wait, long before the timeout.
    let server_ref = &server;
    std::thread::scope(|scope| {
        scope.spawn(move || server_ref.run("xsetroot", &["-solid", "#336699"]));
        let start = Instant::now();
        let changes = wait_for(&mut *desktop.screen, &mut picture, |changes| !changes.damage.is_empty());
        assert!(start.elapsed() < Duration::from_secs(10));
        assert_eq!(changes.damage.bounds(), Rect { x: 0, y: 0, width: 640, height: 480 });
    });
    assert!(picture.pixels().iter().all(|pixel| *pixel == 0x0033_6699));
}

#[test]
fn waiting_costs_no_time_of_the_processor() {
    let server = XServer::xvfb(640, 480);
    let mut desktop = open(&server);
    follow(&mut *desktop.screen, &mut Picture::default());
    let switches = || {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u32>().unwrap()
    };
    let before = switches();
    assert!(desktop.screen.wait(Duration::from_secs(2)).unwrap().is_empty());
    assert!(!desktop.local_input.wait(Duration::from_secs(2)).unwrap());
    assert!(switches() - before <= 6, "the thread woke up {} times", switches() - before);
}

#[test]
fn a_waker_ends_the_wait() {
    let server = XServer::xvfb(640, 480);
    let mut desktop = open(&server);
    follow(&mut *desktop.screen, &mut Picture::default());
    let waker = desktop.screen.waker();
    waker.wake();
    assert!(desktop.screen.wait(Duration::from_secs(20)).unwrap().woken, "also before the wait");
    std::thread::scope(|scope| {
        scope.spawn(move || waker.wake());
        assert!(desktop.screen.wait(Duration::from_secs(20)).unwrap().woken);
    });
    assert!(desktop.screen.wait(Duration::ZERO).unwrap().is_empty());
    let waker = desktop.local_input.waker();
    waker.wake();
    let start = Instant::now();
    assert!(!desktop.local_input.wait(Duration::from_secs(20)).unwrap());
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn without_shared_memory_the_pixels_are_the_same() {
    let server = XServer::xvfb_with(&["-screen", "0", "2000x1500x24", "-extension", "MIT-SHM"]);
    let _window = show_window(&server, "1000x900+400+300");
    let mut desktop = open(&server);
    let mut picture = Picture::default();
    follow(&mut *desktop.screen, &mut picture);
    assert_same(&server, &picture);
}

#[test]
fn the_pointers_shape_and_place_come_apart_from_the_picture() {
    let server = XServer::xvfb(640, 480);
    let mut desktop = open(&server);
    let mut picture = Picture::default();
    let first = desktop.screen.wait(Duration::from_secs(5)).unwrap();
    assert!(first.pointer_shape.is_some() && first.pointer_at.is_some());
    follow(&mut *desktop.screen, &mut picture);

    let place = Point { x: 123, y: 45 };
    desktop.injector.inject(&Input::Move(place)).unwrap();
    let moved = wait_for(&mut *desktop.screen, &mut picture, |changes| changes.pointer_at.is_some());
    assert_eq!(moved.pointer_at, Some(place));
    assert!(moved.damage.is_empty(), "moving the pointer changes no pixel");

    // A terminal's text pointer, then the desktop's own again.
    let terminal = server.start_program("xterm", &["-geometry", "80x24+0+0"]);
    let text = wait_for(&mut *desktop.screen, &mut picture, |changes| changes.pointer_shape.is_some());
    let text = text.pointer_shape.unwrap();
    assert!(text.is_consistent() && text.height > text.width, "{} x {}", text.width, text.height);
    assert_ne!(Some(&text), first.pointer_shape.as_ref());
    drop(terminal);
    let back = wait_for(&mut *desktop.screen, &mut picture, |changes| changes.pointer_shape.is_some());
    assert_eq!(back.pointer_shape, first.pointer_shape);
}

#[test]
fn a_pointer_that_the_server_keeps_to_itself_shows_as_an_arrow() {
    let server = XServer::xvfb(640, 480);
    let mut desktop = open(&server);
    let mut picture = Picture::default();
    follow(&mut *desktop.screen, &mut picture);
    server.run("xsetroot", &["-cursor_name", "gumby"]);
    // The first news may come while that program still runs; the second one finds it ended.
    wait_for(&mut *desktop.screen, &mut picture, |changes| changes.pointer_shape.is_some());
    server.run("xsetroot", &["-cursor_name", "shuttle"]);
    let changed = wait_for(&mut *desktop.screen, &mut picture, |changes| changes.pointer_shape.is_some());
    let shape = changed.pointer_shape.unwrap();
    assert!(shape.is_consistent());
    assert_eq!((shape.hot_x, shape.hot_y, &shape.rgba[..4]), (0, 0, &[0, 0, 0, 0xff][..]));
}

#[test]
fn monitors_are_listed_and_follow_changes_of_mode() {
    let server = XServer::tigervnc(1024, 768);
    let mut desktop = open(&server);
    let mut picture = Picture::default();
    follow(&mut *desktop.screen, &mut picture);
    let layout = desktop.screen.layout().clone();
    assert_eq!(layout.desktop, Size { width: 1024, height: 768 });
    assert_eq!(layout.monitors.len(), 1);
    assert_eq!(&*layout.monitors[0].name, "VNC-0");
    assert_eq!(layout.monitors[0].area, Rect { x: 0, y: 0, width: 1024, height: 768 });

    // The last one stands upright, as a monitor that was turned does.
    server.run(
        "xrandr",
        &["--newmode", "600x800", "40", "600", "610", "620", "640", "800", "810", "820", "830"],
    );
    server.run("xrandr", &["--addmode", "VNC-0", "600x800"]);
    for mode in ["800x600", "1280x720", "640x480", "600x800"] {
        server.run("xrandr", &["--output", "VNC-0", "--mode", mode]);
        let (width, height) = mode.split_once('x').unwrap();
        let size = Size { width: width.parse().unwrap(), height: height.parse().unwrap() };
        wait_for_size(&mut *desktop.screen, &mut picture, size);
        let monitor = &desktop.screen.layout().monitors[0];
        assert_eq!((monitor.id, monitor.area.size()), (layout.monitors[0].id, size));
        follow(&mut *desktop.screen, &mut picture);
        assert_same(&server, &picture);
    }
}

fn wait_for_size(screen: &mut dyn Screen, picture: &mut Picture, size: Size) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while screen.layout().desktop != size {
        let changes = screen.wait(Duration::from_secs(1)).unwrap();
        take(screen, &changes, picture);
        if changes.layout {
            assert_eq!(changes.damage.bounds(), Rect::of_size(screen.layout().desktop));
        }
        assert!(Instant::now() < deadline, "still {:?}", screen.layout().desktop);
    }
}

#[test]
fn several_monitors_can_be_chosen_by_their_ids() {
    let server = XServer::xvfb(1000, 600);
    server.run("xrandr", &["--setmonitor", "LEFT", "600/160x600/160+0+0", "screen"]);
    server.run("xrandr", &["--setmonitor", "RIGHT", "400/100x500/130+600+50", "none"]);
    let mut desktop = open(&server);
    let layout = desktop.screen.layout().clone();
    let names = layout.monitors.iter().map(|monitor| monitor.name.to_string()).collect::<Vec<_>>();
    assert_eq!(names, ["LEFT", "RIGHT"]);
    assert!(layout.monitors.iter().all(|monitor| monitor.rotation == Rotation::Normal));
    let right = layout.monitors[1].id;
    let area = layout.area_of(View::monitor(right)).unwrap();
    assert_eq!(area, Rect { x: 600, y: 50, width: 400, height: 500 });
    assert_eq!(layout.desktop, Size { width: 1000, height: 600 });

    // One goes; the other keeps its id.
    let mut picture = Picture::default();
    follow(&mut *desktop.screen, &mut picture);
    server.run("xrandr", &["--delmonitor", "LEFT"]);
    wait_for(&mut *desktop.screen, &mut picture, |changes| changes.layout);
    let ids = desktop.screen.layout().monitors.iter().map(|monitor| monitor.id).collect::<Vec<_>>();
    assert!(ids.contains(&right), "{ids:?}");
}

#[test]
fn a_grab_of_more_than_is_left_is_no_error() {
    let server = XServer::tigervnc(1280, 720);
    let mut desktop = open(&server);
    let mut picture = Picture::default();
    follow(&mut *desktop.screen, &mut picture);
    // The desktop shrinks without this side having waited for it.
    server.run("xrandr", &["--output", "VNC-0", "--mode", "640x480"]);
    let old = Rect { x: 0, y: 0, width: 1280, height: 720 };
    desktop.screen.grab(old, &Region::from(old), &mut picture).unwrap();
    let small = Size { width: 640, height: 480 };
    wait_for_size(&mut *desktop.screen, &mut picture, small);
    follow(&mut *desktop.screen, &mut picture);
    assert_same(&server, &picture);
}

#[test]
fn a_picture_of_another_size_is_refused() {
    let server = XServer::xvfb(640, 480);
    let mut desktop = open(&server);
    let area = Rect { x: 0, y: 0, width: 640, height: 480 };
    let mut picture = Picture::new(Size { width: 640, height: 479 });
    let refused = desktop.screen.grab(area, &Region::from(area), &mut picture);
    assert!(matches!(refused, Err(ScreenError::WrongPicture { .. })));
}

#[test]
fn a_dead_server_ends_every_wait_with_an_error() {
    let mut server = XServer::xvfb(640, 480);
    let mut desktop = open(&server);
    let mut picture = Picture::default();
    follow(&mut *desktop.screen, &mut picture);
    std::thread::scope(|scope| {
        let screen = scope.spawn(|| {
            loop {
                if let Err(error) = desktop.screen.wait(Duration::from_secs(30)) {
                    return error;
                }
            }
        });
        let local = scope.spawn(|| desktop.local_input.wait(Duration::from_secs(30)));
        server.kill();
        assert!(matches!(screen.join().unwrap(), ScreenError::DisplayGone));
        assert!(matches!(local.join().unwrap(), Err(farhand_desktop::LocalInputError::DisplayGone)));
    });
    let area = Rect { x: 0, y: 0, width: 640, height: 480 };
    let grabbed = desktop.screen.grab(area, &Region::from(area), &mut picture);
    assert!(matches!(grabbed, Err(ScreenError::DisplayGone)));
    assert!(matches!(desktop.screen.wait(Duration::ZERO), Err(ScreenError::DisplayGone)));
    let injected = desktop.injector.inject(&Input::Move(Point { x: 1, y: 1 }));
    assert!(matches!(injected, Err(farhand_desktop::InjectError::DisplayGone)), "{injected:?}");
    let typed = desktop.injector.inject(&Input::Text(farhand_proto::bounded::Text::truncated("x")));
    assert!(matches!(typed, Err(farhand_desktop::InjectError::DisplayGone)), "{typed:?}");
}

/// `scrap` reads only the display that the environment names, so this test runs itself again with it set.
#[cfg(feature = "scrap")]
#[test]
fn scrap_sees_the_same_pixels() {
    const INNER: &str = "FARHAND_TEST_INNER";
    if std::env::var_os(INNER).is_none() {
        let server = XServer::xvfb(1024, 768);
        let _window = show_window(&server, "400x300+100+80");
        let this = std::env::current_exe().unwrap();
        let mut again = std::process::Command::new(this);
        again.args(["--exact", "scrap_sees_the_same_pixels", "--nocapture"]);
        again.env("DISPLAY", server.display()).env(INNER, "1").env_remove("WAYLAND_DISPLAY");
        let output = again.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
        let elsewhere = Options {
            display: Some(server.display().to_owned()),
            capture: CaptureBackend::Scrap,
            ..Options::default()
        };
        let refused = farhand_desktop::open(&elsewhere).unwrap_err().to_string();
        assert!(refused.contains("DISPLAY"), "{refused}");
        return;
    }
    let options = Options { display: None, capture: CaptureBackend::Scrap, ..Options::default() };
    let mut desktop = farhand_desktop::open(&options).unwrap();
    let mut picture = Picture::default();
    follow(&mut *desktop.screen, &mut picture);
    let screen = std::process::Command::new("import")
        .args(["-silent", "-window", "root", "-depth", "8", "rgb:-"])
        .output()
        .unwrap();
    let expected =
        screen.stdout.as_chunks::<3>().0.iter().map(|rgb| u32::from_be_bytes([0, rgb[0], rgb[1], rgb[2]]));
    assert!(picture.pixels().iter().copied().eq(expected));
    let moved = Point { x: 77, y: 66 };
    desktop.injector.inject(&Input::Move(moved)).unwrap();
    wait_for(&mut *desktop.screen, &mut picture, |changes| changes.pointer_at == Some(moved));
}
