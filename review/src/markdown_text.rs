//! Text inside Markdown. Names and values come from definitions and histories, so they must not
//! become markup, mentions or HTML.

/// Escapes a text for a paragraph or an item of a list. Code between backticks remains code.
pub(crate) fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // An odd number of backticks cannot be pairs, so none of them is code.
    let has_pairs = text.matches('`').count().is_multiple_of(2);
    let mut is_code = false;
    for c in text.chars() {
        match c {
            '`' if has_pairs => {
                is_code = !is_code;
                escaped.push(c);
            }
            '\n' | '\r' => escaped.push(' '),
            c if is_code => escaped.push(c),
            // A zero-width space prevents a mention of a user or a link to an issue.
            '@' | '#' => {
                escaped.push(c);
                escaped.push('\u{200b}');
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Escapes a text for a cell of a table: a `|` ends a cell even inside of code.
pub(crate) fn table_cell(text: &str) -> String {
    inline(text).replace("\\|", "|").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::{inline, table_cell};

    #[test]
    fn names_of_a_definition_are_neither_markup_nor_mentions() {
        assert_eq!(
            inline("<b> *a* @team #1 `x*y`"),
            "&lt;b&gt; \\*a\\* @\u{200b}team #\u{200b}1 `x*y`"
        );
        assert_eq!(inline("a`b\nc"), "a\\`b c");
        assert_eq!(table_cell("a|b `c|d`"), "a\\|b `c\\|d`");
    }
}
