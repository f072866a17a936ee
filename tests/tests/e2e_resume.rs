//! A session outlives its line: the relay is killed, and nobody types a word twice or misses one.
#![cfg(target_os = "linux")]

use farhand_testkit::x::{Program, XServer};
use farhand_tests::{Client, Console, Eye, Operator, Outcome, Picture, Process, Ready, Relay, raw_terminal};

/// A customer on a desktop with a window manager. Client and console have half a minute to come back.
struct Bench {
    client: Client,
    _manager: Program,
    relay: Relay,
    operator: Operator,
    eye: Eye,
    server: XServer,
}

const WINDOW: [&str; 2] = ["--resume-window", "30"];

impl Bench {
    fn new(arguments: &[&str]) -> Self {
        let relay = Relay::start();
        let operator = relay.add_operator("anna");
        let server = XServer::xvfb(800, 600);
        let manager = server.start_window_manager();
        let client = Client::start(&relay, &server, &[&WINDOW, arguments].concat());
        let eye = Eye::open(&server);
        Self { client, _manager: manager, relay, operator, eye, server }
    }

    fn console(&self, ready: &Ready, script: &str) -> Process {
        let console = Console::new(&self.relay, &self.operator, ready);
        console.change(|command| command.args(WINDOW)).start(script)
    }
}

#[test]
fn a_relay_killed_again_and_again_costs_no_letter_and_doubles_none() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    let terminal = raw_terminal(&bench.server, "typed");
    let text = "The quick brown fox, žluťoučký kůň, 0123456789. ".repeat(6);
    let picture = bench.server.file("after.png");
    let ready = bench.client.ready();
    let script = format!("type --rate 40 '{text}'\nwait settled\npicture '{}'\nstay\n", picture.display());
    let mut console = bench.console(&ready, &script);
    for letters in [40, 110, 180] {
        terminal.wait("some letters", |typed| typed.chars().count() > letters);
        bench.relay.process().kill();
        bench.client.process.event("lost");
        console.event("lost");
        bench.relay.start_again();
        bench.client.process.event("found");
        console.event("found");
    }
    console.event("picture");
    terminal.expect(&text);
    assert!(bench.eye.keys_down().is_empty(), "a key stays down");
    Picture::read_png(&picture).must_equal(&bench.eye.still_pixels());
    bench.client.process.terminate();
    // Staying ends well where the customer ends it.
    assert_eq!(Outcome::of(console).code, Some(0));
}

#[test]
fn a_shift_that_is_held_comes_up_with_the_line_and_stays_up() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready, "down shift\nwait time --for 3\nkey a\nstay\n");
    console.event_where("step", |step| step["name"] == "down");
    assert_eq!(bench.eye.keys_down().len(), 1, "shift is down");
    bench.relay.process().kill();
    bench.client.process.event("lost");
    farhand_tests::eventually("shift to come up", || bench.eye.keys_down().is_empty().then_some(()));
    bench.relay.start_again();
    console.event("found");
    console.event_where("step", |step| step["name"] == "key");
    farhand_tests::eventually("every key to come up", || bench.eye.keys_down().is_empty().then_some(()));
}

#[test]
fn a_customer_who_ends_it_while_the_line_is_lost_has_ended_it() {
    let mut bench = Bench::new(&["--commands"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready, "wait settled\nstay\n");
    bench.client.process.event("asked");
    bench.client.say("allow view,control");
    console.event("step");
    bench.relay.process().kill();
    bench.client.process.event("lost");
    bench.client.say("end");
    bench.client.process.event("over");
    bench.relay.start_again();
    let outcome = Outcome::of(console);
    assert_eq!(outcome.code, Some(0), "{}", outcome.process.transcript());
    let ended = outcome.process.events("ended");
    assert!(ended[0]["reason"].to_string().contains("the customer ended the session"), "{ended:?}");
    let again = bench.client.ready();
    assert_ne!(again.password, ready.password);
}

#[test]
fn an_operator_who_was_removed_while_the_line_was_lost_does_not_come_back() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready, "wait settled\nstay\n");
    console.event("step");
    bench.relay.process().kill();
    console.event("lost");
    bench.relay.remove_operator("anna");
    bench.relay.start_again();
    Outcome::of(console).expect(5, "does not know this operator");
    let ended = bench.client.process.event("ended");
    assert!(ended["reason"].to_string().contains("the relay ended it"), "{ended}");
    assert!(bench.client.process.events("found").is_empty());
}

#[test]
fn what_the_customer_takes_back_while_the_line_is_lost_stays_taken_back() {
    let mut bench = Bench::new(&["--commands"]);
    let terminal = raw_terminal(&bench.server, "typed");
    let ready = bench.client.ready();
    let mut console = bench.console(&ready, "type before\nwait revoked\ntype after\n");
    bench.client.process.event("asked");
    bench.client.say("allow view,control");
    console.event_where("step", |step| step["name"] == "type");
    bench.relay.process().kill();
    bench.client.process.event("lost");
    bench.client.say("set view");
    bench.client.process.event_where("allowed", |event| event["grants"] == "view");
    bench.relay.start_again();
    Outcome::of(console).expect(12, "the customer does not allow control now");
    assert_eq!(terminal.text(), "before");
}
