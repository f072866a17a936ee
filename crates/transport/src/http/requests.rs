//! The program's side of a link: two tasks that make requests, one for each direction.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{
    CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue, LOCATION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION,
};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, ReadHalf, WriteHalf,
};
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use super::{LinkName, PIECE, Wish, path_of};
use crate::proxy::{Hop, ProxyError};
use crate::socket::{Carrier, Carries};

/// How long an answer may take: longer than the relay lets a request for bytes wait.
const ANSWER: Duration = Duration::from_secs(25);
/// How long requests may fail before the link is given up.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often the first request of a link is made.
const TRIES: u32 = 3;
/// How long a program may take nothing before the relay is told that it is still there; well below the relay's own
/// patience.
const STILL_HERE: Duration = Duration::from_secs(6);
/// The pause before a request that failed is made again.
const AGAIN: Duration = Duration::from_millis(100);

/// Where requests go, and what the proxy that takes them is told of who this is.
struct Route {
    hop: Hop,
    authorization: Option<HeaderValue>,
}

/// A leg's bytes on their way through requests. Dropping it ends them.
#[derive(Debug)]
pub(crate) struct Requests {
    stream: DuplexStream,
    tasks: JoinSet<()>,
}

/// Makes the first request; the rest follows by itself.
pub(crate) async fn connect(hop: Hop) -> Result<Carrier, ProxyError> {
    let name = LinkName::new().map_err(|_| io::Error::other("this system gives no randomness"))?;
    // Whether the proxy lets requests through at all is known before a tunnel is asked for a second time.
    let mut first = Talk { route: Arc::new(Route { hop, authorization: None }), sender: None };
    if !first.route.hop.takes_requests() {
        let stream = first.route.hop.for_requests().await?;
        first.open(stream).await?;
    }
    let path = path_of(name, Wish::Up, 0);
    let mut answer = first.begin(&path).await?;
    if answer.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        if !first.route.hop.takes_requests() {
            // Behind a tunnel only the relay answers, and it asks nobody.
            return Err(ProxyError::Garbage);
        }
        if !answer.offers_basic() {
            return Err(ProxyError::UnknownScheme(answer.offers.join(", ")));
        }
        let hop = first.route.hop.clone();
        let trial = hop.introduce().await?;
        let mut authorization =
            HeaderValue::from_str(&trial.basic()).map_err(|_| ProxyError::WrongPassword)?;
        authorization.set_sensitive(true);
        first.route = Arc::new(Route { hop: hop.clone(), authorization: Some(authorization) });
        answer = first.ask(path, Bytes::new()).await?;
        trial.settle(answer.status != StatusCode::PROXY_AUTHENTICATION_REQUIRED).await?;
    }
    if let (Some(to), None) = (&answer.elsewhere, &first.route.hop.proxy) {
        return Err(ProxyError::Portal(to.clone()));
    }
    if answer.status != StatusCode::NO_CONTENT {
        return Err(ProxyError::Refused(answer.status.to_string()));
    }
    let route = Arc::clone(&first.route);
    let (stream, inner) = tokio::io::duplex(2 * PIECE);
    let mut tasks = JoinSet::new();
    tasks.spawn(carry(first, Talk { route, sender: None }, name, inner));
    Ok(Box::new(Requests { stream, tasks }))
}

/// One connection at a time, with one request after the other.
struct Talk {
    route: Arc<Route>,
    sender: Option<(SendRequest<Full<Bytes>>, JoinHandle<()>)>,
}

struct Answer {
    /// Whom it is sent to in place of the relay, if it is: what a network does that wants people to log in first.
    elsewhere: Option<String>,
    status: StatusCode,
    body: Bytes,
    /// How a proxy wants to be told who this is.
    offers: Vec<String>,
}

impl Answer {
    fn offers_basic(&self) -> bool {
        self.offers.iter().any(|offer| offer.eq_ignore_ascii_case("basic"))
    }
}

impl Talk {
    /// Makes a request; where the connection of the one before is of no use any more, over another.
    async fn ask(&mut self, path: String, body: Bytes) -> io::Result<Answer> {
        let was_used = self.sender.is_some();
        match self.once(&path, body.clone()).await {
            Err(_) if was_used => self.once(&path, body).await,
            done => done,
        }
    }

    /// Makes the first request of a link, which a proxy may lose like any other.
    async fn begin(&mut self, path: &str) -> io::Result<Answer> {
        for _ in 1..TRIES {
            match self.ask(path.to_owned(), Bytes::new()).await {
                // Not what the system says of the connection, but of what came over it.
                Err(error) if error.kind() == io::ErrorKind::Other => sleep(AGAIN).await,
                done => return done,
            }
        }
        self.ask(path.to_owned(), Bytes::new()).await
    }

    async fn once(&mut self, path: &str, body: Bytes) -> io::Result<Answer> {
        let asked = timeout(ANSWER, self.request(path, body)).await;
        let asked = asked.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        if asked.is_err() {
            self.hang_up();
        }
        asked
    }

    async fn request(&mut self, path: &str, body: Bytes) -> io::Result<Answer> {
        let route = Arc::clone(&self.route);
        let is_ready = match &mut self.sender {
            Some((sender, _)) => sender.ready().await.is_ok(),
            None => false,
        };
        if !is_ready {
            let stream = route.hop.for_requests().await.map_err(|error| match error {
                ProxyError::Network(error) => error,
                other => io::Error::other(other),
            })?;
            self.open(stream).await?;
        }
        let Some((sender, _)) = &mut self.sender else { return Err(io::ErrorKind::NotConnected.into()) };
        let target = &route.hop.target;
        // A proxy is told the whole address (RFC 9112, section 3.2.2).
        let address =
            if route.hop.takes_requests() { format!("http://{target}{path}") } else { path.to_owned() };
        let uri: Uri = address.parse().map_err(io::Error::other)?;
        let host = HeaderValue::from_str(&target.to_string()).map_err(io::Error::other)?;
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(uri)
            .header(HOST, host)
            .header(CACHE_CONTROL, "no-store")
            .header(CONTENT_TYPE, "application/octet-stream");
        if let Some(authorization) = &route.authorization {
            request = request.header(PROXY_AUTHORIZATION, authorization);
        }
        let request = request.body(Full::new(body)).map_err(io::Error::other)?;
        let response = sender.send_request(request).await.map_err(io::Error::other)?;
        let status = response.status();
        let elsewhere = elsewhere(&response, &target.host);
        let offers = response.headers().get_all(PROXY_AUTHENTICATE).into_iter();
        let offers = offers.filter_map(|offer| offer.to_str().ok()?.split_whitespace().next());
        let offers = offers.map(str::to_owned).collect();
        let body = Limited::new(response.into_body(), 2 * PIECE).collect().await.map_err(io::Error::other)?;
        Ok(Answer { status, body: body.to_bytes(), offers, elsewhere })
    }

    /// Makes its requests over this from now on.
    async fn open(&mut self, stream: Carrier) -> io::Result<()> {
        self.hang_up();
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        let task = tokio::spawn(async move {
            // However it ends, the sender hears of it.
            let _ = connection.await;
        });
        self.sender = Some((sender, task));
        Ok(())
    }

    fn hang_up(&mut self) {
        if let Some((_, task)) = self.sender.take() {
            task.abort();
        }
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.hang_up();
    }
}

/// Counts how long requests have failed in a row.
struct Failing(Option<Instant>);

impl Failing {
    /// Waits before the next try; says whether there is any sense in one.
    async fn again(&mut self) -> bool {
        let since = *self.0.get_or_insert_with(Instant::now);
        sleep(AGAIN).await;
        since.elapsed() < PATIENCE
    }
}

/// Carries both directions until one of them is over.
async fn carry(mut upwards: Talk, mut downwards: Talk, name: LinkName, inner: DuplexStream) {
    let (mut reads, mut writes) = tokio::io::split(inner);
    let down = down(&mut downwards, name, &mut writes);
    tokio::pin!(down);
    let has_ended = tokio::select! {
        has_ended = up(&mut upwards, name, &mut reads) => has_ended,
        () = &mut down => false,
    };
    if has_ended {
        // What the relay still has to say.
        let _ = timeout(PATIENCE, down).await;
    }
}

/// Whether this was no proxy's own answer to something that it does not know: those come at once.
fn took_its_time(begun: Instant) -> bool {
    begun.elapsed() >= Duration::from_secs(1)
}

/// Returns whether the program has said all that it had to say; else nothing goes up any more.
async fn up(talk: &mut Talk, name: LinkName, reads: &mut ReadHalf<DuplexStream>) -> bool {
    let (mut offset, mut failing) = (0, Failing(None));
    let mut most = PIECE;
    let mut piece = vec![0; PIECE];
    loop {
        let Ok(count) = reads.read(&mut piece).await else { return false };
        if count == 0 {
            // Nobody waits for the answer.
            let _ = talk.ask(path_of(name, Wish::End, offset), Bytes::new()).await;
            return true;
        }
        let mut left = &piece[..count];
        while !left.is_empty() {
            let part = &left[..left.len().min(most)];
            let begun = Instant::now();
            match talk.ask(path_of(name, Wish::Up, offset), Bytes::copy_from_slice(part)).await {
                Ok(Answer { status: StatusCode::NO_CONTENT, .. }) => {
                    offset += part.len() as u64;
                    left = &left[part.len()..];
                    failing = Failing(None);
                }
                Ok(Answer { status: StatusCode::PAYLOAD_TOO_LARGE, .. }) if most > 256 => most /= 2,
                // The relay had no room for it, and waited.
                Ok(Answer { status: StatusCode::SERVICE_UNAVAILABLE, .. }) if took_its_time(begun) => {
                    failing = Failing(None);
                }
                Ok(Answer { status: StatusCode::NOT_FOUND | StatusCode::GONE, .. }) => return false,
                Ok(Answer { status: StatusCode::PROXY_AUTHENTICATION_REQUIRED, .. }) => {
                    talk.route.hop.was_refused().await;
                    return false;
                }
                _ if failing.again().await => {}
                _ => return false,
            }
        }
    }
}

async fn down(talk: &mut Talk, name: LinkName, writes: &mut WriteHalf<DuplexStream>) {
    let (mut offset, mut failing) = (0, Failing(None));
    loop {
        let begun = Instant::now();
        match talk.ask(path_of(name, Wish::Down, offset), Bytes::new()).await {
            Ok(Answer { status: StatusCode::OK, body, .. }) if !body.is_empty() => {
                if !hand_on(talk, name, offset, writes, &body).await {
                    return;
                }
                offset += body.len() as u64;
                failing = Failing(None);
            }
            Ok(Answer { status: StatusCode::NO_CONTENT, .. }) if took_its_time(begun) => {
                failing = Failing(None);
            }
            Ok(Answer { status: StatusCode::NOT_FOUND | StatusCode::GONE, .. }) => break,
            Ok(Answer { status: StatusCode::PROXY_AUTHENTICATION_REQUIRED, .. }) => {
                talk.route.hop.was_refused().await;
                break;
            }
            _ if failing.again().await => {}
            _ => break,
        }
    }
    let _ = writes.shutdown().await;
}

/// Gives the program what has come; false if it takes nothing any more. While it takes none, the relay hears that
/// somebody is still there.
async fn hand_on(
    talk: &mut Talk,
    name: LinkName,
    offset: u64,
    writes: &mut WriteHalf<DuplexStream>,
    bytes: &[u8],
) -> bool {
    let write = writes.write_all(bytes);
    tokio::pin!(write);
    loop {
        tokio::select! {
            done = &mut write => return done.is_ok(),
            () = sleep(STILL_HERE) => {
                // Whatever comes of it: what is there is asked for again afterwards.
                let _ = talk.ask(path_of(name, Wish::Down, offset), Bytes::new()).await;
            }
        }
    }
}

impl Carries for Requests {
    fn connection(&self) -> Option<&TcpStream> {
        None
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        // What was written last, and that it was all, still goes up.
        self.tasks.detach_all();
    }
}

impl AsyncRead for Requests {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Requests {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Where an answer sends whoever asked: to another host (RFC 9110, section 15.4), or to log in (RFC 6585, section 6).
fn elsewhere<B>(response: &Response<B>, host: &str) -> Option<String> {
    if response.status() == StatusCode::NETWORK_AUTHENTICATION_REQUIRED {
        return Some(response.status().to_string());
    }
    let to: Uri = response.headers().get(LOCATION)?.to_str().ok()?.parse().ok()?;
    let to = to.host()?;
    let is_other = response.status().is_redirection() && !to.eq_ignore_ascii_case(host);
    is_other.then(|| to.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::net::TcpListener;

    use super::*;

    /// Where each request for bytes began, in the order in which they came.
    type Asked = Arc<Mutex<Vec<u64>>>;

    /// A relay that always has a piece more, every byte of which says in which piece it is.
    async fn relay(listener: TcpListener, asked: Asked) {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let asked = Arc::clone(&asked);
            tokio::spawn(async move {
                let mut read = Vec::new();
                while stream.read_buf(&mut read).await.is_ok_and(|count| count > 0) {
                    while let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
                        let head = String::from_utf8(read.drain(..end + 4).collect()).unwrap();
                        let path = head.split(' ').nth(1).unwrap();
                        let (_, wish, offset) = super::super::parse_path(path).unwrap();
                        let mut answer = b"HTTP/1.1 204 No Content\r\n\r\n".to_vec();
                        if wish == Wish::Down {
                            asked.lock().unwrap().push(offset);
                            answer =
                                format!("HTTP/1.1 200 OK\r\nContent-Length: {PIECE}\r\n\r\n").into_bytes();
                            answer.extend(vec![(offset / PIECE as u64) as u8; PIECE]);
                        }
                        stream.write_all(&answer).await.unwrap();
                    }
                }
            });
        }
    }

    #[tokio::test]
    async fn a_program_that_reads_nothing_is_still_there_and_loses_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Asked::default();
        tokio::spawn(relay(listener, Arc::clone(&asked)));
        let target = address.to_string().parse().unwrap();
        let mut stream = connect(Hop { proxy: None, address, target }).await.unwrap();
        sleep(STILL_HERE / 2).await;
        // All that there is room for has come, and one piece that waits for some.
        let before = asked.lock().unwrap().clone();
        let last = *before.last().unwrap();
        assert!(before.len() as u64 == last / PIECE as u64 + 1, "each once: {before:?}");
        sleep(STILL_HERE).await;
        let after = asked.lock().unwrap().clone();
        assert!(after.len() > before.len() && after[before.len()..] == [last], "{before:?} {after:?}");
        let mut piece = vec![0; PIECE];
        for number in 0..8 {
            stream.read_exact(&mut piece).await.unwrap();
            assert!(piece.iter().all(|byte| *byte == number), "piece {number}");
        }
    }
}
