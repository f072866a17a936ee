//! The command line.

use clap::Parser;
use farhand_desktop::CaptureBackend;
use farhand_peer::client::Way;
use farhand_proto::grant::Grants;
use farhand_transport::{Pin, Target};

/// Lets a helpdesk see and drive this desktop, after you have agreed.
///
/// Prints a session ID and a password to read aloud. Nothing is installed and no file is written.
#[derive(Debug, Parser)]
#[command(name = "farhand-client", version, max_term_width = 100)]
pub(crate) struct Options {
    /// Run without a window, which is the only way so far: numbers and events on standard output, consent by --allow
    /// or --commands.
    #[arg(long, required_unless_present = "guard")]
    headless: bool,

    /// Where the relay listens; several with commas between them or by repeating. Tried one a little after the
    /// other, the first good one wins.
    #[arg(
        long,
        value_name = "HOST:PORT",
        env = "FARHAND_RELAY",
        value_delimiter = ',',
        required_unless_present = "guard"
    )]
    relay: Vec<Target>,

    /// The relay's pin, as `farhand-relay pin` prints it; may be repeated.
    #[arg(
        long,
        value_name = "PIN",
        env = "FARHAND_PIN",
        value_delimiter = ',',
        required_unless_present = "guard"
    )]
    pin: Vec<Pin>,

    /// What an operator is allowed without asking anybody: view, control, or both with a comma between them.
    #[arg(long, value_name = "GRANTS")]
    pub(crate) allow: Option<Grants>,

    /// Read commands from standard input, one a line: allow GRANTS, deny, set GRANTS, new-password, end, quit.
    /// Questions that --allow does not answer wait for them; without this they are answered with no.
    #[arg(long)]
    pub(crate) commands: bool,

    /// Stop after the first session.
    #[arg(long)]
    pub(crate) once: bool,

    /// Print events as JSON, one a line.
    #[arg(long)]
    pub(crate) json: bool,

    /// The X11 display to show; the environment's if not given.
    #[arg(long, value_name = "DISPLAY")]
    display: Option<String>,

    /// How to read the screen: default, scrap or dummy.
    #[arg(long, value_name = "WAY", default_value = "default", value_parser = parse_capture)]
    capture: CaptureBackend,

    /// What to log to standard error, for example info or farhand_peer=debug.
    #[arg(long, value_name = "FILTER", env = "FARHAND_LOG", default_value = "warn", value_parser = parse_filter)]
    pub(crate) log: String,

    /// Used by the program itself: watch over the keys of the display.
    #[arg(long, hide = true, value_name = "DISPLAY")]
    pub(crate) guard: Option<String>,
}

impl Options {
    /// How to reach the relay.
    pub(crate) fn way(&self) -> Way {
        Way { targets: self.relay.clone(), pins: self.pin.clone() }
    }

    /// The desktop to show.
    pub(crate) fn desktop(&self) -> farhand_desktop::Options {
        farhand_desktop::Options { display: self.display.clone(), capture: self.capture }
    }
}

fn parse_filter(text: &str) -> Result<String, String> {
    tracing_subscriber::EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

fn parse_capture(name: &str) -> Result<CaptureBackend, String> {
    CaptureBackend::from_name(name).ok_or_else(|| {
        let names: Vec<_> = CaptureBackend::ALL.iter().map(|backend| backend.name()).collect();
        format!("there is: {}", names.join(", "))
    })
}
