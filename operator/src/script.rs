//! Scripts: steps in the words of the command line, one a line.

use std::io::Read;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use farhand_proto::prose::prose_of;

use crate::failure::Failure;
use crate::steps::{Step, is_standard};

/// A step and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// The line of the script, from 1; `None` for a step of the command line.
    pub(crate) line: Option<usize>,
    pub(crate) step: Step,
}

impl Placed {
    /// Says where a failure of this step stands.
    pub(crate) fn failed(&self, failure: Failure) -> Failure {
        match self.line {
            Some(line) => Failure::AtLine { line, failure: Box::new(failure) },
            None => failure,
        }
    }
}

#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true, disable_help_subcommand = true)]
struct Line {
    #[command(subcommand)]
    step: Step,
}

/// The steps that a command asks for: itself, or those of its script. All of a script is read before anything is done,
/// and everything that is wrong in it is told at once.
pub(crate) fn steps_of(step: &Step) -> Result<Vec<Placed>, Failure> {
    match step {
        Step::Script { file } => parse_script(&read_script(file)?),
        step => Ok(vec![Placed { line: None, step: step.clone() }]),
    }
}

/// Refuses steps with files that are not here and words that are none, before a customer is asked anything.
pub(crate) fn check_contents(steps: &[Placed]) -> Result<(), Failure> {
    let mut mistakes = Vec::new();
    for placed in steps {
        let why: Vec<String> = match &placed.step {
            Step::Put { paths, .. } => paths
                .iter()
                .filter_map(|path| Some(format!("{}: {}", path.display(), std::fs::metadata(path).err()?)))
                .collect(),
            Step::Say { text } if prose_of(&text.0).is_empty() => vec!["there is nothing to say".to_owned()],
            _ => continue,
        };
        match placed.line {
            Some(line) => mistakes.extend(why.into_iter().map(|why| (line, why))),
            None if why.is_empty() => {}
            None => return Err(Failure::Usage(why.join("; "))),
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Failure::Script(mistakes)) }
}

/// Refuses steps that would print over each other on standard output, where events may go as well.
pub(crate) fn check_output(steps: &[Placed], events: bool) -> Result<(), Failure> {
    let mut pictures = 0;
    let mut mistakes = Vec::new();
    for placed in steps {
        let why = match &placed.step {
            Step::Picture { file, .. } if is_standard(file) => {
                pictures += 1;
                if events {
                    "with --json, events go to standard output; give the picture a file"
                } else if pictures > 1 {
                    "only one picture can go to standard output"
                } else {
                    continue;
                }
            }
            Step::Monitors | Step::Paste
                if !events && steps.iter().any(|other| is_picture_to_output(&other.step)) =>
            {
                "what this prints goes to standard output; give the picture a file"
            }
            _ => continue,
        };
        match placed.line {
            Some(line) => mistakes.push((line, why.to_owned())),
            None => return Err(Failure::Usage(why.to_owned())),
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(Failure::Script(mistakes)) }
}

fn is_picture_to_output(step: &Step) -> bool {
    matches!(step, Step::Picture { file, .. } if is_standard(file))
}

fn read_script(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let (name, read) = if is_standard(file) {
        ("from standard input".to_owned(), std::io::stdin().read_to_end(&mut bytes))
    } else {
        let read = std::fs::File::open(file).and_then(|mut file| file.read_to_end(&mut bytes));
        (file.display().to_string(), read)
    };
    read.map(|_| bytes).map_err(|error| Failure::Usage(format!("the script {name} can't be read: {error}")))
}

fn parse_script(bytes: &[u8]) -> Result<Vec<Placed>, Failure> {
    // Some editors begin a file with a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::Script(vec![(line, "this is not UTF-8; save the script as UTF-8".to_owned())])
    })?;
    let (mut steps, mut mistakes) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        match parse_line(line) {
            Ok(Some(step)) => steps.push(Placed { line: Some(number), step }),
            Ok(None) => {}
            Err(why) => mistakes.push((number, why)),
        }
    }
    if mistakes.is_empty() { Ok(steps) } else { Err(Failure::Script(mistakes)) }
}

/// The step of one line, if there is one; else what is wrong with it.
fn parse_line(line: &str) -> Result<Option<Step>, String> {
    let words = shlex::split(line).ok_or("a quote is never closed")?;
    if words.is_empty() {
        return Ok(None);
    }
    match Line::try_parse_from(&words).map_err(|error| in_words(&error, &words))?.step {
        Step::Script { .. } => Err("a script can't call another".to_owned()),
        step => Ok(Some(step)),
    }
}

/// What is wrong with a line, in one line.
fn in_words(error: &clap::Error, words: &[String]) -> String {
    if error.kind() == ErrorKind::InvalidSubcommand {
        let line = Line::command();
        let (wrong, among) = match words {
            [step, what, ..] => line.find_subcommand(step).map_or((step, &line), |step| (what, step)),
            _ => (&words[0], &line),
        };
        let known: Vec<_> = among.get_subcommands().map(clap::Command::get_name).collect();
        return format!("{wrong:?} is not known here; there is: {}", known.join(", "));
    }
    let text = error.render().to_string().replace("\n\nUsage: ", "; usage: ");
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use farhand_proto::input::Button;

    use super::*;
    use crate::steps::Wait;

    fn parse(text: &str) -> Result<Vec<Placed>, Failure> {
        parse_script(text.as_bytes())
    }

    #[test]
    fn a_script_has_the_words_of_the_command_line() {
        let steps = parse(
            "# a comment\n\ntype 'Dobrý den\\n'\nkey ctrl+s\nclick 10 -20 --count 2\nwait change --area -1,0,10,10\n\
             watch all\nscroll 1 2 --down -3\ntype -x\n",
        )
        .unwrap();
        assert_eq!(steps.len(), 7);
        assert_eq!(steps.iter().filter_map(|placed| placed.line).collect::<Vec<_>>(), [3, 4, 5, 6, 7, 8, 9]);
        assert!(matches!(&steps[0].step, Step::Type { text, .. } if text.0 == "Dobrý den\n"));
        assert!(matches!(&steps[2].step, Step::Click { x: 10, y: -20, count: 2, button: Button::Left }));
        assert!(matches!(&steps[3].step, Step::Wait(Wait::Change { area: Some(area) }) if area.x == -1));
        assert!(matches!(&steps[5].step, Step::Scroll { down: -3, .. }));
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, line) in [
            ("key ctrl+s\nfly", 2),
            ("type 'x", 1),
            ("script a", 1),
            ("\ntype a\\\\q", 2),
            ("type a --rate 0", 1),
            ("wait settled --area 0,0,1,1", 1),
            ("wait change --for 1", 1),
            ("wait time --for -1", 1),
            ("wait", 1),
            ("help", 1),
            ("key --help", 1),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.line(), Some(line), "{error}");
            assert_eq!(error.exit_code(), 2);
            let words = error.to_string();
            for nowhere in ["try '", "error:", "\n", "subcommand '"] {
                assert!(!words.contains(nowhere), "{words:?} says {nowhere:?}");
            }
        }
    }

    #[test]
    fn all_wrong_lines_are_named_in_their_order() {
        let error = parse("fly\nmonitors\n\nclick 1\ntype 'x\nwait time --for -1\n").unwrap_err();
        assert_eq!((error.line(), error.exit_code()), (Some(1), 2));
        let said = error.to_string();
        let begins: Vec<&str> = said.lines().map(|line| line.split(' ').nth(1).unwrap()).collect();
        assert_eq!(begins, ["1:", "4:", "5:", "6:"], "{said}");
        assert!(said.contains("line 5: a quote is never closed\nline 6: invalid value '-1'"), "{said}");
        assert!(
            said.ends_with("a number of seconds is needed, from 0 to 1000000, for example 1.5"),
            "{said}"
        );
    }

    #[test]
    fn a_word_that_is_not_known_is_answered_with_those_that_are() {
        let error = |script| parse(script).unwrap_err().to_string();
        let fly = error("fly away");
        assert!(fly.starts_with("line 1: \"fly\" is not known here; there is: picture, type, "), "{fly}");
        let wait = error("wait long");
        assert_eq!(
            wait,
            "line 1: \"long\" is not known here; there is: change, settled, time, said, revoked"
        );
        assert_eq!(
            error("click 1"),
            "line 1: the following required arguments were not provided: <Y>; usage: click <X> <Y>"
        );
    }

    #[test]
    fn a_byte_order_mark_does_not_count_and_other_encodings_are_named() {
        assert_eq!(parse("\u{feff}monitors\r\nstay\r\n").unwrap().len(), 2);
        let latin = parse_script(b"monitors\ntype \xe1\n").unwrap_err().to_string();
        assert_eq!(latin, "line 2: this is not UTF-8; save the script as UTF-8");
        let utf_16 = parse_script(b"\xff\xfes\0t\0a\0y\0\n\0").unwrap_err().to_string();
        assert!(utf_16.starts_with("line 1: this is not UTF-8"), "{utf_16}");
    }

    #[test]
    fn standard_output_is_for_one_thing() {
        let check = |script: &str, events| {
            check_output(&parse(script).unwrap(), events).map_err(|failure| failure.to_string())
        };
        assert_eq!(check("picture -\ntype x\npicture a.png", false), Ok(()));
        assert_eq!(check("monitors\nmonitors\npicture a.png", false), Ok(()));
        assert_eq!(check("monitors\npicture a.png", true), Ok(()));
        for (script, events, line) in [
            ("picture -", true, "line 1: with --json"),
            ("picture -\npicture -", false, "line 2: only one"),
            ("picture -\nmonitors", false, "line 2: what this prints"),
            ("paste\npicture -", false, "line 1: what this prints"),
        ] {
            let error = check(script, events).unwrap_err();
            assert!(error.starts_with(line), "{error}");
        }
        let both = check("picture -\nstay\npicture -", true).unwrap_err();
        assert!(both.contains("\nline 3: with --json"), "{both}");
    }
}
