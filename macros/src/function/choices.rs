//! `if` and `match` as Choice states.

use super::graph::{GraphEdgeKind, Node, StateName, Work};
use super::scan::{bare, by_value, is_of_result, let_condition};
use super::state_name::{arm_name, callee, condition_words, first_token, subject, variant_of};
use super::translator::{ArmBody, ArmCode, Dest, Exits, Translator};
use proc_macro2::Span;
use quote::format_ident;
use syn::spanned::Spanned;
use syn::{Expr, ExprIf, ExprMatch, Pat, parse_quote};

impl Translator<'_> {
    pub(super) fn if_chain(&mut self, one: &ExprIf, exits: Exits, dest: &Dest) -> Exits {
        let span = one.if_token.span;
        if let Some((scrutinee, pattern, guard)) = let_condition(&one.cond) {
            let other = match &one.else_branch {
                Some((_, other)) => ArmCode::Expr(other),
                None => ArmCode::Nothing,
            };
            let arms = vec![
                ArmBody {
                    pattern: pattern.clone(),
                    guard: guard.as_ref(),
                    body: ArmCode::Block(&one.then_branch),
                },
                ArmBody {
                    pattern: parse_quote!(_),
                    guard: None,
                    body: other,
                },
            ];
            let name = StateName::derived(format!("If{}", subject(scrutinee)), span)
                .with_details([variant_of(pattern)]);
            return self.matched(scrutinee, arms, name, span, exits, dest);
        }
        let of = subject(&one.cond);
        let derived = StateName::derived(format!("If{of}"), span);
        let then = &one.then_branch;
        let details = [condition_words(&one.cond), callee(&parse_quote!(#then))];
        let name = self.state_name(derived.with_details(details));
        let node = self.graph.add(Node::new(Work::Choice(None), name), &exits);
        let mut ends = Exits::new();
        let mut next = Some(one);
        while let Some(one) = next {
            let condition = self.condition(&one.cond, "if");
            let exit = self.graph.add_edge(
                node,
                GraphEdgeKind::Rule(one.if_token.span, condition),
                one.if_token.span,
            );
            let inside = format!("If{}", subject(&one.cond));
            ends.extend(self.inside(inside, |this| {
                this.block(&one.then_branch, vec![exit], dest)
            }));
            next = match &one.else_branch {
                // An `else if` is a rule of the same Choice. An `else if let` is a Choice by itself.
                Some((_, other)) => match &**other {
                    Expr::If(inner)
                        if let_condition(&inner.cond).is_none() && inner.attrs.is_empty() =>
                    {
                        Some(inner)
                    }
                    other => {
                        let exit = self.graph.add_edge(
                            node,
                            GraphEdgeKind::Otherwise(one.if_token.span),
                            one.if_token.span,
                        );
                        let inside = format!("Else{of}");
                        ends.extend(self.inside(inside, |this| this.expr(other, vec![exit], dest)));
                        None
                    }
                },
                None => {
                    let exit = self.graph.add_edge(
                        node,
                        GraphEdgeKind::Otherwise(one.if_token.span),
                        one.if_token.span,
                    );
                    ends.extend(self.unit(one.if_token.span, vec![exit], dest));
                    None
                }
            };
        }
        ends
    }

    pub(super) fn match_value(&mut self, one: &ExprMatch, exits: Exits, dest: &Dest) -> Exits {
        if one.arms.is_empty() {
            // A value of a type without values: the code is never reached.
            return Exits::new();
        }
        let arms = one.arms.iter().map(|arm| {
            let (pattern, guard) = match &arm.pat {
                Pat::Guard(both) => (&*both.pat, Some(&*both.guard)),
                other => (other, None),
            };
            ArmBody {
                pattern: pattern.clone(),
                guard,
                body: ArmCode::Expr(&arm.body),
            }
        });
        let span = one.match_token.span;
        let name = StateName::derived(format!("Match{}", subject(&one.expr)), span);
        self.matched(&one.expr, arms.collect(), name, span, exits, dest)
    }

    /// A `match`, `if let` or `let else`: of the result of a call, or of a value.
    pub(super) fn matched(
        &mut self,
        scrutinee: &Expr,
        arms: Vec<ArmBody<'_>>,
        name: StateName,
        span: Span,
        exits: Exits,
        dest: &Dest,
    ) -> Exits {
        let of = subject(scrutinee);
        if let Expr::Await(one) = bare(scrutinee)
            && arms.iter().any(|arm| is_of_result(&arm.pattern))
        {
            return self.match_result(&one.base, arms, name, span, exits, dest);
        }
        let (scrutinee, exits) = match bare(scrutinee) {
            call @ (Expr::Await(_) | Expr::Try(_)) => {
                let explicit = self.name.take();
                let source = format_ident!(
                    "{}",
                    super::state_name::snake(&subject(call)),
                    span = call.span()
                );
                let bound = self.names.bind(&source, self.body);
                let exits = self.expr(call, exits, &Dest::to(bound.clone()));
                self.name = explicit;
                (parse_quote!(#bound), exits)
            }
            other => {
                let (value, exits) = self.hoisted(other, exits);
                let value = match self.resolved(by_value(&value)) {
                    // `match Struct { .. } {}` is no Rust.
                    literal @ Expr::Struct(_) => parse_quote!((#literal)),
                    value => value,
                };
                (value, exits)
            }
        };
        if exits.is_empty() {
            return exits;
        }
        let other = match name.text.starts_with("Match") {
            true => format!("Other{of}"),
            false => format!("Else{of}"),
        };
        let name = self.state_name(name);
        let node = self.graph.add(
            Node::new(Work::Choice(Some((scrutinee, span))), name),
            &exits,
        );
        let mut ends = Exits::new();
        let mut shown = Vec::new();
        for arm in arms {
            self.names.open();
            let continues = matches!(arm.body, ArmCode::Continue);
            if continues {
                self.deferred = Some(Vec::new());
            }
            let pattern = self.arm_pattern(&arm.pattern);
            if continues {
                shown = self.deferred.take().unwrap_or_default();
            }
            let guard = arm.guard.map(|guard| self.condition(guard, "match"));
            let exit =
                self.graph
                    .add_edge(node, GraphEdgeKind::Arm(pattern, guard), arm.pattern.span());
            let inside = arm_name(&of, &other, &arm.pattern);
            ends.extend(self.inside(inside, |this| this.arm_body(&arm.body, vec![exit], dest)));
            self.names.close();
        }
        self.show_all(shown);
        ends
    }

    pub(super) fn arm_body(&mut self, body: &ArmCode<'_>, exits: Exits, dest: &Dest) -> Exits {
        match body {
            ArmCode::Expr(value) => {
                if !matches!(value, Expr::Block(_)) {
                    self.statement = first_token(value);
                }
                self.expr(value, exits, dest)
            }
            ArmCode::Block(block) => self.block(block, exits, dest),
            ArmCode::Diverging(value) => {
                if !self.expr(value, exits, dest).is_empty() {
                    self.refuse(
                        value,
                        "the `else` of a `let` leaves the code after it: end it with `return`, `break`, `continue` or `panic!`",
                    );
                }
                Exits::new()
            }
            ArmCode::Continue => exits,
            ArmCode::Nothing => self.unit(Span::call_site(), exits, dest),
        }
    }
}
