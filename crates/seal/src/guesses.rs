//! How often a password may be tried: counted at the client, and at the console as well.

use farhand_proto::id::Password;
use farhand_proto::limits::{GUESSES_PER_PASSWORD, PASSWORDS_PER_SESSION_ID};
use farhand_proto::seal::SealRefusal;

/// A client's password and how many guesses of it are left. One lives as long as its session ID.
///
/// A run borrows it mutably, so there is one run at a time. The guess is spent before a proof is looked at: if the
/// run is dropped right then, it stays spent.
#[derive(Debug)]
pub struct Guesses {
    password: Password,
    left: u8,
    further_passwords: u8,
}

/// What a wrong guess, or having none left, means for the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It may be tried again.
    #[error("{left} more {} before it is replaced", if *.left == 1 { "try" } else { "tries" })]
    Password {
        /// How often.
        left: u8,
    },
    /// It is spent: the driver calls [`Guesses::replace_password`] and shows the new one.
    #[error("it is replaced by a new one")]
    PasswordReplaced,
    /// It was the last one: the driver ends the session ID.
    #[error("this number has ended")]
    NumberEnded,
}

/// The session ID has had all its passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this number has had too many wrong passwords and must end")]
pub struct NumberSpent;

impl Guesses {
    /// All guesses of a new session ID's first password.
    #[must_use]
    pub fn new(password: Password) -> Self {
        Self { password, left: GUESSES_PER_PASSWORD, further_passwords: PASSWORDS_PER_SESSION_ID - 1 }
    }

    /// The password that the customer reads aloud.
    #[must_use]
    pub fn password(&self) -> &Password {
        &self.password
    }

    /// Whether a run may begin, or what must happen first.
    ///
    /// # Errors
    /// No guess is left.
    pub fn ready(&self) -> Result<(), Wrong> {
        if self.left == 0 { Err(self.verdict()) } else { Ok(()) }
    }

    /// Spends one guess. Called before a proof is looked at.
    ///
    /// # Errors
    /// None is left, and what that means.
    pub fn begin_guess(&mut self) -> Result<(), Wrong> {
        self.ready()?;
        self.left -= 1;
        Ok(())
    }

    /// The guess was right: it is handed back.
    pub fn succeeded(&mut self) {
        self.left = (self.left + 1).min(GUESSES_PER_PASSWORD);
    }

    /// The guess was wrong: what that means.
    #[must_use]
    pub fn verdict(&self) -> Wrong {
        match (self.left, self.further_passwords) {
            (0, 0) => Wrong::NumberEnded,
            (0, _) => Wrong::PasswordReplaced,
            (left, _) => Wrong::Password { left },
        }
    }

    /// Takes a new password. If the old one was spent, it brings its own guesses with it; else those that are left
    /// stay as they are, so that replacing gains nobody a guess.
    ///
    /// # Errors
    /// The old one was the session ID's last.
    pub fn replace_password(&mut self, password: Password) -> Result<(), NumberSpent> {
        if self.left == 0 {
            self.further_passwords = self.further_passwords.checked_sub(1).ok_or(NumberSpent)?;
            self.left = GUESSES_PER_PASSWORD;
        }
        self.password = password;
        Ok(())
    }
}

impl Wrong {
    /// How the console is told.
    #[must_use]
    pub fn refusal(self) -> SealRefusal {
        match self {
            Self::Password { .. } => SealRefusal::Password,
            Self::PasswordReplaced => SealRefusal::PasswordReplaced,
            Self::NumberEnded => SealRefusal::NumberEnded,
        }
    }
}

/// The tries that a console gives one session ID. One lives as long as the console may still ask for that number.
///
/// Whoever answers a console can test one password against its proof and then fall silent or lie about it, so each
/// proof that was not answered by the client's own stays counted.
#[derive(Debug)]
pub struct ConsoleGuesses {
    left: u8,
}

/// The console's tries for this session ID are spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this number has been tried too often from here; ask the customer to start their program again, for a new one"
)]
pub struct RunsSpent;

impl ConsoleGuesses {
    /// Proofs that one session ID gets from a console.
    pub const RUNS: u8 = GUESSES_PER_PASSWORD;

    /// All tries for one session ID.
    #[must_use]
    pub fn new() -> Self {
        Self { left: Self::RUNS }
    }

    /// Whether a run may begin.
    ///
    /// # Errors
    /// All tries are spent.
    pub fn ready(&self) -> Result<(), RunsSpent> {
        if self.left == 0 { Err(RunsSpent) } else { Ok(()) }
    }

    /// Spends one. Called before the proof is sent.
    ///
    /// # Errors
    /// None is left.
    pub fn begin_run(&mut self) -> Result<(), RunsSpent> {
        self.left = self.left.checked_sub(1).ok_or(RunsSpent)?;
        Ok(())
    }

    /// The client proved the password as well: the try is handed back.
    pub fn succeeded(&mut self) {
        self.left = (self.left + 1).min(Self::RUNS);
    }
}

impl Default for ConsoleGuesses {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_try_is_no_tries() {
        let words = |left| Wrong::Password { left }.to_string();
        assert_eq!(words(2), "2 more tries before it is replaced");
        assert_eq!(words(1), "1 more try before it is replaced");
    }

    fn password(digit: u8) -> Password {
        Password::from_digits([digit; 8])
    }

    #[test]
    fn three_passwords_of_three_guesses_end_the_number() {
        let mut guesses = Guesses::new(password(1));
        let mut verdicts = Vec::new();
        for replacement in 2..=4 {
            for _ in 0..3 {
                guesses.begin_guess().unwrap();
                verdicts.push(guesses.verdict());
            }
            assert_eq!(guesses.begin_guess(), Err(guesses.verdict()));
            let replaced = guesses.replace_password(password(replacement));
            assert_eq!(replaced.is_ok(), replacement < 4);
        }
        let password_of_3 =
            [Wrong::Password { left: 2 }, Wrong::Password { left: 1 }, Wrong::PasswordReplaced];
        assert_eq!(verdicts[..3], password_of_3);
        assert_eq!(verdicts[3..6], password_of_3);
        assert_eq!(
            verdicts[6..],
            [Wrong::Password { left: 2 }, Wrong::Password { left: 1 }, Wrong::NumberEnded]
        );
        assert_eq!(guesses.ready(), Err(Wrong::NumberEnded));
        assert_eq!(guesses.password(), &password(3));
    }

    #[test]
    fn a_right_guess_costs_nothing_and_gains_nothing() {
        let mut guesses = Guesses::new(password(1));
        for _ in 0..10 {
            guesses.begin_guess().unwrap();
            guesses.succeeded();
        }
        guesses.succeeded();
        assert_eq!(guesses.verdict(), Wrong::Password { left: 3 });
    }

    #[test]
    fn a_guess_that_was_cut_off_stays_spent() {
        let mut guesses = Guesses::new(password(1));
        guesses.begin_guess().unwrap();
        assert_eq!(guesses.verdict(), Wrong::Password { left: 2 });
    }

    #[test]
    fn replacing_a_password_that_is_not_spent_gains_no_guess() {
        let mut guesses = Guesses::new(password(1));
        guesses.begin_guess().unwrap();
        for digit in 0..9 {
            guesses.replace_password(password(digit)).unwrap();
        }
        assert_eq!(guesses.verdict(), Wrong::Password { left: 2 });
        assert_eq!(guesses.further_passwords, 2);
    }

    #[test]
    fn a_console_gives_three_tries_and_takes_back_the_good_ones() {
        let mut guesses = ConsoleGuesses::new();
        guesses.begin_run().unwrap();
        guesses.succeeded();
        guesses.succeeded();
        for _ in 0..3 {
            guesses.ready().unwrap();
            guesses.begin_run().unwrap();
        }
        assert_eq!(guesses.ready(), Err(RunsSpent));
        assert_eq!(guesses.begin_run(), Err(RunsSpent));
    }
}
