//! Finds task tokens in texts.

use super::REDACTED;

/// The first digits of each task token: two UUIDs of version 4 without hyphens. A token of a
/// durable execution has more digits.
const DIGITS: usize = 64;
/// The positions of the version of the two UUIDs, and of their variant.
const VERSIONS: [usize; 2] = [12, 44];
const VARIANTS: [usize; 2] = [16, 48];

/// The shortest base64 text of a token.
const BASE64_DIGITS: usize = 86;

/// Returns the text with [`REDACTED`] instead of task tokens, or `None` if it has none. All digits
/// after the start of a token are masked. A token is masked in base64, too: an expression can
/// encode it.
pub(super) fn masked(text: &str) -> Option<String> {
    let plain = masked_runs(text, DIGITS, |byte| byte.is_ascii_hexdigit(), token_start);
    let base64 = |text: &str| masked_runs(text, BASE64_DIGITS, is_base64, base64_start);
    base64(plain.as_deref().unwrap_or(text)).or(plain)
}

/// Masks the end of each run of digits from the position on that `start` returns.
fn masked_runs(
    text: &str,
    shortest: usize,
    is_digit: impl Fn(&u8) -> bool,
    start: impl Fn(&[u8]) -> Option<usize>,
) -> Option<String> {
    let mut copy = String::new();
    let mut copied = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at + shortest <= bytes.len() {
        let run = bytes[at..].iter().take_while(|byte| is_digit(byte));
        let end = at + run.count();
        if let Some(start) = start(&bytes[at..end]) {
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

/// Whether this is a digit of base64, with the alphabet for texts or for URLs.
fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Returns the position of the first digit of base64 if the digits contain a token. Other digits,
/// such as those of a path, may precede the text.
fn base64_start(digits: &[u8]) -> Option<usize> {
    if digits.len() < BASE64_DIGITS {
        return None;
    }
    (0..4).find(|start| {
        let decoded = decoded(&digits[*start..]);
        let mut runs = decoded.split(|byte| !byte.is_ascii_hexdigit());
        runs.any(|run| token_start(run).is_some())
    })
}

/// Decodes digits of base64. The bits of an incomplete last byte are dropped.
fn decoded(digits: &[u8]) -> Vec<u8> {
    let (mut bits, mut count) = (0_u32, 0);
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for digit in digits {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

/// Returns the start of the first token in hexadecimal digits. Other digits may precede a token, so
/// each position can be its first one.
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

    /// Returns bytes as base64 without padding.
    fn base64(bytes: &[u8]) -> String {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let chunks = bytes.chunks(3).flat_map(|chunk| {
            let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
            let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
            let digit =
                move |at: u32| char::from(alphabet[((bits >> (18 - 6 * at)) & 63) as usize]);
            (0..=chunk.len() as u32).map(digit)
        });
        chunks.collect()
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

        /// The report: a read-only console showed tokens that an expression had encoded, and the
        /// API accepted them.
        #[test]
        fn a_token_is_masked_in_base64(token in token(), before in "[ -~]{0,9}", after in "[ -~]{0,9}", path in "(https://a.test/[a-z]{0,5}/)?") {
            let encoded = base64(format!("{before}{token}{after}").as_bytes());
            for encoded in [encoded.clone(), encoded.replace('+', "-").replace('/', "_")] {
                let masked = masked(&format!("{path}{encoded}==\u{e9}")).expect("it has a token");
                prop_assert!(masked.ends_with("[redacted]==\u{e9}"), "{}", masked);
                for part in encoded.as_bytes().windows(16) {
                    prop_assert!(!masked.contains(std::str::from_utf8(part).expect("digits")), "{}", masked);
                }
            }
            let other = base64("no token is in this text, which is longer than one, and not masked".repeat(2).as_bytes());
            prop_assert_eq!(super::masked(&other), None);
        }

        #[test]
        fn a_text_without_64_digits_in_a_row_is_unchanged(text in "([0-9a-f]{0,63}[g-z\u{e9} ]){0,6}") {
            prop_assert_eq!(masked(&text), None);
        }
    }
}
