//! What the line to the client does, in numbers for the operator.

use std::collections::VecDeque;
use std::time::Duration;

use farhand_proto::time::Moment;

/// How long one count lasts.
const SPAN: Duration = Duration::from_millis(100);
/// So many counts make a second.
const SPANS: u64 = 10;

/// Questions that may wait for an answer; the oldest is forgotten where there are more.
const MOST_ASKED: usize = 64;

/// How the line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// From a question to the client's answer and back, smoothed; `None` until measured.
    pub round_trip: Option<Duration>,
    /// Bytes of frames that came within the last second.
    pub bytes: u64,
    /// Updates of the picture that came whole within the last second.
    pub updates: u32,
    /// Acts that the client has not answered yet.
    pub acts_waiting: u64,
}

/// Counts what comes within a second, in a fixed amount of memory.
#[derive(Debug)]
pub(super) struct Meter {
    counts: [Count; SPANS as usize + 1],
    round_trip: Option<Duration>,
    /// When the questions were asked that have no answer yet, by this end's clock in milliseconds.
    asked: VecDeque<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Which span of time it belongs to.
    span: u64,
    bytes: u64,
    updates: u32,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self { counts: Default::default(), round_trip: None, asked: VecDeque::new() }
    }

    pub(super) fn on_bytes(&mut self, bytes: usize, now: Moment) {
        self.count(now).bytes += bytes as u64;
    }

    pub(super) fn on_update(&mut self, now: Moment) {
        self.count(now).updates += 1;
    }

    /// A question goes out; the returned number stands for it.
    pub(super) fn on_ping(&mut self, now: Moment) -> u32 {
        let at = milliseconds(now);
        if self.asked.len() == MOST_ASKED {
            self.asked.pop_front();
        }
        self.asked.push_back(at);
        at
    }

    /// An answer came. Questions before that one are not answered any more.
    pub(super) fn on_pong(&mut self, at: u32, now: Moment) {
        let Some(index) = self.asked.iter().position(|asked| *asked == at) else { return };
        self.asked.drain(..=index);
        let sample = Duration::from_millis(u64::from(milliseconds(now).wrapping_sub(at)));
        self.round_trip = Some(self.round_trip.map_or(sample, |known| (known * 3 + sample) / 4));
    }

    /// The last second, without the span that has only begun.
    pub(super) fn read(&self, acts_waiting: u64, now: Moment) -> Statistics {
        let current = span(now);
        let mut statistics =
            Statistics { round_trip: self.round_trip, acts_waiting, ..Statistics::default() };
        for count in &self.counts {
            if count.span < current && count.span + SPANS >= current {
                statistics.bytes += count.bytes;
                statistics.updates += count.updates;
            }
        }
        statistics
    }

    fn count(&mut self, now: Moment) -> &mut Count {
        let span = span(now);
        let count = &mut self.counts[(span % (SPANS + 1)) as usize];
        if count.span != span {
            *count = Count { span, ..Count::default() };
        }
        count
    }
}

fn span(now: Moment) -> u64 {
    (now.as_millis() / SPAN.as_millis()) as u64
}

/// It wraps after 49 days; only differences count.
fn milliseconds(now: Moment) -> u32 {
    now.as_millis() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(milliseconds: u64) -> Moment {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn the_last_second_counts_and_nothing_else() {
        let mut meter = Meter::new();
        for step in 0..40 {
            meter.on_bytes(1_000, at(step * 50));
            meter.on_update(at(step * 50));
        }
        let statistics = meter.read(3, at(2_000));
        assert_eq!((statistics.bytes, statistics.updates, statistics.acts_waiting), (20_000, 20, 3));
        assert_eq!(meter.read(0, at(2_500)).updates, 10);
        assert_eq!(meter.read(0, at(3_100)), Statistics::default());
    }

    #[test]
    fn every_question_is_answered_once() {
        let mut meter = Meter::new();
        assert_eq!(meter.read(0, at(0)).round_trip, None);
        let first = meter.on_ping(at(100));
        meter.on_pong(first, at(140));
        assert_eq!(meter.read(0, at(200)).round_trip, Some(Duration::from_millis(40)));
        meter.on_pong(first, at(900));
        meter.on_pong(7, at(900));
        assert_eq!(meter.read(0, at(900)).round_trip, Some(Duration::from_millis(40)));
    }

    #[test]
    fn lines_slower_than_the_heart_are_measured() {
        let mut meter = Meter::new();
        let questions = [1_000, 1_300, 1_600].map(|time| meter.on_ping(at(time)));
        for (question, time) in questions.into_iter().zip([1_800, 2_100, 2_400]) {
            meter.on_pong(question, at(time));
            assert_eq!(meter.read(0, at(time)).round_trip, Some(Duration::from_millis(800)));
        }
        for step in 0..1_000 {
            meter.on_ping(at(3_000 + step * 300));
        }
        assert_eq!(meter.asked.len(), MOST_ASKED);
    }

    #[test]
    fn the_clock_may_wrap() {
        let mut meter = Meter::new();
        let before = Duration::from_millis(u64::from(u32::MAX) - 10);
        let number = meter.on_ping(before);
        meter.on_pong(number, before + Duration::from_millis(50));
        assert_eq!(meter.read(0, before).round_trip, Some(Duration::from_millis(50)));
    }
}
