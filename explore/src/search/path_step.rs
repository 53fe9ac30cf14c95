//! The steps of a path that a person reads.

use std::fmt;
use std::time::Duration;

use stepwright_interpreter::value::Value;

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
        /// The execution inside of the explored one, such as `Each[0]` or `Pay/payments`.
        execution: Option<String>,
        /// The state.
        state: String,
    },
    /// An execution inside of the explored one starts: a nested one, or a child of a Map Run.
    StartInner {
        /// Its position, such as `Each[0]` or `Pay/payments`.
        execution: String,
        /// Its input.
        input: Value,
    },
    /// An execution inside of the explored one ends.
    EndInner {
        /// Its position.
        execution: String,
        /// Its status: `succeeded`, `failed` or `timed-out`.
        status: String,
        /// The output, or the error.
        value: Value,
    },
    /// The ItemReader of a Map reads its items.
    Read {
        /// The Map.
        state: String,
        /// The items; `None` if they cannot be read.
        items: Option<Value>,
    },
    /// The ResultWriter of a Map cannot write.
    WriteFailed {
        /// The Map.
        state: String,
    },
    /// A task token is answered after its task has ended.
    Late {
        /// The execution inside of the explored one.
        execution: Option<String>,
        /// The state.
        state: String,
        /// The result of the answer.
        result: Value,
    },
    /// A call succeeds.
    Succeed {
        /// The execution inside of the explored one.
        execution: Option<String>,
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
        /// The execution inside of the explored one.
        execution: Option<String>,
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
        /// The execution inside of the explored one.
        execution: Option<String>,
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

impl PathStep {
    /// Returns the execution inside of the explored one in which it happens.
    pub fn execution(&self) -> Option<&str> {
        match self {
            Self::StartInner { execution, .. } | Self::EndInner { execution, .. } => {
                Some(execution)
            }
            Self::Enter { execution, .. }
            | Self::Succeed { execution, .. }
            | Self::Fail { execution, .. }
            | Self::Late { execution, .. }
            | Self::Open { execution, .. } => execution.as_deref(),
            Self::Start { .. }
            | Self::Read { .. }
            | Self::WriteFailed { .. }
            | Self::Pass { .. }
            | Self::End { .. } => None,
        }
    }
}

/// `` `Charge` ``, or `` `Charge` of `Pay/payments` ``
pub(super) fn named(execution: Option<&String>, state: &str) -> String {
    match execution {
        None => format!("`{state}`"),
        Some(execution) => format!("`{state}` of `{execution}`"),
    }
}

/// Describes the end of an execution.
fn end_of(status: &str, value: &Value) -> String {
    match status {
        "succeeded" => format!("succeeds with {}", short(value)),
        "failed" => match value.as_str() {
            None | Some("") => "fails".to_owned(),
            Some(error) => format!("fails with `{error}`"),
        },
        "aborted" => "is stopped".to_owned(),
        _ => "times out".to_owned(),
    }
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attempt = |attempt: &u32| match attempt {
            0 => String::new(),
            attempt => format!(" (attempt {})", attempt + 1),
        };
        match self {
            Self::Start { input } => write!(f, "the input is {}", short(input)),
            Self::Enter { execution, state } => {
                write!(f, "the path enters {}", named(execution.as_ref(), state))
            }
            Self::StartInner { execution, input } => {
                write!(f, "`{execution}` starts with {}", short(input))
            }
            Self::EndInner {
                execution,
                status,
                value,
            } => write!(f, "`{execution}` {}", end_of(status, value)),
            Self::Read { state, items } => match items {
                Some(items) => write!(f, "the reader of `{state}` has the items {}", short(items)),
                None => write!(f, "the reader of `{state}` fails"),
            },
            Self::WriteFailed { state } => write!(f, "the results of `{state}` cannot be written"),
            Self::Late {
                execution,
                state,
                result,
            } => write!(
                f,
                "the token of {} is answered with {} after its task has ended",
                named(execution.as_ref(), state),
                short(result)
            ),
            Self::Succeed {
                execution,
                state,
                attempt: number,
                arguments,
                result,
            } => write!(
                f,
                "{} is called with {}{} and succeeds with {}",
                named(execution.as_ref(), state),
                short(arguments),
                attempt(number),
                short(result)
            ),
            Self::Fail {
                execution,
                state,
                attempt: number,
                arguments,
                error,
            } => write!(
                f,
                "{} is called with {}{} and fails with `{error}`",
                named(execution.as_ref(), state),
                short(arguments),
                attempt(number)
            ),
            Self::Open {
                execution,
                state,
                arguments,
                is_silent,
            } => {
                let state = named(execution.as_ref(), state);
                write!(f, "{state} is called with {}", short(arguments))?;
                if *is_silent {
                    f.write_str(" and is never answered")
                } else {
                    Ok(())
                }
            }
            Self::Pass { time } => write!(f, "{} pass", readable_duration(*time)),
            Self::End { status, value } => {
                write!(f, "the execution {}", end_of(status, value))
            }
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
