//! The values of the parts of conditions for the input of a Choice.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_asl::json::Json as Asl;
use stepwright_asl::model::{QueryLanguage, StateKind};
use stepwright_editor::{ConditionPart, Definition};
use stepwright_history::timeline::Timeline;
use stepwright_testing::test_state::{TestStateRequest, test_state};
use web_time::Instant;

use crate::run::test_data::{TestData, json};
use crate::run::trial::is_start;

/// After this time further parts have no value: a form must not be late.
const MOST_TIME: Duration = Duration::from_millis(300);
/// The part of the reason of a failure that says that a comparison has no value to compare.
const MISSING: &str = "references an invalid value";

/// The value of a part of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PartValue {
    True,
    False,
    /// A value that it reads is absent; with the reason.
    Missing(String),
    /// It cannot be evaluated.
    Fault(String),
}

/// The parts of the conditions of a Choice, with what they are evaluated for.
#[derive(Debug)]
pub(crate) struct ConditionTrial {
    language: QueryLanguage,
    input_path: Option<Json>,
    input: Json,
    variables: Option<Json>,
    conditions: Vec<Asl>,
}

/// The values of parts, by their conditions.
#[derive(Debug, Default)]
pub(crate) struct ConditionValues(HashMap<String, PartValue>);

impl ConditionValues {
    /// The value of a part; `None` if it was not evaluated.
    pub(crate) fn of(&self, part: &ConditionPart) -> Option<&PartValue> {
        self.0.get(&part.condition.to_string())
    }
}

impl ConditionTrial {
    /// Prepares the evaluation for a state; `None` for one that is no Choice, and for data of tests
    /// that cannot be read.
    pub(crate) fn of(
        definition: &Definition,
        pointer: &str,
        data: &TestData,
        last: Option<&Timeline>,
    ) -> Option<ConditionTrial> {
        let graph = definition.graph();
        let state = &graph.states()[graph.state_at(pointer)?];
        let rules = state.object.get("Choices")?.as_array()?;
        if state.kind != Some(StateKind::Choice) {
            return None;
        }
        let input = data.input_of(state.name, is_start(definition, state.name), last);
        let variables = Some(data.variables.trim()).filter(|text| !text.is_empty());
        let language = definition.language_at(pointer);
        let mut conditions = Vec::new();
        for rule in rules {
            let whole = ConditionPart::of(rule, language);
            whole.iter().for_each(|part| collect(part, &mut conditions));
        }
        Some(ConditionTrial {
            language,
            input_path: state.object.get("InputPath").map(Json::from),
            input: json("the input", &input.ok()?).ok()?,
            variables: variables
                .map(|text| json("the variables", text))
                .transpose()
                .ok()?,
            conditions,
        })
    }

    /// Evaluates the parts. It takes no longer than a user waits for a form.
    pub(crate) async fn values(&self) -> ConditionValues {
        let start = Instant::now();
        let mut values = ConditionValues::default();
        for condition in &self.conditions {
            if start.elapsed() > MOST_TIME {
                break;
            }
            if let Entry::Vacant(slot) = values.0.entry(condition.to_string()) {
                slot.insert(self.value(condition).await);
            }
        }
        values
    }

    async fn value(&self, condition: &Asl) -> PartValue {
        let mut request = TestStateRequest::new(self.state(condition)).input(self.input.clone());
        if let Some(variables) = &self.variables {
            request = request.variables(variables.clone());
        }
        let response = match test_state(&request).await {
            Ok(response) => response,
            Err(error) => return PartValue::Fault(error.to_string()),
        };
        let answer = response.next_state.or(response.output);
        match (answer.as_deref(), response.cause) {
            (_, Some(cause)) if cause.contains(MISSING) => PartValue::Missing(cause),
            (_, Some(cause)) => PartValue::Fault(cause),
            (Some("true"), None) => PartValue::True,
            (Some("false"), None) => PartValue::False,
            _ => PartValue::Missing("it has no value".to_owned()),
        }
    }

    /// A state whose successor or output is the value.
    fn state(&self, condition: &Asl) -> Json {
        match self.language {
            QueryLanguage::JsonPath => {
                let mut rule = Json::from(condition);
                rule["Next"] = "true".into();
                let mut state = json!({
                    "Type": "Choice", "QueryLanguage": "JSONPath", "Choices": [rule], "Default": "false",
                });
                if let Some(path) = &self.input_path {
                    state["InputPath"] = path.clone();
                }
                state
            }
            QueryLanguage::Jsonata => {
                let expression = condition.as_str().and_then(stepwright_asl::jsonata::strip);
                let expression = expression.unwrap_or_default();
                // The binding comes after the expression, so the expression does not see it.
                let output = format!(
                    "{{% ($part := ({expression}); $exists($part) ? $boolean($part) : 'missing') %}}"
                );
                json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": output, "End": true})
            }
        }
    }
}

fn collect(part: &ConditionPart, conditions: &mut Vec<Asl>) {
    conditions.push(part.condition.clone());
    part.parts.iter().for_each(|part| collect(part, conditions));
}

#[cfg(test)]
mod tests {
    use stepwright_editor::Document;

    use super::*;

    async fn values(rule: Json, language: &str, data: TestData) -> Vec<PartValue> {
        let definition = json!({
            "QueryLanguage": language, "StartAt": "C",
            "States": {"C": {"Type": "Choice", "Choices": [rule], "Default": "D"}, "D": {"Type": "Succeed"}},
        });
        let document = Document::open("a.asl.json", &definition.to_string(), 1);
        let definition = &document.definitions()[0];
        let trial = ConditionTrial::of(definition, "/States/C", &data, None);
        let trial = trial.expect("it is a Choice");
        let values = trial.values().await;
        let rule = definition
            .json()
            .pointer("/States/C/Choices/0")
            .expect("a rule");
        let whole = ConditionPart::of(rule, trial.language).expect("a condition");
        let parts = std::iter::once(&whole).chain(&whole.parts);
        let found = parts.map(|part| values.of(part).cloned().expect("it was evaluated"));
        found.collect()
    }

    fn data(input: &str, variables: &str) -> TestData {
        TestData {
            input: input.to_owned(),
            variables: variables.to_owned(),
            ..TestData::default()
        }
    }

    #[tokio::test]
    async fn the_parts_have_values_in_both_languages() {
        let rule = json!({
            "Condition": "{% $states.input.a > 1 and $part and $states.input.none and $states.input.a > 'x' and ($x := 1; $x = 2) %}", "Next": "D",
        });
        let found = values(rule, "JSONata", data(r#"{"a": 2}"#, r#"{"part": 1}"#)).await;
        let [whole, one, two, three, four, five] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(
            (one, two, five),
            (&PartValue::True, &PartValue::True, &PartValue::False)
        );
        assert!(matches!(three, PartValue::Missing(_)), "{three:?}");
        assert!(matches!(four, PartValue::Fault(_)), "{four:?}");
        // The third part decides before the fourth one.
        assert_eq!(whole, &PartValue::False);
        let rule = json!({"Next": "D", "Or": [
            {"Variable": "$.a", "NumericEquals": 2},
            {"Not": {"Variable": "$.a", "IsPresent": true}},
            {"Variable": "$.none", "NumericEquals": 2},
        ]});
        let found = values(rule, "JSONPath", data(r#"{"a": 2}"#, "")).await;
        assert_eq!(
            found[..3],
            [PartValue::True, PartValue::True, PartValue::False]
        );
        assert!(matches!(&found[3], PartValue::Missing(_)), "{found:?}");
    }

    #[tokio::test]
    async fn parts_that_take_long_do_not_delay_a_form() {
        let parts: Vec<String> = (0..200)
            .map(|number| format!("$sum([1..200000].($ + 1)) > {number}"))
            .collect();
        let rule = json!({"Condition": format!("{{% {} %}}", parts.join(" and ")), "Next": "D"});
        let definition = json!({"QueryLanguage": "JSONata", "StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [rule]}}});
        let document = Document::open("a.asl.json", &definition.to_string(), 1);
        let definition = &document.definitions()[0];
        let trial = ConditionTrial::of(definition, "/States/C", &TestData::default(), None);
        let values = trial.expect("it is a Choice").values().await;
        assert!(values.0.len() < 100, "{} values", values.0.len());
    }
}
