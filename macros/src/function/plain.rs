//! The function as rustc compiles it: the user's code, with each call of a task replaced by a call
//! that the plain run makes.
//!
//! It is an ordinary function: `call.await` becomes `wait(call)`, `async` closures and blocks
//! become closures. `dsl/src/function/body.rs` has the reason.

use super::call::is_task_token;
use super::join_errors::{joins_by_type, names_error, passed_error, returns_only_ok};
use super::object_items::ObjectSource;
use super::service_call::{placeholder_name, request_arguments};
use super::source::call_chain::CallChain;
use super::source::refused::{reads_result, refused_call};
use super::source::scan::{
    Assertion, MacroKind, OPTIONS, bare, called, default_panic_text, is_of_result, single_name,
    value_arguments,
};
use crate::editor;
use crate::functions::{computed_call, has_generic_arguments, is_task, unit, written};
use crate::inference::inferred;
use crate::machine::{JsonArgument, cases, is_of_prelude, own_name};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use stepwright_asl::front_end::callable::{CLOCK, time_function};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::token::Paren;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Attribute, Block, Expr, ExprCall, ExprMacro, ExprPath, ExprTry, Lit, Local, Macro, Pat,
    Path, Stmt, Token, parse_quote, parse_quote_spanned,
};

/// The body of the function for rustc.
pub(super) fn rewritten(block: &Block, lambda_retries: bool) -> Block {
    let mut block = block.clone();
    PlainRewriter { lambda_retries }.visit_block_mut(&mut block);
    block
}

struct PlainRewriter {
    /// Each call of a Lambda function is repeated after Lambda's transient errors.
    lambda_retries: bool,
}

impl VisitMut for PlainRewriter {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("state"));
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        match statement {
            Stmt::Expr(value @ Expr::Await(_), Some(_)) => self.value_of(value),
            Stmt::Macro(one) if is_panic(&one.mac) => {
                let value = panicked(&one.mac);
                *statement = Stmt::Expr(value, Some(Token![;](one.mac.span())));
            }
            other => visit_mut::visit_stmt_mut(self, other),
        }
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        self.visit_attributes_mut(&mut local.attrs);
        let Some(init) = &mut local.init else {
            return;
        };
        if let Some((_, other)) = &mut init.diverge {
            self.visit_expr_mut(other);
            if is_of_result(&local.pat) && awaits(&init.expr) {
                self.scrutinee(&mut init.expr, true, names_errors(&local.pat));
                with_caught(&mut local.pat);
                return;
            }
        }
        if awaits(&init.expr) && init.diverge.is_none() {
            self.value_of(&mut init.expr);
        } else {
            self.visit_expr_mut(&mut init.expr);
        }
    }

    fn visit_expr_mut(&mut self, value: &mut Expr) {
        match value {
            Expr::Match(one)
                if awaits(&one.expr) && one.arms.iter().any(|arm| is_of_result(&arm.pat)) =>
            {
                self.visit_attributes_mut(&mut one.attrs);
                let catches = one.arms.iter().any(|arm| catches_all(&arm.pat));
                let is_known = one.arms.iter().any(determines_error);
                self.scrutinee(&mut one.expr, catches, is_known);
                for arm in &mut one.arms {
                    if catches {
                        with_caught(&mut arm.pat);
                    }
                    self.visit_pat_mut(&mut arm.pat);
                    self.visit_expr_mut(&mut arm.body);
                }
            }
            Expr::Let(one) if awaits(&one.expr) && is_of_result(&one.pat) => {
                // The other branch takes every other result.
                self.scrutinee(&mut one.expr, true, names_errors(&one.pat));
                with_caught(&mut one.pat);
            }
            Expr::Try(one) if awaits(&one.expr) => {
                let keeps = if joins_by_type(&one.expr) {
                    "passes"
                } else {
                    "keeps"
                };
                self.awaited(&mut one.expr, "wait", false);
                *value = question(one, keeps);
            }
            Expr::Macro(one) if is_panic(&one.mac) => *value = panicked(&one.mac),
            Expr::Macro(one) => {
                self.visit_attributes_mut(&mut one.attrs);
                if let Some(mut arguments) = value_arguments(&one.mac) {
                    for argument in &mut arguments {
                        self.visit_expr_mut(argument);
                    }
                    one.mac.tokens = arguments.into_token_stream();
                } else if let Some(Ok(mut json)) = JsonArgument::of(&one.mac) {
                    json.each_mut(&mut |argument| self.visit_expr_mut(argument));
                    one.mac.tokens = json.into_token_stream();
                }
            }
            Expr::Call(call) if called(call).is_some_and(|path| is_of_prelude(path, "Err")) => {
                visit_mut::visit_expr_call_mut(self, call);
                if let Some(Expr::MethodCall(into)) = call.args.first()
                    && into.method == "into"
                    && into.args.is_empty()
                {
                    let error = &into.receiver;
                    let kept: Expr = parse_quote_spanned!(into.method.span()=> ::stepwright::__::plain::keeps(#error));
                    call.args = std::iter::once(kept).collect();
                }
            }
            Expr::Call(call) if is_clock(call) => {
                let now = &*call;
                *value = parse_quote_spanned!(call.func.span()=> ::stepwright::__::plain::virtual_time(#now));
            }
            // A workflow has the value of the call there, not its `Result`.
            Expr::MethodCall(call) if awaits(&call.receiver) => {
                self.visit_attributes_mut(&mut call.attrs);
                // The block of types reports a `Result`, at the method.
                if reads_result(call) {
                    self.awaited(&mut call.receiver, "wait", true)
                } else {
                    self.value_of(&mut call.receiver)
                }
                for argument in &mut call.args {
                    self.visit_expr_mut(argument);
                }
            }
            Expr::Await(_) => self.awaited(value, "wait", true),
            // An editor completes an option of a call: `task(..).ti`.
            Expr::Field(field) if editor::is_here() => {
                self.visit_base(&mut field.base);
                self.chain(&mut field.base, false, true);
            }
            Expr::Closure(closure) => {
                closure.asyncness = None;
                visit_mut::visit_expr_mut(self, value);
            }
            Expr::Async(_) => {
                visit_mut::visit_expr_mut(self, value);
                if let Expr::Async(one) = value {
                    let (captures, block) = (&one.capture, &one.block);
                    *value = parse_quote_spanned!(one.async_token.span=> #captures || #block);
                }
            }
            Expr::Call(call) => {
                visit_mut::visit_expr_call_mut(self, call);
                if let Some(path) = value_call(call) {
                    *value = Expr::Verbatim(computed_call(path, call, true));
                }
            }
            _ => visit_mut::visit_expr_mut(self, value),
        }
    }
}

/// The function that a call in a value names, if the function must have `#[expression]`.
fn value_call(call: &ExprCall) -> Option<&Path> {
    let path = called(call).filter(|path| is_task(path) && unit(path).is_none())?;
    // `use` imports no path with generic arguments, which have their own message.
    let is_generic = has_generic_arguments(path);
    // An editor would find two definitions for one location.
    let is_refused = is_generic || editor::is_here() || refused_call(path).is_some();
    (!is_refused).then_some(path)
}

impl PlainRewriter {
    /// The call that is awaited.
    fn visit_base(&mut self, value: &mut Expr) {
        match inner_mut(value) {
            Expr::MethodCall(option) => {
                self.visit_attributes_mut(&mut option.attrs);
                self.visit_base(&mut option.receiver);
                for argument in &mut option.args {
                    self.visit_expr_mut(argument);
                }
            }
            Expr::Call(call) => {
                let name = called(call).and_then(own_name);
                let is_service = name.is_some_and(|name| name == "service");
                for argument in &mut call.args {
                    if is_service {
                        self.visit_request(argument);
                    } else if ObjectSource::of(argument).is_some() {
                        self.visit_base(argument);
                    } else {
                        self.visit_expr_mut(argument);
                    }
                }
            }
            other => self.visit_expr_mut(other),
        }
    }

    fn visit_request(&mut self, request: &mut Expr) {
        for argument in request_arguments(request) {
            if placeholder_name(argument).is_none() {
                self.visit_expr_mut(argument);
            }
        }
    }

    /// The `.await` of a `match`. `is_error_known` means that the arms determine the error type.
    fn scrutinee(&mut self, value: &mut Expr, catches: bool, is_error_known: bool) {
        let value = inner_mut(value);
        if let Expr::Await(one) = value {
            self.visit_base(&mut one.base);
            self.call(&mut one.base, is_error_known);
            if catches {
                let base = &one.base;
                *one.base = parse_quote_spanned!(one.await_token.span=> #base.catching());
            }
            *value = wrapped("wait", &one.base, one.await_token.span);
        }
    }

    /// The `.await` of a call whose value is used.
    fn value_of(&mut self, value: &mut Expr) {
        let is_joined = matches!(bare(value), Expr::Await(one)
            if matches!(CallChain::of(&one.base).base, Expr::Macro(one) if MacroKind::of(&one.mac) == MacroKind::TryJoin));
        let function = if is_joined {
            "wait_joined"
        } else {
            "wait_value"
        };
        self.awaited(value, function, false);
    }

    /// Replaces an `.await` by a call of this function.
    fn awaited(&mut self, value: &mut Expr, function: &str, is_error_known: bool) {
        let value = inner_mut(value);
        if let Expr::Await(one) = value {
            self.visit_base(&mut one.base);
            self.call(&mut one.base, is_error_known);
            *value = wrapped(function, &one.base, one.await_token.span);
        }
    }

    /// Replaces the function of a call; the arguments are already rewritten.
    fn call(&mut self, value: &mut Expr, is_error_known: bool) {
        let waits = matches!(CallChain::of(value).base, Expr::Call(call) if sends_token(call));
        self.chain(value, waits, is_error_known);
    }

    fn chain(&mut self, value: &mut Expr, waits: bool, is_error_known: bool) {
        match value {
            Expr::Paren(inner) => self.chain(&mut inner.expr, waits, is_error_known),
            Expr::Group(inner) => self.chain(&mut inner.expr, waits, is_error_known),
            Expr::MethodCall(call) if OPTIONS.iter().any(|name| call.method == name) => {
                self.chain(&mut call.receiver, waits, is_error_known);
                if call.method == "retry"
                    && let Some(policy) = call.args.last_mut()
                {
                    proven_policy(policy);
                }
                if call.method == "retry"
                    && let Some(Expr::Closure(closure)) = call.args.first()
                    && matches!(bare(&closure.body), Expr::Lit(one) if matches!(&one.lit, Lit::Bool(all) if all.value))
                {
                    call.method = syn::Ident::new("retry_all", call.method.span());
                    call.args = call.args.iter().skip(1).cloned().collect();
                }
            }
            Expr::Call(call) => {
                let Some(path) = called(call).cloned() else {
                    return;
                };
                let name = own_name(&path).map(ToString::to_string).unwrap_or_default();
                match (name.as_str(), call.args.len()) {
                    ("sleep" | "sleep_until", 1) => {
                        proven(call);
                    }
                    ("service", _) => {
                        proven(call);
                        for request in &mut call.args {
                            for argument in request_arguments(request) {
                                if placeholder_name(argument).is_none() {
                                    *argument = service_argument(argument);
                                }
                            }
                        }
                    }
                    ("map" | "map_distributed", 2) => {
                        if let Some(items) = call.args.first_mut()
                            && let Some(source) = ObjectSource::of(items)
                        {
                            let format = source.format();
                            *items = parse_quote_spanned!(format.span()=> ::stepwright::__::plain::items_of::<::stepwright::__::plain::#format>(#items));
                        }
                        if let Some(function @ Expr::Path(_)) = call.args.get(1) {
                            let span = function.span();
                            let item: Expr = parse_quote_spanned!(span=> |item| ::stepwright::__::plain::wait(<#function>::plain(item)));
                            if let Some(last) = call.args.last_mut() {
                                *last = item;
                            }
                        }
                    }
                    _ if is_task(&path) => {
                        *call.func = parse_quote_spanned!(path.span()=> <#path>::plain);
                        for argument in &mut call.args {
                            if let Some(inferred) = inferred(argument) {
                                *argument = parse_quote!(#inferred);
                            }
                        }
                        // Before the user's own Retriers, which take only values of the error type;
                        // and before one of all errors.
                        if self.lambda_retries {
                            *value = parse_quote_spanned!(path.span()=> #value.lambda_retries());
                        }
                        if waits {
                            *value = parse_quote_spanned!(path.span()=> #value.answered());
                        }
                    }
                    _ => {}
                }
            }
            Expr::Macro(one) if MacroKind::of(&one.mac) == MacroKind::TryJoin => {
                let joined = self.try_join(one, is_error_known);
                *value = vocabulary(&joined);
            }
            _ => {}
        }
    }

    /// The branches of `try_join!`, which are calls without `.await`.
    ///
    /// If neither a branch nor the code around determines the error type, it is that of the called
    /// tasks, also of those with `?` in a block.
    fn try_join(&mut self, one: &ExprMacro, is_error_known: bool) -> Expr {
        let mut one = one.clone();
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        let Ok(mut branches) = one.mac.parse_body_with(parser) else {
            return Expr::Macro(one);
        };
        let is_error_known = is_error_known || branches.iter().any(names_error);
        let passed_on = branches.iter().find_map(passed_error);
        let site = Span::mixed_site();
        let (mut code, mut names) = (TokenStream::new(), Vec::new());
        let mut called = Vec::new();
        for (index, branch) in branches.iter_mut().enumerate() {
            let is_block = matches!(bare(branch), Expr::Async(_));
            let is_value = !returns_only_ok(branch);
            self.visit_base(branch);
            let name = format_ident!("__branch{index}", span = site);
            if !is_block {
                self.call(branch, true);
                // The arguments are part of the branch: if they fail, the branch fails.
                let waited = wrapped("wait", branch, end(branch));
                *branch = parse_quote_spanned!(branch.span()=> || #waited);
            }
            // The type of `Ok(value)` has any error.
            if is_value {
                called.push((name.clone(), branch.span()));
            }
            quote_spanned!(site=> let #name = #branch;).to_tokens(&mut code);
            names.push(name);
        }
        if is_error_known {
            one.mac.tokens = branches.into_token_stream();
            return Expr::Macro(one);
        }
        let mut error = match passed_on {
            Some(ty) => quote!(::stepwright::__::plain::some_error::<#ty>()),
            None => quote!(::stepwright::__::plain::no_error()),
        };
        for (name, span) in called.into_iter().rev() {
            error = quote_spanned!(span=> ::stepwright::__::plain::error_of(&#name, #error));
        }
        one.mac.tokens = quote!(#error => #(#names),*);
        parse_quote_spanned!(site=> { #code #one })
    }
}

fn inner_mut(value: &mut Expr) -> &mut Expr {
    match value {
        Expr::Paren(inner) => inner_mut(&mut inner.expr),
        Expr::Group(inner) => inner_mut(&mut inner.expr),
        other => other,
    }
}

fn awaits(value: &Expr) -> bool {
    matches!(bare(value), Expr::Await(_))
}

/// Whether the arguments contain `task_token()`.
fn sends_token(call: &syn::ExprCall) -> bool {
    struct Tokens(bool);
    impl syn::visit::Visit<'_> for Tokens {
        fn visit_expr(&mut self, value: &Expr) {
            self.0 |= is_task_token(value);
            syn::visit::visit_expr(self, value);
        }
    }
    let mut tokens = Tokens(false);
    for argument in &call.args {
        syn::visit::Visit::visit_expr(&mut tokens, argument);
    }
    tokens.0
}

/// Whether a pattern of a result names variants of the error type.
fn names_errors(pattern: &Pat) -> bool {
    if let Pat::Guard(both) = pattern {
        return names_errors(&both.pat);
    }
    cases(pattern).into_iter().any(|case| match case {
        Pat::TupleStruct(one) if one.path.is_ident("Err") => {
            !matches!(one.elems.first(), None | Some(Pat::Wild(_) | Pat::Ident(_)))
        }
        _ => false,
    })
}

/// Whether an arm determines the error type of the matched result: it names a variant, or returns
/// the error unchanged.
fn determines_error(arm: &Arm) -> bool {
    struct Returns(bool);
    impl syn::visit::Visit<'_> for Returns {
        fn visit_expr_call(&mut self, call: &ExprCall) {
            let is_err = called(call).is_some_and(|path| is_of_prelude(path, "Err"));
            let is_name = call
                .args
                .first()
                .is_some_and(|value| single_name(value).is_some());
            self.0 |= is_err && is_name;
            syn::visit::visit_expr_call(self, call);
        }
    }
    let mut returns = Returns(false);
    syn::visit::Visit::visit_expr(&mut returns, &arm.body);
    returns.0 || names_errors(&arm.pat)
}

/// Whether an arm also takes failures that are no value of the error type.
fn catches_all(pattern: &Pat) -> bool {
    if let Pat::Guard(both) = pattern {
        return catches_all(&both.pat);
    }
    cases(pattern).into_iter().any(|case| match case {
        Pat::Wild(_) => true,
        Pat::TupleStruct(one) if is_of_prelude(&one.path, "Err") => one
            .elems
            .first()
            .is_some_and(|inner| matches!(inner, Pat::Wild(_))),
        _ => false,
    })
}

/// `Err(pattern)` as `Err(Caught::Error(pattern))`.
fn with_caught(pattern: &mut Pat) {
    match pattern {
        Pat::Or(or) => or.cases.iter_mut().for_each(with_caught),
        Pat::Paren(inner) => with_caught(&mut inner.pat),
        Pat::Guard(both) => with_caught(&mut both.pat),
        Pat::TupleStruct(one) if is_of_prelude(&one.path, "Err") => {
            if let Some(inner) = one.elems.first_mut()
                && !matches!(inner, Pat::Wild(_))
            {
                let span = inner.span();
                *inner =
                    parse_quote_spanned!(span=> ::stepwright::__::plain::Caught::Error(#inner));
            }
        }
        _ => {}
    }
}

/// `call.await?`: the error must keep its name.
fn question(one: &ExprTry, keeps: &str) -> Expr {
    let mark = one.question_token.span();
    let value = &one.expr;
    let value = quote_spanned!(mark=> ::stepwright::__::plain::fallible(#value));
    let keeps = Ident::new(keeps, mark);
    let kept = quote_spanned!(mark=> ::stepwright::__::plain::#keeps(__error));
    parse_quote_spanned! {mark=>
        match #value {
            ::core::result::Result::Ok(__value) => __value,
            ::core::result::Result::Err(__error) => return ::stepwright::__::plain::failed(#kept),
        }
    }
}

/// Requires that the `every` of a retry policy is the one of `stepwright::function`.
fn proven_policy(policy: &mut Expr) {
    match policy {
        Expr::Paren(inner) => proven_policy(&mut inner.expr),
        Expr::Group(inner) => proven_policy(&mut inner.expr),
        Expr::MethodCall(call) => proven_policy(&mut call.receiver),
        Expr::Call(call) => proven(call),
        _ => {}
    }
}

/// Requires that the function of a call is the one of `stepwright::function` with its name.
fn proven(call: &mut ExprCall) {
    let Some(name) = called(call).and_then(own_name) else {
        return;
    };
    // An editor would find two definitions for one location.
    let end = call.paren_token.span.close();
    let mut standard = name.clone();
    standard.set_span(end);
    let function = &call.func;
    *call.func = parse_quote_spanned!(end=> ::stepwright::__::plain::function_of(#function, ::stepwright::function::#standard));
}

/// A call of `try_join!`, which must be that of `stepwright::function`.
fn vocabulary(value: &Expr) -> Expr {
    wrapped("vocabulary", value, end(value))
}

/// Passes a value to a function of the plain run.
///
/// For rustc's messages the call begins where the value begins. The name of the function is at
/// `end`, because an editor would find two definitions for one location.
fn wrapped(function: &str, value: &Expr, end: Span) -> Expr {
    let function = Ident::new(function, end);
    let mut function: ExprPath = parse_quote_spanned!(end=> ::stepwright::__::plain::#function);
    if let Some(colons) = &mut function.path.leading_colon {
        *colons = Token![::](value.span());
    }
    Expr::Call(ExprCall {
        attrs: Vec::new(),
        func: Box::new(Expr::Path(function)),
        paren_token: Paren(end),
        args: std::iter::once(value.clone()).collect(),
    })
}

/// The last token of a call.
fn end(value: &Expr) -> Span {
    match value {
        Expr::Call(call) => call.paren_token.span.close(),
        Expr::MethodCall(call) => call.paren_token.span.close(),
        Expr::Paren(inner) => end(&inner.expr),
        other => other.span(),
    }
}

/// An argument of a request, which may be a reference.
fn service_argument(value: &Expr) -> Expr {
    let span = value.span();
    let wrapped = quote_spanned!(span=> ::stepwright::__::plain::service_argument);
    match bare(value) {
        Expr::Reference(_) => parse_quote!(#wrapped(#value)),
        _ => parse_quote!(#wrapped(&#value)),
    }
}

/// Whether it is `Utc::now()`.
fn is_clock(call: &ExprCall) -> bool {
    call.args.is_empty()
        && called(call).is_some_and(|path| time_function(&written(path)) == Some(CLOCK))
}

fn is_panic(mac: &Macro) -> bool {
    matches!(MacroKind::of(mac), MacroKind::Panic | MacroKind::Assert)
}

/// `panic!` and `assert!` as failures of the workflow.
fn panicked(mac: &Macro) -> Expr {
    let span = own_name(&mac.path).map_or_else(Span::call_site, syn::Ident::span);
    let fails = |text: TokenStream| quote_spanned!(span=> ::stepwright::__::plain::panicked(::core::format_args!(#text)));
    if MacroKind::of(mac) == MacroKind::Assert {
        let Some(Assertion { condition, text }) = Assertion::of(mac) else {
            return parse_quote!(#mac);
        };
        let failed = fails(text);
        return parse_quote_spanned!(span=> if #condition {} else { #failed });
    }
    let failed = if mac.tokens.is_empty() {
        fails(default_panic_text(mac).to_token_stream())
    } else {
        fails(mac.tokens.clone())
    };
    parse_quote!(#failed)
}
