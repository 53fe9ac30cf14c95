//! Faults as they are found.

use crate::workflow::Fault;

/// The faults of one state, or of the machine itself.
#[derive(Debug)]
pub(super) struct Report {
    state: Option<String>,
    faults: Vec<Fault>,
    locals: usize,
}

impl Report {
    pub(super) fn new(state: &str) -> Report {
        Report {
            state: Some(state.to_owned()),
            faults: Vec::new(),
            locals: 0,
        }
    }

    /// Of the machine itself.
    pub(super) fn of_machine() -> Report {
        Report {
            state: None,
            faults: Vec::new(),
            locals: 0,
        }
    }

    pub(super) fn fault(&mut self, message: impl Into<String>) {
        let fault = Fault::new(self.state.as_deref(), message);
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// A number that no other local of the state has.
    pub(super) fn fresh(&mut self) -> usize {
        self.locals += 1;
        self.locals
    }

    /// A variable of which nothing is known.
    pub(super) fn unknown(&mut self, name: &str) {
        self.fault(format!(
            "the variable `{name}` is assigned nowhere in this scope; assign it with `let {name} = ..` in a state before"
        ));
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }
}
