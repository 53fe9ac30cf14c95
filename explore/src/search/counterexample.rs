//! A path as steps that a person reads, and as a history that other tools open.

use std::fmt;
use std::time::Duration;

use stepwright_interpreter::history::History;
use stepwright_interpreter::value::Value;

use super::call_options::Move;
use super::machine::ExploredMachine;
use super::observation::events_of;
use super::path_state::PathState;
use crate::event::{Action, PathEvent};
use crate::expression::readable_duration;

/// The bytes of a value that a step shows.
const SHOWN_BYTES: usize = 160;

/// One step of a counterexample.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PathStep {
    /// The execution starts with an input.
    Start {
        /// The input.
        input: Value,
    },
    /// A state is entered.
    Enter {
        /// The state.
        state: String,
    },
    /// A call succeeds.
    Succeed {
        /// The state.
        state: String,
        /// 0 for the first attempt.
        attempt: u32,
        /// The arguments of the call.
        arguments: Value,
        /// Its result.
        result: Value,
    },
    /// A call fails.
    Fail {
        /// The state.
        state: String,
        /// 0 for the first attempt.
        attempt: u32,
        /// The arguments of the call.
        arguments: Value,
        /// Its error.
        error: String,
    },
    /// A call is open at the end of the path.
    Open {
        /// The state.
        state: String,
        /// The arguments of the call.
        arguments: Value,
        /// Whether it is never answered.
        is_silent: bool,
    },
    /// Time passes.
    Pass {
        /// How much.
        time: Duration,
    },
    /// The execution ends.
    End {
        /// Its status: `succeeded`, `failed` or `timed-out`.
        status: String,
        /// The output, or the error.
        value: Value,
    },
}

/// A path that shows a finding: from the start to the event that decides it.
#[derive(Clone, Debug)]
pub struct Counterexample {
    input: Value,
    steps: Vec<PathStep>,
    faults: u32,
    history: History,
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

    /// Returns the steps as numbered lines. States that are entered without a call are joined to
    /// one line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut entered: Vec<&str> = Vec::new();
        for step in &self.steps {
            if let PathStep::Enter { state } = step {
                entered.push(state);
                continue;
            }
            flush(&mut entered, step, &mut lines);
            lines.push(step.to_string());
        }
        flush(
            &mut entered,
            &PathStep::Pass {
                time: Duration::ZERO,
            },
            &mut lines,
        );
        lines
    }
}

/// Adds a line for states that were entered. A state whose call follows is not listed.
fn flush(entered: &mut Vec<&str>, next: &PathStep, lines: &mut Vec<String>) {
    let called = match next {
        PathStep::Succeed { state, .. }
        | PathStep::Fail { state, .. }
        | PathStep::Open { state, .. } => Some(state.as_str()),
        _ => None,
    };
    if entered.last().copied() == called {
        entered.pop();
    }
    if !entered.is_empty() {
        let names: Vec<String> = entered.iter().map(|name| format!("`{name}`")).collect();
        lines.push(format!("the path enters {}", names.join(", ")));
    }
    entered.clear();
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attempt = |attempt: &u32| match attempt {
            0 => String::new(),
            attempt => format!(" (attempt {})", attempt + 1),
        };
        match self {
            Self::Start { input } => write!(f, "the input is {}", short(input)),
            Self::Enter { state } => write!(f, "the path enters `{state}`"),
            Self::Succeed {
                state,
                attempt: number,
                arguments,
                result,
            } => write!(
                f,
                "`{state}` is called with {}{} and succeeds with {}",
                short(arguments),
                attempt(number),
                short(result)
            ),
            Self::Fail {
                state,
                attempt: number,
                arguments,
                error,
            } => write!(
                f,
                "`{state}` is called with {}{} and fails with `{error}`",
                short(arguments),
                attempt(number)
            ),
            Self::Open {
                state,
                arguments,
                is_silent,
            } => {
                write!(f, "`{state}` is called with {}", short(arguments))?;
                match is_silent {
                    true => f.write_str(" and is never answered"),
                    false => Ok(()),
                }
            }
            Self::Pass { time } => write!(f, "{} pass", readable_duration(*time)),
            Self::End { status, value } => match status.as_str() {
                "succeeded" => write!(f, "the execution succeeds with {}", short(value)),
                "failed" => match value.as_str() {
                    None | Some("") => f.write_str("the execution fails"),
                    Some(error) => write!(f, "the execution fails with `{error}`"),
                },
                _ => f.write_str("the execution times out"),
            },
        }
    }
}

fn short(value: &Value) -> String {
    let text = value.to_text();
    if text.len() <= SHOWN_BYTES {
        return text;
    }
    let mut end = SHOWN_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

/// Repeats the moves of a path.
pub(super) fn counterexample(
    machine: &ExploredMachine,
    start: u32,
    moves: &[Move],
) -> Counterexample {
    let mut path = PathState::of_start(machine, start as usize);
    for chosen in moves {
        path = path.after(machine, chosen);
    }
    Counterexample {
        input: path.execution.about().input.clone(),
        steps: steps_of(machine, &path),
        faults: path.faults,
        history: path.execution.history(),
    }
}

fn steps_of(machine: &ExploredMachine, path: &PathState) -> Vec<PathStep> {
    let mut steps = Vec::new();
    let mut time = Duration::ZERO;
    let mut open: Vec<PathEvent> = Vec::new();
    for event in events_of(machine, path) {
        if event.time > time {
            let passed = event.time - time;
            steps.push(PathStep::Pass { time: passed });
            time = event.time;
        }
        steps.extend(step_of(&event));
        match event.action {
            Action::Called => open.push(event),
            Action::Succeeded | Action::Failed => {
                let ended = open.iter().position(|call| call.name == event.name);
                ended.map(|at| open.remove(at));
            }
            _ => {}
        }
    }
    if !path.has_ended() {
        steps.extend(open.iter().map(|call| {
            PathStep::Open {
                state: call.name.to_string(),
                arguments: field(call, "arguments"),
                is_silent: path
                    .calls
                    .iter()
                    .any(|open| open.is_silent && open.called.state == call.name),
            }
        }));
    }
    steps
}

fn field(event: &PathEvent, name: &str) -> Value {
    event.field(name).cloned().unwrap_or_default()
}

fn step_of(event: &PathEvent) -> Option<PathStep> {
    let state = || event.name.to_string();
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
    Some(match event.action {
        Action::Started => PathStep::Start {
            input: field(event, "input"),
        },
        Action::Entered => PathStep::Enter { state: state() },
        Action::Succeeded => PathStep::Succeed {
            state: state(),
            attempt: attempt(),
            arguments: field(event, "arguments"),
            result: field(event, "result"),
        },
        Action::Failed => PathStep::Fail {
            state: state(),
            attempt: attempt(),
            arguments: field(event, "arguments"),
            error: text("error"),
        },
        Action::Ended => PathStep::End {
            status: state(),
            value: match event.field("output") {
                Some(output) => output.clone(),
                None => field(event, "error"),
            },
        },
        Action::Called | Action::Exited | Action::Assigned => return None,
    })
}
