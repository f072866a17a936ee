//! Changes of the keyboard and presses of its keys, in the order in which they happened.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use xkeysym::Keysym;

/// A key that has kept its meaning for so long is known to the system as well.
const SETTLED: Duration = Duration::from_secs(1);
/// A press that is so old and was not asked for, though the window has got all its events, was for somebody else,
/// such as an input method.
const STALE: Duration = Duration::from_secs(1);
/// Presses that are remembered: what a program types while the window is busy.
const MAX_WAITING: usize = 8192;
/// The bit of a key's state that says that Shift was down.
const SHIFT: u16 = 1;

/// A key press.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<K> {
    /// As the window knows the key.
    pub(super) key: K,
    /// As the server knows it.
    pub(super) code: u8,
    /// Which modifiers were down, and which of the keyboard's groups was in use.
    pub(super) state: u16,
}

#[derive(Debug)]
struct Waiting<K> {
    key: K,
    code: u8,
    at: Instant,
    /// What the key meant, if that was changed.
    meant: Option<(Option<char>, u64)>,
}

#[derive(Debug)]
struct Change {
    symbols: Vec<u32>,
    at: Instant,
    number: u64,
}

/// What has happened, as far as it still matters.
#[derive(Debug)]
pub(super) struct Order<K> {
    changes: HashMap<u8, Change>,
    count: u64,
    waiting: VecDeque<Waiting<K>>,
}

impl<K> Default for Order<K> {
    fn default() -> Self {
        Self { changes: HashMap::new(), count: 0, waiting: VecDeque::new() }
    }
}

impl<K: PartialEq> Order<K> {
    /// Keys from `first` on mean something else now; each takes `width` of the symbols.
    pub(super) fn change(&mut self, first: u8, width: usize, symbols: &[u32], at: Instant) {
        for (code, symbols) in (first..=u8::MAX).zip(symbols.chunks_exact(width)) {
            self.count += 1;
            self.changes.insert(code, Change { symbols: symbols.to_vec(), at, number: self.count });
        }
    }

    /// The whole keyboard is another one.
    pub(super) fn forget(&mut self) {
        self.changes.clear();
    }

    /// A key was pressed.
    pub(super) fn press(&mut self, entry: Entry<K>, at: Instant) {
        if self.waiting.len() == MAX_WAITING {
            self.waiting.pop_front();
        }
        let change = self.changes.get(&entry.code);
        let meant = change.map(|change| (character(&change.symbols, entry.state), change.number));
        self.waiting.push_back(Waiting { key: entry.key, code: entry.code, at, meant });
    }

    /// The window has got a press of this key. `None`: it is not known here yet. Otherwise the character that it
    /// typed, if the system may not know it.
    #[expect(clippy::option_option, reason = "whether it is known, and whether there is something to say")]
    pub(super) fn take(&mut self, key: &K) -> Option<Option<char>> {
        let index = self.waiting.iter().position(|press| press.key == *key)?;
        // What was pressed before went to somebody else.
        let press = self.waiting.drain(..=index).next_back()?;
        let Some((character, number)) = press.meant else { return Some(None) };
        let is_settled = self.changes.get(&press.code).is_some_and(|change| {
            change.number == number && press.at.saturating_duration_since(change.at) >= SETTLED
        });
        Some(character.filter(|_| !is_settled))
    }
}

impl<K> Order<K> {
    /// The window has got all that there was for it.
    pub(super) fn caught_up(&mut self, now: Instant) {
        while self.waiting.front().is_some_and(|press| now.saturating_duration_since(press.at) >= STALE) {
            self.waiting.pop_front();
        }
    }
}

/// What a key with these symbols types.
fn character(symbols: &[u32], state: u16) -> Option<char> {
    let group = usize::from(state >> 13 & 3);
    let level = usize::from(state & SHIFT);
    // A symbol that is missing is the one of the level or the group before.
    let places = [2 * group + level, 2 * group, level, 0];
    let symbol = places.into_iter().filter_map(|place| symbols.get(place)).find(|symbol| **symbol != 0)?;
    Keysym::new(*symbol).key_char().filter(|character| !character.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: u32 = 0xf1;
    const CAPITAL_N: u32 = 0xd1;

    fn press(order: &mut Order<u8>, code: u8, state: u16, at: Instant) {
        order.press(Entry { key: code, code, state }, at);
    }

    #[test]
    fn a_key_types_what_it_meant_when_it_was_pressed() {
        let (mut order, now) = (Order::default(), Instant::now());
        for symbol in [N, 0x1d8, 0xdf] {
            order.change(8, 1, &[symbol], now);
            press(&mut order, 8, 0, now);
            press(&mut order, 65, 0, now);
            order.change(8, 1, &[0], now);
        }
        let typed: Vec<_> = [8, 65, 8, 65, 8].map(|key| order.take(&key)).to_vec();
        assert_eq!(typed, [Some(Some('ñ')), Some(None), Some(Some('Ř')), Some(None), Some(Some('ß'))]);
        assert_eq!(order.take(&8), None, "there was no other press");
    }

    #[test]
    fn what_went_to_somebody_else_is_passed_over() {
        let (mut order, now) = (Order::default(), Instant::now());
        press(&mut order, 20, 0, now);
        order.change(9, 2, &[N, CAPITAL_N], now);
        press(&mut order, 9, SHIFT, now);
        assert_eq!(order.take(&9), Some(Some('Ñ')));
        assert_eq!(order.take(&20), None);
        press(&mut order, 9, 0, now);
        order.caught_up(now + STALE);
        assert_eq!(order.take(&9), None);
    }

    #[test]
    fn what_has_long_been_so_is_left_to_the_system() {
        let (mut order, now) = (Order::default(), Instant::now());
        order.change(9, 1, &[N], now);
        let later = now + SETTLED;
        press(&mut order, 9, 0, later);
        assert_eq!(order.take(&9), Some(None));
        press(&mut order, 9, 0, later);
        order.change(9, 1, &[0], later);
        assert_eq!(order.take(&9), Some(Some('ñ')), "it has changed since");
        order.forget();
        press(&mut order, 9, 0, later);
        assert_eq!(order.take(&9), Some(None));
    }

    #[test]
    fn symbols_stand_for_shift_and_groups() {
        let symbols = [N, CAPITAL_N, 0xdf, 0];
        assert_eq!(character(&symbols, 0), Some('ñ'));
        assert_eq!(character(&symbols, SHIFT), Some('Ñ'));
        assert_eq!(character(&symbols, 1 << 13 | SHIFT), Some('ß'));
        assert_eq!(character(&[0, 0], 0), None);
        assert_eq!(character(&[0xff0d], 0), None, "Enter types nothing");
    }
}
