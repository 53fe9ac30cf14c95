//! Finds task tokens in texts.

use super::REDACTED;

/// The first digits of each task token: two UUIDs of version 4 without hyphens. A token of a durable execution has more digits.
const DIGITS: usize = 64;
/// The positions of the version of the two UUIDs, and of their variant.
const VERSIONS: [usize; 2] = [12, 44];
const VARIANTS: [usize; 2] = [16, 48];

/// Returns the text with [`REDACTED`] instead of task tokens, or `None` if it has none. All digits after the start of a token are masked.
pub(super) fn masked(text: &str) -> Option<String> {
    let mut copy = String::new();
    let mut copied = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at + DIGITS <= bytes.len() {
        let run = bytes[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_hexdigit());
        let end = at + run.count();
        if let Some(start) = token_start(&bytes[at..end]) {
            copy.push_str(&text[copied..at + start]);
            copy.push_str(REDACTED);
            copied = end;
        }
        at = end + 1;
    }
    if copied == 0 {
        return None;
    }
    copy.push_str(&text[copied..]);
    Some(copy)
}

/// Returns the start of the first token in hexadecimal digits. Other digits may precede a token, so each position can be its first one.
fn token_start(digits: &[u8]) -> Option<usize> {
    digits.windows(DIGITS).position(|window| {
        VERSIONS.iter().all(|at| window[*at] == b'4')
            && VARIANTS
                .iter()
                .all(|at| matches!(window[*at], b'8' | b'9' | b'a' | b'b' | b'A' | b'B'))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A task token as an engine creates it, without a store and with one.
    fn token() -> impl Strategy<Value = String> {
        let half = "[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}";
        (half, half, "([0-9a-f]{24})?")
            .prop_map(|(first, second, subject)| first + &second + &subject)
    }

    #[test]
    fn digests_and_other_numbers_are_not_masked() {
        for text in [
            "",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
            "a UUID: 6fa459ea-ee8a-4ca4-894e-db77e160355e",
        ] {
            assert_eq!(masked(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_token_is_masked_wherever_it_is(token in token(), other in token(), before in "[0-9a-f \"\\\\u{e9}]{0,70}", after in "[0-9a-fx{}\"]{0,70}", upper: bool) {
            let token = if upper { token.to_ascii_uppercase() } else { token };
            for text in [
                token.clone(),
                format!("{before}{token}{after}"),
                format!("{before}{token}{other}{after}"),
                format!("{token}{before}{other}"),
            ] {
                let masked = masked(&text);
                let masked = masked.expect("it has a token").to_ascii_lowercase();
                prop_assert!(!masked.contains(&token.to_ascii_lowercase()), "{}", masked);
                prop_assert!(masked.contains(REDACTED));
                // A part of the token is as secret as its remainder is short.
                for part in token.to_ascii_lowercase().as_bytes().windows(24) {
                    let part = std::str::from_utf8(part).expect("digits");
                    prop_assert!(!masked.contains(part) || before.contains(part) || after.contains(part), "{}", masked);
                }
            }
        }

        #[test]
        fn a_text_without_64_digits_in_a_row_is_unchanged(text in "([0-9a-f]{0,63}[g-z\u{e9} ]){0,6}") {
            prop_assert_eq!(masked(&text), None);
        }
    }
}
