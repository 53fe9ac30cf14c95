//! The signature of a function: its parameters and its result.

use crate::attributes::{AttributeSite, refuse_ignored};
use crate::errors::Errors;
use crate::task::TaskReturnType;
use proc_macro2::Ident;
use quote::ToTokens;
use std::fmt;
use syn::{FnArg, ItemFn, Pat, ReturnType, Safety, Type, parse_quote};

/// The number of items in the longest tuple that serde reads.
const MOST_PARAMETERS: usize = 16;

/// What the attribute makes of the function. It is displayed as the name of the attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FunctionKind {
    Workflow,
    Fragment,
}

impl fmt::Display for FunctionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FunctionKind::Workflow => "workflow",
            FunctionKind::Fragment => "fragment",
        })
    }
}

/// The parts of a signature.
pub(crate) struct Signature {
    pub(crate) parameters: Vec<(Ident, Type)>,
    pub(crate) returns: TaskReturnType,
}

impl Signature {
    /// Reads a signature, and reports what the kind of function does not allow.
    pub(crate) fn of(kind: FunctionKind, function: &ItemFn, errors: &Errors) -> Signature {
        let signature = &function.sig;
        if signature.asyncness.is_none() {
            errors.at(
                signature.fn_token.span,
                format!("a {kind} is an `async fn`: write `async` before `fn`"),
            );
        }
        if let Safety::Unsafe(token) = &signature.safety {
            errors.on(
                token,
                format!("a {kind} is a safe function: remove `unsafe`"),
            );
        }
        if let Some(abi) = &signature.abi {
            errors.on(
                abi,
                format!("a {kind} is a function of Rust: remove `extern`"),
            );
        }
        refuse_ignored(
            signature.inputs.to_token_stream(),
            AttributeSite::Function,
            errors,
        );
        if !signature.generics.params.is_empty() {
            errors.on(&signature.generics, kind.generic_parameters());
        }
        let mut parameters = Vec::new();
        for (index, input) in signature.inputs.iter().enumerate() {
            match kind {
                FunctionKind::Workflow if index > 0 => {
                    errors.on(
                        input,
                        "a workflow has one parameter: put several values into one struct",
                    );
                    break;
                }
                FunctionKind::Fragment if index == MOST_PARAMETERS => {
                    errors.on(
                        input,
                        format!("a fragment has at most {MOST_PARAMETERS} parameters: put several values into one struct"),
                    );
                    break;
                }
                _ => {}
            }
            match input {
                FnArg::Typed(typed) => match &*typed.pat {
                    Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                        if let Some(mutable) = &name.mutability {
                            errors.on(mutable, kind.assigned_parameter(&name.ident));
                        }
                        if let Type::ImplTrait(_) = &*typed.ty {
                            errors.on(&typed.ty, kind.parameter_of_any_type());
                        }
                        if let Type::Reference(_) = &*typed.ty {
                            errors.on(&typed.ty, kind.parameter_by_reference());
                        }
                        parameters.push((name.ident.clone(), (*typed.ty).clone()));
                    }
                    pattern => errors.on(
                        pattern,
                        format!(
                            "a {kind}'s parameter is a plain name: take its fields in the function"
                        ),
                    ),
                },
                FnArg::Receiver(receiver) => {
                    let data = match kind {
                        FunctionKind::Workflow => "the parameter",
                        FunctionKind::Fragment => "a parameter",
                    };
                    errors.on(
                        receiver,
                        format!(
                            "a {kind} is a free function, not a method: pass its data as {data}"
                        ),
                    );
                }
            }
        }
        let returns = match &signature.output {
            ReturnType::Default => parse_quote!(()),
            ReturnType::Type(_, ty) => {
                if let Type::ImplTrait(_) = &**ty {
                    errors.on(ty, kind.result_of_any_type());
                }
                if let Type::Reference(_) = &**ty {
                    errors.on(ty, format!("a {kind} returns a value, not a reference: use `String` for `&str`, `Vec<T>` for `&[T]`, `T` for `&T`"));
                }
                (**ty).clone()
            }
        };
        Signature {
            parameters,
            returns: TaskReturnType::of(returns),
        }
    }
}

impl FunctionKind {
    fn generic_parameters(self) -> &'static str {
        match self {
            FunctionKind::Workflow => {
                "a workflow has no generic parameters, because it has one name and one JSON form: write one function for each type"
            }
            FunctionKind::Fragment => {
                "a fragment has no generic parameters, because its values have one JSON form: write one function for each type"
            }
        }
    }

    fn result_of_any_type(self) -> &'static str {
        match self {
            FunctionKind::Workflow => {
                "a workflow's output has one type, because it is JSON: write the type instead of `impl ..`"
            }
            FunctionKind::Fragment => {
                "a fragment's result has one type, because it is JSON: write the type instead of `impl ..`"
            }
        }
    }

    /// The message about a parameter that is assigned.
    pub(crate) fn assigned_parameter(self, name: &Ident) -> String {
        match self {
            FunctionKind::Workflow => format!(
                "the workflow's input cannot be assigned: write `let mut {name} = {name};` first"
            ),
            FunctionKind::Fragment => format!(
                "a fragment's parameter cannot be assigned: write `let mut {name} = {name};` first"
            ),
        }
    }

    fn parameter_of_any_type(self) -> &'static str {
        match self {
            FunctionKind::Workflow => {
                "a workflow's input has one type, because it arrives as JSON: write the type instead of `impl ..`"
            }
            FunctionKind::Fragment => {
                "a fragment's parameter has one type, because it is JSON: write the type instead of `impl ..`"
            }
        }
    }

    fn parameter_by_reference(self) -> &'static str {
        match self {
            FunctionKind::Workflow => {
                "a workflow owns its input, because it arrives as JSON: use `String` for `&str`, `Vec<T>` for `&[T]`, `T` for `&T`"
            }
            FunctionKind::Fragment => {
                "a fragment owns its parameters, because states pass values: use `String` for `&str`, `Vec<T>` for `&[T]`, `T` for `&T`; a call may pass a \
                 reference"
            }
        }
    }
}
