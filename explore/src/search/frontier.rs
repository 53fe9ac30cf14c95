//! The loop of the search: the point with the fewest faults and events is next, so that the first
//! path to a finding is a shortest one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt;
use std::time::Duration;

use stepwright_asl::StateMachine;
use stepwright_asl::errors;
use stepwright_interpreter::execution::{NO_TRANSITION, Outcome as End};
use stepwright_interpreter::history::FULL_HISTORY;
use stepwright_interpreter::program::ProgramError;

use super::call_options::Move;
use super::counterexample::counterexample;
use super::machine::ExploredMachine;
use super::node_graph::{Arrival, Node, NodeGraph, NodeId};
use super::path_state::PathState;
use super::reached_parts::ReachedParts;
use crate::budget::{SearchBudget, StopReason};
use crate::report::{Coverage, Finding, Report, Subject};
use crate::rule::Rule;
use crate::settings::Settings;
use crate::unknown_name::CheckedNames;

/// Rounds of a loop after which a path is not followed any more.
const MAX_ROUNDS: u32 = 60;

/// The bytes of a point, with its place in the maps of the search.
const NODE_BYTES: usize = 192;
/// The bytes of a move to a point that is known.
const EDGE_BYTES: usize = 8;
/// The bytes of all counterexamples together, as an estimate. Findings beyond have none.
const MAX_EXAMPLE_BYTES: usize = 32 << 20;

/// How far a search has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The different points of paths so far.
    pub points: usize,
    /// The points that are not followed yet.
    pub open: usize,
    /// The faults of the paths that are followed now.
    pub faults: u32,
    /// The findings so far.
    pub findings: usize,
    /// The time since the start of the search.
    pub elapsed: Duration,
}

/// `1200 points of paths, 30 open, with up to 1 fault; 0 findings`
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            points,
            open,
            faults,
            findings,
            ..
        } = self;
        let noun = if *faults == 1 { "fault" } else { "faults" };
        write!(
            f,
            "{points} points of paths, {open} open, with up to {faults} {noun}; {findings} findings"
        )
    }
}

/// Explores all paths of a state machine.
///
/// ```
/// use stepwright_asl::StateMachine;
/// use stepwright_explore::{Settings, explore};
///
/// let machine = StateMachine::from_json(r#"{"StartAt": "Big?", "States": {
///     "Big?": {"Type": "Choice", "Choices": [
///         {"Variable": "$.total", "NumericLessThan": 100, "Next": "Ship"},
///         {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Review"}
///     ]},
///     "Review": {"Type": "Pass", "Next": "Ship"},
///     "Ship": {"Type": "Succeed"}
/// }}"#)?;
/// let report = explore(&machine, &Settings::new())?;
/// let finding = &report.findings()[0];
/// assert_eq!(finding.name(), "no-choice-matches");
/// let path = finding.counterexample().expect("a path");
/// assert_eq!(path.input().to_text(), r#"{"total":100}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the definition cannot run.
pub fn explore(machine: &StateMachine, settings: &Settings) -> Result<Report, ProgramError> {
    explore_with(machine, settings, &mut |_| true)
}

/// Explores all paths like [`explore`], and calls a function now and then. The search stops when
/// the function returns `false`.
///
/// # Errors
///
/// As [`explore`].
pub fn explore_with(
    machine: &StateMachine,
    settings: &Settings,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Result<Report, ProgramError> {
    let names = CheckedNames::of(machine, settings)?;
    let machine = ExploredMachine::new(machine, settings)?;
    let mut search = Search::new(&machine);
    search.run(watch);
    Ok(search.into_report().with_names(names))
}

/// A point that is not followed yet. The order is that of the search.
struct OpenPoint {
    node: NodeId,
    path: Box<PathState>,
}

struct Search<'m> {
    machine: &'m ExploredMachine,
    graph: NodeGraph,
    queue: BinaryHeap<Reverse<(u32, u32, NodeId)>>,
    /// The paths of the points in the queue.
    paths: BTreeMap<NodeId, OpenPath>,
    /// The best point for each subject of a finding.
    found: BTreeMap<Subject, Violated>,
    reached: ReachedParts,
    coverage: Coverage,
    notes: BTreeSet<String>,
}

/// A path that is not followed yet, with the bytes that it counts for.
struct OpenPath {
    path: Box<PathState>,
    bytes: usize,
}

struct Violated {
    node: NodeId,
    message: String,
}

impl<'m> Search<'m> {
    fn new(machine: &'m ExploredMachine) -> Self {
        Self {
            machine,
            graph: NodeGraph::default(),
            queue: BinaryHeap::new(),
            paths: BTreeMap::new(),
            found: BTreeMap::new(),
            reached: ReachedParts::default(),
            coverage: Coverage::new(&machine.settings),
            notes: BTreeSet::new(),
        }
    }

    fn budget(&self) -> &'m SearchBudget {
        &self.machine.budget
    }

    fn run(&mut self, watch: &mut dyn FnMut(Progress) -> bool) {
        if self.budget().is_spent() {
            self.coverage.stopped_at = Some(0);
            return;
        }
        let inputs = self.machine.main().outcomes.inputs();
        self.coverage.inputs = inputs.values.len();
        self.coverage.has_incomplete_values = !inputs.is_complete;
        for start in 0..self.machine.starts.len() {
            if self.budget().is_spent() {
                self.coverage.stopped_at = Some(0);
                self.stop();
                return;
            }
            let path = PathState::of_start(self.machine, start);
            let start = u32::try_from(start).unwrap_or(u32::MAX);
            self.arrive(path, None, start);
        }
        let mut steps = 0usize;
        while let Some(point) = self.next_point() {
            steps += 1;
            let may_continue = !self.budget().is_spent()
                && (steps % 64 != 1 || self.may_continue(&point, watch))
                && self.follow(&point);
            if !may_continue {
                self.coverage.stopped_at = Some(point.path.faults);
                self.coverage.open_points = 1;
                self.graph.set_may_end(point.node);
                self.stop();
                return;
            }
        }
    }

    fn next_point(&mut self) -> Option<OpenPoint> {
        loop {
            let Reverse((_, _, node)) = self.queue.pop()?;
            // A point to which a better path led is in the queue twice.
            if let Some(OpenPath { path, bytes }) = self.paths.remove(&node) {
                self.budget().release(bytes);
                return Some(OpenPoint { node, path });
            }
        }
    }

    fn may_continue(&mut self, point: &OpenPoint, watch: &mut dyn FnMut(Progress) -> bool) -> bool {
        let progress = Progress {
            points: self.graph.len(),
            open: self.queue.len(),
            faults: point.path.faults,
            findings: self.found.len(),
            elapsed: self.budget().elapsed(),
        };
        if progress.points >= self.machine.settings.max_nodes {
            self.budget().stop(StopReason::Points);
        } else if !watch(progress) {
            self.budget().stop(StopReason::Caller);
        }
        self.budget().stopped_by().is_none()
    }

    /// Stops the search: the points that are not followed may lead anywhere.
    fn stop(&mut self) {
        self.coverage.open_points += self.paths.len();
        for node in std::mem::take(&mut self.paths).into_keys() {
            self.graph.set_may_end(node);
        }
        self.queue.clear();
    }

    /// Follows all moves from a point. Returns whether the budget allows all of them.
    fn follow(&mut self, point: &OpenPoint) -> bool {
        let moves = point.path.moves(self.machine);
        self.coverage.has_incomplete_values |= moves.has_incomplete_values;
        self.coverage.has_loop_bound |= moves.is_loop_bound;
        self.reached.limit(&moves.limited);
        if moves.may_end_by_fault || moves.is_loop_bound {
            self.graph.set_may_end(point.node);
        }
        if moves.moves.is_empty() {
            self.wait_without_end(point);
            return true;
        }
        for chosen in moves.moves {
            if self.budget().is_spent() {
                return false;
            }
            self.reached.take(&point.path, &chosen);
            let path = point.path.after(self.machine, &chosen);
            self.arrive(path, Some((point.node, chosen)), 0);
        }
        true
    }

    /// Adds the point at which a path has arrived.
    fn arrive(&mut self, mut path: PathState, parent: Option<(NodeId, Move)>, start: u32) {
        let violations = std::mem::take(&mut path.rules.violations);
        let ended = path.has_ended();
        if ended {
            let elapsed = path.elapsed();
            let properties = self.machine.settings.properties.iter();
            for (property, monitor) in properties.zip(&mut path.monitors) {
                monitor.finish(&property.formula, elapsed);
            }
        }
        let mut fingerprint = String::new();
        path.write_fingerprint(self.machine, &mut fingerprint);
        for violation in &violations {
            fingerprint.push_str(&violation.message);
        }
        for (definition, state, failure) in &path.evaluations {
            fingerprint.push_str(self.machine.state_name(*definition, *state));
            fingerprint.push_str(failure.error.as_deref().unwrap_or_default());
        }
        let node = Node {
            parent,
            start,
            faults: path.faults,
            events: path.events,
            may_end: ended,
        };
        let (id, arrival) = self.graph.add(&fingerprint, node);
        self.budget().add(match arrival {
            Arrival::New => NODE_BYTES,
            Arrival::Better | Arrival::Known => EDGE_BYTES,
        });
        if path.has_deep_nesting {
            self.notes.insert(
                "a state machine that starts itself is followed once; deeper starts have the outcomes of any task"
                    .to_owned(),
            );
        }
        self.reached.add(self.machine, &mut path);
        match arrival {
            Arrival::New => {}
            Arrival::Better if self.paths.contains_key(&id) => {
                self.open(id, path);
                return;
            }
            Arrival::Better | Arrival::Known => return,
        }
        for violation in violations {
            let subject = Subject::Rule(violation.rule, violation.subject.to_string());
            self.find(subject, id, violation.message);
        }
        if !self.check_evaluations(&path, id) {
            self.graph.set_may_end(id);
            return;
        }
        self.check_properties(&path, id);
        if ended {
            self.coverage.ends += 1;
            self.check_end(&path, id);
            return;
        }
        if path.is_endless {
            let subject = Subject::Rule(Rule::PathEnds, String::new());
            self.find(
                subject,
                id,
                "the path never ends: it waits for nothing".to_owned(),
            );
            self.graph.set_may_end(id);
            return;
        }
        if path.visits.most() > MAX_ROUNDS + self.machine.settings.loops {
            self.coverage.has_long_loops = true;
            self.graph.set_may_end(id);
            return;
        }
        self.open(id, path);
    }

    /// Adds a path to the queue, unless a better one to the same point is in it.
    fn open(&mut self, id: NodeId, mut path: PathState) {
        path.count_memory(self.machine);
        let bytes = path.own_bytes();
        self.budget().add(bytes);
        self.queue.push(Reverse((path.faults, path.events, id)));
        let path = Box::new(path);
        if let Some(before) = self.paths.insert(id, OpenPath { path, bytes }) {
            self.budget().release(before.bytes);
        }
    }

    fn find(&mut self, subject: Subject, node: NodeId, message: String) {
        if let Subject::Rule(rule, _) = &subject
            && !self.machine.settings.is_on(*rule)
        {
            return;
        }
        let cost = |node: NodeId| {
            let node = self.graph.node(node);
            (node.faults, node.events)
        };
        let is_better = match self.found.get(&subject) {
            Some(known) => cost(node) < cost(known.node),
            None => true,
        };
        if is_better {
            self.found.insert(subject, Violated { node, message });
        }
    }

    /// Checks the fields that could not be evaluated. Returns whether the path is worth following:
    /// not if made-up values are the reason of the failure.
    fn check_evaluations(&mut self, path: &PathState, node: NodeId) -> bool {
        let mut is_sound = true;
        for (definition, state, failure) in &path.evaluations {
            let outcomes = &self.machine.definitions[*definition].outcomes;
            let name = self.machine.state_name(*definition, *state).to_owned();
            let error = failure.error.as_deref().unwrap_or_default();
            let cause = failure.cause.as_deref().unwrap_or_default();
            let cause = cause.split_once("). ").map_or(cause, |(_, cause)| cause);
            // A state whose handlers name the error expects it.
            if outcomes.is_named(&name, error) {
                continue;
            }
            if error == errors::RUNTIME && cause == NO_TRANSITION {
                let message = format!("no rule of `{name}` matches, and it has no `Default`");
                let subject = Subject::Rule(Rule::ChoiceMatches, name);
                self.find(subject, node, message);
                continue;
            }
            let is_absence = is_absence(cause);
            if is_absence && outcomes.may_lack_a_value(&name) {
                let message = format!("`{name}` reads a value that is absent: {cause}");
                let subject = Subject::Rule(Rule::ValuePresent, name);
                self.find(subject, node, message);
                continue;
            }
            let is_given = |state: &str| self.machine.has_given_results(*definition, state);
            // The input of an inner execution comes from its starter.
            if *definition == 0 && outcomes.reads_given_values(&name, is_given) {
                self.find_failed_evaluation(path, node, (name, error, cause));
                continue;
            }
            self.notes.insert(format!(
                "`{name}` cannot be evaluated with a value that was made up: {cause}; give samples in the property file"
            ));
            self.coverage.has_unsuitable_values = true;
            is_sound = false;
        }
        is_sound
    }

    /// Adds the finding for a field that cannot be evaluated with given values: a handler hides its
    /// error, or the error ends the execution.
    fn find_failed_evaluation(
        &mut self,
        path: &PathState,
        node: NodeId,
        (state, error, cause): (String, &str, &str),
    ) {
        let ended_by = match path.main().execution.outcome() {
            Some(End::Failed(failure)) => failure.error.as_deref().unwrap_or_default(),
            _ => "",
        };
        let is_uncaught = [error, errors::EXCEED_TOLERATED_FAILURE_THRESHOLD].contains(&ended_by);
        if !is_uncaught {
            let message = format!(
                "`{state}` cannot be evaluated, and its error `{error}` is hidden by a handler of all errors or by tolerated failures: {cause}"
            );
            let subject = Subject::Rule(Rule::EvaluationVisible, state);
            self.find(subject, node, message);
        } else if self.machine.settings.undeclared_errors {
            let message = format!(
                "`{state}` cannot be evaluated, and its error `{error}` ends the execution: {cause}"
            );
            let subject = Subject::Rule(Rule::ErrorHandled, format!("{state} {error}"));
            self.find(subject, node, message);
        }
    }

    fn check_properties(&mut self, path: &PathState, node: NodeId) {
        let properties = self.machine.settings.properties.iter();
        let failed: Vec<(usize, String)> = properties
            .enumerate()
            .zip(&path.monitors)
            .filter(|(_, monitor)| monitor.verdict() == Some(false))
            .map(|((index, property), _)| (index, property.formula.to_string()))
            .collect();
        for (index, formula) in failed {
            let message = format!("the property does not hold: {formula}");
            self.find(Subject::Property(index), node, message);
        }
    }

    fn check_end(&mut self, path: &PathState, node: NodeId) {
        if let Some(limit) = self.machine.settings.within
            && path.elapsed() > limit
        {
            let message = format!(
                "the path takes {}, which is longer than {}",
                crate::expression::readable_duration(path.elapsed()),
                crate::expression::readable_duration(limit)
            );
            self.find(
                Subject::Rule(Rule::EndsInTime, String::new()),
                node,
                message,
            );
        }
        if let Some(End::Failed(failure)) = path.main().execution.outcome()
            && let Some(cause) = &failure.cause
            && cause.starts_with(FULL_HISTORY)
        {
            let message = "the path never ends: its history is full".to_owned();
            self.find(Subject::Rule(Rule::PathEnds, String::new()), node, message);
        }
    }

    /// Handles a path that waits without end.
    fn wait_without_end(&mut self, point: &OpenPoint) {
        self.graph.set_may_end(point.node);
        let mut path = point.path.clone();
        let elapsed = path.elapsed();
        let properties = self.machine.settings.properties.iter();
        for (property, monitor) in properties.zip(&mut path.monitors) {
            monitor.finish(&property.formula, elapsed);
        }
        self.check_properties(&path, point.node);
        // A call waits for an execution that has ended without an answer to its token, too.
        let calls = path.calls.iter();
        for call in calls.filter(|call| call.is_silent || path.is_unanswered(call)) {
            let state = call.called.state.clone();
            let message = format!(
                "`{state}` waits for an answer and has no timeout: the execution waits without end"
            );
            self.find(
                Subject::Rule(Rule::TokenTimeout, state),
                point.node,
                message,
            );
        }
    }

    fn into_report(mut self) -> Report {
        self.coverage.points = self.graph.len();
        self.coverage.elapsed = self.budget().elapsed();
        self.coverage.stopped_by = self.budget().stopped_by();
        drop(std::mem::take(&mut self.paths));
        if let Some(node) = self.graph.endless()
            && !self
                .found
                .contains_key(&Subject::Rule(Rule::PathEnds, String::new()))
        {
            let message =
                "no continuation of this path ends: it repeats the same states".to_owned();
            self.find(Subject::Rule(Rule::PathEnds, String::new()), node, message);
        }
        let is_whole = self.coverage.is_complete() && !self.coverage.has_unsuitable_values;
        let unreached = if is_whole {
            self.reached.unreached(self.machine, &self.coverage)
        } else {
            Vec::new()
        };
        let (machine, graph) = (self.machine, &self.graph);
        let mut findings: Vec<(Subject, Violated)> =
            std::mem::take(&mut self.found).into_iter().collect();
        findings.sort_by_key(|(subject, violated)| {
            let node = graph.node(violated.node);
            (node.faults, node.events, subject.clone())
        });
        let mut left = MAX_EXAMPLE_BYTES;
        let mut without_path = 0;
        let mut findings: Vec<Finding> = findings
            .into_iter()
            .map(|(subject, violated)| {
                let (start, moves) = graph.path_to(violated.node);
                let example = counterexample(machine, start, &moves, &mut left);
                without_path += usize::from(example.is_none());
                Finding::new(machine, subject, violated.message, example)
            })
            .collect();
        if without_path > 0 {
            self.notes.insert(format!(
                "{without_path} of the findings have no path, because of the limits of time and memory; fix the others and explore again"
            ));
        }
        if machine.settings.is_on(Rule::StateReached) {
            findings.extend(unreached.into_iter().map(|state| {
                let message = format!("no path enters `{state}`");
                Finding::new(
                    machine,
                    Subject::Rule(Rule::StateReached, state),
                    message,
                    None,
                )
            }));
        }
        let reached = self.reached.coverage(machine);
        let notes = self.notes.into_iter().collect();
        Report::new(findings, self.coverage, reached, notes)
    }
}

/// Returns whether the cause of a failure is a value that is absent. The parts of a text are not:
/// its separators are made up, too.
fn is_absence(cause: &str) -> bool {
    if cause.contains("States.StringSplit") {
        return false;
    }
    let words = [
        "could not be found",
        "does not reference an input value",
        "returned nothing",
        "is not defined",
        "Invalid path",
        "does not exist",
        "undefined",
        "has no value",
        // An item of a list that is too short.
        "is out of bounds for an array",
        // A function of JSONata has the name of a variable that no state of the path assigns.
        "returned an unsupported result type",
    ];
    words.iter().any(|word| cause.contains(word))
}
