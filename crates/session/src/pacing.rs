//! How much may be under way: bandwidth times round trip plus 50 ms, over all lanes together.
//!
//! The estimate is of the BBR family (draft-ietf-ccwg-bbr): every acknowledgement gives a sample of the delivery
//! rate, the largest recent sample is the bandwidth, the smallest recent delay between sending and
//! acknowledgement is the round trip. A standing queue of 50 ms is both the price and the probe: when the line
//! gets faster, it shows in the next samples.

use std::collections::VecDeque;
use std::time::Duration;

use farhand_proto::limits::{MAX_SESSION_FRAME, MAX_UPDATE};
use farhand_proto::screen::Room;
use farhand_proto::time::Moment;

/// What may be under way before anything is known of the line: ten segments (RFC 6928).
const INITIAL_WINDOW: u64 = 14_600;
/// The least that may ever be under way.
const LEAST_WINDOW: u64 = 2_048;
/// The standing queue that is allowed.
const QUEUE: Duration = Duration::from_millis(50);
/// How long one record may occupy the line.
const RECORD: Duration = Duration::from_millis(20);
/// The smallest record worth sending: 20 ms at 256 kbit/s.
const LEAST_RECORD: usize = 640;
/// How long one update of the picture may occupy the line, so that a newer one never waits long.
const UPDATE: Duration = Duration::from_millis(40);
/// The smallest update worth encoding.
const LEAST_UPDATE: usize = 2_048;
/// The largest: an encoder that needs a little more than it was given still stays below what the console takes.
const MOST_UPDATE: usize = MAX_UPDATE / 2;
/// The most frames under way that are remembered one by one; more of them count as one.
const MOST_UNDER_WAY: usize = 4_096;
/// How long a sample of the round trip counts.
const ROUND_TRIP_MEMORY: Duration = Duration::from_secs(10);
/// How long a sample of the rate counts, at least.
const RATE_MEMORY: Duration = Duration::from_millis(500);

#[derive(Debug)]
struct Sent {
    /// Bytes sent when this frame had been sent.
    end: u64,
    at: Moment,
    /// What had been acknowledged then, and when.
    acknowledged: u64,
    acknowledged_at: Moment,
    /// Its size, if nothing else was under way when it was sent: then no queue of ours delayed it.
    alone: Option<u64>,
}

/// Measures the line and says what may be sent.
#[derive(Debug)]
pub(crate) struct Pacer {
    sent: u64,
    acknowledged: u64,
    acknowledged_at: Moment,
    under_way: VecDeque<Sent>,
    /// (when, bytes per second), the largest first, each newer one smaller.
    rates: VecDeque<(Moment, u64)>,
    /// The rate when so much was under way that it was the line's own: little to send shows little of the line.
    full_rate: Option<u64>,
    /// (when, delay), the smallest first, each newer one larger.
    delays: VecDeque<(Moment, Duration)>,
    /// Still doubling.
    starting: bool,
    /// Waiting until these bytes are acknowledged, to see the round trip without a queue.
    drain_to: Option<u64>,
    /// The largest rate seen a round trip ago, and how often it has not grown since.
    plateau: (u64, u8, Moment),
}

impl Pacer {
    pub(crate) fn new(now: Moment) -> Self {
        Self {
            sent: 0,
            acknowledged: 0,
            acknowledged_at: now,
            under_way: VecDeque::new(),
            rates: VecDeque::new(),
            full_rate: None,
            delays: VecDeque::new(),
            starting: true,
            drain_to: None,
            plateau: (0, 0, now),
        }
    }

    /// Bytes sent and not acknowledged.
    pub(crate) fn in_flight(&self) -> u64 {
        self.sent - self.acknowledged
    }

    /// The smallest recent delay between sending and acknowledgement.
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        self.delays.front().map(|(_, delay)| *delay)
    }

    /// Bytes per second, `None` until measured.
    pub(crate) fn rate(&self) -> Option<u64> {
        self.rates.front().map(|(_, rate)| *rate)
    }

    /// When the oldest unacknowledged frame was sent.
    pub(crate) fn oldest_in_flight(&self) -> Option<Moment> {
        self.under_way.front().map(|frame| frame.at)
    }

    fn window(&self) -> u64 {
        if self.drain_to.is_some() {
            return 0;
        }
        let (Some(rate), Some(round_trip)) = (self.rate(), self.round_trip()) else {
            return INITIAL_WINDOW;
        };
        let window = bytes_in(rate, round_trip + QUEUE);
        if self.starting { window.saturating_mul(2).max(INITIAL_WINDOW) } else { window.max(LEAST_WINDOW) }
    }

    /// Bytes that may be sent now.
    pub(crate) fn credit(&self) -> u64 {
        self.window().saturating_sub(self.in_flight())
    }

    /// The most plaintext bytes of one frame.
    pub(crate) fn record_size(&self) -> usize {
        let size = self.rate().map_or(1_024, |rate| clamp(bytes_in(rate, RECORD)));
        size.clamp(LEAST_RECORD, MAX_SESSION_FRAME)
    }

    /// The room for one update of the picture; `None` while the line is full.
    pub(crate) fn update_room(&self) -> Option<Room> {
        let credit = clamp(self.credit());
        let most = self.rate().map_or(usize::MAX, |rate| clamp(bytes_in(rate, UPDATE)));
        let most = most.clamp(LEAST_UPDATE, MOST_UPDATE);
        let bytes = credit.min(most).max(LEAST_UPDATE);
        (credit >= LEAST_RECORD).then_some(Room { bytes, per_second: self.rate() })
    }

    /// A frame of so many bytes goes out.
    pub(crate) fn on_sent(&mut self, bytes: usize, now: Moment) {
        let alone = (self.in_flight() == 0).then_some(bytes as u64);
        if alone.is_some() {
            // After a pause the next sample must not count the pause.
            self.acknowledged_at = now;
        }
        self.sent += bytes as u64;
        if self.under_way.len() >= MOST_UNDER_WAY
            && let Some(last) = self.under_way.back_mut()
        {
            // Answers go out whatever is under way, so a console that acknowledges nothing could make this grow.
            last.end = self.sent;
            return;
        }
        self.under_way.push_back(Sent {
            end: self.sent,
            at: now,
            acknowledged: self.acknowledged,
            acknowledged_at: self.acknowledged_at,
            alone,
        });
    }

    /// The other end has taken in so many bytes since the start. Returns whether that can be true.
    pub(crate) fn on_acknowledged(&mut self, total: u64, now: Moment) -> bool {
        if total > self.sent {
            return false;
        }
        if total <= self.acknowledged {
            return true;
        }
        let limited_by_line = self.in_flight() * 2 >= self.window();
        self.acknowledged = total;
        self.acknowledged_at = now;
        let mut newest = None;
        while self.under_way.front().is_some_and(|frame| frame.end <= total) {
            newest = self.under_way.pop_front();
        }
        let Some(frame) = newest else { return true };
        let own =
            frame.alone.zip(self.full_rate).map_or(Duration::ZERO, |(bytes, rate)| time_of(bytes, rate));
        self.note_delay(now.saturating_sub(frame.at).saturating_sub(own), now);
        self.note_drain(now);
        let took = now.saturating_sub(frame.acknowledged_at.min(frame.at)).max(Duration::from_micros(100));
        let rate = u64::try_from(u128::from(total - frame.acknowledged) * 1_000_000 / took.as_micros());
        self.note_rate(rate.unwrap_or(u64::MAX), limited_by_line, now);
        true
    }

    fn note_delay(&mut self, delay: Duration, now: Moment) {
        let oldest = now.saturating_sub(ROUND_TRIP_MEMORY);
        while self.delays.len() > 1 && self.delays.front().is_some_and(|(at, _)| *at < oldest) {
            self.delays.pop_front();
        }
        while self.delays.back().is_some_and(|(_, other)| *other >= delay) {
            self.delays.pop_back();
        }
        self.delays.push_back((now, delay));
    }

    /// Now and then, and after the doubling, the line is let run empty: under a standing queue the round trip could
    /// only seem to grow.
    fn note_drain(&mut self, now: Moment) {
        let old = |(at, _): &(Moment, Duration)| now.saturating_sub(*at) > ROUND_TRIP_MEMORY * 8 / 10;
        match self.drain_to {
            Some(end) if self.acknowledged >= end => self.drain_to = None,
            None if !self.starting && self.delays.front().is_some_and(old) => self.drain(),
            Some(_) | None => {}
        }
    }

    /// Control frames go out meanwhile; so it ends with what is under way now, not with nothing under way.
    fn drain(&mut self) {
        if self.in_flight() > 0 {
            self.drain_to = Some(self.sent);
        }
    }

    fn note_rate(&mut self, rate: u64, limited_by_line: bool, now: Moment) {
        if limited_by_line {
            self.full_rate = Some(rate);
        }
        // A sample that does not show the line can raise the estimate, not lower it.
        if !limited_by_line && self.rate().is_some_and(|known| rate <= known) {
            return;
        }
        let memory = RATE_MEMORY.max(self.round_trip().unwrap_or_default() * 10);
        let oldest = now.saturating_sub(memory);
        while self.rates.back().is_some_and(|(_, other)| *other <= rate) {
            self.rates.pop_back();
        }
        self.rates.push_back((now, rate));
        while self.rates.len() > 1 && self.rates.front().is_some_and(|(at, _)| *at < oldest) {
            self.rates.pop_front();
        }
        self.note_plateau(limited_by_line, now);
    }

    /// Doubling ends when three full round trips brought less than a quarter more.
    fn note_plateau(&mut self, limited_by_line: bool, now: Moment) {
        let (Some(rate), Some(round_trip)) = (self.rate(), self.round_trip()) else { return };
        let (best, rounds, since) = self.plateau;
        if !self.starting || !limited_by_line || now.saturating_sub(since) < round_trip {
            return;
        }
        if rate > best + best / 4 {
            self.plateau = (rate, 0, now);
        } else {
            self.plateau = (best, rounds + 1, now);
            self.starting = rounds + 1 < 3;
            if !self.starting {
                self.drain();
            }
        }
    }
}

fn bytes_in(rate: u64, time: Duration) -> u64 {
    u64::try_from(u128::from(rate) * time.as_micros() / 1_000_000).unwrap_or(u64::MAX)
}

fn time_of(bytes: u64, rate: u64) -> Duration {
    let micros = u128::from(bytes) * 1_000_000 / u128::from(rate.max(1));
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

fn clamp(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of this rate and round trip, kept full for so long; gives the pacer and the longest queueing delay in
    /// the second half.
    fn fill(rate: u64, round_trip: Duration, for_how_long: Duration) -> (Pacer, Duration) {
        let mut now = Duration::ZERO;
        let mut pacer = Pacer::new(now);
        let mut acks: VecDeque<(Moment, u64)> = VecDeque::new();
        let (mut free_at, mut sent, mut worst) = (now, 0, Duration::ZERO);
        while now < for_how_long {
            while acks.front().is_some_and(|(at, _)| *at <= now) {
                let (_, total) = acks.pop_front().unwrap();
                assert!(pacer.on_acknowledged(total, now));
            }
            while pacer.credit() > 0 {
                let size = pacer.record_size();
                pacer.on_sent(size, now);
                sent += size as u64;
                let begins = free_at.max(now);
                if now > for_how_long / 2 {
                    worst = worst.max(begins - now);
                }
                free_at = begins + Duration::from_micros(size as u64 * 1_000_000 / rate);
                acks.push_back((free_at + round_trip, sent));
            }
            now += Duration::from_millis(1);
        }
        (pacer, worst)
    }

    #[test]
    fn a_full_line_is_used_and_its_queue_stays_short() {
        for (rate, round_trip) in [(32_000, 40), (250_000, 40), (2_500_000, 20), (2_500_000, 200)] {
            let (pacer, queue) = fill(rate, Duration::from_millis(round_trip), Duration::from_secs(10));
            let measured = pacer.rate().unwrap();
            assert!(measured > rate * 8 / 10 && measured < rate * 12 / 10, "{rate}: {measured}");
            assert!(queue < Duration::from_millis(120), "{rate} at {round_trip} ms: {queue:?}");
            assert!(!pacer.starting);
        }
    }

    #[test]
    fn a_trickle_of_control_frames_does_not_stop_the_picture() {
        // 250 kB/s at 100 ms; a control frame every 16 ms, whatever the credit.
        let (rate, round_trip) = (250_000, Duration::from_millis(100));
        let mut now = Duration::ZERO;
        let mut pacer = Pacer::new(now);
        let mut acks: VecDeque<(Moment, u64)> = VecDeque::new();
        let (mut free_at, mut sent, mut quiet_since, mut longest) = (now, 0, now, Duration::ZERO);
        while now < Duration::from_secs(40) {
            while acks.front().is_some_and(|(at, _)| *at <= now) {
                let (_, total) = acks.pop_front().unwrap();
                assert!(pacer.on_acknowledged(total, now));
            }
            let mut sizes = if now.as_millis().is_multiple_of(16) { vec![8] } else { vec![] };
            if pacer.credit() > 0 {
                sizes.push(pacer.record_size());
                quiet_since = now;
            }
            longest = longest.max(now - quiet_since);
            for size in sizes {
                pacer.on_sent(size, now);
                sent += size as u64;
                free_at = free_at.max(now) + Duration::from_micros(size as u64 * 1_000_000 / rate);
                acks.push_back((free_at + round_trip, sent));
            }
            now += Duration::from_millis(1);
        }
        assert!(longest < Duration::from_millis(400), "{longest:?}");
    }

    #[test]
    fn records_are_at_most_20_ms_long() {
        let (pacer, _) = fill(32_000, Duration::from_millis(40), Duration::from_secs(10));
        assert!(pacer.record_size() <= 800, "{}", pacer.record_size());
        let (pacer, _) = fill(100_000_000, Duration::from_millis(1), Duration::from_secs(1));
        assert_eq!(pacer.record_size(), MAX_SESSION_FRAME);
    }

    #[test]
    fn no_update_is_larger_than_a_console_takes_however_fast_the_line() {
        let (pacer, _) = fill(4_000_000_000, Duration::from_millis(1), Duration::from_secs(1));
        let mut pacer = pacer;
        assert!(pacer.on_acknowledged(pacer.sent, Duration::from_secs(2)));
        assert_eq!(pacer.update_room().map(|room| room.bytes), Some(MAX_UPDATE / 2));
    }

    #[test]
    fn what_was_never_sent_cannot_be_acknowledged() {
        let mut pacer = Pacer::new(Duration::ZERO);
        pacer.on_sent(100, Duration::ZERO);
        assert!(!pacer.on_acknowledged(101, Duration::from_millis(1)));
        assert!(pacer.on_acknowledged(100, Duration::from_millis(1)));
        assert!(pacer.on_acknowledged(50, Duration::from_millis(2)), "an old one is no harm");
        assert_eq!(pacer.in_flight(), 0);
    }

    #[test]
    fn memory_is_bounded_where_nothing_is_acknowledged() {
        let mut pacer = Pacer::new(Duration::ZERO);
        for _ in 0..100_000 {
            pacer.on_sent(10, Duration::ZERO);
        }
        assert_eq!(pacer.under_way.len(), MOST_UNDER_WAY);
        assert_eq!(pacer.in_flight(), 1_000_000);
        assert!(pacer.on_acknowledged(1_000_000, Duration::from_millis(1)));
        assert_eq!((pacer.in_flight(), pacer.oldest_in_flight()), (0, None));
    }

    #[test]
    fn without_acknowledgements_no_more_than_the_window_goes_out() {
        let mut pacer = Pacer::new(Duration::ZERO);
        let mut total = 0;
        while pacer.credit() > 0 {
            pacer.on_sent(1000, Duration::ZERO);
            total += 1000;
        }
        assert!(total < 16_000, "{total}");
        assert_eq!(pacer.update_room(), None);
    }
}
