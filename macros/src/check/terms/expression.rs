//! Resolves expressions, one at a time.

use super::Local;
use super::generic_types::with_type_arguments;
use super::hints::unsupported_method;
use super::rewrite::{ExpressionRewriter, names_in};
use crate::checked_type::DeclaredType;
use crate::errors::Errors;
use crate::machine::{
    ItemRead, JsonStruct, Machine, RewrittenExpression, Term, UPDATE, UserExpr, VariableRead,
    Witness, is_bound,
};
use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote_spanned};
use std::collections::HashSet;
use std::rc::Rc;
use stepwright_asl::front_end::callable;
use stepwright_asl::words;
use syn::ext::IdentExt;
use syn::{
    Arm, BinOp, Expr, ExprClosure, ExprMatch, Lit, Member, Pat, PatTuple, PatTupleStruct, Path,
    UnOp, parse_quote,
};

/// Turns the expressions of one state into [`Term`]s.
pub(super) struct Resolver<'m> {
    pub(super) machine: &'m Machine,
    pub(super) errors: &'m Errors,
    pub(super) state: usize,
    /// The names that exist only in this state or in a part of the expression, the innermost last.
    pub(super) locals: Vec<Local>,
    /// Whether `task_token` is a name here.
    pub(super) task_token: bool,
    /// Whether the expression is part of a call.
    pub(super) in_call: bool,
    pub(super) reads: Vec<VariableRead>,
    pub(super) item_reads: Vec<ItemRead>,
    /// The names in `locals` that an expression has read.
    pub(super) local_reads: HashSet<String>,
    /// The variables of the state whose values may panic in Rust.
    pub(super) panicking_values: HashSet<String>,
    pub(super) rewriter: ExpressionRewriter,
    pub(super) expression: usize,
    pub(super) ty: Option<Rc<DeclaredType>>,
    /// Whether the expression has a diagnostic.
    pub(super) faulty: bool,
    /// Whether the expression is the body of a function with `#[expression]`, or an `expr!`.
    pub(super) is_standalone: bool,
}

/// A resolved expression.
pub(super) struct ResolvedExpression {
    pub(super) value: Term,
    /// Whether it has a diagnostic.
    pub(super) faulty: bool,
    /// The code for rustc, if it differs from the source.
    pub(super) rewritten: Option<RewrittenExpression>,
}

/// Methods whose result type depends on the context of the call, or on its type arguments.
const CONVERSIONS: &[&str] = words!(collect into parse product sum unwrap_or_default);

/// What to write instead of a slice.
const SLICE: &str = "use `list.iter().skip(from).take(count)`; a slice of a text counts bytes: for characters use `text.chars().skip(from).take(count).collect::<String>()`";

impl<'m> Resolver<'m> {
    pub(super) fn new(machine: &'m Machine, state: usize, errors: &'m Errors) -> Self {
        Resolver {
            machine,
            errors,
            state,
            locals: Vec::new(),
            task_token: false,
            in_call: false,
            reads: Vec::new(),
            item_reads: Vec::new(),
            local_reads: HashSet::new(),
            panicking_values: HashSet::new(),
            rewriter: ExpressionRewriter::default(),
            expression: 0,
            ty: None,
            faulty: false,
            is_standalone: false,
        }
    }

    /// Resolves an expression; `ty` is its type in the source, if it has one.
    pub(super) fn expression(
        &mut self,
        expression: &UserExpr,
        ty: Option<&DeclaredType>,
    ) -> ResolvedExpression {
        self.expression = expression.id;
        self.ty = ty.map(|ty| Rc::new(ty.clone()));
        self.faulty = false;
        self.rewriter.begin();
        let mut code = expression.syn.clone();
        let mut value = self.value(&mut code);
        if let Some(ty) = ty {
            value = with_type_arguments(value, &ty.written);
        }
        ResolvedExpression {
            value,
            faulty: self.faulty,
            rewritten: self.rewriter.finish(code),
        }
    }

    /// Resolves a part of an expression, and rewrites it for rustc.
    pub(super) fn value(&mut self, expression: &mut Expr) -> Term {
        let value = self.part(expression);
        self.add_witness_if_needed(value, expression)
    }

    /// Adds a witness for the type of a part if only rustc can infer it.
    fn add_witness_if_needed(&mut self, value: Term, expression: &mut Expr) -> Term {
        let witness = match &value {
            Term::Library(path, _) if is_library(path, &["sorted", "unique"]) => {
                // The comparison of the items may be the program's code.
                let kind = if is_library(path, &["sorted"]) {
                    Witness::PartiallyOrdered
                } else {
                    Witness::Equal
                };
                let index = self.rewriter.add_witness(expression, kind);
                let value = Term::Typed(index, Box::new(value));
                return Term::Checked(index, Box::new(value));
            }
            Term::None | Term::Constant(..) | Term::Function(..) | Term::Library(..) => {
                Witness::Shape
            }
            Term::Array(items) if items.is_empty() => Witness::Shape,
            // Only rustc knows whether the result may be negative.
            Term::Binary("Sub", left, right) if !has_type(left) && !has_type(right) => {
                Witness::Shape
            }
            Term::Method(_, name, _) if name == "unwrap_or_default" => Witness::Default,
            Term::Method(_, name, _) if CONVERSIONS.contains(&name.as_str()) => Witness::Shape,
            Term::Default(_) => {
                return Term::Default(self.rewriter.add_witness(expression, Witness::Default));
            }
            _ => return value,
        };
        Term::Typed(
            self.rewriter.add_witness(expression, witness),
            Box::new(value),
        )
    }

    fn part(&mut self, expression: &mut Expr) -> Term {
        match expression {
            Expr::Paren(inner) => self.value(&mut inner.expr),
            Expr::Group(inner) => self.value(&mut inner.expr),
            Expr::Reference(inner) if inner.mutability.is_some() => self.unsupported(
                inner,
                "a mutable reference",
                "pass the value, without `&mut`",
            ),
            Expr::Reference(inner) => self.value(&mut inner.expr),
            Expr::Lit(literal) => self.literal(&literal.lit),
            Expr::Path(path) if path.qself.is_none() => {
                self.rewriter.used.path(&path.path);
                let value = self.path(&path.path);
                // `*name` in a function.
                if path.attrs.iter().any(|one| one.path().is_ident("followed")) {
                    self.rewriter.followed(expression);
                }
                value
            }
            Expr::Field(field) => {
                let base = self.value(&mut field.base);
                match &field.member {
                    Member::Named(name) => Term::Field(Box::new(base), name.unraw().to_string()),
                    Member::Unnamed(index) => Term::TupleField(Box::new(base), index.index),
                }
            }
            Expr::Index(_) => self.index(expression),
            Expr::MethodCall(_) => self.method_call(expression),
            Expr::Call(call) => {
                let arguments = call.args.iter_mut();
                let arguments: Vec<Term> = arguments.map(|one| self.value(one)).collect();
                let value = match &*call.func {
                    Expr::Path(path) if path.qself.is_none() => self.call(&path.path, arguments),
                    other => self.unsupported(other, "this call", "call it in a task"),
                };
                match &value {
                    Term::Inlined(path, _) => {
                        let is_hidden = path.get_ident().is_some_and(|name| self.is_known(name));
                        let workflow = &self.machine.workflow;
                        let in_a_function = workflow.function.is_some() && !self.is_standalone;
                        *expression = self.rewriter.inlined(path, call, is_hidden, in_a_function);
                    }
                    value => self.prove_call(call, value),
                }
                value
            }
            Expr::Unary(unary) => self.unary(unary),
            Expr::Binary(binary) => {
                let value = self.binary(binary);
                self.prove_binary(expression, value)
            }
            Expr::If(branch) => self.branch(branch),
            Expr::Block(block) if block.label.is_none() => self.block(&mut block.block),
            Expr::Struct(literal) if literal.path.is_ident(UPDATE) => self.update(expression),
            Expr::Struct(literal) if JsonStruct::is(&literal.path) => {
                let (value, code) = self.json(literal);
                *expression = code;
                value
            }
            Expr::Struct(literal) => self.record(literal),
            Expr::Tuple(tuple) if tuple.elems.is_empty() => Term::Unit,
            Expr::Tuple(tuple) => {
                let items = tuple.elems.iter_mut();
                Term::Tuple(items.map(|item| self.value(item)).collect())
            }
            Expr::Array(array) => {
                let items = array.elems.iter_mut();
                Term::Array(items.map(|item| self.value(item)).collect())
            }
            Expr::Macro(call) => {
                let (value, code) = self.call_of_a_macro(call);
                if let Some(code) = code {
                    *expression = code;
                }
                value
            }
            Expr::Match(one) => self.match_on(one),
            Expr::Cast(cast) => {
                let (value, code) = self.cast(cast);
                *expression = code;
                value
            }
            _ => self.refused(expression),
        }
    }

    /// Resolves a call of a method, and rewrites it if only the types of its values decide its
    /// meaning.
    fn method_call(&mut self, expression: &mut Expr) -> Term {
        let Expr::MethodCall(call) = expression else {
            return Term::Faulty;
        };
        let is_stored = is_place(&call.receiver);
        let receiver = self.value(&mut call.receiver);
        // The length of the list of a `for` in a function.
        if call.attrs.iter().any(|one| one.path().is_ident("counted")) {
            self.rewriter.changed();
            let list = &call.receiver;
            let span = call.method.span();
            *expression = Expr::Verbatim(quote_spanned!(span=> __s::count(&#list)));
            return Term::Method(Box::new(receiver), "len".to_owned(), Vec::new());
        }
        self.check_method(&call.method);
        let method = call.method.unraw().to_string();
        let arguments = call.args.iter_mut().enumerate();
        let arguments = arguments
            .map(|(position, one)| self.argument(&method, position, one))
            .collect();
        if is_stored && callable::advances(&method) {
            self.rewriter.advancing(call);
            return Term::Method(Box::new(receiver), method, arguments);
        }
        let value = Term::Method(Box::new(receiver), method, arguments);
        self.prove_method(expression, value)
    }

    fn index(&mut self, expression: &mut Expr) -> Term {
        let Expr::Index(index) = expression else {
            return Term::Faulty;
        };
        if matches!(&*index.index, Expr::Range(_)) {
            return self.unsupported(&index.index, "a slice", SLICE);
        }
        let base = self.value(&mut index.expr);
        let at = self.value(&mut index.index);
        // The next item of a `for` in a function.
        if index.attrs.iter().any(|one| one.path().is_ident("item")) {
            self.rewriter.changed();
            let (list, number) = (&index.expr, &index.index);
            let span = index.bracket_token.span.open();
            *expression =
                Expr::Verbatim(quote_spanned!(span=> __s::ForItems::item(&#list, #number)));
        } else {
            self.prove_index(index, &base);
        }
        Term::Index(Box::new(base), Box::new(at))
    }

    fn match_on(&mut self, one: &mut ExprMatch) -> Term {
        let subject = self.value(&mut one.expr);
        let cases = one.arms.iter_mut();
        let cases = cases
            .map(|arm| {
                let (pattern, guard) = match &mut arm.pat {
                    Pat::Guard(both) => (&mut *both.pat, Some(&mut *both.guard)),
                    pattern => (&mut *pattern, None),
                };
                let case = self.case(pattern, guard, |this| this.value(&mut arm.body));
                self.rewriter.arm(pattern, &mut arm.body);
                case
            })
            .collect();
        // rustc reports missing arms in the function itself.
        let is_function = self.machine.workflow.function.is_some();
        if is_function && !one.arms.is_empty() && !ends_with_any(&one.arms) {
            self.rewriter.changed();
            one.arms.push(parse_quote!(_ => __s::any()));
        }
        Term::Match(Box::new(subject), cases)
    }

    /// Reports an expression that a state cannot evaluate.
    fn refused(&mut self, expression: &Expr) -> Term {
        match expression {
            Expr::Closure(closure) => self.unsupported(
                closure,
                "a closure",
                "write it as an argument of a method such as `map`",
            ),
            Expr::Await(_) => {
                let instead = if self.is_standalone {
                    "await the call in the workflow, and pass its result as an argument"
                } else {
                    "a task state already waits for its task"
                };
                self.unsupported(expression, "`.await`", instead)
            }
            Expr::Try(_) => {
                let instead = match self.machine.workflow.function {
                    Some(_) => {
                        "for an `Option` use `and_then` or `map`, or a `match`; a call is awaited in a statement before, `let value = task(..).await?;`"
                    }
                    None => {
                        "use `catch` to handle errors, and `and_then` or `map` for an `Option`"
                    }
                };
                self.unsupported(expression, "`?`", instead)
            }
            Expr::Assign(assign) => self.unsupported(
                &assign.eq_token,
                "an assignment",
                "use `let name = value;` to assign a workflow variable",
            ),
            Expr::Let(one) => self.unsupported(
                &one.let_token,
                "`if let`",
                "write it only as a condition after `if`: `if let Some(x) = value { .. } else { .. }`",
            ),
            // A syntax error, which has been reported.
            Expr::Verbatim(tokens) if tokens.is_empty() => {
                self.faulty = true;
                Term::Faulty
            }
            Expr::Range(_) => self.unsupported(
                expression,
                "a range",
                "use `stepwright::functions::range(first, last, step)`",
            ),
            Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => self.unsupported(
                expression,
                "a loop",
                "use a map state for a list, or a transition to an earlier state",
            ),
            _ => self.unsupported(expression, "this expression", "call it in a task instead"),
        }
    }

    /// Resolves an argument of a method, which may be a closure.
    fn argument(&mut self, method: &str, position: usize, expression: &mut Expr) -> Term {
        match expression {
            Expr::Closure(closure) => self.closure(method, closure),
            Expr::Range(range) if method == "get" => self.unsupported(range, "a slice", SLICE),
            other => match self.function_for_closure(method, position, other) {
                Some(closure) => closure,
                None => self.value(other),
            },
        }
    }

    fn closure(&mut self, method: &str, closure: &mut ExprClosure) -> Term {
        let before = self.locals.len();
        let mut parameters = Vec::new();
        for input in &closure.inputs {
            parameters.push(self.bind_value(input));
        }
        // Only names of the workflow: a `let` with the name of a constant would be a pattern that
        // compares with the constant.
        let mut copied = names_in(&closure.body);
        copied.retain(|name| self.is_known(name) || self.task_token && name == "task_token");
        let prepared = self.rewriter.closure(closure, &copied);
        let body = self.value(&mut closure.body);
        let body = self.prove_key(method, &mut closure.body, body);
        self.locals.truncate(before);
        let witnesses = prepared.parameters.iter().copied();
        let parameters = parameters.into_iter().zip(witnesses).collect();
        prepared.finish(closure);
        Term::Closure(parameters, Box::new(body))
    }

    /// Adds the names that the pattern of a parameter binds: the value, or parts of it.
    pub(super) fn destructure(&mut self, from: &Pat, value: Term) {
        match from {
            Pat::Ident(ident) if is_bound(&ident.ident) => {
                self.locals.push(Local {
                    name: ident.ident.unraw().to_string(),
                    value: value.clone(),
                });
                if let Some((_, inner)) = &ident.subpat {
                    self.destructure(inner, value);
                }
            }
            Pat::Wild(_) | Pat::Rest(_) => {}
            Pat::Reference(inner) => self.destructure(&inner.pat, value),
            Pat::Paren(inner) => self.destructure(&inner.pat, value),
            Pat::Type(typed) => self.destructure(&typed.pat, value),
            Pat::Tuple(PatTuple { elems, .. }) | Pat::TupleStruct(PatTupleStruct { elems, .. })
                if !elems
                    .iter()
                    .rev()
                    .skip(1)
                    .any(|item| matches!(item, Pat::Rest(_))) =>
            {
                for (index, item) in (0..).zip(elems) {
                    self.destructure(item, Term::TupleField(Box::new(value.clone()), index));
                }
            }
            Pat::Struct(pattern) => {
                for field in &pattern.fields {
                    let part = match &field.member {
                        Member::Named(name) => {
                            Term::Field(Box::new(value.clone()), name.unraw().to_string())
                        }
                        Member::Unnamed(index) => {
                            Term::TupleField(Box::new(value.clone()), index.index)
                        }
                    };
                    self.destructure(&field.pat, part);
                }
            }
            other => {
                self.unsupported(
                    other,
                    "this pattern",
                    "use names, tuples and structs, or name the value and read its fields",
                );
            }
        }
    }

    fn literal(&mut self, literal: &Lit) -> Term {
        match literal {
            Lit::Str(_) | Lit::Char(_) | Lit::Int(_) | Lit::Float(_) | Lit::Bool(_) => {
                Term::Literal(literal.clone())
            }
            other => self.unsupported(
                other,
                "this literal",
                "use a text, a number, `true` or `false`",
            ),
        }
    }

    fn check_method(&mut self, method: &Ident) {
        let name = method.unraw().to_string();
        if !callable::is_method(&name) {
            let in_a_function = self.machine.workflow.function.is_some();
            self.refuse(method.span(), unsupported_method(&name, in_a_function));
        }
    }

    fn unary(&mut self, unary: &mut syn::ExprUnary) -> Term {
        let value = self.value(&mut unary.expr);
        self.prove_unary(unary, &value);
        match unary.op {
            UnOp::Deref(_) => value,
            UnOp::Not(_) => Term::Not(Box::new(value)),
            UnOp::Neg(_) => Term::Negative(Box::new(value)),
            _ => self.unsupported(&unary.op, "this operator", "call it in a task instead"),
        }
    }

    fn binary(&mut self, binary: &mut syn::ExprBinary) -> Term {
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
                return self.unsupported(
                    &binary.op,
                    "an assignment",
                    "use `let name = value;` to assign a workflow variable",
                );
            }
            _ => {
                return self.unsupported(&binary.op, "bit arithmetic", "call it in a task instead");
            }
        };
        Term::Binary(operator, Box::new(left), Box::new(right))
    }

    /// Resolves one case of a `match`, with the names that its pattern binds.
    pub(super) fn case(
        &mut self,
        pat: &Pat,
        guard: Option<&mut Expr>,
        body: impl FnOnce(&mut Self) -> Term,
    ) -> (Pat, Option<Term>, Term) {
        let before = self.locals.len();
        self.bind_pattern(pat);
        let guard = guard.map(|guard| self.value(guard));
        let value = body(self);
        self.locals.truncate(before);
        (pat.clone(), guard, value)
    }

    /// Reports a part of an expression that a workflow cannot run, with an alternative.
    pub(super) fn unsupported(&mut self, part: &impl ToTokens, what: &str, instead: &str) -> Term {
        self.faulty = true;
        self.errors.on(
            part,
            format!("{what} cannot run inside a workflow: {instead}"),
        );
        Term::Faulty
    }

    pub(super) fn refuse(&mut self, span: Span, message: String) {
        self.faulty = true;
        self.errors.at(span, message);
    }

    pub(super) fn syntax_error(&mut self, error: &syn::Error) -> Term {
        self.faulty = true;
        self.errors.syn(error);
        Term::Faulty
    }
}

/// Whether the lowering knows the type of a value, which is not a literal or computed from
/// literals. It may not know that of a local.
fn has_type(value: &Term) -> bool {
    match value {
        Term::Literal(_) | Term::Local(_) => false,
        Term::If(_, then, otherwise) => has_type(then) || has_type(otherwise),
        Term::Match(_, cases) => cases.iter().any(|(_, _, value)| has_type(value)),
        Term::Let(_, body) => has_type(body),
        Term::Binary(_, left, right) => has_type(left) || has_type(right),
        Term::Inline(earlier) => has_type(&earlier.value),
        _ => true,
    }
}

/// Whether an expression is a variable, or a part of one.
fn is_place(value: &Expr) -> bool {
    match value {
        Expr::Path(_) => true,
        Expr::Paren(inner) => is_place(&inner.expr),
        Expr::Group(inner) => is_place(&inner.expr),
        Expr::Reference(inner) => is_place(&inner.expr),
        Expr::Field(field) => is_place(&field.base),
        Expr::Index(index) => is_place(&index.expr),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)) && is_place(&unary.expr),
        _ => false,
    }
}

/// Whether a path names one of these functions of `stepwright::functions`.
fn is_library(path: &Path, names: &[&str]) -> bool {
    let last = path.segments.last();
    last.is_some_and(|last| names.iter().any(|name| last.ident == name))
}

/// Whether the last arm takes every value.
fn ends_with_any(arms: &[Arm]) -> bool {
    arms.last()
        .is_some_and(|arm| matches!(arm.pat, Pat::Wild(_)))
}
