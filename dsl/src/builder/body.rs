//! The states of a workflow, of a branch or of a Map's body.

use super::choice::Choice;
use super::errors::{InMap, InParallel};
use super::expression::{Expression, UntypedExpression};
use super::handle::{AnyInput, StateHandle, StepHandle};
use super::open::{Fallible, Open};
use super::scope::BuilderScope;
use super::to::To;
use super::values::{Branches, SecondsOf, TextOf};
use super::variable::{InputHandle, Variable};
use crate::expr::{Expr, Text};
use crate::flow::{self, State, Wait};
use crate::shape::Payload;
use crate::type_block::Timestamp;
use std::marker::PhantomData;
use std::rc::Rc;

/// States that start with an `In` and end with an `Out`.
///
/// [`Body::new`] creates a branch of a Parallel or the body of a Map; a
/// [`FlowBuilder`](super::FlowBuilder) is the body of the whole workflow. Declare each state, which
/// returns a [`StateHandle`], and define it once, with the method that is named after its ASL type.
pub struct Body<In, Out> {
    pub(super) scope: Rc<BuilderScope>,
    /// The prefix of its states' names.
    prefix: Option<String>,
    types: PhantomData<fn(In) -> Out>,
}

impl<In: Payload, Out> Default for Body<In, Out> {
    fn default() -> Self {
        Body::new()
    }
}

debug_with!([In, Out] Body<In, Out>: scope);

impl<In: Payload, Out> Body<In, Out> {
    /// A body without states.
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        Body {
            scope: Rc::new(BuilderScope::new()),
            prefix: None,
            types: PhantomData,
        }
    }

    /// Returns the same body with a prefix for every name that is declared: the state `Ask` of the
    /// part `First` is `First.Ask`, the variable `answer` is `First_answer`. A function that takes
    /// a part can add its states more than once, like a `fragment` of `workflow!`.
    #[must_use]
    pub fn part(&self, prefix: &str) -> Body<In, Out> {
        Body {
            scope: self.scope.clone(),
            prefix: Some(match &self.prefix {
                Some(outer) => format!("{outer}.{prefix}"),
                None => prefix.to_owned(),
            }),
            types: PhantomData,
        }
    }

    pub(super) fn named(&self, name: String) -> String {
        match &self.prefix {
            Some(prefix) => format!("{prefix}.{name}"),
            None => name,
        }
    }

    /// Declares a state with a name and an input type. Define it later, once.
    #[track_caller]
    pub fn declare<T: Payload>(&self, name: impl Into<String>) -> StateHandle<T> {
        self.scope.declare(self.named(name.into()), false)
    }

    /// Declares a state that ignores its input: a state with any output may go there. Define it
    /// later, once.
    #[track_caller]
    pub fn step(&self, name: impl Into<String>) -> StepHandle {
        StepHandle::new(self.scope.declare(self.named(name.into()), true))
    }

    /// Declares a workflow variable of this body. Branches and bodies inside of it can read the
    /// variable, too.
    #[track_caller]
    pub fn variable<T: Payload>(&self, name: impl Into<Text>) -> Variable<T> {
        let name = name.into();
        let name = match &self.prefix {
            Some(prefix) => format!("{}_{name}", prefix.replace('.', "_")).into(),
            None => name,
        };
        self.scope.variable(name.clone(), T::shape);
        Variable::new(self.scope.id, name)
    }

    /// Names the item of a Map's body, so that expressions of every state in the body can read it.
    #[track_caller]
    pub fn item(&self, name: impl Into<Text>) -> InputHandle<In> {
        let name = self.scope.name_input(name.into());
        InputHandle::new(self.scope.id, name.clone(), Expr::item(name))
    }

    /// Sets a field of a branch or a Map's body, verbatim. For a workflow use
    /// [`FlowBuilder::raw`](super::FlowBuilder::raw).
    pub fn raw(&self, field: impl Into<Text>, value: impl Into<serde_json::Value>) {
        let field = (field.into(), value.into());
        self.scope.raw.borrow_mut().push(field);
    }

    /// `StartAt`.
    #[track_caller]
    pub fn start_at(&self, state: impl To<In, In>) {
        self.scope.start_at(&state.route());
    }

    #[track_caller]
    pub(super) fn apply<T>(
        &self,
        state: &StateHandle<T>,
        tree: UntypedExpression,
        input: &Expr,
    ) -> Expr {
        self.scope.apply(Some(state.name()), tree, input)
    }

    #[track_caller]
    pub(super) fn define<T>(
        &self,
        state: &StateHandle<T>,
        make: impl FnOnce(String) -> State,
    ) -> usize {
        let made = make(state.name().to_owned());
        self.scope.define(state, made, false)
    }

    #[track_caller]
    pub(crate) fn fallible<T: Payload, R, E>(
        &self,
        state: &StateHandle<T>,
        make: impl FnOnce(String) -> State,
    ) -> Fallible<'_, T, R, E, Out> {
        let index = self.define(state, make);
        Fallible::new(&self.scope, index, T::shape)
    }

    /// Adds a Pass state that passes its input on. Use it for the variables of
    /// [`assign`](Open::assign).
    #[track_caller]
    pub fn pass_on<T: Payload>(&self, state: &StateHandle<T>) -> Open<'_, T, T, Out> {
        let input = Expr::input(T::shape);
        let index = self.define(state, State::pass);
        Open::new(&self.scope, index, input.clone(), input)
    }

    /// Adds a Pass state that computes its output from its input.
    #[track_caller]
    pub fn pass<T: Payload, O>(
        &self,
        state: &StateHandle<T>,
        output: Expression<T, O>,
    ) -> Open<'_, T, O, Out> {
        let input = Expr::input(T::shape);
        let output = self.apply(state, output.tree, &input);
        let index = self.define(state, State::pass);
        Open::new(&self.scope, index, input, output)
    }

    /// Adds a Wait state: seconds as a number, or `expr!` over the state's input, which is also its
    /// output.
    #[track_caller]
    pub fn wait<T: Payload>(
        &self,
        state: &StateHandle<T>,
        seconds: impl SecondsOf<T>,
    ) -> Open<'_, T, T, Out> {
        let input = Expr::input(T::shape);
        let wait = Wait::seconds(self.apply(state, seconds.seconds(), &input));
        let index = self.define(state, |name| State::wait(name, wait));
        Open::new(&self.scope, index, input.clone(), input)
    }

    /// Adds a Wait state that waits until a timestamp and passes its input on.
    #[track_caller]
    pub fn wait_until<T: Payload, At: Timestamp>(
        &self,
        state: &StateHandle<T>,
        time: Expression<T, At>,
    ) -> Open<'_, T, T, Out> {
        let input = Expr::input(T::shape);
        let wait = Wait::timestamp(self.apply(state, time.tree, &input));
        let index = self.define(state, |name| State::wait(name, wait));
        Open::new(&self.scope, index, input.clone(), input)
    }

    /// Adds a Choice state. All of its targets get the state's input.
    #[track_caller]
    pub fn choice<T: Payload>(&self, state: &StateHandle<T>) -> Choice<'_, T> {
        let made = State::choice(state.name().to_owned());
        let index = self.scope.define(state, made, true);
        Choice::new(&self.scope, index)
    }

    /// Adds a Succeed state that ends the body with its input.
    #[track_caller]
    pub fn succeed(&self, state: &StateHandle<Out>) {
        let index = self.define(state, State::succeed);
        self.scope.close(index);
    }

    /// Adds a Succeed state that ends the body with a value computed from its input.
    #[track_caller]
    pub fn succeed_with<T: Payload>(&self, state: &StateHandle<T>, output: Expression<T, Out>) {
        let output = self.apply(state, output.tree, &Expr::input(T::shape));
        let index = self.define(state, |name| State::succeed(name).end_with(output));
        self.scope.close(index);
    }

    /// Adds a Fail state. Its error and cause are texts, expressions over its input, or `()` for
    /// none.
    #[track_caller]
    pub fn fail<T: Payload>(
        &self,
        state: &StateHandle<T>,
        error: impl TextOf<T>,
        cause: impl TextOf<T>,
    ) {
        let input = Expr::input(T::shape);
        let error = error.text().map(|error| self.apply(state, error, &input));
        let cause = cause.text().map(|cause| self.apply(state, cause, &input));
        let index = self.define(state, |name| {
            let mut made = State::fail(name);
            if let Some(error) = error {
                made = made.error(error);
            }
            if let Some(cause) = cause {
                made = made.cause(cause);
            }
            made
        });
        self.scope.close(index);
    }

    /// Adds a Parallel state: each branch gets the state's input, and the state's output is a tuple
    /// of the branches' results. A `Vec` of branches of one type produces a `Vec` of results.
    #[track_caller]
    pub fn parallel<T: Payload, B: Branches<T>>(
        &self,
        state: &StateHandle<T>,
        branches: B,
    ) -> Fallible<'_, T, B::Outputs, InParallel, Out> {
        let bodies = branches.bodies();
        let made: Vec<_> = bodies.iter().map(|body| body.body()).collect();
        if made.is_empty() {
            self.scope.mistake(
                Some(&state.name),
                "`parallel` has no branches; give it one at least, or leave the state out"
                    .to_owned(),
            );
        }
        self.scope.inner.borrow_mut().extend(bodies);
        self.fallible(state, |name| State::parallel(name, made))
    }

    /// Adds a Map state: the body runs for each item of the list that the expression computes from
    /// the state's input, and the state's output is a list of the body's results.
    #[track_caller]
    pub fn map<T: Payload, Item: Payload, O>(
        &self,
        state: &StateHandle<T>,
        items: Expression<T, Vec<Item>>,
        body: Body<Item, O>,
    ) -> Fallible<'_, T, Vec<O>, InMap, Out> {
        let items = self.apply(state, items.tree, &Expr::input(T::shape));
        let item = body.scope.item_name();
        self.run_map(state, flow::Map::over(items, item), body)
    }

    /// Adds a Map state that runs a body.
    #[track_caller]
    pub(super) fn run_map<T: Payload, Item, O, R>(
        &self,
        state: &StateHandle<T>,
        map: flow::Map,
        body: Body<Item, O>,
    ) -> Fallible<'_, T, R, InMap, Out> {
        let mut made = body.scope.body();
        made.input_is_item = body.scope.start_is_typed();
        self.scope.inner.borrow_mut().push(body.scope);
        self.fallible(state, |name| State::map(name, map.body(made)))
    }
}

impl<In: Payload> Body<In, serde_json::Value> {
    /// Adds a Succeed state that ends the body with its input, of any type.
    #[track_caller]
    pub fn succeed_as_is(&self, state: &StateHandle<AnyInput>) {
        let index = self.define(state, State::succeed);
        self.scope.close(index);
    }
}
