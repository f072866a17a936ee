//! Two halves that are paired, one of which does not make the seal as it should.

use std::sync::Arc;
use std::time::{Duration, Instant};

use farhand_peer::console::{ConnectError, Console, Operator};
use farhand_proto::bounded::Bytes;
use farhand_proto::codec::Message;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::language::Language;
use farhand_proto::relay::SignedVoucher;
use farhand_proto::seal::{SealFromClient, SealFromConsole};
use farhand_proto::version::{Version, Versions};
use farhand_seal::{ConsoleGuesses, SealError, Wrong};
use farhand_tests::inprocess::honest::HonestClient;
use farhand_tests::inprocess::hostile::{Line, Program};
use farhand_tests::inprocess::relay::Relay;
use farhand_tests::inprocess::tls::InnerTls;
use farhand_tests::inprocess::{SOON, soon, tasks, tasks_are_back_to, within};
use tokio::task::JoinSet;

/// The relay's count of clients that a console can ask for.
const WAITING: &str = "farhand_relay_waiting_clients";
/// How long a seal may take to be made, and a little more.
const RUN: std::ops::Range<Duration> = Duration::from_millis(9_500)..Duration::from_secs(13);

fn password() -> Password {
    Password::from_digits([3; 8])
}

/// A key share of one side: a point of the curve, so that it is looked at.
fn share(side: u8) -> Bytes<128> {
    let mut share = vec![side, 0x58];
    share.extend([0x66; 31]);
    Bytes::new(share).unwrap()
}

/// What is sent on the bare line right after `Joined`, and the words for it.
fn instead_of_tls() -> Vec<(Vec<u8>, &'static str)> {
    let encryption = "the encryption with the other program failed";
    vec![
        (vec![], "closed the connection before it was secured"),
        (b"GET / HTTP/1.1\r\nHost: client\r\n\r\n".to_vec(), encryption),
        (vec![0; 100], encryption),
        (vec![0xff; 64 * 1024], encryption),
        // A record that is longer than any may be.
        ([&[22, 3, 1, 0xff, 0xff][..], &[1; 1000]].concat(), encryption),
        // A record of this protocol's length in which nothing makes sense.
        ([&[22, 3, 1, 0x10, 0][..], &[9; 0x1000]].concat(), encryption),
        // Application data before any handshake.
        ([&[23, 3, 3, 0, 32][..], &[7; 32]].concat(), encryption),
        // Half of a hello.
        (vec![22, 3, 1, 2, 0, 1, 0, 1], "closed the connection before it was secured"),
    ]
}

async fn send_and_close(mut line: Line, bytes: &[u8]) {
    // The other end may close as soon as it has seen enough.
    let _ = line.write(bytes).await;
    if bytes.len() < 10 {
        return;
    }
    line.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_tls_towards_the_client() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (session_id, _) = client.ready().await;
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let before = tasks();
    for (bytes, words) in instead_of_tls() {
        relay.until(WAITING, 1).await;
        let (line, _) = console.reach(session_id).await;
        send_and_close(line, &bytes).await;
        let said = client.refused().await.to_string();
        assert!(said.contains(words), "{said} instead of {words} for {:?}", &bytes[..bytes.len().min(20)]);
        tasks_are_back_to(before).await;
    }
    assert_eq!(client.desk.wishes(), [], "no session ever began");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_tls_towards_the_console() {
    let relay = Relay::start().await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let mut honest = Honest::log_in(&relay, "anna").await;
    let before = tasks();
    for (bytes, words) in instead_of_tls() {
        relay.until(WAITING, 1).await;
        let hostile = async {
            let (ticket, _) = client.invited().await;
            send_and_close(client.joined(&ticket).await, &bytes).await;
        };
        let (said, ()) = tokio::join!(honest.fails(session_id), hostile);
        assert!(said.contains(words), "{said} instead of {words} for {:?}", &bytes[..bytes.len().min(20)]);
        tasks_are_back_to(before).await;
    }
}

/// A console that tries to connect.
struct Honest {
    console: Console,
    guesses: ConsoleGuesses,
}

impl Honest {
    async fn log_in(relay: &Relay, name: &str) -> Self {
        let operator: Operator = relay.operator(name).await;
        let console = soon("the login", Console::log_in(relay.way(), operator)).await.unwrap();
        Self { console, guesses: ConsoleGuesses::new() }
    }

    async fn error(&mut self, session_id: SessionId) -> SealError {
        let connect = self.console.connect(session_id, password(), &mut self.guesses);
        match soon("the end of the seal", connect).await {
            Err(ConnectError::Seal(error)) => error,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("a seal"),
        }
    }

    async fn fails(&mut self, session_id: SessionId) -> String {
        self.error(session_id).await.to_string()
    }
}

/// A version of the session protocol that both speak.
const SPOKEN: u16 = Versions::SESSION.newest.0;

/// What a hostile console says inside the TLS once it has heard the client's hello.
fn to_client(voucher: &SignedVoucher) -> Vec<(Vec<Vec<u8>>, &'static str)> {
    let hello = |voucher: &SignedVoucher, share: Bytes<128>, version: u16| {
        let only = Version(version);
        let versions = Versions { oldest: only, newest: only };
        SealFromConsole::ConsoleHello { versions, nonce: [1; 32], voucher: voucher.clone(), share }.to_frame()
    };
    let good = hello(voucher, share(b'A'), SPOKEN);
    let mut forged = voucher.clone();
    forged.signature = Bytes::new([1; 64]).unwrap();
    let mut changed = voucher.clone();
    let mut body = changed.body.to_vec();
    body[1] ^= 1;
    changed.body = Bytes::new(body).unwrap();
    let proof = SealFromConsole::ConsoleProof { mac: [5; 32] }.to_frame();
    let believed = "the relay's word for the operator was not accepted: it is not signed by this relay";
    vec![
        (vec![vec![0; 30]], "unknown frame type 0 of seal from console"),
        (vec![vec![2, 0xff, 0xff]], "announces 65535 bytes"),
        (vec![vec![2, 0, 2, 9, 9]], "malformed seal from console ConsoleHello"),
        (vec![vec![1, 0, 0]], "unknown frame type 1 of seal from console"),
        (vec![proof.clone()], "a message came out of order"),
        (vec![hello(&forged, share(b'A'), SPOKEN)], believed),
        (vec![hello(&changed, share(b'A'), SPOKEN)], believed),
        (vec![hello(voucher, share(b'A'), 99)], "the other program speaks versions 99 to 99"),
        (vec![hello(voucher, share(b'B'), SPOKEN)], "its key share is invalid"),
        (vec![hello(voucher, Bytes::new([b'A'; 33]).unwrap(), SPOKEN)], "its key share is invalid"),
        (vec![hello(voucher, Bytes::default(), SPOKEN)], "its key share is invalid"),
        (vec![[good.clone(), vec![4]].concat()], "bytes came before their time"),
        (vec![[good.clone(), proof].concat()], "bytes came before their time"),
        (vec![good[..good.len() / 2].to_vec()], "closed the connection before it was secured"),
        (vec![good.clone(), vec![0; 30]], "unknown frame type 0 of seal from console"),
        (vec![good.clone(), good.clone()], "a message came out of order"),
        (vec![good.clone(), vec![4, 0, 32, 1]], "closed the connection before it was secured"),
        (vec![good, vec![]], "closed the connection before it was secured"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_of_the_console_can_be_wrong() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (session_id, first_password) = client.ready().await;
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let before = tasks();
    let cases = {
        let (_, voucher) = console.find(session_id).await.unwrap();
        to_client(&voucher).len()
    };
    // That ticket is never used: the client comes alone and is sent away.
    for case in 0..cases {
        relay.until(WAITING, 1).await;
        let (line, voucher) = console.reach(session_id).await;
        let (says, words) = to_client(&voucher).swap_remove(case);
        let mut inner = InnerTls::as_console(line, &console.identity).await;
        for bytes in says {
            inner.hear().await;
            inner.send(&bytes).await;
        }
        if words.starts_with("closed the connection") {
            drop(inner);
        } else {
            inner.end().await;
        }
        let said = client.refused().await.to_string();
        assert!(said.contains(words), "{said} instead of {words}");
        tasks_are_back_to(before).await;
    }
    assert_eq!(client.desk.wishes(), [], "no session ever began");

    // No guess was spent by any of these: the first password still takes three.
    for left in [2, 1] {
        relay.until(WAITING, 1).await;
        assert_eq!(wrong_proof(&mut console, &mut client, session_id).await, Wrong::Password { left });
    }
    relay.until(WAITING, 1).await;
    assert_eq!(wrong_proof(&mut console, &mut client, session_id).await, Wrong::PasswordReplaced);
    let (same, second_password) = client.ready().await;
    assert!(same == session_id && second_password != first_password);
}

async fn wrong_proof(console: &mut Program, client: &mut HonestClient, session_id: SessionId) -> Wrong {
    let (line, voucher) = console.reach(session_id).await;
    let mut inner = InnerTls::as_console(line, &console.identity).await;
    let says = to_client(&voucher);
    let (good, _) = says.last().unwrap();
    inner.hear().await;
    inner.send(&good[0]).await;
    inner.hear().await;
    inner.send(&SealFromConsole::ConsoleProof { mac: [5; 32] }.to_frame()).await;
    inner.end().await;
    match client.refused().await {
        SealError::WrongPassword(wrong) => wrong,
        other => panic!("{other:?}"),
    }
}

/// What a hostile client says inside the TLS; each but the first once it has heard the console's answer.
fn to_console() -> Vec<(Vec<Vec<u8>>, &'static str)> {
    let only = |version: u16| Versions { oldest: Version(version), newest: Version(version) };
    let hello =
        |version| SealFromClient::ClientHello { versions: only(version), commitment: [7; 32] }.to_frame();
    let of_share = |share| SealFromClient::ClientShare { share }.to_frame();
    let (mac, nonce, language) = ([1; 32], [2; 32], Language::English);
    let proof = SealFromClient::ClientProof { mac, nonce, language }.to_frame();
    let shared = of_share(share(b'B'));
    let closed = "closed the connection before it was secured";
    vec![
        (vec![vec![0; 30]], "unknown frame type 0 of seal from client"),
        (vec![vec![1, 0xff, 0xff]], "announces 65535 bytes"),
        (vec![vec![1, 0, 2, 9, 9]], "malformed seal from client ClientHello"),
        (vec![shared.clone()], "a message came out of order"),
        (vec![hello(99)], "the other program speaks versions 99 to 99"),
        (vec![hello(SPOKEN)[..20].to_vec()], closed),
        (vec![hello(SPOKEN), vec![0; 30]], "unknown frame type 0 of seal from client"),
        (vec![hello(SPOKEN), proof.clone()], "a message came out of order"),
        (vec![hello(SPOKEN), of_share(share(b'A'))], "its key share is invalid"),
        (vec![hello(SPOKEN), of_share(Bytes::default())], "its key share is invalid"),
        (vec![hello(SPOKEN), [shared.clone(), proof.clone()].concat()], "bytes came before their time"),
        (vec![hello(SPOKEN), shared[..10].to_vec()], closed),
        (vec![hello(SPOKEN), vec![]], closed),
        (vec![hello(SPOKEN), shared.clone(), vec![0; 30]], "unknown frame type 0 of seal from client"),
        (vec![hello(SPOKEN), shared.clone(), shared.clone()], "a message came out of order"),
        (vec![hello(SPOKEN), shared.clone(), proof], "could not prove that it knows the password"),
        (vec![hello(SPOKEN), shared, vec![5, 0, 64, 1]], closed),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_of_the_client_can_be_wrong() {
    let relay = Relay::start().await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let mut honest = Honest::log_in(&relay, "anna").await;
    let before = tasks();
    for (says, words) in to_console() {
        relay.until(WAITING, 1).await;
        honest.guesses = ConsoleGuesses::new();
        let hostile = async {
            let (ticket, _) = client.invited().await;
            let mut inner = InnerTls::as_client(client.joined(&ticket).await, &client.identity).await;
            for (place, bytes) in says.iter().enumerate() {
                if place > 0 {
                    inner.hear().await;
                }
                inner.send(bytes).await;
            }
            if !words.starts_with("closed the connection") {
                inner.end().await;
            }
        };
        let (said, ()) = tokio::join!(honest.fails(session_id), hostile);
        assert!(said.contains(words), "{said} instead of {words}");
        tasks_are_back_to(before).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_at_any_stage_ends_after_ten_seconds() {
    let relay = Arc::new(Relay::start().await);
    let mut rounds = JoinSet::new();
    // Stages: nothing at all, half of the TLS hello, TLS alone, then messages cut in their middle.
    for stage in 0..5 {
        let (one, other) = (relay.clone(), relay.clone());
        rounds.spawn(async move { silent_console(&one, stage).await });
        rounds.spawn(async move { silent_client(&other, stage).await });
    }
    within(SOON, "all stages", rounds.join_all()).await;
}

async fn silent_console(relay: &Relay, stage: usize) {
    let mut client = HonestClient::start(relay.way());
    let (session_id, _) = client.ready().await;
    let mut console = Program::log_in(relay.way(), &relay.operator(&format!("eve{stage}")).await).await;
    let (mut line, voucher) = console.reach(session_id).await;
    let start = Instant::now();
    let says = to_client(&voucher).pop().unwrap().0;
    let _held = if stage < 2 {
        line.write(&[22, 3, 1, 2, 0, 1][..6 * stage]).await.unwrap();
        Err(line)
    } else {
        let mut inner = InnerTls::as_console(line, &console.identity).await;
        inner.hear().await;
        match stage {
            2 => {}
            3 => inner.send(&says[0][..says[0].len() / 2]).await,
            _ => {
                inner.send(&says[0]).await;
                inner.hear().await;
                inner.send(&[4, 0, 32, 1]).await;
            }
        }
        Ok(inner)
    };
    let error = client.refused().await;
    assert_eq!(error, SealError::TimedOut, "stage {stage}");
    assert!(RUN.contains(&start.elapsed()), "stage {stage}: {:?}", start.elapsed());
    assert_eq!(client.desk.wishes(), []);
}

async fn silent_client(relay: &Relay, stage: usize) {
    let (mut client, session_id) = Program::register(relay.way()).await;
    let mut honest = Honest::log_in(relay, &format!("anna{stage}")).await;
    let start = Instant::now();
    let hostile = async {
        let (ticket, _) = client.invited().await;
        let mut line = client.joined(&ticket).await;
        if stage < 2 {
            line.write(&[22, 3, 3, 2, 0, 2][..6 * stage]).await.unwrap();
            return Err(line);
        }
        let says = to_console().pop().unwrap().0;
        let mut inner = InnerTls::as_client(line, &client.identity).await;
        if stage > 2 {
            let last = stage - 3;
            for bytes in &says[..last] {
                inner.send(bytes).await;
                inner.hear().await;
            }
            inner.send(&says[last][..4]).await;
        }
        Ok(inner)
    };
    let (error, _held) = tokio::join!(honest.error(session_id), hostile);
    assert_eq!(error, SealError::TimedOut, "stage {stage}");
    assert!(RUN.contains(&start.elapsed()), "stage {stage}: {:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_says_nothing_after_the_proof_gets_three_of_them() {
    let relay = Relay::start().await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let mut honest = Honest::log_in(&relay, "anna").await;
    let mut proofs = 0;
    for round in 0..5 {
        relay.until(WAITING, 1).await;
        let hostile = async {
            let (ticket, _) = client.invited().await;
            let mut line = client.joined(&ticket).await;
            // A console without tries left comes and goes.
            let Ok(first) = line.read().await else { return false };
            if first.is_empty() {
                return false;
            }
            let mut inner = InnerTls::resumed(line, first, &client.identity).await;
            let [hello, share] = [0, 1].map(|place| to_console().pop().unwrap().0.swap_remove(place));
            inner.send(&hello).await;
            inner.hear().await;
            inner.send(&share).await;
            matches!(inner.hear().await.first(), Some(4))
        };
        let (error, proof) = tokio::join!(honest.error(session_id), hostile);
        proofs += u32::from(proof);
        if round < 3 {
            assert_eq!(error, SealError::Closed);
        } else {
            assert!(
                error.to_string().starts_with("this number has been tried too often from here"),
                "{error}"
            );
        }
    }
    assert_eq!(proofs, 3);
}
