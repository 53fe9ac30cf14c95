//! The tasks of one run.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stepwright_asl::errors;

use super::explorer::Explorer;
use super::found::Ending;
use super::{ANY_OTHER_ERROR, Decision, Outcome};
use crate::about::About;
use crate::engine::{ExecutionReport, Observer};
use crate::interpret::Failure;
use crate::program::Program;
use crate::task::{Answer, Integration, Pattern, TaskCall, TaskSource, envelope};
use crate::testing::matcher::Matcher;
use crate::value::Value;

/// What one run does: the outcomes of its first calls, by the number of the option; later ones take the first.
pub(super) struct Script {
    explorer: Arc<Explorer>,
    prefix: Vec<usize>,
    taken: Mutex<Taken>,
}

/// What happened in one run.
#[derive(Default)]
pub(super) struct Taken {
    /// For each call, how many options there were and which was taken.
    pub(super) choices: Vec<(usize, usize)>,
    pub(super) decisions: Vec<Decision>,
    /// What the last attempt of a visit came to.
    last: HashMap<Place, Outcome>,
    pub(super) evaluations: Vec<Evaluation>,
    /// The states whose expression fails on purpose, by their executions.
    meant: HashSet<(String, String)>,
    /// The children of Map Runs that are over.
    pub(super) children: Vec<Arc<ExecutionReport>>,
    /// A Map whose items nobody gave.
    pub(super) made_up: Option<String>,
    started: usize,
    /// How many events they wrote.
    events: usize,
    /// Whether there were too many of them.
    pub(super) is_cut: bool,
}

/// How many times the events of one execution the children of a run may have together.
const AT_ONCE: usize = 4;

type Place = (String, Vec<String>, String);

/// A field that could not be evaluated.
pub(super) struct Evaluation {
    /// The nested workflow that it belongs to.
    pub(super) workflow: Option<String>,
    pub(super) state: String,
    /// The state of the explored machine that shows it.
    pub(super) shown_by: String,
    pub(super) error: String,
    pub(super) cause: String,
    /// Whether it was in a child of a Map Run.
    pub(super) in_child: bool,
}

impl Script {
    pub(super) fn new(explorer: Arc<Explorer>, prefix: Vec<usize>) -> Arc<Self> {
        Arc::new(Self {
            explorer,
            prefix,
            taken: Mutex::default(),
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether children of Map Runs are still at work.
    pub(super) fn is_at_work(&self) -> bool {
        let taken = self.lock();
        taken.children.len() < taken.started
    }

    /// Takes the next of the outcomes.
    fn choose(&self, place: Place, is_retry: bool, mut options: Vec<Outcome>) -> Outcome {
        let mut taken = self.lock();
        let usual = options[0].clone();
        if is_retry
            && let Some(last) = taken.last.get(&place)
            && let Some(at) = options.iter().position(|option| option == last)
        {
            options[..=at].rotate_right(1);
        }
        let number = taken.choices.len();
        let choice = self.prefix.get(number).copied().unwrap_or(0);
        let outcome = options.get(choice).unwrap_or(&usual).clone();
        taken.choices.push((options.len(), choice));
        let decision = Decision {
            state: place.2.clone(),
            outcome: outcome.clone(),
        };
        // A retry that goes on as before is told once.
        if outcome != usual && !(is_retry && choice == 0) {
            taken.decisions.push(decision);
        }
        taken.last.insert(place, outcome.clone());
        outcome
    }

    /// A state that starts a machine.
    fn started(&self, call: &TaskCall<'_>, integration: Integration) -> Answer {
        let explorer = &self.explorer;
        let target = call.target().unwrap_or_default();
        let nested = explorer
            .nested
            .iter()
            .find(|nested| nested.is_target(target));
        let outputs = explorer.outputs_of(target, nested);
        let options = explorer.options_of_start(call, integration, nested, outputs.len());
        let outcome = self.choose(place(call), call.attempt() > 0, options);
        match outcome {
            Outcome::Success(number) => {
                let output = outputs.get(number).cloned();
                integration.made_up(call, Ok(output.unwrap_or_else(Value::empty_object)))
            }
            Outcome::NestedFailure(error) => {
                let known = nested.and_then(|nested| {
                    let mut failures = nested.failures.iter();
                    failures.find(|ending| ending.error == error)
                });
                let mut taken = self.lock();
                if integration == Integration::SdkSync {
                    // Its result says that it failed, and the state reads it as a success on purpose.
                    let execution = call.execution().id.to_string();
                    taken.meant.insert((execution, call.state().to_owned()));
                }
                if let (Some(nested), Some(ending)) = (nested, known)
                    && let Some(state) = &ending.evaluated
                {
                    taken.evaluations.push(Evaluation {
                        workflow: Some(nested.name().to_owned()),
                        state: state.clone(),
                        shown_by: call.state().to_owned(),
                        error: error.clone(),
                        cause: ending.cause.clone(),
                        in_child: false,
                    });
                }
                drop(taken);
                let cause = known.map_or("explored", |ending: &Ending| &ending.cause);
                integration.made_up(call, Err((error, cause.to_owned())))
            }
            other => explorer.failed(call, other),
        }
    }
}

impl TaskSource for Script {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let explorer = &self.explorer;
        let mut samples = fitting(explorer.given_samples(), call);
        if samples.is_empty()
            && let Some(integration) = Integration::of(call.resource())
        {
            return Some(self.started(call, integration));
        }
        if samples.is_empty() {
            samples = fitting(&explorer.samples, call);
        }
        let options = explorer.options(call, samples.len());
        let outcome = self.choose(place(call), call.attempt() > 0, options);
        let Outcome::Success(number) = outcome else {
            return Some(explorer.failed(call, outcome));
        };
        let sample = samples.get(number);
        let result = sample.map_or_else(Value::empty_object, |(_, value)| value.clone());
        let is_raw = sample.is_some_and(|(matcher, _)| !matcher.is_function());
        let result = if call.resource().is_lambda_invoke() && !is_raw {
            envelope::lambda(result, envelope::request_id(call))
        } else {
            result
        };
        Some(Answer::output(result))
    }
}

impl Observer for Script {
    fn child_starts(&self) -> Result<(), String> {
        let mut taken = self.lock();
        // Not even a child that does nothing has fewer events than this.
        let least = taken.started.saturating_mul(3);
        if taken.is_cut || least >= self.explorer.most_events() {
            taken.is_cut = true;
            return Err("the exploration's bound of events was reached".to_owned());
        }
        taken.started += 1;
        Ok(())
    }

    fn child_goes_on(&self, written: u32) -> bool {
        let mut taken = self.lock();
        taken.events = taken.events.saturating_add(written as usize);
        // Each child may have its bound, and all together this many times as much.
        let most = self.explorer.most_events().saturating_mul(AT_ONCE);
        taken.is_cut |= taken.events >= most;
        !taken.is_cut
    }

    fn ended(&self, _: &Arc<Program>, report: &Arc<ExecutionReport>, is_child: bool) {
        if is_child {
            let mut taken = self.lock();
            taken.children.push(report.clone());
        }
    }

    fn evaluation_failed(&self, execution: &About, state: &str, failure: &Failure) {
        let text =
            |text: &Option<smol_str::SmolStr>| text.as_deref().unwrap_or_default().to_owned();
        let error = text(&failure.error);
        let mut taken = self.lock();
        let is_meant = error == errors::NO_CHOICE_MATCHED
            || (taken.meant).contains(&(execution.id.to_string(), state.to_owned()));
        if is_meant {
            return;
        }
        taken.evaluations.push(Evaluation {
            workflow: None,
            state: state.to_owned(),
            shown_by: state.to_owned(),
            error,
            cause: text(&failure.cause),
            in_child: execution.machine_name.contains('/'),
        });
    }

    fn items(&self, execution: &About, state: &str) -> Option<Result<Value, String>> {
        let explorer = &self.explorer;
        let items = match explorer.given_items(state) {
            Some(items) => items.clone(),
            None if explorer.has_objects() => return None,
            None if let Some(items) = explorer.typed_items(state) => items.clone(),
            None => {
                self.lock().made_up.get_or_insert_with(|| state.to_owned());
                [Value::empty_object()].into_iter().collect()
            }
        };
        let error = errors::ITEM_READER_FAILED;
        Some(match self.may_fail(execution, state, error) {
            true => Err("explored".to_owned()),
            false => Ok(items),
        })
    }

    fn results_written(&self, execution: &About, state: &str) -> Option<Result<(), String>> {
        let error = errors::RESULT_WRITER_FAILED;
        Some(match self.may_fail(execution, state, error) {
            true => Err("explored".to_owned()),
            false => Ok(()),
        })
    }
}

impl Script {
    /// Whether something fails that only fails where somebody counts on it.
    fn may_fail(&self, execution: &About, state: &str, error: &str) -> bool {
        let mut options = vec![Outcome::Success(0)];
        if self.explorer.names.count_on(state, error) {
            options.push(Outcome::Failure(error.to_owned()));
        }
        let place = (execution.id.to_string(), Vec::new(), state.to_owned());
        self.choose(place, false, options) != Outcome::Success(0)
    }
}

impl Explorer {
    /// How a call that does not succeed is answered.
    fn failed(&self, call: &TaskCall<'_>, outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Failure(error) => {
                let mut declared = self.errors.iter().filter(|(_, found)| found.error == error);
                let cause = declared.find(|(matcher, _)| matcher.is_for_call(call));
                let cause = cause.map_or("explored", |(_, declared)| &declared.cause);
                Answer::failure(error, cause)
            }
            Outcome::Timeout if call.timeout().is_none() && call.heartbeat().is_none() => {
                Answer::failure(errors::TIMEOUT, "explored")
            }
            _ => Answer::never(),
        }
    }

    /// What a call may come to, the usual first.
    fn options(&self, call: &TaskCall<'_>, samples: usize) -> Vec<Outcome> {
        let mut options: Vec<Outcome> = (0..samples.max(1)).map(Outcome::Success).collect();
        let declared = self
            .errors
            .iter()
            .filter(|(matcher, _)| matcher.is_for_call(call))
            .map(|(_, declared)| &declared.error);
        let named = self.names.of_state(call.state());
        for error in declared.chain(named) {
            let outcome = match error.as_str() {
                errors::ALL | errors::TASK_FAILED => Outcome::Failure(ANY_OTHER_ERROR.to_owned()),
                errors::TIMEOUT | errors::HEARTBEAT_TIMEOUT => Outcome::Timeout,
                error if fails_no_task(error) => continue,
                error => Outcome::Failure(error.to_owned()),
            };
            add(&mut options, outcome);
        }
        let is_timed = is_timed(call);
        if is_timed {
            add(&mut options, Outcome::Timeout);
        }
        let is_job = call.resource().pattern() == Pattern::Sync;
        if call.token().is_some() && !is_job && !is_timed {
            options.push(Outcome::Silence);
        }
        options
    }

    /// What the start of a machine may come to.
    fn options_of_start(
        &self,
        call: &TaskCall<'_>,
        integration: Integration,
        nested: Option<&super::nested::Nested>,
        outputs: usize,
    ) -> Vec<Outcome> {
        let successes = if integration.waits() {
            outputs.max(1)
        } else {
            1
        };
        let mut options: Vec<Outcome> = (0..successes).map(Outcome::Success).collect();
        let failures = nested.map_or(&[][..], |nested| &nested.failures);
        if integration.waits() {
            for ending in failures {
                add(&mut options, Outcome::NestedFailure(ending.error.clone()));
            }
        }
        for error in self.names.of_state(call.state()) {
            let outcome = match error.as_str() {
                errors::ALL | errors::TASK_FAILED if !integration.waits() => {
                    Outcome::Failure(ANY_OTHER_ERROR.to_owned())
                }
                errors::ALL | errors::TASK_FAILED if failures.is_empty() => {
                    Outcome::NestedFailure(ANY_OTHER_ERROR.to_owned())
                }
                errors::ALL | errors::TASK_FAILED => continue,
                errors::TIMEOUT | errors::HEARTBEAT_TIMEOUT => Outcome::Timeout,
                error if fails_no_task(error) || !fails_start(error) => continue,
                error => Outcome::Failure(error.to_owned()),
            };
            add(&mut options, outcome);
        }
        let given = self.errors.iter();
        for (_, declared) in given.filter(|(matcher, _)| matcher.is_for_call(call)) {
            add(&mut options, Outcome::Failure(declared.error.clone()));
        }
        let is_timed = is_timed(call);
        if is_timed && integration.waits() {
            add(&mut options, Outcome::Timeout);
        }
        if nested.is_some_and(|nested| nested.is_stuck) && integration.waits() && !is_timed {
            options.push(Outcome::Silence);
        }
        options
    }
}

fn place(call: &TaskCall<'_>) -> Place {
    (
        call.execution().id.to_string(),
        call.scope(),
        call.state().to_owned(),
    )
}

fn is_timed(call: &TaskCall<'_>) -> bool {
    call.timeout().is_some() || call.heartbeat().is_some()
}

fn add(options: &mut Vec<Outcome>, outcome: Outcome) {
    if !options.contains(&outcome) {
        options.push(outcome);
    }
}

/// Nothing matches it, or no task fails with it.
fn fails_no_task(error: &str) -> bool {
    [
        errors::RUNTIME,
        errors::BRANCH_FAILED,
        errors::ITEM_READER_FAILED,
        errors::RESULT_WRITER_FAILED,
        errors::EXCEED_TOLERATED_FAILURE_THRESHOLD,
    ]
    .contains(&error)
}

/// Whether the start of an execution may fail with it: the error of the execution itself is never the state's.
fn fails_start(error: &str) -> bool {
    let services = ["States.", "StepFunctions.", "Sfn."];
    services.iter().any(|prefix| error.starts_with(prefix))
}

fn fitting<'a>(rows: &'a [(Matcher, Value)], call: &TaskCall<'_>) -> Vec<&'a (Matcher, Value)> {
    let rows = rows.iter();
    rows.filter(|(matcher, _)| matcher.is_for_call(call))
        .collect()
}
