//! The customer's window: what a screen reader is told, what the X server shows, and whose presses count.
#![cfg(target_os = "linux")]

use std::time::Duration;

use farhand_testkit::x::{ScratchDir, XServer};
use farhand_tests::{
    BAR, Client, Console, Desk, Eye, Keys, MAIN, Node, Outcome, Person, Role, Window, eventually,
};

/// What the switches and ticks are called.
/// The console's exit code when something was not carried.
const NOT_CARRIED: i32 = 17;
const CONTROL: &str = "Use my mouse and keyboard";

/// On this server the window shows what connects, and no program can say yes for the person.
fn shows_numbers_and_denies_for_programs(server: XServer) {
    let desk = Desk::on(server);
    let client = &desk.client;
    client.node("a green light", |node| node.role == Role::Image && node.name == "Ready");
    client.says("Read these two numbers to your helper on the phone.");
    client.widget(Role::Frame, MAIN);
    let mut console = desk.console("wait settled\n");
    client.says("Let anna in?");
    client.says("From Test House");
    let words = console.event("sealed")["words"].clone();
    let words: Vec<_> = words.as_array().expect("a list").iter().filter_map(|word| word.as_str()).collect();
    client.says(&words.join(", "));

    let allow = client.button("Allow");
    assert!(allow.press(), "a screen reader can ask for it");
    client.says("A press was ignored");
    client.click(&allow);
    client.keys(&["Tab", "space", "Return"]);
    client.click(&client.button("Deny"));
    let outcome = Outcome::of(console);
    assert_eq!(outcome.code, Some(8), "{}", outcome.process.transcript());
    client.says("You did not let them in");
    client.says("Your screen was not seen.");
}

#[test]
fn with_opengl_it_shows_numbers_and_denies_for_programs() {
    shows_numbers_and_denies_for_programs(XServer::xvfb(1024, 768));
}

#[test]
fn without_opengl_it_shows_numbers_and_denies_for_programs() {
    shows_numbers_and_denies_for_programs(XServer::xvfb_with(&[
        "-screen",
        "0",
        "1024x768x24",
        "-extension",
        "GLX",
    ]));
}

#[test]
fn only_a_hand_at_this_computer_lets_anybody_in() {
    let (desk, mut person) = Desk::with_person();
    let (client, relay) = (&desk.client, &desk.relay);
    // Somebody who may already use mouse and keyboard here.
    let mut other = Client::start(relay, &desk.server, &["--allow", "view,control"]);
    let bob = relay.add_operator("bob");

    let mut console = desk.console("wait settled\nstay\n");
    let allow = client.button("Allow");
    let (x, y) = allow.place().middle();
    Console::new(relay, &bob, &other.ready()).must_run(&format!("click {x} {y}\n"));
    client.says("A press was ignored");
    other.process.event("ended");
    let ready = other.ready();
    Console::new(relay, &bob, &ready).must_run("key tab\nkey space\nkey enter\nwait settled\n");
    client.click(&allow);
    assert!(allow.press());
    // A press that comes together with one of these counts no more than they do.
    std::thread::sleep(Duration::from_millis(500));
    client.says("Let anna in?");
    assert_eq!(console.events("allowed"), Vec::<serde_json::Value>::new());

    person.click(&client.button("Allow"));
    assert_eq!(console.event("allowed")["grants"], "view,control");
    client.says("anna is here");
}

#[test]
fn who_may_use_the_mouse_gives_themselves_nothing() {
    let (desk, mut person) = Desk::with_person();
    let (client, relay) = (&desk.client, &desk.relay);
    let mut other = Client::start(relay, &desk.server, &["--allow", "view,control"]);
    let bob = relay.add_operator("bob");
    let mut console = desk.visit(&mut person, "stay\n");
    person.click(&desk.switch(CONTROL));
    assert_eq!(console.event("allowed")["grants"], "view");

    // Through another program on the same desktop.
    let switches: Vec<Node> = client.nodes().into_iter().filter(|node| node.role == Role::CheckBox).collect();
    assert_eq!(switches.len(), 8, "four in the window, four in the bar");
    let before: Vec<bool> = switches.iter().map(Node::is_checked).collect();
    let clicks: String = switches
        .iter()
        .map(|switch| {
            let (x, y) = switch.place().middle();
            format!("click {x} {y}\n")
        })
        .collect();
    // The person's own hand comes first for a second.
    let script = format!("wait time --for 1.5\n{clicks}wait settled\n");
    Console::new(relay, &bob, &other.ready()).must_run(&script);
    client.says("A press was ignored");
    let now = |client: &Window| -> Vec<bool> {
        client.nodes().iter().filter(|node| node.role == Role::CheckBox).map(Node::is_checked).collect()
    };
    assert_eq!(now(client), before);

    // Through the session itself, where they are in the next one too.
    let places = [switches[0].place().middle(), desk.switch(CONTROL).place().middle()];
    for (x, y) in places {
        person.click(&client.button_in(BAR, "End"));
        Outcome::of(console).expect(0, "");
        std::thread::sleep(Duration::from_millis(1600));
        person.click(&client.button("Start again"));
        console = desk.visit(&mut person, &format!("wait time --for 1.5\nclick {x} {y}\n"));
        let refused = Outcome::of(console);
        refused.expect(13, "only the person at the desktop can use");
        client.says("The session is over");
        std::thread::sleep(Duration::from_millis(1600));
        person.click(&client.button("Start again"));
        console = desk.visit(&mut person, "stay\n");
    }
    drop(other);
}

#[test]
fn a_pause_shows_nothing_and_control_taken_back_is_gone() {
    let (desk, mut person) = Desk::with_person();
    let client = &desk.client;
    let script = format!("wait settled\nwait revoked\nwait change --area {}\ntype x\n", Eye::FLAG);
    let mut console = desk.visit(&mut person, &script);
    console.event_where("step", |step| step["name"] == "wait");
    client.says("Sees your screen and can use mouse and keyboard");

    person.click(&client.button_in(BAR, "Pause"));
    console.event_where("paused", |event| event["paused"] == true);
    client.says("Paused: nothing is seen and nothing is done");
    client.says("sees nothing: paused");
    let before = desk.carried_to_console();
    desk.eye.draw_noise(20, 300, 200, 1);
    // Nothing can be waited for that does not come; signs of life do.
    std::thread::sleep(Duration::from_millis(800));
    let meanwhile = desk.carried_to_console() - before;
    assert!(meanwhile < 20_000, "{meanwhile} bytes of a session that is paused");
    person.click(&client.button_in(BAR, "Go on"));
    console.event_where("paused", |event| event["paused"] == false);
    eventually("the noise at the console", || (desk.carried_to_console() - before > 100_000).then_some(()));

    person.click(&desk.switch(CONTROL));
    assert_eq!(console.event("allowed")["grants"], "view");
    client.says("sees your screen");
    let mut eye = Eye::open(&desk.server);
    eye.flag();
    Outcome::of(console).expect(12, "not allow control");
}

#[test]
fn the_bar_stays_above_everything() {
    let (desk, mut person) = Desk::with_person();
    let _console = desk.visit(&mut person, "wait settled\nstay\n");
    let place = desk.client.widget(Role::Frame, BAR).place();
    person.point((640, 700));
    let bar = desk.eye.still_pixels().part(place);
    let full = desk.server.start_program("xterm", &["-fullscreen"]);
    desk.server.wait_for_window("XTerm");
    let covered = |eye: &Eye| {
        let all = eye.pixels();
        let corner = all.pixels[all.pixels.len() - 1];
        corner == 0x00ff_ffff
    };
    eventually("the full screen", || covered(&desk.eye).then_some(()));
    eventually("the bar above it", || (desk.eye.pixels().part(place) == bar).then_some(()));
    drop(full);
    // A window that no window manager holds down either.
    let (x, y) = place.middle();
    desk.eye.draw_noise(
        i16::try_from(x).expect("on the screen"),
        i16::try_from(y).expect("on the screen"),
        200,
        3,
    );
    eventually("the bar above a window like itself", || (desk.eye.pixels().part(place) == bar).then_some(()));
}

#[test]
fn a_message_leads_to_the_window_and_is_answered_and_files_are_told_and_stopped() {
    let (desk, mut person) = Desk::with_person();
    let large = desk.server.file("large");
    // It takes a while even here, and its contents don't matter.
    std::fs::File::create(&large).and_then(|file| file.set_len(1 << 40)).expect("the folder is ours");
    let numbers = desk.client.numbers();
    let folder = ScratchDir::new();
    let get = format!("get large --to {}", folder.path().display());
    // The customer turns to another program before the operator says something.
    let turned = format!("wait settled\nwait change --area {}\n", Eye::FLAG);
    let script = format!("{turned}say 'Can you read this?'\nwait said\n{get}\n");
    let console = Console::new(&desk.relay, &desk.operator, &numbers);
    let mut console = console.start_with(&["--grants", "view,control,files"], &script);
    person.click(&desk.client.button("Allow"));
    console.event("allowed");
    console.event_where("step", |step| step["name"] == "wait");
    let _other = desk.server.start_program("xterm", &["-geometry", "20x5-0-0"]);
    let window = desk.server.window("XTerm");
    desk.server.run("xdotool", &["windowfocus", "--sync", &window]);
    let mut eye = Eye::open(&desk.server);
    eye.flag();
    let client = &desk.client;
    client.says("Can you read this?");
    person.click(&client.button_in(BAR, "Message"));
    client.node("the keyboard in the field", |node| node.role == Role::Entry && node.is_focused());
    for letter in "yes".chars() {
        person.key(u32::from(letter));
    }
    person.key(Keys::ENTER);
    assert_eq!(console.event("said")["text"], "yes");
    client.wait_without("an unanswered message", |node| node.name == "Message");

    client.says("fetches files");
    client.says("Your helper fetches large");
    person.click(&client.button("Stop"));
    Outcome::of(console).expect(NOT_CARRIED, "it was cancelled");
    client.says("The session is over");
}

/// Every file and folder below a folder, with its size.
fn files_below(folder: &std::path::Path) -> std::collections::BTreeMap<std::path::PathBuf, u64> {
    let mut found = std::collections::BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the folder is ours").flatten() {
        let data = entry.metadata().expect("it is there");
        if data.is_dir() {
            found.extend(files_below(&entry.path()));
        }
        found.insert(entry.path(), data.len());
    }
    found
}

#[test]
fn the_receipt_says_what_was_and_is_the_only_file() {
    let home = ScratchDir::new();
    let server = XServer::tigervnc(1280, 800);
    let in_home = |command: &mut std::process::Command| {
        command.current_dir(home.path()).env("TMPDIR", home.path()).env("HOME", home.path());
        for name in
            ["XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"]
        {
            command.env(name, home.path());
        }
    };
    let (desk, ()) = Desk::with(server, |_| (), in_home);
    let mut person = Person::at(&desk.server);
    let mut console = desk.visit(&mut person, "wait settled\nstay\n");
    console.event_where("step", |step| step["name"] == "wait");
    person.click(&desk.switch(CONTROL));
    assert_eq!(console.event("allowed")["grants"], "view");
    person.click(&desk.client.button_in(BAR, "End"));

    let client = &desk.client;
    client.says("The session is over");
    for words in ["anna", "Test House", "You ended it", "No longer allowed: use mouse and keyboard"] {
        client.says(words);
    }
    assert_eq!(files_below(home.path()).len(), 0, "{:?}", files_below(home.path()));
    let path = client.widget(Role::Entry, "File name for the receipt").text();
    assert!(path.starts_with(&home.path().display().to_string()), "{path}");
    client.click(&client.button("Save"));
    client.says("Saved.");
    assert_eq!(files_below(home.path()).into_keys().collect::<Vec<_>>(), [std::path::PathBuf::from(&path)]);
    let receipt = std::fs::read_to_string(path).expect("it was saved");
    for words in [
        "Who: anna",
        "Organisation: Test House",
        "Asked for: see the screen, use mouse and keyboard",
        "Allowed: see the screen, use mouse and keyboard",
        "No longer allowed: use mouse and keyboard",
        "You ended it",
    ] {
        assert!(receipt.contains(words), "{words:?} is not in:\n{receipt}");
    }
    client.click(&client.button("Save"));
    client.says("Saved.");
    // Nobody reads a receipt in less time: a press that comes sooner was meant for what stood here before.
    std::thread::sleep(Duration::from_millis(1600));
    client.click(&client.button("Close"));
    drop(console);
    let mut client = desk.client;
    assert_eq!(client.process.exit_code(), Some(0));
    assert_eq!(files_below(home.path()).len(), 1);
}

#[test]
fn with_the_keyboard_alone_somebody_is_let_in_and_ended() {
    let (desk, mut person) = Desk::with_person();
    let mut console = desk.console("stay\n");
    desk.client.button("Allow");
    // Whoever reads the question takes longer than this: a key that comes sooner was meant for another program.
    std::thread::sleep(Duration::from_millis(1100));
    // Not the mouse, not even for the focus: the question comes to the front by itself.
    person.tab_to(&desk.client, Role::Button, "Allow");
    person.key(Keys::SPACE);
    assert_eq!(console.event("allowed")["grants"], "view,control");
    desk.client.says("anna is here");
    person.tab_to(&desk.client, Role::Button, "End");
    person.key(Keys::SPACE);
    desk.client.says("You ended it");
    Outcome::of(console).expect(0, "");
}

#[test]
fn while_it_waits_it_needs_little_memory_and_no_processor() {
    let desk = Desk::on(XServer::xvfb(1280, 800));
    let _ready = desk.client.numbers();
    // What was read of it is drawn by now.
    std::thread::sleep(Duration::from_secs(2));
    let pid = desk.client.process.pid();
    let before = ticks(pid);
    std::thread::sleep(Duration::from_secs(10));
    let used = ticks(pid) - before;
    assert!(used <= 2, "{used} hundredths of a second of 10 s");
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let resident =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
    let resident: u64 = resident.expect("Linux says it");
    println!("{resident} KiB, {used} ticks");
    assert!(resident <= 60 * 1024, "{resident} KiB");
}

/// Hundredths of a second of a processor that a process has used.
fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let fields: Vec<&str> = stat.rsplit_once(')').expect("its name").1.split_whitespace().collect();
    // utime and stime are fields 14 and 15 (proc_pid_stat(5)); the first here is field 3.
    fields[11..13].iter().map(|time| time.parse::<u64>().expect("a number")).sum()
}
