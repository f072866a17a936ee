//! A store on a real file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use farhand_broker::{Ending, Event, Record, Traffic};
use farhand_proto::id::SessionId;
use farhand_proto::name::Name;
use farhand_store::{AddError, RemoveError, Store, StoreError};

const NOW: Duration = Duration::from_millis(1_800_000_000_123);

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create_or_open(&folder.path().join("relay.db")).await.unwrap();
    (folder, store)
}

#[tokio::test]
async fn an_operator_is_known_by_name_and_token_until_removed() {
    let (_folder, store) = store().await;
    let token = store.add_operator(&name("Anna Žižková"), "admin", NOW).await.unwrap();
    let other = store.add_operator(&name("bob"), "admin", NOW).await.unwrap();
    let anna = store.check_operator("Anna Žižková", token.as_bytes()).await.unwrap().expect("known");
    let check = async |name: &str, token: &[u8]| store.check_operator(name, token).await.unwrap();
    assert_eq!(check("Anna Žižková", other.as_bytes()).await, None);
    assert_eq!(check("anna Žižková", token.as_bytes()).await, None);
    assert_eq!(check("nobody", token.as_bytes()).await, None);
    assert_eq!(check("Anna Žižková", b"").await, None);
    let bob = check("bob", other.as_bytes()).await.unwrap();
    assert_eq!(store.removed_of(&[anna, bob]).await.unwrap(), []);

    store.remove_operator("Anna Žižková", "admin", NOW).await.unwrap();
    assert_eq!(check("Anna Žižková", token.as_bytes()).await, None);
    assert_eq!(store.removed_of(&[anna, bob]).await.unwrap(), [anna]);
    let again = store.remove_operator("Anna Žižková", "admin", NOW).await;
    assert!(matches!(again, Err(RemoveError::Unknown(_))));

    // The name may come back, as somebody else with another token.
    let fresh = store.add_operator(&name("Anna Žižková"), "admin", NOW).await.unwrap();
    assert_eq!(check("Anna Žižková", token.as_bytes()).await, None);
    let second = check("Anna Žižková", fresh.as_bytes()).await.unwrap();
    assert_ne!(second, anna);
    assert_eq!(store.removed_of(&[anna, second]).await.unwrap(), [anna]);
}

#[tokio::test]
async fn a_name_is_taken_once_and_listed() {
    let (_folder, store) = store().await;
    store.add_operator(&name("zoe"), "admin", NOW).await.unwrap();
    store.add_operator(&name("anna"), "admin", NOW).await.unwrap();
    let twice = store.add_operator(&name("zoe"), "admin", NOW).await;
    assert!(matches!(twice, Err(AddError::Exists(_))));
    let operators = store.operators().await.unwrap();
    let names: Vec<&str> = operators.iter().map(|operator| operator.name.as_str()).collect();
    assert_eq!(names, ["anna", "zoe"]);
    assert_eq!(operators[0].created, NOW);
}

#[tokio::test]
async fn another_process_sees_a_change_at_once_and_a_restart_keeps_it() {
    let (folder, store) = store().await;
    let path = folder.path().join("relay.db");
    let other = Store::open(&path).await.unwrap();
    let token = other.add_operator(&name("anna"), "admin", NOW).await.unwrap();
    let anna = store.check_operator("anna", token.as_bytes()).await.unwrap().unwrap();
    other.remove_operator("anna", "admin", NOW).await.unwrap();
    assert_eq!(store.removed_of(&[anna]).await.unwrap(), [anna]);
    let kept = other.add_operator(&name("bob"), "admin", NOW).await.unwrap();
    store.close().await;
    other.close().await;
    let again = Store::open(&path).await.unwrap();
    assert!(again.check_operator("bob", kept.as_bytes()).await.unwrap().is_some());
}

#[tokio::test]
async fn the_audit_says_who_did_what_and_holds_no_secret() {
    let (folder, store) = store().await;
    let token = store.add_operator(&name("anna"), "command line (root)", NOW).await.unwrap();
    let session_id = SessionId::from_digits([0, 0, 1, 2, 3, 4, 5, 6, 7]);
    let traffic = Traffic { to_client: 5, to_console: u64::MAX };
    let duration = Duration::from_millis(61_005);
    for event in [
        Event::LoggedIn,
        Event::Found(session_id),
        Event::SessionStarted(session_id),
        Event::SessionEnded { session_id, duration, traffic, ending: Ending::Console },
    ] {
        let address = "::ffff:192.0.2.9".parse().unwrap();
        let record = Record { at: NOW, operator: name("anna"), address, event };
        store.record(&record).await.unwrap();
    }
    store.remove_operator("anna", "command line (root)", NOW).await.unwrap();

    let lines = store.audit(10).await.unwrap();
    let actions: Vec<&str> = lines.iter().rev().map(|line| line.action.as_str()).collect();
    assert_eq!(
        actions,
        ["operator added", "login", "found", "session started", "session ended", "operator removed"]
    );
    let ended = &lines[1];
    assert_eq!((ended.who.as_str(), ended.at), ("anna", NOW));
    assert_eq!(ended.session_id.as_deref(), Some(session_id.plain().as_str()));
    assert_eq!(ended.address.as_deref(), Some("192.0.2.9"));
    assert_eq!((ended.duration, ended.ending.as_deref()), (Some(duration), Some("console")));
    assert_eq!((ended.bytes_to_client, ended.bytes_to_console), (Some(5), Some(i64::MAX as u64)));
    assert_eq!(lines[0].who, "command line (root)");
    assert_eq!(lines[0].subject.as_deref(), Some("anna"));
    assert_eq!(store.audit(2).await.unwrap().len(), 2);

    store.close().await;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(43).any(|part| part == token.as_bytes()), "the token is nowhere on the disk");
    }
}

#[tokio::test]
async fn its_files_are_the_owners_alone() {
    let (folder, store) = store().await;
    store.add_operator(&name("anna"), "admin", NOW).await.unwrap();
    let mut files = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        files += 1;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
    assert!(files >= 2, "the file and its journal");
}

/// Runs statements on a file as another program would.
async fn meddle(path: &Path, statements: &'static str) {
    let url = format!("sqlite://{}?mode=rwc", path.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    sqlx::raw_sql(statements).execute(&pool).await.unwrap();
    pool.close().await;
}

/// A closed store with an operator in it.
async fn store_on_disk(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("relay.db");
    let store = Store::create_or_open(&path).await.unwrap();
    store.add_operator(&name("anna"), "admin", NOW).await.unwrap();
    store.close().await;
    path
}

/// Neither way of opening takes the file; both errors name it and say all of this. Gives the file's bytes.
async fn refused(path: &Path, words: &[&str]) -> StoreError {
    let before = std::fs::read(path).unwrap();
    Store::create_or_open(path).await.unwrap_err();
    let error = Store::open(path).await.unwrap_err();
    let text = error.to_string();
    for word in [path.to_str().unwrap()].iter().chain(words) {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
    assert!(std::fs::read(path).unwrap() == before, "the file was changed");
    error
}

#[tokio::test]
async fn what_is_not_there_is_made_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.db");
    let missing = Store::open(&path).await.unwrap_err();
    assert!(matches!(missing, StoreError::Missing { .. }), "{missing}");
    assert!(!path.exists());
    Store::create_or_open(&path).await.unwrap().close().await;
    Store::open(&path).await.unwrap().close().await;
    let nowhere = Store::create_or_open(&folder.path().join("missing/relay.db")).await.unwrap_err();
    assert!(nowhere.to_string().contains("missing/relay.db"), "{nowhere}");
}

#[tokio::test]
async fn a_foreign_file_is_named_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.db");
    for text in ["no database", "SQLITE", &"a long letter ".repeat(50)] {
        std::fs::write(&path, text).unwrap();
        let error = refused(
            &path,
            &["not the database of a Farhand relay", "no database at all", "move this file away"],
        )
        .await;
        assert!(matches!(error, StoreError::Foreign { .. }));
    }
    std::fs::remove_file(&path).unwrap();
    meddle(&path, "CREATE TABLE schema_version (version); INSERT INTO schema_version VALUES (1)").await;
    let error = refused(&path, &["another program's database"]).await;
    assert!(matches!(error, StoreError::Foreign { .. }));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no journal was made beside it");
}

#[tokio::test]
async fn a_damaged_file_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = store_on_disk(&folder).await;
    let whole = std::fs::read(&path).unwrap();
    let remedy = ["is damaged", "backup", "relay.db-wal"];
    for length in [16, 60, 99, 100, 4096, whole.len() - 4096] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let error = refused(&path, &remedy).await;
        assert!(matches!(error, StoreError::Damaged { .. }), "{length}: {error}");
    }
    // Noise in place of everything behind the first page.
    let mut noisy = whole.clone();
    noisy[4096..].fill(0xa5);
    std::fs::write(&path, &noisy).unwrap();
    assert!(matches!(refused(&path, &remedy).await, StoreError::Damaged { .. }));
    std::fs::write(&path, &whole).unwrap();
    Store::open(&path).await.unwrap().close().await;
    for statements in ["DROP TABLE operators", "DROP TABLE audit", "DELETE FROM schema_version"] {
        std::fs::write(&path, &whole).unwrap();
        meddle(&path, statements).await;
        let error = Store::open(&path).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{statements}: {error}");
    }
}

#[tokio::test]
async fn a_file_of_a_newer_program_is_refused_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = store_on_disk(&folder).await;
    meddle(&path, "UPDATE schema_version SET version = 2").await;
    let error = Store::open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 2, .. }));
    for word in ["relay.db", "newer program", "up to 1"] {
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[tokio::test]
async fn a_store_that_another_program_locks_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = store_on_disk(&folder).await;
    let store = Store::open(&path).await.unwrap();
    let url = format!("sqlite://{}", path.display());
    let other = sqlx::SqlitePool::connect(&url).await.unwrap();
    let mut held = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    sqlx::raw_sql("DELETE FROM audit").execute(&mut *held).await.unwrap();
    let error = store.remove_operator("anna", "admin", NOW).await.unwrap_err().to_string();
    assert!(error.contains("relay.db") && error.contains("keeps it locked"), "{error}");
    held.rollback().await.unwrap();
    store.remove_operator("anna", "admin", NOW).await.unwrap();
}
