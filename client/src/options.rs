//! The command line.

use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};
use farhand_desktop::CaptureBackend;
use farhand_peer::Direct;
use farhand_peer::client::Way;
use farhand_proto::grant::Grants;
use farhand_proto::language::Language;
use farhand_transport::{Ladder, Pin, ProxyChoice, RelayAddress};

/// Of the libraries below only what went wrong: what they warn of tells a customer nothing.
const DEFAULT_LOG: &str = "error,farhand=warn";

/// Lets a helpdesk see and drive this desktop, after you have agreed.
///
/// Opens a window with a session ID and a password to read aloud. Nothing is installed and no file is written.
#[derive(Debug, Parser)]
#[command(name = "farhand-client", version, max_term_width = 100)]
pub(crate) struct Options {
    /// Run without a window: numbers and events on standard output, consent by --allow or --commands, of which one is
    /// needed.
    #[arg(long)]
    headless: bool,

    /// Where the relay listens: HOST for ports 443, 80, 11438, 110 and 21, or HOST:PORT; https:// before it lets only
    /// HTTPS be tried. Several with commas between them or by repeating; the first that is good wins.
    #[arg(
        long,
        value_name = "RELAY",
        env = "FARHAND_RELAY",
        value_delimiter = ',',
        required_unless_present = "guard"
    )]
    relay: Vec<RelayAddress>,

    /// The relay's pin, as `farhand-relay pin` prints it; may be repeated.
    #[arg(
        long,
        value_name = "PIN",
        env = "FARHAND_PIN",
        value_delimiter = ',',
        required_unless_present = "guard"
    )]
    pin: Vec<Pin>,

    /// The proxy on the way to the relay: auto (as https_proxy, all_proxy and no_proxy or the desktop say), none, one such
    /// as http://proxy.example.org:3128, https://… or socks5://…, with user:password@ before the host if it wants them, or
    /// as a proxy script says: pac+http://intranet.example.org/proxy.pac.
    /// Others on this computer can read a command line: better set the variable.
    #[arg(long, value_name = "PROXY", env = "FARHAND_PROXY", default_value = "auto", hide_env_values = true)]
    proxy: String,

    /// For how many seconds a session whose line was lost may come back, without password and consent.
    #[arg(long, value_name = "SECONDS", env = "FARHAND_RESUME_WINDOW", default_value_t = 120, allow_negative_numbers = true, value_parser = farhand_peer::parse_resume_window)]
    resume_window: u16,

    /// Whether a session may go without the relay where the two computers reach each other: on or off. This program only dials;
    /// nobody can come to it.
    #[arg(long, value_name = "on|off", env = "FARHAND_DIRECT", default_value = "on", value_parser = parse_direct)]
    direct: Direct,

    /// What an operator is allowed without asking anybody: view, control, or both with a comma between them.
    #[arg(long, value_name = "GRANTS", requires = "headless")]
    pub(crate) allow: Option<Grants>,

    /// Read commands from standard input, one a line: allow GRANTS, deny, set GRANTS, give GRANT, take GRANT, pause,
    /// resume, new-password, end, quit. Questions that --allow does not answer wait for them.
    #[arg(long, requires = "headless")]
    pub(crate) commands: bool,

    /// Stop after the first session.
    #[arg(long, requires = "headless")]
    pub(crate) once: bool,

    /// The language of the window, and of the two spoken words here and at the operator's: cs, da, de, en, es, fr, it, nl or pl. If
    /// not given, the system's (LC_ALL, LC_MESSAGES, LANG), else English.
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,

    /// Print events as JSON, one a line. A window prints nothing otherwise.
    #[arg(long)]
    pub(crate) json: bool,

    /// The X11 display to show; the environment's if not given.
    #[arg(long, value_name = "DISPLAY")]
    display: Option<String>,

    /// How to read the screen: default, scrap or dummy.
    #[arg(long, value_name = "WAY", default_value = "default", value_parser = parse_capture)]
    capture: CaptureBackend,

    /// What to log to standard error, for example info or farhand_peer=debug.
    #[arg(long, value_name = "FILTER", env = "FARHAND_LOG", default_value = DEFAULT_LOG, value_parser = parse_filter)]
    pub(crate) log: String,

    /// Used by the program itself: watch over the keys of the display.
    #[arg(long, hide = true, value_name = "DISPLAY")]
    pub(crate) guard: Option<String>,
}

impl Options {
    /// Refuses what is well written and makes no sense.
    ///
    /// # Errors
    /// Nobody could ever be let in, or the window would open on another desktop than the one it is about.
    pub(crate) fn check(&self) -> Result<(), clap::Error> {
        // Not by the parser, whose words repeat what was written, with the password in it.
        if let Err(error) = self.proxy.parse::<ProxyChoice>() {
            return Err(Self::command().error(ErrorKind::ValueValidation, format!("--proxy: {error}")));
        }
        let here = std::env::var("DISPLAY").ok();
        if let Some(display) = &self.display
            && self.guard.is_none()
            && !self.headless
            && here.as_ref() != Some(display)
        {
            let words = format!(
                "the window opens on the desktop that the environment names: set DISPLAY={display} instead of \
                 --display {display}"
            );
            return Err(Self::command().error(ErrorKind::ArgumentConflict, words));
        }
        if self.headless && self.allow.is_none() && !self.commands {
            let words = "nobody could ever be let in: say what operators are allowed, for example --allow \
                         view,control, or answer each of them on standard input with --commands";
            return Err(Self::command().error(ErrorKind::MissingRequiredArgument, words));
        }
        Ok(())
    }

    /// Whether there is no window.
    pub(crate) fn is_headless(&self) -> bool {
        self.headless
    }

    /// The customer's language: as asked for, else the system's, else English.
    pub(crate) fn language(&self) -> Language {
        self.language.unwrap_or_else(|| language_of(|name| std::env::var(name).ok()).unwrap_or_default())
    }

    /// How to reach the relay.
    pub(crate) fn way(&self) -> Way {
        Way {
            ladder: Ladder::new(&self.relay, &self.proxy.parse().unwrap_or_default()),
            pins: self.pin.clone(),
            resume_window: Duration::from_secs(self.resume_window.into()),
            direct: self.direct,
        }
    }

    /// The desktop to show.
    pub(crate) fn desktop(&self) -> farhand_desktop::Options {
        farhand_desktop::Options {
            display: self.display.clone(),
            capture: self.capture,
            untouched: Some(std::process::id()),
            ..farhand_desktop::Options::default()
        }
    }
}

/// The language that an environment names: the first variable that is set and not empty counts (POSIX, section 8.2).
fn language_of(variable: impl Fn(&str) -> Option<String>) -> Option<Language> {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()))?;
    Language::of_locale(&locale)
}

fn parse_filter(text: &str) -> Result<String, String> {
    tracing_subscriber::EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

fn parse_direct(text: &str) -> Result<Direct, String> {
    match text {
        "on" | "off" => text.parse(),
        _ => Err("on or off is needed".to_owned()),
    }
}

fn parse_capture(name: &str) -> Result<CaptureBackend, String> {
    CaptureBackend::from_name(name).ok_or_else(|| {
        let names: Vec<_> = CaptureBackend::ALL.iter().map(|backend| backend.name()).collect();
        format!("there is: {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_names_the_language() {
        let of = |set: &[(&str, &str)]| {
            language_of(|name| {
                set.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(of(&[("LANG", "cs_CZ.UTF-8")]), Some(Language::Czech));
        assert_eq!(of(&[("LANG", "cs_CZ.UTF-8"), ("LC_MESSAGES", "de_DE")]), Some(Language::German));
        assert_eq!(
            of(&[("LANG", "cs_CZ.UTF-8"), ("LC_MESSAGES", "de_DE"), ("LC_ALL", "it")]),
            Some(Language::Italian)
        );
        assert_eq!(of(&[("LANG", "cs_CZ.UTF-8"), ("LC_ALL", "")]), Some(Language::Czech));
        assert_eq!(of(&[("LANG", "cs_CZ.UTF-8"), ("LC_ALL", "C")]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_window_asks_the_person_and_nobody_else() {
        let pin = format!("sha256/{}=", "A".repeat(43));
        let parse = |more: &[&str]| {
            let words = ["farhand-client", "--relay", "a:1", "--pin", pin.as_str()];
            Options::try_parse_from(words.iter().chain(more).copied())
        };
        assert!(!parse(&[]).unwrap().is_headless());
        for more in [&["--allow", "view"][..], &["--commands"], &["--once"]] {
            assert!(parse(more).unwrap_err().to_string().contains("--headless"), "{more:?}");
        }
        let elsewhere = parse(&["--display", ":nowhere"]).unwrap().check().unwrap_err().to_string();
        assert!(elsewhere.contains("DISPLAY=:nowhere"), "{elsewhere}");
    }

    #[test]
    fn by_default_the_libraries_below_are_heard_only_when_something_went_wrong() {
        use tracing::{Level, enabled};
        let filter = tracing_subscriber::EnvFilter::new(DEFAULT_LOG);
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).finish();
        tracing::subscriber::with_default(subscriber, || {
            assert!(!enabled!(target: "winit::platform_impl::linux::x11", Level::WARN));
            assert!(enabled!(target: "winit::platform_impl::linux::x11", Level::ERROR));
            assert!(enabled!(target: "farhand_window::run", Level::WARN));
            assert!(!enabled!(target: "farhand_window::run", Level::INFO));
        });
    }

    #[test]
    fn somebody_must_be_able_to_say_yes() {
        let words = ["farhand-client", "--headless", "--relay", "a:1", "--pin"];
        let pin = format!("sha256/{}=", "A".repeat(43));
        let options = |more: &[&str]| {
            Options::try_parse_from(words.iter().copied().chain([pin.as_str()]).chain(more.iter().copied()))
                .unwrap()
        };
        let refused = options(&[]).check().unwrap_err().to_string();
        assert!(refused.contains("--allow") && refused.contains("--commands"), "{refused}");
        for policy in [&["--allow", "view"][..], &["--allow", ""], &["--commands"]] {
            assert!(options(policy).check().is_ok(), "{policy:?}");
        }
    }
}
