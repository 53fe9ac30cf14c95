//! Looks for code that needs states, and for code that a workflow cannot evaluate.

use crate::machine::{cases, is_of_prelude, own_name};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use stepwright_asl::front_end::callable::PANICKING_METHODS;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Expr, ExprAsync, ExprAwait, ExprCall, ExprClosure, ExprMethodCall, ExprPath, Macro, Pat, Path,
    Token, Type, parse_quote,
};

/// The methods that set an option of a call.
pub(crate) const OPTIONS: &[&str] = &[
    "retry",
    "timeout",
    "heartbeat",
    "named",
    "concurrency",
    "label",
    "express",
    "tolerate",
    "tolerate_percent",
    "write_results",
];

/// Macros that write log lines, which a workflow leaves out.
const LOGS: &[&str] = &[
    "trace", "debug", "info", "warn", "error", "event", "println", "eprintln", "print", "eprint",
    "dbg",
];

/// Macros that end the workflow with an error.
const PANICS: &[&str] = &["panic", "unreachable", "todo", "unimplemented"];

/// Macros that end the workflow with an error if a condition is false.
const ASSERTS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
];

/// The effect of a macro in a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MacroKind {
    Log,
    Panic,
    Assert,
    TryJoin,
    /// It produces a value.
    Value,
}

impl MacroKind {
    pub(crate) fn of(mac: &Macro) -> MacroKind {
        let Some(name) = own_name(&mac.path).map(ToString::to_string) else {
            return MacroKind::Value;
        };
        let is = |list: &[&str]| list.contains(&name.as_str());
        if is(LOGS) {
            MacroKind::Log
        } else if is(PANICS) {
            MacroKind::Panic
        } else if is(ASSERTS) {
            MacroKind::Assert
        } else if name == "try_join" {
            MacroKind::TryJoin
        } else {
            MacroKind::Value
        }
    }
}

/// The text of `panic!()` and the like without arguments, as std has it.
pub(crate) fn default_panic_text(mac: &Macro) -> &'static str {
    let is = |name| own_name(&mac.path).is_some_and(|own| own == name);
    if is("unreachable") {
        "internal error: entered unreachable code"
    } else if is("todo") {
        "not yet implemented"
    } else if is("unimplemented") {
        "not implemented"
    } else {
        "explicit panic"
    }
}

/// The parts of `assert!(condition, "..")` and of its relatives.
pub(crate) struct Assertion {
    /// `left == right` for `assert_eq!`.
    pub(crate) condition: Expr,
    /// The arguments of `format!` for the text of the failure.
    pub(crate) text: TokenStream,
}

impl Assertion {
    /// Parses an assertion; `None` if arguments are missing, which rustc reports.
    pub(crate) fn of(mac: &Macro) -> Option<Assertion> {
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        let mut arguments = mac.parse_body_with(parser).ok()?.into_iter();
        let first = arguments.next()?;
        let name = own_name(&mac.path)?.to_string();
        let operator: Option<syn::BinOp> = match name.trim_start_matches("debug_") {
            "assert_eq" => Some(parse_quote!(==)),
            "assert_ne" => Some(parse_quote!(!=)),
            _ => None,
        };
        let (condition, default): (Expr, _) = match operator {
            Some(operator) => {
                let second = arguments.next()?;
                let (left, right) = (first.to_token_stream(), second.to_token_stream());
                let operator_text = operator.to_token_stream();
                let default = format!("assertion failed: {left} {operator_text} {right}");
                (parse_quote!((#first) #operator (#second)), default)
            }
            None => {
                let default = format!("assertion failed: {}", first.to_token_stream());
                (first, default)
            }
        };
        let rest: Punctuated<Expr, Token![,]> = arguments.collect();
        let text = if rest.is_empty() {
            let span = own_name(&mac.path).map_or_else(Span::call_site, Ident::span);
            quote_spanned!(span=> "{}", #default)
        } else {
            rest.to_token_stream()
        };
        Some(Assertion { condition, text })
    }
}

/// Whether an expression cannot be one value of a state: it calls, it changes the control flow, or
/// it produces a `Result`.
pub(crate) fn needs_states(value: &Expr) -> bool {
    let mut scan = StateScan::default();
    scan.visit_expr(value);
    scan.found
}

#[derive(Default)]
struct StateScan {
    found: bool,
}

impl Visit<'_> for StateScan {
    fn visit_expr(&mut self, value: &Expr) {
        self.found |= match value {
            Expr::Await(_)
            | Expr::Return(_)
            | Expr::Break(_)
            | Expr::Continue(_)
            | Expr::Try(_)
            | Expr::Loop(_)
            | Expr::While(_)
            | Expr::ForLoop(_)
            | Expr::Assign(_) => true,
            Expr::Binary(binary) => is_assigning(&binary.op),
            Expr::Macro(one) => MacroKind::of(&one.mac) != MacroKind::Value,
            Expr::Call(call) => is_result(call),
            _ => false,
        };
        visit::visit_expr(self, value);
    }

    fn visit_stmt(&mut self, statement: &syn::Stmt) {
        self.found |= match statement {
            syn::Stmt::Macro(one) => MacroKind::of(&one.mac) != MacroKind::Value,
            syn::Stmt::Expr(value, Some(_)) => growing_call(value).is_some(),
            _ => false,
        };
        let attributes = match statement {
            syn::Stmt::Local(local) => &local.attrs,
            syn::Stmt::Expr(value, _) => name_attributes(value),
            syn::Stmt::Macro(one) => &one.attrs,
            syn::Stmt::Item(_) => &[][..],
        };
        // A statement with a name is a state.
        let mut attributes = attributes.iter();
        self.found |= attributes.any(|attribute| attribute.path().is_ident("state"));
        visit::visit_stmt(self, statement);
    }

    fn visit_macro(&mut self, mac: &Macro) {
        for argument in value_arguments(mac).iter().flatten() {
            self.visit_expr(argument);
        }
    }

    fn visit_expr_closure(&mut self, _: &ExprClosure) {}
    fn visit_expr_async(&mut self, _: &ExprAsync) {}
}

/// `Ok(..)` or `Err(..)`
pub(crate) fn is_result(call: &ExprCall) -> bool {
    called(call).is_some_and(|path| is_of_prelude(path, "Ok") || is_of_prelude(path, "Err"))
}

/// `+=` and the like.
pub(crate) fn is_assigning(op: &syn::BinOp) -> bool {
    use syn::BinOp::*;
    matches!(
        op,
        AddAssign(_)
            | SubAssign(_)
            | MulAssign(_)
            | DivAssign(_)
            | RemAssign(_)
            | BitXorAssign(_)
            | BitAndAssign(_)
            | BitOrAssign(_)
            | ShlAssign(_)
            | ShrAssign(_)
    )
}

/// `list.push(item)`, `list.extend(more)` or `text.push_str(more)`, which assign the variable anew.
pub(crate) fn growing_call(value: &Expr) -> Option<&ExprMethodCall> {
    match bare(value) {
        Expr::MethodCall(call) if call.args.len() == 1 => {
            let methods = ["push", "extend", "push_str"];
            let is_growing = methods.iter().any(|name| call.method == name);
            is_growing.then_some(call)
        }
        _ => None,
    }
}

/// The first `.await` in an expression.
pub(crate) fn first_await(value: &Expr) -> Option<Span> {
    #[derive(Default)]
    struct Awaits(Option<Span>);
    impl Visit<'_> for Awaits {
        fn visit_expr_await(&mut self, one: &ExprAwait) {
            self.0.get_or_insert(one.await_token.span);
            visit::visit_expr_await(self, one);
        }
        fn visit_macro(&mut self, mac: &Macro) {
            for argument in value_arguments(mac).iter().flatten() {
                self.visit_expr(argument);
            }
        }
    }
    let mut awaits = Awaits::default();
    awaits.visit_expr(value);
    awaits.0
}

/// The first token in a log line that does more than write it: `.await`, `?`, `return`, `break` or
/// `continue`.
pub(crate) fn control_flow_in(tokens: TokenStream) -> Option<(Span, &'static str)> {
    let mut follows_a_value = false;
    for token in tokens {
        let found = match &token {
            TokenTree::Ident(word) if word == "await" => Some("this one makes a call"),
            TokenTree::Ident(word)
                if ["return", "break", "continue"]
                    .iter()
                    .any(|own| word == own) =>
            {
                Some("this one leaves the code")
            }
            // `tracing` has `info!(?value)`.
            TokenTree::Punct(sign) if sign.as_char() == '?' && follows_a_value => {
                Some("this one may fail")
            }
            TokenTree::Group(group) => {
                if let Some(found) = control_flow_in(group.stream()) {
                    return Some(found);
                }
                None
            }
            _ => None,
        };
        if let Some(what) = found {
            return Some((token.span(), what));
        }
        follows_a_value = !matches!(token, TokenTree::Punct(_));
    }
    None
}

/// The arguments of `format!` and `vec!`.
pub(crate) fn value_arguments(mac: &Macro) -> Option<Punctuated<Expr, Token![,]>> {
    if !(mac.path.is_ident("format") || mac.path.is_ident("vec")) {
        return None;
    }
    mac.parse_body_with(Punctuated::parse_terminated).ok()
}

/// The arguments of a macro of the standard library that prints. Those of other log macros are
/// computed only if the level is enabled.
pub(crate) fn printed_arguments(mac: &Macro) -> Vec<Expr> {
    let names = ["println", "eprintln", "print", "eprint", "dbg"];
    let is_std = own_name(&mac.path).is_some_and(|own| names.iter().any(|name| own == name));
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    let arguments = is_std.then(|| mac.parse_body_with(parser));
    let arguments = arguments.and_then(Result::ok).unwrap_or_default();
    let values = arguments.into_iter().map(|argument| match argument {
        Expr::Assign(named) => *named.right,
        value => value,
    });
    values.collect()
}

/// Whether the evaluation of an expression may panic: a division, an index, `unwrap`. A difference
/// of unsigned integers is not recognized, because the types are not known here.
pub(crate) fn may_panic(value: &Expr) -> bool {
    struct Panics(bool);
    impl Visit<'_> for Panics {
        fn visit_expr(&mut self, value: &Expr) {
            let is_number = |value: &Expr| matches!(bare(value), Expr::Lit(_));
            self.0 |= match value {
                Expr::Index(_) => true,
                Expr::Binary(binary) => match binary.op {
                    syn::BinOp::Div(_) | syn::BinOp::Rem(_) => !is_number(&binary.right),
                    _ => false,
                },
                Expr::MethodCall(call) => PANICKING_METHODS.iter().any(|name| call.method == name),
                // The body of a function with `#[expression]` is not known here.
                Expr::Call(call) => called(call).is_some_and(crate::functions::is_task),
                _ => false,
            };
            visit::visit_expr(self, value);
        }
    }
    let mut panics = Panics(false);
    panics.visit_expr(value);
    panics.0
}

/// The first `.await` in a closure of an expression.
pub(crate) fn await_in_a_closure(value: &Expr) -> Option<Span> {
    #[derive(Default)]
    struct Closures(Option<Span>);
    impl Visit<'_> for Closures {
        fn visit_expr_closure(&mut self, closure: &ExprClosure) {
            if let Some(span) = first_await(&closure.body) {
                self.0.get_or_insert(span);
            }
        }
    }
    let mut closures = Closures::default();
    closures.visit_expr(value);
    closures.0
}

/// Whether an expression reads a name.
pub(crate) fn reads(value: &Expr, name: &Ident) -> bool {
    struct Reads<'n>(&'n Ident, bool);
    impl Visit<'_> for Reads<'_> {
        fn visit_expr_path(&mut self, path: &ExprPath) {
            self.1 |= path.path.get_ident() == Some(self.0);
        }
        fn visit_macro(&mut self, mac: &Macro) {
            if MacroKind::of(mac) == MacroKind::Log {
                return;
            }
            self.1 |= super::tokens::read_in_macro(mac, self.0).is_some();
        }
    }
    let mut reads = Reads(name, false);
    reads.visit_expr(value);
    reads.1
}

/// Removes parentheses and groups.
pub(crate) fn bare(value: &Expr) -> &Expr {
    match value {
        Expr::Paren(inner) => bare(&inner.expr),
        Expr::Group(inner) => bare(&inner.expr),
        other => other,
    }
}

/// Removes references, because a workflow passes values.
pub(crate) fn by_value(value: &Expr) -> &Expr {
    match bare(value) {
        Expr::Reference(reference) => by_value(&reference.expr),
        other => other,
    }
}

/// The path of a call's function.
pub(crate) fn called(call: &ExprCall) -> Option<&Path> {
    match bare(&call.func) {
        Expr::Path(path) if path.qself.is_none() => Some(&path.path),
        _ => None,
    }
}

/// The list of a `for`: without a reference and without `.iter()`.
pub(crate) fn list_of(value: &Expr) -> &Expr {
    match by_value(value) {
        Expr::MethodCall(call)
            if call.args.is_empty() && (call.method == "iter" || call.method == "clone") =>
        {
            list_of(&call.receiver)
        }
        other => other,
    }
}

/// The last method of an expression, if it returns an iterator.
pub(crate) fn iterator_method(value: &Expr) -> Option<&Ident> {
    const METHODS: &[&str] = &[
        "chain",
        "chars",
        "cloned",
        "copied",
        "drain",
        "enumerate",
        "filter",
        "filter_map",
        "flat_map",
        "into_iter",
        "iter_mut",
        "keys",
        "map",
        "rev",
        "skip",
        "skip_while",
        "step_by",
        "take",
        "take_while",
        "values",
        "zip",
    ];
    match value {
        Expr::MethodCall(call) if METHODS.iter().any(|name| call.method == name) => {
            Some(&call.method)
        }
        _ => None,
    }
}

/// The variable that an expression is.
pub(crate) fn single_name(value: &Expr) -> Option<&Ident> {
    match bare(value) {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

pub(crate) fn without_type(pattern: &Pat) -> &Pat {
    match pattern {
        Pat::Type(typed) => &typed.pat,
        other => other,
    }
}

/// The type of a value, of which the source has a reference: `String` for `&str`.
pub(crate) fn without_reference(ty: Type) -> Type {
    let Type::Reference(reference) = ty else {
        return ty;
    };
    match *reference.elem {
        Type::Path(path) if path.path.is_ident("str") => parse_quote!(::std::string::String),
        Type::Slice(slice) => {
            let item = slice.elem;
            parse_quote!(::std::vec::Vec<#item>)
        }
        other => without_reference(other),
    }
}

pub(crate) fn without_reference_pattern(pattern: &Pat) -> &Pat {
    match pattern {
        Pat::Reference(reference) => without_reference_pattern(&reference.pat),
        Pat::Paren(inner) => without_reference_pattern(&inner.pat),
        other => other,
    }
}

/// Whether a pattern is one of a `Result`.
pub(crate) fn is_of_result(pattern: &Pat) -> bool {
    if let Pat::Guard(both) = pattern {
        return is_of_result(&both.pat);
    }
    cases(pattern).into_iter().any(|case| {
        matches!(case, Pat::TupleStruct(one) if is_of_prelude(&one.path, "Ok") || is_of_prelude(&one.path, "Err"))
    })
}

/// The scrutinee, pattern and guard of `if let pattern = scrutinee && guard`.
pub(crate) fn let_condition(condition: &Expr) -> Option<(&Expr, &Pat, Option<Expr>)> {
    match bare(condition) {
        Expr::Let(one) => Some((&one.expr, &one.pat, None)),
        Expr::Binary(both) if matches!(both.op, syn::BinOp::And(_)) => {
            let (scrutinee, pattern, guard) = let_condition(&both.left)?;
            let right = &both.right;
            let guard = match guard {
                Some(guard) => parse_quote!(#guard && #right),
                None => (**right).clone(),
            };
            Some((scrutinee, pattern, Some(guard)))
        }
        _ => None,
    }
}

/// The attributes of the expressions that may have `#[state(Name)]`.
pub(crate) fn name_attributes(value: &Expr) -> &[syn::Attribute] {
    match value {
        Expr::If(one) => &one.attrs,
        Expr::Match(one) => &one.attrs,
        Expr::Loop(one) => &one.attrs,
        Expr::While(one) => &one.attrs,
        Expr::ForLoop(one) => &one.attrs,
        Expr::Return(one) => &one.attrs,
        Expr::Break(one) => &one.attrs,
        Expr::Call(one) => &one.attrs,
        Expr::MethodCall(one) => &one.attrs,
        Expr::Await(one) => &one.attrs,
        Expr::Try(one) => &one.attrs,
        // syn and rustc give the attributes of a statement to the first operand.
        Expr::Assign(one) if one.attrs.is_empty() => name_attributes(&one.left),
        Expr::Assign(one) => &one.attrs,
        Expr::Binary(one) if one.attrs.is_empty() => name_attributes(&one.left),
        Expr::Binary(one) => &one.attrs,
        Expr::Cast(one) if one.attrs.is_empty() => name_attributes(&one.expr),
        Expr::Cast(one) => &one.attrs,
        Expr::Array(one) => &one.attrs,
        Expr::Continue(one) => &one.attrs,
        Expr::Field(one) => &one.attrs,
        Expr::Index(one) => &one.attrs,
        Expr::Lit(one) => &one.attrs,
        Expr::Path(one) => &one.attrs,
        Expr::Reference(one) => &one.attrs,
        Expr::Tuple(one) => &one.attrs,
        Expr::Unary(one) => &one.attrs,
        Expr::Macro(one) => &one.attrs,
        Expr::Block(one) => &one.attrs,
        Expr::Struct(one) => &one.attrs,
        Expr::Closure(one) => &one.attrs,
        Expr::Paren(one) => &one.attrs,
        _ => &[],
    }
}
