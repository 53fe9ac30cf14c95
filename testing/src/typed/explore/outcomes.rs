//! The outcomes that the runs of an exploration combine.

use std::collections::BTreeMap;

use stepwright_asl::errors;
use stepwright_asl::model::StateMachine;
use stepwright_explore::{HandledErrors, may_fail_with};
use stepwright_interpreter::task::{Integration, IntegrationPattern};
use stepwright_interpreter::value::Value;

use super::bounds::{Bounds, Items};
use super::declarations::{Declarations, DeclaredError};
use super::exploration::Exploration;
use super::nested::{NestedMachine, names_machine};
use super::outcome::{ANY_OTHER_ERROR, Outcome};
use crate::matcher::Matcher;
use stepwright_engine::task::{Answer, TaskCall};

/// The outcomes of tasks, nested workflows and readers that the runs combine.
pub(super) struct Outcomes {
    bounds: Bounds,
    errors: Vec<(Matcher, DeclaredError)>,
    /// Values of the types of task functions, for tasks without samples in the bounds.
    samples: Vec<(Matcher, Value)>,
    /// Values of the types of answers to task tokens and of results of service integrations.
    answers: Vec<(Matcher, Value)>,
    /// Items of the types of readers, by the states of their Maps.
    items: Vec<(String, Value)>,
    pub(super) names: HandledErrors,
    nested: Vec<NestedMachine>,
}

impl Outcomes {
    /// Collects the outcomes in the bounds, those that the functions and workflows of a definition
    /// declare, and the errors that its handlers name. `found` contains the complete explorations
    /// of the nested workflows.
    pub(super) fn new(
        bounds: Bounds,
        definition: &StateMachine,
        declared: Declarations,
        found: &BTreeMap<String, Exploration>,
    ) -> Self {
        let nested = (declared.workflows.iter())
            .map(|workflow| NestedMachine::new(workflow, found.get(&*workflow.name)))
            .collect();
        let given = bounds.errors.iter().cloned();
        let given = given.map(|(matcher, error)| (matcher, DeclaredError::new(error)));
        Self {
            errors: given.chain(declared.errors).collect(),
            samples: declared.samples,
            answers: declared.answers,
            items: declared.items,
            names: HandledErrors::of(&definition.to_value()),
            nested,
            bounds,
        }
    }

    /// Returns the maximum number of events of an execution.
    pub(super) fn most_events(&self) -> usize {
        self.bounds.events as usize
    }

    /// Returns the samples in the bounds that match a call.
    pub(super) fn given_samples(&self, call: &TaskCall<'_>) -> Vec<&(Matcher, Value)> {
        fitting(&self.bounds.samples, call)
    }

    /// Returns the samples of the type that the state of a call expects: of the answer to its
    /// token, of the result of a service, or of a task function. A function that gets a token
    /// returns nothing to the state.
    pub(super) fn typed_samples(&self, call: &TaskCall<'_>) -> Vec<&(Matcher, Value)> {
        let answers = fitting(&self.answers, call);
        if answers.is_empty() && call.resource().pattern() != IntegrationPattern::WaitForTaskToken {
            return fitting(&self.samples, call);
        }
        answers
    }

    /// Returns the nested workflow that a target names.
    pub(super) fn nested(&self, target: &str) -> Option<&NestedMachine> {
        self.nested.iter().find(|nested| nested.is_target(target))
    }

    /// Returns the outputs of a machine: the outputs in the bounds, or values of its type.
    pub(super) fn outputs_of(&self, target: &str, nested: Option<&NestedMachine>) -> Vec<Value> {
        let given = self.bounds.machines.iter();
        let given = given.filter(|(name, _)| names_machine(name, target));
        let given: Vec<Value> = given.map(|(_, output)| output.clone()).collect();
        match nested {
            Some(nested) if given.is_empty() => nested.outputs.clone(),
            _ => given,
        }
    }

    /// Returns the items in the bounds for the reader of a Map.
    pub(super) fn given_items(&self, state: &str) -> Option<&Value> {
        let mut given = self.bounds.items.iter();
        let found = given.find(|(name, _)| name == state);
        found.map(|(_, Items(items))| items)
    }

    /// Returns items of the type of a reader of a Map.
    pub(super) fn typed_items(&self, state: &str) -> Option<&Value> {
        let mut typed = self.items.iter();
        typed
            .find(|(name, _)| name == state)
            .map(|(_, items)| items)
    }

    /// Returns whether readers read objects.
    pub(super) fn has_objects(&self) -> bool {
        self.bounds.objects.is_some()
    }

    /// Returns the answer to a call with an outcome other than success.
    pub(super) fn failed(&self, call: &TaskCall<'_>, outcome: Outcome) -> Answer {
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

    /// Returns the outcomes of a call, the default one first.
    pub(super) fn of_call(&self, call: &TaskCall<'_>, samples: usize) -> Vec<Outcome> {
        let mut options: Vec<Outcome> = (0..samples.max(1)).map(Outcome::Success).collect();
        let declared = self
            .errors
            .iter()
            .filter(|(matcher, _)| matcher.is_for_call(call))
            .map(|(_, declared)| &declared.error);
        let named = self.names.of_state(call.state());
        let named = named.iter().filter(|error| self.is_possible(call, error));
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
        let is_job = call.resource().pattern() == IntegrationPattern::Sync;
        if call.token().is_some() && !is_job && !is_timed {
            options.push(Outcome::Silence);
        }
        options
    }

    /// Returns the outcomes of a call that starts a machine, the default one first.
    pub(super) fn of_start(
        &self,
        call: &TaskCall<'_>,
        integration: Integration,
        nested: Option<&NestedMachine>,
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

impl Outcomes {
    /// Returns whether the task of a call can fail with an error that a handler names. A handler of
    /// a Map or Parallel names errors of all tasks inside it.
    ///
    /// A task that may use any error name does not use the errors that other task functions
    /// declare.
    fn is_possible(&self, call: &TaskCall<'_>, error: &str) -> bool {
        if let Some(is_possible) = may_fail_with(call.resource(), error) {
            return is_possible;
        }
        let declared = || self.errors.iter().filter(|(_, found)| found.error == error);
        let is_of_task = |(matcher, _): &(Matcher, _)| matches!(matcher, Matcher::Task(_));
        !declared().any(is_of_task) || declared().any(|(matcher, _)| matcher.is_for_call(call))
    }
}

fn is_timed(call: &TaskCall<'_>) -> bool {
    call.timeout().is_some() || call.heartbeat().is_some()
}

fn add(options: &mut Vec<Outcome>, outcome: Outcome) {
    if !options.contains(&outcome) {
        options.push(outcome);
    }
}

/// Returns whether no task fails with this error, or no handler catches it.
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

/// Returns whether the start of an execution may fail with this error. The error of the nested
/// execution itself is never the error of the state.
fn fails_start(error: &str) -> bool {
    let services = ["States.", "StepFunctions.", "Sfn."];
    services.iter().any(|prefix| error.starts_with(prefix))
}

fn fitting<'a>(rows: &'a [(Matcher, Value)], call: &TaskCall<'_>) -> Vec<&'a (Matcher, Value)> {
    let rows = rows.iter();
    rows.filter(|(matcher, _)| matcher.is_for_call(call))
        .collect()
}
