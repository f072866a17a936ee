//! A link at the relay: what requests bring and take, as a stream of bytes.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::PIECE;
use crate::socket::Carries;

/// The most bytes that wait in each direction.
const BUFFER: usize = 2 * PIECE;
/// How long a request for bytes waits for some.
const POLL: Duration = Duration::from_secs(15);
/// How long a request with bytes waits for room.
const ROOM: Duration = Duration::from_secs(15);
/// How long a link lives without a request.
const SILENCE: Duration = Duration::from_secs(20);

/// The side of a link that requests work on. Copies are the same link.
#[derive(Clone)]
pub struct Link(Arc<Shared>);

/// The other side: what the leg is made of. Dropping it ends the link.
pub struct LinkStream(Arc<Shared>);

/// What became of bytes that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Up {
    /// They are taken, or were before.
    Taken,
    /// Bytes before them are missing.
    Gap,
    /// There was no room for a while: to be brought again.
    Full,
    /// Nobody takes them any more.
    Gone,
}

/// What there is to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Down {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Nothing for a while.
    Nothing,
    /// Bytes were asked for that have been taken already, or were never there.
    Gap,
    /// No more, ever.
    End,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Wakes requests that wait.
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// Came and was not read.
    incoming: VecDeque<u8>,
    /// How much came in all.
    came: u64,
    /// Nothing more comes.
    came_all: bool,
    /// Written and not known to have arrived.
    outgoing: VecDeque<u8>,
    /// How much has arrived in all.
    arrived: u64,
    /// Nothing more is written.
    wrote_all: bool,
    /// The stream is dropped, or nobody has made a request for too long.
    gone: bool,
    gone_at: Option<Instant>,
    reader: Option<Waker>,
    writer: Option<Waker>,
    heard: Option<Instant>,
    waiting: u32,
}

impl Link {
    /// A new link and its stream.
    #[must_use]
    pub fn new() -> (Self, LinkStream) {
        let shared = Arc::new(Shared::default());
        shared.lock().heard = Some(Instant::now());
        (Self(Arc::clone(&shared)), LinkStream(shared))
    }

    /// Takes bytes that belong at this offset.
    pub async fn up(&self, offset: u64, bytes: &[u8]) -> Up {
        let _here = Here::new(&self.0);
        let deadline = Instant::now() + ROOM;
        loop {
            let changed = self.0.changed.notified();
            {
                let mut state = self.0.lock();
                if state.gone {
                    return Up::Gone;
                }
                let Some(known) = state.came.checked_sub(offset) else { return Up::Gap };
                let known = usize::try_from(known).unwrap_or(usize::MAX);
                if known >= bytes.len() {
                    return Up::Taken;
                }
                if state.came_all {
                    return Up::Gone;
                }
                if state.incoming.len() < BUFFER {
                    state.incoming.extend(&bytes[known..]);
                    state.came += (bytes.len() - known) as u64;
                    wake(&mut state.reader);
                    return Up::Taken;
                }
            }
            if timeout_at(deadline, changed).await.is_err() {
                return Up::Full;
            }
        }
    }

    /// Nothing more comes behind this offset.
    pub fn end(&self, offset: u64) -> Up {
        let mut state = self.0.lock();
        state.heard = Some(Instant::now());
        if offset != state.came {
            return Up::Gap;
        }
        state.came_all = true;
        wake(&mut state.reader);
        Up::Taken
    }

    /// Gives bytes from this offset on; those before it have arrived.
    pub async fn down(&self, offset: u64) -> Down {
        let _here = Here::new(&self.0);
        let deadline = Instant::now() + POLL;
        loop {
            let changed = self.0.changed.notified();
            {
                let mut state = self.0.lock();
                let Some(more) = offset.checked_sub(state.arrived) else { return Down::Gap };
                let more = usize::try_from(more).unwrap_or(usize::MAX);
                if more > state.outgoing.len() {
                    return Down::Gap;
                }
                state.outgoing.drain(..more);
                state.arrived = offset;
                if more > 0 {
                    wake(&mut state.writer);
                }
                if !state.outgoing.is_empty() {
                    let piece = state.outgoing.len().min(PIECE);
                    return Down::Bytes(state.outgoing.range(..piece).copied().collect());
                }
                if state.wrote_all || state.gone {
                    return Down::End;
                }
            }
            if timeout_at(deadline, changed).await.is_err() {
                return Down::Nothing;
            }
        }
    }

    /// Whether nothing will ever come of it any more. One without requests for too long ends here.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let mut state = self.0.lock();
        if state.waiting > 0 {
            return false;
        }
        let is_silent = state.heard.is_none_or(|heard| heard.elapsed() >= SILENCE);
        if is_silent {
            state.gone = true;
            wake(&mut state.reader);
            wake(&mut state.writer);
        }
        // What was written before the end is still fetched.
        let is_late = state.gone_at.is_some_and(|gone| gone.elapsed() >= SILENCE);
        is_silent || is_late || (state.gone && state.outgoing.is_empty())
    }
}

/// A request that is being served.
struct Here<'a>(&'a Shared);

impl<'a> Here<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.lock().waiting += 1;
        Self(shared)
    }
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.waiting -= 1;
        state.heard = Some(Instant::now());
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

impl Carries for LinkStream {
    fn connection(&self) -> Option<&TcpStream> {
        None
    }
}

impl AsyncRead for LinkStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.0.lock();
        if state.incoming.is_empty() {
            if state.came_all {
                return Poll::Ready(Ok(()));
            }
            if state.gone {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            state.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let (first, _) = state.incoming.as_slices();
        let count = first.len().min(buffer.remaining());
        buffer.put_slice(&first[..count]);
        state.incoming.drain(..count);
        drop(state);
        self.0.changed.notify_waiters();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LinkStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut state = self.0.lock();
        if state.gone || state.wrote_all {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let room = BUFFER.saturating_sub(state.outgoing.len());
        if room == 0 {
            state.writer = Some(context.waker().clone());
            return Poll::Pending;
        }
        let count = bytes.len().min(room);
        state.outgoing.extend(&bytes[..count]);
        drop(state);
        self.0.changed.notify_waiters();
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.lock().wrote_all = true;
        self.0.changed.notify_waiters();
        Poll::Ready(Ok(()))
    }
}

impl Drop for LinkStream {
    fn drop(&mut self) {
        {
            let mut state = self.0.lock();
            state.wrote_all = true;
            state.gone = true;
            state.gone_at = Some(Instant::now());
        }
        self.0.changed.notify_waiters();
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

impl fmt::Debug for LinkStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkStream").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_comes_twice_counts_once_and_what_is_missing_is_asked_for() {
        let (link, mut stream) = Link::new();
        assert_eq!(link.up(0, b"hello").await, Up::Taken);
        assert_eq!(link.up(0, b"hello").await, Up::Taken);
        assert_eq!(link.up(3, b"lo, you").await, Up::Taken);
        assert_eq!(link.up(11, b"!").await, Up::Gap);
        assert_eq!(link.end(11), Up::Gap);
        assert_eq!(link.end(10), Up::Taken);
        assert_eq!(link.up(10, b"!").await, Up::Gone);
        let mut all = String::new();
        stream.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "hello, you");

        stream.write_all(b"and you").await.unwrap();
        assert_eq!(link.down(0).await, Down::Bytes(b"and you".to_vec()));
        assert_eq!(link.down(0).await, Down::Bytes(b"and you".to_vec()), "the answer was lost");
        assert_eq!(link.down(4).await, Down::Bytes(b"you".to_vec()));
        assert_eq!(link.down(3).await, Down::Gap);
        assert_eq!(link.down(8).await, Down::Gap);
        let start = Instant::now();
        assert_eq!(link.down(7).await, Down::Nothing);
        assert_eq!(start.elapsed(), POLL);
        stream.shutdown().await.unwrap();
        assert_eq!(link.down(7).await, Down::End);
    }

    #[tokio::test(start_paused = true)]
    async fn both_directions_hold_a_bounded_number_of_bytes() {
        let (link, mut stream) = Link::new();
        let piece = vec![7; PIECE];
        for index in 0..2 {
            assert_eq!(link.up(index * PIECE as u64, &piece).await, Up::Taken);
        }
        assert_eq!(link.up(2 * PIECE as u64, &piece).await, Up::Full);
        let (later, _) = tokio::join!(link.up(2 * PIECE as u64, &piece), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            stream.read_exact(&mut [0; 10]).await.unwrap()
        });
        assert_eq!(later, Up::Taken);
        let written =
            tokio::time::timeout(Duration::from_secs(1), stream.write_all(&vec![7; 5 * PIECE])).await;
        assert!(written.is_err());
        assert_eq!(link.0.lock().outgoing.len(), BUFFER);
    }

    #[tokio::test(start_paused = true)]
    async fn a_link_without_requests_ends() {
        let (link, mut stream) = Link::new();
        let waits = tokio::spawn({
            let link = link.clone();
            async move { link.down(0).await }
        });
        tokio::time::sleep(POLL / 2).await;
        assert!(!link.is_over());
        assert_eq!(waits.await.unwrap(), Down::Nothing);
        tokio::time::sleep(SILENCE - Duration::from_secs(1)).await;
        assert!(!link.is_over());
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(link.is_over());
        let error = stream.read(&mut [0; 1]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(stream.write(b"x").await.is_err());
        drop(stream);
        assert_eq!(link.up(0, b"x").await, Up::Gone);
    }
}
