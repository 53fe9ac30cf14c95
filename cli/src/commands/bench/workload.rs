//! The workload of a measurement, which is read from the files of a folder.

use std::path::Path;

use serde_json::Value as Json;
use stepwright_asl::StateMachine;
use stepwright_asl::model::MachineType;
use stepwright_asl::validate::Validator;
use stepwright_engine::value::Value;

use crate::definitions::definition::LoadedDefinition;
use crate::definitions::input;
use crate::failure::Failure;

/// A definition, its input, and its expected result.
pub(super) struct Workload {
    pub(super) machine: StateMachine,
    input: Value,
    /// The output, if it is known.
    pub(super) expected: Option<Value>,
    /// The number of states that an execution enters, if it is known.
    pub(super) transitions: Option<usize>,
    /// Whether it waits, and is run on virtual time.
    pub(super) waits: bool,
}

impl Workload {
    /// A deep copy of the input.
    pub(super) fn input(&self) -> Value {
        Value::from(self.input.to_json())
    }

    /// Reads a workload from a folder.
    pub(super) fn read(
        workloads: &Path,
        name: &str,
        machine_type: MachineType,
    ) -> Result<Self, Failure> {
        let folder = workloads.join(name);
        if !folder.is_dir() {
            return Err(Failure::Usage(format!(
                "--name {name}: there is no folder {}",
                folder.display()
            )));
        }
        let validator = Validator::new(machine_type);
        let definition = LoadedDefinition::read(&folder.join("definition.json"), &validator)?;
        let read = |file: &str| -> Result<Value, Failure> {
            let path = folder.join(file);
            let text = input::read(&path)?;
            let value = Value::from_text(&text);
            value.map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
        };
        let maybe = |file: &str| folder.join(file).exists().then(|| read(file)).transpose();
        let meta = maybe("meta.json")?
            .map(|meta| meta.to_json())
            .unwrap_or(Json::Null);
        let number = |key: &str| meta.get(key).and_then(Json::as_f64);
        Ok(Self {
            machine: definition.machine()?,
            input: read("input.json")?,
            expected: maybe("expected.json")?,
            transitions: number("transitions").map(|count| count as usize),
            waits: number("virtual_seconds").is_some_and(|seconds| seconds > 0.0),
        })
    }
}
