//! What both machines say and do to each other, over a line that stands.

use std::time::Duration;

use crate::world::{MS, World, both, key, message, screen, view};
use farhand_proto::bounded::Text;
use farhand_proto::codec::Message as _;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::{Button, Input, Key, NamedKey};
use farhand_proto::screen::{Point, Rect, View};
use farhand_proto::session::{EndReason, Taken, ToClient, ToConsole, Undone};
use farhand_session::{
    ActError, ClientEvent, ConsoleEvent, ConsoleSession, Ended, RESUME_WINDOW, Unfinished,
};
use proptest::prelude::*;

#[test]
fn nothing_happens_before_consent() {
    let mut world = World::quick();
    world.run(10 * MS);
    assert!(
        world
            .at_client
            .iter()
            .any(|event| matches!(event, ClientEvent::Asked { grants, .. } if *grants == both()))
    );
    assert!(matches!(world.at_console[0], ConsoleEvent::Asking(timeout) if timeout.as_secs() == 60));
    assert_eq!(world.console.act(&key('a', true), world.now), Err(ActError::NotAllowed));
    assert_eq!(world.client.update_room(), None);
    let (layout, of, area) = screen();
    world.client.screen(layout, of, area);
    world.client.update(vec![1; 100], world.now);
    world.client.pointer_at(Point { x: 1, y: 1 });
    world.run(100 * MS);
    assert!(!world.at_console.iter().any(|event| {
        matches!(
            event,
            ConsoleEvent::Screen { .. } | ConsoleEvent::Update { .. } | ConsoleEvent::PointerAt(_)
        )
    }));
}

#[test]
fn a_console_that_acts_without_consent_is_refused_each_time() {
    let mut world = World::quick();
    world.run(10 * MS);
    for number in 0..3 {
        let frame = ToClient::Act { number, input: key('x', true) }.to_frame();
        let bytes = frame.len();
        world.client.handle(message::<ToClient>(&frame).0, bytes, world.now);
    }
    let mut undone = 0;
    while let Some(frame) = world.client.poll_transmit(world.now) {
        if let (ToConsole::Undone { why: Undone::NotAllowed, .. }, _) = message::<ToConsole>(&frame) {
            undone += 1;
        }
    }
    assert_eq!(undone, 3);
    assert!(world.done.is_empty());
}

#[test]
fn no_and_silence_both_mean_no() {
    let mut world = World::quick();
    world.run(10 * MS);
    world.client.answer(Grants::NONE, world.now);
    world.run(10 * MS);
    assert_eq!(world.ends(), (Some(Ended::Here(EndReason::Denied)), Some(Ended::There(EndReason::Denied))));

    let mut world = World::quick();
    world.run(Duration::from_secs(59));
    assert_eq!(world.ends(), (None, None));
    world.run(Duration::from_secs(2));
    assert_eq!(
        world.ends(),
        (Some(Ended::Here(EndReason::NoAnswer)), Some(Ended::There(EndReason::NoAnswer)))
    );
    world.client.answer(both(), world.now);
    assert_eq!(world.client.grants(), Grants::NONE, "an answer that comes too late");
}

#[test]
fn no_more_is_granted_than_was_asked() {
    let mut world = World::quick();
    world.console = ConsoleSession::new(view(), RESUME_WINDOW, world.now);
    world.run(10 * MS);
    world.client.answer(both(), world.now);
    assert_eq!(world.client.grants(), view());
}

#[test]
fn acts_are_done_once_in_order_and_answered() {
    let mut world = World::open();
    let mut expected = Vec::new();
    for character in "hello".chars() {
        for pressed in [true, false] {
            expected.push(key(character, pressed));
            world.act(key(character, pressed));
        }
    }
    let last = world.console.type_text(&"ř".repeat(600), world.now).unwrap().unwrap();
    world.run(50 * MS);
    assert_eq!(world.done[..10], expected[..]);
    let text: String = world.done[10..]
        .iter()
        .map(|input| match input {
            Input::Text(text) => {
                assert!(text.len() <= 64, "revoking must stop a text soon");
                text.to_string()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(text, "ř".repeat(600));
    assert_eq!(world.at_console.last(), Some(&ConsoleEvent::Done(last)));
    assert_eq!(world.console.acts_waiting(), 0);
}

#[test]
fn revoking_control_stops_at_once_what_waits_and_what_comes() {
    let mut world = World::open();
    world.desk_works = false;
    world.act(key('a', true));
    world.act(key('b', true));
    world.run(10 * MS);
    assert_eq!(world.done.len(), 1, "one at a time");
    world.client.set_grants(view(), world.now);
    world.client.done(Ok(()), world.now);
    world.run(10 * MS);
    assert_eq!(world.done.len(), 1);
    assert!(world.at_client.contains(&ClientEvent::ReleaseAll));
    let undone = ConsoleEvent::Undone { number: 1, why: Undone::NotAllowed };
    assert!(world.at_console.contains(&undone), "{:?}", world.at_console);
    assert_eq!(world.console.act(&key('c', true), world.now), Err(ActError::NotAllowed));
    world.client.set_grants(both(), world.now);
    world.desk_works = true;
    world.run(10 * MS);
    world.act(key('d', true));
    world.run(10 * MS);
    assert_eq!(world.done.last(), Some(&key('d', true)));
}

#[test]
fn revoking_view_stops_the_picture_in_the_middle_of_an_update() {
    let mut world = World::new(32_000, 20 * MS);
    world.run(200 * MS);
    world.client.answer(both(), world.now);
    world.run(200 * MS);
    let (layout, of, area) = screen();
    world.client.screen(layout, of, area);
    world.client.update(vec![7; 50_000], world.now);
    world.run(300 * MS);
    world.client.set_grants(Grants::NONE.with(Grant::Control), world.now);
    let sent = world.to_console.bytes;
    world.run(Duration::from_secs(2));
    assert!(world.to_console.bytes - sent < 1_000, "only the news of it goes out");
    assert!(world.at_client.contains(&ClientEvent::StopShowing));
    // And a new beginning is a clean one.
    world.client.set_grants(both(), world.now);
    world.client.update(vec![8; 100], world.now);
    world.run(Duration::from_secs(1));
    let updates: Vec<_> = world
        .at_console
        .iter()
        .filter_map(|event| match event {
            ConsoleEvent::Update { bytes, .. } => Some(bytes.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(updates, [vec![8; 100]]);
}

#[test]
fn the_person_at_the_machine_comes_first() {
    let mut world = World::open();
    world.client.local_input(world.now);
    world.run(10 * MS);
    assert!(world.at_console.contains(&ConsoleEvent::Holding(true)));
    assert!(world.at_client.contains(&ClientEvent::ReleaseAll));
    world.act(key('a', true));
    world.act(Input::Move(Point { x: 5, y: 5 }));
    world.run(900 * MS);
    world.client.local_input(world.now);
    world.run(900 * MS);
    assert!(world.done.is_empty(), "still in use");
    world.run(300 * MS);
    assert_eq!(world.done, [key('a', true)], "the key is kept, the old position is not");
    assert!(world.at_console.contains(&ConsoleEvent::Holding(false)));
    assert!(world.at_console.contains(&ConsoleEvent::Undone { number: 1, why: Undone::Stale }));
}

#[test]
fn a_place_that_is_a_second_old_is_meant_and_an_older_one_is_not() {
    for (age, is_done) in [(Duration::from_secs(1), true), (Duration::from_micros(1_000_001), false)] {
        let mut world = World::open();
        let used = world.now + age - Duration::from_secs(1);
        let place = Input::Move(Point { x: 5, y: 5 });
        world.client.local_input(used);
        world.client.handle(ToClient::Act { number: 0, input: place.clone() }, 9, world.now);
        // A second after the person has last used their own, it is its turn.
        world.client.handle_due(world.now + age);
        let done = std::iter::from_fn(|| world.client.poll_event())
            .any(|event| event == ClientEvent::Do(place.clone()));
        assert_eq!(done, is_done, "{age:?}");
    }
}

#[test]
fn a_chord_that_was_interrupted_does_not_turn_into_bare_keys() {
    let ctrl = |pressed| Input::Key { key: Key::Named(NamedKey::Control), pressed };
    let mut world = World::open();
    world.act(ctrl(true));
    world.run(10 * MS);
    world.client.local_input(world.now);
    let w = world.act(key('w', true));
    world.act(key('w', false));
    world.run(Duration::from_millis(1200));
    assert!(world.at_console.contains(&ConsoleEvent::Undone { number: w, why: Undone::Interrupted }));
    world.act(ctrl(false));
    world.act(key('x', true));
    world.run(10 * MS);
    assert!(!world.done.contains(&key('w', true)));
    assert_eq!(world.done.last(), Some(&key('x', true)), "let go of, the keys are free again");
}

#[test]
fn revoking_control_ends_a_hold_for_the_console_too() {
    let mut world = World::open();
    world.client.local_input(world.now);
    world.run(10 * MS);
    world.client.set_grants(view(), world.now);
    world.run(10 * MS);
    assert!(world.at_console.contains(&ConsoleEvent::Holding(false)));
}

#[test]
fn while_paused_nothing_is_seen_or_done_and_afterwards_everything_begins_afresh() {
    let mut world = World::open();
    let (layout, what, area) = screen();
    world.client.screen(layout.clone(), what, area);
    world.desk_works = false;
    let (busy, waits) = (world.act(key('a', true)), world.act(key('b', true)));
    world.run(10 * MS);
    world.client.update(vec![1; 5000], world.now);
    world.client.set_paused(true, world.now);
    let seen = world.at_client.len();
    assert_eq!(world.client.grants(), Grants::NONE);
    assert_eq!(world.client.update_room(), None);
    // What the desk still had under way comes to nothing.
    world.client.update(vec![2; 5000], world.now);
    world.client.pointer_at(Point { x: 1, y: 1 });
    world.client.screen(layout, what, area);
    world.client.done(Ok(()), world.now);
    let sent = world.to_console.bytes;
    world.run(100 * MS);
    let told = &world.at_client[seen..];
    assert_eq!(told, [ClientEvent::Paused(true), ClientEvent::ReleaseAll, ClientEvent::StopShowing]);
    assert_eq!(world.done, [key('a', true)]);
    assert!(world.to_console.bytes - sent < 200, "{} bytes", world.to_console.bytes - sent);
    assert!(world.console.is_paused());
    assert!(world.at_console.contains(&ConsoleEvent::Paused(true)));
    assert!(world.at_console.contains(&ConsoleEvent::Undone { number: waits, why: Undone::Paused }));
    assert!(!world.at_console.contains(&ConsoleEvent::Done(busy + 2)));
    assert_eq!(world.console.act(&key('c', true), world.now), Err(ActError::Paused));
    assert_eq!(world.console.grants(), both(), "what is allowed is still known");

    // A console that asks all the same is told why not.
    let frame = ToClient::Act { number: waits + 1, input: key('d', true) }.to_frame();
    let (message, bytes) = message::<ToClient>(&frame);
    world.client.handle(message, bytes, world.now);
    world.client.handle(ToClient::Refresh {}, 3, world.now);
    assert_eq!(world.client.poll_event(), None);
    let refused = std::iter::from_fn(|| world.client.poll_transmit(world.now))
        .map(|frame| self::message::<ToConsole>(&frame).0)
        .find(|message| matches!(message, ToConsole::Undone { .. }));
    assert_eq!(refused, Some(ToConsole::Undone { number: waits + 1, why: Undone::Paused }));
}

#[test]
fn grants_change_during_a_pause_and_count_after_it() {
    let mut world = World::open();
    world.act(key('a', true));
    world.run(10 * MS);
    world.client.set_paused(true, world.now);
    world.client.set_paused(true, world.now);
    world.client.switch(Grant::Control, false, world.now);
    world.run(10 * MS);
    assert_eq!(world.client.grants(), Grants::NONE);
    world.client.switch(Grant::Control, true, world.now);
    world.client.switch(Grant::View, false, world.now);
    world.run(10 * MS);
    assert_eq!(world.console.act(&key('b', true), world.now), Err(ActError::Paused));
    let (done, shown) = (world.done.len(), world.at_client.len());
    world.client.set_paused(false, world.now);
    world.run(10 * MS);
    assert_eq!(world.client.grants(), both().without(view()));
    assert_eq!(world.done[done..], [Input::ReleaseAll], "the console begins afresh");
    assert!(!world.at_client[shown..].iter().any(|event| matches!(event, ClientEvent::Show(_))));
    world.act(key('c', true));
    world.client.switch(Grant::View, true, world.now);
    world.run(10 * MS);
    assert_eq!(world.done.last(), Some(&key('c', true)));
    assert!(world.at_client[shown..].contains(&ClientEvent::Show(View::DESKTOP)));
    let paused = world.at_console.iter().filter(|event| matches!(event, ConsoleEvent::Paused(_)));
    assert_eq!(paused.count(), 2, "each change is told once");
}

#[test]
fn nobody_can_pause_what_has_not_begun_or_is_over() {
    let mut world = World::quick();
    world.run(10 * MS);
    world.client.set_paused(true, world.now);
    world.client.switch(Grant::View, true, world.now);
    world.run(10 * MS);
    assert_eq!(world.client.grants(), Grants::NONE);
    world.client.answer(both(), world.now);
    assert_eq!(world.client.grants(), both());
    world.client.end(EndReason::Customer);
    world.client.set_paused(true, world.now);
    world.run(10 * MS);
    assert!(!world.at_client.iter().any(|event| matches!(event, ClientEvent::Paused(_))));
}

#[test]
fn a_button_that_is_down_comes_up_however_late() {
    let mut world = World::open();
    let at = Point { x: 1, y: 1 };
    let button = |pressed| Input::Button { button: Button::Left, pressed, at };
    world.desk_works = false;
    world.act(button(true));
    world.act(button(false));
    world.run(Duration::from_millis(1500));
    world.desk_works = true;
    world.client.done(Ok(()), world.now);
    world.run(10 * MS);
    assert_eq!(world.done, [button(true), button(false)]);
}

#[test]
fn an_act_that_the_system_refuses_is_told() {
    let mut world = World::open();
    world.desk_works = false;
    world.act(key('a', true));
    world.run(10 * MS);
    let why = Undone::System(Text::new("the lock screen is on").unwrap());
    world.client.done(Err(Unfinished::Refused(why.clone())), world.now);
    world.run(10 * MS);
    assert!(world.at_console.contains(&ConsoleEvent::Undone { number: 0, why }));
}

#[test]
fn a_flood_while_held_is_bounded_and_told() {
    let mut world = World::open();
    world.client.local_input(world.now);
    let mut sent = 0;
    for _ in 0..20_000 {
        if world
            .console
            .act(&Input::Key { key: Key::Named(NamedKey::Tab), pressed: true }, world.now)
            .is_err()
        {
            world.run(5 * MS);
            world.client.local_input(world.now);
        } else {
            sent += 1;
        }
    }
    world.run(Duration::from_secs(3));
    let overflow = world
        .at_console
        .iter()
        .filter(|event| matches!(event, ConsoleEvent::Undone { why: Undone::Overflow, .. }))
        .count();
    assert_eq!(overflow, 1, "one answer for the whole flood");
    assert!(world.done.len() < sent);
    assert_eq!(world.console.acts_waiting(), 0, "every act is accounted for");
}

#[test]
fn the_console_sees_how_the_line_does() {
    let mut world = World::new(1_000_000, 60 * MS);
    world.run(200 * MS);
    world.client.answer(both(), world.now);
    world.run(2_000 * MS);
    let idle = world.console.statistics(world.now);
    assert_eq!(idle.round_trip.unwrap().as_millis() / 10, 12, "{idle:?}");
    assert_eq!((idle.updates, idle.acts_waiting), (0, 0));
    world.desk_works = false;
    world.act(key('a', true));
    world.run(200 * MS);
    assert_eq!(world.console.statistics(world.now).acts_waiting, 1);
    let (layout, of, area) = screen();
    world.client.screen(layout, of, area);
    for _ in 0..30 {
        world.client.update(vec![7; 1_000], world.now);
        world.run(50 * MS);
    }
    let busy = world.console.statistics(world.now);
    assert!((19..=21).contains(&busy.updates), "{busy:?}");
    assert!((19_000..=23_000).contains(&busy.bytes), "{busy:?}");
    world.to_console.dead = true;
    world.run(1_300 * MS);
    let dead = world.console.statistics(world.now);
    assert_eq!((dead.updates, dead.bytes, dead.acts_waiting), (0, 0, 1));
}

#[test]
fn a_console_that_stops_acknowledging_gets_no_more_than_the_window() {
    let mut world = World::open();
    let (layout, of, area) = screen();
    world.client.screen(layout, of, area);
    world.to_client.dead = true;
    let before = world.to_console.bytes;
    for _ in 0..900 {
        if let Some(room) = world.client.update_room() {
            world.client.update(vec![1; room.bytes], world.now);
        }
        world.run(MS);
    }
    assert!(world.to_console.bytes - before < 64_000, "{}", world.to_console.bytes - before);
}

#[test]
fn a_console_that_takes_no_answers_is_read_no_further() {
    let mut world = World::open();
    let mut number = 0;
    while world.client.can_take_in() {
        assert!(number < 100_000, "whoever takes nothing may cause more and more");
        let act = ToClient::Act { number, input: Input::ReleaseAll };
        world.client.handle(act, 5, world.now);
        while let Some(event) = world.client.poll_event() {
            if let ClientEvent::Do(_) = &event {
                world.client.done(Ok(()), world.now);
            }
        }
        number += 1;
    }
    assert!(number > 1_000, "{number}");
    while world.client.poll_transmit(world.now).is_some() {}
    assert!(world.client.can_take_in());
}

#[test]
fn either_side_ends_it_and_says_who() {
    let mut world = World::open();
    world.console.end(EndReason::Operator);
    world.run(10 * MS);
    assert_eq!(
        world.ends(),
        (Some(Ended::There(EndReason::Operator)), Some(Ended::Here(EndReason::Operator)))
    );
    assert!(world.at_client.contains(&ClientEvent::ReleaseAll));
    assert_eq!((world.client.poll_timeout(), world.console.poll_timeout()), (None, None));

    let mut world = World::open();
    world.client.end(EndReason::Customer);
    world.run(10 * MS);
    assert_eq!(
        world.ends(),
        (Some(Ended::Here(EndReason::Customer)), Some(Ended::There(EndReason::Customer)))
    );
}

#[test]
fn a_key_is_not_delayed_by_a_page_on_a_thin_line() {
    // 256 kbit/s and 40 ms of round trip, the page never complete.
    let mut world = World::new(32_000, 20 * MS);
    world.run(200 * MS);
    world.client.answer(both(), world.now);
    world.run(200 * MS);
    let mut worst = Duration::ZERO;
    for round in 0..40 {
        let start = world.now;
        let number = world.act(key('a', round % 2 == 0));
        while !world.at_console.contains(&ConsoleEvent::Done(number)) {
            if let Some(room) = world.client.update_room() {
                world.client.update(vec![1; room.bytes], world.now);
            }
            world.run(MS);
        }
        if round > 20 {
            worst = worst.max(world.now - start);
        }
    }
    assert!(worst < 150 * MS, "{worst:?}");
    let state = world.client.line();
    assert!(state.rate.unwrap() > 20_000 && state.rate.unwrap() < 40_000, "{state:?}");
}

#[test]
fn protocol_breaches_end_the_session() {
    let breaches: [fn(&mut World); 5] = [
        |world| world.client.handle(ToClient::Ask { grants: both() }, 4, world.now),
        |world| world.client.handle(ToClient::Act { number: 7, input: key('a', true) }, 9, world.now),
        |world| world.client.handle(ToClient::Ack { bytes: 1 << 50, taken: Taken::default() }, 9, world.now),
        |world| world.console.handle(ToConsole::Done { number: 3 }, 4, world.now),
        |world| {
            let (layout, of, _) = screen();
            world.console.handle(ToConsole::Screen { layout, view: of, area: Rect::default() }, 9, world.now);
        },
    ];
    for (index, breach) in breaches.into_iter().enumerate() {
        let mut world = World::open();
        breach(&mut world);
        world.run(10 * MS);
        let (client, console) = world.ends();
        let protocol = |end: &Ended| {
            matches!(end, Ended::Here(EndReason::Protocol(_)) | Ended::There(EndReason::Protocol(_)))
        };
        assert!(
            client.as_ref().is_some_and(protocol) && console.as_ref().is_some_and(protocol),
            "{index}: {client:?}"
        );
    }
}

#[test]
fn a_console_that_asks_for_nothing_is_not_waited_for() {
    let mut world = World::quick();
    world.to_client.dead = true;
    for _ in 0..11 {
        // It is there, so the line stands.
        world.client.handle(ToClient::Ping { at: 0 }, 8, world.now);
        world.run(Duration::from_secs(1));
    }
    assert!(matches!(world.ends().0, Some(Ended::Here(EndReason::Protocol(_)))));
}

#[test]
fn an_idle_session_costs_next_to_nothing() {
    let mut world = World::open();
    world.run(Duration::from_secs(1));
    let before = (world.to_client.bytes, world.to_console.bytes);
    world.run(Duration::from_secs(10));
    let bits = |now: u64, before: u64| (now - before) * 8 / 10;
    assert!(bits(world.to_client.bytes, before.0) < 400);
    assert!(bits(world.to_console.bytes, before.1) < 400);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the line, whatever the customer does: acts are done in order, each at most once, only while
    /// control is allowed, and every one is answered.
    #[test]
    fn acts_keep_their_order_and_their_count(
        rate in 4_000_u64..1_000_000, delay in 0_u64..200,
        script in proptest::collection::vec((0_u8..6, 1_u64..300), 1..60),
    ) {
        let mut world = World::new(rate, Duration::from_millis(delay));
        world.run(Duration::from_secs(1));
        world.client.answer(both(), world.now);
        world.run(Duration::from_secs(1));
        let (mut sent, mut next) = (Vec::new(), 'a' as u32);
        for (what, time) in script {
            match what {
                0 | 1 => {
                    let character = char::from_u32(next).unwrap_or('a');
                    next += 1;
                    if world.console.act(&key(character, true), world.now).is_ok() {
                        sent.push(key(character, true));
                    }
                }
                2 => world.client.local_input(world.now),
                3 => world.client.set_grants(view(), world.now),
                4 => world.client.set_grants(both(), world.now),
                _ => {}
            }
            let done = world.done.len();
            let allowed = world.client.grants().allows(Grant::Control);
            world.run(Duration::from_millis(time));
            prop_assert!(allowed || world.done.len() == done);
        }
        world.run(Duration::from_secs(5));
        prop_assert_eq!(world.console.acts_waiting(), 0);
        let mut rest = sent.iter();
        let mut done = world.done.iter().filter(|done| **done != Input::ReleaseAll);
        prop_assert!(done.all(|done| rest.any(|sent| sent == done)), "{:?} {:?}", sent, world.done);
    }
}

/// A text that was being typed when `breaks` released everything goes on behind the letters that were typed.
fn goes_on(breaks: impl Fn(&mut World), back: impl Fn(&mut World)) {
    let text = |text| Input::Text(Text::new(text).unwrap());
    let mut world = World::open();
    world.desk_works = false;
    world.act(text("žluťoučký"));
    world.act(key('a', true));
    world.run(10 * MS);
    breaks(&mut world);
    // "žlu", and a byte of the next letter that the desk had better not counted.
    world.client.done(Err(Unfinished::BrokenOff { typed: 5 }), world.now);
    world.desk_works = true;
    world.done.clear();
    world.run(100 * MS);
    assert_eq!(world.done, []);
    back(&mut world);
    world.run(Duration::from_millis(1200));
    assert_eq!(world.done[..2], [text("ťoučký"), key('a', true)]);
    assert!(!world.at_console.iter().any(|event| matches!(event, ConsoleEvent::Undone { .. })));
}

#[test]
fn a_text_that_was_broken_off_goes_on_where_it_was() {
    goes_on(|world| world.client.local_input(world.now), |_| {});
    goes_on(World::cut, World::resume);
}

#[test]
fn a_press_that_had_not_begun_when_everything_was_released_is_done_later() {
    let held = |world: &mut World| world.client.local_input(world.now);
    for (breaks, back) in [(held as fn(&mut World), (|_| {}) as fn(&mut World)), (World::cut, World::resume)]
    {
        let mut world = World::open();
        world.desk_works = false;
        world.act(key('a', true));
        world.act(key('a', false));
        world.run(10 * MS);
        breaks(&mut world);
        world.client.done(Err(Unfinished::BrokenOff { typed: 0 }), world.now);
        world.desk_works = true;
        world.done.clear();
        back(&mut world);
        world.run(Duration::from_millis(1200));
        assert_eq!(world.done[..2], [key('a', true), key('a', false)]);
        assert!(!world.at_console.iter().any(|event| matches!(event, ConsoleEvent::Undone { .. })));
    }
}

#[test]
fn nothing_goes_on_once_control_is_taken_away() {
    let mut world = World::open();
    world.desk_works = false;
    world.act(Input::Text(Text::new("secret").unwrap()));
    world.run(10 * MS);
    world.client.local_input(world.now);
    world.client.set_grants(Grants::NONE.with(Grant::View), world.now);
    world.client.done(Err(Unfinished::BrokenOff { typed: 3 }), world.now);
    world.desk_works = true;
    world.done.clear();
    world.run(Duration::from_secs(2));
    assert_eq!(world.done, []);
    let refused = ConsoleEvent::Undone { number: 0, why: Undone::NotAllowed };
    assert!(world.at_console.contains(&refused));
}

#[test]
fn who_reads_a_notice_first_has_the_whole_time_for_the_answer_once() {
    let asked = |world: &World| {
        let asking = |event: &&ConsoleEvent| matches!(event, ConsoleEvent::Asking(_));
        world.at_console.iter().filter(asking).count()
    };
    let mut world = World::quick();
    world.run(Duration::from_secs(50));
    world.client.notice_was_read(world.now);
    world.run(Duration::from_secs(50));
    assert_eq!((asked(&world), world.ends()), (2, (None, None)));
    world.client.notice_was_read(world.now);
    world.run(Duration::from_secs(11));
    assert_eq!(asked(&world), 2);
    assert_eq!(world.ends().0, Some(Ended::Here(EndReason::NoAnswer)));
    assert_eq!(world.ends().1, Some(Ended::There(EndReason::NoAnswer)));
}

#[test]
fn what_was_done_is_called_done_though_control_is_taken_meanwhile() {
    let mut world = World::open();
    world.desk_works = false;
    world.act(key('a', true));
    world.act(key('b', true));
    world.run(10 * MS);
    world.client.set_grants(Grants::NONE.with(Grant::View), world.now);
    world.client.done(Ok(()), world.now);
    world.run(10 * MS);
    let answers: Vec<_> = world
        .at_console
        .iter()
        .filter(|event| matches!(event, ConsoleEvent::Done(_) | ConsoleEvent::Undone { .. }))
        .collect();
    let refused = ConsoleEvent::Undone { number: 1, why: Undone::NotAllowed };
    assert_eq!(answers[..2], [&ConsoleEvent::Done(0), &refused]);
}

#[test]
fn the_console_hears_when_each_update_was_made() {
    let mut world = World::open();
    for made in [0, 77, 5_000_999, 5_001_000] {
        world.client.update(vec![1; 10], Duration::from_micros(made));
        world.run(10 * MS);
    }
    let made = world.at_console.iter().filter_map(|event| match event {
        ConsoleEvent::Update { at, .. } => Some(*at),
        _ => None,
    });
    assert_eq!(made.collect::<Vec<_>>(), [0, 0, 5_000, 5_001]);
}

#[test]
fn the_console_hears_after_the_yes_whether_the_desktop_answers() {
    let heard = |world: &World| {
        let answers = |event: &ConsoleEvent| match event {
            ConsoleEvent::Answering(answers) => Some(*answers),
            _ => None,
        };
        world.at_console.iter().filter_map(answers).collect::<Vec<_>>()
    };
    let mut world = World::quick();
    world.run(10 * MS);
    world.client.desktop_answers(false);
    world.run(10 * MS);
    assert_eq!(heard(&world), [], "nobody was let in yet");
    world.client.answer(both(), world.now);
    world.client.desktop_answers(false);
    world.run(10 * MS);
    assert_eq!(heard(&world), [false]);
    world.cut();
    world.client.desktop_answers(true);
    world.run(10 * MS);
    world.resume();
    world.run(100 * MS);
    assert_eq!(heard(&world), [false, true]);
}
