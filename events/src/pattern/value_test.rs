//! The test of a value.

use std::net::IpAddr;

use stepwright_asl::json::Json;

use super::address::{Block, address};
use super::any_case::AnyCase;
use super::exact_number::exact;
use super::wildcard::Wildcard;

/// A test of the values of a field. A field has several, of which one must succeed.
#[derive(Debug, Clone)]
pub(super) enum ValueTest {
    Number(ComparedNumber),
    Bool(bool),
    Null,
    Address(IpAddr),
    Text(TextTest),
    Range(NumberRange),
    Block(Block),
    Exists,
    /// Succeeds if the field has no value.
    Absent,
    ButNumbers(Vec<ComparedNumber>),
    /// Succeeds for values that are no strings, and for strings for which all tests fail.
    ButTexts(Vec<TextTest>),
}

/// The test of a string.
#[derive(Debug, Clone)]
pub(super) enum TextTest {
    Equals(String),
    EqualsAnyCase(AnyCase),
    Prefix(String),
    PrefixAnyCase(AnyCase),
    Suffix(String),
    SuffixAnyCase(AnyCase),
    Wildcard(Wildcard),
}

impl TextTest {
    fn succeeds(&self, text: &str) -> bool {
        match self {
            Self::Equals(other) => text == other,
            Self::EqualsAnyCase(other) => other.equals(text),
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Self::PrefixAnyCase(prefix) => prefix.is_prefix_of(text),
            Self::Suffix(suffix) => text.ends_with(suffix.as_str()),
            Self::SuffixAnyCase(suffix) => suffix.is_suffix_of(text),
            Self::Wildcard(wildcard) => wildcard.matches(text),
        }
    }
}

/// A number that is equal to other spellings of it, or only to its own text if no float has exactly
/// its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ComparedNumber {
    Exact(f64),
    Text(String),
}

impl ComparedNumber {
    pub(super) fn new(text: String) -> Self {
        match exact(&text) {
            Some(value) => Self::Exact(value),
            None => Self::Text(text),
        }
    }
}

/// A range of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NumberRange {
    pub(super) low: Option<Bound>,
    pub(super) high: Option<Bound>,
}

/// A bound of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bound {
    pub(super) value: f64,
    pub(super) is_included: bool,
}

impl NumberRange {
    fn contains(&self, value: f64) -> bool {
        let is_above = self
            .low
            .is_none_or(|low| value > low.value || (low.is_included && value == low.value));
        let is_below = self
            .high
            .is_none_or(|high| value < high.value || (high.is_included && value == high.value));
        is_above && is_below
    }
}

/// A value of an event that is neither an object nor an array.
#[derive(Debug, Clone)]
pub(super) enum Scalar<'e> {
    Text(&'e str),
    Number(ComparedNumber),
    Bool(bool),
    Null,
}

impl<'e> Scalar<'e> {
    /// The scalar, if a value is one.
    pub(super) fn of(json: &'e Json) -> Option<Self> {
        Some(match json {
            Json::String(text) => Self::Text(text),
            Json::Number(number) => Self::Number(ComparedNumber::new(number.to_string())),
            Json::Bool(value) => Self::Bool(*value),
            Json::Null => Self::Null,
            Json::Array(_) | Json::Object(_) => return None,
        })
    }
}

impl ValueTest {
    /// The test for a string, by its text or by its address.
    pub(super) fn equals_text(text: &str) -> Self {
        match address(text) {
            Some(address) => Self::Address(address),
            None => Self::Text(TextTest::Equals(text.to_owned())),
        }
    }

    /// Whether a value of the field passes. [`ValueTest::Absent`] needs that there is none.
    pub(super) fn succeeds(&self, value: &Scalar<'_>) -> bool {
        match (self, value) {
            (Self::Exists, _) => true,
            (Self::Absent, _) => false,
            (Self::ButTexts(tests), Scalar::Text(text)) => {
                !tests.iter().any(|test| test.succeeds(text))
            }
            (Self::ButTexts(_), _) => true,
            (Self::ButNumbers(numbers), Scalar::Number(number)) => !numbers.contains(number),
            (Self::ButNumbers(_), _) => true,
            (Self::Text(test), Scalar::Text(text)) => test.succeeds(text),
            (Self::Address(one), Scalar::Text(text)) => address(text) == Some(*one),
            (Self::Block(block), Scalar::Text(text)) => {
                address(text).is_some_and(|address| block.contains(address))
            }
            (Self::Number(one), Scalar::Number(number)) => one == number,
            (Self::Range(range), Scalar::Number(ComparedNumber::Exact(value))) => {
                range.contains(*value)
            }
            (Self::Bool(one), Scalar::Bool(other)) => one == other,
            (Self::Null, Scalar::Null) => true,
            _ => false,
        }
    }
}
