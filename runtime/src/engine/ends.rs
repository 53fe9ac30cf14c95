//! How the end of an execution reaches the states that wait for it.

use smol_str::SmolStr;

use super::follower::{Follower, Role};
use super::nested;
use super::report::ExecutionReport;
use super::shared::Shared;
use crate::distributed::Ended;
use crate::task::TaskFailure;

/// The longest text of a cause or a path in the news.
const LONG: usize = 300;

impl Shared {
    /// Tells a state that what it waits for is over.
    pub(super) fn tell_follower(&self, follower: Follower, report: &ExecutionReport) {
        let Follower { parent, role } = follower;
        match role {
            Role::Job(integration) => parent.answer(nested::ended(report, integration)),
            Role::Child { run, number } => {
                if let Some(forgotten) = self.runs.child_ended(&run, number) {
                    self.runs.forget(forgotten.about.arn());
                }
                parent.child_ended(number, of_child(report));
            }
        }
    }
}

/// Tells a Map Run that a child of it is not gone on with in this process: neither is the run. A task that waits for another
/// execution learns what became of it from its start, or not at all.
pub(super) fn tell_parked(follower: &Follower, report: &ExecutionReport) {
    if let Role::Child { .. } = follower.role {
        let (error, cause) = (report.error.clone(), report.cause.clone());
        follower.parent.parked(TaskFailure { error, cause });
    }
}

/// How a child of a Map Run ended.
pub(super) fn of_child(report: &ExecutionReport) -> Ended {
    let text = |text: &Option<String>| text.as_deref().map(SmolStr::new);
    Ended {
        status: report.status,
        output: report.output.clone(),
        error: text(&report.error),
        cause: text(&report.cause),
        stopped: report.stopped,
    }
}

/// How an execution ended, in one line.
pub(super) fn in_a_line(report: &ExecutionReport) -> String {
    let name = report.execution().machine_name();
    let mut text = format!("`{name}` ended {}", report.status);
    if let Some(error) = &report.error {
        text += &format!(" with `{error}`");
    }
    if let Some(cause) = &report.cause {
        text += &format!(": {}", short(&report.history.redaction().text(cause)));
    }
    let path = report.history.path().join(" -> ");
    format!("{text} (path: {})", short(&path))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text.to_owned(),
    }
}
