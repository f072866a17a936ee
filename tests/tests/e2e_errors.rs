//! What goes wrong ends in words for the person and in an exit code for the script.
#![cfg(target_os = "linux")]

use std::process::Command;
use std::time::{Duration, Instant};

use farhand_testkit::x::XServer;
use farhand_tests::{Client, Console, Eye, Operator, Outcome, Picture, Process, Ready, Relay};

/// A relay, an operator and a client on an empty desktop.
struct Bench {
    client: Client,
    relay: Relay,
    operator: Operator,
    server: XServer,
}

impl Bench {
    fn new(arguments: &[&str]) -> Self {
        let relay = Relay::start();
        let operator = relay.add_operator("anna");
        let server = XServer::xvfb(320, 240);
        let client = Client::start(&relay, &server, arguments);
        Self { client, relay, operator, server }
    }

    fn console(&self, ready: &Ready) -> Console {
        Console::new(&self.relay, &self.operator, ready)
    }
}

/// A number that is well formed and not this one.
fn other(number: &str) -> String {
    // The code has one check digit for each beginning, so with another digit in front exactly one end fits.
    let mut digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
    digits[0] = b'0' + (digits[0] - b'0' + 1) % 10;
    let last = digits.len() - 1;
    for end in b'0'..=b'9' {
        digits[last] = end;
        let text = String::from_utf8(digits.clone()).expect("digits");
        if check_digit_fits(&text) {
            return text;
        }
    }
    panic!("no check digit fits {number}");
}

/// H. M. Damm's check, by the table of his thesis.
fn check_digit_fits(digits: &str) -> bool {
    const ROWS: [&[u8; 10]; 10] = [
        b"0317598642",
        b"7092154863",
        b"4206871359",
        b"1750983426",
        b"6123045978",
        b"3674209581",
        b"5869720134",
        b"8945362017",
        b"9438617205",
        b"2581436790",
    ];
    let state =
        digits.bytes().fold(0, |state, digit| usize::from(ROWS[state][usize::from(digit - b'0')] - b'0'));
    state == 0
}

#[test]
fn wrong_passwords_are_counted_to_a_new_one_and_to_a_new_number() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let first = bench.client.ready();
    let mut ready = first.clone();
    for round in 1..=3 {
        for guess in 1..=3 {
            let wrong = Ready { password: other(&ready.password), ..ready.clone() };
            let words = match (round, guess) {
                (3, 3) => "this number has ended",
                (_, 3) => "has been replaced",
                _ => "ask the customer to read it again",
            };
            bench.console(&wrong).run("wait settled\n").expect(7, words);
            let refused = bench.client.process.event("refused")["error"].to_string();
            assert!(refused.contains("wrong password"), "{refused}");
        }
        let next = bench.client.ready();
        assert_ne!(next.password, ready.password);
        assert_eq!(next.session_id == first.session_id, round < 3);
        ready = next;
    }
    bench.console(&first).run("wait settled\n").expect(6, "nobody is waiting under this number");
    bench.console(&ready).must_run("wait settled\n");
}

#[test]
fn a_slip_of_the_tongue_costs_nothing() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    let slip = |number: &str| {
        let mut digits: Vec<char> = number.chars().collect();
        digits[0] = if digits[0] == '9' { '0' } else { char::from(digits[0] as u8 + 1) };
        digits.into_iter().collect::<String>()
    };
    for _ in 0..4 {
        let slipped = Ready { password: slip(&ready.password), ..ready.clone() };
        bench.console(&slipped).run("wait settled\n").expect(2, "a digit is wrong or two are swapped");
        let slipped = Ready { session_id: slip(&ready.session_id), ..ready.clone() };
        let outcome = bench.console(&slipped).run("wait settled\n");
        assert_eq!(outcome.code, Some(2), "{}", outcome.process.transcript());
        assert!(outcome.process.stderr().contains("a digit is wrong or two are swapped"));
    }
    assert_eq!(bench.relay.metric("farhand_relay_find_misses_total"), 0, "nobody was asked");
    assert_eq!(bench.relay.metric("farhand_relay_logins_total"), 0, "nobody was asked");
    bench.console(&ready).must_run("wait settled\n");
}

#[test]
fn unknown_and_busy_are_one_wording() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    let unknown = Ready { session_id: other(&ready.session_id), ..ready.clone() };
    let unknown = bench.console(&unknown).run("wait settled\n");
    unknown.expect(6, "nobody is waiting under this number");

    let mut first = bench.console(&ready).start("wait settled\nstay\n");
    first.event("step");
    let busy = bench.console(&ready).run("wait settled\n");
    busy.expect(6, "nobody is waiting under this number");
    assert_eq!(busy.error, unknown.error);
    Outcome::of_stopped(first);
}

#[test]
fn while_the_customer_is_asked_the_number_is_busy_too() {
    let mut bench = Bench::new(&["--commands"]);
    let ready = bench.client.ready();
    let first = bench.console(&ready).start("wait settled\n");
    bench.client.process.event("asked");
    bench.console(&ready).run("wait settled\n").expect(6, "nobody is waiting under this number");
    bench.client.say("deny");
    Outcome::of(first).expect(8, "the customer did not allow it");
    let ended = bench.client.process.event("ended");
    assert_eq!(ended["reason"], "the customer did not allow it");
    assert_ne!(bench.client.ready().password, ready.password);
}

#[test]
fn a_client_that_could_let_nobody_in_does_not_start() {
    let relay = Relay::start();
    let server = XServer::xvfb(320, 240);
    let mut client = Client::start(&relay, &server, &[]);
    assert_eq!(client.process.exit_code(), Some(2));
    let words = client.process.stderr();
    for word in ["nobody could ever be let in", "--allow", "--commands"] {
        assert!(words.contains(word), "{word:?} is not in {words}");
    }
    assert_eq!(client.process.stdout(), "", "nothing is promised");
}

#[test]
fn nobody_gets_in_where_nobody_can_say_yes() {
    let mut bench = Bench::new(&["--allow", ""]);
    let ready = bench.client.ready();
    bench.console(&ready).run("wait settled\n").expect(8, "the customer did not allow it");

    // Whoever gave the answers has gone: the question that waits is answered, and the next one too.
    let mut bench = Bench::new(&["--commands"]);
    let ready = bench.client.ready();
    let console = bench.console(&ready).start("wait settled\n");
    bench.client.process.event("asked");
    bench.client.process.say_all("");
    Outcome::of(console).expect(8, "the customer did not allow it");
    let ready = bench.client.ready();
    bench.console(&ready).run("wait settled\n").expect(8, "the customer did not allow it");
}

#[test]
fn both_see_the_words_in_the_customers_language() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(320, 240);
    let start = |options: &[&str], locale: &str| {
        let mut command = server.command(&Client::program());
        command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", locale);
        Client::with(&mut command, &relay).args(["--allow", "view", "--once"]).args(options);
        Client::start_as(&mut command)
    };
    for (options, locale, language) in [
        (&["--language", "pl"][..], "cs_CZ.UTF-8", "pl"),
        (&[], "cs_CZ.UTF-8", "cs"),
        (&[], "sv_SE.UTF-8", "en"),
    ] {
        let mut client = start(options, locale);
        let ready = client.ready();
        let console = Console::new(&relay, &operator, &ready).must_run("wait settled\n");
        let (asked, sealed) = (client.process.event("asked"), console.events("sealed"));
        assert_eq!(
            (asked["language"].as_str(), sealed[0]["language"].as_str()),
            (Some(language), Some(language))
        );
        assert_eq!(asked["words"], sealed[0]["words"]);
        let list = match language {
            "pl" => include_str!("../../crates/seal/src/words/polish.txt"),
            "cs" => include_str!("../../crates/seal/src/words/czech.txt"),
            _ => include_str!("../../crates/seal/src/words/english.txt"),
        };
        for word in asked["words"].as_array().expect("two words") {
            assert!(list.lines().any(|line| word == line), "{word} is no word of {language}");
        }
    }
    let mut client = start(&["--language", "tlh"], "C");
    assert_eq!(client.process.exit_code(), Some(2));
    assert!(client.process.stderr().contains("cs, da, de, en, es, fr, it, nl, pl"));
}

#[test]
fn a_customer_who_does_not_answer_has_said_no_after_a_minute() {
    let mut bench = Bench::new(&["--commands"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready).start("wait settled\n");
    console.event("asking");
    let asked = Instant::now();
    assert_eq!(console.exit_code_within(Duration::from_secs(90)), Some(9));
    assert!((55..75).contains(&asked.elapsed().as_secs()), "after {:?}", asked.elapsed());
    Outcome::of(console).expect(9, "did not answer in time");
    assert!(bench.client.process.event("ended")["reason"].to_string().contains("did not answer in time"));
    bench.client.ready();
}

#[test]
fn an_unknown_operator_gets_nowhere() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    let stranger = Operator { name: "boris".to_owned(), token: bench.operator.token.clone() };
    let console = Console::new(&bench.relay, &stranger, &ready);
    let unknown = console.run("wait settled\n");
    unknown.expect(5, "does not know this operator or the token is wrong");
    let forged = Operator { name: "anna".to_owned(), token: bench.relay.add_operator("clara").token };
    let forged = Console::new(&bench.relay, &forged, &ready).run("wait settled\n");
    forged.expect(5, "does not know this operator or the token is wrong");
    assert_eq!(unknown.error, forged.error);
    assert_eq!(bench.client.process.events("asked").len(), 0);
}

#[test]
fn a_removed_operator_is_cut_off() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready).start("wait settled\nstay\n");
    console.event("step");
    bench.relay.remove_operator("anna");
    Outcome::of(console).expect(5, "does not know this operator");
    bench.client.process.event("ended");
    let ready = bench.client.ready();
    bench.console(&ready).run("wait settled\n").expect(5, "does not know this operator");
}

#[test]
fn a_client_that_ends_while_it_is_asked_is_told_of() {
    let mut bench = Bench::new(&["--commands"]);
    let ready = bench.client.ready();
    let console = bench.console(&ready).start("wait settled\n");
    bench.client.process.event("asked");
    bench.client.process.kill();
    Outcome::of(console).expect(11, "did not come back");
}

#[test]
fn a_desktop_that_is_gone_ends_the_session() {
    let mut bench = Bench::new(&["--allow", "view,control", "--once"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready).start("wait settled\nstay\n");
    console.event("step");
    bench.server.kill();
    let outcome = Outcome::of(console);
    outcome.expect(10, "the customer's desktop is gone; ask the customer to");
    let ended = bench.client.process.event("ended");
    assert!(ended["reason"].to_string().contains("desktop is gone"), "{ended}");
    assert_eq!(bench.client.process.exit_code(), Some(0));
}

#[test]
fn a_desktop_that_is_gone_is_no_longer_offered() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    let ready = bench.client.ready();
    bench.server.kill();
    let reason = bench.client.process.event("desktop_gone")["reason"].to_string();
    assert!(reason.contains("desktop is gone") && !reason.contains("the customer"), "{reason}");
    assert_eq!(bench.client.process.exit_code(), Some(3));
    assert_eq!(bench.client.process.events("ready").len(), 1, "nothing is offered any more");
    bench.console(&ready).run("wait settled\n").expect(6, "nobody is waiting under this number");
}

#[test]
fn a_desktop_that_is_gone_in_a_session_is_not_offered_after_it() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready).start("wait settled\nstay\n");
    console.event("step");
    bench.server.kill();
    Outcome::of(console).expect(10, "the customer's desktop is gone");
    bench.client.process.event("ended");
    bench.client.process.event("desktop_gone");
    assert_eq!(bench.client.process.exit_code(), Some(3));
    assert_eq!(bench.client.process.events("ready").len(), 1, "nothing is offered any more");
}

/// A client's command without any desktop in its environment.
fn bare_client(relay: &Relay) -> Command {
    let mut command = Command::new(Client::program());
    Client::with(&mut command, relay).args(["--allow", "view"]);
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XAUTHORITY"] {
        command.env_remove(name);
    }
    command
}

#[test]
fn without_a_desktop_the_client_says_what_is_missing() {
    let relay = Relay::start();
    let fails = |environment: &[(&str, &str)], words: &str| {
        let mut client = Process::start(bare_client(&relay).envs(environment.iter().copied()));
        assert_eq!(client.exit_code(), Some(3), "{}", client.transcript());
        assert!(client.stderr().contains(words), "{words:?} is not in {}", client.stderr());
        assert_eq!(client.stdout(), "", "nothing is promised");
    };
    fails(&[], "DISPLAY is not set");
    fails(&[("WAYLAND_DISPLAY", "wayland-0")], "runs on Wayland");
    fails(&[("XDG_SESSION_TYPE", "wayland")], "runs on Wayland");
    fails(&[("DISPLAY", ":65000")], "can't be reached");
}

#[test]
fn an_unreachable_relay_is_named() {
    let mut relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(320, 240);
    relay.process().kill();
    let mut client = Client::start(&relay, &server, &["--allow", "view"]);
    let trouble = client.process.event("trouble");
    for words in ["can't be reached", relay.address(), "refused"] {
        assert!(trouble["error"].to_string().contains(words), "{trouble}");
    }
    let ready = Ready { session_id: "000 000 0000".to_owned(), password: "000 000 000".to_owned() };
    let outcome = Console::new(&relay, &operator, &ready).run("wait settled\n");
    outcome.expect(3, "can't be reached");
    assert!(outcome.error.contains(relay.address()), "{}", outcome.error);

    // The client goes on trying.
    relay.start_again();
    let ready = client.ready();
    Console::new(&relay, &operator, &ready).must_run("wait settled\n");
}

#[test]
fn of_several_ports_the_first_good_one_wins() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(320, 240);
    let both = format!("127.0.0.1:9,{}", relay.address());
    let mut command = server.command(&Client::program());
    command.args(["--headless", "--json", "--allow", "view", "--relay", &both, "--pin", relay.pin()]);
    let mut client = Client::start_as(&mut command);
    let ready = client.ready();
    let console = Console::new(&relay, &operator, &ready);
    console.change(|command| command.args(["--relay", "127.0.0.1:9"])).must_run("wait settled\n");
}

#[test]
fn a_wrong_pin_is_called_so() {
    let relay = Relay::start();
    let operator = relay.add_operator("anna");
    let server = XServer::xvfb(320, 240);
    let other = Relay::start();
    let mut command = server.command(&Client::program());
    command.args([
        "--headless",
        "--json",
        "--allow",
        "view",
        "--relay",
        relay.address(),
        "--pin",
        other.pin(),
    ]);
    let mut client = Client::start_as(&mut command);
    let trouble = client.process.event("trouble");
    assert!(trouble["error"].to_string().contains("key does not fit its pin"), "{trouble}");
    assert_eq!(client.process.events("ready").len(), 0);

    let mut client = Client::start(&relay, &server, &["--allow", "view"]);
    let ready = client.ready();
    // The same relay, known by the other's pin.
    let wrong = Console::with_pin(&relay, other.pin(), &operator, &ready).run("wait settled\n");
    wrong.expect(4, "key does not fit its pin");
    assert_eq!(relay.metric("farhand_relay_logins_total"), 0, "no token was told to a stranger");
}

#[test]
fn a_relay_that_is_stopped_tells_both() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready).start("wait settled\nstay\n");
    console.event("step");
    bench.relay.process().terminate();
    console.event("relay_stopping");
    bench.client.process.event("relay_stopping");
    // The session has its time; the operator ends it.
    Outcome::of_stopped(console);
    assert_eq!(bench.relay.process().exit_code(), Some(0));
    bench.client.process.event("trouble");
    bench.relay.start_again();
    let again = bench.client.ready();
    assert_eq!(again.session_id, ready.session_id, "the number is its owner's");
    bench.console(&again).must_run("wait settled\n");
}

#[test]
fn a_relay_that_is_killed_and_does_not_come_back_ends_the_session_and_the_client_finds_the_next_one() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    let mut console = bench.console(&ready).start("wait settled\nstay\n");
    console.event("step");
    bench.relay.process().kill();
    Outcome::of(console).expect(11, "did not come back");
    bench.client.process.event("ended");
    bench.relay.start_again();
    let again = bench.client.ready();
    assert_ne!(again.password, ready.password, "the password of the session that was cut is spent");
    assert_eq!(again.session_id, ready.session_id, "the number is its owner's");
    bench.console(&again).must_run("wait settled\n");
}

#[test]
fn a_script_that_makes_no_sense_disturbs_nobody() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    for (script, words) in [("fly away\n", "line 1"), ("wait settled\nkey ctrl+banana\n", "line 2")] {
        bench.console(&ready).run(script).expect(2, words);
    }
    let missing = bench.console(&ready).change(|command| command.env_remove("FARHAND_TOKEN"));
    missing.run("wait settled\n").expect(2, "FARHAND_TOKEN");
    let empty = bench.console(&ready).change(|command| command.env("FARHAND_TOKEN", ""));
    empty.run("wait settled\n").expect(2, "your token is empty");
    let cut = bench.operator.token[1..].to_owned();
    let wrong =
        bench.console(&ready).change(|command| command.env("FARHAND_TOKEN", &cut)).run("wait settled\n");
    wrong.expect(2, "what FARHAND_TOKEN holds is no token");
    assert!(!wrong.process.transcript().contains(&cut), "nobody sees it");
    let several = bench.console(&ready).run("fly\nmonitors\nwait time --for -1\n");
    several.expect(2, "line 3: invalid value '-1' for '--for <SECONDS>': a number of seconds is needed");
    assert_eq!(several.process.events("failed")[0]["line"], 1, "the first is named as well");
    let nameless = Operator { name: String::new(), token: bench.operator.token.clone() };
    let nobody = Console::new(&bench.relay, &nameless, &ready).run("wait settled\n");
    assert_eq!(nobody.code, Some(2), "{}", nobody.process.transcript());
    assert!(nobody.process.stderr().contains("a name can't be empty"), "{}", nobody.process.stderr());
    let missing = bench.console(&ready).change(|command| command.env_remove("FARHAND_PASSWORD"));
    missing.run("wait settled\n").expect(2, "FARHAND_PASSWORD");
    assert_eq!(bench.relay.metric("farhand_relay_logins_total"), 0);
}

#[test]
fn a_step_that_fails_is_named_before_the_session_ends() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    let outcome = bench.console(&ready).run("# look, then touch\nmonitors\n\nclick 1 1\nmonitors\n");
    outcome.expect(12, "line 4: the customer does not allow control now");
    let said = outcome.process.stdout();
    let at = |event: &str| {
        said.find(&format!("\"event\":\"{event}\"")).unwrap_or_else(|| panic!("{event}: {said}"))
    };
    assert!(at("failed") < at("ended"), "the cause comes first: {said}");
    assert_eq!(outcome.process.events("failed")[0]["line"], 4);
}

#[test]
fn places_outside_the_desktop_are_refused_at_once() {
    let mut bench = Bench::new(&["--allow", "view,control"]);
    for script in ["move 320 0", "click 0 240", "click -1 5", "drag 1 1 1 5000", "scroll 400 1 --down 1"] {
        let ready = bench.client.ready();
        bench
            .console(&ready)
            .run(script)
            .expect(2, "outside the customer's desktop, which has 320 x 240 pixels");
    }
    let ready = bench.client.ready();
    bench.console(&ready).must_run("move 319 239\nclick 0 0\n");
    for area in ["320,0,10,10", "-10,0,10,10", "5000,5000,1,1"] {
        let ready = bench.client.ready();
        let outcome = bench.console(&ready).run(&format!("wait change --area {area}\n"));
        outcome.expect(2, "outside the picture, which shows 320 x 240 pixels at 0,0");
    }
    let ready = bench.client.ready();
    bench.console(&ready).must_run("wait change --area -10,-10,1000,1000\n");
}

#[test]
fn a_picture_can_go_to_standard_output() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    bench.console(&ready).run("picture -\n").expect(2, "line 1: with --json");
    assert_eq!(bench.relay.metric("farhand_relay_logins_total"), 0, "nobody was asked");
    let output = bench.console(&ready).output_of_step(&["picture", "-"]);
    assert!(output.status.success(), "{output:?}");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("Saved 320 x 240 pixels to standard output"), "{words}");
    let file = bench.server.file("seen.png");
    std::fs::write(&file, &output.stdout).expect("a file");
    let [seen, truth] = [Picture::read_png(&file), Eye::open(&bench.server).still_pixels()];
    seen.must_equal(&truth);
}

#[test]
fn what_is_waited_for_in_vain_has_its_own_code() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    let console = bench.console(&ready);
    let outcome = console.run_with(&["--timeout", "0.5"], "wait settled --for 0.2\nwait change\n");
    outcome.expect(14, "waited 0.5 s for a change, in vain");
}

#[test]
fn a_picture_that_cannot_be_written_is_this_machines_fault() {
    let mut bench = Bench::new(&["--allow", "view"]);
    let ready = bench.client.ready();
    bench.console(&ready).run("picture /nowhere/at/all.png\n").expect(1, "/nowhere/at/all.png");
}
