//! How a relay ends.

use std::time::{Duration, Instant};

use farhand_proto::relay::FromRelay;
use farhand_relay::server::Outcome;
use farhand_transport::dial::AttemptError;
use farhand_transport::{Identity, dial};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::running::{SOON, relay, relay_with};

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_and_sessions_have_their_time() {
    let mut relay = relay_with(|config| config.broker.timing.grace = Duration::from_millis(800)).await;
    let mut session = relay.session().await;
    let start = Instant::now();
    relay.server.stop();
    assert_eq!(session.console.hear().await, FromRelay::Stopping {});
    assert_eq!(session.client.hear().await, FromRelay::Stopping {});
    let health = relay.page("/healthz").await;
    assert!(health.starts_with("HTTP/1.1 503") && health.ends_with("stopping\n"), "{health}");

    // The session goes on for its time, then it ends in order.
    session.from_console.write_all(b"still here").await.unwrap();
    session.from_console.flush().await.unwrap();
    let mut heard = Vec::new();
    timeout(SOON, session.from_client.read_to_end(&mut heard)).await.unwrap().unwrap();
    assert_eq!(heard, b"still here");
    assert!(start.elapsed() >= Duration::from_millis(790), "{:?}", start.elapsed());
    let mut rest = Vec::new();
    session.from_console.read_to_end(&mut rest).await.unwrap();
    drop(session);
    assert_eq!(timeout(SOON, relay.server.ended()).await.unwrap(), Outcome::Stopped);
    let lines = relay.store().await.audit(1).await.unwrap();
    assert_eq!(lines[0].ending.as_deref(), Some("relay stopped"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_while_it_stops_hears_that_it_may_be_stopping() {
    let relay = relay_with(|config| config.broker.timing.grace = Duration::from_secs(60)).await;
    let mut session = relay.session().await;
    relay.server.stop();
    assert_eq!(session.client.hear().await, FromRelay::Stopping {});
    for _ in 0..20 {
        let error = dial(&relay.ladder(), &[relay.pin], &Identity::generate().unwrap()).await.unwrap_err();
        assert!(matches!(error.attempts[0].1, AttemptError::Closed), "{error}");
        assert!(error.to_string().contains("being stopped"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_without_sessions_is_quick_and_frees_the_port() {
    let mut relay = relay().await;
    let (mut client, ..) = relay.client().await;
    let start = Instant::now();
    relay.server.stop();
    assert_eq!(client.hear().await, FromRelay::Stopping {});
    client.ends().await;
    drop(client);
    assert_eq!(timeout(SOON, relay.server.ended()).await.unwrap(), Outcome::Stopped);
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    let address = relay.address;
    drop(relay);
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SOON, refused).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abort_waits_for_nobody() {
    let mut relay = relay().await;
    let mut session = relay.session().await;
    relay.server.stop();
    assert_eq!(session.client.hear().await, FromRelay::Stopping {});
    relay.server.abort();
    assert_eq!(timeout(SOON, relay.server.ended()).await.unwrap(), Outcome::Cut);
    let mut rest = Vec::new();
    let _ = timeout(SOON, session.from_client.read_to_end(&mut rest)).await.unwrap();
    assert!(rest.is_empty());
}
