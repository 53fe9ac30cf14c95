//! Literals as JSON.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::Lit;

/// A literal as an expression that is `Into<serde_json::Value>`.
pub(super) fn json(literal: &Lit) -> TokenStream {
    match literal {
        // rustc would infer `i32` for an unsuffixed literal, which may be too small.
        Lit::Int(number) => {
            let digits = number.base10_digits();
            if let Ok(number) = digits.parse::<i64>() {
                let number = Literal::i64_suffixed(number);
                quote!(#number)
            } else if let Ok(number) = digits.parse::<u64>() {
                let number = Literal::u64_suffixed(number);
                quote!(#number)
            } else {
                quote!(#number)
            }
        }
        Lit::Float(number) => match number.base10_parse::<f64>() {
            Ok(number) if number.is_finite() => {
                let number = Literal::f64_suffixed(number);
                quote!(#number)
            }
            _ => quote!(#number),
        },
        Lit::Char(char) => {
            let text = char.value().to_string();
            quote!(#text)
        }
        other => quote!(#other),
    }
}
