//! The customer's desktop: it does one thing after the other, in its own time, and shows pictures of made-up sizes.

use std::collections::BTreeSet;

use farhand_proto::bounded::{List, Text};
use farhand_proto::input::{Input, Key};
use farhand_proto::screen::{Layout, Point, Rect, Size, View};
use farhand_proto::session::Undone;
use farhand_proto::time::Moment;
use farhand_session::{ClientSession, Unfinished};

use super::Around;

#[derive(Debug, Default)]
pub(super) struct Desk {
    busy: Option<(Moment, Input)>,
    /// What it has yet to say of what it did.
    report: Option<(Moment, Result<(), Unfinished>)>,
    held: BTreeSet<Key>,
    /// When the screen is described, while it is to be shown.
    screen_at: Option<Moment>,
    shows: bool,
    /// An update that is wanted: when it is there, and its size.
    wanted: Option<(Moment, usize)>,
    changes_at: Moment,
}

impl Desk {
    pub(super) fn inject(&mut self, input: Input, around: &mut Around) {
        if self.busy.is_some() || self.report.is_some() {
            around.fail(format_args!("two things to do at once"));
        }
        self.busy = Some((around.now + around.dice.time(0, 30), input));
    }

    /// Lets everything go. What was under way is broken off, or just done.
    pub(super) fn release_all(&mut self, around: &mut Around) {
        if let Some((_, input)) = self.busy.take() {
            let result = if around.dice.chance(40) {
                self.do_it(&input, around);
                Ok(())
            } else {
                Err(self.break_off(&input, around))
            };
            self.report = Some((around.now + around.dice.time(0, 15), result));
        }
        self.held.clear();
    }

    fn break_off(&self, input: &Input, around: &mut Around) -> Unfinished {
        let Input::Text(text) = input else { return Unfinished::BrokenOff { typed: 0 } };
        let cut = text.floor_char_boundary(around.dice.index(text.len() + 1));
        let typed = Input::Text(Text::truncated(&text[..cut]));
        self.note(&typed, around);
        Unfinished::BrokenOff { typed: cut }
    }

    fn do_it(&mut self, input: &Input, around: &mut Around) {
        match input {
            Input::Key { key, pressed: true } => drop(self.held.insert(*key)),
            Input::Key { key, pressed: false } => drop(self.held.remove(key)),
            Input::ReleaseAll => self.held.clear(),
            _ => {}
        }
        self.note(input, around);
    }

    fn note(&self, input: &Input, around: &mut Around) {
        around.trace.totals.done += 1;
        if let Err(why) = around.ledger.did(input) {
            around.fail(format_args!("the desk did {why}"));
        }
    }

    pub(super) fn holds_something(&self) -> bool {
        !self.held.is_empty()
    }

    pub(super) fn show(&mut self, around: &mut Around) {
        self.stop();
        self.screen_at = Some(around.now + around.dice.time(1, 10));
    }

    pub(super) fn stop(&mut self) {
        (self.screen_at, self.shows, self.wanted) = (None, false, None);
    }

    pub(super) fn close(&mut self) {
        *self = Self::default();
    }

    pub(super) fn want_update(&mut self, bytes: usize, around: &mut Around) {
        if self.wanted.is_some() || !self.shows {
            return;
        }
        let at = self.changes_at.max(around.now + around.dice.time(1, 20));
        self.changes_at = at + around.dice.time(100, 1_500);
        self.wanted = Some((at, around.dice.index(bytes.min(8_000)) + 1));
    }

    pub(super) fn next(&self) -> Option<Moment> {
        let busy = self.busy.as_ref().map(|(at, _)| *at);
        let report = self.report.as_ref().map(|(at, _)| *at);
        let wanted = self.wanted.map(|(at, _)| at);
        [busy, report, wanted, self.screen_at].into_iter().flatten().min()
    }

    /// Does what is due and tells the session.
    pub(super) fn turn(&mut self, session: &mut ClientSession, around: &mut Around) {
        let now = around.now;
        if let Some((_, input)) = self.busy.take_if(|(at, _)| *at <= now) {
            let result = if around.dice.chance(1) {
                Err(Unfinished::Refused(Undone::System(Text::truncated("no"))))
            } else {
                self.do_it(&input, around);
                Ok(())
            };
            session.done(result, now);
        }
        if let Some((_, result)) = self.report.take_if(|(at, _)| *at <= now) {
            session.done(result, now);
        }
        if self.screen_at.take_if(|at| *at <= now).is_some() {
            let desktop = Size { width: 640, height: 480 };
            let layout = Layout { monitors: List::default(), desktop };
            session.screen(layout, View::DESKTOP, Rect::of_size(desktop));
            self.shows = true;
        }
        if let Some((_, bytes)) = self.wanted.take_if(|(at, _)| *at <= now) {
            session.update(vec![7; bytes], now);
            if around.dice.chance(30) {
                session.pointer_at(Point { x: 1, y: 2 });
            }
        }
    }
}
