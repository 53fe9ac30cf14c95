//! Definite assignment: a variable is read only where every path has assigned it.

use super::fault;
use crate::expr::{Expr, ExprNode};
use crate::flow::{Flow, FlowStateKind, State, Transition};
use crate::workflow::{Fault, SourceLocation};
use std::collections::{HashMap, HashSet, VecDeque};
use stepwright_asl::intrinsic::IntrinsicCall;
use stepwright_asl::jsonata::Expression;
use stepwright_asl::path::Path;

type Names<'f> = HashSet<&'f str>;

/// A variable is read only where every path from the start has assigned it. A `catch` carries the values from before its
/// state.
pub(super) fn rules(flow: &Flow, faults: &mut Vec<Fault>) {
    let declared = flow.variables.iter().map(|one| &*one.name);
    let scope = Scope {
        states: &flow.states,
        outside: HashSet::new(),
        declared: declared.collect(),
    };
    scope.rules(faults);
}

/// A body, with what is assigned when it begins.
struct Scope<'f> {
    states: &'f [State],
    outside: Names<'f>,
    /// The variables of the body and of those around it.
    declared: Names<'f>,
}

/// A way from one state to another, with what is assigned on it.
struct Way<'f> {
    to: &'f str,
    assigns: Names<'f>,
    is_catch: bool,
}

impl<'f> Scope<'f> {
    fn rules(&self, faults: &mut Vec<Fault>) {
        let assigned = self.assigned();
        let mut said = HashSet::new();
        for state in self.states {
            // A state that nothing reaches is a fault of its own.
            let Some(before) = assigned.get(&*state.name) else {
                continue;
            };
            let mut look = |expr: &Expr| {
                for name in read_in(expr) {
                    let is_missing = self.declared.contains(&*name) && !before.contains(&*name);
                    if is_missing && said.insert((state.name.clone(), name.clone())) {
                        let message = self.message(&name, state);
                        let place: Option<SourceLocation> = expr.place.or(state.place);
                        faults.push(fault(state, message).at(place));
                    }
                }
            };
            state.each_expression(&mut look);
            for body in state.bodies() {
                let own = body.variables.iter().map(|one| &*one.name);
                let inner = Scope {
                    states: &body.states,
                    outside: before.clone(),
                    declared: self.declared.iter().copied().chain(own).collect(),
                };
                inner.rules(faults);
            }
        }
    }

    /// By state, the variables that every path has assigned when it begins.
    fn assigned(&self) -> HashMap<&'f str, Names<'f>> {
        let mut before: HashMap<&str, Names<'f>> = HashMap::new();
        let Some(first) = self.states.first() else {
            return before;
        };
        before.insert(&first.name, self.outside.clone());
        let mut open = VecDeque::from([&*first.name]);
        while let Some(name) = open.pop_front() {
            let Some(state) = self.state(name) else {
                continue;
            };
            let carried = before[name].clone();
            for way in ways(state) {
                let mut now = carried.clone();
                now.extend(&way.assigns);
                match before.get_mut(way.to) {
                    None => {
                        before.insert(way.to, now);
                        open.push_back(way.to);
                    }
                    Some(known) => {
                        let size = known.len();
                        known.retain(|name| now.contains(name));
                        if known.len() < size {
                            open.push_back(way.to);
                        }
                    }
                }
            }
        }
        before
    }

    fn state(&self, name: &str) -> Option<&'f State> {
        self.states.iter().find(|state| state.name == name)
    }

    /// What to say, with a path on which nothing assigns the variable.
    fn message(&self, variable: &str, state: &State) -> String {
        let name = &state.name;
        let (path, caught) = self.path(variable, name);
        if path.len() == 1 && ways(state).iter().any(|way| way.assigns.contains(variable)) {
            return format!(
                "`{variable}` is not assigned yet when `{name}` runs: what a state assigns can be read from the next state on"
            );
        }
        let way = match path.as_slice() {
            [] | [_] => format!("`{name}` is the first state"),
            steps => {
                let steps: Vec<String> = match steps {
                    [a, b, .., y, z] if steps.len() > 4 => {
                        vec![quoted(a), quoted(b), "..".to_owned(), quoted(y), quoted(z)]
                    }
                    steps => steps.iter().map(|step| quoted(step)).collect(),
                };
                format!("it is not assigned on the way {}", steps.join(", "))
            }
        };
        let hint = if caught {
            "; a `.catch(..)` carries the values from before its state"
        } else {
            "; call `.bind(&variable)` or `.assign(&variable, ..)` on a state before"
        };
        format!("`{variable}` may not be assigned when `{name}` runs: {way}{hint}")
    }

    /// The shortest path to a state on which nothing assigns the variable, and whether it takes a catch of a state that
    /// would have.
    fn path(&self, variable: &str, to: &str) -> (Vec<&'f str>, bool) {
        let Some(first) = self.states.first() else {
            return (Vec::new(), false);
        };
        let mut from: HashMap<&str, (&'f str, bool)> = HashMap::new();
        let mut seen: HashSet<&str> = HashSet::from([&*first.name]);
        let mut open = VecDeque::from([&*first.name]);
        while let Some(name) = open.pop_front() {
            if name == to {
                break;
            }
            let Some(state) = self.state(name) else {
                continue;
            };
            let ways = ways(state);
            let assigns = ways.iter().any(|way| way.assigns.contains(variable));
            for way in &ways {
                if !way.assigns.contains(variable) && seen.insert(way.to) {
                    from.insert(way.to, (&state.name, way.is_catch && assigns));
                    open.push_back(way.to);
                }
            }
        }
        let Some(last) = self.state(to) else {
            return (Vec::new(), false);
        };
        let mut path: Vec<&'f str> = vec![&last.name];
        let mut caught = false;
        while let Some((before, by_catch)) = path.last().and_then(|here| from.get(here)) {
            caught |= by_catch;
            path.push(before);
        }
        path.reverse();
        (path, caught)
    }
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}

/// Where a state leads, with what it assigns on the way.
fn ways(state: &State) -> Vec<Way<'_>> {
    let mut ways: Vec<Way<'_>> = Vec::new();
    if let Some(Transition::Next(next)) = &state.transition {
        ways.push(Way {
            to: next,
            assigns: state.assign.iter().map(|(name, _)| &**name).collect(),
            is_catch: false,
        });
    }
    let catches = state.catch.len();
    for (index, edge) in state.edges().into_iter().enumerate() {
        let mut assigns: Names<'_> = edge.assign.iter().map(|(name, _)| &**name).collect();
        if let FlowStateKind::Choice { rules, arms, .. } = &state.kind
            && let Some(arm) = index
                .checked_sub(catches + rules.len())
                .and_then(|arm| arms.get(arm))
        {
            assigns.extend(arm.pattern.names().into_iter().map(|name| &**name));
        }
        ways.push(Way {
            to: &edge.target,
            assigns,
            is_catch: index < catches,
        });
    }
    ways
}

/// The variables that an expression reads, those in texts included.
pub(super) fn read_in(expr: &Expr) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    expr.walk(&mut |node| match node {
        ExprNode::Variable(name) => names.push(name.to_string()),
        ExprNode::Jsonata(text, _) => {
            if let Ok(expression) = Expression::parse(text) {
                names.extend(expression.variables().iter().cloned());
            }
        }
        ExprNode::Path(text, _) => {
            if let Ok(path) = Path::parse(text.trim()) {
                names.extend(path.variable().map(str::to_owned));
            }
        }
        ExprNode::Intrinsic(text, _) => {
            if let Ok(call) = IntrinsicCall::parse(text) {
                let paths = call.paths().into_iter();
                names.extend(paths.filter_map(|path| path.variable().map(str::to_owned)));
            }
        }
        _ => {}
    });
    names
}
