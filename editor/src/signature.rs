//! The signature of the function around an offset.

use std::ops::Range;

use serde::Serialize;
use stepwright_asl::jsonata::strip;

use crate::reference;
use crate::string_text::StringText;
use crate::{Document, NodePart};

/// A function that is called around an offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Signature {
    /// `$pad(text, width, characters?)`.
    pub label: String,
    /// The ranges of the parameters in the label.
    pub parameters: Vec<Range<usize>>,
    /// The index of the parameter at the offset. It may be larger than the number of parameters.
    pub active: usize,
    /// What the function returns.
    pub meaning: String,
}

impl Document {
    /// The signature of the innermost call around an offset in an expression or in an intrinsic
    /// function.
    ///
    /// ```
    /// use stepwright_editor::Document;
    ///
    /// let text = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A":
    ///     {"Type": "Pass", "Output": "{% $pad($string(1), 5) %}", "End": true}}}"#;
    /// let document = Document::open("a.asl.json", text, 1);
    /// let signature = document.signature(text.find("5)").unwrap()).expect("a call");
    /// assert_eq!((&*signature.label, signature.active), ("$pad(text, width, characters?)", 1));
    /// ```
    pub fn signature(&self, offset: usize) -> Option<Signature> {
        let definition = self.definition_at(offset)?;
        let node = definition.node_at(offset)?;
        if node.part == NodePart::Key {
            return None;
        }
        let string = StringText::at(definition, &node.pointer)?;
        let at = string.index_at(definition, offset)?;
        let is_expression = strip(string.text).is_some() || string.text.starts_with("{%");
        if !is_expression && !string.text.starts_with("States.") {
            return None;
        }
        let (name, active) = call_around(&string.text[..at])?;
        let function = reference::function(name.strip_prefix('$').unwrap_or(name))?;
        let mut label = format!("{}(", function.written_name());
        let mut parameters = Vec::new();
        for (index, parameter) in function.parameters.iter().enumerate() {
            if index > 0 {
                label.push_str(", ");
            }
            let start = label.len();
            label.push_str(parameter);
            parameters.push(start..label.len());
        }
        label.push(')');
        Some(Signature {
            label,
            parameters,
            active,
            meaning: function.meaning.to_owned(),
        })
    }
}

/// The name of the function whose call is open at the end of a text, and the number of commas in
/// it.
fn call_around(before: &str) -> Option<(&str, usize)> {
    // The open brackets: the end of the text before each, and the number of commas after it.
    let mut open: Vec<(usize, char, usize)> = Vec::new();
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in before.char_indices() {
        if let Some(end) = quote {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                _ if c == end => quote = None,
                _ => {}
            }
            continue;
        }
        match c {
            '"' | '\'' | '`' => quote = Some(c),
            '(' | '[' | '{' => open.push((at, c, 0)),
            ')' | ']' | '}' => {
                open.pop();
            }
            ',' => {
                if let Some((_, _, commas)) = open.last_mut() {
                    *commas += 1;
                }
            }
            _ => {}
        }
    }
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '$' | '_' | '.');
    open.iter().rev().find_map(|(at, bracket, commas)| {
        let text = before[..*at].trim_end();
        let start = text.rfind(|c| !is_name(c)).map_or(0, |before| {
            before + text[before..].chars().next().map_or(0, char::len_utf8)
        });
        let name = &text[start..];
        (*bracket == '(' && !name.is_empty()).then_some((name, *commas))
    })
}
