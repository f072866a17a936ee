//! Fetches proxy scripts.

use std::path::Path;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::header::{HOST, LOCATION};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::script::ScriptError;
use crate::socket::Carrier;
use crate::target::Target;
use crate::websocket::dress;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// The most bytes of a script.
const MOST: usize = 1 << 20;
/// How often an answer may name another place.
const MOST_TURNS: usize = 3;

/// The script at an address with `http`, `https` or `file`. What vouches for the server is not looked at: whom a script
/// leads to learns nothing, as everything that goes there is sealed.
pub(crate) async fn fetch(address: &str) -> Result<String, ScriptError> {
    let unread = |why: String| ScriptError::Unread(format!("{address}: {why}"));
    let bytes = tokio::time::timeout(PATIENCE, read(address))
        .await
        .map_err(|_| unread(format!("no answer within {} s", PATIENCE.as_secs())))?
        .map_err(unread)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

async fn read(address: &str) -> Result<Vec<u8>, String> {
    let mut address = address.to_owned();
    for _ in 0..=MOST_TURNS {
        if let Some(path) = address.strip_prefix("file://") {
            return read_file(Path::new(path)).await;
        }
        match get(&address).await? {
            Got::Script(bytes) => return Ok(bytes),
            // A server on the network has no say in what is read on this computer.
            Got::Elsewhere(next) if next.starts_with('/') => {
                let (scheme, rest) = address.split_once("://").unwrap_or_default();
                let authority = rest.split('/').next().unwrap_or_default();
                address = format!("{scheme}://{authority}{next}");
            }
            Got::Elsewhere(next) if next.starts_with("http://") || next.starts_with("https://") => {
                address = next;
            }
            Got::Elsewhere(_) => return Err("it names another place that is not on the web".to_owned()),
        }
    }
    Err("it names one other place after the other".to_owned())
}

async fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let file = tokio::fs::File::open(path).await.map_err(|error| error.to_string())?;
    file.take(MOST as u64 + 1).read_to_end(&mut bytes).await.map_err(|error| error.to_string())?;
    if bytes.len() > MOST { Err("it is too large".to_owned()) } else { Ok(bytes) }
}

enum Got {
    Script(Vec<u8>),
    Elsewhere(String),
}

async fn get(address: &str) -> Result<Got, String> {
    let (is_tls, rest) = match address.split_once("://") {
        Some(("http", rest)) => (false, rest),
        Some(("https", rest)) => (true, rest),
        _ => return Err("only http, https and file are known here".to_owned()),
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let (target, _) =
        Target::with_port(authority, if is_tls { 443 } else { 80 }).map_err(|error| error.to_string())?;
    let said = |error: std::io::Error| error.to_string();
    let stream = TcpStream::connect((target.host.as_str(), target.port)).await.map_err(said)?;
    let carrier: Carrier = if is_tls {
        let name = ServerName::try_from(target.host.clone()).map_err(|error| error.to_string())?;
        Box::new(TlsConnector::from(dress()).connect(name, stream).await.map_err(said)?)
    } else {
        Box::new(stream)
    };
    let said = |error: hyper::Error| error.to_string();
    let (mut sender, connection) = handshake(TokioIo::new(carrier)).await.map_err(said)?;
    let request = Request::get(path)
        .header(HOST, authority)
        .body(Empty::<Bytes>::new())
        .map_err(|error| error.to_string())?;
    let talk = async {
        let answer = sender.send_request(request).await.map_err(said)?;
        let status = answer.status();
        if let Some(place) = answer.headers().get(LOCATION).filter(|_| status.is_redirection()) {
            return Ok(Got::Elsewhere(place.to_str().map_err(|error| error.to_string())?.to_owned()));
        }
        if status != StatusCode::OK {
            return Err(format!("the server answers {status}"));
        }
        let body =
            Limited::new(answer.into_body(), MOST).collect().await.map_err(|error| error.to_string())?;
        Ok(Got::Script(body.to_bytes().to_vec()))
    };
    tokio::select! {
        got = talk => got,
        // It ends with the talk, or breaks it.
        Err(error) = connection => Err(error.to_string()),
    }
}
