//! Groups without delimiters: `$e:expr` of a user's macro is one token tree, `a + b` in `2 * $e`.
//!
//! rustc ignores these groups in the output of a procedural macro, so that `2 * $e` would become
//! `2 * a + b`. Parentheses replace them where an operator is next to them, and elsewhere nothing
//! does, so that the macros see the same code as rustc.

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{BinOp, Expr};

/// Tokens of the user without groups, and with parentheses where they are needed.
pub(crate) fn with_parentheses(tokens: TokenStream) -> TokenStream {
    parenthesized(&tokens).unwrap_or(tokens)
}

/// The tokens without groups; `None` if they contain no group without delimiters.
fn parenthesized(tokens: &TokenStream) -> Option<TokenStream> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut made = TokenStream::new();
    let mut has_changed = false;
    for (at, token) in tokens.iter().enumerate() {
        let group = match token {
            TokenTree::Group(group) => group,
            other => {
                other.to_tokens(&mut made);
                continue;
            }
        };
        let inside = parenthesized(&group.stream());
        let delimiter = match group.delimiter() {
            Delimiter::None if is_operand(&tokens[..at], group, &tokens[at + 1..]) => {
                Delimiter::Parenthesis
            }
            Delimiter::None => {
                made.extend(inside.unwrap_or_else(|| group.stream()));
                has_changed = true;
                continue;
            }
            delimiter => delimiter,
        };
        if inside.is_none() && delimiter == group.delimiter() {
            group.to_tokens(&mut made);
            continue;
        }
        has_changed = true;
        let mut changed = Group::new(delimiter, inside.unwrap_or_else(|| group.stream()));
        // rustc reports no needless parentheses in the output of a macro.
        changed.set_span(match group.delimiter() {
            Delimiter::None => Span::mixed_site().located_at(group.span()),
            _ => group.span(),
        });
        changed.to_tokens(&mut made);
    }
    has_changed.then_some(made)
}

/// The position of an expression in which it needs parentheses.
enum Loose {
    /// Next to any operator: `a + b`.
    Operation,
    /// Before a `.`, `?`, `(..)` or `[..]`: `-a`.
    Prefix,
    /// Before any operator: `if a { b } else { c }`, which ends a statement.
    Block,
}

/// Whether an operator next to a group would take only a part of the expression in it.
fn is_operand(before: &[TokenTree], group: &Group, after: &[TokenTree]) -> bool {
    let (is_after_operator, is_before_operator) = (ends_operator(before), starts_operator(after));
    if !is_after_operator && !is_before_operator {
        return false;
    }
    let Some(expression) = expression_in(group.stream()) else {
        return false;
    };
    match looseness(&expression) {
        Some(Loose::Operation) if joins_alternatives(&expression) => {
            (is_after_operator && !is_bar(before.last()))
                || (is_before_operator && !is_bar(after.first()))
        }
        Some(Loose::Operation) => true,
        Some(Loose::Prefix) => starts_postfix(after),
        Some(Loose::Block) => is_before_operator,
        None => false,
    }
}

/// The expression in a group, also through further groups; `None` for a type or a pattern that is
/// no expression.
fn expression_in(tokens: TokenStream) -> Option<Expr> {
    let mut expression = syn::parse2::<Expr>(tokens).ok()?;
    while let Expr::Group(inner) = expression {
        expression = *inner.expr;
    }
    Some(expression)
}

fn looseness(expression: &Expr) -> Option<Loose> {
    match expression {
        Expr::Assign(_)
        | Expr::Binary(_)
        | Expr::Break(_)
        | Expr::Cast(_)
        | Expr::Closure(_)
        | Expr::Let(_)
        | Expr::Range(_)
        | Expr::Return(_) => Some(Loose::Operation),
        Expr::Reference(_) | Expr::Unary(_) => Some(Loose::Prefix),
        // A negative number.
        Expr::Lit(_) => Some(Loose::Prefix),
        Expr::Async(_)
        | Expr::Block(_)
        | Expr::Const(_)
        | Expr::ForLoop(_)
        | Expr::If(_)
        | Expr::Loop(_)
        | Expr::Match(_)
        | Expr::Unsafe(_)
        | Expr::While(_) => Some(Loose::Block),
        _ => None,
    }
}

/// Whether an expression is one operand next to `|`: its operators bind tighter, or it is a pattern
/// of a range, or of alternatives.
fn joins_alternatives(expression: &Expr) -> bool {
    match expression {
        Expr::Binary(binary) => !matches!(
            binary.op,
            BinOp::And(_)
                | BinOp::Or(_)
                | BinOp::Eq(_)
                | BinOp::Ne(_)
                | BinOp::Lt(_)
                | BinOp::Le(_)
                | BinOp::Gt(_)
                | BinOp::Ge(_)
        ),
        Expr::Range(_) | Expr::Cast(_) => true,
        _ => false,
    }
}

fn is_bar(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(sign)) if sign.as_char() == '|')
}

/// Whether the last token is an operator other than `=`, which takes the whole expression after it.
fn ends_operator(before: &[TokenTree]) -> bool {
    let [.., TokenTree::Punct(last)] = before else {
        return false;
    };
    let first = match before {
        [.., TokenTree::Punct(first), _] if first.spacing() == Spacing::Joint => first.as_char(),
        _ => ' ',
    };
    match (first, last.as_char()) {
        // `=>`, `->`
        ('=' | '-', '>') => false,
        (first, '=') => matches!(first, '=' | '!' | '<' | '>'),
        (_, sign) => is_operator(sign),
    }
}

/// Whether the first token is an operator other than `=`, or begins a call or an index.
fn starts_operator(after: &[TokenTree]) -> bool {
    match after {
        [TokenTree::Punct(first), rest @ ..] if first.as_char() == '=' => {
            first.spacing() == Spacing::Joint
                && matches!(rest.first(), Some(TokenTree::Punct(next)) if next.as_char() == '=')
        }
        [TokenTree::Punct(first), ..] if is_operator(first.as_char()) => true,
        [TokenTree::Ident(word), ..] => word == "as",
        _ => starts_postfix(after),
    }
}

/// Whether the tokens begin with a `.`, `?`, `(..)` or `[..]`.
fn starts_postfix(after: &[TokenTree]) -> bool {
    match after {
        [TokenTree::Punct(dot), ..] if dot.as_char() == '.' => dot.spacing() == Spacing::Alone,
        [TokenTree::Punct(mark), ..] => mark.as_char() == '?',
        [TokenTree::Group(group), ..] => {
            matches!(
                group.delimiter(),
                Delimiter::Parenthesis | Delimiter::Bracket
            )
        }
        _ => false,
    }
}

fn is_operator(sign: char) -> bool {
    !matches!(sign, ',' | ';' | ':' | '#' | '$' | '\'')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    /// Tokens in which `g!(a)` is a group without delimiters.
    fn grouped(text: &str) -> TokenStream {
        fn replaced(tokens: TokenStream) -> TokenStream {
            let mut made = Vec::new();
            for token in tokens {
                match token {
                    TokenTree::Group(group) => {
                        let is_fragment = made.len() >= 2
                            && matches!(&made[made.len() - 2], TokenTree::Ident(name) if name == "g");
                        let delimiter = if is_fragment {
                            Delimiter::None
                        } else {
                            group.delimiter()
                        };
                        if is_fragment {
                            made.truncate(made.len() - 2);
                        }
                        made.push(Group::new(delimiter, replaced(group.stream())).into());
                    }
                    other => made.push(other),
                }
            }
            made.into_iter().collect()
        }
        replaced(TokenStream::from_str(text).unwrap())
    }

    /// The tokens without groups, as rustc reads the output of a macro.
    fn read(tokens: TokenStream) -> TokenStream {
        tokens
            .into_iter()
            .flat_map(|token| match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                    read(group.stream())
                }
                TokenTree::Group(group) => {
                    TokenTree::from(Group::new(group.delimiter(), read(group.stream()))).into()
                }
                other => TokenStream::from(other),
            })
            .collect()
    }

    #[test]
    fn an_expression_of_a_macro_stays_one_operand() {
        for (written, expected) in [
            ("2 * g!(a + b)", "2 * (a + b)"),
            ("g!(a + b) * 2", "(a + b) * 2"),
            ("-g!(a + b)", "-(a + b)"),
            ("g!(a + b).abs()", "(a + b).abs()"),
            ("g!(-1).abs()", "(-1).abs()"),
            ("g!(a as u8) < b", "(a as u8) < b"),
            ("g!(a + b) as u8", "(a + b) as u8"),
            ("g!(|x| x)(1)", "(|x| x)(1)"),
            (
                "g!(if a { 1 } else { 2 }) + 1",
                "(if a { 1 } else { 2 }) + 1",
            ),
            ("f(g!(a + b), 2)", "f(a + b, 2)"),
            ("let x = 2 * g!(a);", "let x = 2 * a;"),
            ("2 * g!(a.b(c))", "2 * a.b(c)"),
            ("x - g!(-1)", "x - -1"),
            (
                "format!(\"{}\", 2 * g!(a + b))",
                "format!(\"{}\", 2 * (a + b))",
            ),
            ("&g!(a + b)", "&(a + b)"),
            ("x = g!(a + b);", "x = a + b;"),
            (
                "x == g!(a + b) && g!(a + b) == y",
                "x == (a + b) && (a + b) == y",
            ),
            ("g!(a == b) | c", "(a == b) | c"),
            ("list.map(|x| g!(x + 1))", "list.map(|x| x + 1)"),
        ] {
            let tokens = with_parentheses(grouped(written));
            assert_eq!(
                read(tokens).to_string(),
                TokenStream::from_str(expected).unwrap().to_string(),
                "{written}"
            );
        }
    }

    #[test]
    fn other_fragments_stay_as_they_are() {
        for written in [
            "match x { g!(A | B) => 1, g!(-1)..=5 => 2, g!(C | D) | E => 3, g!(1..=2 | 3) | 4 => 5 }",
            "fn f(x: Vec<g!(&T)>) -> g!(Vec<T>) g!({ 1 })",
            "#[g!(doc = \"a\")] fn f() {}",
            "g!(a::b)::new(g!(S) { x: g!(1) })",
            "if x g!({ 1 }) else g!({ 2 })",
        ] {
            let tokens = grouped(written);
            let read_before = read(tokens.clone()).to_string();
            assert_eq!(read(with_parentheses(tokens)).to_string(), read_before);
        }
    }
}
