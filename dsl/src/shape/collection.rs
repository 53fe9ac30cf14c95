//! The shapes of maps, of sets, and of types that serde serializes as text.

use super::Shape;

/// Returns why the own code of a type, such as its `==`, disagrees with its JSON.
pub(crate) type Check = fn() -> Option<String>;

/// A map: an object whose keys are data.
#[derive(Clone, Debug)]
pub struct MapShape {
    /// The type of the keys in Rust; in JSON they are texts.
    pub key: Shape,
    /// The values.
    pub value: Shape,
    /// Whether it is iterated in the order of its keys, like a `BTreeMap`.
    pub sorted: bool,
    /// Returns why the keys do not compare like their JSON.
    pub(crate) check: Option<Check>,
}

/// A set: a list without duplicates.
#[derive(Clone, Debug)]
pub struct SetShape {
    /// The items.
    pub item: Shape,
    /// Whether it is iterated in order, like a `BTreeSet`.
    pub sorted: bool,
    /// Returns why the items do not compare like their JSON.
    pub(crate) check: Option<Check>,
}

/// A JSON form that user code defines: `#[serde(with = "..")]`, `#[serde(into = "..")]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomForm {
    /// The attribute as written in the source: `with = "as_text"`.
    pub attribute: &'static str,
    /// The module of the type that has the attribute.
    pub module: &'static str,
    /// Whether the attribute is on a field; the same Rust type then has another form elsewhere.
    pub of_field: bool,
}

impl CustomForm {
    /// The message of the fault when a workflow computes with such a value.
    pub(crate) fn refusal(&self) -> String {
        let attribute = self.attribute;
        if self.of_field {
            format!(
                "the JSON of this field is written by `#[serde({attribute})]`, which a workflow cannot run: pass the whole struct on, or read the field in a task"
            )
        } else {
            format!(
                "the JSON of this type is written by `#[serde({attribute})]`, which a workflow cannot run: pass the value on as it is, or compute with it in a task"
            )
        }
    }
}

/// A type that serde serializes as text, with the operations that have the same meaning on the
/// text.
#[derive(Clone, Copy, Debug)]
pub struct TextualType {
    /// The type in Rust.
    pub name: &'static str,
    /// The texts that serde reads for one value.
    pub spelling: Spelling,
    /// A workflow can test the values for equality.
    pub equal: bool,
    /// A workflow can order the values.
    pub ordered: bool,
    /// A workflow can write the text of `Display`.
    pub shown: bool,
}

/// A duration. Its number in JSONata is its milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DurationShape {
    /// Whole milliseconds of `chrono`'s `TimeDelta`, which may be negative.
    Signed,
    /// Whole milliseconds of std's `Duration` or `chrono`'s `Days`.
    Unsigned,
    /// The difference of two times: the milliseconds rounded down, and a half for the rest below
    /// one. So it compares with whole milliseconds exactly.
    Difference,
}

/// The texts that serde reads for one value of a type.
///
/// The lowering normalizes a value with several texts where it compares or writes the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spelling {
    /// One text.
    One,
    /// Several texts, and JSONata cannot find out which of them are equal.
    Several,
    /// A text or a number: `1.50`, `1.5`, `01.5`.
    Decimal,
    /// Letters of either case, with or without hyphens: `A0EE..`, `a0ee-..`.
    Uuid,
    /// A time with its offset: `2026-01-02T03:04:05Z`, `2026-01-02T04:04:05.000+01:00`. It is
    /// written in UTC.
    UtcTime,
    /// The same, but written with its offset.
    OffsetTime,
    /// `2026-01-02`, `2026-1-2`.
    Date,
    /// `03:04:00`, `3:04`, `03:04:00.000`.
    Time,
    /// A date and a time without offset.
    DateAndTime,
}

impl Spelling {
    /// Whether it is that of a date or of a time.
    pub(crate) fn is_time(self) -> bool {
        matches!(
            self,
            Spelling::UtcTime
                | Spelling::OffsetTime
                | Spelling::Date
                | Spelling::Time
                | Spelling::DateAndTime
        )
    }
}
