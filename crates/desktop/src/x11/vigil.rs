//! Notices the end of the X server while nothing else is wanted of it.

use x11rb::connection::Connection as _;

use super::link::{Asked as _, Awake, Link};
use crate::{ScreenError, Vigil, Waker};

/// A connection that only waits.
pub(crate) struct X11Vigil(pub(super) Link);

impl Vigil for X11Vigil {
    fn wait(&mut self) -> Result<(), ScreenError> {
        let asked = "stay";
        loop {
            // The server tells everybody of some changes, such as a new keyboard map.
            while self.0.poll_for_event().asked::<ScreenError>(asked)?.is_some() {}
            match self.0.sleep(None).asked::<ScreenError>(asked)? {
                Awake::Woken => return Ok(()),
                Awake::Server | Awake::Timeout => {}
            }
        }
    }

    fn waker(&self) -> Waker {
        self.0.waker()
    }
}
