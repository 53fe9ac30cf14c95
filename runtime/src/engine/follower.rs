use std::sync::Arc;

use smol_str::SmolStr;

use super::cell::Responder;
use super::nested;
use super::report::ExecutionReport;
use super::runs::RunRecord;
use super::shared::Shared;
use crate::distributed::Ended;
use crate::task::Integration;

/// A state of another execution that waits for the end of this one.
#[derive(Debug)]
pub(super) enum Follower {
    /// A Task that started it.
    Task {
        parent: Responder,
        integration: Integration,
    },
    /// A Distributed Map whose child it is.
    MapRun {
        parent: Responder,
        run: Arc<RunRecord>,
        number: u32,
    },
}

impl Follower {
    /// The execution is over.
    pub(super) fn tell(self, engine: &Shared, report: &ExecutionReport) {
        match self {
            Self::Task {
                parent,
                integration,
            } => parent.answer(nested::ended(report, integration)),
            Self::MapRun {
                parent,
                run,
                number,
            } => {
                if let Some(forgotten) = run.ended(number) {
                    engine.runs.forget(&forgotten.about.id);
                }
                parent.child_ended(number, ended(report));
            }
        }
    }
}

/// How a child of a Map Run ended.
pub(super) fn ended(report: &ExecutionReport) -> Ended {
    let text = |text: &Option<String>| text.as_deref().map(SmolStr::new);
    Ended {
        status: report.status,
        output: report.output.clone(),
        error: text(&report.error),
        cause: text(&report.cause),
        stopped: report.stopped,
    }
}
