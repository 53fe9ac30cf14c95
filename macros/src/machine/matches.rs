//! The arguments of `matches!`.

use syn::parse::{Parse, ParseStream};
use syn::{Expr, Pat, Token};

/// The arguments of a `matches!`.
pub(crate) struct Matches {
    pub(crate) subject: Expr,
    pub(crate) pattern: Pat,
    pub(crate) guard: Option<Expr>,
}

impl Parse for Matches {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let subject = input.parse()?;
        input.parse::<Token![,]>()?;
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let guard = match input.parse::<Option<Token![if]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        input.parse::<Option<Token![,]>>()?;
        Ok(Matches {
            subject,
            pattern,
            guard,
        })
    }
}
