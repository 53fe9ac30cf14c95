//! The context of a value in a definition, and the default of an absent value there.

use crate::json::{Json, Object};
use crate::limits::{
    DEFAULT_BACKOFF_RATE, DEFAULT_INTERVAL_SECONDS, DEFAULT_MAX_ATTEMPTS, MAX_SECONDS,
};
use crate::model::{QueryLanguage, StateKind};

/// The context of a value in a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueContext {
    /// The machine, a branch, or the processor of a Map. Its states are compared one by one.
    Body,
    State(Option<StateKind>),
    Retriers,
    Retrier,
    Catchers,
    Catcher,
    /// The rules of a Choice.
    Rules,
    Rule,
    /// The rules in `And` or `Or`.
    InnerRules,
    InnerRule,
    /// Names of errors, whose order is irrelevant.
    Names,
    /// The `ProcessorConfig` of a Map.
    ProcessorConfig,
    /// A payload in which expressions are evaluated.
    Data,
    /// A payload that is not evaluated.
    Literal,
}

impl ValueContext {
    /// The context of an object's member.
    pub(super) fn member(self, key: &str) -> ValueContext {
        match (self, key) {
            (ValueContext::State(_), "Retry") => ValueContext::Retriers,
            (ValueContext::State(_), "Catch") => ValueContext::Catchers,
            (ValueContext::State(Some(StateKind::Choice)), "Choices") => ValueContext::Rules,
            (ValueContext::State(_), "ItemProcessor" | "Iterator") => ValueContext::Body,
            (ValueContext::State(_), "Result" | "Resource") => ValueContext::Literal,
            (ValueContext::Body, "ProcessorConfig") => ValueContext::ProcessorConfig,
            (ValueContext::Retrier | ValueContext::Catcher, "ErrorEquals") => ValueContext::Names,
            (ValueContext::Rule | ValueContext::InnerRule, "And" | "Or") => {
                ValueContext::InnerRules
            }
            (ValueContext::Rule | ValueContext::InnerRule, "Not") => ValueContext::InnerRule,
            (ValueContext::Literal | ValueContext::Names, _) => ValueContext::Literal,
            _ => ValueContext::Data,
        }
    }

    /// The context of an array's item.
    pub(super) fn item(self) -> ValueContext {
        match self {
            ValueContext::Retriers => ValueContext::Retrier,
            ValueContext::Catchers => ValueContext::Catcher,
            ValueContext::Rules => ValueContext::Rule,
            ValueContext::InnerRules => ValueContext::InnerRule,
            ValueContext::Names | ValueContext::Literal => ValueContext::Literal,
            _ => ValueContext::Data,
        }
    }

    /// Whether a `Comment` of an object here is a comment. In payloads it is an ordinary key.
    pub(super) fn has_comment(self) -> bool {
        matches!(
            self,
            ValueContext::Body
                | ValueContext::State(_)
                | ValueContext::Retrier
                | ValueContext::Catcher
                | ValueContext::Rule
                | ValueContext::InnerRule
        )
    }

    /// Whether a member is compared separately and not as a field: transition targets, and nested
    /// states.
    pub(super) fn is_structure(self, key: &str) -> bool {
        match self {
            ValueContext::Body => matches!(key, "StartAt" | "States"),
            ValueContext::State(_) => matches!(
                key,
                "Next" | "Default" | "End" | "QueryLanguage" | "Branches"
            ),
            ValueContext::Rule | ValueContext::Catcher => key == "Next",
            _ => false,
        }
    }

    /// Whether a structural member has the right type. A member of the wrong type is compared as an
    /// ordinary value.
    pub(super) fn is_sound(key: &str, value: &Json) -> bool {
        match key {
            "StartAt" | "Next" | "Default" => value.as_str().is_some(),
            "States" => value.as_object().is_some(),
            "Branches" => value.as_array().is_some(),
            "End" => value.as_bool().is_some(),
            "QueryLanguage" => value
                .as_str()
                .is_some_and(|word| QueryLanguage::from_word(word).is_some()),
            _ => true,
        }
    }

    /// The canonical name of a key: the current name of a deprecated key.
    pub(super) fn canonical<'k>(self, object: &Object, key: &'k str) -> &'k str {
        let today = match (self, key) {
            (ValueContext::State(Some(StateKind::Map)), "Iterator") => "ItemProcessor",
            (ValueContext::State(Some(StateKind::Map)), "Parameters") => "ItemSelector",
            _ => return key,
        };
        if object.contains_key(today) {
            key
        } else {
            today
        }
    }

    /// The key that an object uses for a canonical key.
    pub(super) fn written<'k>(self, object: &Object, canonical: &'k str) -> Option<&'k str> {
        if object.contains_key(canonical) {
            return Some(canonical);
        }
        let yesterday = match (self, canonical) {
            (ValueContext::State(Some(StateKind::Map)), "ItemProcessor") => "Iterator",
            (ValueContext::State(Some(StateKind::Map)), "ItemSelector") => "Parameters",
            _ => return None,
        };
        object.contains_key(yesterday).then_some(yesterday)
    }

    /// The default of an absent field. Sources: the States Language and AWS's pages of each state.
    /// `{% $states.result %}` and the like are AWS's notation for the behaviour without `Output`.
    pub(super) fn absent(self, key: &str, language: QueryLanguage) -> Option<Json> {
        use StateKind::{Choice, Map, Parallel, Pass, Succeed, Task, Wait};
        let jsonata = language == QueryLanguage::Jsonata;
        let text = |text: &str| Some(Json::from(text));
        let empty = || Some(Json::Array(Vec::new()));
        match (self, key) {
            (ValueContext::State(_), "Retry" | "Catch") => empty(),
            (ValueContext::State(_), "Assign") => Some(Json::Object(Object::new())),
            (ValueContext::State(_), "InputPath" | "OutputPath" | "ResultPath") if !jsonata => {
                text("$")
            }
            (ValueContext::State(Some(Map)), "ItemsPath") if !jsonata => text("$"),
            (ValueContext::State(Some(Map)), "Items") if jsonata => text("{% $states.input %}"),
            (ValueContext::State(Some(Parallel)), "Arguments") if jsonata => {
                text("{% $states.input %}")
            }
            (ValueContext::State(Some(Task | Map | Parallel)), "Output") if jsonata => {
                text("{% $states.result %}")
            }
            (ValueContext::State(Some(Pass | Choice | Wait | Succeed)), "Output") if jsonata => {
                text("{% $states.input %}")
            }
            (
                ValueContext::State(Some(Map)),
                "MaxConcurrency" | "ToleratedFailureCount" | "ToleratedFailurePercentage",
            ) => Some(Json::from(0)),
            (ValueContext::State(Some(Task)), "TimeoutSeconds") => Some(Json::from(MAX_SECONDS)),
            (ValueContext::Retrier, "IntervalSeconds") => {
                Some(Json::from(DEFAULT_INTERVAL_SECONDS))
            }
            (ValueContext::Retrier, "MaxAttempts") => Some(Json::from(DEFAULT_MAX_ATTEMPTS)),
            (ValueContext::Retrier, "BackoffRate") => Some(Json::from(DEFAULT_BACKOFF_RATE)),
            (ValueContext::Retrier, "JitterStrategy") => text("NONE"),
            (ValueContext::Catcher, "ResultPath") if !jsonata => text("$"),
            (ValueContext::Catcher, "Output") if jsonata => text("{% $states.errorOutput %}"),
            (ValueContext::Body, "ProcessorConfig") => {
                let mode = ("Mode".to_owned(), Json::from("INLINE"));
                Some(Json::Object(Object::from_iter([mode])))
            }
            (ValueContext::ProcessorConfig, "Mode") => text("INLINE"),
            (ValueContext::Body, "Version") => text("1.0"),
            _ => None,
        }
    }
}
