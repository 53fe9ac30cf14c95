//! Typed expressions.

use super::variable::VariableRead;
use crate::expr::{Expr, Text};
use std::fmt;
use std::marker::PhantomData;

/// A function from `In` to `Out` that a workflow computes; created by [`expr!`](macro@crate::expr).
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
///
/// `expr!([limit] |total: u32| total > limit)` reads the workflow's variable whose handle is
/// `limit`.
pub struct Expression<In, Out> {
    pub(super) tree: UntypedExpression,
    types: PhantomData<fn(In) -> Out>,
}

/// An expression without its types.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct UntypedExpression {
    parameters: usize,
    tree: Expr,
    /// The variables that it reads by name.
    pub(super) reads: Vec<VariableRead>,
}

impl UntypedExpression {
    pub(super) fn new(
        parameters: usize,
        tree: Expr,
        reads: Vec<VariableRead>,
    ) -> UntypedExpression {
        UntypedExpression {
            parameters,
            tree,
            reads,
        }
    }

    /// A constant value.
    pub(super) fn literal(value: impl Into<serde_json::Value>) -> UntypedExpression {
        UntypedExpression::new(0, Expr::literal(value), Vec::new())
    }

    /// Applies the tree to this input.
    pub(super) fn applied_to(self, input: &Expr) -> Expr {
        let argument = |index: usize| match self.parameters {
            1 => input.clone(),
            _ => input.clone().taken_apart(index),
        };
        let argument = |index: usize| match index.checked_sub(self.parameters) {
            Some(read) => self.reads.get(read).map(|read| read.value.clone()),
            None => Some(argument(index)),
        };
        self.tree
            .with_locals(&|name| name.parse().ok().and_then(argument))
    }
}

impl<In, Out> Expression<In, Out> {
    /// Returns the same expression without the type of its result, for the arguments of a service.
    #[must_use]
    pub fn untyped(self) -> Expression<In, serde_json::Value> {
        Expression::new(self.tree)
    }

    /// An expression that does not read the input.
    pub(crate) fn of_no_input(tree: Expr) -> Self {
        Expression::new(UntypedExpression::new(0, tree, Vec::new()))
    }

    /// The tree of an expression that does not read the input.
    pub(crate) fn into_tree(self) -> Expr {
        self.tree.tree
    }

    /// The value of a constant; the placeholder's form in ASL for a placeholder.
    pub(crate) fn constant_value(&self) -> Option<serde_json::Value> {
        self.tree.tree.constant_value()
    }

    fn new(tree: UntypedExpression) -> Self {
        Expression {
            tree,
            types: PhantomData,
        }
    }
}

impl<In> Expression<In, serde_json::Value> {
    /// A constant value.
    pub(crate) fn constant(value: impl Into<serde_json::Value>) -> Self {
        Expression::new(UntypedExpression::literal(value))
    }

    /// A JSON object with computed keys, for example as an argument of a service.
    ///
    /// ```
    /// use stepwright::builder::Expression;
    /// use stepwright::expr;
    ///
    /// let tags = [("team", "orders"), ("stage", "test")];
    /// let tags = tags.map(|(key, value)| (key, expr!(|_: u32| value).untyped()));
    /// let _object = Expression::object(tags);
    /// ```
    #[must_use]
    pub fn object<K: Into<Text>>(
        entries: impl IntoIterator<Item = (K, Expression<In, serde_json::Value>)>,
    ) -> Expression<In, serde_json::Value> {
        let (keys, values): (Vec<Text>, Vec<UntypedExpression>) = entries
            .into_iter()
            .map(|(key, value)| (key.into(), value.tree))
            .unzip();
        joined(values, |values| {
            Expr::object(keys.into_iter().zip(values).collect())
        })
    }

    /// A JSON array of values of any types, for example as an argument of a service.
    ///
    /// ```
    /// use stepwright::builder::Expression;
    /// use stepwright::expr;
    ///
    /// let subnets = ["subnet-a", "subnet-b"];
    /// let subnets = subnets.map(|subnet| expr!(|_: u32| subnet).untyped());
    /// let _array = Expression::array(subnets);
    /// ```
    #[must_use]
    pub fn array(
        items: impl IntoIterator<Item = Expression<In, serde_json::Value>>,
    ) -> Expression<In, serde_json::Value> {
        joined(
            items.into_iter().map(|item| item.tree).collect(),
            Expr::array,
        )
    }
}

/// Combines several expressions over the same input into one value.
fn joined<In>(
    values: Vec<UntypedExpression>,
    of: impl FnOnce(Vec<Expr>) -> Expr,
) -> Expression<In, serde_json::Value> {
    let parameters = values.iter().map(|value| value.parameters).max();
    let parameters = parameters.unwrap_or_default();
    let mut reads = Vec::new();
    let mut parts = Vec::new();
    for value in values {
        let before = reads.len();
        let own = value.parameters;
        // The variables follow the parameters, and those of each expression follow those of the
        // previous one.
        let moved = |index: usize| match index.checked_sub(own) {
            Some(read) => Expr::local((parameters + before + read).to_string()),
            // A single parameter is the whole input; several are its items.
            None if own == 1 && parameters > 1 => Expr::tuple(
                (0..parameters)
                    .map(|index| Expr::local(index.to_string()))
                    .collect(),
            ),
            None => Expr::local(index.to_string()),
        };
        parts.push(value.tree.with_locals(&|name| name.parse().ok().map(moved)));
        reads.extend(value.reads);
    }
    Expression::new(UntypedExpression::new(parameters, of(parts), reads))
}

impl<In, Out> Clone for Expression<In, Out> {
    fn clone(&self) -> Self {
        Expression::new(self.tree.clone())
    }
}

debug_with!([In, Out] Expression<In, Out>: tree.tree);

/// The types of an `expr!`, as rustc infers them.
#[doc(hidden)]
pub struct ExpressionTypes<In, Out> {
    types: PhantomData<fn(In) -> Out>,
}

impl<In, Out> ExpressionTypes<In, Out> {
    /// Types that a later line determines.
    #[must_use]
    pub const fn new() -> Self {
        ExpressionTypes { types: PhantomData }
    }

    /// Determines the result's type, in code that never runs.
    pub fn gives(&self, _value: Out) {}

    /// Returns the expression with these types. Its parameters are the locals `"0"`, `"1"`, .. of
    /// the tree; the variables that it reads by name follow them.
    #[must_use]
    pub fn expression(
        self,
        parameters: usize,
        tree: Expr,
        reads: Vec<VariableRead>,
    ) -> Expression<In, Out> {
        Expression::new(UntypedExpression::new(parameters, tree, reads))
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
