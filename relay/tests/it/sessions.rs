//! Bytes through a session.

use std::time::{Duration, Instant};

use farhand_transport::{Carries as _, LegStream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use crate::command_line::Running;
use crate::running::{Relay, SOON, relay, relay_with};

const MIB: usize = 1024 * 1024;

fn pattern(length: usize, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(next).collect()
}

async fn exchange(stream: LegStream, sent: Vec<u8>) -> Vec<u8> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let write = async {
        writer.write_all(&sent).await.unwrap();
        writer.shutdown().await.unwrap();
    };
    let mut got = Vec::new();
    tokio::join!(write, async { reader.read_to_end(&mut got).await.unwrap() });
    got
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_mebibytes_each_way_at_once_arrive_as_they_were() {
    let relay = relay().await;
    let session = relay.session().await;
    let (forth, back) = (pattern(10 * MIB, 1), pattern(10 * MIB + 7, 2));
    let console = tokio::spawn(exchange(session.from_console, forth.clone()));
    let client = tokio::spawn(exchange(session.from_client, back.clone()));
    let at_console = timeout(SOON * 3, console).await.unwrap().unwrap();
    let at_client = timeout(SOON * 3, client).await.unwrap().unwrap();
    assert!(at_console == back && at_client == forth);
    relay.until("farhand_relay_sessions", 0).await;
    let moved = relay.metric("farhand_relay_forwarded_bytes_total{direction=\"to_client\"}").await;
    assert_eq!(moved, 10 * MIB as u64);
}

/// Writes until nothing goes any more; gives how much went.
async fn fill(stream: &mut (impl AsyncWrite + Unpin), data: &[u8]) -> usize {
    let mut sent = 0;
    while sent < data.len() {
        let piece = &data[sent..data.len().min(sent + 65_536)];
        // Nothing moves for this long only when everything on the way is full.
        match timeout(Duration::from_millis(700), stream.write(piece)).await {
            Ok(written) => sent += written.unwrap(),
            Err(_) => break,
        }
    }
    sent
}

async fn take(stream: &mut (impl AsyncRead + Unpin), length: usize) -> Vec<u8> {
    let mut got = vec![0; length];
    timeout(SOON, stream.read_exact(&mut got)).await.unwrap().unwrap();
    got
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_stops_the_writer_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let process = Running::start(folder.path(), &["--organisation", "Example Ltd"]);
    let relay = process.reach(folder.path());
    let mut session = relay.session().await;
    let data = pattern(64 * MIB, 3);
    let before = resident_bytes(&process);
    let sent = fill(&mut session.from_console, &data).await;
    // Everything that is under way is in the buffers of the system, which lets a connection grow to a few MiB.
    assert!(sent < 32 * MIB, "{sent} bytes were swallowed");
    let grown = resident_bytes(&process).saturating_sub(before);
    assert!(grown < MIB / 2, "the relay grew by {grown} bytes");

    // The other direction is not held up, and neither are others.
    session.from_client.write_all(b"I am alive").await.unwrap();
    session.from_client.flush().await.unwrap();
    assert_eq!(take(&mut session.from_console, 10).await, b"I am alive");
    relay.client().await;

    let rest = data[sent..sent + MIB].to_vec();
    let mut from_console = session.from_console;
    let writer = tokio::spawn(async move {
        from_console.write_all(&rest).await.unwrap();
        from_console.flush().await.unwrap();
        from_console
    });
    assert!(take(&mut session.from_client, sent + MIB).await == data[..sent + MIB]);
    timeout(SOON, writer).await.unwrap().unwrap();
}

/// What a relay has in memory.
fn resident_bytes(process: &Running) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_half_ends_the_other_after_its_last_bytes() {
    let relay = relay().await;
    let mut session = relay.session().await;
    session.from_client.write_all(b"last words").await.unwrap();
    session.from_client.flush().await.unwrap();
    drop(session.from_client);
    let mut heard = Vec::new();
    timeout(SOON, session.from_console.read_to_end(&mut heard)).await.unwrap().unwrap();
    assert_eq!(heard, b"last words");
    drop(session.from_console);
    relay.until("farhand_relay_sessions", 0).await;
    // Its client waits again and can be asked for.
    relay.until("farhand_relay_waiting_clients", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_that_stays_does_not_keep_the_others_owner_busy() {
    for client_leaves in [true, false] {
        let relay = relay().await;
        let session = relay.session().await;
        let start = Instant::now();
        let (leaves, stays) = if client_leaves {
            (session.from_client, session.from_console)
        } else {
            (session.from_console, session.from_client)
        };
        drop(leaves);
        // The other half has heard nothing, reads nothing and ends nothing.
        relay.until("farhand_relay_sessions", 0).await;
        relay.until("farhand_relay_waiting_clients", 1).await;
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        let legs = relay.metric("farhand_relay_legs{kind=\"ending\"}").await;
        assert_eq!(legs, 2, "the half that stays is being ended");
        drop(stays);
        relay.until("farhand_relay_legs{kind=\"ending\"}", 0).await;
    }
}

/// What the relay has read from the console's half.
const TO_CLIENT: &str = "farhand_relay_forwarded_bytes_total{direction=\"to_client\"}";
const TO_CONSOLE: &str = "farhand_relay_forwarded_bytes_total{direction=\"to_console\"}";

/// Writes until the relay reads no more, because nobody takes it at the other end; a little of it is in the relay's
/// system then, unread.
async fn fill_past_the_relay(relay: &Relay, stream: &mut LegStream, metric: &str) {
    let piece = pattern(16 * 1024, 4);
    let mut written = 0;
    loop {
        stream.write_all(&piece).await.unwrap();
        stream.flush().await.unwrap();
        written += piece.len() as u64;
        let arrives = async {
            while relay.metric(metric).await < written {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        if timeout(Duration::from_millis(500), arrives).await.is_err() {
            return;
        }
    }
}

/// How one half leaves whose bytes the other does not take.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Leaving {
    /// Its end is with the relay's system.
    Seen,
    /// Its end waits in its own system for room at the relay's.
    HeldBack,
    Reset,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_half_is_found_behind_bytes_that_the_other_does_not_take() {
    for leaving in [Leaving::Seen, Leaving::HeldBack, Leaving::Reset] {
        tokio::join!(leave_unread(leaving, true), leave_unread(leaving, false));
    }
}

async fn leave_unread(leaving: Leaving, client_leaves: bool) {
    let relay = relay().await;
    let session = relay.session().await;
    let (mut leaves, mut stays, metric) = if client_leaves {
        (session.from_client, session.from_console, TO_CONSOLE)
    } else {
        (session.from_console, session.from_client, TO_CLIENT)
    };
    if leaving == Leaving::HeldBack {
        let sent = fill(&mut leaves, &pattern(64 * MIB, 3)).await;
        assert!(sent < 32 * MIB, "{sent} bytes were swallowed");
    } else {
        fill_past_the_relay(&relay, &mut leaves, metric).await;
    }
    assert_eq!(relay.metric("farhand_relay_sessions").await, 1);
    if leaving == Leaving::Reset {
        let connection = leaves.get_ref().0.connection().unwrap();
        socket2::SockRef::from(connection).set_linger(Some(Duration::ZERO)).unwrap();
    }
    let start = Instant::now();
    drop(leaves);
    relay.until("farhand_relay_sessions", 0).await;
    relay.until("farhand_relay_waiting_clients", 1).await;
    let limit = Duration::from_secs(if leaving == Leaving::HeldBack { 4 } else { 2 });
    assert!(start.elapsed() < limit, "{leaving:?}: the end was found after {:?}", start.elapsed());

    // The half that stays takes nothing; it is cut off, and finds that out when it reads.
    relay.until("farhand_relay_legs{kind=\"ending\"}", 0).await;
    assert!(start.elapsed() < limit + Duration::from_secs(4), "the leg ended after {:?}", start.elapsed());
    let mut rest = Vec::new();
    let end = timeout(SOON, stays.read_to_end(&mut rest)).await.expect("the half that stays is told nothing");
    assert!(end.is_err(), "it was cut off");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_that_takes_its_time_with_the_rest_gets_all_of_it() {
    let relay = relay().await;
    let mut session = relay.session().await;
    let data = pattern(MIB, 5);
    let mut sent = 0;
    // More than the other side's system takes, so that some of it is still with the relay at the end.
    while sent < 24 {
        if timeout(Duration::from_millis(300), session.from_console.write_all(&data)).await.is_err() {
            break;
        }
        sent += 1;
    }
    // What this end's own TLS has not passed on yet goes with it (64 KiB in rustls).
    let whole = sent * MIB - 128 * 1024;
    drop(session.from_console);
    let mut got = Vec::new();
    let mut piece = vec![0; MIB];
    while let Ok(read) = session.from_client.read(&mut piece).await {
        if read == 0 {
            break;
        }
        got.extend_from_slice(&piece[..read]);
        if got.len() < whole {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert!(got.len() >= whole, "{} of {whole} bytes came", got.len());
    assert!(got.chunks(MIB).all(|chunk| chunk == &data[..chunk.len()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_that_says_nothing_for_too_long_ends_the_session() {
    let relay = relay_with(|config| config.broker.timing.silence = Duration::from_millis(400)).await;
    let mut session = relay.session().await;
    // One talking half does not keep the other's silence company for ever.
    let mut heard = Vec::new();
    let talk = async {
        while session.from_console.write_all(b"?").await.is_ok() && session.from_console.flush().await.is_ok()
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let listen = async { timeout(SOON, session.from_client.read_to_end(&mut heard)).await };
    tokio::select! {
        () = talk => {}
        end = listen => { end.unwrap().unwrap(); }
    }
    drop(session.from_console);
    relay.until("farhand_relay_sessions", 0).await;
}
