//! The errors that `retry` and `catch` name.

use super::reader::SyntaxReader;
use crate::machine::ErrorPattern;
use syn::parse::ParseStream;
use syn::{LitStr, Pat, Path, Result, Token};

impl ErrorPattern {
    /// Parses one pattern and those after `|`.
    pub(crate) fn several(input: ParseStream, reader: &SyntaxReader) -> Result<Vec<ErrorPattern>> {
        let mut list = vec![ErrorPattern::parse(input, reader)?];
        while input.peek(Token![|]) {
            input.parse::<Token![|]>()?;
            list.push(ErrorPattern::parse(input, reader)?);
        }
        Ok(list)
    }

    fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<ErrorPattern> {
        if input.peek(LitStr) {
            return Ok(ErrorPattern::Text(input.parse()?));
        }
        if input.peek(Token![_]) {
            return Err(input.error("expected an error; every error is `States::ALL`"));
        }
        let ahead = input.fork();
        let path = Path::parse_mod_style(&ahead).map_err(|_| {
            input.error("expected an error: `PaymentError::Declined`, `States::Timeout` or a name in quotes")
        })?;
        let fields =
            ahead.peek(syn::token::Brace) || (ahead.peek(syn::token::Paren) && !settings(&ahead));
        if fields {
            let pattern = reader.pattern(input, Pat::parse_single)?;
            return Ok(ErrorPattern::Fields(path, pattern));
        }
        syn::parse::discouraged::Speculative::advance_to(input, &ahead);
        Ok(ErrorPattern::Path(path))
    }
}

/// Whether the next parentheses contain `name: value` settings and not a pattern.
fn settings(input: ParseStream) -> bool {
    let Some((inside, _, _)) = input.cursor().group(proc_macro2::Delimiter::Parenthesis) else {
        return false;
    };
    if inside.eof() {
        return true;
    }
    inside
        .ident()
        .and_then(|(_, rest)| rest.punct())
        .is_some_and(|(punct, _)| {
            punct.as_char() == ':' && punct.spacing() == proc_macro2::Spacing::Alone
        })
}
