//! One state of a flow.

use super::arm::Arm;
use super::call::Call;
use super::distributed::Distributed;
use super::edge::{Catch, Edge, Retry};
use super::fragment::Include;
use super::map::Map;
use super::{VariableOf, Variables};
use crate::expr::{Expr, Text};
use crate::setters::setters;
use crate::shape::Shape;
use crate::workflow::Place;
use stepwright_asl::model::QueryLanguage;

/// A state: its kind, its options and where it goes.
#[derive(Clone, Debug)]
pub struct State {
    pub(crate) name: Text,
    /// Where it stands in the source.
    pub(crate) place: Option<Place>,
    pub(crate) comment: Option<Text>,
    pub(crate) query_language: Option<QueryLanguage>,
    pub(crate) raw: Vec<(Text, Expr)>,
    pub(crate) assign: Vec<(Text, Expr)>,
    /// What it hands on with `next`, where that is not its result.
    pub(crate) output: Option<Expr>,
    pub(crate) transition: Option<Transition>,
    /// The exit of a fragment that it is.
    pub(crate) exit: Option<Text>,
    pub(crate) retry: Vec<Retry>,
    pub(crate) catch: Vec<Catch>,
    pub(crate) kind: Kind,
    /// Options that this kind of state does not have.
    pub(crate) misplaced: Vec<&'static str>,
    /// Where it was said that it catches every error of the tasks inside.
    pub(crate) exhaustive: Option<Place>,
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
pub(crate) enum Kind {
    Task {
        call: Call,
        timeout: Option<Expr>,
        heartbeat: Option<Expr>,
        credentials: Option<Expr>,
    },
    Pass,
    Choice {
        /// `None` where the edge's raw fields are the condition.
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
}

/// What a choice does with data that no rule takes.
#[derive(Clone, Debug)]
pub(crate) enum Otherwise {
    /// Nobody said.
    Unsaid,
    /// It fails, on purpose.
    Fail,
    To(Edge),
}

/// How long a Wait waits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Wait {
    /// That many seconds.
    Seconds(Expr),
    /// Until that time, RFC 3339 text.
    Timestamp(Expr),
}

impl Wait {
    /// Waits that many seconds.
    #[must_use]
    pub fn seconds(seconds: Expr) -> Wait {
        Wait::Seconds(seconds)
    }

    /// Waits until that time, RFC 3339 text.
    #[must_use]
    pub fn timestamp(time: Expr) -> Wait {
        Wait::Timestamp(time)
    }
}

/// The states of a branch or of a map's body. The first runs first.
#[derive(Clone, Debug)]
pub struct Body {
    pub(crate) states: Vec<State>,
    pub(crate) raw: Vec<(Text, Expr)>,
    pub(crate) variables: Variables,
    /// The shape of what it ends with, where its type is known.
    pub(crate) result: Option<fn() -> Shape>,
    /// Of a map: its first state takes its own input for the item.
    pub(crate) input_is_item: bool,
}

impl Body {
    /// These states.
    #[must_use]
    pub fn new(states: Vec<State>) -> Body {
        Body {
            states,
            raw: Vec::new(),
            variables: Vec::new(),
            result: None,
            input_is_item: false,
        }
    }

    /// Adds a state.
    #[must_use]
    pub fn state(mut self, state: State) -> Body {
        self.states.push(state);
        self
    }

    /// Takes in a fragment in its place.
    #[must_use]
    pub fn include(mut self, include: Include) -> Body {
        let body = include.body();
        self.states.extend(body.states);
        self.variables.extend(body.variables);
        self
    }

    /// The shapes of variables.
    #[must_use]
    pub fn variables(mut self, variables: Vec<(Text, fn() -> Shape)>) -> Body {
        self.variables.extend(VariableOf::of(variables));
        self
    }

    /// Variables that were declared.
    #[must_use]
    pub(crate) fn declared(mut self, variables: Variables) -> Body {
        self.variables.extend(variables);
        self
    }

    setters! { self:
        /// The shape of what it ends with.
        result(shape: Option<fn() -> Shape>) => self.result = shape;
        /// A field of the branch or ItemProcessor as it stands in ASL. It wins over what would be written.
        raw(key: impl Into<Text>, value: Expr) => self.raw.push((key.into(), value));
    }
}

/// Writes methods that set what only one kind of state has; of the others, the option's word is misplaced.
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
    fn new(name: impl Into<Text>, kind: Kind) -> State {
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

    /// Calls a task, a service or another workflow.
    pub fn task(name: impl Into<Text>, call: Call) -> State {
        State::new(
            name,
            Kind::Task {
                call,
                timeout: None,
                heartbeat: None,
                credentials: None,
            },
        )
    }

    /// Computes values.
    pub fn pass(name: impl Into<Text>) -> State {
        State::new(name, Kind::Pass)
    }

    /// Decides where to go.
    pub fn choice(name: impl Into<Text>) -> State {
        State::new(
            name,
            Kind::Choice {
                rules: Vec::new(),
                subject: None,
                arms: Vec::new(),
                otherwise: Otherwise::Unsaid,
            },
        )
    }

    /// Waits.
    pub fn wait(name: impl Into<Text>, wait: Wait) -> State {
        State::new(name, Kind::Wait(wait))
    }

    /// Ends well. Its value is given with [`State::end_with`].
    pub fn succeed(name: impl Into<Text>) -> State {
        State::new(name, Kind::Succeed)
    }

    /// Ends with an error.
    pub fn fail(name: impl Into<Text>) -> State {
        State::new(
            name,
            Kind::Fail {
                error: None,
                cause: None,
            },
        )
    }

    /// Runs branches at the same time; the result is a tuple of theirs.
    pub fn parallel(name: impl Into<Text>, branches: Vec<Body>) -> State {
        State::new(name, Kind::Parallel(branches))
    }

    /// Runs a body for each item; the result is a list of the body's.
    pub fn map(name: impl Into<Text>, map: Map) -> State {
        State::new(name, Kind::Map(map))
    }

    /// The place of its name in the source: faults name it.
    #[doc(hidden)]
    #[must_use]
    pub fn at(mut self, file: &'static str, line: u32, column: u32) -> State {
        self.place = Some(Place::new(file, line, column));
        self
    }

    /// It catches every error of the tasks inside, or that is a fault.
    #[must_use]
    pub(crate) fn exhaustive(mut self, place: Place) -> State {
        self.exhaustive = Some(place);
        self
    }

    /// Goes along an edge, with what is assigned on it.
    #[must_use]
    pub(crate) fn next_along(mut self, edge: Edge) -> State {
        self.assign.extend(edge.assign);
        self.raw.extend(edge.raw);
        self.next(edge.target)
    }

    /// Map: writes the body under its old name.
    #[must_use]
    pub(crate) fn iterator(mut self) -> State {
        match &mut self.kind {
            Kind::Map(map) => map.iterator = true,
            _ => self.misplaced.push("iterator"),
        }
        self
    }

    /// Its place, of a state that was built.
    #[must_use]
    pub(crate) fn placed(mut self, place: Place) -> State {
        self.place = Some(place);
        self
    }

    setters! { self:
        /// `Comment`.
        comment(text: impl Into<Text>) => self.comment = Some(text.into());
        /// The language of this state's expressions.
        query_language(language: QueryLanguage) => self.query_language = Some(language);
        /// A field as it stands in ASL. It wins over what the state would write; [`Expr::none`] takes a field away.
        raw(key: impl Into<Text>, value: Expr) => self.raw.push((key.into(), value));
        /// Assigns a workflow variable as the state ends.
        assign(variable: impl Into<Text>, value: Expr) => self.assign.push((variable.into(), value));
        /// `Output` of a state that goes on: what the next state gets as its input.
        output(value: Expr) => self.output = Some(value);
        /// Goes to another state.
        next(state: impl Into<Text>) => self.transition = Some(Transition::Next(state.into()));
        /// Ends the workflow, the branch or the map's body, with the state's own result.
        end() => self.transition = Some(Transition::End(None));
        /// Ends the workflow, the branch or the map's body with this value.
        end_with(value: Expr) => self.transition = Some(Transition::End(Some(value)));
    }

    /// Of a fragment: leaves it by this exit, with this value.
    #[must_use]
    pub fn exit_with(mut self, exit: impl Into<Text>, value: Expr) -> State {
        self.exit = Some(exit.into());
        self.transition = Some(Transition::End(Some(value)));
        self
    }

    options! { self:
        /// Task: the longest time in seconds.
        timeout(seconds: Expr), "timeout" of Kind::Task { timeout, .. } => *timeout = Some(seconds);
        /// Task: the longest time in seconds between two heartbeats.
        heartbeat(seconds: Expr), "heartbeat" of Kind::Task { heartbeat, .. } => *heartbeat = Some(seconds);
        /// Task: the role that the call is made with, by its ARN.
        credentials(role: Expr), "credentials" of Kind::Task { credentials, .. } => *credentials = Some(role);
        /// Task, parallel, map: adds a Retrier.
        retry(retry: Retry), "retry" of Kind::Task { .. } | Kind::Parallel(_) | Kind::Map(_) => self.retry.push(retry);
        /// Task, parallel, map: adds a Catcher.
        catch(catch: Catch), "catch" of Kind::Task { .. } | Kind::Parallel(_) | Kind::Map(_) => self.catch.push(catch);
        /// Map: how many items run at the same time at most.
        max_concurrency(limit: Expr), "max_concurrency" of Kind::Map(map) => map.max_concurrency = Some(limit);
    }

    /// Map: changes what makes it distributed; of any other state, `option` is misplaced.
    #[must_use]
    pub(crate) fn distributed(
        mut self,
        option: &'static str,
        change: impl FnOnce(Distributed) -> Distributed,
    ) -> State {
        match &mut self.kind {
            Kind::Map(Map {
                distributed: place @ Some(_),
                ..
            }) => *place = place.take().map(change),
            _ => self.misplaced.push(option),
        }
        self
    }

    /// Whether it does work that gives something of its own.
    pub(crate) fn has_result(&self) -> bool {
        matches!(
            self.kind,
            Kind::Task { .. } | Kind::Parallel(_) | Kind::Map(_)
        )
    }

    options! { self:
        /// Choice: goes along the edge when the condition holds and no earlier one did.
        when(condition: Expr, edge: Edge), "when" of Kind::Choice { rules, .. } => rules.push((Some(condition), edge));
        /// Choice: goes along the edge when its raw fields say so and no earlier rule held.
        when_raw(edge: Edge), "when" of Kind::Choice { rules, .. } => rules.push((None, edge));
        /// Choice: `Default`.
        otherwise(edge: Edge), "otherwise" of Kind::Choice { otherwise, .. } => *otherwise = Otherwise::To(edge);
        /// Choice: data that no rule takes fails, on purpose.
        no_default(), "otherwise fail" of Kind::Choice { otherwise, .. } => *otherwise = Otherwise::Fail;
        /// Choice: takes the first arm that fits the value.
        match_on(value: Expr, with: Vec<Arm>), "match" of Kind::Choice { subject, arms, .. } => {
            *subject = Some(value);
            *arms = with;
        };
        /// Fail: `Error`, a text.
        error(name: Expr), "error" of Kind::Fail { error, .. } => *error = Some(name);
        /// Fail: `Cause`, a text.
        cause(text: Expr), "cause" of Kind::Fail { cause, .. } => *cause = Some(text);
    }
}
