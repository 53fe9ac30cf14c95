//! Calls inside of expressions, which become states before the statement.

use super::graph::Node;
use super::naming::state_name::{subject, variable};
use super::source::refused::{methods_of_results, reads_result, result_without_a_value};
use super::source::scan::{first_await, value_arguments};
use super::translator::{Dest, Exits, Translator};
use crate::machine::StateWork;
use proc_macro2::Ident;
use quote::{ToTokens, format_ident};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, parse_quote};

impl Translator<'_> {
    /// Makes the calls inside of an expression, and replaces them by their results.
    pub(super) fn hoisted(&mut self, value: &Expr, mut exits: Exits) -> (Expr, Exits) {
        for method in methods_of_results(value) {
            self.errors
                .at(method.span(), result_without_a_value(&method));
        }
        if first_await(value).is_none() {
            return (value.clone(), exits);
        }
        let mut value = value.clone();
        let mut hoist = Hoist {
            number: self.hoisted_calls,
            calls: Vec::new(),
        };
        hoist.visit_expr_mut(&mut value);
        self.hoisted_calls = hoist.number;
        // The name is that of the statement, not of a call inside.
        let name = self.name.take();
        let fixed_variables = std::mem::replace(&mut self.fixed_variables, self.names.count());
        for one in hoist.calls {
            let bound = self.names.bind(&one.base, self.body);
            exits = self.expr(&one.call, exits, &Dest::to(bound.clone()));
            self.names.show(&one.temporary, &bound);
            if let Some(method) = one.reader {
                self.reads_result(&bound, method);
            }
        }
        self.name = name;
        self.fixed_variables = fixed_variables;
        if let Some(span) = super::source::scan::await_in_a_closure(&value) {
            self.errors.at(
                span,
                "a closure in a value cannot make calls: write `map(list, async |item| task(item).await).await`, or a `for` loop",
            );
        } else if let Some(span) = first_await(&value) {
            self.errors.at(
                span,
                "this call may run zero or many times, and a state makes its call exactly once: bind it with `let` before this statement",
            );
        }
        (value, exits)
    }

    /// Records that a method of options and results reads the result of the call that `variable`
    /// holds.
    fn reads_result(&mut self, variable: &Ident, method: Ident) {
        let is_of_call = |node: &&mut Node| {
            let mut results = node.state.result.iter();
            results.any(|result| result.named().any(|name| name == variable))
        };
        let Some(node) = self.graph.nodes.iter_mut().find(is_of_call) else {
            return;
        };
        // The result of a call with a timeout is always a `Result`.
        let is_result = node.state.options.timeout.is_some();
        // A list or a tuple has no such method.
        let is_list = matches!(node.state.kind, StateWork::Map(_) | StateWork::Parallel);
        if is_result || is_list {
            self.errors
                .at(method.span(), result_without_a_value(&method));
        } else if let Some(call) = node.task_call() {
            call.reader = Some(method);
        }
    }
}

/// Takes the calls out of an expression that is always evaluated completely.
struct Hoist {
    /// The number of the next temporary. The calls inside of a call are taken out later, while the
    /// names of the outer ones are still read.
    number: usize,
    calls: Vec<HoistedCall>,
}

struct HoistedCall {
    call: Expr,
    /// The name of its variable.
    base: Ident,
    /// The name in its place.
    temporary: Ident,
    /// The method of options and results whose receiver it is.
    reader: Option<Ident>,
}

impl VisitMut for Hoist {
    fn visit_expr_mut(&mut self, value: &mut Expr) {
        match value {
            // The calls of a block read the variables of the block, so they stay in it.
            Expr::Await(_) | Expr::Try(_) | Expr::Block(_) | Expr::Loop(_)
                if first_await(value).is_some() =>
            {
                let span = value.span();
                let base = variable(&subject(value), "", "result", span);
                let temporary = format_ident!("__hoisted{}", self.number, span = span);
                self.number += 1;
                let call = std::mem::replace(value, parse_quote!(#temporary));
                self.calls.push(HoistedCall {
                    call,
                    base,
                    temporary,
                    reader: None,
                });
            }
            Expr::MethodCall(one) if reads_result(one) => {
                self.visit_expr_mut(&mut one.receiver);
                if let Some(call) = self.calls.last_mut() {
                    call.reader = Some(one.method.clone());
                }
                for argument in &mut one.args {
                    self.visit_expr_mut(argument);
                }
            }
            Expr::Closure(_) | Expr::Async(_) => {}
            Expr::Macro(one) => {
                if let Some(mut arguments) = value_arguments(&one.mac) {
                    for argument in &mut arguments {
                        self.visit_expr_mut(argument);
                    }
                    one.mac.tokens = arguments.into_token_stream();
                }
            }
            Expr::If(one) => self.visit_expr_mut(&mut one.cond),
            Expr::Match(one) => self.visit_expr_mut(&mut one.expr),
            Expr::Binary(one) if matches!(one.op, syn::BinOp::And(_) | syn::BinOp::Or(_)) => {
                self.visit_expr_mut(&mut one.left);
            }
            other => visit_mut::visit_expr_mut(self, other),
        }
    }
}
