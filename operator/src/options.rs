//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand};
use farhand_peer::Direct;
use farhand_proto::grant::{Grant, Grants, UnknownGrant};
use farhand_proto::id::SessionId;
use farhand_proto::name::Name;
use farhand_transport::{Pin, ProxyChoice, RelayAddress};
use farhand_window::Graphics;

use crate::script::Placed;
use crate::steps::Step;

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 failed on this machine; 2 wrong command line, script or number; 3 relay not reachable; 4 wrong \
pin; 5 operator unknown; 6 nobody waits under the number; 7 wrong password; 8 denied; 9 no answer; 10 ended by the \
customer; 11 line cut; 12 not allowed; 13 not done by the customer's system; 14 waited in vain; 15 the programs did \
not understand or trust each other; 16 stopped by a signal; 17 files did not travel";

/// The most seconds of a time: more than eleven days.
const MOST_SECONDS: f64 = 1_000_000.0;

/// Sees, explains or drives the desktop of a customer who has read you two numbers: in a window, or with a command
/// for scripts.
#[derive(Debug, Parser)]
#[command(name = "farhand-operator", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Options {
    /// Where the relay listens: HOST for ports 443, 80, 11438, 110 and 21, or HOST:PORT; https:// before it lets only
    /// HTTPS be tried. Several with commas between them or by repeating; the first that is good wins.
    #[arg(long, value_name = "RELAY", env = "FARHAND_RELAY", value_delimiter = ',')]
    pub(crate) relay: Vec<RelayAddress>,

    /// The relay's pin, as `farhand-relay pin` prints it; may be repeated.
    #[arg(long, value_name = "PIN", env = "FARHAND_PIN", value_delimiter = ',')]
    pub(crate) pin: Vec<Pin>,

    /// Your name at the relay.
    #[arg(long, value_name = "NAME", env = "FARHAND_OPERATOR")]
    pub(crate) operator: Option<Name>,

    /// A file that holds your token, as `farhand-relay operator add` printed it. Without it the environment
    /// variable FARHAND_TOKEN is read. There is no option for the token itself: others could see it.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// The proxy on the way to the relay: auto (as https_proxy, all_proxy and no_proxy or the desktop say), none, one such
    /// as http://proxy.example.org:3128, https://… or socks5://…, with user:password@ before the host if it wants them, or
    /// as a proxy script says: pac+http://intranet.example.org/proxy.pac.
    /// Others on this computer can read a command line: better set the variable.
    #[arg(long, value_name = "PROXY", env = "FARHAND_PROXY", default_value = "auto", hide_env_values = true)]
    proxy: String,

    /// For how many seconds a session whose line was lost may come back, without password and consent.
    #[arg(long, value_name = "SECONDS", env = "FARHAND_RESUME_WINDOW", default_value_t = 120, allow_negative_numbers = true, value_parser = farhand_peer::parse_resume_window)]
    pub(crate) resume_window: u16,

    /// Whether a session may go without the relay where the two computers reach each other: on, off, or the port at which to
    /// wait for the customer's program instead of 110. Where the port can't be had, any other will do.
    #[arg(long, value_name = "on|off|PORT", env = "FARHAND_DIRECT", default_value = "on")]
    pub(crate) direct: Direct,

    /// Print events as JSON, one a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// What to log to standard error, for example info or farhand_peer=debug.
    #[arg(long, value_name = "FILTER", env = "FARHAND_LOG", default_value = "error,farhand=warn", value_parser = parse_filter)]
    pub(crate) log: String,

    /// What draws the window: auto (the graphics processor where there is one), software (the processor, always) or
    /// gpu (OpenGL, even where that is a program on the processor).
    #[arg(long, value_name = "WHAT", env = "FARHAND_GRAPHICS", default_value = "auto")]
    pub(crate) graphics: Graphics,

    /// Without one the window opens; then relay, pin, operator and token go before what its settings say.
    #[command(subcommand)]
    pub(crate) task: Option<Task>,
}

impl Options {
    /// For how long a session whose line was lost may come back.
    pub(crate) fn resume_window(&self) -> Duration {
        Duration::from_secs(self.resume_window.into())
    }

    /// The proxy on the way to the relay. Not read by the parser, whose words repeat what was written, with the password
    /// in it.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn proxy(&self) -> Result<ProxyChoice, clap::Error> {
        let wrong = |error| Self::command().error(ErrorKind::ValueValidation, format!("--proxy: {error}"));
        self.proxy.parse().map_err(wrong)
    }

    /// What a task needs and the command line lacks: clap's own words for it.
    pub(crate) fn missing(&self) -> Option<clap::Error> {
        let tests = matches!(self.task, Some(Task::Test));
        let needed = [
            (self.relay.is_empty(), "--relay <RELAY>"),
            (self.pin.is_empty(), "--pin <PIN>"),
            (self.operator.is_none() && !tests, "--operator <NAME>"),
        ];
        let missing: Vec<String> =
            needed.iter().filter(|(missing, _)| *missing).map(|(_, name)| (*name).to_owned()).collect();
        if missing.is_empty() {
            return None;
        }
        let mut error = clap::Error::new(ErrorKind::MissingRequiredArgument)
            .with_cmd(&<Self as CommandFactory>::command());
        error.insert(ContextKind::InvalidArg, ContextValue::Strings(missing));
        Some(error)
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Connect to a customer, do one thing or a script of things, and end the session.
    Connect(Connect),
    /// Open the window with these numbers in it, and connect if nothing is missing: for links in a ticket system.
    Open(Open),
    /// Try every way to the relay and say which lead there; no operator is needed, and nobody is disturbed.
    Test,
}

/// What to open the window with.
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The session ID that the customer read to you, with or without spaces or dashes.
    #[arg(value_name = "SESSION_ID")]
    pub(crate) session_id: SessionId,

    /// A file that holds the password that the customer read to you; `-` reads one line of standard input. Without
    /// it the environment variable FARHAND_PASSWORD is read; without both the window asks.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// Look and touch nothing: the customer is asked for no more.
    #[arg(long)]
    pub(crate) view_only: bool,
}

/// How to connect.
#[derive(Debug, Args)]
pub(crate) struct Connect {
    /// The session ID that the customer read to you, with or without spaces or dashes.
    #[arg(value_name = "SESSION_ID")]
    pub(crate) session_id: SessionId,

    /// A file that holds the password that the customer read to you; `-` reads one line of standard input. Without
    /// it the environment variable FARHAND_PASSWORD is read.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// What to ask the customer for: view, control, clipboard, files. Without it view and control, and what else the
    /// steps need.
    #[arg(long, value_name = "GRANTS", conflicts_with = "view_only", value_parser = parse_grants)]
    grants: Option<Grants>,

    /// Look and touch nothing: the customer is asked for no more.
    #[arg(long)]
    view_only: bool,

    /// How long a step may wait for what it needs before it has failed, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "30", allow_negative_numbers = true, value_parser = parse_seconds)]
    pub(crate) timeout: Duration,

    #[command(subcommand)]
    pub(crate) step: Step,
}

impl Connect {
    /// What to ask for, where these steps are to be done.
    pub(crate) fn ask(&self, steps: &[Placed]) -> Grants {
        let needed = || steps.iter().filter_map(|placed| placed.step.needs());
        match self.grants {
            Some(grants) => grants,
            None if self.view_only => Grants::NONE.with(Grant::View),
            None => [Grant::View, Grant::Control].into_iter().chain(needed()).collect(),
        }
    }
}

fn parse_grants(text: &str) -> Result<Grants, String> {
    let grants: Grants = text.parse().map_err(|error: UnknownGrant| error.to_string())?;
    if grants.is_empty() {
        Err("ask for something: view, control, clipboard, files".to_owned())
    } else {
        Ok(grants)
    }
}

/// A filter for the log.
fn parse_filter(text: &str) -> Result<String, String> {
    tracing_subscriber::EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

/// A number of seconds, with a fraction if need be.
pub(crate) fn parse_seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds| (0.0..=MOST_SECONDS).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| format!("a number of seconds is needed, from 0 to {MOST_SECONDS}, for example 1.5"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_only_views_asks_for_nothing_else_whatever_the_steps_need() {
        let asks = |words: &[&str]| {
            let words = ["farhand-operator", "connect"].iter().chain(words);
            let Some(Task::Connect(task)) = Options::try_parse_from(words).unwrap().task else {
                panic!("connect")
            };
            let steps = crate::script::steps_of(&task.step).unwrap();
            task.ask(&steps).to_string()
        };
        assert_eq!(asks(&["--view-only", "4810263924", "get", "a"]), "view");
        assert_eq!(asks(&["4810263924", "get", "a"]), "view,control,files");
        assert_eq!(asks(&["--grants", "view", "4810263924", "paste"]), "view");
    }

    #[test]
    fn a_time_that_can_not_be_is_answered_with_what_is_needed() {
        assert_eq!(parse_seconds("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse_seconds("0"), Ok(Duration::ZERO));
        for text in ["-1", "-0.5", "", "long", "NaN", "inf", "1e19", "1000001"] {
            assert!(parse_seconds(text).unwrap_err().contains("from 0 to 1000000"), "{text}");
        }
        for words in [
            &["connect", "--timeout", "-1", "2222222222", "stay"][..],
            &["connect", "2222222222", "wait", "time", "--for", "-1"],
            &["connect", "2222222222", "wait", "settled", "--for", "-1"],
            &["--resume-window", "-1"],
        ] {
            let error = Options::try_parse_from(["farhand-operator"].iter().chain(words)).unwrap_err();
            assert!(error.to_string().contains("invalid value '-1' for '--"), "{error}");
        }
    }
}
