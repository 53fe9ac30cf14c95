//! The path of `stepwright` in expanded code.
//!
//! All code is written for `::stepwright`. If the dependency has another name, `crate = path` sets
//! the path, and this module replaces it in the finished code.

use proc_macro2::{Group, Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Path, Result, Token};

/// The path of the crate, if it is not `::stepwright`.
#[derive(Clone, Default)]
pub(crate) struct Root(Option<Path>);

const FORM: &str =
    "expected `crate = name;` with the name that the dependency `stepwright` has here";

impl Root {
    /// Parses `crate = path;` at the start of a macro's input.
    pub(crate) fn leading(input: TokenStream) -> Result<(Root, TokenStream)> {
        let mut ahead = input.clone().into_iter();
        let named = matches!(ahead.next(), Some(TokenTree::Ident(word)) if word == "crate")
            && matches!(ahead.next(), Some(TokenTree::Punct(sign)) if sign.as_char() == '=');
        if !named {
            return Ok((Root::default(), input));
        }
        let read = |input: ParseStream| -> Result<(Root, TokenStream)> {
            input.parse::<Token![crate]>()?;
            let root = Root::value(input)?;
            if input.parse::<Option<Token![;]>>()?.is_none() {
                return Err(Error::new(input.span(), FORM));
            }
            Ok((root, input.parse()?))
        };
        read.parse2(input)
    }

    /// Parses `= path`.
    pub(crate) fn value(input: ParseStream<'_>) -> Result<Root> {
        input.parse::<Token![=]>()?;
        let path = input
            .call(Path::parse_mod_style)
            .map_err(|error| Error::new(error.span(), FORM))?;
        Ok(Root(Some(path)))
    }

    /// Parses `crate = path` in a derive's own attribute; the options in `others` are parsed
    /// elsewhere.
    pub(crate) fn of(attributes: &[syn::Attribute], own: &str, others: &[&str]) -> Result<Root> {
        let mut root = Root::default();
        for attribute in attributes {
            if !attribute.path().is_ident(own) {
                continue;
            }
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("crate") {
                    root = Root::value(meta.input)?;
                    return Ok(());
                }
                if others.iter().any(|other| meta.path.is_ident(other)) {
                    return meta.value()?.parse::<syn::Expr>().map(|_| ());
                }
                Err(meta.error(format!("`#[{own}(..)]` of a type takes `crate = name`")))
            })?;
        }
        Ok(root)
    }

    /// Replaces the crate's path in the code.
    pub(crate) fn put_into(&self, code: TokenStream) -> TokenStream {
        match &self.0 {
            None => code,
            Some(path) => renamed(code.clone(), &path.to_token_stream()).unwrap_or(code),
        }
    }
}

/// Replaces `::stepwright::__` with another path; `None` if the code does not contain it.
fn renamed(code: TokenStream, path: &TokenStream) -> Option<TokenStream> {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let mut made = TokenStream::new();
    let mut changed = false;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Punct(_) if is_root(tokens.get(at - 1..at + 5).unwrap_or_default()) => {
                path.to_tokens(&mut made);
                changed = true;
                at += 2;
            }
            TokenTree::Group(group) => match renamed(group.stream(), path) {
                Some(inside) => {
                    let mut other = Group::new(group.delimiter(), inside);
                    other.set_span(group.span());
                    other.to_tokens(&mut made);
                    changed = true;
                }
                None => token.to_tokens(&mut made),
            },
            // `#[serde(crate = "..")]` in code that a macro derives.
            TokenTree::Literal(literal) => {
                match literal.to_string().strip_prefix("\"::stepwright::__::") {
                    Some(rest) => {
                        let path = path.to_string().replace(' ', "");
                        let rest = rest.trim_end_matches('"');
                        let mut other = Literal::string(&format!("{path}::__::{rest}"));
                        other.set_span(literal.span());
                        other.to_tokens(&mut made);
                        changed = true;
                    }
                    None => token.to_tokens(&mut made),
                }
            }
            _ => token.to_tokens(&mut made),
        }
    }
    changed.then_some(made)
}

/// Whether these are the tokens of `::stepwright::__` without the last one.
fn is_root(tokens: &[TokenTree]) -> bool {
    let colon =
        |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ':');
    match tokens {
        [a, b, TokenTree::Ident(name), c, d, TokenTree::Ident(hidden)] => {
            [a, b, c, d].into_iter().all(colon) && name == "stepwright" && hidden == "__"
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn through(input: TokenStream, code: TokenStream) -> String {
        let (root, rest) = Root::leading(input).unwrap();
        assert_eq!(rest.to_string(), "rest");
        root.put_into(code).to_string()
    }

    #[test]
    fn generated_code_uses_the_given_crate_path() {
        let code = quote! {
            use ::stepwright::__ as __s;
            #[serde(crate = "::stepwright::__::serde")]
            fn f() -> <(X) as ::stepwright::__::Task>::Output { ::stepwright::other("::stepwright") }
        };
        assert_eq!(through(quote!(rest), code.clone()), code.to_string());
        assert_eq!(
            through(quote!(crate = sw; rest), code.clone()),
            quote! {
                use sw::__ as __s;
                #[serde(crate = "sw::__::serde")]
                fn f() -> <(X) as sw::__::Task>::Output { ::stepwright::other("::stepwright") }
            }
            .to_string()
        );
        let code = quote!(::stepwright::__::Expr);
        assert_eq!(
            through(quote!(crate = crate::deps::sw; rest), code),
            quote!(crate::deps::sw::__::Expr).to_string()
        );
    }

    #[test]
    fn a_crate_argument_without_a_name_is_an_error() {
        for input in [quote!(crate = ; rest), quote!(crate = sw rest)] {
            let error = Root::leading(input).map(|_| ()).unwrap_err();
            assert!(error.to_string().contains("crate = name;"), "{error}");
        }
    }
}
