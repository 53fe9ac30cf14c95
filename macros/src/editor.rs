//! Expansion for editors, which differs from that for the compiler.
//!
//! rust-analyzer expands the text unchanged and a second time with a word at the cursor, and looks
//! for the word's position in the first expansion. Unfinished code (`order.`, `next ;`,
//! `PaymentError::`) must therefore expand to the same code as finished code. For rustc it remains
//! an error.

use proc_macro2::{Group, Ident, Punct, Spacing, TokenStream, TokenTree};
use std::sync::OnceLock;

/// A placeholder for a missing word.
pub(crate) const MISSING: &str = "__missing";

/// Whether the macro runs in an editor's proc-macro server.
pub(crate) fn is_here() -> bool {
    static HERE: OnceLock<bool> = OnceLock::new();
    *HERE.get_or_init(|| runs_in("rust-analyzer"))
}

/// Whether the macro runs in rustdoc.
pub(crate) fn is_documentation() -> bool {
    static HERE: OnceLock<bool> = OnceLock::new();
    *HERE.get_or_init(|| runs_in("rustdoc"))
}

/// Whether the program's name begins with this one.
fn runs_in(program: &str) -> bool {
    let path = std::env::current_exe().ok();
    let name = path.as_deref().and_then(|path| path.file_stem());
    name.is_some_and(|name| name.to_string_lossy().starts_with(program))
}

/// Inserts a word wherever one is missing after `.`, `::`, `=>` and `next`.
pub(crate) fn complete(tokens: TokenStream) -> TokenStream {
    let mut whole: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let token = match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), complete(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            token => token,
        };
        let span = token.span();
        let asks = asks_for_a_word(&whole, &token);
        whole.push(token);
        if asks && is_end(tokens.peek()) {
            whole.push(TokenTree::Ident(Ident::new(MISSING, span)));
        }
    }
    whole.into_iter().collect()
}

/// Whether a name must follow the token; `before` contains the preceding tokens.
fn asks_for_a_word(before: &[TokenTree], token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(word) => word == "next",
        TokenTree::Punct(punct) => match punct.as_char() {
            // Not the second `.` of `..`.
            '.' => !is_joint(before, '.'),
            ':' => is_joint(before, ':'),
            '>' => is_joint(before, '='),
            _ => false,
        },
        _ => false,
    }
}

/// Whether the last token is this character, joined to the next token.
fn is_joint(before: &[TokenTree], char: char) -> bool {
    let glued = |punct: &Punct| punct.as_char() == char && punct.spacing() == Spacing::Joint;
    matches!(before.last(), Some(TokenTree::Punct(punct)) if glued(punct))
}

/// Whether the next token cannot start the missing name.
fn is_end(next: Option<&TokenTree>) -> bool {
    match next {
        None => true,
        Some(TokenTree::Punct(punct)) => {
            !['<', '*', '.', '-', '!', '&', '#'].contains(&punct.as_char())
        }
        Some(TokenTree::Group(group)) => group.delimiter() == proc_macro2::Delimiter::Parenthesis,
        Some(TokenTree::Ident(_) | TokenTree::Literal(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(source: &str) -> String {
        let tokens: TokenStream = source.parse().unwrap();
        complete(tokens).to_string().replace(' ', "")
    }

    fn plain(source: &str) -> String {
        let tokens: TokenStream = source.parse().unwrap();
        tokens.to_string().replace(' ', "")
    }

    #[test]
    fn missing_words_are_inserted() {
        let word = MISSING;
        for (source, finished) in [
            (
                "when order. => Charge;",
                format!("when order.{word} => Charge;"),
            ),
            ("f(order.)", format!("f(order.{word})")),
            ("R { a: order., b }", format!("R {{ a: order.{word}, b }}")),
            ("next ;", format!("next {word};")),
            ("otherwise => ;", format!("otherwise => {word};")),
            ("catch E:: => X;", format!("catch E::{word} => X;")),
            (
                "retry E:: (interval: 2s);",
                format!("retry E::{word} (interval: 2s);"),
            ),
        ] {
            assert_eq!(completed(source), plain(&finished), "{source}");
        }
    }

    #[test]
    fn complete_input_is_unchanged() {
        for source in [
            "when order.total > 10.0 => Charge;",
            "match x { E::A { .. } => B, 0..=9 => C }",
            "catch E::A => { let n = n + 1; next X; }",
            "let a = Vec::<u8>::new(); pair.0",
            "next Done;",
        ] {
            assert_eq!(completed(source), plain(source), "{source}");
        }
    }
}
