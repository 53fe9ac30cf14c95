//! Reads the stores of every layout.

use std::fs::File;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use rusqlite::Connection;
use serde_json::Value as Json;

use crate::golden::observe::observe;
use crate::golden::script::Script;

/// Returns the folder of this test.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Returns the layout version of a store.
pub(crate) fn version(store: &Path) -> u32 {
    let file = Connection::open(store).unwrap();
    let version = file.pragma_query_value(None, "user_version", |row| row.get(0));
    version.unwrap()
}

/// Returns all stores with the layout versions of their folders.
pub(crate) fn stores() -> Vec<(u32, PathBuf)> {
    let mut stores = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(layout) = name.strip_prefix("layout_") else {
            continue;
        };
        for file in std::fs::read_dir(&path).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "gz") {
                stores.push((layout.parse().unwrap(), file));
            }
        }
    }
    stores
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
fn every_stored_layout_resumes_with_the_recorded_results() {
    let stores = stores();
    assert!(
        !stores.is_empty(),
        "no folder `layout_<version>` has stores"
    );
    std::thread::scope(|scope| {
        for (layout, store) in &stores {
            scope.spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                let (copy, script) = expand(store, folder.path());
                assert_eq!(version(&copy), *layout, "{}", store.display());
                let expected = &expectation(store)["expected"];
                compare(store, expected, &observe(&copy, &script));
            });
        }
    });
}
