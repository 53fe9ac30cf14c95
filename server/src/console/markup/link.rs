//! Links between the pages.

use form_urlencoded::Serializer;

pub(crate) const MACHINES: &str = "/console";
pub(crate) const EXECUTIONS: &str = "/console/executions";
pub(crate) const EXPORT: &str = "/console/executions/export";
pub(super) const ACTIVITIES: &str = "/console/activities";
pub(crate) const WAITING: &str = "/console/waiting";
pub(crate) const FAILURES: &str = "/console/failures";
pub(crate) const COMPARE: &str = "/console/compare";
pub(crate) const PARENT: &str = "/console/parent";

/// The parameter and the element of a task whose form is open.
pub(crate) const ANSWER: &str = "answer";

/// The parameter and the element of the form that starts again from a state.
pub(crate) const RESTART: &str = "restart";

/// Returns the token of forms.
pub(crate) const FORM_TOKEN: &str = "/console/form-token";
/// Asks before an action on selected executions.
pub(crate) const CONFIRM: &str = "/console/confirm";
/// The streams of changes: of lists, of one execution, and of several pages.
pub(crate) const LIVE: &str = "/console/live";
pub(crate) const LIVE_EXECUTION: &str = "/console/live/execution";
pub(crate) const LIVE_PAGES: &str = "/console/live/pages";

pub(crate) const DEBUGGER: &str = "/console/debug";
pub(crate) const NEW_DEBUGGER: &str = "/console/debug/new";
pub(crate) const DEBUG_ACTION: &str = "/console/debug/act";

/// Returns a path with parameters; those without a value are left out.
pub(crate) fn with(path: &str, params: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in params.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// The page of a state machine, by its name.
pub(crate) fn machine(name: &str, tab: &str) -> String {
    with("/console/machine", &[("name", name), ("tab", tab)])
}

/// The page of a state machine with the definition of a state.
pub(super) fn machine_state(name: &str, state: &str) -> String {
    let url = with("/console/machine", &[("name", name), ("state", state)]);
    format!("{url}#state")
}

/// The page of an execution, by its ARN.
pub(crate) fn execution(arn: &str) -> String {
    with("/console/execution", &[("arn", arn)])
}

/// The list of the executions of a state machine with a status.
pub(crate) fn executions(machine: &str, status: &str) -> String {
    with(EXECUTIONS, &[("machine", machine), ("status", status)])
}

/// The page of an execution with the data of one visit.
pub(crate) fn visit(arn: &str, index: usize) -> String {
    let index = index.to_string();
    let url = with("/console/execution", &[("arn", arn), ("visit", &index)]);
    format!("{url}#state")
}

/// The page of an execution with the form that starts again from a visit.
pub(crate) fn restart(arn: &str, index: usize) -> String {
    let index = index.to_string();
    let params = [("arn", arn), ("visit", &index), (RESTART, "open")];
    format!("{}#{RESTART}", with("/console/execution", &params))
}

/// The page of an execution with the definition of a state.
pub(crate) fn state(arn: &str, state: &str) -> String {
    let url = with("/console/execution", &[("arn", arn), ("state", state)]);
    format!("{url}#state")
}

/// The page that compares an execution with another one, or with the last that succeeded.
pub(crate) fn compare(arns: &[&str]) -> String {
    let arns: Vec<(&str, &str)> = arns.iter().map(|arn| ("arn", *arn)).collect();
    with(COMPARE, &arns)
}

/// The page of an execution with the form for the answer to a wait, by its key.
pub(crate) fn answer(arn: &str, key: &str) -> String {
    let url = with("/console/execution", &[("arn", arn), (ANSWER, key)]);
    format!("{url}#{ANSWER}")
}

/// The page of an execution at the state that started another execution.
pub(crate) fn starter(arn: &str, child: &str) -> String {
    let url = with("/console/execution", &[("arn", arn), ("child", child)]);
    format!("{url}#state")
}

/// The page of an execution at the state that started a Map Run.
pub(crate) fn mapper(arn: &str, map_run: &str) -> String {
    let url = with("/console/execution", &[("arn", arn), ("map_run", map_run)]);
    format!("{url}#state")
}

/// The page of a debugger, by its id.
pub(crate) fn debugger(id: &str) -> String {
    with(DEBUGGER, &[("session", id)])
}

/// The page of a Map Run, by its ARN.
pub(crate) fn map_run(arn: &str) -> String {
    with("/console/map-run", &[("arn", arn)])
}
