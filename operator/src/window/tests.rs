//! The window in every state: how it looks, what a screen reader finds, what comes of its buttons and keys.

mod snapshots;

use std::collections::BTreeSet;
use std::path::Path;

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use farhand_texts::Texts;
use farhand_window::egui::{Event, Key, Modifiers, Vec2, accesskit::Role};
use farhand_window::theme;

use super::forms::{Field, Test};
use super::keystore::Answer;
use super::model::{Command, Effect, Model, Page, Start, Tab, TabId, TabState};
use super::pictures::{draw, numbers, ready, states};
use super::recent::End;
use super::settings::{Language, Theme};
use super::words::{SOURCES, texts};

/// A window with room for all of a page.
const SIZE: Vec2 = Vec2::new(720.0, 660.0);

/// A window that does what its model says, without a network.
struct Shown {
    model: Model,
    texts: Texts,
    has_style: bool,
    effects: Vec<Effect>,
}

fn window(model: Model, language: &str) -> Harness<'static, Shown> {
    let shown =
        Shown { model, texts: texts(Language::System, language), has_style: false, effects: Vec::new() };
    Harness::builder().with_size(SIZE).build_ui_state(
        |ui, shown: &mut Shown| {
            if !std::mem::replace(&mut shown.has_style, true) {
                theme::install(ui.ctx());
                return ui.ctx().request_repaint();
            }
            let commands = draw(ui, &shown.model, &shown.texts);
            for command in commands {
                let effects = shown.model.apply(command);
                shown.effects.extend(effects);
                ui.ctx().request_repaint();
            }
        },
        shown,
    )
}

fn english(model: Model) -> Harness<'static, Shown> {
    let mut window = window(model, "en");
    window.run();
    window
}

#[test]
fn a_proxy_that_asks_is_told_and_what_it_stopped_is_tried_again() {
    let asking = || states().into_iter().find(|(name, _)| *name == "connect_proxy").expect("a state").1;
    let mut window = english(asking());
    window.get_by_label("Your password at the proxy").focus();
    window.run();
    window.event(Event::Text("secret".to_owned()));
    window.run();
    assert!(!format!("{:?}", window.state().model).contains("secret"));
    window.get_by_label("Sign in").click();
    window.run();
    let shown = window.state();
    let told = shown.effects.iter().any(|effect| {
        matches!(effect, Effect::Introduce { proxy, user, password }
            if proxy.to_string() == "http://proxy.example.org:3128" && user == "anna" && password.0 == "secret")
    });
    assert!(told && matches!(shown.effects.last(), Some(Effect::Connect { .. })), "{:?}", shown.effects);
    assert!(shown.model.introduction.password.is_empty());
    // It is asked three times at most.
    let mut model = asking();
    for tries in 1..=4 {
        (model.introduction.user, model.introduction.password) = ("anna".to_owned(), "wrong".to_owned());
        let effects = model.apply(Command::Introduce(model.introduction.clone()));
        assert_eq!(effects.is_empty(), tries > 3, "{tries}");
        let trouble = asking().connect.trouble;
        (model.attempt, model.connect.trouble) = (None, trouble);
    }
    english(model.clone()).get_by_label_contains("networks lock accounts");
    // One that has let through may ask anew when its password has changed.
    model.apply(Command::Test);
    model.setup.test = Test::Running;
    model.tested(Test::Fine("Test House".to_owned()), None);
    assert!(!model.introduction.is_spent());
}

#[test]
fn the_tests_report_is_copied_and_saved() {
    let (_, model) = states().into_iter().find(|(name, _)| *name == "settings_refused").expect("a state");
    let mut window = english(model);
    window.get_by_label("Copy the report").click();
    let copied = (0..4).any(|_| {
        window.step();
        window.output().platform_output.commands.iter().any(|command| {
            matches!(command, farhand_window::egui::OutputCommand::CopyText(text) if text.contains("leads to the relay"))
        })
    });
    assert!(copied);
    window.get_by_label("Save the report").click();
    window.run();
    assert!(
        matches!(window.state().effects.last(), Some(Effect::SaveReport(text)) if text.contains("18 ms"))
    );
    window.state_mut().model.report_saved(Ok("/mnt/anna/report.txt".to_owned()));
    window.run();
    window.get_by_label("Saved as /mnt/anna/report.txt");
    // Whatever is changed makes it a report of something else.
    window.state_mut().model.apply(Command::Setup(Field::Proxy, "none".to_owned()));
    window.run();
    assert!(window.get_by_label("Copy the report").accesskit_node().is_disabled());
    for (text, words) in
        [("anna:secret@p:1", "you are asked"), ("telnet://p", "pac+http"), ("socks5://p", "")]
    {
        window.state_mut().model.apply(Command::Setup(Field::Proxy, text.to_owned()));
        window.run();
        assert_eq!(window.query_by_label_contains("A proxy is").is_some(), words == "pac+http", "{text}");
        assert_eq!(
            window.query_by_label_contains("Without user").is_some(),
            words == "you are asked",
            "{text}"
        );
    }
}

fn paste(window: &mut Harness<'static, Shown>, text: &str) {
    window.event(Event::Paste(text.to_owned()));
    window.run();
}

#[test]
fn every_text_is_there_and_used() {
    let mut used = BTreeSet::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/window");
    let mut sources = Vec::new();
    read_sources(&folder, &mut sources);
    let english: BTreeSet<&str> = SOURCES[0]
        .1
        .lines()
        .filter_map(|line| line.split_once(" ="))
        .map(|(key, _)| key)
        .filter(|key| !key.starts_with([' ', '#']))
        .collect();
    for source in &sources {
        let mut parts = source.split('"');
        let mut before = parts.next().unwrap_or_default();
        // Texts and what lies between them alternate, save where a text holds a quote; then a key may be found twice.
        for part in parts {
            let is_asked_for =
                [".get(", ".fill(", "Words::new("].iter().any(|call| before.trim_end().ends_with(call));
            if english.contains(part) || is_asked_for {
                used.insert(part.to_owned());
            }
            before = part;
        }
    }
    used.extend(farhand_texts::SIZE_KEYS.map(str::to_owned));
    let wrong = farhand_texts::check(&SOURCES, &used);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn read_sources(folder: &Path, sources: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(&path, sources);
        } else if !path.ends_with("tests.rs") {
            sources.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn the_keyboard_alone_connects() {
    let (id, password) = numbers();
    let mut window = english(ready());
    assert!(window.get_by_label("Session ID").is_focused(), "typing goes to the session ID at once");
    window.event(Event::Text(id.replace(' ', "-")));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert!(window.get_by_label("Password").is_focused(), "Enter goes to what is missing");
    window.event(Event::Text(password.replace(' ', "")));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    let Some(Effect::Connect { id: asked, password: secret, ask, .. }) = window.state().effects.last() else {
        panic!("{:?}", window.state().effects);
    };
    assert_eq!((asked.to_string(), secret.to_string()), (id, password));
    assert_eq!(ask.to_string(), "view,control,clipboard,files");
    assert!(window.query_by_label("Connect").is_none());
    window.key_press(Key::Escape);
    window.run();
    assert_eq!(window.state().effects.last(), Some(&Effect::CancelAttempt));
    assert!(window.query_by_label("Connect").is_some());
}

#[test]
fn no_key_is_lost_however_fast_both_numbers_are_typed() {
    let (id, password) = numbers();
    let enter = |pressed| Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let mut window = english(ready());
    // All that is typed until Enter comes with one frame, as the window hands it over.
    for number in [&id, &password] {
        window.event(Event::Text(number.clone()));
        window.event(enter(true));
        window.step();
        window.event(enter(false));
    }
    window.run();
    let Some(Effect::Connect { id: asked, password: secret, .. }) = window.state().effects.last() else {
        panic!("{:?}", window.state().model.connect);
    };
    assert_eq!((asked.to_string(), secret.to_string()), (id, password));
}

#[test]
fn who_types_without_looking_types_the_password_whatever_the_number_is() {
    let (id, password) = numbers();
    let mut window = english(ready());
    window.event(Event::Text(id[..9].to_owned()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert!(window.get_by_label("Password").is_focused());
    let _ = window.get_by_label("7 of 10 digits");
    window.event(Event::Text(password.clone()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert!(window.get_by_label("Session ID").is_focused(), "now it is the number's turn");
    window.event(Event::Text(id[9..].to_owned()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert!(matches!(window.state().effects.last(), Some(Effect::Connect { .. })));
}

#[test]
fn a_number_that_is_read_again_replaces_the_wrong_one() {
    let (_, password) = numbers();
    let mut model = ready();
    model.connect.set_id(numbers().0);
    model.connect.set_password("123 456 789".to_owned());
    model.connect.focus = Some(Field::Password);
    let mut window = english(model);
    window.event(Event::Text(password.clone()));
    window.run();
    assert_eq!(window.state().model.connect.password.0, password);
}

#[test]
fn tab_goes_through_everything_in_the_order_in_which_it_is_read() {
    let mut window = english(ready());
    let mut seen = Vec::new();
    for _ in 0..6 {
        window.key_press(Key::Tab);
        window.run();
        let focused = window.root().children_recursive().find(egui_kittest::Node::is_focused);
        seen.push(focused.and_then(|node| node.accesskit_node().label()).unwrap_or_default());
    }
    let from = |first: &str| seen.iter().position(|name| name == first).unwrap_or_else(|| panic!("{seen:?}"));
    let order = ["Password", "See and control", "Only see", "Connect"].map(from);
    assert!(order.is_sorted(), "{seen:?}");
}

#[test]
fn one_paste_fills_both_numbers() {
    let (id, password) = numbers();
    let mut window = english(ready());
    paste(&mut window, &format!("ID: {id}, heslo {}", password.replace(' ', "-")));
    let form = &window.state().model.connect;
    assert_eq!((&form.id, &form.password.0), (&id, &password));
    window.key_press(Key::Enter);
    window.run();
    assert!(matches!(window.state().effects.last(), Some(Effect::Connect { .. })));
}

#[test]
fn a_wrong_digit_is_said_at_once() {
    let (id, _) = numbers();
    let mut window = english(ready());
    let last = if id.ends_with('0') { "1" } else { "0" };
    window.event(Event::Text(format!("{}{last}", &id[..11])));
    window.run();
    let _ = window.get_by_label("A digit is wrong, or two are swapped. Ask for it again.");
    window.get_by_label("Connect").click();
    window.run();
    assert!(window.state().effects.is_empty());
    assert!(window.get_by_label("Session ID").is_focused());
}

#[test]
fn asking_for_less_asks_for_less() {
    let (id, password) = numbers();
    let mut window = english(ready());
    paste(&mut window, &format!("{id} {password}"));
    window.get_by_label("Only see").click();
    window.run();
    window.get_by_label("Connect").click();
    window.run();
    let Some(Effect::Connect { ask, .. }) = window.state().effects.last() else { panic!() };
    assert_eq!(ask.to_string(), "view");
}

#[test]
fn a_refusal_keeps_what_was_typed_and_goes_when_its_cause_is_changed() {
    for (name, model) in states().into_iter().filter(|(name, _)| *name == "connect_nobody") {
        let mut window = english(model);
        let _ = window.get_by_label("Nobody is waiting under this number.");
        assert_eq!(window.state().model.connect.id, numbers().0, "{name}");
        assert!(window.get_by_label("Session ID").is_focused());
        window.event(Event::Text("1".to_owned()));
        window.run();
        assert!(window.query_by_label("Nobody is waiting under this number.").is_none());
    }
}

#[test]
fn the_next_case_begins_with_an_empty_form() {
    for (name, mut model) in states().into_iter().filter(|(name, _)| *name == "connect_nobody") {
        model.connect.asks_control = false;
        model.apply(Command::Show(Page::Connect));
        assert_eq!((model.connect.id.as_str(), model.connect.focus), ("", Some(Field::Id)), "{name}");
        assert!(model.connect.trouble.is_none() && !model.connect.asks_control);
        // Whoever asks for it once more types next.
        model.apply(Command::Focused);
        model.apply(Command::Show(Page::Connect));
        assert_eq!(model.connect.focus, Some(Field::Id));
        // What nobody has tried yet stays.
        model.apply(Command::SetId("123".to_owned()));
        model.apply(Command::Show(Page::Connect));
        assert_eq!(model.connect.id, "123");
    }
}

#[test]
fn a_language_and_a_theme_are_kept_as_soon_as_they_are_seen() {
    let (_, mut model) = states().into_iter().find(|(name, _)| *name == "settings").unwrap();
    model.apply(Command::SetTheme(Theme::Dark));
    let effects = model.apply(Command::SetLanguage(Language::Czech));
    assert_eq!(effects, [Effect::SaveSettings(model.settings.clone()), Effect::Restyle]);
    model.apply(Command::Show(Page::Connect));
    assert_eq!((model.settings.theme, model.settings.language), (Theme::Dark, Language::Czech));
    assert_eq!((model.setup.theme, model.setup.language), (Theme::Dark, Language::Czech));
    // A file that could not be read is not written over for that.
    let (_, mut model) = states().into_iter().find(|(name, _)| *name == "settings_damaged").unwrap();
    assert_eq!(model.apply(Command::SetTheme(Theme::Dark)), [Effect::Restyle]);
}

#[test]
fn the_tab_before_the_operator_is_in_sight() {
    let (_, mut model) = states().into_iter().find(|(name, _)| *name == "tabs").unwrap();
    let first = model.tabs[0].clone();
    for number in 10..20 {
        model.tabs.push(Tab { id: TabId(number), name: Some(format!("case {number}")), ..first.clone() });
    }
    let mut window = english(model);
    let mut shown = |number: u64| {
        window.state_mut().model.apply(Command::Show(Page::Session(TabId(number))));
        window.run();
        window.run();
        let rect = window.get_by_label_contains(&format!("case {number},")).rect();
        assert!(rect.left() >= 0.0 && rect.right() < 700.0, "{number}: {rect:?}");
    };
    [19, 10, 15].into_iter().for_each(&mut shown);
}

#[test]
fn what_the_administrator_sent_is_pasted_and_saved() {
    let first = states().into_iter().find(|(name, _)| *name == "setup_first").unwrap().1;
    let mut window = english(first);
    window.get_by_label("Save and go on").click();
    window.run();
    let _ = window.get_by_label("Where is the relay? Your administrator knows.");
    assert!(window.state().effects.is_empty());
    let token = "y".repeat(43);
    let pin = "sha256/BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    paste(
        &mut window,
        &format!("{token}\nThis is the token of eva. It is shown this once\n{pin}\nrelay.example.org:443"),
    );
    let _ = window.get_by_label("Everything was filled in.");
    window.get_by_label("Save and go on").click();
    window.run();
    let effects = &window.state().effects;
    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::StoreToken(name, kept) if name == "eva" && kept.as_str() == token)),
        "{effects:?}"
    );
    let saved = effects.iter().find_map(|effect| match effect {
        Effect::SaveSettings(settings) => Some(settings.to_string()),
        _ => None,
    });
    assert!(
        saved.is_some_and(|saved| saved.contains("eva") && saved.contains(pin) && !saved.contains(&token))
    );
    assert_eq!(window.state().model.page, Page::Connect);
    assert!(window.get_by_label("Session ID").is_focused());
}

#[test]
fn what_is_no_token_is_said_at_once_and_not_counted() {
    let first = states().into_iter().find(|(name, _)| *name == "setup_first").unwrap().1;
    let mut window = english(first);
    let pin = "sha256/BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    paste(&mut window, &format!("relay: relay.example.org:443\npin: {pin}\noperator: eva\ntoken: wrong"));
    let _ = window.get_by_label("3 of 4 things were found and filled in.");
    let _ = window.get_by_label("A token has 43 characters, this has 5. Copy it again, whole.");
    window.get_by_label("Save and go on").click();
    window.run();
    assert!(window.state().effects.is_empty());
    assert!(window.get_by_label("Your token").is_focused());
    window.state_mut().model.apply(Command::Setup(Field::Token, format!("{}!", "y".repeat(42))));
    window.run();
    let _ = window.get_by_label("A token has only letters, digits, - and _. Copy it again, whole.");
}

#[test]
fn the_test_leaves_the_keyboard_where_it_is() {
    let settings = states().into_iter().find(|(name, _)| *name == "settings").unwrap().1;
    let mut window = english(settings);
    window.get_by_label("Test connection").focus();
    window.run();
    for _ in 0..2 {
        window.key_press(Key::Enter);
        window.run();
        assert!(window.get_by_label("Testing …").is_focused());
    }
    assert_eq!(window.state().effects.len(), 1, "one test at a time");
    window.state_mut().model.tested(Test::Fine("Test House".to_owned()), None);
    window.run();
    assert!(window.get_by_label("Test connection").is_focused());
}

#[test]
fn the_first_start_asks_whether_there_is_a_key_store() {
    for (answer, words) in [
        (Answer::Empty, "It will be kept in the key store of this system, not in a file."),
        (
            Answer::None("made-up".to_owned()),
            "This system has no key store that can be used. You will be asked for the token at each start.",
        ),
    ] {
        let (mut model, effects) = Model::new(Start::default());
        assert_eq!(effects, [Effect::FindStore]);
        model.apply(Command::Show(Page::Connect));
        assert_eq!(model.page, Page::Settings, "without settings there is nothing else");
        model.loaded(answer);
        let _ = english(model).get_by_label(words);
    }
}

#[test]
fn tabs_are_named_switched_and_asked_about() {
    let model = states().into_iter().find(|(name, _)| *name == "tabs").unwrap().1;
    let mut window = english(model);
    let label = window.state().model.tabs[1].label();
    window.get_by_label(&format!("{label}, the customer is being asked, new message")).click();
    window.run();
    assert_eq!(window.state().model.page, Page::Session(TabId(2)));
    window.key_press_modifiers(Modifiers::CTRL, Key::Tab);
    window.run();
    assert_eq!(window.state().model.page, Page::Session(TabId(3)));
    window.key_press_modifiers(Modifiers::CTRL | Modifiers::COMMAND, Key::W);
    window.run();
    assert_eq!(window.state().model.tabs.len(), 4, "a running session is not ended without a question");
    window.get_by_label("End session").click();
    window.run();
    assert_eq!(window.state().model.tabs.len(), 3);
    assert!(window.state().effects.contains(&Effect::Forget(TabId(3))));
    let ended = window.state().model.tabs[2].label();
    window.get_by_label(&format!("Close {ended}")).click();
    window.run();
    assert_eq!(window.state().model.tabs.len(), 2, "one that is over closes at once");
    window.key_press_modifiers(Modifiers::CTRL | Modifiers::COMMAND, Key::T);
    window.run();
    assert_eq!(window.state().model.page, Page::Connect);
}

#[test]
fn all_that_is_over_closes_with_one_press_and_nothing_else() {
    for by_key in [false, true] {
        let mut model = states().into_iter().find(|(name, _)| *name == "tabs").unwrap().1;
        model.apply(Command::Show(Page::Session(TabId(4))));
        let mut window = english(model.clone());
        assert!(window.query_by_label("Close ended (1)").is_none(), "its own cross does that");
        model.ended(TabId(1), End::Customer);
        window = english(model);
        if by_key {
            window.key_press_modifiers(Modifiers::CTRL | Modifiers::COMMAND | Modifiers::SHIFT, Key::W);
        } else {
            window.get_by_label("Close ended (2)").click();
        }
        window.run();
        let state = window.state();
        assert_eq!(state.model.tabs.iter().map(|tab| tab.id).collect::<Vec<_>>(), [TabId(2), TabId(3)]);
        assert_eq!((state.model.page, state.model.question), (Page::Session(TabId(3)), None));
        assert!([TabId(1), TabId(4)].iter().all(|id| state.effects.contains(&Effect::Forget(*id))));
    }
}

#[test]
fn a_tab_takes_a_name() {
    let mut model = states().into_iter().find(|(name, _)| *name == "tabs").unwrap().1;
    model.apply(Command::Show(Page::Session(TabId(2))));
    let mut window = english(model);
    window.key_press(Key::F2);
    window.run();
    window.event(Event::Text("pan Malý".to_owned()));
    window.run();
    window.key_press(Key::Enter);
    window.run();
    assert_eq!(window.state().model.tabs[1].label(), "pan Malý");
}

#[test]
fn everything_that_can_be_pressed_has_a_name_and_is_large_enough() {
    for (name, model) in states() {
        let window = english(model);
        for node in window.root().children_recursive() {
            let inner = node.accesskit_node();
            if !matches!(inner.role(), Role::Button | Role::RadioButton | Role::CheckBox | Role::TextInput) {
                continue;
            }
            let label = inner.label().unwrap_or_default();
            let is_named = !label.is_empty() || inner.labelled_by().next().is_some();
            assert!(is_named, "{name}: {:?} has no name", inner.role());
            assert!(node.rect().height() >= 28.0, "{name}: {label} is {} high", node.rect().height());
        }
    }
}

#[test]
fn sessions_that_end_are_remembered_without_the_customer() {
    let mut model = ready();
    let (id, password) = numbers();
    model.apply(Command::Pasted(super::pasted::read(&format!("{id} {password}"))));
    model.apply(Command::Connect);
    assert!(model.connected(TabId(1), "Test House".to_owned()));
    model.tab_state(TabId(1), TabState::Live);
    model.now += 90;
    let effects = model.ended(TabId(1), End::Customer);
    let [Effect::SaveRecent(recent)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((recent.list()[0].lasted, recent.list()[0].end), (90, End::Customer));
    assert!(!format!("{recent:?}").contains(&id[..3]));
    assert_eq!(model.tabs.len(), 1, "it stays until it is closed");
    model.apply(Command::CloseTab(TabId(1)));
    assert!(model.tabs.is_empty());
    assert!(!model.connected(TabId(7), "late".to_owned()), "nobody waits for it");
}

#[test]
fn closing_the_window_ends_and_remembers_every_session() {
    let mut model = states().into_iter().find(|(name, _)| *name == "tabs").unwrap().1;
    assert!(model.apply(Command::CloseWindow).is_empty());
    assert!(!model.is_over, "three sessions are running");
    let effects = model.apply(Command::Confirm);
    assert!(model.is_over);
    let Some(Effect::SaveRecent(recent)) = effects.last() else { panic!("{effects:?}") };
    assert_eq!(recent.list().len(), 3);
}

#[test]
fn settings_change_back_on_cancel_and_a_new_operator_needs_a_token() {
    let mut model = ready();
    model.apply(Command::Show(Page::Settings));
    model.apply(Command::Setup(Field::Operator, "bert".to_owned()));
    assert!(model.apply(Command::Save).is_empty(), "anna's token is not bert's");
    assert_eq!(model.setup.focus, Some(Field::Token));
    model.apply(Command::LeaveSettings);
    assert_eq!(model.settings.operator.as_deref(), Some("Anna Nováková"));
    assert_eq!(model.page, Page::Connect);
}
