//! What the keyboard asks of the X server.

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{self, ConnectionExt as _};
use x11rb::protocol::xkb::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, ModMask, PropMode, Window, WindowClass,
};
use x11rb::protocol::xtest::{self, ConnectionExt as _};
use x11rb::wrapper::ConnectionExt as _;

use super::super::link::{Asked, Link, failed};
use super::keymap::{Keycode, Keymap, LOCK, Mods};
use super::lessons;
use super::spares::Lesson;
use crate::{InjectError, OpenError};

/// The keyboard that programs listen to.
pub(super) const CORE_KEYBOARD: u16 = 0x100;

/// The connection that keys are sent on.
pub(super) struct Server {
    link: Link,
    /// The device that XTEST's keys come from.
    device: u16,
    /// Names the root window's list of taught keys, see [`Server::note_taught`].
    taught: u32,
    /// Whether this connection keeps that list; another program that drives this desktop may.
    keeps_list: bool,
}

/// The taught keys that a killed program left.
#[derive(Debug)]
pub(super) struct Leftovers(Server);

impl Leftovers {
    pub(super) fn find(link: Link) -> Result<Self, OpenError> {
        link.need_extensions(&[xkb::X11_EXTENSION_NAME])?;
        let asked = "give its keyboard";
        link.xkb_use_extension(1, 0).asked::<OpenError>(asked)?.reply().asked::<OpenError>(asked)?;
        let taught = name_of_list(&link)?;
        Ok(Self(Server { link, device: CORE_KEYBOARD, taught, keeps_list: false }))
    }

    /// Whether any key is listed, by whomever.
    pub(super) fn any(&self) -> Result<bool, OpenError> {
        Ok(!self.0.read_list(false)?.is_empty())
    }

    /// Empties them, unless a program that lives keeps the list.
    pub(super) fn empty(&self) -> Result<(), OpenError> {
        if self.0.list_is_kept()? { Ok(()) } else { self.0.empty_listed() }
    }
}

/// What is active on the keyboard.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// The active group.
    pub(super) group: usize,
    /// The active modifiers, however they became so.
    pub(super) mods: Mods,
    down: [u8; 32],
}

impl State {
    /// The same with another group active.
    pub(super) fn in_group(&self, group: usize) -> Self {
        Self { group, ..self.clone() }
    }

    /// The same with nothing pressed.
    pub(super) fn at_rest(&self) -> Self {
        Self { group: self.group, mods: 0, down: [0; 32] }
    }

    /// Whether a key is down, whoever holds it.
    pub(super) fn is_down(&self, keycode: Keycode) -> bool {
        self.down[usize::from(keycode / 8)] & (1 << (keycode % 8)) != 0
    }
}

impl Server {
    pub(super) fn open(link: Link) -> Result<Self, OpenError> {
        link.need_extensions(&[
            xtest::X11_EXTENSION_NAME,
            xkb::X11_EXTENSION_NAME,
            xinput::X11_EXTENSION_NAME,
        ])?;
        let asked = "give its keyboard";
        let xkb =
            link.xkb_use_extension(1, 0).asked::<OpenError>(asked)?.reply().asked::<OpenError>(asked)?;
        if !xkb.supported {
            return Err(OpenError::MissingExtension { name: "XKEYBOARD 1.0" });
        }
        link.xinput_xi_query_version(2, 2).asked::<OpenError>(asked)?.reply().asked::<OpenError>(asked)?;
        let device = xtest_keyboard(&link)?;
        for device in [CORE_KEYBOARD, device] {
            let events = xkb::EventType::NEW_KEYBOARD_NOTIFY | xkb::EventType::MAP_NOTIFY;
            let parts = xkb::MapPart::KEY_TYPES | xkb::MapPart::KEY_SYMS | xkb::MapPart::MODIFIER_MAP;
            let details = xkb::SelectEventsAux::new();
            let none = xkb::EventType::from(0u8);
            link.xkb_select_events(device, none, events, parts, parts, &details).asked::<OpenError>(asked)?;
        }
        let taught = name_of_list(&link)?;
        Ok(Self { link, device, taught, keeps_list: false })
    }

    /// The map of the XTEST keyboard.
    pub(super) fn read_map(&self) -> Result<Keymap, InjectError> {
        Keymap::read(&self.link, self.device)
    }

    /// What is active now.
    pub(super) fn state(&self) -> Result<State, InjectError> {
        let asked = "tell the state of the keyboard";
        let state = self.link.xkb_get_state(CORE_KEYBOARD).asked::<InjectError>(asked)?;
        let down = self.link.query_keymap().asked::<InjectError>(asked)?;
        let state = state.reply().asked::<InjectError>(asked)?;
        let down = down.reply().asked::<InjectError>(asked)?.keys;
        Ok(State { group: usize::from(u8::from(state.group)), mods: bits(state.mods), down })
    }

    /// Whether somebody changed the map since this was asked last. Everything that happened before the last
    /// answer of the server counts.
    pub(super) fn map_changed(&self) -> Result<bool, InjectError> {
        let mut changed = false;
        while let Some(event) = self.link.poll_for_event().asked("describe the keyboard")? {
            match event {
                Event::XkbNewKeyboardNotify(_) | Event::XkbMapNotify(_) | Event::MappingNotify(_) => {
                    changed = true;
                }
                Event::Error(error) => tracing::debug!(?error, "the X server refused a request"),
                _ => {}
            }
        }
        Ok(changed)
    }

    /// Presses or releases a key.
    pub(super) fn key(&self, keycode: Keycode, pressed: bool) -> Result<(), InjectError> {
        let kind = if pressed { KEY_PRESS_EVENT } else { KEY_RELEASE_EVENT };
        let sent = self.link.xtest_fake_input(kind, keycode, x11rb::CURRENT_TIME, x11rb::NONE, 0, 0, 0);
        sent.asked::<InjectError>("press a key")?.ignore_error();
        Ok(())
    }

    /// Switches Caps Lock.
    pub(super) fn set_caps_lock(&self, on: bool) -> Result<(), InjectError> {
        let lock = ModMask::from(LOCK);
        let locks = if on { lock } else { ModMask::from(0u8) };
        let (none, group) = (ModMask::from(0u8), xkb::Group::M1);
        self.link
            .xkb_latch_lock_state(CORE_KEYBOARD, lock, locks, false, group, none, false, 0)
            .asked::<InjectError>("switch Caps Lock")?
            .ignore_error();
        Ok(())
    }

    /// Changes what keys do, and waits until the server has taken it in.
    pub(super) fn teach(&self, lessons: &[Lesson]) -> Result<(), InjectError> {
        lessons::teach(&self.link, lessons)
    }

    /// Lists the taught keys on the root window, so that others can empty them should this program be killed.
    pub(super) fn note_taught(&self, keycodes: &[Keycode]) -> Result<(), InjectError> {
        if !self.keeps_list {
            return Ok(());
        }
        let asked = "keep a list of keys";
        let root = self.link.root();
        let sent = if keycodes.is_empty() {
            self.link.delete_property(root, self.taught)
        } else {
            self.link.change_property8(PropMode::REPLACE, root, self.taught, AtomEnum::CARDINAL, keycodes)
        };
        sent.asked::<InjectError>(asked)?.check().asked::<InjectError>(asked)
    }

    /// Waits until the server has taken in all that was sent.
    pub(super) fn sync(&self) -> Result<(), InjectError> {
        self.link.sync().map_err(|error| failed("take in keys", error))
    }

    /// Whether the list of taught keys is this program's to keep.
    pub(super) fn keeps_list(&self) -> bool {
        self.keeps_list
    }

    /// Becomes the keeper of the list of taught keys unless another program is, and gives the keys that a former
    /// one left.
    pub(super) fn take_list(&mut self) -> Result<Vec<Keycode>, OpenError> {
        let asked = "keep a list of keys";
        if self.list_is_kept()? {
            return Ok(Vec::new());
        }
        let window = self.hidden_window()?;
        self.link
            .set_selection_owner(window, self.taught, x11rb::CURRENT_TIME)
            .asked::<OpenError>(asked)?
            .check()
            .asked::<OpenError>(asked)?;
        self.keeps_list = true;
        self.read_list(false)
    }

    /// Whether a program keeps the list of taught keys. One that was killed no longer does.
    fn list_is_kept(&self) -> Result<bool, OpenError> {
        let asked = "keep a list of keys";
        let owner = self.link.get_selection_owner(self.taught).asked::<OpenError>(asked)?;
        Ok(owner.reply().asked::<OpenError>(asked)?.owner != x11rb::NONE)
    }

    /// Takes the list and empties its keys.
    fn empty_listed(&self) -> Result<(), OpenError> {
        let lessons = self.read_list(true)?.into_iter().map(Lesson::nothing).collect::<Vec<_>>();
        self.teach(&lessons).map_err(super::open_error)
    }

    fn read_list(&self, take: bool) -> Result<Vec<Keycode>, OpenError> {
        let asked = "keep a list of keys";
        let list = self.link.get_property(take, self.link.root(), self.taught, AtomEnum::CARDINAL, 0, 64);
        let list = list.asked::<OpenError>(asked)?.reply().asked::<OpenError>(asked)?;
        Ok(list.value8().into_iter().flatten().collect())
    }

    fn hidden_window(&self) -> Result<Window, OpenError> {
        let asked = "keep a list of keys";
        let window = self.link.generate_id().map_err(|error| {
            OpenError::Screen(crate::ScreenError::Server { what: asked, reason: error.to_string() })
        })?;
        let (root, class) = (self.link.root(), WindowClass::INPUT_ONLY);
        self.link
            .create_window(
                0,
                window,
                root,
                0,
                0,
                1,
                1,
                0,
                class,
                x11rb::COPY_FROM_PARENT,
                &Default::default(),
            )
            .asked::<OpenError>(asked)?
            .check()
            .asked::<OpenError>(asked)?;
        Ok(window)
    }
}

/// Names the list of taught keys: a property of the root window, and the selection that its keeper owns.
fn name_of_list(link: &Link) -> Result<u32, OpenError> {
    let asked = "keep a list of keys";
    let name = link.intern_atom(false, b"_FARHAND_TAUGHT_KEYS").asked::<OpenError>(asked)?;
    Ok(name.reply().asked::<OpenError>(asked)?.atom)
}

/// The server's keyboard for XTEST that belongs to the one programs listen to.
fn xtest_keyboard(link: &Link) -> Result<u16, OpenError> {
    let asked = "list its keyboards";
    let mark = link.intern_atom(false, b"XTEST Device").asked::<OpenError>(asked)?;
    let mark = mark.reply().asked::<OpenError>(asked)?.atom;
    let pointer = link.xinput_xi_get_client_pointer(x11rb::NONE).asked::<OpenError>(asked)?;
    let pointer = pointer.reply().asked::<OpenError>(asked)?;
    let devices = link.xinput_xi_query_device(xinput::Device::ALL).asked::<OpenError>(asked)?;
    let devices = devices.reply().asked::<OpenError>(asked)?.infos;
    let master = devices
        .iter()
        .find(|device| {
            device.type_ == xinput::DeviceType::MASTER_KEYBOARD
                && (!pointer.set || device.attachment == pointer.deviceid)
        })
        .map(|device| device.deviceid);
    let slaves = devices.iter().filter(|device| {
        device.type_ == xinput::DeviceType::SLAVE_KEYBOARD && Some(device.attachment) == master
    });
    for device in slaves {
        let any = AtomEnum::ANY.into();
        let property = link.xinput_xi_get_property(device.deviceid, false, mark, any, 0, 1);
        let property = property.asked::<OpenError>(asked)?.reply().asked::<OpenError>(asked)?;
        if property.num_items > 0 {
            return Ok(device.deviceid);
        }
    }
    Ok(CORE_KEYBOARD)
}

fn bits(mask: ModMask) -> Mods {
    Mods::try_from(u16::from(mask) & 0xff).unwrap_or(0)
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("device", &self.device).finish_non_exhaustive()
    }
}
