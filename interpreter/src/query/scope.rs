//! The input of an evaluation.

use std::borrow::Cow;
use std::fmt;

use crate::value::{Segment, Value};

use super::{Entropy, Variables};

/// The members of the context object without the item, and their members.
pub const CONTEXT_MEMBERS: [(&str, &[&str]); 4] = [
    (
        "Execution",
        &[
            "Id",
            "Input",
            "Name",
            "RoleArn",
            "StartTime",
            "RedriveCount",
            "RedriveTime",
        ],
    ),
    ("StateMachine", &["Id", "Name"]),
    ("State", &["EnteredTime", "Name", "RetryCount"]),
    ("Task", &["Token"]),
];

/// The context object (`$$`, `$states.context`). Only the parts that an expression reads are built.
pub trait Context {
    /// Returns the current context object.
    fn value(&self) -> Value;

    /// Returns the value at the first steps of a path into the context object, and the number of
    /// these steps: 0 with the whole object, if the path does not exist in it.
    fn part(&self, path: &[Segment]) -> (Cow<'_, Value>, usize) {
        let _ = path;
        (Cow::Owned(self.value()), 0)
    }

    /// Returns whether the context object has an object of this name, whose members
    /// [`part`](Self::part) reads one by one.
    fn has_object(&self, name: &str) -> bool {
        let _ = name;
        false
    }
}

/// A context object that was built before the evaluation.
impl Context for Value {
    fn value(&self) -> Value {
        self.clone()
    }

    fn part(&self, _: &[Segment]) -> (Cow<'_, Value>, usize) {
        (Cow::Borrowed(self), 0)
    }
}

/// The input of an evaluation. Cheap to build; borrow it for one evaluation or for all of a state.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The value of `$` in JSONPath (the caller decides: effective input, result, Error Output)
    /// and of `$states.input` in JSONata.
    pub input: &'a Value,
    /// `$states.result`, if the field has it.
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`, in a catcher.
    pub error_output: Option<&'a Value>,
    /// `$$` and `$states.context`.
    pub context: &'a dyn Context,
    /// The workflow variables as they were before the state.
    pub variables: &'a Variables,
    /// The random numbers of `States.UUID`, `States.MathRandom`, `$random` and `$uuid`.
    pub entropy: &'a Entropy,
    /// The time that `$now()` and `$millis()` return, in milliseconds since 1970.
    pub now_millis: i64,
}

impl fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("input", self.input)
            .field("result", &self.result)
            .field("error_output", &self.error_output)
            .field("variables", self.variables)
            .field("now_millis", &self.now_millis)
            .finish_non_exhaustive()
    }
}
