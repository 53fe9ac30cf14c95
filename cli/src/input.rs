//! Reads what the command line names: files, standard input, JSON.

use std::io::Read;
use std::path::Path;

use stepwright_runtime::value::Value;

use crate::failure::Failure;

/// The text of a file, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    if path == Path::new("-") {
        return standard_input();
    }
    std::fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))
}

fn standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    match std::io::stdin().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::Usage(format!(
            "cannot read standard input: {error}"
        ))),
    }
}

/// JSON that is written on the command line itself, in a file after `@`, or on standard input for `-`.
pub(crate) fn json(option: &str, text: &str) -> Result<Value, Failure> {
    let (place, text) = match text.strip_prefix('@') {
        Some(file) => (file.to_owned(), read(Path::new(file))?),
        None if text == "-" => ("standard input".to_owned(), standard_input()?),
        None => (option.to_owned(), text.to_owned()),
    };
    Value::from_text(&text).map_err(|error| {
        Failure::Usage(format!(
            "{place} is not JSON: {error}\n  write JSON in quotes (--input '{{\"name\": \"Ada\"}}'), or @FILE for a file"
        ))
    })
}
