//! JSON and its supersets.

use std::path::Path;

/// JSON, or a superset of it that editors accept.
///
/// ```
/// use stepwright_asl::json::{Dialect, Document};
///
/// let text = "{\n  // by card\n  StartAt: 'Charge',\n}";
/// let document = Document::parse_dialect(text, Dialect::Json5)?;
/// assert_eq!(document.json().to_string(), r#"{"StartAt":"Charge"}"#);
/// # Ok::<(), stepwright_asl::SyntaxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Dialect {
    /// JSON, the only dialect that AWS reads.
    #[default]
    Json,
    /// JSON with comments (`//`, `/* */`) and trailing commas.
    Comments,
    /// JSON5: also keys without quotes, strings in single quotes, and more numbers.
    Json5,
}

impl Dialect {
    /// The dialect of a file name: JSON5 for `.json5`, JSON with comments for `.jsonc`, JSON for
    /// other files.
    ///
    /// ```
    /// use stepwright_asl::json::Dialect;
    ///
    /// assert_eq!(Dialect::of_name("order.asl.jsonc"), Dialect::Comments);
    /// assert_eq!(Dialect::of_name("order.asl.json"), Dialect::Json);
    /// ```
    pub fn of_name(name: impl AsRef<Path>) -> Dialect {
        let ending = name.as_ref().extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("jsonc") => Dialect::Comments,
            Some("json5") => Dialect::Json5,
            _ => Dialect::Json,
        }
    }
}
