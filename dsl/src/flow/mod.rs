//! The flow tree: a workflow as data, before it becomes ASL.
//!
//! `workflow!` expands to it and the typed builder creates it; everything below is shared. Its
//! constructors never fail: [`Flow::lower`] returns everything that ASL cannot express as
//! [`InvalidWorkflow`](crate::workflow::InvalidWorkflow), each with its state and a fix.
//!
//! Differences from the macro's syntax:
//!
//! * [`Catch::on`] and [`Retry::on`] take ASL names; `stepwright::__::error_names_of_variant`
//!   returns the ASL name of a variant.
//! * [`Pattern::Variant`](crate::expr::Pattern::Variant) also takes a struct's pattern, under the
//!   struct's name.
//! * `raw` takes an [`Expr`]; literals in it are copied to the ASL verbatim, other nodes are
//!   lowered.
//! * An option on a state that does not have this field (a `retry` on a `pass`) is a fault, not a
//!   panic.

mod arm;
mod call;
mod caught;
mod child_errors;
mod distributed;
mod edge;
mod fragment;
mod fragment_calls;
mod front_end;
mod raised;
mod state;
mod variable;
mod walk;

pub use self::arm::Arm;
pub use self::call::{Call, CallTarget};
pub(crate) use self::call::{ServiceCall, TaskCall, WorkflowCall};
pub(crate) use self::child_errors::{is_of_child, reads_states};
pub use self::distributed::{Access, Batching, Distributed};
pub(crate) use self::edge::ErrorSource;
pub use self::edge::{Catch, Edge, Jitter, Rate, Retry};
pub use self::fragment::{
    Fragment, Include, arguments, entry, first_of, inner_name_length, longest,
};
pub(crate) use self::front_end::FrontEnd;
pub use self::raised::{
    NoRaisedError, NoVariants, RaisedError, RaisedType, VariantsOf, has_simple_message,
};
pub use self::state::{Body, Map, State, Wait};
pub(crate) use self::state::{FlowStateKind, Otherwise, Transition};
pub(crate) use self::variable::{VariableOf, Variables};
pub(crate) use self::walk::each_state;
pub use crate::workflow::answer::AnswerType;

use crate::expr::{Expr, Text};
use crate::shape::Shape;
use crate::task::Deploy;
use crate::workflow::SourceLocation;
use stepwright_asl::model::MachineType;
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::setters;

/// A whole workflow.
#[derive(Clone, Debug)]
#[must_use]
pub struct Flow {
    pub(crate) name: Text,
    pub(crate) comment: Option<Text>,
    pub(crate) machine_type: MachineType,
    pub(crate) query_language: QueryLanguage,
    pub(crate) timeout: Option<Expr>,
    pub(crate) lambda_retries: bool,
    pub(crate) overflow_checks: bool,
    pub(crate) deny_unhandled_errors: bool,
    pub(crate) deploy: Option<Deploy>,
    pub(crate) parameter: Option<(Text, fn() -> Shape)>,
    pub(crate) returns: Option<fn() -> Shape>,
    pub(crate) raw: Vec<(Text, Expr)>,
    pub(crate) states: Vec<State>,
    pub(crate) variables: Variables,
    /// The source location where a built workflow was created.
    pub(crate) place: Option<SourceLocation>,
    /// The front end that wrote it.
    pub(crate) front_end: FrontEnd,
}

impl Flow {
    /// A workflow without states. The first state that is added is the start state.
    pub fn new(name: impl Into<Text>) -> Flow {
        Flow {
            name: name.into(),
            comment: None,
            machine_type: MachineType::Standard,
            query_language: QueryLanguage::Jsonata,
            timeout: None,
            lambda_retries: false,
            overflow_checks: false,
            deny_unhandled_errors: false,
            deploy: None,
            parameter: None,
            returns: None,
            raw: Vec::new(),
            states: Vec::new(),
            variables: Vec::new(),
            place: None,
            front_end: FrontEnd::Macro,
        }
    }

    setters! { self:
        /// `Comment`.
        comment(text: impl Into<Text>) => self.comment = Some(text.into());
        /// Sets Standard (the default) or Express. The type is not part of the ASL.
        machine_type(machine_type: MachineType) => self.machine_type = machine_type;
        /// Sets the query language of all states that do not set their own. JSONata is the default.
        query_language(language: QueryLanguage) => self.query_language = language;
        /// Sets `TimeoutSeconds` of the whole execution: a literal number of seconds.
        timeout(seconds: Expr) => self.timeout = Some(seconds);
        /// Retries Lambda's transient errors on every Lambda task, as CDK does.
        lambda_retries() => self.lambda_retries = true;
        /// Fails a state where a result of arithmetic is outside of its integer type.
        overflow_checks() => self.overflow_checks = true;
        /// Makes each uncaught error of a task a fault.
        deny_unhandled_errors() => self.deny_unhandled_errors = true;
        /// Sets the default deployment of tasks, for tasks without their own.
        deploy(deploy: Deploy) => self.deploy = Some(deploy);
        /// Sets the name of the workflow's parameter, with the shape of its type.
        parameter(name: impl Into<Text>, shape: fn() -> Shape) => self.parameter = Some((name.into(), shape));
        /// Sets the shape of the workflow's output.
        returns(shape: fn() -> Shape) => self.returns = Some(shape);
        /// Sets a top-level field of the machine verbatim. It replaces the field that the flow
        /// would write.
        raw(key: impl Into<Text>, value: Expr) => self.raw.push((key.into(), value));
        /// Adds a state.
        state(state: State) => self.states.push(state);
        /// Sets the shapes of variables.
        variables(variables: Vec<(Text, fn() -> Shape)>) => self.variables.extend(VariableOf::of(variables));
    }

    /// Adds declared variables.
    pub(crate) fn declared(mut self, variables: Variables) -> Flow {
        self.variables.extend(variables);
        self
    }

    /// Sets the source location where a built workflow was created.
    pub(crate) fn placed(mut self, place: SourceLocation) -> Flow {
        self.place = Some(place);
        self
    }
}
