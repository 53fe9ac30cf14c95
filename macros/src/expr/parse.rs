//! `|order: Order, charge: Charge| -> Receipt { .. }`

use crate::machine::UserExpr;
use crate::syntax::Reader;
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::{Result, Token, Type};

/// What stands in an `expr!`.
pub(super) struct Lambda {
    pub(super) parameters: Vec<Parameter>,
    pub(super) output: Option<Type>,
    pub(super) body: UserExpr,
}

/// `order: Order`; `_: Order` has no name.
pub(super) struct Parameter {
    pub(super) name: Option<Ident>,
    pub(super) ty: Type,
}

const FORM: &str =
    "expected `|order: Order| order.total > 100.0`: parameters with their types, and an expression";

impl Lambda {
    /// Reads the whole macro input. What cannot be read is an error of the reader's.
    pub(super) fn parse(input: ParseStream, reader: &Reader) -> Option<Lambda> {
        let read = |ahead: ParseStream| -> Result<(Vec<Parameter>, Option<Type>)> {
            let parameters = parameters(ahead)?;
            let output = if ahead.peek(Token![->]) {
                ahead.parse::<Token![->]>()?;
                Some(ahead.parse()?)
            } else {
                None
            };
            Ok((parameters, output))
        };
        let head = reader.attempt(input, read);
        let lambda = head.and_then(|(parameters, output)| {
            let body = reader.expression(input)?;
            Ok(Lambda {
                parameters,
                output,
                body,
            })
        });
        match lambda {
            Ok(lambda) => {
                if !input.is_empty() {
                    reader.errors.at(
                        input.span(),
                        "`expr!` takes one expression, and this is more",
                    );
                }
                rest(input);
                Some(lambda)
            }
            Err(error) => {
                reader.errors.syn(&error);
                rest(input);
                None
            }
        }
    }
}

fn parameters(input: ParseStream) -> Result<Vec<Parameter>> {
    if input.peek(Token![||]) {
        input.parse::<Token![||]>()?;
        return Ok(Vec::new());
    }
    if !input.peek(Token![|]) {
        return Err(input.error(FORM));
    }
    input.parse::<Token![|]>()?;
    let mut parameters = Vec::new();
    while !input.peek(Token![|]) {
        let name = if input.peek(Token![_]) {
            input.parse::<Token![_]>()?;
            None
        } else if input.peek(syn::Ident) {
            Some(input.parse::<Ident>()?)
        } else {
            return Err(input.error("expected the name of a parameter, or `_`"));
        };
        if !input.peek(Token![:]) {
            let name = name.map_or_else(|| "_".to_owned(), |name| name.to_string());
            return Err(input.error(format!(
                "a parameter of `expr!` needs its type: `|{name}: Order|`"
            )));
        }
        input.parse::<Token![:]>()?;
        parameters.push(Parameter {
            name,
            ty: input.parse()?,
        });
        if !input.peek(Token![,]) {
            break;
        }
        input.parse::<Token![,]>()?;
    }
    input.parse::<Token![|]>()?;
    Ok(parameters)
}

/// Leaves nothing behind: what is wrong with it is said.
fn rest(input: ParseStream) {
    let _ = input.parse::<proc_macro2::TokenStream>();
}
