//! A proxy of the old kind: it speaks HTTP/1.0, takes in each request and each answer whole before it passes it on, takes
//! no large ones, and closes after every answer. It knows no CONNECT.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The most bytes of a request's body.
const MOST: usize = 4096;

/// The proxy. Dropping it cuts everything.
#[derive(Debug)]
pub struct OldProxy {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl OldProxy {
    /// One that leads anywhere. Every so many requests it gives no answer at all.
    pub async fn start(drops: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, drops, Arc::clone(&requests)));
        Self { address, requests, _tasks: tasks }
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many requests it has seen.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, drops: usize, requests: Arc<AtomicUsize>) {
    let mut tasks = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let number = requests.fetch_add(1, Ordering::Relaxed) + 1;
        let swallows = number.is_multiple_of(drops);
        tasks.spawn(async move {
            // A request that is cut short is nobody's concern.
            let _ = pass_on(stream, swallows).await;
        });
    }
}

async fn pass_on(mut near: TcpStream, swallows: bool) -> std::io::Result<()> {
    let mut request = Vec::new();
    let head = loop {
        if let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if near.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    };
    let text = String::from_utf8_lossy(&request[..head]).into_owned();
    let length = text
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0);
    while request.len() < head + length {
        if near.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    if length > MOST {
        return near.write_all(b"HTTP/1.0 413 Too large\r\n\r\n").await;
    }
    let mut words = text.split_whitespace();
    let (method, address) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let Some((host, path)) = address.strip_prefix("http://").and_then(|rest| rest.split_once('/')) else {
        return near.write_all(b"HTTP/1.0 501 Not known here\r\n\r\n").await;
    };
    let mut far = TcpStream::connect(host).await?;
    let first = format!("{method} /{path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n");
    far.write_all(first.as_bytes()).await?;
    far.write_all(&request[head..head + length]).await?;
    let mut answer = Vec::new();
    far.read_to_end(&mut answer).await?;
    if swallows {
        // It was done, and nobody hears of it.
        return Ok(());
    }
    near.write_all(&answer).await?;
    near.shutdown().await
}
