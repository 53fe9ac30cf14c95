//! Inputs, results and errors of tasks, properties, and the bounds of a search.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use stepwright_asl::model::MachineType;
use stepwright_interpreter::value::Value;

use crate::event::TaskNames;
use crate::nested_machine::NestedMachine;
use crate::property::Property;
use crate::rule::Rule;

/// The inputs, tasks and properties of a search, and its bounds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The inputs; if there are none, they are made from what the definition reads.
    pub inputs: Vec<Value>,
    /// The known results and errors of tasks.
    pub tasks: Vec<TaskSettings>,
    /// Which task undoes which.
    pub compensations: Vec<Compensation>,
    /// The properties.
    pub properties: Vec<Property>,
    /// The rules that are switched off.
    pub off: BTreeSet<Rule>,
    /// Whether each task also fails with the errors that only handlers name and with
    /// [`ANY_OTHER_ERROR`](crate::ANY_OTHER_ERROR), and the rule
    /// [`ErrorHandled`](Rule::ErrorHandled) reports each error that ends the execution, not only
    /// declared ones.
    pub undeclared_errors: bool,
    /// The most faults of one path: outcomes other than success.
    pub faults: u32,
    /// How often the outcomes of a state are combined again when a loop returns to it.
    pub loops: u32,
    /// The time within which each path ends.
    pub within: Option<Duration>,
    /// The time after which the search stops, with its preparation; five minutes by default.
    pub time_limit: Option<Duration>,
    /// The number of different states of paths after which the search stops.
    pub max_nodes: usize,
    /// The bytes of memory after which the search stops, as an estimate; 256 MiB by default.
    pub max_bytes: usize,
    /// The type of the state machine.
    pub machine_type: MachineType,
    /// The name of the state machine, for histories.
    pub machine_name: String,
    /// The state machines that the explored one may start. Their executions are parts of its
    /// paths; a start of another state machine has the outcomes of any task.
    pub nested: Vec<NestedMachine>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            tasks: Vec::new(),
            compensations: Vec::new(),
            properties: Vec::new(),
            off: BTreeSet::new(),
            undeclared_errors: false,
            faults: 2,
            loops: 1,
            within: None,
            time_limit: Some(Duration::from_secs(300)),
            max_nodes: 1_000_000,
            max_bytes: 256 << 20,
            machine_type: MachineType::Standard,
            machine_name: "explored".to_owned(),
            nested: Vec::new(),
        }
    }
}

impl Settings {
    /// Creates the default settings: two faults, one more round of each loop, all rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns whether a rule is on.
    pub(crate) fn is_on(&self, rule: Rule) -> bool {
        !self.off.contains(&rule)
    }

    /// Returns the settings of the task that a state of a state machine calls.
    pub(crate) fn of_task<'s>(
        &'s self,
        machine: &'s str,
        state: &'s str,
        names: &'s TaskNames,
    ) -> impl Iterator<Item = &'s TaskSettings> {
        let tasks = self.tasks.iter();
        tasks.filter(move |task| {
            let is_of_machine = task.machine.as_deref().is_none_or(|name| name == machine);
            is_of_machine && (task.target == state || names.contain(&task.target))
        })
    }
}

/// The known results and errors of a task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskSettings {
    /// A state, a function or a resource. A Map with an `ItemReader` is a task that reads items.
    pub target: String,
    /// The state machine to which the settings apply; `None` for all. States of two state machines
    /// may have the same name.
    pub machine: Option<String>,
    /// Its results; those of a function are without the envelope of `lambda:invoke`, and those of a
    /// Map are lists of items.
    pub results: Vec<Value>,
    /// The errors with which it fails; if there are none, the errors that handlers name.
    pub errors: Vec<String>,
    /// The causes of errors, if a state reads them. An error without one has a made-up cause.
    pub causes: BTreeMap<String, String>,
    /// The errors that may end the execution.
    pub passes: Vec<String>,
    /// Whether it changes something outside: `None` if it is not known.
    pub has_effect: Option<bool>,
}

/// A task that undoes what another one did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compensation {
    /// The task that undoes.
    pub undo: String,
    /// The task that is undone.
    pub of: String,
}
