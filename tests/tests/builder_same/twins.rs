//! Each workflow of `examples/` and of `docs/reference/language.md` has a twin here, except those of separate workspaces: no test of
//! this workspace can depend on them.

use std::path::{Path, PathBuf};

/// Workflows without a twin, and why.
const WITHOUT: &[(&str, &str)] = &[(
    "Refund",
    "`asl_file!` takes its definition from a file, so the source contains no states",
)];

fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") && !is_workspace(&path) {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).expect("Rust");
            found.push((path, text));
        }
    }
}

fn is_workspace(folder: &Path) -> bool {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml"));
    manifest.is_ok_and(|manifest| manifest.lines().any(|line| line == "[workspace]"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The twins, with the texts of their files.
fn twins() -> Vec<String> {
    let mut found = Vec::new();
    sources(&root().join("tests/tests/builder_same"), &mut found);
    found.into_iter().map(|(_, text)| text).collect()
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
fn each_workflow_of_the_examples_has_a_twin() {
    let mut examples = Vec::new();
    sources(&root().join("examples"), &mut examples);
    let twins = twins();
    let mut count = 0;
    for (path, text) in examples {
        let mut names = Vec::new();
        if text.contains("workflow! {") {
            names = named(&text, "workflow ");
        }
        let built = text.split("FlowBuilder::").skip(1);
        names.extend(built.filter_map(|rest| Some(rest.split('"').nth(1)?.to_owned())));
        for name in names {
            let same = format!("same::<{name},");
            let mut folders = path.components().rev().skip(1);
            // A package has its sources in `src`.
            let example = folders.find(|folder| folder.as_os_str() != "src");
            let example = example.expect("a folder").as_os_str().to_string_lossy();
            let is_there = |twin: &&String| twin.contains(&same) && twin.contains(&*example);
            assert!(
                twins.iter().any(|twin| is_there(&twin)),
                "`{name}` of {} has no twin in tests/tests/builder_same",
                path.display()
            );
            count += 1;
        }
    }
    assert!(count >= 3, "the examples were not read");
}

#[test]
fn each_workflow_of_the_language_page_has_a_twin() {
    let page = include_str!("../../../docs/reference/language.md");
    let twins = twins();
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
                "`{name}` of the page has no twin, or the twin's code differs:\n{code}"
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
