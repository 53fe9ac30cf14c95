//! Reports of executions whose assertions fail.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use stepwright_history::report::Report;
use stepwright_interpreter::history::History;

/// The environment variable with the folder of the reports.
const VARIABLE: &str = "STEPWRIGHT_REPORTS";
/// The folder in Cargo's target folder.
const FOLDER: &str = "stepwright-reports";
/// The most characters of a test's name in the name of a file.
const MOST_NAME: usize = 100;

/// Writes the report of an execution, and returns the line for the message of the failed assertion.
pub(super) fn write(history: &History) -> String {
    let Some(folder) = folder(
        env::var_os(VARIABLE).map(PathBuf::from),
        env::current_exe().ok(),
    ) else {
        return format!("report: none, because the folder is not known; set {VARIABLE} to one");
    };
    let thread = thread::current();
    let path = folder.join(file_name(thread.name().unwrap_or("test")));
    match Report::of(history).write(&path) {
        Ok(()) => format!("report: {}", path.display()),
        Err(error) => format!("report: cannot write {}: {error}", path.display()),
    }
}

/// Returns the folder that the variable names, otherwise one in the target folder, in which Cargo
/// builds the tests.
fn folder(variable: Option<PathBuf>, program: Option<PathBuf>) -> Option<PathBuf> {
    let chosen = variable.filter(|folder| !folder.as_os_str().is_empty());
    chosen.or_else(|| {
        let program = program?;
        // Cargo writes these files to a target folder: the first one only if it creates the folder.
        let marked = |folder: &&Path| {
            ["CACHEDIR.TAG", ".rustc_info.json"]
                .iter()
                .any(|file| folder.join(file).exists())
        };
        let target = program.ancestors().skip(1).find(marked)?;
        Some(target.join(FOLDER))
    })
}

/// Returns the name of the next report of a test. The thread of a test has its name.
fn file_name(test: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let plain = test.chars().take(MOST_NAME);
    let plain: String = plain
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    // A process may run several tests, and a test several executions.
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{plain}-{}-{number}.html", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_takes_precedence_over_the_target_folder() {
        let target = tempfile::tempdir().unwrap();
        std::fs::write(target.path().join("CACHEDIR.TAG"), "").unwrap();
        let program = target.path().join("debug/deps/all-0123");
        let chosen = PathBuf::from("reports");
        assert_eq!(
            folder(Some(chosen.clone()), Some(program.clone())),
            Some(chosen)
        );
        let default = Some(target.path().join(FOLDER));
        assert_eq!(folder(Some(PathBuf::new()), Some(program.clone())), default);
        assert_eq!(folder(None, Some(program)), default);
        assert_eq!(folder(None, Some(PathBuf::from("/bin/true"))), None);
    }

    #[test]
    fn a_target_folder_that_cargo_did_not_create_is_found() {
        let target = tempfile::tempdir().unwrap();
        std::fs::write(target.path().join(".rustc_info.json"), "").unwrap();
        let program = target.path().join("debug/deps/all-0123");
        assert_eq!(
            folder(None, Some(program)),
            Some(target.path().join(FOLDER))
        );
    }

    #[test]
    fn names_of_files_have_letters_and_digits_only() {
        let name = file_name("orders::a <b> \u{e4}/..");
        assert!(name.starts_with("orders__a__b__\u{e4}___"), "{name}");
        assert_ne!(name, file_name("orders::a <b> \u{e4}/.."));
    }
}
