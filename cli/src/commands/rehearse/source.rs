//! Where recorded executions come from: files, a store, or AWS.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use stepwright_engine::{ExecutionFilter, Redaction, StoredExecutions};
use stepwright_review::rehearsal::RecordedExecution;

use super::aws::{self, ReadExecution};
use super::history_files::{files, name_of, read, text};
use crate::args::HistorySourceArguments;
use crate::failure::Failure;
use crate::store_file;

/// The recorded executions, which are read one by one.
pub(crate) struct HistorySource {
    entries: Vec<Entry>,
    store: Option<Mutex<StoredExecutions>>,
    shown: String,
    /// The masks of the arguments and of the store.
    redaction: Redaction,
}

enum Entry {
    File(PathBuf),
    /// The ARN and the name of an execution in the store.
    Stored(String, String),
    /// What AWS returned.
    Read(Box<ReadExecution>),
}

/// The JSON of a recorded execution.
pub(super) struct RawExecution {
    pub(super) name: String,
    pub(super) history: serde_json::Value,
    pub(super) definition: Option<String>,
}

impl HistorySource {
    pub(crate) async fn open(
        arguments: &HistorySourceArguments,
        redaction: Redaction,
    ) -> Result<Self, Failure> {
        let mut entries = Vec::new();
        let mut shown = Vec::new();
        for path in &arguments.histories {
            shown.push(path.display().to_string());
            entries.extend(files(path)?.into_iter().map(Entry::File));
        }
        let mut store = None;
        let mut redaction = redaction;
        if let Some(place) = &arguments.store {
            let place = place.in_schema(arguments.schema.as_deref())?;
            shown.push(place.to_string());
            // The data is masked when it is printed: masked answers would change the paths.
            let mut stored = store_file::open(&place)?.reveal_secrets();
            let masked = stored.reader().masked_fields();
            redaction = redaction.and(&masked.map_err(store_file::cannot)?);
            entries.extend(stored_entries(&mut stored, arguments)?);
            store = Some(Mutex::new(stored));
        }
        if !arguments.executions.is_empty() {
            shown.push("the executions on AWS".to_owned());
            let read = aws::read(arguments).await?.into_iter();
            entries.extend(read.map(|execution| Entry::Read(Box::new(execution))));
        }
        Ok(Self {
            entries,
            store,
            shown: shown.join(", "),
            redaction,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Returns the numbers of the executions of a state machine: of its name, or from a file of its
    /// name or in a folder of its name.
    pub(crate) fn of_machine(&self, machine: &str) -> Vec<usize> {
        let is_of_file = |path: &PathBuf| {
            let folder = path.parent().and_then(|folder| folder.file_name());
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            folder.is_some_and(|folder| folder == machine) || stem == Some(machine)
        };
        // arn:aws:states:<region>:<account>:execution:<machine>:<name>
        let is_of_arn = |arn: &str| arn.split(':').nth(6) == Some(machine);
        let is_of = |entry: &Entry| match entry {
            Entry::File(path) => is_of_file(path),
            Entry::Stored(arn, _) => is_of_arn(arn),
            Entry::Read(read) => is_of_arn(&read.arn),
        };
        let entries = self.entries.iter().enumerate();
        entries
            .filter_map(|(index, entry)| is_of(entry).then_some(index))
            .collect()
    }

    /// Returns the masks of reports and of saved histories.
    pub(crate) fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Reads an execution; the error is the reason why it cannot be read.
    pub(crate) fn load(&self, index: usize) -> Result<RecordedExecution, String> {
        let entry = self.entries.get(index);
        if let Some(Entry::File(path)) = entry {
            return read(path);
        }
        let raw = self.raw(index)?;
        let history = stepwright_history::RecordedHistory::from_json(&raw.history);
        let history = history.map_err(|error| format!("{}: {error}", raw.name))?;
        let execution = RecordedExecution::new(raw.name, history);
        Ok(match raw.definition {
            Some(definition) => execution.definition(definition),
            None => execution,
        })
    }

    /// Reads the JSON of an execution, to save it.
    pub(super) fn raw(&self, index: usize) -> Result<RawExecution, String> {
        match self.entries.get(index) {
            None => Err(format!("there is no execution {index}")),
            Some(Entry::File(path)) => {
                let text = text(path)?;
                let history: serde_json::Value = serde_json::from_str(&text)
                    .map_err(|error| format!("{}: {error}", path.display()))?;
                let definition = match &history["definition"] {
                    serde_json::Value::Null => None,
                    serde_json::Value::String(text) => Some(text.clone()),
                    object => Some(object.to_string()),
                };
                Ok(RawExecution {
                    name: name_of(path),
                    history,
                    definition,
                })
            }
            Some(Entry::Stored(arn, name)) => {
                let Some(store) = &self.store else {
                    return Err("there is no store".to_owned());
                };
                let described = {
                    let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
                    store.describe(arn)
                };
                let described = described.map_err(|error| format!("{name}: {error}"))?;
                let described = described.ok_or_else(|| format!("{name} was deleted"))?;
                Ok(RawExecution {
                    name: name.clone(),
                    definition: described.history.definition().map(str::to_owned),
                    history: described.history.to_json(),
                })
            }
            Some(Entry::Read(read)) => Ok(RawExecution {
                name: read.name.clone(),
                history: read.history.clone(),
                definition: Some(read.definition.clone()),
            }),
        }
    }
}

/// The newest executions of a store.
fn stored_entries(
    stored: &mut StoredExecutions,
    arguments: &HistorySourceArguments,
) -> Result<Vec<Entry>, Failure> {
    const PAGE: usize = 1_000;
    let mut entries = Vec::new();
    let mut filter = ExecutionFilter::new().limit(PAGE.min(arguments.limit));
    if let Some(machine) = &arguments.machine {
        filter = filter.machine(machine);
    }
    loop {
        let page = stored.list(&filter).map_err(store_file::cannot)?;
        for one in page.executions {
            entries.push(Entry::Stored(one.id, one.name));
            if entries.len() == arguments.limit {
                return Ok(entries);
            }
        }
        match page.next {
            Some(next) => filter = filter.after(next),
            None => return Ok(entries),
        }
    }
}
