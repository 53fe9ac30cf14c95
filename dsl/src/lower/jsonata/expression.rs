//! One expression.

use super::code::{Absent, Code, Listed, level};
use super::names;
use super::quote::quote;
use crate::expr::{Case, Expr, Node, Text};
use crate::lower::env::{Env, Whence};
use crate::lower::pattern;
use crate::lower::reads;
use crate::lower::report::Report;
use crate::lower::text;
use crate::lower::tree::{Build, Tree};
use crate::shape::{Field, Fields, Presence, Shape};
use serde_json::Value;

/// The largest integer that JSONata keeps exactly.
const EXACT: u64 = 1 << 53;

/// Lowers expressions of one place.
pub(in crate::lower) struct Lowering<'e, 'r> {
    pub(super) env: Env<'e>,
    pub(super) report: &'r mut Report,
    fresh: usize,
}

impl<'e, 'r> Lowering<'e, 'r> {
    pub(in crate::lower) fn new(env: Env<'e>, report: &'r mut Report) -> Self {
        Lowering {
            env,
            report,
            fresh: 0,
        }
    }

    pub(super) fn refuse_code(&mut self, message: impl Into<String>) -> Code {
        self.report.fault(message);
        Code::nothing()
    }

    /// A built-in function's name, which no variable in scope may hide.
    pub(super) fn function(&mut self, name: &'static str) -> String {
        let levels = self.env.own_levels();
        let hidden = levels
            .iter()
            .any(|level| level.scope.hides(name, level.state));
        if hidden {
            self.report.fault(format!(
                "the variable `{name}` hides JSONata's function `${name}`, which this expression needs; give the variable \
                 another name"
            ));
        }
        format!("${name}")
    }

    /// `$name(arguments)`.
    pub(super) fn call(&mut self, name: &'static str, arguments: &[&Code], shape: Shape) -> Code {
        let function = self.function(name);
        let arguments: Vec<_> = arguments.iter().map(|code| code.text.as_str()).collect();
        Code::atom(format!("{function}({})", arguments.join(", ")), shape)
    }

    /// The code of an expression, as it is: it may be undefined where Rust has `None`.
    pub(in crate::lower) fn code(&mut self, expr: &Expr) -> Code {
        if let Node::Typed(value, shape) = &*expr.node {
            return self.code(value).shaped(Shape::Lazy(*shape));
        }
        match self.tree(expr) {
            Tree::Leaf(code) => code,
            tree => self.built(tree),
        }
    }

    /// The code of an expression where a value must be: what is absent becomes `null` or its default.
    pub(in crate::lower) fn value(&mut self, expr: &Expr) -> Code {
        let code = self.code(expr);
        self.present(code)
    }

    /// Makes sure that a value is there.
    pub(in crate::lower) fn present(&mut self, code: Code) -> Code {
        let code = self.unflatten(code);
        let otherwise = match code.absent {
            Absent::Never => return code,
            Absent::Null => "null".to_owned(),
            Absent::Default(default) => self
                .built(Tree::Literal(default()))
                .at(level::CONDITIONAL + 1),
        };
        let shape = code.shape.clone();
        self.twice(code, |this, code| {
            let exists = this.function("exists");
            let text = code.at(level::CONDITIONAL + 1);
            Code::conditional(
                format!("{exists}({}) ? {text} : {otherwise}", code.text),
                shape,
            )
        })
    }

    /// The value of a flattened struct, taken out of the object that holds it.
    fn unflatten(&mut self, code: Code) -> Code {
        if !code.flattened {
            return code;
        }
        let Shape::Struct(shape) = code.shape.plain() else {
            return self.refuse_code(format!(
                "{} is flattened into the struct that holds it, so it cannot be read as a whole; read its fields",
                code.shape.describe()
            ));
        };
        let Fields::Named(fields) = &shape.fields else {
            return self.refuse_code(format!(
                "`{}` is flattened, so it cannot be read as a whole",
                shape.name
            ));
        };
        let base = Code {
            flattened: false,
            ..code.clone()
        };
        let mut entries = Vec::new();
        for field in fields {
            if !matches!(field.presence, Presence::Never) {
                let value = self.step(&base, field);
                let value = self.present(value);
                entries.push(format!(
                    "{}: {}",
                    quote(&field.wire).at(level::ATOM),
                    value.text
                ));
            }
        }
        Code::atom(format!("{{{}}}", entries.join(", ")), code.shape)
    }

    /// Uses a value twice: as it is where it is short, else under a name of its own.
    pub(super) fn twice(
        &mut self,
        code: Code,
        body: impl FnOnce(&mut Self, &Code) -> Code,
    ) -> Code {
        if code.simple {
            return body(self, &code);
        }
        self.fresh += 1;
        let name = format!("$v{}", self.fresh);
        let bound = Code {
            text: name.clone(),
            level: level::ATOM,
            simple: true,
            ..code.clone()
        };
        let inner = body(self, &bound);
        Code::atom(
            format!("({name} := {}; {})", code.text, inner.text),
            inner.shape,
        )
        .absent(inner.absent)
    }

    /// `(name := value; body)`: what is short stands where its name is read.
    fn bound(&mut self, bindings: &[(Text, Expr)], body: &Expr) -> Code {
        let before = self.env.locals.len();
        let mut block = String::new();
        for (name, value) in bindings {
            let mut code = self.code(value);
            if !code.simple {
                self.fresh += 1;
                let fresh = format!("$v{}", self.fresh);
                block += &format!("{fresh} := {}; ", code.text);
                code = Code {
                    text: fresh,
                    level: level::ATOM,
                    simple: true,
                    ..code
                };
            }
            self.env.locals.push((name.clone(), code));
        }
        let body = self.code(body);
        self.env.locals.truncate(before);
        if block.is_empty() {
            return body;
        }
        Code::atom(format!("({block}{})", body.text), body.shape).absent(body.absent)
    }

    /// A structured value inside an expression.
    pub(super) fn built(&mut self, tree: Tree<Code>) -> Code {
        match tree {
            Tree::Leaf(code) => self.present(code),
            Tree::Placeholder(name) => Code::path(format!("'${{{name}}}'"), Shape::String),
            Tree::Literal(value) => self.literal(value),
            Tree::Array(items) => {
                let items: Vec<_> = items.into_iter().map(|item| self.built(item)).collect();
                let text: Vec<_> = items.iter().map(|item| self.member(item)).collect();
                let shape = Shape::Tuple(items.iter().map(|item| item.shape.clone()).collect());
                let item = items.first().map_or(Shape::Any, |item| item.shape.clone());
                let alike = items
                    .iter()
                    .all(|other| other.shape.describe() == item.describe());
                let shape = if alike {
                    Shape::Array(Box::new(item))
                } else {
                    shape
                };
                Code::array(&text.join(", "), shape)
            }
            Tree::Object(entries) => {
                let mut shapes = Vec::new();
                let mut texts = Vec::new();
                for (key, value) in entries {
                    let value = self.built(value);
                    texts.push(format!("{}: {}", quote(&key).at(level::ATOM), value.text));
                    shapes.push((Text::Owned(key), value.shape));
                }
                Code::atom(format!("{{{}}}", texts.join(", ")), Shape::object(shapes))
            }
            Tree::Merge(parts) => {
                let parts: Vec<_> = parts.into_iter().map(|part| self.built(part)).collect();
                let merge = self.function("merge");
                let texts: Vec<_> = parts.iter().map(|part| part.text.as_str()).collect();
                Code::atom(format!("{merge}([{}])", texts.join(", ")), Shape::Any)
            }
        }
    }

    /// The item of an array literal: JSONata would put the items of a list there in its place.
    fn member(&mut self, item: &Code) -> String {
        match Listed::of(&item.shape) {
            Listed::Never => item.text.clone(),
            // Another literal is taken as it is.
            Listed::Always if item.array => item.text.clone(),
            Listed::Always => format!("[{}]", item.text),
            Listed::Perhaps => {
                let map = self.function("map");
                format!("{map}([0], function() {{ {} }})[]", item.text)
            }
        }
    }

    fn literal(&mut self, value: Value) -> Code {
        let shape = Shape::of_value(&value);
        match value {
            Value::Null => Code::path("null", shape),
            Value::Bool(value) => Code::path(value.to_string(), shape),
            Value::Number(number) => {
                let magnitude = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
                if magnitude.is_some_and(|magnitude| magnitude > EXACT) {
                    return self.refuse_code(format!(
                        "the number {number} is beyond 2^53, which JSONata does not keep exactly; carry it as a text"
                    ));
                }
                let text = match number.as_f64() {
                    // `1000.0` and `1000` are one number in JSON.
                    Some(float)
                        if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 =>
                    {
                        format!("{float:.0}")
                    }
                    _ => number.to_string(),
                };
                let level = if text.starts_with('-') {
                    level::NEGATION
                } else {
                    level::ATOM
                };
                Code {
                    simple: true,
                    ..Code::new(text, level, shape)
                }
            }
            Value::String(text) => quote(&text),
            Value::Array(items) => {
                let code = self.built(Tree::Array(items.into_iter().map(Tree::Literal).collect()));
                code.shaped(shape)
            }
            Value::Object(entries) => {
                let entries = entries
                    .into_iter()
                    .map(|(key, value)| (key, Tree::Literal(value)));
                self.built(Tree::Object(entries.collect()))
            }
        }
    }

    /// An expression without structure of its own.
    fn plain(&mut self, expr: &Expr) -> Code {
        match &*expr.node {
            Node::Variable(name) => self.variable(name),
            Node::Parameter => {
                let (whence, name, shape) = self.env.parameter();
                match whence {
                    Whence::Here => Code::path("$states.context.Execution.Input", shape),
                    other => self.handed(other, &name, shape),
                }
            }
            Node::Input(shape) => Code::path("$states.input", Shape::Lazy(*shape)),
            Node::Item(name) => self.item(name),
            Node::Result => match self.env.result.clone() {
                Some(found) => found.code,
                None => self.refuse_code("only a task, parallel or map has a result, and only after it succeeded"),
            },
            Node::TaskToken => {
                if !self.env.has_token() {
                    return self.refuse_code(
                        "only `wait_for_task_token` hands out a task token: `let answer: T = wait_for_task_token f(.., task_token);`",
                    );
                }
                Code::path("$states.context.Task.Token", Shape::String)
            }
            Node::ErrorOutput => {
                if !self.env.in_catch {
                    return self.refuse_code("only a catch edge has an error");
                }
                Code::path(
                    "$states.errorOutput",
                    <crate::task::ErrorOutput as crate::shape::Payload>::shape(),
                )
            }
            Node::ErrorField(name, shape) => self.error_field(name, *shape),
            Node::Local(name) => {
                let local = self.env.locals.iter().rev().find(|(local, _)| local == name);
                match local {
                    Some((_, code)) => code.clone(),
                    None => self.refuse_code(format!("nothing binds `{name}` here")),
                }
            }
            Node::Field(base, name) => {
                let base = self.code(base);
                self.field(&base, name)
            }
            Node::TupleField(base, index) => {
                let base = self.code(base);
                self.tuple_field(base, *index)
            }
            Node::Index(base, index) => self.index(base, index),
            Node::Method(base, name, arguments) => self.method(base, name, arguments),
            Node::Unary(operator, value) => self.unary(*operator, value),
            Node::Binary(operator, left, right) => self.binary(*operator, left, right),
            Node::If(condition, then, otherwise) => {
                let condition = self.value(condition).at(level::CONDITIONAL + 1);
                let then = self.value(then);
                let otherwise = self.value(otherwise);
                Code::conditional(
                    format!("{condition} ? {} : {}", then.at(level::CONDITIONAL), otherwise.at(level::CONDITIONAL)),
                    then.shape,
                )
            }
            Node::Match(subject, cases) => self.cases(subject, cases),
            Node::Let(bindings, body) => self.bound(bindings, body),
            Node::Format(pieces) => self.format(pieces),
            Node::Closure(..) => self.refuse_code("a closure can only be the argument of a method such as `map` or `filter`"),
            Node::Function(path, arguments) => self.path_call(path, arguments),
            Node::Jsonata(text, shape) => {
                reads::in_jsonata(text, &self.env, self.report);
                Code::new(text.trim(), level::LOOSE, Shape::Lazy(*shape))
            }
            Node::Path(text, shape) => self.refuse_code(format!(
                "the path `{text}` stands in a JSONata state; write `jsonata!(\"..\")`, or `query_language JSONPath;` in the state"
            )).shaped(Shape::Lazy(*shape)),
            Node::Intrinsic(text, shape) => self.refuse_code(format!(
                "the intrinsic function `{text}` stands in a JSONata state; write `jsonata!(\"..\")`, or \
                 `query_language JSONPath;` in the state"
            )).shaped(Shape::Lazy(*shape)),
            Node::Context(path) => Code::path(format!("$states.context.{path}"), Shape::Any),
            Node::Refused(message) => self.refuse_code(message.clone()),
            Node::Literal(_)
            | Node::Placeholder(_)
            | Node::Record(_)
            | Node::Tuple(_)
            | Node::Array(_)
            | Node::Object(_)
            | Node::Some(_)
            | Node::Typed(..)
            | Node::None => Code::nothing(),
        }
    }

    fn variable(&mut self, name: &str) -> Code {
        match self.env.variable(name) {
            Some((whence, shape)) => self.handed(whence, name, shape),
            None => {
                self.report.unknown(name);
                Code::path(format!("${name}"), Shape::Any)
            }
        }
    }

    /// A map's item: the input of the body's first state, a variable elsewhere.
    fn item(&mut self, name: &str) -> Code {
        match self.env.item(name) {
            Some((whence, shape)) => self.handed(whence, name, shape),
            None => self.refuse_code(format!("no map around this state has an item `{name}`")),
        }
    }

    /// A value that is a variable, or came in with the input of a body's first state.
    fn handed(&mut self, whence: Whence, name: &str, shape: Shape) -> Code {
        match whence {
            Whence::Here | Whence::Assigned => Code::path(format!("${name}"), shape),
            Whence::Input(steps) => {
                let input = Code::path("$states.input", Shape::Any);
                steps
                    .iter()
                    .fold(input, |base, name| step(&base, name, Shape::Any))
                    .shaped(shape)
            }
            Whence::Inside => self.refuse_code(format!(
                "`{name}` is read inside the first state of its map's body, where it is no variable yet; put a `pass` state \
                 before that state"
            )),
        }
    }

    fn error_field(&mut self, name: &str, shape: fn() -> Shape) -> Code {
        if !self.env.in_catch {
            return self.refuse_code("only a catch edge has an error");
        }
        let parse = self.function("parse");
        let fields = Code::path(
            format!("{parse}({parse}($states.errorOutput.Cause).errorMessage).fields"),
            Shape::Any,
        );
        let code = step(&fields, name, Shape::Lazy(shape));
        let absent = if code.is_option() {
            Absent::Null
        } else {
            Absent::Never
        };
        Code {
            simple: false,
            ..code.absent(absent)
        }
    }

    /// Reads a field by its Rust name.
    pub(in crate::lower) fn field(&mut self, base: &Code, name: &str) -> Code {
        match base.shape.resolve() {
            Shape::Struct(shape) => match &shape.fields {
                Fields::Newtype(field) if field.name == name => {
                    base.clone().shaped(field.shape.clone())
                }
                Fields::Newtype(field) => {
                    let inner = base.clone().shaped(field.shape.clone());
                    self.field(&inner, name)
                }
                Fields::Named(fields) => match fields.iter().find(|field| field.name == name) {
                    Some(field) => self.step(base, field),
                    None => self.refuse_code(format!("`{}` has no field `{name}`", shape.name)),
                },
                Fields::Tuple(_) | Fields::Unit => {
                    self.refuse_code(format!("`{}` has no field `{name}`", shape.name))
                }
            },
            Shape::Any => {
                let base = self.present(base.clone());
                step(&base, name, Shape::Any)
            }
            other => self.refuse_code(format!("{} has no field `{name}`", other.describe())),
        }
    }

    /// The step to a field of a struct's shape.
    fn step(&mut self, base: &Code, field: &Field) -> Code {
        if let Presence::Never = field.presence {
            return self.refuse_code(format!(
                "the field `{}` never travels, because serde skips it, so a workflow cannot read it",
                field.name
            ));
        }
        // A default struct that is absent has its default's fields.
        let base = match base.absent {
            Absent::Default(_) => &self.present(base.clone()),
            _ => base,
        };
        if field.flatten {
            let mut code = base.clone().shaped(field.shape.clone());
            code.flattened = true;
            return code;
        }
        let plain = Code {
            flattened: false,
            ..base.clone()
        };
        let code = step(&plain, &field.wire, field.shape.clone());
        let absent = match field.presence {
            Presence::Sometimes(Some(default)) => Absent::Default(default),
            Presence::Sometimes(None) => Absent::Null,
            Presence::Always if code.is_option() => Absent::Null,
            _ => Absent::Never,
        };
        code.absent(absent)
    }

    pub(in crate::lower) fn tuple_field(&mut self, base: Code, index: usize) -> Code {
        match base.shape.resolve() {
            Shape::Struct(shape) => match &shape.fields {
                Fields::Newtype(field) if index == 0 => base.shaped(field.shape.clone()),
                Fields::Tuple(fields) => {
                    // Fields that serde skips take no place in the array.
                    let place = fields
                        .iter()
                        .take(index)
                        .filter(|field| !matches!(field.presence, Presence::Never))
                        .count();
                    match fields.get(index) {
                        Some(field) => item(&base, place, field.shape.clone()),
                        None => {
                            self.refuse_code(format!("`{}` has no field `{index}`", shape.name))
                        }
                    }
                }
                _ => self.refuse_code(format!("`{}` has no field `{index}`", shape.name)),
            },
            Shape::Tuple(items) => match items.get(index) {
                Some(shape) => item(&base, index, shape.clone()),
                None => {
                    self.refuse_code(format!("a tuple of {} has no field `{index}`", items.len()))
                }
            },
            Shape::Array(shape) => item(&base, index, *shape),
            Shape::Any => item(&base, index, Shape::Any),
            other => self.refuse_code(format!("{} has no field `{index}`", other.describe())),
        }
    }

    fn index(&mut self, base: &Expr, index: &Expr) -> Code {
        let base = self.value(base);
        let index = self.value(index);
        match base.shape.plain() {
            Shape::Map(value) => self.call("lookup", &[&base, &index], *value),
            shape => Code {
                simple: base.simple && index.simple,
                // To JSONata an item of a literal is still a literal.
                array: base.array,
                ..Code::atom(
                    format!("{}[{}]", base.at(level::ATOM), index.text),
                    shape.item(),
                )
            },
        }
    }

    /// `match`: the first case whose tests hold; the last needs none, because rustc has checked that nothing is left.
    fn cases(&mut self, subject: &Expr, cases: &[Case]) -> Code {
        let subject = self.code(subject);
        self.twice(subject, |this, subject| {
            let mut whole: Option<Code> = None;
            for case in cases.iter().rev() {
                let matched = pattern::of_code(subject, &case.pattern, &this.env, this.report);
                let before = this.env.locals.len();
                this.env.locals.extend(matched.bound);
                let mut tests = matched.tests;
                if let Some(guard) = &case.guard {
                    tests.push(this.value(guard));
                }
                let value = this.value(&case.value);
                this.env.locals.truncate(before);
                whole = Some(match whole {
                    Some(otherwise) if !tests.is_empty() => {
                        let shape = value.shape.clone();
                        Code::conditional(
                            format!(
                                "{} ? {} : {}",
                                super::all(&tests).at(level::CONDITIONAL + 1),
                                value.at(level::CONDITIONAL),
                                otherwise.at(level::CONDITIONAL)
                            ),
                            shape,
                        )
                    }
                    _ => value,
                });
            }
            whole.unwrap_or_else(Code::nothing)
        })
    }

    fn path_call(&mut self, path: &str, arguments: &[Expr]) -> Code {
        if let Some(name) = path.strip_prefix("functions::")
            && let Some(code) = self.library(name, arguments)
        {
            return code;
        }
        match (path, arguments) {
            ("String::new", []) => quote(""),
            // No longer an integer, so that division does not truncate.
            ("f64::from", [only]) => self.code(only).shaped(Shape::Number),
            (
                "String::from" | "Box::new" | "i64::from" | "u64::from" | "i32::from" | "u32::from"
                | "Some" | "Cow::from" | "Cow::Borrowed" | "Cow::Owned",
                [only],
            ) => self.code(only),
            _ => self.refuse_code(format!(
                "`{path}` cannot run inside a workflow expression; call it in a task instead, or write `jsonata!(\"..\")`"
            )),
        }
    }
}

impl Build for Lowering<'_, '_> {
    type Leaf = Code;

    fn leaf(&mut self, expr: &Expr) -> Tree<Code> {
        Tree::Leaf(self.plain(expr))
    }

    fn refuse(&mut self, message: String) {
        self.report.fault(message);
    }
}

/// The step to a name on the wire.
pub(in crate::lower) fn step(base: &Code, name: &str, shape: Shape) -> Code {
    let at = base.at(level::ATOM);
    let text = if names::is_plain(name) {
        format!("{at}.{name}")
    } else if name.contains('`') || !text::is_safe(name) {
        format!("$lookup({}, {})", base.text, quote(name).text)
    } else {
        format!("{at}.`{name}`")
    };
    Code {
        simple: base.simple,
        ..Code::atom(text, shape)
    }
}

/// The item of an array at a fixed place.
fn item(base: &Code, index: usize, shape: Shape) -> Code {
    Code {
        simple: base.simple,
        array: base.array,
        ..Code::atom(format!("{}[{index}]", base.at(level::ATOM)), shape)
    }
}

/// A field by its Rust name, for patterns.
pub(in crate::lower) fn field_of(
    base: &Code,
    name: &str,
    env: &Env<'_>,
    report: &mut Report,
) -> Code {
    Lowering::new(env.clone(), report).field(base, name)
}

/// A tuple's field, for patterns.
pub(in crate::lower) fn tuple_field_of(
    base: &Code,
    index: usize,
    env: &Env<'_>,
    report: &mut Report,
) -> Code {
    Lowering::new(env.clone(), report).tuple_field(base.clone(), index)
}
