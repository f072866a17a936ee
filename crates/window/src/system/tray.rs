//! The icon among the desktop's own.

#[cfg(target_os = "linux")]
pub(crate) use notifier::Item;

#[cfg(not(target_os = "linux"))]
pub(crate) use nothing::Item;

/// A StatusNotifierItem, on a thread of its own.
#[cfg(target_os = "linux")]
mod notifier {
    use std::sync::atomic::{AtomicU8, Ordering};
    use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

    use ksni::blocking::TrayMethods as _;
    use ksni::menu::StandardItem;
    use ksni::{Icon, MenuItem, OfflineReason, ToolTip};

    use crate::tray::{TrayEvent, TrayPause, TrayPlace, TrayState};

    /// The sides of the icon's pictures, in pixels: what panels use at 1x, 1.5x and 2x.
    const SIDES: [usize; 4] = [22, 32, 44, 64];

    type Hear = Box<dyn Fn(TrayEvent) + Send>;

    /// What the window's thread holds.
    #[derive(Debug)]
    pub(crate) struct Item {
        shared: Arc<Shared>,
    }

    #[derive(Debug)]
    struct Shared {
        place: Place,
        next: Mutex<Next>,
        changed: Condvar,
    }

    /// What the thread does next.
    #[derive(Debug)]
    enum Next {
        Wait,
        Show(TrayState),
        End,
    }

    /// Where the icon is, as a number of [`TrayPlace`].
    #[derive(Debug)]
    struct Place(AtomicU8);

    impl Place {
        fn set(&self, place: TrayPlace) {
            self.0.store(place as u8, Ordering::Release);
        }

        fn get(&self) -> TrayPlace {
            let number = self.0.load(Ordering::Acquire);
            [TrayPlace::Asking, TrayPlace::Shown, TrayPlace::NoPanel]
                .into_iter()
                .find(|place| *place as u8 == number)
                .unwrap_or(TrayPlace::Nowhere)
        }
    }

    impl Item {
        pub(crate) fn open(program: &str, state: TrayState, hear: Hear) -> Self {
            let shared = Arc::new(Shared {
                place: Place(AtomicU8::new(TrayPlace::Asking as u8)),
                next: Mutex::new(Next::Wait),
                changed: Condvar::new(),
            });
            let shown = Shown {
                program: program.to_owned(),
                icons: pictures(&state),
                state,
                hear,
                shared: shared.clone(),
            };
            let thread = std::thread::Builder::new().name("tray".to_owned()).spawn(move || show(shown));
            if let Err(error) = thread {
                tracing::warn!(%error, "no thread for the tray icon");
                shared.place.set(TrayPlace::Nowhere);
            }
            Self { shared }
        }

        pub(crate) fn set(&self, state: TrayState) {
            self.shared.tell(Next::Show(state));
        }

        pub(crate) fn place(&self) -> TrayPlace {
            self.shared.place.get()
        }
    }

    impl Drop for Item {
        fn drop(&mut self) {
            // Not waited for: the bus may be slow, and the icon goes with the process at the latest.
            self.shared.tell(Next::End);
        }
    }

    impl Shared {
        fn tell(&self, next: Next) {
            *self.lock() = next;
            self.changed.notify_one();
        }

        fn take(&self) -> Next {
            let waiting = self.changed.wait_while(self.lock(), |next| matches!(next, Next::Wait));
            std::mem::replace(&mut *waiting.unwrap_or_else(PoisonError::into_inner), Next::Wait)
        }

        fn lock(&self) -> MutexGuard<'_, Next> {
            self.next.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    /// The thread: shows the icon, then follows what is set.
    fn show(shown: Shown) {
        let shared = shown.shared.clone();
        let handle = match shown.assume_sni_available(true).spawn() {
            Ok(handle) => handle,
            Err(error) => {
                tracing::info!(%error, "there is no place for a tray icon");
                return shared.place.set(TrayPlace::Nowhere);
            }
        };
        let first = (TrayPlace::Asking as u8, TrayPlace::Shown as u8);
        // Unless the desktop has said otherwise meanwhile.
        let _ = shared.place.0.compare_exchange(first.0, first.1, Ordering::AcqRel, Ordering::Acquire);
        loop {
            match shared.take() {
                Next::Wait => {}
                Next::Show(state) => {
                    let icons = pictures(&state);
                    if handle.update(|shown| (shown.icons, shown.state) = (icons, state)).is_none() {
                        return shared.place.set(TrayPlace::Nowhere);
                    }
                }
                Next::End => return drop(handle.shutdown()),
            }
        }
    }

    /// What the desktop asks for.
    struct Shown {
        program: String,
        state: TrayState,
        icons: Vec<Icon>,
        hear: Hear,
        shared: Arc<Shared>,
    }

    impl Shown {
        fn entry(label: &str, event: TrayEvent) -> MenuItem<Self> {
            // An underscore marks the letter that chooses the entry.
            let label = label.replace('_', "__");
            let activate = Box::new(move |shown: &mut Self| (shown.hear)(event));
            StandardItem { label, activate, ..StandardItem::default() }.into()
        }
    }

    impl ksni::Tray for Shown {
        fn id(&self) -> String {
            self.program.clone()
        }

        fn title(&self) -> String {
            self.state.title.clone()
        }

        fn tool_tip(&self) -> ToolTip {
            // It may hold markup.
            let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            ToolTip {
                title: escaped(&self.state.title),
                description: escaped(&self.state.tooltip),
                ..ToolTip::default()
            }
        }

        fn icon_pixmap(&self) -> Vec<Icon> {
            self.icons.clone()
        }

        fn activate(&mut self, _: i32, _: i32) {
            (self.hear)(TrayEvent::Show);
        }

        fn menu(&self) -> Vec<MenuItem<Self>> {
            let mut menu = vec![Self::entry(&self.state.show, TrayEvent::Show)];
            menu.extend(self.state.pause.as_ref().map(|pause| match pause {
                TrayPause::Pause(words) => Self::entry(words, TrayEvent::Pause),
                TrayPause::Resume(words) => Self::entry(words, TrayEvent::Resume),
            }));
            menu.push(MenuItem::Separator);
            menu.push(Self::entry(&self.state.end, TrayEvent::End));
            menu
        }

        fn watcher_online(&self) {
            self.shared.place.set(TrayPlace::Shown);
        }

        fn watcher_offline(&self, reason: OfflineReason) -> bool {
            tracing::info!(?reason, "no panel shows the tray icon");
            self.shared.place.set(TrayPlace::NoPanel);
            true
        }
    }

    fn pictures(state: &TrayState) -> Vec<Icon> {
        let picture = |side: usize| Icon {
            width: side as i32,
            height: side as i32,
            data: state.icon.pixels(side).into_iter().flat_map(|[r, g, b, a]| [a, r, g, b]).collect(),
        };
        SIDES.into_iter().map(picture).collect()
    }
}

#[cfg(not(target_os = "linux"))]
mod nothing {
    use crate::tray::{TrayEvent, TrayPlace, TrayState};

    /// No icon.
    #[derive(Debug)]
    pub(crate) struct Item;

    impl Item {
        pub(crate) fn open(_: &str, _: TrayState, _: Box<dyn Fn(TrayEvent) + Send>) -> Self {
            Self
        }

        pub(crate) fn set(&self, _: TrayState) {}

        pub(crate) fn place(&self) -> TrayPlace {
            TrayPlace::Nowhere
        }
    }
}
