//! Reads input that the command line names: files, standard input, JSON.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use stepwright_engine::value::Value;

use crate::failure::Failure;

/// Maximum size of a file or of standard input in bytes. A history of 25,000 events rarely has a
/// tenth of that.
const MOST: u64 = 256 * 1024 * 1024;

/// The folders with all files that this process may read.
static READABLE: OnceLock<Vec<PathBuf>> = OnceLock::new();

/// Restricts this process to files below some folders, if there are any. `stepwright mcp` restricts
/// the commands that it runs for an agent.
pub(crate) fn read_only_below(folders: &[PathBuf]) {
    if !folders.is_empty() {
        READABLE.get_or_init(|| folders.iter().map(|folder| whole(folder)).collect());
    }
}

/// The reason why a file is not read.
pub(crate) const OUTSIDE: &str = "it is outside of the folder to which this command is restricted";

/// Whether this process may read a file or folder. The path must have no links.
pub(crate) fn is_readable(path: &Path) -> bool {
    READABLE.get().is_none_or(|folders| {
        let mut folders = folders.iter();
        folders.any(|folder| path.starts_with(folder))
    })
}

/// Reads a file, or standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    if path == Path::new("-") {
        return standard_input();
    }
    let cannot = |reason: &dyn std::fmt::Display| {
        Failure::Usage(format!("cannot read {}: {reason}", path.display()))
    };
    // A link can lead out of the folder of an agent.
    if !is_readable(&whole(path)) {
        return Err(cannot(&OUTSIDE));
    }
    // Checked before opening, because opening a pipe without a writer blocks forever.
    let metadata = std::fs::metadata(path).map_err(|error| cannot(&error))?;
    if metadata.is_dir() {
        return Err(cannot(&"it is a folder"));
    }
    if !metadata.is_file() && !is_given_by_shell(path) {
        return Err(cannot(
            &"it is not a file; to read a pipe, use `-` for standard input",
        ));
    }
    if metadata.is_file() && metadata.len() > MOST {
        return Err(cannot(&too_large()));
    }
    let file = File::open(path).map_err(|error| cannot(&error))?;
    text(file).map_err(|reason| cannot(&reason))
}

/// The path without `..` and links, so that the folders above it are those that contain it.
/// Standard input is in the current folder.
pub(crate) fn whole(path: &Path) -> PathBuf {
    std::fs::canonicalize(path)
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}

/// Whether a path is a pipe that a shell holds open, as in
/// `stepwright validate <(jq . machine.json)`.
fn is_given_by_shell(path: &Path) -> bool {
    path.starts_with("/dev/fd")
        || path.starts_with("/proc/self/fd")
        || path == Path::new("/dev/stdin")
}

fn standard_input() -> Result<String, Failure> {
    text(std::io::stdin())
        .map_err(|reason| Failure::Usage(format!("cannot read standard input: {reason}")))
}

fn text(from: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = from.take(MOST + 1).read_to_end(&mut bytes);
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST {
        return Err(too_large());
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

fn too_large() -> String {
    format!("it has more than {MOST} bytes, which is the limit")
}

/// Parses JSON from the command line itself, from a file after `@`, or from standard input for `-`.
pub(crate) fn json(option: &str, text: &str) -> Result<Value, Failure> {
    let (place, text) = match text.strip_prefix('@') {
        Some(file) => (file.to_owned(), read(Path::new(file))?),
        None if text == "-" => ("standard input".to_owned(), standard_input()?),
        None => (option.to_owned(), text.to_owned()),
    };
    Value::from_text(&text).map_err(|error| {
        Failure::Usage(format!(
            "{place} is not JSON: {error}\n  write JSON in quotes (--input '{{\"name\": \"Ada\"}}'), or @FILE for a file"
        ))
    })
}
