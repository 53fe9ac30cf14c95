//! The moves from a point of a path: the outcomes of a call, and the next timer.

use std::collections::HashSet;
use std::rc::Rc;

use stepwright_interpreter::TimerKind;

use super::inner_executions::WRITE_FAILED;
use super::machine::ExploredMachine;
use super::path_execution::ExecutionId;
use super::path_state::{Answerer, ArmedTimer, MAX_ATTEMPTS, OpenCall, PathState};
use super::task_tokens::TOKEN_TIMED_OUT;
use crate::outcomes::Outcome;
use crate::values::SampleSet;

/// A move from a point of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Move {
    /// A call ends with an outcome, as its number among the open calls.
    Complete {
        call: usize,
        outcome: Outcome,
        is_fault: bool,
    },
    /// A timer fires.
    Fire(ArmedTimer),
    /// The timeout of the state machine expires.
    TimeOut,
}

/// The moves from a point, and what the bounds leave out.
#[derive(Debug, Default)]
pub(super) struct Moves {
    pub(super) moves: Vec<Move>,
    /// Whether the bound of faults leaves out an outcome; the states of these calls.
    pub(super) limited: Vec<usize>,
    /// Whether one of these outcomes is expected: it may end a loop.
    pub(super) may_end_by_fault: bool,
    /// Whether the bound of loop rounds leaves out an outcome.
    pub(super) is_loop_bound: bool,
    /// Whether values were not combined completely.
    pub(super) has_incomplete_values: bool,
}

impl PathState {
    /// Returns the moves from this point; none if the path has ended or waits without end.
    pub(super) fn moves(&self, machine: &ExploredMachine) -> Moves {
        let mut found = Moves::default();
        if self.has_ended() || self.is_endless {
            return found;
        }
        let open: Vec<usize> = (0..self.calls.len())
            .filter(|call| {
                let call = &self.calls[*call];
                !call.is_silent && call.answerer != Answerer::Execution
            })
            .collect();
        let is_interleaved = self.is_interleaved(machine, &open);
        if is_interleaved {
            open.iter()
                .for_each(|call| self.add_outcomes(machine, *call, &mut found))
        } else {
            if let Some(call) = open.first() {
                self.add_outcomes(machine, *call, &mut found);
            }
        }
        if open.is_empty() || is_interleaved {
            self.add_timer(&open, &mut found);
        }
        for call in 0..self.calls.len() {
            self.add_slow_execution(machine, call, &mut found);
        }
        found
    }

    /// Adds the timeout of a call whose execution waits for an answer: it may be too slow.
    fn add_slow_execution(&self, machine: &ExploredMachine, call: usize, found: &mut Moves) {
        let open = &self.calls[call];
        let is_slow = open.answerer == Answerer::Execution
            && open.called.is_timed()
            && self.may_be_slow(open);
        if is_slow {
            self.add_outcome(machine, call, Outcome::Timeout, found);
        }
    }

    /// Returns the executions that run concurrently with the one that started them.
    fn concurrent(&self) -> HashSet<ExecutionId> {
        let running = self
            .executions
            .iter()
            .filter(|execution| !execution.has_ended());
        running
            .filter(|execution| execution.id == 0 || !execution.is_awaited())
            .map(|execution| execution.id)
            .collect()
    }

    /// Returns whether the order in which open calls end makes a difference: a property or a
    /// compensation observes what happens in a branch, and another branch may end it.
    fn is_interleaved(&self, machine: &ExploredMachine, open: &[usize]) -> bool {
        let is_concurrent = self.concurrent().len() > 1;
        let is_observed = |call: &&usize| {
            let call = &self.calls[**call];
            let definition = &machine.definitions[call.definition];
            let (state, observed) = (&call.called.state, &definition.observed);
            definition.interleaved.contains(state) || is_concurrent && observed.contains(state)
        };
        let waits = self
            .timers
            .iter()
            .any(|timer| timer.kind == TimerKind::Wait);
        (open.len() > 1 || waits && !open.is_empty()) && open.iter().any(|call| is_observed(&call))
    }

    fn add_outcomes(&self, machine: &ExploredMachine, call: usize, found: &mut Moves) {
        let open = &self.calls[call];
        for outcome in self.outcomes(machine, open, found) {
            self.add_outcome(machine, call, outcome, found);
        }
    }

    fn outcomes(
        &self,
        machine: &ExploredMachine,
        open: &OpenCall,
        found: &mut Moves,
    ) -> Vec<Outcome> {
        match &open.answerer {
            Answerer::Store(_) => {
                let failed = Outcome::Failure(WRITE_FAILED.to_owned());
                return vec![Outcome::Success(0), failed];
            }
            Answerer::Token(token) if !self.is_token_open(token) => {
                return vec![Outcome::Failure(TOKEN_TIMED_OUT.to_owned())];
            }
            _ => {}
        }
        let definition = &machine.definitions[open.definition];
        let outcomes = &definition.outcomes;
        let results = outcomes.results(&machine.settings, &open.called);
        found.has_incomplete_values |= !results.is_complete;
        let mut outcomes = outcomes.of_call(&machine.settings, &open.called, results.values.len());
        // The token is open.
        if let Answerer::Token(_) = open.answerer {
            outcomes.retain(|outcome| !is_refusal(outcome));
        }
        outcomes
    }

    fn add_outcome(
        &self,
        machine: &ExploredMachine,
        call: usize,
        outcome: Outcome,
        found: &mut Moves,
    ) {
        let (open, settings) = (&self.calls[call], &machine.settings);
        let last = self.last_outcome(&open.visit);
        let visits = self.visits.of(&open.visit);
        let is_beyond_loops = visits > settings.loops + 1 && last.is_some();
        let is_repeated = last == Some(&outcome);
        if is_beyond_loops && !is_repeated {
            found.is_loop_bound = true;
            return;
        }
        if open.attempt >= MAX_ATTEMPTS && outcome.is_fault() {
            return;
        }
        // The next attempts of a call that fails once, and of a container around it, fail in the
        // same manner for the same reason.
        let continues = is_repeated && (open.attempt > 0 || open.is_inside || is_beyond_loops);
        // The service refuses the answer because of an earlier fault.
        let is_refused = is_refusal(&outcome) && matches!(open.answerer, Answerer::Token(_));
        let is_fault = outcome.is_fault() && !continues && !is_refused;
        if is_fault && self.faults >= settings.faults {
            if open.definition == 0 {
                found.limited.push(open.state.index());
            }
            found.may_end_by_fault |= !outcome.is_unexpected();
            return;
        }
        found.moves.push(Move::Complete {
            call,
            outcome,
            is_fault,
        });
    }

    /// Adds the next timer. While calls are open that may still end, only waits pass, and only
    /// before the timeouts of these calls.
    fn add_timer(&self, open: &[usize], found: &mut Moves) {
        let is_open = |timer: &&ArmedTimer| {
            let mut calls = open.iter().map(|call| &self.calls[*call]);
            calls.any(|call| (call.execution, call.wait_id) == (timer.execution, timer.wait_id))
        };
        let next = self.timers.iter().min_by_key(|timer| timer.at);
        match next {
            Some(timer) if !is_open(&timer) => found.moves.push(Move::Fire(*timer)),
            Some(_) => {}
            None if open.is_empty() && self.deadline().is_some() => {
                found.moves.push(Move::TimeOut);
            }
            None => {}
        }
    }

    /// Returns the path after a move.
    pub(super) fn after(&self, machine: &ExploredMachine, chosen: &Move) -> PathState {
        let mut path = self.clone();
        path.make(machine, chosen);
        path
    }

    /// Makes a move.
    pub(super) fn make(&mut self, machine: &ExploredMachine, chosen: &Move) {
        self.evaluations.clear();
        match chosen {
            Move::Complete {
                call,
                outcome,
                is_fault,
            } => {
                self.faults += u32::from(*is_fault);
                let results = self.results(machine, *call);
                self.complete(machine, *call, outcome, &results.values);
            }
            Move::Fire(timer) => self.fire(machine, *timer),
            Move::TimeOut => self.time_out(machine),
        }
    }

    /// Returns the results of a call that is open.
    pub(super) fn results(&self, machine: &ExploredMachine, call: usize) -> Rc<SampleSet> {
        let open = &self.calls[call];
        let outcomes = &machine.definitions[open.definition].outcomes;
        outcomes.results(&machine.settings, &open.called)
    }
}

/// Returns whether the service refuses an answer to a token, because its task has ended.
fn is_refusal(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failure(error) if error == TOKEN_TIMED_OUT)
}
