//! Loops that neither wait nor count.

use crate::analysis::ControlFlow;

/// What decides whether a loop that contains this state ends.
#[derive(Debug, Clone, Default)]
pub struct LoopState {
    /// Whether it waits for a time, a job, a task token or an activity.
    pub waits: bool,
    /// The variables that it computes from themselves, such as a counter.
    pub counts: Vec<usize>,
    /// Whether it computes its output from its input.
    pub counts_input: bool,
    /// For a Choice: what its rules read.
    pub choice: Option<LoopChoice>,
}

/// The rules of a Choice.
#[derive(Debug, Clone, Default)]
pub struct LoopChoice {
    /// The variables that the rules read.
    pub reads: Vec<usize>,
    /// Whether the rules read the input.
    pub reads_input: bool,
    /// Whether the rules read something unknown.
    pub reads_unknown: bool,
    /// Whether it fails on data that no rule matches, which leaves the loop.
    pub fails: bool,
}

/// The transitions that close a loop without a bound: each with its state and its index. One for
/// each loop, the first one in this order of states.
///
/// A loop has a bound if a state in it waits, or if a Choice leaves it by something that the loop
/// counts.
pub fn unbounded_loops(
    flow: &ControlFlow,
    order: &[usize],
    states: &[LoopState],
) -> Vec<(usize, usize)> {
    let mut position = vec![usize::MAX; flow.targets.len()];
    for (at, state) in order.iter().enumerate() {
        position[*state] = at;
    }
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); flow.targets.len()];
    for state in order {
        members[flow.cycle[*state]].push(*state);
    }
    let mut is_checked = vec![false; flow.targets.len()];
    let mut found = Vec::new();
    for state in order {
        let cycle = flow.cycle[*state];
        for (transition, target) in flow.targets[*state].iter().enumerate() {
            let closes = target.is_some_and(|target| {
                flow.cycle[target] == cycle && position[target] <= position[*state]
            });
            if closes
                && !std::mem::replace(&mut is_checked[cycle], true)
                && !is_bounded(flow, &members[cycle], states)
            {
                found.push((*state, transition));
            }
        }
    }
    found
}

fn is_bounded(flow: &ControlFlow, members: &[usize], states: &[LoopState]) -> bool {
    let inside = || members.iter().map(|state| &states[*state]);
    if inside().any(|state| state.waits) {
        return true;
    }
    let mut counted: Vec<usize> = inside()
        .flat_map(|state| state.counts.iter().copied())
        .collect();
    counted.sort_unstable();
    let counts_input = inside().any(|state| state.counts_input);
    let is_counted = |variable: &usize| counted.binary_search(variable).is_ok();
    let is_outside = |target: &Option<usize>| {
        target.is_none_or(|target| flow.cycle[target] != flow.cycle[members[0]])
    };
    members.iter().any(|member| {
        let Some(choice) = &states[*member].choice else {
            return false;
        };
        let leaves = choice.fails || flow.targets[*member].iter().any(is_outside);
        let reads_count = choice.reads_unknown
            || counts_input && choice.reads_input
            || choice.reads.iter().any(is_counted);
        leaves && reads_count
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 -> 1; 1 is a Choice -> 2 | 3; 2 -> 1; 3 ends.
    fn unbounded(states: [LoopState; 4]) -> Vec<(usize, usize)> {
        let targets = [&[1][..], &[2, 3], &[1], &[]];
        let targets = targets.map(|targets| targets.iter().copied().map(Some).collect());
        let flow = ControlFlow::new(targets.to_vec(), [0], |state| state == 3);
        unbounded_loops(&flow, &flow.order([0]), &states)
    }

    fn choice(reads: &[usize]) -> LoopState {
        LoopState {
            choice: Some(LoopChoice {
                reads: reads.to_vec(),
                ..LoopChoice::default()
            }),
            ..LoopState::default()
        }
    }

    #[test]
    fn a_loop_has_a_bound_if_it_waits_or_counts() {
        let state = LoopState::default;
        let counts = || LoopState {
            counts: vec![7],
            ..state()
        };
        let waits = || LoopState {
            waits: true,
            ..state()
        };
        assert_eq!(
            unbounded([state(), choice(&[7]), state(), state()]),
            [(2, 0)]
        );
        assert_eq!(
            unbounded([counts(), choice(&[7]), state(), state()]),
            [(2, 0)],
            "it counts outside of the loop"
        );
        assert_eq!(unbounded([state(), choice(&[7]), counts(), state()]), []);
        assert_eq!(
            unbounded([state(), choice(&[8]), counts(), state()]),
            [(2, 0)]
        );
        assert_eq!(unbounded([state(), choice(&[]), waits(), state()]), []);
    }
}
