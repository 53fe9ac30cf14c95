//! Adds and changes fields, Retriers, Catchers and Choice rules.

use stepwright_asl::edit::Edit;
use stepwright_asl::json;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::jsonata::strip;
use stepwright_asl::model::{QueryLanguage, StateKind};

use super::difference::differences;
use super::{OperationError, OperationTarget};

/// The name that matches all errors. Its Retrier or Catcher is the last one.
const ALL: &str = "States.ALL";

impl OperationTarget<'_> {
    pub(super) fn set_field(&self, field: &str, value: &Json) -> Vec<Edit> {
        match self.definition.json().pointer(field) {
            Some(old) => differences(field, old, value),
            None => vec![Edit::insert(field, value.clone())],
        }
    }

    pub(super) fn remove_field(&self, field: &str) -> Result<Vec<Edit>, OperationError> {
        match self.definition.json().pointer(field) {
            Some(_) => Ok(vec![Edit::remove(field)]),
            None => Err(OperationError::missing(format!("a field at `{field}`"))),
        }
    }

    pub(super) fn add_retrier(
        &self,
        pointer: &str,
        errors: &[String],
    ) -> Result<Vec<Edit>, OperationError> {
        self.add_handler(pointer, "Retry", errors, Object::new())
    }

    pub(super) fn add_catcher(
        &self,
        pointer: &str,
        errors: &[String],
        target: &str,
    ) -> Result<Vec<Edit>, OperationError> {
        let state = self.state(pointer)?;
        self.check_target(self.graph.states()[state].container, target)?;
        let next = Object::from_iter([("Next".to_owned(), target.into())]);
        self.add_handler(pointer, "Catch", errors, next)
    }

    fn add_handler(
        &self,
        pointer: &str,
        field: &str,
        errors: &[String],
        more: Object,
    ) -> Result<Vec<Edit>, OperationError> {
        let state = &self.graph.states()[self.state(pointer)?];
        let has_handlers = matches!(
            state.kind,
            Some(StateKind::Task | StateKind::Parallel | StateKind::Map)
        );
        if !has_handlers {
            return Err(OperationError::refused(format!(
                "`{}` has no `{field}`: only Task, Parallel and Map states have one",
                state.name
            )));
        }
        if errors.is_empty() {
            return Err(OperationError::refused(format!(
                "an item of `{field}` needs the name of an error"
            )));
        }
        let mut handler = Object::new();
        let names = errors.iter().map(|name| name.as_str().into()).collect();
        handler.insert("ErrorEquals".to_owned(), Json::Array(names));
        handler.extend(more);
        let handler = Json::Object(handler);
        let list = format!("{pointer}/{field}");
        let Some(handlers) = state.object.get(field) else {
            return Ok(vec![Edit::insert(list, Json::Array(vec![handler]))]);
        };
        let Some(handlers) = handlers.as_array() else {
            let reason = format!("`{field}` of `{}` is not an array", state.name);
            return Err(OperationError::refused(reason));
        };
        // What follows an item for all errors is never reached.
        let takes_all = |handler: &Json| {
            let names = handler.get("ErrorEquals").and_then(Json::as_array);
            names.is_some_and(|names| names.iter().any(|name| name.as_str() == Some(ALL)))
        };
        let at = match handlers.iter().position(takes_all) {
            Some(_) if errors.iter().any(|name| name == ALL) => {
                return Err(OperationError::refused(format!(
                    "`{field}` of `{}` already has an item for all errors",
                    state.name
                )));
            }
            Some(at) => at.to_string(),
            None => "-".to_owned(),
        };
        Ok(vec![Edit::insert(format!("{list}/{at}"), handler)])
    }

    pub(super) fn add_choice_rule(
        &self,
        pointer: &str,
        condition: &Json,
        target: &str,
    ) -> Result<Vec<Edit>, OperationError> {
        let state = &self.graph.states()[self.state(pointer)?];
        if state.kind != Some(StateKind::Choice) {
            let reason = format!("`{}` is not a Choice", state.name);
            return Err(OperationError::refused(reason));
        }
        self.check_target(state.container, target)?;
        let rule = match (self.definition.language_at(pointer), condition) {
            (QueryLanguage::Jsonata, Json::String(text)) if strip(text).is_some() => {
                json!({"Condition": (condition.clone()), "Next": target})
            }
            (QueryLanguage::JsonPath, Json::Object(members)) => {
                let mut rule = members.clone();
                rule.insert("Next".to_owned(), target.into());
                Json::Object(rule)
            }
            (QueryLanguage::Jsonata, _) => {
                let reason = "the condition of a rule in JSONata is an expression: `{% $states.input.total > 10 %}`";
                return Err(OperationError::refused(reason));
            }
            (QueryLanguage::JsonPath, _) => {
                let reason = r#"the condition of a rule in JSONPath is a comparison: `{"Variable": "$.total", "NumericGreaterThan": 10}`"#;
                return Err(OperationError::refused(reason));
            }
        };
        let list = format!("{pointer}/Choices");
        Ok(vec![match state.object.get("Choices") {
            Some(_) => Edit::insert(format!("{list}/-"), rule),
            None => Edit::insert(list, Json::Array(vec![rule])),
        }])
    }
}
