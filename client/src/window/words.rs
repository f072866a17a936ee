//! What the window says, in the person's language and in their time zone.

use std::time::{Duration, SystemTime};

use farhand_desktop::{Chord, OpenError, ScreenError};
use farhand_proto::grant::{Grant, Grants};
use farhand_texts::{Source, Texts, Value};
use jiff::Zoned;
use jiff::tz::TimeZone;

use super::trouble::Fault;

/// Every language's texts; English first.
pub(crate) const SOURCES: &[Source] = &[
    ("en", include_str!("../../texts/en.ftl")),
    ("cs", include_str!("../../texts/cs.ftl")),
    ("da", include_str!("../../texts/da.ftl")),
    ("de", include_str!("../../texts/de.ftl")),
    ("es", include_str!("../../texts/es.ftl")),
    ("fr", include_str!("../../texts/fr.ftl")),
    ("it", include_str!("../../texts/it.ftl")),
    ("nl", include_str!("../../texts/nl.ftl")),
    ("pl", include_str!("../../texts/pl.ftl")),
];

/// The texts, and what turns moments into them.
#[derive(Debug)]
pub(crate) struct Words {
    texts: Texts,
    zone: TimeZone,
}

impl Words {
    pub(crate) fn new(locale: &str, zone: TimeZone) -> Self {
        Self { texts: Texts::new(SOURCES, locale), zone }
    }

    pub(crate) fn get(&self, key: &str) -> String {
        self.texts.get(key)
    }

    pub(crate) fn fill(&self, key: &str, values: &[(&'static str, Value<'_>)]) -> String {
        self.texts.fill(key, values)
    }

    /// What a grant allows, as the person would say it.
    pub(crate) fn grant(&self, grant: Grant) -> String {
        self.get(match grant {
            Grant::View => "grant-view",
            Grant::Control => "grant-control",
            Grant::Clipboard => "grant-clipboard",
            Grant::Files => "grant-files",
        })
    }

    /// What that means.
    pub(crate) fn grant_more(&self, grant: Grant) -> String {
        self.get(match grant {
            Grant::View => "grant-view-more",
            Grant::Control => "grant-control-more",
            Grant::Clipboard => "grant-clipboard-more",
            Grant::Files => "grant-files-more",
        })
    }

    /// Grants within a sentence.
    pub(crate) fn grants(&self, grants: Grants) -> String {
        if grants.is_empty() {
            return self.get("grant-name-none");
        }
        let names = grants.iter().map(|grant| {
            self.get(match grant {
                Grant::View => "grant-name-view",
                Grant::Control => "grant-name-control",
                Grant::Clipboard => "grant-name-clipboard",
                Grant::Files => "grant-name-files",
            })
        });
        names.collect::<Vec<_>>().join(", ")
    }

    /// Keys to press together.
    pub(crate) fn chord(&self, chord: Chord) -> String {
        self.get(match chord {
            Chord::CtrlAltSpace => "keys-space",
            Chord::CtrlAltEnd => "keys-end",
            Chord::CtrlAltPause => "keys-pause",
        })
    }

    /// Why this desktop can't be shown.
    pub(crate) fn no_desktop(&self, error: &OpenError) -> String {
        let with = |key, name, value: &str| self.fill(key, &[(name, value.into())]);
        match error {
            OpenError::Unreachable { display, reason } => self.fill(
                "desktop-unreachable",
                &[("display", display.as_str().into()), ("reason", reason.as_str().into())],
            ),
            OpenError::Refused { display, reason } => self.fill(
                "desktop-refused",
                &[("display", display.as_str().into()), ("reason", reason.as_str().into())],
            ),
            OpenError::MissingExtension { name } => with("desktop-extension", "name", name),
            OpenError::UnsupportedDepth { depth, .. } => {
                self.fill("desktop-depth", &[("depth", u64::from(*depth).into())])
            }
            OpenError::NotOnThisSystem => self.get("desktop-not-here"),
            OpenError::Screen(ScreenError::DisplayGone) => self.get("desktop-gone"),
            OpenError::Screen(ScreenError::TooLarge(_)) => self.get("desktop-large"),
            // What only a fault of the server or of whoever started the program brings.
            error @ (OpenError::NoDisplay
            | OpenError::Wayland
            | OpenError::Backend { .. }
            | OpenError::Screen(_)) => error.to_string(),
        }
    }

    /// What happened on the way to the relay, for whoever understands it.
    pub(crate) fn faults(&self, faults: &[Fault]) -> String {
        let one = |fault: &Fault| {
            let what = match &fault.more {
                Some(more) => self.fill(fault.key, &[("more", more.as_str().into())]),
                None => self.get(fault.key),
            };
            match &fault.target {
                Some(target) => {
                    self.fill("fault-at", &[("target", target.as_str().into()), ("what", what.into())])
                }
                None => what,
            }
        };
        faults.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    /// Hours and minutes.
    pub(crate) fn time(&self, moment: SystemTime) -> String {
        self.local(moment).map_or_else(String::new, |moment| moment.strftime("%H:%M").to_string())
    }

    /// Hours, minutes and seconds.
    pub(crate) fn exact_time(&self, moment: SystemTime) -> String {
        self.local(moment).map_or_else(String::new, |moment| moment.strftime("%H:%M:%S").to_string())
    }

    /// Day and time.
    pub(crate) fn date_and_time(&self, moment: SystemTime) -> String {
        let Some(local) = self.local(moment) else { return String::new() };
        let number = |number: i16| Value::Number(u64::try_from(number).unwrap_or(0));
        let date = self.fill(
            "date",
            &[
                ("day", number(local.day().into())),
                ("month", number(local.month().into())),
                ("year", number(local.year())),
            ],
        );
        self.fill("date-and-time", &[("date", date.into()), ("time", self.exact_time(moment).into())])
    }

    /// Day and time for the name of a file, so that names sort.
    pub(crate) fn stamp(&self, moment: SystemTime) -> String {
        self.local(moment).map_or_else(String::new, |moment| moment.strftime("%Y-%m-%d-%H%M").to_string())
    }

    /// So many bytes, in a unit that leaves few digits.
    pub(crate) fn bytes(&self, bytes: u64) -> String {
        self.texts.size(bytes)
    }

    /// How long something took, in two units at most.
    pub(crate) fn duration(&self, duration: Duration) -> String {
        let seconds = duration.as_secs();
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if hours > 0 {
            self.fill("duration-hours", &[("hours", hours.into()), ("minutes", minutes.into())])
        } else if minutes > 0 {
            self.fill("duration-minutes", &[("minutes", minutes.into()), ("seconds", seconds.into())])
        } else {
            self.fill("duration-seconds", &[("seconds", seconds.into())])
        }
    }

    fn local(&self, moment: SystemTime) -> Option<Zoned> {
        let moment = jiff::Timestamp::try_from(moment).ok()?;
        Some(moment.to_zoned(self.zone.clone()))
    }
}
