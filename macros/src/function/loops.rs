//! Loops, labels, `break` and `continue`.

use super::choices::is_chain;
use super::graph::Node;
use super::naming::state_name::{
    StateName, condition_words, pattern_subject, subject, variable, word,
};
use super::source::scan::{
    by_value, first_await, growing_call, is_assigning, iterator_method, let_condition, list_of,
    single_name, without_reference_pattern,
};
use super::translator::{Dest, Exits, LoopContext, Translator};
use crate::machine::{Let, LetBinding};
use crate::name::text;
use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Block, Expr, ExprBinary, ExprForLoop, ExprMethodCall, Label, Lifetime, parse_quote,
    parse_quote_spanned,
};

impl Translator<'_> {
    pub(super) fn labelled(
        &mut self,
        label: &Label,
        block: &Block,
        exits: Exits,
        dest: &Dest,
    ) -> Exits {
        self.loops.push(LoopContext {
            label: Some(label.name.clone()),
            head: None,
            breaks: Exits::new(),
            dest: dest.clone(),
        });
        let mut end = self.block(block, exits, dest);
        end.extend(self.leave_loop());
        end
    }

    pub(super) fn enter_loop(&mut self, label: Option<&Label>, head: usize, dest: &Dest) {
        self.loops.push(LoopContext {
            label: label.map(|label| label.name.clone()),
            head: Some(head),
            breaks: Exits::new(),
            dest: dest.clone(),
        });
    }

    pub(super) fn leave_loop(&mut self) -> Exits {
        self.loops
            .pop()
            .map(|context| context.breaks)
            .unwrap_or_default()
    }

    /// `break` and `continue`.
    pub(super) fn leave(
        &mut self,
        label: Option<&Lifetime>,
        value: Option<&Expr>,
        breaks: bool,
        at: &Expr,
        exits: Exits,
    ) -> Exits {
        let is_target = |context: &LoopContext| match label {
            Some(label) => context.label.as_ref() == Some(label),
            None => context.head.is_some(),
        };
        let Some(index) = self.loops.iter().rposition(is_target) else {
            self.refuse(at, "this leaves a loop outside of its branch: return a value from the branch, and leave the loop after it");
            return Exits::new();
        };
        if !breaks {
            if let Some(head) = self.loops[index].head {
                self.graph.repeat(&exits, head);
            }
            return Exits::new();
        }
        let dest = self.loops[index].dest.clone();
        let exits = match value {
            Some(value) => self.expr(value, exits, &dest),
            None => self.unit(at.span(), exits, &dest),
        };
        self.loops[index].breaks.extend(exits);
        Exits::new()
    }

    pub(super) fn while_loop(&mut self, one: &syn::ExprWhile, exits: Exits) -> Exits {
        let span = one.while_token.span;
        let explicit = self.name.take();
        let head = self
            .graph
            .add(Node::join(StateName::derived("While", span)), &exits);
        let start = self.next(head, span);
        self.name = explicit;
        let inside = format!("While{}", subject(&one.cond));
        let derived = StateName::derived(inside.clone(), span);
        let name = self.state_name(derived.with_details([condition_words(&one.cond)]));
        self.enter_loop(one.label.as_ref(), head, &Dest::Ignore);
        if is_chain(&one.cond) {
            self.name = Some(name);
            let (end, failed) = self.chain(
                &one.cond,
                &one.body,
                "While",
                span,
                vec![start],
                &Dest::Ignore,
            );
            self.graph.repeat(&end, head);
            let mut ends = self.leave_loop();
            ends.extend(failed);
            return ends;
        }
        let (end, after) = match let_condition(&one.cond) {
            Some((scrutinee, pattern, guard)) => {
                if let Some(span) = first_await(scrutinee) {
                    self.errors.at(span, "a call cannot be part of a condition: write `loop`, match the result of the call in it, and leave the loop with `break`");
                }
                let value = self.resolved(by_value(scrutinee));
                let node = self.graph.add(Node::choice_of(value, span, name), &[start]);
                self.names.open();
                let pattern = self.arm_pattern(pattern);
                let guard = guard.map(|guard| self.condition(&guard, "while"));
                let exit = self.graph.add_arm(node, pattern, guard, span);
                let end = self.inside(inside, |this| {
                    this.block(&one.body, vec![exit], &Dest::Ignore)
                });
                self.names.close();
                (end, self.graph.add_arm(node, parse_quote!(_), None, span))
            }
            None => {
                let condition = self.condition(&one.cond, "while");
                let node = self.graph.add(Node::choice(name), &[start]);
                let exit = self.graph.add_rule(node, condition, span);
                let end = self.inside(inside, |this| {
                    this.block(&one.body, vec![exit], &Dest::Ignore)
                });
                (end, self.graph.add_otherwise(node, span))
            }
        };
        self.graph.repeat(&end, head);
        let mut ends = self.leave_loop();
        ends.push(after);
        ends
    }

    /// `for item in list`: one Choice, whose transition takes the next item and advances the index.
    pub(super) fn for_loop(&mut self, one: &ExprForLoop, exits: Exits) -> Exits {
        let span = one.for_token.span;
        let explicit = self.name.take();
        let list = list_of(&one.expr);
        if matches!(list, Expr::Range(_)) {
            self.refuse(
                &one.expr,
                "a workflow loops over lists: count with a variable, `let mut n = 0; while n < limit { ..; n += 1; }`",
            );
            return exits;
        }
        if let Some(method) = iterator_method(list) {
            // `iter_mut` is already refused.
            if text(method).ends_with("_mut") {
                return exits;
            }
            self.refuse(
                &one.expr,
                "a workflow loops over lists, not over iterators: bind a list with `let` first, `let list: Vec<_> = ...collect();`",
            );
            return exits;
        }
        let subject = pattern_subject(&one.pat);
        self.names.open();
        let (list, mut exits) = self.hoisted(list, exits);
        let mut list = self.resolved(&list);
        let is_fixed = is_place(&list) && !self.assigns_any(&one.body, &list);
        if !is_fixed {
            let source = variable(&subject, "_list", "list", one.expr.span());
            let bound = self.names.bind(&source, self.body);
            exits = self.assign(LetBinding::one(bound.clone()), list, exits);
            list = parse_quote!(#bound);
        }
        let source = variable(&subject, "_index", "index", one.in_token.span);
        let index = self.names.bind(&source, self.body);
        self.names.has_type_of(&index, "usize".to_owned());
        exits = self.assign(LetBinding::one(index.clone()), parse_quote!(0usize), exits);
        let head = self
            .graph
            .add(Node::join(StateName::derived("For", span)), &exits);
        let start = self.next(head, span);
        self.name = explicit;
        let each = format!("Each{subject}");
        let derived = StateName::derived(each.clone(), span);
        let name = self.state_name(derived.with_details([word(&one.expr)]));
        let node = self.graph.add(Node::choice(name), &[start]);
        // rustc reports a type that is no list where its items are read.
        let mut count: ExprMethodCall = parse_quote_spanned!(one.in_token.span=> #list.len());
        count.attrs.push(parse_quote!(#[counted]));
        let mut condition: ExprBinary = parse_quote_spanned!(one.in_token.span=> #index < 0);
        *condition.right = Expr::MethodCall(count);
        let condition = Expr::Binary(condition);
        let inside = self.graph.add_rule(node, condition, span);
        let after = self.graph.add_otherwise(node, span);
        self.enter_loop(one.label.as_ref(), head, &Dest::Ignore);
        if let Some((target, shown)) = self.target(without_reference_pattern(&one.pat)) {
            for (name, bound) in shown {
                self.names.show(&name, &bound);
            }
            let (node, edge) = inside;
            let lets = &mut self.graph.nodes[node].edges[edge].lets;
            if target.names.iter().any(Option::is_some) {
                let next: Expr = parse_quote_spanned!(one.in_token.span=> #[item] #list[#index]);
                lets.push(Let {
                    binding: target,
                    value: next.into(),
                });
            }
            let advanced: Expr = parse_quote_spanned!(one.in_token.span=> #index + 1);
            lets.push(Let {
                binding: LetBinding::one(index.clone()),
                value: advanced.into(),
            });
        }
        let end = self.inside(each, |this| {
            this.block(&one.body, vec![inside], &Dest::Ignore)
        });
        self.graph.repeat(&end, head);
        let mut ends = self.leave_loop();
        ends.push(after);
        self.names.close();
        ends
    }

    /// Whether a block may assign the variable that a list begins with, so that the loop needs a
    /// copy of the list.
    fn assigns_any(&self, block: &Block, list: &Expr) -> bool {
        let mut root = list;
        while let Expr::Field(field) = root {
            root = &field.base;
        }
        let Some(variable) = single_name(root) else {
            return true;
        };
        let mut changed = ChangedNames::default();
        changed.visit_block(block);
        let variable = variable.to_string();
        let base = variable
            .rsplit_once("__")
            .map_or(&*variable, |(base, _)| base);
        changed.0.iter().any(|name| {
            // A name that the block itself declares may be the one of the list.
            let is_same = text(name).trim_start_matches('_') == base;
            is_same
                || self
                    .names
                    .find(name)
                    .is_some_and(|found| found.ident == variable)
        })
    }
}

/// Whether an expression only names a value.
fn is_place(value: &Expr) -> bool {
    match value {
        Expr::Path(_) => true,
        Expr::Field(field) => is_place(&field.base),
        _ => false,
    }
}

/// The names that a block changes: by an assignment, by a method such as `push`, or through a
/// reference.
#[derive(Default)]
struct ChangedNames(Vec<Ident>);

impl ChangedNames {
    fn add(&mut self, mut place: &Expr) {
        loop {
            place = match place {
                Expr::Field(field) => &field.base,
                Expr::Index(index) => &index.expr,
                Expr::Unary(unary) => &unary.expr,
                Expr::Paren(inner) => &inner.expr,
                other => {
                    self.0.extend(single_name(other).cloned());
                    return;
                }
            };
        }
    }
}

impl Visit<'_> for ChangedNames {
    fn visit_expr(&mut self, value: &Expr) {
        match value {
            Expr::Assign(one) => self.add(&one.left),
            Expr::Binary(one) if is_assigning(&one.op) => self.add(&one.left),
            Expr::Reference(one) if one.mutability.is_some() => self.add(&one.expr),
            _ => {
                if let Some(call) = growing_call(value) {
                    self.add(&call.receiver);
                }
            }
        }
        visit::visit_expr(self, value);
    }
}
