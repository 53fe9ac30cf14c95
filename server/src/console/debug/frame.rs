//! One execution of a debugger.

use stepwright_asl::StateMachine;
use stepwright_asl::json::Json as Asl;
use stepwright_asl::model::MachineType;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::value::Value;
use stepwright_testing::debug::{DebugOptions, Debugger};

/// One execution of a debugger: the first one, or one that it starts.
pub(super) struct Frame {
    /// The name of its state machine.
    pub(super) machine: String,
    pub(super) machine_type: MachineType,
    pub(super) definition: Asl,
    /// The names of all states.
    pub(super) states: Vec<String>,
    pub(super) debugger: Debugger,
    /// When the execution started.
    pub(super) started: Timestamp,
}

impl Frame {
    /// Creates an execution of a definition.
    ///
    /// # Errors
    ///
    /// The problems of the definition or of the input.
    pub(super) fn new(
        machine: &str,
        definition: &str,
        machine_type: MachineType,
        input: Value,
        options: DebugOptions,
        started: Timestamp,
    ) -> Result<Self, String> {
        let parsed = StateMachine::from_json(definition);
        let parsed = parsed.map_err(|diagnostics| diagnostics.to_string())?;
        let options = options.machine(machine).start(started);
        let debugger = Debugger::with_options(&parsed, machine_type, input, options);
        let debugger = debugger.map_err(|error| error.to_string())?;
        Ok(Self {
            machine: machine.to_owned(),
            machine_type,
            definition: parsed.to_value(),
            states: parsed.states().map(|state| state.name.to_owned()).collect(),
            debugger,
            started,
        })
    }
}
