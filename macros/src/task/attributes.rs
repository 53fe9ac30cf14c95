//! `#[task(name = "..", activity, context, blocking, idempotent)]`.

use crate::root::Root;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use stepwright_asl::name::MAX_LENGTH;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitStr, Result, Token};

/// The options of the attribute.
#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<LitStr>,
    pub(super) deploy: Deploy,
    pub(super) context: bool,
    pub(super) runs: Runs,
    /// The span of `idempotent`: the task may be called again after its process ended.
    pub(super) idempotent: Option<Span>,
    pub(super) root: Root,
}

/// Where an in-process runtime runs the function.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Runs {
    #[default]
    InPlace,
    Spawned,
    Blocking,
}

impl Runs {
    /// The tokens that override the trait's default.
    pub(super) fn tokens(self) -> TokenStream {
        let runs = match self {
            Runs::InPlace => return TokenStream::new(),
            Runs::Spawned => quote!(Spawned),
            Runs::Blocking => quote!(Blocking),
        };
        quote!(const RUNS: ::stepwright::__::Runs = ::stepwright::__::Runs::#runs;)
    }
}

/// Where the task is deployed.
#[derive(Default)]
pub(super) enum Deploy {
    #[default]
    Lambda,
    LambdaArn,
    Activity,
    FunctionName(LitStr),
    Resource(LitStr),
}

impl Deploy {
    pub(super) fn tokens(&self) -> TokenStream {
        match self {
            Deploy::Lambda => quote!(::stepwright::__::Deploy::Lambda),
            Deploy::LambdaArn => quote!(::stepwright::__::Deploy::LambdaArn),
            Deploy::Activity => quote!(::stepwright::__::Deploy::Activity),
            Deploy::FunctionName(text) => quote!(::stepwright::__::Deploy::FunctionName(#text)),
            Deploy::Resource(text) => quote!(::stepwright::__::Deploy::Resource(#text)),
        }
    }
}

impl Options {
    pub(super) fn parse(input: ParseStream<'_>) -> Result<Options> {
        let mut options = Options::default();
        let mut place: Option<Ident> = None;
        while !input.is_empty() {
            let option = input.call(Ident::parse_any)?;
            let mut deploy = None;
            match option.to_string().as_str() {
                "name" => options.name = Some(name(text(input)?)?),
                "context" => options.context = true,
                "blocking" | "spawn" => {
                    if options.runs != Runs::InPlace {
                        return Err(Error::new(
                            option.span(),
                            "`blocking` and `spawn` exclude each other: `blocking` runs the task on a separate thread, `spawn` as a separate async task; write one of them",
                        ));
                    }
                    options.runs = if option == "blocking" {
                        Runs::Blocking
                    } else {
                        Runs::Spawned
                    };
                }
                "idempotent" => options.idempotent = Some(option.span()),
                "crate" => options.root = Root::value(input)?,
                "lambda_arn" => deploy = Some(Deploy::LambdaArn),
                "activity" => deploy = Some(Deploy::Activity),
                "function_name" => deploy = Some(Deploy::FunctionName(text(input)?)),
                "resource" => deploy = Some(Deploy::Resource(text(input)?)),
                other => {
                    return Err(Error::new(
                        option.span(),
                        format!(
                            "`{other}` is not an option of a task; the options are `name = \"..\"`, `function_name = \"..\"`, `lambda_arn`, \
                             `activity`, `resource = \"..\"`, `context`, `blocking`, `spawn`, `idempotent` and `crate = name`"
                        ),
                    ));
                }
            }
            if let Some(deploy) = deploy {
                if let Some(first) = &place {
                    return Err(Error::new(
                        option.span(),
                        format!(
                            "a task runs in one place, and `{first}` already sets it; remove one of the two"
                        ),
                    ));
                }
                options.deploy = deploy;
                place = Some(option);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

fn text(input: ParseStream<'_>) -> Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// The deployed name also names the placeholder, which contains only letters and digits.
fn name(text: LitStr) -> Result<LitStr> {
    let value = text.value();
    let legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if value.is_empty() || value.len() > MAX_LENGTH || !value.chars().all(legal) {
        return Err(Error::new(
            text.span(),
            "a task's name has 1 to 80 letters, digits, `_` and `-`",
        ));
    }
    Ok(text)
}
