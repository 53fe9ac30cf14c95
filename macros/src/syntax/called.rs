//! The call of a task inside of an expression: `Some(book_car(trip))`, `quote(order).amount * 1.2`.

use crate::functions::is_task;
use crate::machine::Matches;
use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{BinOp, Expr, ExprCall, ExprMacro, Token};

/// The name that replaces the call in an expression.
const CALLED: &str = "__called";

/// The calls of an expression.
#[derive(Default)]
pub(super) struct Calls {
    /// Each call, with the name that replaces it.
    pub(super) found: Vec<(ExprCall, Ident)>,
    /// The span of a call that is not evaluated exactly once, and the construct that contains it.
    pub(super) refused: Option<(Span, &'static str)>,
    /// The span of `await` after a call.
    pub(super) awaited: Option<Span>,
    /// The construct around the current position that may be evaluated any number of times.
    inside: Option<&'static str>,
}

/// Extracts the calls of tasks from an expression.
pub(super) fn take(expression: &mut Expr) -> Calls {
    let mut calls = Calls::default();
    calls.visit_expr_mut(expression);
    calls
}

impl Calls {
    fn within(&mut self, what: &'static str, look: impl FnOnce(&mut Self)) {
        let before = self.inside.replace(what);
        look(self);
        self.inside = before;
    }

    fn call(&mut self, call: &ExprCall) -> Expr {
        let span = call.func.span();
        if let Some(what) = self.inside {
            self.refused.get_or_insert((span, what));
        }
        // The name is visible in the whole expansion, and rustc underlines it like the call.
        let name = Ident::new(CALLED, Span::call_site().located_at(span));
        let place = Expr::Path(syn::ExprPath {
            attrs: Vec::new(),
            qself: None,
            path: name.clone().into(),
        });
        self.found.push((call.clone(), name));
        place
    }
}

impl VisitMut for Calls {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Call(call) => {
                if let Expr::Path(path) = &*call.func
                    && path.qself.is_none()
                    && is_task(&path.path)
                {
                    *expression = self.call(call);
                    return;
                }
                visit_mut::visit_expr_call_mut(self, call);
            }
            Expr::Await(one) => {
                let before = self.found.len();
                self.visit_expr_mut(&mut one.base);
                if self.found.len() > before {
                    self.awaited.get_or_insert(one.await_token.span);
                }
            }
            Expr::Closure(closure) => self.within("a closure", |calls| {
                visit_mut::visit_expr_closure_mut(calls, closure);
            }),
            Expr::If(branch) => {
                self.visit_expr_mut(&mut branch.cond);
                self.within("a branch of an `if`", |calls| {
                    calls.visit_block_mut(&mut branch.then_branch);
                    if let Some((_, otherwise)) = &mut branch.else_branch {
                        calls.visit_expr_mut(otherwise);
                    }
                });
            }
            Expr::Match(one) => {
                self.visit_expr_mut(&mut one.expr);
                self.within("an arm of a `match`", |calls| {
                    for arm in &mut one.arms {
                        calls.visit_arm_mut(arm);
                    }
                });
            }
            Expr::Binary(binary) if matches!(binary.op, BinOp::And(_) | BinOp::Or(_)) => {
                self.visit_expr_mut(&mut binary.left);
                self.within("the right side of `&&` or `||`", |calls| {
                    calls.visit_expr_mut(&mut binary.right);
                });
            }
            Expr::Macro(call) => self.macro_call(call),
            other => visit_mut::visit_expr_mut(self, other),
        }
    }
}

impl Calls {
    /// The arguments of `format!` and `vec!` are expressions; so are the subject and the guard of
    /// `matches!`.
    fn macro_call(&mut self, call: &mut ExprMacro) {
        if call.mac.path.is_ident("matches") {
            self.matches(call);
            return;
        }
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        if !(call.mac.path.is_ident("format") || call.mac.path.is_ident("vec")) {
            return;
        }
        // A syntax error is reported where the macro is parsed.
        let Ok(mut arguments) = call.mac.parse_body_with(parser) else {
            return;
        };
        let before = self.found.len();
        for argument in &mut arguments {
            match argument {
                // `name = value`
                Expr::Assign(named) => self.visit_expr_mut(&mut named.right),
                other => self.visit_expr_mut(other),
            }
        }
        if self.found.len() > before {
            call.mac.tokens = arguments.into_token_stream();
        }
    }

    fn matches(&mut self, call: &mut ExprMacro) {
        // The check of expressions reports syntax errors.
        let Ok(mut parts) = call.mac.parse_body::<Matches>() else {
            return;
        };
        let before = self.found.len();
        self.visit_expr_mut(&mut parts.subject);
        if let Some(guard) = &mut parts.guard {
            self.within("the guard of `matches!`", |calls| {
                calls.visit_expr_mut(guard);
            });
        }
        if self.found.len() > before {
            let Matches {
                subject,
                pattern,
                guard,
            } = &parts;
            let guard = guard.iter();
            call.mac.tokens = quote!(#subject, #pattern #(if #guard)*);
        }
    }
}
