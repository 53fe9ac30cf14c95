//! Every block of Rust in `docs/` and in the README is compiled: as a doctest, or in a file of
//! tests that names the page and contains the block verbatim. Any other block fails here.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The pages, by their paths from the root.
fn pages() -> Vec<(String, String)> {
    let mut pages = vec![("README.md".to_owned(), read(&root().join("README.md")))];
    let mut folders = vec!["docs".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            let name = format!("{folder}/{name}");
            if path.is_dir() {
                folders.push(name);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push((name, read(&path)));
            }
        }
    }
    pages.sort();
    pages
}

/// A block of Rust.
#[derive(Debug)]
struct Block {
    /// The attributes after the name of the language.
    attributes: Vec<String>,
    line: usize,
    code: String,
}

/// The blocks of a page that are Rust, or that rustdoc treats as Rust.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, Option<Block>)> = None;
    for (number, line) in page.lines().enumerate() {
        let text = line.trim_start();
        let ticks = text.chars().take_while(|char| *char == '`').count();
        let closes = |fence: usize| ticks >= fence && text.trim_end().len() == ticks;
        match &mut open {
            Some((fence, block)) if closes(*fence) => {
                blocks.extend(block.take());
                open = None;
            }
            Some((_, Some(block))) => {
                block.code.push_str(line);
                block.code.push('\n');
            }
            Some((_, None)) => {}
            None if ticks >= 3 => {
                let mut words = text[ticks..].split([',', ' ']).map(str::trim);
                let language = words.next().unwrap_or_default();
                let is_rust = matches!(
                    language,
                    "" | "rust" | "ignore" | "no_run" | "compile_fail" | "should_panic"
                );
                let block = is_rust.then(|| Block {
                    attributes: text[ticks..]
                        .split([',', ' '])
                        .skip(1)
                        .map(str::to_owned)
                        .collect(),
                    line: number + 1,
                    code: String::new(),
                });
                open = Some((ticks, block));
            }
            None => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// The pages that `src/lib.rs` includes as doctests.
fn doctests() -> Vec<String> {
    let source = read(&root().join("tests/src/lib.rs"));
    let included = source.split("include_str!(\"../../").skip(1);
    let names = included.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    names.collect()
}

/// The test files whose first lines name a page, and their modules in the folder with the same
/// name.
fn twins(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for folder in [
        "tests/tests",
        "tests/tests/imported",
        "server/tests",
        "engine/tests/store",
        "postgres/tests",
        "runtime/tests/typed",
        "tests/aws/tests/errors_on_the_wire",
    ] {
        for path in sources(&root().join(folder)) {
            let source = read(&path);
            let head = source.lines().take_while(|line| line.starts_with("//!"));
            let is_this = path.file_name().is_some_and(|name| name == "pages.rs");
            if is_this || !head.collect::<String>().contains(page) {
                continue;
            }
            let folder = path.with_extension("");
            if folder.is_dir() {
                let is_module = |path: &PathBuf| {
                    let name = path.file_stem().unwrap_or_default().to_string_lossy();
                    source.lines().any(|line| line == format!("mod {name};"))
                };
                let modules = sources(&folder).into_iter().filter(is_module);
                found.extend(modules.map(|path| squeezed(&read(&path))));
            }
            found.push(squeezed(&source));
        }
    }
    found
}

/// The files of Rust in a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// Code without comments, blanks and rustfmt's punctuation.
fn squeezed(code: &str) -> String {
    let lines = code.lines().map(|line| match line.split_once("// ") {
        Some((before, _)) if !before.ends_with('/') && !before.ends_with(':') => before,
        _ => line,
    });
    let code: String = lines.flat_map(str::split_whitespace).collect();
    code.replace(",)", ")")
        .replace(",}", "}")
        .replace(",]", "]")
}

#[test]
fn every_block_of_rust_is_compiled() {
    let (pages, doctests) = (pages(), doctests());
    assert!(
        pages.len() >= 10 && doctests.len() >= 4,
        "the pages were not read"
    );
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, page) in &pages {
        // `src/bin/tutorial.rs` compiles and runs each block of the tutorial; a block that it does
        // not compile is an error there.
        if name.starts_with("docs/tutorial/") {
            continue;
        }
        let is_doctest = doctests.contains(name);
        let twins = twins(name);
        for block in blocks(page) {
            count += 1;
            let is_compiled = is_doctest && !block.attributes.iter().any(|word| word == "ignore");
            let code = squeezed(&block.code);
            if !is_compiled && !twins.iter().any(|twin| twin.contains(&code)) {
                wrong.push(format!(
                    "{name}:{}: nothing compiles this block: remove its `ignore` if tests/src/lib.rs includes the page, or copy \
                     it into a test whose first line names the page:\n{}",
                    block.line, block.code
                ));
            }
        }
    }
    assert!(count > 40, "the blocks were not found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn code_blocks_are_parsed_from_a_page() {
    let page = "a\n```rust,ignore\nlet a = \"```\";\n```\n   ```rust\n   b();\n   ```\n```sh\n```rust\n```\n```\nc();\n```\n````rust\n```\n````\n";
    let found: Vec<(usize, String)> = blocks(page)
        .into_iter()
        .map(|block| (block.line, block.code.trim().to_owned()))
        .collect();
    let expected = [
        (2, "let a = \"```\";"),
        (5, "b();"),
        (11, "c();"),
        (14, "```"),
    ];
    assert_eq!(found, expected.map(|(line, code)| (line, code.to_owned())));
}

/// The links of a page to files, with their lines.
fn links(page: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut is_code = false;
    for (number, line) in page.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        for (start, _) in line.match_indices("](") {
            let rest = &line[start + 2..];
            let target = rest.split(')').next().unwrap_or_default();
            if !target.contains("://") && !target.is_empty() {
                found.push((number + 1, target));
            }
        }
    }
    found
}

/// The anchors of a page's headings, as GitHub and mdBook derive them.
fn anchors(page: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut is_code = false;
    for line in page.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        }
        let Some(heading) = line.strip_prefix('#').filter(|_| !is_code) else {
            continue;
        };
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let anchor: String = heading
            .chars()
            .filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'))
            .map(|char| if char == ' ' { '-' } else { char })
            .collect();
        let same = found.iter().filter(|known| **known == anchor).count();
        found.push(match same {
            0 => anchor,
            _ => format!("{anchor}-{same}"),
        });
    }
    found
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut wrong = Vec::new();
    for (name, page) in pages() {
        let folder = root().join(&name).parent().unwrap().to_owned();
        for (line, link) in links(&page) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path = if file.is_empty() {
                root().join(&name)
            } else {
                folder.join(file)
            };
            if !path.exists() {
                wrong.push(format!("{name}:{line}: no file {file}"));
            } else if !anchor.is_empty() && !anchors(&read(&path)).iter().any(|it| it == anchor) {
                wrong.push(format!("{name}:{line}: no heading for {link}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_summary_of_the_book_lists_every_page_once() {
    let summary = read(&root().join("docs/SUMMARY.md"));
    let mut listed: Vec<String> = links(&summary)
        .into_iter()
        .map(|(_, link)| format!("docs/{link}"))
        .collect();
    listed.sort();
    let mut pages: Vec<String> = pages().into_iter().map(|(name, _)| name).collect();
    pages.retain(|name| name.starts_with("docs/") && name != "docs/SUMMARY.md");
    assert_eq!(listed, pages);
}
