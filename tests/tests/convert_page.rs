//! docs/guides/convert.md has a row for each difference and assumption, and its example is what the
//! conversion prints.

use std::path::Path;

use stepwright_tools::convert::{Assumption, Converter, Difference};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/convert.md");
    std::fs::read_to_string(path).expect("the page can be read")
}

/// The rows of the table under this heading.
fn rows<'p>(page: &'p str, heading: &str) -> Vec<&'p str> {
    let (_, section) = page.split_once(heading).expect("the heading exists");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.collect()
}

#[test]
fn each_difference_and_assumption_has_its_row() {
    let page = page();
    let notes = Difference::ALL.iter().map(|one| {
        let acceptable = if one.is_acceptable() { "yes" } else { "no" };
        format!("| `{one}` | {} | {acceptable} |", one.explanation())
    });
    assert_eq!(
        rows(&page, "## What is not converted"),
        notes.collect::<Vec<_>>()
    );
    let assumptions = Assumption::ALL
        .iter()
        .map(|one| format!("| `{one}` | {} |", one.explanation()));
    assert_eq!(
        rows(&page, "## What is assumed"),
        assumptions.collect::<Vec<_>>()
    );
}

#[test]
fn the_example_is_converted_as_shown() {
    let page = page();
    let blocks: Vec<&str> = page
        .split("```json\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .collect();
    let [before, after] = blocks.as_slice() else {
        panic!("the page has two definitions");
    };
    let converted = Converter::new().convert_json(before).expect("it is JSON");
    assert_eq!(converted.text, *after);
}
