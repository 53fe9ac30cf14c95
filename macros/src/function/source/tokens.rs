//! The names in tokens, among them those in the arguments of macros.

use crate::name::text;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::{Lit, Macro};

/// Calls `visit` with each identifier in the tokens.
pub(crate) fn each_ident(tokens: TokenStream, visit: &mut impl FnMut(&Ident)) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => visit(&ident),
            TokenTree::Group(group) => each_ident(group.stream(), visit),
            _ => {}
        }
    }
}

/// The location of a name in the arguments of a macro, also in braces in a text: `format!("{e}")`.
pub(crate) fn read_in_macro(mac: &Macro, name: &Ident) -> Option<Span> {
    fn find(tokens: TokenStream, name: &Ident, wanted: &str) -> Option<Span> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(ident) => (ident == *name).then(|| ident.span()),
            TokenTree::Group(group) => find(group.stream(), name, wanted),
            TokenTree::Literal(literal) => match Lit::new(literal) {
                Lit::Str(template) => captures(&template.value())
                    .iter()
                    .any(|captured| captured == wanted)
                    .then(|| template.span()),
                _ => None,
            },
            TokenTree::Punct(_) => None,
        })
    }
    find(mac.tokens.clone(), name, &text(name))
}

/// The names in the braces of a format template.
pub(crate) fn captures(template: &str) -> Vec<String> {
    let mut names = Vec::new();
    let text = template.replace("{{", "").replace("}}", "");
    for part in text.split('{').skip(1) {
        let inside = part.split('}').next().unwrap_or_default();
        let name = inside.split(':').next().unwrap_or_default().trim();
        if name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            names.push(name.to_owned());
        }
    }
    names
}
