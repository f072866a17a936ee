//! Both ends of a session, fed with messages and moments that nobody would choose.

use std::time::Duration;

use farhand_proto::bounded::{Bytes, List, Shown, Text};
use farhand_proto::codec::FrameBuffer;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::Input;
use farhand_proto::prose::prose_of;
use farhand_proto::screen::{Layout, Point, Rect, Size, View};
use farhand_proto::session::{EndReason, ToClient, ToConsole, Undone};
use farhand_proto::time::Moment;
use farhand_proto::transfer::{Cancelled, Existing, FileProblem, ItemKind, ItemPath, Piece};
use farhand_session::{
    ClientEvent, ClientSession, ConsoleEvent, ConsoleSession, RESUME_WINDOW, Transfers, Unfinished,
};

/// Reads a script: each step is one byte and what it needs.
struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A piece behind its length of one byte.
    fn piece(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte().unwrap_or(0)).min(self.0.len());
        let (piece, rest) = self.0.split_at(length);
        self.0 = rest;
        piece.to_vec()
    }

    fn grants(&mut self) -> Grants {
        let bits = self.byte().unwrap_or(0);
        Grant::ALL.into_iter().filter(|grant| bits & *grant as u8 != 0).collect()
    }
}

/// Steps with which a program tells of files, and those with which people say, copy and fetch something.
const CARRYING: std::ops::Range<u8> = 232..240;
const SAYING: u8 = 240;

/// What a program that reads and writes files says of them, fitting or not.
fn carry(step: u8, script: &mut Script<'_>, session: &mut impl Transfers) {
    let item = u32::from(script.byte().unwrap_or(0));
    let offset = u64::from(script.byte().unwrap_or(0));
    match step - CARRYING.start {
        0 => session.file_piece(Piece::Begin { files: item, bytes: offset }),
        1 => {
            let path = ItemPath::new("a/b").expect("a path");
            let kind = if offset == 0 {
                ItemKind::Folder
            } else {
                ItemKind::File { size: offset * 100, modified: 0 }
            };
            session.file_piece(Piece::Item { item, path, kind });
        }
        2 => {
            session.file_piece(Piece::Data {
                item,
                offset,
                data: Bytes::new(script.piece()).expect("short"),
            });
        }
        3 => session.file_piece(Piece::Digest { item, sha256: [7; 32] }),
        4 => session.file_piece(Piece::Skipped { item, why: FileProblem::Changed }),
        5 => {
            session.file_piece(Piece::Finished);
            session.file_finished();
        }
        6 => {
            session.file_goes_on(item, offset);
            session.file_wrote(offset);
        }
        _ if offset == 0 => session.cancel_transfer(Cancelled::ByHand),
        _ if offset == 1 => session.file_settled(item, Err(FileProblem::Full)),
        _ => session.file_settled(item, Ok(Shown::default())),
    }
    assert!(session.progress().is_none_or(|progress| progress.bytes_done <= progress.bytes));
}

/// Frames of a console, answers of a customer, news of a desk and time, in any order.
pub(super) fn client(data: &[u8]) {
    let mut script = Script(data);
    let mut now = Moment::ZERO;
    let mut session = ClientSession::new(RESUME_WINDOW, now);
    let mut frames = FrameBuffer::new();
    let mut watch = Watch::default();
    while let Some(step) = script.byte() {
        match step % 12 {
            _ if CARRYING.contains(&step) => carry(step, &mut script, &mut session),
            _ if step == SAYING => {
                let text = String::from_utf8_lossy(&script.piece()).into_owned();
                // Whether it is taken depends on what came before.
                let _ = session.clipboard(text.repeat(100));
                for text in prose_of(&text) {
                    let _ = session.say(text);
                }
            }
            0..=3 => {
                frames.push(&script.piece());
                loop {
                    match frames.next_message::<ToClient>() {
                        Ok(Some((message, bytes))) => {
                            session.handle(message, bytes, now);
                            watch.look(&mut session);
                        }
                        Ok(None) => break,
                        Err(_) => return,
                    }
                }
            }
            4 => {
                let allowed = script.grants();
                watch.answered |= !allowed.is_empty();
                session.answer(allowed, now);
            }
            5 => session.set_grants(script.grants(), now),
            6 => session.local_input(now),
            7 => {
                now += Duration::from_millis(u64::from(script.byte().unwrap_or(0)) * 100);
                session.handle_due(now);
            }
            8 => {
                let size = Size { width: 64, height: 64 };
                let layout = Layout { monitors: List::default(), desktop: size };
                session.screen(layout, View::DESKTOP, Rect::of_size(size));
                session.pointer_at(Point { x: 1, y: 2 });
            }
            9 => {
                if let Some(room) = session.update_room() {
                    session.update(vec![7; room.bytes.min(5000)], now);
                }
            }
            10 => {
                watch.doing = false;
                session.done(
                    match script.byte() {
                        Some(1) => Err(Unfinished::Refused(Undone::OwnWindow)),
                        Some(typed @ 2..32) => Err(Unfinished::BrokenOff { typed: usize::from(typed) }),
                        _ => Ok(()),
                    },
                    now,
                );
            }
            _ => {
                for _ in 0..16 {
                    let Some(frame) = session.poll_transmit(now) else { break };
                    watch.sent(&frame, &session);
                }
            }
        }
        watch.look(&mut session);
        if step == 255 {
            session.end(EndReason::Customer);
        }
    }
    watch.look(&mut session);
}

/// What has to hold at a client.
#[derive(Default)]
struct Watch {
    answered: bool,
    doing: bool,
    ended: bool,
}

impl Watch {
    fn look(&mut self, session: &mut ClientSession) {
        while let Some(event) = session.poll_event() {
            let nobody_said_yes = matches!(
                event,
                ClientEvent::Show(_)
                    | ClientEvent::Do(_)
                    | ClientEvent::Allowed(_)
                    | ClientEvent::Said(_)
                    | ClientEvent::Clipboard(_)
                    | ClientEvent::File(_)
            );
            assert!(self.answered || !nobody_said_yes, "{event:?} before anybody said yes");
            assert!(!self.ended, "{event:?} after the end");
            match event {
                ClientEvent::Do(input) => {
                    assert!(!std::mem::replace(&mut self.doing, true), "two at once");
                    assert!(!matches!(input, Input::Text(text) if text.is_empty()), "nothing to type");
                }
                ClientEvent::Ended(_) => self.ended = true,
                _ => {}
            }
        }
        assert_eq!(session.is_over(), self.ended);
        assert!(!self.ended || session.grants().is_empty());
        assert_eq!(session.poll_timeout().is_none(), self.ended);
    }

    fn sent(&self, frame: &[u8], session: &ClientSession) {
        let mut buffer = FrameBuffer::new();
        buffer.push(frame);
        let (message, bytes) = buffer.next_message::<ToConsole>().unwrap().unwrap();
        assert_eq!(bytes, frame.len());
        if matches!(message, ToConsole::Video { .. } | ToConsole::Screen { .. } | ToConsole::PointerAt { .. })
        {
            assert!(session.grants().allows(Grant::View), "{message:?} that nobody may see");
        }
        if matches!(message, ToConsole::FilePiece { .. }) {
            assert!(session.grants().allows(Grant::Files), "{message:?} that nobody may fetch");
        }
    }
}

/// Frames of a client, wishes of an operator and time, in any order.
pub(super) fn console(data: &[u8]) {
    let mut script = Script(data);
    let mut now = Moment::ZERO;
    let mut session = ConsoleSession::new(Grant::ALL.into_iter().collect(), RESUME_WINDOW, now);
    let mut frames = FrameBuffer::new();
    let (mut allowed, mut ended) = (false, false);
    while let Some(step) = script.byte() {
        match step % 10 {
            _ if CARRYING.contains(&step) => carry(step, &mut script, &mut session),
            _ if step == SAYING => {
                let text = String::from_utf8_lossy(&script.piece()).into_owned();
                // Whether it is taken depends on what came before.
                let _ = session.clipboard(text.repeat(100));
                for text in prose_of(&text) {
                    let _ = session.say(text);
                }
                let _ = session.put(None, Existing::Keep);
            }
            _ if step == SAYING + 1 => {
                let _ = session.get(Text::truncated("a"));
            }
            0..=4 => {
                frames.push(&script.piece());
                loop {
                    match frames.next_message::<ToConsole>() {
                        Ok(Some((message, bytes))) => session.handle(message, bytes, now),
                        Ok(None) => break,
                        Err(_) => return,
                    }
                }
            }
            5 => {
                let may = session.grants().allows(Grant::Control);
                let taken = session.act(&Input::Move(Point { x: 1, y: 1 }), now);
                assert!(may || taken.is_err(), "an act that nobody allowed");
            }
            6 => {
                let text = String::from_utf8_lossy(&script.piece()).repeat(20);
                // Whether it is taken depends on what came before.
                let _ = session.type_text(&text, now);
            }
            7 => {
                now += Duration::from_millis(u64::from(script.byte().unwrap_or(0)) * 100);
                session.handle_due(now);
            }
            8 => {
                session.watch(View::DESKTOP);
                session.refresh();
            }
            _ => {
                for _ in 0..16 {
                    let Some(frame) = session.poll_transmit(now) else { break };
                    let mut buffer = FrameBuffer::new();
                    buffer.push(&frame);
                    assert!(buffer.next_message::<ToClient>().unwrap().is_some());
                }
            }
        }
        while let Some(event) = session.poll_event() {
            assert!(!ended, "{event:?} after the end");
            match event {
                ConsoleEvent::Allowed(_) => allowed = true,
                ConsoleEvent::Update { .. } => assert!(allowed, "a picture before consent"),
                ConsoleEvent::Screen { layout, area, .. } => {
                    assert!(area.size().is_acceptable() && layout.desktop.is_acceptable());
                }
                ConsoleEvent::Shape(shape) => assert!(shape.is_consistent()),
                ConsoleEvent::Ended(_) => ended = true,
                _ => {}
            }
        }
        assert_eq!(session.is_over(), ended);
    }
}
