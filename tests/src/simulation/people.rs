//! What the two people do, at random: the customer allows, pauses, takes back, ends; the operator types.

use farhand_proto::bounded::Text;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::{Button, Input, Key, NamedKey};
use farhand_proto::limits::MAX_INPUT_TEXT;
use farhand_proto::prose::Prose;
use farhand_proto::screen::Point;
use farhand_proto::session::EndReason;
use farhand_proto::time::Moment;
use farhand_proto::transfer::Existing;
use farhand_session::{ActError, ClientSession, ConsoleSession};

use super::Around;
use super::mover::Mover;

/// The person at the desktop.
#[derive(Debug)]
pub(super) struct Customer {
    answers_at: Option<Moment>,
    acts_at: Moment,
    /// They change their mind no more, and allow everything.
    pub(super) is_settled: bool,
}

impl Customer {
    pub(super) fn new() -> Self {
        Self { answers_at: None, acts_at: Moment::ZERO, is_settled: false }
    }

    pub(super) fn next(&self) -> Option<Moment> {
        [self.answers_at, (!self.is_settled).then_some(self.acts_at)].into_iter().flatten().min()
    }

    /// `asked` says that a question waits.
    pub(super) fn turn(
        &mut self,
        session: Option<&mut ClientSession>,
        asked: &mut bool,
        around: &mut Around,
    ) {
        let now = around.now;
        if std::mem::take(asked) {
            let time = if around.dice.chance(96) {
                around.dice.time(200, 8_000)
            } else {
                around.dice.time(50_000, 70_000)
            };
            self.answers_at = Some(now + time);
        }
        let Some(session) = session else {
            self.answers_at = None;
            self.acts_at = self.acts_at.max(now + around.dice.time(500, 5_000));
            return;
        };
        if self.answers_at.take_if(|at| *at <= now).is_some() {
            self.answer(session, around);
        }
        if self.acts_at <= now {
            self.acts_at = now + around.dice.time(300, 12_000);
            if !self.is_settled && around.ledger.wish.said_yes {
                whim(session, around);
            }
        }
    }

    fn answer(&self, session: &mut ClientSession, around: &mut Around) {
        let now = around.now;
        let mut allowed: Grants = Grant::ALL.into_iter().collect();
        match around.dice.below(100) {
            0..2 => allowed = Grants::NONE,
            2..10 => allowed = Grants::NONE.with(Grant::View),
            _ => {}
        }
        around.note(format_args!("customer: allows {allowed}"));
        let wish = &mut around.ledger.wish;
        // A late answer has no effect.
        if !session.is_over() {
            wish.said_yes = !allowed.is_empty();
            (wish.view, wish.control) = (allowed.allows(Grant::View), allowed.allows(Grant::Control));
            wish.files = allowed.allows(Grant::Files);
        }
        session.answer(allowed, now);
    }

    /// Gives everything back for good.
    pub(super) fn settle(&mut self, session: Option<&mut ClientSession>, around: &mut Around) {
        self.is_settled = true;
        let Some(session) = session.filter(|_| around.ledger.wish.said_yes) else { return };
        around.note(format_args!("customer: allows everything"));
        let wish = &mut around.ledger.wish;
        (wish.paused, wish.view, wish.control) = (false, true, true);
        (wish.files, wish.is_settled) = (true, true);
        session.set_paused(false, around.now);
        session.set_grants(Grant::ALL.into_iter().collect(), around.now);
    }
}

fn whim(session: &mut ClientSession, around: &mut Around) {
    let now = around.now;
    let wish = &mut around.ledger.wish;
    let kind = match around.dice.below(100) {
        // Mostly they let the operator go on soon.
        0..40 if wish.paused => 0,
        0..60 if !wish.control => 40,
        kind => kind,
    };
    match kind {
        0..30 => {
            wish.paused = !wish.paused;
            let paused = wish.paused;
            around.note(format_args!("customer: pauses: {paused}"));
            session.set_paused(paused, now);
        }
        30..60 => {
            wish.control = !wish.control;
            let on = wish.control;
            around.note(format_args!("customer: allows control: {on}"));
            session.switch(Grant::Control, on, now);
        }
        60..70 => {
            wish.view = !wish.view;
            let on = wish.view;
            around.note(format_args!("customer: allows view: {on}"));
            session.switch(Grant::View, on, now);
        }
        70..80 => {
            let said = &mut around.ledger.said[1];
            if session.say(Prose::new(said.to_string()).expect("a number")).is_ok() {
                *said += 1;
            }
        }
        80..99 => {
            around.note(format_args!("customer: uses their mouse"));
            session.local_input(now);
        }
        _ => {
            around.note(format_args!("customer: ends"));
            session.end(EndReason::Customer);
        }
    }
}

/// The person at the helpdesk.
#[derive(Debug)]
pub(super) struct Operator {
    acts_at: Moment,
    /// They do nothing more by themselves.
    pub(super) is_settled: bool,
}

impl Operator {
    pub(super) fn new() -> Self {
        Self { acts_at: Moment::ZERO, is_settled: false }
    }

    pub(super) fn next(&self) -> Option<Moment> {
        (!self.is_settled).then_some(self.acts_at)
    }

    pub(super) fn turn(&mut self, session: Option<(&mut ConsoleSession, &mut Mover)>, around: &mut Around) {
        if self.is_settled || self.acts_at > around.now {
            return;
        }
        let quick = around.dice.chance(80);
        self.acts_at =
            around.now + if quick { around.dice.time(10, 150) } else { around.dice.time(200, 3_000) };
        let Some((session, files)) = session else {
            self.acts_at += around.dice.time(1_000, 2_000);
            return;
        };
        let now = around.now;
        let at = Point { x: around.dice.below(640) as i32, y: around.dice.below(480) as i32 };
        match around.dice.below(1_000) {
            0..400 => type_text(session, 40, around),
            400..410 => type_text(session, 900, around),
            410..700 => key(session, around),
            700..800 => {
                let control = Key::Named(NamedKey::Control);
                act(session, &Input::Key { key: control, pressed: true }, around);
                key(session, around);
                if around.dice.chance(90) {
                    act(session, &Input::Key { key: control, pressed: false }, around);
                }
            }
            800..830 => {
                let said = &mut around.ledger.said[0];
                if session.say(Prose::new(said.to_string()).expect("a number")).is_ok() {
                    *said += 1;
                }
            }
            830..850 if files.is_idle() => carry(session, files, around),
            830..950 => act(session, &Input::Move(at), around),
            950..990 => {
                for pressed in [true, false] {
                    act(session, &Input::Button { button: Button::Left, pressed, at }, around);
                }
            }
            990..999 => session.refresh(),
            _ if around.dice.chance(40) => {
                around.note(format_args!("operator: ends"));
                session.end(EndReason::Operator);
            }
            _ => act(session, &Input::ReleaseAll, around),
        }
        session.handle_due(now);
    }
}

/// Sends or fetches files.
fn carry(session: &mut ConsoleSession, files: &mut Mover, around: &mut Around) {
    let transfer = around.ledger.transfers;
    let name = Text::truncated(&transfer.to_string());
    let sends = around.dice.chance(50);
    let begun = if sends { session.put(Some(name), Existing::Keep) } else { session.get(name) };
    if begun.is_ok() {
        around.note(format_args!("operator: transfer {transfer}, sends: {sends}"));
        around.ledger.transfers += 1;
        if sends { files.read(transfer) } else { files.write(transfer) }
    }
}

/// Presses and releases a key of its own.
fn key(session: &mut ConsoleSession, around: &mut Around) {
    for input in around.ledger.key() {
        act(session, &input, around);
    }
}

fn act(session: &mut ConsoleSession, input: &Input, around: &mut Around) {
    match session.act(input, around.now) {
        Ok(number) => {
            around.trace.totals.acts += 1;
            around.ledger.took(number, input);
        }
        Err(error) => check_refusal(error, around),
    }
}

/// Types a text of up to so many letters that nobody has typed before.
pub(super) fn type_text(session: &mut ConsoleSession, most: u64, around: &mut Around) {
    let text = around.ledger.text(around.dice.below(most) + 1);
    match session.type_text(&text, around.now) {
        Ok(last) => {
            let mut pieces = Vec::new();
            let mut rest = text.as_str();
            while !rest.is_empty() {
                let piece: Text<MAX_INPUT_TEXT> = Text::truncated(rest);
                rest = &rest[piece.len()..];
                pieces.push(piece);
            }
            let first = last.expect("some text") + 1 - pieces.len() as u64;
            for (number, piece) in (first..).zip(pieces) {
                around.trace.totals.acts += 1;
                around.ledger.took(number, &Input::Text(piece));
            }
        }
        Err(error) => check_refusal(error, around),
    }
}

fn check_refusal(error: ActError, around: &mut Around) {
    around.trace.totals.refused += 1;
    if error == ActError::Over {
        around.fail(format_args!("a session that is not over says that it is"));
    }
}
