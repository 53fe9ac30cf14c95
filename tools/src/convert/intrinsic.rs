//! Intrinsic functions: calls to expressions.

use stepwright_asl::intrinsic::{Argument, Function, IntrinsicCall, Literal};
use stepwright_asl::json::{Json, Number};
use stepwright_asl::jsonata::operator::Operator;

use super::expr::{Expr, Kind};
use super::note::Findings;
use super::path::of_path;
use super::scope::Scope;
use super::{Assumption, Difference};

/// The maximum number of operands that one call adds to an expression.
const MAX_PARTS: usize = 40;

/// The value of a call. `None` after a note.
pub(super) fn of_call(
    call: &IntrinsicCall,
    scope: Scope<'_>,
    findings: &mut Findings<'_>,
) -> Option<Expr> {
    if call.function == Function::Format {
        return format(call, scope, findings);
    }
    let mut arguments = Vec::with_capacity(call.arguments.len());
    for argument in &call.arguments {
        arguments.push(of_argument(argument, scope, findings)?);
    }
    let mut conversion = CallConversion {
        call,
        scope,
        findings,
    };
    conversion.convert(arguments)
}

fn of_argument(argument: &Argument, scope: Scope<'_>, findings: &mut Findings<'_>) -> Option<Expr> {
    match argument {
        Argument::Call(call) => of_call(call, scope, findings),
        Argument::Path(path) => of_path(path, scope, findings),
        Argument::String(literal) => Some(Expr::literal(literal.value.as_str())),
        Argument::Number(number) => Some(Expr::Literal(Json::Number(number.clone()))),
        Argument::Bool(value) => Some(Expr::literal(*value)),
        Argument::Null => Some(Expr::Literal(Json::Null)),
    }
}

/// `States.Format`.
fn format(call: &IntrinsicCall, scope: Scope<'_>, findings: &mut Findings<'_>) -> Option<Expr> {
    let mut conversion = CallConversion {
        call,
        scope,
        findings,
    };
    let Some((Argument::String(template), values)) = call.arguments.split_first() else {
        return conversion.refuse("has a template that is not a literal");
    };
    if values.len() > MAX_PARTS {
        return conversion.refuse("has too many arguments for one expression");
    }
    if template.unmatched_brace.is_some() || template.placeholders.len() != values.len() {
        return conversion.fails("its template and arguments do not match");
    }
    let mut parts: Vec<Expr> = Vec::new();
    let mut texts = pieces(template).into_iter();
    let mut add_text = |parts: &mut Vec<Expr>| {
        let text = texts.next().filter(|text| !text.is_empty());
        parts.extend(text.map(Expr::literal));
    };
    add_text(&mut parts);
    for value in values {
        let value = of_argument(value, scope, findings)?;
        let value = text_of(value, call, scope, findings);
        parts.push(value);
        add_text(&mut parts);
    }
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else {
        return Some(Expr::literal(""));
    };
    let Some(second) = parts.next() else {
        return Some(match first.kind() {
            Kind::Text => first,
            _ => Expr::Call("string", vec![first]),
        });
    };
    let first = first.binary(Operator::Concat, second);
    Some(parts.fold(first, |text, part| text.binary(Operator::Concat, part)))
}

/// The texts between the placeholders of a template; one more than placeholders.
fn pieces(template: &Literal) -> Vec<&str> {
    let mut pieces = Vec::with_capacity(template.placeholders.len() + 1);
    let mut at = 0;
    for offset in &template.placeholders {
        pieces.push(template.value.get(at..*offset).unwrap_or_default());
        at = offset + 2;
    }
    pieces.push(template.value.get(at..).unwrap_or_default());
    pieces
}

/// A value that becomes part of a text.
fn text_of(
    value: Expr,
    call: &IntrinsicCall,
    scope: Scope<'_>,
    findings: &mut Findings<'_>,
) -> Expr {
    match value.kind() {
        Kind::Object | Kind::List => {
            let message = format!(
                "`{call}` prints an object or a list as Java does, `{{a=1}}`, and JSONata prints JSON"
            );
            findings.note(Difference::ObjectText, scope.pointer, message);
        }
        Kind::Unknown => {
            findings.assume(Assumption::Types);
            findings.assume(Assumption::Digits);
        }
        Kind::Number => findings.assume(Assumption::Digits),
        Kind::Null | Kind::Bool | Kind::Text => {}
    }
    // Java prints `1.0`, JSONata `1`.
    match &value {
        Expr::Literal(Json::Number(number)) if !number.is_integer() => {
            Expr::literal(number.to_string())
        }
        _ => value,
    }
}

struct CallConversion<'c, 'm> {
    call: &'c IntrinsicCall,
    scope: Scope<'c>,
    findings: &'c mut Findings<'m>,
}

impl CallConversion<'_, '_> {
    fn convert(&mut self, arguments: Vec<Expr>) -> Option<Expr> {
        let function = self.call.function;
        if function == Function::Array {
            return Some(Expr::Array(arguments));
        }
        if !function.arity().contains(&arguments.len()) {
            return self.fails("it has the wrong number of arguments");
        }
        self.check_types(&arguments)?;
        let mut arguments = arguments.into_iter();
        let mut next = || arguments.next().unwrap_or(Expr::Literal(Json::Null));
        let first = match function {
            Function::UUID => return Some(Expr::Call("uuid", Vec::new())),
            _ => next(),
        };
        Some(match function {
            // An empty list has no parts, for which `$partition` returns nothing.
            Function::ArrayPartition => Expr::Call("partition", vec![first, next()]).list(),
            Function::ArrayContains => contains(first, next()),
            Function::ArrayRange => range(first, next(), next()),
            Function::ArrayGetItem => return self.item(first, next()),
            Function::ArrayLength => count(first),
            Function::ArrayUnique => Expr::Call("distinct", vec![first]).list(),
            Function::Base64Encode => Expr::Call("base64encode", vec![first]),
            Function::Base64Decode => Expr::Call("base64decode", vec![first]),
            Function::Hash => Expr::Call("hash", vec![first, next()]),
            Function::JsonMerge => {
                let second = next();
                if next() != Expr::literal(false) {
                    return self.refuse("merges deeply, which fails");
                }
                Expr::Merge(Box::new(first), Box::new(second))
            }
            Function::StringToJson => Expr::Call("parse", vec![first]),
            Function::JsonToString => return self.json_text(first),
            Function::MathRandom => return self.random(first, next(), arguments.next()),
            Function::MathAdd => add(first, next()),
            Function::StringSplit => return self.split(first, next()),
            Function::Array | Function::Format | Function::UUID => first,
        })
    }

    /// Refuses a call whose literal arguments always fail.
    fn check_types(&mut self, arguments: &[Expr]) -> Option<()> {
        let expected: &[Option<Kind>] = match self.call.function {
            Function::ArrayPartition | Function::ArrayGetItem => {
                &[Some(Kind::List), Some(Kind::Number)]
            }
            Function::ArrayContains | Function::ArrayLength | Function::ArrayUnique => {
                &[Some(Kind::List)]
            }
            Function::ArrayRange | Function::MathAdd | Function::MathRandom => {
                &[Some(Kind::Number), Some(Kind::Number), Some(Kind::Number)]
            }
            Function::Base64Encode | Function::Base64Decode | Function::StringToJson => {
                &[Some(Kind::Text)]
            }
            Function::Hash => &[None, Some(Kind::Text)],
            Function::StringSplit => &[Some(Kind::Text), Some(Kind::Text)],
            Function::JsonMerge => &[Some(Kind::Object), Some(Kind::Object), Some(Kind::Bool)],
            Function::JsonToString | Function::Array | Function::Format | Function::UUID => &[],
        };
        for (argument, expected) in arguments.iter().zip(expected) {
            let Some(expected) = expected else {
                continue;
            };
            match argument.kind() {
                Kind::Unknown => self.findings.assume(Assumption::Types),
                kind if kind != *expected => {
                    return self.fails("an argument has the wrong type").map(drop);
                }
                _ => {}
            }
            if *expected == Kind::Number {
                match argument {
                    Expr::Literal(Json::Number(number)) if number.is_integer() => {}
                    Expr::Literal(_) => {
                        return self.refuse("rounds a number").map(drop);
                    }
                    _ => self.findings.assume(Assumption::Digits),
                }
            }
        }
        Some(())
    }

    fn item(&mut self, list: Expr, index: Expr) -> Option<Expr> {
        let literal = match &index {
            Expr::Literal(Json::Number(number)) => number.as_i64(),
            _ => None,
        };
        match literal {
            Some(index @ 0..) => Some(match list {
                // The items of a filter, of which one is selected.
                Expr::List(inner) if matches!(*inner, Expr::Filter(..)) => {
                    Expr::Index(inner, index)
                }
                list => list.index(index),
            }),
            Some(_) => self.fails("a list has no negative index"),
            None => {
                self.findings.assume(Assumption::Digits);
                Some(Expr::ItemAt(Box::new(list), Box::new(index)))
            }
        }
    }

    fn json_text(&mut self, value: Expr) -> Option<Expr> {
        match value.kind() {
            Kind::Text => {
                let message = format!(
                    "`{}` puts a text in quotes, and `$string` does not",
                    self.call
                );
                let pointer = self.scope.pointer;
                self.findings.note(Difference::ObjectText, pointer, message);
            }
            Kind::Unknown => self.findings.assume(Assumption::Types),
            _ => {}
        }
        self.findings.assume(Assumption::Digits);
        Some(Expr::Call("string", vec![value]))
    }

    fn random(&mut self, from: Expr, to: Expr, seed: Option<Expr>) -> Option<Expr> {
        let mut arguments = Vec::new();
        if let Some(seed) = seed {
            let message = format!("`{}` draws a different number from the seed", self.call);
            let pointer = self.scope.pointer;
            self.findings.note(Difference::RandomSeed, pointer, message);
            arguments.push(seed);
        }
        let drawn = Expr::Call("random", arguments);
        let span = match (integer(&from), integer(&to)) {
            (Some(from), Some(to)) => Expr::literal(to.checked_sub(from)?),
            (Some(0), None) => to,
            _ => to.binary(Operator::Sub, from.clone()),
        };
        let floor = Expr::Call("floor", vec![drawn.binary(Operator::Mul, span)]);
        Some(match integer(&from) {
            Some(0) => floor,
            _ => from.binary(Operator::Add, floor),
        })
    }

    fn split(&mut self, text: Expr, separators: Expr) -> Option<Expr> {
        let Expr::Literal(Json::String(characters)) = &separators else {
            return self.refuse("has separators that are not a literal");
        };
        let mut letters = characters.chars();
        let separator = match (letters.next(), letters.next()) {
            (None, _) => return self.refuse("has no separator"),
            (Some(_), None) => separators.clone(),
            _ => Expr::Regex(class(characters)),
        };
        let parts = Expr::Call("split", vec![text, separator]);
        let is_not_empty = Expr::ITEM.binary(Operator::Ne, Expr::literal(""));
        Some(Expr::Filter(Box::new(parts), Box::new(is_not_empty)).list())
    }

    fn fails(&mut self, reason: &str) -> Option<Expr> {
        let message = format!("`{}` fails in every execution: {reason}", self.call);
        let pointer = self.scope.pointer;
        self.findings
            .note(Difference::AlwaysFails, pointer, message);
        None
    }

    fn refuse(&mut self, problem: &str) -> Option<Expr> {
        let message = format!("`{}` {problem}", self.call);
        let pointer = self.scope.pointer;
        self.findings
            .note(Difference::NoCounterpart, pointer, message);
        None
    }
}

fn count(list: Expr) -> Expr {
    match list {
        Expr::Array(items) => Expr::literal(items.len()),
        // It does not matter whether one value is a list.
        Expr::List(inner) if matches!(*inner, Expr::Filter(..) | Expr::Key(..)) => {
            Expr::Call("count", vec![*inner])
        }
        list => Expr::Call("count", vec![list]),
    }
}

fn contains(list: Expr, item: Expr) -> Expr {
    if let Expr::Array(items) = &list
        && items.len() <= MAX_PARTS
    {
        let tests = items.iter().cloned();
        let tests = tests.map(|other| other.binary(Operator::Eq, item.clone()));
        let tests = tests.reduce(|left, right| left.binary(Operator::Or, right));
        return tests.unwrap_or_else(|| Expr::literal(false));
    }
    // `in` compares only scalars by their values.
    match item.kind() {
        Kind::Text | Kind::Number | Kind::Bool | Kind::Null => item.binary(Operator::In, list),
        _ => {
            let is_equal = Expr::ITEM.binary(Operator::Eq, item);
            Expr::Call(
                "exists",
                vec![Expr::Filter(Box::new(list), Box::new(is_equal))],
            )
        }
    }
}

fn range(from: Expr, to: Expr, step: Expr) -> Expr {
    if integer(&step) == Some(1) {
        return from.binary(Operator::Range, to).list();
    }
    Expr::Call("range", vec![from, to, step]).list()
}

/// The sum, or the difference if a literal is negative.
fn add(left: Expr, right: Expr) -> Expr {
    match integer(&right).and_then(i64::checked_neg) {
        Some(less @ 1..) => left.binary(Operator::Sub, Expr::literal(less)),
        _ => left.binary(Operator::Add, right),
    }
}

fn integer(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(Json::Number(number)) => Number::as_i64(number),
        _ => None,
    }
}

/// A regular expression that matches any of these characters.
fn class(characters: &str) -> String {
    let mut class = String::from("[");
    for letter in characters.chars() {
        match letter {
            '\n' => class.push_str("\\n"),
            '\r' => class.push_str("\\r"),
            '\t' => class.push_str("\\t"),
            '\\' | '[' | ']' | '^' | '-' | '/' => {
                class.push('\\');
                class.push(letter);
            }
            letter => class.push(letter),
        }
    }
    class.push(']');
    class
}
