//! Whose keyboard it is after the customer's yes: the operator's first keys go where the customer worked before.
#![cfg(target_os = "linux")]

use farhand_testkit::x::XServer;
use farhand_tests::{Desk, Keys, Outcome, Person, Role, raw_terminal};

#[test]
fn what_the_operator_types_first_arrives_where_the_person_worked_before() {
    let server = XServer::tigervnc(1280, 800);
    let (desk, terminal) = Desk::after(server, |server| raw_terminal(server, "typed.txt"));
    let mut person = Person::at(&desk.server);
    let client = &desk.client;
    for round in ["with the mouse", "with the keyboard"] {
        let before = terminal.text();
        let console = desk.console(&format!("type '{round};'\n"));
        let allow = client.button("Allow");
        if round == "with the mouse" {
            person.click(&allow);
        } else {
            // The question came to the front by itself, and takes keys once it has been read.
            std::thread::sleep(std::time::Duration::from_millis(1100));
            person.tab_to(client, Role::Button, "Allow");
            person.key(Keys::SPACE);
        }
        Outcome::of(console).expect(0, "");
        terminal.expect(&format!("{before}{round};"));
        client.says("The session is over");
        std::thread::sleep(std::time::Duration::from_millis(1600));
        person.click(&client.button("Start again"));
    }
}

#[test]
fn the_last_window_in_sight_gets_it_and_without_one_the_question_keeps_it() {
    let server = XServer::tigervnc(1280, 800);
    let (desk, first) = Desk::after(server, |server| raw_terminal(server, "first.txt"));
    let mut person = Person::at(&desk.server);
    let client = &desk.client;
    // Used after the customer's window had come up, and closed again.
    let second = raw_terminal(&desk.server, "second.txt");
    drop(second);
    let third = raw_terminal(&desk.server, "third.txt");
    let console = desk.console("type here\n");
    person.click(&client.button("Allow"));
    Outcome::of(console).expect(0, "");
    third.expect("here");
    assert_eq!(first.text(), "");
    drop((first, third));

    client.says("The session is over");
    std::thread::sleep(std::time::Duration::from_millis(1600));
    person.click(&client.button("Start again"));
    let console = desk.console("type nowhere\n");
    person.click(&client.button("Allow"));
    Outcome::of(console).expect(13, "the customer's own Farhand program");
}
