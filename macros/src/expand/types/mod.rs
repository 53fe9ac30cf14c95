//! The block in which rustc checks the user's expressions on the real types. It never runs.
//!
//! Each workflow is one closure that begins with `loop {}`: rustc checks types, names and
//! exhaustiveness of the code after it, but not moves, so that a value may be read any number of
//! times. States are plain blocks in reverse postorder, so that every read of a variable comes
//! after an assignment and its type is known. (Type checking one closure for each state would be
//! five times slower.) A workflow variable is a Rust variable, declared once: rustc reports with
//! its own message if two assignments disagree.
//!
//! The result of the closure is the data that rustc has inferred: a tree of witnesses, whose type
//! passes the shapes to the flow tree. Witnesses inside of a state leave its block as a tuple, so
//! that rustc never has to infer those of the whole workflow at once.

mod edge;
mod errors;
mod fragment;
mod map;
mod state;
mod verbatim;

use super::witness_types::{self, VisibleWitnesses, WitnessNumbers};
use crate::check::{without_location, witness_name};
use crate::checked_type::DeclaredType;
use crate::errors::{CompileError, MacroDiagnostic};
use crate::machine::{Machine, MachineVariable, StateExit, StateWork};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use std::cell::RefCell;
use syn::spanned::Spanned;

/// The hidden function.
pub(super) fn block(machine: &Machine, diagnostics: &[MacroDiagnostic]) -> TokenStream {
    let block = TypeBlock {
        machine,
        numbers: WitnessNumbers::of(machine),
        seen: RefCell::default(),
    };
    let parameters = machine.workflow.parameters();
    let parameters = parameters.map(|(name, ty)| quote!(let #name: #ty = __s::any();));
    // If there is already an error, an expression of unknown type prevents rustc from requesting
    // type annotations for parts that the error left untyped. rustc reports equal errors once.
    let error = diagnostics.first().map(|diagnostic| {
        let expression = diagnostic.expression();
        quote!(let _ = #expression;)
    });
    let body = block.scope(0);
    let witnesses = block.witnesses(0);
    // Next to an error the witnesses are not used.
    let tree = match diagnostics {
        [] => witness_types::tree(machine, &block.numbers, &block.seen.borrow()),
        _ => quote!(()),
    };
    let name = &machine.workflow.name;
    let names = machine.used_names.proof(&name.to_string());
    let functions = machine.used_names.functions.imports();
    let output = machine.workflow.output.as_ref();
    let output = output.filter(|_| machine.workflow.function.is_some());
    let output = output.map(|ty| {
        let name = output_alias(ty);
        quote!(type #name = #ty;)
    });
    quote! {
        #functions
        #[allow(
            dead_code, unused, unreachable_code, non_snake_case, deprecated,
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction
        )]
        fn type_check() -> ::std::vec::Vec<__s::TypeData> {
            #output
            __s::known(|| {
                loop {}
                #(#parameters)*
                #names
                #body
                #error
                #witnesses
                #tree
            })
        }
        #[automatically_derived]
        impl __s::Witnessed for #name {
            fn known() -> ::std::vec::Vec<__s::TypeData> {
                type_check()
            }
        }
    }
}

struct TypeBlock<'m> {
    machine: &'m Machine,
    numbers: WitnessNumbers,
    /// The witnesses that are visible to the code that is being written.
    seen: RefCell<VisibleWitnesses>,
}

impl TypeBlock<'_> {
    /// The variables and the states of a scope.
    fn scope(&self, scope: usize) -> TokenStream {
        let mut tokens = TokenStream::new();
        for MachineVariable { name, ty, .. } in self.machine.variables_of(scope) {
            let ty = ty.as_ref().map(|ty| quote!(: #ty));
            quote!(let #name #ty;).to_tokens(&mut tokens);
        }
        for state in &self.machine.scopes[scope].order {
            self.state(*state).to_tokens(&mut tokens);
        }
        tokens
    }

    /// The body of a branch or a map, which evaluates to its result.
    fn inner(&self, scope: usize) -> TokenStream {
        let result = result_of(scope);
        let outer = self.seen.take();
        let states = self.scope(scope);
        let witnesses = self.witnesses(scope);
        // rustc points here for "the type of this binding": at the first value that ends the body.
        let (span, ty) = match self.first_end(scope) {
            Some(span) => (span, None),
            None => (
                self.machine.scopes[scope].span,
                Some(quote!(: __s::serde_json::Value)),
            ),
        };
        // The location is in the code of the user, and the name is found from that of the macro.
        let span = span.resolved_at(Span::call_site());
        let declared = Ident::new(&result.to_string(), span);
        let seen = witness_name(self.numbers.result(scope));
        let inside = self.seen.replace(outer);
        let mut around = self.seen.borrow_mut();
        around.see(inside.numbers().iter().copied());
        around.see([self.numbers.result(scope)]);
        let tuple = inside.tuple();
        quote! {
            let #declared #ty;
            let #tuple = { #states #witnesses #tuple };
            let #seen = __s::Witness::of(&#result);
        }
    }

    /// Witnesses of the variables of a scope.
    fn witnesses(&self, scope: usize) -> TokenStream {
        let mut tokens = TokenStream::new();
        let numbers = self.numbers.variables(scope);
        for (number, variable) in numbers.clone().zip(self.machine.variables_of(scope)) {
            let (seen, name) = (witness_name(number), without_location(&variable.name));
            quote!(let #seen = __s::Witness::of(&#name);).to_tokens(&mut tokens);
        }
        self.seen.borrow_mut().see(numbers);
        tokens
    }

    /// The first end of a body with a value of known type.
    fn first_end(&self, scope: usize) -> Option<Span> {
        self.machine.scopes[scope].order.iter().find_map(|state| {
            let state = &self.machine.states[*state].state;
            match (&state.kind, &state.exit) {
                (StateWork::Succeed(value), _) => value.as_ref().map(|_| state.keyword.span()),
                (_, Some(StateExit::End(keyword, Some(_)))) => Some(keyword.span()),
                (StateWork::Pass | StateWork::Wait(_), _) => None,
                (_, Some(StateExit::End(keyword, None))) => Some(keyword.span()),
                _ => None,
            }
        })
    }

    /// Checks a value as the result of the workflow, or of the scope's body.
    fn give(&self, scope: usize, value: &TokenStream, keyword: Span) -> TokenStream {
        if scope != 0 {
            let result = result_of(scope);
            return quote!(#result = #value;);
        }
        match &self.machine.workflow.output {
            // As in the function itself, so that rustc reports a wrong type once.
            Some(ty) if self.machine.workflow.function.is_some() => {
                let ty = output_alias(ty);
                // rustc also checks the moves of a closure, unless its code is unreachable.
                quote!(let _ = || -> #ty { loop {} #value };)
            }
            // rustc reports "expected due to this" at the type.
            Some(DeclaredType { written, .. }) => quote!(let _: #written = #value;),
            // A fragment without `->` has no result.
            None if self.machine.workflow.fragment.is_some() => quote!(let _: () = #value;),
            // rustc reports "cannot be written as JSON" at the value.
            None => quote_spanned!(keyword=> __s::Json::json(#value);),
        }
    }

    /// Checks that the result may be the input.
    fn give_input(&self, scope: usize, keyword: Span) -> TokenStream {
        if scope != 0 {
            let result = result_of(scope);
            return quote_spanned!(keyword=> #result = __s::any::<__s::serde_json::Value>(););
        }
        match &self.machine.workflow.output {
            // rustc reports "this ends without a value" at `end` or `succeed`.
            Some(ty) => {
                let nothing = quote_spanned!(keyword=> __nothing);
                let check = quote_spanned!(keyword=> __s::Untyped::untyped);
                quote!({ let #nothing: #ty = __s::any(); #check(#nothing); })
            }
            None => TokenStream::new(),
        }
    }
}

/// The name of the result's type in the block, so that rustc checks the type once.
fn output_alias(ty: &DeclaredType) -> Ident {
    Ident::new("__Output", ty.written.span())
}

/// The variable that holds the result of a body.
fn result_of(scope: usize) -> Ident {
    format_ident!("__result_{}", scope)
}
