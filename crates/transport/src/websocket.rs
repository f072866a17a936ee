//! A leg's bytes in the binary messages of a WebSocket (RFC 6455), which looks like and is HTTPS.
//!
//! The TLS around it hides nothing of ours and proves nothing to us: a company's box that opens HTTPS may show any
//! certificate, and sees no more than the leg's own TLS inside.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::{Sink, Stream};
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};

use crate::socket::{Carrier, Carries};
use crate::target::Target;
use crate::tls;

/// Where the relay takes WebSockets.
pub const PATH: &str = "/leg";
/// The most bytes in one message: what a record of TLS holds, with room to spare.
const MESSAGE: usize = 64 * 1024;
/// The most bytes that are read from the connection at once.
const READ: usize = 16 * 1024;

/// One WebSocket as a stream of bytes.
#[derive(Debug)]
pub struct WebSocket<S> {
    messages: WebSocketStream<S>,
    /// What came and was not read yet.
    rest: Bytes,
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ)
        // Every message goes out at once.
        .write_buffer_size(0)
        .max_write_buffer_size(4 * MESSAGE)
        .max_message_size(Some(MESSAGE))
        .max_frame_size(Some(MESSAGE))
}

/// What a relay answers to the key of a request (RFC 6455, section 4.2.2).
#[must_use]
pub fn answer_to(key: &[u8]) -> String {
    tokio_tungstenite::tungstenite::handshake::derive_accept_key(key)
}

/// TLS as a browser speaks it, but with whoever answers: what matters is proven inside.
#[must_use]
pub fn dress() -> Arc<ClientConfig> {
    tls::dress_config()
}

/// Why there is no WebSocket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DressError {
    /// TLS failed.
    #[error("{0}")]
    Tls(#[source] io::Error),
    /// The other end answers something else.
    #[error("{0}")]
    Http(#[source] Box<Error>),
}

/// Goes out as a browser would; also gives the certificate that it met.
pub(crate) async fn connect(
    stream: Carrier,
    target: &Target,
) -> Result<(Carrier, Option<CertificateDer<'static>>), DressError> {
    let name = ServerName::try_from(target.host.clone())
        .map_err(|error| DressError::Tls(io::Error::new(io::ErrorKind::InvalidInput, error)))?;
    let tls = TlsConnector::from(dress()).connect(name, stream).await.map_err(DressError::Tls)?;
    let shown = tls.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let certificate = shown.map(|shown| shown.clone().into_owned());
    let request = format!("wss://{target}{PATH}");
    let (messages, _) = tokio_tungstenite::client_async_with_config(request, tls, Some(config()))
        .await
        .map_err(|error| DressError::Http(Box::new(error)))?;
    Ok((Box::new(WebSocket { messages, rest: Bytes::new() }), certificate))
}

impl<S: Carries> WebSocket<S> {
    /// What a relay makes of a connection that asked for a WebSocket and was told yes; `early` came behind the request.
    pub async fn taken(mut stream: S, early: Vec<u8>) -> Self {
        // Who comes through has a limit of their own inside.
        stream.lift_limit();
        let messages =
            WebSocketStream::from_partially_read(stream, early, Role::Server, Some(config())).await;
        Self { messages, rest: Bytes::new() }
    }
}

impl<S: Carries> Carries for WebSocket<S> {
    fn connection(&self) -> Option<&TcpStream> {
        self.messages.get_ref().connection()
    }

    fn lift_limit(&mut self) {
        self.messages.get_mut().lift_limit();
    }
}

impl<S: Carries> AsyncRead for WebSocket<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.rest.is_empty() {
            match ready!(Pin::new(&mut this.messages).poll_next(context)) {
                Some(Ok(Message::Binary(bytes))) => this.rest = bytes,
                // Answered below.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Text(_))) => {
                    let error = io::Error::new(io::ErrorKind::InvalidData, "a WebSocket message of text");
                    return Poll::Ready(Err(error));
                }
                Some(Ok(Message::Close(_))) | None => return Poll::Ready(Ok(())),
                Some(Err(error)) => match io_error(error) {
                    Some(error) => return Poll::Ready(Err(error)),
                    None => return Poll::Ready(Ok(())),
                },
            }
        }
        let part = this.rest.split_to(this.rest.len().min(buffer.remaining()));
        buffer.put_slice(&part);
        Poll::Ready(Ok(()))
    }
}

impl<S: Carries> AsyncWrite for WebSocket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let part = &bytes[..bytes.len().min(MESSAGE)];
        let ready = ready!(Pin::new(&mut self.messages).poll_ready(context));
        let message = Message::Binary(Bytes::copy_from_slice(part));
        let sent = ready.and_then(|()| Pin::new(&mut self.messages).start_send(message));
        Poll::Ready(sent.map(|()| part.len()).map_err(broken))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.messages).poll_flush(context).map_err(broken)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.messages).poll_close(context).map_err(broken)
    }
}

/// What is wrong; `None` if it is only over.
fn io_error(error: Error) -> Option<io::Error> {
    match error {
        // Also where it ended without a word of WebSocket: what is inside tells whether that was all.
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        Error::Io(error) => Some(error),
        error => Some(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

fn broken(error: Error) -> io::Error {
    io_error(error).unwrap_or_else(|| io::ErrorKind::BrokenPipe.into())
}
