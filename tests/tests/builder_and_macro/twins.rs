//! Each workflow of `docs/reference/language.md`, which shows all forms of the language, is also
//! built here with the typed builder.

use std::path::Path;

/// Workflows without a builder version, and why.
const WITHOUT: &[(&str, &str)] = &[(
    "Refund",
    "`asl_file!` takes its definition from a file, so the source contains no states",
)];

/// The texts of the files of a folder and its folders.
fn texts(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(std::fs::read_to_string(&path).expect("Rust"));
        }
    }
    found
}

fn squeezed(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The names after a keyword that starts an item.
fn named(code: &str, before: &str) -> Vec<String> {
    let behind = code.lines().filter_map(|line| {
        let line = line.trim_start();
        let at = line.find(before)?;
        let is_first = ["", "pub ", "pub(crate) ", "pub(super) "].contains(&&line[..at]);
        is_first.then(|| &line[at + before.len()..])
    });
    behind
        .filter_map(|rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
            (end > 0).then(|| rest[..end].to_owned())
        })
        .collect()
}

#[test]
fn each_workflow_of_the_language_page_has_a_builder_version() {
    let page = include_str!("../../../docs/reference/language.md");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/builder_and_macro");
    let twins = texts(&folder);
    let texts: Vec<String> = twins.iter().map(|twin| squeezed(twin)).collect();
    let mut count = 0;
    for block in page.split("```rust").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let code = block.split_once('\n').map_or("", |(_, code)| code);
        for name in named(code, "workflow ") {
            if WITHOUT.iter().any(|(without, _)| *without == name) {
                continue;
            }
            let same = format!("same::<{name},");
            let code = squeezed(code);
            let is_there = twins
                .iter()
                .zip(&texts)
                .any(|(twin, text)| twin.contains(&same) && text.contains(&code));
            assert!(
                is_there,
                "`{name}` of the page has no builder version here, or its code differs:\n{code}"
            );
            count += 1;
        }
    }
    assert!(count >= 2, "the page was not read");
    for (name, _) in WITHOUT {
        assert!(
            page.contains(&format!("workflow {name}")),
            "`{name}` is gone"
        );
    }
}
