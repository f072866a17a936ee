//! Proxies that are in the way, over real sockets on loopback.

#![expect(clippy::unwrap_used, reason = "a test ends where an expectation fails")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use farhand_transport::dial::AttemptError;
use farhand_transport::proxy::ProxyError;
use farhand_transport::{Acceptor, Identity, Ladder, LegError, Pin, Proxy, ProxyChoice, dial};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A proxy that gives its answers one after the other, whatever it is asked, and remembers what that was. After an
/// answer with 200 it leads on to the relay.
struct Scripted {
    listener: TcpListener,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    async fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap(), asked: Arc::default() }
    }

    fn at(&self, scheme: &str, who: &str) -> ProxyChoice {
        ProxyChoice::Fixed(
            format!("{scheme}://{who}{}", self.listener.local_addr().unwrap()).parse().unwrap(),
        )
    }

    /// Serves connections, each with its own answers.
    async fn serve(&self, connections: &[&[&[u8]]], relay: std::net::SocketAddr) {
        for answers in connections {
            let (mut stream, _) = self.listener.accept().await.unwrap();
            for answer in *answers {
                let mut asked = [0; 4096];
                let count = stream.read(&mut asked).await.unwrap_or_default();
                self.asked.lock().unwrap().push(String::from_utf8_lossy(&asked[..count]).into_owned());
                stream.write_all(answer).await.unwrap();
                if answer.starts_with(b"HTTP/1.1 200") || answer.starts_with(&[5, 0, 0, 1]) {
                    let mut onward = TcpStream::connect(relay).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut onward).await;
                }
            }
        }
        std::future::pending::<()>().await;
    }
}

struct Relay {
    listener: TcpListener,
    acceptor: Acceptor,
    pin: Pin,
}

impl Relay {
    async fn new() -> Self {
        let identity = Identity::generate().unwrap();
        let certificate = identity.self_signed().unwrap();
        let acceptor = Acceptor::new(&identity, certificate, Duration::from_secs(5)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener, acceptor, pin: Pin(identity.key_hash()) }
    }

    async fn serve(&self) {
        let (stream, peer) = self.listener.accept().await.unwrap();
        let mut leg = self.acceptor.accept_leg(stream, peer).await.unwrap();
        let end = leg.read_message::<farhand_proto::relay::ToRelay>().await;
        assert!(matches!(end, Err(LegError::Closed)), "{end:?}");
    }

    /// Dials through a proxy, the same ladder as often as there are connections.
    async fn reached(&self, ladder: &Ladder) -> Result<String, AttemptError> {
        let identity = Identity::generate().unwrap();
        match dial(ladder, &[self.pin], &identity).await {
            Ok(leg) => {
                let rung = leg.rung().unwrap().to_string();
                leg.close().await;
                Ok(rung)
            }
            Err(error) => Err(error.attempts.into_iter().next().unwrap().1),
        }
    }

    fn ladder(&self, proxies: &ProxyChoice) -> Ladder {
        let address = format!("raw://{}", self.listener.local_addr().unwrap());
        Ladder::new(&[address.parse().unwrap()], proxies)
    }
}

const YES: &[u8] = b"HTTP/1.1 200 Connection established\r\nProxy-Agent: test\r\n\r\n";
const WHO: &[u8] =
    b"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: Basic realm=\"a\"\r\n\
    Content-Length: 5\r\n\r\nhello";
const WHO_AND_CLOSE: &[u8] = b"HTTP/1.0 407 Who are you\r\nProxy-Authenticate: basic realm=\"a\"\r\n\r\n";

#[tokio::test]
async fn a_proxy_is_told_who_this_is_only_when_it_asks() {
    let relay = Relay::new().await;
    // (What it answers on each connection, who this is.)
    let ways: [(&[&[&[u8]]], &str); 3] = [
        (&[&[YES]], "anna:secret@"),
        (&[&[WHO, YES]], "anna:secret@"),
        (&[&[WHO_AND_CLOSE], &[YES]], "anna:secret@"),
    ];
    for (answers, who) in ways {
        let proxy = Scripted::new().await;
        let ladder = relay.ladder(&proxy.at("http", who));
        let reached = tokio::select! {
            () = proxy.serve(answers, relay.listener.local_addr().unwrap()) => unreachable!("it serves on"),
            (reached, ()) = async { tokio::join!(relay.reached(&ladder), relay.serve()) } => reached,
        };
        assert!(reached.unwrap().contains(" through http://127.0.0.1:"));
        let asked = proxy.asked.lock().unwrap().clone();
        let target = relay.listener.local_addr().unwrap();
        let told =
            asked.iter().filter(|asked| asked.contains("Proxy-Authorization: Basic YW5uYTpzZWNyZXQ=\r\n"));
        assert_eq!(told.count(), usize::from(asked.len() > 1), "{asked:?}");
        assert!(
            asked
                .iter()
                .all(|asked| asked.starts_with(&format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n")))
        );
        assert!(!asked[0].contains("Authorization"));
    }
}

/// Of a proxy of a Windows network: its second message, as \[MS-NLMP\] has it, and the page around it.
fn ntlm_challenge(name: &str) -> Vec<u8> {
    // "NTLMSSP", 2, no name, flags, nonce, and no description of itself.
    let message = "TlRMTVNTUAACAAAAAAAAADgAAAAzgoriASNFZ4mrze8AAAAAAAAAAAAAAAAAAAAA";
    format!(
        "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: {name} {message}\r\nContent-Length: 5\r\n\r\nhello"
    )
    .into_bytes()
}

#[tokio::test]
async fn ntlm_takes_three_messages_over_one_connection() {
    let relay = Relay::new().await;
    let target = relay.listener.local_addr().unwrap();
    let offers = |names: &[&str]| {
        let lines: String = names.iter().map(|name| format!("Proxy-Authenticate: {name}\r\n")).collect();
        format!("HTTP/1.1 407 Who are you\r\n{lines}Content-Length: 0\r\n\r\n").into_bytes()
    };
    for (offered, name) in [
        (vec!["Negotiate", "NTLM", "Basic realm=\"a\""], "NTLM"),
        (vec!["NTLM"], "NTLM"),
        (vec!["Negotiate"], "Negotiate"),
    ] {
        let (first, second) = (offers(&offered), ntlm_challenge(name));
        let proxy = Scripted::new().await;
        let ladder = relay.ladder(&proxy.at("http", "DOM%5Canna:secret@"));
        let connection: [&[&[u8]]; 1] = [&[&first, &second, YES]];
        let reached = tokio::select! {
            () = proxy.serve(&connection, target) => unreachable!("it serves on"),
            (reached, ()) = async { tokio::join!(relay.reached(&ladder), relay.serve()) } => reached,
        };
        reached.unwrap();
        let asked = proxy.asked.lock().unwrap().clone();
        let told: Vec<&str> = asked
            .iter()
            .filter_map(|asked| asked.lines().find_map(|line| line.strip_prefix("Proxy-Authorization: ")))
            .collect();
        assert_eq!(told.len(), 2, "{asked:?}");
        assert_eq!(told[0], format!("{name} TlRMTVNTUAABAAAABYIIAAAAAAAAAAAAAAAAAAAAAAA="));
        assert!(told[1].starts_with(&format!("{name} TlRMTVNTUAADAAAA")), "{}", told[1]);
        assert!(!asked.concat().contains("secret") && !asked.concat().contains("c2VjcmV0"));
    }
    // It is refused, and not told again; and one that talks on without the second message is not understood.
    let (first, second) = (offers(&["NTLM"]), ntlm_challenge("NTLM"));
    for (answers, words) in
        [(vec![&first[..], &second, &first], "does not take"), (vec![&first[..], &first], "not understood")]
    {
        let proxy = Scripted::new().await;
        let ladder = relay.ladder(&proxy.at("http", "anna:wrong@"));
        let connections: [&[&[u8]]; 2] = [&answers, &[&first]];
        let errors = tokio::select! {
            () = proxy.serve(&connections, target) => unreachable!("it serves on"),
            errors = async {
                (relay.reached(&ladder).await.unwrap_err(), relay.reached(&ladder).await.unwrap_err())
            } => errors,
        };
        assert!(errors.0.to_string().contains(words), "{}", errors.0);
        let told =
            proxy.asked.lock().unwrap().iter().filter(|asked| asked.contains("TlRMTVNTUAADAAAA")).count();
        assert!(told <= 1, "{told}");
    }
}

#[tokio::test]
async fn digest_goes_before_basic_and_a_nonce_that_is_too_old_is_no_refusal() {
    let relay = Relay::new().await;
    let proxy = Scripted::new().await;
    let ladder = relay.ladder(&proxy.at("http", "anna:secret@"));
    let asks = |nonce: &str, stale: &str| {
        format!(
            "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"a\"\r\nProxy-Authenticate: Digest realm=\"a\", \
             nonce=\"{nonce}\", qop=\"auth\", stale={stale}\r\nContent-Length: 0\r\n\r\n"
        )
        .into_bytes()
    };
    let (first, old) = (asks("one", "false"), asks("two", "true"));
    let target = relay.listener.local_addr().unwrap();
    let answers: &[&[&[u8]]] = &[&[&first, &old, YES]];
    let reached = tokio::select! {
        () = proxy.serve(answers, target) => unreachable!("it serves on"),
        (reached, ()) = async { tokio::join!(relay.reached(&ladder), relay.serve()) } => reached,
    };
    reached.unwrap();
    let asked = proxy.asked.lock().unwrap().clone();
    assert!(
        asked[1].contains(&format!("Digest username=\"anna\", realm=\"a\", nonce=\"one\", uri=\"{target}\""))
    );
    assert!(asked[2].contains("nonce=\"two\"") && !asked[2].contains("Basic"));
}

#[tokio::test]
async fn what_a_proxy_refused_is_never_sent_again() {
    let relay = Relay::new().await;
    let proxy = Scripted::new().await;
    let choice = proxy.at("http", "anna:wrong@");
    let ladder = relay.ladder(&choice);
    let serve = proxy.serve(&[&[WHO, WHO], &[WHO], &[WHO]], relay.listener.local_addr().unwrap());
    tokio::select! {
        () = serve => unreachable!("it serves on"),
        () = async {
            for _ in 0..3 {
                let error = relay.reached(&ladder).await.unwrap_err();
                assert!(matches!(error, AttemptError::Proxy(_, ProxyError::WrongPassword)), "{error}");
            }
        } => {}
    }
    let told = proxy.asked.lock().unwrap().iter().filter(|asked| asked.contains("Authorization")).count();
    assert_eq!(told, 1);
}

#[tokio::test]
async fn every_refusal_and_all_garbage_is_named() {
    let relay = Relay::new().await;
    let huge = [b"HTTP/1.1 200 OK\r\nX: ".as_slice(), &[b'a'; 20_000]].concat();
    let cases: [(&str, &[u8], &str); 12] = [
        ("http", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "refuses: 403 Forbidden"),
        ("http", b"HTTP/1.1 502 \x07Bad\r\n\r\n", "not understood"),
        ("http", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "not understood"),
        ("http", b"HTTP/1.1 200 OK\r\n\r\nearly", "not understood"),
        ("http", &huge, "not understood"),
        ("http", WHO_AND_CLOSE, "wants a user and a password (basic)"),
        ("http", b"HTTP/1.1 407 No\r\nConnection: close\r\n\r\n", "it does not say how"),
        ("socks5", &[5, 0xff], "wants a user and a password"),
        ("socks5", &[4, 0], "not understood"),
        ("socks5", b"HTTP/1.1 400 Bad Request\r\n\r\n", "not understood"),
        ("socks5", &[5, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0], "its rules do not allow this"),
        ("socks5", &[5, 0, 5, 0, 0, 9], "not understood"),
    ];
    for (scheme, answer, words) in cases {
        let proxy = Scripted::new().await;
        let ladder = relay.ladder(&proxy.at(scheme, ""));
        let answers: &[&[&[u8]]] = &[&[answer]];
        let start = Instant::now();
        let error = tokio::select! {
            () = proxy.serve(answers, relay.listener.local_addr().unwrap()) => unreachable!("it serves on"),
            reached = relay.reached(&ladder) => reached.unwrap_err(),
        };
        let said = error.to_string();
        assert!(said.contains(words), "{}: {said}", String::from_utf8_lossy(answer));
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    // Nobody there, and somebody who goes at once.
    let nobody: Proxy = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().to_string().parse().unwrap()
    };
    let error = relay.reached(&relay.ladder(&ProxyChoice::Fixed(nobody))).await.unwrap_err();
    assert!(error.to_string().contains("the proxy can't be reached"), "{error}");
}

#[tokio::test]
async fn a_socks_proxy_leads_on_with_and_without_a_password() {
    let relay = Relay::new().await;
    let yes: &[u8] = &[5, 0, 0, 1, 127, 0, 0, 1, 0, 1];
    let target = relay.listener.local_addr().unwrap();
    let wants = [&[5, 1, 0, 1, 127, 0, 0, 1][..], &target.port().to_be_bytes()].concat();
    for (who, answers, asked) in [
        ("", vec![&[5, 0][..], yes], vec![vec![5, 1, 0], wants.clone()]),
        (
            "anna:secret@",
            vec![&[5, 2][..], &[1, 0], yes],
            vec![vec![5, 2, 0, 2], b"\x01\x04anna\x06secret".to_vec(), wants.clone()],
        ),
    ] {
        let proxy = Scripted::new().await;
        let ladder = relay.ladder(&proxy.at("socks5", who));
        let connections: [&[&[u8]]; 1] = [&answers];
        let reached = tokio::select! {
            () = proxy.serve(&connections, target) => unreachable!("it serves on"),
            (reached, ()) = async { tokio::join!(relay.reached(&ladder), relay.serve()) } => reached,
        };
        reached.unwrap();
        let expected: Vec<String> =
            asked.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
        assert_eq!(*proxy.asked.lock().unwrap(), expected);
    }
}

#[tokio::test]
async fn in_requests_a_password_goes_to_the_proxy_alone_and_only_as_it_asks() {
    let relay = Relay::new().await;
    let target = relay.listener.local_addr().unwrap();
    let digest: &[u8] = b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Digest realm=\"a\", nonce=\"b\"\r\n\
        Content-Length: 0\r\n\r\n";
    let basic: &[u8] =
        b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"a\"\r\nContent-Length: 0\r\n\r\n";
    // Its own address is one of IPv6.
    let socks = [&[5, 0, 0, 4][..], &[0; 18]].concat();
    // (Kind of proxy, what comes on its connection, what the error says, how often a password was sent.)
    for (scheme, answers, words, sent) in [
        ("http", vec![digest], "a way that is not known here (Digest)", 0),
        ("http", vec![basic, basic], "does not take this user and password", 1),
        // Whoever is behind a tunnel asks for what is none of their business.
        ("socks5", vec![&[5, 0], &socks, basic], "not understood", 0),
    ] {
        let proxy = Scripted::new().await;
        let address = format!("http://{target}").parse().unwrap();
        let ladder = Ladder::new(&[address], &proxy.at(scheme, "anna:secret@"));
        let connections: [&[&[u8]]; 1] = [&answers];
        let error = tokio::select! {
            () = proxy.serve(&connections, target) => unreachable!("it serves on"),
            reached = relay.reached(&ladder) => reached.unwrap_err(),
        };
        assert!(error.to_string().contains(words), "{scheme}: {error}");
        let asked = proxy.asked.lock().unwrap().join("\n").to_lowercase();
        assert_eq!(asked.matches("proxy-authorization: basic ").count(), sent, "{asked}");
        assert!(!asked.contains("secret"), "{asked}");
    }
}
