//! A review as an HTML page, with pictures of the definitions before and after.

use maud::{Markup, html};

use super::{amounts, definition_counts, risk_counts};
use crate::page::{page, picture, text};
use crate::review::picture::{Side, changed};
use crate::review::{DefinitionReview, Review};

impl Review {
    /// Returns the review as an HTML page with a picture of each changed definition before and
    /// after. The page has no scripts and loads nothing.
    pub fn to_html(&self) -> String {
        let content = html! {
            p { (definition_counts(self)) "; " (risk_counts(self)) "." }
            @for note in &self.notes { p { (text(note)) } }
            @for review in self.definitions() { (section(review)) }
        };
        page("Review of state machines", &content)
    }
}

fn section(review: &DefinitionReview) -> Markup {
    html! {
        h2 { (review.name) ": " (review.status.as_str()) }
        p { code { (review.file) } }
        @if !review.risks.is_empty() {
            table {
                thead { tr { th { "Risk" } th { "What" } th { "Line" } } }
                tbody {
                    @for risk in &review.risks {
                        tr {
                            td class=(risk.level.as_str()) { (risk.level.as_str()) }
                            td.text {
                                (text(&risk.message))
                                @if !risk.steps.is_empty() {
                                    ol { @for step in &risk.steps { li { (text(step)) } } }
                                }
                            }
                            td.number { @if let Some(line) = risk.line { (line) } }
                        }
                    }
                }
            }
        }
        @let rows = amounts(review);
        @if !rows.is_empty() {
            table {
                thead { tr { td {} th { "Before" } th { "After" } } }
                tbody {
                    @for [name, before, after] in rows {
                        tr { td.text { (text(&name)) } td.number { (before) } td.number { (after) } }
                    }
                }
            }
        }
        div.pictures {
            @if let Some(old) = &review.old {
                div { h3 { "Before" } (picture("Before", &changed(old, &review.diff, Side::Old))) }
            }
            @if let Some(new) = &review.new {
                div { h3 { "After" } (picture("After", &changed(new, &review.diff, Side::New))) }
            }
        }
        @if review.old.is_some() && review.new.is_some() {
            details { summary { "What changed" } pre { (review.diff.to_string()) } }
        }
        @if let Some(rehearsal) = &review.rehearsal {
            h3 { "Rehearsal of recorded executions" }
            (rehearsal.html_section())
        }
    }
}
