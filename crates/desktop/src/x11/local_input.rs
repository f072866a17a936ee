//! The person's own mouse and keyboard, told apart from what is injected.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xinput::XIEventMask;

use super::devices::Devices;
use super::link::{Asked as _, Awake, Link};
use crate::{LocalInput, LocalInputError, OpenError, Waker};

/// Watches the person's own devices.
pub(super) struct X11LocalInput {
    link: Link,
    devices: Devices,
}

impl X11LocalInput {
    pub(super) fn open(link: Link) -> Result<Self, OpenError> {
        let devices = Devices::watch(&link, raw_events())?;
        Ok(Self { link, devices })
    }

    /// Reads all events that are here; tells whether one was the person's.
    fn drain(&mut self) -> Result<bool, LocalInputError> {
        let mut acted = false;
        while let Some(event) = self.link.poll_for_event().asked("tell the use of mouse and keyboard")? {
            acted |= self.devices.is_by_hand(&self.link, &event)? == Some(true);
        }
        Ok(acted)
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
