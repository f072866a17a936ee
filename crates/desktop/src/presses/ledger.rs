//! The presses of devices that have vouched for nothing yet.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long a press of a device can vouch for one in a window.
const FRESH: Duration = Duration::from_secs(1);

/// How long after an injected press no press of that kind counts.
const TAINTED: Duration = Duration::from_millis(500);

/// The most presses that are kept of a kind: more than anybody makes in a second.
const MOST: usize = 32;

/// What a device pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// Some button.
    Button,
    /// The key of this code.
    Key(u32),
    /// A screen.
    Touch,
}

/// Whose device it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Device {
    /// The person's own.
    Hand,
    /// One through which programs inject.
    Program,
}

/// Keeps what the devices pressed.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    buttons: Kind,
    keys: Kind,
    touches: Kind,
}

#[derive(Debug, Default)]
struct Kind {
    injected_at: Option<Instant>,
    /// Oldest first.
    unspent: VecDeque<(Pressed, Instant)>,
}

impl Ledger {
    /// Notes a press of a device.
    pub(crate) fn note(&mut self, pressed: Pressed, device: Device, now: Instant) {
        let kind = self.kind(pressed);
        match device {
            Device::Program => {
                kind.injected_at = Some(now);
                kind.unspent.clear();
            }
            Device::Hand => {
                let since = kind.injected_at.map(|injected| now.saturating_duration_since(injected));
                if since.is_some_and(|since| since < TAINTED) {
                    return;
                }
                if kind.unspent.len() == MOST {
                    kind.unspent.pop_front();
                }
                kind.unspent.push_back((pressed, now));
            }
        }
    }

    /// Whether a press of the person's stands for this one; it does so for no other.
    pub(crate) fn vouch(&mut self, pressed: Pressed, now: Instant) -> bool {
        let unspent = &mut self.kind(pressed).unspent;
        while unspent.front().is_some_and(|(_, at)| now.saturating_duration_since(*at) > FRESH) {
            unspent.pop_front();
        }
        let found = unspent.iter().position(|(one, _)| *one == pressed);
        found.is_some_and(|index| unspent.remove(index).is_some())
    }

    fn kind(&mut self, pressed: Pressed) -> &mut Kind {
        match pressed {
            Pressed::Button => &mut self.buttons,
            Pressed::Key(_) => &mut self.keys,
            Pressed::Touch => &mut self.touches,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Pressed; 3] = [Pressed::Button, Pressed::Key(65), Pressed::Touch];

    fn after(start: Instant, milliseconds: u64) -> Instant {
        start + Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_press_vouches_once_and_not_for_long() {
        for pressed in KINDS {
            let start = Instant::now();
            let mut ledger = Ledger::default();
            assert!(!ledger.vouch(pressed, start), "nobody pressed");
            ledger.note(pressed, Device::Hand, start);
            assert!(ledger.vouch(pressed, after(start, 1000)));
            assert!(!ledger.vouch(pressed, after(start, 1000)), "it was used up");
            ledger.note(pressed, Device::Hand, start);
            assert!(!ledger.vouch(pressed, after(start, 1001)), "it was too long ago");
        }
    }

    #[test]
    fn kinds_and_keys_vouch_only_for_their_own() {
        let start = Instant::now();
        for pressed in KINDS {
            let mut ledger = Ledger::default();
            ledger.note(pressed, Device::Hand, start);
            for other in [Pressed::Button, Pressed::Key(65), Pressed::Key(66), Pressed::Touch] {
                if other != pressed {
                    assert!(!ledger.vouch(other, start), "{pressed:?} for {other:?}");
                }
            }
            assert!(ledger.vouch(pressed, start));
        }
    }

    #[test]
    fn presses_that_come_together_vouch_each_for_itself() {
        let start = Instant::now();
        let mut ledger = Ledger::default();
        for key in [50, 23, 23] {
            ledger.note(Pressed::Key(key), Device::Hand, start);
        }
        let vouched = [50, 23, 23, 23].map(|key| ledger.vouch(Pressed::Key(key), start));
        assert_eq!(vouched, [true, true, true, false]);
    }

    #[test]
    fn an_injected_press_takes_the_persons_with_it() {
        for pressed in KINDS {
            let start = Instant::now();
            let mut ledger = Ledger::default();
            ledger.note(pressed, Device::Hand, start);
            ledger.note(pressed, Device::Program, after(start, 10));
            assert!(!ledger.vouch(pressed, after(start, 11)), "the person's was before");
            ledger.note(pressed, Device::Hand, after(start, 509));
            assert!(!ledger.vouch(pressed, after(start, 900)), "and within half a second after");
            ledger.note(pressed, Device::Hand, after(start, 510));
            assert!(ledger.vouch(pressed, after(start, 511)), "later ones count again");
        }
        let start = Instant::now();
        let mut ledger = Ledger::default();
        ledger.note(Pressed::Button, Device::Hand, start);
        ledger.note(Pressed::Key(65), Device::Program, start);
        assert!(ledger.vouch(Pressed::Button, start), "another kind is not concerned");
    }

    #[test]
    fn a_flood_keeps_the_newest() {
        let start = Instant::now();
        let mut ledger = Ledger::default();
        for key in 0..40 {
            ledger.note(Pressed::Key(key), Device::Hand, start);
        }
        assert!(!ledger.vouch(Pressed::Key(7), start));
        assert!(ledger.vouch(Pressed::Key(8), start) && ledger.vouch(Pressed::Key(39), start));
    }
}
