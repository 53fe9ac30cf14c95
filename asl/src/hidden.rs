//! Characters that a person does not see, or that change the direction of a text.

/// Whether a character is not visible, or changes the direction of a text, so that a name or a
/// value could look like a different one. Line breaks and tabs are not hidden. Joiners are not,
/// either: words of some languages, and emoji, need them.
///
/// ```
/// use stepwright_asl::hidden::is_hidden;
///
/// assert!(is_hidden('\u{202e}') && is_hidden('\u{1b}'));
/// assert!(!is_hidden('\n') && !is_hidden('é'));
/// ```
pub fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}'
            | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// Writes a character as JSON does: `\u202e`.
pub fn escape(c: char, to: &mut String) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        to.push_str(&format!("\\u{unit:04x}"));
    }
}
