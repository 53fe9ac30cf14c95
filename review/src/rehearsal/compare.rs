//! Compares a recorded execution with its rehearsal.

use std::collections::HashSet;

use serde_json::Value as Json;
use stepwright_asl::redaction::Redaction;
use stepwright_history::runtime_support::{RecordedEvent, numbered_events, short};
use stepwright_interpreter::execution::Outcome;
use stepwright_interpreter::history::EventKind;

use super::event_numbers::walk_differences;
use super::extent::Extent;
use super::finding::{Finding, ValueDifference};
use super::paths::paths;
use super::recorded_end::RecordedEnd;
use super::rehearsed_execution::{RehearsedCall, RehearsedExecution};
use super::volatile_values::{VolatileArguments, VolatileValues};

/// The maximum number of differences of one value, and of dropped calls, in a report.
const MOST: usize = 10;

/// The known states of the two definitions.
pub(super) trait KnownStates {
    /// Whether the new definition has the state.
    fn is_in_new(&self, state: &str) -> bool;
    /// Whether the definition of the recorded execution has the state, by its new name; `None` if
    /// that definition is not known.
    fn is_in_old(&self, state: &str) -> Option<bool>;
    /// Whether the state is a Choice in the new definition.
    fn is_choice(&self, state: &str) -> bool;
}

/// A recorded execution, or a child of one of its Map Runs, and its rehearsal.
pub(super) struct ComparedExecution<'a> {
    pub(super) recorded: &'a [RecordedEvent],
    pub(super) run: &'a RehearsedExecution,
    /// The events of the run.
    pub(super) events: &'a [RecordedEvent],
    /// The same execution in runs with other times, ids and random numbers.
    pub(super) others: Vec<&'a RehearsedExecution>,
    pub(super) known: &'a dyn KnownStates,
    pub(super) redaction: &'a Redaction,
}

impl ComparedExecution<'_> {
    /// Returns the differences. Differences that depend on the time, on ids or on random numbers
    /// are not reported; a path that depends on them is [`Undetermined`](Finding::Undetermined).
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut findings = self.of_run(self.run, self.events);
        for other in &self.others {
            let events = numbered_events(&other.history);
            let keys: HashSet<String> = self
                .of_run(other, &events)
                .iter()
                .map(Finding::key)
                .collect();
            let is_stable = |finding: &Finding| {
                matches!(
                    finding,
                    Finding::ChangedCall { .. } | Finding::ChangedOutput { .. }
                ) || keys.contains(&finding.key())
            };
            if !findings.iter().all(is_stable) {
                let after = findings.iter().find_map(|finding| match finding {
                    Finding::OtherPath { after, .. } => after.clone(),
                    _ => None,
                });
                findings.retain(is_stable);
                findings.push(Finding::Undetermined { after });
                break;
            }
        }
        findings
    }

    fn of_run(&self, run: &RehearsedExecution, events: &[RecordedEvent]) -> Vec<Finding> {
        let mut findings = Vec::new();
        let end = RecordedEnd::of(self.recorded);
        let extent = Extent::of(self.recorded, events, &run.answers);
        let mut now = RecordedEnd::of_run(run.outcome.as_ref());
        // The answers that would have written the events beyond the limit are not in the history.
        if end == RecordedEnd::Full && (run.outcome.is_none() || extent.is_left_in(&[])) {
            now = RecordedEnd::Full;
        }
        let have_failed = matches!(
            (&end, &now),
            (RecordedEnd::Failed(_), RecordedEnd::Failed(_))
        );
        if have_failed && self.has_volatile_error() {
            now = end.clone();
        }
        self.calls(run, &extent, &mut findings);
        let is_unanswered = !findings.is_empty()
            && findings
                .iter()
                .any(|finding| matches!(finding, Finding::UnansweredCall { .. }));
        let has_failed = matches!(
            now,
            RecordedEnd::Failed(_) | RecordedEnd::TimedOut | RecordedEnd::Full
        );
        if end != RecordedEnd::Open && end != now {
            if has_failed {
                findings.push(self.new_error(run, events, &end));
            } else if now == RecordedEnd::Succeeded {
                findings.push(Finding::OtherEnd {
                    recorded: end.words(),
                    now: now.words(),
                });
            } else if !is_unanswered {
                let waits = run.waits.iter().map(|wait| wait.state.clone());
                findings.push(Finding::NoEnd {
                    states: waits.collect(),
                    recorded: end.words(),
                });
            }
        } else if end == RecordedEnd::Open && has_failed && !extent.is_left_in(&[]) {
            findings.push(self.new_error(run, events, &end));
        }
        let has_stopped = is_unanswered || (end != now && now != RecordedEnd::Succeeded);
        self.path(run, events, has_stopped, &mut findings);
        let is_same_end = end == now && !end.is_cut();
        if !end.is_cut() && !has_stopped {
            self.dropped_calls(run, &mut findings);
        }
        if is_same_end {
            self.output(events, &mut findings);
        }
        findings
    }

    /// Whether the name of the error depends on the time, an id or a random number.
    fn has_volatile_error(&self) -> bool {
        let own = RecordedEnd::of_run(self.run.outcome.as_ref());
        let mut others = self
            .others
            .iter()
            .map(|other| RecordedEnd::of_run(other.outcome.as_ref()));
        others.any(|other| matches!(other, RecordedEnd::Failed(_)) && other != own)
    }

    fn new_error(
        &self,
        run: &RehearsedExecution,
        events: &[RecordedEvent],
        end: &RecordedEnd,
    ) -> Finding {
        let state = events.iter().rev().find_map(|event| {
            let has_error = event.details.get("error").is_some() && event.state.is_some();
            has_error.then(|| event.state.clone()).flatten()
        });
        // A Fail state has no event with its error.
        let entered = || {
            let paths = paths(events);
            let none: &[String] = &[];
            let last = paths.get(none)?.states.last()?;
            Some((*last).to_owned())
        };
        let (error, cause) = match &run.outcome {
            Some(Outcome::Failed(failure)) => (
                failure
                    .error
                    .as_deref()
                    .unwrap_or("no error name")
                    .to_owned(),
                failure.cause.as_deref(),
            ),
            _ => ("States.Timeout".to_owned(), None),
        };
        Finding::NewError {
            state: match events
                .last()
                .and_then(|last| last.details["error"].as_str())
            {
                Some(_) if self.known_fail(events) => entered(),
                _ => state.or_else(entered),
            },
            error,
            cause: cause.map(|cause| shortened(&self.redaction.text(cause))),
            recorded: end.words(),
        }
    }

    /// Whether the last entered state is a Fail.
    fn known_fail(&self, events: &[RecordedEvent]) -> bool {
        let entered = events
            .iter()
            .rev()
            .find(|event| event.kind.name().ends_with("StateEntered"));
        entered.is_some_and(|event| event.kind == EventKind::FailStateEntered)
    }

    fn calls(&self, run: &RehearsedExecution, extent: &Extent<'_>, findings: &mut Vec<Finding>) {
        let volatile = VolatileArguments::of(run, &self.others);
        for call in &run.calls {
            let Some(found) = &call.answer else {
                if extent.is_left_in(&call.key.0) {
                    continue;
                }
                findings.push(self.unanswered(
                    call,
                    match call.number {
                        0 => "the recorded execution has no answer of this state",
                        _ => "the recorded execution has fewer answers of this state",
                    },
                ));
                continue;
            };
            if call.lacks_timeout {
                findings.push(self.unanswered(
                    call,
                    "the recorded attempt timed out, and the state has no timeout now",
                ));
                continue;
            }
            if found.is_equal {
                continue;
            }
            let recorded = run
                .answers
                .attempt(found)
                .and_then(|attempt| attempt.arguments.as_ref());
            let Some(recorded) = recorded else { continue };
            let now = call.arguments.to_json();
            let volatile = volatile.of_state(&call.key.1);
            let differences = self.differences(recorded, &now, volatile);
            if !differences.is_empty() {
                findings.push(Finding::ChangedCall {
                    state: call.key.1.clone(),
                    resource: call.resource.clone(),
                    differences,
                });
            }
        }
    }

    fn unanswered(&self, call: &RehearsedCall, reason: &str) -> Finding {
        let resource = match &call.target {
            Some(target) => format!("{} of {target}", call.resource),
            None => call.resource.clone(),
        };
        Finding::UnansweredCall {
            state: call.key.1.clone(),
            resource,
            arguments: short(&self.redaction.value(&call.arguments.to_json())),
            reason: reason.to_owned(),
        }
    }

    fn dropped_calls(&self, run: &RehearsedExecution, findings: &mut Vec<Finding>) {
        let then = paths(self.recorded);
        let unused = run.answers.unused().into_iter();
        let unused = unused.filter(|((scope, _), _)| {
            let has_ended = then.get(scope.as_slice()).is_none_or(|path| path.has_ended);
            scope.is_empty() || (has_ended && run.answers.ended_by_others(scope).is_none())
        });
        for ((_, state), attempt) in unused.take(MOST) {
            let dropped = Finding::DroppedCall {
                state: state.clone(),
                resource: attempt.resource.clone(),
            };
            if !findings.contains(&dropped) {
                findings.push(dropped);
            }
        }
    }

    fn output(&self, events: &[RecordedEvent], findings: &mut Vec<Finding>) {
        let end = |events: &[RecordedEvent]| events.last().map(|last| last.details.clone());
        let (Some(then), Some(now)) = (end(self.recorded), end(events)) else {
            return;
        };
        let mut volatile = VolatileValues::default();
        for other in &self.others {
            if let Some(other) = end(&numbered_events(&other.history)) {
                volatile.add(&now, &other);
            }
        }
        let mut differences = self.differences(&then, &now, Some(&volatile));
        // The end of a truncated history cannot be compared.
        differences.retain(|one| one.recorded.is_some() || one.pointer != "/output");
        if !differences.is_empty() {
            findings.push(Finding::ChangedOutput { differences });
        }
    }

    /// Returns the differences of two values that are equal in all runs of the new definition.
    fn differences(
        &self,
        then: &Json,
        now: &Json,
        volatile: Option<&VolatileValues>,
    ) -> Vec<ValueDifference> {
        let is_volatile = |pointer: &str| volatile.is_some_and(|values| values.has(pointer));
        let mut differences = Vec::new();
        walk_differences(then, now, &mut |pointer, then, now| {
            if differences.len() < MOST && !is_volatile(pointer) {
                let names: Vec<&str> = pointer
                    .split('/')
                    .filter(|name| !name.is_empty() && name.parse::<usize>().is_err())
                    .collect();
                let text = |value: &Json| short(&self.redaction.value_at(&names, value));
                differences.push(ValueDifference {
                    pointer: pointer.to_owned(),
                    recorded: then.map(text),
                    now: now.map(text),
                });
            }
        });
        differences
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
