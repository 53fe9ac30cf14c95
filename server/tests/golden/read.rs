//! Reads the golden stores.

use std::fs::File;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use rusqlite::Connection;
use serde_json::Value as Json;
use stepwright_engine::StoredExecutions;
use stepwright_engine::store::SqliteReader;

use crate::golden::observe::observe;
use crate::golden::script::Script;
use crate::golden::stores::all;

/// Returns the folder of this test.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Returns the layout of a store.
pub(crate) fn layout(store: &Path) -> i64 {
    let file = Connection::open(store).unwrap();
    let version = file.pragma_query_value(None, "user_version", |row| row.get(0));
    version.unwrap()
}

/// Returns the folder of a layout.
pub(crate) fn folder_of(layout: i64) -> PathBuf {
    folder().join(format!("layout_{layout}"))
}

/// Returns all stores.
pub(crate) fn stores() -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder_of(1)).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let is_store = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "gz");
    files.filter(is_store).collect()
}

/// Expands a store into a folder. Returns its path and its script.
pub(crate) fn expand(store: &Path, folder: &Path) -> (PathBuf, Script) {
    let copy = folder.join("store.db");
    let mut file = GzDecoder::new(File::open(store).unwrap());
    std::io::copy(&mut file, &mut File::create(&copy).unwrap()).unwrap();
    let script = serde_json::from_value(expectation(store)["script"].clone());
    (copy, script.unwrap())
}

/// Returns the script and the expectation of a store.
fn expectation(store: &Path) -> Json {
    let json = store.with_extension("").with_extension("json");
    let text = std::fs::read_to_string(json).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Panics with the first line that differs.
fn compare(store: &Path, expected: &Json, found: &Json) {
    let (expected, found) = (pretty(expected), pretty(found));
    let lines = expected.lines().zip(found.lines()).zip(1..);
    for ((expected, found), number) in lines {
        let store = store.display();
        assert_eq!(
            expected, found,
            "{store}: line {number} of `expected` differs"
        );
    }
    assert_eq!(expected.len(), found.len(), "{}", store.display());
}

fn pretty(json: &Json) -> String {
    serde_json::to_string_pretty(json).unwrap()
}

#[test]
fn the_stores_resume_with_the_recorded_results() {
    let stores = stores();
    assert_eq!(stores.len(), all().len());
    std::thread::scope(|scope| {
        for store in &stores {
            scope.spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                let (copy, script) = expand(store, folder.path());
                assert_eq!(layout(&copy), 1, "{}", store.display());
                let expected = &expectation(store)["expected"];
                compare(store, expected, &observe(&copy, &script));
            });
        }
    });
}

#[test]
fn the_stores_are_sound() {
    for store in stores() {
        let folder = tempfile::tempdir().unwrap();
        let (copy, _) = expand(&store, folder.path());
        let mut reader = SqliteReader::open(&copy).unwrap();
        reader.begin_snapshot().unwrap();
        let mut stored = StoredExecutions::new(Box::new(reader));
        let problems = stored.check(&mut |_| {}).unwrap();
        assert!(problems.is_empty(), "{}: {problems:#?}", store.display());
        let documents = stored.reader().documents().unwrap();
        let unreadable = stepwright_server::unreadable_documents(&documents).unwrap();
        assert!(
            unreadable.is_empty(),
            "{}: {unreadable:#?}",
            store.display()
        );
    }
}
