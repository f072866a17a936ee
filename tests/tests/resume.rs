//! Lines that hang, are cut and come back, between the programs' cores.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use farhand_peer::client::Event;
use farhand_peer::console::{ConsoleEvent, Way};
use farhand_proto::input::Input;
use farhand_session::{ActError, ConsoleEvent as Session, RESUME_WINDOW};
use farhand_tests::inprocess::desk::Wish;
use farhand_tests::inprocess::hanging::HangingNetwork;
use farhand_tests::inprocess::honest::{HonestClient, HonestConsole};
use farhand_tests::inprocess::relay::Relay;

/// With the window that the programs have.
fn patient(way: Way) -> Way {
    Way { resume_window: RESUME_WINDOW, ..way }
}

async fn lost_at(client: &mut HonestClient, console: &mut HonestConsole) {
    let at_client = client.until("the loss", |event| matches!(event, Event::Lost).then_some(()));
    let at_console = console
        .until("the loss", |event| matches!(event, ConsoleEvent::Session(Session::Lost)).then_some(()));
    tokio::join!(at_client, at_console);
}

async fn found_at(client: &mut HonestClient, console: &mut HonestConsole) {
    let at_client = client.until("the return", |event| matches!(event, Event::Found).then_some(()));
    let at_console = console
        .until("the return", |event| matches!(event, ConsoleEvent::Session(Session::Found)).then_some(()));
    tokio::join!(at_client, at_console);
}

/// What was typed, in its order.
fn typed(client: &HonestClient) -> String {
    client
        .desk
        .injected()
        .iter()
        .filter_map(|input| if let Input::Text(text) = input { Some(text.to_string()) } else { None })
        .collect()
}

async fn session(client_way: Way, console_way: Way, relay: &Relay) -> (HonestClient, HonestConsole) {
    let mut client = HonestClient::start(patient(client_way));
    let number = client.ready().await;
    let operator = relay.operator("anna").await;
    let connect = HonestConsole::connect(patient(console_way), operator, number);
    let (mut console, ()) = tokio::join!(connect, client.allow());
    console.picture().await;
    (client, console)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_hangs_is_left_for_another_line() {
    let relay = Relay::start().await;
    let network = HangingNetwork::before(&relay).await;
    let (mut client, mut console) = session(network.way(&relay), relay.way(), &relay).await;
    let control = console.handle.control();
    network.hang(true);
    // Taken while nobody knows yet that the line is of no use.
    let mut taken = 0;
    for _ in 0..5 {
        taken += usize::from(control.type_text("on the way ".to_owned()).await.is_ok());
    }
    lost_at(&mut client, &mut console).await;
    assert_eq!(control.type_text("late".to_owned()).await, Err(ActError::LineLost));
    assert!(client.desk.wishes().contains(&Wish::ReleaseAll));
    network.hang(false);
    found_at(&mut client, &mut console).await;
    assert!(!console.picture().await.is_empty(), "a fresh picture");
    let last = control.type_text("and back".to_owned()).await.unwrap().unwrap();
    console
        .until("the text", |event| {
            matches!(event, ConsoleEvent::Session(Session::Done(number)) if number >= last).then_some(())
        })
        .await;
    assert_eq!(typed(&client), "on the way ".repeat(taken) + "and back");
}

/// An operator who ends the session just when its line begins to hang: the customer does not wait for them in vain.
#[tokio::test(flavor = "multi_thread")]
async fn an_operators_end_that_the_line_swallows_is_heard_over_the_next() {
    let relay = Relay::start().await;
    let network = HangingNetwork::before(&relay).await;
    let (mut client, mut console) = session(relay.way(), network.way(&relay), &relay).await;
    network.hang(true);
    console.handle.control().end().await;
    client.until("the loss", |event| matches!(event, Event::Lost).then_some(())).await;
    network.hang(false);
    let (at_client, at_console) = tokio::join!(client.last_words(), console.last_words());
    assert!(at_client.contains("the operator ended the session"), "{at_client}");
    assert!(at_console.contains("the operator ended the session"), "{at_console}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_end_hears_of_a_loss_as_soon_as_one_comes_back() {
    let relay = Relay::start().await;
    let network = HangingNetwork::before(&relay).await;
    let (mut client, mut console) = session(network.way(&relay), relay.way(), &relay).await;
    // Cut, not hanging: the client's leg is gone at once, and the relay ends the console's.
    drop(network);
    let start = Instant::now();
    lost_at(&mut client, &mut console).await;
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    // The client's only way is gone for good; the session can still be ended by either.
    client.control.end_session();
    let over = client.until("the end", |event| matches!(event, Event::Over(_)).then_some(()));
    over.await;
    assert_eq!(client.desk.wishes().last(), Some(&Wish::Close));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_is_gone_is_replaced_by_another() {
    let relay = Relay::start().await;
    let network = HangingNetwork::before(&relay).await;
    let mut way = network.way(&relay);
    way.ladder = way.ladder.and(&relay.way().ladder);
    let (mut client, mut console) = session(way, relay.way(), &relay).await;
    let control = console.handle.control();
    network.hang(true);
    let _ = control.type_text("on the way, ".to_owned()).await.unwrap();
    lost_at(&mut client, &mut console).await;
    found_at(&mut client, &mut console).await;
    let last = control.type_text("done".to_owned()).await.unwrap().unwrap();
    console
        .until("the text", |event| {
            matches!(event, ConsoleEvent::Session(Session::Done(number)) if number >= last).then_some(())
        })
        .await;
    assert_eq!(typed(&client), "on the way, done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_gone_is_replaced_by_one_with_the_same_key() {
    let relay = Relay::start().await;
    let operator = relay.operator("anna").await;
    let other = relay.beside().await;
    let network = HangingNetwork::before(&relay).await;
    let mut way = network.way(&relay);
    way.ladder = way.ladder.and(&other.way().ladder);
    let mut client = HonestClient::start(patient(way.clone()));
    let number = client.ready().await;
    let connect = HonestConsole::connect(patient(way), operator, number);
    let (mut console, ()) = tokio::join!(connect, client.allow());
    console.picture().await;
    let control = console.handle.control();
    network.hang(true);
    control.type_text("on the way, ".to_owned()).await.unwrap().unwrap();
    // The first relay is never seen again.
    drop(network);
    lost_at(&mut client, &mut console).await;
    found_at(&mut client, &mut console).await;
    let last = control.type_text("there".to_owned()).await.unwrap().unwrap();
    console
        .until("the text", |event| {
            matches!(event, ConsoleEvent::Session(Session::Done(number)) if number >= last).then_some(())
        })
        .await;
    assert_eq!(typed(&client), "on the way, there");
    assert!(!console.picture().await.is_empty(), "a fresh picture");
}
