//! Registration, login, finding, joining.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use farhand_proto::bounded::Bytes;
use farhand_proto::id::SessionId;
use farhand_proto::relay::{FromRelay, Refusal, ToRelay, Voucher};
use farhand_proto::version::{Version, Versions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::running::{join, relay};

#[tokio::test(flavor = "multi_thread")]
async fn client_and_console_are_brought_together_and_the_audit_knows() {
    let relay = relay().await;
    let (mut client, session_id, _) = relay.client().await;
    let mut console = relay.console("anna").await;
    console.say(&ToRelay::Find { request: 9, session_id }).await;
    let FromRelay::Found { request: 9, ticket: of_console, voucher } = console.hear().await else { panic!() };
    let FromRelay::Invite { ticket: of_client, relay_time } = client.hear().await else { panic!() };

    // The client checks the voucher with the key of the relay that it dialled.
    UnparsedPublicKey::new(&ED25519, client.leg.peer_spki())
        .verify(&Voucher::signed_bytes(&voucher.body), &voucher.signature)
        .unwrap();
    let vouched = Voucher::from_body(&voucher.body).unwrap();
    assert_eq!((&*vouched.operator, &*vouched.organisation), ("anna", "Example Ltd"));
    assert_eq!(vouched.session_id, session_id);
    assert_eq!(vouched.console_key, console.identity.key_hash());
    assert_eq!(vouched.expires, relay_time + 60);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(now.abs_diff(relay_time) < 20);

    let mut half = relay.again(&client).await;
    half.say(&join(&of_client)).await;
    let mut other = relay.again(&console).await;
    other.say(&join(&of_console)).await;
    assert!(matches!(half.hear().await, FromRelay::Joined { version: Version(2), .. }));
    assert!(matches!(other.hear().await, FromRelay::Joined { version: Version(2), .. }));
    let (mut from_client, _) = half.leg.into_stream();
    let (mut from_console, _) = other.leg.into_stream();
    from_console.write_all(b"hello").await.unwrap();
    from_console.flush().await.unwrap();
    let mut heard = [0; 5];
    from_client.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"hello");
    relay.until("farhand_relay_sessions", 1).await;

    from_console.shutdown().await.unwrap();
    assert_eq!(from_client.read(&mut heard).await.unwrap(), 0, "the end itself is handed on");
    from_client.shutdown().await.unwrap();
    relay.until("farhand_relay_sessions", 0).await;
    assert_eq!(relay.metric("farhand_relay_sessions_started_total").await, 1);

    let store = relay.store().await;
    let lines = loop {
        // The audit is written by a task of its own.
        let lines = store.audit(9).await.unwrap();
        if lines.iter().any(|line| line.action == "session ended") {
            break lines;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let actions: Vec<&str> = lines.iter().rev().map(|line| line.action.as_str()).collect();
    assert_eq!(actions, ["operator added", "login", "found", "session started", "session ended"]);
    assert_eq!((lines[0].bytes_to_client, lines[0].bytes_to_console), (Some(5), Some(0)));
    assert_eq!(lines[0].ending.as_deref(), Some("console"));
    assert_eq!(lines[0].session_id.as_deref(), Some(session_id.plain().as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_wrong_and_removed_operators_get_one_answer() {
    let relay = relay().await;
    let token = relay.operator("anna").await;
    relay.operator("bob").await;
    let store = relay.store().await;
    let removed = relay.operator("carl").await;
    store.remove_operator("carl", "test", Duration::ZERO).await.unwrap();
    for (name, token) in
        [("nobody", token.as_bytes()), ("bob", token.as_bytes()), ("carl", removed.as_bytes())]
    {
        let mut peer = relay.peer().await;
        let start = Instant::now();
        assert_eq!(peer.login(name, token).await, FromRelay::Refused { refusal: Refusal::Operator });
        assert!(start.elapsed() >= Duration::from_millis(490), "{:?}", start.elapsed());
        peer.ends().await;
    }
    assert_eq!(relay.metric("farhand_relay_refusals_total{reason=\"operator\"}").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_late_and_alike() {
    let relay = relay().await;
    let (mut client, busy, _) = relay.client().await;
    let mut console = relay.console("anna").await;
    console.find(busy, &mut client).await;
    for number in [busy, SessionId::from_digits([1; 9])] {
        let start = Instant::now();
        console.say(&ToRelay::Find { request: 2, session_id: number }).await;
        assert_eq!(console.hear().await, FromRelay::Nobody { request: 2 });
        assert!(start.elapsed() >= Duration::from_millis(145), "{:?}", start.elapsed());
    }
    assert_eq!(relay.metric("farhand_relay_find_misses_total").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_operator_is_thrown_out_with_their_session() {
    let relay = relay().await;
    let mut session = relay.session().await;
    let store = relay.store().await;
    store.remove_operator("anna", "test", Duration::ZERO).await.unwrap();
    assert_eq!(session.console.hear().await, FromRelay::Refused { refusal: Refusal::Operator });
    session.console.ends().await;
    let mut rest = Vec::new();
    session.from_client.read_to_end(&mut rest).await.unwrap();
    session.from_console.read_to_end(&mut rest).await.unwrap();
    assert!(rest.is_empty());
    session.client.say(&ToRelay::Ping { number: 3 }).await;
    assert_eq!(session.client.hear().await, FromRelay::Pong { number: 3 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_relay_gives_the_number_back_to_its_owner_alone() {
    let relay = relay().await;
    let (mut client, session_id, claim) = relay.client().await;
    let relay = relay.restarted().await;
    assert_eq!(client.hear().await, FromRelay::Stopping {});
    let mut thief = relay.peer().await;
    assert_ne!(thief.register(Some(claim.clone())).await.0, session_id);
    let mut again = relay.again(&client).await;
    assert_eq!(again.register(Some(claim)).await.0, session_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_of_somebody_else_and_a_version_of_the_future_are_refused() {
    let relay = relay().await;
    let (mut client, session_id, _) = relay.client().await;
    let mut console = relay.console("anna").await;
    let (of_client, _) = console.find(session_id, &mut client).await;
    let mut thief = relay.peer().await;
    thief.say(&join(&of_client)).await;
    assert_eq!(thief.hear().await, FromRelay::Refused { refusal: Refusal::Ticket });
    thief.ends().await;
    let mut stranger = relay.peer().await;
    stranger.say(&join(&Bytes::new([0; 32]).unwrap())).await;
    assert_eq!(stranger.hear().await, FromRelay::Refused { refusal: Refusal::Ticket });

    let mut future = relay.peer().await;
    let versions = Versions { oldest: Version(3), newest: Version(4) };
    future.say(&ToRelay::Register { versions, claim: None }).await;
    let refusal = Refusal::Version(Versions::RELAY);
    assert_eq!(future.hear().await, FromRelay::Refused { refusal });
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_tell_how_it_is() {
    let relay = relay().await;
    let health = relay.page("/healthz").await;
    assert!(health.starts_with("HTTP/1.1 200") && health.ends_with("ok\n"), "{health}");
    let (_client, ..) = relay.client().await;
    assert_eq!(relay.metric("farhand_relay_waiting_clients").await, 1);
    assert_eq!(relay.metric("farhand_relay_legs{kind=\"client\"}").await, 1);
    assert_eq!(relay.metric("farhand_relay_build_info{version=\"0.1.0\"}").await, 1);
    assert!(relay.page("/").await.starts_with("HTTP/1.1 404"));
}
