//! A function that a `macro_rules!` writes: its expressions, names, literals, types and labels are
//! fragments of the call.

use super::super::draw::Draw;
use std::fmt::Write as _;

/// Names that a macro may write itself.
const WORDS: &[&str] = &[
    "as",
    "async",
    "await",
    "break",
    "clone",
    "continue",
    "else",
    "fn",
    "for",
    "if",
    "in",
    "let",
    "loop",
    "match",
    "mut",
    "pub",
    "return",
    "while",
    "move",
    "true",
    "false",
    "ref",
    "const",
    "state",
    "workflow",
    "fragment",
    "format",
    "vec",
    "matches",
    "json",
    "assert",
    "assert_ne",
    "panic",
    "_",
    "try_join",
    "self",
];

/// A token, with the blanks before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Text(&'t str),
    Label(&'t str),
    Other(&'t str),
}

/// The function as a macro and its call.
pub(super) fn through_macro(text: &str, draw: &mut Draw) -> String {
    let mut fragments = Fragments::default();
    let body = fragments.replaced(&tokens(text), draw);
    let parameters: Vec<String> = (fragments.all.iter().enumerate())
        .map(|(at, (kind, _))| format!("$f{at}:{kind}"))
        .collect();
    let arguments: Vec<&str> = fragments
        .all
        .iter()
        .map(|(_, text)| text.as_str())
        .collect();
    format!(
        "macro_rules! written {{ ({}) => {{ {body} }} }} written!({});",
        parameters.join(", "),
        arguments.join(", ")
    )
}

/// The fragments so far: each with its specifier and its text.
#[derive(Default)]
struct Fragments {
    all: Vec<(&'static str, String)>,
}

impl Fragments {
    fn replaced(&mut self, tokens: &[Token<'_>], draw: &mut Draw) -> String {
        let mut made = String::new();
        let mut at = 0;
        while at < tokens.len() {
            let token = tokens[at];
            let before = at.checked_sub(1).and_then(|before| tokens.get(before));
            let length = operand(before.copied(), &tokens[at..]);
            // The names of a fragment are those of the call, too.
            if let Some(length) = length.filter(|_| draw.number(2) == 0) {
                // Signs without a blank are one operator.
                let inner = &tokens[at + 1..at + length - 1];
                let inner: String = (inner.iter().enumerate())
                    .map(|(at, token)| {
                        let blank = if joins(*token, inner.get(at + 1)) {
                            ""
                        } else {
                            " "
                        };
                        format!("{}{blank}", token.text())
                    })
                    .collect();
                let _ = write!(made, "{} ", self.fragment("expr", inner.trim_end()));
                at += length;
                continue;
            }
            at += 1;
            let fragment = match token {
                Token::Word(word)
                    if word.starts_with(|c: char| c.is_lowercase() || c == '_')
                        && !WORDS.contains(&word) =>
                {
                    self.fragment("ident", word)
                }
                Token::Word(word @ ("i64" | "String" | "bool" | "Item")) => {
                    self.fragment("ident", word)
                }
                Token::Text(text) => self.fragment("literal", text),
                Token::Label(label) => self.fragment("lifetime", label),
                other => other.text().to_owned(),
            };
            let _ = write!(
                made,
                "{fragment}{}",
                if joins(token, tokens.get(at)) {
                    ""
                } else {
                    " "
                }
            );
        }
        made
    }

    /// The name of a fragment. Equal names and labels are one fragment.
    fn fragment(&mut self, kind: &'static str, text: &str) -> String {
        let known = self
            .all
            .iter()
            .position(|(of, other)| *of == kind && other == text);
        let at = known.filter(|_| kind != "expr").unwrap_or_else(|| {
            self.all.push((kind, text.to_owned()));
            self.all.len() - 1
        });
        format!("$f{at}")
    }
}

impl<'t> Token<'t> {
    fn text(self) -> &'t str {
        match self {
            Token::Word(text) | Token::Text(text) | Token::Label(text) | Token::Other(text) => text,
        }
    }
}

/// Whether there is no blank between two tokens: `::`, `=>`.
fn joins(token: Token<'_>, next: Option<&Token<'_>>) -> bool {
    let end = token.text().as_bytes().as_ptr_range().end;
    next.is_some_and(|next| next.text().as_ptr() == end)
}

/// The number of tokens of an expression in parentheses, if the parentheses are only for an
/// operator.
fn operand(before: Option<Token<'_>>, tokens: &[Token<'_>]) -> Option<usize> {
    let opens = matches!(
        before,
        Some(Token::Other(
            "(" | "," | "=" | "+" | "-" | "*" | "<" | "{" | "&" | "[" | ";"
        ))
    );
    if tokens.first() != Some(&Token::Other("(")) || !opens {
        return None;
    }
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Other("(" | "[" | "{") => depth += 1,
            Token::Other(")" | "]" | "}") => {
                depth -= 1;
                if depth == 0 {
                    // A cast, `(a as i64)`, is an operand, and `()` is none.
                    return (at > 2).then_some(at + 1);
                }
            }
            Token::Other("," | ";") if depth == 1 => return None,
            Token::Word("let" | "return" | "break" | "continue" | "async") | Token::Other("#") => {
                return None;
            }
            Token::Label(_) => return None,
            _ => {}
        }
    }
    None
}

fn tokens<'t>(text: &'t str) -> Vec<Token<'t>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let word = |from: usize| {
            let end = rest[from..].find(|c| !is_part(c));
            end.map_or(rest.len(), |end| from + end)
        };
        let (token, length): (fn(&'t str) -> Token<'t>, usize) = match first {
            '"' => {
                let mut end = 1;
                let mut is_escaped = false;
                for c in rest[1..].chars() {
                    end += c.len_utf8();
                    if c == '"' && !is_escaped {
                        break;
                    }
                    is_escaped = c == '\\' && !is_escaped;
                }
                (Token::Text, end)
            }
            '\'' => (Token::Label, word(1)),
            'r' if rest.starts_with("r#") => (Token::Word, word(2)),
            c if c.is_ascii_digit() => {
                let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
                (Token::Other, end)
            }
            c if is_part(c) => (Token::Word, word(0)),
            c => (Token::Other, c.len_utf8()),
        };
        tokens.push(token(&rest[..length]));
        rest = rest[length..].trim_start();
    }
    tokens
}
