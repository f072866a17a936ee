//! One session from beginning to end: connect, do the steps, say goodbye.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use farhand_peer::console::{ConnectError, Console, ConsoleHandle, Operator, Sealing, Way};
use farhand_proto::bounded::{Bytes, Text};
use farhand_proto::id::Password;
use farhand_proto::seal::SealRefusal;
use farhand_seal::{ConsoleGuesses, SealError};
use farhand_transport::Ladder;

use crate::failure::Failure;
use crate::options::{Connect, Options};
use crate::reached;
use crate::say::Say;
use crate::script::{self, Placed};
use crate::steps::{Step, is_standard};
use crate::token::{self, is_token};
use crate::window::settings;

mod carry;
mod perform;
mod watch;

use perform::Performer;
use watch::Watcher;

/// Does what `connect` asks for. A failure has been said when it comes back.
pub(crate) async fn run(options: &Options, task: &Connect, say: Say) -> Result<(), Failure> {
    match prepare(options, task, say).await {
        Ok(session) => session.hold(task, say).await?,
        Err(failure) => {
            say.failure(&failure);
            return Err(failure);
        }
    }
    match crate::say::unprinted() {
        None => Ok(()),
        Some(error) => {
            let failure =
                Failure::Here(format!("standard output did not take all that was printed: {error}"));
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
    script::check_contents(&steps)?;
    let token = token(options.token_file.as_deref())?;
    // Every name fits into as many bytes as a login has for it.
    let operator = Operator { name: Text::truncated(options.operator.as_deref().unwrap_or_default()), token };
    let first = password(task.password_file.as_deref())?;
    let ladder = Ladder::new(&options.relay, &options.proxy().unwrap_or_default());
    let folder = settings::folder(|name| std::env::var_os(name));
    let known = reached::recall(&ladder, folder.as_deref());
    let way = Way {
        ladder: ladder.clone(),
        pins: options.pin.clone(),
        resume_window: options.resume_window(),
        direct: options.direct,
    };
    let mut console = Console::log_in(way, operator).await?;
    reached::keep(&ladder, known.as_ref(), folder.as_deref());
    let organisation = console.organisation().to_owned();
    let sealing = seal(&mut console, task, first).await?;
    say.sealed(&organisation, sealing.words(), sealing.language());
    let ask = task.ask(&steps);
    Ok(Session { handle: console.start(sealing, ask), steps })
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
    Bytes::new(token.as_bytes()).map_err(|error| Failure::Usage(format!("this is no token: {error}")))
}

/// The token that the command line or the environment gives. One that no relay can have given is refused here, in words
/// that do not show it.
pub(crate) fn given_token(file: Option<&Path>) -> Result<Option<String>, Failure> {
    let (whence, text) = match file {
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Failure::Usage(format!("{} can't be read: {error}", file.display())))?;
            (file.display().to_string(), text)
        }
        None => match std::env::var_os("FARHAND_TOKEN") {
            Some(text) => ("FARHAND_TOKEN".to_owned(), text.to_string_lossy().into_owned()),
            None => return Ok(None),
        },
    };
    check_token(text.trim(), &whence).map_err(Failure::Usage)?;
    Ok(Some(text.trim().to_owned()))
}

fn check_token(token: &str, whence: &str) -> Result<(), String> {
    if token.is_empty() {
        return Err("your token is empty; the relay's administrator gave it to you".to_owned());
    }
    if is_token(token) {
        return Ok(());
    }
    let what = match token.chars().count() {
        token::LENGTH => "characters that are none of these".to_owned(),
        length => format!("{length} characters"),
    };
    Err(format!(
        "what {whence} holds is no token: a token is {} letters, digits, - and _, as `farhand-relay operator \
         add` prints it, and this has {what}; copy it again, whole",
        token::LENGTH
    ))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_relay_gives_is_no_token_and_is_not_repeated() {
        let token = "-_0aZ".repeat(9)[..token::LENGTH].to_owned();
        assert_eq!(check_token(&token, "FARHAND_TOKEN"), Ok(()));
        let exotic = format!("{}ř", &token[..token::LENGTH - 1]);
        for (wrong, words) in [
            (&token[1..], "this has 42 characters"),
            (&format!("{token}="), "this has 44 characters"),
            (&format!("{}+", &token[1..]), "characters that are none of these"),
            (&exotic, "characters that are none of these"),
            ("hunter2", "this has 7 characters"),
        ] {
            let said = check_token(wrong, "the file").unwrap_err();
            assert!(said.contains(words) && said.starts_with("what the file holds is no token"), "{said}");
            assert!(!said.contains(wrong), "{said}");
        }
        assert!(check_token("", "the file").unwrap_err().starts_with("your token is empty"));
    }

    #[test]
    fn a_file_is_checked_and_space_around_its_token_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let token = "a".repeat(token::LENGTH);
        std::fs::write(&file, format!(" {token}\r\n")).unwrap();
        assert_eq!(given_token(Some(&file)).unwrap(), Some(token));
        std::fs::write(&file, "secret\n").unwrap();
        let refused = given_token(Some(&file)).unwrap_err();
        assert_eq!(refused.exit_code(), 2);
        let said = refused.to_string();
        assert!(said.contains("token holds is no token") && !said.contains("secret"), "{said}");
    }
}
