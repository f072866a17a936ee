//! How often something may happen to one address or operator.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use farhand_proto::time::Moment;

/// So many within any stretch of time of that length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    pub(crate) count: usize,
    pub(crate) window: Duration,
}

impl Quota {
    pub(crate) fn per_minute(count: usize) -> Self {
        Self { count, window: Duration::from_secs(60) }
    }

    pub(crate) fn per_hour(count: usize) -> Self {
        Self { count, window: Duration::from_secs(3600) }
    }
}

/// Counts events exactly, over sliding windows. It remembers [`Limiter::MOST_KEYS`] keys with as many moments each
/// as its largest quota has; beyond that the key that was quiet for longest is forgotten.
#[derive(Debug)]
pub(crate) struct Limiter<K> {
    quotas: Vec<Quota>,
    events: BTreeMap<K, VecDeque<Moment>>,
    by_latest: BTreeSet<(Moment, K)>,
}

impl<K: Copy + Ord> Limiter<K> {
    pub(crate) const MOST_KEYS: usize = 16 * 1024;

    pub(crate) fn new(quotas: Vec<Quota>) -> Self {
        Self { quotas, events: BTreeMap::new(), by_latest: BTreeSet::new() }
    }

    /// How long until one more is allowed; `None` if it is now.
    pub(crate) fn wait(&self, now: Moment, key: K) -> Option<Duration> {
        let events = self.events.get(&key);
        self.quotas.iter().filter_map(|quota| left(*quota, events, now)).max()
    }

    pub(crate) fn record(&mut self, now: Moment, key: K) {
        self.forget_old(now);
        if let Some(latest) = self.events.get(&key).and_then(VecDeque::back) {
            self.by_latest.remove(&(*latest, key));
        } else if self.events.len() >= Self::MOST_KEYS
            && let Some((_, quiet)) = self.by_latest.pop_first()
        {
            self.events.remove(&quiet);
        }
        let most = self.quotas.iter().map(|quota| quota.count).max().unwrap_or(0).max(1);
        let events = self.events.entry(key).or_default();
        if events.len() >= most {
            events.pop_front();
        }
        events.push_back(now);
        self.by_latest.insert((now, key));
    }

    fn forget_old(&mut self, now: Moment) {
        let window = self.quotas.iter().map(|quota| quota.window).max().unwrap_or_default();
        while let Some((latest, key)) = self.by_latest.first()
            && *latest + window <= now
        {
            self.events.remove(key);
            self.by_latest.pop_first();
        }
    }
}

fn left(quota: Quota, events: Option<&VecDeque<Moment>>, now: Moment) -> Option<Duration> {
    if quota.count == 0 {
        return Some(quota.window);
    }
    let events = events?;
    let decisive = *events.get(events.len().checked_sub(quota.count)?)?;
    (decisive + quota.window).checked_sub(now).filter(|left| !left.is_zero())
}

/// A wait in whole seconds as a refusal names it: at least one.
pub(crate) fn in_seconds(wait: Duration) -> u16 {
    u16::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u16::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Moment {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_sixth_of_a_minute_waits_until_the_first_is_a_minute_old() {
        let mut limiter = Limiter::new(vec![Quota::per_minute(5), Quota::per_hour(60)]);
        for second in 0..5 {
            assert_eq!(limiter.wait(at(second), 'a'), None);
            limiter.record(at(second), 'a');
        }
        assert_eq!(limiter.wait(at(4), 'a'), Some(at(56)));
        assert_eq!(limiter.wait(at(4), 'b'), None);
        assert_eq!(limiter.wait(at(60), 'a'), None);
    }

    #[test]
    fn the_hour_counts_as_well() {
        let mut limiter = Limiter::new(vec![Quota::per_minute(5), Quota::per_hour(60)]);
        for minute in 0..60 {
            assert_eq!(limiter.wait(at(minute * 30), 'a'), None);
            limiter.record(at(minute * 30), 'a');
        }
        assert_eq!(limiter.wait(at(1800), 'a'), Some(at(1800)));
        assert_eq!(limiter.wait(at(3600), 'a'), None);
    }

    #[test]
    fn memory_is_bounded_and_the_quietest_goes_first() {
        let mut limiter = Limiter::new(vec![Quota::per_minute(1)]);
        for key in 0..=Limiter::<usize>::MOST_KEYS {
            limiter.record(at(1), key);
        }
        assert_eq!(limiter.events.len(), Limiter::<usize>::MOST_KEYS);
        assert_eq!(limiter.by_latest.len(), Limiter::<usize>::MOST_KEYS);
        assert_eq!(limiter.wait(at(1), 0), None);
        assert!(limiter.wait(at(1), 1).is_some());
        limiter.record(at(100), 7);
        assert_eq!(limiter.events.len(), 1);
    }

    #[test]
    fn a_wait_is_never_zero_seconds() {
        assert_eq!(in_seconds(Duration::ZERO), 1);
        assert_eq!(in_seconds(Duration::from_millis(1001)), 2);
        assert_eq!(in_seconds(Duration::MAX), u16::MAX);
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_its_quota(steps in proptest::collection::vec(0_u64..40, 1..200)) {
            let mut limiter = Limiter::new(vec![Quota::per_minute(3)]);
            let mut now = Duration::ZERO;
            let mut taken: Vec<Moment> = Vec::new();
            for step in steps {
                now += Duration::from_secs(step);
                let within = taken.iter().filter(|moment| **moment + at(60) > now).count();
                prop_assert_eq!(limiter.wait(now, ()).is_none(), within < 3);
                if within < 3 {
                    limiter.record(now, ());
                    taken.push(now);
                }
            }
        }
    }
}
