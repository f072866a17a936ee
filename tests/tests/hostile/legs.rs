//! Legs on which one end does not speak the protocol: programs towards a relay, and a relay towards programs.

use std::time::{Duration, Instant};

use farhand_peer::client::Event;
use farhand_peer::console::Console;
use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::codec::Message as _;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::name::Name;
use farhand_proto::notice::Notices;
use farhand_proto::relay::{FromRelay, Refusal, SignedVoucher, Ticket, ToRelay};
use farhand_proto::version::{Version, Versions};
use farhand_seal::ConsoleGuesses;
use farhand_tests::inprocess::honest::{HonestClient, HonestConsole};
use farhand_tests::inprocess::hostile::Program;
use farhand_tests::inprocess::relay::Relay;
use farhand_tests::inprocess::script::{Script, ScriptedRelay};
use farhand_tests::inprocess::{SOON, soon, tasks, tasks_are_back_to, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How far a program comes with a relay before it turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Tcp,
    Leg,
    LoggedIn,
    Registered,
    Invited,
}

const STAGES: [Stage; 5] = [Stage::Tcp, Stage::Leg, Stage::LoggedIn, Stage::Registered, Stage::Invited];

/// What no relay understands, and whether it takes more than silence to see that.
fn poison() -> Vec<(&'static str, Vec<u8>, bool)> {
    vec![
        ("garbage", b"\x05\x01\x00 and so on".to_vec(), true),
        ("an unknown type", vec![200, 0, 0], true),
        ("an oversized frame", [&[4, 0xff, 0xff][..], &[0; 1000]].concat(), true),
        ("a payload that is no message", vec![5, 0, 3, 255, 255, 255], true),
        ("a relay's own word", FromRelay::Nobody { request: 1 }.to_frame(), true),
        ("half a frame", vec![4, 0, 20, 1], false),
        ("nothing", vec![], false),
    ]
}

/// A relay that loses patience quickly.
async fn impatient() -> Relay {
    Relay::with(|config| {
        config.broker.timing.first_message = Duration::from_millis(1500);
        config.broker.timing.silence = Duration::from_millis(1500);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_program_says_at_any_stage_the_relay_ends_it_and_serves_the_others() {
    let relay = impatient().await;
    let operator = relay.operator("eve").await;
    let before = tasks();
    for stage in STAGES {
        for (what, bytes, closes) in poison() {
            for hangs_up in [false, true] {
                let start = Instant::now();
                let answer = at(stage, &relay, &operator, &bytes, hangs_up).await;
                let limit = if closes || hangs_up { 4 } else { 6 };
                assert!(
                    start.elapsed() < Duration::from_secs(limit),
                    "{stage:?}: {what}: {:?}",
                    start.elapsed()
                );
                if closes && !hangs_up && stage != Stage::Tcp {
                    let mut frames = farhand_proto::codec::FrameBuffer::new();
                    frames.push(&answer);
                    let mut said = Vec::new();
                    while let Ok(Some((message, _))) = frames.next_message::<FromRelay>() {
                        said.push(message);
                    }
                    let Some(FromRelay::Refused { refusal }) = said.last() else {
                        panic!("{stage:?}: {what}: {said:?}");
                    };
                    assert_eq!(*refusal, Refusal::Protocol, "{stage:?}: {what}");
                }
            }
        }
        relay.until("farhand_relay_legs{kind=\"newcomer\"}", 0).await;
        tasks_are_back_to(before).await;
    }
    // The others are served as ever.
    let mut client = HonestClient::start(relay.way());
    let number = client.ready().await;
    let mut console = HonestConsole::connect(relay.way(), operator, number).await;
    tokio::join!(client.allow(), console.allowed());
}

/// Comes this far, sends the bytes, hears the relay out; gives what it said.
async fn at(
    stage: Stage,
    relay: &Relay,
    operator: &farhand_peer::console::Operator,
    bytes: &[u8],
    hangs_up: bool,
) -> Vec<u8> {
    let mut kept = Vec::new();
    let leg = match stage {
        Stage::Tcp => {
            let mut stream = TcpStream::connect(relay.address()).await.unwrap();
            stream.write_all(bytes).await.unwrap();
            return if hangs_up { Vec::new() } else { hear_out(stream).await };
        }
        Stage::Leg => Program::dial(relay.way()).await.leg,
        Stage::LoggedIn => Program::log_in(relay.way(), operator).await.leg,
        Stage::Registered => Program::register(relay.way()).await.0.leg,
        Stage::Invited => {
            // Instead of its Join, on the leg that it would have joined with.
            let (mut client, session_id) = Program::register(relay.way()).await;
            let mut console = Program::log_in(relay.way(), operator).await;
            console.find(session_id).await.unwrap();
            client.invited().await;
            let leg = relay.dial(&client.identity).await;
            kept.push((client, console));
            leg
        }
    };
    let (mut stream, _) = leg.into_stream();
    // The relay may close before it has read everything.
    let _ = stream.write_all(bytes).await;
    let _ = stream.flush().await;
    if hangs_up { Vec::new() } else { hear_out(stream).await }
}

async fn hear_out(mut stream: impl AsyncReadExt + Unpin) -> Vec<u8> {
    let mut answer = Vec::new();
    // An end with or without a word: both are ends.
    let _ = soon("the relay's end of the connection", stream.read_to_end(&mut answer)).await;
    answer
}

fn house() -> Name {
    Name::new("Example Ltd").unwrap()
}

fn registered() -> Vec<u8> {
    FromRelay::Registered {
        version: Version(2),
        session_id: SessionId::from_digits([1; 9]),
        claim: Bytes::default(),
        organisation: house(),
        notices: Notices::default(),
    }
    .to_frame()
}

fn logged_in() -> Vec<u8> {
    FromRelay::LoggedIn { version: Version(2), organisation: house() }.to_frame()
}

/// A relay's wrong words, and how a program calls them.
fn wrong_words() -> Vec<(Vec<u8>, bool, &'static str)> {
    let joined = FromRelay::Joined { version: Version(2), pass: Bytes::default(), direct: None }.to_frame();
    vec![
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), false, "broke the protocol: unknown frame type 72"),
        (vec![200, 0, 0], false, "broke the protocol: unknown frame type 200 of from relay"),
        (vec![1, 0xff, 0xff], false, "announces 65535 bytes, more than its 12288"),
        (vec![6, 0, 3, 255, 255, 255], false, "broke the protocol: malformed from relay Nobody"),
        (vec![1, 0, 20, 1], true, "the connection was closed"),
        (vec![], true, "the connection was closed"),
        (joined, false, "the relay answered something else than was asked"),
        (FromRelay::Stopping {}.to_frame(), false, "the relay is being stopped"),
        (FromRelay::Refused { refusal: Refusal::Busy { seconds: 9 } }.to_frame(), false, "takes no more now"),
    ]
}

fn script(answers: Vec<Vec<u8>>, closes: bool) -> Script {
    Script { instead_of_tls: None, answers, closes }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_answers_nonsense_is_told_apart_in_words() {
    for (bytes, closes, words) in wrong_words() {
        let relay = ScriptedRelay::start(script(vec![bytes.clone()], closes)).await;
        let trouble = client_trouble(&relay).await;
        assert!(trouble.contains(words), "{trouble}");
        let operator = operator();
        let error = soon("the login", Console::log_in(relay.way(), operator)).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");

        let relay = ScriptedRelay::start(script(vec![logged_in(), bytes], closes)).await;
        let mut console = soon("the login", Console::log_in(relay.way(), self::operator())).await.unwrap();
        let error = connect_error(&mut console).await;
        assert!(error.contains(words), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_turns_after_the_number_was_given_is_left() {
    for (bytes, closes, words) in wrong_words() {
        if words.contains("being stopped") {
            // That is news and not an end.
            continue;
        }
        let relay = ScriptedRelay::start(script(vec![[registered(), bytes].concat()], closes)).await;
        let trouble = client_trouble(&relay).await;
        assert!(trouble.contains(words), "{trouble}");
    }
}

fn operator() -> farhand_peer::console::Operator {
    farhand_peer::console::Operator { name: Text::truncated("anna"), token: Bytes::default() }
}

async fn connect_error(console: &mut Console) -> String {
    let mut guesses = ConsoleGuesses::new();
    let connect =
        console.connect(SessionId::from_digits([1; 9]), Password::from_digits([1; 8]), &mut guesses);
    match within(SOON, "the answer", connect).await {
        Err(error) => error.to_string(),
        Ok(_) => panic!("a seal"),
    }
}

/// Starts a client at this relay and waits for its first trouble.
async fn client_trouble(relay: &ScriptedRelay) -> String {
    let before = tasks();
    let mut client = HonestClient::start(relay.way());
    let (words, retry_in) = client
        .until("trouble", |event| match event {
            Event::Trouble { error, retry_in, .. } => Some((error.to_string(), retry_in)),
            _ => None,
        })
        .await;
    assert!(
        retry_in >= Duration::from_millis(500),
        "a relay that fails is not asked again at once: {retry_in:?}"
    );
    assert_eq!(client.desk.wishes(), []);
    drop(client);
    // A connection of the relay itself may still be on its way out.
    tasks_are_back_to(before + 1).await;
    words
}

#[tokio::test(flavor = "multi_thread")]
async fn something_that_is_no_relay_is_called_so() {
    for (bytes, closes, words) in [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), true, "what answers there is not a relay"),
        (vec![0xff; 100_000], false, "what answers there is not a relay"),
        (vec![22, 3, 3, 0, 200, 2, 0], true, "what answers there is not a relay"),
        (vec![], true, "the connection was taken and closed again at once"),
    ] {
        let relay =
            ScriptedRelay::start(Script { instead_of_tls: Some(bytes), answers: vec![], closes }).await;
        let trouble = client_trouble(&relay).await;
        assert!(trouble.contains(words), "{trouble}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_falls_silent_is_left_after_its_time() {
    let silence = |answers| script(answers, false);
    let half = registered()[..7].to_vec();
    let no_tls = Script { instead_of_tls: Some(vec![22, 3, 3, 0, 200, 2]), answers: vec![], closes: false };
    let find_answer = FromRelay::Found {
        request: 1,
        ticket: Ticket::default(),
        voucher: SignedVoucher { body: Bytes::default(), signature: Bytes::default() },
    };
    let silent = "the relay did not answer within ";
    let (tls, first, cut, find, join) = tokio::join!(
        ScriptedRelay::start(no_tls),
        ScriptedRelay::start(silence(vec![vec![]])),
        ScriptedRelay::start(silence(vec![half])),
        ScriptedRelay::start(silence(vec![logged_in(), vec![6, 0, 2]])),
        ScriptedRelay::start(silence(vec![logged_in(), find_answer.to_frame()])),
    );
    let start = Instant::now();
    let at_client = async |relay: &ScriptedRelay| {
        let mut client = HonestClient::start(relay.way());
        client
            .until("trouble", |event| match event {
                Event::Trouble { error, .. } => Some(error.to_string()),
                _ => None,
            })
            .await
    };
    let at_console = async |relay: &ScriptedRelay| {
        let mut console = Console::log_in(relay.way(), operator()).await.unwrap();
        connect_error(&mut console).await
    };
    let (tls, first, cut, find, join) = tokio::join!(
        at_client(&tls),
        at_client(&first),
        at_client(&cut),
        at_console(&find),
        at_console(&join)
    );
    assert!(tls.contains("no answer within 8 s"), "{tls}");
    for words in [first, cut, find] {
        assert!(words.contains(silent), "{words}");
    }
    // This relay says LoggedIn to a Join.
    assert!(join.contains("the relay answered something else than was asked"), "{join}");
    assert!(start.elapsed() < Duration::from_secs(16), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_program_says_out_of_turn_is_refused() {
    let relay = Relay::start().await;
    let ticket = Ticket::default();
    let join = ToRelay::Join { versions: Versions::RELAY, ticket };
    let register = ToRelay::Register { versions: Versions::RELAY, claim: None };
    for second in [join, register] {
        let (mut client, _) = Program::register(relay.way()).await;
        client.say(&second).await;
        assert_eq!(client.hear().await, FromRelay::Refused { refusal: Refusal::Protocol });
    }
    let newer = Versions { oldest: Version(7), newest: Version(9) };
    let mut program = Program::dial(relay.way()).await;
    program.say(&ToRelay::Register { versions: newer, claim: None }).await;
    assert_eq!(program.hear().await, FromRelay::Refused { refusal: Refusal::Version(Versions::RELAY) });
}
