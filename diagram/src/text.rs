//! Text in pictures: width, line breaks and truncation.

use stepwright_asl::hidden::is_hidden;

/// Marks a truncated text. A tooltip has the full text.
const ELLIPSIS: char = '…';

/// Maximum length of a tooltip, in characters.
pub(super) const TOOLTIP: usize = 2_000;

/// Advance widths of Helvetica, and so of Arial and Liberation Sans, from space to tilde, in
/// thousandths of the font size.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// The properties of a font that the layout needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    /// Its size in pixels.
    pub(super) size: f64,
    /// The width relative to regular Helvetica; bold letters are wider.
    pub(super) stretch: f64,
}

impl Font {
    /// The width of a line, in pixels.
    pub(super) fn width(self, text: &str) -> f64 {
        text.chars().map(advance).sum::<f64>() * self.size * self.stretch
    }
}

fn advance(c: char) -> f64 {
    let code = u32::from(c);
    match code {
        0x20..=0x7e => f64::from(WIDTHS[(code - 0x20) as usize]) / 1000.0,
        // Combining marks, joiners, and direction controls have no width.
        0x300..=0x36f | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x2064 | 0xfe00..=0xfe0f => {
            0.0
        }
        // Full-width scripts, and emoji.
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe4f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f000..=0x1faff
        | 0x20000..=0x3fffd => 1.0,
        0x2014 | 0x2026 => 1.0,
        _ => 0.62,
    }
}

/// The text on one line: whitespace becomes single blanks, control characters become visible, and
/// at most `characters` of them remain.
pub(super) fn one_line(text: &str, characters: usize) -> String {
    let mut line = String::new();
    let mut count = 0;
    let mut pending = false;
    for c in text.chars() {
        if c.is_whitespace() {
            pending = !line.is_empty();
            continue;
        }
        let wanted = 1 + usize::from(pending);
        if count + wanted > characters {
            // The ellipsis replaces the last character.
            if count >= characters {
                line.pop();
            }
            line.truncate(line.trim_end().len());
            line.push(ELLIPSIS);
            return line;
        }
        if std::mem::take(&mut pending) {
            line.push(' ');
        }
        line.push(visible(c));
        count += wanted;
    }
    line
}

/// The text with its line breaks, truncated.
pub(super) fn tooltip(text: &str) -> String {
    let mut cut: String = text
        .chars()
        .take(TOOLTIP)
        .map(|c| if c == '\n' { c } else { visible(c) })
        .collect();
    if cut.len() < text.len() && text.chars().nth(TOOLTIP).is_some() {
        cut.push(ELLIPSIS);
    }
    cut
}

/// The character, or a replacement if a picture cannot contain it.
fn visible(c: char) -> char {
    match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or(' '),
        0x7f => '\u{2421}',
        // XML does not allow them.
        0xfffe | 0xffff => '\u{fffd}',
        _ if is_hidden(c) => '\u{fffd}',
        _ => c,
    }
}

/// Breaks a text into at most `lines` lines no wider than `width`, and truncates the remainder.
///
/// Breaks at blanks if possible, else after punctuation and before the capitals of a
/// `CamelCaseName`, else anywhere.
pub(super) fn wrap(text: &str, font: Font, width: f64, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut line_width = 0.0;
    for piece in pieces(text) {
        let piece_width = font.width(piece.trim_end());
        if !line.is_empty() && line_width + piece_width > width {
            wrapped.push(std::mem::take(&mut line).trim_end().to_owned());
            line_width = 0.0;
        }
        if piece_width > width {
            for c in piece.chars() {
                let letter = advance(c) * font.size * font.stretch;
                if !line.is_empty() && line_width + letter > width {
                    wrapped.push(std::mem::take(&mut line));
                    line_width = 0.0;
                }
                line.push(c);
                line_width += letter;
            }
        } else {
            line.push_str(piece);
            line_width += font.width(piece);
        }
        if wrapped.len() > lines {
            break;
        }
    }
    if !line.is_empty() {
        wrapped.push(line.trim_end().to_owned());
    }
    if wrapped.len() > lines {
        wrapped.truncate(lines);
        if let Some(last) = wrapped.last_mut() {
            while font.width(last) + font.size > width && last.pop().is_some() {}
            last.push(ELLIPSIS);
        }
    }
    wrapped
}

/// Like [`wrap`], with lines of similar length: a short last line gets words from the lines before
/// it.
pub(super) fn wrap_evenly(text: &str, font: Font, width: f64, lines: usize) -> Vec<String> {
    let widest = wrap(text, font, width, lines);
    if widest.len() < 2 || widest.last().is_some_and(|last| last.ends_with(ELLIPSIS)) {
        return widest;
    }
    let (mut low, mut high) = (width / 2.0, width);
    let mut best = widest;
    while high - low > font.size / 2.0 {
        let middle = (low + high) / 2.0;
        let narrower = wrap(text, font, middle, lines);
        let broken = narrower.last().is_some_and(|last| last.ends_with(ELLIPSIS));
        if narrower.len() == best.len() && !broken {
            best = narrower;
            high = middle;
        } else {
            low = middle;
        }
    }
    best
}

/// The pieces between possible line breaks; together they are the text.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut previous: Option<char> = None;
        let end = rest.char_indices().find_map(|(at, c)| {
            let breaks = previous.is_some_and(|before| {
                let after_blank = before == ' ' && c != ' ';
                let after_mark = matches!(before, '-' | '_' | '/' | '.' | ':' | ',' | ')')
                    && c.is_alphanumeric()
                    && at > 3;
                let capital = before.is_lowercase() && c.is_uppercase();
                after_blank || after_mark || capital
            });
            previous = Some(c);
            breaks.then_some(at)
        });
        let (piece, next) = rest.split_at(end.unwrap_or(rest.len()));
        rest = next;
        Some(piece)
    })
}

/// Escapes text for XML elements and attributes.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' => escaped.push_str("&#10;"),
            c => escaped.push(visible(c)),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const FONT: Font = Font {
        size: 10.0,
        stretch: 1.0,
    };

    #[test]
    fn long_names_wrap_between_words() {
        assert_eq!(wrap("Charge", FONT, 60.0, 3), ["Charge"]);
        assert_eq!(
            wrap("Charge the card", FONT, 60.0, 3),
            ["Charge the", "card"]
        );
        assert_eq!(
            wrap("ValidateCustomerAddress", FONT, 60.0, 3),
            ["Validate", "Customer", "Address"]
        );
        assert_eq!(
            wrap("order_processing_step", FONT, 60.0, 3),
            ["order_", "processing_", "step"]
        );
    }

    #[test]
    fn even_wrapping_makes_lines_of_similar_length() {
        assert_eq!(
            wrap("Save the last failure -1", FONT, 95.0, 3),
            ["Save the last failure", "-1"]
        );
        assert_eq!(
            wrap_evenly("Save the last failure -1", FONT, 95.0, 3),
            ["Save the last", "failure -1"]
        );
    }

    #[test]
    fn text_that_does_not_fit_is_truncated() {
        assert_eq!(
            wrap("aaaaaaaaaaaaaaaaaaaaaaaaaaaa", FONT, 60.0, 2),
            ["aaaaaaaaaa", "aaaaaaaa…"]
        );
        assert_eq!(one_line("  a \n\t b  ", 9), "a b");
        assert_eq!(one_line("abcdef", 4), "abc…");
        assert_eq!(one_line("abcd", 4), "abcd");
        assert_eq!(one_line("a b c d e", 5), "a b…");
    }

    #[test]
    fn special_and_control_characters_are_escaped() {
        assert_eq!(
            xml("<a & \"b\">\u{0}\u{fffe}"),
            "&lt;a &amp; &quot;b&quot;&gt;\u{2400}\u{fffd}"
        );
        assert_eq!(tooltip("a\nb\u{1b}"), "a\nb\u{241b}");
        assert_eq!(tooltip(&"é".repeat(3_000)).chars().count(), TOOLTIP + 1);
    }

    #[test]
    fn wide_characters_have_a_larger_width() {
        assert!(FONT.width("状態") > FONT.width("ab"));
        assert!(FONT.width("") == 0.0);
    }
}
