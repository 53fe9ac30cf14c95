//! The user's names: identifiers in code, plain text in JSON and in messages.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};

/// A name as text: `type`, even if Rust needs `r#type`.
pub(crate) fn text(name: &Ident) -> String {
    name.unraw().to_string()
}

/// The identifier with this text, with `r#` if it is a keyword; `None` if the text is not an
/// identifier.
pub(crate) fn identifier(text: &str, span: Span) -> Option<Ident> {
    if let Ok(mut name) = syn::parse_str::<Ident>(text) {
        name.set_span(span);
        return Some(name);
    }
    let parser = |input: ParseStream| input.call(Ident::parse_any);
    let keyword = parser.parse_str(text).ok()?.unraw().to_string();
    // These keywords do not allow `r#`.
    if matches!(keyword.as_str(), "crate" | "self" | "super" | "Self" | "_") {
        return None;
    }
    Some(Ident::new_raw(&keyword, span))
}

/// `charge_card` as `ChargeCard`.
pub(crate) fn pascal(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().collect::<String>() + letters.as_str()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_has_the_name_of_its_function_in_pascal_case() {
        assert_eq!(pascal("charge_card"), "ChargeCard");
        assert_eq!(pascal("ship"), "Ship");
        assert_eq!(pascal("_v2_pay"), "V2Pay");
    }

    #[test]
    fn a_keyword_becomes_a_raw_identifier() {
        let name = |text: &str| identifier(text, Span::call_site()).map(|name| name.to_string());
        assert_eq!(name("order").as_deref(), Some("order"));
        assert_eq!(name("type").as_deref(), Some("r#type"));
        assert_eq!(name("r#type").as_deref(), Some("r#type"));
        assert_eq!(name("self"), None);
        assert_eq!(name("0"), None);
        assert_eq!(name("a b"), None);
        assert_eq!(name(""), None);
    }
}
