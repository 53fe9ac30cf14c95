//! The executions above an execution: the one whose state started it, and the Map Run that it is a
//! child of.

use std::collections::VecDeque;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use stepwright_engine::ExecutionInfo;
use stepwright_history::report::text;
use stepwright_history::timeline::{Attempt, Timeline};

use crate::console::form::params::Params;
use crate::console::http::error::PageError;
use crate::console::markup::link;
use crate::console::source::ExecutionSnapshot;
use crate::console::state::Console;

/// How many executions are read to find the one that started another.
const MOST_READ: usize = 200;

/// The execution above another one.
pub(super) enum Parent {
    /// A child of a Map Run, and the execution that the run belongs to.
    MapRun { arn: String, execution: String },
    /// A state of this execution started it.
    Execution(String),
    /// A descendant of this execution started it; which one is known after a search.
    DescendantOf(String),
}

impl Parent {
    /// Returns the parent of an execution; `None` for one that a client started.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(crate) async fn of(
        console: &Console,
        execution: &ExecutionInfo,
    ) -> Result<Option<Self>, PageError> {
        if let Some(arn) = console.source.map_run_of(execution.id()).await? {
            let run = console.source.map_run(&arn).await?;
            return Ok(run.map(|run| Self::MapRun {
                arn,
                execution: run.execution,
            }));
        }
        let root = execution.root();
        Ok(match execution.depth {
            _ if root == execution.id() => None,
            0 | 1 => Some(Self::Execution(root.to_owned())),
            _ => Some(Self::DescendantOf(root.to_owned())),
        })
    }

    /// Shows the links to what is above an execution.
    pub(crate) fn crumbs(&self, child: &str) -> Markup {
        let execution = |arn: &str| html! { " › " a href=(link::starter(arn, child)) { "started by " (text::last_of(arn)) } };
        html! {
            @match self {
                Self::MapRun { arn, execution } => {
                    " › " a href=(link::mapper(execution, arn)) { (text::last_of(execution)) }
                    " › " a href=(link::map_run(arn)) { "Map Run" }
                },
                Self::Execution(arn) => (execution(arn)),
                Self::DescendantOf(root) => {
                    (execution(root)) " › … › "
                    a href=(link::with(link::PARENT, &[("arn", child)])) { "parent execution" }
                },
            }
        }
    }
}

/// Redirects to the execution whose state started another one.
pub(crate) async fn page(State(console): State<Console>, RawQuery(query): RawQuery) -> Response {
    let params = Params::of_query(query.as_deref());
    match find(&console, &params).await {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(error) => error.respond(&console),
    }
}

async fn find(console: &Console, params: &Params) -> Result<String, PageError> {
    let arn = params.required("arn")?;
    let child = console.snapshot(arn).await?;
    let mut open = VecDeque::from([child.execution().root().to_owned()]);
    let mut read = 0;
    while let Some(candidate) = open.pop_front() {
        read += 1;
        if read > MOST_READ {
            break;
        }
        let Some(run) = console.source.execution(&candidate).await? else {
            continue;
        };
        let started = started_by(&run);
        if started.iter().any(|started| started == arn) {
            return Ok(link::starter(&candidate, arn));
        }
        open.extend(started);
    }
    Err(PageError::not_found(format!(
        "the execution that started `{arn}` is not among the first {MOST_READ} descendants of `{}`",
        child.execution().root()
    )))
}

/// Returns the ARNs of the executions that the states of an execution started.
fn started_by(run: &ExecutionSnapshot) -> Vec<String> {
    let timeline = Timeline::of(run.history());
    let attempts = timeline.visits().iter().flat_map(|visit| visit.attempts());
    let nested = attempts.filter_map(Attempt::nested_execution);
    nested.map(str::to_owned).collect()
}

/// Returns the visit that started an execution or a Map Run.
pub(super) fn visit_that_started(
    timeline: &Timeline,
    is_it: impl Fn(&Attempt) -> bool,
) -> Option<usize> {
    let visits = timeline.visits();
    visits
        .iter()
        .rposition(|visit| visit.attempts().iter().any(&is_it))
}
