//! Ends that stop reading.

use std::time::{Duration, Instant};

use farhand_peer::console::ConsoleEvent;
use farhand_proto::grant::Grants;
use farhand_proto::id::Password;
use farhand_proto::input::Input;
use farhand_proto::screen::Point;
use farhand_proto::session::{ToClient, ToConsole};
use farhand_session::ActError;
use farhand_tests::inprocess::desk::Wish;
use farhand_tests::inprocess::honest::{HonestClient, HonestConsole};
use farhand_tests::inprocess::hostile::{Program, SealedLine};
use farhand_tests::inprocess::relay::Relay;
use farhand_tests::inprocess::{everything, tasks, tasks_are_back_to, within};
use tokio::time::timeout;

/// After so long an end gives up; the last words may take two seconds more, and so may closing the line.
const GIVEN_UP: std::ops::Range<Duration> = Duration::from_secs(18)..Duration::from_secs(31);
const GAVE_UP: &str = "the line to the other side was lost";

/// A session of a hostile console that was allowed everything, and the tasks that were alive before it.
async fn allowed(relay: &Relay, client: &mut HonestClient) -> (SealedLine, usize) {
    let number = client.ready().await;
    let before = tasks();
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let mut line = console.sealed(&number).await;
    line.send(&ToClient::Ask { grants: everything() }).await;
    client.allow().await;
    (line, before)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_reads_nothing_gets_one_window_and_is_given_up() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (mut line, before) = allowed(&relay, &mut client).await;
    let start = Instant::now();
    // It is alive and says so, it only takes nothing.
    let pings = async {
        loop {
            line.send(&ToClient::Ping { at: 0 }).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    let end = tokio::select! {
        end = within(Duration::from_secs(40), "giving up", client.ended_at_last()) => end.to_string(),
        () = pings => unreachable!("pings never end"),
    };
    assert!(end.starts_with(GAVE_UP), "{end}");
    assert!(GIVEN_UP.contains(&start.elapsed()), "{:?}", start.elapsed());
    let wants = client.desk.count(|wish| *wish == Wish::Want);
    assert!(wants <= 8, "the screen was read {wants} times for somebody who takes nothing");
    assert_eq!(client.desk.wishes().last(), Some(&Wish::Close));
    drop(line);
    // Its number is its own again, and the next console is served.
    client.ready().await;
    relay.until("farhand_relay_waiting_clients", 1).await;
    tasks_are_back_to(before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_demands_answers_and_reads_none_is_made_to_wait_and_given_up() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (mut line, before) = allowed(&relay, &mut client).await;
    client.control.set_grants(Grants::NONE);
    client.allowed().await;
    let start = Instant::now();
    let flood = async {
        let mut number = 0_u64;
        loop {
            let mut bytes = Vec::new();
            for _ in 0..500 {
                let act = ToClient::Act { number, input: Input::Move(Point { x: 1, y: 1 }) };
                farhand_proto::codec::Message::encode(&act, &mut bytes);
                number += 1;
            }
            if line.send_bytes(&bytes).await.is_err() {
                return number;
            }
        }
    };
    let ended = async {
        let end = within(Duration::from_secs(40), "giving up", client.ended_at_last()).await;
        (end.to_string(), start.elapsed())
    };
    // The relay still gives the flood some seconds to end.
    let (acts, (end, took)) = tokio::join!(flood, ended);
    assert!(end.contains("no answer acknowledged") || end.starts_with(GAVE_UP), "{end}");
    assert!(took < GIVEN_UP.end, "{took:?}");
    // Most of them lie in the system's own buffers, or came when nobody looked at them any more.
    assert!(acts < 20_000_000, "{acts} acts were taken from a console that reads no answer");
    assert_eq!(client.desk.injected(), []);
    drop(line);
    client.ready().await;
    relay.until("farhand_relay_waiting_clients", 1).await;
    tasks_are_back_to(before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_pauses_for_a_moment_goes_on() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (mut line, _) = allowed(&relay, &mut client).await;
    read_and_acknowledge(&mut line, Duration::from_millis(500)).await;
    let so_far = client.desk.count(|wish| *wish == Wish::Want);
    tokio::time::sleep(Duration::from_millis(700)).await;
    let after_the_pause = client.desk.count(|wish| *wish == Wish::Want);
    assert!(after_the_pause - so_far < 200, "{}", after_the_pause - so_far);
    let taken = read_and_acknowledge(&mut line, Duration::from_secs(1)).await;
    assert!(taken > 20_000, "{taken} bytes in a second");
    line.send(&ToClient::Act { number: 0, input: Input::Move(Point { x: 1, y: 1 }) }).await;
    line.hear_until(|message| matches!(message, ToConsole::Done { number: 0 }).then_some(())).await;
    assert_eq!(client.desk.injected().len(), 1);
}

/// Takes what comes for so long, as an honest console does; gives the bytes.
async fn read_and_acknowledge(line: &mut SealedLine, how_long: Duration) -> u64 {
    let start = Instant::now();
    let mut total = line.taken;
    let before = total;
    while let Some(rest) = how_long.checked_sub(start.elapsed()) {
        line.send(&ToClient::Ping { at: 0 }).await;
        let Ok(heard) = timeout(rest.max(Duration::from_millis(1)), line.hear::<ToConsole>()).await else {
            break;
        };
        let (message, bytes) = heard.expect("the client has ended");
        if !matches!(message, ToConsole::Ping { .. } | ToConsole::Pong { .. } | ToConsole::Ack { .. }) {
            total += bytes as u64;
            if let Some(lane) = message.lane() {
                line.lanes.count(lane);
            }
            let taken = line.lanes;
            line.send(&ToClient::Ack { bytes: total, taken }).await;
        }
    }
    line.taken = total;
    total - before
}

/// A console in a session with a hostile client that allows everything.
async fn console_allowed(relay: &Relay) -> (HonestConsole, SealedLine, Program) {
    let operator = relay.operator("anna").await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let password = Password::from_digits([3; 8]);
    let connect = HonestConsole::connect(relay.way(), operator, (session_id, password.clone()));
    let (mut console, mut line) = tokio::join!(connect, client.seal_next(session_id, password));
    line.send(&ToConsole::Allowed { grants: everything() }).await;
    console.allowed().await;
    (console, line, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_reads_nothing_while_the_operator_types_is_given_up() {
    let relay = Relay::start().await;
    let before = tasks();
    let (mut console, mut line, _client) = console_allowed(&relay).await;
    let start = Instant::now();
    let control = console.handle.control();
    let typing = async {
        let mut taken = 0_usize;
        let mut refused = None;
        loop {
            match control.type_text("x".repeat(100_000)).await {
                Ok(_) => taken += 100_000,
                Err(error) => {
                    refused.get_or_insert(error);
                    if error == ActError::Over {
                        return (taken, refused);
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    };
    // It is alive and says so, it only takes nothing.
    let pings = async {
        loop {
            line.send(&ToConsole::Ping { at: 0 }).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    let end = async {
        let both =
            async { tokio::join!(within(GIVEN_UP.end * 2, "giving up", console.ended_at_last()), typing) };
        tokio::select! {
            both = both => both,
            () = pings => unreachable!("pings never end"),
        }
    };
    let (end, (taken, refused)) = end.await;
    assert!(end.to_string().starts_with(GAVE_UP), "{end}");
    assert!(GIVEN_UP.contains(&start.elapsed()), "{:?}", start.elapsed());
    assert_eq!(refused, Some(ActError::Congested));
    assert!(taken < 40_000_000, "{taken} bytes were taken for a client that reads nothing");
    drop((line, console, _client));
    tasks_are_back_to(before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_does_not_hold_time_up() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let number = client.ready().await;
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let mut line = console.sealed(&number).await;
    let pings = farhand_proto::codec::Message::to_frame(&ToClient::Ping { at: 0 }).repeat(2000);
    let start = Instant::now();
    // Without a question for consent it has ten seconds, however much it says.
    let flood = async { while line.send_bytes(&pings).await.is_ok() {} };
    let ended = async {
        let end = within(Duration::from_secs(30), "the end", client.last_words()).await;
        (end, start.elapsed())
    };
    let ((), (end, took)) = tokio::join!(flood, ended);
    assert!(end.contains("no question for consent"), "{end}");
    assert!(took < Duration::from_secs(15), "{took:?}");
    client.desk.nothing_seen_or_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_demands_begins_the_picture_anew_now_and_then() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (mut line, _) = allowed(&relay, &mut client).await;
    let refreshes = farhand_proto::codec::Message::to_frame(&ToClient::Refresh {}).repeat(5000);
    for _ in 0..20 {
        line.send_bytes(&refreshes).await.unwrap();
    }
    line.send(&ToClient::Act { number: 0, input: Input::Move(Point { x: 1, y: 1 }) }).await;
    line.hear_until(|message| matches!(message, ToConsole::Done { number: 0 }).then_some(())).await;
    let shows = client.desk.count(|wish| matches!(wish, Wish::Show(_)));
    assert!(shows <= 100, "{shows} times for 100,000 demands");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_can_leave_a_client_that_reads_nothing() {
    let relay = Relay::start().await;
    let (mut console, _line, _client) = console_allowed(&relay).await;
    let control = console.handle.control();
    // Until everything between the two is full.
    while control.type_text("x".repeat(100_000)).await.is_ok() {}
    let start = Instant::now();
    control.end().await;
    let end = within(Duration::from_secs(10), "leaving", console.last_words()).await;
    assert_eq!(end, "the operator ended the session");
    // It is told over this line for a while, and over another.
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    assert!(console.handle.event().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_says_nothing_is_lost_after_a_second() {
    let relay = Relay::start().await;
    let (mut console, mut line, _client) = console_allowed(&relay).await;
    console
        .until("the loss", |event| {
            matches!(event, ConsoleEvent::Session(farhand_session::ConsoleEvent::Lost)).then_some(())
        })
        .await;
    let control = console.handle.control();
    assert_eq!(control.type_text("late".to_owned()).await, Err(ActError::LineLost));
    // What comes over the line that was given up is too late.
    line.send(&ToConsole::Pong { at: 0 }).await;
    let end = console.last_words().await;
    assert!(end.contains("was lost and did not come back"), "{end}");
}
