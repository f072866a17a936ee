//! The operator's window: from the numbers to the customer's desktop, by real keys and presses.
#![cfg(target_os = "linux")]

use farhand_proto::id::Password;
use farhand_testkit::x::{Drag, Picture, Place, Program, XServer};
use farhand_tests::{Client, Eye, Operator, Process, Ready, Relay, Role, Window, eventually, raw_terminal};

/// The customer's desktop. It fits into the window as it is, and is not enlarged.
const DESKTOP: (u32, u32) = (1000, 560);

/// An operator's desktop with the console on it, and a customer's.
struct Desks {
    // Dropped in this order: the servers go last.
    console: Window,
    client: Client,
    _managers: [Program; 2],
    relay: Relay,
    eye: Eye,
    customers_eye: Eye,
    server: XServer,
    customers: XServer,
}

impl Desks {
    fn new() -> Self {
        Self::on(XServer::xvfb(1400, 900))
    }

    fn on(server: XServer) -> Self {
        let relay = Relay::start();
        let operator: Operator = relay.add_operator("anna");
        let customers = XServer::xvfb(DESKTOP.0, DESKTOP.1);
        let managers = [server.start_window_manager(), customers.start_window_manager()];
        customers.run("xsetroot", &["-solid", "#d04020"]);
        let client = Client::start(&relay, &customers, &["--commands"]);
        let console = Window::console(&relay, &operator, &server);
        let (eye, customers_eye) = (Eye::open(&server), Eye::open(&customers));
        Self { console, client, _managers: managers, relay, eye, customers_eye, server, customers }
    }

    /// Types the numbers and lets the console try them.
    fn enter(&self, ready: &Ready) {
        let console = &self.console;
        console.node("the keyboard in the first field", |node| node.role == Role::Entry && node.is_focused());
        console.type_text(&ready.session_id);
        console.keys(&["Tab"]);
        console.type_text(&ready.password);
        console.keys(&["Return"]);
    }

    /// Goes from the numbers to a session in which the operator may do everything.
    fn connect(&mut self) -> Ready {
        let ready = self.client.ready();
        self.enter(&ready);
        self.client.process.event("asked");
        self.console.says("Waiting for the customer's answer");
        self.client.say("allow view,control");
        self.console.click(&self.console.button("They match"));
        self.wait_until_live();
        ready
    }

    /// Where the customer's desktop is in the window.
    fn picture_place(&self) -> Place {
        let room = self.console.widget(Role::Image, "The customer's screen").place();
        let side = |pixels: u32| i32::try_from(pixels).expect("a screen");
        let (width, height) = (side(DESKTOP.0), side(DESKTOP.1));
        Place { x: room.x + (room.width - width) / 2, y: room.y + (room.height - height) / 2, width, height }
    }

    fn shown(&self) -> Picture {
        self.eye.pixels().part(self.picture_place())
    }

    /// Waits until the window shows the customer's desktop, pixel by pixel.
    fn wait_until_live(&self) {
        let is_equal = || (self.shown() == self.customers_eye.pixels()).then_some(());
        eventually("the customer's desktop in the window", is_equal);
    }

    /// Where a place of the customer's desktop is on the operator's.
    fn in_picture(&self, (x, y): (i32, i32)) -> (i32, i32) {
        let place = self.picture_place();
        (place.x + x, place.y + y)
    }
}

fn signal(process: &Process, name: &str) {
    let sent = std::process::Command::new("kill").args([name, &process.pid().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the process takes {name}");
}

/// On this server an operator connects, sees, presses and types.
fn sees_presses_and_types(server: XServer) {
    let mut desks = Desks::on(server);
    let mut command = desks.customers.command("xmessage");
    let mut dialogue = Process::start(command.args(["-buttons", "Yes:21,No:22", "Delete all files?"]));
    let window = desks.customers.window("Xmessage").parse().expect("a number");
    desks.customers_eye.still_pixels();
    let form = desks.customers_eye.children(window)[0];
    let mut parts: Vec<_> = desks.customers_eye.children(form);
    parts.sort_by_key(|part| desks.customers_eye.place(*part).x);
    let button = *parts.iter().max_by_key(|part| desks.customers_eye.place(**part).x).expect("buttons");
    let button = desks.customers_eye.place(button).middle();
    desks.connect();
    desks.console.click_at(desks.in_picture(button));
    assert_eq!(dialogue.exit_code(), Some(22), "the dialogue says which button was pressed");

    let terminal = raw_terminal(&desks.customers, "typed");
    desks.customers_eye.still_pixels();
    let at = desks.customers_eye.place(desks.customers.window("XTerm").parse().expect("a number")).middle();
    desks.console.click_at(desks.in_picture(at));
    // Each layout's own keys, by number; 108 is AltGr.
    for (layout, keys, typed) in [
        ("cz", &["14", "15", "108+26"][..], "řž€"),
        ("de", &["20"], "řž€ß"),
        ("no", &["47"], "řž€ßø"),
        ("es", &["47"], "řž€ßøñ"),
        ("pl", &["108+46"], "řž€ßøñł"),
    ] {
        desks.server.set_layout(layout);
        desks.console.keys(keys);
        terminal.expect(typed);
    }

    // What is held when the operator turns to something else is let go of.
    desks.console.xdotool(&["keydown", "Shift_L"]);
    eventually("the key to go down", || (desks.customers_eye.keys_down().len() == 1).then_some(()));
    let _other = desks.server.start_program("xterm", &[]);
    desks.server.wait_for_focus("XTerm");
    eventually("the key to come up", || desks.customers_eye.keys_down().is_empty().then_some(()));
    desks.console.xdotool(&["keyup", "Shift_L"]);
    terminal.expect("řž€ßøñł");
}

#[test]
fn with_opengl_an_operator_connects_sees_presses_and_types() {
    sees_presses_and_types(XServer::xvfb(1400, 900));
}

#[test]
fn without_opengl_an_operator_connects_sees_presses_and_types() {
    sees_presses_and_types(XServer::xvfb_with(&["-screen", "0", "1400x900x24", "-extension", "GLX"]));
}

#[test]
fn a_slip_in_a_number_is_said_while_typing() {
    let mut desks = Desks::new();
    let ready = desks.client.ready();
    let console = &desks.console;
    let wrong = |number: &str| {
        let (rest, last) = number.split_at(number.len() - 1);
        let digit = last.parse::<u32>().expect("a digit");
        format!("{rest}{}", (digit + 1) % 10)
    };
    let first = |node: &farhand_tests::Node| node.role == Role::Entry && node.is_focused();
    console.node("the keyboard in the first field", first);
    for (number, unfinished) in [(&ready.session_id, "9 of 10 digits"), (&ready.password, "8 of 9 digits")] {
        console.type_text(&wrong(number)[..number.len() - 1]);
        console.says(unfinished);
        console.type_text(&wrong(number)[number.len() - 1..]);
        console.says("A digit is wrong, or two are swapped.");
        console.keys(&["BackSpace"]);
        console.type_text(&number[number.len() - 1..]);
        console.wait_without("no complaint", |node| node.name.contains("A digit is wrong"));
        console.keys(&["Tab"]);
    }
    console.click(&console.button("Connect"));
    desks.client.process.event("asked");
}

#[test]
fn a_wrong_password_is_said_in_words() {
    let mut desks = Desks::new();
    let ready = desks.client.ready();
    let start = if ready.password.starts_with('1') { "223 456 78" } else { "123 456 78" };
    let mut numbers = (0..10).map(|digit| format!("{start}{digit}"));
    let other = numbers.find(|number| number.parse::<Password>().is_ok()).expect("one digit fits");
    desks.enter(&Ready { password: other, ..ready });
    desks.console.says("The password is wrong.");
    desks.console.says("Ask the customer to read it again.");
}

#[test]
fn a_customer_who_is_gone_is_said_in_words() {
    let mut desks = Desks::new();
    desks.connect();
    desks.client.process.kill();
    desks.console.says("The session is over");
    desks.console.says("and to read you the new numbers.");
    // A press that came sooner would have been meant for End.
    std::thread::sleep(std::time::Duration::from_millis(900));
    desks.console.click(&desks.console.button("Close"));
    desks.console.says("Connect to a customer");
    desks.console.says("Recent sessions");
}

#[test]
fn a_frozen_line_is_never_passed_off_as_live() {
    let mut desks = Desks::new();
    desks.connect();
    signal(&desks.client.process, "-STOP");
    desks.console.says("Frozen for");
    let is_grey = |pixel: &u32| {
        let [_, red, green, blue] = pixel.to_be_bytes();
        red.abs_diff(green) < 40 && green.abs_diff(blue) < 40
    };
    let part = Place { x: 20, y: 20, width: 100, height: 100 };
    eventually("a grey picture", || desks.shown().part(part).pixels.iter().all(is_grey).then_some(()));
    // What happens meanwhile is not known here.
    desks.customers.run("xsetroot", &["-solid", "#2040d0"]);
    signal(&desks.client.process, "-CONT");
    desks.console.wait_without("nothing frozen", |node| node.name.contains("Frozen"));
    desks.wait_until_live();
}

#[test]
fn a_relay_that_is_restarted_says_so_before_and_the_session_goes_on() {
    let mut desks = Desks::new();
    desks.connect();
    desks.relay.process().terminate();
    desks.console.says("The relay is being restarted. The line will break for a moment");
    desks.console.says("The line is lost. Reconnecting");
    assert_eq!(desks.relay.process().exit_code(), Some(0));
    desks.relay.start_again();
    desks.wait_until_live();
    desks.console.wait_without("a warning", |node| node.name.starts_with("The relay is being restarted"));
}

#[test]
fn a_pause_is_shown_over_a_grey_picture() {
    let mut desks = Desks::new();
    desks.connect();
    desks.client.say("pause");
    desks.console.says("Paused by the customer");
    desks.client.say("resume");
    desks.console.wait_without("no pause", |node| node.name.contains("Paused by the customer"));
    desks.wait_until_live();
    desks.client.say("take control");
    desks.console.says("The customer has taken back mouse and keyboard");
    desks.client.say("end");
    desks.console.says("The customer ended the session.");
}

/// Copies a text on a desktop; it can be pasted as long as the program runs.
fn copy(server: &XServer, text: &str) -> Process {
    let mut xclip = Process::start(server.command("xclip").args(["-selection", "clipboard", "-i", "-quiet"]));
    xclip.say_all(text);
    xclip
}

/// What is pasted on a desktop.
fn pasted(server: &XServer) -> String {
    let output =
        server.command("xclip").args(["-selection", "clipboard", "-o"]).output().expect("xclip runs");
    String::from_utf8(output.stdout).expect("a text")
}

#[test]
fn words_files_and_copied_text_go_both_ways_and_only_what_is_meant_for_it_into_the_picture() {
    let mut desks = Desks::new();
    let ready = desks.client.ready();
    // What the operator copied before, and what the customer did.
    let _before = copy(&desks.server, "the operator's secret");
    let _theirs = copy(&desks.customers, "the customer's own");
    desks.enter(&ready);
    desks.client.process.event("asked");
    desks.client.say("allow view,control,clipboard,files");
    desks.console.click(&desks.console.button("They match"));
    desks.wait_until_live();
    let terminal = raw_terminal(&desks.customers, "typed");
    let keyboard_in = |console: &Window, name: &str| {
        console.node(&format!("the keyboard in {name:?}"), |node| {
            node.role == Role::Entry && node.name == name && node.is_focused()
        });
    };
    desks.console.click(&desks.console.widget(Role::CheckBox, "Chat, files"));
    keyboard_in(&desks.console, "Write to the customer");
    desks.console.type_text("Good morning");
    desks.console.keys(&["Return"]);
    assert_eq!(desks.client.process.event("said")["text"], "Good morning");
    desks.client.say("say Good evening");
    desks.console.says("Good evening");

    std::fs::write(desks.customers.file("letter.txt"), "Dear Eva").expect("the folder is ours");
    desks.console.click(&desks.console.widget(Role::Entry, "Path on the customer’s computer"));
    desks.console.type_text("letter.txt");
    desks.console.keys(&["Return"]);
    let here = desks.server.file("letter.txt");
    desks.console.says(&format!("letter.txt: {}", here.display()));
    assert_eq!(std::fs::read_to_string(here).expect("it arrived"), "Dear Eva");
    keyboard_in(&desks.console, "Path on the customer’s computer");

    // Dragged, and chosen in a dialogue.
    let folder = desks.server.file("pictures");
    std::fs::create_dir(&folder).expect("the folder is ours");
    std::fs::write(folder.join("one.txt"), "one").expect("the folder is ours");
    let note = desks.server.file("note.txt");
    std::fs::write(&note, "two").expect("the folder is ours");
    let (x, y) = desks.picture_place().middle();
    let point = [x, y].map(|side| i16::try_from(side).expect("a point of the desktop"));
    let drag = Drag::over(&desks.server, (point[0], point[1]), &[&folder, &note]);
    drag.drop_there();
    desks.console.says(&format!("note.txt: {}", desks.customers.file("note.txt").display()));
    let read = |name: &str| std::fs::read_to_string(desks.customers.file(name)).expect("it arrived");
    assert_eq!([read("pictures/one.txt"), read("note.txt")], ["one", "two"]);

    desks.console.click(&desks.console.button("Send files"));
    desks.console.says("No window for choosing files opens on this computer");
    let chosen = desks.server.file("chosen.txt");
    std::fs::write(&chosen, "three").expect("the folder is ours");
    // What the dialogue's program would do when somebody has chosen.
    let script = format!("sleep 0.5; printf '%s\\n' '{}'", chosen.display());
    Window::write_program(&desks.server, "zenity", &script);
    desks.console.click(&desks.console.button("Send files"));
    desks.console.says(&format!("chosen.txt: {}", desks.customers.file("chosen.txt").display()));
    assert_eq!(read("chosen.txt"), "three");
    desks.console.click(&desks.console.button("Clear"));
    desks.console.wait_without("results", |node| node.name.starts_with("chosen.txt"));

    // Nobody copied anything in this session so far.
    assert_eq!(pasted(&desks.customers), "the customer's own");
    let _copied = copy(&desks.customers, "copied there");
    eventually("the customer's text", || (pasted(&desks.server) == "copied there").then_some(()));

    desks.customers_eye.still_pixels();
    terminal.expect("");
    let window = desks.customers.window("XTerm").parse().expect("a number");
    let at = desks.customers_eye.place(window).middle();
    desks.console.click_at(desks.in_picture(at));
    desks.console.type_text("abc");
    terminal.expect("abc");
}

#[test]
fn a_window_whose_display_is_gone_ends_its_sessions() {
    let mut desks = Desks::new();
    desks.connect();
    desks.server.kill();
    let ended = desks.client.process.event("ended");
    assert!(ended["reason"].to_string().contains("operator"), "{ended}");
}
