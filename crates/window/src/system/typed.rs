//! What a key typed at the moment in which it was pressed.
//!
//! Programs that type for somebody (password managers, keyboards on the screen, other remote sessions) put a letter
//! that the keyboard lacks on an unused key, press that, and take the letter away again within milliseconds. An X
//! server tells neither the letter with the key nor what the keyboard was like a moment ago: who asks for it after the
//! key press may find the next letter there, or none.

#[cfg(target_os = "linux")]
pub(crate) use x11::Typed;

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::Typed;

#[cfg(target_os = "linux")]
mod order;

/// Follows the keyboard by the server's own record: who gives which key another meaning, and which keys come to one
/// window, in their order.
#[cfg(target_os = "linux")]
mod x11 {
    use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
    use std::time::{Duration, Instant};

    use winit::event::KeyEvent;
    use winit::keyboard::{Key, PhysicalKey};
    use winit::platform::scancode::PhysicalKeyExtScancode as _;
    use winit::raw_window_handle::{HasWindowHandle, RawWindowHandle};
    use winit::window::Window;
    use x11rb::connection::{Connection as _, RequestConnection as _};
    use x11rb::errors::{ReplyError, ReplyOrIdError};
    use x11rb::protocol::record::{self, CS, Context, ExtRange, Range, Range8, Range16};
    use x11rb::protocol::xkb;
    use x11rb::protocol::xproto::{CHANGE_KEYBOARD_MAPPING_REQUEST, KEY_PRESS_EVENT};
    use x11rb::rust_connection::RustConnection;

    use super::order::{Entry, Order};

    /// The record comes with the key; it is not waited for longer than nobody notices.
    const PATIENCE: Duration = Duration::from_millis(100);
    /// After so many keys in a row that were not in the record, it is no use.
    const MISSES: u32 = 5;
    /// Categories of what is recorded, as the protocol numbers them.
    const FROM_SERVER: u8 = 0;
    const FROM_CLIENT: u8 = 1;
    const END_OF_DATA: u8 = 5;

    /// The record of one window's keys, as long as this lives.
    #[derive(Debug)]
    pub(crate) struct Typed {
        shared: Arc<Shared>,
        control: RustConnection,
        context: Context,
    }

    #[derive(Debug, Default)]
    struct Shared {
        state: Mutex<State>,
        changed: Condvar,
    }

    #[derive(Debug, Default)]
    struct State {
        order: Order<PhysicalKey>,
        /// Keys in a row that were not in the record.
        misses: u32,
        is_over: bool,
    }

    impl Typed {
        /// Starts to follow; `None` where the server keeps no record.
        pub(crate) fn follow(window: &Window) -> Option<Self> {
            let RawWindowHandle::Xlib(handle) = window.window_handle().ok()?.as_raw() else { return None };
            let window = u32::try_from(handle.window).ok()?;
            let (control, context) = match prepare(window) {
                Ok(prepared) => prepared?,
                Err(error) => {
                    tracing::debug!(%error, "the server keeps no record of its keys");
                    return None;
                }
            };
            let (data, _) = x11rb::connect(None).ok()?;
            let shared = Arc::new(Shared::default());
            let teller = Arc::clone(&shared);
            // It ends when the context is freed, or the server is gone.
            std::thread::Builder::new()
                .name("keys".to_owned())
                .spawn(move || {
                    if let Err(error) = hear(&data, context, window, &teller) {
                        tracing::debug!(%error, "the record of the keys has ended");
                    }
                    teller.lock().is_over = true;
                    teller.changed.notify_all();
                })
                .ok()?;
            Some(Self { shared, control, context })
        }

        /// Gives a key press what it typed, where the system may have it wrong.
        pub(crate) fn complete(&self, event: &KeyEvent) -> Option<KeyEvent> {
            let character = self.character(event.physical_key)?;
            let text = character.to_string();
            let mut event = event.clone();
            event.logical_key = Key::Character(text.as_str().into());
            event.text = Some(text.as_str().into());
            Some(event)
        }

        /// The window has got all events that there were for it.
        pub(crate) fn caught_up(&self) {
            self.shared.lock().order.caught_up(Instant::now());
        }

        fn character(&self, key: PhysicalKey) -> Option<char> {
            let due = Instant::now() + PATIENCE;
            let mut state = self.shared.lock();
            loop {
                let now = Instant::now();
                if let Some(typed) = state.order.take(&key) {
                    state.misses = 0;
                    return typed;
                }
                let left = due.saturating_duration_since(now);
                if state.is_over || left.is_zero() {
                    state.misses += 1;
                    state.is_over |= state.misses >= MISSES;
                    return None;
                }
                state =
                    self.shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    impl Drop for Typed {
        fn drop(&mut self) {
            // Where the server is gone, so is the record.
            let _ = record::free_context(&self.control, self.context);
            let _ = self.control.flush();
        }
    }

    impl Shared {
        fn lock(&self) -> MutexGuard<'_, State> {
            // What is in it is whole between any two statements.
            self.state.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    /// A record of what everybody makes of the keyboard, and of the keys that come to the one who has this window.
    fn prepare(window: u32) -> Result<Option<(RustConnection, Context)>, ReplyOrIdError> {
        let Ok((control, _)) = x11rb::connect(None) else { return Ok(None) };
        if control.extension_information(record::X11_EXTENSION_NAME)?.is_none() {
            return Ok(None);
        }
        record::query_version(&control, 1, 13)?.reply()?;
        let keyboard = control.extension_information(xkb::X11_EXTENSION_NAME)?;
        let single = |number: u8| Range8 { first: number, last: number };
        let mut changes =
            vec![Range { core_requests: single(CHANGE_KEYBOARD_MAPPING_REQUEST), ..Range::default() }];
        if let Some(keyboard) = keyboard {
            let major = single(keyboard.major_opcode);
            changes.extend([xkb::SET_MAP_REQUEST, xkb::GET_KBD_BY_NAME_REQUEST].map(u16::from).map(
                |minor| {
                    let minor = Range16 { first: minor, last: minor };
                    Range { ext_requests: ExtRange { major, minor }, ..Range::default() }
                },
            ));
        }
        let mut keys = changes.clone();
        keys.push(Range { delivered_events: single(KEY_PRESS_EVENT), ..Range::default() });
        let context = control.generate_id()?;
        let everybody = u32::from(u8::from(CS::ALL_CLIENTS));
        record::create_context(&control, context, 0, &[everybody], &changes)?.check()?;
        record::register_clients(&control, context, 0, &[window], &keys)?.check()?;
        Ok(Some((control, context)))
    }

    fn hear(data: &RustConnection, context: Context, window: u32, shared: &Shared) -> Result<(), ReplyError> {
        for reply in record::enable_context(data, context)? {
            let reply = reply?;
            let mut rest = reply.data.as_slice();
            match reply.category {
                END_OF_DATA => break,
                FROM_SERVER => {
                    let mut state = shared.lock();
                    while let Some((event, others)) = rest.split_at_checked(32) {
                        rest = others;
                        if let Some(entry) = key(event, window) {
                            state.order.press(entry, Instant::now());
                        }
                    }
                    shared.changed.notify_all();
                }
                FROM_CLIENT => {
                    let mut state = shared.lock();
                    while let Some((request, others)) = request(rest) {
                        rest = others;
                        match mapping(request).filter(|_| !reply.client_swapped) {
                            Some((first, width, symbols)) => {
                                state.order.change(first, width, &symbols, Instant::now());
                            }
                            // The whole keyboard is another one.
                            None => state.order.forget(),
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The key press in an event of this window.
    fn key(event: &[u8], window: u32) -> Option<Entry<PhysicalKey>> {
        // Events that another program sends have the highest bit.
        (event[0] & 0x7f == KEY_PRESS_EVENT).then_some(())?;
        (u32::from_ne_bytes(event[12..16].try_into().ok()?) == window).then_some(())?;
        let (code, state) = (event[1], u16::from_ne_bytes(event[28..30].try_into().ok()?));
        // The kernel counts from eight less.
        let key = PhysicalKey::from_scancode(u32::from(code).saturating_sub(8));
        Some(Entry { key, code, state })
    }

    /// The first request of several.
    fn request(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
        let units = u16::from_ne_bytes(bytes.get(2..4)?.try_into().ok()?);
        // One that is too long for this field is alone.
        bytes.split_at_checked(if units == 0 { bytes.len() } else { usize::from(units) * 4 })
    }

    /// The first key, the symbols of each, and all of them, where a request changes the meaning of keys.
    fn mapping(request: &[u8]) -> Option<(u8, usize, Vec<u32>)> {
        (*request.first()? == CHANGE_KEYBOARD_MAPPING_REQUEST).then_some(())?;
        let (first, width) = (*request.get(4)?, usize::from(*request.get(5)?));
        let symbols = request.get(8..)?.chunks_exact(4);
        let symbols = symbols.filter_map(|symbol| Some(u32::from_ne_bytes(symbol.try_into().ok()?)));
        (width > 0).then(|| (first, width, symbols.collect()))
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use winit::event::KeyEvent;
    use winit::window::Window;

    /// Here a key press comes with what it types.
    #[derive(Debug)]
    pub(crate) enum Typed {}

    impl Typed {
        pub(crate) fn follow(_: &Window) -> Option<Self> {
            None
        }

        pub(crate) fn complete(&self, _: &KeyEvent) -> Option<KeyEvent> {
            match *self {}
        }

        pub(crate) fn caught_up(&self) {
            match *self {}
        }
    }
}
