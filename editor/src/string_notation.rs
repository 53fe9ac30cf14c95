//! The notations of strings in files.

use std::ops::Range;

use stepwright_asl::json::Json;

/// Ranges of a text and their new texts, in text order.
pub(crate) type Changes = Vec<(Range<usize>, String)>;

/// The notation of a string in a file.
pub(crate) enum StringNotation<'t> {
    /// In double quotes, with the escapes of JSON.
    DoubleQuotes,
    /// In single quotes of YAML.
    SingleQuotes,
    /// In lines with this indentation and line end: a block of YAML, or a heredoc.
    Block {
        indentation: &'t str,
        line_end: &'static str,
    },
}

impl<'t> StringNotation<'t> {
    /// The notation of the string whose first character is at this offset.
    pub(crate) fn of(file: &'t str, start: usize) -> Option<StringNotation<'t>> {
        let before = file.get(..start)?;
        if before.ends_with('"') {
            return Some(StringNotation::DoubleQuotes);
        }
        if before.ends_with('\'') {
            return Some(StringNotation::SingleQuotes);
        }
        let line = before.rfind('\n').map_or(0, |line| line + 1);
        let indentation = &before[line..];
        let is_block = indentation.chars().all(|char| matches!(char, ' ' | '\t'));
        let line_end = if before[..line].ends_with("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        is_block.then_some(StringNotation::Block {
            indentation,
            line_end,
        })
    }

    /// Writes a part of the string; `None` if the notation cannot represent it.
    pub(crate) fn write(&self, text: &str) -> Option<String> {
        match self {
            StringNotation::DoubleQuotes => {
                let quoted = Json::from(text).to_string();
                Some(quoted[1..quoted.len() - 1].to_owned())
            }
            StringNotation::SingleQuotes => {
                (!text.contains('\n')).then(|| text.replace('\'', "''"))
            }
            StringNotation::Block {
                indentation,
                line_end,
            } => Some(text.replace('\n', &format!("{line_end}{indentation}"))),
        }
    }
}
