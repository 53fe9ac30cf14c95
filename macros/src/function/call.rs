//! Calls that are awaited: tasks, nested workflows, and those of the other files.

use super::graph::Node;
use super::naming::state_name::{StateName, is_literal, word};
use super::source::call_chain::CallChain;
use super::source::refused::{foreign_sleep, is_of_results, result_without_a_value, unknown_macro};
use super::source::scan::{OPTIONS, by_value, called, without_reference};
use super::source::unmarked_functions::without_task;
use super::translator::{Dest, Exits, Translator};
use crate::checked_type::DeclaredType;
use crate::functions::is_task;
use crate::machine::{Application, Call, Callee, StateWork, own_name};
use crate::name::{pascal, text};
use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, Lit, Path, parse_quote};

impl Translator<'_> {
    /// A call and its result. `end` is the last token of the call in the source, if its value is
    /// the result.
    pub(super) fn awaited(
        &mut self,
        base: &Expr,
        end: Option<Span>,
        exits: Exits,
        dest: &Dest,
    ) -> Exits {
        // The result of a call is a value.
        let owned = match dest {
            Dest::Assign(target) => {
                let mut target = target.clone();
                target.ty = target.ty.map(|ty| ty.map(without_reference));
                Some(Dest::Assign(target))
            }
            _ => None,
        };
        let dest = owned.as_ref().unwrap_or(dest);
        let ty = match dest {
            Dest::Assign(target) => target.ty.clone(),
            _ => None,
        };
        let Some(node) = self.call(base, ty.as_ref(), exits) else {
            return Exits::new();
        };
        if let Dest::Assign(target) = dest {
            self.graph.nodes[node].name.is_bound_to(target);
        }
        if let Some(call) = self.graph.nodes[node].task_call() {
            call.end = end;
        }
        let span = self.graph.nodes[node].name.span;
        if matches!(dest, Dest::Return) {
            self.answer_is_returned(node);
        }
        let is_wait = matches!(self.graph.nodes[node].state.kind, StateWork::Wait(_));
        if matches!(dest, Dest::Ignore)
            && let Some(path) = self.graph.nodes[node].waiting_task()
        {
            self.errors.on(
                path,
                "the answer to a task token needs a type: write `let _answer: Decision = task(task_token()).await;`, even if nothing reads it",
            );
        }
        match dest {
            Dest::Return if !is_wait => {
                self.graph.nodes[node].end();
                Exits::new()
            }
            Dest::Return => {
                let exit = self.next(node, span);
                self.unit(span, vec![exit], dest)
            }
            Dest::Assign(target) if !is_wait => {
                self.has_result_type(node, target);
                self.graph.nodes[node].state.result = Some((**target).clone());
                vec![self.next(node, span)]
            }
            Dest::Assign(_) | Dest::Ignore => vec![self.next(node, span)],
        }
    }

    /// Adds the state of a call. `ty` is the type of its result, if the source contains it.
    pub(super) fn call(
        &mut self,
        value: &Expr,
        ty: Option<&DeclaredType>,
        exits: Exits,
    ) -> Option<usize> {
        let chain = CallChain::of(value);
        let named = chain
            .options
            .iter()
            .rev()
            .find(|(name, _)| **name == "named");
        if let Some((_, arguments)) = named {
            match arguments.first() {
                Some(Expr::Lit(syn::ExprLit {
                    lit: Lit::Str(name),
                    ..
                })) => {
                    self.name = Some(StateName::of_option(name));
                }
                other => self.errors.at(
                    other.map_or_else(|| value.span(), Spanned::span),
                    "`named` takes the state's name as a text: `.named(\"Charge\")`",
                ),
            }
        }
        let node = match chain.base {
            Expr::Call(call) => self.function_call(call, &chain, ty, exits)?,
            Expr::Macro(one) if own_name(&one.mac.path).is_some_and(|name| name == "try_join") => {
                self.try_join(one, exits)?
            }
            Expr::Macro(one) if own_name(&one.mac.path).is_some_and(|name| name == "join") => {
                self.refuse(one, unknown_macro(&one.mac.path));
                return None;
            }
            Expr::MethodCall(call) if is_of_results(&call.method) => {
                self.refuse(&call.method, result_without_a_value(&call.method));
                return None;
            }
            Expr::MethodCall(call) => {
                self.refuse(
                    &call.method,
                    format!(
                        "`{}` is not an option of a call; the options are `{}`",
                        call.method,
                        OPTIONS.join("`, `")
                    ),
                );
                return None;
            }
            other => {
                self.refuse(other, "a workflow awaits a call: write `task(..).await`, without a variable for the future");
                return None;
            }
        };
        self.options(node, &chain);
        Some(node)
    }

    fn function_call(
        &mut self,
        call: &ExprCall,
        chain: &CallChain<'_>,
        ty: Option<&DeclaredType>,
        exits: Exits,
    ) -> Option<usize> {
        let Some(path) = called(call) else {
            self.refuse(
                &call.func,
                "a workflow calls a task by its name: write `task(..).await`",
            );
            return None;
        };
        if let Some(message) = foreign_sleep(path) {
            self.refuse(path, message);
            return None;
        }
        let name = own_name(path).map(text).unwrap_or_default();
        match (name.as_str(), call.args.len()) {
            ("sleep" | "sleep_until", 1) => Some(self.sleep(&name, call, exits)),
            ("map" | "map_distributed", 2) => {
                self.map(name == "map_distributed", call, chain, exits)
            }
            ("sleep" | "sleep_until", _) if path.get_ident().is_some() => {
                let argument = if name == "sleep" {
                    "duration: `sleep(secs(5)).await`"
                } else {
                    "timestamp: `sleep_until(&order.due).await`"
                };
                self.refuse(call, format!("`{name}` takes one {argument}"));
                None
            }
            ("map" | "map_distributed", _) if path.get_ident().is_some() => {
                self.refuse(
                    call,
                    format!("`{name}` takes a list and an async closure: write `{name}(list, async |item| task(item).await)`"),
                );
                None
            }
            ("service", 1) => self.service(&call.args[0], exits),
            ("service", _) => {
                self.refuse(
                    call,
                    "`service` takes one request of `stepwright::services`: `service(sqs::send_message(&url, &order))`",
                );
                None
            }
            _ if !is_task(path) => {
                self.refuse(
                    path,
                    format!("`{name}` is not a task: await a function with `#[task]`"),
                );
                None
            }
            _ => self.task(path, call, ty, exits),
        }
    }

    fn task(
        &mut self,
        path: &Path,
        call: &ExprCall,
        ty: Option<&DeclaredType>,
        mut exits: Exits,
    ) -> Option<usize> {
        if let Some(local) = path
            .get_ident()
            .filter(|name| self.names.find(name).is_some())
        {
            self.refuse(path, format!("`{local}` is a variable here, and a workflow calls tasks: give the variable another name"));
            return None;
        }
        if let Some(fragment) = self.fragment.as_ref().filter(|name| path.is_ident(*name)) {
            self.refuse(
                path,
                format!("the fragment `{fragment}` cannot call itself, because each call is a copy of its states: write a loop, or make it a `#[workflow]`"),
            );
            return None;
        }
        if let Some(name) = path
            .get_ident()
            .filter(|name| self.module.has_unmarked(name))
        {
            self.refuse(path, without_task(name));
            return None;
        }
        if let Some((name, function)) = path
            .get_ident()
            .and_then(|name| Some((name, self.module.renamed(name)?)))
        {
            self.refuse(
                path,
                format!("`{name}` is `{function}` by another name, and a workflow recognizes this function by its name: import `{function}` without `as`"),
            );
            self.proofs.refused(path);
            return None;
        }
        let mut waits = None;
        let mut arguments = Vec::new();
        for argument in &call.args {
            let (argument, after) = self.hoisted(argument, exits);
            exits = after;
            self.proofs.task_tokens(&argument);
            if is_task_token(&argument) {
                let token = task_token_at(argument.span());
                waits = Some(Ident::new("wait_for_task_token", argument.span()));
                let token: Expr = parse_quote!(#token);
                arguments.push(token.into());
            } else {
                let value = with_task_token(by_value(&argument), &mut waits);
                arguments.push(self.resolved(&value).into());
            }
        }
        if exits.is_empty() {
            return None;
        }
        let derived = StateName::of_call(
            pascal(&own_name(path).map(text).unwrap_or_default()),
            path.span(),
        );
        // A literal differs more often than the name of a variable.
        let (literals, others): (Vec<&Expr>, Vec<&Expr>) =
            call.args.iter().partition(|one| is_literal(one));
        let details = literals.into_iter().chain(others).map(word);
        let name = self.state_name(derived.with_details(details));
        let is_answered = waits.is_some();
        let task = Application {
            path: path.clone(),
            arguments,
            parentheses: call.paren_token.span,
        };
        let call = Call::new(waits, Callee::Task(task));
        let node = Node::new(StateWork::Task(Some(call)), name);
        let node = self.graph.add(node, &exits);
        // The type of any other result is that of the task.
        self.graph.nodes[node].answer = ty.filter(|_| is_answered).cloned();
        Some(node)
    }
}

/// `task_token()`
pub(super) fn is_task_token(value: &Expr) -> bool {
    matches!(by_value(value), Expr::Call(call)
        if call.args.is_empty() && called(call).and_then(own_name).is_some_and(|name| name == "task_token"))
}

/// The variable of the token, which the macro declares. The call may be in another macro.
fn task_token_at(span: Span) -> Ident {
    Ident::new("task_token", span.resolved_at(Span::call_site()))
}

/// Replaces `task_token()` inside of an argument.
pub(super) fn with_task_token(value: &Expr, waits: &mut Option<Ident>) -> Expr {
    struct Token<'w>(&'w mut Option<Ident>);
    impl syn::visit_mut::VisitMut for Token<'_> {
        fn visit_expr_mut(&mut self, value: &mut Expr) {
            if is_task_token(value) {
                let span = value.span();
                *self.0 = Some(Ident::new("wait_for_task_token", span));
                let token = task_token_at(span);
                *value = parse_quote!(#token);
                return;
            }
            syn::visit_mut::visit_expr_mut(self, value);
        }
    }
    let mut value = value.clone();
    syn::visit_mut::VisitMut::visit_expr_mut(&mut Token(waits), &mut value);
    value
}
