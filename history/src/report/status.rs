//! The status of a visit.

use maud::{Markup, html};
use stepwright_asl::overlay::Status;

use super::text;
use crate::timeline::Visit;

/// Returns the status of a visit, with the number of its attempts.
pub(super) fn status(visit: &Visit) -> Markup {
    let retries = visit.attempts().len().saturating_sub(1);
    html! {
        span class={ "status " (class(visit.status())) } {
            @if visit.waits_for_retry() { "waits for a retry" } @else { (visit.status().as_str()) }
        }
        @if retries > 0 { " " span class="hint" { "after " (text::counted(retries, "retry", "retries")) } }
    }
}

/// Returns the class of a status in the style sheet.
pub(super) fn class(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "SUCCEEDED",
        Status::Caught => "CAUGHT",
        Status::Failed => "FAILED",
        Status::Running => "RUNNING",
        _ => "ABORTED",
    }
}
