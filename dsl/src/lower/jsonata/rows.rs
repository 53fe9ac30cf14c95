//! Fills a row of the method table with a receiver and its arguments.

use super::expression::Lowering;
use super::lists::listed;
use super::spelling::Normalized;
use crate::expr::methods::{self, ArgumentKind, Method, Receiver, ResultShape, Run};
use crate::expr::{Expr, ExprNode};
use crate::lower::code::{Code, ListKind, UndefinedMeaning};
use crate::lower::syntax::reader;
use crate::lower::syntax::{Local, Syntax};
use crate::shape::{IntegerType, Shape};

/// The maximum number of nodes of a closure that a row contains more than once: nested closures
/// double it each time.
const LARGEST: usize = 5_000;

/// A closure with its lowered body.
struct Closure {
    parameters: Vec<Local>,
    body: Code,
}

/// The shapes of the receiver's parts.
struct ReceiverShapes {
    item: Shape,
    key: Shape,
    /// The shape of a map's value, or of the value in `Some`.
    entry: Shape,
}

impl ReceiverShapes {
    fn of(shape: &Shape) -> ReceiverShapes {
        let (key, entry) = match shape.plain() {
            Shape::Map(map) => (map.key.plain(), map.value.clone()),
            Shape::Option(some) => (Shape::String, some.resolve()),
            _ => (Shape::String, Shape::Any),
        };
        ReceiverShapes {
            item: shape.item(),
            key,
            entry,
        }
    }
}

/// The values for a row's template.
struct RowValues {
    this: Code,
    values: Vec<Code>,
    closure: Option<Closure>,
}

impl Lowering<'_, '_> {
    /// Fills a row of the table with a receiver and its arguments.
    pub(super) fn row(
        &mut self,
        row: &'static Method,
        name: &str,
        this: Code,
        arguments: &[Expr],
    ) -> Code {
        let before = this.clone();
        let mut row = row;
        if !matches!(name, "len" | "is_empty") {
            self.keys_agree(&this.shape);
        }
        let this = self.receiver(row, this);
        let mut filling = RowValues {
            this,
            values: Vec::new(),
            closure: None,
        };
        for (takes, argument) in row.takes.iter().zip(arguments) {
            match takes {
                ArgumentKind::Closure(parameters) | ArgumentKind::Key(parameters) => {
                    let shapes: Vec<Shape> = parameters
                        .iter()
                        .map(|gives| filling.shape(gives))
                        .collect();
                    // `bool::then` runs its closure where the receiver is true.
                    let closure = match row.receiver {
                        Receiver::Bool => {
                            let condition = filling.this.syntax.clone();
                            self.assuming(&condition, true, |this| this.closure(argument, &shapes))
                        }
                        _ => self.closure(argument, &shapes),
                    };
                    match closure {
                        Some(mut closure) => {
                            if matches!(takes, ArgumentKind::Key(_)) {
                                self.key(&closure.body.shape);
                                closure.body = self.normalized(closure.body, Normalized::Key);
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
        if filling.runs_failing()
            && let Some(other) = methods::with_failing_closure(name, row)
        {
            row = other;
            filling.this = self.receiver(row, before.clone());
        }
        let deferred = self.run(name, row, &filling, before.deferred);
        let shape = filling.shape(&row.gives);
        let itself = (row.jsonata == "$this").then_some(filling.this.absent);
        let syntax = self.fill(row.jsonata, filling);
        let syntax = match shape.plain() {
            Shape::Array(item) => listed(syntax, &item),
            _ => syntax,
        };
        let absent = match itself {
            Some(absent) => absent,
            None if row.maybe => UndefinedMeaning::Null,
            None => UndefinedMeaning::Never,
        };
        let code = Code {
            deferred,
            ..Code::new(syntax, shape).absent(absent)
        };
        match name {
            "sum" => self.checked(code, "add"),
            "product" | "pow" => self.checked(code, "multiply"),
            "abs" => self.checked(code, "negate"),
            _ => code,
        }
    }

    /// The method of the resulting iterator whose closure can fail. Reports a call that may not
    /// evaluate the closure for all items.
    fn run(
        &mut self,
        name: &str,
        row: &Method,
        filling: &RowValues,
        receiver: Option<&'static str>,
    ) -> Option<&'static str> {
        if !row.receiver.is_list() {
            return None;
        }
        let argument = filling.values.iter().find_map(|value| value.deferred);
        let deferred = receiver.or(argument);
        match methods::runs(name) {
            Run::Later if filling.runs_failing() => deferred.or(Some(row.names[0])),
            Run::Later => deferred,
            Run::Some => {
                if let Some(closure) = deferred {
                    self.report.fault(format!(
                        "`{name}` may leave items out, but JSONata runs the closure of `{closure}` for every item, and that closure \
                         can fail; write `.collect::<Vec<_>>()` after `{closure}(..)`, which runs it for every item in Rust as \
                         well"
                    ));
                }
                None
            }
            Run::All => None,
        }
    }

    /// Whether the keys of a map or the items of a set compare like their JSON; reports a fault if
    /// not.
    pub(super) fn keys_agree(&mut self, shape: &Shape) {
        let check = match shape.plain() {
            Shape::Map(map) => map.check,
            Shape::Set(set) => set.check,
            _ => None,
        };
        if let Some(why) = check.and_then(|check| check()) {
            self.report.fault(why);
        }
    }

    /// The receiver in the form that the row expects: it exists, and is in Rust's order.
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
        let mut this = this;
        let is_sum = row.receiver == Receiver::Numbers && this.shape.item().is_integer();
        if row.unordered || is_sum || matches!(row.gives, ResultShape::Count) {
            unsort(&mut this.syntax);
        }
        if !row.streams {
            return this;
        }
        // A list of a single sequence is that sequence, if its items are not lists.
        let lone = match &this.syntax {
            Syntax::Array(items) => match items.as_slice() {
                [Syntax::Call(name, _)] if matches!(&**name, "map" | "filter") => {
                    Some(items[0].clone())
                }
                _ => None,
            },
            _ => None,
        };
        match lone {
            Some(syntax) if ListKind::of(&this.shape.item()) == ListKind::Never => {
                Code { syntax, ..this }
            }
            _ => this,
        }
    }

    pub(super) fn argument(&mut self, takes: &ArgumentKind, argument: &Expr) -> Code {
        let value = self.value(argument);
        match takes {
            ArgumentKind::Text if !matches!(value.shape.plain(), Shape::String | Shape::Any) => {
                return self.refuse_code(format!(
                    "this takes one text in a workflow, and not {}; do it in a task",
                    value.shape.describe()
                ));
            }
            ArgumentKind::Items => match value.shape.plain() {
                Shape::Option(_) | Shape::Map(_) => return self.method_of(value, "iter", &[]),
                _ => return self.in_order(value),
            },
            _ => {}
        }
        value
    }

    /// A closure whose parameters have these shapes.
    fn closure(&mut self, closure: &Expr, shapes: &[Shape]) -> Option<Closure> {
        let ExprNode::Closure(names, body) = &*closure.node else {
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
                // A count has few digits, independent of its integer type.
                (Some(known), Shape::Int(IntegerType::Count)) if known.is_integer() => {
                    shape.clone()
                }
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

    /// Replaces the names of a template. Its own names become locals before a user's expression is
    /// inserted.
    fn fill(&mut self, template: &'static str, filling: RowValues) -> Syntax {
        let mut syntax = reader::read(template, &mut |name| self.fresh(name));
        let holes = ["this", "a", "b"].map(|name| {
            let local = self.fresh("v");
            syntax.replace_variable(name, &Syntax::Local(local.clone()));
            local
        });
        let kinds = ReceiverShapes::of(&filling.this.shape);
        self.resolve(&mut syntax, filling.closure.as_ref(), &kinds);
        let values = filling.values.into_iter().map(|value| value.syntax);
        let values = std::iter::once(filling.this.syntax).chain(values);
        let filled: Vec<(Local, Syntax)> = holes.into_iter().zip(values).collect();
        // A value that is used more than once and is not short is bound, in Rust's order of
        // evaluation.
        filled
            .into_iter()
            .rev()
            .fold(syntax, |body, (local, value)| {
                Syntax::bind(local, value, body)
            })
    }

    /// Inserts the closure and the functions of this module into a template.
    fn resolve(&mut self, syntax: &mut Syntax, closure: Option<&Closure>, kinds: &ReceiverShapes) {
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
                    // The first item of an unwrapped single item is that item, unless it is a list.
                    **base = if ListKind::of(&kinds.item) == ListKind::Never {
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

    /// A function that exists only in templates.
    fn own_function(
        &mut self,
        name: &str,
        arguments: &mut Vec<Syntax>,
        closure: Option<&Closure>,
        kinds: &ReceiverShapes,
    ) -> Option<Syntax> {
        if name == "f" {
            let closure = closure?;
            if closure.body.syntax.size(LARGEST) >= LARGEST {
                self.report.fault(
                    "this closure is too long to be written at each place that runs it; compute the value in a `map` before",
                );
                return Some(Syntax::Null);
            }
            let values = closure.parameters.iter().zip(arguments.drain(..));
            let body = closure.body.syntax.clone();
            return Some(values.fold(body, |body, (parameter, value)| {
                Syntax::bind(parameter.clone(), value, body)
            }));
        }
        if ![
            "one",
            "entry",
            "rust_key",
            "rust_keys",
            "rust_order",
            "text_key",
        ]
        .contains(&name)
        {
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
            "rust_order" | "text_key" if kinds.key.is_spelled() => {
                self.report.fault(format!(
                    "the keys of this map are {}, which JSON may spell in several ways, so a workflow cannot find or sort them; do it in a task",
                    kinds.key.describe()
                ));
                value
            }
            "rust_order" => self
                .sorted(value, &kinds.key)
                .map_or(Syntax::Null, |sorted| sorted),
            "text_key" if kinds.key.is_integer() => Syntax::call("formatBase", vec![value]),
            _ => {
                if !matches!(kinds.key, Shape::String | Shape::Any | Shape::Written(_)) {
                    self.report.fault(format!(
                        "the keys of this map are not texts in Rust, but they are in JSON: this is {}; do it in a task",
                        kinds.key.describe()
                    ));
                }
                value
            }
        })
    }
}

impl RowValues {
    /// Whether the closure can fail.
    fn runs_failing(&self) -> bool {
        let closure = self.closure.as_ref();
        closure.is_some_and(|closure| closure.body.syntax.can_fail())
    }

    /// A shape of the table.
    fn shape(&self, gives: &ResultShape) -> Shape {
        let this = || self.this.shape.plain();
        match gives {
            ResultShape::Bool => Shape::Bool,
            ResultShape::Count => Shape::Int(IntegerType::Count),
            ResultShape::Integer => Shape::Integer,
            ResultShape::Number => Shape::Number,
            ResultShape::Text => Shape::String,
            ResultShape::Json => Shape::Any,
            ResultShape::This => self.this.shape.clone(),
            ResultShape::Item => self.this.shape.item(),
            ResultShape::Inner => match self.this.shape.item().plain() {
                Shape::Option(some) => some.resolve(),
                list => list.item(),
            },
            ResultShape::Some => self.this.shape.some(),
            ResultShape::Key => match this() {
                Shape::Map(map) => map.key.resolve(),
                _ => Shape::String,
            },
            ResultShape::Entry => match this() {
                Shape::Map(map) => map.value.resolve(),
                _ => Shape::Any,
            },
            ResultShape::First => self.value(0),
            ResultShape::FirstItem => self.value(0).item(),
            ResultShape::Closure => match &self.closure {
                Some(closure) => closure.body.shape.clone(),
                None => Shape::Any,
            },
            ResultShape::List(item) => Shape::list(self.shape(item)),
            ResultShape::Option(some) => Shape::option(self.shape(some)),
            ResultShape::Pair(a, b) => Shape::Tuple(vec![self.shape(a), self.shape(b)]),
        }
    }

    fn value(&self, place: usize) -> Shape {
        self.values
            .get(place)
            .map_or(Shape::Any, |value| value.shape.clone())
    }
}

/// Removes the sorting of a sequence whose order does not matter.
fn unsort(sequence: &mut Syntax) {
    match sequence {
        Syntax::ByCharacters(texts, _) => *sequence = (**texts).clone(),
        Syntax::Array(items) if items.len() == 1 => {
            let is_sorted = match &items[0] {
                Syntax::ByCharacters(..) => true,
                Syntax::Call(name, _) => name == "sort",
                _ => false,
            };
            unsort(&mut items[0]);
            // The brackets made a list of the sorted sequence. An array literal inside of brackets
            // would be a single item.
            if is_sorted && items[0].is_array() {
                *sequence = items.remove(0);
            }
        }
        Syntax::Whole(inner) => unsort(inner),
        Syntax::Call(name, arguments) => match (&**name, arguments.as_mut_slice()) {
            ("sort", [list]) => *sequence = list.clone(),
            // With two parameters, the function reads the index of each item.
            ("map" | "filter", [list, Syntax::Function(parameters, _)])
                if parameters.len() == 1 =>
            {
                unsort(list);
            }
            _ => {}
        },
        _ => {}
    }
}
