//! The syntax tree of a JSONata expression.
//!
//! Only `print` writes a tree as text, and chooses the names of bound locals. `reader` parses the
//! templates of the method table. Nothing here knows workflows or shapes.

pub(super) mod json_writer;
pub(super) mod names;
pub(super) mod print;
pub(super) mod reader;

use crate::expr::{Binary, Text};
pub(in crate::lower) use stepwright_asl::jsonata::operator::Operator;

/// A name that an expression binds: a function's parameter, or a value that is used more than once.
///
/// Two locals are equal if their numbers are; the printer derives the name from the hint.
#[derive(Clone, Debug)]
pub(in crate::lower) struct Local {
    pub(in crate::lower) id: usize,
    pub(in crate::lower) hint: Text,
}

impl PartialEq for Local {
    fn eq(&self, other: &Local) -> bool {
        self.id == other.id
    }
}

impl From<Binary> for Operator {
    /// The operator with the same meaning if the operands are numbers, or are compared.
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

/// An expression with at least this many names and literals is bound instead of duplicated.
const SHORT: usize = 9;

/// A JSONata expression.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::lower) enum Syntax {
    Null,
    Bool(bool),
    /// A number in its JSON format.
    Number(String),
    Text(Text),
    /// `'${Name}'`, which a template engine replaces.
    Placeholder(Text),
    /// The text between the slashes.
    Regex(Text),
    /// A workflow variable.
    Variable(Text),
    Local(Local),
    /// A path of `$states`: `input`, `context.Task.Token`.
    States(Text),
    /// `value.name`
    Field(Box<Syntax>, Text),
    /// `value[index]`
    Item(Box<Syntax>, Box<Syntax>),
    /// `value[]`: a single item is not unwrapped.
    Whole(Box<Syntax>),
    /// Texts in the order of their characters, which is Rust's. JSONata's order is by UTF-16 code
    /// units. The local is their name inside of the index of a list.
    ByCharacters(Box<Syntax>, Local),
    /// A list that is an item of an array literal: `[list]`, or unchanged if it is an array literal
    /// itself.
    Nested(Box<Syntax>),
    /// A call of a built-in function.
    Call(Text, Vec<Syntax>),
    Function(Vec<Local>, Box<Syntax>),
    /// `$name()`: a call of a local function without parameters.
    Apply(Local),
    Negative(Box<Syntax>),
    Binary(Operator, Box<Syntax>, Box<Syntax>),
    Conditional(Box<Syntax>, Box<Syntax>, Box<Syntax>),
    /// `condition ? then`: undefined if the condition is false.
    When(Box<Syntax>, Box<Syntax>),
    /// `($name := value; body)`
    Bind(Local, Box<Syntax>, Box<Syntax>),
    Array(Vec<Syntax>),
    Object(Vec<(Syntax, Syntax)>),
    /// A user's text, verbatim.
    Raw(Text),
}

impl Syntax {
    pub(in crate::lower) fn text(text: impl Into<Text>) -> Syntax {
        Syntax::Text(text.into())
    }

    pub(in crate::lower) fn number(number: i64) -> Syntax {
        Syntax::Number(number.to_string())
    }

    /// A path of `$states`.
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

    /// `$not(..)`, or a shorter equivalent.
    ///
    /// Comparison operators are not inverted: a comparison with an undefined value is false, and so
    /// is the inverted one.
    pub(in crate::lower) fn negated(self) -> Syntax {
        match self {
            Syntax::Bool(value) => Syntax::Bool(!value),
            Syntax::Call(name, mut arguments) if name == "not" && arguments.len() == 1 => {
                arguments.remove(0)
            }
            other => Syntax::call("not", vec![other]),
        }
    }

    /// Whether it may be duplicated: a name, a literal, a path, a short list of those.
    pub(in crate::lower) fn is_simple(&self) -> bool {
        self.is_simple_within(&mut { SHORT })
    }

    /// `left` is the number of names and literals that it may contain; nested lists double it at
    /// each level.
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

    /// The number of nodes, counted up to a limit.
    pub(in crate::lower) fn size(&self, limit: usize) -> usize {
        let mut size = 1;
        self.children(&mut |child| {
            if size < limit {
                size += child.size(limit - size);
            }
        });
        size
    }

    /// Whether JSONata treats it as an array literal, which is not flattened inside of another one.
    pub(in crate::lower) fn is_array(&self) -> bool {
        match self {
            Syntax::Array(_) | Syntax::Nested(_) => true,
            Syntax::Item(base, _) => base.is_array(),
            _ => false,
        }
    }

    /// A named value and a body; the value is inlined if that does not change the meaning.
    ///
    /// A value that can panic is evaluated before the body, as in Rust, even if the body does not
    /// evaluate it.
    pub(in crate::lower) fn bind(local: Local, value: Syntax, mut body: Syntax) -> Syntax {
        let mut uses = LocalUses::default();
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

    /// Binds a value that the body evaluates lazily: as a function, or inlined if the body uses it
    /// once.
    pub(in crate::lower) fn share(local: Local, value: Syntax, mut body: Syntax) -> Syntax {
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

    /// Replaces a local with a value.
    pub(in crate::lower) fn put(&mut self, local: &Local, value: &Syntax) {
        if matches!(self, Syntax::Local(found) if found == local) {
            *self = value.clone();
            return;
        }
        self.children_mut(&mut |child| child.put(local, value));
    }

    /// Replaces a name of a template with a value.
    pub(in crate::lower) fn replace_variable(&mut self, name: &str, value: &Syntax) {
        if matches!(self, Syntax::Variable(found) if found == name) {
            *self = value.clone();
            return;
        }
        self.children_mut(&mut |child| child.replace_variable(name, value));
    }

    /// Whether a test is true for it and all its parts.
    pub(in crate::lower) fn all(&self, test: &mut dyn FnMut(&Syntax) -> bool) -> bool {
        let mut holds = test(self);
        self.children(&mut |child| holds = holds && child.all(test));
        holds
    }

    /// Whether it is, or contains, an expression.
    pub(in crate::lower) fn contains(&self, part: &Syntax) -> bool {
        !self.all(&mut |one| one != part)
    }

    /// The expression in which a value replaces a part.
    pub(in crate::lower) fn with(&self, part: &Syntax, value: &Syntax) -> Syntax {
        if self == part {
            return value.clone();
        }
        let mut with = self.clone();
        with.children_mut(&mut |child| *child = child.with(part, value));
        with
    }

    /// The names of the functions that it calls.
    pub(in crate::lower) fn functions<'s>(&'s self, found: &mut Vec<&'s str>) {
        match self {
            Syntax::Call(name, _) => found.push(name),
            Syntax::Raw(text) if *text == json_writer::WRITE_JSON => {
                for name in json_writer::called().filter(|name| names::is_function(name)) {
                    found.push(name);
                }
            }
            // A function as a value.
            Syntax::Raw(text) if names::is_function(text.trim_start_matches('$')) => {
                found.push(text.trim_start_matches('$'));
            }
            _ => {}
        }
        self.children(&mut |child| child.functions(found));
    }
}

/// Defines the visitor of a node's direct children, in a shared and a mutable form.
macro_rules! children {
    ($name:ident, $iter:ident, $($node:tt)+) => {
        pub(in crate::lower) fn $name<'s>(self: $($node)+, each: &mut dyn FnMut($($node)+)) {
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

/// The uses of a local.
#[derive(Default)]
struct LocalUses {
    count: usize,
    /// Some use may be evaluated any number of times.
    repeated: bool,
    /// Some use may not be evaluated, depending on a condition.
    perhaps: bool,
}

impl LocalUses {
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
            // Only the first part is always evaluated.
            let perhaps = perhaps || decides && !first;
            first = false;
            self.count(child, local, repeated, perhaps);
        });
    }
}
