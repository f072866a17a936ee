//! The operator's token: in the system's key store, or in this program's memory alone.

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use crate::token::is_token;

/// What the key store lists this program under.
const SERVICE: &str = "farhand-operator";

/// A token. It is wiped from memory when dropped and never printed by `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Token(Zeroizing<String>);

impl Token {
    /// A token as somebody typed or pasted it; `None` if no relay can have given it.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        is_token(text).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What the key store says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It has the token.
    Kept(Token),
    /// It works, and has no token for this operator.
    Empty,
    /// This system has none, or it does not let this program in: in its own words.
    None(String),
}

/// Whether there is a store: [`Answer::Empty`] or [`Answer::None`]. Blocks.
pub(crate) fn find() -> Answer {
    match Entry::store_status() {
        Ok(()) => Answer::Empty,
        Err(error) => Answer::None(in_words(error)),
    }
}

/// Asks for an operator's token. Blocks: the system may ask the person to open the store first.
pub(crate) fn load(operator: &str) -> Answer {
    match Entry::new(SERVICE, operator).and_then(|entry| entry.get_password()) {
        Ok(secret) => {
            let secret = Zeroizing::new(secret);
            Token::new(&secret).map_or(Answer::Empty, Answer::Kept)
        }
        Err(Error::NoEntry) => Answer::Empty,
        Err(error) => Answer::None(in_words(&error)),
    }
}

/// Keeps an operator's token; what comes back is what [`load`] will say from now on. Blocks.
pub(crate) fn store(operator: &str, token: &Token) -> Answer {
    match Entry::new(SERVICE, operator).and_then(|entry| entry.set_password(token.as_str())) {
        Ok(()) => Answer::Kept(token.clone()),
        Err(error) => Answer::None(in_words(&error)),
    }
}

/// The key store's own words, never what it holds.
fn in_words(error: &Error) -> String {
    match error {
        Error::NoDefaultStore => match Entry::store_status() {
            Err(error) => error.to_string(),
            Ok(()) => "it can't be reached".to_owned(),
        },
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "what it holds is no token".to_owned(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_trimmed_and_never_shown_by_debug() {
        let secret = "s3cret-_".repeat(6)[..crate::token::LENGTH].to_owned();
        let token = Token::new(&format!(" {secret}\n")).unwrap();
        assert_eq!(token.as_str(), secret);
        assert_eq!(format!("{token:?}"), "Token(…)");
        for wrong in ["  \n", "wrong", &secret[1..], &format!("{secret}="), &format!("{}ř", &secret[2..])] {
            assert_eq!(Token::new(wrong), None, "{wrong}");
        }
    }
}
