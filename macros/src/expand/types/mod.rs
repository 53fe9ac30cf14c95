//! The block in which rustc checks the user's expressions on the real types. It never runs.
//!
//! One function a workflow, beginning with `loop {}`: rustc checks types, names and exhaustiveness of the code behind
//! it, and no moves, so that a value may be read any number of times. States are plain blocks in reverse postorder (a
//! closure a state is five times slower to check), so that every read of a variable comes behind an assignment of it
//! and its type is known. A variable is a Rust variable, declared once: rustc says in its own words that two
//! assignments do not agree.

mod edge;
mod fragment;
mod handler;
mod map;
mod state;
mod told;
mod verbatim;

pub(crate) use self::verbatim::verbatim;

use crate::check::Machine;
use crate::errors::Mistake;
use crate::syntax::{Kind, Transition};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

/// The hidden function.
pub(super) fn block(machine: &Machine, mistake: Option<&Mistake>) -> TokenStream {
    let checker = Checker { machine };
    let own = machine.workflow.parameter.iter();
    let parameters = own
        .chain(machine.parameters())
        .map(|(name, ty)| quote!(#name: #ty));
    // Where there is a mistake already, an expression of unknown type keeps rustc from asking for type annotations of
    // what the mistake left untyped. rustc reports equal errors once.
    let mistake = mistake.map(|mistake| {
        let expression = mistake.expression();
        quote!(let _ = #expression;)
    });
    let body = checker.scope(0);
    quote! {
        #[allow(
            dead_code, unused, unreachable_code, non_snake_case, deprecated,
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction
        )]
        fn __check(#(#parameters),*) {
            loop {}
            #body
            #mistake
        }
    }
}

struct Checker<'m, 'a> {
    machine: &'m Machine<'a>,
}

impl Checker<'_, '_> {
    /// The variables and the states of a scope.
    fn scope(&self, scope: usize) -> TokenStream {
        let mut tokens = TokenStream::new();
        for variable in self
            .machine
            .variables
            .iter()
            .filter(|variable| variable.scope == scope)
        {
            let name = variable.name;
            let ty = variable.ty.map(|ty| quote!(: #ty));
            quote!(let #name #ty;).to_tokens(&mut tokens);
        }
        for state in &self.machine.scopes[scope].order {
            self.state(*state).to_tokens(&mut tokens);
        }
        tokens
    }

    /// A branch's or a map's body, which gives its result.
    fn inner(&self, scope: usize) -> TokenStream {
        let result = result_of(scope);
        let states = self.scope(scope);
        // rustc points here for "the type of this binding": at the first value that ends the body.
        let (span, ty) = match self.first_end(scope) {
            Some(span) => (span, None),
            None => (
                self.machine.scopes[scope].body.span,
                Some(quote!(: __s::serde_json::Value)),
            ),
        };
        let declared = Ident::new(&result.to_string(), span);
        quote! {
            let #declared #ty;
            { #states }
        }
    }

    /// Where a body first ends with something whose type is known.
    fn first_end(&self, scope: usize) -> Option<Span> {
        self.machine.scopes[scope].order.iter().find_map(|state| {
            let state = self.machine.states[*state].state;
            match (&state.kind, state.transitions.first()) {
                (Kind::Succeed(succeed), _) => succeed.value.as_ref().map(|_| state.keyword.span()),
                (_, Some(Transition::End(keyword, Some(_)))) => Some(keyword.span()),
                (
                    Kind::Task(_) | Kind::Parallel(_) | Kind::Map(_) | Kind::Include(_),
                    Some(Transition::End(keyword, None)),
                ) => Some(keyword.span()),
                _ => None,
            }
        })
    }

    /// Gives a value as the result of the workflow, or of the body that the scope is.
    fn give(&self, scope: usize, value: &TokenStream, keyword: Span) -> TokenStream {
        if scope != 0 {
            let result = result_of(scope);
            return quote!(#result = #value;);
        }
        match &self.machine.workflow.output {
            // The type as the user wrote it: "expected due to this".
            Some(ty) => quote!(let _: #ty = #value;),
            // A fragment without `->` gives nothing.
            None if self.machine.workflow.fragment.is_some() => quote!(let _: () = #value;),
            // "cannot be written as JSON" is said of the value.
            None => quote_spanned!(keyword=> __s::Json::json(#value);),
        }
    }

    /// Gives whatever came in.
    fn give_input(&self, scope: usize, keyword: Span) -> TokenStream {
        if scope != 0 {
            let result = result_of(scope);
            return quote_spanned!(keyword=> #result = __s::any::<__s::serde_json::Value>(););
        }
        match &self.machine.workflow.output {
            // "this ends without a value" is said of `end` or `succeed`.
            Some(ty) => {
                let nothing = quote_spanned!(keyword=> __nothing);
                let check = quote_spanned!(keyword=> __s::Untyped::untyped);
                quote!({ let #nothing: #ty = __s::any(); #check(#nothing); })
            }
            None => TokenStream::new(),
        }
    }
}

/// The variable that holds the result of a body.
fn result_of(scope: usize) -> Ident {
    format_ident!("__result_{}", scope)
}
