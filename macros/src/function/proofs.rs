//! Constants that prove what the states assume about functions and types of the user.

use crate::functions::is_type;
use crate::machine::own_name;
use crate::name::text;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use std::collections::BTreeMap;
use syn::Path;
use syn::spanned::Spanned;

/// The assumptions of one function, each once.
#[derive(Default)]
pub(super) struct Proofs {
    /// The functions that create durations, such as `secs`, with the seconds of one.
    units: BTreeMap<String, (Path, u64)>,
    /// The variants of errors that a Fail state contains.
    raised: BTreeMap<String, Path>,
}

impl Proofs {
    /// Assumes that a function is the one of `stepwright::function`: the states contain the seconds.
    pub(super) fn unit(&mut self, path: &Path, seconds: u64) {
        let entry = self.units.entry(path.to_token_stream().to_string());
        entry.or_insert_with(|| (path.clone(), seconds));
    }

    /// Assumes that a Fail state can contain this error.
    pub(super) fn raised(&mut self, path: &Path) {
        let entry = self.raised.entry(path.to_token_stream().to_string());
        entry.or_insert_with(|| path.clone());
    }

    /// The constants.
    pub(super) fn tokens(&self) -> TokenStream {
        let units = self.units.values().map(|(path, seconds)| {
            let text = format!("this is not the function of `stepwright::function`: one is not {seconds} s");
            quote_spanned!(path.span()=> const _: () = ::core::assert!(#path(1).as_secs() == #seconds, #text);)
        });
        units
            .chain(self.raised.values().filter_map(simple_message))
            .collect()
    }
}

/// Proves that the message of a variant is a simple template.
fn simple_message(path: &Path) -> Option<TokenStream> {
    let variant = text(own_name(path)?);
    let mut error = path.clone();
    let last = error.segments.pop()?;
    error.segments.pop_punct();
    // `Rejected` alone may be an imported variant, and `errors::Rejected` an error that is a struct: `build` reports their messages.
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
        const _: () = ::core::assert!(
            ::stepwright::__::has_simple_message(<#error as ::stepwright::__::TaskError>::VARIANTS, #variant),
            "{}", #text
        );
    })
}
