//! The network behind the window: a few threads that connect, hold sessions, decode pictures and ask the key store.
//!
//! The window never waits for them. What they have to say lies in an [`Inbox`] of bounded size; the window is told
//! once that something is there, and fetches it.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use farhand_peer::Direct;
use farhand_peer::console::{ConnectError, Console, Operator, Way};
use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::grant::Grants;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::name::Name;
use farhand_seal::ConsoleGuesses;
use farhand_transport::survey::survey;
use farhand_transport::{Identity, Ladder, Proxy, ProxyChoice};
use farhand_window::SharedPicture;
use tokio::runtime::{Handle, Runtime};
use tokio::task::{AbortHandle, JoinSet};

use super::keystore::{self, Answer, Token};
use super::model::{Stage, TabId};
use super::recent::{End, Recent};
use super::report::{self, Report};
use super::session::{News, Wish};
use super::settings::{Settings, SettingsError};
use super::trouble::Trouble;
use crate::reached;

mod desk;
mod inbox;
mod session;

use desk::{Clipboard, OfCustomers};
pub(crate) use inbox::Inbox;
use session::Wishes;

/// How long closing the window waits for the last words of its sessions.
const GOODBYE: Duration = Duration::from_secs(3);
/// Session IDs whose wrong passwords are counted at once; far more than one operator tries in a day.
const MAX_COUNTED: usize = 1024;

/// What the network says.
#[derive(Debug)]
pub(crate) enum FromLink {
    /// A try to connect has come so far.
    Stage(TabId, Stage),
    /// A try to connect has failed.
    Failed(TabId, Trouble),
    /// A try to connect has become a session.
    Connected(TabId, Begun),
    /// Something happened in a session.
    Session(TabId, News),
    /// A session is over.
    Ended(TabId, End, Trouble),
    /// The key store's answer about a token that was asked for.
    Loaded(Answer),
    /// The key store's answer about a token that it was to keep.
    Stored(Answer),
    /// The test's outcome: the organisation's name.
    Tested(Result<String, Trouble>, Option<Report>),
    /// Where the report lies, or why it does not.
    ReportSaved(Result<String, String>),
    /// What came of writing the settings.
    Saved(Result<(), SettingsError>),
}

/// A session that begins.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) organisation: String,
    pub(crate) words: [&'static str; 2],
    pub(crate) picture: SharedPicture,
    /// For how long it may come back once its line is lost.
    pub(crate) resume_window: Duration,
}

/// Whom to connect to.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) id: SessionId,
    pub(crate) password: Password,
    pub(crate) ask: Grants,
}

/// The tries at each session ID, counted as long as the program runs.
type Counted = Arc<tokio::sync::Mutex<ConsoleGuesses>>;

/// Something to be written into the settings' folder.
type Write = Box<dyn FnOnce() -> Result<(), SettingsError> + Send>;

/// The threads, and what is under way on them.
pub(crate) struct Link {
    /// `None` once it is over.
    runtime: Option<Runtime>,
    inbox: Inbox,
    folder: Option<PathBuf>,
    /// What is known of ways, whichever relays the settings name.
    ladder: Ladder,
    resume_window: Duration,
    direct: Direct,
    /// What is to be written, in order.
    files: Arc<Mutex<VecDeque<Write>>>,
    counted: HashMap<SessionId, Counted>,
    attempt: Option<AbortHandle>,
    test: Option<AbortHandle>,
    /// One session each: its wishes, for as long as somebody wants something of it.
    sessions: Arc<Mutex<HashMap<TabId, Wishes>>>,
    of_customers: OfCustomers,
}

impl Link {
    /// Starts the threads. `folder` is where settings are kept.
    ///
    /// # Errors
    /// The system gives no threads.
    pub(crate) fn start(
        inbox: Inbox,
        folder: Option<PathBuf>,
        proxy: ProxyChoice,
        resume_window: Duration,
        direct: Direct,
    ) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        Ok(Self {
            runtime: Some(runtime),
            inbox,
            folder,
            ladder: Ladder::new(&[], &proxy),
            resume_window,
            direct,
            files: Arc::default(),
            counted: HashMap::new(),
            attempt: None,
            test: None,
            sessions: Arc::default(),
            of_customers: OfCustomers::default(),
        })
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> Option<AbortHandle> {
        self.runtime.as_ref().map(|runtime| runtime.spawn(work).abort_handle())
    }

    /// Does something that blocks, and says what came of it.
    fn block(&self, work: impl FnOnce() -> FromLink + Send + 'static) {
        let inbox = self.inbox.clone();
        if let Some(runtime) = &self.runtime {
            runtime.spawn_blocking(move || inbox.push(work()));
        }
    }

    /// Tries to connect, and holds the session that comes of it.
    pub(crate) fn connect(&mut self, tab: TabId, settings: &Settings, token: &Token, request: Request) {
        self.cancel_attempt();
        if self.counted.len() >= MAX_COUNTED {
            self.counted.clear();
        }
        let counted = self.counted.entry(request.id).or_default().clone();
        let login = Login::new(self, settings, token);
        let (inbox, sessions) = (self.inbox.clone(), self.sessions.clone());
        let clipboard = Clipboard::new(self.of_customers.clone());
        self.attempt = self.spawn(async move {
            let id = request.id;
            match attempt(&inbox, tab, login, counted, request).await {
                Ok((held, begun)) => {
                    let wishes = Wishes::default();
                    lock(&sessions).insert(tab, wishes.clone());
                    tracing::info!(session = id.short(), "a session begins");
                    let picture = begun.picture.clone();
                    inbox.push(FromLink::Connected(tab, begun));
                    // A session of its own: cancelling the next attempt does not end it.
                    tokio::spawn(async move {
                        session::hold(tab, held, picture, wishes, clipboard, &inbox).await;
                        lock(&sessions).remove(&tab);
                    });
                }
                Err(error) => inbox.push(FromLink::Failed(tab, Trouble::from(&error))),
            }
        });
    }

    /// Gives up the try that is under way.
    pub(crate) fn cancel_attempt(&mut self) {
        if let Some(attempt) = self.attempt.take() {
            attempt.abort();
        }
    }

    /// Logs in and out again, and tells what came of it.
    pub(crate) fn test(&mut self, settings: &Settings, token: &Token) {
        self.cancel_test();
        let login = Login::new(self, settings, token);
        let inbox = self.inbox.clone();
        self.test = self.spawn(async move {
            let (ladder, pins) = (login.way.ladder.clone(), login.way.pins.clone());
            let look = async move {
                let identity = Identity::generate().ok()?;
                Some(survey(&ladder, &pins, &identity).await)
            };
            let (result, found) = tokio::join!(login.log_in(), look);
            let report = found.map(|survey| Report::new(&survey, result.as_ref().err()));
            let result = result.map(|console| console.organisation().to_owned());
            inbox.push(FromLink::Tested(result.map_err(|error| Trouble::from(&error)), report));
        });
    }

    /// Tells a proxy who this is from now on.
    pub(crate) fn introduce(&self, proxy: &Proxy, user: String, password: String) {
        self.ladder.introduce(proxy, user, password);
    }

    /// Writes the test's report to where downloads go.
    pub(crate) fn save_report(&self, text: String) {
        self.block(move || {
            let folder = farhand_files::downloads().ok_or_else(|| "there is no home".to_owned());
            FromLink::ReportSaved(folder.and_then(|folder| report::save(&folder, &text)))
        });
    }

    /// Gives up the test that is under way.
    pub(crate) fn cancel_test(&mut self) {
        if let Some(test) = self.test.take() {
            test.abort();
        }
    }

    /// Passes on what the operator wants of a session; false if it takes no more now, or is over.
    pub(crate) fn wish(&self, tab: TabId, wish: Wish) -> bool {
        lock(&self.sessions).get(&tab).is_some_and(|wishes| wishes.push(wish))
    }

    /// Asks whether there is a key store.
    pub(crate) fn find_store(&self) {
        self.block(|| FromLink::Loaded(keystore::find()));
    }

    /// Asks the key store for an operator's token.
    pub(crate) fn load_token(&self, operator: String) {
        self.block(move || FromLink::Loaded(keystore::load(&operator)));
    }

    /// Gives an operator's token to the key store.
    pub(crate) fn store_token(&self, operator: String, token: Token) {
        self.block(move || FromLink::Stored(keystore::store(&operator, &token)));
    }

    /// Writes the settings.
    pub(crate) fn save_settings(&self, settings: Settings) {
        self.save(move |folder| settings.save(folder));
    }

    /// Writes the list of recent sessions.
    pub(crate) fn save_recent(&self, recent: Recent) {
        self.save(move |folder| recent.save(folder));
    }

    /// Writes a file, after those that were to be written before.
    fn save(&self, write: impl FnOnce(&Path) -> Result<(), SettingsError> + Send + 'static) {
        let Some(folder) = self.folder.clone() else { return };
        lock(&self.files).push_back(Box::new(move || write(&folder)));
        let files = self.files.clone();
        self.block(move || {
            // Whoever comes first writes what was asked for first; the lock is held until it is written.
            let mut files = lock(&files);
            FromLink::Saved(files.pop_front().map_or(Ok(()), |write| write()))
        });
    }

    /// Ends every session and waits a little for their last words.
    pub(crate) fn finish(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        self.cancel_attempt();
        self.cancel_test();
        say_goodbye(runtime.handle(), &self.sessions);
        runtime.shutdown_timeout(Duration::from_millis(500));
    }

    /// The same for when the window is gone.
    pub(crate) fn farewell(&self) -> impl FnOnce() + Send + use<> {
        let runtime = self.runtime.as_ref().map(|runtime| runtime.handle().clone());
        let sessions = self.sessions.clone();
        move || {
            if let Some(runtime) = runtime {
                say_goodbye(&runtime, &sessions);
            }
        }
    }
}

/// Ends every session and waits a little for their last words.
fn say_goodbye(runtime: &Handle, sessions: &Mutex<HashMap<TabId, Wishes>>) {
    let sessions: Vec<Wishes> = lock(sessions).values().cloned().collect();
    runtime.block_on(async {
        let mut goodbyes = JoinSet::new();
        for wishes in sessions {
            wishes.push(Wish::End);
            goodbyes.spawn(async move { wishes.over().await });
        }
        // Whoever does not take the goodbye in time is cut off.
        let _ = tokio::time::timeout(GOODBYE, goodbyes.join_all()).await;
    });
}

impl Drop for Link {
    fn drop(&mut self) {
        self.finish();
    }
}

/// What a login needs.
struct Login {
    way: Way,
    folder: Option<PathBuf>,
    operator: Option<Name>,
    token: Token,
}

impl Login {
    fn new(link: &Link, settings: &Settings, token: &Token) -> Self {
        let ladder = link.ladder.to(&settings.relays).through(&settings.proxy);
        let (resume_window, direct) = (link.resume_window, link.direct);
        let way = Way { ladder, pins: settings.pins.clone(), resume_window, direct };
        let (operator, token) = (settings.operator.clone(), token.clone());
        Self { way, folder: link.folder.clone(), operator, token }
    }

    async fn log_in(self) -> Result<Console, ConnectError> {
        let name = self.operator.as_ref().map_or("", |name| name);
        // A token is never longer than this takes.
        let token = Bytes::new(self.token.as_str().as_bytes()).unwrap_or_default();
        let (ladder, folder) = (self.way.ladder.clone(), self.folder.as_deref());
        let known = reached::recall(&ladder, folder);
        let console = Console::log_in(self.way, Operator { name: Text::truncated(name), token }).await?;
        reached::keep(&ladder, known.as_ref(), folder);
        Ok(console)
    }
}

/// From the relay to a session that begins.
async fn attempt(
    inbox: &Inbox,
    tab: TabId,
    login: Login,
    counted: Counted,
    request: Request,
) -> Result<(farhand_peer::console::ConsoleHandle, Begun), ConnectError> {
    let resume_window = login.way.resume_window;
    let mut console = login.log_in().await?;
    inbox.push(FromLink::Stage(tab, Stage::Client));
    let organisation = console.organisation().to_owned();
    let mut guesses = counted.lock().await;
    let sealing = console.connect(request.id, request.password, &mut guesses).await?;
    drop(guesses);
    let words = sealing.words().in_language(sealing.language());
    let begun = Begun { organisation, words, picture: SharedPicture::new(), resume_window };
    Ok((console.start(sealing, request.ask), begun))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
