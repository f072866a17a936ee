//! A TCP connection that stops reading past a limit until its peer is known.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The most bytes read from a peer before it has shown who it is.
pub(crate) const UNKNOWN_PEER_BYTES: usize = 16 * 1024;

/// The connection under a leg.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    /// Bytes that may still be read; `None` once the peer is known.
    allowance: Option<usize>,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, allowance: Some(UNKNOWN_PEER_BYTES) }
    }

    /// The connection itself, to ask the system about it or to set what it does.
    #[must_use]
    pub fn connection(&self) -> &TcpStream {
        &self.stream
    }

    /// Whether the peer has not sent a byte.
    pub(crate) fn has_read_nothing(&self) -> bool {
        self.allowance == Some(UNKNOWN_PEER_BYTES)
    }

    pub(crate) fn lift_limit(&mut self) {
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
            return Pin::new(&mut self.stream).poll_read(context, buffer);
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
        std::task::ready!(Pin::new(&mut self.stream).poll_read(context, &mut part))?;
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
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
