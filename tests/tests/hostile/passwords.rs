//! Consoles that guess.

use farhand_peer::client::Event;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::limits::{GUESSES_PER_PASSWORD, PASSWORDS_PER_SESSION_ID};
use farhand_proto::relay::FromRelay;
use farhand_seal::{ConsoleGuesses, SealError, Wrong};
use farhand_tests::inprocess::fake::{FakeRelay, Manner};
use farhand_tests::inprocess::honest::HonestClient;
use farhand_tests::inprocess::hostile::Program;
use farhand_tests::inprocess::relay::Relay;
use farhand_tests::inprocess::{SOON, soon, within};
use tokio::task::JoinSet;

/// All that a number takes.
const ALL: usize = GUESSES_PER_PASSWORD as usize * PASSWORDS_PER_SESSION_ID as usize;

/// A password that is not this one.
fn wrong(right: &Password) -> Password {
    let other = Password::from_digits([1; 8]);
    if *right == other { Password::from_digits([2; 8]) } else { other }
}

/// What a client shows while it is being attacked: how many proofs it looked at under one number, until the next.
async fn proofs_until_the_next_number(client: &mut HonestClient, first: SessionId) -> (usize, SessionId) {
    let mut proofs = 0;
    let mut passwords = Vec::new();
    loop {
        match client.event().await {
            Event::Refused { error: SealError::WrongPassword(_) } => proofs += 1,
            Event::Refused { .. } | Event::Connecting { .. } | Event::Trouble { .. } => {}
            Event::Ready { session_id, .. } if session_id != first => return (proofs, session_id),
            Event::Ready { password, .. } => {
                assert!(!passwords.contains(&password), "a password that came back");
                passwords.push(password);
            }
            other => panic!("{other:?}"),
        }
        assert!(proofs <= ALL, "a tenth guess");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_guesses_end_a_password_and_nine_the_number() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (session_id, mut password) = client.ready().await;
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    for guess in 1..=ALL {
        relay.until("farhand_relay_waiting_clients", 1).await;
        let (mut line, voucher) = console.reach(session_id).await;
        let config = console.console_config(&(session_id, wrong(&password)), voucher);
        let error = line.seal_as_console(config, &mut ConsoleGuesses::new()).await.unwrap_err();
        let expected = match (guess, guess % 3) {
            (ALL, _) => "this number has ended, ask the customer for the new one",
            (_, 0) => "the password is wrong and has been replaced; ask the customer for the new one",
            _ => "the password is wrong; ask the customer to read it again",
        };
        assert!(error.to_string().contains(expected), "{guess}: {error}");
        drop(line);
        let SealError::WrongPassword(what) = client.refused().await else { panic!("no wrong password") };
        let left = 3 - u8::try_from(guess % 3).unwrap();
        match (guess, guess % 3) {
            (ALL, _) => assert_eq!(what, Wrong::NumberEnded),
            (_, 0) => {
                assert_eq!(what, Wrong::PasswordReplaced);
                let (same, next) = client.ready().await;
                assert!(same == session_id && next != password);
                password = next;
            }
            _ => assert_eq!(what, Wrong::Password { left }),
        }
    }
    let (next, _) = client.ready().await;
    assert_ne!(next, session_id);
    // The old number leads nowhere.
    assert_eq!(console.find(session_id).await.unwrap_err(), FromRelay::Nobody { request: 7 });
    assert_eq!(client.desk.wishes(), []);
}

/// A thousand tries in parallel, by twenty operators of a real relay.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_tries_at_once_are_nine() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (session_id, password) = client.ready().await;
    let mut attack = JoinSet::new();
    for operator in 0..20 {
        let operator = relay.operator(&format!("eve{operator}")).await;
        let (way, guess) = (relay.way(), wrong(&password));
        attack.spawn(async move {
            let mut console = Program::log_in(way, &operator).await;
            let mut tried = 0;
            for _ in 0..50 {
                // Busy and unknown are answered alike; an operator who asks too often is put off.
                match console.find(session_id).await {
                    Ok((ticket, voucher)) => {
                        let (leg, answer) = console.join(&ticket).await;
                        if !matches!(answer, FromRelay::Joined { .. }) {
                            continue;
                        }
                        let mut line = farhand_tests::inprocess::hostile::Line::new(leg);
                        let config = console.console_config(&(session_id, guess.clone()), voucher);
                        let result = line.seal_as_console(config, &mut ConsoleGuesses::new()).await;
                        let error = result.expect_err("a guess was right");
                        // A client that was invited before its number ended comes and goes again without a word.
                        tried += usize::from(error != SealError::Closed);
                    }
                    Err(FromRelay::Nobody { .. }) => {}
                    Err(FromRelay::Refused { .. }) => break,
                    Err(other) => panic!("{other:?}"),
                }
            }
            tried
        });
    }
    // Attackers run out of misses sooner or later, so what is certain is the upper limit.
    let watch = async {
        let mut proofs = 0;
        loop {
            match client.event().await {
                Event::Refused { error: SealError::WrongPassword(_) } => proofs += 1,
                Event::Ready { session_id: now, .. } if now != session_id => return proofs,
                _ => {}
            }
        }
    };
    let proofs = tokio::select! {
        proofs = watch => proofs,
        tried = soon("the attack", attack.join_all()) => tried.iter().sum(),
    };
    assert!((1..=ALL).contains(&proofs), "{proofs}");
    assert_eq!(client.desk.wishes(), []);
}

/// The relay itself attacks: nothing of its own limits holds it back.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_guesses_a_thousand_times_gets_nine_for_each_number() {
    let relay = FakeRelay::start(Manner::Guess).await;
    let mut client = HonestClient::start(relay.way());
    let (mut session_id, _) = client.ready().await;
    for _ in 0..3 {
        for _ in 0..1000 {
            let _ticket = relay.invite(session_id);
        }
        let watch = proofs_until_the_next_number(&mut client, session_id);
        let (proofs, next) = within(SOON * 2, "another number", watch).await;
        assert_eq!(proofs, ALL);
        session_id = next;
    }
    assert!(relay.guesses() <= 3 * ALL, "{} proofs were answered", relay.guesses());
    assert_eq!(client.desk.wishes(), []);
}
