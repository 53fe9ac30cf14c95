//! The syntax of options that states of several kinds have; the kind decides which of them a state
//! may have.

use super::catch;
use super::json;
use super::object;
use super::reader::{SyntaxReader, name, once, take_word, twice};
use crate::machine::{Amount, Draft, JsonLiteral, Retry, State, StateWork};
use crate::suggest::did_you_mean;
use proc_macro2::{Ident, Span};
use stepwright_asl::words;
use syn::parse::ParseStream;
use syn::{LitStr, Result, Token};

/// The words of this file, and those that end a state.
pub(super) const WORDS: &[&str] = words![
    timeout heartbeat credentials retry catch query_language input_path parameters result
    result_selector result_path output_path output raw next end
];

impl Draft {
    /// Parses the option that begins with `word`, if it is one.
    pub(super) fn option(
        &mut self,
        word: &str,
        input: ParseStream,
        reader: &SyntaxReader,
    ) -> Result<bool> {
        if !WORDS.contains(&word) || matches!(word, "next" | "end") {
            return Ok(false);
        }
        let keyword = take_word(input)?;
        let every = word == "catch" && input.peek(syn::token::Brace);
        belongs_to_the_kind(&self.state, word, every, keyword.span(), reader);
        let of = self.state.name.clone();
        let options = &mut self.state.options;
        match word {
            "timeout" | "heartbeat" => {
                let amount = Amount::parse(input, reader)?;
                reader.semicolon(input);
                let slot = match word {
                    "timeout" => &mut options.timeout,
                    _ => &mut options.heartbeat,
                };
                once(slot, (keyword.clone(), amount), &keyword, &of, reader);
            }
            "credentials" => {
                let role = reader.expression(input)?;
                reader.semicolon(input);
                let role = (keyword.clone(), role);
                once(&mut options.credentials, role, &keyword, &of, reader);
            }
            "query_language" => {
                let language = query_language(input, reader)?;
                once(&mut options.query_language, language, &keyword, &of, reader);
            }
            "input_path" | "result_path" | "output_path" => {
                options.result_is_shaped |= word == "result_path";
                let field = json::path_field(&keyword, input, reader)?;
                let is_known = |(name, _): &(LitStr, JsonLiteral)| {
                    field.iter().any(|(one, _)| one.value() == name.value())
                };
                if options.raw.iter().any(is_known) {
                    twice(&keyword, &of, reader);
                }
                for (_, path) in &field {
                    let path = match path {
                        JsonLiteral::String(path) => Some(path.clone()),
                        _ => None,
                    };
                    options.paths.push((keyword.clone(), path));
                }
                options.raw.extend(field);
            }
            "parameters" | "result" | "result_selector" | "output" => {
                let field = match word {
                    "parameters" => "Parameters",
                    "result" => "Result",
                    "output" => "Output",
                    _ => "ResultSelector",
                };
                options.result_is_shaped |= field == "ResultSelector";
                let template = object::value(input, reader)?;
                if input.peek(Token![;]) {
                    reader.semicolon(input);
                }
                if options
                    .templates
                    .iter()
                    .any(|(_, known, _)| *known == field)
                {
                    twice(&keyword, &of, reader);
                }
                options.templates.push((keyword, field, template));
            }
            "retry" => options.retries.push(Retry::parse(input, reader)?),
            "catch" if every => {
                let (every, arms) = catch::every(keyword, input, reader)?;
                if options.catch_every.is_some() {
                    reader.errors.at(
                        every.keyword.span(),
                        format!("`{of}` has two `catch {{ .. }}`: put the arms into one"),
                    );
                }
                options.catch_every.get_or_insert(every);
                self.edges.extend(arms);
            }
            "catch" => self.edges.push(catch::one(input, reader)?),
            _ => options.raw.extend(json::raw(input, reader)?),
        }
        Ok(true)
    }
}

/// Parses the name of a query language, up to the semicolon.
pub(super) fn query_language(input: ParseStream, reader: &SyntaxReader) -> Result<Ident> {
    let language = name(input, "a query language: `JSONata` or `JSONPath`")?;
    reader.semicolon(input);
    exists(&language, &["JSONata", "JSONPath"], reader, |found| {
        format!("`{found}` is not a query language: write `JSONata` or `JSONPath`")
    });
    Ok(language)
}

/// Reports a word that is not allowed here.
pub(super) fn exists(
    word: &Ident,
    known: &[&'static str],
    reader: &SyntaxReader,
    message: impl FnOnce(&str) -> String,
) {
    let found = word.to_string();
    if !known.contains(&found.as_str()) {
        let hint = did_you_mean(&found, known.iter().copied());
        let message = message(&found) + &hint;
        reader.errors.at(word.span(), message);
    }
}

/// Checks that the state has a field for the option in ASL.
fn belongs_to_the_kind(state: &State, word: &str, every: bool, span: Span, reader: &SyntaxReader) {
    let of_errors = matches!(word, "retry" | "catch");
    let message = match &state.kind {
        StateWork::Include(_) if word == "catch" && !every => return,
        StateWork::Include(_) => {
            let what = if every { "catch { .. }" } else { word };
            format!(
                "an include has no `{what}`, because it is several states: write it in the states of the fragment, or put \
                 the include into the branch of a `parallel`"
            )
        }
        StateWork::Task(_) | StateWork::Unknown => return,
        _ if matches!(
            word,
            "query_language"
                | "raw"
                | "input_path"
                | "parameters"
                | "result"
                | "result_selector"
                | "result_path"
                | "output_path"
                | "output"
        ) =>
        {
            return;
        }
        kind if of_errors && kind.has_errors() => return,
        kind => {
            let who = if of_errors {
                "task, parallel and map states"
            } else {
                "task states"
            };
            let kind = kind.word();
            format!("a {kind} state has no `{word}`: this option is for {who}")
        }
    };
    reader.errors.at(span, message);
}
