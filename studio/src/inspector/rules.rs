//! The rules of a Choice.

use maud::{Markup, html};
use stepwright_asl::condition;
use stepwright_asl::json;
use stepwright_asl::json::Json;
use stepwright_asl::model::{QueryLanguage, StateKind};
use stepwright_editor::Operation;

use super::form_actions::written;
use super::{StateForm, conditions};

/// Renders the rules; nothing for other states.
pub(super) fn render(form: &StateForm<'_>) -> Markup {
    if form.kind != Some(StateKind::Choice) {
        return html! {};
    }
    let rules = form.object.get("Choices").and_then(Json::as_array);
    let count = rules.map_or(0, |rules| rules.len());
    let list = format!("{}/Choices", form.pointer);
    let rules = rules.into_iter().flatten().enumerate();
    let example = match form.language {
        QueryLanguage::Jsonata => json!("{% $states.input.value = true %}"),
        QueryLanguage::JsonPath => json!({"Variable": "$.value", "BooleanEquals": true}),
    };
    let added = Operation::AddChoiceRule {
        state: form.pointer.to_owned(),
        condition: example.clone(),
        target: form.likely_target().to_owned(),
    };
    html! {
        fieldset {
            legend { "Rules" }
            @for (index, rule) in rules {
                @let path = format!("/Choices/{index}");
                details open {
                    summary { "Rule " (index + 1) ": " (condition::readable(rule)) }
                    (conditions::render(form, &format!("{}{path}", form.pointer), rule, &example))
                    (form.target_select(&format!("{path}/Next"), "Continues with", rule.get("Next").and_then(Json::as_str)))
                    button type="button" data-actions=(form.actions.remove_item(&list, index, count)) { "Remove this rule" }
                }
            }
            button type="button" data-actions=(written(&[form.actions.edit(added)])) { "Add a rule" }
        }
    }
}
