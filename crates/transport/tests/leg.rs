//! Legs over real sockets on loopback.

#![expect(clippy::unwrap_used, reason = "a test ends where an expectation fails")]

use std::net::SocketAddr;
use std::time::Duration;

use farhand_proto::codec::Message;
use farhand_proto::relay::{FromRelay, ToRelay};
use farhand_transport::accept::AcceptError;
use farhand_transport::dial::AttemptError;
use farhand_transport::{Acceptor, Identity, Leg, LegError, Pin, Target, dial};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

struct Relay {
    identity: Identity,
    listener: TcpListener,
    acceptor: Acceptor,
}

impl Relay {
    async fn new() -> Self {
        let identity = Identity::generate().unwrap();
        let acceptor =
            Acceptor::new(&identity, identity.self_signed().unwrap(), Duration::from_millis(500)).unwrap();
        Self { identity, listener: TcpListener::bind("127.0.0.1:0").await.unwrap(), acceptor }
    }

    fn target(&self) -> Target {
        target(self.listener.local_addr().unwrap())
    }

    fn pin(&self) -> Pin {
        Pin(self.identity.key_hash())
    }

    async fn accept(&self) -> Result<Leg, AcceptError> {
        let (stream, peer) = self.listener.accept().await.unwrap();
        self.acceptor.accept(stream, peer).await
    }
}

fn target(address: SocketAddr) -> Target {
    Target { host: address.ip().to_string(), port: address.port() }
}

#[tokio::test]
async fn both_ends_know_each_others_key_and_exchange_messages() {
    let relay = Relay::new().await;
    let program = Identity::generate().unwrap();
    let (targets, pins) = ([relay.target()], [relay.pin()]);
    let (ours, theirs) = tokio::join!(dial(&targets, &pins, &program), relay.accept());
    let (mut ours, mut theirs) = (ours.unwrap(), theirs.unwrap());
    assert_eq!(theirs.peer_key(), program.key_hash());
    assert_eq!(ours.peer_key(), relay.identity.key_hash());
    assert_eq!(ours.peer_spki(), relay.identity.spki());

    ours.write_message(&ToRelay::Ping { number: 7 }).await.unwrap();
    assert_eq!(theirs.read_message::<ToRelay>().await.unwrap(), ToRelay::Ping { number: 7 });
    theirs.write_message(&FromRelay::Pong { number: 7 }).await.unwrap();
    assert_eq!(ours.read_message::<FromRelay>().await.unwrap(), FromRelay::Pong { number: 7 });
    theirs.close().await;
    assert!(matches!(ours.read_message::<FromRelay>().await, Err(LegError::Closed)));
}

#[tokio::test]
async fn a_relay_with_another_key_is_refused_as_such() {
    let relay = Relay::new().await;
    let program = Identity::generate().unwrap();
    let (targets, pins) = ([relay.target()], [Pin(program.key_hash())]);
    let (ours, theirs) = tokio::join!(dial(&targets, &pins, &program), relay.accept());
    let error = ours.unwrap_err();
    assert!(error.is_wrong_pin(), "{error}");
    assert!(theirs.is_err());
}

#[tokio::test]
async fn the_first_target_that_is_a_relay_wins() {
    let relay = Relay::new().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed_target = target(closed.local_addr().unwrap());
    drop(closed);
    let program = Identity::generate().unwrap();
    let targets = [target(silent.local_addr().unwrap()), closed_target.clone(), relay.target()];
    let pins = [relay.pin()];
    let (ours, theirs) = tokio::join!(dial(&targets, &pins, &program), relay.accept());
    assert_eq!(target(ours.unwrap().peer_address()), relay.target());
    theirs.unwrap();

    let error = dial(&[closed_target], &pins, &program).await.unwrap_err();
    assert!(matches!(error.attempts[0].1, AttemptError::Refused), "{error}");
    assert!(error.to_string().starts_with("the relay can't be reached"));
}

#[tokio::test]
async fn something_else_that_answers_is_named_as_such() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let targets = [target(other.local_addr().unwrap())];
    let program = Identity::generate().unwrap();
    let pins = [Pin(program.key_hash())];
    let answer = async {
        let (mut stream, _) = other.accept().await.unwrap();
        stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    };
    let (ours, ()) = tokio::join!(dial(&targets, &pins, &program), answer);
    assert!(matches!(ours.unwrap_err().attempts[0].1, AttemptError::NotARelay(_)));
}

#[tokio::test]
async fn garbage_silence_and_early_ends_are_no_legs() {
    let relay = Relay::new().await;
    let address = relay.listener.local_addr().unwrap();
    let connect = || async { TcpStream::connect(address).await.unwrap() };

    let mut garbage = connect().await;
    garbage.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    assert!(matches!(relay.accept().await, Err(AcceptError::NotALeg(_))));

    let _silent = connect().await;
    assert!(matches!(relay.accept().await, Err(AcceptError::TimedOut(_))));

    drop(connect().await);
    assert!(matches!(relay.accept().await, Err(AcceptError::Closed)));

    // A TLS record header that announces much, and then endless handshake bytes.
    let mut flood = connect().await;
    let send = async {
        let mut record = vec![22, 3, 1, 0x40, 0];
        record.extend_from_slice(&[1, 0xff, 0xff, 0xff]);
        record.resize(5 + 0x4000, 0);
        for _ in 0..64 {
            if flood.write_all(&record).await.is_err() {
                break;
            }
        }
    };
    let (accepted, ()) = tokio::join!(relay.accept(), send);
    assert!(matches!(accepted, Err(AcceptError::NotALeg(_))));
}

#[tokio::test]
async fn an_unknown_peer_can_send_no_more_than_16_kib_in_all() {
    let relay = Relay::new().await;
    let program = Identity::generate().unwrap();
    let (targets, pins) = ([relay.target()], [relay.pin()]);
    let (ours, theirs) = tokio::join!(dial(&targets, &pins, &program), relay.accept());
    let (mut ours, mut theirs) = (ours.unwrap(), theirs.unwrap());
    let send = async move {
        for number in 0..100_000 {
            if ours.write_message(&ToRelay::Ping { number }).await.is_err() {
                break;
            }
        }
    };
    let receive = async move {
        let mut bytes = 0;
        loop {
            match theirs.read_message::<ToRelay>().await {
                Ok(message) => bytes += message.to_frame().len(),
                Err(error) => break (bytes, error),
            }
        }
    };
    let (sent, (bytes, error)) = tokio::join!(tokio::spawn(send), receive);
    sent.unwrap();
    assert!(bytes < 16 * 1024, "{bytes}");
    assert!(matches!(error, LegError::Broken(_)), "{error}");
}

#[tokio::test]
async fn a_peer_that_breaks_the_protocol_is_named() {
    let relay = Relay::new().await;
    let program = Identity::generate().unwrap();
    let (targets, pins) = ([relay.target()], [relay.pin()]);
    let (ours, theirs) = tokio::join!(dial(&targets, &pins, &program), relay.accept());
    let mut theirs = theirs.unwrap();
    let (mut stream, rest) = ours.unwrap().into_stream();
    assert!(rest.is_empty());
    stream.write_all(&[4, 0xff, 0xff]).await.unwrap();
    stream.flush().await.unwrap();
    assert!(matches!(theirs.read_message::<ToRelay>().await, Err(LegError::PeerMisbehaved(_))));
}
