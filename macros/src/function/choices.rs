//! `if` and `match` as Choice states.

use super::graph::Node;
use super::naming::state_name::{
    StateName, arm_name, callee_in, condition_words, first_token_of, subject, variable, variant_of,
};
use super::source::scan::{bare, by_value, is_of_result, let_condition};
use super::translator::{ArmBody, ArmCode, Chain, Dest, Exits, Translator};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{BinOp, Block, Expr, ExprIf, ExprMatch, Pat, parse_quote};

impl Translator<'_> {
    pub(super) fn if_chain(&mut self, one: &ExprIf, exits: Exits, dest: &Dest) -> Exits {
        let span = one.if_token.span;
        if is_chain(&one.cond) {
            let other = match &one.else_branch {
                Some((_, other)) => ArmCode::Expr(other),
                None => ArmCode::Nothing,
            };
            let (mut ends, failed) =
                self.chain(&one.cond, &one.then_branch, "If", span, exits, dest);
            ends.extend(self.arm_body(&other, failed, dest));
            return ends;
        }
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
        let details = [condition_words(&one.cond), callee_in(&one.then_branch)];
        let name = self.state_name(derived.with_details(details));
        let node = self.graph.add(Node::choice(name), &exits);
        let mut ends = Exits::new();
        let mut next = Some(one);
        while let Some(one) = next {
            let condition = self.condition(&one.cond, "if");
            let span = one.if_token.span;
            let exit = self.graph.add_rule(node, condition, span);
            let inside = format!("If{}", subject(&one.cond));
            ends.extend(self.inside(inside, |this| {
                this.block(&one.then_branch, vec![exit], dest)
            }));
            next = match &one.else_branch {
                // An `else if` is a rule of the same Choice. An `else if let` is a Choice by
                // itself.
                Some((_, other)) => match &**other {
                    Expr::If(inner)
                        if let_condition(&inner.cond).is_none()
                            && !is_chain(&inner.cond)
                            && inner.attrs.is_empty() =>
                    {
                        Some(inner)
                    }
                    other => {
                        let exit = self.graph.add_otherwise(node, span);
                        let inside = format!("Else{of}");
                        ends.extend(self.inside(inside, |this| this.expr(other, vec![exit], dest)));
                        None
                    }
                },
                None => {
                    let exit = self.graph.add_otherwise(node, span);
                    ends.extend(self.unit(span, vec![exit], dest));
                    None
                }
            };
        }
        ends
    }

    /// `if a && let Some(b) = c && d { .. }`: a Choice for each pattern, and one for the conditions
    /// before the first pattern. Returns the transitions at the end of the block, and those of the
    /// conditions that do not hold.
    pub(super) fn chain(
        &mut self,
        condition: &Expr,
        then: &Block,
        prefix: &str,
        span: Span,
        exits: Exits,
        dest: &Dest,
    ) -> (Exits, Exits) {
        let conditions = operands(condition);
        let first = conditions
            .first()
            .map_or_else(String::new, |one| subject(one));
        let name = self.state_name(StateName::derived(format!("{prefix}{first}"), span));
        self.failed_conditions.push(Exits::new());
        let ends = self.conditions(&conditions, &Chain { then, name }, true, exits, dest);
        (ends, self.failed_conditions.pop().unwrap_or_default())
    }

    /// The remaining conditions of a chain, and the block after them.
    fn conditions(
        &mut self,
        conditions: &[&Expr],
        chain: &Chain<'_>,
        is_first: bool,
        exits: Exits,
        dest: &Dest,
    ) -> Exits {
        let Some(first) = conditions.first() else {
            let inside = chain.name.text.clone();
            return self.inside(inside, |this| this.block(chain.then, exits, dest));
        };
        let span = chain.name.span;
        let name = if is_first {
            chain.name.clone()
        } else {
            StateName::derived(format!("{}And{}", chain.name.text, subject(first)), span)
        };
        let chain = &Chain {
            then: chain.then,
            name: name.clone(),
        };
        let (plain, rest) = conditions.split_at(plain_conditions(conditions));
        if let Some(all) = joined(plain) {
            let condition = self.condition(&all, "if");
            let node = self.graph.add(Node::choice(name), &exits);
            let holds = self.graph.add_rule(node, condition, span);
            let fails = self.graph.add_otherwise(node, span);
            self.arm_body(&ArmCode::Fails, vec![fails], dest);
            return self.conditions(rest, chain, false, vec![holds], dest);
        }
        let (Expr::Let(one), after) = (*first, &conditions[1..]) else {
            return exits;
        };
        let (plain, rest) = after.split_at(plain_conditions(after));
        let guard = joined(plain);
        let arms = vec![
            ArmBody {
                pattern: (*one.pat).clone(),
                guard: guard.as_ref(),
                body: ArmCode::Conditions(rest, chain),
            },
            ArmBody {
                pattern: parse_quote!(_),
                guard: None,
                body: ArmCode::Fails,
            },
        ];
        self.matched(&one.expr, arms, name, span, exits, dest)
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
                let source = variable(&subject(call), "", "result", call.span());
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
        let other = if name.text.starts_with("Match") {
            format!("Other{of}")
        } else {
            format!("Else{of}")
        };
        let name = self.state_name(name);
        let node = self
            .graph
            .add(Node::choice_of(scrutinee, span, name), &exits);
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
            let span = arm.pattern.span();
            let exit = self.graph.add_arm(node, pattern, guard, span);
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
                    self.statement = first_token_of(value);
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
            ArmCode::Conditions(rest, chain) => self.conditions(rest, chain, false, exits, dest),
            ArmCode::Fails => {
                if let Some(failed) = self.failed_conditions.last_mut() {
                    failed.extend(exits);
                }
                Exits::new()
            }
            ArmCode::Nothing => self.unit(Span::call_site(), exits, dest),
        }
    }
}

/// The operands of `a && b && c`.
fn operands(condition: &Expr) -> Vec<&Expr> {
    match condition {
        Expr::Binary(both) if matches!(both.op, BinOp::And(_)) => {
            let mut all = operands(&both.left);
            all.extend(operands(&both.right));
            all
        }
        one => vec![one],
    }
}

/// The number of conditions before the first pattern.
fn plain_conditions(conditions: &[&Expr]) -> usize {
    let is_plain = |one: &&&Expr| !matches!(one, Expr::Let(_));
    conditions.iter().take_while(is_plain).count()
}

/// Conditions with `&&` between them; `None` for no conditions.
fn joined(conditions: &[&Expr]) -> Option<Expr> {
    let mut all = conditions.iter();
    let first: Expr = (**all.next()?).clone();
    Some(all.fold(first, |left, right| parse_quote!(#left && #right)))
}

/// Whether a condition has a pattern after another condition, so that it needs more than one
/// Choice.
pub(super) fn is_chain(condition: &Expr) -> bool {
    let all = operands(condition);
    let is_pattern = |one: &&&Expr| matches!(one, Expr::Let(_));
    all.iter().skip(1).any(|one| is_pattern(&one))
}
