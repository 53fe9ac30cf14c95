//! A search of all states that a model can reach, shortest traces first.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;
use std::rc::Rc;

/// Something with states and steps between them.
pub(super) trait Model {
    type State: Clone + Eq + Hash;
    /// The name of a step, for traces.
    type Step: Copy + Debug;

    fn first(&self) -> Self::State;

    /// Returns every step that can happen next, with the state after it.
    fn steps(&self, state: &Self::State) -> Vec<(Self::Step, Self::State)>;

    /// Returns the property that a state violates.
    fn violation(&self, state: &Self::State) -> Option<&'static str>;
}

/// The result of a search.
pub(super) struct Searched<S> {
    pub(super) states: usize,
    /// The shortest trace to a state that violates a property.
    pub(super) counterexample: Option<Counterexample<S>>,
}

#[derive(Debug)]
pub(super) struct Counterexample<S> {
    pub(super) violation: &'static str,
    pub(super) steps: Vec<S>,
}

/// A state that was reached, with the step that reached it first.
struct Reached<M: Model> {
    state: Rc<M::State>,
    before: Option<(usize, M::Step)>,
}

/// Visits all states breadth first, until one violates a property.
pub(super) fn search<M: Model>(model: &M) -> Searched<M::Step> {
    let first = Rc::new(model.first());
    let mut known = HashSet::from([first.clone()]);
    let mut reached: Vec<Reached<M>> = vec![Reached {
        state: first,
        before: None,
    }];
    let mut at = 0;
    while at < reached.len() {
        let state = reached[at].state.clone();
        if let Some(violation) = model.violation(&state) {
            return Searched {
                states: known.len(),
                counterexample: Some(Counterexample {
                    violation,
                    steps: trace(&reached, at),
                }),
            };
        }
        for (step, next) in model.steps(&state) {
            let next = Rc::new(next);
            if known.insert(next.clone()) {
                reached.push(Reached {
                    state: next,
                    before: Some((at, step)),
                });
            }
        }
        at += 1;
    }
    Searched {
        states: known.len(),
        counterexample: None,
    }
}

fn trace<M: Model>(reached: &[Reached<M>], mut at: usize) -> Vec<M::Step> {
    let mut steps = Vec::new();
    while let Some((before, step)) = reached[at].before {
        steps.push(step);
        at = before;
    }
    steps.reverse();
    steps
}
