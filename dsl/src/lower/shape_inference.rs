//! The shapes of variables and items without declared types.

use super::env::Env;
use super::jsonata;
use super::report::Report;
use super::scope::{ReadScope, Scopes, at, enter};
use crate::expr::{Expr, Text};
use crate::flow::{Arm, Flow, FlowStateKind, Map, Otherwise, State};
use crate::shape::{Field, Fields, Presence, Shape, StructShape};

impl Scopes {
    /// Finds every variable and its shape.
    pub(super) fn of(flow: &Flow) -> Scopes {
        let scopes = Scopes::typed(flow);
        let inference = ShapeInference {
            flow,
            scopes: &scopes,
        };
        inference.states(&flow.states, &[scopes.root_level()]);
        scopes
    }
}

/// Derives the shapes of variables without declared types: those of a flow that is created without
/// `workflow!`.
///
/// Visits each assignment once, in source order, so that it ends for every flow. `workflow!`
/// provides the types of its variables, so that nothing remains to be derived.
struct ShapeInference<'a> {
    flow: &'a Flow,
    scopes: &'a Scopes,
}

impl<'a> ShapeInference<'a> {
    fn states(&self, states: &'a [State], levels: &[ReadScope<'a>]) {
        for (index, state) in states.iter().enumerate() {
            let levels = at(levels, states, index);
            let env = Env::new(self.flow, self.scopes, state, levels.clone());
            for (inner, body) in state.bodies().iter().enumerate() {
                if let FlowStateKind::Map(map) = &state.kind
                    && map.shape.is_none()
                {
                    let shape = self.item(map, &env);
                    let scope = self.scopes.inner(&state.name, inner);
                    if let Some(item) = scope.item.borrow_mut().as_mut() {
                        item.shape = shape;
                    }
                }
                let inside = enter(self.scopes, &levels, state, inner);
                self.states(&body.states, &inside);
            }
            let env = env.with_result(state);
            self.assign(&state.assign, &env);
            for catch in &state.catch {
                self.assign(&catch.edge.assign, &env.in_catch());
            }
            if let FlowStateKind::Choice {
                rules,
                subject,
                arms,
                otherwise,
            } = &state.kind
            {
                for (_, edge) in rules {
                    self.assign(&edge.assign, &env.on_edge(edge));
                }
                if let Otherwise::To(edge) = otherwise {
                    self.assign(&edge.assign, &env.on_edge(edge));
                }
                for arm in arms {
                    self.arm(subject.as_ref(), arm, env.clone());
                }
            }
        }
    }

    /// Derives the shapes of names that an arm's pattern binds or its edge assigns.
    fn arm(&self, subject: Option<&Expr>, arm: &Arm, mut env: Env<'a>) {
        let assigned = arm.edge.assign.iter().map(|(name, _)| name);
        let mut names = arm.pattern.names().into_iter().chain(assigned);
        if names.all(|name| is_typed(name, &env)) {
            return;
        }
        if let Some(subject) = subject {
            let mut report = Report::new(&env.state.name);
            for (name, code) in jsonata::matched(subject, &arm.pattern, &env, &mut report).bound {
                if !name.starts_with('_') {
                    record_shape(&name, code.shape.clone(), &env);
                }
                env.locals.push((name, code));
            }
        }
        self.assign(&arm.edge.assign, &env);
    }

    /// The shape of a Map's item, or of its batch.
    fn item(&self, map: &Map, env: &Env<'a>) -> Shape {
        let Some(items) = &map.items else {
            return Shape::Any;
        };
        let items = shape(items, env);
        let batch = map.distributed.as_ref().and_then(|one| one.batch.as_ref());
        let Some(batch) = batch else {
            return items.item();
        };
        let input = match &batch.input {
            Some(input) => shape(input, env),
            None => Shape::object([]),
        };
        let field = |name: &'static str, wire: &'static str, shape: Shape| Field {
            name: name.into(),
            wire: wire.into(),
            shape,
            flatten: false,
            is_redacted: false,
            presence: Presence::Always,
        };
        Shape::Struct(StructShape {
            name: "Batch".into(),
            fields: Fields::Named(vec![
                field("items", "Items", Shape::Array(Box::new(items.item()))),
                field("input", "BatchInput", input),
            ]),
            tag: None,
        })
    }

    fn assign(&self, assign: &[(Text, Expr)], env: &Env<'a>) {
        for (name, value) in assign {
            if !is_typed(name, env) {
                record_shape(name, shape(value, env), env);
            }
        }
    }
}

/// Whether the type of a variable of the innermost scope is known.
fn is_typed(name: &str, env: &Env<'_>) -> bool {
    let innermost = env.levels.last();
    innermost.is_some_and(|level| level.scope.is_typed(name))
}

/// Records the shape of an assigned value for its variable.
fn record_shape(name: &str, shape: Shape, env: &Env<'_>) {
    if let Some(level) = env.levels.last() {
        level.scope.record_shape(name, shape);
    }
}

fn shape(value: &Expr, env: &Env<'_>) -> Shape {
    let mut report = Report::new(&env.state.name);
    jsonata::lower(value, env, &mut report).shape.resolve()
}
