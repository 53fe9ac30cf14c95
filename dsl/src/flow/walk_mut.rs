//! Changing every expression, edge and name of a state.

use super::{Body, Distributed, Edge, Kind, Otherwise, Sends, State, Transition, Wait};
use crate::expr::{Expr, Text};

impl State {
    /// Calls `change` with the state's own expressions, not with those of its branches or body.
    pub(crate) fn each_expression(&mut self, change: &mut dyn FnMut(&mut Expr)) {
        self.raw.iter_mut().for_each(|(_, value)| change(value));
        self.assign.iter_mut().for_each(|(_, value)| change(value));
        self.output.iter_mut().for_each(&mut *change);
        for catch in &mut self.catch {
            catch.output.iter_mut().for_each(&mut *change);
        }
        if let Some(Transition::End(Some(value))) = &mut self.transition {
            change(value);
        }
        self.each_edge(&mut |edge| {
            let values = edge.assign.iter_mut().chain(&mut edge.raw);
            values.for_each(|(_, value)| change(value));
        });
        match &mut self.kind {
            Kind::Task {
                call,
                timeout,
                heartbeat,
                credentials,
            } => {
                match &mut call.sends {
                    Sends::Task(task) => task.arguments.iter_mut().for_each(&mut *change),
                    Sends::Workflow(workflow) => change(&mut workflow.input),
                    Sends::Service(service) => {
                        let fields = service.fields.iter_mut().flatten();
                        fields.for_each(|(_, value)| change(value));
                    }
                }
                for option in [timeout, heartbeat, credentials] {
                    option.iter_mut().for_each(&mut *change);
                }
            }
            Kind::Choice {
                rules,
                subject,
                arms,
                ..
            } => {
                rules
                    .iter_mut()
                    .filter_map(|(condition, _)| condition.as_mut())
                    .for_each(&mut *change);
                subject.iter_mut().for_each(&mut *change);
                arms.iter_mut()
                    .filter_map(|arm| arm.guard.as_mut())
                    .for_each(change);
            }
            Kind::Wait(Wait::Seconds(value) | Wait::Timestamp(value)) => change(value),
            Kind::Fail { error, cause } => {
                error.iter_mut().for_each(&mut *change);
                cause.iter_mut().for_each(change);
            }
            Kind::Map(map) => {
                map.items.iter_mut().for_each(&mut *change);
                map.max_concurrency.iter_mut().for_each(&mut *change);
                if let Some(distributed) = &mut map.distributed {
                    distributed.each_expression(change);
                }
            }
            Kind::Pass | Kind::Succeed | Kind::Parallel(_) => {}
        }
    }

    /// Calls `change` with the edges of rules, arms and catchers; not with the state's own `next`.
    pub(crate) fn each_edge(&mut self, change: &mut dyn FnMut(&mut Edge)) {
        for catch in &mut self.catch {
            change(&mut catch.edge);
        }
        if let Kind::Choice {
            rules,
            arms,
            otherwise,
            ..
        } = &mut self.kind
        {
            rules.iter_mut().for_each(|(_, edge)| change(edge));
            arms.iter_mut().for_each(|arm| change(&mut arm.edge));
            if let Otherwise::To(edge) = otherwise {
                change(edge);
            }
        }
    }

    /// Calls `change` with the names that the state gives to values: variables, items, what patterns bind.
    pub(crate) fn each_name(&mut self, change: &mut dyn FnMut(&mut Text)) {
        self.assign.iter_mut().for_each(|(name, _)| change(name));
        self.each_edge(&mut |edge| edge.assign.iter_mut().for_each(|(name, _)| change(name)));
        match &mut self.kind {
            Kind::Choice { arms, .. } => {
                arms.iter_mut()
                    .for_each(|arm| arm.pattern.each_name(change));
            }
            Kind::Map(map) => change(&mut map.item),
            _ => {}
        }
    }

    /// The branches of a parallel, the body of a map.
    pub(crate) fn bodies_mut(&mut self) -> &mut [Body] {
        match &mut self.kind {
            Kind::Parallel(branches) => branches,
            Kind::Map(map) => std::slice::from_mut(&mut map.body),
            _ => &mut [],
        }
    }
}

impl Distributed {
    fn each_expression(&mut self, change: &mut dyn FnMut(&mut Expr)) {
        self.tolerated_count.iter_mut().for_each(&mut *change);
        self.tolerated_percentage.iter_mut().for_each(&mut *change);
        for access in self.reader.iter_mut().chain(&mut self.writer) {
            let values = access.settings.iter_mut().chain(&mut access.arguments);
            values.for_each(|(_, value)| change(value));
        }
        if let Some(batch) = &mut self.batch {
            let values = [
                &mut batch.max_items,
                &mut batch.max_input_bytes,
                &mut batch.input,
            ];
            values.into_iter().flatten().for_each(change);
        }
    }
}
