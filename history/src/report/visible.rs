//! Characters that change the direction of text, or that are not visible, as escapes.

use stepwright_asl::hidden::{escape, is_hidden};

/// The parts of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Text,
    Tag,
    /// The value of an attribute. The person sees it, or the browser sends it.
    Attribute {
        is_shown: bool,
    },
}

/// Replaces characters of a page that change the direction of text, or that are not visible, by
/// escapes of JSON: `\u202e`. Otherwise a name or a value could look like a different one. The
/// values of forms and the targets of links, which the browser sends, stay unchanged.
pub fn visible(page: String) -> String {
    if !page.contains(is_hidden) {
        return page;
    }
    let mut shown = String::with_capacity(page.len() + 64);
    let mut part = Part::Text;
    // The name of the last tag or attribute.
    let mut name = String::new();
    let mut is_form_text = false;
    for c in page.chars() {
        let is_replaced = match part {
            Part::Text => !is_form_text,
            Part::Tag => false,
            Part::Attribute { is_shown } => is_shown,
        };
        if is_hidden(c) && is_replaced {
            escape(c, &mut shown);
            continue;
        }
        shown.push(c);
        match (part, c) {
            (Part::Text, '<') => {
                part = Part::Tag;
                name.clear();
            }
            (Part::Tag, '>') => {
                part = Part::Text;
                name.clear();
            }
            (Part::Tag, '"') => {
                let is_shown = matches!(name.as_str(), "title" | "aria-label" | "placeholder");
                part = Part::Attribute { is_shown };
            }
            (Part::Tag, ' ') => name.clear(),
            (Part::Tag, '=') => {}
            (Part::Tag, c) => {
                name.push(c);
                match name.as_str() {
                    "textarea" => is_form_text = true,
                    "/textarea" => is_form_text = false,
                    _ => {}
                }
            }
            (Part::Attribute { .. }, '"') => {
                part = Part::Tag;
                name.clear();
            }
            _ => {}
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_change_the_direction_are_escapes_where_a_person_reads_them() {
        for (page, expected) in [
            ("<p>plain · text</p>", "<p>plain · text</p>"),
            ("<p>a\u{202e}b</p>", "<p>a\\u202eb</p>"),
            (
                "<p title=\"a\u{2066}\">\u{200f}</p>",
                "<p title=\"a\\u2066\">\\u200f</p>",
            ),
            (
                "<a href=\"/x\u{202e}\">\u{7}</a>",
                "<a href=\"/x\u{202e}\">\\u0007</a>",
            ),
            (
                "<input value=\"\u{202e}\">\u{202e}",
                "<input value=\"\u{202e}\">\\u202e",
            ),
            (
                "<textarea rows=\"8\">\u{202e}</textarea>\u{202e}",
                "<textarea rows=\"8\">\u{202e}</textarea>\\u202e",
            ),
            ("<p>\u{e0041}</p>\n", "<p>\\udb40\\udc41</p>\n"),
        ] {
            assert_eq!(visible(page.to_owned()), expected);
        }
    }
}
