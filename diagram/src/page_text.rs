//! Sentences in pages.

use crate::text::xml;

/// Returns a text as HTML. Text between two backticks is code.
///
/// ```
/// assert_eq!(stepwright_diagram::page_text("set `a<b>`"), "set <code>a&lt;b&gt;</code>");
/// assert_eq!(stepwright_diagram::page_text("without any of ^|`$"), "without any of ^|`$");
/// ```
pub fn page_text(text: &str) -> String {
    // An odd number of backticks cannot be pairs, so none of them is code.
    if !text.matches('`').count().is_multiple_of(2) {
        return xml(text);
    }
    let mut html = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            html.extend(["<code>", &xml(part), "</code>"]);
        } else {
            html.push_str(&xml(part));
        }
    }
    html
}
