//! The states of a workflow, of a branch or of a map's body.

use super::branches::Branches;
use super::built::Built;
use super::choice::Choice;
use super::errors::{InMap, InParallel};
use super::expression::{Expression, Tree};
use super::handle::{Anything, Handle, Step};
use super::open::{Fallible, Open};
use super::scope::Scope;
use super::to::To;
use super::values::{SecondsOf, Takes, TextOf};
use super::variable::{Given, Variable};
use crate::expr::{Expr, Text};
use crate::flow::{self, Call, State, Wait};
use crate::shape::Payload;
use crate::task::{NoError, Task};
use crate::type_block::Timestamp;
use crate::workflow::Workflow;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

/// States that begin with an `In` and end with an `Out`.
///
/// A branch of a parallel and the body of a map are made with [`Body::new`]; a [`FlowBuilder`](super::FlowBuilder) is one
/// for the whole workflow. Each state is declared, which gives a [`Handle`], and defined, once, by a method that is named
/// like its kind in ASL.
pub struct Body<In, Out> {
    pub(super) scope: Rc<Scope>,
    /// What the names of its states begin with.
    prefix: Option<String>,
    types: PhantomData<fn(In) -> Out>,
}

impl<In: Payload, Out> Default for Body<In, Out> {
    fn default() -> Self {
        Body::new()
    }
}

impl<In, Out> fmt::Debug for Body<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Body").field(&self.scope).finish()
    }
}

impl<In: Payload, Out> Body<In, Out> {
    /// A body without states.
    #[must_use]
    pub fn new() -> Self {
        Body {
            scope: Rc::new(Scope::new()),
            prefix: None,
            types: PhantomData,
        }
    }

    /// The same body, in which every name that is declared stands under a prefix: the state `Ask` of the part `First` is
    /// `First.Ask`, the variable `answer` is `First_answer`. A function that takes a part adds its states as often as it is
    /// called, as a `fragment` of `workflow!` does.
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

    /// Gives a state its name and the type that it takes. It is defined later, once.
    #[track_caller]
    pub fn declare<T: Payload>(&self, name: impl Into<String>) -> Handle<T> {
        self.scope.declare(self.named(name.into()), false)
    }

    /// Gives a state its name that looks at nothing which is handed on to it: every state may go there. It is defined
    /// later, once.
    #[track_caller]
    pub fn step(&self, name: impl Into<String>) -> Step {
        Step::new(self.scope.declare(self.named(name.into()), true))
    }

    /// A workflow variable of this body, which the branches and bodies inside of it may read as well.
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

    /// Of a map's body: the item, under this name, for expressions of every state in it.
    #[track_caller]
    pub fn item(&self, name: impl Into<Text>) -> Given<In> {
        let name = self.scope.give(name.into());
        Given::new(self.scope.id, name.clone(), Expr::item(name))
    }

    /// Of a branch or a map's body: a field of it as it stands in ASL. [`FlowBuilder::raw`](super::FlowBuilder::raw) is that
    /// of a workflow.
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
    fn over<T>(&self, state: &Handle<T>, tree: Tree, input: &Expr) -> Expr {
        self.scope.over(Some(state.name()), tree, input)
    }

    #[track_caller]
    fn define<T>(&self, state: &Handle<T>, make: impl FnOnce(String) -> State) -> usize {
        let made = make(state.name().to_owned());
        self.scope.define(state, made, false)
    }

    #[track_caller]
    fn fallible<T: Payload, R, E>(
        &self,
        state: &Handle<T>,
        make: impl FnOnce(String) -> State,
    ) -> Fallible<'_, T, R, E, Out> {
        let index = self.define(state, make);
        Fallible::new(&self.scope, index, T::shape)
    }

    /// A Task state that calls a task with the state's input.
    ///
    /// A task with several parameters takes a tuple of them; one without takes `()`. The state hands on what the task
    /// gives.
    #[track_caller]
    pub fn task<T: Payload, F: Task + Takes<T>>(
        &self,
        state: &Handle<T>,
        _task: F,
    ) -> Fallible<'_, T, F::Output, F::Error, Out> {
        self.call::<T, F>(state, Expr::input(T::shape))
    }

    /// A Task state that calls a task with arguments made of the state's input.
    #[track_caller]
    pub fn task_with<T: Payload, F: Task>(
        &self,
        state: &Handle<T>,
        _task: F,
        arguments: Expression<T, F::Arguments>,
    ) -> Fallible<'_, T, F::Output, F::Error, Out> {
        let arguments = self.over(state, arguments.tree, &Expr::input(T::shape));
        self.call::<T, F>(state, arguments)
    }

    #[track_caller]
    fn call<T: Payload, F: Task>(
        &self,
        state: &Handle<T>,
        arguments: Expr,
    ) -> Fallible<'_, T, F::Output, F::Error, Out> {
        self.scope.bind_task::<F>();
        self.fallible(state, |name| {
            State::task(name, Call::task::<F>(positional::<F>(arguments)))
        })
    }

    /// A Task state that calls a task with a token, and waits until somebody answers it: `.waitForTaskToken`.
    ///
    /// The expression makes the arguments of the state's input and the token. What the answer is, the next state says,
    /// or [`answered_with`](Fallible::answered_with).
    #[track_caller]
    pub fn wait_for_task_token<T: Payload, F: Task, Answer: Payload>(
        &self,
        state: &Handle<T>,
        _task: F,
        arguments: Expression<(T, String), F::Arguments>,
    ) -> Fallible<'_, T, Answer, F::Error, Out> {
        self.scope.bind_task::<F>();
        let input = Expr::tuple(vec![Expr::input(T::shape), Expr::task_token()]);
        let arguments = positional::<F>(self.over(state, arguments.tree, &input));
        self.fallible(state, |name| {
            State::task(
                name,
                Call::wait_for_task_token::<F>(arguments, Answer::shape),
            )
        })
    }

    /// A Task state that runs another workflow with the state's input and waits for its output.
    #[track_caller]
    pub fn workflow<W: Workflow>(
        &self,
        state: &Handle<W::Input>,
        workflow: W,
    ) -> Fallible<'_, W::Input, W::Output, NoError, Out> {
        self.nested(state, workflow, Expr::input(W::Input::shape))
    }

    /// A Task state that runs another workflow with an input made of the state's and waits for its output.
    #[track_caller]
    pub fn workflow_with<T: Payload, W: Workflow>(
        &self,
        state: &Handle<T>,
        workflow: W,
        input: Expression<T, W::Input>,
    ) -> Fallible<'_, T, W::Output, NoError, Out> {
        let input = self.over(state, input.tree, &Expr::input(T::shape));
        self.nested(state, workflow, input)
    }

    #[track_caller]
    fn nested<T: Payload, W: Workflow>(
        &self,
        state: &Handle<T>,
        _workflow: W,
        input: Expr,
    ) -> Fallible<'_, T, W::Output, NoError, Out> {
        self.scope.bind_workflow::<W>();
        self.fallible(state, |name| State::task(name, Call::workflow::<W>(input)))
    }

    /// A Task state that starts another workflow with the state's input and goes on. It hands on
    /// `{"ExecutionArn", "StartDate"}`.
    #[track_caller]
    pub fn start_workflow<W: Workflow>(
        &self,
        state: &Handle<W::Input>,
        workflow: W,
    ) -> Fallible<'_, W::Input, serde_json::Value, NoError, Out> {
        let input = Expr::input(W::Input::shape);
        self.started(state, workflow, input)
    }

    /// A Task state that starts another workflow with an input made of the state's and goes on.
    #[track_caller]
    pub fn start_workflow_with<T: Payload, W: Workflow>(
        &self,
        state: &Handle<T>,
        workflow: W,
        input: Expression<T, W::Input>,
    ) -> Fallible<'_, T, serde_json::Value, NoError, Out> {
        let input = self.over(state, input.tree, &Expr::input(T::shape));
        self.started(state, workflow, input)
    }

    #[track_caller]
    fn started<T: Payload, W: Workflow>(
        &self,
        state: &Handle<T>,
        _workflow: W,
        input: Expr,
    ) -> Fallible<'_, T, serde_json::Value, NoError, Out> {
        self.scope.bind_workflow::<W>();
        self.fallible(state, |name| {
            State::task(name, Call::start_workflow::<W>(input))
        })
    }

    /// A Task state that runs a built workflow with the state's input and waits for its output.
    #[track_caller]
    pub fn built<I: Payload, O: Payload>(
        &self,
        state: &Handle<I>,
        workflow: &Built<I, O>,
    ) -> Fallible<'_, I, O, NoError, Out> {
        self.nested_built(state, workflow, Expr::input(I::shape), true)
    }

    /// A Task state that runs a built workflow with an input made of the state's and waits for its output.
    #[track_caller]
    pub fn built_with<T: Payload, I: Payload, O: Payload>(
        &self,
        state: &Handle<T>,
        workflow: &Built<I, O>,
        input: Expression<T, I>,
    ) -> Fallible<'_, T, O, NoError, Out> {
        let input = self.over(state, input.tree, &Expr::input(T::shape));
        self.nested_built(state, workflow, input, true)
    }

    /// A Task state that starts a built workflow with an input made of the state's and goes on. It hands on
    /// `{"ExecutionArn", "StartDate"}`.
    #[track_caller]
    pub fn start_built<T: Payload, I: Payload, O: Payload>(
        &self,
        state: &Handle<T>,
        workflow: &Built<I, O>,
        input: Expression<T, I>,
    ) -> Fallible<'_, T, serde_json::Value, NoError, Out> {
        let input = self.over(state, input.tree, &Expr::input(T::shape));
        self.nested_built(state, workflow, input, false)
    }

    #[track_caller]
    fn nested_built<T: Payload, I: Payload, O: Payload, R>(
        &self,
        state: &Handle<T>,
        workflow: &Built<I, O>,
        input: Expr,
        awaited: bool,
    ) -> Fallible<'_, T, R, NoError, Out> {
        let child = workflow.as_child();
        self.scope
            .bind(move |bindings, _| bindings.built(child.clone()));
        let call = Call::machine(
            workflow.name().to_owned(),
            workflow.machine_type(),
            input,
            awaited.then_some(O::shape),
        );
        self.fallible(state, |name| State::task(name, call))
    }

    /// A Task state that calls a service integration by its resource, pattern suffix included. The arguments are an
    /// object of the state's input: `{"QueueUrl", "MessageBody"}`, say, with keys that may be computed;
    /// [`Expression::object`] makes an object inside of it. What the service gives, the next state says.
    #[track_caller]
    pub fn service<T: Payload, Answer: Payload, K: Into<Text>>(
        &self,
        state: &Handle<T>,
        resource: impl Into<Text>,
        arguments: impl IntoIterator<Item = (K, Expression<T, serde_json::Value>)>,
    ) -> Fallible<'_, T, Answer, NoError, Out> {
        let input = Expr::input(T::shape);
        let fields = self.fields(state, arguments, &input);
        let call = Call::service(resource, Some(fields), Some(Answer::shape));
        self.fallible(state, |name| State::task(name, call))
    }

    /// A Task state that calls a service integration with a token, and waits until somebody answers it:
    /// `.waitForTaskToken`, which is added to the resource. The arguments are made of the state's input and the token.
    #[track_caller]
    pub fn wait_for_service<T: Payload, Answer: Payload, K: Into<Text>>(
        &self,
        state: &Handle<T>,
        resource: impl Into<Text>,
        arguments: impl IntoIterator<Item = (K, Expression<(T, String), serde_json::Value>)>,
    ) -> Fallible<'_, T, Answer, NoError, Out> {
        let input = Expr::tuple(vec![Expr::input(T::shape), Expr::task_token()]);
        let fields = self.fields(state, arguments, &input);
        let call = Call::service_with_task_token(resource, Some(fields), Some(Answer::shape));
        self.fallible(state, |name| State::task(name, call))
    }

    #[track_caller]
    fn fields<T, From, K: Into<Text>>(
        &self,
        state: &Handle<T>,
        arguments: impl IntoIterator<Item = (K, Expression<From, serde_json::Value>)>,
        input: &Expr,
    ) -> Vec<(Text, Expr)> {
        let mut fields = Vec::new();
        for (key, value) in arguments {
            fields.push((key.into(), self.over(state, value.tree, input)));
        }
        fields
    }

    /// A Pass state that hands on its input: it is there for what [`assign`](Open::assign) assigns.
    #[track_caller]
    pub fn pass_on<T: Payload>(&self, state: &Handle<T>) -> Open<'_, T, T, Out> {
        let input = Expr::input(T::shape);
        let index = self.define(state, State::pass);
        Open::new(&self.scope, index, input.clone(), input)
    }

    /// A Pass state that makes its output of its input.
    #[track_caller]
    pub fn pass<T: Payload, O>(
        &self,
        state: &Handle<T>,
        output: Expression<T, O>,
    ) -> Open<'_, T, O, Out> {
        let input = Expr::input(T::shape);
        let output = self.over(state, output.tree, &input);
        let index = self.define(state, State::pass);
        Open::new(&self.scope, index, input, output)
    }

    /// A Wait state: seconds as a number, or `expr!` over the state's input, which it hands on.
    #[track_caller]
    pub fn wait<T: Payload>(
        &self,
        state: &Handle<T>,
        seconds: impl SecondsOf<T>,
    ) -> Open<'_, T, T, Out> {
        let input = Expr::input(T::shape);
        let wait = Wait::seconds(self.over(state, seconds.seconds(), &input));
        let index = self.define(state, |name| State::wait(name, wait));
        Open::new(&self.scope, index, input.clone(), input)
    }

    /// A Wait state that waits until a time, and hands on its input.
    #[track_caller]
    pub fn wait_until<T: Payload, At: Timestamp>(
        &self,
        state: &Handle<T>,
        time: Expression<T, At>,
    ) -> Open<'_, T, T, Out> {
        let input = Expr::input(T::shape);
        let wait = Wait::timestamp(self.over(state, time.tree, &input));
        let index = self.define(state, |name| State::wait(name, wait));
        Open::new(&self.scope, index, input.clone(), input)
    }

    /// A Choice state. All of its targets get the state's input.
    #[track_caller]
    pub fn choice<T: Payload>(&self, state: &Handle<T>) -> Choice<'_, T> {
        let made = State::choice(state.name().to_owned());
        let index = self.scope.define(state, made, true);
        Choice::new(&self.scope, index)
    }

    /// A Succeed state that ends the body with its input.
    #[track_caller]
    pub fn succeed(&self, state: &Handle<Out>) {
        let index = self.define(state, State::succeed);
        self.scope.close(index);
    }

    /// A Succeed state that ends the body with a value made of its input.
    #[track_caller]
    pub fn succeed_with<T: Payload>(&self, state: &Handle<T>, output: Expression<T, Out>) {
        let output = self.over(state, output.tree, &Expr::input(T::shape));
        let index = self.define(state, |name| State::succeed(name).end_with(output));
        self.scope.close(index);
    }

    /// A Fail state: its error and its cause are texts, expressions over its input, or `()` for none.
    #[track_caller]
    pub fn fail<T: Payload>(
        &self,
        state: &Handle<T>,
        error: impl TextOf<T>,
        cause: impl TextOf<T>,
    ) {
        let input = Expr::input(T::shape);
        let error = error.text().map(|error| self.over(state, error, &input));
        let cause = cause.text().map(|cause| self.over(state, cause, &input));
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

    /// A Parallel state: each branch gets the state's input, and the state hands on a tuple of what they end with. As
    /// many branches of one type as a `Vec` holds give a `Vec`.
    #[track_caller]
    pub fn parallel<T: Payload, B: Branches<T>>(
        &self,
        state: &Handle<T>,
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

    /// A Map state: the body runs for each item of the list that the expression takes from the state's input, and the
    /// state hands on a list of what the body ends with.
    #[track_caller]
    pub fn map<T: Payload, Item: Payload, O>(
        &self,
        state: &Handle<T>,
        items: Expression<T, Vec<Item>>,
        body: Body<Item, O>,
    ) -> Fallible<'_, T, Vec<O>, InMap, Out> {
        let items = self.over(state, items.tree, &Expr::input(T::shape));
        let item = body.scope.given();
        self.run_map(state, flow::Map::over(items, item), body)
    }

    /// A Map state that runs a body.
    #[track_caller]
    pub(super) fn run_map<T: Payload, Item, O, R>(
        &self,
        state: &Handle<T>,
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
    /// A Succeed state that ends the body with whatever is handed on to it.
    #[track_caller]
    pub fn succeed_as_is(&self, state: &Handle<Anything>) {
        let index = self.define(state, State::succeed);
        self.scope.close(index);
    }
}

/// The arguments of a task, one for each parameter: a tuple is taken apart.
fn positional<F: Task>(arguments: Expr) -> Vec<Expr> {
    match F::PARAMETERS.len() {
        0 => Vec::new(),
        1 => vec![arguments],
        several => (0..several)
            .map(|index| arguments.clone().taken_apart(index))
            .collect(),
    }
}
