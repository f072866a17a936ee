//! Sessions that never were, for pictures of every state.

use std::time::{Duration, Instant};

use farhand_media::State;
use farhand_proto::bounded::{Bytes, List, Shown, Text};
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::screen::{
    Layout, Monitor, MonitorId, Picture, Point, PointerShape, Rect, Region, Rotation, Size, View,
};
use farhand_proto::session::Undone;
use farhand_proto::transfer::{FileProblem, ItemKind, ItemPath};
use farhand_session::{Direction, FileEvent, Progress, RESUME_WINDOW, Statistics};
use farhand_window::SharedPicture;

use super::carried::{Job, Speaker};
use super::place::Fit;
use super::{News, SessionView};

/// The two monitors of the customer who never was.
const MONITOR: Size = Size { width: 640, height: 480 };

/// Each state's name, and a session in it.
pub(crate) fn made_up() -> Vec<(&'static str, SessionView)> {
    let both: Grants = Grant::ALL.into_iter().collect();
    let view = Grants::NONE.with(Grant::View);
    let mut states = Vec::new();
    let mut add = |name, session| states.push((name, session));

    let mut session = begun();
    session.note(News::Asking(Duration::from_secs(47)));
    add("asking", session);

    let mut session = begun();
    session.note(News::Allowed(both));
    add("arriving", session);

    add("live", live(both));
    let mut session = live(both);
    session.chosen.are_words_right = true;
    add("live_compared", session);

    let mut session = live(view);
    session.chosen.are_words_right = true;
    add("view_only", session);

    let mut session = live(both);
    session.chosen.are_words_right = true;
    session.chosen.is_view_only = true;
    add("view_only_chosen", session);

    let mut session = live(both);
    session.chosen.are_words_right = true;
    session.chosen.wants_capture = true;
    session.devices.focus_picture();
    add("captured", session);

    let mut session = live(both);
    session.chosen.are_words_right = true;
    session.chosen.fit = Fit::Exact;
    add("exact", session);

    let mut session = live(both);
    session.chosen.are_words_right = true;
    session.chosen.is_full_screen = true;
    session.chosen.wants_capture = true;
    session.devices.focus_picture();
    add("full_screen", session);

    let mut session = live(both);
    session.chosen.are_words_right = true;
    session.chosen.is_full_screen = true;
    session.devices.is_bar_shown = true;
    add("full_screen_bar", session);

    let mut session = live(both);
    session.chosen.is_full_screen = true;
    add("full_screen_words", session);

    let mut session = live(both);
    session.chosen.are_words_right = true;
    session.chosen.has_side = true;
    carried(&mut session);
    add("side", session);

    let mut session = live(view);
    session.chosen.are_words_right = true;
    session.chosen.has_side = true;
    add("side_empty", session);

    for (name, news) in [
        ("held", News::Holding(true)),
        ("silent", News::Answering(false)),
        ("undone", News::Undone(Undone::Overflow)),
        ("paused", News::Paused(true)),
        ("hidden", News::Allowed(Grants::NONE.with(Grant::Control))),
        ("taken_back", News::Allowed(view)),
        ("lost", News::Lost),
        ("relay_stops", News::RelayStopping),
        ("ended", News::Ended("The customer ended the session.".to_owned())),
    ] {
        let mut session = live(both);
        session.chosen.are_words_right = true;
        session.note(news);
        add(name, session);
    }
    states
}

/// A talk, and files under way and before.
fn carried(session: &mut SessionView) {
    for (speaker, text) in [
        (Speaker::Operator, "Please open the letter from your bank again."),
        (Speaker::Customer, "Which one? There are two."),
        (Speaker::Operator, "The one from Monday, with the table in it."),
    ] {
        session.chat.add(speaker, text.to_owned());
    }
    session.chat.draft = "No hurry".to_owned();
    let path = |path| ItemPath::new(path).expect("a made-up path is a path");
    session.files.add(Job::Put(vec!["driver-setup.exe".into()]));
    session.files.add(Job::Get("Documents/scan.pdf".to_owned()));
    session.files.begin();
    let kind = ItemKind::File { size: 1, modified: 0 };
    let place = Shown::truncated("/mnt/eva/Downloads/manual.pdf");
    session.note(News::File(FileEvent::Stored {
        direction: Direction::Out,
        path: path("manual.pdf"),
        kind,
        place,
    }));
    let why = FileProblem::Full;
    session.note(News::File(FileEvent::NotStored { direction: Direction::Out, path: path("film.mkv"), why }));
    session.note(News::Progress(Progress {
        direction: Direction::Out,
        files_done: 0,
        files: 1,
        bytes_done: 3_400_000,
        bytes: 8_100_000,
        current: Some(path("driver-setup.exe")),
    }));
    session.rate = farhand_window::Rate::of(240_000);
}

fn begun() -> SessionView {
    let mut session = SessionView::new(["acorn", "zipper"], SharedPicture::new(), RESUME_WINDOW);
    session.known.stopped_at = Some(Instant::now());
    session
}

fn live(grants: Grants) -> SessionView {
    let mut session = begun();
    session.note(News::Asking(Duration::from_secs(60)));
    session.note(News::Allowed(grants));
    let monitor = |id, x, name: &str| Monitor {
        id: MonitorId(id),
        name: Text::truncated(name),
        area: Rect { x, y: 0, width: MONITOR.width, height: MONITOR.height },
        primary: x == 0,
        rotation: Rotation::Normal,
    };
    let desktop = Size { width: 2 * MONITOR.width, height: MONITOR.height };
    let monitors = vec![monitor(1, 0, "HDMI-1"), monitor(2, MONITOR.width as i32, "DP-2")];
    let layout = Layout { monitors: List::new(monitors).unwrap_or_default(), desktop };
    session.note(News::Screen { layout, view: View::DESKTOP, area: Rect::of_size(desktop) });
    session.picture.update(|picture| {
        *picture = desktop_picture(desktop);
        (Region::new(), ())
    });
    session.note(News::Shape(arrow()));
    session.note(News::PointerAt(Point { x: 330, y: 200 }));
    session.note(News::Picture { state: State::Exact });
    session.note(News::Statistics(Statistics {
        round_trip: Some(Duration::from_millis(38)),
        bytes: 106_250,
        updates: 24,
        acts_waiting: 2,
    }));
    session
}

/// A desktop with two windows and a panel.
fn desktop_picture(size: Size) -> Picture {
    let mut picture = Picture::new(size);
    let mut fill = |x: u32, y: u32, width: u32, height: u32, colour: u32| {
        for row in y..(y + height).min(size.height) {
            picture.row_mut(x, row, width.min(size.width - x)).fill(colour);
        }
    };
    fill(0, 0, size.width, size.height, 0x0028_5a7a);
    fill(0, size.height - 32, size.width, 32, 0x0020_2830);
    fill(8, size.height - 26, 70, 20, 0x0048_90c8);
    for (left, top, width, height) in [(60, 50, 430, 300), (720, 90, 480, 310)] {
        fill(left, top, width, height, 0x00f4_f4f0);
        fill(left, top, width, 26, 0x003a_6ea5);
        fill(left + width - 22, top + 6, 14, 14, 0x00d8_5040);
        for line in 0..(height - 60) / 18 {
            let length = width - 60 - (line * 53) % 170;
            fill(left + 20, top + 44 + line * 18, length, 8, 0x0060_6870);
        }
    }
    picture
}

/// A plain arrow, white with a dark edge.
fn arrow() -> PointerShape {
    let (width, height) = (12_u16, 18_u16);
    let mut rgba = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let right = (y * 2 / 3).min(11);
            let inside = x <= right && y < 16;
            let edge = x == 0 || x == right || y == 15;
            rgba.extend(match (inside, edge) {
                (false, _) => [0, 0, 0, 0],
                (true, true) => [0x10, 0x10, 0x10, 0xff],
                (true, false) => [0xff, 0xff, 0xff, 0xff],
            });
        }
    }
    PointerShape { width, height, hot_x: 0, hot_y: 0, rgba: Bytes::new(rgba).unwrap_or_default() }
}
