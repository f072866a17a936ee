//! Keeps what a relay must not forget: its operators, and an audit of what they and the administrator did.
//!
//! It is an SQLite file. The statements are plain enough for PostgreSQL; only `schema.sql` and [`Store::open`]
//! know which database it is.

mod audit;
mod error;
mod file;
mod operators;
mod token;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

pub use audit::Line;
pub use error::StoreError;
pub use operators::{AddError, Operator, RemoveError};
pub use token::Token;

/// The form of the tables that this program reads and writes.
const SCHEMA_VERSION: i64 = 1;
/// How long a statement waits while another process writes.
const BUSY: Duration = Duration::from_secs(5);
/// Connections at the same time. SQLite has one writer anyway.
const CONNECTIONS: u32 = 4;

/// The open store. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
    path: Arc<PathBuf>,
}

impl Store {
    /// Opens the file, and makes it, readable by its owner alone, if it is not there.
    ///
    /// # Errors
    /// It can't be made or read, is not a store's, is damaged, or a newer program wrote it.
    pub async fn create_or_open(path: &Path) -> Result<Self, StoreError> {
        file::prepare(path, true).await?;
        Self::connect(path).await
    }

    /// Opens the file, which has to be there.
    ///
    /// # Errors
    /// It is not there, can't be read, is not a store's, is damaged, or a newer program wrote it.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        file::prepare(path, false).await?;
        Self::connect(path).await
    }

    async fn connect(path: &Path) -> Result<Self, StoreError> {
        // An audit that a power cut can shorten proves nothing: every line is on the disk before it counts.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await;
        let pool = pool.map_err(|error| StoreError::database(path, error))?;
        let store = Self { pool, path: Arc::new(path.to_owned()) };
        match store.check().await {
            Ok(()) => Ok(store),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    /// Whether the tables have the form that this program knows, and the operators can be read.
    async fn check(&self) -> Result<(), StoreError> {
        let versions = sqlx::query_scalar("SELECT version FROM schema_version").fetch_all(&self.pool).await;
        let versions: Vec<i64> = versions.map_err(self.failed())?;
        match versions.iter().max() {
            Some(&found) if found > SCHEMA_VERSION => {
                return Err(StoreError::TooNew { path: self.path.to_path_buf(), found });
            }
            Some(&SCHEMA_VERSION) => {}
            _ => {
                let detail = "it does not say which form its tables have".to_owned();
                return Err(StoreError::Damaged { path: self.path.to_path_buf(), detail });
            }
        }
        // Every page of the operators is read, and the columns of the audit are looked for.
        let operators =
            "SELECT COUNT(name || token_hash || created_ms || COALESCE(removed_ms, 0)) FROM operators";
        let audit = "SELECT COUNT(at_ms || who || action || COALESCE(ending, '')) FROM (SELECT at_ms, who, action, \
                     ending FROM audit ORDER BY id DESC LIMIT 1)";
        for read in [operators, audit] {
            let read = sqlx::query_scalar::<_, i64>(read).fetch_one(&self.pool).await;
            read.map_err(self.failed())?;
        }
        Ok(())
    }

    /// Names the file in an error of the database.
    fn failed(&self) -> impl Fn(sqlx::Error) -> StoreError {
        |error| StoreError::database(&self.path, error)
    }

    /// Finishes what is under way and closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A time since 1970-01-01 UTC as the tables hold it.
fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// The way back from [`milliseconds`].
fn from_milliseconds(time: i64) -> Duration {
    Duration::from_millis(u64::try_from(time).unwrap_or(0))
}
