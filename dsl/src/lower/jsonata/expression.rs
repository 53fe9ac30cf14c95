//! Lowers single expressions.

use super::bounds::assume;
use crate::expr::{Binary, Expr, ExprNode, Text};
use crate::lower::code::{Code, UndefinedMeaning};
use crate::lower::env::{Env, OuterValue};
use crate::lower::reads;
use crate::lower::report::{
    FLOATS, NO_ERROR, NO_RESULT, NO_TOKEN, Report, no_item, no_local, too_early,
};
use crate::lower::syntax::{Local, Operator, Syntax};
use crate::lower::tree::{Build, LoweredTree};
use crate::shape::{CustomForm, IntegerType, Shape, StructShape};
use stepwright_asl::front_end::callable::CLOCK;

/// Lowers expressions of one state or edge.
pub(in crate::lower) struct Lowering<'e, 'r> {
    pub(super) env: Env<'e>,
    pub(super) report: &'r mut Report,
    /// The field is read only to be passed on as the same field.
    pub(super) passes: bool,
    /// Values are written into the output of the workflow, in the spelling of serde.
    pub(super) writes: bool,
}

impl<'e, 'r> Lowering<'e, 'r> {
    pub(in crate::lower) fn new(env: Env<'e>, report: &'r mut Report) -> Self {
        Lowering {
            env,
            report,
            passes: false,
            writes: false,
        }
    }

    pub(super) fn refuse_code(&mut self, message: impl Into<String>) -> Code {
        self.report.fault(message);
        Code::nothing()
    }

    /// A fresh local.
    pub(super) fn fresh(&mut self, hint: impl Into<Text>) -> Local {
        Local {
            id: self.report.fresh(),
            hint: hint.into(),
        }
    }

    /// `$name(arguments)`.
    pub(super) fn call(
        &mut self,
        name: &'static str,
        arguments: Vec<Syntax>,
        shape: Shape,
    ) -> Code {
        Code::new(Syntax::call(name, arguments), shape)
    }

    /// The code of an expression, unchanged: it may be undefined where Rust has `None`.
    pub(in crate::lower) fn code(&mut self, expr: &Expr) -> Code {
        match self.tree(expr) {
            LoweredTree::Leaf(code) => code,
            tree => self.built(tree),
        }
    }

    /// The code of an expression whose value must exist: an absent value becomes `null` or its
    /// default.
    pub(in crate::lower) fn value(&mut self, expr: &Expr) -> Code {
        let code = self.code(expr);
        self.present(code)
    }

    /// The code of an expression whose undefined parts make the result undefined, so that AWS fails
    /// where Rust panics.
    pub(super) fn propagating(&mut self, expr: &Expr) -> Code {
        let code = self.code(expr);
        match code.absent {
            UndefinedMeaning::Panic(_) => code,
            _ => self.present(code),
        }
    }

    /// Adds a check that fails where Rust panics; the value may still be `None`.
    pub(super) fn reached(&mut self, code: Code) -> Code {
        match code.absent {
            UndefinedMeaning::Panic(_) => self.present(code),
            _ => code,
        }
    }

    /// Replaces an absent value with `null`, its default or an error.
    pub(in crate::lower) fn present(&mut self, code: Code) -> Code {
        let code = self.unflatten(code);
        let otherwise = match code.absent {
            UndefinedMeaning::Never => return code,
            UndefinedMeaning::Null => Syntax::Null,
            UndefinedMeaning::Default(default) => {
                self.built(LoweredTree::Literal(default())).syntax
            }
            UndefinedMeaning::Panic(message) => Syntax::call("error", vec![Syntax::text(message)]),
        };
        self.twice(code, |_, code| {
            let exists = Syntax::call("exists", vec![code.syntax.clone()]);
            let syntax = exists.conditional(code.syntax.clone(), otherwise);
            Code::new(syntax, code.shape.clone())
        })
    }

    /// Uses a value twice: inlined if it is short, else bound to a fresh local.
    pub(super) fn twice(
        &mut self,
        code: Code,
        body: impl FnOnce(&mut Self, &Code) -> Code,
    ) -> Code {
        if code.syntax.is_simple() {
            return body(self, &code);
        }
        let local = self.fresh("v");
        let bound = Code {
            syntax: Syntax::Local(local.clone()),
            ..code.clone()
        };
        let inner = body(self, &bound);
        Code {
            syntax: Syntax::bind(local, code.syntax, inner.syntax),
            ..inner
        }
    }

    /// Lowers an expression that is evaluated only if a condition is true (or false).
    pub(super) fn assuming<R>(
        &mut self,
        condition: &Syntax,
        holds: bool,
        lower: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let before = self.env.known.len();
        assume(condition, holds, &mut self.env.known);
        let lowered = lower(self);
        self.env.known.truncate(before);
        lowered
    }

    /// `{ let name = value; .. body }`: a value that is short, or read once, is inlined.
    fn let_in(&mut self, bindings: &[(Text, Expr)], body: &Expr) -> Code {
        if let [(name, value)] = bindings
            && let ExprNode::Closure(parameters, value) = &*value.node
            && parameters.is_empty()
        {
            return self.shared(name, value, body);
        }
        let before = self.env.locals.len();
        let known = self.env.known.len();
        let mut bound = Vec::new();
        for (name, value) in bindings {
            let code = self.code(value);
            let mut code = self.reached(code);
            // An iterator is evaluated by its consumer.
            if !code.syntax.is_simple() && code.deferred.is_none() {
                let local = self.fresh(name.clone());
                let syntax = Syntax::Local(local.clone());
                if code.shape.is_integer() {
                    let same = syntax.clone().binary(Operator::Eq, code.syntax.clone());
                    self.env.known.push((same, true));
                }
                bound.push((local, std::mem::replace(&mut code.syntax, syntax)));
            }
            self.env.locals.push((name.clone(), code));
        }
        let body = self.code(body);
        self.env.locals.truncate(before);
        self.env.known.truncate(known);
        let bound = bound.into_iter().rev();
        let syntax = bound.fold(body.syntax, |body, (local, value)| {
            Syntax::bind(local, value, body)
        });
        Code { syntax, ..body }
    }

    /// A value that the body reads in several branches, of which at most one is evaluated.
    fn shared(&mut self, name: &Text, value: &Expr, body: &Expr) -> Code {
        let value = self.value(value);
        let local = self.fresh(name.clone());
        let read = Code {
            syntax: Syntax::Apply(local.clone()),
            ..value.clone()
        };
        self.env.locals.push((name.clone(), read));
        let body = self.code(body);
        self.env.locals.pop();
        Code {
            syntax: Syntax::share(local, value.syntax, body.syntax),
            ..body
        }
    }

    /// An expression that is not a structured literal.
    fn plain(&mut self, expr: &Expr) -> Code {
        match &*expr.node {
            ExprNode::Variable(name) => self.variable(name),
            ExprNode::Parameter => {
                let (whence, name, shape) = self.env.parameter();
                match whence {
                    OuterValue::Here => Code::new(Syntax::states("context.Execution.Input"), shape),
                    other => self.handed(other, &name, shape),
                }
            }
            ExprNode::Input(shape) => Code::new(self.env.input(), Shape::Lazy(*shape)),
            ExprNode::Item(name) => self.item(name),
            ExprNode::Result => match self.env.result.clone() {
                Some(found) => found.code,
                None => self.refuse_code(NO_RESULT),
            },
            ExprNode::TaskToken => {
                if !self.env.has_token() {
                    return self.refuse_code(NO_TOKEN);
                }
                Code::new(Syntax::states("context.Task.Token"), Shape::String)
            }
            ExprNode::ErrorOutput => {
                let Some(error) = self.env.error_output() else {
                    return self.refuse_code(NO_ERROR);
                };
                Code::new(
                    error,
                    <crate::task::ErrorOutput as crate::shape::Payload>::shape(),
                )
            }
            ExprNode::ErrorField(name, shape) => self.error_field(name, *shape),
            ExprNode::Local(name) => {
                let local = self.env.locals.iter().rev().find(|(local, _)| local == name);
                match local {
                    Some((_, code)) => code.clone(),
                    None => self.refuse_code(no_local(name)),
                }
            }
            ExprNode::Field(base, name) => {
                let base = self.code(base);
                self.field(&base, name)
            }
            ExprNode::TupleField(base, index) => {
                let base = self.code(base);
                self.tuple_field(base, *index)
            }
            ExprNode::Index(base, index) => self.index(base, index),
            ExprNode::Method(base, name, arguments) => self.method(base, name, arguments),
            ExprNode::Unary(operator, value) => self.unary(*operator, value),
            ExprNode::Binary(operator, left, right) => self.binary(*operator, left, right),
            ExprNode::If(condition, then, otherwise) => {
                let condition = self.value(condition);
                let then = self.assuming(&condition.syntax, true, |this| this.value(then));
                let otherwise = self.assuming(&condition.syntax, false, |this| this.value(otherwise));
                let shape = then.shape.or(&otherwise.shape);
                Code::new(condition.syntax.conditional(then.syntax, otherwise.syntax), shape)
            }
            ExprNode::Match(subject, cases) => self.cases(subject, cases),
            ExprNode::Let(bindings, body) => self.let_in(bindings, body),
            ExprNode::Format(pieces) => self.format(pieces),
            ExprNode::Closure(..) => self.refuse_code("a closure can only be the argument of a method such as `map` or `filter`"),
            ExprNode::Function(path, arguments) => self.path_call(path, arguments),
            ExprNode::Jsonata(text, shape) => {
                reads::in_jsonata(text, &self.env, self.report);
                self.with_names(expr, text).shaped(Shape::Lazy(*shape))
            }
            ExprNode::Path(text, shape) => self.refuse_code(format!(
                "the path `{text}` cannot be used in a JSONata state; write `jsonata!(\"..\")`, or {}",
                self.env.flow.front_end.use_jsonpath()
            )).shaped(Shape::Lazy(*shape)),
            ExprNode::Intrinsic(text, shape) => self.refuse_code(format!(
                "the intrinsic function `{text}` cannot be used in a JSONata state; write `jsonata!(\"..\")`, or {}",
                self.env.flow.front_end.use_jsonpath()
            )).shaped(Shape::Lazy(*shape)),
            ExprNode::Context(path) => Code::new(Syntax::states(format!("context.{path}")), Shape::Any),
            ExprNode::Refused(message) => self.refuse_code(message.clone()),
            ExprNode::Literal(_)
            | ExprNode::Placeholder(_)
            | ExprNode::Record(_)
            | ExprNode::Tuple(_)
            | ExprNode::Array(_)
            | ExprNode::Object(_)
            | ExprNode::Some(_)
            | ExprNode::Typed(..)
            | ExprNode::None => Code::nothing(),
        }
    }

    fn variable(&mut self, name: &str) -> Code {
        match self.env.variable(name) {
            Some((whence, shape)) => self.handed(whence, name, shape),
            None => {
                self.report.unknown(name, self.env.flow.front_end);
                Code::new(Syntax::Variable(Text::Owned(name.to_owned())), Shape::Any)
            }
        }
    }

    /// A Map's item: the input of the body's first state, a variable in other states.
    fn item(&mut self, name: &str) -> Code {
        match self.env.item(name) {
            Some((whence, shape)) => self.handed(whence, name, shape),
            None => self.refuse_code(no_item(name)),
        }
    }

    /// A value that is a variable, or is part of the input of a body's first state.
    fn handed(&mut self, whence: OuterValue, name: &str, shape: Shape) -> Code {
        match whence {
            OuterValue::Here | OuterValue::Assigned => {
                let name = self.env.scopes.emitted(name);
                Code::new(Syntax::Variable(name), shape)
            }
            OuterValue::Input(steps) => {
                let input = Code::new(Syntax::states("input"), Shape::Any);
                steps
                    .iter()
                    .fold(input, |base, name| step(&base, name, Shape::Any))
                    .shaped(shape)
            }
            OuterValue::Inside => self.refuse_code(too_early(name)),
        }
    }

    fn error_field(&mut self, name: &str, shape: fn() -> Shape) -> Code {
        let Some(cause) = self.env.error_cause() else {
            return self.refuse_code(NO_ERROR);
        };
        let parse = |value: Syntax| Syntax::call("parse", vec![value]);
        let cause = parse(cause);
        let fields = parse(cause.field("errorMessage")).field("fields");
        let code = Code::new(fields.field(name.to_owned()), Shape::Lazy(shape));
        let absent = if code.is_option() {
            UndefinedMeaning::Null
        } else {
            UndefinedMeaning::Never
        };
        code.absent(absent)
    }

    /// Converts a value to another type, as `collect`, `into` and `from` do.
    fn converted(&mut self, code: Code, to: Shape) -> Code {
        let from = code.shape.resolve();
        let target = to.resolve();
        match (&from, &target) {
            (Shape::Any, _) | (_, Shape::Any) => code.shaped(to),
            (Shape::Bool, target) if target.is_number() => {
                let code = self.present(code);
                let number = code
                    .syntax
                    .conditional(Syntax::number(1), Syntax::number(0));
                Code::new(number, to)
            }
            (Shape::SmallNumber, target) if !matches!(target, Shape::SmallNumber) => {
                self.refuse_code(FLOATS)
            }
            (from, target) if from.is_number() && target.is_number() => code.shaped(to),
            (_, Shape::Option(_)) if !from.is_list() => code.shaped(to),
            (Shape::String, Shape::String) => code,
            (Shape::Written(from), Shape::Written(target)) if from.name == target.name => code,
            (Shape::Struct(StructShape { name, .. }), Shape::Struct(other))
                if *name == other.name =>
            {
                code
            }
            (
                Shape::Array(_) | Shape::Tuple(_) | Shape::Set(_),
                Shape::Array(_) | Shape::Tuple(_),
            ) => {
                let code = self.present(code);
                self.in_order(code).shaped(to)
            }
            (Shape::Array(_) | Shape::Tuple(_) | Shape::Set(_), Shape::Set(set)) => {
                let code = self.present(code);
                let sorted = set.sorted;
                self.distinct(code, sorted).shaped(to)
            }
            (Shape::Array(item), Shape::String) if matches!(item.plain(), Shape::String) => {
                let code = self.present(code);
                self.call("join", vec![code.syntax], to)
            }
            (Shape::Array(item), Shape::Map(map))
                if matches!(map.key.plain(), Shape::String)
                    && matches!(item.plain(), Shape::Tuple(_)) =>
            {
                let code = self.present(code);
                let pair = self.fresh("pair");
                let part = |at| Syntax::Local(pair.clone()).item(Syntax::number(at));
                let entry = Syntax::Object(vec![(part(0), part(1))]);
                let each = Syntax::Function(vec![pair.clone()], Box::new(entry));
                let entries = Syntax::Array(vec![Syntax::call("map", vec![code.syntax, each])]);
                self.call("merge", vec![entries], to)
            }
            (Shape::Map(_), Shape::Map(_)) => code.shaped(to),
            _ => self.refuse_code(format!(
                "{} cannot be made of {} inside a workflow; do it in a task",
                target.describe(),
                from.describe()
            )),
        }
    }

    fn path_call(&mut self, path: &str, arguments: &[Expr]) -> Code {
        if let Some(name) = path.strip_prefix("functions::")
            && let Some(code) = self.library(name, arguments)
        {
            return code;
        }
        if let (Some(integer), [only]) = (IntegerType::of_conversion(path), arguments) {
            return self.conversion(only, Shape::Int(integer));
        }
        if let Some(duration) = self.new_duration(path, arguments) {
            return duration;
        }
        match (path, arguments) {
            (CLOCK, []) => self.call("now", Vec::new(), Shape::utc_time()),
            ("String::new", []) => Code::new(Syntax::text(""), Shape::String),
            ("f64::from", [only]) => self.conversion(only, Shape::Number),
            ("Decimal::from", [only]) => self.decimal_from(only),
            ("Decimal::new", [number, scale]) => self.decimal_of_parts(number, scale),
            (
                "String::from" | "Box::new" | "Some" | "Cow::from" | "Cow::Borrowed" | "Cow::Owned",
                [only],
            ) => self.code(only),
            _ => self.refuse_code(format!(
                "`{path}` cannot run inside a workflow expression; call it in a task instead, or write `jsonata!(\"..\")`"
            )),
        }
    }

    fn conversion(&mut self, value: &Expr, to: Shape) -> Code {
        let code = self.code(value);
        if code.shape.is_integer()
            && let Shape::Int(integer) = to
        {
            let shape = code.shape.converted(integer);
            return code.shaped(shape);
        }
        self.converted(code, to)
    }
}

impl Build for Lowering<'_, '_> {
    type Leaf = Code;

    fn leaf(&mut self, expr: &Expr) -> LoweredTree<Code> {
        LoweredTree::Leaf(self.plain(expr))
    }

    fn typed(&mut self, value: &Expr, shape: Shape) -> LoweredTree<Code> {
        if converts(value) {
            let code = self.code(value);
            return LoweredTree::Leaf(self.converted(code, shape));
        }
        // The literals in it have no type.
        if let ExprNode::Binary(Binary::Sub, left, right) = &*value.node
            && shape.is_unsigned()
        {
            let left = self.propagating(left).shaped(shape);
            let right = self.propagating(right);
            return LoweredTree::Leaf(self.arithmetic(Binary::Sub, left, right));
        }
        let tree = self.tree(value);
        self.shaped(tree, shape)
    }

    fn some(&mut self, value: LoweredTree<Code>) -> LoweredTree<Code> {
        let value = match value {
            LoweredTree::Leaf(code) => LoweredTree::Leaf(self.present(code)),
            value => value,
        };
        let some = shape_of(&value);
        self.shaped(value, Shape::option(some))
    }

    fn json_part(&mut self, value: LoweredTree<Code>) -> LoweredTree<Code> {
        match value {
            LoweredTree::Leaf(code) if code.shape.has_spelled_parts() => {
                let code = self.present(code);
                LoweredTree::Leaf(self.written(code))
            }
            LoweredTree::Array(items) => {
                let items = items.into_iter().map(|item| self.json_part(item));
                LoweredTree::Array(items.collect())
            }
            LoweredTree::Object(entries) => {
                let entries = entries.into_iter();
                let written = entries.map(|(key, value)| (key, self.json_part(value)));
                LoweredTree::Object(written.collect())
            }
            LoweredTree::Merge(parts) => {
                let parts = parts.into_iter().map(|part| self.json_part(part));
                LoweredTree::Merge(parts.collect())
            }
            LoweredTree::Optional(value) => LoweredTree::Optional(Box::new(self.json_part(*value))),
            LoweredTree::Shaped(value, shape) => {
                LoweredTree::Shaped(Box::new(self.json_part(*value)), shape)
            }
            other => other,
        }
    }

    fn shaped(&mut self, value: LoweredTree<Code>, shape: Shape) -> LoweredTree<Code> {
        match value {
            LoweredTree::Leaf(code) => LoweredTree::Leaf(code.shaped(shape)),
            LoweredTree::Shaped(value, _) => LoweredTree::Shaped(value, shape),
            value => LoweredTree::Shaped(Box::new(value), shape),
        }
    }

    fn passed(&mut self, value: &Expr, form: CustomForm) -> Option<LoweredTree<Code>> {
        self.passes = true;
        let code = self.code(value);
        self.passes = false;
        match code.shape.resolve() {
            Shape::Custom(found) if found == form => Some(LoweredTree::Leaf(code)),
            _ => None,
        }
    }

    fn report(&mut self) -> &mut Report {
        self.report
    }
}

/// The static shape of a value before it is built.
fn shape_of(value: &LoweredTree<Code>) -> Shape {
    match value {
        LoweredTree::Leaf(code) => code.shape.clone(),
        LoweredTree::Shaped(_, shape) => shape.clone(),
        LoweredTree::Literal(value) => Shape::of_value(value),
        LoweredTree::Placeholder(_) => Shape::String,
        LoweredTree::Array(items) => Shape::of_items(items.iter().map(shape_of).collect()),
        LoweredTree::Optional(value) => shape_of(value),
        LoweredTree::Object(_) | LoweredTree::Merge(_) => Shape::Any,
    }
}

/// The step to a JSON member.
pub(in crate::lower) fn step(base: &Code, name: &str, shape: Shape) -> Code {
    Code {
        flattened: false,
        ..Code::new(base.syntax.clone().field(name.to_owned()), shape).absent(panics(base))
    }
}

/// The meaning of an undefined step: a panic if the base is undefined by a panic.
pub(super) fn panics(base: &Code) -> UndefinedMeaning {
    match base.absent {
        UndefinedMeaning::Panic(message) => UndefinedMeaning::Panic(message),
        _ => UndefinedMeaning::Never,
    }
}

/// Whether an expression converts a value to another type.
fn converts(value: &Expr) -> bool {
    match &*value.node {
        ExprNode::Method(_, name, arguments) => {
            arguments.is_empty() && matches!(&**name, "collect" | "into")
        }
        ExprNode::Function(path, arguments) => arguments.len() == 1 && path.ends_with("::from"),
        _ => false,
    }
}
