//! Definite assignment: whether every path to a read of a variable assigns it.

use std::collections::{HashMap, VecDeque};

use super::ControlFlow;

/// The bit set of all 64 variables.
const ALL: u64 = u64::MAX;

/// Maximum number of steps of the analysis. A definition of 1 MiB needs a small part of them.
const STEPS: usize = 20_000_000;

/// The states of a workflow with the variables that they assign and read.
///
/// A value is assigned on transitions: an assignment of a state is visible from the next state on.
/// A catch transition carries the values from before its state.
#[derive(Debug)]
pub struct VariableFlow<'a> {
    /// The transitions.
    pub flow: &'a ControlFlow,
    /// The bodies, outer before inner.
    pub bodies: &'a [BodyStart],
    /// The number of variables.
    pub variables: usize,
    /// The assignments.
    pub assignments: &'a [VariableUse],
    /// The reads.
    pub reads: &'a [VariableUse],
    /// For each state and each of its transitions, whether a failure takes it.
    pub catches: &'a [Vec<bool>],
}

/// The start of a body.
#[derive(Debug, Clone, Copy)]
pub struct BodyStart {
    /// The first state.
    pub state: usize,
    /// The state that contains the body, if the body can read its variables.
    pub parent: Option<usize>,
}

/// An assignment or a read of a variable in a state.
#[derive(Debug, Clone, Copy)]
pub struct VariableUse {
    /// The state.
    pub state: usize,
    /// The variable.
    pub variable: usize,
    /// The transitions on which it happens.
    pub on: TransitionSet,
}

/// The transitions of a state on which an expression is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransitionSet {
    /// All transitions except those that a failure takes.
    Success,
    /// One transition, by its index.
    One(usize),
    /// No transition. For a read: an execution may continue after it without the variable.
    None,
}

impl VariableFlow<'_> {
    fn happens(&self, on: TransitionSet, state: usize, transition: usize) -> bool {
        match on {
            TransitionSet::Success => !self.catches[state][transition],
            TransitionSet::One(only) => only == transition,
            TransitionSet::None => false,
        }
    }

    /// The reads, by index, of variables that some path to the read does not assign. A read of an
    /// unassigned variable fails on its transitions, so that later reads on their paths are not
    /// reported.
    ///
    /// Returns nothing for a workflow whose analysis takes too long.
    pub fn unassigned_reads(&self) -> Vec<usize> {
        let mut reads_of: Vec<Vec<usize>> = vec![Vec::new(); self.variables];
        for (index, read) in self.reads.iter().enumerate() {
            reads_of[read.variable].push(index);
        }
        let mut assignments_of: Vec<Vec<usize>> = vec![Vec::new(); self.variables];
        for (index, assignment) in self.assignments.iter().enumerate() {
            assignments_of[assignment.variable].push(index);
        }
        let mut found = Vec::new();
        let mut analysis = Analysis::new(self);
        let read: Vec<usize> = (0..self.variables)
            .filter(|variable| !reads_of[*variable].is_empty())
            .collect();
        // 64 variables at a time, one per bit.
        for variables in read.chunks(64) {
            analysis.begin();
            for (bit, variable) in variables.iter().enumerate() {
                for assignment in &assignments_of[*variable] {
                    analysis.assign(&self.assignments[*assignment], 1 << bit);
                }
                for read in &reads_of[*variable] {
                    let read = &self.reads[*read];
                    analysis.assign(read, 1 << bit);
                    if read.on == TransitionSet::Success {
                        analysis.read[read.state] |= 1 << bit;
                    }
                }
            }
            if !analysis.run() {
                return Vec::new();
            }
            for (bit, variable) in variables.iter().enumerate() {
                let reads = reads_of[*variable].iter().copied();
                let is_unassigned =
                    |read: &usize| analysis.known[self.reads[*read].state] & (1 << bit) == 0;
                found.extend(reads.filter(is_unassigned));
            }
        }
        found.sort_unstable();
        found
    }

    /// The shortest path from the start of a body to a state, on which a variable is not assigned.
    pub fn path_without(&self, variable: usize, start: usize, state: usize) -> UnassignedPath {
        let mut assigned: HashMap<usize, Vec<TransitionSet>> = HashMap::new();
        for one in self
            .assignments
            .iter()
            .filter(|one| one.variable == variable)
        {
            assigned.entry(one.state).or_default().push(one.on);
        }
        let assigns = |from: usize, transition: usize| {
            let sets = assigned.get(&from).into_iter().flatten();
            sets.copied().any(|on| self.happens(on, from, transition))
        };
        let mut before: Vec<Option<(usize, usize)>> = vec![None; self.flow.targets.len()];
        let mut seen = vec![false; self.flow.targets.len()];
        seen[start] = true;
        let mut open = VecDeque::from([start]);
        while let Some(from) = open.pop_front() {
            if from == state {
                break;
            }
            for (transition, target) in self.flow.targets[from].iter().enumerate() {
                let Some(target) = *target else { continue };
                if !seen[target] && !assigns(from, transition) {
                    seen[target] = true;
                    before[target] = Some((from, transition));
                    open.push_back(target);
                }
            }
        }
        let mut path = UnassignedPath {
            states: vec![state],
            by_catch: false,
        };
        let mut last = state;
        while let Some((from, transition)) = before[last] {
            path.by_catch |= self.catches[from][transition] && assigned.contains_key(&from);
            path.states.push(from);
            last = from;
        }
        path.states.reverse();
        path
    }
}

/// A path on which a variable is not assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnassignedPath {
    /// The states of the path. The last one reads the variable.
    pub states: Vec<usize>,
    /// Whether the path leaves a state that assigns the variable through a catch transition.
    pub by_catch: bool,
}

impl UnassignedPath {
    /// The message about a read of `variable`, with the names of states. `is_own` says that the
    /// state which reads the variable also assigns it; `catcher` is the front end's word for one.
    pub fn message<'n>(
        &self,
        variable: &str,
        is_own: bool,
        catcher: &str,
        name: impl Fn(usize) -> &'n str,
    ) -> String {
        let names: Vec<&str> = self.states.iter().map(|state| name(*state)).collect();
        let state = names.last().copied().unwrap_or_default();
        if is_own && names.len() <= 1 {
            return format!(
                "variable `{variable}` is not assigned yet when `{state}` runs: its assignments take effect in the next state"
            );
        }
        let reason = match names.as_slice() {
            [_, _, ..] => format!("no state assigns it on the path {}", arrows(&names)),
            _ => format!("`{state}` is the first state"),
        };
        let message = format!("variable `{variable}` may be read before it is assigned: {reason}");
        if !self.by_catch {
            return message;
        }
        format!("{message}; after a {catcher}, variables have the values from before its state")
    }
}

/// Formats a path; of a long path, only the first and last states.
fn arrows(names: &[&str]) -> String {
    let quoted = |names: &[&str]| {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        quoted.join(" -> ")
    };
    match names {
        [first, second, .., before, last] if names.len() > 6 => {
            let (start, end) = (quoted(&[first, second]), quoted(&[before, last]));
            format!("{start} -> .. -> {end}")
        }
        _ => quoted(names),
    }
}

/// Which of 64 variables are certainly assigned when a state starts.
struct Analysis<'a> {
    variables: &'a VariableFlow<'a>,
    /// For each transition of each state, the variables that are assigned on it.
    assigned: Vec<u64>,
    /// For each state, the index of its first transition in `assigned`.
    transitions: Vec<usize>,
    /// For each state, the variables that it reads before all its transitions.
    read: Vec<u64>,
    /// For each state, the variables that are assigned when it starts; initially all of them.
    known: Vec<u64>,
    /// Remaining number of steps.
    steps: usize,
}

impl<'a> Analysis<'a> {
    fn new(variables: &'a VariableFlow<'a>) -> Analysis<'a> {
        let targets = &variables.flow.targets;
        let mut count = 0;
        let transitions = targets.iter().map(|targets| {
            let first = count;
            count += targets.len();
            first
        });
        Analysis {
            variables,
            transitions: transitions.collect(),
            assigned: vec![0; count],
            read: vec![0; targets.len()],
            known: vec![ALL; targets.len()],
            steps: STEPS,
        }
    }

    /// Resets the analysis for other variables.
    fn begin(&mut self) {
        self.assigned.fill(0);
        self.read.fill(0);
        self.known.fill(ALL);
        let size = self.assigned.len() + self.known.len();
        self.steps = self.steps.saturating_sub(size);
    }

    fn assign(&mut self, one: &VariableUse, variables: u64) {
        for transition in 0..self.variables.flow.targets[one.state].len() {
            if self.variables.happens(one.on, one.state, transition) {
                self.assigned[self.transitions[one.state] + transition] |= variables;
            }
        }
    }

    /// Returns `false` if the steps are used up.
    fn run(&mut self) -> bool {
        for body in self.variables.bodies {
            self.known[body.state] = match body.parent {
                Some(parent) => self.known[parent] | self.read[parent],
                None => 0,
            };
            let mut open = VecDeque::from([body.state]);
            while let Some(state) = open.pop_front() {
                for (transition, target) in self.variables.flow.targets[state].iter().enumerate() {
                    self.steps = self.steps.saturating_sub(1);
                    let Some(target) = *target else { continue };
                    let assigned = self.assigned[self.transitions[state] + transition];
                    let known = self.known[target] & (self.known[state] | assigned);
                    if known != self.known[target] {
                        self.known[target] = known;
                        open.push_back(target);
                    }
                }
                if self.steps == 0 {
                    return false;
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 -> 1 | 2 (catch), 1 -> 2: state 0 assigns variable 0 when it succeeds, and state 2 reads
    /// it.
    #[test]
    fn a_catcher_does_not_see_the_assignments_of_its_state() {
        let flow = ControlFlow::new(
            vec![vec![Some(1), Some(2)], vec![Some(2)], vec![]],
            [0],
            |state| state == 2,
        );
        let catches = vec![vec![false, true], vec![false], vec![]];
        let one = |state, on| VariableUse {
            state,
            variable: 0,
            on,
        };
        let mut variables = VariableFlow {
            flow: &flow,
            bodies: &[BodyStart {
                state: 0,
                parent: None,
            }],
            variables: 1,
            assignments: &[one(0, TransitionSet::Success)],
            reads: &[
                one(1, TransitionSet::Success),
                one(2, TransitionSet::Success),
            ],
            catches: &catches,
        };
        assert_eq!(variables.unassigned_reads(), [1]);
        let path = UnassignedPath {
            states: vec![0, 2],
            by_catch: true,
        };
        assert_eq!(variables.path_without(0, 0, 2), path);
        let both = [
            one(0, TransitionSet::Success),
            one(0, TransitionSet::One(1)),
        ];
        variables.assignments = &both;
        assert!(variables.unassigned_reads().is_empty());
    }

    /// 0 contains a body with state 1.
    #[test]
    fn a_body_reads_variables_assigned_before_its_state() {
        let flow = ControlFlow::new(vec![vec![], vec![]], [0, 1], |_| true);
        let catches = vec![vec![], vec![]];
        let read = VariableUse {
            state: 1,
            variable: 0,
            on: TransitionSet::Success,
        };
        let unassigned = |parent, assigned_before: &[VariableUse]| {
            VariableFlow {
                flow: &flow,
                bodies: &[
                    BodyStart {
                        state: 0,
                        parent: None,
                    },
                    BodyStart { state: 1, parent },
                ],
                variables: 1,
                assignments: &[],
                reads: &[assigned_before, &[read]].concat(),
                catches: &catches,
            }
            .unassigned_reads()
        };
        assert_eq!(unassigned(Some(0), &[]), [0]);
        // The outer state reads it too, and fails first.
        let outer = VariableUse { state: 0, ..read };
        assert_eq!(unassigned(Some(0), &[outer]), [0]);
        assert_eq!(unassigned(None, &[outer]), [0, 1]);
    }

    #[test]
    fn more_than_64_variables_are_distinguished() {
        let flow = ControlFlow::new(vec![vec![Some(1)], vec![]], [0], |state| state == 1);
        let catches = vec![vec![false], vec![]];
        let of = |state, variables: std::ops::Range<usize>| -> Vec<VariableUse> {
            let one = |variable| VariableUse {
                state,
                variable,
                on: TransitionSet::Success,
            };
            variables.map(one).collect()
        };
        let assigned: Vec<_> = of(0, 0..200)
            .into_iter()
            .filter(|one| one.variable % 70 != 69)
            .collect();
        let variables = VariableFlow {
            flow: &flow,
            bodies: &[BodyStart {
                state: 0,
                parent: None,
            }],
            variables: 200,
            assignments: &assigned,
            reads: &of(1, 0..200),
            catches: &catches,
        };
        assert_eq!(variables.unassigned_reads(), [69, 139]);
    }
}
