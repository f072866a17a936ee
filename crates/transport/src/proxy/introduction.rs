//! What a person types for a proxy that wants to know who this is.

use std::fmt;

/// How often a proxy is told what somebody types before somebody else has to look into it: accounts are locked after a
/// few mistakes.
const MOST_TRIES: u32 = 3;

/// User and password while they are typed, and how often they were told. They are kept nowhere else.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Introduction {
    /// The name, as `DOMAIN\USER` where the proxy's network wants it so.
    pub user: String,
    /// Gone once it was told.
    pub password: String,
    tries: u32,
}

impl Introduction {
    /// How often it was told, and not taken.
    #[must_use]
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// Whether it is not told again.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.tries >= MOST_TRIES
    }

    /// User and password on their way to the proxy; none if nobody is named, or it was told too often.
    pub fn take(&mut self) -> Option<(String, String)> {
        if self.user.is_empty() || self.is_spent() {
            return None;
        }
        self.tries += 1;
        Some((self.user.clone(), std::mem::take(&mut self.password)))
    }
}

/// Never what was typed.
impl fmt::Debug for Introduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introduction").field("tries", &self.tries).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_three_times_and_shown_never() {
        let mut typed = Introduction::default();
        assert_eq!(typed.take(), None, "nobody is named");
        for tries in 1..=3 {
            (typed.user, typed.password) = ("anna".to_owned(), "secret".to_owned());
            assert!(!format!("{typed:?}").contains("secret"));
            assert_eq!(typed.take(), Some(("anna".to_owned(), "secret".to_owned())));
            assert_eq!((typed.tries(), typed.user.as_str(), typed.password.as_str()), (tries, "anna", ""));
        }
        assert!(typed.is_spent() && typed.take().is_none());
    }
}
