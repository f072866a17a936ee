//! What the window shows, and how events and the person's own commands change it.
//!
//! Pure: time comes in, nothing goes out. The screens draw it; `app` carries commands to the client.

use std::time::{Duration, Instant, SystemTime};

use farhand_peer::client::{Event, Receipt};
use farhand_proto::grant::{Grant, Grants};
use farhand_seal::{SealError, Wrong};
use farhand_session::client::CONSENT_TIMEOUT;
use farhand_transport::Proxy;
use farhand_transport::proxy::Introduction;
use farhand_transport::survey::{Survey, Verdict};

use super::carried::{Chat, Files, Speaker};
use super::report;
use super::trouble::{PATIENCE, Trouble};
use super::words::Words;

/// How long the buttons of a question do nothing: a click or a key that was meant for something else, and came when
/// the question just appeared, is no answer.
pub(crate) const INERT: Duration = Duration::from_millis(700);
/// How long a receipt stays whatever is pressed: the press was meant for what stood there before.
pub(crate) const CALM: Duration = Duration::from_millis(1500);
/// How long no key may have been pressed in a question before one counts.
pub(crate) const QUIET: Duration = Duration::from_millis(1000);
/// How long a quiet note stays.
const NOTE: Duration = Duration::from_secs(20);
/// How long a button says that it copied.
const COPIED: Duration = Duration::from_secs(2);

/// All that the window shows.
#[derive(Debug)]
pub(crate) struct Model {
    /// Whose relay it is, once that is known.
    pub(crate) organisation: Option<String>,
    /// What the organisation has to say before the first yes: purpose, scope, disclaimer.
    notice: Option<String>,
    /// What of that the person has seen: it is not shown twice.
    seen_notice: Option<String>,
    pub(crate) relay: Relay,
    /// What a proxy on the way is told of who this is.
    pub(crate) introduction: Introduction,
    pub(crate) test: ConnectionTest,
    pub(crate) numbers: Option<Numbers>,
    pub(crate) stage: Stage,
    /// What can be pressed anywhere to end the session, where the desktop gave it.
    pub(crate) hot_key: Option<String>,
    pub(crate) note: Option<(Note, Instant)>,
    /// What was copied just now.
    pub(crate) copied: Option<(Copyable, Instant)>,
    /// When the window began to be about something else: see [`Command::waits`].
    calm_at: Option<Instant>,
    /// How often the window has begun to be about something else: each time it is read from its beginning.
    pub(crate) turns: u32,
}

/// How the connection to the relay does.
#[derive(Debug)]
pub(crate) enum Relay {
    Connecting {
        attempt: u32,
    },
    Trouble {
        trouble: Trouble,
        attempt: u32,
    },
    Stopping,
    /// It does not answer for now.
    Silent,
    Ready,
}

impl Relay {
    /// Whether it is no passing fault any more.
    pub(crate) fn is_bad(&self) -> bool {
        matches!(self, Self::Trouble { trouble, attempt } if trouble.kind.is_final() || *attempt >= PATIENCE)
    }
}

/// What the way to the relay was found to be like, when the person wanted to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum ConnectionTest {
    #[default]
    None,
    Running,
    Done {
        verdict: Verdict,
        /// All of it, for whoever looks into it. Nothing personal is in it.
        report: String,
    },
}

/// What is read aloud, grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) session_id: String,
    pub(crate) password: String,
}

/// What the window is about now.
#[derive(Debug)]
pub(crate) enum Stage {
    /// Numbers to read aloud, or why there are none.
    Waiting,
    /// Somebody wants in.
    Asked(Question),
    /// Somebody is in.
    Here(Visit),
    /// A session was; its receipt.
    Over(Over),
    /// The client can't work here, or no longer.
    Cannot(Cannot),
}

/// Who asks for what.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// What is to be read before the question itself.
    pub(crate) notice: Option<String>,
    pub(crate) operator: String,
    pub(crate) organisation: String,
    pub(crate) words: [String; 2],
    pub(crate) asked: Grants,
    /// What a yes would allow.
    pub(crate) ticked: Grants,
    /// When the buttons begin to work.
    pub(crate) armed_at: Instant,
    /// When keys begin to work. Whoever was typing elsewhere when the question came does not answer it.
    pub(crate) keys_at: Instant,
    pub(crate) deadline: Instant,
    pub(crate) is_armed: bool,
    /// Until it counts as no; counted up, so that it says 1 until the end.
    pub(crate) seconds_left: u64,
    pub(crate) is_answered: bool,
}

/// Who is here and may do what.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visit {
    pub(crate) operator: String,
    pub(crate) organisation: String,
    pub(crate) since: Option<SystemTime>,
    pub(crate) allowed: Grants,
    pub(crate) is_paused: bool,
    /// How often a line has been looked for, while it is lost.
    pub(crate) lost: Option<u32>,
    pub(crate) chat: Chat,
    pub(crate) files: Files,
}

/// A session that is over.
#[derive(Debug)]
pub(crate) struct Over {
    pub(crate) receipt: Receipt,
    /// Where the person would save it.
    pub(crate) path: String,
    pub(crate) saved: Option<Saved>,
}

/// What became of saving the receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Saved {
    At(String),
    Exists,
    Failed(Unsaved),
}

/// Why it could not be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unsaved {
    Denied,
    NoFolder,
    Full,
    ReadOnly,
    /// What the system says.
    Other(String),
}

/// Why nobody can be let in here.
#[derive(Debug)]
pub(crate) enum Cannot {
    /// The desktop is Wayland's.
    Wayland,
    /// It can't be shown for another reason.
    Desktop(String),
    /// It ended while the program ran.
    Gone,
    /// The program itself failed.
    Fault(String),
}

/// Something said quietly beside what the window is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    WrongPassword {
        left: u8,
    },
    PasswordReplaced,
    NumberReplaced,
    /// A console came and no seal was made.
    NotLetIn,
    /// A console came and went before it asked for anything.
    CameAndWent,
    /// A press that no hand made.
    Ignored,
    RelayStopping,
}

/// What has a button that copies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copyable {
    SessionId,
    Password,
    Receipt,
    /// What the connection test has found.
    Report,
}

/// What the person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    Copy(Copyable),
    NewPassword,
    Tick(Grant, bool),
    /// The notice was read.
    Continue,
    Allow,
    Deny,
    Switch(Grant, bool),
    Pause,
    Resume,
    End,
    /// What the person has typed of their answer so far.
    Draft(String),
    /// Sends what they have typed.
    Say(String),
    CancelFiles,
    SetPath(String),
    Save,
    /// What the person types for a proxy.
    Introduction(Introduction),
    /// Tells it to the proxy.
    Introduce(Introduction),
    /// Looks how the way to the relay is.
    Test,
    WaitAgain,
    ShowMain,
    Close,
}

impl Command {
    /// Whether only a hand at this computer may give it. What stops something may come from anywhere, and what shows
    /// or keeps something for the person changes nothing for the operator.
    pub(crate) fn needs_hand(&self) -> bool {
        match self {
            Self::NewPassword
            | Self::Tick(..)
            | Self::Continue
            | Self::Allow
            | Self::Switch(..)
            | Self::Resume
            | Self::Say(_)
            | Self::WaitAgain => true,
            Self::Deny
            | Self::Pause
            | Self::End
            | Self::CancelFiles
            | Self::Draft(_)
            | Self::Close
            | Self::Copy(_)
            | Self::ShowMain
            | Self::SetPath(_)
            | Self::Introduction(..)
            | Self::Introduce(..)
            | Self::Test
            | Self::Save => false,
        }
    }

    /// Whether it does not count right after the window began to be about something else: then the second press of a
    /// double click lands on a button that was not there at the first.
    fn waits(&self) -> bool {
        matches!(self, Self::Pause | Self::Resume | Self::WaitAgain | Self::Close)
    }
}

impl Model {
    /// Before anything has happened.
    pub(crate) fn new() -> Self {
        Self {
            organisation: None,
            notice: None,
            seen_notice: None,
            relay: Relay::Connecting { attempt: 1 },
            introduction: Introduction::default(),
            test: ConnectionTest::None,
            numbers: None,
            stage: Stage::Waiting,
            hot_key: None,
            note: None,
            copied: None,
            calm_at: None,
            turns: 0,
        }
    }

    /// Takes in what happened.
    pub(crate) fn apply(&mut self, event: Event, now: Instant) {
        match event {
            // What is wrong stays to be read while it is tried again.
            Event::Connecting { attempt } if !matches!(self.relay, Relay::Trouble { .. }) => {
                self.relay = Relay::Connecting { attempt };
            }
            Event::Trouble { error, attempt, .. } => {
                self.relay = Relay::Trouble { trouble: Trouble::of(&error), attempt };
            }
            Event::Silent(true) if matches!(self.relay, Relay::Ready) => self.relay = Relay::Silent,
            Event::Silent(false) if matches!(self.relay, Relay::Silent) => self.relay = Relay::Ready,
            Event::RelayStopping => {
                self.relay = Relay::Stopping;
                self.say(Note::RelayStopping, now);
            }
            Event::Ready { session_id, password, organisation, notice, .. } => {
                self.relay = Relay::Ready;
                (self.test, self.introduction) = (ConnectionTest::None, Introduction::default());
                self.note.take_if(|(note, _)| *note == Note::RelayStopping);
                self.notice = notice;
                self.organisation = Some(organisation);
                let numbers = Numbers { session_id: session_id.to_string(), password: password.to_string() };
                if self.numbers.replace(numbers) != self.numbers {
                    // What was copied is not what is shown now.
                    self.copied = None;
                }
            }
            Event::Refused { error } => self.say(note_of(&error), now),
            Event::Asked(question) => {
                self.turns += 1;
                self.note = None;
                self.stage = Stage::Asked(Question {
                    notice: self.notice.clone().filter(|notice| self.seen_notice.as_ref() != Some(notice)),
                    operator: question.operator.operator.to_string(),
                    organisation: question.operator.organisation.to_string(),
                    words: question.words.in_language(question.language).map(str::to_owned),
                    asked: question.grants,
                    ticked: question.grants,
                    armed_at: now + INERT,
                    keys_at: now + QUIET,
                    deadline: question.deadline,
                    is_armed: false,
                    seconds_left: 0,
                    is_answered: false,
                });
                self.tick(now);
            }
            Event::Here(visitor) => {
                let visit = Visit {
                    operator: visitor.operator.operator.to_string(),
                    organisation: visitor.operator.organisation.to_string(),
                    since: Some(visitor.since),
                    ..Visit::default()
                };
                self.turn_to(Stage::Here(visit), now + INERT);
            }
            Event::Allowed(grants) => self.visit(|visit| visit.allowed = grants),
            Event::Paused(paused) => self.visit(|visit| visit.is_paused = paused),
            Event::Said(text) => self.visit(|visit| visit.chat.add(Speaker::Operator, text.to_string(), now)),
            Event::Heard(text) => {
                self.visit(|visit| visit.chat.add(Speaker::Customer, text.to_string(), now));
            }
            Event::NotHeard(_) => self.visit(|visit| visit.chat.is_refused = true),
            Event::File(event) => self.visit(|visit| visit.files.note(&event)),
            Event::Progress(progress) => self.visit(|visit| visit.files.progress(progress, now)),
            Event::Lost => self.visit(|visit| visit.lost = Some(1)),
            Event::Retrying { attempt } => self.visit(|visit| visit.lost = Some(attempt)),
            Event::Found => self.visit(|visit| visit.lost = None),
            Event::Over(receipt) => {
                // The numbers were good for this one session.
                self.numbers = None;
                if receipt.asked.is_none() {
                    self.stage = Stage::Waiting;
                    self.say(Note::CameAndWent, now);
                } else {
                    let over = Over { receipt, path: String::new(), saved: None };
                    self.turn_to(Stage::Over(over), now + CALM);
                }
            }
            // Which way the session goes is nothing that the customer would decide anything by.
            Event::Connecting { .. } | Event::Silent(_) | Event::Direct(_) | Event::Ended(_) => {}
            Event::DesktopGone(_) => self.give_up(Cannot::Gone),
        }
    }

    /// Nothing more will happen.
    pub(crate) fn give_up(&mut self, why: Cannot) {
        self.numbers = None;
        self.note = None;
        // What was is worth more to the person than that nothing more will be.
        if !matches!(self.stage, Stage::Over(_)) {
            self.stage = Stage::Cannot(why);
        }
    }

    /// The notice was read: the question follows, and waits a moment before it takes an answer.
    pub(crate) fn notice_was_read(&mut self, now: Instant) {
        if let Stage::Asked(question) = &mut self.stage {
            self.seen_notice = question.notice.take();
            question.armed_at = now + INERT;
            question.keys_at = now + QUIET;
            question.deadline = now + CONSENT_TIMEOUT;
            question.is_armed = false;
        }
    }

    /// The connection test is over; `None` if it could not be made.
    pub(crate) fn tested(&mut self, survey: Option<&Survey>, words: &Words) {
        if self.test == ConnectionTest::Running {
            self.test = survey.map_or(ConnectionTest::None, |survey| ConnectionTest::Done {
                verdict: survey.verdict(),
                report: report::text(survey, words),
            });
        }
    }

    /// Begins anew after a session.
    pub(crate) fn wait_again(&mut self) {
        self.numbers = None;
        self.relay = Relay::Connecting { attempt: 1 };
        self.stage = Stage::Waiting;
    }

    /// Says something beside.
    pub(crate) fn say(&mut self, note: Note, now: Instant) {
        self.note = Some((note, now + NOTE));
    }

    /// Marks something as just copied.
    pub(crate) fn copied(&mut self, what: Copyable, now: Instant) {
        self.copied = Some((what, now + COPIED));
    }

    /// Whether a command comes too early to be meant.
    pub(crate) fn is_too_early(&self, command: &Command, now: Instant) -> bool {
        command.waits() && self.calm_at.is_some_and(|calm| now < calm)
    }

    fn turn_to(&mut self, stage: Stage, calm_at: Instant) {
        self.turns += 1;
        self.note = None;
        self.calm_at = Some(calm_at);
        self.stage = stage;
    }

    /// What is in the session now, if there is one.
    pub(crate) fn visitor(&self) -> Option<&Visit> {
        match &self.stage {
            Stage::Here(visit) => Some(visit),
            _ => None,
        }
    }

    pub(crate) fn visit(&mut self, change: impl FnOnce(&mut Visit)) {
        if let Stage::Here(visit) = &mut self.stage {
            change(visit);
        }
    }

    /// The proxy that is to be told who this is, with what the person has typed; it is tried again at once.
    pub(crate) fn introduce(&mut self) -> Option<(Proxy, String, String)> {
        let Relay::Trouble { trouble: Trouble { proxy: Some(proxy), .. }, .. } = &self.relay else {
            return None;
        };
        let (user, password) = self.introduction.take()?;
        let told = (proxy.clone(), user, password);
        self.relay = Relay::Connecting { attempt: 1 };
        Some(told)
    }

    /// Lets time pass; returns how long nothing changes by itself.
    pub(crate) fn tick(&mut self, now: Instant) -> Option<Duration> {
        self.note.take_if(|(_, until)| *until <= now);
        self.copied.take_if(|(_, until)| *until <= now);
        let until = [self.note.map(|(_, until)| until), self.copied.map(|(_, until)| until)];
        let mut next: Option<Instant> = until.into_iter().flatten().min();
        if let Stage::Asked(question) = &mut self.stage {
            let next_here = question.tick(now);
            next = next.into_iter().chain(next_here).min();
        }
        next.map(|next| next.saturating_duration_since(now))
    }
}

impl Question {
    fn tick(&mut self, now: Instant) -> Option<Instant> {
        self.is_armed = now >= self.armed_at;
        let left = self.deadline.saturating_duration_since(now);
        self.seconds_left = left.as_millis().div_ceil(1000) as u64;
        if self.seconds_left == 0 {
            self.is_answered = true;
            return None;
        }
        let second = self.deadline.checked_sub(Duration::from_secs(self.seconds_left - 1));
        let armed = (!self.is_armed).then_some(self.armed_at);
        second.into_iter().chain(armed).min()
    }

    /// Whether a key counts that is pressed now. One that comes too soon, or that writes something, is meant for another
    /// program: it does nothing, and the next has to wait for as long again.
    pub(crate) fn takes_key(&mut self, writes: bool, now: Instant) -> bool {
        let takes = now >= self.keys_at && !writes;
        if !takes {
            self.keys_at = now + QUIET;
        }
        takes
    }

    /// Whether its buttons do something.
    pub(crate) fn is_open(&self) -> bool {
        self.is_armed && !self.is_answered
    }
}

fn note_of(error: &SealError) -> Note {
    match error {
        SealError::WrongPassword(wrong) | SealError::GuessesSpent(wrong) => match wrong {
            Wrong::Password { left } => Note::WrongPassword { left: *left },
            Wrong::PasswordReplaced => Note::PasswordReplaced,
            Wrong::NumberEnded => Note::NumberReplaced,
        },
        _ => Note::NotLetIn,
    }
}
