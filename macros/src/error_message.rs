//! The message of an error that a Fail state contains.

use crate::functions::is_type;
use crate::machine::own_name;
use crate::name::text;
use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Path;
use syn::spanned::Spanned;

/// Proves that the message of a variant is a simple template.
pub(crate) fn simple_message(path: &Path) -> Option<TokenStream> {
    let variant = text(own_name(path)?);
    let mut error = path.clone();
    let last = error.segments.pop()?;
    error.segments.pop_punct();
    // `Rejected` alone may be an imported variant, and `errors::Rejected` an error that is a
    // struct: `build` reports their messages.
    if !error
        .segments
        .last()
        .is_some_and(|one| is_type(&text(&one.ident)))
    {
        return None;
    }
    let text = format!(
        "the message of `{variant}` is no simple template, so a Fail state cannot contain it: write `#[error(\"..\")]` with names of serialized fields, such as \
         `#[error(\"declined: {{reason}}\")]`"
    );
    let span = last.span();
    Some(quote_spanned! {span=>
        const _: () = {
            #[allow(unused_imports)]
            use ::stepwright::__::NoVariants as _;
            ::core::assert!(
                ::stepwright::__::has_simple_message(::stepwright::__::VariantsOf::<#error>::VARIANTS, #variant),
                "{}", #text
            );
        };
    })
}
