//! The Choice state.

use indexmap::IndexMap;

use crate::json::{Json, Object};
use crate::value_path::ValuePath;

use super::structure::{Flattened, ParseContext, Structure, structure};
use super::{Operator, PathField, QueryLanguage, Word};

structure! {
    /// Continues depending on the data: the first matching rule decides.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html>
    Choice is "Choice" {
        /// Description of the state.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's if absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// Selects the part of the input that the state works on; `null` for an empty one.
        input_path: Option<PathField> = "InputPath" JsonPath,
        /// The rules, in order of evaluation.
        choices: Vec<ChoiceRule> = "Choices" required,
        /// The name of the next state if no rule matches.
        default: Option<String> = "Default",
        /// Selects the part of the state's data that is its output; `null` for an empty one.
        output_path: Option<PathField> = "OutputPath" JsonPath,
        /// New values of workflow variables, by name.
        assign: Option<IndexMap<String, Json>> = "Assign",
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
    }
}

structure! {
    /// One rule of a Choice state, or a nested rule in `And`, `Or` or `Not`.
    ///
    /// In JSONPath a rule is a `Variable` with a comparison, or one of `And`, `Or` and `Not`; in
    /// JSONata it is a `Condition`.
    ChoiceRule {
        /// Description of the rule.
        comment: Option<String> = "Comment",
        /// An expression with a boolean result, or the literal `true` or `false`.
        condition: Option<Json> = "Condition" Jsonata,
        /// Matches if all of these rules match.
        and: Vec<ChoiceRule> = "And" JsonPath,
        /// Matches if at least one of these rules matches.
        or: Vec<ChoiceRule> = "Or" JsonPath,
        /// Matches if this rule does not.
        not: Option<Box<ChoiceRule>> = "Not" JsonPath,
        /// A path to the value to compare.
        variable: Option<String> = "Variable" JsonPath,
        /// The name of the next state; only in rules directly in `Choices`.
        next: Option<String> = "Next",
        /// New values of workflow variables, by name.
        assign: Option<IndexMap<String, Json>> = "Assign",
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
        ..comparison: Option<Comparison> as "How `Variable` is compared, and with what."
    }
}

impl ChoiceRule {
    /// The rule as a JSON value.
    pub fn to_value(&self) -> Json {
        Structure::write(self).into()
    }
}

/// A comparison operator and its operand, such as `"NumericGreaterThan": 100`.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The operator.
    pub operator: Operator,
    /// The value to compare with; a path if [`Operator::is_path`].
    pub operand: Json,
}

impl Flattened for Option<Comparison> {
    fn has(key: &str) -> bool {
        Operator::from_name(key).is_some()
    }

    fn set(&mut self, key: &str, value: &Json, at: &ValuePath<'_>, reading: &mut ParseContext<'_>) {
        let Some(operator) = Operator::from_name(key) else {
            return;
        };
        if let Some(first) = self {
            let message = format!(
                "a choice rule has one comparison, but this one already has `{}`",
                first.operator
            );
            reading.fault("SW071", message, at);
            return;
        }
        *self = Some(Comparison {
            operator,
            operand: value.clone(),
        });
    }

    fn members(&self, members: &mut Object) {
        if let Some(Comparison { operator, operand }) = self {
            members.insert(operator.name().to_owned(), operand.clone());
        }
    }
}
