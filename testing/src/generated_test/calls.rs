//! The answers that the tasks of an execution received.

use std::time::Duration;

use indexmap::IndexMap;
use stepwright_history::timeline::{Attempt, AttemptOutcome, Timeline};
use stepwright_interpreter::value::Value;

use stepwright_engine::clock::Timestamp;

/// The answers to the calls of one state, in their order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TaskAnswers {
    pub(super) state: String,
    pub(super) answers: Vec<RecordedAnswer>,
}

/// The answer to one call of a task.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RecordedAnswer {
    pub(super) result: RecordedResult,
    /// The time from the call to the answer.
    pub(super) delay: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum RecordedResult {
    Output(Value),
    Failure {
        error: String,
        cause: String,
    },
    /// The task timed out, or its state was stopped.
    Never,
}

/// Returns the answers to the tasks of an execution and of the children of its Map Runs, by states
/// in the order of their first calls. The children are in the order of their starts.
///
/// # Errors
///
/// The reason why the timelines do not contain them all.
pub(super) fn task_answers(timelines: &[Timeline]) -> Result<Vec<TaskAnswers>, String> {
    let has_children = timelines.len() > 1;
    let visits = timelines.iter().flat_map(Timeline::visits);
    let mut calls: Vec<(Timestamp, &str, &Attempt)> = Vec::new();
    for visit in visits {
        for attempt in visit.attempts() {
            if attempt.map_run().is_some() && !has_children {
                return Err(format!(
                    "the state `{}` is a Distributed Map, and the results of its child executions are not in this history",
                    visit.state()
                ));
            }
            if visit.state_type() == "Task" {
                calls.push((attempt.scheduled(), visit.state(), attempt));
            }
        }
    }
    // States of concurrent iterations are visited in one order and retried in another one.
    calls.sort_by_key(|(scheduled, ..)| *scheduled);
    let mut states: IndexMap<&str, Vec<RecordedAnswer>> = IndexMap::new();
    for (scheduled, state, attempt) in calls {
        let ended = attempt.ended().unwrap_or(scheduled);
        let answer = RecordedAnswer {
            result: RecordedResult::of(attempt),
            delay: ended.since(scheduled),
        };
        states.entry(state).or_default().push(answer);
    }
    let states = states.into_iter();
    Ok(states
        .map(|(state, answers)| TaskAnswers {
            state: state.to_owned(),
            answers,
        })
        .collect())
}

impl RecordedResult {
    fn of(attempt: &Attempt) -> Self {
        if let Some(result) = attempt.result() {
            return Self::Output(result.clone());
        }
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        match attempt.outcome() {
            AttemptOutcome::Failed => Self::Failure {
                error: text(attempt.error()),
                cause: text(attempt.cause()),
            },
            _ => Self::Never,
        }
    }
}
