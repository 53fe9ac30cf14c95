//! The expressions of a state with their values.

use maud::{Markup, html};

use super::text;
use super::view::ExecutionView;
use crate::timeline::{FieldExplanation, FieldOutcome};

/// Shows each path and expression of a visit with the value that it had; nothing without a
/// definition, or without an expression.
pub(super) fn expressions(view: &ExecutionView<'_>, index: usize) -> Markup {
    let fields = view
        .explainer
        .and_then(|explainer| explainer.explain(index).ok())
        .unwrap_or_default();
    html! {
        @if !fields.is_empty() {
            details class="data" {
                summary { (text::count(fields.len(), "expression")) " with values" }
                div class="scroll" { table class="expressions" {
                    thead { tr { th { "Field" } th { "Expression" } th { "Value" } } }
                    tbody {
                        @for field in fields.iter().map(|field| field.redact(view.redaction)) {
                            tr {
                                th scope="row" { (field.field.trim_start_matches('/')) }
                                td { code { (field.expression) } }
                                td { (outcome(&field)) }
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn outcome(field: &FieldExplanation) -> Markup {
    match &field.outcome {
        FieldOutcome::Value(value) => html! { code { (text::brief(value)) } },
        FieldOutcome::Failed { error, cause, .. } => html! { strong { (error) } ": " (cause) },
        FieldOutcome::NotEvaluated { reason, .. } => {
            html! { span class="hint" { "not evaluated: " (reason) } }
        }
        FieldOutcome::Unknown {
            reason, recorded, ..
        } => html! {
            @if let Some(recorded) = recorded { code { (text::brief(recorded)) } " " }
            span class="hint" { "not computed again: " (reason) }
        },
    }
}
