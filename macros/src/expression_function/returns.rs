//! The body of a function as one expression: an early `return` becomes the branch of an `if`.

use crate::errors::Errors;
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Block, Expr, ExprReturn, ExprTry, ItemFn, Local, Pat, ReturnType, Stmt, Type, parse_quote,
    parse_quote_spanned,
};

/// The value of a function.
///
/// | statement | expression |
/// |---|---|
/// | `if c { return a; } ..` | `if c { a } else { .. }` |
/// | `let Some(x) = a else { return b; }; ..` | `if let Some(x) = a { .. } else { b }` |
/// | `let x = a?; ..` | `if let Some(x) = a { .. } else { None }` |
pub(super) fn value_of(function: &ItemFn, errors: &Errors) -> Expr {
    let body = Body {
        returns_option: returns_option(function),
    };
    let value = body.block(
        &function.block.stmts,
        function.block.brace_token.span.close(),
    );
    body.report_rest(&value, errors);
    value
}

struct Body {
    /// Whether the result is written as an `Option`, so that `?` returns `None`.
    returns_option: bool,
}

impl Body {
    /// The value of the statements up to the end of the function.
    fn block(&self, statements: &[Stmt], end: Span) -> Expr {
        let mut before: Vec<Stmt> = Vec::new();
        for (index, statement) in statements.iter().enumerate() {
            let rest = &statements[index + 1..];
            let value = match statement {
                Stmt::Expr(Expr::Return(one), _) => self.returned(one),
                Stmt::Expr(value, None) if rest.is_empty() => self.tail(value),
                Stmt::Expr(value, _) => match self.early_return(value, rest, end) {
                    Some(value) => value,
                    None => {
                        before.push(statement.clone());
                        continue;
                    }
                },
                Stmt::Local(local) => match self.early_let(local, rest, end) {
                    Some(value) => value,
                    None => {
                        before.push(statement.clone());
                        continue;
                    }
                },
                other => {
                    before.push(other.clone());
                    continue;
                }
            };
            return with(before, value);
        }
        // rustc reports a body without a value in the function itself.
        match before.last() {
            Some(Stmt::Expr(..) | Stmt::Macro(_)) => parse_quote!({ #(#before)* }),
            _ => with(before, parse_quote_spanned!(end=> ())),
        }
    }

    /// `if c { return a; }` before other statements.
    fn early_return(&self, value: &Expr, rest: &[Stmt], end: Span) -> Option<Expr> {
        let Expr::If(one) = value else {
            return None;
        };
        if !ends_with_return(&one.then_branch) {
            return None;
        }
        let otherwise = match &one.else_branch {
            None => self.block(rest, end),
            Some((_, other)) => self.early_return(other, rest, end)?,
        };
        let (token, condition) = (one.if_token, &one.cond);
        let then = self.nested(&one.then_branch);
        Some(parse_quote_spanned!(token.span=> if #condition { #then } else { #otherwise }))
    }

    /// `let Some(x) = a else { return b; };` or `let x = a?;` before other statements.
    fn early_let(&self, local: &Local, rest: &[Stmt], end: Span) -> Option<Expr> {
        let init = local.init.as_ref()?;
        let pattern = &local.pat;
        let span = local.let_token.span;
        if let Some((_, other)) = &init.diverge {
            let Expr::Block(other) = &**other else {
                return None;
            };
            if !ends_with_return(&other.block) {
                return None;
            }
            let (value, otherwise) = (&init.expr, self.nested(&other.block));
            let then = self.block(rest, end);
            return Some(
                parse_quote_spanned!(span=> if let #pattern = #value { #then } else { #otherwise }),
            );
        }
        let Expr::Try(ExprTry { expr: value, .. }) = &*init.expr else {
            return None;
        };
        if !self.returns_option {
            return None;
        }
        let (pattern, ty) = match pattern {
            Pat::Type(typed) => (&*typed.pat, Some(&typed.ty)),
            other => (other, None),
        };
        let then = self.block(rest, end);
        let value: Expr = match ty {
            Some(ty) => parse_quote_spanned!(span=> {
                let value: ::core::option::Option<#ty> = #value;
                value
            }),
            None => (**value).clone(),
        };
        Some(parse_quote_spanned!(span=> if let Some(#pattern) = #value { #then } else { None }))
    }

    /// An expression at the end of the function.
    fn tail(&self, value: &Expr) -> Expr {
        match value {
            Expr::Return(one) => self.returned(one),
            Expr::Block(one) if one.label.is_none() => self.nested(&one.block),
            Expr::If(one) => {
                let mut one = one.clone();
                let then = self.nested(&one.then_branch);
                one.then_branch = parse_quote_spanned!(one.then_branch.span()=> { #then });
                if let Some((_, other)) = &mut one.else_branch {
                    let value = self.tail(other);
                    *other = match value {
                        block @ (Expr::Block(_) | Expr::If(_)) => Box::new(block),
                        value => parse_quote_spanned!(value.span()=> { #value }),
                    };
                }
                Expr::If(one)
            }
            Expr::Match(one) => {
                let mut one = one.clone();
                for arm in &mut one.arms {
                    *arm.body = self.tail(&arm.body);
                }
                Expr::Match(one)
            }
            other => other.clone(),
        }
    }

    fn nested(&self, block: &Block) -> Expr {
        self.block(&block.stmts, block.brace_token.span.close())
    }

    fn returned(&self, one: &ExprReturn) -> Expr {
        match &one.expr {
            Some(value) => self.tail(value),
            None => parse_quote_spanned!(one.return_token.span=> ()),
        }
    }

    /// Reports each `return` and `?` that is at no end of the function.
    fn report_rest(&self, value: &Expr, errors: &Errors) {
        struct Rest<'e> {
            errors: &'e Errors,
            returns_option: bool,
        }
        impl Visit<'_> for Rest<'_> {
            fn visit_expr_return(&mut self, one: &ExprReturn) {
                self.errors.at(
                    one.return_token.span,
                    "this `return` is inside of a value: write `if .. { return ..; }` or `let .. else { return ..; };` as a statement of the function, or a value for each branch",
                );
                visit::visit_expr_return(self, one);
            }
            fn visit_expr_try(&mut self, one: &ExprTry) {
                let message = if self.returns_option {
                    "this `?` is inside of a value: bind it before, `let value = ..?;`, as a statement of the function"
                } else {
                    "`?` returns `None`, and the function's type is no `Option`: match the value, or use `unwrap_or`"
                };
                self.errors.at(one.question_token.spans[0], message);
                visit::visit_expr_try(self, one);
            }
        }
        let mut rest = Rest {
            errors,
            returns_option: self.returns_option,
        };
        rest.visit_expr(value);
    }
}

/// `{ before; value }`, or only the value.
fn with(before: Vec<Stmt>, value: Expr) -> Expr {
    if before.is_empty() {
        return value;
    }
    parse_quote!({ #(#before)* #value })
}

/// Whether the last statement of a block is a `return`.
fn ends_with_return(block: &Block) -> bool {
    matches!(block.stmts.last(), Some(Stmt::Expr(Expr::Return(_), _)))
}

fn returns_option(function: &ItemFn) -> bool {
    let ReturnType::Type(_, ty) = &function.sig.output else {
        return false;
    };
    matches!(&**ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}
