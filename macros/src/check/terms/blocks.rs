//! Blocks with `let`s, conditions with patterns, and `matches!`.

use super::Local;
use super::expression::Resolver;
use crate::machine::{MatchPattern, Matches, Term, own_name};
use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::visit::Visit;
use syn::{BinOp, Block, Expr, ExprIf, Lit, LitBool, Macro, Pat, Stmt, parse_quote};

impl Resolver<'_> {
    /// `{ let a = value; a + b }`: its names are known from their `let` to its end.
    pub(super) fn block(&mut self, block: &mut Block) -> Term {
        let Some((last, before)) = block.stmts.split_last_mut() else {
            return Term::Unit;
        };
        let known = self.locals.len();
        let mut bound = Vec::new();
        for statement in before {
            match statement {
                Stmt::Local(one) => match &mut one.init {
                    Some(init) if init.diverge.is_none() => {
                        let value = self.value(&mut init.expr);
                        self.name_in_block(&one.pat, value, &mut bound);
                    }
                    Some(_) => {
                        self.cannot(one, "`let .. else`", "`if let` with an `else` chooses");
                    }
                    None => {
                        self.cannot(one, "a `let` without a value", "give it one");
                    }
                },
                other => {
                    self.cannot(
                        other,
                        "a statement in an expression",
                        "a block names values with `let` and ends with one",
                    );
                }
            }
        }
        let value = match last {
            Stmt::Expr(expression, None) => self.value(expression),
            other => self.cannot(
                other,
                "a block without a value",
                "its last line, without a `;`, is what it gives",
            ),
        };
        self.locals.truncate(known);
        if bound.is_empty() {
            value
        } else {
            Term::Let(bound, Box::new(value))
        }
    }

    /// Names the value that a pattern takes: by its name, or by those that are taken out of it.
    pub(super) fn named(&mut self, pattern: &Pat) -> String {
        let name = match parameter(pattern) {
            Some(name) => name.unraw().to_string(),
            // No name in Rust, so that it hides none.
            None if names_of(pattern).is_empty() => "unused'".to_owned(),
            None => format!("of_{}", names_of(pattern).join("_")),
        };
        self.take_apart(pattern, Term::Local(name.clone()));
        name
    }

    /// What a `let` in a block names: a value, or parts of one.
    fn name_in_block(&mut self, pattern: &Pat, value: Term, bound: &mut Vec<(String, Term)>) {
        bound.push((self.named(pattern), value));
    }

    /// `if c { a } else { b }`, `if let P = x && c { a } else { b }`.
    pub(super) fn branch(&mut self, branch: &mut ExprIf) -> Term {
        let (condition, then) = (&mut *branch.cond, &mut branch.then_branch);
        let Some((_, otherwise)) = &mut branch.else_branch else {
            self.value(condition);
            self.block(then);
            return self.cannot(
                &branch.if_token,
                "an `if` without `else`",
                "a value needs both",
            );
        };
        if !has_pattern(condition) {
            let condition = self.value(condition);
            let then = self.block(then);
            let otherwise = self.value(otherwise);
            return Term::If(Box::new(condition), Box::new(then), Box::new(otherwise));
        }
        let otherwise = self.value(otherwise);
        let mut conditions = Vec::new();
        conditions_of(condition, &mut conditions);
        if otherwise.is_small() {
            return self.conditions(&mut conditions, then, &otherwise, &mut 0);
        }
        // Each condition that fails leads to it, so it is bound. The name is no identifier in Rust.
        let name = "otherwise'".to_owned();
        let read = Term::Local(name.clone());
        let value = self.conditions(&mut conditions, then, &read, &mut 0);
        let shared = Term::Closure(Vec::new(), Box::new(otherwise));
        Term::Let(vec![(name, shared)], Box::new(value))
    }

    /// What stands behind conditions of which each may use what the patterns before it bind. `named` counts the values
    /// that the patterns ask for.
    fn conditions(
        &mut self,
        conditions: &mut [&mut Expr],
        then: &mut Block,
        otherwise: &Term,
        named: &mut usize,
    ) -> Term {
        let (guard, rest) = self.plain(conditions);
        if let Some(condition) = guard {
            let then = self.conditions(rest, then, otherwise, named);
            let (condition, otherwise) = (Box::new(condition), Box::new(otherwise.clone()));
            return Term::If(condition, Box::new(then), otherwise);
        }
        let Some((Expr::Let(one), rest)) = rest.split_first_mut() else {
            return self.block(then);
        };
        let subject = self.value(&mut one.expr);
        let before = self.locals.len();
        self.bind_pattern(&one.pat);
        let (guard, rest) = self.plain(rest);
        let value = self.conditions(rest, then, otherwise, named);
        self.locals.truncate(before);
        let wild: Pat = parse_quote!(_);
        let cases = vec![
            ((*one.pat).clone(), guard, value),
            (wild, None, otherwise.clone()),
        ];
        self.rewriting.if_let(&mut one.pat, then, named);
        Term::Match(Box::new(subject), cases)
    }

    /// The conditions up to the next pattern, as one, and those from it on.
    fn plain<'e, 'c>(
        &mut self,
        conditions: &'c mut [&'e mut Expr],
    ) -> (Option<Term>, &'c mut [&'e mut Expr]) {
        let plain = conditions
            .iter()
            .take_while(|one| !matches!(one, Expr::Let(_)))
            .count();
        let (plain, rest) = conditions.split_at_mut(plain);
        let all = plain.iter_mut().map(|one| self.value(one));
        let all = all.reduce(|left, right| Term::Binary("And", Box::new(left), Box::new(right)));
        (all, rest)
    }

    /// `matches!(value, pattern if guard)`: a `match` that gives `true` or `false`, for rustc too where a part of it is
    /// not as it stands.
    pub(super) fn matches(&mut self, call: &Macro) -> (Term, Option<Expr>) {
        let mut parts: Matches = match call.parse_body() {
            Ok(parts) => parts,
            Err(error) => return (self.said(&error), None),
        };
        let truth = |holds: bool| Term::Literal(Lit::Bool(LitBool::new(holds, Span::call_site())));
        let subject = self.value(&mut parts.subject);
        let holds = self.case(&parts.pattern, parts.guard.as_mut(), |_| truth(true));
        let wild: Pat = parse_quote!(_);
        let cases = vec![holds, (wild, None, truth(false))];
        if let Some(name) = own_name(&call.path) {
            self.rewriting.used.called_macro(name);
        }
        let code = self.rewriting.matches(call, &parts);
        (Term::Match(Box::new(subject), cases), Some(code))
    }
}

/// Whether one of the sides of `a && b && c` is a `let`.
fn has_pattern(condition: &Expr) -> bool {
    match condition {
        Expr::Binary(both) if matches!(both.op, BinOp::And(_)) => {
            has_pattern(&both.left) || has_pattern(&both.right)
        }
        one => matches!(one, Expr::Let(_)),
    }
}

/// The sides of `a && b && c`.
fn conditions_of<'e>(condition: &'e mut Expr, into: &mut Vec<&'e mut Expr>) {
    if !matches!(condition, Expr::Binary(both) if matches!(both.op, BinOp::And(_))) {
        into.push(condition);
    } else if let Expr::Binary(both) = condition {
        conditions_of(&mut both.left, into);
        conditions_of(&mut both.right, into);
    }
}

/// The names in a pattern.
pub(super) fn names_of(pattern: &Pat) -> Vec<String> {
    struct Names(Vec<String>);
    impl Visit<'_> for Names {
        fn visit_pat_ident(&mut self, ident: &syn::PatIdent) {
            self.0.push(ident.ident.unraw().to_string());
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pattern);
    names.0
}

/// The name that a pattern is: `x`, `&x`, `x: Item`.
pub(super) fn parameter(pattern: &Pat) -> Option<&syn::Ident> {
    match pattern {
        Pat::Ident(ident) if ident.subpat.is_none() => Some(&ident.ident),
        Pat::Reference(inner) => parameter(&inner.pat),
        Pat::Type(typed) => parameter(&typed.pat),
        Pat::Paren(inner) => parameter(&inner.pat),
        _ => None,
    }
}

impl Resolver<'_> {
    /// The names that a `match` pattern binds, as names of the state's own.
    pub(super) fn bind_pattern(&mut self, pat: &Pat) {
        self.prove_pattern(pat);
        match MatchPattern::of(pat) {
            Ok(pattern) => {
                for name in pattern.names() {
                    let name = name.unraw().to_string();
                    let value = Term::Local(name.clone());
                    self.locals.push(Local { name, value });
                }
            }
            Err(part) => {
                self.cannot(
                    part,
                    "this pattern",
                    "variants, literals, ranges, tuples, `Some(..)`, `None`, `name @ ..`, `|` and `_` do, and guards for \
                     the rest",
                );
            }
        }
    }
}
