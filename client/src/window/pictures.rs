//! Pictures of the window in every state, with made-up people in it.

use std::time::{Duration, Instant, SystemTime};

use egui::Theme;
use farhand_peer::SessionEnd;
use farhand_peer::client::{Decided, Decision, Fate, FileCounts, FileRecord, Receipt};
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::id::SessionId;
use farhand_proto::name::Name;
use farhand_proto::relay::{KeyHash, Voucher};
use farhand_proto::session::EndReason;
use farhand_proto::transfer::ItemPath;
use farhand_session::{Direction, Progress};
use farhand_transport::proxy::Introduction;
use farhand_transport::survey::Verdict;
use farhand_window::egui;
use farhand_window::{Still, still};
use jiff::tz::TimeZone;

use super::carried::{Chat, Ended, Files, Running, Speaker};
use super::model::{
    Cannot, ConnectionTest, Copyable, Model, Note, Numbers, Over, Question, Relay, Saved, Stage, Visit,
};
use super::size::SIZE;
use super::trouble::{Fault, Kind, Trouble};
use super::words::Words;
use super::{bar, screens};

/// One picture.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The state it shows, as the name of a file would.
    pub name: &'static str,
    /// What it looks like.
    pub still: Still,
}

/// The window, and the bar, in every state: in this language (`en`, `cs`, …), with so many pixels per point.
#[must_use]
pub fn pictures(language: &str, theme: Theme, pixels_per_point: f32) -> Vec<Picture> {
    let words = Words::new(language, TimeZone::UTC);
    let window = windows().into_iter().map(|(name, model)| Picture {
        name,
        still: still(SIZE, pixels_per_point, theme, |ui| {
            screens::draw(ui, &model, &words);
        }),
    });
    let bars = bars().into_iter().map(|(name, width, model)| Picture {
        name,
        still: still(bar::size(width), pixels_per_point, theme, |ui| {
            if let Some(visit) = model.visitor() {
                bar::draw(ui, &model, visit, &words);
            }
        }),
    });
    window.chain(bars).collect()
}

/// Every state of the window.
pub(crate) fn windows() -> Vec<(&'static str, Model)> {
    vec![
        ("connecting", with(Stage::Waiting, |model| model.organisation = None)),
        ("trying", with(Stage::Waiting, |model| trouble(model, Kind::Unreachable, 3))),
        (
            "tested",
            with(Stage::Waiting, |model| {
                trouble(model, Kind::Unreachable, 3);
                let report = "raw://relay.example.org:443: the connection was refused\n".to_owned();
                model.test = ConnectionTest::Done { verdict: Verdict::Blocked, report };
            }),
        ),
        ("cannot-connect", with(Stage::Waiting, |model| trouble(model, Kind::WrongRelay, 1))),
        ("proxy-asks", with(Stage::Waiting, |model| trouble(model, Kind::Proxy, 1))),
        (
            "proxy-refuses",
            with(Stage::Waiting, |model| {
                trouble(model, Kind::Proxy, 1);
                model.introduction = told("ACME\\eva", 1);
            }),
        ),
        (
            "proxy-refused",
            with(Stage::Waiting, |model| {
                trouble(model, Kind::Proxy, 1);
                model.introduction = told("eva", 3);
            }),
        ),
        ("waiting", with(Stage::Waiting, ready)),
        (
            "waiting-copied",
            with(Stage::Waiting, |model| {
                ready(model);
                model.copied(Copyable::SessionId, Instant::now());
            }),
        ),
        (
            "wrong-password",
            with(Stage::Waiting, |model| {
                ready(model);
                model.say(Note::WrongPassword { left: 2 }, Instant::now());
            }),
        ),
        (
            "password-replaced",
            with(Stage::Waiting, |model| {
                ready(model);
                model.say(Note::PasswordReplaced, Instant::now());
            }),
        ),
        ("asking-just-now", with(Stage::Asked(Question { is_armed: false, ..question() }), ready)),
        ("asking", with(Stage::Asked(question()), ready)),
        ("notice", with(Stage::Asked(Question { notice: Some(NOTICE.to_owned()), ..question() }), |_| {})),
        ("asking-long-names", with(Stage::Asked(long_question()), ready)),
        (
            "asking-longest-name",
            with(Stage::Asked(Question { operator: LONGEST_OPERATOR.to_owned(), ..long_question() }), ready),
        ),
        ("in-session", with(Stage::Here(visit()), hot_key)),
        (
            "in-session-longest-name",
            with(
                Stage::Here(Visit {
                    operator: LONGEST_OPERATOR.to_owned(),
                    organisation: LONG_ORGANISATION.to_owned(),
                    ..visit()
                }),
                hot_key,
            ),
        ),
        (
            "press-ignored",
            with(Stage::Here(Visit { allowed: view(), ..visit() }), |model| {
                hot_key(model);
                model.say(Note::Ignored, Instant::now());
            }),
        ),
        ("paused", with(Stage::Here(Visit { is_paused: true, ..visit() }), hot_key)),
        ("line-lost", with(Stage::Here(Visit { lost: Some(3), ..visit() }), hot_key)),
        ("talking", with(Stage::Here(talk()), hot_key)),
        ("files-coming", with(Stage::Here(bringing()), hot_key)),
        ("files-came", with(Stage::Here(brought()), hot_key)),
        ("ended", with(Stage::Over(over()), |_| {})),
        ("ended-words", with(Stage::Over(differed()), |_| {})),
        (
            "ended-saved",
            with(
                Stage::Over(Over {
                    saved: Some(Saved::At("/mnt/eva/Desktop/remote-help-2026-03-09-1432.txt".to_owned())),
                    ..over()
                }),
                |_| {},
            ),
        ),
        ("denied", with(Stage::Over(denied()), |_| {})),
        ("cannot-show", with(Stage::Cannot(Cannot::Wayland), |_| {})),
    ]
}

/// The bar's states, on monitors so wide.
pub(crate) fn bars() -> Vec<(&'static str, f32, Model)> {
    let here = |visit| with(Stage::Here(visit), hot_key);
    let long =
        Visit { operator: LONG_OPERATOR.to_owned(), organisation: LONG_ORGANISATION.to_owned(), ..visit() };
    let ignored = || {
        with(Stage::Here(visit()), |model| {
            hot_key(model);
            model.say(Note::Ignored, Instant::now());
        })
    };
    vec![
        ("bar", 1920.0, here(visit())),
        ("bar-view-only", 1920.0, here(Visit { allowed: view(), ..visit() })),
        ("bar-talking", 1920.0, here(talk())),
        ("bar-files", 1920.0, here(brought())),
        ("bar-paused", 1920.0, here(Visit { is_paused: true, ..visit() })),
        ("bar-line-lost", 1920.0, here(Visit { lost: Some(3), ..visit() })),
        ("bar-ignored", 1920.0, ignored()),
        ("bar-ignored-narrow", 640.0, ignored()),
        ("bar-narrow", 640.0, here(visit())),
        ("bar-long-names", 1024.0, here(long)),
    ]
}

const LONG_OPERATOR: &str = "Maximiliane-Alexandrine von Hohenstein-Wartenburg";
/// One word, nearly as long as a name may be.
pub(crate) const LONGEST_OPERATOR: &str = concat!(
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "svorstandsvorsitzendenstellvertreterinnen"
);
const LONG_ORGANISATION: &str =
    "Krajská knihovna a informační středisko Královéhradeckého kraje, oddělení podpory";
const NOTICE: &str = "Acme Helpdesk looks at this computer only to solve the problem that you called about. What is \
                      seen is not recorded. Please close letters, banking pages and everything private first. The \
                      helper works under our privacy terms, which you find at acme.example/privacy. You can end \
                      the session at any time.";

fn with(stage: Stage, change: impl FnOnce(&mut Model)) -> Model {
    let mut model = Model::new();
    model.organisation = Some("Acme Helpdesk".to_owned());
    model.stage = stage;
    change(&mut model);
    model
}

fn ready(model: &mut Model) {
    model.relay = Relay::Ready;
    model.numbers =
        Some(Numbers { session_id: "482 093 1756".to_owned(), password: "730 518 264".to_owned() });
}

fn hot_key(model: &mut Model) {
    model.hot_key = Some("Ctrl+Alt+End".to_owned());
}

fn trouble(model: &mut Model, kind: Kind, attempt: u32) {
    let at = |target: &str, key| Fault { target: Some(target.to_owned()), key, more: None };
    let faults =
        vec![at("help.acme.example:443", "fault-timed-out"), at("help.acme.example:11438", "fault-refused")];
    let proxy = (kind == Kind::Proxy).then(|| "proxy.acme.example:3128".parse().ok()).flatten();
    model.relay = Relay::Trouble { trouble: Trouble { kind, proxy, faults }, attempt };
}

fn view() -> Grants {
    Grants::NONE.with(Grant::View)
}

fn question() -> Question {
    let now = Instant::now();
    let all: Grants = Grant::ALL.into_iter().collect();
    Question {
        notice: None,
        operator: "Anna Nováková".to_owned(),
        organisation: "Acme Helpdesk".to_owned(),
        words: ["lantern".to_owned(), "walrus".to_owned()],
        asked: all,
        ticked: all,
        armed_at: now,
        keys_at: now,
        deadline: now,
        is_armed: true,
        seconds_left: 47,
        is_answered: false,
    }
}

fn long_question() -> Question {
    Question {
        operator: LONG_OPERATOR.to_owned(),
        organisation: LONG_ORGANISATION.to_owned(),
        words: ["Schmetterling".to_owned(), "Zwetschge".to_owned()],
        ..question()
    }
}

fn at(seconds: u64) -> SystemTime {
    // 2026-03-09 14:32:05 UTC.
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_773_066_725 + seconds)
}

fn visit() -> Visit {
    Visit {
        operator: "Anna Nováková".to_owned(),
        organisation: "Acme Helpdesk".to_owned(),
        since: Some(at(0)),
        allowed: view().with(Grant::Control),
        is_paused: false,
        lost: None,
        chat: Chat::default(),
        files: Files::default(),
    }
}

/// What a proxy was told so often, and has not taken.
fn told(user: &str, tries: u32) -> Introduction {
    let mut typed = Introduction::default();
    typed.user = user.to_owned();
    for _ in 0..tries {
        let _ = typed.take();
    }
    typed
}

fn talk() -> Visit {
    let mut chat = Chat::default();
    let now = Instant::now();
    chat.add(Speaker::Operator, "Please open the letter from your bank again.".to_owned(), now);
    chat.add(Speaker::Customer, "Which one? There are two.".to_owned(), now);
    chat.add(Speaker::Operator, "The one from Monday, with the table in it.".to_owned(), now);
    chat.draft = "All right, one moment".to_owned();
    Visit { chat, ..visit() }
}

fn bringing() -> Visit {
    let progress = Progress {
        direction: Direction::In,
        files_done: 1,
        files: 3,
        bytes_done: 3_400_000,
        bytes: 8_100_000,
        current: ItemPath::new("printer/driver-setup.exe").ok(),
    };
    let running = Running {
        direction: Direction::In,
        what: None,
        progress: Some(progress),
        rate: farhand_window::Rate::of(240_000),
        stored: 1,
        failed: 0,
        place: None,
    };
    let allowed = view().with(Grant::Control).with(Grant::Files);
    Visit { files: Files { running: Some(running), last: None, is_unseen: true }, allowed, ..visit() }
}

fn brought() -> Visit {
    let place = Some("/mnt/eva/Downloads/printer/driver-setup.exe".to_owned());
    let last = Ended { direction: Direction::In, stored: 3, failed: 0, place, stopped: None };
    let allowed = view().with(Grant::Control).with(Grant::Files);
    Visit { files: Files { running: None, last: Some(last), is_unseen: true }, allowed, ..visit() }
}

fn receipt(end: EndReason, decisions: &[(u64, Decided)], to: u64) -> Receipt {
    Receipt {
        operator: Voucher {
            operator: name("Anna Nováková"),
            organisation: name("Acme Helpdesk"),
            session_id: SessionId::from_digits([1; 9]),
            console_key: KeyHash([0; 32]),
            expires: 0,
        },
        from: at(0),
        to: at(to),
        asked: Some(view().with(Grant::Control)),
        decisions: decisions
            .iter()
            .map(|(seconds, what)| Decision { at: at(*seconds), what: *what })
            .collect(),
        files: Vec::new(),
        counts: FileCounts::default(),
        end: SessionEnd::Session(farhand_session::Ended::Here(end)),
    }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a made-up name is a name")
}

fn over() -> Over {
    let control = Grants::NONE.with(Grant::Control);
    let decisions = [
        (14, Decided::Given(view().with(Grant::Control))),
        (250, Decided::Paused),
        (312, Decided::Resumed),
        (700, Decided::TakenBack(control)),
    ];
    let file = |seconds, direction, path: &str, place: &str| FileRecord {
        at: at(seconds),
        direction,
        path: path.to_owned(),
        fate: Fate::Arrived(place.to_owned()),
    };
    let files = vec![
        file(320, Direction::In, "driver-setup.exe", "/mnt/eva/Downloads/driver-setup.exe"),
        file(410, Direction::Out, "/mnt/eva/Printer/error.log", "error.log"),
    ];
    let counts = FileCounts { brought: 1, fetched: 1, ..FileCounts::default() };
    Over {
        receipt: Receipt { files, counts, ..receipt(EndReason::Customer, &decisions, 803) },
        path: "/mnt/eva/Desktop/remote-help-2026-03-09-1432.txt".to_owned(),
        saved: None,
    }
}

fn differed() -> Over {
    let end = SessionEnd::Session(farhand_session::Ended::There(EndReason::WordsDiffer));
    Over { receipt: Receipt { end, ..receipt(EndReason::Denied, &[], 21) }, ..over() }
}

fn denied() -> Over {
    Over { receipt: receipt(EndReason::Denied, &[], 21), ..over() }
}
