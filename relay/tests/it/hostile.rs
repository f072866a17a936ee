//! Peers that break the rules.

use std::time::{Duration, Instant};

use farhand_proto::relay::{FromRelay, Refusal, ToRelay};
use farhand_proto::version::Versions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::running::{Relay, SOON, relay, relay_with};

const SHORT: Duration = Duration::from_millis(300);

async fn impatient() -> Relay {
    relay_with(|config| config.broker.timing.first_message = SHORT).await
}

/// Waits for the end of a stream and says how long it took.
async fn end_of(stream: &mut (impl AsyncReadExt + Unpin)) -> Duration {
    let start = Instant::now();
    let mut rest = Vec::new();
    // An end with or without a word: both are ends.
    let _ = timeout(SOON, stream.read_to_end(&mut rest)).await.expect("the relay keeps the connection");
    start.elapsed()
}

async fn raw(relay: &Relay) -> TcpStream {
    TcpStream::connect(relay.address).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_instead_of_tls_ends_at_once() {
    let relay = relay().await;
    let mut stream = raw(&relay).await;
    stream.write_all(b"\x05\x01\x00").await.unwrap();
    assert!(end_of(&mut stream).await < Duration::from_secs(4));
    relay.until("farhand_relay_handshake_failures_total{reason=\"not_a_leg\"}", 1).await;
    relay.until("farhand_relay_legs{kind=\"newcomer\"}", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_before_within_and_after_tls_has_one_limit() {
    let relay = impatient().await;
    let mut silent = raw(&relay).await;
    let mut half_hello = raw(&relay).await;
    half_hello.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00, 0x01]).await.unwrap();
    assert!(end_of(&mut silent).await < Duration::from_secs(4));
    assert!(end_of(&mut half_hello).await < Duration::from_secs(4));

    let (mut after_tls, _) = relay.peer().await.leg.into_stream();
    assert!(end_of(&mut after_tls).await < Duration::from_secs(4));
    let (mut half_frame, _) = relay.peer().await.leg.into_stream();
    half_frame.write_all(&[1, 0, 40, 1, 1]).await.unwrap();
    half_frame.flush().await.unwrap();
    assert!(end_of(&mut half_frame).await < Duration::from_secs(4));
    relay.until("farhand_relay_legs{kind=\"newcomer\"}", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_answered_and_ends() {
    let relay = relay().await;
    let register = ToRelay::Register { versions: Versions::RELAY, claim: None };
    for (what, bytes) in [
        ("an unknown type", vec![200, 0, 0]),
        ("an oversized frame", vec![5, 0, 17]),
        ("a payload that is no message", vec![1, 0, 3, 255, 255, 255]),
        ("bytes behind the message's end", vec![5, 0, 2, 1, 1]),
        ("a message out of turn", vec![5, 0, 1, 1]),
        ("an empty message", vec![1, 0, 0]),
    ] {
        let mut peer = relay.peer().await;
        let identity = peer.identity.key_hash();
        let (mut stream, _) = peer.leg.into_stream();
        stream.write_all(&bytes).await.unwrap();
        stream.flush().await.unwrap();
        let mut answer = Vec::new();
        timeout(SOON, stream.read_to_end(&mut answer)).await.expect(what).expect(what);
        let mut buffer = farhand_proto::codec::FrameBuffer::new();
        buffer.push(&answer);
        let refused = buffer.next_message::<FromRelay>().unwrap().map(|(message, _)| message);
        assert_eq!(refused, Some(FromRelay::Refused { refusal: Refusal::Protocol }), "{what}");
        peer = relay.peer().await;
        assert_ne!(peer.identity.key_hash(), identity);
        peer.say(&register).await;
        assert!(matches!(peer.hear().await, FromRelay::Registered { .. }), "others are not concerned");
    }
    relay.until("farhand_relay_legs{kind=\"ending\"}", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_before_the_first_message_is_cut_off() {
    let relay = relay().await;
    let (mut stream, _) = relay.peer().await.leg.into_stream();
    // The beginning of a long message, over and over: legal frames would be answered, these are too many bytes.
    let flood = vec![0_u8; 1024 * 1024];
    let _ = timeout(SOON, stream.write_all(&flood)).await.expect("the relay neither reads nor ends");
    end_of(&mut stream).await;
    relay.until("farhand_relay_legs{kind=\"newcomer\"}", 0).await;
    relay.until("farhand_relay_legs{kind=\"ending\"}", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_never_reads_is_cut_off_and_hurts_nobody() {
    let relay = relay().await;
    let (client, ..) = relay.client().await;
    let (stream, _) = client.leg.into_stream();
    let (reader, mut writer) = tokio::io::split(stream);
    let ping = |number| {
        use farhand_proto::codec::Message;
        ToRelay::Ping { number }.to_frame()
    };
    let flood: Vec<u8> = (0..20_000).flat_map(ping).collect();
    let flooding = tokio::spawn(async move {
        // Until the relay stops reading or ends the leg.
        while let Ok(Ok(())) = timeout(Duration::from_secs(2), writer.write_all(&flood)).await {}
    });
    let start = Instant::now();
    for _ in 0..20 {
        relay.client().await;
    }
    assert!(start.elapsed() < SOON, "others wait");
    flooding.await.unwrap();
    drop(reader);
    relay.until("farhand_relay_legs{kind=\"client\"}", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn newcomers_of_one_address_are_limited() {
    let relay = relay_with(|config| {
        config.broker.limits.newcomers_per_address = 2;
        config.broker.limits.legs_per_address = 3;
    })
    .await;
    let (_first, _second) = (raw(&relay).await, raw(&relay).await);
    let mut third = raw(&relay).await;
    assert!(end_of(&mut third).await < Duration::from_secs(4));
    relay.until("farhand_relay_dropped_total{reason=\"newcomers_per_address\"}", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_client_leaves() {
    let relay = relay_with(|config| config.broker.timing.silence = SHORT).await;
    let (mut client, ..) = relay.client().await;
    client.ends().await;
    relay.until("farhand_relay_waiting_clients", 0).await;
}
