//! The root cause of a failure: through errors that were caught before a Fail state, nested
//! executions, and children of Map Runs.

use maud::{Markup, html};
use stepwright_engine::store::StoreError;
use stepwright_engine::{Redaction, Status};
use stepwright_history::report::text;
use stepwright_history::timeline::{Timeline, Visit};

use crate::console::markup::link;
use crate::console::state::Console;

/// How many executions are read.
const MOST_EXECUTIONS: usize = 10;
/// How many children of a Map Run are read to find one that failed.
const MOST_CHILDREN: u32 = 10_000;
const BATCH: u32 = 1_000;

/// A failure on the path from the failed execution to the root cause.
struct CauseStep {
    arn: String,
    /// The visit, and its state.
    visit: usize,
    state: String,
    error: String,
    cause: Option<String>,
    /// Whether a Catch handled the error.
    is_caught: bool,
}

/// The path from a failure to its root cause.
pub(super) struct RootCause(Vec<CauseStep>);

impl RootCause {
    /// Finds the root cause of an execution's failure. It is empty if the failure began in the
    /// state that failed last.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(crate) async fn of(
        console: &Console,
        arn: &str,
        timeline: &Timeline,
    ) -> Result<Self, StoreError> {
        let mut steps = Vec::new();
        if matches!(timeline.status(), Status::Failed | Status::TimedOut) {
            let last = last_failed(timeline);
            let mut next = Step::at(arn, timeline, last, &mut steps);
            while let Some(started) = next.take().filter(|_| steps.len() < MOST_EXECUTIONS) {
                let Some(child) = started.failed_execution(console).await? else {
                    break;
                };
                let Some(run) = console.source.execution(&child).await? else {
                    break;
                };
                let timeline = Timeline::of(run.history());
                next = Step::at(&child, &timeline, None, &mut steps);
            }
        }
        Ok(Self(steps))
    }

    /// Shows the path; nothing if there is none.
    pub(crate) fn render(&self, arn: &str, redaction: &Redaction) -> Markup {
        let last = self.0.len().saturating_sub(1);
        html! {
            @if !self.0.is_empty() {
                details class="root-cause" open {
                    summary { "Root cause" }
                    ol {
                        @for (index, step) in self.0.iter().enumerate() {
                            li {
                                strong { (redaction.text(&step.error)) } " in "
                                a href=(link::visit(&step.arn, step.visit)) { (step.state) }
                                @if step.arn != arn { " of " a href=(link::execution(&step.arn)) { (text::last_of(&step.arn)) } }
                                @if step.is_caught { " " span class="status CAUGHT" { "caught" } }
                                @if index == last && let Some(cause) = &step.cause { (text::cause(&redaction.text(cause))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Returns the visit that failed last.
pub(super) fn last_failed(timeline: &Timeline) -> Option<usize> {
    use stepwright_asl::overlay::Status;

    let visits = timeline.visits().iter();
    visits
        .enumerate()
        .rfind(|(_, visit)| visit.status() == Status::Failed)
        .map(|(index, _)| index)
}

/// The execution or the Map Run that a failed state started.
enum Step {
    Execution(String),
    MapRun(String),
}

impl Step {
    /// Adds the origin of an execution's failure, unless it is the visit that the page shows.
    /// Returns what that state started.
    fn at(
        arn: &str,
        timeline: &Timeline,
        shown: Option<usize>,
        steps: &mut Vec<CauseStep>,
    ) -> Option<Self> {
        let origin = timeline.failure_origin()?;
        let visit = timeline.visit(origin)?;
        if shown != Some(origin) {
            steps.push(CauseStep {
                arn: arn.to_owned(),
                visit: origin,
                state: visit.state().to_owned(),
                error: visit
                    .error()
                    .unwrap_or("an error without a name")
                    .to_owned(),
                cause: visit.cause().map(str::to_owned),
                is_caught: is_caught(visit),
            });
        }
        let attempt = visit.attempts().last()?;
        let nested = attempt.nested_execution().map(str::to_owned);
        let run = attempt.map_run().map(str::to_owned);
        nested.map(Self::Execution).or(run.map(Self::MapRun))
    }

    /// Returns the ARN of the execution that failed.
    async fn failed_execution(&self, console: &Console) -> Result<Option<String>, StoreError> {
        let run = match self {
            Self::Execution(arn) => return Ok(Some(arn.clone())),
            Self::MapRun(run) => run,
        };
        for from in (0..MOST_CHILDREN).step_by(BATCH as usize) {
            for status in [Status::Failed, Status::TimedOut] {
                let children =
                    (console.source).map_run_children(run, from..from + BATCH, Some(status));
                if let Some(child) = children.await?.into_iter().next() {
                    return Ok(Some(child.summary.id));
                }
            }
        }
        Ok(None)
    }
}

fn is_caught(visit: &Visit) -> bool {
    visit.status() == stepwright_asl::overlay::Status::Caught
}
