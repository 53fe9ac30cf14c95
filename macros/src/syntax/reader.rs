//! Parsing tools for every rule of the grammar: attempts, recovery, expressions.

use crate::attributes::{AttributeSite, refuse_ignored};
use crate::errors::Errors;
use crate::machine::UserExpr;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use std::cell::Cell;
use stepwright_asl::words;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, discouraged::Speculative};
use syn::{Expr, LitStr, Pat, Result, Token};

/// The state of one parse.
pub(crate) struct SyntaxReader<'e> {
    pub(crate) errors: &'e Errors,
    expressions: Cell<usize>,
}

/// Words that start a statement: the previous statement ends before such a word.
const STATEMENTS: &[&str] = words![
    batch branch catch credentials distributed end for heartbeat input_path label let match
    max_concurrency next otherwise output output_path parameters query_language raw reader result
    result_path result_selector retry seconds timeout timestamp tolerated_failures when writer
];

impl<'e> SyntaxReader<'e> {
    pub(crate) fn new(errors: &'e Errors) -> SyntaxReader<'e> {
        SyntaxReader {
            errors,
            expressions: Cell::new(0),
        }
    }

    /// The number of expressions that have been parsed.
    pub(crate) fn expressions(&self) -> usize {
        self.expressions.get()
    }

    /// Parses on a fork, so that a failure does not advance `input`.
    ///
    /// syn records the unread rest of groups in a failed parse and later fails the whole parse
    /// because of it; a fork isolates that.
    pub(crate) fn attempt<T>(
        &self,
        input: ParseStream,
        parse: impl FnOnce(ParseStream) -> Result<T>,
    ) -> Result<T> {
        let ahead = input.fork();
        let value = parse(&ahead)?;
        input.advance_to(&ahead);
        Ok(value)
    }

    /// Parses an expression.
    pub(crate) fn expression(&self, input: ParseStream) -> Result<UserExpr> {
        self.unfinished(input)?;
        let syn = self
            .attempt(input, |ahead| ahead.parse::<Expr>())
            .map_err(|error| not_finished(&error))?;
        Ok(self.number(syn))
    }

    /// Parses an expression that ends before a `{`, as after Rust's own `match` and `for .. in`.
    pub(crate) fn expression_before_brace(&self, input: ParseStream) -> Result<UserExpr> {
        self.unfinished(input)?;
        let syn = self
            .attempt(input, Expr::parse_without_eager_brace)
            .map_err(|error| not_finished(&error))?;
        Ok(self.number(syn))
    }

    /// Parses expressions between commas.
    pub(crate) fn expressions_between_commas(&self, input: ParseStream) -> Vec<UserExpr> {
        self.between_commas(input, |input| {
            Ok(self.expression(input).unwrap_or_else(|error| {
                self.errors.syn(&error);
                skip_to_comma(input);
                // It remains in the list, so that rustc reports no wrong number of arguments.
                self.number(Expr::Verbatim(TokenStream::new()))
            }))
        })
    }

    /// Parses items between commas. An item with an error is reported and skipped.
    pub(super) fn between_commas<T>(
        &self,
        input: ParseStream,
        item: impl Fn(ParseStream) -> Result<T>,
    ) -> Vec<T> {
        let mut items = Vec::new();
        while !input.is_empty() {
            match item(input) {
                Ok(item) => items.push(item),
                Err(error) => {
                    self.errors.syn(&error);
                    skip_to_comma(input);
                }
            }
            self.comma(input);
        }
        items
    }

    /// Parses the comma after an item, which is optional before the end.
    pub(super) fn comma(&self, input: ParseStream) {
        if input.is_empty() {
            return;
        }
        if let Err(error) = input.parse::<Token![,]>() {
            self.errors.syn(&error);
            skip_to_comma(input);
            let _ = input.parse::<Option<Token![,]>>();
        }
    }

    /// Parses the semicolon after a statement. If it is missing, only that is reported, and the
    /// statement is used.
    pub(crate) fn semicolon(&self, input: ParseStream) {
        if input.peek(Token![;]) {
            let _ = input.parse::<Token![;]>();
            return;
        }
        let next = word(input).filter(|word| STATEMENTS.contains(&word.as_str()));
        match next {
            Some(word) => self
                .errors
                .at(input.span(), format!("expected `;` before `{word}`")),
            None => {
                self.errors.at(input.span(), "expected `;`");
                skip_statement(input);
            }
        }
    }

    /// Parses a pattern.
    pub(super) fn pattern(
        &self,
        input: ParseStream,
        parse: impl FnOnce(ParseStream) -> Result<Pat>,
    ) -> Result<Pat> {
        let pattern = self.attempt(input, parse)?;
        self.refuse_attributes(&pattern);
        Ok(pattern)
    }

    fn refuse_attributes(&self, code: &impl ToTokens) {
        refuse_ignored(
            code.to_token_stream(),
            AttributeSite::Expression,
            self.errors,
        );
    }

    /// A parsed expression, with a new number.
    pub(super) fn number(&self, syn: Expr) -> UserExpr {
        self.refuse_attributes(&syn);
        let id = self.expressions.get();
        self.expressions.set(id + 1);
        UserExpr { id, syn }
    }

    fn unfinished(&self, input: ParseStream) -> Result<()> {
        if input.is_empty() || input.peek(Token![;]) || input.peek(Token![=>]) {
            return Err(syn::Error::new(input.span(), "expected an expression"));
        }
        Ok(())
    }
}

/// Replaces syn's "unexpected end of input" with a message for expressions.
fn not_finished(error: &syn::Error) -> syn::Error {
    let said = error.to_string();
    match said.strip_prefix("unexpected end of input") {
        Some(rest) => syn::Error::new(
            error.span(),
            format!("this expression is not finished{rest}"),
        ),
        None => syn::Error::new(error.span(), said),
    }
}

/// Stores the value of an option. A second value is an error, and the first one is used.
pub(super) fn once<T>(
    slot: &mut Option<T>,
    value: T,
    keyword: &Ident,
    of: &Ident,
    reader: &SyntaxReader,
) {
    match slot {
        Some(_) => twice(keyword, of, reader),
        None => *slot = Some(value),
    }
}

/// Reports that an option is repeated.
pub(super) fn twice(keyword: &Ident, of: &Ident, reader: &SyntaxReader) {
    let message = format!("`{keyword}` is given twice in `{of}`");
    reader.errors.at(keyword.span(), message);
}

/// The next word, keyword or not.
pub(crate) fn word(input: ParseStream) -> Option<String> {
    input.cursor().ident().map(|(ident, _)| ident.to_string())
}

/// Parses the next word, keyword or not.
pub(crate) fn take_word(input: ParseStream) -> Result<Ident> {
    input.call(Ident::parse_any)
}

/// Parses a text in quotes; `expected` is the error for anything else.
pub(super) fn text(input: ParseStream, expected: impl std::fmt::Display) -> Result<LitStr> {
    input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), expected))
}

/// Parses what follows an optional token, such as a type after `:`.
pub(super) fn after<Mark, T>(
    input: ParseStream,
    parse: impl FnOnce(ParseStream) -> Result<T>,
) -> Result<Option<T>>
where
    Option<Mark>: Parse,
{
    let mark = input.parse::<Option<Mark>>()?;
    mark.map(|_| parse(input)).transpose()
}

/// Parses a name; `of` describes it in the error message.
pub(crate) fn name(input: ParseStream, of: &str) -> Result<Ident> {
    if input.peek(syn::Ident) {
        return input.parse();
    }
    let found = word(input)
        .map(|word| format!("; `{word}` is a keyword of Rust"))
        .unwrap_or_default();
    Err(syn::Error::new(
        input.span(),
        format!("expected the name of {of}{found}"),
    ))
}

/// Skips one token tree.
pub(crate) fn skip_one(input: ParseStream) {
    let _ = input.step(|cursor| {
        cursor
            .token_tree()
            .map(|(_, rest)| ((), rest))
            .ok_or_else(|| cursor.error("nothing to skip"))
    });
}

/// Skips to the position after the next semicolon of this level.
pub(crate) fn skip_statement(input: ParseStream) {
    while !input.is_empty() {
        let end = input.peek(Token![;]);
        skip_one(input);
        if end {
            break;
        }
    }
}

/// Skips to the next comma of this level, without consuming it.
pub(crate) fn skip_to_comma(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) {
        skip_one(input);
    }
}

/// Skips to the position after the next braces or semicolon of this level.
pub(crate) fn skip_block(input: ParseStream) {
    while !input.is_empty() {
        let end = input.peek(Token![;]) || input.peek(syn::token::Brace);
        skip_one(input);
        if end {
            break;
        }
    }
}
