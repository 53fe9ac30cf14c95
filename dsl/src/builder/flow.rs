//! A whole workflow.

use super::bindings::Bindings;
use super::body::Body;
use super::built::BuiltWorkflow;
use super::diagnostics;
use super::items::name_items;
use super::scope::BuilderScope;
use super::variable::InputHandle;
use crate::expr::{Expr, Text};
use crate::flow::{Flow, FrontEnd};
use crate::lower;
use crate::rules::{self, Lint, LintLevel, LintLevels};
use crate::shape::Payload;
use crate::task::Deploy;
use crate::workflow::{InvalidWorkflow, SourceLocation, WorkflowDiagnostic};
use std::collections::HashSet;
use std::fmt;
use std::ops::Deref;
use stepwright_asl::model::{MachineType, QueryLanguage};
use stepwright_asl::{Severity, setters};

/// Builds a workflow with input `In` and output `Out`. It dereferences to the [`Body`] that
/// contains its states.
#[must_use]
pub struct FlowBuilder<In, Out> {
    body: Body<In, Out>,
    flow: Flow,
    deploy: Option<Deploy>,
    lints: LintLevels,
}

impl<In: Payload, Out: Payload> FlowBuilder<In, Out> {
    /// Creates a workflow without states.
    #[track_caller]
    pub fn new(name: impl Into<Text>) -> Self {
        FlowBuilder {
            body: Body::new(),
            flow: Flow::new(name)
                .returns(Out::shape)
                .placed(SourceLocation::caller()),
            deploy: None,
            lints: LintLevels::default(),
        }
    }

    /// Names the workflow's input, so that expressions of every state can read it.
    #[track_caller]
    pub fn parameter(&self, name: impl Into<Text>) -> InputHandle<In> {
        let scope = &self.body.scope;
        InputHandle::new(scope.id, scope.name_input(name.into()), Expr::parameter())
    }

    setters! { self:
        /// `Comment`.
        comment(text: impl Into<Text>) => self.flow = self.flow.comment(text);
        /// Declares an Express workflow.
        express() => self.flow = self.flow.machine_type(MachineType::Express);
        /// Sets `TimeoutSeconds` of the whole execution.
        #[track_caller]
        timeout(seconds: u32) => {
            let mut seconds = Expr::literal(seconds);
            seconds.place = Some(SourceLocation::caller());
            self.flow = self.flow.timeout(seconds);
        };
        /// Sets the query language of all states; the default is JSONata.
        query_language(language: QueryLanguage) => self.flow = self.flow.query_language(language);
        /// Retries Lambda's transient errors on every Lambda task, as CDK does.
        lambda_retries() => self.flow = self.flow.lambda_retries();
        /// Fails a state where a result of `+`, `-`, `*` or `/` is outside of its integer type.
        overflow_checks() => self.flow = self.flow.overflow_checks();
        /// Sets the default deployment of tasks, for tasks without their own.
        deploy(deploy: Deploy) => {
            self.flow = self.flow.deploy(deploy);
            self.deploy = Some(deploy);
        };
        /// Turns the diagnostics of a lint into faults.
        deny(lint: Lint) => self.lints.set(lint, LintLevel::Deny);
        /// Ignores the diagnostics of a lint.
        allow(lint: Lint) => self.lints.set(lint, LintLevel::Allow);
        /// Sets a top-level field of the machine verbatim. It replaces the field that the builder
        /// would write.
        raw(field: impl Into<Text>, value: impl Into<serde_json::Value>) => {
            self.flow = self.flow.raw(field, Expr::literal(value.into()));
        };
    }

    /// Builds the workflow.
    ///
    /// # Errors
    ///
    /// Returns all faults that rustc cannot find, in one list: handles that are never defined,
    /// defined twice or unreachable, states without a transition or with a transition to another
    /// body, duplicate names, and everything that ASL cannot express.
    pub fn build(&self) -> Result<BuiltWorkflow<In, Out>, InvalidWorkflow> {
        let scope = &self.body.scope;
        let mut faults = Vec::new();
        diagnostics::find(scope, "the workflow", &[], &mut faults);
        let parameter = scope.given.borrow().clone();
        let parameter = parameter.unwrap_or(Text::Borrowed("input"));
        let flow = self
            .flow
            .clone()
            .parameter(parameter, In::shape)
            .declared(scope.shapes());
        let raw = scope.raw.borrow();
        let flow = raw.iter().fold(flow, |flow, (field, value)| {
            flow.raw(field.clone(), Expr::literal(value.clone()))
        });
        let mut flow = scope.to_lower().into_iter().fold(flow, Flow::state);
        name_items(&mut flow);
        let ways_are_known = diagnostics::ways_are_known(scope);
        faults.extend(rules::faults(&flow, ways_are_known));
        let mut warnings = Vec::new();
        for (lint, mut fault) in rules::lints(&flow, ways_are_known) {
            match self.lints.of(lint) {
                LintLevel::Allow => {}
                LintLevel::Warn => {
                    fault.severity = Severity::Warning;
                    warnings.push(fault);
                }
                LintLevel::Deny => faults.push(fault),
            }
        }
        flow.prepare();
        flow.front_end = FrontEnd::Builder;
        let (definition, mut lowered) = lower::lower_with_faults(&flow, &faults);
        // Only one fault for each call: a further fault at the same location may only follow from
        // the first.
        let reported: HashSet<Option<SourceLocation>> =
            faults.iter().map(|fault| fault.location.source).collect();
        lowered.retain(|fault| !reported.contains(&fault.location.source));
        let is_warning = |one: &WorkflowDiagnostic| one.severity == Severity::Warning;
        let (warned, lowered): (Vec<_>, Vec<_>) = lowered.into_iter().partition(is_warning);
        warnings.extend(warned);
        faults.extend(lowered);
        if !faults.is_empty() {
            return Err(InvalidWorkflow::new(&flow.name, faults));
        }
        let mut bindings = Bindings::default();
        bind(scope, self.deploy, &mut bindings);
        Ok(BuiltWorkflow::new(definition, bindings, warnings))
    }
}

fn bind(scope: &BuilderScope, deploy: Option<Deploy>, bindings: &mut Bindings) {
    for bind in scope.binds.borrow().iter() {
        bind(bindings, deploy);
    }
    for inner in scope.inner.borrow().iter() {
        self::bind(inner, deploy, bindings);
    }
}

impl<In, Out> Deref for FlowBuilder<In, Out> {
    type Target = Body<In, Out>;

    fn deref(&self) -> &Body<In, Out> {
        &self.body
    }
}

impl<In, Out> fmt::Debug for FlowBuilder<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowBuilder")
            .field("name", &self.flow.name)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}
