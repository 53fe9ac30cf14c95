use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;
use stepwright::{Task, TaskError};
use tokio::sync::Notify;

use super::matcher::{Matcher, hint};
use super::mock::Steps;
use super::mocks::MockedCall;
use crate::clock::Listeners;
use crate::task::Watch;
use crate::task::{DefinedState, TaskCall};

/// How many lines of what went wrong are kept.
const LINES: usize = 5;

/// One mock.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) matcher: Matcher,
    /// The task function, where it is one.
    function: Option<&'static str>,
    pub(super) steps: Steps,
    is_called: AtomicBool,
    /// An error that the task function does not have.
    unknown_error: Option<String>,
}

/// What each clone of a test has, and no engine: with the last of them, and of the engines, the mocks are judged.
#[derive(Debug)]
pub(super) struct Handle(pub(super) Arc<Record>);

/// What clones and the engines that they were given to share.
#[derive(Debug, Default)]
pub(super) struct Record {
    state: Mutex<Recorded>,
    /// A call was answered.
    pub(super) called: Notify,
    pub(super) listeners: Arc<Listeners>,
    /// How many clones, engines and starts have the mocks.
    holders: AtomicUsize,
}

#[derive(Debug, Default)]
pub(super) struct Recorded {
    pub(super) calls: Vec<MockedCall>,
    /// How many calls each mock has answered, by the execution that was started from outside.
    answered: HashMap<(usize, SmolStr), usize>,
    /// What is wrong with mocks that were called.
    pub(super) problems: Vec<String>,
    /// The mocks of engines that are over.
    over: Vec<Arc<Rule>>,
    /// The engines that have the mocks, and the states of their definitions.
    pub(super) engines: Vec<Watch>,
    states: Vec<DefinedState>,
    /// The last thing that happened.
    pub(super) last_news: Option<String>,
    /// What went wrong in the engines, which may be why a mock was not called.
    bad_news: Vec<String>,
}

impl Rule {
    pub(super) fn new(matcher: Matcher, steps: Steps) -> Self {
        Self {
            matcher,
            function: None,
            steps,
            is_called: AtomicBool::new(false),
            unknown_error: None,
        }
    }

    pub(super) fn of_task<T: Task>(steps: Steps) -> Self {
        let names: Vec<&str> = (<T::Error as TaskError>::VARIANTS.iter())
            .map(|variant| variant.error)
            .collect();
        let prefix = |name: &str| name.split_once('.').map(|(prefix, _)| prefix.to_owned());
        // Every task may fail with errors of its service; those of its own enum are known.
        let unknown = steps.errors().find(|error| {
            let own = |name: &&str| prefix(name).is_some() && prefix(name) == prefix(error);
            names.iter().any(own) && !names.contains(error)
        });
        let unknown_error = unknown.map(|error| {
            let hint = hint(error, names.iter().copied());
            format!("`{}` does not fail with `{error}`{hint}", T::FUNCTION)
        });
        Self {
            function: Some(T::FUNCTION),
            unknown_error,
            ..Self::new(Matcher::task::<T>(), steps)
        }
    }

    /// What is wrong with it in these definitions.
    pub(super) fn problem(&self, states: &[DefinedState]) -> Option<String> {
        let problem = self.matcher.problem(states);
        problem.or_else(|| self.unknown_error.clone())
    }

    /// That nothing called it, where something has to.
    fn unused(&self) -> Option<String> {
        if self.steps.is_optional || self.is_called.load(Ordering::Relaxed) {
            return None;
        }
        Some(format!(
            "nothing called the mock of {self}; take it out, or say `.optional()` on the mock"
        ))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.function {
            Some(function) => write!(f, "the task `{function}`"),
            None => self.matcher.fmt(f),
        }
    }
}

impl Handle {
    fn new(record: Arc<Record>) -> Self {
        Self(record.hold())
    }
}

impl Default for Handle {
    fn default() -> Self {
        Self::new(Arc::default())
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

impl Record {
    pub(super) fn lock(&self) -> MutexGuard<'_, Recorded> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One holder more.
    pub(super) fn hold(self: &Arc<Self>) -> Arc<Self> {
        self.holders.fetch_add(1, Ordering::SeqCst);
        self.clone()
    }

    /// Whether nobody but one clone has the mocks.
    pub(super) fn has_one_holder(&self) -> bool {
        self.holders.load(Ordering::SeqCst) == 1
    }

    /// One holder less, which judges nothing.
    pub(super) fn forget(&self) {
        self.holders.fetch_sub(1, Ordering::SeqCst);
    }

    /// One holder less; the last one panics with what is wrong with the mocks.
    pub(super) fn let_go(&self) {
        if self.holders.fetch_sub(1, Ordering::SeqCst) > 1 || std::thread::panicking() {
            return;
        }
        let recorded = self.lock();
        let wrong = recorded.wrong(&recorded.over);
        drop(recorded);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// The engine of these mocks is over.
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

    /// A call that a mock answers; gives how many it answered in this execution before.
    pub(super) fn count(&self, rule: &Arc<Rule>, call: &TaskCall<'_>) -> usize {
        let number = {
            let mut recorded = self.lock();
            recorded.calls.push(MockedCall::of(call));
            let key = (Arc::as_ptr(rule).addr(), call.execution().root.clone());
            let answered = recorded.answered.entry(key).or_default();
            *answered += 1;
            *answered - 1
        };
        rule.is_called.store(true, Ordering::Relaxed);
        self.called.notify_waiters();
        number
    }
}

impl Recorded {
    pub(super) fn hears(&mut self, news: &str, went_wrong: bool) {
        self.last_news = Some(news.to_owned());
        if went_wrong && self.bad_news.len() < LINES {
            self.bad_news.push(news.to_owned());
        }
    }

    /// The definitions that the mocks were held against have these states.
    pub(super) fn knows(&mut self, states: &[DefinedState]) {
        for state in states {
            let is_same = |known: &DefinedState| {
                (&known.machine, &known.name) == (&state.machine, &state.name)
            };
            if !self.states.iter().any(is_same) {
                self.states.push(state.clone());
            }
        }
    }

    /// All states that are known, those of definitions that came later too.
    pub(super) fn states(&self) -> Vec<DefinedState> {
        let later = self.engines.iter().flat_map(Watch::defined);
        self.states.iter().cloned().chain(later).collect()
    }

    /// Why no state of this name calls a task, where the definitions are known.
    pub(super) fn state_problem(&self, state: &str) -> Option<String> {
        if self.states.is_empty() {
            return None;
        }
        Matcher::State(state.to_owned()).problem(&self.states())
    }

    /// What is wrong with mocks; that something was not called only where nothing worse is.
    pub(super) fn wrong(&self, rules: &[Arc<Rule>]) -> Vec<String> {
        if !self.problems.is_empty() {
            return self.problems.clone();
        }
        let mut wrong: Vec<String> = rules.iter().filter_map(|rule| rule.unused()).collect();
        if !wrong.is_empty() {
            let news = self.bad_news.iter();
            wrong.extend(news.map(|news| format!("before that, {news}")));
        }
        wrong
    }
}

/// A number of calls, in words.
pub(super) fn calls(number: usize) -> String {
    match number {
        1 => "1 call".to_owned(),
        _ => format!("{number} calls"),
    }
}
