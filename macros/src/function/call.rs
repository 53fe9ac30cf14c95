//! Calls that are awaited: tasks, nested workflows, `sleep`, `map`, `try_join!`, with their options.

use super::graph::{AmountExpr, Ending, Graph, MapWork, Node, StateName, WaitFor, Work};
use super::names::bound_names;
use super::scan::{bare, by_value, called, iterator_method, list_of};
use super::state_name::{pascal, subject};
use super::translator::{Dest, Exits, Translator};
use crate::functions::is_task;
use crate::machine::{
    ErrorPattern, Matches, Retry, Setting, SettingValue, own_name, request_argument,
};
use crate::name::text;
use proc_macro2::{Ident, Span};
use quote::{format_ident, quote};
use stepwright_asl::model::MachineType;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Expr, ExprCall, ExprClosure, ExprMacro, Lit, LitStr, Pat, Path, Token, Type, parse_quote,
    parse_quote_spanned,
};

/// The methods that set an option of a call.
pub(super) const OPTIONS: &[&str] = &[
    "retry",
    "timeout",
    "heartbeat",
    "named",
    "concurrency",
    "label",
    "express",
    "tolerate",
    "tolerate_percent",
];

/// A call without its options, and the options with their arguments, in the order of the source.
pub(super) struct CallChain<'a> {
    pub(super) base: &'a Expr,
    pub(super) options: Vec<(&'a Ident, &'a Punctuated<Expr, Token![,]>)>,
}

impl<'a> CallChain<'a> {
    pub(super) fn of(mut value: &'a Expr) -> CallChain<'a> {
        let mut options = Vec::new();
        loop {
            match value {
                Expr::Paren(inner) => value = &inner.expr,
                Expr::Group(inner) => value = &inner.expr,
                Expr::MethodCall(call) if OPTIONS.iter().any(|name| call.method == name) => {
                    options.push((&call.method, &call.args));
                    value = &call.receiver;
                }
                base => {
                    options.reverse();
                    return CallChain { base, options };
                }
            }
        }
    }
}

impl Translator<'_> {
    /// A call and its result.
    pub(super) fn awaited(
        &mut self,
        base: &Expr,
        _question: bool,
        exits: Exits,
        dest: &Dest,
    ) -> Exits {
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

    /// Adds the state of a call. `ty` is the type of its result, if the source contains it.
    pub(super) fn call(&mut self, value: &Expr, ty: Option<&Type>, exits: Exits) -> Option<usize> {
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
                    self.name = Some(StateName {
                        text: name.value(),
                        span: name.span(),
                        is_explicit: true,
                        is_call: true,
                    });
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
        ty: Option<&Type>,
        exits: Exits,
    ) -> Option<usize> {
        let Some(path) = called(call) else {
            self.refuse(
                &call.func,
                "a workflow calls a task by its name: write `task(..).await`",
            );
            return None;
        };
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
        ty: Option<&Type>,
        mut exits: Exits,
    ) -> Option<usize> {
        if let Some(local) = path
            .get_ident()
            .filter(|name| self.names.find(name).is_some())
        {
            self.refuse(path, format!("`{local}` is a variable here, and a workflow calls tasks: give the variable another name"));
            return None;
        }
        let mut waits = None;
        let mut arguments = Vec::new();
        for argument in &call.args {
            let (argument, after) = self.hoisted(argument, exits);
            exits = after;
            if is_task_token(&argument) {
                let token = Ident::new("task_token", argument.span());
                waits = Some(Ident::new("wait_for_task_token", argument.span()));
                arguments.push(parse_quote!(#token));
            } else {
                let value = with_task_token(by_value(&argument), &mut waits);
                arguments.push(self.resolved(&value));
            }
        }
        if exits.is_empty() {
            return None;
        }
        let derived = StateName::of_call(
            pascal(&own_name(path).map(text).unwrap_or_default()),
            path.span(),
        );
        let name = self.state_name(derived);
        let work = Work::Task {
            path: path.clone(),
            arguments,
            parentheses: call.paren_token.span,
            waits,
        };
        let is_answered = matches!(&work, Work::Task { waits: Some(_), .. });
        let node = self.graph.add(Node::new(work, name), &exits);
        // The type of any other result is that of the task.
        self.graph.nodes[node].answer = ty.filter(|_| is_answered).cloned();
        Some(node)
    }

    /// `service(sqs::send_message(&url, &order).delay_seconds(5))`
    fn service(&mut self, request: &Expr, mut exits: Exits) -> Option<usize> {
        let mut request = request.clone();
        let mut arguments = Vec::new();
        let mut waits = None;
        for argument in request_arguments(&mut request) {
            let number = arguments.len();
            let name = request_argument(number);
            let written = std::mem::replace(argument, parse_quote!(#name));
            let (value, after) = self.hoisted(&written, exits);
            exits = after;
            arguments.push(match placeholder_name(&value) {
                Some(name) => parse_quote_spanned!(value.span()=> placeholder!(#name)),
                None => {
                    let value = with_task_token(by_value(&value), &mut waits);
                    self.names.resolved(&value)
                }
            });
        }
        if exits.is_empty() {
            return None;
        }
        let function = request_function(&request)?;
        let derived = pascal(&own_name(function).map(text).unwrap_or_default());
        let name = self.state_name(StateName::of_call(derived, function.span()));
        let work = Work::Service {
            request: Box::new(request),
            arguments,
            waits,
        };
        Some(self.graph.add(Node::new(work, name), &exits))
    }

    fn sleep(&mut self, name: &str, call: &ExprCall, exits: Exits) -> usize {
        let (argument, exits) = self.hoisted(&call.args[0], exits);
        let span = call.func.span();
        let wait = if name == "sleep" {
            let keyword = Ident::new("seconds", span);
            WaitFor::Seconds(keyword, self.duration(&argument))
        } else {
            let keyword = Ident::new("timestamp", span);
            WaitFor::Timestamp(keyword, self.resolved(by_value(&argument)))
        };
        let state = self.state_name(StateName::derived(pascal(name), span));
        self.graph.add(Node::new(Work::Wait(wait), state), &exits)
    }

    /// Seconds: `secs(5)`, `mins(n)`, `Duration::from_secs(n)`.
    fn duration(&mut self, value: &Expr) -> AmountExpr {
        let Some((unit, count)) = unit_of(value) else {
            self.refuse(
                value,
                "a duration is a number of whole seconds: write `secs(n)`, `mins(n)`, `hours(n)` or `days(n)`",
            );
            return AmountExpr::Seconds(1, value.span());
        };
        if let Expr::Call(call) = bare(value)
            && let Some(path) = called(call)
        {
            self.proofs.unit(path, unit);
        }
        if let Expr::Lit(literal) = bare(count)
            && let Lit::Int(number) = &literal.lit
        {
            let seconds = number
                .base10_parse::<u64>()
                .ok()
                .and_then(|count| count.checked_mul(unit));
            return match seconds {
                Some(seconds) => AmountExpr::Seconds(seconds, value.span()),
                None => {
                    self.refuse(
                        value,
                        "this duration has more seconds than a `u64`: write a shorter one",
                    );
                    AmountExpr::Seconds(1, value.span())
                }
            };
        }
        let count = self.resolved(by_value(count));
        AmountExpr::Computed(match unit {
            1 => count,
            unit => {
                let unit = proc_macro2::Literal::u64_unsuffixed(unit);
                parse_quote_spanned!(value.span()=> (#count) * #unit)
            }
        })
    }

    /// `map(list, async |item| ..)`
    fn map(
        &mut self,
        distributed: bool,
        call: &ExprCall,
        chain: &CallChain<'_>,
        exits: Exits,
    ) -> Option<usize> {
        let keyword = Ident::new("map", call.func.span());
        let list = list_of(&call.args[0]);
        if let Some(method) = iterator_method(list) {
            self.refuse(
                list,
                format!("`map` takes a list, and `{method}` returns an iterator: bind a list with `let` first, `let list: Vec<_> = ...collect();`"),
            );
            return None;
        }
        let (list, exits) = self.hoisted(list, exits);
        let prefix = if distributed { "MapDistributed" } else { "Map" };
        let derived = format!("{prefix}{}", subject(&list));
        let name = self.state_name(StateName::of_call(derived, call.func.span()));
        let list = self.resolved(&list);
        let closure: ExprClosure = match bare(&call.args[1]) {
            Expr::Closure(closure) if closure.asyncness.is_some() && closure.inputs.len() == 1 => {
                closure.clone()
            }
            Expr::Path(path) => parse_quote_spanned!(path.span()=> async |item| #path(item).await),
            other => {
                self.refuse(other, "`map` takes an async closure with one parameter: write `map(list, async |item| task(item).await)`");
                return None;
            }
        };
        let item_pattern = match &closure.inputs[0] {
            Pat::Type(typed) => &*typed.pat,
            other => other,
        };
        let item_source = match item_pattern {
            Pat::Ident(one) if one.subpat.is_none() && one.by_ref.is_none() => one.ident.clone(),
            Pat::Wild(wild) => format_ident!("item", span = wild.span()),
            other => {
                self.refuse(
                    other,
                    "the parameter of `map` is a name: take its fields in the body",
                );
                bound_names(other)
                    .first()
                    .cloned()
                    .unwrap_or_else(|| format_ident!("item"))
            }
        };
        let mut item = format_ident!("item");
        let span = closure.body.span();
        let begin = format!("Begin{}", pascal(&text(&item_source)));
        let mut body = self.body_graph(&begin, span, |this, exits| {
            item = this.names.declare(&item_source, this.body);
            this.expr(&closure.body, exits, &Dest::Return);
        });
        body.begin_with_pass();
        let mut map = MapWork {
            item,
            list,
            concurrency: None,
            distributed: distributed.then(|| (keyword.clone(), MachineType::Standard)),
            label: None,
            tolerated_count: None,
            tolerated_percentage: None,
            body,
        };
        for (option, arguments) in &chain.options {
            let first = arguments
                .first()
                .map(|value| self.resolved(by_value(value)));
            match (option.to_string().as_str(), first) {
                ("concurrency", Some(limit)) => map.concurrency = Some(((*option).clone(), limit)),
                ("express", _) => map.distributed = Some(((*option).clone(), MachineType::Express)),
                ("tolerate", Some(count)) => map.tolerated_count = Some(((*option).clone(), count)),
                ("tolerate_percent", Some(part)) => {
                    map.tolerated_percentage = Some(((*option).clone(), part))
                }
                (
                    "label",
                    Some(Expr::Lit(syn::ExprLit {
                        lit: Lit::Str(label),
                        ..
                    })),
                ) => {
                    map.label = Some(((*option).clone(), label));
                }
                ("label", _) => self.refuse(option, "a label is a text: `.label(\"Orders\")`"),
                _ => {}
            }
        }
        Some(
            self.graph
                .add(Node::new(Work::Map(Box::new(map)), name), &exits),
        )
    }

    /// `try_join!(a, b)`
    fn try_join(&mut self, one: &ExprMacro, exits: Exits) -> Option<usize> {
        let span = own_name(&one.mac.path).map_or_else(Span::call_site, Ident::span);
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        let branches = match one.mac.parse_body_with(parser) {
            Ok(branches) if !branches.is_empty() => branches,
            Ok(_) => {
                self.refuse(&one.mac, "`try_join!` needs at least one branch: `try_join!(first(..), second(..)).await`");
                return None;
            }
            Err(error) => {
                self.errors.syn(&error);
                return None;
            }
        };
        let name = self.state_name(StateName::of_call("TryJoin", span));
        let graphs: Vec<Graph> = branches.iter().map(|branch| self.branch(branch)).collect();
        Some(
            self.graph
                .add(Node::new(Work::Parallel(graphs), name), &exits),
        )
    }

    fn branch(&mut self, branch: &Expr) -> Graph {
        let bare_branch = match bare(branch) {
            Expr::Try(one) => bare(&one.expr),
            other => other,
        };
        if let Expr::Await(one) = bare_branch {
            self.errors.at(
                one.await_token.span,
                "`try_join!` awaits its branches: remove this `.await`, or write `async { .. }` around the branch",
            );
            return Graph::default();
        }
        self.body_graph("BeginBranch", branch.span(), |this, exits| {
            match bare(branch) {
                Expr::Async(block) => {
                    this.block(&block.block, exits, &Dest::Return);
                }
                call => {
                    if let Some(node) = this.call(call, None, exits) {
                        this.graph.nodes[node].ends = Some(Ending::Result);
                    }
                }
            }
        })
    }

    fn options(&mut self, node: usize, chain: &CallChain<'_>) {
        let is_task = matches!(self.graph.nodes[node].work, Work::Task { .. });
        let is_map = matches!(self.graph.nodes[node].work, Work::Map(_));
        let is_wait = matches!(self.graph.nodes[node].work, Work::Wait(_));
        let is_distributed =
            matches!(&self.graph.nodes[node].work, Work::Map(map) if map.distributed.is_some());
        let mut seen = Vec::new();
        let written = chain.options.iter().filter(|(name, _)| **name != "named");
        let written = written.map(|(name, arguments)| quote!(.#name(#arguments)).to_string());
        self.graph.nodes[node].options = written.collect();
        for (option, arguments) in &chain.options {
            let name = option.to_string();
            let fits = match name.as_str() {
                "named" => true,
                "retry" => !is_wait,
                "timeout" | "heartbeat" => is_task,
                "concurrency" => is_map,
                _ => is_distributed,
            };
            if !fits {
                self.refuse(option, unfit_option(&name));
                continue;
            }
            if name != "retry" && seen.contains(&name) {
                self.refuse(
                    option,
                    format!("`{name}` is given twice: remove one of them"),
                );
                continue;
            }
            seen.push(name.clone());
            match (name.as_str(), arguments.first(), arguments.get(1)) {
                ("timeout" | "heartbeat", Some(value), None) => {
                    let amount = Some(((*option).clone(), self.duration(value)));
                    if name == "timeout" {
                        self.graph.nodes[node].timeout = amount;
                    } else {
                        self.graph.nodes[node].heartbeat = amount;
                    }
                }
                ("retry", Some(when), Some(policy)) => {
                    if let Some(retry) = self.retry(when, policy, option.span()) {
                        self.graph.nodes[node].retries.push(retry);
                    }
                }
                ("retry", ..) => self.refuse(
                    option,
                    "`retry` takes the errors and a policy: `.retry(|e| matches!(e, PaymentError::Busy), every(secs(2)).times(3))`",
                ),
                _ => {}
            }
        }
    }

    /// `.retry(|e| matches!(e, PaymentError::GatewayTimeout), every(secs(2)).times(3))`
    fn retry(&mut self, when: &Expr, policy: &Expr, span: Span) -> Option<Retry> {
        let errors = self.retried_errors(when, span)?;
        let mut settings = Vec::new();
        let mut value = bare(policy);
        loop {
            match value {
                Expr::MethodCall(call) => {
                    let argument = call.args.first();
                    let setting = match (call.method.to_string().as_str(), argument) {
                        ("times", Some(count)) => whole(count).map(|value| ("max_attempts", value)),
                        ("backoff", Some(rate)) => {
                            literal(rate).map(|value| ("backoff_rate", value))
                        }
                        ("max_delay", Some(delay)) => match self.duration(delay) {
                            AmountExpr::Seconds(seconds, span) => {
                                Some(("max_delay", SettingValue::Whole(seconds, span)))
                            }
                            AmountExpr::Computed(_) => None,
                        },
                        ("jitter", None) => Some((
                            "jitter",
                            SettingValue::Word(format_ident!("full", span = call.method.span())),
                        )),
                        _ => None,
                    };
                    match setting {
                        Some((name, value)) => settings.push(Setting {
                            name: Ident::new(name, call.method.span()),
                            value,
                        }),
                        None => {
                            match argument {
                                Some(argument) => self.refuse(argument, NOT_A_POLICY),
                                None => self.refuse(&call.method, NOT_A_POLICY),
                            }
                            return None;
                        }
                    }
                    value = bare(&call.receiver);
                }
                Expr::Call(call)
                    if called(call)
                        .and_then(own_name)
                        .is_some_and(|name| name == "every")
                        && call.args.len() == 1 =>
                {
                    match self.duration(&call.args[0]) {
                        AmountExpr::Seconds(seconds, span) => settings.push(Setting {
                            name: Ident::new("interval", call.func.span()),
                            value: SettingValue::Whole(seconds, span),
                        }),
                        AmountExpr::Computed(_) => {
                            self.refuse(&call.args[0], NOT_A_POLICY);
                            return None;
                        }
                    }
                    break;
                }
                other => {
                    self.refuse(other, NOT_A_POLICY);
                    return None;
                }
            }
        }
        settings.reverse();
        Some(Retry { errors, settings })
    }

    fn retried_errors(&mut self, when: &Expr, span: Span) -> Option<Vec<ErrorPattern>> {
        const FORM: &str = "the first argument of `retry` selects errors by their variants: write `|e| matches!(e, PaymentError::Busy)`, \
             or `|_| true` for every error";
        let Expr::Closure(closure) = bare(when) else {
            self.refuse(when, FORM);
            return None;
        };
        match bare(&closure.body) {
            Expr::Lit(literal) if matches!(&literal.lit, Lit::Bool(all) if all.value) => {
                Some(vec![predefined("ALL", span)])
            }
            Expr::Macro(one) if one.mac.path.is_ident("matches") => {
                let Ok(Matches {
                    pattern,
                    guard: None,
                    ..
                }) = one.mac.parse_body::<Matches>()
                else {
                    self.refuse(&closure.body, FORM);
                    return None;
                };
                let mut errors = Vec::new();
                for case in crate::machine::cases(&pattern) {
                    match error_pattern(case) {
                        Some(error) => errors.push(error),
                        None => {
                            self.refuse(case, FORM);
                            return None;
                        }
                    }
                }
                Some(errors)
            }
            other => {
                self.refuse(other, FORM);
                None
            }
        }
    }
}

/// The message about an option of another kind of call.
fn unfit_option(name: &str) -> String {
    let (calls, remedy) = match name {
        "timeout" | "heartbeat" => ("tasks and nested workflows", "remove it"),
        "retry" => ("tasks, `map` and `try_join!`", "remove it"),
        "concurrency" => ("`map` and `map_distributed`", "remove it"),
        _ => (
            "`map_distributed`",
            "use that instead of `map`, or remove the option",
        ),
    };
    format!("`{name}` is an option of {calls}: {remedy}")
}

const NOT_A_POLICY: &str = "a retry policy is constant: write `every(secs(2)).times(3).backoff(2.0)`, with `max_delay(mins(5))` and `jitter()` if you need them";

/// The error of a pattern in `retry`; the patterns of `Failed` are those of `Timeout` and of the task's own error.
fn error_pattern(pattern: &Pat) -> Option<ErrorPattern> {
    let path = match pattern {
        Pat::Path(path) => path.path.clone(),
        Pat::Ident(one) => one.ident.clone().into(),
        Pat::Struct(one) => one.path.clone(),
        Pat::TupleStruct(one) if is_failed(&one.path, "Task") => {
            return one.elems.first().and_then(error_pattern);
        }
        Pat::TupleStruct(one) => one.path.clone(),
        Pat::Paren(inner) => return error_pattern(&inner.pat),
        Pat::Reference(inner) => return error_pattern(&inner.pat),
        _ => return None,
    };
    if is_failed(&path, "Timeout") {
        return Some(predefined("Timeout", path.span()));
    }
    Some(ErrorPattern::Path(path))
}

/// `States::Timeout`
pub(super) fn predefined(name: &str, span: Span) -> ErrorPattern {
    let name = Ident::new(name, span);
    ErrorPattern::Path(parse_quote_spanned!(span=> States::#name))
}

/// Whether a path is a variant of `Failed`.
pub(super) fn is_failed(path: &Path, variant: &str) -> bool {
    let mut segments = path.segments.iter().rev();
    segments.next().is_some_and(|last| last.ident == variant)
        && segments
            .next()
            .is_some_and(|before| before.ident == "Failed")
}

fn whole(value: &Expr) -> Option<SettingValue> {
    match bare(value) {
        Expr::Lit(one) => match &one.lit {
            Lit::Int(number) => Some(SettingValue::Whole(
                number.base10_parse().ok()?,
                number.span(),
            )),
            _ => None,
        },
        _ => None,
    }
}

fn literal(value: &Expr) -> Option<SettingValue> {
    match bare(value) {
        Expr::Lit(one) => Some(SettingValue::Literal(one.lit.clone())),
        _ => None,
    }
}

/// The seconds of a unit, and the count: `(60, n)` of `mins(n)`.
pub(super) fn unit_of(value: &Expr) -> Option<(u64, &Expr)> {
    let Expr::Call(call) = bare(value) else {
        return None;
    };
    let name = called(call).and_then(own_name)?.to_string();
    let unit = match name.as_str() {
        "secs" | "from_secs" => 1,
        "mins" | "from_mins" => 60,
        "hours" | "from_hours" => 60 * 60,
        "days" => 24 * 60 * 60,
        _ => return None,
    };
    Some((unit, call.args.first()?))
}

/// `task_token()`
pub(super) fn is_task_token(value: &Expr) -> bool {
    matches!(by_value(value), Expr::Call(call)
        if call.args.is_empty() && called(call).and_then(own_name).is_some_and(|name| name == "task_token"))
}

/// The arguments of a request and of its methods, in the order of the source. The first argument of `with` is a name.
pub(super) fn request_arguments(request: &mut Expr) -> Vec<&mut Expr> {
    match request {
        Expr::Paren(inner) => request_arguments(&mut inner.expr),
        Expr::MethodCall(call) => {
            let skipped = usize::from(call.method == "with");
            let mut arguments = request_arguments(&mut call.receiver);
            arguments.extend(call.args.iter_mut().skip(skipped));
            arguments
        }
        Expr::Call(call) => call.args.iter_mut().collect(),
        _ => Vec::new(),
    }
}

/// The function that creates a request.
fn request_function(request: &Expr) -> Option<&Path> {
    match request {
        Expr::Paren(inner) => request_function(&inner.expr),
        Expr::MethodCall(call) => request_function(&call.receiver),
        Expr::Call(call) => called(call),
        _ => None,
    }
}

/// The name in `placeholder("Name")`.
pub(super) fn placeholder_name(value: &Expr) -> Option<LitStr> {
    let Expr::Call(call) = bare(value) else {
        return None;
    };
    let is_placeholder = called(call)
        .and_then(own_name)
        .is_some_and(|name| name == "placeholder");
    match call.args.first() {
        Some(Expr::Lit(literal)) if is_placeholder => match &literal.lit {
            Lit::Str(name) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// Replaces `task_token()` inside of an argument.
fn with_task_token(value: &Expr, waits: &mut Option<Ident>) -> Expr {
    struct Token<'w>(&'w mut Option<Ident>);
    impl syn::visit_mut::VisitMut for Token<'_> {
        fn visit_expr_mut(&mut self, value: &mut Expr) {
            if is_task_token(value) {
                let span = value.span();
                *self.0 = Some(Ident::new("wait_for_task_token", span));
                let token = Ident::new("task_token", span);
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
