//! The macro as a function from tokens to tokens.

use super::mutations::mutations_of_each;
use super::workflow;
use crate::attributes::with_attribute;
use proc_macro2::{Group, TokenStream, TokenTree};
use std::str::FromStr;

/// Every form of the language, from the compile tests.
const FORMS: &str = include_str!("../../../tests/compile_fail/tests/pass/every_form.rs");
const LANGUAGE: &str = include_str!("../../../docs/reference/language.md");

/// The bodies of the `workflow!` calls in a Rust file.
fn workflows(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in source.split("workflow! {").skip(1) {
        let mut depth = 1;
        for (at, char) in part.char_indices() {
            depth += match char {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            if depth == 0 {
                found.push(&part[..at]);
                break;
            }
        }
    }
    found
}

/// The messages that the macro emits as items; one of them is repeated in the type block.
fn messages(source: &str) -> Vec<String> {
    let tokens = TokenStream::from_str(source).expect("the source is made of tokens");
    let text = workflow(tokens).to_string();
    text.split("const _ : () = { :: core :: compile_error ! (\"")
        .skip(1)
        .filter_map(|rest| rest.split("\")").next())
        .map(str::to_owned)
        .collect()
}

/// A truncated text, with all open groups closed.
fn closed(text: &str) -> String {
    let mut open = Vec::new();
    let mut in_text = false;
    let mut escaped = false;
    for char in text.chars() {
        match char {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ if in_text => {}
            '{' => open.push('}'),
            '(' => open.push(')'),
            '[' => open.push(']'),
            '}' | ')' | ']' => drop(open.pop()),
            _ => {}
        }
    }
    let mut text = text.to_owned();
    if in_text {
        text.push('"');
    }
    text.extend(open.into_iter().rev());
    text
}

#[test]
fn every_form_is_accepted() {
    for source in workflows(FORMS) {
        assert_eq!(messages(source), Vec::<String>::new());
    }
}

#[test]
fn an_attribute_inside_of_a_workflow_is_refused() {
    let mut refused = 0;
    for source in workflows(FORMS) {
        let tokens = TokenStream::from_str(source).expect("the source is made of tokens");
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (position, token) in tokens.iter().enumerate() {
            let TokenTree::Group(body) = token else {
                continue;
            };
            // Some positions of each length, because each takes a whole expansion.
            for at in (0..).step_by(17) {
                let mut before = at;
                let inside = with_attribute(body.stream(), &mut before);
                if before < usize::MAX / 2 {
                    break;
                }
                let mut changed = tokens.clone();
                changed[position] = Group::new(body.delimiter(), inside).into();
                let source: TokenStream = changed.into_iter().collect();
                let source = source.to_string();
                assert_ne!(messages(&source), Vec::<String>::new(), "{source}");
                refused += 1;
            }
        }
    }
    assert!(refused > 80, "only {refused} positions");
}

#[test]
fn examples_of_the_language_page_are_accepted() {
    let blocks = LANGUAGE.split("```rust,ignore").skip(1);
    let blocks = blocks.filter_map(|block| block.split("```").next());
    // A definition in a file belongs to another macro.
    let blocks = blocks.filter(|block| !block.contains("asl_file!"));
    let mut count = 0;
    for block in blocks {
        // Another macro with its own tests.
        if block.trim_start().starts_with("asl_file!") {
            continue;
        }
        let source = if let Some(whole) = workflows(block).first() {
            (*whole).to_owned()
        } else if ["retry", "catch"].contains(&block.split_whitespace().next().unwrap_or_default())
        {
            format!("workflow W() {{ task T {{ f(); {block} end; }} }}")
        } else {
            format!("workflow W() {{ {block} }}")
        };
        count += 1;
        for message in messages(&source) {
            // A block shows a part of a workflow, or several snippets.
            let of_a_part = [
                "no state named",
                "never reached",
                "is used twice",
                "first defined here",
                "names every error of its task",
            ];
            let partial = of_a_part.iter().any(|part| message.contains(part));
            assert!(partial, "{message}\n{block}");
        }
    }
    assert!(count > 10, "the page was not read");
}

#[test]
fn half_typed_input_never_panics() {
    for source in workflows(FORMS) {
        // Cut only between tokens; a cut inside of a word leaves a shorter word.
        let cuts = source.char_indices();
        let cuts = cuts.filter(|(_, char)| !char.is_alphanumeric() && *char != ' ');
        // Every cut in the nightly run.
        for (at, _) in cuts.step_by((16 / mutations_of_each()).max(1)) {
            if let Ok(tokens) = TokenStream::from_str(&closed(&source[..at])) {
                let _ = workflow(tokens);
            }
        }
    }
}

#[test]
fn garbled_input_never_panics() {
    const NOISE: &[&str] = &[
        ";",
        "=>",
        ",",
        "{",
        "}",
        "(",
        ")",
        "let",
        "match",
        "next",
        "end",
        "in",
        "for",
        "if",
        "|",
        "\"\"",
        "0x",
        "1e9",
        "99999999999999999999s",
        "r#type",
        "_",
        "::",
        "#",
        "'a",
        "..",
        "branch",
        "Self",
        "task",
        "as",
        "$",
    ];
    let mut seed: u64 = 42;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(seed >> 33).unwrap_or(0) % below
    };
    for source in workflows(FORMS) {
        let words: Vec<&str> = source.split_inclusive([' ', '\n', ';', '(', '.']).collect();
        for _ in 0..20 * mutations_of_each() {
            let mut words = words.clone();
            for _ in 0..=random(3) {
                let at = random(words.len());
                match random(3) {
                    0 => drop(words.remove(at)),
                    1 => words.insert(at, NOISE[random(NOISE.len())]),
                    _ => {
                        let other = random(words.len());
                        words.swap(at, other);
                    }
                }
            }
            if let Ok(tokens) = TokenStream::from_str(&closed(&words.concat())) {
                let _ = workflow(tokens);
            }
        }
    }
}

#[test]
fn an_error_in_one_state_does_not_affect_other_states() {
    let found = messages(
        "workflow W(order: Order) -> Order {
            task A { let a = f(order.); next B; }
            pass B { let b = ; next C; }
            choice C { when => D; when order.x => E; otherwise => E; }
            bogus D { }
            succeed E { order }
        }",
    );
    assert_eq!(found.len(), 4, "{found:#?}");
}

#[test]
fn an_unused_value_that_may_panic_is_refused() {
    let of = |lets: &str| {
        messages(&format!(
            "workflow Only(i: Input) -> u32 {{ pass First {{ {lets} next Last; }} pass Last {{ end i.a; }} }}"
        ))
    };
    for lost in [
        "let _ = i.list[3];",
        "let _q = i.a / i.b; let r = i.a;",
        "let _q = i.option.unwrap(); let _r = _q + 1; let s = i.a;",
        "let _ = functions::number(&i.text);",
    ] {
        let found = messages_with("but the workflow never computes it", of(lost));
        assert_eq!(found, 1, "{lost}: {:?}", of(lost));
    }
    for computed in [
        "let _ = i.a;",
        "let _ = i.a / 2;",
        "let _ = functions::uuid();",
        "let _q = i.a / i.b; let r = _q + 1;",
        "let _q = i.a / i.b; let r = if i.yes { _q } else { 1 };",
        "let _q = i.a / i.b; let _r = _q + 1; let s = _r;",
        "let (q, _) = (i.a, i.a / i.b);",
    ] {
        let found = messages_with("but the workflow never computes it", of(computed));
        assert_eq!(found, 0, "{computed}: {:?}", of(computed));
    }
}

fn messages_with(part: &str, messages: Vec<String>) -> usize {
    messages.iter().filter(|one| one.contains(part)).count()
}

/// A workflow with this task state.
fn with_task(statements: &str) -> String {
    format!("workflow W(x: T) -> T {{ task A {{ {statements} }} pass B {{ end x; }} }}")
}

#[test]
fn a_value_in_parentheses_is_not_a_task_call() {
    for statements in [
        "let r = f(x); catch E::V => B; end (r, x);",
        "f(x); timeout (x.a + 1); heartbeat (x.a); credentials (x.role); next B;",
        "let r = f(x)[0]; next B;",
        "let r = f(x); let same = r; let (a, b) = same; next B;",
        "let r = matches!(f(x), P { a, .. } if a > 1); next B;",
        "end::f(x); next B;",
        "let r = end(x); next B;",
    ] {
        let found = messages(&with_task(statements));
        assert_eq!(found, Vec::<String>::new(), "{statements}");
    }
}

#[test]
fn a_call_in_the_guard_of_matches_is_refused() {
    let found = messages(&with_task("let r = matches!(x, P { .. } if f(x)); next B;"));
    assert!(
        found
            .iter()
            .any(|message| message.contains("the guard of `matches!` may run zero or many times")),
        "{found:?}"
    );
}

#[test]
fn error_fields_after_a_rest_pattern_are_refused() {
    for (pattern, is_refused) in [
        ("E::V(a, ..)", false),
        ("E::V(_, a)", false),
        ("E::V(..)", false),
        ("E::V(.., a)", true),
        ("E::V(_, .., a)", true),
    ] {
        for catch in [
            format!("catch {pattern} => B;"),
            format!("catch {{ {pattern} => B, _ => B }}"),
        ] {
            let found = messages(&with_task(&format!("f(x); {catch} next B;")));
            let refused = found
                .iter()
                .any(|message| message.contains("`..` must be the last field in a `catch`"));
            assert_eq!(refused, is_refused, "{catch}: {found:?}");
            assert!(is_refused || found.is_empty(), "{catch}: {found:?}");
        }
    }
}
