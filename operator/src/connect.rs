//! One session from beginning to end: connect, do the steps, say goodbye.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use farhand_peer::console::{ConnectError, Console, ConsoleHandle, Operator, Sealing, Way};
use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::id::Password;
use farhand_proto::seal::SealRefusal;
use farhand_seal::{ConsoleGuesses, SealError};

use crate::failure::Failure;
use crate::options::{Connect, Options};
use crate::say::Say;
use crate::script::{self, Placed};
use crate::steps::{Step, is_standard};

mod perform;
mod watch;

use perform::Performer;
use watch::Watcher;

/// Does what `connect` asks for. A failure has been said when it comes back.
pub(crate) async fn run(options: &Options, task: &Connect, say: Say) -> Result<(), Failure> {
    match prepare(options, task, say).await {
        Ok(session) => session.hold(task, say).await,
        Err(failure) => {
            say.failure(&failure);
            Err(failure)
        }
    }
}

/// A session that begins, and what is to be done in it.
struct Session {
    handle: ConsoleHandle,
    steps: Vec<Placed>,
}

/// Everything up to the customer's answer.
async fn prepare(options: &Options, task: &Connect, say: Say) -> Result<Session, Failure> {
    // Everything that can be wrong on this side is found before the customer is disturbed.
    if task.password_file.as_deref().is_some_and(is_standard)
        && matches!(&task.step, Step::Script { file } if is_standard(file))
    {
        return Err(Failure::Usage("password and script can't both come from standard input".to_owned()));
    }
    let steps = script::steps_of(&task.step)?;
    script::check_output(&steps, options.json)?;
    let token = token(options.token_file.as_deref())?;
    // Every name fits into as many bytes as a login has for it.
    let operator = Operator { name: Text::truncated(options.operator.as_deref().unwrap_or_default()), token };
    let first = password(task.password_file.as_deref())?;
    let way = Way {
        targets: options.relay.clone(),
        pins: options.pin.clone(),
        resume_window: options.resume_window(),
    };
    let mut console = Console::log_in(way, operator).await?;
    let organisation = console.organisation().to_owned();
    let sealing = seal(&mut console, task, first).await?;
    say.sealed(&organisation, sealing.words(), sealing.language());
    Ok(Session { handle: console.start(sealing, task.ask()), steps })
}

impl Session {
    /// Does the steps and ends the session.
    async fn hold(self, task: &Connect, say: Say) -> Result<(), Failure> {
        let control = self.handle.control();
        let mut watcher = Watcher::start(self.handle, say);
        let mut performer =
            Performer { say, timeout: task.timeout, control: control.clone(), watcher: &mut watcher };
        let result = tokio::select! {
            result = performer.perform(&self.steps) => result,
            () = farhand_transport::system::stop_requested() => Err(Failure::Stopped),
        };
        // The cause comes before the goodbye that follows from it.
        if let Err(failure) = &result {
            say.failure(failure);
        }
        control.end().await;
        watcher.until_ended().await;
        result
    }
}

/// Makes the seal; a person at a terminal may correct the password as often as the number of tries allows.
async fn seal(console: &mut Console, task: &Connect, first: (Password, bool)) -> Result<Sealing, Failure> {
    let mut guesses = ConsoleGuesses::new();
    let (mut secret, typed) = first;
    loop {
        match console.connect(task.session_id, secret, &mut guesses).await {
            Err(ConnectError::Seal(SealError::Refused(refusal)))
                if typed && matches!(refusal, SealRefusal::Password | SealRefusal::PasswordReplaced) =>
            {
                eprintln!("{refusal}");
                guesses.ready().map_err(|spent| Failure::Connect(ConnectError::Seal(spent.into())))?;
                (secret, _) = password(task.password_file.as_deref())?;
            }
            result => return Ok(result?),
        }
    }
}

fn token<const MAX: usize>(file: Option<&Path>) -> Result<Bytes<MAX>, Failure> {
    let token = given_token(file)?.ok_or_else(|| {
        Failure::Usage("your token is missing; give --token-file or set FARHAND_TOKEN".to_owned())
    })?;
    let token = token.trim();
    if token.is_empty() {
        return Err(Failure::Usage(
            "your token is empty; the relay's administrator gave it to you".to_owned(),
        ));
    }
    Bytes::new(token.as_bytes()).map_err(|error| Failure::Usage(format!("this is no token: {error}")))
}

/// The token that the command line or the environment gives, as it stands there.
pub(crate) fn given_token(file: Option<&Path>) -> Result<Option<String>, Failure> {
    match file {
        Some(file) => std::fs::read_to_string(file)
            .map(Some)
            .map_err(|error| Failure::Usage(format!("{} can't be read: {error}", file.display()))),
        None => Ok(std::env::var("FARHAND_TOKEN").ok()),
    }
}

/// The password that a file, the environment or a person gives.
pub(crate) fn given_password(file: Option<&Path>) -> Result<Password, Failure> {
    password(file).map(|(password, _)| password)
}

/// The password, and whether a person typed it just now.
fn password(file: Option<&Path>) -> Result<(Password, bool), Failure> {
    let first_line = |mut reader: Box<dyn BufRead>| {
        let mut line = String::new();
        reader.read_line(&mut line).map(|_| line)
    };
    let (text, typed) = match file {
        Some(file) if is_standard(file) => (first_line(Box::new(std::io::stdin().lock())), false),
        Some(file) => {
            (std::fs::File::open(file).and_then(|f| first_line(Box::new(std::io::BufReader::new(f)))), false)
        }
        None => match std::env::var("FARHAND_PASSWORD") {
            Ok(password) => (Ok(password), false),
            Err(_) if std::io::stdin().is_terminal() => {
                eprint!("Password that the customer reads to you: ");
                // A prompt that can't be shown must not stop anybody from typing.
                let _ = std::io::stderr().flush();
                (first_line(Box::new(std::io::stdin().lock())), true)
            }
            Err(_) => {
                let missing = "the password is missing; give --password-file or set FARHAND_PASSWORD";
                return Err(Failure::Usage(missing.to_owned()));
            }
        },
    };
    let text = text.map_err(|error| Failure::Usage(format!("the password can't be read: {error}")))?;
    let password = text.parse().map_err(|error| Failure::Usage(format!("the password: {error}")))?;
    Ok((password, typed))
}
