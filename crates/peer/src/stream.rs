//! A seal over a leg: bytes moved in both directions at once, nothing queued that is not on its way.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use farhand_proto::codec::{DecodeError, FrameBuffer, Message};
use farhand_seal::{Sealed, StreamError};
use farhand_transport::{Carrier, Encapsulation, Leg};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How long the last words of a session may take to leave.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long silence says nothing about a line; and about one in requests, of which any may be lost on its way through a
/// proxy and be made again.
const PATIENCE: Duration = Duration::from_secs(1);
const REQUESTS_PATIENCE: Duration = Duration::from_secs(5);
/// Plaintext after which a record is full enough to go.
const RECORD_FILL: usize = 1024;

/// A stream of bytes with what is on its way out.
#[derive(Debug)]
pub(crate) struct Pipe {
    stream: Carrier,
    /// Bytes to write, from `written` on.
    pub(crate) out: Vec<u8>,
    written: usize,
    unflushed: bool,
    /// Bytes that came behind the last message of the relay.
    early: Vec<u8>,
    patience: Duration,
}

/// What a turn of a pipe brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// All that there was to write has left.
    Wrote,
    /// So many bytes were read.
    Read(usize),
    /// The other end closed.
    Closed,
}

impl Pipe {
    pub(crate) fn new(leg: Leg) -> Self {
        let over_requests = leg.rung().is_some_and(|rung| rung.encapsulation == Encapsulation::Http);
        let patience = if over_requests { REQUESTS_PATIENCE } else { PATIENCE };
        let (stream, early) = leg.into_stream();
        Self { early, patience, ..Self::direct(Box::new(stream)) }
    }

    /// Of a connection between the two ends themselves.
    pub(crate) fn direct(stream: Carrier) -> Self {
        let (out, early) = (Vec::new(), Vec::new());
        Self { stream, out, written: 0, unflushed: false, early, patience: PATIENCE }
    }

    /// Whether all that was to be written has left.
    pub(crate) fn is_idle(&self) -> bool {
        self.out.is_empty() && !self.unflushed
    }

    /// Writes what there is and, if wanted, reads what comes, whichever moves first. Cancelling loses nothing.
    pub(crate) async fn turn(&mut self, read: bool, buffer: &mut [u8]) -> io::Result<Moved> {
        if read && !self.early.is_empty() {
            let count = self.early.len().min(buffer.len());
            buffer[..count].copy_from_slice(&self.early[..count]);
            self.early.drain(..count);
            return Ok(Moved::Read(count));
        }
        poll_fn(|context| self.poll_turn(context, read, buffer)).await
    }

    fn poll_turn(
        &mut self,
        context: &mut Context<'_>,
        read: bool,
        buffer: &mut [u8],
    ) -> Poll<io::Result<Moved>> {
        if !self.is_idle() && self.poll_write(context)?.is_ready() {
            return Poll::Ready(Ok(Moved::Wrote));
        }
        if !read {
            return Poll::Pending;
        }
        let mut space = ReadBuf::new(buffer);
        std::task::ready!(Pin::new(&mut self.stream).poll_read(context, &mut space))?;
        Poll::Ready(Ok(match space.filled().len() {
            0 => Moved::Closed,
            count => Moved::Read(count),
        }))
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.out.len() {
            let rest = &self.out[self.written..];
            let count = std::task::ready!(Pin::new(&mut self.stream).poll_write(context, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
            self.unflushed = true;
        }
        self.out.clear();
        self.written = 0;
        std::task::ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.unflushed = false;
        Poll::Ready(Ok(()))
    }

    /// Writes what there is and closes, as far as that is possible in a short time.
    pub(crate) async fn farewell(mut self) {
        let close = async {
            while !self.is_idle() {
                self.turn(false, &mut []).await?;
            }
            tokio::io::AsyncWriteExt::shutdown(&mut self.stream).await?;
            // What still comes is taken in: a system that is left with unread bytes throws away what it was to send.
            let mut rest = [0; 4096];
            while !matches!(self.turn(true, &mut rest).await?, Moved::Closed) {}
            Ok::<_, io::Error>(())
        };
        // The other end may be gone; then nobody is left to hear it.
        let _ = tokio::time::timeout(FAREWELL, close).await;
    }
}

/// Messages through a seal over a leg.
pub(crate) struct SealedPipe {
    pipe: Pipe,
    sealed: Sealed,
    frames: FrameBuffer,
    buffer: Vec<u8>,
}

/// Why messages no longer come through.
#[derive(Debug)]
pub(crate) enum PipeError {
    /// The line or the seal failed.
    Line(StreamError),
    /// The other end sent what the protocol does not allow.
    Protocol(DecodeError),
}

impl SealedPipe {
    pub(crate) fn new(pipe: Pipe, mut sealed: Sealed) -> Self {
        let mut pipe = pipe;
        let mut frames = FrameBuffer::new();
        let mut plaintext = Vec::new();
        sealed.read(&mut plaintext);
        frames.push(&plaintext);
        sealed.take_output(&mut pipe.out);
        Self { pipe, sealed, frames, buffer: vec![0; 16 * 1024] }
    }

    /// Seals frames while the link can take them: small ones share a record, and nothing is taken from the session
    /// before the record ahead has left.
    pub(crate) fn send_from(&mut self, mut next: impl FnMut() -> Option<Vec<u8>>) -> Result<(), StreamError> {
        if !self.pipe.is_idle() {
            return Ok(());
        }
        let mut record = Vec::new();
        while record.len() < RECORD_FILL {
            let Some(frame) = next() else { break };
            record.extend_from_slice(&frame);
        }
        if !record.is_empty() {
            self.sealed.seal(&record)?;
        }
        self.sealed.take_output(&mut self.pipe.out);
        Ok(())
    }

    /// What brings the session back if this line is cut.
    pub(crate) fn resume_keys(&self) -> farhand_seal::ResumeKeys {
        self.sealed.resume_keys().clone()
    }

    /// The two words that both people should see.
    pub(crate) fn words(&self) -> farhand_seal::SpokenWords {
        self.sealed.words()
    }

    /// How long what is sent may be on its way before that means anything.
    pub(crate) fn patience(&self) -> Duration {
        self.pipe.patience
    }

    /// The language in which both show them.
    pub(crate) fn language(&self) -> farhand_proto::language::Language {
        self.sealed.language()
    }

    /// Whether all that was sealed has left.
    pub(crate) fn is_idle(&self) -> bool {
        self.pipe.is_idle()
    }

    /// Moves bytes; returns once something happened. Cancelling loses nothing.
    pub(crate) async fn turn(&mut self, read: bool) -> Result<(), PipeError> {
        match self.pipe.turn(read, &mut self.buffer).await {
            Ok(Moved::Wrote) => Ok(()),
            Ok(Moved::Read(count)) => {
                self.sealed.handle_input(&self.buffer[..count]).map_err(PipeError::Line)?;
                let mut plaintext = Vec::new();
                self.sealed.read(&mut plaintext);
                self.frames.push(&plaintext);
                Ok(())
            }
            // Messages that came before the end are read first; the session's own End is among them.
            Ok(Moved::Closed) | Err(_) => Err(PipeError::Line(StreamError::Cut)),
        }
    }

    /// Hands over every message that has come, in order, then gives what came of the turn that brought them.
    pub(crate) fn take_in<M: Message>(
        &mut self,
        moved: Result<(), PipeError>,
        mut handle: impl FnMut(M, usize),
    ) -> Result<(), PipeError> {
        while let Some((message, bytes)) = self.frames.next_message().map_err(PipeError::Protocol)? {
            handle(message, bytes);
        }
        moved
    }

    /// Says that nothing more comes, and closes.
    pub(crate) async fn farewell(mut self) {
        self.sealed.close();
        self.sealed.take_output(&mut self.pipe.out);
        self.pipe.farewell().await;
    }
}
