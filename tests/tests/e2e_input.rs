//! Pointer and keys reach real programs, and the person at the machine comes first.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use farhand_testkit::x::{Program, RfbClient, XServer};
use farhand_tests::{
    Client, Console, Eye, Operator, Outcome, Process, Ready, Relay, eventually, raw_terminal,
};

/// A desktop with a client that allows everything.
struct Bench {
    // Dropped in this order: the server goes last.
    client: Client,
    _manager: Program,
    relay: Relay,
    operator: Operator,
    eye: Eye,
    server: XServer,
}

impl Bench {
    fn on(server: XServer) -> Self {
        let relay = Relay::start();
        let operator = relay.add_operator("anna");
        let manager = server.start_window_manager();
        let client = Client::start(&relay, &server, &["--allow", "view,control"]);
        let eye = Eye::open(&server);
        Self { client, _manager: manager, relay, operator, eye, server }
    }

    fn new() -> Self {
        Self::on(XServer::xvfb(1024, 768))
    }

    fn ready(&mut self) -> Ready {
        self.client.ready()
    }

    fn console(&mut self) -> Console {
        let ready = self.ready();
        Console::new(&self.relay, &self.operator, &ready)
    }

    /// A terminal whose first line holds this text, and that writes the lines typed into it to a file.
    fn terminal(&self, first: &str, file: &str) -> (Program, Cells) {
        let path = self.server.file(file);
        let script = format!("{first}; exec cat > '{}'", path.display());
        let arguments = ["-u8", "-geometry", "80x24+60+80", "-sl", "1000", "-e", "sh", "-c", &script];
        let program = self.server.start_program("xterm", &arguments);
        self.server.wait_for_focus("XTerm");
        eventually("the terminal", || path.exists().then_some(()));
        self.eye.still_pixels();
        let window = self.server.window("XTerm").parse().expect("a number");
        let place = self.eye.place(window);
        let (width, height) = self.eye.cell(window);
        (program, Cells { x: place.x + 2, y: place.y + 2, width, height })
    }
}

/// Where a terminal's letters are.
struct Cells {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
}

impl Cells {
    /// A place in a letter, so many eighths of it from its left edge, as the console's words.
    fn place(&self, column: i32, row: i32, eighths: i32) -> String {
        let x = self.x + self.width * column + self.width * eighths / 8;
        format!("{x} {}", self.y + self.height * row + self.height / 2)
    }
}

#[test]
fn a_click_presses_the_button_that_it_hits() {
    for (which, code) in [(0, 21), (1, 22)] {
        let mut bench = Bench::new();
        let mut command = bench.server.command("xmessage");
        let mut dialogue = Process::start(command.args(["-buttons", "Yes:21,No:22", "Delete all files?"]));
        let window = bench.server.window("Xmessage").parse().expect("a number");
        bench.eye.still_pixels();
        // The window holds a form, and that the text and below it the buttons.
        let form = bench.eye.children(window)[0];
        let mut parts: Vec<_> =
            bench.eye.children(form).into_iter().map(|part| bench.eye.place(part)).collect();
        parts.sort_by_key(|part| (part.y, part.x));
        let (x, y) = parts[1 + which].middle();
        bench.console().must_run(&format!("click {x} {y}\n"));
        assert_eq!(dialogue.exit_code(), Some(code), "the dialogue says which button was pressed");
    }
}

#[test]
fn a_double_click_takes_a_word_and_the_middle_button_pastes_it() {
    let mut bench = Bench::new();
    let (_terminal, cells) = bench.terminal("echo 'alpha beta gamma'", "typed");
    let (word, below) = (cells.place(7, 0, 4), cells.place(0, 5, 4));
    let script = format!("click {word} --count 2\nclick {below} --button middle\nkey enter\n");
    bench.console().must_run(&script);
    assert_eq!(bench.server.wait_for_file("typed", "beta\n"), Ok(()));
}

#[test]
fn a_drag_marks_text() {
    let mut bench = Bench::new();
    let (_terminal, cells) = bench.terminal("echo 'alpha beta gamma'", "typed");
    // From the beginning of the b to the beginning of the second m.
    let (from, to, below) = (cells.place(6, 0, 1), cells.place(14, 0, 1), cells.place(0, 5, 4));
    let script = format!("drag {from} {to}\nclick {below} --button middle\nkey enter\n");
    bench.console().must_run(&script);
    assert_eq!(bench.server.wait_for_file("typed", "beta gam\n"), Ok(()));
}

#[test]
fn a_drag_of_its_title_moves_a_window() {
    let mut bench = Bench::new();
    let (_terminal, _) = bench.terminal("true", "typed");
    let window = bench.server.window("XTerm").parse().expect("a number");
    let before = bench.eye.place(window);
    // The title bar is right above.
    let (x, y) = (before.x + before.width / 2, before.y - 8);
    bench.console().must_run(&format!("drag {x} {y} {} {}\n", x + 150, y + 90));
    eventually("the window at its new place", || {
        let now = bench.eye.place(window);
        ((now.x - before.x, now.y - before.y) == (150, 90)).then_some(())
    });
}

#[test]
fn the_wheel_scrolls() {
    let mut bench = Bench::new();
    let (_terminal, cells) = bench.terminal("seq 101 600", "typed");
    // 24 rows, the last of them empty: 578 is on top. A notch is five lines.
    let (top, below) = (cells.place(1, 0, 4), cells.place(0, 5, 4));
    let script = format!(
        "scroll {below} --down -8\nscroll {below} --down 3\nclick {top} --count 2\n\
         click {below} --button middle\nkey enter\n"
    );
    bench.console().must_run(&script);
    assert_eq!(bench.server.wait_for_file("typed", "553\n"), Ok(()));
}

#[test]
fn the_person_at_the_machine_comes_first() {
    let mut bench = Bench::on(XServer::tigervnc(1024, 768));
    let terminal = raw_terminal(&bench.server, "typed");
    let mut person = RfbClient::connect(bench.server.rfb_socket()).expect("the server listens");
    let window = bench.server.window("XTerm").parse().expect("a number");
    let (x, y) = bench.eye.place(window).middle();
    let script = format!(
        "type before\nwait settled\nwait change --area {}\ntype after\nwait settled\nclick {x} {y}\n",
        Eye::FLAG
    );
    let mut console = bench.console().start(&script);
    console.event_where("step", |step| step["name"] == "wait");
    terminal.expect("before");

    // The person moves the mouse for a while; what the operator types meanwhile waits.
    let mut moves = 0_u16;
    let mut move_for = |person: &mut RfbClient, time: Duration| {
        let start = Instant::now();
        while start.elapsed() < time {
            moves += 1;
            person.pointer(300 + moves % 50, 300, 0).expect("the server listens");
            std::thread::sleep(Duration::from_millis(20));
        }
        Instant::now()
    };
    move_for(&mut person, Duration::from_millis(20));
    console.event_where("holding", |event| event["held"] == true);
    bench.eye.flag();
    console.event_where("step", |step| step["name"] == "wait");
    let last_move = move_for(&mut person, Duration::from_millis(1500));
    assert_eq!(terminal.text(), "before", "nothing is typed between the person's moves");
    terminal.expect("beforeafter");
    let quiet = last_move.elapsed();
    assert!(quiet >= Duration::from_millis(900), "typed {quiet:?} after the person's last move");
    console.event_where("holding", |event| event["held"] == false);
    assert_eq!(Outcome::of(console).code, Some(0), "a click after the hold is done");
    assert_eq!(bench.eye.pointer(), (x, y));

    // What the pointer was to do meanwhile was meant for another screen.
    let script = format!("wait settled\nwait change --area {}\nclick 200 200\ntype never\n", Eye::FLAG);
    let mut console = bench.console().start(&script);
    console.event_where("step", |step| step["name"] == "wait");
    move_for(&mut person, Duration::from_millis(20));
    console.event_where("holding", |event| event["held"] == true);
    bench.eye.flag();
    console.event_where("step", |step| step["name"] == "wait");
    move_for(&mut person, Duration::from_millis(1500));
    Outcome::of(console).expect(13, "came too late");
    assert_ne!(bench.eye.pointer(), (200, 200));

    // The person's own keys are the person's.
    for pressed in [true, false] {
        person.key(u32::from(b'x'), pressed).expect("the server listens");
    }
    terminal.expect("beforeafterx");
}

#[test]
fn who_may_only_look_touches_nothing() {
    for step in ["type secret", "key a", "down shift", "click 300 300", "move 5 5", "scroll 300 300 --down 1"]
    {
        let mut bench = Bench::new();
        let terminal = raw_terminal(&bench.server, "typed");
        let before = bench.eye.pointer();
        let ready = bench.ready();
        let console = Console::new(&bench.relay, &bench.operator, &ready);
        console.run_with(&["--view-only"], &format!("{step}\n")).expect(12, "not allow control");
        assert_eq!(bench.eye.pointer(), before, "after {step}");
        bench.console().must_run("type x\n");
        terminal.expect("x");
    }
}

#[test]
fn the_clients_own_policy_limits_what_is_asked() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(640, 480);
    let mut client = Client::start(&relay, &server, &["--allow", "view"]);
    let file = server.file("seen.png");
    let script = format!("picture '{}'\ntype x\n", file.display());
    let outcome = Console::new(&relay, &operator, &client.ready()).run(&script);
    outcome.expect(12, "not allow control");
    assert!(file.exists(), "looking is allowed");
    let asked = client.process.event("asked");
    assert_eq!((&asked["grants"], &asked["operator"]), (&"view,control".into(), &"anna".into()));
    assert_eq!(client.process.event("allowed")["grants"], "view");
}

#[test]
fn both_people_see_the_same_two_words() {
    let mut bench = Bench::new();
    let console = bench.console().must_run("wait settled\n");
    let here = bench.client.process.event("asked")["words"].clone();
    assert_eq!(console.events("sealed")[0]["words"], here);
    assert_eq!(here.as_array().map(Vec::len), Some(2), "{here}");
}
