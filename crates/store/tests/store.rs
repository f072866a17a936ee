//! A store on a real file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use farhand_broker::{Ending, Event, Record, Traffic};
use farhand_proto::bounded::Text;
use farhand_proto::id::SessionId;
use farhand_store::{AddError, OperatorName, RemoveError, Store, StoreError};

const NOW: Duration = Duration::from_millis(1_800_000_000_123);

fn name(text: &str) -> OperatorName {
    text.parse().unwrap()
}

async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("relay.db")).await.unwrap();
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

    store.remove_operator(&name("Anna Žižková"), "admin", NOW).await.unwrap();
    assert_eq!(check("Anna Žižková", token.as_bytes()).await, None);
    assert_eq!(store.removed_of(&[anna, bob]).await.unwrap(), [anna]);
    let again = store.remove_operator(&name("Anna Žižková"), "admin", NOW).await;
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

#[test]
fn names_have_rules() {
    for bad in ["", " anna", "anna ", "an\nna", "an\u{0}na", &"a".repeat(129)] {
        assert!(bad.parse::<OperatorName>().is_err(), "{bad:?}");
    }
    assert!("a".repeat(128).parse::<OperatorName>().is_ok());
    assert!("Łukasz (2nd line)".parse::<OperatorName>().is_ok());
}

#[tokio::test]
async fn another_process_sees_a_change_at_once_and_a_restart_keeps_it() {
    let (folder, store) = store().await;
    let path = folder.path().join("relay.db");
    let other = Store::open(&path).await.unwrap();
    let token = other.add_operator(&name("anna"), "admin", NOW).await.unwrap();
    let anna = store.check_operator("anna", token.as_bytes()).await.unwrap().unwrap();
    other.remove_operator(&name("anna"), "admin", NOW).await.unwrap();
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
        let record = Record { at: NOW, operator: Text::truncated("anna"), address, event };
        store.record(&record).await.unwrap();
    }
    store.remove_operator(&name("anna"), "command line (root)", NOW).await.unwrap();

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

#[tokio::test]
async fn a_file_that_is_no_database_or_too_new_or_in_no_folder_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("relay.db");
    std::fs::write(&path, "no database, but a text that is long enough to be looked at as one").unwrap();
    assert!(matches!(Store::open(&path).await, Err(StoreError::Database(_))));
    let missing = Store::open(&folder.path().join("missing/relay.db")).await.unwrap_err();
    assert!(missing.to_string().contains("missing/relay.db"), "{missing}");

    let path = folder.path().join("newer.db");
    Store::open(&path).await.unwrap().close().await;
    let url = format!("sqlite://{}", path.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    sqlx::query("UPDATE schema_version SET version = 2").execute(&pool).await.unwrap();
    pool.close().await;
    assert!(matches!(Store::open(&path).await, Err(StoreError::TooNew { found: 2, .. })));
}
