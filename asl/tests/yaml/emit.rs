//! Writes a value as YAML, in styles selected by a number.

use std::fmt::Write;

use stepwright_asl::json::{Document, Json};

/// The value as YAML; the bits of `style` select the syntax of each part.
pub(crate) fn emit(json: &Json, style: u64) -> String {
    let mut emitter = Emitter {
        out: String::new(),
        style,
    };
    if emitter.choose(2) == 1 {
        emitter.out.push_str("# a comment\n---\n");
    }
    emitter.block(json, 0);
    emitter.out
}

struct Emitter {
    out: String,
    style: u64,
}

impl Emitter {
    /// The next choice out of `n`.
    fn choose(&mut self, n: u64) -> u64 {
        let choice = self.style % n;
        self.style = self.style.rotate_right(n.ilog2().max(1));
        choice
    }

    /// A value that starts a line with this indentation and ends at the end of a line.
    fn block(&mut self, json: &Json, indent: usize) {
        match json {
            Json::Array(items) if !items.is_empty() && self.choose(4) < 3 => {
                for item in items {
                    self.start(indent);
                    self.out.push('-');
                    self.after(item, indent);
                }
            }
            Json::Object(members) if !members.is_empty() && self.choose(4) < 3 => {
                for (key, value) in members {
                    self.start(indent);
                    self.key(key);
                    self.out.push(':');
                    self.after(value, indent);
                }
            }
            other => {
                self.start(indent);
                self.flow(other);
                self.out.push('\n');
            }
        }
    }

    fn start(&mut self, indent: usize) {
        if self.choose(8) == 7 {
            self.out.push_str("\n# more\n");
        }
        self.out.push_str(&" ".repeat(indent));
    }

    /// A value after `key:` or `-`.
    fn after(&mut self, json: &Json, indent: usize) {
        match json {
            Json::Array(items) if !items.is_empty() => {
                self.out.push('\n');
                self.block(json, indent + 2);
            }
            Json::Object(members) if !members.is_empty() => {
                self.out.push_str("   # said here\n");
                self.block(json, indent + 3);
            }
            Json::Null if self.choose(2) == 0 => self.out.push('\n'),
            Json::String(text) if is_literal(text) && self.choose(2) == 0 => {
                let (chomp, body) = match text.strip_suffix('\n') {
                    Some(body) => ("", body),
                    None => ("-", text.as_str()),
                };
                let _ = writeln!(self.out, " |{chomp}");
                for line in body.split('\n') {
                    let _ = writeln!(self.out, "{}{line}", " ".repeat(indent + 2));
                }
            }
            other => {
                self.out.push(' ');
                self.flow(other);
                self.pick(&["\n", "  # so\n"]);
            }
        }
    }

    /// A value in flow style.
    fn flow(&mut self, json: &Json) {
        match json {
            Json::Null => self.pick(&["null", "~", "Null"]),
            Json::Bool(true) => self.pick(&["true", "True", "yes", "on"]),
            Json::Bool(false) => self.pick(&["false", "FALSE", "No", "off"]),
            Json::Number(number) => self.out.push_str(&number.to_string()),
            Json::String(text) => self.text(text, false),
            Json::Array(items) => {
                self.out.push('[');
                for item in items {
                    self.flow(item);
                    self.pick(&[", ", ","]);
                }
                self.out.push(']');
            }
            Json::Object(members) => {
                self.out.push('{');
                for (key, value) in members {
                    self.key(key);
                    self.out.push_str(": ");
                    self.flow(value);
                    self.pick(&[", ", " , "]);
                }
                self.out.push('}');
            }
        }
    }

    fn pick(&mut self, words: &[&str]) {
        let choice = self.choose(words.len() as u64) as usize;
        self.out.push_str(words[choice]);
    }

    fn key(&mut self, key: &str) {
        self.text(key, true);
    }

    fn text(&mut self, text: &str, key: bool) {
        let printable = text.chars().all(|c| matches!(c, ' '..='~' | 'ä'..='ÿ'));
        match self.choose(3) {
            0 if is_plain(text, key) => self.out.push_str(text),
            1 if printable => {
                let _ = write!(self.out, "'{}'", text.replace('\'', "''"));
            }
            _ => self.double_quoted(text),
        }
    }

    fn double_quoted(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                ' '..='~' | 'ä'..='ÿ' | '😀' => self.out.push(c),
                c => {
                    let _ = write!(self.out, "\\U{:08x}", u32::from(c));
                }
            }
        }
        self.out.push('"');
    }
}

/// Whether the text is valid without quotes, also in flow collections.
fn is_plain(text: &str, key: bool) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || " ._/$()+-:é".contains(c);
    let safe = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '$')
        && text.chars().all(inner)
        && !text.contains(": ")
        && !text.ends_with([' ', ':']);
    // A key is always a string.
    let is_text = |text: &str| {
        Document::parse_yaml(text).is_ok_and(|document| document.json().as_str() == Some(text))
    };
    safe && (key || is_text(text))
}

/// Whether the text can be a `|` block scalar without an indentation indicator.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.split('\n').all(|line| {
        line.starts_with(|c: char| c.is_ascii_graphic())
            && line.chars().all(|c| matches!(c, ' '..='~'))
    })
}
