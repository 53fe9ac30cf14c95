//! Numbers that compare exactly.

/// Returns the value of a number's text, if a float has exactly this value.
///
/// event-ruler compares no other numbers by value: an account's number of 20 digits is equal to its
/// own text only.
pub(super) fn exact(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok().filter(|value: &f64| value.is_finite())?;
    // `{:e}` prints the shortest digits that parse to the same float.
    let is_exact = digits(text)? == digits(&format!("{value:e}"))?;
    // -0 and 0 are one number.
    is_exact.then_some(value + 0.0)
}

/// The sign, the digits without zeros around them, and the power of ten of the last digit. Zero has
/// no digits.
fn digits(text: &str) -> Option<(bool, String, i64)> {
    let (is_negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], unsigned[at + 1..].parse::<i64>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let trimmed = all.trim_end_matches('0');
    let zeros = i64::try_from(all.len() - trimmed.len()).ok()?;
    let significant = trimmed.trim_start_matches('0');
    if significant.is_empty() {
        return Some((false, String::new(), 0));
    }
    let fraction = i64::try_from(fraction.len()).ok()?;
    let power = exponent.checked_sub(fraction)?.checked_add(zeros)?;
    Some((is_negative, significant.to_owned(), power))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::exact;

    #[test]
    fn numbers_that_no_float_has_are_not_exact() {
        for text in [
            "12345678901234567890",
            "0.1000000000000000000001",
            "1e400",
            "-1e400",
            "1e99999999999999999999",
            "9007199254740993",
        ] {
            assert_eq!(exact(text), None, "{text}");
        }
    }

    #[test]
    fn spellings_of_one_number_are_equal() {
        for text in ["300", "300.0", "3.0e2", "3E+2", "0.3e3", "3000e-1"] {
            assert_eq!(exact(text), Some(300.0), "{text}");
        }
        for text in ["0", "-0", "0.0", "0e5", "-0.00e-7"] {
            assert_eq!(
                exact(text).map(f64::to_bits),
                Some(0.0_f64.to_bits()),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_printed_form_of_each_float_is_exact(value in proptest::num::f64::NORMAL) {
            prop_assert_eq!(exact(&value.to_string()), Some(value));
            prop_assert_eq!(exact(&format!("{value:e}")), Some(value));
        }
    }
}
