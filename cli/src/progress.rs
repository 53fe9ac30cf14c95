//! The progress of `stepwright run`: prints entered states on standard error.

use std::io::IsTerminal;

use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::history::Event;
use stepwright_runtime::{ExecutionHandle, ExecutionReport};

use crate::report;

/// Whether standard error is a terminal.
pub(crate) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// Follows an execution to its end.
pub(crate) async fn follow<T>(run: &ExecutionHandle<T>) -> std::sync::Arc<ExecutionReport> {
    let started = run.execution().started();
    let mut events = run.events();
    while let Some(event) = events.next().await {
        if let Some(line) = line(&event, started) {
            report::tell(line);
        }
    }
    run.report().await
}

/// `+1m 30s  Each[2] > Charge` for an entered state.
fn line(event: &Event, started: Timestamp) -> Option<String> {
    if !event.kind().is_entered() {
        return None;
    }
    let dimmed = anstyle::Style::new().dimmed();
    let mut path = event.scope();
    path.push(event.state_name()?.to_owned());
    let (name, around) = path.split_last()?;
    let around: String = around.iter().map(|place| format!("{place} > ")).collect();
    let since = elapsed((event.timestamp() - started).as_secs());
    Some(format!("{dimmed}{since:>10}  {around}{dimmed:#}{name}"))
}

/// A duration in its two largest units.
fn elapsed(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (length, unit) in units {
        if left >= length {
            parts.push(format!("{}{unit}", left / length));
            left %= length;
        }
    }
    if parts.is_empty() {
        return "+0s".to_owned();
    }
    parts.truncate(2);
    format!("+{}", parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elapsed_time_is_shown_in_its_two_largest_units() {
        let shown = [0, 59, 90, 3_600, 90_061].map(elapsed);
        assert_eq!(shown, ["+0s", "+59s", "+1m 30s", "+1h", "+1d 1h"]);
    }
}
