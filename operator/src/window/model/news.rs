//! What the network and the key store have to say.

use farhand_transport::proxy::Introduction;

use super::Effect;
use super::{Held, Model, Page, Question, Stage, Tab, TabId, TabState};
use crate::window::forms::{ConnectForm, Field, Test};
use crate::window::keystore::Answer;
use crate::window::recent::{End, Past};
use crate::window::report::Report;
use crate::window::trouble::{Fault, Trouble};

impl Model {
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
            // After what is not the numbers' fault, Enter tries again.
            Fault::Password | Fault::Elsewhere => Some(Field::Password),
            Fault::Settings => None,
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
            is_unread: false,
            organisation,
            began: self.now,
        };
        self.tabs.push(tab);
        self.introduction = Introduction::default();
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

    /// The customer wrote something; whether that is news that only the tab tells.
    pub(crate) fn said(&mut self, id: TabId) -> bool {
        let is_hidden = self.page != Page::Session(id);
        if let Some(tab) = self.tab_mut(id).filter(|_| is_hidden) {
            tab.is_unread = true;
        }
        is_hidden
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
    pub(crate) fn tested(&mut self, test: Test, report: Option<Report>) {
        if self.setup.test == Test::Running {
            if matches!(test, Test::Fine(_)) {
                self.introduction = Introduction::default();
            }
            (self.setup.test, self.setup.report) = (test, report);
        }
    }

    /// What became of saving the report.
    pub(crate) fn report_saved(&mut self, saved: Result<String, String>) {
        if let Some(report) = &mut self.setup.report {
            report.saved = Some(saved);
        }
    }
}
