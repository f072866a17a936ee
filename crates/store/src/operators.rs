//! Who may use a relay as an operator.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use farhand_broker::OperatorId;
use farhand_proto::bounded::Text;
use farhand_proto::limits::MAX_NAME;

use crate::token::{self, NoRandomness, Token};
use crate::{Store, StoreError, from_milliseconds, milliseconds};

/// A name that an operator may have: 1 to 128 bytes of UTF-8 without control characters or spaces at its ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperatorName(Text<MAX_NAME>);

/// A text that can't be an operator's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an operator's name has 1 to {MAX_NAME} bytes, no control characters, and no space at its beginning or end"
)]
pub struct NameError;

/// One operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Who.
    pub name: String,
    /// When they were added, since 1970-01-01 UTC.
    pub created: Duration,
}

/// An operator was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// Somebody has the name.
    #[error("there is an operator {0} already; remove them first to give out a new token")]
    Exists(OperatorName),
    /// No token could be made.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An operator was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// Nobody has the name.
    #[error("there is no operator {0}; `operator list` shows all of them")]
    Unknown(OperatorName),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FromStr for OperatorName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.is_empty() || text.trim() != text || text.chars().any(char::is_control) {
            return Err(NameError);
        }
        Text::new(text).map(Self).map_err(|_| NameError)
    }
}

impl fmt::Display for OperatorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Operators.
impl Store {
    /// Adds an operator and gives the token, which is stored nowhere. `by` is whoever does it, for the audit.
    ///
    /// # Errors
    /// Somebody has the name, or the store fails.
    pub async fn add_operator(
        &self,
        name: &OperatorName,
        by: &str,
        now: Duration,
    ) -> Result<Token, AddError> {
        let token = Token::generate()?;
        let mut transaction = self.pool.begin().await.map_err(StoreError::from)?;
        let added = sqlx::query(
            "INSERT INTO operators (name, token_hash, created_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(&*name.0)
        .bind(token::hash(token.as_bytes()))
        .bind(milliseconds(now))
        .execute(&mut *transaction)
        .await
        .map_err(StoreError::from)?;
        if added.rows_affected() == 0 {
            return Err(AddError::Exists(name.clone()));
        }
        crate::audit::record_change(&mut transaction, now, by, "operator added", &name.0).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(token)
    }

    /// Removes an operator: the token is good for nothing from here on.
    ///
    /// # Errors
    /// Nobody has the name, or the store fails.
    pub async fn remove_operator(
        &self,
        name: &OperatorName,
        by: &str,
        now: Duration,
    ) -> Result<(), RemoveError> {
        let mut transaction = self.pool.begin().await.map_err(StoreError::from)?;
        let removed =
            sqlx::query("UPDATE operators SET removed_ms = $1 WHERE name = $2 AND removed_ms IS NULL")
                .bind(milliseconds(now))
                .bind(&*name.0)
                .execute(&mut *transaction)
                .await
                .map_err(StoreError::from)?;
        if removed.rows_affected() == 0 {
            return Err(RemoveError::Unknown(name.clone()));
        }
        crate::audit::record_change(&mut transaction, now, by, "operator removed", &name.0).await?;
        transaction.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// All operators that were not removed, by name.
    ///
    /// # Errors
    /// The store fails.
    pub async fn operators(&self) -> Result<Vec<Operator>, StoreError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT name, created_ms FROM operators WHERE removed_ms IS NULL ORDER BY name")
                .fetch_all(&self.pool)
                .await?;
        Ok(rows
            .into_iter()
            .map(|(name, created)| Operator { name, created: from_milliseconds(created) })
            .collect())
    }

    /// Who has this name and this token; `None` if nobody has both. An unknown name costs as much as a wrong token.
    ///
    /// # Errors
    /// The store fails.
    pub async fn check_operator(&self, name: &str, token: &[u8]) -> Result<Option<OperatorId>, StoreError> {
        let row: Option<(i64, String)> =
            sqlx::query_as("SELECT id, token_hash FROM operators WHERE name = $1 AND removed_ms IS NULL")
                .bind(name)
                .fetch_optional(&self.pool)
                .await?;
        // No token has this hash, as far as anybody knows.
        let (id, stored) = match row {
            Some((id, stored)) => (Some(OperatorId(id)), stored),
            None => (None, "0".repeat(64)),
        };
        Ok(if token::fits(token, &stored) { id } else { None })
    }

    /// Which of these operators were removed.
    ///
    /// # Errors
    /// The store fails.
    pub async fn removed_of(&self, operators: &[OperatorId]) -> Result<Vec<OperatorId>, StoreError> {
        if operators.is_empty() {
            return Ok(Vec::new());
        }
        let present: Vec<i64> = sqlx::query_scalar("SELECT id FROM operators WHERE removed_ms IS NULL")
            .fetch_all(&self.pool)
            .await?;
        Ok(operators.iter().copied().filter(|operator| !present.contains(&operator.0)).collect())
    }
}
