//! One changed byte, anywhere in any flight, and there is no seal.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Outcome, World, password, run_through};
use farhand_seal::{ConsoleGuesses, Guesses};

/// The last flight: the client's proof.
const CLIENT_PROOF: usize = 7;

/// Changes each byte of one flight in turn.
fn every_byte_counts_in(flight: usize) {
    let world = World::new();
    let mut flips = 0;
    let mut position = 0;
    loop {
        let mut seen = false;
        let mut harmless = false;
        let (mut guesses, mut tries) = (Guesses::new(password()), ConsoleGuesses::new());
        let config = world.console_config(password());
        let outcome =
            run_through(world.client_config(), &mut guesses, config, &mut tries, |number, bytes| {
                if number == flight && position < bytes.len() {
                    bytes[position] ^= 1;
                    seen = true;
                    harmless = is_outer_label(bytes, position);
                }
            });
        if !seen {
            assert!(flips > 30, "flight {flight} had {flips} bytes");
            return;
        }
        assert_failed(&outcome, flight, position, harmless);
        flips += 1;
        position += 1;
    }
}

fn assert_failed(outcome: &Outcome, flight: usize, position: usize, harmless: bool) {
    let client_done = matches!(outcome.client, Some(Ok(_)));
    let console_done = matches!(outcome.console, Some(Ok(_)));
    let what = format!("flight {flight} byte {position}: client {client_done}, console {console_done}");
    if harmless && console_done {
        assert!(client_done, "{what}");
        return;
    }
    assert!(!console_done, "{what}");
    // When it sends the last flight, the client has verified all that the console says.
    assert_eq!(client_done, flight == CLIENT_PROOF, "{what}");
    // One end fails, or the receiver waits for the rest of a record that will not come, until its time is up.
    let client_failed = matches!(outcome.client, Some(Err(_)));
    let console_failed = matches!(outcome.console, Some(Err(_)));
    let receiver_waits =
        if flight.is_multiple_of(2) { outcome.client.is_none() } else { outcome.console.is_none() };
    assert!(client_failed || console_failed || receiver_waits, "{what}");
}

/// What a record is and its version stand outside what TLS 1.3 encrypts; the receiver rebuilds both from what they must
/// be (RFC 8446, section 5.2), so a change there changes nothing that it believes.
fn is_outer_label(flight: &[u8], position: usize) -> bool {
    let mut start = 0;
    while let Some(header) = flight.get(start..start + 5) {
        if position == start || position == start + 2 {
            return true;
        }
        start += 5 + usize::from(u16::from_be_bytes([header[3], header[4]]));
    }
    false
}

#[test]
fn in_the_tls_client_hello() {
    every_byte_counts_in(0);
}

#[test]
fn in_the_tls_server_flight() {
    every_byte_counts_in(1);
}

#[test]
fn in_the_tls_client_finish() {
    every_byte_counts_in(2);
}

#[test]
fn in_the_clients_hello() {
    every_byte_counts_in(3);
}

#[test]
fn in_the_consoles_hello() {
    every_byte_counts_in(4);
}

#[test]
fn in_the_clients_share() {
    every_byte_counts_in(5);
}

#[test]
fn in_the_consoles_proof() {
    every_byte_counts_in(6);
}

#[test]
fn in_the_clients_proof() {
    every_byte_counts_in(CLIENT_PROOF);
}
