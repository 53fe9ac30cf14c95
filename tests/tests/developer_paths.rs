//! The pages for developers, and the first pages of packages, name files that exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files and folders of the repository, by their paths from the root.
fn repository() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            let is_source = !matches!(&*name, "target" | "node_modules" | ".git");
            if is_source && entry.file_type().unwrap().is_dir() {
                folders.push(path.clone());
            }
            found.insert(path);
        }
    }
    found
}

/// The code spans of a text, with the alternatives of braces: `a/{b,c}.rs` is two.
fn spans(text: &str) -> Vec<String> {
    let spans = text.split('`').skip(1).step_by(2);
    spans.flat_map(alternatives).collect()
}

fn alternatives(span: &str) -> Vec<String> {
    let Some((before, rest)) = span.split_once('{') else {
        return vec![span.to_owned()];
    };
    let Some((names, after)) = rest.split_once('}') else {
        return Vec::new();
    };
    let names = names.split(',');
    names
        .flat_map(|name| alternatives(&format!("{before}{name}{after}")))
        .collect()
}

/// Whether a span is the path of a file, or of something in a package.
fn is_path(span: &str, packages: &BTreeSet<&str>) -> bool {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "/._-".contains(char);
    let is_in_package = span
        .split_once('/')
        .is_some_and(|(first, _)| packages.contains(first));
    span.chars().all(is_plain) && (is_in_package || span.len() > 3 && span.ends_with(".rs"))
}

#[test]
fn every_path_for_developers_leads_to_a_file() {
    let files = repository();
    let packages: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.strip_suffix("/Cargo.toml"))
        .collect();
    let pages = [
        "CONTRIBUTING.md",
        "tests/README.md",
        "docs/explanation/architecture.md",
    ];
    let pages = pages.map(str::to_owned);
    let first_pages = packages
        .iter()
        .map(|package| format!("{package}/src/lib.rs"));
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages.into_iter().chain(first_pages) {
        let Ok(text) = std::fs::read_to_string(root().join(&page)) else {
            continue;
        };
        let lines = text.lines();
        let lines = lines.filter(|line| page.ends_with(".md") || line.starts_with("//!"));
        let is_code = |line: &&str| !line.trim_start_matches("//! ").starts_with("```");
        for line in lines.filter(is_code) {
            for span in spans(line).iter().filter(|span| is_path(span, &packages)) {
                count += 1;
                let path = span.trim_end_matches('/');
                // A page may omit the first folders of a path.
                let end = format!("/{path}");
                if !files.contains(path) && !files.iter().any(|file| file.ends_with(&end)) {
                    wrong.push(format!("{page}: `{span}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 200, "only {count} paths were found");
}
