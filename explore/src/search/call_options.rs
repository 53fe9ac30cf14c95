//! The moves from a point of a path: the outcomes of a call, and the next timer.

use stepwright_interpreter::TimerKind;
use stepwright_interpreter::value::Value;

use super::machine::ExploredMachine;
use super::path_state::{ArmedTimer, PathState};
use crate::outcomes::Outcome;

/// Attempts after which a retried call succeeds, so that a Retrier of many attempts does not make
/// a path without end.
const MAX_ATTEMPTS: u32 = 100;

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
            .filter(|call| !self.calls[*call].is_silent)
            .collect();
        let is_interleaved = self.is_interleaved(machine, &open);
        match is_interleaved {
            true => open
                .iter()
                .for_each(|call| self.add_outcomes(machine, *call, &mut found)),
            false => {
                if let Some(call) = open.first() {
                    self.add_outcomes(machine, *call, &mut found);
                }
            }
        }
        if open.is_empty() || is_interleaved {
            self.add_timer(&open, &mut found);
        }
        found
    }

    /// Returns whether the order in which open calls end makes a difference: a property or a
    /// compensation observes what happens in a branch, and another branch may end it.
    fn is_interleaved(&self, machine: &ExploredMachine, open: &[usize]) -> bool {
        let is_observed = |call: &&usize| {
            let call = &self.calls[**call];
            machine.interleaved.contains(&call.called.state)
        };
        let waits = self
            .timers
            .iter()
            .any(|timer| timer.kind == TimerKind::Wait);
        (open.len() > 1 || waits && !open.is_empty()) && open.iter().any(|call| is_observed(&call))
    }

    fn add_outcomes(&self, machine: &ExploredMachine, call: usize, found: &mut Moves) {
        let open = &self.calls[call];
        let (settings, outcomes) = (&machine.settings, &machine.outcomes);
        let results = outcomes.results(settings, &open.called);
        found.has_incomplete_values |= !results.is_complete;
        let options = outcomes.of_call(settings, &open.called, results.values.len());
        let last = self.last_outcome(&open.visit);
        let visits = self.tracker.visits(&open.visit);
        let is_beyond_loops = visits > settings.loops + 1 && last.is_some();
        for outcome in options {
            let is_repeated = last == Some(&outcome);
            if is_beyond_loops && !is_repeated {
                found.is_loop_bound = true;
                continue;
            }
            if open.attempt >= MAX_ATTEMPTS && outcome.is_fault() {
                continue;
            }
            // The next attempts of a call that fails once, and of a container around it, fail in
            // the same manner for the same reason.
            let continues = is_repeated && (open.attempt > 0 || open.is_inside || is_beyond_loops);
            let is_fault = outcome.is_fault() && !continues;
            if is_fault && self.faults >= settings.faults {
                found.limited.push(open.state.index());
                found.may_end_by_fault |= !outcome.is_unexpected();
                continue;
            }
            found.moves.push(Move::Complete {
                call,
                outcome,
                is_fault,
            });
        }
    }

    /// Adds the next timer. While calls are open that may still end, only waits pass, and only
    /// before the timeouts of these calls.
    fn add_timer(&self, open: &[usize], found: &mut Moves) {
        let is_open = |timer: &&ArmedTimer| {
            let mut calls = open.iter().map(|call| self.calls[*call].wait_id);
            calls.any(|wait_id| wait_id == timer.wait_id)
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
        path.evaluations.clear();
        match chosen {
            Move::Complete {
                call,
                outcome,
                is_fault,
            } => {
                path.faults += u32::from(*is_fault);
                let results = self.results(machine, *call);
                path.complete(machine, *call, outcome, &results);
            }
            Move::Fire(timer) => path.fire(machine, *timer),
            Move::TimeOut => path.time_out(machine),
        }
        path
    }

    /// Returns the results of a call that is open.
    pub(super) fn results(&self, machine: &ExploredMachine, call: usize) -> Vec<Value> {
        let called = &self.calls[call].called;
        machine.outcomes.results(&machine.settings, called).values
    }
}
