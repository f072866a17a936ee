//! What can be done in a session, one step at a time: the same words on the command line and in a script.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::Subcommand;
use farhand_proto::grant::Grant;
use farhand_proto::input::Button;
use farhand_proto::screen::{Colours, MonitorId, Part, Rect};

use crate::chord::Chord;
use crate::options::parse_seconds;

/// One step of a session.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Step {
    /// Save what the customer's screen shows as a PNG, once it is complete.
    Picture {
        /// Where to; an existing file is replaced. - is standard output.
        file: PathBuf,
        /// Draw the pointer into it.
        #[arg(long)]
        pointer: bool,
    },
    /// Type text exactly as it stands, whatever keyboard the customer has. \n is Enter, \t is Tab, \\ a backslash.
    #[command(allow_negative_numbers = true)]
    Type {
        /// The text.
        #[arg(allow_hyphen_values = true)]
        text: Typed,
        /// Characters a second, from 0.01 to 1000; as fast as possible without it.
        #[arg(long, value_name = "CHARACTERS")]
        rate: Option<Rate>,
    },
    /// Press keys together and let go: ctrl+s, alt+f4, enter. The letter counts, not its place on the keyboard.
    Key {
        /// The keys, with + between them.
        chord: Chord,
    },
    /// Press keys and keep them down.
    Down {
        /// The keys, with + between them.
        chord: Chord,
    },
    /// Let go of keys.
    Up {
        /// The keys, with + between them.
        chord: Chord,
    },
    /// Move the pointer. Places are pixels of the customer's whole desktop.
    #[command(allow_negative_numbers = true)]
    Move {
        /// From the left.
        x: i32,
        /// From the top.
        y: i32,
    },
    /// Click.
    #[command(allow_negative_numbers = true)]
    Click {
        /// From the left.
        x: i32,
        /// From the top.
        y: i32,
        /// left, middle, right, back or forward.
        #[arg(long, default_value = "left", value_parser = parse_button)]
        button: Button,
        /// How often; 2 is a double click.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=9))]
        count: u8,
    },
    /// Press a button, move, and let go.
    #[command(allow_negative_numbers = true)]
    Drag {
        /// Beginning, from the left.
        from_x: i32,
        /// Beginning, from the top.
        from_y: i32,
        /// End, from the left.
        to_x: i32,
        /// End, from the top.
        to_y: i32,
        /// left, middle, right, back or forward.
        #[arg(long, default_value = "left", value_parser = parse_button)]
        button: Button,
    },
    /// Turn the wheel. Negative is up, or left.
    #[command(allow_negative_numbers = true)]
    Scroll {
        /// From the left.
        x: i32,
        /// From the top.
        y: i32,
        /// Notches down.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i16).range(-200..=200))]
        down: i16,
        /// Notches to the right.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i16).range(-200..=200))]
        right: i16,
    },
    /// Say something to the customer in writing. \n begins a new line.
    Say {
        /// The words.
        #[arg(allow_hyphen_values = true)]
        text: Typed,
    },
    /// Put a text into the customer's clipboard. \n begins a new line.
    Copy {
        /// The text.
        #[arg(allow_hyphen_values = true)]
        text: Typed,
    },
    /// Print what the customer copied since the session began, or copies next.
    Paste,
    /// Bring files and folders of this computer to the customer.
    Put {
        /// What to bring.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The folder there; without it, where the customer's downloads go. ~ is their home.
        #[arg(long, value_name = "FOLDER")]
        to: Option<String>,
        /// Replace files that are there already; without it they stay, and new ones get a number.
        #[arg(long)]
        replace: bool,
    },
    /// Fetch a file or a folder of the customer's.
    Get {
        /// What to fetch; what is no whole path is meant from the customer's home.
        path: String,
        /// The folder here.
        #[arg(long, value_name = "FOLDER", default_value = ".")]
        to: PathBuf,
        /// Replace files that are here already; without it they stay, and new ones get a number.
        #[arg(long)]
        replace: bool,
    },
    /// Wait for something.
    #[command(subcommand, arg_required_else_help = false)]
    Wait(Wait),
    /// Print the customer's monitors.
    Monitors,
    /// Look at one monitor, or at all, in all colours or fewer.
    Watch {
        /// A monitor's number as `monitors` prints it, or all.
        #[arg(value_parser = parse_part)]
        part: Part,
        /// Which colours: fewer take fewer bytes on a thin line. All, few (eight shades each of red, green and blue)
        /// or grey.
        #[arg(long, default_value = "all", value_parser = parse_colours)]
        colours: Colours,
    },
    /// Stay until the customer ends the session.
    Stay,
    /// Do the steps of a file, one a line, in one session. # begins a comment, quotes hold words together.
    Script {
        /// The file; - is standard input.
        file: PathBuf,
    },
}

impl Step {
    /// What it needs beside seeing and driving the desktop.
    pub(crate) fn needs(&self) -> Option<Grant> {
        match self {
            Self::Copy { .. } | Self::Paste => Some(Grant::Clipboard),
            Self::Put { .. } | Self::Get { .. } => Some(Grant::Files),
            _ => None,
        }
    }

    /// Its word in scripts.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Picture { .. } => "picture",
            Self::Type { .. } => "type",
            Self::Key { .. } => "key",
            Self::Down { .. } => "down",
            Self::Up { .. } => "up",
            Self::Move { .. } => "move",
            Self::Click { .. } => "click",
            Self::Drag { .. } => "drag",
            Self::Scroll { .. } => "scroll",
            Self::Say { .. } => "say",
            Self::Copy { .. } => "copy",
            Self::Paste => "paste",
            Self::Put { .. } => "put",
            Self::Get { .. } => "get",
            Self::Wait(_) => "wait",
            Self::Monitors => "monitors",
            Self::Watch { .. } => "watch",
            Self::Stay => "stay",
            Self::Script { .. } => "script",
        }
    }
}

/// What `wait` waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(crate) enum Wait {
    /// Something on the screen changes after the last thing done.
    Change {
        /// Only there, as X,Y,WIDTH,HEIGHT in pixels of the whole desktop.
        #[arg(long, value_name = "AREA", value_parser = parse_area, allow_hyphen_values = true)]
        area: Option<Rect>,
    },
    /// Nothing on the screen changes any more.
    Settled {
        /// How long nothing may have changed.
        #[arg(long, value_name = "SECONDS", default_value = "0.5", allow_negative_numbers = true, value_parser = parse_seconds)]
        r#for: Duration,
    },
    /// Time passes.
    Time {
        /// How long to wait.
        #[arg(long, value_name = "SECONDS", default_value = "0.5", allow_negative_numbers = true, value_parser = parse_seconds)]
        r#for: Duration,
    },
    /// The customer says something in writing.
    Said,
    /// The customer takes control back.
    Revoked,
}

/// Standard input or standard output, where a file is asked for.
pub(crate) fn is_standard(file: &Path) -> bool {
    file == Path::new("-")
}

/// The text of a `type` step, its escapes resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typed(pub(crate) String);

impl FromStr for Typed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        unescape(text).map(Self)
    }
}

/// A number of characters a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rate(Duration);

impl Rate {
    /// The time from one character to the next.
    pub(crate) fn pause(self) -> Duration {
        self.0
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a number of characters a second is needed, from 0.01 to 1000".to_owned();
        let rate: f64 = text.parse().map_err(|_| wrong())?;
        if (0.01..=1000.0).contains(&rate) {
            Ok(Self(Duration::from_secs_f64(1.0 / rate)))
        } else {
            Err(wrong())
        }
    }
}

fn unescape(text: &str) -> Result<String, String> {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character.is_control() {
            return Err(
                "control characters can't be typed; \\n is Enter, \\t is Tab, and `key` presses keys"
                    .to_owned(),
            );
        }
        if character != '\\' {
            result.push(character);
            continue;
        }
        result.push(match characters.next() {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('\\') => '\\',
            _ => return Err("a backslash in a text is followed by n, t or another backslash".to_owned()),
        });
    }
    Ok(result)
}

fn parse_button(name: &str) -> Result<Button, String> {
    Button::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Button::ALL.iter().map(|button| button.name()).collect();
        format!("there is: {}", names.join(", "))
    })
}

fn parse_part(text: &str) -> Result<Part, String> {
    if text.eq_ignore_ascii_case("all") {
        return Ok(Part::Desktop);
    }
    let number = text.parse().map_err(|_| "a monitor's number is needed, or all".to_owned())?;
    Ok(Part::Monitor(MonitorId(number)))
}

fn parse_colours(text: &str) -> Result<Colours, String> {
    let named = Colours::ALL.into_iter().find(|colours| colours.name().eq_ignore_ascii_case(text));
    named.ok_or_else(|| format!("there are: {}", Colours::ALL.map(Colours::name).join(", ")))
}

fn parse_area(text: &str) -> Result<Rect, String> {
    let wrong = || "four numbers are needed: X,Y,WIDTH,HEIGHT".to_owned();
    let mut numbers = text.split(',').map(|number| number.trim().parse::<i32>());
    let mut next = || numbers.next().and_then(Result::ok).ok_or_else(wrong);
    let (x, y) = (next()?, next()?);
    let mut side = || next().and_then(|side| u32::try_from(side).map_err(|_| wrong()));
    let rect = Rect { x, y, width: side()?, height: side()? };
    if numbers.next().is_some() || rect.is_empty() { Err(wrong()) } else { Ok(rect) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_or_refused() {
        assert_eq!(unescape("a\\n\\t\\\\b").unwrap(), "a\n\t\\b");
        assert!(unescape("a\\x").is_err());
        assert!(unescape("a\\").is_err());
    }

    #[test]
    fn areas_are_four_numbers() {
        assert_eq!(parse_area("1,2,3,4"), Ok(Rect { x: 1, y: 2, width: 3, height: 4 }));
        for text in ["", "1,2,3", "1,2,3,4,5", "1,2,0,4", "1,2,-3,4", "a,b,c,d"] {
            assert!(parse_area(text).is_err(), "{text}");
        }
    }
}
