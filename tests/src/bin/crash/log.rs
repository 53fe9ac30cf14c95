//! What happened, in a file outside of the store.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::verdict::Broken;

/// One line of the file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(crate) enum Line {
    /// A process begins.
    Round { number: u32 },
    /// Its engine is built, and goes on with what the store has.
    Built { running: usize },
    /// An execution is about to be started.
    Asked {
        machine: String,
        name: String,
        id: u64,
    },
    /// The start gave `Ok`.
    Accepted { name: String, execution: String },
    /// The start said that an execution has that name, and is over.
    Exists { name: String },
    /// The store had no room for the start.
    Refused { name: String },
    /// A task begins.
    Start(Attempt),
    /// A task is done, and is about to answer.
    End(Attempt),
    /// The answer to a token gave `Ok`.
    Answered { execution: String, token: String },
    /// The answer to a token was refused.
    Late { token: String, error: String },
    /// A reader of events was told of one.
    Seen {
        execution: String,
        id: u32,
        kind: String,
    },
    /// Something that must not happen.
    Broken { what: String },
}

/// One attempt of a task.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Attempt {
    pub(crate) execution: String,
    /// Tells the tasks of one execution apart: the state, and the item or the round of a loop.
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
    /// Opens the file, or creates it. What a killed process wrote of its last line is ended there.
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

/// Writes what has come, and syncs it at once for all who wait.
fn write(mut file: File, entries: &Receiver<Entry>) {
    while let Ok(first) = entries.recv() {
        let mut waiting = Vec::new();
        for Entry { line, written } in std::iter::once(first).chain(entries.try_iter()) {
            let mut text = serde_json::to_string(&line).expect("a line is JSON");
            text.push('\n');
            file.write_all(text.as_bytes())
                .expect("the log cannot be written");
            waiting.push(written);
        }
        file.sync_data().expect("the log cannot be synced");
        for written in waiting {
            // Who waits may have been dropped.
            let _gone = written.send(());
        }
    }
}

/// All lines. The call that wrote a line may have been killed: what is there of it counts as nothing.
pub(crate) fn read(path: &Path) -> Result<Vec<Line>, Broken> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(format!(
                "the log {} cannot be read: {error}",
                path.display()
            ));
        }
    };
    let mut lines = Vec::new();
    for line in text.lines() {
        match serde_json::from_str(line) {
            Ok(line) => lines.push(line),
            // One that is whole and is not understood is a mistake of this program.
            Err(_) if serde_json::from_str::<Value>(line).is_err() => {}
            Err(error) => {
                return Err(format!(
                    "a line of the log is not understood: {error}: {line}"
                ));
            }
        }
    }
    Ok(lines)
}
