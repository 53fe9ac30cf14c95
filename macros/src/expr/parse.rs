//! `[limit] |order: Order, charge: Charge| -> Receipt { .. }`

use crate::machine::UserExpr;
use crate::syntax::SyntaxReader;
use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Arm, Expr, Result, Token, Type, parse_quote};

/// The input of `expr!`.
pub(super) struct Lambda {
    /// The variables that it reads, by the names of their handles.
    pub(super) captured: Vec<Ident>,
    pub(super) parameters: Vec<ExprParameter>,
    pub(super) output: Option<Type>,
    pub(super) body: UserExpr,
    /// The targets of a `match`'s arms, in an `arms!`.
    pub(super) targets: Option<Vec<Expr>>,
}

/// `order: Order`; `_: Order` has no name.
pub(super) struct ExprParameter {
    pub(super) name: Option<Ident>,
    pub(super) ty: Type,
}

const FORM: &str =
    "expected `|order: Order| order.total > 100.0`: parameters with their types, and an expression";

const ARMS: &str = "expected `match value { pattern => &state, .. }`: `arms!` says where each arm of a `match` leads";

impl Lambda {
    /// Parses the complete macro input. The reader records errors.
    pub(super) fn parse(input: ParseStream, reader: &SyntaxReader) -> Option<Lambda> {
        let is_arms = input.peek(Token![@]);
        if is_arms {
            // `@arms`, which `arms!` emits.
            let _ = input.parse::<Token![@]>();
            let _ = input.parse::<Ident>();
        }
        type Head = (Vec<Ident>, Vec<ExprParameter>, Option<Type>);
        let read = |ahead: ParseStream| -> Result<Head> {
            let captured = captured(ahead)?;
            let parameters = parameters(ahead)?;
            let output = if ahead.peek(Token![->]) {
                ahead.parse::<Token![->]>()?;
                Some(ahead.parse()?)
            } else {
                None
            };
            Ok((captured, parameters, output))
        };
        let head = reader.attempt(input, read);
        let lambda = head.and_then(|(captured, parameters, output)| {
            let mut body = reader.expression(input)?;
            let targets = if is_arms {
                Some(targets(&mut body.syn)?)
            } else {
                None
            };
            Ok(Lambda {
                captured,
                parameters,
                output,
                body,
                targets,
            })
        });
        match lambda {
            Ok(lambda) => {
                if !input.is_empty() {
                    reader.errors.at(
                        input.span(),
                        "expected nothing more: `expr!` takes one expression",
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

/// Extracts the target states from a `match` whose arms lead to them.
fn targets(body: &mut Expr) -> Result<Vec<Expr>> {
    let Expr::Match(matched) = body else {
        return Err(syn::Error::new(body.span(), ARMS));
    };
    let target = |arm: &mut Arm| {
        let nothing: Expr = parse_quote!(());
        std::mem::replace(&mut *arm.body, nothing)
    };
    Ok(matched.arms.iter_mut().map(target).collect())
}

/// `[order, checked]`
fn captured(input: ParseStream) -> Result<Vec<Ident>> {
    if !input.peek(syn::token::Bracket) {
        return Ok(Vec::new());
    }
    let content;
    syn::bracketed!(content in input);
    let names = content.parse_terminated(Ident::parse, Token![,])?;
    Ok(names.into_iter().collect())
}

fn parameters(input: ParseStream) -> Result<Vec<ExprParameter>> {
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
        parameters.push(ExprParameter {
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

/// Consumes the remaining input, whose error is already reported.
fn rest(input: ParseStream) {
    let _ = input.parse::<proc_macro2::TokenStream>();
}
