//! The tasks of one session: two legs whose bytes are carried until one side has left, and then their end.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use farhand_broker::{Ending, Traffic};
use farhand_transport::LegStream;
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use crate::counters::Counters;
use crate::forward::{Forward, Side};
use crate::leg::farewell;

/// The most that TLS keeps of one stream for either way, beside one record.
const TLS_BUFFER: usize = 32 * 1024;
/// How long the other side has to take the rest, and to end, once one side is gone.
const LINGER: Duration = Duration::from_secs(10);
/// How many times within the time of silence it is looked whether somebody was silent.
const LOOKS: u32 = 4;

/// One half with what was read from it already.
pub(crate) type Half = (Box<LegStream>, Vec<u8>);

/// A session that is over: neither end counts as busy any more, though bytes may still be on their way.
pub(crate) struct Over {
    pub(crate) traffic: Traffic,
    pub(crate) ending: Ending,
    carrier: Carrier,
    /// Whether a side has left by itself, so that the other gets what it had sent.
    deliver: bool,
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
    let look = (silence / LOOKS).max(Duration::from_millis(1));
    let mut looks = interval_at(Instant::now() + look, look);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (ending, deliver) = loop {
        tokio::select! {
            // The relay's own orders and limits come first, so that a busy session can't outrun them.
            biased;
            _ = &mut cut => break (Ending::RelayStopped, false),
            _ = looks.tick() => {
                if quiet.is_silent(&carrier.forward) {
                    break (Ending::Silence, false);
                }
            }
            side = poll_fn(|context| carrier.poll(context)) => {
                break (if side == Some(Side::A) { Ending::Console } else { Ending::Client }, true);
            }
        }
    };
    let (to_client, to_console) = carrier.forward.moved();
    Over { traffic: Traffic { to_client, to_console }, ending, carrier, deliver }
}

impl Over {
    /// Hands on what is left and ends both legs.
    pub(crate) async fn wind_up(mut self) {
        if self.deliver {
            let rest = async { while poll_fn(|context| self.carrier.poll(context)).await.is_some() {} };
            // Whoever has not taken the rest by then does not want it.
            let _ = timeout(LINGER, rest).await;
        }
        let (console, client) = self.carrier.forward.into_streams();
        tokio::join!(farewell(console), farewell(client));
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
