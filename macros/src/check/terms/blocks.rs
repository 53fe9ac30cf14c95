//! Blocks with `let`s, conditions with patterns, and `matches!`.

use super::Local;
use super::expression::Resolver;
use crate::machine::{MatchPattern, Matches, Term, own_name};
use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::visit::Visit;
use syn::{BinOp, Block, Expr, ExprIf, Lit, LitBool, Macro, Pat, Stmt, parse_quote};

impl Resolver<'_> {
    /// Resolves `{ let a = value; a + b }`. Its names exist from their `let` to the end of the
    /// block.
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
                        bound.push((self.bind_value(&one.pat), value));
                    }
                    Some(_) => {
                        self.unsupported(one, "`let .. else`", "use `if let` with an `else`");
                    }
                    None => {
                        self.unsupported(one, "a `let` without a value", "give it a value");
                    }
                },
                other => {
                    self.unsupported(
                        other,
                        "a statement in an expression",
                        "write only `let`s and a final value",
                    );
                }
            }
        }
        let value = match last {
            Stmt::Expr(expression, None) => self.value(expression),
            other => self.unsupported(
                other,
                "a block without a value",
                "end it with a value and no `;`",
            ),
        };
        self.locals.truncate(known);
        if bound.is_empty() {
            value
        } else {
            Term::Let(bound, Box::new(value))
        }
    }

    /// Adds the names that a pattern binds. Returns a name for the whole value: that of the
    /// pattern, or a new one.
    pub(super) fn bind_value(&mut self, pattern: &Pat) -> String {
        let name = match parameter(pattern) {
            Some(name) => name.unraw().to_string(),
            // Not an identifier of Rust, so it shadows no name.
            None if names_of(pattern).is_empty() => "unused'".to_owned(),
            None => format!("of_{}", names_of(pattern).join("_")),
        };
        self.destructure(pattern, Term::Local(name.clone()));
        name
    }

    /// Resolves `if c { a } else { b }` or `if let P = x && c { a } else { b }`.
    pub(super) fn branch(&mut self, branch: &mut ExprIf) -> Term {
        let (condition, then) = (&mut *branch.cond, &mut branch.then_branch);
        let Some((_, otherwise)) = &mut branch.else_branch else {
            self.value(condition);
            self.block(then);
            return self.unsupported(
                &branch.if_token,
                "an `if` without `else`",
                "add an `else` with a value",
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
        // Each condition needs the `else` value, so it is bound. The name is not an identifier of
        // Rust.
        let name = "otherwise'".to_owned();
        let read = Term::Local(name.clone());
        let value = self.conditions(&mut conditions, then, &read, &mut 0);
        let shared = Term::Closure(Vec::new(), Box::new(otherwise));
        Term::Let(vec![(name, shared)], Box::new(value))
    }

    /// Resolves conditions, of which each can read the names of the patterns before it, and then
    /// the block. `named` counts the values that the patterns have named.
    fn conditions(
        &mut self,
        conditions: &mut [&mut Expr],
        then: &mut Block,
        otherwise: &Term,
        named: &mut usize,
    ) -> Term {
        let (guard, rest) = self.conditions_before_pattern(conditions);
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
        let (guard, rest) = self.conditions_before_pattern(rest);
        let value = self.conditions(rest, then, otherwise, named);
        self.locals.truncate(before);
        let wild: Pat = parse_quote!(_);
        let cases = vec![
            ((*one.pat).clone(), guard, value),
            (wild, None, otherwise.clone()),
        ];
        self.rewriter.if_let(&mut one.pat, then, named);
        Term::Match(Box::new(subject), cases)
    }

    /// Resolves the conditions before the next pattern, joined with `&&`. Returns the other
    /// conditions as well.
    fn conditions_before_pattern<'e, 'c>(
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

    /// Resolves `matches!(value, pattern if guard)` as a `match` that returns `true` or `false`.
    /// Returns the `match` for rustc as well.
    pub(super) fn matches(&mut self, call: &Macro) -> (Term, Option<Expr>) {
        let mut parts: Matches = match call.parse_body() {
            Ok(parts) => parts,
            Err(error) => return (self.syntax_error(&error), None),
        };
        let truth = |holds: bool| Term::Literal(Lit::Bool(LitBool::new(holds, Span::call_site())));
        let subject = self.value(&mut parts.subject);
        let holds = self.case(&parts.pattern, parts.guard.as_mut(), |_| truth(true));
        let wild: Pat = parse_quote!(_);
        let cases = vec![holds, (wild, None, truth(false))];
        if let Some(name) = own_name(&call.path) {
            self.rewriter.used.called_macro(name);
        }
        let code = self.rewriter.matches(call, &parts);
        (Term::Match(Box::new(subject), cases), Some(code))
    }
}

/// Whether an operand of `a && b && c` is a `let`.
fn has_pattern(condition: &Expr) -> bool {
    match condition {
        Expr::Binary(both) if matches!(both.op, BinOp::And(_)) => {
            has_pattern(&both.left) || has_pattern(&both.right)
        }
        one => matches!(one, Expr::Let(_)),
    }
}

/// Adds the operands of `a && b && c` to a list.
fn conditions_of<'e>(condition: &'e mut Expr, into: &mut Vec<&'e mut Expr>) {
    if !matches!(condition, Expr::Binary(both) if matches!(both.op, BinOp::And(_))) {
        into.push(condition);
    } else if let Expr::Binary(both) = condition {
        conditions_of(&mut both.left, into);
        conditions_of(&mut both.right, into);
    }
}

/// Returns the names in a pattern.
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

/// Returns the name of a pattern that is a single name: `x`, `&x`, `x: Item`.
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
    /// Adds the names that a `match` pattern binds.
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
                self.unsupported(
                    part,
                    "this pattern",
                    "use variants, literals, ranges, tuples, `Some(..)`, `None`, `name @ ..`, `|`, `_` and guards",
                );
            }
        }
    }
}
