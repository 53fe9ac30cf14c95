//! The request of a program to debug a definition.

use std::collections::BTreeMap;

use stepwright_engine::value::Value;

/// An execution for [`Server::debug_with`](crate::Server::debug_with): its input and its name, and
/// where the debugger stops.
///
/// ```
/// use serde_json::json;
/// use stepwright_server::DebugRequest;
///
/// let request = DebugRequest::new("orders", json!({"total": 12.5}))
///     .name("o-17")
///     .items("Each line", json!([1, 2]))
///     .break_at("Charge")
///     .break_on_error("States.ALL");
/// # let _ = request;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct DebugRequest {
    /// The name of the state machine.
    pub(crate) machine: String,
    pub(super) input: Value,
    pub(super) name: Option<String>,
    pub(super) items: BTreeMap<String, Value>,
    pub(super) breakpoints: Breakpoints,
}

/// Where a debugger stops at first.
#[derive(Clone, Debug, Default)]
pub(super) struct Breakpoints {
    /// The names of states.
    pub(super) states: Vec<String>,
    /// The names of errors.
    pub(super) errors: Vec<String>,
}

impl DebugRequest {
    /// Creates a request for a state machine of the engine, by its name.
    pub fn new(machine: impl Into<String>, input: impl Into<Value>) -> Self {
        Self {
            machine: machine.into(),
            input: input.into(),
            name: None,
            items: BTreeMap::new(),
            breakpoints: Breakpoints::default(),
        }
    }

    /// Sets the name of the execution, which is `debug` by default.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the items that the ItemReader of a Distributed Map reads, by the name of its state. A
    /// debugger reads no objects.
    pub fn items(mut self, state: impl Into<String>, items: impl Into<Value>) -> Self {
        self.items.insert(state.into(), items.into());
        self
    }

    /// Sets a breakpoint: the debugger stops before a state of this name is entered, in any scope.
    pub fn break_at(mut self, state: impl Into<String>) -> Self {
        self.breakpoints.states.push(state.into());
        self
    }

    /// Sets a breakpoint: the debugger stops after a state failed with this error, or with any
    /// error for `States.ALL`.
    pub fn break_on_error(mut self, error: impl Into<String>) -> Self {
        self.breakpoints.errors.push(error.into());
        self
    }
}
