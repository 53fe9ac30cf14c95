//! The parts of the condition of a Choice rule.

use maud::{Markup, html};
use stepwright_asl::json::{Json, Object};
use stepwright_asl::jsonata::LogicKind;
use stepwright_asl::model::{OperandType, Operator, QueryLanguage};
use stepwright_editor::{Combination, ConditionChange, ConditionPart, Operation};

use super::StateForm;
use super::control::control;
use super::form_actions::{VALUE, written};
use crate::edit::field_input::FieldKind;
use crate::run::condition_value::PartValue;

/// The maximum number of parts with a form. A longer condition is edited as a text.
const MOST_PARTS: usize = 60;

/// The parts of one rule.
pub(super) struct ConditionForm<'f> {
    form: &'f StateForm<'f>,
    /// Pointer to the rule.
    rule: String,
    /// A part with which a new one begins.
    example: Json,
}

/// Renders the condition of a rule at a pointer: its parts, and in JSONata first its text.
pub(super) fn render(form: &StateForm<'_>, pointer: &str, rule: &Json, example: &Json) -> Markup {
    let whole = ConditionPart::of(rule, form.language);
    let whole = whole.filter(|whole| count(whole) <= MOST_PARTS);
    let conditions = ConditionForm {
        form,
        rule: pointer.to_owned(),
        example: example.clone(),
    };
    html! {
        @if form.language == QueryLanguage::Jsonata {
            @let field = format!("{pointer}/Condition");
            @let is_whole = whole.as_ref().is_some_and(|whole| whole.kind != LogicKind::Test);
            div data-whole[is_whole] { (control(form.actions, &field, FieldKind::Json, rule.get("Condition"), "Condition", &[])) }
        }
        @match &whole {
            Some(whole) => (conditions.part(whole, &[])),
            None if form.language == QueryLanguage::JsonPath => (members(form, pointer, rule)),
            None => {}
        }
    }
}

fn count(part: &ConditionPart) -> usize {
    1 + part.parts.iter().map(count).sum::<usize>()
}

/// The members of a condition that is edited as a text.
fn members(form: &StateForm<'_>, pointer: &str, rule: &Json) -> Markup {
    let conditions = ["And", "Or", "Not", "Variable"];
    let members = rule.as_object().into_iter().flatten();
    html! {
        @for (key, value) in members.filter(|(key, _)| conditions.contains(&&***key) || Operator::from_name(key).is_some()) {
            (control(form.actions, &format!("{pointer}/{key}"), FieldKind::Json, Some(value), key, &[]))
        }
    }
}

impl ConditionForm<'_> {
    fn part(&self, part: &ConditionPart, path: &[usize]) -> Markup {
        let number: Vec<String> = path.iter().map(|index| (index + 1).to_string()).collect();
        let label = if number.is_empty() {
            "Whole condition".to_owned()
        } else {
            format!("Part {}", number.join("."))
        };
        html! {
            div class="part" role="group" aria-label=(label) {
                div class="commands" {
                    @match part.kind {
                        LogicKind::And | LogicKind::Or => (self.combination(part, path)),
                        LogicKind::Not => span { "not" },
                        _ => {}
                    }
                    (self.value(part))
                    (self.button(path, "And", "Combine with a further part: both are true", self.add(Combination::And)))
                    (self.button(path, "Or", "Combine with a further part: one of them is true", self.add(Combination::Or)))
                    (self.button(path, if part.kind == LogicKind::Not { "End not" } else { "Not" }, "Negate", ConditionChange::Negate))
                    @if !path.is_empty() { (self.button(path, "Remove", "Remove this part", ConditionChange::Remove)) }
                }
                @if part.kind == LogicKind::Test { (self.test(part, path)) }
                @for (index, inner) in part.parts.iter().enumerate() { (self.part(inner, &[path, &[index]].concat())) }
            }
        }
    }

    fn action(&self, path: &[usize], change: ConditionChange) -> String {
        written(&[self.form.actions.edit(Operation::ChangeCondition {
            rule: self.rule.clone(),
            part: path.to_vec(),
            change,
        })])
    }

    fn add(&self, combination: Combination) -> ConditionChange {
        ConditionChange::Add {
            combination,
            condition: self.example.clone(),
        }
    }

    fn button(&self, path: &[usize], text: &str, title: &str, change: ConditionChange) -> Markup {
        html! { button type="button" title=(title) data-actions=(self.action(path, change)) { (text) } }
    }

    fn combination(&self, part: &ConditionPart, path: &[usize]) -> Markup {
        let kinds = [
            (LogicKind::And, Combination::And, "all are true (and)"),
            (LogicKind::Or, Combination::Or, "one is true (or)"),
        ];
        html! {
            select aria-label="How the parts are combined" {
                @for (kind, combination, text) in kinds {
                    @let is_own = kind == part.kind;
                    option selected[is_own] data-actions=(if is_own { written(&[]) } else { self.action(path, ConditionChange::Combine(combination)) }) { (text) }
                }
            }
        }
    }

    /// The value for the input of the test.
    fn value(&self, part: &ConditionPart) -> Markup {
        let (text, reason) = match self.form.values.of(part) {
            Some(PartValue::True) => ("true", None),
            Some(PartValue::False) => ("false", None),
            Some(PartValue::Missing(reason)) => ("missing", Some(reason)),
            Some(PartValue::Fault(reason)) => ("fails", Some(reason)),
            None => return html! {},
        };
        html! { span class="value" data-value=(text) title=[reason] { (text) } }
    }

    fn test(&self, part: &ConditionPart, path: &[usize]) -> Markup {
        let (form, actions) = (self.form, self.form.actions);
        let pointer = format!("{}{}", self.rule, part.pointer);
        let Some(members) = part.condition.as_object() else {
            return html! {
                // The text of the whole condition has its field above.
                @if !path.is_empty() {
                    @let change = ConditionChange::Set(VALUE.to_owned());
                    label class="field" {
                        span { "Expression" }
                        textarea data-field={ (pointer) " " (format!("{path:?}")) } data-actions=(self.action(path, change)) rows="2" spellcheck="false" { "\n" (FieldKind::Expression.text(&part.condition)) }
                    }
                }
            };
        };
        let Some((operator, operand)) = comparison(members) else {
            return self::members(form, &pointer, &part.condition);
        };
        html! {
            (control(actions, &format!("{pointer}/Variable"), FieldKind::Path, members.get("Variable"), "Variable", &[]))
            label class="field" {
                span { "Operator" }
                select {
                    @for other in Operator::ALL {
                        option selected[*other == operator] data-actions=(changed(form, &pointer, operator, *other)) { (other.name()) }
                    }
                }
            }
            (control(actions, &format!("{pointer}/{}", operator.name()), kind_of(operator), Some(operand), "Value", &[]))
        }
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
