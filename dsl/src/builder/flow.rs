//! A whole workflow.

use super::bindings::Bindings;
use super::body::Body;
use super::built::Built;
use super::faults;
use super::scope::Scope;
use crate::expr::{Expr, Text};
use crate::flow::Flow;
use crate::lower;
use crate::shape::Payload;
use crate::task::Deploy;
use crate::workflow::Faults;
use std::fmt;
use std::ops::Deref;
use stepwright_asl::model::{MachineType, QueryLanguage};

/// Builds a workflow that is started with an `In` and gives an `Out`. Its states are those of its [`Body`], which it
/// derefs to.
pub struct FlowBuilder<In, Out> {
    body: Body<In, Out>,
    flow: Flow,
    deploy: Option<Deploy>,
}

impl<In: Payload, Out: Payload> FlowBuilder<In, Out> {
    /// A workflow without states.
    #[must_use]
    pub fn new(name: impl Into<Text>) -> Self {
        FlowBuilder {
            body: Body::new(),
            flow: Flow::new(name)
                .parameter("input", In::shape)
                .returns(Out::shape),
            deploy: None,
        }
    }

    fn set(self, change: impl FnOnce(Flow) -> Flow) -> Self {
        FlowBuilder {
            flow: change(self.flow),
            ..self
        }
    }

    /// `Comment`.
    #[must_use]
    pub fn comment(self, text: impl Into<Text>) -> Self {
        self.set(|flow| flow.comment(text))
    }

    /// Makes it an Express workflow.
    #[must_use]
    pub fn express(self) -> Self {
        self.set(|flow| flow.machine_type(MachineType::Express))
    }

    /// `TimeoutSeconds` of the whole execution.
    #[must_use]
    pub fn timeout(self, seconds: u32) -> Self {
        self.set(|flow| flow.timeout(Expr::literal(seconds)))
    }

    /// The language of all states; JSONata unless said.
    #[must_use]
    pub fn query_language(self, language: QueryLanguage) -> Self {
        self.set(|flow| flow.query_language(language))
    }

    /// Retries Lambda's transient errors on every Lambda task, as CDK does.
    #[must_use]
    pub fn lambda_retries(self) -> Self {
        self.set(Flow::lambda_retries)
    }

    /// Where tasks live that do not say it themselves.
    #[must_use]
    pub fn deploy(self, deploy: Deploy) -> Self {
        let changed = self.set(|flow| flow.deploy(deploy));
        FlowBuilder {
            deploy: Some(deploy),
            ..changed
        }
    }

    /// Makes the workflow.
    ///
    /// # Errors
    ///
    /// Everything that rustc could not see, all at once: handles that are never defined, defined twice or never reached,
    /// states that go nowhere or to another body's, names used twice, and all that ASL cannot say.
    pub fn build(&self) -> Result<Built<In, Out>, Faults> {
        let scope = &self.body.scope;
        let mut faults = Vec::new();
        faults::find(scope, "the workflow", &mut faults);
        let flow = scope
            .to_lower()
            .into_iter()
            .fold(self.flow.clone(), Flow::state);
        if !faults.is_empty() {
            let more = lower::faults(&flow, &faults);
            faults.extend(more);
            return Err(Faults::new(&flow.name, faults));
        }
        let definition = flow.lower()?;
        let mut bindings = Bindings::default();
        bind(scope, self.deploy, &mut bindings);
        Ok(Built::new(definition, bindings))
    }
}

fn bind(scope: &Scope, deploy: Option<Deploy>, bindings: &mut Bindings) {
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
