//! The states of a flow, their branches and the bodies of Maps.

use super::arm::Arm;
use super::call::Call;
use super::distributed::Distributed;
use super::edge::{Catch, Edge, Retry};
use super::variable::{VariableOf, Variables};
use crate::expr::{Expr, Text};
use crate::shape::Shape;
use crate::workflow::SourceLocation;
use stepwright_asl::model::QueryLanguage;
use stepwright_asl::setters;

/// A state: its kind, its options and its transition.
#[derive(Clone, Debug)]
#[must_use]
pub struct State {
    pub(crate) name: Text,
    /// Its location in the source.
    pub(crate) place: Option<SourceLocation>,
    pub(crate) comment: Option<Text>,
    pub(crate) query_language: Option<QueryLanguage>,
    pub(crate) raw: Vec<(Text, Expr)>,
    pub(crate) assign: Vec<(Text, Expr)>,
    /// The input of the next state, if it is not the state's result.
    pub(crate) output: Option<Expr>,
    pub(crate) transition: Option<Transition>,
    /// The fragment's exit that this state is, if it is one.
    pub(crate) exit: Option<Text>,
    pub(crate) retry: Vec<Retry>,
    pub(crate) catch: Vec<Catch>,
    pub(crate) kind: FlowStateKind,
    /// Options that this kind of state does not have.
    pub(crate) misplaced: Vec<&'static str>,
    /// The location that declares that it catches every error of the tasks inside.
    pub(crate) exhaustive: Option<SourceLocation>,
}

#[derive(Clone, Debug)]
pub(crate) enum Transition {
    Next(Text),
    End(Option<Expr>),
}

#[allow(
    clippy::large_enum_variant,
    reason = "a workflow has few states, and most of them are tasks"
)]
#[derive(Clone, Debug)]
pub(crate) enum FlowStateKind {
    Task {
        call: Call,
        timeout: Option<Expr>,
        heartbeat: Option<Expr>,
        credentials: Option<Expr>,
    },
    Pass,
    Choice {
        /// The condition is `None` where the edge's raw fields contain it.
        rules: Vec<(Option<Expr>, Edge)>,
        subject: Option<Expr>,
        arms: Vec<Arm>,
        otherwise: Otherwise,
    },
    Wait(Wait),
    Succeed,
    Fail {
        error: Option<Expr>,
        cause: Option<Expr>,
    },
    Parallel(Vec<Body>),
    Map(Map),
    /// The call of a function's fragment, which becomes the states of the fragment before the flow
    /// is lowered.
    Fragment(Box<FragmentCall>),
}

/// The call of a function's fragment.
#[derive(Clone, Debug)]
pub(crate) struct FragmentCall {
    pub(super) body: Body,
    /// The names of the parameters.
    pub(super) names: &'static [&'static str],
    pub(super) parameters: Vec<fn() -> Shape>,
    pub(super) arguments: Vec<Expr>,
    pub(super) output: fn() -> Shape,
}

/// The behaviour of a choice for data that no rule matches.
#[derive(Clone, Debug)]
pub(crate) enum Otherwise {
    /// Not specified.
    Unsaid,
    /// The choice fails, as specified.
    Fail,
    To(Edge),
}

/// The end of a Wait.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub enum Wait {
    /// After this many seconds.
    Seconds(Expr),
    /// At this time, an RFC 3339 text.
    Timestamp(Expr),
}

impl Wait {
    /// Waits this many seconds.
    pub fn seconds(seconds: Expr) -> Wait {
        Wait::Seconds(seconds)
    }

    /// Waits until this time, an RFC 3339 text.
    pub fn timestamp(time: Expr) -> Wait {
        Wait::Timestamp(time)
    }
}

/// The states of a branch or of a Map's body. The first one is the start state.
#[derive(Clone, Debug)]
#[must_use]
pub struct Body {
    pub(crate) states: Vec<State>,
    pub(crate) raw: Vec<(Text, Expr)>,
    pub(crate) variables: Variables,
    /// The shape of its result, where the type is known.
    pub(crate) result: Option<fn() -> Shape>,
    /// For a Map: the input of its first state is the item.
    pub(crate) input_is_item: bool,
}

impl Body {
    /// A body with these states.
    pub fn new(states: Vec<State>) -> Body {
        Body {
            states,
            raw: Vec::new(),
            variables: Vec::new(),
            result: None,
            input_is_item: false,
        }
    }

    /// Adds declared variables.
    pub(crate) fn declared(mut self, variables: Variables) -> Body {
        self.variables.extend(variables);
        self
    }

    setters! { self:
        /// Adds a state.
        state(state: State) => self.states.push(state);
        /// Sets the shapes of variables.
        variables(variables: Vec<(Text, fn() -> Shape)>) => self.variables.extend(VariableOf::of(variables));
        /// Sets the shape of its result.
        result(shape: Option<fn() -> Shape>) => self.result = shape;
        /// Sets a field of the branch or ItemProcessor verbatim. It replaces the field that the
        /// flow would write.
        raw(key: impl Into<Text>, value: Expr) => self.raw.push((key.into(), value));
    }
}

/// The items of a Map, and its body.
#[derive(Clone, Debug)]
#[must_use]
pub struct Map {
    /// `None` if a Distributed Map's reader reads the items.
    pub(crate) items: Option<Expr>,
    pub(crate) item: Text,
    /// The item's shape, if a type determines it.
    pub(crate) shape: Option<fn() -> Shape>,
    pub(crate) body: Body,
    pub(crate) max_concurrency: Option<Expr>,
    pub(crate) distributed: Option<Distributed>,
    /// The body is written as `Iterator`, its old name.
    pub(crate) iterator: bool,
}

impl Map {
    /// Runs once for each item; `item` is the item's name in the body.
    pub fn over(items: Expr, item: impl Into<Text>) -> Map {
        Map {
            items: Some(items),
            item: item.into(),
            shape: None,
            body: Body::new(Vec::new()),
            max_concurrency: None,
            distributed: None,
            iterator: false,
        }
    }

    /// Runs once for each item that a Distributed Map's reader reads.
    pub fn read(item: impl Into<Text>) -> Map {
        Map {
            items: None,
            ..Map::over(Expr::none(), item)
        }
    }

    setters! { self:
        /// Sets the item's shape, where the list's shape does not determine it.
        shape(shape: fn() -> Shape) => self.shape = Some(shape);
        /// Sets the item's shape, where its type is known.
        item(shape: Option<fn() -> Shape>) => self.shape = shape.or(self.shape);
        /// The states that run for each item.
        body(body: Body) => self.body = body;
        /// Sets how many items may run at the same time.
        max_concurrency(limit: Expr) => self.max_concurrency = Some(limit);
        /// Writes the body as `Iterator`, its old name, which has no `ProcessorConfig`.
        iterator() => self.iterator = true;
        /// Runs each item as a child execution.
        distributed(distributed: Distributed) => self.distributed = Some(distributed);
    }
}

/// Defines setters for fields of a single kind of state; on any other kind, the option is recorded
/// as misplaced.
macro_rules! options {
    ($this:ident: $($(#[$docs:meta])* $name:ident($($argument:ident: $of:ty),*), $word:literal of $kind:pat => $change:expr;)+) => {
        setters! { $this: $(
            $(#[$docs])*
            $name($($argument: $of),*) => match &mut $this.kind {
                $kind => $change,
                _ => $this.misplaced.push($word),
            };
        )+ }
    };
}

impl State {
    pub(super) fn new(name: impl Into<Text>, kind: FlowStateKind) -> State {
        State {
            name: name.into(),
            place: None,
            comment: None,
            query_language: None,
            raw: Vec::new(),
            assign: Vec::new(),
            output: None,
            transition: None,
            exit: None,
            retry: Vec::new(),
            catch: Vec::new(),
            kind,
            misplaced: Vec::new(),
            exhaustive: None,
        }
    }

    /// A Task state that calls a task, a service or another workflow.
    pub fn task(name: impl Into<Text>, call: Call) -> State {
        State::new(
            name,
            FlowStateKind::Task {
                call,
                timeout: None,
                heartbeat: None,
                credentials: None,
            },
        )
    }

    /// A Pass state, which computes values.
    pub fn pass(name: impl Into<Text>) -> State {
        State::new(name, FlowStateKind::Pass)
    }

    /// A Choice state.
    pub fn choice(name: impl Into<Text>) -> State {
        State::new(
            name,
            FlowStateKind::Choice {
                rules: Vec::new(),
                subject: None,
                arms: Vec::new(),
                otherwise: Otherwise::Unsaid,
            },
        )
    }

    /// A Wait state.
    pub fn wait(name: impl Into<Text>, wait: Wait) -> State {
        State::new(name, FlowStateKind::Wait(wait))
    }

    /// A Succeed state. [`State::end_with`] sets its value.
    pub fn succeed(name: impl Into<Text>) -> State {
        State::new(name, FlowStateKind::Succeed)
    }

    /// A Fail state.
    pub fn fail(name: impl Into<Text>) -> State {
        State::new(
            name,
            FlowStateKind::Fail {
                error: None,
                cause: None,
            },
        )
    }

    /// A Parallel state: runs branches concurrently; its result is a tuple of their results.
    pub fn parallel(name: impl Into<Text>, branches: Vec<Body>) -> State {
        State::new(name, FlowStateKind::Parallel(branches))
    }

    /// A Map state: runs a body for each item; its result is a list of the body's results.
    pub fn map(name: impl Into<Text>, map: Map) -> State {
        State::new(name, FlowStateKind::Map(map))
    }

    /// Sets the location of its name in the source, for messages of faults.
    #[doc(hidden)]
    pub fn at(mut self, file: &'static str, line: u32, column: u32) -> State {
        self.place = Some(SourceLocation::new(file, line, column));
        self
    }

    /// Requires that it catches every error of the tasks inside; an uncaught error is a fault.
    pub(crate) fn exhaustive(mut self, place: SourceLocation) -> State {
        self.exhaustive = Some(place);
        self
    }

    /// Goes to the edge's target, with the edge's assignments.
    pub(crate) fn next_along(mut self, edge: Edge) -> State {
        self.assign.extend(edge.assign);
        self.raw.extend(edge.raw);
        self.next(edge.target)
    }

    /// Map: writes the body as `Iterator`, its old name.
    pub(crate) fn iterator(mut self) -> State {
        match &mut self.kind {
            FlowStateKind::Map(map) => map.iterator = true,
            _ => self.misplaced.push("iterator"),
        }
        self
    }

    /// Sets the source location of a built state.
    pub(crate) fn placed(mut self, place: SourceLocation) -> State {
        self.place = Some(place);
        self
    }

    setters! { self:
        /// `Comment`.
        comment(text: impl Into<Text>) => self.comment = Some(text.into());
        /// Sets the query language of this state's expressions.
        query_language(language: QueryLanguage) => self.query_language = Some(language);
        /// Sets a field verbatim. It replaces the field that the state would write; [`Expr::none`]
        /// removes the field.
        raw(key: impl Into<Text>, value: Expr) => self.raw.push((key.into(), value));
        /// Assigns a workflow variable when the state ends.
        assign(variable: impl Into<Text>, value: Expr) => self.assign.push((variable.into(), value));
        /// Sets the `Output` of a state with a transition: the input of the next state.
        output(value: Expr) => self.output = Some(value);
        /// Goes to another state.
        next(state: impl Into<Text>) => self.transition = Some(Transition::Next(state.into()));
        /// Ends the workflow, the branch or the Map's body with the state's result.
        end() => self.transition = Some(Transition::End(None));
        /// Ends the workflow, the branch or the Map's body with this value.
        end_with(value: Expr) => self.transition = Some(Transition::End(Some(value)));
        /// In a fragment: leaves the fragment through this exit, with this value.
        exit_with(exit: impl Into<Text>, value: Expr) => {
            self.exit = Some(exit.into());
            self.transition = Some(Transition::End(Some(value)));
        };
    }

    options! { self:
        /// Task: sets the timeout in seconds.
        timeout(seconds: Expr), "timeout" of FlowStateKind::Task { timeout, .. } => *timeout = Some(seconds);
        /// Task: sets the longest time between two heartbeats, in seconds.
        heartbeat(seconds: Expr), "heartbeat" of FlowStateKind::Task { heartbeat, .. } => *heartbeat = Some(seconds);
        /// Task: sets the ARN of the role that the call assumes.
        credentials(role: Expr), "credentials" of FlowStateKind::Task { credentials, .. } => *credentials = Some(role);
        /// Task, Parallel, Map: adds a Retrier.
        retry(retry: Retry), "retry" of FlowStateKind::Task { .. } | FlowStateKind::Parallel(_) | FlowStateKind::Map(_) | FlowStateKind::Fragment(_) => self.retry.push(retry);
        /// Task, Parallel, Map: adds a Catcher.
        catch(catch: Catch), "catch" of FlowStateKind::Task { .. } | FlowStateKind::Parallel(_) | FlowStateKind::Map(_) | FlowStateKind::Fragment(_) => self.catch.push(catch);
        /// Map: sets how many items may run at the same time.
        max_concurrency(limit: Expr), "max_concurrency" of FlowStateKind::Map(map) => map.max_concurrency = Some(limit);
    }

    /// Map: changes the options of a Distributed Map; on any other state, `option` is recorded as
    /// misplaced.
    pub(crate) fn distributed(
        mut self,
        option: &'static str,
        change: impl FnOnce(Distributed) -> Distributed,
    ) -> State {
        match &mut self.kind {
            FlowStateKind::Map(Map {
                distributed: place @ Some(_),
                ..
            }) => *place = place.take().map(change),
            _ => self.misplaced.push(option),
        }
        self
    }

    /// Whether its kind has a result (Task, Parallel, Map).
    pub(crate) fn has_result(&self) -> bool {
        matches!(
            self.kind,
            FlowStateKind::Task { .. }
                | FlowStateKind::Parallel(_)
                | FlowStateKind::Map(_)
                | FlowStateKind::Fragment(_)
        )
    }

    options! { self:
        /// Choice: takes the edge when the condition is true and no earlier condition was.
        when(condition: Expr, edge: Edge), "when" of FlowStateKind::Choice { rules, .. } => rules.push((Some(condition), edge));
        /// Choice: takes the edge when the rule in its raw fields is true and no earlier rule was.
        when_raw(edge: Edge), "when" of FlowStateKind::Choice { rules, .. } => rules.push((None, edge));
        /// Choice: `Default`.
        otherwise(edge: Edge), "otherwise" of FlowStateKind::Choice { otherwise, .. } => *otherwise = Otherwise::To(edge);
        /// Choice: fails on data that no rule matches, as specified.
        no_default(), "otherwise fail" of FlowStateKind::Choice { otherwise, .. } => *otherwise = Otherwise::Fail;
        /// Choice: takes the first arm that matches the value.
        match_on(value: Expr, with: Vec<Arm>), "match" of FlowStateKind::Choice { subject, arms, .. } => {
            *subject = Some(value);
            *arms = with;
        };
        /// Fail: `Error`, a text.
        error(name: Expr), "error" of FlowStateKind::Fail { error, .. } => *error = Some(name);
        /// Fail: `Cause`, a text.
        cause(text: Expr), "cause" of FlowStateKind::Fail { cause, .. } => *cause = Some(text);
    }
}
