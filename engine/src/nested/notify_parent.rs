//! Reports the end of an execution to the states that wait for it.

use smol_str::SmolStr;
use stepwright_interpreter::distributed::ChildResult;
use stepwright_interpreter::history::FoldedPath;

use crate::execution::parent_link::{ChildRole, ParentLink};
use crate::execution::report::ExecutionReport;
use crate::nested;
use crate::shared::EngineShared;
use crate::task::TaskFailure;

/// The longest text of a cause or a path in the one-line report.
const LONG: usize = 300;

impl EngineShared {
    /// Reports to a state that the execution it waits for has ended.
    pub(crate) fn notify_parent(&self, link: ParentLink, report: &ExecutionReport) {
        let ParentLink { parent, role } = link;
        match role {
            ChildRole::Job(integration) => parent.answer(nested::job_result(report, integration)),
            ChildRole::Child { run, number } => {
                if let Some(forgotten) = self.runs.child_ended(&run, number) {
                    self.runs.forget(forgotten.about.arn());
                }
                parent.child_ended(number, child_result(report));
            }
        }
    }
}

/// Reports to a Map Run that this process does not continue one of its children; then it does not
/// continue the run, either. A task that waits for another execution gets the result from the next
/// start of that execution, or never.
pub(crate) fn notify_suspended(link: &ParentLink, report: &ExecutionReport) {
    if let ChildRole::Child { .. } = link.role {
        let (error, cause) = (report.error.clone(), report.cause.clone());
        link.parent.suspended(TaskFailure { error, cause });
    }
}

/// Returns how a child of a Map Run ended.
pub(crate) fn child_result(report: &ExecutionReport) -> ChildResult {
    let text = |text: &Option<String>| text.as_deref().map(SmolStr::new);
    ChildResult {
        status: report.status,
        output: report.output.clone(),
        error: text(&report.error),
        cause: text(&report.cause),
        stopped: report.stopped,
    }
}

/// Describes the end of an execution in one line.
pub(crate) fn one_line_summary(report: &ExecutionReport) -> String {
    let name = report.execution().machine_name();
    let mut text = format!("`{name}` ended {}", report.status);
    if let Some(error) = &report.error {
        text += &format!(" with `{error}`");
    }
    if let Some(cause) = &report.cause {
        text += &format!(": {}", short(&report.history.redaction().text(cause)));
    }
    let path = report.history.path();
    format!(
        "{text} (path: {})",
        short(&FoldedPath::new(&path).to_string())
    )
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text.to_owned(),
    }
}
