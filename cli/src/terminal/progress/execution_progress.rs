//! The progress of one execution, computed from its events and waits.

use std::collections::HashMap;

use stepwright_asl::words::more;
use stepwright_engine::clock::Timestamp;
use stepwright_engine::history::{Event, EventGroup, EventKind};
use stepwright_engine::{MapRunCounts, Wait, WaitKind};

use super::bar::bar;
use super::duration::{duration_text, seconds_text, until_text};
use super::row::Row;
use super::wait_text::{WaitRow, needs_action, path, wait_text};

/// The number of states in a block.
const STATES: usize = 10;

/// The progress of an execution: its active states, and the changes to show.
#[derive(Debug)]
pub(super) struct ExecutionProgress {
    title: String,
    started: Timestamp,
    /// How many states were left.
    left: u64,
    /// The active states, in the order in which they were entered.
    open: Vec<OpenState>,
    /// The counts of the Map Runs of active states, by their ARNs.
    map_runs: HashMap<String, MapRunCounts>,
    changes: Vec<Change>,
}

/// A change that was not shown yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) row: Row,
    /// Whether it is an entry or an exit inside an iteration of a Map. A block counts the
    /// iterations instead.
    pub(super) is_of_iteration: bool,
}

/// A state that was entered and not left.
#[derive(Debug)]
struct OpenState {
    scope: Vec<String>,
    name: String,
    kind: &'static str,
    entered: Timestamp,
    /// How many attempts have begun.
    attempts: u32,
    /// The last failure that no attempt has followed.
    failure: Option<StateFailure>,
    items: Option<ItemCounts>,
    /// The error of the last iteration that failed.
    iteration_error: Option<String>,
    /// The ARN of the newest Map Run.
    map_run: Option<String>,
    /// Its wait, when the waits were last noted.
    wait: Option<Wait>,
    /// The attempt for which a wait was shown.
    shown_wait: Option<u32>,
}

#[derive(Debug)]
struct StateFailure {
    at: Timestamp,
    error: String,
    /// Whether the retry that follows was shown.
    is_shown: bool,
}

/// The numbers of the items of a Map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ItemCounts {
    total: u64,
    running: u64,
    succeeded: u64,
    failed: u64,
}

impl ExecutionProgress {
    /// Returns the progress of an execution without events.
    pub(super) fn new(title: impl Into<String>, started: Timestamp) -> Self {
        Self {
            title: title.into(),
            started,
            left: 0,
            open: Vec::new(),
            map_runs: HashMap::new(),
            changes: Vec::new(),
        }
    }

    /// Adds the next event.
    pub(super) fn apply(&mut self, event: &Event) {
        let kind = event.kind();
        let Some(state) = event.state_name() else {
            let is_begin = matches!(
                kind,
                EventKind::ExecutionStarted | EventKind::ExecutionRedriven
            );
            if !is_begin {
                self.open.clear();
            }
            return;
        };
        let (scope, at) = (event.scope(), event.timestamp());
        let group = kind.group();
        if group == EventGroup::Entered {
            self.enter(scope, state, event);
        } else if group == EventGroup::Iteration {
            self.iteration(&scope, state, kind);
        } else if let Some(index) = self.position(&scope, state) {
            match kind {
                EventKind::MapRunStarted => self.open[index].map_run = map_run(event),
                // The end of its state follows.
                EventKind::MapRunAborted => {}
                EventKind::MapStateFailed | EventKind::ParallelStateFailed => {
                    // Its event has no error.
                    let is_inside = |one: &OpenState| one.is_inside(&scope, state);
                    let inner = self.newest_error(is_inside);
                    let earlier = self.open[index].iteration_error.take();
                    self.fail(index, at, inner.or(earlier));
                    self.remove_inside(&scope, state);
                }
                _ if kind.is_attempt() => self.attempt(index, at, event),
                _ => match group {
                    EventGroup::Exited => self.leave(index, at),
                    EventGroup::Aborted => self.remove(index),
                    EventGroup::Failed | EventGroup::Evaluation => {
                        self.fail(index, at, event.error().map(str::to_owned));
                    }
                    _ => {}
                },
            }
        }
    }

    /// Sets what the execution waits for now.
    pub(super) fn note_waits(&mut self, waits: Vec<Wait>, now: Timestamp) {
        for state in &mut self.open {
            state.wait = None;
        }
        for wait in waits {
            let Some(index) = self.position(&wait.scope, &wait.state) else {
                continue;
            };
            self.show_wait(index, &wait, now);
            self.open[index].wait = Some(wait);
        }
    }

    /// Returns whether Map Runs are active.
    pub(super) fn has_map_runs(&self) -> bool {
        self.open.iter().any(|state| state.map_run.is_some())
    }

    /// Sets the counts of the Map Runs, in items.
    pub(super) fn note_map_runs(&mut self, runs: impl Iterator<Item = (String, MapRunCounts)>) {
        self.map_runs = runs.collect();
    }

    /// Returns the changes since the last call, as lines.
    pub(super) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Returns a block: a title, and the active states, those that need a person first.
    pub(super) fn rows(&self, now: Timestamp) -> Vec<Row> {
        let states = match self.left {
            1 => "1 state left".to_owned(),
            left => format!("{left} states left"),
        };
        let time = seconds_text(now - self.started);
        let title = Row::new()
            .bold(&self.title)
            .plain(format_args!("  running for {time}, {states}"));
        let mut shown: Vec<&OpenState> =
            self.open.iter().filter(|one| self.is_shown(one)).collect();
        shown.sort_by_key(|state| self.rank(state));
        let more = more(shown.len().saturating_sub(STATES));
        let mut rows = vec![title];
        let states = shown.iter().take(STATES);
        rows.extend(states.map(|state| self.row(state, now)));
        rows.extend(more.map(|more| Row::new().dimmed(format_args!("  ... {more}"))));
        rows
    }

    /// A Parallel is shown by the states inside, as an iteration of a Map.
    fn is_shown(&self, state: &OpenState) -> bool {
        state.kind != "Parallel" || state.failure.is_some()
    }

    fn rank(&self, state: &OpenState) -> u8 {
        match &state.wait {
            Some(wait) if needs_action(&wait.kind) => 0,
            _ if state.kind == "Map" => 1,
            _ if state.failure.is_some() => 2,
            _ => 3,
        }
    }

    fn row(&self, state: &OpenState, now: Timestamp) -> Row {
        let (name, around) = (&state.name, &state.scope);
        let around: String = around.iter().map(|part| format!("{part} > ")).collect();
        let mut row = Row::new().dimmed(format_args!("  {around}")).plain(name);
        if let Some(counts) = self.counts(state) {
            return row.plain(format_args!("  {}", counts.text()));
        }
        let text = match (&state.wait, &state.failure) {
            (Some(wait), _) => wait_text(wait, now),
            (None, Some(failure)) => {
                return row.warning(format_args!("  failed with {}", failure.error));
            }
            (None, None) => format!("runs for {}", seconds_text(now - state.entered)),
        };
        row = if state
            .wait
            .as_ref()
            .is_some_and(|wait| needs_action(&wait.kind))
        {
            row.warning(format_args!("  {text}"))
        } else {
            row.plain(format_args!("  {text}"))
        };
        match &state.failure {
            Some(failure) => row.warning(format_args!(", after {}", failure.error)),
            None if state.attempts > 1 => row.plain(format_args!(", attempt {}", state.attempts)),
            None => row,
        }
    }

    /// Returns the counts of a Map.
    fn counts(&self, state: &OpenState) -> Option<ItemCounts> {
        let run = state
            .map_run
            .as_ref()
            .and_then(|arn| self.map_runs.get(arn));
        run.map(ItemCounts::of_map_run).or(state.items)
    }

    fn position(&self, scope: &[String], state: &str) -> Option<usize> {
        let is_it = |one: &OpenState| one.name == state && one.scope == scope;
        self.open.iter().rposition(is_it)
    }

    fn enter(&mut self, scope: Vec<String>, state: &str, event: &Event) {
        let at = event.timestamp();
        self.change(at, &scope, state, String::new(), true);
        // A redrive enters a state again that was not left.
        if let Some(index) = self.position(&scope, state) {
            self.open.remove(index);
        }
        self.open.push(OpenState {
            scope,
            name: state.to_owned(),
            kind: event.state_type().unwrap_or_default(),
            entered: at,
            attempts: 0,
            failure: None,
            items: None,
            iteration_error: None,
            map_run: None,
            wait: None,
            shown_wait: None,
        });
    }

    fn leave(&mut self, index: usize, at: Timestamp) {
        let state = self.open.remove(index);
        self.left += 1;
        self.remove_inside(&state.scope, &state.name);
        // Others take no time.
        if !["Task", "Wait", "Map", "Parallel"].contains(&state.kind) {
            return;
        }
        let mut text = format!(": left after {}", duration_text(at - state.entered));
        if let Some(counts) = self.counts(&state) {
            text += &format!(", {} of {} items succeeded", counts.succeeded, counts.total);
        }
        if let Some(failure) = &state.failure {
            text += &format!(", caught {}", failure.error);
        }
        self.change(at, &state.scope, &state.name, text, true);
    }

    fn remove(&mut self, index: usize) {
        let state = self.open.remove(index);
        self.remove_inside(&state.scope, &state.name);
    }

    /// Removes the states inside a Map or Parallel.
    fn remove_inside(&mut self, scope: &[String], container: &str) {
        self.open.retain(|state| !state.is_inside(scope, container));
    }

    fn attempt(&mut self, index: usize, at: Timestamp, event: &Event) {
        let state = &mut self.open[index];
        state.attempts += 1;
        state.wait = None;
        if event.kind() == EventKind::MapStateStarted {
            let length = event.details().get("length").and_then(|one| one.as_i64());
            let total = length.and_then(|length| u64::try_from(length).ok());
            state.items = total.map(|total| ItemCounts {
                total,
                ..ItemCounts::default()
            });
        }
        if let Some(failure) = state.failure.take()
            && !failure.is_shown
        {
            let delay = duration_text(at - failure.at);
            let text = format!(
                ": {}, attempt {} after {delay}",
                failure.error, state.attempts
            );
            let (scope, name) = (state.scope.clone(), state.name.clone());
            self.change(at, &scope, &name, text, false);
        }
    }

    fn fail(&mut self, index: usize, at: Timestamp, error: Option<String>) {
        self.open[index].failure = Some(StateFailure {
            at,
            error: error.unwrap_or_else(|| "an error".to_owned()),
            is_shown: false,
        });
    }

    /// Returns the newest error of some active states.
    fn newest_error(&self, is_meant: impl Fn(&OpenState) -> bool) -> Option<String> {
        let states = self.open.iter().filter(|state| is_meant(state));
        let failures = states.filter_map(|state| state.failure.as_ref());
        let newest = failures.max_by_key(|failure| failure.at);
        newest.map(|failure| failure.error.clone())
    }

    /// Counts an event of an iteration: the last part of the scope is the iteration of the Map.
    fn iteration(&mut self, scope: &[String], map: &str, kind: EventKind) {
        let mut error = None;
        if matches!(
            kind,
            EventKind::MapIterationFailed | EventKind::MapIterationAborted
        ) {
            error = self.newest_error(|state| state.scope.starts_with(scope));
            self.open.retain(|state| !state.scope.starts_with(scope));
        }
        let around = scope.split_last().map_or(&[][..], |(_, around)| around);
        let Some(index) = self.position(around, map) else {
            return;
        };
        let state = &mut self.open[index];
        if let Some(items) = &mut state.items {
            items.count(kind);
        }
        state.iteration_error = error.or(state.iteration_error.take());
    }

    /// Adds a line for a retry that is scheduled, or a wait that needs a person, once for each
    /// attempt.
    fn show_wait(&mut self, index: usize, wait: &Wait, now: Timestamp) {
        let state = &mut self.open[index];
        let text = match (&wait.kind, &mut state.failure) {
            (WaitKind::Retry { until, attempt }, Some(failure)) if !failure.is_shown => {
                failure.is_shown = true;
                let delay = until_text(*until - now);
                format!(": {}, attempt {attempt} in {delay}", failure.error)
            }
            (kind, _) if needs_action(kind) && state.shown_wait != Some(state.attempts) => {
                state.shown_wait = Some(state.attempts);
                format!(" {}", WaitRow::of(wait, now).text)
            }
            _ => return,
        };
        self.change(now, &wait.scope, &wait.state, text, false);
    }

    /// Adds a line: `      +1m 30s  Each[2] > Charge: left after 4s`.
    fn change(
        &mut self,
        at: Timestamp,
        scope: &[String],
        state: &str,
        text: String,
        is_move: bool,
    ) {
        let since = format!("+{}", seconds_text(at - self.started));
        let around = path(scope, "");
        self.changes.push(Change {
            row: Row::new()
                .dimmed(format_args!("{since:>10}  {around}"))
                .plain(format_args!("{state}{text}")),
            is_of_iteration: is_move && scope.iter().any(|part| part.ends_with(']')),
        });
    }
}

impl OpenState {
    /// Whether it is in an iteration or a branch of a Map or Parallel.
    fn is_inside(&self, scope: &[String], container: &str) -> bool {
        let part = self.scope.get(scope.len());
        let rest = part.and_then(|part| part.strip_prefix(container));
        rest.is_some_and(|rest| rest.starts_with(['[', '/'])) && self.scope.starts_with(scope)
    }
}

impl ItemCounts {
    fn of_map_run(counts: &MapRunCounts) -> Self {
        Self {
            total: counts.total,
            running: counts.running,
            succeeded: counts.succeeded,
            failed: counts.failed + counts.timed_out + counts.aborted,
        }
    }

    fn count(&mut self, kind: EventKind) {
        match kind {
            EventKind::MapIterationStarted => {
                self.running += 1;
                return;
            }
            EventKind::MapIterationSucceeded => self.succeeded += 1,
            EventKind::MapIterationFailed | EventKind::MapIterationAborted => self.failed += 1,
            _ => return,
        }
        self.running = self.running.saturating_sub(1);
    }

    fn text(self) -> String {
        let done = self.succeeded + self.failed;
        let mut text = format!("{} {done}/{}", bar(done, self.total), self.total);
        for (count, what) in [(self.running, "running"), (self.failed, "failed")] {
            if count > 0 {
                text += &format!(", {count} {what}");
            }
        }
        text
    }
}

fn map_run(event: &Event) -> Option<String> {
    let details = event.details();
    let arn = details.get("mapRunArn").and_then(|arn| arn.as_str());
    arn.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use serde_json::{Value as Json, json};
    use stepwright_engine::history::History;
    use stepwright_engine::task::TaskFailure;
    use stepwright_engine::{Engine, MachineType, StartOptions};

    use super::*;

    fn task() -> Json {
        json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Parameters": {"FunctionName": "charge"},
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 4, "MaxAttempts": 1}],
        })
    }

    fn after(mut state: Json, field: &str, next: Json) -> Json {
        state.as_object_mut().unwrap().remove("End");
        state[field] = next;
        state
    }

    /// An engine whose first `failures` tasks fail.
    fn engine(states: Json, failures: u32) -> Engine {
        let start = states.as_object().unwrap().keys().next().unwrap();
        let text = json!({"StartAt": start, "States": states}).to_string();
        let calls = AtomicU32::new(0);
        Engine::builder()
            .register_json("orders", &text, MachineType::Standard)
            .virtual_time()
            .function("charge", move |_: Json| {
                let result = if calls.fetch_add(1, Ordering::Relaxed) < failures {
                    Err(TaskFailure::new("Busy", ""))
                } else {
                    Ok(json!(1))
                };
                async move { result }
            })
            .build()
            .unwrap()
    }

    async fn history(states: Json, failures: u32, input: Json) -> History {
        let engine = engine(states, failures);
        let started = engine.start_machine("orders", input, StartOptions::new());
        started.await.unwrap().report().await.history.clone()
    }

    fn progress(history: &History, events: usize) -> (ExecutionProgress, Timestamp) {
        let started = history.execution().started();
        let mut progress = ExecutionProgress::new("orders o-17", started);
        let mut now = started;
        for event in history.events().take(events) {
            progress.apply(&event);
            now = event.timestamp();
        }
        (progress, now)
    }

    fn texts(rows: &[Row]) -> Vec<String> {
        rows.iter().map(|row| row.text(false)).collect()
    }

    /// The lines of the changes, without the handlers' real time.
    fn lines(progress: &mut ExecutionProgress) -> Vec<String> {
        let changes = progress.take_changes();
        let lines = changes.iter().map(|change| {
            let line = change.row.text(false);
            let Some((name, rest)) = line.split_once(": left after ") else {
                return line;
            };
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            match rest.strip_prefix("ms") {
                Some(rest) => format!("{name}: left{rest}"),
                None => line,
            }
        });
        lines.map(|line| line.trim().to_owned()).collect()
    }

    #[tokio::test]
    async fn states_retries_and_caught_errors_are_lines() {
        let charge = after(task(), "Next", json!("Done"));
        let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": "Done"}]);
        let states = json!({
            "Cool": {"Type": "Wait", "Seconds": 90, "Next": "Charge"},
            "Charge": after(charge, "Catch", catch),
            "Done": {"Type": "Pass", "End": true},
        });
        let history = history(states, 2, json!({})).await;
        let (mut progress, now) = progress(&history, usize::MAX);
        assert_eq!(
            lines(&mut progress),
            [
                "+0s  Cool",
                "+1m 30s  Cool: left after 1m 30s",
                "+1m 30s  Charge",
                "+1m 34s  Charge: Busy, attempt 2 after 4s",
                "+1m 34s  Charge: left after 4s, caught Busy",
                "+1m 34s  Done",
            ]
        );
        assert_eq!(lines(&mut progress), [""; 0]);
        assert_eq!(
            texts(&progress.rows(now)),
            ["orders o-17  running for 1m 34s, 3 states left"]
        );
    }

    #[tokio::test]
    async fn a_map_is_a_bar_and_its_iterations_are_details() {
        let processor = json!({"StartAt": "Charge", "States": {"Charge": task()}});
        let states = json!({
            "Each": {"Type": "Map", "ItemProcessor": processor, "MaxConcurrency": 2, "End": true},
        });
        let history = history(states, 1, json!([1, 2, 3])).await;
        let ended = history
            .events()
            .position(|event| event.kind() == EventKind::MapIterationSucceeded);
        let (partly, now) = progress(&history, ended.unwrap() + 1);
        let rows = texts(&partly.rows(now));
        assert_eq!(rows[1], "  Each  [======>             ] 1/3, 1 running");
        assert_eq!(rows[2], "  Each[0] > Charge  failed with Busy");
        let (mut progress, now) = progress(&history, usize::MAX);
        let changes = progress.take_changes();
        let main = changes.iter().filter(|change| !change.is_of_iteration);
        let main: Vec<Row> = main.map(|change| change.row.clone()).collect();
        let main = texts(&main);
        assert_eq!(main.len(), 3, "{main:?}");
        assert!(main[1].ends_with("Each[0] > Charge: Busy, attempt 2 after 4s"));
        assert!(main[2].ends_with(", 3 of 3 items succeeded"));
        assert_eq!(progress.rows(now).len(), 1);
    }

    #[tokio::test]
    async fn a_map_is_left_with_the_error_of_its_iteration() {
        let processor = json!({"StartAt": "Charge", "States": {"Charge": task()}});
        let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": "Done"}]);
        let states = json!({
            "Each": {"Type": "Map", "ItemProcessor": processor, "Next": "Done", "Catch": catch},
            "Done": {"Type": "Pass", "End": true},
        });
        let history = history(states, 9, json!([1])).await;
        let (mut progress, now) = progress(&history, usize::MAX);
        let lines = lines(&mut progress);
        let each = "+4s  Each: left after 4s, 0 of 1 items succeeded, caught Busy";
        assert!(lines.contains(&each.to_owned()), "{lines:?}");
        assert_eq!(progress.rows(now).len(), 1);
    }

    #[tokio::test]
    async fn a_failed_branch_ends_the_states_of_the_other_branches() {
        let branch = |name: &str, state: Json| json!({"StartAt": name, "States": {name: state}});
        let wait = json!({"Type": "Wait", "Seconds": 100, "End": true});
        let fail = json!({"Type": "Fail", "Error": "Broken"});
        let slow = json!({"StartAt": "Short", "States": {
            "Short": {"Type": "Wait", "Seconds": 5, "Next": "Break"}, "Break": fail
        }});
        let states = json!({
            "Both": {
                "Type": "Parallel", "Branches": [branch("Long", wait), slow], "Next": "Done",
                "Catch": [{"ErrorEquals": ["Broken"], "Next": "Done"}],
            },
            "Done": {"Type": "Wait", "Seconds": 1, "End": true},
        });
        let history = history(states, 0, json!({})).await;
        let (mut partly, _) = progress(&history, 8);
        assert!(texts(&partly.rows(history.execution().started())).len() > 1);
        assert!(!lines(&mut partly).is_empty());
        let done = history
            .events()
            .position(|event| event.state_name() == Some("Done"));
        let (mut progress, now) = progress(&history, done.unwrap() + 1);
        assert_eq!(
            texts(&progress.rows(now))[1..],
            ["  Done  runs for 0s".to_owned()]
        );
        let lines = lines(&mut progress);
        assert!(
            lines.contains(&"+5s  Both: left after 5s, caught an error".to_owned()),
            "{lines:?}"
        );
    }

    #[tokio::test]
    async fn waits_are_shown_with_the_time_that_remains_and_a_retry_only_once() {
        let states = json!({"Charge": task()});
        let engine = engine(states, 1);
        let hold = engine.clock().hold();
        let run = engine.start_machine("orders", json!({}), StartOptions::new());
        let run = run.await.unwrap();
        let waits = loop {
            let waits = run.waits().await;
            if waits
                .iter()
                .any(|wait| matches!(wait.kind, WaitKind::Retry { .. }))
            {
                break waits;
            }
            tokio::task::yield_now().await;
        };
        let so_far = run.history().await;
        let (mut progress, now) = progress(&so_far, usize::MAX);
        for _ in 0..2 {
            progress.note_waits(waits.clone(), now);
        }
        assert_eq!(
            texts(&progress.rows(now + Duration::from_secs(1)))[1..],
            ["  Charge  attempt 2 in 3s, after Busy".to_owned()]
        );
        assert_eq!(
            lines(&mut progress),
            ["+0s  Charge", "+0s  Charge: Busy, attempt 2 in 4s"]
        );
        drop(hold);
        let report = run.report().await;
        for event in report.history.events().skip(so_far.events().count()) {
            progress.apply(&event);
        }
        let rest = lines(&mut progress);
        assert_eq!(rest, ["+4s  Charge: left after 4s"]);
    }

    #[test]
    fn the_counts_of_a_map_run_are_those_of_its_items() {
        let mut counts = MapRunCounts::default();
        (counts.total, counts.running) = (100, 7);
        (counts.succeeded, counts.failed, counts.aborted) = (40, 8, 2);
        let text = ItemCounts::of_map_run(&counts).text();
        assert_eq!(text, "[==========>         ] 50/100, 7 running, 10 failed");
    }
}
