//! The function with `#[task]`, and the parts of it that a workflow can call.

use super::attributes::{Options, Runs};
use crate::checked_type::DeclaredType;
use proc_macro2::{Span, TokenStream};
use quote::format_ident;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, FnArg, GenericArgument, Ident, Pat, PathArguments, Result, ReturnType,
    Signature, Token, Type, Visibility, parse_quote_spanned,
};

/// A function with a body, or a declaration that ends in `;`.
pub(super) struct TaskFunction {
    pub(super) attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) signature: Signature,
    /// The braces with their content, unparsed: rustc parses it.
    pub(super) body: Option<TokenStream>,
}

impl Parse for TaskFunction {
    fn parse(input: ParseStream<'_>) -> Result<TaskFunction> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let signature = input.parse()?;
        let body = if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            None
        } else {
            Some(input.parse::<TokenStream>()?)
        };
        Ok(TaskFunction {
            attributes,
            visibility,
            signature,
            body,
        })
    }
}

/// A parameter that is part of the payload.
pub(super) struct TaskParameter {
    pub(super) name: Ident,
    pub(super) ty: Type,
    /// Whether it is an `impl Trait`, which is refused.
    pub(super) is_any: bool,
}

/// The data about a task that a workflow needs.
pub(super) struct Task {
    pub(super) parameters: Vec<TaskParameter>,
    pub(super) takes_context: bool,
    pub(super) returns: TaskReturnType,
    /// A part of it was refused, and the rest is emitted as a declaration.
    pub(super) broken: bool,
}

/// The return type of a task.
pub(crate) enum TaskReturnType {
    /// A `Result` in the source: messages can refer to both of its types.
    Result(Box<Type>, Box<Type>),
    /// Any other type; it may be an alias of `Result`, which its trait implementation shows.
    Other(Box<Type>),
}

impl TaskReturnType {
    /// The span of messages about a return type.
    pub(crate) fn span(&self) -> Span {
        match self {
            TaskReturnType::Result(output, _) => output.span(),
            TaskReturnType::Other(ty) => ty.span(),
        }
    }

    /// The type of the result.
    pub(crate) fn output(&self) -> DeclaredType {
        match self {
            TaskReturnType::Result(output, _) => DeclaredType::payload((**output).clone()),
            TaskReturnType::Other(ty) => DeclaredType::returned((**ty).clone()),
        }
    }

    pub(crate) fn of(ty: Type) -> TaskReturnType {
        let arguments = match &ty {
            Type::Path(path) => path
                .path
                .segments
                .last()
                .filter(|last| last.ident == "Result"),
            _ => None,
        };
        if let Some(PathArguments::AngleBracketed(arguments)) =
            arguments.map(|last| &last.arguments)
        {
            let mut types = arguments.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty.clone()),
                _ => None,
            });
            if let (Some(output), Some(error), None) = (types.next(), types.next(), types.next()) {
                return TaskReturnType::Result(Box::new(output), Box::new(error));
            }
        }
        TaskReturnType::Other(Box::new(ty))
    }
}

impl Task {
    /// Parses the signature. Records every error; `None` if no marker can be created.
    pub(super) fn read(
        function: &TaskFunction,
        options: &Options,
        errors: &mut Vec<Error>,
    ) -> Option<Task> {
        let signature = &function.signature;
        if let (Some(span), None) = (options.idempotent, &function.body) {
            errors.push(Error::new(
                span,
                "`idempotent` needs a task with a body: give it one, or call `EngineBuilder::idempotent` where the handler is \
                 registered",
            ));
        }
        match (&signature.asyncness, options.runs) {
            (None, Runs::InPlace | Runs::Spawned) => errors.push(Error::new(
                signature.fn_token.span,
                "a task is an `async fn`: write `async` before `fn`, or `#[task(blocking)]` for one that computes or blocks",
            )),
            (Some(token), Runs::Blocking) => errors.push(Error::new(
                token.span(),
                "a blocking task is a plain `fn`, because its thread cannot await: remove `async`, or write `#[task(spawn)]`",
            )),
            (None, Runs::Blocking) | (Some(_), Runs::InPlace | Runs::Spawned) => {}
        }
        if let Some(token) = &signature.constness {
            errors.push(Error::new(token.span(), "a task cannot be `const`"));
        }
        if let Some(variadic) = &signature.variadic {
            errors.push(Error::new(variadic.span(), "a task cannot be variadic"));
        }
        let generic = !signature.generics.params.is_empty();
        if generic {
            errors.push(Error::new(
                signature.generics.span(),
                "a task has no generic parameters, because it has one name and one JSON form: write one function for each \
                 type",
            ));
        }
        let TaskParameters {
            parameters,
            takes_context,
            mut broken,
        } = TaskParameters::read(signature, errors);
        let mut returns = match &signature.output {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        };
        if matches!(returns, Type::ImplTrait(_)) {
            broken = true;
            errors.push(Error::new(
                returns.span(),
                "a task returns a type with `#[derive(Payload)]`, or a `Result` of one: name it",
            ));
        }
        if broken {
            returns = accepted(&returns);
        }
        (!generic).then_some(Task {
            parameters,
            takes_context,
            returns: TaskReturnType::of(returns),
            broken,
        })
    }
}

/// The parameters of a task.
struct TaskParameters {
    parameters: Vec<TaskParameter>,
    takes_context: bool,
    /// Whether a parameter has an error.
    broken: bool,
}

impl TaskParameters {
    fn read(signature: &Signature, errors: &mut Vec<Error>) -> TaskParameters {
        let mut parameters = Vec::new();
        let mut takes_context = false;
        let mut broken = false;
        for (index, input) in signature.inputs.iter().enumerate() {
            match input {
                FnArg::Receiver(receiver) => {
                    broken = true;
                    errors.push(Error::new(
                        receiver.span(),
                        "a task is a free function, not a method: pass its data as parameters, and read the application's state \
                         from `&TaskContext`",
                    ));
                }
                FnArg::Typed(typed) if is_context(&typed.ty) => {
                    if index == 0 && matches!(*typed.ty, Type::Reference(_)) {
                        takes_context = true;
                    } else {
                        broken = true;
                        errors.push(Error::new(
                            typed.ty.span(),
                            "the context is a task's first parameter, and borrowed: `context: &TaskContext`",
                        ));
                    }
                }
                FnArg::Typed(typed) => {
                    let ty = match refused(&typed.ty) {
                        Some(message) => {
                            broken = true;
                            errors.push(Error::new(typed.ty.span(), message));
                            accepted(&typed.ty)
                        }
                        None => (*typed.ty).clone(),
                    };
                    let is_any = matches!(*typed.ty, Type::ImplTrait(_));
                    match &*typed.pat {
                        Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                            let name = name.ident.clone();
                            parameters.push(TaskParameter { name, ty, is_any });
                        }
                        pattern => {
                            broken = true;
                            let name = format_ident!("argument{index}", span = pattern.span());
                            parameters.push(TaskParameter { name, ty, is_any });
                            errors.push(Error::new(
                                pattern.span(),
                                "a task's parameter is a plain name, because the name is its key in the JSON: destructure \
                                 it in the body",
                            ));
                        }
                    }
                }
            }
        }
        TaskParameters {
            parameters,
            takes_context,
            broken,
        }
    }
}

/// `TaskContext` or `&TaskContext`, with any path.
fn is_context(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_context(&reference.elem),
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "TaskContext"),
        _ => false,
    }
}

/// Replaces the type of a refused parameter or result, so that calls of the task report no further
/// error.
fn accepted(ty: &Type) -> Type {
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) => {
                let item = &slice.elem;
                parse_quote_spanned!(ty.span()=> ::std::vec::Vec<#item>)
            }
            Type::Path(path) if path.path.is_ident("str") => {
                parse_quote_spanned!(ty.span()=> ::std::string::String)
            }
            owned => owned.clone(),
        },
        Type::ImplTrait(_) => {
            parse_quote_spanned!(ty.span()=> ::stepwright::__::serde_json::Value)
        }
        other => other.clone(),
    }
}

/// Why a type cannot be deserialized from JSON, if its syntax shows it.
fn refused(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Reference(_) => Some(
            "a task owns its parameters, because they arrive as JSON: use `String` for `&str`, `Vec<T>` for `&[T]`, `T` for `&T`",
        ),
        Type::ImplTrait(_) => {
            Some("a task's parameter has a type with a name, because it arrives as JSON")
        }
        _ => None,
    }
}
