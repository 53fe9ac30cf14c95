//! Code in values that a workflow cannot evaluate.

use super::call_chain::CallChain;
use super::scan::{MacroKind, OPTIONS, bare, called, is_result};
use crate::errors::TokenRange;
use crate::functions::{replacement, unit, written};
use crate::machine::own_name;
use crate::name::text;
use proc_macro2::Ident;
use std::collections::HashSet;
use syn::{Block, Expr, Path};

/// The methods of `Result` alone that an expression calls on the result of a call.
pub(crate) fn methods_of_results(value: &Expr) -> Vec<Ident> {
    #[derive(Default)]
    struct Found(Vec<Ident>);
    impl syn::visit::Visit<'_> for Found {
        fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
            if matches!(bare(&call.receiver), Expr::Await(_))
                && OF_RESULTS.iter().any(|name| call.method == name)
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

/// The methods that only results have.
const OF_RESULTS: &[&str] = &[
    "err",
    "expect_err",
    "inspect_err",
    "is_err",
    "is_ok",
    "map_err",
    "ok",
    "unwrap_err",
];

/// The methods that both options and results have.
const READERS: &[&str] = &[
    "and",
    "and_then",
    "expect",
    "map",
    "map_or",
    "map_or_else",
    "or",
    "or_else",
    "unwrap",
    "unwrap_or",
    "unwrap_or_default",
    "unwrap_or_else",
];

/// Whether a method of options and results is called directly on the result of a call. Only rustc
/// knows which of both the result is.
pub(crate) fn reads_result(call: &syn::ExprMethodCall) -> bool {
    matches!(bare(&call.receiver), Expr::Await(_)) && READERS.iter().any(|name| call.method == name)
}

/// Whether results have a method of this name.
pub(crate) fn is_of_results(method: &Ident) -> bool {
    OF_RESULTS.iter().chain(READERS).any(|name| method == name)
}

/// The message about a method of a `Result` that a state does not have.
pub(crate) fn result_without_a_value(method: &Ident) -> String {
    format!(
        "a workflow has no value for the `Result` of a call, so `{method}` cannot read it: write `?` after the call, or match it"
    )
}

/// Removes the options of calls that are written after `.await`, and returns their names.
pub(crate) fn take_options_after_await(code: &mut Block) -> Vec<Ident> {
    #[derive(Default)]
    struct Found(Vec<Ident>);
    impl syn::visit_mut::VisitMut for Found {
        fn visit_expr_mut(&mut self, value: &mut Expr) {
            while let Expr::MethodCall(call) = value
                && matches!(bare(&call.receiver), Expr::Await(_))
                && OPTIONS.iter().any(|name| call.method == name)
            {
                self.0.push(call.method.clone());
                *value = (*call.receiver).clone();
            }
            syn::visit_mut::visit_expr_mut(self, value);
        }
    }
    let mut found = Found::default();
    syn::visit_mut::VisitMut::visit_block_mut(&mut found, code);
    found.0
}

/// The functions that a function awaits, by their paths in the source. They are no functions with
/// `#[expression]`.
pub(crate) fn awaited_names(block: &Block) -> HashSet<String> {
    #[derive(Default)]
    struct Awaited(HashSet<String>);
    impl syn::visit::Visit<'_> for Awaited {
        fn visit_expr_await(&mut self, one: &syn::ExprAwait) {
            if let Expr::Call(call) = CallChain::of(&one.base).base
                && let Some(path) = called(call)
            {
                self.0.insert(written(path));
            }
            syn::visit::visit_expr_await(self, one);
        }
    }
    let mut awaited = Awaited::default();
    syn::visit::Visit::visit_block(&mut awaited, block);
    awaited.0
}

/// The message about a call that needs `.await`.
fn without_await(path: &Path) -> String {
    let name = own_name(path).map(text).unwrap_or_default();
    format!("`{name}` is called without `.await`: write `{name}(..).await`")
}

/// The message about a `sleep` of another crate.
pub(crate) fn foreign_sleep(path: &Path) -> Option<String> {
    let name = own_name(path).map(text).unwrap_or_default();
    let first = path.segments.first().map(|first| text(&first.ident));
    let is_foreign = path.segments.len() > 1
        && first.is_some_and(|first| {
            !["stepwright", "function", "crate", "self", "super"].contains(&first.as_str())
        });
    let instead = match name.as_str() {
        "sleep" => "sleep(secs(60)).await",
        "sleep_until" => "sleep_until(&order.due).await",
        _ => return None,
    };
    is_foreign.then(|| {
        format!(
            "a workflow does not wait in `{}`: write `{instead}`, with `{name}` of `stepwright::function`",
            written(path)
        )
    })
}

/// The message about a function that is called, but not awaited.
pub(crate) fn not_awaited(path: &Path) -> String {
    let name = own_name(path).map(text).unwrap_or_default();
    refused_call(path).unwrap_or_else(|| {
        format!(
            "`{name}` is called without `.await`, and its value is not used: write `{name}(..).await` if it is a task; a workflow does nothing else here"
        )
    })
}

/// The message about a call in a value of a function that a workflow knows, and that is no value;
/// `None` for another function, which may have `#[expression]`.
pub(crate) fn refused_call(path: &Path) -> Option<String> {
    let name = own_name(path).map(text).unwrap_or_default();
    let is_alone = path.segments.len() == 1;
    if let Some(message) = foreign_sleep(path) {
        return Some(message);
    }
    if let Some(replacement) = replacement(path) {
        return Some(if is_alone {
            format!(
                "`{name}` is called without `.await`: write `{name}(..).await` if it is a task; {replacement}"
            )
        } else {
            format!("a workflow cannot call `{}`: {replacement}", written(path))
        });
    }
    Some(match name.as_str() {
        "task_token" => "`task_token()` is an argument of the call that waits for the answer: `task(.., task_token()).await`".to_owned(),
        "sleep" | "sleep_until" | "map" | "map_distributed" => format!("`{name}(..)` runs when it is awaited: write `{name}(..).await`"),
        "secs" | "mins" | "hours" | "days" => format!("`{name}` takes one number: write `{name}(n)`"),
        "every" => "`every(..)` is an argument of `.retry(..)`, not a value of a workflow: write it there".to_owned(),
        _ => return None,
    })
}

const RESULT_AS_A_VALUE: &str = "a workflow has no value for a `Result`: end the function with it, `return Ok(..)` or `return Err(..)`, or use an `Option` or an enum";

/// The message about a macro of the program.
pub(crate) fn unknown_macro(path: &Path) -> String {
    if own_name(path).is_some_and(|name| name == "join") {
        return format!(
            "a workflow has no `{}!`: write `let (a, b) = try_join!(first(..), second(..)).await?;`, and without `?` if no call can fail",
            written(path)
        );
    }
    format!(
        "a workflow cannot expand `{}!`: write its code here, or call it in a task",
        written(path)
    )
}

/// The code in an expression that no state can evaluate, with a message for each.
pub(crate) fn refused_in(value: &Expr, awaited: &HashSet<String>) -> Vec<(TokenRange, String)> {
    struct Refused<'a>(Vec<(TokenRange, String)>, &'a HashSet<String>);
    impl syn::visit::Visit<'_> for Refused<'_> {
        fn visit_expr(&mut self, value: &Expr) {
            match value {
                // It is refused already.
                Expr::Await(_) => return,
                Expr::Call(call) if is_result(call) => {
                    self.0
                        .push((TokenRange::of(call), RESULT_AS_A_VALUE.to_owned()));
                    return;
                }
                Expr::Macro(one) => {
                    let known = [
                        "format",
                        "vec",
                        "matches",
                        "placeholder",
                        "jsonata",
                        "path",
                        "intrinsic",
                        "json",
                    ];
                    let is_known = own_name(&one.mac.path)
                        .is_some_and(|name| known.iter().any(|own| name == own));
                    if !is_known && MacroKind::of(&one.mac) == MacroKind::Value {
                        self.0
                            .push((TokenRange::of(one), unknown_macro(&one.mac.path)));
                        return;
                    }
                }
                Expr::Call(call) => {
                    let path = called(call).filter(|path| {
                        crate::functions::is_task(path)
                            && (unit(path).is_none() || call.args.len() != 1)
                    });
                    let message = path.and_then(|path| {
                        refused_call(path).or_else(|| {
                            let is_awaited = self.1.contains(&written(path));
                            is_awaited.then(|| without_await(path))
                        })
                    });
                    if let Some(message) = message {
                        self.0.push((TokenRange::of(call), message));
                        return;
                    }
                }
                _ => {}
            }
            syn::visit::visit_expr(self, value);
        }
    }
    let mut refused = Refused(Vec::new(), awaited);
    syn::visit::Visit::visit_expr(&mut refused, value);
    refused.0
}
