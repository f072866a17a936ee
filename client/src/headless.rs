//! The client without a window: consent by policy or by commands on standard input.

use std::io::BufRead as _;

use anyhow::Result;
use farhand_peer::client::{Client, Control, Event};
use farhand_proto::grant::Grants;
use tokio::sync::mpsc;

use crate::desk::RealDesk;
use crate::options::Options;
use crate::say::Say;

/// What a line of standard input asks for.
#[derive(Debug, PartialEq, Eq)]
enum Order {
    Answer(Grants),
    Set(Grants),
    NewPassword,
    End,
    Quit,
}

/// Waits and holds sessions until told to stop.
pub(crate) async fn run(options: &Options) -> Result<()> {
    let say = Say::new(options.json);
    let mut client = Client::start(options.way(), Box::new(RealDesk::new(options.desktop())))?;
    let control = client.control();
    let mut orders = if options.commands { Some(read_orders(say)) } else { None };
    let mut in_session = false;
    let mut quitting = false;
    let stop_requested = farhand_transport::system::stop_requested();
    tokio::pin!(stop_requested);
    loop {
        // Order: being stopped, then commands, then what happens.
        let event = tokio::select! {
            biased;
            () = &mut stop_requested, if !quitting => {
                quitting = true;
                if !in_session {
                    break;
                }
                control.end_session().await;
                continue;
            }
            order = next(&mut orders) => {
                match order {
                    Some(Order::Quit) if !in_session => break,
                    Some(Order::Quit) => {
                        quitting = true;
                        control.end_session().await;
                    }
                    Some(order) => obey(order, &control).await,
                    None => orders = None,
                }
                continue;
            }
            event = client.event() => event,
        };
        let Some(event) = event else {
            anyhow::bail!(
                "the client can't go on: this system gives no random numbers, or the program has a fault"
            );
        };
        say.event(&event);
        match event {
            Event::Asked(question) => {
                in_session = true;
                match options.allow {
                    Some(allowed) => control.answer(allowed.and(question.grants)).await,
                    None if options.commands => {}
                    None => control.answer(Grants::NONE).await,
                }
            }
            Event::Ended(_) => {
                in_session = false;
                if options.once || quitting {
                    break;
                }
            }
            _ => {}
        }
    }
    say.stopped();
    Ok(())
}

async fn obey(order: Order, control: &Control) {
    match order {
        Order::Answer(grants) => control.answer(grants).await,
        Order::Set(grants) => control.set_grants(grants).await,
        Order::NewPassword => control.new_password().await,
        Order::End => control.end_session().await,
        Order::Quit => {}
    }
}

/// The next order; waits forever where none can come.
async fn next(orders: &mut Option<mpsc::Receiver<Order>>) -> Option<Order> {
    match orders {
        Some(orders) => orders.recv().await,
        None => std::future::pending().await,
    }
}

/// Reads standard input on a thread of its own: a read of it can't be called off, and must not keep the program.
fn read_orders(say: Say) -> mpsc::Receiver<Order> {
    let (sender, orders) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            match parse(&line) {
                Ok(Some(order)) => {
                    if sender.blocking_send(order).is_err() {
                        return;
                    }
                }
                Ok(None) => {}
                Err(error) => say.bad_command(&line, &error),
            }
        }
    });
    orders
}

fn parse(line: &str) -> Result<Option<Order>, String> {
    let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    let grants = || rest.parse::<Grants>().map_err(|error| error.to_string());
    Ok(Some(match word {
        "" => return Ok(None),
        "allow" => Order::Answer(grants()?),
        "deny" if rest.is_empty() => Order::Answer(Grants::NONE),
        "set" => Order::Set(grants()?),
        "new-password" if rest.is_empty() => Order::NewPassword,
        "end" if rest.is_empty() => Order::End,
        "quit" if rest.is_empty() => Order::Quit,
        _ => return Err("there is: allow GRANTS, deny, set GRANTS, new-password, end, quit".to_owned()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_words_with_grants() {
        assert_eq!(parse(" allow view,control "), Ok(Some(Order::Answer("view,control".parse().unwrap()))));
        assert_eq!(parse("set"), Ok(Some(Order::Set(Grants::NONE))));
        assert_eq!(parse("deny"), Ok(Some(Order::Answer(Grants::NONE))));
        assert_eq!(parse(""), Ok(None));
        assert!(parse("allow root").is_err());
        assert!(parse("reboot").is_err());
        assert!(parse("quit now").is_err());
        assert!(parse("\u{fffd}\u{fffd}").is_err());
    }
}
