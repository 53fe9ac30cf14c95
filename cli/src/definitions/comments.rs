//! JSON with comments and trailing commas, as editors accept it in `.jsonc` and `.json5` files.

/// Returns the text with comments and trailing commas replaced by blanks, so that offsets do not
/// change; `None` if there are none.
pub(crate) fn without_comments(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    // The last comma, if only blanks and comments followed it so far.
    let mut comma = None;
    while let Some(byte) = bytes.get(at).copied() {
        let next = bytes.get(at + 1).copied();
        match (byte, next) {
            (b'"', _) => {
                comma = None;
                at = end_of_string(&bytes, at);
            }
            (b'/', Some(b'/')) => at = blank(&mut bytes, at, |bytes, end| bytes[end] == b'\n', 0),
            (b'/', Some(b'*')) => {
                let is_end =
                    |bytes: &[u8], end: usize| end > at + 2 && bytes[end - 1..=end] == *b"*/";
                at = blank(&mut bytes, at, is_end, 1);
            }
            (b',', _) => {
                comma = Some(at);
                at += 1;
            }
            (b'}' | b']', _) => {
                if let Some(comma) = comma.take() {
                    bytes[comma] = b' ';
                }
                at += 1;
            }
            (byte, _) => {
                if !byte.is_ascii_whitespace() {
                    comma = None;
                }
                at += 1;
            }
        }
    }
    let plain = String::from_utf8(bytes).ok()?;
    (plain != text).then_some(plain)
}

/// The offset after a string that starts here.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Replaces a comment from `start` to its end, including `last` bytes of its end mark, by blanks;
/// line breaks remain. Returns the offset after it.
fn blank(
    bytes: &mut [u8],
    start: usize,
    is_end: impl Fn(&[u8], usize) -> bool,
    last: usize,
) -> usize {
    let end = (start..bytes.len()).find(|end| is_end(bytes, *end));
    let end = end.map_or(bytes.len(), |end| end + last);
    for byte in &mut bytes[start..end] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments_and_trailing_commas_become_blanks() {
        for (text, expected) in [
            ("{\"a\": 1} // end", Some("{\"a\": 1}       ")),
            (
                "{/* é */\"a\": [1, 2,],\n}",
                Some("{        \"a\": [1, 2 ] \n}"),
            ),
            ("{\"a\": 1, // more\n}", Some("{\"a\": 1         \n}")),
            ("/**/{}", Some("    {}")),
            ("/*/ {}", Some("      ")),
            ("{\"a\": \"// no, /* no */ ,]\"}", None),
            ("{\"a\": \"\\\"//\", \"b\": 1}", None),
            ("{\"a\": \"open // no", None),
            ("[1, 2]", None),
        ] {
            assert_eq!(without_comments(text).as_deref(), expected, "{text}");
        }
    }
}
