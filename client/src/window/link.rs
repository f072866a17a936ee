//! The client behind the window: a thread with a runtime of its own, which tells what happens and never waits for
//! the window's drawing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use farhand_peer::client::{Client, Control, Event, Way};
use farhand_proto::language::Language;
use farhand_transport::Identity;
use farhand_transport::survey::survey;
use farhand_window::Proxy;
use tokio::sync::mpsc;

use super::app::Message;
use crate::desk::RealDesk;
use crate::say::Say;

/// How long a session that still runs when the program ends has to say good-bye.
const GOODBYE: Duration = Duration::from_secs(3);
/// How long it takes at most to find out that the desktop is gone, and to say so.
const GONE: Duration = Duration::from_secs(2);

/// What the thread tells.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all news are events, and few wait at once")]
pub(crate) enum News {
    Event(Event),
    /// Nothing more comes: the system gives the program too little.
    Fault(String),
    /// Somebody stops the program from outside.
    Quit,
}

/// How to offer this desktop.
pub(crate) struct Offer {
    pub(crate) way: Way,
    pub(crate) language: Language,
    pub(crate) desktop: farhand_desktop::Options,
    /// Also prints what happens.
    pub(crate) say: Option<Say>,
}

/// The running thread. Dropping it ends the client and waits until the desktop is let go of.
pub(crate) struct Link {
    /// Bounded: a window that does not fetch makes the client wait, not grow.
    news: mpsc::Receiver<News>,
    again: Option<mpsc::Sender<()>>,
    way: Way,
    proxy: Proxy<Message>,
    shared: Arc<Shared>,
    ended: Arc<Ending>,
    thread: Option<JoinHandle<()>>,
}

/// Whether the thread has ended.
#[derive(Default)]
struct Ending(Mutex<bool>, Condvar);

impl Ending {
    fn tell(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.1.notify_all();
    }

    /// Waits for it at most so long; whether it has.
    fn wait(&self, most: Duration) -> bool {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = self.1.wait_timeout_while(ended, most, |ended| !*ended);
        *ended.unwrap_or_else(PoisonError::into_inner).0
    }
}

struct Shared {
    control: Mutex<Option<Control>>,
    /// Whether somebody is in.
    is_visited: AtomicBool,
    /// Whether the window was told of news that it has not fetched yet.
    is_told: AtomicBool,
}

impl Link {
    pub(crate) fn start(offer: Offer, proxy: Proxy<Message>) -> Self {
        let (way, window) = (offer.way.clone(), proxy.clone());
        let (to_window, news) = mpsc::channel(32);
        let (again, wait_again) = mpsc::channel(1);
        let shared = Arc::new(Shared {
            control: Mutex::new(None),
            is_visited: AtomicBool::new(false),
            is_told: AtomicBool::new(false),
        });
        let teller = Teller { to_window, proxy, shared: shared.clone(), say: offer.say };
        let ended = Arc::new(Ending::default());
        let tells = ended.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(run(offer, teller, wait_again)),
                Err(error) => teller.tell_blocking(News::Fault(error.to_string())),
            }
            tells.tell();
        });
        Self { news, again: Some(again), way, proxy: window, shared, ended, thread: Some(thread) }
    }

    /// The next news, if there are any.
    pub(crate) fn fetch(&mut self) -> Option<News> {
        self.shared.is_told.store(false, Ordering::Release);
        self.news.try_recv().ok()
    }

    /// What carries the person's wishes, while there is a client.
    pub(crate) fn control(&self) -> Option<Control> {
        self.shared.control()
    }

    /// Tells a proxy who this is, and tries again.
    pub(crate) fn introduce(&self, proxy: &farhand_transport::Proxy, user: String, password: String) {
        self.way.ladder.introduce(proxy, user, password);
    }

    /// Tries every way to the relay for itself, and tells the window what came of it.
    pub(crate) fn test(&self) {
        let (way, proxy) = (self.way.clone(), self.proxy.clone());
        std::thread::spawn(move || {
            let look = || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
                let identity = Identity::generate().ok()?;
                Some(runtime.block_on(survey(&way.ladder, &way.pins, &identity)))
            };
            proxy.send(Message::Tested(look()));
        });
    }

    /// For other threads than the window's.
    pub(crate) fn brake(&self) -> Brake {
        Brake(self.shared.clone())
    }

    /// Waits until the client behind a window that is gone has ended by itself, as its desktop is gone too; if it does
    /// not, ends the session.
    pub(crate) fn farewell(&self) -> impl FnOnce() + Send + use<> {
        let (shared, ended) = (self.shared.clone(), self.ended.clone());
        move || {
            if !ended.wait(GONE)
                && let Some(control) = shared.control()
            {
                control.end_session();
                ended.wait(GOODBYE);
            }
        }
    }

    /// After a session: wait for another one.
    pub(crate) fn wait_again(&self) {
        if let Some(again) = &self.again {
            // One that is already asked for is enough.
            let _ = again.try_send(());
        }
    }
}

/// Stops what goes on without the window's help, however busy that is.
pub(crate) struct Brake(Arc<Shared>);

impl Brake {
    /// Ends or pauses a session if somebody is in; says whether so.
    pub(crate) fn pull(&self, stop: impl FnOnce(&Control)) -> bool {
        let control = self.0.control().filter(|_| self.0.is_visited.load(Ordering::Acquire));
        control.map(|control| stop(&control)).is_some()
    }
}

impl Shared {
    fn control(&self) -> Option<Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.again = None;
        self.news.close();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has told standard error.
            let _ = thread.join();
        }
    }
}

/// Tells the window.
struct Teller {
    to_window: mpsc::Sender<News>,
    proxy: Proxy<Message>,
    shared: Arc<Shared>,
    say: Option<Say>,
}

impl Teller {
    async fn tell(&self, news: News) {
        match &news {
            News::Event(Event::Here(_)) => self.shared.is_visited.store(true, Ordering::Release),
            News::Event(Event::Over(_)) => self.shared.is_visited.store(false, Ordering::Release),
            _ => {}
        }
        if let (Some(say), News::Event(event)) = (self.say, &news) {
            say.event(event);
        }
        // A window that is gone needs no news.
        if self.to_window.send(news).await.is_ok() {
            self.wake();
        }
    }

    fn tell_blocking(&self, news: News) {
        if self.to_window.blocking_send(news).is_ok() {
            self.wake();
        }
    }

    fn wake(&self) {
        if !self.shared.is_told.swap(true, Ordering::AcqRel) {
            self.proxy.send(Message::News);
        }
    }

    fn set_control(&self, control: Option<Control>) {
        *self.shared.control.lock().unwrap_or_else(PoisonError::into_inner) = control;
    }
}

async fn run(offer: Offer, teller: Teller, mut again: mpsc::Receiver<()>) {
    let stop = farhand_transport::system::stop_requested();
    tokio::pin!(stop);
    loop {
        let desk = Box::new(RealDesk::new(offer.desktop.clone()));
        let mut client = match Client::start(offer.way.clone(), offer.language, desk) {
            Ok(client) => client,
            Err(error) => return teller.tell(News::Fault(error.to_string())).await,
        };
        teller.set_control(Some(client.control()));
        let mut is_met = false;
        // Order: the program's end, then what happens.
        let ended = tokio::select! {
            biased;
            () = &mut stop => Ended::Stopped,
            () = teller.to_window.closed() => Ended::Closed,
            ended = one_session(&mut client, &teller, &mut is_met) => ended,
        };
        teller.set_control(None);
        match ended {
            Ended::Session => {}
            Ended::Stopped | Ended::Closed => {
                if is_met {
                    say_goodbye(&mut client).await;
                }
                return teller.tell(News::Quit).await;
            }
            Ended::Gone => return,
        }
        // Nobody can connect, and nothing of this computer is registered anywhere, until the person wants it again.
        drop(client);
        tokio::select! {
            biased;
            () = &mut stop => return teller.tell(News::Quit).await,
            wanted = again.recv() => if wanted.is_none() {
                return;
            },
        }
    }
}

enum Ended {
    Session,
    /// The client has stopped for good.
    Gone,
    Stopped,
    Closed,
}

/// Passes on what happens, until a session that had come to a question is over. `is_met` says whether there is one.
async fn one_session(client: &mut Client, teller: &Teller, is_met: &mut bool) -> Ended {
    loop {
        let Some(event) = client.event().await else {
            teller.tell(News::Fault(String::new())).await;
            return Ended::Gone;
        };
        *is_met |= matches!(event, Event::Asked(_));
        let is_ended = matches!(event, Event::Ended(_));
        let is_gone = matches!(event, Event::DesktopGone(_));
        teller.tell(News::Event(event)).await;
        if is_gone {
            return Ended::Gone;
        }
        if is_ended && *is_met {
            return Ended::Session;
        }
    }
}

/// Ends a session in order: keys are released, the operator is told.
async fn say_goodbye(client: &mut Client) {
    client.control().end_session();
    let ended =
        async { while client.event().await.is_some_and(|event| !matches!(event, Event::Ended(_))) {} };
    // Whoever does not answer is left.
    let _ = tokio::time::timeout(GOODBYE, ended).await;
}
