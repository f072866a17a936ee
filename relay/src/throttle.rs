//! Log lines that strangers can cause, as many as a log can bear.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// How long a window is; somebody has to call [`Throttle::turn`] as often.
pub(crate) const WINDOW: Duration = Duration::from_secs(10);
/// Lines that are written within one window.
const LINES: u64 = 50;

/// Counts the lines of a window.
#[derive(Debug, Default)]
pub(crate) struct Throttle(AtomicU64);

impl Throttle {
    /// Whether one more line may be written; if not, it is counted.
    pub(crate) fn may_write(&self) -> bool {
        self.0.fetch_add(1, Relaxed) < LINES
    }

    /// Begins the next window; gives how many lines were held back in the last one.
    pub(crate) fn turn(&self) -> u64 {
        self.0.swap(0, Relaxed).saturating_sub(LINES)
    }
}

/// A line that strangers can cause: at `info` while its throttle lets it through, at `debug` when it does not.
macro_rules! told {
    ($throttle:expr, $($line:tt)+) => {
        if $throttle.may_write() {
            tracing::info!($($line)+);
        } else {
            tracing::debug!($($line)+);
        }
    };
}
pub(crate) use told;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_its_lines_and_tells_how_many_were_held_back() {
        let throttle = Throttle::default();
        let written = (0..LINES + 7).filter(|_| throttle.may_write()).count();
        assert_eq!(written as u64, LINES);
        assert_eq!(throttle.turn(), 7);
        assert!(throttle.may_write());
        assert_eq!(throttle.turn(), 0);
    }
}
