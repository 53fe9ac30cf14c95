//! One field of a form.

use maud::{Markup, PreEscaped, html};
use stepwright_asl::json::Json;
use stepwright_asl::model::{FieldInfo, ValueKind};
use stepwright_diagram::page_text;
use stepwright_editor::field_meaning;

use super::form_actions::FormActions;
use crate::edit::field_input::FieldKind;

/// The most lines of a text area.
const MOST_LINES: usize = 16;

/// Renders a field of a structure, with its meaning.
pub(super) fn of_field(
    actions: FormActions,
    pointer: &str,
    structure: &str,
    field: &FieldInfo,
    value: Option<&Json>,
) -> Markup {
    html! {
        (without_meaning(actions, pointer, field, value))
        (meaning(structure, field))
    }
}

/// Renders the meaning of a field of a structure.
pub(super) fn meaning(structure: &str, field: &FieldInfo) -> Markup {
    html! {
        @if let Some(meaning) = field_meaning(structure, field.name) { p class="meaning" { (PreEscaped(page_text(&meaning))) } }
    }
}

/// Renders a field of a structure.
pub(super) fn without_meaning(
    actions: FormActions,
    pointer: &str,
    field: &FieldInfo,
    value: Option<&Json>,
) -> Markup {
    let words = match field.kind {
        ValueKind::Word(words) => words,
        _ => &[],
    };
    let kind = match (field.name, FieldKind::of(field.kind)) {
        // Also an expression that returns the list.
        (_, FieldKind::Texts) if value.is_some_and(|value| value.as_str().is_some()) => {
            FieldKind::Json
        }
        (_, kind) => kind,
    };
    control(actions, pointer, kind, value, field.name, words)
}

/// Renders a field of a form with its label. A change sends its actions with the text.
pub(super) fn control(
    actions: FormActions,
    pointer: &str,
    kind: FieldKind,
    value: Option<&Json>,
    name: &str,
    words: &[&str],
) -> Markup {
    let text = value.map(|value| kind.text(value)).unwrap_or_default();
    let lines = text.lines().count().clamp(1, MOST_LINES) + 1;
    let set = actions.set_typed(pointer, kind);
    let words = match kind {
        FieldKind::Bool => &["true", "false"],
        _ => words,
    };
    html! {
        label class="field" {
            span { (name) }
            @if !words.is_empty() && (text.is_empty() || words.contains(&&*text)) {
                select data-field=(pointer) data-actions=(set) {
                    option value="" selected[text.is_empty()] { "" }
                    @for word in words { option value=(word) selected[*word == text] { (word) } }
                }
            } @else if kind == FieldKind::Json {
                textarea data-field=(pointer) data-actions=(set) data-evaluate rows=(lines) spellcheck="false" { "\n" (text) }
            } @else {
                input type="text" data-field=(pointer) data-actions=(set) value=(text) spellcheck="false"
                    list=[(name == "ErrorEquals").then_some("error-names")];
            }
        }
    }
}

/// The text with which a new field begins.
pub(super) fn first_text(kind: ValueKind) -> &'static str {
    match (kind, FieldKind::of(kind)) {
        (ValueKind::Word(words), _) => words.first().copied().unwrap_or("?"),
        (_, FieldKind::Number) => "1",
        (_, FieldKind::Bool) => "true",
        (_, FieldKind::Path) => "$",
        (_, FieldKind::Json) => "{}",
        (_, FieldKind::Text | FieldKind::Texts | FieldKind::Expression) => "?",
    }
}
