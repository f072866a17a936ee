//! A console that knows the password and does not wait for a yes.

use farhand_proto::bounded::Text;
use farhand_proto::codec::Message as _;
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::input::{Button, Input, Key, NamedKey};
use farhand_proto::screen::{Point, View};
use farhand_proto::session::{EndReason, ToClient, ToConsole, Undone};
use farhand_tests::inprocess::desk::Wish;
use farhand_tests::inprocess::honest::HonestClient;
use farhand_tests::inprocess::hostile::{Program, SealedLine};
use farhand_tests::inprocess::relay::Relay;
use farhand_tests::inprocess::{everything, tasks, tasks_are_back_to};

/// One act of each kind, numbered from here.
fn acts(from: u64) -> Vec<u8> {
    let at = Point { x: 5, y: 5 };
    let inputs = [
        Input::Key { key: Key::Named(NamedKey::Enter), pressed: true },
        Input::Text(Text::truncated("rm -rf")),
        Input::Move(at),
        Input::Button { button: Button::Left, pressed: true, at },
        Input::Scroll { right: 0, down: 120, at },
        Input::ReleaseAll,
    ];
    let mut bytes = Vec::new();
    for (number, input) in (from..).zip(inputs) {
        ToClient::Act { number, input }.encode(&mut bytes);
    }
    bytes
}

const ACTS: u64 = 6;

/// Everything that would show or do something.
fn demands(from: u64) -> Vec<u8> {
    let mut bytes = acts(from);
    ToClient::Watch { view: View::DESKTOP }.encode(&mut bytes);
    ToClient::Refresh {}.encode(&mut bytes);
    bytes
}

/// Hears that each of these acts was refused, and of no picture unless it may be seen.
async fn all_refused(line: &mut SealedLine, from: u64, seen: bool) {
    for expected in from..from + ACTS {
        let (number, why) = line
            .hear_until(|message| match message {
                ToConsole::Undone { number, why } => Some((number, why)),
                ToConsole::Screen { .. } | ToConsole::Video { .. } if !seen => panic!("{message:?}"),
                _ => None,
            })
            .await;
        assert_eq!((number, why), (expected, Undone::NotAllowed));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_at_and_after_the_answer_nothing_is_seen_or_done_without_a_yes() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let number = client.ready().await;
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let before = tasks();
    let mut line = console.sealed(&number).await;

    // Before anything was asked for.
    line.send_bytes(&demands(0)).await.unwrap();
    all_refused(&mut line, 0, false).await;
    // While the customer thinks.
    line.send(&ToClient::Ask { grants: everything() }).await;
    client.asked().await;
    line.send_bytes(&demands(ACTS)).await.unwrap();
    all_refused(&mut line, ACTS, false).await;
    client.desk.nothing_seen_or_done();

    // Only to look: nothing is done.
    client.control.answer(Grants::NONE.with(Grant::View));
    client.allowed().await;
    line.send_bytes(&acts(2 * ACTS)).await.unwrap();
    all_refused(&mut line, 2 * ACTS, true).await;
    assert_eq!(client.desk.injected(), []);

    // Nothing any more: nothing is seen either.
    client.control.set_grants(Grants::NONE);
    line.hear_until(|message| {
        matches!(message, ToConsole::Allowed { grants } if grants.is_empty()).then_some(())
    })
    .await;
    assert_eq!(client.desk.wishes().last(), Some(&Wish::Stop));
    client.desk.clear();
    line.send_bytes(&demands(3 * ACTS)).await.unwrap();
    all_refused(&mut line, 3 * ACTS, false).await;
    client.desk.nothing_seen_or_done();

    line.send(&ToClient::End { reason: EndReason::Operator }).await;
    assert_eq!(client.last_words().await, "the operator ended the session");
    client.desk.nothing_seen_or_done();
    drop(line);
    tasks_are_back_to(before).await;
}
