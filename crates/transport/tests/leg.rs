//! Legs over real sockets on loopback.

#![expect(clippy::unwrap_used, reason = "a test ends where an expectation fails")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use farhand_proto::codec::Message;
use farhand_proto::relay::{FromRelay, ToRelay};
use farhand_transport::accept::AcceptError;
use farhand_transport::dial::AttemptError;
use farhand_transport::{Acceptor, Identity, Ladder, Leg, LegError, Pin, ProxyChoice, Target, dial};
use rustls::SignatureScheme;
use rustls::crypto::aws_lc_rs::sign::any_ecdsa_type;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
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
        self.acceptor.accept_leg(stream, peer).await
    }
}

fn ladder(targets: &[Target]) -> Ladder {
    let relays: Vec<_> = targets.iter().map(|target| format!("raw://{target}").parse().unwrap()).collect();
    Ladder::new(&relays, &ProxyChoice::Direct)
}

fn target(address: SocketAddr) -> Target {
    Target { host: address.ip().to_string(), port: address.port() }
}

#[tokio::test]
async fn both_ends_know_each_others_key_and_exchange_messages() {
    let relay = Relay::new().await;
    let program = Identity::generate().unwrap();
    let (ladder, pins) = (ladder(&[relay.target()]), [relay.pin()]);
    let (ours, theirs) = tokio::join!(dial(&ladder, &pins, &program), relay.accept());
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
    let (ladder, pins) = (ladder(&[relay.target()]), [Pin(program.key_hash())]);
    let (ours, theirs) = tokio::join!(dial(&ladder, &pins, &program), relay.accept());
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
    let three = ladder(&[target(silent.local_addr().unwrap()), closed_target.clone(), relay.target()]);
    let pins = [relay.pin()];
    let (ours, theirs) = tokio::join!(dial(&three, &pins, &program), relay.accept());
    assert_eq!(target(ours.unwrap().peer_address()), relay.target());
    theirs.unwrap();

    let error = dial(&ladder(&[closed_target]), &pins, &program).await.unwrap_err();
    assert!(matches!(error.attempts[0].1, AttemptError::Refused), "{error}");
    assert!(error.to_string().starts_with("the relay can't be reached"));
}

#[tokio::test]
async fn something_else_that_answers_is_named_as_such() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ladder = ladder(&[target(other.local_addr().unwrap())]);
    let program = Identity::generate().unwrap();
    let pins = [Pin(program.key_hash())];
    let answer = async {
        let (mut stream, _) = other.accept().await.unwrap();
        stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    };
    let (ours, ()) = tokio::join!(dial(&ladder, &pins, &program), answer);
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
    let (ladder, pins) = (ladder(&[relay.target()]), [relay.pin()]);
    let (ours, theirs) = tokio::join!(dial(&ladder, &pins, &program), relay.accept());
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
    let (ladder, pins) = (ladder(&[relay.target()]), [relay.pin()]);
    let (ours, theirs) = tokio::join!(dial(&ladder, &pins, &program), relay.accept());
    let mut theirs = theirs.unwrap();
    let (mut stream, rest) = ours.unwrap().into_stream();
    assert!(rest.is_empty());
    stream.write_all(&[4, 0xff, 0xff]).await.unwrap();
    stream.flush().await.unwrap();
    assert!(matches!(theirs.read_message::<ToRelay>().await, Err(LegError::PeerMisbehaved(_))));
}

#[tokio::test]
async fn a_connection_that_is_closed_or_reset_in_the_handshake_is_no_foreign_program() {
    let program = Identity::generate().unwrap();
    let pins = [Pin(program.key_hash())];
    for reads_first in [true, false] {
        let draining = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ladder = ladder(&[target(draining.local_addr().unwrap())]);
        let drop_it = async {
            let (mut stream, _) = draining.accept().await.unwrap();
            // Bytes that are left unread make the system reset the connection instead of closing it.
            stream.readable().await.unwrap();
            if reads_first {
                let mut hello = [0; 16 * 1024];
                assert!(stream.read(&mut hello).await.unwrap() > 0);
            }
        };
        let (ours, ()) = tokio::join!(dial(&ladder, &pins, &program), drop_it);
        let error = ours.unwrap_err();
        assert!(matches!(error.attempts[0].1, AttemptError::Closed), "{error}");
        assert!(
            error.to_string().contains("being stopped") && error.to_string().contains("try again"),
            "{error}"
        );
    }
}

/// A key of another kind, as a raw public key.
fn p256() -> Arc<CertifiedKey> {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let spki = CertificateDer::from(rcgen::PublicKeyData::subject_public_key_info(&key));
    let pkcs8 = PrivatePkcs8KeyDer::from(key.serialize_der());
    Arc::new(CertifiedKey::new(vec![spki], any_ecdsa_type(&pkcs8.into()).unwrap()))
}

/// Shows a raw key of another kind, whatever the relay says that it takes.
#[derive(Debug)]
struct Stubborn(Arc<CertifiedKey>);

/// Signs with its kind of key, whatever it was offered.
#[derive(Debug)]
struct AnyOffer(Arc<CertifiedKey>);

impl rustls::sign::SigningKey for AnyOffer {
    fn choose_scheme(&self, _offered: &[SignatureScheme]) -> Option<Box<dyn rustls::sign::Signer>> {
        self.0.key.choose_scheme(&[SignatureScheme::ECDSA_NISTP256_SHA256])
    }

    fn algorithm(&self) -> rustls::SignatureAlgorithm {
        self.0.key.algorithm()
    }
}

impl rustls::client::ResolvesClientCert for Stubborn {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::new(CertifiedKey::new(self.0.cert.clone(), Arc::new(AnyOffer(self.0.clone())))))
    }

    fn only_raw_public_keys(&self) -> bool {
        true
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct BelieveAll;

impl rustls::client::danger::ServerCertVerifier for BelieveAll {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519, SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}

#[tokio::test]
async fn a_program_with_another_kind_of_key_gets_no_leg() {
    let relay = Relay::new().await;
    let address = relay.listener.local_addr().unwrap();
    for (resolver, works) in [
        (Arc::new(Stubborn(p256())) as Arc<dyn rustls::client::ResolvesClientCert>, false),
        (
            Arc::new(rustls::client::AlwaysResolvesClientRawPublicKeys::new(
                Identity::generate().unwrap().raw_key().unwrap(),
            )),
            true,
        ),
    ] {
        let mut config = rustls::ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(BelieveAll))
        .with_client_cert_resolver(resolver);
        config.alpn_protocols = vec![farhand_proto::relay::ALPN.to_vec()];
        let connect = async {
            let stream = TcpStream::connect(address).await.unwrap();
            let name = ServerName::IpAddress(address.ip().into());
            tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await
        };
        let (accepted, connected) = tokio::join!(relay.accept(), connect);
        assert_eq!(accepted.is_ok(), works, "{accepted:?}");
        if !works {
            assert!(matches!(accepted, Err(AcceptError::NotALeg(_))), "{accepted:?}");
        }
        drop(connected);
    }
}

#[tokio::test]
async fn a_relay_with_another_kind_of_key_is_refused_though_its_pin_fits() {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let pin =
        Pin(farhand_transport::identity::key_hash(&rcgen::PublicKeyData::subject_public_key_info(&key)));
    let certificate = rcgen::CertificateParams::new(vec!["relay.invalid".to_owned()]).unwrap();
    let certificate = certificate.self_signed(&key).unwrap().der().clone();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .unwrap();
    config.alpn_protocols = vec![farhand_proto::relay::ALPN.to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ladder = ladder(&[target(listener.local_addr().unwrap())]);
    let serve = async {
        let (stream, _) = listener.accept().await.unwrap();
        tokio_rustls::TlsAcceptor::from(Arc::new(config)).accept(stream).await.is_ok()
    };
    let (pins, program) = ([pin], Identity::generate().unwrap());
    let (ours, _) = tokio::join!(dial(&ladder, &pins, &program), serve);
    assert!(matches!(ours.unwrap_err().attempts[0].1, AttemptError::NotARelay(_)));
}
