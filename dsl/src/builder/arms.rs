//! The arms of a choice that matches a value.

use super::expression::{ExpressionTypes, UntypedExpression};
use super::to::{Route, To};
use super::variable::VariableRead;
use crate::expr::{Case, Expr, ExprNode, Pattern, Text};
use std::marker::PhantomData;

/// The arms of a `match`, each with its target state; created by [`arms!`](macro@crate::arms).
#[must_use = "a choice takes them: `flow.choice(&state).match_on(arms)`"]
pub struct Arms<In> {
    pub(super) subject: UntypedExpression,
    pub(super) arms: Vec<OneArm>,
    /// The cases without a target yet, in reverse order.
    open: Vec<Case>,
    parameters: usize,
    reads: Vec<VariableRead>,
    types: PhantomData<fn(In)>,
}

/// One arm.
pub(super) struct OneArm {
    pub(super) pattern: Pattern,
    pub(super) guard: Option<UntypedExpression>,
    pub(super) bound: Vec<VariableRead>,
    pub(super) to: Route,
}

impl<In> Arms<In> {
    fn new(parameters: usize, tree: Expr, reads: Vec<VariableRead>) -> Self {
        let (subject, mut open) = match tree.into_untyped() {
            ExprNode::Match(subject, cases) => (subject, cases),
            // rustc has already reported an arm that could not be parsed.
            _ => (Expr::none(), Vec::new()),
        };
        open.reverse();
        Arms {
            subject: UntypedExpression::new(parameters, subject, reads.clone()),
            arms: Vec::new(),
            open,
            parameters,
            reads,
            types: PhantomData,
        }
    }

    /// Adds an edge from the next arm to a state. Names that its pattern binds are assigned to the
    /// variables of those names.
    #[doc(hidden)]
    pub fn arm(mut self, bound: Vec<(&'static str, VariableRead)>, to: impl To<In, In>) -> Self {
        if let Some(case) = self.open.pop() {
            let name = |name: &mut Text| {
                if let Some((_, variable)) = bound.iter().find(|(own, _)| own == name) {
                    *name = variable.name.clone();
                }
            };
            let mut pattern = case.pattern;
            pattern.each_name_mut(&mut |own| name(own));
            let guard = case.guard.map(|mut guard| {
                // Parameters are locals named by their index; their names do not change.
                let place = |index: usize| Some(Expr::local(index.to_string()));
                guard.rename(&place, &name);
                UntypedExpression::new(self.parameters, guard, self.reads.clone())
            });
            self.arms.push(OneArm {
                pattern,
                guard,
                bound: bound.into_iter().map(|(_, variable)| variable).collect(),
                to: to.route(),
            });
        }
        self
    }
}

impl<In, Out> ExpressionTypes<In, Out> {
    /// Returns the `match` with these types, without the targets of its arms.
    pub fn arms(self, parameters: usize, tree: Expr, reads: Vec<VariableRead>) -> Arms<In> {
        Arms::new(parameters, tree, reads)
    }
}

debug_with!([In] Arms<In>: subject);

/// A `match` whose arms lead to states, for [`match_on`](crate::builder::Choice::match_on) of the
/// typed builder. rustc checks that the patterns are valid and exhaustive. A name that a pattern
/// binds is assigned to the variable whose handle has that name; a name that begins with `_` is
/// visible only in the guard.
///
/// ```
/// use stepwright::builder::FlowBuilder;
/// use stepwright::{arms, expr};
///
/// let flow = FlowBuilder::<Option<u32>, u32>::new("Counting");
/// let count = flow.variable::<u32>("count");
/// let (decide, done, none) = (flow.declare("Decide"), flow.step("Done"), flow.step("None"));
/// flow.start_at(&decide);
/// flow.choice(&decide).match_on(arms!(|given: Option<u32>| match given {
///     Some(count) => &done,
///     None => &none,
/// }));
/// flow.succeed_with(&done, expr!([count] || count));
/// flow.fail(&none, "Nothing", ());
/// assert!(flow.build().is_ok());
/// ```
#[macro_export]
macro_rules! arms {
    (crate = $crate_name:ident; $($body:tt)*) => {
        $crate::expr!(crate = $crate_name; @arms $($body)*)
    };
    ($($body:tt)*) => {
        $crate::expr!(@arms $($body)*)
    };
}
