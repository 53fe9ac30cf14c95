use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::Duration;

use stepwright_engine::Status;
use stepwright_engine::store::{SqliteReader, SqliteStore, Store, StoreError};

use crate::store::child::{Committer, records};
use crate::store::support::{everything, temporary_store};

/// Kills a process that commits, twenty times, each time a little later, and checks the same file
/// after each kill.
#[test]
fn acknowledged_commits_survive_a_kill_and_none_is_partial() {
    let (_folder, path) = temporary_store();
    let mut acknowledged = BTreeSet::new();
    for round in 0..20_u64 {
        let mut child = Committer::start(&path);
        acknowledged.extend(Some(child.next().expect("it commits")));
        sleep(Duration::from_micros(round * round * 150));
        acknowledged.extend(child.kill());

        // The lock is free immediately, and the next engine finds all executions.
        let store = SqliteStore::open(&path).expect("nothing stays locked");
        let found = everything(&mut *store.reader().expect("a reader"));
        for (execution, found) in &found {
            assert_eq!(execution.status, Status::Succeeded, "{execution:?}");
            assert_eq!(
                *found,
                records(execution.key),
                "execution {}",
                execution.key
            );
        }
        let found: BTreeSet<u64> = found.iter().map(|(execution, _)| execution.key).collect();
        let lost: Vec<_> = acknowledged.difference(&found).collect();
        assert!(lost.is_empty(), "round {round}: {lost:?} were acknowledged");
    }
    assert!(
        acknowledged.len() > 40,
        "{} in twenty rounds",
        acknowledged.len()
    );
}

#[test]
fn an_engine_of_another_process_excludes_writers_but_not_readers() {
    let (_folder, path) = temporary_store();
    let mut child = Committer::start(&path);
    let key = child.next().expect("it commits");
    match SqliteStore::open(&path) {
        Err(StoreError::InUse { by, .. }) => {
            assert!(by.contains(&format!("process {}", child.id())), "{by}");
        }
        other => panic!("{other:?}"),
    }
    let mut reader = SqliteReader::open(&path).expect("readers are welcome");
    let read = everything(&mut reader);
    assert!(read.iter().any(|(execution, _)| execution.key == key));
    child.kill();
}
