//! Sessions that go without the relay where their two computers reach each other, and back.
#![cfg(target_os = "linux")]

use std::process::Command;

use farhand_testkit::x::{Program, XServer};
use farhand_tests::{
    Client, Console, Eye, Lan, Network, Operator, Outcome, Picture, Process, Ready, Relay, raw_terminal,
};

/// A relay, a customer and an operator: three computers in one office.
struct Office {
    client: Client,
    _manager: Program,
    relay: Relay,
    operator: Operator,
    eye: Eye,
    server: XServer,
    at_relay: Network,
    at_console: Network,
    _at_client: Network,
    _lan: Lan,
}

const RELAY: &str = "10.77.0.1";
const CUSTOMER: &str = "10.77.0.2";
const OPERATOR: &str = "10.77.0.3";

impl Office {
    fn new(of_relay: &str, of_client: &[&str]) -> Self {
        let lan = Lan::new();
        let [at_relay, at_client, at_console] = [RELAY, CUSTOMER, OPERATOR].map(|address| {
            let computer = Network::new();
            lan.plug_in(&computer, &format!("{address}/24"));
            computer
        });
        let relay = Relay::within_with(&at_relay, of_relay);
        let operator = relay.add_operator("anna");
        let server = XServer::xvfb(800, 600);
        let manager = server.start_window_manager();
        let mut command = server.command(&Client::program());
        command.args(["--headless", "--json", "--log", "debug", "--allow", "view,control,files"]);
        command.args(["--relay", RELAY, "--pin", relay.pin(), "--resume-window", "30"]).args(of_client);
        let client = Client::start_as(&mut at_client.inside(&command));
        let eye = Eye::open(&server);
        Self {
            client,
            _manager: manager,
            relay,
            operator,
            eye,
            server,
            at_relay,
            at_console,
            _at_client: at_client,
            _lan: lan,
        }
    }

    fn console(&self, ready: &Ready, of_console: &[&str], script: &str) -> Process {
        let console = Console::at(RELAY, self.relay.pin(), &self.operator, ready);
        let inside = |command: &mut Command| *command = self.at_console.inside(command);
        console
            .change(|command| {
                command.args(["--resume-window", "30"]).args(of_console);
                inside(command);
                command
            })
            .start(script)
    }

    /// Waits until both know that the session goes without the relay, or through it.
    fn goes(&mut self, console: &mut Process, direct: bool) {
        console.event_where("direct", |event| event["direct"] == direct);
        self.client.process.event_where("direct", |event| event["direct"] == direct);
    }
}

/// Text that takes a while to be typed.
fn text() -> String {
    "The quick brown fox, žluťoučký kůň, 0123456789. ".repeat(6)
}

#[test]
fn a_session_goes_over_and_back_without_losing_a_letter_and_lives_on_without_the_relay() {
    let mut office = Office::new("", &[]);
    let terminal = raw_terminal(&office.server, "typed");
    let ready = office.client.ready();
    let picture = office.server.file("after.png");
    let text = text();
    let script = format!("type --rate 30 '{text}'\nwait settled\npicture '{}'\nstay\n", picture.display());
    let mut console = office.console(&ready, &[], &script);
    office.goes(&mut console, true);
    terminal.wait("some letters", |typed| typed.chars().count() > 40);
    // The relay dies, and nobody in the session notices.
    office.relay.process().kill();
    terminal.wait("some letters without the relay", |typed| typed.chars().count() > 90);
    office.relay.start_again_within(&office.at_relay);
    assert!(console.events("lost").is_empty() && office.client.process.events("lost").is_empty());
    // The direct way dies, and the relay takes over.
    office.at_console.firewall(&format!("ip daddr {CUSTOMER} drop;"));
    console.event("lost");
    office.goes(&mut console, false);
    console.event("found");
    terminal.wait("some letters through the relay", |typed| typed.chars().count() > 140);
    // The way is there again.
    office.at_console.firewall("");
    office.goes(&mut console, true);
    console.event("picture");
    terminal.expect(&text);
    assert!(office.eye.keys_down().is_empty(), "a key stays down");
    Picture::read_png(&picture).must_equal(&office.eye.still_pixels());
    assert_eq!(console.events("lost").len(), 1, "{}", console.transcript());
    assert_eq!(office.client.process.events("lost").len(), 1);
    office.client.process.terminate();
    assert_eq!(Outcome::of(console).code, Some(0));
}

#[test]
fn a_key_that_is_held_stays_down_while_the_session_goes_over() {
    let mut office = Office::new("", &[]);
    let ready = office.client.ready();
    // Nobody gets through to the console until shift is down.
    office.at_console.firewall(&format!("ip daddr {CUSTOMER} drop;"));
    let mut console = office.console(&ready, &[], "down shift\nwait time --for 8\nup shift\nstay\n");
    console.event_where("step", |step| step["name"] == "down");
    assert_eq!(office.eye.keys_down().len(), 1, "shift is down");
    office.at_console.firewall("");
    office.goes(&mut console, true);
    assert_eq!(office.eye.keys_down().len(), 1, "shift is still down");
    console.event_where("step", |step| step["name"] == "up");
    assert!(office.eye.keys_down().is_empty());
}

#[test]
fn where_the_relay_or_either_side_will_not_have_it_nobody_goes_without_the_relay() {
    let off = ["--direct", "off"];
    for (relay, client, console) in
        [("direct = false", &[][..], &[][..]), ("", &off[..], &[][..]), ("", &[][..], &off[..])]
    {
        let mut office = Office::new(relay, client);
        let ready = office.client.ready();
        let mut console = office.console(&ready, console, "wait time --for 3\n");
        console.event_where("step", |step| step["name"] == "wait");
        assert!(console.events("direct").is_empty(), "{}", console.transcript());
        assert_eq!(Outcome::of(console).code, Some(0));
        let log = office.client.process.transcript();
        assert!(!log.contains(OPERATOR), "the client has never heard of the console's address:\n{log}");
    }
}

#[test]
fn an_operator_who_is_removed_is_out_of_a_session_without_the_relay_too() {
    let mut office = Office::new("", &[]);
    let ready = office.client.ready();
    let mut console = office.console(&ready, &[], "wait settled\nstay\n");
    office.goes(&mut console, true);
    office.relay.remove_operator("anna");
    let ended = office.client.process.event("ended");
    assert!(ended["reason"].to_string().contains("the relay ended it"), "{ended}");
    Outcome::of(console).expect(5, "does not know this operator");
}

#[test]
fn a_session_without_the_relay_stays_one_session_at_the_relay() {
    let mut office = Office::new("silence_seconds = 15", &[]);
    let ready = office.client.ready();
    let mut console = office.console(&ready, &[], "wait time --for 25\n");
    office.goes(&mut console, true);
    console.event_where("step", |step| step["name"] == "wait");
    let log = office.relay.process().transcript();
    let ended = log.lines().filter(|line| line.contains("\"session ended\"")).count();
    assert_eq!(ended, 1, "when it went over, and not again:\n{log}");
    assert_eq!(Outcome::of(console).code, Some(0));
}
