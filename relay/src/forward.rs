//! Carries bytes between two streams, both ways, with bounded memory.
//!
//! What is read is written on at once. Only what the other side does not take is kept, at most [`PIECE`] bytes, and
//! until it is gone nothing more is read: so a full side stops the reading of the other, nothing is dropped, and an
//! idle session holds no buffer at all.

use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most that is read at once, and so the most that waits in one direction.
pub(crate) const PIECE: usize = 16 * 1024;

/// Carries bytes from `A` to `B` and back.
#[derive(Debug)]
pub(crate) struct Forward<A, B> {
    a: A,
    b: B,
    forth: Direction,
    back: Direction,
}

/// What one direction has done.
#[derive(Debug, Default)]
pub(crate) struct Direction {
    /// Read and not yet taken.
    held: Vec<u8>,
    taken: usize,
    /// Read.
    moved: u64,
    /// Of those, handed on.
    delivered: u64,
    unflushed: bool,
    stage: Stage,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Bytes may come.
    #[default]
    Open,
    /// No more will come; what is held goes out and then the end itself.
    Ending,
    /// The end went out, or nobody is there to take it.
    Over,
}

/// Who ended a direction.
#[derive(Debug)]
enum Over {
    /// The source, with or without a word.
    Source,
    /// The sink takes nothing any more.
    Sink,
}

/// A side of a [`Forward`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    A,
    B,
}

impl<A, B> Forward<A, B>
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    /// Each side with what was read from it already.
    pub(crate) fn new((a, from_a): (A, Vec<u8>), (b, from_b): (B, Vec<u8>)) -> Self {
        let holding = |held: Vec<u8>| Direction { moved: held.len() as u64, held, ..Direction::default() };
        Self { a, b, forth: holding(from_a), back: holding(from_b) }
    }

    /// Moves what can be moved. Ready with a side as soon as that side is found to have ended a direction, once for
    /// each direction and before the end is handed on; and with `None` when both directions are over.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Side>> {
        if let Poll::Ready(over) = self.forth.poll(context, &mut self.a, &mut self.b) {
            return Poll::Ready(Some(if matches!(over, Over::Source) { Side::A } else { Side::B }));
        }
        if let Poll::Ready(over) = self.back.poll(context, &mut self.b, &mut self.a) {
            return Poll::Ready(Some(if matches!(over, Over::Source) { Side::B } else { Side::A }));
        }
        if self.forth.stage == Stage::Over && self.back.stage == Stage::Over {
            return Poll::Ready(None);
        }
        Poll::Pending
    }

    /// Bytes moved from `A` to `B`, and back.
    pub(crate) fn moved(&self) -> (u64, u64) {
        (self.forth.moved, self.back.moved)
    }

    /// For each side, whether bytes of it are being waited for: not while the other side is full.
    pub(crate) fn waits_for(&self) -> (bool, bool) {
        (self.forth.is_waiting(), self.back.is_waiting())
    }

    /// For each side, the side itself if what it has sent waits for the other, so that it is not being read.
    pub(crate) fn held_up(&self) -> (Option<&A>, Option<&B>) {
        (self.forth.is_held_up().then_some(&self.a), self.back.is_held_up().then_some(&self.b))
    }

    /// For each direction, whether bytes of it, or its end, were not taken yet.
    pub(crate) fn held_back(&self) -> (bool, bool) {
        (self.forth.is_held_back(), self.back.is_held_back())
    }

    /// For each direction, how many bytes were handed on; `None` once it is over.
    pub(crate) fn delivered(&self) -> (Option<u64>, Option<u64>) {
        let delivered =
            |direction: &Direction| (direction.stage != Stage::Over).then_some(direction.delivered);
        (delivered(&self.forth), delivered(&self.back))
    }

    /// The two streams, to end them.
    pub(crate) fn into_streams(self) -> (A, B) {
        (self.a, self.b)
    }
}

impl<S> Forward<S, S> {
    /// A side's stream, to queue something in it that leaves with the next flush.
    pub(crate) fn touch(&mut self, side: Side) -> &mut S {
        match side {
            Side::A => {
                self.back.unflushed = true;
                &mut self.a
            }
            Side::B => {
                self.forth.unflushed = true;
                &mut self.b
            }
        }
    }
}

impl Direction {
    fn is_waiting(&self) -> bool {
        self.stage == Stage::Open && self.held.is_empty()
    }

    fn is_held_back(&self) -> bool {
        !self.held.is_empty() || self.stage == Stage::Ending
    }

    fn is_held_up(&self) -> bool {
        self.stage == Stage::Open && !self.held.is_empty()
    }

    /// Ready once, when somebody has ended the direction; what the source had sent is still handed on after that.
    fn poll<R, W>(&mut self, context: &mut Context<'_>, from: &mut R, to: &mut W) -> Poll<Over>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        loop {
            if self.stage == Stage::Over {
                return Poll::Pending;
            }
            if !self.held.is_empty() {
                match Pin::new(&mut *to).poll_write(context, &self.held[self.taken..]) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(0) | Err(_)) => return self.over(Over::Sink),
                    Poll::Ready(Ok(written)) => self.release(written),
                }
                continue;
            }
            if self.stage == Stage::Ending {
                // The source's end has been told; that the sink has gone as well is nothing new.
                let _ = ready!(Pin::new(&mut *to).poll_shutdown(context));
                self.stage = Stage::Over;
                continue;
            }
            match self.poll_piece(context, from, to) {
                // However the source ended, what it had sent before has been delivered.
                Poll::Ready(Ok(0) | Err(Broken::Source)) => {
                    self.stage = Stage::Ending;
                    return Poll::Ready(Over::Source);
                }
                Poll::Ready(Ok(read)) => self.moved += read as u64,
                Poll::Ready(Err(Broken::Sink)) => return self.over(Over::Sink),
                Poll::Pending => {
                    if self.unflushed {
                        match ready!(Pin::new(&mut *to).poll_flush(context)) {
                            Ok(()) => self.unflushed = false,
                            Err(_) => return self.over(Over::Sink),
                        }
                    }
                    return Poll::Pending;
                }
            }
        }
    }

    /// Reads one piece through the stack and writes it on; keeps what is not taken.
    fn poll_piece<R, W>(
        &mut self,
        context: &mut Context<'_>,
        from: &mut R,
        to: &mut W,
    ) -> Poll<Result<usize, Broken>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let mut piece = [const { MaybeUninit::uninit() }; PIECE];
        let mut piece = ReadBuf::uninit(&mut piece);
        if ready!(Pin::new(from).poll_read(context, &mut piece)).is_err() {
            return Poll::Ready(Err(Broken::Source));
        }
        let piece = piece.filled();
        if piece.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let written = match Pin::new(to).poll_write(context, piece) {
            Poll::Pending => 0,
            Poll::Ready(Ok(written)) if written > 0 => written,
            Poll::Ready(_) => return Poll::Ready(Err(Broken::Sink)),
        };
        self.unflushed = true;
        self.delivered += written as u64;
        self.held.extend_from_slice(&piece[written..]);
        Poll::Ready(Ok(piece.len()))
    }

    fn release(&mut self, written: usize) {
        self.unflushed = true;
        self.delivered += written as u64;
        self.taken += written;
        if self.taken == self.held.len() {
            self.held = Vec::new();
            self.taken = 0;
        }
    }

    fn over(&mut self, over: Over) -> Poll<Over> {
        self.stage = Stage::Over;
        self.held = Vec::new();
        self.taken = 0;
        Poll::Ready(over)
    }
}

enum Broken {
    Source,
    Sink,
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    type Both = Forward<DuplexStream, DuplexStream>;

    fn forward(capacity: usize) -> (DuplexStream, Both, DuplexStream) {
        let (left, a) = duplex(capacity);
        let (right, b) = duplex(capacity);
        (left, Forward::new((a, Vec::new()), (b, Vec::new())), right)
    }

    async fn run(mut forward: Both) -> (Vec<Side>, (u64, u64)) {
        let mut ended = Vec::new();
        while let Some(side) = poll_fn(|context| forward.poll(context)).await {
            ended.push(side);
        }
        (ended, forward.moved())
    }

    fn pattern(length: usize) -> Vec<u8> {
        (0..length).map(|index| (index * 31 % 251) as u8).collect()
    }

    #[tokio::test]
    async fn both_ways_at_once_arrive_whole_through_narrow_pipes() {
        let (left, forward, right) = forward(777);
        let task = tokio::spawn(run(forward));
        let one_end = async |mut stream: DuplexStream, sent: Vec<u8>| {
            let (mut reader, mut writer) = tokio::io::split(&mut stream);
            let mut got = Vec::new();
            let write = async {
                writer.write_all(&sent).await.unwrap();
                writer.shutdown().await.unwrap();
            };
            tokio::join!(write, async { reader.read_to_end(&mut got).await.unwrap() });
            got
        };
        let (forth, back) = (pattern(300_000), pattern(123_457));
        let (at_left, at_right) = tokio::join!(one_end(left, forth.clone()), one_end(right, back.clone()));
        assert!(at_left == back && at_right == forth);
        let (_, moved) = task.await.unwrap();
        assert_eq!(moved, (300_000, 123_457));
    }

    #[tokio::test]
    async fn a_reader_that_stops_stops_the_writer_after_a_bounded_amount() {
        let (mut left, forward, mut right) = forward(4096);
        let task = tokio::spawn(run(forward));
        let data = pattern(1_000_000);
        let mut sent = 0;
        // The writer is stopped when a write stays pending although everybody else had their turn.
        loop {
            let mut write = std::pin::pin!(left.write(&data[sent..]));
            let mut written = None;
            for _ in 0..100 {
                if let Poll::Ready(result) =
                    poll_fn(|context| Poll::Ready(write.as_mut().poll(context))).await
                {
                    written = Some(result.unwrap());
                    break;
                }
                tokio::task::yield_now().await;
            }
            match written {
                Some(written) => sent += written,
                None => break,
            }
        }
        assert!(sent <= 4096 + PIECE + 4096, "{sent} bytes are under way");
        assert!(sent >= 8192);
        // The other direction goes on, and what was held comes when it is asked for.
        right.write_all(b"still here").await.unwrap();
        let mut answer = [0; 10];
        left.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"still here");
        let mut got = vec![0; sent];
        right.read_exact(&mut got).await.unwrap();
        assert!(got == data[..sent]);
        drop((left, right));
        task.await.unwrap();
    }

    #[tokio::test]
    async fn an_idle_direction_holds_no_memory() {
        let (mut left, mut forward, mut right) = forward(64);
        let poll = async |forward: &mut Both| {
            let pending = poll_fn(|context| Poll::Ready(forward.poll(context).is_pending())).await;
            assert!(pending);
            (forward.forth.held.capacity(), forward.waits_for().0)
        };
        left.write_all(&pattern(64)).await.unwrap();
        assert_eq!(poll(&mut forward).await, (0, true));
        left.write_all(&pattern(64)).await.unwrap();
        let (full, waiting) = poll(&mut forward).await;
        assert!(full >= 64 && !waiting);
        for _ in 0..2 {
            right.read_exact(&mut [0; 64]).await.unwrap();
            poll(&mut forward).await;
        }
        assert_eq!(poll(&mut forward).await, (0, true));
    }

    #[tokio::test]
    async fn one_end_may_finish_while_the_other_goes_on() {
        let (mut left, forward, mut right) = forward(64);
        let task = tokio::spawn(run(forward));
        left.write_all(b"last words").await.unwrap();
        left.shutdown().await.unwrap();
        let mut heard = String::new();
        right.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "last words");
        right.write_all(b"and mine").await.unwrap();
        right.shutdown().await.unwrap();
        let mut answer = String::new();
        left.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "and mine");
        assert_eq!(task.await.unwrap(), (vec![Side::A, Side::B], (10, 8)));
    }

    #[tokio::test]
    async fn a_side_that_is_gone_is_named() {
        let (mut left, forward, right) = forward(64);
        let task = tokio::spawn(run(forward));
        drop(right);
        let mut end = Vec::new();
        left.read_to_end(&mut end).await.unwrap();
        drop(left);
        assert_eq!(task.await.unwrap().0[0], Side::B);
    }

    #[tokio::test]
    async fn what_was_read_before_goes_first() {
        let (mut left, a) = duplex(64);
        let (mut right, b) = duplex(64);
        let task = tokio::spawn(run(Forward::new((a, b"ab".to_vec()), (b, Vec::new()))));
        left.write_all(b"cd").await.unwrap();
        drop(left);
        let mut heard = String::new();
        right.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "abcd");
        drop(right);
        assert_eq!(task.await.unwrap().1.0, 4);
    }
}
