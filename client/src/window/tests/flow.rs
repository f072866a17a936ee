//! How the model changes.

use std::time::{Duration, Instant};

use farhand_peer::SessionEnd;
use farhand_peer::client::Event;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::id::{Password, SessionId};
use farhand_proto::session::EndReason;
use farhand_seal::{SealError, Wrong};
use farhand_session::Ended;
use jiff::tz::TimeZone;

use super::super::model::{CALM, Cannot, Command, Copyable, INERT, Model, Note, QUIET, Relay, Stage};
use super::super::pictures;
use super::super::receipt;
use super::super::words::Words;

fn ready() -> Event {
    Event::Ready {
        session_id: SessionId::from_digits([0, 0, 1, 2, 3, 4, 5, 6, 7]),
        password: Password::from_digits([1, 2, 3, 4, 5, 6, 7, 8]),
        organisation: "Acme".to_owned(),
        notice: None,
        way: None,
    }
}

fn named(name: &str) -> Model {
    pictures::windows().into_iter().find(|(other, _)| *other == name).expect("there is such a picture").1
}

#[test]
fn numbers_are_grouped_and_keep_their_zeros() {
    let mut model = Model::new();
    model.apply(ready(), Instant::now());
    let numbers = model.numbers.unwrap();
    assert!(numbers.session_id.starts_with("001 234 567"), "{}", numbers.session_id);
    let groups = |number: &str| number.split(' ').map(str::len).collect::<Vec<_>>();
    assert_eq!(groups(&numbers.session_id), [3, 3, 4]);
    assert_eq!(groups(&numbers.password), [3, 3, 3]);
    assert!(matches!(model.relay, Relay::Ready));
}

#[test]
fn a_wrong_password_is_said_beside_and_goes_away_by_itself() {
    let (mut model, now) = (Model::new(), Instant::now());
    model.apply(ready(), now);
    let error = SealError::WrongPassword(Wrong::Password { left: 2 });
    model.apply(Event::Refused { error }, now);
    assert!(matches!(model.stage, Stage::Waiting));
    assert_eq!(model.note.map(|(note, _)| note), Some(Note::WrongPassword { left: 2 }));
    let rest = model.tick(now).unwrap();
    assert_eq!(model.tick(now + rest), None);
    assert_eq!(model.note, None);
}

#[test]
fn trouble_stays_to_be_read_while_it_is_tried_again() {
    let (mut model, now) = (named("trying"), Instant::now());
    model.apply(Event::Connecting { attempt: 4 }, now);
    assert!(matches!(model.relay, Relay::Trouble { attempt: 3, .. }));
    model.apply(ready(), now);
    model.apply(Event::Connecting { attempt: 1 }, now);
    assert!(matches!(model.relay, Relay::Connecting { attempt: 1 }));
}

#[test]
fn nothing_runs_while_nothing_changes() {
    let (mut model, now) = (Model::new(), Instant::now());
    model.apply(ready(), now);
    assert_eq!(model.tick(now), None);
    model.copied(Copyable::Password, now);
    assert!(model.tick(now).is_some());
    assert_eq!(model.tick(now + Duration::from_secs(3)), None);
    for name in ["in-session", "paused", "line-lost"] {
        assert_eq!(named(name).tick(now), None, "{name}");
    }
}

#[test]
fn a_question_waits_before_it_takes_an_answer_and_counts_down() {
    let (mut model, now) = (named("asking"), Instant::now());
    let Stage::Asked(question) = &mut model.stage else { panic!("nobody asks") };
    question.armed_at = now + INERT;
    question.deadline = now + Duration::from_secs(60);
    let mut seconds = Vec::new();
    let mut at = now;
    let mut was_open = false;
    while let Some(rest) = model.tick(at) {
        let Stage::Asked(question) = &model.stage else { panic!("nobody asks") };
        assert_eq!(question.is_open(), at >= now + INERT);
        was_open |= question.is_open();
        seconds.push(question.seconds_left);
        at += rest;
    }
    let Stage::Asked(question) = &model.stage else { panic!("nobody asks") };
    assert!(was_open && !question.is_open(), "after the last second there is nothing to press");
    seconds.dedup();
    assert_eq!(seconds, (1..=60).rev().collect::<Vec<_>>());
}

#[test]
fn who_types_elsewhere_does_not_answer_a_question() {
    let (mut model, start) = (named("asking"), Instant::now());
    let Stage::Asked(question) = &mut model.stage else { panic!("nobody asks") };
    let after = |milliseconds| start + Duration::from_millis(milliseconds);
    question.keys_at = start + QUIET;
    // Digits, a tab, digits, a tab, as quickly as in a table; then Enter.
    for (number, writes) in [true, true, false, true, true, false, false].into_iter().enumerate() {
        assert!(!question.takes_key(writes, after(800 + 400 * number as u64)), "key {number}");
    }
    // Slowly: what writes something never counts, and what comes too soon after it does not.
    assert!(!question.takes_key(true, after(6000)));
    assert!(!question.takes_key(false, after(6900)));
    // Who has read the question and then takes the keyboard is heard, however quickly.
    assert!(question.takes_key(false, after(7900)));
    assert!(question.takes_key(false, after(7950)));
}

#[test]
fn what_the_organisation_says_is_read_first_and_the_question_waits_again() {
    let (mut model, now) = (named("notice"), Instant::now());
    model.notice_was_read(now);
    let Stage::Asked(question) = &model.stage else { panic!("nobody asks") };
    assert!(question.notice.is_none() && !question.is_open());
    assert_eq!(question.armed_at, now + INERT);
}

#[test]
fn a_session_without_a_question_leaves_a_note_and_any_other_a_receipt() {
    let Stage::Over(over) = named("ended").stage else { panic!("it is not over") };
    let now = Instant::now();
    let mut model = named("in-session");
    model.apply(Event::Over(over.receipt.clone()), now);
    assert!(matches!(model.stage, Stage::Over(_)));
    assert_eq!(model.numbers, None, "they were good for one session");
    // The second press of a double click on End does not close the receipt.
    assert!(model.is_too_early(&Command::Close, now));
    assert!(!model.is_too_early(&Command::Close, now + CALM));
    assert!(!model.is_too_early(&Command::End, now));
    let mut model = Model::new();
    model.apply(ready(), now);
    let mut receipt = over.receipt;
    receipt.asked = None;
    model.apply(Event::Over(receipt), now);
    assert!(matches!(model.stage, Stage::Waiting));
    assert_eq!(model.note.map(|(note, _)| note), Some(Note::CameAndWent));
}

#[test]
fn a_receipt_outlives_the_desktop_and_the_rest_does_not() {
    let mut model = named("ended");
    model.give_up(Cannot::Gone);
    assert!(matches!(model.stage, Stage::Over(_)));
    let mut model = named("in-session");
    model.apply(Event::DesktopGone("x".to_owned()), Instant::now());
    assert!(matches!(model.stage, Stage::Cannot(Cannot::Gone)));
}

#[test]
fn who_has_read_the_notice_has_the_whole_time_for_the_question() {
    let (mut model, now) = (named("notice"), Instant::now());
    let Stage::Asked(question) = &mut model.stage else { panic!("nobody asks") };
    question.deadline = now + Duration::from_secs(7);
    model.notice_was_read(now);
    model.tick(now);
    let Stage::Asked(question) = &model.stage else { panic!("nobody asks") };
    assert_eq!((question.notice.as_ref(), question.seconds_left, question.is_open()), (None, 60, false));
}

#[test]
fn what_stops_needs_no_hand_and_what_allows_does() {
    for safe in
        [Command::Deny, Command::Pause, Command::End, Command::Close, Command::Copy(Copyable::Password)]
    {
        assert!(!safe.needs_hand(), "{safe:?}");
    }
    let control = Grant::Control;
    for guarded in [
        Command::Allow,
        Command::Continue,
        Command::Tick(control, true),
        Command::Switch(control, true),
        Command::Resume,
        Command::NewPassword,
        Command::Say(String::new()),
        Command::WaitAgain,
    ] {
        assert!(guarded.needs_hand(), "{guarded:?}");
    }
}

#[test]
fn the_receipt_says_all_that_happened() {
    let Stage::Over(over) = named("ended").stage else { panic!("it is not over") };
    let text = receipt::text(&over.receipt, &Words::new("en", TimeZone::UTC));
    assert_eq!(
        text,
        "Remote help: what happened\n\n\
         Who: Anna Nováková\n\
         Organisation: Acme Helpdesk\n\
         From: 9 March 2026, 14:32:05\n\
         To: 9 March 2026, 14:45:28\n\
         Duration: 13 min 23 s\n\
         End: You ended it\n\
         Your screen was seen for 12 min 7 s.\n\
         Mouse and keyboard could be used for 10 min 24 s.\n\
         Copied text was not shared.\n\
         Files that arrived here: 1. Files that your helper fetched: 1.\n\n\
         What happened\n\
         14:32:05: Asked for: see the screen, use mouse and keyboard\n\
         14:32:19: Allowed: see the screen, use mouse and keyboard\n\
         14:36:15: Paused\n\
         14:37:17: Went on\n\
         14:37:25: Arrived: /mnt/eva/Downloads/driver-setup.exe\n\
         14:38:55: Fetched by your helper: /mnt/eva/Printer/error.log\n\
         14:43:45: No longer allowed: use mouse and keyboard\n\
         14:45:28: You ended it\n\
         The names come from the help service’s own word.\n"
    );
    // Times are the person's own.
    let prague = TimeZone::fixed(jiff::tz::offset(1));
    let text = receipt::text(&over.receipt, &Words::new("cs", prague));
    assert!(text.contains("Od: 9. března 2026, 15:32:05\n"), "{text}");
}

#[test]
fn grants_follow_what_the_client_says() {
    let (mut model, now) = (named("in-session"), Instant::now());
    model.apply(Event::Allowed(Grants::NONE.with(Grant::View)), now);
    model.apply(Event::Paused(true), now);
    model.apply(Event::Lost, now);
    let visit = model.visitor().unwrap();
    assert!(!visit.allowed.allows(Grant::Control) && visit.is_paused && visit.lost == Some(1));
    model.apply(Event::Found, now);
    model.apply(Event::Paused(false), now);
    let visit = model.visitor().unwrap();
    assert!(!visit.is_paused && visit.lost.is_none());
    model.apply(Event::Ended(SessionEnd::Session(Ended::There(EndReason::Operator))), now);
}
