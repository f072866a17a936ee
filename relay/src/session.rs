//! The tasks of one session: two legs whose bytes are carried until one side has left, and then their end.
//!
//! A side whose bytes wait for the other is not being read, so its end would stay unseen behind them. Therefore the
//! system is asked for it now and then. The end of a program can even wait in that side's own system, when this one
//! has no room for the bytes before it; so something is sent there now and then, and a system whose program has gone
//! answers that with a reset.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use farhand_broker::{Ending, Traffic};
use farhand_transport::{Carries as _, LegStream};
use tokio::io::Interest;
use tokio::sync::oneshot;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::counters::Counters;
use crate::forward::{Forward, Side};
use crate::leg::{cut_off, farewell};

/// The most that TLS keeps of one stream for either way, beside one record.
const TLS_BUFFER: usize = 32 * 1024;
/// How long the other side has to take the rest, and to end, once one side is gone.
const LINGER: Duration = Duration::from_secs(10);
/// How long it may take nothing of that, or send nothing, before it is cut off.
const STALL: Duration = Duration::from_secs(2);
/// How often it is looked for the end of a side that is not being read, and for progress with the rest.
const GLANCE: Duration = Duration::from_millis(250);
/// Key updates for a side that is not being read, until the other has sent something for it: TLS libraries take 32.
const MOST_PRODS: u32 = 30;
/// How many times within the time of silence it is looked whether somebody was silent.
const LOOKS: u32 = 4;

/// One half with what was read from it already.
pub(crate) type Half = (Box<LegStream>, Vec<u8>);

/// A session that is over: neither end counts as busy any more, though bytes may still be on their way.
pub(crate) struct Over {
    pub(crate) traffic: Traffic,
    pub(crate) ending: Ending,
    carrier: Carrier,
    /// The side that has left by itself; the other gets what it had sent.
    left: Option<Side>,
}

/// Carries bytes until one side has ended, one has been silent for too long, or `cut` says so.
pub(crate) async fn run(
    mut console: Half,
    mut client: Half,
    silence: Duration,
    mut cut: oneshot::Receiver<()>,
    counters: Arc<Counters>,
) -> Over {
    for (stream, _) in [&mut console, &mut client] {
        if let LegStream::Server(stream) = &mut **stream {
            stream.get_mut().1.set_buffer_limit(Some(TLS_BUFFER));
        }
    }
    let mut carrier = Carrier { forward: Forward::new(console, client), counted: (0, 0), counters };
    let mut quiet = Quiet::default();
    let mut looks = every((silence / LOOKS).max(Duration::from_millis(1)));
    let mut glances = every(GLANCE);
    let mut stalls = [Stall::new(Side::A), Stall::new(Side::B)];
    let (ending, left) = loop {
        tokio::select! {
            // The relay's own orders and limits come first, so that a busy session can't outrun them.
            biased;
            _ = &mut cut => break (Ending::RelayStopped, None),
            _ = looks.tick() => {
                if quiet.is_silent(&carrier.forward) {
                    break (Ending::Silence, None);
                }
            }
            side = poll_fn(|context| carrier.poll_or_glance(context, &mut glances)) => {
                if let Some(side) = side.or_else(|| carrier.ended_unread()) {
                    break (of_side(side), Some(side));
                }
                carrier.prod(&mut stalls);
            }
        }
    };
    let (to_client, to_console) = carrier.forward.moved();
    Over { traffic: Traffic { to_client, to_console }, ending, carrier, left }
}

impl Over {
    /// Hands on what is left and ends both legs.
    pub(crate) async fn wind_up(mut self) {
        let stuck = match self.left {
            Some(left) => self.carrier.deliver(left).await,
            None => (false, false),
        };
        let (console, client) = self.carrier.forward.into_streams();
        let end = async |stream, is_stuck: bool| {
            if is_stuck { cut_off(stream) } else { farewell(stream).await }
        };
        tokio::join!(end(console, stuck.0), end(client, stuck.1));
    }
}

/// Carries bytes and counts them.
struct Carrier {
    forward: Forward<Box<LegStream>, Box<LegStream>>,
    counted: (u64, u64),
    counters: Arc<Counters>,
}

impl Carrier {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Side>> {
        let side = self.forward.poll(context);
        let (to_client, to_console) = self.forward.moved();
        if self.counted != (to_client, to_console) {
            self.counters.bytes_to_client.add(to_client - self.counted.0);
            self.counters.bytes_to_console.add(to_console - self.counted.1);
            self.counted = (to_client, to_console);
        }
        side
    }

    /// Carries until a side is found to have ended; also ready, with none, when it is time to look after a side
    /// whose bytes wait for the other.
    fn poll_or_glance(&mut self, context: &mut Context<'_>, glances: &mut Interval) -> Poll<Option<Side>> {
        if let Poll::Ready(side) = self.poll(context) {
            return Poll::Ready(side.or(Some(Side::B)));
        }
        if self.holds_up() { glances.poll_tick(context).map(|_| None) } else { Poll::Pending }
    }

    /// Whether a side's bytes wait for the other.
    fn holds_up(&self) -> bool {
        let (console, client) = self.forward.held_up();
        console.is_some() || client.is_some()
    }

    /// A side that is not being read and has ended.
    fn ended_unread(&self) -> Option<Side> {
        let (console, client) = self.forward.held_up();
        let ended = |stream: Option<&Box<LegStream>>| stream.is_some_and(|stream| has_ended(stream));
        if ended(console) {
            Some(Side::A)
        } else if ended(client) {
            Some(Side::B)
        } else {
            None
        }
    }

    /// Sends something to a side that has not been read for [`STALL`], and has nothing to do with what it is sent: a
    /// key update of TLS.
    fn prod(&mut self, stalls: &mut [Stall; 2]) {
        for stall in stalls {
            if stall.is_due(&self.forward)
                && let LegStream::Server(stream) = &mut **self.forward.touch(stall.side)
            {
                // A side whose TLS can't do that is found by its silence.
                let _ = stream.get_mut().1.refresh_traffic_keys();
            }
        }
    }

    /// Hands on what `left` has sent before it left, and the other's last words, while there is progress. Gives for
    /// each side whether it is stuck: bytes wait that it does not take.
    async fn deliver(&mut self, left: Side) -> (bool, bool) {
        let end = Instant::now() + LINGER;
        let mut glances = every(GLANCE);
        let mut progress = (self.forward.delivered(), Instant::now());
        loop {
            tokio::select! {
                biased;
                side = poll_fn(|context| self.poll(context)) => if side.is_none() { break },
                _ = glances.tick() => {
                    let now = Instant::now();
                    let delivered = self.forward.delivered();
                    // What the leaving side sent comes first; a side that only talks takes nothing.
                    let matters = |(forth, back): (Option<u64>, Option<u64>)| match left {
                        Side::A => forth.or(back),
                        Side::B => back.or(forth),
                    };
                    if matters(delivered) != matters(progress.0) {
                        progress = (delivered, now);
                    }
                    if now >= end || now - progress.1 >= STALL {
                        break;
                    }
                }
            }
        }
        let (to_client, to_console) = self.forward.held_back();
        (to_console, to_client)
    }
}

/// Ticks that begin one period from now, and are not made up for when they come late.
fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn of_side(side: Side) -> Ending {
    match side {
        Side::A => Ending::Console,
        Side::B => Ending::Client,
    }
}

/// Whether the system knows the end of a stream, even behind bytes that nobody has read.
fn has_ended(stream: &LegStream) -> bool {
    // Readiness for urgent bytes, which nobody sends and the relay does not ask for, comes with the end alone.
    let Some(connection) = stream.get_ref().0.connection() else { return false };
    let end = pin!(connection.ready(Interest::PRIORITY));
    let ready = end.poll(&mut Context::from_waker(Waker::noop()));
    matches!(ready, Poll::Ready(Ok(ready)) if ready.is_read_closed())
}

/// How long a side has not been read, and how often it was prodded since.
#[derive(Debug)]
struct Stall {
    side: Side,
    since: Instant,
    /// What was read from it, and what was sent to it.
    moved: (u64, u64),
    prods: u32,
}

impl Stall {
    fn new(side: Side) -> Self {
        Self { side, since: Instant::now(), moved: (0, 0), prods: 0 }
    }

    /// Whether it shall be prodded now.
    fn is_due(&mut self, forward: &Forward<Box<LegStream>, Box<LegStream>>) -> bool {
        let (held_up, moved) = match (self.side, forward.held_up(), forward.moved()) {
            (Side::A, (held_up, _), (forth, back)) => (held_up.is_some(), (forth, back)),
            (Side::B, (_, held_up), (forth, back)) => (held_up.is_some(), (back, forth)),
        };
        if !held_up || moved != self.moved {
            *self = Self { moved, ..Self::new(self.side) };
            return false;
        }
        if self.since.elapsed() < STALL || self.prods == MOST_PRODS {
            return false;
        }
        self.since = Instant::now();
        self.prods += 1;
        true
    }
}

/// Finds out whether a side has sent nothing for too long although the relay was ready to read.
#[derive(Debug, Default)]
struct Quiet {
    moved: (u64, u64),
    looks: (u32, u32),
}

impl Quiet {
    fn is_silent(&mut self, forward: &Forward<Box<LegStream>, Box<LegStream>>) -> bool {
        let moved = forward.moved();
        let waits = forward.waits_for();
        let count = |looks: u32, quiet: bool| if quiet { looks + 1 } else { 0 };
        self.looks = (
            count(self.looks.0, waits.0 && moved.0 == self.moved.0),
            count(self.looks.1, waits.1 && moved.1 == self.moved.1),
        );
        self.moved = moved;
        self.looks.0 > LOOKS || self.looks.1 > LOOKS
    }
}
