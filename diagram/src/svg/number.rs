//! Lengths as text.

use std::fmt::Write;

/// A length with at most one decimal digit.
pub(super) fn number(value: f64) -> String {
    decimal(tenths(value))
}

/// A length in tenths.
pub(super) fn tenths(value: f64) -> i64 {
    (value * 10.0).round() as i64
}

/// A number of tenths, as a decimal.
pub(super) fn decimal(tenths: i64) -> String {
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
