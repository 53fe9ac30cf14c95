//! Arguments of calls whose type only the parameter determines.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Block, Expr, Stmt};

/// The code of an argument whose type is that of the parameter. In a function an argument may also
/// be a reference, so rustc would not infer the type.
pub(crate) fn inferred(argument: &Expr) -> Option<TokenStream> {
    relies_on_parameter(argument).then(|| wrapped(argument, argument))
}

/// The same for an argument in another form.
pub(crate) fn wrapped(argument: &Expr, code: &impl ToTokens) -> TokenStream {
    quote_spanned!(argument.span()=> ::stepwright::__::plain::inferred(#code))
}

/// Whether only the parameter determines the type of an argument.
pub(crate) fn relies_on_parameter(value: &Expr) -> bool {
    match value {
        Expr::Paren(inner) => relies_on_parameter(&inner.expr),
        Expr::Group(inner) => relies_on_parameter(&inner.expr),
        Expr::MethodCall(call) => {
            let methods = ["collect", "into", "product", "sum"];
            call.turbofish.is_none() && methods.iter().any(|name| call.method == name)
        }
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => {
                let mut names = path.path.segments.iter().rev();
                names.next().is_some_and(|last| last.ident == "default")
                    && names.next().is_some_and(|of| of.ident == "Default")
            }
            _ => false,
        },
        Expr::If(one) => {
            let otherwise = one.else_branch.as_ref().map(|(_, otherwise)| otherwise);
            ends_with(&one.then_branch) && otherwise.is_some_and(|one| relies_on_parameter(one))
        }
        Expr::Match(one) => one.arms.iter().all(|arm| relies_on_parameter(&arm.body)),
        Expr::Block(one) => ends_with(&one.block),
        _ => false,
    }
}

fn ends_with(block: &Block) -> bool {
    matches!(block.stmts.last(), Some(Stmt::Expr(last, None)) if relies_on_parameter(last))
}
