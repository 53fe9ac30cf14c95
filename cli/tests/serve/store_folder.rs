//! A folder with a store, and the commands that are executed in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::support::Server;

/// A folder with a store.
pub(super) struct Folder(tempfile::TempDir);

// Most of its users send signals.
#[cfg_attr(not(unix), allow(dead_code))]
impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().expect("there is space"))
    }

    pub(super) fn directory(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory().join(name)
    }

    pub(super) fn serve(&self) -> Server {
        let store = self.path("orders.db");
        Server::start(&["--store", store.to_str().expect("it is text")])
    }

    fn output(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_stepwright"))
            .args(arguments)
            .current_dir(self.directory())
            .stdin(Stdio::null())
            .output()
            .expect("the command is there")
    }

    /// The bytes of the store and of its log.
    fn content(&self) -> [Option<Vec<u8>>; 2] {
        ["orders.db", "orders.db-wal"].map(|name| fs::read(self.path(name)).ok())
    }

    /// Runs a command in the folder. Returns its status and standard error.
    pub(super) fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.output(arguments);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap_or(-1), text)
    }

    /// Runs a command that succeeds.
    pub(super) fn succeeds(&self, arguments: &[&str]) {
        let (status, text) = self.run(arguments);
        assert_eq!(status, 0, "{arguments:?}: {text}");
    }

    /// Runs a command that fails with these texts, and changes neither the store nor its log.
    pub(super) fn refused(&self, arguments: &[&str], texts: &[&str]) {
        let before = self.content();
        let (status, message) = self.run(arguments);
        assert!(status == 1 || status == 2, "{arguments:?}: {message}");
        for text in texts {
            assert!(message.contains(text), "`{text}`: {message}");
        }
        assert_eq!(self.content(), before, "{arguments:?}");
    }

    /// Runs a command that fails with this status and this text, and changes neither the store nor
    /// its log.
    pub(super) fn refused_with(&self, status: i32, arguments: &[&str], text: &str) {
        let before = self.content();
        let output = self.output(arguments);
        let message =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{arguments:?}: {message}"
        );
        assert!(message.contains(text), "{arguments:?}: {message}");
        assert_eq!(self.content(), before, "{arguments:?}");
    }

    /// The names of the files in the folder that belong to the store.
    pub(super) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory()).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
        names.retain(|name| name.starts_with("orders.db"));
        names.sort();
        names
    }

    pub(super) fn copy(&self, from: &str, to: &str) {
        fs::copy(self.path(from), self.path(to)).expect("a copy");
    }

    /// The number of executions that a command lists.
    pub(super) fn executions(&self, store: &str) -> usize {
        let output = self.output(&["executions", "--format", "json", "--store", store]);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{text}");
        let page: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        page["executions"].as_array().map_or(0, Vec::len)
    }
}
