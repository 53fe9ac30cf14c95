//! What an evaluation reads.

use std::borrow::Cow;
use std::fmt;

use crate::value::{Segment, Value};

use super::{Entropy, Variables};

/// The context object (`$$`, `$states.context`), of which only what an expression reads is built.
pub trait Context {
    /// The context object as it stands.
    fn value(&self) -> Value;

    /// The value at the first steps of a path into the context object, and how many they are: none
    /// where it is the whole object, because the path leads nowhere in it.
    fn part(&self, path: &[Segment]) -> (Cow<'_, Value>, usize) {
        let _ = path;
        (Cow::Owned(self.value()), 0)
    }

    /// Whether the context object has an object of that name, whose members [`part`](Self::part) reads one by one.
    fn has_object(&self, name: &str) -> bool {
        let _ = name;
        false
    }
}

/// A context object that is there already.
impl Context for Value {
    fn value(&self) -> Value {
        self.clone()
    }

    fn part(&self, _: &[Segment]) -> (Cow<'_, Value>, usize) {
        (Cow::Borrowed(self), 0)
    }
}

/// What an expression reads. Cheap to build; borrow it for one evaluation or for all of a state.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// What `$` means in JSONPath (the caller decides: effective input, result, Error Output)
    /// and `$states.input` in JSONata.
    pub input: &'a Value,
    /// `$states.result`, where the field has it.
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`, in a Catcher.
    pub error_output: Option<&'a Value>,
    /// `$$` and `$states.context`.
    pub context: &'a dyn Context,
    /// The workflow variables as they were before the state.
    pub variables: &'a Variables,
    /// Where `States.UUID`, `States.MathRandom`, `$random` and `$uuid` draw from.
    pub entropy: &'a Entropy,
    /// The time that `$now()` and `$millis()` see, in milliseconds since 1970.
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
