//! The keyboard of an X11 desktop, through XTEST: keys that follow the letter, and text that arrives exactly.
//!
//! A character that some key types, with some modifiers, in the group that is active, is typed on that key. Any
//! other is taught to an empty key first, see [`spares`]. Before each character the server is asked which group
//! and modifiers are active and which keys are down, because the person may change them at any time.
//!
//! The map is the one of the server's XTEST keyboard: sending from it makes it the map of all programs.

mod keymap;
mod lessons;
mod likely;
mod server;
mod spares;
mod symbols;

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use farhand_proto::input::{Key, NamedKey};

use super::link::Link;
use crate::{InjectError, Interrupter, OpenError};
use keymap::{Keycode, Keymap, Keysym, LOCK, Mods, Strokes};
use server::{Leftovers, Server, State};
use spares::{Full, Lesson, REST, Spares};

/// Empties the keys that a program that was killed or has a guard taught and left, once what it typed was read.
pub(super) fn empty_leftovers(link: Link) -> Result<(), OpenError> {
    let leftovers = Leftovers::find(link)?;
    if leftovers.any()? {
        thread::sleep(REST);
        leftovers.empty()?;
    }
    Ok(())
}

/// How long text waits for the person to release a modifier that would turn it into commands.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it looks meanwhile.
const LOOK: Duration = Duration::from_millis(20);
/// How many states of the keyboard are remembered with all that can be typed in them.
const MAX_TABLES: usize = 16;

/// Presses keys and types text.
pub(super) struct Keyboard {
    server: Server,
    keymap: Keymap,
    spares: Spares,
    /// What can be typed in each group with each set of active modifiers.
    tables: HashMap<(usize, Mods), Strokes>,
    held: Vec<Held>,
    /// How many of the held keys need a key of the keyboard.
    down: HashMap<Keycode, usize>,
    interrupter: Interrupter,
    /// Whether another process takes back what was taught.
    is_guarded: bool,
    has_taught: bool,
}

/// A key that the operator holds.
#[derive(Debug)]
struct Held {
    key: Key,
    keycode: Keycode,
    /// Keys pressed around it for their modifiers.
    around: Vec<Keycode>,
}

impl Keyboard {
    /// With a guard, dropping it leaves to that what was taught, see [`empty_leftovers`].
    pub(super) fn open(link: Link, interrupter: Interrupter, is_guarded: bool) -> Result<Self, OpenError> {
        let mut server = Server::open(link)?;
        let left = server.take_list()?;
        let keymap = server.read_map().map_err(open_error)?;
        let mut spares = Spares::find(&keymap);
        let refused = spares.adopt(&left, &keymap, Instant::now());
        tracing::debug!(spares = spares.count(), left = left.len(), "the keyboard was read");
        let (tables, held, down) = (HashMap::new(), Vec::new(), HashMap::new());
        let mut keyboard =
            Self { server, keymap, spares, tables, held, down, interrupter, is_guarded, has_taught: false };
        if !refused.is_empty() {
            let lessons = refused.into_iter().map(Lesson::nothing).collect::<Vec<_>>();
            keyboard.server.teach(&lessons).map_err(open_error)?;
            keyboard.refresh().map_err(open_error)?;
            keyboard.server.note_taught(&keyboard.spares.taught()).map_err(open_error)?;
        }
        Ok(keyboard)
    }

    /// Whether the server still answers.
    pub(super) fn check(&self) -> Result<(), InjectError> {
        self.server.sync()
    }

    /// Presses a key, and around it the modifiers that its character needs.
    pub(super) fn press(&mut self, key: Key) -> Result<(), InjectError> {
        if self.held.iter().any(|held| held.key == key) {
            return Ok(());
        }
        let state = self.state()?;
        let (keycode, add) = match key {
            Key::Char(character) => self.chord_key(character, &state)?,
            Key::Named(named) => (self.named_key(named, &state)?, 0),
        };
        let around = self.level_keys(add, &state);
        for modifier in &around {
            self.push(*modifier)?;
        }
        self.push(keycode)?;
        self.spares.touch(keycode, state.mods | add, Instant::now());
        self.held.push(Held { key, keycode, around });
        self.server.sync()
    }

    /// Releases a key: the one that was pressed for it, whatever the map says by now.
    pub(super) fn release(&mut self, key: Key) -> Result<(), InjectError> {
        let Some(index) = self.held.iter().position(|held| held.key == key) else { return Ok(()) };
        let held = self.held.remove(index);
        self.pull(held.keycode)?;
        for modifier in held.around.iter().rev() {
            self.pull(*modifier)?;
        }
        self.server.sync()
    }

    /// Releases all keys, the last one first.
    pub(super) fn release_all(&mut self) -> Result<(), InjectError> {
        while let Some(held) = self.held.last() {
            self.release(held.key)?;
        }
        Ok(())
    }

    /// Types text. Modifiers that the operator holds are lifted meanwhile.
    pub(super) fn type_text(&mut self, text: &str) -> Result<(), InjectError> {
        let has_key = |character| symbols::of_character(character).is_some();
        let characters = text.chars().filter(|character| has_key(*character)).collect::<Vec<_>>();
        let mut rest = &characters[..];
        let lifted = self.lift_held()?;
        let mut locks = Locks::default();
        let typed = self.type_all(&mut rest, &mut locks).map_err(|error| match error {
            InjectError::Interrupted { .. } => {
                let mut places = text.char_indices().filter(|(_, character)| has_key(*character));
                let next = places.nth(characters.len() - rest.len());
                InjectError::Interrupted { typed: next.map_or(text.len(), |(place, _)| place) }
            }
            error => error,
        });
        let restored = self.restore(&lifted, &locks);
        typed.and(restored)
    }

    /// Types what is left of a text, and shortens it by what it has typed.
    fn type_all(&mut self, rest: &mut &[char], locks: &mut Locks) -> Result<(), InjectError> {
        let mut waited_since = None;
        while let [character, others @ ..] = *rest {
            if self.interrupter.is_set() {
                return Err(InjectError::Interrupted { typed: 0 });
            }
            let state = self.state()?;
            let command = state.mods & self.keymap.command_mods(state.group);
            if command != 0 {
                let since = *waited_since.get_or_insert_with(Instant::now);
                if since.elapsed() > PATIENCE {
                    return Err(InjectError::ModifierHeld { keys: self.keymap.modifier_names(command) });
                }
                thread::sleep(LOOK);
                continue;
            }
            waited_since = None;
            if let Some((keycode, add)) = self.stroke(*character, &state, state.mods) {
                self.strike(keycode, add, &state)?;
                *rest = others;
            } else if state.mods & LOCK != 0
                && self.stroke(*character, &state, state.mods & !LOCK).is_some()
                && !locks.refused
            {
                // No key gives this character while Caps Lock is on.
                locks.refused = locks.cleared;
                locks.cleared = true;
                self.server.set_caps_lock(false)?;
            } else {
                self.teach(rest, &state)?;
            }
        }
        self.server.sync()
    }

    /// The key for a character and the modifiers to add, while these modifiers are active.
    fn stroke(&mut self, character: char, state: &State, active: Mods) -> Option<(Keycode, Mods)> {
        let ways = self.table(state.group, active).get(&character)?;
        let free = ways.iter().find(|stroke| !state.is_down(stroke.keycode))?;
        Some((free.keycode, free.add))
    }

    fn table(&mut self, group: usize, active: Mods) -> &Strokes {
        if self.tables.len() >= MAX_TABLES {
            self.tables.clear();
        }
        let (keymap, spares) = (&self.keymap, &self.spares);
        let strokes = || keymap.strokes(group, active, |keycode| spares.contains(keycode));
        self.tables.entry((group, active)).or_insert_with(strokes)
    }

    /// Presses and releases a key with modifiers around it.
    fn strike(&mut self, keycode: Keycode, add: Mods, state: &State) -> Result<(), InjectError> {
        let around = self.level_keys(add, state);
        for modifier in &around {
            self.server.key(*modifier, true)?;
        }
        self.server.key(keycode, true)?;
        self.server.key(keycode, false)?;
        for modifier in around.iter().rev() {
            self.server.key(*modifier, false)?;
        }
        self.spares.touch(keycode, state.mods | add, Instant::now());
        Ok(())
    }

    /// Keys that set these modifiers.
    fn level_keys(&self, add: Mods, state: &State) -> Vec<Keycode> {
        let keys = self.keymap.level_keys(state.group);
        keys.iter().filter(|(mask, _)| add & mask != 0).map(|(_, keycode)| *keycode).collect()
    }

    /// Teaches empty keys the first of these characters, and as many of the others as there is room for.
    fn teach(&mut self, characters: &[char], state: &State) -> Result<(), InjectError> {
        let mut wanted: Vec<Keysym> = Vec::new();
        for character in characters {
            let Some(symbol) = symbols::of_character(*character) else { continue };
            let is_first = wanted.is_empty();
            let missing = is_first
                || (self.stroke(*character, state, state.mods & !LOCK).is_none()
                    && !self.spares.knows(symbol));
            if missing && !wanted.contains(&symbol) {
                wanted.push(symbol);
            }
        }
        self.teach_symbols(&wanted, characters.first().copied(), state)
    }

    /// Teaches empty keys the first of these symbols for certain, the others and what is likely to be typed later
    /// where there is room: all of it in one change of the map.
    fn teach_symbols(
        &mut self,
        wanted: &[Keysym],
        character: Option<char>,
        state: &State,
    ) -> Result<(), InjectError> {
        let mut taught = HashMap::new();
        for (index, symbol) in wanted.iter().enumerate() {
            let active = if index == 0 { state.mods } else { 0 };
            let lesson = match self.spares.teach(*symbol, active, wanted, Instant::now()) {
                Err(Full::Until(free)) if index == 0 => {
                    self.sleep_until(free)?;
                    self.spares.teach(*symbol, active, wanted, Instant::now())
                }
                other => other,
            };
            match lesson {
                // Only the last lesson of a key counts: it holds all its symbols.
                Ok(lesson) => drop(taught.insert(lesson.keycode, lesson)),
                Err(_) if index > 0 => break,
                Err(_) => return Err(InjectError::NoFreeKey { character }),
            }
        }
        for character in likely::characters() {
            let Some(symbol) = symbols::of_character(character) else { continue };
            if self.spares.knows(symbol) || self.stroke(character, &state.at_rest(), 0).is_some() {
                continue;
            }
            let Some(lesson) = self.spares.teach_ahead(symbol, Instant::now()) else { break };
            taught.insert(lesson.keycode, lesson);
        }
        self.server.note_taught(&self.spares.taught())?;
        self.server.teach(&taught.into_values().collect::<Vec<_>>())?;
        self.has_taught = true;
        self.refresh()
    }

    /// Whether it changed the map since this was asked last: window managers then have much to do.
    pub(super) fn has_taught(&mut self) -> bool {
        std::mem::take(&mut self.has_taught)
    }

    fn sleep_until(&self, moment: Instant) -> Result<(), InjectError> {
        loop {
            let rest = moment.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Ok(());
            }
            if self.interrupter.is_set() {
                return Err(InjectError::Interrupted { typed: 0 });
            }
            thread::sleep(rest.min(LOOK));
        }
    }

    /// The key of a chord: the one that gives the letter as it is, in this group or, as programs do for commands,
    /// in another one; else one that gives it with modifiers.
    fn chord_key(&mut self, character: char, state: &State) -> Result<(Keycode, Mods), InjectError> {
        let symbol = symbols::of_character(character).ok_or(no_key(character))?;
        let levels = self.keymap.level_keys(state.group).iter().fold(0, |mods, (mask, _)| mods | mask);
        for _ in 0..2 {
            let plain = |keymap: &Keymap, group| keymap.plain_character_key(character, group);
            if let Some(keycode) = plain(&self.keymap, state.group) {
                return Ok((keycode, 0));
            }
            if let Some((keycode, add)) = self.stroke(character, state, state.mods & levels) {
                return Ok((keycode, add));
            }
            for group in (0..4).filter(|group| *group != state.group) {
                if let Some(keycode) = plain(&self.keymap, group) {
                    return Ok((keycode, 0));
                }
                let elsewhere = state.in_group(group);
                if let Some((keycode, add)) = self.stroke(character, &elsewhere, state.mods & levels) {
                    return Ok((keycode, add));
                }
            }
            self.teach_symbols(&[symbol], Some(character), &state.at_rest())?;
        }
        Err(no_key(character))
    }

    fn named_key(&mut self, named: NamedKey, state: &State) -> Result<Keycode, InjectError> {
        let symbols = symbols::of_named(named);
        for _ in 0..2 {
            let plain = symbols.iter().find_map(|symbol| self.keymap.plain_key(*symbol, state.group));
            let found = plain.or_else(|| symbols.iter().find_map(|symbol| self.keymap.any_key(*symbol)));
            if let Some(keycode) = found {
                return Ok(keycode);
            }
            self.teach_symbols(&symbols[..1], None, &state.at_rest())?;
        }
        Err(InjectError::NoFreeKey { character: None })
    }

    /// Releases what the operator holds: modifiers for as long as text is typed, and they are given back to be
    /// pressed again; other keys for good, since a key that is down types nothing.
    fn lift_held(&mut self) -> Result<Vec<Keycode>, InjectError> {
        let is_modifier = |held: &Held| matches!(held.key, Key::Named(named) if named.is_modifier());
        let others =
            self.held.iter().filter(|held| !is_modifier(held)).map(|held| held.key).collect::<Vec<_>>();
        for key in others {
            self.release(key)?;
        }
        let lifted = self.down.keys().copied().collect::<Vec<_>>();
        for keycode in &lifted {
            self.server.key(*keycode, false)?;
        }
        Ok(lifted)
    }

    fn restore(&mut self, lifted: &[Keycode], locks: &Locks) -> Result<(), InjectError> {
        if locks.cleared {
            self.server.set_caps_lock(true)?;
        }
        for keycode in lifted {
            self.server.key(*keycode, true)?;
        }
        self.server.sync()
    }

    /// Presses a key of the keyboard unless it is down already.
    fn push(&mut self, keycode: Keycode) -> Result<(), InjectError> {
        let count = self.down.entry(keycode).or_default();
        *count += 1;
        if *count == 1 { self.server.key(keycode, true) } else { Ok(()) }
    }

    /// Releases a key of the keyboard once nothing needs it any more.
    fn pull(&mut self, keycode: Keycode) -> Result<(), InjectError> {
        let Some(count) = self.down.get_mut(&keycode) else { return Ok(()) };
        *count -= 1;
        if *count > 0 {
            return Ok(());
        }
        self.down.remove(&keycode);
        self.server.key(keycode, false)
    }

    /// What is active now; follows the map if somebody changed it.
    fn state(&mut self) -> Result<State, InjectError> {
        let state = self.server.state()?;
        if self.server.map_changed()? {
            self.refresh()?;
        }
        Ok(state)
    }

    fn refresh(&mut self) -> Result<(), InjectError> {
        self.keymap = self.server.read_map()?;
        self.spares.follow(&self.keymap);
        self.tables.clear();
        Ok(())
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        let taught = self.spares.taught();
        let is_left = self.is_guarded && self.server.keeps_list();
        if taught.is_empty() || is_left || self.server.sync().is_err() {
            return;
        }
        // What was typed last may still be unread.
        if let Some(rested) = self.spares.rested_at() {
            thread::sleep(rested.saturating_duration_since(Instant::now()));
        }
        let emptied = self.server.teach(&self.spares.forget_all());
        if let Err(error) = emptied.and_then(|()| self.server.note_taught(&[])) {
            tracing::debug!(%error, "the keyboard keeps what it was taught");
        }
    }
}

/// What was done to Caps Lock while text is typed.
#[derive(Debug, Default)]
struct Locks {
    cleared: bool,
    /// It came back: the server or the person insists on it.
    refused: bool,
}

fn no_key(character: char) -> InjectError {
    InjectError::NoFreeKey { character: Some(character) }
}

fn open_error(error: InjectError) -> OpenError {
    match error {
        InjectError::Server { what, reason } => {
            OpenError::Screen(crate::ScreenError::Server { what, reason })
        }
        _ => OpenError::Screen(crate::ScreenError::DisplayGone),
    }
}
