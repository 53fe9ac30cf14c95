//! The rules that observe the events of one path.

use std::fmt::Write as _;

use smol_str::SmolStr;
use stepwright_asl::errors;
use stepwright_interpreter::program::Kind;
use stepwright_interpreter::value::Value;

use super::absent_variables::AbsentVariables;
use super::definition::ExploredDefinition;
use super::machine::ExploredMachine;
use super::path_execution::ExecutionId;
use super::violation::Violation;
use super::visit::is_inside;
use crate::event::{Action, PathEvent};
use crate::rule::Rule;
use crate::settings::Settings;

/// The bytes of the name of a container.
const SCOPE_BYTES: usize = 48;

/// The progress of the rules on one path.
#[derive(Clone, Debug)]
pub(super) struct PathRules {
    /// For each compensation, the calls that were not undone.
    done: Vec<Vec<DoneCall>>,
    /// The task that failed last, with its execution and its error; `None` after a Fail state.
    failed: Option<FailedTask>,
    variables: AbsentVariables,
    pub(super) violations: Vec<Violation>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct FailedTask {
    execution: ExecutionId,
    /// The number of its definition.
    definition: usize,
    state: SmolStr,
    error: SmolStr,
}

/// A call that succeeded and was not undone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct DoneCall {
    state: SmolStr,
    /// The containers around it.
    scope: Vec<String>,
    /// The container around it that failed since.
    lost_by: Option<SmolStr>,
}

impl PathRules {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            done: vec![Vec::new(); settings.compensations.len()],
            failed: None,
            variables: AbsentVariables::default(),
            violations: Vec::new(),
        }
    }

    /// Returns about how many bytes the progress takes.
    pub(super) fn bytes(&self) -> usize {
        let done = self.done.iter().flatten();
        let done = done.map(|call| size_of::<DoneCall>() + call.scope.len() * SCOPE_BYTES);
        done.sum::<usize>() + self.variables.bytes()
    }

    pub(super) fn write_fingerprint(&self, to: &mut String) {
        self.variables.write_fingerprint(to);
        for calls in &self.done {
            let mut calls: Vec<&DoneCall> = calls.iter().collect();
            calls.sort();
            for call in calls {
                // Writing to a string never fails.
                let _ = write!(
                    to,
                    "{} {} {:?},",
                    call.state,
                    call.scope.join("/"),
                    call.lost_by
                );
            }
        }
    }

    pub(super) fn observe(
        &mut self,
        machine: &ExploredMachine,
        (execution, definition): (ExecutionId, usize),
        scope: &[String],
        event: &PathEvent,
    ) {
        let place = (execution, definition);
        (self.variables).observe(machine, place, scope, event, &mut self.violations);
        let definition = &machine.definitions[definition];
        match event.action {
            Action::Entered => {
                let state = definition.program.find(&event.name);
                // The error that ends the execution is that of the Fail state.
                if state
                    .is_some_and(|ix| matches!(definition.program.state(ix).kind, Kind::Fail(_)))
                {
                    self.failed = None;
                }
            }
            Action::Called => self.called(machine, (execution, definition), event),
            Action::Succeeded => self.succeeded(machine, scope, event),
            Action::Failed => {
                let error = event
                    .field("error")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                self.failed = Some(FailedTask {
                    execution,
                    definition: place.1,
                    state: event.name.clone(),
                    error: SmolStr::new(error),
                });
            }
            Action::Ended => self.ended(machine, event),
            Action::Started | Action::Exited | Action::Late | Action::Assigned => {}
        }
    }

    fn succeeded(&mut self, machine: &ExploredMachine, scope: &[String], event: &PathEvent) {
        let pairs = machine.settings.compensations.iter();
        for (pair, done) in pairs.zip(&mut self.done) {
            if event.is_of(&pair.of) {
                done.push(DoneCall {
                    state: event.name.clone(),
                    scope: scope.to_vec(),
                    lost_by: None,
                });
            }
        }
    }

    fn called(
        &mut self,
        machine: &ExploredMachine,
        (execution, definition): (ExecutionId, &ExploredDefinition),
        event: &PathEvent,
    ) {
        let pairs = machine.settings.compensations.iter();
        for (pair, done) in pairs.zip(&mut self.done) {
            // A second attempt of the same undo undoes nothing more.
            let is_first = event.field("attempt").and_then(Value::as_i64) == Some(0);
            if event.is_of(&pair.undo) && is_first {
                let lost = done.iter().position(|call| call.lost_by.is_some());
                match lost {
                    Some(at) => drop(done.remove(at)),
                    None => drop(done.pop()),
                }
            }
        }
        let attempt = event.field("attempt").and_then(Value::as_i64);
        if attempt > Some(0) && machine.settings.is_on(Rule::EffectOnce) {
            self.check_repetition(machine, (execution, definition), event);
        }
    }

    fn check_repetition(
        &mut self,
        machine: &ExploredMachine,
        (execution, definition): (ExecutionId, &ExploredDefinition),
        event: &PathEvent,
    ) {
        let Some(task) = &event.task else {
            return;
        };
        let settings = (machine.settings).of_task(&definition.name, &event.name, task);
        let has_effect = settings.filter_map(|task| task.has_effect).last();
        let state = definition.program.find(&event.name);
        let token =
            state.and_then(|state| definition.idempotency_tokens.get(state.index())?.as_ref());
        let arguments = event.field("arguments");
        let is_repeated = match has_effect {
            Some(true) => true,
            Some(false) => false,
            None => token.is_some(),
        };
        if !is_repeated
            || arguments.is_some_and(|arguments| has_idempotency_token(arguments, token))
        {
            return;
        }
        let error = match &self.failed {
            Some(failed) if failed.execution == execution && failed.state == event.name => {
                failed.error.clone()
            }
            _ => SmolStr::default(),
        };
        if is_raised_before_effect(&error) {
            return;
        }
        let name = &event.name;
        let message = match token {
            Some(token) if has_effect.is_none() => format!(
                "the Retrier of `{name}` calls the service again after `{error}`, and the call has no `{token}`: it may take effect twice"
            ),
            _ => format!(
                "`{name}` has an effect, and its Retrier calls it again after `{error}`: it may take effect twice"
            ),
        };
        self.violations.push(Violation {
            rule: Rule::EffectOnce,
            subject: event.name.clone(),
            message,
        });
    }

    /// A container failed, or begins a further attempt: what was done inside it is to be undone.
    pub(super) fn attempt_lost(&mut self, scope: &[String], state: &str) {
        self.variables.forget_inside(scope, state);
        for call in self.done.iter_mut().flatten() {
            if is_inside(&call.scope, scope, state) && call.lost_by.is_none() {
                call.lost_by = Some(SmolStr::new(state));
            }
        }
    }

    fn ended(&mut self, machine: &ExploredMachine, event: &PathEvent) {
        let pairs = machine.settings.compensations.iter();
        for (pair, done) in pairs.zip(&self.done) {
            for call in done {
                if let Some(container) = &call.lost_by
                    && machine.settings.is_on(Rule::BranchUndone)
                {
                    self.violations.push(Violation {
                        rule: Rule::BranchUndone,
                        subject: call.state.clone(),
                        message: format!(
                            "`{}` succeeds, then another branch of `{container}` fails, and `{}` is not called",
                            call.state, pair.undo
                        ),
                    });
                }
            }
        }
        if event.name == "failed" && machine.settings.is_on(Rule::ErrorHandled) {
            self.check_error(machine, event);
        }
    }

    fn check_error(&mut self, machine: &ExploredMachine, event: &PathEvent) {
        let error = event
            .field("error")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let Some(failed) = &self.failed else {
            return;
        };
        // The error of a child is not that of its starter: it fails the Map Run.
        let is_of_child = failed.execution != 0;
        let is_reported = if is_of_child {
            error == errors::EXCEED_TOLERATED_FAILURE_THRESHOLD
        } else {
            error == failed.error
        };
        let (state, error) = (&failed.state, &failed.error);
        let definition = &machine.definitions[failed.definition];
        let names = definition.program.find(state);
        let names = names.and_then(|ix| definition.tasks.get(ix.index())?.as_ref());
        let (Some(names), true) = (names, is_reported) else {
            return;
        };
        let tasks = || machine.settings.of_task(&definition.name, state, names);
        let is_declared = tasks().any(|task| task.errors.iter().any(|name| name == error));
        let is_passed = tasks().any(|task| task.passes.iter().any(|name| name == error));
        let is_checked = is_declared || machine.settings.undeclared_errors;
        if is_checked && !is_passed {
            let kind = if is_declared {
                "declared"
            } else {
                "not caught"
            };
            let end = if is_of_child {
                "; it fails the Map Run with `States.ExceedToleratedFailureThreshold`, which ends the execution"
            } else {
                ", and ends the execution"
            };
            self.violations.push(Violation {
                rule: Rule::ErrorHandled,
                subject: SmolStr::new(format!("{state} {error}")),
                message: format!("`{error}` of `{state}` is {kind}{end}"),
            });
        }
    }
}

/// Returns whether the arguments of a call have a member with which the service recognizes a
/// repeated request.
fn has_idempotency_token(arguments: &Value, token: Option<&String>) -> bool {
    let token = token.map(|token| token.to_ascii_lowercase());
    let mut open = vec![arguments];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                for (name, value) in members.iter() {
                    let name = name.to_ascii_lowercase();
                    let is_token = token.as_ref() == Some(&name)
                        || name.contains("idempotency")
                        || [
                            "clienttoken",
                            "clientrequesttoken",
                            "messagededuplicationid",
                        ]
                        .contains(&name.as_str());
                    if is_token {
                        return true;
                    }
                    open.push(value);
                }
            }
            Value::Array(items) => open.extend(items.iter()),
            _ => {}
        }
    }
    false
}

/// Returns whether a service raises an error before it does anything.
fn is_raised_before_effect(error: &str) -> bool {
    let endings = [
        "ThrottlingException",
        "TooManyRequestsException",
        "ThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
    ];
    endings.iter().any(|ending| error.ends_with(ending))
}
