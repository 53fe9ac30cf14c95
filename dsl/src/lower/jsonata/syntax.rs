//! The syntax tree of a JSONata expression. It is printed in one place, which chooses the names of locals.

use super::names;
use crate::expr::{Binary, Text};

/// A name that an expression binds: a function's parameter, or a value that is used more than once.
///
/// Two locals are one where their numbers are; the printer makes a name of the hint.
#[derive(Clone, Debug)]
pub(in crate::lower) struct Local {
    pub(super) id: usize,
    pub(super) hint: Text,
}

impl PartialEq for Local {
    fn eq(&self, other: &Local) -> bool {
        self.id == other.id
    }
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) enum Operator {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Add,
    Sub,
    Concat,
    Mul,
    Div,
    Rem,
}

impl From<Binary> for Operator {
    /// The operator of the same meaning where the operands are numbers, or are compared.
    fn from(operator: Binary) -> Operator {
        match operator {
            Binary::Or => Operator::Or,
            Binary::And => Operator::And,
            Binary::Eq => Operator::Eq,
            Binary::Ne => Operator::Ne,
            Binary::Lt => Operator::Lt,
            Binary::Le => Operator::Le,
            Binary::Gt => Operator::Gt,
            Binary::Ge => Operator::Ge,
            Binary::Add => Operator::Add,
            Binary::Sub => Operator::Sub,
            Binary::Mul => Operator::Mul,
            Binary::Div => Operator::Div,
            Binary::Rem => Operator::Rem,
        }
    }
}

/// The number of names and literals from which on an expression is bound instead of written twice.
const SHORT: usize = 9;

/// A JSONata expression.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::lower) enum Syntax {
    Null,
    Bool(bool),
    /// A number as it is written.
    Number(String),
    Text(Text),
    /// `'${Name}'`, which a template engine fills in.
    Placeholder(Text),
    /// What stands between the slashes.
    Regex(Text),
    /// A workflow variable.
    Variable(Text),
    Local(Local),
    /// A place of `$states`, by its path: `input`, `context.Task.Token`.
    States(Text),
    /// `value.name`
    Field(Box<Syntax>, Text),
    /// `value[index]`
    Item(Box<Syntax>, Box<Syntax>),
    /// `value[]`: a single item stays in its list.
    Whole(Box<Syntax>),
    /// Texts in the order of their characters, which is Rust's. JSONata's own order is that of UTF-16. The local is their name
    /// inside the index of a list.
    ByCharacters(Box<Syntax>, Local),
    /// A list where it is an item of one that is written out: `[list]`, or as it is where it is written out itself.
    Nested(Box<Syntax>),
    /// A call of a built-in function.
    Call(Text, Vec<Syntax>),
    Function(Vec<Local>, Box<Syntax>),
    /// `$name()`: a call of a local function without parameters.
    Apply(Local),
    Negative(Box<Syntax>),
    Binary(Operator, Box<Syntax>, Box<Syntax>),
    Conditional(Box<Syntax>, Box<Syntax>, Box<Syntax>),
    /// `condition ? then`: undefined where the condition does not hold.
    When(Box<Syntax>, Box<Syntax>),
    /// `($name := value; body)`
    Bind(Local, Box<Syntax>, Box<Syntax>),
    Array(Vec<Syntax>),
    Object(Vec<(Syntax, Syntax)>),
    /// A user's own text.
    Raw(Text),
}

impl Syntax {
    pub(in crate::lower) fn text(text: impl Into<Text>) -> Syntax {
        Syntax::Text(text.into())
    }

    pub(in crate::lower) fn number(number: i64) -> Syntax {
        Syntax::Number(number.to_string())
    }

    /// A place of `$states`.
    pub(in crate::lower) fn states(path: impl Into<Text>) -> Syntax {
        Syntax::States(path.into())
    }

    pub(in crate::lower) fn field(self, name: impl Into<Text>) -> Syntax {
        Syntax::Field(Box::new(self), name.into())
    }

    pub(in crate::lower) fn item(self, index: Syntax) -> Syntax {
        Syntax::Item(Box::new(self), Box::new(index))
    }

    pub(in crate::lower) fn call(name: impl Into<Text>, arguments: Vec<Syntax>) -> Syntax {
        Syntax::Call(name.into(), arguments)
    }

    pub(in crate::lower) fn binary(self, operator: Operator, right: Syntax) -> Syntax {
        Syntax::Binary(operator, Box::new(self), Box::new(right))
    }

    pub(in crate::lower) fn conditional(self, then: Syntax, otherwise: Syntax) -> Syntax {
        Syntax::Conditional(Box::new(self), Box::new(then), Box::new(otherwise))
    }

    /// `$not(..)`, or what says the same in fewer words.
    ///
    /// A comparison with something undefined is false either way, so only one of what is there can be turned round.
    pub(in crate::lower) fn negated(self) -> Syntax {
        match self {
            Syntax::Bool(value) => Syntax::Bool(!value),
            Syntax::Call(name, mut arguments) if name == "not" && arguments.len() == 1 => {
                arguments.remove(0)
            }
            other => Syntax::call("not", vec![other]),
        }
    }

    /// Whether it may be written twice: a name, a literal, a path, a short list of those.
    pub(in crate::lower) fn is_simple(&self) -> bool {
        self.is_simple_within(&mut { SHORT })
    }

    /// `left` is how many names and literals it may have; a list of lists of lists has twice as many at each level.
    fn is_simple_within(&self, left: &mut usize) -> bool {
        match self {
            Syntax::Null
            | Syntax::Bool(_)
            | Syntax::Number(_)
            | Syntax::Text(_)
            | Syntax::Placeholder(_)
            | Syntax::Variable(_)
            | Syntax::Local(_)
            | Syntax::States(_) => {
                *left = left.saturating_sub(1);
                *left > 0
            }
            Syntax::Field(base, _) | Syntax::Nested(base) => base.is_simple_within(left),
            Syntax::Item(base, index) => {
                base.is_simple_within(left) && index.is_simple_within(left)
            }
            Syntax::Array(items) => items.iter().all(|item| item.is_simple_within(left)),
            Syntax::Object(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// How many nodes it has, counted up to a limit.
    pub(super) fn size(&self, limit: usize) -> usize {
        let mut size = 1;
        self.children(&mut |child| {
            if size < limit {
                size += child.size(limit - size);
            }
        });
        size
    }

    /// Whether JSONata takes it for a list that is written out, which stays whole where it stands in another.
    pub(super) fn is_array(&self) -> bool {
        match self {
            Syntax::Array(_) | Syntax::Nested(_) => true,
            Syntax::Item(base, _) => base.is_array(),
            _ => false,
        }
    }

    /// A value under a name, used in a body: put in at once where that is as good.
    ///
    /// A value that can panic is computed before the body, as in Rust, also where the body does not reach it.
    pub(in crate::lower) fn bind(local: Local, value: Syntax, mut body: Syntax) -> Syntax {
        let mut uses = Uses::default();
        uses.count(&body, &local, false, false);
        let put_in = match uses.count {
            0 => !value.can_panic(),
            1 => !(uses.repeated || uses.perhaps && value.can_panic()),
            _ => false,
        };
        if value.is_simple() || put_in {
            body.put(&local, &value);
            return body;
        }
        Syntax::Bind(local, Box::new(value), Box::new(body))
    }

    /// Binds a value that the body evaluates lazily: as a function, or in place where the body has one use.
    pub(super) fn share(local: Local, value: Syntax, mut body: Syntax) -> Syntax {
        if body.applications(&local) > 1 {
            let value = Syntax::Function(Vec::new(), Box::new(value));
            return Syntax::Bind(local, Box::new(value), Box::new(body));
        }
        body.put_application(&local, &value);
        body
    }

    fn applications(&self, local: &Local) -> usize {
        let mut count = usize::from(matches!(self, Syntax::Apply(found) if found == local));
        self.children(&mut |child| count += child.applications(local));
        count
    }

    fn put_application(&mut self, local: &Local, value: &Syntax) {
        if matches!(self, Syntax::Apply(found) if found == local) {
            *self = value.clone();
            return;
        }
        self.children_mut(&mut |child| child.put_application(local, value));
    }

    /// Puts a value in the place of a local.
    pub(super) fn put(&mut self, local: &Local, value: &Syntax) {
        if matches!(self, Syntax::Local(found) if found == local) {
            *self = value.clone();
            return;
        }
        self.children_mut(&mut |child| child.put(local, value));
    }

    /// The names of the functions that it calls.
    pub(super) fn functions<'s>(&'s self, found: &mut Vec<&'s str>) {
        match self {
            Syntax::Call(name, _) => found.push(name),
            // A function as a value.
            Syntax::Raw(text) if names::is_function(text.trim_start_matches('$')) => {
                found.push(text.trim_start_matches('$'));
            }
            _ => {}
        }
        self.children(&mut |child| child.functions(found));
    }
}

/// The walk over what stands right below a node, shared and mutable.
macro_rules! children {
    ($name:ident, $iter:ident, $($node:tt)+) => {
        pub(super) fn $name<'s>(self: $($node)+, each: &mut dyn FnMut($($node)+)) {
            match self {
                Syntax::Null
                | Syntax::Bool(_)
                | Syntax::Number(_)
                | Syntax::Text(_)
                | Syntax::Placeholder(_)
                | Syntax::Regex(_)
                | Syntax::Variable(_)
                | Syntax::Local(_)
                | Syntax::Apply(_)
                | Syntax::States(_)
                | Syntax::Raw(_) => {}
                Syntax::Field(a, _)
                | Syntax::Whole(a)
                | Syntax::ByCharacters(a, _)
                | Syntax::Nested(a)
                | Syntax::Negative(a)
                | Syntax::Function(_, a) => each(a),
                Syntax::Item(a, b)
                | Syntax::Binary(_, a, b)
                | Syntax::Bind(_, a, b)
                | Syntax::When(a, b) => {
                    each(a);
                    each(b);
                }
                Syntax::Conditional(a, b, c) => {
                    each(a);
                    each(b);
                    each(c);
                }
                Syntax::Call(_, items) | Syntax::Array(items) => {
                    items.$iter().for_each(each);
                }
                Syntax::Object(entries) => entries.$iter().for_each(|(key, value)| {
                    each(key);
                    each(value);
                }),
            }
        }
    };
}

impl Syntax {
    children!(children, iter, &'s Self);
    children!(children_mut, iter_mut, &'s mut Self);
}

/// How often a local is read.
#[derive(Default)]
struct Uses {
    count: usize,
    /// Some place is run any number of times.
    repeated: bool,
    /// Some place is not run at all where a condition says so.
    perhaps: bool,
}

impl Uses {
    fn count(&mut self, syntax: &Syntax, local: &Local, repeated: bool, perhaps: bool) {
        if matches!(syntax, Syntax::Local(found) if found == local) {
            self.count += 1;
            self.repeated |= repeated;
            self.perhaps |= perhaps;
        }
        let repeated = repeated || matches!(syntax, Syntax::Function(..));
        let decides = matches!(
            syntax,
            Syntax::Conditional(..)
                | Syntax::When(..)
                | Syntax::Binary(Operator::And | Operator::Or, ..)
        );
        let mut first = true;
        syntax.children(&mut |child| {
            // Only the first part is always run.
            let perhaps = perhaps || decides && !first;
            first = false;
            self.count(child, local, repeated, perhaps);
        });
    }
}
