//! What the tests of this folder share.

use farhand_desktop::{CaptureBackend, Desktop, Options};
use farhand_testkit::x::XServer;

/// Opens the desktop of a server.
pub(crate) fn open(server: &XServer) -> Desktop {
    let options = Options {
        display: Some(server.display().to_owned()),
        capture: CaptureBackend::Default,
        ..Options::default()
    };
    farhand_desktop::open(&options).unwrap()
}
