use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value as Json, json};
use stepwright::{Address, Binder, ErrorVariant, Handler, Payload, Task, TaskError, Workflow};
use stepwright_asl::errors;
use stepwright_asl::graph::Graph;
use stepwright_asl::json::Json as Asl;
use stepwright_asl::model::{MachineType, StateMachine};

use super::coverage::Coverage;
use super::matcher::Matcher;
use super::sample::{DEPTH, sample, samples};
use crate::engine::{BuildError, Engine, ExecutionReport, StartOptions, Status, request_id};
use crate::history::EventKind;
use crate::limits::Limits;
use crate::task::{Answer, TaskCall, TaskSource, envelope};
use crate::value::Value;

/// Runs a definition with every combination of what its tasks may come to, up to a bound, and reports what was found:
/// errors that nothing catches, executions that do not end, places that are never reached.
///
/// A task may succeed, with each of its samples; fail with each error that was [declared](Bounds::error) for it or that a
/// Retry or Catch of its state, or of a Map or Parallel around it, names; and time out, where it has a timeout or one is named. A
/// task with a token and without any timeout may also never be answered. `States.ALL` and `States.TaskFailed` count as an error that nobody
/// names elsewhere, [`ANY_OTHER_ERROR`].
///
/// Combinations come in the order of how many tasks do something else than succeed with their first sample, so a bound that is
/// reached leaves out the rare ones. A task that is tried again goes on as before, unless the combination says otherwise: that retriers
/// are used up is found as soon as that they help. The same bounds find the same, always.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use stepwright_asl::StateMachine;
/// use stepwright_runtime::testing::{Bounds, explore};
///
/// let machine = StateMachine::from_json(r#"{"StartAt": "Charge", "States": {
///     "Charge": {
///         "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:charge",
///         "Catch": [{"ErrorEquals": ["CardDeclined"], "Next": "Reject"}], "End": true
///     },
///     "Reject": {"Type": "Fail", "Error": "OrderRejected"}
/// }}"#)?;
/// let found = explore(&machine, &Bounds::new()).await?;
/// assert_eq!(found.runs, 2); // it is charged, or declined
/// found.assert_clean();
///
/// let found = explore(&machine, &Bounds::new().error("Charge", "Busy")).await?;
/// assert_eq!(found.uncaught[0].to_string(), "`Busy` of `Charge` is not caught, when `Charge` fails with `Busy` (1 run)");
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// A definition that cannot run.
pub async fn explore(machine: &StateMachine, bounds: &Bounds) -> Result<Exploration, BuildError> {
    let explorer = Explorer::new(machine, bounds, Declared::default());
    explorer.run(machine).await
}

/// The same for a workflow. Its tasks fail with every error that their functions declare, under the cause that such an error has. Where the
/// bounds have no input or no sample of a task, values of the types stand in: text is `"sample"`, numbers are 1, and of an enum each variant is
/// tried.
///
/// # Errors
///
/// A workflow that cannot run.
pub async fn explore_workflow<W: Workflow>(bounds: &Bounds) -> Result<Exploration, BuildError> {
    let mut declared = Declared::default();
    W::bind(&mut declared);
    let definition = W::definition();
    let mut bounds = bounds.clone();
    if bounds.inputs.is_empty() {
        let input = sample(&<W::Input as Payload>::shape(), DEPTH);
        bounds.inputs.push(input.into());
    }
    let explorer = Explorer::new(definition.machine(), &bounds, declared);
    explorer.run(definition.machine()).await
}

/// The error that stands for all that only `States.ALL` or `States.TaskFailed` name.
pub const ANY_OTHER_ERROR: &str = "AnyOtherError";

/// How far [`explore`] goes, and with what.
#[derive(Clone, Debug)]
#[must_use]
pub struct Bounds {
    inputs: Vec<Value>,
    samples: Vec<(Matcher, Value)>,
    errors: Vec<(Matcher, String)>,
    runs: usize,
    calls: usize,
    events: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            samples: Vec::new(),
            errors: Vec::new(),
            runs: 1_000,
            calls: 50,
            events: 1_000,
        }
    }
}

impl Bounds {
    /// At most 1,000 runs; in each the outcomes of the first 50 calls are combined, and after 1,000 events it counts as endless. The
    /// input is `{}`, and so is the result of a task without samples.
    pub fn new() -> Self {
        Self::default()
    }

    /// An input to begin with; several are tried one after the other.
    pub fn input(mut self, input: impl Into<Value>) -> Self {
        self.inputs.push(input.into());
        self
    }

    /// A result of the task of a state, as the state's resource gives it; several are combined.
    pub fn sample(mut self, state: impl Into<String>, result: impl Into<Value>) -> Self {
        self.samples
            .push((Matcher::State(state.into()), result.into()));
        self
    }

    /// A result of a function, by its name, ARN or placeholder, without the envelope of `lambda:invoke`.
    pub fn function_sample(mut self, name: impl Into<String>, result: impl Into<Value>) -> Self {
        self.samples
            .push((Matcher::Function(name.into()), result.into()));
        self
    }

    /// A result of a task function. A value that is no JSON is left out.
    pub fn task_sample<T: Task>(mut self, result: &T::Output) -> Self {
        if let Ok(result) = Value::from_typed(result) {
            self.samples.push((Matcher::task::<T>(), result));
        }
        self
    }

    /// An error that the task of a state may fail with.
    pub fn error(mut self, state: impl Into<String>, error: impl Into<String>) -> Self {
        self.errors
            .push((Matcher::State(state.into()), error.into()));
        self
    }

    /// An error that every task may fail with.
    pub fn error_of_all(mut self, error: impl Into<String>) -> Self {
        self.errors
            .push((Matcher::Resource("*".to_owned()), error.into()));
        self
    }

    /// The most runs.
    pub fn runs(mut self, runs: usize) -> Self {
        self.runs = runs;
        self
    }

    /// Of how many calls in one run the outcomes are combined; later ones succeed.
    pub fn calls(mut self, calls: usize) -> Self {
        self.calls = calls;
        self
    }

    /// After how many events a run counts as endless.
    pub fn events(mut self, events: u32) -> Self {
        self.events = events;
        self
    }
}

/// What [`explore`] found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exploration {
    /// How many combinations were run.
    pub runs: usize,
    /// Whether these were all; if not, a bound was reached.
    pub is_complete: bool,
    /// Errors that end the execution because nothing catches them; those of Fail states are meant and not here.
    pub uncaught: Vec<Uncaught>,
    /// Executions that nothing ends but a limit.
    pub stuck: Vec<Stuck>,
    /// What all the runs went through.
    pub coverage: Coverage,
}

/// An error that nothing catches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Uncaught {
    /// The state that fails.
    pub state: String,
    /// The error.
    pub error: String,
    /// Its cause in the first of the runs.
    pub cause: String,
    /// What the tasks did in the first of the runs, where it was not their first success.
    pub when: Vec<Decision>,
    /// In how many runs.
    pub runs: usize,
}

/// An execution that does not end by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stuck {
    /// The states that it is in.
    pub states: Vec<String>,
    /// Whether it goes on and on; otherwise it waits.
    pub is_endless: bool,
    /// What the tasks did in the first of the runs, where it was not their first success.
    pub when: Vec<Decision>,
    /// In how many runs.
    pub runs: usize,
}

/// What one call of a task came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// The state.
    pub state: String,
    /// What the task does.
    pub outcome: Outcome,
}

/// What a task may come to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It succeeds with the sample of this number, from 0.
    Success(usize),
    /// It fails with this error.
    Failure(String),
    /// It does not answer in time.
    Timeout,
    /// Nobody ever answers it.
    Silence,
}

impl Exploration {
    /// The states, transitions, retriers and catchers that no combination reaches, a line each.
    pub fn never_reached(&self) -> Vec<String> {
        self.coverage.missing()
    }

    /// Whether every error is caught and every execution ends.
    pub fn is_clean(&self) -> bool {
        self.uncaught.is_empty() && self.stuck.is_empty()
    }

    /// Fails a test unless every error is caught and every execution ends.
    ///
    /// # Panics
    ///
    /// With all that was found, unless [`is_clean`](Self::is_clean).
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(self.is_clean(), "{self}");
    }
}

/// What task functions declare: their errors, and values of their outputs.
#[derive(Default)]
struct Declared {
    errors: Vec<(Matcher, Declaration)>,
    samples: Vec<(Matcher, Value)>,
}

/// An error that a task may fail with.
#[derive(Clone, Debug)]
struct Declaration {
    error: String,
    cause: String,
}

impl Declaration {
    fn new(error: String) -> Self {
        let cause = "explored".to_owned();
        Self { error, cause }
    }

    /// With the cause that every transport gives such an error.
    fn of_variant(variant: &ErrorVariant) -> Self {
        let fields: serde_json::Map<String, Json> = (variant.fields.iter())
            .map(|(name, shape)| ((*name).to_owned(), sample(&shape(), DEPTH)))
            .collect();
        let message = if fields.is_empty() {
            "explored".to_owned()
        } else {
            json!({"message": "explored", "fields": fields}).to_string()
        };
        Self {
            error: variant.error.to_owned(),
            cause: json!({"errorType": variant.error, "errorMessage": message}).to_string(),
        }
    }
}

impl Binder for Declared {
    fn handler<T: Handler>(&mut self, address: Address) {
        self.declaration::<T>(address);
    }

    fn declaration<T: Task>(&mut self, address: Address) {
        for variant in <T::Error as TaskError>::VARIANTS {
            let matcher = Matcher::Task(address.clone());
            self.errors
                .push((matcher, Declaration::of_variant(variant)));
        }
        for value in samples(&<T::Output as Payload>::shape()) {
            let matcher = Matcher::Task(address.clone());
            self.samples.push((matcher, value.into()));
        }
    }

    fn workflow<W: Workflow>(&mut self, _address: Address) {}
}

/// What is the same in all runs.
struct Explorer {
    bounds: Bounds,
    errors: Vec<(Matcher, Declaration)>,
    /// What tasks give that the bounds have no samples of.
    samples: Vec<(Matcher, Value)>,
    /// The names in Retry and Catch of each state and of what is around it.
    named: HashMap<String, Vec<String>>,
}

/// The tasks of one run.
struct Script {
    explorer: Arc<Explorer>,
    /// What the first calls do, by the number of the option; later ones do the first.
    prefix: Vec<usize>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    /// For each call, how many options there were and which was taken.
    choices: Vec<(usize, usize)>,
    decisions: Vec<Decision>,
    /// What the last attempt of a visit came to.
    last: HashMap<(String, Vec<String>, String), Outcome>,
}

impl Explorer {
    fn new(machine: &StateMachine, bounds: &Bounds, declared: Declared) -> Arc<Self> {
        let definition = machine.to_value();
        let graph = Graph::of(&definition);
        let mut named = HashMap::new();
        for state in graph.states() {
            let mut names = Vec::new();
            let mut around = Some(state);
            while let Some(state) = around {
                for field in ["Retry", "Catch"] {
                    names.extend(error_names(state.object.get(field)));
                }
                let parent = graph.containers()[state.container].parent;
                around = parent.map(|parent| &graph.states()[parent]);
            }
            named.insert(state.name.to_owned(), names);
        }
        let mut bounds = bounds.clone();
        if bounds.inputs.is_empty() {
            bounds.inputs.push(Value::empty_object());
        }
        let given = bounds.errors.iter().cloned();
        let given = given.map(|(matcher, error)| (matcher, Declaration::new(error)));
        Arc::new(Self {
            errors: given.chain(declared.errors).collect(),
            samples: declared.samples,
            bounds,
            named,
        })
    }

    async fn run(self: Arc<Self>, machine: &StateMachine) -> Result<Exploration, BuildError> {
        const MACHINE: &str = "explored";
        let limits = Limits {
            events: self.bounds.events,
            ..Limits::default()
        };
        let engine = Engine::builder()
            .definition(MACHINE, machine, MachineType::Standard)
            .tasks(|_: &TaskCall<'_>| None)
            .limits(limits)
            .retention(0)
            .virtual_time()
            .build()?;
        let mut found = Exploration {
            runs: 0,
            is_complete: true,
            uncaught: Vec::new(),
            stuck: Vec::new(),
            coverage: Coverage::of(machine),
        };
        let mut open: VecDeque<(usize, Vec<usize>)> = (0..self.bounds.inputs.len())
            .map(|input| (input, Vec::new()))
            .collect();
        while let Some((input, prefix)) = open.pop_front() {
            if found.runs >= self.bounds.runs {
                found.is_complete = false;
                break;
            }
            let script = Arc::new(Script {
                explorer: self.clone(),
                prefix: prefix.clone(),
                taken: Mutex::default(),
            });
            let source = script.clone();
            let options = StartOptions::new().tasks(move |call: &TaskCall<'_>| source.answer(call));
            let started = self.bounds.inputs[input].clone();
            let report = engine.execute_machine(MACHINE, started, options).await;
            let Ok(report) = report else {
                // An input that is too large for any execution.
                found.is_complete = false;
                continue;
            };
            let taken = std::mem::take(&mut *script.lock());
            found.runs += 1;
            found.coverage.add(&report.history);
            found.judge(&report, taken.decisions, self.bounds.events);
            let choices = taken.choices.iter().enumerate().skip(prefix.len());
            for (place, (options, _)) in choices {
                if *options > 1 && place >= self.bounds.calls {
                    found.is_complete = false;
                    break;
                }
                for option in 1..*options {
                    // What will not be run need not be remembered.
                    if found.runs + open.len() > self.bounds.runs {
                        found.is_complete = false;
                        break;
                    }
                    let before = taken.choices[..place].iter().map(|(_, choice)| *choice);
                    open.push_back((input, before.chain([option]).collect()));
                }
            }
        }
        Ok(found)
    }

    /// What a call may come to, the usual first.
    fn options(&self, call: &TaskCall<'_>, samples: usize) -> Vec<Outcome> {
        let mut options: Vec<Outcome> = (0..samples.max(1)).map(Outcome::Success).collect();
        let none = Vec::new();
        let named = self.named.get(call.state()).unwrap_or(&none);
        let declared = self
            .errors
            .iter()
            .filter(|(matcher, _)| matcher.is_for_call(call))
            .map(|(_, declared)| &declared.error);
        let is_timed = call.timeout().is_some() || call.heartbeat().is_some();
        for error in declared.chain(named) {
            let outcome = match error.as_str() {
                errors::ALL | errors::TASK_FAILED => Outcome::Failure(ANY_OTHER_ERROR.to_owned()),
                errors::TIMEOUT | errors::HEARTBEAT_TIMEOUT => Outcome::Timeout,
                // Nothing matches it, or no task fails with it.
                errors::RUNTIME
                | errors::BRANCH_FAILED
                | errors::ITEM_READER_FAILED
                | errors::RESULT_WRITER_FAILED
                | errors::EXCEED_TOLERATED_FAILURE_THRESHOLD => continue,
                error => Outcome::Failure(error.to_owned()),
            };
            if !options.contains(&outcome) {
                options.push(outcome);
            }
        }
        if is_timed && !options.contains(&Outcome::Timeout) {
            options.push(Outcome::Timeout);
        }
        if call.token().is_some() && !is_timed {
            options.push(Outcome::Silence);
        }
        options
    }
}

impl Script {
    fn lock(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TaskSource for Script {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let explorer = &self.explorer;
        let mut samples = fitting(&explorer.bounds.samples, call);
        if samples.is_empty() {
            samples = fitting(&explorer.samples, call);
        }
        let mut options = explorer.options(call, samples.len());
        let mut taken = self.lock();
        let visit = (
            call.execution().id.to_string(),
            call.scope(),
            call.state().to_owned(),
        );
        let usual = options[0].clone();
        if call.attempt() > 0
            && let Some(last) = taken.last.get(&visit)
            && let Some(place) = options.iter().position(|option| option == last)
        {
            options[..=place].rotate_right(1);
        }
        let number = taken.choices.len();
        let choice = self.prefix.get(number).copied().unwrap_or(0);
        let outcome = options.get(choice).unwrap_or(&usual).clone();
        taken.choices.push((options.len(), choice));
        let decision = Decision {
            state: call.state().to_owned(),
            outcome: outcome.clone(),
        };
        // A retry that goes on as before is told once.
        if outcome != usual && !(call.attempt() > 0 && choice == 0) {
            taken.decisions.push(decision);
        }
        taken.last.insert(visit, outcome.clone());
        drop(taken);
        Some(match outcome {
            Outcome::Success(number) => {
                let sample = samples.get(number);
                let result = sample.map_or_else(Value::empty_object, |(_, value)| value.clone());
                let is_raw = sample.is_some_and(|(matcher, _)| !matcher.is_function());
                if call.resource().is_lambda_invoke() && !is_raw {
                    Answer::output(envelope::lambda(result, request_id(call)))
                } else {
                    Answer::output(result)
                }
            }
            Outcome::Failure(error) => {
                let mut declared = explorer
                    .errors
                    .iter()
                    .filter(|(_, found)| found.error == error);
                let cause = declared.find(|(matcher, _)| matcher.is_for_call(call));
                let cause = cause.map_or("explored", |(_, declared)| &declared.cause);
                Answer::failure(error, cause)
            }
            Outcome::Timeout if call.timeout().is_none() && call.heartbeat().is_none() => {
                Answer::failure(errors::TIMEOUT, "explored")
            }
            Outcome::Timeout | Outcome::Silence => Answer::never(),
        })
    }
}

fn fitting<'a>(rows: &'a [(Matcher, Value)], call: &TaskCall<'_>) -> Vec<&'a (Matcher, Value)> {
    let rows = rows.iter();
    rows.filter(|(matcher, _)| matcher.is_for_call(call))
        .collect()
}

impl Exploration {
    /// Puts a finished run where it belongs.
    fn judge(&mut self, report: &ExecutionReport, when: Vec<Decision>, events: u32) {
        let is_endless = report.history.len() >= events as usize;
        if is_endless || report.status == Status::TimedOut {
            let states = open_states(report);
            let same =
                |found: &&mut Stuck| found.states == states && found.is_endless == is_endless;
            if let Some(known) = self.stuck.iter_mut().find(same) {
                known.runs += 1;
                return;
            }
            let runs = 1;
            self.stuck.push(Stuck {
                states,
                is_endless,
                when,
                runs,
            });
            return;
        }
        if report.status != Status::Failed {
            return;
        }
        let Some(state) = failing_state(report) else {
            return;
        };
        let error = report.error.clone().unwrap_or_default();
        let same = |found: &&mut Uncaught| found.state == state && found.error == error;
        if let Some(known) = self.uncaught.iter_mut().find(same) {
            known.runs += 1;
            return;
        }
        let cause = report.cause.clone().unwrap_or_default();
        let runs = 1;
        self.uncaught.push(Uncaught {
            state,
            error,
            cause,
            when,
            runs,
        });
    }
}

/// The state that failed, unless it is a Fail state.
fn failing_state(report: &ExecutionReport) -> Option<String> {
    let events: Vec<_> = report.history.events().collect();
    let last = events.iter().rev().find(|event| {
        let kind = event.kind().name();
        event.state_name().is_some()
            && !kind.starts_with("MapIteration")
            && !["MapStateFailed", "ParallelStateFailed"].contains(&kind)
            && !kind.ends_with("Aborted")
    })?;
    (last.kind() != EventKind::FailStateEntered)
        .then(|| last.state_name().unwrap_or_default().to_owned())
}

/// The states that were entered and not left.
fn open_states(report: &ExecutionReport) -> Vec<String> {
    let mut open: Vec<(Vec<String>, String)> = Vec::new();
    for event in report.history.events() {
        let Some(state) = event.state_name() else {
            continue;
        };
        let place = (event.scope(), state.to_owned());
        if event.kind().is_entered() {
            open.push(place);
        } else if event.kind().is_exited() || event.kind().name().ends_with("Aborted") {
            open.retain(|known| *known != place);
        }
    }
    let mut states: Vec<String> = Vec::new();
    for (_, state) in open {
        if !states.contains(&state) {
            states.push(state);
        }
    }
    states
}

fn error_names(list: Option<&Asl>) -> Vec<String> {
    let entries = list.and_then(Asl::as_array).into_iter().flatten();
    let names = entries.filter_map(|entry| entry.get("ErrorEquals")?.as_array());
    names
        .flatten()
        .filter_map(Asl::as_str)
        .map(str::to_owned)
        .collect()
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = &self.state;
        match &self.outcome {
            Outcome::Success(sample) => write!(f, "`{state}` gives sample {}", sample + 1),
            Outcome::Failure(error) => write!(f, "`{state}` fails with `{error}`"),
            Outcome::Timeout => write!(f, "`{state}` times out"),
            Outcome::Silence => write!(f, "nobody answers `{state}`"),
        }
    }
}

fn told(f: &mut fmt::Formatter<'_>, when: &[Decision], runs: usize) -> fmt::Result {
    for (number, decision) in when.iter().enumerate() {
        let joint = if number == 0 { ", when" } else { " and" };
        write!(f, "{joint} {decision}")?;
    }
    let word = if runs == 1 { "run" } else { "runs" };
    write!(f, " ({runs} {word})")
}

impl fmt::Display for Uncaught {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of `{}` is not caught", self.error, self.state)?;
        // What a task was made to fail with has no cause worth telling.
        if errors::is_reserved(&self.error) && !self.cause.is_empty() && self.cause != "explored" {
            write!(f, " ({})", self.cause)?;
        }
        told(f, &self.when, self.runs)
    }
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states: Vec<String> = self
            .states
            .iter()
            .map(|state| format!("`{state}`"))
            .collect();
        let what = if self.is_endless {
            "runs on and on"
        } else {
            "waits until a limit ends it"
        };
        write!(f, "the execution {what} in {}", states.join(", "))?;
        told(f, &self.when, self.runs)
    }
}

/// For people: all that was found.
impl fmt::Display for Exploration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.runs == 1 {
            "combination"
        } else {
            "combinations"
        };
        write!(f, "{} {word}", self.runs)?;
        if !self.is_complete {
            f.write_str(", not all: a bound was reached")?;
        }
        let mut list = |title: &str, lines: Vec<String>| {
            if !lines.is_empty() {
                write!(f, "\n{title}:")?;
            }
            lines.iter().try_for_each(|line| write!(f, "\n  {line}"))
        };
        list(
            "uncaught",
            self.uncaught.iter().map(Uncaught::to_string).collect(),
        )?;
        list("stuck", self.stuck.iter().map(Stuck::to_string).collect())?;
        list("never reached", self.never_reached())
    }
}
