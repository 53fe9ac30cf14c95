//! The files of the recordings, which are outside of the repository.

use std::path::PathBuf;

use serde_json::Value;

/// The folder of the recordings.
fn folder() -> PathBuf {
    std::env::var_os("STEPWRIGHT_RECORDINGS")
        .expect("STEPWRIGHT_RECORDINGS is the folder of the recordings")
        .into()
}

/// Reads a file of the recordings.
pub(crate) fn read(file: &str) -> String {
    let path = folder().join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Reads a file with one JSON value in each line.
pub(crate) fn rows(file: &str) -> Vec<Value> {
    let text = read(file);
    let rows = text.lines().map(serde_json::from_str);
    rows.collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Reads the definitions of public projects: their paths and texts. Some of them are not JSON.
pub(crate) fn realworld() -> Vec<(PathBuf, String)> {
    let folder = folder().join("conformance/realworld");
    let entries = folder
        .read_dir()
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}
