//! Constants that prove what the states assume about functions and types of the user.

use super::source::scan::called;
use crate::error_message::simple_message;
use crate::functions::is_type;
use crate::machine::own_name;
use crate::name::text;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::BTreeMap;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, Path};

/// The assumptions of one function, each once.
#[derive(Default)]
pub(super) struct Proofs {
    /// The functions that create durations, such as `secs`, and `task_token`.
    functions: BTreeMap<String, Path>,
    /// `map` and `map_distributed`, with types for their parameters.
    maps: BTreeMap<String, (Path, TokenStream)>,
    /// The variants of errors that a Fail state contains.
    raised: BTreeMap<String, Path>,
    /// Functions whose calls are refused: rustc would report their imports as unused.
    refused: Vec<Path>,
}

impl Proofs {
    /// Assumes that a function is the one of `stepwright::function` or `Duration`: the states
    /// contain its meaning.
    pub(super) fn function(&mut self, path: &Path) {
        let entry = self.functions.entry(path.to_token_stream().to_string());
        entry.or_insert_with(|| path.clone());
    }

    /// Assumes that `map` or `map_distributed` is the one of `stepwright::function`.
    pub(super) fn map(&mut self, path: &Path, distributed: bool) {
        let body = quote!(fn(::std::string::String) -> (), ());
        let list = quote!(::std::vec::Vec<::std::string::String>);
        let types = if distributed {
            quote!(#list, ::std::string::String, #body)
        } else {
            quote!(#list, #body)
        };
        let entry = self.maps.entry(path.to_token_stream().to_string());
        entry.or_insert_with(|| (path.clone(), types));
    }

    /// Assumes that each `task_token()` in an argument is the one of `stepwright::function`.
    pub(super) fn task_tokens(&mut self, argument: &Expr) {
        struct Tokens<'p>(&'p mut Proofs);
        impl<'e> Visit<'e> for Tokens<'_> {
            fn visit_expr_call(&mut self, call: &'e ExprCall) {
                if let Some(path) = called(call)
                    && call.args.is_empty()
                    && own_name(path).is_some_and(|name| name == "task_token")
                {
                    self.0.function(path);
                }
                visit::visit_expr_call(self, call);
            }
        }
        Tokens(self).visit_expr(argument);
    }

    /// Assumes that a Fail state can contain this error.
    pub(super) fn raised(&mut self, path: &Path) {
        let entry = self.raised.entry(path.to_token_stream().to_string());
        entry.or_insert_with(|| path.clone());
    }

    /// Uses the import of a function whose call is refused.
    pub(super) fn refused(&mut self, path: &Path) {
        self.refused.push(path.clone());
    }

    /// The constants.
    pub(super) fn tokens(&self) -> TokenStream {
        let functions = self.functions.values().map(|path| {
            let name = own_name(path).map(text).unwrap_or_default();
            let standard = Ident::new(&name, Span::call_site());
            let is_of_type = path.segments.len() > 1
                && path
                    .segments
                    .iter()
                    .rev()
                    .nth(1)
                    .is_some_and(|one| is_type(&text(&one.ident)));
            let standard = if is_of_type {
                quote!(::core::time::Duration::#standard)
            } else {
                quote!(::stepwright::function::#standard)
            };
            quote_spanned!(path.span()=> const _: fn() = || {
                ::stepwright::__::plain::function_of(#path, #standard);
            };)
        });
        let maps = self.maps.values().map(|(path, types)| {
            let name = own_name(path).map(text).unwrap_or_default();
            let standard = Ident::new(&name, Span::call_site());
            quote_spanned!(path.span()=> const _: fn() = || {
                ::stepwright::__::plain::function_of(#path::<#types>, ::stepwright::function::#standard::<#types>);
            };)
        });
        let refused = self.refused.iter().map(|path| {
            quote!(const _: () = {
                #[allow(unused_imports)]
                use #path as __refused;
            };)
        });
        functions
            .chain(maps)
            .chain(refused)
            .chain(self.raised.values().filter_map(simple_message))
            .collect()
    }
}
