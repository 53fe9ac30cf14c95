//! The log of all events, in a file outside of the store.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::verdict::{Broken, Kind};

/// One line of the file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(crate) enum Line {
    /// A process starts.
    Round { number: u32 },
    /// Its engine is built, and resumes the executions of the store.
    Built { running: usize },
    /// An execution is about to be started.
    TokenRequest {
        machine: String,
        name: String,
        id: u64,
    },
    /// The start returned `Ok`.
    Accepted { name: String, execution: String },
    /// The start reported that a finished execution has that name.
    Exists { name: String },
    /// The store was full, so the start was rejected.
    Refused { name: String },
    /// A task begins.
    Start(Attempt),
    /// A task is done, and is about to return.
    End(Attempt),
    /// The answer to a token returned `Ok`.
    Answered { execution: String, token: String },
    /// The answer to a token was rejected.
    Late { token: String, error: String },
    /// A reader of events received one.
    Seen {
        execution: String,
        id: u32,
        kind: String,
    },
    /// A client is about to send a request to the server.
    Request {
        number: u64,
        operation: String,
        body: Value,
    },
    /// The response, or the reason why there is none.
    Response {
        number: u64,
        status: Option<u16>,
        body: Value,
    },
    /// Something happens to the server or to its store.
    Fault { what: String },
    /// Something that must not happen.
    Broken {
        #[serde(default)]
        kind: Kind,
        what: String,
    },
}

/// A line with the time at which it was written.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Stamped {
    /// Milliseconds since 1970.
    #[serde(default)]
    pub(crate) at: u64,
    #[serde(flatten)]
    pub(crate) line: Line,
}

impl Stamped {
    fn now(line: Line) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let millis = since.map_or(0, |since| since.as_millis());
        Self {
            at: u64::try_from(millis).unwrap_or(u64::MAX),
            line,
        }
    }
}

/// One attempt of a task.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Attempt {
    pub(crate) execution: String,
    /// Identifies a task of an execution: the state, and the item or the iteration of a loop.
    pub(crate) task: String,
    pub(crate) attempt: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
}

struct Entry {
    line: Line,
    written: oneshot::Sender<()>,
}

/// Writes lines, each with one call, and syncs them to the disk. Clones write to the same file.
#[derive(Clone)]
pub(crate) struct Log(Sender<Entry>);

impl Log {
    /// Opens the file, or creates it. Completes the last line if a killed process wrote only a part
    /// of it.
    pub(crate) fn open(path: &Path) -> Result<Self, Broken> {
        let failed = |error| format!("the log {} cannot be opened: {error}", path.display());
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(failed)?;
        if !ends_a_line(&mut file).map_err(failed)? {
            file.write_all(b"\n").map_err(failed)?;
        }
        let (entries, taken) = channel();
        std::thread::spawn(move || write(file, &taken));
        Ok(Self(entries))
    }

    /// Writes a line; it is on the disk when this returns.
    pub(crate) async fn write(&self, line: Line) {
        let (written, done) = oneshot::channel();
        let sent = self.0.send(Entry { line, written });
        let written = sent.is_ok() && done.await.is_ok();
        assert!(written, "the log cannot be written");
    }
}

fn ends_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Writes all queued lines, and syncs them together.
fn write(mut file: File, entries: &Receiver<Entry>) {
    while let Ok(first) = entries.recv() {
        let mut waiting = Vec::new();
        for Entry { line, written } in std::iter::once(first).chain(entries.try_iter()) {
            let line = Stamped::now(line);
            let mut text = serde_json::to_string(&line).expect("a line is JSON");
            text.push('\n');
            file.write_all(text.as_bytes())
                .expect("the log cannot be written");
            waiting.push(written);
        }
        file.sync_data().expect("the log cannot be synced");
        for written in waiting {
            // The waiting task may have been dropped.
            let _gone = written.send(());
        }
    }
}

/// Returns all lines. The process may have been killed while it wrote a line: a part of a line is
/// skipped.
pub(crate) fn read(path: &Path) -> Result<Vec<Line>, Broken> {
    let mut lines = Vec::new();
    for_each(path, |stamped| lines.push(stamped.line))?;
    Ok(lines)
}

/// Calls a function with each line, as [`read`] does; a log may be larger than memory should hold.
pub(crate) fn for_each(path: &Path, mut each: impl FnMut(Stamped)) -> Result<(), Broken> {
    let failed =
        |error: std::io::Error| format!("the log {} cannot be read: {error}", path.display());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    for line in BufReader::new(file).split(b'\n') {
        let line = line.map_err(failed)?;
        match serde_json::from_slice(&line) {
            Ok(line) => each(line),
            Err(_) if serde_json::from_slice::<Value>(&line).is_err() => {}
            // The line is complete, so it is a line of this program that cannot be parsed.
            Err(error) => {
                let line = String::from_utf8_lossy(&line);
                return Err(format!(
                    "a line of the log is not understood: {error}: {line}"
                ));
            }
        }
    }
    Ok(())
}
