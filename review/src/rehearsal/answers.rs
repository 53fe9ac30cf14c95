//! The recorded answers, and which call of the new run received which.

use std::collections::HashMap;

use serde_json::Value as Json;
use stepwright_history::runtime_support::{
    CallKey, RecordedAttempt, RecordedEvent, recorded_attempts,
};
use stepwright_interpreter::Timestamp;
use stepwright_interpreter::task::{ResourceKind, TaskCall};

use super::event_numbers::are_equal;
use super::recorded_scopes::RecordedScopes;

/// How many remaining attempts of a state are compared with a call, so that a loop of thousands of
/// calls takes no quadratic time.
const COMPARED: usize = 64;

/// Which of the remaining answers of its state a call receives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum AnswerOrder {
    /// The first one with its arguments, so that a call which is new or gone moves no answer.
    ByArguments,
    /// The first one. Random arguments are equal to recorded ones only by chance.
    AsRecorded,
}

/// The recorded answers of one execution. Each answers one call.
pub(super) struct RecordedAnswers {
    order: AnswerOrder,
    states: HashMap<CallKey, StateAnswers>,
    scopes: RecordedScopes,
}

/// The recorded attempts of one state in one scope.
struct StateAnswers {
    attempts: Vec<RecordedAttempt>,
    is_used: Vec<bool>,
    /// The index of the first attempt that may be unused.
    first_unused: usize,
}

/// How a call of the new run was matched with a recorded attempt.
#[derive(Clone, Debug)]
pub(super) struct AnswerMatch {
    pub(super) key: CallKey,
    pub(super) index: usize,
    /// Whether the resource and the arguments are equal to the recorded ones.
    pub(super) is_equal: bool,
}

impl RecordedAnswers {
    pub(super) fn of(events: &[RecordedEvent], order: AnswerOrder) -> Self {
        let states = recorded_attempts(events).into_iter();
        let states = states.map(|(key, attempts)| {
            let answers = StateAnswers {
                is_used: vec![false; attempts.len()],
                attempts,
                first_unused: 0,
            };
            (key, answers)
        });
        Self {
            order,
            states: states.collect(),
            scopes: RecordedScopes::of(events),
        }
    }

    /// Returns the outermost iteration or branch around `scope` that something else ended.
    pub(super) fn ended_by_others<'s>(&self, scope: &'s [String]) -> Option<&'s [String]> {
        self.scopes.ended_by_others(scope)
    }

    /// Whether something else ended this iteration or branch itself.
    pub(super) fn is_ended_by_others(&self, scope: &[String]) -> bool {
        self.scopes.is_ended_by_others(scope)
    }

    /// Returns when something else ended an iteration or a branch.
    pub(super) fn ended_at(&self, scope: &[String]) -> Option<Timestamp> {
        self.scopes.ended_at(scope)
    }

    /// Whether all attempts in an iteration or a branch, or in others inside of it, answered a
    /// call.
    pub(super) fn are_used_in(&self, scope: &[String]) -> bool {
        let mut states = self.states.iter();
        states.all(|((inner, _), answers)| !inner.starts_with(scope) || answers.are_used())
    }

    pub(super) fn attempt(&self, found: &AnswerMatch) -> Option<&RecordedAttempt> {
        self.states.get(&found.key)?.attempts.get(found.index)
    }

    /// Takes the answer to a call with its numbered scope: of its state, the first remaining one of
    /// the same resource, with equal arguments if the order and the answers allow it. For a state
    /// that was not recorded, the first remaining one with equal arguments of a state that
    /// `is_gone` from the new definition, or of a state of the same name in another branch or Map.
    pub(super) fn take(
        &mut self,
        call: &TaskCall<'_>,
        key: CallKey,
        is_gone: impl Fn(&str) -> bool,
    ) -> Option<AnswerMatch> {
        let resource = resource_of(call);
        let arguments = call.parameters().to_json();
        let found = if self.states.contains_key(&key) {
            let equal = match self.order {
                AnswerOrder::ByArguments => self.remaining(&key, &resource, Some(&arguments)),
                AnswerOrder::AsRecorded => None,
            };
            let index = equal.or_else(|| self.remaining(&key, &resource, None))?;
            AnswerMatch {
                is_equal: self.has_arguments(&key, index, &arguments),
                key,
                index,
            }
        } else if self.ended_by_others(&key.0).is_some() {
            // The answers of another visit belong to the calls of that visit.
            return None;
        } else {
            self.elsewhere(call.state(), &resource, &arguments, is_gone)?
        };
        if let Some(answers) = self.states.get_mut(&found.key) {
            answers.set_used(found.index);
        }
        Some(found)
    }

    fn remaining(&self, key: &CallKey, resource: &str, arguments: Option<&Json>) -> Option<usize> {
        let answers = self.states.get(key)?;
        let fits = |index: usize| {
            answers.attempts[index].resource == resource
                && arguments.is_none_or(|wanted| self.has_arguments(key, index, wanted))
        };
        let mut unused = (answers.first_unused..answers.attempts.len())
            .filter(|index| !answers.is_used[*index])
            .take(COMPARED);
        unused.find(|index| fits(*index))
    }

    /// Whether an attempt has these arguments. A history without arguments cannot contradict them.
    fn has_arguments(&self, key: &CallKey, index: usize, wanted: &Json) -> bool {
        let attempts = self.states.get(key).map(|answers| &answers.attempts);
        let attempt = attempts.and_then(|attempts| attempts.get(index));
        let recorded = attempt.and_then(|attempt| attempt.arguments.as_ref());
        recorded.is_none_or(|recorded| are_equal(recorded, wanted))
    }

    fn elsewhere(
        &self,
        state: &str,
        resource: &str,
        arguments: &Json,
        is_gone: impl Fn(&str) -> bool,
    ) -> Option<AnswerMatch> {
        let mut keys: Vec<&CallKey> = self.states.keys().collect();
        // Same name first, then in the order of time, so that the choice does not depend on the
        // order of a hash map.
        keys.sort_by_key(|key| {
            let answers = self.states.get(*key);
            let first = answers.and_then(|answers| answers.attempts.first());
            (key.1 != state, first.map(|first| first.scheduled), *key)
        });
        let mut keys = keys
            .into_iter()
            .filter(|key| key.1 == state || is_gone(&key.1));
        keys.find_map(|key| {
            let index = self.remaining(key, resource, Some(arguments))?;
            Some(AnswerMatch {
                key: key.clone(),
                index,
                is_equal: true,
            })
        })
    }

    /// Returns the attempts that answered no call, in the order of time.
    pub(super) fn unused(&self) -> Vec<(&CallKey, &RecordedAttempt)> {
        let all = self.states.iter().flat_map(|(key, answers)| {
            let attempts = answers.attempts.iter().zip(&answers.is_used);
            attempts
                .filter(|(_, is_used)| !**is_used)
                .map(move |(attempt, _)| (key, attempt))
        });
        let mut unused: Vec<_> = all.collect();
        unused.sort_by(|a, b| (a.1.scheduled, a.0).cmp(&(b.1.scheduled, b.0)));
        unused
    }
}

impl StateAnswers {
    fn are_used(&self) -> bool {
        self.first_unused == self.attempts.len()
    }

    fn set_used(&mut self, index: usize) {
        self.is_used[index] = true;
        while self.is_used.get(self.first_unused) == Some(&true) {
            self.first_unused += 1;
        }
    }
}

/// Returns the resource of a call in the form of a recorded attempt.
pub(super) fn resource_of(call: &TaskCall<'_>) -> String {
    let resource = call.resource();
    match resource.kind() {
        ResourceKind::Service => format!("{}:{}", resource.service(), resource.action()),
        _ => resource.as_str().to_owned(),
    }
}

/// Counts the calls of each state of each scope.
#[derive(Default)]
pub(super) struct CallCounter(HashMap<CallKey, usize>);

impl CallCounter {
    /// Returns the number of earlier calls of this state in this scope.
    pub(super) fn next(&mut self, key: &CallKey) -> usize {
        let count = self.0.entry(key.clone()).or_default();
        *count += 1;
        *count - 1
    }
}
