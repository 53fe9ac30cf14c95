//! Statements and expressions as states: blocks, `let`, assignments and values.

use super::graph::unique_names::make_unique;
use super::graph::{Graph, Node};
use super::mutable::changed_through_reference;
use super::naming::name_attributes::NameAttributes;
use super::naming::pattern_names::{bound_names, mutable_names};
use super::naming::state_name::{StateName, first_token, subject, word};
use super::source::refused::{awaited_names, not_awaited, reads_result, unknown_macro};
use super::source::scan::{
    bare, by_value, called, growing_call, is_assigning, is_of_result, is_result, name_attributes,
    needs_states, single_name, without_type,
};
use super::translator::{ArmBody, ArmCode, Dest, Exits, Translator};
use crate::attributes::{AttributeSite, refuse_ignored};
use crate::machine::{Let, LetBinding, StateWork, UPDATE, own_name};
use crate::name::{pascal, text};
use proc_macro2::Ident;
use quote::{ToTokens, format_ident};
use syn::spanned::Spanned;
use syn::{
    Block, Expr, ExprField, ExprLoop, ExprMatch, Local, Member, Pat, Stmt, Token, Type,
    parse_quote, parse_quote_spanned,
};

impl Translator<'_> {
    /// The states of the function.
    pub(super) fn function(&mut self, block: &mut Block) -> Graph {
        refuse_ignored(
            block.to_token_stream(),
            AttributeSite::Function,
            self.errors,
        );
        if self.refuse_mutable_references(block) {
            // What the states assign without the references would cause further errors.
            return Graph::default();
        }
        self.name_attributes = NameAttributes::of(block);
        self.awaited_names = awaited_names(block);
        let mut graph = self.body_graph("", block.brace_token.span.join(), |this, exits| {
            this.block(block, exits, &Dest::Return);
        });
        make_unique(&mut graph);
        // A refused statement has no state.
        if self.errors.count() == 0 {
            self.every_name_has_a_state();
        }
        graph
    }

    pub(super) fn block(&mut self, block: &Block, exits: Exits, dest: &Dest) -> Exits {
        self.names.open();
        let exits = self.statements(block, exits, dest);
        self.names.close();
        exits
    }

    pub(super) fn statements(&mut self, block: &Block, mut exits: Exits, dest: &Dest) -> Exits {
        let mut statements = block.stmts.iter().peekable();
        while let Some(statement) = statements.next() {
            if exits.is_empty() {
                // rustc warns about code that is never reached.
                self.name_attributes.take_all(statement);
                continue;
            }
            let is_last = statements.peek().is_none();
            self.statement = first_token(statement);
            exits = match statement {
                Stmt::Local(local) => self.local(local, exits),
                Stmt::Expr(value, None) if is_last => return self.expr(value, exits, dest),
                Stmt::Expr(value, _) => self.expr(value, exits, &Dest::Ignore),
                Stmt::Macro(one) if is_last && one.semi_token.is_none() => {
                    self.read_name(&one.attrs);
                    return self.macro_call(&one.mac, one.mac.span(), exits, dest);
                }
                Stmt::Macro(one) => {
                    self.read_name(&one.attrs);
                    self.macro_call(&one.mac, one.mac.span(), exits, &Dest::Ignore)
                }
                Stmt::Item(item) => {
                    self.refuse(item, "a workflow's function contains only statements: move this item out of the function");
                    exits
                }
            };
            // A name that the statement has not used names no later state.
            self.name = None;
        }
        self.unit(block.brace_token.span.close(), exits, dest)
    }

    /// Assigns a value, which is already in terms of variables.
    pub(super) fn assign(&mut self, target: LetBinding, value: Expr, exits: Exits) -> Exits {
        let span = value.span();
        let first = target.names.iter().flatten().next();
        let subject =
            first.map(|name| pascal(text(name).rsplit_once("__").map_or("", |(base, _)| base)));
        let derived = StateName::derived(format!("Set{}", subject.unwrap_or_default()), span)
            .with_details([word(&value)]);
        let name = self.state_name(derived);
        let state = if name.is_explicit {
            Node::new(StateWork::Pass, name)
        } else {
            Node::join(name)
        };
        let node = self.graph.add(state, &exits);
        let exit = self.next(node, span);
        if let Some(edge) = self.graph.nodes[node].edges.last_mut() {
            edge.lets.push(Let {
                binding: target,
                value: value.into(),
            });
        }
        vec![exit]
    }

    pub(super) fn local(&mut self, local: &Local, exits: Exits) -> Exits {
        self.read_name(&local.attrs);
        let Some(init) = &local.init else {
            let mutable = mutable_names(&local.pat);
            for name in bound_names(&local.pat) {
                let bound = self.names.declare(&name, self.body);
                if mutable.contains(&text(&name)) {
                    self.names.mark_as_mutable(&bound);
                }
            }
            return exits;
        };
        if self.reference(local) {
            return exits;
        }
        if let Some((_, other)) = &init.diverge {
            let arms = vec![
                ArmBody {
                    pattern: without_type(&local.pat).clone(),
                    guard: None,
                    body: ArmCode::Continue,
                },
                ArmBody {
                    pattern: parse_quote!(_),
                    guard: None,
                    body: ArmCode::Diverging(other),
                },
            ];
            let name =
                StateName::derived(format!("Let{}", subject(&init.expr)), local.let_token.span);
            return self.matched(
                &init.expr,
                arms,
                name,
                local.let_token.span,
                exits,
                &Dest::Ignore,
            );
        }
        let Some((target, shown)) = self.target(&local.pat) else {
            return exits;
        };
        let equals = init.eq_token.span;
        let exits = self.expr(
            &init.expr,
            exits,
            &Dest::Assign(Box::new(LetBinding { equals, ..target })),
        );
        // The value may read an earlier variable with this name.
        for (name, bound) in shown {
            self.names.show(&name, &bound);
        }
        exits
    }

    pub(super) fn expr(&mut self, value: &Expr, exits: Exits, dest: &Dest) -> Exits {
        self.read_name(name_attributes(value));
        if has_no_state(value) {
            self.name = None;
        }
        let exits = self.states_of(value, exits, dest);
        self.name = None;
        exits
    }

    fn states_of(&mut self, value: &Expr, exits: Exits, dest: &Dest) -> Exits {
        match value {
            Expr::Paren(inner) => self.expr(&inner.expr, exits, dest),
            Expr::Group(inner) => self.expr(&inner.expr, exits, dest),
            Expr::Block(block)
                if needs_states(value) || matches!(dest, Dest::Return | Dest::Ignore) =>
            {
                match &block.label {
                    None => self.block(&block.block, exits, dest),
                    Some(label) => self.labelled(label, &block.block, exits, dest),
                }
            }
            Expr::If(one) if self.branches(value, dest) => self.if_chain(one, exits, dest),
            Expr::Match(one) if self.branches(value, dest) => self.match_value(one, exits, dest),
            Expr::Loop(one) => self.endless_loop(one, exits, dest),
            Expr::While(one) => {
                let exits = self.while_loop(one, exits);
                self.unit(one.while_token.span, exits, dest)
            }
            Expr::ForLoop(one) => {
                let exits = self.for_loop(one, exits);
                self.unit(one.for_token.span, exits, dest)
            }
            Expr::Return(one) => {
                match &one.expr {
                    Some(value) => self.expr(value, exits, &Dest::Return),
                    None => self.unit(one.return_token.span, exits, &Dest::Return),
                };
                Exits::new()
            }
            Expr::Break(one) => {
                self.leave(one.label.as_ref(), one.expr.as_deref(), true, value, exits)
            }
            Expr::Continue(one) => self.leave(one.label.as_ref(), None, false, value, exits),
            Expr::Assign(one) => self.assignment(&one.left, &one.right, exits),
            Expr::Binary(one) if is_assigning(&one.op) => {
                let Some(operator) = plain_operator(&one.op) else {
                    self.refuse(
                        value,
                        "a workflow has no operator for this: compute the value in a task",
                    );
                    return exits;
                };
                let (left, right) = (&one.left, &one.right);
                let sum: Expr = parse_quote!(#left #operator (#right));
                self.assignment(left, &sum, exits)
            }
            Expr::Await(one) => self.awaited(&one.base, Some(one.await_token.span), exits, dest),
            Expr::Try(one) => self.propagated(value, &one.expr, exits, dest),
            Expr::Macro(one) => self.macro_call(&one.mac, one.mac.span(), exits, dest),
            Expr::Call(call) if matches!(dest, Dest::Return) && is_result(call) => {
                self.result(call, exits)
            }
            Expr::Unsafe(one) => {
                self.refuse(
                    &one.unsafe_token,
                    "a workflow has no unsafe code: do this in a task",
                );
                exits
            }
            Expr::Async(one) => {
                self.refuse(&one.async_token, "an `async` block is a branch of `try_join!`: write its statements here without it");
                exits
            }
            _ => self.value(value, exits, dest),
        }
    }

    fn endless_loop(&mut self, one: &ExprLoop, exits: Exits, dest: &Dest) -> Exits {
        let span = one.loop_token.span;
        let head = self
            .graph
            .add(Node::join(StateName::derived("Loop", span)), &exits);
        let start = self.next(head, span);
        self.enter_loop(one.label.as_ref(), head, dest);
        let end = self.inside("Loop".to_owned(), |this| {
            this.block(&one.body, vec![start], &Dest::Ignore)
        });
        self.graph.repeat(&end, head);
        self.leave_loop()
    }

    /// Translates `value`, which is `inner?`.
    fn propagated(&mut self, value: &Expr, inner: &Expr, exits: Exits, dest: &Dest) -> Exits {
        match bare(inner) {
            Expr::Await(inner) => self.awaited(&inner.base, None, exits, dest),
            Expr::MethodCall(call)
                if call.method == "map_err" && matches!(bare(&call.receiver), Expr::Await(_)) =>
            {
                self.refuse(
                        &call.method,
                        "`map_err` would rename the error: match the result, and return a variant for each error, \
                         `Err(PaymentError::Declined { reason }) => return Err(..)`",
                    );
                exits
            }
            Expr::Call(call) if called(call).is_some_and(crate::functions::is_task) => {
                let name = called(call)
                    .and_then(own_name)
                    .map(text)
                    .unwrap_or_default();
                self.refuse(
                    value,
                    format!("`{name}` is called without `.await`: write `{name}(..).await?`"),
                );
                exits
            }
            other => {
                self.refuse(
                        other,
                        "`?` follows a call, `task(..).await?`: match other values, such as `let Some(item) = value else { return Err(..) };`",
                    );
                exits
            }
        }
    }

    /// Whether an `if` or a `match` becomes a Choice: it contains calls, or it is no value.
    pub(super) fn branches(&self, value: &Expr, dest: &Dest) -> bool {
        // Without a name for the Choice, arms without calls are one expression over the result of a
        // call.
        let is_expression = |one: &ExprMatch| {
            self.name.is_none()
                && !one.arms.is_empty()
                && one.arms.iter().all(|arm| {
                    let of_result = is_of_result(&arm.pat);
                    let is_guarded =
                        matches!(&arm.pat, Pat::Guard(both) if needs_states(&both.guard));
                    !of_result && !is_guarded && !needs_states(&arm.body)
                })
        };
        match value {
            _ if matches!(dest, Dest::Ignore) => true,
            Expr::Match(one) if is_expression(one) => false,
            _ => needs_states(value),
        }
    }

    /// A value without control flow. Calls in it are made before.
    pub(super) fn value(&mut self, value: &Expr, exits: Exits, dest: &Dest) -> Exits {
        let read = match bare(value) {
            Expr::MethodCall(call) if reads_result(call) => Some(call.method.clone()),
            _ => None,
        };
        let (value, exits) = self.hoisted(value, exits);
        if exits.is_empty() {
            return exits;
        }
        match dest {
            Dest::Return => {
                let given = self.resolved(by_value(&value));
                self.give(given, value.span(), exits)
            }
            Dest::Assign(target) => {
                // rustc checks a reference with the type in the source, such as `&str`.
                let written = target.ty.as_ref().map(|ty| &ty.written);
                let is_reference = matches!(written, Some(Type::Reference(_)));
                let value = if is_reference {
                    &value
                } else {
                    by_value(&value)
                };
                let given = self.resolved(value);
                self.assign((**target).clone(), given, exits)
            }
            Dest::Ignore => match grown(&value) {
                Some((name, _, _))
                    if self.names.find(&name).is_some() && !self.changes_variable(&name) =>
                {
                    self.refuse(&value, changed_through_reference(&name));
                    exits
                }
                Some((_, variable, whole)) => self.assignment(&variable, &whole, exits),
                None => {
                    match read {
                        Some(method) => self.errors.at(
                            method.span(),
                            format!(
                                "a statement cannot read the result of a call with `{method}`: write `?` after a call that may fail, or bind the result with `let`"
                            ),
                        ),
                        None => self.no_effect(&value),
                    }
                    exits
                }
            },
        }
    }

    pub(super) fn no_effect(&self, value: &Expr) {
        match bare(value) {
            Expr::Path(_) | Expr::Lit(_) => {}
            Expr::Tuple(tuple) if tuple.elems.is_empty() => {}
            Expr::MethodCall(call) => self.refuse(
                value,
                format!(
                    "a workflow cannot change a value in place with `{}`: assign a new value to the whole variable, or change it in a task",
                    call.method
                ),
            ),
            Expr::Call(call) if called(call).is_some_and(crate::functions::is_task) => {
                if let Some(path) = called(call) {
                    self.refuse(value, not_awaited(path));
                }
            }
            Expr::Macro(one) => self.refuse(value, unknown_macro(&one.mac.path)),
            other => self.refuse(other, "this statement has no effect in a workflow: remove it, or do it in a task"),
        }
    }

    pub(super) fn assignment(&mut self, left: &Expr, right: &Expr, exits: Exits) -> Exits {
        if let Expr::Infer(_) = bare(left) {
            return self.expr(right, exits, &Dest::Ignore);
        }
        if let Expr::Field(field) = bare(left)
            && let Member::Named(name) = &field.member
        {
            return self.field_assignment(field, name, right, exits);
        }
        let Some(name) = assigned_name(left) else {
            self.refuse(left, part_is_assigned(left));
            return exits;
        };
        let Some(found) = self.names.find(name) else {
            self.refuse(left, self.unknown_variable(name));
            return exits;
        };
        if found.number < self.fixed_variables {
            self.refuse(
                left,
                format!(
                    "this block changes `{name}` inside of an expression, which may read the old value: bind the value of the block with `let` before \
                     this statement"
                ),
            );
            return exits;
        }
        let is_dereferenced = !matches!(bare(left), Expr::Path(_));
        if is_dereferenced && !self.changes_variable(name) {
            self.refuse(left, changed_through_reference(name));
            return exits;
        }
        if self.names.body_of(found.number) != self.body {
            self.refuse(
                left,
                format!(
                    "`{name}` is a variable outside of this branch, which may read but not assign it: return the value from the branch"
                ),
            );
            return exits;
        }
        self.expr(right, exits, &Dest::to(found.ident))
    }

    /// `order.total = 5.0` as the assignment of the whole variable.
    fn field_assignment(
        &mut self,
        field: &ExprField,
        name: &Ident,
        right: &Expr,
        exits: Exits,
    ) -> Exits {
        if let Some(root) = assigned_name(root(&field.base))
            && self.names.find(root).is_some()
            && !self.changes_variable(root)
        {
            self.refuse(field, changed_through_reference(root));
            return exits;
        }
        let (mut value, mut exits) = (right.clone(), exits);
        if needs_states(right) && !matches!(bare(right), Expr::Await(_) | Expr::Try(_)) {
            let bound = self.names.bind(name, self.body);
            exits = self.expr(right, exits, &Dest::to(bound.clone()));
            let temporary = format_ident!("__assigned", span = right.span());
            self.names.show(&temporary, &bound);
            value = parse_quote!(#temporary);
        }
        let (whole, span) = (&field.base, field.dot_token.span);
        let update = Ident::new(UPDATE, span);
        let reference = single_name(whole).filter(|name| self.names.is_reference(name));
        let star = reference.map(|_| Token![*](span));
        let updated: Expr = parse_quote_spanned!(span=> #update { #name: #value, ..#star #whole });
        self.assignment(whole, &updated, exits)
    }
}

/// The value of which a field is read, through all fields.
fn root(value: &Expr) -> &Expr {
    match bare(value) {
        Expr::Field(field) => root(&field.base),
        other => other,
    }
}

/// The name in `total` or `*total`.
fn assigned_name(left: &Expr) -> Option<&Ident> {
    match bare(left) {
        Expr::Unary(unary) => single_name(&unary.expr),
        other => single_name(other),
    }
}

/// The message about an assignment to a part of a variable.
fn part_is_assigned(left: &Expr) -> String {
    match bare(left) {
        Expr::Field(_) => {
            "a workflow assigns whole variables, not an item of a tuple: assign a new tuple".to_owned()
        }
        Expr::Index(_) => {
            "a workflow assigns whole variables, not an item of a list: assign a new list, or change the list in a task".to_owned()
        }
        Expr::Tuple(_) => {
            "a workflow assigns one variable in a statement: write one assignment for each, and bind an old value with `let` before".to_owned()
        }
        _ => "a workflow assigns variables: write the name of one on the left side".to_owned(),
    }
}

/// `list.push(item)`, `list.extend(more)` and `text.push_str(more)` as assignments: the name of the
/// variable, the variable, and its whole new value.
fn grown(value: &Expr) -> Option<(Ident, Expr, Expr)> {
    let call = growing_call(value)?;
    let variable = bare(&call.receiver);
    let name = assigned_name(root(variable))?.clone();
    let added = by_value(call.args.first()?);
    let span = call.method.span();
    let is_char = matches!(added, Expr::Lit(literal) if matches!(literal.lit, syn::Lit::Char(_)));
    let whole = match call.method.to_string().as_str() {
        "push" if is_char => parse_quote_spanned!(span=> format!("{}{}", #variable, #added)),
        "push" => parse_quote_spanned!(span=> #variable.iter().cloned().chain([#added]).collect()),
        "extend" => {
            let mut chain: syn::ExprMethodCall =
                parse_quote_spanned!(span=> #variable.iter().cloned().chain(#added));
            // The items may be references, unlike those of `chain`.
            chain.attrs.push(parse_quote!(#[extended]));
            let mut whole: syn::ExprMethodCall = parse_quote_spanned!(span=> chain.collect());
            *whole.receiver = Expr::MethodCall(chain);
            Expr::MethodCall(whole)
        }
        "push_str" => parse_quote_spanned!(span=> format!("{}{}", #variable, #added)),
        _ => return None,
    };
    Some((name, variable.clone(), whole))
}

/// `+` for `+=`.
fn plain_operator(op: &syn::BinOp) -> Option<proc_macro2::TokenStream> {
    use syn::BinOp::*;
    Some(match op {
        AddAssign(token) => quote::quote_spanned!(token.span()=> +),
        SubAssign(token) => quote::quote_spanned!(token.span()=> -),
        MulAssign(token) => quote::quote_spanned!(token.span()=> *),
        DivAssign(token) => quote::quote_spanned!(token.span()=> /),
        RemAssign(token) => quote::quote_spanned!(token.span()=> %),
        _ => return None,
    })
}

/// Whether an expression only contains states: a `loop`, or a block with several statements.
fn has_no_state(value: &Expr) -> bool {
    match value {
        Expr::Loop(_) => true,
        Expr::Block(block) => block.block.stmts.len() != 1,
        _ => false,
    }
}
