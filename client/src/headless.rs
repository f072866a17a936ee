//! The client without a window: consent by policy or by commands on standard input.

use std::io::BufRead as _;

use anyhow::Result;
use farhand_peer::client::{Client, Control, Event};
use farhand_proto::grant::{Grant, Grants};
use farhand_proto::prose::prose_of;
use farhand_session::SayError;
use tokio::sync::mpsc;

use crate::desk::RealDesk;
use crate::options::Options;
use crate::say::Say;

/// What a line of standard input asks for.
#[derive(Debug, PartialEq, Eq)]
enum Order {
    Answer(Grants),
    Set(Grants),
    Switch(Grant, bool),
    Say(String),
    CancelFiles,
    Pause,
    Resume,
    NewPassword,
    End,
    Quit,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As it was told to.
    Stopped,
    /// There is no desktop any more.
    NoDesktop,
}

/// Waits and holds sessions until told to stop.
pub(crate) async fn run(options: &Options) -> Result<Outcome> {
    let say = Say::new(options.json);
    let desk = Box::new(RealDesk::new(options.desktop()));
    let mut client = Client::start(options.way(), options.language(), desk)?;
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
                control.end_session();
                continue;
            }
            order = next(&mut orders) => {
                match order {
                    Some(Order::Quit) if !in_session => break,
                    Some(Order::Quit) => {
                        quitting = true;
                        control.end_session();
                    }
                    Some(order) => {
                        for why in obey(order, &control, in_session) {
                            say.event(&Event::NotHeard(why));
                        }
                    }
                    None => {
                        orders = None;
                        // Nobody is left to answer a question that waits.
                        control.answer(Grants::NONE);
                    }
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
                    Some(allowed) => control.answer(allowed.and(question.grants)),
                    None if orders.is_some() => {}
                    None => control.answer(Grants::NONE),
                }
            }
            Event::Ended(_) => {
                in_session = false;
                if options.once || quitting {
                    break;
                }
            }
            Event::DesktopGone(_) => {
                say.stopped();
                return Ok(Outcome::NoDesktop);
            }
            _ => {}
        }
    }
    say.stopped();
    Ok(Outcome::Stopped)
}

/// Passes an order on; gives why what was to be said is not.
fn obey(order: Order, control: &Control, in_session: bool) -> Vec<SayError> {
    match order {
        Order::Answer(grants) => control.answer(grants),
        Order::Set(grants) => control.set_grants(grants),
        Order::Switch(grant, on) => control.switch(grant, on),
        Order::CancelFiles => control.cancel_files(),
        Order::Pause => control.pause(),
        Order::Resume => control.resume(),
        Order::NewPassword => control.new_password(),
        Order::End => control.end_session(),
        Order::Say(text) => {
            // Nobody hears it where nobody is, or where too much waits to be said.
            let unheard = |text| match in_session {
                true => (!control.say(text)).then_some(SayError::Congested),
                false => Some(SayError::NotYet),
            };
            return prose_of(&text).into_iter().filter_map(unheard).collect();
        }
        Order::Quit => {}
    }
    Vec::new()
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
    let one = || {
        let grants = grants()?;
        let mut each = grants.iter();
        each.next().filter(|_| each.next().is_none()).ok_or_else(|| "one grant is needed".to_owned())
    };
    Ok(Some(match word {
        "" => return Ok(None),
        "allow" => Order::Answer(grants()?),
        "deny" if rest.is_empty() => Order::Answer(Grants::NONE),
        "set" => Order::Set(grants()?),
        "give" => Order::Switch(one()?, true),
        "take" => Order::Switch(one()?, false),
        "say" if !rest.trim().is_empty() => Order::Say(rest.to_owned()),
        "cancel-files" if rest.is_empty() => Order::CancelFiles,
        "pause" if rest.is_empty() => Order::Pause,
        "resume" if rest.is_empty() => Order::Resume,
        "new-password" if rest.is_empty() => Order::NewPassword,
        "end" if rest.is_empty() => Order::End,
        "quit" if rest.is_empty() => Order::Quit,
        _ => return Err("there is: allow GRANTS, deny, set GRANTS, give GRANT, take GRANT, say TEXT, cancel-files, pause, resume, new-password, end, quit".to_owned()),
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
        assert_eq!(parse("give control"), Ok(Some(Order::Switch(Grant::Control, true))));
        assert_eq!(parse("take view"), Ok(Some(Order::Switch(Grant::View, false))));
        assert_eq!(parse("say Dobrý den"), Ok(Some(Order::Say("Dobrý den".to_owned()))));
        assert_eq!(parse("cancel-files"), Ok(Some(Order::CancelFiles)));
        assert!(parse("say").is_err() && parse("say  ").is_err());
        assert_eq!(parse("pause"), Ok(Some(Order::Pause)));
        assert_eq!(parse("resume"), Ok(Some(Order::Resume)));
        assert!(parse("take").is_err() && parse("give view,control").is_err());
        assert!(parse("allow root").is_err());
        assert!(parse("reboot").is_err());
        assert!(parse("quit now").is_err());
        assert!(parse("\u{fffd}\u{fffd}").is_err());
    }
}
