//! The customer's end: wait under a number, make seals, hold sessions with consent.

use std::sync::Arc;
use std::time::Duration;

use farhand_proto::grant::Grants;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::relay::{Ticket, Voucher};
use farhand_proto::session::EndReason;
use farhand_seal::{ClientConfig, ClientSeal, Guesses, SealError, SpokenWords, Wrong};
use farhand_transport::Identity;
use farhand_transport::identity::IdentityError;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub use self::desk::{Desk, DeskEvent, DeskSender};
pub use crate::control::{RelayError, Way};
use crate::stream::{Pipe, SealedPipe};
use crate::{Clock, SessionEnd, control, handshake};

mod desk;
mod registration;
mod session;

use registration::{News, Registration};

/// What the program shows and decides.
#[derive(Debug)]
pub enum Event {
    /// The relay is being tried.
    Connecting,
    /// The relay can't be used now; it is tried again.
    Trouble {
        /// What happened, in words.
        error: RelayError,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// Somebody can connect. Comes again whenever number or password change.
    Ready {
        /// To be read aloud.
        session_id: SessionId,
        /// To be read aloud.
        password: Password,
        /// Whose relay it is, by its own word.
        organisation: String,
    },
    /// A console came and did not get in.
    Refused {
        /// Why.
        error: SealError,
    },
    /// Somebody wants in: ask the customer and pass the answer to [`Control::answer`].
    Asked(Question),
    /// What is allowed now, after the answer and after every change.
    Allowed(Grants),
    /// Nothing is heard from the console; it may come back.
    Lost,
    /// The console is heard again.
    Found,
    /// The session is over; the next [`Event::Ready`] brings a new password.
    Ended(SessionEnd),
    /// The relay is being stopped; the program looks for it again.
    RelayStopping,
}

/// What the customer is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Who asks, by the relay's word.
    pub operator: Voucher,
    /// To compare with what the operator reads aloud.
    pub words: SpokenWords,
    /// What is asked for.
    pub grants: Grants,
    /// How long the customer has; then the answer counts as no.
    pub timeout: Duration,
}

/// What the customer wants.
#[derive(Debug)]
enum Command {
    Answer(Grants),
    SetGrants(Grants),
    NewPassword,
    EndSession,
}

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
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<Event>,
    _tasks: JoinSet<()>,
}

/// The part of a [`Client`] that carries the customer's wishes.
#[derive(Debug, Clone)]
pub struct Control {
    commands: mpsc::Sender<Command>,
}

impl Client {
    /// Starts waiting. The desk is what a session will see and drive.
    ///
    /// # Errors
    /// This system gives no key or password.
    pub fn start(way: Way, desk: Box<dyn Desk>) -> Result<Self, ClientError> {
        let identity = control::new_identity()?;
        let password = new_password()?;
        let (commands, from_program) = mpsc::channel(16);
        let (to_program, events) = mpsc::channel(64);
        let mut tasks = JoinSet::new();
        let registration = Registration::start(way.clone(), identity.clone());
        let waiting = Waiting {
            way,
            identity,
            registration,
            desk,
            from_program,
            to_program,
            current: None,
            is_registered: false,
            guesses: Guesses::new(password),
        };
        tasks.spawn(waiting.run());
        Ok(Self { commands, events, _tasks: tasks })
    }

    /// The next event. `None` if the client has stopped.
    pub async fn event(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Carries wishes while somebody else reads the events.
    #[must_use]
    pub fn control(&self) -> Control {
        Control { commands: self.commands.clone() }
    }
}

impl Control {
    /// Answers the question: allowed are these, or nothing for no.
    pub async fn answer(&self, grants: Grants) {
        self.send(Command::Answer(grants)).await;
    }

    /// Allows exactly these from now on.
    pub async fn set_grants(&self, grants: Grants) {
        self.send(Command::SetGrants(grants)).await;
    }

    /// Makes a new password; not during a session, which has its own.
    pub async fn new_password(&self) {
        self.send(Command::NewPassword).await;
    }

    /// Ends the session.
    pub async fn end_session(&self) {
        self.send(Command::EndSession).await;
    }

    async fn send(&self, command: Command) {
        // A client that has stopped has no session to change.
        let _ = self.commands.send(command).await;
    }
}

/// The number that the client has now.
struct Current {
    session_id: SessionId,
    organisation: String,
    relay_spki: Vec<u8>,
}

struct Waiting {
    way: Way,
    identity: Arc<Identity>,
    registration: Registration,
    desk: Box<dyn Desk>,
    from_program: mpsc::Receiver<Command>,
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
            // Order: the customer's wishes, then the relay.
            let result = tokio::select! {
                biased;
                command = self.from_program.recv() => match command {
                    Some(Command::NewPassword) => self.renew_password().await,
                    // These speak of a session that is over.
                    Some(Command::Answer(_) | Command::SetGrants(_) | Command::EndSession) => Ok(()),
                    None => return,
                },
                news = self.registration.news() => match news {
                    Some(news) => self.handle_news(news).await,
                    None => return,
                },
            };
            if result.is_err() {
                // Nobody listens any more, or the system gives no randomness: the program ends.
                return;
            }
        }
    }

    async fn handle_news(&mut self, news: News) -> Result<(), Stop> {
        match news {
            News::Connecting => {
                self.is_registered = false;
                self.tell(Event::Connecting).await
            }
            News::Down { error, retry_in } => {
                self.is_registered = false;
                self.tell(Event::Trouble { error, retry_in }).await
            }
            News::Stopping => self.tell(Event::RelayStopping).await,
            News::Registered { session_id, organisation, relay_spki } => {
                if self.note_registered(session_id, organisation, relay_spki) {
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
    fn note_registered(&mut self, session_id: SessionId, organisation: String, relay_spki: Vec<u8>) -> bool {
        self.is_registered = true;
        let before = self.current.replace(Current { session_id, organisation, relay_spki });
        before.is_some_and(|before| before.session_id != session_id)
    }

    async fn handle_invite(&mut self, ticket: Ticket, relay_time: u64) -> Result<(), Stop> {
        let clock = Clock::start();
        let leg = match control::join(&self.way, &self.identity, ticket).await {
            Ok(leg) => leg,
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
        };
        let mut pipe = Pipe::new(leg.into_stream());
        let seal = ClientSeal::new(config, &mut self.guesses, clock.now());
        let sealed = match seal {
            Ok(seal) => handshake::complete(seal, &mut pipe, clock).await,
            Err(error) => Err(error),
        };
        match sealed {
            Ok(sealed) => {
                let run = session::Run::new(SealedPipe::new(pipe, sealed.sealed), sealed.operator, clock);
                let around = session::Around {
                    from_program: &mut self.from_program,
                    to_program: &self.to_program,
                    registration: &mut self.registration,
                };
                let (end, registration) = run.run(&mut *self.desk, around).await;
                self.tell(Event::Ended(end)).await?;
                match registration {
                    Some(News::Registered { session_id, organisation, relay_spki }) => {
                        self.note_registered(session_id, organisation, relay_spki);
                    }
                    Some(News::Down { error, retry_in }) => {
                        self.is_registered = false;
                        self.tell(Event::Trouble { error, retry_in }).await?;
                    }
                    Some(News::Connecting) => {
                        self.is_registered = false;
                        self.tell(Event::Connecting).await?;
                    }
                    Some(News::Stopping | News::Invited { .. }) | None => {}
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
            organisation: current.organisation.clone(),
        };
        self.tell(event).await
    }

    async fn tell(&mut self, event: Event) -> Result<(), Stop> {
        self.to_program.send(event).await.map_err(|_| Stop)
    }
}

/// The client can't or need not go on.
struct Stop;

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
