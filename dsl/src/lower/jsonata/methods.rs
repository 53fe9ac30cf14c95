//! Method calls: the rows of `expr/methods.rs`, and the few that need code.

use super::code::{Absent, Code, Listed};
use super::expression::Lowering;
use super::operator;
use super::reader;
use super::syntax::{Local, Operator, Syntax};
use crate::expr::methods::{self, Gives, Method, Receiver, Takes};
use crate::expr::{Expr, Node, Text};
use crate::shape::Shape;
use serde_json::Value;

/// A closure with what its body becomes.
struct Closure {
    parameters: Vec<Local>,
    body: Code,
}

/// What the receiver holds.
struct Kinds {
    item: Shape,
    key: Shape,
    /// A map's value, or what is there when an `Option` is `Some`.
    entry: Shape,
}

impl Kinds {
    fn of(shape: &Shape) -> Kinds {
        let (key, entry) = match shape.plain() {
            Shape::Map(map) => (map.key.plain(), map.value.clone()),
            Shape::Option(some) => (Shape::String, some.resolve()),
            _ => (Shape::String, Shape::Any),
        };
        Kinds {
            item: shape.item(),
            key,
            entry,
        }
    }
}

/// What a row is filled with.
struct Filling {
    this: Code,
    values: Vec<Code>,
    closure: Option<Closure>,
}

impl Lowering<'_, '_> {
    pub(super) fn method(&mut self, base: &Expr, name: &str, arguments: &[Expr]) -> Code {
        if name == "count"
            && let Node::Method(text, chars, _) = &*base.node
            && chars == "chars"
        {
            let text = self.value(text);
            return self.call("length", vec![text.syntax], Shape::SmallInteger);
        }
        let this = self.code(base);
        self.method_of(this, name, arguments)
    }

    fn method_of(&mut self, this: Code, name: &str, arguments: &[Expr]) -> Code {
        let shape = this.shape.plain();
        if let Shape::Option(some) = &shape
            && let Shape::Option(_) = some.plain()
            && name != "flatten"
            && !methods::is_identity(name)
        {
            return self.refuse_code(
                "in JSON an `Option` of an `Option` is one `null`, so `None` and `Some(None)` are the same; `.flatten()` it first",
            );
        }
        if matches!(name, "sum" | "product" | "sqrt" | "powi" | "powf")
            && [shape.clone(), shape.item().plain()]
                .iter()
                .any(|shape| matches!(shape, Shape::SmallNumber))
        {
            return self.refuse_code(operator::FLOATS);
        }
        match (name, arguments) {
            ("to_string", []) => return self.display(this),
            ("into", []) => return this,
            ("unwrap_or_default", []) => return self.unwrap_or_default(this),
            ("contains", [wanted]) => return self.contains(this, wanted),
            ("get", [_]) if matches!(shape, Shape::Any) => {
                return self.refuse_code(
                    "`.get(..)` tells a value that is `null` and one that is not there apart, and JSON's `null` is both; \
                     write `value[..]`, which is `null` where nothing is there",
                );
            }
            ("flat_map" | "filter_map", [_]) if is_list(&shape) => {
                let mapped = self.method_of(this, "map", arguments);
                return self.method_of(mapped, "flatten", &[]);
            }
            _ => {}
        }
        let empty = methods::WITH_EMPTY_TEXT
            .iter()
            .find(|row| row.names.contains(&name) && row.is_on(&shape))
            .filter(|row| row.takes.len() == arguments.len() && !is_filled(&arguments[0]));
        match empty.or_else(|| methods::find(name, &shape, arguments.len())) {
            Some(row) => self.row(row, this, arguments),
            None if arguments.is_empty() && methods::is_identity(name) => this,
            None => match unknown(name, arguments.len()).filter(|_| matches!(shape, Shape::Any)) {
                Some(row) => self.row(row, this, arguments),
                None => self.no_method(&this, name),
            },
        }
    }

    fn no_method(&mut self, this: &Code, name: &str) -> Code {
        match (this.shape.plain(), name) {
            (Shape::String, "len") => self.refuse_code(
                "`len` of a text counts bytes in Rust and characters in JSONata; write `.chars().count()`",
            ),
            (Shape::String, "chars") => self.refuse_code(
                "only `.chars().count()` runs inside a workflow expression; do the rest in a task",
            ),
            _ => self.refuse_code(format!(
                "`{name}` on {} cannot run inside a workflow expression; call it in a task instead, or write \
                 `jsonata!(\"..\")`",
                this.shape.describe()
            )),
        }
    }

    /// A row of the table on a receiver and its arguments.
    fn row(&mut self, row: &'static Method, this: Code, arguments: &[Expr]) -> Code {
        let this = self.receiver(row, this);
        let mut filling = Filling {
            this,
            values: Vec::new(),
            closure: None,
        };
        for (takes, argument) in row.takes.iter().zip(arguments) {
            match takes {
                Takes::Closure(parameters) | Takes::Key(parameters) => {
                    let shapes: Vec<Shape> = parameters
                        .iter()
                        .map(|gives| filling.shape(gives))
                        .collect();
                    match self.closure(argument, &shapes) {
                        Some(closure) => {
                            if matches!(takes, Takes::Key(_)) {
                                self.key(&closure.body.shape);
                            }
                            filling.closure = Some(closure);
                        }
                        None => return Code::nothing(),
                    }
                }
                takes => {
                    let value = self.argument(takes, argument);
                    filling.values.push(value);
                }
            }
        }
        let shape = filling.shape(&row.gives);
        let syntax = self.fill(row.jsonata, filling);
        let syntax = match shape.plain() {
            Shape::Array(item) => listed(syntax, &item),
            _ => syntax,
        };
        let absent = if row.maybe {
            Absent::Null
        } else {
            Absent::Never
        };
        Code::new(syntax, shape).absent(absent)
    }

    /// The receiver as the row takes it: what is there, in the order in which Rust has it.
    fn receiver(&mut self, row: &Method, this: Code) -> Code {
        if row.receiver == Receiver::Option {
            return self.reached(this);
        }
        let this = self.present(this);
        let this = if row.unordered {
            this
        } else {
            self.in_order(this)
        };
        if !row.streams {
            return this;
        }
        // A list of one sequence is that sequence, where its items are no lists.
        let lone = match &this.syntax {
            Syntax::Array(items) => match items.as_slice() {
                [Syntax::Call(name, _)] if is_sequence(name) => Some(items[0].clone()),
                _ => None,
            },
            _ => None,
        };
        match lone {
            Some(syntax) if Listed::of(&this.shape.item()) == Listed::Never => {
                Code { syntax, ..this }
            }
            _ => this,
        }
    }

    /// A set with each item once, and in order where Rust has one.
    pub(super) fn in_order(&mut self, this: Code) -> Code {
        let Shape::Set(set) = this.shape.plain() else {
            return this;
        };
        let shape = Shape::list(set.item.clone());
        // What was made here is in order already.
        if matches!(&this.syntax, Syntax::Array(_)) {
            return this.shaped(shape);
        }
        self.distinct(this, set.sorted).shaped(shape)
    }

    /// A list with each item once, in order where that is wanted.
    pub(super) fn distinct(&mut self, list: Code, sorted: bool) -> Code {
        let item = list.shape.item();
        let once = Syntax::call("distinct", vec![list.syntax]);
        let syntax = if sorted {
            self.sorted(once, &item)
        } else {
            Some(listed(Syntax::Array(vec![once]), &item))
        };
        Code {
            syntax: syntax.unwrap_or(Syntax::Null),
            ..list
        }
    }

    /// `[$sort(..)]`
    pub(super) fn sorted(&mut self, list: Syntax, item: &Shape) -> Option<Syntax> {
        let plain = item.plain();
        let orders = plain.is_number()
            || matches!(plain, Shape::String | Shape::Any)
            || matches!(plain, Shape::Written(written) if written.ordered);
        if !orders {
            self.report.fault(format!(
                "JSONata orders numbers and texts, and this would order {}; do it in a task",
                item.describe()
            ));
            return None;
        }
        Some(Syntax::Array(vec![Syntax::call("sort", vec![list])]))
    }

    /// Says where items are not ordered by such a key as they are in Rust.
    fn key(&mut self, shape: &Shape) {
        match shape.plain() {
            Shape::String => self.report.fault(operator::TEXTS),
            shape
                if shape.is_number()
                    || matches!(&shape, Shape::Written(written) if written.ordered) => {}
            shape => self.report.fault(format!(
                "JSONata orders numbers and texts, and this key is {}; do it in a task",
                shape.describe()
            )),
        }
    }

    fn argument(&mut self, takes: &Takes, argument: &Expr) -> Code {
        let value = self.value(argument);
        match takes {
            Takes::Text if !matches!(value.shape.plain(), Shape::String | Shape::Any) => {
                return self.refuse_code(format!(
                    "this takes one text in a workflow, and not {}; do it in a task",
                    value.shape.describe()
                ));
            }
            _ => {}
        }
        value
    }

    /// A closure over values of these shapes.
    fn closure(&mut self, closure: &Expr, shapes: &[Shape]) -> Option<Closure> {
        let Node::Closure(names, body) = &*closure.node else {
            self.report
                .fault("this method takes a closure in a workflow: write `|x| ..`");
            return None;
        };
        if names.len() != shapes.len() {
            let count = match shapes.len() {
                0 => "no parameter".to_owned(),
                1 => "one parameter".to_owned(),
                count => format!("{count} parameters"),
            };
            self.report.fault(format!("a closure takes {count} here"));
            return None;
        }
        let before = self.env.locals.len();
        let mut parameters = Vec::new();
        for (parameter, shape) in names.iter().zip(shapes) {
            let local = self.fresh(parameter.name.clone());
            let shape = match (parameter.shape.map(Shape::Lazy), shape) {
                // A count has few digits, whatever the width of its type.
                (Some(known), Shape::SmallInteger) if known.is_integer() => Shape::SmallInteger,
                (Some(known), _) => known,
                (None, shape) => shape.clone(),
            };
            let code = Code::new(Syntax::Local(local.clone()), shape);
            self.env.locals.push((parameter.name.clone(), code));
            parameters.push(local);
        }
        let body = self.value(body);
        self.env.locals.truncate(before);
        Some(Closure { parameters, body })
    }

    /// The template with what its names stand for. Its own names become locals before anything of the user's is put in.
    fn fill(&mut self, template: &'static str, filling: Filling) -> Syntax {
        let mut syntax = reader::read(template, &mut |name| self.fresh(name));
        let holes = ["this", "a", "b"].map(|name| {
            let local = self.fresh("v");
            replace(&mut syntax, name, &Syntax::Local(local.clone()));
            local
        });
        let kinds = Kinds::of(&filling.this.shape);
        self.resolve(&mut syntax, filling.closure.as_ref(), &kinds);
        let values = filling.values.into_iter().map(|value| value.syntax);
        let values = std::iter::once(filling.this.syntax).chain(values);
        let filled: Vec<(Local, Syntax)> = holes.into_iter().zip(values).collect();
        // What is written more than once and is not short is bound, in the order in which Rust has the values.
        filled
            .into_iter()
            .rev()
            .fold(syntax, |body, (local, value)| {
                Syntax::bind(local, value, body)
            })
    }

    /// Puts the closure and our own functions into a template.
    fn resolve(&mut self, syntax: &mut Syntax, closure: Option<&Closure>, kinds: &Kinds) {
        syntax.children_mut(&mut |child| self.resolve(child, closure, kinds));
        match syntax {
            Syntax::Variable(name) if name == "f" => {
                if let Some(closure) = closure {
                    let body = Box::new(closure.body.syntax.clone());
                    *syntax = Syntax::Function(closure.parameters.clone(), body);
                }
            }
            // A built-in function as a value.
            Syntax::Variable(name) => *syntax = Syntax::Raw(format!("${name}").into()),
            Syntax::Item(base, _) => {
                if let Syntax::Array(items) = &mut **base
                    && let [Syntax::Call(..)] = items.as_slice()
                {
                    let sequence = items.remove(0);
                    // The first of a single item is that item, unless it is a list.
                    **base = if Listed::of(&kinds.item) == Listed::Never {
                        sequence
                    } else {
                        Syntax::Array(vec![Syntax::Whole(Box::new(sequence))])
                    };
                }
            }
            Syntax::Call(name, arguments) => {
                if let Some(resolved) = self.own_function(&name.clone(), arguments, closure, kinds)
                {
                    *syntax = resolved;
                }
            }
            _ => {}
        }
    }

    /// A function that only templates have.
    fn own_function(
        &mut self,
        name: &str,
        arguments: &mut Vec<Syntax>,
        closure: Option<&Closure>,
        kinds: &Kinds,
    ) -> Option<Syntax> {
        if name == "f" {
            let closure = closure?;
            let values = closure.parameters.iter().zip(arguments.drain(..));
            let body = closure.body.syntax.clone();
            return Some(values.fold(body, |body, (parameter, value)| {
                Syntax::bind(parameter.clone(), value, body)
            }));
        }
        if !["one", "entry", "rust_key", "rust_keys", "text_key"].contains(&name) {
            return None;
        }
        let value = arguments.pop()?;
        Some(match name {
            "one" => self.member(value, &kinds.item),
            "entry" => self.member(value, &kinds.entry),
            "rust_key" if kinds.key.is_integer() => Syntax::call("number", vec![value]),
            "rust_keys" if kinds.key.is_integer() => {
                Syntax::call("map", vec![value, Syntax::Raw("$number".into())])
            }
            "text_key" if kinds.key.is_integer() => Syntax::call("formatBase", vec![value]),
            _ => {
                if !matches!(kinds.key, Shape::String | Shape::Any | Shape::Written(_)) {
                    self.report.fault(format!(
                        "the keys of this map are no texts in Rust, and they are in JSON: this is {}; do it in a task",
                        kinds.key.describe()
                    ));
                }
                value
            }
        })
    }

    fn unwrap_or_default(&mut self, this: Code) -> Code {
        let some = this.shape.some();
        let default = match some.plain() {
            shape if shape.is_number() => Syntax::number(0),
            Shape::String => Syntax::text(""),
            Shape::Bool => Syntax::Bool(false),
            Shape::Array(_) | Shape::Set(_) => Syntax::Array(Vec::new()),
            Shape::Map(_) => Syntax::Object(Vec::new()),
            Shape::Option(_) | Shape::Null => Syntax::Null,
            _ => {
                return self.refuse_code(format!(
                    "the default of {} is not known here; write `.unwrap_or(..)`",
                    some.describe()
                ));
            }
        };
        let this = self.reached(this);
        self.twice(this, |_, this| {
            let there = this.syntax.clone().binary(Operator::Ne, Syntax::Null);
            Code::new(there.conditional(this.syntax.clone(), default), some)
        })
    }

    fn contains(&mut self, this: Code, wanted: &Expr) -> Code {
        let this = self.present(this);
        match this.shape.plain() {
            Shape::String => {
                let part = self.argument(&Takes::Text, wanted);
                self.call("contains", vec![this.syntax, part.syntax], Shape::Bool)
            }
            shape if is_list(&shape) || matches!(shape, Shape::Any) => {
                let wanted = self.value(wanted);
                let plain = wanted.shape.plain();
                if plain.is_number() || matches!(plain, Shape::String | Shape::Bool) {
                    return Code::test(wanted.syntax.binary(Operator::In, this.syntax));
                }
                // `in` knows scalars only.
                let item = Code::new(Syntax::Null, shape.item());
                if !self.comparable(&item) || !self.comparable(&wanted) {
                    return Code::nothing();
                }
                let local = self.fresh("item");
                let same = Syntax::Local(local.clone()).binary(Operator::Eq, wanted.syntax);
                let test = Syntax::Function(vec![local], Box::new(same));
                let mapped = Syntax::call("map", vec![this.syntax, test]);
                Code::test(Syntax::Bool(true).binary(Operator::In, mapped))
            }
            _ => self.no_method(&this, "contains"),
        }
    }
}

impl Filling {
    /// A shape of the table.
    fn shape(&self, gives: &Gives) -> Shape {
        let this = || self.this.shape.plain();
        match gives {
            Gives::Bool => Shape::Bool,
            Gives::Count => Shape::SmallInteger,
            Gives::Integer => Shape::Integer,
            Gives::Number => Shape::Number,
            Gives::Text => Shape::String,
            Gives::Json => Shape::Any,
            Gives::This => self.this.shape.clone(),
            Gives::Item => self.this.shape.item(),
            Gives::Inner => match self.this.shape.item().plain() {
                Shape::Option(some) => some.resolve(),
                list => list.item(),
            },
            Gives::Some => self.this.shape.some(),
            Gives::Key => match this() {
                Shape::Map(map) => map.key.resolve(),
                _ => Shape::String,
            },
            Gives::Entry => match this() {
                Shape::Map(map) => map.value.resolve(),
                _ => Shape::Any,
            },
            Gives::First => self.value(0),
            Gives::FirstItem => self.value(0).item(),
            Gives::Closure => match &self.closure {
                Some(closure) => closure.body.shape.clone(),
                None => Shape::Any,
            },
            Gives::List(item) => Shape::list(self.shape(item)),
            Gives::Option(some) => Shape::option(self.shape(some)),
            Gives::Pair(a, b) => Shape::Tuple(vec![self.shape(a), self.shape(b)]),
        }
    }

    fn value(&self, place: usize) -> Shape {
        self.values
            .get(place)
            .map_or(Shape::Any, |value| value.shape.clone())
    }
}

/// Puts a value in the place of a template's name.
fn replace(syntax: &mut Syntax, name: &str, value: &Syntax) {
    if matches!(syntax, Syntax::Variable(found) if found == name) {
        *syntax = value.clone();
        return;
    }
    syntax.children_mut(&mut |child| replace(child, name, value));
}

/// A list of a sequence: JSONata makes one item a scalar and none nothing, and this a list again. `[]` keeps a single item
/// that is a list whole.
pub(super) fn listed(syntax: Syntax, item: &Shape) -> Syntax {
    match syntax {
        Syntax::Array(mut items)
            if items.len() == 1
                && matches!(&items[0], Syntax::Call(..))
                && Listed::of(item) != Listed::Never =>
        {
            Syntax::Array(vec![Syntax::Whole(Box::new(items.remove(0)))])
        }
        other => other,
    }
}

/// The functions that give a sequence of items.
fn is_sequence(name: &Text) -> bool {
    matches!(&**name, "map" | "filter")
}

fn is_list(shape: &Shape) -> bool {
    matches!(shape, Shape::Array(_) | Shape::Set(_) | Shape::Tuple(_))
}

/// Whether it is a text that is written out and not empty.
fn is_filled(text: &Expr) -> bool {
    match text.untyped() {
        Node::Literal(Value::String(text)) => !text.is_empty(),
        Node::Method(base, name, _) => methods::is_same_text(name) && is_filled(base),
        _ => false,
    }
}

/// A value of unknown form has the methods whose meaning does not depend on it.
fn unknown(name: &str, arguments: usize) -> Option<&'static Method> {
    methods::METHODS.iter().find(|row| {
        row.names.contains(&name)
            && row.takes.len() == arguments
            && matches!(
                row.receiver,
                Receiver::List | Receiver::Numbers | Receiver::Text | Receiver::Number
            )
    })
}
