//! What each command of the command line does.

use std::fmt;
use std::io::IsTerminal;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use farhand_proto::name::Name;
use farhand_store::{AddError, RemoveError, Store, StoreError};
use farhand_transport::Pin;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

use crate::config::{Config, ConfigError, EXAMPLE};
use crate::listen::ListenError;
use crate::logs;
use crate::options::{Command, OperatorCommand, Options};
use crate::server::{Outcome, Server, StartError};
use crate::state::{self, State, StateError};

/// A command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A port can't be used.
    #[error(transparent)]
    Listen(ListenError),
    /// No such operator, or the name is taken.
    #[error("{0}")]
    Operator(String),
    /// A second signal came before everything had ended.
    #[error("stopped at once; sessions were cut")]
    Cut,
    /// Anything else.
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl Failure {
    /// The program's exit code.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Other(_) => 1,
            Self::Config(_) => 3,
            Self::Listen(_) => 4,
            Self::Operator(_) => 5,
            Self::Cut => 6,
        }
    }
}

/// Does what the command line says.
///
/// # Errors
/// It can't be done; the error says why, and has the program's exit code.
pub fn execute(options: Options) -> Result<(), Failure> {
    if matches!(options.command, Command::ExampleConfig) {
        print(EXAMPLE);
        return Ok(());
    }
    let config = Config::load(&options.settings)?;
    let runtime = tokio::runtime::Runtime::new().map_err(anyhow::Error::from)?;
    match options.command {
        Command::Run => runtime.block_on(run(&config)),
        Command::Operator(command) => runtime.block_on(operator(&config, command)),
        Command::Pin => {
            print(&format!("{}\n", State::open(&config.state)?.pin()));
            Ok(())
        }
        Command::CheckConfig => {
            print(&format!("{config}\n"));
            Ok(())
        }
        Command::ExampleConfig => Ok(()),
    }
}

async fn run(config: &Config) -> Result<(), Failure> {
    logs::start(config);
    let mut terminate = signal(SignalKind::terminate()).map_err(anyhow::Error::from)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(anyhow::Error::from)?;
    let mut server = Server::start(config).await?;
    let mut stopping = false;
    loop {
        let name = tokio::select! {
            // The end itself counts for more than the wish for it.
            biased;
            outcome = server.ended() => {
                info!("relay ended");
                return if outcome == Outcome::Stopped { Ok(()) } else { Err(Failure::Cut) };
            }
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        if stopping {
            warn!(signal = name, "stopping at once");
            server.abort();
        } else {
            info!(signal = name, "stopping; a second signal stops at once");
            stopping = true;
            server.stop();
        }
    }
}

async fn operator(config: &Config, command: OperatorCommand) -> Result<(), Failure> {
    let database = state::database(&config.state);
    let store = Store::open(&database).await.map_err(|error| match error {
        StoreError::Missing { .. } => Failure::from(StateError::missing_database(&config.state)),
        other => other.into(),
    })?;
    let result = match command {
        OperatorCommand::Add { name, json } => {
            // A pin that can't be told is noticed before the token is made, which is shown only once.
            let pin = if json { None } else { Some(State::open(&config.state)?.pin()) };
            let token = store.add_operator(&name, &whoever(), now()).await?.to_string();
            match pin {
                Some(pin) => hand_out(config, &pin, &name, &token),
                None => print(&format!("{}\n", json!({"operator": name.to_string(), "token": token}))),
            }
            Ok(())
        }
        OperatorCommand::List { json } => {
            for operator in store.operators().await? {
                let added = operator.created.as_secs();
                if json {
                    print(&format!("{}\n", json!({"operator": operator.name, "added": added})));
                } else {
                    print(&format!("{}\t{}\n", operator.name, Day(added)));
                }
            }
            Ok(())
        }
        OperatorCommand::Remove { name } => {
            store.remove_operator(&name, &whoever(), now()).await.map_err(Failure::from)
        }
    };
    store.close().await;
    result
}

/// Prints what an operator pastes into the first window of their program. What takes standard output for itself gets
/// the token alone there, and the rest, without it, on standard error: that may be a log.
fn hand_out(config: &Config, pin: &Pin, name: &Name, token: &str) {
    let address = config.address();
    let relay = address.map_or_else(|| "HOST:PORT".to_owned(), |address| address.to_string());
    let lines = |token: &str| format!("relay: {relay}\npin: {pin}\noperator: {name}\ntoken: {token}\n");
    if std::io::stdout().is_terminal() {
        print(&lines(token));
    } else {
        print(&format!("{token}\n"));
        eprint!("{}", lines("(on standard output)"));
    }
    if address.is_none() {
        eprintln!(
            "Instead of HOST:PORT write where operators reach this relay: its name, a colon and the port."
        );
    }
    eprintln!("This is the token of {name}. It is shown this once; whoever has it is {name}.");
    let database = state::absolute(&state::database(&config.state));
    eprintln!("{name} is known to the relay that uses {}.", database.display());
}

/// For the audit: who changes operators from here. The name is what the environment says, no proof.
fn whoever() -> String {
    let name = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    format!("command line ({})", name.as_deref().unwrap_or("unknown user"))
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Writes to standard output; a reader that has gone is no failure.
fn print(text: &str) {
    use std::io::Write;
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// A day in UTC, as ISO 8601 writes it, from seconds since 1970-01-01.
struct Day(u64);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Days are counted from 0000-03-01, so that the leap day is the last of its year.
        let days = self.0 / 86_400 + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Listen(error) => Self::Listen(error),
            other => Self::Other(other.into()),
        }
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::Other(error.into())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

impl From<AddError> for Failure {
    fn from(error: AddError) -> Self {
        match error {
            AddError::Exists(_) => Self::Operator(error.to_string()),
            other => Self::Other(other.into()),
        }
    }
}

impl From<RemoveError> for Failure {
    fn from(error: RemoveError) -> Self {
        match error {
            RemoveError::Unknown(_) => Self::Operator(error.to_string()),
            other @ RemoveError::Store(_) => Self::Other(other.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_right_around_leap_days() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_709_164_800, "2024-02-29"),
            (1_798_761_599, "2026-12-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(Day(seconds).to_string(), day);
        }
    }
}
