//! Includes of fragments, and a fragment's own exits.

use super::TypeBlock;
use super::state::{group, group_of_braces};
use crate::check::is_silent;
use crate::expand::fragment::{InnerStates, length};
use crate::machine::{EdgeKind, Exit, Include, StateNode};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use stepwright_asl::name::MAX_LENGTH;
use syn::Path;
use syn::spanned::Spanned;

impl TypeBlock<'_> {
    /// Whether the scope belongs to a fragment without `->`.
    pub(super) fn gives_nothing(&self, scope: usize) -> bool {
        let workflow = &self.machine.workflow;
        scope == 0 && workflow.fragment.is_some() && workflow.output.is_none()
    }

    /// The value of an exit.
    pub(super) fn exit(&self, exit: &Exit, keyword: Span) -> TokenStream {
        let value = match &exit.value {
            Some(value) => self.expression(value),
            // rustc reports "expected .., found `()`" at `exit`.
            None => group(keyword, TokenStream::new()),
        };
        match &exit.ty {
            Some(ty) => quote!(let _: #ty = #value;),
            None => quote!(let _: () = #value;),
        }
    }

    /// An include; returns its result.
    pub(super) fn include(
        &self,
        node: &StateNode,
        include: &Include,
        tokens: &mut TokenStream,
    ) -> TokenStream {
        let path = &include.path;
        let start = path.span();
        let arguments = include.arguments.iter();
        let arguments = arguments.map(|argument| self.expression(argument));
        // As for a task, rustc reports "arguments to this function are incorrect" from the path to
        // the parenthesis.
        let (less, greater) = (
            quote_spanned!(start=> <),
            quote_spanned!(include.parentheses.open()=> as __s::Fragment>::INCLUDE),
        );
        let function = group(start, quote!(#less #path #greater));
        let arguments = group(include.parentheses.join(), quote!(#(#arguments),*));
        quote!(let __call = #function #arguments;).to_tokens(tokens);
        let mut arms = TokenStream::new();
        for edge in &node.edges {
            let EdgeKind::Exit {
                keyword,
                name,
                value,
            } = &edge.kind
            else {
                continue;
            };
            let lets = self.lets_of(edge);
            let keep = match value {
                Some(value) if !is_silent(value) => quote! {
                    #value = __value;
                    { let #value = __value; #lets }
                },
                _ => quote!({ #lets }),
            };
            // rustc reports "no variant named .." at the exit's name.
            let exits = quote_spanned!(keyword.span()=> __Exits::);
            quote!(#exits #name(__value) => { #keep }).to_tokens(&mut arms);
        }
        // rustc reports "non-exhaustive patterns" at the fragment's name.
        let one = quote_spanned!(start=> __s::any::<__Exits>());
        let arms = group_of_braces(node.state.keyword.span(), arms);
        quote!({ type __Exits = <#path as __s::Fragment>::Exit; match #one #arms })
            .to_tokens(tokens);
        self.limits(node, path, &InnerStates::Include(include))
            .to_tokens(tokens);
        self.catches(node, include).to_tokens(tokens);
        // rustc reports "expected .., found .." at the fragment's name.
        quote_spanned!(start=> __call)
    }

    /// Checks limits that depend on the fragment, when rustc evaluates constants.
    pub(super) fn limits(
        &self,
        node: &StateNode,
        path: &Path,
        inner: &InnerStates<'_>,
    ) -> TokenStream {
        let name = Literal::usize_unsuffixed(length(&node.state));
        let limit = Literal::usize_unsuffixed(MAX_LENGTH);
        let message = format!(
            "a state of this fragment would have a name of more than {MAX_LENGTH} characters: shorten `{}`, with which the \
             name begins",
            node.name
        );
        let longest = inner.constant("LONGEST");
        // rustc reports the message at the name of the include or the call.
        let check = quote_spanned!(node.state.name_span()=> ::core::assert!(__TOO_LONG, #message));
        let express = self.machine.express(node.scope).map(|_| {
            let standard = inner.constant("STANDARD");
            // rustc reports "an Express execution cannot include this" at the fragment's name.
            let panic = quote_spanned!(path.span()=> ::core::panic!("{}", __why));
            quote! {
                const _: () = if let ::core::option::Option::Some(__why) = #standard { #panic };
            }
        });
        quote! {
            const _: () = {
                const __TOO_LONG: ::core::primitive::bool = __s::inner_name_length(#name, #longest) <= #limit;
                #check
            };
            #express
        }
    }

    /// Reports catchers of an include that would not catch the errors that a function returns.
    fn catches(&self, node: &StateNode, include: &Include) -> Option<TokenStream> {
        let mut edges = node.edges.iter();
        edges.find(|edge| matches!(edge.kind, EdgeKind::Catch { .. }))?;
        let path = &include.path;
        let message = format!(
            "the catchers of an include do not catch the errors that the function returns, because they end the workflow: put the include into a \
             `parallel {}` with one branch, and catch there",
            node.name
        );
        Some(quote_spanned! {path.span()=>
            const _: () = ::core::assert!(!<#path as __s::Fragment>::RAISES, #message);
        })
    }
}
