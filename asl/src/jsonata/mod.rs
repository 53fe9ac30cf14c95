//! Syntax and static checks of JSONata in AWS's dialect.
//!
//! Expressions are strings between `{%` and `%}`. AWS's dialect has no input at the top level: a
//! path begins with `$states`, a workflow variable or a local binding, never with a bare name, `$`
//! or `$$`. The interpreter evaluates expressions.
//!
//! Source: <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>, and
//! recordings of the service.
//!
//! ```
//! use stepwright_asl::jsonata::{Expression, strip};
//!
//! let text = strip("{% $sum($order.items.price) > $states.input.limit %}").expect("is an expression");
//! let expression = Expression::parse(text)?;
//! assert_eq!(expression.variables(), ["order"]);
//! assert_eq!(expression.states()[0].field.as_deref(), Some("input"));
//!
//! let error = Expression::parse("phone & 'x'").unwrap_err();
//! assert_eq!(error.message, "Reference to 'phone' at the top level is not supported.");
//! # Ok::<(), stepwright_asl::SyntaxError>(())
//! ```

mod call;
mod function;
mod highlight;
mod logic;
#[doc(hidden)]
pub mod operator;
mod outline;
mod parser;
mod references;
mod stack;
mod steps;
#[doc(hidden)]
pub mod text;
mod token;
#[doc(hidden)]
pub mod tree;

pub use function::{AWS_FUNCTIONS, functions, is_function};
pub use highlight::{ExpressionPart, parts};
pub use logic::{LogicKind, LogicPart};
pub(crate) use operator::Operator;
pub use outline::{ChainComparison, ChainStep, ExpressionOutline, NameChain, ValueForm, ValueTest};
pub use references::{Chain, StatesRead, VariableUse};
pub(crate) use tree::{JsonataNode, NodeKind};

use self::parser::ParseFailure;
use crate::SyntaxError;

/// An expression of AWS's dialect.
#[derive(Debug, Clone)]
pub struct Expression {
    source: String,
    variables: Vec<String>,
    uses: Vec<VariableUse>,
    states: Vec<StatesRead>,
    unknown_functions: Vec<String>,
    chains: Vec<Chain>,
}

impl Expression {
    /// Parses the text between `{%` and `%}`.
    ///
    /// # Errors
    ///
    /// If the text is not JSONata, or begins a path at the top level with a bare name, `$` or `$$`,
    /// or assigns `$states`.
    pub fn parse(text: &str) -> Result<Expression, SyntaxError> {
        Expression::parse_with(text, |_| ()).map(|(expression, ())| expression)
    }

    /// Parses the text and passes its tree to `look`; the tree is dropped afterwards.
    #[doc(hidden)]
    pub fn parse_with<R: Send>(
        text: &str,
        look: impl FnOnce(&JsonataNode) -> R + Send,
    ) -> Result<(Expression, R), SyntaxError> {
        let source = text.trim();
        let indent = text.len() - text.trim_start().len();
        let look = |root: &JsonataNode| {
            let references = references::find(root)?;
            let expression = Expression {
                source: source.to_owned(),
                variables: references.variables.into_iter().collect(),
                uses: references.uses,
                states: references.states,
                unknown_functions: references.unknown_functions.into_iter().collect(),
                chains: references.chains,
            };
            Ok((expression, look(root)))
        };
        // Most expressions are shallow. A deep expression is parsed again, on a thread with a large
        // stack.
        let read = match parser::parse(source, stack::SHALLOW) {
            Ok(root) => look(&root),
            Err(ParseFailure::Deep) => stack::with_large_stack(|| {
                let root = parser::parse(source, parser::MAX_DEPTH)?;
                look(&root)
            }),
            Err(ParseFailure::Syntax(error)) => Err(error),
        };
        read.map_err(|error| error.inside(indent))
    }

    /// The expression, trimmed, as AWS's messages quote it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The workflow variables that it reads, without `$`, each once. Names of called functions are
    /// not included.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// Each read of a workflow variable. Local bindings and parameters of functions are not
    /// workflow variables.
    ///
    /// ```
    /// use stepwright_asl::jsonata::Expression;
    ///
    /// let expression = Expression::parse("($a := $b; function($c) { $a + $b + $c })")?;
    /// let uses: Vec<_> = expression.variable_uses().iter().map(|one| (&*one.variable, one.offset)).collect();
    /// assert_eq!(uses, [("b", 7), ("b", 31)]);
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn variable_uses(&self) -> &[VariableUse] {
        &self.uses
    }

    /// The reads of `$states`, in text order.
    pub fn states(&self) -> &[StatesRead] {
        &self.states
    }

    /// The chains of names that it reads, each starting at a variable or at `$states`.
    ///
    /// ```
    /// use stepwright_asl::jsonata::Expression;
    ///
    /// let expression = Expression::parse("$sum($order.items[price > 3].price)")?;
    /// let chain = &expression.chains()[0];
    /// assert_eq!(chain.variable, "order");
    /// assert_eq!(chain.names, [("items".to_owned(), 12), ("price".to_owned(), 29)]);
    /// # Ok::<(), stepwright_asl::SyntaxError>(())
    /// ```
    pub fn chains(&self) -> &[Chain] {
        &self.chains
    }

    /// The called functions that AWS does not support, including `$eval`, each once and without
    /// `$`. Calling one fails when the state runs, not before.
    pub fn unknown_functions(&self) -> &[String] {
        &self.unknown_functions
    }
}

/// Returns the text between `{%` and `%}` if a string is an expression: it must begin and end with
/// exactly these delimiters, without blanks outside.
///
/// ```
/// use stepwright_asl::jsonata::strip;
///
/// assert_eq!(strip("{% 1 + 1 %}"), Some(" 1 + 1 "));
/// assert_eq!(strip(" {% 1 + 1 %}"), None);
/// assert_eq!(strip("{%}"), None);
/// ```
pub fn strip(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}")
}

#[cfg(test)]
mod tests;
