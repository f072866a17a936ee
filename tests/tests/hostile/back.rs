//! A relay that brings sessions back as it likes.

use std::time::Duration;

use farhand_peer::client::Event;
use farhand_peer::console::{ConsoleEvent, Way};
use farhand_proto::input::Input;
use farhand_session::ConsoleEvent as Seen;
use farhand_tests::inprocess::desk::{CANARY, Wish};
use farhand_tests::inprocess::fake::{FakeRelay, From, Manner, Return};
use farhand_tests::inprocess::honest::{HonestClient, HonestConsole};
use farhand_tests::inprocess::soon;

/// A session that may come back for longer than any of these tests takes.
struct Session {
    client: HonestClient,
    console: HonestConsole,
    typed: String,
}

impl Session {
    async fn begin(relay: &FakeRelay) -> Self {
        let way = || Way { resume_window: Duration::from_secs(60), ..relay.way() };
        let mut client = HonestClient::start(way());
        let number = client.ready().await;
        let connect = HonestConsole::connect(way(), relay.operator(), number);
        let (mut console, ()) = tokio::join!(connect, client.allow());
        console.picture().await;
        Self { client, console, typed: String::new() }
    }

    async fn lost(&mut self) {
        let at_client = self.client.until("the loss", |event| matches!(event, Event::Lost).then_some(()));
        let at_console = self
            .console
            .until("the loss", |event| matches!(event, ConsoleEvent::Session(Seen::Lost)).then_some(()));
        tokio::join!(at_client, at_console);
        self.client.desk.clear();
    }

    /// Both ends have tried so often more, and neither has seen or done anything or thinks that the session is back.
    async fn goes_nowhere(&mut self, tries: u32) {
        let at_client = self.client.until("tries of the client", |event| match event {
            Event::Retrying { attempt } => (attempt > tries).then_some(()),
            Event::Lost => None,
            other => panic!("{other:?}"),
        });
        let at_console = self.console.until("tries of the console", |event| match event {
            ConsoleEvent::Retrying { attempt } => (attempt > tries).then_some(()),
            ConsoleEvent::Session(Seen::Found | Seen::Update { .. } | Seen::Done(_))
            | ConsoleEvent::Ended(_) => {
                panic!("{event:?}")
            }
            _ => None,
        });
        tokio::join!(at_client, at_console);
        let touched = |wish: &Wish| matches!(wish, Wish::Show(_) | Wish::Want | Wish::Inject(_));
        assert_eq!(self.client.desk.count(touched), 0, "{:?}", self.client.desk.wishes());
    }

    /// The session comes back, shows a fresh picture, and what is typed arrives once.
    async fn is_back(&mut self, what: &str) {
        let at_client = self.client.until("the return", |event| matches!(event, Event::Found).then_some(()));
        let at_console = self
            .console
            .until("the return", |event| matches!(event, ConsoleEvent::Session(Seen::Found)).then_some(()));
        tokio::join!(at_client, at_console);
        self.types(what).await;
    }

    async fn types(&mut self, what: &str) {
        self.client.desk.clear();
        let control = self.console.handle.control();
        // The line may be lost once more before it takes the text.
        let act = soon("a line that takes text", async {
            loop {
                if let Ok(Some(act)) = control.type_text(what.to_owned()).await {
                    return act;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        self.console
            .until("the text", |event| {
                matches!(event, ConsoleEvent::Session(Seen::Done(number)) if number >= act).then_some(())
            })
            .await;
        self.typed.clear();
        for input in self.client.desk.injected() {
            if let Input::Text(text) = input {
                self.typed.push_str(&text);
            }
        }
        assert_eq!(self.typed, what);
        assert!(!self.console.picture().await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_gives_each_half_its_own_bytes_back_achieves_nothing() {
    let relay = FakeRelay::start(Manner::Listen).await;
    let mut session = Session::begin(&relay).await;
    relay.cut(Return::Mirror);
    session.lost().await;
    // Each half waits for the other to begin, as long as a return may take.
    session.goes_nowhere(1).await;
    relay.bring_back(Return::Honest);
    session.is_back("after all").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_do_not_come_back_crosswise() {
    for evil in [Return::Splice, Return::Twins] {
        let relay = FakeRelay::start(Manner::Listen).await;
        let mut sessions = [Session::begin(&relay).await, Session::begin(&relay).await];
        relay.cut(evil);
        for session in &mut sessions {
            session.lost().await;
        }
        for session in &mut sessions {
            session.goes_nowhere(1).await;
        }
        relay.bring_back(Return::Honest);
        for session in &mut sessions {
            session.is_back("each to its own").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_at_an_earlier_return_brings_nothing_back() {
    let relay = FakeRelay::start(Manner::Listen).await;
    let mut session = Session::begin(&relay).await;
    for word in ["once", "twice"] {
        relay.cut(Return::Honest);
        session.lost().await;
        session.is_back(word).await;
    }
    relay.cut(Return::Replay);
    session.lost().await;
    session.goes_nowhere(3).await;
    relay.bring_back(Return::Honest);
    session.is_back("three times").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_bit_of_a_return_costs_one_more_return() {
    // Not 1 and 2: nobody looks at the version of a TLS record, and it says nothing.
    let places = [0, 3, 4, 5, 70, 300, 700, 1000, 1200, 1400];
    everywhere(&places, Return::Flip).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_that_is_cut_anywhere_costs_one_more_return() {
    let places = [0, 1, 5, 200, 600, 900, 1100, 1250, 1400, 1700];
    everywhere(&places, Return::Cut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_returns_at_once_the_newer_one_counts() {
    // What is held back of the older one goes on its way while the newer one is under way.
    let places = [(From::Client, 0), (From::Client, 700), (From::Console, 1000), (From::Console, 1700)];
    let mut races = tokio::task::JoinSet::new();
    for (from, place) in places {
        races.spawn(async move { everywhere_from(&[place], from, Return::Hold).await });
    }
    races.join_all().await;
}

/// Cuts a session's line again and again, with these returns for either half, and finds that no word is lost.
async fn everywhere(places: &[usize], evil: fn(From, usize) -> Return) {
    for from in [From::Client, From::Console] {
        everywhere_from(places, from, evil).await;
    }
}

async fn everywhere_from(places: &[usize], from: From, evil: fn(From, usize) -> Return) {
    let relay = FakeRelay::start(Manner::Listen).await;
    let mut session = Session::begin(&relay).await;
    for place in places {
        relay.cut(evil(from, *place));
        session.lost().await;
        session.is_back(&format!("{from:?} {place}")).await;
        // Both halves came back, and once more at least.
        assert!(relay.returns() >= 4, "{from:?} {place}: {}", relay.returns());
    }
    let seen = relay.seen();
    assert!(!CANARY.windows(8).any(|part| seen.windows(8).any(|bytes| bytes == part)), "pixels");
}
