//! What a customer can allow, one thing at a time.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One thing that the customer allows or refuses. The numbers are bits on the wire and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum Grant {
    /// See the screen.
    View = 1,
    /// Use keyboard and pointer.
    Control = 2,
    /// Exchange the text in the clipboard.
    Clipboard = 4,
    /// Bring and fetch files.
    Files = 8,
}

impl Grant {
    /// Every grant of this version.
    pub const ALL: [Grant; 4] = [Self::View, Self::Control, Self::Clipboard, Self::Files];

    /// Its name in scripts and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Control => "control",
            Self::Clipboard => "clipboard",
            Self::Files => "files",
        }
    }
}

/// A set of grants.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Grants(u16);

impl Grants {
    /// Nothing at all.
    pub const NONE: Grants = Grants(0);

    /// Whether nothing is granted.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this one is in the set.
    #[must_use]
    pub fn allows(self, grant: Grant) -> bool {
        self.0 & grant as u16 != 0
    }

    /// The set with this one added.
    #[must_use]
    pub fn with(self, grant: Grant) -> Self {
        Self(self.0 | grant as u16)
    }

    /// The set with these removed.
    #[must_use]
    pub fn without(self, others: Grants) -> Self {
        Self(self.0 & !others.0)
    }

    /// What both sets hold.
    #[must_use]
    pub fn and(self, other: Grants) -> Self {
        Self(self.0 & other.0)
    }

    /// What either set holds.
    #[must_use]
    pub fn or(self, other: Grants) -> Self {
        Self(self.0 | other.0)
    }

    /// The grants in the set, in the order of [`Grant::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Grant> {
        Grant::ALL.into_iter().filter(move |grant| self.allows(*grant))
    }
}

impl FromIterator<Grant> for Grants {
    fn from_iter<I: IntoIterator<Item = Grant>>(grants: I) -> Self {
        grants.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Display for Grants {
    /// `view,control`, or `nothing`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing");
        }
        for (index, grant) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(grant.name())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Grants({self})")
    }
}

/// A word that is no grant's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} can't be granted; there is: view, control, clipboard, files")]
pub struct UnknownGrant(pub String);

impl FromStr for Grants {
    type Err = UnknownGrant;

    /// Names with commas between them, for example `view,control`; `nothing` is the empty set.
    fn from_str(text: &str) -> Result<Self, UnknownGrant> {
        if text.trim() == "nothing" {
            return Ok(Self::NONE);
        }
        text.split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(|name| {
                Grant::ALL
                    .into_iter()
                    .find(|grant| grant.name() == name)
                    .ok_or_else(|| UnknownGrant(name.to_owned()))
            })
            .collect()
    }
}

/// Bits that no grant of this version has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown grants {0:#06x}")]
pub struct UnknownGrantBits(u16);

impl TryFrom<u16> for Grants {
    type Error = UnknownGrantBits;

    fn try_from(bits: u16) -> Result<Self, UnknownGrantBits> {
        let known = Grant::ALL.into_iter().collect::<Grants>().0;
        if bits & !known != 0 {
            return Err(UnknownGrantBits(bits & !known));
        }
        Ok(Self(bits))
    }
}

impl From<Grants> for u16 {
    fn from(grants: Grants) -> u16 {
        grants.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_sets() {
        let [view, control] = [Grant::View, Grant::Control].map(|grant| Grants::NONE.with(grant));
        let both = view.or(control);
        assert_eq!(view.with(Grant::View), view);
        assert_eq!([both.or(view), view.or(both), both.or(both)], [both; 3]);
        assert_eq!([both.and(view), view.and(both), both.without(control)], [view; 3]);
        assert_eq!([view.and(control), view.without(both)], [Grants::NONE; 2]);
    }

    #[test]
    fn names_go_to_a_set_and_back() {
        let both: Grants = "view, control".parse().unwrap();
        assert_eq!(both.to_string(), "view,control");
        assert_eq!(both.without("view".parse().unwrap()).to_string(), "control");
        assert_eq!("".parse::<Grants>().unwrap(), Grants::NONE);
        assert_eq!(Grants::NONE.to_string().parse::<Grants>().unwrap(), Grants::NONE);
        assert_eq!("view,root".parse::<Grants>(), Err(UnknownGrant("root".into())));
        assert_eq!(Grants::try_from(0x8001).unwrap_err().to_string(), "unknown grants 0x8000");
        assert_eq!(format!("{both:?}"), "Grants(view,control)");
    }
}
