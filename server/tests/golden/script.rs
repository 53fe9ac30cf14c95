//! The scripts that write and read stores. The committed files use the names of these fields and
//! variants: never rename one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// State machines by their names.
pub(crate) type Machines = BTreeMap<String, Json>;

/// The script that reads a store. The file next to the store contains it, so later changes of this
/// test do not change it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Script {
    /// The topic of the store.
    pub(crate) about: String,
    /// The task tokens of the copied store, by their labels.
    pub(crate) tokens: BTreeMap<String, String>,
    /// Objects that Distributed Maps read, by `<bucket>/<key>`. The bucket `out` for results exists
    /// always.
    #[serde(default)]
    pub(crate) objects: BTreeMap<String, String>,
    pub(crate) sessions: Vec<Session>,
}

/// One engine: its configuration and its steps.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Session {
    /// The start of its clock, in minutes after `environment::START`.
    pub(crate) opens: f64,
    /// The registered state machines.
    #[serde(default)]
    pub(crate) machines: Machines,
    /// The names of the declared activities.
    #[serde(default)]
    pub(crate) activities: Vec<String>,
    /// The functions without a handler.
    #[serde(default)]
    pub(crate) without: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

/// One step of a session. After each step the engine becomes idle, and ten seconds pass.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// Starts `<machine>:<name>`, or the execution `e` of a machine.
    Start { machine: String, input: Json },
    /// Sleeps until this many minutes after `environment::START`.
    Until(f64),
    /// Answers a token with an output.
    Succeed { token: String, output: Json },
    /// Answers a token with a failure.
    Fail {
        token: String,
        error: String,
        cause: String,
    },
    /// Sends a heartbeat for a token.
    Heartbeat(String),
    /// Takes a task from an activity's queue. Its token gets the label `token`.
    Poll { activity: String, token: String },
    /// Redrives `<machine>:<name>`.
    Redrive(String),
    /// Stops `<machine>:<name>`.
    Stop {
        execution: String,
        error: Option<String>,
        cause: Option<String>,
    },
    /// Lists the tasks that wait for a handler.
    WaitingForHandlers,
    /// Describes the Map Runs of `<machine>:<name>`.
    MapRuns(String),
    /// Returns the objects of the bucket `out`.
    Results,
    /// Calls the API over HTTP. In the request, `<token LABEL>` is the token with that label.
    Call { operation: String, request: Json },
}

pub(crate) fn start(machine: &str, input: Json) -> Step {
    let machine = machine.to_owned();
    Step::Start { machine, input }
}

pub(crate) fn succeed(token: &str, output: Json) -> Step {
    let token = token.to_owned();
    Step::Succeed { token, output }
}

pub(crate) fn fail(token: &str, error: &str, cause: &str) -> Step {
    Step::Fail {
        token: token.to_owned(),
        error: error.to_owned(),
        cause: cause.to_owned(),
    }
}

pub(crate) fn poll(activity: &str, token: &str) -> Step {
    Step::Poll {
        activity: activity.to_owned(),
        token: token.to_owned(),
    }
}

pub(crate) fn redrive(execution: &str) -> Step {
    Step::Redrive(execution.to_owned())
}

pub(crate) fn map_runs(execution: &str) -> Step {
    Step::MapRuns(execution.to_owned())
}

pub(crate) fn call(operation: &str, request: Json) -> Step {
    Step::Call {
        operation: operation.to_owned(),
        request,
    }
}

/// Makes a map from pairs.
pub(crate) fn named<T, const N: usize>(pairs: [(&str, T); N]) -> BTreeMap<String, T> {
    let pairs = pairs.into_iter();
    pairs.map(|(name, one)| (name.to_owned(), one)).collect()
}
