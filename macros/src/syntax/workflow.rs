//! `pub workflow OrderProcessing(order: Order) -> Receipt { .. }`

use super::json;
use super::option::{exists, query_language};
use super::reader::{
    SyntaxReader, after, name, skip_block, skip_one, skip_statement, take_word, word,
};
use super::state::docs;
use crate::checked_type::DeclaredType;
use crate::machine::{Amount, MachineBody, Workflow, WorkflowOptions};
use crate::suggest::closest;
use proc_macro2::{Ident, Span};
use stepwright_asl::front_end::Lint;
use stepwright_asl::words;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Result, Token, Type, Visibility};

/// The content of one `workflow! { .. }`.
#[derive(Default)]
pub(crate) struct WorkflowSource {
    pub(crate) workflows: Vec<(Workflow, MachineBody)>,
    pub(crate) expressions: usize,
}

const WORDS: &[&str] =
    words!(express timeout query_language lambda_retries overflow_checks deploy deny allow raw);

const PLACES: &[&str] = &["lambda", "lambda_arn", "activity"];

impl WorkflowSource {
    /// Parses the complete macro input. It never fails; errors are recorded.
    pub(crate) fn parse(input: ParseStream, reader: &SyntaxReader) -> Result<WorkflowSource> {
        let mut source = WorkflowSource::default();
        if input.is_empty() {
            reader.errors.at(
                Span::call_site(),
                "expected `workflow Name(input: Type) -> Type { .. }`",
            );
        }
        while !input.is_empty() {
            let mark = input.cursor();
            match workflow(input, reader) {
                Ok(workflow) => source.workflows.push(workflow),
                Err(error) => {
                    reader.errors.syn(&error);
                    skip_block(input);
                }
            }
            if input.cursor() == mark {
                skip_one(input);
            }
        }
        source.expressions = reader.expressions();
        Ok(source)
    }
}

fn workflow(input: ParseStream, reader: &SyntaxReader) -> Result<(Workflow, MachineBody)> {
    let attributes = reader.attempt(input, Attribute::parse_outer)?;
    let visibility = reader.attempt(input, |ahead| ahead.parse::<Visibility>())?;
    let is_fragment = match word(input).as_deref() {
        Some("workflow") => false,
        Some("fragment") => true,
        _ => {
            return Err(input.error(
                "expected `workflow Name(input: Type) -> Type { .. }` or `fragment Name(value: Type) -> Type { .. }`",
            ));
        }
    };
    take_word(input)?;
    let (of, what) = if is_fragment {
        ("the fragment", "fragment")
    } else {
        ("the workflow", "workflow")
    };
    let name = name(input, of)?;
    let mut parameters = parameters(input, reader, what)?;
    let parameter = if is_fragment { None } else { parameters.pop() };
    let output = after::<Token![->], _>(input, |input| reader.attempt(input, Type::parse))?;
    if !input.peek(syn::token::Brace) {
        return Err(input.error(format!("expected `{{` and the states of {of}")));
    }
    let content;
    let span = syn::braced!(content in input).span.join();
    let mut workflow = Workflow {
        fragment: is_fragment.then_some(parameters),
        function: None,
        docs: docs(&attributes),
        attributes,
        visibility,
        name,
        parameter,
        output: output.map(DeclaredType::payload),
        options: WorkflowOptions::default(),
    };
    let broken = options(&mut workflow, &content, reader);
    let mut body = MachineBody::rest(&content, span, reader);
    body.broken |= broken;
    Ok((workflow, body))
}

/// Parses the parameters in parentheses: at most one for a workflow.
fn parameters(input: ParseStream, reader: &SyntaxReader, what: &str) -> Result<Vec<(Ident, Type)>> {
    if !input.peek(syn::token::Paren) {
        return Err(input.error(format!(
            "expected `(input: Type)`, or `()` for a {what} without input"
        )));
    }
    let content;
    syn::parenthesized!(content in input);
    let read = |content: ParseStream| -> Result<Vec<(Ident, Type)>> {
        let mut list = Vec::new();
        while !content.is_empty() {
            if what == "workflow" && list.len() == 1 {
                return Err(content
                    .error("a workflow has one parameter: put several values into one struct"));
            }
            let ident = name(content, "the parameter")?;
            content.parse::<Token![:]>()?;
            list.push((ident, content.parse()?));
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(list)
    };
    reader.attempt(&content, read).inspect_err(|_| {
        while !content.is_empty() {
            skip_one(&content);
        }
    })
}

/// Parses the options before the first state; returns whether something was skipped.
fn options(workflow: &mut Workflow, input: ParseStream, reader: &SyntaxReader) -> bool {
    let mut broken = false;
    while let Some(found) = word(input) {
        // A state is a word, a name and braces; a word with a semicolon before that is an option.
        let outcome = if WORDS.contains(&found.as_str()) {
            option(workflow, &found, input, reader)
        } else if let Some(close) = closest(&found, WORDS.iter().copied())
            && !input.peek2(syn::Ident)
        {
            Err(input.error(format!(
                "`{found}` is not an option of a workflow; did you mean `{close}`?"
            )))
        } else {
            break;
        };
        if let Err(error) = outcome {
            reader.errors.syn(&error);
            broken = true;
            skip_statement(input);
        }
    }
    broken
}

/// Parses one option. Each option is allowed once, except `deny`, `allow` and `raw`.
fn option(
    workflow: &mut Workflow,
    word: &str,
    input: ParseStream,
    reader: &SyntaxReader,
) -> Result<()> {
    let keyword = take_word(input)?;
    if workflow.fragment.is_some() && word != "query_language" {
        reader.errors.at(
            keyword.span(),
            format!("`{word}` is an option of a workflow; a fragment takes only `query_language`"),
        );
    }
    let what = workflow.what();
    let options = &mut workflow.options;
    let again = match word {
        "express" => options.express.is_some(),
        "timeout" => options.timeout.is_some(),
        "query_language" => options.query_language.is_some(),
        "lambda_retries" => options.lambda_retries.is_some(),
        "overflow_checks" => options.overflow_checks.is_some(),
        "deploy" => options.deploy.is_some(),
        _ => false,
    };
    if again {
        let message = format!("`{word}` is given twice in this {what}");
        reader.errors.at(keyword.span(), message);
    }
    match word {
        "express" => options.express = Some(keyword),
        "timeout" => options.timeout = Some((keyword, Amount::parse(input, reader)?)),
        "query_language" => options.query_language = Some(query_language(input, reader)?),
        "lambda_retries" => options.lambda_retries = Some(keyword),
        "overflow_checks" => options.overflow_checks = Some(keyword),
        "deploy" => {
            let place = name(input, "a place: `lambda`, `lambda_arn` or `activity`")?;
            exists(&place, PLACES, reader, |found| {
                format!(
                    "`{found}` is not a place for a task: write `lambda`, `lambda_arn` or `activity`"
                )
            });
            options.deploy = Some(place);
        }
        "deny" => options.deny.extend(lints(&keyword, input, reader)?),
        "allow" => options.allow.extend(lints(&keyword, input, reader)?),
        _ => {
            options.raw.extend(json::raw(input, reader)?);
            return Ok(());
        }
    }
    if word != "query_language" {
        reader.semicolon(input);
    }
    Ok(())
}

/// `unhandled_errors, unbounded_loop`
fn lints(keyword: &Ident, input: ParseStream, reader: &SyntaxReader) -> Result<Vec<Ident>> {
    let known = Lint::ALL.map(Lint::name);
    let mut lints = Vec::new();
    while !input.is_empty() && !input.peek(Token![;]) {
        lints.push(name(input, "a lint")?);
        if input.parse::<Option<Token![,]>>()?.is_none() {
            break;
        }
    }
    if lints.is_empty() {
        let message = format!("`{keyword}` names lints: `{}`", known.join("`, `"));
        reader.errors.at(keyword.span(), message);
    }
    for lint in &lints {
        exists(lint, &known, reader, |found| {
            format!(
                "unknown lint `{found}`; the lints are `{}`",
                known.join("`, `")
            )
        });
    }
    Ok(lints)
}
