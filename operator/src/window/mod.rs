//! The console's window: connecting, settings, a tab for each session.
//!
//! [`run`] opens it. What it shows is a `model::Model`, drawn by `screens`, which give back what people do; a
//! session's own view is `session`; everything that takes time happens behind `link`.

mod app;
mod details;
mod forms;
mod handout;
mod keystore;
mod link;
mod model;
mod parts;
mod pasted;
pub mod pictures;
mod recent;
mod report;
mod screens;
mod session;
pub(crate) mod settings;
#[cfg(test)]
mod tests;
mod trouble;
mod words;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use farhand_peer::Direct;
use farhand_proto::id::{Password, SessionId};
use farhand_proto::name::Name;
use farhand_transport::{Pin, ProxyChoice, RelayAddress};
use farhand_window::RunError;

use app::Console;
use keystore::Token;
use link::{Inbox, Link};
use model::{Model, Start};
use recent::Recent;
use settings::Settings;

/// What the command line says; it holds for this start and goes before what is kept in the settings.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Where the relay listens.
    pub relays: Vec<RelayAddress>,
    /// The relay's keys.
    pub pins: Vec<Pin>,
    /// The proxy on the way to the relay.
    pub proxy: ProxyChoice,
    /// The operator's name.
    pub operator: Option<Name>,
    /// The operator's token.
    pub token: Option<String>,
    /// What draws the window.
    pub graphics: farhand_window::Graphics,
    /// For how long a session whose line was lost may come back.
    pub resume_window: Duration,
    /// Whether a session may go without the relay.
    pub direct: Direct,
    /// Whom to connect to at once.
    pub customer: Option<Customer>,
}

/// The numbers of a customer.
#[derive(Debug, Clone)]
pub struct Customer {
    /// The session ID.
    pub session_id: SessionId,
    /// The password; the window asks for it otherwise.
    pub password: Option<Password>,
    /// Whether to ask for control besides the view.
    pub control: bool,
}

/// Why the window does not open.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The desktop gives none.
    #[error("{0}; on a system without a desktop use `farhand-operator connect`")]
    Run(#[from] RunError),
    /// The system gives no threads.
    #[error("this system gives no threads: {0}")]
    Threads(#[from] std::io::Error),
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// There is no desktop, or it refuses windows.
pub fn run(given: Given) -> Result<(), WindowError> {
    let folder = settings::folder(|name| std::env::var_os(name));
    let (kept, file_trouble) = match folder.as_deref().map(Settings::load) {
        None => (Settings::default(), None),
        Some(Ok(settings)) => (settings, None),
        Some(Err(error)) => (Settings::default(), Some(error)),
    };
    let start = Start {
        settings: with_given(kept, &given),
        file_trouble,
        file: folder.as_deref().map(|folder| settings::file(folder).display().to_string()),
        recent: folder.as_deref().map(Recent::load).unwrap_or_default(),
        token: given.token.as_deref().and_then(Token::new),
        now: now(),
    };
    let mut failure = None;
    let theme = farhand_window::system_theme();
    farhand_window::run_on(given.graphics, "farhand-operator", theme, |proxy| {
        let inbox = Inbox::new(move || proxy.send(app::Message));
        let (mut model, mut effects) = Model::new(start);
        if let Some(customer) = &given.customer {
            effects.extend(model.meet(customer));
        }
        let link = Link::start(inbox.clone(), folder, given.proxy, given.resume_window, given.direct)
            .map_err(|error| failure = Some(error))
            .ok();
        Console::new(model, effects, link, inbox, locale())
    })?;
    failure.map_or(Ok(()), |error| Err(error.into()))
}

fn with_given(kept: Settings, given: &Given) -> Settings {
    let or = |given: &[RelayAddress], kept| if given.is_empty() { kept } else { given.to_vec() };
    Settings {
        relays: or(&given.relays, kept.relays),
        pins: if given.pins.is_empty() { kept.pins } else { given.pins.clone() },
        operator: given.operator.clone().or(kept.operator),
        proxy: if given.proxy == ProxyChoice::System { kept.proxy } else { given.proxy.clone() },
        ..kept
    }
}

/// The desktop's language.
fn locale() -> String {
    sys_locale::get_locale().unwrap_or_default()
}

/// In seconds since 1970-01-01 UTC.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
