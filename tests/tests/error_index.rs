//! `docs/reference/errors.md` has every message of the macros and of definitions that are built, with its cause and how to fix it.
//!
//! `ERRORS=overwrite cargo test -p stepwright-tests error_index` regenerates the lists of messages; the text about
//! them is written manually.

use proc_macro2::{Group, TokenStream, TokenTree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Files whose string literals are JSONata, or Rust code that is displayed.
const CODE: &[&str] = &[
    "dsl/src/expr/methods.rs",
    "dsl/src/lower/env.rs",
    "macros/src/check/terms/proof.rs",
];

const BEGIN: &str = "<!-- messages of ";

/// All Rust files below a folder, except tests.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("a folder of the project");
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "snapshots" {
            files(&path, found);
        } else if name.ends_with(".rs") && !name.starts_with("tests") && name != "mutations.rs" {
            found.push(path);
        }
    }
    found.sort();
}

/// The string literals of some code that are sentences, without those of generated code, of tests and of comments.
fn sentences(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Punct(hash) if hash.as_char() == '#' => {
                let inner = usize::from(matches!(tokens.get(at + 1), Some(TokenTree::Punct(_))));
                if let Some(TokenTree::Group(attribute)) = tokens.get(at + 1 + inner) {
                    let text = attribute.stream().to_string();
                    if text.starts_with("diagnostic") || text.starts_with("must_use") {
                        sentences(attribute.stream(), found);
                    }
                    at += 2 + inner;
                    if text == "cfg (test)" || text == "cfg(test)" {
                        // Up to the braces of the module.
                        while at < tokens.len() && !is_braces(&tokens[at]) {
                            at += 1;
                        }
                        at += 1;
                    }
                    continue;
                }
            }
            TokenTree::Ident(name) if is_code(&name.to_string()) => {
                if let (Some(TokenTree::Punct(bang)), Some(TokenTree::Group(_))) =
                    (tokens.get(at + 1), tokens.get(at + 2))
                    && bang.as_char() == '!'
                {
                    at += 3;
                    continue;
                }
            }
            TokenTree::Literal(literal) => {
                let written = literal.to_string();
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&written)
                    && is_sentence(&text.value())
                {
                    let text = pattern(&text.value());
                    if !found.contains(&text) {
                        found.push(text);
                    }
                }
            }
            TokenTree::Group(group) => sentences(Group::stream(group), found),
            _ => {}
        }
        at += 1;
    }
}

fn is_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace)
}

/// Macros whose string literals are code, or are only for developers of this project.
fn is_code(name: &str) -> bool {
    matches!(
        name,
        "quote"
            | "quote_spanned"
            | "parse_quote"
            | "panic"
            | "unreachable"
            | "assert"
            | "debug_assert"
            | "format_ident"
            | "include_str"
    )
}

fn is_sentence(text: &str) -> bool {
    let words = text.split(' ').filter(|word| {
        let letters = word.chars().filter(char::is_ascii_lowercase).count();
        letters > 1 && letters * 2 > word.len()
    });
    text.len() >= 14 && words.count() >= 3
}

/// The text with `..` for each inserted value.
fn pattern(text: &str) -> String {
    let text = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(open) = rest.find('{') {
        let (before, behind) = rest.split_at(open);
        out += before;
        match behind.find('}') {
            Some(close)
                if behind[1..close]
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_') =>
            {
                out += "..";
                rest = &behind[close + 1..];
            }
            _ => {
                out.push('{');
                rest = &behind[1..];
            }
        }
    }
    out += rest;
    let out = out.replace('\u{1}', "{").replace('\u{2}', "}");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The messages of the project, by file.
fn messages() -> BTreeMap<String, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths = Vec::new();
    for folder in ["macros/src", "dsl/src"] {
        files(&root.join(folder), &mut paths);
    }
    let mut all = BTreeMap::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a file of the project");
        let tokens = TokenStream::from_str(&text).expect("Rust");
        let mut found = Vec::new();
        sentences(tokens, &mut found);
        let name = path.strip_prefix(&root).expect("a file below the root");
        let name = name.to_string_lossy().replace('\\', "/");
        if !found.is_empty() && !CODE.contains(&name.as_str()) {
            all.insert(name, found);
        }
    }
    all
}

#[test]
fn the_index_has_every_message() {
    let all = messages();
    assert!(all.len() > 50, "the sources were not read");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/errors.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let mut parts = page.split(BEGIN);
    let mut made = parts.next().unwrap_or_default().to_owned();
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for part in parts {
        let (file, rest) = part.split_once(" -->").expect("the name of a file");
        let behind = match rest.strip_prefix("\n```text\n") {
            Some(block) => block.split_once("```\n").map_or("", |(_, behind)| behind),
            None => rest.strip_prefix('\n').unwrap_or(rest),
        };
        match all.get(file) {
            Some(list) => {
                let list = list.join("\n");
                made += &format!("{BEGIN}{file} -->\n```text\n{list}\n```\n{behind}");
            }
            None => wrong.push(format!("{file} has no messages: remove it from the page")),
        }
        seen.push(file.to_owned());
    }
    for file in all.keys().filter(|file| !seen.contains(file)) {
        wrong.push(format!(
            "the messages of {file} are missing: add them to a section, or to a new one"
        ));
    }
    for section in made.split("\n## ").skip(1) {
        let (title, rest) = section.split_once('\n').unwrap_or((section, ""));
        let words = rest.split(BEGIN).next().unwrap_or_default().trim();
        if words.len() < 60 {
            wrong.push(format!(
                "the section `{title}` does not say what causes its messages and how to fix it"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if std::env::var_os("ERRORS").is_some_and(|how| how == "overwrite") {
        std::fs::write(path, made).expect("the page is written");
        return;
    }
    assert!(
        made == page,
        "docs/reference/errors.md differs from the messages of the sources: run this test with ERRORS=overwrite and review the difference"
    );
}

#[test]
fn the_table_of_checks_names_mistakes_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page =
        std::fs::read_to_string(root.join("../docs/reference/language.md")).expect("the page");
    let table = page.split("### What is checked while it compiles").nth(1);
    let rows = table
        .expect("the table")
        .lines()
        .filter(|line| line.starts_with("| "));
    let topics = std::fs::read_dir(root.join("compile_fail/tests/fail")).expect("the mistakes");
    let topics: Vec<_> = topics
        .map(|topic| topic.expect("a folder").path())
        .collect();
    let mut count = 0;
    for row in rows.skip(1) {
        let mistakes = row.split(" | ").nth(1).expect("the mistakes");
        for mistake in mistakes.split(", ").map(|one| one.trim_matches('`')) {
            let file = format!("{mistake}.stderr");
            let known = topics.iter().any(|topic| topic.join(&file).exists());
            assert!(known, "compile_fail has no test `{mistake}`");
            count += 1;
        }
    }
    assert!(count > 60, "the table was not read");
}
