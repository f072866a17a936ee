//! Ends that know the password, and what they send inside the seal.

use std::time::{Duration, Instant};

use farhand_peer::console::ConsoleEvent;
use farhand_proto::bounded::{Bytes, List};
use farhand_proto::codec::Message;
use farhand_proto::grant::Grants;
use farhand_proto::input::Input;
use farhand_proto::limits::{MAX_SIDE, MAX_UPDATE};
use farhand_proto::screen::{Layout, Point, PointerShape, Rect, Size, View};
use farhand_proto::session::{EndReason, MAX_VIDEO_CHUNK, Taken, ToClient, ToConsole};
use farhand_session::ConsoleEvent as Seen;
use farhand_tests::inprocess::desk::Wish;
use farhand_tests::inprocess::honest::{HonestClient, HonestConsole};
use farhand_tests::inprocess::hostile::{Program, SealedLine};
use farhand_tests::inprocess::relay::{Relay, WINDOW};
use farhand_tests::inprocess::{everything, tasks, tasks_are_back_to, within};

/// The relay's count of clients that a console can ask for.
const WAITING: &str = "farhand_relay_waiting_clients";

fn ask() -> ToClient {
    ToClient::Ask { grants: everything() }
}

fn act(number: u64) -> ToClient {
    ToClient::Act { number, input: Input::Move(Point { x: 1, y: 1 }) }
}

fn frames<M: Message>(messages: &[M]) -> Vec<u8> {
    messages.iter().flat_map(Message::to_frame).collect()
}

/// A frame of this number and length, with nothing behind it.
fn header(number: u8, length: u16) -> Vec<u8> {
    let [high, low] = length.to_be_bytes();
    vec![number, high, low]
}

/// What a console may send before anybody said yes, and how the client calls it.
fn from_console() -> Vec<(Vec<u8>, &'static str)> {
    vec![
        (vec![0; 40], "unknown frame type 0 of to client"),
        (header(255, 0), "unknown frame type 255"),
        (header(16, 17), "frame type 16 of to client announces 17 bytes, more than its 16"),
        (header(17, u16::MAX), "announces 65535 bytes"),
        ([header(16, 2), vec![255, 255]].concat(), "malformed to client Ask"),
        ([header(16, 0), vec![1]].concat(), "malformed to client Ask"),
        ([header(16, 3), vec![1, 1, 1]].concat(), "malformed to client Ask"),
        (ToConsole::Allowed { grants: everything() }.to_frame(), "unknown frame type 33 of to client"),
        (frames(&[ask(), ask()]), "a second question for consent"),
        (frames(&[ToClient::Ask { grants: Grants::NONE }]), "a question for nothing"),
        (frames(&[act(1)]), "acts out of order"),
        (frames(&[ask(), act(0), act(1), act(3)]), "acts out of order"),
        (frames(&[ask(), act(0), act(0)]), "acts out of order"),
        (frames(&[act(u64::MAX)]), "acts out of order"),
        (
            frames(&[ToClient::Ack { bytes: 1, taken: Taken::default() }]),
            "an acknowledgement of bytes that were never sent",
        ),
        (
            frames(&[ask(), ToClient::Ack { bytes: u64::MAX, taken: Taken::default() }]),
            "an acknowledgement of bytes that were never",
        ),
        (frames(&[ToClient::Pong { at: 0 }]), "an answer to no question"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_breaks_the_protocol_is_told_and_sees_and_does_nothing() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let mut number = client.ready().await;
    let before = tasks();
    for (bytes, words) in from_console() {
        relay.until(WAITING, 1).await;
        let mut line = console.sealed(&number).await;
        line.send_bytes(&bytes).await.unwrap();
        let said = client.last_words().await;
        assert!(said.starts_with("the other program broke the protocol: ") && said.contains(words), "{said}");
        let last = line.end::<ToConsole>().await.pop();
        assert!(
            matches!(&last, Some(ToConsole::End { reason: EndReason::Protocol(why) }) if why.contains(words)),
            "{last:?} instead of {words}"
        );
        client.desk.nothing_seen_or_done();
        let wishes = client.desk.wishes();
        assert!(wishes.contains(&Wish::ReleaseAll) && wishes.last() == Some(&Wish::Close), "{wishes:?}");
        client.desk.clear();
        number = client.ready().await;
        tasks_are_back_to(before).await;
    }
}

/// Ways of going away, and what the client calls them.
#[derive(Debug, Clone, Copy)]
enum Exit {
    /// The connection ends without a word.
    Drop,
    /// Half a frame, then the connection ends.
    HalfAFrame,
    /// The inner TLS is closed first.
    Close,
    /// Bytes that the seal did not make.
    Unsealed,
    /// The protocol's own way.
    End,
}

const EXITS: [(Exit, &str); 5] = [
    (Exit::Drop, "was lost and did not come back"),
    (Exit::HalfAFrame, "was lost and did not come back"),
    (Exit::Close, "was lost and did not come back"),
    (Exit::Unsealed, "was lost and did not come back"),
    (Exit::End, "ended the session"),
];

async fn leave<M: Message>(mut line: SealedLine, exit: Exit, end: &M) {
    match exit {
        Exit::Drop => {}
        Exit::HalfAFrame => line.send_bytes(&header(4, 100)).await.unwrap(),
        Exit::Close => line.close().await,
        Exit::Unsealed => {
            // A record of TLS by its looks.
            line.send_unsealed(&[&[23, 3, 3, 0, 40][..], &[7; 40]].concat()).await;
            line.end_of_line().await;
            return;
        }
        Exit::End => line.send(end).await,
    }
    drop(line);
}

#[tokio::test(flavor = "multi_thread")]
async fn however_a_console_goes_away_keys_are_released_and_the_client_waits_again() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let mut number = client.ready().await;
    let before = tasks();
    for (exit, words) in EXITS {
        relay.until(WAITING, 1).await;
        let mut line = console.sealed(&number).await;
        line.send(&ask()).await;
        client.allow().await;
        line.send(&act(0)).await;
        line.hear_until(|message| matches!(message, ToConsole::Done { number: 0 }).then_some(())).await;
        assert_eq!(client.desk.injected().len(), 1);
        leave(line, exit, &ToClient::End { reason: EndReason::Operator }).await;
        let said = client.last_words().await;
        assert!(said.contains(words), "{exit:?}: {said}");
        assert_eq!(client.desk.wishes().last(), Some(&Wish::Close), "{exit:?}");
        client.desk.clear();
        number = client.ready().await;
        tasks_are_back_to(before).await;
    }
}

/// What a client may send to a console that nobody has said yes to, and how the console calls it.
fn from_client() -> Vec<(Vec<u8>, &'static str)> {
    let video =
        |update, last, data: &[u8]| ToConsole::Video { update, at: 0, last, data: Bytes::new(data).unwrap() };
    let allowed = || ToConsole::Allowed { grants: everything() };
    let screen = |desktop: Size, area: Rect| ToConsole::Screen {
        layout: Layout { monitors: List::default(), desktop },
        view: View::DESKTOP,
        area,
    };
    let good = Size { width: 64, height: 64 };
    let size = |width, height| Rect { x: 0, y: 0, width, height };
    let shape =
        PointerShape { width: 60, height: 60, hot_x: 0, hot_y: 0, rgba: Bytes::new([0; 16]).unwrap() };
    let endless = (0..=MAX_UPDATE / MAX_VIDEO_CHUNK).map(|_| video(0, false, &[0; MAX_VIDEO_CHUNK]));
    vec![
        (vec![0; 40], "unknown frame type 0 of to console"),
        (header(33, 17), "frame type 33 of to console announces 17 bytes, more than its 16"),
        (header(35, u16::MAX), "announces 65535 bytes"),
        ([header(33, 2), vec![255, 255]].concat(), "malformed to console Allowed"),
        (act(0).to_frame(), "unknown frame type 17 of to console"),
        (
            frames(&[ToConsole::Ack { bytes: 1 << 40, taken: Taken::default() }]),
            "an acknowledgement of bytes that were never sent",
        ),
        (frames(&[video(0, true, b"x")]), "a picture before consent"),
        (frames(&[allowed(), ToConsole::Done { number: 0 }]), "an answer to an act that does not wait"),
        (
            frames(&[allowed(), ToConsole::Done { number: u64::MAX }]),
            "an answer to an act that does not wait",
        ),
        (frames(&[allowed(), screen(good, size(0, 5))]), "a screen of an impossible size"),
        (frames(&[allowed(), screen(good, size(MAX_SIDE + 1, 1))]), "a screen of an impossible size"),
        (frames(&[allowed(), screen(good, size(u32::MAX, u32::MAX))]), "a screen of an impossible size"),
        (frames(&[allowed(), screen(Size::default(), size(4, 4))]), "a screen of an impossible size"),
        (frames(&[allowed(), ToConsole::Shape { shape }]), "a pointer whose size does not fit its pixels"),
        (
            frames(&[allowed(), video(0, false, b"x"), video(1, false, b"y")]),
            "pieces of a picture that do not belong together",
        ),
        (
            [allowed().to_frame(), frames(&endless.collect::<Vec<_>>())].concat(),
            "pieces of a picture that do not belong together",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_breaks_the_protocol_is_told_and_shows_nothing() {
    let relay = Relay::start().await;
    let operator = relay.operator("anna").await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let password = farhand_proto::id::Password::from_digits([3; 8]);
    let before = tasks();
    for (bytes, words) in from_client() {
        relay.until(WAITING, 1).await;
        let connect = HonestConsole::connect(relay.way(), operator.clone(), (session_id, password.clone()));
        let (mut console, mut line) = tokio::join!(connect, client.seal_next(session_id, password.clone()));
        // A console that has heard enough closes, and then the rest can't be sent.
        let _ = line.send_bytes(&bytes).await;
        let mut seen = Vec::new();
        let end = loop {
            match within(farhand_tests::inprocess::SOON, "the end", console.handle.event()).await {
                Some(ConsoleEvent::Ended(end)) => break end.to_string(),
                Some(ConsoleEvent::Session(event)) => seen.push(event),
                other => panic!("{other:?}"),
            }
        };
        assert!(end.starts_with("the other program broke the protocol: ") && end.contains(words), "{end}");
        let pictures = seen.iter().filter(|event| matches!(event, Seen::Update { .. } | Seen::Screen { .. }));
        assert_eq!(pictures.count(), 0, "{words}: {seen:?}");
        let last = line.end::<ToClient>().await.pop();
        assert!(
            matches!(&last, Some(ToClient::End { reason: EndReason::Protocol(why) }) if why.contains(words)),
            "{last:?} instead of {words}"
        );
        drop(console);
        tasks_are_back_to(before).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn however_a_client_goes_away_the_console_says_so() {
    let relay = Relay::start().await;
    let operator = relay.operator("anna").await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let password = farhand_proto::id::Password::from_digits([3; 8]);
    let before = tasks();
    for (exit, words) in EXITS {
        relay.until(WAITING, 1).await;
        let connect = HonestConsole::connect(relay.way(), operator.clone(), (session_id, password.clone()));
        let (mut console, mut line) = tokio::join!(connect, client.seal_next(session_id, password.clone()));
        line.send(&ToConsole::Allowed { grants: everything() }).await;
        console.allowed().await;
        leave(line, exit, &ToConsole::End { reason: EndReason::Customer }).await;
        let said = console.last_words().await;
        assert!(said.contains(words), "{exit:?}: {said}");
        drop(console);
        tasks_are_back_to(before).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_asks_for_nothing_has_ten_seconds() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let number = client.ready().await;
    let mut line = console.sealed(&number).await;
    let start = Instant::now();
    // The last words have two seconds more, and so has the end of the line.
    // Signs of life and no question.
    let pings = async {
        loop {
            line.send(&ToClient::Ping { at: 1 }).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    let said = tokio::select! {
        said = client.last_words() => said,
        () = pings => unreachable!("pings never end"),
    };
    assert!(said.contains("no question for consent"), "{said}");
    let took = start.elapsed();
    assert!(took > Duration::from_secs(9) && took < Duration::from_secs(15), "{took:?}");
    client.desk.nothing_seen_or_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_frame_and_then_silence_loses_the_line_on_both_sides() {
    let relay = Relay::start().await;
    let (towards_client, towards_console) =
        tokio::join!(half_a_frame_to_the_client(&relay), half_a_frame_to_the_console(&relay));
    for took in [towards_client, towards_console] {
        assert!(took > WINDOW && took < WINDOW + Duration::from_secs(9), "{took:?}");
    }
}

async fn half_a_frame_to_the_client(relay: &Relay) -> Duration {
    let mut client = HonestClient::start(relay.way());
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let number = client.ready().await;
    let mut line = console.sealed(&number).await;
    line.send(&ask()).await;
    client.allow().await;
    let start = Instant::now();
    line.send_bytes(&header(17, 100)).await.unwrap();
    let end = within(Duration::from_secs(30), "the end", client.ended_at_last()).await;
    assert!(end.to_string().starts_with("the line to the other side was lost"), "{end}");
    assert_eq!(client.desk.wishes().last(), Some(&Wish::Close));
    assert_eq!(client.desk.injected(), []);
    start.elapsed()
}

async fn half_a_frame_to_the_console(relay: &Relay) -> Duration {
    let operator = relay.operator("anna").await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let password = farhand_proto::id::Password::from_digits([3; 8]);
    let connect = HonestConsole::connect(relay.way(), operator, (session_id, password.clone()));
    let (mut console, mut line) = tokio::join!(connect, client.seal_next(session_id, password));
    let start = Instant::now();
    line.send_bytes(&header(33, 2)).await.unwrap();
    let end = within(Duration::from_secs(30), "the end", console.ended_at_last()).await;
    assert!(end.to_string().starts_with("the line to the other side was lost"), "{end}");
    start.elapsed()
}
