//! The typical case: the average cost of a random walk.

use std::collections::HashMap;

use stepwright_asl::model::StateKind;

use super::bounds::{ReachableStates, StateExit, state_exits};
use super::cost::CostCase;

/// Maximum number of states for elimination; larger systems are solved iteratively.
const SOLVED: usize = 200;
/// Maximum number of iterations. After that, the numbers have converged, or the walk has no likely
/// end.
const ROUNDS: usize = 20_000;
const STILL: f64 = 1e-12;

impl ReachableStates<'_, '_> {
    /// The average cost of the container; infinite if the walk has no likely end.
    pub(super) fn typical(&self) -> CostCase {
        let states = self.graph.reachable(self.container);
        if states.is_empty() {
            return CostCase::default();
        }
        let chances: HashMap<usize, Vec<(StateExit, f64)>> = states
            .iter()
            .map(|state| (*state, self.chances(*state)))
            .collect();
        let Some(visits) = visits(&states, &chances) else {
            return CostCase::ENDLESS;
        };
        let mut sum = CostCase::default();
        for (state, visits) in states.iter().zip(visits) {
            let cost = &self.costs[state];
            for (exit, chance) in &chances[state] {
                let own = if exit.caught {
                    cost.failure.typical
                } else {
                    cost.success.typical
                };
                sum = sum.then(own.repeated(visits * chance));
            }
        }
        sum
    }

    /// The probability of each exit of a state; the sum is 1.
    fn chances(&self, state: usize) -> Vec<(StateExit, f64)> {
        let exits = state_exits(self.graph, state);
        let state = &self.graph.states()[state];
        let is_choice = state.kind == Some(StateKind::Choice);
        let target = |exit: &StateExit| exit.to.map(|to| self.graph.states()[to].name);
        // Of a Task only the probabilities of errors are specified. It succeeds with the remainder.
        let specified = |exit: &StateExit| {
            let target = target(exit).filter(|_| is_choice || exit.caught)?;
            let key = (state.name.to_owned(), target.to_owned());
            let option = self.options.probabilities.get(&key).copied();
            option.or_else(|| self.options.recorded.share(state.name, target))
        };
        // Exits to the same state share a specified probability.
        let group = |exit: &StateExit| (target(exit), !is_choice && exit.caught);
        let mut sizes: HashMap<(Option<&str>, bool), usize> = HashMap::new();
        for exit in &exits {
            *sizes.entry(group(exit)).or_default() += 1;
        }
        let known: Vec<Option<f64>> = exits
            .iter()
            .map(|exit| specified(exit).map(|chance| chance / sizes[&group(exit)] as f64))
            .collect();
        let sum: f64 = known.iter().flatten().sum();
        let scale = if sum > 1.0 { 1.0 / sum } else { 1.0 };
        let remainder = (1.0 - sum).max(0.0);
        let is_open =
            |exit: &StateExit, known: &Option<f64>| known.is_none() && (is_choice || !exit.caught);
        let exits = exits.into_iter().zip(known);
        let open = exits
            .clone()
            .filter(|(exit, known)| is_open(exit, known))
            .count() as f64;
        let mut chances: Vec<(StateExit, f64)> = exits
            .map(|(exit, known)| {
                let chance = match known {
                    Some(chance) => chance * scale,
                    None if is_open(&exit, &known) => remainder / open,
                    None => 0.0,
                };
                (exit, chance)
            })
            .collect();
        // If all probabilities are known and their sum is below 1, they are scaled up.
        if open == 0.0 && sum > 0.0 && remainder > 0.0 {
            chances.iter_mut().for_each(|(_, chance)| *chance /= sum);
        }
        chances
    }
}

/// The average number of visits of each state; `None` if that is infinite.
fn visits(states: &[usize], chances: &HashMap<usize, Vec<(StateExit, f64)>>) -> Option<Vec<f64>> {
    let index: HashMap<usize, usize> = states.iter().copied().zip(0..).collect();
    // For each state, the source states and probabilities of its transitions.
    let mut into: Vec<Vec<(usize, f64)>> = vec![Vec::new(); states.len()];
    for (at, state) in states.iter().enumerate() {
        for (exit, chance) in &chances[state] {
            if let Some(to) = exit.to.and_then(|to| index.get(&to))
                && *chance > 0.0
            {
                into[*to].push((at, *chance));
            }
        }
    }
    let reached = reached(&into);
    into.iter_mut()
        .for_each(|into| into.retain(|(from, _)| reached[*from]));
    if !always_ends(states, chances, &into, &reached) {
        return None;
    }
    if states.len() <= SOLVED {
        return solved(&into);
    }
    let mut visits = vec![0.0; states.len()];
    for _ in 0..ROUNDS {
        let mut moved: f64 = 0.0;
        for at in 0..states.len() {
            let begins = if at == 0 { 1.0 } else { 0.0 };
            let found: f64 = begins
                + into[at]
                    .iter()
                    .map(|(from, chance)| visits[*from] * chance)
                    .sum::<f64>();
            moved = moved.max((found - visits[at]).abs() / found.max(1.0));
            visits[at] = found;
        }
        if moved < STILL {
            return Some(visits);
        }
    }
    None
}

/// Solves `visits = begins + into * visits`, with pivoting.
fn solved(into: &[Vec<(usize, f64)>]) -> Option<Vec<f64>> {
    let count = into.len();
    let mut rows: Vec<Vec<f64>> = vec![vec![0.0; count + 1]; count];
    for (at, row) in rows.iter_mut().enumerate() {
        row[at] = 1.0;
        row[count] = if at == 0 { 1.0 } else { 0.0 };
        for (from, chance) in &into[at] {
            row[*from] -= chance;
        }
    }
    for column in 0..count {
        let size = |row: &usize| rows[*row][column].abs();
        let pivot = (column..count).max_by(|a, b| size(a).total_cmp(&size(b)))?;
        rows.swap(column, pivot);
        let first = rows[column].clone();
        if first[column].abs() < STILL {
            return None;
        }
        for (at, row) in rows.iter_mut().enumerate() {
            let factor = row[column] / first[column];
            if at == column || factor == 0.0 {
                continue;
            }
            for (value, other) in row.iter_mut().zip(&first).skip(column) {
                *value -= factor * other;
            }
        }
    }
    let visits = rows
        .iter()
        .enumerate()
        .map(|(at, row)| (row[count] / row[at]).max(0.0));
    Some(visits.collect())
}

/// Whether every state that is reachable with a positive probability can reach an end.
fn always_ends(
    states: &[usize],
    chances: &HashMap<usize, Vec<(StateExit, f64)>>,
    into: &[Vec<(usize, f64)>],
    reached: &[bool],
) -> bool {
    let mut ends = vec![false; states.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, state) in states.iter().enumerate() {
        let mut exits = chances[state].iter().filter(|(_, chance)| *chance > 0.0);
        // A state without a next state fails the execution.
        if exits.clone().next().is_none() || exits.any(|(exit, _)| exit.to.is_none()) {
            ends[at] = true;
            open.push(at);
        }
    }
    while let Some(at) = open.pop() {
        for (from, _) in &into[at] {
            if !ends[*from] {
                ends[*from] = true;
                open.push(*from);
            }
        }
    }
    reached
        .iter()
        .zip(&ends)
        .all(|(reached, ends)| *ends || !*reached)
}

/// The states that are reachable with a positive probability.
fn reached(into: &[Vec<(usize, f64)>]) -> Vec<bool> {
    let mut targets: Vec<Vec<usize>> = vec![Vec::new(); into.len()];
    for (to, sources) in into.iter().enumerate() {
        for (from, _) in sources {
            targets[*from].push(to);
        }
    }
    let mut reached = vec![false; into.len()];
    reached[0] = true;
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        for to in &targets[at] {
            if !std::mem::replace(&mut reached[*to], true) {
                open.push(*to);
            }
        }
    }
    reached
}
