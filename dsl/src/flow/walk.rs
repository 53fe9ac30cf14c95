//! Looking at every expression of a state.

use super::{Body, Distributed, Edge, Kind, Otherwise, Sends, State, Transition, Wait};
use crate::expr::Expr;

impl State {
    /// Calls `see` with the state's own expressions, not with those of its branches or body.
    pub(crate) fn own_expressions<'a>(&'a self, see: &mut dyn FnMut(&'a Expr)) {
        self.raw.iter().for_each(|(_, value)| see(value));
        self.assign.iter().for_each(|(_, value)| see(value));
        self.output.iter().for_each(&mut *see);
        self.catch
            .iter()
            .filter_map(|catch| catch.output.as_ref())
            .for_each(&mut *see);
        if let Some(Transition::End(Some(value))) = &self.transition {
            see(value);
        }
        for edge in self.edges() {
            let values = edge.assign.iter().chain(&edge.raw);
            values.for_each(|(_, value)| see(value));
        }
        match &self.kind {
            Kind::Task {
                call,
                timeout,
                heartbeat,
                credentials,
            } => {
                match &call.sends {
                    Sends::Task(task) => task.arguments.iter().for_each(&mut *see),
                    Sends::Workflow(workflow) => see(&workflow.input),
                    Sends::Service(service) => {
                        let fields = service.fields.iter().flatten();
                        fields.for_each(|(_, value)| see(value));
                    }
                }
                for option in [timeout, heartbeat, credentials] {
                    option.iter().for_each(&mut *see);
                }
            }
            Kind::Choice {
                rules,
                subject,
                arms,
                ..
            } => {
                let conditions = rules.iter().filter_map(|(condition, _)| condition.as_ref());
                conditions.for_each(&mut *see);
                subject.iter().for_each(&mut *see);
                arms.iter()
                    .filter_map(|arm| arm.guard.as_ref())
                    .for_each(see);
            }
            Kind::Wait(Wait::Seconds(value) | Wait::Timestamp(value)) => see(value),
            Kind::Fail { error, cause } => {
                error.iter().for_each(&mut *see);
                cause.iter().for_each(see);
            }
            Kind::Map(map) => {
                map.items.iter().for_each(&mut *see);
                map.max_concurrency.iter().for_each(&mut *see);
                if let Some(distributed) = &map.distributed {
                    distributed.own_expressions(see);
                }
            }
            Kind::Pass | Kind::Succeed | Kind::Parallel(_) => {}
        }
    }

    /// The state's expressions and those of everything inside it.
    pub(crate) fn all_expressions<'a>(&'a self, see: &mut dyn FnMut(&'a Expr)) {
        self.own_expressions(see);
        for body in self.bodies() {
            body.states
                .iter()
                .for_each(|state| state.all_expressions(see));
        }
    }

    /// The branches of a parallel, the body of a map.
    pub(crate) fn bodies(&self) -> &[Body] {
        match &self.kind {
            Kind::Parallel(branches) => branches,
            Kind::Map(map) => std::slice::from_ref(&map.body),
            _ => &[],
        }
    }

    /// The edges of rules, arms and catchers; not the state's own `next`.
    pub(crate) fn edges(&self) -> Vec<&Edge> {
        let mut edges: Vec<&Edge> = self.catch.iter().map(|catch| &catch.edge).collect();
        if let Kind::Choice {
            rules,
            arms,
            otherwise,
            ..
        } = &self.kind
        {
            edges.extend(rules.iter().map(|(_, edge)| edge));
            edges.extend(arms.iter().map(|arm| &arm.edge));
            if let Otherwise::To(edge) = otherwise {
                edges.push(edge);
            }
        }
        edges
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

impl Distributed {
    fn own_expressions<'a>(&'a self, see: &mut dyn FnMut(&'a Expr)) {
        self.tolerated_count.iter().for_each(&mut *see);
        self.tolerated_percentage.iter().for_each(&mut *see);
        for access in self.reader.iter().chain(&self.writer) {
            let values = access.settings.iter().chain(&access.arguments);
            values.for_each(|(_, value)| see(value));
        }
        if let Some(batch) = &self.batch {
            let values = [&batch.max_items, &batch.max_input_bytes, &batch.input];
            values.into_iter().flatten().for_each(see);
        }
    }
}
