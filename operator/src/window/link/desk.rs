//! This computer's clipboard and its window for choosing files, on threads that may wait for them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::lock;

/// The newest text that any customer's session put into this computer's clipboard: no other customer gets it.
pub(super) type OfCustomers = Arc<Mutex<Option<String>>>;

/// The text in this computer's clipboard, and what the customer has of it.
#[derive(Clone)]
pub(super) struct Clipboard {
    known: Arc<Mutex<Known>>,
    of_customers: OfCustomers,
}

#[derive(Default)]
struct Known {
    /// What both have, as far as is known.
    common: Option<String>,
    /// Open as long as what was put there has to be given to other programs.
    system: Option<arboard::Clipboard>,
}

impl Clipboard {
    /// One session's.
    pub(super) fn new(of_customers: OfCustomers) -> Self {
        Self { known: Arc::default(), of_customers }
    }

    /// A session begins: what lay there before is nobody's business but the operator's.
    pub(super) fn begin(&self) {
        let this = self.clone();
        drop(tokio::task::spawn_blocking(move || {
            let mut known = lock(&this.known);
            known.common = known.system().and_then(|system| system.get_text().ok());
        }));
    }

    /// The text that is there now, if it is another than the customer's, and than at the session's beginning.
    pub(super) async fn changed(&self) -> Option<String> {
        let this = self.clone();
        // Another program that has the clipboard may take its time.
        let read = tokio::task::spawn_blocking(move || {
            let mut known = lock(&this.known);
            let text = known.system()?.get_text().ok().filter(|text| !text.is_empty())?;
            if known.common.as_ref() == Some(&text) || lock(&this.of_customers).as_ref() == Some(&text) {
                return None;
            }
            known.common = Some(text.clone());
            Some(text)
        });
        read.await.ok().flatten()
    }

    /// The customer did not get what had changed.
    pub(super) fn kept(&self) {
        lock(&self.known).common = None;
    }

    /// Puts the customer's text there.
    pub(super) fn put(&self, text: String) {
        let this = self.clone();
        drop(tokio::task::spawn_blocking(move || {
            let mut known = lock(&this.known);
            known.common = Some(text.clone());
            *lock(&this.of_customers) = Some(text.clone());
            let done = known.system().map(|system| system.set_text(text));
            if let Some(Err(error)) = done {
                tracing::warn!(%error, "the clipboard did not take the customer's text");
            }
        }));
    }
}

impl Known {
    fn system(&mut self) -> Option<&mut arboard::Clipboard> {
        if self.system.is_none() {
            let opened = arboard::Clipboard::new();
            self.system = opened.inspect_err(|error| tracing::warn!(%error, "there is no clipboard")).ok();
        }
        self.system.as_mut()
    }
}

/// Lets the operator choose files or folders, and gives them; an empty list if they changed their mind, nothing if they
/// had no chance to.
pub(super) fn choose(folders: bool, done: impl FnOnce(Option<Vec<PathBuf>>) + Send + 'static) {
    /// Nobody changes their mind sooner. The systems' dialogues don't tell whether they opened at all.
    const SOONEST: Duration = Duration::from_millis(300);
    std::thread::spawn(move || {
        let begun = Instant::now();
        let dialog = rfd::FileDialog::new();
        let chosen = if folders { dialog.pick_folders() } else { dialog.pick_files() };
        let chosen = chosen.filter(|chosen| !chosen.is_empty());
        done(chosen.or_else(|| (begun.elapsed() >= SOONEST).then(Vec::new)));
    });
}
