//! The report of a rehearsal as an HTML page, with a picture of the covered states.

use maud::{Markup, html};
use stepwright_diagram::Diagram;

use super::{RehearsalReport, counted, examples};
use crate::page::{page, picture, text};
use crate::rehearsal::RehearsalKind;

impl RehearsalReport {
    /// Returns the report as an HTML page with a picture of the new definition: the states and
    /// transitions that the executions cover, and those that they do not. The page has no scripts
    /// and loads nothing.
    pub fn to_html(&self, title: &str) -> String {
        page(&format!("Rehearsal of {title}"), &self.html_section())
    }

    /// Returns the report as a part of a page.
    pub(crate) fn html_section(&self) -> Markup {
        let covered = Diagram::of(&self.definition).with(&self.coverage.overlay());
        html! {
            p { (self.age_text()) "." }
            @for problem in &self.problems { p.problem { (text(problem)) } }
            table {
                thead { tr { th { "Result" } th { "Executions" } } }
                tbody {
                    @for kind in RehearsalKind::ALL {
                        @if self.count(kind) > 0 {
                            tr { td.text { (kind.title()) } td.number { (self.count(kind)) } }
                        }
                    }
                }
            }
            @for group in self.groups() {
                @if !group.findings.is_empty() {
                    h3 { (group.kind.title()) ": " (counted(group.executions)) }
                    ul { @for finding in group.findings { li { (text(&finding.to_string())) } } }
                    p.examples { (text(&examples(&group))) }
                }
            }
            @if !self.stranded().is_empty() {
                h3 { "Could not continue with the new definition" }
                p { "AWS continues and redrives an execution with the definition with which it started." }
                ul {
                    @for history in self.stranded() {
                        @if let Some(obstacle) = history.open.as_ref().and_then(|open| open.obstacle.as_deref()) {
                            li { (history.name) ": " (text(obstacle)) }
                        }
                    }
                }
            }
            table {
                thead { tr { td {} th { "Recorded" } th { "Now" } th { "Change" } } }
                tbody {
                    @for [name, before, after, change] in self.rows() {
                        tr { td.text { (text(&name)) } td.number { (before) } td.number { (after) } td.number { (change) } }
                    }
                }
            }
            h3 { "Coverage of the new definition: " (format!("{:.1}", self.coverage.percent())) " %" }
            (picture("Coverage", &covered))
            @if !self.uncovered().is_empty() {
                details {
                    summary { "Not covered: " (self.uncovered().len()) }
                    ul { @for part in self.uncovered() { li { (text(&part)) } } }
                }
            }
        }
    }
}
