//! Pictures that can't be decoded: the operator's own program, and clients worked by hand.

use farhand_media::{Encoder, State, encoder};
use farhand_proto::bounded::{Bytes, List};
use farhand_proto::id::{Password, SessionId};
use farhand_proto::screen::{Layout, Picture, Rect, Region, Room, Size, View};
use farhand_proto::session::{EndReason, ToClient, ToConsole, Undone};
use farhand_proto::time::Moment;
use farhand_tests::inprocess::hostile::{Program, SealedLine};
use farhand_tests::inprocess::relay::Relay;
use farhand_tests::inprocess::{everything, tasks, tasks_are_back_to};
use farhand_tests::{Console, Operator, Outcome, Picture as Seen, Process, Ready};

const SIZE: Size = Size { width: 64, height: 48 };

/// A client that shows what the test encodes.
struct Painter {
    line: SealedLine,
    encoder: Box<dyn Encoder>,
    picture: Picture,
    updates: u32,
}

impl Painter {
    /// Everything up to the first picture of an operator's program that does these steps.
    async fn of(relay: &Relay, client: &mut Program, session_id: SessionId, script: &str) -> (Self, Process) {
        let password = Password::from_digits([3; 8]);
        let operator = relay.operator("anna").await;
        let operator = Operator {
            name: operator.name.to_string(),
            token: String::from_utf8(operator.token.to_vec()).unwrap(),
        };
        let ready = Ready { session_id: session_id.to_string(), password: password.to_string() };
        let console = Console::at(&relay.address().to_string(), &relay.pin().to_string(), &operator, &ready);
        let script = script.to_owned();
        let start = tokio::task::spawn_blocking(move || console.start(&script));
        let (line, console) = tokio::join!(client.seal_next(session_id, password), start);
        let picture = Picture::new(SIZE);
        let mut painter = Self { line, encoder: encoder(), picture, updates: 0 };
        painter.line.send(&ToConsole::Allowed { grants: everything() }).await;
        painter.begin().await;
        (painter, console.unwrap())
    }

    /// Says what the picture shows from here on; nothing has been sent of it.
    async fn begin(&mut self) {
        let area = Rect::of_size(SIZE);
        let layout = Layout { monitors: List::default(), desktop: SIZE };
        self.line.send(&ToConsole::Screen { layout, view: View::DESKTOP, area }).await;
        self.encoder.reset(SIZE);
        self.encoder.damage(&self.picture, &Region::from(area));
    }

    /// What the console has not seen yet, encoded.
    fn update(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let encoded = self.encoder.encode(&self.picture, Room::ANY, Moment::ZERO, &mut bytes);
        assert!(encoded.state == State::Exact && !bytes.is_empty());
        bytes
    }

    /// Sends an update as it is, or damaged.
    async fn send(&mut self, damaged: bool) {
        let mut bytes = self.update();
        if damaged {
            bytes[0] ^= 0x80;
        }
        let data = Bytes::new(bytes).unwrap();
        self.updates += 1;
        self.line.send(&ToConsole::Video { update: self.updates, at: 0, last: true, data }).await;
    }

    /// Paints something new, all over, and sends it.
    async fn paint(&mut self, colour: u32, damaged: bool) {
        self.picture.pixels_mut().fill(colour);
        self.encoder.damage(&self.picture, &Region::from(Rect::of_size(SIZE)));
        self.send(damaged).await;
    }

    /// What the console asks for next, past its signs of life.
    async fn wish(&mut self) -> ToClient {
        loop {
            match self.line.hear::<ToClient>().await.unwrap().0 {
                ToClient::Ping { at } => self.line.send(&ToConsole::Pong { at }).await,
                ToClient::Ack { .. } | ToClient::Ask { .. } => {}
                other => return other,
            }
        }
    }

    /// Waits until the console asks for a fresh start, and begins one.
    async fn refresh(&mut self) {
        let wish = self.wish().await;
        assert!(matches!(wish, ToClient::Refresh {}), "{wish:?}");
        self.begin().await;
    }
}

async fn ended(console: Process) -> Outcome {
    tokio::task::spawn_blocking(move || Outcome::of(console)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_pictures_lead_to_fresh_starts_and_then_to_the_end() {
    let relay = Relay::start().await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let before = tasks();
    let (mut painter, console) =
        Painter::of(&relay, &mut client, session_id, "wait settled\nwait revoked\n").await;
    painter.send(true).await;
    for _ in 0..3 {
        painter.refresh().await;
        painter.send(true).await;
    }
    let last = painter.wish().await;
    let words = "pictures that can't be decoded";
    assert!(
        matches!(&last, ToClient::End { reason: EndReason::Protocol(why) } if why.contains(words)),
        "{last:?}"
    );
    let outcome = ended(console).await;
    outcome.expect(15, words);
    assert!(outcome.error.starts_with("line 1: the other program broke the protocol"), "{}", outcome.error);
    drop(painter);
    tasks_are_back_to(before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_start_that_helps_makes_up_for_those_before_it() {
    let relay = Relay::start().await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seen.png");
    let script = format!("wait revoked\npicture '{}'\n", file.display());
    let (mut painter, console) = Painter::of(&relay, &mut client, session_id, &script).await;
    painter.send(false).await;
    for round in 0..3 {
        // What is on its way when a fresh start has been asked for does not ask again.
        painter.paint(0x0011_0000 + round, true).await;
        painter.paint(0x0022_0000 + round, false).await;
        for _ in 0..2 {
            painter.refresh().await;
            painter.send(true).await;
        }
        painter.refresh().await;
        painter.send(false).await;
    }
    let only_view = everything().and([farhand_proto::grant::Grant::View].into_iter().collect());
    painter.line.send(&ToConsole::Allowed { grants: only_view }).await;
    assert!(matches!(painter.wish().await, ToClient::End { reason: EndReason::Operator }));
    assert_eq!(ended(console).await.code, Some(0));
    let seen = Seen::read_png(&file);
    seen.must_equal(&Seen {
        width: SIZE.width,
        height: SIZE.height,
        pixels: painter.picture.pixels().to_vec(),
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_paused_session_does_not_take_is_called_so() {
    let relay = Relay::start().await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let (mut painter, mut console) =
        Painter::of(&relay, &mut client, session_id, "wait change\nkey a\n").await;
    painter.send(false).await;
    painter.line.send(&ToConsole::Paused { paused: true }).await;
    // Acts that were on their way already are answered by the client, the others by the console itself.
    loop {
        match painter.wish().await {
            ToClient::Act { number, .. } => {
                painter.line.send(&ToConsole::Undone { number, why: Undone::Paused }).await;
            }
            ToClient::End { .. } => break,
            other => panic!("{other:?}"),
        }
    }
    let (paused, outcome) = tokio::task::spawn_blocking(move || {
        let paused = console.event("paused");
        (paused, Outcome::of(console))
    })
    .await
    .unwrap();
    assert_eq!(paused["paused"], true);
    outcome.expect(12, "line 2: the customer has paused the session");
}
