//! Damaged logs: a store has all acknowledged commits, or is refused. After an honest crash it is
//! never refused.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use super::super::{Recovery, SqliteReader, SqliteStore, write};
use super::{folder, keys, start};
use crate::store::sqlite::log::checkpoints::LogRestart;
use crate::store::sqlite::log::log_file::{end_of, path_of, with_suffix};
use crate::store::sqlite::log::log_mark::LogMark;
use crate::store::sqlite::maintenance::integrity;
use crate::store::{Store, StoreError};

const PAGE: usize = 8_192;
const SECTOR: usize = 512;

/// The files of a store on the disk, without its index, which SQLite builds again.
#[derive(Clone, PartialEq)]
struct Disk {
    main: Vec<u8>,
    log: Option<Vec<u8>>,
    lock: Option<Vec<u8>>,
}

impl Disk {
    fn read(path: &Path) -> Self {
        Self {
            main: fs::read(path).expect("a file"),
            log: fs::read(path_of(path)).ok(),
            lock: fs::read(with_suffix(path, ".lock")).ok(),
        }
    }

    fn write(&self) -> (TempDir, PathBuf) {
        let (folder, path) = folder();
        self.write_to(&path);
        (folder, path)
    }

    fn write_to(&self, path: &Path) {
        fs::write(path, &self.main).expect("a file");
        let others = [
            (path_of(path), &self.log),
            (with_suffix(path, ".lock"), &self.lock),
        ];
        for (path, bytes) in others {
            if let Some(bytes) = bytes {
                fs::write(path, bytes).expect("a file");
            }
        }
    }

    fn log(&self) -> &[u8] {
        self.log.as_deref().expect("a log")
    }

    /// Returns where the last acknowledged commit ends in the log. Frames of earlier logs follow
    /// it.
    fn end(&self) -> usize {
        let lock = self.lock.as_deref().expect("a lock");
        let mark = lock[32..].first_chunk().and_then(LogMark::decode);
        end_of(mark.expect("a mark").frames, PAGE) as usize
    }

    fn with_log(&self, log: Vec<u8>) -> Self {
        Self {
            log: Some(log),
            ..self.clone()
        }
    }

    /// Returns the keys of the store, or its refusal. A reader and a check refuse it, too, and
    /// nothing changes.
    fn open(&self) -> Result<Vec<u64>, StoreError> {
        let (_folder, path) = self.write();
        let checked = SqliteReader::check_log(&path);
        match SqliteStore::open(&path) {
            Ok(store) => {
                assert_eq!(checked, Ok(()));
                let found = keys(&store).into_iter().collect();
                drop(store);
                integrity::check(&path).expect("it is sound");
                Ok(found)
            }
            Err(error) => {
                assert_eq!(checked, Err(error.clone()));
                let is_clear = matches!(
                    error,
                    StoreError::Corrupt { .. }
                        | StoreError::ForeignLog { .. }
                        | StoreError::MissingLog { .. }
                );
                assert!(is_clear, "{error:?}");
                assert!(
                    error.to_string().contains("stepwright store recover"),
                    "{error}"
                );
                let now = Self::read(&path);
                assert!((&now.main, &now.log) == (&self.main, &self.log));
                let again = SqliteStore::open(&path).map(drop);
                assert_eq!(again, Err(error.clone()));
                Err(error)
            }
        }
    }
}

/// The files of a store after each acknowledged commit, from none on.
struct Recording {
    disks: Vec<Disk>,
}

/// How another program, as the checkpoint thread does, copies the log after the third commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checkpoint {
    None,
    /// Only pages that no commit after the second one changed are copied, because a reader needs
    /// the others.
    Partial,
    /// All is copied, but the log does not restart, because a reader needs it.
    Copied,
    /// All is copied, and the log restarts.
    Full,
}

const CHECKPOINTS: [Checkpoint; 4] = [
    Checkpoint::None,
    Checkpoint::Partial,
    Checkpoint::Copied,
    Checkpoint::Full,
];

impl Recording {
    fn new(checkpoint: Checkpoint) -> Self {
        let (_folder, path) = folder();
        let mut store = SqliteStore::open(&path).expect("it opens");
        let mut disks = vec![Disk::read(&path)];
        let mut reader = None;
        for key in 1..=6 {
            let change = start(key, 900 * key as usize);
            store.commit(&[change]).expect("it is committed");
            if key == 5 {
                // This writes the session, if another program restarted the log.
                store.check().expect("all files are there");
            }
            disks.push(Disk::read(&path));
            let other = Connection::open(&path).expect("it opens");
            let run = |statements: &str| other.execute_batch(statements).expect("it runs");
            match (checkpoint, key) {
                (Checkpoint::Partial, 2) => {
                    run("BEGIN; SELECT count(*) FROM executions");
                    reader = Some(other);
                }
                (Checkpoint::Partial, 3) => {
                    run("PRAGMA wal_checkpoint(PASSIVE)");
                    reader = None;
                }
                (Checkpoint::Copied, 3) => {
                    run("BEGIN; SELECT count(*) FROM executions");
                    let third = Connection::open(&path).expect("it opens");
                    let copied = third.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
                    copied.expect("it runs");
                    reader = Some(other);
                }
                (Checkpoint::Full, 3) => run("PRAGMA wal_checkpoint(RESTART)"),
                _ => {}
            }
        }
        drop(reader);
        Self { disks }
    }

    fn last(&self) -> &Disk {
        self.disks.last().expect("the last one")
    }

    fn all() -> Vec<u64> {
        (1..=6).collect()
    }
}

/// Whether all commits are in the store, or it is refused.
fn assert_detected(disk: &Disk, damage: &str) {
    if let Ok(found) = disk.open() {
        assert_eq!(found, Recording::all(), "{damage}");
    }
}

#[test]
fn an_undamaged_store_opens() {
    for checkpoint in CHECKPOINTS {
        let recording = Recording::new(checkpoint);
        for (count, disk) in recording.disks.iter().enumerate() {
            let expected: Vec<u64> = (1..=count as u64).collect();
            assert_eq!(disk.open(), Ok(expected.clone()), "{checkpoint:?}");
            // Without the mark, or with an older one: after a loss of power.
            for older in &recording.disks[..=count] {
                for lock in [None, older.lock.clone()] {
                    let disk = Disk {
                        lock,
                        ..disk.clone()
                    };
                    assert_eq!(disk.open(), Ok(expected.clone()), "{checkpoint:?}");
                }
            }
        }
    }
}

#[test]
fn a_flipped_bit_in_the_header_or_in_the_header_of_a_frame_is_detected() {
    for checkpoint in CHECKPOINTS {
        let last = Recording::new(checkpoint)
            .disks
            .pop()
            .expect("the last one");
        let frames = (last.log().len() - 32) / (24 + PAGE);
        let header = (0..32).chain([0, frames / 2, frames - 1].into_iter().flat_map(|frame| {
            let start = 32 + frame * (24 + PAGE);
            start..start + 24
        }));
        for byte in header {
            let mut log = last.log().to_vec();
            log[byte] ^= 1 << (byte % 8);
            let disk = last.with_log(log);
            let (_folder, path) = disk.write();
            // Opening each of them takes long.
            if SqliteReader::check_log(&path).is_ok() {
                assert_detected(&disk, &format!("{checkpoint:?}: byte {byte}"));
            }
        }
    }
}

/// Without the mark, only damage of the last transaction looks like a loss of power.
#[test]
fn damage_before_the_last_transaction_is_detected_without_the_mark() {
    let recording = Recording::new(Checkpoint::None);
    let before = recording.disks[5].end();
    let last = Disk {
        lock: None,
        ..recording.last().clone()
    };
    for at in (0..before).step_by(4_099) {
        let mut log = last.log().to_vec();
        log[at] ^= 0x10;
        let error = last.with_log(log).open().expect_err("it is refused");
        assert!(
            matches!(error, StoreError::Corrupt { .. }),
            "{at}: {error:?}"
        );
    }
    let mut log = last.log().to_vec();
    log[before + 100] ^= 0x10;
    assert_eq!(last.with_log(log).open(), Ok((1..=5).collect()));
}

#[test]
fn a_missing_an_empty_an_older_and_a_foreign_log_are_detected() {
    for checkpoint in CHECKPOINTS {
        let recording = Recording::new(checkpoint);
        let last = recording.last();
        let without = Disk {
            log: None,
            ..last.clone()
        };
        let error = without.open().expect_err("it is refused");
        assert!(matches!(error, StoreError::MissingLog { .. }), "{error:?}");
        let error = last.with_log(Vec::new()).open().expect_err("it is refused");
        assert!(matches!(error, StoreError::MissingLog { .. }), "{error:?}");
        for (count, older) in recording.disks[..6].iter().enumerate() {
            let damage = format!("{checkpoint:?}: the log of commit {count}");
            assert_detected(&last.with_log(older.log().to_vec()), &damage);
        }
        let other = Recording::new(checkpoint);
        let error = last.with_log(other.last().log().to_vec()).open();
        assert!(
            matches!(error, Err(StoreError::ForeignLog { .. })),
            "{error:?}"
        );
        assert_detected(&last.with_log(vec![0; last.log().len()]), "zeros");
    }
}

/// Each log of an older generation is refused, although its frames were part of the same session.
#[test]
fn a_log_that_is_older_than_the_file_is_detected_without_the_mark() {
    let recording = Recording::new(Checkpoint::Full);
    let (older, last) = (&recording.disks[3], recording.last());
    let (_folder, path) = last.write();
    drop(SqliteStore::open(&path).expect("it opens"));
    let mut closed = Disk::read(&path);
    assert!(closed.log.is_none());
    closed.lock = None;
    let error = closed.with_log(older.log().to_vec()).open();
    assert!(
        matches!(error, Err(StoreError::ForeignLog { .. })),
        "{error:?}"
    );
}

#[test]
fn a_file_that_was_cut_is_detected() {
    let recording = Recording::new(Checkpoint::Full);
    let last = recording.last();
    for pages in 0..last.main.len() / PAGE {
        let mut disk = last.clone();
        disk.main.truncate(pages * PAGE);
        assert_detected(&disk, &format!("{pages} pages"));
    }
}

#[test]
fn a_missing_or_damaged_index_of_the_log_is_harmless() {
    for index in [None, Some(vec![0xA5; 32_768])] {
        let (_folder, path) = Recording::new(Checkpoint::Partial).last().write();
        if let Some(bytes) = index {
            fs::write(with_suffix(&path, "-shm"), bytes).expect("a file");
        }
        let store = SqliteStore::open(&path).expect("it opens");
        assert!(keys(&store).into_iter().eq(Recording::all()));
    }
}

/// A way to damage a log.
#[derive(Clone, Debug)]
enum Damage {
    Flip(usize),
    Cut,
    CutToFrame,
    ZeroedEnd,
    ZeroedSector,
    LostSector,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (0_usize..8).prop_map(Damage::Flip),
        Just(Damage::Cut),
        Just(Damage::CutToFrame),
        Just(Damage::ZeroedEnd),
        Just(Damage::ZeroedSector),
        Just(Damage::LostSector),
    ]
}

proptest! {
    /// Whatever happens to the log of a killed store, it has all acknowledged commits, or it is
    /// refused.
    #[test]
    fn a_damaged_log_loses_no_commit_silently(
        checkpoint in prop::sample::select(CHECKPOINTS.to_vec()),
        damage in damage(),
        place in any::<prop::sample::Index>(),
    ) {
        let recording = Recording::new(checkpoint);
        let last = recording.last();
        let mut log = last.log().to_vec();
        let at = place.index(log.len());
        let sector = at / SECTOR * SECTOR..((at / SECTOR + 1) * SECTOR).min(log.len());
        match damage {
            Damage::Flip(bit) => log[at] ^= 1 << bit,
            Damage::Cut => log.truncate(at),
            Damage::CutToFrame => log.truncate(32 + (at.saturating_sub(32)) / (24 + PAGE) * (24 + PAGE)),
            Damage::ZeroedEnd => log[at..].fill(0),
            Damage::ZeroedSector => log[sector].fill(0),
            Damage::LostSector => {
                log.drain(sector);
            }
        }
        assert_detected(&last.with_log(log), &format!("{checkpoint:?}, {damage:?} at {at}"));
    }

    /// A loss of power loses any sectors that were not synced: those of the next transaction, and
    /// those that a checkpoint writes to the file. The mark may be any older one. The store opens
    /// with all acknowledged commits.
    #[test]
    fn a_loss_of_power_refuses_no_store(
        checkpoint in prop::sample::select(CHECKPOINTS.to_vec()),
        commit in 0_usize..6,
        mark in any::<prop::sample::Index>(),
        is_log_cut in any::<bool>(),
        lost in prop::collection::vec(any::<bool>(), 97),
    ) {
        let recording = Recording::new(checkpoint);
        let (before, after) = (&recording.disks[commit], &recording.disks[commit + 1]);
        let is_lost = |sector: usize| lost[sector % lost.len()];
        let mut log = after.log().to_vec();
        // SQLite syncs the header before the frames.
        let first = if before.log()[..32] == log[..32] { 0 } else { 32 };
        for (index, sector) in log[first..].chunks_mut(SECTOR).enumerate() {
            let start = first + index * SECTOR;
            let old = before.log().get(start..).unwrap_or_default();
            let old = &old[..old.len().min(sector.len())];
            // A sector that did not change is the same in both.
            if is_lost(index) {
                sector[..old.len()].copy_from_slice(old);
                sector[old.len()..].fill(0);
            }
        }
        if is_log_cut {
            log.truncate(before.end());
        }
        let lock = match mark.index(commit + 2) {
            0 => None,
            older => recording.disks[older - 1].lock.clone(),
        };
        // A checkpoint syncs the file before the log restarts.
        let main = if first == 0 { before.main.clone() } else { after.main.clone() };
        let disk = Disk { main, log: Some(log), lock };
        let found = disk.open();
        let found = found.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let durable: Vec<u64> = (1..=commit as u64).collect();
        prop_assert!(found.starts_with(&durable) && found.len() <= commit + 1, "{found:?}");
    }

    /// A checkpoint that a loss of power interrupts leaves any of its pages.
    #[test]
    fn an_interrupted_checkpoint_refuses_no_store(
        lost in prop::collection::vec(any::<bool>(), 97),
        is_short in any::<bool>(),
    ) {
        let recording = Recording::new(Checkpoint::Copied);
        let (before, after) = (&recording.disks[3], &recording.disks[4]);
        prop_assert!(before.main != after.main);
        let mut main = after.main.clone();
        for (index, sector) in main.chunks_mut(SECTOR).enumerate() {
            if lost[index % lost.len()] {
                let old = before.main.get(index * SECTOR..).unwrap_or_default();
                let old = &old[..old.len().min(SECTOR)];
                sector[..old.len()].copy_from_slice(old);
                sector[old.len()..].fill(0);
            }
        }
        if is_short {
            main.truncate(before.main.len());
        }
        let disk = Disk { main, ..before.clone() };
        let found = disk.open();
        let found = found.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(found, vec![1, 2, 3]);
    }
}

/// Opens a store with three commits, and damages its log. Nothing is committed afterwards, and the
/// store is refused until it is recovered.
fn assert_detected_while_open(damage: impl Fn(&File), commits_to_detect: u64) {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path).expect("it opens");
    for key in 1..=3 {
        store.commit(&[start(key, 900)]).expect("it is committed");
    }
    store.check().expect("it is sound");
    let log = File::options()
        .read(true)
        .write(true)
        .open(path_of(&path))
        .expect("a log");
    damage(&log);
    let reader = SqliteReader::open(&path);
    let backup = reader.and_then(|reader| reader.backup(with_suffix(&path, ".backup")));
    backup.expect_err("a damaged log is not copied");
    let detected = match commits_to_detect {
        0 => store.check(),
        commits => (4..4 + commits).try_for_each(|key| store.commit(&[start(key, 900)])),
    };
    let error = detected.expect_err("it is detected");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(error.is_lasting());
    for refused in [
        store.commit(&[start(100, 10)]),
        store.check(),
        store.probe(),
    ] {
        assert_eq!(refused, Err(error.clone()));
    }
    let before = Disk::read(&path);
    drop(store);
    assert!(before == Disk::read(&path), "nothing is written");
    SqliteStore::open(&path).expect_err("it is refused");
    SqliteReader::check_log(&path).expect_err("it is refused");
    let recovered = SqliteStore::recover(&path).expect("it is recovered");
    let is_aside =
        matches!(&recovered, Recovery::BeforeDamage { moved_aside } if moved_aside.len() == 2);
    let is_without = matches!(
        recovered,
        Recovery::WithoutLog | Recovery::LogMovedAside { .. }
    );
    assert!(is_aside || is_without, "{recovered:?}");
    let store = SqliteStore::open(&path).expect("it opens");
    let found: Vec<u64> = keys(&store).into_iter().collect();
    assert!([1, 2, 3].starts_with(&found), "{found:?}");
}

#[test]
fn a_log_that_is_cut_while_the_store_is_open_is_detected() {
    for length in [0, 10, 32, 5_000, end_of(2, PAGE), end_of(4, PAGE)] {
        for commits in [0, 1] {
            assert_detected_while_open(|log| log.set_len(length).expect("it is cut"), commits);
        }
    }
}

#[test]
fn a_file_that_is_cut_while_the_store_is_open_is_detected() {
    for commits in [0, 1] {
        let (_folder, path) = folder();
        let mut store = SqliteStore::open(&path).expect("it opens");
        store.commit(&[start(1, 900)]).expect("it is committed");
        let file = File::options().write(true).open(&path).expect("a file");
        file.set_len(20_000).expect("it is cut");
        let detected = match commits {
            0 => store.check(),
            _ => store.commit(&[start(2, 900)]),
        };
        let error = detected.expect_err("it is detected");
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        drop(store);
        SqliteStore::open(&path).expect_err("it is refused");
    }
}

#[test]
fn a_bit_of_the_log_that_is_flipped_while_the_store_is_open_is_detected() {
    for position in [20, 40, end_of(1, PAGE) + 3_000, end_of(2, PAGE) + 18] {
        let flip = |log: &File| {
            // The time of a file advances in steps.
            std::thread::sleep(std::time::Duration::from_millis(15));
            let mut byte = [0];
            log.read_exact_at(&mut byte, position).expect("it is read");
            log.write_all_at(&[byte[0] ^ 4], position)
                .expect("it is written");
        };
        assert_detected_while_open(flip, 0);
    }
}

/// A log that is cut after the check before a commit has a hole after the commit.
#[test]
fn a_log_that_is_cut_during_a_commit_is_detected() {
    for length in [0, 10, 32, 5_000, end_of(2, PAGE), end_of(3, PAGE)] {
        let (_folder, path) = folder();
        let mut store = SqliteStore::open(&path).expect("it opens");
        for key in 1..=3 {
            store.commit(&[start(key, 900)]).expect("it is committed");
        }
        let log = File::options()
            .write(true)
            .open(path_of(&path))
            .expect("a log");
        log.set_len(length).expect("it is cut");
        write::commit(
            &store.connection,
            &store.place,
            &mut store.ids,
            LogRestart::Impossible,
            &[start(4, 900)],
        )
        .expect("SQLite detects nothing");
        let error = store
            .log
            .committed(&store.connection, &store.place, &store.lock);
        let error = error.expect_err("it is detected");
        assert!(
            matches!(error, StoreError::Corrupt { .. }),
            "{length}: {error:?}"
        );
    }
}

#[test]
fn an_older_copy_that_overwrites_the_log_of_an_open_store_is_detected() {
    for commits in [0, 1] {
        let older = std::cell::RefCell::new(Vec::new());
        let overwrite = |log: &File| {
            let bytes = older.borrow();
            log.set_len(0).expect("it is cut");
            log.write_all_at(&bytes, 0).expect("it is written");
        };
        let other = Recording::new(Checkpoint::Full);
        older.replace(other.disks[3].log().to_vec());
        assert_detected_while_open(overwrite, commits);
    }
}

/// SQLite copies damaged frames to the file. Then no checksum shows the damage any more.
#[test]
fn a_checkpoint_does_not_copy_a_damaged_log() {
    let (_folder, path) = folder();
    let mut store = SqliteStore::open(&path).expect("it opens");
    store.commit(&[start(1, 900)]).expect("it is committed");
    let log = File::options()
        .read(true)
        .write(true)
        .open(path_of(&path))
        .expect("a log");
    let position = end_of(0, PAGE) + 4_000;
    let mut byte = [0];
    log.read_exact_at(&mut byte, position).expect("it is read");
    log.write_all_at(&[byte[0] ^ 1], position)
        .expect("it is written");
    let main = fs::read(&path).expect("a file");
    let refused = (2..500).find_map(|key| store.commit(&[start(key, 700_000)]).err());
    let error = refused.expect("it is detected");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    drop(store);
    assert!(
        main == fs::read(&path).expect("a file"),
        "nothing is copied"
    );
}

#[test]
fn recovery_uses_the_commits_before_the_damage_of_a_log() {
    let recording = Recording::new(Checkpoint::None);
    let last = recording.last();
    for commit in 0..6 {
        let mut log = last.log().to_vec();
        // In the first frame of the next transaction. The log restarted with the first one.
        let end = if commit == 0 {
            32
        } else {
            recording.disks[commit].end()
        };
        log[end + 100] ^= 1;
        let (_folder, path) = last.with_log(log.clone()).write();
        let recovered = SqliteStore::recover(&path).expect("it is recovered");
        let Recovery::BeforeDamage { moved_aside } = recovered else {
            panic!("{recovered:?}");
        };
        let aside: Vec<_> = moved_aside
            .iter()
            .map(|path| fs::read(path).expect("a file"))
            .collect();
        assert!(aside == [last.main.clone(), log]);
        let store = SqliteStore::open(&path).expect("it opens");
        assert!(keys(&store).into_iter().eq(1..=commit as u64), "{commit}");
    }
    // A damaged header hides intact frames.
    for byte in [0, 9, 13, 17] {
        let mut log = last.log().to_vec();
        log[byte] ^= 1;
        let (_folder, path) = last.with_log(log).write();
        SqliteStore::recover(&path).expect("it is recovered");
        let store = SqliteStore::open(&path).expect("it opens");
        assert!(keys(&store).into_iter().eq(Recording::all()), "{byte}");
    }
}

/// A checkpoint may have copied commits after the damage. The file alone has more commits then.
#[test]
fn recovery_uses_the_file_alone_if_it_has_more_commits() {
    let recording = Recording::new(Checkpoint::Copied);
    let after = &recording.disks[4];
    assert!(after.main != recording.disks[3].main);
    let mut log = after.log().to_vec();
    log[recording.disks[1].end() + 100] ^= 1;
    let (_folder, path) = after.with_log(log).write();
    SqliteStore::recover(&path).expect("it is recovered");
    let store = SqliteStore::open(&path).expect("it opens");
    let found: Vec<u64> = keys(&store).into_iter().collect();
    assert_eq!(found, [1, 2, 3]);
}
