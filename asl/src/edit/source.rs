//! The text of an edit: its lines, and the text between its values.

use std::ops::Range;

use crate::json::token;

/// The quotes around strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Quotes {
    #[default]
    Plain,
    Single,
    Double,
}

/// A text and its format.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceText<'t> {
    pub(super) text: &'t str,
    pub(super) is_yaml: bool,
}

impl<'t> SourceText<'t> {
    pub(super) fn byte(&self, offset: usize) -> Option<u8> {
        self.text.as_bytes().get(offset).copied()
    }

    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.text[..offset].rfind('\n').map_or(0, |line| line + 1)
    }

    /// The offset of the line break, or the end of the text.
    pub(super) fn line_end(&self, offset: usize) -> usize {
        match self.text[offset..].find('\n') {
            Some(length) if self.text[..offset + length].ends_with('\r') && length > 0 => {
                offset + length - 1
            }
            Some(length) => offset + length,
            None => self.text.len(),
        }
    }

    /// The line break style of the lines around an offset.
    pub(super) fn line_break(&self, offset: usize) -> &'static str {
        let before = self.text[..offset].rfind('\n');
        let line = before.or_else(|| self.text[offset..].find('\n').map(|length| offset + length));
        match line {
            Some(line) if self.text[..line].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// The whitespace at the start of the line. In YAML the dashes of items count as spaces, as
    /// they do for the lines below.
    pub(super) fn indentation(&self, offset: usize) -> String {
        let line = &self.text[self.line_start(offset)..offset];
        let line = line.trim_start_matches('\u{feff}');
        let is_blank = |c: char| c == ' ' || c == '\t' || (self.is_yaml && c == '-');
        let end = line.find(|c| !is_blank(c)).unwrap_or(line.len());
        line[..end].replace('-', " ")
    }

    /// The text of a range for another indentation of its first line.
    pub(super) fn moved(&self, range: Range<usize>, indentation: &str) -> String {
        let old = self.indentation(range.start);
        let mut text = String::with_capacity(range.len());
        for (index, line) in self.text[range].split_inclusive('\n').enumerate() {
            match line.strip_prefix(old.as_str()) {
                _ if index == 0 => text.push_str(line),
                Some(rest) if !rest.trim_end_matches(['\r', '\n']).is_empty() => {
                    text.push_str(indentation);
                    text.push_str(rest);
                }
                _ if line.trim().is_empty() => text.push_str(line.trim_start_matches([' ', '\t'])),
                _ => {
                    text.push_str(indentation);
                    text.push_str(line.trim_start_matches([' ', '\t']));
                }
            }
        }
        text
    }

    /// Whether only whitespace precedes the offset on its line.
    pub(super) fn begins_line(&self, offset: usize) -> bool {
        self.text[self.line_start(offset)..offset]
            .trim_start_matches('\u{feff}')
            .trim()
            .is_empty()
    }

    /// The next offset after whitespace and comments.
    pub(super) fn skip_trivia(&self, mut offset: usize) -> usize {
        loop {
            match self.byte(offset) {
                Some(byte) if token::is_blank(byte) => offset += 1,
                _ => match self.comment_end(offset) {
                    Some(end) => offset = end,
                    None => return offset,
                },
            }
        }
    }

    /// The end of the comment that begins at an offset between two values, without its line break.
    pub(super) fn comment_end(&self, offset: usize) -> Option<usize> {
        let rest = &self.text.get(offset..)?;
        if self.is_yaml {
            return rest.starts_with('#').then(|| self.line_end(offset));
        }
        if rest.starts_with("//") {
            return Some(self.line_end(offset));
        }
        let block = rest.strip_prefix("/*")?;
        let length = block.find("*/").map_or(block.len(), |end| end + 2);
        Some(offset + 2 + length)
    }

    /// The offset after blanks and a comment on this line.
    pub(super) fn skip_comment(&self, offset: usize) -> usize {
        let mut after = offset;
        let mut end = offset;
        let line_end = self.line_end(offset);
        while let Some(comment) = self.comment_end(self.skip_blanks(after)) {
            if comment > line_end {
                break;
            }
            after = comment;
            end = comment;
        }
        // A comment before the next value of the line belongs to that value.
        if self.skip_blanks(end) == line_end {
            end
        } else {
            offset
        }
    }

    /// The offset after whitespace, at most `end`.
    pub(super) fn skip_blank_lines(&self, mut offset: usize, end: usize) -> usize {
        while offset < end && self.byte(offset).is_some_and(token::is_blank) {
            offset += 1;
        }
        offset
    }

    pub(super) fn skip_blanks(&self, mut offset: usize) -> usize {
        while let Some(b' ' | b'\t') = self.byte(offset) {
            offset += 1;
        }
        offset
    }

    /// The quotes of the string or key at an offset; `None` for other syntax.
    pub(super) fn quotes(&self, offset: usize) -> Option<Quotes> {
        Some(match self.byte(offset)? {
            b'"' => Quotes::Double,
            b'\'' => Quotes::Single,
            b'|' | b'>' | b'!' | b'*' => return None,
            _ => Quotes::Plain,
        })
    }

    /// The offset after a key: after its closing quote, or after the last character of a key
    /// without quotes.
    pub(super) fn key_end(&self, key: usize) -> Option<usize> {
        let text = self.text;
        Some(match self.byte(key)? {
            quote @ (b'"' | b'\'') => {
                let mut offset = key + 1;
                loop {
                    match self.byte(offset)? {
                        b'\\' if quote == b'"' => offset += 2,
                        byte if byte == quote && self.byte(offset + 1) == Some(quote) => {
                            if quote == b'"' {
                                break offset + 1;
                            }
                            offset += 2;
                        }
                        byte if byte == quote => break offset + 1,
                        _ => offset += 1,
                    }
                }
            }
            _ => {
                let rest = text.get(key..)?;
                let ends = |(at, _): &(usize, &str)| {
                    rest[at + 1..]
                        .chars()
                        .next()
                        .is_none_or(|next| next.is_ascii_whitespace())
                };
                let colon = rest.match_indices(':').find(ends)?.0;
                key + rest[..colon].trim_end().len()
            }
        })
    }

    /// The offset after a key whose value starts at an offset. The key may be that of JSON5, or a
    /// broken one.
    pub(super) fn key_end_before(&self, key: usize, value: usize) -> Option<usize> {
        let text = self.text.get(..value)?;
        let known = SourceText { text, ..*self }.key_end(key);
        known.or_else(|| {
            let rest = text.get(key..)?;
            let ends = |char: char| char == ':' || char.is_whitespace();
            Some(key + rest.find(ends).unwrap_or(rest.len()))
        })
    }

    /// Whether the text between two values contains a comment.
    pub(super) fn has_comment(&self, range: Range<usize>) -> bool {
        let text = &self.text[range];
        if self.is_yaml {
            text.contains('#')
        } else {
            text.contains("//") || text.contains("/*")
        }
    }

    /// The offset after anchors and tags and the whitespace after each, at most `end`.
    pub(super) fn skip_properties(&self, mut offset: usize, end: usize) -> usize {
        while self.is_yaml
            && offset < end
            && let Some(b'&' | b'!') = self.byte(offset)
        {
            let rest = &self.text[offset..];
            let length = rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
            offset = self.skip_trivia(offset + length);
        }
        offset.min(end)
    }
}
