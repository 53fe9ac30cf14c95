//! Fragments of `workflow!` in a built workflow.

use super::assignment::last;
use super::body::Body;
use super::errors::{ErrorsOf, InParallel};
use super::expression::Expression;
use super::handle::{AnyInput, StepHandle};
use super::scope::BuilderScope;
use super::to::{Route, To};
use super::values::DeclaredOutput;
use super::variable::Variables;
use crate::expr::{Expr, ExprNode};
use crate::flow::{self, Fragment, Include, State};
use crate::sealed::Sealed;
use crate::shape::Payload;
use crate::type_block::Witness;
use crate::workflow::SourceLocation;
use std::fmt;
use std::marker::PhantomData;
use stepwright_asl::setters;

/// Reserves the names of a fragment's states in a workflow: every state may go there. Created by
/// [`fragment`](Body::fragment).
pub struct IncludedFragment<F> {
    first: StepHandle,
    prefix: String,
    types: PhantomData<fn() -> F>,
}

impl<F> Sealed for IncludedFragment<F> {}

#[diagnostic::do_not_recommend]
impl<From, T, F> To<From, T> for &IncludedFragment<F> {
    fn route(self) -> Route {
        To::<From, T>::route(&self.first)
    }
}

debug_with!([F] IncludedFragment<F>: prefix);

/// A fragment as a function type.
#[doc(hidden)]
pub trait Function: Sealed {
    /// Its argument: `()` without parameters, a tuple of several.
    type Arguments;
    /// The number of parameters.
    const COUNT: usize;
}

macro_rules! functions {
    ($($count:literal ($($of:ident),*) => $arguments:ty;)+) => {$(
        impl<$($of,)* O> Sealed for fn($($of),*) -> O {}
        impl<$($of,)* O> Function for fn($($of),*) -> O {
            type Arguments = $arguments;
            const COUNT: usize = $count;
        }
    )+};
}

functions! {
    0 () => ();
    1 (A) => A;
    2 (A, B) => (A, B);
    3 (A, B, C) => (A, B, C);
    4 (A, B, C, D) => (A, B, C, D);
    5 (A, B, C, D, E) => (A, B, C, D, E);
    6 (A, B, C, D, E, F) => (A, B, C, D, E, F);
}

/// The arguments of a fragment: the value of its only parameter, or a tuple of several.
pub type ArgumentsOf<F> = <<F as Fragment>::Include as Function>::Arguments;

impl<In: Payload, Out> Body<In, Out> {
    /// Declares an include of a fragment of `workflow!` under a name: the state `Ask` of a fragment
    /// with the name `First` is `First.Ask`, its variable `answer` is `First_answer`.
    /// [`include`](Body::include) defines the states.
    #[track_caller]
    pub fn fragment<F: Fragment>(
        &self,
        _fragment: F,
        name: impl Into<String>,
    ) -> IncludedFragment<F> {
        let prefix = self.named(name.into());
        let first = flow::entry(&prefix, F::body());
        IncludedFragment {
            first: StepHandle::new(self.scope.declare(first.into_owned(), true)),
            prefix,
            types: PhantomData,
        }
    }

    /// Adds the states of a fragment. The arguments replace the fragment's parameters.
    #[track_caller]
    pub fn include<F: Fragment>(
        &self,
        place: &IncludedFragment<F>,
        arguments: Expression<AnyInput, ArgumentsOf<F>>,
    ) -> OpenFragment<'_, F, Out>
    where
        F::Include: Function,
    {
        let scope = &self.scope;
        let input = Expr::input(AnyInput::shape);
        let given = scope.apply(Some(place.first.name()), arguments.tree, &input);
        let index = scope.define(
            &place.first,
            State::pass(place.first.name().to_owned()),
            false,
        );
        let mut is_text = false;
        let mut is_input = false;
        given.walk(&mut |node| {
            is_text |= matches!(
                node,
                ExprNode::Jsonata(..) | ExprNode::Path(..) | ExprNode::Intrinsic(..)
            );
            is_input |= matches!(node, ExprNode::Input(_));
        });
        if is_text || is_input {
            scope.mistake_in(
                index,
                "an argument of a fragment is evaluated in the fragment's states, so it cannot read a state's input or \
                 contain `jsonata!`, `path!` or `intrinsic!`; assign it to a variable in a `pass_on` before"
                    .to_owned(),
            );
        }
        let given = match <F::Include as Function>::COUNT {
            0 => Vec::new(),
            1 => vec![given],
            several => (0..several)
                .map(|index| given.clone().taken_apart(index))
                .collect(),
        };
        scope.bind(|bindings, deploy| F::bind(bindings, deploy));
        let variables = place.prefix.replace('.', "_");
        let arguments = flow::arguments(F::parameters(), given);
        OpenFragment {
            scope,
            index,
            include: Include::new(place.prefix.clone(), variables, F::body(), arguments),
            exits: false,
            types: PhantomData,
        }
    }
}

/// An included fragment without a transition yet.
#[must_use = "a fragment leads somewhere: call `.next(&state)` or `.end()`"]
pub struct OpenFragment<'b, F, End> {
    scope: &'b BuilderScope,
    index: usize,
    include: Include,
    exits: bool,
    types: PhantomData<fn() -> (F, End)>,
}

impl<F: Fragment, End> OpenFragment<'_, F, End> {
    setters! { self:
        /// Sets `Comment` of the fragment's first state, unless that state has a comment.
        comment(text: impl Into<crate::expr::Text>) => self.include = self.include.comment(text);
    }

    /// Assigns the fragment's result to a variable at its end.
    #[track_caller]
    pub fn bind(mut self, variables: impl Variables<F::Output>) -> Self {
        for assignment in last(variables.variables(), false) {
            let (name, value) = self
                .scope
                .assignment(self.index, assignment, &Expr::result());
            self.include = self.include.assign(name, value);
        }
        self
    }

    /// Adds a catch to the fragment's Task, Parallel and Map states, after their own catches.
    #[track_caller]
    pub fn catch<E: ErrorsOf<InParallel>>(
        mut self,
        errors: E,
        to: impl To<(AnyInput, E::Caught), E::Caught>,
    ) -> Self {
        let (errors, to) = (errors.set(), to.route());
        let (input, output) = (Expr::input(AnyInput::shape), errors.output(&to));
        let place = SourceLocation::caller();
        let catch = self
            .scope
            .catch(self.index, input, errors, to, output, place);
        self.include = self.include.catch(catch);
        self
    }

    /// Sets the targets of the fragment's exits: [`exits!`](macro@crate::exits) names them, and
    /// rustc checks that none is missing.
    #[track_caller]
    pub fn exits(mut self, exits: ExitTargets<F>) -> Self {
        let input = Expr::tuple(vec![Expr::input(AnyInput::shape), Expr::result()]);
        let mut said: Vec<&str> = Vec::new();
        for (name, to) in exits.exits {
            if said.contains(&name) {
                let message =
                    format!("the exit `{name}` appears twice in `exits!`; remove one of them");
                self.scope.mistake_in(self.index, message);
            }
            said.push(name);
            let edge = self.scope.edge(self.index, to, &input);
            self.include = self.include.exit(name, edge);
        }
        self.exits = true;
        self
    }

    /// Goes to a state at the end of the fragment.
    #[track_caller]
    pub fn next(self, to: impl To<(AnyInput, F::Output), AnyInput>) {
        let input = Expr::tuple(vec![Expr::input(AnyInput::shape), Expr::result()]);
        let edge = self.scope.edge(self.index, to.route(), &input);
        if let Some((field, _)) = edge.raw.first() {
            let message = format!(
                "the raw field `{field}` cannot be on the transition at a fragment's end; write it on the state that this transition leads to"
            );
            self.scope.mistake_in(self.index, message);
        }
        let include = edge
            .assign
            .into_iter()
            .fold(self.include.clone(), |include, (name, value)| {
                include.assign(name, value)
            });
        self.put(include.next(edge.target));
    }

    /// The fragment's end is the end of the body, and its result is the body's result.
    #[track_caller]
    pub fn end(self)
    where
        End: DeclaredOutput<F::Output>,
    {
        let include = self.include.clone().end();
        self.put(include);
    }

    #[track_caller]
    fn put(self, include: Include) {
        let leaves = F::body().states.iter().any(|state| state.exit.is_some());
        if leaves && !self.exits {
            self.scope.mistake_in(
                self.index,
                format!(
                    "the fragment `{name}` has exits without a target; call `.exits(exits!({name}: ..))`",
                    name = F::NAME
                ),
            );
        }
        let body = include.body();
        for name in self.scope.taken_by(&body) {
            let message = format!(
                "the variable `{name}` is also a variable of the fragment `{}`; give it another name",
                F::NAME
            );
            self.scope.mistake_in(self.index, message);
        }
        self.scope.put(self.index, body);
    }
}

debug_with!([F, End] OpenFragment<'_, F, End>: index);

/// The targets of a fragment's exits; created by [`exits!`](macro@crate::exits).
#[must_use = "an included fragment takes them: `.exits(exits)`"]
pub struct ExitTargets<F> {
    exits: Vec<(&'static str, Route)>,
    types: PhantomData<fn() -> F>,
}

impl<F: Fragment> ExitTargets<F> {
    /// An empty list of exits.
    #[doc(hidden)]
    pub fn none() -> Self {
        ExitTargets {
            exits: Vec::new(),
            types: PhantomData,
        }
    }

    /// Sets the target state of an exit.
    #[doc(hidden)]
    pub fn exit<T>(
        mut self,
        name: &'static str,
        _value: Witness<T>,
        to: impl To<(AnyInput, T), AnyInput>,
    ) -> Self {
        self.exits.push((name, to.route()));
        self
    }
}

impl<F> fmt::Debug for ExitTargets<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.exits.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

/// The targets of a fragment's exits, for [`OpenFragment::exits`]. rustc checks that none is
/// missing. `.binding(&variable)` on a target assigns the exit's value to a variable.
///
/// ```
/// use stepwright::builder::{AnyInput, FlowBuilder};
/// use stepwright::{exits, expr, workflow};
///
/// workflow! {
///     pub fragment Halve(number: u32) -> u32 {
///         choice Look { when number % 2 == 0 => Half; otherwise => Odd; }
///         pass Half { end number / 2; }
///         exit Odd -> u32 { number }
///     }
/// }
///
/// let flow = FlowBuilder::<u32, u32>::new("Halving");
/// let number = flow.parameter("number");
/// let (half, odd) = (flow.variable::<u32>("half"), flow.variable::<u32>("odd"));
/// let first = flow.fragment(Halve, "First");
/// let (done, failed) = (flow.step("Done"), flow.step("Failed"));
/// flow.start_at(&first);
/// flow.include(&first, expr!([number] || number))
///     .bind(&half)
///     .exits(exits!(Halve: Odd => failed.binding(&odd)))
///     .next(&done);
/// flow.succeed_with(&done, expr!([half] || half));
/// flow.fail(&failed, "Odd", expr!([odd] || format!("{odd}")));
/// assert!(flow.build().is_ok());
/// ```
#[macro_export]
macro_rules! exits {
    ($fragment:path: $($exit:ident => $to:expr),+ $(,)?) => {{
        type Exit = <$fragment as $crate::Fragment>::Exit;
        #[allow(unused, unreachable_code, clippy::all)]
        {
            if false {
                loop {}
                match $crate::__::any::<Exit>() {
                    $(Exit::$exit(_) => {})+
                }
            }
        }
        $crate::builder::ExitTargets::<$fragment>::none()
            $(.exit(
                stringify!($exit),
                {
                    let value = $crate::__::Witness::new();
                    #[allow(unused, unreachable_code, unreachable_patterns, clippy::all)]
                    {
                        if false {
                            loop {}
                            match $crate::__::any::<Exit>() {
                                Exit::$exit(given) => value.see(given),
                                _ => {}
                            }
                        }
                    }
                    value
                },
                $to,
            ))+
    }};
}
