//! Sessions: start, end, changes of texts, cancellation, wrong requests.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::client::{Client, abilities};

const ONE: &str = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}";

#[test]
fn a_session_ends_with_shutdown_and_exit() {
    assert_eq!(Client::start(&[]).end(), Some(0));
    // The connection ends without a message when an editor crashes.
    assert_eq!(Client::start(&[]).hang_up(), Some(0));
    assert_eq!(Client::start(&[]).exit(), Some(1));
}

/// Editors send both messages at once, and do not wait for the answer.
#[test]
fn shutdown_and_exit_may_arrive_together() {
    let mut client = Client::start(&[]);
    let ended = client.ask("shutdown", Value::Null);
    let late = client.ask("textDocument/definition", json!({}));
    assert_eq!(client.answer(&ended), Ok(Value::Null));
    assert_eq!(client.answer(&late).unwrap_err().0, -32600);
    assert_eq!(client.exit(), Some(0));
    let mut client = Client::start(&[]);
    client.ask("shutdown", Value::Null);
    assert_eq!(client.exit(), Some(0));
}

/// Clients send what newer or older versions of the protocol say.
#[test]
fn unexpected_abilities_are_absent_abilities() {
    let odd = json!({
        "general": {"positionEncodings": "utf-8"},
        "workspace": {"workspaceEdit": [], "codeLens": {"refreshSupport": "yes"}},
        "textDocument": {"hover": {"contentFormat": [1, "html"]}, "completion": null, "new": {}},
    });
    let mut client = Client::with_abilities(&[], &odd);
    assert_eq!(client.capabilities["positionEncoding"], "utf-16");
    let uri = client.open("a.asl.json", ONE);
    let params = json!({"textDocument": {"uri": uri}});
    assert!(
        client
            .request("textDocument/documentSymbol", params)
            .is_array()
    );
    assert_eq!(client.end(), Some(0));
}

#[test]
fn columns_are_in_utf_8_if_the_client_can() {
    assert_eq!(
        Client::start(&[]).capabilities["positionEncoding"],
        "utf-16"
    );
    let mut utf8 = abilities();
    utf8["general"]["positionEncodings"] = json!(["utf-16", "utf-8"]);
    let mut client = Client::with_abilities(&[], &utf8);
    assert_eq!(client.capabilities["positionEncoding"], "utf-8");
    let text =
        "{\"Comment\": \"𝄞\", \"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}";
    let uri = client.open("a.asl.json", text);
    let params = json!({"textDocument": {"uri": uri}});
    let symbols = client.request("textDocument/documentSymbol", params);
    let column = symbols[0]["selectionRange"]["start"]["character"].clone();
    assert_eq!(column, text.find("\"A\": {").expect("the state"));
}

#[test]
fn unknown_methods_and_wrong_parameters_are_errors_of_the_request() {
    let mut client = Client::start(&[]);
    let unknown = client.ask("textDocument/unknown", json!({}));
    assert_eq!(client.answer(&unknown).unwrap_err().0, -32601);
    let wrong = client.ask("textDocument/definition", json!({"position": 1}));
    assert_eq!(client.answer(&wrong).unwrap_err().0, -32602);
    let closed = client.ask(
        "textDocument/documentSymbol",
        json!({"textDocument": {"uri": "file:///nowhere.json"}}),
    );
    let (code, message) = client.answer(&closed).unwrap_err();
    assert_eq!(
        (code, &*message),
        (-32803, "the document file:///nowhere.json is not open")
    );
    // A wrong notification changes nothing.
    client.notify("textDocument/didOpen", json!({"textDocument": 1}));
    client.notify(
        "textDocument/didChange",
        json!({
            "textDocument": {"uri": "file:///nowhere.json", "version": 2},
            "contentChanges": [{"text": "x"}],
        }),
    );
    assert_eq!(client.end(), Some(0));
}

/// Sends a burst of requests and the cancellation of the last one at once, so that the server finds
/// the cancellation before it has answered the others.
#[test]
fn a_cancelled_request_is_answered_once() {
    let mut client = Client::start(&[]);
    let states: Vec<String> = (0..2000)
        .map(|state| {
            format!(
                "\"S{state}\": {{\"Type\": \"Pass\", \"Next\": \"S{}\"}}",
                state + 1
            )
        })
        .collect();
    let text = format!(
        "{{\"StartAt\": \"S0\", \"States\": {{{}}}}}",
        states.join(", ")
    );
    let uri = client.open("a.asl.json", &text);
    let params = json!({"textDocument": {"uri": uri}});
    let ids: Vec<_> = (0..20)
        .map(|_| client.ask("textDocument/documentSymbol", params.clone()))
        .collect();
    let last = &ids[19];
    client.notify("$/cancelRequest", json!({"id": last}));
    for id in &ids[..19] {
        assert!(client.answer(id).is_ok());
    }
    // On a slow machine the answer may be on its way before the cancellation arrives.
    if let Err((code, _)) = client.answer(last) {
        assert_eq!(code, -32800);
    }
    assert_eq!(client.end(), Some(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A text that changes by parts is the text that the client has.
    #[test]
    fn changes_of_parts_add_up(
        changes in prop::collection::vec((0..12_usize, 0..60_usize, 0..60_usize, "[a\"{}:,é𝄞\n ]{0,8}"), 1..8),
    ) {
        let mut client = Client::start(&[]);
        let uri = client.open("a.asl.json", ONE);
        let mut text = ONE.to_owned();
        let mut events = Vec::new();
        for (line, from, length, new) in changes {
            // The client's own model: lines of characters.
            let starts: Vec<usize> = std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect();
            let line = line % starts.len();
            let end = text[starts[line]..].find('\n').map_or(text.len(), |at| starts[line] + at);
            let content = &text[starts[line]..end];
            let offsets: Vec<usize> = content
                .char_indices()
                .map(|(at, _)| at)
                .chain([content.len()])
                .collect();
            let from = offsets[from % offsets.len()];
            let to = offsets.iter().copied().filter(|at| *at >= from).nth(length % 5).unwrap_or(content.len());
            let units = |at: usize| content[..at].encode_utf16().count();
            events.push(json!({
                "range": {
                    "start": {"line": line, "character": units(from)},
                    "end": {"line": line, "character": units(to)},
                },
                "text": new,
            }));
            let (from, to) = (starts[line] + from, starts[line] + to);
            text.replace_range(from..to, &new);
        }
        client.notify("textDocument/didChange", json!({
            "textDocument": {"uri": uri, "version": 2},
            "contentChanges": events,
        }));
        let other = client.open("b.asl.json", &text);
        let mut answers = [uri, other].map(|uri| {
            let params = json!({"textDocument": {"uri": uri}, "positions": [{"line": 0, "character": 0}]});
            let selections = client.request("textDocument/selectionRange", params.clone());
            let symbols = client.request("textDocument/documentSymbol", params);
            json!([selections, symbols])
        });
        let [changed, whole] = &mut answers;
        prop_assert_eq!(changed, whole);
        prop_assert_eq!(client.end(), Some(0));
    }
}

#[test]
fn the_capabilities_are_those_of_the_docs() {
    let client = Client::start(&[]);
    let capabilities = client.capabilities.as_object().expect("capabilities");
    let names: Vec<&String> = capabilities.keys().collect();
    insta::assert_json_snapshot!(names);
    assert_ne!(client.capabilities, Value::Null);
}

/// The page lists each method with its test, and the server answers no method that is not listed.
#[test]
fn the_page_lists_each_method_and_its_test() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(folder.join(path)).expect("a file");
    let page = read("../docs/reference/language-server.md");
    let tests: String = ["actions", "editing", "navigation", "session", "workspace"]
        .iter()
        .map(|file| read(&format!("tests/lsp/{file}.rs")))
        .collect();
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `") && line.contains('/'))
        .filter(|line| line.matches(" | ").count() == 2)
        .collect();
    let mut methods = 0;
    for row in &rows {
        let mut columns = row.trim_matches('|').split(" | ");
        methods += columns
            .next()
            .map_or(0, |names| names.matches('`').count() / 2);
        let names = columns.last().unwrap_or_default();
        for name in names.split('`').skip(1).step_by(2) {
            assert!(
                tests.contains(&format!("fn {name}(")),
                "there is no test {name}"
            );
        }
    }
    let server = read("../lsp/src/language_server.rs");
    // The loop itself handles a cancellation, and the server publishes diagnostics.
    let further = 2;
    assert_eq!(
        methods,
        server.matches(".on::<").count() + further,
        "{rows:#?}"
    );
}
