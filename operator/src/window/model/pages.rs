//! Which page is shown, and the tabs.

use super::{Effect, Held, Model, Page, Question, Renaming, TabId, TabState};
use crate::window::forms::{Field, SetupForm};
use crate::window::recent::End;

impl Model {
    pub(super) fn ask(&mut self, question: Question) -> Vec<Effect> {
        self.question = Some(question);
        self.renaming = None;
        self.leave()
    }

    pub(super) fn rename(&mut self, id: TabId) -> Vec<Effect> {
        let Some(tab) = self.tab(id) else { return Vec::new() };
        let text = tab.name.clone().unwrap_or_default();
        self.renaming = Some(Renaming { tab: id, text, is_focused: false });
        self.leave()
    }

    /// The session that is shown lets go of everything.
    fn leave(&self) -> Vec<Effect> {
        if let Page::Session(id) = self.page { vec![Effect::Leave(id)] } else { Vec::new() }
    }

    pub(super) fn show(&mut self, page: Page) -> Vec<Effect> {
        // Without settings there is nothing else to do.
        let may_be_ready = self.settings.is_complete() && self.held == Held::Asking;
        let page =
            if page == Page::Connect && !self.is_ready() && !may_be_ready { Page::Settings } else { page };
        if page == Page::Connect {
            if self.page != Page::Settings && self.attempt.is_none() {
                self.connect.begin_anew();
            }
            // Whoever asks for it types next.
            let field = if self.connect.check_id().is_right() { Field::Password } else { Field::Id };
            self.connect.focus = Some(field);
        }
        if page == self.page || matches!(page, Page::Session(id) if self.tab(id).is_none()) {
            return Vec::new();
        }
        let mut effects = self.leave();
        if self.page == Page::Settings {
            // What was not saved is not so, and does not look so.
            self.setup = SetupForm::new(&self.settings);
            effects.push(Effect::Restyle);
        }
        if page == Page::Settings {
            self.setup = SetupForm::new(&self.settings);
        }
        self.renaming = None;
        self.is_full_screen = false;
        self.page = page;
        if let Page::Session(id) = page
            && let Some(tab) = self.tab_mut(id)
        {
            tab.is_unread = false;
        }
        effects
    }

    /// The tab so many places on, the connect page among them.
    pub(super) fn step(&mut self, by: isize) -> Vec<Effect> {
        let pages: Vec<Page> =
            self.tabs.iter().map(|tab| Page::Session(tab.id)).chain([Page::Connect]).collect();
        let here = pages.iter().position(|page| *page == self.page).unwrap_or(pages.len() - 1);
        let next = (here as isize + by).rem_euclid(pages.len() as isize) as usize;
        self.show(pages[next])
    }

    pub(super) fn close_tab(&mut self, id: TabId) -> Vec<Effect> {
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
