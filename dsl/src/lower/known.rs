//! Conditions that hold when a state begins, because each path to the state tests them.
//!
//! They prove that a difference of unsigned integers is not negative: in
//! `while left > 0 { call(left).await; left -= 1; }` the last state knows `left > 0`.

use super::env::Env;
use super::jsonata::{self, KnownCondition, assume};
use super::report::Report;
use super::scope::{ReadScope, Scopes, at};
use super::syntax::{Operator, Syntax};
use crate::expr::{Binary, Expr, ExprNode, Text};
use crate::flow::{Edge, Flow, FlowStateKind, Otherwise, State, Transition, each_state};
use std::collections::HashMap;

/// The conditions at the beginning of each state of a scope; `outer` holds at the first one.
pub(super) fn at_states<'a>(
    flow: &'a Flow,
    scopes: &'a Scopes,
    states: &'a [State],
    levels: &[ReadScope<'a>],
    outer: &[KnownCondition],
) -> Vec<Vec<KnownCondition>> {
    if !subtracts(states) {
        return vec![Vec::new(); states.len()];
    }
    let indexes = states.iter().enumerate();
    let indexes: HashMap<&str, usize> = indexes.map(|(index, one)| (&*one.name, index)).collect();
    // `None` until a path to the state is found.
    let mut known: Vec<Option<Vec<KnownCondition>>> = vec![None; states.len()];
    known[0] = Some(carried(outer, &[]));
    let mut open = vec![0];
    // Each visit removes conditions, so this ends.
    while let Some(index) = open.pop() {
        let Some(entry) = known[index].clone() else {
            continue;
        };
        let mut env = Env::new(flow, scopes, &states[index], at(levels, states, index));
        env.known = entry;
        for (target, conditions) in Exits::of(env.clone()).list {
            let Some(target) = indexes.get(&*target).copied() else {
                continue;
            };
            let joined = match &known[target] {
                Some(before) => both(before, &conditions, &env),
                None => conditions,
            };
            if known[target].as_ref() != Some(&joined) {
                known[target] = Some(joined);
                open.push(target);
            }
        }
    }
    known.into_iter().map(Option::unwrap_or_default).collect()
}

/// Whether a state of the scope, or of one inside, subtracts.
fn subtracts(states: &[State]) -> bool {
    let mut found = false;
    each_state(states, &mut |state| {
        state.each_expression_inside(&mut |expr| {
            expr.walk(&mut |node| found |= matches!(node, ExprNode::Binary(Binary::Sub, ..)));
        });
    });
    found
}

/// The transitions of a state, with the conditions that hold after each.
struct Exits<'a> {
    env: Env<'a>,
    list: Vec<(Text, Vec<KnownCondition>)>,
}

impl<'a> Exits<'a> {
    fn of(env: Env<'a>) -> Exits<'a> {
        let state = env.state;
        let mut exits = Exits {
            env,
            list: Vec::new(),
        };
        if let FlowStateKind::Choice {
            rules,
            subject,
            arms,
            otherwise,
        } = &state.kind
        {
            for (condition, edge) in rules {
                let condition = condition.as_ref().map(|one| exits.lower(one));
                exits.rule(condition, |this| this.edge(edge, &[]));
            }
            for arm in arms {
                let Some(subject) = subject else { continue };
                let mut report = Report::new(&state.name);
                let matched = jsonata::matched(subject, &arm.pattern, &exits.env, &mut report);
                let locals = exits.env.locals.len();
                exits.env.locals.extend(matched.bound);
                let mut tests = matched.tests;
                if let Some(guard) = &arm.guard {
                    tests.push(jsonata::guard(guard, &exits.env, &mut report));
                }
                let names = arm.pattern.names();
                let bound = names
                    .iter()
                    .map(|name| ((*name).clone(), Expr::local((*name).clone())));
                let bound: Vec<(Text, Expr)> = bound.collect();
                exits.rule(Some(jsonata::all(tests).syntax), |this| {
                    this.edge(&arm.edge, &bound)
                });
                exits.env.locals.truncate(locals);
            }
            if let Otherwise::To(edge) = otherwise {
                exits.edge(edge, &[]);
            }
            return exits;
        }
        if let Some(Transition::Next(next)) = &state.transition {
            exits.leave(next, &[&state.assign], &state.raw);
        }
        for catch in &state.catch {
            exits.edge(&catch.edge, &[]);
        }
        exits
    }

    /// A transition that is taken if a condition is true; later transitions are taken only if it is
    /// false.
    fn rule(&mut self, condition: Option<Syntax>, take: impl FnOnce(&mut Self)) {
        let before = self.env.known.clone();
        if let Some(condition) = &condition {
            assume(condition, true, &mut self.env.known);
        }
        take(self);
        self.env.known = before;
        if let Some(condition) = &condition {
            assume(condition, false, &mut self.env.known);
        }
    }

    fn edge(&mut self, edge: &Edge, bound: &[(Text, Expr)]) {
        self.leave(&edge.target, &[bound, &edge.assign], &edge.raw);
    }

    fn leave(&mut self, target: &Text, assigned: &[&[(Text, Expr)]], raw: &[(Text, Expr)]) {
        // A verbatim `Assign` may assign any variable.
        if raw.iter().any(|(key, _)| key == "Assign") {
            self.list.push((target.clone(), Vec::new()));
            return;
        }
        let mut values = Vec::new();
        for (name, value) in assigned.iter().copied().flatten() {
            let value = self.lower(value);
            values.push((self.env.scopes.emitted(name), value));
        }
        let given = self.env.levels.last().filter(|level| level.in_first);
        let given = given
            .map(|level| level.scope.assigned_names())
            .unwrap_or_default();
        values.extend(given.into_iter().map(|name| (name, Syntax::Null)));
        let known = carried(&self.env.known, &values);
        self.list.push((target.clone(), known));
    }

    /// The code of an expression, without its faults: the lowering of the state reports them.
    fn lower(&self, expr: &Expr) -> Syntax {
        let mut report = Report::new(&self.env.state.name);
        jsonata::lower(expr, &self.env, &mut report).syntax
    }
}

/// The conditions that hold after these assignments, in the next state.
fn carried(known: &[KnownCondition], assigned: &[(Text, Syntax)]) -> Vec<KnownCondition> {
    let mut carried: Vec<KnownCondition> = Vec::new();
    let mut add = |condition: Syntax, holds: bool| {
        let one = (condition, holds);
        if !carried.contains(&one) {
            carried.push(one);
        }
    };
    for (condition, holds) in known {
        if lasts(condition, assigned) {
            add(condition.clone(), *holds);
        }
        // A variable has the value of which the condition is known.
        for (name, value) in assigned {
            if !value.is_simple() || !condition.contains(value) {
                continue;
            }
            let renamed = condition.with(value, &Syntax::Variable(name.clone()));
            let others = assigned.iter().filter(|(other, _)| other != name);
            if lasts(&renamed, &others.cloned().collect::<Vec<_>>()) {
                add(renamed, *holds);
            }
        }
    }
    for (name, value) in assigned {
        if let Syntax::Number(_) = value {
            let variable = Syntax::Variable(name.clone());
            add(variable.binary(Operator::Eq, value.clone()), true);
        }
    }
    carried
}

/// Whether a condition has the same meaning after these assignments, in another state.
fn lasts(condition: &Syntax, assigned: &[(Text, Syntax)]) -> bool {
    condition.all(&mut |part| match part {
        Syntax::Variable(name) => !assigned.iter().any(|(other, _)| other == name),
        Syntax::States(path) => path.starts_with("context.Execution."),
        Syntax::Raw(_) => false,
        _ => true,
    })
}

/// The conditions that hold in both cases. Lower bounds of one variable are joined.
fn both(left: &[KnownCondition], right: &[KnownCondition], env: &Env<'_>) -> Vec<KnownCondition> {
    let same = left.iter().filter(|one| right.contains(one));
    let mut joined: Vec<KnownCondition> = same.cloned().collect();
    for (name, least) in lower_bounds(left, env) {
        let other = lower_bounds(right, env)
            .into_iter()
            .find(|(other, _)| *other == name);
        let Some((_, other)) = other else { continue };
        let bound = Syntax::Variable(name).binary(Operator::Ge, Syntax::number(least.min(other)));
        if least.min(other) > 0 && !joined.contains(&(bound.clone(), true)) {
            joined.push((bound, true));
        }
    }
    joined
}

/// The lower bounds of unsigned variables that are compared with literals.
fn lower_bounds(known: &[KnownCondition], env: &Env<'_>) -> Vec<(Text, i64)> {
    let mut bounds: Vec<(Text, i64)> = Vec::new();
    for (condition, holds) in known {
        let Syntax::Binary(operator, left, right) = condition else {
            continue;
        };
        let (Syntax::Variable(name), Syntax::Number(number)) = (&**left, &**right) else {
            continue;
        };
        let Ok(number) = number.parse::<i64>() else {
            continue;
        };
        if !env
            .variable(name)
            .is_some_and(|(_, shape)| shape.is_unsigned())
        {
            continue;
        }
        let least = match (operator, holds) {
            (Operator::Eq | Operator::Ge, true) | (Operator::Lt, false) => number,
            (Operator::Gt, true) | (Operator::Le, false) => number.saturating_add(1),
            (Operator::Ne, true) | (Operator::Eq, false) if number == 0 => 1,
            _ => continue,
        };
        match bounds.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = least.max(*known),
            None => bounds.push((name.clone(), least)),
        }
    }
    bounds
}
