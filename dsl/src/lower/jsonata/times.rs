//! Times, and the durations between them. In JSONata a duration is a number of milliseconds.
//!
//! A time has nine digits after its seconds, and JSONata computes with milliseconds. So a duration
//! of whole milliseconds is added to the first three of these digits, and the difference of two
//! times has a half for the rest below a millisecond.

use super::expression::Lowering;
use super::spelling::Normalized;
use crate::expr::{Binary, Expr};
use crate::lower::code::Code;
use crate::lower::syntax::{Operator, Syntax};
use crate::shape::{DurationShape, Shape, Spelling};

/// The milliseconds of a day.
const DAY: i64 = 86_400_000;

/// The largest number of milliseconds that JSON has exactly.
const LONGEST: i64 = 1 << 53;

const TOO_LONG: &str = "this duration is longer than 285,420 years";

/// The result of `$toMillis` as a time. JSONata writes four digits of the year.
macro_rules! shifted {
    ($operator:literal) => {
        concat!(
            "($millis := $toMillis($this & 'Z') ",
            $operator,
            " $other; $millis >= -62167219200000 and $millis < 253402300800000 \
             ? $substring($fromMillis($millis), 0, 23) & $substring($this, 23) \
             : $error('this time is before the year 0 or after the year 9999'))"
        )
    };
}

macro_rules! shifted_date {
    ($operator:literal) => {
        concat!(
            "($millis := $toMillis($this) ",
            $operator,
            " $other; $millis >= -62167219200000 and $millis < 253402300800000 \
             ? $substring($fromMillis($millis), 0, 10) \
             : $error('this date is before the year 0 or after the year 9999'))"
        )
    };
}

/// The milliseconds, and a half for the digits after them.
const DIFFERENCE: &str = "($rest := $substring($this, 23); $other_rest := $substring($other, 23); \
    $toMillis($this & 'Z') - $toMillis($other & 'Z') + ($rest > $other_rest ? 0.5 : $rest < $other_rest ? -0.5 : 0))";

const DIFFERENCE_OF_DATES: &str = "$toMillis($this) - $toMillis($other)";

/// A function that creates a duration: the milliseconds of its unit, and the type.
fn unit(path: &str) -> Option<(i64, DurationShape)> {
    Some(match path {
        "Days::new" | "days" => (DAY, DurationShape::Unsigned),
        "hours" => (3_600_000, DurationShape::Unsigned),
        "mins" => (60_000, DurationShape::Unsigned),
        "secs" | "Duration::from_secs" => (1_000, DurationShape::Unsigned),
        "Duration::from_millis" => (1, DurationShape::Unsigned),
        _ => {
            let (_, name) = path
                .split_once("::")
                .filter(|(ty, _)| matches!(*ty, "Duration" | "TimeDelta"))?;
            let millis = match name {
                "weeks" => 7 * DAY,
                "days" => DAY,
                "hours" => 3_600_000,
                "minutes" => 60_000,
                "seconds" => 1_000,
                "milliseconds" | "zero" => 1,
                _ => return None,
            };
            (millis, DurationShape::Signed)
        }
    })
}

impl Lowering<'_, '_> {
    /// The duration that a function creates; `None` for other functions.
    pub(super) fn new_duration(&mut self, path: &str, arguments: &[Expr]) -> Option<Code> {
        let (unit, shape) = unit(path)?;
        let shape = Shape::Duration(shape);
        let [count] = arguments else {
            return Some(Code::new(Syntax::number(0), shape));
        };
        let count = self.value(count);
        if let Some(number) = integer(&count.syntax) {
            let millis = number
                .checked_mul(unit)
                .filter(|millis| millis.abs() <= LONGEST);
            return Some(match millis {
                Some(millis) => Code::new(Syntax::number(millis), shape),
                None => self.refuse_code(TOO_LONG),
            });
        }
        let is_short = match count.shape.plain() {
            Shape::Int(integer) => {
                let (least, largest) = integer.bounds();
                let longest = LONGEST / unit;
                largest <= longest && -least <= longest
            }
            _ => false,
        };
        Some(if is_short {
            Code::new(times(count.syntax, unit), shape)
        } else {
            self.twice(count, |_, count| {
                Code::new(
                    bounded(
                        &count.syntax,
                        LONGEST / unit,
                        times(count.syntax.clone(), unit),
                    ),
                    shape,
                )
            })
        })
    }

    /// Arithmetic with a time or a duration; `None` if no side is one.
    pub(super) fn arithmetic_of_times(
        &mut self,
        operator: Binary,
        left: &Code,
        right: &Code,
    ) -> Option<Code> {
        let is_time = |code: &Code| code.shape.spelling().is_time();
        let durations = (left.shape.duration(), right.shape.duration());
        if !is_time(left) && !is_time(right) && durations == (None, None) {
            return None;
        }
        let (left, right) = (self.present(left.clone()), self.present(right.clone()));
        Some(match (operator, durations) {
            (Binary::Add | Binary::Sub, (None, Some(duration))) => {
                self.shifted(operator, left, right, duration)
            }
            (Binary::Sub, (None, None)) => self.difference(left, right),
            (Binary::Add | Binary::Sub, (Some(one), Some(other))) => {
                self.sum_of_durations(operator, (left, one), (right, other))
            }
            (Binary::Mul, (Some(duration), None)) if right.shape.is_integer() => {
                self.multiplied(left, right, duration)
            }
            (Binary::Mul, (None, Some(duration))) if left.shape.is_integer() => {
                self.multiplied(right, left, duration)
            }
            (Binary::Div, (Some(_), _)) => self.refuse_code(
                "a part of a duration may have a fraction of a millisecond, and JSONata computes with whole ones; divide `d.num_seconds()`, or divide in a task",
            ),
            _ => self.refuse_code(format!(
                "this operator on {} and {} cannot run inside a workflow expression; call a task",
                left.shape.describe(),
                right.shape.describe()
            )),
        })
    }

    /// `time + duration` and `time - duration`.
    fn shifted(&mut self, operator: Binary, time: Code, by: Code, duration: DurationShape) -> Code {
        let spelling = time.shape.spelling();
        let subtracts = operator == Binary::Sub;
        if spelling == Spelling::Date {
            let days = whole_days(self, by);
            let date = self.normalized(time, Normalized::Key);
            let template = if subtracts {
                shifted_date!("-")
            } else {
                shifted_date!("+")
            };
            let syntax = self.filled_with(template, date.syntax.clone(), days);
            return date.with(syntax);
        }
        if !matches!(spelling, Spelling::UtcTime | Spelling::DateAndTime) {
            return self.refuse_code(format!(
                "a duration is added to a `DateTime<Utc>`, a `NaiveDateTime` or a `NaiveDate` in a workflow, and this is {}; compute the time in a task",
                time.shape.describe()
            ));
        }
        if duration == DurationShape::Difference {
            return self.refuse_code(
                "the difference of two times may have a fraction of a millisecond, and JSONata adds whole ones; write \
                 `at + TimeDelta::milliseconds((b - a).num_milliseconds())`, or compute the time in a task",
            );
        }
        let template = if subtracts {
            shifted!("-")
        } else {
            shifted!("+")
        };
        let key = self.normalized(time, Normalized::Key);
        let syntax = self.filled_with(template, key.syntax.clone(), by.syntax);
        let syntax = match spelling {
            Spelling::UtcTime => syntax.binary(Operator::Concat, Syntax::text("Z")),
            _ => syntax,
        };
        key.with(syntax)
    }

    /// The duration from one time to another.
    pub(super) fn difference(&mut self, time: Code, other: Code) -> Code {
        let (spelling, shape) = (time.shape.spelling(), DurationShape::Difference);
        let is_same = match other.shape.spelling() {
            Spelling::UtcTime | Spelling::OffsetTime => {
                matches!(spelling, Spelling::UtcTime | Spelling::OffsetTime)
            }
            other => other == spelling,
        };
        if !is_same || spelling == Spelling::Time {
            return self.refuse_code(format!(
                "the difference of {} and {} cannot be computed inside a workflow expression; compute it in a task",
                time.shape.describe(),
                other.shape.describe()
            ));
        }
        let [time, other] = [time, other].map(|code| self.normalized(code, Normalized::Key));
        match spelling {
            Spelling::Date => Code::new(
                self.filled_with(DIFFERENCE_OF_DATES, time.syntax, other.syntax),
                Shape::Duration(DurationShape::Signed),
            ),
            _ => Code::new(
                self.filled_with(DIFFERENCE, time.syntax, other.syntax),
                Shape::Duration(shape),
            ),
        }
    }

    fn sum_of_durations(
        &mut self,
        operator: Binary,
        (left, one): (Code, DurationShape),
        (right, other): (Code, DurationShape),
    ) -> Code {
        let shape = match (operator, one, other) {
            (_, DurationShape::Difference, DurationShape::Difference) => {
                return self.refuse_code(
                    "a sum of differences of times may have a fraction of a millisecond, and JSONata computes with whole ones; add \
                     `(a - b).num_milliseconds()`, or compute in a task",
                );
            }
            (Binary::Sub, DurationShape::Unsigned, _) => {
                return self.refuse_code(
                    "a difference of std's durations may be negative, where Rust panics; subtract the numbers of seconds, or write `TimeDelta::seconds(..)`",
                );
            }
            (_, DurationShape::Difference, _) | (_, _, DurationShape::Difference) => {
                DurationShape::Difference
            }
            _ => one,
        };
        let sum = left.syntax.binary(operator.into(), right.syntax);
        Code::new(folded(sum), Shape::Duration(shape))
    }

    fn multiplied(&mut self, duration: Code, by: Code, shape: DurationShape) -> Code {
        if shape == DurationShape::Difference {
            return self.refuse_code(
                "a multiple of the difference of two times may have a fraction of a millisecond, and JSONata computes with whole ones; multiply \
                 `(a - b).num_milliseconds()`, or compute in a task",
            );
        }
        let product = Code::new(
            duration.syntax.binary(Operator::Mul, by.syntax),
            Shape::Duration(shape),
        );
        let product = product.with(folded(product.syntax.clone()));
        if integer(&product.syntax).is_some() {
            return product;
        }
        self.twice(product, |_, product| {
            product.with(bounded(&product.syntax, LONGEST, product.syntax.clone()))
        })
    }

    /// `-duration`
    pub(super) fn negative_duration(&mut self, code: Code) -> Code {
        let code = self.present(code);
        let syntax = match integer(&code.syntax) {
            Some(millis) => Syntax::number(-millis),
            None => Syntax::Negative(Box::new(code.syntax.clone())),
        };
        code.with(syntax)
    }

    /// Whether two durations can be compared; reports a fault if not.
    pub(super) fn durations_are_comparable(&mut self, left: &Code, right: &Code) -> bool {
        let is_difference = |code: &Code| {
            code.shape.may_contain(4, &|shape| {
                shape.duration() == Some(DurationShape::Difference)
            })
        };
        let are_comparable = !is_difference(left) || !is_difference(right);
        if !are_comparable {
            self.report.fault(
                "two differences of times may differ by less than a millisecond, which JSONata does not compute; compare `(a - b).num_milliseconds()` of both, \
                 or compare in a task",
            );
        }
        are_comparable
    }

    /// `num_days()` and the like, and `abs()`.
    pub(super) fn part_of_duration(&mut self, duration: Code, name: &str) -> Code {
        let duration = self.present(duration);
        let millis = match name {
            "abs" => {
                let syntax = Syntax::call("abs", vec![duration.syntax.clone()]);
                return duration.with(syntax);
            }
            "num_weeks" => 7 * DAY,
            "num_days" => DAY,
            "num_hours" => 3_600_000,
            "num_minutes" => 60_000,
            "num_seconds" => 1_000,
            _ => 1,
        };
        if millis == 1 && duration.shape.duration() != Some(DurationShape::Difference) {
            return duration.shaped(Shape::SmallInteger);
        }
        let unit = Syntax::number(millis);
        let count = self.twice(duration, |_, duration| {
            let this = duration.syntax.clone();
            let rest = this.clone().binary(Operator::Rem, unit.clone());
            let whole = this.binary(Operator::Sub, rest);
            duration.with(match millis {
                1 => whole,
                _ => whole.binary(Operator::Div, unit.clone()),
            })
        });
        count.shaped(Shape::SmallInteger)
    }

    /// A method of a date or time.
    pub(super) fn part_of_time(&mut self, time: Code, name: &str) -> Code {
        let time = self.present(time);
        let spelling = time.shape.spelling();
        let from = match (name, spelling) {
            ("timestamp" | "timestamp_millis", Spelling::UtcTime) => {
                let key = self.normalized(time, Normalized::Key);
                let template = match name {
                    "timestamp" => "$floor($toMillis($this & 'Z') / 1000)",
                    _ => "$toMillis($this & 'Z')",
                };
                return Code::new(self.filled(template, key.syntax), Shape::SmallInteger);
            }
            ("to_rfc3339", Spelling::UtcTime) => {
                let text = self.normalized(time, Normalized::Json);
                let syntax = self.filled("$replace($this, 'Z', '+00:00')", text.syntax);
                return Code::new(syntax, Shape::String);
            }
            ("date_naive", Spelling::UtcTime) => {
                let key = self.normalized(time, Normalized::Key);
                return Code::new(
                    self.filled("$substring($this, 0, 10)", key.syntax),
                    Shape::date(),
                );
            }
            (
                "year" | "month" | "day",
                Spelling::UtcTime | Spelling::Date | Spelling::DateAndTime,
            ) => match name {
                "year" => 0,
                "month" => 5,
                _ => 8,
            },
            (
                "hour" | "minute" | "second",
                Spelling::UtcTime | Spelling::DateAndTime | Spelling::Time,
            ) => {
                let day = if spelling == Spelling::Time { 0 } else { 11 };
                match name {
                    "hour" => day,
                    "minute" => day + 3,
                    _ => day + 6,
                }
            }
            _ => {
                return self.refuse_code(format!(
                    "`{name}` of {} cannot run inside a workflow expression; call it in a task instead",
                    time.shape.describe()
                ));
            }
        };
        let count = if name == "year" { 4 } else { 2 };
        let key = self.normalized(time, Normalized::Key);
        let digits = [key.syntax, Syntax::number(from), Syntax::number(count)];
        let digits = Syntax::call("substring", digits.into());
        // `$number` reads no leading zeros.
        let number = self.filled(r"$number($replace($this, /^0+(\d)/, '$1'))", digits);
        Code::new(number, Shape::SmallInteger)
    }
}

/// The milliseconds of whole days: a date leaves out the rest of a duration.
fn whole_days(lowering: &mut Lowering<'_, '_>, duration: Code) -> Syntax {
    match (&duration.syntax, integer(&duration.syntax)) {
        (_, Some(millis)) => return Syntax::number(millis - millis % DAY),
        (Syntax::Binary(Operator::Mul, _, unit), _)
            if integer(unit).is_some_and(|unit| unit % DAY == 0) =>
        {
            return duration.syntax;
        }
        _ => {}
    }
    let days = lowering.twice(duration, |_, duration| {
        let this = duration.syntax.clone();
        let rest = this.clone().binary(Operator::Rem, Syntax::number(DAY));
        duration.with(this.binary(Operator::Sub, rest))
    });
    days.syntax
}

/// The value of an integer literal.
pub(super) fn integer(syntax: &Syntax) -> Option<i64> {
    match syntax {
        Syntax::Number(digits) => digits.parse().ok(),
        Syntax::Negative(inner) => integer(inner).map(i64::wrapping_neg),
        _ => None,
    }
}

fn times(count: Syntax, unit: i64) -> Syntax {
    match unit {
        1 => count,
        _ => count.binary(Operator::Mul, Syntax::number(unit)),
    }
}

/// The result of arithmetic with literals, if it has few enough digits.
fn folded(syntax: Syntax) -> Syntax {
    let Syntax::Binary(operator, left, right) = &syntax else {
        return syntax;
    };
    let (Some(left), Some(right)) = (integer(left), integer(right)) else {
        return syntax;
    };
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Sub => left.checked_sub(right),
        Operator::Mul => left.checked_mul(right),
        _ => None,
    };
    match result.filter(|result| result.abs() <= LONGEST) {
        Some(result) => Syntax::number(result),
        None => syntax,
    }
}

/// A value that fails where a number is beyond a limit.
fn bounded(number: &Syntax, limit: i64, value: Syntax) -> Syntax {
    let magnitude = Syntax::call("abs", vec![number.clone()]);
    let error = Syntax::call("error", vec![Syntax::text(TOO_LONG)]);
    magnitude
        .binary(Operator::Gt, Syntax::number(limit))
        .conditional(error, value)
}
