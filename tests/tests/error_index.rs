//! `docs/reference/errors.md` has each message of the macros, of `build()`, of the engine and of
//! the command, in a group with its cause and fix.
//!
//! The groups are written manually. A message is in the list of one group; the tests fail if a
//! message of the sources is in no list, if a list has a message that no source has, or if a group
//! lacks the line `- Cause: ` or `- Fix: `.
//!
//! `ERRORS=overwrite cargo test -p stepwright-tests error_index` updates the lists: it removes
//! messages that no source has, replaces a message whose wording changed, and appends the others to
//! the group "Without a group" at the end of the page. Move them from there to a group with their
//! cause, or add one.

use proc_macro2::{Group, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Folders at the root whose messages are not on the page: those of `asl` are diagnostics, which
/// `docs/reference/rules.md` explains, those of `history` and `review` are displayed text, or for
/// tests of workflows. `editor` has explanations, and refusals of operations that contain their
/// reason; `docs/reference/editing.md` has the rules. `explore` has findings, and refusals of
/// property files that contain their reason; `docs/guides/check-every-path.md` explains both.
/// `tools` has notes and warnings, which the guides of `policy`, `estimate` and `convert` explain.
/// `lsp` has responses of the protocol and titles of actions, which an editor shows.
const OTHER_PACKAGES: &[&str] = &[
    "benches", "asl", "diagram", "editor", "editors", "examples", "explore", "history", "jlens",
    "lsp", "review", "tests", "tools",
];

/// The folders of these packages whose messages are on the page: the rules that `workflow!` and the
/// builder share with the validator, the failures of tasks, what `import` refuses, and wrong
/// settings.
const SHARED: &[&str] = &[
    "asl/src/analysis",
    "asl/src/errors",
    "asl/src/front_end",
    "tools/src/import",
    "tools/src/settings",
    "tools/src/types",
];

/// Parts of paths whose string literals are generated code or displayed text, are defined by AWS,
/// or are for tests of workflows.
const NOT_ON_THE_PAGE: &[&str] = &[
    "dsl/src/expr/methods.rs",
    "dsl/src/lower/env.rs",
    "macros/src/check/terms/proof.rs",
    "cli/src/args",
    "cli/src/engine/service_arguments.rs",
    "testing/src/store",
    "cli/src/commands/bench",
    "cli/src/commands/convert/text.rs",
    "cli/src/commands/graph",
    "tools/src/import/call.rs",
    "tools/src/import/condition.rs",
    "tools/src/import/handlers.rs",
    "tools/src/import/map.rs",
    "tools/src/import/payload.rs",
    "tools/src/import/state.rs",
    "tools/src/import/task.rs",
    "tools/src/import/text.rs",
    "tools/src/import/variables.rs",
    // Descriptions of tools, and refusals for an agent.
    "cli/src/commands/mcp/",
    "cli/src/commands/placeholders/show.rs",
    // Names and comments of generated types.
    "tools/src/types/module_builder.rs",
    "tools/src/types/property_tests.rs",
    "tools/src/types/python.rs",
    "tools/src/types/typescript.rs",
    "cli/src/commands/placeholders/checked_machine.rs",
    "cli/src/terminal/progress/",
    "/src/clock/",
    // Formats of dates.
    "/src/protocol/scalar.rs",
    "/src/console/",
    "/src/execution/view/fingerprint.rs",
    "/src/query/fixture.rs",
    "/src/query/jsonata/",
    // SQL.
    "postgres/src/list.rs",
    "postgres/src/row.rs",
    "/src/search/index/index_reader.rs",
    "/src/spans.rs",
    "/src/start_command.rs",
    // Displayed text of the studio's page.
    "studio/src/run/condition_value.rs",
    "studio/src/inspector/",
    "studio/src/page.rs",
    "studio/src/palette/",
    "studio/src/project.rs",
    "studio/src/view/mod.rs",
    "studio/src/view/view_lists.rs",
    "/src/statistics/table.rs",
    "/src/statistics/prometheus.rs",
    "/src/test_state/",
    // Messages in the tests of users. Those of the debugger are on the page.
    "testing/src/generated_test/",
    "testing/src/m",
    "testing/src/re",
    "testing/src/rule.rs",
    "testing/src/token.rs",
    "testing/src/typed/",
    "/src/value/",
];

/// Beginnings of literals that are output, not messages.
const OUTPUT: &[&str] = &[
    "# HELP ..",
    "Added to start the execution",
    "Start at ..",
    "token of ..",
    "{stage:?} ",
    ".. starts child execution ..",
    "At the same time:",
    "Input of the child",
    "the execution waits for its timeout",
    "Examples: ",
    "History(..",
    "ListExecutions ..",
    "Policies: -",
    "Writes the deployment",
    "default-src 'none'",
    "Steps of the input",
    "Only the first",
    "events are shown",
    "no difference to the last commit",
    "the studio is at this address",
    "use serde::",
    "*** Sensitive",
    "Step Functions Execution Status Change",
];

/// Keywords and expressions of SQL statements.
const SQL: &[&str] = &[
    "SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", " WHERE ", " JOIN ", "IS NULL", " = ?",
];

/// Names in templates of JSONata expressions.
const JSONATA: &[&str] = &["$this", "$left", "$m", "$write", "$decimals"];

/// The lists of columns of SQL statements.
const COLUMNS: &[&str] = &["arn, execution, data", "hash, name, type, definition"];

/// The title of the group for messages that no group has.
const WITHOUT_GROUP: &str = "Without a group";

/// The folders in a folder, except cargo's.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of the project");
    let paths = entries.flatten().map(|entry| entry.path());
    let is_source = |path: &PathBuf| path.is_dir() && !path.ends_with("target");
    paths.filter(is_source).collect()
}

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

/// The string literals of some code that are sentences, without those of generated code, of tests
/// and of comments.
fn sentences(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Punct(hash) if hash.as_char() == '#' => {
                let inner = usize::from(matches!(tokens.get(at + 1), Some(TokenTree::Punct(_))));
                if let Some(TokenTree::Group(attribute)) = tokens.get(at + 1 + inner) {
                    let text = attribute.stream().to_string();
                    let of_messages = ["diagnostic", "must_use", "error (", "error("];
                    if of_messages.iter().any(|begin| text.starts_with(begin)) {
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
            // The text of a panic.
            TokenTree::Ident(name) if name == "expect" => at += 1,
            TokenTree::Literal(literal) => {
                let written = literal.to_string();
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&written)
                    && is_sentence(&text.value())
                {
                    let text = pattern(&text.value());
                    if is_message(&text) && !found.contains(&text) {
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
            | "assert_eq"
            | "debug_assert"
            | "debug"
            | "error"
            | "info"
            | "span"
            | "trace"
            | "warn"
            | "format_ident"
            | "include_str"
    )
}

/// Whether a literal is a message: not SQL, not JSONata, not output and not a control sequence of
/// the terminal.
fn is_message(text: &str) -> bool {
    !text.contains('\u{1b}')
        && !SQL.iter().any(|word| text.contains(word))
        && !JSONATA.iter().any(|name| text.contains(name))
        && !OUTPUT.iter().any(|begin| text.starts_with(begin))
        && !COLUMNS.contains(&text)
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
pub(crate) fn messages() -> BTreeMap<String, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths = Vec::new();
    for package in folders(&root) {
        let name = package.file_name().unwrap_or_default().to_string_lossy();
        if package.join("Cargo.toml").is_file() && !OTHER_PACKAGES.contains(&&*name) {
            files(&package.join("src"), &mut paths);
        }
    }
    for folder in SHARED {
        files(&root.join(folder), &mut paths);
    }
    let mut all = BTreeMap::new();
    for path in paths {
        let name = path.strip_prefix(&root).expect("a file below the root");
        let name = name.to_string_lossy().replace('\\', "/");
        if NOT_ON_THE_PAGE.iter().any(|part| name.contains(part)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a file of the project");
        let tokens = TokenStream::from_str(&text).expect("Rust");
        let mut found = Vec::new();
        sentences(tokens, &mut found);
        if !found.is_empty() {
            all.insert(name, found);
        }
    }
    all
}

/// A part of the page: text, or the messages of a list.
enum Part {
    Text(String),
    List(Vec<String>),
}

/// Splits the page at its lists.
fn parts(page: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for (number, part) in page.split("```").enumerate() {
        match part.strip_prefix("text\n") {
            Some(list) if number % 2 == 1 => {
                parts.push(Part::List(list.lines().map(str::to_owned).collect()));
            }
            _ => parts.push(Part::Text(part.to_owned())),
        }
    }
    parts
}

/// The words that two messages share, as a fraction of all their words.
fn similarity(one: &str, other: &str) -> f64 {
    let words = |text: &str| -> BTreeSet<String> { text.split(' ').map(str::to_owned).collect() };
    let (one, other) = (words(one), words(other));
    let shared = one.intersection(&other).count();
    shared as f64 / one.union(&other).count() as f64
}

/// The page with the messages of the sources: dead ones are removed or replaced, and new ones are
/// at the end.
fn updated(parts: Vec<Part>, sources: &BTreeSet<String>) -> String {
    let lists = parts.iter().filter_map(|part| match part {
        Part::List(list) => Some(list),
        Part::Text(_) => None,
    });
    let listed: BTreeSet<&String> = lists.flatten().collect();
    let mut new: Vec<&String> = sources.iter().filter(|it| !listed.contains(it)).collect();
    let mut replacements = BTreeMap::new();
    for dead in listed.iter().filter(|it| !sources.contains(**it)) {
        let most_similar = (0..new.len()).max_by(|one, other| {
            similarity(dead, new[*one]).total_cmp(&similarity(dead, new[*other]))
        });
        if let Some(at) = most_similar
            && similarity(dead, new[at]) > 0.5
        {
            replacements.insert((*dead).clone(), new.remove(at).clone());
        }
    }
    let new: Vec<String> = new.into_iter().cloned().collect();
    let mut page = String::new();
    for part in parts {
        match part {
            Part::Text(text) => page += &text,
            Part::List(list) => {
                page += "```text\n";
                for message in list {
                    let message = replacements.get(&message).unwrap_or(&message);
                    if sources.contains(message) {
                        page += message;
                        page.push('\n');
                    }
                }
                page += "```";
            }
        }
    }
    if !new.is_empty() {
        let list = new.join("\n");
        page = format!(
            "{}\n\n### {WITHOUT_GROUP}\n\n```text\n{list}\n```\n",
            page.trim_end()
        );
    }
    page
}

#[test]
fn each_message_has_a_group_with_its_cause_and_fix() {
    let all = messages();
    assert!(all.len() > 150, "the sources were not read");
    let sources: BTreeSet<String> = all.values().flatten().cloned().collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/errors.md");
    let mut page = std::fs::read_to_string(path).expect("the page");
    if std::env::var_os("ERRORS").is_some_and(|how| how == "overwrite") {
        page = updated(parts(&page), &sources);
        std::fs::write(path, &page).expect("the page is written");
    }
    let mut wrong = Vec::new();
    let mut listed = BTreeMap::new();
    for group in page.split("\n### ").skip(1) {
        // A chapter may follow the group.
        let group = group.split("\n## ").next().unwrap_or_default();
        let (title, rest) = group.split_once('\n').unwrap_or((group, ""));
        for begin in ["- Cause: ", "- Fix: "] {
            let line = rest.lines().find_map(|line| line.strip_prefix(begin));
            if line.is_none_or(|line| line.len() < 20) {
                wrong.push(format!("the group `{title}` has no line `{begin}..`"));
            }
        }
        let lists = parts(rest).into_iter().filter_map(|part| match part {
            Part::List(list) => Some(list),
            Part::Text(_) => None,
        });
        let messages: Vec<String> = lists.flatten().collect();
        if messages.is_empty() {
            wrong.push(format!("the group `{title}` has no messages: remove it"));
        }
        for message in messages {
            if !sources.contains(&message) {
                wrong.push(format!("no source has the message of `{title}`: {message}"));
            }
            if let Some(other) = listed.insert(message.clone(), title) {
                wrong.push(format!("`{title}` and `{other}` both have: {message}"));
            }
        }
    }
    for (file, messages) in &all {
        for message in messages.iter().filter(|it| !listed.contains_key(*it)) {
            wrong.push(format!("{file}: no group has the message: {message}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "docs/reference/errors.md differs from the messages of the sources; update its lists with ERRORS=overwrite, then give each new \
         message a group:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_table_of_checks_names_existing_compile_fail_tests() {
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
