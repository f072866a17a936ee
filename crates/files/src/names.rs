//! What a file is called on this system.

/// Names that Windows keeps for devices, whatever stands behind a dot.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
/// And those that are numbered.
const NUMBERED_DEVICES: [&str; 2] = ["COM", "LPT"];

/// Whose rules names follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    Unix,
    Windows,
}

impl Rules {
    /// This system's.
    pub(crate) fn here() -> Self {
        if std::path::MAIN_SEPARATOR == '\\' { Self::Windows } else { Self::Unix }
    }

    /// The name that a file gets for one that travelled: no device, no stream, no part of a path.
    pub(crate) fn name(self, name: &str) -> String {
        if self == Self::Unix {
            return name.to_owned();
        }
        let is_bad = |character: char| matches!(character, '<' | '>' | ':' | '"' | '|' | '?' | '*');
        let mut name: String =
            name.chars().map(|character| if is_bad(character) { '_' } else { character }).collect();
        // The system would leave these away, and the name would be another's.
        let kept = name.trim_end_matches(['.', ' ']).len();
        let cut = name.len() - kept;
        name.truncate(kept);
        name.extend(std::iter::repeat_n('_', cut));
        if is_device(&name) { format!("_{name}") } else { name }
    }
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let is = |device: &str| stem.eq_ignore_ascii_case(device);
    if DEVICES.into_iter().any(is) {
        return true;
    }
    let mut characters = stem.chars();
    let number = characters.next_back();
    number.is_some_and(|number| matches!(number, '0'..='9' | '¹' | '²' | '³'))
        && NUMBERED_DEVICES.into_iter().any(|device| characters.as_str().eq_ignore_ascii_case(device))
}

/// Most systems have room for as many bytes in a name.
const MOST: usize = 255;

/// The name with a number before its ending: `report (2).pdf`.
pub(crate) fn numbered(name: &str, number: u32) -> String {
    let dot = name.rfind('.').filter(|dot| *dot > 0 && name.len() - dot < MOST / 2).unwrap_or(name.len());
    let (stem, ending) = name.split_at(dot);
    let number = format!(" ({number})");
    let room = MOST - number.len() - ending.len();
    format!("{}{number}{ending}", &stem[..stem.floor_char_boundary(room)])
}

/// The name under which a file lies until it is whole. `mark` tells one version of it from others.
pub(crate) fn partial(name: &str, mark: &str) -> String {
    let kept = name.floor_char_boundary(MOST - 55);
    format!(".{}.{mark}.farhand-part", &name[..kept])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_windows_no_name_is_a_device_a_stream_or_somebody_elses() {
        let windows = |name| Rules::Windows.name(name);
        for (name, expected) in [
            ("report.pdf", "report.pdf"),
            ("a:b", "a_b"),
            ("a?\"<>|*", "a______"),
            ("end. .", "end___"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("nul .x", "_nul .x"),
            ("Com1.log", "_Com1.log"),
            ("lpt²", "_lpt²"),
            ("common", "common"),
            ("com10", "com10"),
            ("Žluť.txt", "Žluť.txt"),
        ] {
            assert_eq!(windows(name), expected);
        }
        assert_eq!(Rules::Unix.name("aux.c"), "aux.c");
    }

    #[test]
    fn numbers_stand_before_the_ending() {
        assert_eq!(numbered("a.tar.gz", 2), "a.tar (2).gz");
        assert_eq!(numbered("README", 3), "README (3)");
        assert_eq!(numbered(".profile", 2), ".profile (2)");
        for long in [
            "n".repeat(255),
            "ř".repeat(127),
            format!("{}.txt", "ř".repeat(125)),
            format!("a.{}", "b".repeat(253)),
        ] {
            let numbered = numbered(&long, 12);
            assert!(numbered.len() <= 255 && numbered.contains(" (12)"), "{numbered}");
        }
        let long = "ř".repeat(127);
        assert!(partial(&long, "0123456789abcdef").len() < 255);
    }
}
