//! The context of a value in a definition, and the default of an absent value there.

use crate::json::{Json, Object};
use crate::model::{QueryLanguage, StateKind};

/// The context of a value in a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
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

impl Place {
    /// The context of an object's member.
    pub(super) fn member(self, key: &str) -> Place {
        match (self, key) {
            (Place::State(_), "Retry") => Place::Retriers,
            (Place::State(_), "Catch") => Place::Catchers,
            (Place::State(Some(StateKind::Choice)), "Choices") => Place::Rules,
            (Place::State(_), "ItemProcessor" | "Iterator") => Place::Body,
            (Place::State(_), "Result" | "Resource") => Place::Literal,
            (Place::Body, "ProcessorConfig") => Place::ProcessorConfig,
            (Place::Retrier | Place::Catcher, "ErrorEquals") => Place::Names,
            (Place::Rule | Place::InnerRule, "And" | "Or") => Place::InnerRules,
            (Place::Rule | Place::InnerRule, "Not") => Place::InnerRule,
            (Place::Literal | Place::Names, _) => Place::Literal,
            _ => Place::Data,
        }
    }

    /// The context of an array's item.
    pub(super) fn item(self) -> Place {
        match self {
            Place::Retriers => Place::Retrier,
            Place::Catchers => Place::Catcher,
            Place::Rules => Place::Rule,
            Place::InnerRules => Place::InnerRule,
            Place::Names | Place::Literal => Place::Literal,
            _ => Place::Data,
        }
    }

    /// Whether a `Comment` of an object here is a comment. In payloads it is an ordinary key.
    pub(super) fn has_comment(self) -> bool {
        matches!(
            self,
            Place::Body
                | Place::State(_)
                | Place::Retrier
                | Place::Catcher
                | Place::Rule
                | Place::InnerRule
        )
    }

    /// Whether a member is compared separately and not as a field: transition targets, and nested states.
    pub(super) fn is_structure(self, key: &str) -> bool {
        match self {
            Place::Body => matches!(key, "StartAt" | "States"),
            Place::State(_) => matches!(
                key,
                "Next" | "Default" | "End" | "QueryLanguage" | "Branches"
            ),
            Place::Rule | Place::Catcher => key == "Next",
            _ => false,
        }
    }

    /// Whether a structural member has the right type. A member of the wrong type is compared as an ordinary value.
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
            (Place::State(Some(StateKind::Map)), "Iterator") => "ItemProcessor",
            (Place::State(Some(StateKind::Map)), "Parameters") => "ItemSelector",
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
            (Place::State(Some(StateKind::Map)), "ItemProcessor") => "Iterator",
            (Place::State(Some(StateKind::Map)), "ItemSelector") => "Parameters",
            _ => return None,
        };
        object.contains_key(yesterday).then_some(yesterday)
    }

    /// The default of an absent field. Sources: the States Language and AWS's pages of each state. `{% $states.result %}` and the like are AWS's
    /// notation for the behaviour without `Output`.
    pub(super) fn absent(self, key: &str, language: QueryLanguage) -> Option<Json> {
        use StateKind::{Choice, Map, Parallel, Pass, Succeed, Task, Wait};
        let jsonata = language == QueryLanguage::Jsonata;
        let text = |text: &str| Some(Json::from(text));
        let empty = || Some(Json::Array(Vec::new()));
        match (self, key) {
            (Place::State(_), "Retry" | "Catch") => empty(),
            (Place::State(_), "Assign") => Some(Json::Object(Object::new())),
            (Place::State(_), "InputPath" | "OutputPath" | "ResultPath") if !jsonata => text("$"),
            (Place::State(Some(Map)), "ItemsPath") if !jsonata => text("$"),
            (Place::State(Some(Map)), "Items") if jsonata => text("{% $states.input %}"),
            (Place::State(Some(Parallel)), "Arguments") if jsonata => text("{% $states.input %}"),
            (Place::State(Some(Task | Map | Parallel)), "Output") if jsonata => {
                text("{% $states.result %}")
            }
            (Place::State(Some(Pass | Choice | Wait | Succeed)), "Output") if jsonata => {
                text("{% $states.input %}")
            }
            (
                Place::State(Some(Map)),
                "MaxConcurrency" | "ToleratedFailureCount" | "ToleratedFailurePercentage",
            ) => Some(Json::from(0)),
            (Place::State(Some(Task)), "TimeoutSeconds") => Some(Json::from(99_999_999)),
            (Place::Retrier, "IntervalSeconds") => Some(Json::from(1)),
            (Place::Retrier, "MaxAttempts") => Some(Json::from(3)),
            (Place::Retrier, "BackoffRate") => Some(Json::from(2)),
            (Place::Retrier, "JitterStrategy") => text("NONE"),
            (Place::Catcher, "ResultPath") if !jsonata => text("$"),
            (Place::Catcher, "Output") if jsonata => text("{% $states.errorOutput %}"),
            (Place::Body, "ProcessorConfig") => {
                let mode = ("Mode".to_owned(), Json::from("INLINE"));
                Some(Json::Object(Object::from_iter([mode])))
            }
            (Place::ProcessorConfig, "Mode") => text("INLINE"),
            (Place::Body, "Version") => text("1.0"),
            _ => None,
        }
    }
}
