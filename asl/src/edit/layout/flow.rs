//! The layout of JSON.

use std::ops::Range;

use super::TextLayout;
use super::tokens::{JsonToken, TokenKind, tokens};
use crate::edit::plan::{Changes, EditPlan};
use crate::edit::splice::Splice;
use crate::edit::style::Style;
use crate::json::{MAX_DEPTH, ValueMark, too_deep};

/// The most bytes of whitespace between two tokens, over all of them. The indentation of many short
/// lines in a deep value takes hundreds of times the bytes of the text.
const MAX_WHITESPACE: usize = 16 << 20;

/// An array or an object in the tokens.
#[derive(Debug, Clone, Copy)]
struct Brackets {
    close: usize,
    /// Whether each child has its own line in any case.
    breaks: bool,
    /// The length on one line.
    length: usize,
}

/// The changes of the whitespace of a value. The parser may have read only a part of a broken text,
/// so the depth is checked again.
pub(super) fn layout(plan: &EditPlan<'_>, mark: &ValueMark, layout: &TextLayout) -> Changes {
    let text = plan.source.text;
    let is_whole = layout.pointer.is_empty();
    let range = if is_whole {
        0..text.len()
    } else {
        mark.start as usize..mark.end as usize
    };
    let start = range.start;
    let writer = FlowLayout {
        text,
        tokens: tokens(text, range),
        style: &plan.style,
        unit: layout.unit(&plan.style.unit),
        outer: if is_whole {
            String::new()
        } else {
            plan.source.indentation(start)
        },
        // The last line break remains, also if the first ones are removed.
        line_break: plan
            .source
            .line_break(if is_whole { text.len() } else { start }),
        columns: layout.columns(),
    };
    writer.splices(is_whole)
}

struct FlowLayout<'t> {
    text: &'t str,
    tokens: Vec<JsonToken>,
    style: &'t Style,
    unit: &'t str,
    /// The indentation of the line of the value.
    outer: String,
    line_break: &'static str,
    columns: usize,
}

impl FlowLayout<'_> {
    fn splices(&self, is_whole: bool) -> Changes {
        let brackets = self.brackets();
        let mut splices = Vec::new();
        // Whether each open array or object has a line for each child.
        let mut open: Vec<bool> = Vec::new();
        let mut depth = 0;
        let mut whitespace = 0;
        let mut column = self.text[..self.tokens.first().map_or(0, |one| one.range.start)]
            .rsplit('\n')
            .next()
            .map_or(0, |line| line.chars().count());
        if is_whole && let Some(first) = self.tokens.first() {
            let lead = self.text[..first.range.start].len()
                - self.text[..first.range.start]
                    .trim_start_matches('\u{feff}')
                    .len();
            self.replace(lead..first.range.start, "", &mut splices);
            column = 0;
        }
        for (index, token) in self.tokens.iter().enumerate() {
            if let Some(before) = index.checked_sub(1).map(|before| &self.tokens[before]) {
                let spreads = open.last().copied().unwrap_or(true);
                let closes = token.kind == TokenKind::Close;
                let levels = depth - usize::from(closes && spreads && depth > 0);
                let gap = before.range.end..token.range.start;
                let new = self.gap(before, token, spreads, levels);
                match new.rfind('\n') {
                    Some(line) => column = new[line + 1..].chars().count(),
                    None => column += new.len(),
                }
                whitespace += new.len();
                if whitespace > MAX_WHITESPACE {
                    return Err(format!(
                        "the formatted text would have more than {} MiB of whitespace",
                        MAX_WHITESPACE >> 20
                    ));
                }
                self.replace(gap, &new, &mut splices);
            }
            match token.kind {
                TokenKind::Open if open.len() == MAX_DEPTH => return Err(too_deep()),
                TokenKind::Open => {
                    let one = brackets[index];
                    let may_spread = open.last().copied().unwrap_or(true);
                    let comma = 1;
                    let fits = |one: &Brackets| column + one.length + comma <= self.columns;
                    let spreads = may_spread && one.is_some_and(|one| one.breaks || !fits(&one));
                    // Nothing is in empty brackets.
                    let spreads = spreads && one.is_some_and(|one| one.close > index + 1);
                    open.push(spreads);
                    depth += usize::from(spreads);
                }
                TokenKind::Close => depth -= usize::from(open.pop() == Some(true)),
                _ => {}
            }
            column += self.text[token.range.clone()].chars().count();
        }
        if is_whole && let Some(last) = self.tokens.last() {
            let end = last.range.end..self.text.len();
            let new = if end.is_empty() { "" } else { self.line_break };
            self.replace(end, new, &mut splices);
        }
        Ok(splices)
    }

    fn replace(&self, range: Range<usize>, new: &str, splices: &mut Vec<Splice>) {
        if self.text[range.clone()] != *new {
            splices.push(Splice::new(range, new));
        }
    }

    /// The arrays and objects, by the index of their first token.
    fn brackets(&self) -> Vec<Option<Brackets>> {
        let mut brackets: Vec<Option<Brackets>> = vec![None; self.tokens.len()];
        let mut open: Vec<(usize, Brackets)> = Vec::new();
        for (index, token) in self.tokens.iter().enumerate() {
            let text = &self.text[token.range.clone()];
            let mut length = text.chars().count();
            let mut breaks = false;
            match token.kind {
                TokenKind::Open => {
                    let next = self.tokens.get(index + 1);
                    let gap = next.map(|next| &self.text[token.range.end..next.range.start]);
                    let is_empty = next.is_some_and(|next| next.kind == TokenKind::Close);
                    let one = Brackets {
                        close: index,
                        breaks: !is_empty && gap.is_some_and(|gap| gap.contains('\n')),
                        length: 2 * self.style.padding_of(text == "{").len(),
                    };
                    open.push((index, one));
                }
                TokenKind::Close => {
                    if let Some((start, mut one)) = open.pop() {
                        one.close = index;
                        length += one.length;
                        breaks = one.breaks;
                        brackets[start] = Some(one);
                    }
                }
                TokenKind::Comma => length += self.style.after_comma.len(),
                TokenKind::Colon => length += 1,
                TokenKind::Comment => breaks = true,
                TokenKind::Scalar => {}
            }
            if let Some((_, outer)) = open.last_mut() {
                outer.length += length;
                outer.breaks |= breaks;
            }
        }
        brackets
    }

    /// The whitespace between two tokens.
    fn gap(&self, before: &JsonToken, token: &JsonToken, spreads: bool, levels: usize) -> String {
        let old = &self.text[before.range.end..token.range.start];
        let has_line = old.contains('\n');
        let is_line_comment = self.text[before.range.clone()].starts_with("//");
        if token.kind == TokenKind::Comment || before.kind == TokenKind::Comment {
            return if has_line || is_line_comment {
                self.line(old, levels)
            } else {
                " ".to_owned()
            };
        }
        let padding = |token: &JsonToken| {
            let is_object = matches!(&self.text[token.range.clone()], "{" | "}");
            self.style.padding_of(is_object).to_owned()
        };
        match (before.kind, token.kind) {
            (TokenKind::Open, TokenKind::Close) => String::new(),
            (TokenKind::Open, _) if !spreads => padding(before),
            (TokenKind::Comma, TokenKind::Close) if !spreads => padding(token),
            (_, TokenKind::Close) if !spreads => padding(token),
            (TokenKind::Open, _) | (_, TokenKind::Close) => self.line("", levels),
            (TokenKind::Comma, _) if spreads => self.line(old, levels),
            (TokenKind::Comma, _) => self.style.after_comma.to_owned(),
            (TokenKind::Colon, _) => " ".to_owned(),
            _ => String::new(),
        }
    }

    /// A line end, at most one blank line, and the indentation.
    fn line(&self, old: &str, levels: usize) -> String {
        let blank = match old.matches('\n').count() {
            0 | 1 => "",
            _ => self.line_break,
        };
        let unit = self.unit.repeat(levels);
        format!("{blank}{}{}{unit}", self.line_break, self.outer)
    }
}
