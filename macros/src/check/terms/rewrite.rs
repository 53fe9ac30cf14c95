//! The code for rustc that replaces the parts of a user's expression that rustc would not accept,
//! or whose types must be recorded.
//!
//! The user's tokens keep their spans. The code around them has the span of punctuation, or the
//! call site's span if rustc never reports it. It never has the span of a name, because an editor
//! would treat it as a use of the name.

use super::literals::literal_type;
use super::matched_variants::matched_variants;
use crate::functions::computed_call;
use crate::machine::UsedNames;
use crate::machine::{JsonArgument, Matches, RewrittenExpression, Witness, is_bound};
use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use std::collections::HashSet;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Arm, Block, Expr, ExprCall, ExprCast, ExprClosure, ExprIf, ExprLet, ExprMacro, ExprMatch,
    ExprPath, Macro, Pat, PatIdent, Path, Stmt, Token, parse_quote,
};

/// A conversion between number types.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cast {
    /// Every value is preserved, as rustc checks.
    Lossless,
    /// A number of items. No list in a workflow is too long for the type.
    Count,
    /// A float that the preceding call rounds.
    Rounded,
}

/// Rewrites expressions for rustc while they are resolved.
#[derive(Default)]
pub(super) struct ExpressionRewriter {
    /// All witnesses so far, including those of earlier expressions.
    pub(super) witnesses: Vec<Witness>,
    /// The names in all expressions so far that must be those of the standard library.
    pub(super) used: UsedNames,
    /// The number of witnesses of earlier expressions.
    earlier_witnesses: usize,
    /// The number of replacements in the current expression.
    changes: usize,
}

impl ExpressionRewriter {
    /// Starts a new expression.
    pub(super) fn begin(&mut self) {
        self.earlier_witnesses = self.witnesses.len();
        self.changes = 0;
    }

    /// Returns the code for rustc, if it differs from the source.
    pub(super) fn finish(&self, code: Expr) -> Option<RewrittenExpression> {
        (self.changes > 0).then(|| RewrittenExpression {
            code,
            witnesses: self.earlier_witnesses..self.witnesses.len(),
        })
    }

    /// Counts a replacement.
    pub(super) fn changed(&mut self) {
        self.changes += 1;
    }

    pub(super) fn changes(&self) -> usize {
        self.changes
    }

    /// Adds a witness without code for it. Returns its index.
    pub(super) fn new_witness(&mut self, kind: Witness) -> usize {
        self.changes += 1;
        self.witnesses.push(kind);
        self.witnesses.len() - 1
    }

    /// Records the type of an expression in a new witness: `(*__s::is(&__k7, &expression))`.
    /// Returns the witness's index.
    ///
    /// Because of the `*`, rustc has no expected type for the call. It reports a wrong type at the
    /// tokens from the expression's first to its last, as without the witness.
    pub(super) fn add_witness(&mut self, expression: &mut Expr, kind: Witness) -> usize {
        self.changes += 1;
        let index = self.new_witness(kind);
        let tokens = expression.to_token_stream();
        let first = tokens.clone().into_iter().next();
        let first = first.map_or_else(Span::call_site, |token| first_span(&token));
        let last = tokens.clone().into_iter().last();
        let last = last.map_or_else(Span::call_site, |token| last_span(&token));
        let name = witness_name(index);
        // rustc reports the range of these tokens, if none of them is generated. An editor would
        // treat a name in the source as a use.
        let start = if crate::editor::is_here() {
            Span::call_site()
        } else {
            first
        };
        let mut star = Punct::new('*', Spacing::Alone);
        star.set_span(first);
        // `&` binds more closely than an operator.
        let value = match expression {
            Expr::Binary(_) => Group::new(Delimiter::Parenthesis, tokens).to_token_stream(),
            _ => tokens,
        };
        let mut arguments = Group::new(Delimiter::Parenthesis, quote!(&#name, &#value));
        arguments.set_span(last);
        let function = quote_spanned!(start=> __s::is);
        let call = quote!(#star #function #arguments);
        let mut parentheses = Group::new(Delimiter::Parenthesis, call);
        // rustc reports the parentheses instead of the expression if their span contains it, as
        // that of the whole macro call does.
        parentheses.set_span(first);
        *expression = Expr::Verbatim(parentheses.to_token_stream());
        index
    }

    /// Returns a call of a function with `#[expression]`. It is called by another name if a
    /// variable has its name.
    pub(super) fn inlined(
        &mut self,
        path: &Path,
        call: &mut ExprCall,
        is_hidden: bool,
        in_a_function: bool,
    ) -> Expr {
        self.changes += 1;
        let mut path = path.clone();
        if is_hidden {
            let name = self.used.functions.add(&path);
            *call.func = Expr::Verbatim(name.to_token_stream());
            path = name.into();
        }
        Expr::Verbatim(computed_call(&path, call, in_a_function))
    }

    /// Replaces a variable by the value that `*` reaches, if it is a reference.
    pub(super) fn followed(&mut self, variable: &mut Expr) {
        self.changes += 1;
        if let Expr::Path(path) = &*variable {
            let (path, span) = (&path.path, path.path.span());
            *variable = Expr::Verbatim(
                quote_spanned!(span=> (*{ use __s::Followed as _; #path.followed() })),
            );
        }
    }

    /// Returns a value of any type, which replaces a `jsonata!`, `path!` or `intrinsic!`.
    pub(super) fn literal(&mut self, call: &ExprMacro) -> Expr {
        self.changes += 1;
        // rustc reports "type annotations needed" at the literal.
        let ty = literal_type(&call.mac).map(|ty| quote!(::<#ty>));
        Expr::Verbatim(quote_spanned!(call.mac.path.span()=> __s::any #ty ()))
    }

    /// Returns a text, which replaces a `placeholder!`.
    pub(super) fn text(&mut self, call: &ExprMacro) -> Expr {
        self.changes += 1;
        Expr::Verbatim(quote_spanned!(call.mac.path.span()=> __s::any::<::std::string::String>()))
    }

    /// Returns a conversion that changes no value, which replaces an `as`.
    pub(super) fn cast(&mut self, cast: &ExprCast, how: Cast) -> Expr {
        self.changes += 1;
        let (value, ty) = (&cast.expr, &cast.ty);
        // rustc reports "`as` can change .." at the value, and names the `as` as the reason.
        let span = cast.as_token.span;
        Expr::Verbatim(match how {
            Cast::Lossless => quote_spanned!(span=> __s::Lossless::<#ty>::lossless(#value)),
            Cast::Count => quote_spanned!(span=> <#ty as __s::Counts>::counted(#value)),
            Cast::Rounded => quote_spanned!(span=> __s::Rounded::rounded::<#ty>(#value)),
        })
    }

    /// Returns a `match`, which replaces a `matches!` whose parts are already rewritten.
    pub(super) fn matches(&mut self, call: &Macro, parts: &Matches) -> Expr {
        let (subject, pattern) = (&parts.subject, &parts.pattern);
        let guard = parts.guard.iter();
        let (pattern, checks) = matched_variants(pattern, &mut 0);
        self.changes += 1;
        Expr::Verbatim(quote_spanned! {call.bang_token.span=>
            (match (#subject) {
                #pattern #(if #guard)* => { #checks true }
                _ => false,
            })
        })
    }

    /// Requires that the JSON of each enum in an arm's pattern contains its variant.
    pub(super) fn arm(&mut self, pattern: &mut Pat, body: &mut Expr) {
        let (bound, checks) = matched_variants(pattern, &mut 0);
        if binds(pattern) || !checks.is_empty() {
            self.changes += 1;
            *pattern = bound;
        }
        if !checks.is_empty() {
            *body = Expr::Verbatim(quote_spanned!(body.span()=> { #checks #body }));
        }
    }

    /// The same for a pattern of an `if let`. `named` counts the values that the condition's
    /// patterns have named.
    pub(super) fn if_let(&mut self, pattern: &mut Pat, then: &mut Block, named: &mut usize) {
        let (bound, checks) = matched_variants(pattern, named);
        if binds(pattern) || !checks.is_empty() {
            self.changes += 1;
            *pattern = bound;
        }
        if !checks.is_empty() {
            *then = parse_quote!({ #checks #then });
        }
    }

    /// Replaces a value with another field by an assignment of the field to a copy. Returns the
    /// index of the witness of its type.
    pub(super) fn update(&mut self, expression: &mut Expr) -> usize {
        if let Expr::Struct(update) = &*expression
            && let (Some(field), Some(base)) = (update.fields.first(), &update.rest)
        {
            let (member, value) = (&field.member, &field.expr);
            *expression = Expr::Verbatim(
                quote!({ let mut __whole = __s::copy(&#base); __whole.#member = #value; __whole }),
            );
        }
        self.add_witness(expression, Witness::Shape)
    }

    /// Prepares a closure whose body is not rewritten yet.
    ///
    /// `|x| body` becomes `|x| { loop {} __k7.see(&x); let a = copy(&a); body }`. rustc checks
    /// moves in a closure's body separately, so the body also follows a `loop {}`. The values of
    /// the workflow that it reads are copied, because a closure that moves a captured value can be
    /// called only once. A parameter with a pattern is destructured after the `loop {}`.
    pub(super) fn closure(
        &mut self,
        closure: &mut ExprClosure,
        copied: &[Ident],
    ) -> PreparedClosure {
        self.changes += 1;
        let copies: TokenStream = copied
            .iter()
            .map(|name| quote!(let #name = __s::copy(&#name);))
            .collect();
        let mut parameters = Vec::new();
        let mut statements = TokenStream::new();
        for (position, input) in closure.inputs.iter_mut().enumerate() {
            let pattern = match input {
                Pat::Type(typed) => &mut *typed.pat,
                other => other,
            };
            if let Pat::Wild(_) = pattern {
                parameters.push(None);
                continue;
            }
            let index = self.new_witness(Witness::Shape);
            let witness = witness_name(index);
            let name = match single_name(pattern) {
                Some(name) => without_location(name),
                None => {
                    let whole = format_ident!("__of{}", position);
                    let whole_pattern = Pat::Verbatim(whole.to_token_stream());
                    let parts = std::mem::replace(pattern, whole_pattern);
                    quote!(let #parts = #whole;).to_tokens(&mut statements);
                    whole
                }
            };
            parameters.push(Some(index));
            statements = quote!(#witness.see(&#name); #statements);
        }
        copies.to_tokens(&mut statements);
        PreparedClosure {
            parameters,
            statements,
        }
    }
}

/// A closure whose parameters are prepared.
pub(super) struct PreparedClosure {
    /// The index of each parameter's witness.
    pub(super) parameters: Vec<Option<usize>>,
    statements: TokenStream,
}

impl PreparedClosure {
    /// Inserts the statements at the start of the closure's body.
    pub(super) fn finish(self, closure: &mut ExprClosure) {
        let (statements, body) = (self.statements, &closure.body);
        *closure.body = Expr::Verbatim(quote!({ loop {} #statements #body }));
    }
}

/// Returns the name of the variable that contains a witness.
pub(crate) fn witness_name(index: usize) -> Ident {
    format_ident!("__k{}", index, span = Span::call_site())
}

/// Returns the name without its location in the source, so that editors do not treat it as a use.
pub(crate) fn without_location(name: &Ident) -> Ident {
    let mut name = name.clone();
    name.set_span(Span::call_site().resolved_at(name.span()));
    name
}

/// Returns the name of a parameter that is a single name: `x`, `&x`.
fn single_name(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(ident) if ident.subpat.is_none() => Some(&ident.ident),
        Pat::Reference(inner) => single_name(&inner.pat),
        Pat::Paren(inner) => single_name(&inner.pat),
        _ => None,
    }
}

fn first_span(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) if group.delimiter() != Delimiter::None => group.span_open(),
        TokenTree::Group(group) => match group.stream().into_iter().next() {
            Some(first) => first_span(&first),
            None => group.span(),
        },
        other => other.span(),
    }
}

fn last_span(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) if group.delimiter() != Delimiter::None => group.span_close(),
        TokenTree::Group(group) => match group.stream().into_iter().last() {
            Some(last) => last_span(&last),
            None => group.span(),
        },
        other => other.span(),
    }
}

/// Returns the names that an expression reads and does not bind itself.
pub(super) fn names_in(expression: &Expr) -> Vec<Ident> {
    let mut names = FreeNames(Vec::new());
    names.visit_expr(expression);
    names.0
}

/// Adds the names that an expression reads, also those in its texts: `{name}` of a `format!` and
/// `$name` of a `jsonata!`.
pub(crate) fn mentions(expression: &Expr, names: &mut HashSet<String>) {
    names.extend(names_in(expression).iter().map(crate::name::text));
    names_in_texts(expression.to_token_stream(), names);
}

fn names_in_texts(tokens: TokenStream, names: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => names_in_texts(group.stream(), names),
            TokenTree::Literal(literal) => {
                let literal = literal.to_string();
                for after in literal.split(['{', '$']).skip(1) {
                    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
                    let end = after.find(|letter| !is_part(letter));
                    let name = &after[..end.unwrap_or(after.len())];
                    names.extend((!name.is_empty()).then(|| name.to_owned()));
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// The names that an expression reads and does not bind itself.
struct FreeNames(Vec<Ident>);

impl FreeNames {
    /// Adds the names that `inside` visits, without those that `patterns` bind.
    fn add_except<'p>(
        &mut self,
        patterns: impl IntoIterator<Item = &'p Pat>,
        inside: impl FnOnce(&mut FreeNames),
    ) {
        let mut bound = BoundNames(Vec::new());
        for pattern in patterns {
            bound.visit_pat(pattern);
        }
        let mut names = FreeNames(Vec::new());
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
struct ConditionPatterns<'e>(Vec<&'e Pat>);

impl<'e> Visit<'e> for ConditionPatterns<'e> {
    fn visit_expr_let(&mut self, one: &'e ExprLet) {
        self.0.push(&one.pat);
        visit::visit_expr_let(self, one);
    }

    // The names that these expressions bind do not exist outside of them.
    fn visit_expr_if(&mut self, _: &'e ExprIf) {}
    fn visit_expr_match(&mut self, _: &'e ExprMatch) {}
    fn visit_expr_closure(&mut self, _: &'e ExprClosure) {}
}

/// Whether a pattern binds names.
fn binds(pattern: &Pat) -> bool {
    let mut bound = BoundNames(Vec::new());
    bound.visit_pat(pattern);
    bound.0.iter().any(is_bound)
}

/// The names that patterns bind.
struct BoundNames(Vec<Ident>);

impl Visit<'_> for BoundNames {
    fn visit_pat_ident(&mut self, ident: &PatIdent) {
        self.0.push(ident.ident.clone());
        visit::visit_pat_ident(self, ident);
    }
}

impl Visit<'_> for FreeNames {
    fn visit_expr_closure(&mut self, closure: &ExprClosure) {
        self.add_except(&closure.inputs, |names| names.visit_expr(&closure.body));
    }

    fn visit_arm(&mut self, arm: &Arm) {
        self.add_except([&arm.pat], |names| visit::visit_arm(names, arm));
    }

    fn visit_expr_if(&mut self, branch: &ExprIf) {
        let mut patterns = ConditionPatterns(Vec::new());
        patterns.visit_expr(&branch.cond);
        self.add_except(patterns.0, |names| {
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
        self.add_except(bound, |names| visit::visit_block(names, block));
    }

    /// Visits the arguments of `format!`, `vec!`, `matches!` and `json!`. The resolver reports
    /// arguments that do not parse.
    fn visit_macro(&mut self, call: &Macro) {
        if call.path.is_ident("matches") {
            if let Ok(parts) = call.parse_body::<Matches>() {
                self.visit_expr(&parts.subject);
                self.add_except([&parts.pattern], |names| {
                    parts.guard.iter().for_each(|guard| names.visit_expr(guard));
                });
            }
        } else if let Some(Ok(mut json)) = JsonArgument::of(call) {
            json.each_mut(&mut |value| self.visit_expr(value));
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
