//! What the operator wants done: in order, one at a time, held back while the person at the machine acts.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use farhand_proto::bounded::Text;
use farhand_proto::input::{Button, Input, Key};
use farhand_proto::limits::MAX_HELD_INPUTS;
use farhand_proto::session::Undone;
use farhand_proto::time::Moment;

/// How long remote input waits after the person at the machine last used their own.
const HOLD: Duration = Duration::from_secs(1);
/// The age at which a pointer act is no longer meant for what is on the screen.
const STALE: Duration = Duration::from_secs(1);
/// The most bytes of text handed out at once, so that a revoked grant stops within a few letters.
const TEXT_PIECE: usize = 64;

/// What is to happen next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Inject this, then call `finished`.
    Do(Input),
    /// Tell the console that everything up to here is done.
    Done(u64),
    /// Tell the console that this one was not done.
    Undone(u64, Undone),
}

/// Why an input was not injected, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfinished {
    /// It can't be done, or what is left of it can't.
    Refused(Undone),
    /// Everything was released in the middle of it. Of a text, `typed` bytes had been typed; of anything else nothing
    /// had been done.
    BrokenOff {
        /// Bytes.
        typed: usize,
    },
}

#[derive(Debug)]
struct Act {
    number: u64,
    input: Input,
    came: Moment,
    /// Bytes of a text that are done.
    done: usize,
    refused: Option<Undone>,
}

/// The queue of acts.
#[derive(Debug, Default)]
pub(super) struct Acts {
    queue: VecDeque<Act>,
    next_number: u64,
    /// What is being injected for the first of the queue.
    under_way: Option<Input>,
    hold_until: Option<Moment>,
    /// What remote input holds down.
    down: BTreeSet<Held>,
    /// What it held down when everything was released without the console's wish, and the console has not let go of:
    /// keys pressed with these would mean something else now.
    interrupted: BTreeSet<Held>,
    /// Modifiers that were down when the line was lost: what the console had accepted by then goes on afterwards, and
    /// a key of it means with them what it meant before.
    lost_with: BTreeSet<Key>,
    /// Too much came: nothing more is taken before the queue is empty, so that no text gets a hole in its middle.
    overflowed: bool,
}

/// A key or a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Key(Key),
    Button(Button),
}

/// What an input presses (`true`) or lets go of.
fn held(input: &Input) -> Option<(Held, bool)> {
    match input {
        Input::Key { key, pressed } => Some((Held::Key(*key), *pressed)),
        Input::Button { button, pressed, .. } => Some((Held::Button(*button), *pressed)),
        Input::Text(_) | Input::Move(_) | Input::Scroll { .. } | Input::ReleaseAll => None,
    }
}

impl Acts {
    /// Whether this is the number that the next act must have.
    pub(super) fn is_next(&self, number: u64) -> bool {
        number == self.next_number
    }

    /// Takes the next act; refused ones keep their place, so that the answers keep their order.
    pub(super) fn accept(&mut self, number: u64, input: Input, refused: Option<Undone>, now: Moment) {
        self.next_number = number + 1;
        let full = self.queue.len() >= MAX_HELD_INPUTS;
        self.overflowed = full || self.overflowed && !self.queue.is_empty();
        let refused = refused.or(self.overflowed.then_some(Undone::Overflow));
        if self.overflowed
            && let Some(last) = self.queue.back_mut().filter(|last| last.refused.is_some())
        {
            // A flood past the limit: the last refusal speaks for all of them, and memory stays bounded.
            last.number = number;
            last.refused = refused;
            return;
        }
        self.queue.push_back(Act { number, input, came: now, done: 0, refused });
    }

    /// Nothing may be done any more: nothing that waits is. Returns whether a hold ends with this.
    pub(super) fn forbid_all(&mut self, why: &Undone) -> bool {
        for act in &mut self.queue {
            act.refused.get_or_insert_with(|| why.clone());
        }
        self.interrupt();
        self.hold_until.take().is_some()
    }

    /// The person acts. Returns whether holding begins with this.
    pub(super) fn hold(&mut self, now: Moment) -> bool {
        let begins = self.hold_until.is_none();
        self.hold_until = Some(now + HOLD);
        if begins {
            self.interrupt();
        }
        begins
    }

    /// Everything is released without the console's wish.
    pub(super) fn interrupt(&mut self) {
        self.interrupted.append(&mut self.down);
        self.interrupted.extend(std::mem::take(&mut self.lost_with).into_iter().map(Held::Key));
    }

    /// The line is lost, and everything is released until it is back.
    pub(super) fn cut(&mut self) {
        for held in std::mem::take(&mut self.down) {
            if let Held::Key(Key::Named(named)) = held
                && named.is_modifier()
            {
                self.lost_with.insert(Key::Named(named));
            }
        }
    }

    /// Ends the hold if its time has come; returns whether it ended.
    pub(super) fn release_hold(&mut self, now: Moment) -> bool {
        if self.hold_until.is_some_and(|until| now >= until) {
            self.hold_until = None;
            return true;
        }
        false
    }

    pub(super) fn poll_timeout(&self) -> Option<Moment> {
        self.hold_until
    }

    /// The injection that the last `Do` asked for is over.
    pub(super) fn finished(&mut self, result: Result<(), Unfinished>) {
        let Some(input) = self.under_way.take() else { return };
        let Some(act) = self.queue.front_mut() else { return };
        match result {
            // It is done, whatever became of the grant meanwhile.
            Ok(()) if is_whole(act, &input) => act.refused = None,
            Ok(()) => {}
            Err(Unfinished::Refused(why)) => drop(act.refused.get_or_insert(why)),
            // What is left of it is done when there is nothing in its way any more.
            Err(Unfinished::BrokenOff { typed }) => match &input {
                Input::Text(piece) => act.done -= piece.len() - piece.floor_char_boundary(typed),
                Input::Key { key, .. } if act.input == input => {
                    act.done = 0;
                    self.down.remove(&Held::Key(*key));
                    self.interrupted.remove(&Held::Key(*key));
                    self.lost_with.remove(key);
                }
                _ => {}
            },
        }
    }

    /// The next thing to happen, `None` while something is being injected, is held, or there is nothing.
    pub(super) fn step(&mut self, now: Moment) -> Option<Step> {
        if self.under_way.is_some() {
            return None;
        }
        let act = self.queue.front_mut()?;
        if act.refused.is_none() && self.hold_until.is_some() {
            return None;
        }
        if act.refused.is_none() && act.done == 0 {
            act.refused = out_of_date(act, &self.down, &mut self.interrupted, now);
        }
        if let Some(why) = act.refused.take() {
            let number = act.number;
            self.queue.pop_front();
            return Some(Step::Undone(number, why));
        }
        match &act.input {
            Input::ReleaseAll => self.lost_with.clear(),
            Input::Key { key, .. } => drop(self.lost_with.remove(key)),
            _ => {}
        }
        if matches!(act.input, Input::Key { pressed: true, .. })
            && act.done == 0
            && let Some(key) = self.lost_with.pop_first()
        {
            self.down.insert(Held::Key(key));
            return Some(self.set_about(Input::Key { key, pressed: true }));
        }
        let Some(input) = next_piece(act) else {
            let number = act.number;
            self.queue.pop_front();
            return Some(Step::Done(number));
        };
        match held(&input) {
            Some((what, true)) => drop(self.down.insert(what)),
            Some((what, false)) => drop(self.down.remove(&what)),
            None if input == Input::ReleaseAll => self.down.clear(),
            None => {}
        }
        Some(self.set_about(input))
    }

    fn set_about(&mut self, input: Input) -> Step {
        self.under_way = Some(input.clone());
        Step::Do(input)
    }
}

/// Whether it is no longer meant: a pointer act that came too late, or a press that belongs to others which were let
/// go of meanwhile. Letting go of what is down is always meant.
fn out_of_date(
    act: &Act,
    down: &BTreeSet<Held>,
    interrupted: &mut BTreeSet<Held>,
    now: Moment,
) -> Option<Undone> {
    if act.input == Input::ReleaseAll {
        interrupted.clear();
    }
    match held(&act.input) {
        Some((what, false)) if interrupted.remove(&what) => return None,
        Some((what, false)) if down.contains(&what) => return None,
        Some((_, true)) if !interrupted.is_empty() => return Some(Undone::Interrupted),
        _ => {}
    }
    (act.input.is_pointer() && now.saturating_sub(act.came) > STALE).then_some(Undone::Stale)
}

/// Whether an act is done with this part of it.
fn is_whole(act: &Act, last: &Input) -> bool {
    match &act.input {
        Input::Text(text) => act.done == text.len(),
        input => input == last,
    }
}

/// The part of an act that is to be done next; `None` when all of it is.
fn next_piece(act: &mut Act) -> Option<Input> {
    let Input::Text(text) = &act.input else {
        let first = act.done == 0;
        act.done = 1;
        return first.then(|| act.input.clone());
    };
    let rest = &text[act.done..];
    if rest.is_empty() {
        return None;
    }
    let mut end = rest.len().min(TEXT_PIECE);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    let piece = Text::truncated(&rest[..end]);
    act.done += end;
    Some(Input::Text(piece))
}

#[cfg(test)]
mod tests;
