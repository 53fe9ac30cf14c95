//! The visits of states as bars on one time axis.

use maud::{Markup, html};
use stepwright_asl::overlay::Status;
use stepwright_interpreter::Timestamp;

use super::status::{class, status};
use super::text;
use super::view::ExecutionView;
use super::visit::frames;
use crate::timeline::{Attempt, AttemptOutcome, Visit};

/// The axis of a chart, in microseconds.
#[derive(Clone, Copy, Debug)]
struct Axis {
    from: Timestamp,
    micros: f64,
}

impl Axis {
    /// Returns an axis for these visits.
    fn of<'v>(visits: impl Iterator<Item = &'v Visit> + Clone, now: Timestamp) -> Self {
        let from = visits.clone().map(Visit::entered).min();
        let to = visits.map(|visit| visit.ended().unwrap_or(now)).max();
        let (from, to) = (from.unwrap_or(now), to.unwrap_or(now));
        Self {
            from,
            micros: (to.since(from).as_micros() as f64).max(1.0),
        }
    }

    /// Returns the place of a moment in percent of the axis.
    fn percent(&self, at: Timestamp) -> f64 {
        let micros = at.since(self.from).as_micros() as f64;
        (100.0 * micros / self.micros).clamp(0.0, 100.0)
    }

    /// Draws a bar. Short ones are still visible.
    fn bar(&self, class: &str, from: Timestamp, to: Timestamp, label: &str) -> Markup {
        const LEAST: f64 = 0.4;
        let width = (self.percent(to) - self.percent(from)).max(LEAST);
        let x = self.percent(from).min(100.0 - width);
        html! {
            rect class=(class) x=(format!("{x:.2}%")) width=(format!("{width:.2}%")) y="4" height="12" rx="2" { title { (label) } }
        }
    }
}

/// Draws some visits, one in a row, with their attempts and the delays between them.
pub fn chart(view: &ExecutionView<'_>, visits: &[usize]) -> Markup {
    let timeline = view.timeline;
    let found = visits
        .iter()
        .filter_map(|index| Some((*index, timeline.visit(*index)?)));
    let scopes = found.clone().map(|(_, visit)| visit.scope());
    let is_mixed = scopes.clone().min() != scopes.max();
    let axis = Axis::of(found.clone().map(|(_, visit)| visit), view.end());
    html! {
        // Without rows it has no links, and is scrolled with the keyboard itself.
        div class="scroll" tabindex=[visits.is_empty().then_some("0")] {
            table class="chart" {
                caption class="unseen" { "The states in the order in which they were entered" }
                thead { tr { th { "State" } th { "Type" } th { "Status" } th class="number" { "Time" } th class="wide" { "When" } } }
                tbody {
                    @for (index, visit) in found {
                        tr id={ "row-" (index) } class=[(view.selected == Some(index)).then_some("current")] {
                            th scope="row" {
                                a href=(view.links.visit(index)) aria-current=[(view.selected == Some(index)).then_some("true")] { (visit.state()) }
                                @if is_mixed && !visit.scope().is_empty() { " " span class="hint" { "in " (visit.scope().join(" › ")) } }
                                @if let Some(inside) = first_inside(view, index, visit) {
                                    " " a class="hint" href=(view.links.visit(inside)) aria-label={ "States inside of " (visit.state()) } { "inside" }
                                }
                            }
                            td { (visit.state_type()) }
                            td { (status(visit)) }
                            td class="number" { (text::elapsed(visit.entered(), visit.ended(), view.end())) }
                            td class="wide" { (bars(view, &axis, visit)) }
                        }
                    }
                }
            }
        }
    }
}

/// Returns a visit inside of a Map or Parallel: in the iteration or branch that failed, if there is
/// one.
fn first_inside(view: &ExecutionView<'_>, index: usize, visit: &Visit) -> Option<usize> {
    if !["Map", "Parallel"].contains(&visit.state_type()) {
        return None;
    }
    frames(view, index).first().map(|frame| frame.newest)
}

fn bars(view: &ExecutionView<'_>, axis: &Axis, visit: &Visit) -> Markup {
    let ended = visit.ended().unwrap_or(view.end());
    let attempts = visit.attempts();
    html! {
        svg class="bars" width="100%" height="20" role="img" aria-label={ (text::duration(visit.entered().since(axis.from))) " after the first state" } {
            (axis.bar("visit", visit.entered(), ended, visit.state()))
            @if attempts.is_empty() {
                (axis.bar(class(visit.status()), visit.entered(), ended, visit.status().as_str()))
            }
            @for (index, attempt) in attempts.iter().enumerate() {
                @let is_last = index + 1 == attempts.len();
                (axis.bar(attempt_class(visit, attempt, is_last), attempt.scheduled(), attempt.ended().unwrap_or(ended), &view.masked_text(&attempt_label(index, attempt))))
            }
        }
    }
}

/// Returns the class of an attempt's bar. The last one has the colour that its state has in the
/// diagram, if a Catch handled its error.
fn attempt_class(visit: &Visit, attempt: &Attempt, is_last: bool) -> &'static str {
    match attempt.outcome() {
        AttemptOutcome::Failed | AttemptOutcome::TimedOut
            if is_last && visit.status() == Status::Caught =>
        {
            class(Status::Caught)
        }
        AttemptOutcome::Running => "RUNNING",
        AttemptOutcome::Succeeded => "SUCCEEDED",
        AttemptOutcome::Failed | AttemptOutcome::TimedOut => "FAILED",
        AttemptOutcome::Stopped => "ABORTED",
    }
}

fn attempt_label(index: usize, attempt: &Attempt) -> String {
    let outcome = attempt.outcome().as_str();
    match attempt.error() {
        Some(error) => format!("attempt {}: {outcome}, {error}", index + 1),
        None => format!("attempt {}: {outcome}", index + 1),
    }
}
