//! Every place where an expression stands, and the names that are known there.

use super::earlier::{Earlier, settle};
use super::expression::Resolver;
use super::{Local, Value};
use crate::check::machine::{EdgeKind, Machine};
use crate::check::patterns::{error_fields, error_path, pattern};
use crate::check::variables::is_silent;
use crate::errors::Errors;
use crate::syntax::{
    Amount, BatchInput, Binding, Callee, DistributedOption, ErrorPattern, Expression, Kind, Let,
    ObjectValue, State, StateOption, Tolerance, Transition, Wait, WorkflowOption,
};
use proc_macro2::{Ident, Span};
use std::collections::HashSet;
use std::rc::Rc;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Pat, Type};

/// Every name in an expression is a value of the workflow or a constant, and what is done with it can run in a
/// workflow.
pub(in crate::check) fn resolve(machine: &mut Machine, errors: &Errors) {
    let mut found = Found::default();
    {
        let machine = &*machine;
        for option in &machine.workflow.options {
            if let WorkflowOption::Timeout(_, Amount::Computed(expression)) = option {
                errors.on(
                    &expression.syn,
                    "the timeout of a workflow is a fixed duration, such as `7d`",
                );
                found.faulty.push(expression.id);
            }
        }
        for state in 0..machine.states.len() {
            let mut places = Places {
                resolver: Resolver::new(machine, state, errors),
                found: &mut found,
            };
            places.resolver.rewriting.witnesses = std::mem::take(&mut places.found.witnesses);
            places.state(machine, state);
            places.found.witnesses = std::mem::take(&mut places.resolver.rewriting.witnesses);
            places.found.reads.append(&mut places.resolver.reads);
            places
                .found
                .item_reads
                .append(&mut places.resolver.item_reads);
            let locals = places.resolver.local_reads.drain();
            places
                .found
                .local_reads
                .extend(locals.map(|name| (state, name)));
        }
    }
    for (expression, value) in found.values {
        machine.values[expression] = Some(value);
    }
    for expression in found.faulty {
        machine.faulty[expression] = true;
    }
    for (expression, rewritten) in found.rewritten {
        machine.rewritten[expression] = Some(rewritten);
    }
    machine.witnesses = found.witnesses;
    machine.reads = found.reads;
    machine.item_reads = found.item_reads;
    machine.placeholder_texts = found.texts;
    machine.local_reads = found.local_reads;
}

#[derive(Default)]
struct Found {
    values: Vec<(usize, Value)>,
    faulty: Vec<usize>,
    rewritten: Vec<(usize, super::Rewritten)>,
    witnesses: Vec<super::Witness>,
    reads: Vec<super::Read>,
    item_reads: Vec<super::ItemRead>,
    texts: Vec<(Span, String)>,
    local_reads: HashSet<(usize, String)>,
}

struct Places<'r, 'm, 'a> {
    resolver: Resolver<'m, 'a>,
    found: &'r mut Found,
}

impl Places<'_, '_, '_> {
    fn one(&mut self, expression: &Expression) -> Value {
        self.typed(expression, None)
    }

    fn typed(&mut self, expression: &Expression, ty: Option<&Type>) -> Value {
        self.found.texts.append(&mut super::in_texts(expression));
        let resolved = self.resolver.expression(expression, ty);
        if resolved.faulty {
            self.found.faulty.push(expression.id);
        }
        if let Some(rewritten) = resolved.rewritten {
            self.found.rewritten.push((expression.id, rewritten));
        }
        self.found
            .values
            .push((expression.id, settle(resolved.value.clone())));
        resolved.value
    }

    fn state(&mut self, machine: &Machine, index: usize) {
        let state = machine.states[index].state;
        for option in &state.options {
            match option {
                StateOption::Timeout(_, Amount::Computed(value))
                | StateOption::Heartbeat(_, Amount::Computed(value))
                | StateOption::Credentials(_, value) => {
                    self.one(value);
                }
                _ => {}
            }
        }
        let before = self.resolver.locals.len();
        self.kind(state);
        self.lets(state.lets(), !state.ends());
        if let Some(Transition::End(_, Some(value))) = state.transitions.first() {
            self.one(value);
        }
        self.resolver.locals.truncate(before);
        for edge in &machine.states[index].edges {
            let before = self.resolver.locals.len();
            self.edge(edge.kind);
            self.resolver.locals.truncate(before);
        }
    }

    fn kind(&mut self, state: &State) {
        match &state.kind {
            Kind::Task(calls) => {
                for call in calls {
                    self.resolver.task_token = call.call.wait.is_some();
                    match &call.call.callee {
                        Callee::Task { arguments, .. } | Callee::Workflow { arguments, .. } => {
                            for argument in arguments {
                                self.one(argument);
                            }
                        }
                        Callee::Service { arguments, .. } => {
                            for (_, _, value) in arguments.iter().flat_map(|all| &all.entries) {
                                self.object(value);
                            }
                        }
                    }
                    self.resolver.task_token = false;
                    if let Some(called) = &call.called {
                        self.local(called, Value::Result);
                    }
                    if let Some(binding) = &call.binding {
                        self.bind(binding, Value::Result);
                    }
                }
            }
            Kind::Wait(waits, _) => {
                for wait in waits {
                    match wait {
                        Wait::Seconds(_, Amount::Computed(value)) | Wait::Timestamp(_, value) => {
                            self.one(value);
                        }
                        Wait::Seconds(..) => {}
                    }
                }
            }
            Kind::Choice(choice) => {
                for condition in choice
                    .rules
                    .iter()
                    .filter_map(|rule| rule.condition.expression())
                {
                    self.one(condition);
                }
                for one in &choice.matches {
                    self.one(&one.value);
                }
            }
            Kind::Succeed(succeed) => {
                succeed.value.iter().for_each(|value| {
                    self.one(value);
                });
            }
            Kind::Fail(fail) => {
                for value in fail.error.iter().chain(&fail.cause) {
                    self.one(value);
                }
            }
            Kind::Parallel(runs) => {
                if let Some(binding) = runs.first().and_then(|run| run.binding.as_ref()) {
                    self.bind(binding, Value::Result);
                }
            }
            Kind::Map(map) => {
                for (_, limit) in &map.max_concurrency {
                    self.one(limit);
                }
                for option in &map.options {
                    self.distributed(option);
                }
                for run in &map.runs {
                    run.list.iter().for_each(|list| {
                        self.one(list);
                    });
                    if let Some(binding) = &run.binding {
                        self.bind(binding, Value::Result);
                    }
                }
            }
            Kind::Exit(exit) => {
                if let Some(value) = &exit.value {
                    self.one(value);
                }
            }
            Kind::Include(include) => {
                for call in &include.calls {
                    for argument in &call.arguments {
                        self.one(argument);
                    }
                    if let Some(binding) = &call.binding {
                        self.bind(binding, Value::Result);
                    }
                }
            }
            Kind::Pass(_) | Kind::Unknown => {}
        }
    }

    fn distributed(&mut self, option: &DistributedOption) {
        match option {
            DistributedOption::Tolerated(_, Tolerance::Count(one) | Tolerance::Percentage(one)) => {
                self.one(one);
            }
            DistributedOption::Reader(access) | DistributedOption::Writer(access) => {
                for (_, _, value) in &access.arguments.entries {
                    self.object(value);
                }
            }
            DistributedOption::Batch(batch) => match &batch.input {
                Some(BatchInput::Object(object)) => {
                    for (_, _, value) in &object.entries {
                        self.object(value);
                    }
                }
                Some(BatchInput::Value(value)) => {
                    self.one(value);
                }
                None => {}
            },
            DistributedOption::Distributed(..) | DistributedOption::Label(..) => {}
        }
    }

    /// Each `let` reads the earlier ones. In a state that ends, or under a name with `_`, it makes no variable.
    fn lets(&mut self, lets: &[Let], goes_on: bool) {
        for one in lets {
            let value = self.typed(&one.value, one.binding.ty.as_ref());
            let mut named = one.binding.named();
            let assigned = goes_on && named.any(|name| !is_silent(name));
            let name = match one.binding.names.as_slice() {
                [Some(name)] => name.unraw().to_string(),
                _ => "all".to_owned(),
            };
            let earlier = Earlier::new(name, value, assigned);
            self.bind(&one.binding, Value::Inline(Rc::new(earlier)));
        }
    }

    fn bind(&mut self, binding: &Binding, value: Value) {
        for (index, name) in (0..).zip(&binding.names) {
            if let Some(name) = name {
                let value = if binding.tuple {
                    Value::TupleField(Box::new(value.clone()), index)
                } else {
                    value.clone()
                };
                self.local(name, value);
            }
        }
    }

    fn local(&mut self, name: &Ident, value: Value) {
        self.resolver.locals.push(Local {
            name: name.unraw().to_string(),
            value,
        });
    }

    fn object(&mut self, value: &ObjectValue) {
        match value {
            ObjectValue::Object(object) => {
                for (_, _, value) in &object.entries {
                    self.object(value);
                }
            }
            ObjectValue::Array(items) => items.iter().for_each(|item| self.object(item)),
            ObjectValue::Expression(expression) => {
                self.one(expression);
            }
        }
    }

    fn edge(&mut self, kind: EdgeKind) {
        match kind {
            EdgeKind::Next | EdgeKind::Otherwise(_) | EdgeKind::Rule(_) => {}
            EdgeKind::Arm(arm) => {
                match pattern(&arm.pattern) {
                    Ok(shape) => {
                        let mut bound = Vec::new();
                        shape.bound(&mut bound);
                        for name in bound {
                            self.local(name, Value::Local(name.unraw().to_string()));
                        }
                    }
                    Err(part) => self.resolver.errors.at(
                        part.span(),
                        "a workflow cannot match by this pattern: variants, literals, tuples, `Some(..)`, `None`, `|` and `_` \
                         work, and guards for the rest",
                    ),
                }
                if let Some(guard) = &arm.guard {
                    self.one(guard);
                }
            }
            EdgeKind::Catch(catch) => {
                for pattern in catch.errors.iter().take(1) {
                    if let ErrorPattern::Fields(_, fields) = pattern {
                        self.caught(fields);
                    }
                }
                if let Some(output) = &catch.output {
                    self.local(output, Value::ErrorOutput);
                }
            }
            EdgeKind::Exit(exit) => {
                if let Some(name) = &exit.value {
                    self.local(name, Value::Result);
                }
            }
            EdgeKind::CatchArm(arm) => {
                match &arm.pattern {
                    Pat::Or(or) => or.cases.iter().take(1).for_each(|case| self.caught(case)),
                    fields => self.caught(fields),
                }
                if let Some(output) = &arm.output {
                    self.local(output, Value::ErrorOutput);
                }
            }
        }
        if let Some(target) = kind.target() {
            self.lets(&target.lets, true);
        }
    }

    fn caught(&mut self, from: &Pat) {
        let (Some(path), Ok(fields)) = (error_path(from), error_fields(from)) else {
            return;
        };
        for (field, name) in fields {
            self.local(name, Value::ErrorField(path.clone(), field));
        }
    }
}
