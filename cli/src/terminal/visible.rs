//! Texts whose control characters are visible: names, causes and data come from others, and a
//! terminal would act on them.

use std::borrow::Cow;

use stepwright_asl::hidden;

/// The begin of a control sequence.
const ESCAPE: char = '\u{1b}';
/// The attributes of styles that this command uses: bold, dim, italic, underlined, and the colours
/// of the text. Data cannot hide a text with them.
const ATTRIBUTES: [&str; 10] = ["", "0", "1", "2", "3", "4", "22", "23", "24", "39"];

/// Whether a terminal acts on a character or does not show it, as line breaks and tabs.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control() || hidden::is_hidden(c)
}

/// Returns the text with escapes such as `\u001b` instead of characters on which a terminal acts,
/// except for line breaks, tabs and the styles of this command. Inside of a JSON text, the escapes
/// are those of JSON.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_acted_on) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(is_acted_on) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if rest.starts_with("\r\n") {
            1
        } else {
            style_length(rest)
        };
        match length {
            0 => {
                let mut rest_of = rest.chars();
                if let Some(c) = rest_of.next() {
                    hidden::escape(c, &mut shown);
                }
                rest = rest_of.as_str();
            }
            length => {
                shown.push_str(&rest[..length]);
                rest = &rest[length..];
            }
        }
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// Returns data with escapes instead of all characters on which a terminal acts, also of styles.
pub(crate) fn visible_data(text: &str) -> Cow<'_, str> {
    if text.contains(ESCAPE) {
        let without_styles = text.replace(ESCAPE, "\\u001b");
        Cow::Owned(visible(&without_styles).into_owned())
    } else {
        visible(text)
    }
}

fn is_acted_on(c: char) -> bool {
    is_hidden(c) && !matches!(c, '\n' | '\t')
}

/// Returns the length of the control sequence for a style at the begin of a text; 0 if there is
/// none.
fn style_length(text: &str) -> usize {
    let Some(inside) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let end = inside.find(|c: char| !c.is_ascii_digit() && c != ';');
    match end {
        Some(end) if inside[end..].starts_with('m') && is_style(&inside[..end]) => {
            "\u{1b}[".len() + end + "m".len()
        }
        _ => 0,
    }
}

fn is_style(attributes: &str) -> bool {
    // One of 256 colours.
    let attributes = attributes
        .strip_prefix("38;5;")
        .map_or(attributes, |color| {
            let end = color.find(';').map_or(color.len(), |end| end + 1);
            &color[end..]
        });
    attributes.split(';').all(|attribute| {
        let is_color = |number: u8| matches!(number, 30..=37 | 90..=97);
        ATTRIBUTES.contains(&attribute) || attribute.parse().is_ok_and(is_color)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn characters_on_which_a_terminal_acts_are_escaped() {
        for (text, shown) in [
            ("a\u{1b}[2Jb", "a\\u001b[2Jb"),
            ("\u{1b}]0;title\u{7}", "\\u001b]0;title\\u0007"),
            (
                "\u{1b}]8;;http://evil.invalid\u{1b}\\x",
                "\\u001b]8;;http://evil.invalid\\u001b\\x",
            ),
            ("\u{9b}2J", "\\u009b2J"),
            ("\u{7f}", "\\u007f"),
            ("a\u{202e}b\u{2066}c", "a\\u202eb\\u2066c"),
            ("a\u{200f}b\u{200b}c", "a\\u200fb\\u200bc"),
            ("a\u{e0041}", "a\\udb40\\udc41"),
            ("done\rerror", "done\\u000derror"),
            ("a\u{8}\u{0}", "a\\u0008\\u0000"),
            ("\u{1b}[8mhidden", "\\u001b[8mhidden"),
            ("\u{1b}[1;8m", "\\u001b[1;8m"),
            ("\u{1b}[31", "\\u001b[31"),
            ("\u{1b}", "\\u001b"),
            // Line breaks, tabs, other letters, and styles of this command.
            ("a\n\tb\r\nc", "a\n\tb\r\nc"),
            ("日本語 é 👩\u{200d}💻", "日本語 é 👩\u{200d}💻"),
            (
                "\u{1b}[1m\u{1b}[31merror\u{1b}[0m",
                "\u{1b}[1m\u{1b}[31merror\u{1b}[0m",
            ),
            ("\u{1b}[38;5;12mhelp", "\u{1b}[38;5;12mhelp"),
        ] {
            assert_eq!(visible(text), shown, "{text:?}");
        }
        assert_eq!(visible_data("\u{1b}[31mred"), "\\u001b[31mred");
    }

    proptest! {
        #[test]
        fn a_terminal_acts_on_no_text_except_for_styles(text in "(\\PC|\\x1b|\\x9b|\\[|;|[0-9]|m|J|\\r|\\n|\\x07|\u{202e}|\\x1b\\[[0-9;]{0,6}[a-zA-Z]){0,20}") {
            let shown = visible(&text);
            prop_assert_eq!(&visible(&shown), &shown);
            let mut rest = &*shown;
            while let Some(at) = rest.find(is_acted_on) {
                rest = &rest[at..];
                let length = style_length(rest);
                prop_assert!(length > 0 || rest.starts_with("\r\n"), "{:?}", shown);
                rest = &rest[length.max(1)..];
            }
            prop_assert!(!visible_data(&text).contains(ESCAPE));
        }

        #[test]
        fn json_has_the_same_value(value in "\\PC{0,10}[\\x7f\\x9b\u{202e}\\x1b]\\PC{0,10}") {
            let text = serde_json::Value::from(value).to_string();
            let shown: serde_json::Value = serde_json::from_str(&visible(&text)).expect("it is JSON");
            prop_assert_eq!(shown.to_string(), text);
        }
    }
}
