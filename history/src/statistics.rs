//! Statistics of executions, from their timelines: what an estimate needs to know about recorded
//! executions. Their size does not depend on the number of executions or events.

use stepwright_asl::overlay::Status as VisitStatus;
use stepwright_interpreter::value::Value;
use stepwright_tools::estimate::RecordedStatistics;

use crate::timeline::{Attempt, Timeline, Visit};

impl Timeline {
    /// Adds the execution to statistics with which an estimate computes its typical case.
    ///
    /// The duration counts if the execution has ended. The sizes of data are those of compact JSON.
    ///
    /// ```
    /// use stepwright_tools::estimate::{Estimate, EstimateOptions, RecordedStatistics};
    /// use stepwright_history::RecordedHistory;
    ///
    /// let history = RecordedHistory::parse(r#"{"events": [
    ///     {"timestamp": "2026-01-01T00:00:00Z", "type": "ExecutionStarted", "id": 1, "previousEventId": 0,
    ///      "executionStartedEventDetails": {"input": "{\"order\": 7}"}},
    ///     {"timestamp": "2026-01-01T00:01:00Z", "type": "ExecutionSucceeded", "id": 2, "previousEventId": 1}
    /// ]}"#)?;
    /// let mut statistics = RecordedStatistics::default();
    /// history.timeline().record_statistics(&mut statistics);
    /// assert_eq!(statistics.seconds(), Some(60.0));
    /// assert_eq!(statistics.input_bytes(), Some(11.0));
    /// # Ok::<(), stepwright_history::RecordedHistoryError>(())
    /// ```
    pub fn record_statistics(&self, statistics: &mut RecordedStatistics) {
        statistics.record_execution();
        if let (Some(started), Some(ended)) = (self.started(), self.ended()) {
            statistics.record_duration((ended - started).as_secs_f64());
        }
        if let Some(input) = self.input() {
            statistics.record_input(input.json_len());
        }
        for data in [self.input(), self.output()].into_iter().flatten() {
            statistics.record_payload(data.json_len());
        }
        for visit in self.visits() {
            self.record_visit(visit, statistics);
        }
    }

    fn record_visit(&self, visit: &Visit, statistics: &mut RecordedStatistics) {
        let state = visit.state();
        if has_exited(visit) {
            statistics.record_exit(state);
        }
        let previous = visit.previous().and_then(|previous| self.visit(previous));
        if let Some(previous) = previous.filter(|previous| has_exited(previous)) {
            statistics.record_transition(previous.state(), state);
        }
        if visit.state_type() == "Task" {
            // A redrive is not a retry.
            let attempts = visit.attempts().iter();
            let attempts = attempts.filter(|attempt| !attempt.is_redriven());
            statistics.record_attempts(state, attempts.count() as u64);
        }
        if let Some(iterations) = visit.iterations() {
            statistics.record_items(state, iterations.total);
        }
        for result in visit.attempts().iter().filter_map(Attempt::result) {
            statistics.record_result(state, result.json_len());
        }
        for data in data_of(visit) {
            statistics.record_payload(data.json_len());
        }
    }
}

/// Returns whether the execution left the state, to another state or at its end.
fn has_exited(visit: &Visit) -> bool {
    matches!(visit.status(), VisitStatus::Succeeded | VisitStatus::Caught)
}

/// Returns the data of a visit, whose size the service limits.
fn data_of(visit: &Visit) -> impl Iterator<Item = &Value> {
    let attempts = visit.attempts().iter();
    let attempts = attempts.flat_map(|attempt| [attempt.arguments(), attempt.result()]);
    [visit.input(), visit.output()]
        .into_iter()
        .chain(attempts)
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::RecordedHistory;

    /// The statistics of a history, whose events are two seconds apart.
    fn statistics(events: &[(u32, &str, &str)]) -> RecordedStatistics {
        let mut text = String::new();
        for (at, (previous, kind, details)) in events.iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            let details = if details.is_empty() {
                String::new()
            } else {
                format!(", {details}")
            };
            let (id, seconds) = (at + 1, at * 2);
            write!(
                text,
                r#"{separator}{{"id": {id}, "previousEventId": {previous}, "type": "{kind}", "timestamp": "2026-01-01T00:00:{seconds:02}Z"{details}}}"#
            )
            .expect("a text grows");
        }
        let history = RecordedHistory::parse(&format!(r#"{{"events": [{text}]}}"#));
        let mut statistics = RecordedStatistics::default();
        let timeline = history.expect("is a history").timeline();
        timeline.record_statistics(&mut statistics);
        statistics
    }

    const STARTED: (u32, &str, &str) = (
        0,
        "ExecutionStarted",
        r#""executionStartedEventDetails": {"input": "{\"a\":1}"}"#,
    );

    fn entered(name: &str) -> String {
        format!(r#""stateEnteredEventDetails": {{"name": "{name}", "input": "{{}}"}}"#)
    }

    fn exited(name: &str) -> String {
        format!(r#""stateExitedEventDetails": {{"name": "{name}", "output": "[1,2,3,4]"}}"#)
    }

    #[test]
    fn transitions_retries_and_sizes_are_those_of_the_events() {
        let result = r#""taskSucceededEventDetails": {"resourceType": "lambda", "resource": "invoke", "output": "{\"b\":22}"}"#;
        let recorded = statistics(&[
            STARTED,
            (0, "TaskStateEntered", &entered("Ship")),
            (2, "TaskScheduled", ""),
            (3, "TaskFailed", ""),
            (4, "TaskScheduled", ""),
            (5, "TaskSucceeded", result),
            (6, "TaskStateExited", &exited("Ship")),
            (7, "TaskStateEntered", &entered("Charge")),
            (8, "TaskScheduled", ""),
            (9, "TaskFailed", ""),
            (10, "TaskStateExited", &exited("Charge")),
            (11, "TaskStateEntered", &entered("Ship")),
            (12, "TaskScheduled", ""),
            (13, "TaskSucceeded", result),
            (14, "TaskStateExited", &exited("Ship")),
            (15, "ExecutionSucceeded", ""),
        ]);
        assert_eq!(recorded.executions(), 1);
        assert_eq!(recorded.seconds(), Some(30.0));
        assert_eq!(recorded.share("Ship", "Charge"), Some(0.5));
        assert_eq!(recorded.share("Charge", "Ship"), Some(1.0));
        assert_eq!(recorded.share("Charge", "Charge"), Some(0.0));
        assert_eq!(recorded.share("Refund", "Charge"), None);
        assert_eq!(recorded.retries("Ship"), Some(0.5));
        assert_eq!(recorded.retries("Charge"), Some(0.0));
        assert_eq!(recorded.result_bytes("Ship"), Some(8.0));
        assert_eq!(recorded.result_bytes("Charge"), None);
        assert_eq!(recorded.input_bytes(), Some(7.0));
        assert_eq!(recorded.payload_bytes(), Some(9.0));
    }

    #[test]
    fn the_items_of_a_map_are_counted_and_its_states_have_transitions() {
        let iteration = r#""mapIterationStartedEventDetails": {"name": "Each", "index": 0}"#;
        let recorded = statistics(&[
            STARTED,
            (0, "MapStateEntered", &entered("Each")),
            (
                2,
                "MapStateStarted",
                r#""mapStateStartedEventDetails": {"length": 1}"#,
            ),
            (3, "MapIterationStarted", iteration),
            (4, "PassStateEntered", &entered("A")),
            (5, "PassStateExited", &exited("A")),
            (6, "PassStateEntered", &entered("B")),
            (7, "PassStateExited", &exited("B")),
            (
                8,
                "MapIterationSucceeded",
                r#""mapIterationSucceededEventDetails": {"name": "Each", "index": 0}"#,
            ),
            (9, "MapStateSucceeded", ""),
            (10, "MapStateExited", &exited("Each")),
            (11, "ExecutionSucceeded", ""),
        ]);
        assert_eq!(recorded.items("Each"), Some(1.0));
        assert_eq!(recorded.share("A", "B"), Some(1.0));
        assert_eq!(recorded.share("Each", "A"), Some(0.0));
    }

    #[test]
    fn an_execution_that_runs_has_no_duration() {
        let recorded = statistics(&[STARTED, (0, "WaitStateEntered", &entered("Pause"))]);
        assert_eq!(recorded.executions(), 1);
        assert_eq!(recorded.seconds(), None);
        assert_eq!(recorded.share("Pause", "Pause"), None);
    }
}
