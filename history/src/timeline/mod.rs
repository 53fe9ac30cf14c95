//! Timelines of executions: the visits of states, with their attempts, data and variables, computed
//! from histories.
//!
//! ```
//! # mod stepwright_runtime { pub use stepwright_engine::*; pub use stepwright_history::timeline; }
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use serde_json::json;
//! use stepwright_asl::overlay::Status;
//! use stepwright_runtime::timeline::Timeline;
//! use stepwright_runtime::{Engine, MachineType, StartOptions};
//!
//! let machine = r#"{"StartAt": "Order", "States": {
//!     "Order": {"Type": "Pass", "Assign": {"id.$": "$.order"}, "Next": "Ship"},
//!     "Ship": {"Type": "Fail", "Error": "OutOfStock"}
//! }}"#;
//! let engine = Engine::builder().register_json("m", machine, MachineType::Standard).virtual_time().build()?;
//! let report = engine.execute_machine("m", json!({"order": 7}), StartOptions::new()).await?;
//!
//! let timeline = Timeline::of(&report.history);
//! assert_eq!(timeline.title(), "execution failed: OutOfStock");
//! let ship = timeline.visit(1).ok_or("it was entered")?;
//! assert_eq!((ship.state(), ship.status()), ("Ship", Status::Failed));
//! assert_eq!(timeline.variables_at(1)["id"].to_json(), json!(7));
//! # Ok(()) }
//! ```

mod apply;
mod attempt;
mod comparison;
mod event;
mod explain;
mod failure_origin;
mod iterations;
mod visit;
mod visit_index;

use std::collections::BTreeMap;

use stepwright_asl::overlay::Status as VisitStatus;
use stepwright_interpreter::history::History;
use stepwright_interpreter::value::{Object, Value};
use stepwright_interpreter::{ExecutionInfo, Status, Timestamp};

use self::visit_index::VisitIndex;

pub use self::attempt::{Attempt, AttemptOutcome};
pub use self::comparison::{
    Comparison, DataDifference, PathDifference, ValueDifference, ValueDifferences,
};
pub(crate) use self::event::TimelineEvent;
pub use self::explain::{ExplainError, Explainer, FieldExplanation, FieldOutcome};
pub(crate) use self::failure_origin::FailureOrigin;
pub use self::iterations::Iterations;
pub use self::visit::Visit;

/// What happened in an execution, state by state.
///
/// [`RecordedHistory::timeline`](crate::RecordedHistory::timeline) returns that of a recording. A
/// history without data has visits without values. Visits whose StateEntered event was
/// [dropped](History::dropped) are missing.
#[derive(Debug, Clone)]
pub struct Timeline {
    visits: Vec<Visit>,
    status: Status,
    title: String,
    started: Option<Timestamp>,
    ended: Option<Timestamp>,
    input: Option<Value>,
    output: Option<Value>,
    error: Option<String>,
    cause: Option<String>,
    dropped: usize,
    context: Value,
    is_redriven: bool,
    index: VisitIndex,
}

impl Timeline {
    /// Computes the timeline of a history, which may still grow.
    pub fn of(history: &History) -> Timeline {
        let about = history.execution();
        let mut timeline = Self::new(context_of(about));
        for event in history.events() {
            timeline.apply(&TimelineEvent::from(&event));
        }
        timeline.dropped = history.dropped();
        for visit in &mut timeline.visits {
            visit.source_location = history.source_location(&visit.state);
        }
        timeline.is_redriven |= about.redriven().is_some();
        timeline.started.get_or_insert(about.started());
        timeline
    }

    /// Creates the timeline of no event, with the `Execution` and `StateMachine` of the context
    /// object as far as they are known. [`apply`](Self::apply) adds the events.
    pub(crate) fn new(context: Value) -> Timeline {
        Self {
            visits: Vec::new(),
            status: Status::Running,
            title: "execution in progress".to_owned(),
            started: None,
            ended: None,
            input: None,
            output: None,
            error: None,
            cause: None,
            dropped: 0,
            context,
            is_redriven: false,
            index: VisitIndex::default(),
        }
    }

    /// Returns the visits in the order of their StateEntered events.
    pub fn visits(&self) -> &[Visit] {
        &self.visits
    }

    /// Returns a visit by its index.
    pub fn visit(&self, index: usize) -> Option<&Visit> {
        self.visits.get(index)
    }

    /// Returns the indexes of the visits of a state, in their order.
    pub fn visits_of(&self, state: &str) -> &[usize] {
        self.index.of_state(state)
    }

    /// Returns the indexes of the visits directly inside of a visit of a Map or Parallel, of all
    /// its iterations or branches.
    pub fn visits_inside(&self, container: usize) -> &[usize] {
        self.index.inside(container)
    }

    /// Returns the index of the visit that follows a visit in its iteration, its branch or the top
    /// level.
    pub(crate) fn visit_after(&self, visit: usize) -> Option<usize> {
        self.index.after(visit)
    }

    /// Returns the status of the execution.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Returns the status in words, with the error: `execution failed: CardDeclined`.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns when the execution started; `None` in a recording without its ExecutionStarted
    /// event.
    pub fn started(&self) -> Option<Timestamp> {
        self.started
    }

    /// Returns when the execution ended; `None` while it runs, also after a redrive.
    pub fn ended(&self) -> Option<Timestamp> {
        self.ended
    }

    /// Returns the input of the execution; `None` in a history without data.
    pub fn input(&self) -> Option<&Value> {
        self.input.as_ref()
    }

    /// Returns the output of an execution that succeeded; `None` in a history without data.
    pub fn output(&self) -> Option<&Value> {
        self.output.as_ref()
    }

    /// Returns the error name of an execution that failed.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Returns the cause of an execution that failed.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Returns how many events at the beginning of the history were dropped. Visits and variables
    /// of dropped events are missing.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// Returns the `Execution` and `StateMachine` of the context object, as far as they are known.
    pub fn context(&self) -> &Value {
        &self.context
    }

    /// Returns whether the execution was redriven.
    pub fn is_redriven(&self) -> bool {
        self.is_redriven
    }

    /// Returns the visit at which the failure of the execution began: the one that failed last; if
    /// that is a Fail state, the visit before it whose error was caught; if that is a Map or
    /// Parallel, the visit inside that failed. `None` if no visit failed.
    pub fn failure_origin(&self) -> Option<usize> {
        let has_failed = |index: &usize| {
            let visit = self.visits.get(*index);
            visit.is_some_and(|visit| visit.status() == VisitStatus::Failed)
        };
        let mut origin = (0..self.visits.len()).rfind(has_failed)?;
        loop {
            let caught = (self.visits.get(origin))
                .filter(|visit| visit.state_type() == "Fail")
                .and_then(|_| self.caught_before(origin));
            let Some(caught) = caught else {
                return Some(origin);
            };
            origin = caught;
            while let Some(inside) = self.visits_inside(origin).iter().copied().rfind(has_failed) {
                origin = inside;
            }
        }
    }

    /// Returns the last visit before a visit, in its iteration, its branch or the top level, whose
    /// error was caught.
    fn caught_before(&self, index: usize) -> Option<usize> {
        let mut previous = self.visits.get(index)?.previous();
        while let Some(at) = previous {
            let visit = self.visits.get(at)?;
            if visit.status() == VisitStatus::Caught {
                return Some(at);
            }
            previous = visit.previous();
        }
        None
    }

    /// Returns the workflow variables that the state of a visit reads, with their values: those of
    /// its scope and of the scopes around it. They are empty for an index without a visit.
    pub fn variables_at(&self, index: usize) -> BTreeMap<&str, &Value> {
        let mut variables = BTreeMap::new();
        let mut next = self.visits.get(index);
        while let Some(visit) = next {
            if let Some(earlier) = &visit.earlier_variables {
                for (name, at) in earlier.iter() {
                    if let Some(value) = self.visits.get(*at).and_then(|at| at.assigned_value(name))
                    {
                        variables.entry(&**name).or_insert(value);
                    }
                }
                next = visit.container.and_then(|at| self.visits.get(at));
                continue;
            }
            let previous = visit.previous.and_then(|at| self.visits.get(at));
            if let Some(previous) = previous {
                assign(&mut variables, previous);
            }
            next = previous.or_else(|| self.visits.get(visit.container?));
        }
        variables
    }

    /// Returns the workflow variables of the top level now, with their values.
    pub fn variables(&self) -> BTreeMap<&str, &Value> {
        let mut variables = BTreeMap::new();
        let visits = self.visits.iter().enumerate().rev();
        let mut visits = visits.filter(|(_, visit)| visit.scope.is_empty());
        if let Some((index, visit)) = visits.next() {
            assign(&mut variables, visit);
            for (name, value) in self.variables_at(index) {
                variables.entry(name).or_insert(value);
            }
        }
        variables
    }
}

/// Adds the variables that a visit assigned. A later assignment hides an earlier one.
fn assign<'t>(variables: &mut BTreeMap<&'t str, &'t Value>, visit: &'t Visit) {
    for (name, value) in &visit.assigned {
        variables.entry(name).or_insert(value);
    }
}

/// Returns the members of the context object that all states of an execution have.
fn context_of(about: &ExecutionInfo) -> Value {
    let mut execution = Object::new();
    execution.insert("Id", about.id().into());
    execution.insert("Input", about.input().clone());
    execution.insert("Name", about.name().into());
    execution.insert("RoleArn", about.role_arn().into());
    execution.insert("StartTime", about.started().to_string().into());
    if let Some(count) = about.redrive_count() {
        execution.insert("RedriveCount", count.into());
    }
    if let Some(redriven) = about.redriven() {
        execution.insert("RedriveTime", redriven.to_string().into());
    }
    let mut machine = Object::new();
    machine.insert("Id", about.machine_id().into());
    machine.insert("Name", about.machine_name().into());
    let mut context = Object::new();
    context.insert("Execution", execution.into());
    context.insert("StateMachine", machine.into());
    context.into()
}
