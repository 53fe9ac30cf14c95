//! The items of a map.

use super::TypeBlock;
use crate::machine::{BatchInput, Map, MapLoop};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

impl TypeBlock<'_> {
    /// `let item: Type = ..;`
    pub(super) fn item(&self, span: Span, map: &Map, run: &MapLoop) -> TokenStream {
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
        let Some(batch) = &map.distributed.batch else {
            let ty = ty.map(|ty| quote!(: #ty));
            return quote!(let #name #ty = #one;);
        };
        // rustc reports "expected .., found `Batch`" at `batch`.
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
            // A JSON object has the type that the item declares, or no type.
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
