//! The options of a Distributed Map.

use super::object::Object;
use super::reader::{Expression, Reader, skip_one, take_word, word};
use super::retry::Setting;
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Expr, LitStr, Result, Token};

/// An option that a map has when it is distributed.
pub(crate) enum DistributedOption {
    /// `distributed;`, `distributed express;`
    Distributed(Ident, Option<Ident>),
    Label(Ident, LitStr),
    Tolerated(Ident, Tolerance),
    Reader(Access),
    Batch(Batch),
    Writer(Access),
}

/// How many items may fail.
pub(crate) enum Tolerance {
    Count(Expression),
    /// `5%`, `job.tolerance %`
    Percentage(Expression),
}

/// `reader "arn" (settings) { Key: value };`, and `writer`.
pub(crate) struct Access {
    pub(crate) keyword: Ident,
    pub(crate) resource: LitStr,
    pub(crate) settings: Vec<Setting>,
    pub(crate) arguments: Object,
}

/// `batch (max_items: 50) { Key: value };`
pub(crate) struct Batch {
    pub(crate) keyword: Ident,
    pub(crate) settings: Vec<Setting>,
    pub(crate) input: Option<BatchInput>,
}

/// What each batch is given beside its items.
pub(crate) enum BatchInput {
    Object(Object),
    Value(Expression),
}

impl DistributedOption {
    /// The word that it begins with.
    pub(crate) fn keyword(&self) -> &Ident {
        match self {
            DistributedOption::Distributed(keyword, _)
            | DistributedOption::Label(keyword, _)
            | DistributedOption::Tolerated(keyword, _)
            | DistributedOption::Reader(Access { keyword, .. })
            | DistributedOption::Batch(Batch { keyword, .. })
            | DistributedOption::Writer(Access { keyword, .. }) => keyword,
        }
    }

    /// Reads the statement that begins with `found`, where it is one of these.
    pub(super) fn parse(
        found: &str,
        input: ParseStream,
        reader: &Reader,
    ) -> Result<Option<DistributedOption>> {
        Ok(Some(match found {
            "distributed" => {
                let keyword = take_word(input)?;
                let kind = word(input).map(|_| take_word(input)).transpose()?;
                reader.semicolon(input);
                DistributedOption::Distributed(keyword, kind)
            }
            "label" => {
                let keyword = take_word(input)?;
                let label = input.parse::<LitStr>().map_err(|error| {
                    syn::Error::new(
                        error.span(),
                        "expected the label in quotes: `label \"Import\";`",
                    )
                })?;
                reader.semicolon(input);
                DistributedOption::Label(keyword, label)
            }
            "tolerated_failures" => {
                let keyword = take_word(input)?;
                let tolerance = Tolerance::parse(input, reader)?;
                reader.semicolon(input);
                DistributedOption::Tolerated(keyword, tolerance)
            }
            "reader" => DistributedOption::Reader(Access::parse(input, reader)?),
            "writer" => DistributedOption::Writer(Access::parse(input, reader)?),
            "batch" => DistributedOption::Batch(Batch::parse(input, reader)?),
            _ => return Ok(None),
        }))
    }
}

impl Tolerance {
    fn parse(input: ParseStream, reader: &Reader) -> Result<Tolerance> {
        if let Some(before) = before_percent(input) {
            let tokens: TokenStream = before.clone().into_iter().collect();
            let syn = Expr::parse_without_eager_brace
                .parse2(tokens)
                .map_err(|error| syn::Error::new(error.span(), error.to_string()))?;
            for _ in 0..=before.len() {
                skip_one(input);
            }
            return Ok(Tolerance::Percentage(reader.number(syn)));
        }
        reader.expression(input).map(Tolerance::Count)
    }
}

/// What stands before a `%` that ends the statement; `5 % limit` is a count.
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
    fn parse(input: ParseStream, reader: &Reader) -> Result<Access> {
        let keyword = take_word(input)?;
        let resource = input.parse::<LitStr>().map_err(|error| {
            syn::Error::new(
                error.span(),
                format!("expected the resource in quotes: `{keyword} \"arn:aws:states:::s3:..\" {{ Bucket: .. }};`"),
            )
        })?;
        let settings = settings(input, reader)?;
        if !input.peek(syn::token::Brace) {
            return Err(
                input.error("expected the arguments of the call: `{ Bucket: .., Key: .. }`")
            );
        }
        let arguments = Object::parse(input, reader)?;
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
    fn parse(input: ParseStream, reader: &Reader) -> Result<Batch> {
        let keyword = take_word(input)?;
        if !input.peek(syn::token::Paren) {
            return Err(input.error("expected how large a batch is: `batch (max_items: 50);`"));
        }
        let settings = settings(input, reader)?;
        let given = if input.peek(syn::token::Brace) {
            Some(BatchInput::Object(Object::parse(input, reader)?))
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

fn settings(input: ParseStream, reader: &Reader) -> Result<Vec<Setting>> {
    if input.peek(syn::token::Paren) {
        Setting::several(input, reader)
    } else {
        Ok(Vec::new())
    }
}
