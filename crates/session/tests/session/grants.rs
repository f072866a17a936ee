//! Every message of a console, in every phase, under every grant: what is not allowed is not done and not seen.

use farhand_proto::bounded::{Bytes, List, Text};
use farhand_proto::codec::Message as _;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::{Button, Input, Key, NamedKey};
use farhand_proto::prose::Prose;
use farhand_proto::screen::{MonitorId, Point, PointerShape, View};
use farhand_proto::session::{ConsoleAt, EndReason, Taken, ToClient, ToConsole, Token, Undone};
use farhand_proto::transfer::{Cancelled, Existing, FileMessage, ItemKind, ItemPath, Piece};
use farhand_session::{
    ClientEvent, ClientSession, Direction, Ended, FileEvent, RESUME_WINDOW, Transfers as _,
};

use crate::world::{MS, both, message, screen, view};

/// Where a session stands when a message comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing was asked.
    New,
    /// The customer has not answered.
    Asking,
    /// The customer said yes to these.
    Open,
    /// And paused it.
    Paused,
    /// And lost the line.
    Lost,
    /// And came back.
    Back,
    /// And ended it.
    Over,
}

const PHASES: [Phase; 7] =
    [Phase::New, Phase::Asking, Phase::Open, Phase::Paused, Phase::Lost, Phase::Back, Phase::Over];

/// Something that happens to a session, and its name.
type Way = (&'static str, fn(&mut ClientSession));

fn at() -> Point {
    Point { x: 3, y: 4 }
}

fn inputs() -> Vec<Input> {
    vec![
        Input::Key { key: Key::Char('a'), pressed: true },
        Input::Key { key: Key::Named(NamedKey::Control), pressed: true },
        Input::Key { key: Key::Char('a'), pressed: false },
        Input::Text(Text::new("text").unwrap()),
        Input::Move(at()),
        Input::Button { button: Button::Left, pressed: true, at: at() },
        Input::Button { button: Button::Left, pressed: false, at: at() },
        Input::Scroll { right: 0, down: 120, at: at() },
        Input::ReleaseAll,
    ]
}

fn messages() -> Vec<ToClient> {
    let acts = inputs().into_iter().map(|input| ToClient::Act { number: 0, input });
    let others = [
        ToClient::Ping { at: 1 },
        ToClient::Pong { at: 1 },
        ToClient::Ack { bytes: 0, taken: Taken::default() },
        ToClient::End { reason: EndReason::Operator },
        ToClient::Ask { grants: both() },
        ToClient::Watch { view: View::DESKTOP },
        ToClient::Watch { view: View::monitor(MonitorId(1)) },
        ToClient::Refresh {},
        ToClient::Skip { number: 0 },
        ToClient::Say { text: Prose::new("words").unwrap() },
        ToClient::Clipboard { first: true, last: true, data: Bytes::new(*b"text").unwrap() },
        ToClient::Put { transfer: 1, folder: None, existing: Existing::Replace },
        ToClient::Get { transfer: 1, path: Text::new("secret").unwrap() },
        ToClient::File { transfer: 1, message: FileMessage::Restart { item: 0, run: 1 } },
        ToClient::File { transfer: 1, message: FileMessage::Continue { item: 0, offset: 0, run: 1 } },
        ToClient::FilePiece { transfer: 1, run: 1, piece: BEGIN },
        ToClient::FilePiece { transfer: 1, run: 1, piece: data(0, 1) },
        ToClient::FileTaken { transfer: 1, weight: 0 },
        ToClient::Direct {
            at: ConsoleAt { token: Token([7; 32]), own: List::new(vec![]).unwrap(), seen: None },
        },
    ];
    acts.chain(others).collect()
}

/// What begins a transfer of one file.
const BEGIN: Piece = Piece::Begin { files: 1, bytes: 100_000 };

/// The file that is sent.
fn item() -> Piece {
    let kind = ItemKind::File { size: 100_000, modified: 0 };
    Piece::Item { item: 0, path: ItemPath::new("large").unwrap(), kind }
}

/// So many bytes of its contents, from here on.
fn data(offset: u64, length: usize) -> Piece {
    Piece::Data { item: 0, offset, data: Bytes::new(vec![7; length]).unwrap() }
}

/// The receiver of the transfer wants it from its beginning.
fn wanted() -> ToClient {
    ToClient::File { transfer: 1, message: FileMessage::Restart { item: 0, run: 1 } }
}

fn piece(piece: Piece) -> ToClient {
    ToClient::FilePiece { transfer: 1, run: 1, piece }
}

/// Every set of grants.
fn every_grant() -> Vec<Grants> {
    let sets = 0..1_u32 << Grant::ALL.len();
    let has = |set: u32, index: usize| set & 1 << index != 0;
    sets.map(|set| {
        Grant::ALL
            .into_iter()
            .enumerate()
            .filter(|(index, _)| has(set, *index))
            .map(|(_, grant)| grant)
            .collect()
    })
    .collect()
}

/// A session in this phase whose customer allows exactly this, with nothing left to hear or send.
fn session(phase: Phase, grants: Grants) -> ClientSession {
    let now = MS;
    let mut session = ClientSession::new(RESUME_WINDOW, now);
    if phase != Phase::New {
        give(&mut session, &ToClient::Ask { grants: both() });
    }
    if !matches!(phase, Phase::New | Phase::Asking) {
        session.answer(both(), now);
        session.set_grants(grants, now);
    }
    match phase {
        Phase::Paused => session.set_paused(true, now),
        Phase::Lost => session.cut(now),
        Phase::Back => {
            session.cut(now);
            session.resume(Taken::default(), now);
        }
        Phase::Over => session.end(EndReason::Customer),
        Phase::New | Phase::Asking | Phase::Open => {}
    }
    said(&mut session);
    events(&mut session);
    session
}

fn give(session: &mut ClientSession, message: &ToClient) {
    session.handle(message.clone(), message.to_frame().len(), MS);
}

fn events(session: &mut ClientSession) -> Vec<ClientEvent> {
    std::iter::from_fn(|| session.poll_event()).collect()
}

fn said(session: &mut ClientSession) -> Vec<ToConsole> {
    std::iter::from_fn(|| session.poll_transmit(MS)).map(|frame| message::<ToConsole>(&frame).0).collect()
}

/// What a session in this phase may be made to do.
fn in_force(phase: Phase, grants: Grants) -> Grants {
    if matches!(phase, Phase::Open | Phase::Back) { grants } else { Grants::NONE }
}

#[test]
fn no_message_does_or_shows_what_is_not_allowed() {
    let mut cases = 0;
    for phase in PHASES {
        for grants in every_grant() {
            for message in messages() {
                let case = format!("{phase:?}, {grants}, {message:?}");
                let may = in_force(phase, grants);
                let mut session = session(phase, grants);
                give(&mut session, &message);
                let happened = events(&mut session);
                let answers = said(&mut session);
                let is_act = matches!(message, ToClient::Act { .. });
                let does = happened.iter().any(|event| matches!(event, ClientEvent::Do(_)));
                assert_eq!(does, is_act && may.allows(Grant::Control), "done: {case}");
                let wants_picture = matches!(message, ToClient::Watch { .. } | ToClient::Refresh {});
                let shows = happened.iter().any(|event| matches!(event, ClientEvent::Show(_)));
                assert_eq!(shows, wants_picture && may.allows(Grant::View), "shown: {case}");
                carried_only_where_allowed(phase, may, &message, &happened, &case);
                refused_in_words(phase, grants, &message, &answers, &case);
                over_only_for_a_reason(phase, &message, &happened, &case);
                nothing_unseen_goes_out(&mut session, may, &case);
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 7 * 16 * 28);
}

fn carried_only_where_allowed(
    phase: Phase,
    may: Grants,
    message: &ToClient,
    happened: &[ClientEvent],
    case: &str,
) {
    let copied = happened.iter().any(|event| matches!(event, ClientEvent::Clipboard(_)));
    let copies = matches!(message, ToClient::Clipboard { .. });
    assert_eq!(copied, copies && may.allows(Grant::Clipboard), "copied: {case}");
    let is_refused = |event: &ClientEvent| matches!(event, ClientEvent::File(FileEvent::Refused { .. }));
    let (refused, moved): (Vec<_>, Vec<_>) = happened
        .iter()
        .filter(|event| matches!(event, ClientEvent::File(_)))
        .partition(|event| is_refused(event));
    let moves = matches!(message, ToClient::Put { .. } | ToClient::Get { .. });
    assert_eq!(!moved.is_empty(), moves && may.allows(Grant::Files), "files: {case}");
    // Whoever looks later sees what was asked for, too.
    let is_heard = !matches!(phase, Phase::Lost | Phase::Over);
    assert_eq!(
        !refused.is_empty(),
        moves && is_heard && !may.allows(Grant::Files),
        "asked for files: {case}"
    );
    let led = happened.iter().any(|event| matches!(event, ClientEvent::Direct(_)));
    let is_let_in = matches!(phase, Phase::Open | Phase::Back | Phase::Paused);
    assert_eq!(led, is_let_in && matches!(message, ToClient::Direct { .. }), "led: {case}");
    // Words are for whoever was let in, also in a pause.
    let said = happened.iter().any(|event| matches!(event, ClientEvent::Said(_)));
    assert_eq!(said, is_let_in && matches!(message, ToClient::Say { .. }), "said: {case}");
}

fn refused_in_words(phase: Phase, grants: Grants, message: &ToClient, answers: &[ToConsole], case: &str) {
    let may = in_force(phase, grants);
    let undone = answers.iter().find_map(|answer| match answer {
        ToConsole::Undone { why, .. } => Some(why.clone()),
        _ => None,
    });
    let expected = match (message, phase) {
        (_, Phase::Lost | Phase::Over) => None,
        (ToClient::Skip { .. }, _) => Some(Undone::Stale),
        (ToClient::Act { .. }, Phase::Paused) => Some(Undone::Paused),
        (ToClient::Act { .. }, _) if !may.allows(Grant::Control) => Some(Undone::NotAllowed),
        _ => None,
    };
    assert_eq!(undone, expected, "refused: {case}");
    let cancelled = answers.iter().find_map(|answer| match answer {
        ToConsole::File { message: FileMessage::Cancel { why }, .. } => Some(why.clone()),
        _ => None,
    });
    let expected = match (message, phase) {
        (_, Phase::Lost | Phase::Over) => None,
        (ToClient::Put { .. } | ToClient::Get { .. }, Phase::Paused) if grants.allows(Grant::Files) => {
            Some(Cancelled::Paused)
        }
        (ToClient::Put { .. } | ToClient::Get { .. }, _) if !may.allows(Grant::Files) => {
            Some(Cancelled::NotAllowed)
        }
        _ => None,
    };
    assert_eq!(cancelled, expected, "cancelled: {case}");
    if matches!(phase, Phase::Lost | Phase::Over) {
        assert!(answers.is_empty(), "said: {case}: {answers:?}");
    }
}

fn over_only_for_a_reason(phase: Phase, message: &ToClient, happened: &[ClientEvent], case: &str) {
    let ended = happened.iter().find_map(|event| match event {
        ClientEvent::Ended(how) => Some(how.clone()),
        _ => None,
    });
    let silent = matches!(phase, Phase::Lost | Phase::Over);
    match message {
        ToClient::End { .. } if !silent => {
            assert_eq!(ended, Some(Ended::There(EndReason::Operator)), "{case}");
        }
        ToClient::Pong { .. } if !silent => {
            assert!(matches!(ended, Some(Ended::Here(EndReason::Protocol(_)))), "{case}: {ended:?}");
        }
        ToClient::Ask { .. } if !silent && phase != Phase::New => {
            assert!(matches!(ended, Some(Ended::Here(EndReason::Protocol(_)))), "{case}: {ended:?}");
        }
        // Whoever was not let in has nothing to say, and leads nobody anywhere.
        ToClient::Say { .. } | ToClient::Direct { .. } if matches!(phase, Phase::New | Phase::Asking) => {
            assert!(matches!(ended, Some(Ended::Here(EndReason::Protocol(_)))), "{case}: {ended:?}");
        }
        _ => assert_eq!(ended, None, "{case}"),
    }
}

/// What a desktop has to show.
fn offer_everything(session: &mut ClientSession) {
    let (layout, of, area) = screen();
    session.screen(layout, of, area);
    session.update(vec![7; 100], MS);
    session.pointer_at(at());
    let rgba = Bytes::new([9; 4]).unwrap();
    session.pointer_shape(PointerShape { width: 1, height: 1, hot_x: 0, hot_y: 0, rgba });
}

/// Whatever the desktop offers, only what may be seen leaves.
fn nothing_unseen_goes_out(session: &mut ClientSession, may: Grants, case: &str) {
    let may = if session.is_over() { Grants::NONE } else { may };
    offer_everything(session);
    let copied = session.clipboard("what the customer copied".to_owned());
    // Over a lost line it waits for the next.
    assert_eq!(copied.is_ok(), session.grants().allows(Grant::Clipboard), "copied: {case}");
    give(session, &wanted());
    for piece in [BEGIN, item(), data(0, 3)] {
        session.file_piece(piece);
    }
    let rest = said(session);
    let seen = rest.iter().any(|message| {
        matches!(
            message,
            ToConsole::Screen { .. }
                | ToConsole::Video { .. }
                | ToConsole::PointerAt { .. }
                | ToConsole::Shape { .. }
        )
    });
    assert!(!seen || may.allows(Grant::View), "seen: {case}");
    let copied = rest.iter().any(|message| matches!(message, ToConsole::Clipboard { .. }));
    assert_eq!(copied, may.allows(Grant::Clipboard), "copied out: {case}");
    let fetched = rest.iter().any(|message| matches!(message, ToConsole::FilePiece { .. }));
    assert!(!fetched || may.allows(Grant::Files), "fetched: {case}");
}

#[test]
fn whatever_takes_the_view_away_stops_the_rest_of_an_update() {
    let ways: [Way; 5] = [
        ("revoked", |session| session.set_grants(Grants::NONE.with(Grant::Control), MS)),
        ("switched off", |session| session.switch(Grant::View, false, MS)),
        ("paused", |session| session.set_paused(true, MS)),
        ("lost", |session| session.cut(MS)),
        ("ended", |session| session.end(EndReason::Customer)),
    ];
    for (name, take_away) in ways {
        let mut session = session(Phase::Open, both());
        let (layout, of, area) = screen();
        session.screen(layout, of, area);
        session.update(vec![7; 60_000], MS);
        session.pointer_at(at());
        // Some of it has left by then.
        for _ in 0..4 {
            session.poll_transmit(MS);
        }
        take_away(&mut session);
        let rest = said(&mut session);
        let seen = rest.iter().any(|message| {
            matches!(
                message,
                ToConsole::Screen { .. } | ToConsole::Video { .. } | ToConsole::PointerAt { .. }
            )
        });
        assert!(!seen, "{name}: {rest:?}");
        assert!(events(&mut session).contains(&ClientEvent::StopShowing), "{name}");
    }
}

#[test]
fn whatever_takes_control_away_stops_what_waits_and_releases_what_is_down() {
    let ways: [Way; 4] = [
        ("revoked", |session| session.set_grants(view(), MS)),
        ("switched off", |session| session.switch(Grant::Control, false, MS)),
        ("paused", |session| session.set_paused(true, MS)),
        ("ended", |session| session.end(EndReason::Customer)),
    ];
    for (name, take_away) in ways {
        let mut session = session(Phase::Open, both());
        for (number, input) in (0..).zip(inputs()) {
            give(&mut session, &ToClient::Act { number, input });
        }
        assert!(matches!(events(&mut session)[..], [ClientEvent::Do(_)]), "one at a time");
        take_away(&mut session);
        session.done(Ok(()), MS);
        let happened = events(&mut session);
        assert!(!happened.iter().any(|event| matches!(event, ClientEvent::Do(_))), "{name}: {happened:?}");
        assert!(happened.contains(&ClientEvent::ReleaseAll), "{name}");
    }
}

#[test]
fn an_early_look_at_the_clock_answers_for_nobody() {
    for phase in [Phase::New, Phase::Asking] {
        let mut session = session(phase, both());
        session.handle_timeout(MS + MS);
        assert!(!session.is_over(), "{phase:?}");
        assert_eq!(events(&mut session), [], "{phase:?}");
    }
}

#[test]
fn what_may_be_seen_goes_out() {
    let mut session = session(Phase::Open, view());
    offer_everything(&mut session);
    let rest = said(&mut session);
    let is = |fits: fn(&ToConsole) -> bool| rest.iter().any(fits);
    assert!(is(|message| matches!(message, ToConsole::Screen { .. })), "{rest:?}");
    assert!(is(|message| matches!(message, ToConsole::Video { .. })), "{rest:?}");
    assert!(is(|message| matches!(message, ToConsole::PointerAt { .. })), "{rest:?}");
    assert!(is(|message| matches!(message, ToConsole::Shape { .. })), "{rest:?}");
}

#[test]
fn what_takes_one_thing_away_leaves_the_others_alone() {
    for taken in [Grant::View, Grant::Files] {
        let mut session = session(Phase::Open, both());
        for (number, input) in (0..).zip(inputs()).take(2) {
            give(&mut session, &ToClient::Act { number, input });
        }
        events(&mut session);
        session.clipboard("what the customer copied".to_owned()).unwrap();
        session.switch(taken, false, MS);
        let happened = events(&mut session);
        assert!(!happened.contains(&ClientEvent::ReleaseAll), "{taken:?}: {happened:?}");
        session.done(Ok(()), MS);
        assert!(matches!(events(&mut session)[..], [ClientEvent::Do(_)]), "{taken:?}: the next act");
        let rest = said(&mut session);
        let copied = rest.iter().any(|message| matches!(message, ToConsole::Clipboard { .. }));
        assert!(copied, "{taken:?}: {rest:?}");
    }
}

#[test]
fn a_copied_text_that_was_forbidden_before_it_left_never_leaves() {
    let mut session = session(Phase::Open, both());
    session.clipboard("what the customer copied".to_owned()).unwrap();
    session.switch(Grant::Clipboard, false, MS);
    session.switch(Grant::Clipboard, true, MS);
    let rest = said(&mut session);
    assert!(!rest.iter().any(|message| matches!(message, ToConsole::Clipboard { .. })), "{rest:?}");
}

#[test]
fn whatever_takes_files_away_stops_them_in_their_middle() {
    let files = both();
    let ways: [Way; 3] = [
        ("revoked", |session| session.set_grants(view(), MS)),
        ("switched off", |session| session.switch(Grant::Files, false, MS)),
        ("cancelled", |session| session.cancel_transfer(Cancelled::ByHand)),
    ];
    for (name, take_away) in ways {
        // What the operator fetches.
        let mut session = session(Phase::Open, files);
        give(&mut session, &ToClient::Get { transfer: 1, path: Text::new("large").unwrap() });
        give(&mut session, &wanted());
        for piece in [BEGIN, item(), data(0, 16_000), data(16_000, 16_000)] {
            session.file_piece(piece);
        }
        let sent = |message: &ToConsole| matches!(message, ToConsole::FilePiece { .. });
        let first: Vec<ToConsole> = std::iter::from_fn(|| session.poll_transmit(MS))
            .take(4)
            .map(|frame| message::<ToConsole>(&frame).0)
            .collect();
        assert!(first.iter().filter(|message| sent(message)).count() > 1, "{name}: {first:?}");
        take_away(&mut session);
        session.file_piece(data(32_000, 16_000));
        let rest = said(&mut session);
        assert!(!rest.iter().any(sent), "{name}: {rest:?}");
        assert!(
            rest.iter().any(|message| matches!(
                message,
                ToConsole::File { message: FileMessage::Cancel { .. }, .. }
            ))
        );
        let over = |session: &mut ClientSession| {
            events(session).iter().any(|event| matches!(event, ClientEvent::File(FileEvent::Over(Err(_)))))
        };
        assert!(over(&mut session), "{name}");
        // What the operator brings.
        let mut session = self::session(Phase::Open, files);
        give(&mut session, &ToClient::Put { transfer: 1, folder: None, existing: Existing::Keep });
        give(&mut session, &piece(BEGIN));
        give(&mut session, &piece(item()));
        take_away(&mut session);
        assert!(over(&mut session), "{name}");
        give(&mut session, &piece(data(0, 100)));
        assert_eq!(events(&mut session), [], "{name}");
    }
}

#[test]
fn what_was_under_way_is_named_when_it_is_stopped() {
    let ways: [Way; 4] = [
        ("revoked", |session| session.set_grants(view(), MS)),
        ("cancelled here", |session| session.cancel_transfer(Cancelled::ByHand)),
        ("cancelled there", |session| {
            let message = FileMessage::Cancel { why: Cancelled::ByHand };
            give(session, &ToClient::File { transfer: 1, message });
        }),
        ("ended", |session| session.end(EndReason::Customer)),
    ];
    let unfinished = |session: &mut ClientSession| -> Vec<(Direction, String)> {
        let named = |event| match event {
            ClientEvent::File(FileEvent::Unfinished { direction, path }) => {
                Some((direction, path.to_string()))
            }
            _ => None,
        };
        events(session).into_iter().filter_map(named).collect()
    };
    let path = match item() {
        Piece::Item { path, .. } => path.to_string(),
        piece => panic!("{piece:?}"),
    };
    for (name, stop) in ways {
        // Of this something has left; of the same without contents nothing has.
        for contents in [Some(data(0, 16_000)), None] {
            let mut session = session(Phase::Open, both());
            give(&mut session, &ToClient::Get { transfer: 1, path: Text::new("large").unwrap() });
            give(&mut session, &wanted());
            let expected = contents.as_ref().map(|_| (Direction::Out, path.clone()));
            [BEGIN, item()].into_iter().chain(contents).for_each(|piece| session.file_piece(piece));
            said(&mut session);
            stop(&mut session);
            assert_eq!(unfinished(&mut session), Vec::from_iter(expected), "{name}");
        }
        let mut session = session(Phase::Open, both());
        give(&mut session, &ToClient::Put { transfer: 1, folder: None, existing: Existing::Keep });
        give(&mut session, &piece(BEGIN));
        give(&mut session, &piece(item()));
        session.file_goes_on(0, 0);
        give(&mut session, &ToClient::FilePiece { transfer: 1, run: 2, piece: data(0, 100) });
        stop(&mut session);
        assert_eq!(unfinished(&mut session), [(Direction::In, path.clone())], "{name}");
    }
}

#[test]
fn one_transfer_runs_at_a_time() {
    let mut session = session(Phase::Open, both());
    give(&mut session, &ToClient::Put { transfer: 1, folder: None, existing: Existing::Keep });
    said(&mut session);
    give(&mut session, &ToClient::Get { transfer: 2, path: Text::new("large").unwrap() });
    let refused = ToConsole::File { transfer: 2, message: FileMessage::Cancel { why: Cancelled::Busy } };
    assert!(said(&mut session).contains(&refused));
    let begun = events(&mut session);
    assert!(
        !begun.iter().any(|event| matches!(event, ClientEvent::File(FileEvent::Get { .. }))),
        "{begun:?}"
    );
}

#[test]
fn nothing_is_read_for_a_line_that_is_lost() {
    let mut session = session(Phase::Open, both());
    give(&mut session, &ToClient::Get { transfer: 1, path: Text::new("large").unwrap() });
    give(&mut session, &wanted());
    assert!(session.wants_file_piece());
    session.cut(MS);
    assert!(!session.wants_file_piece());
}

#[test]
fn what_came_in_a_pause_and_was_cancelled_is_not_written_after_it() {
    let mut session = session(Phase::Open, both());
    give(&mut session, &ToClient::Put { transfer: 1, folder: None, existing: Existing::Keep });
    give(&mut session, &piece(BEGIN));
    session.set_paused(true, MS);
    give(&mut session, &piece(item()));
    session.cancel_transfer(Cancelled::ByHand);
    events(&mut session);
    session.set_paused(false, MS);
    let happened = events(&mut session);
    assert!(!happened.iter().any(|event| matches!(event, ClientEvent::File(_))), "{happened:?}");
}

#[test]
fn while_the_desktop_hangs_no_file_travels_for_nobody_could_stop_it() {
    let mut session = session(Phase::Open, both());
    give(&mut session, &ToClient::Get { transfer: 1, path: Text::new("large").unwrap() });
    give(&mut session, &wanted());
    assert!(session.wants_file_piece());
    session.desktop_answers(false);
    assert!(!session.wants_file_piece());
    session.set_paused(true, MS);
    session.desktop_answers(true);
    assert!(!session.wants_file_piece(), "paused meanwhile");
    session.set_paused(false, MS);
    assert!(session.wants_file_piece());
}

#[test]
fn what_is_brought_while_the_desktop_hangs_is_written_after_it() {
    brought_meanwhile(|session| session.desktop_answers(false), |session| session.desktop_answers(true));
}

#[test]
fn what_is_brought_in_a_pause_is_written_after_it() {
    brought_meanwhile(|session| session.set_paused(true, MS), |session| session.set_paused(false, MS));
}

fn brought_meanwhile(stop: fn(&mut ClientSession), go_on: fn(&mut ClientSession)) {
    let mut session = session(Phase::Open, both());
    give(&mut session, &ToClient::Put { transfer: 1, folder: None, existing: Existing::Keep });
    give(&mut session, &piece(BEGIN));
    events(&mut session);
    stop(&mut session);
    events(&mut session);
    give(&mut session, &piece(item()));
    session.file_goes_on(0, 0);
    let first = ToClient::FilePiece { transfer: 1, run: 2, piece: data(0, 100) };
    give(&mut session, &first);
    assert_eq!(events(&mut session), []);
    go_on(&mut session);
    let taken = events(&mut session)
        .iter()
        .filter(|event| matches!(event, ClientEvent::File(FileEvent::Take(_))))
        .count();
    assert_eq!(taken, 2, "the item and its contents");
}
