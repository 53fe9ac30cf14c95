//! How names and texts are written in expressions.

/// Whether a name can follow a dot without backticks.
///
/// ```
/// use stepwright_asl::jsonata::text::is_plain_name;
///
/// assert!(is_plain_name("orderId") && !is_plain_name("order-id") && !is_plain_name("in"));
/// ```
pub fn is_plain_name(name: &str) -> bool {
    let mut letters = name.chars();
    let first = letters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
    first
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !matches!(
            name,
            "and" | "or" | "in" | "null" | "true" | "false" | "function"
        )
}

/// A text literal. Single quotes if possible, because the JSON around it has double quotes.
///
/// ```
/// use stepwright_asl::jsonata::text::quoted;
///
/// assert_eq!(quoted("it"), "'it'");
/// assert_eq!(quoted("it's"), r#""it's""#);
/// ```
pub fn quoted(text: &str) -> String {
    let mark = if text.contains('\'') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(mark);
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '"' if mark == '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                let mut units = [0; 2];
                for unit in control.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            other => out.push(other),
        }
    }
    out.push(mark);
    out
}

/// The properties of JavaScript's `Object.prototype`.
const PROTOTYPE: [&str; 12] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// Whether JSONata finds this name in every object.
///
/// ```
/// use stepwright_asl::jsonata::text::is_in_each_object;
///
/// assert!(is_in_each_object("toString") && !is_in_each_object("total"));
/// ```
pub fn is_in_each_object(name: &str) -> bool {
    PROTOTYPE.contains(&name)
}
