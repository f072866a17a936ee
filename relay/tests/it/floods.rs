//! Crowds of strangers: how many connections they hold, for how long, and what everybody else notices.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use farhand_broker::Limits;
use farhand_transport::Identity;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::command_line::Running;
use crate::running::{Reach, Relay, SOON, Session, relay_with};

const NEWCOMERS: &str = "farhand_relay_legs{kind=\"newcomer\"}";

/// A connection from one of this machine's many addresses.
async fn from(source: u16, relay: SocketAddr) -> TcpStream {
    let [high, low] = source.to_be_bytes();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 1, high, low), 0))).unwrap();
    socket.connect(relay).await.unwrap()
}

/// What a stranger does with a connection.
const WAYS: usize = 5;

/// Goes one of the ways, to the end that the relay makes.
async fn stranger(number: usize, source: u16, relay: SocketAddr) {
    let mut stream = from(source, relay).await;
    // Whatever fails here fails because the relay has dropped the connection.
    let _ = match number % WAYS {
        // Says nothing.
        0 => Ok(()),
        // Begins TLS and stays half-way.
        1 => stream.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]).await,
        // Is no program of ours.
        2 => stream.write_all(b"\x05\x01\x00").await,
        // Looks for a page.
        3 => stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await,
        // Sends as much as it can.
        _ => stream.write_all(&[0x16; 256 * 1024]).await,
    };
    let mut rest = [0; 1024];
    while let Ok(1..) = timeout(SOON, stream.read(&mut rest)).await.expect("the relay keeps the connection") {
    }
}

/// So many strangers at once, each coming again as often.
async fn storm(relay: SocketAddr, strangers: usize, addresses: u16, again: usize) {
    let mut tasks = JoinSet::new();
    for number in 0..strangers {
        let source = u16::try_from(number % usize::from(addresses)).unwrap();
        tasks.spawn(async move {
            for _ in 0..again {
                stranger(number, source, relay).await;
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
}

/// Sends a byte to the other half and gets it back; the longest of so many times.
async fn echo(session: &mut Session, times: usize) -> Duration {
    let mut longest = Duration::ZERO;
    for _ in 0..times {
        let start = Instant::now();
        let mut byte = [0];
        session.from_console.write_all(b"?").await.unwrap();
        session.from_console.flush().await.unwrap();
        timeout(SOON, session.from_client.read_exact(&mut byte)).await.unwrap().unwrap();
        session.from_client.write_all(b"!").await.unwrap();
        session.from_client.flush().await.unwrap();
        timeout(SOON, session.from_console.read_exact(&mut byte)).await.unwrap().unwrap();
        longest = longest.max(start.elapsed());
    }
    longest
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_takes_its_share_and_sessions_go_on() {
    let limits =
        Limits { newcomers: 60, newcomers_per_address: 10, legs_per_address: 40, ..Limits::default() };
    let relay = relay_with(|config| {
        config.broker.limits = limits;
        config.broker.timing.first_message = Duration::from_secs(1);
    })
    .await;
    let mut session = relay.session().await;
    let address = relay.address;
    let storm = tokio::spawn(async move {
        // Two addresses have more than each may have, sixteen more than all together may.
        storm(address, 120, 2, 1).await;
        storm(address, 400, 16, 2).await;
    });
    let mut most = 0;
    while !storm.is_finished() {
        let longest = echo(&mut session, 10).await;
        assert!(longest < Duration::from_secs(2), "an echo took {longest:?}");
        most = most.max(relay.metric(NEWCOMERS).await);
        assert!(most <= 60, "{most} newcomers");
    }
    storm.await.unwrap();
    assert!(most > 10, "the storm came: {most} newcomers");
    let dropped = async |reason: &str| {
        relay.metric(&format!("farhand_relay_dropped_total{{reason=\"{reason}\"}}")).await
    };
    assert!(dropped("newcomers_per_address").await > 0);
    assert!(dropped("newcomers").await > 0);
    // Everything is as before: nothing is held, and whoever comes is taken.
    relay.until(NEWCOMERS, 0).await;
    relay.until("farhand_relay_legs{kind=\"ending\"}", 0).await;
    relay.client().await;
    echo(&mut session, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_at_its_limit_has_room_again_when_its_silent_ones_have_had_their_time() {
    let relay = relay_with(|config| {
        config.broker.limits.newcomers_per_address = 8;
        config.broker.timing.first_message = Duration::from_millis(800);
    })
    .await;
    // Half of them at TLS and half behind it, none of which reads or says anything.
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(TcpStream::connect(relay.address).await.unwrap());
    }
    let mut proven = Vec::new();
    for _ in 0..4 {
        proven.push(relay.peer().await);
    }
    relay.until(NEWCOMERS, 8).await;
    let mut ninth = TcpStream::connect(relay.address).await.unwrap();
    let end = timeout(SOON, ninth.read(&mut [0])).await.unwrap();
    assert!(matches!(end, Ok(0) | Err(_)), "it is dropped at once");
    relay.until("farhand_relay_dropped_total{reason=\"newcomers_per_address\"}", 1).await;
    // Another address is not concerned.
    let mut other = from(7, relay.address).await;
    assert!(timeout(Duration::from_millis(100), other.read(&mut [0])).await.is_err());

    relay.until(NEWCOMERS, 0).await;
    relay.client().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_holds_no_more_legs_than_its_limits_even_while_they_end() {
    let relay: Relay = relay_with(|config| {
        config.broker.limits.newcomers_per_address = 4;
        config.broker.limits.legs_per_address = 3;
    })
    .await;
    // Each gets through TLS, is told that it is busy from the fourth on, and never takes notice.
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(relay.client().await.0);
    }
    for _ in 0..4 {
        let identity = Identity::generate().unwrap();
        held.push(relay.dial(identity).await);
    }
    relay.until("farhand_relay_legs{kind=\"ending\"}", 4).await;
    let mut eighth = TcpStream::connect(relay.address).await.unwrap();
    let end = timeout(SOON, eighth.read(&mut [0])).await.unwrap();
    assert!(matches!(end, Ok(0) | Err(_)), "it is dropped at once");
    assert_eq!(relay.metric("farhand_relay_dropped_total{reason=\"legs_per_address\"}").await, 1);
    // Who does not take notice is gone all the same.
    relay.until("farhand_relay_legs{kind=\"ending\"}", 0).await;
    assert_eq!(relay.metric("farhand_relay_legs{kind=\"client\"}").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_does_not_fill_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Running::start(folder.path(), &["--organisation", "Example Ltd"]);
    let reach: Reach = process.reach(folder.path());
    let mut tasks = JoinSet::new();
    for source in 0..40 {
        let address = reach.address;
        tasks.spawn(async move {
            for _ in 0..10 {
                stranger(2, source, address).await;
            }
            // More than one address may have.
            let mut crowd = Vec::new();
            if source == 0 {
                for _ in 0..200 {
                    crowd.push(from(source, address).await);
                }
                // However quick the relay is, they are there at the same time.
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    // A slow storm reaches over the end of a window, and is then summed up more than once.
    let (mut told, mut left_out, mut is_dropped_told) = (0, 0, false);
    while left_out < 200 || !is_dropped_told {
        let line = process.next();
        let message = line["fields"]["message"].as_str().unwrap();
        let is_dropped = message == "connections dropped";
        let is_left_out = message == "more lines about refused and failed connections were left out";
        told += usize::from(message == "no leg");
        assert!(told <= 100, "{told} lines about strangers in a window");
        if is_left_out {
            left_out += line["fields"]["count"].as_u64().unwrap();
        }
        if is_dropped || is_left_out {
            told = 0;
        }
        is_dropped_told |= is_dropped;
    }
}
