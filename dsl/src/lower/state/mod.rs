//! Lowers single states.

mod choice;
mod common;
mod distributed;
mod fail;
mod map;
mod parallel;
mod pass;
pub(super) mod raw;
mod retry;
mod succeed;
mod task;
mod wait;
mod work;

use super::env::Env;
use super::jsonata::KnownCondition;
use super::known;
use super::passed_value;
use super::report::Report;
use super::scope::{self, ReadScope, Scopes, at, enter};
use super::text;
use crate::expr::{Expr, Text};
use crate::flow::{self, Flow, FlowStateKind, State, Transition};
use crate::workflow::{AtSource, WorkflowDiagnostic, problem};
use std::collections::HashSet;
use stepwright_asl::model;
use stepwright_asl::model::QueryLanguage;

/// Lowers the states of a flow.
pub(super) struct States<'a> {
    flow: &'a Flow,
    scopes: &'a Scopes,
    /// Some state is JSONPath, so each JSONata state declares its query language.
    mixed: bool,
    faults: Vec<WorkflowDiagnostic>,
}

/// A state that is being lowered.
pub(super) struct StateLowering<'s, 'a> {
    pub(super) flow: &'a Flow,
    pub(super) state: &'a State,
    pub(super) env: Env<'a>,
    pub(super) report: &'s mut Report,
    /// The values that the first state of a body assigns for later states because they are in its
    /// input: the item, and the values that a Distributed Map passes to its children.
    pub(super) assigns_input: Vec<(Text, Expr)>,
}

impl<'a> StateLowering<'_, 'a> {
    /// The fields of the state's type.
    fn by_kind(&mut self) -> model::State {
        let state: &'a State = self.state;
        match &state.kind {
            FlowStateKind::Task {
                call,
                timeout,
                heartbeat,
                credentials,
            } => self
                .task(
                    call,
                    timeout.as_ref(),
                    heartbeat.as_ref(),
                    credentials.as_ref(),
                )
                .into(),
            // `Flow::prepare` has replaced a fragment.
            FlowStateKind::Pass | FlowStateKind::Fragment(_) => self.pass().into(),
            FlowStateKind::Choice {
                rules,
                subject,
                arms,
                otherwise,
            } => self.choice(rules, subject.as_ref(), arms, otherwise).into(),
            FlowStateKind::Wait(wait) => self.wait(wait).into(),
            FlowStateKind::Succeed => self.succeed().into(),
            FlowStateKind::Fail { error, cause } => {
                self.fail(error.as_ref(), cause.as_ref()).into()
            }
            FlowStateKind::Parallel(_) => self.parallel().into(),
            FlowStateKind::Map(map) => self.map(map).into(),
        }
    }
}

impl<'a> States<'a> {
    pub(super) fn new(flow: &'a Flow, scopes: &'a Scopes, mixed: bool) -> States<'a> {
        States {
            flow,
            scopes,
            mixed,
            faults: Vec::new(),
        }
    }

    pub(super) fn into_faults(self) -> Vec<WorkflowDiagnostic> {
        self.faults
    }

    /// Lowers the states of the machine, of a branch or of a body.
    /// `outer` are the conditions that hold where it begins.
    pub(super) fn lower(
        &mut self,
        states: &'a [State],
        levels: &[ReadScope<'a>],
        outer: &[KnownCondition],
    ) -> model::States {
        let mut lowered = model::States::new();
        let names: HashSet<&str> = states.iter().map(|state| &*state.name).collect();
        let known = known::at_states(self.flow, self.scopes, states, levels, outer);
        for ((index, state), known) in states.iter().enumerate().zip(&known) {
            let levels = at(levels, states, index);
            let mut report = Report::of(state);
            find_mistakes(self.flow, state, &names, &mut report);
            let mut env = Env::new(self.flow, self.scopes, state, levels.clone());
            env.known.clone_from(known);
            let assigns_input = self.input_to_assign(index, states, &env, &mut report);
            // In the list of faults, inner states follow their outer state.
            let mut lowering = StateLowering {
                flow: self.flow,
                state,
                env,
                report: &mut report,
                assigns_input,
            };
            let mut made = lowering.by_kind();
            let language = lowering.env.language();
            made_common(
                &mut made,
                state,
                (self.mixed && language == QueryLanguage::Jsonata).then_some(language),
            );
            let raw = lowering.raw_fields();
            self.faults.extend(report.into_faults());
            self.inside(&mut made, state, &levels, known);
            let mut report = Report::of(state);
            made = raw::merge(made, state, raw, self.flow.front_end, &mut report);
            self.faults.extend(report.into_faults());
            lowered.insert(state.name.to_string(), made);
        }
        lowered
    }

    /// Lowers the branches of a Parallel and the body of a Map.
    fn inside(
        &mut self,
        made: &mut model::State,
        state: &'a State,
        levels: &[ReadScope<'a>],
        known: &[KnownCondition],
    ) {
        for (index, body) in state.bodies().iter().enumerate() {
            let levels = enter(self.scopes, levels, state, index);
            let start_at = body
                .states
                .first()
                .map(|first| first.name.to_string())
                .unwrap_or_default();
            if body.states.is_empty() {
                let fault = problem(Some(&state.name), "a branch or a map's body needs a state")
                    .at(state.place);
                self.faults.push(fault);
            }
            let states = self.lower(&body.states, &levels, known);
            match made {
                model::State::Parallel(parallel) => parallel.branches.push(model::Branch {
                    start_at,
                    states,
                    ..model::Branch::default()
                }),
                model::State::Map(map) => {
                    let processor = map.item_processor.get_or_insert_default();
                    processor.start_at = start_at;
                    processor.states = states;
                    if let FlowStateKind::Map(flow::Map { iterator: true, .. }) = &state.kind {
                        processor.processor_config = None;
                        map.iterator = map.item_processor.take();
                    }
                }
                _ => {}
            }
        }
    }

    /// The values that a body's first state assigns for later states. Reports a fault if it cannot.
    fn input_to_assign(
        &self,
        index: usize,
        states: &'a [State],
        env: &Env<'a>,
        report: &mut Report,
    ) -> Vec<(Text, Expr)> {
        let Some(item) = env.levels.last().and_then(|level| level.scope.item()) else {
            return Vec::new();
        };
        if index > 0 {
            return Vec::new();
        }
        let first = &states[0];
        let children = env
            .levels
            .last()
            .and_then(|level| level.scope.children.as_ref());
        let handed = children.map_or(&[][..], |children| &children.handed);
        let mut read = item.assigned;
        first.each_expression_inside(&mut |expr| read |= scope::reads_item(expr, &item.name));
        let returns = states
            .iter()
            .any(|state| state.targets().contains(&&*first.name));
        let needed = read.then_some(&item.name);
        if let Some(name) = needed.or(handed.first().map(|one| &one.name))
            && returns
        {
            report.fault(format!(
                "this first state of a map's body is also the target of a transition, and its input is then not the item \
                 `{name}`; put a `pass` state before it"
            ));
        }
        let names = handed.iter().map(|one| &one.name);
        let names: Vec<&Text> = names.chain([&item.name]).collect();
        if let Some(name) = passed_value::literal_reads(first, &names) {
            report.fault(format!(
                "a text in this first state of a map's body reads `${name}`, which is no variable there yet; \
                 put a `pass` state before it"
            ));
        }
        let item = item
            .assigned
            .then(|| (item.name.clone(), Expr::item(item.name)));
        let handed = handed.iter().filter(|one| one.assigned);
        item.into_iter()
            .chain(handed.map(|one| (one.name.clone(), one.value.clone())))
            .collect()
    }
}

/// Sets the fields that do not depend on the kind of the state.
fn made_common(made: &mut model::State, state: &State, language: Option<QueryLanguage>) {
    made.set_comment(state.comment.as_deref().map(text::comment));
    made.set_query_language(language);
}

/// Reports faults of a flow tree, independent of how it was created.
fn find_mistakes(flow: &Flow, state: &State, siblings: &HashSet<&str>, report: &mut Report) {
    if !text::is_safe(&state.name) {
        report.fault("a state's name must not hold `${`, `%{`, `{%` or `%}`");
    }
    for option in &state.misplaced {
        report.fault(flow.front_end.misplaced(option));
    }
    for target in state.targets() {
        if !siblings.contains(target) {
            report.fault(format!("there is no state `{target}` in this scope"));
        }
    }
    let goes = matches!(state.transition, Some(Transition::Next(_)));
    match state.kind {
        FlowStateKind::Choice { .. } | FlowStateKind::Fail { .. } if state.transition.is_some() => {
            report.fault("a choice or fail state cannot have this transition; remove it");
        }
        FlowStateKind::Succeed if goes => {
            report.fault("a succeed ends the execution; remove `next`")
        }
        FlowStateKind::Choice { .. } | FlowStateKind::Fail { .. } | FlowStateKind::Succeed => {}
        _ if state.transition.is_none() => {
            report.fault("this state goes nowhere: add `next OtherState;` or `end value;`");
        }
        _ => {}
    }
    if matches!(
        state.kind,
        FlowStateKind::Fail { .. } | FlowStateKind::Succeed
    ) && !state.assign.is_empty()
    {
        report.fault("a succeed and a fail cannot assign variables");
    }
}
