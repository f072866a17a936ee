//! Words and clipboards from one end to the other.

use std::time::Duration;

use farhand_proto::grant::Grant;
use farhand_proto::limits::MAX_CLIPBOARD;
use farhand_proto::prose::Prose;
use farhand_proto::session::EndReason;
use farhand_session::{ClientEvent, ClipboardError, ConsoleEvent, SayError};

use crate::world::{MS, World};

fn prose(text: &str) -> Prose {
    Prose::new(text).unwrap()
}

fn said(world: &World) -> (Vec<String>, Vec<String>) {
    let at_client = world.at_client.iter().filter_map(|event| match event {
        ClientEvent::Said(text) => Some(text.to_string()),
        _ => None,
    });
    let at_console = world.at_console.iter().filter_map(|event| match event {
        ConsoleEvent::Said(text) => Some(text.to_string()),
        _ => None,
    });
    (at_client.collect(), at_console.collect())
}

fn copied(world: &World) -> (Vec<String>, Vec<String>) {
    let at_client = world.at_client.iter().filter_map(|event| match event {
        ClientEvent::Clipboard(text) => Some(text.clone()),
        _ => None,
    });
    let at_console = world.at_console.iter().filter_map(|event| match event {
        ConsoleEvent::Clipboard(text) => Some(text.clone()),
        _ => None,
    });
    (at_client.collect(), at_console.collect())
}

#[test]
fn words_arrive_once_and_in_order_also_over_a_cut_link_and_in_a_pause() {
    let mut world = World::open();
    world.console.say(prose("one")).unwrap();
    world.client.say(prose("eins")).unwrap();
    world.run(10 * MS);
    world.console.say(prose("two")).unwrap();
    world.client.say(prose("zwei")).unwrap();
    world.settle();
    world.cut();
    world.console.say(prose("three")).unwrap();
    world.client.say(prose("drei")).unwrap();
    world.run(10 * MS);
    world.resume();
    world.client.set_paused(true, world.now);
    world.run(10 * MS);
    world.console.say(prose("four")).unwrap();
    world.run(10 * MS);
    let (at_client, at_console) = said(&world);
    assert_eq!(at_client, ["one", "two", "three", "four"]);
    assert_eq!(at_console, ["eins", "zwei", "drei"]);
}

#[test]
fn words_wait_for_consent_and_end_with_the_session() {
    let mut world = World::quick();
    world.run(10 * MS);
    assert_eq!(world.console.say(prose("let me in")), Err(SayError::NotYet));
    assert_eq!(world.client.say(prose("who are you")), Err(SayError::NotYet));
    let mut world = World::open();
    world.client.end(EndReason::Customer);
    world.run(10 * MS);
    assert_eq!(world.console.say(prose("hello")), Err(SayError::Over));
    assert_eq!(world.client.say(prose("hello")), Err(SayError::Over));
}

#[test]
fn who_says_too_much_at_once_is_told() {
    let mut world = World::open();
    world.to_client.dead = true;
    let long = prose(&"x".repeat(1000));
    let taken = (0..1000).take_while(|_| world.console.say(long.clone()).is_ok()).count();
    assert!((60..80).contains(&taken), "{taken}");
    assert_eq!(world.console.say(long.clone()), Err(SayError::Congested));
    world.to_console.dead = true;
    let taken = (0..1000).take_while(|_| world.client.say(long.clone()).is_ok()).count();
    assert!((60..80).contains(&taken), "{taken}");
    assert_eq!(world.client.say(long), Err(SayError::Congested));
}

#[test]
fn a_clipboard_waits_for_consent_and_rests_in_a_pause_and_ends_with_the_session() {
    let mut world = World::quick();
    world.run(10 * MS);
    assert_eq!(world.client.clipboard("text".to_owned()), Err(ClipboardError::NotAllowed));
    let mut world = World::open();
    world.client.set_paused(true, world.now);
    assert_eq!(world.client.clipboard("text".to_owned()), Err(ClipboardError::Paused));
    world.run(10 * MS);
    assert_eq!(world.console.clipboard("text".to_owned()), Err(ClipboardError::Paused));
    world.client.end(EndReason::Customer);
    world.run(10 * MS);
    assert_eq!(world.client.clipboard("text".to_owned()), Err(ClipboardError::Over));
    assert_eq!(world.console.clipboard("text".to_owned()), Err(ClipboardError::Over));
}

#[test]
fn the_newest_clipboard_arrives_whole_whatever_became_of_the_link() {
    let mut world = World::new(100_000, 20 * MS);
    world.run(50 * MS);
    world.client.answer(crate::world::both(), world.now);
    world.run(100 * MS);
    let long = "č".repeat(MAX_CLIPBOARD / 2);
    world.console.clipboard(long.clone()).unwrap();
    world.client.clipboard("from the customer".to_owned()).unwrap();
    world.run(Duration::from_secs(1));
    // Of these only the last is worth its way.
    for text in ["a", "b", "c"] {
        world.console.clipboard(text.to_owned()).unwrap();
    }
    world.cut();
    world.run(100 * MS);
    world.resume();
    world.run(Duration::from_secs(10));
    let (at_client, at_console) = copied(&world);
    assert_eq!(at_client, [long, "c".to_owned()]);
    assert_eq!(at_console, ["from the customer"]);
    let too_long = "x".repeat(MAX_CLIPBOARD + 1);
    assert_eq!(world.client.clipboard(too_long), Err(ClipboardError::TooLong(MAX_CLIPBOARD + 1)));
}

#[test]
fn a_clipboard_that_is_forbidden_on_its_way_does_not_arrive_and_the_next_does() {
    let mut world = World::new(100_000, 20 * MS);
    world.run(50 * MS);
    world.client.answer(crate::world::both(), world.now);
    world.run(100 * MS);
    world.console.clipboard("x".repeat(200_000)).unwrap();
    world.client.clipboard("y".repeat(200_000)).unwrap();
    world.run(500 * MS);
    world.client.switch(Grant::Clipboard, false, world.now);
    world.run(Duration::from_secs(5));
    assert_eq!(copied(&world), (vec![], vec![]));
    assert_eq!(world.console.clipboard("z".to_owned()), Err(ClipboardError::NotAllowed));
    world.client.switch(Grant::Clipboard, true, world.now);
    world.run(100 * MS);
    world.console.clipboard("after".to_owned()).unwrap();
    world.client.clipboard("danach".to_owned()).unwrap();
    world.run(Duration::from_secs(1));
    assert_eq!(copied(&world), (vec!["after".to_owned()], vec!["danach".to_owned()]));
}
