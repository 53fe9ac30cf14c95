//! `map Pack { let packed = for item in order.items { .. }; next X; }`

use super::distributed;
use super::reader::{SyntaxReader, after, name, once, take_word, word};
use crate::machine::{LetBinding, MachineBody, Map, MapLoop};
use proc_macro2::Ident;
use stepwright_asl::words;
use syn::parse::ParseStream;
use syn::{Result, Token};

pub(super) const WORDS: &[&str] = words![
    let for max_concurrency iterator distributed label tolerated_failures reader batch writer
];

/// Parses the option that begins with `word`, if it is an option of the map `of`.
pub(super) fn option(
    map: &mut Map,
    word: &str,
    of: &Ident,
    input: ParseStream,
    reader: &SyntaxReader,
) -> Result<bool> {
    match word {
        "max_concurrency" => {
            let keyword = take_word(input)?;
            let limit = (keyword.clone(), reader.expression(input)?);
            reader.semicolon(input);
            once(&mut map.max_concurrency, limit, &keyword, of, reader);
        }
        "iterator" => {
            take_word(input)?;
            map.iterator = true;
            reader.semicolon(input);
        }
        other => return distributed::option(&mut map.distributed, other, of, input, reader),
    }
    Ok(true)
}

/// `let results = for item in list { .. };`
pub(super) fn run(
    input: ParseStream,
    reader: &SyntaxReader,
) -> Result<(Option<LetBinding>, MapLoop, MachineBody)> {
    let binding = if input.peek(Token![let]) {
        Some(reader.attempt(input, LetBinding::parse)?)
    } else {
        None
    };
    if !input.peek(Token![for]) {
        return Err(input.error("expected `for item in list { .. }`: a map runs over a list"));
    }
    input.parse::<Token![for]>()?;
    let item = name(input, "the item")?;
    let ty = after::<Token![:], _>(input, |input| input.parse())?;
    input.parse::<Token![in]>()?;
    let from_reader =
        word(input).is_some_and(|word| word == "reader") && input.peek2(syn::token::Brace);
    let list = if from_reader {
        take_word(input)?;
        None
    } else {
        Some(reader.expression_before_brace(input)?)
    };
    if !input.peek(syn::token::Brace) {
        return Err(input.error("expected `{` and the states that run for each item"));
    }
    let body = MachineBody::parse(input, reader)?;
    reader.semicolon(input);
    Ok((binding, MapLoop { item, ty, list }, body))
}
