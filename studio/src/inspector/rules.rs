//! The rules of a Choice.

use maud::{Markup, html};
use stepwright_asl::condition;
use stepwright_asl::json;
use stepwright_asl::json::{Json, Object};
use stepwright_asl::model::{OperandType, Operator, QueryLanguage, StateKind};
use stepwright_editor::Operation;

use super::StateForm;
use super::control::control;
use super::form_actions::written;
use crate::field_input::FieldKind;

/// The members of a rule that are no part of its condition.
const NOT_CONDITION: [&str; 5] = ["Next", "Comment", "Assign", "Output", "Condition"];

/// Renders the rules; nothing for other states.
pub(super) fn render(form: &StateForm<'_>) -> Markup {
    if form.kind != Some(StateKind::Choice) {
        return html! {};
    }
    let rules = form.object.get("Choices").and_then(Json::as_array);
    let count = rules.map_or(0, |rules| rules.len());
    let list = format!("{}/Choices", form.pointer);
    let rules = rules.into_iter().flatten().enumerate();
    let condition = match form.language {
        QueryLanguage::Jsonata => json!("{% $states.input.value = true %}"),
        QueryLanguage::JsonPath => json!({"Variable": "$.value", "BooleanEquals": true}),
    };
    let rule = Operation::AddChoiceRule {
        state: form.pointer.to_owned(),
        condition,
        target: form.likely_target().to_owned(),
    };
    html! {
        fieldset {
            legend { "Rules" }
            @for (index, rule) in rules {
                @let path = format!("/Choices/{index}");
                details open {
                    summary { "Rule " (index + 1) ": " (condition::readable(rule)) }
                    (condition_of(form, &path, rule))
                    (form.target_select(&format!("{path}/Next"), "Continues with", rule.get("Next").and_then(Json::as_str)))
                    button type="button" data-actions=(form.actions.remove_item(&list, index, count)) { "Remove this rule" }
                }
            }
            button type="button" data-actions=(written(&[form.actions.edit(rule)])) { "Add a rule" }
        }
    }
}

fn condition_of(form: &StateForm<'_>, path: &str, rule: &Json) -> Markup {
    let pointer = format!("{}{path}", form.pointer);
    if form.language == QueryLanguage::Jsonata {
        let pointer = format!("{pointer}/Condition");
        return control(
            form.actions,
            &pointer,
            FieldKind::Json,
            rule.get("Condition"),
            "Condition",
            &[],
        );
    }
    let Some(members) = rule.as_object() else {
        return html! {};
    };
    match comparison(members) {
        Some((operator, operand)) => html! {
            (control(form.actions, &format!("{pointer}/Variable"), FieldKind::Path, rule.get("Variable"), "Variable", &[]))
            label class="field" {
                span { "Operator" }
                select {
                    @for other in Operator::ALL {
                        option selected[*other == operator] data-actions=(changed(form, &pointer, operator, *other)) { (other.name()) }
                    }
                }
            }
            (control(form.actions, &format!("{pointer}/{}", operator.name()), kind_of(operator), Some(operand), "Value", &[]))
        },
        // `And`, `Or` and `Not` contain further conditions.
        None => html! {
            @for (key, value) in members.iter().filter(|(key, _)| !NOT_CONDITION.contains(&&***key)) {
                (control(form.actions, &format!("{pointer}/{key}"), FieldKind::Json, Some(value), key, &[]))
            }
        },
    }
}

/// The operator of a rule that compares one variable.
fn comparison(members: &Object) -> Option<(Operator, &Json)> {
    members.get("Variable")?;
    members
        .iter()
        .find_map(|(key, value)| Some((Operator::from_name(key)?, value)))
}

fn kind_of(operator: Operator) -> FieldKind {
    match operator.operand_type() {
        _ if operator.is_path() => FieldKind::Path,
        OperandType::Number => FieldKind::Number,
        OperandType::Bool | OperandType::Test => FieldKind::Bool,
        OperandType::Text | OperandType::Timestamp => FieldKind::Text,
    }
}

/// The actions that replace the operator of a rule.
fn changed(form: &StateForm<'_>, rule: &str, old: Operator, new: Operator) -> String {
    if old == new {
        return written(&[]);
    }
    let removed = form.actions.remove(&format!("{rule}/{}", old.name()));
    let pointer = format!("{rule}/{}", new.name());
    written(&[
        removed,
        form.actions.set(&pointer, FieldKind::Json, example(new)),
    ])
}

/// An operand with which a rule begins when its operator is changed.
fn example(operator: Operator) -> &'static str {
    match operator.operand_type() {
        _ if operator.is_path() => "\"$.other\"",
        OperandType::Number => "0",
        OperandType::Bool | OperandType::Test => "true",
        OperandType::Timestamp => "\"2030-01-01T00:00:00Z\"",
        OperandType::Text => "\"\"",
    }
}
