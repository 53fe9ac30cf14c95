//! Each answer for each broken text is inside of the text.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use stepwright_asl::validate::{MachineType, Validator};
use stepwright_editor::{Document, Operation, Symbol, WorkspaceMachines};

/// The number of broken texts for each file. `STEPWRIGHT_BROKEN_TEXTS` changes it.
const BROKEN_TEXTS: usize = 2;

/// All answers about a document and an offset, as the ranges in them.
fn all_answers(document: &Document, offset: usize) -> Vec<(&'static str, Range<usize>)> {
    let mut found = Vec::new();
    let mut add = |answer, range: Range<usize>| found.push((answer, range));
    for fault in document.faults() {
        add("fault", fault.range.clone());
    }
    for definition in document.definitions() {
        if let Some(node) = definition.node_at(offset) {
            for range in [
                definition.range(&node.pointer),
                definition.key_range(&node.pointer),
            ] {
                range.into_iter().for_each(|range| add("node", range));
            }
        }
    }
    let mut open: Vec<Symbol> = document.symbols();
    while let Some(symbol) = open.pop() {
        add("symbol", symbol.range);
        add("symbol", symbol.selection);
        open.extend(symbol.children);
    }
    if let Some(site) = document.declaration(offset) {
        add("declaration", site.origin);
        add("declaration", site.range);
        add("declaration", site.selection);
    }
    for reference in document.references(offset) {
        add("reference", reference.range);
    }
    for range in document.folding_ranges() {
        add("folding range", range);
    }
    for range in document.selection_ranges(offset) {
        add("selection range", range);
    }
    for link in document.links() {
        add("link", link.range);
    }
    for token in document.tokens() {
        add("token", token.range);
    }
    let mut machines = WorkspaceMachines::default();
    machines.update(document);
    for site in machines.references(document, offset) {
        add("machine", site.range);
    }
    for site in machines.declarations(document, offset) {
        add("machine", site.range);
    }
    document.offers(offset..document.text().len());
    for hint in document.inlay_hints_in(0..document.text().len(), &machines) {
        add("inlay hint", hint.offset..hint.offset);
    }
    for completion in document.completion_in(offset, &machines) {
        add("completion", completion.range);
    }
    if let Some(hover) = document.hover_in(offset, &machines) {
        add("hover", hover.range);
    }
    // Its ranges are in its own label.
    document.signature(offset);
    if let Some(range) = document.renamable(offset) {
        add("renamable", range);
        for edit in document.rename(offset, "Renamed").unwrap_or_default() {
            add("rename", edit.range);
        }
    }
    let validator = Validator::new(MachineType::Standard);
    for diagnostic in document.diagnostics(&validator) {
        add("diagnostic", diagnostic.range);
        for related in diagnostic.related {
            add("related", related.range);
        }
    }
    found
}

fn check(document: &Document, offset: usize) {
    let text = document.text();
    for (answer, range) in all_answers(document, offset) {
        assert!(
            text.get(range.clone()).is_some(),
            "{answer} at {range:?} of {} bytes, for offset {offset} in {}:\n{text}",
            text.len(),
            document.name()
        );
    }
}

/// Pseudorandom numbers, equal in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn offset(&mut self, text: &str) -> usize {
        let mut offset = self.below(text.len() + 1);
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    /// A text that is cut, or lacks a part, or has an additional part.
    fn broken(&mut self, text: &str) -> String {
        const PIECES: &[&str] = &[
            "\"",
            "'",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\n",
            "\t",
            "- ",
            "\\",
            "/*",
            "//",
            "#",
            "{%",
            "${",
            "é",
            "\u{feff}",
            "\"Next\": ",
            "\"A\"",
            "&a ",
            "*a",
            "!Sub ",
            "|\n",
        ];
        let at = self.offset(text);
        let (before, after) = text.split_at(at);
        match self.below(3) {
            0 => before.to_owned(),
            1 => {
                let mut length = self.below(20).min(after.len());
                while !after.is_char_boundary(length) {
                    length -= 1;
                }
                [before, &after[length..]].concat()
            }
            _ => {
                let pieces = (0..=self.below(3)).map(|_| PIECES[self.below(PIECES.len())]);
                let piece: String = pieces.collect();
                [before, &piece, after].concat()
            }
        }
    }
}

/// The files in a folder that can contain definitions.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    for entry in entries {
        let entry = entry.expect("the folder can be read");
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "target" && name != "node_modules" {
            files(&path, found);
        }
        let ending = path.extension().and_then(|ending| ending.to_str());
        if matches!(
            ending,
            Some("json" | "jsonc" | "json5" | "yaml" | "yml" | "tf")
        ) {
            found.push(path);
        }
    }
}

#[test]
fn answers_for_broken_texts_are_inside_of_the_text() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths = Vec::new();
    // Definitions and templates that are right, that break a rule, and that have a planted bug.
    for folder in ["examples", "tests", "asl/rules", "explore/tests/planted"] {
        files(&root.join(folder), &mut paths);
    }
    paths.sort();
    let count = std::env::var("STEPWRIGHT_BROKEN_TEXTS").ok();
    let count = count
        .and_then(|count| count.parse().ok())
        .unwrap_or(BROKEN_TEXTS);
    let mut random = Random(54);
    let mut definitions = 0;
    for path in paths {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let name = path.display().to_string();
        let document = Document::open(&name, &text, 0);
        if document.definitions().is_empty() || text.len() > 100_000 {
            continue;
        }
        definitions += document.definitions().len();
        check(&document, random.offset(&text));
        for revision in 0..count {
            let broken = random.broken(&text);
            let next = document.with_text(&broken, revision as i32);
            check(&next, random.offset(&broken));
            check(&next, broken.len());
        }
    }
    assert!(
        definitions > 200,
        "the folders have {definitions} definitions"
    );
}

#[test]
fn a_text_that_nests_too_deeply_is_answered_and_not_formatted() {
    let inside = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "#;
    for text in [
        "[".repeat(50_000) + &"]".repeat(50_000),
        r#"{"a":"#.repeat(20_000) + &"}".repeat(20_000),
        format!("{inside}{}", "[".repeat(50_000)),
    ] {
        let document = Document::open("a.asl.json", &text, 1);
        let fault = document.faults()[0].message.as_str();
        assert_eq!(fault, "arrays and objects nest deeper than 256 levels");
        for offset in [0, 300, text.len() / 2, text.len()] {
            for (answer, range) in all_answers(&document, offset) {
                assert!(range.end <= text.len(), "{answer}: {range:?}");
            }
        }
        let format = Operation::Format {
            range: None,
            indentation: None,
        };
        let error = document.edits(0, &format).expect_err("it is too deep");
        assert!(
            error.to_string().contains("nest deeper than 256 levels"),
            "{error}"
        );
    }
}

#[test]
fn a_large_text_offers_a_limited_number_of_fixes() {
    let states: Vec<String> = (0..2_000)
        .map(|n| {
            format!(
                r#""S{n}": {{"Type": "Pass", "Comment": "{}", "Ned": true}}"#,
                "x".repeat(200)
            )
        })
        .collect();
    let text = format!(r#"{{"StartAt": "S0", "States": {{{}}}}}"#, states.join(","));
    let document = Document::open("a.asl.json", &text, 1);
    let validator = Validator::new(MachineType::Standard);
    let all = document.diagnostics(&validator);
    assert!(all.len() >= 2_000);
    // Each fix reads the text again: 16 MB altogether.
    let offered = document.offered_fixes(all.iter(), &all, &validator).len();
    let most = 16_000_000 / text.len();
    assert!((1..=most).contains(&offered), "{offered} of {most}");
}
