//! Lowers an expression to a path, an intrinsic call or a literal.

use super::leaf::Leaf;
use crate::expr::{Binary, Expr, ExprNode, methods};
use crate::lower::env::{Dollar, Env, OuterValue};
use crate::lower::members::{self, Member};
use crate::lower::reads;
use crate::lower::report::{NO_ERROR, NO_RESULT, NO_TOKEN, Report, no_item, no_local, too_early};
use crate::lower::tree::{Build, LoweredTree};
use crate::shape::{CustomForm, Field, IntegerType, Payload, Presence, Shape};
use crate::task::ErrorOutput;

/// Lowers expressions of one state or edge.
pub(in crate::lower) struct Paths<'e, 'r> {
    pub(super) env: Env<'e>,
    pub(super) report: &'r mut Report,
    /// The field is read only to be passed on as the same field.
    passes: bool,
}

impl<'e, 'r> Paths<'e, 'r> {
    pub(in crate::lower) fn new(env: Env<'e>, report: &'r mut Report) -> Self {
        Paths {
            env,
            report,
            passes: false,
        }
    }

    pub(super) fn refuse_leaf(&mut self, message: impl Into<String>) -> Leaf {
        self.report.fault(message);
        Leaf::nothing()
    }

    /// A value that must exist: JSONPath fails on an absent value, so a value that may be absent is
    /// refused.
    pub(in crate::lower) fn value(&mut self, expr: &Expr) -> LoweredTree<Leaf> {
        let before = self.report.enter(expr);
        let value = self.tree(expr);
        let value = self.present(value);
        self.report.leave(before);
        value
    }

    pub(super) fn present(&mut self, value: LoweredTree<Leaf>) -> LoweredTree<Leaf> {
        match value {
            LoweredTree::Leaf(leaf) => {
                if let Some(field) = &leaf.absent {
                    self.report.fault(format!(
                        "`{field}` may be absent, and JSONPath fails on what is absent; {way_out}, or select it with \
                         `path!(\"..\")` where you know that it is there", way_out = self.env.use_jsonata()));
                }
                self.refuse_flattened(&leaf);
                LoweredTree::Leaf(leaf)
            }
            LoweredTree::Array(items) => {
                LoweredTree::Array(items.into_iter().map(|item| self.present(item)).collect())
            }
            LoweredTree::Object(entries) => LoweredTree::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, self.present(value)))
                    .collect(),
            ),
            LoweredTree::Optional(value) => {
                self.report.fault(format!(
                    "serde omits a member that is `None`, but a payload template cannot; {way_out}, or write `Some(..)` \
                     if there is always a value", way_out = self.env.use_jsonata()));
                *value
            }
            LoweredTree::Merge(_) => {
                self.report.fault(format!(
                    "a flattened value has no JSONPath form; {way_out}",
                    way_out = self.env.use_jsonata()
                ));
                value
            }
            other => other,
        }
    }

    /// A path, a call or a literal, for an operand.
    pub(super) fn leaf_of(&mut self, expr: &Expr) -> Result<Leaf, serde_json::Value> {
        match self.tree(expr) {
            LoweredTree::Leaf(leaf) => Ok(leaf),
            LoweredTree::Placeholder(name) => Ok(Leaf::placeholder(&name)),
            other => match other.into_literal() {
                Ok(value) => Err(value),
                Err(_) => Ok(self.refuse_leaf(format!(
                    "a constructed value has no JSONPath form here; {way_out}",
                    way_out = self.env.use_jsonata()
                ))),
            },
        }
    }

    fn plain(&mut self, expr: &Expr) -> Leaf {
        match &*expr.node {
            ExprNode::Variable(name) => match self.env.variable(name) {
                Some((whence, shape)) => self.handed(whence, name, shape),
                None => {
                    self.report.unknown(name, self.env.flow.front_end);
                    Leaf::path(format!("${name}"), Shape::Any)
                }
            },
            ExprNode::Parameter => {
                let (whence, name, shape) = self.env.parameter();
                match whence {
                    OuterValue::Here => Leaf::path("$$.Execution.Input", shape),
                    other => self.handed(other, &name, shape),
                }
            }
            ExprNode::Input(shape) if self.env.dollar == Dollar::Input => Leaf::path("$", Shape::Lazy(*shape)),
            ExprNode::Input(_) => self.refuse_leaf(format!(
                "JSONPath cannot read both the state's input and its result or error; {way_out}", way_out = self.env.use_jsonata())),
            ExprNode::Item(name) => self.item(name),
            ExprNode::Result => match self.env.result.clone() {
                Some(found) if self.env.dollar == Dollar::Result => match found.path {
                    Some(path) => Leaf::path(path, found.code.shape),
                    None => self.refuse_leaf(format!(
                        "the result of an Express child has no JSONPath form, because it is text; {way_out}", way_out = self.env.use_jsonata())),
                },
                _ => self.refuse_leaf(NO_RESULT),
            },
            ExprNode::TaskToken if self.env.has_token() => Leaf::path("$$.Task.Token", Shape::String),
            ExprNode::TaskToken => self.refuse_leaf(NO_TOKEN),
            ExprNode::ErrorOutput if self.env.error.is_some() => Leaf::path("$", ErrorOutput::shape()),
            ExprNode::ErrorOutput => self.refuse_leaf(NO_ERROR),
            ExprNode::ErrorField(name, _) => self.refuse_leaf(format!(
                "JSONPath cannot read the field `{name}` of an error's cause; {way_out}, or {whole}",
                way_out = self.env.use_jsonata(),
                whole = self.env.flow.front_end.catch_whole_error()
            )),
            ExprNode::Local(name) => {
                let local = self.env.path_locals.iter().rev().find(|(local, _)| local == name);
                match local {
                    Some((_, leaf)) => leaf.clone(),
                    None => self.refuse_leaf(no_local(name)),
                }
            }
            ExprNode::Field(base, name) => match self.leaf_of(base) {
                Ok(base) => self.field(base, name),
                Err(_) => self.refuse_leaf(format!("a field of a literal has no JSONPath form; {way_out}", way_out = self.env.use_jsonata())),
            },
            ExprNode::TupleField(base, index) => match self.leaf_of(base) {
                Ok(base) => self.tuple_field(base, *index),
                Err(_) => self.refuse_leaf(format!("a field of a literal has no JSONPath form; {way_out}", way_out = self.env.use_jsonata())),
            },
            ExprNode::Index(base, index) => self.index(base, index),
            ExprNode::Path(text, shape) => {
                reads::in_path(text, &self.env, self.report);
                let text = self.env.scopes.emitted_text(expr).unwrap_or_else(|| text.clone());
                Leaf::path(text.trim(), Shape::Lazy(*shape))
            }
            ExprNode::Intrinsic(text, shape) => {
                reads::in_call(text, &self.env, self.report);
                let text = self.env.scopes.emitted_text(expr).unwrap_or_else(|| text.clone());
                Leaf::call(text.trim(), Shape::Lazy(*shape))
            }
            ExprNode::Jsonata(text, _) => self.refuse_leaf(format!(
                "the JSONata expression `{text}` cannot be used in a JSONPath state; {way_out}, or write `path!(\"..\")` or \
                 `intrinsic!(\"..\")`", way_out = self.env.use_jsonata())),
            ExprNode::Format(pieces) => self.formatted(pieces),
            ExprNode::Binary(operator @ (Binary::Add | Binary::Sub), left, right) => {
                self.sum(*operator, left, right)
            }
            ExprNode::Method(base, name, arguments) => self.method(base, name, arguments),
            ExprNode::Function(path, arguments) if path.starts_with("functions::") => {
                let name = path.trim_start_matches("functions::");
                self.library(name, arguments)
            }
            ExprNode::Function(path, arguments) => match (&**path, arguments.as_slice()) {
                ("String::from" | "Box::new" | "Some" | "f64::from", [only]) => self.converted(only, None),
                (path, [only]) if IntegerType::of_conversion(path).is_some() => {
                    self.converted(only, IntegerType::of_conversion(path))
                }
                _ => self.refuse_leaf(format!(
                    "`{path}` cannot run inside a workflow expression; call it in a task instead"
                )),
            },
            ExprNode::Unary(..) | ExprNode::Binary(..) => self.refuse_leaf(format!(
                "JSONPath computes only sums of integers; a condition belongs in a choice, and for other values {way_out}", way_out = self.env.use_jsonata())),
            ExprNode::If(..) => self.refuse_leaf(format!("JSONPath has no `if`; use a choice, or {way_out}", way_out = self.env.use_jsonata())),
            ExprNode::Match(..) => self.refuse_leaf(format!("JSONPath has no `match` in an expression; use a choice, or {way_out}", way_out = self.env.use_jsonata())),
            ExprNode::Closure(..) => self.refuse_leaf(format!("JSONPath has no closures; {way_out}", way_out = self.env.use_jsonata())),
            ExprNode::Context(path) => Leaf::path(format!("$$.{path}"), Shape::Any),
            ExprNode::Refused(message) => self.refuse_leaf(message.clone()),
            ExprNode::Literal(_)
            | ExprNode::Placeholder(_)
            | ExprNode::Record(_)
            | ExprNode::Tuple(_)
            | ExprNode::Array(_)
            | ExprNode::Object(_)
            | ExprNode::Some(_)
            | ExprNode::Let(..)
            | ExprNode::Typed(..)
            | ExprNode::None => Leaf::nothing(),
        }
    }

    fn item(&mut self, name: &str) -> Leaf {
        match self.env.item(name) {
            Some((whence, shape)) => self.handed(whence, name, shape),
            None => self.refuse_leaf(no_item(name)),
        }
    }

    /// A value that is a variable, or is part of the input of a body's first state.
    fn handed(&mut self, whence: OuterValue, name: &str, shape: Shape) -> Leaf {
        match whence {
            OuterValue::Here | OuterValue::Assigned => {
                Leaf::path(format!("${}", self.env.scopes.emitted(name)), shape)
            }
            OuterValue::Input(steps) => match self.env.dollar {
                Dollar::Input => {
                    let steps: String = steps.iter().map(|name| step(name)).collect();
                    Leaf::path(format!("${steps}"), shape)
                }
                Dollar::Result | Dollar::Error => self.refuse_leaf(format!(
                    "`{name}` cannot be read here: JSONPath sees only the result once the task has run; put a `pass` state \
                     before this one, or {way_out}", way_out = self.env.use_jsonata())),
            },
            OuterValue::Inside => self.refuse_leaf(too_early(name)),
        }
    }

    pub(super) fn refuse_flattened(&mut self, leaf: &Leaf) {
        if leaf.flattened {
            self.report.fault(format!(
                "{} is flattened into the struct that holds it, and JSONPath cannot take it out; read its fields, or {way_out}",
                leaf.shape.describe(), way_out = self.env.use_jsonata()));
        }
    }

    /// Reports a read of a field with a custom form, unless the value is passed on as the same
    /// field.
    fn is_refused(&mut self, shape: &Shape) -> bool {
        match members::custom_field(shape) {
            Some(form) if !self.passes => {
                self.report.fault(form.refusal());
                true
            }
            _ => false,
        }
    }

    pub(super) fn field(&mut self, base: Leaf, name: &str) -> Leaf {
        if base.call {
            return self.refuse_leaf(format!(
                "a field of a computed value has no JSONPath form; assign the value to a variable first, or {way_out}", way_out = self.env.use_jsonata()));
        }
        match members::field(&base.shape, name) {
            Ok(Member::Same(shape) | Member::Field(Field { shape, .. }))
                if self.is_refused(&shape) =>
            {
                Leaf::nothing()
            }
            Ok(Member::Field(field)) if !field.flatten => {
                let sometimes = match field.presence {
                    Presence::Sometimes(_) | Presence::Omitted(_) => true,
                    Presence::Always => matches!(field.shape.plain(), Shape::Option(_)),
                    _ => false,
                };
                Leaf {
                    text: base.text.clone() + &step(&field.wire),
                    shape: field.shape,
                    flattened: false,
                    absent: sometimes.then(|| name.to_owned()),
                    ..base
                }
            }
            Ok(Member::Field(Field { shape, .. })) => Leaf {
                shape,
                flattened: true,
                ..base
            },
            Ok(Member::Same(shape)) => Leaf { shape, ..base },
            Ok(Member::Unknown) => Leaf::path(base.text + &step(name), Shape::Any),
            Err(message) => self.refuse_leaf(message),
        }
    }

    pub(super) fn tuple_field(&mut self, base: Leaf, index: usize) -> Leaf {
        match members::item(&base.shape, index) {
            Ok((_, shape)) if self.is_refused(&shape) => Leaf::nothing(),
            Ok((Some(place), shape)) if base.call => Leaf::call(
                format!("States.ArrayGetItem({}, {place})", base.text),
                shape,
            ),
            Ok((Some(place), shape)) => Leaf::path(format!("{}[{place}]", base.text), shape),
            Ok((None, shape)) => Leaf { shape, ..base },
            Err(message) => self.refuse_leaf(message),
        }
    }

    fn index(&mut self, base: &Expr, index: &Expr) -> Leaf {
        let base = match self.leaf_of(base) {
            Ok(base) => base,
            Err(_) => {
                return self.refuse_leaf(format!(
                    "an item of a literal has no JSONPath form; {way_out}",
                    way_out = self.env.use_jsonata()
                ));
            }
        };
        if let Some(form) = base.shape.custom() {
            return self.refuse_leaf(form.refusal());
        }
        if let Shape::Any = base.shape.plain() {
            return self.refuse_leaf(format!(
                "an absent part of a value of unknown type must be `null`, but JSONPath fails on it; {way_out}", way_out = self.env.use_jsonata()));
        }
        if let Shape::Map(map) = base.shape.plain() {
            return match self.leaf_of(index) {
                Err(serde_json::Value::String(key)) if !base.call => {
                    Leaf::path(base.text + &step(&key), map.value)
                }
                _ => self.refuse_leaf(format!(
                    "a map's value at a computed key has no JSONPath form; {way_out}",
                    way_out = self.env.use_jsonata()
                )),
            };
        }
        let item = base.shape.item();
        match self.leaf_of(index) {
            Err(serde_json::Value::Number(number)) if !base.call => {
                Leaf::path(format!("{}[{number}]", base.text), item)
            }
            Err(value) => {
                let index = self.literal(&value);
                Leaf::call(
                    format!("States.ArrayGetItem({}, {})", base.text, index.text),
                    item,
                )
            }
            Ok(index) => Leaf::call(
                format!("States.ArrayGetItem({}, {})", base.text, index.text),
                item,
            ),
        }
    }

    /// A value that a conversion does not change in JSON.
    fn converted(&mut self, value: &Expr, to: Option<IntegerType>) -> Leaf {
        let leaf = match self.leaf_of(value) {
            Ok(leaf) => leaf,
            Err(value) => self.literal(&value),
        };
        match (to, leaf.shape.plain()) {
            (Some(to), shape) if shape.is_integer() => Leaf {
                shape: shape.converted(to),
                ..leaf
            },
            (Some(_), Shape::Bool) => self.refuse_leaf(format!(
                "JSONPath makes no number of a `bool`; {way_out}",
                way_out = self.env.use_jsonata()
            )),
            _ => leaf,
        }
    }

    fn method(&mut self, base: &Expr, name: &str, arguments: &[Expr]) -> Leaf {
        let receiver = match self.leaf_of(base) {
            Ok(leaf) => leaf,
            Err(value) => self.literal(&value),
        };
        let row = methods::find(name, &receiver.shape, arguments.len());
        if row.is_none() && arguments.is_empty() && methods::is_identity(name) {
            return receiver;
        }
        if let Some(field) = &receiver.absent {
            let message = format!(
                "`{field}` may be absent, and JSONPath fails on what is absent; {way_out}",
                way_out = self.env.use_jsonata()
            );
            return self.refuse_leaf(message);
        }
        if let Some(form) = row.and_then(|row| row.jsonpath) {
            let count = Shape::Int(IntegerType::Count);
            return Leaf::call(form.replace("$this", &receiver.text), count);
        }
        match (name, receiver.shape.plain(), arguments) {
            ("contains", Shape::Array(item), [wanted]) if !item.is_spelled() => {
                let wanted = self.argument(wanted);
                Leaf::call(
                    format!("States.ArrayContains({}, {})", receiver.text, wanted.text),
                    Shape::Bool,
                )
            }
            ("to_string" | "into", Shape::String, []) => receiver,
            ("to_string", shape, []) if shape.is_integer() || matches!(shape, Shape::Bool) => {
                Leaf::call(
                    format!("States.Format('{{}}', {})", receiver.text),
                    Shape::String,
                )
            }
            _ => {
                let what = receiver.shape.describe();
                self.refuse_leaf(format!(
                    "`{name}` on {what} has no JSONPath form; {way_out}, or call it in a task",
                    way_out = self.env.use_jsonata()
                ))
            }
        }
    }
}

impl Build for Paths<'_, '_> {
    type Leaf = Leaf;

    fn leaf(&mut self, expr: &Expr) -> LoweredTree<Leaf> {
        if let ExprNode::Let(bindings, body) = &*expr.node {
            return self.tree(&Expr::put_in(bindings, body));
        }
        // The text of a text literal is a literal, too.
        if let ExprNode::Method(base, name, arguments) = &*expr.node
            && arguments.is_empty()
            && matches!(&**name, "to_string" | "into")
            && let ExprNode::Literal(serde_json::Value::String(_)) = &*base.node
        {
            return self.tree(base);
        }
        LoweredTree::Leaf(self.plain(expr))
    }

    fn typed(&mut self, value: &Expr, shape: Shape) -> LoweredTree<Leaf> {
        match self.tree(value) {
            LoweredTree::Leaf(leaf) if is_collected(&leaf.shape, &shape) => {
                let (from, into) = (leaf.shape.describe(), shape.describe());
                LoweredTree::Leaf(self.refuse_leaf(format!(
                    "JSONPath cannot make {into} of {from}; {way_out}, or do it in a task",
                    way_out = self.env.use_jsonata()
                )))
            }
            LoweredTree::Leaf(leaf) => LoweredTree::Leaf(Leaf { shape, ..leaf }),
            tree => tree,
        }
    }

    /// `Some(option)` is an option of an option, which no rule can test.
    fn some(&mut self, value: LoweredTree<Leaf>) -> LoweredTree<Leaf> {
        match value {
            LoweredTree::Leaf(leaf)
                if matches!(leaf.shape.plain(), Shape::Option(_) | Shape::Null) =>
            {
                let shape = Shape::option(leaf.shape.clone());
                LoweredTree::Leaf(Leaf { shape, ..leaf })
            }
            value => value,
        }
    }

    /// A newtype has the value that it wraps, with the shape of the newtype: `Bag(list).0` is not
    /// an item of the list.
    fn shaped(&mut self, value: LoweredTree<Leaf>, shape: Shape) -> LoweredTree<Leaf> {
        match value {
            LoweredTree::Leaf(leaf) => LoweredTree::Leaf(Leaf { shape, ..leaf }),
            tree => tree,
        }
    }

    fn passed(&mut self, value: &Expr, form: CustomForm) -> Option<LoweredTree<Leaf>> {
        self.passes = true;
        let tree = self.tree(value);
        self.passes = false;
        match tree {
            LoweredTree::Leaf(leaf) => match leaf.shape.resolve() {
                Shape::Custom(found) if found == form => Some(LoweredTree::Leaf(leaf)),
                _ => None,
            },
            _ => None,
        }
    }

    fn report(&mut self) -> &mut Report {
        self.report
    }
}

/// Whether a conversion between these shapes changes the collection.
fn is_collected(from: &Shape, into: &Shape) -> bool {
    let is_list = |shape: &Shape| matches!(shape, Shape::Array(_) | Shape::Tuple(_));
    let (from, into) = (from.plain(), into.plain());
    match &into {
        Shape::Set(_) => is_list(&from) || matches!(from, Shape::Map(_)),
        Shape::Map(_) => is_list(&from) || matches!(from, Shape::Set(_)),
        Shape::String => is_list(&from) || matches!(from, Shape::Set(_)),
        into => is_list(into) && matches!(from, Shape::Map(_) | Shape::Option(_)),
    }
}

/// The step to a JSON member.
pub(super) fn step(name: &str) -> String {
    let mut letters = name.chars();
    let plain = letters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if plain {
        format!(".{name}")
    } else {
        format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}
