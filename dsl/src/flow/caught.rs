//! Names that a `catch` of a branch or a body binds, and that are also names of an outer scope.
//!
//! In ASL an inner scope may not assign a variable of an outer scope. A `catch` binds new
//! variables, so they are renamed.

use super::{Body, Flow, State, Variables};
use crate::expr::Text;
use std::collections::HashSet;

impl Flow {
    /// Renames variables that inner catches bind if an outer scope has variables with the same
    /// names.
    pub(crate) fn with_own_caught_names(&mut self) {
        let root = names(&self.states, &self.variables);
        let mut all = root.clone();
        collect(&self.states, &mut all);
        rename_inside(&mut self.states, &root, &mut all);
    }
}

/// The variables of a scope.
fn names(states: &[State], variables: &Variables) -> HashSet<Text> {
    let mut names: HashSet<Text> = variables.iter().map(|one| one.name.clone()).collect();
    for state in states {
        state.each_name(&mut |name| {
            names.insert(name.clone());
        });
    }
    names
}

fn collect(states: &[State], all: &mut HashSet<Text>) {
    for body in states.iter().flat_map(State::bodies) {
        all.extend(names(&body.states, &body.variables));
        collect(&body.states, all);
    }
}

fn rename_inside(states: &mut [State], around: &HashSet<Text>, all: &mut HashSet<Text>) {
    for body in states.iter_mut().flat_map(State::bodies_mut) {
        for name in caught(body) {
            if around.contains(&name) {
                let own = (2..)
                    .map(|number| Text::from(format!("{name}_{number}")))
                    .find(|own| !all.contains(own));
                // Unreachable: there are more numbers than names.
                let Some(own) = own else { continue };
                all.insert(own.clone());
                rename(body, &name, &own);
            }
        }
        let mut around = around.clone();
        around.extend(names(&body.states, &body.variables));
        rename_inside(&mut body.states, &around, all);
    }
}

/// The names that the catches of a body bind, without those inside of its states.
fn caught(body: &Body) -> Vec<Text> {
    let mut caught = Vec::new();
    for edge in body.states.iter().flat_map(State::edges) {
        for name in &edge.bound {
            if !caught.contains(name) {
                caught.push(name.clone());
            }
        }
    }
    caught
}

fn rename(body: &mut Body, from: &Text, to: &Text) {
    let rename_one = |name: &mut Text| {
        if name == from {
            *name = to.clone();
        }
    };
    (body.variables.iter_mut()).for_each(|variable| rename_one(&mut variable.name));
    for state in &mut body.states {
        state.each_expression_mut(&mut |expr| expr.rename(&|_| None, &rename_one));
        state.each_name_mut(&mut |name| rename_one(name));
        for edge in state.edges_mut() {
            edge.bound.iter_mut().for_each(rename_one);
        }
        for inner in state.bodies_mut() {
            rename(inner, from, to);
        }
    }
}
