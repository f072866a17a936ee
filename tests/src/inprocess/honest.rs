//! The real programs' cores, and what they would show.

use farhand_peer::SessionEnd;
use farhand_peer::client::{Client, Control, Event, Question};
use farhand_peer::console::{Console, ConsoleEvent, ConsoleHandle, Operator, Way};
use farhand_proto::grant::Grants;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::language::Language;
use farhand_seal::{ConsoleGuesses, SealError};

use super::desk::{FakeDesk, Record};
use super::{everything, soon};

/// What the customers of these tests speak.
pub const LANGUAGE: Language = Language::Czech;

/// A client whose desk writes down what it is asked for.
#[derive(Debug)]
pub struct HonestClient {
    client: Client,
    /// The customer's hand.
    pub control: Control,
    /// What the desk was asked for.
    pub desk: Record,
}

impl HonestClient {
    /// Starts one at this relay.
    #[must_use]
    pub fn start(way: Way) -> Self {
        Self::with(way, FakeDesk::new())
    }

    /// Starts one with this desk.
    #[must_use]
    pub fn with(way: Way, (desk, record): (FakeDesk, Record)) -> Self {
        let client = Client::start(way, LANGUAGE, Box::new(desk)).unwrap();
        Self { control: client.control(), client, desk: record }
    }

    /// The next event.
    pub async fn event(&mut self) -> Event {
        soon("an event of the client", self.next()).await
    }

    async fn next(&mut self) -> Event {
        self.client.event().await.expect("the client has stopped")
    }

    async fn first<T>(&mut self, pick: impl Fn(Event) -> Option<T>) -> T {
        loop {
            if let Some(picked) = pick(self.next().await) {
                return picked;
            }
        }
    }

    /// The next event of which this makes something, past all others.
    pub async fn until<T>(&mut self, what: &str, pick: impl Fn(Event) -> Option<T>) -> T {
        soon(what, self.first(pick)).await
    }

    /// Waits for a number and its password.
    pub async fn ready(&mut self) -> (SessionId, Password) {
        self.until("a number", |event| match event {
            Event::Ready { session_id, password, .. } => Some((session_id, password)),
            _ => None,
        })
        .await
    }

    /// Waits for the question, without answering it.
    pub async fn asked(&mut self) -> Question {
        self.until("the question for consent", |event| {
            if let Event::Asked(question) = event { Some(question) } else { None }
        })
        .await
    }

    /// Waits for the question and says yes to everything.
    pub async fn allow(&mut self) {
        self.asked().await;
        self.control.answer(everything());
        self.allowed().await;
    }

    /// Waits for news of what is allowed.
    pub async fn allowed(&mut self) -> Grants {
        self.until(
            "what is allowed",
            |event| {
                if let Event::Allowed(grants) = event { Some(grants) } else { None }
            },
        )
        .await
    }

    /// Waits for somebody who did not get in.
    pub async fn refused(&mut self) -> SealError {
        self.until("a refusal", |event| if let Event::Refused { error } = event { Some(error) } else { None })
            .await
    }

    /// Waits for somebody who did not get in, or for the end of a session that could just begin; in words.
    pub async fn refused_or_ended(&mut self) -> String {
        self.until("a refusal or an end", |event| match event {
            Event::Refused { error } => Some(error.to_string()),
            Event::Ended(end) => Some(end.to_string()),
            _ => None,
        })
        .await
    }

    /// Waits for the end of the session.
    pub async fn ended(&mut self) -> SessionEnd {
        soon("the end of the session", self.ended_at_last()).await
    }

    /// Waits for the end of the session, however long it takes.
    pub async fn ended_at_last(&mut self) -> SessionEnd {
        let end = |event| if let Event::Ended(end) = event { Some(end) } else { None };
        self.first(end).await
    }

    /// Waits for the end of the session in words.
    pub async fn last_words(&mut self) -> String {
        self.ended().await.to_string()
    }
}

/// A console in a session.
#[derive(Debug)]
pub struct HonestConsole {
    /// The session.
    pub handle: ConsoleHandle,
}

impl HonestConsole {
    /// Logs in, asks for the number, makes the seal and begins a session that asks for everything.
    pub async fn connect(way: Way, operator: Operator, number: (SessionId, Password)) -> Self {
        let mut console = soon("the login", Console::log_in(way, operator)).await.unwrap();
        let mut guesses = ConsoleGuesses::new();
        let sealing = soon("the seal", console.connect(number.0, number.1, &mut guesses)).await.unwrap();
        Self { handle: console.start(sealing, everything()) }
    }

    async fn first<T>(&mut self, pick: impl Fn(ConsoleEvent) -> Option<T>) -> T {
        loop {
            if let Some(picked) = pick(self.handle.event().await.expect("the console has stopped")) {
                return picked;
            }
        }
    }

    /// The next event of which this makes something, past all others.
    pub async fn until<T>(&mut self, what: &str, pick: impl Fn(ConsoleEvent) -> Option<T>) -> T {
        soon(what, self.first(pick)).await
    }

    /// Waits until this is allowed.
    pub async fn allowed(&mut self) -> Grants {
        self.until("what is allowed", |event| match event {
            ConsoleEvent::Session(farhand_session::ConsoleEvent::Allowed(grants)) => Some(grants),
            _ => None,
        })
        .await
    }

    /// Waits for a picture.
    pub async fn picture(&mut self) -> Vec<u8> {
        self.until("a picture", |event| match event {
            ConsoleEvent::Session(farhand_session::ConsoleEvent::Update { bytes, .. }) => Some(bytes),
            _ => None,
        })
        .await
    }

    /// Waits for the end.
    pub async fn ended(&mut self) -> SessionEnd {
        soon("the end of the session", self.ended_at_last()).await
    }

    /// Waits for the end, however long it takes.
    pub async fn ended_at_last(&mut self) -> SessionEnd {
        let end = |event| if let ConsoleEvent::Ended(end) = event { Some(end) } else { None };
        self.first(end).await
    }

    /// Waits for the end in words.
    pub async fn last_words(&mut self) -> String {
        self.ended().await.to_string()
    }
}
