//! `#[workflow(timeout = days(7), express, lambda_retries)]`, `#[fragment(allow(unbounded_loop))]`

use super::durations::unit_of;
use super::source::signature::FunctionKind;
use crate::machine::{Amount, WorkflowOptions};
use crate::root::Root;
use proc_macro2::Ident;
use stepwright_asl::front_end::Lint;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Error, Expr, Lit, LitStr, Result, Token};

/// The options of the attribute.
#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<LitStr>,
    pub(super) workflow: WorkflowOptions,
    pub(super) root: Root,
}

/// The options that a fragment also has.
const OF_A_FRAGMENT: &[&str] = &["deny", "allow", "crate"];

impl Options {
    pub(super) fn parse(input: ParseStream<'_>, kind: FunctionKind) -> Result<Options> {
        let mut options = Options::default();
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            let option = input.call(Ident::parse_any)?;
            if seen.contains(&option) && option != "allow" && option != "deny" {
                return Err(Error::new(
                    option.span(),
                    format!("`{option}` is given twice: remove one of them"),
                ));
            }
            seen.push(option.clone());
            let workflow = &mut options.workflow;
            if kind == FunctionKind::Fragment && !OF_A_FRAGMENT.iter().any(|known| option == known)
            {
                return Err(Error::new(
                    option.span(),
                    format!(
                        "`{option}` is not an option of a fragment, whose states are those of its callers; the options are `deny(..)`, `allow(..)` and \
                         `crate = name`"
                    ),
                ));
            }
            match option.to_string().as_str() {
                "name" => {
                    equals(input, &option, "name = \"OrderProcessing\"")?;
                    options.name = Some(input.parse()?);
                }
                "timeout" => {
                    equals(input, &option, "timeout = days(7)")?;
                    let amount = duration(&input.parse()?)?;
                    workflow.timeout = Some((option, amount));
                }
                "express" => workflow.express = Some(option),
                "lambda_retries" => workflow.lambda_retries = Some(option),
                "overflow_checks" => workflow.overflow_checks = Some(option),
                "deploy" => {
                    equals(input, &option, "deploy = activity")?;
                    let place: Ident = input.parse()?;
                    if !["lambda", "lambda_arn", "activity"]
                        .iter()
                        .any(|known| place == known)
                    {
                        return Err(Error::new(
                            place.span(),
                            format!(
                                "tasks are not deployed as `{place}`: write `lambda`, `lambda_arn` or `activity`"
                            ),
                        ));
                    }
                    workflow.deploy = Some(place);
                }
                "deny" => workflow.deny.extend(lints(input, &option)?),
                "allow" => workflow.allow.extend(lints(input, &option)?),
                "crate" => options.root = Root::value(input)?,
                other => {
                    return Err(Error::new(
                        option.span(),
                        format!(
                            "`{other}` is not an option of a workflow; the options are `name = \"..\"`, `timeout = days(7)`, `express`, \
                             `lambda_retries`, `overflow_checks`, `deploy = activity`, `deny(..)`, `allow(..)` and `crate = name`"
                        ),
                    ));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

/// The `=` of an option.
fn equals(input: ParseStream<'_>, option: &Ident, form: &str) -> Result<()> {
    if !input.peek(Token![=]) {
        return Err(Error::new(
            option.span(),
            format!("`{option}` needs a value: write `{form}`"),
        ));
    }
    input.parse::<Token![=]>().map(|_| ())
}

fn duration(value: &Expr) -> Result<Amount> {
    let wrong = || {
        Error::new(
            value.span(),
            "the timeout of a workflow is a fixed duration: write `days(7)`, `hours(2)` or `secs(30)`",
        )
    };
    let (unit, count) = unit_of(value).ok_or_else(wrong)?;
    let Expr::Lit(literal) = count else {
        return Err(wrong());
    };
    let Lit::Int(number) = &literal.lit else {
        return Err(wrong());
    };
    let seconds = number
        .base10_parse::<u64>()?
        .checked_mul(unit)
        .ok_or_else(wrong)?;
    Ok(Amount::Seconds(seconds, value.span()))
}

/// `(unhandled_errors, unbounded_loop)`
fn lints(input: ParseStream<'_>, option: &Ident) -> Result<Vec<Ident>> {
    if !input.peek(syn::token::Paren) {
        return Err(Error::new(
            option.span(),
            format!("`{option}` lists lints: write `{option}(unbounded_loop)`"),
        ));
    }
    let content;
    syn::parenthesized!(content in input);
    let named = content.parse_terminated(Ident::parse_any, Token![,])?;
    let known = Lint::ALL.map(Lint::name);
    for lint in &named {
        if !known.iter().any(|known| lint == known) {
            return Err(Error::new(
                lint.span(),
                format!(
                    "unknown lint `{lint}`; the lints are `{}`",
                    known.join("`, `")
                ),
            ));
        }
    }
    Ok(named.into_iter().collect())
}
