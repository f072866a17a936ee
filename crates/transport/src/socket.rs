//! What carries a leg: a TCP connection or something dressed as web traffic, which stops reading past a limit until its
//! peer is known.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::{TlsStream, client, server};

/// The most bytes read from a peer before it has shown who it is.
pub(crate) const UNKNOWN_PEER_BYTES: usize = 16 * 1024;

/// A stream of bytes that knows what carries it.
pub trait Carries: AsyncRead + AsyncWrite + fmt::Debug + Send + Sync + Unpin {
    /// The connection below, to ask the system about it or to set what it does; `None` where there is not just one.
    fn connection(&self) -> Option<&TcpStream>;

    /// The other end has shown who it is: it may send as much as it likes.
    fn lift_limit(&mut self) {}
}

/// A key press does not wait for the acknowledgement of the one before; no more than a hint if it fails.
pub(crate) fn without_delay(stream: TcpStream) -> TcpStream {
    let _ = stream.set_nodelay(true);
    stream
}

impl Carries for TcpStream {
    fn connection(&self) -> Option<&TcpStream> {
        Some(self)
    }
}

impl<S: Carries> Carries for client::TlsStream<S> {
    fn connection(&self) -> Option<&TcpStream> {
        self.get_ref().0.connection()
    }

    fn lift_limit(&mut self) {
        self.get_mut().0.lift_limit();
    }
}

impl<S: Carries> Carries for server::TlsStream<S> {
    fn connection(&self) -> Option<&TcpStream> {
        self.get_ref().0.connection()
    }

    fn lift_limit(&mut self) {
        self.get_mut().0.lift_limit();
    }
}

impl<S: Carries> Carries for TlsStream<S> {
    fn connection(&self) -> Option<&TcpStream> {
        self.get_ref().0.connection()
    }

    fn lift_limit(&mut self) {
        self.get_mut().0.lift_limit();
    }
}

impl Carries for Carrier {
    fn connection(&self) -> Option<&TcpStream> {
        (**self).connection()
    }

    fn lift_limit(&mut self) {
        (**self).lift_limit();
    }
}

/// What is under a leg, whatever it is.
pub type Carrier = Box<dyn Carries>;

/// What carries a leg.
#[derive(Debug)]
pub struct Socket {
    carrier: Carrier,
    /// Bytes that may still be read; `None` once the peer is known.
    allowance: Option<usize>,
}

impl Socket {
    pub(crate) fn new(carrier: Carrier) -> Self {
        Self { carrier, allowance: Some(UNKNOWN_PEER_BYTES) }
    }

    /// Whether the peer has not sent a byte.
    pub(crate) fn has_read_nothing(&self) -> bool {
        self.allowance == Some(UNKNOWN_PEER_BYTES)
    }
}

impl Carries for Socket {
    fn connection(&self) -> Option<&TcpStream> {
        self.carrier.connection()
    }

    fn lift_limit(&mut self) {
        self.allowance = None;
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(allowance) = self.allowance else {
            return Pin::new(&mut self.carrier).poll_read(context, buffer);
        };
        if allowance == 0 {
            let error =
                io::Error::new(io::ErrorKind::InvalidData, "too many bytes before the peer was known");
            return Poll::Ready(Err(error));
        }
        // Few bytes are read before the peer is known, so a copy through the stack costs nothing.
        let mut bytes = [0_u8; 4096];
        let most = bytes.len().min(allowance).min(buffer.remaining());
        let mut part = ReadBuf::new(&mut bytes[..most]);
        std::task::ready!(Pin::new(&mut self.carrier).poll_read(context, &mut part))?;
        let read = part.filled().len();
        buffer.put_slice(part.filled());
        self.allowance = Some(allowance - read);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.carrier).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.carrier).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.carrier).poll_shutdown(context)
    }
}
