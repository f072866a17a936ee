//! However a session ends or a grant goes, it takes effect at once and nothing stays behind.
#![cfg(target_os = "linux")]

use farhand_testkit::x::{Program, XServer};
use farhand_tests::{
    Client, Console, Eye, Operator, Outcome, Process, Ready, Relay, children_of, eventually, is_running,
    raw_terminal,
};

/// A customer who answers by commands.
struct Bench {
    client: Client,
    _manager: Program,
    relay: Relay,
    operator: Operator,
    eye: Eye,
    server: XServer,
}

impl Bench {
    fn new(arguments: &[&str]) -> Self {
        let relay = Relay::start();
        let operator = relay.add_operator("anna");
        let server = XServer::xvfb(800, 600);
        let manager = server.start_window_manager();
        let client = Client::start(&relay, &server, arguments);
        let eye = Eye::open(&server);
        Self { client, _manager: manager, relay, operator, eye, server }
    }

    fn console(&self, ready: &Ready) -> Console {
        Console::new(&self.relay, &self.operator, ready)
    }

    /// A session in which the operator keeps Shift down.
    fn holding_shift(&self, ready: &Ready) -> Process {
        let mut console = self.console(ready).start("down shift\nstay\n");
        console.event_where("step", |step| step["name"] == "down");
        assert_eq!(self.eye.keys_down().len(), 1, "shift is down");
        console
    }

    fn wait_until_released(&self) {
        eventually("every key to come up", || self.eye.keys_down().is_empty().then_some(()));
        assert_eq!(self.eye.state().bits(), 0, "no modifier or button stays");
    }
}

#[test]
fn taking_control_back_stops_a_typist_in_the_middle() {
    let mut bench = Bench::new(&["--commands"]);
    let terminal = raw_terminal(&bench.server, "typed");
    let text = "abcdefghijklmnopqrstuvwxyz".repeat(20);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready).start(&format!("type --rate 20 '{text}'\n"));
    bench.client.process.event("asked");
    bench.client.say("allow view,control");
    terminal.wait("some letters", |typed| typed.len() > 10);
    bench.client.say("set view");
    bench.client.process.event_where("allowed", |event| event["grants"] == "view");
    let until_then = terminal.text();
    assert_eq!(console.event_where("allowed", |event| event["grants"] == "view")["event"], "allowed");
    Outcome::of(console).expect(12, "line 1: the customer does not allow control now");

    // What another session types comes right after what was typed until then.
    let ready = bench.client.ready();
    let console = bench.console(&ready).start("type !\n");
    bench.client.process.event("asked");
    bench.client.say("allow view,control");
    let typed = terminal.wait("the next session's text", |typed| typed.ends_with('!'));
    assert_eq!(Outcome::of(console).code, Some(0));
    let typed = typed.trim_end_matches('!');
    assert!(text.starts_with(typed), "{typed}");
    // The terminal itself may show a letter or two a moment after they were typed.
    assert!(typed.len() <= until_then.len() + 5, "{until_then} and then {typed}");
}

#[test]
fn taking_control_back_stops_a_pasted_text_within_a_few_letters() {
    let mut bench = Bench::new(&["--commands"]);
    let terminal = raw_terminal(&bench.server, "typed");
    let text = "abcdefghijklmnopqrstuvwxyz".repeat(4_000);
    let ready = bench.client.ready();
    let console = bench.console(&ready).start(&format!("type '{text}'\n"));
    bench.client.process.event("asked");
    bench.client.say("allow view,control");
    terminal.wait("some letters", |typed| typed.len() > 100);
    bench.client.say("set view");
    bench.client.process.event_where("allowed", |event| event["grants"] == "view");
    let outcome = Outcome::of(console);
    outcome.expect(12, "line 1: the customer does not allow control now");
    assert!(outcome.process.events("undone").len() <= 1, "once for all pieces of the text");
    let ready = bench.client.ready();
    let console = bench.console(&ready).start("type !\n");
    bench.client.process.event("asked");
    bench.client.say("allow view,control");
    let typed = terminal.wait("the next session's text", |typed| typed.ends_with('!'));
    assert_eq!(Outcome::of(console).code, Some(0));
    let typed = typed.trim_end_matches('!');
    assert!(text.starts_with(typed) && typed.len() < text.len() / 2, "{} letters", typed.len());
}

#[test]
fn taking_the_view_back_stops_the_picture_and_giving_it_again_begins_anew() {
    let mut bench = Bench::new(&["--commands"]);
    let [before, after] = ["before.png", "after.png"].map(|name| bench.server.file(name));
    let ready = bench.client.ready();
    let script = format!("picture '{}'\nwait revoked\npicture '{}'\n", before.display(), after.display());
    let mut console = bench.console(&ready).start(&script);
    bench.client.process.event("asked");
    bench.client.say("allow view,control");
    console.event("picture");
    let carried = |relay: &Relay, way: &str| {
        relay.metric(&format!("farhand_relay_forwarded_bytes_total{{direction=\"{way}\"}}"))
    };

    // With the view, a square of noise is carried; without, only signs of life are.
    let start = carried(&bench.relay, "to_console");
    bench.eye.draw_noise(0, 0, 200, 1);
    eventually("the noise at the console", || {
        (carried(&bench.relay, "to_console") > start + 100_000).then_some(())
    });
    bench.client.say("set control");
    console.event_where("allowed", |event| event["grants"] == "control");
    let mut signs = carried(&bench.relay, "to_client");
    let start = carried(&bench.relay, "to_console");
    for seed in 2..7 {
        bench.eye.draw_noise(0, 0, 200, seed);
        signs = eventually("a sign of life", || {
            Some(carried(&bench.relay, "to_client")).filter(|now| *now > signs)
        });
    }
    let carried_since = carried(&bench.relay, "to_console") - start;
    assert!(carried_since < 20_000, "{carried_since} bytes");

    // Seen again, it is the screen of now. The console's script ends with it.
    bench.client.say("set view");
    console.event("picture");
    assert_eq!(Outcome::of(console).code, Some(0));
    farhand_tests::Picture::read_png(&after).must_equal(&bench.eye.still_pixels());
}

#[test]
fn without_the_view_there_is_no_picture() {
    let mut bench = Bench::new(&["--commands"]);
    let ready = bench.client.ready();
    let console = bench.console(&ready).start("wait change\n");
    bench.client.process.event("asked");
    bench.client.say("allow control");
    Outcome::of(console).expect(12, "not allow view");
}

#[test]
fn a_killed_console_leaves_no_key_down_and_the_client_waits_with_a_new_password() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    let ready = bench.client.ready();
    let mut console = bench.holding_shift(&ready);
    console.kill();
    bench.wait_until_released();
    bench.client.process.event("ended");
    let again = bench.client.ready();
    assert_eq!(again.session_id, ready.session_id);
    assert_ne!(again.password, ready.password);
    bench.console(&ready).run("wait settled\n").expect(7, "password is wrong");
    bench.console(&again).must_run("wait settled\n");
}

#[test]
fn a_killed_client_leaves_no_key_down() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    let ready = bench.client.ready();
    let console = bench.holding_shift(&ready);
    let guards = children_of(bench.client.process.pid());
    assert_eq!(guards.len(), 1, "the client has one other process");
    bench.client.process.kill();
    bench.wait_until_released();
    Outcome::of(console).expect(11, "did not come back");
    eventually("the guard to end", || guards.iter().all(|pid| !is_running(*pid)).then_some(()));
}

/// What every key of the keyboard types, by the server's own word.
fn keyboard_map(server: &XServer) -> String {
    let output = server.command("xmodmap").arg("-pke").output().expect("xmodmap runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("names of symbols")
}

#[test]
fn a_killed_client_leaves_the_keyboard_as_it_was() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    let terminal = raw_terminal(&bench.server, "typed");
    let before = keyboard_map(&bench.server);
    let ready = bench.client.ready();
    let text = "řžß€Ωжא";
    let mut console = bench.console(&ready).start(&format!("type '{text}'\nstay\n"));
    console.event_where("step", |step| step["name"] == "type");
    let guards = children_of(bench.client.process.pid());
    bench.client.process.kill();
    assert_ne!(keyboard_map(&bench.server), before, "keys were taught, or nothing would be shown");
    // What was typed last is still read as it was meant.
    terminal.expect(text);
    eventually("the guard to end", || guards.iter().all(|pid| !is_running(*pid)).then_some(()));
    assert_eq!(keyboard_map(&bench.server), before);
    Outcome::of(console).expect(11, "did not come back");
}

#[test]
fn a_pause_holds_the_operator_up_until_it_ends() {
    let mut bench = Bench::new(&["--commands"]);
    let terminal = raw_terminal(&bench.server, "typed");
    let ready = bench.client.ready();
    let mut console = bench.console(&ready).start("type one\nwait time --for 1\nstay\n");
    bench.client.process.event("asked");
    bench.client.say("allow view,control");
    assert_eq!(bench.client.process.event("here")["operator"], "anna");
    console.event_where("step", |step| step["name"] == "type");
    bench.client.say("pause");
    bench.client.process.event_where("paused", |event| event["paused"] == true);
    console.event_where("paused", |event| event["paused"] == true);
    bench.client.say("take view");
    bench.client.say("resume");
    console.event_where("paused", |event| event["paused"] == false);
    bench.client.say("give view");
    bench.client.process.event_where("allowed", |event| event["grants"] == "view,control");
    bench.client.say("end");
    let over = bench.client.process.event("over");
    assert_eq!(over["reason"], "the customer ended the session");
    let decisions = over["decisions"].as_array().expect("a list");
    let decided: Vec<_> =
        decisions.iter().map(|one| (&one["given"], &one["taken_back"], &one["paused"])).collect();
    assert_eq!(decided.len(), 5, "{over}");
    assert_eq!(
        (decided[0].0, decided[1].2, decided[4].0),
        (&"view,control".into(), &true.into(), &"view".into())
    );
    assert!(
        over["from"].as_f64() <= decisions[0]["at"].as_f64()
            && decisions[4]["at"].as_f64() <= over["to"].as_f64()
    );
    terminal.expect("one");
    Outcome::of(console).expect(10, "the customer ended the session");
}

#[test]
fn both_killed_leave_no_key_down() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    let ready = bench.client.ready();
    let mut console = bench.holding_shift(&ready);
    bench.client.process.kill();
    console.kill();
    bench.wait_until_released();
}

#[test]
fn a_session_that_ends_well_leaves_no_key_down() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    let ready = bench.client.ready();
    bench.console(&ready).must_run("down ctrl+shift\n");
    bench.wait_until_released();

    // An operator who is asked to stop.
    let ready = bench.client.ready();
    let console = bench.holding_shift(&ready);
    Outcome::of_stopped(console);
    bench.wait_until_released();
    let end = bench.client.process.event_where("ended", |_| true);
    assert_eq!(end["reason"], "the operator ended the session");
}

#[test]
fn taking_control_back_lets_keys_up() {
    let mut bench = Bench::new(&["--commands"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready).start("down shift\nwait revoked\n");
    bench.client.process.event("asked");
    bench.client.say("allow view,control");
    console.event_where("step", |step| step["name"] == "down");
    assert_eq!(bench.eye.keys_down().len(), 1);
    bench.client.say("set view");
    bench.wait_until_released();
    assert_eq!(Outcome::of(console).code, Some(0));
}

#[test]
fn the_customer_ends_the_session() {
    let mut bench = Bench::new(&["--commands"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready).start("down shift\nstay\n");
    bench.client.process.event("asked");
    bench.client.say("allow view,control");
    console.event_where("step", |step| step["name"] == "down");
    bench.client.say("end");
    assert_eq!(Outcome::of(console).code, Some(0), "whoever only stays is done with that");
    bench.wait_until_released();
    let end = bench.client.process.event("ended");
    assert_eq!(end["reason"], "the customer ended the session");
    assert_ne!(bench.client.ready().password, ready.password);
    bench.client.say("quit");
    bench.client.process.event("stopped");
    assert_eq!(bench.client.process.exit_code(), Some(0));
}

#[test]
fn once_means_one_session() {
    let mut bench = Bench::new(&["--allow", "view", "--once"]);
    let ready = bench.client.ready();
    bench.console(&ready).must_run("wait settled\n");
    bench.client.process.event("ended");
    bench.client.process.event("stopped");
    assert_eq!(bench.client.process.exit_code(), Some(0));
    bench.console(&ready).run("wait settled\n").expect(6, "nobody is waiting under this number");
}

#[test]
fn a_client_that_is_stopped_ends_its_session_first() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready).start("down shift\nwait revoked\n");
    console.event_where("step", |step| step["name"] == "down");
    bench.client.process.terminate();
    Outcome::of(console).expect(10, "the customer ended the session");
    bench.wait_until_released();
    assert_eq!(bench.client.process.exit_code(), Some(0));
}

#[test]
fn after_everything_has_ended_nothing_is_left() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    for _ in 0..3 {
        let ready = bench.client.ready();
        bench.console(&ready).must_run("type x\n");
        bench.client.process.event("ended");
    }
    bench.client.ready();
    let client = bench.client.process.pid();
    eventually("the end of every other process, ended and waited for", || {
        children_of(client).is_empty().then_some(())
    });
    for (name, value) in [
        ("farhand_relay_sessions_started_total", 3),
        ("farhand_relay_sessions", 0),
        ("farhand_relay_sessions_invited", 0),
        ("farhand_relay_operators", 0),
        ("farhand_relay_waiting_clients", 1),
        ("farhand_relay_legs{kind=\"session\"}", 0),
        ("farhand_relay_legs{kind=\"operator\"}", 0),
        ("farhand_relay_legs{kind=\"ending\"}", 0),
    ] {
        bench.relay.wait_for_metric(name, value);
    }
    bench.client.process.terminate();
    assert_eq!(bench.client.process.exit_code(), Some(0));
    for name in
        ["waiting_clients", "legs{kind=\"client\"}", "legs{kind=\"newcomer\"}", "legs{kind=\"ending\"}"]
    {
        bench.relay.wait_for_metric(&format!("farhand_relay_{name}"), 0);
    }
    bench.relay.process().terminate();
    assert_eq!(bench.relay.process().exit_code(), Some(0));
}
