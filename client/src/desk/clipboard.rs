//! The thread that watches the clipboard and puts the operator's texts there.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use farhand_desktop::{CaptureBackend, Options, Waker};
use farhand_peer::client::{DeskEvent, DeskSender};
use farhand_proto::limits::MAX_CLIPBOARD;

use super::{lock, send};

/// Nothing wakes this thread but the clipboard, orders and the end; the wait only has to be finite.
const LONG: Duration = Duration::from_secs(3600);

/// What the session wants: the newest wish of each kind.
#[derive(Debug, Default)]
struct Orders {
    set: Option<String>,
    watch: bool,
    quit: bool,
}

/// A session's clipboard, which nobody looks at before it is allowed.
pub(super) struct LazyClipboard {
    options: Options,
    events: DeskSender,
    /// `Some(None)` where it can't be used.
    opened: Option<Option<Clipboard>>,
}

impl LazyClipboard {
    pub(super) fn new(options: &Options, events: DeskSender) -> Self {
        Self { options: options.clone(), events, opened: None }
    }

    pub(super) fn get(&mut self) -> Option<&Clipboard> {
        self.opened.get_or_insert_with(|| Clipboard::start(&self.options, self.events.clone())).as_ref()
    }
}

/// The running thread. Dropping it ends it; what it put into the clipboard goes with it.
pub(super) struct Clipboard {
    orders: Arc<Mutex<Orders>>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Clipboard {
    /// `None` where the desktop's clipboard can't be used; the session goes on without.
    fn start(options: &Options, events: DeskSender) -> Option<Self> {
        if options.capture == CaptureBackend::Dummy {
            return None;
        }
        let clipboard = farhand_desktop::Clipboard::open(options.display.as_deref(), MAX_CLIPBOARD)
            .inspect_err(|error| tracing::warn!(%error, "the clipboard stays out of this session"))
            .ok()?;
        let orders = Arc::new(Mutex::default());
        let (waker, theirs) = (clipboard.waker(), Arc::clone(&orders));
        let thread = std::thread::spawn(move || run(clipboard, &theirs, &events));
        Some(Self { orders, waker, thread: Some(thread) })
    }

    pub(super) fn set(&self, text: String) {
        self.order(|orders| orders.set = Some(text));
    }

    pub(super) fn watch(&self, watch: bool) {
        self.order(|orders| orders.watch = watch);
    }

    fn order(&self, change: impl FnOnce(&mut Orders)) {
        change(&mut lock(&self.orders));
        self.waker.wake();
    }
}

impl Drop for Clipboard {
    fn drop(&mut self) {
        self.order(|orders| orders.quit = true);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told standard error.
            let _ = thread.join();
        }
    }
}

fn run(mut clipboard: farhand_desktop::Clipboard, orders: &Mutex<Orders>, events: &DeskSender) {
    loop {
        let (set, watch) = {
            let mut orders = lock(orders);
            if orders.quit {
                return;
            }
            (orders.set.take(), orders.watch)
        };
        clipboard.watch(watch);
        let done = set.map_or(Ok(()), |text| clipboard.set(text)).and_then(|()| clipboard.wait(LONG));
        match done {
            Ok(Some(text)) if lock(orders).watch => {
                if !send(events, DeskEvent::Clipboard(text)) {
                    return;
                }
            }
            Ok(_) => {}
            // The screen's thread tells the session if the desktop is gone.
            Err(error) => return tracing::debug!(%error, "the clipboard is gone"),
        }
    }
}
