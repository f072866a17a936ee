//! What the customer wants, on its way to the client: the newest wish of each kind, so that none waits behind another
//! and none is lost.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use farhand_proto::grant::{Grant, Grants};
use farhand_proto::prose::Prose;
use tokio::sync::Notify;

/// Carries the customer's wishes to a [`Client`](super::Client), from any thread and without waiting. A wish that fits
/// nothing, such as an answer without a question, has no effect.
#[derive(Debug, Clone)]
pub struct Control {
    pub(super) wishes: Arc<Wishes>,
}

impl Control {
    /// What had to be read before the question was read: the time for the answer begins anew, once.
    pub fn notice_was_read(&self) {
        self.wishes.leave(|waiting| waiting.notice_read = true);
    }

    /// Answers the question: allowed are these of what was asked, or nothing for no.
    pub fn answer(&self, grants: Grants) {
        self.wishes.leave(|waiting| waiting.answer = Some(grants));
    }

    /// Allows exactly these from now on, asked for or not. With nothing allowed the session goes on.
    pub fn set_grants(&self, grants: Grants) {
        self.wishes.leave(|waiting| {
            waiting.set = Some(grants);
            (waiting.on, waiting.off) = (Grants::NONE, Grants::NONE);
        });
    }

    /// Allows one thing more from now on, or one less.
    pub fn switch(&self, grant: Grant, on: bool) {
        let one = Grants::NONE.with(grant);
        self.wishes.leave(|waiting| {
            (waiting.on, waiting.off) = if on {
                (waiting.on.or(one), waiting.off.without(one))
            } else {
                (waiting.on.without(one), waiting.off.or(one))
            };
        });
    }

    /// Lets nothing be seen or done until [`Control::resume`]; the operator is told. What is allowed stays so.
    pub fn pause(&self) {
        self.wishes.leave(|waiting| waiting.paused = Some(true));
    }

    /// Ends the pause.
    pub fn resume(&self) {
        self.wishes.leave(|waiting| waiting.paused = Some(false));
    }

    /// Says something to the operator in writing. False if too much of that waits.
    #[must_use]
    pub fn say(&self, text: Prose) -> bool {
        let mut is_taken = false;
        self.wishes.leave(|waiting| {
            is_taken = waiting.says.len() < MAX_SAYS;
            if is_taken {
                waiting.says.push_back(text);
            }
        });
        is_taken
    }

    /// Ends the transfer of files that runs.
    pub fn cancel_files(&self) {
        self.wishes.leave(|waiting| waiting.cancel_files = true);
    }

    /// Makes a new password; not during a session, which is followed by a new one anyway. A console that is just
    /// trying the old one does not get in.
    pub fn new_password(&self) {
        self.wishes.leave(|waiting| waiting.new_password = true);
    }

    /// Ends the session, whatever state it is in, before every other wish. At once nothing is seen or done any more;
    /// [`Event::Over`](super::Event::Over) says so.
    pub fn end_session(&self) {
        self.wishes.leave(|waiting| waiting.end = true);
    }
}

/// One wish.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wish {
    End,
    NoticeRead,
    Answer(Grants),
    Set(Grants),
    Switch(Grant, bool),
    Pause(bool),
    CancelFiles,
    Say(Prose),
    NewPassword,
}

/// Texts that may wait to be said.
const MAX_SAYS: usize = 64;

/// What was wished and is not taken yet.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    waiting: Mutex<Waiting>,
    left: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    end: bool,
    notice_read: bool,
    answer: Option<Grants>,
    set: Option<Grants>,
    on: Grants,
    off: Grants,
    paused: Option<bool>,
    cancel_files: bool,
    says: VecDeque<Prose>,
    new_password: bool,
}

impl Wishes {
    /// The next wish; what stops something comes before what begins something. Cancelling loses nothing.
    pub(super) async fn next(&self) -> Wish {
        loop {
            if let Some(wish) = self.lock().take() {
                return wish;
            }
            self.left.notified().await;
        }
    }

    /// Forgets what was wished of a session that is over.
    pub(super) fn clear(&self) {
        *self.lock() = Waiting::default();
    }

    fn leave(&self, wish: impl FnOnce(&mut Waiting)) {
        wish(&mut self.lock());
        self.left.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // No code that holds it can panic half-way.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn take(&mut self) -> Option<Wish> {
        if std::mem::take(&mut self.end) {
            return Some(Wish::End);
        }
        if std::mem::take(&mut self.cancel_files) {
            return Some(Wish::CancelFiles);
        }
        if std::mem::take(&mut self.notice_read) {
            return Some(Wish::NoticeRead);
        }
        if self.paused == Some(true) && self.answer.is_none() {
            self.paused = None;
            return Some(Wish::Pause(true));
        }
        let answer = self.answer.take().map(Wish::Answer);
        answer.or_else(|| self.set.take().map(Wish::Set)).or_else(|| self.take_switch()).or_else(|| {
            let paused = self.paused.take().map(Wish::Pause);
            let said = paused.or_else(|| self.says.pop_front().map(Wish::Say));
            said.or_else(|| std::mem::take(&mut self.new_password).then_some(Wish::NewPassword))
        })
    }

    fn take_switch(&mut self) -> Option<Wish> {
        let (from, on) = if self.off.is_empty() { (&mut self.on, true) } else { (&mut self.off, false) };
        let grant = from.iter().next()?;
        *from = from.without(Grants::NONE.with(grant));
        Some(Wish::Switch(grant, on))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(control: &Control) -> Vec<Wish> {
        std::iter::from_fn(|| control.wishes.lock().take()).collect()
    }

    #[test]
    fn the_newest_wish_of_each_kind_counts_and_the_end_comes_first() {
        let control = Control { wishes: Arc::default() };
        let [view, control_it] = [Grant::View, Grant::Control].map(|grant| Grants::NONE.with(grant));
        control.switch(Grant::View, true);
        control.set_grants(control_it);
        control.switch(Grant::View, true);
        control.switch(Grant::Control, true);
        control.switch(Grant::Control, false);
        control.resume();
        control.pause();
        control.new_password();
        control.new_password();
        control.end_session();
        assert_eq!(
            taken(&control),
            [
                Wish::End,
                Wish::Pause(true),
                Wish::Set(control_it),
                Wish::Switch(Grant::Control, false),
                Wish::Switch(Grant::View, true),
                Wish::NewPassword
            ]
        );
        // A pause before the customer's yes would have no effect.
        control.pause();
        control.answer(view);
        control.resume();
        control.pause();
        assert_eq!(taken(&control), [Wish::Answer(view), Wish::Pause(true)]);
        control.answer(view);
        control.notice_was_read();
        assert_eq!(taken(&control), [Wish::NoticeRead, Wish::Answer(view)]);
        control.answer(view);
        control.end_session();
        control.wishes.clear();
        assert_eq!(taken(&control), []);
    }

    #[test]
    fn it_takes_no_runtime_to_wish() {
        let control = Control { wishes: Arc::default() };
        control.end_session();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(runtime.block_on(control.wishes.next()), Wish::End);
    }
}
