//! Semantic differences between two definitions.
//!
//! The following are not changes: the order of states and keys, formatting, and explicit defaults.
//! Examples are `"MaxConcurrency": 0`, `"BackoffRate": 2.0`, a `QueryLanguage` equal to that of the
//! machine, `$['a']` for `$.a`, and blanks in a JSONata expression. A state with another name and
//! the same content is renamed. Changes of a `Comment` are reported separately from changes that
//! affect executions.
//!
//! ```
//! use stepwright_asl::diff::{Change, Diff};
//! use stepwright_asl::json::Json;
//!
//! let old: Json = r#"{"StartAt": "Charge", "States": {
//!     "Charge": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "TimeoutSeconds": 30, "Next": "Done"},
//!     "Done": {"Type": "Succeed"}}}"#.parse()?;
//! let new: Json = r#"{"StartAt": "Charge", "States": {
//!     "Finished": {"Type": "Succeed"},
//!     "Charge": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "TimeoutSeconds": 60, "Next": "Finished", "ResultPath": "$"}}}"#.parse()?;
//!
//! let diff = Diff::of(&old, &new);
//! let changes: Vec<_> = diff.states().iter().map(|state| (state.change, state.name.as_str())).collect();
//! assert_eq!(changes, [(Change::Renamed, "Finished"), (Change::Changed, "Charge")]);
//! assert_eq!(diff.states()[1].fields[0].pointer(), "/States/Charge/TimeoutSeconds");
//! assert!(diff.transitions().is_empty());
//! assert!(Diff::of(&old, &old).is_empty());
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```

mod align;
mod change;
mod comparison;
mod effects;
mod fields;
mod matching;
mod meaning;
mod report;
mod tokens;
mod transitions;
mod value_context;

use std::borrow::Cow;

use serde::Serialize;

use crate::json::Json;

pub use change::{Change, FieldChange, StateChange, TransitionChange, Trigger};
pub use effects::{Effect, Safety, StrandedState};

use comparison::Changes;
use matching::{Matching, PreparedDefinition};

/// The differences between two definitions.
///
/// `Display` writes it for readers, `serde` for programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diff {
    machine: Vec<FieldChange>,
    states: Vec<StateChange>,
    transitions: Vec<TransitionChange>,
    comments: Vec<FieldChange>,
    effects: Vec<Effect>,
    stranded: Vec<StrandedState>,
}

impl Diff {
    /// Compares two definitions, each a `&StateMachine`, a `&Document` or a `&Json`. Any JSON can
    /// be compared; the definitions are not validated. Arrays and objects nested deeper than
    /// [`MAX_DEPTH`](crate::json::MAX_DEPTH) levels, which no parsed text has, are compared as
    /// text.
    pub fn of<'o, 'n>(old: impl Into<Cow<'o, Json>>, new: impl Into<Cow<'n, Json>>) -> Diff {
        let (old, new) = (folded(old.into()), folded(new.into()));
        let (before, after) = (PreparedDefinition::of(&old), PreparedDefinition::of(&new));
        let matching = Matching::of(&before, &after);
        let changes = Changes::between(&before, &after, &matching);
        let effects = effects::of(&changes, &before, &after, &matching);
        let stranded = effects::stranded(&before, &after, &matching);
        let Changes {
            machine,
            states,
            transitions,
            comments,
        } = changes;
        Diff {
            machine,
            states,
            transitions,
            comments,
            effects,
            stranded,
        }
    }

    /// Whether the definitions are equal, including comments.
    pub fn is_empty(&self) -> bool {
        self.is_comments_only() && self.comments.is_empty()
    }

    /// Whether only comments changed.
    pub fn is_comments_only(&self) -> bool {
        self.machine.is_empty() && self.states.is_empty() && self.transitions.is_empty()
    }

    /// Changes in fields of the machine itself.
    pub fn machine(&self) -> &[FieldChange] {
        &self.machine
    }

    /// The changed states: first the removed ones in the old order, then all others in the new
    /// order.
    pub fn states(&self) -> &[StateChange] {
        &self.states
    }

    /// The added and removed transitions. A transition is not changed if only its source or target
    /// state was renamed.
    pub fn transitions(&self) -> &[TransitionChange] {
        &self.transitions
    }

    /// Changes of comments, which do not affect executions.
    pub fn comments(&self) -> &[FieldChange] {
        &self.comments
    }

    /// The effects of the change on running and redriven executions. Empty if only comments
    /// changed.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The states of the old definition from which an execution could not continue under the new
    /// one. AWS never does that: a running execution uses its old definition to the end. It matters
    /// if you start a new execution at the state where an old one stopped.
    pub fn stranded(&self) -> &[StrandedState] {
        &self.stranded
    }

    /// Returns the fields for programs, with `equal` and `commentsOnly`.
    pub fn report(&self) -> impl Serialize {
        DiffReport {
            equal: self.is_empty(),
            comments_only: self.is_comments_only() && !self.is_empty(),
            diff: self,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DiffReport<'d> {
    equal: bool,
    comments_only: bool,
    #[serde(flatten)]
    diff: &'d Diff,
}

/// The comparison recurses, and programs may build values of any depth.
fn folded(json: Cow<'_, Json>) -> Cow<'_, Json> {
    match json.folded() {
        Some(folded) => Cow::Owned(folded),
        None => json,
    }
}

#[cfg(test)]
mod tests {
    use super::Diff;
    use crate::json;
    use crate::json::Json;

    /// A machine with a state whose `Result` nests this many levels around the inner value.
    fn deep(levels: usize, inside: &str) -> Json {
        let result = (0..levels).fold(Json::from(inside), |inner, _| Json::Array(vec![inner]));
        let mut machine = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
        let pass = machine
            .as_object_mut()
            .and_then(|machine| machine.get_mut("States"));
        let pass = pass.and_then(|states| states.as_object_mut()?.get_mut("P"));
        if let Some(pass) = pass.and_then(Json::as_object_mut) {
            pass.insert("Result".to_owned(), result);
        }
        machine
    }

    #[test]
    fn values_of_any_depth_are_compared() {
        for levels in [10, 255, 256, 257, 100_000] {
            let (one, other) = (deep(levels, "a"), deep(levels, "b"));
            assert!(Diff::of(&one, &deep(levels, "a")).is_empty(), "{levels}");
            let diff = Diff::of(&one, &other);
            assert_eq!(diff.states().len(), 1, "{levels}");
            assert!(!diff.to_string().is_empty());
        }
    }
}
