//! A relay that listens, and one that changes what it carries.

use farhand_peer::console::{ConnectError, Console, ConsoleEvent};
use farhand_proto::input::{Input, Key, NamedKey};
use farhand_seal::ConsoleGuesses;
use farhand_session::ConsoleEvent as Seen;
use farhand_tests::inprocess::desk::{CANARY, Wish};
use farhand_tests::inprocess::fake::{FakeRelay, From, Manner};
use farhand_tests::inprocess::honest::{HonestClient, HonestConsole};
use farhand_tests::inprocess::{soon, tasks, tasks_are_back_to};
use tokio::task::JoinSet;

/// What the operator types; found nowhere else.
const TYPED: &str = "the operator's own keystrokes";

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_writes_down_everything_knows_nothing_of_the_session() {
    let relay = FakeRelay::start(Manner::Listen).await;
    let mut client = HonestClient::start(relay.way());
    let (session_id, password) = client.ready().await;
    let number = (session_id, password.clone());
    let connect = HonestConsole::connect(relay.way(), relay.operator(), number);
    let (mut console, ()) = tokio::join!(connect, client.allow());
    let mut pixels = 0;
    while pixels < 64 * 1024 {
        let picture = console.picture().await;
        assert!(contains(&picture, &CANARY[..16]), "the console sees what the desk shows");
        pixels += picture.len();
    }
    let act = console.handle.control().type_text(TYPED.to_owned()).await.unwrap();
    console
        .until("the text is typed", |event| {
            matches!(event, ConsoleEvent::Session(Seen::Done(number)) if Some(number) == act).then_some(())
        })
        .await;
    let typed: String = client.desk.injected().iter().map(text_of).collect();
    assert_eq!(typed, TYPED, "the desk got what the operator typed");
    console.handle.control().end().await;
    assert_eq!(client.last_words().await, "the operator ended the session");

    let seen = relay.seen();
    assert!(seen.len() > 64 * 1024 && contains(&seen, b"mallory"), "it did carry and write down all of it");
    for part in CANARY.windows(8) {
        assert!(!contains(&seen, part), "pixels");
    }
    for part in TYPED.as_bytes().windows(8) {
        assert!(!contains(&seen, part), "keystrokes");
    }
    let ascii = password.as_secret();
    let digits: Vec<u8> = ascii.iter().map(|byte| byte - b'0').collect();
    for form in [&ascii[..], &digits, password.to_string().as_bytes()] {
        assert!(!contains(&seen, form), "the password");
        // Its first digits would be as good as all of them.
        assert!(!contains(&seen, &form[..8]), "most of the password");
    }
}

fn text_of(input: &Input) -> String {
    if let Input::Text(text) = input { text.to_string() } else { String::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_bit_while_the_seal_is_made_ends_it_on_both_sides() {
    let before = tasks();
    let mut all = JoinSet::new();
    for from in [From::Console, From::Client] {
        // Not 1 and 2: nobody looks at the version of a TLS record, and it says nothing.
        for place in [0, 3, 4, 5, 60, 400, 1100, 1300, 1500] {
            all.spawn(flipped(from, place));
        }
    }
    all.join_all().await;
    tasks_are_back_to(before).await;
}

async fn flipped(from: From, place: usize) {
    let relay = FakeRelay::start(Manner::Flip(from, place)).await;
    let mut client = HonestClient::start(relay.way());
    let (session_id, password) = client.ready().await;
    let mut console = soon("login", Console::log_in(relay.way(), relay.operator())).await.unwrap();
    let mut guesses = ConsoleGuesses::new();
    let connect = soon("the seal", console.connect(session_id, password, &mut guesses));
    let (result, at_client) = tokio::join!(connect, client.refused_or_ended());
    let Err(ConnectError::Seal(at_console)) = result.map(drop) else {
        panic!("{from:?} {place}: the console has a seal, the client says {at_client}");
    };
    for error in [at_client, at_console.to_string()] {
        let known = [
            "the encryption with the other program failed",
            "closed the connection before it was secured",
            "broke the protocol",
            "did not answer in time",
            // The client was done already when the console found its last message damaged.
            "did not come back",
        ];
        assert!(known.iter().any(|words| error.contains(words)), "{from:?} {place}: {error}");
    }
    client.desk.nothing_seen_or_done();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_bit_of_a_session_ends_it_on_both_sides() {
    for from in [From::Console, From::Client] {
        let relay = FakeRelay::start(Manner::FlipWhenTold(from)).await;
        let mut client = HonestClient::start(relay.way());
        let number = client.ready().await;
        let connect = HonestConsole::connect(relay.way(), relay.operator(), number);
        let (mut console, ()) = tokio::join!(connect, client.allow());
        console.picture().await;
        relay.meddle();
        let injected = client.desk.injected();
        let control = console.handle.control();
        // Without a change it would be typed; with one it may not even be taken any more.
        let _ = control.act(Input::Key { key: Key::Named(NamedKey::Enter), pressed: true }).await;
        let (at_client, at_console) = tokio::join!(client.last_words(), console.last_words());
        // A line that was meddled with is one that is lost, and this relay brings nobody back.
        for end in [at_client, at_console] {
            assert!(end.contains("was lost and did not come back"), "{from:?}: {end}");
        }
        if from == From::Console {
            assert_eq!(client.desk.injected(), injected, "nothing is done that came over a changed line");
        }
        assert_eq!(client.desk.wishes().last(), Some(&Wish::Close));
    }
}
