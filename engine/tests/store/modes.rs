//! The modes of the files of a store, and of the files that are made of it.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use stepwright_engine::store::{Recovery, SqliteReader, SqliteStore, Store};

use crate::store::continuity::suffixed;
use crate::store::support::{fill, start, temporary_store};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("it is set");
}

/// Returns what the mask of this process leaves of a mode.
fn masked(folder: &Path, of: u32) -> u32 {
    let file = folder.join("plain");
    fs::write(&file, "").expect("a file");
    mode(&file) & of
}

#[test]
fn only_the_owner_can_read_a_new_store() {
    let (_folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 3);
    for suffix in ["", "-wal", "-shm", ".lock"] {
        assert_eq!(mode(&suffixed(&path, suffix)), 0o600, "{suffix}");
    }
}

#[test]
fn an_existing_store_retains_its_mode_and_its_files_take_it() {
    let (_folder, path) = temporary_store();
    fill(&mut SqliteStore::open(&path).expect("it opens"), 1);
    fs::remove_file(suffixed(&path, ".lock")).expect("it is there");
    set_mode(&path, 0o640);
    let mut store = SqliteStore::open(&path).expect("it opens");
    store.commit(&[start(2, 10)]).expect("it is committed");
    for suffix in ["", "-wal", "-shm"] {
        assert_eq!(mode(&suffixed(&path, suffix)), 0o640, "{suffix}");
    }
}

#[test]
fn a_backup_a_compact_copy_and_a_restored_store_have_the_mode_of_their_source() {
    for of_store in [0o600, 0o640, 0o644] {
        let (folder, path) = temporary_store();
        fill(&mut SqliteStore::open(&path).expect("it opens"), 3);
        set_mode(&path, of_store);
        let expected = masked(folder.path(), of_store);
        let backup = folder.path().join("backup.db");
        let reader = SqliteReader::open(&path).expect("it opens");
        reader.backup(&backup).expect("a backup");
        drop(reader);
        assert_eq!(mode(&backup), expected);
        SqliteStore::compact(&path).expect("it is compacted");
        assert_eq!(mode(&path), of_store);
        // A new store takes the mode of the backup, an existing one retains its mode.
        let restored = folder.path().join("restored.db");
        SqliteStore::restore(&backup, &restored).expect("it is restored");
        assert_eq!(mode(&restored), expected);
        set_mode(&restored, 0o600);
        SqliteStore::restore(&backup, &restored).expect("it is restored");
        assert_eq!(mode(&restored), 0o600);
    }
}

#[test]
fn a_recovered_store_retains_its_mode() {
    for of_store in [0o600, 0o640] {
        let (folder, path) = temporary_store();
        let mut store = SqliteStore::open(&path).expect("it opens");
        fill(&mut store, 3);
        let killed = folder.path().join("killed.db");
        for suffix in ["", "-wal", ".lock"] {
            let (from, to) = (suffixed(&path, suffix), suffixed(&killed, suffix));
            fs::copy(from, &to).expect("a copy");
            set_mode(&to, of_store);
        }
        let mut log = fs::read(suffixed(&killed, "-wal")).expect("a log");
        log[100] ^= 1;
        fs::write(suffixed(&killed, "-wal"), log).expect("a file");
        let recovered = SqliteStore::recover(&killed).expect("it is recovered");
        let Recovery::BeforeDamage { moved_aside } = recovered else {
            panic!("{recovered:?}");
        };
        for file in moved_aside.iter().chain([&killed]) {
            assert_eq!(mode(file), of_store, "{}", file.display());
        }
    }
}
