use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use stepwright_engine::store::{MemoryStore, SqliteReader, SqliteStore, Store};
use stepwright_engine::{Engine, MachineType, StartOptions, Status};

use crate::store::support::{everything, fill, start, temporary_store};

#[test]
fn a_backup_during_writes_is_a_consistent_snapshot() {
    let (folder, path) = temporary_store();
    let mut store = SqliteStore::open(&path).expect("it opens");
    fill(&mut store, 200);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for key in (201..)
                .step_by(2)
                .take_while(|_| !is_over.load(Ordering::Relaxed))
            {
                // A backup contains both or none of them.
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
fn a_backup_overwrites_no_file_and_a_failed_one_leaves_no_file() {
    let (folder, path) = temporary_store();
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
    // The remains of an interrupted backup do not prevent the next one.
    std::fs::write(folder.path().join("copy.db.part"), "half").expect("a file");
    let copy = folder.path().join("copy.db");
    reader.backup(&copy).expect("a backup");
    assert_eq!(
        everything(&mut SqliteReader::open(&copy).expect("a reader")).len(),
        1
    );
    assert!(!folder.path().join("copy.db.part").exists());
}

/// Returns an engine on a file, with a machine that waits twice.
fn engine(path: &Path) -> Engine {
    let text = json!({"StartAt": "A", "States": {
        "A": {"Type": "Wait", "Seconds": 1, "Next": "B"},
        "B": {"Type": "Pass", "Next": "C"},
        "C": {"Type": "Wait", "Seconds": 1, "End": true},
    }});
    let store = SqliteStore::open(path).expect("it opens");
    let builder = Engine::builder().register_json("m", &text.to_string(), MachineType::Standard);
    builder.store(store).build().expect("an engine")
}

/// Starts executions without a pause, and takes backups concurrently. An engine can continue on
/// each backup: it contains all executions that were acknowledged before, and they end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_contains_all_acknowledged_executions() {
    let (folder, path) = temporary_store();
    let engine = engine(&path);
    let (acknowledged, is_over) = (
        Arc::new(Mutex::new(Vec::new())),
        Arc::new(AtomicBool::new(false)),
    );
    let starting: Vec<_> = (0..8)
        .map(|client| {
            let (engine, acknowledged, is_over) =
                (engine.clone(), acknowledged.clone(), is_over.clone());
            tokio::spawn(async move {
                for number in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let options = StartOptions::new().name(format!("e-{client}-{number}"));
                    let run = engine
                        .start_machine("m", json!(number), options)
                        .await
                        .expect("it starts");
                    acknowledged
                        .lock()
                        .expect("no panic")
                        .push(run.id().to_owned());
                }
            })
        })
        .collect();
    let mut backups = Vec::new();
    for round in 0..4 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let before = acknowledged.lock().expect("no panic").clone();
        let to = folder.path().join(format!("backup-{round}.db"));
        engine.backup(&to).await.expect("a backup");
        backups.push((to, before));
    }
    is_over.store(true, Ordering::Relaxed);
    for one in starting {
        one.await.expect("no panic");
    }
    let again = engine
        .backup(&backups[0].0)
        .await
        .expect_err("there is a file");
    assert!(
        again.to_string().contains("there is a file already"),
        "{again}"
    );
    drop(engine);
    for (path, before) in backups {
        assert!(before.len() > 20, "{}", before.len());
        let restored = self::engine(&path);
        for id in before {
            let run = restored.blocking_execution(&id).expect("it is read");
            let report = run.unwrap_or_else(|| panic!("{id} is lost")).report().await;
            assert_eq!(report.status, Status::Succeeded, "{id}");
            let ids = report.history.events().map(|event| event.id());
            assert!(ids.eq(1..=report.history.len() as u32), "{id}");
        }
    }
}

#[tokio::test]
async fn an_engine_without_a_store_file_refuses_a_backup() {
    let (folder, _) = temporary_store();
    let to = folder.path().join("backup.db");
    let without = Engine::builder().build().expect("an engine");
    let error = without.backup(&to).await.expect_err("no store");
    assert!(error.to_string().contains("the engine has none"), "{error}");
    let memory = Engine::builder()
        .store(MemoryStore::new())
        .build()
        .expect("an engine");
    let error = memory.backup(&to).await.expect_err("no file");
    assert!(error.to_string().contains("it makes no copies"), "{error}");
    assert!(!to.exists());
}
