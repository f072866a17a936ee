//! A line that is lost, and a session that goes on over the next: nothing lost, doubled or out of order.

use std::time::Duration;

use crate::world::{MS, World, both, key, screen, view};
use farhand_proto::bounded::{List, Text};
use farhand_proto::grant::Grant;
use farhand_proto::input::{Button, Input, Key, NamedKey};
use farhand_proto::screen::{Point, View};
use farhand_proto::session::{ConsoleAt, EndReason, Taken, ToClient, Token, Undone};
use farhand_session::{ActError, ClientEvent, ClientSession, ConsoleEvent, Ended, RESUME_WINDOW};
use proptest::prelude::*;

fn ctrl(pressed: bool) -> Input {
    Input::Key { key: Key::Named(NamedKey::Control), pressed }
}

#[test]
fn who_loses_the_line_before_the_question_has_the_whole_window_to_come_back() {
    let mut session = ClientSession::new(RESUME_WINDOW, MS);
    session.cut(MS);
    let due = MS + RESUME_WINDOW;
    assert_eq!(session.poll_timeout(), Some(due));
    session.handle_timeout(due - MS);
    session.handle_due(due - MS);
    assert!(!session.is_over());
    session.handle_due(due);
    assert!(session.is_over());
}

#[test]
fn a_silent_line_is_lost_then_given_up() {
    let mut world = World::open();
    world.run(Duration::from_secs(1));
    world.to_client.dead = true;
    world.to_console.dead = true;
    world.run(Duration::from_millis(1400));
    assert!(world.at_console.contains(&ConsoleEvent::Lost));
    assert!(world.at_client.contains(&ClientEvent::Lost));
    assert_eq!(world.console.act(&key('a', true), world.now), Err(ActError::LineLost));
    assert_eq!(world.client.update_room(), None);
    assert_eq!(world.console.poll_transmit(world.now), None);
    assert_eq!(world.client.poll_transmit(world.now), None);
    world.run(RESUME_WINDOW - Duration::from_secs(2));
    assert_eq!(world.ends(), (None, None));
    world.run(Duration::from_secs(2));
    let lost = Some(Ended::Lost(RESUME_WINDOW));
    assert_eq!(world.ends(), (lost.clone(), lost));
}

#[test]
fn a_line_of_long_round_trips_is_given_four_of_them() {
    let mut world = World::new(1_000_000, 400 * MS);
    world.run(Duration::from_secs(5));
    world.client.answer(both(), world.now);
    world.run(Duration::from_secs(5));
    world.act(key('a', true));
    world.run(Duration::from_secs(5));
    world.to_console.dead = true;
    let before = world.console.line();
    world.run(Duration::from_millis(2500));
    assert!(!world.at_console.contains(&ConsoleEvent::Lost), "{before:?}");
    world.run(Duration::from_secs(1));
    assert!(world.at_console.contains(&ConsoleEvent::Lost));
}

#[test]
fn what_was_accepted_before_the_line_was_lost_is_done_once_and_in_order() {
    let mut world = World::new(32_000, 50 * MS);
    world.run(Duration::from_secs(1));
    world.client.answer(both(), world.now);
    world.run(Duration::from_secs(1));
    let mut accepted = Vec::new();
    for character in "The quick brown fox".chars() {
        for pressed in [true, false] {
            world.act(key(character, pressed));
            accepted.push(key(character, pressed));
        }
        // Cut with some done, some taken in, some under way and some not sent.
        world.run(7 * MS);
        if " kx".contains(character) {
            world.cut();
            world.run(2_000 * MS);
            world.resume();
        }
    }
    world.run(Duration::from_secs(2));
    world.done.retain(|input| *input != Input::ReleaseAll);
    assert_eq!(world.done, accepted);
    assert_eq!(world.console.acts_waiting(), 0);
}

#[test]
fn while_the_line_is_lost_nothing_is_pressed_and_what_was_held_is_released() {
    let mut world = World::open();
    world.desk_works = false;
    world.act(Input::Text(Text::new("long").unwrap()));
    world.act(key('a', true));
    world.run(10 * MS);
    world.cut();
    let released = |event: &ClientEvent| *event == ClientEvent::ReleaseAll;
    assert!(world.at_client.iter().any(released));
    world.desk_works = true;
    world.client.done(Ok(()), world.now);
    world.run(100 * MS);
    assert_eq!(world.done.len(), 1);
    world.resume();
    world.run(100 * MS);
    assert_eq!(world.done[1..], [key('a', true), Input::ReleaseAll], "and the console begins afresh");
}

#[test]
fn who_goes_over_to_another_line_hears_of_no_loss_and_lets_no_key_go() {
    let mut world = World::open();
    world.act(ctrl(true));
    world.run(10 * MS);
    world.at_client.clear();
    world.at_console.clear();
    world.act(key('c', true));
    world.cross();
    world.run(100 * MS);
    assert_eq!(world.done, [ctrl(true), key('c', true)]);
    let unheard = |event: &ClientEvent| {
        matches!(event, ClientEvent::Lost | ClientEvent::Found | ClientEvent::ReleaseAll)
    };
    assert!(!world.at_client.iter().any(unheard), "{:?}", world.at_client);
    let unheard = |event: &ConsoleEvent| matches!(event, ConsoleEvent::Lost | ConsoleEvent::Found);
    assert!(!world.at_console.iter().any(unheard), "{:?}", world.at_console);
    // The picture begins anew.
    let shows = [ClientEvent::StopShowing, ClientEvent::Show(View::DESKTOP)];
    let shown: Vec<_> = world.at_client.iter().filter(|event| shows.contains(event)).cloned().collect();
    assert_eq!(shown, shows);
}

#[test]
fn a_console_says_once_where_it_is_and_never_before_consent() {
    let at = || ConsoleAt { token: Token([7; 32]), own: List::new(vec![]).unwrap(), seen: None };
    let mut world = World::new(1_000_000, MS);
    world.console.announce(at());
    world.run(100 * MS);
    assert_eq!(world.ends(), (None, None), "nothing was said");
    world.client.answer(both(), world.now);
    world.run(100 * MS);
    world.console.announce(at());
    world.run(100 * MS);
    assert!(world.at_client.contains(&ClientEvent::Direct(at())));
    world.console.announce(at());
    world.run(100 * MS);
    assert!(matches!(world.ends().0, Some(Ended::Here(EndReason::Protocol(_)))));
}

#[test]
fn a_chord_that_the_loss_cut_in_two_is_still_the_chord() {
    let mut world = World::open();
    world.act(ctrl(true));
    world.run(10 * MS);
    world.to_client.dead = true;
    world.act(key('c', true));
    world.act(key('c', false));
    world.act(ctrl(false));
    world.act(key('x', true));
    world.run(10 * MS);
    world.cut();
    world.resume();
    world.run(50 * MS);
    let expected = [
        ctrl(true),
        ctrl(true),
        key('c', true),
        key('c', false),
        ctrl(false),
        key('x', true),
        Input::ReleaseAll,
    ];
    assert_eq!(world.done, expected);
}

#[test]
fn a_modifier_let_go_of_by_then_is_not_pressed_again() {
    let mut world = World::open();
    world.act(ctrl(true));
    world.run(10 * MS);
    world.to_client.dead = true;
    world.act(ctrl(false));
    world.act(key('x', true));
    world.run(10 * MS);
    world.cut();
    world.resume();
    world.run(50 * MS);
    assert_eq!(world.done, [ctrl(true), ctrl(false), key('x', true), Input::ReleaseAll]);
}

#[test]
fn an_act_of_the_pointer_that_waited_too_long_is_not_done_and_that_is_said() {
    let mut world = World::open();
    let at = Point { x: 5, y: 6 };
    world.to_client.dead = true;
    world.act(Input::Move(at));
    let click = world.act(Input::Button { button: Button::Left, pressed: true, at });
    world.act(Input::Button { button: Button::Left, pressed: false, at });
    let typed = world.act(key('a', true));
    world.run(10 * MS);
    world.cut();
    world.run(1_100 * MS);
    world.resume();
    world.run(50 * MS);
    let stale = ConsoleEvent::Undone { number: click, why: Undone::Stale };
    assert!(world.at_console.contains(&stale), "{:?}", world.at_console);
    assert!(world.at_console.contains(&ConsoleEvent::Done(typed)));
    assert!(world.done.contains(&key('a', true)));
    assert!(!world.done.iter().any(|input| matches!(input, Input::Move(_))));
    assert!(!world.done.iter().any(|input| matches!(input, Input::Button { pressed: true, .. })));
}

#[test]
fn the_picture_begins_anew_and_only_if_it_may_be_seen() {
    let mut world = World::open();
    let (layout, of, area) = screen();
    world.client.screen(layout, of, area);
    world.client.update(vec![7; 40_000], world.now);
    world.run(MS);
    world.cut();
    assert_eq!(world.at_client[world.at_client.len() - 2..], [ClientEvent::StopShowing, ClientEvent::Lost]);
    world.client.update(vec![8; 10], world.now);
    world.at_client.clear();
    world.at_console.clear();
    world.resume();
    world.run(100 * MS);
    assert!(matches!(world.at_client[..], [ClientEvent::Found, ClientEvent::Show(_), ..]));
    assert!(!world.at_console.iter().any(|event| matches!(event, ConsoleEvent::Update { .. })));

    world.cut();
    world.client.set_grants(both().without(view()), world.now);
    world.at_client.clear();
    world.resume();
    assert!(!world.at_client.iter().any(|event| matches!(event, ClientEvent::Show(_))));
}

#[test]
fn what_the_customer_decides_meanwhile_counts_at_once_and_is_told_afterwards() {
    let mut world = World::open();
    world.to_client.dead = true;
    world.act(key('a', true));
    world.cut();
    world.client.set_grants(view(), world.now);
    world.client.set_paused(true, world.now);
    world.resume();
    world.run(50 * MS);
    assert!(world.done.is_empty(), "{:?}", world.done);
    assert_eq!(world.console.grants(), view());
    assert!(world.console.is_paused());
}

#[test]
fn a_console_that_lost_its_line_before_it_asked_is_waited_for() {
    let mut world = World::quick();
    world.cut();
    world.run(Duration::from_secs(15));
    assert_eq!(world.ends(), (None, None));
    world.resume();
    world.run(10 * MS);
    assert!(world.at_client.iter().any(|event| matches!(event, ClientEvent::Asked { .. })));

    let mut silent = World::quick();
    silent.to_client.dead = true;
    silent.cut();
    silent.run(Duration::from_secs(15));
    silent.client.resume(silent.console.taken(), silent.now);
    for _ in 0..10 {
        assert!(!silent.client.is_over());
        silent.client.handle(ToClient::Ping { at: 0 }, 8, silent.now);
        silent.run(Duration::from_secs(1));
    }
    assert!(silent.client.is_over(), "once it can ask, it has its time and no more");
}

#[test]
fn consent_can_be_given_while_the_line_is_lost() {
    let mut world = World::quick();
    world.run(10 * MS);
    world.cut();
    world.client.answer(both(), world.now);
    assert!(!world.at_client.iter().any(|event| matches!(event, ClientEvent::Show(_))));
    world.resume();
    world.run(10 * MS);
    assert!(world.at_client.iter().any(|event| matches!(event, ClientEvent::Show(_))));
    assert_eq!(world.console.grants(), both());
}

#[test]
fn an_end_while_the_line_is_lost_stays_and_is_told_when_it_can_be() {
    let mut world = World::open();
    world.cut();
    world.client.end(EndReason::Customer);
    world.settle();
    assert_eq!(world.ends(), (Some(Ended::Here(EndReason::Customer)), None));
    world.resume();
    world.run(10 * MS);
    assert_eq!(world.ends().1, Some(Ended::There(EndReason::Customer)));
    assert!(!world.client.grants().allows(Grant::View));
}

#[test]
fn counts_that_cannot_be_true_end_the_session() {
    for lie in [Taken { control: 99, bulk: 0 }, Taken { control: 0, bulk: 1 }, Taken::default()] {
        let mut world = World::open();
        world.act(key('a', true));
        world.run(400 * MS);
        world.cut();
        world.console.resume(lie, world.now);
        world.settle();
        assert!(matches!(world.ends().1, Some(Ended::Here(EndReason::Protocol(_)))), "{lie:?}");
    }
}

#[test]
fn a_console_that_never_acknowledges_cannot_make_a_client_keep_everything() {
    let mut world = World::open();
    let mut number = 0;
    while world.ends().0.is_none() {
        assert!(number < 1_000_000);
        for _ in 0..10_000 {
            world.act_unseen(number);
            number += 1;
        }
    }
    assert!(matches!(world.ends().0, Some(Ended::Here(EndReason::Protocol(_)))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever the line and wherever it is cut: every key and text that the console accepted is done once and in
    /// order, and every act is answered.
    #[test]
    fn wherever_the_line_is_cut_nothing_is_lost_or_doubled(
        rate in 2_000_u64..1_000_000, delay in 0_u64..300,
        script in proptest::collection::vec((0_u8..9, 1_u64..400), 1..60),
    ) {
        let mut world = World::new(rate, Duration::from_millis(delay));
        world.run(Duration::from_secs(3));
        world.client.answer(both(), world.now);
        world.run(Duration::from_secs(3));
        let (mut accepted, mut next) = (String::new(), 'a' as u32);
        for (what, time) in script {
            match what {
                0..=3 => {
                    let text = char::from_u32(next).unwrap_or('a').to_string().repeat(usize::from(what) * 30 + 1);
                    next += 1;
                    if world.console.type_text(&text, world.now).is_ok() {
                        accepted.push_str(&text);
                    }
                }
                4 => world.client.local_input(world.now),
                8 => world.cross(),
                5 => world.cut(),
                6 => {
                    world.cut();
                    world.resume();
                }
                _ => {
                    world.cut();
                    world.resume();
                    world.cut();
                }
            }
            world.run(Duration::from_millis(time));
            if world.console.act(&Input::ReleaseAll, world.now) == Err(ActError::LineLost) && time % 3 != 0 {
                world.cut();
                world.resume();
            }
        }
        world.cut();
        world.resume();
        world.run(Duration::from_secs(60));
        prop_assert_eq!(world.ends(), (None, None));
        let done: String = world.done.iter().filter_map(|input| match input {
            Input::Text(text) => Some(text.to_string()),
            _ => None,
        }).collect();
        prop_assert_eq!(done, accepted);
        prop_assert_eq!(world.console.acts_waiting(), 0);
    }
}
