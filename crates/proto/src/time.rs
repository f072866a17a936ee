//! Moments as the pure crates know them: passed in by whoever drives them, never read from a clock.

/// A moment: the time since some fixed start that the driver chose. It never goes backwards.
pub type Moment = core::time::Duration;
