use std::fs;
use std::path::Path;

use rusqlite::Connection;
use stepwright_engine::store::{SqliteReader, SqliteStore, Store, StoreError};

use crate::store::support::{everything, fill, temporary_store};

fn open(path: &Path) -> StoreError {
    SqliteStore::open(path).expect_err("it is refused")
}

fn sql(path: &Path, statements: &str) {
    Connection::open(path)
        .and_then(|file| file.execute_batch(statements))
        .expect("it runs");
}

#[test]
fn a_second_engine_of_this_process_is_refused_but_not_readers() {
    let (folder, path) = temporary_store();
    let mut first = SqliteStore::open(&path).expect("it opens");
    fill(&mut first, 2);
    let detour = folder.path().join(".").join("orders.db");
    for name in [&path, &detour] {
        let error = open(name);
        assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
        assert!(
            error
                .to_string()
                .contains("another engine of this process has it open"),
            "{error}"
        );
    }
    #[cfg(unix)]
    {
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        assert!(matches!(open(&link), StoreError::InUse { .. }));
    }
    let mut reader = SqliteReader::open(&path).expect("a reader");
    assert_eq!(everything(&mut reader).len(), 2);
    // The rejected attempts did not release the lock.
    first
        .commit(&[crate::store::support::start(3, 10)])
        .expect("the first can still write");
    drop(first);
    SqliteStore::open(&path).expect("the next may come");
}

#[test]
fn writers_and_readers_refuse_a_newer_version() {
    let (_folder, path) = temporary_store();
    fill(&mut SqliteStore::open(&path).expect("it opens"), 1);
    let connection = rusqlite::Connection::open(&path).expect("it opens");
    let known: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .expect("it runs");
    drop(connection);
    sql(&path, "PRAGMA user_version = 99");
    let newer = StoreError::NewerVersion {
        path: path.canonicalize().expect("it is there"),
        found: 99,
        known,
    };
    assert_eq!(open(&path), newer);
    assert_eq!(SqliteReader::open(&path).expect_err("it is refused"), newer);
    let message = newer.to_string();
    assert!(
        message.contains("schema version 99") && message.contains(&format!("up to {known}")),
        "{message}"
    );
    sql(&path, &format!("PRAGMA user_version = {known}"));
    let store = SqliteStore::open(&path).expect("nothing was changed");
    assert_eq!(everything(&mut *store.reader().expect("a reader")).len(), 1);
}

#[test]
fn a_file_that_is_not_a_store_is_refused_and_not_changed() {
    let (folder, path) = temporary_store();
    let text = folder.path().join("text.db");
    fs::write(&text, "Stepwright ".repeat(1_000)).expect("a file");
    sql(
        &path,
        "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)",
    );
    let marked = folder.path().join("marked.db");
    sql(&marked, "PRAGMA application_id = 7");
    let cases = [
        (text.as_path(), "it is no SQLite database"),
        (&path, "it is a database of another application"),
        (&marked, "it is a database of another application"),
        (folder.path(), "it is a folder"),
        (Path::new("/"), "the path names no file"),
    ];
    for (path, why) in cases {
        let before = fs::read(path).ok();
        for error in [
            open(path),
            SqliteReader::open(path).expect_err("it is refused"),
        ] {
            match &error {
                StoreError::NotAStore { why: said, .. } => assert_eq!(said, why),
                other => panic!("{}: {other:?}", path.display()),
            }
        }
        assert_eq!(fs::read(path).ok(), before, "{}", path.display());
    }
}

#[test]
fn a_missing_file_or_directory_is_reported() {
    let (folder, path) = temporary_store();
    let error = SqliteReader::open(&path).expect_err("there is no file");
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    assert!(!path.exists(), "a reader creates nothing");
    let error = open(&folder.path().join("missing").join("orders.db"));
    assert!(
        error.to_string().contains("cannot find its folder"),
        "{error}"
    );
    fs::write(&path, "").expect("an empty file");
    let error = SqliteReader::open(&path).expect_err("it is empty");
    assert!(error.to_string().contains("it is empty"), "{error}");
    SqliteStore::open(&path).expect("an engine begins with an empty file");
}

/// Tests for a user without all permissions. As root, a process of another user opens the store.
#[cfg(unix)]
mod rights {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::path::PathBuf;

    use super::*;
    use crate::store::child::{command, printed_line};

    const NOBODY: u32 = 65_534;

    fn allow(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    }

    /// A user without full permissions.
    struct User {
        binary: PathBuf,
        is_root: bool,
    }

    impl User {
        fn new(folder: &Path) -> Self {
            // Another user may have no access to the directory of this binary.
            let binary = folder.join("child");
            allow(folder, 0o755);
            fs::copy(std::env::current_exe().expect("this binary"), &binary).expect("a copy");
            allow(&binary, 0o755);
            let locked = folder.join("locked");
            fs::create_dir(&locked).expect("a folder");
            allow(&locked, 0o555);
            let is_root = fs::write(locked.join("file"), "").is_ok();
            Self { binary, is_root }
        }

        /// Returns the message for a user who opens a store.
        fn opens(&self, store: &Path) -> String {
            let mut command = command(&self.binary, "opens_once", store);
            if self.is_root {
                command.uid(NOBODY).gid(NOBODY);
            }
            let output = command.output().expect("a process");
            let text = String::from_utf8(output.stdout).expect("text");
            let said = text.lines().find_map(printed_line);
            said.unwrap_or_else(|| panic!("it says nothing: {text}"))
                .to_owned()
        }
    }

    #[test]
    fn a_read_only_file_or_directory_is_reported() {
        let (folder, path) = temporary_store();
        let user = User::new(folder.path());
        drop(SqliteStore::open(&path).expect("it opens"));
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).expect("a folder");
        let store = inner.join("orders.db");
        fs::rename(&path, &store).expect("it moves");

        allow(&store, 0o666);
        allow(&inner, 0o555);
        let said = user.opens(&store);
        assert!(
            said.starts_with("ReadOnly") && said.contains("orders.db.lock"),
            "{said}"
        );

        allow(&inner, 0o777);
        assert_eq!(user.opens(&store), "opened");

        allow(&store, 0o444);
        let said = user.opens(&store);
        assert!(said.starts_with("ReadOnly"), "{said}");
        assert!(said.contains("the file cannot be written"), "{said}");
    }
}
