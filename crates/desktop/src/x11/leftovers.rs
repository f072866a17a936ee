//! Keys and buttons that a killed program left down: the server keeps what XTEST pressed until XTEST releases it.

use x11rb::connection::Connection;
use x11rb::protocol::xinput::{self, ConnectionExt as _, DeviceType, InputStateData};
use x11rb::protocol::xproto::{AtomEnum, BUTTON_RELEASE_EVENT, ConnectionExt as _, KEY_RELEASE_EVENT};
use x11rb::protocol::xtest::ConnectionExt as _;

use super::link::{Asked as _, Link};
use crate::OpenError;

/// Releases every key and button that XTEST's own devices hold down.
pub(super) fn release(link: &Link) -> Result<(), OpenError> {
    let asked = "release keys and buttons";
    link.xinput_xi_query_version(2, 2).asked::<OpenError>(asked)?.reply().asked::<OpenError>(asked)?;
    let mark = link.intern_atom(false, b"XTEST Device").asked::<OpenError>(asked)?;
    let mark = mark.reply().asked::<OpenError>(asked)?.atom;
    let devices = link.xinput_xi_query_device(xinput::Device::ALL).asked::<OpenError>(asked)?;
    for device in devices.reply().asked::<OpenError>(asked)?.infos {
        if !matches!(device.type_, DeviceType::SLAVE_KEYBOARD | DeviceType::SLAVE_POINTER) {
            continue;
        }
        let property = link.xinput_xi_get_property(device.deviceid, false, mark, AtomEnum::ANY.into(), 0, 1);
        // A device that was unplugged meanwhile holds nothing down.
        let Ok(property) = property.asked::<OpenError>(asked)?.reply() else { continue };
        if property.num_items > 0 {
            release_device(link, u8::try_from(device.deviceid).unwrap_or(u8::MAX))?;
        }
    }
    link.get_input_focus().asked::<OpenError>(asked)?.reply().asked::<OpenError>(asked)?;
    Ok(())
}

fn release_device(link: &Link, device: u8) -> Result<(), OpenError> {
    let asked = "release keys and buttons";
    let state = link.xinput_query_device_state(device).asked::<OpenError>(asked)?;
    let Ok(state) = state.reply() else { return Ok(()) };
    for class in state.classes {
        let (event, down) = match class.data {
            InputStateData::Key(keys) => (KEY_RELEASE_EVENT, keys.keys.to_vec()),
            InputStateData::Button(buttons) => (BUTTON_RELEASE_EVENT, buttons.buttons.to_vec()),
            _ => continue,
        };
        for (index, byte) in down.iter().enumerate() {
            for bit in (0..8).filter(|bit| byte & (1 << bit) != 0) {
                let code = u8::try_from(index * 8 + bit).unwrap_or(u8::MAX);
                link.xtest_fake_input(event, code, 0, link.root(), 0, 0, 0).asked::<OpenError>(asked)?;
            }
        }
    }
    link.flush().asked::<OpenError>(asked)
}
