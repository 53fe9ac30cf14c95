//! Tests that run in a separate process: this test binary, started again with one ignored test.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use stepwright_engine::Status;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::journal::Journal;
use stepwright_engine::store::{Change, SqliteStore, Store};

use crate::store::support::execution;

const STORE: &str = "STEPWRIGHT_TEST_STORE";
const SAYS: &str = "says: ";

/// Returns the records of execution `key`, from its start on.
pub(crate) fn records(key: u64) -> Vec<Bytes> {
    let size = |seq: u64| ((key * 37 + seq * 1_009) % 3_000) as usize;
    (0..4)
        .map(|seq| Bytes::from(vec![(key + seq) as u8; size(seq)]))
        .collect()
}

/// One submission: an execution from its start to its end.
fn whole(key: u64) -> Vec<Change> {
    let mut records = (0_u32..).zip(records(key));
    let (_, data) = records.next().expect("four records");
    let mut changes = vec![Change::Start {
        execution: execution(key),
        data,
    }];
    changes.extend(records.map(|(seq, data)| Change::Append { key, seq, data }));
    let stopped = Timestamp::from_unix_micros(key as i64 + 1);
    changes.push(Change::Close {
        key,
        status: Status::Succeeded,
        stopped,
    });
    changes
}

/// Commits executions from four threads until it is killed, and prints the key of each durable one.
#[test]
#[ignore = "run by other tests, in a separate process"]
fn commits_until_killed() {
    let store = SqliteStore::open(std::env::var_os(STORE).expect("the path")).expect("it opens");
    let next = store.reader().expect("a reader").last_key().expect("a key") + 1;
    let next = AtomicU64::new(next);
    let journal = Journal::new(Box::new(store)).expect("a thread");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let key = next.fetch_add(1, Ordering::Relaxed);
                    journal.commit(whole(key)).wait().expect("it is durable");
                    print_line(&key.to_string());
                }
            });
        }
    });
}

/// Commits executions, prints the key of each durable one, and at the end the error of the first
/// rejected one.
#[test]
#[ignore = "run by other tests, in a separate process"]
fn commits_until_refused() {
    let store = SqliteStore::open(std::env::var_os(STORE).expect("the path")).expect("it opens");
    let journal = Journal::new(Box::new(store)).expect("a thread");
    for key in 1.. {
        match journal.commit(whole(key)).wait() {
            Ok(()) => print_line(&key.to_string()),
            Err(error) => {
                print_line(&format!("refused: {error:?} {error}").replace('\n', " "));
                return;
            }
        }
    }
}

/// Opens a store, commits one execution and closes the store, until it is killed, and prints the
/// key of each.
#[test]
#[ignore = "run by other tests, in a separate process"]
fn opens_and_closes_until_killed() {
    let path = std::env::var_os(STORE).expect("the path");
    loop {
        let mut store = SqliteStore::open(&path).expect("it opens");
        let next = store.reader().expect("a reader").last_key().expect("a key") + 1;
        store.commit(&whole(next)).expect("it is committed");
        print_line(&next.to_string());
    }
}

/// Commits one execution and compacts the store, until it is killed, and prints the key of each
/// execution.
#[test]
#[ignore = "run by other tests, in a separate process"]
fn compacts_until_killed() {
    let path = std::env::var_os(STORE).expect("the path");
    loop {
        let mut store = SqliteStore::open(&path).expect("it opens");
        let next = store.reader().expect("a reader").last_key().expect("a key") + 1;
        store.commit(&whole(next)).expect("it is committed");
        print_line(&next.to_string());
        drop(store);
        SqliteStore::compact(&path).expect("it is compacted");
    }
}

/// Compacts a store and prints the result.
#[test]
#[ignore = "run by other tests, in a separate process"]
fn compacts_once() {
    match SqliteStore::compact(std::env::var_os(STORE).expect("the path")) {
        Ok(_) => print_line("compacted"),
        Err(error) => print_line(&format!("{error:?} {error}").replace('\n', " ")),
    }
}

/// Tries to open a store and prints the result.
#[test]
#[ignore = "run by other tests, in a separate process"]
fn opens_once() {
    match SqliteStore::open(std::env::var_os(STORE).expect("the path")) {
        Ok(_) => print_line("opened"),
        Err(error) => print_line(&format!("{error:?} {error}").replace('\n', " ")),
    }
}

/// Prints a line for the parent, in one write. The test harness prints further lines.
fn print_line(text: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n{SAYS}{text}\n").as_bytes())
        .expect("the parent listens");
    out.flush().expect("the parent listens");
}

/// Starts a test of this file in a separate process, with a copy of this binary or this binary
/// itself.
pub(crate) fn command(binary: &Path, test: &str, store: &Path) -> Command {
    let mut command = Command::new(binary);
    command.args([
        "--ignored",
        "--exact",
        "--nocapture",
        &format!("store::child::{test}"),
    ]);
    command.env(STORE, store).stdout(Stdio::piped());
    command
}

/// A process that commits until it is killed.
pub(crate) struct Committer {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Committer {
    pub(crate) fn start(store: &Path) -> Self {
        Self::start_test("commits_until_killed", store)
    }

    /// A process that runs this test of this file.
    pub(crate) fn start_test(test: &str, store: &Path) -> Self {
        let binary = std::env::current_exe().expect("this binary");
        let mut child = command(&binary, test, store).spawn().expect("a process");
        let out = child.stdout.take().expect("it is piped");
        Self {
            child,
            lines: BufReader::new(out).lines(),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns the key of the next durable execution; `None` when the process has ended.
    pub(crate) fn next(&mut self) -> Option<u64> {
        // A line that the kill truncated does not count.
        self.lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| printed_line(&line)?.parse().ok())
    }

    /// Kills the process, and returns all keys that it has printed since. A number with possibly
    /// missing digits is omitted.
    pub(crate) fn kill(mut self) -> Vec<u64> {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
        let mut keys = Vec::new();
        while let Some(key) = self.next() {
            keys.push(key);
        }
        keys
    }
}

pub(crate) fn printed_line(line: &str) -> Option<&str> {
    line.strip_prefix(SAYS)
}
