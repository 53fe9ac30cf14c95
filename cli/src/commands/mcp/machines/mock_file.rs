//! The mock file of the state machines that run in process.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use stepwright_asl::similar::did_you_mean;
use stepwright_asl::words::quoted;
use stepwright_testing::MockConfig;

use super::machine::Machine;
use crate::definitions::input::{self, whole};
use crate::failure::Failure;

/// One test case of a mock file. State machines that the file has no such case for have no mocks.
pub(super) struct MockFile {
    path: PathBuf,
    case: String,
    /// The state machines with the case.
    machines: Vec<String>,
}

impl MockFile {
    /// # Errors
    ///
    /// If the file cannot be read, or none of its state machines has the case.
    pub(super) fn read(path: &Path, case: &str) -> Result<MockFile, Failure> {
        let wrong = |error: String| Failure::Usage(format!("{}: {error}", path.display()));
        let config =
            MockConfig::parse(&input::read(path)?).map_err(|error| wrong(error.to_string()))?;
        let named = config.machines();
        let named = named.filter(|machine| config.case(machine, case).is_ok());
        let machines: Vec<String> = named.map(str::to_owned).collect();
        if machines.is_empty() {
            return Err(wrong(format!("no machine has a test case `{case}`")));
        }
        Ok(MockFile {
            path: whole(path),
            case: case.to_owned(),
            machines,
        })
    }

    /// # Errors
    ///
    /// If the project does not have a state machine of the case.
    pub(super) fn check(&self, machines: &[Machine]) -> Result<(), Failure> {
        let names: Vec<&str> = machines.iter().map(|machine| &*machine.name).collect();
        let unknown = |name: &&String| !names.contains(&name.as_str());
        let Some(name) = self.machines.iter().find(unknown) else {
            return Ok(());
        };
        let hint = did_you_mean(name, names.iter().copied()).unwrap_or_else(|| match &*names {
            [] => "it has none without errors".to_owned(),
            names => format!("it has {}", quoted(names)),
        });
        Err(Failure::Usage(format!(
            "{}: the test case `{}` is for the state machine `{name}`, which the folder does not have; {hint}",
            self.path.display(),
            self.case
        )))
    }

    /// The options of `run` for a state machine.
    pub(super) fn options(&self, machine: &Machine) -> Vec<OsString> {
        if !self.machines.contains(&machine.name) {
            return Vec::new();
        }
        let path = self.path.as_path();
        vec![
            // The agent did not choose this file, so it may be anywhere.
            "--read-below".into(),
            path.parent().unwrap_or(path).into(),
            "--mocks".into(),
            path.into(),
            format!("--case={}", self.case).into(),
            format!("--machine={}", machine.name).into(),
        ]
    }
}
