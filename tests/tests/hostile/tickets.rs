//! Programs that ask for, or come with, what is not theirs.

use farhand_proto::bounded::Bytes;
use farhand_proto::relay::{FromRelay, Refusal, Ticket, ToRelay};
use farhand_proto::version::Versions;
use farhand_tests::inprocess::honest::{HonestClient, HonestConsole};
use farhand_tests::inprocess::hostile::Program;
use farhand_tests::inprocess::relay::Relay;

fn refused(answer: &FromRelay) -> Refusal {
    match answer {
        FromRelay::Refused { refusal } => *refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_operator_that_logged_in_can_ask() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let (session_id, _) = client.ready().await;
    let mut nobody = Program::dial(relay.way()).await;
    assert_eq!(refused(&nobody.find(session_id).await.unwrap_err()), Refusal::Protocol);
    let (mut customer, _) = Program::register(relay.way()).await;
    assert_eq!(refused(&customer.find(session_id).await.unwrap_err()), Refusal::Protocol);
    let mut pretender = Program::dial(relay.way()).await;
    let operator = relay.operator("anna").await;
    let token = Bytes::new([b'A'; 43]).unwrap();
    pretender.say(&ToRelay::Login { versions: Versions::RELAY, operator: operator.name, token }).await;
    assert_eq!(refused(&pretender.hear().await), Refusal::Operator);
    assert_eq!(client.desk.wishes(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_good_once_and_for_its_bearer_alone() {
    let relay = Relay::start().await;
    let (mut client, session_id) = Program::register(relay.way()).await;
    let mut console = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let other = Program::log_in(relay.way(), &relay.operator("mallory").await).await;
    let (of_console, _) = console.find(session_id).await.unwrap();
    let (of_client, _) = client.invited().await;

    let invented = Ticket::new(vec![7; of_console.len()]).unwrap();
    for (program, ticket) in [
        (&console, &invented),
        (&console, &Ticket::default()),
        // Another key, or the other half's ticket.
        (&other, &of_console),
        (&other, &of_client),
        (&console, &of_client),
        (&client, &of_console),
    ] {
        assert_eq!(refused(&program.join(ticket).await.1), Refusal::Ticket);
    }
    // None of these has used them up.
    let (one, two) = tokio::join!(client.joined(&of_client), console.joined(&of_console));
    for (program, ticket) in [(&client, &of_client), (&console, &of_console), (&other, &of_console)] {
        assert_eq!(refused(&program.join(ticket).await.1), Refusal::Ticket);
    }
    drop((one, two));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voucher_of_another_console_opens_nothing() {
    let relay = Relay::start().await;
    let mut client = HonestClient::start(relay.way());
    let number = client.ready().await;
    let mut eve = Program::log_in(relay.way(), &relay.operator("eve").await).await;
    let (_, stolen) = eve.find(number.0).await.unwrap();
    // Eve does not come; the client does, waits for her in vain and waits for the next again.
    relay.until("farhand_relay_waiting_clients", 1).await;
    let mut mallory = Program::log_in(relay.way(), &relay.operator("mallory").await).await;
    let (mut line, _) = mallory.reach(number.0).await;
    let config = mallory.console_config(&number, stolen);
    let error = line.seal_as_console(config, &mut farhand_seal::ConsoleGuesses::new()).await.unwrap_err();
    assert!(error.to_string().contains("did not accept the relay's word for this operator"), "{error}");
    drop(line);
    let error = client.refused().await;
    assert!(error.to_string().contains("it is for another operator's program"), "{error}");
    assert_eq!(client.desk.wishes(), []);
    relay.until("farhand_relay_waiting_clients", 1).await;
    let operator = relay.operator("anna").await;
    let mut console = HonestConsole::connect(relay.way(), operator, number).await;
    tokio::join!(client.allow(), console.allowed());
}
