//! Runs a definition as the generated test does.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{Either, select};
use stepwright_engine::clock::{Clock, VIRTUAL_START};
use stepwright_engine::task::{Answer, DefinedState, TaskCall, TaskSource};
use stepwright_engine::{Engine, ExecutionReport, StartOptions};
use stepwright_history::timeline::Timeline;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use super::calls::{RecordedAnswer, RecordedResult};
use super::model::{Conditions, ExecutionEnd, ExecutionModel};

/// How long a run may take in real time. An execution without a limit can loop forever on virtual
/// time.
const PATIENCE: Duration = Duration::from_secs(5);

/// The result of a run.
pub(super) enum DryRun {
    Ended(ExecutionEnd),
    /// The definition did not run, or a mock was not called.
    Refused(String),
}

/// The answers of a run, by state.
struct DryRunTasks {
    states: HashMap<String, StateAnswers>,
    is_delayed: bool,
}

struct StateAnswers {
    answers: Vec<RecordedAnswer>,
    calls: AtomicUsize,
}

/// Runs the definition of an execution with the answers of its tasks.
pub(super) async fn dry_run(model: &ExecutionModel, conditions: Conditions) -> DryRun {
    let tasks = Arc::new(DryRunTasks::of(model, conditions));
    let run = run(model, conditions, tasks.clone());
    // The log of the program is about its own executions.
    let run = pin!(run.with_subscriber(NoSubscriber::default()));
    let clock = Clock::real();
    let report = match select(run, clock.sleep(PATIENCE)).await {
        Either::Left((Ok(report), _)) => report,
        Either::Left((Err(problem), _)) => return DryRun::Refused(problem),
        Either::Right(_) => {
            return DryRun::Refused(format!(
                "with the same results of its tasks, the definition did not end within {} seconds",
                PATIENCE.as_secs()
            ));
        }
    };
    match tasks.uncalled() {
        Some(state) => DryRun::Refused(format!(
            "with the same results of its tasks, the definition does not call the task of `{state}`"
        )),
        None => {
            let history = &report.history;
            DryRun::Ended(ExecutionEnd::of(history, &Timeline::of(history)))
        }
    }
}

async fn run(
    model: &ExecutionModel,
    conditions: Conditions,
    tasks: Arc<DryRunTasks>,
) -> Result<Arc<ExecutionReport>, String> {
    let (start, options) = match conditions {
        Conditions::Answers => (VIRTUAL_START, StartOptions::new()),
        Conditions::All => (model.started, StartOptions::new().name(&model.name)),
    };
    // Without the coverage that `virtual_time` writes.
    let mut builder = Engine::builder()
        .register_json(&model.machine, &model.definition, model.machine_type)
        .clock(Clock::virtual_from(start))
        .tasks(SharedTasks(tasks));
    if conditions == Conditions::All {
        builder = builder.region(&model.region).account(&model.account);
    }
    let engine = builder.build().map_err(|error| error.to_string())?;
    let report = engine.execute_machine(&model.machine, model.input.clone(), options);
    report.await.map_err(|error| error.to_string())
}

impl DryRunTasks {
    fn of(model: &ExecutionModel, conditions: Conditions) -> Self {
        let states = model.answers.iter();
        let states = states.map(|state| {
            let answers = StateAnswers {
                answers: state.answers.clone(),
                calls: AtomicUsize::new(0),
            };
            (state.state.clone(), answers)
        });
        Self {
            states: states.collect(),
            is_delayed: conditions == Conditions::All,
        }
    }

    /// Returns a state whose task was not called: its mock would fail the test.
    fn uncalled(&self) -> Option<&str> {
        let mut states = self.states.iter();
        let uncalled = states.find(|(_, answers)| answers.calls.load(Ordering::Relaxed) == 0);
        uncalled.map(|(state, _)| state.as_str())
    }

    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        let state = self.states.get(call.state())?;
        let number = state.calls.fetch_add(1, Ordering::Relaxed);
        // As in a mock, the last answer is repeated.
        let recorded = state.answers.get(number).or(state.answers.last())?;
        let answer = match &recorded.result {
            RecordedResult::Output(output) => Answer::output(output.clone()),
            RecordedResult::Failure { error, cause } => {
                Answer::failure(error.as_str(), cause.as_str())
            }
            RecordedResult::Never => return Some(Answer::never()),
        };
        Some(if self.is_delayed {
            answer.after(recorded.delay)
        } else {
            answer
        })
    }
}

/// The tasks of a run as the source of its engine.
struct SharedTasks(Arc<DryRunTasks>);

impl TaskSource for SharedTasks {
    fn answer(&self, call: &TaskCall<'_>) -> Option<Answer> {
        self.0.answer(call)
    }

    fn may_answer(&self, state: &DefinedState) -> bool {
        self.0.states.contains_key(state.name())
    }
}
