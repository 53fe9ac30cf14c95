//! Collects faults.

use crate::expr::Expr;
use crate::flow::{Flow, FrontEnd, State};
use crate::workflow::{AtSource, SourceLocation, WorkflowDiagnostic, problem};

/// The faults of one state, or of the machine.
#[derive(Debug, Default)]
pub(super) struct Report {
    state: Option<String>,
    /// The location of the state.
    own: Option<SourceLocation>,
    /// The location of the expression that is being lowered.
    here: Option<SourceLocation>,
    faults: Vec<WorkflowDiagnostic>,
    locals: usize,
    /// The nesting of the expression that is being lowered.
    depth: usize,
}

/// The limit on the nesting of an expression. The lowering is recursive, so it bounds the stack.
const DEEPEST: usize = 128;

impl Report {
    pub(super) fn new(state: &str) -> Report {
        Report {
            state: Some(state.to_owned()),
            ..Report::default()
        }
    }

    pub(super) fn of(state: &State) -> Report {
        Report {
            own: state.place,
            here: state.place,
            ..Report::new(&state.name)
        }
    }

    /// A report of the machine.
    pub(super) fn of_machine(flow: &Flow) -> Report {
        Report {
            own: flow.place,
            here: flow.place,
            ..Report::default()
        }
    }

    /// Assigns later faults to the location of an expression, if it is known. Returns the previous
    /// location, for [`Report::leave`].
    pub(super) fn enter(&mut self, expr: &Expr) -> Option<SourceLocation> {
        self.enter_at(expr.place)
    }

    /// The same for a location.
    pub(super) fn enter_at(&mut self, place: Option<SourceLocation>) -> Option<SourceLocation> {
        let before = self.here;
        self.here = place.or(before);
        before
    }

    /// Restores the location that [`Report::enter`] returned.
    pub(super) fn leave(&mut self, before: Option<SourceLocation>) {
        self.here = before;
    }

    /// Enters one level of an expression. Returns `false`, and reports a fault, if the nesting is
    /// too deep.
    pub(super) fn descend(&mut self) -> bool {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.fault(format!(
                "this expression nests deeper than {DEEPEST} levels; give parts of it names in states before, or compute it in \
                 a task"
            ));
        }
        self.depth <= DEEPEST
    }

    pub(super) fn ascend(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn fault(&mut self, message: impl Into<String>) {
        self.push(self.problem(message));
    }

    /// A problem at the current location.
    pub(super) fn problem(&self, message: impl Into<String>) -> WorkflowDiagnostic {
        problem(self.state.as_deref(), message).at(self.here)
    }

    /// Reports a problem.
    pub(super) fn push(&mut self, fault: WorkflowDiagnostic) {
        let same = |other: &&mut WorkflowDiagnostic| other.message == fault.message;
        // A fault of an expression is not repeated for its state.
        for other in self.faults.iter_mut().filter(same) {
            if other.location.source == self.own {
                *other = fault;
                return;
            }
            if fault.location.source == self.own || other.location.source == fault.location.source {
                return;
            }
        }
        self.faults.push(fault);
    }

    /// A number that is unique among the locals of the state.
    pub(super) fn fresh(&mut self) -> usize {
        self.locals += 1;
        self.locals
    }

    /// Reports a variable that is not assigned.
    pub(super) fn unknown(&mut self, name: &str, front_end: FrontEnd) {
        self.fault(format!(
            "the variable `{name}` is assigned nowhere in this scope; {}",
            front_end.assign_earlier(name)
        ));
    }

    pub(super) fn into_faults(self) -> Vec<WorkflowDiagnostic> {
        self.faults
    }
}

/// The fault of reading a result where there is none.
pub(super) const NO_RESULT: &str =
    "only a task, parallel or map has a result, and only after it succeeded";

/// The fault of reading a task token where there is none.
pub(super) const NO_TOKEN: &str = "only `wait_for_task_token` hands out a task token: \
    `let answer: T = wait_for_task_token f(.., task_token);`";

/// The fault of reading an error where there is none.
pub(super) const NO_ERROR: &str = "only a catch edge has an error";

/// Why `None` of an `Option` of an `Option` is not tested.
pub(super) const HIDDEN_NONE: &str = "in JSON an `Option` of an `Option` or of `()` is one `null`, so `None` and `Some(None)` are the same, and so are `None` and `Some(())`; `.flatten()` it first, or use a `bool` instead of an `Option<()>`";

/// Why an `f32` is not used in arithmetic.
pub(super) const FLOATS: &str = "JSONata computes with 64-bit floats, so an `f32` would have different digits than in Rust; make the \
    field an `f64`, or call a task";

/// The fault of reading a local that does not exist.
pub(super) fn no_local(name: &str) -> String {
    format!("nothing binds `{name}` here")
}

/// The fault of reading an item that does not exist.
pub(super) fn no_item(name: &str) -> String {
    format!("no map around this state has an item `{name}`")
}

/// The fault of reading a value that is in the input of an outer state.
pub(super) fn too_early(name: &str) -> String {
    format!(
        "`{name}` is read inside the first state of its map's body, where it is no variable yet; put a `pass` state before \
         that state"
    )
}
