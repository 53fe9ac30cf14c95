//! The characters of a text: an iterator in Rust, and parts of the text in JSONata, which counts
//! characters as Rust does.

use super::expression::Lowering;
use crate::expr::{Expr, ExprNode};
use crate::lower::code::Code;
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::{IntegerType, Shape};

/// `$split` would split a character beyond U+FFFF.
const REVERSED: &str =
    "'' & $join($map([1 .. $length($this)], function($i) { $substring($this, -$i, 1) }))";

/// Whether an expression iterates over the characters of a text.
pub(super) fn is_characters(expr: &Expr) -> bool {
    match &*expr.node {
        ExprNode::Method(base, name, arguments) => match (&**name, arguments.len()) {
            ("chars", 0) => true,
            ("skip" | "take", 1) | ("rev" | "into_iter", 0) => is_characters(base),
            _ => false,
        },
        _ => false,
    }
}

impl Lowering<'_, '_> {
    /// A method of an iterator over the characters of a text.
    pub(super) fn method_of_characters(
        &mut self,
        base: &Expr,
        name: &str,
        arguments: &[Expr],
    ) -> Code {
        let text = self.remaining(base);
        match (name, arguments) {
            ("collect", []) => text,
            ("count", []) => {
                let count = Shape::Int(IntegerType::Count);
                self.call("length", vec![text.syntax], count)
            }
            ("next", []) => self.character(text, vec![Syntax::number(0), Syntax::number(1)]),
            ("nth", [index]) => {
                let index = self.value(index);
                self.character(text, vec![index.syntax, Syntax::number(1)])
            }
            ("last", []) => self.character(text, vec![Syntax::number(-1)]),
            _ => self.refuse_code(format!(
                "`{name}` of `.chars()` cannot run inside a workflow expression, which has `count()`, `next()`, `nth(..)`, `last()`, and `skip(..)`, `take(..)` \
                 and `rev()` before `collect::<String>()`; compute other values in a task"
            )),
        }
    }

    /// The text of the characters that an iterator returns.
    fn remaining(&mut self, iterator: &Expr) -> Code {
        let ExprNode::Method(base, name, arguments) = &*iterator.node else {
            return Code::nothing();
        };
        match (&**name, arguments.as_slice()) {
            ("skip", [count]) => {
                let text = self.remaining(base);
                let count = self.value(count);
                text.with(part(text.syntax.clone(), vec![count.syntax]))
            }
            ("take", [count]) => {
                let text = self.remaining(base);
                let count = self.value(count);
                let syntax = match &text.syntax {
                    Syntax::Call(name, arguments)
                        if name == "substring" && arguments.len() == 2 =>
                    {
                        let mut arguments = arguments.clone();
                        arguments.push(count.syntax);
                        Syntax::call("substring", arguments)
                    }
                    whole => part(whole.clone(), vec![Syntax::number(0), count.syntax]),
                };
                text.with(syntax)
            }
            ("rev", []) => {
                let text = self.remaining(base);
                let syntax = self.filled(REVERSED, text.syntax.clone());
                text.with(syntax)
            }
            ("into_iter", []) => self.remaining(base),
            _ => {
                let text = self.value(base);
                text.shaped(Shape::String)
            }
        }
    }

    /// A character of a text, or `null`.
    fn character(&mut self, text: Code, place: Vec<Syntax>) -> Code {
        let one = Code::new(part(text.syntax, place), Shape::String);
        self.twice(one, |_, one| {
            let none = one.syntax.clone().binary(Operator::Eq, Syntax::text(""));
            let syntax = none.conditional(Syntax::Null, one.syntax.clone());
            Code::new(syntax, Shape::option(Shape::String))
        })
    }
}

fn part(text: Syntax, mut place: Vec<Syntax>) -> Syntax {
    place.insert(0, text);
    Syntax::call("substring", place)
}
