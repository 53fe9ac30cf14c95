//! No message contains an internal path or a generated name.

use std::fs;
use std::path::Path;

/// Texts that only the code of the project contains.
const INTERNAL: &[&str] = &[
    "stepwright::__",
    "stepwright::functions::method",
    "Operand",
    "Has<",
    "plain::Argument",
    // A method on the `Result` of a call, of which rustc would list the traits that prove methods.
    ": `StandardLibraryOf",
    "StandardMethod<unwrap",
];

#[test]
fn no_message_names_an_internal_item() {
    let mut found = Vec::new();
    let mut count = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fail");
    for topic in fs::read_dir(folder).unwrap() {
        for file in fs::read_dir(topic.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path
                .extension()
                .is_none_or(|extension| extension != "stderr")
            {
                continue;
            }
            count += 1;
            let text = fs::read_to_string(&path).unwrap();
            for (number, line) in text.lines().enumerate() {
                if INTERNAL.iter().any(|name| line.contains(name)) || has_generated_name(line) {
                    found.push(format!("{}:{}: {line}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(count > 400, "only {count} files have messages");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Whether a line contains a name with `__`. rustc draws lines with `_` only.
fn has_generated_name(line: &str) -> bool {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|word| word.contains("__") && word.contains(char::is_alphanumeric))
}

#[test]
fn generated_names_are_found_but_no_drawn_lines() {
    assert!(has_generated_name("the trait `a::__types::B`") && has_generated_name("`name__3`"));
    assert!(!has_generated_name(" | |_____^ a_b") && !has_generated_name("|___________-"));
}
