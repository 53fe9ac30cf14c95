//! `pub workflow OrderProcessing(order: Order) -> Receipt { .. }`

use super::duration::Amount;
use super::json::Json;
use super::reader::{Reader, name, skip_block, skip_one, skip_statement, take_word, word};
use super::state::{Body, docs};
use crate::suggest::closest;
use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::{Attribute, LitStr, Result, Token, Type, Visibility};

/// All that stands in one `workflow! { .. }`.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) workflows: Vec<Workflow>,
    pub(crate) expressions: usize,
}

/// One workflow, or a fragment of one.
pub(crate) struct Workflow {
    /// The parameters, where it is a fragment.
    pub(crate) fragment: Option<Vec<(Ident, Type)>>,
    pub(crate) docs: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) parameter: Option<(Ident, Type)>,
    pub(crate) output: Option<Type>,
    pub(crate) options: Vec<WorkflowOption>,
    pub(crate) body: Body,
}

/// An option of a workflow.
pub(crate) enum WorkflowOption {
    Express(Ident),
    Timeout(Ident, Amount),
    QueryLanguage(Ident, Ident),
    LambdaRetries(Ident),
    Deploy(Ident, Ident),
    Deny(Ident, Vec<Ident>),
    Allow(Ident, Vec<Ident>),
    Raw(Ident, Vec<(LitStr, Json)>),
}

const WORDS: &[&str] = &[
    "express",
    "timeout",
    "query_language",
    "lambda_retries",
    "deploy",
    "deny",
    "allow",
    "raw",
];

impl Source {
    /// Reads the whole macro input; what cannot be read is an error, never a failure.
    pub(crate) fn parse(input: ParseStream, reader: &Reader) -> Result<Source> {
        let mut source = Source::default();
        if input.is_empty() {
            reader.errors.at(
                Span::call_site(),
                "expected `workflow Name(input: Type) -> Type { .. }`",
            );
        }
        while !input.is_empty() {
            let mark = input.cursor();
            match Workflow::parse(input, reader) {
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

impl Workflow {
    fn parse(input: ParseStream, reader: &Reader) -> Result<Workflow> {
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
        let output = if input.peek(Token![->]) {
            input.parse::<Token![->]>()?;
            Some(reader.attempt(input, |ahead| ahead.parse::<Type>())?)
        } else {
            None
        };
        if !input.peek(syn::token::Brace) {
            return Err(input.error(format!("expected `{{` and the states of {of}")));
        }
        let content;
        let span = syn::braced!(content in input).span.join();
        let (options, broken) = options(&content, reader);
        let mut body = Body::rest(&content, span, reader);
        body.broken |= broken;
        Ok(Workflow {
            fragment: is_fragment.then_some(parameters),
            docs: docs(&attributes),
            attributes,
            visibility,
            name,
            parameter,
            output,
            options,
            body,
        })
    }
}

/// The parameters in parentheses: a workflow has one at most.
fn parameters(input: ParseStream, reader: &Reader, what: &str) -> Result<Vec<(Ident, Type)>> {
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

/// The options before the first state.
fn options(input: ParseStream, reader: &Reader) -> (Vec<WorkflowOption>, bool) {
    let mut options = Vec::new();
    let mut broken = false;
    while let Some(found) = word(input) {
        // A state is a word, a name and braces; whatever ends in a semicolon before that is an option.
        let outcome = if WORDS.contains(&found.as_str()) {
            WorkflowOption::parse(&found, input, reader).map(|option| options.push(option))
        } else if let Some(close) = closest(&found, WORDS.iter().copied())
            && !input.peek2(syn::Ident)
        {
            Err(input.error(format!(
                "`{found}` is no option of a workflow; did you mean `{close}`?"
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
    (options, broken)
}

/// `unhandled_errors, unbounded_loop`
fn lints(input: ParseStream) -> Result<Vec<Ident>> {
    let mut lints = Vec::new();
    while !input.is_empty() && !input.peek(Token![;]) {
        lints.push(name(input, "a lint")?);
        if input.parse::<Option<Token![,]>>()?.is_none() {
            break;
        }
    }
    Ok(lints)
}

impl WorkflowOption {
    /// The word that it begins with.
    pub(crate) fn keyword(&self) -> &Ident {
        match self {
            WorkflowOption::Express(keyword)
            | WorkflowOption::Timeout(keyword, _)
            | WorkflowOption::QueryLanguage(keyword, _)
            | WorkflowOption::LambdaRetries(keyword)
            | WorkflowOption::Deploy(keyword, _)
            | WorkflowOption::Deny(keyword, _)
            | WorkflowOption::Allow(keyword, _)
            | WorkflowOption::Raw(keyword, _) => keyword,
        }
    }

    fn parse(word: &str, input: ParseStream, reader: &Reader) -> Result<WorkflowOption> {
        let keyword = take_word(input)?;
        let option = match word {
            "express" => WorkflowOption::Express(keyword),
            "timeout" => WorkflowOption::Timeout(keyword, Amount::parse(input, reader)?),
            "query_language" => WorkflowOption::QueryLanguage(
                keyword,
                name(input, "a query language: `JSONata` or `JSONPath`")?,
            ),
            "lambda_retries" => WorkflowOption::LambdaRetries(keyword),
            "deploy" => WorkflowOption::Deploy(
                keyword,
                name(input, "a place: `lambda`, `lambda_arn` or `activity`")?,
            ),
            "deny" => WorkflowOption::Deny(keyword, lints(input)?),
            "allow" => WorkflowOption::Allow(keyword, lints(input)?),
            _ => {
                if !input.peek(syn::token::Brace) {
                    return Err(input.error("expected `{ \"Field\": value }` after `raw`"));
                }
                let fields = Json::fields(input, reader)?;
                let _ = input.parse::<Option<Token![;]>>();
                return Ok(WorkflowOption::Raw(keyword, fields));
            }
        };
        reader.semicolon(input);
        Ok(option)
    }
}
