//! What the words of a document mean, for colours.

use std::ops::Range;

use serde::Serialize;
use stepwright_asl::json::{Json, Object, escape};
use stepwright_asl::jsonata::{ExpressionPart, parts, strip};
use stepwright_asl::model::QueryLanguage;

use crate::path_text::{PathPart, path_parts};
use crate::string_text::StringText;
use crate::{Definition, Document};

/// A part of the text with a meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Token {
    /// The range in the text.
    pub range: Range<usize>,
    /// Its kind.
    pub kind: TokenKind,
    /// Whether it declares the name: the key of a state, or a variable in `Assign`.
    pub is_declaration: bool,
}

/// The kind of a [`Token`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenKind {
    /// The name of a state.
    State,
    /// The type of a state.
    StateType,
    /// The resource of a Task.
    Resource,
    /// The name of an error.
    ErrorName,
    /// A variable or the root of a path, with its `$`.
    Variable,
    /// A function.
    Function,
    /// A member in a path.
    Member,
    /// A text in an expression.
    String,
    /// A number in an expression.
    Number,
    /// `true`, `false`, `null`, and `function`.
    Word,
    /// A regular expression.
    Regex,
    /// An operator.
    Operator,
}

impl Document {
    /// The meaning of names and expressions, in text order. Keys of fields, and texts that are
    /// only texts, have no token.
    pub fn tokens(&self) -> Vec<Token> {
        let mut tokens = Vec::new();
        for definition in self.definitions() {
            let mut walk = TokenWalk {
                document: self,
                definition,
                language: QueryLanguage::JsonPath,
                pointer: String::new(),
                tokens: &mut tokens,
            };
            walk.machine(definition.json());
        }
        tokens.retain(|token| !token.range.is_empty());
        tokens.sort_by_key(|token| (token.range.start, token.range.end));
        // Computed texts of a template have one place.
        let mut end = 0;
        tokens.retain(|token| {
            let is_free = token.range.start >= end;
            if is_free {
                end = token.range.end;
            }
            is_free
        });
        tokens
    }
}

/// Finds the tokens of a definition.
struct TokenWalk<'d, 't> {
    document: &'d Document,
    definition: &'d Definition,
    language: QueryLanguage,
    pointer: String,
    tokens: &'t mut Vec<Token>,
}

impl TokenWalk<'_, '_> {
    fn machine(&mut self, machine: &Json) {
        let Some(members) = machine.as_object() else {
            return;
        };
        if let Some(language) = QueryLanguage::of(members) {
            self.language = language;
        }
        self.body(members);
    }

    /// The machine, a branch, or the processor of a Map.
    fn body(&mut self, members: &Object) {
        for (key, value) in members {
            self.inside(key, |walk| match (key.as_str(), value) {
                ("StartAt", _) => walk.whole(TokenKind::State),
                ("States", Json::Object(states)) => walk.states(states),
                _ => walk.value(key, value),
            });
        }
    }

    fn states(&mut self, states: &Object) {
        for (name, state) in states {
            self.inside(name, |walk| {
                if let Some(range) = walk.definition.key_range(&walk.pointer) {
                    walk.add(range, TokenKind::State, true);
                }
                if let Some(fields) = state.as_object() {
                    let outer = walk.language;
                    walk.language = QueryLanguage::of(fields).unwrap_or(outer);
                    walk.state(fields);
                    walk.language = outer;
                }
            });
        }
    }

    fn state(&mut self, fields: &Object) {
        for (key, value) in fields {
            self.inside(key, |walk| match (key.as_str(), value) {
                ("Next" | "Default", _) => walk.whole(TokenKind::State),
                ("Type", _) => walk.whole(TokenKind::StateType),
                ("Resource", _) => walk.whole(TokenKind::Resource),
                ("Error", _) => walk.error_name(value),
                ("Assign", Json::Object(variables)) => walk.assign(variables),
                ("ItemProcessor" | "Iterator", Json::Object(body)) => walk.body(body),
                ("Branches" | "Choices" | "Retry" | "Catch", Json::Array(items)) => {
                    for (index, item) in items.iter().enumerate() {
                        let Some(members) = item.as_object() else {
                            continue;
                        };
                        walk.inside(&index.to_string(), |walk| match key.as_str() {
                            "Branches" => walk.body(members),
                            _ => walk.entry(members),
                        });
                    }
                }
                _ => walk.value(key, value),
            });
        }
    }

    /// A Choice rule, a Retrier or a Catcher.
    fn entry(&mut self, members: &Object) {
        for (key, value) in members {
            self.inside(key, |walk| match (key.as_str(), value) {
                ("Next", _) => walk.whole(TokenKind::State),
                ("Assign", Json::Object(variables)) => walk.assign(variables),
                ("ErrorEquals", Json::Array(names)) => {
                    for (index, name) in names.iter().enumerate() {
                        walk.inside(&index.to_string(), |walk| walk.error_name(name));
                    }
                }
                _ => walk.value(key, value),
            });
        }
    }

    fn assign(&mut self, variables: &Object) {
        for (name, value) in variables {
            self.inside(name, |walk| {
                if let Some(range) = walk.definition.key_range(&walk.pointer) {
                    walk.add(range, TokenKind::Variable, true);
                }
                walk.value(name, value);
            });
        }
    }

    fn error_name(&mut self, value: &Json) {
        match value.as_str() {
            Some(text) if strip(text).is_none() => self.whole(TokenKind::ErrorName),
            _ => self.value("Error", value),
        }
    }

    /// Any other value: expressions and paths have tokens.
    fn value(&mut self, key: &str, value: &Json) {
        match value {
            Json::String(text) => self.text(key, text),
            Json::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.inside(&index.to_string(), |walk| walk.value(key, item));
                }
            }
            Json::Object(members) => {
                for (key, value) in members {
                    self.inside(key, |walk| walk.value(key, value));
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, key: &str, text: &str) {
        let found: Vec<(TokenKind, Range<usize>)> = match self.language {
            QueryLanguage::Jsonata => match strip(text) {
                Some(inside) => parts(inside)
                    .into_iter()
                    .filter_map(|(part, range)| {
                        Some((of_part(part)?, range.start + 2..range.end + 2))
                    })
                    .collect(),
                None => return,
            },
            QueryLanguage::JsonPath if is_path_key(key) && may_be_path(text) => path_parts(text)
                .into_iter()
                .map(|(part, range)| (of_path(part), range))
                .collect(),
            QueryLanguage::JsonPath => return,
        };
        let Some(string) = StringText::at(self.definition, &self.pointer) else {
            return;
        };
        for (kind, range) in found {
            self.tokens.push(Token {
                range: string.in_file(self.definition, range),
                kind,
                is_declaration: false,
            });
        }
    }

    /// The whole value is a name.
    fn whole(&mut self, kind: TokenKind) {
        let is_text = self.definition.json().pointer(&self.pointer);
        if is_text.and_then(Json::as_str).is_some()
            && let Some(range) = self.definition.range(&self.pointer)
        {
            self.add(range, kind, false);
        }
    }

    /// Adds a name without its quotes. A name over several lines has no token: editors cannot
    /// colour it.
    fn add(&mut self, range: Range<usize>, kind: TokenKind, is_declaration: bool) {
        let range = self.document.unquoted(range);
        let text = self.document.text().get(range.clone());
        if text.is_some_and(|text| !text.contains('\n')) {
            self.tokens.push(Token {
                range,
                kind,
                is_declaration,
            });
        }
    }

    fn inside(&mut self, key: &str, walk: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escape(key));
        walk(self);
        self.pointer.truncate(length);
    }
}

fn of_part(part: ExpressionPart) -> Option<TokenKind> {
    Some(match part {
        ExpressionPart::Variable => TokenKind::Variable,
        ExpressionPart::Function => TokenKind::Function,
        ExpressionPart::Member => TokenKind::Member,
        ExpressionPart::String => TokenKind::String,
        ExpressionPart::Number => TokenKind::Number,
        ExpressionPart::Word => TokenKind::Word,
        ExpressionPart::Regex => TokenKind::Regex,
        ExpressionPart::Operator => TokenKind::Operator,
        _ => return None,
    })
}

fn of_path(part: PathPart) -> TokenKind {
    match part {
        PathPart::Root => TokenKind::Variable,
        PathPart::Member => TokenKind::Member,
        PathPart::Function => TokenKind::Function,
        PathPart::String => TokenKind::String,
        PathPart::Number => TokenKind::Number,
        PathPart::Word => TokenKind::Word,
    }
}

/// Whether the value of a member is a path or an intrinsic function in JSONPath.
fn is_path_key(key: &str) -> bool {
    key.ends_with(".$") || key.ends_with("Path") || key == "Variable"
}

fn may_be_path(text: &str) -> bool {
    text.starts_with('$') || text.starts_with("States.")
}
