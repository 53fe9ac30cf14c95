//! All state machines of a workspace, with the executions that they start.

use super::WorkspaceMachines;
use super::machine::Machine;

/// A state machine with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProjectMachine {
    /// The name of its file.
    pub file: String,
    /// The index of its definition in the file.
    pub definition: usize,
    /// The logical id in a template, or the name in another file; `None` for a whole file.
    pub name: Option<String>,
    /// The number of its states.
    pub state_count: usize,
    /// The states that start executions, in the order of the definition.
    pub starts: Vec<NestedStart>,
}

/// A state that starts executions of a state machine.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NestedStart {
    /// The name of the state.
    pub state: String,
    /// The name or the placeholder of the state machine.
    pub called: String,
    /// The indexes of the machines that this may be; none if the workspace lacks it.
    pub targets: Vec<usize>,
}

impl WorkspaceMachines {
    /// All machines with a definition, in the order of the names of their files. A call whose ARN
    /// an expression computes is not among the starts.
    ///
    /// ```
    /// use stepwright_editor::{Document, WorkspaceMachines};
    ///
    /// let refund = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    /// let order = r#"{"StartAt": "Pay back", "States": {"Pay back": {"Type": "Task", "End": true,
    ///   "Resource": "arn:aws:states:::states:startExecution", "Parameters": {"StateMachineArn": "${RefundArn}"}}}}"#;
    /// let mut machines = WorkspaceMachines::default();
    /// machines.update(&Document::open("order.asl.json", order, 1));
    /// machines.update(&Document::open("refund.asl.json", refund, 1));
    /// let project = machines.project();
    /// assert_eq!(project[0].starts[0].state, "Pay back");
    /// assert_eq!(project[project[0].starts[0].targets[0]].file, "refund.asl.json");
    /// ```
    pub fn project(&self) -> Vec<ProjectMachine> {
        let all = self.files.iter().flat_map(|(file, machines)| {
            let defined = machines.iter().filter(|one| one.state_count > 0);
            defined.map(move |machine| (file.as_str(), machine))
        });
        let all: Vec<(&str, &Machine)> = all.collect();
        let index_of = |called: &Machine| {
            let mut all = all.iter();
            all.position(|(_, machine)| std::ptr::eq(*machine, called))
        };
        let machines = all.iter().map(|(file, machine)| {
            let starts = machine.calls.iter().map(|call| NestedStart {
                state: call.state.clone(),
                called: call.machine.name().to_owned(),
                targets: self
                    .called(file, machine.name.as_deref(), &call.machine)
                    .into_iter()
                    .filter_map(|(_, called)| index_of(called))
                    .collect(),
            });
            let mut own = self.files[*file].iter();
            ProjectMachine {
                file: (*file).to_owned(),
                definition: own
                    .position(|one| std::ptr::eq(one, *machine))
                    .unwrap_or_default(),
                name: machine.name.clone(),
                state_count: machine.state_count,
                starts: starts.collect(),
            }
        });
        machines.collect()
    }
}
