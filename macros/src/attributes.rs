//! Attributes in code that becomes states. The states would ignore them, so each one that could
//! have an effect is refused.

use crate::errors::{Errors, TokenRange};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use stepwright_asl::Diagnostic;

/// Attributes that change no value: comments, lints, and those of tools.
const WITHOUT_EFFECT: &[&str] = &[
    "allow", "clippy", "deny", "doc", "expect", "forbid", "rustfmt", "warn",
];

/// The code that contains the attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AttributeSite {
    /// A `#[workflow]` function, where `#[state(Name)]` names a state.
    Function,
    /// A function with `#[expression]`.
    ExpressionFunction,
    /// An expression or a pattern of `workflow!` or `expr!`.
    Expression,
}

/// Refuses each attribute in the tokens that would be ignored.
pub(crate) fn refuse_ignored(tokens: TokenStream, site: AttributeSite, errors: &Errors) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let TokenTree::Group(group) = &token {
            refuse_ignored(group.stream(), site, errors);
        }
        if !matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '#') {
            continue;
        }
        let mut attribute = token.into_token_stream();
        if let Some(mark) =
            tokens.next_if(|next| matches!(next, TokenTree::Punct(mark) if mark.as_char() == '!'))
        {
            mark.to_tokens(&mut attribute);
        }
        let brackets = |next: &TokenTree| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
        let Some(TokenTree::Group(content)) = tokens.next_if(brackets) else {
            continue;
        };
        let Some(TokenTree::Ident(name)) = content.stream().into_iter().next() else {
            continue;
        };
        content.to_tokens(&mut attribute);
        if let Some(message) = message(&name.to_string(), site) {
            errors.push(Diagnostic::error(TokenRange::of(&attribute), message));
        }
    }
}

/// The message about an attribute; `None` if it may be there.
fn message(name: &str, site: AttributeSite) -> Option<String> {
    let whole = match site {
        AttributeSite::Function | AttributeSite::ExpressionFunction => "function",
        AttributeSite::Expression => "workflow",
    };
    match (name, site) {
        ("state", AttributeSite::Function) => None,
        _ if WITHOUT_EFFECT.contains(&name) => None,
        ("cfg" | "cfg_attr", _) => Some(format!(
            "a workflow has the same states in every build, so `#[{name}(..)]` cannot select code in it: put it on the whole {whole}, \
             and write one {whole} for each configuration"
        )),
        ("state", AttributeSite::ExpressionFunction) => Some(
            "`#[state(Name)]` names a state, and a function with `#[expression]` has none: remove it".to_owned(),
        ),
        ("state", AttributeSite::Expression) => Some(
            "`#[state(Name)]` names the states of a function: here the name is after the keyword, `task Name { .. }`".to_owned(),
        ),
        _ => Some(format!(
            "a workflow would ignore `#[{name}]` here: remove it, or put it on the whole {whole}"
        )),
    }
}

/// Returns the tokens with an attribute before the token with this number. The number becomes very
/// large if there are so many tokens.
#[cfg(test)]
pub(crate) fn with_attribute(tokens: TokenStream, before: &mut usize) -> TokenStream {
    let mut inserted = TokenStream::new();
    for token in tokens {
        if *before == 0 {
            inserted.extend(quote::quote!(#[cfg(any())]));
        }
        *before = before.wrapping_sub(1);
        match token {
            TokenTree::Group(group) => {
                let inside = with_attribute(group.stream(), before);
                inserted.extend([TokenTree::from(proc_macro2::Group::new(
                    group.delimiter(),
                    inside,
                ))]);
            }
            other => inserted.extend([other]),
        }
    }
    inserted
}
