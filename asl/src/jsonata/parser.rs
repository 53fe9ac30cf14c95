//! JSONata's grammar: operators with the binding powers of the reference implementation.
//!
//! The interpreter has a separate parser for evaluation. This parser determines whether a text is
//! JSONata, where its errors are, and what it refers to, so that a workflow compiles without an
//! evaluator. Tests of `stepwright-runtime` compare the two parsers.

use std::ops::Range;

use super::operator::{Operator, power};
use super::steps::PathSteps;
use super::token::{Lexer, Token, TokenKind};
use super::tree::{JsonataNode, NodeKind};
use crate::SyntaxError;

/// Maximum depth of an expression: of nested parts, and of chained operators.
pub(super) const MAX_DEPTH: usize = 1000;

/// The reason why an expression was not parsed.
pub(super) enum ParseFailure {
    /// It is deeper than the allowed `levels`, which may be less than [`MAX_DEPTH`].
    Deep,
    Syntax(SyntaxError),
}

impl From<ParseFailure> for SyntaxError {
    fn from(unread: ParseFailure) -> Self {
        match unread {
            ParseFailure::Deep => too_deep(0),
            ParseFailure::Syntax(error) => error,
        }
    }
}

fn too_deep(offset: usize) -> SyntaxError {
    SyntaxError::new(
        offset,
        format!("U1001: The expression is nested too deeply (the limit is {MAX_DEPTH} levels)"),
    )
}

/// Parses an expression of at most this depth.
pub(super) fn parse(text: &str, levels: usize) -> Result<JsonataNode, ParseFailure> {
    let mut parser = Parser {
        text,
        lexer: Lexer::new(text),
        token: Token {
            kind: TokenKind::End,
            span: 0..0,
        },
        end: 0,
        depth: 0,
        levels,
        is_too_deep: false,
        steps: PathSteps::default(),
    };
    parser.whole().map_err(|error| {
        if parser.is_too_deep && levels < MAX_DEPTH {
            ParseFailure::Deep
        } else {
            ParseFailure::Syntax(error)
        }
    })
}

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    lexer: Lexer<'t>,
    /// The next token.
    pub(super) token: Token,
    /// The end of the previous token.
    end: usize,
    depth: usize,
    /// The maximum depth.
    levels: usize,
    /// Whether the expression is deeper.
    is_too_deep: bool,
    steps: PathSteps,
}

pub(super) type Parsed = Result<JsonataNode, SyntaxError>;

impl Parser<'_> {
    /// Parses the whole text as one expression.
    fn whole(&mut self) -> Parsed {
        self.advance(false)?;
        let root = self.expression(0)?;
        if self.token.kind != TokenKind::End {
            let message = format!("S0201: Syntax error: {}", self.shown());
            return Err(self.problem(message));
        }
        self.steps.finish(&root)?;
        Ok(root)
    }

    fn problem(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(self.token.span.start, message)
    }

    /// The next token, for a message.
    fn shown(&self) -> String {
        match &self.token.kind {
            TokenKind::Name(text) | TokenKind::Variable(text) | TokenKind::String(text) => {
                format!("{text:?}")
            }
            TokenKind::Operator(operator) => format!("{operator:?}"),
            TokenKind::End => "\"(end)\"".to_owned(),
            TokenKind::Number(_) | TokenKind::Literal | TokenKind::Regex => {
                let text = self.text.get(self.token.span.clone());
                text.unwrap_or_default().to_owned()
            }
        }
    }

    pub(super) fn is(&self, operator: &str) -> bool {
        matches!(&self.token.kind, TokenKind::Operator(one) if *one == operator)
    }

    pub(super) fn advance(&mut self, infix: bool) -> Result<Token, SyntaxError> {
        self.end = self.end.max(self.token.span.end);
        let next = self.lexer.next(infix)?;
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// Reads a required operator.
    pub(super) fn expect(&mut self, operator: &str, infix: bool) -> Result<(), SyntaxError> {
        if !self.is(operator) {
            let message = if self.token.kind == TokenKind::End {
                format!("S0203: Expected {operator:?} before end of expression")
            } else {
                format!("S0202: Expected {operator:?}, got {}", self.shown())
            };
            return Err(self.problem(message));
        }
        self.advance(infix)?;
        Ok(())
    }

    /// Reads a comma if there is one.
    pub(super) fn comma(&mut self) -> Result<bool, SyntaxError> {
        let comma = self.is(",");
        if comma {
            self.expect(",", false)?;
        }
        Ok(comma)
    }

    pub(super) fn span_from(&self, start: usize) -> Range<usize> {
        start..self.end.max(start)
    }

    fn deeper(&mut self) -> Result<(), SyntaxError> {
        if self.depth >= self.levels {
            self.is_too_deep = true;
            return Err(too_deep(self.token.span.start));
        }
        self.depth += 1;
        Ok(())
    }

    /// Parses an expression of operators that bind more tightly than `power`.
    pub(super) fn expression(&mut self, power: u8) -> Parsed {
        let depth = self.depth;
        self.deeper()?;
        let token = self.advance(true)?;
        let mut left = self.operand(token)?;
        while power < binding_power(&self.token.kind) {
            self.deeper()?;
            let token = self.advance(false)?;
            left = self.operation(token, left)?;
        }
        self.depth = depth;
        Ok(left)
    }

    pub(super) fn boxed(&mut self, power: u8) -> Result<Box<JsonataNode>, SyntaxError> {
        self.expression(power).map(Box::new)
    }

    /// Parses the operand that starts with a token.
    fn operand(&mut self, token: Token) -> Parsed {
        let Range { start, .. } = token.span;
        let kind = match token.kind {
            TokenKind::Name(name) => {
                return Ok(JsonataNode::path(JsonataNode::new(
                    NodeKind::Name(name),
                    token.span,
                )));
            }
            TokenKind::Variable(name) => NodeKind::Variable(name),
            TokenKind::String(text) => NodeKind::String(text),
            TokenKind::Number(number) => NodeKind::Number(number),
            TokenKind::Literal => NodeKind::Literal,
            TokenKind::Regex => NodeKind::Regex,
            TokenKind::End => {
                // An error in the remaining text takes precedence over an error in the parsed part.
                self.steps
                    .refuse(start, "S0207: Unexpected end of expression");
                NodeKind::Placeholder
            }
            TokenKind::Operator(operator) => match operator {
                "and" | "or" | "in" => {
                    let name = NodeKind::Name(operator.to_owned());
                    return Ok(JsonataNode::path(JsonataNode::new(name, token.span)));
                }
                "-" => {
                    let node = self.boxed(70)?;
                    match node.kind {
                        NodeKind::Number(number) => NodeKind::Number(-number),
                        _ => NodeKind::Negate(node),
                    }
                }
                "*" => NodeKind::Wildcard,
                "**" => NodeKind::Descendant,
                "%" => NodeKind::Parent(self.steps.add_parent()),
                "(" => self.block()?,
                "[" => self.array()?,
                "{" => NodeKind::Object(self.pairs()?),
                "|" => self.transform()?,
                other => {
                    let message =
                        format!("S0211: The symbol {other:?} cannot be used as a unary operator");
                    return Err(SyntaxError::new(start, message));
                }
            },
        };
        Ok(self.node(kind, start))
    }

    /// Creates a node that ends here, and collects the unresolved `%` of its parts.
    pub(super) fn node(&self, kind: NodeKind, start: usize) -> JsonataNode {
        let mut node = JsonataNode::new(kind, self.span_from(start));
        PathSteps::gather(&mut node);
        node
    }

    fn block(&mut self) -> Result<NodeKind, SyntaxError> {
        let mut nodes = Vec::new();
        while !self.is(")") {
            nodes.push(self.expression(0)?);
            if !self.is(";") {
                break;
            }
            self.expect(";", false)?;
        }
        self.expect(")", true)?;
        Ok(NodeKind::Block(nodes))
    }

    fn array(&mut self) -> Result<NodeKind, SyntaxError> {
        let mut items = Vec::new();
        if !self.is("]") {
            loop {
                let mut item = self.expression(0)?;
                if self.is("..") {
                    self.expect("..", false)?;
                    let last = self.expression(0)?;
                    let start = item.span.start;
                    item = self.node(
                        NodeKind::Binary(Operator::Range, Box::new([item, last])),
                        start,
                    );
                }
                items.push(item);
                if !self.comma()? {
                    break;
                }
            }
        }
        self.expect("]", true)?;
        Ok(NodeKind::Array(items))
    }

    fn pairs(&mut self) -> Result<Vec<(JsonataNode, JsonataNode)>, SyntaxError> {
        let mut pairs = Vec::new();
        if !self.is("}") {
            loop {
                let key = self.expression(0)?;
                self.expect(":", false)?;
                pairs.push((key, self.expression(0)?));
                if !self.comma()? {
                    break;
                }
            }
        }
        self.expect("}", true)?;
        Ok(pairs)
    }

    fn transform(&mut self) -> Result<NodeKind, SyntaxError> {
        let mut parts = vec![self.expression(0)?];
        self.expect("|", false)?;
        parts.push(self.expression(0)?);
        if self.comma()? {
            parts.push(self.expression(0)?);
        }
        self.expect("|", false)?;
        Ok(NodeKind::Transform(parts))
    }

    /// Parses an operator after its left operand.
    fn operation(&mut self, token: Token, left: JsonataNode) -> Parsed {
        let start = left.span.start;
        let TokenKind::Operator(operator) = token.kind else {
            return Ok(left);
        };
        let kind = match operator {
            "." => {
                let right = self.expression(75)?;
                let span = self.span_from(start);
                return Ok(self.steps.step(left, right, &span));
            }
            "[" if self.is("]") => {
                self.expect("]", false)?;
                let mut left = left;
                left.span = self.span_from(start);
                return Ok(left);
            }
            "[" => {
                let filter = self.expression(0)?;
                self.expect("]", true)?;
                let span = self.span_from(start);
                return Ok(self.steps.filter(left, filter, &span));
            }
            "{" => {
                let pairs = self.pairs()?;
                let span = self.span_from(start);
                return Ok(self.steps.group(left, pairs, &span));
            }
            "^" => {
                let terms = self.terms()?;
                let span = self.span_from(start);
                return Ok(self.steps.sort(left, terms, token.span.start..span.end));
            }
            "@" | "#" => {
                let right = self.expression(80)?;
                let Some(name) = right.bound().map(str::to_owned) else {
                    let message = format!(
                        "S0214: The right side of {operator:?} must be a variable name (start with $)"
                    );
                    return Err(SyntaxError::new(right.span.start, message));
                };
                let span = self.span_from(start);
                return Ok(if operator == "@" {
                    self.steps.focus(left, name, &span)
                } else {
                    PathSteps::index(left, name, &span)
                });
            }
            "(" => return self.call(left),
            ":=" => {
                if left.bound().is_none() {
                    let message =
                        "S0212: The left side of := must be a variable name (start with $)";
                    return Err(SyntaxError::new(start, message));
                }
                NodeKind::Bind(Box::new([left, self.expression(9)?]))
            }
            "?" => {
                let mut parts = vec![left, self.expression(0)?];
                if self.is(":") {
                    self.expect(":", false)?;
                    parts.push(self.expression(0)?);
                }
                NodeKind::Condition(parts)
            }
            "??" | "?:" => NodeKind::Fallback(operator, Box::new([left, self.expression(0)?])),
            "~>" => NodeKind::Apply(Box::new([left, self.expression(40)?])),
            other => {
                let right = self.expression(binding_power(&token.kind))?;
                match Operator::from_symbol(other) {
                    Some(op) => NodeKind::Binary(op, Box::new([left, right])),
                    None => {
                        return Err(SyntaxError::new(
                            token.span.start,
                            format!("S0204: Unknown operator: {other:?}"),
                        ));
                    }
                }
            }
        };
        Ok(self.node(kind, start))
    }

    fn terms(&mut self) -> Result<Vec<JsonataNode>, SyntaxError> {
        self.expect("(", false)?;
        let mut terms = Vec::new();
        loop {
            for direction in ["<", ">"] {
                if self.is(direction) {
                    self.expect(direction, false)?;
                    break;
                }
            }
            terms.push(self.expression(0)?);
            if !self.comma()? {
                break;
            }
        }
        self.expect(")", false)?;
        Ok(terms)
    }
}

/// How tightly an operator binds its left operand.
fn binding_power(token: &TokenKind) -> u8 {
    let TokenKind::Operator(operator) = token else {
        return 0;
    };
    match *operator {
        "[" | "(" | "@" | "#" => 80,
        "." => 75,
        "{" => power::NEGATION,
        "^" | "~>" | "?:" | "??" => power::COMPARISON,
        "?" => power::CONDITIONAL,
        ":=" => 10,
        // A list parses it.
        ".." => 0,
        other => Operator::from_symbol(other).map_or(0, Operator::power),
    }
}
