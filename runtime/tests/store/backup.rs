use std::sync::atomic::{AtomicBool, Ordering};

use stepwright_runtime::store::{SqliteReader, SqliteStore, Store};

use crate::support::{everything, fill, place, start};

#[test]
fn a_backup_beside_a_writer_is_a_store_as_it_was_at_one_moment() {
    let (folder, path) = place();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 200);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for key in (201..)
                .step_by(2)
                .take_while(|_| !is_over.load(Ordering::Relaxed))
            {
                // Both or none of them are in a backup.
                store
                    .commit(&[start(key, 700), start(key + 1, 700)])
                    .expect("it is committed");
            }
        });
        for round in 0..5 {
            let copy = folder.path().join(format!("copy-{round}.db"));
            let reader = SqliteReader::open(&path).expect("a reader");
            reader.backup(&copy).expect("a backup");
            let copied = SqliteStore::open(&copy).expect("it is a store");
            let copied = everything(&mut *copied.reader().expect("a reader"));
            assert!(
                copied.len() >= 200 && copied.len().is_multiple_of(2),
                "{}",
                copied.len()
            );
            assert_eq!(copied[0].0.key, copied.len() as u64);
        }
        is_over.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_backup_overwrites_nothing_and_leaves_nothing_behind_when_it_fails() {
    let (folder, path) = place();
    fill(&mut SqliteStore::open(&path).expect("it opens"), 1);
    let reader = SqliteReader::open(&path).expect("a reader");
    let error = reader.backup(&path).expect_err("the store itself");
    assert!(
        error.to_string().contains("there is a file already"),
        "{error}"
    );
    assert!(
        reader
            .backup(folder.path().join("missing").join("copy.db"))
            .is_err()
    );
    // What a backup that was broken off left behind does not stop the next.
    std::fs::write(folder.path().join("copy.db.part"), "half").expect("a file");
    let copy = folder.path().join("copy.db");
    reader.backup(&copy).expect("a backup");
    assert_eq!(
        everything(&mut SqliteReader::open(&copy).expect("a reader")).len(),
        1
    );
    assert!(!folder.path().join("copy.db.part").exists());
}
