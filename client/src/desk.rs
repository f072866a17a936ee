//! The customer's desktop: four threads while a session lasts, a fifth once the clipboard is shared, and one that
//! notices its end at any time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use farhand_desktop::{Options, Waker};
use farhand_peer::client::{Desk, DeskEvent, DeskSender, GoneSender};
use farhand_proto::input::Input;
use farhand_proto::screen::{Room, View};

mod clipboard;
pub(crate) mod guard;
mod hands;
mod presence;
mod show;

use clipboard::LazyClipboard;
use guard::Guard;
use hands::Hands;
use presence::Presence;
use show::Show;

/// Opens the desktop when a session begins and lets go of it when it ends.
pub(crate) struct RealDesk {
    options: Options,
    open: Option<Open>,
    /// Lets go of the last session's desktop: without a guard, taking back keys that were taught takes a moment, for
    /// which nobody waits.
    closing: Option<JoinHandle<()>>,
    watch: Option<Sleeper>,
}

/// A thread that sleeps until there is something to notice. Dropping it ends it.
struct Sleeper {
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

struct Open {
    show: Show,
    hands: Hands,
    _presence: Presence,
    _pulse: Option<Sleeper>,
    clipboard: LazyClipboard,
    /// Ends last: it releases what the hands could not, and takes back what the keyboard was taught.
    _guard: Option<Guard>,
}

impl RealDesk {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, open: None, closing: None, watch: None }
    }

    fn finish_closing(&mut self) {
        if let Some(closing) = self.closing.take() {
            // A thread that panicked has told standard error.
            let _ = closing.join();
        }
    }
}

impl Sleeper {
    fn start(waker: Waker, run: impl FnOnce() + Send + 'static) -> Self {
        Self { waker, thread: Some(std::thread::spawn(run)) }
    }
}

/// Notices the desktop's end; `None` for one that can't go away.
fn watch_over(options: &Options, gone: GoneSender) -> Option<Sleeper> {
    match farhand_desktop::watch_over(options) {
        Ok(None) => None,
        Ok(Some(mut vigil)) => Some(Sleeper::start(vigil.waker(), move || {
            if let Err(error) = vigil.wait() {
                say(&gone, &error);
            }
        })),
        Err(error) => {
            say(&gone, &error);
            None
        }
    }
}

/// Notices when the desktop answers nobody; `None` for one that always answers, or that does not answer this now.
fn feel_pulse(options: &Options, events: DeskSender) -> Option<Sleeper> {
    let mut pulse = farhand_desktop::feel_pulse(options)
        .inspect_err(|error| tracing::warn!(%error, "a desktop that hangs will not be noticed"))
        .ok()
        .flatten()?;
    Some(Sleeper::start(pulse.waker(), move || {
        // Its end is noticed elsewhere.
        while let Ok(Some(answers)) = pulse.change() {
            if !send(&events, DeskEvent::Answers(answers)) {
                return;
            }
        }
    }))
}

/// Says why the desktop is gone. There is room: it is the only thing said.
fn say(gone: &GoneSender, why: &dyn std::error::Error) {
    // A client that has stopped need not hear it.
    let _ = gone.try_send(why.to_string());
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told standard error.
            let _ = thread.join();
        }
    }
}

impl Desk for RealDesk {
    fn watch(&mut self, gone: GoneSender) {
        self.watch = watch_over(&self.options, gone);
    }

    fn open(&mut self, events: DeskSender) {
        self.finish_closing();
        let guard = Guard::start(&self.options);
        let options = Options { is_guarded: guard.is_some(), ..self.options.clone() };
        let desktop = match farhand_desktop::open(&options) {
            Ok(desktop) => desktop,
            Err(error) => {
                // The channel is new, so there is room.
                let _ = events.try_send(DeskEvent::Gone(error.to_string()));
                return;
            }
        };
        self.open = Some(Open {
            show: Show::start(desktop.screen, events.clone()),
            hands: Hands::start(desktop.injector, events.clone()),
            clipboard: LazyClipboard::new(&options, events.clone()),
            _pulse: feel_pulse(&options, events.clone()),
            _presence: Presence::start(desktop.local_input, events),
            _guard: guard,
        });
    }

    fn show(&mut self, generation: u32, view: View) {
        if let Some(open) = &self.open {
            open.show.order(|orders| {
                orders.show = Some((generation, view));
                orders.want = None;
            });
        }
    }

    fn stop(&mut self) {
        if let Some(open) = &self.open {
            open.show.order(|orders| {
                orders.stop = true;
                orders.show = None;
                orders.want = None;
            });
        }
    }

    fn want_update(&mut self, room: Room) {
        if let Some(open) = &self.open {
            open.show.order(|orders| orders.want = Some(room));
        }
    }

    fn inject(&mut self, input: Input) {
        if let Some(open) = &self.open {
            open.hands.inject(input);
        }
    }

    fn set_clipboard(&mut self, text: String) {
        if let Some(clipboard) = self.open.as_mut().and_then(|open| open.clipboard.get()) {
            clipboard.set(text);
        }
    }

    fn watch_clipboard(&mut self, watch: bool) {
        if let Some(clipboard) = self.open.as_mut().and_then(|open| open.clipboard.get()) {
            clipboard.watch(watch);
        }
    }

    fn release_all(&mut self) {
        if let Some(open) = &self.open {
            open.hands.release_all();
        }
    }

    fn close(&mut self) {
        self.finish_closing();
        if let Some(open) = self.open.take() {
            open.hands.release_all();
            self.closing = Some(std::thread::spawn(move || drop(open)));
        }
    }
}

impl Drop for RealDesk {
    fn drop(&mut self) {
        self.close();
        self.finish_closing();
    }
}

/// Sends from a thread of the desk; says whether the session still listens.
fn send(events: &DeskSender, event: DeskEvent) -> bool {
    events.blocking_send(event).is_ok()
}

/// Locks orders. A thread that panicked meanwhile left them as they were, which is as good as any other state.
fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
