//! The view in every state: how it looks, what a screen reader finds, what comes of its buttons and of the mouse.

use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::{Button, Input, Key as RemoteKey, NamedKey};
use farhand_proto::screen::{Colours, MonitorId, Part, Point, View};
use farhand_texts::Texts;
use farhand_window::egui::{Key, Modifiers, Pos2, Vec2, accesskit::Role, vec2};
use farhand_window::winit::dpi::PhysicalPosition;
use farhand_window::winit::event::{
    DeviceId, ElementState, Ime, MouseButton, MouseScrollDelta, TouchPhase, WindowEvent,
};
use farhand_window::{Layers, Taken, theme};

use super::made_up;
use super::{News, SessionView, Wish};
use crate::window::model::TabState;
use crate::window::words::SOURCES;

const SIZE: Vec2 = vec2(1300.0, 640.0);

struct Shown {
    session: SessionView,
    texts: Texts,
    has_style: bool,
    wishes: Vec<Wish>,
    now: Instant,
}

type Window = Harness<'static, Shown>;

fn window(state: &str, size: Vec2) -> Window {
    let (_, session) = made_up().into_iter().find(|(name, _)| *name == state).unwrap();
    let (texts, now) = (Texts::new(&SOURCES, "en"), Instant::now());
    let shown = Shown { session, texts, has_style: false, wishes: Vec::new(), now };
    let mut window = Harness::builder().with_size(size).build_ui_state(
        |ui, shown: &mut Shown| {
            if !std::mem::replace(&mut shown.has_style, true) {
                theme::install(ui.ctx());
                return ui.ctx().request_repaint();
            }
            let wishes = shown.session.draw(ui, &mut Layers::default(), &shown.texts);
            shown.wishes.extend(wishes);
        },
        shown,
    );
    window.run();
    // It has been before the operator for a while, who has copied nothing.
    let session = &mut window.state_mut().session;
    (session.calm_at, session.may_have_copied) = (None, false);
    window
}

fn live() -> Window {
    window("live_compared", SIZE)
}

fn press(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run();
}

fn wishes(window: &mut Window) -> Vec<Wish> {
    std::mem::take(&mut window.state_mut().wishes)
}

fn key(key: RemoteKey, pressed: bool) -> Wish {
    Wish::Act(Input::Key { key, pressed })
}

fn event(window: &mut Window, event: &WindowEvent) -> (Taken, Vec<Wish>) {
    window.state_mut().session.event(event)
}

fn move_to(window: &mut Window, at: Pos2) -> Taken {
    let position = PhysicalPosition::new(f64::from(at.x), f64::from(at.y));
    event(window, &WindowEvent::CursorMoved { device_id: DeviceId::dummy(), position }).0
}

fn button(window: &mut Window, button: MouseButton, pressed: bool) -> (Taken, Vec<Wish>) {
    let state = if pressed { ElementState::Pressed } else { ElementState::Released };
    event(window, &WindowEvent::MouseInput { device_id: DeviceId::dummy(), state, button })
}

fn flush(window: &mut Window) -> Vec<Wish> {
    let shown = window.state_mut();
    shown.now += Duration::from_secs(1);
    shown.session.idle(shown.now).0
}

/// The place of the window at which a pixel of the customer's desktop is seen.
fn place_of(window: &Window, x: f32, y: f32) -> Pos2 {
    let placement = window.state().session.devices.placement.unwrap();
    let along = |at: f32, start: i32, shown: u32, pixels: u32| {
        start as f32 + ((at + 0.5) * shown as f32 / pixels as f32).floor()
    };
    Pos2::new(
        along(x, placement.place.x, placement.place.width, placement.area.width),
        along(y, placement.place.y, placement.place.height, placement.area.height),
    )
}

#[test]
fn everything_on_the_strip_has_a_name_and_can_be_reached_in_its_order() {
    let mut window = window("live_compared", vec2(1500.0, 640.0));
    let names = [
        "Keys",
        "Type text",
        "Chat, files",
        "View only",
        "Monitors",
        "Size",
        "Full screen",
        "Capture keys",
        "End",
    ];
    for name in names {
        window.get_by_label(name);
    }
    window.get_by_role_and_label(Role::Image, "The customer's screen");
    window.get_by_label("You may use the customer's mouse and keyboard");
    window.get_by_label("The two words match: acorn zipper");
    window.get_by_label("Keys").focus();
    window.run();
    for name in &names[1..] {
        window.key_press(Key::Tab);
        window.run();
        assert!(window.get_by_label(name).is_focused(), "{name}");
    }
}

#[test]
fn in_a_narrow_window_the_rest_is_in_a_menu() {
    let mut window = window("live_compared", vec2(560.0, 640.0));
    assert!(window.query_by_label("Full screen").is_none());
    window.get_by_label("End");
    press(&mut window, "More");
    press(&mut window, "Full screen");
    window.run();
    assert_eq!(wishes(&mut window), [Wish::FullScreen(true)]);
}

#[test]
fn the_words_are_compared_first() {
    let mut shown = window("live", SIZE);
    press(&mut shown, "They differ");
    assert_eq!(wishes(&mut shown), [Wish::WordsDiffer]);
    press(&mut shown, "They match");
    assert!(shown.query_by_label("They match").is_none());
    shown.get_by_label("The two words match: acorn zipper");
    assert_eq!(wishes(&mut shown), []);
}

#[test]
fn end_ends() {
    let mut shown = live();
    press(&mut shown, "End");
    assert_eq!(wishes(&mut shown), [Wish::End]);
    window("ended", SIZE).get_by_label("Close");
}

#[test]
fn a_press_that_was_meant_for_what_stood_there_before_ends_nothing() {
    let mut shown = live();
    // Another tab was before the operator until now.
    shown.state_mut().session.leave();
    shown.run();
    press(&mut shown, "End");
    assert_eq!(wishes(&mut shown), []);
    shown.state_mut().session.calm_at = Some(Instant::now());
    press(&mut shown, "End");
    assert_eq!(wishes(&mut shown), [Wish::End]);
    // The customer's end comes while the operator presses.
    shown.state_mut().session.note(News::Ended("over".to_owned()));
    shown.run();
    press(&mut shown, "Close");
    assert_eq!(wishes(&mut shown), []);
}

#[test]
fn what_the_operator_copied_goes_to_the_customer_with_whom_they_go_on() {
    let mut window = live();
    let at = place_of(&window, 700.0, 300.0);
    move_to(&mut window, at);
    assert_eq!(event(&mut window, &WindowEvent::Focused(true)).1, [], "the window alone is no sign");
    let (_, first) = button(&mut window, MouseButton::Left, true);
    assert!(matches!(first[..], [Wish::ShareClipboard, Wish::Act(_)]), "{first:?}");
    button(&mut window, MouseButton::Left, false);
    let (_, second) = button(&mut window, MouseButton::Left, true);
    assert!(matches!(second[..], [Wish::Act(_)]), "{second:?}");
}

#[test]
fn what_another_customer_copies_waits_until_they_are_before_the_operator() {
    let mut window = live();
    let copied = |text: &str| News::Clipboard(text.to_owned());
    let session = &mut window.state_mut().session;
    session.note(copied("one"));
    assert_eq!(session.outgoing(), [Wish::TakeClipboard("one".to_owned())]);
    session.leave();
    session.note(copied("two"));
    session.note(copied("three"));
    assert_eq!(session.outgoing(), []);
    window.run();
    assert_eq!(wishes(&mut window), [Wish::TakeClipboard("three".to_owned())]);
}

#[test]
fn what_the_customer_no_longer_shows_is_gone() {
    let control = Grants::NONE.with(Grant::Control);
    for (news, is_gone) in [
        (News::Allowed(control), true),
        (News::Ended("over".to_owned()), true),
        (News::Paused(true), false),
        (News::Lost, false),
    ] {
        let mut window = live();
        let session = &mut window.state_mut().session;
        session.note(news.clone());
        let size = session.picture.read(farhand_proto::screen::Picture::size);
        assert_eq!(size.area() == 0, is_gone, "{news:?}");
        window.run();
    }
}

#[test]
fn what_is_not_allowed_is_not_offered() {
    let shown = window("view_only", SIZE);
    for name in ["Keys", "Type text", "View only", "Capture keys"] {
        assert!(shown.query_by_label(name).is_none(), "{name}");
    }
    let said = shown.query_all_by_label("The customer does not let you use their mouse and keyboard").count();
    assert_eq!(said, 2, "at the grant, and below the picture");
    let shown = window("taken_back", SIZE);
    let said = shown.query_all_by_label("The customer has taken back mouse and keyboard").count();
    assert_eq!(said, 2);
}

#[test]
fn only_viewing_is_seen_at_the_grant() {
    let mut window = live();
    let (used, unused) = (
        "You may use the customer's mouse and keyboard",
        "You may use the customer's mouse and keyboard, but now you only view",
    );
    window.get_by_label(used);
    press(&mut window, "View only");
    window.get_by_label(unused);
    assert!(window.query_by_label(used).is_none());
    press(&mut window, "View only");
    window.get_by_label(used);
}

#[test]
fn a_lost_line_says_when_it_is_given_up() {
    window("lost", SIZE).get_by_label_contains("otherwise it is given up in 120 s");
}

#[test]
fn numbers_are_there_while_the_session_runs() {
    window("live", SIZE)
        .get_by_label("The line to the customer: 38 ms, 24 frames/s, 850 kbit/s, 2 waiting, exact");
    for state in ["asking", "ended"] {
        window(state, SIZE)
            .get_by_label("The line to the customer: – ms, – frames/s, – kbit/s, – waiting, –");
    }
}

#[test]
fn special_keys_are_chords() {
    let mut window = live();
    press(&mut window, "Keys");
    press(&mut window, "Ctrl + Alt + Del");
    let keys = [NamedKey::Control, NamedKey::Alt, NamedKey::Delete].map(RemoteKey::Named);
    let down = keys.iter().map(|named| key(*named, true));
    let expected: Vec<_> = down.chain(keys.iter().rev().map(|named| key(*named, false))).collect();
    assert_eq!(wishes(&mut window), expected);
    assert!(window.query_by_label("Ctrl + Alt + Del").is_none(), "the menu is closed");
    assert!(window.state().session.devices.has_focus(), "and typing goes on");
}

#[test]
fn any_chord_can_be_written() {
    let mut window = live();
    press(&mut window, "Keys");
    let field = "Other keys, with + between them";
    window.get_by_role_and_label(Role::TextInput, field).focus();
    window.run();
    window.get_by_role_and_label(Role::TextInput, field).type_text("super+banana");
    window.run();
    press(&mut window, "Send");
    window.get_by_label_contains("“banana” is no key");
    assert_eq!(wishes(&mut window), []);
    window.state_mut().session.chosen.chord = "super+d".to_owned();
    press(&mut window, "Send");
    let (logo, letter) = (RemoteKey::Named(NamedKey::Super), RemoteKey::Char('d'));
    assert_eq!(
        wishes(&mut window),
        [key(logo, true), key(letter, true), key(letter, false), key(logo, false)]
    );
}

#[test]
fn text_is_typed_exactly() {
    let mut window = live();
    press(&mut window, "Type text");
    let field = "Arrives at the customer's exactly as it stands here";
    assert!(window.get_by_label(field).is_focused(), "ready to type");
    window.get_by_label(field).type_text("  ř ß\t€\nž ");
    window.run();
    window.key_press_modifiers(Modifiers::CTRL, Key::Enter);
    window.run();
    assert_eq!(wishes(&mut window), [Wish::Type("  ř ß\t€\nž ".to_owned())]);
    assert!(window.query_by_label(field).is_none());
}

#[test]
fn characters_that_the_typeface_lacks_are_explained() {
    let mut window = live();
    press(&mut window, "Type text");
    let words = "puts ? in their place";
    for (text, is_explained) in [("ř ß\t€\nž", false), ("漢字", true), ("ok 🙂", true), ("ok", false)]
    {
        window.state_mut().session.chosen.text = text.to_owned();
        window.run();
        assert_eq!(window.query_by_label_contains(words).is_some(), is_explained, "{text}");
    }
}

#[test]
fn another_monitor_is_wished_for() {
    let mut window = live();
    press(&mut window, "Monitors");
    press(&mut window, "2: DP-2");
    assert_eq!(wishes(&mut window), [Wish::Watch(View::monitor(MonitorId(2)))]);
}

#[test]
fn a_desktop_that_does_not_answer_is_not_called_live() {
    let mut window = live();
    window.state_mut().session.note(News::Answering(false));
    window.run();
    assert!(window.query_by_label_contains("has not answered for 1 s").is_some());
    assert!(!window.state().session.known.is_live(), "nothing is typed blindly");
    window.state_mut().session.note(News::Answering(true));
    window.run();
    assert!(window.query_by_label_contains("has not answered").is_none());
    assert!(window.state().session.known.is_live());
    // Its tab says so as long as it is so, whatever comes and goes meanwhile.
    let session = &mut window.state_mut().session;
    for (news, tab) in [
        (News::Answering(false), TabState::Silent),
        (News::Lost, TabState::Lost),
        (News::Found, TabState::Silent),
        (News::Paused(true), TabState::Paused),
        (News::Paused(false), TabState::Silent),
        (News::Answering(true), TabState::Live),
        (News::Allowed(Grants::NONE.with(Grant::Control)), TabState::Live),
        (News::Allowed(Grants::NONE), TabState::Paused),
    ] {
        session.note(news.clone());
        assert_eq!(session.tab_state(), tab, "{news:?}");
    }
}

#[test]
fn fewer_colours_are_wished_for_and_never_hidden() {
    let mut window = live();
    press(&mut window, "Size");
    press(&mut window, "Grey, for a thin line");
    let grey = View { colours: Colours::Grey, ..View::DESKTOP };
    assert_eq!(wishes(&mut window), [Wish::Watch(grey)]);
    let (layout, area) = {
        let known = &window.state().session.known;
        (known.layout.clone().unwrap(), known.area)
    };
    window.state_mut().session.note(News::Screen { layout, view: grey, area });
    window.run();
    assert!(window.query_by_label_contains(", grey").is_some(), "the line says so");
    press(&mut window, "Monitors");
    press(&mut window, "2: DP-2");
    let other = View { part: Part::Monitor(MonitorId(2)), colours: Colours::Grey };
    assert_eq!(wishes(&mut window), [Wish::Watch(other)], "another monitor comes in the same colours");
}

#[test]
fn the_mouse_does_there_what_it_does_here() {
    let mut window = live();
    let at = place_of(&window, 700.0, 300.0);
    assert_eq!(move_to(&mut window, at), Taken::No, "the interface hears that the mouse left its buttons");
    assert_eq!(move_to(&mut window, at), Taken::Yes);
    let moved = flush(&mut window);
    let [Wish::Act(Input::Move(place))] = moved[..] else { panic!("{moved:?}") };
    assert!((place.x - 700).abs() <= 1 && (place.y - 300).abs() <= 1, "{place:?}");
    let (taken, pressed) = button(&mut window, MouseButton::Right, true);
    assert_ne!(taken, Taken::No);
    assert_eq!(pressed, [Wish::Act(Input::Button { button: Button::Right, pressed: true, at: place })]);
    // The drag ends at the edge of the picture, and so does the release.
    assert_eq!(move_to(&mut window, Pos2::new(-50.0, at.y)), Taken::Yes);
    let edge = Point { x: 0, y: place.y };
    let (_, released) = button(&mut window, MouseButton::Right, false);
    assert_eq!(released, [Wish::Act(Input::Button { button: Button::Right, pressed: false, at: edge })]);
}

#[test]
fn both_wheels_turn_there() {
    let mut window = live();
    let at = place_of(&window, 100.0, 100.0);
    move_to(&mut window, at);
    flush(&mut window);
    let delta = MouseScrollDelta::LineDelta(-1.0, -2.0);
    let turned = WindowEvent::MouseWheel { device_id: DeviceId::dummy(), delta, phase: TouchPhase::Moved };
    assert_eq!(event(&mut window, &turned).0, Taken::Yes);
    let sent = flush(&mut window);
    assert!(matches!(sent[..], [Wish::Act(Input::Scroll { right: 120, down: 240, .. })]), "{sent:?}");
}

#[test]
fn outside_the_picture_nothing_goes_there() {
    let mut window = live();
    assert_eq!(move_to(&mut window, Pos2::new(600.0, 20.0)), Taken::No);
    assert_eq!(button(&mut window, MouseButton::Left, true), (Taken::No, vec![]));
    // What was pressed on a button of ours stays ours until it is released.
    let at = place_of(&window, 700.0, 300.0);
    assert_eq!(move_to(&mut window, at), Taken::No);
    assert_eq!(button(&mut window, MouseButton::Left, false), (Taken::No, vec![]));
    assert_eq!(flush(&mut window), []);
}

#[test]
fn a_click_that_closes_a_menu_goes_nowhere_else() {
    let mut window = live();
    press(&mut window, "Size");
    let at = place_of(&window, 700.0, 300.0);
    assert_eq!(move_to(&mut window, at), Taken::No);
    assert_eq!(button(&mut window, MouseButton::Left, true), (Taken::No, vec![]));
}

#[test]
fn what_is_held_is_released_on_leaving() {
    let leave: [fn(&mut Window) -> Vec<Wish>; 3] = [
        |window| event(window, &WindowEvent::Focused(false)).1,
        |window| window.state_mut().session.leave(),
        |window| {
            press(window, "View only");
            wishes(window)
        },
    ];
    for leave in leave {
        let mut window = live();
        let at = place_of(&window, 700.0, 300.0);
        move_to(&mut window, at);
        assert_eq!(button(&mut window, MouseButton::Left, true).1.len(), 1);
        assert_eq!(leave(&mut window), [Wish::Act(Input::ReleaseAll)]);
        assert_eq!(leave(&mut window), []);
    }
}

#[test]
fn nothing_goes_to_a_picture_that_is_not_live() {
    let stale = [
        News::Lost,
        News::Paused(true),
        News::Allowed(Grants::NONE.with(Grant::View)),
        News::Ended("gone".to_owned()),
    ];
    for news in stale {
        let mut window = live();
        let at = place_of(&window, 700.0, 300.0);
        move_to(&mut window, at);
        button(&mut window, MouseButton::Left, true);
        window.state_mut().session.note(news.clone());
        assert_eq!(button(&mut window, MouseButton::Left, false), (Taken::No, vec![]), "{news:?}");
        assert_eq!(move_to(&mut window, at), Taken::No);
        assert_eq!(flush(&mut window), []);
        let text = WindowEvent::Ime(Ime::Commit("ž".to_owned()));
        assert_eq!(event(&mut window, &text), (Taken::No, vec![]));
    }
}

#[test]
fn what_an_input_method_makes_arrives_as_text() {
    let mut window = live();
    let text = WindowEvent::Ime(Ime::Commit("漢字".to_owned()));
    assert_eq!(event(&mut window, &text), (Taken::Yes, vec![Wish::Type("漢字".to_owned())]));
    press(&mut window, "Type text");
    assert_eq!(event(&mut window, &text), (Taken::No, vec![]), "the field has it");
}

#[test]
fn in_full_screen_the_strip_comes_at_the_top_edge() {
    let mut window = window("full_screen", vec2(1500.0, 640.0));
    assert!(window.query_by_label("End").is_none());
    move_to(&mut window, Pos2::new(500.0, 300.0));
    assert_eq!(move_to(&mut window, Pos2::new(500.0, 0.0)), Taken::No);
    window.run();
    window.get_by_label("Leave full screen");
    assert_eq!(button(&mut window, MouseButton::Left, true), (Taken::No, vec![]), "it lies over the picture");
    button(&mut window, MouseButton::Left, false);
    assert_eq!(move_to(&mut window, Pos2::new(500.0, 300.0)), Taken::No);
    window.run();
    assert!(window.query_by_label("End").is_none());
}

#[test]
fn in_full_screen_a_question_takes_nothing_from_the_picture() {
    let whole = window("full_screen", SIZE).state().session.devices.placement.unwrap().clip;
    let mut window = window("full_screen_words", SIZE);
    let placement = |window: &Window| window.state().session.devices.placement.unwrap();
    let row = window.get_by_label("They match").rect();
    assert!(placement(&window).clip.y as f32 >= row.bottom(), "{row:?}");
    press(&mut window, "They match");
    window.run();
    assert!(window.query_by_label("End").is_none());
    assert_eq!(placement(&window).clip, whole, "all of the monitor is the picture's");
}

#[test]
fn the_way_out_goes_to_the_first_button() {
    for state in ["live_compared", "full_screen"] {
        let mut window = window(state, SIZE);
        assert!(window.state().session.devices.has_focus(), "{state}: keys go to the customer");
        window.state_mut().session.lead_out();
        window.run();
        assert!(window.get_by_label("Keys").is_focused(), "{state}");
        assert!(!window.state().session.devices.has_focus(), "{state}");
        window.key_press(Key::Tab);
        window.run();
        assert!(window.get_by_label("Type text").is_focused(), "{state}");
    }
}

#[test]
fn at_its_edge_the_mouse_pushes_a_large_picture_on() {
    let mut window = window("exact", vec2(700.0, 400.0));
    let placement = |window: &Window| window.state().session.devices.placement.unwrap();
    let before = placement(&window);
    assert!(before.place.right() > before.clip.right(), "{before:?}");
    let (x, y) = (before.clip.right() as f32 - 2.0, before.clip.y as f32 + 100.0);
    move_to(&mut window, Pos2::new(x - 200.0, y));
    assert_eq!(move_to(&mut window, Pos2::new(x - 100.0, y)), Taken::Yes);
    window.run();
    assert_eq!(placement(&window), before, "only at the edge");
    assert_eq!(move_to(&mut window, Pos2::new(x, y)), Taken::YesRedraw);
    let edge = flush(&mut window);
    window.run_steps(2);
    let moved = flush(&mut window);
    assert!(placement(&window).place.x < before.place.x);
    assert_ne!(moved, edge, "the mouse is over another place of the desktop");
    window.run_steps(40);
    let after = placement(&window);
    assert!((after.place.right() - after.clip.right()).abs() <= 1, "{after:?}");
    assert_eq!(after.place.y, before.place.y);
    let corner = Pos2::new(x, after.clip.bottom() as f32 - 1.0);
    assert_eq!(move_to(&mut window, corner), Taken::YesRedraw);
    window.run_steps(40);
    let after = placement(&window);
    assert!((after.place.bottom() - after.clip.bottom()).abs() <= 1, "{after:?}");
    assert_eq!(window.state().session.devices.push, Vec2::ZERO, "and there it stands still");
    window.run();
}
