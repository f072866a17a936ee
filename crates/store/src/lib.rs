//! Keeps what a relay must not forget: its operators, and an audit of what they and the administrator did.
//!
//! It is an SQLite file. The statements are plain enough for PostgreSQL; only `schema.sql` and [`Store::open`]
//! know which database it is.

mod audit;
mod operators;
mod token;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

pub use audit::Line;
pub use operators::{AddError, NameError, Operator, OperatorName, RemoveError};
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
}

/// The store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file can't be made.
    #[error("can't create the database {path}: {source}; check that its folder exists and may be written")]
    Create {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A newer program wrote it.
    #[error(
        "the database {path} was written by a newer program (its form is {found}, this program knows {SCHEMA_VERSION}); use the newer one"
    )]
    TooNew {
        /// Which file.
        path: PathBuf,
        /// The form found.
        found: i64,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl Store {
    /// Opens the file, and makes it, readable by its owner alone, if it is not there.
    ///
    /// # Errors
    /// It can't be made or read, or a newer program wrote it.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .map_err(|source| StoreError::Create { path: path.to_owned(), source })?;
        // An audit that a power cut can shorten proves nothing: every line is on the disk before it counts.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_with(options).await?;
        sqlx::raw_sql(include_str!("schema.sql")).execute(&pool).await?;
        let found: Option<i64> =
            sqlx::query_scalar("SELECT MAX(version) FROM schema_version").fetch_one(&pool).await?;
        match found {
            Some(found) if found > SCHEMA_VERSION => {
                return Err(StoreError::TooNew { path: path.to_owned(), found });
            }
            Some(_) => {}
            None => {
                sqlx::query("INSERT INTO schema_version (version) VALUES ($1)")
                    .bind(SCHEMA_VERSION)
                    .execute(&pool)
                    .await?;
            }
        }
        Ok(Self { pool })
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
