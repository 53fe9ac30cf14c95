//! Code as people write it, for labels: the condition of a rule.

use crate::machine::{Condition, Edge, EdgeKind};
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

/// The most characters of a label in a definition. Pictures show fewer.
const MOST: usize = 200;

/// The condition of a rule, an arm or an exit, as Rust. `None` for verbatim fields.
pub(super) fn condition(edge: &Edge) -> Option<String> {
    match &edge.kind {
        EdgeKind::Rule {
            condition: Condition::Expression(value),
            ..
        } => Some(written(&value.syn)),
        EdgeKind::Arm { pattern, guard } => Some(match guard {
            Some(guard) => format!("{} if {}", written(pattern), written(&guard.syn)),
            None => written(pattern),
        }),
        EdgeKind::Exit { name, .. } => Some(name.to_string()),
        _ => None,
    }
}

/// The comment of a Choice rule: its condition. `None` for verbatim fields, for `_`, for conditions
/// that the macro makes, with names that no user has, and for `jsonata!` and constants, which the
/// rule contains as they are: `stepwright import` writes these.
pub(super) fn comment(edge: &Edge) -> Option<String> {
    if let EdgeKind::Rule { condition, .. } = &edge.kind
        && condition
            .expression()
            .is_some_and(|value| is_verbatim(&value.syn))
    {
        return None;
    }
    let text = condition(edge)?;
    if text.contains("__") || text == "_" {
        return None;
    }
    let Some((end, _)) = text.char_indices().nth(MOST) else {
        return Some(text);
    };
    Some(format!("{}…", text[..end].trim_end()))
}

fn is_verbatim(condition: &Expr) -> bool {
    match condition {
        Expr::Macro(code) => {
            let name = code.mac.path.segments.last();
            name.is_some_and(|name| name.ident == "jsonata")
        }
        Expr::Lit(_) => true,
        _ => false,
    }
}

/// Code on one line, spaced as rustfmt does.
pub(super) fn written(code: &impl ToTokens) -> String {
    let mut writer = Writer::default();
    writer.tokens(code.to_token_stream());
    writer.text
}

#[derive(Default)]
struct Writer {
    text: String,
    before: Before,
    /// The number of open `<` after `::`.
    angles: usize,
    /// Whether the parameters of a closure are open.
    is_in_parameters: bool,
}

/// The token before the next one.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    /// The next token begins an expression, without a blank.
    #[default]
    Start,
    /// A value, a name, or the end of a group.
    Value,
    Keyword,
    /// An operator that needs a blank after it, or `,`.
    Operator,
    /// `.`, `::`, a prefix operator, or the `!` of a macro.
    Glue,
}

impl Writer {
    fn tokens(&mut self, code: TokenStream) {
        let mut operator = String::new();
        for token in code {
            match token {
                TokenTree::Punct(punct) => {
                    let longer = format!("{operator}{}", punct.as_char());
                    if !operator.is_empty() && !is_operator_part(&longer) {
                        self.operator(&std::mem::take(&mut operator));
                    }
                    operator.push(punct.as_char());
                    if punct.spacing() == Spacing::Alone {
                        self.operator(&std::mem::take(&mut operator));
                    }
                }
                other => {
                    if !operator.is_empty() {
                        self.operator(&std::mem::take(&mut operator));
                    }
                    self.operand(other);
                }
            }
        }
        if !operator.is_empty() {
            self.operator(&operator);
        }
    }

    fn operand(&mut self, token: TokenTree) {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                let is_brace = group.delimiter() == Delimiter::Brace;
                if matches!(self.before, Before::Keyword | Before::Operator)
                    || is_brace && self.before == Before::Value
                {
                    self.text.push(' ');
                }
                let code = group.stream();
                if is_brace && code.is_empty() {
                    self.text.push_str("{}");
                } else {
                    self.text.push_str(open);
                    self.before = Before::Start;
                    self.tokens(code);
                    self.text.push_str(close);
                }
                self.before = Before::Value;
            }
            TokenTree::Ident(name) => {
                let name = name.to_string();
                self.blank();
                // A variable of ASL has the name without `r#`.
                self.text.push_str(name.trim_start_matches("r#"));
                let keywords = [
                    "as", "if", "else", "match", "in", "move", "mut", "ref", "return", "let",
                ];
                self.before = if keywords.contains(&name.as_str()) {
                    Before::Keyword
                } else {
                    Before::Value
                };
            }
            TokenTree::Literal(literal) => {
                self.blank();
                // A literal on several lines is on one.
                let literal = literal.to_string();
                let lines: Vec<&str> = literal.lines().map(str::trim_end).collect();
                self.text.push_str(&lines.join(" "));
                self.before = Before::Value;
            }
            TokenTree::Punct(punct) => self.operator(&punct.as_char().to_string()),
        }
    }

    /// A blank between the token before and a name or a literal.
    fn blank(&mut self) {
        if !matches!(self.before, Before::Start | Before::Glue) {
            self.text.push(' ');
        }
    }

    fn operator(&mut self, operator: &str) {
        let is_prefix = self.before != Before::Value;
        let (spaced, before) = match operator {
            ".." | "..=" => (is_prefix, Before::Glue),
            "." | "::" => (false, Before::Glue),
            "?" => (false, Before::Value),
            "," | ";" | ":" => (false, Before::Operator),
            // A macro, as in `matches!(..)`; otherwise a prefix.
            "!" if !is_prefix => (false, Before::Glue),
            "<" if self.text.ends_with("::") || self.angles > 0 => {
                self.angles += 1;
                (false, Before::Glue)
            }
            // A path such as `<T as Trait>::f`.
            "<" if is_prefix => {
                self.angles += 1;
                (true, Before::Glue)
            }
            ">>" if self.angles > 1 => {
                self.angles -= 2;
                (false, Before::Value)
            }
            ">" if self.angles > 0 => {
                self.angles -= 1;
                (false, Before::Value)
            }
            "|" if self.is_in_parameters => {
                self.is_in_parameters = false;
                (false, Before::Operator)
            }
            "|" if is_prefix => {
                self.is_in_parameters = true;
                (true, Before::Glue)
            }
            "||" if is_prefix => (true, Before::Operator),
            "'" => (true, Before::Glue),
            _ if is_prefix => (true, Before::Glue),
            _ => (true, Before::Operator),
        };
        if spaced {
            self.blank();
        }
        self.text.push_str(operator);
        self.before = before;
    }
}

/// Whether an operator of several characters begins with these.
fn is_operator_part(characters: &str) -> bool {
    let operators = [
        "==", "!=", "<=", ">=", "&&", "||", "::", "->", "=>", "..=", "<<", ">>", "+=", "-=", "*=",
        "/=", "%=",
    ];
    operators.iter().any(|one| one.starts_with(characters))
}

#[cfg(test)]
mod tests {
    use super::written;
    use proc_macro2::TokenStream;

    /// Each text is as rustfmt writes it.
    #[test]
    fn code_is_written_as_people_write_it() {
        for code in [
            "order.total > 0.0",
            "!order.lines.is_empty() && (paid || order.total - 1.5 >= -limit)",
            "matches!(order.status, Status::Paid | Status::Sent { .. })",
            "order.lines.iter().any(|line| line.price * 2 == 10)",
            "text == \"a . b ! (c)\" || names.contains(&name)",
            "Some(Decision { by, at: Time::Late(_) })",
            "Rate::Fixed { percent: 1..=5 } if percent != 3",
            "total as f64 / 2.0 < items[0].total",
            "text.parse::<u32>().is_ok()",
            "Vec::<Option<u8>>::new() == values",
            "count << 2 > 8",
            "<Order as Default>::default() == order",
            "total >= -1.0 && !!paid",
            "order.lines[..2].len() == 1",
            "items.iter().map(|item| -item.count).sum::<i64>() % 2 == 0",
            "!(a && !b)",
            "let Some(x) = order.note",
            "[first, second, ..]",
            "if a { b } else { c }",
            "order.check()? == 1",
        ] {
            let tokens: TokenStream = code.parse().expect("is Rust");
            assert_eq!(written(&tokens), code);
        }
    }

    #[test]
    fn code_is_on_one_line() {
        let tokens: TokenStream = "a  &&\n  b == \"x\n  y\"".parse().expect("is Rust");
        assert_eq!(written(&tokens), "a && b == \"x   y\"");
    }
}
