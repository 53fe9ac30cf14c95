//! One expression after the other.

use super::blocks::{names_of, parameter};
use super::earlier::computed_twice;
use super::hints::refusal;
use super::literals::{literal_text, literal_type, variables};
use super::methods::{FUNCTIONS, LIBRARY, METHODS};
use super::paths::is_default;
use super::rewrite::{Rewriting, names_in};
use super::templates::{format, list};
use super::{ItemRead, Local, Read, Record, Rewritten, Value, Witness};
use crate::check::machine::Machine;
use crate::check::patterns::{is_bound, own_name};
use crate::errors::Errors;
use crate::functions::{is_task, written};
use crate::name::identifier;
use crate::syntax::{Expression, Kind};
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use std::collections::HashSet;
use std::rc::Rc;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    BinOp, Expr, ExprClosure, ExprMacro, Lit, Member, Pat, PatTuple, PatTupleStruct, Path, Type,
    UnOp,
};

/// Turns the expressions of one state into [`Value`]s.
pub(super) struct Resolver<'m, 'a> {
    pub(super) machine: &'m Machine<'a>,
    pub(super) errors: &'m Errors,
    state: usize,
    /// What the state's own names stand for, the innermost last.
    pub(super) locals: Vec<Local>,
    /// Whether `task_token` is one of them.
    pub(super) task_token: bool,
    pub(super) reads: Vec<Read>,
    pub(super) item_reads: Vec<ItemRead>,
    /// The names of the state's own that were read.
    pub(super) local_reads: HashSet<String>,
    pub(super) rewriting: Rewriting,
    expression: usize,
    ty: Option<Rc<Type>>,
    /// The expression has a mistake.
    faulty: bool,
}

/// What was learnt about one expression.
pub(super) struct Resolved {
    pub(super) value: Value,
    /// It has a mistake.
    pub(super) faulty: bool,
    /// As rustc takes it, where that is not as it stands.
    pub(super) rewritten: Option<Rewritten>,
}

/// Methods whose value is of a type that the call asks for, or that is said only here.
const CONVERSIONS: &[&str] = &[
    "collect",
    "into",
    "parse",
    "product",
    "sum",
    "unwrap_or_default",
];

impl<'m, 'a> Resolver<'m, 'a> {
    pub(super) fn new(machine: &'m Machine<'a>, state: usize, errors: &'m Errors) -> Self {
        Resolver {
            machine,
            errors,
            state,
            locals: Vec::new(),
            task_token: false,
            reads: Vec::new(),
            item_reads: Vec::new(),
            local_reads: HashSet::new(),
            rewriting: Rewriting::default(),
            expression: 0,
            ty: None,
            faulty: false,
        }
    }

    /// Resolves an expression, of a type that is written down or not.
    pub(super) fn expression(&mut self, expression: &Expression, ty: Option<&Type>) -> Resolved {
        self.expression = expression.id;
        self.ty = ty.map(|ty| Rc::new(ty.clone()));
        self.faulty = false;
        self.rewriting.begin();
        let mut code = expression.syn.clone();
        let value = self.value(&mut code);
        Resolved {
            value,
            faulty: self.faulty,
            rewritten: self.rewriting.finish(code),
        }
    }

    /// Resolves a part of an expression, and makes of it what rustc takes in its place.
    pub(super) fn value(&mut self, expression: &mut Expr) -> Value {
        let value = self.part(expression);
        self.witnessed(value, expression)
    }

    /// Lets a witness see the type of a part where only rustc knows it.
    pub(super) fn witnessed(&mut self, value: Value, expression: &mut Expr) -> Value {
        let witness = match &value {
            Value::None | Value::Constant(..) | Value::Function(..) | Value::Library(..) => {
                Witness::Shape
            }
            Value::Array(items) if items.is_empty() => Witness::Shape,
            Value::Method(_, name, _) if name == "unwrap_or_default" => Witness::Default,
            Value::Method(_, name, _) if CONVERSIONS.contains(&name.as_str()) => Witness::Shape,
            Value::Default(_) => {
                return Value::Default(self.rewriting.witnessed(expression, Witness::Default));
            }
            _ => return value,
        };
        Value::Typed(
            self.rewriting.witnessed(expression, witness),
            Box::new(value),
        )
    }

    fn part(&mut self, expression: &mut Expr) -> Value {
        match expression {
            Expr::Paren(inner) => self.value(&mut inner.expr),
            Expr::Group(inner) => self.value(&mut inner.expr),
            Expr::Reference(inner) => self.value(&mut inner.expr),
            Expr::Lit(literal) => self.literal(&literal.lit),
            Expr::Path(path) if path.qself.is_none() => self.path(&path.path),
            Expr::Field(field) => {
                let base = self.value(&mut field.base);
                match &field.member {
                    Member::Named(name) => Value::Field(Box::new(base), name.unraw().to_string()),
                    Member::Unnamed(index) => Value::TupleField(Box::new(base), index.index),
                }
            }
            Expr::Index(index) => {
                if matches!(&*index.index, Expr::Range(_)) {
                    return self.cannot(
                        &index.index,
                        "a slice",
                        "`list.iter().skip(from).take(count)` chooses items of a list",
                    );
                }
                let base = self.value(&mut index.expr);
                let at = self.value(&mut index.index);
                Value::Index(Box::new(base), Box::new(at))
            }
            Expr::MethodCall(call) => {
                let receiver = self.value(&mut call.receiver);
                self.method(&call.method);
                let method = call.method.unraw().to_string();
                let arguments = call.args.iter_mut().enumerate();
                let arguments = arguments
                    .map(|(place, one)| self.argument(&method, place, one))
                    .collect();
                Value::Method(Box::new(receiver), method, arguments)
            }
            Expr::Call(call) => {
                let arguments = call.args.iter_mut();
                let arguments: Vec<Value> = arguments.map(|one| self.value(one)).collect();
                match &*call.func {
                    Expr::Path(path) if path.qself.is_none() => self.call(&path.path, arguments),
                    other => self.cannot(other, "this call", "call it in a task"),
                }
            }
            Expr::Unary(unary) => self.unary(unary),
            Expr::Binary(binary) => self.binary(binary),
            Expr::If(branch) => self.branch(branch),
            Expr::Block(block) if block.label.is_none() => self.block(&mut block.block),
            Expr::Struct(literal) => self.record(literal),
            Expr::Tuple(tuple) if tuple.elems.is_empty() => Value::Unit,
            Expr::Tuple(tuple) => {
                let items = tuple.elems.iter_mut();
                Value::Tuple(items.map(|item| self.value(item)).collect())
            }
            Expr::Array(array) => {
                let items = array.elems.iter_mut();
                Value::Array(items.map(|item| self.value(item)).collect())
            }
            Expr::Macro(call) => {
                let (value, code) = self.call_of_a_macro(call);
                if let Some(code) = code {
                    *expression = code;
                }
                value
            }
            Expr::Closure(closure) => self.cannot(
                closure,
                "a closure",
                "closures stand only as arguments of methods such as `map`",
            ),
            Expr::Await(_) => self.cannot(
                expression,
                "`.await`",
                "a task state waits for its task by itself",
            ),
            Expr::Try(_) => self.cannot(expression, "`?`", "`catch` says where errors go"),
            Expr::Match(one) => {
                let subject = self.value(&mut one.expr);
                let cases = one.arms.iter_mut();
                let cases = cases
                    .map(|arm| {
                        let (pattern, guard) = match &mut arm.pat {
                            Pat::Guard(both) => (&mut *both.pat, Some(&mut *both.guard)),
                            alone => (&mut *alone, None),
                        };
                        let case = self.case(pattern, guard, |this| this.value(&mut arm.body));
                        self.rewriting.arm(pattern, &mut arm.body);
                        case
                    })
                    .collect();
                Value::Match(Box::new(subject), cases)
            }
            Expr::Cast(cast) => {
                let (value, code) = self.cast(cast);
                *expression = code;
                value
            }
            Expr::Assign(assign) => self.cannot(
                &assign.eq_token,
                "an assignment",
                "`let name = value;` assigns a workflow variable",
            ),
            Expr::Let(one) => self.cannot(
                &one.let_token,
                "`if let`",
                "it stands alone after `if`: `if let Some(x) = value { .. } else { .. }`",
            ),
            // What could not be read; that is said already.
            Expr::Verbatim(tokens) if tokens.is_empty() => {
                self.faulty = true;
                Value::Faulty
            }
            Expr::Range(_) => self.cannot(
                expression,
                "a range",
                "`functions::range(first, last, step)` of `stepwright` gives its numbers",
            ),
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => self.cannot(
                expression,
                "a loop",
                "a map state runs over a list, and a transition to an earlier state repeats",
            ),
            _ => self.cannot(expression, "this expression", "call it in a task instead"),
        }
    }

    /// An argument of a method, which may be a closure.
    fn argument(&mut self, method: &str, place: usize, expression: &mut Expr) -> Value {
        match expression {
            Expr::Closure(closure) => self.closure(closure),
            other => match self.function_for_closure(method, place, other) {
                Some(closure) => closure,
                None => self.value(other),
            },
        }
    }

    /// Whether a name is a value of the workflow.
    pub(super) fn is_known(&self, name: &Ident) -> bool {
        let text = name.unraw().to_string();
        let machine = self.machine;
        let parameters = machine.workflow.parameter.iter();
        let mut parameters = parameters.chain(machine.parameters());
        let mut scopes = machine
            .scopes_around(machine.states[self.state].scope)
            .map(|scope| &machine.scopes[scope]);
        self.locals.iter().any(|local| local.name == text)
            || scopes.any(|scope| {
                let item = scope.item.is_some_and(|item| item.unraw() == text);
                item || scope.variables.contains_key(&text)
            })
            || parameters.any(|(parameter, _)| parameter.unraw() == text)
    }

    fn closure(&mut self, closure: &mut ExprClosure) -> Value {
        let before = self.locals.len();
        let mut parameters = Vec::new();
        for input in &closure.inputs {
            let name = match parameter(input) {
                Some(name) => name.unraw().to_string(),
                // It has a name all the same, of those that are taken out of it.
                None => format!("of_{}", names_of(input).join("_")),
            };
            self.take_apart(input, Value::Local(name.clone()));
            parameters.push(name);
        }
        // A constant in small letters is none: a pattern of its name would be the constant.
        let mut copied = names_in(&closure.body);
        copied.retain(|name| self.is_known(name) || self.task_token && name == "task_token");
        let prepared = self.rewriting.closure(closure, &copied);
        let body = self.value(&mut closure.body);
        self.locals.truncate(before);
        let witnesses = prepared.parameters.iter().copied();
        let parameters = parameters.into_iter().zip(witnesses).collect();
        prepared.finish(closure);
        Value::Closure(parameters, Box::new(body))
    }

    /// The names of a closure's parameter: it, or fields of it.
    pub(super) fn take_apart(&mut self, from: &Pat, value: Value) {
        match from {
            Pat::Ident(ident) if is_bound(&ident.ident) => {
                self.locals.push(Local {
                    name: ident.ident.unraw().to_string(),
                    value: value.clone(),
                });
                if let Some((_, inner)) = &ident.subpat {
                    self.take_apart(inner, value);
                }
            }
            Pat::Wild(_) | Pat::Rest(_) => {}
            Pat::Reference(inner) => self.take_apart(&inner.pat, value),
            Pat::Paren(inner) => self.take_apart(&inner.pat, value),
            Pat::Type(typed) => self.take_apart(&typed.pat, value),
            Pat::Tuple(PatTuple { elems, .. }) | Pat::TupleStruct(PatTupleStruct { elems, .. })
                if !elems
                    .iter()
                    .rev()
                    .skip(1)
                    .any(|item| matches!(item, Pat::Rest(_))) =>
            {
                for (index, item) in (0..).zip(elems) {
                    self.take_apart(item, Value::TupleField(Box::new(value.clone()), index));
                }
            }
            Pat::Struct(pattern) => {
                for field in &pattern.fields {
                    let part = match &field.member {
                        Member::Named(name) => {
                            Value::Field(Box::new(value.clone()), name.unraw().to_string())
                        }
                        Member::Unnamed(index) => {
                            Value::TupleField(Box::new(value.clone()), index.index)
                        }
                    };
                    self.take_apart(&field.pat, part);
                }
            }
            other => {
                self.cannot(
                    other,
                    "this pattern",
                    "names, tuples and structs of them do; name the value, and read its fields",
                );
            }
        }
    }

    fn literal(&mut self, literal: &Lit) -> Value {
        match literal {
            Lit::Str(_) | Lit::Char(_) | Lit::Int(_) | Lit::Float(_) | Lit::Bool(_) => {
                Value::Literal(literal.clone())
            }
            other => self.cannot(
                other,
                "this literal",
                "JSON has text, numbers, `true` and `false`",
            ),
        }
    }

    pub(super) fn path(&mut self, path: &Path) -> Value {
        let Some(name) = path.get_ident() else {
            return self.constant(path);
        };
        if name == "None" {
            return Value::None;
        }
        if let Some(value) = self.name(name) {
            return value;
        }
        let beside = if is_bound(name) {
            self.visible()
        } else {
            Vec::new()
        };
        Value::Constant(path.clone(), beside)
    }

    /// The names of the workflow that are known here.
    fn visible(&self) -> Vec<Ident> {
        let locals = self.locals.iter();
        let mut names: Vec<Ident> = locals
            .filter_map(|local| identifier(&local.name, Span::call_site()))
            .collect();
        let home = self.machine.states[self.state].scope;
        for scope in self.machine.scopes_around(home) {
            let scope = &self.machine.scopes[scope];
            let variables = scope.variables.values();
            names.extend(variables.map(|one| self.machine.variables[*one].name.clone()));
            names.extend(scope.item.cloned());
        }
        let parameters = self.machine.workflow.parameter.iter();
        for (parameter, _) in parameters.chain(self.machine.parameters()) {
            names.push(parameter.clone());
        }
        names.sort();
        names.dedup();
        names
    }

    /// What a single name stands for; `None` for a constant of the user's.
    pub(super) fn name(&mut self, name: &Ident) -> Option<Value> {
        let text = name.unraw().to_string();
        if let Some(local) = self.locals.iter().rev().find(|local| local.name == text) {
            let value = local.value.clone();
            if let Some(earlier) = computed_twice(&value) {
                let name_of = &earlier.name;
                self.refuse(
                    name.span(),
                    format!(
                        "`{name_of}` is another value each time that it is computed, and the variables of a state are computed \
                         apart: read it in the next state"
                    ),
                );
            }
            self.local_reads.insert(text);
            return Some(value);
        }
        if text == "task_token" && self.task_token {
            return Some(Value::TaskToken);
        }
        let home = self.machine.states[self.state].scope;
        for index in self.machine.scopes_around(home) {
            let scope = &self.machine.scopes[index];
            if let Some(variable) = scope.variables.get(&text) {
                self.reads.push(Read {
                    variable: *variable,
                    state: self.state,
                    span: name.span(),
                    expression: self.expression,
                });
                self.handed(&text, Some(index), name.span(), false);
                return Some(Value::Variable(text));
            }
            if scope.item.is_some_and(|item| item == name) {
                let state = self.handed(&text, Some(index), name.span(), false);
                self.item_reads.push(ItemRead {
                    name: text.clone(),
                    scope: index,
                    state,
                    span: name.span(),
                    expression: self.expression,
                    in_text: false,
                });
                return Some(Value::Item(text));
            }
        }
        if let Some((parameter, _)) = &self.machine.workflow.parameter
            && parameter == name
        {
            self.handed(&text, None, name.span(), false);
            return Some(Value::Parameter);
        }
        let mut parameters = self.machine.parameters().iter();
        if let Some(index) = parameters.position(|(parameter, _)| parameter == name) {
            self.handed(&text, None, name.span(), false);
            // By its place, which no name of the user's can hide.
            return Some(Value::Local(index.to_string()));
        }
        self.unseen(name, &text)
    }

    /// Notes the Distributed Maps that hand a value of the scope `from` to this state; the parameter is of none. Gives
    /// the state that reads it there: the outermost of those maps, or this one.
    fn handed(&mut self, name: &str, from: Option<usize>, span: Span, in_text: bool) -> usize {
        let machine = self.machine;
        let mut state = self.state;
        let mut in_text = in_text;
        for index in machine.scopes_around(machine.states[self.state].scope) {
            if Some(index) == from {
                break;
            }
            let scope = &machine.scopes[index];
            if let (Some(_), Some(owner)) = (scope.children, scope.owner) {
                self.item_reads.push(ItemRead {
                    name: name.to_owned(),
                    scope: index,
                    state,
                    span,
                    expression: self.expression,
                    in_text,
                });
                state = owner;
                // The map hands it on by name.
                in_text = false;
            }
        }
        state
    }

    /// A name that is a value elsewhere says where.
    fn unseen(&mut self, name: &Ident, text: &str) -> Option<Value> {
        if text == "task_token" {
            // Said with the call.
            self.faulty = true;
            return Some(Value::Faulty);
        }
        let owner = self.machine.scopes.iter().find_map(|scope| {
            let named =
                scope.variables.contains_key(text) || scope.item.is_some_and(|item| item == name);
            named.then_some(scope.owner).flatten()
        });
        if let Some(owner) = owner {
            self.errors.at(
                name.span(),
                format!(
                    "`{text}` belongs to the inside of `{}` and ends with it: hand the value out with `end {text};`",
                    self.machine.states[owner].name
                ),
            );
            self.faulty = true;
            return Some(Value::Faulty);
        }
        let local = self.machine.states.iter().find(|node| {
            node.state.ends()
                && node
                    .state
                    .result()
                    .into_iter()
                    .chain(node.state.lets().iter().map(|one| &one.binding))
                    .flat_map(|binding| binding.named())
                    .any(|other| other == name)
        });
        if let Some(node) = local {
            self.errors.at(
                name.span(),
                format!(
                    "`{text}` is known in `{}` only, because that state ends: a `let` makes a variable in a state with `next`",
                    node.name
                ),
            );
            self.faulty = true;
            return Some(Value::Faulty);
        }
        None
    }

    fn method(&mut self, method: &Ident) {
        let name = method.unraw().to_string();
        if !METHODS.contains(&name.as_str()) {
            self.refuse(method.span(), refusal(&name));
        }
    }

    pub(super) fn call(&mut self, path: &Path, mut arguments: Vec<Value>) -> Value {
        let written = written(path);
        if is_default(path) && arguments.is_empty() {
            // Its witness has a number when it has seen the call.
            return Value::Default(0);
        }
        if written == "Some" && arguments.len() == 1 {
            return Value::Some(Box::new(arguments.remove(0)));
        }
        if written == "Vec::new" && arguments.is_empty() {
            return Value::Array(Vec::new());
        }
        if FUNCTIONS.contains(&written.as_str()) {
            return Value::Function(written, arguments);
        }
        if let Some(path) = library(path) {
            return Value::Library(path, arguments);
        }
        let is_type =
            own_name(path).is_some_and(|name| crate::functions::is_type(&name.to_string()));
        if is_type && !matches!(written.as_str(), "Ok" | "Err") {
            let fields = (0..)
                .zip(arguments)
                .map(|(index, value): (usize, _)| (index.to_string(), value))
                .collect();
            return Value::Record(Record {
                variant: variant(path),
                path: path.clone(),
                called: true,
                fields,
                base: None,
            });
        }
        let in_a_task = matches!(self.machine.states[self.state].state.kind, Kind::Task(_));
        let why = if in_a_task && is_task(path) {
            format!(
                "`{written}` cannot run here: a task state makes one call, so give it a task state of its own, before this one"
            )
        } else {
            format!("`{written}` cannot run inside a workflow: call it in a task state")
        };
        self.refuse(path.span(), why);
        Value::Faulty
    }

    fn unary(&mut self, unary: &mut syn::ExprUnary) -> Value {
        let value = self.value(&mut unary.expr);
        match unary.op {
            UnOp::Deref(_) => value,
            UnOp::Not(_) => Value::Not(Box::new(value)),
            UnOp::Neg(_) => Value::Negative(Box::new(value)),
            _ => self.cannot(&unary.op, "this operator", "call it in a task instead"),
        }
    }

    fn binary(&mut self, binary: &mut syn::ExprBinary) -> Value {
        let left = self.value(&mut binary.left);
        let right = self.value(&mut binary.right);
        let operator = match binary.op {
            BinOp::Add(_) => "Add",
            BinOp::Sub(_) => "Sub",
            BinOp::Mul(_) => "Mul",
            BinOp::Div(_) => "Div",
            BinOp::Rem(_) => "Rem",
            BinOp::Eq(_) => "Eq",
            BinOp::Ne(_) => "Ne",
            BinOp::Lt(_) => "Lt",
            BinOp::Le(_) => "Le",
            BinOp::Gt(_) => "Gt",
            BinOp::Ge(_) => "Ge",
            BinOp::And(_) => "And",
            BinOp::Or(_) => "Or",
            BinOp::AddAssign(_) | BinOp::SubAssign(_) | BinOp::MulAssign(_) => {
                return self.cannot(
                    &binary.op,
                    "an assignment",
                    "`let name = value;` assigns a workflow variable",
                );
            }
            _ => return self.cannot(&binary.op, "bit arithmetic", "call it in a task instead"),
        };
        Value::Binary(operator, Box::new(left), Box::new(right))
    }

    /// One case of a `match`, with the names that its pattern binds.
    pub(super) fn case(
        &mut self,
        pat: &Pat,
        guard: Option<&mut Expr>,
        body: impl FnOnce(&mut Self) -> Value,
    ) -> (Pat, Option<Value>, Value) {
        let before = self.locals.len();
        self.bind_pattern(pat);
        let guard = guard.map(|guard| self.value(guard));
        let value = body(self);
        self.locals.truncate(before);
        (pat.clone(), guard, value)
    }

    fn record(&mut self, literal: &mut syn::ExprStruct) -> Value {
        if literal.qself.is_some() {
            return self.cannot(literal, "this struct literal", "name the type by its path");
        }
        let mut fields = Vec::new();
        for field in &mut literal.fields {
            let name = match &field.member {
                Member::Named(name) => name.unraw().to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            };
            fields.push((name, self.value(&mut field.expr)));
        }
        let base = literal.rest.as_mut().map(|rest| self.value(rest));
        Value::Record(Record {
            path: literal.path.clone(),
            variant: variant(&literal.path),
            called: false,
            fields,
            base: base.map(Box::new),
        })
    }

    /// A call of a macro, and what stands in its place for rustc, where that is another expression.
    fn call_of_a_macro(&mut self, call: &mut ExprMacro) -> (Value, Option<Expr>) {
        let name = own_name(&call.mac.path)
            .map(ToString::to_string)
            .unwrap_or_default();
        let value = match name.as_str() {
            "format" => format(&mut call.mac, self).map(Value::Format),
            "vec" => list(&mut call.mac, self).map(Value::Array),
            "matches" => return self.matches(&call.mac),
            "jsonata" | "path" | "intrinsic" => {
                let value = self.raw(&name, call);
                return (value, Some(self.rewriting.literal(call)));
            }
            "placeholder" => {
                let value = self.placeholder(&call.mac);
                return (value, Some(self.rewriting.text(call)));
            }
            _ => Ok(self.cannot(
                &call.mac.path,
                &format!("`{name}!`"),
                "call it in a task instead",
            )),
        };
        (value.unwrap_or_else(|error| self.said(&error)), None)
    }

    /// `jsonata!("..")`, `path!("..")`, `intrinsic!("..")`: checked here as far as their syntax goes.
    fn raw(&mut self, name: &str, call: &ExprMacro) -> Value {
        let literal = match literal_text(&call.mac) {
            Ok(literal) => literal,
            Err(error) => return self.said(&error),
        };
        let kind = match name {
            "jsonata" => "jsonata",
            "path" => "path",
            _ => "intrinsic",
        };
        match variables(kind, &literal) {
            Ok(names) => self.read_in(&names, literal.span),
            Err(message) => self.refuse(literal.span, message),
        }
        let ty = literal_type(&call.mac)
            .map(Rc::new)
            .or_else(|| self.ty.clone());
        Value::Raw(kind, literal.text, ty)
    }

    /// What a literal reads is read: `$checked` in JSONata and in paths.
    fn read_in(&mut self, names: &[String], span: Span) {
        let home = self.machine.states[self.state].scope;
        for name in names {
            let found = self.machine.scopes_around(home).find_map(|scope| {
                let variable = self.machine.scopes[scope].variables.get(name)?;
                Some((scope, *variable))
            });
            if let Some((scope, variable)) = found {
                self.reads.push(Read {
                    variable,
                    state: self.state,
                    span,
                    expression: self.expression,
                });
                self.handed(name, Some(scope), span, true);
            }
        }
    }

    /// Refuses an expression, and says the way out.
    pub(super) fn cannot(&mut self, place: &impl ToTokens, what: &str, instead: &str) -> Value {
        self.faulty = true;
        self.errors.on(
            place,
            format!("{what} cannot run inside a workflow: {instead}"),
        );
        Value::Faulty
    }

    pub(super) fn refuse(&mut self, span: Span, message: String) {
        self.faulty = true;
        self.errors.at(span, message);
    }

    pub(super) fn said(&mut self, error: &syn::Error) -> Value {
        self.faulty = true;
        self.errors.syn(error);
        Value::Faulty
    }
}

/// The path, without generic arguments, of a function of `stepwright::functions` that is called as `functions::name`.
fn library(path: &Path) -> Option<Path> {
    let mut segments = path.segments.iter().rev();
    let (last, before) = (segments.next()?, segments.next()?);
    if before.ident != "functions" || !LIBRARY.contains(&last.ident.to_string().as_str()) {
        return None;
    }
    let mut plain = path.clone();
    if let Some(last) = plain.segments.last_mut() {
        last.arguments = syn::PathArguments::None;
    }
    Some(plain)
}

/// The variant that a path names, by Rust's habits: `Decision::Refused`, but not `domain::Receipt`.
fn variant(path: &Path) -> Option<String> {
    let mut segments = path.segments.iter().rev();
    let (last, before) = (segments.next()?, segments.next()?);
    before
        .ident
        .to_string()
        .starts_with(|c: char| c.is_uppercase())
        .then(|| last.ident.to_string())
}
