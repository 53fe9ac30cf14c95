//! The file with the coverage of a process, which grows while its executions end.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::{Value as Json, json};
use stepwright_asl::json::Json as Asl;
use stepwright_interpreter::history::{EventKind, History};
use stepwright_interpreter::value::Value;

use super::Coverage;
use crate::timeline::{Timeline, TimelineEvent};

/// The version of the files.
pub(super) const VERSION: i64 = 1;

/// The member of the first line that contains the version.
pub(super) const MARK: &str = "stepwrightCoverage";

/// The extension of the files.
pub(super) const ENDING: &str = "jsonl";

/// A definition in the file of a process.
#[derive(Debug)]
pub struct MeasuredDefinition {
    /// Its number in the file.
    number: usize,
    /// Coverage of the definition without any execution.
    nothing: Coverage,
}

impl MeasuredDefinition {
    /// Returns the coverage of an execution that has ended, since its last redrive.
    fn coverage_of(&self, history: &History, is_child: bool) -> Coverage {
        let of = |timeline: &Timeline| {
            let mut coverage = self.nothing.clone();
            coverage.add_timeline(timeline);
            coverage
        };
        let mut timeline = Timeline::new(Value::Null);
        let mut before = None;
        for event in history.events() {
            if event.kind() == EventKind::ExecutionRedriven {
                // This part was written when the execution ended the last time.
                before = Some(of(&timeline));
            }
            timeline.apply(&TimelineEvent::from(&event));
        }
        let mut coverage = of(&timeline);
        if let Some(before) = before {
            coverage.take_away(&before);
        }
        if is_child {
            coverage.runs = 0;
        }
        coverage
    }
}

impl Coverage {
    fn take_away(&mut self, before: &Self) {
        self.runs -= before.runs;
        let pairs = self.states.iter_mut().zip(&before.states);
        pairs.for_each(|(now, before)| now.count -= before.count);
        let pairs = self.transitions.iter_mut().zip(&before.transitions);
        pairs.for_each(|(now, before)| now.count -= before.count);
        let pairs = self.retriers.iter_mut().zip(&before.retriers);
        pairs.for_each(|(now, before)| now.count -= before.count);
        let pairs = self.catchers.iter_mut().zip(&before.catchers);
        pairs.for_each(|(now, before)| now.count -= before.count);
    }

    /// Returns the covered parts, under names that do not depend on the order of the definition.
    fn line(&self, machine: usize) -> Json {
        let states = self.states.iter().filter(|found| found.count > 0);
        let states = states.map(|found| json!([found.name, found.count]));
        let transitions = self.transitions.iter().filter(|found| found.count > 0);
        let transitions = transitions.map(|found| json!([found.from, found.to, found.count]));
        let retriers = self.retriers.iter().filter(|found| found.count > 0);
        let retriers = retriers.map(|found| json!([found.state, found.index, found.count]));
        let catchers = self.catchers.iter().filter(|found| found.count > 0);
        let catchers = catchers.map(|found| json!([found.state, found.index, found.count]));
        json!({
            "of": machine,
            "runs": self.runs,
            "states": states.collect::<Json>(),
            "transitions": transitions.collect::<Json>(),
            "retriers": retriers.collect::<Json>(),
            "catchers": catchers.collect::<Json>(),
        })
    }
}

/// The file of a process, which all its engines append lines to.
#[derive(Debug)]
pub struct CoverageFile {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// The numbers of the definitions, by their lines without the number.
    defined: HashMap<String, usize>,
}

/// The files of this process, by their folders.
static FILES: LazyLock<Mutex<HashMap<PathBuf, Arc<CoverageFile>>>> = LazyLock::new(Mutex::default);

impl CoverageFile {
    /// Opens the file of this process in a folder, or creates it.
    ///
    /// # Errors
    ///
    /// A folder that cannot be written to.
    pub fn of(folder: &Path) -> Result<Arc<Self>, String> {
        let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = files.get(folder) {
            return Ok(known.clone());
        }
        let refused = |error: std::io::Error| {
            format!(
                "coverage cannot be written to `{}`: {error}",
                folder.display()
            )
        };
        fs::create_dir_all(folder).map_err(refused)?;
        let (process, unique) = (std::process::id(), uuid::Uuid::new_v4());
        let path = folder.join(format!("{process}-{unique}.{ENDING}"));
        let mut options = OpenOptions::new();
        let file = options.append(true).create_new(true).open(&path);
        let defined = HashMap::new();
        let file = file.map_err(refused)?;
        let file = Arc::new(Self {
            path,
            state: Mutex::new(State { file, defined }),
        });
        file.append(&json!({ MARK: VERSION }))?;
        files.insert(folder.to_owned(), file.clone());
        Ok(file)
    }

    /// Adds a definition whose executions are measured.
    ///
    /// # Errors
    ///
    /// A file that cannot be written to.
    pub fn define(&self, name: &str, definition: &Asl) -> Result<MeasuredDefinition, String> {
        Ok(MeasuredDefinition {
            number: self.number_of(name, definition)?,
            nothing: Coverage::of_definition(definition),
        })
    }

    /// Adds the coverage of an execution that has ended. A child of a Map Run does not count as a
    /// separate run.
    ///
    /// # Errors
    ///
    /// A file that cannot be written to.
    pub fn add(
        &self,
        definition: &MeasuredDefinition,
        history: &History,
        is_child: bool,
    ) -> Result<(), String> {
        let coverage = definition.coverage_of(history, is_child);
        self.append(&coverage.line(definition.number))
    }

    /// Returns the number of a definition, and writes the definition if it is new.
    fn number_of(&self, name: &str, definition: &Asl) -> Result<usize, String> {
        let text = format!(r#""name":{},"machine":{definition}"#, json!(name));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = state.defined.get(&text) {
            return Ok(*number);
        }
        let number = state.defined.len();
        let line = format!("{{\"define\":{number},{text}}}\n");
        state
            .file
            .write_all(line.as_bytes())
            .map_err(|error| self.refused(&error))?;
        state.defined.insert(text, number);
        Ok(number)
    }

    /// Appends a line in one write, so that concurrent lines are not mixed.
    fn append(&self, line: &Json) -> Result<(), String> {
        let text = format!("{line}\n");
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let written = state.file.write_all(text.as_bytes());
        written.map_err(|error| self.refused(&error))
    }

    fn refused(&self, error: &std::io::Error) -> String {
        let path = self.path.display();
        format!("coverage cannot be written to `{path}`: {error}")
    }
}
