//! Who did what, and when.

use std::time::Duration;

use farhand_broker::{Event, Record};
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row, SqliteConnection};

use crate::{Store, StoreError, from_milliseconds, milliseconds};

/// One line of the audit. Session IDs are whole, because a shortened one proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// When, since 1970-01-01 UTC.
    pub at: Duration,
    /// Who: an operator's name, or whoever used the command line.
    pub who: String,
    /// What: `operator added`, `operator removed`, `login`, `found`, `session started` or `session ended`.
    pub action: String,
    /// The operator that was added or removed.
    pub subject: Option<String>,
    /// The console's address.
    pub address: Option<String>,
    /// The session's number, ten digits.
    pub session_id: Option<String>,
    /// How long the session ran.
    pub duration: Option<Duration>,
    /// What the session moved to the client, in bytes.
    pub bytes_to_client: Option<u64>,
    /// What the session moved to the console, in bytes.
    pub bytes_to_console: Option<u64>,
    /// Who or what ended the session.
    pub ending: Option<String>,
}

/// The audit.
impl Store {
    /// Writes down what a broker saw.
    ///
    /// # Errors
    /// The store fails; nothing was written.
    pub async fn record(&self, record: &Record) -> Result<(), StoreError> {
        let line = line_of(record);
        let mut connection = self.pool.acquire().await.map_err(self.failed())?;
        insert(&mut connection, &line).await.map_err(self.failed())
    }

    /// The newest lines, the latest first.
    ///
    /// # Errors
    /// The store fails.
    pub async fn audit(&self, most: u32) -> Result<Vec<Line>, StoreError> {
        let lines = sqlx::query_as(
            "SELECT at_ms, who, action, subject, address, session_id, duration_ms, bytes_to_client, \
             bytes_to_console, ending FROM audit ORDER BY id DESC LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(self.failed())?;
        Ok(lines)
    }
}

/// Writes down that the administrator changed an operator.
pub(crate) async fn record_change(
    connection: &mut SqliteConnection,
    now: Duration,
    by: &str,
    action: &str,
    operator: &str,
) -> Result<(), sqlx::Error> {
    let line = Line {
        at: now,
        who: by.to_owned(),
        action: action.to_owned(),
        subject: Some(operator.to_owned()),
        ..Line::default()
    };
    insert(connection, &line).await
}

async fn insert(connection: &mut SqliteConnection, line: &Line) -> Result<(), sqlx::Error> {
    let count = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    sqlx::query(
        "INSERT INTO audit (at_ms, who, action, subject, address, session_id, duration_ms, bytes_to_client, \
         bytes_to_console, ending) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(milliseconds(line.at))
    .bind(&line.who)
    .bind(&line.action)
    .bind(&line.subject)
    .bind(&line.address)
    .bind(&line.session_id)
    .bind(line.duration.map(milliseconds))
    .bind(line.bytes_to_client.map(count))
    .bind(line.bytes_to_console.map(count))
    .bind(&line.ending)
    .execute(connection)
    .await?;
    Ok(())
}

fn line_of(record: &Record) -> Line {
    let mut line = Line {
        at: record.at,
        who: record.operator.to_string(),
        address: Some(record.address.to_canonical().to_string()),
        ..Line::default()
    };
    match &record.event {
        Event::LoggedIn => "login".clone_into(&mut line.action),
        Event::Found(session_id) => {
            "found".clone_into(&mut line.action);
            line.session_id = Some(session_id.plain());
        }
        Event::SessionStarted(session_id) => {
            "session started".clone_into(&mut line.action);
            line.session_id = Some(session_id.plain());
        }
        Event::SessionResumed(session_id) => {
            "session resumed".clone_into(&mut line.action);
            line.session_id = Some(session_id.plain());
        }
        Event::SessionEnded { session_id, duration, traffic, ending } => {
            "session ended".clone_into(&mut line.action);
            line.session_id = Some(session_id.plain());
            line.duration = Some(*duration);
            line.bytes_to_client = Some(traffic.to_client);
            line.bytes_to_console = Some(traffic.to_console);
            line.ending = Some(ending.name().to_owned());
        }
    }
    line
}

impl<'r> FromRow<'r, SqliteRow> for Line {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        let count = |bytes: i64| u64::try_from(bytes).unwrap_or(0);
        Ok(Self {
            at: from_milliseconds(row.try_get("at_ms")?),
            who: row.try_get("who")?,
            action: row.try_get("action")?,
            subject: row.try_get("subject")?,
            address: row.try_get("address")?,
            session_id: row.try_get("session_id")?,
            duration: row.try_get::<Option<i64>, _>("duration_ms")?.map(from_milliseconds),
            bytes_to_client: row.try_get::<Option<i64>, _>("bytes_to_client")?.map(count),
            bytes_to_console: row.try_get::<Option<i64>, _>("bytes_to_console")?.map(count),
            ending: row.try_get("ending")?,
        })
    }
}
