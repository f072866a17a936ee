//! Drives a session through its seal over a leg: [`client`] for the customer's program, [`console`] for the
//! operator's.

pub mod client;
pub mod console;
mod control;
mod direct;
mod ended;
mod files;
mod handshake;
mod line;
mod presence;
mod stream;

pub use control::{Direct, parse_resume_window};
pub use ended::SessionEnd;

use std::time::{Duration, Instant};

use farhand_proto::time::Moment;

/// The clock of one program, for the machines that are told the time.
#[derive(Debug, Clone, Copy)]
struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Self(Instant::now())
    }

    fn now(self) -> Moment {
        self.0.elapsed()
    }

    /// A moment by the system's own clock that no one sets.
    fn instant(self, moment: Moment) -> Instant {
        self.0 + moment
    }

    /// Waits for a moment; forever if there is none.
    async fn wait_until(self, moment: Option<Moment>) {
        match moment {
            Some(moment) => tokio::time::sleep(moment.saturating_sub(self.now())).await,
            None => std::future::pending().await,
        }
    }
}

/// How often a leg to the relay says that it is still there.
const RELAY_HEARTBEAT: Duration = Duration::from_secs(20);
/// How long the relay has to answer anything.
/// Longer than the relay lets one half of a session wait for the other, so that its own words come first.
const RELAY_ANSWER: Duration = Duration::from_secs(12);
