//! What a customer's program can do through `farhand_peer::client`, and what it is told.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant, SystemTime};

use farhand_peer::SessionEnd;
use farhand_peer::client::{Decided, Event, Receipt};
use farhand_peer::console::{ConnectError, Console, ConsoleEvent};
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::Input;
use farhand_proto::language::Language;
use farhand_proto::screen::Point;
use farhand_proto::seal::SealRefusal;
use farhand_proto::session::{EndReason, ToConsole};
use farhand_seal::{ConsoleGuesses, SealError};
use farhand_session::{ActError, ConsoleEvent as Seen, Ended};
use farhand_tests::inprocess::desk::{Record, Wish};
use farhand_tests::inprocess::hanging::HangingNetwork;
use farhand_tests::inprocess::honest::{HonestClient, HonestConsole, LANGUAGE};
use farhand_tests::inprocess::hostile::Program;
use farhand_tests::inprocess::relay::{Relay, way};
use farhand_tests::inprocess::{everything, soon};

const MOVE: Input = Input::Move(Point { x: 1, y: 1 });

fn only(grant: Grant) -> Grants {
    Grants::NONE.with(grant)
}

/// A session that was allowed everything.
async fn session(relay: &Relay) -> (HonestClient, HonestConsole) {
    let mut client = HonestClient::start(relay.way());
    let number = client.ready().await;
    let mut console = HonestConsole::connect(relay.way(), relay.operator("anna").await, number).await;
    client.allow().await;
    console.allowed().await;
    (client, console)
}

async fn over(client: &mut HonestClient) -> Receipt {
    client
        .until("the end here", |event| if let Event::Over(receipt) = event { Some(receipt) } else { None })
        .await
}

async fn is_paused(console: &mut HonestConsole, expected: bool) {
    let told = console
        .until("news of a pause", |event| match event {
            ConsoleEvent::Session(Seen::Paused(paused)) => Some(paused),
            _ => None,
        })
        .await;
    assert_eq!(told, expected);
}

/// Wishes that see or do something.
fn uses(desk: &Record) -> usize {
    desk.count(|wish| matches!(wish, Wish::Show(_) | Wish::Want | Wish::Inject(_)))
}

async fn refused(
    relay: &Relay,
    number: (farhand_proto::id::SessionId, farhand_proto::id::Password),
) -> SealError {
    let mut console = Console::log_in(relay.way(), relay.operator("boris").await).await.unwrap();
    let mut guesses = ConsoleGuesses::new();
    match soon("the seal", console.connect(number.0, number.1, &mut guesses)).await {
        Err(ConnectError::Seal(error)) => error,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it got in"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_comes_when_it_is_asked_for() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (session_id, first) = client.ready().await;
    client.control.new_password();
    let (same, second) = client.ready().await;
    assert_eq!(same, session_id);
    assert_ne!(second, first);
    assert_eq!(refused(&relay, (session_id, first)).await, SealError::Refused(SealRefusal::Password));
    client.refused().await;
    let _console =
        HonestConsole::connect(relay.way(), relay.operator("anna").await, (session_id, second)).await;
    client.asked().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_hesitates_does_not_keep_a_new_password_waiting() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (session_id, first) = client.ready().await;
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    // It joins, and says nothing: the client has ten seconds of patience with it.
    let _line = console.reach(session_id).await;
    let asked = Instant::now();
    client.control.new_password();
    let (_, second) = client.ready().await;
    assert_ne!(second, first);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_stops_everything_and_resuming_begins_afresh() {
    let relay = Relay::start().await;
    let (mut client, mut console) = session(&relay).await;
    console.picture().await;
    let control = console.handle.control();
    control.act(MOVE).await.unwrap();

    client.control.pause();
    client.until("the pause", |event| matches!(event, Event::Paused(true)).then_some(())).await;
    is_paused(&mut console, true).await;
    assert_eq!(control.act(MOVE).await, Err(ActError::Paused));
    let wishes = client.desk.wishes();
    assert!(wishes.contains(&Wish::Stop) && wishes.contains(&Wish::ReleaseAll), "{wishes:?}");
    client.desk.clear();
    control.refresh().await;
    // What is allowed can change meanwhile, and the console hears it after what it asked for.
    client.control.switch(Grant::Control, false);
    assert_eq!(console.allowed().await, everything().without(only(Grant::Control)));
    assert_eq!(uses(&client.desk), 0, "{:?}", client.desk.wishes());

    client.control.resume();
    is_paused(&mut console, false).await;
    console.picture().await;
    assert_eq!(control.act(MOVE).await, Err(ActError::NotAllowed));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_grant_is_taken_away_and_given_back() {
    let relay = Relay::start().await;
    let (mut client, mut console) = session(&relay).await;
    let control = console.handle.control();
    console.picture().await;

    client.control.switch(Grant::View, false);
    let without_view = everything().without(only(Grant::View));
    assert_eq!(client.allowed().await, without_view);
    assert_eq!(console.allowed().await, without_view);
    client.desk.clear();
    control.refresh().await;
    control.act(MOVE).await.unwrap();
    console
        .until("the act", |event| matches!(event, ConsoleEvent::Session(Seen::Done(_))).then_some(()))
        .await;
    assert_eq!(client.desk.wishes(), [Wish::Inject(MOVE)], "nothing is seen");

    client.control.switch(Grant::View, true);
    assert_eq!(console.allowed().await, everything());
    console.picture().await;
    client.control.switch(Grant::Control, false);
    assert_eq!(console.allowed().await, everything().without(only(Grant::Control)));
    assert_eq!(control.act(MOVE).await, Err(ActError::NotAllowed));
    client.control.switch(Grant::Control, true);
    assert_eq!(console.allowed().await, everything());
    client.desk.clear();
    control.act(MOVE).await.unwrap();
    console
        .until("the act", |event| matches!(event, ConsoleEvent::Session(Seen::Done(_))).then_some(()))
        .await;
    assert!(client.desk.injected().contains(&MOVE));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_takes_effect_at_once_though_the_network_hangs() {
    let relay = Relay::start().await;
    let network = HangingNetwork::before(&relay).await;
    let mut client = HonestClient::start(network.way(&relay));
    let operator = relay.operator("anna").await;
    let mut took = Vec::new();
    // The machine may be busy: the best of three counts.
    for _ in 0..3 {
        network.hang(false);
        let number = client.ready().await;
        let mut console = HonestConsole::connect(relay.way(), operator.clone(), number).await;
        client.allow().await;
        console.picture().await;
        network.hang(true);
        client.desk.clear();
        let start = Instant::now();
        client.control.end_session();
        while client.desk.count(|wish| *wish == Wish::Stop) == 0 {
            assert!(start.elapsed() < Duration::from_secs(10), "it goes on");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        took.push(start.elapsed());
        assert_eq!(client.desk.count(|wish| *wish == Wish::ReleaseAll), 1);
        client.desk.clear();
        let receipt = over(&mut client).await;
        assert_eq!(receipt.end, SessionEnd::Session(Ended::Here(EndReason::Customer)));
        let ended = client.ended().await;
        assert_eq!(ended, receipt.end);
        assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
        assert_eq!(uses(&client.desk), 0, "{:?}", client.desk.wishes());
        // Held up to its end: the console never hears of it.
        drop(console);
    }
    assert!(took.iter().any(|took| *took < Duration::from_millis(100)), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_takes_no_news_can_still_end_the_session() {
    let relay = Relay::start().await;
    let (client, mut console) = session(&relay).await;
    for _ in 0..100 {
        client.control.switch(Grant::View, false);
        console.allowed().await;
        client.control.switch(Grant::View, true);
        console.allowed().await;
    }
    client.control.end_session();
    assert_eq!(console.last_words().await, "the customer ended the session");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_says_who_until_when_and_in_which_language() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (session_id, password) = client.ready().await;
    let mut console = Console::log_in(relay.way(), relay.operator("anna").await).await.unwrap();
    let mut guesses = ConsoleGuesses::new();
    let sealing = console.connect(session_id, password, &mut guesses).await.unwrap();
    assert_ne!(LANGUAGE, Language::English, "or nothing would be shown");
    assert_eq!(sealing.language(), LANGUAGE);
    let words = sealing.words();
    let before = Instant::now();
    let _handle = console.start(sealing, only(Grant::View));
    let question = client.asked().await;
    assert_eq!(question.language, LANGUAGE);
    assert_eq!(question.words.in_language(LANGUAGE), words.in_language(LANGUAGE));
    assert_eq!((&*question.operator.operator, &*question.operator.organisation), ("anna", "Example Ltd"));
    assert_eq!(question.operator.session_id, session_id);
    assert_eq!(question.grants, only(Grant::View));
    let left = question.deadline.duration_since(before);
    assert!((55..=60).contains(&left.as_secs()), "{left:?}");
    assert!(question.timeout <= Duration::from_secs(60) && question.timeout > Duration::from_secs(50));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_has_who_when_and_every_decision() {
    let relay = Relay::start().await;
    let started = SystemTime::now();
    let mut client = HonestClient::start(relay.way());
    let number = client.ready().await;
    let mut console = HonestConsole::connect(relay.way(), relay.operator("anna").await, number).await;
    client.asked().await;
    client.control.answer(only(Grant::View));
    let visitor = client
        .until("the visitor", |event| if let Event::Here(visitor) = event { Some(visitor) } else { None })
        .await;
    assert_eq!(&*visitor.operator.operator, "anna");
    assert!(visitor.since >= started && visitor.since <= SystemTime::now());
    assert_eq!(client.allowed().await, only(Grant::View));
    client.control.switch(Grant::Control, true);
    client.allowed().await;
    client.control.pause();
    client.until("the pause", |event| matches!(event, Event::Paused(true)).then_some(())).await;
    client.control.set_grants(only(Grant::Control));
    client.allowed().await;
    client.control.resume();
    client.until("its end", |event| matches!(event, Event::Paused(false)).then_some(())).await;
    console.handle.control().end().await;
    let receipt = over(&mut client).await;
    assert_eq!(client.ended().await, receipt.end);
    assert_eq!(receipt.end.to_string(), "the operator ended the session");
    assert_eq!(receipt.operator, visitor.operator);
    assert_eq!(receipt.asked, Some(everything()));
    let decided: Vec<Decided> = receipt.decisions.iter().map(|decision| decision.what).collect();
    let [view, control] = [Grant::View, Grant::Control].map(only);
    assert_eq!(
        decided,
        [
            Decided::Given(view),
            Decided::Given(control),
            Decided::Paused,
            Decided::TakenBack(view),
            Decided::Resumed
        ]
    );
    let times: Vec<SystemTime> = receipt.decisions.iter().map(|decision| decision.at).collect();
    assert_eq!(times[0], visitor.since);
    assert!(times.is_sorted() && receipt.from <= times[0] && times[4] <= receipt.to);
    console.last_words().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_denied_is_on_a_receipt_without_decisions() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let number = client.ready().await;
    let _console = HonestConsole::connect(relay.way(), relay.operator("anna").await, number).await;
    client.asked().await;
    client.control.answer(Grants::NONE);
    let receipt = over(&mut client).await;
    assert_eq!((receipt.asked, receipt.decisions), (Some(everything()), Vec::new()));
    assert_eq!(receipt.end, SessionEnd::Session(Ended::Here(EndReason::Denied)));
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_to_reach_the_relay_are_counted_and_their_cause_is_told() {
    let relay = Relay::start().await;
    let network = HangingNetwork::before(&relay).await;
    // A port on which nobody listens.
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut client = HonestClient::start(way(nowhere, relay.pin()));
    for expected in 1..=3 {
        let Event::Connecting { attempt } = client.event().await else { panic!("not trying") };
        assert_eq!(attempt, expected);
        let Event::Trouble { error, attempt, .. } = client.event().await else { panic!("no trouble") };
        assert_eq!(attempt, expected);
        assert!(error.to_string().contains("the connection was refused"), "{error}");
    }
    let mut client = HonestClient::start(network.way(&relay));
    client.ready().await;
    drop(network);
    let lost = client
        .until(
            "trouble",
            |event| if let Event::Trouble { attempt, .. } = event { Some(attempt) } else { None },
        )
        .await;
    assert_eq!(lost, 0, "it was no try");
    let Event::Connecting { attempt: 1 } = client.event().await else { panic!("counted from the beginning") };
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_console_is_told_of_a_pause_and_gets_nothing() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let number = client.ready().await;
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let mut line = console.sealed(&number).await;
    line.send(&farhand_proto::session::ToClient::Ask { grants: everything() }).await;
    client.allow().await;
    client.control.pause();
    line.hear_until(|message| matches!(message, ToConsole::Paused { paused: true }).then_some(())).await;
    client.desk.clear();
    line.send(&farhand_proto::session::ToClient::Refresh {}).await;
    line.send(&farhand_proto::session::ToClient::Act { number: 0, input: MOVE }).await;
    let undone = farhand_proto::session::Undone::Paused;
    let answer = line
        .hear_until(|message| match message {
            ToConsole::Video { .. } | ToConsole::Screen { .. } => panic!("a picture during a pause"),
            ToConsole::Undone { why, .. } => Some(why),
            _ => None,
        })
        .await;
    assert_eq!(answer, undone);
    assert_eq!(client.desk.wishes(), []);
}
