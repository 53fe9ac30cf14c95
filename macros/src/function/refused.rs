//! Code in values that a workflow cannot evaluate.

use super::scan::{bare, called};
use crate::errors::TokenRange;
use crate::machine::own_name;
use crate::name::text;
use proc_macro2::Ident;
use syn::Expr;

/// The methods of `Result` alone that an expression calls on the result of a call.
pub(super) fn methods_of_results(value: &Expr) -> Vec<Ident> {
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
pub(super) fn not_awaited(name: &str) -> String {
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
pub(super) fn refused_in(value: &Expr) -> Vec<(TokenRange, String)> {
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
                _ => {}
            }
            syn::visit::visit_expr(self, value);
        }
    }
    let mut refused = Refused::default();
    syn::visit::Visit::visit_expr(&mut refused, value);
    refused.0
}
