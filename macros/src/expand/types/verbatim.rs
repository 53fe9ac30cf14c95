//! The user's expressions as they stand, but for what rustc could not take so.

use super::Checker;
use crate::check::{Cast, is_bound, literal_type};
use crate::syntax::Expression;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Block, Expr, ExprClosure, ExprIf, ExprLet, ExprMacro, ExprMatch, ExprPath, Macro, Pat,
    PatIdent, Stmt, parse_quote,
};

impl Checker<'_, '_> {
    /// An expression as the user wrote it; of a faulty one, anything.
    pub(super) fn expression(&self, expression: &Expression) -> TokenStream {
        if self.machine.faulty[expression.id] {
            return quote!(__s::any());
        }
        verbatim(&expression.syn, self.machine.rewritten[expression.id])
    }

    /// An expression where a place says what it takes, so that a literal such as `path!("..")` needs no type of its own.
    pub(super) fn expression_of(&self, expression: &Expression, ty: &TokenStream) -> TokenStream {
        match &expression.syn {
            Expr::Macro(ExprMacro { mac, .. })
                if is_literal(mac) && literal_type(mac).is_none() =>
            {
                quote_spanned!(mac.path.span()=> __s::any::<#ty>())
            }
            _ => self.expression(expression),
        }
    }

    /// A text.
    pub(super) fn text(&self, expression: &Expression) -> TokenStream {
        self.expression_of(expression, &quote!(::std::string::String))
    }

    /// A whole number.
    pub(super) fn number(&self, expression: &Expression) -> TokenStream {
        self.expression_of(expression, &quote!(u32))
    }

    /// Any JSON.
    pub(super) fn json(&self, expression: &Expression) -> TokenStream {
        self.expression_of(expression, &quote!(__s::serde_json::Value))
    }
}

/// Whether it is `jsonata!(..)`, `path!(..)` or `intrinsic!(..)`.
fn is_literal(mac: &Macro) -> bool {
    ["jsonata", "path", "intrinsic"]
        .iter()
        .any(|name| mac.path.is_ident(name))
}

/// An expression as the user wrote it, but for what has to be rewritten.
pub(crate) fn verbatim(expression: &Expr, rewritten: bool) -> TokenStream {
    if !rewritten {
        return expression.to_token_stream();
    }
    let mut copy = expression.clone();
    Rewrite.visit_expr_mut(&mut copy);
    copy.into_token_stream()
}

/// Makes closures and raw literals fit for rustc.
struct Rewrite;

impl VisitMut for Rewrite {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::Macro(ExprMacro { mac, .. }) = expression
            && is_literal(mac)
        {
            // "type annotations needed" is said of the literal.
            let ty = literal_type(mac).map(|ty| quote!(::<#ty>));
            *expression = Expr::Verbatim(quote_spanned!(mac.path.span()=> __s::any #ty ()));
            return;
        }
        if let Expr::Cast(cast) = expression {
            visit_mut::visit_expr_mut(self, &mut cast.expr);
            let (value, ty) = (&cast.expr, &cast.ty);
            // "`as` can change .." is said of the value, and asked for by `as`.
            let cast = match Cast::of(cast) {
                Cast::Lossless => {
                    quote_spanned!(cast.as_token.span=> __s::Lossless::<#ty>::lossless(#value))
                }
                Cast::Count => {
                    quote_spanned!(cast.as_token.span=> <#ty as __s::Counts>::counted(#value))
                }
                Cast::Rounded => {
                    quote_spanned!(cast.as_token.span=> __s::Rounded::rounded::<#ty>(#value))
                }
            };
            *expression = Expr::Verbatim(cast);
            return;
        }
        if let Expr::Closure(closure) = expression {
            copy_what_it_reads(closure);
        }
        visit_mut::visit_expr_mut(self, expression);
    }
}

/// `|x| body` becomes `|x| { loop {} let a = copy(&a); body }`.
///
/// A closure's body is checked for moves of its own, so it too stands behind a `loop {}`; and what it reads is copied,
/// because taking it by value would make a closure that can be called but once.
fn copy_what_it_reads(closure: &mut ExprClosure) {
    let mut names = Names(Vec::new());
    names.visit_expr(&closure.body);
    let copies = names
        .0
        .iter()
        .filter(|name| is_bound(name))
        .map(|name| quote!(let #name = __s::copy(&#name);));
    let body = &closure.body;
    let body: Expr = parse_quote!({ loop {} #(#copies)* #body });
    *closure.body = body;
}

/// The single names in an expression.
struct Names(Vec<Ident>);

impl Names {
    /// Adds what `inside` reads, but for what `patterns` bind for it.
    fn but_for<'p>(
        &mut self,
        patterns: impl IntoIterator<Item = &'p Pat>,
        inside: impl FnOnce(&mut Names),
    ) {
        let mut bound = Bound(Vec::new());
        for pattern in patterns {
            bound.visit_pat(pattern);
        }
        let mut names = Names(Vec::new());
        inside(&mut names);
        let free = names.0.into_iter().filter(|name| !bound.0.contains(name));
        for name in free {
            if !self.0.contains(&name) {
                self.0.push(name);
            }
        }
    }
}

/// The patterns in a condition: `if let P = x && let Q = y`.
struct Patterns<'e>(Vec<&'e Pat>);

impl<'e> Visit<'e> for Patterns<'e> {
    fn visit_expr_let(&mut self, one: &'e ExprLet) {
        self.0.push(&one.pat);
        visit::visit_expr_let(self, one);
    }

    // What they bind ends there.
    fn visit_expr_if(&mut self, _: &'e ExprIf) {}
    fn visit_expr_match(&mut self, _: &'e ExprMatch) {}
    fn visit_expr_closure(&mut self, _: &'e ExprClosure) {}
}

/// The names that patterns bind.
struct Bound(Vec<Ident>);

impl Visit<'_> for Bound {
    fn visit_pat_ident(&mut self, ident: &PatIdent) {
        self.0.push(ident.ident.clone());
        visit::visit_pat_ident(self, ident);
    }
}

impl Visit<'_> for Names {
    fn visit_expr_closure(&mut self, closure: &ExprClosure) {
        self.but_for(&closure.inputs, |names| names.visit_expr(&closure.body));
    }

    fn visit_arm(&mut self, arm: &Arm) {
        self.but_for([&arm.pat], |names| visit::visit_arm(names, arm));
    }

    fn visit_expr_if(&mut self, branch: &ExprIf) {
        let mut patterns = Patterns(Vec::new());
        patterns.visit_expr(&branch.cond);
        self.but_for(patterns.0, |names| {
            names.visit_expr(&branch.cond);
            names.visit_block(&branch.then_branch);
        });
        if let Some((_, otherwise)) = &branch.else_branch {
            self.visit_expr(otherwise);
        }
    }

    fn visit_block(&mut self, block: &Block) {
        let bound = block.stmts.iter().filter_map(|statement| match statement {
            Stmt::Local(one) => Some(&one.pat),
            _ => None,
        });
        self.but_for(bound, |names| visit::visit_block(names, block));
    }

    fn visit_expr_path(&mut self, path: &ExprPath) {
        if let Some(name) = path.path.get_ident()
            && !self.0.contains(name)
        {
            self.0.push(name.clone());
        }
        visit::visit_expr_path(self, path);
    }
}
