//! Records the calls that mocks answered, and reports mocks that are wrong or were not used.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;
use stepwright_engine::task::{DefinedState, EngineMonitor, TaskCall};
use stepwright_engine::test_support::Listeners;
use tokio::sync::Notify;

use super::matcher::Matcher;
use super::mocked_call::MockedCall;
use super::rule::Rule;

/// The maximum number of retained failure reports.
const LINES: usize = 5;

/// The share of one clone of the mocks in their record. The mocks are checked when the last clone
/// and the last engine are dropped.
#[derive(Debug)]
pub(super) struct RecordHandle(pub(super) Arc<Record>);

/// The record that the clones of mocks share with the engines that have them.
#[derive(Debug, Default)]
pub(super) struct Record {
    state: Mutex<RecordState>,
    /// Notified when a call was answered.
    pub(super) called: Notify,
    pub(super) listeners: Arc<Listeners>,
    /// The number of clones, engines and starts that have the mocks.
    holders: AtomicUsize,
}

#[derive(Debug, Default)]
pub(super) struct RecordState {
    pub(super) calls: Vec<MockedCall>,
    /// How many calls each mock has answered, by the root execution.
    answered: HashMap<(usize, SmolStr), usize>,
    /// The problems of mocks that were called.
    pub(super) problems: Vec<String>,
    /// The mocks of engines that are shut down.
    over: Vec<Arc<Rule>>,
    /// The engines that have the mocks, and the states of their definitions.
    pub(super) engines: Vec<EngineMonitor>,
    states: Vec<DefinedState>,
    /// The last report of an engine.
    pub(super) last_message: Option<String>,
    /// Reports of failures in the engines, which may explain why a mock was not called.
    failures: Vec<String>,
}

impl RecordHandle {
    fn new(record: Arc<Record>) -> Self {
        Self(record.hold())
    }
}

impl Default for RecordHandle {
    fn default() -> Self {
        Self::new(Arc::default())
    }
}

impl Clone for RecordHandle {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}

impl Drop for RecordHandle {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

impl Record {
    pub(super) fn lock(&self) -> MutexGuard<'_, RecordState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a holder.
    pub(super) fn hold(self: &Arc<Self>) -> Arc<Self> {
        self.holders.fetch_add(1, Ordering::SeqCst);
        self.clone()
    }

    /// Returns whether one clone is the only holder of the mocks.
    pub(super) fn has_one_holder(&self) -> bool {
        self.holders.load(Ordering::SeqCst) == 1
    }

    /// Removes a holder without a check of the mocks.
    pub(super) fn forget(&self) {
        self.holders.fetch_sub(1, Ordering::SeqCst);
    }

    /// Removes a holder. The last one panics with the problems of the mocks, if there are any.
    pub(super) fn let_go(&self) {
        if self.holders.fetch_sub(1, Ordering::SeqCst) > 1 || std::thread::panicking() {
            return;
        }
        let recorded = self.lock();
        let wrong = recorded.wrong(&recorded.over);
        drop(recorded);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Takes over the mocks of an engine that is shut down.
    pub(super) fn finish(&self, rules: &[Arc<Rule>]) {
        let mut recorded = self.lock();
        for rule in rules {
            if !recorded.over.iter().any(|other| Arc::ptr_eq(other, rule)) {
                recorded.over.push(rule.clone());
            }
        }
        drop(recorded);
        self.let_go();
    }

    /// Records a call that a mock answers; returns how many calls it answered in this execution
    /// before.
    pub(super) fn count(&self, rule: &Arc<Rule>, call: &TaskCall<'_>) -> usize {
        let number = {
            let mut recorded = self.lock();
            recorded.calls.push(MockedCall::of(call));
            let key = (
                Arc::as_ptr(rule).addr(),
                call.execution().root_arn().clone(),
            );
            let answered = recorded.answered.entry(key).or_default();
            *answered += 1;
            *answered - 1
        };
        rule.called();
        self.called.notify_waiters();
        number
    }
}

impl RecordState {
    pub(super) fn log(&mut self, message: &str, is_failure: bool) {
        self.last_message = Some(message.to_owned());
        if is_failure && self.failures.len() < LINES {
            self.failures.push(message.to_owned());
        }
    }

    /// Adds the states of definitions that the mocks were checked against.
    pub(super) fn knows(&mut self, states: &[DefinedState]) {
        for state in states {
            let is_same = |known: &DefinedState| {
                (known.machine(), known.name()) == (state.machine(), state.name())
            };
            if !self.states.iter().any(is_same) {
                self.states.push(state.clone());
            }
        }
    }

    /// Returns all known states, with the states of definitions that were registered later.
    pub(super) fn states(&self) -> Vec<DefinedState> {
        let later = self.engines.iter().flat_map(EngineMonitor::defined);
        self.states.iter().cloned().chain(later).collect()
    }

    /// Returns the reason why no state of this name calls a task, if the definitions are known.
    pub(super) fn state_problem(&self, state: &str) -> Option<String> {
        if self.states.is_empty() {
            return None;
        }
        Matcher::State(state.to_owned()).problem(&self.states())
    }

    /// Returns the problems of mocks. Mocks that were not called count only if there are no other
    /// problems.
    pub(super) fn wrong(&self, rules: &[Arc<Rule>]) -> Vec<String> {
        if !self.problems.is_empty() {
            return self.problems.clone();
        }
        let mut wrong: Vec<String> = rules.iter().filter_map(|rule| rule.unused()).collect();
        if !wrong.is_empty() {
            let message = self.failures.iter();
            wrong.extend(message.map(|message| format!("before that, {message}")));
        }
        wrong
    }
}

/// Formats a number of calls in words.
pub(super) fn calls(number: usize) -> String {
    match number {
        1 => "1 call".to_owned(),
        _ => format!("{number} calls"),
    }
}
