//! Proxy scripts on servers that behave and on servers that do not, over real sockets on loopback.

#![expect(clippy::unwrap_used, reason = "a test ends where an expectation fails")]

use std::time::{Duration, Instant};

use farhand_transport::proxy::{Origin, Route, ScriptError};
use farhand_transport::{Ladder, ProxyChoice};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const SCRIPT: &str = "function FindProxyForURL(url, host) {
    if (dnsDomainIs(host, '.intern.example') || isPlainHostName(host)) return 'DIRECT';
    return 'PROXY p.example:3128; SOCKS5 s.example';
}";

/// A server that gives each connection one of these answers, and the rest none; where its script is.
async fn server(answers: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut open = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 4096];
            let count = stream.read(&mut asked).await.unwrap();
            let asked = String::from_utf8_lossy(&asked[..count]).into_owned();
            assert!(
                asked.starts_with("GET /") && asked.to_lowercase().contains("\r\nhost: 127.0.0.1:"),
                "{asked}"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
            open.push(stream);
        }
        std::future::pending::<()>().await;
    });
    format!("http://{address}/proxy.pac")
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

async fn route(address: &str, host: &str) -> Route {
    format!("pac+{address}").parse::<ProxyChoice>().unwrap().route_to(host).await
}

#[tokio::test]
async fn a_script_decides_for_each_relay() {
    let address = server(vec![ok(SCRIPT), ok(SCRIPT)]).await;
    let choice: ProxyChoice = format!("pac+{address}").parse().unwrap();
    let relays = ["relay.intern.example", "relay.example.org:7"].map(|text| text.parse().unwrap());
    let ladder = Ladder::new(&relays, &choice);
    let ways: Vec<String> = ladder.rungs().await.iter().map(ToString::to_string).collect();
    // One that somebody has named is not gone round; nothing stands in the way of the other.
    assert!(ways.contains(&"raw://relay.intern.example:443".to_owned()), "{ways:?}");
    assert!(ways.iter().filter(|way| way.contains("relay.intern")).all(|way| !way.contains("through")));
    let outer: Vec<&String> = ways.iter().filter(|way| way.contains("example.org")).collect();
    assert_eq!(
        outer,
        [
            "raw://relay.example.org:7 through http://p.example:3128",
            "https://relay.example.org:7 through http://p.example:3128",
            "http://relay.example.org:7 through http://p.example:3128",
            "raw://relay.example.org:7 through socks5://s.example:1080",
            "https://relay.example.org:7 through socks5://s.example:1080",
            "http://relay.example.org:7 through socks5://s.example:1080",
        ]
    );
    // Asked once, as long as the network is the same.
    assert_eq!(ladder.rungs().await.len(), ways.len());
    assert_eq!(ladder.route("relay.example.org").await.origin, Origin::Script(address));
}

#[tokio::test]
async fn it_may_lie_elsewhere_or_on_this_computer() {
    let there = server(vec![ok(&format!("\u{feff}{SCRIPT}"))]).await;
    let turns = |place: &str| format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n");
    let here = server(vec![turns("/other"), turns(&there)]).await;
    let found = route(&here, "a.example").await;
    assert_eq!((found.proxies.len(), found.is_direct, found.trouble), (2, false, None));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.pac");
    std::fs::write(&path, SCRIPT).unwrap();
    let local = format!("file://{}", path.display());
    assert_eq!(route(&local, "a.example").await.proxies.len(), 2);
    // A server on the network does not say what is read here.
    let sly = server(vec![turns(&local)]).await;
    let found = route(&sly, "a.example").await;
    assert!(found.trouble.unwrap().to_string().contains("not on the web"));
}

#[tokio::test]
async fn one_that_is_of_no_use_closes_no_way() {
    let start = Instant::now();
    let large = ok(&"a".repeat((1 << 20) + 1));
    let turn = "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n".to_owned();
    let cases = [
        (vec![ok("function FindProxyForURL() { for (;;) {} }")], "too long"),
        (vec![ok("function FindProxyForURL() { throw new Error('out of order'); }")], "out of order"),
        (vec![ok("<html>Please log in</html>")], "fails"),
        (vec![ok("function FindProxyForURL() { return 'CARRIER PIGEON'; }")], "CARRIER PIGEON"),
        (vec!["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned()], "404"),
        (vec!["hello\r\n\r\n".to_owned()], "can't be read"),
        (vec![turn.clone(), turn.clone(), turn.clone(), turn], "one other place after the other"),
        (vec![large], "can't be read"),
        // Takes the question and never answers.
        (vec![String::new()], "no answer within"),
    ];
    for (answers, words) in cases {
        let address = server(answers).await;
        let found = route(&address, "a.example").await;
        let said = found.trouble.as_ref().map(ToString::to_string).unwrap_or_default();
        assert!(said.contains(words), "{words}: {said}");
        assert!(found.proxies.is_empty() && found.is_direct, "{words}");
    }
    let nobody = route("http://127.0.0.1:1/proxy.pac", "a").await;
    assert!(matches!(nobody.trouble, Some(ScriptError::Unread(_))));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
