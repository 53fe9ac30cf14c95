//! The code of an `expr!`: a block in which rustc checks it, and the tree.

use super::parse::Lambda;
use crate::check::{Alone, witness};
use crate::errors::Mistake;
use crate::expand::{Terms, at, file, tree_of};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

pub(super) fn expand(lambda: &Lambda, lowered: &Alone, mistakes: &[Mistake]) -> TokenStream {
    let types: Vec<_> = lambda
        .parameters
        .iter()
        .map(|parameter| &parameter.ty)
        .collect();
    // Several parameters take a tuple apart.
    let input = match types.as_slice() {
        [] => quote!(_),
        [only] => quote!(#only),
        several => quote!((#(#several),*)),
    };
    let output = match &lambda.output {
        Some(ty) => quote!(#ty),
        None => quote!(_),
    };
    let parameters = lambda.parameters.iter().map(|parameter| {
        let ty = &parameter.ty;
        // "cannot travel between workflow states" is about the type.
        let payload = quote_spanned!(ty.span()=> __s::payload::<#ty>);
        let bound = parameter
            .name
            .as_ref()
            .map(|name| quote!(let #name: #ty = __s::any();));
        quote!(let _ = #payload; #bound)
    });
    let body = match &lowered.rewritten {
        _ if lowered.faulty => quote!(__s::any()),
        Some(rewritten) => rewritten.code.to_token_stream(),
        None => lambda.body.syn.to_token_stream(),
    };
    let tree = match mistakes {
        [] => tree_of(&lowered.witnesses),
        _ => quote!(()),
    };
    let seen = (0..lowered.witnesses.len()).map(witness);
    // As in `workflow!`: never run, and behind a `loop {}` rustc checks types and no moves.
    let quiet = quote! {
        #[allow(
            dead_code, unused, unreachable_code, deprecated,
            clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction
        )]
    };
    let check = quote! {
        #quiet
        let __known = __s::known(|| {
            loop {}
            #(#parameters)*
            #(let #seen = __s::Witness::new();)*
            __types.gives(#body);
            #tree
        });
    };
    let made = if mistakes.is_empty() {
        let mut values = Terms::default();
        let tree = values.value(&lowered.value);
        let witnesses = values.witnesses();
        let file = file();
        let place = at(lambda.body.syn.span());
        let count = Literal::usize_unsuffixed(lambda.parameters.len());
        quote! {
            #quiet
            let __tree = {
                #file
                #witnesses
                let __tree = #tree;
                __tree #place
            };
            __types.expression(#count, __tree)
        }
    } else {
        let mistakes = mistakes.iter().map(Mistake::expression);
        quote! {
            #(#mistakes;)*
            __types.expression(0, __s::Expr::none())
        }
    };
    quote! {{
        use ::stepwright::__ as __s;
        let __types = __s::ExpressionTypes::<#input, #output>::new();
        #check
        #made
    }}
}

/// What could not be read at all.
pub(super) fn nothing(mistakes: &[Mistake]) -> TokenStream {
    let mistakes = mistakes.iter().map(Mistake::expression);
    quote!({ #(#mistakes;)* ::stepwright::__::any() })
}
