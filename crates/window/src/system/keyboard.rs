//! Takes the keyboard from everybody else.

#[cfg(target_os = "linux")]
pub(crate) use x11::{CAN_CAPTURE, capture_keyboard, release_keyboard};

#[cfg(not(target_os = "linux"))]
pub(crate) use nothing::{CAN_CAPTURE, capture_keyboard, release_keyboard};

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "a grab belongs to the connection that made it, and winit's is Xlib's")]
mod x11 {
    use winit::raw_window_handle::{HasDisplayHandle, HasWindowHandle, RawDisplayHandle, RawWindowHandle};
    use winit::window::Window;
    use x11_dl::xlib;

    use crate::CaptureState;

    pub(crate) const CAN_CAPTURE: bool = true;

    /// Makes every key come to this window until [`release_keyboard`], or until the window is gone.
    pub(crate) fn capture_keyboard(window: &Window) -> CaptureState {
        let Some((xlib, display, id)) = parts(window) else { return CaptureState::Refused };
        // SAFETY: the display is winit's, open as long as the window is; Xlib only sends a request and waits.
        let answer = unsafe {
            let (asynchronous, now) = (xlib::GrabModeAsync, xlib::CurrentTime);
            (xlib.XGrabKeyboard)(display, id, xlib::True, asynchronous, asynchronous, now)
        };
        if answer == xlib::GrabSuccess { CaptureState::Held } else { CaptureState::Refused }
    }

    /// Gives the keyboard back to whom it belongs.
    pub(crate) fn release_keyboard(window: &Window) {
        let Some((xlib, display, _)) = parts(window) else { return };
        // SAFETY: as above; without a grab nothing happens.
        unsafe {
            (xlib.XUngrabKeyboard)(display, xlib::CurrentTime);
            (xlib.XFlush)(display);
        }
    }

    fn parts(window: &Window) -> Option<(xlib::Xlib, *mut xlib::Display, xlib::Window)> {
        let RawDisplayHandle::Xlib(display) = window.display_handle().ok()?.as_raw() else { return None };
        let RawWindowHandle::Xlib(handle) = window.window_handle().ok()?.as_raw() else { return None };
        Some((xlib::Xlib::open().ok()?, display.display?.as_ptr().cast(), handle.window))
    }
}

#[cfg(not(target_os = "linux"))]
mod nothing {
    use winit::window::Window;

    use crate::CaptureState;

    pub(crate) const CAN_CAPTURE: bool = false;

    pub(crate) fn capture_keyboard(_: &Window) -> CaptureState {
        CaptureState::Refused
    }

    pub(crate) fn release_keyboard(_: &Window) {}
}
