//! How a way to a relay does: what a message there and back takes, what goes through in a second, and how far the two
//! clocks are apart.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use farhand_proto::bounded::Bytes;
use farhand_proto::codec::{FrameBuffer, Message as _};
use farhand_proto::relay::{ECHOES, FromRelay, MAX_ECHO, ToRelay};
use farhand_proto::version::Versions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::leg::{Leg, LegError};

/// How long all of it may take; a line that takes longer is measured by what came through until then.
const PATIENCE: Duration = Duration::from_secs(8);
/// Small echoes, of which the quickest counts.
const SMALL: usize = 3;

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// The quickest of a few.
    pub round_trip: Duration,
    /// Bytes in a second in the slower direction, at least; `None` where too little came through.
    pub rate: Option<u64>,
    /// How far this computer's clock is ahead of the relay's, in milliseconds; behind it where negative.
    pub clock: i64,
}

impl Measured {
    /// The round trip in milliseconds, with a tenth.
    #[must_use]
    pub fn milliseconds(&self) -> String {
        format!("{:.1}", self.round_trip.as_secs_f64() * 1000.0)
    }

    /// The rate in megabits in a second, with a tenth.
    #[must_use]
    pub fn megabits(&self) -> Option<String> {
        self.rate.map(|rate| format!("{:.1}", rate as f64 * 8.0 / 1_000_000.0))
    }

    /// The clock's difference in whole seconds.
    #[must_use]
    pub fn seconds_apart(&self) -> i64 {
        self.clock / 1000
    }
}

/// Measures. The leg is of no use afterwards.
///
/// # Errors
/// The leg ended, or the relay would not.
pub async fn measure(mut leg: Leg) -> Result<Measured, LegError> {
    let sent = now();
    let asked = Instant::now();
    leg.write_message(&ToRelay::Test { versions: Versions::RELAY }).await?;
    let FromRelay::Testing { time, .. } = within(leg.read_message()).await? else {
        return Err(LegError::Closed);
    };
    let halfway = sent + i64::try_from(asked.elapsed().as_millis() / 2).unwrap_or_default();
    let clock = halfway.saturating_sub(i64::try_from(time).unwrap_or_default());

    let mut round_trip = Duration::MAX;
    for _ in 0..SMALL {
        let begun = Instant::now();
        leg.write_message(&ToRelay::Echo { data: Bytes::default() }).await?;
        let FromRelay::Echo { .. } = within(leg.read_message()).await? else { return Err(LegError::Closed) };
        round_trip = round_trip.min(begun.elapsed());
    }
    Ok(Measured { round_trip, rate: rate(leg).await, clock })
}

/// Sends as much as the relay gives back, and counts the later half, when the line is no longer getting up to speed.
async fn rate(leg: Leg) -> Option<u64> {
    let (stream, early) = leg.into_stream();
    let (mut incoming, mut outgoing) = tokio::io::split(stream);
    let echo = ToRelay::Echo { data: Bytes::new(vec![0; MAX_ECHO]).ok()? }.to_frame();
    let count = ECHOES - SMALL;
    let send = async {
        for _ in 0..count {
            outgoing.write_all(&echo).await?;
        }
        outgoing.flush().await
    };
    let mut heard: Vec<Instant> = Vec::new();
    let receive = async {
        let mut frames = FrameBuffer::new();
        frames.push(&early);
        let mut buffer = vec![0; MAX_ECHO];
        while heard.len() < count {
            match frames.next_message::<FromRelay>() {
                Ok(Some((FromRelay::Echo { .. }, _))) => heard.push(Instant::now()),
                Ok(Some(_)) | Err(_) => return,
                Ok(None) => match incoming.read(&mut buffer).await {
                    Ok(0) | Err(_) => return,
                    Ok(read) => frames.push(&buffer[..read]),
                },
            }
        }
    };
    // Whatever came in time counts.
    let _ = tokio::time::timeout(PATIENCE, async { tokio::join!(send, receive) }).await;
    let later = &heard[heard.len() / 2..];
    let (first, last) = (later.first()?, later.last()?);
    let bytes = (later.len() as u64 - 1) * MAX_ECHO as u64;
    let micros = u64::try_from(last.duration_since(*first).as_micros()).ok().filter(|micros| *micros > 0)?;
    (bytes > 0).then(|| bytes * 1_000_000 / micros)
}

async fn within<T>(answer: impl Future<Output = Result<T, LegError>>) -> Result<T, LegError> {
    tokio::time::timeout(PATIENCE, answer).await.unwrap_or(Err(LegError::Closed))
}

/// Milliseconds since 1970-01-01 UTC.
fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or_default())
}
