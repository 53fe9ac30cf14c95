//! Fragments: states that a workflow includes under a prefix.

use super::Flow;
use super::edge::{Catch, Edge};
use super::state::{Body, State, Transition};
use crate::expr::{Expr, Text};
use crate::shape::{Payload, Shape};
use crate::task::Deploy;
use crate::workflow::Binder;
use stepwright_asl::setters;

/// A named group of states, as `workflow! { fragment Name(..) { .. } }` declares it.
///
/// An `include` adds them to a workflow under its own name: the state `Ask` of a fragment that is
/// included as `Review` is the state `Review.Ask`, its variable `answer` the variable
/// `Review_answer`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a fragment",
    label = "this is not a fragment",
    note = "declare it with `workflow! {{ fragment {Self}(..) {{ .. }} }}`"
)]
pub trait Fragment: 'static {
    /// The type of its result at its end.
    type Output: Payload;
    /// Its exits, one variant each.
    type Exit;
    /// The function type of an include: its arguments and its result.
    type Include;
    /// The function, which is never called: rustc checks the types of the include's arguments with
    /// it.
    const INCLUDE: Self::Include;
    /// Its name.
    const NAME: &'static str;
    /// The length of its longest state name, in characters.
    const LONGEST: usize;
    /// The reason why an Express execution cannot run it, if there is one.
    const STANDARD: Option<&'static str>;
    /// The names of its parameters.
    const PARAMETERS: &'static [&'static str];
    /// Whether it is a function that returns errors, which no catcher of an include takes.
    const RAISES: bool;

    /// The shapes of its parameters.
    fn parameters() -> Vec<fn() -> Shape>;

    /// Its states and the shapes of its variables. Parameters are [locals](Expr::local) whose names
    /// are their indices.
    fn body() -> Body;

    /// Registers every task and nested workflow with a runtime, like
    /// [`Workflow::bind`](crate::Workflow::bind); `deploy` is the including workflow's default
    /// deployment of tasks.
    fn bind<B: Binder>(binder: &mut B, deploy: Option<Deploy>);
}

/// The name of a fragment's first state, when the fragment is included under a name.
#[must_use]
pub fn entry(prefix: &str, body: Body) -> Text {
    match body.states.first() {
        Some(first) => joined(prefix, &first.name),
        None => prefix.to_owned().into(),
    }
}

/// The arguments of an include, with the shapes of the parameters.
#[must_use]
pub fn arguments(parameters: Vec<fn() -> Shape>, arguments: Vec<Expr>) -> Vec<Expr> {
    let typed = arguments.into_iter().zip(parameters);
    typed
        .map(|(argument, shape)| argument.typed(shape))
        .collect()
}

/// The length of the longest name of a call's states: `longest` is that of the names of the
/// fragment's states, and 0 for a call that is one state.
#[must_use]
pub const fn inner_name_length(call: usize, longest: usize) -> usize {
    if longest == 0 {
        call
    } else {
        call + 1 + longest
    }
}

/// The greatest of these lengths.
#[must_use]
pub const fn longest(lengths: &[usize]) -> usize {
    let mut longest = 0;
    let mut index = 0;
    while index < lengths.len() {
        if lengths[index] > longest {
            longest = lengths[index];
        }
        index += 1;
    }
    longest
}

/// The first of these that is `Some`.
#[must_use]
pub const fn first_of(list: &[Option<&'static str>]) -> Option<&'static str> {
    let mut index = 0;
    while index < list.len() {
        if list[index].is_some() {
            return list[index];
        }
        index += 1;
    }
    None
}

fn joined(prefix: &str, name: &str) -> Text {
    format!("{prefix}.{name}").into()
}

/// An include of a fragment.
#[derive(Clone, Debug)]
#[must_use]
pub struct Include {
    prefix: Text,
    variables: Text,
    comment: Option<Text>,
    body: Body,
    arguments: Vec<Expr>,
    assign: Vec<(Text, Expr)>,
    catch: Vec<Catch>,
    exits: Vec<(Text, Edge)>,
    transition: Option<Transition>,
}

impl Include {
    /// Includes a fragment's states under a name. The other name is the prefix of its variables.
    pub fn new(
        prefix: impl Into<Text>,
        variables: impl Into<Text>,
        body: Body,
        arguments: Vec<Expr>,
    ) -> Include {
        Include {
            prefix: prefix.into(),
            variables: variables.into(),
            comment: None,
            body,
            arguments,
            assign: Vec::new(),
            catch: Vec::new(),
            exits: Vec::new(),
            transition: None,
        }
    }

    setters! { self:
        /// Sets `Comment` of the first state, unless that state has a comment.
        comment(text: impl Into<Text>) => self.comment = Some(text.into());
        /// Assigns a workflow variable at the fragment's end; its value is [`Expr::result`].
        assign(variable: impl Into<Text>, value: Expr) => self.assign.push((variable.into(), value));
        /// Adds a Catcher to the fragment's Task, Parallel and Map states, after their own
        /// Catchers.
        catch(catch: Catch) => self.catch.push(catch);
        /// The same for a Catcher that may name no error: that of an error type without values.
        catch_any(catch: Catch) => self.catch.extend(Some(catch).filter(|catch| !catch.errors.is_empty()));
        /// Sets the edge of an exit; the exit's value is [`Expr::result`] on that edge.
        exit(name: impl Into<Text>, edge: Edge) => self.exits.push((name.into(), edge));
        /// Goes to a state at the fragment's end.
        next(state: impl Into<Text>) => self.transition = Some(Transition::Next(state.into()));
        /// The fragment's end is the end of the workflow, the branch or the Map's body.
        end() => self.transition = Some(Transition::End(None));
        /// The same with another result.
        end_with(value: Expr) => self.transition = Some(Transition::End(Some(value)));
    }

    /// The fragment's end has the assignments and the transition of a state, and its first state
    /// the comment.
    pub(super) fn continuing_as(mut self, state: State) -> Include {
        self.comment = state.comment;
        self.assign = state.assign;
        self.transition = state.transition;
        self
    }

    /// The states and variables with their names in the workflow.
    pub fn body(mut self) -> Body {
        let mut body = std::mem::replace(&mut self.body, Body::new(Vec::new()));
        let (prefix, variables) = (self.prefix.clone(), self.variables.clone());
        let rename = Rename {
            prefix: &prefix,
            variables: &variables,
            arguments: std::mem::take(&mut self.arguments),
        };
        rename.body(&mut body);
        for state in &mut body.states {
            self.leave(state);
            self.handle(state);
        }
        if let (Some(first), Some(comment)) = (body.states.first_mut(), self.comment.take()) {
            first.comment.get_or_insert(comment);
        }
        body
    }

    /// Replaces a state's transition to the fragment's end or to an exit with the include's
    /// transition.
    fn leave(&self, state: &mut State) {
        let Some(Transition::End(value)) = &state.transition else {
            return;
        };
        let given = match value {
            Some(value) => value.clone(),
            None if state.has_result() => Expr::result(),
            None => Expr::none(),
        };
        let given = |expr: &Expr| expr.clone().with_result(&given);
        if let Some(exit) = state.exit.take() {
            // rustc has checked that the exit exists.
            if let Some((_, edge)) = self.exits.iter().find(|(name, _)| *name == exit) {
                state.assign = assigned(&edge.assign, given);
                state.transition = Some(Transition::Next(edge.target.clone()));
                state.raw.extend(edge.raw.iter().cloned());
            }
            return;
        }
        match &self.transition {
            Some(Transition::Next(next)) => {
                state.assign = assigned(&self.assign, given);
                state.transition = Some(Transition::Next(next.clone()));
            }
            Some(Transition::End(Some(value))) => {
                state.transition = Some(Transition::End(Some(given(value))));
            }
            Some(Transition::End(None)) | None => {}
        }
    }

    /// Adds the Catchers that are reachable after the state's own.
    fn handle(&self, state: &mut State) {
        if !state.has_result() {
            return;
        }
        for catch in &self.catch {
            let all = state
                .catch
                .iter()
                .any(|own| own.errors.iter().any(|name| name == "States.ALL"));
            if all {
                return;
            }
            let left: Vec<Text> = catch
                .errors
                .iter()
                .filter(|name| !state.catch.iter().any(|own| own.errors.contains(name)))
                .cloned()
                .collect();
            if !left.is_empty() {
                state.catch.push(Catch {
                    errors: left,
                    ..catch.clone()
                });
            }
        }
    }
}

macro_rules! includes {
    ($($ty:ident)*) => {$(
        impl $ty {
            setters! { self:
                /// Includes a fragment.
                include(include: Include) => {
                    let body = include.body();
                    self.states.extend(body.states);
                    self.variables.extend(body.variables);
                };
            }
        }
    )*};
}
includes!(Flow Body);

fn assigned(list: &[(Text, Expr)], given: impl Fn(&Expr) -> Expr) -> Vec<(Text, Expr)> {
    list.iter()
        .map(|(name, value)| (name.clone(), given(value)))
        .collect()
}

/// Renames a fragment's names to those of its include, and replaces its parameters with the
/// arguments.
struct Rename<'i> {
    prefix: &'i str,
    variables: &'i str,
    arguments: Vec<Expr>,
}

impl Rename<'_> {
    fn state(&self, state: &mut State) {
        state.name = joined(self.prefix, &state.name);
        if let Some(Transition::Next(next)) = &mut state.transition {
            *next = joined(self.prefix, next);
        }
        for edge in state.edges_mut() {
            edge.target = joined(self.prefix, &edge.target);
        }
        state.each_expression_mut(&mut |expr| self.expression(expr));
        state.each_name_mut(&mut |name| self.name(name));
        for body in state.bodies_mut() {
            self.body(body);
        }
    }

    fn body(&self, body: &mut Body) {
        body.states.iter_mut().for_each(|state| self.state(state));
        let names = body.variables.iter_mut().map(|one| &mut one.name);
        names.for_each(|name| self.name(name));
    }

    /// A variable, an item or a name that a pattern or closure binds. Names that begin with `_` are
    /// not variables and do not change.
    fn name(&self, name: &mut Text) {
        if !name.starts_with('_') {
            *name = format!("{}_{name}", self.variables).into();
        }
    }

    fn expression(&self, expr: &mut Expr) {
        expr.rename(&|place| self.arguments.get(place).cloned(), &|name| {
            self.name(name)
        });
    }
}
