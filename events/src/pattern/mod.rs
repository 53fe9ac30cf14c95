//! Event patterns: EventBridge's language for the events that a rule matches.
//!
//! A pattern is a JSON object like the events that it matches. A field has an array of values and
//! operators, of which one must match; all fields must match.
//!
//! | operator | matches |
//! |---|---|
//! | `"a"`, `5`, `true`, `null` | this value. A string that is an IP address matches each spelling of the address |
//! | `{"prefix": "a"}`, `{"suffix": "a"}` | strings that begin or end so; `{"prefix": {"equals-ignore-case": "a"}}` in any case |
//! | `{"equals-ignore-case": "a"}` | this string in any case |
//! | `{"wildcard": "a*b"}` | strings with anything at each `*`; `\*` and `\\` are the characters |
//! | `{"numeric": [">", 0, "<=", 5]}` | numbers; the operators are `=`, `<`, `<=`, `>`, `>=` |
//! | `{"cidr": "10.0.0.0/8"}` | IP addresses in this block |
//! | `{"exists": true}` | any value; `false`: no value. Objects are no values |
//! | `{"anything-but": x}` | values other than `x`: a string, a number, an array of strings or of numbers, or one of `prefix`, `suffix`, `equals-ignore-case` and `wildcard` with a string or an array |
//! | `"$or": [{..}, {..}]` | instead of a field: one of the objects must match |
//!
//! An array in an event has a match if one of its items has. Fields of one object in an array must
//! match in the same object: [`EventPattern::matches`] chooses one item of each array.
//!
//! The judge of the meaning is event-ruler, the library of EventBridge: its documentation and its
//! tests are cases of `events/tests`.
//!
//! | file | content |
//! |---|---|
//! | `parser.rs`, `operators.rs`, `error.rs` | the text of a pattern |
//! | `value_test.rs`, `wildcard.rs`, `address.rs`, `exact_number.rs`, `any_case.rs` | the test of one value |
//! | `event_fields.rs` | the values of an event, with the array items that they are in |
//! | `pattern_set.rs`, `search.rs` | all patterns of a bus; the search for consistent array items |

mod address;
mod any_case;
mod error;
mod event_fields;
mod exact_number;
mod operators;
mod parser;
mod pattern_set;
mod search;
mod value_test;
mod wildcard;

use std::fmt;
use std::str::FromStr;

use stepwright_asl::json::Json;

pub use self::error::PatternError;
use self::parser::{FieldTest, ParsedPattern};
pub use self::pattern_set::PatternSet;

/// A pattern of events.
///
/// ```
/// use stepwright_asl::json::Json;
/// use stepwright_events::pattern::EventPattern;
///
/// let pattern: EventPattern = r#"{"detail": {"path": [{"suffix": ".png"}]}}"#.parse()?;
/// let event: Json = r#"{"detail": {"path": "a/b.png"}}"#.parse()?;
/// assert!(pattern.matches(&event));
///
/// let error = r#"{"source": "shop"}"#.parse::<EventPattern>().expect_err("no array");
/// assert_eq!(error.to_string(), "1:12: \"source\" must be an object or an array; write `[\"shop\"]`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct EventPattern {
    text: String,
    /// Each test of a field. `$or` can use one in several alternatives.
    fields: Vec<FieldTest>,
    /// The alternatives that `$or` makes: the indices of tests that must all succeed, sorted by
    /// the path of their field.
    alternatives: Vec<Vec<usize>>,
}

impl EventPattern {
    /// Whether an event matches. A search for items of arrays that needs more than a million steps
    /// ends without a match; EventBridge's own matcher does not end then. To test many patterns,
    /// make a [`PatternSet`] once.
    pub fn matches(&self, event: &Json) -> bool {
        !PatternSet::new([self]).matches(event).is_empty()
    }

    /// The text of the pattern.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for EventPattern {
    type Err = PatternError;

    /// Parses the JSON text of a pattern.
    fn from_str(text: &str) -> Result<Self, PatternError> {
        let ParsedPattern {
            fields,
            alternatives,
        } = parser::parse(text)?;
        Ok(Self {
            text: text.to_owned(),
            fields,
            alternatives,
        })
    }
}

impl fmt::Display for EventPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
