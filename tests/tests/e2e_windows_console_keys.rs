//! The operator's keyboard in the console's window: no key is lost, however it is typed.
#![cfg(target_os = "linux")]

use farhand_testkit::x::{Program, XServer, eventually};
use farhand_tests::{Client, Eye, RawTerminal, Relay, Role, Window, mouse_terminal, raw_terminal};

/// A console in a session in which the operator may do everything, and a terminal at the customer's.
struct Desk {
    // Dropped in this order: the servers go last.
    console: Window,
    terminal: RawTerminal,
    _client: Client,
    _managers: [Program; 2],
    _relay: Relay,
    server: XServer,
    customers: XServer,
}

impl Desk {
    /// Types both numbers without waiting for anything, and goes to the terminal.
    fn new(layout: &str) -> Self {
        Self::with(layout, raw_terminal)
    }

    fn with(layout: &str, terminal: impl Fn(&XServer, &str) -> RawTerminal) -> Self {
        let relay = Relay::start();
        let operator = relay.add_operator("anna");
        let (server, customers) = (XServer::xvfb(1400, 900), XServer::xvfb(1000, 560));
        server.set_layout(layout);
        let managers = [server.start_window_manager(), customers.start_window_manager()];
        let terminal = terminal(&customers, "typed");
        let mut client = Client::start(&relay, &customers, &["--allow", "view,control"]);
        let ready = client.ready();
        let console = Window::console(&relay, &operator, &server);
        console.node("the keyboard in the first field", |node| node.role == Role::Entry && node.is_focused());
        let typed = ["type", "--delay", "0", "--args", "1"];
        let enter = ["key", "--delay", "0", "Return"];
        console.xdotool(
            &[&typed[..], &[&ready.session_id], &enter, &typed, &[&ready.password], &enter].concat(),
        );
        let picture = console.widget(Role::Image, "The customer's screen");
        console.says("Keys go to the customer.");
        console.click(&picture);
        Self { console, terminal, _client: client, _managers: managers, _relay: relay, server, customers }
    }
}

#[test]
fn letters_that_the_keyboard_lacks_arrive_however_fast_a_program_types_them() {
    // The letters lie on one key in turn, for less than a millisecond each.
    const LINE: &str = "řßøñłž€ The quick brown fox";
    let desk = Desk::new("us");
    let mut expected = String::new();
    for delay in ["0", "0", "1", "0", "12"] {
        desk.console.xdotool(&["type", "--delay", delay, LINE]);
        expected.push_str(LINE);
    }
    desk.terminal.expect(&expected);
}

#[test]
fn accents_and_composed_letters_arrive_under_the_layouts_that_have_them() {
    let desk = Desk::new("us");
    let mut expected = String::new();
    // Keys by number. 48 is the apostrophe, 49 the grave accent, 26 e, 39 s, 65 the space bar, 108 AltGr, 21 =.
    for (layout, keys, typed) in [
        ("us -variant intl", &["48", "26", "49", "26", "48", "65"][..], "éè'"),
        ("cz", &["21", "26", "shift+21", "39"], "éš"),
        ("us -option compose:ralt", &["108", "48", "26", "108", "39", "39"], "éß"),
    ] {
        let words: Vec<_> = ["-option", "", "-layout"].into_iter().chain(layout.split(' ')).collect();
        desk.server.run("setxkbmap", &words);
        desk.console.keys(keys);
        expected.push_str(typed);
        desk.terminal.expect(&expected);
    }
}

#[test]
fn captured_keys_all_go_there_and_the_right_ctrl_key_leads_out() {
    let desk = Desk::new("us");
    let other = desk.server.start_program("xterm", &["-geometry", "10x2-0-0"]);
    desk.server.wait_for_focus("XTerm");
    desk.console.click(&desk.console.widget(Role::CheckBox, "Capture keys"));
    desk.console.says("Every key goes to the customer.");
    // Here a window manager would turn to the other window.
    desk.console.keys(&["alt+Tab", "a"]);
    desk.terminal.expect("a");
    desk.console.says("Right Ctrl alone leads out.");
    desk.console.keys(&["Control_R"]);
    desk.console.wait_without("no capture", |node| node.name.contains("Every key goes"));
    desk.console.keys(&["alt+Tab"]);
    desk.server.wait_for_focus("XTerm");
    drop(other);
}

#[test]
fn full_screen_shows_the_way_out() {
    let desk = Desk::new("us");
    desk.console.keys(&["F11"]);
    // The two words are asked for there too, until they are answered.
    desk.console.button("Leave full screen");
    desk.console.click(&desk.console.button("They match"));
    let picture = || desk.console.widget(Role::Image, "The customer's screen").place();
    eventually("a picture on the whole screen", || {
        let place = picture();
        (place.width == 1400 && place.height == 900).then_some(())
    });
    desk.console.keys(&["x"]);
    desk.terminal.expect("x");
    desk.console.keys(&["Control_R"]);
    desk.console.click(&desk.console.button("Leave full screen"));
    eventually("a picture in the window", || (picture().width < 1400).then_some(()));
    desk.console.says("End");
}

#[test]
fn both_wheels_turn_once_a_notch_and_five_buttons_press() {
    let desk = Desk::with("us", mouse_terminal);
    // The picture is not enlarged.
    let room = desk.console.widget(Role::Image, "The customer's screen").place();
    let window = desk.customers.window("XTerm").parse().expect("a number");
    let (x, y) = Eye::open(&desk.customers).place(window).middle();
    let (x, y) = (room.x + (room.width - 1000) / 2 + x, room.y + (room.height - 560) / 2 + y);
    desk.console.xdotool(&["mousemove", &x.to_string(), &y.to_string()]);
    // What the terminal calls each: wheels from 64 on, the side buttons from 128 on.
    for (button, name) in
        [("4", 64), ("5", 65), ("6", 66), ("7", 67), ("1", 0), ("2", 1), ("3", 2), ("8", 128), ("9", 129)]
    {
        let told = format!("<{name};");
        let before = desk.terminal.text();
        desk.console.xdotool(&["click", button]);
        // The right button in its turn shows that nothing more came of this one.
        desk.console.xdotool(&["click", "3"]);
        let after = |text: &str| text[before.len()..].matches("<2;").count() >= if name == 2 { 4 } else { 2 };
        let text = desk.terminal.wait("what the mouse did", after);
        let presses = text[before.len()..].split('\u{1b}').filter(|part| part.contains(&told));
        let presses = presses.filter(|part| part.ends_with('M')).count();
        assert_eq!(presses, if name == 2 { 2 } else { 1 }, "button {button}: {text:?}");
    }
}
