//! The window in every state, with made-up data: for the guides and for the tests.

use farhand_proto::id::{Password, SessionId};
use farhand_texts::Texts;
use farhand_transport::Proxy;
use farhand_window::egui::{Theme, Ui, Vec2};
use farhand_window::{Layers, Still, still, still_over};

use super::app::{Drawn, chrome, page_of};
use super::forms::Test;
use super::handout;
use super::keystore::{Answer, Token};
use super::model::{Command, Held, Model, Page, Stage, Start, TabId, TabState};
use super::recent::{End, Past, Recent};
use super::report::Report;
use super::session::made_up;
use super::settings::{Language, Mistake, Settings, SettingsError};
use super::trouble::{Fault, Trouble};
use super::words::{self, Words};

/// Now, in the pictures: in seconds since 1970-01-01 UTC.
const NOW: u64 = 1_800_000_000;
/// A pin that no key has.
const PIN: &str = "sha256/BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
/// The size of the guides' pictures in points.
pub const SIZE: Vec2 = Vec2::new(960.0, 640.0);

/// The whole window in every state by name, `size` points large on a screen with so many pixels per point, in a
/// language given by its tag. The names of what a session shows begin with `session_`.
#[must_use]
pub fn pictures(size: Vec2, pixels_per_point: f32, theme: Theme, language: &str) -> Vec<(String, Still)> {
    let texts = words::texts(Language::System, language);
    let outside = states().into_iter().map(|(name, model)| {
        let draw = |ui: &mut Ui| drop(draw(ui, &model, &texts));
        (name.to_owned(), still(size, pixels_per_point, theme, draw))
    });
    let sessions = made_up().into_iter().map(|(name, mut session)| {
        let model = with_session(name);
        let draw = |ui: &mut Ui, layers: &mut Layers| {
            let _ = chrome(ui, &model, &texts, |ui, _, texts| {
                Drawn::Session(TabId(1), session.draw(ui, layers, texts))
            });
        };
        (format!("session_{name}"), still_over(size, pixels_per_point, theme, draw))
    });
    outside.chain(sessions).collect()
}

/// Draws a window; whatever people do in it comes back.
pub(super) fn draw(ui: &mut Ui, model: &Model, texts: &Texts) -> Vec<Command> {
    let drawn =
        chrome(ui, model, texts, |ui, model, texts| Drawn::Page(page_of(ui, model.page, model, texts)));
    let pages = drawn.into_iter().filter_map(|drawn| match drawn {
        Drawn::Page(commands) => Some(commands),
        Drawn::Session(..) => None,
    });
    pages.flatten().collect()
}

/// Every state of the window outside a session.
pub(super) fn states() -> Vec<(&'static str, Model)> {
    vec![
        ("connect", ready()),
        ("connect_recent", with_recent()),
        ("connect_typed", typed()),
        ("connect_wrong", wrong()),
        ("connect_trying", trying(Stage::Client)),
        ("connect_nobody", refused("trouble-nobody", "trouble-nobody-next", Fault::Id, &[])),
        ("connect_unreachable", unreachable()),
        ("connect_proxy", proxy_asks()),
        ("tabs", unread(tabs())),
        ("close_tab", asked(Command::CloseTab(TabId(1)))),
        ("close_window", asked(Command::CloseWindow)),
        ("setup_first", first()),
        ("setup_pasted", pasted()),
        ("setup_wrong", setup_wrong()),
        ("setup_token", without_token()),
        ("settings", settings_open()),
        ("settings_test", tested(Ok("Městský úřad Přelouč".to_owned()))),
        ("settings_refused", tested(Err(unknown()))),
        ("settings_damaged", damaged()),
    ]
}

fn settings() -> Settings {
    Settings {
        relays: "relay.example.org:443".parse().into_iter().collect(),
        pins: PIN.parse().into_iter().collect(),
        operator: "Anna Nováková".parse().ok(),
        ..Settings::default()
    }
}

fn start() -> Start {
    Start {
        settings: settings(),
        file: Some("/mnt/anna/.config/farhand/operator.toml".to_owned()),
        now: NOW,
        ..Start::default()
    }
}

/// Nothing typed, nothing wrong.
pub(super) fn ready() -> Model {
    let (mut model, _) = Model::new(start());
    model.held = Token::new(&"x".repeat(43)).map_or(Held::Missing, Held::Kept);
    model.setup.focus = None;
    model
}

/// The customer's numbers, grouped.
pub(super) fn numbers() -> (String, String) {
    let id = SessionId::from_digits([4, 8, 1, 0, 2, 6, 3, 9, 5]);
    (id.to_string(), Password::from_digits([7, 3, 0, 5, 5, 1, 8, 2]).to_string())
}

fn with_recent() -> Model {
    let mut model = ready();
    let mut recent = Recent::default();
    for (ago, lasted, end) in [
        (190_000, 4_100, End::Operator),
        (93_000, 1_260, End::Customer),
        (7_300, 38, End::Denied),
        (1_900, 60, End::NoAnswer),
        (700, 540, End::Operator),
    ] {
        recent.add(Past {
            began: NOW - ago, lasted, organisation: "Městský úřad Přelouč".to_owned(), end
        });
    }
    model.recent = recent;
    model
}

fn typed() -> Model {
    let mut model = ready();
    let (id, password) = numbers();
    model.apply(Command::SetId(id));
    model.apply(Command::SetPassword(password[..6].to_owned()));
    model
}

fn wrong() -> Model {
    let mut model = ready();
    let (id, _) = numbers();
    let swapped: String = [&id[..1], &id[2..3], &id[1..2], &id[3..]].concat();
    model.apply(Command::SetId(swapped));
    model.apply(Command::Connect);
    model
}

fn trying(stage: Stage) -> Model {
    let mut model = ready();
    let (id, password) = numbers();
    model.apply(Command::SetId(id));
    model.apply(Command::SetPassword(password));
    model.apply(Command::Connect);
    model.stage(TabId(1), stage);
    model
}

fn refused(what: &'static str, next: &'static str, fault: Fault, details: &[Words]) -> Model {
    let mut model = trying(Stage::Relay);
    let details = details.to_vec();
    let (what, next) = (Words::new(what), Words::new(next));
    model.failed(TabId(1), Trouble { what, next, details, proxy: None, fault });
    model
}

fn unreachable() -> Model {
    let attempts = [
        Words::new("attempt-timed-out").with("relay", "relay.example.org:443"),
        Words::new("attempt-refused").with("relay", "relay.example.org:80"),
    ];
    refused("trouble-unreachable", "trouble-unreachable-next", Fault::Elsewhere, &attempts)
}

fn tabs() -> Model {
    let mut model = ready();
    let states = [TabState::Live, TabState::Asking, TabState::Lost, TabState::Ended];
    for (index, state) in (1..).zip(states) {
        model.apply(Command::Show(Page::Connect));
        let id = SessionId::from_digits([4, 8, 1, 0, 2, 6, 3, 9, index as u8]).to_string();
        model.apply(Command::SetId(id));
        model.apply(Command::SetPassword(numbers().1));
        model.apply(Command::Connect);
        model.connected(TabId(index), "Městský úřad Přelouč".to_owned());
        model.tab_state(TabId(index), state);
    }
    for tab in model.tabs.iter_mut().take(1) {
        tab.name = Some("paní Dvořáková, matrika, přízemí vlevo".to_owned());
    }
    model.apply(Command::Show(Page::Connect));
    model
}

/// The customer of the second tab has written something.
fn unread(mut model: Model) -> Model {
    if let Some(tab) = model.tabs.get_mut(1) {
        tab.is_unread = true;
    }
    model
}

/// A window that shows one session, which is in the made-up state of this name.
fn with_session(name: &str) -> Model {
    let mut model = tabs();
    model.tabs.truncate(2);
    model.tabs[0].state = match name {
        "asking" => TabState::Asking,
        "silent" => TabState::Silent,
        "paused" => TabState::Paused,
        "lost" => TabState::Lost,
        "ended" => TabState::Ended,
        _ => TabState::Live,
    };
    model.tabs[0].name = Some("paní Dvořáková".to_owned());
    model.tabs[1].state = TabState::Live;
    model.apply(Command::Show(Page::Session(TabId(1))));
    model.is_full_screen = name.starts_with("full_screen");
    model
}

fn asked(command: Command) -> Model {
    let mut model = tabs();
    model.apply(command);
    model
}

fn first() -> Model {
    let mut model = Model::new(Start { settings: Settings::default(), ..start() }).0;
    model.held = Held::Missing;
    model
}

fn pasted() -> Model {
    let mut model = first();
    let text = format!(
        "relay: relay.example.org:443\npin: {PIN}\noperator: Anna Nováková\ntoken: {}",
        "x".repeat(43)
    );
    model.apply(Command::Handout(handout::read(&text)));
    model
}

fn setup_wrong() -> Model {
    let mut model = first();
    model.apply(Command::Setup(super::forms::Field::Relay, "relay.example.org".to_owned()));
    model.apply(Command::Save);
    model
}

fn without_token() -> Model {
    let (mut model, _) = Model::new(start());
    model.loaded(Answer::None("made-up".to_owned()));
    model
}

fn settings_open() -> Model {
    let mut model = ready();
    model.apply(Command::Show(Page::Settings));
    model.setup.focus = None;
    model
}

fn tested(result: Result<String, Trouble>) -> Model {
    let mut model = settings_open();
    model.apply(Command::Test);
    let is_good = result.is_ok();
    let verdict =
        if is_good { Words::new("verdict-good").count("ways", 7) } else { Words::new("verdict-blocked") };
    let line = Words::new("report-reached").with("way", "raw://relay.example.org:443").count("time", 18);
    let report = Report { verdict, is_good, lines: vec![line], saved: None };
    model.tested(result.map_or_else(Test::Failed, Test::Fine), Some(report));
    model
}

/// A proxy stands in the way and wants to know who this is.
fn proxy_asks() -> Model {
    let Ok(proxy) = "proxy.example.org:3128".parse::<Proxy>() else { return ready() };
    let mut model = unreachable();
    if let Some(trouble) = &mut model.connect.trouble {
        trouble.details = vec![
            Words::new("attempt-proxy-wants-password")
                .with("relay", "relay.example.org:443")
                .with("proxy", &proxy),
        ];
        trouble.proxy = Some(proxy);
        trouble.next = Words::new("trouble-proxy-next");
    }
    model.introduction.user = "anna".to_owned();
    model
}

fn unknown() -> Trouble {
    Trouble {
        what: Words::new("trouble-operator"),
        next: Words::new("trouble-operator-next"),
        details: Vec::new(),
        proxy: None,
        fault: Fault::Settings,
    }
}

fn damaged() -> Model {
    let mut model = first();
    model.file_trouble = Some(SettingsError::Content {
        file: "/mnt/anna/.config/farhand/operator.toml".to_owned(),
        line: 3,
        item: "relays".to_owned(),
        mistake: Mistake::Unknown,
        what: String::new(),
    });
    model
}
