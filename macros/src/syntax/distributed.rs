//! The options of a Distributed Map.

use super::reader::{SyntaxReader, once, skip_one, take_word, text, word};
use crate::machine::{Access, Batch, BatchInput, Distributed, ObjectLiteral, Setting, UserExpr};
use crate::suggest::did_you_mean;
use proc_macro2::{Ident, TokenStream, TokenTree};
use stepwright_asl::model::MachineType;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Result, Token};

/// Parses the statement that begins with `found`, if it is an option of the Distributed Map `of`.
pub(super) fn option(
    options: &mut Distributed,
    found: &str,
    of: &Ident,
    input: ParseStream,
    reader: &SyntaxReader,
) -> Result<bool> {
    match found {
        "distributed" => {
            let keyword = take_word(input)?;
            let children = (keyword.clone(), children(input, reader)?);
            reader.semicolon(input);
            once(&mut options.children, children, &keyword, of, reader);
        }
        "label" => {
            let keyword = take_word(input)?;
            let label = text(input, "expected the label in quotes: `label \"Import\";`")?;
            reader.semicolon(input);
            let label = (keyword.clone(), label);
            once(&mut options.label, label, &keyword, of, reader);
        }
        "tolerated_failures" => {
            let keyword = take_word(input)?;
            // A map may have both a count and a percentage.
            let (slot, most) = match percentage(input, reader)? {
                Some(most) => (&mut options.tolerated_percentage, most),
                None => (&mut options.tolerated_count, reader.expression(input)?),
            };
            reader.semicolon(input);
            once(slot, (keyword.clone(), most), &keyword, of, reader);
        }
        "reader" | "writer" => {
            let access = Access::parse(input, reader)?;
            let slot = match found {
                "reader" => &mut options.reader,
                _ => &mut options.writer,
            };
            let keyword = access.keyword.clone();
            once(slot, access, &keyword, of, reader);
        }
        "batch" => {
            let batch = Batch::parse(input, reader)?;
            let keyword = batch.keyword.clone();
            once(&mut options.batch, batch, &keyword, of, reader);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// The type of the children: `standard`, the default, or `express`.
fn children(input: ParseStream, reader: &SyntaxReader) -> Result<MachineType> {
    let Some(found) = word(input) else {
        return Ok(MachineType::Standard);
    };
    let kind = take_word(input)?;
    match found.as_str() {
        "standard" => {}
        "express" => return Ok(MachineType::Express),
        _ => reader.errors.at(
            kind.span(),
            format!(
                "the children of a Distributed Map are `standard` or `express`{}",
                did_you_mean(&found, ["standard", "express"].into_iter())
            ),
        ),
    }
    Ok(MachineType::Standard)
}

/// `5%`, if the statement ends with it.
fn percentage(input: ParseStream, reader: &SyntaxReader) -> Result<Option<UserExpr>> {
    let Some(before) = before_percent(input) else {
        return Ok(None);
    };
    let tokens: TokenStream = before.clone().into_iter().collect();
    let syn = Expr::parse_without_eager_brace
        .parse2(tokens)
        .map_err(|error| syn::Error::new(error.span(), error.to_string()))?;
    for _ in 0..=before.len() {
        skip_one(input);
    }
    Ok(Some(reader.number(syn)))
}

/// The tokens before a `%` that ends the statement; `5 % limit` is a count.
fn before_percent(input: ParseStream) -> Option<Vec<TokenTree>> {
    let mut rest = input.cursor();
    let mut tokens = Vec::new();
    while let Some((token, behind)) = rest.token_tree() {
        if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ';') {
            break;
        }
        tokens.push(token);
        rest = behind;
    }
    let percent = tokens.pop()?;
    let ends = matches!(&percent, TokenTree::Punct(punct) if punct.as_char() == '%');
    (ends && !tokens.is_empty()).then_some(tokens)
}

impl Access {
    fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<Access> {
        let keyword = take_word(input)?;
        let expected = format!(
            "expected the resource in quotes: `{keyword} \"arn:aws:states:::s3:..\" {{ Bucket: .. }};`"
        );
        let resource = text(input, expected)?;
        let settings = settings(input, reader)?;
        if !input.peek(syn::token::Brace) {
            return Err(
                input.error("expected the arguments of the call: `{ Bucket: .., Key: .. }`")
            );
        }
        let arguments = ObjectLiteral::parse(input, reader)?;
        reader.semicolon(input);
        Ok(Access {
            keyword,
            resource,
            settings,
            arguments,
        })
    }
}

impl Batch {
    fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<Batch> {
        let keyword = take_word(input)?;
        if !input.peek(syn::token::Paren) {
            return Err(input.error("expected the limits of a batch: `batch (max_items: 50);`"));
        }
        let settings = settings(input, reader)?;
        let given = if input.peek(syn::token::Brace) {
            Some(BatchInput::Object(ObjectLiteral::parse(input, reader)?))
        } else if input.is_empty() || input.peek(Token![;]) {
            None
        } else {
            Some(BatchInput::Value(reader.expression(input)?))
        };
        reader.semicolon(input);
        Ok(Batch {
            keyword,
            settings,
            input: given,
        })
    }
}

fn settings(input: ParseStream, reader: &SyntaxReader) -> Result<Vec<Setting>> {
    if input.peek(syn::token::Paren) {
        Setting::several(input, reader)
    } else {
        Ok(Vec::new())
    }
}
