//! Peers that want memory: none of them gets more than the limits say, measured as what the process takes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::codec::Message as _;
use farhand_proto::grant::Grants;
use farhand_proto::id::Password;
use farhand_proto::input::Input;
use farhand_proto::limits::MAX_UPDATE;
use farhand_proto::session::{MAX_VIDEO_CHUNK, ToClient, ToConsole};
use farhand_tests::inprocess::desk::FakeDesk;
use farhand_tests::inprocess::honest::{HonestClient, HonestConsole};
use farhand_tests::inprocess::hostile::{Program, SealedLine};
use farhand_tests::inprocess::relay::Relay;
use farhand_tests::inprocess::{everything, soon};
use tokio::sync::Mutex;

/// One measurement at a time.
static ALONE: Mutex<()> = Mutex::const_new(());

const MIB: usize = 1024 * 1024;
/// How long each attack lasts.
const ATTACK: Duration = Duration::from_secs(6);

/// Bytes of this process that are in memory.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    status.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// Fails the test if the process grew by more than this.
fn grew_by_at_most(before: usize, most: usize) {
    let grown = resident().saturating_sub(before);
    assert!(grown <= most, "it grew by {} MiB", grown / MIB);
}

/// A session of a hostile console that was allowed everything.
async fn allowed(relay: &Relay, client: &mut HonestClient) -> SealedLine {
    let number = client.ready().await;
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let mut line = console.sealed(&number).await;
    line.send(&ToClient::Ask { grants: everything() }).await;
    client.allow().await;
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_read_and_never_acknowledged() {
    let _alone = ALONE.lock().await;
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let mut line = allowed(&relay, &mut client).await;
    client.control.set_grants(Grants::NONE);
    client.allowed().await;
    let (before, start, mut number, mut answers) = (resident(), Instant::now(), 0, 0);
    'attack: while start.elapsed() < ATTACK * 4 {
        let mut bytes = Vec::new();
        for _ in 0..500 {
            ToClient::Act { number, input: Input::ReleaseAll }.encode(&mut bytes);
            number += 1;
        }
        if line.send_bytes(&bytes).await.is_err() {
            break;
        }
        loop {
            match line.hear::<ToConsole>().await {
                Some((ToConsole::Undone { number: of, .. }, _)) if of + 1 == number => break,
                Some(_) => {}
                None => break 'attack,
            }
        }
        answers += 500;
    }
    assert!(answers > 10_000, "only {answers} answers");
    grew_by_at_most(before, 16 * MIB);
    // What nobody says that they took is kept, up to a limit.
    let end = client.last_words().await;
    assert!(end.contains("no answer acknowledged"), "{end}");
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_behind_one_that_never_ends() {
    let _alone = ALONE.lock().await;
    let relay = Relay::start().await;
    let mut client = HonestClient::with(relay.way(), FakeDesk::stuck());
    let mut line = allowed(&relay, &mut client).await;
    line.send(&ToClient::Act { number: 0, input: Input::ReleaseAll }).await;
    soon("the first act", async {
        while client.desk.injected().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    client.control.set_grants(Grants::NONE);
    client.allowed().await;
    let (before, start, mut number) = (resident(), Instant::now(), 1);
    while start.elapsed() < ATTACK {
        let mut bytes = Vec::new();
        for _ in 0..15 {
            let input = Input::Text(Text::truncated(&"x".repeat(1024)));
            ToClient::Act { number, input }.encode(&mut bytes);
            number += 1;
        }
        line.send_bytes(&bytes).await.unwrap();
    }
    assert!(number > 20_000, "only {number} acts");
    grew_by_at_most(before, 24 * MIB);
    assert_eq!(client.desk.injected().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_the_program_does_not_take() {
    let _alone = ALONE.lock().await;
    let relay = Relay::start().await;
    let operator = relay.operator("anna").await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let password = Password::from_digits([3; 8]);
    let connect = HonestConsole::connect(relay.way(), operator, (session_id, password.clone()));
    let (mut console, mut line) = tokio::join!(connect, client.seal_next(session_id, password));
    line.send(&ToConsole::Allowed { grants: everything() }).await;
    console.allowed().await;
    let before = resident();
    // Nobody takes events from here on.
    let mut sent = 0;
    let flood = async {
        for update in 0.. {
            let mut rest = MAX_UPDATE;
            while rest > 0 {
                let piece = rest.min(MAX_VIDEO_CHUNK);
                rest -= piece;
                let data = Bytes::new(vec![1; piece]).unwrap();
                line.send(&ToConsole::Video { update, at: 0, last: rest == 0, data }).await;
                sent += piece;
            }
        }
    };
    // Until the line takes no more.
    let _ = tokio::time::timeout(ATTACK * 3, flood).await;
    assert!(sent > 4 * MAX_UPDATE, "only {} MiB", sent / MIB);
    grew_by_at_most(before, 14 * MAX_UPDATE);
    // The program comes back to it in time and the session goes on.
    soon("an event", console.handle.event()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_connections_that_say_nothing() {
    let _alone = ALONE.lock().await;
    let relay = Relay::start().await;
    let before = resident();
    let mut connections = Vec::new();
    for _ in 0..1000 {
        connections.push(tokio::net::TcpStream::connect(relay.address()).await.unwrap());
    }
    grew_by_at_most(before, 32 * MIB);
    relay.until("farhand_relay_legs{kind=\"newcomer\"}", 0).await;
    // Whoever comes after them is served.
    let mut client = HonestClient::start(relay.way());
    client.ready().await;
}
