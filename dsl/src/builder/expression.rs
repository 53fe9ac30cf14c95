//! Expressions with types.

use crate::expr::Expr;
use std::fmt;
use std::marker::PhantomData;

/// A function from `In` to `Out` that a workflow computes; [`expr!`](macro@crate::expr) makes it.
///
/// ```
/// use stepwright::builder::Expression;
/// use stepwright::expr;
///
/// let limit = 100;
/// let large: Expression<u32, bool> = expr!(|total: u32| total > limit);
/// let sum: Expression<(u32, u32), u32> = expr!(|a: u32, b: u32| a + b);
/// # let _ = (large, sum);
/// ```
pub struct Expression<In, Out> {
    parameters: usize,
    tree: Expr,
    types: PhantomData<fn(In) -> Out>,
}

impl<In, Out> Expression<In, Out> {
    /// The same where the type of the result does not matter: in the arguments of a service.
    #[must_use]
    pub fn untyped(self) -> Expression<In, serde_json::Value> {
        Expression {
            parameters: self.parameters,
            tree: self.tree,
            types: PhantomData,
        }
    }

    /// The tree, over this input.
    pub(super) fn over(self, input: &Expr) -> Expr {
        let argument = |index: usize| match self.parameters {
            1 => input.clone(),
            _ => input.clone().taken_apart(index),
        };
        self.tree
            .with_locals(&|name| name.parse().ok().map(argument))
    }
}

impl<In, Out> Clone for Expression<In, Out> {
    fn clone(&self) -> Self {
        Expression {
            parameters: self.parameters,
            tree: self.tree.clone(),
            types: PhantomData,
        }
    }
}

impl<In, Out> fmt::Debug for Expression<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.tree).finish()
    }
}

/// The types of an `expr!`, as rustc finds them out.
#[doc(hidden)]
pub struct ExpressionTypes<In, Out> {
    types: PhantomData<fn(In) -> Out>,
}

impl<In, Out> ExpressionTypes<In, Out> {
    /// Types that a later line fixes.
    #[must_use]
    pub const fn new() -> Self {
        ExpressionTypes { types: PhantomData }
    }

    /// Fixes the result's type, in code that never runs.
    pub fn gives(&self, _value: Out) {}

    /// The expression of these types; its parameters are the locals `"0"`, `"1"`, .. of the tree.
    #[must_use]
    pub fn expression(self, parameters: usize, tree: Expr) -> Expression<In, Out> {
        Expression {
            parameters,
            tree,
            types: PhantomData,
        }
    }
}

impl<In, Out> Default for ExpressionTypes<In, Out> {
    fn default() -> Self {
        ExpressionTypes::new()
    }
}

impl<In, Out> fmt::Debug for ExpressionTypes<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExpressionTypes")
    }
}
