//! What people type into the window before it means anything.

use farhand_proto::grant::{Grant, Grants};
use farhand_proto::id::{NumberError, Password, SessionId};
use farhand_proto::name::Name;
use farhand_transport::{Pin, ProxyChoice, RelayAddress};

use super::handout::Handout;
use super::keystore::Token;
use super::pasted::Pasted;
use super::report::Report;
use super::settings::{Language, Settings, Theme, plain_proxy};
use super::trouble::{Fault, Trouble};
use super::words::Words;
use crate::token;

/// The two numbers of a customer.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectForm {
    pub(crate) id: String,
    pub(crate) password: Secret,
    pub(crate) asks_control: bool,
    /// Whether somebody tried to connect with what stands here: what is missing counts as wrong from then on.
    pub(crate) was_tried: bool,
    /// Whether a connection was tried with this password.
    pub(crate) is_password_used: bool,
    /// Whether somebody has finished the session ID: from then on it counts as wrong if it is not complete.
    pub(crate) is_id_entered: bool,
    pub(crate) trouble: Option<Trouble>,
    /// Where the keyboard shall go next.
    pub(crate) focus: Option<Field>,
}

/// Something typed that `Debug` must not show.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A field that can have the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Id,
    Password,
    Relay,
    Pin,
    Proxy,
    Operator,
    Token,
}

/// What there is to say about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Check {
    /// Nothing.
    Empty,
    /// It can still become right.
    Unfinished(Words),
    /// It could still, but somebody went on without it.
    Missing(Words),
    /// It can't.
    Wrong(Words),
    /// It is right, and this is how it is understood.
    Right(String),
}

impl Check {
    fn number<T: ToString>(text: &str, number: Result<T, NumberError>) -> Self {
        if text.trim().is_empty() {
            return Self::Empty;
        }
        let counts = |key, found: usize, expected: usize| {
            Words::new(key).count("found", found as u64).count("expected", expected as u64)
        };
        match number {
            Ok(number) => Self::Right(number.to_string()),
            Err(NumberError::Length { found, expected }) if found < expected => {
                Self::Unfinished(counts("number-short", found, expected))
            }
            Err(NumberError::Length { found, expected }) => {
                Self::Wrong(counts("number-long", found, expected))
            }
            Err(NumberError::NotADigit(character)) => {
                Self::Wrong(Words::new("number-not-a-digit").with("character", character))
            }
            Err(NumberError::CheckDigit) => Self::Wrong(Words::new("number-check")),
        }
    }
}

/// What a right form says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) id: SessionId,
    pub(crate) password: Password,
    pub(crate) ask: Grants,
}

impl ConnectForm {
    pub(crate) fn new() -> Self {
        Self { asks_control: true, focus: Some(Field::Id), ..Self::default() }
    }

    /// The next case: what was tried in vain for the last one is not there any more.
    pub(crate) fn begin_anew(&mut self) {
        if self.trouble.is_some() {
            *self = Self { asks_control: self.asks_control, ..Self::new() };
        }
    }

    pub(crate) fn check_id(&self) -> Check {
        let check = Check::number(&self.id, plain(&self.id).parse::<SessionId>());
        judged(check, self.was_tried || self.is_id_entered, "number-missing-id")
    }

    pub(crate) fn check_password(&self) -> Check {
        let text = &self.password.0;
        let check = Check::number(text, plain(text).parse::<Password>());
        judged(check, self.was_tried, "number-missing-password")
    }

    /// The numbers, or the first field that is not right.
    pub(crate) fn numbers(&self) -> Result<Numbers, Field> {
        let id = plain(&self.id).parse().map_err(|_| Field::Id)?;
        let password = plain(&self.password.0).parse().map_err(|_| Field::Password)?;
        let view: Grants = [Grant::View].into_iter().collect();
        let ask = if self.asks_control { Grant::ALL.into_iter().collect() } else { view };
        Ok(Numbers { id, password, ask })
    }

    /// Another number has another password: the one that was tried goes.
    pub(crate) fn set_id(&mut self, text: String) {
        self.id = text;
        if std::mem::take(&mut self.is_password_used) {
            self.password = Secret::default();
        }
        (self.was_tried, self.is_id_entered) = (false, false);
        self.forget_trouble(Fault::Id);
    }

    pub(crate) fn set_password(&mut self, text: String) {
        self.password = Secret(text);
        (self.was_tried, self.is_password_used) = (false, false);
        self.forget_trouble(Fault::Password);
    }

    pub(crate) fn paste(&mut self, pasted: Pasted) {
        let (has_id, has_password) = (pasted.id.is_some(), pasted.password.is_some());
        if let Some(id) = pasted.id {
            self.set_id(id);
        }
        if let Some(password) = pasted.password {
            self.set_password(password);
        }
        self.focus = match (has_id, has_password, self.numbers()) {
            (_, _, Err(field)) => Some(field),
            (true, false, Ok(_)) => Some(Field::Password),
            (_, _, Ok(_)) => Some(if has_password { Field::Password } else { Field::Id }),
        };
    }

    /// A trouble goes once its cause is being changed.
    fn forget_trouble(&mut self, fault: Fault) {
        self.trouble.take_if(|trouble| trouble.fault == fault);
    }
}

/// Once a field counts as finished, what is not there yet is wrong.
fn judged(check: Check, is_finished: bool, missing: &'static str) -> Check {
    match check {
        Check::Empty if is_finished => Check::Missing(Words::new(missing)),
        Check::Unfinished(words) if is_finished => Check::Missing(words),
        check => check,
    }
}

/// A number without what people and programs put between its digits and what can't be seen.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|character| {
            !matches!(
                character,
                '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{b7}' | '_'
            )
        })
        .collect()
}

/// The settings while they are being changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct SetupForm {
    pub(crate) relay: String,
    pub(crate) pin: String,
    /// Empty means that it is found by itself.
    pub(crate) proxy: String,
    pub(crate) operator: String,
    pub(crate) token: Secret,
    pub(crate) theme: Theme,
    pub(crate) language: Language,
    /// Whether somebody tried to save or test this.
    pub(crate) was_tried: bool,
    pub(crate) test: Test,
    /// What the test has found on the way.
    pub(crate) report: Option<Report>,
    /// Whether something was changed since the test.
    pub(crate) is_outdated: bool,
    /// What a paste brought.
    pub(crate) pasted: Option<usize>,
    pub(crate) focus: Option<Field>,
}

/// What came of the test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Test {
    #[default]
    None,
    Running,
    /// The relay knows the operator; this is the organisation.
    Fine(String),
    Failed(Trouble),
}

impl SetupForm {
    pub(crate) fn new(settings: &Settings) -> Self {
        let lines = |items: Vec<String>| items.join(", ");
        Self {
            relay: lines(settings.relays.iter().map(ToString::to_string).collect()),
            pin: lines(settings.pins.iter().map(ToString::to_string).collect()),
            proxy: match &settings.proxy {
                ProxyChoice::System => String::new(),
                proxy => proxy.to_string(),
            },
            operator: settings.operator.as_ref().map(ToString::to_string).unwrap_or_default(),
            theme: settings.theme,
            language: settings.language,
            focus: Some(Field::Relay),
            ..Self::default()
        }
    }

    /// What there is to say about a field. `has_token`: one is known, so that an empty field means that one.
    pub(crate) fn check(&self, field: Field, has_token: bool) -> Check {
        let missing = |key: &'static str| {
            if self.was_tried { Check::Missing(Words::new(key)) } else { Check::Empty }
        };
        let judge = |is_right: bool, key: &'static str| {
            if is_right { Check::Right(String::new()) } else { Check::Wrong(Words::new(key)) }
        };
        match field {
            Field::Relay if self.relay.trim().is_empty() => missing("setup-relay-missing"),
            Field::Relay => judge(list::<RelayAddress>(&self.relay).is_some(), "setup-relay-wrong"),
            Field::Pin if self.pin.trim().is_empty() => missing("setup-pin-missing"),
            Field::Pin => judge(list::<Pin>(&self.pin).is_some(), "setup-pin-wrong"),
            Field::Proxy if self.proxy.trim().is_empty() => Check::Empty,
            Field::Proxy if plain_proxy(&self.proxy).is_some() => Check::Right(String::new()),
            Field::Proxy => Check::Wrong(Words::new(match self.proxy.parse::<ProxyChoice>() {
                Ok(_) => "setup-proxy-secret",
                Err(_) => "setup-proxy-wrong",
            })),
            Field::Operator if self.operator.trim().is_empty() => missing("setup-operator-missing"),
            Field::Operator => judge(Name::new(self.operator.trim()).is_ok(), "setup-operator-wrong"),
            Field::Token if self.token.0.trim().is_empty() && has_token => Check::Empty,
            Field::Token if self.token.0.trim().is_empty() => missing("setup-token-missing"),
            Field::Token if self.typed_token().is_some() => Check::Right(String::new()),
            Field::Token => Check::Wrong(match self.token.0.trim().chars().count() {
                token::LENGTH => Words::new("setup-token-wrong"),
                found => Words::new("setup-token-length")
                    .count("found", found as u64)
                    .count("expected", token::LENGTH as u64),
            }),
            Field::Id | Field::Password => Check::Empty,
        }
    }

    /// The settings that this says, or the first field that is not right.
    pub(crate) fn settings(&self, has_token: bool) -> Result<Settings, Field> {
        let settings = Settings {
            relays: list(&self.relay).ok_or(Field::Relay)?,
            pins: list(&self.pin).ok_or(Field::Pin)?,
            proxy: plain_proxy(&self.proxy).ok_or(Field::Proxy)?,
            operator: Some(Name::new(self.operator.trim()).map_err(|_| Field::Operator)?),
            theme: self.theme,
            language: self.language,
        };
        if self.typed_token().is_none() && !(has_token && self.token.0.trim().is_empty()) {
            return Err(Field::Token);
        }
        Ok(settings)
    }

    pub(crate) fn typed_token(&self) -> Option<Token> {
        Token::new(&self.token.0)
    }

    /// Something changed: what was said about it before no longer holds.
    pub(crate) fn touched(&mut self) {
        self.was_tried = false;
        if self.test == Test::Running {
            self.test = Test::None;
        }
        self.is_outdated = true;
        self.pasted = None;
    }

    pub(crate) fn fill(&mut self, handout: &Handout) {
        self.touched();
        let is_token_wrong = handout.token.is_some() && !handout.has_token();
        self.pasted = Some(handout.len() - usize::from(is_token_wrong));
        let found = Self::new(&Settings {
            relays: handout.relays.clone(),
            pins: handout.pins.clone(),
            operator: handout.operator.clone(),
            ..Settings::default()
        });
        for (field, found) in
            [(&mut self.relay, found.relay), (&mut self.pin, found.pin), (&mut self.operator, found.operator)]
        {
            if !found.is_empty() {
                *field = found;
            }
        }
        if let Some(token) = &handout.token {
            self.token = token.clone();
        }
    }
}

/// Items with commas or spaces between them; `None` if there is none or one is wrong.
fn list<T: std::str::FromStr>(text: &str) -> Option<Vec<T>> {
    let items =
        text.split(|c: char| c == ',' || c == ';' || c.is_whitespace()).filter(|item| !item.is_empty());
    let items: Option<Vec<T>> = items.map(|item| item.parse().ok()).collect();
    items.filter(|items| !items.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::pasted;

    fn id() -> String {
        SessionId::from_digits([1, 2, 3, 4, 5, 6, 7, 8, 9]).to_string()
    }

    fn password() -> String {
        Password::from_digits([1, 2, 3, 4, 5, 6, 7, 8]).to_string()
    }

    #[test]
    fn a_number_is_judged_while_it_is_typed() {
        let mut form = ConnectForm::new();
        assert_eq!(form.check_id(), Check::Empty);
        form.set_id("123 4".into());
        assert!(matches!(form.check_id(), Check::Unfinished(_)));
        form.was_tried = true;
        assert!(matches!(form.check_id(), Check::Missing(_)));
        for text in [id(), id().replace(' ', "\u{a0}"), id().replace(' ', "–"), id().replace(' ', ".")] {
            form.set_id(text);
            assert_eq!(form.check_id(), Check::Right(id()));
        }
        let last = if id().ends_with('0') { "1" } else { "0" };
        for wrong in [format!("{}{last}", &id()[..11]), format!("{}1", id()), "12x".into()] {
            form.set_id(wrong);
            assert!(matches!(form.check_id(), Check::Wrong(_)), "{:?}", form.id);
        }
    }

    #[test]
    fn another_customers_number_does_not_go_with_a_password_that_was_tried() {
        let mut form = ConnectForm::new();
        form.set_password("12345678".to_owned());
        form.set_id("1".to_owned());
        assert_eq!(form.password.0, "12345678", "nobody tried it");
        form.is_password_used = true;
        form.set_id("2".to_owned());
        assert_eq!(form.password.0, "");
        form.set_password("87654321".to_owned());
        form.set_id("3".to_owned());
        assert_eq!(form.password.0, "87654321");
    }

    #[test]
    fn one_paste_fills_both_and_says_where_to_go_on() {
        let mut form = ConnectForm::new();
        form.paste(pasted::read(&id()));
        assert_eq!(form.focus, Some(Field::Password));
        form.paste(pasted::read(&format!("ID {}, heslo {}", id(), password())));
        let numbers = form.numbers().unwrap();
        assert_eq!((numbers.id.to_string(), numbers.password.to_string()), (id(), password()));
        assert!(numbers.ask.allows(Grant::Control));
    }

    #[test]
    fn a_handout_fills_the_settings() {
        let mut form = SetupForm::new(&Settings::default());
        assert!(form.settings(false).is_err());
        let pin = "sha256/BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
        form.fill(&super::super::handout::read(&format!(
            "relay: a.example:443, b.example:80\n{pin}\nname: anna"
        )));
        assert_eq!(form.settings(false), Err(Field::Token));
        let settings = form.settings(true).unwrap();
        assert!(settings.is_complete());
        assert_eq!(settings.relays.len(), 2);
    }
}
