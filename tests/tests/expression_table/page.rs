//! `docs/reference/expressions.md` shows the rows, and documents their differences.

use super::rows::rows;
use super::{built, text};
use stepwright::asl::model::QueryLanguage::{self, JsonPath, Jsonata};

/// Rows whose value differs from Rust for some input, and why.
pub(super) const DIFFERENCES: &[(&str, QueryLanguage, &str)] = &[
    (
        "i.list[0]",
        JsonPath,
        "an index past the end returns `null` in JSONPath, where Rust panics",
    ),
    (
        "i.lists[0][1]",
        JsonPath,
        "an index past the end returns `null` in JSONPath, where Rust panics",
    ),
    (
        "i.x / i.y",
        Jsonata,
        "a division by `0.0` returns the text `Infinity`, `-Infinity` or `NaN`; JSON has no such number",
    ),
    (
        "format!(\"{}\", i.x)",
        Jsonata,
        "JSONata writes a number into a text with 15 digits at most; Rust writes as many digits as it takes",
    ),
    (
        "format!(\"{}\", -i.x)",
        Jsonata,
        "negative zero is `-0` in Rust and `0` in JSONata",
    ),
    (
        "functions::parse_json::<Value>(\"3.0\").as_i64()",
        Jsonata,
        "in JSON `3.0` and `3` are one number; `serde_json` distinguishes them by how they are written",
    ),
    (
        "1e30_f64.trunc() as i64",
        Jsonata,
        "to 64 bits `as` does not saturate: JSON has no exact number for the bounds, and integers are exact up to 2^53 only",
    ),
    (
        "functions::timestamp(253_402_300_800_000)",
        Jsonata,
        "JSONata writes four digits of a year beyond 9999, where `functions::timestamp` panics",
    ),
    (
        "functions::millis(\"2024-02-30T00:00:00Z\")",
        Jsonata,
        "JSONata reads a date that does not exist as another one or as `null`, where `functions::millis` panics",
    ),
    (
        "i.list.iter().product::<i32>()",
        Jsonata,
        "integers have no width in JSON: where Rust overflows and panics, JSONata returns the number, which is exact up to 2^53",
    ),
];

const BEGIN: &str = "<!-- The tables below are written by the test `expression_table`. -->\n";

/// The tables, as Markdown.
fn tables() -> String {
    let mut out = String::new();
    let mut group = "";
    for row in rows() {
        if row.group != group {
            group = row.group;
            out += &format!("\n## {group}\n\n| Rust | JSONata | JSONPath |\n|---|---|---|\n");
        }
        let cell = |language| match built(&row, language) {
            Ok(built) => code(&text(&built)),
            Err(_) => "–".to_owned(),
        };
        let rust = code(&own(row.rust));
        out += &format!("| {rust} | {} | {} |\n", cell(Jsonata), cell(JsonPath));
    }
    out += "\n## Where the languages differ\n\n";
    out += "A test checks each difference, and fails if one no longer exists.\n\n";
    for (rust, language, why) in DIFFERENCES {
        let language = match language {
            JsonPath => "JSONPath",
            Jsonata => "JSONata",
        };
        out += &format!("- {} in {language}: {why}.\n", code(&own(rust)));
    }
    out
}

/// The row without the name of its input.
fn own(rust: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    let mut rest = rust;
    while !rest.is_empty() {
        let boundary = !before.is_alphanumeric() && before != '_' && before != '.';
        if boundary && let Some(field) = rest.strip_prefix("i.") {
            rest = field;
        }
        let Some(letter) = rest.chars().next() else {
            break;
        };
        out.push(letter);
        before = letter;
        rest = &rest[letter.len_utf8()..];
    }
    out
}

fn code(text: &str) -> String {
    let text = text.replace('|', "\\|").replace('\n', " ");
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

#[test]
fn the_page_shows_the_rows_of_the_table() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/reference/expressions.md"
    );
    let page = std::fs::read_to_string(path).expect("the page");
    let (head, shown) = page.split_once(BEGIN).expect("the place of the tables");
    let made = tables();
    if std::env::var_os("EXPRESSIONS").is_some_and(|how| how == "overwrite") {
        std::fs::write(path, format!("{head}{BEGIN}{made}")).expect("the page is written");
        return;
    }
    assert!(
        shown == made,
        "docs/reference/expressions.md differs from the rows: run this test with EXPRESSIONS=overwrite and review the difference"
    );
}
