//! The script of one run: the outcome of each call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stepwright_asl::errors;
use stepwright_interpreter::ExecutionInfo;
use stepwright_interpreter::execution::Failure;
use stepwright_interpreter::program::Program;
use stepwright_interpreter::task::{Integration, IntegrationPattern, envelope};
use stepwright_interpreter::value::Value;

use super::exploration::FailedEnd;
use super::outcome::{Decision, Outcome};
use super::outcomes::Outcomes;
use super::run_record::{Choice, Cost, Evaluation, RunRecord, VisitKey};
use stepwright_engine::ExecutionReport;
use stepwright_engine::task::{Answer, TaskCall, TaskSource};
use stepwright_engine::test_support::{Observer, mocked_answer};

/// Answers the calls of one run. The first calls take the options of `prefix`; later calls take
/// their first option.
pub(super) struct Script {
    outcomes: Arc<Outcomes>,
    prefix: Vec<usize>,
    taken: Mutex<RunRecord>,
}

/// The name of the mocked executions that states start.
const EXPLORED: &str = "explored";

/// The children of a run together may write this many times the events of one execution.
const AT_ONCE: usize = 4;

impl Script {
    pub(super) fn new(outcomes: Arc<Outcomes>, prefix: Vec<usize>) -> Arc<Self> {
        Arc::new(Self {
            outcomes,
            prefix,
            taken: Mutex::default(),
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, RunRecord> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether children of Map Runs are still running.
    pub(super) fn has_running_children(&self) -> bool {
        let taken = self.lock();
        taken.children.len() < taken.started
    }

    /// Chooses the outcome of the next call.
    fn choose(&self, key: AttemptKey, mut options: Vec<Outcome>) -> Outcome {
        let AttemptKey {
            visit,
            item,
            attempt,
        } = key;
        let is_retry = attempt > 0;
        let mut taken = self.lock();
        let usual = options[0].clone();
        let last = taken.last.get(&visit).cloned();
        if is_retry
            && let Some(last) = &last
            && let Some(at) = options.iter().position(|option| option == last)
        {
            options[..=at].rotate_right(1);
        }
        // A retry of a Map or Parallel calls its tasks again. A failure in each attempt is one
        // fault.
        let is_inside = item != visit || !visit.1.is_empty();
        let before = taken.last.get(&item).cloned();
        let repeats = |option: &Outcome| is_inside && before.as_ref() == Some(option);
        let is_recovery = is_retry && last.as_ref().is_some_and(Outcome::is_fault);
        let cost = |(at, option): (usize, &Outcome)| match option {
            _ if at == 0 || repeats(option) => Cost::Nothing,
            Outcome::Success(0) if attempt == 1 => Cost::Nothing,
            Outcome::Success(number) if !is_recovery => Cost::Sample(*number),
            _ => Cost::Fault,
        };
        let costs = options.iter().enumerate().map(cost).collect();
        let number = taken.choices.len();
        let choice = self.prefix.get(number).copied().unwrap_or(0);
        let outcome = options.get(choice).unwrap_or(&usual).clone();
        taken.choices.push(Choice {
            state: visit.2.clone(),
            options: costs,
            taken: choice,
        });
        let decision = Decision {
            state: visit.2.clone(),
            outcome: outcome.clone(),
        };
        // A retry with the same outcome is listed once.
        if outcome != usual && !(is_retry && choice == 0) {
            taken.decisions.push(decision);
        }
        taken.last.insert(item, outcome.clone());
        taken.last.insert(visit, outcome.clone());
        outcome
    }

    /// Returns the answer to a call that starts a machine.
    fn started(&self, call: &TaskCall<'_>, integration: Integration) -> Answer {
        let outcomes = &self.outcomes;
        let target = call.target().unwrap_or_default();
        let nested = outcomes.nested(target);
        let outputs = outcomes.outputs_of(target, nested);
        let options = outcomes.of_start(call, integration, nested, outputs.len());
        let outcome = self.choose(AttemptKey::of(call), options);
        match outcome {
            Outcome::Success(number) => {
                let output = outputs.get(number).cloned();
                mocked_answer(
                    integration,
                    call,
                    EXPLORED,
                    Ok(output.unwrap_or_else(Value::empty_object)),
                )
            }
            Outcome::NestedFailure(error) => {
                let known = nested.and_then(|nested| {
                    let mut failures = nested.failures.iter();
                    failures.find(|ending| ending.error == error)
                });
                let mut taken = self.lock();
                if integration == Integration::SdkSync {
                    // Its result contains the failure, and the state treats it as a success on
                    // purpose.
                    let execution = call.execution().id().to_owned();
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
                let cause = known.map_or("explored", |ending: &FailedEnd| &ending.cause);
                mocked_answer(integration, call, EXPLORED, Err((error, cause.to_owned())))
            }
            other => outcomes.failed(call, other),
        }
    }
}

impl TaskSource for Script {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let outcomes = &self.outcomes;
        let mut samples = outcomes.given_samples(call);
        if samples.is_empty()
            && let Some(integration) = Integration::of(call.resource())
        {
            return Some(self.started(call, integration));
        }
        if samples.is_empty() {
            samples = outcomes.typed_samples(call);
        }
        let options = outcomes.of_call(call, samples.len());
        let outcome = self.choose(AttemptKey::of(call), options);
        let Outcome::Success(number) = outcome else {
            return Some(outcomes.failed(call, outcome));
        };
        let sample = samples.get(number);
        let result = sample.map_or_else(Value::empty_object, |(_, value)| value.clone());
        let is_raw = sample.is_some_and(|(matcher, _)| !matcher.is_function());
        let waits = call.resource().pattern() == IntegrationPattern::WaitForTaskToken;
        let result = if call.resource().is_lambda_invoke() && !is_raw && !waits {
            envelope::lambda(result, call.request_id())
        } else {
            result
        };
        Some(Answer::output(result))
    }
}

impl Observer for Script {
    fn child_starts(&self) -> Result<(), String> {
        let mut taken = self.lock();
        // Every child writes at least three events.
        let least = taken.started.saturating_mul(3);
        if taken.is_cut || least >= self.outcomes.most_events() {
            taken.is_cut = true;
            return Err("the exploration's bound of events was reached".to_owned());
        }
        taken.started += 1;
        Ok(())
    }

    fn child_goes_on(&self, written: u32) -> bool {
        let mut taken = self.lock();
        taken.events = taken.events.saturating_add(written as usize);
        // The bound is for each child; all children together have a multiple of it.
        let max_events = self.outcomes.most_events().saturating_mul(AT_ONCE);
        taken.is_cut |= taken.events >= max_events;
        !taken.is_cut
    }

    fn ended(&self, _: &Arc<Program>, report: &Arc<ExecutionReport>, is_child: bool) {
        if is_child {
            let mut taken = self.lock();
            taken.children.push(report.clone());
        }
    }

    fn evaluation_failed(&self, execution: &ExecutionInfo, state: &str, failure: &Failure) {
        let text =
            |text: &Option<smol_str::SmolStr>| text.as_deref().unwrap_or_default().to_owned();
        let error = text(&failure.error);
        let mut taken = self.lock();
        let is_meant = error == errors::NO_CHOICE_MATCHED
            || (taken.meant).contains(&(execution.id().to_owned(), state.to_owned()));
        if is_meant {
            return;
        }
        taken.evaluations.push(Evaluation {
            workflow: None,
            state: state.to_owned(),
            shown_by: state.to_owned(),
            error,
            cause: text(&failure.cause),
            in_child: execution.machine_name().contains('/'),
        });
    }

    fn items(&self, execution: &ExecutionInfo, state: &str) -> Option<Result<Value, String>> {
        let outcomes = &self.outcomes;
        let items = match (outcomes.given_items(state), outcomes.typed_items(state)) {
            (Some(items), _) => items.clone(),
            (None, _) if outcomes.has_objects() => return None,
            (None, Some(items)) => items.clone(),
            (None, None) => {
                self.lock().made_up.get_or_insert_with(|| state.to_owned());
                [Value::empty_object()].into_iter().collect()
            }
        };
        let error = errors::ITEM_READER_FAILED;
        Some(if self.may_fail(execution, state, error) {
            Err("explored".to_owned())
        } else {
            Ok(items)
        })
    }

    fn results_written(
        &self,
        execution: &ExecutionInfo,
        state: &str,
    ) -> Option<Result<(), String>> {
        let error = errors::RESULT_WRITER_FAILED;
        Some(if self.may_fail(execution, state, error) {
            Err("explored".to_owned())
        } else {
            Ok(())
        })
    }
}

impl Script {
    /// Returns whether a reader or writer fails in this run. It may fail only if a Retry or Catch
    /// matches its error.
    fn may_fail(&self, execution: &ExecutionInfo, state: &str, error: &str) -> bool {
        let mut options = vec![Outcome::Success(0)];
        if self.outcomes.names.count_on(state, error) {
            options.push(Outcome::Failure(error.to_owned()));
        }
        let key = AttemptKey::new(execution, Vec::new(), state, 0);
        self.choose(key, options) != Outcome::Success(0)
    }
}

/// One attempt of a task.
struct AttemptKey {
    visit: VisitKey,
    /// The same for all executions of one item of a Map Run. A retry of a Map Run starts new
    /// executions for its items, and a new one continues the outcomes of an old one with the same
    /// input.
    item: VisitKey,
    /// 0 for the first attempt.
    attempt: u32,
}

impl AttemptKey {
    fn new(execution: &ExecutionInfo, scope: Vec<String>, state: &str, attempt: u32) -> Self {
        let visit = (execution.id().to_owned(), scope, state.to_owned());
        let machine = execution.machine_name();
        let item = if machine.contains('/') {
            let name = format!("{machine} {}", execution.input.to_json());
            (name, visit.1.clone(), visit.2.clone())
        } else {
            visit.clone()
        };
        Self {
            visit,
            item,
            attempt,
        }
    }

    fn of(call: &TaskCall<'_>) -> Self {
        Self::new(call.execution(), call.scope(), call.state(), call.attempt())
    }
}
