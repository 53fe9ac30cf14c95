//! The values that an expression can read.

use super::code::Code;
use super::jsonata::KnownCondition;
use super::jsonpath::Leaf;
use super::passed_value;
use super::scope::{ReadScope, Scopes};
use super::syntax::Syntax;
use crate::expr::Text;
use crate::flow::{CallTarget, Edge, ErrorSource, Flow, FlowStateKind, State};
use crate::shape::Shape;
use crate::task::{Address, Deploy};
use stepwright_asl::model::{MachineType, QueryLanguage};

/// What `$` means in a JSONPath field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dollar {
    /// The state's input.
    Input,
    /// The result of the task, branches or Map.
    Result,
    /// The error of a catch.
    Error,
}

/// Where a value of an outer scope is found: an item, the parameter, a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OuterValue {
    /// By its own name: a variable, or the execution's input.
    Here,
    /// In the state's input, at this path; the whole input if the path is empty.
    Input(Vec<String>),
    /// In a variable that the first state assigned.
    Assigned,
    /// Not readable: the expression is inside of the first state of the body whose input contains
    /// the value.
    Inside,
}

/// Where the result of a state is found.
#[derive(Clone, Debug)]
pub(super) struct ResultSource {
    pub(super) code: Code,
    /// The JSONPath, if there is one.
    pub(super) path: Option<&'static str>,
}

/// The environment of an expression.
#[derive(Clone)]
pub(super) struct Env<'a> {
    pub(super) flow: &'a Flow,
    pub(super) scopes: &'a Scopes,
    pub(super) state: &'a State,
    /// Outermost first.
    pub(super) levels: Vec<ReadScope<'a>>,
    pub(super) result: Option<ResultSource>,
    /// The location of the error, if there is one.
    pub(super) error: Option<ErrorSource>,
    pub(super) dollar: Dollar,
    pub(super) locals: Vec<(Text, Code)>,
    pub(super) path_locals: Vec<(Text, Leaf)>,
    /// The conditions that are known where the expression is evaluated.
    pub(super) known: Vec<KnownCondition>,
}

/// The description of a child execution, in the Choice after the Catcher of the state that waited
/// for the child.
fn child() -> Syntax {
    Syntax::call("parse", vec![Syntax::states("input.Cause")])
}

impl<'a> Env<'a> {
    /// How to write the state in JSONata, in the words of the flow's front end.
    pub(super) fn use_jsonata(&self) -> &'static str {
        self.flow.front_end.use_jsonata()
    }

    pub(super) fn new(
        flow: &'a Flow,
        scopes: &'a Scopes,
        state: &'a State,
        levels: Vec<ReadScope<'a>>,
    ) -> Env<'a> {
        Env {
            flow,
            scopes,
            state,
            levels,
            result: None,
            error: None,
            dollar: Dollar::Input,
            locals: Vec::new(),
            path_locals: Vec::new(),
            known: Vec::new(),
        }
    }

    /// The same environment on a catch edge.
    pub(super) fn in_catch(&self) -> Env<'a> {
        Env {
            result: None,
            error: Some(ErrorSource::Catcher),
            dollar: Dollar::Error,
            ..self.clone()
        }
    }

    /// The same environment on an edge of a Choice.
    pub(super) fn on_edge(&self, edge: &Edge) -> Env<'a> {
        Env {
            error: edge.error,
            ..self.clone()
        }
    }

    /// The error, as an object with `Error` and `Cause`.
    pub(super) fn error_output(&self) -> Option<Syntax> {
        let members = |of: &dyn Fn(&'static str) -> Syntax| {
            let members = ["Error", "Cause"].map(|name| (Syntax::text(name), of(name)));
            Syntax::Object(members.into())
        };
        Some(match self.error? {
            ErrorSource::Catcher => Syntax::states("errorOutput"),
            ErrorSource::Handed { of_child: true, .. } => members(&|name| child().field(name)),
            ErrorSource::Handed {
                has_input: true, ..
            } => members(&|name| Syntax::states(format!("input.{name}"))),
            ErrorSource::Handed { .. } => Syntax::states("input"),
        })
    }

    /// The cause of the error.
    pub(super) fn error_cause(&self) -> Option<Syntax> {
        Some(match self.error? {
            ErrorSource::Catcher => Syntax::states("errorOutput.Cause"),
            ErrorSource::Handed { of_child: true, .. } => child().field("Cause"),
            ErrorSource::Handed { .. } => Syntax::states("input.Cause"),
        })
    }

    /// The input of the state; on an edge after a Catcher, the input of the failed state.
    pub(super) fn input(&self) -> Syntax {
        match self.error {
            Some(ErrorSource::Handed {
                has_input: true, ..
            }) => Syntax::states("input.Input"),
            _ => Syntax::states("input"),
        }
    }

    /// Where a variable of the scope at `depth` is found; `None` means the workflow's parameter.
    pub(super) fn outer_value(&self, depth: Option<usize>, name: &str) -> OuterValue {
        let innermost = self.levels.len().saturating_sub(1);
        let handing = self
            .levels
            .iter()
            .enumerate()
            .rev()
            .take_while(|(level, _)| depth.is_none_or(|depth| *level > depth))
            .find_map(|(at, level)| Some((at, level, level.scope.children.as_ref()?)));
        match handing {
            None => OuterValue::Here,
            Some((_, level, _)) if !level.in_first => OuterValue::Assigned,
            Some((at, _, _)) if at != innermost => OuterValue::Inside,
            Some((_, _, children)) if children.batched => {
                OuterValue::Input(vec!["BatchInput".to_owned(), name.to_owned()])
            }
            Some(_) => OuterValue::Input(vec![name.to_owned()]),
        }
    }

    /// Where the item with this name is found, and its shape.
    pub(super) fn item(&self, name: &str) -> Option<(OuterValue, Shape)> {
        let innermost = self.levels.len().saturating_sub(1);
        let (depth, level, item) =
            self.levels
                .iter()
                .enumerate()
                .rev()
                .find_map(|(depth, level)| {
                    let item = level.scope.item().filter(|item| item.name == name)?;
                    Some((depth, level, item))
                })?;
        let whence = match self.outer_value(Some(depth), name) {
            OuterValue::Here if !level.in_first => OuterValue::Assigned,
            OuterValue::Here if depth != innermost => OuterValue::Inside,
            OuterValue::Here => match &level.scope.children {
                Some(children) if !children.batched && !children.handed.is_empty() => {
                    OuterValue::Input(vec![name.to_owned()])
                }
                _ => OuterValue::Input(Vec::new()),
            },
            handed => handed,
        };
        Some((whence, item.shape))
    }

    /// Where a workflow variable is found, and its shape where one is assigned.
    pub(super) fn variable(&self, name: &str) -> Option<(OuterValue, Shape)> {
        let (depth, shape) = self
            .levels
            .iter()
            .enumerate()
            .rev()
            .find_map(|(depth, level)| Some((depth, level.scope.variable(name)?)))?;
        Some((self.outer_value(Some(depth), name), shape))
    }

    /// Where the workflow's parameter is found, its name and its shape.
    pub(super) fn parameter(&self) -> (OuterValue, Text, Shape) {
        let name = passed_value::parameter(self.flow);
        let shape = match &self.flow.parameter {
            Some((_, shape)) => Shape::Lazy(*shape),
            None => Shape::Any,
        };
        (self.outer_value(None, &name), name, shape)
    }

    /// The levels of this execution, without those of a Distributed Map's parent, whose variables
    /// are not readable here.
    pub(super) fn own_levels(&self) -> &[ReadScope<'a>] {
        let first = self
            .levels
            .iter()
            .rposition(|level| level.scope.children.is_some());
        &self.levels[first.unwrap_or(0)..]
    }

    /// Whether a variable may be set here that shadows a function of JSONata.
    pub(super) fn hides(&self, function: &str) -> bool {
        self.scopes.emitted(function) == function
            && self
                .own_levels()
                .iter()
                .any(|level| level.scope.hides(function, level.state))
    }

    /// The type of the execution that the state runs in.
    pub(super) fn machine_type(&self) -> MachineType {
        self.levels
            .iter()
            .rev()
            .find_map(|level| level.scope.children.as_ref())
            .map_or(self.flow.machine_type, |children| children.machine_type)
    }

    /// The query language of the state.
    pub(super) fn language(&self) -> QueryLanguage {
        self.state
            .query_language
            .unwrap_or(self.flow.query_language)
    }

    /// Whether the state has a task token.
    pub(super) fn has_token(&self) -> bool {
        matches!(&self.state.kind, FlowStateKind::Task { call, .. }
            if call.waits_for_token
                || matches!(&call.sends, CallTarget::Service(service) if service.resource.ends_with(".waitForTaskToken")))
    }

    /// The address of the task that a call names.
    pub(super) fn address(&self, name: &str, deploy: Deploy) -> Address {
        Address::of_task(name, deploy, self.flow.deploy)
    }
}
