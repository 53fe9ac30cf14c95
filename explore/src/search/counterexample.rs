//! A path as steps that a person reads, and as a history that other tools open.

use std::fmt;
use std::time::Duration;

use stepwright_interpreter::history::History;
use stepwright_interpreter::value::Value;

use super::call_options::Move;
use super::inner_executions::inner_history;
use super::machine::ExploredMachine;
use super::path_record::{InnerHistory, RecordEntry};
use super::path_state::PathState;
use super::path_step::{PathStep, named};
use crate::event::{Action, PathEvent};

/// A path that shows a finding: from the start to the event that decides it.
#[derive(Clone, Debug)]
pub struct Counterexample {
    input: Value,
    steps: Vec<PathStep>,
    faults: u32,
    history: History,
    inner: Vec<InnerHistory>,
}

impl Counterexample {
    /// Returns the input of the execution.
    pub fn input(&self) -> &Value {
        &self.input
    }

    /// Returns the steps in their order.
    pub fn steps(&self) -> &[PathStep] {
        &self.steps
    }

    /// Returns the number of faults.
    pub fn faults(&self) -> u32 {
        self.faults
    }

    /// Returns the history of the execution up to the end of the path.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Returns the histories of the executions inside of the explored one, in the order of their
    /// ends.
    pub fn inner_histories(&self) -> &[InnerHistory] {
        &self.inner
    }

    /// Returns the steps as numbered lines. States that are entered without a call are joined to
    /// one line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut entered: Vec<&PathStep> = Vec::new();
        for step in &self.steps {
            if let PathStep::Enter { .. } = step {
                entered.push(step);
                continue;
            }
            flush(&mut entered, Some(step), &mut lines);
            lines.push(step.to_string());
        }
        flush(&mut entered, None, &mut lines);
        lines
    }
}

/// Returns steps as a numbered list, each on a separate line after the indentation.
///
/// ```
/// let steps = ["the input is {}", "the execution fails"];
/// let text = stepwright_explore::numbered(steps, "  ");
/// assert_eq!(text, "  1. the input is {}\n  2. the execution fails\n");
/// ```
pub fn numbered(steps: impl IntoIterator<Item = impl fmt::Display>, indent: &str) -> String {
    let steps = (1_usize..).zip(steps);
    steps
        .map(|(number, step)| format!("{indent}{number}. {step}\n"))
        .collect()
}

/// Adds a line for states that were entered. A state whose call follows is not listed.
fn flush(entered: &mut Vec<&PathStep>, next: Option<&PathStep>, lines: &mut Vec<String>) {
    let called = match next {
        Some(
            PathStep::Succeed {
                execution, state, ..
            }
            | PathStep::Fail {
                execution, state, ..
            }
            | PathStep::Open {
                execution, state, ..
            },
        ) => Some((execution, state)),
        _ => None,
    };
    let last = entered.last().and_then(|step| match step {
        PathStep::Enter { execution, state } => Some((execution, state)),
        _ => None,
    });
    if called.is_some() && last == called {
        entered.pop();
    }
    if !entered.is_empty() {
        let names: Vec<String> = entered
            .iter()
            .filter_map(|step| match step {
                PathStep::Enter { execution, state } => Some(named(execution.as_ref(), state)),
                _ => None,
            })
            .collect();
        lines.push(format!("the path enters {}", names.join(", ")));
    }
    entered.clear();
}

/// Repeats the moves of a path. `None` if that takes too long, or more than `left` bytes, which it
/// reduces.
pub(super) fn counterexample(
    machine: &ExploredMachine,
    start: u32,
    moves: &[Move],
    left: &mut usize,
) -> Option<Counterexample> {
    let mut path = PathState::recorded(machine, start as usize);
    for chosen in moves {
        if machine.budget.is_report_late() || path.new_bytes > *left {
            return None;
        }
        path.make(machine, chosen);
    }
    *left = left.checked_sub(path.new_bytes)?;
    let mut record = path.record.take().unwrap_or_default();
    let open = path.executions.iter().skip(1);
    record.inner.extend(open.map(inner_history));
    Some(Counterexample {
        input: path.main().execution.about().input.clone(),
        steps: steps_of(machine, &path, record.entries),
        faults: path.faults,
        history: path.main().execution.history(),
        inner: record.inner,
    })
}

fn steps_of(
    machine: &ExploredMachine,
    path: &PathState,
    entries: Vec<RecordEntry>,
) -> Vec<PathStep> {
    let mut steps = Vec::new();
    let mut time = Duration::ZERO;
    let mut open: Vec<PathEvent> = Vec::new();
    for entry in entries {
        let event = match entry {
            RecordEntry::Step(step) => {
                steps.push(step);
                continue;
            }
            RecordEntry::Event(event) => event,
        };
        if event.time > time {
            let passed = event.time - time;
            steps.push(PathStep::Pass { time: passed });
            time = event.time;
        }
        steps.extend(step_of(&event));
        match event.action {
            Action::Entered => steps.extend(read_of(machine, path, &event)),
            Action::Called => open.push(event),
            Action::Succeeded | Action::Failed => {
                let ended = open.iter().position(|call| {
                    (&call.name, &call.execution) == (&event.name, &event.execution)
                });
                ended.map(|at| open.remove(at));
            }
            _ => {}
        }
    }
    if !path.has_ended() {
        let is_open = |call: &PathEvent| {
            path.calls
                .iter()
                .find(|open| open.called.state == call.name && open.label == call.execution)
        };
        steps.extend(open.iter().filter_map(|call| {
            let found = is_open(call)?;
            Some(PathStep::Open {
                execution: execution_of(call),
                state: call.name.to_string(),
                arguments: field(call, "arguments"),
                is_silent: found.is_silent || path.is_unanswered(found),
            })
        }));
    }
    steps
}

/// Returns the step in which the reader of a Map that was entered reads its items.
fn read_of(machine: &ExploredMachine, path: &PathState, event: &PathEvent) -> Option<PathStep> {
    let state = event.name.as_str();
    let mut definitions = machine.definitions.iter().enumerate();
    let (number, definition) = definitions
        .find(|(_, definition)| definition.readers.iter().any(|reader| reader == state))?;
    let start = path.chosen_start(machine);
    let state = state.to_owned();
    if start.failing == Some((number, state.clone())) {
        return Some(PathStep::Read { state, items: None });
    }
    let choices = &definition.read_items;
    let choice = choices.get(start.items % choices.len().max(1))?;
    let items = choice.iter().find(|(reader, _)| *reader == state);
    let items = items.map(|(_, items)| items.clone());
    Some(PathStep::Read { state, items })
}

fn execution_of(event: &PathEvent) -> Option<String> {
    event.execution.as_ref().map(ToString::to_string)
}

fn field(event: &PathEvent, name: &str) -> Value {
    event.field(name).cloned().unwrap_or_default()
}

fn step_of(event: &PathEvent) -> Option<PathStep> {
    let (state, execution) = (|| event.name.to_string(), || execution_of(event));
    let attempt = || {
        let attempt = event.field("attempt").and_then(Value::as_i64);
        attempt
            .and_then(|attempt| u32::try_from(attempt).ok())
            .unwrap_or_default()
    };
    let text = |name: &str| {
        let text = event.field(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let value = || match event.field("output") {
        Some(output) => output.clone(),
        None => field(event, "error"),
    };
    Some(match (event.action, execution()) {
        (Action::Started, None) => PathStep::Start {
            input: field(event, "input"),
        },
        (Action::Started, Some(execution)) => PathStep::StartInner {
            execution,
            input: field(event, "input"),
        },
        (Action::Entered, execution) => PathStep::Enter {
            execution,
            state: state(),
        },
        (Action::Late, execution) => PathStep::Late {
            execution,
            state: state(),
            result: field(event, "result"),
        },
        (Action::Succeeded, execution) => PathStep::Succeed {
            execution,
            state: state(),
            attempt: attempt(),
            arguments: field(event, "arguments"),
            result: field(event, "result"),
        },
        (Action::Failed, execution) => PathStep::Fail {
            execution,
            state: state(),
            attempt: attempt(),
            arguments: field(event, "arguments"),
            error: text("error"),
        },
        (Action::Ended, None) => PathStep::End {
            status: state(),
            value: value(),
        },
        (Action::Ended, Some(execution)) => PathStep::EndInner {
            execution,
            status: state(),
            value: value(),
        },
        (Action::Called | Action::Exited | Action::Assigned, _) => return None,
    })
}
