//! Definite assignment: a variable is read only where every path has assigned it.

use crate::errors::Errors;
use crate::machine::{Machine, VariableRead};
use std::collections::{HashSet, VecDeque};

/// A set of variables.
#[derive(Clone, PartialEq)]
struct Set(Vec<u64>);

impl Set {
    fn empty(size: usize) -> Set {
        Set(vec![0; size.div_ceil(64)])
    }

    fn full(size: usize) -> Set {
        Set(vec![u64::MAX; size.div_ceil(64)])
    }

    fn insert(&mut self, variable: usize) {
        self.0[variable / 64] |= 1 << (variable % 64);
    }

    fn contains(&self, variable: usize) -> bool {
        self.0[variable / 64] & (1 << (variable % 64)) != 0
    }

    /// Keeps what both have; says whether that changed anything.
    fn intersect(&mut self, other: &Set) -> bool {
        let mut changed = false;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            changed |= *mine & !theirs != 0;
            *mine &= theirs;
        }
        changed
    }
}

/// A variable is read only where every path from the start has assigned it. A `catch` carries the values from before
/// its state.
pub(super) fn rules(machine: &mut Machine, errors: &Errors) {
    let assigned = analyse(machine);
    let mut said = HashSet::new();
    let mut faulty = Vec::new();
    for read in &machine.reads {
        let scope = machine.variables[read.variable].scope;
        // An inner body reads what was assigned when the state that holds it began.
        let Some(state) = machine.state_in(read.state, scope) else {
            continue;
        };
        if assigned[state].contains(read.variable) {
            continue;
        }
        faulty.push(read.expression);
        // Assigning the parameter is the mistake, and said already.
        let name = &machine.variables[read.variable].name;
        if machine.workflow.has_parameter(name) {
            continue;
        }
        if said.insert((read.variable, state)) {
            errors.at(read.span, message(machine, read, state));
        }
    }
    for expression in faulty {
        machine.faulty[expression] = true;
    }
}

/// By state, the variables that every path has assigned when it begins; everything, for a state that nothing reaches.
fn analyse(machine: &Machine) -> Vec<Set> {
    let size = machine.variables.len();
    let mut before: Vec<Set> = vec![Set::full(size); machine.states.len()];
    for scope in &machine.scopes {
        let Some(first) = scope.states.first() else {
            continue;
        };
        before[*first] = Set::empty(size);
        let mut reached = vec![false; machine.states.len()];
        reached[*first] = true;
        let mut changed = true;
        while changed {
            changed = false;
            for state in &scope.order {
                if !reached[*state] {
                    continue;
                }
                for edge in &machine.states[*state].edges {
                    let Some(to) = edge.to else { continue };
                    let mut carried = before[*state].clone();
                    for variable in &edge.assigns {
                        carried.insert(*variable);
                    }
                    changed |= before[to].intersect(&carried);
                    changed |= !std::mem::replace(&mut reached[to], true);
                }
            }
        }
    }
    before
}

/// What to say, with a path on which nothing assigns the variable.
fn message(machine: &Machine, read: &VariableRead, state: usize) -> String {
    let variable = &machine.variables[read.variable].text;
    let name = &machine.states[state].name;
    let node = &machine.states[state];
    let assigns_itself = node
        .edges
        .iter()
        .any(|edge| edge.assigns.contains(&read.variable));
    let steps = path(machine, read.variable, state);
    let caught = is_caught(machine, read.variable, &steps);
    let path: Vec<&str> = steps
        .iter()
        .map(|step| machine.states[*step].name.as_str())
        .collect();
    if assigns_itself && path.len() == 1 {
        return format!(
            "`{variable}` is not assigned yet when `{name}` runs: what a state assigns can be read from the next state on"
        );
    }
    let path = match path.as_slice() {
        [] | [_] => format!("`{name}` is the first state"),
        [a, b] => format!("it is not assigned on the way `{a}`, `{b}`"),
        [a, b, c] => format!("it is not assigned on the way `{a}`, `{b}`, `{c}`"),
        [a, b, .., y, z] => {
            let dots = if path.len() > 4 { ", .." } else { "" };
            format!("it is not assigned on the way `{a}`, `{b}`{dots}, `{y}`, `{z}`")
        }
    };
    let hint = if caught {
        "; a `catch` carries the values from before its state"
    } else {
        ""
    };
    format!("`{variable}` may not be assigned when `{name}` runs: {path}{hint}")
}

/// Whether one step of a path is a `catch` out of a state that would have assigned the variable.
fn is_caught(machine: &Machine, variable: usize, path: &[usize]) -> bool {
    path.windows(2).any(|step| {
        let edges = &machine.states[step[0]].edges;
        let fails = edges
            .iter()
            .any(|edge| edge.is_catch() && edge.to == Some(step[1]));
        fails && edges.iter().any(|edge| edge.assigns.contains(&variable))
    })
}

/// The shortest path to a state on which nothing assigns the variable.
fn path(machine: &Machine, variable: usize, state: usize) -> Vec<usize> {
    let scope = &machine.scopes[machine.states[state].scope];
    let Some(first) = scope.states.first() else {
        return Vec::new();
    };
    let mut from: Vec<Option<usize>> = vec![None; machine.states.len()];
    let mut todo = VecDeque::from([*first]);
    let mut seen = HashSet::from([*first]);
    while let Some(here) = todo.pop_front() {
        if here == state {
            break;
        }
        for edge in &machine.states[here].edges {
            if let Some(to) = edge.to
                && !edge.assigns.contains(&variable)
                && seen.insert(to)
            {
                from[to] = Some(here);
                todo.push_back(to);
            }
        }
    }
    let mut path: Vec<usize> = std::iter::successors(Some(state), |here| from[*here]).collect();
    path.reverse();
    path
}
