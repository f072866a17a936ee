//! The task of one session: two legs whose bytes are carried until both ends are through.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use farhand_broker::{Ending, Traffic};
use farhand_transport::LegStream;
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

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

/// Carries bytes until both sides have ended, one has been silent for too long, or `cut` says so.
pub(crate) async fn run(
    mut console: Half,
    mut client: Half,
    silence: Duration,
    mut cut: oneshot::Receiver<()>,
    counters: Arc<Counters>,
) -> (Traffic, Ending) {
    for (stream, _) in [&mut console, &mut client] {
        if let LegStream::Server(stream) = &mut **stream {
            stream.get_mut().1.set_buffer_limit(Some(TLS_BUFFER));
        }
    }
    let mut forward = Forward::new(console, client);
    let mut ending = None;
    let mut linger = None;
    let mut counted = (0, 0);
    let mut quiet = Quiet::default();
    let look = (silence / LOOKS).max(Duration::from_millis(1));
    let mut looks = interval_at(Instant::now() + look, look);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // The relay's own orders and limits come first, so that a busy session can't outrun them.
            biased;
            _ = &mut cut => break,
            _ = looks.tick() => {
                if quiet.is_silent(&forward) {
                    ending.get_or_insert(Ending::Silence);
                    break;
                }
            }
            () = sleep_until(linger.unwrap_or_else(Instant::now)), if linger.is_some() => break,
            side = poll_fn(|context| {
                let side = forward.poll(context);
                let (to_client, to_console) = forward.moved();
                if counted != (to_client, to_console) {
                    counters.bytes_to_client.add(to_client - counted.0);
                    counters.bytes_to_console.add(to_console - counted.1);
                    counted = (to_client, to_console);
                }
                side
            }) => match side {
                Some(side) => {
                    ending.get_or_insert(if side == Side::A { Ending::Console } else { Ending::Client });
                    linger.get_or_insert(Instant::now() + LINGER);
                }
                None => break,
            },
        }
    }
    let (to_client, to_console) = forward.moved();
    let (console, client) = forward.into_streams();
    tokio::join!(farewell(console), farewell(client));
    (Traffic { to_client, to_console }, ending.unwrap_or(Ending::RelayStopped))
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
