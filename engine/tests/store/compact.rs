//! Compacting the file of a store.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use stepwright_engine::store::{Change, SqliteReader, SqliteStore, Store, StoreError};

use crate::store::child::{Committer, printed_line};
use crate::store::continuity::suffixed;
use crate::store::support::{closed, everything, fill, start, temporary_store};

fn keys(path: &Path) -> BTreeSet<u64> {
    let mut reader = SqliteReader::open(path).expect("a reader");
    let all = everything(&mut reader).into_iter();
    all.map(|(execution, _)| execution.key).collect()
}

/// Creates a store of which most executions were deleted.
fn sparse(path: &Path) -> BTreeSet<u64> {
    let mut store = SqliteStore::open(path).expect("it opens");
    fill(&mut store, 300);
    let deleted = (1..=290).flat_map(|key| [closed(key), Change::Delete { key }]);
    let deleted: Vec<_> = deleted.collect();
    store.commit(&deleted).expect("they are deleted");
    (291..=300).collect()
}

#[test]
fn a_compacted_store_is_small_and_has_all_its_executions() {
    let (_folder, path) = temporary_store();
    let expected = sparse(&path);
    let before = path.metadata().expect("a file").len();
    let report = SqliteStore::compact(&path).expect("it is compacted");
    assert_eq!(report.bytes_before, before);
    assert_eq!(report.bytes_after, path.metadata().expect("a file").len());
    assert!(report.bytes_after < before * 2 / 3, "{report:?}");
    assert_eq!(keys(&path), expected);
    let mut store = SqliteStore::open(&path).expect("it opens");
    store.commit(&[start(301, 500)]).expect("it is committed");
    drop(store);
    let again = SqliteStore::compact(&path).expect("it is compacted again");
    assert!(again.bytes_after <= again.bytes_before);
    assert_eq!(keys(&path).len(), 11);
}

#[test]
fn a_store_that_was_killed_is_compacted_with_its_log() {
    let (folder, path) = temporary_store();
    let running = folder.path().join("running.db");
    let mut store = SqliteStore::open(&running).expect("it opens");
    fill(&mut store, 3);
    for suffix in ["", "-wal"] {
        fs::copy(suffixed(&running, suffix), suffixed(&path, suffix)).expect("a copy");
    }
    SqliteStore::compact(&path).expect("it is compacted");
    assert!(!suffixed(&path, "-wal").exists());
    assert_eq!(keys(&path), (1..=3).collect());
}

#[test]
fn a_store_that_cannot_be_compacted_is_unchanged() {
    let (folder, path) = temporary_store();
    let expected = sparse(&path);
    let compact = |path: &Path| SqliteStore::compact(path).expect_err("it is refused");
    let store = SqliteStore::open(&path).expect("it opens");
    let error = compact(&path);
    assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
    drop(store);
    let unchanged = fs::read(&path).expect("a file");

    let missing = folder.path().join("missing.db");
    let error = compact(&missing);
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    assert!(!missing.exists() && !suffixed(&missing, ".lock").exists());

    let other = folder.path().join("other.db");
    fs::write(&other, &unchanged).expect("a file");
    rusqlite::Connection::open(&other)
        .and_then(|file| file.pragma_update(None, "user_version", 99))
        .expect("it runs");
    let newer = compact(&other);
    assert!(
        matches!(newer, StoreError::NewerVersion { .. }),
        "{newer:?}"
    );

    fs::write(&other, "text ".repeat(999)).expect("a file");
    let error = compact(&other);
    assert!(matches!(error, StoreError::NotAStore { .. }), "{error:?}");
    fs::write(&other, "").expect("a file");
    let error = compact(&other);
    assert!(error.to_string().contains("it is empty"), "{error}");

    // A copy of a damaged record is not a store.
    fs::write(&other, &unchanged).expect("a file");
    rusqlite::Connection::open(&other)
        .and_then(|file| file.execute("UPDATE executions SET data = zeroblob(9)", []))
        .expect("it runs");
    let damaged = fs::read(&other).expect("a file");
    let error = compact(&other);
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(
        error.to_string().contains("other.db` is damaged"),
        "{error}"
    );
    assert_eq!(fs::read(&other).expect("a file").len(), damaged.len());
    assert!(!suffixed(&other, ".part").exists());
    assert_eq!(fs::read(&path).expect("a file"), unchanged);
    assert_eq!(keys(&path), expected);
}

#[test]
fn a_program_that_is_reading_stops_the_compaction_and_an_idle_reader_does_not() {
    let (_folder, path) = temporary_store();
    let expected = sparse(&path);
    let reader = rusqlite::Connection::open(&path).expect("it opens");
    let read = |statements: &str| reader.execute_batch(statements).expect("it runs");
    let mut idle = SqliteReader::open(&path).expect("a reader");
    assert_eq!(everything(&mut idle).len(), 10);
    // A snapshot that is older than the last commit.
    read("BEGIN; SELECT count(*) FROM executions");
    let error = SqliteStore::compact(&path).expect_err("a program reads");
    assert!(
        error.to_string().contains("another program reads"),
        "{error}"
    );
    read("COMMIT");
    drop(reader);
    SqliteStore::compact(&path).expect("it is compacted");
    assert_eq!(everything(&mut idle).len(), 10);
    drop(idle);
    assert_eq!(keys(&path), expected);
}

/// Kills a process that compacts and fills a store, twenty times, each time a little later.
#[test]
fn a_kill_during_a_compaction_loses_nothing() {
    let (_folder, path) = temporary_store();
    let mut acknowledged = BTreeSet::new();
    for round in 0..20_u64 {
        let mut child = Committer::start_test("compacts_until_killed", &path);
        acknowledged.extend(child.next());
        sleep(Duration::from_millis(round * 9));
        acknowledged.extend(child.kill());
        let found = {
            drop(SqliteStore::open(&path).expect("it opens"));
            keys(&path)
        };
        let lost: Vec<_> = acknowledged.difference(&found).collect();
        assert!(lost.is_empty(), "round {round}: {lost:?}");
    }
    assert!(acknowledged.len() >= 20, "{}", acknowledged.len());
}

#[cfg(unix)]
#[test]
fn a_compacted_store_has_the_owner_and_the_permissions_of_the_old_file() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

    let (_folder, path) = temporary_store();
    sparse(&path);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is ours");
    let is_root = chown(&path, Some(65_534), Some(65_534)).is_ok();
    SqliteStore::compact(&path).expect("it is compacted");
    let compacted = path.metadata().expect("a file");
    assert_eq!(compacted.mode() & 0o777, 0o640);
    assert!(!is_root || (compacted.uid(), compacted.gid()) == (65_534, 65_534));
}

/// The file has no space for a copy: the limit of the size of files fails the write as a full disk
/// does.
#[cfg(unix)]
#[test]
fn a_disk_without_space_for_the_copy_leaves_the_old_file() {
    let (_folder, path) = temporary_store();
    fill(&mut SqliteStore::open(&path).expect("it opens"), 300);
    let expected = (1..=300).collect();
    let binary = std::env::current_exe().expect("this binary");
    let child = crate::store::child::command(&binary, "compacts_once", &path);
    let shell = format!(
        "ulimit -f 600; exec '{}' {}",
        binary.display(),
        child
            .get_args()
            .map(|argument| format!("'{}'", argument.to_string_lossy()))
            .collect::<Vec<_>>()
            .join(" ")
    );
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", &format!("trap '' XFSZ; {shell}")]);
    for (name, value) in child.get_envs() {
        limited.env(name, value.expect("it is set"));
    }
    let output = limited.output().expect("a process");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let message = text.lines().find_map(printed_line).expect("it ends");
    assert!(!message.contains("compacted"), "{message}");
    assert!(!suffixed(&path, ".part").exists());
    assert_eq!(keys(&path), expected);
    SqliteStore::compact(&path).expect("there is space now");
    assert_eq!(keys(&path), expected);
}
