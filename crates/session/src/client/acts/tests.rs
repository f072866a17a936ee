use farhand_proto::input::NamedKey;
use farhand_proto::screen::Point;

use super::*;

const AT: Point = Point { x: 3, y: 4 };
const START: Moment = Moment::from_secs(100);
const LATE: Moment = Moment::from_secs(102);
const SHIFT: Key = Key::Named(NamedKey::Shift);

fn key(key: Key, pressed: bool) -> Input {
    Input::Key { key, pressed }
}

fn letter(pressed: bool) -> Input {
    key(Key::Char('a'), pressed)
}

fn button(pressed: bool) -> Input {
    Input::Button { button: Button::Left, pressed, at: AT }
}

fn text(text: &str) -> Input {
    Input::Text(Text::new(text).unwrap())
}

/// Acts that came one after the other.
fn acts(inputs: impl IntoIterator<Item = Input>) -> Acts {
    let mut acts = Acts::default();
    for input in inputs {
        accept(&mut acts, input, START);
    }
    acts
}

fn accept(acts: &mut Acts, input: Input, came: Moment) {
    let number = acts.next_number;
    assert!(acts.is_next(number) && !acts.is_next(number + 1));
    acts.accept(number, input, None, came);
}

/// The next thing is this injection.
fn does(acts: &mut Acts, input: Input) {
    assert_eq!(acts.step(LATE), Some(Step::Do(input)));
    assert_eq!(acts.step(LATE), None);
}

/// The next things are this injection, which goes well, and the act's end.
fn does_all(acts: &mut Acts, number: u64, input: Input) {
    does(acts, input);
    acts.finished(Ok(()));
    assert_eq!(acts.step(LATE), Some(Step::Done(number)));
}

fn undoes(acts: &mut Acts, number: u64, why: Undone) {
    assert_eq!(acts.step(LATE), Some(Step::Undone(number, why)));
}

#[test]
fn the_hold_is_the_only_thing_that_waits_for_a_time() {
    let mut acts = acts([letter(true)]);
    assert_eq!(acts.poll_timeout(), None);
    assert!(acts.hold(START));
    assert!(!acts.hold(LATE));
    assert_eq!(acts.poll_timeout(), Some(LATE + HOLD));
    assert_eq!(acts.step(LATE), None);
    assert!(acts.release_hold(LATE + HOLD));
    assert_eq!(acts.poll_timeout(), None);
    does_all(&mut acts, 0, letter(true));
}

#[test]
fn after_a_flood_nothing_is_taken_until_the_queue_is_empty() {
    let mut acts = acts((0..=MAX_HELD_INPUTS).map(|_| letter(true)));
    does_all(&mut acts, 0, letter(true));
    // There would be room, but what was dropped came before it.
    accept(&mut acts, letter(false), LATE);
    for number in 1..MAX_HELD_INPUTS as u64 {
        does_all(&mut acts, number, letter(true));
    }
    // One refusal for both.
    undoes(&mut acts, MAX_HELD_INPUTS as u64 + 1, Undone::Overflow);
    accept(&mut acts, letter(false), LATE);
    does_all(&mut acts, MAX_HELD_INPUTS as u64 + 2, letter(false));
}

#[test]
fn what_is_whole_is_done_whatever_became_of_the_grant_meanwhile() {
    for input in [letter(true), button(true), Input::Move(AT), text("abc")] {
        let mut acts = acts([input.clone()]);
        assert_eq!(acts.step(START), Some(Step::Do(input)));
        assert!(!acts.forbid_all(&Undone::NotAllowed));
        acts.finished(Ok(()));
        assert_eq!(acts.step(LATE), Some(Step::Done(0)));
    }
}

#[test]
fn what_is_not_whole_is_not_done_once_it_is_forbidden() {
    let long = "x".repeat(TEXT_PIECE + 1);
    let mut acts = acts([text(&long)]);
    does(&mut acts, text(&long[..TEXT_PIECE]));
    acts.forbid_all(&Undone::NotAllowed);
    acts.finished(Ok(()));
    undoes(&mut acts, 0, Undone::NotAllowed);
}

#[test]
fn a_modifier_that_comes_back_is_not_yet_the_key_that_it_belongs_to() {
    let mut acts = acts([key(SHIFT, true), letter(true)]);
    does_all(&mut acts, 0, key(SHIFT, true));
    acts.cut();
    does(&mut acts, key(SHIFT, true));
    acts.forbid_all(&Undone::NotAllowed);
    acts.finished(Ok(()));
    undoes(&mut acts, 1, Undone::NotAllowed);
}

#[test]
fn text_goes_in_whole_letters_of_at_most_a_piece() {
    // The piece would end within a letter.
    let whole = format!("x{}", "č".repeat(TEXT_PIECE));
    let mut acts = acts([text(&whole)]);
    let mut typed = String::new();
    loop {
        match acts.step(LATE) {
            Some(Step::Do(Input::Text(piece))) => {
                assert!(piece.len() <= TEXT_PIECE, "{piece}");
                typed.push_str(&piece);
                acts.finished(Ok(()));
            }
            step => {
                assert_eq!(step, Some(Step::Done(0)));
                break;
            }
        }
    }
    assert_eq!(typed, whole);
}

#[test]
fn a_text_that_was_broken_off_goes_on_where_it_was() {
    let mut acts = acts([text("ačbc")]);
    does(&mut acts, text("ačbc"));
    // Two bytes: half of the second letter does not count.
    acts.finished(Err(Unfinished::BrokenOff { typed: 2 }));
    does_all(&mut acts, 0, text("čbc"));
}

#[test]
fn a_key_that_was_broken_off_is_pressed_again() {
    let mut acts = acts([letter(true), letter(false)]);
    does(&mut acts, letter(true));
    acts.hold(START);
    acts.finished(Err(Unfinished::BrokenOff { typed: 0 }));
    acts.release_hold(START + HOLD);
    does_all(&mut acts, 0, letter(true));
    does_all(&mut acts, 1, letter(false));
}

#[test]
fn a_key_whose_modifier_was_broken_off_is_not_pressed_without_it() {
    let mut acts = acts([key(SHIFT, true), letter(true)]);
    does_all(&mut acts, 0, key(SHIFT, true));
    acts.cut();
    does(&mut acts, key(SHIFT, true));
    acts.hold(START);
    acts.finished(Err(Unfinished::BrokenOff { typed: 0 }));
    acts.release_hold(START + HOLD);
    undoes(&mut acts, 1, Undone::Interrupted);
}

#[test]
fn everything_that_was_let_go_of_is_forgotten_by_release_all() {
    // What was down when the line was lost does not come back.
    let mut acts = acts([key(SHIFT, true), Input::ReleaseAll, letter(true)]);
    does_all(&mut acts, 0, key(SHIFT, true));
    acts.cut();
    does_all(&mut acts, 1, Input::ReleaseAll);
    does_all(&mut acts, 2, letter(true));
}

#[test]
fn presses_wait_for_release_all_after_an_interruption() {
    let mut acts = acts([key(SHIFT, true), text("t"), letter(true), Input::ReleaseAll, letter(true)]);
    does_all(&mut acts, 0, key(SHIFT, true));
    acts.interrupt();
    does_all(&mut acts, 1, text("t"));
    undoes(&mut acts, 2, Undone::Interrupted);
    does_all(&mut acts, 3, Input::ReleaseAll);
    does_all(&mut acts, 4, letter(true));
}

#[test]
fn letting_go_is_never_too_late_for_what_is_down_and_only_for_that() {
    // Nothing is down, so a late release means nothing.
    let mut loose = acts([button(false)]);
    undoes(&mut loose, 0, Undone::Stale);
    for between in [text("t"), key(SHIFT, true)] {
        let mut acts = acts([button(true), between.clone(), button(false)]);
        assert_eq!(acts.step(START), Some(Step::Do(button(true))));
        acts.finished(Ok(()));
        assert_eq!(acts.step(START), Some(Step::Done(0)));
        does_all(&mut acts, 1, between);
        does_all(&mut acts, 2, button(false));
    }
    // After this nothing is down any more.
    let mut acts = acts([button(true), Input::ReleaseAll, button(false)]);
    assert_eq!(acts.step(START), Some(Step::Do(button(true))));
    acts.finished(Ok(()));
    assert_eq!(acts.step(START), Some(Step::Done(0)));
    does_all(&mut acts, 1, Input::ReleaseAll);
    undoes(&mut acts, 2, Undone::Stale);
}
