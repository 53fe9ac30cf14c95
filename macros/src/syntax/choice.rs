//! `choice Triage { when .. => A; otherwise => B; }` and `choice Decide { match value { .. } }`

use super::catch::arrow;
use super::json::{Json, comma};
use super::reader::{Expression, Reader, skip_to_comma, take_word, word};
use super::target::{Target, is_raw};
use proc_macro2::{Ident, Span};
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{LitStr, Pat, Result, Token};

/// What a choice decides by.
#[derive(Default)]
pub(crate) struct Choice {
    pub(crate) rules: Vec<Rule>,
    pub(crate) otherwise: Vec<Otherwise>,
    pub(crate) matches: Vec<Match>,
}

/// `when condition => target;`
pub(crate) struct Rule {
    pub(crate) keyword: Ident,
    pub(crate) condition: Condition,
    pub(crate) target: Target,
}

/// When a rule holds.
pub(crate) enum Condition {
    Expression(Expression),
    /// `raw { "Variable": .. }`: the rule's fields as they stand in ASL.
    Raw(Vec<(LitStr, Json)>),
}

impl Condition {
    /// The expression, where it is one.
    pub(crate) fn expression(&self) -> Option<&Expression> {
        match self {
            Condition::Expression(expression) => Some(expression),
            Condition::Raw(_) => None,
        }
    }
}

/// `otherwise => target;`, or `otherwise fail;`, which has none.
pub(crate) struct Otherwise {
    pub(crate) keyword: Ident,
    pub(crate) target: Option<Target>,
}

/// `match value { .. }`
pub(crate) struct Match {
    pub(crate) keyword: Span,
    pub(crate) value: Expression,
    pub(crate) braces: Span,
    pub(crate) arms: Vec<Arm>,
}

/// `pattern if guard => target,`
pub(crate) struct Arm {
    pub(crate) pattern: Pat,
    pub(crate) guard: Option<Expression>,
    pub(crate) target: Target,
}

pub(super) const WORDS: &[&str] = &["when", "otherwise", "match"];

impl Choice {
    /// Reads the statement that begins with `word`, where it is one of a choice.
    pub(super) fn statement(
        &mut self,
        word: &str,
        input: ParseStream,
        reader: &Reader,
    ) -> Result<bool> {
        match word {
            "when" => self.rules.push(Rule::parse(input, reader)?),
            "otherwise" => self.otherwise.push(Otherwise::parse(input, reader)?),
            "match" => self.matches.push(Match::parse(input, reader)?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Rule {
    fn parse(input: ParseStream, reader: &Reader) -> Result<Rule> {
        let keyword = take_word(input)?;
        let condition = if is_raw(input) {
            take_word(input)?;
            Condition::Raw(Json::fields(input, reader)?)
        } else {
            Condition::Expression(reader.expression(input)?)
        };
        arrow(input)?;
        let target = Target::parse(input, reader)?;
        separator(input, reader, &target);
        Ok(Rule {
            keyword,
            condition,
            target,
        })
    }
}

impl Otherwise {
    fn parse(input: ParseStream, reader: &Reader) -> Result<Otherwise> {
        let keyword = take_word(input)?;
        if word(input).is_some_and(|word| word == "fail") {
            take_word(input)?;
            reader.semicolon(input);
            return Ok(Otherwise {
                keyword,
                target: None,
            });
        }
        if !input.peek(Token![=>]) {
            return Err(input.error("expected `=>` and a state, or `fail`, after `otherwise`"));
        }
        arrow(input)?;
        let target = Target::parse(input, reader)?;
        separator(input, reader, &target);
        Ok(Otherwise {
            keyword,
            target: Some(target),
        })
    }
}

impl Match {
    fn parse(input: ParseStream, reader: &Reader) -> Result<Match> {
        let keyword = input.parse::<Token![match]>()?.span();
        let value = reader.expression_before_brace(input)?;
        if !input.peek(syn::token::Brace) {
            return Err(input.error("expected `{` and the arms of the `match`"));
        }
        let content;
        let braces = syn::braced!(content in input).span.join();
        let mut arms = Vec::new();
        while !content.is_empty() {
            match Arm::parse(&content, reader) {
                Ok(arm) => {
                    let braced = arm.target.braced;
                    arms.push(arm);
                    if braced && !content.peek(Token![,]) {
                        continue;
                    }
                }
                Err(error) => {
                    reader.errors.syn(&error);
                    skip_to_comma(&content);
                }
            }
            comma(&content, reader);
        }
        let _ = input.parse::<Option<Token![;]>>();
        Ok(Match {
            keyword,
            value,
            braces,
            arms,
        })
    }
}

impl Arm {
    fn parse(input: ParseStream, reader: &Reader) -> Result<Arm> {
        let pattern = reader.attempt(input, Pat::parse_multi_with_leading_vert)?;
        let guard = if input.peek(Token![if]) {
            input.parse::<Token![if]>()?;
            Some(reader.expression(input)?)
        } else {
            None
        };
        arrow(input)?;
        let target = Target::parse(input, reader)?;
        Ok(Arm {
            pattern,
            guard,
            target,
        })
    }
}

/// `;` or `,` after an edge; none is needed after braces.
fn separator(input: ParseStream, reader: &Reader, target: &Target) {
    if input.peek(Token![,]) {
        let _ = input.parse::<Token![,]>();
    } else if !target.braced || input.peek(Token![;]) {
        reader.semicolon(input);
    }
}
