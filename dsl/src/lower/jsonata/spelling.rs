//! Values with several spellings in JSON: `2026-01-02T03:04:05Z` and `2026-01-02T03:04:05.000Z` are
//! one time.
//!
//! An input has the spelling that its sender chose, and Rust reads all of them. So such a value is
//! normalized where a workflow compares it, orders it or writes it as text. A value that a workflow
//! only passes on keeps its spelling: its receiver reads it in the same way.

use super::expression::Lowering;
use crate::lower::code::{Code, ListKind, UndefinedMeaning};
use crate::lower::syntax::reader;
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::{EnumShape, Fields, Presence, Shape, Spelling, StructShape, Tagging};

/// The normalized value that a position needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Normalized {
    /// A text or a number that is equal and ordered like the values.
    Key,
    /// The text that serde writes.
    Json,
    /// The text of `Display`.
    Display,
}

/// The nine digits after a time's seconds.
macro_rules! fraction {
    () => {
        r"$substring($match($this & '.0', /\.\d+/)[0].match & '00000000', 0, 10)"
    };
}

/// A time in UTC, with nine digits after the seconds. `$toMillis` takes no blanks and no `UTC`.
macro_rules! utc_time {
    () => {
        concat!(
            "$substring($fromMillis($toMillis($substring($this, 0, 10) & 'T' \
             & $replace($replace($uppercase($substring($this, 11)), ' ', ''), 'UTC', 'Z'))), 0, 19) & ",
            fraction!()
        )
    };
}

/// The same of `$now()`, which has milliseconds.
macro_rules! now {
    () => {
        "$substring($this, 0, 23) & '000000'"
    };
}

macro_rules! date {
    ($of:literal) => {
        concat!(
            "$pad($replace($replace($replace($replace(",
            $of,
            r", ' ', ''), /^[+]0*(\d{1,4}-)/, '$1'), /-(\d)-/, '-0$1-'), /-(\d)$/, '-0$1'), -10, '0')"
        )
    };
}

/// A time of the day, with nine digits after the seconds. The seconds may be left out.
macro_rules! time {
    ($of:literal) => {
        concat!(
            "$join($map($split($replace($substringBefore(",
            $of,
            ", '.'), ' ', '') & ':0', ':', 3), function($part) { $pad($part, -2, '0') }), ':') & ",
            fraction!()
        )
    };
}

macro_rules! date_and_time {
    () => {
        concat!(
            date!("$substringBefore($this, 'T')"),
            " & 'T' & ",
            time!("$substringAfter($this, 'T')")
        )
    };
}

/// Without the digits that chrono leaves out: it writes 0, 3, 6 or 9 digits.
macro_rules! shortened {
    ($time:expr) => {
        concat!("$replace(", $time, r", /\.?(000)+$/, '')")
    };
}

macro_rules! json_of_time {
    ($time:expr) => {
        concat!(shortened!($time), " & 'Z'")
    };
}

macro_rules! display_of_time {
    ($time:expr) => {
        concat!("$replace(", shortened!($time), ", 'T', ' ') & ' UTC'")
    };
}

const UUID: &str = "$replace($lowercase($replace($this, /urn:uuid:|[{}-]/, '')), /^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')";

/// JSONata computes with 15 digits, and reads no number with leading zeros.
const DECIMAL_NUMBER: &str = r"($text := $replace($string($this), /^(-?)0+(\d)/, '$1$2');
    $length($replace($text, /\D/, '')) < 16 and ($type($this) = 'string' or $number($text) = $this)
        ? $number($text)
        : $error('the decimal ' & $text & ' has more than 15 digits; compute with it in a task'))";

/// A number of JSON has at most 15 digits as text, and a `Decimal` has at least 28.
const DECIMAL_TEXT: &str = r"($text := $string($this);
    $contains($text, /^-?\d+(\.\d+)?$/) and $length($text) < 29 and ($type($this) = 'string' or $number($text) = $this)
        ? $replace($text, /^(-?)0+(\d)/, '$1$2')
        : $error('the decimal ' & $text & ' has no short text; write it as text in a task'))";

/// The template that normalizes `$now()`.
fn template_of_now(form: Normalized) -> &'static str {
    match form {
        Normalized::Key => now!(),
        Normalized::Json => json_of_time!(now!()),
        Normalized::Display => display_of_time!(now!()),
    }
}

/// The template that normalizes a value of a spelling; `None` if it needs none.
fn template(spelling: Spelling, form: Normalized) -> Option<&'static str> {
    Some(match (spelling, form) {
        (Spelling::Uuid, _) => UUID,
        (Spelling::Decimal, Normalized::Key) => DECIMAL_NUMBER,
        (Spelling::Decimal, _) => DECIMAL_TEXT,
        (Spelling::UtcTime | Spelling::OffsetTime, Normalized::Key) => utc_time!(),
        (Spelling::UtcTime, Normalized::Json) => json_of_time!(utc_time!()),
        (Spelling::UtcTime, Normalized::Display) => display_of_time!(utc_time!()),
        (Spelling::Date, _) => date!("$this"),
        (Spelling::Time, Normalized::Key) => time!("$this"),
        (Spelling::Time, _) => shortened!(time!("$this")),
        (Spelling::DateAndTime, Normalized::Key) => date_and_time!(),
        (Spelling::DateAndTime, Normalized::Json) => shortened!(date_and_time!()),
        (Spelling::DateAndTime, Normalized::Display) => {
            concat!("$replace(", shortened!(date_and_time!()), ", 'T', ' ')")
        }
        (Spelling::One | Spelling::Several | Spelling::OffsetTime, _) => return None,
    })
}

impl Lowering<'_, '_> {
    /// The value in one spelling. The value exists; it may be `null`.
    pub(super) fn normalized(&mut self, code: Code, form: Normalized) -> Code {
        match code.shape.plain() {
            Shape::Written(_) if is_now(&code.syntax) => {
                let syntax = self.filled(template_of_now(form), code.syntax.clone());
                code.with(syntax)
            }
            Shape::Written(written) => match template(written.spelling, form) {
                Some(template) if !is_normalized(&code.syntax, written.spelling) => {
                    let syntax = self.filled(template, code.syntax.clone());
                    code.with(syntax)
                }
                _ => code,
            },
            Shape::Enum(shape) => match shape.other_variant() {
                Some(other) => self.known_variant(code, &shape, other),
                None => code,
            },
            Shape::Option(some) if some.is_spelled() => self.twice(code, |this, code| {
                let there = code.syntax.clone().binary(Operator::Ne, Syntax::Null);
                let some = this.normalized(code.some(), form);
                let syntax = there.conditional(some.syntax, Syntax::Null);
                code.with(syntax)
            }),
            Shape::Array(item) if item.is_spelled() => {
                self.each_item(code, &item, |this, item| this.normalized(item, form))
            }
            Shape::Set(set) if set.item.is_spelled() => {
                self.each_item(code, &set.item, |this, item| this.normalized(item, form))
            }
            _ => code,
        }
    }

    fn each_item(
        &mut self,
        list: Code,
        item: &Shape,
        change: impl FnOnce(&mut Self, Code) -> Code,
    ) -> Code {
        let local = self.fresh("item");
        let each = Code::new(Syntax::Local(local.clone()), item.resolve());
        let each = change(self, each);
        let each = self.member(each.syntax, &each.shape);
        let each = Syntax::Function(vec![local], Box::new(each));
        let mapped = Syntax::call("map", vec![list.syntax.clone(), each]);
        let syntax = match ListKind::of(item) {
            ListKind::Never => Syntax::Array(vec![mapped]),
            _ => Syntax::Array(vec![Syntax::Whole(Box::new(mapped))]),
        };
        list.with(syntax)
    }

    /// The value with its parts in the spelling that serde writes. The content of enums is not
    /// changed.
    pub(super) fn written(&mut self, code: Code) -> Code {
        if !code.shape.has_spelled_parts() {
            return code;
        }
        if code.shape.is_spelled() {
            return self.normalized(code, Normalized::Json);
        }
        match code.shape.plain() {
            Shape::Option(_) => self.twice(code, |this, code| {
                let there = code.syntax.clone().binary(Operator::Ne, Syntax::Null);
                let some = this.written(code.some());
                let syntax = there.conditional(some.syntax, Syntax::Null);
                code.with(syntax)
            }),
            Shape::Array(item) => self.each_item(code, &item, Self::written),
            Shape::Set(set) => self.each_item(code, &set.item, Self::written),
            Shape::Tuple(items) => self.twice(code, |this, code| {
                let items = (0..items.len()).map(|index| {
                    let item = this.tuple_field(code.clone(), index);
                    let item = this.written(item);
                    this.member(item.syntax, &item.shape)
                });
                let items = items.collect();
                code.with(Syntax::Array(items))
            }),
            Shape::Map(map) => {
                let (key, value) = (self.fresh("key"), self.fresh("value"));
                let entry = Code::new(Syntax::Local(value.clone()), map.value.resolve());
                let entry = self.written(entry).syntax;
                let entry = Syntax::Object(vec![(Syntax::Local(key.clone()), entry)]);
                let each = Syntax::Function(vec![value, key], Box::new(entry));
                let entries = Syntax::call("each", vec![code.syntax.clone(), each]);
                // Without entries, `$each` returns nothing.
                let entries = Syntax::Array(vec![Syntax::Object(Vec::new()), entries]);
                code.with(Syntax::call("merge", vec![entries]))
            }
            Shape::Struct(StructShape {
                fields: Fields::Named(fields),
                ..
            }) => self.twice(code, |this, code| {
                let mut members = Vec::new();
                let spelled = fields.iter().filter(|field| {
                    !field.flatten
                        && !matches!(field.presence, Presence::Never)
                        && field.shape.has_spelled_parts()
                });
                for field in spelled {
                    let value = this.step(code, field);
                    let value = match field.presence {
                        // Serde omits it, so it may be absent.
                        Presence::Omitted(_) => {
                            let there = Syntax::call("exists", vec![value.syntax.clone()]);
                            let value = Code {
                                absent: UndefinedMeaning::Never,
                                ..value
                            };
                            let value = this.written(value);
                            Syntax::When(Box::new(there), Box::new(value.syntax))
                        }
                        _ => {
                            let value = this.present(value);
                            this.written(value).syntax
                        }
                    };
                    members.push((Syntax::text(field.wire.clone()), value));
                }
                let parts = vec![code.syntax.clone(), Syntax::Object(members)];
                code.with(Syntax::call("merge", vec![Syntax::Array(parts)]))
            }),
            _ => code,
        }
    }

    /// An unknown name becomes the variant with `#[serde(other)]`.
    fn known_variant(&mut self, code: Code, shape: &EnumShape, other: &str) -> Code {
        if matches!(code.syntax, Syntax::Text(_)) {
            return code;
        }
        let known = shape.variants.iter().filter(|variant| !variant.other);
        let known = known.map(|variant| Syntax::text(variant.wire.clone()));
        let known = Syntax::Array(known.collect());
        let tag = match &shape.tagging {
            Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => Some(tag.clone()),
            Tagging::External | Tagging::Untagged => None,
        };
        self.twice(code, |_, code| {
            let value = code.syntax.clone();
            let (name, unknown) = match tag {
                Some(tag) => (
                    value.clone().field(tag.clone()),
                    Syntax::Object(vec![(Syntax::text(tag), Syntax::text(other.to_owned()))]),
                ),
                None => (value.clone(), Syntax::text(other.to_owned())),
            };
            let mut is_known = name.binary(Operator::In, known);
            if shape.tagging == Tagging::External && has_objects(shape) {
                let of = Syntax::call("type", vec![value.clone()]);
                let is_object = of.binary(Operator::Ne, Syntax::text("string"));
                is_known = is_known.binary(Operator::Or, is_object);
            }
            code.with(is_known.conditional(value, unknown))
        })
    }

    /// Inserts a value into a template.
    pub(super) fn filled(&mut self, template: &'static str, value: Syntax) -> Syntax {
        let mut syntax = reader::read(template, &mut |name| self.fresh(name));
        let local = self.fresh("v");
        syntax.replace_variable("this", &Syntax::Local(local.clone()));
        Syntax::bind(local, value, syntax)
    }

    /// Inserts two values into a template.
    pub(super) fn filled_with(
        &mut self,
        template: &'static str,
        left: Syntax,
        right: Syntax,
    ) -> Syntax {
        let mut syntax = reader::read(template, &mut |name| self.fresh(name));
        let (a, b) = (self.fresh("left"), self.fresh("right"));
        syntax.replace_variable("this", &Syntax::Local(a.clone()));
        syntax.replace_variable("other", &Syntax::Local(b.clone()));
        let syntax = Syntax::bind(b, right, syntax);
        Syntax::bind(a, left, syntax)
    }
}

fn is_now(syntax: &Syntax) -> bool {
    matches!(syntax, Syntax::Call(name, arguments) if name == "now" && arguments.is_empty())
}

fn has_objects(shape: &EnumShape) -> bool {
    let mut variants = shape.variants.iter();
    variants.any(|variant| !matches!(variant.fields, Fields::Unit))
}

/// Whether a constant has its normalized spelling: serde has written it.
fn is_normalized(syntax: &Syntax, spelling: Spelling) -> bool {
    matches!(syntax, Syntax::Text(_)) && matches!(spelling, Spelling::Uuid | Spelling::Date)
}
