//! Measures the coverage of the executions of a process, and writes it to a file while they run.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::{Value as Json, json};
use stepwright_asl::json::Json as Asl;
use stepwright_interpreter::history::{Event, EventKind};
use stepwright_interpreter::program::Program;

use super::Coverage;
use super::coverage_event::CoverageEvent;
use crate::engine::{ExecutionReport, Observer};

/// The environment variable with the default directory for coverage.
const VARIABLE: &str = "STEPWRIGHT_COVERAGE";

/// The version of the files.
pub(super) const VERSION: i64 = 1;

/// The member of the first line that contains the version.
pub(super) const MARK: &str = "stepwrightCoverage";

/// The extension of the files.
pub(super) const ENDING: &str = "jsonl";

/// Returns the directory in the environment variable, if it is set.
///
/// # Errors
///
/// A relative path, which would differ between processes.
pub(crate) fn folder() -> Result<Option<PathBuf>, String> {
    let Some(folder) = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) else {
        return Ok(None);
    };
    let folder = PathBuf::from(folder);
    if folder.is_relative() {
        return Err(format!(
            "{VARIABLE} is `{}`, and test processes run in different directories; give it an absolute path",
            folder.display()
        ));
    }
    Ok(Some(folder))
}

/// Writes the coverage of the executions of one engine.
pub(crate) struct Measure {
    file: Arc<CoverageFile>,
    machines: Vec<Machine>,
}

struct Machine {
    program: Arc<Program>,
    /// Its number in the file.
    number: usize,
    /// Coverage of the definition without any execution.
    nothing: Coverage,
}

impl Measure {
    /// Opens the file of this process, or creates it.
    ///
    /// # Errors
    ///
    /// A directory that cannot be written to.
    pub(crate) fn to(folder: &Path) -> Result<Self, String> {
        Ok(Self {
            file: CoverageFile::of(folder)?,
            machines: Vec::new(),
        })
    }

    /// Adds a program whose executions are measured.
    ///
    /// # Errors
    ///
    /// A file that cannot be written to.
    pub(crate) fn machine(
        &mut self,
        name: &str,
        program: &Arc<Program>,
        definition: &Asl,
    ) -> Result<(), String> {
        self.machines.push(Machine {
            program: program.clone(),
            number: self.file.define(name, definition)?,
            nothing: Coverage::of_definition(definition),
        });
        Ok(())
    }
}

impl Observer for Measure {
    fn ended(&self, program: &Arc<Program>, report: &Arc<ExecutionReport>, is_child: bool) {
        let mut machines = self.machines.iter();
        let Some(machine) = machines.find(|machine| Arc::ptr_eq(&machine.program, program)) else {
            return;
        };
        if report.history.is_empty() {
            // The engine records no history.
            return;
        }
        let mut coverage = machine.nothing.clone();
        let events: Vec<Event> = report.history.events().collect();
        coverage.add_events(events.iter().map(CoverageEvent::from));
        let redriven = EventKind::ExecutionRedriven;
        if let Some(redriven) = events.iter().rposition(|event| event.kind() == redriven) {
            // The first part of a redriven execution was written when it ended the last time.
            let mut before = machine.nothing.clone();
            before.add_events(events[..redriven].iter().map(CoverageEvent::from));
            coverage.take_away(&before);
        }
        if is_child {
            coverage.runs = 0;
        }
        let line = coverage.line(machine.number);
        if let Err(error) = self.file.append(&line) {
            tracing::error!(error, "the coverage of a run is lost");
        }
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
struct CoverageFile {
    path: PathBuf,
    state: Mutex<State>,
}

struct State {
    file: File,
    /// The numbers of the definitions, by their lines without the number.
    defined: HashMap<String, usize>,
}

/// The files of this process, by their folders.
static FILES: LazyLock<Mutex<HashMap<PathBuf, Arc<CoverageFile>>>> = LazyLock::new(Mutex::default);

impl CoverageFile {
    fn of(folder: &Path) -> Result<Arc<Self>, String> {
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

    /// Returns the number of a definition, and writes the definition if it is new.
    fn define(&self, name: &str, definition: &Asl) -> Result<usize, String> {
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
