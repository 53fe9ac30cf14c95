//! The statements of a function as states: control flow, assignments, and the end of the function.

use super::graph::{
    Assignment, CaughtError, Ending, Exit, Failure, Graph, GraphEdgeKind, Node, StateName, Target,
    Work,
};
use super::names::{Names, bound_names, with_variables};
use super::scan::{
    MacroKind, bare, by_value, called, first_await, is_assigning, is_result, needs_states,
};
use super::state_name::{pascal, pattern_subject, subject};
use crate::errors::{Errors, TokenRange};
use crate::functions::is_type;
use crate::machine::own_name;
use crate::name::text;
use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident};
use std::collections::{BTreeMap, HashMap};
use stepwright_asl::Diagnostic;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Block, Expr, ExprCall, ExprForLoop, ExprIf, ExprMatch, Label, Lifetime, Local,
    Macro, Member, Pat, Path, Stmt, Token, Type, parse_quote, parse_quote_spanned,
};

/// The code that gets the value of an expression.
#[derive(Clone)]
pub(super) enum Dest {
    /// The value is the result of the body.
    Return,
    Ignore,
    Assign(Box<Target>),
}

impl Dest {
    /// One variable gets the value.
    pub(super) fn to(name: Ident) -> Dest {
        Dest::Assign(Box::new(Target::one(name)))
    }
}

/// The transitions that lead to the next statement. There are none after a `return`.
pub(super) type Exits = Vec<Exit>;

/// Translates one function.
pub(super) struct Translator<'e> {
    pub(super) errors: &'e Errors,
    pub(super) names: Names,
    pub(super) graph: Graph,
    /// The number of the body that is translated: the function, a branch or a Map's body.
    pub(super) body: usize,
    bodies: usize,
    loops: Vec<LoopContext>,
    /// The name in `#[state(Name)]`, for the next state.
    pub(super) name: Option<StateName>,
    /// The type of the function's result, which a call that waits for a token needs.
    pub(super) output: Option<Type>,
    /// The functions that create durations, such as `secs`, with the seconds of one.
    pub(super) units: BTreeMap<String, (Path, u64)>,
    /// The names of a `let else`, which its other block cannot read yet.
    pub(super) deferred: Option<Vec<(Ident, Ident)>>,
}

/// A loop or a block with a label that encloses the current statement.
struct LoopContext {
    label: Option<Lifetime>,
    /// The start of the loop; `None` for a block.
    head: Option<usize>,
    breaks: Exits,
    dest: Dest,
}

/// One arm of a `match`: its pattern, guard and body.
pub(super) struct ArmBody<'a> {
    pub(super) pattern: Pat,
    pub(super) guard: Option<&'a Expr>,
    pub(super) body: ArmCode<'a>,
}

/// The code of an arm.
pub(super) enum ArmCode<'a> {
    Expr(&'a Expr),
    Block(&'a Block),
    /// The `else` of a `let`.
    Diverging(&'a Expr),
    /// The arm assigns the names of its pattern, and the code after the statement continues.
    Continue,
    Nothing,
}

impl<'e> Translator<'e> {
    pub(super) fn new(errors: &'e Errors, parameter: Option<Ident>) -> Translator<'e> {
        Translator {
            errors,
            names: Names::new(parameter),
            graph: Graph::default(),
            body: 0,
            bodies: 0,
            loops: Vec::new(),
            name: None,
            output: None,
            units: BTreeMap::new(),
            deferred: None,
        }
    }

    /// The states of the function.
    pub(super) fn function(&mut self, block: &Block) -> Graph {
        self.body_graph("Begin", block.brace_token.span.join(), |this, exits| {
            this.block(block, exits, &Dest::Return);
        })
    }

    /// The states of a body. A Pass state at its start has the name `begin`.
    pub(super) fn body_graph(
        &mut self,
        begin: &str,
        span: Span,
        build: impl FnOnce(&mut Self, Exits),
    ) -> Graph {
        let outer = std::mem::take(&mut self.graph);
        let outer_loops = std::mem::take(&mut self.loops);
        let outer_body = self.body;
        self.body = self.bodies;
        self.bodies += 1;
        self.names.open();
        let entry = self
            .graph
            .add(Node::new(Work::Join, StateName::derived(begin, span)), &[]);
        let exit = self.graph.add_edge(entry, GraphEdgeKind::Next, span);
        build(self, vec![exit]);
        let (names, body) = (&mut self.names, self.body);
        self.graph
            .compute_arguments_before(&mut |span| names.bind(&Ident::new("argument", span), body));
        for span in self.graph.settle(&self.names) {
            self.errors.at(
                span,
                "this loop enters no state, so Step Functions cannot run it: wait, call a task in it, or compute the value in a task",
            );
        }
        self.names.close();
        self.graph.span = Some(span);
        self.body = outer_body;
        self.loops = outer_loops;
        std::mem::replace(&mut self.graph, outer)
    }

    pub(super) fn refuse(&self, at: &impl ToTokens, message: impl Into<String>) {
        self.errors.on(at, message);
    }

    /// An expression with the variables of the graph. Refuses code in it that a state cannot evaluate.
    pub(super) fn resolved(&self, value: &Expr) -> Expr {
        for (span, message) in refused_in(value) {
            self.errors.push(Diagnostic::error(span, message));
        }
        self.names.resolved(value)
    }

    /// The name of the next state: that in the source, or the derived one.
    pub(super) fn state_name(&mut self, derived: StateName) -> StateName {
        self.name.take().unwrap_or(derived)
    }

    pub(super) fn next(&mut self, node: usize, span: Span) -> Exit {
        self.graph.add_edge(node, GraphEdgeKind::Next, span)
    }

    /// Takes `#[state(Name)]` from attributes.
    fn read_name(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            if attribute.path().is_ident("state") {
                match attribute.parse_args::<Ident>() {
                    Ok(name) => self.name = Some(StateName::explicit(&name)),
                    Err(_) => self.refuse(
                        attribute,
                        "write the state's name as an identifier: `#[state(Name)]`",
                    ),
                }
            } else if !attribute.path().is_ident("doc")
                && !attribute.path().is_ident("allow")
                && !attribute.path().is_ident("expect")
            {
                self.refuse(
                    attribute,
                    "a workflow cannot use this attribute here: put `#[state(Name)]` on the statement, and the rest outside of the function",
                );
            }
        }
    }

    pub(super) fn block(&mut self, block: &Block, exits: Exits, dest: &Dest) -> Exits {
        self.names.open();
        let exits = self.statements(block, exits, dest);
        self.names.close();
        exits
    }

    fn statements(&mut self, block: &Block, mut exits: Exits, dest: &Dest) -> Exits {
        let mut statements = block.stmts.iter().peekable();
        while let Some(statement) = statements.next() {
            if exits.is_empty() {
                // rustc warns about code that is never reached.
                return exits;
            }
            let is_last = statements.peek().is_none();
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
        }
        self.unit(block.brace_token.span.close(), exits, dest)
    }

    /// The end of a block without a value.
    fn unit(&mut self, span: Span, exits: Exits, dest: &Dest) -> Exits {
        match dest {
            Dest::Return if !exits.is_empty() => {
                self.give(parse_quote_spanned!(span=> ()), span, exits)
            }
            _ => exits,
        }
    }

    /// Ends the body with a value.
    fn give(&mut self, value: Expr, span: Span, exits: Exits) -> Exits {
        let name = self.state_name(StateName::derived("Done", span));
        let is_explicit = name.is_explicit;
        let work = if is_explicit {
            Work::Succeed(value)
        } else {
            Work::Return(value)
        };
        self.graph.add(Node::new(work, name), &exits);
        Exits::new()
    }

    /// Assigns a value, which is already in terms of variables.
    pub(super) fn assign(&mut self, target: Target, value: Expr, exits: Exits) -> Exits {
        let span = value.span();
        let first = target.names.iter().flatten().next();
        let subject =
            first.map(|name| pascal(text(name).rsplit_once("__").map_or("", |(base, _)| base)));
        let derived = StateName::derived(format!("Set{}", subject.unwrap_or_default()), span);
        let name = self.state_name(derived);
        let work = if name.is_explicit {
            Work::Pass
        } else {
            Work::Join
        };
        let node = self.graph.add(Node::new(work, name), &exits);
        let exit = self.next(node, span);
        if let Some(edge) = self.graph.nodes[node].edges.last_mut() {
            edge.lets.push(Assignment { target, value });
        }
        vec![exit]
    }

    fn local(&mut self, local: &Local, exits: Exits) -> Exits {
        self.read_name(&local.attrs);
        let Some(init) = &local.init else {
            for name in bound_names(&local.pat) {
                self.names.declare(&name, self.body);
            }
            return exits;
        };
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
            &Dest::Assign(Box::new(Target { equals, ..target })),
        );
        // The value may read an earlier variable with this name.
        for (name, bound) in shown {
            self.names.show(&name, &bound);
        }
        exits
    }

    /// The variables of a `let`, and their names in the source.
    pub(super) fn target(&mut self, pattern: &Pat) -> Option<(Target, Vec<(Ident, Ident)>)> {
        let (pattern, ty) = match pattern {
            Pat::Type(typed) => (&*typed.pat, Some((*typed.ty).clone())),
            other => (other, None),
        };
        let mut shown = Vec::new();
        let mut bind = |this: &mut Self, pattern: &Pat| -> Option<Option<Ident>> {
            match pattern {
                Pat::Wild(_) => Some(None),
                Pat::Ident(one) if one.subpat.is_none() && one.by_ref.is_none() => {
                    let bound = this.names.bind(&one.ident, this.body);
                    shown.push((one.ident.clone(), bound.clone()));
                    Some(Some(bound))
                }
                other => {
                    this.refuse(
                        other,
                        "a `let` of a workflow binds a name or a tuple of names: take the fields in the next statement, or match the value",
                    );
                    None
                }
            }
        };
        let (names, tuple) = match pattern {
            Pat::Tuple(tuple) if !tuple.elems.is_empty() => {
                let names: Option<Vec<_>> = tuple.elems.iter().map(|one| bind(self, one)).collect();
                (names?, true)
            }
            Pat::Tuple(_) => (vec![None], false),
            Pat::Paren(inner) => return self.target(&inner.pat),
            one => (vec![bind(self, one)?], false),
        };
        let target = Target {
            names,
            tuple,
            ty: ty.map(without_reference),
            equals: pattern.span(),
        };
        Some((target, shown))
    }

    pub(super) fn expr(&mut self, value: &Expr, exits: Exits, dest: &Dest) -> Exits {
        self.read_name(attributes(value));
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
            Expr::Loop(one) => {
                let span = one.loop_token.span;
                let head = self.graph.add(
                    Node::new(Work::Join, StateName::derived("Loop", span)),
                    &exits,
                );
                let start = self.next(head, span);
                self.enter_loop(one.label.as_ref(), head, dest);
                let end = self.block(&one.body, vec![start], &Dest::Ignore);
                self.graph.connect(&end, head);
                self.leave_loop()
            }
            Expr::While(one) => self.while_loop(one, exits),
            Expr::ForLoop(one) => self.for_loop(one, exits),
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
            Expr::Await(one) => self.awaited(&one.base, false, exits, dest),
            Expr::Try(one) => match bare(&one.expr) {
                Expr::Await(inner) => self.awaited(&inner.base, true, exits, dest),
                Expr::MethodCall(call)
                    if call.method == "map_err"
                        && matches!(bare(&call.receiver), Expr::Await(_)) =>
                {
                    self.refuse(
                        &call.method,
                        "`map_err` would rename the error: match the result, and return a variant for each error, \
                         `Err(PaymentError::Declined { reason }) => return Err(..)`",
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
            },
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

    /// Whether an `if` or a `match` becomes a Choice: it contains calls, or it is no value.
    fn branches(&self, value: &Expr, dest: &Dest) -> bool {
        // Without a name for the Choice, arms without calls are one expression over the result of a call.
        let is_expression = |one: &ExprMatch| {
            self.name.is_none()
                && !one.arms.is_empty()
                && one.arms.iter().all(|arm| {
                    let is_of_result = super::result_arms::is_of_result(&arm.pat);
                    let is_guarded =
                        matches!(&arm.pat, Pat::Guard(both) if needs_states(&both.guard));
                    !is_of_result && !is_guarded && !needs_states(&arm.body)
                })
        };
        match value {
            _ if matches!(dest, Dest::Ignore) => true,
            Expr::Match(one) if is_expression(one) => false,
            _ => needs_states(value),
        }
    }

    /// A value without control flow. Calls in it are made before.
    fn value(&mut self, value: &Expr, exits: Exits, dest: &Dest) -> Exits {
        let value = without_mutable_reference(value, &mut |at| {
            self.refuse(
                at,
                "a workflow has no mutable references: pass the value, and assign the new value to the whole variable",
            );
        });
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
                let given = self.resolved(by_value(&value));
                self.assign((**target).clone(), given, exits)
            }
            Dest::Ignore => {
                self.no_effect(&value);
                exits
            }
        }
    }

    fn no_effect(&self, value: &Expr) {
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
                let name = called(call).and_then(own_name).map(text).unwrap_or_default();
                self.refuse(value, not_awaited(&name));
            }
            other => self.refuse(other, "this statement has no effect in a workflow: remove it, or do it in a task"),
        }
    }

    /// Makes the calls inside of an expression, and replaces them by their results.
    pub(super) fn hoisted(&mut self, value: &Expr, mut exits: Exits) -> (Expr, Exits) {
        for method in methods_of_results(value) {
            self.errors.at(
                method.span(),
                format!(
                    "a workflow has no value for the `Result` of a call, so `{method}` cannot read it: write `?` after the call, or match it"
                ),
            );
        }
        if first_await(value).is_none() {
            return (value.clone(), exits);
        }
        let mut value = value.clone();
        let mut hoist = Hoist::default();
        hoist.visit_expr_mut(&mut value);
        for (call, base, temporary) in hoist.calls {
            let bound = self.names.bind(&base, self.body);
            exits = self.expr(&call, exits, &Dest::to(bound.clone()));
            self.names.show(&temporary, &bound);
        }
        if let Some(span) = super::scan::await_in_a_closure(&value) {
            self.errors.at(
                span,
                "a closure in a value cannot make calls: write `map(list, async |item| task(item).await).await`, or a `for` loop",
            );
        } else if let Some(span) = first_await(&value) {
            self.errors.at(
                span,
                "this call may run zero or many times, and a state makes its call exactly once: bind it with `let` before this statement",
            );
        }
        (value, exits)
    }

    fn assignment(&mut self, left: &Expr, right: &Expr, exits: Exits) -> Exits {
        if let Expr::Infer(_) = bare(left) {
            return self.expr(right, exits, &Dest::Ignore);
        }
        let name = match bare(left) {
            Expr::Path(path) => path.path.get_ident(),
            Expr::Unary(unary) => match bare(&unary.expr) {
                Expr::Path(path) => path.path.get_ident(),
                _ => None,
            },
            _ => None,
        };
        let Some(name) = name else {
            self.refuse(left, part_is_assigned(left));
            return exits;
        };
        let Some(found) = self.names.find(name) else {
            let message = if self.names.is_parameter(name) {
                format!(
                    "the workflow's input cannot be assigned: write `let mut {name} = {name};` first"
                )
            } else {
                format!("`{name}` is not a variable of this function")
            };
            self.refuse(left, message);
            return exits;
        };
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

    /// The type of the values that end the current body, if the source contains it.
    pub(super) fn body_type(&self) -> Option<&Type> {
        self.output.as_ref().filter(|_| self.body == 0)
    }

    /// `Ok(value)` or `Err(error)` at the end of the body.
    fn result(&mut self, call: &ExprCall, exits: Exits) -> Exits {
        let is_ok = called(call).is_some_and(|path| super::scan::is_variant(path, "Ok"));
        let Some(value) = call.args.first() else {
            return exits;
        };
        if is_ok {
            return match bare(value) {
                // The value of a call, an `if` or a `match`.
                inner
                    if needs_states(inner)
                        && !matches!(inner, Expr::Struct(_) | Expr::Call(_) | Expr::Tuple(_)) =>
                {
                    let name = format_ident!("result", span = inner.span());
                    let bound = self.names.bind(&name, self.body);
                    let target = Target {
                        ty: self.body_type().cloned(),
                        ..Target::one(bound.clone())
                    };
                    let exits = self.expr(inner, exits, &Dest::Assign(Box::new(target)));
                    if exits.is_empty() {
                        return exits;
                    }
                    self.give(parse_quote!(#bound), value.span(), exits)
                }
                _ => self.value(value, exits, &Dest::Return),
            };
        }
        let (value, exits) = self.hoisted(value, exits);
        if exits.is_empty() {
            return exits;
        }
        let Some(failure) = self.failure(&value) else {
            return Exits::new();
        };
        let derived = match &failure {
            Failure::Raised { path, .. } => own_name(path).map(text).unwrap_or_default(),
            Failure::Rethrown(_, state) => format!("{state}Failed"),
            Failure::Panic(_) => "Panic".to_owned(),
        };
        let name = self.state_name(StateName::derived(derived, value.span()));
        self.share_with_equal_failure(&failure, &name);
        self.graph.add(Node::new(Work::Fail(failure), name), &exits);
        Exits::new()
    }

    /// The error of `Err(..)`.
    fn failure(&mut self, value: &Expr) -> Option<Failure> {
        let value = bare(value);
        let caught = |this: &Self, value: &Expr| match bare(value) {
            Expr::Path(path) => {
                let name = path.path.get_ident()?;
                let found = this.names.find(name)?;
                let state = this.names.failed_state(name)?;
                Some(Failure::Rethrown(found.ident, state.to_owned()))
            }
            _ => None,
        };
        if let Expr::MethodCall(call) = value
            && call.method == "into"
            && let Some(failure) = caught(self, &call.receiver)
        {
            return Some(failure);
        }
        if let Some(failure) = caught(self, value) {
            return Some(failure);
        }
        let variant = |path: &syn::Path| own_name(path).is_some_and(|name| is_type(&text(name)));
        match value {
            Expr::Path(path) if variant(&path.path) => Some(Failure::Raised {
                path: path.path.clone(),
                fields: Vec::new(),
                is_tuple: false,
            }),
            Expr::Struct(literal) if literal.rest.is_none() => Some(Failure::Raised {
                path: literal.path.clone(),
                fields: literal
                    .fields
                    .iter()
                    .map(|field| (field.member.clone(), self.resolved(by_value(&field.expr))))
                    .collect(),
                is_tuple: false,
            }),
            Expr::Call(call) if called(call).is_some_and(variant) => {
                let path = called(call)?.clone();
                let fields = call.args.iter().enumerate();
                let fields = fields
                    .map(|(index, value)| (Member::from(index), self.resolved(by_value(value))));
                Some(Failure::Raised {
                    path,
                    fields: fields.collect(),
                    is_tuple: true,
                })
            }
            other => {
                self.refuse(
                    other,
                    "the error of a workflow is a variant with its fields, `Err(OrderFailed::Rejected { reason })`, or an error that an arm `Err(e)` \
                     caught: write one of these",
                );
                None
            }
        }
    }

    /// Two equal failures are one state if the variables that they read may be one.
    fn share_with_equal_failure(&mut self, failure: &Failure, name: &StateName) {
        let Failure::Raised { path, fields, .. } = failure else {
            return;
        };
        let of_path = path.to_token_stream().to_string();
        let mut shared: Vec<(Ident, Ident)> = Vec::new();
        for node in &self.graph.nodes {
            let Work::Fail(Failure::Raised {
                path: other,
                fields: others,
                ..
            }) = &node.work
            else {
                continue;
            };
            if node.name.text != name.text
                || other.to_token_stream().to_string() != of_path
                || others.len() != fields.len()
            {
                continue;
            }
            let mut pairs = Vec::new();
            let equal = fields
                .iter()
                .zip(others)
                .all(|((member, value), (other, other_value))| {
                    if member != other {
                        return false;
                    }
                    if value.to_token_stream().to_string()
                        == other_value.to_token_stream().to_string()
                    {
                        return true;
                    }
                    // Both are values of one field, so their types are equal.
                    match (single_name(value), single_name(other_value)) {
                        (Some(value), Some(other)) if self.names.may_share(value, other) => {
                            pairs.push((value.clone(), other.clone()));
                            true
                        }
                        _ => false,
                    }
                });
            if equal {
                shared.extend(pairs);
                break;
            }
        }
        for (one, with) in shared {
            self.names.share(&one, &with);
        }
    }

    fn labelled(&mut self, label: &Label, block: &Block, exits: Exits, dest: &Dest) -> Exits {
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

    fn enter_loop(&mut self, label: Option<&Label>, head: usize, dest: &Dest) {
        self.loops.push(LoopContext {
            label: label.map(|label| label.name.clone()),
            head: Some(head),
            breaks: Exits::new(),
            dest: dest.clone(),
        });
    }

    fn leave_loop(&mut self) -> Exits {
        self.loops
            .pop()
            .map(|context| context.breaks)
            .unwrap_or_default()
    }

    /// `break` and `continue`.
    fn leave(
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
                self.graph.connect(&exits, head);
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

    fn if_chain(&mut self, one: &ExprIf, exits: Exits, dest: &Dest) -> Exits {
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
            let name = StateName::derived(format!("If{}", subject(scrutinee)), span);
            return self.matched(scrutinee, arms, name, span, exits, dest);
        }
        let name = StateName::derived(format!("If{}", subject(&one.cond)), span);
        let name = self.state_name(name);
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
            ends.extend(self.block(&one.then_branch, vec![exit], dest));
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
                        ends.extend(self.expr(other, vec![exit], dest));
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

    pub(super) fn condition(&mut self, condition: &Expr, statement: &str) -> Expr {
        if let Some(span) = first_await(condition) {
            let message = if statement == "while" {
                "a call cannot be part of a condition: write `loop`, bind the result with `let` in it, and leave the loop with `break`"
                    .to_owned()
            } else {
                format!(
                    "a call cannot be part of a condition: bind it with `let` before the `{statement}`"
                )
            };
            self.errors.at(span, message);
        }
        self.resolved(bare(condition))
    }

    fn match_value(&mut self, one: &ExprMatch, exits: Exits, dest: &Dest) -> Exits {
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
    fn matched(
        &mut self,
        scrutinee: &Expr,
        arms: Vec<ArmBody<'_>>,
        name: StateName,
        span: Span,
        exits: Exits,
        dest: &Dest,
    ) -> Exits {
        if let Expr::Await(one) = bare(scrutinee)
            && arms
                .iter()
                .any(|arm| super::result_arms::is_of_result(&arm.pattern))
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
            ends.extend(self.arm_body(&arm.body, vec![exit], dest));
            self.names.close();
        }
        self.show_all(shown);
        ends
    }

    /// Declares a name. The names of a `let else` are visible only after it.
    pub(super) fn declare(&mut self, name: &Ident) -> Ident {
        let bound = self.names.bind(name, self.body);
        self.show(name, &bound);
        bound
    }

    pub(super) fn show(&mut self, name: &Ident, bound: &Ident) {
        match &mut self.deferred {
            Some(later) => later.push((name.clone(), bound.clone())),
            None => self.names.show(name, bound),
        }
    }

    pub(super) fn show_all(&mut self, shown: Vec<(Ident, Ident)>) {
        for (name, bound) in shown {
            self.names.show(&name, &bound);
        }
    }

    pub(super) fn arm_body(&mut self, body: &ArmCode<'_>, exits: Exits, dest: &Dest) -> Exits {
        match body {
            ArmCode::Expr(value) => self.expr(value, exits, dest),
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

    /// A pattern with new variables for the names that it binds.
    pub(super) fn arm_pattern(&mut self, pattern: &Pat) -> Pat {
        let mut variables = HashMap::new();
        for name in bound_names(pattern) {
            let bound = self.declare(&name);
            variables.insert(text(&name), bound);
        }
        with_variables(without_reference_pattern(pattern), &variables)
    }

    fn while_loop(&mut self, one: &syn::ExprWhile, exits: Exits) -> Exits {
        let span = one.while_token.span;
        let explicit = self.name.take();
        let head = self.graph.add(
            Node::new(Work::Join, StateName::derived("While", span)),
            &exits,
        );
        let start = self.next(head, span);
        self.name = explicit;
        let name = self.state_name(StateName::derived(
            format!("While{}", subject(&one.cond)),
            span,
        ));
        self.enter_loop(one.label.as_ref(), head, &Dest::Ignore);
        let (node, inside, after) = match let_condition(&one.cond) {
            Some((scrutinee, pattern, guard)) => {
                if let Some(span) = first_await(scrutinee) {
                    self.errors.at(span, "a call cannot be part of a condition: write `loop`, match the result of the call in it, and leave the loop with `break`");
                }
                let value = self.resolved(by_value(scrutinee));
                let node = self
                    .graph
                    .add(Node::new(Work::Choice(Some((value, span))), name), &[start]);
                self.names.open();
                let pattern = self.arm_pattern(pattern);
                let guard = guard.map(|guard| self.condition(&guard, "while"));
                let inside = self
                    .graph
                    .add_edge(node, GraphEdgeKind::Arm(pattern, guard), span);
                let end = self.block(&one.body, vec![inside], &Dest::Ignore);
                self.names.close();
                let after =
                    self.graph
                        .add_edge(node, GraphEdgeKind::Arm(parse_quote!(_), None), span);
                (node, end, after)
            }
            None => {
                let condition = self.condition(&one.cond, "while");
                let node = self
                    .graph
                    .add(Node::new(Work::Choice(None), name), &[start]);
                let inside = self
                    .graph
                    .add_edge(node, GraphEdgeKind::Rule(span, condition), span);
                let end = self.block(&one.body, vec![inside], &Dest::Ignore);
                let after = self
                    .graph
                    .add_edge(node, GraphEdgeKind::Otherwise(span), span);
                (node, end, after)
            }
        };
        let _ = node;
        self.graph.connect(&inside, head);
        let mut ends = self.leave_loop();
        ends.push(after);
        ends
    }

    /// `for item in list`: one Choice, whose transition takes the next item and advances the index.
    fn for_loop(&mut self, one: &ExprForLoop, exits: Exits) -> Exits {
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
        if iterator_method(list).is_some() {
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
        let is_fixed = is_place(&list) && !assigns_any(&one.body, &list);
        if !is_fixed {
            let source = format_ident!(
                "{}_list",
                super::state_name::snake(&subject),
                span = one.expr.span()
            );
            let bound = self.names.bind(&source, self.body);
            exits = self.assign(Target::one(bound.clone()), list, exits);
            list = parse_quote!(#bound);
        }
        let source = format_ident!(
            "{}_index",
            super::state_name::snake(&subject),
            span = one.in_token.span
        );
        let index = self.names.bind(&source, self.body);
        self.names.has_type_of(&index, "usize".to_owned());
        exits = self.assign(Target::one(index.clone()), parse_quote!(0usize), exits);
        let head = self.graph.add(
            Node::new(Work::Join, StateName::derived("For", span)),
            &exits,
        );
        let start = self.next(head, span);
        self.name = explicit;
        let name = self.state_name(StateName::derived(format!("Each{subject}"), span));
        let node = self
            .graph
            .add(Node::new(Work::Choice(None), name), &[start]);
        let condition: Expr = parse_quote_spanned!(one.in_token.span=> #index < #list.len());
        let inside = self
            .graph
            .add_edge(node, GraphEdgeKind::Rule(span, condition), span);
        let after = self
            .graph
            .add_edge(node, GraphEdgeKind::Otherwise(span), span);
        self.enter_loop(one.label.as_ref(), head, &Dest::Ignore);
        if let Some((target, shown)) = self.target(without_reference_pattern(&one.pat)) {
            for (name, bound) in shown {
                self.names.show(&name, &bound);
            }
            let (node, edge) = inside;
            let lets = &mut self.graph.nodes[node].edges[edge].lets;
            if target.names.iter().any(Option::is_some) {
                lets.push(Assignment {
                    target,
                    value: parse_quote_spanned!(one.in_token.span=> #list[#index]),
                });
            }
            lets.push(Assignment {
                target: Target::one(index.clone()),
                value: parse_quote_spanned!(one.in_token.span=> #index + 1),
            });
        }
        let end = self.block(&one.body, vec![inside], &Dest::Ignore);
        self.graph.connect(&end, head);
        let mut ends = self.leave_loop();
        ends.push(after);
        self.names.close();
        ends
    }

    fn macro_call(&mut self, mac: &Macro, span: Span, exits: Exits, dest: &Dest) -> Exits {
        match MacroKind::of(mac) {
            MacroKind::Log => exits,
            MacroKind::Panic => {
                self.panic(mac, mac.tokens.clone(), "Panic", span, exits);
                Exits::new()
            }
            MacroKind::Assert => self.assert(mac, span, exits),
            MacroKind::TryJoin => {
                self.refuse(
                    mac,
                    "`try_join!` runs its branches when it is awaited: write `try_join!(..).await`",
                );
                exits
            }
            MacroKind::Value => {
                let value: Expr = parse_quote!(#mac);
                self.value(&value, exits, dest)
            }
        }
    }

    /// `panic!("..")` as a Fail state.
    fn panic(
        &mut self,
        mac: &Macro,
        text_tokens: proc_macro2::TokenStream,
        derived: &str,
        span: Span,
        exits: Exits,
    ) {
        if let Ok(first) = syn::parse2::<Expr>(text_tokens.clone())
            && !matches!(first, Expr::Lit(_))
        {
            self.refuse(
                &first,
                "the text of a panic is a template: write `panic!(\"{}\", value)`",
            );
            return;
        }
        let value: Expr = if text_tokens.is_empty() {
            let name = own_name(&mac.path).map(text).unwrap_or_default();
            let message = match name.as_str() {
                "unreachable" => "internal error: entered unreachable code",
                "todo" => "not yet implemented",
                "unimplemented" => "not implemented",
                _ => "explicit panic",
            };
            parse_quote_spanned!(span=> #message)
        } else {
            parse_quote_spanned!(span=> format!(#text_tokens))
        };
        let value = self.resolved(&value);
        let name = self.state_name(StateName::derived(derived, span));
        self.graph
            .add(Node::new(Work::Fail(Failure::Panic(value)), name), &exits);
    }

    /// `assert!(condition, "..")` as a Choice and a Fail state.
    fn assert(&mut self, mac: &Macro, span: Span, exits: Exits) -> Exits {
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        let Ok(arguments) = mac.parse_body_with(parser) else {
            return exits;
        };
        let mut arguments = arguments.into_iter();
        let name = own_name(&mac.path).map(text).unwrap_or_default();
        let (Some(first), is_pair) = (arguments.next(), name != "assert" && name != "debug_assert")
        else {
            return exits;
        };
        let (condition, default): (Expr, String) = if is_pair {
            let Some(second) = arguments.next() else {
                return exits;
            };
            let operator = if name == "assert_eq" {
                quote::quote!(==)
            } else {
                quote::quote!(!=)
            };
            let written = format!(
                "assertion failed: {} {operator} {}",
                first.to_token_stream(),
                second.to_token_stream()
            );
            (parse_quote!((#first) #operator (#second)), written)
        } else {
            let written = format!("assertion failed: {}", first.to_token_stream());
            (first, written)
        };
        let derived = format!("Assert{}", subject(&condition));
        let state = self.state_name(StateName::derived(derived.clone(), span));
        let failed = format!("{}Failed", state.text);
        let condition = self.condition(&condition, &format!("{name}!"));
        let node = self.graph.add(Node::new(Work::Choice(None), state), &exits);
        let holds = self
            .graph
            .add_edge(node, GraphEdgeKind::Rule(span, condition), span);
        let fails = self
            .graph
            .add_edge(node, GraphEdgeKind::Otherwise(span), span);
        let rest: Punctuated<Expr, Token![,]> = arguments.collect();
        let tokens = if rest.is_empty() {
            quote::quote_spanned!(span=> "{}", #default)
        } else {
            rest.to_token_stream()
        };
        self.panic(mac, tokens, &failed, span, vec![fails]);
        vec![holds]
    }

    /// A call and its result.
    fn awaited(&mut self, base: &Expr, _question: bool, exits: Exits, dest: &Dest) -> Exits {
        let ty = match dest {
            Dest::Assign(target) => target.ty.clone(),
            _ => None,
        };
        let Some(node) = self.call(base, ty.as_ref(), exits) else {
            return Exits::new();
        };
        let span = self.graph.nodes[node].name.span;
        if matches!(dest, Dest::Return) {
            self.answer_is_returned(node);
        }
        let is_wait = matches!(self.graph.nodes[node].work, Work::Wait(_));
        if let (
            Dest::Ignore,
            Work::Task {
                waits: Some(_),
                path,
                ..
            },
        ) = (dest, &self.graph.nodes[node].work)
        {
            self.errors.on(
                path,
                "the answer to a task token needs a type: write `let _answer: Decision = task(task_token()).await;`, even if nothing reads it",
            );
        }
        match dest {
            Dest::Return if !is_wait => {
                self.graph.nodes[node].ends = Some(Ending::Result);
                Exits::new()
            }
            Dest::Return => {
                let exit = self.next(node, span);
                self.unit(span, vec![exit], dest)
            }
            Dest::Assign(target) if !is_wait => {
                self.has_result_type(node, target);
                self.graph.nodes[node].result = Some((**target).clone());
                vec![self.next(node, span)]
            }
            Dest::Assign(_) | Dest::Ignore => vec![self.next(node, span)],
        }
    }

    /// The answer to a token that the function returns has the type of its result.
    pub(super) fn answer_is_returned(&mut self, node: usize) {
        if self.body == 0 && self.graph.nodes[node].answer.is_none() {
            self.graph.nodes[node].answer.clone_from(&self.output);
        }
        let waits = matches!(
            self.graph.nodes[node].work,
            Work::Task { waits: Some(_), .. }
        );
        // Only a variable gives the answer its type.
        if waits && self.graph.nodes[node].result.is_none() {
            let span = self.graph.nodes[node].name.span;
            let bound = self
                .names
                .bind(&format_ident!("answer", span = span), self.body);
            self.graph.nodes[node].result = Some(Target::one(bound));
        }
    }

    /// Records that a variable has the type of a call's result.
    pub(super) fn has_result_type(&mut self, node: usize, target: &Target) {
        let source = match (&target.ty, &self.graph.nodes[node].work) {
            (Some(ty), _) => ty.to_token_stream().to_string(),
            (
                None,
                Work::Task {
                    path, waits: None, ..
                },
            ) => format!("result of {}", path.to_token_stream()),
            _ => return,
        };
        if let ([Some(name)], false) = (target.names.as_slice(), target.tuple) {
            self.names.has_type_of(name, source);
        }
    }

    /// A Catcher of the node that is translated.
    pub(super) fn catch(
        &mut self,
        node: usize,
        errors: Vec<CaughtError>,
        output: Option<Ident>,
        span: Span,
    ) -> Exit {
        self.graph
            .add_edge(node, GraphEdgeKind::Catch(errors, output), span)
    }
}

/// An expression without `&mut` around it, which `by_value` would ignore.
fn without_mutable_reference<'v>(value: &'v Expr, report: &mut dyn FnMut(&Expr)) -> &'v Expr {
    if let Expr::Reference(reference) = bare(value)
        && reference.mutability.is_some()
    {
        report(value);
        return &reference.expr;
    }
    value
}

/// The methods of `Result` alone that an expression calls on the result of a call.
fn methods_of_results(value: &Expr) -> Vec<Ident> {
    const METHODS: &[&str] = &[
        "err",
        "expect_err",
        "inspect_err",
        "is_err",
        "is_ok",
        "map_err",
        "ok",
        "unwrap_err",
    ];
    #[derive(Default)]
    struct Found(Vec<Ident>);
    impl syn::visit::Visit<'_> for Found {
        fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
            if matches!(bare(&call.receiver), Expr::Await(_))
                && METHODS.iter().any(|name| call.method == name)
            {
                self.0.push(call.method.clone());
            }
            syn::visit::visit_expr_method_call(self, call);
        }
    }
    let mut found = Found::default();
    syn::visit::Visit::visit_expr(&mut found, value);
    found.0
}

/// The message about a function that is called, but not awaited.
fn not_awaited(name: &str) -> String {
    match name {
        "task_token" => "`task_token()` is an argument of the call that waits for the answer: `task(.., task_token()).await`".to_owned(),
        "sleep" | "sleep_until" | "map" | "map_distributed" => format!("`{name}(..)` runs when it is awaited: write `{name}(..).await`"),
        "secs" | "mins" | "hours" | "days" | "every" => format!(
            "`{name}(..)` is an argument of `sleep` or of an option of a call, not a value of a workflow: write it there"
        ),
        _ => format!(
            "`{name}` is called without `.await`: write `{name}(..).await` if it is a task; a workflow cannot call other functions, so make \
             them tasks with `#[task]`"
        ),
    }
}

/// The code in an expression that no state can evaluate, with a message for each.
fn refused_in(value: &Expr) -> Vec<(TokenRange, String)> {
    #[derive(Default)]
    struct Refused(Vec<(TokenRange, String)>);
    impl syn::visit::Visit<'_> for Refused {
        fn visit_expr(&mut self, value: &Expr) {
            match value {
                // It is refused already.
                Expr::Await(_) => return,
                Expr::Call(call) => {
                    if let Some(path) = called(call).filter(|path| crate::functions::is_task(path))
                    {
                        let name = own_name(path).map(text).unwrap_or_default();
                        self.0.push((TokenRange::of(call), not_awaited(&name)));
                        return;
                    }
                }
                Expr::Reference(reference) if reference.mutability.is_some() => {
                    let message = "a workflow has no mutable references: pass the value, and assign the new value to the whole variable";
                    self.0.push((TokenRange::of(reference), message.to_owned()));
                    return;
                }
                _ => {}
            }
            syn::visit::visit_expr(self, value);
        }
    }
    let mut refused = Refused::default();
    syn::visit::Visit::visit_expr(&mut refused, value);
    refused.0
}

/// The message about an assignment to a part of a variable.
fn part_is_assigned(left: &Expr) -> String {
    match bare(left) {
        Expr::Field(field) => {
            let whole = &field.base;
            let whole = quote::quote!(#whole).to_string().replace(' ', "");
            let part = field.member.to_token_stream();
            format!("a workflow assigns whole variables, not a field of one: write `{whole} = Type {{ {part}: value, ..{whole} }}`")
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

/// The scrutinee, pattern and guard of `if let pattern = scrutinee && guard`.
fn let_condition(condition: &Expr) -> Option<(&Expr, &Pat, Option<Expr>)> {
    match bare(condition) {
        Expr::Let(one) => Some((&one.expr, &one.pat, None)),
        Expr::Binary(both) if matches!(both.op, syn::BinOp::And(_)) => {
            let (scrutinee, pattern, guard) = let_condition(&both.left)?;
            let right = &both.right;
            let guard = match guard {
                Some(guard) => parse_quote!(#guard && #right),
                None => (**right).clone(),
            };
            Some((scrutinee, pattern, Some(guard)))
        }
        _ => None,
    }
}

/// The list of a `for`: without a reference and without `.iter()`.
pub(super) fn list_of(value: &Expr) -> &Expr {
    match by_value(value) {
        Expr::MethodCall(call)
            if call.args.is_empty() && (call.method == "iter" || call.method == "clone") =>
        {
            list_of(&call.receiver)
        }
        other => other,
    }
}

/// The last method of an expression, if it returns an iterator.
pub(super) fn iterator_method(value: &Expr) -> Option<&Ident> {
    const METHODS: &[&str] = &[
        "chain",
        "chars",
        "cloned",
        "copied",
        "drain",
        "enumerate",
        "filter",
        "filter_map",
        "flat_map",
        "into_iter",
        "iter_mut",
        "keys",
        "map",
        "rev",
        "skip",
        "skip_while",
        "step_by",
        "take",
        "take_while",
        "values",
        "zip",
    ];
    match value {
        Expr::MethodCall(call) if METHODS.iter().any(|name| call.method == name) => {
            Some(&call.method)
        }
        _ => None,
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

/// Whether a block assigns the variable that a list begins with.
fn assigns_any(block: &Block, list: &Expr) -> bool {
    struct Assigns(Vec<String>);
    impl syn::visit::Visit<'_> for Assigns {
        fn visit_expr_assign(&mut self, one: &syn::ExprAssign) {
            if let Some(name) = single_name(&one.left) {
                self.0.push(text(name));
            }
            syn::visit::visit_expr_assign(self, one);
        }
    }
    let mut root = list;
    while let Expr::Field(field) = root {
        root = &field.base;
    }
    let Some(name) = single_name(root).map(text) else {
        return true;
    };
    let mut assigns = Assigns(Vec::new());
    syn::visit::Visit::visit_block(&mut assigns, block);
    let base = name
        .rsplit_once("__")
        .map_or(name.as_str(), |(base, _)| base);
    assigns
        .0
        .iter()
        .any(|assigned| assigned.trim_start_matches('_') == base)
}

/// The variable that an expression is.
pub(super) fn single_name(value: &Expr) -> Option<&Ident> {
    match bare(value) {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

fn without_type(pattern: &Pat) -> &Pat {
    match pattern {
        Pat::Type(typed) => &typed.pat,
        other => other,
    }
}

fn without_reference(ty: Type) -> Type {
    match ty {
        Type::Reference(reference) => without_reference(*reference.elem),
        other => other,
    }
}

fn without_reference_pattern(pattern: &Pat) -> &Pat {
    match pattern {
        Pat::Reference(reference) => without_reference_pattern(&reference.pat),
        Pat::Paren(inner) => without_reference_pattern(&inner.pat),
        other => other,
    }
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

/// The attributes of the expressions that may have `#[state(Name)]`.
fn attributes(value: &Expr) -> &[Attribute] {
    match value {
        Expr::If(one) => &one.attrs,
        Expr::Match(one) => &one.attrs,
        Expr::Loop(one) => &one.attrs,
        Expr::While(one) => &one.attrs,
        Expr::ForLoop(one) => &one.attrs,
        Expr::Return(one) => &one.attrs,
        Expr::Break(one) => &one.attrs,
        Expr::Call(one) => &one.attrs,
        Expr::MethodCall(one) => &one.attrs,
        Expr::Await(one) => &one.attrs,
        Expr::Try(one) => &one.attrs,
        // syn and rustc give the attributes of a statement to the first operand.
        Expr::Assign(one) if one.attrs.is_empty() => attributes(&one.left),
        Expr::Assign(one) => &one.attrs,
        Expr::Binary(one) if one.attrs.is_empty() => attributes(&one.left),
        Expr::Binary(one) => &one.attrs,
        Expr::Cast(one) if one.attrs.is_empty() => attributes(&one.expr),
        Expr::Cast(one) => &one.attrs,
        Expr::Array(one) => &one.attrs,
        Expr::Continue(one) => &one.attrs,
        Expr::Field(one) => &one.attrs,
        Expr::Index(one) => &one.attrs,
        Expr::Lit(one) => &one.attrs,
        Expr::Path(one) => &one.attrs,
        Expr::Reference(one) => &one.attrs,
        Expr::Tuple(one) => &one.attrs,
        Expr::Unary(one) => &one.attrs,
        Expr::Macro(one) => &one.attrs,
        Expr::Block(one) => &one.attrs,
        Expr::Struct(one) => &one.attrs,
        Expr::Closure(one) => &one.attrs,
        _ => &[],
    }
}

/// Takes the calls out of an expression that is always evaluated completely.
#[derive(Default)]
struct Hoist {
    /// Each call, the name of its variable, and the name in its place.
    calls: Vec<(Expr, Ident, Ident)>,
}

impl VisitMut for Hoist {
    fn visit_expr_mut(&mut self, value: &mut Expr) {
        match value {
            Expr::Await(_) | Expr::Try(_) if first_await(value).is_some() => {
                let base = super::state_name::snake(&subject(value));
                let base = if base.is_empty() {
                    "result".to_owned()
                } else {
                    base
                };
                let span = value.span();
                let temporary = format_ident!("__hoisted{}", self.calls.len(), span = span);
                let call = std::mem::replace(value, parse_quote!(#temporary));
                self.calls
                    .push((call, format_ident!("{base}", span = span), temporary));
            }
            Expr::Closure(_) | Expr::Async(_) => {}
            Expr::If(one) => self.visit_expr_mut(&mut one.cond),
            Expr::Match(one) => self.visit_expr_mut(&mut one.expr),
            Expr::Binary(one) if matches!(one.op, syn::BinOp::And(_) | syn::BinOp::Or(_)) => {
                self.visit_expr_mut(&mut one.left);
            }
            other => visit_mut::visit_expr_mut(self, other),
        }
    }
}
