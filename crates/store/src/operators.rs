//! Who may use a relay as an operator.

use std::time::Duration;

use farhand_broker::OperatorId;
use farhand_proto::name::Name;

use crate::token::{self, NoRandomness, Token};
use crate::{Store, StoreError, from_milliseconds, milliseconds};

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
    Exists(Name),
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
    #[error("there is no operator {0:?}; `operator list` shows all of them")]
    Unknown(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Operators.
impl Store {
    /// Adds an operator and gives the token, which is stored nowhere. `by` is whoever does it, for the audit.
    ///
    /// # Errors
    /// Somebody has the name, or the store fails.
    pub async fn add_operator(&self, name: &Name, by: &str, now: Duration) -> Result<Token, AddError> {
        let token = Token::generate()?;
        let mut transaction = self.pool.begin().await.map_err(self.failed())?;
        let added = sqlx::query(
            "INSERT INTO operators (name, token_hash, created_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(&**name)
        .bind(token::hash(token.as_bytes()))
        .bind(milliseconds(now))
        .execute(&mut *transaction)
        .await
        .map_err(self.failed())?;
        if added.rows_affected() == 0 {
            return Err(AddError::Exists(name.clone()));
        }
        crate::audit::record_change(&mut transaction, now, by, "operator added", name)
            .await
            .map_err(self.failed())?;
        transaction.commit().await.map_err(self.failed())?;
        Ok(token)
    }

    /// Removes an operator: the token is good for nothing from here on. Any text that was ever taken for a name can
    /// be removed.
    ///
    /// # Errors
    /// Nobody has the name, or the store fails.
    pub async fn remove_operator(&self, name: &str, by: &str, now: Duration) -> Result<(), RemoveError> {
        let mut transaction = self.pool.begin().await.map_err(self.failed())?;
        let removed =
            sqlx::query("UPDATE operators SET removed_ms = $1 WHERE name = $2 AND removed_ms IS NULL")
                .bind(milliseconds(now))
                .bind(name)
                .execute(&mut *transaction)
                .await
                .map_err(self.failed())?;
        if removed.rows_affected() == 0 {
            return Err(RemoveError::Unknown(name.to_owned()));
        }
        crate::audit::record_change(&mut transaction, now, by, "operator removed", name)
            .await
            .map_err(self.failed())?;
        transaction.commit().await.map_err(self.failed())?;
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
                .await
                .map_err(self.failed())?;
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
                .await
                .map_err(self.failed())?;
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
            .await
            .map_err(self.failed())?;
        Ok(operators.iter().copied().filter(|operator| !present.contains(&operator.0)).collect())
    }
}
