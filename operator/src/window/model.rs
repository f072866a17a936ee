//! What the window shows, and what becomes of it when people do things. Nothing here blocks or talks to anybody:
//! [`Model::apply`] gives back what has to be done outside.

use farhand_proto::grant::Grants;
use farhand_proto::id::{Password, SessionId};

use super::Customer;
use super::forms::{ConnectForm, Field, SetupForm, Test};
use super::handout::Handout;
use super::keystore::{Answer, Token};
use super::pasted::Pasted;
use super::recent::{End, Past, Recent};
use super::settings::{Language, Settings, SettingsError, Theme};
use super::trouble::{Fault, Trouble};

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

/// What people do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Command {
    SetId(String),
    SetPassword(String),
    AskControl(bool),
    Pasted(Pasted),
    Connect,
    Cancel,
    ClearRecent,
    Show(Page),
    NextTab,
    PreviousTab,
    CloseTab(TabId),
    Confirm,
    Dismiss,
    Rename(TabId),
    RenameTo(String),
    RenameFocused,
    RenameDone,
    RenameCancel,
    Setup(Field, String),
    SetTheme(Theme),
    SetLanguage(Language),
    Handout(Handout),
    Test,
    Save,
    LeaveSettings,
    Focused,
    CloseWindow,
}

/// What has to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    Connect {
        tab: TabId,
        id: SessionId,
        password: Password,
        ask: Grants,
        settings: Settings,
        token: Token,
    },
    CancelAttempt,
    LoadToken(String),
    StoreToken(String, Token),
    Test {
        settings: Settings,
        token: Token,
    },
    CancelTest,
    SaveSettings(Settings),
    SaveRecent(Recent),
    /// Theme or language may be others now.
    Restyle,
    /// Another page is shown: the session lets go of everything.
    Leave(TabId),
    /// The session ends, if it has not, and is forgotten.
    Forget(TabId),
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
            (None, None) => Held::Missing,
        };
        let mut model = Self {
            page: Page::Connect,
            tabs: Vec::new(),
            connect: ConnectForm::new(),
            attempt: None,
            recent: start.recent,
            setup: SetupForm::new(&start.settings),
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

    /// How many sessions are not over.
    pub(crate) fn running(&self) -> usize {
        self.tabs.iter().filter(|tab| tab.state != TabState::Ended).count()
    }

    /// Does what somebody wants.
    pub(crate) fn apply(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::SetId(text) => self.connect.set_id(text),
            Command::SetPassword(text) => self.connect.set_password(text),
            Command::AskControl(asks) => self.connect.asks_control = asks,
            Command::Pasted(pasted) => self.connect.paste(pasted),
            Command::Connect => return self.connect(),
            Command::Cancel => {
                if self.attempt.take().is_some() {
                    self.connect.focus = Some(Field::Id);
                    return vec![Effect::CancelAttempt];
                }
            }
            Command::ClearRecent => {
                self.recent.clear();
                return vec![Effect::SaveRecent(self.recent.clone())];
            }
            Command::Show(page) => return self.show(page),
            Command::NextTab => return self.step(1),
            Command::PreviousTab => return self.step(-1),
            Command::CloseTab(id) => match self.tab(id).map(|tab| tab.state) {
                Some(TabState::Ended) => return self.close_tab(id),
                Some(_) => return self.ask(Question::CloseTab(id)),
                None => {}
            },
            Command::CloseWindow => match self.running() {
                0 => self.is_over = true,
                count => return self.ask(Question::CloseWindow(count)),
            },
            Command::Confirm => match self.question.take() {
                Some(Question::CloseTab(id)) => return self.close_tab(id),
                Some(Question::CloseWindow(_)) => {
                    self.is_over = true;
                    let ids: Vec<TabId> = self.tabs.iter().map(|tab| tab.id).collect();
                    return ids.into_iter().flat_map(|id| self.ended(id, End::Operator)).collect();
                }
                None => {}
            },
            Command::Dismiss => self.question = None,
            Command::Rename(tab) => return self.rename(tab),
            Command::RenameTo(text) => {
                if let Some(renaming) = &mut self.renaming {
                    renaming.text = text.chars().take(MAX_TAB_NAME).collect();
                }
            }
            Command::RenameFocused => {
                if let Some(renaming) = &mut self.renaming {
                    renaming.is_focused = true;
                }
            }
            Command::RenameDone => {
                if let Some(Renaming { tab, text, .. }) = self.renaming.take()
                    && let Some(tab) = self.tab_mut(tab)
                {
                    let text = text.trim();
                    tab.name = (!text.is_empty()).then(|| text.to_owned());
                }
            }
            Command::RenameCancel => self.renaming = None,
            Command::Focused => {
                self.connect.focus = None;
                self.setup.focus = None;
            }
            Command::Setup(..)
            | Command::SetTheme(_)
            | Command::SetLanguage(_)
            | Command::Handout(_)
            | Command::Test
            | Command::Save
            | Command::LeaveSettings => return self.apply_setup(command),
        }
        Vec::new()
    }

    fn apply_setup(&mut self, command: Command) -> Vec<Effect> {
        let had_test = self.setup.test == Test::Running;
        let mut effects = match command {
            Command::Setup(field, text) => {
                self.setup.touched();
                match field {
                    Field::Relay => self.setup.relay = text,
                    Field::Pin => self.setup.pin = text,
                    Field::Operator => self.setup.operator = text,
                    Field::Token => self.setup.token.0 = text,
                    Field::Id | Field::Password => {}
                }
                Vec::new()
            }
            Command::SetTheme(theme) => {
                self.setup.theme = theme;
                return vec![Effect::Restyle];
            }
            Command::SetLanguage(language) => {
                self.setup.language = language;
                return vec![Effect::Restyle];
            }
            Command::Handout(handout) => {
                self.setup.fill(&handout);
                Vec::new()
            }
            Command::Test => self.with_setup(|model, settings, token| {
                model.setup.test = Test::Running;
                vec![Effect::Test { settings, token }]
            }),
            Command::Save => self.with_setup(Self::save),
            _ => {
                self.setup = SetupForm::new(&self.settings);
                let mut effects = self.show(Page::Connect);
                effects.push(Effect::Restyle);
                effects
            }
        };
        if had_test && self.setup.test != Test::Running {
            effects.push(Effect::CancelTest);
        }
        effects
    }

    /// The token that the form means: a typed one, else the one that is there for this operator.
    pub(crate) fn setup_has_token(&self) -> bool {
        self.held.token().is_some() && self.setup_operator_is_the_same()
    }

    /// Whether the token that is there belongs to the operator in the form.
    fn setup_operator_is_the_same(&self) -> bool {
        matches!(self.held, Held::Given(_))
            || self.settings.operator.as_ref().is_some_and(|name| **name == *self.setup.operator.trim())
    }

    fn with_setup(&mut self, then: impl FnOnce(&mut Self, Settings, Token) -> Vec<Effect>) -> Vec<Effect> {
        self.setup.was_tried = true;
        self.setup.pasted = None;
        let held = self.held.token().filter(|_| self.setup_operator_is_the_same()).cloned();
        match (self.setup.settings(held.is_some()), self.setup.typed_token().or(held)) {
            (Ok(settings), Some(token)) => then(self, settings, token),
            (Err(field), _) => {
                self.setup.focus = Some(field);
                Vec::new()
            }
            (Ok(_), None) => Vec::new(),
        }
    }

    fn save(&mut self, settings: Settings, token: Token) -> Vec<Effect> {
        let mut effects = vec![Effect::SaveSettings(settings.clone())];
        if let (Some(typed), Some(operator)) = (self.setup.typed_token(), &settings.operator) {
            effects.push(Effect::StoreToken(operator.to_string(), typed.clone()));
            // Until the key store has it.
            self.held = Held::Given(token);
        }
        self.settings = settings;
        self.setup = SetupForm::new(&self.settings);
        self.connect.trouble.take_if(|trouble| trouble.fault == Fault::Settings);
        effects.extend(self.show(Page::Connect));
        effects.push(Effect::Restyle);
        effects
    }

    fn connect(&mut self) -> Vec<Effect> {
        if self.attempt.is_some() {
            return Vec::new();
        }
        self.connect.was_tried = true;
        match (self.connect.numbers(), self.held.token()) {
            (Err(field), _) => {
                self.connect.focus = Some(field);
                Vec::new()
            }
            (Ok(_), None) => self.show(Page::Settings),
            (Ok(numbers), Some(token)) => {
                let token = token.clone();
                let tab = TabId(self.next);
                self.next += 1;
                self.connect.trouble = None;
                self.attempt = Some(Attempt { id: tab, session_id: numbers.id, stage: Stage::Relay });
                vec![Effect::Connect {
                    tab,
                    id: numbers.id,
                    password: numbers.password,
                    ask: numbers.ask,
                    settings: self.settings.clone(),
                    token,
                }]
            }
        }
    }

    /// A try has come further.
    pub(crate) fn stage(&mut self, id: TabId, stage: Stage) {
        if let Some(attempt) = self.attempt.as_mut().filter(|attempt| attempt.id == id) {
            attempt.stage = stage;
        }
    }

    /// A try has failed.
    pub(crate) fn failed(&mut self, id: TabId, trouble: Trouble) {
        if self.attempt.take_if(|attempt| attempt.id == id).is_none() {
            return;
        }
        self.connect.focus = match trouble.fault {
            Fault::Id => Some(Field::Id),
            Fault::Password => Some(Field::Password),
            Fault::Settings | Fault::Elsewhere => None,
        };
        self.connect.trouble = Some(trouble);
    }

    /// A try has become a session; false if nobody waits for it any more.
    pub(crate) fn connected(&mut self, id: TabId, organisation: String) -> bool {
        let Some(attempt) = self.attempt.take_if(|attempt| attempt.id == id) else { return false };
        let tab = Tab {
            id,
            session_id: attempt.session_id,
            name: None,
            state: TabState::Asking,
            organisation,
            began: self.now,
        };
        self.tabs.push(tab);
        let asks_control = self.connect.asks_control;
        self.connect = ConnectForm { asks_control, ..ConnectForm::new() };
        if self.page == Page::Connect {
            self.page = Page::Session(id);
        }
        true
    }

    /// A session is otherwise than before.
    pub(crate) fn tab_state(&mut self, id: TabId, state: TabState) {
        if let Some(tab) = self.tab_mut(id).filter(|tab| tab.state != TabState::Ended) {
            tab.state = state;
        }
    }

    /// A session is over.
    pub(crate) fn ended(&mut self, id: TabId, end: End) -> Vec<Effect> {
        let now = self.now;
        let Some(tab) = self.tab_mut(id).filter(|tab| tab.state != TabState::Ended) else {
            return Vec::new();
        };
        tab.state = TabState::Ended;
        let past = Past {
            began: tab.began,
            lasted: now.saturating_sub(tab.began),
            organisation: tab.organisation.clone(),
            end,
        };
        if self.question == Some(Question::CloseTab(id)) {
            self.question = None;
        }
        self.recent.add(past);
        vec![Effect::SaveRecent(self.recent.clone())]
    }

    /// The key store has answered what was asked at the start.
    pub(crate) fn loaded(&mut self, answer: Answer) {
        if self.held != Held::Asking {
            return;
        }
        self.held = match answer {
            Answer::Kept(token) => Held::Kept(token),
            Answer::Empty => Held::Missing,
            Answer::None(why) => Held::NoStore(why),
        };
        if self.held.token().is_none() && self.page == Page::Connect {
            self.page = Page::Settings;
            self.setup.focus = Some(Field::Token);
        }
    }

    /// The key store has answered whether it keeps the token.
    pub(crate) fn stored(&mut self, answer: Answer) {
        if let Some(token) = self.held.token().cloned() {
            self.held = match answer {
                Answer::Kept(_) => Held::Kept(token),
                Answer::Empty => Held::Memory(token, String::new()),
                Answer::None(why) => Held::Memory(token, why),
            };
        }
    }

    /// The test is over.
    pub(crate) fn tested(&mut self, test: Test) {
        if self.setup.test == Test::Running {
            self.setup.test = test;
        }
    }

    fn ask(&mut self, question: Question) -> Vec<Effect> {
        self.question = Some(question);
        self.renaming = None;
        self.leave()
    }

    fn rename(&mut self, id: TabId) -> Vec<Effect> {
        let Some(tab) = self.tab(id) else { return Vec::new() };
        let text = tab.name.clone().unwrap_or_default();
        self.renaming = Some(Renaming { tab: id, text, is_focused: false });
        self.leave()
    }

    /// The session that is shown lets go of everything.
    fn leave(&self) -> Vec<Effect> {
        if let Page::Session(id) = self.page { vec![Effect::Leave(id)] } else { Vec::new() }
    }

    fn show(&mut self, page: Page) -> Vec<Effect> {
        // Without settings there is nothing else to do.
        let page = if page == Page::Connect && !self.is_ready() && self.held != Held::Asking {
            Page::Settings
        } else {
            page
        };
        if page == self.page || matches!(page, Page::Session(id) if self.tab(id).is_none()) {
            return Vec::new();
        }
        let effects = self.leave();
        match page {
            Page::Connect => {
                let field = if self.connect.check_id().is_right() { Field::Password } else { Field::Id };
                self.connect.focus = Some(field);
            }
            Page::Settings => {
                self.setup = SetupForm::new(&self.settings);
            }
            Page::Session(_) => {}
        }
        self.renaming = None;
        self.is_full_screen = false;
        self.page = page;
        effects
    }

    /// The tab so many places on, the connect page among them.
    fn step(&mut self, by: isize) -> Vec<Effect> {
        let pages: Vec<Page> =
            self.tabs.iter().map(|tab| Page::Session(tab.id)).chain([Page::Connect]).collect();
        let here = pages.iter().position(|page| *page == self.page).unwrap_or(pages.len() - 1);
        let next = (here as isize + by).rem_euclid(pages.len() as isize) as usize;
        self.show(pages[next])
    }

    fn close_tab(&mut self, id: TabId) -> Vec<Effect> {
        let Some(place) = self.tabs.iter().position(|tab| tab.id == id) else { return Vec::new() };
        let mut effects = Vec::new();
        if self.tabs[place].state != TabState::Ended {
            effects.extend(self.ended(id, End::Operator));
        }
        self.tabs.remove(place);
        self.renaming = None;
        if self.page == Page::Session(id) {
            self.is_full_screen = false;
            let neighbour = self.tabs.get(place).or(self.tabs.last()).map(|tab| Page::Session(tab.id));
            self.page = neighbour.unwrap_or(Page::Connect);
            if self.page == Page::Connect {
                self.connect.focus = Some(Field::Id);
            }
        }
        effects.push(Effect::Forget(id));
        effects
    }
}

impl super::forms::Check {
    pub(crate) fn is_right(&self) -> bool {
        matches!(self, Self::Right(_))
    }
}
