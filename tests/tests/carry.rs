//! A file under way beside what people do, between the programs' cores.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use farhand_peer::client::Event;
use farhand_peer::console::{ConsoleEvent, Way};
use farhand_proto::bounded::Text;
use farhand_proto::input::Input;
use farhand_proto::prose::Prose;
use farhand_proto::transfer::Existing;
use farhand_session::{ActError, ConsoleEvent as Session, FileEvent, RESUME_WINDOW, TransferError};
use farhand_tests::inprocess::hanging::HangingNetwork;
use farhand_tests::inprocess::honest::{HonestClient, HonestConsole};
use farhand_tests::inprocess::relay::Relay;

async fn session(client_way: Way, relay: &Relay) -> (HonestClient, HonestConsole) {
    let patient = |way: Way| Way { resume_window: RESUME_WINDOW, ..way };
    let mut client = HonestClient::start(patient(client_way));
    let number = client.ready().await;
    let operator = relay.operator("anna").await;
    let connect = HonestConsole::connect(patient(relay.way()), operator, number);
    let (mut console, ()) = tokio::join!(connect, client.allow());
    console.picture().await;
    (client, console)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_and_said_while_a_file_travels_over_a_cut_line_arrives_once_and_in_order() {
    let relay = Relay::start().await;
    let network = HangingNetwork::before(&relay).await;
    let (mut client, mut console) = session(network.way(&relay), &relay).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("large"), folder.path().join("to"));
    let whole: Vec<u8> =
        (0..40_000_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    std::fs::write(&from, &whole).expect("the folder is ours");
    let control = console.handle.control();
    let there = Some(Text::truncated(to.to_str().expect("a path")));
    // Where much else runs on this computer even a line that stands falls silent.
    while let Err(error) = control.put(vec![from.clone()], there.clone(), Existing::Keep).await {
        assert_eq!(error, TransferError::LineLost);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(control.put(vec![], None, Existing::Keep).await, Err(TransferError::Busy));
    let mut typed = String::new();
    let mut cuts = 0;
    let start = Instant::now();
    let mut number = 0_u32;
    let mut is_over = false;
    while !is_over || cuts < 2 {
        let word = format!("{number} ");
        number += 1;
        match control.type_text(word.clone()).await {
            Ok(_) => typed += &word,
            Err(ActError::LineLost) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => {
                while let Some(event) = console.handle.event().await {
                    if matches!(event, ConsoleEvent::Ended(_)) {
                        panic!("{error}: {event:?}");
                    }
                }
            }
        }
        if number.is_multiple_of(50) {
            control.say(Prose::new(format!("said {number}")).expect("words")).await.expect("it is taken");
        }
        if cuts < 2 && start.elapsed() > Duration::from_millis(150) * (cuts + 1) {
            cuts += 1;
            network.hang(true);
            client.until("the loss", |event| matches!(event, Event::Lost).then_some(())).await;
            network.hang(false);
            client.until("the return", |event| matches!(event, Event::Found).then_some(())).await;
        }
        tokio::select! {
            biased;
            event = console.handle.event() => {
                let event = event.expect("the session runs");
                is_over |= matches!(event, ConsoleEvent::Session(Session::File(FileEvent::Over(Ok(())))));
                let is_bad = matches!(
                    event,
                    ConsoleEvent::Session(Session::File(FileEvent::Over(Err(_)))) | ConsoleEvent::Ended(_)
                );
                assert!(!is_bad, "{event:?}");
            }
            () = tokio::time::sleep(Duration::from_millis(2)) => {}
        }
    }
    assert!(std::fs::read(to.join("large")).expect("it arrived") == whole);
    let last = control.type_text("end".to_owned()).await.expect("the line stands").expect("a text");
    console
        .until("the text", |event| {
            matches!(event, ConsoleEvent::Session(Session::Done(number)) if number >= last).then_some(())
        })
        .await;
    let injected: String = client
        .desk
        .injected()
        .iter()
        .filter_map(|input| if let Input::Text(text) = input { Some(text.to_string()) } else { None })
        .collect();
    assert_eq!(injected, typed + "end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_customer_gets_and_gives_nothing_until_they_go_on() {
    let relay = Relay::start().await;
    let (mut client, mut console) = session(relay.way(), &relay).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("file"), folder.path().join("to"));
    std::fs::write(&from, vec![7; 30_000_000]).expect("the folder is ours");
    let control = console.handle.control();
    let there = Some(Text::truncated(to.to_str().expect("a path")));
    control.put(vec![from.clone()], there, Existing::Keep).await.expect("it begins");
    client.until("the beginning", |event| matches!(event, Event::Progress(_)).then_some(())).await;
    client.control.pause();
    client.until("the pause", |event| matches!(event, Event::Paused(true)).then_some(())).await;
    console
        .until("the pause", |event| {
            matches!(event, ConsoleEvent::Session(Session::Paused(true))).then_some(())
        })
        .await;
    // What was taken before is written by then.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let size = || {
        let entries = std::fs::read_dir(&to).expect("the folder is there");
        entries
            .map(|entry| entry.and_then(|entry| entry.metadata()).map_or(0, |there| there.len()))
            .sum::<u64>()
    };
    let before = size();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(size(), before, "something is written in a pause");
    let path = Text::truncated(from.to_str().expect("a path"));
    assert_eq!(control.get(path, folder.path().to_owned(), Existing::Keep).await, Err(TransferError::Paused));
    client.control.resume();
    let end = |event| match event {
        ConsoleEvent::Session(Session::File(FileEvent::Over(result))) => Some(result),
        _ => None,
    };
    assert_eq!(console.until("the end", end).await, Ok(()));
    assert_eq!(size(), 30_000_000);
}
