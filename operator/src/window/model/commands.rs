//! What people do in the window, and what has to be done outside for it.

use farhand_proto::grant::Grants;
use farhand_proto::id::{Password, SessionId};
use farhand_transport::Proxy;
use farhand_transport::proxy::Introduction;

use super::{Attempt, Held, MAX_TAB_NAME, Model, Page, Question, Renaming, Stage, TabId, TabState};
use crate::window::forms::{Field, Secret, SetupForm, Test};
use crate::window::handout::Handout;
use crate::window::keystore::Token;
use crate::window::pasted::Pasted;
use crate::window::recent::{End, Recent};
use crate::window::settings::{Language, Settings, Theme};
use crate::window::trouble::Fault;

/// What people do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Command {
    SetId(String),
    SetPassword(String),
    AskControl(bool),
    Pasted(Pasted),
    /// Enter was pressed in this field.
    Entered(Field),
    Connect,
    Cancel,
    ClearRecent,
    Show(Page),
    NextTab,
    PreviousTab,
    CloseTab(TabId),
    /// Closes the tabs of all sessions that are over.
    CloseEnded,
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
    /// The report in words.
    SaveReport(String),
    /// What is typed for a proxy.
    Introduction(Introduction),
    /// Tells it to the proxy, and tries again.
    Introduce(Introduction),
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
    /// Whether there is a key store.
    FindStore,
    LoadToken(String),
    StoreToken(String, Token),
    Test {
        settings: Settings,
        token: Token,
    },
    CancelTest,
    SaveReport(String),
    Introduce {
        proxy: Proxy,
        user: String,
        password: Secret,
    },
    SaveSettings(Settings),
    SaveRecent(Recent),
    /// Theme or language may be others now.
    Restyle,
    /// Another page is shown: the session lets go of everything.
    Leave(TabId),
    /// The session ends, if it has not, and is forgotten.
    Forget(TabId),
}

impl Model {
    /// Does what somebody wants.
    pub(crate) fn apply(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::SetId(text) => self.connect.set_id(text),
            Command::SetPassword(text) => self.connect.set_password(text),
            Command::AskControl(asks) => self.connect.asks_control = asks,
            Command::Pasted(pasted) => self.connect.paste(pasted),
            // Who types both without looking goes on with the password, whatever there is to say about the number.
            Command::Entered(Field::Id) if !self.connect.check_password().is_right() => {
                self.connect.is_id_entered = true;
                self.connect.focus = Some(Field::Password);
            }
            Command::Entered(_) | Command::Connect => return self.connect(),
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
            Command::CloseEnded => {
                let ended = self.tabs.iter().filter(|tab| tab.state == TabState::Ended).map(|tab| tab.id);
                return ended.collect::<Vec<_>>().into_iter().flat_map(|id| self.close_tab(id)).collect();
            }
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
            Command::SaveReport(text) => return vec![Effect::SaveReport(text)],
            Command::Introduction(typed) => self.introduction = typed,
            Command::Introduce(typed) => {
                self.introduction = typed;
                return self.introduce();
            }
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

    /// Tells the proxy that asks who this is, and tries again what it has stopped.
    fn introduce(&mut self) -> Vec<Effect> {
        let asks = match (&self.page, &self.setup.test) {
            (Page::Settings, Test::Failed(trouble)) => trouble.proxy.clone(),
            _ => self.connect.trouble.as_ref().and_then(|trouble| trouble.proxy.clone()),
        };
        let told = asks.and_then(|proxy| {
            let (user, password) = self.introduction.take()?;
            Some(Effect::Introduce { proxy, user, password: Secret(password) })
        });
        let Some(told) = told else { return Vec::new() };
        let again =
            if self.page == Page::Settings { self.apply_setup(Command::Test) } else { self.connect() };
        std::iter::once(told).chain(again).collect()
    }

    fn apply_setup(&mut self, command: Command) -> Vec<Effect> {
        let had_test = self.setup.test == Test::Running;
        let mut effects = match command {
            Command::Setup(field, text) => {
                self.setup.touched();
                match field {
                    Field::Relay => self.setup.relay = text,
                    Field::Pin => self.setup.pin = text,
                    Field::Proxy => self.setup.proxy = text,
                    Field::Operator => self.setup.operator = text,
                    Field::Token => self.setup.token.0 = text,
                    Field::Id | Field::Password => {}
                }
                Vec::new()
            }
            // What is seen at once is kept at once.
            Command::SetTheme(theme) => {
                (self.setup.theme, self.settings.theme) = (theme, theme);
                return self.keep_looks();
            }
            Command::SetLanguage(language) => {
                (self.setup.language, self.settings.language) = (language, language);
                return self.keep_looks();
            }
            Command::Handout(handout) => {
                self.setup.fill(&handout);
                Vec::new()
            }
            Command::Test => self.with_setup(|model, settings, token| {
                (model.setup.test, model.setup.report) = (Test::Running, None);
                model.setup.is_outdated = false;
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

    /// A file that could not be read is not written over for a colour.
    fn keep_looks(&self) -> Vec<Effect> {
        let saves = self.file_trouble.is_none().then(|| Effect::SaveSettings(self.settings.clone()));
        saves.into_iter().chain([Effect::Restyle]).collect()
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

    pub(super) fn connect(&mut self) -> Vec<Effect> {
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
                self.connect.is_password_used = true;
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
}
