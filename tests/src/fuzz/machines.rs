//! Both ends of a session, fed with messages and moments that nobody would choose.

use std::time::Duration;

use farhand_proto::bounded::List;
use farhand_proto::codec::FrameBuffer;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::Input;
use farhand_proto::screen::{Layout, Point, Rect, Size, View};
use farhand_proto::session::{EndReason, ToClient, ToConsole, Undone};
use farhand_proto::time::Moment;
use farhand_session::{ClientEvent, ClientSession, ConsoleEvent, ConsoleSession, RESUME_WINDOW, Unfinished};

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

/// Frames of a console, answers of a customer, news of a desk and time, in any order.
pub(super) fn client(data: &[u8]) {
    let mut script = Script(data);
    let mut now = Moment::ZERO;
    let mut session = ClientSession::new(RESUME_WINDOW, now);
    let mut frames = FrameBuffer::new();
    let mut watch = Watch::default();
    while let Some(step) = script.byte() {
        match step % 12 {
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
                session.screen(layout, View::Desktop, Rect::of_size(size));
                session.pointer_at(Point { x: 1, y: 2 });
            }
            9 => {
                if let Some(most) = session.update_size() {
                    session.update(vec![7; most.min(5000)], now);
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
            let nobody_said_yes =
                matches!(event, ClientEvent::Show(_) | ClientEvent::Do(_) | ClientEvent::Allowed(_));
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
                session.watch(View::Desktop);
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
