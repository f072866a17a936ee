//! The person's own mouse and keyboard, told apart from what is injected.
//!
//! XInput2's raw events name the device they come from. Whatever XTEST sends comes from the server's two XTEST
//! devices, everything else from the person's. A program of the person's that types through XTEST, such as an
//! on-screen keyboard, counts as injected.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{self, ConnectionExt as _, DeviceId, XIEventMask};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};

use super::link::{Asked, Awake, Link};
use crate::{LocalInput, LocalInputError, OpenError, Waker};

/// Watches the person's own devices.
pub(super) struct X11LocalInput {
    link: Link,
    /// Whether a device is one of XTEST's, for those that sent something.
    injects: HashMap<DeviceId, bool>,
    /// The property by which the server marks XTEST's devices.
    mark: u32,
}

impl X11LocalInput {
    pub(super) fn open(link: Link) -> Result<Self, OpenError> {
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
        select(&link, xinput::Device::ALL_MASTER, raw_events()).asked::<OpenError>(asked)?;
        select(&link, xinput::Device::ALL, XIEventMask::HIERARCHY).asked::<OpenError>(asked)?;
        link.flush().asked::<OpenError>(asked)?;
        Ok(Self { link, injects: HashMap::new(), mark })
    }

    /// Reads all events that are here; tells whether one was the person's.
    fn drain(&mut self) -> Result<bool, LocalInputError> {
        let mut acted = false;
        while let Some(event) = self.link.poll_for_event().asked("tell the use of mouse and keyboard")? {
            let source = match event {
                Event::XinputRawKeyPress(event) => event.sourceid,
                Event::XinputRawButtonPress(event) | Event::XinputRawMotion(event) => event.sourceid,
                Event::XinputRawTouchBegin(event) | Event::XinputRawTouchUpdate(event) => event.sourceid,
                Event::XinputHierarchy(_) => {
                    // Numbers of devices are used again.
                    self.injects.clear();
                    continue;
                }
                _ => continue,
            };
            acted |= !self.is_injecting(source)?;
        }
        Ok(acted)
    }

    fn is_injecting(&mut self, device: DeviceId) -> Result<bool, LocalInputError> {
        if let Some(injects) = self.injects.get(&device) {
            return Ok(*injects);
        }
        let property = self.link.xinput_xi_get_property(device, false, self.mark, AtomEnum::ANY.into(), 0, 1);
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

impl LocalInput for X11LocalInput {
    fn wait(&mut self, timeout: Duration) -> Result<bool, LocalInputError> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            if self.drain()? {
                return Ok(true);
            }
            match self.link.sleep(deadline).asked("tell the use of mouse and keyboard")? {
                Awake::Server => {}
                Awake::Woken | Awake::Timeout => return self.drain(),
            }
        }
    }

    fn waker(&self) -> Waker {
        self.link.waker()
    }
}

/// All that a person's hand can cause. Touches come as a set or not at all.
fn raw_events() -> XIEventMask {
    XIEventMask::RAW_KEY_PRESS
        | XIEventMask::RAW_BUTTON_PRESS
        | XIEventMask::RAW_MOTION
        | XIEventMask::RAW_TOUCH_BEGIN
        | XIEventMask::RAW_TOUCH_UPDATE
        | XIEventMask::RAW_TOUCH_END
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
