//! The console's picture is the customer's screen, pixel for pixel.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;

use farhand_proto::screen::Colours;
use farhand_testkit::x::{Program, XServer};
use farhand_tests::{Client, Console, Eye, Outcome, Picture, Place, Process, Relay, eventually};

/// Windows with text, a dialogue, and a square that no encoder can make small.
struct Scene {
    eye: Eye,
    _programs: Vec<Program>,
}

impl Scene {
    fn on(server: &XServer) -> Self {
        server.run("xsetroot", &["-solid", "#204060"]);
        let manager = server.start_window_manager();
        let text = "seq 1 200; exec sleep 1000";
        let terminal = server.start_program("xterm", &["-geometry", "60x20+300+60", "-e", "sh", "-c", text]);
        server.wait_for_focus("XTerm");
        let dialogue = server.start_program("xmessage", &["-geometry", "+40+300", "Printing is done."]);
        server.wait_for_window("Xmessage");
        let eye = Eye::open(server);
        eye.draw_noise(100, 100, 160, 1);
        Self { eye, _programs: vec![manager, terminal, dialogue] }
    }
}

/// The lines of a script that wait for the flag and save a picture.
fn picture_after_flag(server: &XServer, name: &str) -> String {
    format!("wait change --area {}\npicture '{}'\n", Eye::FLAG, server.file(name).display())
}

/// Blocks until the console has saved this many pictures.
fn wait_for_picture(console: &mut Process, server: &XServer, name: &str) -> Picture {
    let path = server.file(name);
    console.event_where("picture", |event| event["file"] == path.display().to_string());
    Picture::read_png(&path)
}

#[test]
fn the_picture_equals_the_servers_pixels_before_and_after_changes() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(1024, 768);
    let mut scene = Scene::on(&server);
    let mut client = Client::start(&relay, &server, &["--allow", "view"]);
    let ready = client.ready();

    let first = scene.eye.still_pixels();
    let mut script = format!("picture '{}'\nwait settled --for 0.1\n", server.file("0.png").display());
    for number in 1..=3 {
        script += &picture_after_flag(&server, &format!("{number}.png"));
    }
    let mut console = Console::new(&relay, &operator, &ready).start_with(&["--view-only"], &script);
    wait_for_picture(&mut console, &server, "0.png").must_equal(&first);
    console.event_where("step", |step| step["name"] == "wait");

    // Something new.
    scene.eye.draw_noise(500, 400, 200, 2);
    scene.eye.flag();
    let saved = wait_for_picture(&mut console, &server, "1.png");
    let second = scene.eye.still_pixels();
    assert_ne!(first, second);
    saved.must_equal(&second);

    // A window moves.
    let window = server.window("XTerm");
    server.run("xdotool", &["windowmove", "--sync", &window, "180", "200"]);
    scene.eye.still_pixels();
    scene.eye.flag();
    let saved = wait_for_picture(&mut console, &server, "2.png");
    let third = scene.eye.still_pixels();
    assert!(second.differences(&third).len() > 10_000, "the window has moved");
    saved.must_equal(&third);

    // A window goes away.
    server.run("xdotool", &["windowunmap", "--sync", &window]);
    scene.eye.still_pixels();
    scene.eye.flag();
    let saved = wait_for_picture(&mut console, &server, "3.png");
    let fourth = scene.eye.still_pixels();
    assert_ne!(third, fourth);
    saved.must_equal(&fourth);
    assert_eq!(Outcome::of(console).code, Some(0));
}

#[test]
fn the_pointer_is_apart_from_the_picture() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(640, 480);
    let scene = Scene::on(&server);
    let mut client = Client::start(&relay, &server, &["--allow", "view,control"]);
    let [bare, with] = ["bare.png", "with.png"].map(|name| server.file(name));
    let script = format!(
        "move 200 150\nwait settled\npicture '{}'\npicture --pointer '{}'\n",
        bare.display(),
        with.display()
    );
    Console::new(&relay, &operator, &client.ready()).must_run(&script);
    assert_eq!(scene.eye.pointer(), (200, 150));
    let (bare, with) = (Picture::read_png(&bare), Picture::read_png(&with));
    bare.must_equal(&scene.eye.still_pixels());
    let places = bare.differences(&with);
    assert!(places.len() > 10, "a pointer has more than {} pixels", places.len());
    let near = |(x, y, ..): &(i32, i32, u32, u32)| (x - 200).abs() < 48 && (y - 150).abs() < 48;
    assert!(places.iter().all(near), "{places:?}");
}

#[test]
fn one_of_several_monitors_is_exactly_its_pixels() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(1000, 600);
    server.run("xrandr", &["--setmonitor", "LEFT", "600/160x600/160+0+0", "screen"]);
    server.run("xrandr", &["--setmonitor", "RIGHT", "400/100x500/130+600+50", "none"]);
    let scene = Scene::on(&server);
    let mut client = Client::start(&relay, &server, &["--allow", "view"]);
    let ready = client.ready();
    let pixels = scene.eye.still_pixels();

    let asked = Console::new(&relay, &operator, &ready).must_run("monitors\n");
    let monitors = asked.events("monitors")[0]["monitors"].clone();
    let monitor =
        |name: &str| monitors.as_array().unwrap().iter().find(|m| m["name"] == name).unwrap().clone();
    assert_eq!(monitors.as_array().unwrap().len(), 2, "{monitors}");
    assert_eq!(monitor("LEFT")["area"], serde_json::json!([0, 0, 600, 600]));
    assert_eq!(monitor("RIGHT")["area"], serde_json::json!([600, 50, 400, 500]));

    let mut script = String::new();
    for (view, file) in
        [(&monitor("RIGHT")["id"], "right"), (&monitor("LEFT")["id"], "left"), (&"all".into(), "all")]
    {
        let view = view.as_str().map_or_else(|| view.to_string(), str::to_owned);
        writeln!(script, "watch {view}\npicture '{}'", server.file(file).display()).unwrap();
    }
    Console::new(&relay, &operator, &client.ready()).must_run(&script);
    let right = Place { x: 600, y: 50, width: 400, height: 500 };
    Picture::read_png(&server.file("right")).must_equal(&pixels.part(right));
    let left = Place { x: 0, y: 0, width: 600, height: 600 };
    Picture::read_png(&server.file("left")).must_equal(&pixels.part(left));
    Picture::read_png(&server.file("all")).must_equal(&pixels);

    let nowhere = Console::new(&relay, &operator, &client.ready()).run("watch 77\n");
    nowhere.expect(2, "no such monitor");
}

#[test]
fn fewer_colours_are_exactly_those_when_asked_for() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(800, 600);
    let mut scene = Scene::on(&server);
    let mut client = Client::start(&relay, &server, &["--allow", "view"]);
    let ready = client.ready();
    let reduced = |picture: &Picture, colours: Colours| {
        let pixels = picture.pixels.iter().map(|pixel| colours.of(*pixel)).collect();
        Picture { pixels, ..picture.clone() }
    };
    let named = [("grey", Colours::Grey), ("few", Colours::Few), ("all", Colours::All)];
    let mut script = String::new();
    for (name, _) in named {
        writeln!(script, "watch all --colours {name}\npicture '{}'", server.file(name).display()).unwrap();
        script += &picture_after_flag(&server, &format!("{name} later"));
    }
    let mut console = Console::new(&relay, &operator, &ready).start_with(&["--view-only"], &script);
    for (number, (name, colours)) in (7..).zip(named) {
        wait_for_picture(&mut console, &server, name)
            .must_equal(&reduced(&scene.eye.still_pixels(), colours));
        scene.eye.draw_noise(500, 400, 150, number);
        scene.eye.flag();
        let later = wait_for_picture(&mut console, &server, &format!("{name} later"));
        later.must_equal(&reduced(&scene.eye.still_pixels(), colours));
    }
    assert_eq!(Outcome::of(console).code, Some(0));
}

#[test]
fn the_picture_follows_changes_of_resolution() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::tigervnc(1024, 768);
    // The last one stands upright, as a monitor that was turned does.
    let upright = ["--newmode", "600x800", "40", "600", "610", "620", "640", "800", "810", "820", "830"];
    server.run("xrandr", &upright);
    server.run("xrandr", &["--addmode", "VNC-0", "600x800"]);
    let scene = Scene::on(&server);
    let mut client = Client::start(&relay, &server, &["--allow", "view"]);
    let script: String = (0..400)
        .map(|number| {
            format!("picture '{}'\nwait time --for 0.1\n", server.file(&format!("{number}.png")).display())
        })
        .collect();
    let mut console = Console::new(&relay, &operator, &client.ready()).start_with(&["--view-only"], &script);
    for size in [None, Some([1280, 720]), Some([640, 480]), Some([600, 800])] {
        if let Some([width, height]) = size {
            server.run("xrandr", &["--output", "VNC-0", "--mode", &format!("{width}x{height}")]);
            console.event_where("screen", |screen| screen["desktop"] == serde_json::json!([width, height]));
        }
        let pixels = scene.eye.still_pixels();
        // Pictures that were begun before the last change may differ; those after it may not.
        let last = console.events("picture").len();
        let after = eventually("two more pictures", || {
            let pictures = console.events("picture");
            (pictures.len() >= last + 2).then(|| pictures[last + 1].clone())
        });
        let path = after["file"].as_str().unwrap().to_owned();
        Picture::read_png(path.as_ref()).must_equal(&pixels);
    }
    Outcome::of_stopped(console);
}

#[test]
fn a_desktop_that_hangs_is_not_passed_off_as_live() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(640, 480);
    let _scene = Scene::on(&server);
    let mut client = Client::start(&relay, &server, &["--allow", "view"]);
    let script = format!("picture '{}'\nstay\n", server.file("0.png").display());
    let mut console = Console::new(&relay, &operator, &client.ready()).start_with(&["--view-only"], &script);
    wait_for_picture(&mut console, &server, "0.png");
    for hangs in [true, false, true] {
        server.hang(hangs);
        console.event_where("answering", |event| event["answers"] != hangs);
    }
    // Whoever ends it meanwhile has ended it.
    console.terminate();
    client.process.event("over");
    server.hang(false);
}
