//! A chord taken from all other programs.
//!
//! A passive grab brings the key wherever the keyboard's focus is and keeps it from the program there. While another
//! program holds the whole keyboard (an open menu, a screen locker, or somebody who wants to keep the person from
//! ending the session) no passive grab works; raw events still come, so those are looked at as well.

use std::time::{Duration, Instant};

use farhand_proto::input::{Key, NamedKey};
use x11rb::connection::Connection as _;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xinput::XIEventMask;
use x11rb::protocol::xproto::{
    Atom, ConnectionExt as _, CreateWindowAux, GetKeyboardMappingReply, GrabMode, KeyButMask, Keycode,
    ModMask, WindowClass,
};
use xkeysym::Keysym;

use super::devices::Devices;
use super::link::{Asked as _, Awake, FromFailure, Link, failed};
use crate::{Chord, HotKeyError, LocalInputError, OpenError, ScreenError, Waker};

const ASKED: &str = "give a hot key";

/// Within this time of the press before, it is the same one: told twice, or held and repeating.
const SAME: Duration = Duration::from_millis(700);

/// A grabbed chord.
pub(crate) struct X11HotKey {
    link: Link,
    chord: Chord,
    keys: Keys,
    /// Whether the key of each code is down, by the raw events. Asking for the modifiers instead would come too late
    /// for a quick hand.
    down: [bool; 256],
    pressed: Option<Instant>,
}

impl std::fmt::Debug for X11HotKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("X11HotKey").field("chord", &self.chord).finish_non_exhaustive()
    }
}

/// What a chord is on the keyboard as it is mapped now.
#[derive(Debug, PartialEq, Eq)]
struct Keys {
    codes: Vec<Keycode>,
    /// The modifiers that are part of it.
    wanted: u16,
    /// The modifiers that must not be down.
    unwanted: u16,
    /// The modifier keys, each with its modifiers.
    modifiers: Vec<(Keycode, u16)>,
}

impl X11HotKey {
    pub(super) fn grab(link: Link, chords: &[Chord]) -> Result<Self, HotKeyError> {
        // Whose device it is does not matter.
        drop(Devices::watch(&link, XIEventMask::RAW_KEY_PRESS | XIEventMask::RAW_KEY_RELEASE)?);
        let down = keys_down::<OpenError>(&link)?;
        for chord in chords {
            let keys = Keys::find::<OpenError>(&link, *chord)?;
            if !keys.codes.is_empty() && keys.grab::<OpenError>(&link)? {
                mark(&link, *chord)?;
                tracing::debug!(chord = chord.name(), "the hot key is ours");
                return Ok(Self { link, chord: *chord, keys, down, pressed: None });
            }
            tracing::info!(chord = chord.name(), "another program has this hot key, or no key is for it");
        }
        let chords: Vec<_> = chords.iter().map(|chord| chord.name()).collect();
        Err(HotKeyError::Taken { chords: chords.join(", ") })
    }

    pub(crate) fn chord(&self) -> Chord {
        self.chord
    }

    pub(crate) fn waker(&self) -> Waker {
        self.link.waker()
    }

    pub(crate) fn wait(&mut self, timeout: Duration) -> Result<bool, LocalInputError> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            if self.drain()? {
                return Ok(true);
            }
            match self.link.sleep(deadline).asked::<LocalInputError>(ASKED)? {
                Awake::Server => {}
                Awake::Woken | Awake::Timeout => return self.drain(),
            }
        }
    }

    /// Reads all events that are here; tells whether the chord was pressed anew.
    fn drain(&mut self) -> Result<bool, LocalInputError> {
        let mut is_pressed = false;
        while let Some(event) = self.link.poll_for_event().asked::<LocalInputError>(ASKED)? {
            let is_chord = match event {
                Event::KeyPress(event) => {
                    self.keys.codes.contains(&event.detail) && self.keys.fit(event.state)
                }
                Event::XinputRawKeyPress(event) => {
                    let code = self.note(event.detail, true);
                    code.is_some_and(|code| self.keys.codes.contains(&code)) && self.keys.fit_down(&self.down)
                }
                Event::XinputRawKeyRelease(event) => {
                    self.note(event.detail, false);
                    false
                }
                Event::XinputHierarchy(_) => {
                    // A keyboard that was unplugged releases nothing.
                    self.down = keys_down::<LocalInputError>(&self.link)?;
                    false
                }
                Event::MappingNotify(_) => {
                    self.follow_keyboard()?;
                    false
                }
                _ => false,
            };
            if is_chord {
                let now = Instant::now();
                let before = self.pressed.replace(now);
                is_pressed |= before.is_none_or(|before| now.duration_since(before) >= SAME);
            }
        }
        Ok(is_pressed)
    }

    /// Notes that a key goes down or up; gives its code.
    fn note(&mut self, code: u32, is_down: bool) -> Option<Keycode> {
        let code = Keycode::try_from(code).ok()?;
        self.down[usize::from(code)] = is_down;
        Some(code)
    }

    /// Grabs anew if the keyboard's map moved the chord.
    fn follow_keyboard(&mut self) -> Result<(), LocalInputError> {
        let keys = Keys::find::<LocalInputError>(&self.link, self.chord)?;
        if keys == self.keys || keys.codes.is_empty() {
            return Ok(());
        }
        self.keys.release::<LocalInputError>(&self.link)?;
        if !keys.grab::<LocalInputError>(&self.link)? {
            tracing::warn!(chord = self.chord.name(), "another program has the hot key on the new keyboard");
        }
        self.keys = keys;
        Ok(())
    }
}

/// Tells every program that asks whose the chord is, for as long as the connection lives: see [`is_taken`].
fn mark(link: &Link, chord: Chord) -> Result<(), OpenError> {
    let selection = selection::<OpenError>(link, chord)?;
    let window = link
        .generate_id()
        .map_err(|error| OpenError::Screen(ScreenError::Server { what: ASKED, reason: error.to_string() }))?;
    let (depth, visual) = (x11rb::COPY_DEPTH_FROM_PARENT, x11rb::COPY_FROM_PARENT);
    let (class, none) = (WindowClass::INPUT_ONLY, CreateWindowAux::new());
    let created = link.create_window(depth, window, link.root(), 0, 0, 1, 1, 0, class, visual, &none);
    created.asked::<OpenError>(ASKED)?.ignore_error();
    link.set_selection_owner(window, selection, x11rb::CURRENT_TIME)
        .asked::<OpenError>(ASKED)?
        .ignore_error();
    link.flush().asked(ASKED)
}

/// Whether pressing this key now would be a hot key of a program that uses this library.
pub(super) fn is_taken<E: FromFailure>(link: &Link, key: Key) -> Result<bool, E> {
    let Some(chord) = Chord::ALL.into_iter().find(|chord| is_last(*chord, key)) else { return Ok(false) };
    let pointer = link.query_pointer(link.root()).asked::<E>(ASKED)?.reply().asked::<E>(ASKED)?;
    if !Keys::find::<E>(link, chord)?.fit(pointer.mask) {
        return Ok(false);
    }
    let owner = link.get_selection_owner(selection::<E>(link, chord)?).asked::<E>(ASKED)?;
    Ok(owner.reply().asked::<E>(ASKED)?.owner != x11rb::NONE)
}

/// The selection that a chord's owner owns.
fn selection<E: FromFailure>(link: &Link, chord: Chord) -> Result<Atom, E> {
    let name = format!("_FARHAND_HOT_KEY_{}", chord.name().to_uppercase().replace('+', "_"));
    Ok(link.intern_atom(false, name.as_bytes()).asked::<E>(ASKED)?.reply().asked::<E>(ASKED)?.atom)
}

impl Keys {
    fn find<E: FromFailure>(link: &Link, chord: Chord) -> Result<Self, E> {
        let setup = link.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let map = link.get_keyboard_mapping(first, last - first + 1).asked::<E>(ASKED)?;
        let modifiers = link.get_modifier_mapping().asked::<E>(ASKED)?;
        let map = map.reply().asked::<E>(ASKED)?;
        let modifiers = modifiers.reply().asked::<E>(ASKED)?;
        let per_modifier = usize::from(modifiers.keycodes_per_modifier()).max(1);
        let modifiers: Vec<(Keycode, u16)> = (0..u16::BITS)
            .zip(modifiers.keycodes.chunks(per_modifier))
            .flat_map(|(bit, codes)| codes.iter().map(move |code| (*code, 1 << bit)))
            // Empty places are 0.
            .filter(|(code, _)| *code >= first)
            .collect();
        let has =
            |code: Keycode, symbol: Keysym| row(&map, usize::from(code - first)).contains(&symbol.raw());
        // All modifiers that a key with one of these symbols sets.
        let with = |symbols: &[Keysym]| {
            let keys = modifiers.iter().filter(|(code, _)| symbols.iter().any(|symbol| has(*code, *symbol)));
            keys.fold(0, |mask, (_, modifier)| mask | modifier)
        };
        let control = u16::from(ModMask::CONTROL);
        // The right one is another modifier on most layouts. The first three have names of their own.
        let alt = match with(&[Keysym::Alt_L]) & !0b111 {
            0 => u16::from(ModMask::M1),
            alts => 1_u16 << alts.trailing_zeros(),
        };
        let logo = with(&[Keysym::Super_L, Keysym::Super_R]);
        let wanted = control | alt;
        let codes = (first..=last).filter(|code| has(*code, symbol(chord))).collect();
        Ok(Self { codes, wanted, unwanted: (u16::from(ModMask::SHIFT) | logo) & !wanted, modifiers })
    }

    /// Whether these modifiers are the chord's. Locks and levels of the layout don't count.
    fn fit(&self, state: KeyButMask) -> bool {
        u16::from(state) & (self.wanted | self.unwanted) == self.wanted
    }

    /// The same, by which keys are down.
    fn fit_down(&self, down: &[bool; 256]) -> bool {
        let pressed = self.modifiers.iter().filter(|(code, _)| down[usize::from(*code)]);
        self.fit(pressed.fold(0, |state, (_, modifiers)| state | modifiers).into())
    }

    /// Every state of the modifiers in which it is the chord.
    fn states(&self) -> impl Iterator<Item = u16> {
        const ALL: u16 = 0xff;
        let (wanted, unwanted) = (self.wanted, self.unwanted);
        (0..=ALL).filter(move |state| state & (wanted | unwanted) == wanted)
    }

    /// Grabs it in every state; takes back what it got when another program has one of them.
    fn grab<E: FromFailure>(&self, link: &Link) -> Result<bool, E> {
        let mut asked = Vec::new();
        for state in self.states() {
            for code in &self.codes {
                let (root, mode) = (link.root(), GrabMode::ASYNC);
                let grab = link.grab_key(false, root, state.into(), *code, mode, mode);
                asked.push(grab.asked::<E>(ASKED)?);
            }
        }
        let mut is_ours = true;
        for grab in asked {
            match grab.check() {
                Ok(()) => {}
                Err(ReplyError::X11Error(_)) => is_ours = false,
                Err(error) => return Err(failed(ASKED, error)),
            }
        }
        if !is_ours {
            self.release(link)?;
        }
        Ok(is_ours)
    }

    fn release<E: FromFailure>(&self, link: &Link) -> Result<(), E> {
        for state in self.states() {
            for code in &self.codes {
                link.ungrab_key(*code, link.root(), state.into()).asked::<E>(ASKED)?.ignore_error();
            }
        }
        link.flush().asked(ASKED)
    }
}

/// Which keys are down.
fn keys_down<E: FromFailure>(link: &Link) -> Result<[bool; 256], E> {
    let keys = link.query_keymap().asked::<E>(ASKED)?.reply().asked::<E>(ASKED)?.keys;
    Ok(std::array::from_fn(|code| keys[code / 8] & (1 << (code % 8)) != 0))
}

/// The symbols of one key, in all groups and levels.
fn row(map: &GetKeyboardMappingReply, index: usize) -> &[u32] {
    map.keysyms.chunks(usize::from(map.keysyms_per_keycode).max(1)).nth(index).unwrap_or(&[])
}

/// Whether this is the chord's last key, in any of the ways in which operators press it.
fn is_last(chord: Chord, key: Key) -> bool {
    match chord {
        Chord::CtrlAltSpace => matches!(key, Key::Char(' ') | Key::Named(NamedKey::Space)),
        Chord::CtrlAltEnd => key == Key::Named(NamedKey::End),
        Chord::CtrlAltPause => key == Key::Named(NamedKey::Pause),
    }
}

/// The symbol of the chord's last key.
fn symbol(chord: Chord) -> Keysym {
    match chord {
        Chord::CtrlAltSpace => Keysym::space,
        Chord::CtrlAltEnd => Keysym::End,
        // Together with Ctrl the same key is Break; both are on it.
        Chord::CtrlAltPause => Keysym::Pause,
    }
}
