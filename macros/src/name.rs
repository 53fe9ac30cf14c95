//! The user's names: identifiers in code, plain text in JSON and in messages.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};

/// A name as text: `type`, even if Rust needs `r#type`.
pub(crate) fn text(name: &Ident) -> String {
    name.unraw().to_string()
}

/// The identifier with this text, with `r#` if it is a keyword; `None` if the text is not an identifier.
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

#[cfg(test)]
mod tests {
    use super::*;

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
