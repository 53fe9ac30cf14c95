//! The Choice state.

use indexmap::IndexMap;

use crate::json::{Json, Object};
use crate::place::Place;

use super::structure::{Flattened, Reading, structure};
use super::{Operator, PathField, QueryLanguage, Word};

structure! {
    /// Goes on by what the data is: the first rule that holds decides.
    ///
    /// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html>
    Choice is "Choice" {
        /// What the state is for.
        comment: Option<String> = "Comment",
        /// The query language of this state; the machine's when absent.
        query_language: Option<Word<QueryLanguage>> = "QueryLanguage",
        /// Selects the part of the input that the state works on; `null` for an empty one.
        input_path: Option<PathField> = "InputPath" JsonPath,
        /// The rules.
        choices: Vec<ChoiceRule> = "Choices" required,
        /// The name of the state that follows when no rule holds.
        default: Option<String> = "Default",
        /// Selects the part of the state's data that is its output; `null` for an empty one.
        output_path: Option<PathField> = "OutputPath" JsonPath,
        /// Workflow variables by name, and their new values.
        assign: Option<IndexMap<String, Json>> = "Assign",
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
    }
}

structure! {
    /// One rule of a Choice state, or a part of one below `And`, `Or` and `Not`.
    ///
    /// In JSONPath a rule is a `Variable` with a comparison, or one of `And`, `Or` and `Not`; in JSONata it is a `Condition`.
    ChoiceRule {
        /// What the rule is for.
        comment: Option<String> = "Comment",
        /// An expression that gives a boolean, or `true` or `false` as it stands.
        condition: Option<Json> = "Condition" Jsonata,
        /// Holds when all of these hold.
        and: Vec<ChoiceRule> = "And" JsonPath,
        /// Holds when one of these holds.
        or: Vec<ChoiceRule> = "Or" JsonPath,
        /// Holds when this does not.
        not: Option<Box<ChoiceRule>> = "Not" JsonPath,
        /// A path to what is compared.
        variable: Option<String> = "Variable" JsonPath,
        /// The name of the state that follows; only on the rules of the state itself.
        next: Option<String> = "Next",
        /// Workflow variables by name, and their new values.
        assign: Option<IndexMap<String, Json>> = "Assign",
        /// The output, built with expressions.
        output: Option<Json> = "Output" Jsonata,
        ..comparison: Option<Comparison> as "How `Variable` is compared, and with what."
    }
}

/// A comparison operator and its operand, such as `"NumericGreaterThan": 100`.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The operator.
    pub operator: Operator,
    /// What is compared with; the text of a path when [`Operator::is_path`].
    pub operand: Json,
}

impl Flattened for Option<Comparison> {
    fn has(key: &str) -> bool {
        Operator::from_name(key).is_some()
    }

    fn set(&mut self, key: &str, value: &Json, at: &Place<'_>, reading: &mut Reading<'_>) {
        let Some(operator) = Operator::from_name(key) else {
            return;
        };
        if let Some(first) = self {
            let message = format!(
                "a choice rule has one comparison, and `{}` stands here already",
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
