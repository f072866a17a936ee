//! Legs that look like web traffic, between the programs' cores and a real relay.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test ends where an expectation fails")]

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use farhand_peer::client::Event;
use farhand_peer::console::{ConsoleEvent, Way};
use farhand_proto::relay::{FromRelay, ToRelay};
use farhand_session::{ConsoleEvent as Session, RESUME_WINDOW};
use farhand_tests::inprocess::hanging::HangingNetwork;
use farhand_tests::inprocess::honest::{HonestClient, HonestConsole};
use farhand_tests::inprocess::inspection::Inspection;
use farhand_tests::inprocess::old_proxy::OldProxy;
use farhand_tests::inprocess::relay::Relay;
use farhand_tests::inprocess::{SOON, soon};
use farhand_transport::dial::AttemptError;
use farhand_transport::websocket::dress;
use farhand_transport::{Encapsulation, Identity, Ladder, ProxyChoice, Target, dial};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

/// The same way, dressed.
fn over(encapsulation: Encapsulation, way: Way) -> Way {
    let relays = way.ladder.relays().iter().map(|relay| {
        let target = Target { host: relay.host().to_owned(), port: relay.port().unwrap() };
        format!("{}://{target}", encapsulation.name()).parse().unwrap()
    });
    let ladder = Ladder::new(&relays.collect::<Vec<_>>(), &ProxyChoice::Direct);
    Way { ladder, resume_window: RESUME_WINDOW, ..way }
}

/// Types a text and waits until it has been typed.
async fn types(console: &mut HonestConsole, text: &str) {
    let last = console.handle.control().type_text(text.to_owned()).await.unwrap().unwrap();
    console
        .until("the text", |event| {
            matches!(event, ConsoleEvent::Session(Session::Done(number)) if number >= last).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_over_https_comes_back_to_a_raw_console() {
    comes_back(Encapsulation::Https, Encapsulation::Raw).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_over_http_comes_back_to_a_console_over_https() {
    comes_back(Encapsulation::Http, Encapsulation::Https).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_client_comes_back_to_a_console_over_http() {
    comes_back(Encapsulation::Raw, Encapsulation::Http).await;
}

/// Each side may come in its own dress.
async fn comes_back(at_client: Encapsulation, at_console: Encapsulation) {
    let relay = Relay::start().await;
    let network = HangingNetwork::before(&relay).await;
    let client_way = over(at_client, network.way(&relay));
    let console_way = over(at_console, relay.way());
    let mut client = HonestClient::start(client_way);
    let number = client.ready().await;
    let operator = relay.operator("anna").await;
    let connect = HonestConsole::connect(console_way, operator, number);
    let (mut console, ()) = tokio::join!(connect, client.allow());
    console.picture().await;
    types(&mut console, "there").await;
    network.hang(true);
    client.until("the loss", |event| matches!(event, Event::Lost).then_some(())).await;
    network.hang(false);
    client.until("the return", |event| matches!(event, Event::Found).then_some(())).await;
    assert!(!console.picture().await.is_empty(), "a fresh picture");
    types(&mut console, "and back").await;
    console.handle.control().end().await;
    let over = client.until("the end", |event| matches!(event, Event::Over(_)).then_some(()));
    over.await;
    // Nothing of it stays at the relay, but the client's registration.
    relay.until("farhand_relay_sessions", 0).await;
}

/// What understands nothing but requests of the old kind, and loses some of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_the_old_kind_carries_a_session() {
    let relay = Relay::start().await;
    let proxy = OldProxy::start(7).await;
    let named = ProxyChoice::Fixed(proxy.address().to_string().parse().unwrap());
    let ladder = Ladder::new(&[relay.address().to_string().parse().unwrap()], &named);
    let way = Way { ladder, resume_window: RESUME_WINDOW, ..relay.way() };
    let mut client = HonestClient::start(way.clone());
    let number = client.ready().await;
    let operator = relay.operator("anna").await;
    let connect = HonestConsole::connect(way, operator, number);
    let (mut console, ()) = tokio::join!(connect, client.allow());
    console.picture().await;
    types(&mut console, "through all that").await;
    console.handle.control().end().await;
    client.until("the end", |event| matches!(event, Event::Over(_)).then_some(())).await;
    assert!(proxy.requests() > 20, "{}", proxy.requests());
}

/// A company that opens all HTTPS: its box shows a certificate of its own, and sees what it should not understand.
#[tokio::test(flavor = "multi_thread")]
async fn who_opens_https_on_the_way_finds_only_our_own_tls_inside() {
    let relay = Relay::start().await;
    let inspection = Inspection::before(relay.address()).await;
    let raw = inspection.way(&relay);
    let mut client = HonestClient::start(over(Encapsulation::Https, raw.clone()));
    let number = client.ready().await;
    let operator = relay.operator("anna").await;
    let token = operator.token.to_vec();
    let connect = HonestConsole::connect(over(Encapsulation::Https, raw.clone()), operator, number);
    let (mut console, ()) = tokio::join!(connect, client.allow());
    console.picture().await;
    types(&mut console, "a secret that nobody reads").await;
    let seen = inspection.seen();
    assert!(seen.len() > 10_000, "{} bytes went through", seen.len());
    let contains = |what: &[u8]| seen.windows(what.len()).any(|window| window == what);
    assert!(contains(b"Upgrade: websocket") || contains(b"upgrade: websocket"), "it does read HTTP");
    for secret in [&b"a secret that nobody reads"[..], b"anna", &token] {
        assert!(!contains(secret), "{:?}", String::from_utf8_lossy(secret));
    }
    // What is not dressed does not pass it.
    let error = dial(&raw.ladder, &raw.pins, &Identity::generate().unwrap()).await.unwrap_err();
    assert!(matches!(error.attempts[0].1, AttemptError::NotARelay(_) | AttemptError::WrongPin), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ladder_finds_the_way_that_is_left_and_remembers_it() {
    let relay = Relay::start().await;
    let inspection = Inspection::before(relay.address()).await;
    // Nobody answers at the first, and only HTTPS passes at the second.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let relays = [silent.local_addr().unwrap(), inspection.address()]
        .map(|address| address.to_string().parse().unwrap());
    let ladder = Ladder::new(&relays, &ProxyChoice::Direct);
    let identity = Identity::generate().unwrap();
    let pins = [relay.pin()];
    let mut leg = soon("a leg", dial(&ladder, &pins, &identity)).await.unwrap();
    let rung = leg.rung().unwrap().clone();
    assert_eq!(rung.to_string(), format!("https://{}", inspection.address()));
    leg.write_message(&ToRelay::Ping { number: 7 }).await.unwrap();
    assert!(leg.read_message::<FromRelay>().await.is_ok(), "it carries messages");
    assert_eq!(ladder.rungs().await[0], rung);
    // It is tried at once now: the two that hang would take half a second.
    let start = Instant::now();
    soon("a leg", dial(&ladder, &pins, &identity)).await.unwrap();
    assert!(start.elapsed() < Duration::from_millis(400), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_encapsulation_can_be_switched_off_at_the_relay() {
    for left in Encapsulation::ALL {
        let relay = Relay::with(|config| config.encapsulations = vec![left]).await;
        let address = relay.address();
        for tried in Encapsulation::ALL {
            let relay_address = format!("{}://{address}", tried.name()).parse().unwrap();
            let ladder = Ladder::new(&[relay_address], &ProxyChoice::Direct);
            let identity = Identity::generate().unwrap();
            let leg = soon("an answer", dial(&ladder, &[relay.pin()], &identity)).await;
            assert_eq!(leg.is_ok(), tried == left, "{tried:?} where there is {left:?}: {leg:?}");
        }
    }
}

/// What a browser gets, over TLS or plainly.
async fn asks(relay: &Relay, tls: bool, request: &str) -> String {
    let stream = TcpStream::connect(relay.address()).await.unwrap();
    if !tls {
        return answer(stream, request).await;
    }
    let name = ServerName::try_from("relay.example").unwrap();
    let connector = TlsConnector::from(dress());
    answer(connector.connect(name, stream).await.unwrap(), request).await
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A visit that ends with a reset has been answered all the same.
    let _ = soon("an answer", stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_look_meet_a_page_on_the_same_port() {
    let relay = Relay::with(|config| config.broker.organisation = "Tom & Jerry <b>".parse().unwrap()).await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n");
    for tls in [true, false] {
        let page = asks(&relay, tls, &get("/")).await;
        assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
        assert!(page.contains("<h1>Tom &amp; Jerry &lt;b&gt;</h1>"), "{page}");
        assert!(page.to_lowercase().contains("content-security-policy: default-src 'none'"), "{page}");
        for (request, status) in [
            (get("/metrics"), "404"),
            (get("/leg"), "426"),
            (
                "POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
                "405",
            ),
            ("GARBAGE\r\n\r\n".to_owned(), "400"),
            (format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(64 * 1024)), ""),
        ] {
            let answer = asks(&relay, tls, &request).await;
            // Whoever sends too much is cut off, with or without a word.
            assert!(answer.is_empty() || answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
            assert!(status.is_empty() || !answer.is_empty(), "{request}");
        }
    }
    // Whoever comes again over the same connection is a visitor as long as they are quick enough.
    let again = format!("GET / HTTP/1.1\r\nHost: relay\r\nX: {}\r\n\r\n", "a".repeat(7000)).repeat(4);
    let answers = asks(&relay, true, &(again + &get("/"))).await;
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 5, "{answers}");
    relay.until("farhand_relay_legs{kind=\"newcomer\"}", 0).await;
}

/// Those who have turned their connection into a WebSocket and are no program of ours.
#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_with_something_else_in_it_is_closed() {
    let relay = Relay::start().await;
    let upgrade = "GET /leg HTTP/1.1\r\nHost: relay\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let frame = |opcode: u8, payload: &[u8]| {
        // Masked with zeros (RFC 6455, section 5.3).
        let mut frame = vec![0x80 | opcode, 0x80 | 126];
        frame.extend_from_slice(&(payload.len() as u16).to_be_bytes());
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(payload);
        frame
    };
    let huge = {
        let mut huge = vec![0x82, 0x80 | 127];
        huge.extend_from_slice(&(1_u64 << 40).to_be_bytes());
        huge.extend_from_slice(&[0; 4]);
        huge
    };
    for (name, bytes) in [
        ("a text", frame(1, b"hello, hello, hello")),
        ("no TLS", frame(2, &[7; 300])),
        ("no masks", vec![0x82, 1, 0]),
        ("a huge message", huge),
        ("nothing of WebSocket", vec![0xff; 300]),
        ("the end", frame(8, &[])),
    ] {
        let mut stream = TcpStream::connect(relay.address()).await.unwrap();
        stream.write_all(upgrade.as_bytes()).await.unwrap();
        let mut head = [0; 34];
        soon("an answer", stream.read_exact(&mut head)).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 101 Switching Protocols\r\n");
        stream.write_all(&bytes).await.unwrap();
        let start = Instant::now();
        let mut rest = Vec::new();
        let _ = soon(name, stream.read_to_end(&mut rest)).await;
        assert!(start.elapsed() < SOON / 4, "{name}: {:?}", start.elapsed());
        let said = String::from_utf8_lossy(&rest);
        assert!(said.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{name}: {said}");
    }
    // Whoever says nothing at all goes as well, and all are forgotten.
    let mut silent = TcpStream::connect(relay.address()).await.unwrap();
    silent.write_all(b"GET / HT").await.unwrap();
    let mut rest = Vec::new();
    let _ = soon("the end of a visit", silent.read_to_end(&mut rest)).await;
    relay.until("farhand_relay_legs{kind=\"newcomer\"}", 0).await;
}

/// A line to the relay that takes so many bytes in a second in each direction.
async fn narrow(relay: SocketAddr, bytes_per_second: u64) -> SocketAddr {
    async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, bytes_per_second: u64) {
        let mut bytes = [0; 2048];
        while let Ok(read @ 1..) = from.read(&mut bytes).await {
            tokio::time::sleep(Duration::from_micros(read as u64 * 1_000_000 / bytes_per_second)).await;
            if to.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let (far_in, far_out) = TcpStream::connect(relay).await.unwrap().into_split();
            let (near_in, near_out) = near.into_split();
            tokio::spawn(carry(near_in, far_out, bytes_per_second));
            tokio::spawn(carry(far_in, near_out, bytes_per_second));
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn how_fast_a_line_is_can_be_told() {
    let relay = Relay::start().await;
    let identity = Identity::generate().unwrap();
    let measured = async |address: SocketAddr| {
        let ladder = Ladder::new(&[format!("raw://{address}").parse().unwrap()], &ProxyChoice::Direct);
        let leg = dial(&ladder, &relay.way().pins, &identity).await.unwrap();
        farhand_transport::measure::measure(leg).await.unwrap()
    };
    let wide = measured(relay.address()).await;
    let narrow = measured(narrow(relay.address(), 200_000).await).await;
    assert!(wide.clock.abs() < 1000 && narrow.clock.abs() < 1000, "{wide:?} {narrow:?}");
    let rate = narrow.rate.unwrap();
    // A sleep is never shorter than it was asked to be.
    assert!((60_000..=220_000).contains(&rate), "{narrow:?}");
    assert!(wide.rate.unwrap() > 2 * rate, "{wide:?} {narrow:?}");
}
