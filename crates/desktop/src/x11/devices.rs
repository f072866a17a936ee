//! Which devices are a person's own, and which only carry what programs inject.
//!
//! XInput2's raw events name the device they come from. Whatever XTEST sends comes from the server's XTEST devices,
//! which carry a property that no program can take away or give to others; everything else comes from the person's.
//! A program of the person's that types through XTEST, such as an on-screen keyboard, counts as injected.

use std::collections::HashMap;

use x11rb::protocol::Event;
use x11rb::protocol::xinput::{self, ConnectionExt as _, DeviceId, XIEventMask};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};

use super::link::{Asked as _, Link};
use crate::{LocalInputError, OpenError};

/// Tells the devices apart.
#[derive(Debug)]
pub(super) struct Devices {
    /// Whether a device is one of XTEST's, for those that sent something.
    injects: HashMap<DeviceId, bool>,
    /// The property by which the server marks XTEST's devices.
    mark: u32,
}

impl Devices {
    /// Asks for these raw events of all devices that move the pointer or type.
    pub(super) fn watch(link: &Link, events: XIEventMask) -> Result<Self, OpenError> {
        link.need_extensions(&[xinput::X11_EXTENSION_NAME])?;
        let asked = "tell its version of XInput";
        let version = link.xinput_xi_query_version(2, 2).asked::<OpenError>(asked)?;
        let version = version.reply().asked::<OpenError>(asked)?;
        if (version.major_version, version.minor_version) < (2, 2) {
            return Err(OpenError::MissingExtension { name: "XInput 2.2" });
        }
        let asked = "tell the use of mouse and keyboard";
        let mark = link.intern_atom(false, b"XTEST Device").asked::<OpenError>(asked)?;
        let mark = mark.reply().asked::<OpenError>(asked)?.atom;
        select(link, xinput::Device::ALL_MASTER, events).asked::<OpenError>(asked)?;
        select(link, xinput::Device::ALL, XIEventMask::HIERARCHY).asked::<OpenError>(asked)?;
        // Once this is answered, all that follows is told.
        link.get_input_focus().asked::<OpenError>(asked)?.reply().asked::<OpenError>(asked)?;
        Ok(Self { injects: HashMap::new(), mark })
    }

    /// Whether the person's own device sent this event; `None` when no device did.
    pub(super) fn is_by_hand(&mut self, link: &Link, event: &Event) -> Result<Option<bool>, LocalInputError> {
        let source = match event {
            Event::XinputRawKeyPress(event) | Event::XinputRawKeyRelease(event) => event.sourceid,
            Event::XinputRawButtonPress(event) | Event::XinputRawMotion(event) => event.sourceid,
            Event::XinputRawTouchBegin(event) | Event::XinputRawTouchUpdate(event) => event.sourceid,
            Event::XinputHierarchy(_) => {
                // Numbers of devices are used again.
                self.injects.clear();
                return Ok(None);
            }
            _ => return Ok(None),
        };
        Ok(Some(!self.is_injecting(link, source)?))
    }

    fn is_injecting(&mut self, link: &Link, device: DeviceId) -> Result<bool, LocalInputError> {
        if let Some(injects) = self.injects.get(&device) {
            return Ok(*injects);
        }
        let property = link.xinput_xi_get_property(device, false, self.mark, AtomEnum::ANY.into(), 0, 1);
        let injects = match property.asked("describe a device")?.reply() {
            Ok(property) => property.num_items > 0,
            // A device that is gone again was plugged in by a person.
            Err(x11rb::errors::ReplyError::X11Error(_)) => false,
            Err(error) => return Err(super::link::failed("describe a device", error)),
        };
        tracing::debug!(device, injects, "a device was used");
        self.injects.insert(device, injects);
        Ok(injects)
    }
}

/// Asks for events of devices.
pub(super) fn select(
    link: &Link,
    devices: xinput::Device,
    events: XIEventMask,
) -> Result<(), x11rb::errors::ConnectionError> {
    let mask = xinput::EventMask { deviceid: devices.into(), mask: vec![events] };
    link.xinput_xi_select_events(link.root(), &[mask]).map(x11rb::cookie::VoidCookie::ignore_error)
}
