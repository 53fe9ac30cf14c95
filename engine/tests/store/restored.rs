//! Restoring backups at the path of a store.

use std::fs;
use std::path::{Path, PathBuf};

use stepwright_engine::store::{SqliteReader, SqliteStore, Store, StoreError};

use crate::store::continuity::suffixed;
use crate::store::support::{everything, fill, start, temporary_store};

fn count(path: &Path) -> usize {
    everything(&mut SqliteReader::open(path).expect("a reader")).len()
}

/// A backup of a store with two executions, whose file has four and whose log was left behind by a
/// kill.
fn backup_and_killed(folder: &Path, path: &Path) -> PathBuf {
    let running = folder.join("running.db");
    let mut store = SqliteStore::open(&running).expect("it opens");
    fill(&mut store, 2);
    let backup = folder.join("backup.db");
    let reader = SqliteReader::open(&running).expect("a reader");
    reader.backup(&backup).expect("a backup");
    for key in 3..=4 {
        store.commit(&[start(key, 500)]).expect("it is committed");
    }
    for suffix in ["", "-wal"] {
        fs::copy(suffixed(&running, suffix), suffixed(path, suffix)).expect("a copy");
    }
    backup
}

#[test]
fn a_restored_backup_opens_and_the_old_files_are_moved_aside() {
    let (folder, path) = temporary_store();
    let backup = backup_and_killed(folder.path(), &path);
    let old = ["", "-wal"].map(|suffix| fs::read(suffixed(&path, suffix)).expect("a file"));
    let restored = SqliteStore::restore(&backup, &path).expect("it is restored");
    assert_eq!(restored.bytes, backup.metadata().expect("a file").len());
    assert_eq!(fs::read(&path).ok(), fs::read(&backup).ok());
    let [main, log] = &restored.moved_aside[..] else {
        panic!("{restored:?}");
    };
    assert_eq!([main, log].map(|path| fs::read(path).expect("a file")), old);
    assert_eq!(count(&path), 2);
    drop(SqliteStore::open(&path).expect("it opens"));
    // A second restore in the same second uses another name, and the old store can be restored with
    // its log.
    let again = SqliteStore::restore(&backup, &path).expect("it is restored");
    assert!(!again.moved_aside.contains(main), "{again:?}");
    fs::rename(main, &path).expect("it moves");
    fs::rename(log, suffixed(&path, "-wal")).expect("it moves");
    assert_eq!(count(&path), 4);
}

#[test]
fn a_backup_is_restored_to_a_new_path() {
    let (folder, path) = temporary_store();
    let backup = backup_and_killed(folder.path(), &path);
    let new = folder.path().join("new.db");
    let restored = SqliteStore::restore(&backup, &new).expect("it is restored");
    assert!(restored.moved_aside.is_empty());
    assert_eq!(count(&new), 2);
}

#[test]
fn a_backup_that_is_copied_manually_opens_if_there_is_no_log() {
    let (folder, path) = temporary_store();
    let backup = backup_and_killed(folder.path(), &path);
    fs::remove_file(suffixed(&path, "-wal")).expect("it is there");
    fs::copy(&backup, &path).expect("a copy");
    drop(SqliteStore::open(&path).expect("it opens"));
    assert_eq!(count(&path), 2);
    // Two backups of one store have different epochs.
    let mut store = SqliteStore::open(&path).expect("it opens");
    let other = folder.path().join("other.db");
    store
        .reader()
        .and_then(|mut reader| reader.backup(&other))
        .expect("a backup");
    store.commit(&[start(9, 500)]).expect("it is committed");
    for copy in [&backup, &other] {
        fs::copy(suffixed(&path, "-wal"), suffixed(copy, "-wal")).expect("a copy");
        let error = SqliteReader::open(copy).expect_err("it is refused");
        assert!(matches!(error, StoreError::ForeignLog { .. }), "{error:?}");
    }
}

#[test]
fn only_a_valid_closed_store_is_restored() {
    let (folder, path) = temporary_store();
    let backup = backup_and_killed(folder.path(), &path);
    let file = |name: &str| folder.path().join(name);
    fs::write(file("text.db"), "text ".repeat(999)).expect("a file");
    fs::write(file("empty.db"), "").expect("a file");
    fs::copy(&path, file("open.db")).expect("a copy");
    let mut damaged = fs::read(&backup).expect("a file");
    let half = damaged.len() / 2;
    damaged[half..half + 8_192].fill(0xA5);
    fs::write(file("damaged.db"), &damaged).expect("a file");
    // SQLite does not detect a changed record.
    fs::copy(&backup, file("changed.db")).expect("a copy");
    rusqlite::Connection::open(file("changed.db"))
        .and_then(|file| file.execute("UPDATE executions SET data = zeroblob(500)", []))
        .expect("it runs");
    fs::copy(&path, file("logged.db")).expect("a copy");
    fs::copy(suffixed(&path, "-wal"), file("logged.db-wal")).expect("a copy");
    let before = ["", "-wal"].map(|suffix| fs::read(suffixed(&path, suffix)).expect("a file"));
    for (name, why) in [
        ("text.db", "it is no SQLite database"),
        ("empty.db", "it is empty"),
        ("missing.db", "there is no such file"),
        ("open.db", "without its log"),
        ("logged.db", "it has a log"),
        ("damaged.db", "damaged.db` is damaged"),
        (
            "changed.db",
            "changed.db` is damaged: the checksum of a row",
        ),
        ("orders.db", "the backup is the store itself"),
    ] {
        let error = SqliteStore::restore(file(name), &path).expect_err(name);
        assert!(error.to_string().contains(why), "{name}: {error}");
        let now = ["", "-wal"].map(|suffix| fs::read(suffixed(&path, suffix)).expect("a file"));
        assert_eq!(now, before, "{name}");
        assert!(!suffixed(&path, ".part").exists(), "{name}");
    }
}

#[test]
fn an_open_store_is_not_replaced_or_used_as_a_backup() {
    let (folder, path) = temporary_store();
    let backup = backup_and_killed(folder.path(), &path);
    let store = SqliteStore::open(&path).expect("it opens");
    let error = SqliteStore::restore(&backup, &path).expect_err("it is in use");
    assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
    let new = folder.path().join("new.db");
    let error = SqliteStore::restore(&path, &new).expect_err("it is open");
    assert!(error.to_string().contains("it has a log"), "{error}");
    drop(store);
    SqliteStore::restore(&path, &new).expect("a closed store is a backup");
    assert_eq!(count(&new), 4);
}

#[test]
fn a_backup_next_to_a_foreign_log_is_refused() {
    let (folder, path) = temporary_store();
    let backup = backup_and_killed(folder.path(), &path);
    fs::rename(suffixed(&path, "-wal"), folder.path().join("new.db-wal")).expect("it moves");
    let reader = SqliteReader::open(&backup).expect("a reader");
    let error = reader.backup(folder.path().join("new.db"));
    let error = error.expect_err("there is a log");
    assert!(error.to_string().contains("new.db-wal"), "{error}");
    assert!(!folder.path().join("new.db").exists());
}

#[cfg(unix)]
#[test]
fn a_restored_store_keeps_owner_and_permissions_and_is_writable() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

    let (folder, path) = temporary_store();
    let backup = backup_and_killed(folder.path(), &path);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is ours");
    fs::set_permissions(&backup, fs::Permissions::from_mode(0o444)).expect("it is ours");
    let is_root = chown(&path, Some(65_534), Some(65_534)).is_ok();
    SqliteStore::restore(&backup, &path).expect("it is restored");
    let restored = path.metadata().expect("a file");
    assert_eq!(restored.mode() & 0o777, 0o640);
    assert!(!is_root || (restored.uid(), restored.gid()) == (65_534, 65_534));
    let new = folder.path().join("new.db");
    SqliteStore::restore(&backup, &new).expect("it is restored");
    assert_eq!(new.metadata().expect("a file").mode() & 0o777, 0o644);
}
