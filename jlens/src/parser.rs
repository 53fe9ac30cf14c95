//! The Pratt (top-down operator precedence) parser. Ported from the `parser` function in
//! jsonata-js `src/parser.js` (MIT), which builds on Vaughan Pratt's algorithm
//! and Douglas Crockford's TDOP framework.
//!
//! The parser produces a *raw* tree that mirrors the reference implementation's parse tree;
//! [`crate::process`] then turns it into the [`crate::ast`] the evaluator uses.

use crate::ast::Span;
use crate::error::{Error, Result};
use crate::lexer::{Lexer, Lit, TokKind};
use crate::signature::Signature;

/// A node of the raw parse tree.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pub kind: RawKind,
    pub span: Span,
    /// Byte offset just after the node's main token.
    pub pos: usize,
    pub keep_array: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum RawKind {
    Name {
        value: String,
    },
    Variable {
        value: String,
    },
    String {
        value: String,
    },
    Number {
        value: f64,
    },
    Value {
        value: Lit,
    },
    Regex {
        pattern: String,
        flags: String,
    },
    Wildcard,
    Descendant,
    Parent,
    Binary {
        op: &'static str,
        lhs: Box<Raw>,
        rhs: Box<Raw>,
    },
    Sort {
        lhs: Box<Raw>,
        terms: Vec<(bool, Raw)>,
    },
    Group {
        lhs: Box<Raw>,
        pairs: Vec<(Raw, Raw)>,
    },
    Array {
        items: Vec<Raw>,
    },
    Object {
        pairs: Vec<(Raw, Raw)>,
    },
    Negate {
        expr: Box<Raw>,
    },
    Function {
        procedure: Box<Raw>,
        args: Vec<Raw>,
        partial: bool,
    },
    Placeholder,
    Lambda {
        params: Vec<Raw>,
        signature: Option<Signature>,
        body: Box<Raw>,
    },
    Condition {
        condition: Box<Raw>,
        then: Box<Raw>,
        otherwise: Option<Box<Raw>>,
    },
    Transform {
        pattern: Box<Raw>,
        update: Box<Raw>,
        delete: Option<Box<Raw>>,
    },
    Block {
        exprs: Vec<Raw>,
    },
    /// `(end)` used as an operand; processing reports S0207.
    End,
}

impl Raw {
    fn new(kind: RawKind, span: Span, pos: usize) -> Self {
        Raw {
            kind,
            span,
            pos,
            keep_array: false,
        }
    }

    /// The value jsonata-js would report as the `token` of an error about this node.
    fn token_value(&self) -> serde_json::Value {
        match &self.kind {
            RawKind::Name { value } | RawKind::Variable { value } | RawKind::String { value } => {
                value.clone().into()
            }
            RawKind::Number { value } => (*value).into(),
            RawKind::Value { value } => lit_json(*value),
            _ => serde_json::Value::Null,
        }
    }
}

fn lit_json(lit: Lit) -> serde_json::Value {
    match lit {
        Lit::Bool(b) => b.into(),
        Lit::Null => serde_json::Value::Null,
    }
}

/// The current symbol: a token, or the end of input.
#[derive(Debug, Clone)]
enum SymKind {
    Tok(TokKind),
    End,
}

#[derive(Debug, Clone)]
struct Sym {
    kind: SymKind,
    span: Span,
}

impl Sym {
    fn id(&self) -> &'static str {
        match &self.kind {
            SymKind::Tok(TokKind::Name(_) | TokKind::Variable(_)) => "(name)",
            SymKind::Tok(TokKind::Str(_) | TokKind::Number(_) | TokKind::Value(_)) => "(literal)",
            SymKind::Tok(TokKind::Regex { .. }) => "(regex)",
            SymKind::Tok(TokKind::Op(op)) => op,
            SymKind::End => "(end)",
        }
    }

    /// Left binding power, from the reference implementation's symbol table.
    fn lbp(&self) -> u8 {
        match self.id() {
            "." => 75,
            "[" | "(" | "@" | "#" => 80,
            "{" => 70,
            "*" | "/" | "%" => 60,
            "+" | "-" | "&" => 50,
            "=" | "<" | ">" | "^" | "!=" | "<=" | ">=" | "~>" | "?:" | "??" | "in" => 40,
            "and" => 30,
            "or" => 25,
            "?" => 20,
            ":=" => 10,
            _ => 0,
        }
    }

    /// The value jsonata-js reports as the `token` of an error at this symbol.
    fn value(&self) -> serde_json::Value {
        match &self.kind {
            SymKind::Tok(TokKind::Name(s) | TokKind::Variable(s) | TokKind::Str(s)) => {
                s.clone().into()
            }
            SymKind::Tok(TokKind::Number(n)) => (*n).into(),
            SymKind::Tok(TokKind::Value(lit)) => lit_json(*lit),
            SymKind::Tok(TokKind::Regex { pattern, .. }) => pattern.clone().into(),
            SymKind::Tok(TokKind::Op(op)) => (*op).into(),
            SymKind::End => "(end)".into(),
        }
    }

    fn is_op(&self, op: &str) -> bool {
        matches!(&self.kind, SymKind::Tok(TokKind::Op(o)) if *o == op)
    }
}

/// Operators the lexer recognises but the grammar does not (`!` and `~` alone).
fn is_unknown_operator(op: &str) -> bool {
    matches!(op, "!" | "~")
}

type PResult<T> = Result<T>;

/// Maximum depth of the syntax tree: nested subexpressions plus the operands of operator chains
/// such as `1 + 2 + 3`. Deeper expressions fail with `U1001` instead of exhausting the stack in
/// the passes that walk, clone or drop the tree.
pub(crate) const MAX_NESTING: usize = 1000;

pub(crate) struct Parser<'a> {
    src: &'a str,
    lexer: Lexer<'a>,
    node: Sym,
    prev_end: usize,
    /// Depth of the tree being built (nested `expression` calls and the operators applied in
    /// each), bounded by [`MAX_NESTING`].
    depth: usize,
}

/// Parses `src` into a raw tree.
pub(crate) fn parse(src: &str) -> PResult<Raw> {
    let mut parser = Parser {
        src,
        lexer: Lexer::new(src),
        node: Sym {
            kind: SymKind::End,
            span: Span::new(0, 0),
        },
        prev_end: 0,
        depth: 0,
    };
    parser.parse_root()
}

impl<'a> Parser<'a> {
    fn parse_root(&mut self) -> PResult<Raw> {
        self.advance(None, false)?;
        let expr = self.expression(0)?;
        if !matches!(self.node.kind, SymKind::End) {
            return Err(self.error_at_node("S0201"));
        }
        Ok(expr)
    }

    fn error_at_node(&self, code: &str) -> Error {
        Error::new(code).with("token", self.node.value()).located(
            self.src,
            self.node.span,
            self.node.span.end,
        )
    }

    fn end_span(&self) -> Span {
        Span::new(self.src.len(), self.src.len())
    }

    fn advance(&mut self, expect: Option<&str>, infix: bool) -> PResult<()> {
        if let Some(id) = expect
            && self.node.id() != id
        {
            let code = if matches!(self.node.kind, SymKind::End) {
                "S0203"
            } else {
                "S0202"
            };
            return Err(self.error_at_node(code).with("value", id));
        }
        self.prev_end = self.prev_end.max(self.node.span.end);
        match self.lexer.next(infix)? {
            None => {
                self.node = Sym {
                    kind: SymKind::End,
                    span: self.end_span(),
                };
            }
            Some(tok) => {
                if let TokKind::Op(op) = tok.kind
                    && is_unknown_operator(op)
                {
                    return Err(Error::new("S0204").with("token", op).located(
                        self.src,
                        tok.span,
                        tok.span.end,
                    ));
                }
                self.node = Sym {
                    kind: SymKind::Tok(tok.kind),
                    span: tok.span,
                };
            }
        }
        Ok(())
    }

    /// Pratt's algorithm.
    fn expression(&mut self, rbp: u8) -> PResult<Raw> {
        let depth = self.depth;
        self.deeper()?;
        let result = crate::stack::grow(|| self.expression_inner(rbp));
        // Also undoes the levels added by the operators of this expression.
        self.depth = depth;
        result
    }

    /// Adds a level to the tree being built, failing with `U1001` past [`MAX_NESTING`].
    fn deeper(&mut self) -> PResult<()> {
        if self.depth >= MAX_NESTING {
            return Err(Error::new("U1001")
                .with(
                    "message",
                    format!(
                        "The expression is nested too deeply (the limit is {MAX_NESTING} levels)"
                    ),
                )
                .located(self.src, self.node.span, self.node.span.end));
        }
        self.depth += 1;
        Ok(())
    }

    fn expression_inner(&mut self, rbp: u8) -> PResult<Raw> {
        let t = self.node.clone();
        self.advance(None, true)?;
        let mut left = self.nud(t)?;
        while rbp < self.node.lbp() {
            left = self.led_step(left)?;
        }
        Ok(left)
    }

    /// Applies the operator at the current symbol to `left`: one more level of the tree, so that
    /// a long chain such as `1 + 2 + … + 5000` cannot build a tree deeper than the limit.
    fn led_step(&mut self, left: Raw) -> PResult<Raw> {
        self.deeper()?;
        let t = self.node.clone();
        self.advance(None, false)?;
        self.led(t, left)
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.prev_end.max(start))
    }

    fn nud(&mut self, t: Sym) -> PResult<Raw> {
        let start = t.span.start;
        let pos = t.span.end;
        let kind = match t.kind {
            SymKind::Tok(TokKind::Name(value)) => RawKind::Name { value },
            SymKind::Tok(TokKind::Variable(value)) => RawKind::Variable { value },
            SymKind::Tok(TokKind::Str(value)) => RawKind::String { value },
            SymKind::Tok(TokKind::Number(value)) => RawKind::Number { value },
            SymKind::Tok(TokKind::Value(value)) => RawKind::Value { value },
            SymKind::Tok(TokKind::Regex { pattern, flags }) => RawKind::Regex { pattern, flags },
            SymKind::End => return Ok(Raw::new(RawKind::End, t.span, t.span.end)),
            SymKind::Tok(TokKind::Op(op)) => match op {
                // keywords used as field names
                "and" | "or" | "in" => RawKind::Name {
                    value: op.to_owned(),
                },
                "-" => RawKind::Negate {
                    expr: Box::new(self.expression(70)?),
                },
                "*" => RawKind::Wildcard,
                "**" => RawKind::Descendant,
                "%" => RawKind::Parent,
                "(" => {
                    let mut exprs = Vec::new();
                    while self.node.id() != ")" {
                        exprs.push(self.expression(0)?);
                        if self.node.id() != ";" {
                            break;
                        }
                        self.advance(Some(";"), false)?;
                    }
                    self.advance(Some(")"), true)?;
                    RawKind::Block { exprs }
                }
                "[" => {
                    let mut items = Vec::new();
                    if self.node.id() != "]" {
                        loop {
                            let mut item = self.expression(0)?;
                            if self.node.id() == ".." {
                                let range_pos = self.node.span.end;
                                self.advance(Some(".."), false)?;
                                let rhs = self.expression(0)?;
                                let span = item.span.to(rhs.span);
                                item = Raw::new(
                                    RawKind::Binary {
                                        op: "..",
                                        lhs: Box::new(item),
                                        rhs: Box::new(rhs),
                                    },
                                    span,
                                    range_pos,
                                );
                            }
                            items.push(item);
                            if self.node.id() != "," {
                                break;
                            }
                            self.advance(Some(","), false)?;
                        }
                    }
                    self.advance(Some("]"), true)?;
                    RawKind::Array { items }
                }
                "{" => RawKind::Object {
                    pairs: self.object_pairs()?,
                },
                "|" => {
                    let pattern = self.expression(0)?;
                    self.advance(Some("|"), false)?;
                    let update = self.expression(0)?;
                    let mut delete = None;
                    if self.node.id() == "," {
                        self.advance(Some(","), false)?;
                        delete = Some(Box::new(self.expression(0)?));
                    }
                    self.advance(Some("|"), false)?;
                    RawKind::Transform {
                        pattern: Box::new(pattern),
                        update: Box::new(update),
                        delete,
                    }
                }
                _ => return Err(self.prefix_error(&t)),
            },
        };
        Ok(Raw::new(kind, self.span_from(start), pos))
    }

    /// S0211: a symbol that cannot start an expression.
    fn prefix_error(&self, t: &Sym) -> Error {
        Error::new("S0211")
            .with("token", t.value())
            .located(self.src, t.span, t.span.end)
    }

    fn object_pairs(&mut self) -> PResult<Vec<(Raw, Raw)>> {
        let mut pairs = Vec::new();
        if self.node.id() != "}" {
            loop {
                let name = self.expression(0)?;
                self.advance(Some(":"), false)?;
                let value = self.expression(0)?;
                pairs.push((name, value));
                if self.node.id() != "," {
                    break;
                }
                self.advance(Some(","), false)?;
            }
        }
        self.advance(Some("}"), true)?;
        Ok(pairs)
    }

    fn led(&mut self, t: Sym, left: Raw) -> PResult<Raw> {
        let start = left.span.start;
        let pos = t.span.end;
        let op = t.id();
        let kind = match op {
            "??" | "?:" => {
                // The right side extends as far as possible, like jsonata-js. The left side is
                // not copied into a condition, as jsonata-js does: nesting would double the tree.
                let rhs = self.expression(0)?;
                RawKind::Binary {
                    op,
                    lhs: Box::new(left),
                    rhs: Box::new(rhs),
                }
            }
            "(" => return self.call(t, left),
            "[" => {
                if self.node.id() == "]" {
                    // `[]`: keep singleton arrays in the output.
                    let mut left = left;
                    mark_keep_array(&mut left);
                    self.advance(Some("]"), false)?;
                    left.span = self.span_from(start);
                    return Ok(left);
                }
                let rhs = self.expression(0)?;
                self.advance(Some("]"), true)?;
                RawKind::Binary {
                    op: "[",
                    lhs: Box::new(left),
                    rhs: Box::new(rhs),
                }
            }
            "^" => {
                self.advance(Some("("), false)?;
                let mut terms = Vec::new();
                loop {
                    let mut descending = false;
                    if self.node.id() == "<" {
                        self.advance(Some("<"), false)?;
                    } else if self.node.id() == ">" {
                        descending = true;
                        self.advance(Some(">"), false)?;
                    }
                    terms.push((descending, self.expression(0)?));
                    if self.node.id() != "," {
                        break;
                    }
                    self.advance(Some(","), false)?;
                }
                self.advance(Some(")"), false)?;
                RawKind::Sort {
                    lhs: Box::new(left),
                    terms,
                }
            }
            "{" => RawKind::Group {
                lhs: Box::new(left),
                pairs: self.object_pairs()?,
            },
            ":=" => {
                if !matches!(left.kind, RawKind::Variable { .. }) {
                    let err = Error::new("S0212")
                        .with("token", left.token_value())
                        .located(self.src, left.span, left.pos);
                    return Err(err);
                }
                let rhs = self.expression(t.lbp() - 1)?;
                RawKind::Binary {
                    op: ":=",
                    lhs: Box::new(left),
                    rhs: Box::new(rhs),
                }
            }
            "@" | "#" => {
                let rhs = self.expression(80)?;
                if !matches!(rhs.kind, RawKind::Variable { .. }) {
                    let err = Error::new("S0214")
                        .with("token", op)
                        .located(self.src, rhs.span, rhs.pos);
                    return Err(err);
                }
                RawKind::Binary {
                    op,
                    lhs: Box::new(left),
                    rhs: Box::new(rhs),
                }
            }
            "?" => {
                let then = self.expression(0)?;
                let mut otherwise = None;
                if self.node.id() == ":" {
                    self.advance(Some(":"), false)?;
                    otherwise = Some(Box::new(self.expression(0)?));
                }
                RawKind::Condition {
                    condition: Box::new(left),
                    then: Box::new(then),
                    otherwise,
                }
            }
            _ => {
                // `.`, arithmetic, comparison, `and`/`or`/`in`, `&`, `~>`
                let rhs = self.expression(t.lbp())?;
                RawKind::Binary {
                    op,
                    lhs: Box::new(left),
                    rhs: Box::new(rhs),
                }
            }
        };
        Ok(Raw::new(kind, self.span_from(start), pos))
    }

    /// Function call, partial application or lambda definition: `left(args)`.
    fn call(&mut self, t: Sym, left: Raw) -> PResult<Raw> {
        let start = left.span.start;
        let mut args = Vec::new();
        let mut partial = false;
        if self.node.id() != ")" {
            loop {
                if self.node.is_op("?") {
                    partial = true;
                    args.push(Raw::new(
                        RawKind::Placeholder,
                        self.node.span,
                        self.node.span.end,
                    ));
                    self.advance(Some("?"), false)?;
                } else {
                    args.push(self.expression(0)?);
                }
                if self.node.id() != "," {
                    break;
                }
                self.advance(Some(","), false)?;
            }
        }
        self.advance(Some(")"), true)?;

        let is_lambda =
            matches!(&left.kind, RawKind::Name { value } if value == "function" || value == "λ");
        if !is_lambda {
            return Ok(Raw::new(
                RawKind::Function {
                    procedure: Box::new(left),
                    args,
                    partial,
                },
                self.span_from(start),
                t.span.end,
            ));
        }

        for (index, arg) in args.iter().enumerate() {
            if !matches!(arg.kind, RawKind::Variable { .. }) {
                let err = Error::new("S0208")
                    .with("token", arg.token_value())
                    .with("value", index + 1)
                    .located(self.src, arg.span, arg.pos);
                return Err(err);
            }
        }
        let mut signature = None;
        if self.node.id() == "<" {
            let sig_start = self.node.span.start;
            let mut depth = 1;
            let mut text = String::from("<");
            while depth > 0 && self.node.id() != "{" && self.node.id() != "(end)" {
                self.advance(None, false)?;
                match self.node.id() {
                    ">" => depth -= 1,
                    "<" => depth += 1,
                    _ => {}
                }
                if !matches!(self.node.kind, SymKind::End) {
                    text.push_str(&self.src[self.node.span.start..self.node.span.end]);
                }
            }
            self.advance(Some(">"), false)?;
            match Signature::parse(&text) {
                Ok(sig) => signature = Some(sig),
                Err(err) => {
                    let offset = err
                        .detail("offset")
                        .and_then(serde_json::Value::as_u64)
                        .unwrap_or(0) as usize;
                    let at = (sig_start + 1 + offset).min(self.src.len());
                    let err = err.located(self.src, Span::new(sig_start, self.prev_end), at);
                    return Err(err);
                }
            }
        }
        self.advance(Some("{"), false)?;
        let body = self.expression(0)?;
        self.advance(Some("}"), false)?;
        Ok(Raw::new(
            RawKind::Lambda {
                params: args,
                signature,
                body: Box::new(body),
            },
            self.span_from(start),
            t.span.end,
        ))
    }
}

/// Applies the `[]` modifier to the step that the predicates in `raw` filter.
fn mark_keep_array(raw: &mut Raw) {
    match &mut raw.kind {
        RawKind::Binary { op: "[", lhs, .. } => mark_keep_array(lhs),
        _ => raw.keep_array = true,
    }
}
