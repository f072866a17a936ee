//! The file under a store: whether it is one of ours, and how it is made.
//!
//! A foreign file is recognised by its first bytes, before SQLite opens it: opening could change it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::{BUSY, SCHEMA_VERSION, StoreError};

/// What stands in a database of ours where SQLite keeps the name of the program that a file belongs to: `FHrl`.
const APPLICATION_ID: u32 = u32::from_be_bytes(*b"FHrl");
/// The beginning of an SQLite file, and where the application's number stands in it
/// (<https://www.sqlite.org/fileformat.html>, section 1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER: usize = 100;
const APPLICATION_ID_AT: usize = 68;

/// Makes sure that the file is a store of ours; makes one, readable by its owner alone, where there is none and
/// `may_create` says so.
pub(crate) async fn prepare(path: &Path, may_create: bool) -> Result<(), StoreError> {
    if may_create {
        let create = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        create.map_err(|source| StoreError::open(path, source))?;
    }
    match first_bytes(path)?.as_slice() {
        // A new one, or one whose making was cut short: nothing was in it.
        [] if may_create => fill(path).await.map_err(|error| StoreError::database(path, error)),
        [] => Err(StoreError::Missing { path: path.to_owned() }),
        bytes => recognise(path, bytes),
    }
}

fn recognise(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let foreign = |what| Err(StoreError::Foreign { path: path.to_owned(), what });
    if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) {
        return foreign("it is no database at all");
    }
    match bytes.get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4) {
        Some(id) if bytes.len() == HEADER => {
            if id == APPLICATION_ID.to_be_bytes() {
                Ok(())
            } else {
                foreign("it is another program's database")
            }
        }
        _ => Err(StoreError::Damaged { path: path.to_owned(), detail: "it is cut short".to_owned() }),
    }
}

fn first_bytes(path: &Path) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEADER as u64).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(StoreError::Missing { path: path.to_owned() })
        }
        Err(source) => Err(StoreError::open(path, source)),
    }
}

/// Makes the tables, all at once. The journal is the plain one still, so that whoever looks at the file's first bytes
/// sees whose it is; the journal of later writes would keep them beside the file.
async fn fill(path: &Path) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Delete)
        .busy_timeout(BUSY)
        .disable_statement_logging();
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let tables: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema").fetch_one(&mut *transaction).await?;
    // Another process may have made them in the meantime.
    if tables == 0 {
        sqlx::raw_sql(include_str!("schema.sql")).execute(&mut *transaction).await?;
        sqlx::query("INSERT INTO schema_version (version) VALUES ($1)")
            .bind(SCHEMA_VERSION)
            .execute(&mut *transaction)
            .await?;
        let mark = format!("PRAGMA application_id = {APPLICATION_ID}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(mark)).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    connection.close().await
}
