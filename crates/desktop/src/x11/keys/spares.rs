//! Keys that the keyboard's map leaves empty, lent to characters that no key types.
//!
//! A program looks a key up in the map when it reads the event, not when the key was pressed, so a key that is
//! lent to another character too early changes text that is still unread. Hence every character that was taught
//! stays on its key for as long as there is room, the one that rested longest gives way first, and none gives way
//! within [`REST`] of its last use. Each key has room for one character on each of its levels. While it has only
//! one, that one stands on all of them, so that modifiers held by the person don't matter.
//!
//! A change of the map costs all programs the same, however much it teaches. So the first one also teaches what is
//! likely to be typed later, as far as there is room; that gives way to anything that is typed.

use std::time::{Duration, Instant};

use super::keymap::{Keycode, Keymap, Keysym, LOCK, Mods, SHIFT};

/// How long a taught character stays after its last use, whatever else is wanted.
pub(super) const REST: Duration = Duration::from_secs(2);

/// The keycode that stands for key number 0 of the kernel, which some programs take for no key.
const RESERVED: Keycode = 8;

/// The empty keys and what each was taught.
#[derive(Debug)]
pub(super) struct Spares {
    spares: Vec<Spare>,
    kind: Kind,
}

/// One empty key.
#[derive(Debug)]
struct Spare {
    keycode: Keycode,
    slots: Vec<Slot>,
}

/// One level of an empty key.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    symbol: Keysym,
    used: Option<Instant>,
}

/// The type that taught keys get.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kind {
    /// Its place among the server's types.
    index: u8,
    /// How many symbols a key of it holds.
    width: usize,
    /// The levels that can be reached: each with its modifiers.
    levels: Vec<(usize, Mods)>,
}

/// What one key is to be taught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lesson {
    /// The key.
    pub(super) keycode: Keycode,
    /// The place of the key's type among the server's types.
    pub(super) kind: u8,
    /// The symbol of each level; none empties the key.
    pub(super) symbols: Vec<Keysym>,
}

impl Lesson {
    /// What empties a key.
    pub(super) fn nothing(keycode: Keycode) -> Self {
        Self { keycode, kind: 0, symbols: Vec::new() }
    }
}

/// No key can be lent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// One is free from then on.
    Until(Instant),
    /// The keyboard has no empty key.
    NoKeys,
}

impl Spares {
    /// The empty keys of a map.
    pub(super) fn find(keymap: &Keymap) -> Self {
        let mut spares = Self { spares: Vec::new(), kind: Kind::best(keymap) };
        spares.follow(keymap);
        spares
    }

    fn add(&mut self, keycode: Keycode) {
        self.spares.push(Spare { keycode, slots: vec![Slot::default(); self.kind.levels.len()] });
    }

    /// Follows a map that somebody else changed: keys may have become used or empty, or have forgotten what they
    /// were taught.
    pub(super) fn follow(&mut self, keymap: &Keymap) {
        let kind = Kind::best(keymap);
        if kind != self.kind {
            self.kind = kind;
            for spare in &mut self.spares {
                // The moments of use stay: what was typed may still be unread.
                let used = spare.slots.iter().filter_map(|slot| slot.used).max();
                spare.slots = vec![Slot { symbol: 0, used }; self.kind.levels.len()];
            }
        }
        let kind = self.kind.clone();
        self.spares.retain_mut(|spare| {
            let key = keymap.key(spare.keycode);
            if key.is_unused() {
                for slot in &mut spare.slots {
                    slot.symbol = 0;
                }
                return true;
            }
            let symbols = spare.symbols(&kind);
            key.groups.len() == 1 && key.groups[0] == (usize::from(kind.index), symbols)
        });
        for keycode in keymap.keycodes() {
            if keycode != RESERVED && keymap.key(keycode).is_unused() && !self.contains(keycode) {
                self.add(keycode);
            }
        }
    }

    /// How many keys there are to lend.
    pub(super) fn count(&self) -> usize {
        self.spares.len()
    }

    /// Whether a key is one of the lent or empty ones.
    pub(super) fn contains(&self, keycode: Keycode) -> bool {
        self.spares.iter().any(|spare| spare.keycode == keycode)
    }

    /// All keys that are taught something.
    pub(super) fn taught(&self) -> Vec<Keycode> {
        let taught = self.spares.iter().filter(|spare| spare.slots.iter().any(|slot| slot.symbol != 0));
        taught.map(|spare| spare.keycode).collect()
    }

    /// Whether a symbol is taught already.
    pub(super) fn knows(&self, symbol: Keysym) -> bool {
        self.spares.iter().any(|spare| spare.slots.iter().any(|slot| slot.symbol == symbol))
    }

    /// Notes that a key was pressed while these modifiers were active.
    pub(super) fn touch(&mut self, keycode: Keycode, active: Mods, now: Instant) {
        let Some(spare) = self.spares.iter_mut().find(|spare| spare.keycode == keycode) else { return };
        let wanted = self.kind.levels.iter().fold(0, |mods, (_, mask)| mods | mask) & active;
        for (slot, (_, mods)) in spare.slots.iter_mut().zip(&self.kind.levels) {
            if *mods == wanted {
                slot.used = Some(now);
            }
        }
    }

    /// When the last of what was typed on lent keys has rested.
    pub(super) fn rested_at(&self) -> Option<Instant> {
        let used = self.spares.iter().flat_map(|spare| &spare.slots).filter_map(|slot| slot.used);
        used.max().map(|used| used + REST)
    }

    /// Finds room for a symbol where it can be typed while these modifiers are active, and tells what its key must be
    /// taught. Symbols in `keep` don't give way.
    pub(super) fn teach(
        &mut self,
        symbol: Keysym,
        active: Mods,
        keep: &[Keysym],
        now: Instant,
    ) -> Result<Lesson, Full> {
        let (spare, slot) = self.room(active, keep, now)?;
        let spare = &mut self.spares[spare];
        spare.slots[slot] = Slot { symbol, used: None };
        Ok(spare.lesson(&self.kind))
    }

    /// The same for a symbol that may be wanted later, if there is an empty place.
    pub(super) fn teach_ahead(&mut self, symbol: Keysym, now: Instant) -> Option<Lesson> {
        let (spare, slot) = self.room(0, &[], now).ok()?;
        if self.spares[spare].slots[slot].symbol != 0 {
            return None;
        }
        self.teach(symbol, 0, &[], now).ok()
    }

    /// Takes over keys that a program before this one taught and gives those that must be emptied instead. What was
    /// typed with them may still be unread.
    pub(super) fn adopt(&mut self, listed: &[Keycode], keymap: &Keymap, now: Instant) -> Vec<Keycode> {
        let mut refused = Vec::new();
        for keycode in listed.iter().copied().filter(|keycode| !keymap.key(*keycode).is_unused()) {
            match &keymap.key(keycode).groups[..] {
                [(kind, symbols)]
                    if *kind == usize::from(self.kind.index)
                        && symbols.len() == self.kind.width
                        && Spare::taught(keycode, symbols, &self.kind, now).symbols(&self.kind)
                            == *symbols =>
                {
                    self.spares.push(Spare::taught(keycode, symbols, &self.kind, now));
                }
                _ => refused.push(keycode),
            }
        }
        refused
    }

    /// What empties all keys again.
    pub(super) fn forget_all(&mut self) -> Vec<Lesson> {
        let taught = self.taught();
        for spare in &mut self.spares {
            spare.slots.fill(Slot::default());
        }
        taught.into_iter().map(Lesson::nothing).collect()
    }

    /// The best place: an empty key, else an empty level, else the one that rested longest.
    fn room(&self, active: Mods, keep: &[Keysym], now: Instant) -> Result<(usize, usize), Full> {
        let mut best = None;
        let empty = self.spares.iter().filter(|spare| spare.slots[0].symbol == 0).count();
        let is_last = empty == 1 && self.spares.len() > 1;
        for (index, spare) in self.spares.iter().enumerate() {
            for (level, slot) in spare.slots.iter().enumerate() {
                let rank = match slot.symbol {
                    _ if !spare.is_reached(level, active, &self.kind) => continue,
                    // Other programs that type need an empty key as well.
                    0 if level == 0 && is_last => continue,
                    0 if level == 0 => 0,
                    0 if spare.slots[0].symbol != 0 => 1,
                    // The first level is filled first: it stands in for the others.
                    0 => continue,
                    symbol if keep.contains(&symbol) => continue,
                    _ => 2,
                };
                let used = spare.last_use(level);
                let is_tired = spare.is_tired(level, now);
                // The likeliest was taught first: keys from the first on, then their higher levels.
                let order = if rank == 2 { (usize::MAX - level, usize::MAX - index) } else { (index, level) };
                let candidate = (is_tired, if is_tired { 0 } else { rank }, used, order, (index, level));
                if best.is_none_or(|best| candidate < best) {
                    best = Some(candidate);
                }
            }
        }
        match best {
            None => Err(Full::NoKeys),
            Some((true, _, Some(used), ..)) => Err(Full::Until(used + REST)),
            Some((.., place)) => Ok(place),
        }
    }
}

impl Spare {
    /// A key that gives these symbols, as if they had just been typed.
    fn taught(keycode: Keycode, symbols: &[Keysym], kind: &Kind, now: Instant) -> Self {
        let slot = |(level, _): &(usize, Mods)| {
            let symbol = symbols[*level];
            let stands_in = *level > 0 && symbol == symbols[0];
            Slot { symbol: if stands_in { 0 } else { symbol }, used: Some(now) }
        };
        Self { keycode, slots: kind.levels.iter().map(slot).collect() }
    }

    /// Whether something taught here could be typed while these modifiers are active.
    fn is_reached(&self, level: usize, active: Mods, kind: &Kind) -> bool {
        let is_alone = (0..self.slots.len()).all(|other| other == level || self.slots[other].symbol == 0);
        let wanted = kind.levels.iter().fold(0, |mods, (_, mask)| mods | mask) & active;
        (level == 0 && is_alone) || kind.levels[level].1 & wanted == wanted
    }

    /// Whether what stands on a level may still be unread.
    fn is_tired(&self, level: usize, now: Instant) -> bool {
        self.last_use(level).is_some_and(|used| used + REST > now)
    }

    /// When what stands on a level was last used. The first symbol stands on the empty levels too.
    fn last_use(&self, level: usize) -> Option<Instant> {
        let alike = |other: &usize| *other == level || (level == 0 && self.slots[*other].symbol == 0);
        (0..self.slots.len()).filter(alike).filter_map(|other| self.slots[other].used).max()
    }

    fn symbols(&self, kind: &Kind) -> Vec<Keysym> {
        let mut symbols = vec![self.slots[0].symbol; kind.width];
        for (slot, (level, _)) in self.slots.iter().zip(&kind.levels) {
            if slot.symbol != 0 {
                symbols[*level] = slot.symbol;
            }
        }
        symbols
    }

    fn lesson(&self, kind: &Kind) -> Lesson {
        Lesson { keycode: self.keycode, kind: kind.index, symbols: self.symbols(kind) }
    }
}

impl Kind {
    /// The type with the most levels among those that Shift and the third-level key choose and Caps Lock does not.
    fn best(keymap: &Keymap) -> Self {
        let keys = keymap.level_keys(0);
        let third = keys.iter().map(|(mask, _)| *mask).find(|mask| *mask != SHIFT);
        let mut wanted = vec![0];
        if keys.iter().any(|(mask, _)| *mask == SHIFT) {
            wanted.push(SHIFT);
            wanted.extend(third);
            wanted.extend(third.map(|third| third | SHIFT));
        }
        let mut best = Self { index: 0, width: 1, levels: vec![(0, 0)] };
        for (index, key_type) in keymap.types().iter().enumerate() {
            let Ok(index) = u8::try_from(index) else { break };
            let usable = wanted.iter().fold(0, |mods, mask| mods | mask);
            if key_type.mask & !usable != 0 || key_type.mask & LOCK != 0 {
                continue;
            }
            let mut levels: Vec<(usize, Mods)> = Vec::new();
            for mods in wanted.iter().filter(|mods| *mods & !key_type.mask == 0) {
                let (level, _) = key_type.level(*mods);
                if !levels.iter().any(|(known, _)| *known == level) {
                    levels.push((level, *mods));
                }
            }
            let is_exact = levels.len() == key_type.levels && levels.first() == Some(&(0, 0));
            if is_exact && levels.len() > best.levels.len() {
                best = Self { index, width: key_type.levels, levels };
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::super::keymap::tests::sample;
    use super::*;

    #[test]
    fn the_first_symbol_stands_on_every_level_until_others_need_them() {
        let keymap = sample();
        let mut spares = Spares::find(&keymap);
        let now = Instant::now();
        let first = spares.teach(100, 0, &[], now).unwrap();
        assert_eq!((first.keycode, first.kind, &first.symbols[..]), (16, 3, &[100, 100, 100, 100][..]));
        let second = spares.teach(101, 0, &[], now).unwrap();
        assert_eq!(&second.symbols[..], [100, 101, 100, 100]);
        assert!(spares.knows(100) && spares.knows(101) && !spares.knows(102));
    }

    #[test]
    fn nothing_gives_way_before_it_has_rested() {
        let keymap = sample();
        let mut spares = Spares::find(&keymap);
        let start = Instant::now();
        let level3 = 0x80;
        for (symbol, mods) in [(100, 0), (101, SHIFT), (102, level3), (103, SHIFT | level3)] {
            let lesson = spares.teach(symbol, 0, &[], start).unwrap();
            spares.touch(lesson.keycode, mods, start + Duration::from_millis(u64::from(symbol)));
        }
        let oldest = start + Duration::from_millis(100) + REST;
        assert_eq!(spares.teach(104, 0, &[], start + Duration::from_millis(200)), Err(Full::Until(oldest)));
        let lesson = spares.teach(104, 0, &[], oldest).unwrap();
        assert_eq!(&lesson.symbols[..], [104, 101, 102, 103]);
        let kept = spares.teach(105, 0, &[104, 101], oldest + Duration::from_millis(10)).unwrap();
        assert_eq!(&kept.symbols[..], [104, 101, 105, 103]);
    }

    #[test]
    fn a_level_that_showed_the_first_symbol_rests_before_it_is_taught_another() {
        let keymap = sample();
        let mut spares = Spares::find(&keymap);
        let now = Instant::now();
        spares.teach(100, 0, &[], now).unwrap();
        for mods in [0, SHIFT, 0x80, SHIFT | 0x80] {
            spares.touch(16, mods, now);
        }
        assert_eq!(spares.teach(101, 0, &[], now), Err(Full::Until(now + REST)));
    }

    #[test]
    fn a_keyboard_without_empty_keys_says_so() {
        let mut keymap = sample();
        keymap.set(16, SOMETHING);
        let mut spares = Spares::find(&keymap);
        assert_eq!(spares.teach(100, 0, &[], Instant::now()), Err(Full::NoKeys));
    }

    #[test]
    fn what_others_do_to_the_map_is_followed() {
        let mut keymap = sample();
        let mut spares = Spares::find(&keymap);
        let lesson = spares.teach(100, 0, &[], Instant::now()).unwrap();
        keymap.set(16, &[(usize::from(lesson.kind), &lesson.symbols)]);
        spares.follow(&keymap);
        assert!(spares.knows(100));
        // Somebody emptied the map, then gave the key to somebody else.
        keymap.set(16, &[]);
        spares.follow(&keymap);
        assert!(spares.contains(16) && !spares.knows(100));
        keymap.set(16, SOMETHING);
        spares.follow(&keymap);
        assert!(!spares.contains(16));
    }

    const SOMETHING: &[(usize, &[Keysym])] = &[(0, &[0x61])];
}
