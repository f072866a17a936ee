//! Visitors who speak HTTP where legs come: the page for people who look, the WebSocket that carries a leg, and requests
//! that carry one piece by piece.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, Request, Response, StatusCode};
use farhand_transport::http::{self, Down, Link, LinkName, Up, Wish};
use farhand_transport::{Carrier, Carries as _, Encapsulation, WebSocket, websocket};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tracing::debug;

use crate::leg::Newcomer;

/// How long a request's head may take, and how long a connection may wait for the next one.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection stays that carries no leg.
const VISIT: Duration = Duration::from_secs(60);
/// The most bytes of a request's head.
const HEAD: usize = 16 * 1024;
/// The most legs that come in requests.
const LINKS: usize = 4096;
/// The most of them from one address, behind which a whole company may be.
const LINKS_OF_ONE: usize = 1024;
/// How often links are looked for that are over.
const SWEEP: Duration = Duration::from_secs(1);

/// What visitors meet.
pub(crate) struct Door {
    page: String,
    encapsulations: Vec<Encapsulation>,
    arrivals: mpsc::Sender<(Newcomer, SocketAddr)>,
    /// Legs that come in requests, and from where.
    links: Mutex<HashMap<LinkName, (Link, IpAddr)>>,
}

/// What is known of one visit.
struct Visit {
    door: Arc<Door>,
    peer: SocketAddr,
    /// Set once the visitor has asked for a WebSocket.
    upgrade: Mutex<Option<OnUpgrade>>,
    /// Until when it may last.
    until: Mutex<Instant>,
}

impl Door {
    /// Says to people who look whose relay this is, and lets legs in that look like this.
    pub(crate) fn new(
        organisation: &str,
        encapsulations: Vec<Encapsulation>,
        arrivals: mpsc::Sender<(Newcomer, SocketAddr)>,
    ) -> Arc<Self> {
        let name = escaped(organisation);
        let page = format!(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{name}</title>\n\
             <h1>{name}</h1>\n<p>This is a relay for remote help. There is nothing to see here: whoever helps you tells \
             you on the phone which program to start.</p>\n</html>\n"
        );
        let door = Arc::new(Self { page, encapsulations, arrivals, links: Mutex::default() });
        let swept = Arc::downgrade(&door);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let Some(door) = swept.upgrade() else { return };
                door.sweep();
            }
        });
        door
    }

    /// Forgets links that are over.
    fn sweep(&self) {
        lock(&self.links).retain(|_, (link, _)| !link.is_over());
    }

    /// Serves a visitor until they leave, or until they have turned the connection into a WebSocket for a leg.
    pub(crate) async fn visit(self: Arc<Self>, mut visitor: Carrier, peer: SocketAddr) {
        // Heads, bodies and the time of a visit have limits of their own.
        visitor.lift_limit();
        let arrivals = self.arrivals.clone();
        let visit = Arc::new(Visit {
            door: self,
            peer,
            upgrade: Mutex::default(),
            until: Mutex::new(Instant::now() + VISIT),
        });
        let serve = {
            let visit = Arc::clone(&visit);
            service_fn(move |request| {
                let visit = Arc::clone(&visit);
                async move { Ok::<_, Infallible>(visit.answer(request).await) }
            })
        };
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_PATIENCE)
            .max_buf_size(HEAD)
            .serve_connection(TokioIo::new(visitor), serve)
            .with_upgrades();
        tokio::select! {
            served = serving => if let Err(error) = served {
                debug!(%error, "a visit broke off");
            },
            () = visit.lasts_too_long() => debug!("a visit took too long"),
        }
        let Some(upgrade) = lock(&visit.upgrade).take() else { return };
        let Ok(upgraded) = upgrade.await else { return };
        let Ok(parts) = upgraded.downcast::<TokioIo<Carrier>>() else { return };
        let stream = WebSocket::taken(parts.io.into_inner(), parts.read_buf.to_vec()).await;
        // A relay that ends takes nobody.
        let _ = arrivals.send((Newcomer::Dressed(Box::new(stream)), peer)).await;
    }

    /// The link of this name. One that brings its first bytes is new.
    async fn link(&self, name: LinkName, is_first: bool, peer: SocketAddr) -> Option<Link> {
        let stream = {
            let mut links = lock(&self.links);
            if let Some((link, _)) = links.get(&name) {
                return Some(link.clone());
            }
            let from_there = links.values().filter(|(_, from)| *from == peer.ip()).count();
            if !is_first || links.len() >= LINKS || from_there >= LINKS_OF_ONE {
                return None;
            }
            let (link, stream) = Link::new();
            links.insert(name, (link, peer.ip()));
            stream
        };
        // A relay that ends takes nobody: the link ends with its stream.
        let _ = self.arrivals.send((Newcomer::Dressed(Box::new(stream)), peer)).await;
        lock(&self.links).get(&name).map(|(link, _)| link.clone())
    }
}

impl Visit {
    async fn lasts_too_long(&self) {
        loop {
            let until = *lock(&self.until);
            if until <= Instant::now() {
                return;
            }
            sleep_until(until).await;
        }
    }

    async fn answer(&self, mut request: Request<Incoming>) -> Response<Body> {
        let path = request.uri().path();
        if let Some((name, wish, offset)) = http::parse_path(path)
            && self.door.encapsulations.contains(&Encapsulation::Http)
        {
            return self.carry(request, name, wish, offset).await;
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return plain(StatusCode::METHOD_NOT_ALLOWED, "there is nothing to change here\n");
        }
        match path {
            websocket::PATH if self.door.encapsulations.contains(&Encapsulation::Https) => {
                let Some(key) = websocket_key(request.headers()) else {
                    let mut answer = plain(StatusCode::UPGRADE_REQUIRED, "this is for programs\n");
                    answer.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
                    return answer;
                };
                let Ok(accept) = HeaderValue::from_str(&websocket::answer_to(key.as_bytes())) else {
                    return plain(StatusCode::BAD_REQUEST, "no WebSocket\n");
                };
                *lock(&self.upgrade) = Some(hyper::upgrade::on(&mut request));
                let mut answer = empty(StatusCode::SWITCHING_PROTOCOLS);
                let headers = answer.headers_mut();
                headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
                headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
                headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
                answer
            }
            "/" => {
                let mut answer = Response::new(Body::from(self.door.page.clone()));
                let headers = answer.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                headers
                    .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
                headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
                answer
            }
            _ => plain(StatusCode::NOT_FOUND, "there is nothing here\n"),
        }
    }

    /// One piece of a leg.
    async fn carry(
        &self,
        request: Request<Incoming>,
        name: LinkName,
        wish: Wish,
        offset: u64,
    ) -> Response<Body> {
        if *request.method() != Method::POST {
            return plain(StatusCode::METHOD_NOT_ALLOWED, "this is for programs\n");
        }
        let body = match Limited::new(request.into_body(), http::PIECE).collect().await {
            Ok(body) => body,
            Err(error) if error.is::<LengthLimitError>() => return empty(StatusCode::PAYLOAD_TOO_LARGE),
            Err(_) => return empty(StatusCode::BAD_REQUEST),
        };
        let is_first = wish == Wish::Up && offset == 0;
        let Some(link) = self.door.link(name, is_first, self.peer).await else {
            return empty(StatusCode::NOT_FOUND);
        };
        *lock(&self.until) = Instant::now() + VISIT;
        let taken = |up| match up {
            Up::Taken => StatusCode::NO_CONTENT,
            Up::Gap => StatusCode::CONFLICT,
            Up::Full => StatusCode::SERVICE_UNAVAILABLE,
            Up::Gone => StatusCode::GONE,
        };
        match wish {
            Wish::Up => empty(taken(link.up(offset, &body.to_bytes()).await)),
            Wish::End => empty(taken(link.end(offset))),
            Wish::Down => match link.down(offset).await {
                Down::Bytes(bytes) => {
                    let mut answer = Response::new(Body::from(bytes));
                    let headers = answer.headers_mut();
                    headers
                        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
                    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
                    answer
                }
                Down::Nothing => empty(StatusCode::NO_CONTENT),
                Down::Gap => empty(StatusCode::CONFLICT),
                Down::End => empty(StatusCode::GONE),
            },
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The key of a request for a WebSocket (RFC 6455, section 4.2.1), if it is one.
fn websocket_key(headers: &HeaderMap) -> Option<String> {
    let has = |name: header::HeaderName, word: &str| {
        let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    let is_one = has(header::CONNECTION, "upgrade")
        && has(header::UPGRADE, "websocket")
        && has(header::SEC_WEBSOCKET_VERSION, "13");
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?.to_str().ok()?;
    is_one.then(|| key.to_owned())
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn plain(status: StatusCode, words: &'static str) -> Response<Body> {
    let mut answer = Response::new(Body::from(words));
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    answer
}

/// A text within HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
