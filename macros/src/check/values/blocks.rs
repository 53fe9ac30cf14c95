//! Blocks with `let`s, conditions with patterns, and `matches!`.

use super::expression::Resolver;
use super::{Local, Value};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::visit::Visit;
use syn::{BinOp, Block, Expr, ExprIf, Macro, Pat, Stmt, Token, parse_quote};

/// The arguments of a `matches!`.
struct Matches {
    subject: Expr,
    pattern: Pat,
    guard: Option<Expr>,
}

impl Parse for Matches {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let subject = input.parse()?;
        input.parse::<Token![,]>()?;
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let guard = match input.parse::<Option<Token![if]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        input.parse::<Option<Token![,]>>()?;
        Ok(Matches {
            subject,
            pattern,
            guard,
        })
    }
}

impl Resolver<'_, '_> {
    /// `{ let a = value; a + b }`: its names are known from their `let` to its end.
    pub(super) fn block(&mut self, block: &Block) -> Value {
        let Some((last, before)) = block.stmts.split_last() else {
            return Value::Unit;
        };
        let known = self.locals.len();
        let mut bound = Vec::new();
        for statement in before {
            match statement {
                Stmt::Local(one) => match &one.init {
                    Some(init) if init.diverge.is_none() => {
                        let value = self.value(&init.expr);
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
            Value::Let(bound, Box::new(value))
        }
    }

    /// What a `let` in a block names: a value, or parts of one.
    fn name_in_block(&mut self, pattern: &Pat, value: Value, bound: &mut Vec<(String, Value)>) {
        let name = match parameter(pattern) {
            Some(name) => name.unraw().to_string(),
            None => format!("of_{}", names_of(pattern).join("_")),
        };
        self.take_apart(pattern, Value::Local(name.clone()));
        bound.push((name, value));
    }

    /// `if c { a } else { b }`, `if let P = x && c { a } else { b }`.
    pub(super) fn branch(&mut self, branch: &ExprIf) -> Value {
        let Some((_, otherwise)) = &branch.else_branch else {
            self.value(&branch.cond);
            self.block(&branch.then_branch);
            return self.cannot(
                &branch.if_token,
                "an `if` without `else`",
                "a value needs both",
            );
        };
        let mut conditions = Vec::new();
        conditions_of(&branch.cond, &mut conditions);
        if !conditions.iter().any(|one| matches!(one, Expr::Let(_))) {
            let condition = self.value(&branch.cond);
            let then = self.block(&branch.then_branch);
            let otherwise = self.value(otherwise);
            return Value::If(Box::new(condition), Box::new(then), Box::new(otherwise));
        }
        let otherwise = self.value(otherwise);
        self.conditions(&conditions, &branch.then_branch, &otherwise)
    }

    /// What stands behind conditions of which each may use what the patterns before it bind.
    fn conditions(&mut self, conditions: &[&Expr], then: &Block, otherwise: &Value) -> Value {
        let Some((first, rest)) = conditions.split_first() else {
            return self.block(then);
        };
        let Expr::Let(one) = first else {
            let (condition, rest) = self.plain(conditions);
            let then = self.conditions(rest, then, otherwise);
            return match condition {
                Some(condition) => Value::If(
                    Box::new(condition),
                    Box::new(then),
                    Box::new(otherwise.clone()),
                ),
                None => then,
            };
        };
        let subject = self.value(&one.expr);
        let before = self.locals.len();
        self.bind_pattern(&one.pat);
        let (guard, rest) = self.plain(rest);
        let value = self.conditions(rest, then, otherwise);
        self.locals.truncate(before);
        let wild: Pat = parse_quote!(_);
        let cases = vec![
            ((*one.pat).clone(), guard, value),
            (wild, None, otherwise.clone()),
        ];
        Value::Match(Box::new(subject), cases)
    }

    /// The conditions up to the next pattern, as one, and those from it on.
    fn plain<'e, 'c>(&mut self, conditions: &'c [&'e Expr]) -> (Option<Value>, &'c [&'e Expr]) {
        let plain = conditions
            .iter()
            .take_while(|one| !matches!(one, Expr::Let(_)))
            .count();
        let (plain, rest) = conditions.split_at(plain);
        let all = plain.iter().map(|one| self.value(one));
        let all: Vec<Value> = all.collect();
        let all = all
            .into_iter()
            .reduce(|left, right| Value::Binary("And", Box::new(left), Box::new(right)));
        (all, rest)
    }

    /// `matches!(value, pattern if guard)`: a `match` that gives `true` or `false`.
    pub(super) fn matches(&mut self, call: &Macro) -> Value {
        let Matches {
            subject,
            pattern,
            guard,
        } = match call.parse_body() {
            Ok(parsed) => parsed,
            Err(error) => return self.said(&error),
        };
        let subject = self.value(&subject);
        let (yes, no): (Expr, Expr) = (parse_quote!(true), parse_quote!(false));
        let holds = self.case(&pattern, guard.as_ref(), &yes);
        let wild: Pat = parse_quote!(_);
        let fails = self.case(&wild, None, &no);
        Value::Match(Box::new(subject), vec![holds, fails])
    }
}

/// The sides of `a && b && c`.
fn conditions_of<'e>(condition: &'e Expr, into: &mut Vec<&'e Expr>) {
    match condition {
        Expr::Binary(both) if matches!(both.op, BinOp::And(_)) => {
            conditions_of(&both.left, into);
            conditions_of(&both.right, into);
        }
        one => into.push(one),
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

impl Resolver<'_, '_> {
    /// The names that a `match` pattern binds, as names of the state's own.
    pub(super) fn bind_pattern(&mut self, pat: &Pat) {
        match crate::check::patterns::pattern(pat) {
            Ok(shape) => {
                let mut bound = Vec::new();
                shape.bound(&mut bound);
                for name in bound {
                    let name = name.unraw().to_string();
                    let value = Value::Local(name.clone());
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
