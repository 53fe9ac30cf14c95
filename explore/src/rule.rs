//! The properties that need no writing: each is a rule with a name, and can be switched off.

use std::fmt;

/// A property that every state machine should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// From each point of each path, some continuation ends.
    PathEnds,
    /// Every path ends within the given time.
    EndsInTime,
    /// Each state is entered on some path.
    StateReached,
    /// No state reads a value or a variable that is absent on the path.
    ValuePresent,
    /// For each value, a rule of the Choice matches or it has a `Default`.
    ChoiceMatches,
    /// No handler of all errors hides that a field cannot be evaluated.
    EvaluationVisible,
    /// Each declared error of a task is caught, or declared as passed on.
    ErrorHandled,
    /// No Retrier repeats a call that has an effect and no idempotency token.
    EffectOnce,
    /// No task waits without end for an answer.
    TokenTimeout,
    /// What one branch did is undone when another branch fails.
    BranchUndone,
}

impl Rule {
    /// All rules.
    pub const ALL: [Rule; 10] = [
        Rule::PathEnds,
        Rule::EndsInTime,
        Rule::StateReached,
        Rule::ValuePresent,
        Rule::ChoiceMatches,
        Rule::EvaluationVisible,
        Rule::ErrorHandled,
        Rule::EffectOnce,
        Rule::TokenTimeout,
        Rule::BranchUndone,
    ];

    /// Returns its name, with which it is switched off.
    pub fn name(self) -> &'static str {
        match self {
            Self::PathEnds => "path-does-not-end",
            Self::EndsInTime => "path-too-long",
            Self::StateReached => "state-not-reached",
            Self::ValuePresent => "value-absent",
            Self::ChoiceMatches => "no-choice-matches",
            Self::EvaluationVisible => "hidden-evaluation-error",
            Self::ErrorHandled => "error-not-handled",
            Self::EffectOnce => "effect-repeated",
            Self::TokenTimeout => "token-without-timeout",
            Self::BranchUndone => "branch-not-undone",
        }
    }

    /// Returns the rule with a name.
    pub fn from_name(name: &str) -> Option<Rule> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// Returns how to fix a violation.
    pub fn advice(self) -> &'static str {
        match self {
            Self::PathEnds => "add a transition that leaves the cycle",
            Self::EndsInTime => "shorten the waits, the timeouts or the delays of the retriers",
            Self::StateReached => {
                "correct the condition that leads to it, or give samples with the values that it needs in the property file"
            }
            Self::ValuePresent => {
                "write the value on each path to this state, or test it with `IsPresent` or `$exists` first"
            }
            Self::ChoiceMatches => "add a `Default`, or a rule for this value",
            Self::EvaluationVisible => {
                "correct the expression, or name the error in a `Catch` if it is expected"
            }
            Self::ErrorHandled => {
                "add a `Catch` for it; if callers should see it, name it in `passes` of the task in the property file"
            }
            Self::EffectOnce => {
                "give the call an idempotency token, retry only errors that are raised before the effect, or set `repeatable: true` for the task in the property file"
            }
            Self::TokenTimeout => "set `TimeoutSeconds` or `HeartbeatSeconds`",
            Self::BranchUndone => "undo the call in a `Catch` of the container or of the branch",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
