//! The two numbers that are read over the phone, and what a slip of the tongue does to them.
//!
//! Both end in a check digit after H. Michael Damm, "Total anti-symmetrische Quasigruppen" (2004): every single
//! wrong digit and every swap of two neighbours is caught. Leading zeros are digits like any other.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// Digits of a session ID, the check digit included. Read as 3-3-4.
pub const SESSION_ID_DIGITS: usize = 10;
/// Digits of a password, the check digit included. Read as 3-3-3.
pub const PASSWORD_DIGITS: usize = 9;

/// The number of one waiting client.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "[u8; SESSION_ID_DIGITS]", into = "[u8; SESSION_ID_DIGITS]")]
pub struct SessionId([u8; SESSION_ID_DIGITS]);

/// The one-time secret of one waiting client. It is wiped from memory when dropped and never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Password([u8; PASSWORD_DIGITS]);

/// Why a typed number can't be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Too few or too many digits.
    #[error("{found} digits were given and {expected} are needed; ask for the number again")]
    Length {
        /// Digits found.
        found: usize,
        /// Digits needed.
        expected: usize,
    },
    /// Something that is neither a digit nor a separator.
    #[error("{0:?} is not a digit; the number has only digits")]
    NotADigit(char),
    /// The check digit does not fit the others.
    #[error("a digit is wrong or two are swapped; ask for the number again")]
    CheckDigit,
}

impl SessionId {
    /// The session ID with these first nine digits; each value is taken modulo 10.
    #[must_use]
    pub fn from_digits(digits: [u8; SESSION_ID_DIGITS - 1]) -> Self {
        Self(with_check_digit(&digits))
    }

    /// A shortened form for logs: its first three digits.
    #[must_use]
    pub fn short(self) -> String {
        let text: String = self.0[..3].iter().map(|digit| char::from(b'0' + digit)).collect();
        text + "…"
    }

    /// The ten digits without separators.
    #[must_use]
    pub fn plain(self) -> String {
        self.0.iter().map(|digit| char::from(b'0' + digit)).collect()
    }
}

impl fmt::Display for SessionId {
    /// Grouped for reading aloud: `123 456 7894`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        grouped(f, &self.0, &[3, 3, 4])
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({})", self.short())
    }
}

impl FromStr for SessionId {
    type Err = NumberError;

    /// Takes digits with any spaces, dashes, dots or slashes between them.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        checked_digits(text).map(Self)
    }
}

impl TryFrom<[u8; SESSION_ID_DIGITS]> for SessionId {
    type Error = NumberError;

    fn try_from(digits: [u8; SESSION_ID_DIGITS]) -> Result<Self, NumberError> {
        check(&digits)?;
        Ok(Self(digits))
    }
}

impl From<SessionId> for [u8; SESSION_ID_DIGITS] {
    fn from(id: SessionId) -> Self {
        id.0
    }
}

impl Password {
    /// The password with these first eight digits; each value is taken modulo 10.
    #[must_use]
    pub fn from_digits(digits: [u8; PASSWORD_DIGITS - 1]) -> Self {
        Self(with_check_digit(&digits))
    }

    /// Its digits as the seal takes them: ASCII, without separators.
    #[must_use]
    pub fn as_secret(&self) -> zeroize::Zeroizing<Vec<u8>> {
        zeroize::Zeroizing::new(self.0.iter().map(|digit| b'0' + digit).collect())
    }
}

impl fmt::Display for Password {
    /// Grouped for reading aloud: `123 456 789`. For the customer's eyes only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        grouped(f, &self.0, &[3, 3, 3])
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl FromStr for Password {
    type Err = NumberError;

    /// Takes digits with any spaces, dashes, dots or slashes between them.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        checked_digits(text).map(Self)
    }
}

impl Drop for Password {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Row: the state so far; column: the next digit.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// The digit that, appended, makes the whole number's Damm state 0.
fn damm(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |state, digit| DAMM[usize::from(state)][usize::from(*digit % 10)])
}

fn with_check_digit<const SHORT: usize, const LONG: usize>(digits: &[u8; SHORT]) -> [u8; LONG] {
    let mut all = [0; LONG];
    for (place, digit) in all.iter_mut().zip(digits) {
        *place = digit % 10;
    }
    all[LONG - 1] = damm(&all[..LONG - 1]);
    all
}

fn check(digits: &[u8]) -> Result<(), NumberError> {
    if digits.iter().any(|digit| *digit > 9) || damm(digits) != 0 {
        return Err(NumberError::CheckDigit);
    }
    Ok(())
}

fn checked_digits<const N: usize>(text: &str) -> Result<[u8; N], NumberError> {
    let mut digits = [0_u8; N];
    let mut found = 0;
    for character in text.chars() {
        if let Some(digit) = character.to_digit(10) {
            if let Some(place) = digits.get_mut(found) {
                *place = u8::try_from(digit).unwrap_or(0);
            }
            found += 1;
        } else if !(character.is_whitespace() || matches!(character, '-' | '–' | '.' | '/' | '\u{a0}')) {
            digits.zeroize();
            return Err(NumberError::NotADigit(character));
        }
    }
    let checked = if found == N { check(&digits) } else { Err(NumberError::Length { found, expected: N }) };
    if let Err(error) = checked {
        digits.zeroize();
        return Err(error);
    }
    Ok(digits)
}

fn grouped(f: &mut fmt::Formatter<'_>, digits: &[u8], groups: &[usize]) -> fmt::Result {
    let mut rest = digits.iter();
    for (index, group) in groups.iter().enumerate() {
        if index > 0 {
            f.write_str(" ")?;
        }
        for digit in rest.by_ref().take(*group) {
            write!(f, "{digit}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn damm_gives_the_published_example() {
        assert_eq!(damm(&[5, 7, 2]), 4);
    }

    #[test]
    fn leading_zeros_and_separators_are_kept_and_ignored() {
        let id = SessionId::from_digits([0, 0, 1, 2, 3, 4, 5, 6, 7]);
        let text = id.to_string();
        assert_eq!(text.len(), 12);
        assert!(text.starts_with("001 234 567"));
        assert_eq!(text.replace(' ', "-").parse(), Ok(id));
        assert_eq!(format!(" {} ", id.plain()).parse(), Ok(id));
    }

    #[test]
    fn a_slip_says_what_is_wrong() {
        assert_eq!(
            "12 34".parse::<SessionId>(),
            Err(NumberError::Length { found: 4, expected: SESSION_ID_DIGITS })
        );
        assert_eq!("12x".parse::<Password>(), Err(NumberError::NotADigit('x')));
        assert!("123456789012345678901234567890".parse::<Password>().is_err());
    }

    #[test]
    fn a_password_is_never_shown_by_debug() {
        let password = Password::from_digits([1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(format!("{password:?}"), "Password(…)");
    }

    proptest! {
        #[test]
        fn every_single_error_and_every_swap_is_caught(
            digits in proptest::array::uniform8(0_u8..10), place in 0_usize..9, other in 1_u8..10,
        ) {
            let good = Password::from_digits(digits);
            let mut wrong = good.0;
            wrong[place] = (wrong[place] + other) % 10;
            prop_assert_eq!(check(&wrong), Err(NumberError::CheckDigit));
            if place > 0 && good.0[place] != good.0[place - 1] {
                let mut swapped = good.0;
                swapped.swap(place, place - 1);
                prop_assert_eq!(check(&swapped), Err(NumberError::CheckDigit));
            }
        }
    }
}
