//! What the window shows, and what becomes of it when people do things. Nothing here blocks or talks to anybody:
//! [`Model::apply`] gives back what has to be done outside.

mod commands;
mod news;
mod pages;

use farhand_proto::id::SessionId;

use super::Customer;
use farhand_transport::proxy::Introduction;

use super::forms::{ConnectForm, SetupForm};
use super::keystore::Token;
use super::pasted::Pasted;
use super::recent::Recent;
use super::settings::{Settings, SettingsError};

pub(crate) use commands::{Command, Effect};

/// Characters of a tab's name.
pub(crate) const MAX_TAB_NAME: usize = 60;

/// Names an attempt to connect, and the session that comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TabId(pub(crate) u64);

/// What fills the window below the tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    Connect,
    Settings,
    Session(TabId),
}

/// One session.
#[derive(Debug, Clone)]
pub(crate) struct Tab {
    pub(crate) id: TabId,
    pub(crate) session_id: SessionId,
    /// What the operator calls it.
    pub(crate) name: Option<String>,
    pub(crate) state: TabState,
    /// Whether the customer wrote something while another page was shown.
    pub(crate) is_unread: bool,
    pub(crate) organisation: String,
    /// In seconds since 1970-01-01 UTC.
    pub(crate) began: u64,
}

impl Tab {
    /// What stands on the tab.
    pub(crate) fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.session_id.to_string())
    }
}

/// How a session is, as its tab shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TabState {
    /// The customer is being asked.
    Asking,
    Live,
    /// Paused, or nothing is allowed.
    Paused,
    /// Nothing is heard from the client.
    Lost,
    /// The customer's desktop does not answer.
    Silent,
    Ended,
}

/// A try to connect that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) id: TabId,
    pub(crate) session_id: SessionId,
    pub(crate) stage: Stage,
}

/// How far a try has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The relay is being reached.
    Relay,
    /// The customer's program is being asked, and both prove that they know the password.
    Client,
}

/// Where the token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Held {
    /// The key store is being asked.
    Asking,
    /// Nowhere; the key store works.
    Missing,
    /// Nowhere; there is no key store, as it says itself.
    NoStore(String),
    /// In the system's key store.
    Kept(Token),
    /// In memory, because there is no key store, as it says itself.
    Memory(Token, String),
    /// In memory, because it was given with the start.
    Given(Token),
}

impl Held {
    pub(crate) fn token(&self) -> Option<&Token> {
        match self {
            Self::Kept(token) | Self::Memory(token, _) | Self::Given(token) => Some(token),
            Self::Asking | Self::Missing | Self::NoStore(_) => None,
        }
    }
}

/// Something to be confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// Closing the tab ends its session.
    CloseTab(TabId),
    /// Closing the window ends so many sessions.
    CloseWindow(usize),
}

/// A tab's name that is being changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renaming {
    pub(crate) tab: TabId,
    pub(crate) text: String,
    /// Whether the field has had the keyboard.
    pub(crate) is_focused: bool,
}

/// All that the window shows beside the sessions themselves.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) page: Page,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) connect: ConnectForm,
    pub(crate) attempt: Option<Attempt>,
    pub(crate) recent: Recent,
    pub(crate) settings: Settings,
    pub(crate) held: Held,
    pub(crate) setup: SetupForm,
    pub(crate) introduction: Introduction,
    /// What the settings' file said against being read or written.
    pub(crate) file_trouble: Option<SettingsError>,
    /// Where the settings lie, in words; `None`: nowhere.
    pub(crate) file: Option<String>,
    pub(crate) question: Option<Question>,
    pub(crate) renaming: Option<Renaming>,
    /// The session fills the whole monitor.
    pub(crate) is_full_screen: bool,
    /// In seconds since 1970-01-01 UTC.
    pub(crate) now: u64,
    pub(crate) is_over: bool,
    next: u64,
}

/// What the program starts with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Start {
    pub(crate) settings: Settings,
    pub(crate) file_trouble: Option<SettingsError>,
    pub(crate) file: Option<String>,
    pub(crate) recent: Recent,
    pub(crate) token: Option<Token>,
    pub(crate) now: u64,
}

impl Model {
    pub(crate) fn new(start: Start) -> (Self, Vec<Effect>) {
        let mut effects = Vec::new();
        let held = match (start.token, &start.settings.operator) {
            (Some(token), _) => Held::Given(token),
            (None, Some(operator)) => {
                effects.push(Effect::LoadToken(operator.to_string()));
                Held::Asking
            }
            (None, None) => {
                effects.push(Effect::FindStore);
                Held::Asking
            }
        };
        let mut model = Self {
            page: Page::Connect,
            tabs: Vec::new(),
            connect: ConnectForm::new(),
            attempt: None,
            recent: start.recent,
            setup: SetupForm::new(&start.settings),
            introduction: Introduction::default(),
            settings: start.settings,
            held,
            file_trouble: start.file_trouble,
            file: start.file,
            question: None,
            renaming: None,
            is_full_screen: false,
            now: start.now,
            is_over: false,
            next: 1,
        };
        if !model.settings.is_complete() {
            model.page = Page::Settings;
        }
        (model, effects)
    }

    /// Takes over a customer's numbers, and connects to them if nothing is missing.
    pub(crate) fn meet(&mut self, customer: &Customer) -> Vec<Effect> {
        self.connect.asks_control = customer.control;
        self.connect.paste(Pasted {
            id: Some(customer.session_id.to_string()),
            password: customer.password.as_ref().map(ToString::to_string),
        });
        if self.is_ready() && customer.password.is_some() { self.connect() } else { Vec::new() }
    }

    /// Whether the window can connect: else the settings come first.
    pub(crate) fn is_ready(&self) -> bool {
        self.settings.is_complete() && self.held.token().is_some()
    }

    pub(crate) fn tab(&self, id: TabId) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.id == id)
    }

    fn tab_mut(&mut self, id: TabId) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.id == id)
    }

    /// How many sessions are over and still have a tab.
    pub(crate) fn over(&self) -> usize {
        self.tabs.iter().filter(|tab| tab.state == TabState::Ended).count()
    }

    /// How many sessions are not over.
    pub(crate) fn running(&self) -> usize {
        self.tabs.len() - self.over()
    }
}

impl super::forms::Check {
    pub(crate) fn is_right(&self) -> bool {
        matches!(self, Self::Right(_))
    }
}
