//! A write-ahead log that ends in the middle of a write, and a limit on the size of files.

use std::fs;
use std::path::{Path, PathBuf};

use stepwright_engine::store::{SqliteReader, SqliteStore, Store};

use crate::store::support::{everything, fill, start, temporary_store};

const EXECUTIONS: u64 = 40;

fn wal(store: &Path) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push("-wal");
    path.into()
}

/// Creates a store as after a loss of power, with this log.
fn store_after_power_loss(folder: &Path, store: &[u8], log: &[u8]) -> PathBuf {
    let path = folder.join("left.db");
    for suffix in ["", "-wal", "-shm", ".lock"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        // The first time there is no such file.
        let _ = fs::remove_file(name);
    }
    fs::write(&path, store).expect("a file");
    fs::write(wal(&path), log).expect("a file");
    path
}

/// Returns the keys of the executions, and checks that each is complete.
fn keys(path: &Path) -> Vec<u64> {
    let store = SqliteStore::open(path).expect("it opens");
    let mut found = everything(&mut *store.reader().expect("a reader"));
    found.sort_by_key(|(execution, _)| execution.key);
    for (execution, records) in &found {
        let whole = vec![execution.key as u8; 500];
        assert!(
            records.len() == 1 && *records[0] == whole,
            "execution {}",
            execution.key
        );
    }
    found.iter().map(|(execution, _)| execution.key).collect()
}

/// A loss of power may lose the mark, and the end of the log. What follows it was never written.
#[test]
fn a_log_without_its_end_and_its_mark_has_the_commits_before() {
    let (folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, EXECUTIONS);
    // The files on the disk while the engine runs.
    let (file, log) = (
        fs::read(&path).expect("a file"),
        fs::read(wal(&path)).expect("a log"),
    );
    assert!(log.len() > 40 * 8_192, "{}", log.len());
    drop(store);
    let whole: Vec<u64> = (1..=EXECUTIONS).collect();
    assert_eq!(
        keys(&store_after_power_loss(folder.path(), &file, &log)),
        whole
    );
    let mut counts = Vec::new();
    // A log without a header is rejected: see `damaged_log.rs`.
    for cut in (32..log.len()).step_by(16_411) {
        let found = keys(&store_after_power_loss(folder.path(), &file, &log[..cut]));
        assert!(whole.starts_with(&found), "cut at {cut}: {found:?}");
        counts.push(found.len());
        // The last sector that was written has other content.
        let mut torn = log[..cut].to_vec();
        torn.resize(cut + 512, 0xA5);
        let found = keys(&store_after_power_loss(folder.path(), &file, &torn));
        assert!(whole.starts_with(&found), "torn at {cut}: {found:?}");
        assert_eq!(found.len(), counts[counts.len() - 1], "torn at {cut}");
    }
    assert!(
        counts.is_sorted() && counts[counts.len() - 1] + 1 >= whole.len(),
        "{counts:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_size_limit_loses_no_acknowledged_commit() {
    use std::process::{Command, Stdio};

    use crate::store::child::{command, printed_line, records};

    // Without the signal that the limit sends, the write fails; with it, the process dies, unless
    // this one was started without it.
    for (trap, is_told) in [("trap '' XFSZ; ", true), ("", false)] {
        let (_folder, path) = temporary_store();
        let binary = std::env::current_exe().expect("this binary");
        let inner = command(&binary, "commits_until_refused", &path);
        let mut limited = Command::new("sh");
        limited.arg("-c").arg(format!(
            "{trap}ulimit -c 0; ulimit -f 2400; exec \"$0\" \"$@\""
        ));
        limited.arg(&binary).args(inner.get_args());
        limited.envs(
            inner
                .get_envs()
                .filter_map(|(key, value)| Some((key, value?))),
        );
        let output = limited.stdout(Stdio::piped()).output().expect("a process");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<&str> = text.lines().filter_map(printed_line).collect();
        let acknowledged: Vec<u64> = lines.iter().filter_map(|line| line.parse().ok()).collect();
        assert!(acknowledged.len() > 5, "{text}");
        let refused = lines.iter().find_map(|line| line.strip_prefix("refused: "));
        if let Some(refused) = refused {
            let is_clear = refused.starts_with("Io") || refused.starts_with("Full");
            assert!(is_clear && refused.contains("orders.db"), "{refused}");
        } else {
            assert!(!is_told && !output.status.success(), "{text}");
        }
        // When there is space again, all executions are in the store, and it can be written to.
        let mut store = SqliteStore::open(&path).expect("it opens");
        let found = everything(&mut SqliteReader::open(&path).expect("a reader"));
        for (execution, found) in &found {
            assert_eq!(
                *found,
                records(execution.key),
                "execution {}",
                execution.key
            );
        }
        for key in acknowledged {
            assert!(
                found.iter().any(|(execution, _)| execution.key == key),
                "{key} is lost"
            );
        }
        store
            .commit(&[start(1 << 40, 3_000)])
            .expect("there is room");
    }
}
