//! What a map runs over, and the options of a Distributed Map.

use super::Checker;
use crate::syntax::{BatchInput, DistributedOption, For, Map, State, Tolerance};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

impl Checker<'_, '_> {
    /// The options of a Distributed Map.
    pub(super) fn distributed(&self, map: &Map) -> TokenStream {
        let mut tokens = TokenStream::new();
        for option in &map.options {
            match option {
                DistributedOption::Tolerated(keyword, Tolerance::Count(count)) => {
                    let count = self.number(count);
                    // "not a whole number" is required by the keyword.
                    quote_spanned!(keyword.span()=> __s::WholeNumber::whole_number(#count);)
                        .to_tokens(&mut tokens);
                }
                DistributedOption::Tolerated(keyword, Tolerance::Percentage(number)) => {
                    let number = self.number(number);
                    // "not a percentage" is required by the keyword.
                    quote_spanned!(keyword.span()=> __s::Percentage::percentage(#number);)
                        .to_tokens(&mut tokens);
                }
                DistributedOption::Reader(access) | DistributedOption::Writer(access) => {
                    self.object(&access.arguments, access.keyword.span(), &mut tokens);
                }
                DistributedOption::Batch(batch) => {
                    if let Some(BatchInput::Object(input)) = &batch.input {
                        self.object(input, batch.keyword.span(), &mut tokens);
                    }
                }
                DistributedOption::Distributed(..) | DistributedOption::Label(..) => {}
            }
        }
        tokens
    }

    /// `let item: Type = ..;`
    pub(super) fn item(&self, state: &State, map: &Map, run: &For) -> TokenStream {
        let span = state.keyword.span();
        let one = match &run.list {
            Some(list) => {
                let ty = run.ty.as_ref();
                let item = ty.map_or_else(
                    || quote!(__s::serde_json::Value),
                    quote::ToTokens::to_token_stream,
                );
                let list = self.expression_of(list, &quote!(::std::vec::Vec<#item>));
                let one = quote_spanned!(span=> __s::Items::item);
                quote!(#one(#list))
            }
            None => quote!(__s::any()),
        };
        let name = &run.item;
        let ty = run.ty.as_ref();
        let Some(batch) = map.batch() else {
            let ty = ty.map(|ty| quote!(: #ty));
            return quote!(let #name #ty = #one;);
        };
        // "expected .., found `Batch`" is said of `batch`.
        let span = batch.keyword.span();
        let batches = quote_spanned!(span=> __batch);
        let declared = quote_spanned!(span=> let mut __batch =);
        let made = quote_spanned!(span=> __s::batch);
        let typed = ty.map(|ty| quote!(: #ty));
        match &batch.input {
            None => quote! {
                let #batches = #made::<_, __s::NoInput>(#one);
                let #name #typed = #batches;
            },
            Some(BatchInput::Value(input)) => {
                let input = self.expression(input);
                let given = quote_spanned!(span=> #batches.input);
                quote! {
                    #declared #made(#one);
                    let #name #typed = #batches;
                    #given = #input;
                }
            }
            // What is written as JSON is of the type that the item says, or of none.
            Some(BatchInput::Object(_)) => {
                let typed =
                    typed.unwrap_or_else(|| quote!(: __s::Batch<_, __s::serde_json::Value>));
                quote! {
                    let #batches = #made(#one);
                    let #name #typed = #batches;
                }
            }
        }
    }
}
