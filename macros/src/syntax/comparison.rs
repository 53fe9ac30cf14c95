//! `count as usize < limit`: Rust's grammar parses the `<` as the start of generic arguments, which
//! a number type does not have.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Result;
use syn::buffer::Cursor;
use syn::parse::{ParseStream, Parser};

const NUMBERS: &[&str] = &[
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32",
    "f64",
];

/// Parses the input of a macro, in which a number type ends before a `<`.
pub(crate) fn parse<T>(
    input: TokenStream,
    read: impl FnOnce(ParseStream) -> Result<T>,
) -> Result<T> {
    let mut read = Some(read);
    let mut again = None;
    let first = (|input: ParseStream| {
        if stands(input.cursor()) {
            again = Some(input.parse::<TokenStream>()?);
            return Ok(None);
        }
        read.take().map(|read| read(input)).transpose()
    })
    .parse2(input)?;
    match (first, again, read) {
        (None, Some(tokens), Some(read)) => read.parse2(parenthesise_casts(tokens)),
        (Some(value), ..) => Ok(value),
        _ => Err(syn::Error::new(proc_macro2::Span::call_site(), "no input")),
    }
}

/// Whether the remaining tokens contain `as number <`.
fn stands(mut cursor: Cursor) -> bool {
    let mut before_last = false;
    let mut cast = false;
    while !cursor.eof() {
        if let Some((inside, _, _, behind)) = cursor.any_group() {
            if stands(inside) {
                return true;
            }
            (before_last, cast) = (false, false);
            cursor = behind;
            continue;
        }
        let Some((token, behind)) = cursor.token_tree() else {
            break;
        };
        match &token {
            TokenTree::Ident(word) if word == "as" => (before_last, cast) = (true, false),
            TokenTree::Ident(word) => {
                cast = before_last && NUMBERS.iter().any(|number| word == number);
                before_last = false;
            }
            TokenTree::Punct(punct) if cast && punct.as_char() == '<' => return true,
            _ => (before_last, cast) = (false, false),
        }
        cursor = behind;
    }
    false
}

/// The tokens with each such type in parentheses.
fn parenthesise_casts(tokens: TokenStream) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '<' => {
                if let [.., TokenTree::Ident(word), TokenTree::Ident(number)] = out.as_slice()
                    && word == "as"
                    && NUMBERS.iter().any(|name| number == name)
                {
                    let span = number.span();
                    let number = out.pop().into_iter().collect();
                    let mut group = Group::new(Delimiter::Parenthesis, number);
                    group.set_span(span);
                    out.push(group.into());
                }
                out.push(token);
            }
            TokenTree::Group(group) => {
                let mut mended = Group::new(group.delimiter(), parenthesise_casts(group.stream()));
                mended.set_span(group.span());
                out.push(mended.into());
            }
            _ => out.push(token),
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::buffer::TokenBuffer;

    fn parenthesised(text: &str) -> Option<String> {
        let tokens: TokenStream = text.parse().unwrap_or_default();
        let buffer = TokenBuffer::new2(tokens.clone());
        stands(buffer.begin()).then(|| parenthesise_casts(tokens).to_string())
    }

    #[test]
    fn a_comparison_after_a_cast_is_not_a_generic_type() {
        assert_eq!(
            parenthesised("when { (level + 1) as usize < xs.len() => A }").as_deref(),
            Some("when { (level + 1) as (usize) < xs . len () => A }")
        );
        assert_eq!(parenthesised("a as Vec<u32>"), None);
        assert_eq!(parenthesised("(a as usize) < b as u64"), None);
        assert_eq!(parenthesised("usize < b"), None);
    }
}
