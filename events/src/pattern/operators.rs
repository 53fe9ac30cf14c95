//! The values and operators of a field.

use stepwright_asl::json::{Json, Number, Pointer};
use stepwright_asl::similar::did_you_mean;

use super::address::Block;
use super::any_case::AnyCase;
use super::error::{ErrorPosition, PatternError};
use super::exact_number::exact;
use super::value_test::{Bound, ComparedNumber, NumberRange, TextTest, ValueTest};
use super::wildcard::{Wildcard, WildcardProblem};

const OPERATORS: [&str; 9] = [
    "anything-but",
    "cidr",
    "equals-ignore-case",
    "exactly",
    "exists",
    "numeric",
    "prefix",
    "suffix",
    "wildcard",
];

type Parsed<T> = Result<T, PatternError>;

/// Parses an item of a field's array.
pub(super) fn value_test<'d>(
    positions: ErrorPosition<'d>,
    json: &'d Json,
    pointer: &Pointer<'d>,
) -> Parsed<ValueTest> {
    Ok(match json {
        Json::String(text) => ValueTest::equals_text(text),
        Json::Number(number) => ValueTest::Number(ComparedNumber::new(number.to_string())),
        Json::Bool(value) => ValueTest::Bool(*value),
        Json::Null => ValueTest::Null,
        Json::Object(_) => {
            Operand::only_member(positions, json, pointer, "Match expression name not found")?
                .test()?
        }
        Json::Array(_) => {
            return Err(positions.error(
                pointer,
                "Match value must be String, number, true, false, or null",
            ));
        }
    })
}

/// The only member of an object: an operator and its value.
struct Operand<'d> {
    positions: ErrorPosition<'d>,
    name: &'d str,
    json: &'d Json,
    pointer: Pointer<'d>,
}

impl<'d> Operand<'d> {
    fn only_member(
        positions: ErrorPosition<'d>,
        json: &'d Json,
        pointer: &Pointer<'d>,
        no_name: &str,
    ) -> Parsed<Self> {
        let members = json.as_object().into_iter().flatten();
        let mut members = members.map(|(name, json)| (name.as_str(), json));
        let Some((name, json)) = members.next() else {
            return Err(positions.error(pointer, no_name));
        };
        if members.next().is_some() {
            return Err(positions.error(pointer, "Only one key allowed in match expression"));
        }
        Ok(Self {
            positions,
            name,
            json,
            pointer: pointer.key(name),
        })
    }

    fn error(&self, message: impl Into<String>) -> PatternError {
        self.positions.error(&self.pointer, message)
    }

    fn text(&self, what: &str) -> Parsed<&'d str> {
        let text = self.json.as_str();
        text.ok_or_else(|| self.error(format!("{what} match pattern must be a string")))
    }

    fn test(&self) -> Parsed<ValueTest> {
        Ok(match self.name {
            "exactly" => ValueTest::Text(TextTest::Equals(self.text("exact")?.to_owned())),
            "prefix" | "suffix" if self.json.as_object().is_some() => self.affix_in_any_case()?,
            "prefix" => ValueTest::Text(TextTest::Prefix(self.text("prefix")?.to_owned())),
            "suffix" => ValueTest::Text(TextTest::Suffix(self.text("suffix")?.to_owned())),
            "equals-ignore-case" => {
                let text = self.text("equals-ignore-case")?;
                ValueTest::Text(TextTest::EqualsAnyCase(AnyCase::new(text)))
            }
            "wildcard" => {
                let text = self.text("wildcard")?;
                ValueTest::Text(self.wildcard(text)?)
            }
            "cidr" => {
                // EventBridge says `prefix` here, too.
                let text = self.text("prefix").map_err(|error| {
                    error.with_help("write a text, as in `{\"cidr\": \"10.0.0.0/8\"}`")
                })?;
                let block = Block::parse(text);
                ValueTest::Block(block.map_err(|problem| self.error(problem))?)
            }
            "exists" => match self.json.as_bool() {
                Some(true) => ValueTest::Exists,
                Some(false) => ValueTest::Absent,
                None => {
                    return Err(self.error("exists match pattern must be either true or false."));
                }
            },
            "numeric" => ValueTest::Range(self.range()?),
            "anything-but" => self.anything_but()?,
            other => {
                let error = self.error(format!("Unrecognized match type {other}"));
                let hint = did_you_mean(other, OPERATORS)
                    .unwrap_or_else(|| format!("the operators are {}", OPERATORS.join(", ")));
                return Err(error.with_help(hint));
            }
        })
    }

    /// `{"prefix": {"equals-ignore-case": "a"}}`, and the same with `suffix`.
    fn affix_in_any_case(&self) -> Parsed<ValueTest> {
        let (title, test): (_, fn(AnyCase) -> TextTest) = match self.name {
            "prefix" => ("Prefix", TextTest::PrefixAnyCase),
            _ => ("Suffix", TextTest::SuffixAnyCase),
        };
        let no_name = format!("{title} expression name not found");
        let inner = Self::only_member(self.positions, self.json, &self.pointer, &no_name)?;
        if inner.name != "equals-ignore-case" {
            let message = format!("Unsupported {} pattern: {}", self.name, inner.name);
            return Err(inner.error(message));
        }
        let text = inner.text("equals-ignore-case")?;
        Ok(ValueTest::Text(test(AnyCase::new(text))))
    }

    fn wildcard(&self, text: &str) -> Parsed<TextTest> {
        let wildcard = Wildcard::parse(text).map_err(|problem| {
            // event-ruler counts the quote before the text.
            self.error(match problem {
                WildcardProblem::Consecutive(at) => {
                    format!("Consecutive wildcard characters at pos {}", at + 1)
                }
                WildcardProblem::Escape(at) => {
                    format!("Invalid escape character at pos {}", at + 1)
                }
            })
        })?;
        Ok(TextTest::Wildcard(wildcard))
    }

    fn anything_but(&self) -> Parsed<ValueTest> {
        const NEITHER: &str =
            "Value of anything-but must be an array or single string/number value.";
        match self.json {
            Json::String(text) => Ok(ValueTest::ButTexts(vec![TextTest::Equals(text.clone())])),
            Json::Number(number) => Ok(ValueTest::ButNumbers(vec![self.compared(number)?])),
            Json::Array(items) => self.anything_but_list(items),
            Json::Object(_) => {
                let no_name = "Anything-But expression name not found";
                Self::only_member(self.positions, self.json, &self.pointer, no_name)?.but_texts()
            }
            _ => Err(self.error(NEITHER)),
        }
    }

    fn anything_but_list(&self, items: &[Json]) -> Parsed<ValueTest> {
        let mut texts = Vec::new();
        let mut numbers = Vec::new();
        for item in items {
            match item {
                Json::String(text) => texts.push(TextTest::Equals(text.clone())),
                Json::Number(number) => numbers.push(self.compared(number)?),
                _ => {
                    return Err(self
                        .error("Inside anything but list, start|null|boolean is not supported."));
                }
            }
        }
        match (texts.is_empty(), numbers.is_empty()) {
            (false, true) => Ok(ValueTest::ButTexts(texts)),
            (true, false) => Ok(ValueTest::ButNumbers(numbers)),
            _ => Err(self.error(
                "Inside anything but list, either all values are number or string, mixed type is not supported",
            )),
        }
    }

    /// The operator inside of `anything-but`, with a string or an array of strings.
    fn but_texts(&self) -> Parsed<ValueTest> {
        let is_affix = matches!(self.name, "prefix" | "suffix");
        if !is_affix && !matches!(self.name, "equals-ignore-case" | "wildcard") {
            return Err(self.error(format!("Unsupported anything-but pattern: {}", self.name)));
        }
        let wrong_type = match self.name {
            "equals-ignore-case" => {
                "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
            }
            "wildcard" => "wildcard match pattern must be a string",
            _ => "prefix/suffix match pattern must be a string",
        };
        let items = self
            .json
            .as_array()
            .unwrap_or(std::slice::from_ref(self.json));
        let tests = items.iter().map(|item| {
            let text = item.as_str().ok_or_else(|| self.error(wrong_type))?;
            if is_affix && text.is_empty() {
                return Err(self.error("Null prefix/suffix not allowed"));
            }
            Ok(match self.name {
                "prefix" => TextTest::Prefix(text.to_owned()),
                "suffix" => TextTest::Suffix(text.to_owned()),
                "wildcard" => self.wildcard(text)?,
                _ => TextTest::EqualsAnyCase(AnyCase::new(text)),
            })
        });
        Ok(ValueTest::ButTexts(tests.collect::<Parsed<_>>()?))
    }

    /// `[">", 0, "<=", 5]`, or one operator with its number.
    fn range(&self) -> Parsed<NumberRange> {
        let Json::Array(items) = self.json else {
            return Err(self.error("Value of numeric must be an array."));
        };
        let mut items = items.iter();
        let operator = match items.next() {
            Some(Json::String(operator)) => operator.as_str(),
            other => {
                let member = other.map_or_else(|| "]".to_owned(), Json::to_string);
                return Err(self.error(format!("Invalid member in numeric match: {member}")));
            }
        };
        let low = match operator {
            "=" => self.number("equals", items.next())?,
            "<" | "<=" | ">" | ">=" => self.number(operator, items.next())?,
            other => {
                let message = format!("Unrecognized numeric range operator: {other}");
                return Err(self
                    .error(message)
                    .with_help("write `=`, `<`, `<=`, `>` or `>=`"));
            }
        };
        let is_low = operator.starts_with('>');
        let high = if is_low { self.high(&mut items)? } else { None };
        if items.next().is_some() {
            return Err(self.error(if is_low {
                "Too many terms in numeric range expression"
            } else {
                "Too many elements in numeric expression"
            }));
        }
        let first = self.bound(operator, low)?;
        Ok(match operator {
            "=" => NumberRange {
                low: Some(first),
                high: Some(first),
            },
            "<" | "<=" => NumberRange {
                low: None,
                high: Some(first),
            },
            _ => {
                let high = high.map(|(operator, number)| self.bound(operator, number));
                let high = high.transpose()?;
                if high.is_some_and(|high| high.value <= first.value) {
                    return Err(self.error("Bottom must be less than top"));
                }
                NumberRange {
                    low: Some(first),
                    high,
                }
            }
        })
    }

    /// The second operator of a range and its number, if there is one.
    fn high<'i>(
        &self,
        items: &mut impl Iterator<Item = &'i Json>,
    ) -> Parsed<Option<(&'i str, &'i Number)>> {
        let operator = match items.next() {
            None => return Ok(None),
            Some(Json::String(operator)) => operator.as_str(),
            Some(other) => {
                return Err(self.error(format!("Bad value in numeric range: {other}")));
            }
        };
        if !matches!(operator, "<" | "<=") {
            return Err(self.error(format!("Bad numeric range operator: {operator}")));
        }
        Ok(Some((operator, self.number(operator, items.next())?)))
    }

    fn number<'i>(&self, operator: &str, json: Option<&'i Json>) -> Parsed<&'i Number> {
        json.and_then(Json::as_number)
            .ok_or_else(|| self.error(format!("Value of {operator} must be numeric")))
    }

    fn bound(&self, operator: &str, number: &Number) -> Parsed<Bound> {
        let value = exact(&number.to_string()).ok_or_else(|| self.inexact(number))?;
        Ok(Bound {
            value,
            is_included: operator.ends_with('='),
        })
    }

    fn compared(&self, number: &Number) -> Parsed<ComparedNumber> {
        match ComparedNumber::new(number.to_string()) {
            ComparedNumber::Text(_) => Err(self.inexact(number)),
            compared => Ok(compared),
        }
    }

    fn inexact(&self, number: &Number) -> PatternError {
        self.error(format!("Cannot compare number : {number}"))
            .with_help("only numbers that a 64-bit float has exactly are compared")
    }
}
