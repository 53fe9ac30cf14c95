//! Measures the coverage of the executions of a process, and writes it to a file while they run.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stepwright_history::runtime_support::{CoverageFile, MeasuredDefinition};
use stepwright_interpreter::program::Program;

use stepwright_engine::ExecutionReport;
use stepwright_engine::test_support::{CreateObserver, ObservedMachine, Observer};

/// The environment variable with the default directory for coverage.
const VARIABLE: &str = "STEPWRIGHT_COVERAGE";

/// Returns what creates the observer that writes coverage to a directory: to this one, or to that
/// in the environment variable `STEPWRIGHT_COVERAGE`, if it is set.
#[must_use]
pub fn coverage_observer(chosen: Option<PathBuf>) -> CreateObserver {
    Box::new(|machines| {
        let chosen = match chosen {
            Some(chosen) => Some(chosen),
            None => folder()?,
        };
        let Some(folder) = chosen else {
            return Ok(None);
        };
        let measure = Measure::to(&folder)?;
        for machine in machines {
            measure.machine(machine)?;
        }
        Ok(Some(Arc::new(measure)))
    })
}

/// Returns the directory in the environment variable, if it is set.
///
/// # Errors
///
/// A relative path, which would differ between processes.
fn folder() -> Result<Option<PathBuf>, String> {
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
struct Measure {
    file: Arc<CoverageFile>,
    machines: Mutex<Vec<(Arc<Program>, MeasuredDefinition)>>,
}

impl Measure {
    /// Opens the file of this process, or creates it.
    ///
    /// # Errors
    ///
    /// A directory that cannot be written to.
    fn to(folder: &Path) -> Result<Self, String> {
        Ok(Self {
            file: CoverageFile::of(folder)?,
            machines: Mutex::default(),
        })
    }

    /// Adds a program whose executions are measured.
    ///
    /// # Errors
    ///
    /// A file that cannot be written to.
    fn machine(&self, machine: &ObservedMachine<'_>) -> Result<(), String> {
        let definition = self.file.define(machine.name, &machine.definition)?;
        self.machines().push((machine.program.clone(), definition));
        Ok(())
    }

    fn machines(&self) -> MutexGuard<'_, Vec<(Arc<Program>, MeasuredDefinition)>> {
        self.machines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Measure {
    fn machine_added(&self, machine: ObservedMachine<'_>) {
        if let Err(error) = self.machine(&machine) {
            let name = machine.name;
            tracing::error!(error, name, "the coverage of a state machine is lost");
        }
    }

    fn ended(&self, program: &Arc<Program>, report: &Arc<ExecutionReport>, is_child: bool) {
        if report.history.is_empty() {
            // The engine records no history.
            return;
        }
        let machines = self.machines();
        // The newest ones are last.
        let mut newest = machines.iter().rev();
        let Some((_, definition)) = newest.find(|(measured, _)| Arc::ptr_eq(measured, program))
        else {
            return;
        };
        if let Err(error) = self.file.add(definition, &report.history, is_child) {
            tracing::error!(error, "the coverage of a run is lost");
        }
    }
}
