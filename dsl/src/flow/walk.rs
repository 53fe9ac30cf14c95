//! Visitors of a state's expressions, edges, names and bodies.

use super::{
    Body, CallTarget, Distributed, Edge, FlowStateKind, Otherwise, State, Transition, Wait,
};
use crate::expr::{Expr, Text};

/// Defines each visitor in a shared and a mutable form.
macro_rules! walks {
    ($each_expression:ident, $edges:ident, $each_name:ident, $bodies:ident, $iter:ident, $only:ident $(, $mut:tt)?) => {
        impl State {
            /// Calls `each` with the state's own expressions, without those of its branches or
            /// body.
            pub(crate) fn $each_expression(&$($mut)? self, each: &mut dyn FnMut(&$($mut)? Expr)) {
                let fields = self.raw.$iter().chain(&$($mut)? self.assign);
                fields.for_each(|(_, value)| each(value));
                self.output.$iter().for_each(&mut *each);
                for catch in &$($mut)? self.catch {
                    catch.output.$iter().for_each(&mut *each);
                }
                if let Some(Transition::End(Some(value))) = &$($mut)? self.transition {
                    each(value);
                }
                for edge in self.$edges() {
                    let fields = edge.assign.$iter().chain(&$($mut)? edge.raw);
                    fields.for_each(|(_, value)| each(value));
                    edge.output.$iter().for_each(&mut *each);
                }
                match &$($mut)? self.kind {
                    FlowStateKind::Task { call, timeout, heartbeat, credentials } => {
                        match &$($mut)? call.sends {
                            CallTarget::Task(task) => task.arguments.$iter().for_each(&mut *each),
                            CallTarget::Workflow(workflow) => each(&$($mut)? workflow.input),
                            CallTarget::Service(service) => {
                                let fields = service.fields.$iter().flatten();
                                fields.for_each(|(_, value)| each(value));
                            }
                        }
                        for option in [timeout, heartbeat, credentials] {
                            option.$iter().for_each(&mut *each);
                        }
                    }
                    FlowStateKind::Choice { rules, subject, arms, .. } => {
                        for (condition, _) in rules {
                            condition.$iter().for_each(&mut *each);
                        }
                        subject.$iter().for_each(&mut *each);
                        for arm in arms {
                            arm.guard.$iter().for_each(&mut *each);
                        }
                    }
                    FlowStateKind::Wait(Wait::Seconds(value) | Wait::Timestamp(value)) => each(value),
                    FlowStateKind::Fail { error, cause } => error.$iter().chain(cause).for_each(each),
                    FlowStateKind::Fragment(call) => call.arguments.$iter().for_each(each),
                    FlowStateKind::Map(map) => {
                        let own = map.items.$iter().chain(&$($mut)? map.max_concurrency);
                        own.for_each(&mut *each);
                        if let Some(distributed) = &$($mut)? map.distributed {
                            distributed.$each_expression(each);
                        }
                    }
                    FlowStateKind::Pass | FlowStateKind::Succeed | FlowStateKind::Parallel(_) => {}
                }
            }

            /// The edges of Catchers, rules and arms, and of `otherwise`; without the state's own
            /// `next`.
            pub(crate) fn $edges(&$($mut)? self) -> Vec<&$($mut)? Edge> {
                let catch = self.catch.$iter();
                let mut edges: Vec<_> = catch.map(|catch| &$($mut)? catch.edge).collect();
                if let FlowStateKind::Choice { rules, arms, otherwise, .. } = &$($mut)? self.kind {
                    edges.extend(rules.$iter().map(|(_, edge)| edge));
                    edges.extend(arms.$iter().map(|arm| &$($mut)? arm.edge));
                    if let Otherwise::To(edge) = otherwise {
                        edges.push(edge);
                    }
                }
                edges
            }

            /// Calls `each` with the names that the state binds: variables, items, names in
            /// patterns.
            pub(crate) fn $each_name(&$($mut)? self, each: &mut dyn FnMut(&$($mut)? Text)) {
                self.assign.$iter().for_each(|(name, _)| each(name));
                for edge in self.$edges() {
                    edge.assign.$iter().for_each(|(name, _)| each(name));
                }
                match &$($mut)? self.kind {
                    FlowStateKind::Choice { arms, .. } => {
                        for arm in arms {
                            arm.pattern.$each_name(each);
                        }
                    }
                    FlowStateKind::Map(map) => each(&$($mut)? map.item),
                    _ => {}
                }
            }

            /// The branches of a Parallel, the body of a Map.
            pub(crate) fn $bodies(&$($mut)? self) -> &$($mut)? [Body] {
                match &$($mut)? self.kind {
                    FlowStateKind::Parallel(branches) => branches,
                    FlowStateKind::Map(map) => std::slice::$only(&$($mut)? map.body),
                    _ => &$($mut)? [],
                }
            }
        }

        impl Distributed {
            fn $each_expression(&$($mut)? self, each: &mut dyn FnMut(&$($mut)? Expr)) {
                let tolerated = self.tolerated_count.$iter();
                let tolerated = tolerated.chain(&$($mut)? self.tolerated_percentage);
                tolerated.for_each(&mut *each);
                for access in self.reader.$iter().chain(&$($mut)? self.writer) {
                    let fields = access.settings.$iter().chain(&$($mut)? access.arguments);
                    fields.for_each(|(_, value)| each(value));
                }
                if let Some(batch) = &$($mut)? self.batch {
                    let limits = batch.max_items.$iter().chain(&$($mut)? batch.max_input_bytes);
                    limits.chain(&$($mut)? batch.input).for_each(&mut *each);
                }
            }
        }
    };
}

walks! { each_expression, edges, each_name, bodies, iter, from_ref }
walks! { each_expression_mut, edges_mut, each_name_mut, bodies_mut, iter_mut, from_mut, mut }

/// Calls `each` with these states and all states inside of them, in pre-order.
pub(crate) fn each_state<'a>(states: &'a [State], each: &mut dyn FnMut(&'a State)) {
    for state in states {
        each(state);
        for body in state.bodies() {
            each_state(&body.states, each);
        }
    }
}

impl State {
    /// Calls `each` with the state's expressions and those of all states inside of it.
    pub(crate) fn each_expression_inside(&self, each: &mut dyn FnMut(&Expr)) {
        let own = std::slice::from_ref(self);
        each_state(own, &mut |state| state.each_expression(each));
    }

    /// The states that this one may go to.
    pub(crate) fn targets(&self) -> Vec<&str> {
        let mut targets: Vec<&str> = self.edges().iter().map(|edge| &*edge.target).collect();
        if let Some(Transition::Next(next)) = &self.transition {
            targets.push(next);
        }
        targets
    }
}
