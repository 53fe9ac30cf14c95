//! What rustc takes in the place of a user's expression, where it could not take it as it stands.
//!
//! The user's tokens keep their spans. What wraps them takes the span of punctuation, or that of the call site where
//! rustc has nothing to say of it; never that of a name, which an editor would follow.

use super::literals::literal_type;
use super::matched_variants::matched_variants;
use crate::machine::UsedNames;
use crate::machine::{Matches, RewrittenExpression, Witness, is_bound};
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Arm, Block, Expr, ExprCast, ExprClosure, ExprIf, ExprLet, ExprMacro, ExprMatch, ExprPath,
    Macro, Pat, PatIdent, Stmt, Token, parse_quote,
};

/// How a number becomes one of another type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cast {
    /// Every value of the type stays what it is: rustc sees to that.
    Lossless,
    /// How many there are: a workflow has no list that is too long for the type.
    Count,
    /// A float that is rounded right before.
    Rounded,
}

/// The expression as rustc takes it, while it is resolved.
#[derive(Default)]
pub(super) struct Rewriting {
    /// All witnesses so far, those of earlier expressions too.
    pub(super) witnesses: Vec<Witness>,
    /// The names in all expressions so far that must have their usual meaning.
    pub(super) used: UsedNames,
    /// How many of them are of earlier expressions.
    earlier: usize,
    /// How often something was put in the place of something else.
    changes: usize,
}

impl Rewriting {
    /// Begins an expression.
    pub(super) fn begin(&mut self) {
        self.earlier = self.witnesses.len();
        self.changes = 0;
    }

    /// The expression as rustc takes it, where that is not as it stands.
    pub(super) fn finish(&self, code: Expr) -> Option<RewrittenExpression> {
        (self.changes > 0).then(|| RewrittenExpression {
            code,
            witnesses: self.earlier..self.witnesses.len(),
        })
    }

    /// Notes that something was put in the place of something else.
    pub(super) fn changed(&mut self) {
        self.changes += 1;
    }

    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    /// A further witness.
    pub(super) fn witness(&mut self, kind: Witness) -> usize {
        self.changes += 1;
        self.witnesses.push(kind);
        self.witnesses.len() - 1
    }

    /// Lets a witness see the type of an expression: `(*__k7.is(&expression))`.
    ///
    /// Behind the `*` rustc asks nothing of the call, and reports a value that does not fit its place as it would without
    /// it: on the tokens from the expression's first to its last.
    pub(super) fn witnessed(&mut self, expression: &mut Expr, kind: Witness) -> usize {
        self.changes += 1;
        let index = self.witness(kind);
        let tokens = expression.to_token_stream();
        let first = tokens.clone().into_iter().next();
        let first = first.map_or_else(Span::call_site, |token| first_of(&token));
        let last = tokens.clone().into_iter().last();
        let last = last.map_or_else(Span::call_site, |token| last_of(&token));
        let name = witness(index);
        let mut star = Punct::new('*', Spacing::Alone);
        star.set_span(first);
        let mut argument = Group::new(Delimiter::Parenthesis, quote!(&#tokens));
        argument.set_span(last);
        let call = quote!(#star #name.is #argument);
        *expression = Expr::Verbatim(Group::new(Delimiter::Parenthesis, call).to_token_stream());
        index
    }

    /// Puts a value of any type in the place of a `jsonata!`, `path!` or `intrinsic!`.
    pub(super) fn literal(&mut self, call: &ExprMacro) -> Expr {
        self.changes += 1;
        // "type annotations needed" is said of the literal.
        let ty = literal_type(&call.mac).map(|ty| quote!(::<#ty>));
        Expr::Verbatim(quote_spanned!(call.mac.path.span()=> __s::any #ty ()))
    }

    /// Puts a text in the place of a `placeholder!`.
    pub(super) fn text(&mut self, call: &ExprMacro) -> Expr {
        self.changes += 1;
        Expr::Verbatim(quote_spanned!(call.mac.path.span()=> __s::any::<::std::string::String>()))
    }

    /// Puts a conversion that changes no value in the place of an `as`.
    pub(super) fn cast(&mut self, cast: &ExprCast, how: Cast) -> Expr {
        self.changes += 1;
        let (value, ty) = (&cast.expr, &cast.ty);
        // "`as` can change .." is said of the value, and asked for by `as`.
        let span = cast.as_token.span;
        Expr::Verbatim(match how {
            Cast::Lossless => quote_spanned!(span=> __s::Lossless::<#ty>::lossless(#value)),
            Cast::Count => quote_spanned!(span=> <#ty as __s::Counts>::counted(#value)),
            Cast::Rounded => quote_spanned!(span=> __s::Rounded::rounded::<#ty>(#value)),
        })
    }

    /// Puts a `match` in the place of a `matches!`, whose parts are rewritten.
    pub(super) fn matches(&mut self, call: &Macro, parts: &Matches) -> Expr {
        let (subject, pattern) = (&parts.subject, &parts.pattern);
        let guard = parts.guard.iter();
        let (pattern, questions) = matched_variants(pattern, &mut 0);
        self.changes += 1;
        Expr::Verbatim(quote_spanned! {call.bang_token.span=>
            (match (#subject) {
                #pattern #(if #guard)* => { #questions true }
                _ => false,
            })
        })
    }

    /// Asks of the values that an arm's pattern takes apart that their JSON says which variant they are.
    pub(super) fn arm(&mut self, pattern: &mut Pat, body: &mut Expr) {
        let (asking, questions) = matched_variants(pattern, &mut 0);
        if binds(pattern) || !questions.is_empty() {
            self.changes += 1;
            *pattern = asking;
        }
        if !questions.is_empty() {
            *body = Expr::Verbatim(quote_spanned!(body.span()=> { #questions #body }));
        }
    }

    /// The same of a pattern of an `if let`; `named` counts what its other patterns have asked for.
    pub(super) fn if_let(&mut self, pattern: &mut Pat, then: &mut Block, named: &mut usize) {
        let (asking, questions) = matched_variants(pattern, named);
        if binds(pattern) || !questions.is_empty() {
            self.changes += 1;
            *pattern = asking;
        }
        if !questions.is_empty() {
            *then = parse_quote!({ #questions #then });
        }
    }

    /// Prepares a closure whose body is not rewritten yet.
    ///
    /// `|x| body` becomes `|x| { loop {} __k7.see(&x); let a = copy(&a); body }`: a closure's body is checked for moves of
    /// its own, so it too stands behind a `loop {}`; and the values of the workflow that it reads are copied, because taking it by value would make a
    /// closure that can be called but once. A parameter that is taken apart is so behind the `loop {}`, too.
    pub(super) fn closure(&mut self, closure: &mut ExprClosure, copied: &[Ident]) -> Prepared {
        self.changes += 1;
        let copies: TokenStream = copied
            .iter()
            .map(|name| quote!(let #name = __s::copy(&#name);))
            .collect();
        let mut parameters = Vec::new();
        let mut statements = TokenStream::new();
        for (place, input) in closure.inputs.iter_mut().enumerate() {
            let pattern = match input {
                Pat::Type(typed) => &mut *typed.pat,
                other => other,
            };
            if let Pat::Wild(_) = pattern {
                parameters.push(None);
                continue;
            }
            let index = self.witness(Witness::Shape);
            let witness = witness(index);
            let name = match named(pattern) {
                Some(name) => beside(name),
                None => {
                    let whole = format_ident!("__of{}", place);
                    let whole_pattern = Pat::Verbatim(whole.to_token_stream());
                    let apart = std::mem::replace(pattern, whole_pattern);
                    quote!(let #apart = #whole;).to_tokens(&mut statements);
                    whole
                }
            };
            parameters.push(Some(index));
            statements = quote!(#witness.see(&#name); #statements);
        }
        copies.to_tokens(&mut statements);
        Prepared {
            parameters,
            statements,
        }
    }
}

/// A closure whose parameters are prepared.
pub(super) struct Prepared {
    /// The witness of each parameter.
    pub(super) parameters: Vec<Option<usize>>,
    statements: TokenStream,
}

impl Prepared {
    /// Puts what has to stand before it into the closure's body.
    pub(super) fn finish(self, closure: &mut ExprClosure) {
        let (statements, body) = (self.statements, &closure.body);
        *closure.body = Expr::Verbatim(quote!({ loop {} #statements #body }));
    }
}

/// The variable that a witness is in.
pub(crate) fn witness(index: usize) -> Ident {
    format_ident!("__k{}", index, span = Span::call_site())
}

/// The same name at no place of the user's, so that editors do not take it for a use.
pub(crate) fn beside(name: &Ident) -> Ident {
    let mut name = name.clone();
    name.set_span(Span::call_site().resolved_at(name.span()));
    name
}

/// The single name that a parameter has: `x`, `&x`.
fn named(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(ident) if ident.subpat.is_none() => Some(&ident.ident),
        Pat::Reference(inner) => named(&inner.pat),
        Pat::Paren(inner) => named(&inner.pat),
        _ => None,
    }
}

fn first_of(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) if group.delimiter() != Delimiter::None => group.span_open(),
        TokenTree::Group(group) => match group.stream().into_iter().next() {
            Some(first) => first_of(&first),
            None => group.span(),
        },
        other => other.span(),
    }
}

fn last_of(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) if group.delimiter() != Delimiter::None => group.span_close(),
        TokenTree::Group(group) => match group.stream().into_iter().last() {
            Some(last) => last_of(&last),
            None => group.span(),
        },
        other => other.span(),
    }
}

/// The names that an expression reads and does not bind itself.
pub(super) fn names_in(expression: &Expr) -> Vec<Ident> {
    let mut names = Names(Vec::new());
    names.visit_expr(expression);
    names.0
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

/// Whether a pattern binds names.
fn binds(pattern: &Pat) -> bool {
    let mut bound = Bound(Vec::new());
    bound.visit_pat(pattern);
    bound.0.iter().any(is_bound)
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

    /// The arguments of `format!`, `vec!` and `matches!` are expressions; what does not parse is said elsewhere.
    fn visit_macro(&mut self, call: &Macro) {
        if call.path.is_ident("matches") {
            if let Ok(parts) = call.parse_body::<Matches>() {
                self.visit_expr(&parts.subject);
                self.but_for([&parts.pattern], |names| {
                    parts.guard.iter().for_each(|guard| names.visit_expr(guard));
                });
            }
        } else if call.path.is_ident("format") || call.path.is_ident("vec") {
            let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
            for argument in call.parse_body_with(parser).into_iter().flatten() {
                match &argument {
                    // `name = value`
                    Expr::Assign(named) => self.visit_expr(&named.right),
                    other => self.visit_expr(other),
                }
            }
        }
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
