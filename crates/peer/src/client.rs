//! The customer's end: wait under a number, make seals, hold sessions with consent.

use std::sync::Arc;
use std::time::Duration;

use farhand_proto::id::{Password, SessionId};
use farhand_proto::language::Language;
use farhand_proto::name::Name;
use farhand_proto::notice::{Notices, for_language};
use farhand_proto::relay::Ticket;
use farhand_proto::session::EndReason;
use farhand_seal::{ClientConfig, ClientSeal, Guesses, SealError, Wrong};
use farhand_session::Ended;
use farhand_transport::identity::IdentityError;
use farhand_transport::{Identity, Rung};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub use self::desk::{Desk, DeskEvent, DeskSender, GoneSender};
pub use self::event::{Event, Question, Visitor};
pub use self::receipt::{Decided, Decision, Fate, FileCounts, FileRecord, MAX_FILES, Receipt};
pub use self::wishes::Control;
use crate::control::Joined;
pub use crate::control::{RelayError, Way};
use crate::line::{Role, WayBack};
use crate::stream::{Pipe, SealedPipe};
use crate::{Clock, SessionEnd, control, handshake};

mod desk;
mod event;
mod receipt;
mod registration;
mod session;
mod wishes;

use registration::{News, Registration};
use wishes::{Wish, Wishes};

/// How long a desktop that failed a session has to turn out to be gone for good.
const CONFIRMATION: Duration = Duration::from_secs(1);

/// Why a client stops for good.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// This system gives no key or password.
    #[error("{0}")]
    Identity(#[from] IdentityError),
}

/// A client that waits or is in a session. Dropping it ends both.
#[derive(Debug)]
pub struct Client {
    wishes: Arc<Wishes>,
    events: mpsc::Receiver<Event>,
    _tasks: JoinSet<()>,
}

impl Client {
    /// Starts waiting. The desk is what a session will see and drive; the language is the customer's, in which both
    /// ends show the spoken words.
    ///
    /// # Errors
    /// This system gives no key or password.
    pub fn start(way: Way, language: Language, mut desk: Box<dyn Desk>) -> Result<Self, ClientError> {
        let identity = control::new_identity()?;
        let password = new_password()?;
        let (to_program, events) = mpsc::channel(64);
        let mut tasks = JoinSet::new();
        let registration = Registration::start(way.clone(), identity.clone());
        let (gone, desktop_gone) = mpsc::channel(1);
        desk.watch(gone);
        let wishes = Arc::new(Wishes::default());
        let waiting = Waiting {
            way,
            identity,
            registration,
            desk,
            desktop_gone,
            language,
            wishes: wishes.clone(),
            to_program,
            current: None,
            is_registered: false,
            guesses: Guesses::new(password),
        };
        tasks.spawn(waiting.run());
        Ok(Self { wishes, events, _tasks: tasks })
    }

    /// The next event. `None` if the client has stopped.
    pub async fn event(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Carries wishes while somebody else reads the events.
    #[must_use]
    pub fn control(&self) -> Control {
        Control { wishes: self.wishes.clone() }
    }
}

/// The number that the client has now.
#[derive(Debug)]
struct Current {
    session_id: SessionId,
    organisation: Name,
    notices: Notices,
    relay_spki: Vec<u8>,
    way: Option<Rung>,
}

struct Waiting {
    way: Way,
    identity: Arc<Identity>,
    registration: Registration,
    desk: Box<dyn Desk>,
    desktop_gone: mpsc::Receiver<String>,
    language: Language,
    wishes: Arc<Wishes>,
    to_program: mpsc::Sender<Event>,
    current: Option<Current>,
    /// Whether the relay knows the number right now.
    is_registered: bool,
    /// The password and the guesses that it has left. A relay that hands out another number gains none with it.
    guesses: Guesses,
}

impl Waiting {
    async fn run(mut self) {
        loop {
            // Order: without a desktop there is nothing to offer; then the customer's wishes, then the relay.
            let result = tokio::select! {
                biased;
                Some(why) = self.desktop_gone.recv() => self.give_up(why).await,
                wish = self.wishes.next() => match wish {
                    Wish::NewPassword => self.renew_password().await,
                    // These speak of a session that is over.
                    Wish::End
                    | Wish::NoticeRead
                    | Wish::Answer(_)
                    | Wish::Set(_)
                    | Wish::Switch(..)
                    | Wish::Pause(_)
                    | Wish::CancelFiles
                    | Wish::Say(_) => Ok(()),
                },
                news = self.registration.news() => match news {
                    Some(news) => self.handle_news(news).await,
                    None => return,
                },
            };
            if result.is_err() {
                // Nobody listens any more, the desktop is gone, or the system gives no randomness: the program ends.
                return;
            }
        }
    }

    async fn handle_news(&mut self, news: News) -> Result<(), Stop> {
        match news {
            News::Connecting { attempt } => {
                self.is_registered = false;
                self.tell(Event::Connecting { attempt }).await
            }
            News::Down { error, attempt, retry_in } => {
                self.is_registered = false;
                self.tell(Event::Trouble { error, attempt, retry_in }).await
            }
            News::Silent(silent) => self.tell(Event::Silent(silent)).await,
            News::Stopping => self.tell(Event::RelayStopping).await,
            News::Registered(current) => {
                if self.note_registered(current) {
                    // Who knew the old number may know its password.
                    self.renew_password().await
                } else {
                    self.tell_ready().await
                }
            }
            News::Invited { ticket, relay_time } => self.handle_invite(ticket, relay_time).await,
        }
    }

    /// Notes the number; returns whether the relay put it in place of another.
    fn note_registered(&mut self, current: Current) -> bool {
        self.is_registered = true;
        let session_id = current.session_id;
        let before = self.current.replace(current);
        before.is_some_and(|before| before.session_id != session_id)
    }

    async fn handle_invite(&mut self, ticket: Ticket, relay_time: u64) -> Result<(), Stop> {
        let clock = Clock::start();
        let joined = tokio::select! {
            biased;
            () = change_of_mind(&self.wishes) => return self.renew_password().await,
            joined = control::join(&self.way, &self.identity, ticket) => joined,
        };
        let (leg, Joined { pass, direct }) = match joined {
            Ok(joined) => joined,
            Err(error) => {
                tracing::info!(%error, "a console asked, and the relay could not bring the two together");
                return Ok(());
            }
        };
        let Some(current) = &self.current else { return Ok(()) };
        let config = ClientConfig {
            identity: self.identity.raw_key().map_err(|_| Stop)?,
            session_id: current.session_id,
            relay_key: current.relay_spki.clone(),
            relay_time: relay_time.saturating_add(clock.now().as_secs()),
            language: self.language,
        };
        let mut pipe = Pipe::new(leg);
        let seal = ClientSeal::new(config, &mut self.guesses, clock.now());
        let sealed = match seal {
            // Dropped half-way, the guess that it took stays spent.
            Ok(seal) => tokio::select! {
                biased;
                () = change_of_mind(&self.wishes) => return self.renew_password().await,
                sealed = handshake::complete(seal, &mut pipe, clock) => sealed,
            },
            Err(error) => Err(error),
        };
        match sealed {
            Ok(sealed) => {
                self.wishes.clear();
                let pipe = SealedPipe::new(pipe, sealed.sealed);
                let way = self.way.clone();
                let back = WayBack { role: Role::Client, way, identity: self.identity.clone(), pass, direct };
                let run = session::Run::new(pipe, back, sealed.operator, self.way.resume_window, clock);
                let around = session::Around {
                    wishes: &self.wishes,
                    to_program: &self.to_program,
                    registration: &mut self.registration,
                };
                let (end, registration) = run.run(&mut *self.desk, around).await;
                let display_gone =
                    matches!(&end, SessionEnd::Session(Ended::Here(EndReason::DisplayGone(_))));
                self.tell(Event::Ended(end)).await?;
                if display_gone
                    && let Ok(Some(why)) = tokio::time::timeout(CONFIRMATION, self.desktop_gone.recv()).await
                {
                    return self.give_up(why).await;
                }
                match registration {
                    Some(News::Registered(current)) => {
                        self.note_registered(current);
                    }
                    Some(News::Down { error, attempt, retry_in }) => {
                        self.is_registered = false;
                        self.tell(Event::Trouble { error, attempt, retry_in }).await?;
                    }
                    Some(News::Connecting { attempt }) => {
                        self.is_registered = false;
                        self.tell(Event::Connecting { attempt }).await?;
                    }
                    Some(News::Stopping | News::Invited { .. } | News::Silent(_)) | None => {}
                }
                self.renew_password().await
            }
            Err(error) => {
                pipe.farewell().await;
                let verdict = match &error {
                    SealError::WrongPassword(wrong) | SealError::GuessesSpent(wrong) => Some(*wrong),
                    _ => None,
                };
                self.tell(Event::Refused { error }).await?;
                match verdict {
                    Some(Wrong::PasswordReplaced) => self.renew_password().await,
                    Some(Wrong::NumberEnded) => self.renew_number().await,
                    Some(Wrong::Password { .. }) | None => Ok(()),
                }
            }
        }
    }

    /// Stops offering a desktop that is gone. The number goes with the leg.
    async fn give_up(&mut self, why: String) -> Result<(), Stop> {
        self.tell(Event::DesktopGone(why)).await?;
        Err(Stop)
    }

    async fn renew_password(&mut self) -> Result<(), Stop> {
        let password = new_password().map_err(|_| Stop)?;
        if self.guesses.replace_password(password).is_err() {
            return self.renew_number().await;
        }
        self.tell_ready().await
    }

    async fn renew_number(&mut self) -> Result<(), Stop> {
        self.guesses = Guesses::new(new_password().map_err(|_| Stop)?);
        self.current = None;
        self.registration.renew().await;
        Ok(())
    }

    /// Says what to read aloud; while the relay is out of reach that comes with the next registration.
    async fn tell_ready(&mut self) -> Result<(), Stop> {
        let Some(current) = self.current.as_ref().filter(|_| self.is_registered) else { return Ok(()) };
        let event = Event::Ready {
            session_id: current.session_id,
            password: self.guesses.password().clone(),
            organisation: current.organisation.to_string(),
            notice: for_language(&current.notices, self.language).map(ToString::to_string),
            way: current.way.clone(),
        };
        self.tell(event).await
    }

    async fn tell(&mut self, event: Event) -> Result<(), Stop> {
        self.to_program.send(event).await.map_err(|_| Stop)
    }
}

/// The client can't or need not go on.
struct Stop;

/// Waits until the customer wants what is under way to come to nothing.
async fn change_of_mind(wishes: &Wishes) {
    while !matches!(wishes.next().await, Wish::NewPassword | Wish::End) {}
}

/// Eight digits that nobody can guess, each equally likely.
fn new_password() -> Result<Password, IdentityError> {
    let mut digits = [0; farhand_proto::id::PASSWORD_DIGITS - 1];
    for digit in &mut digits {
        *digit = loop {
            let mut byte = [0];
            aws_lc_rs::rand::fill(&mut byte).map_err(|_| IdentityError::Random)?;
            // 250 is the largest multiple of ten: above it some digits would be likelier.
            if byte[0] < 250 {
                break byte[0] % 10;
            }
        };
    }
    Ok(Password::from_digits(digits))
}

/// Why this end ends a session whose desktop failed.
fn display_gone(why: &str) -> EndReason {
    EndReason::DisplayGone(farhand_proto::bounded::Text::truncated(why))
}
