//! No input causes a panic of `workflow!` or `#[workflow]`. The inputs are the workflows and
//! functions of the project's examples, tests and pages, with tokens removed, duplicated,
//! exchanged, and truncated.

use super::workflow;
use crate::function;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use syn::Item;

/// The maximum number of mutations of each workflow in one run. The variable is also the number of
/// cases of the other packages' properties.
pub(super) fn mutations_of_each() -> usize {
    let cases = std::env::var("PROPTEST_CASES").ok();
    let cases: usize = cases.and_then(|cases| cases.parse().ok()).unwrap_or(16);
    (cases / 8).max(1)
}

#[derive(Clone, Copy, Debug)]
enum Mutation {
    Delete,
    Duplicate,
    Exchange,
    CutOff,
}

const MUTATIONS: [Mutation; 4] = [
    Mutation::Delete,
    Mutation::Duplicate,
    Mutation::Exchange,
    Mutation::CutOff,
];

/// The number of tokens, including those in groups.
fn count(tokens: &TokenStream) -> usize {
    tokens
        .clone()
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => 1 + count(&group.stream()),
            _ => 1,
        })
        .sum()
}

/// Changes one of the tokens; `at` counts down to it.
fn mutated(tokens: TokenStream, at: &mut Option<usize>, mutation: Mutation) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    let mut cut = false;
    let mut held: Option<TokenTree> = None;
    for token in tokens {
        if cut {
            break;
        }
        let here = *at == Some(0);
        *at = match *at {
            Some(0) | None => None,
            Some(more) => Some(more - 1),
        };
        if here {
            match mutation {
                Mutation::Delete => continue,
                Mutation::Duplicate => out.push(token.clone()),
                Mutation::Exchange => {
                    held = Some(token);
                    continue;
                }
                Mutation::CutOff => {
                    cut = true;
                    continue;
                }
            }
        }
        let token = match token {
            TokenTree::Group(group) if at.is_some() => {
                let inside = mutated(group.stream(), at, mutation);
                cut = at.is_none() && matches!(mutation, Mutation::CutOff);
                TokenTree::Group(Group::new(group.delimiter(), inside))
            }
            other => other,
        };
        out.push(token);
        out.extend(held.take());
    }
    out.extend(held);
    out.into_iter().collect()
}

/// The inputs of all `workflow!` calls in some tokens.
fn calls(tokens: TokenStream, found: &mut Vec<TokenStream>) {
    let mut before: [Option<String>; 2] = [None, None];
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            if before == [Some("workflow".to_owned()), Some("!".to_owned())] {
                found.push(group.stream());
            } else {
                calls(group.stream(), found);
            }
        }
        before = [before[1].take(), Some(token.to_string())];
    }
}

/// One input of a macro.
struct Source {
    /// Where it is in the project.
    place: String,
    tokens: TokenStream,
    /// It is a function under `#[workflow]`, and not the input of `workflow!`.
    is_function: bool,
}

/// The functions under `#[workflow]` in a file.
fn functions(items: &[Item], found: &mut Vec<TokenStream>) {
    for item in items {
        match item {
            Item::Fn(function) => {
                let is_workflow = |attribute: &syn::Attribute| {
                    let last = attribute.path().segments.last();
                    last.is_some_and(|last| last.ident == "workflow")
                };
                if function.attrs.iter().any(is_workflow) {
                    let mut function = function.clone();
                    function.attrs.retain(|attribute| !is_workflow(attribute));
                    found.push(function.to_token_stream());
                }
            }
            Item::Mod(module) => {
                if let Some((_, items)) = &module.content {
                    functions(items, found);
                }
            }
            _ => {}
        }
    }
}

/// All Rust files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    found.sort();
}

/// The workflows and functions of the project.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut list = Vec::new();
    let mut paths = Vec::new();
    for folder in [
        "examples",
        "tests/tests",
        "tests/compile_fail/tests",
        "dsl/src/function",
    ] {
        files(&root.join(folder), &mut paths);
    }
    for path in paths {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let Ok(tokens) = TokenStream::from_str(&text) else {
            continue;
        };
        let place = path.display().to_string();
        let mut found = Vec::new();
        calls(tokens, &mut found);
        list.extend(found.into_iter().map(|tokens| Source {
            place: place.clone(),
            tokens,
            is_function: false,
        }));
        let mut found = Vec::new();
        if let Ok(file) = syn::parse_file(&text) {
            functions(&file.items, &mut found);
        }
        list.extend(found.into_iter().map(|tokens| Source {
            place: place.clone(),
            tokens,
            is_function: true,
        }));
    }
    let page = std::fs::read_to_string(root.join("docs/reference/language.md")).unwrap_or_default();
    for (index, block) in page.split("```rust,ignore\n").skip(1).enumerate() {
        let Some(tokens) = block
            .split("```")
            .next()
            .and_then(|code| TokenStream::from_str(code).ok())
        else {
            continue;
        };
        let name = format!("example {} of the language page", index + 1);
        let mut found = Vec::new();
        calls(tokens.clone(), &mut found);
        if found.is_empty() {
            // A part that contains only states.
            found.push(quote::quote!(workflow Page(order: Order) { #tokens }));
        }
        list.extend(found.into_iter().map(|tokens| Source {
            place: name.clone(),
            tokens,
            is_function: false,
        }));
    }
    list
}

/// Expands an input; the expansion must be valid Rust.
fn expand(input: TokenStream, is_function: bool) -> Result<(), String> {
    let text = input.to_string();
    let expanded = std::panic::catch_unwind(|| {
        if is_function {
            function::workflow(TokenStream::new(), input.clone())
        } else {
            workflow(input.clone())
        }
    })
    .map_err(|_| format!("the macro panicked on: {text}"))?;
    // A function that does not parse is emitted unchanged, for rustc's own message.
    if is_function && syn::parse2::<syn::ItemFn>(input).is_err() {
        return Ok(());
    }
    syn::parse2::<syn::File>(expanded.clone())
        .map(|_| ())
        .map_err(|error| format!("{error}, in the expansion of: {text}\n\n{expanded}"))
}

#[test]
fn no_input_makes_the_macro_panic() {
    let list = sources();
    if list.is_empty() {
        // The package is outside of its workspace.
        return;
    }
    assert!(list.len() > 60, "the project's workflows were not found");
    let functions = list.iter().filter(|source| source.is_function).count();
    assert!(functions > 60, "{functions} functions were found");
    let mut wrong = Vec::new();
    let mut made = 0;
    for (number, source) in list.iter().enumerate() {
        let Source { place, tokens, .. } = source;
        let size = count(tokens);
        let all = size * MUTATIONS.len();
        let step = (all / mutations_of_each()).max(1);
        // Each workflow starts at another index, so that all four mutations affect all kinds of
        // tokens.
        for index in (number % step..all).step_by(step) {
            let mutation = MUTATIONS[index % MUTATIONS.len()];
            let input = mutated(tokens.clone(), &mut Some(index / MUTATIONS.len()), mutation);
            made += 1;
            if let Err(what) = expand(input, source.is_function) {
                wrong.push(format!("{mutation:?} in {place}: {what}"));
            }
        }
    }
    assert!(made > 200, "{made} mutations were made");
    assert!(
        wrong.is_empty(),
        "{} of {made}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(3)].join("\n\n")
    );
}

/// Names that may clash with a workflow's names: keywords, words of the language, of the expansion,
/// of JSONata, of Rust.
const NASTY: &[&str] = &[
    "r#type", "r#match", "r#let", "v1", "x", "it", "item", "at", "sum", "string", "states",
    "length", "__called", "__call", "__s", "_", "_x", "None", "Some", "MAX", "limit", "task",
    "next", "raw", "of_a_b", "größe",
];

/// The identifiers in some tokens, without duplicates.
fn names(tokens: &TokenStream, found: &mut Vec<String>) {
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(name) => {
                let name = name.to_string();
                if !found.contains(&name) {
                    found.push(name);
                }
            }
            TokenTree::Group(group) => names(&group.stream(), found),
            _ => {}
        }
    }
}

/// Replaces every use of one name with another one.
fn renamed(tokens: TokenStream, old: &str, new: &TokenStream) -> TokenStream {
    let tokens = tokens.into_iter();
    tokens
        .map(|token| match token {
            TokenTree::Ident(name) if name == old => new.clone(),
            TokenTree::Group(group) => {
                let inside = renamed(group.stream(), old, new);
                TokenTree::Group(Group::new(group.delimiter(), inside)).into()
            }
            other => other.into(),
        })
        .collect()
}

#[test]
fn no_name_makes_the_macro_panic() {
    let mut wrong = Vec::new();
    let mut made = 0;
    for (number, source) in sources().iter().enumerate() {
        let Source { place, tokens, .. } = source;
        let mut own = Vec::new();
        names(tokens, &mut own);
        // Large sources are expanded here, so these are fewer.
        let step = (own.len() * NASTY.len() * 4 / mutations_of_each()).max(1);
        for index in (number % step..own.len() * NASTY.len()).step_by(step) {
            let (old, new) = (&own[index / NASTY.len()], NASTY[index % NASTY.len()]);
            let name = TokenStream::from_str(new).unwrap();
            made += 1;
            if let Err(what) = expand(renamed(tokens.clone(), old, &name), source.is_function) {
                wrong.push(format!("`{new}` for `{old}` in {place}: {what}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {made}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(3)].join("\n\n")
    );
}

#[test]
fn a_call_of_a_path_with_generic_arguments_expands_to_rust() {
    for call in ["list::<i64>::new()", "double::<i64>(1)", "double::<>(1)"] {
        let source =
            format!("async fn run(input: i64) -> Result<i64, Failed> {{ let n = {call}; Ok(n) }}");
        let tokens = TokenStream::from_str(&source).unwrap();
        assert_eq!(expand(tokens, true), Ok(()));
    }
}
