//! Parses the templates of the method table: JSONata in which `$this`, `$a`, `$b` and `$f` are
//! replaced by the receiver and the arguments of a call.
//!
//! Only this crate's templates are parsed here. A test parses all of them, so an invalid template
//! fails there.

use super::{Local, Operator, Syntax};
use crate::expr::Text;
use stepwright_asl::jsonata::operator::power;

/// Parses a template. Names that it binds become locals, numbered by `fresh`.
pub(in crate::lower) fn read(
    template: &'static str,
    fresh: &mut dyn FnMut(&'static str) -> Local,
) -> Syntax {
    let mut reader = TemplateParser {
        rest: template,
        template,
        bound: Vec::new(),
        fresh,
    };
    let syntax = reader.expression(0);
    reader.expect("");
    syntax
}

struct TemplateParser<'f> {
    rest: &'static str,
    template: &'static str,
    bound: Vec<Local>,
    fresh: &'f mut dyn FnMut(&'static str) -> Local,
}

impl TemplateParser<'_> {
    fn expression(&mut self, least: u8) -> Syntax {
        let mut left = self.operand();
        loop {
            let rest = self.blank();
            let found = Operator::ALL.iter().copied().find(|operator| {
                let symbol = operator.symbol();
                let is_word = symbol.starts_with(|first: char| first.is_alphabetic());
                let after = rest.strip_prefix(symbol);
                after.is_some_and(|after| !is_word || after.starts_with(' '))
            });
            if let Some(operator) = found
                && operator.power() > least
            {
                self.expect(operator.symbol());
                let right = self.expression(operator.power());
                left = left.binary(operator, right);
            } else if least < power::CONDITIONAL && self.takes("?") {
                let then = self.expression(power::CONDITIONAL - 1);
                left = if self.takes(":") {
                    let otherwise = self.expression(power::CONDITIONAL - 1);
                    left.conditional(then, otherwise)
                } else {
                    Syntax::When(Box::new(left), Box::new(then))
                };
            } else {
                return left;
            }
        }
    }

    fn operand(&mut self) -> Syntax {
        let mut operand = self.plain();
        loop {
            operand = if !self.blank().starts_with("..") && self.takes(".") {
                operand.field(self.name())
            } else if self.takes("[]") {
                Syntax::Whole(Box::new(operand))
            } else if self.takes("[") {
                let index = self.expression(0);
                self.expect("]");
                operand.item(index)
            } else {
                return operand;
            };
        }
    }

    fn plain(&mut self) -> Syntax {
        if self.takes("(") {
            let depth = self.bound.len();
            let syntax = self.block();
            self.expect(")");
            self.bound.truncate(depth);
            return syntax;
        }
        if self.takes("[") {
            return Syntax::Array(self.list("]"));
        }
        if self.takes("{") {
            let mut entries = Vec::new();
            while !self.takes("}") {
                let key = self.expression(0);
                self.expect(":");
                entries.push((key, self.expression(0)));
                self.takes(",");
            }
            return Syntax::Object(entries);
        }
        if self.takes("'") {
            let (text, rest) = self.rest.split_once('\'').unwrap_or((self.rest, ""));
            self.rest = rest;
            return Syntax::text(text);
        }
        if self.takes("/") {
            let ends = ["/,", "/)"].map(|end| self.rest.find(end).unwrap_or(self.rest.len()));
            let (regex, rest) = self.rest.split_at(ends[0].min(ends[1]));
            self.rest = rest.strip_prefix('/').unwrap_or(rest);
            return Syntax::Regex(regex.into());
        }
        if self.takes("-") {
            return match self.operand() {
                Syntax::Number(number) => Syntax::Number(format!("-{number}")),
                other => Syntax::Negative(Box::new(other)),
            };
        }
        if self.takes("$") {
            let name = self.name();
            return self.named(name);
        }
        if self.takes("function(") {
            return self.function();
        }
        let word = self.name();
        match word {
            "null" => Syntax::Null,
            "true" => Syntax::Bool(true),
            "false" => Syntax::Bool(false),
            number if number.starts_with(|first: char| first.is_ascii_digit()) => {
                Syntax::Number(number.to_owned())
            }
            _ => unreachable!(
                "the template `{}` is no JSONata at `{word}{}`",
                self.template, self.rest
            ),
        }
    }

    /// `$a := value; body`, or the single expression in parentheses.
    fn block(&mut self) -> Syntax {
        let before = self.rest;
        if self.takes("$") {
            let name = self.name();
            if self.takes(":=") {
                let value = self.expression(0);
                self.expect(";");
                let local = (self.fresh)(name);
                self.bound.push(local.clone());
                let body = self.block();
                return Syntax::Bind(local, Box::new(value), Box::new(body));
            }
            self.rest = before;
        }
        self.expression(0)
    }

    fn function(&mut self) -> Syntax {
        let depth = self.bound.len();
        let mut parameters = Vec::new();
        while !self.takes(")") {
            self.expect("$");
            let name = self.name();
            parameters.push((self.fresh)(name));
            self.takes(",");
        }
        self.bound.extend(parameters.iter().cloned());
        self.expect("{");
        let body = self.expression(0);
        self.expect("}");
        self.bound.truncate(depth);
        Syntax::Function(parameters, Box::new(body))
    }

    /// A local, a call, or a variable of the template that is replaced later.
    fn named(&mut self, name: &'static str) -> Syntax {
        if self.rest.starts_with('(') {
            self.expect("(");
            let arguments = self.list(")");
            return Syntax::call(name, arguments);
        }
        match self.bound.iter().rev().find(|local| local.hint == name) {
            Some(local) => Syntax::Local(local.clone()),
            None => Syntax::Variable(Text::Borrowed(name)),
        }
    }

    fn list(&mut self, end: &'static str) -> Vec<Syntax> {
        let mut items = Vec::new();
        while !self.takes(end) {
            items.push(self.expression(0));
            self.takes(",");
        }
        items
    }

    /// Letters, digits and a point between digits.
    fn name(&mut self) -> &'static str {
        let rest = self.rest;
        let number = rest.starts_with(|first: char| first.is_ascii_digit());
        let end = rest.find(|letter: char| {
            !letter.is_ascii_alphanumeric() && letter != '_' && !(number && letter == '.')
        });
        let (name, rest) = rest.split_at(end.unwrap_or(rest.len()));
        self.rest = rest;
        name
    }

    fn blank(&mut self) -> &'static str {
        self.rest = self.rest.trim_start();
        self.rest
    }

    fn takes(&mut self, token: &str) -> bool {
        match self.blank().strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) {
        let found = if token.is_empty() {
            self.blank().is_empty()
        } else {
            self.takes(token)
        };
        if !found {
            unreachable!(
                "the template `{}` has no `{token}` before `{}`",
                self.template, self.rest
            );
        }
    }
}
