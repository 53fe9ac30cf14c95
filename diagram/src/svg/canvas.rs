//! The output buffer of a picture.

use std::fmt::Write;

/// The text of a picture, to which elements are appended.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    pub(super) text: String,
}

impl Canvas {
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// A length with at most one decimal digit.
pub(super) fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    let (sign, tenths) = if tenths < 0 {
        ("-", -tenths)
    } else {
        ("", tenths)
    };
    let mut text = format!("{sign}{}", tenths / 10);
    if tenths % 10 != 0 {
        // Writing to a `String` cannot fail.
        let _ = write!(text, ".{}", tenths % 10);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn lengths_have_at_most_one_decimal() {
        for (value, text) in [
            (3.0, "3"),
            (2.449, "2.4"),
            (-0.04, "0"),
            (-1.26, "-1.3"),
            (0.5, "0.5"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
