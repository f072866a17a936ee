//! What is still to be done when the connection to the display breaks: after that the process ends, for no window of it
//! can be saved.

#[cfg(target_os = "linux")]
pub(crate) use x11::when_display_is_lost;

#[cfg(not(target_os = "linux"))]
pub(crate) use nothing::when_display_is_lost;

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "Xlib ends the process by itself, unless it was told whom to call first")]
mod x11 {
    use std::ffi::c_int;
    use std::panic::{set_hook, take_hook};
    use std::process::exit;
    use std::sync::{Mutex, PoisonError};
    use std::thread::current;

    use x11_dl::xlib;

    use crate::run::Farewell;

    static FAREWELL: Mutex<Option<Farewell>> = Mutex::new(None);

    /// Has this called once when the X server is gone, on the windows' thread; the process ends with what it returns.
    pub(crate) fn when_display_is_lost(farewell: Farewell) {
        *FAREWELL.lock().unwrap_or_else(PoisonError::into_inner) = Some(farewell);
        if let Ok(xlib) = xlib::Xlib::open() {
            // SAFETY: the handler has the type that Xlib asks for, and never returns to it.
            unsafe {
                (xlib.XSetIOErrorHandler)(Some(lost));
            }
        }
        // winit panics where it finds out before Xlib does.
        let (windows, otherwise) = (current().id(), take_hook());
        set_hook(Box::new(move |info| {
            if current().id() == windows && is_gone() {
                end();
            }
            otherwise(info);
        }));
    }

    /// Whether no server answers under the display's name.
    fn is_gone() -> bool {
        let Ok(xlib) = xlib::Xlib::open() else { return false };
        // SAFETY: without a name it is that of the environment; what opens is closed.
        unsafe {
            let display = (xlib.XOpenDisplay)(std::ptr::null());
            if !display.is_null() {
                (xlib.XCloseDisplay)(display);
            }
            display.is_null()
        }
    }

    unsafe extern "C" fn lost(_: *mut xlib::Display) -> c_int {
        end()
    }

    fn end() -> ! {
        let farewell = FAREWELL.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A second call comes from within the first, or after it.
        exit(farewell.map_or(1, |farewell| farewell().into()))
    }
}

#[cfg(not(target_os = "linux"))]
mod nothing {
    use crate::run::Farewell;

    /// Windows of this system do not lose their display.
    pub(crate) fn when_display_is_lost(_: Farewell) {}
}
