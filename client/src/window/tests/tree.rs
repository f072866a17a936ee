//! The window as the keyboard and a screen reader meet it.

use std::time::{Duration, Instant};

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use farhand_desktop::Chord;
use farhand_proto::grant::Grant;
use farhand_session::FileEvent;
use farhand_transport::proxy::Introduction;
use farhand_window::{egui, theme};
use jiff::tz::TimeZone;

use super::super::carried::Speaker;
use super::super::model::{Command, ConnectionTest, Copyable, Model, Relay, Stage};
use super::super::size::SIZE;
use super::super::words::{SOURCES, Words};
use super::super::{bar, parts, pictures, screens};

/// A window and what came out of it.
struct Shown {
    model: Model,
    commands: Vec<Command>,
    has_theme: bool,
    is_bar: bool,
}

fn show(model: Model, is_bar: bool) -> Harness<'static, Shown> {
    let size = if is_bar { bar::size(1920.0) } else { SIZE };
    show_in("en", size, model, is_bar)
}

fn show_in(language: &str, size: egui::Vec2, model: Model, is_bar: bool) -> Harness<'static, Shown> {
    let words = words(language);
    let shown = Shown { model, commands: Vec::new(), has_theme: false, is_bar };
    let mut harness = Harness::builder().with_size(size).build_ui_state(
        move |ui, shown: &mut Shown| {
            // Typefaces and styles are there from the next frame on.
            if !std::mem::replace(&mut shown.has_theme, true) {
                theme::install(ui.ctx());
                return;
            }
            let command = match shown.model.visitor() {
                Some(visit) if shown.is_bar => bar::draw(ui, &shown.model, visit, &words).command,
                _ => screens::draw(ui, &shown.model, &words),
            };
            shown.commands.extend(command);
        },
        shown,
    );
    harness.run();
    harness
}

fn words(language: &str) -> Words {
    Words::new(language, TimeZone::UTC)
}

fn state(name: &str) -> Harness<'static, Shown> {
    state_in("en", name)
}

fn state_in(language: &str, name: &str) -> Harness<'static, Shown> {
    let (_, model) = pictures::windows().into_iter().find(|(other, _)| *other == name).expect("a state");
    show_in(language, SIZE, model, false)
}

fn take(harness: &mut Harness<'_, Shown>) -> Vec<Command> {
    std::mem::take(&mut harness.state_mut().commands)
}

fn press(harness: &mut Harness<'_, Shown>, label: &str) -> Vec<Command> {
    harness.get_by_label(label).click();
    harness.run();
    take(harness)
}

/// The name of what has the focus.
fn focused(harness: &Harness<'_, Shown>) -> String {
    let is_focused = harness.get_all_by(|node| node.is_focused() && node.role() != Role::Window).next();
    is_focused.expect("something has the focus").accesskit_node().label().expect("everything has a name")
}

const VIEW: &str = "See my screen. Your helper sees everything on your screens. Close what is private first.";
const CONTROL: &str = "Use my mouse and keyboard. Your helper can click and type here. Your own mouse and keyboard \
                       always come first.";
const CLIPBOARD: &str =
    "Share copied text. What you copy reaches your helper, and what they copy reaches you.";
const FILES: &str =
    "Send and fetch files. Your helper can put files on this computer and take copies. Each is shown here.";

#[test]
fn every_button_gives_its_command() {
    let mut waiting = state("waiting");
    assert_eq!(press(&mut waiting, "Copy: Session ID"), [Command::Copy(Copyable::SessionId)]);
    assert_eq!(press(&mut waiting, "Copy: Password"), [Command::Copy(Copyable::Password)]);
    assert_eq!(press(&mut waiting, "New password"), [Command::NewPassword]);
    assert_eq!(press(&mut waiting, "Close"), [Command::Close]);
    let mut asking = state("asking");
    assert_eq!(press(&mut asking, VIEW), [Command::Tick(Grant::View, false)]);
    assert_eq!(press(&mut asking, CONTROL), [Command::Tick(Grant::Control, false)]);
    assert_eq!(press(&mut asking, "Allow"), [Command::Allow]);
    assert_eq!(press(&mut asking, "Deny"), [Command::Deny]);
    assert_eq!(press(&mut state("notice"), "Continue"), [Command::Continue]);
    assert_eq!(press(&mut state("notice"), "Deny"), [Command::Deny]);
    let mut here = state("in-session");
    assert_eq!(press(&mut here, VIEW), [Command::Switch(Grant::View, false)]);
    assert_eq!(press(&mut here, CONTROL), [Command::Switch(Grant::Control, false)]);
    assert_eq!(press(&mut here, "Pause"), [Command::Pause]);
    assert_eq!(press(&mut here, "End"), [Command::End]);
    assert_eq!(press(&mut state("paused"), "Go on"), [Command::Resume]);
    let mut over = state("ended");
    assert_eq!(press(&mut over, "Copy"), [Command::Copy(Copyable::Receipt)]);
    assert_eq!(press(&mut over, "Save"), [Command::Save]);
    assert_eq!(press(&mut over, "Start again"), [Command::WaitAgain]);
    assert_eq!(press(&mut over, "Close"), [Command::Close]);
}

#[test]
fn the_bar_has_the_same() {
    let (_, _, model) = pictures::bars().remove(0);
    let mut bar = show(model, true);
    assert_eq!(press(&mut bar, "See my screen"), [Command::Switch(Grant::View, false)]);
    assert_eq!(press(&mut bar, "Use my mouse and keyboard"), [Command::Switch(Grant::Control, false)]);
    assert_eq!(press(&mut bar, "Share copied text"), [Command::Switch(Grant::Clipboard, true)]);
    assert_eq!(press(&mut bar, "Send and fetch files"), [Command::Switch(Grant::Files, true)]);
    assert_eq!(press(&mut bar, "Pause"), [Command::Pause]);
    assert_eq!(press(&mut bar, "End"), [Command::End]);
    bar.get_by_label("Anna Nováková (Acme Helpdesk)");
    bar.get_by_label("Move the bar: drag it, or use the arrow keys");
}

#[test]
fn a_stray_key_answers_nothing_and_escape_says_no() {
    let mut asking = state("asking");
    for key in [Key::Enter, Key::Space] {
        asking.key_press(key);
        asking.run();
    }
    assert_eq!(take(&mut asking), []);
    asking.key_press(Key::Escape);
    asking.run();
    assert_eq!(take(&mut asking), [Command::Deny]);
}

#[test]
fn the_keyboard_reaches_everything_in_the_order_of_reading() {
    let mut asking = state("asking");
    let mut order = Vec::new();
    for _ in 0..6 {
        asking.key_press(Key::Tab);
        asking.run();
        order.push(focused(&asking));
    }
    assert_eq!(order, [VIEW, CONTROL, CLIPBOARD, FILES, "Allow", "Deny"]);
    asking.key_press(Key::Space);
    asking.run();
    assert_eq!(take(&mut asking), [Command::Deny]);
    let mut waiting = state("waiting");
    let mut order = Vec::new();
    for _ in 0..4 {
        waiting.key_press(Key::Tab);
        waiting.run();
        order.push(focused(&waiting));
    }
    assert_eq!(order, ["Copy: Session ID", "New password", "Copy: Password", "Close"]);
}

#[test]
fn a_question_that_has_just_come_takes_nothing() {
    let mut early = state("asking-just-now");
    for label in [VIEW, CONTROL, "Allow", "Deny"] {
        assert_eq!(press(&mut early, label), [], "{label}");
    }
    early.key_press(Key::Escape);
    early.run();
    assert_eq!(take(&mut early), []);
}

#[test]
fn a_yes_to_nothing_is_no_yes() {
    let mut asking = state("asking");
    let Stage::Asked(question) = &mut asking.state_mut().model.stage else { panic!("nobody asks") };
    question.ticked = farhand_proto::grant::Grants::NONE;
    asking.run();
    assert_eq!(press(&mut asking, "Allow"), []);
    assert_eq!(press(&mut asking, "Deny"), [Command::Deny]);
}

#[test]
fn a_screen_reader_hears_state_numbers_and_words() {
    let waiting = state("waiting");
    waiting.get_by_role_and_label(Role::Image, "Ready");
    waiting.get_by_label("Session ID 482 093 1756");
    waiting.get_by_label("Password 730 518 264");
    let asking = state("asking");
    asking.get_by_label("lantern, walrus");
    asking.get_by_label("Let Anna Nováková in?");
    for name in ["connecting", "trying", "cannot-connect", "in-session", "paused", "line-lost", "cannot-show"]
    {
        assert!(state(name).query_all_by_role(Role::Image).count() == 1, "{name} has one light");
    }
}

#[test]
fn a_field_that_fades_out_takes_what_is_typed_after_a_press() {
    let label = words("en").get("chat-ask");
    // Above the buttons there is room for a note; what fades ends a little above that.
    let fading = |harness: &Harness<'_, Shown>| {
        let bottom = harness.get_by_label("Pause").rect().top() - 50.0;
        let field = harness.get_by_label(&label).rect();
        (bottom - 32.0..bottom - 20.0).contains(&(field.top() + 5.0)).then_some(field)
    };
    let model =
        || pictures::windows().into_iter().find(|(name, _)| *name == "in-session").expect("a state").1;
    let (mut harness, field) = (460..SIZE.y as u32)
        .rev()
        .map(|height| show_in("en", egui::vec2(SIZE.x, height as f32), model(), false))
        .find_map(|harness| fading(&harness).map(|field| (harness, field)))
        .expect("a window in which the field fades out");
    let pos = egui::pos2(field.center().x, field.top() + 5.0);
    harness.event(egui::Event::PointerMoved(pos));
    for pressed in [true, false] {
        let (button, modifiers) = (egui::PointerButton::Primary, egui::Modifiers::NONE);
        harness.event(egui::Event::PointerButton { pos, button, pressed, modifiers });
    }
    harness.run();
    assert_eq!(focused(&harness), label);
}

#[test]
fn a_proxy_is_told_who_this_is_and_not_for_ever() {
    let mut asks = state("proxy-asks");
    asks.get_by_label_contains("asks who you are");
    asks.get_by_role_and_label(Role::TextInput, "Your name in this network").focus();
    asks.run();
    asks.get_by_role_and_label(Role::TextInput, "Your name in this network").type_text("eva");
    asks.run();
    let mut typed = Introduction::default();
    typed.user = "eva".to_owned();
    assert_eq!(take(&mut asks).last(), Some(&Command::Introduction(typed.clone())));
    asks.state_mut().model.introduction = typed.clone();
    assert_eq!(press(&mut asks, "Connect"), [], "half of it would be one of few tries");
    typed.password = "secret".to_owned();
    asks.state_mut().model.introduction = typed.clone();
    asks.run();
    assert_eq!(press(&mut asks, "Connect"), [Command::Introduce(typed)]);
    let told = asks.state_mut().model.introduce().unwrap();
    assert_eq!((told.1.as_str(), told.2.as_str()), ("eva", "secret"));
    let model = &mut asks.state_mut().model;
    assert!(model.introduction.password.is_empty() && matches!(model.relay, Relay::Connecting { .. }));
    assert!(model.introduce().is_none(), "nobody asks");
    state("proxy-refuses").get_by_label_contains("not taken");
    let mut spent = state("proxy-refused");
    spent.get_by_label_contains("lock accounts");
    assert!(spent.query_by_label("Connect").is_none());
    assert!(spent.state_mut().model.introduce().is_none());
}

#[test]
fn what_is_new_in_a_talk_is_read_from_its_beginning() {
    let mut harness = state("talking");
    let (top, bottom) = {
        let talk = |label| harness.get_by_label(label).rect();
        (talk("Messages").bottom(), talk("Write to your helper").top())
    };
    let long = "Please do this: ".to_owned() + &"open the next drawer. ".repeat(40);
    let mut now = Instant::now();
    for (text, is_whole) in [(long, false), ("Then close it.".to_owned(), true)] {
        let Stage::Here(visit) = &mut harness.state_mut().model.stage else { unreachable!("a talk") };
        visit.chat.add(Speaker::Operator, text.clone(), now);
        now += Duration::from_secs(5);
        harness.run();
        let line = harness.get_by_label_contains(&text).rect();
        // The name above it is in sight too.
        assert!(line.top() >= top + 10.0 && line.top() < bottom - 20.0, "{line} in {top} to {bottom}");
        assert_eq!(line.bottom() <= bottom, is_whole, "{line} in {top} to {bottom}");
    }
    // Files take their room from the talk: what is read stays in sight, and the field where it is.
    let Stage::Here(visit) = &mut harness.state_mut().model.stage else { unreachable!("a talk") };
    visit
        .files
        .note(&FileEvent::Get { path: farhand_proto::bounded::Text::new("report.pdf".to_owned()).unwrap() });
    harness.run();
    let line = harness.get_by_label_contains("Then close it.").rect();
    let field = harness.get_by_label("Write to your helper").rect();
    assert!(line.bottom() <= field.top() && (field.top() - bottom).abs() <= 1.0, "{line} {field} {bottom}");
}

#[test]
fn what_comes_in_several_messages_is_read_from_the_first() {
    let mut harness = state("talking");
    let top = harness.get_by_label("Messages").rect().bottom();
    let (part, now) = ("open the next drawer. ".repeat(40), Instant::now());
    for (number, after) in [("First", 0), ("second", 200), ("third", 400)] {
        let Stage::Here(visit) = &mut harness.state_mut().model.stage else { unreachable!("a talk") };
        visit.chat.add(Speaker::Operator, format!("{number}, {part}"), now + Duration::from_millis(after));
        harness.run();
    }
    let line = harness.get_by_label_contains("First, ").rect();
    assert!(line.top() >= top && line.top() < top + 60.0, "{line} below {top}");
}

#[test]
fn who_reads_above_is_not_pulled_to_what_is_new() {
    let mut harness = state("talking");
    let mut now = Instant::now();
    let mut say = |harness: &mut Harness<'_, Shown>, speaker, text: &str| {
        let Stage::Here(visit) = &mut harness.state_mut().model.stage else { unreachable!("a talk") };
        visit.chat.add(speaker, text.to_owned(), now);
        now += Duration::from_secs(5);
        harness.run();
        (harness.get_by_label_contains("Line 0.").rect().top(), screens::is_talk_in_sight(&harness.ctx))
    };
    for number in 0..30 {
        say(&mut harness, Speaker::Operator, &format!("Line {number}."));
    }
    let at = harness.get_by_label("Write to your helper").rect().center_top() - egui::vec2(0.0, 30.0);
    harness.hover_at(at);
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, 300.0),
        phase: egui::TouchPhase::Move,
        modifiers: egui::Modifiers::NONE,
    });
    harness.run_steps(30);
    let before = harness.get_by_label_contains("Line 0.").rect().top();
    assert_eq!(say(&mut harness, Speaker::Operator, "A new one."), (before, false));
    // Their own words are shown to them.
    let (after, is_in_sight) = say(&mut harness, Speaker::Customer, "Yes?");
    assert!(after < before && is_in_sight, "{before} {after} {is_in_sight}");
}

#[test]
fn nobody_says_yes_to_what_was_never_in_sight() {
    let asked = || pictures::windows().into_iter().find(|(name, _)| *name == "asking").expect("a state").1;
    let mut harness = show_in("en", egui::vec2(420.0, 400.0), asked(), false);
    assert!(harness.query_by_label("Allow").is_none());
    for _ in 0..6 {
        let Some(on) = harness.query_by_label("Read on") else { break };
        on.click();
        harness.run_steps(3);
    }
    assert!(
        harness.get_by_label("Allow").accesskit_node().is_disabled(),
        "a press that was meant for reading"
    );
    harness.run_steps(4);
    harness.state_mut().commands.clear();
    assert_eq!(press(&mut harness, "Allow"), [Command::Allow]);
    // What fits needs no reading on.
    let mut harness = show_in("en", SIZE, asked(), false);
    assert!(harness.query_by_label("Read on").is_none());
    assert_eq!(press(&mut harness, "Allow"), [Command::Allow]);
}

#[test]
fn a_long_receipt_is_read_with_the_keyboard() {
    let (_, model) = pictures::windows().into_iter().find(|(name, _)| *name == "ended").expect("a state");
    let mut window = show_in("en", egui::vec2(SIZE.x, 460.0), model, false);
    let heading = words("en").get("over-heading");
    let top = |window: &Harness<'_, Shown>| window.get_by_label(&heading).rect().top();
    let before = top(&window);
    let mut press = |key| {
        window.key_press(key);
        window.run();
        top(&window)
    };
    let lower = press(egui::Key::PageDown);
    assert!(lower < before - 100.0, "{before} {lower}");
    assert!(press(egui::Key::PageUp) > lower);
    for _ in 0..9 {
        press(egui::Key::PageDown);
    }
    let end = press(egui::Key::PageDown);
    assert_eq!(press(egui::Key::PageDown), end, "there is an end");
    // The next one is read from its beginning.
    window.state_mut().model.turns += 1;
    window.run();
    assert_eq!(top(&window), before);
}

#[test]
fn nothing_without_a_name_can_be_pressed() {
    let bars = pictures::bars().into_iter().map(|(name, _, model)| (name, model, true));
    for (name, model, is_bar) in
        pictures::windows().into_iter().map(|(name, model)| (name, model, false)).chain(bars)
    {
        let shown = show(model, is_bar);
        let pressable = |role| matches!(role, Role::Button | Role::CheckBox | Role::TextInput | Role::Link);
        for node in shown.get_all_by(|_| true) {
            let node = node.accesskit_node();
            if pressable(node.role()) {
                let is_named = node.label().is_some_and(|label| !label.trim().is_empty());
                assert!(is_named || node.labelled_by().next().is_some(), "{name}: {:?}", node.role());
            }
        }
    }
}

#[test]
fn whether_they_called_is_in_sight_whatever_the_name() {
    for (language, _) in SOURCES {
        let words = words(language);
        for name in ["asking", "asking-long-names", "asking-longest-name"] {
            let asking = state_in(language, name);
            let place = |text: &str| asking.get_by_label(text).rect();
            let allow = place(&words.get("button-allow"));
            let title = words.get("consent-called");
            let [title, more] = [place(&title), place(&words.get("consent-called-more"))];
            let last = asking.get_all_by_role(Role::CheckBox).last().expect("a choice").rect();
            assert!(more.bottom() <= allow.top() && title.bottom() <= more.top(), "{language}, {name}");
            assert!(last.top() + 30.0 < title.top(), "{language}, {name}: what they may is seen, too");
        }
        // A heading has two rows at most, and a screen reader says it whole.
        for (name, key) in
            [("asking-longest-name", "consent-heading"), ("in-session-longest-name", "session-heading")]
        {
            let whole = words.fill(key, &[("operator", pictures::LONGEST_OPERATOR.into())]);
            let height = state_in(language, name).get_by_label(&whole).rect().height();
            let short = words.fill(key, &[("operator", "Anna Nováková".into())]);
            let short =
                state_in(language, &name.replace("-longest-name", "")).get_by_label(&short).rect().height();
            assert!(height < 2.5 * short, "{language}, {name}: {height}");
        }
    }
}

#[test]
fn the_bar_cuts_neither_what_they_do_nor_the_keys_that_end() {
    let mut named = 0;
    for (language, _) in SOURCES {
        let words = words(language);
        let key = words.chord(Chord::CtrlAltSpace);
        for (index, (name, _, model)) in pictures::bars().into_iter().enumerate() {
            let state = model.visitor().map(|visit| words.get(parts::doing(visit).1[1])).expect("a visit");
            let is_noted = model.note.is_some();
            let keys = words.fill("bar-hot-key", &[("key", key.as_str().into())]);
            let shown = |width: f32| {
                let mut model = pictures::bars().swap_remove(index).2;
                model.hot_key = Some(key.clone());
                show_in(language, egui::vec2(width, bar::HEIGHT), model, true)
            };
            let widths = |bar: &Harness<'static, Shown>| {
                let width = |label: &str| bar.query_by_label(label).map(|label| label.rect().width());
                (width(&state).expect("what they do"), width(&keys), width(&words.get("bar-ignored")))
            };
            let whole = widths(&shown(2400.0));
            for monitor in [1920.0, 1366.0, 1024.0, 800.0] {
                let part = widths(&shown(bar::size(monitor).x));
                let like = |part: f32, whole: f32| (part - whole).abs() < 1.0;
                // What the person has to know at once goes before everything.
                assert!(
                    is_noted || like(part.0, whole.0),
                    "{language}, {name}, {monitor}: {part:?} of {whole:?}"
                );
                assert_eq!(part.2.is_some(), is_noted, "{language}, {name}, {monitor}");
                for (part, whole) in [(part.1, whole.1), (part.2, whole.2)] {
                    assert!(
                        part.is_none_or(|part| whole.is_some_and(|whole| like(part, whole))),
                        "{language}, {name}, {monitor}: {part:?} of {whole:?}"
                    );
                }
                named += u32::from(part.1.is_some());
            }
        }
    }
    assert!(named > 20, "the keys are named where there is room: {named}");
}

#[test]
fn the_numbers_and_their_buttons_have_room_in_every_language() {
    for (language, _) in SOURCES {
        let words = words(language);
        let shown = state_in(language, "waiting");
        let edge = shown.get_by_label(&words.get("button-close")).rect().right();
        let copies: Vec<_> =
            shown.get_all_by_label_contains(&words.get("button-copy")).map(|copy| copy.rect()).collect();
        assert!(copies.len() >= 2, "{language}: {copies:?}");
        for copy in copies {
            assert!(copy.right() < edge, "{language}: {copy:?} beyond {edge}");
        }
        let label = shown.get_by_label(&words.get("label-password")).rect();
        let new = shown.get_by_label(&words.get("button-new-password")).rect();
        assert!(label.right() < new.left(), "{language}: {label:?}, {new:?}");
    }
}

#[test]
fn what_is_noted_is_read_whole() {
    for (language, _) in SOURCES {
        let words = words(language);
        for (name, key, below) in [
            ("password-replaced", "note-password-replaced", "button-close"),
            ("press-ignored", "note-ignored", "button-pause"),
        ] {
            let shown = state_in(language, name);
            let place = |key: &str| shown.get_by_label(&words.get(key)).rect();
            assert!(place(key).bottom() <= place(below).top(), "{language}, {name}: {:?}", place(key));
        }
        let (_, width, model) =
            pictures::bars().into_iter().find(|(name, ..)| *name == "bar-ignored-narrow").expect("a state");
        let bar = show_in(language, bar::size(width), model, true);
        let place = |key: &str| bar.get_by_label(&words.get(key)).rect();
        let (note, window) = (place("bar-ignored"), place("button-show-window"));
        assert!(note.right() < window.left(), "{language}: {note:?}, {window:?}");
    }
}

#[test]
fn the_name_of_the_receipts_file_has_the_whole_width() {
    let (ended, words) = (state_in("cs", "ended"), words("cs"));
    let field = ended.get_by_role(Role::TextInput).rect();
    let left = ended.get_by_label(&words.get("button-wait-again")).rect().left();
    let right = ended.get_by_label(&words.get("button-close")).rect().right();
    // What a screen reader takes for the field is its text.
    assert!(field.left() <= left + 8.0 && field.right() >= right - 8.0, "{field:?}, {left} to {right}");
}

#[test]
fn the_stopping_button_never_moves() {
    let place = |name: &str, label: &str| state(name).get_by_label(label).rect();
    let close = place("waiting", "Close");
    for (name, label) in [
        ("connecting", "Close"),
        ("notice", "Deny"),
        ("asking", "Deny"),
        ("asking-long-names", "Deny"),
        ("in-session", "End"),
        ("paused", "End"),
        ("ended", "Close"),
        ("cannot-show", "Close"),
    ] {
        assert_eq!(place(name, label), close, "{name}");
    }
    assert_eq!(place("asking", "Allow").size(), close.size());
}

#[test]
fn a_way_that_does_not_lead_there_is_tested_and_the_report_copied() {
    let mut harness = state("trying");
    assert_eq!(press(&mut harness, "Test connection"), [Command::Test]);
    harness.state_mut().model.test = ConnectionTest::Running;
    harness.run();
    assert!(harness.get_by_label("Testing …").accesskit_node().is_disabled());
    let mut tested = state("tested");
    tested.get_by_label_contains("Nothing gets from here to the help service.");
    assert_eq!(press(&mut tested, "Copy the report"), [Command::Copy(Copyable::Report)]);
    // Who is connected has no question.
    assert!(state("waiting").query_by_label("Test connection").is_none());
}
