//! The findings of a rehearsal in one execution.

use std::fmt;

use serde::Serialize;
use stepwright_asl::words::quoted;

/// The kind of a result, from the most to the least severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RehearsalKind {
    /// The new definition fails with an error that was not recorded, or does not end.
    NewError,
    /// It makes a call for which no answer was recorded, so that its end is unknown.
    UnansweredCall,
    /// A decision leads to another state.
    OtherPath,
    /// It no longer fails as recorded.
    OtherEnd,
    /// The same path with other calls: other arguments, or a call that is no longer made.
    ChangedCall,
    /// The same calls with another output.
    ChangedOutput,
    /// The path depends on the time, a random number or an id, so that it cannot be compared.
    Undetermined,
    /// The history cannot be rehearsed.
    Unusable,
    /// The same end and the same calls.
    Same,
}

impl RehearsalKind {
    /// All kinds, from the most to the least severe.
    pub const ALL: [Self; 9] = [
        Self::NewError,
        Self::UnansweredCall,
        Self::OtherPath,
        Self::OtherEnd,
        Self::ChangedCall,
        Self::ChangedOutput,
        Self::Undetermined,
        Self::Unusable,
        Self::Same,
    ];

    /// Returns the name for options and programs: `new-error`, `unanswered`, `path`, `end`, `call`,
    /// `output`, `undetermined`, `unusable`, `same`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewError => "new-error",
            Self::UnansweredCall => "unanswered",
            Self::OtherPath => "path",
            Self::OtherEnd => "end",
            Self::ChangedCall => "call",
            Self::ChangedOutput => "output",
            Self::Undetermined => "undetermined",
            Self::Unusable => "unusable",
            Self::Same => "same",
        }
    }

    /// Returns the kind in words, for a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::NewError => "new error",
            Self::UnansweredCall => "call without a recorded answer",
            Self::OtherPath => "other path",
            Self::OtherEnd => "other end",
            Self::ChangedCall => "changed calls",
            Self::ChangedOutput => "changed output",
            Self::Undetermined => "not comparable: depends on time, random numbers or ids",
            Self::Unusable => "cannot be rehearsed",
            Self::Same => "same end and same calls",
        }
    }
}

impl fmt::Display for RehearsalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value that a Choice read, then and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChoiceValue {
    /// The path or the expression.
    pub expression: String,
    /// Its value in the recorded execution; `None` if nothing is there, or if the Choice was not
    /// reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// Its value now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
}

/// Why a Choice decided as it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChoiceReason {
    /// The Choice.
    pub state: String,
    /// The condition of the rule that matches now; `None` for `Default`.
    pub rule: Option<String>,
    /// JSON pointer to the rule in the state.
    pub pointer: Option<String>,
    /// The values that the conditions read.
    pub values: Vec<ChoiceValue>,
}

/// A value that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ValueDifference {
    /// JSON pointer.
    pub pointer: String,
    /// The recorded value, shortened and masked; `None` if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// The value now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
}

impl fmt::Display for ValueDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        let at = match self.pointer.as_str() {
            "" => "the whole value",
            pointer => pointer,
        };
        write!(
            f,
            "{at}: recorded {}, now {}",
            text(&self.recorded),
            text(&self.now)
        )
    }
}

/// One difference between a recorded execution and its rehearsal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum Finding {
    /// The execution fails with another error than recorded.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    NewError {
        /// The state that fails.
        state: Option<String>,
        /// The error name.
        error: String,
        /// The cause, shortened.
        cause: Option<String>,
        /// The recorded end: `succeeded`, or the recorded error.
        recorded: String,
    },
    /// The execution does not end, although it did.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    NoEnd {
        /// The states that wait.
        states: Vec<String>,
        /// The recorded end.
        recorded: String,
    },
    /// A call without a recorded answer.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    UnansweredCall {
        /// The state.
        state: String,
        /// The resource.
        resource: String,
        /// The arguments, shortened and masked.
        arguments: String,
        /// Why there is none.
        reason: String,
    },
    /// The path parts.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    OtherPath {
        /// The last state of the common path; `None` at the start.
        after: Option<String>,
        /// The enclosing iterations and branches.
        scope: Vec<String>,
        /// The next recorded state; `None` if the path ended.
        recorded: Option<String>,
        /// The next state now.
        now: Option<String>,
        /// Why, if a Choice decided.
        choice: Option<ChoiceReason>,
    },
    /// The execution no longer fails as recorded.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    OtherEnd {
        /// The recorded end.
        recorded: String,
        /// The end now.
        now: String,
    },
    /// A call with other arguments. It receives the recorded answer.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    ChangedCall {
        /// The state.
        state: String,
        /// The resource.
        resource: String,
        /// The differences of the arguments.
        differences: Vec<ValueDifference>,
    },
    /// A recorded call that is no longer made.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    DroppedCall {
        /// The state, by its new name.
        state: String,
        /// The resource.
        resource: String,
    },
    /// Another output of the execution, or another cause of its error.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    ChangedOutput {
        /// The differences.
        differences: Vec<ValueDifference>,
    },
    /// States without calls were added or removed. The end and the calls are the same.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    OtherStates {
        /// The states that are entered only now.
        added: Vec<String>,
        /// The states that were entered only in the recording.
        removed: Vec<String>,
    },
    /// From here on nothing is compared: the path depends on the time, a random number or an id.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    Undetermined {
        /// The last state of the comparable path.
        after: Option<String>,
    },
    /// The history cannot be rehearsed.
    #[serde(rename_all = "camelCase")]
    #[non_exhaustive]
    Unusable {
        /// Why.
        reason: String,
    },
}

impl Finding {
    /// Returns the kind of an execution that has this finding as its most severe one.
    pub fn kind(&self) -> RehearsalKind {
        match self {
            Self::NewError { .. } | Self::NoEnd { .. } => RehearsalKind::NewError,
            Self::UnansweredCall { .. } => RehearsalKind::UnansweredCall,
            Self::OtherPath { .. } => RehearsalKind::OtherPath,
            Self::OtherEnd { .. } => RehearsalKind::OtherEnd,
            Self::ChangedCall { .. } | Self::DroppedCall { .. } => RehearsalKind::ChangedCall,
            Self::ChangedOutput { .. } => RehearsalKind::ChangedOutput,
            Self::OtherStates { .. } => RehearsalKind::Same,
            Self::Undetermined { .. } => RehearsalKind::Undetermined,
            Self::Unusable { .. } => RehearsalKind::Unusable,
        }
    }

    /// Returns what executions of one group have in common: the finding without values.
    pub fn key(&self) -> String {
        let pointers = |differences: &[ValueDifference]| {
            let pointers = differences.iter().map(|one| without_indexes(&one.pointer));
            let mut pointers: Vec<String> = pointers.collect();
            pointers.sort();
            pointers.dedup();
            pointers.join(" ")
        };
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        match self {
            Self::NewError { state, error, .. } => format!("error {} {error}", text(state)),
            Self::NoEnd { states, .. } => format!("no end {}", states.join(" ")),
            Self::UnansweredCall {
                state, resource, ..
            } => format!("unanswered {state} {resource}"),
            Self::OtherPath {
                after,
                recorded,
                now,
                ..
            } => format!("path {} {} {}", text(after), text(recorded), text(now)),
            Self::OtherEnd { recorded, now } => format!("end {recorded} {now}"),
            Self::ChangedCall {
                state, differences, ..
            } => format!("call {state} {}", pointers(differences)),
            Self::DroppedCall { state, .. } => format!("dropped {state}"),
            Self::ChangedOutput { differences } => format!("output {}", pointers(differences)),
            Self::OtherStates { added, removed } => {
                format!("states {} - {}", added.join(" "), removed.join(" "))
            }
            Self::Undetermined { after } => format!("undetermined {}", text(after)),
            Self::Unusable { reason } => format!("unusable {reason}"),
        }
    }
}

/// Returns a pointer with `*` instead of the indexes of items.
fn without_indexes(pointer: &str) -> String {
    let names = pointer.split('/').map(|name| match name.parse::<usize>() {
        Ok(_) => "*",
        Err(_) => name,
    });
    names.collect::<Vec<_>>().join("/")
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewError {
                state,
                error,
                cause,
                recorded,
            } => {
                write!(f, "fails with {error}")?;
                if let Some(state) = state {
                    write!(f, " in `{state}`")?;
                }
                if let Some(cause) = cause {
                    write!(f, ": {cause}")?;
                }
                write!(f, " (recorded: {recorded})")
            }
            Self::NoEnd { states, recorded } => write!(
                f,
                "does not end: waits in {} (recorded: {recorded})",
                quoted(states)
            ),
            Self::UnansweredCall {
                state,
                resource,
                arguments,
                reason,
            } => write!(f, "`{state}` calls {resource} with {arguments}: {reason}"),
            Self::OtherPath {
                after,
                scope,
                recorded,
                now,
                choice,
            } => {
                let state = |state: &Option<String>| match state {
                    Some(state) => format!("`{state}`"),
                    None => "the end".to_owned(),
                };
                match after {
                    Some(after) => write!(f, "after `{after}`")?,
                    None => f.write_str("at the start")?,
                }
                if !scope.is_empty() {
                    write!(f, " in {}", scope.join(", "))?;
                }
                write!(f, " comes {} instead of {}", state(now), state(recorded))?;
                choice
                    .as_ref()
                    .map_or(Ok(()), |choice| write!(f, ": {choice}"))
            }
            Self::OtherEnd { recorded, now } => write!(f, "recorded: {recorded}; now: {now}"),
            Self::ChangedCall {
                state,
                resource,
                differences,
            } => write!(
                f,
                "`{state}` calls {resource} with other arguments: {}",
                joined(differences)
            ),
            Self::DroppedCall { state, resource } => {
                write!(f, "`{state}` no longer calls {resource}")
            }
            Self::ChangedOutput { differences } => {
                write!(f, "another output: {}", joined(differences))
            }
            Self::OtherStates { added, removed } => {
                let parts = [("also enters", added), ("does not enter", removed)];
                let parts = parts.iter().filter(|(_, states)| !states.is_empty());
                let parts = parts.map(|(words, states)| format!("{words} {}", quoted(*states)));
                f.write_str(&parts.collect::<Vec<_>>().join("; "))
            }
            Self::Undetermined { after } => match after {
                Some(after) => write!(
                    f,
                    "is compared up to `{after}`; what follows depends on the time, a random number or an id"
                ),
                None => f.write_str(
                    "is not compared; its path depends on the time, a random number or an id",
                ),
            },
            Self::Unusable { reason } => f.write_str(reason),
        }
    }
}

impl fmt::Display for ChoiceReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(rule) => write!(f, "`{}` takes the rule `{rule}`", self.state)?,
            None => write!(f, "no rule of `{}` matches", self.state)?,
        }
        for value in &self.values {
            let now = value.now.as_deref().unwrap_or("missing");
            match &value.recorded {
                Some(recorded) if recorded != now => {
                    write!(f, "; `{}` was {recorded} and is {now}", value.expression)?;
                }
                _ => write!(f, "; `{}` is {now}", value.expression)?,
            }
        }
        Ok(())
    }
}

fn joined(differences: &[ValueDifference]) -> String {
    let lines = differences.iter().map(ValueDifference::to_string);
    lines.collect::<Vec<_>>().join("; ")
}
