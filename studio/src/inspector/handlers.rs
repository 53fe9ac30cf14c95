//! The Retriers and Catchers of a state.

use maud::{Markup, html};
use stepwright_asl::errors;
use stepwright_asl::json::Json;
use stepwright_asl::model::{Catcher, FieldInfo, Retrier, Schema, StateKind};
use stepwright_editor::Operation;

use super::StateForm;
use super::control::{meaning, without_meaning};
use super::form_actions::written;

/// Renders the Retriers and Catchers; nothing for states that cannot have them.
pub(super) fn render(form: &StateForm<'_>) -> Markup {
    let has_handlers = matches!(
        form.kind,
        Some(StateKind::Task | StateKind::Parallel | StateKind::Map)
    );
    if !has_handlers {
        return html! {};
    }
    let state = form.pointer.to_owned();
    let retrier = Operation::AddRetrier {
        state: state.clone(),
        errors: vec![
            match form.kind {
                Some(StateKind::Task) => errors::TASK_FAILED,
                _ => errors::ALL,
            }
            .to_owned(),
        ],
    };
    let catcher = Operation::AddCatcher {
        state,
        errors: vec![errors::ALL.to_owned()],
        target: form.likely_target().to_owned(),
    };
    html! {
        fieldset {
            legend { "Errors" }
            (handlers(form, "Retry", "Retrier", Retrier::schema()))
            button type="button" data-actions=(written(&[form.actions.edit(retrier)])) { "Add a Retrier" }
            (handlers(form, "Catch", "Catcher", Catcher::schema()))
            button type="button" data-actions=(written(&[form.actions.edit(catcher)])) { "Add a Catcher" }
        }
    }
}

fn handlers(form: &StateForm<'_>, list: &str, name: &str, schema: &Schema) -> Markup {
    let items = form.object.get(list).and_then(Json::as_array);
    let count = items.map_or(0, |items| items.len());
    let pointer = format!("{}/{list}", form.pointer);
    let items = items.into_iter().flatten().enumerate();
    let fields = schema.fields.iter();
    let fields: Vec<&FieldInfo> = fields
        .filter(|field| field.language.is_none_or(|own| own == form.language))
        .collect();
    html! {
        @for (index, item) in items {
            @let path = format!("/{list}/{index}");
            details open {
                summary { (name) " " (index + 1) }
                @for field in &fields {
                    @if field.name == "Next" {
                        (form.target_select(&format!("{path}/Next"), "Continues with", item.get("Next").and_then(Json::as_str)))
                    } @else {
                        (without_meaning(form.actions, &format!("{}{path}/{}", form.pointer, field.name), field, item.get(field.name)))
                    }
                }
                button type="button" data-actions=(form.actions.remove_item(&pointer, index, count)) { "Remove this " (name) }
            }
        }
        @if count > 0 {
            details {
                summary { "Fields of a " (name) }
                @for field in &fields { h4 { (field.name) } (meaning(schema.name, field)) }
            }
        }
    }
}
