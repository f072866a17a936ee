//! The operator's end: log in, ask for a number, make the seal, hold the session.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::grant::Grants;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::input::Input;
use farhand_proto::language::Language;
use farhand_proto::limits::{MAX_NAME, MAX_PATH, MAX_REASON, MAX_TOKEN};
use farhand_proto::name::Name;
use farhand_proto::prose::Prose;
use farhand_proto::relay::{FromRelay, ToRelay};
use farhand_proto::screen::View;
use farhand_proto::transfer::Existing;
use farhand_proto::version::Versions;
use farhand_seal::{ConsoleConfig, ConsoleGuesses, ConsoleSeal, SealError, SpokenWords};
use farhand_session::{
    ActError, ClipboardError, ConsoleSession, Progress, SayError, Statistics, TransferError,
};
use farhand_transport::identity::IdentityError;
use farhand_transport::{Identity, Leg};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::control::Joined;
pub use crate::control::{RelayError, Way};
use crate::files::Work;
use crate::line::{Line, Role, WayBack};
use crate::stream::{Pipe, SealedPipe};
use crate::{Clock, RELAY_ANSWER, SessionEnd, control, handshake};

mod session;

/// Events that may wait for the program before the link is read no further. One may be a picture's update of 8 MiB.
const EVENTS: usize = 8;

/// Who asks.
#[derive(Debug, Clone)]
pub struct Operator {
    /// The name that the administrator gave.
    pub name: Text<MAX_NAME>,
    /// The token that was printed once when the operator was added.
    pub token: Bytes<MAX_TOKEN>,
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The relay was not reached or said no.
    #[error("{0}")]
    Relay(#[from] RelayError),
    /// Unknown, expired and busy alike.
    #[error("nobody is waiting under this number; check it, it may have expired or be in use")]
    Nobody,
    /// The two programs did not come to trust each other.
    #[error("{0}")]
    Seal(#[from] SealError),
    /// This system gives no key.
    #[error("{0}")]
    Identity(#[from] IdentityError),
}

/// An operator at a relay.
#[derive(Debug)]
pub struct Console {
    way: Way,
    identity: Arc<Identity>,
    leg: Leg,
    organisation: Name,
    requests: u32,
}

impl Console {
    /// Logs in.
    ///
    /// # Errors
    /// The relay can't be reached or does not know the operator.
    pub async fn log_in(way: Way, operator: Operator) -> Result<Self, ConnectError> {
        let identity = control::new_identity()?;
        let Operator { name, token } = operator;
        let first = ToRelay::Login { versions: Versions::RELAY, operator: name, token };
        match control::open(&way, &identity, &first).await? {
            (leg, FromRelay::LoggedIn { organisation, .. }) => {
                Ok(Self { way, identity, leg, organisation, requests: 0 })
            }
            _ => Err(RelayError::Unexpected.into()),
        }
    }

    /// Whose relay it is, by its own word.
    #[must_use]
    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    /// Asks for a waiting client and makes the seal with it. `guesses` belongs to this session ID and outlives the
    /// call, so that a client that lies gets no more tries at the operator's passwords than it may.
    ///
    /// # Errors
    /// Nobody waits there, or the two don't come to trust each other. The operator stays logged in unless the relay
    /// failed.
    pub async fn connect(
        &mut self,
        session_id: SessionId,
        password: Password,
        guesses: &mut ConsoleGuesses,
    ) -> Result<Sealing, ConnectError> {
        self.requests += 1;
        let request = self.requests;
        let find = async {
            self.leg.write_message(&ToRelay::Find { request, session_id }).await.map_err(RelayError::Leg)?;
            loop {
                match self.leg.read_message::<FromRelay>().await.map_err(RelayError::Leg)? {
                    FromRelay::Found { request: of, ticket, voucher } if of == request => {
                        return Ok((ticket, voucher));
                    }
                    FromRelay::Nobody { request: of } if of == request => return Err(ConnectError::Nobody),
                    FromRelay::Refused { refusal } => return Err(RelayError::Refused(refusal).into()),
                    FromRelay::Stopping {} => return Err(RelayError::Stopping.into()),
                    FromRelay::Pong { .. } | FromRelay::Found { .. } | FromRelay::Nobody { .. } => {}
                    _ => return Err(RelayError::Unexpected.into()),
                }
            }
        };
        let find = tokio::time::timeout(RELAY_ANSWER, find).await;
        let (ticket, voucher) = find.map_err(|_| RelayError::Silent)??;
        let (leg, joined) = control::join(&self.way, &self.identity, ticket).await?;
        let config = ConsoleConfig { identity: self.identity.raw_key()?, session_id, password, voucher };
        let clock = Clock::start();
        let seal = ConsoleSeal::new(config, guesses, clock.now())?;
        let mut pipe = Pipe::new(leg);
        match handshake::complete(seal, &mut pipe, clock).await {
            Ok(sealed) => Ok(Sealing { pipe: SealedPipe::new(pipe, sealed), joined, clock }),
            Err(error) => {
                pipe.farewell().await;
                Err(error.into())
            }
        }
    }

    /// Begins the session and asks for these grants. The console's leg to the relay lives as long as the session.
    #[must_use]
    pub fn start(self, sealing: Sealing, ask: Grants) -> ConsoleHandle {
        let (commands, from_program) = mpsc::channel(16);
        let (to_program, events) = mpsc::channel(EVENTS);
        let (statistics, of_the_line) = watch::channel(Statistics::default());
        let mut tasks = JoinSet::new();
        let mut session = ConsoleSession::new(ask, self.way.resume_window, sealing.clock.now());
        session.be_patient(sealing.pipe.patience());
        let Joined { pass, direct } = sealing.joined;
        let back = WayBack { role: Role::Console, way: self.way, identity: self.identity, pass, direct };
        let run = session::Run {
            line: Line::new(sealing.pipe, back, sealing.clock),
            session,
            clock: sealing.clock,
            from_program,
            to_program,
            statistics,
            waiting: VecDeque::new(),
            relay: Some(self.leg),
            refused: None,
            is_open: false,
            ended: None,
            over_at: None,
            has_last_words: false,
            late_until: None,
            files: Work::default(),
        };
        tasks.spawn(run.run());
        ConsoleHandle { commands, events, statistics: of_the_line, _tasks: tasks }
    }
}

/// A seal that stands; the session has not begun.
pub struct Sealing {
    pipe: SealedPipe,
    joined: Joined,
    clock: Clock,
}

impl Sealing {
    /// The two words that both people should see.
    #[must_use]
    pub fn words(&self) -> SpokenWords {
        self.pipe.words()
    }

    /// The customer's language, by their program's word: the one in which they see the words. It is good for showing
    /// them, and for nothing else.
    #[must_use]
    pub fn language(&self) -> Language {
        self.pipe.language()
    }
}

/// What a program sees of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum ConsoleEvent {
    /// See [`farhand_session::ConsoleEvent`]; never its `Ended`.
    Session(farhand_session::ConsoleEvent),
    /// The relay is being stopped; the session looks for another line then.
    RelayStopping,
    /// The session goes without the relay from here on, or through it again.
    Direct(bool),
    /// The line is lost, and this is the next try at another.
    Retrying {
        /// Counts up from 2.
        attempt: u32,
    },
    /// How far the files under way have come.
    Progress(Progress),
    /// The session is over; nothing follows.
    Ended(SessionEnd),
}

#[derive(Debug)]
enum Command {
    Act(Input, oneshot::Sender<Result<u64, ActError>>),
    Type(String, oneshot::Sender<Result<Option<u64>, ActError>>),
    Watch(View),
    Refresh,
    GiveUp(Text<MAX_REASON>),
    End,
    WordsDiffer,
    Say(Prose, oneshot::Sender<Result<(), SayError>>),
    Clipboard(String, oneshot::Sender<Result<(), ClipboardError>>),
    Put {
        paths: Vec<PathBuf>,
        folder: Option<Text<MAX_PATH>>,
        existing: Existing,
        reply: oneshot::Sender<Result<(), TransferError>>,
    },
    Get {
        path: Text<MAX_PATH>,
        folder: PathBuf,
        existing: Existing,
        reply: oneshot::Sender<Result<(), TransferError>>,
    },
    CancelFiles,
}

/// A running session. Dropping it cuts the line; [`ConsoleControl::end`] says goodbye.
#[derive(Debug)]
pub struct ConsoleHandle {
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<ConsoleEvent>,
    statistics: watch::Receiver<Statistics>,
    _tasks: JoinSet<()>,
}

/// The part of a [`ConsoleHandle`] that asks for things.
#[derive(Debug, Clone)]
pub struct ConsoleControl {
    commands: mpsc::Sender<Command>,
}

impl ConsoleHandle {
    /// The next event, `None` after [`ConsoleEvent::Ended`].
    pub async fn event(&mut self) -> Option<ConsoleEvent> {
        self.events.recv().await
    }

    /// How the line does, renewed twice a second where it changes.
    #[must_use]
    pub fn statistics(&self) -> watch::Receiver<Statistics> {
        self.statistics.clone()
    }

    /// Asks for things while somebody else reads the events.
    #[must_use]
    pub fn control(&self) -> ConsoleControl {
        ConsoleControl { commands: self.commands.clone() }
    }
}

impl ConsoleControl {
    /// Wants something done on the customer's desktop; gives its number.
    ///
    /// # Errors
    /// It is not taken.
    pub async fn act(&self, input: Input) -> Result<u64, ActError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Act(input, reply)).await;
        answer.await.unwrap_or(Err(ActError::Over))
    }

    /// Wants a text typed; gives the number of its last act, `None` for an empty text.
    ///
    /// # Errors
    /// It is not taken.
    pub async fn type_text(&self, text: String) -> Result<Option<u64>, ActError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Type(text, reply)).await;
        answer.await.unwrap_or(Err(ActError::Over))
    }

    /// Wants to look at one monitor or all.
    pub async fn watch(&self, view: View) {
        self.send(Command::Watch(view)).await;
    }

    /// Wants the picture whole: the decoder could not go on.
    pub async fn refresh(&self) {
        self.send(Command::Refresh).await;
    }

    /// Ends the session because what the client sends makes no sense: `what`, in words for both sides, cut to
    /// [`MAX_REASON`] bytes. [`ConsoleEvent::Ended`] follows.
    pub async fn give_up(&self, what: &str) {
        self.send(Command::GiveUp(Text::truncated(what))).await;
    }

    /// Ends the session. [`ConsoleEvent::Ended`] follows.
    pub async fn end(&self) {
        self.send(Command::End).await;
    }

    /// Ends the session because the customer's two words are others: somebody may be in between.
    pub async fn words_differ(&self) {
        self.send(Command::WordsDiffer).await;
    }

    /// Says something to the customer in writing.
    ///
    /// # Errors
    /// It is not taken.
    pub async fn say(&self, text: Prose) -> Result<(), SayError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Say(text, reply)).await;
        answer.await.unwrap_or(Err(SayError::Over))
    }

    /// Puts this text into the customer's clipboard. Of several at once the newest arrives.
    ///
    /// # Errors
    /// It is not taken.
    pub async fn clipboard(&self, text: String) -> Result<(), ClipboardError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Clipboard(text, reply)).await;
        answer.await.unwrap_or(Err(ClipboardError::Over))
    }

    /// Brings files and folders of this computer to the customer: into this folder there, or where their downloads go.
    /// What becomes of them comes with [`farhand_session::ConsoleEvent::File`].
    ///
    /// # Errors
    /// It can't begin.
    pub async fn put(
        &self,
        paths: Vec<PathBuf>,
        folder: Option<Text<MAX_PATH>>,
        existing: Existing,
    ) -> Result<(), TransferError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Put { paths, folder, existing, reply }).await;
        answer.await.unwrap_or(Err(TransferError::Over))
    }

    /// Fetches a file or a folder of the customer's into this folder of this computer. What becomes of it comes with
    /// [`farhand_session::ConsoleEvent::File`].
    ///
    /// # Errors
    /// It can't begin.
    pub async fn get(
        &self,
        path: Text<MAX_PATH>,
        folder: PathBuf,
        existing: Existing,
    ) -> Result<(), TransferError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Get { path, folder, existing, reply }).await;
        answer.await.unwrap_or(Err(TransferError::Over))
    }

    /// Ends the transfer that runs.
    pub async fn cancel_files(&self) {
        self.send(Command::CancelFiles).await;
    }

    async fn send(&self, command: Command) {
        // After the end nobody takes commands, and `Ended` is among the events.
        let _ = self.commands.send(command).await;
    }
}
